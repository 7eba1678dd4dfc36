"""Steppers on a page share one script and one style sheet, which only pages with steppers load.

In a notebook each stepper brings both with it. Here they are taken out of the page again.
"""

import re

ASSETS = re.compile(r'<(style|script) class="convdoc-assets">.*?</\1>', re.S)


def _share_assets(app, pagename, templatename, context, doctree):
    body = context.get("body", "")
    if "<convdoc-stepper" not in body:
        return
    context["body"] = ASSETS.sub("", body)
    app.add_css_file("cells.css")
    app.add_css_file("stepper.css")
    app.add_js_file("stepper.js", loading_method="defer")


def setup(app):
    """Connect to the writing of each page."""
    app.connect("html-page-context", _share_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
