"""Pooling: windows cut out by slices, NumPy's own means and maxima, moves counted one by one."""

import numpy as np

QUARTERS = [[3, 8, 1, 0], [5, 2, 4, 6], [7, 0, 9, 2], [1, 4, 3, 5]]
BORDER = np.array([[36, 72, 0], [0, 36, 72], [108, 36, 108]])
BELOW_ZERO = np.array([[-3, -1, -5, 2], [-4, -6, -2, -8], [-7, -9, -4, -5], [-2, -5, -3, -6]])


def blocks(x, function):
    """Windows of 2×2 side by side, each as one number."""
    *first, height, width = np.shape(x)
    x = np.reshape(x, (*first, height // 2, 2, width // 2, 2))
    return function(x, axis=(-3, -1))


def pixels(x):
    """What windows of 3×3 hold of the image, at a stride of 2 and with a padding of 1."""
    starts = range(-1, len(x) - 1, 2)
    return [[x[max(i, 0) : i + 3, max(j, 0) : j + 3] for j in starts] for i in starts]


def unchanged():
    """Moves of a pixel, column by column, that stay within a window of three."""
    return sum(column // 3 == (column + 1) // 3 for column in range(11))


ANSWERS = {
    "pooling-largest": blocks(QUARTERS, np.max),
    "pooling-weights": 0,  # the rule has no number that could be another
    "pooling-shape": (8, 96, *[len([at for at in range(0, 54, 2) if at + 3 <= 54])] * 2),
    "pooling-border": [[window.sum() / 9 for window in row] for row in pixels(BORDER)],
    "pooling-negative": [[window.max() for window in row] for row in pixels(BELOW_ZERO)],
    "pooling-shift": unchanged(),
    "pooling-as-convolution": lambda x: blocks(x, np.mean),
}
