"""Fonts, sizes, colours and cards: a page is shown in the site's own fonts, and can be read."""

import re
from copy import copy

import pytest
from fontTools.ttLib import TTFont

from convdoc.draw import palette
from tests.conftest import ROOT
from tests.test_draw import contrast
from tests.test_site import soup

FONTS = ROOT / "docs/_static/fonts"
PORTUGUESE = "áâãàçéêíóôõúÁÂÃÀÇÉÊÍÓÔÕÚ"


@pytest.fixture(scope="module")
def letters():
    """The characters of each font."""
    return {path.stem: set(map(chr, TTFont(path).getBestCmap())) for path in FONTS.glob("*.woff2")}


@pytest.fixture
def chapter(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address + "guide/strides.html")
    page.evaluate("document.fonts.ready")
    yield page
    page.close()


def test_every_character_of_a_page_is_in_the_fonts(site, pages, letters):
    prose, formulas = set(PORTUGUESE), set()
    for name in pages:
        page = copy(soup(site / name))  # other tests read it too
        for part in page.select("script, style, pre, code"):
            part.decompose()
        for formula in page.select("math"):
            formulas.update(formula.extract().get_text())
        prose.update(page.get_text())
    blank = {"\n", "\t", " "}
    assert prose - blank - letters["text"] - letters["signs"] - {"ᵀ"} == set()
    assert formulas - blank - letters["math"] == set()
    assert letters["text"] == letters["text-italic"]


def test_fonts_are_small_and_have_their_licences_and_names_of_their_own():
    assert sum(path.stat().st_size for path in FONTS.glob("*.woff2")) < 120_000
    for path in FONTS.glob("*.woff2"):
        names = {record.nameID: str(record) for record in TTFont(path)["name"].names}
        assert names[1] == f"convdoc-{path.stem}"  # the licence reserves "Source"
    for licence in FONTS.glob("OFL-*.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text("utf-8")
    assert len(list(FONTS.glob("OFL-*.txt"))) == 2


def test_text_and_formulas_are_shown_in_the_fonts_of_the_site(chapter, address):
    session = chapter.context.new_cdp_session(chapter)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    for selector, font in (("h1", "text"), ("article em", "text-italic"), ("math mi", "math")):
        node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})
        found = session.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]
        assert [used["familyName"] for used in found] == [f"convdoc-{font}"], selector
    assert [url for url in chapter.asked if not url.startswith((address, "data:"))] == []


def test_floor_brackets_span_their_fractions_and_primes_are_beside_their_letters(chapter, address):
    heights = """[...document.querySelectorAll("mo")].filter((o) => o.textContent === "⌊")
        .map((o) => [o, o.parentElement.querySelector(":scope > mfrac")])
        .filter(([, fraction]) => fraction)
        .map((pair) => pair.map((element) => element.getBoundingClientRect().height))"""
    pairs = chapter.evaluate(heights)
    assert pairs
    assert all(bracket > 0.95 * fraction for bracket, fraction in pairs)
    chapter.goto(address + "guide/transposed-convolution.html")
    assert chapter.locator("mo", has_text="′").count()
    assert not chapter.locator("msup", has_text="′").count()


def test_lines_have_65_to_75_characters(chapter):
    lengths = chapter.evaluate("""() => {
        const lengths = [], range = document.createRange();
        for (const paragraph of document.querySelectorAll("article section > p")) {
            if (paragraph.querySelector("math, code")) continue;
            const texts = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
            let count = 0, top;
            while (texts.nextNode()) {
                const text = texts.currentNode;
                for (let at = 0; at < text.length; at += 1) {
                    range.setStart(text, at);
                    range.setEnd(text, at + 1);
                    const box = range.getBoundingClientRect();
                    if (box.top > top + 9) {
                        lengths.push(count);
                        count = 0;
                    }
                    if (box.width) top = box.top;
                    count += 1;
                }
            }
        }
        return lengths;
    }""")
    assert len(lengths) >= 4
    assert 65 <= sum(lengths) / len(lengths) <= 75


def test_headings_of_each_level_are_clearly_smaller_than_those_above(chapter):
    sizes = chapter.evaluate(
        """["h1", "h2", "article section > p"].map((name) =>
            parseFloat(getComputedStyle(document.querySelector(name)).fontSize))"""
    )
    assert sizes[0] > 1.4 * sizes[1]
    assert sizes[1] > 1.3 * sizes[2]


def test_numbers_of_the_padding_can_be_read_under_the_window():
    sheet = (ROOT / "docs/_static/convdoc.css").read_text("utf-8")
    cells = (ROOT / "convdoc/draw/cells.css").read_text("utf-8")
    light = re.search(r"\.cells \.k \{.*fill-opacity: ([\d.]+)", cells)[1]
    dark = re.search(r'"dark"\] \.cells \.k \{ fill-opacity: ([\d.]+)', sheet)[1]
    for colours, page, opacity in (
        (palette.LIGHT, "#ffffff", float(light)),
        (palette.DARK, "#12191f", float(dark)),
    ):
        channels = (
            [int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in (colours["kernel"], page)
        )
        mixed = [opacity * a + (1 - opacity) * b for a, b in zip(*channels, strict=True)]
        window = "#" + "".join(f"{round(channel):02x}" for channel in mixed)
        assert contrast(colours["muted"], window) >= 4.5


def test_each_chapter_has_a_picture_in_both_modes_and_the_minutes_of_its_words(site):
    cards = soup(site / "guide/index.html").select(".chapter")
    assert len(cards) == 13
    for card in cards:
        picture = card.select_one(".picture svg")
        assert picture["aria-hidden"] == "true"
        assert not re.search("#[0-9a-f]{6}", str(picture)), "a colour that does not change"
        assert not picture.select("text")
        chapter = copy(soup(site / "guide" / card.select_one("a")["href"]))
        for part in chapter.select(".cell, math, .bd-header-article"):
            part.decompose()
        prose = chapter.select("article :is(p, h1, h2, h3, td, th)")
        words = sum(len(part.get_text().split()) for part in prose)
        minutes = int(card.select_one(".time").get_text().removesuffix(" min"))
        assert abs(minutes - words / 180) < 1.5


SHIFTS = """() => { window.shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => shifted += value))
    .observe({ type: "layout-shift", buffered: true }); }"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "guide/transposed-convolution.html",
        "auto_gallery/atlas/050_strides.html",
        "exercises/sizes.html",
        "reference/generated/convdoc.conv4d.html",
        "reference/speed.html",
    ],
)
def test_nothing_moves_while_a_page_loads(browser, address, name, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(f"({SHIFTS})()")
    page.goto(address + name, wait_until="networkidle")
    assert page.evaluate("shifted") <= 0.05
    page.close()
