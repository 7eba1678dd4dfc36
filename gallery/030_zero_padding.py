# Needs convdoc[draw]. The page Install of its site shows how to get it.
"""
Zero padding
============

With ``border_mode="valid"`` any kernel larger than 1×1 shrinks the image, and a deep network
would soon have none left. With ``border_mode="same"`` the image is first framed with zeros, just
enough of them for the output to be as large as the input. It costs something, and you can see
what: at the border, part of each window lies on zeros that are not part of the image.
"""

# %%
# The image and the kernel of :ref:`sphx_glr_auto_gallery_020_schematic.py`:

import numpy as np

from convdoc import ConvSpec, conv4d, draw
from convdoc.exercises import Answer, check

W = np.array([[1, 0, 1],
              [0, 1, 0],
              [1, 0, 1]]).reshape(1, 1, 3, 3)
x = np.array([[1, 1, 1, 0, 0],
              [0, 1, 1, 1, 0],
              [0, 0, 1, 1, 1],
              [0, 0, 1, 1, 0],
              [0, 1, 1, 0, 0]]).reshape(1, 1, 5, 5)

# %%
# Without padding, the output loses a row at the top and at the bottom, and a column on either side:

valid = conv4d(x, W, "valid")

figure = draw.equation(x, W, valid)

# %%
# With it, the dashed frame of zeros lets the window be centred on every pixel of the image, those
# of the border too. Go back to the first step to see it stand on a corner:

# sphinx_gallery_thumbnail_number = 2
draw.show(draw.stepper(x, W, "same"))

# %%
# The plan of a convolution knows how many zeros go where, before any number is computed:

spec = ConvSpec(kernel=(3, 3), border_mode="same")
(top, bottom), (left, right) = spec.padding(x.shape[2:])
print(f"rows of zeros:    {top} above, {bottom} below")
print(f"columns of zeros: {left} on the left, {right} on the right")
print(f"output for a 5×5 image: {spec.output_size((5, 5))}")

# %%
# The arrays once more, as numbers:

same = conv4d(x, W, "same")
for name, array in {"x": x, "W": W, "y": same}.items():
    print(f"{name}.shape: {array.shape}")
    print(array)

# %%
# If you have them on paper, let them be checked. This is one of the exercises:

print(check("same-border", same))

# %%
# In the middle, ``same`` holds what ``valid`` gave: padding adds outputs, it changes none.

np.testing.assert_array_equal(same[:, :, 1:-1, 1:-1], valid)

# %%
# Try it
# ------
# Convolve an image of ones with a kernel of ones under ``"same"``. The image is the same
# everywhere. Is the output?

ones = conv4d(np.ones((1, 1, 4, 5)), np.ones((1, 1, 3, 3)), "same")
draw.show(Answer(
    "No. Each number counts the pixels under its window; at an edge three of the nine are "
    "padding, in a corner five:",
    ones[0, 0],
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
