r"""Strides, dilation, groups and the two gradients, for libraries that only slide a kernel.

All a library has to offer is ``correlate(x, w)``: kernels laid on images as they are, one
place after the other, only where they fit, and summed over the channels.

Along one axis, :math:`y_i = \sum_u f_u x_{i s + u d}` with the flipped kernel *f*. With the
least common multiple *m* of *s* and *d*, every *m*-th pixel, every (*m* / *d*)-th element of
*f* and every (*m* / *s*)-th output make a correlation without stride or dilation. So the
arrays are taken apart, and nothing is multiplied by a zero that was put between.
"""

import itertools
import math
from functools import partial

import numpy as np

from convdoc.engines import numpy as reference
from convdoc.engines._arrays import fit, flip, pad


def convolve(x, w, spec, correlate):
    """Convolve by `correlate`; the rest is as in the engine `numpy`."""
    around = pad(x, spec.padding(x.shape[2:]))
    if spec.groups == 1 and spec.strides == spec.dilation == (1, 1):
        return correlate(around, flip(w))
    y = np.zeros((len(x), len(w), *spec.output_size(x.shape[2:])), x.dtype)
    for images, kernels, outputs in _parts(around, flip(w), y, spec):
        outputs += correlate(images, kernels)
    return y


def convolve_transpose(y, w, spec, size, correlate):
    """Lay the turned kernels on `y` with zeros around; the rest is as in the engine `numpy`."""
    if not finite(w):  # and those zeros times infinity would be NaN
        return reference.convolve_transpose(y, w, spec, size)
    sides = spec.padding(size)
    around = (n + sum(p) for n, p in zip(size, sides, strict=True))
    x = np.zeros((len(y), w.shape[1] * spec.groups, *around), y.dtype)
    for images, kernels, outputs in _parts(x, flip(w), y, spec):
        zeros = tuple((k - 1, k - 1) for k in kernels.shape[2:])
        images += correlate(pad(outputs, zeros), flip(kernels).swapaxes(0, 1))
    return fit(x, sides, size)


def kernel_gradient(x, dy, spec, correlate):
    """Lay `dy` on the image, as a kernel; the rest is as in the engine `numpy`."""
    around = pad(x, spec.padding(x.shape[2:]))
    dw = np.zeros((dy.shape[1], x.shape[1] // spec.groups, *spec.kernel), x.dtype)
    for images, kernels, outputs in _parts(around, dw, dy, spec):
        kernels += correlate(images.swapaxes(0, 1), outputs.swapaxes(0, 1)).swapaxes(0, 1)
    return np.ascontiguousarray(flip(dw))


def operations(correlate):
    """Make the three functions of an engine."""
    functions = convolve, convolve_transpose, kernel_gradient
    return [partial(function, correlate=correlate) for function in functions]


def by_planes(plane):
    """Make `correlate` of a function that correlates one image with one kernel, both 2-D."""

    def correlate(x, w):
        x, w = np.ascontiguousarray(x), np.ascontiguousarray(w)
        size = (n - k + 1 for n, k in zip(x.shape[2:], w.shape[2:], strict=True))
        y = np.empty((len(x), len(w), *size), x.dtype)
        for images, channels in zip(x, y, strict=True):
            for kernels, out in zip(w, channels, strict=True):
                out[...] = plane(images[0], kernels[0])
                for image, kernel in zip(images[1:], kernels[1:], strict=True):
                    out += plane(image, kernel)
        return y

    return correlate


def finite(*arrays):
    """Whether they hold neither NaN nor infinity."""
    return all(np.isfinite(array).all() for array in arrays)


def safe(correlate):
    """Make `correlate` sum shifted images instead where they are not finite.

    A library that passes over the zeros of a kernel loses the NaN under them, and one that
    transforms spreads it over the whole image.
    """
    return lambda x, w: correlate(x, w) if finite(x, w) else by_shifts(x, w)


def by_shifts(x, w):
    """Correlate by NumPy: for each kernel element, add the image times it."""
    rows, columns = (n - k + 1 for n, k in zip(x.shape[2:], w.shape[2:], strict=True))
    y = np.zeros((len(x), len(w), rows, columns), x.dtype)
    for i, j in np.ndindex(w.shape[2:]):
        y += np.einsum("nchw,fc->nfhw", x[:, :, i : i + rows, j : j + columns], w[:, :, i, j])
    return y


def _parts(x, w, y, spec):
    """Views of images, kernels and outputs, between which a correlation is plain."""
    axes = (
        list(_slices(*numbers))
        for numbers in zip(w.shape[2:], y.shape[2:], spec.strides, spec.dilation, strict=True)
    )
    groups = zip(
        np.split(x, spec.groups, 1),
        np.split(w, spec.groups),
        np.split(y, spec.groups, 1),
        strict=True,
    )
    for part, (vertical, horizontal) in itertools.product(groups, itertools.product(*axes)):
        yield tuple(
            array[:, :, rows, columns]
            for array, rows, columns in zip(part, vertical, horizontal, strict=True)
        )


def _slices(k, o, s, d):
    """Along one axis: slices of image, kernel and output that belong together."""
    m = math.lcm(s, d)
    of, on = m // d, m // s
    for p in range(min(of, k)):
        for q in range(min(on, o)):
            start = p * d + q * s
            length = len(range(p, k, of)) + len(range(q, o, on)) - 1
            yield (
                slice(start, start + m * (length - 1) + 1, m),
                slice(p, k, of),
                slice(q, o, on),
            )
