# Needs convdoc. The page Install of its site shows how to get it.
"""
Mirrored borders
================

The scene of a photograph continues beyond its border, most likely in a similar way. A mirror image
is a good guess of it. There are two kinds, and libraries call either of them *reflect*: the mirror
is on the last pixel, or after it.
"""

# %%
# ``"reflect"`` does not repeat the last pixel, ``"symmetric"`` does. The names are NumPy's.
# PyTorch and TensorFlow agree; the ``reflect`` of scipy.ndimage is ``"symmetric"`` here:

import numpy as np

from convdoc import draw

for border in ("reflect", "symmetric"):
    print(f"{border:9}", np.pad([1, 2, 3, 4], 3, mode=border))

# %%
# With ``"reflect"`` the row above the image repeats the second row, not the first:

x = np.array([[1, 2, 3, 4],
              [5, 6, 7, 8],
              [9, 8, 7, 6],
              [5, 4, 3, 2]]).reshape(1, 1, 4, 4)
W = np.array([[1, 2, 1],
              [2, 4, 2],
              [1, 2, 1]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, border="reflect").at(0))

# %%
# With ``"symmetric"`` the same window reads the first row and the first column twice:

draw.show(draw.stepper(x, W, border="symmetric").at(0))

# %%
# A large kernel may need more rows than the image has. They are mirrored again and again, as NumPy
# does it. (PyTorch raises an error there.)

print(np.pad([1, 2, 3, 4], 9, mode="reflect"))
