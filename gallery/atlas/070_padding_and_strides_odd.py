# Needs convdoc. The page Install of its site shows how to get it.
"""
Padding and strides that leave a row over
=========================================

The case of *Padding and strides* with one row and one column more. The output does not get
larger: the stride steps over what is left. The last row and column of zeros are never read, and
nothing is wrong with that.
"""

# %%
# Rounding down hides the difference between an image of 5 and one of 6:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2, border_mode=1)
draw.show(spec.relationship(size=6)[0])

# %%
# The hatched cells are those that no window reads:

x = np.array([[3, 0, 1, 2, 0, 1],
              [1, 2, 0, 1, 3, 0],
              [0, 1, 3, 0, 1, 2],
              [2, 0, 1, 1, 0, 3],
              [1, 3, 0, 2, 1, 0],
              [0, 1, 2, 0, 3, 1]]).reshape(1, 1, 6, 6)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, border_mode=1, strides=2))

# %%
# Which sizes give an output of 3? As many sizes as the stride, here two, and from the output
# alone nobody can tell which it was.
# :ref:`sphx_glr_auto_gallery_atlas_170_padding_and_strides_odd_transposed.py` has to be told.

heights, widths = spec.input_sizes(3)
print(*heights)
