"""
Counting parameters
===================

How much does a convolution layer have to learn? Biases apart, the elements of its kernel array:
multiply the four numbers of its shape. The size of the image does not enter, and that is the
whole point of a convolution layer. Here is the count for each layer of
:ref:`sphx_glr_auto_gallery_080_dieleman_network.py`, and which of its layers have the most
parameters.
"""

# %%
# One layer first. Ten filters over three channels, 5×5 each, make a kernel array of shape (10, 3,
# 5, 5), and its number of elements is the product:

import math

import matplotlib.pyplot as plt
import numpy as np

from convdoc import conv4d, draw
from convdoc.exercises import Answer
from convdoc.network import DIELEMAN

kernel = (10, 3, 5, 5)
print(f"{kernel}: {math.prod(kernel)} parameters")

# %%
# The four convolution layers of the network, and their total. Pooling has nothing to learn:

shapes = DIELEMAN.kernel_shapes(channels=3)
counts = [math.prod(shape) for shape in shapes]

for number, (shape, count) in enumerate(zip(shapes, counts, strict=True), start=1):
    print(f"layer {number}: {shape!s:18} {count:7}")
print(f"total:   {'':18} {sum(counts):7}")

# %%
# The kernel of the first layer is the largest to look at, 6×6, and has the fewest parameters by
# far. What makes the others large is that each of their filters reads every channel of the layer
# before:

layers = {f"layer {number}": count for number, count in enumerate(counts, start=1)}
figure = draw.bars({"Parameters of each kernel": layers}, role="kernel")

# %%
# Many layers add a *bias*, one number for each filter that is added to its whole output image. It
# hardly changes the count:

biases = sum(shape[0] for shape in shapes)
print(f"without biases: {sum(counts)}")
print(f"with biases:    {sum(counts) + biases}")

# %%
# To see that the image size is not among them: the same kernel of two elements serves a small image
# and a larger one.

w = np.array([1, -1]).reshape(1, 1, 1, 2)
small, large = (np.tri(n)[None, None] for n in (3, 6))

figure = draw.equation(small, w, conv4d(small, w, "valid"))
figure = draw.equation(large, w, conv4d(large, w, "valid"))

print(f"W.shape: {w.shape}")
print(w)
for x in (small, large):
    print(f"x.shape: {x.shape}   y.shape: {conv4d(x, w, 'valid').shape}")

# %%
# Try it
# ------
# The network is to read grey images instead of colour ones. How many parameters does it lose?

grey = sum(math.prod(shape) for shape in DIELEMAN.kernel_shapes(channels=1))
Answer(
    f"{sum(counts) - grey}: two of the three channel slices of every filter in layer 1. The other "
    f"layers read filters, not colours, and keep theirs; {grey} parameters remain."
)

# %%
# A script run from a terminal opens its pictures here:

plt.show()
