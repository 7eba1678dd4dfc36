"""Photographs side by side, grey or in colour."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from convdoc._types import ArrayLike
from convdoc.draw import palette
from convdoc.draw.canvas import pyplot
from convdoc.draw.words import PICTURES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 2
SIDE = 3.3  # inches


def photographs(images: Mapping[str, ArrayLike]) -> "Figure":
    """Draw images in rows of two, each under its title.

    Parameters
    ----------
    images : dict of str to array_like
        Title and image: (height, width) for grey, (3, height, width) for colour, from 0 for
        dark to 1 for bright. What lies outside, as edges do, is shown as 0 or 1.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = -(-len(images) // COLUMNS)
    figure, axes = pyplot().subplots(
        rows, COLUMNS,
        figsize=(COLUMNS * SIDE, rows * (SIDE + 0.3)),
        layout="constrained",
        label=PICTURES["photographs"].format(titles=", ".join(images)),
    )  # fmt: skip
    for ax in axes.flat[len(images) :]:
        ax.axis("off")
    for ax, (title, image) in zip(axes.flat, images.items(), strict=False):
        image = np.clip(image, 0, 1)
        ax.imshow(
            image if image.ndim == 2 else image.transpose(1, 2, 0),
            cmap="gray", vmin=0, vmax=1, interpolation="none",
        )  # fmt: skip
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_color(palette.LIGHT["line"])
        ax.set_title(title, size=palette.TITLE_SIZE, color=palette.LIGHT["ink"])
    return figure
