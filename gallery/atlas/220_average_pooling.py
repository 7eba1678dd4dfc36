"""
Average pooling
===============

A window without a kernel: each output is the mean of the pixels under it. That is a convolution
whose weights are all alike, taken for each channel by itself, and there is nothing to learn.
"""

# %%
# The sizes follow the rule of a convolution. Dumoulin and Visin give pooling a number of its own,
# 7:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=1)
spec.relationship(size=5)[0]

# %%
# Each window is added up and divided by the number of its pixels:

x = np.array([[3, 0, 1, 2, 0],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 1]]).reshape(1, 1, 5, 5)

draw.pool_stepper(x, size=3, strides=1, mode="average")
