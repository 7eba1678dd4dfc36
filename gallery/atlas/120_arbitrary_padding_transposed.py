"""
Any amount of padding, transposed
=================================

The convolution of :ref:`sphx_glr_auto_gallery_atlas_020_arbitrary_padding.py` read its image with
two rows of zeros on every side. On the way back these rows are computed and then cut off: what
was padding is no part of the image.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=4, border_mode=2)
back = spec.as_transposed(size=5)
back.relationship(size=6)[0]

# %%
# Each pixel of the input leaves the kernel behind, times its value, and where two of them overlap
# they add up. The kernel lands as the convolution laid it on the image, which is flipped:

y = np.array([[3, 0, 1, 2, 0, 1],
              [1, 2, 0, 1, 3, 0],
              [0, 1, 3, 0, 1, 2],
              [2, 0, 1, 1, 0, 3],
              [1, 3, 0, 2, 1, 0],
              [0, 1, 2, 0, 3, 1]]).reshape(1, 1, 6, 6)
W = np.array([[1, 2, 0, 1],
              [0, 1, 3, 0],
              [2, 0, 1, 1],
              [0, 1, 0, 2]]).reshape(1, 1, 4, 4)

draw.transpose_stepper(y, W, border_mode=2)

# %%
# The other view goes over the output, as a convolution does. The more zeros the convolution had,
# the fewer are needed now. The kernel is not flipped here, since turning it twice is not turning
# it at all. The numbers are the same:

draw.transpose_stepper(y, W, border_mode=2, view="gather")
