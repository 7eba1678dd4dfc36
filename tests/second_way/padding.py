"""Padding: SciPy's convolutions and filters, windows counted one by one, sums by hand."""

import numpy as np
from scipy import ndimage, signal

INK = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def places(size, kernel):
    """Where a window fits, the image already padded."""
    return [at for at in range(size) if at + kernel <= size]


def reads():
    """Of a 4×5 image, how many 3×3 windows read each pixel, if one is centred on every pixel."""
    counts = np.zeros((4, 5), int)
    for row, column in np.ndindex(4, 5):
        counts[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] += 1
    return counts


ANSWERS = {
    "padding-valid": len(places(100, 3)),
    "same-border": signal.convolve2d(INK, CROSS, "same"),
    "padding-twice": len(places(3 + 28 + 3, 5)),
    "padding-reads": reads(),
    "padding-even": len(places(4 + 28 + 4, 8)),
    "padding-uneven": (2, 5, len(places(2 + 6 + 0, 3)), len(places(1 + 8 + 3, 4))),
    "padding-blur": lambda x: ndimage.uniform_filter(np.asarray(x, float), 3, mode="nearest"),
    # ⌈13 / 5⌉ = 3 windows reach over 2·5 + 8 = 18 pixels: 5 are missing, 2 of them before.
    "padding-same-tensorflow": [2, 3],
}
