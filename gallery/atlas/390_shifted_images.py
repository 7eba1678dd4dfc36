# Needs convdoc. The page Install of its site shows how to get it.
"""
A sum of shifted images
=======================

Most pages take a convolution apart by outputs: one sum for each. It can be taken apart by weights
as well. Each weight moves the whole image, down by its row and right by its column, and
multiplies it; all copies added up are the convolution. Seen like this, nothing has to be flipped.
"""

# %%
# Four weights, four copies. One step is one weight:

import numpy as np

from convdoc import draw

x = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 1]]).reshape(1, 1, 3, 3)
W = np.array([[1, 10],
              [2, 0]]).reshape(1, 1, 2, 2)

draw.show(draw.shift_stepper(x, W))

# %%
# The convolution with full padding gives the same, output by output:

draw.show(draw.stepper(x, W, "full"))

# %%
# A program can use this view: it loops over a few weights, and not over a million pixels.
