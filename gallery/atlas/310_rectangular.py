# Needs convdoc. The page Install of its site shows how to get it.
"""
Rectangular kernel, strides and padding
=======================================

Nothing has to be square. Height and width have a kernel, a stride and a padding of their own, and
their sizes follow two formulas that know nothing of each other. A pair is always (vertical,
horizontal).
"""

# %%
# Down the image: a kernel of 2 rows, a stride of 1, no padding.

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=(2, 3), strides=(1, 2), border_mode=(0, 1))
vertical, horizontal = spec.relationship(size=(4, 7))
draw.show(vertical)

# %%
# Across: a kernel of 3 columns, a stride of 2, a padding of 1.

draw.show(horizontal)

# %%
# Both together:

x = np.array([[3, 0, 1, 2, 0, 1, 2],
              [1, 2, 0, 1, 3, 0, 1],
              [0, 1, 3, 0, 1, 2, 0],
              [2, 0, 1, 1, 0, 3, 1]]).reshape(1, 1, 4, 7)
W = np.array([[1, 2, 0],
              [0, 1, 3]]).reshape(1, 1, 2, 3)

draw.show(draw.stepper(x, W, border_mode=(0, 1), strides=(1, 2)))
