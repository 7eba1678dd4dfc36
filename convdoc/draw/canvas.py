"""A figure measured in array elements: cells, numbers and words at (row, column)."""

import math
from collections.abc import Iterable
from typing import Any, SupportsFloat

from convdoc.draw import palette
from convdoc.draw.palette import CELL, LIGHT

MARGIN = 0.2


def pyplot() -> Any:
    """Import ``matplotlib.pyplot``, which only pictures need; the error says how to get it."""
    try:
        import matplotlib.pyplot
    except ModuleNotFoundError as error:
        raise ImportError(
            "this figure of convdoc.draw needs matplotlib: pip install 'convdoc[draw]'"
        ) from error
    return matplotlib.pyplot


class Canvas:
    """`height` x `width` cells, row 0 at the top, and the words a screen reader hears."""

    def __init__(self, height: float, width: float, description: str) -> None:
        self.figure = pyplot().figure(
            figsize=((width + 2 * MARGIN) * CELL, (height + 2 * MARGIN) * CELL), label=description
        )
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(-MARGIN, width + MARGIN), ylim=(height + MARGIN, -MARGIN))
        self.axes.axis("off")

    def box(self, row: float, column: float, height: float, width: float, **style: Any) -> None:
        """Add a rectangle whose top left corner is at (row, column)."""
        self.axes.add_patch(
            pyplot().Rectangle((column, row), width, height, clip_on=False, **style)
        )

    def cell(
        self,
        row: float,
        column: float,
        role: str,
        strength: float,
        text: str,
        size: float = palette.NUMBER_SIZE,
    ) -> None:
        """Draw one element: the colour of its role, the stronger the larger, and its number."""
        self.box(
            row, column, 1, 1,
            facecolor=(LIGHT[role], 0.1 + 0.45 * min(strength, 1)),
            edgecolor=LIGHT["line"], linewidth=0.8,
        )  # fmt: skip
        self.words(row + 0.5, column + 0.5, text, size)

    def words(
        self,
        row: float,
        column: float,
        text: str,
        size: float = palette.LABEL_SIZE,
        colour: str = "ink",
    ) -> None:
        """Write a line of text, centred on (row, column)."""
        self.axes.text(
            column, row, text, size=size, color=LIGHT[colour], ha="center", va="center_baseline"
        )


def number(value: SupportsFloat) -> str:
    """Integers as they are, others with two decimals at most, and fewer from 10 and 100 on.

    From a thousand million on, two digits and an exponent.
    """
    value = float(value)
    if abs(value) >= 1e9 or math.isnan(value):
        text = (
            f"{value:.2g}".replace("e+0", "e")
            .replace("e+", "e")
            .replace("inf", "∞")
            .replace("nan", "NaN")
        )
        return text.replace("-", "−")
    decimals = 2 - (abs(value) >= 10) - (abs(value) >= 100)
    if not value.is_integer():
        value = round(value, decimals)
    text = f"{value + 0.0:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def as_json(value: SupportsFloat) -> float | str:
    """The number that `number` writes, for a script; its text, if that is not of digits alone.

    A script writes it as ``String(value).replace("-", "−")``, which gives the same text.
    """
    text = number(value)
    if not text.strip("−").replace(".", "").isdigit():
        return text
    shown = float(text.replace("−", "-"))
    return int(shown) if shown.is_integer() else shown


def fitting_size(texts: Iterable[str]) -> float:
    """Type size in points at which every text fits a cell."""
    longest = max(len(text) for text in texts)
    return min(palette.NUMBER_SIZE, 0.92 * CELL * 72 / (0.62 * longest))
