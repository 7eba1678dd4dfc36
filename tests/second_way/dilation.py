"""Dilation: elements and pixels counted in sets, sums by loops, SciPy with the holes written in."""

import numpy as np
from scipy.signal import convolve2d


def places(kernel, dilation):
    """Where along an axis the elements of a kernel lie."""
    return {element * dilation for element in range(kernel)}


def reach(*layers):
    """Places along an axis that one output reads through layers, each a set of places."""
    read = {0}
    for layer in layers:
        read = {at + step for at in read for step in layer}
    return read


def span(read):
    return max(read) - min(read) + 1


def windows(size, kernel, dilation, stride):
    return sum(at + max(places(kernel, dilation)) < size for at in range(0, size, stride))


X = np.array(
    [[1, 0, 2, 1, 0, 3], [0, 1, 0, 0, 2, 1], [3, 0, 1, 2, 0, 0],
     [1, 2, 0, 1, 0, 1], [0, 1, 2, 0, 3, 0], [2, 0, 0, 1, 1, 1]]
)  # fmt: skip
WITH_HOLES = [[1, 0, 0, 0, 2], [0] * 5, [0] * 5, [0] * 5, [3, 0, 0, 0, 0]]


def never_read():
    read = reach(places(3, 2), places(3, 4))
    pixels = {(i, j) for i in read for j in read}
    return span(read) ** 2 - len(pixels)


def holes(w, d):
    rows = []
    for number, row in enumerate(w.tolist()):
        spread = []
        for element in row:
            spread += [element] + [0] * (d - 1)
        spread = spread[: len(spread) - (d - 1)]
        rows += [spread] if number == len(w) - 1 else [spread] + [[0] * len(spread)] * (d - 1)
    return rows


ANSWERS = {
    # The zeros on both sides make up for what the windows lose: 33 − 13 + 1 outputs of 33.
    "dilation-same-padding": next(p for p in range(33) if windows(33 + 2 * p, 3, 6, 1) == 33),
    "dilation-from-zero": len("x..x..x..x"),
    "dilation-shape": (8, 16, windows(32, 3, 4, 2), windows(32, 3, 4, 2)),
    "dilation-by-hand": convolve2d(X, WITH_HOLES, "valid"),
    "dilation-doubled": span(reach(*(places(3, d) for d in (1, 2, 4, 8)))),
    "dilation-never-read": never_read(),
    "dilation-holes": holes,
}
