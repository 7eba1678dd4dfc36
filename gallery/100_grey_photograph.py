# Needs convdoc[draw,compare]. The page Install of its site shows how to get it.
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

import numpy as np

from convdoc import conv4d, draw, samples
from convdoc.exercises import Answer

photograph = samples.camera()
x = photograph.reshape(1, 1, *photograph.shape)
print(f"{photograph.shape} -> {x.shape}")

# %%
# Three kernels. The first averages 25 pixels. The second compares a pixel with its neighbours and
# gives zero where all are alike. The third, flipped as it slides, subtracts what lies to the lower
# right from what lies to the upper left:

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
# was. Those of ``edge`` sum to 0, so an even sky turns black, but for the border, where zeros lie
# beside it. Those of ``emboss`` sum to 1 again, with a slope across them: what darkens towards the
# lower right shines.

for name, kernel in {"blur": blur, "edge": edge, "emboss": emboss}.items():
    print(f"{name}: {kernel.shape}, sum {kernel.sum():.0f}")

# %%
# A picture is made of numbers still. Here is a patch of five rows and six columns, grey levels from
# 0 to 99, with a bright stripe two pixels wide, and what ``edge`` makes of it:

patch = (99 * x[:, :, 180:185, 192:198]).round()
W = edge.reshape(1, 1, 3, 3)
y = conv4d(patch, W, "valid")
figure = draw.equation(patch, W, y)

for name, array in {"x": patch, "W": W, "y": y}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# Try it
# ------
# What do you get by convolving with ``emboss`` turned by 180 degrees, and how do the two differ?

other = apply(emboss[::-1, ::-1])
draw.show(Answer(
    "The light comes from the other side: what shone is dark. The two add up to the photograph "
    "twice, because the slopes cancel and the middle 1 is left in both. Largest difference from "
    f"that on this picture: {np.abs(apply(emboss) + other - 2 * photograph).max():.1g}."
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
