# Needs convdoc. The page Install of its site shows how to get it.
"""
A constant border
=================

Zeros are black pixels, and a scanned page is white around its letters. Give a number as
``border``, and all places beyond the image hold that number.
"""

# %%
# A letter of ink (0) on paper (9). With ``border=9`` the paper continues:

import numpy as np

from convdoc import conv4d, conv4d_transpose, draw

x = np.array([[9, 9, 9, 9, 9],
              [9, 0, 0, 0, 9],
              [9, 9, 0, 9, 9],
              [9, 9, 0, 9, 9]]).reshape(1, 1, 4, 5)
W = np.array([[0, 1, 0],
              [1, -4, 1],
              [0, 1, 0]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, border=9).at(0))

# %%
# This kernel gives 0 wherever all pixels are alike. With zeros beyond the border, the sheet of
# paper gets an outline as well:

print(conv4d(x, W))

# %%
# The number is added whatever the image is, so an empty image does not give an empty result:

print(conv4d(0 * x, W, border=9))

# %%
# Such a convolution is not linear, and has no transposed convolution:

try:
    conv4d_transpose(x, W, "same", border=9)
except ValueError as error:
    print(error)
