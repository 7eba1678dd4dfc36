"""Steppers as a reader uses them: real clicks, keys, fingers and paper, in a real Chromium."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.signal import convolve2d

from convdoc import draw
from convdoc.draw.blocks import blocks_at
from convdoc.draw.kinds import look
from convdoc.draw.transcript import html
from tests.conftest import visits

PLAIN = "auto_gallery/atlas/010_no_padding.html"
X = np.array([[3, 0, 1, 2], [1, 2, 0, 1], [0, 1, 3, 0], [2, 0, 1, 1]])  # on that page
W = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 4]])
Y = convolve2d(X, W, "valid")
TWO = "auto_gallery/atlas/150_strides_transposed.html"


class Figure:
    """A stepper on a page, and what it shows."""

    def __init__(self, page, which=0):
        self.page = page
        self.root = page.locator("convdoc-stepper").nth(which)
        self.root.scroll_into_view_if_needed()

    def control(self, name):
        """A button or a choice by its name in the page."""
        return self.root.locator(f".controls [data-do='{name}']")

    @property
    def slider(self):
        """The control that goes to any step."""
        return self.root.locator(".controls input")

    @property
    def step(self):
        """Number of the step on show, from 0, as the page says it."""
        count = self.root.locator(".count").inner_text()
        step = int(re.fullmatch(r"Step (\d+) of \d+", count)[1]) - 1
        assert int(self.slider.input_value()) == step
        return step

    @property
    def sentence(self):
        """What is written under the figure."""
        return self.root.locator(".now").first.inner_text()

    def panel(self, part, which=0):
        """The drawing of a slice: of the array here, there, or of the stamp."""
        return self.root.locator(f".{part} > .slice svg").nth(which)

    def window(self, part, which=0):
        """Row and column of the cell where the window begins."""
        place = self.panel(part, which).locator(".w").get_attribute("transform")
        column, row = re.fullmatch(r"translate\((\d+) (\d+)\)", place).groups()
        return int(row) // 10, int(column) // 10

    def cells(self, part, name, which=0):
        """Cells that a path covers."""
        path = self.panel(part, which).locator(f"> .{name}").get_attribute("d") or ""
        boxes = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", path)
        assert "".join("M{} {}h{}v{}h-{}z".format(*box, box[2]) for box in boxes) == path
        return {
            (row, column)
            for left, top, width, height in (tuple(int(n) // 10 for n in box) for box in boxes)
            for row in range(top, top + height)
            for column in range(left, left + width)
        }

    def numbers(self, part, which=0):
        """What stands in the cells."""
        return self.panel(part, which).locator(".t text").all_text_contents()

    def point(self, part, row, column, which=0):
        """Position of the middle of a cell, for a mouse or a finger."""
        panel = self.panel(part, which)
        panel.scroll_into_view_if_needed()
        box = panel.bounding_box()
        units = float(panel.get_attribute("viewBox").split()[2])
        scale = box["width"] / units
        return box["x"] + (column * 10 + 6) * scale, box["y"] + (row * 10 + 6) * scale

    def hover(self, part, row, column, which=0):
        """Move the mouse on a cell."""
        self.page.mouse.move(*self.point(part, row, column, which))


@pytest.fixture
def visit(browser, address):
    """Open a page of the site, or a file, in a window whose clock the test moves."""
    window = {"width": 1280, "height": 900}
    with visits(browser, address, window, lambda page: page.clock.install()) as visit:
        yield visit


# -- Steps --------------------------------------------------------------------------------------


def test_it_starts_paused_on_a_telling_step_and_stays_there(visit):
    page = visit(PLAIN)
    figure = Figure(page)
    start = figure.step
    assert 0 < start < 3
    page.clock.run_for(60_000)
    assert figure.step == start


def test_play_advances_pause_stops_and_the_end_is_the_end(visit):
    page = visit(PLAIN)
    figure = Figure(page)
    figure.slider.fill("0")
    figure.control("play").click()
    assert figure.control("play").inner_text() == "Pause"
    page.clock.run_for(1500)
    assert figure.step == 1
    figure.control("play").click()
    assert figure.control("play").inner_text() == "Play"
    page.clock.run_for(10_000)
    assert figure.step == 1
    figure.control("play").click()
    page.clock.run_for(20_000)
    assert figure.step == 3
    assert figure.control("play").inner_text() == "Play"
    figure.control("play").click()  # from the end: once more from the start
    assert figure.step == 0


def test_speed_is_chosen_once_for_all_figures_of_the_page(visit):
    page = visit(TWO)
    first, second = Figure(page, 0), Figure(page, 1)
    first.control("speed").select_option("fast")
    assert second.control("speed").input_value() == first.control("speed").input_value()
    second.slider.fill("0")
    second.control("play").click()
    page.clock.run_for(1500)
    fast = second.step
    second.control("play").click()
    second.control("speed").select_option("slow")
    second.slider.fill("0")
    second.control("play").click()
    page.clock.run_for(1500)
    assert second.step < fast


@pytest.mark.parametrize("way", ["slider", "buttons", "keys"])
def test_every_step_can_be_reached_and_shows_its_window_its_sum_and_its_output(visit, way):
    page = visit(PLAIN)
    figure = Figure(page)
    figure.control("play").focus()
    page.keyboard.press("Home")
    for step, (i, j) in enumerate(np.ndindex(2, 2)):
        if way == "slider":
            figure.slider.fill(str(step))
        assert figure.step == step
        assert figure.window("there") == (i, j)
        assert figure.window("here") == (i, j)
        products = X[i : i + 3, j : j + 3] * W[::-1, ::-1]
        written = [
            f"{x}·{w}" for x, w in zip(X[i : i + 3, j : j + 3].flat, W.flat[::-1], strict=True)
        ]
        assert figure.sentence.startswith(f"y[{i}, {j}] = {' + '.join(written)} = {products.sum()}")
        assert figure.cells("here", "c") == set(list(np.ndindex(2, 2))[step + 1 :])
        if way == "buttons":
            figure.control("forward").click()
        if way == "keys":
            page.keyboard.press("ArrowRight")
    assert figure.step == 3
    if way == "buttons":
        figure.control("back").click()
        assert figure.step == 2
    if way == "keys":
        page.keyboard.press("ArrowLeft")
        assert figure.step == 2
        page.keyboard.press("End")
        assert figure.step == 3


def test_weights_under_the_window_are_the_flipped_kernel(visit):
    figure = Figure(visit(PLAIN))
    corners = figure.panel("there").locator(".w text").all_text_contents()
    assert corners == [f"×{w}" for w in W.flat[::-1]]
    assert figure.numbers("stamp") == [str(w) for w in W.flat[::-1]]
    figure.control("stored").click()
    assert figure.control("stored").get_attribute("aria-pressed") == "true"
    assert figure.numbers("stamp") == [str(w) for w in W.flat]
    assert figure.root.locator(".way").inner_text() == "as stored"
    assert figure.panel("there").locator(".w text").all_text_contents() == corners
    figure.control("stored").click()
    assert figure.numbers("stamp") == [str(w) for w in W.flat[::-1]]


def test_a_scattering_adds_up_forwards_and_backwards(visit):
    figure = Figure(visit(TWO))
    y, seen = np.array([[2, 1], [1, 3]]), []
    total = np.zeros((5, 5), int)
    for i, j in np.ndindex(2, 2):
        total[2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += y[i, j] * W[::-1, ::-1]
        seen.append([str(value) for value in total.flat])
    for step in (0, 1, 2, 3, 1, 0, 3):
        figure.slider.fill(str(step))
        assert figure.numbers("there") == seen[step]
        added = figure.panel("there").locator(".w text").all_text_contents()
        assert added == [f"+{y.flat[step] * w}" for w in W.flat[::-1]]


def test_two_figures_on_a_page_do_not_disturb_each_other(visit):
    page = visit(TWO)
    first, second = Figure(page, 0), Figure(page, 1)
    before = second.root.inner_html()
    first.control("forward").click()
    first.control("stored").click()
    first.hover("here", 0, 0)
    first.control("play").click()
    page.clock.run_for(20_000)  # to the end: what moves cannot be compared
    assert second.root.inner_html() == before
    step = first.step
    second.slider.fill("7")
    assert (first.step, second.step) == (step, 7)


def test_a_filter_and_a_sample_can_be_chosen(visit):
    figure = Figure(visit("auto_gallery/atlas/380_two_channels_into_three.html"))
    figure.slider.fill("1")
    figure.root.locator("label", has_text="filter").locator("select").select_option("2")
    assert figure.step == 2 * 4 + 1
    stamps = figure.root.locator(".stamp > .slice")
    assert [k for k in range(6) if stamps.nth(k).is_visible()] == [4, 5]
    assert "(bias)" in figure.sentence
    figure.slider.fill("5")
    assert [k for k in range(6) if stamps.nth(k).is_visible()] == [2, 3]

    figure = Figure(visit("auto_gallery/040_four_samples.html"))
    figure.root.locator("label", has_text="sample").locator("select").select_option("3")
    images = figure.root.locator(".there > .slice")
    assert [images.nth(k).is_visible() for k in range(4)] == [False, False, False, True]
    figure.slider.fill("0")
    assert [images.nth(k).is_visible() for k in range(4)] == [True, False, False, False]


def test_channels_of_other_groups_are_not_lit(visit):
    figure = Figure(visit("auto_gallery/atlas/350_grouped.html"))
    figure.slider.fill("0")

    def lit():
        marks = [figure.panel("there", k).locator(".w") for k in range(4)]
        return [mark.get_attribute("visibility") == "visible" for mark in marks]

    assert lit() == [True, True, False, False]
    figure.slider.fill("7")
    assert lit() == [False, False, True, True]


# -- Cells --------------------------------------------------------------------------------------


def test_pointing_at_an_output_goes_to_its_step(visit):
    figure = Figure(visit(PLAIN))
    for step in (3, 0, 2, 1):
        figure.hover("here", *divmod(step, 2))
        assert figure.step == step


def touching(row, column, starts, length):
    """Outputs whose windows hold a pixel, by going through all of them."""
    return {
        (i, j)
        for (i, top) in enumerate(starts)
        for (j, left) in enumerate(starts)
        if top <= row < top + length and left <= column < left + length
    }


def test_pointing_at_a_pixel_lights_every_output_that_it_touches(visit):
    page = visit("auto_gallery/atlas/070_padding_and_strides_odd.html")
    figure = Figure(page)
    before = figure.step
    for row, column in [(0, 0), (2, 2), (7, 7), (6, 1), (3, 4)]:  # cells of the padded image
        figure.hover("there", row, column)
        expected = touching(row, column, (0, 2, 4), 3)
        assert figure.cells("here", "l") == expected
        i, j = row - 1, column - 1  # as there is one row of padding, and one column
        name = f"x[{i}, {j}]" if i in range(6) and j in range(6) else "padding"
        assert figure.sentence == f"{name} takes part in {len(expected)} of 9 steps"
    page.mouse.move(0, 0)
    assert figure.cells("here", "l") == set()
    assert figure.step == before


def test_in_a_scattering_pixels_go_to_their_step_and_outputs_light_their_pixels(visit):
    figure = Figure(visit(TWO))
    figure.hover("here", 1, 0)
    assert figure.step == 2
    figure.hover("there", 2, 2)  # the middle gets something from all four
    assert figure.cells("here", "l") == {(0, 0), (0, 1), (1, 0), (1, 1)}
    figure.hover("there", 0, 3)
    assert figure.cells("here", "l") == {(0, 1)}


def test_holes_of_a_dilated_kernel_are_not_touched(visit):
    figure = Figure(visit("auto_gallery/atlas/210_dilation.html"))
    figure.hover("there", 3, 3)
    assert figure.cells("here", "l") == {(1, 1)}
    figure.hover("there", 2, 2)
    assert figure.cells("here", "l") == {(0, 0), (0, 2), (2, 0), (2, 2)}


def test_a_finger_does_what_a_mouse_does(visit):
    page = visit(PLAIN, has_touch=True)
    figure = Figure(page)
    page.touchscreen.tap(*figure.point("here", 1, 1))
    assert figure.step == 3
    page.touchscreen.tap(*figure.point("here", 0, 0))
    assert figure.step == 0
    page.touchscreen.tap(*figure.point("there", 0, 0))
    assert figure.cells("here", "l") == {(0, 0)}


LABEL = "document.activeElement.getAttribute('aria-label')"
WHERE = """(() => {
  const element = document.activeElement;
  return element.dataset.do || element.closest(".block")?.classList[1] || element.tagName;
})()"""


def test_everything_can_be_done_with_keys_alone(visit):
    page = visit(PLAIN)
    figure = Figure(page)
    page.evaluate(
        "[...document.querySelectorAll('a[href], button')].findLast((link) =>"
        " link.compareDocumentPosition(document.querySelector('convdoc-stepper')) & 4"
        " && link.checkVisibility({ visibilityProperty: true })).focus()"
    )
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(WHERE))
        match reached[-1]:
            case "there":
                page.keyboard.press("ArrowRight")
                page.keyboard.press("ArrowDown")
                assert figure.cells("here", "l") == {(0, 0), (0, 1), (1, 0), (1, 1)}
                assert page.evaluate(LABEL) == "x[1, 1] = 2"
            case "here":
                page.keyboard.press("Home")
                page.keyboard.press("ArrowDown")
                assert figure.step == 2
                page.keyboard.press("ArrowRight")
                assert figure.step == 3
                assert page.evaluate(LABEL) == f"y[1, 1] = {Y[1, 1]}"
            case "play":
                page.keyboard.press("Space")
                assert figure.control("play").inner_text() == "Pause"
                page.keyboard.press("Space")
            case "INPUT":
                page.keyboard.press("Home")
                assert figure.step == 0
                page.keyboard.press("ArrowRight")
                assert figure.step == 1
            case "stored":
                page.keyboard.press("Enter")
                assert figure.numbers("stamp") == [str(w) for w in W.flat]
            case "SUMMARY":
                page.keyboard.press("Enter")
                assert figure.root.locator("details li").first.is_visible()
                break
    controls = ["back", "play", "forward", "INPUT", "speed", "stored", "full"]
    assert reached == ["there", "here", *controls, "SUMMARY"]


def test_the_live_region_says_each_step_that_is_asked_for(visit):
    page = visit(PLAIN)
    figure = Figure(page)
    now = figure.root.locator(".now")
    assert now.get_attribute("aria-live") == "polite"
    figure.slider.fill("0")
    assert now.inner_text().startswith("y[0, 0] = ")
    assert figure.slider.get_attribute("aria-valuetext") == "Step 1 of 4"
    figure.control("play").click()
    assert now.get_attribute("aria-live") == "off"
    figure.control("play").click()
    assert now.get_attribute("aria-live") == "polite"


# -- Other ways to see it -----------------------------------------------------------------------


def test_reduced_motion_starts_still_and_does_not_slide(visit):
    page = visit(PLAIN, reduced_motion="reduce")
    figure = Figure(page)
    start = figure.step
    page.clock.run_for(30_000)
    assert figure.step == start
    window = figure.panel("there").locator(".w")
    slide = "element => getComputedStyle(element).transitionDuration"
    assert window.evaluate(slide) == "0s"
    assert Figure(visit(PLAIN)).panel("there").locator(".w").evaluate(slide) != "0s"


def test_paper_shows_every_step_as_a_numbered_frame(visit):
    page = visit(PLAIN)
    figure = Figure(page)
    start = figure.step
    page.evaluate(
        "addEventListener('beforeprint', () => {"
        " window.printed = [...document.querySelectorAll('.frames > li')].map((frame) =>"
        "   [frame.querySelector('.now').textContent, frame.querySelectorAll('svg').length]) })"
    )
    page.pdf()
    printed = page.evaluate("window.printed")
    assert [number for _, number in printed] == [3] * 4
    for (i, j), (sentence, _) in zip(np.ndindex(2, 2), printed, strict=True):
        assert sentence.startswith(f"y[{i}, {j}] = ")
        assert f"= {Y[i, j]} " in sentence
    assert page.locator(".frames").count() == 0
    assert figure.step == start


def test_paper_is_light_whatever_the_screen_is(visit):
    page = visit(PLAIN, color_scheme="dark")
    ink = "getComputedStyle(document.querySelector('convdoc-stepper text')).fill"
    assert page.evaluate(ink) == "rgb(237, 242, 246)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ink) == "rgb(24, 36, 46)"


def test_keys_pass_by_the_step_on_their_way_through_the_page(visit):
    """Tab and Shift+Tab move the focus and nothing else; keys in the list scroll the list."""
    page = visit("auto_gallery/030_zero_padding.html")
    figure = Figure(page)
    start = figure.step
    figure.control("back").focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(WHERE) == "here"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(WHERE) == "there"
    page.keyboard.press("Tab")
    assert figure.step == start
    figure.root.locator("summary").click()
    figure.root.locator("summary").focus()
    page.keyboard.press("End")
    assert figure.step == start


def test_keys_in_a_figure_are_not_heard_outside_of_it(visit):
    """A notebook would take them for commands."""
    page = visit(PLAIN)
    page.evaluate("window.heard = []; addEventListener('keydown', (e) => heard.push(e.key))")
    figure = Figure(page)
    for name in ("speed", "play", "stored"):
        figure.control(name).focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("b")
    assert page.evaluate("heard") == []
    page.keyboard.press("Control+c")
    assert "c" in page.evaluate("heard")


def test_a_page_saved_while_it_played_with_the_kernel_turned_starts_anew(visit, tmp_path):
    path = tmp_path / "figure.html"
    draw.stepper([[X.tolist()]], [[W.tolist()]], "valid", engine="numpy").save(path)
    page = visit(path.as_uri())
    figure = Figure(page)
    figure.control("stored").click()
    figure.hover("there", 0, 0)
    figure.control("play").click()
    again = tmp_path / "again.html"
    again.write_text(page.content(), "utf-8")
    figure = Figure(visit(again.as_uri()))
    assert figure.control("play").inner_text() == "Play"
    assert figure.control("stored").get_attribute("aria-pressed") == "false"
    assert figure.numbers("stamp") == [str(w) for w in W.flat[::-1]]
    corners = figure.panel("there").locator(".w text").all_text_contents()
    assert corners == [f"×{w}" for w in W.flat[::-1]]
    assert figure.root.locator(".l").count() == figure.root.locator("svg").count()


def test_without_scripts_the_last_step_and_all_sentences_are_there(visit):
    page = visit(PLAIN, java_script_enabled=False)
    root = page.locator("convdoc-stepper")
    assert not root.locator(".controls").is_visible()
    assert root.locator(".now").inner_text().startswith("y[1, 1] = ")
    numbers = root.locator(".here .t text").all_text_contents()
    assert numbers == [str(value) for value in Y.flat]
    assert root.locator(".here .w").get_attribute("transform") == "translate(10 10)"
    root.locator("summary").click()
    sentences = root.locator("details li")
    assert sentences.count() == 4
    assert sentences.first.is_visible()


def test_full_screen_and_back(visit):
    page = visit(PLAIN)
    figure = Figure(page)
    small = figure.panel("there").bounding_box()["width"]
    figure.control("full").click()
    page.wait_for_function("document.fullscreenElement?.tagName === 'CONVDOC-STEPPER'")
    assert figure.panel("there").bounding_box()["width"] > small
    figure.control("full").click()
    page.wait_for_function("!document.fullscreenElement")


def test_a_saved_page_works_by_itself_and_shows_large_inputs_without_numbers(visit, tmp_path):
    """What a notebook gets too: the figure with its style and its script."""
    path = tmp_path / "large.html"
    x = np.random.default_rng(0).normal(size=(1, 1, 30, 30))
    draw.stepper(x, np.ones((1, 1, 3, 3)), "valid", strides=3, engine="numpy").save(path)
    page = visit(path.as_uri(), offline=True)
    figure = Figure(page)
    figure.slider.fill("11")
    assert figure.window("there") == (3, 3)
    assert figure.sentence == "y[1, 1] reads rows 3 to 5, columns 3 to 5 of x"
    figure.hover("there", 29, 0)
    assert figure.cells("here", "l") == {(9, 0)}
    figure.panel("here").locator("[role=gridcell]").nth(25).focus()
    assert figure.step == 25
    page.keyboard.press("ArrowDown")
    assert figure.step == 35
    with pytest.raises(FileExistsError):
        draw.stepper(x, np.ones((1, 1, 3, 3)), engine="numpy").save(path)


@pytest.mark.parametrize("dilation", [1, 2])
def test_a_large_scattering_fills_its_output_step_by_step(visit, tmp_path, dilation):
    path = tmp_path / "large.html"
    y, w = np.ones((1, 1, 12, 12)), np.ones((1, 1, 2, 3))
    draw.transpose_stepper(y, w, strides=2, dilation=dilation, engine="numpy").save(path)
    figure = Figure(visit(path.as_uri()))
    for step in (0, 13, 5):
        figure.slider.fill(str(step))
        assert figure.cells("there", "f2") == {
            (2 * (before // 12) + u * dilation, 2 * (before % 12) + v * dilation)
            for before in range(step + 1)
            for u in range(2)
            for v in range(3)
        }


# -- Beyond the border --------------------------------------------------------------------------


@pytest.fixture
def opened(browser, tmp_path):
    """Open a stepper as a page by itself."""
    pages = []

    def open_(stepper):
        path = tmp_path / f"{len(pages)}.html"
        stepper.save(path)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        pages.append(page)
        page.goto(path.as_uri())
        return Figure(page)

    yield open_
    for page in pages:
        page.close()


NUMPYS = {
    "zeros": {"constant_values": 0},
    "circular": {"mode": "wrap"},
    "reflect": {"mode": "reflect"},
    "symmetric": {"mode": "symmetric"},
    "replicate": {"mode": "edge"},
    7: {"constant_values": 7},
}
COLOUR = "text => getComputedStyle(text).fill"


def test_the_weights_under_the_window_come_from_the_plan(visit, tmp_path):
    """Whatever the picture shows; so does the kernel, when it is turned."""
    path, again = tmp_path / "figure.html", tmp_path / "again.html"
    draw.stepper([[X]], [[W]], "valid", engine="numpy").save(path)
    kernel = re.search(r'<div class="block stamp">.*?</svg>', path.read_text("utf-8"))[0]
    blank = re.sub(r">\d+</text>", ">?</text>", kernel)
    again.write_text(path.read_text("utf-8").replace(kernel, blank), "utf-8")
    figure = Figure(visit(again.as_uri()))
    assert figure.numbers("stamp") == ["?"] * 9
    corners = figure.panel("there").locator(".w text").all_text_contents()
    assert corners == [f"×{w}" for w in W.flat[::-1]]
    figure.control("stored").click()
    assert figure.numbers("stamp") == [str(w) for w in W.flat]


def test_cells_beyond_the_border_hold_what_numpy_pads_with(opened):
    for border, how in NUMPYS.items():
        settings = {"border": border, "engine": "numpy"}
        figure = opened(draw.stepper([[X]], [[W]], ((1, 3), (2, 5)), **settings))
        padded = np.pad(X, ((1, 3), (2, 5)), **how)
        assert figure.numbers("there") == [str(value) for value in padded.flat]
        real = np.pad(np.ones(X.shape), ((1, 3), (2, 5))).ravel()
        texts = figure.panel("there").locator(".t text").all()
        for cell in (0, 10, 11, 12, 27, 77, 87):  # in and out of the image
            assert texts[cell].evaluate(COLOUR) == (
                "rgb(24, 36, 46)" if real[cell] else "rgb(80, 95, 108)"
            )
        figure.slider.fill("0")
        assert figure.numbers("there") == [str(value) for value in padded.flat]


def test_a_cell_beyond_the_border_names_the_pixel_that_it_repeats(opened):
    """And a pixel takes part in the steps that read it there, too."""
    figure = opened(draw.stepper([[X]], [[W]], border="circular", engine="numpy"))
    figure.hover("there", 0, 1)
    assert figure.sentence == "x[3, 0] at (−1, 0) beyond the border takes part in 2 of 16 steps"
    assert figure.cells("there", "l") == {(0, 1), (4, 1)}
    assert figure.cells("here", "l") == {(0, 0), (0, 1)}
    figure.hover("there", 4, 1)
    assert figure.sentence == "x[3, 0] takes part in 9 of 16 steps"
    assert figure.cells("there", "l") == {(4, 1), (0, 1), (4, 5), (0, 5)}
    assert figure.cells("here", "l") == {(i, j) for i in (0, 2, 3) for j in (0, 1, 3)}
    figure.hover("there", 2, 2)
    assert figure.sentence == "x[1, 1] takes part in 9 of 16 steps"
    assert figure.cells("there", "l") == {(2, 2)}


def test_a_place_that_does_not_exist_is_called_so(opened):
    figure = opened(draw.pool_stepper([[X]], 3, 2, ((1, 0), (0, 0)), ceil_mode=True))
    figure.hover("there", 0, 0)
    assert figure.sentence == "padding takes part in 1 of 4 steps"
    figure.hover("there", 4, 4)
    assert figure.sentence == "a place beyond the padding takes part in 1 of 4 steps"
    assert figure.cells("here", "l") == {(1, 1)}


def test_what_lands_beyond_a_border_is_added_to_the_pixel(opened):
    """The first pixel leaves a flipped kernel around the corner of a ring."""
    settings = {"border": "circular", "engine": "numpy"}
    figure = opened(draw.transpose_stepper([[X]], [[W]], "same", **settings))
    total = np.zeros((4, 4), int)
    for step, (i, j) in enumerate(np.ndindex(4, 4)):
        rows, columns = (np.arange(at - 1, at + 2) % 4 for at in (i, j))
        total[np.ix_(rows, columns)] += X[i, j] * W[::-1, ::-1]
        figure.slider.fill(str(step))
        shown = np.pad(total, 1, mode="wrap")
        assert figure.numbers("there") == [str(value) for value in shown.flat]
    assert not figure.panel("there").locator(".u").count()


# -- The script against the still picture -------------------------------------------------------

SHOWN = """(stepper, step) => {
  stepper.show(step);
  const texts = (root) => [...root].map((text) => text.textContent);
  return {
    now: stepper.querySelector(".now").innerHTML,
    parts: Object.fromEntries(["here", "there", "stamp"].map((part) => [part,
      [...stepper.querySelectorAll(`.${part} > .slice`)].map((slice) => ({
        shown: !slice.hidden,
        idle: slice.classList.contains("idle"),
        texts: [...slice.querySelectorAll(".t > g")].map((row) => texts(row.children)),
        windows: [...slice.querySelectorAll(".o, .w")].map((mark) =>
          [mark.getAttribute("transform"), mark.getAttribute("visibility") !== "hidden"]),
        corners: texts(slice.querySelectorAll(".w text")),
        todo: slice.querySelector(".c")?.getAttribute("d") ?? "",
        fills: [...slice.querySelectorAll("[class^=f]")].map((fill) => fill.getAttribute("d")),
      }))])),
  };
}"""


def random_steppers():
    """Steppers of each kind, of whole numbers, of fractions, and without numbers."""
    random = np.random.default_rng(7)
    for scale in (1, 0.3, 1e8):
        groups, dilation = random.integers(1, 3, 2)
        x = random.integers(-9, 10, (2, 2 * groups, *random.integers(3, 5, 2))) * scale
        w = random.integers(-3, 4, (2 * groups, 2, *random.integers(1, 4, 2)))
        settings = {
            "strides": tuple(random.integers(1, 4, 2)),
            "dilation": (dilation, 1),
            "groups": groups,
            "bias": random.integers(-9, 10, 2 * groups),
            "engine": "numpy",
        }
        yield draw.stepper(x, w, "full", **settings)
        yield draw.correlate_stepper(x, w, ((0, 5), (3, 1)), **settings)
        yield draw.transpose_stepper(x, w, ((1, 0), (0, 0)), **settings)
        yield draw.transpose_stepper(x, w, **settings, view="gather")
        yield draw.pool_stepper(x, 3, 2, 1, "max")
        yield draw.pool_stepper(x, (2, 3), border_mode=((0, 1), (0, 1)), mode="average")
        yield draw.shift_stepper(x[:1, :1], w[:1, :1])
        yield draw.stepper(x, w, "full", **settings, border="reflect")
        yield draw.transpose_stepper(x, w, ((1, 1), (0, 1)), **settings, border="circular")
        yield draw.transpose_stepper(
            x, w, ((2, 0), (0, 1)), dilation=2, border="symmetric", groups=groups, engine="numpy"
        )
        yield draw.pool_stepper(x, 2, 2, ((1, 0), (0, 1)), "min", ceil_mode=True)
        yield draw.pool_stepper(x, 2, 1, 1, "average", dilation=2, divisor=3)
    large = np.ones((1, 1, 21, 5))
    yield draw.stepper(large, np.ones((1, 1, 3, 1)), engine="numpy")
    yield draw.transpose_stepper(large, np.ones((1, 1, 1, 2)), strides=2, engine="numpy")
    yield draw.pool_stepper(large, (3, 1))
    yield draw.transpose_stepper(
        large, np.ones((1, 1, 2, 3)), "same", border="replicate", engine="numpy"
    )


def cells_in(path):
    """Cells that boxes cover; a box may have several rows."""
    boxes = [[int(n) // 10 for n in box] for box in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", path)]
    return {
        (row, column)
        for left, top, width, height in boxes
        for row in range(top, top + height)
        for column in range(left, left + width)
    }


def drawn(piece):
    """What a slice shows, read from its SVG."""
    svg = ElementTree.fromstring(piece.panel.svg())
    groups = {group.get("class"): group for group in svg.iter("g") if group.get("class")}
    paths = {path.get("class"): path.get("d") for path in svg.iter("path")}
    return {
        "texts": [[text.text or "" for text in row] for row in groups["t"]],
        "windows": [
            (groups[name].get("transform"), groups[name].get("visibility") is None)
            for name in ("o", "w")
            if name in groups
        ],
        "corners": [text.text for text in groups["w"].iter("text")] if "w" in groups else [],
        "todo": cells_in(paths.get("c", "")),
        "fills": set().union(*(cells_in(d) for name, d in paths.items() if name[0] == "f")),
    }


def test_the_script_shows_each_step_as_python_draws_it(browser, tmp_path):
    """Numbers, windows, corners, colours and sentences, of random figures of each kind."""
    page = browser.new_page()
    for figure in random_steppers():
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.html"
        figure.save(path)
        page.goto(path.as_uri())
        stepper, kind = page.query_selector("convdoc-stepper"), look(figure.steps)
        count = len(figure.steps)
        for step in {0, count // 3, count // 2, count - 1}:
            shown = page.evaluate(f"([stepper, step]) => ({SHOWN})(stepper, step)", [stepper, step])
            if figure.steps.numbered:
                assert shown["now"] == html(kind.lines(step))
            for block in blocks_at(kind, step):
                slices = shown["parts"].pop(block.part)
                for piece, mine in zip(block.slices, slices, strict=True):
                    assert mine["shown"] == piece.shown
                    assert mine["idle"] == piece.idle
                    if not piece.shown:
                        continue
                    expected = drawn(piece)
                    if figure.steps.numbered:
                        assert mine["texts"] == expected["texts"]
                    assert [tuple(window) for window in mine["windows"]] == expected["windows"] or (
                        not piece.panel.lit and not any(lit for _, lit in mine["windows"])
                    )
                    if piece.panel.lit:
                        assert mine["corners"] == expected["corners"]
                    assert cells_in(mine["todo"]) == expected["todo"]
                    fills = set().union(*map(cells_in, mine["fills"]))
                    assert fills == expected["fills"]
            assert not any(shown["parts"].values())
    page.close()
