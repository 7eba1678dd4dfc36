"""The chapters of the guide: what each must have, and that no number in them was typed."""

import re

import pytest

from tests.conftest import ROOT
from tests.test_site import soup

CHAPTERS = (
    "what-a-convolution-is",
    "flip-or-no-flip",
    "arrays",
    "channels-and-filters",
    "padding",
    "strides",
    "pooling",
    "dilation",
    "transposed-convolution",
    "groups",
    "matrix-and-spectrum",
    "the-backward-pass",
    "reading-a-network",
)
PROSE = sorted(
    path.relative_to(ROOT / "docs").as_posix()
    for pattern in ("guide/*.md", "exercises/*.md", "about/errata.md", "reference/[gr]*.md")
    for path in (ROOT / "docs").glob(pattern)
)
# Digits that are no results: years, a course, the numbers of papers and of standards.
NO_RESULTS = r"\b(19|20)\d\d\b|\bCS231n\b|arXiv \d{4}\.\d{4,5}"
DIGITS = r"\d{1,3}(?:[ ,_\u202f]\d{3})+\b|\d{3,}"


@pytest.fixture(params=CHAPTERS)
def chapter(request, site):
    return site / "guide" / f"{request.param}.html"


def test_chapters_are_in_order(site):
    links = [a["href"] for a in soup(site / "guide/index.html").select("article dt a[href]")]
    assert [link for link in links if link.startswith(CHAPTERS)] == [f"{c}.html" for c in CHAPTERS]


def test_a_chapter_shows_a_figure_first_then_what_will_be_learnt_and_which_shapes(chapter):
    lead, cell, first = soup(chapter).select_one("h1").find_next_siblings(limit=3)
    assert lead.name == "p"
    figure = cell.select_one("convdoc-stepper, svg.convdoc-figure")
    assert not figure.find_previous("div", class_="cell_input"), "its code is folded under it"
    assert first.select_one(".admonition-title").get_text() == "What you’ll learn"
    assert len(first.select("li")) == 3
    assert re.search(r"\(\d+, \d+", first.get_text()), "shapes"


def test_a_chapter_has_formulas_figures_cells_and_links(chapter):
    page = soup(chapter)
    assert page.select(".math-display")
    shown = page.select("article convdoc-stepper, article svg.convdoc-figure")
    assert [figure for figure in shown if not figure.find_parent("convdoc-question")]
    assert page.select(".cell_input")
    assert page.select(".cell_output")
    links = [link["href"] for link in page.select("article .seealso a[href]")]
    assert any("auto_gallery/" in link for link in links)
    assert any("reference/" in link for link in links)


def test_a_chapter_ends_with_questions_what_to_remember_and_sources(chapter):
    page = soup(chapter)
    *_, own, remember, sources = page.select("article h2")
    assert own.get_text().startswith("On your own")
    assert 2 <= len(own.parent.select("convdoc-question")) <= 3
    assert remember.get_text().startswith("To remember")
    assert len(remember.parent.select("li")) == 3
    *_, following = remember.parent.select("p")
    after = CHAPTERS[CHAPTERS.index(chapter.stem) + 1 :]
    assert following.get_text().startswith("Next: ")
    assert following.select_one("a")["href"] in [f"{name}.html" for name in after[:1]] or not after
    assert sources.get_text().startswith("Sources")
    assert sources.parent.select("a[href*='bibliography.html#']")


@pytest.mark.parametrize("name", PROSE)
def test_no_number_of_three_figures_is_typed(name):
    """Every one in the prose comes from a cell; code is no prose."""
    text = (ROOT / "docs" / name).read_text()
    text = re.sub(r"\A---.*?^---$", "", text, flags=re.S | re.M)
    text = re.sub(r"^(`{3,}|:{3,})\{code-cell\}.*?^\1$", "", text, flags=re.S | re.M)
    text = re.sub(r"^```(\{code-block\} )?(python|text)?$.*?^```$", "", text, flags=re.S | re.M)
    text = re.sub(r"^(`{3,}|:{3,}).*$", "", text, flags=re.M)  # what begins and ends an admonition
    text = re.sub(r"(\{[\w:]+\})?`[^`]*`", "", text)  # code, and roles, glue among them
    text = re.sub(r"\]\([^)]*\)|https?://\S+|^:.*:.*$", "", text, flags=re.M)  # addresses, options
    text = re.sub(NO_RESULTS, "", text)
    assert re.findall(DIGITS, text) == []
