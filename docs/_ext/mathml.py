"""Formulas as MathML, which browsers draw themselves: no script, no request.

A prime is a raised letter already. It stands beside its letter as in the library's formulas, where
a script would raise it twice.
"""

import re

from docutils import nodes
from latex2mathml import converter

TEXT = re.compile(r"\\text\{[^{}]*\}")
PRIME = re.compile(r"<msup>(<mi>\w</mi>)<mi>&#x02032;</mi></msup>")


def convert(formula, **options):
    """MathML of a formula in LaTeX."""
    formula = TEXT.sub(lambda text: text[0].replace(r"\_", "_"), formula)
    beside = r'<mrow>\1<mo lspace="0" rspace="0">&#x02032;</mo></mrow>'
    return PRIME.sub(beside, converter.convert(formula, **options))


def _inline(self, node):
    self.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _display(self, node):
    formula = convert(node.astext().strip(), display="block")
    identifier = f' id="{node["ids"][0]}"' if node["ids"] else ""
    number = f'<span class="eqno">({node["number"]})</span>' if node["number"] else ""
    self.body.append(
        f'<div class="math-display" tabindex="0" role="group" aria-label="formula"'
        f"{identifier}>{formula}{number}</div>"
    )
    raise nodes.SkipNode


def setup(app):
    """Register the renderer; an extension with a renderer becomes Sphinx's choice."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
