# Needs convdoc. The page Install of its site shows how to get it.
"""
Same with strides
=================

Odd kernels are safe under ``"same"``, one would think. With strides they are not: Keras on Theano
pads as without strides, TensorFlow pads no more than the stride needs. On an image of even size,
TensorFlow's windows then lie one pixel lower and farther right. (PyTorch refuses strides under
``padding="same"``.)
"""

# %%
# The shapes are the same once more, and the padding is not:

import numpy as np

from convdoc import ConvSpec, draw

theano, tensorflow = (ConvSpec(3, 2, mode) for mode in ("same", "same_upper"))
print(theano.output_size(6), theano.padding(6)[0])
print(tensorflow.output_size(6), tensorflow.padding(6)[0])

# %%
# A kernel whose only 1 is in the middle picks out the pixel that each window is centred on. On
# Theano, and in PyTorch with a padding of 1, these are the pixels in rows and columns 0, 2 and 4:

x = np.arange(1, 37).reshape(1, 1, 6, 6)
W = np.array([[0, 0, 0],
              [0, 1, 0],
              [0, 0, 0]]).reshape(1, 1, 3, 3)

draw.show(draw.stepper(x, W, "same", strides=2))

# %%
# In TensorFlow they are those in rows and columns 1, 3 and 5:

draw.show(draw.stepper(x, W, "same_upper", strides=2))
