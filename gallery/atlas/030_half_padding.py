# Needs convdoc. The page Install of its site shows how to get it.
"""
Half padding
============

How much padding keeps the size of the image? A kernel of odd side *k* needs (*k* - 1) / 2 zeros
on every side, which is half of *k*, rounded down: hence the name. Deep networks are built of this
case, since it can be repeated without end.
"""

# %%
# The sizes of image and output agree, whatever they are:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, border_mode="half")
draw.show(spec.relationship(size=5)[0])

# %%
# The window is centred on each pixel once, on those of the border too:

x = np.array([[3, 0, 1, 2, 0],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 1]]).reshape(1, 1, 5, 5)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, "half"))

# %%
# For an odd kernel ``"same"`` is this. For an even one it is not:
# :ref:`sphx_glr_auto_gallery_atlas_330_even_same.py`.
