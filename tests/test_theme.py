"""What the site makes of its theme, and that a theme that has changed fails the build."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from tests.conftest import ROOT
from tests.test_site import soup

sys.path.append(str(ROOT / "docs/_ext"))
import lean_theme
from sphinx.errors import ExtensionError

SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}
WORDS = {"a", "b", "hover"}


# -- Scripts ------------------------------------------------------------------------------------


def loaded(page, attribute="script[src]"):
    return [
        re.sub(r"\?.*|.*/", "", script["src"].partition("?")[0])
        for script in page.select(attribute)
    ]


def test_only_the_search_page_loads_the_index_of_all_words(site, pages):
    searching = loaded(soup(site / "search.html"))
    assert set(searching) >= SEARCH
    assert len(searching) == len(set(searching))
    for name in [*pages, "genindex.html"]:
        assert not SEARCH & set(loaded(soup(site / name))), name


def test_no_page_asks_for_the_script_of_icons_and_the_site_has_none(site, pages):
    asking = [
        name for name in [*pages, "search.html"] if "fontawesome.js" in (site / name).read_text()
    ]
    assert asking == []
    assert not list(site.rglob("fontawesome.js"))


def test_the_theme_keeps_its_own_scripts(site):
    assert {"bootstrap.js", "pydata-sphinx-theme.js"} <= set(loaded(soup(site / "index.html")))


def test_every_script_and_style_sheet_that_a_page_loads_is_there(site, pages):
    for name in [*pages, "search.html"]:
        page = soup(site / name)
        names = [script["src"] for script in page.select("script[src]")]
        names += [sheet["href"] for sheet in page.select("link[rel=stylesheet]")]
        paths = [(site / name).parent / address.partition("?")[0] for address in names]
        assert [path for path in paths if not path.is_file()] == [], name


HEAD = '<script>a < b</script><script src="../_static/x.js?v=1"></script><meta name="y">'


def test_a_script_is_left_out_of_a_head_and_the_rest_stays():
    assert lean_theme.without_scripts(HEAD, "x.js") == '<script>a < b</script><meta name="y"/>'


@pytest.mark.parametrize("head", ["", HEAD.replace("x.js", "xx.js"), HEAD + HEAD])
def test_a_head_without_the_script_or_with_two_fails_the_build(head):
    with pytest.raises(ExtensionError, match=r"loads x\.js [02] times"):
        lean_theme.without_scripts(head, "x.js")


def test_our_scripts_are_shorter_and_maps_are_left_out(site):
    for name in ("stepper.js", "question.js"):
        source = (ROOT / "convdoc/draw" / name).read_text()
        built = (site / "_static" / name).read_text()
        assert len(built) < 0.7 * len(source)
        assert built == lean_theme.lean_script(source)
        assert "//" not in re.sub(r"https?://", "", built)
    assert not list(site.rglob("*.map"))


# -- Names and roles ----------------------------------------------------------------------------


def test_every_button_that_unfolds_a_section_has_a_name(site, pages):
    buttons = 0
    for name in pages:
        page = soup(site / name)
        lists = page.select(".bd-docs-nav li:has(ul)")
        names = [item.select_one("details > summary")["aria-label"] for item in lists]
        assert set(names) <= {"Pages of this section"}, name
        assert len(page.select(".bd-docs-nav summary")) == len(names)
        buttons += len(names)
    assert buttons >= 30


def test_a_list_in_a_list_without_a_button_fails_the_build():
    with pytest.raises(ExtensionError, match="without a <summary>"):
        lean_theme.name_toggles("<ul><li><a>One</a><ul><li><a>Two</a></li></ul></li></ul>")


def test_entries_of_the_bibliography_are_items_of_a_list(site):
    page = soup(site / "reference/bibliography.html")
    entries = page.select(".citation")
    assert len(entries) > 20
    assert {entry["role"] for entry in entries} == {"listitem"}
    assert {entry.parent["role"] for entry in entries} == {"list"}
    assert len(page.select(".citation-list")) == 1
    assert not page.select("[role=doc-biblioentry]")


def test_every_page_has_one_viewport(site, pages):
    for name in [*pages, "search.html", "genindex.html"]:
        assert len(soup(site / name).select("meta[name=viewport]")) == 1, name


@pytest.mark.parametrize("count", [0, 2])
def test_a_theme_with_another_number_of_viewports_fails_the_build(count):
    head = '<meta name="viewport" content="width=device-width">' * count + "<title>A</title>"
    with pytest.raises(ExtensionError, match=f"{count} viewports"):
        lean_theme.without_viewport(head)


# -- Style sheets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("css", "lean"),
    [
        ("p{x:1}.a{x:2}.c{x:3}", "p{x:1}.a{x:2}"),
        (".c,.a .b{x:1}", ".c,.a .b{x:1}"),
        (".a .c{x:1}", ""),
        (".a:not(.c){x:1}", ".a:not(.c){x:1}"),
        (".a:is(.c,:has(.d,.e)){x:1}", ".a:is(.c,:has(.d,.e)){x:1}"),
        ("[href$='.pdf']{x:1}", "[href$='.pdf']{x:1}"),
        ("@media print{.a{x:1}.c{x:2}}.c{x:3}", "@media print{.a{x:1}}"),
        ("@media print{.c{x:2}}.a{x:3}", ".a{x:3}"),
        ("@media print{@supports (x:1){.c{x:2}.a{x:1}}}", "@media print{@supports (x:1){.a{x:1}}}"),
        ("@import 'c.css';.a{x:1}", "@import 'c.css';.a{x:1}"),
        ("@font-face{src:url(c.woff2)}", "@font-face{src:url(c.woff2)}"),
        ("@keyframes c{0%{x:1}to{x:2}}", "@keyframes c{0%{x:1}to{x:2}}"),
        ("/* .c{ */.a{x:1}", ".a{x:1}"),
        (".a::before{content:'}.c{'}.c{x:1}", ".a::before{content:'}.c{'}"),
        ('.a{x:"\\"}"}.c{x:1}', '.a{x:"\\"}"}'),
        (".a{x:url(data:image/svg;utf8,{})}.c{x:1}", ".a{x:url(data:image/svg;utf8,{})}"),
    ],
)
def test_rules_are_dropped_whose_classes_are_nowhere(css, lean):
    assert lean_theme.lean_css(css, WORDS) == lean


@pytest.mark.parametrize("css", [".a{x:1", "@media print{.a{x:1}", ".a"])
def test_a_sheet_that_ends_within_a_rule_is_refused(css):
    with pytest.raises(ValueError, match="ends within a rule"):
        lean_theme.lean_css(css, WORDS)


# All properties as they are computed, of one element of each kind: its name and classes, and those
# of the element around it.
STYLES = """() => {
    const named = (element) => element && [element.tagName, element.getAttribute("class")];
    const kinds = {};
    for (const element of document.querySelectorAll("*")) {
        kinds[[named(element), named(element.parentElement)]] ??= element;
    }
    const style = (element, part) => {
        const computed = getComputedStyle(element, part);
        return [...computed].map((name) => `${name}: ${computed.getPropertyValue(name)}`);
    };
    const found = {};
    for (const [kind, element] of Object.entries(kinds)) {
        found[kind] = [style(element, null), style(element, "::before")].join();
    }
    return found;
}"""
STILL = "*, ::before { transition: none !important; animation: none !important; }"


PACKAGES = {
    "pydata-sphinx-theme.css": "pydata_sphinx_theme",
    "sphinx-design.min.css": "sphinx_design",
    "mystnb.css": "myst_nb",
}


def original(name):
    """Text of the style sheet as it was installed."""
    folder = Path(importlib.util.find_spec(PACKAGES[name]).origin).parent
    [path] = (path for path in folder.rglob("*.css") if path.name == name)
    return path.read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "scheme"), [("index.html", "dark"), ("auto_gallery/index.html", "light")]
)
def test_elements_look_as_they_do_with_the_whole_style_sheets(browser, site, address, name, scheme):
    def styles():
        page.goto(address + name)
        page.add_style_tag(content=STILL)
        # For nothing, "transparent" is shortened to a background at 0 0.
        return {
            kind: style.replace("background-position: 0px 0px", "background-position: 0% 0%")
            for kind, style in page.evaluate(STYLES).items()
        }

    def import_all(route):
        """Each sheet by itself, as the theme and the extensions load them."""
        names = ["styles/theme.css", "styles/pydata-sphinx-theme.css", "palette.css"]
        names += ["pygments.css", *(path.name for path in (site / "_static").glob("mystnb.*.css"))]
        names += ["copybutton.css", "sg_gallery.css", "sg_gallery-binder.css"]
        names += ["sg_gallery-dataframe.css", "sg_gallery-rendered-html.css"]
        names += ["sphinx-design.min.css", "question.css", "cells.css", "stepper.css", "parts.css"]
        sheets = "".join(f'@import "{name}";' for name in names)
        route.fulfill(body=sheets, content_type="text/css")

    def answer(route):
        sheet = route.request.url.partition("?")[0].rpartition("/")[2]
        asked.append(re.sub(r"^mystnb\..*", "mystnb.css", sheet))
        route.fulfill(body=original(asked[-1]), content_type="text/css")

    page, asked = browser.new_page(color_scheme=scheme, reduced_motion="reduce"), []
    lean = styles()
    page.route(re.compile(r"/site\.css"), import_all)
    page.route(re.compile(r"/(pydata-sphinx-theme|sphinx-design\.min|mystnb\.\w+)\.css"), answer)
    whole = styles()
    page.close()
    assert set(asked) == PACKAGES.keys()
    assert len(lean) > 100
    assert [kind for kind in whole if lean.get(kind) != whole[kind]] == []


def test_style_sheets_are_less_than_half_of_what_they_were(site):
    static = site / "_static"
    for name, pattern in {
        "pydata-sphinx-theme.css": "styles/pydata-sphinx-theme.css",
        "sphinx-design.min.css": "sphinx-design.min.css",
        "mystnb.css": "mystnb.*.css",
    }.items():
        [sheet] = static.glob(pattern)
        assert len(sheet.read_text("utf-8")) < len(original(name)) / 2


@pytest.mark.parametrize("name", ["index.html", "guide/padding.html", "explorer.html"])
def test_a_page_waits_for_one_sheet_of_the_theme_and_for_no_script_but_a_short_one(site, name):
    page = soup(site / name)
    sheets = [link["href"] for link in page.select("link[rel=stylesheet]:not([media])")]
    [joined] = [sheet for sheet in sheets if "/site.css?v=" in sheet]
    assert re.search(r"\?v=[0-9a-f]{8}$", joined)
    assert {Path(sheet).stem for sheet in sheets if sheet != joined} <= {
        *("convdoc", "explorer", "landing")
    }
    waited_for = [script["src"] for script in page.select("script[src]:not([defer])")]
    assert [Path(script).name.partition("?")[0] for script in waited_for] == [
        "documentation_options.js"
    ]


def test_addresses_in_the_joined_sheet_lead_to_files(site):
    css = (site / "_static/site.css").read_text("utf-8")
    addresses = re.findall(r"url\((?!['\"]?data:)['\"]?([^)'\"]+)", css)
    assert "vendor/fontawesome/webfonts/fa-solid-900.woff2" in addresses
    assert [a for a in addresses if not (site / "_static" / a).is_file()] == []


def test_pixels_in_drawings_are_files_unless_they_are_few(site, pages):
    images = [
        (name, image.get("xlink:href") or image["href"])
        for name in pages
        for image in soup(site / name).select("svg image")
    ]
    files = [(name, href) for name, href in images if not href.startswith("data:")]
    assert max(len(href) for name, href in images) < 2100
    assert {Path(href).suffix for name, href in files} == {".png", ".webp"}
    for name, href in files:
        with Image.open((site / name).parent / href) as image:
            assert image.format == Path(href).suffix[1:].upper()


# -- Icons and thumbnails -----------------------------------------------------------------------


def test_the_font_has_every_icon_that_a_page_shows(site, pages):
    css = (site / "_static/styles/pydata-sphinx-theme.css").read_text("utf-8")
    shown = set()
    for name in [*pages, "search.html"]:
        shown |= {c for icon in soup(site / name).select(".fa-solid") for c in icon["class"]}
    names = {name for name in shown if name.startswith("fa-")} - {"fa-solid", "fa-lg"}
    assert {"fa-bars", "fa-sun", "fa-magnifying-glass"} <= names
    font = TTFont(site / "_static/vendor/fontawesome/webfonts/fa-solid-900.woff2")
    for name in names:
        rule = re.search(rf'\.{name}(?=[,{{])[^}}]*?\{{[^}}]*?"\\?([0-9a-f]{{4}}|.)"', css)
        code = rule[1]
        assert int(code, 16) if len(code) == 4 else ord(code) in font.getBestCmap(), name
    assert len(font.getBestCmap()) < 100


def test_thumbnails_have_64_colours_at_most(site):
    thumbnails = list((site / "_images").glob("*_thumb.png"))
    assert len(thumbnails) > 5
    for path in thumbnails:
        with Image.open(path) as image:
            assert image.mode == "P", path
            assert len(image.getcolors()) <= 64, path
