"""Cells tagged ``hide-input`` show their figure first, and below it the code that made it, folded.

MyST-NB folds the code, too, but above the figure. The words of the fold are its setting
``nb_code_prompt_show``.
"""

from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

MYST_NB = 199  # the priority by which it folds the cells that are left


class FoldedCode(nodes.Element):
    """The code of a cell, to be opened."""


class FiguresFirst(SphinxPostTransform):
    """Put the code of each such cell after its output."""

    formats = ("html",)
    default_priority = MYST_NB - 1

    def run(self, **kwargs):
        """Go through the cells of a page."""
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("hide_mode") == "input":
                code, output = cell
                del cell["hide_mode"]
                cell[:] = [output, FoldedCode("", code, words=cell["prompt_show"])]


def _visit(self, node):
    self.body.append(f'<details class="convdoc-code"><summary>{escape(node["words"])}</summary>\n')


def _depart(self, node):
    self.body.append("</details>\n")


def setup(app):
    """Register the transform and what it writes."""
    app.add_node(FoldedCode, html=(_visit, _depart))
    app.add_post_transform(FiguresFirst)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
