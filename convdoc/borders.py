"""How much lies around an image, a `Padding`, and what it holds there, a `Border`.

A `Padding` is what ``border_mode`` means and a `Border` what ``border`` means, along one axis. To
add one, write a row of `PADDINGS` or `BORDERS` and its name in ``_types.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from convdoc._types import Array, BorderName, Filling, Pair, Sides


@dataclass(frozen=True)
class Padding:
    """How many places lie before and behind an image, along one axis.

    Attributes
    ----------
    words : str
        What it is for.
    sides : callable
        From the size of the dilated kernel, the stride and the size of the image to the places
        (before, behind) it.
    fits : bool
        Whether it depends on the size of the image. It is then the least that gives one output
        for each stride.
    keras : {"valid", "same"} or None
        Its name in Keras 2 on Theano, where it has one.
    """

    words: str
    sides: Callable[[int, int, int], Pair]
    fits: bool = False
    keras: str | None = None

    def smallest_image(self, o: int, k: int, s: int) -> int:
        """The smallest image that gives `o` outputs; with padding enough, it may be below 1.

        Examples
        --------
        >>> from convdoc.borders import PADDINGS
        >>> PADDINGS["valid"].smallest_image(3, k=5, s=2)
        9
        """
        return s * (o - 1) + (1 if self.fits else k - sum(self.sides(k, s, 1)))


def _lacking(k, s, n):
    """What an image of `n` lacks for one output for each stride: the larger half comes first."""
    total = max((-(-n // s) - 1) * s + k - n, 0)
    return total - total // 2, total // 2


PADDINGS: dict[BorderName, Padding] = {
    "valid": Padding(
        "only windows that lie wholly on the image", lambda k, s, n: (0, 0), keras="valid"
    ),
    "full": Padding("every window that touches the image", lambda k, s, n: (k - 1, k - 1)),
    "half": Padding("half a kernel on every side", lambda k, s, n: (k // 2, k // 2)),
    "same": Padding(
        "one output for each stride, padded as Keras on Theano pads",
        lambda k, s, n: (k // 2, (k - 1) // 2),
        keras="same",
    ),
    "same_upper": Padding(
        "one output for each stride, padded as TensorFlow pads",
        lambda k, s, n: _lacking(k, s, n)[::-1],
        fits=True,
    ),
    "same_lower": Padding(
        "one output for each stride, an odd place before the image, as ONNX pads",
        _lacking,
        fits=True,
    ),
}


def fixed(before: int, behind: int) -> Padding:
    """As many places on each side as somebody has counted."""
    return Padding("places by their number", lambda k, s, n: (before, behind))


@dataclass(frozen=True)
class Border:
    """What places beyond the ends of an axis hold: pixels of the image again, or a number.

    Attributes
    ----------
    words : str
        What it does.
    at : callable
        From a place, counted from the first pixel, and the number of pixels to the index of the
        pixel that the place holds; None where it holds `value`.
    value : int or float
        What a place holds that holds no pixel.
    """

    words: str
    at: Callable[[int, int], int | None]
    value: float = 0

    @property
    def repeats(self) -> bool:
        """Whether every place holds a pixel."""
        return self.at(-1, 1) is not None

    @property
    def linear(self) -> bool:
        """Whether a convolution with it is linear in the image, and so has an adjoint."""
        return self.repeats or self.value == 0

    def copies(self, pixel: int, sides: Pair, n: int) -> tuple[int, ...]:
        """The places that hold a pixel of `n`, itself among them, in ascending order.

        Parameters
        ----------
        pixel : int
            Its index.
        sides : (int, int)
            Places before and behind the image.
        n : int
            Pixels along the axis.

        Examples
        --------
        >>> from convdoc.borders import BORDERS
        >>> BORDERS["circular"].copies(0, (3, 3), 3)
        (-3, 0, 3)
        """
        if not self.repeats:
            return (pixel,)
        before, behind = sides
        above = (place for place in range(-before, 0) if self.at(place, n) == pixel)
        below = (place for place in range(n, n + behind) if self.at(place, n) == pixel)
        return *above, pixel, *below

    def put_around(self, x: Array, sides: Sides) -> Array:
        """Images with their border around them, shape (samples, channels, rows, columns).

        Examples
        --------
        >>> import numpy as np
        >>> from convdoc.borders import BORDERS
        >>> BORDERS["reflect"].put_around(np.array([[[[1, 2, 3]]]]), ((0, 0), (3, 2)))
        array([[[[2, 3, 2, 1, 2, 3, 2, 1]]]])
        """
        if not self.repeats:
            return np.pad(x, ((0, 0), (0, 0), *sides), constant_values=self.value)
        for axis, (before, behind) in zip((2, 3), sides, strict=True):
            n = x.shape[axis]
            pixels = np.array([self.at(place, n) for place in range(-before, n + behind)], int)
            x = x.take(pixels, axis)
        return x

    def fold_back(self, x: Array, sides: Sides) -> Array:
        """Add what lies on each place to the pixel that it holds: the adjoint of `put_around`.

        Where a place holds a number, no pixel gets anything.

        Examples
        --------
        >>> import numpy as np
        >>> from convdoc.borders import BORDERS
        >>> BORDERS["reflect"].fold_back(np.array([[[[1, 10, 100, 1000]]]]), ((0, 0), (1, 1)))
        array([[[[1010,  101]]]])
        """
        for axis, (before, behind) in zip((2, 3), sides, strict=True):
            n = x.shape[axis] - before - behind
            along: tuple[Any, ...] = (slice(None),) * axis
            folded = x[*along, before : before + n].copy()
            for place in (*range(-before, 0), *range(n, n + behind)):
                if (pixel := self.at(place, n)) is not None:
                    folded[*along, pixel] += x[*along, before + place]
            x = folded
        return x


def constant(value: float) -> Border:
    """A border that holds a number."""
    return Border(f"{value} everywhere", lambda i, n: i if 0 <= i < n else None, value)


def _reflected(i, n):
    i %= 2 * n - 2 or 1
    return min(i, 2 * n - 2 - i)


def _mirrored(i, n):
    i %= 2 * n
    return min(i, 2 * n - 1 - i)


BORDERS: dict[Filling, Border] = {
    "zeros": constant(0),
    "circular": Border("the image again, as on a ring", lambda i, n: i % n),
    "reflect": Border("the image mirrored at its last pixel, which is not repeated", _reflected),
    "symmetric": Border("the image mirrored at its edge, the last pixel repeated", _mirrored),
    "replicate": Border("the last pixel again", lambda i, n: min(max(i, 0), n - 1)),
}
