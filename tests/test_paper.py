"""The site on paper: a real Chromium prints it, and a reader of PDF tells what arrived."""

import io
import itertools
import re
import unicodedata

import jinja2
import pypdfium2
import pytest

from convdoc.draw.words import QUESTIONS as WORDS
from tests.conftest import ROOT, visits
from tests.test_browser import ONE_OF_EACH_KIND

MARGIN = 15 * 72 / 25.4  # points
A4 = {"width": 680, "height": 1009}  # within these margins, in pixels of CSS
FOOT = "© Copyright 2026, The convdoc developers. MIT license."
FIGURE = "guide/padding.html"  # one of its figures has 36 steps, one has 16, and one has 4
SHEET = "exercises/windows.html"


@pytest.fixture
def visit(browser, address):
    with visits(browser, address, A4) as visit:
        yield visit


class Paper:
    """What a page looks like when it is printed."""

    def __init__(self, page, **options):
        document = pypdfium2.PdfDocument(io.BytesIO(page.pdf(print_background=True, **options)))
        self.texts = [sheet.get_textpage() for sheet in document]
        self.sheets = [text.get_text_range() for text in self.texts]
        self.words = "\n".join(self.sheets)
        self.width = document[0].get_width()

    def has(self, text):
        """Whether a sheet has the letters of a text, or one its first and the next its last."""
        text, sheets = letters(text), list(map(letters, self.sheets))
        return any(text in sheet for sheet in sheets) or any(
            text[:cut] in sheet and text[cut:] in after
            for sheet, after in itertools.pairwise(sheets)
            for cut in range(1, len(text))
        )

    def edges(self):
        """The leftmost and the rightmost place, in points, that has text."""
        boxes = [text.get_rect(k) for text in self.texts for k in range(text.count_rects())]
        return min(left for left, *_ in boxes), max(right for _, _, right, _ in boxes)


def letters(text):
    """Without spaces, signs and digits, so that lines may break and pages have numbers."""
    return re.sub(r"[\W\d_]+", "", unicodedata.normalize("NFKC", text))


# As the page is printed: its texts, lines of code as a whole; what is cut.
TEXTS = """() => {
  const article = document.querySelector("article"), found = [];
  const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    const isShown = parentElement.checkVisibility() &&
      getComputedStyle(parentElement).fontSize !== "0px"; // the text of a link over a card
    if (isShown && !parentElement.closest("math, style")) {
      found.push(parentElement.closest(".paper-line")?.textContent ?? data);
    }
  }
  return [...new Set(found)];
}"""
CUT = """() => [...document.querySelectorAll("article :is(pre, table, svg, math, img, td, button)")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width)
  .filter((e) => {
    const { left, right } = e.getBoundingClientRect();
    const boxes = [];
    for (let box = e; box; box = box.parentElement) boxes.push(box);
    return left < -1 || right > document.documentElement.clientWidth + 1 ||
      boxes.some((box) => getComputedStyle(box).overflowX !== "visible" &&
        right > box.getBoundingClientRect().right + 1);
  })
  .map((e) => `${e.localName} ${e.textContent.trim().slice(0, 40)}`)"""


@pytest.mark.parametrize("paper_format", ["A4", "Letter"])
def test_every_page_reaches_paper_whole(visit, address, pages, paper_format):
    """All its text is in the PDF, the last words too, and nothing is cut or beyond the margins.

    On A4 all pages, on Letter, which is wider, one of each kind.
    """
    assert ONE_OF_EACH_KIND.issubset(pages)
    page = visit("index.html")
    page.emulate_media(media="print")
    faults = []
    for name in pages if paper_format == "A4" else sorted(ONE_OF_EACH_KIND):
        page.goto(address + name)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        texts, cut = page.evaluate(TEXTS), page.evaluate(CUT)
        paper = Paper(page, format=paper_format)
        lost = [text for text in texts if not paper.has(text)]
        faults += (f"{name}: lost {text[:60]!r}" for text in lost)
        faults += (f"{name}: cut {element!r}" for element in cut)
        left, right = paper.edges()
        if left < MARGIN - 1 or right > paper.width - MARGIN + 1:
            faults.append(
                f"{name}: text from {left:.0f} to {right:.0f} of {paper.width:.0f} points"
            )
    assert not faults, "\n".join(faults)


def frames(figure):
    """The numbers of the steps that paper shows of a figure, and that of the one on screen."""
    texts = figure.locator(".frames > li > .count").all_inner_texts()
    start = figure.locator(".controls .count").text_content()
    return [int(text.split()[1]) for text in texts], int(start.split()[1])


def test_a_figure_has_nine_telling_frames_at_most(visit):
    """A kernel of 3 on 4 pixels, with 1 of padding: 4 by 4 windows, of which 4 lie on pixels."""
    page = visit(FIGURE)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    figures = {
        count: page.locator(
            "convdoc-stepper", has=page.get_by_text(re.compile(rf"^Step \d+ of {count}$"))
        ).first
        for count in (16, 36, 4)
    }
    steps, start = frames(figures[16])
    assert len(steps) == 9
    assert steps == sorted(set(steps))
    assert {1, 16, start}.issubset(steps)
    inside = {6, 7, 10, 11}  # in the second and third row and column
    assert len(inside.intersection(steps)) >= 3
    assert len({*steps} - inside - {1, 16}) >= 3
    assert figures[16].locator("details").is_hidden()
    # Four where they lie one below another: 9 + 4 + 6 cells of a kernel of 4 on 5 pixels, padded.
    steps, start = frames(figures[36])
    assert len(steps) == 4
    assert {1, 36, start}.issubset(steps)
    # All of a figure that has no more.
    assert len(frames(figures[4])[0]) == 4


def test_long_code_continues_on_the_next_sheet(visit):
    """Below photographs there is room for some; its first and its last five lines stay together."""
    page = visit("auto_gallery/100_grey_photograph.html")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    lines = page.locator("article pre").first.locator(".paper-line").all_inner_texts()
    first, second, *_ = map(letters, Paper(page, format="A4").sheets)
    assert letters(lines[0]) in first
    assert letters("".join(lines[-3:])) in second
    for height in ("224mm", "228mm", "232mm", "306mm", "310mm", "314mm"):
        sheets = [letters(sheet) for sheet in Paper(page, width="21cm", height=height).sheets]
        for together in (lines[:5], lines[-5:]):
            assert any(letters("".join(together)) in sheet for sheet in sheets), height


def test_a_term_is_on_the_sheet_of_its_text(visit):
    page = visit("reference/glossary.html")
    terms = page.locator("dl.glossary > dt").evaluate_all(
        "all => all.map((dt) => dt.firstChild.textContent + dt.nextElementSibling.textContent)"
    )
    assert len(terms) > 30
    for height in ("240mm", "250mm", "260mm", "270mm", "280mm", "290mm"):
        sheets = [letters(sheet) for sheet in Paper(page, width="21cm", height=height).sheets]
        for term in terms:
            assert any(letters(term)[:30] in sheet for sheet in sheets), (height, term)


def test_folded_tables_and_answers_of_examples_are_on_paper(visit):
    """Answers on the last sheet; words about the screen are on none."""
    paper = Paper(visit("reference/speed.html"))
    assert paper.has("The time of the fastest engine;")
    assert paper.has("Megabytes at the peak of a call")
    *sheets, last = Paper(visit("auto_gallery/010_impulse_response.html")).sheets
    answer = "The kernel comes out turned"
    assert answer in last
    assert answer not in " ".join(sheets)
    assert "sideways" not in Paper(visit("guide/reading-a-network.html")).words


def test_a_long_line_of_code_continues_after_a_sign(visit):
    page = visit("install.html")
    line = f"long = '{'word ' * 30}'"
    page.locator("article pre").first.evaluate("(pre, line) => pre.append(line)", line)
    before = page.locator("article").inner_html()
    paper = Paper(page, format="A5")
    assert letters(line) in letters(paper.words)
    assert "↪" in paper.words
    assert "↪" not in Paper(page, format="A3", scale=0.5).words
    assert page.locator("article").inner_html() == before


def test_paper_is_light_and_has_a_foot(visit):
    page = visit(SHEET, color_scheme="dark")
    theme = "document.documentElement.dataset.theme"
    page.evaluate(f"addEventListener('beforeprint', () => (window.printed = {theme}))")
    words = Paper(page).words
    assert page.evaluate("window.printed") == "light"
    assert page.evaluate(theme) == "dark"
    assert f"{FOOT} {page.url} 1 / " in words


def test_the_foot_has_no_address_in_a_folder(visit, site):
    page = visit(SHEET)
    page.goto((site / SHEET).as_uri())
    assert f"{FOOT} 1 / " in Paper(page).words


def test_the_foot_has_the_address_where_the_site_has_one(visit, address):
    """A sheet's with the questions; here as if the site had been built for example.org."""
    template = jinja2.Template((ROOT / "docs/_templates/licence.html").read_text())
    here = "https://example.org/convdoc/exercises/index.html"
    plain, addressed = template.render(), template.render(pageurl=here)
    page = visit("index.html")
    assert here not in plain

    def add_address(route):
        response = route.fetch()
        assert plain in response.text()
        route.fulfill(response=response, body=response.text().replace(plain, addressed))

    page.route("**/exercises/index.html*", add_address)
    for query, count in (("", 7), ("?q=strides-floor", 1)):
        page.goto(f"{address}exercises/index.html{query}")
        page.wait_for_function(f"document.querySelectorAll('convdoc-question').length === {count}")
        assert f"MIT license. {here}{query} 1 / " in Paper(page).words


def test_solutions_are_on_a_key_or_not_on_paper(visit):
    page = visit(SHEET)
    page.keyboard.press("Control+f")  # figures of solutions would else be drawn at some time
    question = page.locator("convdoc-question").first
    question.get_by_label(WORDS["answer"]).fill("123456789")
    solution = letters(question.locator("details p").first.text_content())
    last = letters(page.locator("convdoc-question > p:not(.said)").last.text_content())
    page.evaluate("prints = 0; void (window.print = () => (prints += 1))")

    def press(word):
        page.get_by_role("button", name=WORDS[word], exact=True).click()
        words = Paper(page).words
        assert "123456789" not in words
        return letters(words)

    printed = press("print")
    assert last in printed
    assert letters(WORDS["answer"]) in printed
    assert solution not in printed
    assert letters(WORDS["solution"]) not in printed

    before = page.locator("article").inner_html()
    printed = press("print with key")
    assert printed.index(last) < printed.index(letters(WORDS["key"]), printed.index(last))
    assert printed.index(last) < printed.index(solution)
    assert page.evaluate("prints") == 2
    assert page.locator("article").inner_html() == before
    assert solution not in letters(Paper(page).words)  # the key was for once


def test_ticked_questions_make_a_sheet_with_a_link(visit, address):
    page = visit("exercises/index.html")
    ticked = ["strides-floor", "convolution-moving"]
    for name in ticked:
        page.locator(f".convdoc-lists li:has(a[href$='#exercise-{name}']) input").check()
    page.get_by_role("link", name=WORDS["open"][1].format(count=2)).click()
    page.locator("convdoc-question").nth(1).wait_for()
    assert page.url == f"{address}exercises/index.html?q={','.join(reversed(ticked))}"
    page.go_back()
    page.get_by_role("link", name=WORDS["open"][1].format(count=2)).wait_for()


@pytest.mark.parametrize("where", ["server", "folder"])
def test_a_link_names_the_questions_of_a_sheet(visit, address, site, where):
    """In its order, once each; their boxes judge, and solutions are on the key."""
    page = visit("exercises/index.html")
    index = (site / "exercises/index.html").as_uri() if where == "folder" else page.url
    page.goto(f"{index}?q=strides-floor,no-such,backward-step,strides-floor,..%2Fchosen")
    page.locator("convdoc-question").nth(1).wait_for()
    questions = page.locator("convdoc-question").evaluate_all("all => all.map((one) => one.id)")
    assert questions == ["exercise-strides-floor", "exercise-backward-step"]
    assert page.locator("h1").inner_text() == WORDS["sheet"][1].format(count=2)
    for name in ("no-such", "../chosen"):
        assert page.get_by_text(WORDS["unknown"].format(name=name)).is_visible()

    floor = page.locator("convdoc-question").first
    floor.get_by_label(WORDS["answer"]).fill("20")  # floor((40 + 2 * 6 - 13) / 2) + 1
    floor.get_by_role("button", name=WORDS["check"]).click()
    assert floor.get_attribute("data-state") == "right"
    assert page.get_by_text(WORDS["progress"].format(done=1, all=2)).is_visible()

    page.evaluate("void (window.print = () => {})")
    page.get_by_role("button", name=WORDS["print with key"]).click()
    printed = letters(Paper(page).words)
    for solution in page.locator("convdoc-question details > p").all_text_contents():
        assert letters(solution) in printed
