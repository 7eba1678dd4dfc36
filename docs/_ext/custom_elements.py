"""Steppers and questions on a page share their scripts and style sheets, which no other page loads.

In a notebook each brings its own. Here they are taken out of the page again.
"""

import re

ASSETS = re.compile(r'<(style|script) class="convdoc-assets">.*?</\1>', re.S)
#: What each custom element needs, in convdoc/draw.
FILES = {
    "convdoc-stepper": ("cells.css", "stepper.css", "stepper.js"),
    "convdoc-question": ("question.css", "question.js"),
}


def _share_assets(app, pagename, templatename, context, doctree):
    body = context.get("body", "")
    context["body"] = ASSETS.sub("", body)
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
