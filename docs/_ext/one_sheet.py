"""Join the style sheets of the theme, of extensions and of figures, and let scripts wait.

Each sheet and script in the head of a page is a request that a phone waits for before it shows
anything: a dozen sheets become ``site.css``, and scripts run when the page has been read. What
belongs to one page, and the look of the site, which comes after all others, stay as they are.
"""

import hashlib
import posixpath
import re
from pathlib import Path

import minify
from bs4 import BeautifulSoup

JOINED = "site.css"
#: In the order in which pages had them. The first imports the second, which is written out.
SHEETS = [
    *("basic.css", "styles/theme.css", "styles/pydata-sphinx-theme.css", "palette.css"),
    *("pygments.css", "mystnb.*.css", "copybutton.css", "sg_gallery.css", "sg_gallery-binder.css"),
    *("sg_gallery-dataframe.css", "sg_gallery-rendered-html.css", "sphinx-design.min.css"),
    *("question.css", "cells.css", "stepper.css", "parts.css"),
]
AT_ONCE = "documentation_options.js"  # short, and the page's own scripts use what it says
IMPORT = '@import "../basic.css";'
ADDRESS = re.compile(r"""url\((['"]?)(?!['"]?(?:data:|#|/|https?:))([^'")]+)\1\)""")


def with_one_sheet(head):
    """Load one sheet in place of those that are joined.

    Parameters
    ----------
    head : str
        HTML, a part of the head of a page.

    Returns
    -------
    str
    """
    soup = BeautifulSoup(head, "html.parser")
    joined = [link for link in soup.select("link[rel=stylesheet]") if _is_joined(link["href"])]
    if joined:
        place = joined[0]["href"].partition("_static/")[0]
        one = soup.new_tag("link", rel="stylesheet", href=f"{place}_static/{JOINED}?v=")
        joined[0].insert_before(one)
    for link in joined:
        link.decompose()
    return str(soup)


def _is_joined(address):
    name = address.partition("?")[0].rpartition("_static/")[2]
    return any(Path(name).match(sheet) for sheet in SHEETS)


def with_waiting_scripts(head):
    """Let the scripts of a page run when it has been read, in their order.

    Parameters
    ----------
    head : str
        HTML, a part of the head of a page.

    Returns
    -------
    str
    """
    soup = BeautifulSoup(head, "html.parser")
    for script in soup.select("script[src]"):
        if AT_ONCE not in script["src"]:
            script["defer"] = "defer"
    return str(soup)


def join(static):
    """Write the sheets of a folder as one, without white space.

    Parameters
    ----------
    static : pathlib.Path
        The folder ``_static`` of a site.

    Returns
    -------
    str
        The text; addresses in it are relative to the folder.
    """
    texts = []
    for pattern in SHEETS:
        for path in sorted(static.glob(pattern)):
            folder = path.parent.relative_to(static).as_posix()
            texts.append(
                ADDRESS.sub(
                    lambda found, folder=folder: (
                        f"url({posixpath.normpath(posixpath.join(folder, found[2]))})"
                    ),
                    path.read_text("utf-8").replace(IMPORT, ""),
                )
            )
    return minify.string("text/css", "".join(texts))


def _add_filters(app):
    """Let layout.html join and defer; a book and other builders keep what they have."""
    if app.builder.format == "html":
        ours = {"one_sheet": with_one_sheet, "waiting": with_waiting_scripts}
        for name, change in ours.items():
            used = change if app.builder.name == "html" else str
            app.builder.templates.environment.filters[name] = used


def _write(app, exception):
    """Write the sheet, and its digest where pages load it."""
    if exception or app.builder.name != "html":
        return
    css = join(Path(app.outdir, "_static"))
    Path(app.outdir, "_static", JOINED).write_text(css, "utf-8")
    version = hashlib.sha256(css.encode()).hexdigest()[:8]
    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text("utf-8")
        current = re.sub(rf'(/{re.escape(JOINED)}\?v=)\w*(?=")', rf"\g<1>{version}", page, count=1)
        if current != page:
            path.write_text(current, "utf-8")


def setup(app):
    """Connect to the beginning of a build, and to its end, after lean_theme."""
    app.connect("builder-inited", _add_filters)
    app.connect("build-finished", _write, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
