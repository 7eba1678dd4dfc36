"""Keras 2.3.1 on Theano 1.0.5.

Left alone, ``Conv2D`` on Theano flips the kernel: it is a true convolution. For
``padding="same"`` it pads ``k // 2`` zeros on every side and drops the last row and column
that an even kernel leaves over. Kernels are kept as (height, width, channels, filters).
"""

import threading
from functools import lru_cache

import numpy as np

from convdoc.engines import _theano_stack

_lock = threading.Lock()  # a model holds one set of weights at a time


def convolve(x, w, spec):
    """Convolve by the `predict` of a Keras model of one convolution layer.

    Parameters
    ----------
    x : numpy.ndarray, shape (samples, channels, height, width), float32 or float64
    w : numpy.ndarray, shape (filters, channels, kernel height, kernel width), dtype of `x`
    spec : ConvSpec

    Returns
    -------
    numpy.ndarray, shape (samples, filters, output height, output width), dtype of `x`
    """
    filters, channels = w.shape[:2]
    with _lock:
        model = _model(filters, channels, spec, x.dtype.name)
        model.set_weights([w.transpose(2, 3, 1, 0)])
        return model.predict(x)


def max_pool(x, size):
    """Take the largest value of each window of `size` × `size`, side by side.

    Parameters
    ----------
    x : numpy.ndarray, shape (samples, channels, height, width), float32 or float64
    size : int

    Returns
    -------
    numpy.ndarray, shape (samples, channels, height // size, width // size), dtype of `x`
    """
    with _lock:
        return _pooling_model(x.shape[1], size, x.dtype.name).predict(x)


@lru_cache(maxsize=128)
def _model(filters, channels, spec, dtype):
    """One layer without a bias; the image size stays open, so that Theano compiles once."""
    keras = _theano_stack.load()
    layer = keras.layers.Conv2D(
        filters,
        spec.kernel,
        padding=spec.border_mode,
        data_format="channels_first",
        input_shape=(channels, None, None),
        dtype=dtype,
        use_bias=False,
        kernel_initializer=np.zeros,  # replaced by set_weights; the usual one costs a compilation
    )
    return keras.models.Sequential([layer])


@lru_cache(maxsize=128)
def _pooling_model(channels, size, dtype):
    keras = _theano_stack.load()
    layer = keras.layers.MaxPooling2D(
        size,
        data_format="channels_first",
        input_shape=(channels, None, None),
        dtype=dtype,
    )
    return keras.models.Sequential([layer])
