# Needs convdoc[draw,compare]. The page Install of its site shows how to get it.
"""
A colour photograph
===================

A colour photograph is stored as height, width, colour; Theano wants colour first. And one filter
turns all three channels into a single image, so how does a network ever give colour back? With
three filters, each of which decides how much it takes from each channel.
"""

# %%
# The cat ships with scikit-image. Move the colour axis to the front and add the sample axis:

import numpy as np

from convdoc import conv4d, draw, samples
from convdoc.exercises import Answer

photograph = samples.chelsea()
x = photograph.transpose(2, 0, 1)[None]
print(f"{photograph.shape} -> {x.shape}")

# %%
# To blur each colour by itself takes three filters of three channels: filter 0 reads red alone, so
# its slices for green and blue are zero, and so on. A function builds such a kernel from any 2-D
# one:


def each_channel(kernel):
    """Lay a 2-D kernel on the diagonal of a (3, 3, height, width) array."""
    w = np.zeros((3, 3, *kernel.shape))
    w[range(3), range(3)] = kernel
    return w


blur = each_channel(np.full((9, 9), 1 / 81))
emboss = each_channel(np.array([[-2, -1, 0],
                                [-1,  1, 1],
                                [ 0,  1, 2]]))

# %%
# An edge filter that reads all three colours is *one* filter that mixes channels. It gives one
# image, and an image of one channel is shown grey.

edge = np.array([[-1, -1, -1],
                 [-1,  8, -1],
                 [-1, -1, -1]])
edge = np.stack([edge, edge, edge])[None]

# %%
# And a kernel of 1×1 mixes channels without looking at any neighbour. These weights turn a
# photograph sepia; each row is one filter, and its numbers are what it takes from red, green and
# blue:

sepia = np.array([[0.393, 0.769, 0.189],
                  [0.349, 0.686, 0.168],
                  [0.272, 0.534, 0.131]]).reshape(3, 3, 1, 1)

figure = draw.photographs(
    {
        "the photograph": x[0],
        "blur, each channel": conv4d(x, blur, "same")[0],
        "emboss, each channel": conv4d(x, emboss, "same")[0],
        "edge, all channels": conv4d(x, edge, "same")[0, 0],
        "sepia, mixes channels": conv4d(x, sepia, "same")[0],
        "the red channel alone": x[0, 0],
    }
)

# %%
# The mixing in numbers, at a patch of one row and two columns, with colours from 0 to 99:

patch = (99 * x[:, :, 95:96, 60:62]).round()
y = conv4d(patch, sepia, "valid")
figure = draw.equation(patch, sepia, y)

for name, array in {"x": patch, "W": sepia, "y": y}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# The shapes tell which is which: as many output channels as the kernel has filters.

for name, w in {"blur": blur, "emboss": emboss, "edge": edge, "sepia": sepia}.items():
    print(f"{name:6}  W {w.shape!s:14} y {conv4d(x, w, 'same').shape}")

# %%
# Try it
# ------
# Count the weights of ``blur`` that are not zero, and all of its weights. How much of the array is
# idle?

used = np.count_nonzero(blur)
draw.show(Answer(
    f"{used} of {blur.size} are used. The other {blur.size - used} are zeros that keep the "
    "channels apart; a depthwise convolution does not store them."
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
