# Needs convdoc. The page Install of its site shows how to get it.
"""
Padding and strides, transposed
===============================

Both at once: the copies of the kernel land two pixels apart, and the border is cut off. Networks
that draw images are made of layers like this one.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2, border_mode=1)
back = spec.as_transposed(size=5)
draw.show(back.relationship(size=3)[0])

# %%
# Each pixel of the input lays down a copy of the kernel, times its value. Where copies overlap,
# they add up. The copy is flipped, as the convolution laid it on the image.

y = np.array([[2, 1, 0],
              [1, 3, 1],
              [0, 1, 2]]).reshape(1, 1, 3, 3)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.transpose_stepper(y, W, border_mode=1, strides=2))

# %%
# The second figure takes one output at a time, as a convolution does. Between the pixels stand
# *s* - 1 zeros, around them *k* - 1 - *p*, which is one of each. The kernel is not flipped here,
# because the two turns cancel. The numbers are the same:

draw.show(draw.transpose_stepper(y, W, border_mode=1, strides=2, view="gather"))
