"""The look of each kind of steps: its order, its sentences, its colours, its part of the plan.

A new kind of steps has a class in `convdoc.steps` and one here, in `LOOKS`; its sentences are in
`convdoc.draw.words`.
"""

from abc import ABC, abstractmethod
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from convdoc._types import Array, Pair
from convdoc.draw.canvas import as_json, number
from convdoc.draw.transcript import (
    Line,
    Span,
    element,
    fill,
    joined,
    label,
    minus,
    name_there,
    of_count,
    of_window,
    place,
    places,
)
from convdoc.draw.words import AXES, OPERATORS, WORDS
from convdoc.steps import (
    Correlation,
    Gather,
    Grid,
    Pool,
    Scatter,
    Shift,
    SpreadGather,
    Steps,
    Weighed,
)

S = TypeVar("S", bound=Steps)
W = TypeVar("W", bound=Weighed)


class Look(ABC, Generic[S]):
    """How steps look and read.

    Attributes
    ----------
    parts : tuple of str
        The blocks from left to right: ``"here"``, ``"there"``, ``"stamp"``.
    window : str
        The name, in `WORDS`, of the sentence about a window without numbers.
    surround : str
        The name of a cell of ``there`` that is not of the array.
    scatters : bool
        Whether the script adds a step's numbers to those of the steps before.
    """

    parts: ClassVar[tuple[str, ...]] = ("there", "here")
    window: ClassVar[str] = "reads"
    surround: ClassVar[str] = "padding cell"
    scatters: ClassVar[bool] = False

    def __init__(self, steps: S) -> None:
        self.steps = steps

    @property
    def operation(self) -> str:
        """The name of the title and of the signs."""
        return self.steps.operation

    @property
    def signs(self) -> tuple[str, ...]:
        """The signs between the blocks."""
        return OPERATORS[self.operation]

    def title(self) -> str:
        """What is shown, with all shapes."""
        steps = self.steps
        shapes = {
            "x": f"{steps.input.name} {steps.input.values.shape}",
            "y": f"{steps.output.name} {steps.output.values.shape}",
            "window": "×".join(map(str, steps.window)),
        }
        if "w" in steps.parameters:
            shapes["w"] = f"W {steps.parameters['w'].shape}"
        return WORDS[self.operation].format(**shapes)

    def axes(self, grid: Grid) -> tuple[str, str]:
        """The names of the first two axes of an array."""
        return AXES[grid.name]

    def label(self, grid: Grid, index: Pair) -> str:
        """Which sample, channel or filter a slice is, where there are several."""
        return label(self.axes(grid), grid.values.shape[:2], index)

    def stamp_label(self, index: Pair) -> str:
        """The same of a slice of the stamp."""
        return ""

    def is_on_show(self, index: Pair, step: int) -> bool:
        """Whether a slice of the stamp is that of a step."""
        return index[0] == self.steps.at(step)[1]

    def stamp_shape(self) -> tuple[int, ...]:
        """The shape of the stamp's array."""
        return self.steps.parameters["w"].shape

    def way(self) -> str | None:
        """How a kernel lies, if it is flipped; None for a stamp that is not a kernel."""
        return None

    def corner(self, value: float) -> str:
        """The text beside a number under the window."""
        return number(value)

    def corners(self, step: int) -> list[str]:
        """The texts beside the numbers under the window, slice after slice."""
        numbers = self.steps.corners(step) if self.steps.numbered else []
        return [self.corner(value) for value in numbers]

    @cached_property
    def longest_corner(self) -> int:
        """Characters of the longest corner at any step."""
        texts = (text for step in range(len(self.steps)) for text in self.corners(step))
        return max(map(len, texts), default=1)

    def numbers_shown(self, grid: Grid) -> Array:
        """All numbers of an array, and of the border around it, that are shown at any step."""
        return np.append(grid.values, grid.border.value)

    def strengths(self, grid: Grid, index: Pair, step: int) -> Array:
        """How strong the colour of each cell of a slice is, from 0 to 1; NaN for none.

        The farther a number is from zero, the stronger; without numbers all are alike.
        """
        strengths = np.full(grid.values.shape[2:], 0.5)
        if self.steps.numbered:
            magnitudes = np.abs(grid.values.astype(float))
            largest = magnitudes[np.isfinite(magnitudes)].max(initial=0) or 1
            magnitudes = np.nan_to_num(magnitudes, posinf=largest).clip(max=largest)
            strengths = magnitudes[index] / largest
        return grid.laid_out(strengths, np.nan).astype(float)

    def to_come(self, index: Pair, step: int) -> list[Pair]:
        """Rows and columns in a slice of ``here`` whose steps are still to come."""
        shape = self.steps.here.values.shape
        first = int(np.ravel_multi_index((*index, 0, 0), shape))
        cells = range(max(0, step + 1 - first), shape[2] * shape[3])
        return [divmod(cell, shape[3]) for cell in cells]

    def hatched(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of cells of ``there`` that are hatched."""
        return self.steps.unused()

    # -- Words ----------------------------------------------------------------------------------

    @abstractmethod
    def lines(self, step: int) -> list[Line]:
        """A step in words."""

    def notes(self) -> list[str]:
        """What the dashed and the hatched cells are, and what is left over."""
        grid, unused = self.steps.there, enumerate(self.steps.unused())
        notes = []
        if grid.around != ((0, 0), (0, 0)) or grid.spread != (1, 1):
            notes.append(" ".join(self.surrounding()))
        left = (self._left_over(axis, cell) for axis, cells in unused for cell in cells)
        if names := ", ".join(filter(None, left)):
            notes.append(self.leaves(names))
        return notes

    def surrounding(self) -> list[str]:
        """Sentences about the cells that are not of the array."""
        return [self._dashed(), *self._before()]

    def _dashed(self):
        """What the cells hold that are not of the array."""
        border = self.steps.there.border
        if border.repeats:
            return WORDS["repeated"].format(border=border.words)
        return WORDS["constant" if border.value else "dashed"].format(value=number(border.value))

    def _before(self):
        grid = self.steps.there
        shown = all(before > 0 for before, _ in grid.around)
        return [WORDS["before"].format(name=grid.name)] if shown else []

    def leaves(self, places: str) -> str:
        """A sentence about rows and columns that no window covers."""
        return WORDS["unused"].format(places=places)

    def _left_over(self, axis, cell):
        """The name of a row or column; nothing for zeros between those of the array."""
        grid = self.steps.there
        at, between = divmod(cell - grid.around[axis][0], grid.spread[axis])
        if between:
            return ""
        return self._row(axis, at, 0 <= at < grid.values.shape[2 + axis])

    def _row(self, axis, at, real):
        """The name of a row or column, of the array or of its padding."""
        name, border = ("row", "column")[axis], self.steps.there.border
        outside = f"border {name}" if border.repeats else f"padding {name}"
        return WORDS[name if real else outside].format(index=minus(at))

    def _where(self, step):
        """The place of the window on its array, unless that is spread out."""
        spread = self.steps.there.spread != (1, 1)
        return [] if spread else [Span(place(self.steps, step), "small")]

    def _slice(self, sentences, channel, **parts):
        """A sentence about one channel of ``there``."""
        name = self.axes(self.steps.there)[1]
        return fill(WORDS[sentences][name], index=str(channel), **parts)

    # -- The plan for the script ----------------------------------------------------------------

    def plan(self) -> dict[str, Any]:
        """What the script must know: where each step's window lies, and what it writes there."""
        steps = self.steps
        plan = {
            "shape": steps.here.values.shape,
            "starts": steps.starts,
            "window": steps.window,
            "dilation": steps.dilation,
            "reach": steps.reach,
            "scatters": self.scatters,
            "around": [before for before, _ in steps.there.around],
            "spread": steps.there.spread,
            "size": steps.there.values.shape,
            "names": [steps.here.name, steps.there.name],
        }
        words = {
            **{name: WORDS[name] for name in ("step", "play", "pause")},
            "meets": of_count("meets", steps.here.values[0].size),
            "surround": WORDS[self.surround],
        }
        if steps.there.border.repeats:
            plan["homes"], words["copy"] = steps.there.homes, WORDS["copied cell"]
        if any(steps.there.missing):
            plan["missing"], words["nothing"] = steps.there.missing, WORDS["missing cell"]
        if steps.numbered:
            return plan | self._weights() | self.numbers() | {"words": words}
        words["window"] = of_window(self.window, steps).replace("{name}", name_there(steps))
        listed = [
            [places(steps, axis, at) for at in range(steps.here.values.shape[2 + axis])]
            for axis in (0, 1)
        ]
        return plan | {"places": listed, "words": words}

    def _weights(self):
        """The numbers of each slice of the stamp, row by row."""
        if "stamp" not in self.parts:
            return {}
        slices = self.steps.stamp.values
        slices = slices.reshape(-1, slices[0, 0].size)
        return {"weights": [[as_json(value) for value in numbers] for numbers in slices]}

    def numbers(self) -> dict[str, Any]:
        """The numbers of each step that are not in the cells of the still picture."""
        return {}


class PoolLook(Look[Pool]):
    """The look of a pooling."""

    operation = "pooling"

    def axes(self, grid: Grid) -> tuple[str, str]:
        """Those of the input: a pooling keeps channels apart."""
        return AXES["x"]

    def lines(self, step: int) -> list[Line]:
        """What the pooling makes of what is read."""
        steps, found = self.steps, self.steps.step(step)
        values = [reading.value for reading in found.terms]
        divisor, total = steps.divisor or len(values), _total(0, ((value, 1) for value in values))
        exact = total / divisor if steps.pooling.divides else steps.pooling.of(values)
        line = fill(
            WORDS[steps.operation],
            element=element(steps.here, found.at),
            values=", ".join(map(number, values)),
            sum=" + ".join(map(_factor, values)),
            count=str(divisor),
            sign=_sign(exact, *values, found.value),
            result=[Span(number(found.value), "b")],
        )
        return [line + self._where(step)]

    def notes(self) -> list[str]:
        """What every sum is divided by, too, where that is given."""
        divisor = self.steps.divisor
        divided = [] if divisor is None else [WORDS["divided"].format(divisor=divisor)]
        return [*divided, *super().notes()]

    def surrounding(self) -> list[str]:
        """Whether padding counts, and which cells are beyond it, too."""
        notes = []
        if self.steps.padding != ((0, 0), (0, 0)):
            counts = self.steps.pooling.counts_padding
            notes = [self._dashed(), *([] if counts else [WORDS["not counted"]]), *self._before()]
        return [*notes, *([WORDS["missing"]] if any(self.steps.there.missing) else [])]


class WeighedLook(Look[W]):
    """The look of steps with a kernel."""

    def stamp_label(self, index: Pair) -> str:
        """Which filter a slice of the kernel belongs to, and which channel it is for."""
        counts, at = zip(*self._filter_and_channel(*index), strict=True)
        return label(("filter", "channel"), counts, at)

    def _filter_and_channel(self, of, slot):
        """Of the filters and of the channels: how many there are, and which it is."""
        here, there = self.steps.here.values.shape[1], self.steps.there.values.shape[1]
        return (here, of), (there, self.steps.reach[of][slot])

    def way(self) -> str | None:
        """How the kernel lies, if it is flipped."""
        return WORDS["as it lies"].format(name=self.steps.there.name)


class GatherLook(WeighedLook[Gather]):
    """The look of a convolution or a correlation."""

    parts = ("there", "stamp", "here")

    def stamp_label(self, index: Pair) -> str:
        """Which filter and channel it is, and the bias, once for a filter."""
        label, (of, slot) = super().stamp_label(index), index
        if self.steps.bias is None or slot:
            return label
        bias = WORDS["bias"].format(bias=number(self.steps.bias[of]))
        return f"{label}, {bias}" if label else bias

    def corner(self, value: float) -> str:
        """A weight."""
        return f"×{number(value)}"

    def lines(self, step: int) -> list[Line]:
        """A sum for each channel, where there are several, and their sum."""
        found = self.steps.step(step)
        channels = {
            channel: [(term.pixel, term.weight) for term in terms]
            for channel, terms in groupby(found.terms, lambda term: term.channel)
        }
        sums = [" + ".join(map(_product, pairs)) for pairs in channels.values()]
        numbers = [value for pairs in channels.values() for pair in pairs for value in pair]
        lines = []
        if len(channels) > 1:
            for (channel, pairs), sum_ in zip(channels.items(), sums, strict=True):
                value = found.subtotals[channel]
                factors = (factor for pair in pairs for factor in pair)
                sign = _sign(_total(0, pairs), *factors, value)
                lines.append(
                    self._slice("subtotal", channel, sum=sum_, sign=sign, result=number(value))
                )
            numbers = list(found.subtotals.values())
            sums = list(map(_factor, numbers))
        bias = 0 if found.bias is None else found.bias
        total = _total(bias, (pair for pairs in channels.values() for pair in pairs))
        line = fill(
            WORDS["gathered" if found.bias is None else "gathered with bias"],
            element=element(self.steps.here, found.at),
            sum=" + ".join(sums) or "0",
            bias=_factor(bias),
            sign=_sign(total, *numbers, bias, found.value),
            result=[Span(number(found.value), "b")],
        )
        return [*lines, line + self._where(step)]


class SpreadLook(GatherLook):
    """The look of a transposed convolution that gathers."""

    surround = "spread cell"

    def _filter_and_channel(self, of, slot):
        return super()._filter_and_channel(of, slot)[::-1]  # the output has the channels

    def surrounding(self) -> list[str]:
        """Where the zeros come from."""
        return [WORDS["spread"].format(name=self.steps.there.name)]


class ScatterLook(WeighedLook[Scatter]):
    """The look of a transposed convolution that scatters."""

    parts = ("here", "stamp", "there")
    window = "writes"
    surround = "cut cell"
    scatters = True
    sentence: ClassVar[str] = "scattered"

    def way(self) -> str | None:
        """How the kernel lands, if it is flipped."""
        return WORDS["as it lands"].format(name=self.steps.there.name)

    def corner(self, value: float) -> str:
        """What is added."""
        text = number(value)
        return text if text.startswith("−") else f"+{text}"

    def numbers_shown(self, grid: Grid) -> Array:
        """All numbers of an array that are shown at any step: of the output all sums."""
        return self.steps.results if grid is self.steps.there else super().numbers_shown(grid)

    def strengths(self, grid: Grid, index: Pair, step: int) -> Array:
        """Of the output: the same for all cells to which something was added."""
        if grid is not self.steps.there:
            return super().strengths(grid, index, step)
        return np.where(self.steps.touched(index, step), 0.5, np.nan)

    def to_come(self, index: Pair, step: int) -> list[Pair]:
        """Nothing: the input is there from the start."""
        return []

    def hatched(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What is cut off, unless it is given to pixels that the border repeats."""
        there = self.steps.there
        return ((), ()) if there.border.repeats else there.surround()

    def lines(self, step: int) -> list[Line]:
        """What is added to each cell of the window, channel after channel."""
        found = self.steps.step(step)
        channels = {
            channel: joined(map(self._addition, terms))
            for channel, terms in groupby(found.terms, lambda term: term.channel)
        }
        parts = {
            "element": element(self.steps.here, found.at),
            "sign": _sign(found.value, found.value),
            "value": number(found.value),
            "place": place(self.steps, step),
        }
        if len(channels) == 1:
            [additions] = channels.values()
            return [fill(WORDS[self.sentence], additions=additions, **parts)]
        return [
            fill(WORDS["scattered in slices"], **parts),
            *(
                self._slice("scattered slice", channel, additions=additions)
                for channel, additions in channels.items()
            ),
        ]

    def _addition(self, term):
        _, _, before, pixel, weight, after = term
        return fill(
            WORDS["addition"],
            before=number(before),
            pixel=_factor(pixel),
            weight=_factor(weight),
            sign=_sign(_total(before, [(pixel, weight)]), before, pixel, weight, after),
            after=[Span(number(after), "b")],
        )

    def notes(self) -> list[str]:
        """What the two numbers of a cell are, too."""
        return [*([WORDS["running"]] if self.steps.numbered else []), *super().notes()]

    def surrounding(self) -> list[str]:
        """What becomes of the cells that are not of the array."""
        if not self.steps.there.border.repeats:
            return [WORDS["cut off"]]
        return [self._dashed(), WORDS["given back"], *self._before()]

    def leaves(self, places: str) -> str:
        """A sentence about the rows and columns that no window covers."""
        return WORDS["unreached"].format(places=places)

    def _row(self, axis, at, real):
        return super()._row(axis, at, real) if real else ""

    def numbers(self) -> dict[str, Any]:
        """The output before the first step, and what each step adds and comes to."""
        steps = self.steps
        found = [steps.step(step).terms for step in range(len(steps))]
        return {
            "empty": [as_json(value) for value in steps.state(0, -1)[:, 0, 0]],
            "added": [[as_json(a.pixel * a.weight) for a in terms] for terms in found],
            "sums": [[as_json(a.after) for a in terms] for terms in found],
        }


class ShiftLook(ScatterLook):
    """The look of a sum of shifted images."""

    parts = ("stamp", "here", "there")
    sentence = "shifted"

    def stamp_label(self, index: Pair) -> str:
        """Nothing: the image has one slice."""
        return ""

    def is_on_show(self, index: Pair, step: int) -> bool:
        """Always: there is one image."""
        return True

    def stamp_shape(self) -> tuple[int, ...]:
        """The shape of the image."""
        return self.steps.stamp.values.shape

    def way(self) -> str | None:
        """None: the image lies as it is."""
        return None


LOOKS: dict[type[Steps], type[Look[Any]]] = {
    Gather: GatherLook,
    Correlation: GatherLook,
    SpreadGather: SpreadLook,
    Pool: PoolLook,
    Scatter: ScatterLook,
    Shift: ShiftLook,
}


def look(steps: Steps) -> Look[Any]:
    """The look of steps, by their kind."""
    return LOOKS[type(steps)](steps)


# -- Numbers in sentences -----------------------------------------------------------------------


def _product(pair):
    return "·".join(map(_factor, pair))


def _factor(value):
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def _total(start, pairs):
    """`start` and the products of pairs, added up exactly, where they are finite."""
    pairs = list(pairs)
    try:
        return Fraction(start) + sum(Fraction(a) * Fraction(b) for a, b in pairs)
    except (OverflowError, ValueError):
        return start + sum(a * b for a, b in pairs)


def _sign(left, *shown):
    """The sign before the last of the numbers: whether all of each is shown, and it is `left`."""
    *_, right = shown
    same = left == right or (left != left and right != right)  # NaN is
    return "=" if same and all(map(_is_exact, shown)) else "≈"


def _is_exact(value):
    """Whether the text of a number shows all of it."""
    shown = number(value).replace("−", "-").replace("∞", "inf")
    return float(shown) == float(value) or np.isnan(value)
