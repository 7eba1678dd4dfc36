"""
A grey photograph
=================

On a small array a convolution is arithmetic; on a photograph it is something you can see. Three
classic kernels, nine or twenty-five numbers each, blur a picture, find its edges, or light it
from the side. A network learns kernels like these by itself, in its first layer above all.
"""

# %%
# The photograph ships with scikit-image. As an array it has two axes, height and width; a
# convolution layer wants four, so it becomes a batch of one sample with one channel:

import matplotlib.pyplot as plt
import numpy as np
import skimage.data

from convdoc import conv4d, draw
from convdoc.exercises import Answer

np.set_printoptions(suppress=True, precision=3)

photograph = skimage.data.camera()[40:296, 110:366] / 255
x = photograph.reshape(1, 1, *photograph.shape)
print(f"{photograph.shape} -> {x.shape}")

# %%
# Three kernels. The first averages 25 neighbours. The second compares a pixel with its neighbours
# and gives zero where all are alike. The third subtracts the upper left from the lower right:

blur = np.full((5, 5), 1 / 25)
edge = np.array([[-1, -1, -1],
                 [-1,  8, -1],
                 [-1, -1, -1]])
emboss = np.array([[-2, -1, 0],
                   [-1,  1, 1],
                   [ 0,  1, 2]])


def apply(kernel):
    """Convolve the photograph with one 2-D kernel, and give back a 2-D image."""
    return conv4d(x, kernel.reshape(1, 1, *kernel.shape), "same")[0, 0]


# %%
# Black is 0 and white is 1; what falls outside is shown as black or white:

figure = draw.photographs(
    {
        "the photograph": photograph,
        "blur": apply(blur),
        "edge": apply(edge),
        "emboss": apply(emboss),
    }
)

# %%
# The kernels explain the pictures. The elements of ``blur`` sum to 1, so grey stays as bright as it
# was. Those of ``edge`` sum to 0, so an even sky turns black. Those of ``emboss`` sum to 1 again,
# with a slope across them: a surface that brightens along that slope shines.

for name, kernel in {"blur": blur, "edge": edge, "emboss": emboss}.items():
    print(f"{name}: {kernel.shape}, sum {kernel.sum():.0f}")

# %%
# The first numbers of the top row are the sky. A wide blur darkens it at the very border, where
# part of the window lies on zeros:

for name, image in {"photograph": photograph, "blurred": apply(blur)}.items():
    print(f"{name:10}", image[0, :5])

# %%
# Try it
# ------
# What do you get by convolving with ``emboss`` turned by 180 degrees, and how do the two differ?

other = apply(emboss[::-1, ::-1])
Answer(
    "The light comes from the other side: what shone is dark. The two add up to the photograph "
    "twice, because the slopes cancel and the middle 1 is left in both. Largest difference from "
    f"that on this picture: {np.abs(apply(emboss) + other - 2 * photograph).max():.1g}."
)

# %%
# A script run from a terminal opens its pictures here:

plt.show()
