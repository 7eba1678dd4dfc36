# Needs convdoc. The page Install of its site shows how to get it.
"""
Dilation
========

A dilated kernel has holes: its elements stand *d* pixels apart. It sees farther without having
more weights, which is cheap, and it skips what lies in its holes.
"""

# %%
# The formula counts what the kernel covers, *k* + (*k* - 1)(*d* - 1):

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, dilation=2)
print(f"covers {spec.dilated_kernel[0]} rows")
draw.show(spec.relationship(size=7)[0])

# %%
# Nine pixels under the frame are read; those between are not, in this step:

x = np.array([[3, 0, 1, 2, 0, 1, 2],
              [1, 2, 0, 1, 3, 0, 1],
              [0, 1, 3, 0, 1, 2, 0],
              [2, 0, 1, 1, 0, 3, 1],
              [1, 3, 0, 2, 1, 0, 2],
              [0, 1, 2, 0, 3, 1, 0],
              [2, 0, 1, 3, 0, 1, 1]]).reshape(1, 1, 7, 7)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, "valid", dilation=2))

# %%
# To keep the size of the image, pad by half of what the kernel covers, which ``"half"`` and
# ``"same"`` do. With strides as well, the same formula holds:

draw.show(ConvSpec(kernel=3, dilation=2, strides=2, border_mode="half").relationship(size=7)[0])
