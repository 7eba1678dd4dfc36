# Needs convdoc. The page Install of its site shows how to get it.
"""
No padding, transposed
======================

What leads from an output of 2×2 back to an image of 4×4? The transposed convolution: it takes the
shapes of a convolution the other way, and brings back the shape, not the pixels. A network
computes it when it learns, to pass the error back to a layer's input, and some networks enlarge
images with it. Keras has it as ``Conv2DTranspose``; "deconvolution" is another name, and a
misleading one.
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, border_mode="valid")
back = spec.as_transposed(size=4)
draw.show(back.relationship(size=2)[0])

# %%
# Each pixel of the input lays down a copy of the kernel, times its value. Where copies overlap,
# they add up. The copy is flipped, as the convolution laid it on the image.

y = np.array([[2, 1],
              [1, 3]]).reshape(1, 1, 2, 2)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.transpose_stepper(y, W, "valid"))

# %%
# The second figure takes one output at a time, as a convolution does. A convolution without
# padding becomes one with full padding: *k* - 1 - *p* zeros stand around the input, and *p* is 0.
# The kernel is not flipped here, because the two turns cancel. The numbers are the same:

draw.show(draw.transpose_stepper(y, W, "valid", view="gather"))

# %%
# The transposed layers of TensorFlow and PyTorch belong to cross-correlations, so they lay the
# kernel down *unflipped*. To get their numbers, turn the kernel by 180 degrees, ``W[:, :, ::-1,
# ::-1]``.
