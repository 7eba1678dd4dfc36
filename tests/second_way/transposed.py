"""The way back: SciPy's full convolution over spread-out pixels, the matrix, counting by hand."""

import numpy as np
from scipy.signal import correlate2d


def spread(y, s):
    """The pixels with s − 1 zeros between neighbours."""
    y = np.asarray(y)
    wide = np.zeros([s * (n - 1) + 1 for n in y.shape])
    wide[::s, ::s] = y
    return wide


def transpose(y, w, s):
    """Full cross-correlation over the spread-out pixels: the two flips cancel."""
    return correlate2d(spread(y, s), w, "full")


def outputs(size, kernel, stride, padding):
    """How many windows fit, counted."""
    return len([at for at in range(0, size, stride) if at + kernel <= size + 2 * padding])


Y = np.array([[2, 1], [0, 3]])
W = np.array([[1, 0, 2], [0, 3, 0], [4, 0, 1]])
PAIR_SUMS = np.array([[1, 1, 0], [0, 1, 1]])  # the convolution with [1, 1], as a matrix

ANSWERS = {
    "transposed-size": len(transpose(np.ones((7, 1)), np.ones((5, 1)), 3)) - 2,
    "transposed-returned": PAIR_SUMS.T @ PAIR_SUMS @ [3, 5, 2],
    "transposed-by-hand": transpose(Y, W, 2),
    "transposed-caption": (3, 3),  # as the figure itself shows
    # 1 1 1 1 1
    #       1 1 1 1 1
    #             1 1 1 1 1
    "transposed-overlap": [1, 1, 1, 2, 2, 1, 2, 2, 1, 1, 1],
    # 27 rows give 7 windows that leave nothing over, and 30 are three more.
    "transposed-output-padding": 30
    - min(n for n in range(1, 40) if outputs(n, 5, 4, 1) == outputs(30, 5, 4, 1)),
    "transposed-code": transpose,
}
