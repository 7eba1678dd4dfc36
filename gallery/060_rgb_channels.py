# Needs convdoc[draw]. The page Install of its site shows how to get it.
"""
Three channels into one
=======================

A colour image has three numbers for each pixel. Does a filter treat red, green and blue apart and
give three images? No: it has one slice for each channel, convolves each channel with its own
slice, and *adds* the three results. One filter gives one output image, however many channels it
reads.
"""

# %%
# An image of three rows and five columns with a few bright pixels: one in red, two in green, one in
# blue. The kernel has three slices, all different:

import numpy as np

from convdoc import conv4d, draw
from convdoc.exercises import Answer

W = np.array([[[1, 0, 1],
               [0, 1, 0],
               [1, 0, 1]],
              [[0, 1, 0],
               [1, 1, 1],
               [0, 1, 0]],
              [[0, 1, 0],
               [0, 1, 0],
               [0, 1, 0]]]).reshape(1, 3, 3, 3)
x = np.array([[[0, 0, 0, 0, 0],
               [0, 1, 0, 0, 0],
               [0, 0, 0, 0, 0]],
              [[0, 0, 0, 0, 1],
               [0, 0, 1, 0, 0],
               [0, 0, 0, 0, 0]],
              [[0, 0, 0, 0, 0],
               [0, 0, 0, 1, 0],
               [0, 0, 0, 0, 0]]]).reshape(1, 3, 3, 5)

# %%
# Three channels go in, one image comes out:

y = conv4d(x, W, "same")

figure = draw.equation(x, W, y)

# %%
# To see the sum at work, go through it step by step. The window lies on all three channels at once,
# each under its own slice of the kernel. Below stand three sums, one for each channel, and the
# sum of these:

draw.show(draw.stepper(x, W, "same"))

# %%
# It makes no difference to convolve each channel with its slice alone and to add up the three
# images:

parts = [conv4d(x[:, [c]], W[:, [c]], "same") for c in range(3)]
np.testing.assert_array_equal(parts[0] + parts[1] + parts[2], y)

for name, array in {"x": x, "W": W, "y": y}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# Try it
# ------
# Give the filter a kernel of 1×1, with the weights 1, 10 and 100 for red, green and blue. No pixel
# meets its neighbours any more. What is left of the convolution?

mix = np.array([1, 10, 100]).reshape(1, 3, 1, 1)
draw.show(Answer(
    "A weighted sum of the channels at each pixel; each digit tells which channel was bright:",
    conv4d(x, mix, "same")[0, 0],
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
