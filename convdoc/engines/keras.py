"""Keras 2.3.1 on Theano 1.0.5: the default where Theano can run.

By default ``Conv2D`` on Theano flips the kernel: it is a true convolution. For
``padding="same"`` it pads ``k // 2`` zeros on every side and drops the last row and column
that an even kernel leaves over. Kernels are kept as (height, width, channels, filters); here
the kernel is left open, so that one compiled layer serves all kernels of a shape. What computes
the layer is Theano's own convolution, on the CPU CorrMM.

Keras 2.3 has no setting for groups, for padding other than ``"valid"`` and ``"same"``, and for
strides together with dilation. The engine `theano` computes these, and also transposed
convolutions and gradients, for which its layers are restricted or missing. During a call, Ctrl-C
and the other threads of the process wait, as they do for `theano`.
"""

from functools import lru_cache

from convdoc.engines import _theano_stack

keras = _theano_stack.load()

from convdoc.engines import theano
from convdoc.engines._theano_function import Compiled, in_threads, tensor4

convolve_transpose = theano.convolve_transpose
kernel_gradient = theano.kernel_gradient
device = theano.device


def convolve(x, w, spec):
    """Convolve by a Keras layer, or by Theano what Keras cannot say."""
    compiled = layer(spec, *w.shape[:2], x.dtype.name, in_threads(x))
    return theano.convolve(x, w, spec) if compiled is None else compiled(x, w)


def clear_cache():
    """Forget all compiled layers."""
    layer.cache_clear()


@lru_cache(maxsize=128)
def layer(spec, filters, channels, dtype, threads=False):
    """Compile a `Conv2D` without a bias, for all kernels of a shape and images of any size.

    Parameters
    ----------
    spec : ConvSpec
    filters, channels : int
    dtype : {"float32", "float64"}
    threads : bool
        Whether the samples of a batch are shared out among threads.

    Returns
    -------
    Compiled or None
        None for a plan that Keras cannot express.
    """
    spaced = spec.strides != (1, 1) and spec.dilation != (1, 1)
    padding = spec.paddings[0].keras
    if padding is None or spec.groups > 1 or spaced:
        return None
    conv2d = keras.layers.Conv2D(
        filters,
        spec.kernel,
        strides=spec.strides,
        padding=padding,
        dilation_rate=spec.dilation,
        data_format="channels_first",
        use_bias=False,
    )
    x, w = keras.backend.placeholder((None, channels, None, None), dtype=dtype), tensor4(dtype)
    conv2d.kernel = w.dimshuffle(2, 3, 1, 0)
    conv2d.kernel._keras_shape = (*spec.kernel, channels, filters)
    return Compiled([x, w], conv2d.call(x), threads)
