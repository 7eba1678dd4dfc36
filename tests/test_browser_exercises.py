"""Answer boxes in a real Chromium: typing, keys, a page that remembers, a page without scripts."""

import json
import re

import numpy as np
import pytest

from convdoc import exercises
from convdoc.draw.question import WORDS
from convdoc.exercises.questions import WORDS as SAID
from tests.conftest import visits
from tests.second_way.convolution import SECOND_WAY
from tests.test_browser import TOO_WIDE, what_axe_finds_in

SIZES = "exercises/sizes.html"
PAGES = ("windows", "sizes", "networks")
NUMBERS = np.array([[2, 1, 3], [1, 3, 0], [5, 0, 9]])  # the answer of strides-thinned, by hand


class Box:
    """An answer box, as a reader sees and uses it."""

    def __init__(self, page, name):
        self.page = page
        self.element = page.locator(f"#exercise-{name}")
        self.field = self.element.get_by_label(WORDS["answer"])
        self.said = self.element.locator(".said")
        self.done = self.element.locator("h3 .done")
        self.solution = self.element.locator("summary", has_text=WORDS["solution"])
        self.fold = self.element.locator("> details")

    def answer(self, text):
        """Type an answer, press the button, and give what is said."""
        self.field.fill(text)
        self.press("check")
        return self.said.inner_text()

    def press(self, button):
        """Press one of the buttons."""
        self.element.get_by_role("button", name=WORDS[button], exact=True).click()

    def hint(self):
        """Press the button for a hint, and give what is said."""
        self.press("hint")
        return self.said.inner_text()


@pytest.fixture
def visit(browser, address):
    """A context that has kept no answers."""
    with visits(browser, address, {"width": 1280, "height": 900}) as visit:
        yield visit


def hint(question, number):
    return SAID["hints"][number].format(hint=question.hints[number].replace("`", ""))


# -- What is said -------------------------------------------------------------------------------


def test_a_right_answer_is_said_to_be_right_and_counted(visit):
    page = visit(SIZES)
    box = Box(page, "strides-floor")
    all_ = re.search(r"of (\d+) done", progress_of(page, "strides-floor").inner_text())[1]
    assert not box.done.is_visible()
    assert box.answer("20") == SAID["right"]
    assert box.done.is_visible()
    assert progress_of(page, "strides-floor").inner_text() == f"1 of {all_} done"


def test_nothing_moves_when_the_first_answer_is_kept(visit):
    """The button that clears all answers has its place before it is there."""
    for width in (1280, 390):
        page = visit(SIZES)
        page.set_viewport_size({"width": width, "height": 900})
        top = "document.querySelector('convdoc-question').getBoundingClientRect().top + scrollY"
        before = page.evaluate(top)
        clear = page.get_by_role("button", name=WORDS["clear all"]).first
        assert not clear.is_visible()
        Box(page, "padding-valid").answer("98")  # 100 - 3 + 1
        assert clear.is_visible()
        assert page.evaluate(top) == before


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800), (1366, 768)])
def test_the_page_of_all_exercises_begins_with_one(visit, width, height):
    page = visit("exercises/index.html")
    page.set_viewport_size({"width": width, "height": height})
    box = page.locator("convdoc-question").first
    form = box.locator("form").bounding_box()
    assert form["y"] + form["height"] <= height
    name = box.get_attribute("id").removeprefix("exercise-")
    assert Box(page, name).answer("98") == SAID["right"]


def progress_of(page, name):
    sheet = page.locator("convdoc-sheet", has=page.locator(f"#exercise-{name}"))
    return sheet.locator("convdoc-progress span")


@pytest.mark.parametrize("part", PAGES)
def test_every_answer_and_every_mistake_is_recognised(visit, part):
    """Typed as NumPy and a reader write them, on the page."""
    page = visit(f"exercises/{part}.html")
    shown = page.evaluate("[...document.querySelectorAll('convdoc-question')].map(q => q.id)")
    assert len(shown) >= 10
    for name in shown:
        question = exercises.question(name.removeprefix("exercise-"))
        box = Box(page, question.name)
        for mistake, wrong in zip(question.mistakes, question.wrong(), strict=True):
            assert box.answer(question.kind.write(wrong)) == mistake.tell.replace("`", ""), name
            assert not box.done.is_visible()
        assert box.answer(question.kind.write(question.right())) == SAID["right"], name


def test_all_questions_are_on_the_pages_of_exercises(visit):
    shown = []
    for part in PAGES:
        page = visit(f"exercises/{part}.html")
        shown += page.evaluate("[...document.querySelectorAll('convdoc-question')].map(q => q.id)")
    assert shown == [f"exercise-{question.name}" for question in exercises.list()]


def test_other_wrong_answers_get_a_hint_twice_and_then_the_solution(visit):
    question = exercises.question("strides-floor")
    box = Box(visit(SIZES), question.name)
    assert box.answer("1000") == hint(question, 0)
    assert box.answer("1000") == hint(question, 0), "the same answer uses up no second hint"
    assert box.answer("19") == question.mistakes[1].tell, "nor does a mistake that is known"
    assert box.answer("1001") == hint(question, 1)
    assert box.answer("1002") == SAID["end"]
    assert box.answer("20") == SAID["right"]


def test_hints_can_be_asked_for(visit):
    question = exercises.question("strides-floor")
    box = Box(visit(SIZES), question.name)
    assert box.hint() == WORDS["hints"][0].format(hint=question.hints[0])
    assert box.hint() == WORDS["hints"][1].format(hint=question.hints[1])
    assert box.hint() == WORDS["no more hints"]
    box.answer("20")
    assert not box.element.get_by_role("button", name=WORDS["hint"]).is_visible()


def test_the_shape_of_an_array_is_said_where_it_is_wrong(visit):
    question = exercises.question("strides-thinned")
    box = Box(visit(SIZES), question.name)
    for text, shape in {"[[1, 2], [3, 4]]": "(2, 2)", "1 2": "(2,)", "1\n2": "(2, 1)"}.items():
        told = f"{SAID['shape'].format(given=shape, right='(3, 3)')} {hint(question, 0)}"
        assert box.answer(text) == told
        box.press("clear")


# -- What can be written ------------------------------------------------------------------------


def test_numbers_may_be_grouped_and_a_decimal_comma_is_no_group(visit):
    page = visit("exercises/networks.html")
    box = Box(page, "dense-vs-conv")
    for text in ("96040000", "96 040 000", "96,040,000", "96_040_000", "9.604e7", " +96040000 "):
        assert box.answer(text) == SAID["right"], text
        box.press("clear")
    for text in ("96,04", "9,60,40,000", "96.5", "about 96", "9 weights", "NaN", "0x10", "–"):
        assert box.answer(text) == WORDS["not integer"], text
    assert box.answer("  ") == WORDS["empty"]


def test_arrays_may_be_written_in_many_ways(visit):
    box = Box(visit(SIZES), "strides-thinned")
    rows = "\n".join(" ".join(map(str, row)) for row in NUMBERS)
    ways = [
        rows,
        rows.replace(" ", ", "),
        rows.replace("\n", "\n\n  "),
        str(NUMBERS),
        str(NUMBERS.astype(float)),
        str(NUMBERS[None, None]),
        repr(NUMBERS),
        repr(NUMBERS.astype("float32")),
        f"np.{NUMBERS[None, None]!r}",
        json.dumps(NUMBERS.tolist()),
        str(tuple(map(tuple, NUMBERS.tolist()))),
        "\n".join(map(str, NUMBERS)),
    ]
    for text in ways:
        assert box.answer(text) == SAID["right"], text
        box.press("clear")
    for text in (rows + " 4", "[[2, 1, 3], [1, 3], [5, 0, 9]]", "[2, [1, 3]]"):
        assert box.answer(text) == WORDS["ragged"], text
    for text in ("[[2, 1, 3], [1, 3, 0]", "2 1 x", "[]", "[[2 1 3]] 4]", "array", "1;drop"):
        assert box.answer(text) == WORDS["not array"], text
    negative = "−2 1 3\n1 3 0\n5 0 9"
    assert box.answer(negative) == hint(exercises.question("strides-thinned"), 0)


def test_a_mistake_is_recognised_although_it_was_rounded(visit):
    """The average of five days, to two decimals, where the weighted sum was asked for."""
    (divided,) = [m for m in exercises.question("convolution-moving").mistakes if m.near]
    weighted = np.array(SECOND_WAY["convolution-moving"].answer)
    average = weighted / 6  # the weights 3, 2 and 1 sum to 6
    box = Box(visit("exercises/windows.html"), "convolution-moving")
    assert box.answer(str(average.round(2))) == divided.tell
    assert box.answer(str(average.round(2) + 0.02)) != divided.tell


def test_what_a_reader_writes_is_never_part_of_the_page(visit):
    page = visit(SIZES)
    box = Box(page, "strides-floor")
    box.answer("<img src=x onerror='document.title = 1'>")
    page.reload()
    assert box.field.input_value().startswith("<img")
    assert page.locator("convdoc-question img").count() == 0
    assert page.title() != "1"


# -- What is kept -------------------------------------------------------------------------------


def test_answers_are_there_again_after_a_reload_and_on_other_pages(visit, address):
    question = exercises.question("strides-unread")
    page = visit(SIZES)
    Box(page, "strides-floor").answer("20")
    Box(page, question.name).answer("1000")
    page.reload()
    assert Box(page, "strides-floor").done.is_visible()
    assert Box(page, "strides-floor").field.input_value() == "20"
    assert Box(page, question.name).said.inner_text() == hint(question, 0)
    assert progress_of(page, question.name).inner_text().startswith("1 of ")

    page.goto(address + "guide/strides.html")
    assert Box(page, "strides-floor").said.inner_text() == SAID["right"]
    assert progress_of(page, "strides-floor").inner_text() == "1 of 3 done"
    page.goto(address + "exercises/index.html")
    assert page.locator("li .done:visible").count() == 1
    page.goto(address + SIZES)
    Box(page, "strides-thinned").answer(str(NUMBERS))
    page.go_back()
    page.wait_for_function("document.querySelectorAll('li .done:not([hidden])').length === 2")


def test_one_answer_or_all_can_be_cleared(visit, address):
    page = visit(SIZES)
    box, other = Box(page, "strides-floor"), Box(page, "strides-unread")
    box.answer("20")
    other.answer("5")
    box.press("clear")
    assert box.field.input_value() == box.said.inner_text() == ""
    assert not box.done.is_visible()
    assert box.field.evaluate("field => field === document.activeElement")
    assert progress_of(page, "strides-floor").inner_text().startswith("1 of ")
    page.reload()
    assert box.said.inner_text() == ""
    assert other.done.is_visible()

    page.goto(address + "exercises/index.html")
    page.get_by_role("button", name=WORDS["clear all"]).first.click()
    assert page.locator("li .done:visible").count() == 0
    assert page.evaluate("localStorage.length") == 0 or "convdoc-exercise" not in page.evaluate(
        "Object.keys(localStorage).join()"
    )


def test_a_page_forgives_what_else_lies_in_the_browsers_store(visit):
    page = visit(SIZES)
    kept = ["{", "[]", "null", '"x"', '{"text": 7}', '{"text": "20", "right": true}', "{}"]
    for text in kept:
        page.evaluate("t => localStorage.setItem('convdoc-exercise:strides-floor', t)", text)
        page.reload()
        box = Box(page, "strides-floor")
        assert box.answer("19") == exercises.question("strides-floor").mistakes[1].tell
    false = '{"text": "19", "hints": 0, "right": true}'
    page.evaluate("t => localStorage.setItem('convdoc-exercise:strides-floor', t)", false)
    page.reload()
    assert not Box(page, "strides-floor").done.is_visible()
    assert progress_of(page, "strides-floor").inner_text().startswith("0 of ")


# -- For everybody ------------------------------------------------------------------------------


def test_a_box_works_by_keys_alone_and_speaks(visit):
    page = visit(SIZES)
    box = Box(page, "strides-floor")
    assert box.said.get_attribute("role") == "status"
    box.field.focus()
    page.keyboard.type("21")
    page.keyboard.press("Enter")
    assert box.said.inner_text() == exercises.question("strides-floor").mistakes[0].tell
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the button for a hint
    assert box.said.inner_text().startswith(WORDS["hints"][0].format(hint=""))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert box.fold.evaluate("details => details.open")

    array = Box(page, "strides-thinned")
    array.field.focus()
    page.keyboard.type("2 1 3")
    page.keyboard.press("Enter")
    page.keyboard.type("1 3 0")
    page.keyboard.press("Enter")
    page.keyboard.type("5 0 9")
    assert array.said.inner_text() == ""
    page.keyboard.press("Control+Enter")
    assert array.said.inner_text() == SAID["right"]


def test_without_scripts_there_are_the_question_and_its_folded_answer(visit):
    page = visit(SIZES, java_script_enabled=False)
    box = Box(page, "strides-floor")
    assert "How high is the output?" in box.element.inner_text()
    assert not box.element.locator("form").is_visible()
    assert not box.element.locator("convdoc-stepper").is_visible()
    box.solution.click()
    assert box.element.locator("convdoc-stepper").is_visible()
    assert page.locator("convdoc-progress:visible, .done:visible").count() == 0


def test_steppers_in_solutions_step(visit):
    page = visit(SIZES)
    box = Box(page, "strides-floor")
    box.solution.click()
    stepper = box.element.locator("convdoc-stepper")
    before = stepper.locator(".now").inner_text()
    stepper.get_by_role("button", name="Back").click()
    assert stepper.locator(".now").inner_text() != before


# -- Drawn when it is needed, in a place that is reserved ----------------------------------------

WAITING = "document.querySelectorAll('convdoc-later > noscript').length"


def test_a_figure_of_a_solution_is_drawn_when_it_comes_near_the_screen(visit):
    page = visit(SIZES)
    all_ = page.evaluate(WAITING)
    assert all_ == page.locator("convdoc-later").count() > 50
    assert page.locator("convdoc-stepper").count() == 0
    box = Box(page, "strides-floor")
    box.solution.click()
    box.element.locator("convdoc-stepper .controls").first.wait_for()
    drawn = box.element.locator("convdoc-later").count()
    assert page.evaluate(WAITING) == all_ - drawn


@pytest.mark.parametrize("reason", ["paper", "Control+f", "F3"])
def test_all_figures_are_drawn_for_paper_and_for_the_browsers_search(visit, reason):
    page = visit("exercises/windows.html")
    assert page.evaluate(WAITING) > 0
    if reason == "paper":
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    else:
        page.keyboard.press(reason)
    assert page.evaluate(WAITING) == 0


def test_a_link_to_a_question_leads_to_it(visit):
    page = visit(f"{SIZES}#exercise-groups-full")
    top = Box(page, "groups-full").element.evaluate("box => box.getBoundingClientRect().top")
    assert 0 < top < 450


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("part", ["index", *PAGES])
def test_nothing_moves_when_the_scripts_begin(browser, address, part, width):
    """Every part of a page is where it is while the scripts are on their way."""
    tops = (
        "[...document.querySelectorAll('convdoc-progress, convdoc-question, form, summary, h2')]"
        ".filter(part => part.offsetParent).map(part => part.getBoundingClientRect().top)"
    )
    found = []
    for scripts_come in (False, True):
        page = browser.new_page(viewport={"width": width, "height": 900})
        if not scripts_come:
            page.route(re.compile("question.js"), lambda route: route.abort())
        page.goto(f"{address}exercises/{part}.html")
        found.append(page.evaluate(tops))
        page.close()
    before, after = found
    assert len(after) > 10
    assert before == pytest.approx(after, abs=1)


# -- Sizes, keyboards, levels -------------------------------------------------------------------


def test_everything_to_press_is_24_pixels_high(visit):
    page = visit("exercises/windows.html")
    Box(page, "convolution-moving").answer("1")  # which shows all buttons
    for summary in page.locator("convdoc-question > details > summary").all():
        summary.click()
    page.keyboard.press("Control+f")
    assert page.locator("convdoc-question .controls:visible").count() > 5
    heights = page.locator(":is(button, input, textarea, select, summary):visible").evaluate_all(
        "all => all.filter(one => one.closest('convdoc-sheet'))"
        ".map(one => [one.outerHTML.slice(0, 60), one.getBoundingClientRect().height])"
    )
    assert len(heights) > 100
    assert [found for found in heights if found[1] < 24] == []


def test_a_phone_shows_its_keyboard_of_digits_unless_a_sign_may_be_needed(visit):
    page = visit(SIZES)
    modes = {
        "strides-floor": "numeric",
        "strides-thinned": None,  # an array
        "pooling-shape": None,
    }
    for name, mode in modes.items():
        assert Box(page, name).field.get_attribute("inputmode") == mode, name
    page = visit("exercises/networks.html")
    assert Box(page, "backward-difference").field.get_attribute("inputmode") is None  # −30 is known
    for question in exercises.list("matrix"):
        if question.kind.name == "number":
            assert Box(page, question.name).field.get_attribute("inputmode") == "decimal"


def test_difficulty_is_the_same_word_everywhere(visit):
    levels = {q.name: {1: "easy", 2: "medium", 3: "hard"}[q.level] for q in exercises.list()}
    page = visit("exercises/index.html")
    links = page.locator(".convdoc-lists li").evaluate_all(
        "all => all.map(li => [li.querySelector('a').hash, li.querySelector('small').textContent])"
    )
    assert {name.removeprefix("#exercise-"): level for name, level in links} == levels
    for part in PAGES:
        boxes = (
            visit(f"exercises/{part}.html")
            .locator("convdoc-question")
            .evaluate_all(
                "all => all.map(box => [box.id, box.querySelector('h3 small').textContent])"
            )
        )
        for name, level in boxes:
            assert level == levels[name.removeprefix("exercise-")]
    for line in str(exercises.list()).splitlines():
        name, level = line.split()[:2]
        assert level == levels[name]


@pytest.mark.parametrize("width", [1280, 390])
def test_answered_boxes_are_accessible_and_fit(visit, width):
    page = visit(SIZES)
    page.set_viewport_size({"width": width, "height": 900})
    Box(page, "strides-floor").answer("20")
    Box(page, "strides-unread").answer("1")
    Box(page, "strides-thinned").answer("1 2")
    for summary in page.locator("convdoc-question > details > summary").all():
        summary.click()
    assert page.evaluate(TOO_WIDE) <= 0
    assert [
        fault for scheme in ("light", "dark") for fault in what_axe_finds_in(page, scheme)
    ] == []


def test_boxes_work_from_a_folder(browser, site):
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / SIZES).as_uri())
    assert Box(page, "strides-floor").answer("20") == SAID["right"]
    context.close()


@pytest.mark.parametrize(("body", "ground"), [("", "white"), ("data-jp-theme-light=false", "dark")])
def test_a_box_in_a_notebook_follows_its_theme(browser, body, ground):
    page = browser.new_page()
    box = exercises.question("strides-floor")._repr_html_()
    page.set_content(f"<!doctype html><body {body}>{box}</body>")
    assert Box(page, "strides-floor").answer("20").startswith(SAID["right"])  # nothing is kept here
    colour = page.locator("convdoc-question").evaluate("q => getComputedStyle(q).backgroundColor")
    assert (colour == "rgb(255, 255, 255)") == (ground == "white")
    page.close()
