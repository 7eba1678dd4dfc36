# Needs convdoc. The page Install of its site shows how to get it.
"""
Groups
======

In a grouped convolution the channels are dealt out. Each filter reads the channels of its own
group alone, so the kernel has fewer slices. The groups can be computed on different graphics
cards: AlexNet was split in two for that in 2012.
"""

# %%
# Four channels in two groups: each filter needs two slices, not four.

import numpy as np

from convdoc import draw

rng = np.random.default_rng(0)
x = rng.integers(0, 4, (1, 4, 4, 4))
W = rng.integers(-1, 3, (2, 2, 3, 3))
print(f"{W.size} weights in two groups, {2 * W.size} in one")

# %%
# Filter 0 reads channels 0 and 1, filter 1 reads channels 2 and 3. The others are pale:

draw.show(draw.stepper(x, W, "valid", groups=2))
