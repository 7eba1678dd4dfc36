"""What a stepper says: its title, a sentence for each step, what is left over."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from convdoc.draw.canvas import number
from convdoc.steps import Grid, Steps

#: Everything that a stepper says. What stands in braces is put in.
WORDS: dict[str, Any] = {
    # what is shown
    "sum": "{x} convolved with {w} gives {y}, step by step",
    "correlation": "{x} correlated with {w} gives {y}, step by step",
    "transposed": "{x} and {w} give {y} by a transposed convolution, step by step",
    "pooling": "{x} pooled by windows of {window} gives {y}, step by step",
    "shift": "{x} convolved with {w} gives {y}, one shifted image at a time",
    "panel": "{name}, {rows} rows, {columns} columns",
    "sample": "sample",
    "channel": "channel",
    "filter": "filter",
    "bias": "bias {}",
    "padding cell": "padding",
    "spread cell": "an added zero",
    "cut cell": "cut off",
    "as it lies": "flipped, as it lies on {}",
    "as it lands": "flipped, as it lands on {}",
    "as stored": "as stored",
    # a step
    "rows": ("row {}", "rows {}"),
    "columns": ("column {}", "columns {}"),
    "range": "{} to {}",
    "place": "{rows}, {columns} of {name}",
    "max": "max({})",
    "mean": "({}) / {}",
    "with bias": "{} + {} (bias)",
    "scatter": "{} times the kernel goes to {}",
    "shift step": "{} times the image goes to {}",
    "spread out": "{} spread out",
    "reads": "{element} reads {rows}, {columns} of {name}",
    "writes": "{element} goes to {rows}, {columns} of {name}",
    "windows of": "{} of {}: {} of {}",
    "meets": "{element} takes part in {count} of {all} steps",
    # what is left over
    "padding": "{} (padding)",
    "dashed": "Dashed: padding.",
    "before": "Row −1 is above {0}, column −1 on its left.",
    "not counted": "It does not count.",
    "spread": "Dashed: zeros around {} and, for strides, between; their products are not written.",
    "running": "Small: what this step adds. Large: the sum so far.",
    "unused": "Hatched: no window reads {}.",
    "cut off": "Hatched: the border that the padding cuts off again.",
    "unreached": "No window reaches {}.",
    # controls
    "back": "Back",
    "play": "Play",
    "pause": "Pause",
    "forward": "Forward",
    "slider": "Step",
    "step": "Step {step} of {count}",
    "speed": "Speed",
    "speeds": {"0.5": "slow", "1": "normal", "3": "fast"},
    "stored": "Kernel as stored",
    "full screen": "Full screen",
    "transcript": "All {count} steps in words",
    "windows": "All windows in words",
    "explore": "Change its numbers in the explorer",
}
# What stands between the arrays.
OPERATORS = {
    "sum": ("∗", "="),
    "correlation": ("⋆", "="),
    "transposed": ("∗ᵀ", "="),
    "shift": ("∗", "="),
    "pooling": ("→",),
}
# Names of the first two axes of each array.
AXES = {
    "x": ("sample", "channel"),
    "W": ("filter", "channel"),
    "y": ("sample", "filter"),
    "x′": ("sample", "channel"),
}


def kind(steps: Steps) -> str:
    """Which operation it is: what its title and its signs are called by."""
    if steps.rule in ("max", "average", "average_no_pad"):
        return "pooling"
    if steps.rule == "shift":
        return "shift"
    if steps.spec.transposed:
        return "transposed"
    return "sum" if steps.flipped else "correlation"


def operators(steps: Steps) -> tuple[str, ...]:
    """Signs between the arrays."""
    return OPERATORS[kind(steps)]


def title(steps: Steps) -> str:
    """What is shown, with all shapes."""
    stamp = steps.here if steps.rule == "shift" else steps.stamp
    shapes = {"x": steps.input.values.shape, "y": steps.output.values.shape}
    names = {"x": steps.input.name, "y": steps.output.name}
    told = {letter: f"{names[letter]} {shapes[letter]}" for letter in "xy"}
    if stamp is not None and steps.w is not None:
        told["w"] = f"{stamp.name} {steps.w.shape}"
    return WORDS[kind(steps)].format(**told, window="×".join(map(str, steps.window)))


def transcript(steps: Steps) -> list[str]:
    """A sentence in HTML for each step; without numbers, for each row and column of windows."""
    if steps.numbered:
        tell = {"sum": _told_sum, "scatter": _told_additions, "shift": _told_additions}
        write = tell.get(steps.rule, _told_pool)
        return [write(steps, step) for step in range(len(steps))]
    return [
        WORDS["windows of"].format(
            WORDS[words][0].format(at), steps.here.name, places(steps, axis, at), name_there(steps)
        )
        for axis, words in enumerate(("rows", "columns"))
        for at in range(steps.here.values.shape[2 + axis])
    ]


def axes(steps: Steps, grid: Grid) -> tuple[str, str]:
    """Names of the first two axes of an array: a pooling keeps channels apart."""
    return AXES["x" if kind(steps) == "pooling" else grid.name]


def label(steps: Steps, grid: Grid, index: Sequence[int]) -> str:
    """Which sample, channel or filter a slice is, where there are several."""
    names = zip(axes(steps, grid), grid.values.shape, index, strict=False)
    return ", ".join(f"{WORDS[name]} {at}" for name, length, at in names if length > 1)


def _told_sum(steps, step):
    told, at = steps.explanation(step), steps.at(step)
    result = steps.here.values[at]
    channels = {}
    for term in told.terms:
        channels.setdefault(term.channel, []).append((term.pixel, term.weight))
    written = {
        channel: " + ".join(f"{_factor(pixel)}·{_factor(weight)}" for pixel, weight in pairs)
        for channel, pairs in channels.items()
    }
    shown = [number for pairs in channels.values() for pair in pairs for number in pair]
    lines, whole = [], "".join(written.values()) or "0"
    if len(channels) > 1:
        for channel, pairs in channels.items():
            value = told.subtotals[channel]
            equals = _equals(_total(0, pairs), *(n for pair in pairs for n in pair), value)
            slice_ = _slice_there(steps, channel)
            lines.append(f"{slice_}: {written[channel]} {equals} {number(value)}")
        shown = list(told.subtotals.values())
        whole = " + ".join(map(_factor, shown))
    bias = 0 if steps.bias is None else steps.bias[at[1]].item()
    if steps.bias is not None:
        whole = WORDS["with bias"].format(whole, _factor(bias))
    left = _total(bias, (pair for pairs in channels.values() for pair in pairs))
    equals = _equals(left, *shown, bias, result)
    lines.append(f"{_element(steps.here, at)} = {whole} {equals} <b>{number(result)}</b>")
    return "<br>".join(lines) + _where(steps, step)


def _told_pool(steps, step):
    values = [value for value, _ in steps.pooled(step)]
    result = steps.here.values[steps.at(step)]
    if steps.rule == "max":
        told, left = WORDS["max"].format(", ".join(map(number, values))), result
    else:
        told = WORDS["mean"].format(" + ".join(map(_factor, values)), len(values))
        left = _total(0, ((value, 1) for value in values)) / len(values)
    equals = _equals(left, *values, result)
    element = _element(steps.here, steps.at(step))
    return f"{element} = {told} {equals} <b>{number(result)}</b>{_where(steps, step)}"


def _told_additions(steps, step):
    value = steps.here.values[steps.at(step)]
    channels = {}
    for channel, _, *numbers in steps.additions(step):
        before, pixel, weight, after = numbers
        equals = _equals(_total(before, [(pixel, weight)]), *numbers)
        channels.setdefault(channel, []).append(
            f"{number(before)} + {_factor(pixel)}·{_factor(weight)} {equals} <b>{number(after)}</b>"
        )
    element = f"{_element(steps.here, steps.at(step))} {_equals(value, value)} {number(value)}"
    words = WORDS["shift step" if steps.rule == "shift" else "scatter"]
    sentence = words.format(element, _place(steps, step))
    if len(channels) == 1:
        return f"{sentence}: {', '.join(*channels.values())}"
    lines = (f"{_slice_there(steps, at)}: {', '.join(sums)}" for at, sums in channels.items())
    return "<br>".join([f"{sentence}:", *lines])


def _total(start, pairs):
    """`start` and the products of pairs, added up exactly, where they are finite."""
    pairs = list(pairs)
    try:
        return Fraction(start) + sum(Fraction(a) * Fraction(b) for a, b in pairs)
    except (OverflowError, ValueError):
        return start + sum(a * b for a, b in pairs)


def _equals(left, *shown):
    """The sign before the last of the numbers: whether all of each is shown, and it is `left`."""
    *_, right = shown
    same = left == right or (left != left and right != right)  # NaN is
    return "=" if same and all(map(_is_exact, shown)) else "≈"


def _is_exact(value):
    """Whether what is shown of a number is all of it."""
    shown = number(value).replace("−", "-").replace("∞", "inf")
    return float(shown) == float(value) or np.isnan(value)


def _slice_there(steps, channel):
    """Such as "channel 0": which slice the window lies on."""
    return f"{WORDS[axes(steps, steps.there)[1]]} {channel}"


def _where(steps, step):
    """The place of the window on its array, unless that is spread out."""
    return f" <small>{_place(steps, step)}</small>" if steps.there.spread == (1, 1) else ""


def _place(steps, step):
    _, _, i, j = steps.at(step)
    rows, columns = places(steps, 0, i), places(steps, 1, j)
    return WORDS["place"].format(rows=rows, columns=columns, name=name_there(steps))


def name_there(steps: Steps) -> str:
    """The array that windows lie on, as it lies there."""
    name = steps.there.name
    return name if steps.there.spread == (1, 1) else WORDS["spread out"].format(name)


def places(steps: Steps, axis: int, at: int) -> str:
    """Rows, or columns, of a window, counted as those of the array: below 0 is padding."""
    first = steps.starts[axis][at] - steps.there.around[axis][0]
    step, length = steps.dilation[axis], steps.window[axis]
    read = [first + t * step for t in range(length)]
    words = WORDS[("rows", "columns")[axis]][length > 1]
    if length == 1 or step > 1:
        return words.format(", ".join(map(_minus, read)))
    return words.format(WORDS["range"].format(_minus(read[0]), _minus(read[-1])))


def notes(steps: Steps) -> list[str]:
    """What is left over: read by no window, reached by none, or cut off."""
    grid, told = steps.there, []
    if steps.scatters and steps.numbered:
        told.append(WORDS["running"])
    if grid.around != ((0, 0), (0, 0)) or grid.spread != (1, 1):
        told += _surround(steps)
    left = []
    for axis, cells in enumerate(steps.unused()):
        before, length = grid.around[axis][0], grid.values.shape[2 + axis]
        for cell in cells:
            place, between = divmod(cell - before, grid.spread[axis])
            words = WORDS[("rows", "columns")[axis]][0].format(_minus(place))
            if 0 <= place < length and not between:
                left.append(words)
            elif not steps.scatters and not between:
                left.append(WORDS["padding"].format(words))
    if left:
        told.append(WORDS["unreached" if steps.scatters else "unused"].format(", ".join(left)))
    return told


def _surround(steps):
    """What the dashed cells are."""
    grid = steps.there
    if steps.scatters:
        return [WORDS["cut off"]]
    if steps.spec.transposed:
        return [WORDS["spread"].format(grid.name)]
    told = [WORDS["dashed"]]
    if steps.rule in ("max", "average_no_pad"):
        told.append(WORDS["not counted"])
    if all(before > 0 for before, _ in grid.around):
        told.append(WORDS["before"].format(grid.name))
    return [" ".join(told)]


def _element(grid, at):
    """Such as y[0, 2]; with all four indices where there are several slices."""
    index = at[2:] if grid.values.shape[:2] == (1, 1) else at
    return f"{grid.name}[{', '.join(map(str, index))}]"


def _factor(value):
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def _minus(value):
    return str(value).replace("-", "−")


def plain(sentence: str) -> str:
    """A sentence without its marks; lines become lines."""
    for mark in ("<b>", "</b>", "</small>"):
        sentence = sentence.replace(mark, "")
    return sentence.replace(" <small>", "; ").replace("<small>", "").replace("<br>", "\n   ")
