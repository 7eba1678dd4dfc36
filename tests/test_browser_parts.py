"""Words that name a part of a figure, and the figure: pointed at, focused, without scripts."""

import sys

import pytest
from docutils.core import publish_doctree
from docutils.parsers.rst import roles

from convdoc.draw.palette import LIGHT
from tests.conftest import ROOT
from tests.test_browser_stepper import Figure, visit  # noqa: F401 (a fixture)
from tests.test_site import soup

sys.path.append(str(ROOT / "docs/_ext"))
from parts import Part

PAGE = "guide/what-a-convolution-is.html"
PLAIN, PADDED = 0, 2  # steppers of that page: the first has no padding, the third has
ROLES = {"image": "input", "kernel": "kernel", "output": "output"}


@pytest.fixture
def page(visit):  # noqa: F811
    return visit(PAGE)


def word(page, part):
    """The first word of a part."""
    return page.locator(f"a.part-{part}").first


def lit_words(page):
    """Texts and parts of the words that are lit."""
    return {w.get_attribute("class").split()[1] for w in page.locator("a.part.lit").all()}


def lit_part(figure):
    return figure.root.get_attribute("data-lit")


def test_every_part_has_its_colour_and_a_sign_of_its_own(page):
    looks = set()
    for part in ("image", "kernel", "output", "window", "padding"):
        style = word(page, part).evaluate(
            """word => { const s = getComputedStyle(word);
            return [s.textDecorationStyle, s.textDecorationLine, s.outlineStyle].join(" ") }"""
        )
        looks.add(style)
    assert len(looks) == 5
    for part, role in ROLES.items():
        red, green, blue = (int(LIGHT[role][at : at + 2], 16) for at in (1, 3, 5))
        colour = word(page, part).evaluate("word => getComputedStyle(word).textDecorationColor")
        assert colour == f"rgb({red}, {green}, {blue})"


@pytest.mark.parametrize("part", ROLES)
def test_a_word_that_is_pointed_at_lights_its_array_in_the_nearest_figure_alone(page, part):
    near, far = Figure(page, PADDED), Figure(page, PLAIN)
    word(page, part).hover()
    assert (lit_part(far), lit_part(near)) == (part, None)
    for role in ROLES.values():
        pale = far.root.locator(f".stage svg.{role}").evaluate(
            "svg => (svg.getAnimations().forEach(a => a.finish()), getComputedStyle(svg).opacity)"
        )
        assert (float(pale) < 0.5) == (role != ROLES[part])
    assert lit_words(page) == {f"part-{part}"}
    page.mouse.move(0, 0)
    assert lit_part(far) is None
    assert lit_words(page) == set()


def test_the_keyboard_reaches_a_word_and_enter_shows_the_figure(page):
    figure = Figure(page, PADDED)
    padding = word(page, "padding")
    page.evaluate("scrollTo(0, 0)")
    padding.evaluate("word => word.focus({ preventScroll: true })")
    assert lit_part(figure) == "padding"
    page.keyboard.press("Enter")
    box = figure.panel("there").bounding_box()
    assert -1 < box["y"] < 901 - box["height"]
    assert lit_part(figure) == "padding", "the word keeps the focus, and the figure its light"
    page.keyboard.press("Tab")
    assert lit_part(figure) is None


def test_a_part_that_is_pointed_at_lights_its_words(page):
    """Words whose nearest figure it is: at the first, of image, kernel, output and window."""
    plain = Figure(page, PLAIN)
    plain.slider.fill("0")  # the window begins in the upper left corner
    for part, cell, expected in (
        ("there", (2, 2), {"part-image", "part-window"}),
        ("there", (2, 3), {"part-image"}),
        ("stamp", (1, 1), {"part-kernel"}),
        ("here", (2, 2), {"part-output"}),
    ):
        plain.hover(part, *cell)
        assert lit_words(page) == expected, cell
    padded = Figure(page, PADDED)  # 5×5 pixels among zeros
    for cell, expected in {
        (0, 6): {"part-image", "part-padding"},
        (1, 5): {"part-image"},
    }.items():
        padded.hover("there", *cell)
        assert lit_words(page) == expected, cell
    page.mouse.move(0, 0)
    assert lit_words(page) == set()


def test_a_cell_that_is_focused_lights_its_words(page):
    figure = Figure(page, PLAIN)
    figure.panel("stamp").scroll_into_view_if_needed()
    figure.panel("here").locator("[tabindex='0']").focus()
    assert lit_words(page) == {"part-output"}


def test_without_scripts_the_words_are_words(site):
    page = soup(site / PAGE)
    assert {w["class"][1] for w in page.select("span.part")} == {
        f"part-{part}" for part in ("image", "kernel", "output", "window", "padding")
    }
    assert page.select("script[src*='parts.js']")
    assert not soup(site / "install.html").select("script[src*='parts.js']")


def test_a_part_that_no_figure_has_is_an_error(monkeypatch):
    monkeypatch.setattr(roles, "_roles", {"part": Part()})
    source = ":part:`its weights <kernel>` :part:`nose`"
    document = publish_doctree(source, settings_overrides={"report_level": 5})
    span, wrong = document[0][0], document[0][2]
    assert (span.astext(), span["classes"]) == ("its weights", ["part", "part-kernel"])
    assert wrong.astext() == ":part:`nose`"
    (report,) = document.findall(lambda node: node.tagname == "system_message")
    assert "expected one of image, kernel, output, window, padding" in report.astext()
