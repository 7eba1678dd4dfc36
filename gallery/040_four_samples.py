# Needs convdoc[draw]. The page Install of its site shows how to get it.
"""
Four samples, one filter
========================

A network rarely sees one image at a time: it is fed a *batch*, and the first axis of every array
counts its samples. What happens between the samples of a batch? Nothing, and that is worth seeing
once: each is convolved by itself, with the same kernel.
"""

# %%
# One dot, multiplied by 0, 1, 2 and 3, makes four images of three rows and five columns. Sample 0
# is all zeros:

import numpy as np

from convdoc import conv4d, draw
from convdoc.exercises import Answer

W = np.array([[1, 0, 1],
              [0, 1, 0],
              [1, 0, 1]]).reshape(1, 1, 3, 3)
dot = np.array([[0, 0, 0, 0, 0],
                [0, 0, 1, 0, 0],
                [0, 0, 0, 0, 0]]).reshape(1, 1, 3, 5)
x = dot * np.arange(4).reshape(4, 1, 1, 1)

# %%
# The kernel has one filter and one channel, as before:

y = conv4d(x, W, "same")

figure = draw.equation(x, W, y)

# %%
# The dot is an impulse, so each output shows the kernel around it, multiplied by the value of the
# dot: a convolution is *linear*. Sample 0 has no dot and gives nothing, because no bias (a constant
# for each filter) is added. The steps go through one sample after the other; choose one under the
# figure:

draw.show(draw.stepper(x, W, "same"))

# %%
# The shapes say the same. ``x`` has 4 samples of 1 channel, ``W`` has 1 filter for 1 channel, ``y``
# has 4 samples of 1 filter:

for name, array in {"x": x, "W": W, "y": y}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# A batch saves time, not meaning: one call for all four is what four calls would give.

one_by_one = np.concatenate([conv4d(sample[None], W, "same") for sample in x])
np.testing.assert_array_equal(y, one_by_one)

# %%
# Try it
# ------
# Before you look: what is the sum of all the numbers in each sample of ``y``? The sum of the kernel
# and the value of the dot are all you need.

draw.show(Answer(
    f"The kernel sums to {W.sum()}, none of it falls outside the image, "
    "and the dots are 0, 1, 2 and 3:",
    y.sum(axis=(1, 2, 3)),
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
