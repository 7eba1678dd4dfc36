"""A convolution taken step by step: where its window lies, what it reads, what comes of it.

There are two ways to take it apart. One goes over the output, and each step *gathers* what a
window of the input holds. The other goes over the input, or over the kernel, and each step
*scatters* products over a window of the output. `Steps` is either: a step is about one
element *here*, and has a window *there*.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, SupportsIndex

import numpy as np

from convdoc._types import (
    Array,
    ArrayLike,
    BorderMode,
    EngineName,
    Floats,
    OneOrTwo,
    Pair,
    PoolingMode,
    Shape,
    Sides,
)
from convdoc.conv import conv4d, conv4d_transpose, pool4d, real, real_4d
from convdoc.explain import Explanation, explain, shifted_sum
from convdoc.hints import hinted
from convdoc.spec import ConvSpec, integer

__all__ = [
    "Addition", "Grid", "Steps", "convolution", "correlation", "pooling", "shifts", "transposed",
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


class Addition(NamedTuple):
    """What a scattering step adds to one cell of the output.

    Attributes
    ----------
    channel : int
        The channel of the output.
    cell : (int, int)
        Row and column among the cells of ``there``.
    before, pixel, weight, after : int or float
        ``after`` is ``before + pixel · weight``.
    """

    channel: int
    cell: Pair
    before: float
    pixel: float
    weight: float
    after: float


@dataclass(frozen=True, eq=False)
class Steps:
    """A convolution, a transposed one or a pooling as a row of steps.

    Attributes
    ----------
    rule : {"sum", "max", "average", "average_no_pad", "scatter", "shift"}
        What a step does with its window: add up products, pool, or add products to it.
    here : Grid
        There is a step for each of its elements, in the order of the array.
    there : Grid
        On it lies the window of each step.
    stamp : Grid or None
        What lies in the window, as it lies there (so a convolution's kernel is flipped): for each
        channel of ``here`` its slices, shape (channels, slices, window height, window width). For a
        sum of shifted images it is the image, else the kernel; for a pooling, None.
    flipped : bool
        Whether ``stamp`` is turned by 180 degrees from how it is stored.
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
    w : numpy.ndarray, shape (filters, channels // groups, kernel height, kernel width), or None
        The kernels, as `conv4d` takes them for `spec`.
    bias : numpy.ndarray, shape (channels of the output,), or None
        What is added to each of them.
    results : numpy.ndarray or None
        Of a scattering that is small enough for numbers: the output after each step of a sample,
        cells around it included, float64, shape (samples, steps, channels, rows, columns).
    """

    rule: PoolingMode | Literal["sum", "scatter", "shift"]
    here: Grid
    there: Grid
    stamp: Grid | None
    window: Pair
    dilation: Pair
    starts: tuple[tuple[int, ...], tuple[int, ...]]
    reach: tuple[tuple[int, ...], ...]
    spec: ConvSpec
    flipped: bool = False
    # None, as `stamp` can be, only where the rule does not read it.
    w: Array | None = None
    bias: Array | None = None
    results: Floats | None = None

    def __len__(self) -> int:
        return self.here.values.size

    @property
    def turned(self) -> bool:
        """Whether `stamp` looks any different for being flipped."""
        w = self.w
        return self.flipped and w is not None and not np.array_equal(w, w[:, :, ::-1, ::-1])

    @property
    def scatters(self) -> bool:
        """Whether steps write to their window, instead of reading it."""
        return self.rule in ("scatter", "shift")

    @property
    def input(self) -> Grid:
        """What is convolved or pooled."""
        return {"scatter": self.here, "shift": self.stamp}.get(self.rule, self.there)  # type: ignore[return-value]

    @property
    def output(self) -> Grid:
        """What comes of it."""
        return self.there if self.scatters else self.here

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

    def explanation(self, step: int) -> Explanation:
        """The terms of a step that adds up products, as `explain` tells them, without bias.

        Raises
        ------
        ValueError
            If steps do not add up products, or there is no such step.
        """
        self._must_be("sum")
        return explain(self.there.values, self.w, self.spec, *self.at(step))  # type: ignore[arg-type]

    def pooled(self, step: int) -> list[tuple[float, Pair | None]]:
        """The values that a pooling step takes the largest or the mean of, and their places.

        Returns
        -------
        list of (float, (int, int) or None)
            In the order of the window. A zero of the padding has no place; it is left out where
            padding does not count.

        Raises
        ------
        ValueError
            If steps do not pool, or there is no such step.
        """
        self._must_be("max", "average", "average_no_pad")
        n, c, i, j = self.at(step)
        rows, columns = self.spec.window(i, j, self.there.values.shape[2:])
        places: list[Any] = [(row, column) for row in rows for column in columns]
        values = [
            (0, None) if None in place else (self.there.values[n, c][place].item(), place)
            for place in places
        ]
        if self.rule == "average":
            return values
        return [(value, place) for value, place in values if place]

    def additions(self, step: int) -> list[Addition]:
        """What a scattering step adds, channel after channel, in the order of the window.

        Returns
        -------
        list of Addition

        Raises
        ------
        ValueError
            If steps do not scatter, are too many for numbers, or there is no such step.
        """
        self._must_be("scatter", "shift")
        if self.results is None:
            raise ValueError(f"these {len(self)} steps are too many to keep the numbers of each")
        n, f, i, j = self.at(step)
        rows, columns = self.cells(step)
        number = step - n * math.prod(self.here.values.shape[1:])
        found = []
        for slot, channel in enumerate(self.reach[f]):
            stamp = self.stamp.values[f, slot]  # type: ignore[union-attr]
            for u, row in enumerate(rows):
                for v, column in enumerate(columns):
                    before = self.state(n, number - 1)[channel, row, column].item()
                    after = self.state(n, number)[channel, row, column].item()
                    one, other = self.here.values[n, f, i, j], stamp[u, v]
                    pixel, weight = (one, other) if self.rule == "scatter" else (other, one)
                    factors = (+pixel.item(), +weight.item())
                    found.append(Addition(channel, (row, column), before, *factors, after))
        return found

    def state(self, sample: int, number: int) -> Floats:
        """The output after a step of a sample; before the first, the bias or zeros."""
        if number >= 0:
            return self.results[sample, number]  # type: ignore[index]
        empty = np.zeros((self.there.values.shape[1], *self.there.size))
        return empty if self.bias is None else empty + self.bias[:, None, None]

    def _must_be(self, *rules):
        if self.rule not in rules:
            raise ValueError(
                f"this is about steps of the rule {' or '.join(rules)}; got {self.rule}"
            )

    def telling(self) -> int:
        """Index of the step to show first.

        The middle one of those with the most that counts, neither the first nor the last: so
        something is there already and something is still to come.
        """
        if not self.numbered:
            return len(self) // 2
        inner = range(1, len(self) - 1) if len(self) > 2 else range(len(self))
        weights = [self._tells(step) for step in inner]
        largest = max(weights)
        most = [step for step, weight in zip(inner, weights, strict=True) if weight == largest]
        return most[len(most) // 2]

    def _tells(self, step):
        if self.rule == "sum":
            return sum(term.product != 0 for term in self.explanation(step).terms)
        if self.scatters:
            return bool(self.here.values[self.at(step)])
        return len(self.pooled(step))


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
    engine: EngineName | None = None,
) -> Steps:
    """Take `conv4d` step by step: over the output, row after row.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, engine
        As `conv4d` takes them.

    Returns
    -------
    Steps

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
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups}
    y = conv4d(x, w, border_mode, **settings, bias=bias, engine=engine)
    x, w = real_4d("x", x).copy(), real_4d("w", w).copy()
    spec = ConvSpec(w.shape[2:], strides, border_mode, dilation, groups)
    return Steps(
        rule="sum",
        here=Grid("y", y),
        there=Grid("x", x, spec.padding(x.shape[2:])),
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
    engine: EngineName | None = None,
) -> Steps:
    """Take `correlate4d` step by step: `convolution` with the kernel not flipped.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, engine
        As `correlate4d` takes them.

    Returns
    -------
    Steps
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
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "bias": bias}
    return replace(convolution(x, turned, border_mode, **settings, engine=engine), flipped=False)


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
    view: Literal["scatter", "gather"] = "scatter",
    engine: EngineName | None = None,
) -> Steps:
    """Take `conv4d_transpose` step by step, in one of two views that give the same.

    Parameters
    ----------
    y, w, border_mode, strides, dilation, groups, bias, output_padding, engine
        As `conv4d_transpose` takes them.
    view : {"scatter", "gather"}
        Over the input, each pixel leaving the kernel behind, times its value; or over the output,
        a window reading the input, which is spread out with zeros where there are strides.

    Returns
    -------
    Steps

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        As `conv4d_transpose` raises them, and for another `view`.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285, chapter 4, whose figures are the gathering view.

    Examples
    --------
    >>> from convdoc.steps import transposed
    >>> steps = transposed([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2)
    >>> [addition.after for addition in steps.additions(1)]
    [31.0, 20.0, 10.0]
    >>> steps = transposed([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2, view="gather")
    >>> steps.there.size, steps.explanation(2).sum
    ((1, 7), 31)
    """
    if not isinstance(view, str) or view not in ("scatter", "gather"):
        raise ValueError(f"view must be 'scatter' or 'gather'; got {view!r}")
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "bias": bias}
    x = conv4d_transpose(
        y, w, border_mode, **settings, output_padding=output_padding, engine=engine
    )
    y, w = real_4d("y", y).copy(), real_4d("w", w).copy()
    spec = ConvSpec(w.shape[2:], strides, border_mode, dilation, groups, True, output_padding)
    if view == "gather":
        return _spread_out(y, w, x, spec, bias)
    output = Grid("x′", x, spec.padding(y.shape[2:]))
    steps = Steps(
        rule="scatter",
        here=Grid("y", y),
        there=output,
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
    return replace(steps, results=_added_up(steps)) if steps.numbered else steps


@hinted
def pooling(
    x: ArrayLike,
    size: OneOrTwo,
    strides: OneOrTwo | None = None,
    border_mode: BorderMode = "valid",
    mode: PoolingMode = "max",
) -> Steps:
    """Take `pool4d` step by step: over the output, channel after channel, row after row.

    Parameters
    ----------
    x, size, strides, border_mode, mode
        As `pool4d` takes them.

    Returns
    -------
    Steps

    Raises
    ------
    TypeError, ValueError
        As `pool4d` raises them.

    Examples
    --------
    >>> from convdoc.steps import pooling
    >>> pooling([[[[1, 2, 3, 4]]]], (1, 2)).pooled(1)
    [(3, (0, 2)), (4, (0, 3))]
    """
    y = pool4d(x, size, strides, border_mode, mode)
    if mode == "min":
        raise ValueError("steps are of mode='max', 'average' or 'average_no_pad'; got 'min'")
    x = real_4d("x", x).copy()
    spec = ConvSpec(size, size if strides is None else strides, border_mode)
    return Steps(
        rule=mode,
        here=Grid("y", y),
        there=Grid("x", x, spec.padding(x.shape[2:])),
        stamp=None,
        window=spec.kernel,
        dilation=(1, 1),
        starts=_starts(y.shape[2:], spec.strides),
        reach=_parts(x.shape[1], x.shape[1], x.shape[1]),
        spec=spec,
    )


def shifts(x: ArrayLike, w: ArrayLike) -> Steps:
    """Take a full convolution apart into shifted images: one step for each kernel element.

    Parameters
    ----------
    x, w : array_like, shapes (1, 1, height, width) and (1, 1, kernel height, kernel width)
        As `shifted_sum` takes them.

    Returns
    -------
    Steps

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
    steps = Steps(
        rule="shift",
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
    return replace(steps, results=_added_up(steps)) if steps.numbered else steps


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
    return Steps(
        rule="sum",
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


def _added_up(steps):
    """The output of a scattering after each step of each sample."""
    samples, channels = steps.there.values.shape[:2]
    each = len(steps) // samples
    results = np.empty((samples, each, channels, *steps.there.size))
    for n in range(samples):
        state = steps.state(n, -1)
        for number in range(each):
            _, f, _, _ = at = steps.at(n * each + number)
            window = np.ix_(steps.reach[f], *steps.cells(n * each + number))
            state[window] += np.multiply(steps.stamp.values[f], steps.here.values[at], dtype=float)
            results[n, number] = state
    return results


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
