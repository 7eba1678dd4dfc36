"""The matrix and the spectra: hand arithmetic, SciPy, sums of products by loops."""

import numpy as np
from scipy.linalg import circulant
from scipy.signal import convolve

KERNEL = [[2, 5, 1], [7, 3, 4]]
IMAGE = [[2, 7, 1, 8], [3, 0, 5, 4], [9, 6, 2, 3]]


def row():
    """How output (1, 0) answers to each pixel of a 3×4 image that is 1 alone."""
    answers = []
    for pixel in range(12):
        image = np.zeros(12)
        image[pixel] = 1
        answers.append(convolve(image.reshape(3, 4), KERNEL, "valid")[1, 0])
    return np.array(answers)


def windows(x, k):
    columns = []
    for top in range(len(x) - k + 1):
        for left in range(len(x[0]) - k + 1):
            columns.append([x[top + u][left + v] for u in range(k) for v in range(k)])
    return [list(pixels) for pixels in zip(*columns, strict=True)]


ANSWERS = {
    "dense-vs-conv": 96_040_000,
    "matrix-shape": (3 * 5, 5 * 6),
    "matrix-column": len([1 for top in (0, 1) for left in (0, 1) if top <= 1 and left <= 1]),
    "matrix-row": row(),
    "matrix-im2col": (3 * 3 * 3, 6 * 6),
    "matrix-factor": 9_604_960.4,
    "matrix-fft-size": len(convolve(np.ones(60), np.ones(7), "full")),
    "matrix-wrapped": circulant([3, 1, 2, 0]) @ [1, 0, 2, 4],
    "matrix-windows": windows,
}
