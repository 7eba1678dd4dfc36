# Needs convdoc. The page Install of its site shows how to get it.
"""
Pooling with ceil_mode
======================

Five pixels hold two windows of two, and one pixel is left over. By default it is ignored. With
``ceil_mode=True`` the division that counts windows is rounded up, and the last window extends
beyond the border.
"""

# %%
# Crosses mark places that do not exist. They are not padding: the maximum is taken over the pixels
# only, and the last window has a single one:

import numpy as np

from convdoc import draw, pool4d

x = np.array([[3, 0, 1, 2, 4],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 5]]).reshape(1, 1, 5, 5)

draw.show(draw.pool_stepper(x, size=2, ceil_mode=True).at(8))

# %%
# By default, no window reads the last row and the last column:

draw.show(draw.pool_stepper(x, size=2))

# %%
# A mean shows the difference between padding and nothing. Zeros of the padding count and crosses do
# not, so sums over windows of one size are divided by different numbers:

draw.show(draw.pool_stepper(x, 3, 2, ((1, 0), (1, 0)), mode="average", ceil_mode=True).at(2))

# %%
# A window that would begin after the image is left out. Two pixels with a zero on either side, and
# windows of three in steps of three: rounding up would give two windows, and there is one.

print(pool4d(x[:, :, :2, :2], 3, strides=3, border_mode=1, ceil_mode=True).shape)
