# Needs convdoc. The page Install of its site shows how to get it.
"""
Uneven padding
==============

Zeros may stand on one side alone. A *causal* convolution, for example, must not look ahead. With
padding only in front, each output sees its own pixel and those before it.
"""

# %%
# Padding is given as ((top, bottom), (left, right)). Along each axis the sum of both sides
# counts, here *p₁* on the left and *p₂* on the right:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=(1, 3), border_mode=((0, 0), (2, 0)))
draw.show(spec.relationship(size=(3, 6))[1])

# %%
# Three rows, each a series of its own, and a kernel of one row. The first output of each row has
# seen one pixel, the second two:

x = np.array([[3, 0, 1, 2, 0, 1],
              [1, 2, 0, 1, 3, 0],
              [0, 1, 3, 0, 1, 2]]).reshape(1, 1, 3, 6)
W = np.array([[1, 2, 3]]).reshape(1, 1, 1, 3)

draw.show(draw.stepper(x, W, border_mode=((0, 0), (2, 0))))
