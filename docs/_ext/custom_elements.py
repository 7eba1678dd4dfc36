"""Steppers and questions on a page share their scripts and style sheets, which no other page loads.

In a notebook each brings its own. Here they are taken out of the page again. And here steppers
have a link to the explorer, with their numbers.
"""

import re

from convdoc.draw.words import WORDS

STEPPER = re.compile(
    r'(<convdoc-stepper [^>]*?)data-link="([^"]*)" (.*?)(?=</div></convdoc-stepper>)', re.S
)
LATER = re.compile(r"<convdoc-later>(.*?)</convdoc-later>", re.S)
ASSETS = re.compile(r'<(style|script) class="convdoc-assets">.*?</\1>', re.S)
#: What each custom element needs, in convdoc/draw. Questions draw the steppers of their solutions
#: for paper before steppers add a frame for each step: listeners are called in this order.
FILES = {
    "convdoc-question": ("question.css", "question.js"),
    "convdoc-stepper": ("cells.css", "stepper.css", "stepper.js"),
}


def _share_assets(app, pagename, templatename, context, doctree):
    body = context.get("body", "")
    explorer = context["pathto"]("explorer")
    link = f'<p class="explore"><a href="{explorer}#\\2">{WORDS["explore"]}</a></p>'
    body = STEPPER.sub(rf"\1\3{link}", ASSETS.sub("", body))
    # Figures of solutions: for a browser that runs scripts these are text until they are drawn.
    context["body"] = LATER.sub(r"<convdoc-later><noscript>\1</noscript></convdoc-later>", body)
    for element, files in FILES.items():
        for name in files if f"<{element}" in body else ():
            if name.endswith(".css"):
                app.add_css_file(name)
            else:
                app.add_js_file(name, loading_method="defer")


def setup(app):
    """Connect to the writing of each page."""
    app.connect("html-page-context", _share_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
