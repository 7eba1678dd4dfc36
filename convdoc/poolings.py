"""What a pooling makes of a window: which cells count, and how they become one number.

To add one, write a row of `POOLINGS` and its name in ``_types.py``.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from convdoc._types import Pair, PoolingMode, Sides

if TYPE_CHECKING:
    from convdoc.spec import ConvSpec


@dataclass(frozen=True)
class Pooling:
    """A kind of pooling.

    Attributes
    ----------
    words : str
        What it gives.
    join : numpy.ufunc
        It takes the numbers of a window together, two at a time.
    start : float
        What it begins with: joined to a number, it gives that number.
    divides : bool
        Whether the result is divided by the number of cells that count.
    counts_padding : bool
        Whether cells of the padding count, as zeros. Cells beyond the padding, which the last
        windows of ``ceil_mode`` reach, never do.
    """

    words: str
    join: np.ufunc
    start: float
    divides: bool = False
    counts_padding: bool = False

    def counts(self, place: Pair, size: Pair, padding: Sides) -> bool:
        """Whether a cell of a window counts.

        Parameters
        ----------
        place : (int, int)
            Its row and column, counted from the first pixel, as `ConvSpec.places` gives them.
        size : (int, int)
            Height and width of the image.
        padding : ((int, int), (int, int))
            Places around the image, ((top, bottom), (left, right)).

        Examples
        --------
        >>> from convdoc.poolings import POOLINGS
        >>> place, size, padding = (-1, 2), (4, 4), ((1, 1), (1, 1))
        >>> POOLINGS["average"].counts(place, size, padding)
        True
        >>> POOLINGS["max"].counts(place, size, padding)
        False
        """
        sides = padding if self.counts_padding else ((0, 0), (0, 0))
        axes = zip(place, size, sides, strict=True)
        return all(-before <= at < n + behind for at, n, (before, behind) in axes)

    def of(self, values: Sequence[float], divisor: int | None = None) -> float:
        """The result for the values of the cells that count, with 0 for the padding.

        Examples
        --------
        >>> from convdoc.poolings import POOLINGS
        >>> POOLINGS["average"].of([1, 2, 0])
        1.0
        """
        total = functools.reduce(self.join, values, self.start)
        return float(total / (divisor or len(values)) if self.divides else total)


POOLINGS: dict[PoolingMode, Pooling] = {
    "max": Pooling("the largest value", np.maximum, -math.inf),
    "min": Pooling("the smallest value", np.minimum, math.inf),
    "average": Pooling(
        "the mean, with zeros for the padding", np.add, 0, divides=True, counts_padding=True
    ),
    "average_no_pad": Pooling("the mean of what lies on the image", np.add, 0, divides=True),
}


def rounded_up(spec: "ConvSpec", size: Pair) -> "ConvSpec":
    r"""The plan under ``ceil_mode``, with the places added below and on the right that it needs.

    A stride may leave rows over that fill no window. Here a last window begins on them, and hangs
    over the padded image. As in PyTorch, a window that would begin behind the image, in its bottom
    or right padding, is left out. Along an axis, *p* being the places before the image,

    .. math::

        o = \left\lceil \frac{i + P - \hat k}{s} \right\rceil + 1

    or one less where the last window would begin at :math:`s (o - 1) \ge i + p`.

    Parameters
    ----------
    spec : ConvSpec
        The windows, without ``ceil_mode``.
    size : (int, int)
        Height and width of the image.

    Returns
    -------
    ConvSpec
        With the padding by its numbers: that of `spec`, and behind the image as many places more as
        the last window hangs over.

    Examples
    --------
    >>> from convdoc import ConvSpec
    >>> from convdoc.poolings import rounded_up
    >>> rounded_up(ConvSpec(3, strides=2), (6, 7)).border_mode
    ((0, 1), (0, 0))
    """
    sides = spec.padding(size)
    axes = zip(size, sides, spec.dilated_kernel, spec.strides, strict=True)
    over = [_overhang(*axis) for axis in axes]
    (top, bottom), (left, right) = sides
    return replace(spec, border_mode=((top, bottom + over[0]), (left, right + over[1])))


def _overhang(n, sides, k, s):
    """How far the last window along an axis reaches beyond the padded image."""
    room = n + sum(sides) - k
    last = -(-room // s)
    if last * s >= n + sides[0]:
        last -= 1
    return max(0, last * s - room)
