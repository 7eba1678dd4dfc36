"""Theano 1.0.5 itself: all that Keras has no words for.

By default ``theano.tensor.nnet.conv2d`` flips the kernel: it is a true convolution, and takes any
padding, uneven too, strides, dilation and groups. So nothing has to be changed. On the CPU it is
CorrMM: it copies out every window of an image and multiplies two large matrices, with OpenBLAS
where scipy-openblas32 is installed. Of a batch, each thread takes samples of its own; of one
image, a part of the product. Its gradients do the same backwards. A function is compiled once for
each plan and kept; sizes, channels and filters stay open.

Theano keeps Python's global lock (the GIL) while it computes. So Ctrl-C takes effect when the call
ends, and the other threads of the process wait until then. In a long call of the engine `direct`,
Ctrl-C takes effect at once.
"""

from functools import lru_cache

import numpy as np

from convdoc.engines import _theano_stack

_theano_stack.load_theano()

import theano.tensor as T  # noqa: N812
from theano.tensor.nnet import abstract_conv

from convdoc.engines._theano_function import Compiled, in_threads, tensor4


def convolve(x, w, spec):
    """Convolve by ``T.nnet.conv2d``."""
    return _convolution(in_threads(x), *_settings(x, spec, x.shape[2:]))(x, w)


def convolve_transpose(y, w, spec, size):
    """Apply the gradient with respect to the image, which is `convolve`'s adjoint."""
    transposed = _transposed_convolution(in_threads(y), *_settings(y, spec, size))
    return transposed(y, w, *_integers(size))


def kernel_gradient(x, dy, spec):
    """Apply the gradient with respect to the kernel."""
    gradient = _kernel_gradient(in_threads(x), *_settings(x, spec, x.shape[2:]))
    return gradient(x, dy, *_integers(spec.kernel))


def device():
    """Where Theano computes, ``"CPU"`` or ``"GPU"``."""
    return _theano_stack.device()


def clear_cache():
    """Forget all compiled functions."""
    for compiled in (_convolution, _transposed_convolution, _kernel_gradient):
        compiled.cache_clear()


def _integers(size):
    """Height and width as Theano's `lscalar`: 64 bits, also where NumPy's integers have 32."""
    return [np.asarray(n, np.int64) for n in size]


def _settings(array, spec, size):
    """What a graph depends on. Sizes, channels and filters stay open."""
    return spec.padding(size), spec.strides, spec.dilation, spec.groups, array.dtype.name


@lru_cache(maxsize=128)
def _convolution(threads, padding, strides, dilation, groups, dtype):
    x, w = tensor4(dtype), tensor4(dtype)
    y = abstract_conv.conv2d(
        x, w, border_mode=padding, subsample=strides, filter_dilation=dilation, num_groups=groups
    )
    return Compiled([x, w], y, threads)


@lru_cache(maxsize=128)
def _transposed_convolution(threads, padding, strides, dilation, groups, dtype):
    y, w, height, width = tensor4(dtype), tensor4(dtype), T.lscalar(), T.lscalar()
    x = abstract_conv.conv2d_grad_wrt_inputs(
        y,
        w,
        (None, None, height, width),
        border_mode=padding,
        subsample=strides,
        filter_dilation=dilation,
        num_groups=groups,
    )
    return Compiled([y, w, height, width], x, threads)


@lru_cache(maxsize=128)
def _kernel_gradient(threads, padding, strides, dilation, groups, dtype):
    x, dy, height, width = tensor4(dtype), tensor4(dtype), T.lscalar(), T.lscalar()
    dw = abstract_conv.conv2d_grad_wrt_weights(
        x,
        dy,
        (None, None, height, width),
        border_mode=padding,
        subsample=strides,
        filter_dilation=dilation,
        num_groups=groups,
    )
    return Compiled([x, dy, height, width], dw, threads)
