# Needs convdoc. The page Install of its site shows how to get it.
"""
Any amount of padding
=====================

Zeros around the image give the window more places to stand. Their number is free: here it is two
on every side, for a kernel that has no middle because its side is even.
"""

# %%
# Each row of zeros is one more place for the window, so both sides together add 2\ *p*:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=4, border_mode=2)
draw.show(spec.relationship(size=5)[0])

# %%
# The output is larger than the image. At its corners only four pixels are under the window, and
# the other twelve products are zero:

x = np.array([[3, 0, 1, 2, 0],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 1]]).reshape(1, 1, 5, 5)
W = np.array([[1, 2, 0, 1],
              [0, 1, 3, 0],
              [2, 0, 1, 1],
              [0, 1, 0, 2]]).reshape(1, 1, 4, 4)

draw.show(draw.stepper(x, W, border_mode=2))
