"""The flip: SciPy, loops over printed arrays, turns on paper."""

import numpy as np
from scipy import ndimage, signal

NINE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
CHANGED = {  # by a turn by 180 degrees, on paper
    "ones": False,
    "vertical edges": True,
    "two corners": False,
    "the same backwards": False,
    "nine": True,
}
# Rows from bottom to top, each from right to left; filters side by side, behind one channel.
FIRST_TRIAL = [[[[4, 8]], [[3, 7]]], [[[2, 6]], [[1, 5]]]]


def to_keras(w):
    """Each number put in its place by itself."""
    filters, channels, height, width = w.shape
    moved = np.zeros((height, width, channels, filters))
    for f, c, u, v in np.ndindex(*w.shape):
        moved[height - 1 - u, width - 1 - v, c, f] = w[f, c, u, v]
    return moved


np.testing.assert_array_equal(to_keras(np.arange(1, 9).reshape(2, 1, 2, 2)), FIRST_TRIAL)

ANSWERS = {
    "flip-by-hand": signal.convolve2d([[1, 0, 2], [3, 1, 0], [0, 2, 1]], [[1, 2], [0, 3]], "valid"),
    "flip-seen": sum(CHANGED.values()),
    "flip-pillow": [row[::-1] for row in NINE],
    "flip-convert": to_keras,
    "fair-timing": 4 / 9,
    # Zeros at the bottom and the right, and only windows that fit.
    "flip-moved": ndimage.correlate(
        np.array([[1, 2, 0], [0, 3, 1], [2, 1, 0]]),
        np.array([[4, 3], [2, 1]]),
        mode="constant",
        origin=-1,
    ),
}
