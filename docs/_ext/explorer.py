"""The explorer's page: its modules, and what Python tells them so that nothing is said twice.

A browser loads no module from a folder, only from a server. So the page carries the modules of
docs/_static/explorer in its import map, and works from both.
"""

import base64
import io
import json
from pathlib import Path
from urllib.parse import quote

import lean_theme
import numpy as np
from docutils import nodes
from PIL import Image
from sphinx.util.docutils import SphinxDirective

from convdoc import samples, spec
from convdoc.draw import cells, link, palette, words

PAGE = "explorer"
MODULES = Path(__file__).parents[1] / "_static/explorer"
CONTROLS = Path(__file__).parents[1] / "_templates/explorer.html"
TOLD = [Path(module.__file__) for module in (cells, link, palette, spec, words)]
TOLD.append(Path(cells.__file__).with_suffix(".css"))
START = '<script type="module">import "explorer/explorer";</script>'


def data():
    """What the modules take from Python: formulas, words and colours."""
    return {
        "limits": link.LIMITS,
        "relationships": spec.RELATIONSHIPS,
        "words": words.WORDS,
        "operators": words.OPERATORS,
        "axes": words.AXES,
        "style": cells.STYLE,
        "light": palette.LIGHT,
    }


def modules():
    """Each module by the name that the others import it by, made short."""
    paths = sorted(MODULES.glob("*.js"))
    sources = {
        f"explorer/{path.stem}": lean_theme.lean_script(path.read_text("utf-8")) for path in paths
    }
    told = json.dumps(data(), ensure_ascii=False, separators=(",", ":"))
    return {"explorer/data": f"export default {told};\n"} | sources


def import_map():
    """A script element that gives the page its modules."""
    addresses = {name: _address(name, source) for name, source in modules().items()}
    written = json.dumps({"imports": addresses}, separators=(",", ":"))
    return f'<script type="importmap">{written}</script>'


def _address(name, source):
    """A module as an address; a debugger shows it by its name."""
    lines = f"{source}\n//# sourceURL={name}.js\n"
    return "data:text/javascript;charset=utf-8," + quote(
        lines, safe=" !$&'()*+,-./:;=?@[]^_`{|}~\""
    )


class Explorer(SphinxDirective):
    """Where the explorer stands: its controls, and what is read where no script runs."""

    def run(self):
        """Put the template there as it is."""
        for path in [CONTROLS, *MODULES.glob("*.js"), *TOLD]:
            self.env.note_dependency(path)
        return [nodes.raw("", CONTROLS.read_text("utf-8"), format="html")]


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


def _equip(app, pagename, templatename, context, doctree):
    if pagename == PAGE:
        context["metatags"] = context.get("metatags", "") + import_map() + START
        app.add_css_file("explorer.css")
        for name in ("cells.css", "stepper.css"):
            app.add_css_file(name)
        app.add_js_file("stepper.js", loading_method="defer")


def setup(app):
    """Connect to the writing of the page."""
    app.connect("html-page-context", _equip)
    app.connect("build-finished", _write_photographs)
    app.add_directive("explorer", Explorer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
