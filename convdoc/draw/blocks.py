"""What a stepper draws: a block for each array, in it a panel for each slice."""

from typing import Any, NamedTuple

import numpy as np

from convdoc.draw.canvas import number
from convdoc.draw.cells import LEVELS, UNIT, Panel, standing_alone
from convdoc.draw.kinds import Look

# In a picture by itself, in cells.
HEAD = 1.9  # room for the name and the shape of an array
LABEL = 0.7  # room for "channel 0" over a panel
TYPE = 0.25  # width of a character


class Slice(NamedTuple):
    """A panel, what stands over it, and whether it belongs to the sample and filter on show."""

    panel: Panel
    label: str
    shown: bool
    idle: bool = False


class Block(NamedTuple):
    """All slices of an array: the one that steps are about (here) or whose window moves (there)."""

    part: str
    name: str
    shape: tuple[int, ...]
    slices: list[Slice]


def blocks_at(look: Look[Any], step: int) -> list[Block]:
    """The blocks at a step, from left to right."""
    draw = {"here": _here, "there": _there, "stamp": _stamp}
    return [draw[part](look, step) for part in look.parts]


def _here(look, step):
    steps, grid = look.steps, look.steps.here
    n, c, i, j = steps.at(step)
    slices, longest = [], _longest(look, grid)
    for index in np.ndindex(grid.values.shape[:2]):
        panel = _panel(
            look, grid, index, step, longest,
            window=((0, 0),),
            start=(i, j),
            lit=index == (n, c),
            todo=look.to_come(index, step),
        )  # fmt: skip
        slices.append(Slice(panel, look.label(grid, index), index[0] == n))
    return Block("here", grid.name, grid.values.shape, slices)


def _there(look, step):
    steps, grid = look.steps, look.steps.there
    n, c, _, _ = steps.at(step)
    beside, longest = look.corners(step), _longest(look, grid)
    window = [(u * steps.dilation[0], v * steps.dilation[1]) for u, v in np.ndindex(steps.window)]
    slices = []
    for index in np.ndindex(grid.values.shape[:2]):
        reached = index[1] in steps.reach[c]
        slot = steps.reach[c].index(index[1]) if reached else 0
        panel = _panel(
            look, grid, index, step, longest,
            window=window,
            start=tuple(cells[0] for cells in steps.cells(step)),
            lit=index[0] == n and reached,
            raised=bool(beside),
            corners=beside[slot * len(window) : (slot + 1) * len(window)],
            longest_corner=look.longest_corner,
            unused=look.hatched(),
        )  # fmt: skip
        slices.append(Slice(panel, look.label(grid, index), index[0] == n, not reached))
    return Block("there", grid.name, grid.values.shape, slices)


def _stamp(look, step):
    grid, slices = look.steps.stamp, []
    longest = _longest(look, grid)
    for index in np.ndindex(grid.values.shape[:2]):
        panel = _panel(look, grid, index, step, longest)
        slices.append(Slice(panel, look.stamp_label(index), look.is_on_show(index, step)))
    return Block("stamp", grid.name, look.stamp_shape(), slices)


def _panel(look, grid, index, step, longest, **more):
    """The panel of a slice: its numbers, and colours the stronger the farther from zero."""
    steps = look.steps
    role = "input" if grid is steps.input else "output" if grid is steps.output else "kernel"
    strengths = look.strengths(grid, index, step)
    levels = np.where(np.isnan(strengths), -1, np.rint(strengths * (LEVELS - 1))).astype(int)
    if not steps.numbered:
        return Panel(grid, role, [], longest, levels, **more)
    texts = [
        ["" if value is None else number(value) for value in row]
        for row in steps.contents(grid, index, step)
    ]
    return Panel(grid, role, texts, longest, levels, **more)


def _longest(look, grid):
    """Characters of the longest number of an array at any step."""
    values = np.unique(look.numbers_shown(grid)) if look.steps.numbered else []
    return max((len(number(value)) for value in values), default=1)


def picture(look: Look[Any], step: int) -> str:
    """The blocks side by side, their slices one below the other, as one SVG."""
    blocks = blocks_at(look, step)
    heights = [sum(map(_height, _shown(block))) for block in blocks]
    tallest = max(heights)
    panels, words, left = [], [], 0.3
    for block, height, sign in zip(blocks, heights, [*look.signs, ""], strict=True):
        shape = str(block.shape)
        widths = [piece.panel.size[1] / UNIT for piece in _shown(block)]
        labels = [TYPE * len(text) for text in (shape, *(p.label for p in _shown(block)))]
        room = max(widths + labels)
        middle, top = left + room / 2, (tallest - height) / 2
        words += [(block.name, top + 0.6, middle), (shape, top + 1.3, middle)]
        top += HEAD
        for piece, width in zip(_shown(block), widths, strict=True):
            words.append((piece.label, top + 0.3, middle))
            place = top + LABEL * bool(piece.label), middle - width / 2
            panels.append((piece.panel, *place, piece.idle))
            top += _height(piece)
        words.append((sign, HEAD + tallest / 2, left + room + 0.6))
        left += room + 1.2
    return standing_alone(panels, words, HEAD + tallest + 0.1, left - 0.9, look.title())


def _shown(block):
    return [piece for piece in block.slices if piece.shown]


def _height(piece):
    return LABEL * bool(piece.label) + piece.panel.size[0] / UNIT + 0.1
