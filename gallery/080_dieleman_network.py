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

import matplotlib.pyplot as plt
import numpy as np

from convdoc import draw
from convdoc.exercises import Answer
from convdoc.network import DIELEMAN, Conv

x = np.random.default_rng(2014).random((8, 3, 45, 45), dtype=np.float32)

print(*DIELEMAN.layers, sep="\n")

# %%
# Run it: each convolution by :func:`~convdoc.conv4d` under ``"valid"``, with random kernels, and
# each pooling by :func:`~convdoc.pool4d`. (The real network has a function that is not linear
# behind each convolution; it changes no shape.) These are the shapes of the arrays that came out:

results = DIELEMAN.run(x)
kernels = iter(DIELEMAN.kernel_shapes(channels=3))

print(f"{'input':24} {'':18} {x.shape}")
for layer, y in zip(DIELEMAN.layers, results, strict=True):
    kernel = next(kernels) if isinstance(layer, Conv) else ""
    print(f"{layer!s:24} {kernel!s:18} {y.shape}")

# %%
# The middle column is the shape of the kernel: (filters, channels, height, width). Its second
# number is always the channel count of the line above, because a filter reads every channel there
# is.
#
# A convolution takes ``k - 1`` rows and columns away; a pooling of 2×2 halves each side. Below, the
# top of each slab is the image, to scale, and its thickness grows with the logarithm of the
# channels. The image shrinks while the channels grow:

figure = draw.architecture([x.shape, *(y.shape for y in results)], DIELEMAN.layers)

# %%
# The amber patch on a slab is the window of the next convolution. On the first image it is a small
# detail. Later windows lie on smaller images, where one pixel stands for many of the photograph. A
# convolution lets one output see ``k - 1`` steps more; a pooling makes the steps longer too:

sees, step = 1, 1
for layer in DIELEMAN.layers:
    sees += (layer.size - 1) * step
    step *= 1 if isinstance(layer, Conv) else layer.size
    print(f"after {layer!s:24} one output sees {sees:2} pixels across")

# %%
# From 3 · 45 · 45 numbers for each image, the last pooling leaves this many, and in the full
# network dense layers go on from there:

last = results[-1]
print(f"{x[0].size} numbers in, {last[0].size} numbers out, for each image")

# %%
# Try it
# ------
# What would the sizes be if no pooling stood between the convolutions? Take away ``k - 1`` four
# times, and compare.

size = 45
for kernel in DIELEMAN.kernel_shapes(channels=3):
    size -= kernel[2] - 1
Answer(
    f"The last convolution would give images of {size}×{size} instead of "
    f"{results[5].shape[2]}×{results[5].shape[3]}: {(size / results[5].shape[2]) ** 2:.0f} times "
    "as many numbers."
)

# %%
# A script run from a terminal opens its pictures here:

plt.show()
