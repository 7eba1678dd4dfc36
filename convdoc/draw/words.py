"""All words of the drawings: whole sentences, in which the parts in braces are put in by name.

Where a sentence depends on a count, there is one for each case. The scripts of steppers and
questions get theirs from here, in the plans of their figures.
"""

from typing import Any

#: The words of steppers. The explorer has them too.
WORDS: dict[str, Any] = {
    # the title of each operation
    "convolution": "{x} convolved with {w} gives {y}, step by step",
    "correlation": "{x} correlated with {w} gives {y}, step by step",
    "transposed": "{x} and {w} give {y} by a transposed convolution, step by step",
    "pooling": "{x} pooled by windows of {window} gives {y}, step by step",
    "shifts": "{x} convolved with {w} gives {y}, one shifted image at a time",
    # arrays, their slices and cells
    "panel": "{name}, {rows} rows, {columns} columns",
    "sample": "sample",
    "channel": "channel",
    "filter": "filter",
    "slice": {
        "sample": "sample {index}",
        "channel": "channel {index}",
        "filter": "filter {index}",
    },
    "bias": "bias {bias}",
    "padding cell": "padding",
    "copied cell": "{pixel} at ({row}, {column}) beyond the border",
    "missing cell": "a place beyond the padding",
    "spread cell": "an added zero",
    "cut cell": "cut off",
    "as it lies": "flipped, as it lies on {name}",
    "as it lands": "flipped, as it lands on {name}",
    "as stored": "as stored",
    "spread out": "{name} spread out",
    # a step
    "gathered": "{element} = {sum} {sign} {result}",
    "gathered with bias": "{element} = {sum} + {bias} (bias) {sign} {result}",
    "subtotal": {
        "channel": "channel {index}: {sum} {sign} {result}",
        "filter": "filter {index}: {sum} {sign} {result}",
    },
    "max": "{element} = max({values}) {sign} {result}",
    "min": "{element} = min({values}) {sign} {result}",
    "average": "{element} = ({sum}) / {count} {sign} {result}",
    "average_no_pad": "{element} = ({sum}) / {count} {sign} {result}",
    "addition": "{before} + {pixel}·{weight} {sign} {after}",
    "scattered": "{element} {sign} {value} times the kernel goes to {place}: {additions}",
    "scattered in slices": "{element} {sign} {value} times the kernel goes to {place}:",
    "scattered slice": {
        "channel": "channel {index}: {additions}",
        "filter": "filter {index}: {additions}",
    },
    "shifted": "{element} {sign} {value} times the image goes to {place}: {additions}",
    # the window of a step: of one row and column, one row, one column, several of both
    "place": (
        "row {rows}, column {columns} of {name}",
        "row {rows}, columns {columns} of {name}",
        "rows {rows}, column {columns} of {name}",
        "rows {rows}, columns {columns} of {name}",
    ),
    "reads": (
        "{element} reads row {rows}, column {columns} of {name}",
        "{element} reads row {rows}, columns {columns} of {name}",
        "{element} reads rows {rows}, column {columns} of {name}",
        "{element} reads rows {rows}, columns {columns} of {name}",
    ),
    "writes": (
        "{element} goes to row {rows}, column {columns} of {name}",
        "{element} goes to row {rows}, columns {columns} of {name}",
        "{element} goes to rows {rows}, column {columns} of {name}",
        "{element} goes to rows {rows}, columns {columns} of {name}",
    ),
    "range": "{first} to {last}",
    # where there are rows and columns beyond the border, what they repeat
    "place with copies": "{place} ({copies})",
    "row copy": "row {place} repeats row {pixel}",
    "column copy": "column {place} repeats column {pixel}",
    # all windows of a row or a column: of one row or column, of several
    "row windows": (
        "row {index} of {here}: row {place} of {there}",
        "row {index} of {here}: rows {place} of {there}",
    ),
    "column windows": (
        "column {index} of {here}: column {place} of {there}",
        "column {index} of {here}: columns {place} of {there}",
    ),
    # the steps of a cell, where there is one step, and where there are several
    "meets": (
        "{element} takes part in {count} of 1 step",
        "{element} takes part in {count} of {all} steps",
    ),
    # notes
    "running": "Small: what this step adds. Large: the sum so far.",
    "dashed": "Dashed: padding.",
    "repeated": "Dashed: beyond the border, {border}.",
    "constant": "Dashed: beyond the border, {value} everywhere.",
    "given back": "What is added to a place there is added to the pixel that it repeats.",
    "not counted": "It does not count.",
    "missing": "Crosses: places beyond the padding, which do not exist; windows may reach there.",
    "divided": "Every sum is divided by {divisor}.",
    "before": "Row −1 is above {name}, column −1 on its left.",
    "spread": (
        "Dashed: zeros around {name} and, for strides, between; their products are not written."
    ),
    "cut off": "Hatched: the border that the padding cuts off again.",
    "unused": "Hatched: no window reads {places}.",
    "unreached": "No window reaches {places}.",
    "row": "row {index}",
    "column": "column {index}",
    "padding row": "row {index} (padding)",
    "padding column": "column {index} (padding)",
    "border row": "row {index} (beyond the border)",
    "border column": "column {index} (beyond the border)",
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
    "transcript": ("The step in words", "All {count} steps in words"),
    "windows": ("The window in words", "All windows in words"),
    # below a figure: what to do, for a step that reads a window and for one that writes it
    "try": {
        "gather": (
            "Click a cell of {here} to see what it is made of; point at a cell of {there} to see "
            "the steps that read it."
        ),
        "scatter": (
            "Click a cell of {here} to see where it goes; point at a cell of {there} to see the "
            "steps that add to it."
        ),
    },
    "explore": "Change its numbers in the explorer",
    "share": {
        "button": "Share",
        "link": "Copy a link to this step",
        "copied": "The link is copied: it opens this page at this figure and step.",
        "embed": "Copy HTML for another site",
        "embed copied": "The HTML is copied: paste it where the figure is to stand.",
        "svg": "SVG",
        "png": "PNG",
        "gif": "Animated GIF",
        "drawing": "The steps are being drawn.",
        "source": "The page of this figure",
    },
}
#: The signs between the arrays of each operation.
OPERATORS = {
    "convolution": ("∗", "="),
    "correlation": ("⋆", "="),
    "transposed": ("∗ᵀ", "="),
    "shifts": ("∗", "="),
    "pooling": ("→",),
}
#: The names of the first two axes of each array, words of the table.
AXES = {
    "x": ("sample", "channel"),
    "W": ("filter", "channel"),
    "y": ("sample", "filter"),
    "x′": ("sample", "channel"),
}

#: The words that describe pictures to those who do not see them.
PICTURES: dict[str, Any] = {
    "equation": "x of shape {x} convolved with W of shape {w} gives y of shape {y}",
    "steps": (
        "1 step of a {rows} by {columns} window over x; its sum is y",
        "{count} steps of a {rows} by {columns} window over x; their sums are y",
    ),
    "bars": "bar chart: {titles}",
    "network": "a network of {layers}",
    "photographs": "photographs: {titles}",
    "matrices": "arrays: {titles}",
}
#: The words of the boxes of questions; `convdoc.exercises` has those about an answer.
QUESTIONS: dict[str, Any] = {
    "answer": "Your answer",
    "integer": "an integer",
    "number": "a number",
    "shape": "a shape, as in (1, 3, 45, 45)",
    "array": "an array: row under row, or as NumPy prints it",
    "code": "what your function gives for the arrays above, as NumPy prints it",
    "code note": "In Python, give the function itself: {call}",
    "check": "Check",
    "hint": "Hint",
    "clear": "Start again",
    "hints": ("A hint: {hint}", "Another hint: {hint}"),
    "no more hints": "These were all hints. The solution works it out, step by step.",
    "empty": "Write an answer first.",
    "not integer": "Write one integer, in digits.",
    "not number": "Write one number, with a point for its decimals.",
    "not shape": "Write a shape: integers with commas between them.",
    "not array": "Write numbers alone, with spaces or commas between them, row under row.",
    "ragged": "The rows have different lengths.",
    "too long": "This is too long: an answer has at most {most} characters.",
    "not kept": "The browser does not keep this answer. It is lost when you leave the page.",
    "solution": "Solution",
    "done": "done",
    "numbers": "the numbers",
    "progress": "{done} of {all} done",
    "clear all": "Clear these answers",
    "kept": "Answers are kept in this browser alone.",
    "some not kept": "The browser keeps none or not all of your answers after you leave the page.",
    # paper, and sheets of questions that a reader chooses
    "print": "Print the questions",
    "print with key": "Print them with a key",
    "key": "Key",
    "choose": "Tick questions to make a sheet of them, which you can print or send as a link.",
    "choose one": "On the sheet: {title}",
    "open": ("Open a sheet of 1 question", "Open a sheet of {count} questions"),
    "sheet": ("A sheet of 1 question", "A sheet of {count} questions"),
    "all questions": "All questions",
    "unknown": "No question has the name “{name}”.",
}
