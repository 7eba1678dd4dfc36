"""NumPy: the reference, plain and readable.

By default NumPy convolves in one dimension only. Here each window of the image becomes a
view into it (``sliding_window_view``), and one product of matrices sums them all up.
"""

import functools
import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convdoc.engines._arrays import fit, flip, pad


def convolve(x, w, spec):
    """Multiply the windows of the image with the flipped kernels.

    Parameters
    ----------
    x : numpy.ndarray, shape (samples, channels, height, width), float32 or float64
    w : numpy.ndarray, shape (filters, channels // groups, kernel height, kernel width)
    spec : ConvSpec

    Returns
    -------
    numpy.ndarray, shape (samples, filters, output height, output width), dtype of `x`
    """
    windows = _windows(pad(x, spec.padding(x.shape[2:])), spec)
    parts = zip(_groups(windows, 1, spec), _groups(flip(w), 0, spec), strict=True)
    y = [_product(_as_rows(part), bank.reshape(len(bank), -1).T) for part, bank in parts]
    outputs = len(x), *spec.output_size(x.shape[2:]), len(w)
    return np.ascontiguousarray(np.hstack(y).reshape(outputs).transpose(0, 3, 1, 2))


def convolve_transpose(y, w, spec, size):
    """Give each output back to the window it was made of: `convolve`'s adjoint.

    Every output, times the kernel, is added to the window that `convolve` read it from.

    Parameters
    ----------
    y : numpy.ndarray, shape (samples, filters, height, width), float32 or float64
    w : numpy.ndarray, shape (filters, channels // groups, kernel height, kernel width)
    spec : ConvSpec
        The plan of the convolution, not transposed.
    size : (int, int)
        Height and width of what the convolution read.

    Returns
    -------
    numpy.ndarray, shape (samples, channels, *size), dtype of `y`
    """
    sides = spec.padding(size)
    around = tuple(n + sum(p) for n, p in zip(size, sides, strict=True))
    x = np.zeros((len(y), w.shape[1] * spec.groups, *around), y.dtype)
    windows = _windows(x, spec, writeable=True)
    parts = zip(
        _groups(windows, 1, spec), _groups(y, 1, spec), _groups(flip(w), 0, spec), strict=True
    )
    for part, outputs, bank in parts:
        for u, v in np.ndindex(spec.kernel):  # one at a time, since windows overlap
            share = _product(outputs.transpose(0, 2, 3, 1), bank[:, :, u, v])
            part[..., u, v] += share.transpose(0, 3, 1, 2)
    return fit(x, sides, size)


def kernel_gradient(x, dy, spec):
    """Sum the windows of the image, each times the gradient of its output.

    Parameters
    ----------
    x : numpy.ndarray, shape (samples, channels, height, width), float32 or float64
    dy : numpy.ndarray, shape (samples, filters, output height, output width), dtype of `x`
    spec : ConvSpec

    Returns
    -------
    numpy.ndarray, shape (filters, channels // groups, kernel height, kernel width)
    """
    windows = _windows(pad(x, spec.padding(x.shape[2:])), spec)
    parts = zip(_groups(windows, 1, spec), _groups(dy, 1, spec), strict=True)
    dw = [
        _product(outputs.swapaxes(0, 1).reshape(outputs.shape[1], -1), _as_rows(part))
        for part, outputs in parts
    ]
    shape = dy.shape[1], x.shape[1] // spec.groups, *spec.kernel
    return np.ascontiguousarray(flip(np.vstack(dw).reshape(shape)))


def _windows(x, spec, writeable=False):
    """View of all windows, shape (samples, channels, output height, output width, kh, kw)."""
    views = sliding_window_view(x, spec.dilated_kernel, axis=(2, 3), writeable=writeable)
    (sv, sh), (dv, dh) = spec.strides, spec.dilation
    return views[:, :, ::sv, ::sh, ::dv, ::dh]


def _product(a, b):
    """Product of matrices, where infinity times 0 is NaN without the warning of a newer NumPy."""
    with np.errstate(invalid="ignore"):
        return a @ b


def _as_rows(windows):
    """The windows one below the other, as the rows of a matrix."""
    samples, channels, height, width, *kernel = windows.shape
    rows = samples * height * width, channels * math.prod(kernel)
    return windows.transpose(0, 2, 3, 1, 4, 5).reshape(rows)


def _groups(array, axis, spec):
    return np.split(array, spec.groups, axis)


def pool(x, spec, pooling, padding, divisor=None):
    """Reduce each window to one number.

    Parameters
    ----------
    x : numpy.ndarray, shape (samples, channels, height, width), float32 or float64
    spec : ConvSpec
        The windows: `kernel` is their size.
    pooling : Pooling
    padding : ((int, int), (int, int))
        Places around the image that are padding. Those that the plan has beyond them belong to
        windows that hang over.
    divisor : int or None
        What an average is divided by; None for the number of cells that count.

    Returns
    -------
    numpy.ndarray, shape (samples, channels, output height, output width), dtype of `x`
    """
    sides = spec.padding(x.shape[2:])
    y = _reduced(_framed(x, sides, pooling.start), spec, pooling)
    if not pooling.divides:
        return y
    if divisor is None:
        inner = padding if pooling.counts_padding else ((0, 0), (0, 0))
        outer = tuple(tuple(np.subtract(*pair)) for pair in zip(sides, inner, strict=True))
        cells = _framed(np.ones((1, 1, *x.shape[2:]), x.dtype), inner, 1)
        divisor = _reduced(_framed(cells, outer, 0), spec, pooling)
    return y / divisor


def _framed(x, sides, value):
    """Images with a number around them."""
    return np.pad(x, ((0, 0), (0, 0), *sides), constant_values=value)


def _reduced(x, spec, pooling):
    """Each window as one number, its cells joined."""
    windows = _windows(x, spec)
    # One place of all windows at a time: the loops over images then are NumPy's.
    places = (windows[..., u, v] for u, v in np.ndindex(spec.kernel))
    return functools.reduce(pooling.join, places, np.array(pooling.start, x.dtype))
