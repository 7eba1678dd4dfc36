"""Small arrays as pictures: one cell per element, its number in the cell."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from convdoc._types import ArrayLike
from convdoc.draw import palette
from convdoc.draw.canvas import Canvas, fitting_size, number
from convdoc.draw.palette import LIGHT
from convdoc.draw.words import AXES, PICTURES, WORDS
from convdoc.spec import ConvSpec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Distances in cells.
GAP = 0.5  # between panels
OPERATOR = 1.2  # room for "∗" and "="
TITLE = 1.9  # room for the name and the shape of an array
LABEL_WIDTH = 2.2  # of a panel in a row of panels, at least
LABEL = 0.8  # room for "channel 0" over a panel
NO_PADDING = ((0, 0), (0, 0))
WIDEST = 20  # cells of arrays beside each other


def equation(x: ArrayLike, w: ArrayLike, y: ArrayLike, spec: ConvSpec | None = None) -> "Figure":
    """Draw ``x ∗ w = y`` in a row, each with its shape and its numbers.

    Samples, channels and filters are panels of their own, labelled where there are several:
    one below the other, or samples down and channels across where both are several.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
    w : array_like, shape (filters, channels, kernel height, kernel width)
    y : array_like, shape (samples, filters, output height, output width)
        The result, as computed.
    spec : ConvSpec, optional
        The plan it was computed by. Given, its padding is drawn around `x`, dashed.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the three shapes cannot belong to one convolution.

    Examples
    --------
    >>> from convdoc.draw import equation
    >>> import numpy as np
    >>> figure = equation(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.full((1, 1, 2, 2), 4))
    >>> figure.get_label()
    'x of shape (1, 1, 3, 3) convolved with W of shape (1, 1, 2, 2) gives y of shape (1, 1, 2, 2)'
    """
    x, w, y = _one_convolution(x, w, y, spec)
    blocks = [
        _Block(
            "x",
            x,
            "input",
            AXES["x"],
            spec,
        ),
        _Block("W", w, "kernel", AXES["W"]),
        _Block("y", y, "output", AXES["y"]),
    ]
    body = max(block.height for block in blocks)
    canvas = Canvas(
        TITLE + body,
        sum(block.room for block in blocks) + 2 * OPERATOR,
        PICTURES["equation"].format(x=x.shape, w=w.shape, y=y.shape),
    )
    left = 0
    for block, operator in zip(blocks, ("∗", "=", ""), strict=True):
        block.draw(canvas, left, TITLE + (body - block.height) / 2)
        left += block.room + OPERATOR
        canvas.words(TITLE + body / 2, left - OPERATOR / 2, operator, palette.NUMBER_SIZE + 6)
    return canvas.figure


def steps(x: ArrayLike, w: ArrayLike, y: ArrayLike, spec: ConvSpec) -> "Figure":
    """Draw the steps of a convolution: where the window lies, its products, and their sum.

    One panel for each output element, laid out as the output is. The cells under the window
    show pixel · weight, with the kernel flipped as it lies on the image.

    Parameters
    ----------
    x : array_like, shape (1, 1, height, width)
    w : array_like, shape (1, 1, kernel height, kernel width)
    y : array_like, shape (1, 1, output height, output width)
        The result, as computed.
    spec : ConvSpec
        The plan it was computed by.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If there are several samples, channels or filters, or if the shapes cannot belong to
        one convolution.
    """
    x, w, y = _one_convolution(x, w, y, spec)
    if x.shape[:2] != (1, 1) or w.shape[0] != 1:
        raise ValueError(
            "x must be one sample of one channel and w one filter, for their steps to be drawn; "
            f"got x of shape {x.shape} and w of shape {w.shape}"
        )
    x, w, y = x[0, 0], w[0, 0], y[0, 0]
    (top, bottom), (left, right) = spec.padding(x.shape)
    height = x.shape[0] + top + bottom + LABEL + GAP
    width = x.shape[1] + left + right + GAP
    canvas = Canvas(
        y.shape[0] * height - GAP,
        y.shape[1] * width - GAP,
        PICTURES["steps"][y.size != 1].format(count=y.size, rows=w.shape[0], columns=w.shape[1]),
    )
    for place, total in np.ndenumerate(y):
        row, column = place[0] * height + LABEL, place[1] * width
        middle = column + (width - GAP) / 2
        title = f"y[{place[0]}, {place[1]}] = {number(total)}"
        canvas.words(row - LABEL / 2, middle, title, palette.TITLE_SIZE)
        _step(canvas, row, column, x, w, spec, place)
    return canvas.figure


def matrices(
    arrays: Mapping[str, ArrayLike], roles: str | Mapping[str, ArrayLike] = "output"
) -> "Figure":
    """Draw arrays to be compared: beside each other, each under its title.

    Parameters
    ----------
    arrays : dict of str to array_like, shape (height, width)
        Title and numbers.
    roles : {"input", "kernel", "output"} or dict of str to array_like of str, optional
        The colour of the palette. One for all: a cell is the stronger the larger its number is,
        on the same scale in all arrays, and a zero has no colour. Or for each title the colour of
        its array or of each of its cells, all equally strong; ``"ground"`` is none.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If an array is not 2-D, or if its roles do not have its shape.

    Examples
    --------
    >>> from convdoc.draw import matrices
    >>> figure = matrices({"two": [[1, 2]], "the sum": [[3]]})
    >>> figure.get_label()
    'arrays: two, the sum'
    """
    shown = {title: np.asarray(array) for title, array in arrays.items()}
    for title, array in shown.items():
        if array.ndim != 2:
            raise ValueError(f"{title!r} must be 2-D; got {array.ndim}-D, shape {array.shape}")
    places, height, width = _beside(shown)
    canvas = Canvas(height, width, PICTURES["matrices"].format(titles=", ".join(shown)))
    size = fitting_size(number(value) for array in shown.values() for value in array.flat)
    largest = max(_magnitudes(array).max(initial=0) for array in shown.values()) or 1
    for (title, array), (top, left, room) in zip(shown.items(), places, strict=True):
        if isinstance(roles, str):
            colours = np.where(array == 0, "ground", roles)
            strengths = _magnitudes(array) / largest
        else:
            colours = _each(roles[title], title, array.shape)
            strengths = np.full(array.shape, 0.6)
        canvas.words(top - 0.5, left + room / 2, title, palette.TITLE_SIZE)
        left += (room - array.shape[1]) / 2
        for (i, j), value in np.ndenumerate(array):
            role, strength = colours[i, j], strengths[i, j]
            canvas.cell(top + i, left + j, role, strength, number(value), size)
    return canvas.figure


def _each(roles, title, shape):
    roles = np.asarray(roles)
    if roles.ndim and roles.shape != shape:
        raise ValueError(f"roles of {title!r} must be one or of shape {shape}; got {roles.shape}")
    return np.broadcast_to(roles, shape)


def _magnitudes(array):
    return np.nan_to_num(np.abs(array.astype(float)), nan=0, posinf=0)


def _beside(arrays):
    """Top, left edge and width of each, in rows that are not too wide; and the whole's size."""
    places, top, left, bottom, widest = [], 1.0, 0.0, 0.0, 0.0
    for title, array in arrays.items():
        room = max(array.shape[1], 0.27 * len(title))
        if left and left + room > WIDEST:
            top, left = bottom + GAP + 1, 0.0
        places.append((top, left, room))
        left += room
        bottom, widest = max(bottom, top + array.shape[0]), max(widest, left)
        left += 2 * GAP
    return places, bottom, widest


def _one_convolution(x, w, y, spec):
    """Give the three as arrays, or an error where their shapes do not belong together."""
    arrays = {"x": np.asarray(x), "w": np.asarray(w), "y": np.asarray(y)}
    for name, array in arrays.items():
        if array.ndim != 4:
            raise ValueError(f"{name} must be 4-D; got {array.ndim}-D, shape {array.shape}")
    x, w, y = arrays.values()
    if spec and spec.transposed:
        raise ValueError(f"spec must be a convolution, not a transposed one; got {spec}")
    channels = w.shape[1] * (spec.groups if spec else 1)
    expected = (x.shape[0], w.shape[0], *(spec.output_size(x.shape[2:]) if spec else y.shape[2:]))
    if x.shape[1] != channels or y.shape != expected:
        raise ValueError(
            f"x, w and y must be one convolution: x of shape {x.shape} with w of shape {w.shape}, "
            f"whose channels must agree, gives y of shape {expected}; got y of shape {y.shape}"
        )
    return x, w, y


def _step(canvas, row, column, x, w, spec, place):
    """One position of the window on the padded image."""
    (top, bottom), (left, right) = sides = spec.padding(x.shape)
    rows, columns = (
        range(at * stride - before, at * stride - before + k * step, step)
        for at, stride, k, step, (before, _) in zip(
            place, spec.strides, spec.kernel, spec.dilation, sides, strict=True
        )
    )
    padded = spec.beyond.put_around(x[None, None].astype(float), sides)[0, 0]
    if padded.shape != x.shape:
        _padding_frame(canvas, row, column, *padded.shape)
    for (i, j), pixel in np.ndenumerate(padded):
        if i - top in rows and j - left in columns:
            weight = w[::-1, ::-1][rows.index(i - top), columns.index(j - left)]
            strength = 1 if pixel * weight else 0.25
            text = f"{number(pixel)}·{number(weight)}"
            canvas.cell(row + i, column + j, "kernel", strength, text, fitting_size([text]))
        elif top <= i < padded.shape[0] - bottom and left <= j < padded.shape[1] - right:
            canvas.cell(row + i, column + j, "input", 0.3 * bool(pixel), number(pixel))
        else:
            middle = row + i + 0.5, column + j + 0.5
            canvas.words(*middle, number(pixel), palette.NUMBER_SIZE, "muted")
    canvas.box(
        row + top + rows[0], column + left + columns[0], *spec.dilated_kernel,
        fill=False, edgecolor=LIGHT["kernel"], linewidth=2.5,
    )  # fmt: skip


def _padding_frame(canvas, row, column, height, width):
    canvas.box(
        row, column, height, width,
        fill=False, edgecolor=LIGHT["muted"], linewidth=1, linestyle=(0, (4, 3)),
    )  # fmt: skip


class _Block:
    """A 4-D array as a grid of panels under its name and shape."""

    def __init__(self, name, array, role, axis_names, spec=None):
        self.name, self.array, self.role = name, array, role
        self.padding = padding = spec.padding(array.shape[2:]) if spec else NO_PADDING
        floats = array.astype(float)
        self.padded = spec.beyond.put_around(floats, padding) if spec else floats
        first, second, height, width = self.array.shape
        (top, bottom), (left, right) = padding
        self.columns = second if first > 1 and second > 1 else 1
        rows = first * second // self.columns
        self.label = LABEL if first * second > 1 else 0
        panel = max(width + left + right, LABEL_WIDTH if self.columns > 1 else 0)
        self.step = (height + top + bottom + self.label + GAP, panel + GAP)
        self.height = rows * self.step[0] - GAP
        self.width = self.columns * self.step[1] - GAP
        self.room = max(self.width, 0.27 * len(str(self.array.shape)))
        if self.columns > 1:
            self.labels = [f"{name}[{i}, {j}]" for i, j in np.ndindex(first, second)]
        else:
            axis = axis_names[0] if first > 1 else axis_names[1]
            self.labels = [WORDS["slice"][axis].format(index=index) for index in range(rows)]

    def draw(self, canvas, left, top):
        """Draw it in the middle of its room, which begins at `left`; panels begin at `top`."""
        middle = left + self.room / 2
        canvas.words(top - 1.4, middle, self.name, palette.TITLE_SIZE + 2)
        canvas.words(top - 0.55, middle, str(self.array.shape), palette.TITLE_SIZE, "muted")
        _, _, height, width = self.array.shape
        (above, below), (before, behind) = self.padding
        largest = _magnitudes(self.array).max() or 1
        size = fitting_size(number(value) for value in self.array.flat)
        around = self.padded.reshape(-1, *self.padded.shape[2:])
        for index, panel in enumerate(self.array.reshape(-1, height, width)):
            i, j = divmod(index, self.columns)
            row = top + i * self.step[0] + self.label
            padded = (height + above + below, width + before + behind)
            column = middle - self.width / 2 + j * self.step[1]
            column += (self.step[1] - GAP - padded[1]) / 2
            if self.label:
                canvas.words(
                    row - LABEL / 2, column + padded[1] / 2, self.labels[index], colour="muted"
                )
            if self.padding != NO_PADDING:
                _padding_frame(canvas, row, column, *padded)
            for u, v in np.ndindex(padded):
                if not (above <= u < above + height and before <= v < before + width):
                    text = number(around[index, u, v])
                    canvas.words(
                        row + u + 0.5, column + v + 0.5, text, palette.NUMBER_SIZE, "muted"
                    )
            for (u, v), value in np.ndenumerate(panel):
                strength = np.nan_to_num(abs(float(value))) / largest
                text = number(value)
                canvas.cell(row + above + u, column + before + v, self.role, strength, text, size)
