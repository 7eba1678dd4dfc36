# Needs convdoc. The page Install of its site shows how to get it.
"""
Strides, transposed
===================

Strides made the output smaller; on the way back they make it larger. Copies of the kernel that
are laid down two pixels apart overlap in some places and not in others. With a kernel of 3 and a
stride of 2 some places get four contributions, others two or one. That is one cause of the
checkerboards in generated images (Odena, Dumoulin and Olah, 2016).
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2)
back = spec.as_transposed(size=5)
draw.show(back.relationship(size=2)[0])

# %%
# Each pixel of the input lays down a copy of the kernel, times its value. Where copies overlap,
# they add up. The copy is flipped, as the convolution laid it on the image. Point at a cell of
# ``x′``: the line under it counts its contributions.

y = np.array([[2, 1],
              [1, 3]]).reshape(1, 1, 2, 2)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.transpose_stepper(y, W, strides=2))

# %%
# The second figure takes one output at a time, as a convolution does. Between the pixels stand
# *s* - 1 zeros, here one, and the window moves by one cell: hence the name *fractionally
# strided*. The kernel is not flipped here, because the two turns cancel. The numbers are the
# same:

draw.show(draw.transpose_stepper(y, W, strides=2, view="gather"))
