"""The site in a browser that keeps nothing, and one with no room; answers that are far too long."""

import pytest

from convdoc.draw.question import WORDS
from convdoc.exercises.questions import WORDS as SAID
from tests.test_browser_exercises import SIZES, Box, progress_of

DENIED = """for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, {
    configurable: true,
    get() { throw new DOMException("denied", "SecurityError"); },
  });
}"""
FULL = """let room = 1 << 22;
for (let k = 0; room; k += 1) {
  try { localStorage.setItem(`filler ${k}`, "x".repeat(room)); } catch { room >>= 1; }
}"""
NO_SCRIPT = "_static/question.js"  # of the same origin; it is shown, and not run
LONGEST = 20_000  # characters of an answer


@pytest.fixture(params=["denied", "sandboxed", "full"])
def keeping_nothing(request, browser, address):
    """Open a page whose scripts are denied storage, alone or in a frame, or find it full."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def open_(name):
        if request.param == "denied":
            page.add_init_script(DENIED)
            page.goto(address + name)
            return page.main_frame
        if request.param == "full":
            page.goto(address + NO_SCRIPT)
            page.evaluate(FULL)
            page.goto(address + name)
            return page.main_frame
        page.set_content(
            f'<iframe sandbox="allow-scripts allow-forms" src="{address}{name}"'
            ' style="width: 1200px; height: 850px"></iframe>'
        )
        frame = page.frames[1]
        frame.wait_for_load_state()
        return frame

    yield open_
    context.close()
    # The search fetches the pages it found for a summary, which needs leave from the server there.
    assert set(errors) <= ({"Failed to fetch"} if request.param == "sandboxed" else set())


def test_the_theme_can_be_chosen_where_nothing_is_kept(keeping_nothing):
    frame = keeping_nothing("guide/strides.html")
    theme = "document.documentElement.dataset.theme"
    assert frame.evaluate(theme) == "light"
    frame.locator(".theme-switch-button:visible").click()
    frame.locator("[data-mode=dark]:visible").click()
    assert frame.evaluate(theme) == "dark"


def test_the_search_opens_and_finds_where_nothing_is_kept(keeping_nothing):
    frame = keeping_nothing("guide/strides.html")
    frame.locator("h1").click()  # so that the frame gets the keys
    frame.locator("h1").page.keyboard.press("Control+k")
    field = frame.locator("#pst-search-dialog input")
    field.fill("fractionally")
    field.press("Enter")
    frame.wait_for_url("**/search.html?q=fractionally*")
    frame.locator("#search-results a", has_text="Strides, transposed").first.wait_for()


def test_answers_count_where_nothing_is_kept_and_the_box_warns(keeping_nothing):
    frame = keeping_nothing(SIZES)
    box = Box(frame, "strides-floor")
    assert box.answer("20") == f"{SAID['right']}\n{WORDS['not kept']}"
    assert progress_of(frame, "strides-floor").inner_text().startswith("1 of ")
    sheet = frame.locator("convdoc-sheet", has=box.element)
    assert sheet.locator("convdoc-progress small").inner_text() == WORDS["some not kept"]
    box.press("clear")
    assert box.said.inner_text() == ""
    assert sheet.locator("convdoc-progress small").inner_text() == WORDS["kept"]


def test_an_answer_without_room_counts_and_the_box_warns(browser, address):
    page = browser.new_page()
    page.goto(address + SIZES)
    Box(page, "strides-unread").answer("5")
    page.evaluate(FULL)
    box = Box(page, "strides-floor")
    assert box.answer("20") == f"{SAID['right']}\n{WORDS['not kept']}"
    assert progress_of(page, "strides-floor").inner_text().startswith("2 of ")
    page.reload()
    assert box.field.input_value() == ""
    assert progress_of(page, "strides-floor").inner_text().startswith("1 of "), "what was kept is"
    page.goto(address + NO_SCRIPT)
    page.evaluate("localStorage.clear()")
    page.goto(address + SIZES)
    assert box.answer("20") == SAID["right"]
    page.reload()
    assert box.done.is_visible()
    page.close()


def test_an_answer_that_is_far_too_long_ends_at_once(browser, address):
    """Neither read nor kept; a browser may have kept one when it was."""
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address + SIZES)
    too_long = WORDS["too long"].format(most=LONGEST)
    fields = {"strides-thinned": "not array", "strides-floor": "not integer"}
    answers = ("1 " * 200_000, "[" * 100_000, "[1]" * 100_000, "1" * (LONGEST + 1))
    longest = ("[" * LONGEST, "1" * (LONGEST - 1) + "x", "(" + ", " * 9999 + ")")
    for name, fault in fields.items():
        box = Box(page, name)
        for text in answers:
            assert box.answer(text) == too_long
        for text in longest:
            assert box.answer(text) == WORDS[fault]
            box.press("clear")
    kept = "n => localStorage.setItem('convdoc-exercise:strides-floor', JSON.stringify({text: n}))"
    assert page.evaluate("localStorage.getItem('convdoc-exercise:strides-floor')") is None
    page.evaluate(kept, "1 " * 1_000_000)
    page.reload()
    assert Box(page, "strides-floor").field.input_value() == ""
    assert Box(page, "strides-floor").answer("20") == SAID["right"]
    page.close()
    assert errors == []
