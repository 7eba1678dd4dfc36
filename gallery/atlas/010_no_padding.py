# Needs convdoc. The page Install of its site shows how to get it.
"""
No padding, unit strides
========================

The plainest convolution: every window lies wholly on the image, and neighbouring windows stand
one pixel apart. It is what ``border_mode="valid"`` asks for. The output has *k* - 1 rows and
columns fewer than the image, *k* being the side of the kernel.
"""

# %%
# A kernel of 3×3 on an image of 4×4 has two places to stand along each axis:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, border_mode="valid")
draw.show(spec.relationship(size=4)[0])

# %%
# The kernel is not symmetric, so the figure shows that it is flipped: its last weight, 4, meets
# the first pixel of the window. Press *Kernel as stored* to see it the other way round.

x = np.array([[3, 0, 1, 2],
              [1, 2, 0, 1],
              [0, 1, 3, 0],
              [2, 0, 1, 1]]).reshape(1, 1, 4, 4)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, "valid"))

# %%
# Point at a pixel to light the outputs that it goes into. Those in the middle go into all four, a
# corner into one. Under ``"valid"`` the border counts less than the middle.
