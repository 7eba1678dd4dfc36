"""Keep of the theme's style sheets, scripts, icons and thumbnails what the site needs.

- Pages do not load the script for one's own icons, of which we have none, and only the search page
  loads the index of all words; each page has one viewport: see docs/_templates/layout.html.
- Style sheets lose the rules whose classes are in no page and in no script, and the font of icons
  the glyphs that no rule is left for: the theme brings all of Bootstrap and two thousand icons.
- Our scripts lose comments, white space and long local names; thumbnails make do with 64 colours.
- Buttons that unfold a section in the sidebar get a name, and entries of the bibliography a role
  that assistive technology knows.

If the theme no longer has what is changed here, the build fails.
"""

import logging
import re
from pathlib import Path

import minify
from bs4 import BeautifulSoup
from docutils import nodes
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from PIL import Image
from sphinx.errors import ExtensionError

THEME = "pydata_sphinx_theme"
SHEETS = ["styles/pydata-sphinx-theme.css", "sphinx-design.min.css", "mystnb.*.css"]
OUR_SCRIPTS = [
    *("stepper.js", "question.js", "parts.js", "paper.js", "chosen.js", "drawers.js", "search.js"),
]
UNUSED_SCRIPT = "scripts/fontawesome.js"
ICONS = "vendor/fontawesome/webfonts/fa-solid-900.woff2"
TOGGLE = "Pages of this section"

PRIVATE_USE = range(0xE000, 0xF900)  # where Unicode leaves room for icons
CSS_TOKEN = re.compile(
    r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^"')]*\)|[{};]|[^{};"'/u]+|[/u]""", re.S
)
BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]")
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")
NESTING = ("@media", "@supports", "@layer", "@container")


def lean_css(css, words):
    """Drop the rules that need a class that is not among `words`.

    Parameters
    ----------
    css : str
        A style sheet.
    words : set of str
        Every word of the pages and scripts that use it: classes are among them.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the sheet has braces that do not match.

    Examples
    --------
    >>> from lean_theme import lean_css
    >>> lean_css("p, .a {margin: 0} @media print {.b {color: red}}", {"a"})
    'p, .a {margin: 0}'
    """
    kept = []
    for prelude, block in _rules(css):
        if block is None:
            kept.append(f"{prelude};")
        elif prelude.startswith(NESTING):
            if block := lean_css(block, words):
                kept.append(f"{prelude}{{{block}}}")
        elif _may_match(prelude, words):
            kept.append(f"{prelude}{{{block}}}")
    return "".join(kept)


def _rules(css):
    """Yield what stands before each block, and the block; or a statement, and None."""
    prelude, block, depth = [], [], 0
    for token in (token for token in CSS_TOKEN.findall(css) if not token.startswith("/*")):
        depth += (token == "{") - (token == "}")
        if depth == 0 and token in "};":
            yield "".join(prelude).lstrip(), "".join(block[1:]) if token == "}" else None
            prelude, block = [], []
        else:
            (block if depth else prelude).append(token)
    if depth or "".join(prelude).strip():
        raise ValueError(f"a style sheet ends within a rule: {''.join(prelude)[:80]!r}")


def _may_match(selectors, words):
    """Whether one of the selectors has no class, outside brackets, that is not among the words."""
    while selectors != (selectors := BRACKETS.sub("", selectors)):
        pass
    return any(words.issuperset(CLASS.findall(selector)) for selector in selectors.split(","))


def lean_script(source):
    """Give a script that does the same, without comments, white space and long local names."""
    return minify.string("application/javascript", source)


def lean_font(path, css):
    """Drop the glyphs that no rule of `css` shows."""
    codes = [int(code, 16) for code in re.findall(r"\\([0-9a-f]{4})\b", css)]
    codes += [ord(character) for character in css if ord(character) in PRIVATE_USE]
    font = TTFont(path, recalcTimestamp=False)  # the same bytes in every build
    subsetter = Subsetter(Options(flavor="woff2"))
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font.save(path)


def without_scripts(head, *names):
    """Leave out the scripts of these names from a part of the head of a page.

    Parameters
    ----------
    head : str
        HTML.
    *names : str
        Names of files.

    Returns
    -------
    str

    Raises
    ------
    ExtensionError
        If there is not one script of each name.
    """
    soup = BeautifulSoup(head, "html.parser")
    for name in names:
        found = soup.select(f"script[src*='/{name}'], script[src^='{name}']")
        if len(found) != 1:
            raise ExtensionError(f"The theme loads {name} {len(found)} times instead of once")
        found[0].decompose()
    return str(soup)


def without_viewport(head):
    """Leave out a second viewport: Sphinx writes one, docutils and the theme write it again.

    Parameters
    ----------
    head : str
        HTML, a part of the head of a page.

    Returns
    -------
    str

    Raises
    ------
    ExtensionError
        If there is not one viewport.
    """
    soup = BeautifulSoup(head, "html.parser")
    found = soup.select("meta[name=viewport]")
    if len(found) != 1:
        raise ExtensionError(f"The head has {len(found)} viewports to leave out instead of one")
    found[0].decompose()
    return str(soup)


def name_toggles(navigation):
    """Give the buttons that unfold a section a name.

    Parameters
    ----------
    navigation : str
        HTML, lists in lists.

    Returns
    -------
    str

    Raises
    ------
    ExtensionError
        If a list in a list has no such button.
    """
    soup = BeautifulSoup(navigation, "html.parser")
    for item in soup.select("li:has(ul)"):
        toggle = item.select_one("details > summary")
        if toggle is None:
            raise ExtensionError("The theme's sidebar has a list in a list without a <summary>")
        toggle["aria-label"] = TOGGLE
    return str(soup)


def _has_theme(app):
    return app.builder.format == "html" and app.builder.theme.name == THEME


def _unchanged(head, *names):
    return head


def _add_filter(app):
    """Let layout.html leave out parts of the head; other themes have others."""
    if app.builder.format == "html":
        filters = app.builder.templates.environment.filters
        for leave_out in (without_scripts, without_viewport):
            filters[leave_out.__name__] = leave_out if _has_theme(app) else _unchanged


def _wrap_navigation(app, pagename, templatename, context, doctree):
    if _has_theme(app):
        generate = context["generate_toctree_html"]
        context["generate_toctree_html"] = lambda *args, **options: name_toggles(
            str(generate(*args, **options))
        )


def _visit_citation(self, node):
    """As docutils has it, with the role of an item instead of doc-biblioentry, which is no more."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(self.starttag(node, "div", classes=["citation"], role="listitem"))


def _depart_citation(self, node):
    self.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        self.body.append("</div>\n")


def _make_lean(app, exception):
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir, "_static")
    words = set()
    for path in [*Path(app.outdir).rglob("*.html"), *static.rglob("*.js")]:
        words.update(re.findall(r"[a-zA-Z_][\w-]*", path.read_text("utf-8")))
    for pattern in SHEETS:
        sheets = list(static.glob(pattern))
        if len(sheets) != 1:
            raise ExtensionError(f"There are {len(sheets)} style sheets {pattern} instead of one")
        sheets[0].write_text(lean_css(sheets[0].read_text("utf-8"), words), "utf-8")
    every_rule = "".join(sheet.read_text("utf-8") for sheet in static.rglob("*.css"))
    lean_font(static / ICONS, every_rule)
    (static / UNUSED_SCRIPT).unlink()
    for script in OUR_SCRIPTS:
        path = static / script
        path.write_text(lean_script(path.read_text("utf-8")), "utf-8")
    for thumbnail in Path(app.outdir, "_images").glob("*_thumb.png"):
        with Image.open(thumbnail) as image:
            image.quantize(64).save(thumbnail, optimize=True)
    for source_map in static.rglob("*.map"):
        source_map.unlink()


def setup(app):
    """Connect to the writing of each page, and to the end of a build, after the static files."""
    logging.getLogger("fontTools.subset").setLevel(logging.WARNING)
    app.add_node(nodes.citation, override=True, html=(_visit_citation, _depart_citation))
    app.connect("builder-inited", _add_filter)
    app.connect("html-page-context", _wrap_navigation, priority=900)
    app.connect("build-finished", _make_lean, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
