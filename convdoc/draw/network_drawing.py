"""A network as the volumes that flow through it, from top to bottom."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convdoc.draw.canvas import Canvas, pyplot
from convdoc.draw.palette import LIGHT, TITLE_SIZE
from convdoc.draw.words import PICTURES
from convdoc.network import Conv, Dense, Layer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Distances in cells.
WIDEST = 4.2  # the side of the largest image; with the words, a phone shows it in full size
LEAN = (0.2, 0.34)  # how far an image plane leans back (up, right), as a share of its side
THICKNESS = 0.09  # of a slab, for each doubling of its channels
ARROW = 0.85  # between slabs
LETTER = 0.26  # of the shapes and layers on the right, at most, on average


def architecture(shapes: Sequence[Sequence[int]], layers: Sequence[Layer]) -> "Figure":
    """Draw what enters a network and what leaves each layer, one slab below the other.

    The top of a slab is the image plane, to scale; its thickness grows with the logarithm of
    the channels. The amber patch on a slab is the kernel of the convolution that reads it, as
    wide as dilation makes it and at most as large as the image; a dense layer reads all of it.

    Parameters
    ----------
    shapes : list of tuple
        (samples, channels, height, width) of the input, then of each layer's output.
    layers : list of Conv, MaxPool, AveragePool or Dense
        What lies between: one less than `shapes`. See `convdoc.network`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the number of layers does not fit the number of shapes.
    """
    if len(layers) != len(shapes) - 1:
        raise ValueError(
            f"layers must say what lies between the {len(shapes)} shapes, "
            f"so there must be {len(shapes) - 1}; got {len(layers)}"
        )
    scale = WIDEST / max(width for *_, width in shapes)
    slabs = [_Slab(shape, scale) for shape in shapes]
    reach = WIDEST * (1 + LEAN[1])
    room = LETTER * max(len(str(words)) for words in [*shapes, *layers])
    canvas = Canvas(
        sum(slab.height for slab in slabs) + ARROW * len(layers),
        reach + room,
        PICTURES["network"].format(layers=", ".join(map(str, layers))),
    )
    row, right = 0, reach + room / 2
    for slab, layer in zip(slabs, [*layers, None], strict=True):
        role = "input" if slab is slabs[0] else "output"
        slab.draw(canvas, row, reach / 2, role, layer)
        canvas.words(row + slab.height / 2, right, str(slab.shape), TITLE_SIZE)
        row += slab.height
        if layer:
            canvas.words(row + ARROW / 2, right, str(layer), TITLE_SIZE, "muted")
            canvas.axes.annotate(
                "", (reach / 2, row + ARROW - 0.12), (reach / 2, row + 0.12),
                arrowprops={
                    "arrowstyle": "->", "color": LIGHT["muted"], "linewidth": 1.5,
                    "shrinkA": 0, "shrinkB": 0,
                },
            )  # fmt: skip
            row += ARROW
    return canvas.figure


class _Slab:
    """A volume (channels, height, width), lying flat."""

    def __init__(self, shape, scale):
        self.shape, self.scale = shape, scale
        _, channels, self.rows, self.columns = shape
        self.thickness = THICKNESS * (1 + math.log2(channels))
        self.height = self.rows * scale * LEAN[0] + self.thickness

    def draw(self, canvas, top, middle, role, next_layer):
        """Draw it around the column `middle`, with the kernel that `next_layer` lays on it."""
        left = middle - self.columns * self.scale * (1 + LEAN[1]) / 2
        front = top + self.rows * self.scale * LEAN[0]

        def plane(height, width, i=0, j=0):
            """Corners of a patch of the image plane, `i` rows from its front edge."""
            up, lean = self.scale * LEAN[0], self.scale * LEAN[1]
            return [
                (left + c * self.scale + r * lean, front - r * up)
                for r, c in [(i, j), (i, j + width), (i + height, j + width), (i + height, j)]
            ]

        near, far = plane(self.rows, self.columns)[1:3]
        down = self.thickness
        faces = [
            (plane(self.rows, self.columns), 0.25),
            ([(left, front), near, (near[0], front + down), (left, front + down)], 0.55),
            ([near, far, (far[0], far[1] + down), (near[0], front + down)], 0.4),
        ]
        for corners, strength in faces:
            canvas.axes.add_patch(_polygon(corners, role, strength))
        size = self.rows, self.columns
        if isinstance(next_layer, Dense):
            next_layer = next_layer.as_conv(size)
        if isinstance(next_layer, Conv):
            height, width = map(min, next_layer.spec.dilated_kernel, size)
            patch = plane(height, width, (self.rows - height) // 2, (self.columns - width) // 2)
            canvas.axes.add_patch(_polygon(patch, "kernel", 0.9))


def _polygon(corners, role, strength):
    return pyplot().Polygon(
        corners, facecolor=(LIGHT[role], strength), edgecolor=LIGHT[role],
        linewidth=0.9, joinstyle="round", clip_on=False,
    )  # fmt: skip
