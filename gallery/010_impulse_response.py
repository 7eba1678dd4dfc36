# Needs convdoc[draw]. The page Install of its site shows how to get it.
"""
Impulse response
================

Which way round does a convolution lay its kernel? Does it stay inside the border or go beyond it?
One image answers both: a single 1 among zeros, an *impulse*. In every window that holds the 1, the
1 meets one element of the kernel, so the output is the kernel itself, among zeros. It is the first
thing to try with any convolution that you have not written yourself.
"""

# %%
# The image has five rows and seven columns, with the impulse in the middle. The kernel is small,
# and all six of its elements differ, so that no two of them can be confused:

import numpy as np

from convdoc import conv4d, draw
from convdoc.exercises import Answer

x = np.array([[0, 0, 0, 0, 0, 0, 0],
              [0, 0, 0, 0, 0, 0, 0],
              [0, 0, 0, 1, 0, 0, 0],
              [0, 0, 0, 0, 0, 0, 0],
              [0, 0, 0, 0, 0, 0, 0]]).reshape(1, 1, 5, 7)
W = np.array([[1., 2., 3.],
              [4., 5., 6.]]).reshape(1, 1, 2, 3)

# %%
# Convolve, keeping to the windows that lie wholly on the image:

y = conv4d(x, W, "valid")

figure = draw.equation(x, W, y)

# %%
# Step by step you can see why. The kernel lies on the image flipped, so the first window that holds
# the 1 reads it with the kernel's *first* element, and so on to the last:

draw.show(draw.stepper(x, W, "valid"))

# %%
# The kernel comes out as it went in, neither turned nor mirrored. That is the mark of a true
# convolution: it flips the kernel before sliding it, and the impulse flips it back. TensorFlow,
# PyTorch and JAX leave the first flip out, so their layers would show the kernel turned by 180
# degrees. What they compute is called *cross-correlation*.
#
# The same in numbers, with the shapes that Keras and Theano see, (samples, channels, height, width)
# for the images and (filters, channels, height, width) for the kernel:

for name, array in {"x": x, "W": W, "y": y}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# The shape of the output answers the second question. It has one row fewer than the image and two
# columns fewer: under ``"valid"`` a kernel of two rows and three columns never goes beyond the
# border, and fits the image in that many fewer places.
#
# Try it
# ------
# Turn the kernel by 180 degrees before the call, ``W[:, :, ::-1, ::-1]``, and the result is
# PyTorch's. What are its two middle rows?

turned = conv4d(x, W[:, :, ::-1, ::-1], "valid")
draw.show(Answer("The kernel comes out turned, its last element first:", turned[0, 0, 1:3]))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
