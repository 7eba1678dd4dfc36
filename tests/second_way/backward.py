"""The backward pass: central differences of plain loops, and sums by hand."""

import numpy as np

DY = [[1, 2], [0, 3]]


def convolve(x, w, stride=(1, 1)):
    """A true convolution of two lists of rows, without padding."""
    (kh, kw), (s, t) = np.shape(w), stride
    height, width = np.shape(x)
    return [
        [
            sum(w[u][v] * x[i + kh - 1 - u][j + kw - 1 - v] for u in range(kh) for v in range(kw))
            for j in range(0, width - kw + 1, t)
        ]
        for i in range(0, height - kh + 1, s)
    ]


def slope(loss, at):
    """Central differences with steps of 1, exact for losses that are linear or quadratic."""
    gradient = np.zeros(np.shape(at))
    for place in np.ndindex(gradient.shape):
        up, down = (np.array(at, float) for _ in range(2))
        up[place] += 1
        down[place] -= 1
        gradient[place] = (loss(up) - loss(down)) / 2
    return gradient


def weighed(dy, y):
    return sum(a * b for a, b in zip(np.ravel(dy), np.ravel(y), strict=True))


def pixel():
    w = [[1, 4, 2], [0, 3, 5], [6, 1, 2]]
    return int(slope(lambda x: np.sum(convolve(x, w)), np.zeros((5, 5)))[2, 2])


def step(x, w, t, rate):
    def loss(w):
        return sum((np.ravel(convolve(x, w)) - np.ravel(t)) ** 2) / 2

    return w - rate * slope(loss, w)


ANSWERS = {
    "backward-bias": [1 + 0 + 2 + 3 + 0 + 2 + 1 + 0, 4 + 1 + 0 + 1 + 3 + 2 + 5 + 0],
    "backward-shape": (32, 3, 6, 6),
    "backward-pixel": pixel(),
    "backward-kernel": slope(
        lambda w: weighed(DY, convolve([[2, 0, 1], [1, 3, 0], [4, 1, 2]], w)), np.zeros((2, 2))
    ),
    "backward-image": slope(lambda x: weighed(DY, convolve(x, [[3, 1], [0, 2]])), np.zeros((3, 3))),
    "backward-difference": 2 * 3 * (3 * 2 - 1),
    "backward-stride": slope(
        lambda x: weighed([3, 1], convolve([x], [[1, 0, 2]], (1, 2))), np.zeros(5)
    ),
    "backward-step": step,
}
