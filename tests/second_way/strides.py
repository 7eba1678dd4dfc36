"""Strides: windows counted one by one, TensorFlow's printed numbers, sums of products by loops."""

import numpy as np

WAS = np.array(
    [[2, 5, 1, 4, 3], [7, 0, 6, 2, 8], [1, 9, 3, 5, 0], [4, 2, 8, 6, 7], [5, 3, 0, 1, 9]]
)


def starts(size, kernel, stride):
    """First rows of the windows that fit."""
    return [at for at in range(0, size, stride) if at + kernel <= size]


def unread():
    read = {row for at in starts(11, 2, 4) for row in (at, at + 1)}
    return 11 - len(read)


ANSWERS = {
    "strides-floor": len(starts(6 + 40 + 6, 13, 2)),
    "strides-thinned": [[WAS[row][column] for column in (0, 2, 4)] for row in (0, 2, 4)],
    "strides-unread": unread(),
    "strides-input-sizes": [n for n in range(1, 40) if len(starts(n + 2, 3, 2)) == 7],
    "strides-same-tensorflow": [[8, 10, 12], [20, 22, 24], [32, 34, 36]],
    "strides-published": [[1, 5, 6], [7, 8, 3], [3, 10, 4]],
}
