# Needs convdoc. The page Install of its site shows how to get it.
"""
Max pooling
===========

Each output is the largest pixel under the window. After a convolution this keeps how strongly a
filter answered nearby, and forgets exactly where. It is no convolution, because a maximum is not
a weighted sum.
"""

# %%
# The sizes are those of a convolution all the same:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=1)
draw.show(spec.relationship(size=5)[0])

# %%
# Windows of 3×3 that overlap, as in Dumoulin and Visin's animation:

x = np.array([[5, 1, 0, 2, 1],
              [0, 2, 1, 0, 1],
              [1, 3, 0, 1, 2],
              [0, 1, 2, 0, 4],
              [6, 0, 1, 3, 0]]).reshape(1, 1, 5, 5)

draw.show(draw.pool_stepper(x, size=3, strides=1))

# %%
# Networks mostly pool in windows that do not overlap, which is what you get without ``strides``.
# What does not fill a window is left out:

draw.show(draw.pool_stepper(x, size=2))
