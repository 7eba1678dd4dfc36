"""A convolution that a reader steps through: on a page, in a notebook, as text and on paper.

Python computes every number and writes every word; `stepper.js` only moves between the steps.
"""

import math
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Literal, SupportsIndex

from convdoc import steps as take
from convdoc._types import ArrayLike, BorderMode, EngineName, Filling, OneOrTwo, PoolingMode
from convdoc.draw.blocks import picture
from convdoc.draw.figure import ASSETS, figure
from convdoc.draw.kinds import look
from convdoc.draw.transcript import text, windows
from convdoc.hints import hinted
from convdoc.steps import Steps

LARGEST = 128  # cells along a side that can still be drawn
MOST = 60_000  # cells of all slices together
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body {{ max-width: 60rem; margin: 2rem auto; padding: 1rem; font-family: sans-serif; }}
</style>
{figure}
</html>
"""


@hinted
def stepper(
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
) -> "Stepper":
    """Show `conv4d` step by step: the window, its products, and their sum.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, border, engine
        As `conv4d` takes them. Up to 20 rows and columns, with their padding, and 6000 products
        are shown with all numbers; larger ones, up to 128 rows and columns, as cells alone.

    Returns
    -------
    Stepper

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `conv4d` raises one, or if an array has more than 128 rows or columns.

    Examples
    --------
    >>> from convdoc.draw import stepper
    >>> print(stepper([[[[1, 2, 3]]]], [[[[10, 20]]]], "valid", bias=[5]))
    x (1, 1, 1, 3) convolved with W (1, 1, 1, 2) gives y (1, 1, 1, 2), step by step
    1. y[0, 0] = 1·20 + 2·10 + 5 (bias) = 45; row 0, columns 0 to 1 of x
    2. y[0, 1] = 2·20 + 3·10 + 5 (bias) = 75; row 0, columns 1 to 2 of x

    On a ring, the pixel before the first one is the last one:

    >>> print(stepper([[[[1, 2, 3]]]], [[[[10, 20]]]], ((0, 0), (1, 0)), border="circular"))
    x (1, 1, 1, 3) convolved with W (1, 1, 1, 2) gives y (1, 1, 1, 3), step by step
    1. y[0, 0] = 3·20 + 1·10 = 70; row 0, columns −1 to 0 of x (column −1 repeats column 2)
    2. y[0, 1] = 1·20 + 2·10 = 40; row 0, columns 0 to 1 of x
    3. y[0, 2] = 2·20 + 3·10 = 70; row 0, columns 1 to 2 of x
    """
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "border": border}
    return _shown(take.convolution(x, w, border_mode, bias=bias, engine=engine, **settings))


@hinted
def correlate_stepper(
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
) -> "Stepper":
    """Show `correlate4d` step by step: `stepper` with the kernel not flipped.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, border, engine
        As `correlate4d` takes them; sizes as in `stepper`.

    Returns
    -------
    Stepper

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `correlate4d` or `stepper` raises one.

    Examples
    --------
    >>> from convdoc.draw import correlate_stepper
    >>> print(correlate_stepper([[[[1, 2, 3]]]], [[[[10, 20]]]], "valid"))
    x (1, 1, 1, 3) correlated with W (1, 1, 1, 2) gives y (1, 1, 1, 2), step by step
    1. y[0, 0] = 1·10 + 2·20 = 50; row 0, columns 0 to 1 of x
    2. y[0, 1] = 2·10 + 3·20 = 80; row 0, columns 1 to 2 of x
    """
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "border": border}
    return _shown(take.correlation(x, w, border_mode, bias=bias, engine=engine, **settings))


@hinted
def transpose_stepper(
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
) -> "Stepper":
    """Show `conv4d_transpose` step by step, in one of two views.

    Parameters
    ----------
    y, w, border_mode, strides, dilation, groups, bias, output_padding, border, engine
        As `conv4d_transpose` takes them; sizes as in `stepper`.
    view : {"scatter", "gather"}
        Each pixel leaving the kernel behind, times its value; or a convolution over the input,
        which is spread out with zeros, for a border of zeros.

    Returns
    -------
    Stepper

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `conv4d_transpose` or `stepper` raises one, or if there is no such `view` or `border`
        excludes it.

    Examples
    --------
    >>> from convdoc.draw import transpose_stepper
    >>> print(transpose_stepper([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2))
    y (1, 1, 1, 2) and W (1, 1, 1, 3) give x′ (1, 1, 1, 5) by a transposed convolution, step by step
    1. y[0, 0] = 1 times the kernel goes to row 0, columns 0 to 2 of x′:
       0 + 1·3 = 3, 0 + 1·2 = 2, 0 + 1·1 = 1
    2. y[0, 1] = 10 times the kernel goes to row 0, columns 2 to 4 of x′:
       1 + 10·3 = 31, 0 + 10·2 = 20, 0 + 10·1 = 10
    >>> print(transpose_stepper([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2, view="gather").at(2))
    y (1, 1, 1, 2) and W (1, 1, 1, 3) give x′ (1, 1, 1, 5) by a transposed convolution, step by step
    1. x′[0, 0] = 1·3 = 3
    2. x′[0, 1] = 1·2 = 2
    3. x′[0, 2] = 1·1 + 10·3 = 31
    4. x′[0, 3] = 10·2 = 20
    5. x′[0, 4] = 10·1 = 10
    """
    settings: Any = {"strides": strides, "dilation": dilation, "groups": groups, "bias": bias}
    settings |= {"output_padding": output_padding, "border": border, "view": view}
    return _shown(take.transposed(y, w, border_mode, engine=engine, **settings))


@hinted
def pool_stepper(
    x: ArrayLike,
    size: OneOrTwo,
    strides: OneOrTwo | None = None,
    border_mode: BorderMode = "valid",
    mode: PoolingMode = "max",
    *,
    ceil_mode: bool = False,
    dilation: OneOrTwo = 1,
    divisor: SupportsIndex | None = None,
) -> "Stepper":
    """Show `pool4d` step by step.

    Parameters
    ----------
    x, size, strides, border_mode, mode, ceil_mode, dilation, divisor
        As `pool4d` takes them; sizes as in `stepper`.

    Returns
    -------
    Stepper

    Raises
    ------
    TypeError, ValueError
        If `pool4d` or `stepper` raises one.

    Examples
    --------
    >>> from convdoc.draw import pool_stepper
    >>> print(pool_stepper([[[[1, 2, 3, 5]]]], (1, 2), mode="average"))
    x (1, 1, 1, 4) pooled by windows of 1×2 gives y (1, 1, 1, 2), step by step
    1. y[0, 0] = (1 + 2) / 2 = 1.5; row 0, columns 0 to 1 of x
    2. y[0, 1] = (3 + 5) / 2 = 4; row 0, columns 2 to 3 of x
    """
    settings: Any = {"ceil_mode": ceil_mode, "dilation": dilation, "divisor": divisor}
    return _shown(take.pooling(x, size, strides, border_mode, mode, **settings))


def shift_stepper(x: ArrayLike, w: ArrayLike) -> "Stepper":
    """Show a full convolution as a sum of shifted images, one step for each kernel element.

    Parameters
    ----------
    x, w
        As `convdoc.explain.shifted_sum` takes them; sizes as in `stepper`.

    Returns
    -------
    Stepper

    Raises
    ------
    TypeError, ValueError
        If `shifted_sum` or `stepper` raises one.

    Examples
    --------
    >>> from convdoc.draw import shift_stepper
    >>> print(shift_stepper([[[[1, 2]]]], [[[[10, 100]]]]))
    x (1, 1, 1, 2) convolved with W (1, 1, 1, 2) gives y (1, 1, 1, 3), one shifted image at a time
    1. W[0, 0] = 10 times the image goes to row 0, columns 0 to 1 of y:
       0 + 1·10 = 10, 0 + 2·10 = 20
    2. W[0, 1] = 100 times the image goes to row 0, columns 1 to 2 of y:
       20 + 1·100 = 120, 0 + 2·100 = 200
    """
    return _shown(take.shifts(x, w))


@dataclass(frozen=True, eq=False, repr=False)
class Stepper:
    """A convolution to step through: what `stepper` and its sisters give.

    On a page or in a notebook it is a figure with controls; printed, it is a list of the steps.

    Attributes
    ----------
    steps : convdoc.steps.Steps
        What it shows.
    start : int
        The step that it shows first.
    """

    steps: Steps
    start: int

    def at(self, step: int) -> "Stepper":
        """The same figure, showing another step first.

        Parameters
        ----------
        step : int
            From 0 to one less than there are steps.

        Returns
        -------
        Stepper

        Raises
        ------
        ValueError
            If there is no such step.
        """
        self.steps.at(step)
        return replace(self, start=int(step))

    def svg(self) -> str:
        """Draw the step that it shows first, as a picture by itself.

        Returns
        -------
        str
            An SVG document, in light colours.
        """
        return picture(look(self.steps), self.start)

    def save(self, path: str | Path) -> None:
        """Write it as a page by itself, with controls, for a lecture or a web site.

        Parameters
        ----------
        path : str or pathlib.Path
            A file that is not there yet, such as ``"convolution.html"``.

        Raises
        ------
        FileExistsError
            If there is such a file. It stays as it is.
        """
        page = PAGE.format(title=escape(look(self.steps).title()), figure=self._repr_html_())
        with open(Path(path), "x", encoding="utf-8") as file:
            file.write(page)

    def __repr__(self) -> str:
        kind = look(self.steps)
        sentences = windows(self.steps)
        if self.steps.numbered:
            steps = range(len(self.steps))
            sentences = [f"{step + 1}. {text(kind.lines(step))}" for step in steps]
        return "\n".join([kind.title(), *sentences])

    def _repr_html_(self) -> str:
        return figure(self.steps, self.start) + ASSETS

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/html": self._repr_html_(),
            "image/svg+xml": self.svg(),
            "text/plain": repr(self),
        }


def _shown(steps):
    grids = steps.input, steps.output
    cells = sum(math.prod(grid.values.shape[:2]) * math.prod(grid.size) for grid in grids)
    if max(steps.here.size + steps.there.size) > LARGEST or cells > MOST:
        sizes = (f"{grid.name} of shape {grid.values.shape} takes {_size(grid)}" for grid in grids)
        raise ValueError(
            f"a stepper shows at most {LARGEST} rows and columns, padding included, and {MOST} "
            f"cells in all slices; {' and '.join(sizes)}"
        )
    return Stepper(steps, steps.first_shown())


def _size(grid):
    return "×".join(map(str, grid.size))
