"""PyTorch: ``conv2d``, on a GPU where it finds one.

By default ``conv2d`` correlates, so the kernel is not flipped; it pads with zeros, as many
behind as before. Here the kernel is flipped, which also makes the copy that PyTorch needs of
it, because it knows no steps backwards; uneven padding is put around the image beforehand.
The transposed convolution makes the padding too, and it is cut off afterwards. On a GPU, TF32
would round float32 to ten binary digits: it is off for the time of the call. PyTorch does not
multiply the zeros of the padding, of which an infinite weight would make NaN: NumPy adds up
shifted images where the kernel is not finite.
"""

import contextlib

import numpy as np
import torch
from torch.nn import functional
from torch.nn.grad import conv2d_weight

from convdoc.engines import _planes
from convdoc.engines._arrays import fit, flip

_gpu = torch.cuda.is_available()


def convolve(x, w, spec):
    """Convolve by ``conv2d`` with the flipped kernel."""
    if not _planes.finite(w):
        return _planes.convolve(x, w, spec, _planes.by_shifts)
    images, padding = _padded(x, spec)
    kernels = _tensor(flip(w).copy())
    with _full_precision():
        y = torch.conv2d(images, kernels, None, spec.strides, padding, spec.dilation, spec.groups)
    return _array(y)


def convolve_transpose(y, w, spec, size):
    """Apply ``conv_transpose2d``, which is the adjoint of ``conv2d``."""
    outputs, kernels = _tensor(y), _tensor(flip(w).copy())
    with _full_precision():
        x = functional.conv_transpose2d(
            outputs, kernels, stride=spec.strides, groups=spec.groups, dilation=spec.dilation
        )
    return fit(_array(x), spec.padding(size), size)


def kernel_gradient(x, dy, spec):
    """Apply the gradient of ``conv2d`` with respect to its weight."""
    images, padding = _padded(x, spec)
    shape = (dy.shape[1], x.shape[1] // spec.groups, *spec.kernel)
    with _full_precision():
        dw = conv2d_weight(
            images, shape, _tensor(dy), spec.strides, padding, spec.dilation, spec.groups
        )
    return flip(_array(dw)).copy()


def device():
    """Where PyTorch computes, ``"CPU"`` or ``"GPU"``."""
    return "GPU" if _gpu else "CPU"


def _padded(x, spec):
    """The images, and the padding that ``conv2d`` is to put around them."""
    (top, bottom), (left, right) = spec.padding(x.shape[2:])
    if (top, left) == (bottom, right):
        return _tensor(x), (top, left)
    return functional.pad(_tensor(x), (left, right, top, bottom)), (0, 0)


def _tensor(array):
    """The same numbers; a copy of them where they are read-only, of which PyTorch would warn."""
    tensor = torch.from_numpy(array if array.flags.writeable else array.copy())
    return tensor.cuda() if _gpu else tensor


def _array(tensor):
    return np.ascontiguousarray(tensor.numpy(force=_gpu))


def _full_precision():
    if not _gpu:
        return contextlib.nullcontext()
    return torch.backends.cudnn.flags(enabled=True, allow_tf32=False, fp32_precision="ieee")
