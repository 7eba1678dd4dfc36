# Needs convdoc[draw]. The page Install of its site shows how to get it.
"""
Nine steps of a sliding window
==============================

A convolution is often shown as a film: a yellow square slides over a green image, and a pink one
fills up. A film runs on while you are still adding. Here the same example waits for you. Step
through it, or look at all nine positions of the window at once, with every product in its place,
so that you can check each sum.
"""

# %%
# The image is 5×5, the kernel 3×3, and both hold nothing but zeros and ones:

import numpy as np

from convdoc import ConvSpec, conv4d, draw
from convdoc.exercises import Answer

W = np.array([[1, 0, 1],
              [0, 1, 0],
              [1, 0, 1]]).reshape(1, 1, 3, 3)
x = np.array([[1, 1, 1, 0, 0],
              [0, 1, 1, 1, 0],
              [0, 0, 1, 1, 1],
              [0, 0, 1, 1, 0],
              [0, 1, 1, 0, 0]]).reshape(1, 1, 5, 5)

# %%
# Press *Play*, or go on with the arrow beside it. Under the figure stands the sum of the step.
# Point at an output to go to its window, or at a pixel to see which windows it is in:

draw.show(draw.stepper(x, W, "valid"))

# %%
# Now all steps at once. Each panel is one position of the window. In it stand nine products,
# pixel · weight, and their sum is the title. The strong cells are the products that are not zero;
# count them:

y = conv4d(x, W, "valid")
figure = draw.steps(x, W, y, ConvSpec(kernel=(3, 3)))

# %%
# The window starts at the top left, moves one column at a time, and then one row down. Three
# positions across and three down give an output of 3×3: the sums, each where its window was. As
# arrays:

for name, array in {"x": x, "W": W, "y": y}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# This kernel reads the same after a turn by 180 degrees, so it cannot tell whether a library flips
# it. :ref:`sphx_glr_auto_gallery_010_impulse_response.py` can.
#
# Try it
# ------
# Read the image as ink on paper. Which window holds the most ink under the five ones of the kernel,
# and is there only one such window?

places = np.argwhere(y[0, 0] == y.max())
draw.show(Answer(
    f"The largest sum is {y.max():.0f}. {len(places)} windows reach it; "
    "their rows and columns in y are:",
    places,
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
