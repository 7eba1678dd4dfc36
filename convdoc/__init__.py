"""2-D convolution as convolutional networks use it, computed and explained.

The map of the package:

- `conv4d`, `correlate4d`, `conv4d_transpose`: convolve a batch of images with a bank of
  filters; without the flip; backwards.
- `conv4d_gradients`: how a loss changes with the image, the kernel and the bias.
- `pool4d`: max and average pooling.
- `conv4d_blocks`, `correlate4d_blocks`, `conv4d_transpose_blocks`, `pool4d_blocks`: the same for
  images larger than memory, from an array on disk to another.
- `convert_kernel`: the kernel of a layer, moved from one framework to another.
- `ConvSpec`: the plan of a convolution in integers alone: sizes, padding, windows.
- `convdoc.explain`: the terms of one pixel, the sum of shifted images, the matrix.
- `convdoc.steps`: a convolution step by step, as numbers.
- `convdoc.network`: a network as a list of layers, with its shapes, parameters, multiply-adds
  and receptive fields.
- `convdoc.exercises`: questions, and answers that recognise the mistake behind a wrong one.
- `convdoc.engines`: the libraries that compute, all with the same result.
- `convdoc.draw`: steppers; arrays, convolutions and networks as pictures, which need matplotlib.
- ``python -m convdoc``: which engines can compute here, by which versions, and why others cannot.

Arrays are NCHW throughout: images are (samples, channels, height, width), kernels are
(filters, channels, height, width), results are (samples, filters, height, width).
``import convdoc`` makes all of this reachable, and imports NumPy alone: a module is imported where
it is first named, Keras and Theano by the first call that computes.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from convdoc.blocks import (
    conv4d_blocks,
    conv4d_transpose_blocks,
    correlate4d_blocks,
    pool4d_blocks,
)
from convdoc.conv import conv4d, conv4d_gradients, conv4d_transpose, correlate4d, pool4d
from convdoc.layouts import convert_kernel
from convdoc.spec import ConvSpec

if TYPE_CHECKING:
    from convdoc import draw as draw
    from convdoc import engines as engines
    from convdoc import exercises as exercises
    from convdoc import explain as explain
    from convdoc import network as network
    from convdoc import steps as steps

__version__ = "0.1.0"
__all__ = [
    "ConvSpec",
    "conv4d",
    "conv4d_blocks",
    "conv4d_gradients",
    "conv4d_transpose",
    "conv4d_transpose_blocks",
    "convert_kernel",
    "correlate4d",
    "correlate4d_blocks",
    "pool4d",
    "pool4d_blocks",
]

_MODULES = ("draw", "engines", "exercises", "explain", "network", "steps")


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return importlib.import_module(f"convdoc.{name}")
    raise AttributeError(f"module 'convdoc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES, "__version__"])
