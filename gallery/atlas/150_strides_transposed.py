"""
Strides, transposed
===================

Strides made the output smaller; on the way back they make it larger. Kernels that are left behind
two pixels apart overlap in some places and not in others. With a kernel of 3 and a stride of 2
some places get four contributions and others one, which is where the checkerboards in generated
images come from.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2)
back = spec.as_transposed(size=5)
back.relationship(size=2)[0]

# %%
# Each pixel of the input leaves the kernel behind, times its value, and where two of them overlap
# they add up. The kernel lands as the convolution laid it on the image, which is flipped:

y = np.array([[2, 1],
              [1, 3]]).reshape(1, 1, 2, 2)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 1]]).reshape(1, 1, 3, 3)

draw.transpose_stepper(y, W, strides=2)

# %%
# The other view goes over the output, as a convolution does. Between the pixels stands one zero
# less than the stride is long, and the window moves by one cell: hence the name *fractionally
# strided*. The kernel is not flipped here, since turning it twice is not turning it at all. The
# numbers are the same:

draw.transpose_stepper(y, W, strides=2, view="gather")
