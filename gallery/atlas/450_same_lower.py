# Needs convdoc. The page Install of its site shows how to get it.
"""
Same, with the odd zero first
=============================

One output for each stride may need an odd number of zeros, which cannot be shared equally between
both sides. TensorFlow puts the last one after the image. ONNX has a name for either choice,
``SAME_UPPER`` and ``SAME_LOWER``; the second is ``"same_lower"`` here.
"""

# %%
# Three rules, one output size, and three paddings (before, behind):

import numpy as np

from convdoc import ConvSpec, draw

for mode in ("same", "same_upper", "same_lower"):
    spec = ConvSpec(kernel=3, strides=2, border_mode=mode)
    print(f"{mode:10} {spec.output_size(6)} {spec.padding(6)[0]}")

# %%
# The kernel's only 1 is in its middle, so the result shows the pixels that windows are centred on:
# those in rows and columns 0, 2 and 4.

x = np.arange(1, 37).reshape(1, 1, 6, 6)
W = np.array([[0, 0, 0],
              [0, 1, 0],
              [0, 0, 0]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, "same_lower", strides=2))

# %%
# Keras on Theano, which pads by one on every side, gives the same. No window reads the last row and
# the last column of its zeros:

draw.show(draw.stepper(x, W, "same", strides=2))
