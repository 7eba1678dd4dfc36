"""How much lies around an image: a `Padding` for each word that ``border_mode`` takes.

To add one, write a row of `PADDINGS` and its name in ``_types.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from convdoc._types import BorderName, Pair


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
