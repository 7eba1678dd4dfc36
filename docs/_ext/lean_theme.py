"""Keep of style sheets, scripts, icons and thumbnails what the site needs.

The theme brings all of Bootstrap and two thousand icons of Font Awesome. After a build, rules whose
classes stand nowhere in the pages and scripts are dropped, and so are icons that no rule is
left for, the script for icons of one's own, which we have none of, and the source maps. Scripts of
ours lose comments, white space and long names of what is theirs alone.
Thumbnails make do with 64 colours. Only the search page searches, so the index of all words is for
that page alone. Two things are mended: buttons that unfold a section in the sidebar have no name,
and entries of the bibliography have a role that is no longer one.
"""

import logging
import re
from pathlib import Path

import minify
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from PIL import Image

SHEETS = ["styles/pydata-sphinx-theme.css", "sphinx-design.min.css", "mystnb.*.css"]
OUR_SCRIPTS = ["stepper.js", "question.js"]
ICONS = "vendor/fontawesome/webfonts/fa-solid-900.woff2"

PRIVATE_USE = range(0xE000, 0xF900)  # where Unicode leaves room for icons
COMMENT = re.compile(r"/\*.*?\*/", re.S)
RULE = re.compile(r"(?<=[{}])([^{}@]+)\{[^{}]*\}")
EMPTY_BLOCK = re.compile(r"@(?:media|supports)[^{}]*\{\s*\}")
SEARCH_SCRIPT = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^>]*></script>'
)
TOGGLE, NAMED_TOGGLE = (
    f'<summary{name}><span class="toctree-toggle"'
    for name in ("", ' aria-label="Pages of this section"')
)
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")


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
    """

    def keep(rule):
        selectors = re.sub(r":(?:not|is|where)\([^)]*\)", "", rule[1]).split(",")
        used = any(words.issuperset(CLASS.findall(selector)) for selector in selectors)
        return rule[0] if used else ""

    return EMPTY_BLOCK.sub("", RULE.sub(keep, COMMENT.sub("", css)))


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


def _make_lean(app, exception):
    if exception or app.builder.name not in ("html", "dirhtml"):
        return
    static = Path(app.outdir, "_static")
    words = set()
    for path in [*Path(app.outdir).rglob("*.html"), *static.rglob("*.js")]:
        words.update(re.findall(r"[a-zA-Z_][\w-]*", _lean_page(path)))
    for sheet in (sheet for pattern in SHEETS for sheet in static.glob(pattern)):
        sheet.write_text(lean_css(sheet.read_text("utf-8"), words), "utf-8")
    every_rule = "".join(sheet.read_text("utf-8") for sheet in static.rglob("*.css"))
    lean_font(static / ICONS, every_rule)
    Path(static, "scripts/fontawesome.js").write_text("")
    for script in OUR_SCRIPTS:
        path = static / script
        path.write_text(lean_script(path.read_text("utf-8")), "utf-8")
    for thumbnail in Path(app.outdir, "_images").glob("*_thumb.png"):
        with Image.open(thumbnail) as image:
            image.quantize(64).save(thumbnail, optimize=True)
    for source_map in static.rglob("*.map"):
        source_map.unlink()


def _lean_page(path):
    """Rewrite a page without what it does not need and with what it lacks; give its text."""
    text = path.read_text("utf-8")
    if path.suffix != ".html" or path.name == "search.html":
        return text
    lean = SEARCH_SCRIPT.sub("", text).replace(TOGGLE, NAMED_TOGGLE)
    lean = lean.replace(' role="doc-biblioentry"', ' role="listitem"')
    if lean != text:
        path.write_text(lean, "utf-8")
    return lean


def setup(app):
    """Connect to the end of a build, after the static files are copied."""
    logging.getLogger("fontTools.subset").setLevel(logging.WARNING)
    app.connect("build-finished", _make_lean, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
