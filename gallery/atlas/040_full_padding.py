# Needs convdoc. The page Install of its site shows how to get it.
"""
Full padding
============

With *k* - 1 zeros on every side the window begins where it touches the image with one corner, and
ends where only the opposite corner still touches. No window that could hold a pixel is left out,
so every pixel meets every weight once. This is the convolution of mathematics, which takes
everything beyond the image as zero.
"""

# %%
# The output is larger than the image by as much as a convolution without padding makes it
# smaller:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, border_mode="full")
draw.show(spec.relationship(size=5)[0])

# %%
# Point at any pixel: it goes into nine outputs, at the border as in the middle.

x = np.array([[3, 0, 1, 2, 0],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 1]]).reshape(1, 1, 5, 5)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, "full"))
