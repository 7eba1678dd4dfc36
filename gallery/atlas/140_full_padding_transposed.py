# Needs convdoc. The page Install of its site shows how to get it.
"""
Full padding, transposed
========================

A convolution with full padding made the image larger by *k* - 1. Its transposed convolution makes
it smaller by as much.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, border_mode="full")
back = spec.as_transposed(size=5)
draw.show(back.relationship(size=7)[0])

# %%
# Each pixel of the input lays down a copy of the kernel, times its value. Where copies overlap,
# they add up. The copy is flipped, as the convolution laid it on the image.

y = np.array([[3, 0, 1, 2, 0, 1, 2],
              [1, 2, 0, 1, 3, 0, 1],
              [0, 1, 3, 0, 1, 2, 0],
              [2, 0, 1, 1, 0, 3, 1],
              [1, 3, 0, 2, 1, 0, 2],
              [0, 1, 2, 0, 3, 1, 0],
              [2, 0, 1, 3, 0, 1, 1]]).reshape(1, 1, 7, 7)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.transpose_stepper(y, W, "full"))

# %%
# The second figure takes one output at a time, as a convolution does. Full padding becomes none.
# The kernel is not flipped here, because the two turns cancel. The numbers are the same:

draw.show(draw.transpose_stepper(y, W, "full", view="gather"))
