"""
Padding and strides, transposed
===============================

Both at once: the kernels land two pixels apart, and the border is cut off. Networks that draw
images are made of layers like this one.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2, border_mode=1)
back = spec.as_transposed(size=5)
back.relationship(size=3)[0]

# %%
# Each pixel of the input leaves the kernel behind, times its value, and where two of them overlap
# they add up. The kernel lands as the convolution laid it on the image, which is flipped:

y = np.array([[2, 1, 0],
              [1, 3, 1],
              [0, 1, 2]]).reshape(1, 1, 3, 3)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 1]]).reshape(1, 1, 3, 3)

draw.transpose_stepper(y, W, border_mode=1, strides=2)

# %%
# The other view goes over the output, as a convolution does. The zeros between are those of the
# stride, the zeros around make up for the padding. The kernel is not flipped here, since turning
# it twice is not turning it at all. The numbers are the same:

draw.transpose_stepper(y, W, border_mode=1, strides=2, view="gather")
