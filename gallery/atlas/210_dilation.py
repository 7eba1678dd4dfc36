"""
Dilation
========

A dilated kernel has holes: its elements stand *d* pixels apart. It sees farther without having
more weights, which is cheap, and it skips what lies in its holes.
"""

# %%
# In the formula the kernel is as large as the ground it covers:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, dilation=2)
print(f"covers {spec.dilated_kernel[0]} rows")
spec.relationship(size=7)[0]

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
              [2, 0, 1]]).reshape(1, 1, 3, 3)

draw.stepper(x, W, "valid", dilation=2)
