"""The photograph on the first page, and the pictures of the ways into the site.

The page has the pixels in it, since a script of a page in a folder may not read those of an image
file. What is seen before the script has run, or without it, is computed by the library.
"""

import base64
import io
from pathlib import Path

import inline_figures
import numpy as np
from docutils import nodes
from jinja2 import Environment, StrictUndefined
from PIL import Image
from sphinx.util.docutils import SphinxDirective

from convdoc import conv4d, samples

FOLDER = Path(__file__).parents[1] / "_landing"
PAGE = "index"
FILES = ("lab.js", "landing.css")
#: Kernels that a reader can choose, as they are stored, row by row. The first is shown at first.
KERNELS = {
    "Edges": "−1 −1 −1 −1 8 −1 −1 −1 −1",
    "Sobel": "1 0 −1 2 0 −2 1 0 −1",
    "Blur": "1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9 1/9",
    "Sharpen": "0 −1 0 −1 5 −1 0 −1 0",
    "Emboss": "−2 −1 0 −1 1 1 0 1 2",
    "Identity": "0 0 0 0 1 0 0 0 0",
}


def photograph():
    """Crop the grey photograph to a face and a camera, in whole numbers from 0 to 255.

    It is drawn at twice its size, so that a kernel of 3×3 makes a difference that can be seen.

    Returns
    -------
    numpy.ndarray of uint8, shape (112, 112)
    """
    return np.rint(255 * samples.camera()[40:152, 100:212]).astype(np.uint8)


def weights(name):
    """Give a kernel of `KERNELS` as numbers, shape (1, 1, 3, 3)."""
    fractions = (text.replace("−", "-").partition("/") for text in KERNELS[name].split())
    return np.reshape([float(a) / float(b or 1) for a, _, b in fractions], (1, 1, 3, 3))


def convolved(name):
    """Convolve the photograph with a kernel of `KERNELS`.

    Returns
    -------
    numpy.ndarray of uint8, shape (110, 110)
        Rounded, and cut off at 0 and 255.
    """
    y = conv4d(photograph()[None, None].astype(float), weights(name), "valid")
    return np.clip(np.rint(y[0, 0]), 0, 255).astype(np.uint8)


def _address(pixels, kind, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


class Lab(SphinxDirective):
    """A photograph, a kernel of nine fields, and the result."""

    def run(self):
        """Put the template there with the pictures in it."""
        first, stored = next(iter(KERNELS.items()))
        pixels = photograph()
        environment = Environment(undefined=StrictUndefined, autoescape=True)
        html = environment.from_string((FOLDER / "lab.html").read_text("utf-8")).render(
            size=len(pixels),
            photograph=_address(pixels, "PNG", optimize=True),
            result=_address(convolved(first), "WEBP", quality=70),
            weights=stored.split(),
            kernels=KERNELS,
        )
        for path in (FOLDER / "lab.html", Path(samples.__file__)):
            self.env.note_dependency(path)
        return [nodes.raw("", html, format="html")]


class Way(SphinxDirective):
    """A small drawing, in the colours of the figures: decoration, so without words."""

    required_arguments = 1

    def run(self):
        """Put the drawing there."""
        path = FOLDER / "pictures" / f"{self.arguments[0]}.svg"
        self.env.note_dependency(path)
        drawing = inline_figures.inline_svg(path.read_text("utf-8"), "", f"{path.stem}-")
        return [nodes.raw("", f'<div class="way">{drawing}</div>', format="html")]


def _equip(app, pagename, templatename, context, doctree):
    if pagename == PAGE:
        app.add_css_file("landing.css")
        app.add_js_file("lab.js", loading_method="defer")


def setup(app):
    """Register the directives, and the files that the first page alone loads."""
    app.connect("html-page-context", _equip)
    app.add_directive("lab", Lab)
    app.add_directive("way", Way)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
