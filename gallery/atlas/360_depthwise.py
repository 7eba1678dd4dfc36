# Needs convdoc. The page Install of its site shows how to get it.
"""
Depthwise
=========

As many groups as channels: each channel has a filter of its own, and nothing is added up across
channels. Networks for phones, such as MobileNet, use this to look at neighbours and a 1×1
convolution to mix channels, which costs a fraction of doing both at once.
"""

# %%
# Each of the three filters has one slice:

import numpy as np

from convdoc import draw

rng = np.random.default_rng(1)
x = rng.integers(0, 4, (1, 3, 3, 4))
W = rng.integers(-1, 3, (3, 1, 2, 2))
print("W", W.shape)

# %%
# Output 0 comes from channel 0 alone, output 1 from channel 1, and so on:

draw.show(draw.stepper(x, W, "valid", groups=3))
