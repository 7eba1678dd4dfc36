"""Padding, flipping and cutting of arrays, which several engines need."""

import numpy as np


def pad(x, sides):
    """`x` with zeros around each image, as many as `sides` says, ((top, bottom), (left, right))."""
    if sides == ((0, 0), (0, 0)):
        return x
    (top, bottom), (left, right) = sides
    samples, channels, height, width = x.shape
    padded = np.zeros((samples, channels, top + height + bottom, left + width + right), x.dtype)
    padded[:, :, top : top + height, left : left + width] = x
    return padded


def flip(w):
    """`w` with each of its slices turned by 180 degrees."""
    return w[:, :, ::-1, ::-1]


def fit(x, sides, size):
    """The image of `size` inside `x`, which has `sides` around it and may end early.

    Rows and columns that `x` does not reach, because no window read them, are zeros.
    """
    (top, _), (left, _) = sides
    inside = x[:, :, top : top + size[0], left : left + size[1]]
    behind = ((0, n - m) for n, m in zip(size, inside.shape[2:], strict=True))
    return np.ascontiguousarray(pad(inside, tuple(behind)))
