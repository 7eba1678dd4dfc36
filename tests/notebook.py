"""The five computed examples of the source notebook: what it convolved, and what it printed."""

from typing import NamedTuple

import numpy as np


class Example(NamedTuple):
    """Inputs, and the output as the notebook printed it."""

    page: str
    x: np.ndarray
    w: np.ndarray
    border_mode: str
    y: np.ndarray


CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
PLUS = [[0, 1, 0], [1, 2, 1], [0, 1, 0]]
DOT = [[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]]


def _array(values, *shape):
    return np.array(values).reshape(shape)


IMPULSE = Example(
    "010_impulse_response",
    _array([[0] * 7, [0] * 7, [0, 0, 0, 1, 0, 0, 0], [0] * 7, [0] * 7], 1, 1, 5, 7),
    _array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 1, 1, 2, 3),
    "valid",
    _array([[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 0, 0, 0, 0]], 1, 1, 4, 5),
)
SCHEMATIC = Example(
    "020_schematic",
    _array(
        [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]],
        *(1, 1, 5, 5),
    ),
    _array(CROSS, 1, 1, 3, 3),
    "valid",
    _array([[4, 3, 4], [2, 4, 3], [2, 3, 4]], 1, 1, 3, 3),
)
FOUR_SAMPLES = Example(
    "040_four_samples",
    _array([[[n * v for v in row] for row in DOT] for n in range(4)], 4, 1, 3, 5),
    _array(CROSS, 1, 1, 3, 3),
    "same",
    _array(
        [
            [[0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]],
            [[0, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 1, 0, 1, 0]],
            [[0, 2, 0, 2, 0], [0, 0, 2, 0, 0], [0, 2, 0, 2, 0]],
            [[0, 3, 0, 3, 0], [0, 0, 3, 0, 0], [0, 3, 0, 3, 0]],
        ],
        *(4, 1, 3, 5),
    ),
)
TWO_FILTERS = Example(
    "050_two_filters",
    _array(DOT, 1, 1, 3, 5),
    _array([CROSS, PLUS], 2, 1, 3, 3),
    "same",
    _array(
        [
            [[0, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 1, 0, 1, 0]],
            [[0, 0, 1, 0, 0], [0, 1, 2, 1, 0], [0, 0, 1, 0, 0]],
        ],
        *(1, 2, 3, 5),
    ),
)
RGB = Example(
    "060_rgb_channels",
    _array(
        [
            [[0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]],
            [[0, 0, 0, 0, 1], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]],
            [[0, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]],
        ],
        *(1, 3, 3, 5),
    ),
    _array(
        [CROSS, [[0, 1, 0], [1, 1, 1], [0, 1, 0]], [[0, 1, 0], [0, 1, 0], [0, 1, 0]]],
        *(1, 3, 3, 3),
    ),
    "same",
    _array([[1, 0, 2, 2, 1], [0, 2, 1, 2, 1], [1, 0, 2, 1, 0]], 1, 1, 3, 5),
)
EXAMPLES = [IMPULSE, SCHEMATIC, FOUR_SAMPLES, TWO_FILTERS, RGB]
