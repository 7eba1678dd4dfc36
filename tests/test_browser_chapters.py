"""The first screen of each page of the guide, on a laptop: its figure, whole."""

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
