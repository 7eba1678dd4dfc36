"""The explorer's page: its script, and what Python hands over so that nothing is said twice.

The modules of docs/_explorer become one script beside the page, which a browser keeps, which opens
from a folder too, and which a policy of ``script-src 'self'`` allows; its worker is the same file.
"""

import base64
import io
import json
from pathlib import Path

import bundle
import lean_theme
import numpy as np
from docutils import nodes
from jinja2 import StrictUndefined, Template
from markupsafe import Markup, escape
from PIL import Image
from sphinx.util.docutils import SphinxDirective

from convdoc import borders, samples, spec
from convdoc.draw import cells, link, palette, words

PAGE = "explorer"
FOLDER = Path(__file__).parents[1] / "_explorer"
CONTROLS = FOLDER / "controls.html"
WORDS = FOLDER / "words.json"
SOURCES = [Path(module.__file__) for module in (borders, cells, link, palette, spec, words)]
SOURCES.append(Path(cells.__file__).with_suffix(".css"))


def data():
    """Return what the modules take from Python: sentences, formulas, words and colours."""
    return {
        "sentences": {name: group for name, group in sentences().items() if name != "page"},
        "limits": link.LIMITS,
        "relationships": spec.RELATIONSHIPS,
        "paddings": {name: {"fits": padding.fits} for name, padding in borders.PADDINGS.items()},
        "borders": {name: border.words for name, border in borders.BORDERS.items()},
        "words": words.WORDS,
        "operators": words.OPERATORS,
        "axes": words.AXES,
        "style": cells.STYLE,
        "light": palette.LIGHT,
    }


def sentences():
    """Return what the explorer says, by groups; the group "page" is for its HTML."""
    return json.loads(WORDS.read_text("utf-8"))


def controls():
    """Return the HTML of the controls, and what is read where no script runs."""
    template = Template(CONTROLS.read_text("utf-8"), autoescape=True, undefined=StrictUndefined)
    return template.render(
        words={k: Markup(escape(v)) for k, v in sentences()["page"].items()},
        paddings=list(borders.PADDINGS),
        borders={name: _continued(border) for name, border in borders.BORDERS.items()},
    )


def _continued(border):
    """What follows an image of four pixels, a to d."""
    pixels = (border.at(place, 4) for place in range(4, 8))
    return "".join(str(border.value) if at is None else "abcd"[at] for at in pixels)


def modules():
    """Return the source of each module by the path that the others import it by."""
    written = json.dumps(data(), ensure_ascii=False, separators=(",", ":"))
    sources = {f"./{path.name}": path.read_text("utf-8") for path in sorted(FOLDER.glob("*.js"))}
    return {"explorer/data": f"export default {written};\n"} | sources


def script():
    """Return the explorer as one script, made short."""
    return lean_theme.lean_script(bundle.bundle(modules(), "./app.js"))


class Explorer(SphinxDirective):
    """Where the explorer stands: its controls, and what is read where no script runs."""

    def run(self):
        """Put the template there as it is."""
        for path in [CONTROLS, WORDS, *FOLDER.glob("*.js"), *SOURCES]:
            self.env.note_dependency(path)
        return [nodes.raw("", controls(), format="html")]


def photographs():
    """The gallery's two photographs, of which one has colours, in whole numbers to 255."""
    return {
        load.__name__: np.rint(255 * load()).astype(np.uint8)
        for load in (samples.camera, samples.chelsea)
    }


def _write_photographs(app, exception):
    """Write each as a script, since a page in a folder may not read the pixels of an image file."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static/photographs")
    folder.mkdir(parents=True, exist_ok=True)
    for name, pixels in photographs().items():
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG", optimize=True)
        address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
        Path(folder, f"{name}.js").write_text(
            f'(globalThis.convdocPhotographs ??= {{}}).{name} = "{address}";\n'
        )


def _write_script(app):
    """Write the script before the pages, whose addresses of it have its checksum."""
    if app.builder.format == "html":
        path = Path(app.outdir, "_static/explorer.js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script(), "utf-8")


def _equip(app, pagename, templatename, context, doctree):
    if pagename == PAGE:
        for name in ("explorer.css", "cells.css", "stepper.css"):
            app.add_css_file(name)
        for name in ("stepper.js", "explorer.js"):
            app.add_js_file(name, loading_method="defer")


def setup(app):
    """Connect to the writing of the page."""
    app.connect("builder-inited", _write_script)
    app.connect("html-page-context", _equip)
    app.connect("build-finished", _write_photographs)
    app.add_directive("explorer", Explorer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
