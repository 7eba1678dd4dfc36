# Needs convdoc. The page Install of its site shows how to get it.
"""
Half padding, transposed
========================

A convolution that keeps the size of its image has a transposed convolution that keeps it too.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, border_mode="half")
back = spec.as_transposed(size=5)
draw.show(back.relationship(size=5)[0])

# %%
# Each pixel of the input lays down a copy of the kernel, times its value. Where copies overlap,
# they add up. The copy is flipped, as the convolution laid it on the image.

y = np.array([[3, 0, 1, 2, 0],
              [1, 2, 0, 1, 3],
              [0, 1, 3, 0, 1],
              [2, 0, 1, 1, 0],
              [1, 3, 0, 2, 1]]).reshape(1, 1, 5, 5)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.transpose_stepper(y, W, "half"))

# %%
# The second figure takes one output at a time, as a convolution does. Half padding stays half
# padding, since *k* - 1 - *p* is *p* again. The kernel is not flipped here, because the two turns
# cancel. The numbers are the same:

draw.show(draw.transpose_stepper(y, W, "half", view="gather"))
