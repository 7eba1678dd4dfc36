"""Channels and filters: SciPy channel by channel, the notebook's printed shape, hand arithmetic."""

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.signal import convolve2d

X = [[[1, 0, 2], [0, 3, 1], [2, 1, 0]], [[0, 2, 1], [1, 0, 4], [3, 1, 2]]]
W = [[[1, 0], [0, 2]], [[0, 1], [3, 0]]]


def averaged(photograph):
    """Colour by colour, with zeros beyond the border."""
    colours = np.moveaxis(photograph.astype(float), -1, 0)
    return np.stack([uniform_filter(c, 3, mode="constant") for c in colours], axis=-1)


ANSWERS = {
    # 12 filters of 4·25 weights and a bias
    "channels-parameters": 12 * (4 * 25 + 1),
    # printed in the notebook, whose text announces (1, 2, 3, 5)
    "channels-spot-shape": (1, 1, 3, 5),
    "channels-sum": sum(convolve2d(x, w, "valid") for x, w in zip(X, W, strict=True)),
    # 100 + 25 − 25 + 12
    "channels-one-by-one": 112.0,
    # what the unit vectors red, green and blue must become, column by column
    "channels-cycle": np.transpose([[0, 0, 1], [1, 0, 0], [0, 1, 0]]),
    "colour-photograph": averaged,
}
