"""The role ``part``: a word of the prose that names a part of the nearest figure.

In MyST it is written as ``{part}`kernel` `` or ``{part}`its weights <kernel>` ``. The word has the
figure's colour and an underline of its own, on paper and without scripts, too. On the site
``parts.js`` makes it a link to the nearest stepper that has the part: whoever points at the word
sees the part, and whoever points at the part sees the word.
"""

from docutils import nodes
from sphinx.util.docutils import ReferenceRole

PARTS = ("image", "kernel", "output", "window", "padding")
FIRST = 'class="part part-'


class Part(ReferenceRole):
    """A word, and which part of a figure it names."""

    def run(self):
        """Write the word, or report a part that no figure has."""
        if self.target not in PARTS:
            expected = ", ".join(PARTS)
            message = f'unknown part "{self.target}" in {self.rawtext}; expected one of {expected}'
            report = self.inliner.reporter.error(message, line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, report)], [report]
        return [nodes.inline("", self.title, classes=["part", f"part-{self.target}"])], []


def _add_assets(app, pagename, templatename, context, doctree):
    if FIRST in context.get("body", ""):
        app.add_css_file("parts.css")
        app.add_js_file("parts.js", loading_method="defer")


def setup(app):
    """Register the role; only pages that use it load its style sheet and script."""
    app.add_role("part", Part())
    app.connect("html-page-context", _add_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
