# Needs convdoc[draw]. The page Install of its site shows how to get it.
"""
One sample, two filters
=======================

A convolution layer rarely learns one filter; it learns dozens, and each looks for something else
in the same image. How are several results kept apart? Each filter writes an output image of its
own, and the second axis of ``y`` counts them. In the next layer these images are the channels.
"""

# %%
# One image with a dot, and two filters: a diagonal cross and an upright one.

import numpy as np

from convdoc import conv4d, draw
from convdoc.exercises import Answer

W = np.array([[[1, 0, 1],
               [0, 1, 0],
               [1, 0, 1]],
              [[0, 1, 0],
               [1, 2, 1],
               [0, 1, 0]]]).reshape(2, 1, 3, 3)
x = np.array([[0, 0, 0, 0, 0],
              [0, 0, 1, 0, 0],
              [0, 0, 0, 0, 0]]).reshape(1, 1, 3, 5)

# %%
# One call computes both:

y = conv4d(x, W, "same")

figure = draw.equation(x, W, y)

# %%
# The image is an impulse, so output 0 shows filter 0 and output 1 shows filter 1. The first axis of
# ``W`` has become the second axis of ``y``. Choose a filter to see it at work:

draw.show(draw.stepper(x, W, "same"))

# %%
# The same as arrays:

for name, array in {"x": x, "W": W, "y": y}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# The filters do not know of each other. Either of them alone gives its own image, unchanged:

np.testing.assert_array_equal(conv4d(x, W[:1], "same"), y[:, :1])
np.testing.assert_array_equal(conv4d(x, W[1:], "same"), y[:, 1:])

# %%
# Try it
# ------
# Feed ``y`` to a second layer of three filters, 3×3 each. Which shape must its kernel have? Write
# it down before you open the answer.

kernel_shape = (3, y.shape[1], 3, 3)
z = conv4d(y, np.ones(kernel_shape), "same")
draw.show(Answer(
    f"Three filters, each with a slice for every channel it reads, and y has {y.shape[1]} of "
    f"them: {kernel_shape}. The output then has the shape {z.shape}."
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
