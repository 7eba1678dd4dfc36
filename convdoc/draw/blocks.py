"""What a stepper draws: a block for each array, in it a panel for each slice."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from convdoc.draw.canvas import number
from convdoc.draw.cells import LEVELS, UNIT, Panel, standing_alone
from convdoc.draw.transcript import WORDS, label, operators, title
from convdoc.steps import Steps

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


def blocks_at(steps: Steps, step: int) -> list[Block]:
    """The blocks at a step, from left to right: input, kernel, output."""
    here, there = _here(steps, step), _there(steps, step)
    if steps.stamp is None:
        return [there, here]
    stamp = _stamp(steps, step)
    if steps.rule == "shift":
        return [stamp, here, there]
    return [here, stamp, there] if steps.scatters else [there, stamp, here]


def _here(steps, step):
    grid, (n, c, i, j) = steps.here, steps.at(step)
    later = list(np.ndindex(grid.values.shape))[step + 1 :] if not steps.scatters else []
    slices = []
    for index in np.ndindex(grid.values.shape[:2]):
        panel = _panel(
            steps, grid, index,
            window=((0, 0),),
            start=(i, j),
            lit=index == (n, c),
            todo=[at[2:] for at in later if at[:2] == index],
        )  # fmt: skip
        slices.append(Slice(panel, label(steps, grid, index), index[0] == n))
    return Block("here", grid.name, grid.values.shape, slices)


def _there(steps, step):
    grid, (n, c, _, _) = steps.there, steps.at(step)
    beside, longest = corners(steps, step), _longest_corner(steps)
    longest_running = _longest(steps.results) if steps.results is not None else 1
    window = [(u * steps.dilation[0], v * steps.dilation[1]) for u, v in np.ndindex(steps.window)]
    slices = []
    for index in np.ndindex(grid.values.shape[:2]):
        reached = index[1] in steps.reach[c]
        slot = steps.reach[c].index(index[1]) if reached else 0
        panel = _panel(
            steps, grid, index,
            window=window,
            start=tuple(cells[0] for cells in steps.cells(step)),
            lit=index[0] == n and reached,
            corners=beside[slot * len(window) : (slot + 1) * len(window)],
            longest_corner=longest,
            unused=_around(grid) if steps.scatters else steps.unused(),
        )  # fmt: skip
        if steps.scatters:
            panel = replace(panel, longest=longest_running, **_running(steps, step, index))
        slices.append(Slice(panel, label(steps, grid, index), index[0] == n, not reached))
    return Block("there", grid.name, grid.values.shape, slices)


def _stamp(steps, step):
    grid, (_, c, _, _) = steps.stamp, steps.at(step)
    slices = []
    for index in np.ndindex(grid.values.shape[:2]):
        of, slot = index
        words = "" if steps.rule == "shift" else _stamp_label(steps, of, slot)
        if steps.bias is not None and not steps.scatters and slot == 0:
            bias = WORDS["bias"].format(number(steps.bias[of]))
            words = f"{words}, {bias}" if words else bias
        slices.append(Slice(_panel(steps, grid, index), words, of == c or steps.rule == "shift"))
    shape = grid.values.shape if steps.rule == "shift" else steps.w.shape
    return Block("stamp", grid.name, shape, slices)


def _stamp_label(steps, of, slot):
    """Which filter a slice of the kernel belongs to, and which channel it is for."""
    filter_, channel = of, steps.reach[of][slot]
    counts = [grid.values.shape[1] for grid in (steps.here, steps.there)]
    if steps.spec.transposed and not steps.scatters:  # the output here is the channels
        filter_, channel = channel, filter_
        counts.reverse()
    names = zip(("filter", "channel"), counts, (filter_, channel), strict=True)
    return ", ".join(f"{WORDS[name]} {at}" for name, count, at in names if count > 1)


def _panel(steps, grid, index, **more):
    """The panel of a slice: its numbers, and colours the stronger the farther from zero."""
    role = "input" if grid is steps.input else "output" if grid is steps.output else "kernel"
    raised = grid is steps.there and steps.stamp is not None
    levels = np.full(grid.size, -1)
    (top, left), (bottom, right) = (
        grid.cell(0, 0),
        grid.cell(*(n - 1 for n in grid.values.shape[2:])),
    )
    elements = np.s_[top : bottom + 1 : grid.spread[0], left : right + 1 : grid.spread[1]]
    if not steps.numbered:
        levels[elements] = LEVELS // 2
        return Panel(grid, role, [], 1, levels, raised=raised, **more)
    magnitudes = np.abs(grid.values.astype(float))
    largest = magnitudes[np.isfinite(magnitudes)].max(initial=0) or 1
    magnitudes = np.nan_to_num(magnitudes, posinf=largest).clip(max=largest)
    levels[elements] = np.rint(magnitudes[index] / largest * (LEVELS - 1))
    blank = "" if steps.rule in ("max", "average_no_pad") else "0"
    texts = np.full(grid.size, blank, object)
    texts[elements] = [list(map(number, row)) for row in grid.values[index]]
    return Panel(grid, role, texts.tolist(), _longest(grid.values), levels, raised=raised, **more)


def _longest(values):
    return max(len(number(value)) for value in np.unique(values))


def _around(grid):
    """Rows and columns of cells that are not of the array, where none stand between."""
    return tuple(
        (*range(before), *range(before + length, before + length + behind))
        for (before, behind), length in zip(grid.around, grid.values.shape[2:], strict=True)
    )


def corners(steps: Steps, step: int) -> list[str]:
    """What stands beside the numbers under the window: weights, or what is added.

    For the slices that the window lies on one after the other.
    """
    if not steps.numbered or steps.stamp is None:
        return []
    if steps.scatters:
        added = (number(a.pixel * a.weight) for a in steps.additions(step))
        return [text if text.startswith("−") else f"+{text}" for text in added]
    return [f"×{number(weight)}" for weight in steps.stamp.values[steps.at(step)[1]].flat]


def _longest_corner(steps):
    """Characters of the longest corner of any step."""
    if not steps.numbered or steps.stamp is None:
        return 1
    if steps.scatters:
        return max(len(text) for step in range(len(steps)) for text in corners(steps, step))
    return 1 + _longest(steps.stamp.values)


def _running(steps, step, index):
    """Numbers and colours of an output that is still being added up."""
    n, channel = index
    per_sample = steps.here.values[0].size
    first, last = n * per_sample, min(step, (n + 1) * per_sample - 1)
    levels = np.full(steps.there.size, -1)
    for earlier in range(first, last + 1):
        if channel in steps.reach[steps.at(earlier)[1]]:
            levels[np.ix_(*steps.cells(earlier))] = LEVELS // 2
    if not steps.numbered:
        return {"levels": levels}
    state = steps.state(n, last - first)[channel]
    return {"levels": levels, "texts": [[number(value) for value in row] for row in state]}


def picture(steps: Steps, step: int) -> str:
    """The blocks side by side, their slices one below the other, as one SVG."""
    blocks = blocks_at(steps, step)
    heights = [sum(map(_height, _shown(block))) for block in blocks]
    tallest = max(heights)
    panels, words, left = [], [], 0.3
    for block, height, sign in zip(blocks, heights, [*operators(steps), ""], strict=True):
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
    return standing_alone(panels, words, HEAD + tallest + 0.1, left - 0.9, title(steps))


def _shown(block):
    return [piece for piece in block.slices if piece.shown]


def _height(piece):
    return LABEL * bool(piece.label) + piece.panel.size[0] / UNIT + 0.1
