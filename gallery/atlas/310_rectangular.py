"""
Rectangular kernel, strides and padding
=======================================

Nothing has to be square. Height and width have a kernel, a stride and a padding of their own, and
their sizes follow two formulas that know nothing of each other. A pair is always (vertical,
horizontal).
"""

# %%
# Down, the kernel has 2 rows, moves by 1 and is not padded:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=(2, 3), strides=(1, 2), border_mode=(0, 1))
vertical, horizontal = spec.relationship(size=(4, 7))
vertical

# %%
# Across, it has 3 columns, moves by 2 and is padded by 1:

horizontal

# %%
# Both together:

x = np.array([[3, 0, 1, 2, 0, 1, 2],
              [1, 2, 0, 1, 3, 0, 1],
              [0, 1, 3, 0, 1, 2, 0],
              [2, 0, 1, 1, 0, 3, 1]]).reshape(1, 1, 4, 7)
W = np.array([[1, 2, 0],
              [0, 1, 3]]).reshape(1, 1, 2, 3)

draw.stepper(x, W, border_mode=(0, 1), strides=(1, 2))
