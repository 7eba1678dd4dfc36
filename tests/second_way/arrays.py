"""How arrays are laid out: axes looked up by name, windows averaged by loops, memory counted."""

import numpy as np


def average(photograph):
    """The mean of nine, with zeros around the image, pixel by pixel."""
    height, width = photograph.shape
    result = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            for row in range(max(i - 1, 0), min(i + 2, height)):
                for column in range(max(j - 1, 0), min(j + 2, width)):
                    result[i, j] += photograph[row, column] / 9
    return result


def keras_axes():
    """The order that sends each axis, told by its length, to its place."""
    w = np.zeros((5, 6, 7, 8))  # height 5, width 6, channels 7, filters 8
    return [w.shape.index(length) for length in (8, 7, 5, 6)]


def place():
    x = np.zeros((2, 3, 4, 5), bool)
    x[1, 1, 2, 4] = True
    return list(x.flat).index(True)


ANSWERS = {
    "arrays-kernel": (16, 3, 5, 7),
    # the second number of each pixel as it is printed
    "arrays-green": [[1, 2], [3, 4]],
    # 48 − 5 + 1 and 64 − 7 + 1, by hand
    "arrays-result": (10, 16, 44, 58),
    "grey-photograph": average,
    "arrays-to-nchw": np.moveaxis(np.zeros((8, 120, 90, 3)), -1, 1).shape,
    "arrays-keras-kernel": keras_axes(),
    "arrays-memory": place(),
}
