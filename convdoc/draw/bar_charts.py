"""Bar charts: a few named numbers to compare."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from convdoc.draw import palette
from convdoc.draw.canvas import pyplot
from convdoc.draw.words import PICTURES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 5.4  # inches
ROW = 0.52  # inches for a bar and the words over it


def bars(
    charts: Mapping[str, Mapping[str, float]],
    text: str = "{:,}",
    role: Literal["input", "kernel", "output"] = "output",
    log: bool = False,
) -> "Figure":
    """Draw named numbers as horizontal bars, each with its name and number over it.

    Parameters
    ----------
    charts : dict of str to dict of str to float
        For each chart its title, and in it the bars: name and length, above 0.
    text : str
        Format of the numbers.
    role : {"input", "kernel", "output"}
        Which colour of the palette the bars have.
    log : bool
        Lengths on a logarithmic axis that all charts share, from the power of ten below the
        smallest number, marked at each power.

    Returns
    -------
    matplotlib.figure.Figure
    """
    style = {"size": palette.TITLE_SIZE, "color": palette.LIGHT["ink"]}
    rows = [len(values) + 1.4 for values in charts.values()]
    figure, axes = pyplot().subplots(
        len(charts),
        squeeze=False,
        figsize=(WIDTH, ROW * sum(rows)),
        height_ratios=rows,
        layout="constrained",
        label=PICTURES["bars"].format(titles="; ".join(charts)),
    )
    numbers = [value for values in charts.values() for value in values.values()]
    start = 10.0 ** math.floor(math.log10(min(numbers))) if log else 0
    for ax, (title, values) in zip(axes.flat, charts.items(), strict=True):
        ax.barh(
            range(len(values)),
            [value - start for value in values.values()],
            left=start,
            height=0.34,
            color=palette.LIGHT[role],
        )
        for row, (name, value) in enumerate(values.items()):
            words = f"{name}: {text.format(value)}"
            ax.text(start, row - 0.25, words, ha="left", va="bottom", **style)
        ax.set_title(title, loc="left", fontweight="bold", **style)
        ax.set(xscale="log" if log else "linear", ylim=(len(values) + 0.2, -0.9))
        ax.set_xlim(start, max(numbers))
        ax.axis("off")
        power = start
        while log and power <= max(numbers):
            for row in range(len(values)):
                ax.vlines(power, row - 0.17, row + 0.17, color=palette.LIGHT["line"], zorder=0)
            muted = {**style, "size": palette.LABEL_SIZE, "color": palette.LIGHT["muted"]}
            ax.text(power, len(values) - 0.45, f" {text.format(power)}", va="top", **muted)
            power *= 10
    return figure
