# Needs convdoc. The page Install of its site shows how to get it.
"""
Strides without padding
=======================

Windows need not stand side by side. With a stride of 2, every second one is left out along each
axis, and the output is about half as large. It is as if the whole output had been computed and
then thinned out, at about a quarter of the work.
"""

# %%
# What the kernel leaves of the image, *i* - *k*, is divided by the stride and rounded down; the
# first window adds one:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2)
draw.show(spec.relationship(size=5)[0])

# %%
# Here nothing is left over: the last window ends where the image ends.

x = np.array([[3, 0, 1, 2, 0],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 1]]).reshape(1, 1, 5, 5)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, "valid", strides=2))

# %%
# Take every second row and column of the convolution with stride 1, and the numbers are the same.
# (The check prints nothing, since it holds.)

from convdoc import conv4d

dense = conv4d(x, W, "valid")
np.testing.assert_array_equal(conv4d(x, W, "valid", strides=2), dense[:, :, ::2, ::2])
