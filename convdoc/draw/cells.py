"""Slices of arrays as SVG: cells with their numbers, what surrounds them, a window on them.

A cell is ten units wide. Colours are CSS variables of the palette, which a page sets for light
and dark; `standing_alone` puts the light ones in, for a picture outside of any page.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from convdoc.draw import palette
from convdoc.steps import Grid

UNIT = 10  # units of the SVG along one side of a cell
MARGIN = 1  # around all cells
LEVELS = 5  # strengths of a colour
STYLE = Path(__file__).with_name("cells.css").read_text("utf-8")
NOWHERE = ((), ())


@dataclass(frozen=True, eq=False)
class Panel:
    """One slice of an array, and the window of a step on it.

    Attributes
    ----------
    grid : Grid
        How the slice lies among the cells.
    role : {"input", "kernel", "output"}
        Which colour of the palette it has.
    texts : list of list of str
        What stands in each cell, row by row; empty for no text at all.
    longest : int
        Characters of the longest text of the array, so that all its slices have one size.
    levels : numpy.ndarray of int, shape (cell rows, cell columns)
        How strong the colour of each cell is, from 0 on; -1 is none.
    window : sequence of (int, int)
        Cells of the window on this slice, counted from its first.
    start : (int, int)
        Row and column of the window's first cell.
    lit : bool
        Whether the window is on this slice at all now.
    raised : bool
        Whether the texts leave room for those of the corners.
    longest_corner : int
        Characters of the longest text in a corner at any step.
    corners : sequence of str
        What stands in the corners of the window's cells.
    todo : sequence of (int, int), optional
        Cells that are blank, since their step is still to come; None where that is never so.
    unused : (sequence of int, sequence of int)
        Rows and columns that are hatched.
    """

    grid: Grid
    role: str
    texts: list
    longest: int
    levels: np.ndarray
    window: tuple = ()
    start: tuple[int, int] = (0, 0)
    lit: bool = True
    raised: bool = False
    longest_corner: int = 1
    corners: tuple = ()
    todo: tuple | None = None
    unused: tuple = NOWHERE

    @property
    def size(self) -> tuple[float, float]:
        """Height and width in units, margins included."""
        height, width = self.grid.size
        return height * UNIT + 2 * MARGIN, width * UNIT + 2 * MARGIN

    def svg(self, attributes: str = "") -> str:
        """Draw it.

        Parameters
        ----------
        attributes : str
            More attributes for the ``<svg>``: a description, or a place in another.

        Returns
        -------
        str
        """
        height, width = self.size
        return (
            f'<svg class="cells {self.role}" viewBox="-{MARGIN} -{MARGIN} {width} {height}" '
            f'font-size="{_type_size(self.longest)}" {attributes}>'
            f"{self._ground()}{self._numbers()}{self._lines()}{self._window()}</svg>"
        )

    def _ground(self):
        cells = list(np.ndindex(self.grid.size))
        real = [cell for cell in cells if self.grid.element(*cell)]
        rows, columns = self.unused
        hatched = [(r, c) for r, c in cells if r in rows or c in columns]
        height, width = self._extent()
        surround = _path("p", _ruled(0, 0, height, width)) + _path("b", _boxes(real))
        fills = (
            _path(f"f{level}", _boxes(cell for cell in cells if self.levels[cell] == level))
            for level in range(LEVELS)
        )
        laid = _boxes(self.window)
        window = self._moved("o", _path("b", laid) + _path("k", laid))
        return "".join(
            [
                surround if len(real) < height * width else "",
                *fills,
                _path("u", "".join(_hatching(*cell) for cell in hatched)),
                window if len(self.window) > 1 else "",
            ]
        )

    def _extent(self):
        """Rows and columns of cells, without those that are missing."""
        return tuple(n - m for n, m in zip(self.grid.size, self.grid.missing, strict=True))

    def _numbers(self):
        middle = 4 if self.raised else 5
        rows = (
            "".join(
                _text(c * UNIT + 5, r * UNIT + middle, text, not self.grid.element(r, c))
                for c, text in enumerate(row)
            )
            for r, row in enumerate(self.texts)
        )
        return f'<g class="t">{"".join(f"<g>{row}</g>" for row in rows)}</g>'

    def _lines(self):
        height, width = self.grid.size
        (top, bottom), (left, right) = self.grid.around
        if self.grid.spread == (1, 1):
            lines = _ruled(top, left, height - top - bottom, width - left - right)
        else:
            real = (cell for cell in np.ndindex(height, width) if self.grid.element(*cell))
            lines = "".join(_boxes([cell]) for cell in real)
        cells, (rows, columns) = np.ndindex(height, width), self._extent()
        crosses = "".join(_cross(r, c) for r, c in cells if r >= rows or c >= columns)
        blank = "" if self.todo is None else f'<path class="c" d="{_boxes(self.todo)}"/>'
        return f"{blank}{_path('g', lines)}{_path('n', crosses)}"

    def _window(self):
        if not self.window:
            return ""
        height, width = ((max(places) + 1) * UNIT for places in zip(*self.window, strict=True))
        places = zip(self.window, self.corners, strict=False)
        corners = "".join(_text(c * UNIT + 9.3, r * UNIT + 8, text) for (r, c), text in places)
        size = f' font-size="{_type_size(self.longest_corner, 3, 7)}"' if corners else ""
        edge = _path("e", f"M0 0h{width}v{height}h-{width}z")
        return self._moved(
            "w", f"{edge}<g{size} aria-hidden='true'>{corners}</g>" if corners else edge
        )

    def _moved(self, name, content):
        hidden = "" if self.lit else ' visibility="hidden"'
        row, column = (cell * UNIT for cell in self.start)
        return f'<g class="{name}" transform="translate({column} {row})"{hidden}>{content}</g>'


def standing_alone(
    panels: Iterable[tuple[Panel, float, float, bool]],
    words: Iterable[tuple[str, float, float]],
    height: float,
    width: float,
    description: str,
) -> str:
    """Put panels and words in one SVG with colours of its own.

    Parameters
    ----------
    panels : sequence of (Panel, float, float, bool)
        Each with its top and left edge, in cells, and whether it is pale.
    words : sequence of (str, float, float)
        Lines of text, each with the row and the column of its middle, in cells.
    height, width : float
        In cells.
    description : str
        What a screen reader says.

    Returns
    -------
    str
    """
    parts = [
        panel.svg(_place(top, left, *panel.size) + ' opacity="0.4"' * pale)
        for panel, top, left, pale in panels
    ] + [
        _text(round(column * UNIT, 1), round(row * UNIT, 1), text)
        for text, row, column in words
        if text
    ]
    style = re.sub(r"var\(--convdoc-(\w+)\)", lambda match: palette.LIGHT[match[1]], STYLE)
    style = re.sub(r"var\([^,()]+, ([^()]+)\)", r"\1", style)
    pixels = palette.CELL * 96 / UNIT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cells" role="img" '
        f'viewBox="0 0 {width * UNIT:g} {height * UNIT:g}" '
        f'width="{width * UNIT * pixels:.0f}" height="{height * UNIT * pixels:.0f}" '
        f'font-size="4.4"><title>{escape(description)}</title><style>{style}</style>'
        f"{''.join(parts)}</svg>"
    )


def _place(top, left, height, width):
    return f'x="{left * UNIT:g}" y="{top * UNIT:g}" width="{width}" height="{height}"'


def _path(name, d):
    return f'<path class="{name}" d="{d}"/>' if d else ""


def _text(x, y, text, muted=False):
    muted = ' class="m"' if muted and text else ""
    return f'<text{muted} x="{x:g}" y="{y:g}">{escape(text)}</text>'


def _boxes(cells):
    """Path around cells, neighbours in a row in one box, and like rows one below the other."""
    runs = []
    for row, column in cells:
        if runs and runs[-1][:2] == [row, column - runs[-1][2]]:
            runs[-1][2] += 1
        else:
            runs.append([row, column, 1])
    boxes, lowest = [], {}
    for row, column, width in runs:
        box = lowest.get((column, width))
        if box and box[0] + box[2] == row:
            box[2] += 1
        else:
            lowest[column, width] = box = [row, column, 1, width]
            boxes.append(box)
    return "".join(
        f"M{column * UNIT} {row * UNIT}h{width * UNIT}v{height * UNIT}h-{width * UNIT}z"
        for row, column, height, width in boxes
    )


def _ruled(top, left, height, width):
    """Path of the lines around and between cells."""
    top, left, height, width = (n * UNIT for n in (top, left, height, width))
    across = (f"M{left} {row}h{width}" for row in range(top, top + height + 1, UNIT))
    down = (f"M{column} {top}v{height}" for column in range(left, left + width + 1, UNIT))
    return "".join([*across, *down])


def _hatching(row, column):
    """Path of oblique lines in a cell."""
    return f"M{column * UNIT} {row * UNIT + 5}l5-5m5 0l-10 10m5 0l5-5"


def _cross(row, column):
    """Path of a cross in the middle of a cell."""
    return f"M{column * UNIT + 3.5:g} {row * UNIT + 3.5:g}l3 3m-3 0l3-3"


def _type_size(longest, largest=4.4, room=9):
    """Size in units at which a text of so many characters fits."""
    return round(min(largest, room / (0.58 * max(longest, 1))), 1)
