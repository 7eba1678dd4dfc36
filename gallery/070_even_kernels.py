# Needs convdoc. The page Install of its site shows how to get it.
"""
Even kernels and where "same" puts them
=======================================

A kernel of three columns has a middle one. A kernel of two or four has none, and under ``"same"``
somebody must decide where the one zero too many goes: before the image or behind it. Libraries
decide differently. The sizes then agree and the pixels do not, which is the kind of fault that a
test of shapes never finds.
"""

# %%
# An impulse again, and a kernel of two rows and two columns:

import numpy as np

from convdoc import ConvSpec, conv4d, draw
from convdoc.exercises import Answer

x = np.zeros((1, 1, 5, 5), int)
x[0, 0, 2, 2] = 1
W = np.array([[1, 2],
              [3, 4]]).reshape(1, 1, 2, 2)

# %%
# Keras on Theano puts the odd row of zeros at the top and the odd column on the left. The kernel
# then appears with its first element on the impulse, and grows down and to the right:

draw.show(draw.stepper(x, W, "same"))

# %%
# The other choice is TensorFlow's: the odd zero goes behind. Here it is called ``"same_upper"``.
# Now the kernel's *last* element stands on the impulse:

draw.show(draw.stepper(x, W, "same_upper"))

# %%
# Same shape, same numbers, one pixel apart:

y, shifted = conv4d(x, W, "same"), conv4d(x, W, "same_upper")
for name, array in {"x": x, "W": W, "y": y, "shifted": shifted}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# The rule in general. A kernel of *k* needs *k* - 1 zeros; Keras on Theano puts ``k // 2`` before
# and ``(k - 1) // 2`` behind, so only odd kernels stay centred:

for k in range(1, 7):
    (before, after), _ = ConvSpec(kernel=(k, k), border_mode="same").padding((9, 9))
    print(f"k = {k}: {before} before, {after} behind{'' if before == after else '   <- uneven'}")

# %%
# Try it
# ------
# Convolve four times in a row with a 2×2 kernel whose only 1 is at the top left, and then with one
# whose only 1 is at the bottom right. Where does the impulse end up?

ends = []
for kernel in ([[1, 0], [0, 0]], [[0, 0], [0, 1]]):
    moved = x
    for _ in range(4):
        moved = conv4d(moved, np.reshape(kernel, (1, 1, 2, 2)), "same")
    ends.append(np.argwhere(moved[0, 0]).tolist())

draw.show(Answer(
    "Rows and columns of what is left, for the first kernel and for the second: "
    f"{' and '.join(str(end or 'none') for end in ends)}. One leaves the impulse where it was; the "
    "other moves it by a pixel each time, down and to the right. Two moves take it to the corner, "
    "and the third loses it."
))
