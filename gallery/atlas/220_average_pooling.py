# Needs convdoc. The page Install of its site shows how to get it.
"""
Average pooling
===============

A window without a kernel: each output is the mean of the pixels under it. That is a convolution
whose weights are all one divided by their number, taken for each channel by itself. There is
nothing to learn.
"""

# %%
# The sizes follow the rule of a convolution. (Dumoulin and Visin count the rule for pooling as
# number 7. It says the same as number 5, of which this is the case without strides.)

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=1)
draw.show(spec.relationship(size=5)[0])

# %%
# Each window is added up and divided by the number of its pixels:

x = np.array([[3, 0, 1, 2, 0],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 1]]).reshape(1, 1, 5, 5)

draw.show(draw.pool_stepper(x, size=3, strides=1, mode="average"))

# %%
# With padding, do its zeros count? In ``"average"`` they do, in ``"average_no_pad"`` they do not.
# Libraries have both, and not the same default:

draw.show(draw.pool_stepper(x, size=3, strides=2, border_mode=1, mode="average_no_pad"))
