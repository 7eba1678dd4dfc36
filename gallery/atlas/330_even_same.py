# Needs convdoc. The page Install of its site shows how to get it.
"""
Even kernels under same
=======================

Under ``"same"`` a kernel of 2 needs one zero, and one zero cannot be shared between two sides.
Keras on Theano puts it before the image, TensorFlow behind it. The shapes agree, and the results
stand one pixel apart.
"""

# %%
# Size for size, there is nothing to see:

import numpy as np

from convdoc import ConvSpec, draw

theano, tensorflow = (ConvSpec(kernel=2, border_mode=mode) for mode in ("same", "same_upper"))
print(theano.output_size(4), theano.padding(4)[0])
print(tensorflow.output_size(4), tensorflow.padding(4)[0])

# %%
# Keras on Theano, the zeros at the top and on the left:

x = np.array([[3, 0, 1, 2],
              [1, 2, 0, 1],
              [0, 1, 3, 0],
              [2, 0, 1, 1]]).reshape(1, 1, 4, 4)
W = np.array([[1, 2],
              [0, 3]]).reshape(1, 1, 2, 2)

draw.show(draw.stepper(x, W, "same"))

# %%
# TensorFlow's place for them, and that of PyTorch's ``padding="same"``, at the bottom and on the
# right. (They would not flip the kernel either; here it is flipped in both, so that the padding
# alone differs.)

draw.show(draw.stepper(x, W, "same_upper"))
