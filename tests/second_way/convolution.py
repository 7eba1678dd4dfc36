"""What a convolution is: by hand, by plain loops over the formula, by NumPy and SciPy."""

import numpy as np
from scipy.signal import convolve2d

IMAGE = [[3, 1, 0, 2, 4], [0, 2, 5, 1, 3], [4, 0, 1, 6, 2], [1, 3, 2, 0, 5]]
KERNEL = [[1, 0, 2], [0, 3, 0], [0, 0, 4]]


def pixel(row, column):
    """The formula as it stands, at a place of the result that is cut to whole windows."""
    places = [(u, v) for u in range(3) for v in range(3)]
    return sum(KERNEL[u][v] * IMAGE[row + 2 - u][column + 2 - v] for u, v in places)


def by_scipy(x, w):
    return convolve2d(x, w, "full")


ANSWERS = {
    # newest first, 1·5 + 3·0 + 2·2; 1·1 + 3·5 + 2·0; 1·4 + 3·1 + 2·5
    "convolution-moving": [9, 16, 17],
    # printed in the notebook
    "convolution-spot-impulse": (1, 1, 4, 5),
    "convolution-one-pixel": pixel(1, 2),
    # 2·4 − 1, 2·1 − 5, …
    "convolution-linear": [[7, -3, -2], [4, 11, 0]],
    # the step response is 0 0 2 5 4 4
    "convolution-step": np.diff([0, 2, 5, 4]),
    "convolution-shifted": by_scipy,
}
