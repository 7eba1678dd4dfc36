"""Padding and spacing of arrays, which several engines need."""

import numpy as np


def pad(x, sides):
    """`x` with zeros around each image, as many as `sides` says, ((top, bottom), (left, right))."""
    return np.pad(x, ((0, 0), (0, 0), *sides)) if sides != ((0, 0), (0, 0)) else x


def spread(x, steps):
    """`x` with its pixels that many rows and columns apart, and zeros between them."""
    if steps == (1, 1):
        return x
    height, width = ((n - 1) * step + 1 for n, step in zip(x.shape[2:], steps, strict=True))
    spaced = np.zeros((*x.shape[:2], height, width), x.dtype)
    spaced[:, :, :: steps[0], :: steps[1]] = x
    return spaced


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
