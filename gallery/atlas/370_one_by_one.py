# Needs convdoc. The page Install of its site shows how to get it.
"""
1×1
===

A kernel of one row and one column sees no neighbour. What is left of the convolution is the sum
over channels: at every pixel, the same small dense layer mixes what the channels hold.
"""

# %%
# Two channels become three. The size stays, without any padding:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=1)
draw.show(spec.relationship(size=3)[0])

# %%
# Every output pixel is one sum of two products:

x = np.array([[[3, 0, 1], [1, 2, 0], [0, 1, 3]],
              [[1, 1, 0], [0, 2, 1], [2, 0, 1]]]).reshape(1, 2, 3, 3)
W = np.array([[1, 0], [0, 1], [1, -1]]).reshape(3, 2, 1, 1)

draw.show(draw.stepper(x, W, "valid"))

# %%
# The first filter copies channel 0, the second copies channel 1, the third subtracts channel 1
# from channel 0. It could as well be written as a product of two matrices, one row for each
# filter and one column for each pixel:

from convdoc import conv4d

product = W.reshape(3, 2) @ x.reshape(2, 9)
np.testing.assert_array_equal(conv4d(x, W, "valid"), product.reshape(1, 3, 3, 3))
print(product)
