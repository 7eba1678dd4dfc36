"""A stepper in words: its title, a sentence for each step, its notes; as text and as HTML."""

from collections.abc import Iterable, Sequence
from html import escape
from string import Formatter
from typing import NamedTuple

from convdoc.draw.words import AXES, OPERATORS, WORDS
from convdoc.steps import Grid, Steps

__all__ = ["AXES", "OPERATORS", "WORDS", "Line", "Span", "fill", "html", "text"]


class Span(NamedTuple):
    """A piece of a line, and the HTML element it is in: ``"b"`` for a result, ``"small"``."""

    text: str
    element: str = ""


Line = list[Span]


def fill(sentence: str, **parts: str | Line) -> Line:
    """Put parts into a sentence of `WORDS` by their names.

    Parameters
    ----------
    sentence : str
        Its holes are names in braces.
    **parts : str or list of Span

    Returns
    -------
    list of Span

    Examples
    --------
    >>> from convdoc.draw.transcript import Span, fill, html, text
    >>> lines = [fill("{element} = {result}", element="y[0, 0]", result=[Span("3", "b")])]
    >>> text(lines), html(lines)
    ('y[0, 0] = 3', 'y[0, 0] = <b>3</b>')
    """
    line = []
    for words, name, _, _ in Formatter().parse(sentence):
        if words:
            line.append(Span(words))
        if name:
            part = parts[name]
            line += [Span(part)] if isinstance(part, str) else part
    return line


def joined(lines: Iterable[Line]) -> Line:
    """Several in one line, with commas between."""
    line: Line = []
    for part in lines:
        line += [Span(", "), *part] if line else part
    return line


def text(lines: Iterable[Line]) -> str:
    """The lines of a step as text: one below the other; what is small after a semicolon."""
    return "\n   ".join(
        "".join(f"; {words}" if element == "small" else words for words, element in line)
        for line in lines
    )


def html(lines: Iterable[Line]) -> str:
    """The lines of a step as HTML."""
    return "<br>".join("".join(map(_html, line)) for line in lines)


def _html(span):
    words = escape(span.text, quote=False)
    if not span.element:
        return words
    space = " " if span.element == "small" else ""
    return f"{space}<{span.element}>{words}</{span.element}>"


# -- Elements, slices and windows ---------------------------------------------------------------


def element(grid: Grid, at: Sequence[int]) -> str:
    """Such as y[0, 2]; with all four indices where there are several slices."""
    index = at[2:] if grid.values.shape[:2] == (1, 1) else at
    return f"{grid.name}[{', '.join(map(str, index))}]"


def label(axes: Sequence[str], lengths: Sequence[int], index: Sequence[int]) -> str:
    """Which sample, channel or filter a slice is, where there are several."""
    names = zip(axes, lengths, index, strict=True)
    return ", ".join(
        WORDS["slice"][name].format(index=at) for name, length, at in names if length > 1
    )


def name_there(steps: Steps) -> str:
    """The name of the array that windows lie on, as it lies there."""
    name = steps.there.name
    return name if steps.there.spread == (1, 1) else WORDS["spread out"].format(name=name)


def places(steps: Steps, axis: int, at: int) -> str:
    """Rows, or columns, of a window, counted as those of the array: below 0 is padding."""
    first = steps.starts[axis][at] - steps.there.around[axis][0]
    step, length = steps.dilation[axis], steps.window[axis]
    read = [minus(first + t * step) for t in range(length)]
    if length == 1 or step > 1:
        return ", ".join(read)
    return WORDS["range"].format(first=read[0], last=read[-1])


def place(steps: Steps, step: int) -> str:
    """The place of the window of a step, and what its border repeats there."""
    _, _, i, j = steps.at(step)
    rows, columns = places(steps, 0, i), places(steps, 1, j)
    words = of_window("place", steps).format(rows=rows, columns=columns, name=name_there(steps))
    copies = _copies(steps, step)
    return WORDS["place with copies"].format(place=words, copies=copies) if copies else words


def _copies(steps, step):
    """The rows and columns of the window of a step that repeat others, and these, in words."""
    there, words = steps.there, []
    for axis, name in enumerate(("row copy", "column copy")):
        before, homes = there.around[axis][0], there.homes[axis]
        beyond = [cell for cell in steps.cells(step)[axis] if homes[cell] != cell]
        words += [
            WORDS[name].format(place=minus(cell - before), pixel=homes[cell] - before)
            for cell in beyond
        ]
    return ", ".join(words)


def of_window(name: str, steps: Steps) -> str:
    """The sentence of several in `WORDS` that fits the rows and columns of the windows."""
    rows, columns = steps.window
    return WORDS[name][2 * (rows > 1) + (columns > 1)]


def of_count(name: str, count: int) -> str:
    """The sentence of two in `WORDS` that fits a count: that for 1, or that for others."""
    return WORDS[name][count != 1]


def windows(steps: Steps) -> list[str]:
    """A sentence for each row and column of windows, for steps without numbers."""
    names = {"here": steps.here.name, "there": name_there(steps)}
    return [
        of_count(words, steps.window[axis]).format(index=at, place=places(steps, axis, at), **names)
        for axis, words in enumerate(("row windows", "column windows"))
        for at in range(steps.here.values.shape[2 + axis])
    ]


def minus(value: int) -> str:
    """An integer as text."""
    return str(value).replace("-", "−")
