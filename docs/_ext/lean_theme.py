"""Keep of the theme what the site uses.

The theme's style sheet covers all of Bootstrap and every icon of Font Awesome. Rules whose
classes stand nowhere in the built pages and scripts are dropped after a build, and so are
the script for icons of one's own, which we have none of, and the source maps.
"""

import re
from pathlib import Path

RULE = re.compile(r"(?<=[{}])([^{}]+)\{[^{}]*\}")
EMPTY_BLOCK = re.compile(r"@(?:media|supports)[^{}]*\{\}")


def lean_css(css, words):
    """Drop the rules that need a class that is not among `words`.

    Parameters
    ----------
    css : str
        A minified style sheet.
    words : set of str
        Every word of the pages and scripts that use it: classes are among them.

    Returns
    -------
    str
    """

    def keep(rule):
        selectors = re.sub(r":(?:not|is|where)\([^)]*\)", "", rule[1])
        used = any(
            words.issuperset(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", selector))
            for selector in selectors.split(",")
        )
        return rule[0] if used else ""

    return EMPTY_BLOCK.sub("", RULE.sub(keep, css))


def _make_lean(app, exception):
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    words = set()
    for path in [*Path(app.outdir).rglob("*.html"), *static.rglob("*.js")]:
        words.update(re.findall(r"[a-zA-Z_][\w-]*", path.read_text("utf-8")))
    for sheet in static.glob("styles/pydata-sphinx-theme.css"):
        css = re.sub(r"/\*# sourceMappingURL.*?\*/", "", sheet.read_text("utf-8"))
        sheet.write_text(lean_css(css, words), "utf-8")
    Path(static, "scripts/fontawesome.js").write_text("")
    for source_map in static.rglob("*.map"):
        source_map.unlink()


def setup(app):
    """Connect to the end of a build, after the static files are copied."""
    app.connect("build-finished", _make_lean, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
