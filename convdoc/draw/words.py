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
    "not counted": "It does not count.",
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
    "explore": "Change its numbers in the explorer",
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
