# Needs convdoc. The page Install of its site shows how to get it.
"""
Dilated pooling
===============

A pooling window can have holes, as a kernel can. It then covers a larger area with the same number
of pixels. Networks that label every pixel use it where a stride would make the image too small.
"""

# %%
# The sizes are those of a dilated convolution:

import numpy as np

from convdoc import ConvSpec, draw, pool4d

spec = ConvSpec(kernel=2, dilation=3)
print(f"covers {spec.dilated_kernel[0]} rows")
draw.show(spec.relationship(size=6)[0])

# %%
# Each output is the largest of four pixels, three apart:

x = np.array([[3, 0, 1, 2, 0, 1],
              [1, 2, 0, 1, 6, 0],
              [0, 1, 3, 0, 1, 2],
              [5, 0, 1, 1, 0, 3],
              [1, 3, 0, 2, 1, 7],
              [8, 1, 2, 0, 4, 1]]).reshape(1, 1, 6, 6)

draw.show(draw.pool_stepper(x, size=2, strides=1, dilation=3))

# %%
# Without the stride of a first pooling, a second one needs a dilation of 2 to read the same pixels.
# All results of before are in the new one, with others between them:

with_stride = pool4d(pool4d(x, 2, strides=2), 2, strides=1)
dilated = pool4d(pool4d(x, 2, strides=1), 2, strides=1, dilation=2)
print(with_stride[0, 0], dilated[0, 0], sep="\n\n")
print((dilated[:, :, ::2, ::2] == with_stride).all())
