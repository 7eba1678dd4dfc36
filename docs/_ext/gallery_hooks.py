"""What sphinx-gallery calls around and after the blocks of an example.

All examples run in Sphinx's own process. Modules of the library that only some of them load are
unloaded before each, so that what an example has loaded is known after it.
"""

import ast
import re
import sys
import warnings
from pathlib import Path

import loaded_modules
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.text import Text

from convdoc import draw

#: Modules that stay: this process uses them besides, and engines keep compiled functions.
STAYING = {name for name in sys.modules if loaded_modules.is_ours(name)}
STAYING_PACKAGE = "convdoc.engines."
SHOW = draw.show
PRINT_OPTIONS = np.get_printoptions()
FILTERS = list(warnings.filters)


def reset(gallery_conf, fname, when):
    """Give each example the same start; while it runs, a warning is an error."""
    plt.close("all")
    plt.rcdefaults()
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "convdoc"})
    np.set_printoptions(**PRINT_OPTIONS)
    np.random.seed(0)
    if when == "before":
        unload_modules()
    else:
        record = Path(gallery_conf["src_dir"], "auto_gallery", f"{Path(fname).stem}.loaded.json")
        loaded_modules.write(record, loaded_modules.loaded())
    draw.show = (lambda result: result) if when == "before" else SHOW  # sphinx-gallery shows it
    warnings.filters[:] = FILTERS
    if when == "before":
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)  # Theano's sources
        warnings.filterwarnings("ignore", ".*non-interactive", UserWarning)  # plt.show()


def unload_modules():
    """Forget the library's modules that the next example may not load."""
    for name, module in list(sys.modules.items()):
        stays = name in STAYING or name.startswith(STAYING_PACKAGE)
        if loaded_modules.is_ours(name) and not stays:
            del sys.modules[name]
            package, _, child = name.rpartition(".")
            names = vars(sys.modules.get(package, module))
            if names.get(child) is module:
                del names[child]


def svg_scraper(block, block_vars, gallery_conf):
    """Save the figures that a block has made as SVG, described by their labels.

    Each is saved as PNG too, from which sphinx-gallery makes the thumbnails.
    """
    directives = []
    for number, png in zip(plt.get_fignums(), block_vars["image_path_iterator"], strict=False):
        figure = plt.figure(number)
        svg = png.removesuffix(".png") + ".svg"
        figure.savefig(svg, facecolor="none", metadata={"Date": None})
        _draw_for_thumbnail(figure)
        figure.savefig(png, dpi=80, facecolor="none", bbox_inches="tight")
        uri = svg.removeprefix(gallery_conf["src_dir"])
        directives.append(f"\n.. image:: {uri}\n   :alt: {figure.get_label()}\n")
    plt.close("all")
    return "".join(directives)


def _draw_for_thumbnail(figure):
    """Leave out the texts, which nobody could read there, and make the bars of a chart thick."""
    for text in figure.findobj(Text):
        text.set_visible(False)
    bars = [bar for axes in figure.axes for group in axes.containers for bar in group]
    for bar in bars:
        bar.set(y=bar.get_y() - 0.25, height=bar.get_height() + 0.35)
    if bars:
        figure.set_size_inches(4.5, 3.15)


def stepper_scraper(block, block_vars, gallery_conf):
    """Save the stepper that a block shows as SVG, for the thumbnail; its HTML is shown anyway.

    Without its numbers, which nobody could read there.
    """
    statements = ast.parse(block.content).body
    if statements and isinstance(statements[-1], ast.Expr):
        shown = block_vars["example_globals"].get("___")  # none if the block failed
        if isinstance(shown, draw.Stepper):
            path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
            path.write_text(re.sub(r"<text.*?</text>", "", shown.svg()), "utf-8")
    return ""
