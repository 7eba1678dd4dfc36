# Needs convdoc[draw]. The page Install of its site shows how to get it.
"""
A network of four convolution layers
====================================

In 2014 Sander Dieleman won a competition in which photographs of galaxies were to be described as
people had described them, with a network of four convolution layers and a few dense ones. Written
down as a list of layers, its shapes look arbitrary. Run it, and every size follows from the one
before. The step that such lists like to leave out is the pooling between the layers.
"""

# %%
# The input is a batch of eight colour images of 45×45 pixels. Noise will do: shapes do not depend
# on what is in the picture. :data:`convdoc.network.DIELEMAN` holds the layers:

import numpy as np

from convdoc import draw
from convdoc.exercises import Answer
from convdoc.network import DIELEMAN, Conv, Network

x = np.random.default_rng(2014).random((8, 3, 45, 45), dtype=np.float32)

print(*DIELEMAN.layers, sep="\n")

# %%
# Run it: each convolution by :func:`~convdoc.conv4d` under ``"valid"``, with random kernels, and
# each pooling by :func:`~convdoc.pool4d`. (The real network has a function that is not linear
# behind each convolution; it changes no shape.) Beside each layer, the shape of its kernel and that
# of the array that came out:

results = DIELEMAN.run(x)
table = DIELEMAN.table(x.shape)

print(f"{'input':24} {'':18} {x.shape}")
for row, y in zip(table.rows[1:], results, strict=True):
    print(f"{row.layer:24} {row.kernel_shape or ''!s:18} {y.shape}")

# %%
# The second number of a kernel's shape, (filters, channels, height, width), is always the channel
# count of the line above, because a filter reads every channel there is.
#
# A convolution takes ``k - 1`` rows and columns away; a pooling of 2×2 halves each side. In the
# figure the top of each slab is the image, to scale, and its thickness grows with the logarithm of
# the channels. The image shrinks while the channels grow:

figure = draw.architecture([x.shape, *(y.shape for y in results)], DIELEMAN.layers)

# %%
# The amber patch on a slab is the window of the next convolution. On the first image it is a small
# detail. Later windows lie on smaller images, where one pixel stands for many of the photograph. A
# convolution lets one output see ``k - 1`` steps more; a pooling makes the steps longer too. What
# an output sees is called its *receptive field*:

for row in table.rows[1:]:
    print(f"after {row.layer:24} one output sees {row.receptive_field[1]:2} pixels across")

# %%
# All this could be known without computing a single pixel: it follows from sizes.
# :meth:`Network.table <convdoc.network.Network.table>` works it out. *Jump* is how many pixels of
# the photograph lie between two neighbours, *start* is where the field of the first is centred, and
# the rest is what the layer costs for these eight images. Biases, which the layers do not have
# here, can be *tied*, one for each filter, or *untied*, one for each output:

draw.show(table)

# %%
# From 3 · 45 · 45 numbers for each image, the last pooling leaves this many, and in the full
# network dense layers go on from there:

last = results[-1]
print(f"{x[0].size} numbers in, {last[0].size} numbers out, for each image")

# %%
# Try it
# ------
# What would the sizes be if no pooling stood between the convolutions? Take away ``k - 1`` four
# times, and compare. And how much would a last output see?

convolutions = Network([layer for layer in DIELEMAN.layers if isinstance(layer, Conv)])
alone, pooled = convolutions.table(x.shape).rows[-1], table.rows[-2]
size, usual = alone.shape[3], pooled.shape[3]
draw.show(Answer(
    f"The last convolution would give images of {size}×{size} instead of {usual}×{usual}: "
    f"{(size / usual) ** 2:.0f} times as many numbers. Each would see {alone.receptive_field[1]} "
    f"pixels across instead of {pooled.receptive_field[1]}."
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
