# Needs convdoc[draw]. The page Install of its site shows how to get it.
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

import numpy as np

from convdoc import conv4d, draw
from convdoc.exercises import Answer, check
from convdoc.network import DIELEMAN, VGG16

kernel = (10, 3, 5, 5)
print(f"{kernel}: {math.prod(kernel)} parameters")

# %%
# The four convolution layers of the network, and their total. Pooling has nothing to learn:

table = DIELEMAN.table((1, 3, 45, 45))
layers = {}

for number, shape in enumerate(table.kernel_shapes, start=1):
    layers[f"layer {number}"] = math.prod(shape)
    print(f"layer {number}: {shape!s:18} {math.prod(shape):7}")
print(f"total:   {'':18} {table.weights:7}")

# %%
# The count is one of the exercises. ``check`` says if an answer to it is right, and what went wrong
# if it is not, here with the biases counted too:

counts = [*layers.values(), table.weights]
biased = [count + filters for count, filters in zip(counts, (32, 64, 128, 128, 352), strict=True)]
print(check("four-layers", counts))
print(check("four-layers", biased))

# %%
# The kernel of the first layer is the largest to look at, 6×6, and has the fewest parameters by
# far. What makes the others large is that each of their filters reads every channel of the layer
# before:

figure = draw.bars({"Parameters of each kernel": layers}, role="kernel")

# %%
# Many layers add a *bias*, one number for each filter that is added to its whole output image. It
# hardly changes the count:

print(f"without biases: {table.weights}")
print(f"with biases:    {table.parameters_tied}")

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
# What grows with the image is the work: each weight is multiplied once for every place where its
# filter lies. So the layer with the most parameters need not be the one that takes the most time.
# In a network as large as :data:`~convdoc.network.VGG16`, the two lie far apart. Most of its
# parameters are in the dense layers at its end, and most of its work is in its convolutions:

vgg = VGG16.table((1, 3, 224, 224))
dense = vgg.rows[-3:]

print(f"dense layers: {sum(row.weights for row in dense) / vgg.weights:.1%} of the parameters,")
print(f"{sum(row.multiply_adds for row in dense) / vgg.multiply_adds:.1%} of the multiplications")
draw.show(vgg)

# %%
# Try it
# ------
# The network of four layers is to read grey images instead of colour ones. How many parameters does
# it lose?

grey = DIELEMAN.table((1, 1, 45, 45)).weights
draw.show(Answer(
    f"{table.weights - grey}: two of the three channel slices of every filter in layer 1. The "
    f"other layers read filters, not colours, and keep theirs; {grey} parameters remain."
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
