"""Pages of the guide on a laptop and a phone: the first screen, wide tables and drawings."""

import pytest

from tests.conftest import ROOT
from tests.test_guide import CHAPTERS

PAGES = [f"guide/{path.stem}.html" for path in (ROOT / "docs/guide").glob("[!i]*.md")]
PAGES.append("reference/speed.html")
# The parts of a page that a reader must see: of a stepper its arrays and its controls.
BOTTOM = """() => {
  const [first] = document.querySelectorAll(
    "article :is(convdoc-stepper .controls, svg.convdoc-figure, .cell_input pre)");
  return first.matches("pre") ? Infinity : first.getBoundingClientRect().bottom;
}"""


def test_the_list_of_pages_is_whole():
    assert {f"guide/{name}.html" for name in CHAPTERS} < set(PAGES)
    assert len(PAGES) == len(CHAPTERS) + 3


def test_the_first_screen_shows_the_figure_whole(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    bottoms = {}
    for name in PAGES:
        page.goto(address + name)
        bottoms[name] = page.evaluate(BOTTOM)
    context.close()
    assert {name: bottom for name, bottom in bottoms.items() if bottom > 800} == {}


def test_a_wide_table_scrolls_under_the_names_of_its_rows(browser, address):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address + "guide/reading-a-network.html")
    table = page.locator(".convdoc-table-scroller").first
    first, last = table.locator("tbody tr").nth(3).locator("th, td").all()[::10]
    left = first.bounding_box()["x"]
    assert last.bounding_box()["x"] > 390
    table.evaluate("table => table.scrollTo(10_000, 0)")
    assert last.bounding_box()["x"] < 390
    assert first.bounding_box()["x"] == left
    transparent = "rgba(0, 0, 0, 0)"
    assert first.evaluate("cell => getComputedStyle(cell).backgroundColor") != transparent
    context.close()


def test_a_phone_shows_no_drawing_smaller_than_can_be_read(browser, address):
    """Words of 12 points, 16 pixels, have 9.6 at least; what is wider than the phone scrolls."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address + "guide/matrix-and-spectrum.html")
    scales = page.locator("svg.convdoc-figure:not(:has(image))").evaluate_all(
        "drawings => drawings.map((svg) => svg.getBoundingClientRect().width * 0.75"
        " / svg.viewBox.baseVal.width)"
    )
    assert min(scales) == pytest.approx(0.6, abs=0.01)
    scroller = page.locator(".convdoc-figure-scroller").first
    assert scroller.evaluate("box => box.scrollWidth > box.clientWidth")
    assert scroller.bounding_box()["width"] < 390
    context.close()
