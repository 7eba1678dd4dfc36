# Needs convdoc. The page Install of its site shows how to get it.
"""
Two channels into three
=======================

The general case, and the one that drawings mostly leave out: several channels come in and several
go out. Each of the three filters has two slices, and each output is the sum of two convolutions
and a bias.
"""

# %%
# The number of weights is filters × channels × height × width:

import numpy as np

from convdoc import draw

rng = np.random.default_rng(3)
x = rng.integers(0, 4, (1, 2, 4, 4))
W = rng.integers(-1, 3, (3, 2, 3, 3))
print(f"W {W.shape}: {W.size} weights")

# %%
# Choose a filter to see its two slices. Under the figure stand the sum of each channel and, last,
# their sum with the bias of the filter:

draw.show(draw.stepper(x, W, "valid", bias=[10, 20, 30]))
