"""Figures in class: on a full screen, by keys of a presenter, and taken along."""

import numpy as np
import pytest

from convdoc import draw
from tests.test_browser_stepper import Figure, W, X, opened  # noqa: F401 (a fixture)

FULL = "document.fullscreenElement?.localName === 'convdoc-stepper'"
RANDOM = np.random.default_rng(3)


@pytest.fixture
def plain(opened):  # noqa: F811
    """A stepper of four steps, on a page by itself."""
    return opened(draw.stepper([[X]], [[W]], "valid", engine="numpy"))


def to_full_screen(figure, width=1920, height=1080):
    """Click the button, on a screen of that size."""
    figure.page.set_viewport_size({"width": width, "height": height})
    figure.control("full").click()
    figure.page.wait_for_function(FULL)
    figure.page.wait_for_function("document.querySelector('.stage').style.cssText.includes('px')")


def test_full_screen_begins_at_the_first_step(plain):
    assert plain.step == 2
    to_full_screen(plain)
    assert plain.step == 0
    plain.control("full").click()
    plain.page.wait_for_function("!document.fullscreenElement")


def test_a_presenter_goes_through_the_steps_by_keys(plain):
    to_full_screen(plain)
    keys = ["PageDown", "Space", "ArrowRight", "PageUp", "ArrowLeft", "ArrowDown", "ArrowUp"]
    keys += ["End", "Home"]
    for key, step in zip(keys, [1, 2, 3, 2, 1, 2, 1, 3, 0], strict=True):
        plain.page.keyboard.press(key)
        assert plain.step == step, key
    plain.page.keyboard.press("PageUp")
    assert plain.step == 0
    for name in ("full", "play"):  # a button that was clicked last does not take Space
        plain.control(name).focus()
        plain.page.keyboard.press("Home")
        plain.page.keyboard.press("Space")
        assert plain.step == 1
        assert plain.page.evaluate(FULL)
        assert plain.control("play").inner_text() == "Play"


def test_outside_of_full_screen_space_presses_buttons_and_page_down_scrolls(plain):
    plain.control("play").focus()
    plain.page.keyboard.press("PageDown")
    plain.page.keyboard.press("b")
    assert plain.step == 2
    assert not plain.root.evaluate("figure => figure.classList.contains('blank')")
    plain.page.keyboard.press("Space")
    assert plain.control("play").inner_text() == "Pause"


def test_b_blanks_the_screen_until_the_next_key(plain):
    colour = "figure => getComputedStyle(figure, '::after').backgroundColor"
    size = "figure => [getComputedStyle(figure, '::after')].map((s) => [s.width, s.height])[0]"
    to_full_screen(plain)
    plain.page.keyboard.press("b")
    assert plain.root.evaluate(colour) == "rgb(0, 0, 0)"
    assert plain.root.evaluate(size) == ["1920px", "1080px"]
    plain.page.keyboard.press("B")
    assert plain.root.evaluate(colour) != "rgb(0, 0, 0)"
    plain.page.keyboard.press("b")
    plain.page.keyboard.press("PageDown")
    assert plain.root.evaluate(colour) != "rgb(0, 0, 0)"
    assert plain.step == 1


def channels(count, size, filters=1, kernel=3):
    """A stepper of several channels of whole numbers."""
    x = RANDOM.integers(0, 10, (1, count, size, size))
    w = RANDOM.integers(-3, 4, (filters, count, kernel, kernel))
    return draw.stepper(x, w, "valid", engine="numpy")


@pytest.mark.parametrize(
    ("figure", "least"),
    [
        (draw.stepper([[X]], [[W]], "valid", engine="numpy"), 40),
        (channels(3, 5), 28),
        (channels(3, 6), 28),
        (channels(3, 5, filters=2), 28),
        (channels(2, 5, filters=3), 28),
        (draw.transpose_stepper([[X]], [[W]], strides=2, engine="numpy"), 28),
        (draw.pool_stepper(RANDOM.integers(0, 9, (1, 3, 6, 6)), 2, 2), 28),
    ],
    ids=["one", "three", "padded", "filters", "many filters", "transposed", "pooling"],
)
def test_numbers_are_large_and_the_sum_is_on_the_screen(opened, figure, least):  # noqa: F811
    """At 1920 by 1080, at every step; nothing moves from step to step."""
    figure = opened(figure)
    to_full_screen(figure)
    places = set()
    for step in range(int(figure.slider.get_attribute("max")) + 1):
        assert figure.step == step
        sizes = figure.root.locator(".slice:not([hidden]) .t text").evaluate_all(
            "texts => texts.map((text) => parseFloat(getComputedStyle(text).fontSize)"
            " * text.getScreenCTM().a)"
        )
        assert min(sizes) >= least
        for part in (".now", ".controls", ".slice:not([hidden]) svg", ".block > p:first-child"):
            for found in figure.root.locator(part).all():
                box = found.bounding_box()
                assert min(box["x"], box["y"]) >= 0, part
                assert box["x"] + box["width"] <= 1920, part
                assert box["y"] + box["height"] <= 1080, part
        places.add(str(figure.panel("there").bounding_box()))
        figure.page.keyboard.press("PageDown")
    assert len(places) == 1


def test_a_figure_fits_small_screens_too_and_again_when_they_are_turned(opened):  # noqa: F811
    figure = opened(channels(3, 5))
    to_full_screen(figure, 1024, 768)
    for width, height in [(1024, 768), (800, 1000)]:
        figure.page.set_viewport_size({"width": width, "height": height})
        figure.page.wait_for_function(f"innerWidth === {width}")
        box = figure.root.locator(".now").bounding_box()
        assert box["y"] + box["height"] <= height
        stage = figure.root.locator(".stage")
        assert stage.evaluate("stage => stage.scrollWidth - stage.clientWidth") == 0
        assert stage.evaluate("stage => stage.scrollHeight - stage.clientHeight") == 0
    figure.control("full").click()
    figure.page.wait_for_function("!document.fullscreenElement")
    figure.page.wait_for_function("!document.querySelector('.stage').style.cssText.includes('px')")
    assert figure.root.locator(".turned").count() == 0


# -- What to do ---------------------------------------------------------------------------------


def test_a_caption_smaller_than_text_says_first_what_to_do(plain):
    caption = plain.root.locator(".try")
    assert caption.inner_text().startswith("Click a cell of y to see what it is made of")
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert caption.evaluate(size) < plain.page.locator("body").evaluate(size)


def test_a_scattering_has_a_caption_of_its_own(opened):  # noqa: F811
    figure = opened(draw.transpose_stepper([[X]], [[W]], engine="numpy"))
    assert figure.root.locator(".try").inner_text().startswith("Click a cell of y to see where it")


def test_a_hint_marks_a_cell_until_the_first_click(plain):
    """Another step than the one on show; the browser remembers the click."""
    assert plain.cells("here", "hint") == {(1, 1)}
    plain.control("forward").click()
    assert plain.cells("here", "hint") == {(1, 1)}
    plain.page.mouse.click(*plain.point("here", 0, 0))
    assert plain.root.locator(".hint").count() == 0
    plain.page.reload()
    assert Figure(plain.page).root.locator(".controls").is_visible()
    assert plain.root.locator(".hint").count() == 0


def test_a_browser_that_keeps_nothing_hints_on_every_page(plain):
    plain.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })"
    )
    plain.page.reload()
    plain.page.mouse.click(*plain.point("here", 0, 0))
    assert plain.root.locator(".hint").count() == 0
    plain.page.reload()
    assert plain.cells("here", "hint") == {(1, 1)}


def test_actions_are_one_line_of_targets_that_a_finger_hits(plain):
    heights = plain.root.locator(":is(.actions, .controls) :is(summary, button, select):visible")
    assert min(heights.evaluate_all("all => all.map((one) => one.offsetHeight)")) >= 24
