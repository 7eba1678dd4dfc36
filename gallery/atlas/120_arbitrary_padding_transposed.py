# Needs convdoc. The page Install of its site shows how to get it.
"""
Any amount of padding, transposed
=================================

A convolution read its image with two rows and columns of zeros on every side. On the way back
these are computed and then cut off: what was padding is no part of the image.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=4, border_mode=2)
back = spec.as_transposed(size=5)
draw.show(back.relationship(size=6)[0])

# %%
# Each pixel of the input lays down a copy of the kernel, times its value. Where copies overlap,
# they add up. The copy is flipped, as the convolution laid it on the image.

y = np.array([[3, 0, 1, 2, 0, 1],
              [1, 2, 0, 1, 3, 0],
              [0, 1, 3, 0, 1, 2],
              [2, 0, 1, 1, 0, 3],
              [1, 3, 0, 2, 1, 0],
              [0, 1, 2, 0, 3, 1]]).reshape(1, 1, 6, 6)
W = np.array([[1, 2, 0, 1],
              [0, 1, 3, 0],
              [2, 0, 1, 1],
              [0, 1, 0, 2]]).reshape(1, 1, 4, 4)

draw.show(draw.transpose_stepper(y, W, border_mode=2))

# %%
# The second figure takes one output at a time, as a convolution does. The more zeros the
# convolution had, the fewer are needed now: *k* - 1 - *p*, here one. The kernel is not flipped
# here, because the two turns cancel. The numbers are the same:

draw.show(draw.transpose_stepper(y, W, border_mode=2, view="gather"))
