"""
No padding, transposed
======================

What leads from an output of 2×2 back to an image of 4×4? The transposed convolution: it takes the
shapes of :ref:`sphx_glr_auto_gallery_atlas_010_no_padding.py` the other way. It brings back the
shape, not the pixels. It is what a network computes when it learns, and how it enlarges images.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, border_mode="valid")
back = spec.as_transposed(size=4)
back.relationship(size=2)[0]

# %%
# Each pixel of the input leaves the kernel behind, times its value, and where two of them overlap
# they add up. The kernel lands as the convolution laid it on the image, which is flipped:

y = np.array([[2, 1],
              [1, 3]]).reshape(1, 1, 2, 2)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 1]]).reshape(1, 1, 3, 3)

draw.transpose_stepper(y, W, "valid")

# %%
# The other view goes over the output, as a convolution does. A convolution without padding
# becomes one with full padding. The kernel is not flipped here, since turning it twice is not
# turning it at all. The numbers are the same:

draw.transpose_stepper(y, W, "valid", view="gather")
