# Needs convdoc. The page Install of its site shows how to get it.
"""
A circular border
=================

Some images have no border: a panorama all around, the hours of a day, a texture that is laid out
in tiles. After the last pixel comes the first one again. With ``border="circular"`` the image is
treated as a ring, and no zeros get into the result.
"""

# %%
# The first window begins above the image and on its left, where it reads the last row and the last
# column. Point at one of the grey numbers to see which pixel it repeats:

import numpy as np

from convdoc import conv4d, draw

x = np.array([[3, 0, 1, 2],
              [1, 2, 0, 1],
              [0, 1, 3, 0],
              [2, 0, 1, 5]]).reshape(1, 1, 4, 4)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, border="circular").at(0))

# %%
# On a ring no column is special. If the image is rolled by one column, the result rolls with it.
# With zeros beyond the border it does not, because the zeros stay where they are:

rolled = np.roll(x, 1, axis=3)
for border in ("circular", "zeros"):
    y = conv4d(x, W, border=border)
    same = np.allclose(conv4d(rolled, W, border=border), np.roll(y, 1, axis=3))
    print(f"{border:8} the result rolls with the image: {same}")

# %%
# A map of the world is a ring from west to east, and has ends in the north and in the south. So it
# needs this padding on the left and on the right only:

draw.show(draw.stepper(x, W, border_mode=((0, 0), (1, 1)), border="circular").at(0))
