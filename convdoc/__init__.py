"""2-D convolution as convolutional networks use it, computed and explained.

The map of the package:

- `conv4d`: convolve a batch of images with a bank of filters.
- `pool4d`: max pooling.
- `ConvSpec`: the plan of a convolution in integers alone: sizes, padding, windows.
- `convdoc.network`: a network as a list of layers, with its shapes and parameters.
- `convdoc.draw`: arrays, convolutions and networks as pictures (needs matplotlib).
- ``python -m convdoc``: which Keras, Theano, compiler and device compute all this.

Arrays are NCHW throughout: images are (samples, channels, height, width), kernels are
(filters, channels, height, width), results are (samples, filters, height, width).
Keras and Theano are imported by the first call that computes, not by ``import convdoc``.
"""

from convdoc.conv import conv4d, pool4d
from convdoc.spec import ConvSpec

__version__ = "0.1.0"
__all__ = ["ConvSpec", "conv4d", "pool4d"]
