"""Groups: each channel by SciPy, weights counted one by one, dependence followed through loops."""

import itertools

import numpy as np
from scipy.signal import convolve2d

X = np.array([[[1, 0, 2], [3, 1, 0], [0, 2, 1]], [[2, 1, 0], [0, 1, 3], [1, 0, 1]]])
W = np.array([[[1, 2], [0, 0]], [[0, 1], [3, 0]]])


def parts(count, groups):
    """Numbers 0, 1, … in as many lists of equal length."""
    return np.split(np.arange(count), groups)


def reads(channels, filters, groups):
    """Which channels each filter reads."""
    pairs = zip(parts(channels, groups), parts(filters, groups), strict=True)
    return {f: set(of.tolist()) for of, those in pairs for f in those.tolist()}


def through_two_layers(channels, groups):
    layer = reads(channels, channels, groups)
    return len(set().union(*(layer[channel] for channel in layer[0])))


def weights(channels, filters, groups, k):
    layer = reads(channels, filters, groups)
    return sum(1 for f in layer for _ in itertools.product(layer[f], range(k), range(k)))


def share(filters, k, channels=10):
    """Of a layer of ten channels; how many there are cancels."""
    separable = channels * k * k + filters * channels
    return separable / weights(channels, filters, 1, k)


def full(w, groups):
    """Blocks on the diagonal, by stacking rows of blocks."""
    zeros = np.zeros_like(np.split(w, groups)[0])
    rows = [
        np.concatenate([block if n == at else zeros for n in range(groups)], axis=1)
        for at, block in enumerate(np.split(w, groups))
    ]
    return np.concatenate(rows)


ANSWERS = {
    "groups-shape": (96, len(parts(64, 4)[0]), 5, 5),
    "groups-channels": sorted(reads(12, 6, 3)[4]),
    "groups-depthwise": [convolve2d(x, w, "valid") for x, w in zip(X, W, strict=True)],
    "groups-saved": share(256, 3),
    "groups-alexnet": weights(96, 256, 2, 5),
    "groups-stacked": through_two_layers(16, 4),
    # Rows of K, over the given 2 3 −1: 4 6 −2, 2 3 −1, 6 9 −3.
    "groups-column": [2, 1, 3],
    "groups-full": full,
}
