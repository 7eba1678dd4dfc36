"""A convolution taken step by step: its windows, their terms, and the sums of the terms.

There are two ways to take it apart. One goes over the output: each step reads a window of the
input, and adds up products (`Gather`) or pools (`Pool`). The other goes over the input
(`Scatter`) or over the kernel (`Shift`): each step adds products to a window of the output.
All are `Steps`: a step is about one element *here*, and has a window *there*. `Steps.step` gives
a step as data.

A new kind of step is a class here, with the methods that `Steps` leaves open, and a class in
`convdoc.draw.kinds`, with its words and colours.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, SupportsIndex

import numpy as np

from convdoc._types import (
    Array,
    ArrayLike,
    BorderMode,
    EngineName,
    Filling,
    Floats,
    OneOrTwo,
    Pair,
    PoolingMode,
    Shape,
    Sides,
)
from convdoc.borders import BORDERS, Border
from convdoc.conv import conv4d, conv4d_transpose, pool4d, real, real_4d
from convdoc.explain import Explanation, explain, shifted_sum
from convdoc.hints import hinted
from convdoc.poolings import POOLINGS, Pooling, rounded_up
from convdoc.spec import ConvSpec, integer

__all__ = [
    "Addition", "Gather", "Grid", "Pool", "Reading", "Scatter", "Shift", "Step", "Steps",
    "convolution", "correlation", "pooling", "shifts", "transposed",
]  # fmt: skip


# Above these, a figure shows where windows lie, and no numbers.
LARGEST_SIDE = 20  # cells
MOST_TERMS = 6000  # of all steps together


@dataclass(frozen=True, eq=False)
class Grid:
    """An array as it lies in a figure, with what surrounds it and what stands between.

    Attributes
    ----------
    name : str
        What it is called: ``"x"``, ``"W"``, ``"y"`` or ``"x′"``.
    values : numpy.ndarray, shape (samples or filters, channels or filters, height, width)
    around : ((int, int), (int, int))
        Rows of cells (above, below) and columns (left, right) that are not of the array.
    spread : (int, int)
        Cells from one row of the array to the next, and from one column to the next.
    border : Border
        What the cells around the array hold.
    missing : (int, int)
        Of the rows of cells below the array and the columns on its right, how many last ones hold
        nothing: a window reaches there, but the padding does not.

    Examples
    --------
    >>> from convdoc.steps import Grid
    >>> import numpy as np
    >>> grid = Grid("x", np.zeros((1, 1, 2, 3)), around=((1, 1), (0, 0)), spread=(2, 2))
    >>> grid.size
    (5, 5)
    >>> grid.element(1, 4), grid.element(2, 4), grid.cell(0, 2)
    ((0, 2), None, (1, 4))
    """

    name: str
    values: Array
    around: Sides = ((0, 0), (0, 0))
    spread: Pair = (1, 1)
    border: Border = BORDERS["zeros"]
    missing: Pair = (0, 0)

    @property
    def size(self) -> Pair:
        """Height and width in cells."""
        sides = zip(self.values.shape[2:], self.around, self.spread, strict=True)
        height, width = ((n - 1) * s + 1 + sum(around) for n, around, s in sides)
        return height, width

    def element(self, row: int, column: int) -> Pair | None:
        """Row and column of the array's element in a cell; None where the cell holds none."""
        places = []
        axes = zip((row, column), self.values.shape[2:], self.around, self.spread, strict=True)
        for cell, length, (before, _), step in axes:
            place, rest = divmod(cell - before, step)
            if rest or not 0 <= place < length:
                return None
            places.append(place)
        return places[0], places[1]

    def cell(self, i: int, j: int) -> Pair:
        """Row and column of the cell that holds element (i, j)."""
        (above, _), (left, _) = self.around
        return above + i * self.spread[0], left + j * self.spread[1]

    def laid_out(self, elements: ArrayLike, other: object) -> Array:
        """A value for each cell: those of a slice's elements, and `other` in all other cells."""
        cells = np.full(self.size, other, object)
        axes = zip(self.around, self.spread, self.size, strict=True)
        cells[tuple(slice(before, n - behind, s) for (before, behind), s, n in axes)] = elements
        return cells

    def bordered(self, index: Pair) -> Array:
        """A value for each cell: a slice with what its border holds around it.

        Examples
        --------
        >>> from convdoc.borders import BORDERS
        >>> from convdoc.steps import Grid
        >>> import numpy as np
        >>> x = np.array([[[[1, 2, 3]]]])
        >>> grid = Grid("x", x, around=((0, 0), (2, 1)), border=BORDERS["circular"])
        >>> grid.bordered((0, 0))
        array([[2, 3, 1, 2, 3, 1]], dtype=object)
        """
        image = self.values[index][None, None].astype(object)
        return self.border.put_around(image, self.around)[0, 0]

    @cached_property
    def homes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """For each row of cells that of the pixels it holds, and for each column likewise.

        It is another one where the border repeats pixels, else itself.
        """
        if not self.border.repeats:
            return tuple(range(self.size[0])), tuple(range(self.size[1]))
        axes = zip(self.values.shape[2:], self.around, strict=True)
        rows, columns = (
            tuple(before + (self.border.at(at, n) or 0) for at in range(-before, n + behind))
            for n, (before, behind) in axes
        )
        return rows, columns

    def surround(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the cells around the array."""
        rows, columns = (
            (*range(before), *range(cells - behind, cells))
            for (before, behind), cells in zip(self.around, self.size, strict=True)
        )
        return rows, columns


class Reading(NamedTuple):
    """What a pooling step reads in one cell.

    Attributes
    ----------
    value : int or float
    place : (int, int) or None
        Row and column of the pixel; None for a zero of the padding.
    """

    value: float
    place: Pair | None


class Addition(NamedTuple):
    """What a scattering step adds to one cell of the output.

    Attributes
    ----------
    channel : int
        The channel of the output.
    cell : (int, int)
        Row and column among the cells of ``there``.
    before, pixel, weight, after : int or float
        ``after`` is ``before + pixel · weight``. Where a border repeats pixels, these are sums of
        the pixel that the cell holds, to which an earlier addition of the step may have been made.
    """

    channel: int
    cell: Pair
    before: float
    pixel: float
    weight: float
    after: float


@dataclass(frozen=True)
class Step:
    """One step as data.

    Attributes
    ----------
    at : (int, int, int, int)
        Index of the element of ``here`` that it is about.
    value : int or float
        The number of this element: the result, or the factor of all that is added.
    rows, columns : tuple of int
        The window, in cells of ``there``.
    terms : tuple of Term, Reading or Addition
        What is multiplied, read or added: channel after channel, in the order of the window.
    subtotals : dict from int to int or float
        The sum of the products of each channel that a `Gather` reads; else empty.
    bias : int, float or None
        What a `Gather` adds to the products; None without a bias.
    """

    at: Shape
    value: float
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    terms: tuple[Any, ...]
    subtotals: dict[int, float] = field(default_factory=dict)
    bias: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Steps(ABC):
    """A convolution, a transposed one or a pooling as a row of steps: what all kinds have.

    Attributes
    ----------
    here : Grid
        There is a step for each of its elements, in the order of the array.
    there : Grid
        On it lies the window of each step.
    window : (int, int)
        Rows and columns of the window, in elements.
    dilation : (int, int)
        Cells from one element of the window to the next.
    starts : (tuple of int, tuple of int)
        For each row of ``here`` the first row of its window in cells of ``there``, and for each
        column the first column.
    reach : tuple of tuple of int
        For each channel of ``here`` the channels of ``there`` that its window lies on.
    spec : ConvSpec
        The plan of what is computed.
    operation : str
        Its name: ``"convolution"``, ``"correlation"``, ``"transposed"``, ``"shifts"``, or the mode
        of a pooling.
    """

    here: Grid
    there: Grid
    window: Pair
    dilation: Pair
    starts: tuple[tuple[int, ...], tuple[int, ...]]
    reach: tuple[tuple[int, ...], ...]
    spec: ConvSpec
    operation: str

    @property
    @abstractmethod
    def input(self) -> Grid:
        """What is convolved or pooled."""

    @property
    @abstractmethod
    def output(self) -> Grid:
        """The result."""

    @abstractmethod
    def step(self, step: int) -> Step:
        """A step as data.

        Raises
        ------
        ValueError
            If there is no such step, or if a scattering is too large for numbers.
        """

    @abstractmethod
    def corners(self, step: int) -> list[float]:
        """The number beside each cell of the window, slice after slice: a weight, or an addend."""

    @abstractmethod
    def _count(self, step):
        """How much of a step counts: `first_shown` looks for the most."""

    def __len__(self) -> int:
        return self.here.values.size

    @property
    def parameters(self) -> dict[str, Array]:
        """The kernels and the bias, as the operation takes them: ``"w"`` and ``"bias"``."""
        return {}

    @property
    def turned(self) -> bool:
        """Whether a kernel is shown flipped, and looks different for it."""
        return False

    @property
    def numbered(self) -> bool:
        """Whether it is small enough to show every number."""
        sides = max(self.here.size + self.there.size)
        terms = len(self) * math.prod(self.window) * len(self.reach[0])
        return sides <= LARGEST_SIDE and terms <= MOST_TERMS

    def at(self, step: int) -> Shape:
        """Index of the element of ``here`` that a step is about: four integers.

        Raises
        ------
        ValueError
            If there is no such step: they go from 0 to one less than their number.
        """
        number = integer(step)
        if number is None or not 0 <= number < len(self):
            raise ValueError(f"step must be an integer from 0 to {len(self) - 1}; got {step!r}")
        n, c, i, j = map(int, np.unravel_index(number, self.here.values.shape))
        return n, c, i, j

    def cells(self, step: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the window of a step, in cells of ``there``."""
        _, _, i, j = self.at(step)
        axes = zip(self.starts, (i, j), self.window, self.dilation, strict=True)
        rows, columns = (tuple(starts[at] + t * d for t in range(k)) for starts, at, k, d in axes)
        return rows, columns

    def unused(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of ``there``, in cells, that no window covers."""
        axes = zip(self.starts, self.window, self.dilation, self.there.size, strict=True)
        rows, columns = (
            tuple(sorted(set(range(size)) - {s + t * d for s in starts for t in range(k)}))
            for starts, k, d, size in axes
        )
        return rows, columns

    def contents(self, grid: Grid, index: Pair, step: int) -> Array:
        """The numbers in the cells of one slice of an array at a step.

        Parameters
        ----------
        grid : Grid
            One of these steps.
        index : (int, int)
            The slice: the first two indices of the array.
        step : int

        Returns
        -------
        numpy.ndarray of object, shape (rows of cells, columns of cells)
            None in a cell that has no number.
        """
        return grid.laid_out(grid.values[index], 0)

    def first_shown(self) -> int:
        """Index of the step to show first.

        The middle one of those with the most that counts, neither the first nor the last: so
        something is there already and something is still to come.
        """
        if not self.numbered:
            return len(self) // 2
        inner = range(1, len(self) - 1) if len(self) > 2 else range(len(self))
        counts = [self._count(step) for step in inner]
        largest = max(counts)
        most = [step for step, count in zip(inner, counts, strict=True) if count == largest]
        return most[len(most) // 2]


@dataclass(frozen=True, eq=False, kw_only=True)
class Weighed(Steps):
    """Steps that multiply by a kernel.

    Attributes
    ----------
    stamp : Grid
        What lies in the window, as it lies there (so a convolution's kernel is flipped): for each
        channel of ``here`` its slices, shape (channels, slices, window height, window width). For
        a sum of shifted images it is the image, else the kernel.
    w : numpy.ndarray, shape (filters, channels // groups, kernel height, kernel width)
        The kernels, as `conv4d` takes them for `spec`.
    flipped : bool
        Whether ``stamp`` is turned by 180 degrees from how it is stored.
    bias : numpy.ndarray, shape (channels of the output,), or None
        What is added to each of them.
    """

    stamp: Grid
    w: Array
    flipped: bool = False
    bias: Array | None = None

    @property
    def parameters(self) -> dict[str, Array]:
        """The kernels and the bias, as the operation takes them: ``"w"`` and ``"bias"``."""
        return {"w": self.w} | ({} if self.bias is None else {"bias": self.bias})

    @property
    def turned(self) -> bool:
        """Whether a kernel is shown flipped, and looks different for it."""
        return self.flipped and not np.array_equal(self.w, self.w[:, :, ::-1, ::-1])


@dataclass(frozen=True, eq=False, kw_only=True)
class Gather(Weighed):
    """Steps that weigh what their window reads and add it up: the output, element after element."""

    @property
    def input(self) -> Grid:
        """What is convolved."""
        return self.there

    @property
    def output(self) -> Grid:
        """The result."""
        return self.here

    def step(self, step: int) -> Step:
        """A step as data; its terms are those of `explanation`.

        Raises
        ------
        ValueError
            If there is no such step.
        """
        at, found = self.at(step), self.explanation(step)
        bias = None if self.bias is None else self.bias[at[1]].item()
        value = self.here.values[at].item()
        return Step(at, value, *self.cells(step), found.terms, found.subtotals, bias)

    def explanation(self, step: int) -> Explanation:
        """The terms of a step as `explain` gives them, without bias.

        Raises
        ------
        ValueError
            If there is no such step.
        """
        return explain(self.there.values, self.w, self.spec, *self.at(step))

    def corners(self, step: int) -> list[float]:
        """The weight of each cell of the window, slice after slice."""
        return self.stamp.values[self.at(step)[1]].ravel().tolist()

    def contents(self, grid: Grid, index: Pair, step: int) -> Array:
        """The numbers in the cells of one slice; those of the border in the cells around it."""
        return grid.bordered(index) if grid is self.there else super().contents(grid, index, step)

    def _count(self, step):
        return sum(term.product != 0 for term in self.explanation(step).terms)


@dataclass(frozen=True, eq=False, kw_only=True)
class Correlation(Gather):
    """A `Gather` whose `w` is turned, because `spec` is that of a convolution."""

    @property
    def parameters(self) -> dict[str, Array]:
        """The kernels and the bias, as the operation takes them: ``"w"`` and ``"bias"``."""
        return super().parameters | {"w": self.w[:, :, ::-1, ::-1]}


@dataclass(frozen=True, eq=False, kw_only=True)
class SpreadGather(Gather):
    """A `Gather` of a transposed convolution: its input is spread out with zeros."""

    def contents(self, grid: Grid, index: Pair, step: int) -> Array:
        """The numbers in the cells of one slice; zeros in those between and around."""
        return Steps.contents(self, grid, index, step)


@dataclass(frozen=True, eq=False, kw_only=True)
class Pool(Steps):
    """Steps that pool what their window reads.

    Attributes
    ----------
    pooling : Pooling
        Which cells count, and what becomes of their numbers.
    divisor : int or None
        What an average divides by; None for the number of cells that count.
    """

    pooling: Pooling
    divisor: int | None = None

    @property
    def input(self) -> Grid:
        """What is pooled."""
        return self.there

    @property
    def output(self) -> Grid:
        """The result."""
        return self.here

    @property
    def padding(self) -> Sides:
        """Places around the image, ((top, bottom), (left, right)), without those missing."""
        (top, bottom), (left, right) = self.there.around
        below, behind = self.there.missing
        return (top, bottom - below), (left, right - behind)

    def step(self, step: int) -> Step:
        """A step as data; its terms are what counts.

        Raises
        ------
        ValueError
            If there is no such step.
        """
        n, c, i, j = at = self.at(step)
        image, terms = self.there.values[n, c], []
        size = len(image), len(image[0])
        windows = self.spec.places(i, j, size), self.spec.window(i, j, size)
        rows, columns = (list(zip(*axis, strict=True)) for axis in zip(*windows, strict=True))
        for row, u in rows:
            for column, v in columns:
                if self.pooling.counts((row, column), size, self.padding):
                    pixel = None if u is None or v is None else (u, v)
                    terms.append(Reading(image[pixel].item() if pixel else 0, pixel))
        return Step(at, self.here.values[at].item(), *self.cells(step), tuple(terms))

    def contents(self, grid: Grid, index: Pair, step: int) -> Array:
        """The numbers in the cells of one slice; none in cells that do not count."""
        contents = grid.laid_out(grid.values[index], 0 if self.pooling.counts_padding else None)
        rows, columns = (n - over for n, over in zip(grid.size, grid.missing, strict=True))
        contents[rows:] = None
        contents[:, columns:] = None
        return contents

    def unused(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of ``there``, in cells, that no window covers, without those missing."""
        axes = zip(super().unused(), self.there.size, self.there.missing, strict=True)
        rows, columns = (tuple(cell for cell in cells if cell < n - m) for cells, n, m in axes)
        return rows, columns

    def corners(self, step: int) -> list[float]:
        """Nothing: there are no weights."""
        return []

    def _count(self, step):
        return len(self.step(step).terms)


@dataclass(frozen=True, eq=False, kw_only=True)
class Scatter(Weighed):
    """Steps that add the kernel, times an element of the input, to a window of the output."""

    @property
    def input(self) -> Grid:
        """What is convolved."""
        return self.here

    @property
    def output(self) -> Grid:
        """The result."""
        return self.there

    @cached_property
    def results(self) -> Floats:
        """The output after each step of a sample, cells around it included.

        Returns
        -------
        numpy.ndarray, float64, shape (samples, steps of a sample, channels, rows, columns)

        Raises
        ------
        ValueError
            If it is too large for numbers.
        """
        if not self.numbered:
            raise ValueError(f"these {len(self)} steps are too many to keep the numbers of each")
        samples, channels = self.there.values.shape[:2]
        each, homes = len(self) // samples, np.ix_(range(channels), *self.there.homes)
        results = np.empty((samples, each, channels, *self.there.size))
        for n in range(samples):
            state = self._empty()
            for number in range(each):
                step = n * each + number
                at = self.at(step)
                window = np.ix_(self.reach[at[1]], *self._homes(step))
                np.add.at(state, window, self._products(at))
                results[n, number] = state[homes]
        return results

    def state(self, sample: int, number: int) -> Floats:
        """The output after a step of a sample; before the first, the bias or zeros."""
        return self.results[sample, number] if number >= 0 else self._empty()

    def _homes(self, step):
        """Rows and columns of the cells that hold the sums of the window's pixels."""
        axes = zip(self.there.homes, self.cells(step), strict=True)
        return tuple([homes[cell] for cell in cells] for homes, cells in axes)

    def _products(self, at):
        return np.multiply(self.stamp.values[at[1]], self.here.values[at], dtype=float)

    def _empty(self):
        empty = np.zeros((self.there.values.shape[1], *self.there.size))
        return empty if self.bias is None else empty + self.bias[:, None, None]

    def step(self, step: int) -> Step:
        """A step as data; its terms are what it adds.

        Raises
        ------
        ValueError
            If there is no such step, or if it is too large for numbers.
        """
        n, f, _, _ = at = self.at(step)
        rows, columns = self.cells(step)
        number = step - n * (len(self) // len(self.here.values))
        sums, products, homes = self.results[n], self._products(at), self.there.homes
        state = sums[number - 1].copy() if number else self._empty()
        value, stamp, terms = self.here.values[at].item(), self.stamp.values[f], []
        for slot, channel in enumerate(self.reach[f]):
            for u, row in enumerate(rows):
                for v, column in enumerate(columns):
                    home = channel, homes[0][row], homes[1][column]
                    before = state[home].item()
                    state[home] += products[slot, u, v]
                    pixel, weight = self._factors(+value, +stamp[slot, u, v].item())
                    after = state[home].item()
                    terms.append(Addition(channel, (row, column), before, pixel, weight, after))
        return Step(at, value, rows, columns, tuple(terms))

    def _factors(self, value, stamped):
        """The pixel and the weight, of the element here and that of the stamp."""
        return value, stamped

    def contents(self, grid: Grid, index: Pair, step: int) -> Array:
        """The numbers in the cells of one slice; of the output, their sums so far."""
        if grid is not self.there:
            return super().contents(grid, index, step)
        return self.state(index[0], self._last(index[0], step))[index[1]].astype(object)

    def touched(self, index: Pair, step: int) -> Array:
        """The cells of a slice of the output to which something was added, up to a step.

        Returns
        -------
        numpy.ndarray of bool, shape (rows of cells, columns of cells)
        """
        n, channel = index
        touched, each = np.zeros(self.there.size, bool), len(self) // len(self.here.values)
        for earlier in range(n * each, n * each + self._last(n, step) + 1):
            if channel in self.reach[self.at(earlier)[1]]:
                touched[np.ix_(*self._homes(earlier))] = True
        return touched[np.ix_(*self.there.homes)]

    def _last(self, sample, step):
        """The last step of a sample that a step is not before, counted within the sample."""
        each = len(self) // len(self.here.values)
        return min(step - sample * each, each - 1)

    def corners(self, step: int) -> list[float]:
        """What is added to each cell of the window, slice after slice."""
        return [addition.pixel * addition.weight for addition in self.step(step).terms]

    def _count(self, step):
        return bool(self.here.values[self.at(step)])


@dataclass(frozen=True, eq=False, kw_only=True)
class Shift(Scatter):
    """Steps that add the image, times an element of the kernel, to a window of the output."""

    @property
    def input(self) -> Grid:
        """What is convolved."""
        return self.stamp

    def _factors(self, value, stamped):
        return stamped, value


@hinted
def convolution(
    x: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    border: Filling | float = "zeros",
    engine: EngineName | None = None,
) -> Gather:
    """Take `conv4d` step by step: over the output, row after row.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, border, engine
        As `conv4d` takes them.

    Returns
    -------
    Gather

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        As `conv4d` raises them.

    Examples
    --------
    The second window begins at the second pixel, and the kernel lies on it flipped:

    >>> from convdoc.steps import convolution
    >>> steps = convolution([[[[1, 2, 3]]]], [[[[10, 20]]]], "valid")
    >>> steps.cells(1), steps.stamp.values.tolist()
    (((0,), (1, 2)), [[[[20, 10]]]])
    >>> print(steps.explanation(1))
    y[0, 0, 0, 1] = 70
      x[0, 0, 0, 1] · w[0, 0, 0, 1] = 2 · 20 = 40
      x[0, 0, 0, 2] · w[0, 0, 0, 0] = 3 · 10 = 30
    """
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "border": border}
    y = conv4d(x, w, border_mode, **settings, bias=bias, engine=engine)
    x, w = real_4d("x", x).copy(), real_4d("w", w).copy()
    spec = ConvSpec(w.shape[2:], border_mode=border_mode, **settings)
    return Gather(
        operation="convolution",
        here=Grid("y", y),
        there=Grid("x", x, spec.padding(x.shape[2:]), border=spec.beyond),
        stamp=Grid("W", w[:, :, ::-1, ::-1]),
        flipped=True,
        window=spec.kernel,
        dilation=spec.dilation,
        starts=_starts(y.shape[2:], spec.strides),
        reach=_parts(len(w), x.shape[1], spec.groups),
        spec=spec,
        w=w,
        bias=_array(bias),
    )


@hinted
def correlation(
    x: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    border: Filling | float = "zeros",
    engine: EngineName | None = None,
) -> Gather:
    """Take `correlate4d` step by step: `convolution` with the kernel not flipped.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, border, engine
        As `correlate4d` takes them.

    Returns
    -------
    Gather
        Its `w` is turned, because `spec` is that of a convolution.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        As `correlate4d` raises them.

    Examples
    --------
    >>> from convdoc.steps import correlation
    >>> steps = correlation([[[[1, 2, 3]]]], [[[[10, 20]]]], "valid")
    >>> steps.stamp.values.tolist(), steps.explanation(1).sum
    ([[[[10, 20]]]], 80)
    """
    w = real("w", w)
    turned = w[:, :, ::-1, ::-1] if w.ndim == 4 else w
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "border": border}
    steps = convolution(x, turned, border_mode, **settings, bias=bias, engine=engine)
    return Correlation(**vars(steps) | {"operation": "correlation", "flipped": False})


@hinted
def transposed(
    y: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "valid",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    output_padding: OneOrTwo = 0,
    border: Filling = "zeros",
    view: Literal["scatter", "gather"] = "scatter",
    engine: EngineName | None = None,
) -> Scatter | Gather:
    """Take `conv4d_transpose` step by step, in one of two views that give the same.

    Parameters
    ----------
    y, w, border_mode, strides, dilation, groups, bias, output_padding, border, engine
        As `conv4d_transpose` takes them.
    view : {"scatter", "gather"}
        Over the input, each pixel leaving the kernel behind, times its value; or over the output,
        a window reading the input, which is spread out with zeros where there are strides. The
        latter needs a border of zeros: where a border repeats a pixel, several windows read it.

    Returns
    -------
    Scatter or Gather

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        As `conv4d_transpose` raises them, and for another `view` or one that `border` excludes.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285, chapter 4, whose figures are the gathering view.

    Examples
    --------
    >>> from convdoc.steps import transposed
    >>> steps = transposed([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2)
    >>> [addition.after for addition in steps.step(1).terms]
    [31.0, 20.0, 10.0]
    >>> steps = transposed([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2, view="gather")
    >>> steps.there.size, steps.explanation(2).sum
    ((1, 7), 31)
    """
    if not isinstance(view, str) or view not in ("scatter", "gather"):
        raise ValueError(f"view must be 'scatter' or 'gather'; got {view!r}")
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "border": border}
    settings |= {"border_mode": border_mode, "output_padding": output_padding}
    x = conv4d_transpose(y, w, **settings, bias=bias, engine=engine)
    y, w = real_4d("y", y).copy(), real_4d("w", w).copy()
    spec = ConvSpec(w.shape[2:], transposed=True, **settings)
    if view == "gather":
        if spec.beyond.repeats:
            raise ValueError(
                "view='gather' shows one window for each pixel, and with "
                f"border={border!r} several windows read a pixel; use view='scatter'"
            )
        return _spread_out(y, w, x, spec, bias)
    return Scatter(
        operation="transposed",
        here=Grid("y", y),
        there=Grid("x′", x, spec.padding(y.shape[2:]), border=spec.beyond),
        stamp=Grid("W", w[:, :, ::-1, ::-1]),
        flipped=True,
        window=spec.kernel,
        dilation=spec.dilation,
        starts=_starts(y.shape[2:], spec.strides),
        reach=_parts(len(w), x.shape[1], spec.groups),
        spec=spec,
        w=w,
        bias=_array(bias),
    )


@hinted
def pooling(
    x: ArrayLike,
    size: OneOrTwo,
    strides: OneOrTwo | None = None,
    border_mode: BorderMode = "valid",
    mode: PoolingMode = "max",
    *,
    ceil_mode: bool = False,
    dilation: OneOrTwo = 1,
    divisor: SupportsIndex | None = None,
) -> Pool:
    """Take `pool4d` step by step: over the output, channel after channel, row after row.

    Parameters
    ----------
    x, size, strides, border_mode, mode, ceil_mode, dilation, divisor
        As `pool4d` takes them.

    Returns
    -------
    Pool

    Raises
    ------
    TypeError, ValueError
        As `pool4d` raises them.

    Examples
    --------
    >>> from convdoc.steps import pooling
    >>> step = pooling([[[[1, 2, 3, 4]]]], (1, 2)).step(1)
    >>> [reading.value for reading in step.terms], step.value
    ([3, 4], 4.0)
    """
    settings: Any = {"ceil_mode": ceil_mode, "dilation": dilation, "divisor": divisor}
    y = pool4d(x, size, strides, border_mode, mode, **settings)
    x = real_4d("x", x).copy()
    spec = ConvSpec(size, size if strides is None else strides, border_mode, dilation)
    image = x.shape[2], x.shape[3]
    plan = rounded_up(spec, image) if ceil_mode else spec
    sides = zip(plan.padding(image), spec.padding(image), strict=True)
    below, right = (needed[1] - given[1] for needed, given in sides)
    return Pool(
        operation=mode,
        here=Grid("y", y),
        there=Grid("x", x, plan.padding(image), missing=(below, right)),
        window=spec.kernel,
        dilation=spec.dilation,
        starts=_starts(y.shape[2:], spec.strides),
        reach=_parts(x.shape[1], x.shape[1], x.shape[1]),
        spec=plan,
        pooling=POOLINGS[mode],
        divisor=None if divisor is None else int(divisor),
    )


def shifts(x: ArrayLike, w: ArrayLike) -> Shift:
    """Take a full convolution apart into shifted images: one step for each kernel element.

    Parameters
    ----------
    x, w : array_like, shapes (1, 1, height, width) and (1, 1, kernel height, kernel width)
        As `shifted_sum` takes them.

    Returns
    -------
    Shift

    Raises
    ------
    TypeError, ValueError
        As `shifted_sum` raises them.

    Examples
    --------
    >>> from convdoc.steps import shifts
    >>> steps = shifts([[[[1, 2]]]], [[[[10, 100]]]])
    >>> steps.results[0, :, 0].tolist()
    [[[10.0, 20.0, 0.0]], [[10.0, 120.0, 200.0]]]
    """
    y = shifted_sum(x, w).total
    x, w = real_4d("x", x).copy(), real_4d("w", w).copy()
    return Shift(
        operation="shifts",
        here=Grid("W", w),
        there=Grid("y", y),
        stamp=Grid("x", x),
        window=(x.shape[2], x.shape[3]),
        dilation=(1, 1),
        starts=_starts(w.shape[2:], (1, 1)),
        reach=((0,),),
        spec=ConvSpec(w.shape[2:], border_mode="full"),
        w=w,
    )


def _spread_out(y, w, x, spec, bias):
    r"""The steps of a transposed convolution as a convolution of stride 1 over `y` spread out.

    Its windows begin at :math:`i + p - (\hat k - 1)`, counted in cells from the first pixel.
    """
    first = [
        sides[0] - (k - 1)
        for sides, k in zip(spec.padding(y.shape[2:]), spec.dilated_kernel, strict=True)
    ]
    last = [
        start + o - 1 + k - 1
        for start, o, k in zip(first, x.shape[2:], spec.dilated_kernel, strict=True)
    ]
    above = [max(0, -start) for start in first]
    behind = [
        max(0, end - (n - 1) * s) for end, n, s in zip(last, y.shape[2:], spec.strides, strict=True)
    ]
    filters, channels = len(w) // spec.groups, w.shape[1]
    return SpreadGather(
        operation="transposed",
        here=Grid("x′", x),
        there=Grid("y", y, tuple(zip(above, behind, strict=True)), spec.strides),
        stamp=Grid("W", np.concatenate([part.swapaxes(0, 1) for part in np.split(w, spec.groups)])),
        window=spec.kernel,
        dilation=spec.dilation,
        starts=tuple(
            tuple(before + start + i for i in range(o))
            for before, start, o in zip(above, first, x.shape[2:], strict=True)
        ),
        reach=_parts(channels * spec.groups, filters * spec.groups, spec.groups),
        spec=spec,
        w=w,
        bias=_array(bias),
    )


def _array(bias):
    return None if bias is None else np.array(bias)


def _starts(size, strides):
    """Where windows begin that are a stride apart, along both axes."""
    return tuple(tuple(range(0, n * s, s)) for n, s in zip(size, strides, strict=True))


def _parts(here, there, groups):
    """For each channel here, those there that are in its group."""
    share = there // groups
    firsts = (channel // (here // groups) * share for channel in range(here))
    return tuple(tuple(range(first, first + share)) for first in firsts)
