"""The explorer in a real browser: clicks, keys, touch, paste, pictures, links."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from convdoc import conv4d
from tests.explorer_page import page as explorer
from tests.test_browser import COLOURS, TOO_WIDE, what_axe_finds_in

FILM = [
    [1, 1, 1, 0, 0],
    [0, 1, 1, 1, 0],
    [0, 0, 1, 1, 1],
    [0, 0, 1, 1, 0],
    [0, 1, 1, 0, 0],
]
FLAT = np.ravel(FILM).tolist()
ALL = ("there", "stamp", "here")


@pytest.fixture
def page(browser, address):
    """The explorer at its first example."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
    open_at(page, address)
    yield page
    assert page.faults == []
    context.close()


def open_at(page, address, fragment=""):
    page.goto("about:blank")
    page.goto(f"{address}explorer.html{fragment}")
    page.wait_for_selector("#convdoc-explorer .facts dt", state="attached")


def put(page, name, value, index=None):
    at = "" if index is None else f'[data-index="{index}"]'
    page.fill(f'#convdoc-explorer [data-set="{name}"]{at}', str(value))


def numbers(page, part, k=0):
    """The numbers that stand in the cells of a panel."""
    texts = (
        page.locator(f"#convdoc-explorer .{part} .slice")
        .nth(k)
        .locator(".t text")
        .all_text_contents()
    )
    return [float(text.replace("−", "-")) for text in texts]


def cell(page, part, index, k=0):
    return page.locator(f"#convdoc-explorer .{part} .slice").nth(k).locator(".t text").nth(index)


def click(page, part, index, k=0):
    cell(page, part, index, k).scroll_into_view_if_needed()
    box = cell(page, part, index, k).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def caption(page):
    return page.locator("#convdoc-explorer convdoc-stepper .now").inner_text().replace("\xa0", " ")


def message(page):
    return page.locator("#convdoc-explorer .message").inner_text()


def preset(page, name):
    page.select_option('#convdoc-explorer [data-do="preset"]', name)


def link(page):
    page.wait_for_timeout(400)
    return page.evaluate("location.hash")


def test_begins_with_the_animated_figure(page):
    """Oracle: the numbers that the notebook's film shows."""
    assert numbers(page, "there") == FLAT
    assert numbers(page, "here") == [4, 3, 4, 2, 4, 3, 2, 3, 4]
    assert "(1, 1, 5, 5)" in page.inner_text("#convdoc-explorer .there")


def test_typing_changes_a_cell_and_all_that_follows(page):
    click(page, "there", 0)
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    assert numbers(page, "there")[0] == 5
    assert numbers(page, "here")[0] == 4 + 4  # one more for each of the four that were added
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "x[1, 0] = 0"
    page.keyboard.press("ArrowRight")
    page.keyboard.type("-2.5")
    page.keyboard.press("Tab")
    assert numbers(page, "there")[6] == -2.5
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "x[1, 2] = 1"
    page.keyboard.press("Delete")
    assert numbers(page, "there")[7] == 0
    expected = np.array(FILM, float)
    expected[0, 0], expected[1, 1], expected[1, 2] = 5, -2.5, 0
    w = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]]).reshape(1, 1, 3, 3)
    y = conv4d(expected.reshape(1, 1, 5, 5), w, "valid")
    assert numbers(page, "here") == y.ravel().tolist()


def test_a_kernel_is_edited_as_it_is_stored(page):
    """Of an impulse, the output is the kernel as it is stored: what is typed first comes first."""
    preset(page, "notebook/impulse")
    click(page, "stamp", 0)
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    assert numbers(page, "stamp") == [9, 2, 3, 4, 5, 6]
    assert numbers(page, "here")[6:9] == [9, 2, 3]
    page.click('#convdoc-explorer [data-do="stored"]')  # now as it lies, turned
    assert numbers(page, "stamp") == [6, 5, 4, 3, 2, 9]
    click(page, "stamp", 0)
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert "W=923457" in link(page)


def test_escape_keeps_and_a_wrong_number_is_told(page):
    click(page, "there", 0)
    page.keyboard.press("Enter")
    page.keyboard.type("12x")
    page.keyboard.press("Enter")
    assert "“12x” is not a number" in message(page)
    assert page.locator("#convdoc-explorer .editor").input_value() == "12x"  # and nothing is lost
    page.keyboard.press("Escape")
    assert numbers(page, "there") == FLAT
    assert page.locator("#convdoc-explorer .editor").count() == 0


def test_a_cell_takes_a_fraction(page):
    click(page, "stamp", 4)
    page.keyboard.type("-1/4")
    page.keyboard.press("Enter")
    assert numbers(page, "stamp")[4] == -0.25
    assert numbers(page, "here")[0] == 4 - 1.25  # the window's middle is 1, and W[1, 1] was 1


def test_a_kernel_is_divided_by_a_number_or_by_its_sum(page):
    divide = page.locator('#convdoc-explorer [data-do="divide"]')
    divide.fill("4")
    divide.press("Enter")
    assert numbers(page, "stamp") == [0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25]
    by_sum = page.locator('#convdoc-explorer [data-do="normalize"]')
    assert by_sum.inner_text() == "its sum, 1.25"
    by_sum.click()
    assert numbers(page, "stamp") == [0.2, 0, 0.2, 0, 0.2, 0, 0.2, 0, 0.2]
    assert by_sum.get_attribute("aria-disabled") == "true"
    page.click('#convdoc-explorer [data-do="undo"]')
    page.click('#convdoc-explorer [data-do="undo"]')
    assert numbers(page, "stamp") == [1, 0, 1, 0, 1, 0, 1, 0, 1]
    divide.fill("0")
    divide.press("Enter")
    assert message(page).startswith("The weights cannot be divided by 0.")
    preset(page, "kernels/laplace")
    assert by_sum.get_attribute("aria-disabled") == "true"  # its sum is 0
    page.select_option('#convdoc-explorer [data-do="kind"]', "max")
    assert not divide.is_visible()


def test_each_filter_is_divided_by_its_own_sum(page):
    """The notebook's two: a cross with a sum of 5, and a plus with one of 6."""
    preset(page, "notebook/filters")
    by_sum = page.locator('#convdoc-explorer [data-do="normalize"]')
    assert by_sum.inner_text() == "their sums, 5, 6"
    by_sum.click()
    assert numbers(page, "stamp", 0)[0] == 0.2
    assert numbers(page, "stamp", 1)[1] == 0.17


def paste(page, text):
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


@pytest.mark.parametrize(
    "text",
    [
        "7\t8\n9\t10",
        "[[ 7.  8.]\n [ 9. 10.]]",
        "array([[7, 8],\n       [9, 10]], dtype=float32)",
        "7 8\n9 10\n",
        "7, 8; 9, 10".replace("; ", "\n"),
        "[7 8; 9 10]",
        r"\frac{1}{2}\begin{bmatrix} 14 & 16 \\ 18 & 20 \end{bmatrix}",
    ],
)
def test_a_block_is_pasted(page, text):
    click(page, "there", 6)
    paste(page, text)
    expected = np.array(FILM)
    expected[1:3, 1:3] = [[7, 8], [9, 10]]
    assert numbers(page, "there") == expected.ravel().tolist()
    page.keyboard.press("Control+z")
    assert numbers(page, "there") == FLAT
    page.keyboard.press("Control+Shift+z")
    assert numbers(page, "there") == expected.ravel().tolist()


def test_a_block_that_is_too_large_changes_nothing_and_says_how_to_fit_it(page):
    click(page, "there", 18)
    paste(page, "1 2 3\n4 5 6\n7 8 9")
    assert "3×3 numbers" in message(page)
    assert "room for 2×2" in message(page)
    assert numbers(page, "there") == FLAT
    page.get_by_role("button", name="Make the input 6×6 and paste").click()
    assert numbers(page, "there")[21:24] == [1, 2, 3]
    assert numbers(page, "there")[33:36] == [7, 8, 9]


def test_a_pasted_text_without_numbers_is_told(page):
    click(page, "there", 0)
    paste(page, "one two")
    assert "“one” is not a number" in message(page)
    paste(page, "1 2\n3")
    assert "differ in length: 2, 1" in message(page)


def test_an_output_tells_its_sum(page):
    click(page, "here", 3)
    products = "0·1 + 1·0 + 1·1 + 0·0 + 0·1 + 1·0 + 0·1 + 0·0 + 1·1"
    assert caption(page).startswith(f"y[1, 0] = {products} = 2")
    assert "y[1, 0] = x[1, 0]·W[2, 2] + x[1, 1]·W[2, 1] + x[1, 2]·W[2, 0]" in caption(page)


def test_an_input_tells_its_outputs_and_a_weight_its_products(page):
    cell(page, "there", 6).hover()
    assert caption(page) == "x[1, 1] takes part in 4 of 9 steps: y[0, 0], y[0, 1], y[1, 0], y[1, 1]"
    cell(page, "stamp", 1).hover()  # W[0, 1] lies on the bottom row, middle, of each window
    assert caption(page).startswith("W[0, 1] = 0 takes part in 9 products, one for each output")
    assert "y[0, 0]: x[2, 1]·W[0, 1] = 0·0 = 0" in caption(page)
    assert page.locator("#convdoc-explorer .there .l").get_attribute("d").count("M") == 9


def test_steps_play_and_scrub(page):
    page.locator("#convdoc-explorer input[type=range]").fill("0")
    assert caption(page).startswith("y[0, 0]")
    page.get_by_role("button", name="Forward").click()
    assert caption(page).startswith("y[0, 1]")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "document.querySelector('#convdoc-explorer .now').innerText.startsWith('y[0,\\u00a02]')"
    )
    page.get_by_role("button", name="Pause").click()


def test_an_illegal_setting_says_why_and_what_would_be_legal(page):
    put(page, "kernel", 7, 0)
    faults = page.locator("#convdoc-explorer .faults")
    assert "The kernel is 7 high and the input is 5" in faults.inner_text()
    assert numbers(page, "here") == [4, 3, 4, 2, 4, 3, 2, 3, 4]  # nothing blanks
    put(page, "groups", 2)
    assert (
        "The number of groups, 2, divides neither the number of channels, 1, nor"
        in faults.inner_text()
    )
    page.get_by_role("button", name="Take 2 channels and 2 filters").click()
    page.get_by_role("button", name="Make the input 7×5").click()
    assert not faults.is_visible()
    assert "(1, 2, 7, 5)" in page.inner_text("#convdoc-explorer .there")
    put(page, "strides", "", 0)
    assert "A stride must be a whole number from 1 to 32; it is empty" in faults.inner_text()


def field(page, name, index):
    return page.locator(f'#convdoc-explorer [data-set="{name}"][data-index="{index}"]')


def test_a_number_typed_into_a_field_is_one_step_and_loses_nothing(page):
    width = field(page, "size", 1)
    width.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("12")  # by way of 1
    assert "(1, 1, 5, 12)" in page.inner_text("#convdoc-explorer .there")
    assert np.reshape(numbers(page, "there"), (5, 12))[:, :5].tolist() == FILM
    page.click('#convdoc-explorer [data-do="undo"]')
    assert numbers(page, "there") == FLAT
    kernel = field(page, "kernel", 0)
    kernel.click()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    assert numbers(page, "stamp") == [1, 0, 1, 0, 1, 0, 1, 0, 1]


def test_a_kernel_outlives_a_pooling(page):
    page.check('#convdoc-explorer [data-do="bias"]')
    page.fill('#convdoc-explorer [data-do="biases"]', "5")
    page.keyboard.press("Enter")
    for kind in ("max", "convolution"):
        page.select_option('#convdoc-explorer [data-do="kind"]', kind)
    page.check('#convdoc-explorer [data-do="bias"]')
    assert numbers(page, "stamp") == [1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert numbers(page, "here")[0] == 4 + 5


def test_sums_tell_all_digits_and_equal_only_what_is_equal(page):
    click(page, "stamp", 8)  # W[2, 2] lies on the first pixel of each window
    page.keyboard.type("0.004")
    page.keyboard.press("Enter")
    click(page, "here", 0)
    assert caption(page).startswith("y[0, 0] = 1·0.004 + 1·0 + 1·1")
    assert "= 3.004" in caption(page)
    click(page, "stamp", 8)
    page.keyboard.type("0.123456789")
    page.keyboard.press("Enter")
    click(page, "here", 0)
    assert "≈ 3.12346" in caption(page)


def test_after_an_undo_the_sentence_is_that_of_the_new_numbers(page):
    click(page, "there", 0)
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    click(page, "here", 0)
    assert caption(page).startswith("y[0, 0] = 5·1 ")
    page.keyboard.press("Control+z")
    assert caption(page).startswith("y[0, 0] = 1·1 ")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "y[0, 0] = 4"


def test_what_was_refused_stays_chosen_until_it_is_mended(page):
    put(page, "kernel", 2, 0)
    put(page, "kernel", 2, 1)
    put(page, "border_mode", 3, 0)
    page.select_option('#convdoc-explorer [data-do="kind"]', "max")
    assert "pads less than its window" in page.inner_text("#convdoc-explorer .faults")
    put(page, "kernel", 4, 0)
    assert page.input_value('#convdoc-explorer [data-do="kind"]') == "max"
    assert page.locator("#convdoc-explorer .faults").is_hidden()
    assert "(1, 1, 5, 4)" in page.inner_text("#convdoc-explorer .here")


def test_an_open_editor_does_not_write_into_the_next_state(page):
    click(page, "there", 12)
    page.keyboard.type("44")
    page.evaluate("location.hash = '#v1&x=1,1,4,4&X=0*15.&W=0*8.'")
    page.wait_for_function("document.querySelectorAll('.there .t text').length === 16")
    page.wait_for_timeout(100)
    assert numbers(page, "there") == [0] * 16


def test_a_bad_link_opened_later_changes_nothing(page):
    click(page, "there", 0)
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    page.evaluate("location.hash = '#v1&X=1'")
    page.wait_for_selector("#convdoc-explorer .message")
    assert message(page).startswith("This link cannot be opened. ")
    assert numbers(page, "there")[0] == 7


def test_links_within_the_page_and_none_change_nothing(page):
    click(page, "there", 0)
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    for place in ("main-content", "explorer", ""):
        page.evaluate("place => { location.hash = place; }", place)
        page.wait_for_timeout(50)
        assert numbers(page, "there")[0] == 7
        assert not page.locator("#convdoc-explorer .message").is_visible()
    page.evaluate("location.hash = '#v1&x=1,1,3,3&X=0*8.&W=0*8.'")
    page.wait_for_function("document.querySelectorAll('.there .t text').length === 9")
    page.keyboard.press("Control+z")  # a link that is opened here can be undone
    assert numbers(page, "there")[0] == 7


def test_what_is_clicked_while_editing_keeps_the_focus(page):
    click(page, "there", 12)
    page.keyboard.type("44")
    page.locator('#convdoc-explorer [data-set="filters"]').click()
    page.wait_for_timeout(100)
    assert numbers(page, "there")[12] == 44
    assert page.evaluate("document.activeElement.dataset.set") == "filters"


def test_cells_are_edited_in_full_screen(page):
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement !== null")
    click(page, "there", 0)
    page.keyboard.type("6")
    assert page.evaluate("document.fullscreenElement.contains(document.activeElement)")
    page.keyboard.press("Enter")
    assert numbers(page, "there")[0] == 6
    page.keyboard.type("7x")
    page.keyboard.press("Enter")
    shown = "document.elementFromPoint(innerWidth - 60, innerHeight - 40).closest('.message')"
    assert "“7x” is not a number" in page.evaluate(f"{shown}.textContent")


def test_a_step_that_changes_nothing_is_none(page):
    preset(page, "kernels/identity")
    preset(page, "kernels/identity")
    click(page, "there", 40)  # x[4, 4], which is 0; around it is padding
    page.keyboard.press("Delete")
    page.click('#convdoc-explorer [data-do="undo"]')
    assert numbers(page, "stamp") == [1, 0, 1, 0, 1, 0, 1, 0, 1]


def test_every_setting_is_reached_and_the_facts_follow(page):
    page.select_option('#convdoc-explorer [data-do="kind"]', "transposed")
    put(page, "strides", 2, 0)
    put(page, "strides", 2, 1)
    put(page, "output_padding", 1, 0)
    put(page, "output_padding", 1, 1)
    facts = page.inner_text("#convdoc-explorer .facts").replace("\n", " ")
    assert "y (1, 1, 5, 5), W (1, 1, 3, 3) → x′ (1, 1, 12, 12)" in facts
    assert "Relationship 14" in facts
    href = page.locator("#convdoc-explorer .facts a").get_attribute("href")
    page.goto(page.url.split("explorer.html")[0] + href)
    assert page.evaluate("document.querySelector(':target') !== null")


def control(page, name):
    return page.locator(f'#convdoc-explorer [data-do="{name}"]')


def test_a_border_is_chosen_where_there_is_padding(page):
    assert not control(page, "border").is_visible()
    page.select_option('#convdoc-explorer [data-do="mode"]', "same_lower")
    page.select_option('#convdoc-explorer [data-do="border"]', "circular")
    around = numbers(page, "there")[:7]
    assert around == [FLAT[24], *FLAT[20:25], FLAT[20]]  # the last row, between its own ends
    assert page.locator("#convdoc-explorer .there .t .m").count() == 49 - 25
    click(page, "there", 0)
    assert caption(page).startswith("x[4, 4] at (−1, −1) beyond the border takes part in 1 of 25")
    assert "holding the image again" in page.inner_text("#convdoc-explorer .facts")
    page.select_option('#convdoc-explorer [data-do="border"]', "number")
    page.fill('#convdoc-explorer [data-set="border"]', "-0.5")
    assert numbers(page, "there")[:7] == [-0.5] * 7
    page.fill('#convdoc-explorer [data-set="border"]', "")
    assert "it is empty" in page.inner_text("#convdoc-explorer .faults")
    page.get_by_role("button", name="Make it 0").click()
    assert numbers(page, "there")[:7] == [0] * 7
    page.fill('#convdoc-explorer [data-set="border"]', "3")
    assert "&border=3&" in link(page)
    page.select_option('#convdoc-explorer [data-do="kind"]', "max")
    assert not control(page, "border").is_visible()


def test_poolings_have_a_last_window_dilation_and_a_divisor(page):
    assert not control(page, "ceil_mode").is_visible()
    page.select_option('#convdoc-explorer [data-do="kind"]', "average")
    put(page, "strides", 4, 0)
    put(page, "strides", 4, 1)
    assert numbers(page, "here") == [pytest.approx(6 / 9, abs=0.005)]
    page.check('#convdoc-explorer [data-do="ceil_mode"]')
    # The last windows hold two rows, or columns, less than three: one.
    corner = FLAT[24]
    assert numbers(page, "here")[3] == corner
    assert page.locator("#convdoc-explorer .there .n").count() == 1
    assert "rows below: 2, columns on the right: 2" in page.inner_text("#convdoc-explorer .facts")
    put(page, "divisor", 2)
    assert numbers(page, "here")[0] == 3
    put(page, "dilation", 2, 0)
    put(page, "dilation", 2, 1)
    assert "&dilation=2,2&ceil=1&divisor=2&" in link(page)
    page.fill('#convdoc-explorer [data-set="divisor"]', "")
    assert "divisor" not in link(page)
    page.select_option('#convdoc-explorer [data-do="kind"]', "min")
    assert not page.locator('#convdoc-explorer [data-set="divisor"]').is_visible()


def test_a_transposed_convolution_padded_as_tensorflow_gives_size_times_stride(page):
    page.select_option('#convdoc-explorer [data-do="kind"]', "transposed")
    page.select_option('#convdoc-explorer [data-do="mode"]', "same_upper")
    put(page, "strides", 2, 0)
    put(page, "strides", 3, 1)
    assert "(1, 1, 10, 15)" in page.inner_text("#convdoc-explorer .here")
    put(page, "output_padding", 0, 1)
    put(page, "strides", 2, 1)
    assert "(1, 1, 10, 9)" in page.inner_text("#convdoc-explorer .here")


def test_one_window_of_a_bordered_picture_is_told_in_numbers(page, address):
    whole = "#v1&x=1,1,40,40&pad=same&border=symmetric&picture=zones&W=123456789"
    open_at(page, address, whole)
    page.wait_for_selector("#convdoc-explorer .loupe convdoc-stepper")
    canvas = page.locator("#convdoc-explorer .here canvas")
    canvas.focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
        page.keyboard.press("Shift+ArrowLeft")
    # At the corner, the four pixels that are mirrored are the first.
    shown = numbers(page, "loupe .there")
    assert shown[0] == shown[1] == shown[3] == shown[4]
    assert "5 of 9 products are with pixels that the border repeats" in caption(page)
    cell(page, "loupe .there", 0).focus()
    label = cell(page, "loupe .there", 0).get_attribute("aria-label").replace("\xa0", " ")
    assert label.startswith("x[0, 0] at (−1, −1) beyond the border")


def test_the_inverse_question(page):
    page.fill('#convdoc-explorer [data-inverse="0"]', "7")
    page.fill('#convdoc-explorer [data-inverse="1"]', "7")
    rows = page.locator("#convdoc-explorer .answers tr").all_inner_texts()
    assert any(row.split("\t")[:3] == ["none (valid)", "9", "9"] for row in rows)
    assert any(row.split("\t")[:3] == ["full", "5", "5"] for row in rows)
    page.get_by_role("button", name="Show it: padding full").click()
    assert "(1, 1, 7, 7)" in page.inner_text("#convdoc-explorer .here")


def test_a_link_restores_everything(page, address):
    page.select_option('#convdoc-explorer [data-do="kind"]', "correlation")
    put(page, "filters", 2)
    page.check('#convdoc-explorer [data-do="bias"]')
    page.fill('#convdoc-explorer [data-do="biases"]', "3 −0.5")
    page.keyboard.press("Enter")
    page.select_option('#convdoc-explorer [data-do="mode"]', "half")
    page.click('#convdoc-explorer [data-do="link"]')
    assert "The link is copied" in message(page)
    copied = page.evaluate("navigator.clipboard.readText()")
    first = [numbers(page, part) for part in ALL]
    second = [numbers(page, part, 1) for part in ("stamp", "here")]
    open_at(page, address, "#" + copied.split("#")[1])
    assert [numbers(page, part) for part in ALL] == first
    assert [numbers(page, part, 1) for part in ("stamp", "here")] == second
    assert page.input_value('#convdoc-explorer [data-do="biases"]') == "3 -0.5"
    assert page.input_value('#convdoc-explorer [data-do="mode"]') == "half"


def test_a_damaged_link_gives_a_message_and_the_first_example(page, address):
    page.on("dialog", lambda dialog: page.faults.append("a script ran"))
    hostile = ["#v1&x=<img src=x onerror=alert(1)>", "#v9&X=1", "#v1&X=(", "#v1&__proto__=1&X=1"]
    for fragment in hostile:
        open_at(page, address, fragment)
        assert message(page).startswith("This link cannot be opened. ")
        assert numbers(page, "here") == [4, 3, 4, 2, 4, 3, 2, 3, 4]
        assert page.locator("#convdoc-explorer img").count() == 0


def test_code_and_arrays_are_copied(page):
    page.get_by_role("tab", name="PyTorch").click()
    page.click('#convdoc-explorer [data-do="copy"]')
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "import torch" in copied
    assert copied == page.locator("#code code").text_content()
    page.get_by_role("tab", name="PyTorch").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", selected=True).inner_text() == "JAX"
    page.get_by_role("tab", name="the arrays").click()
    names = {}
    exec(page.locator("#code code").text_content(), names)
    np.testing.assert_array_equal(names["x"][0, 0], FILM)
    np.testing.assert_array_equal(names["y"].ravel(), [4, 3, 4, 2, 4, 3, 2, 3, 4])


def test_the_figure_is_saved(page, tmp_path):
    files = {}
    for kind in ("svg", "png", "npy-x"):
        with page.expect_download() as download:
            page.click(f'#convdoc-explorer [data-do="{kind}"]')
        files[kind] = download.value.path().read_bytes()
    drawing = files["svg"].decode()
    assert drawing.startswith("<svg ")
    assert "var(" not in drawing
    picture = page.context.new_page()
    picture.set_content(drawing)
    assert picture.locator("svg svg").count() == 3
    assert picture.locator("svg.input .t text").nth(0).text_content() == "1"
    image = Image.open(io.BytesIO(files["png"]))
    assert image.width > 600
    assert len(image.convert("RGB").getcolors(100_000)) > 20
    np.testing.assert_array_equal(np.load(io.BytesIO(files["npy-x"]))[0, 0], FILM)


def test_touch_selects_and_edits(browser, address):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    open_at(page, address)
    cell(page, "there", 12).scroll_into_view_if_needed()
    box = cell(page, "there", 12).bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(*at)
    assert caption(page).startswith("x[2, 2] takes part in 9 of 9 steps")
    page.touchscreen.tap(*at)
    page.locator("#convdoc-explorer .editor").fill("4")
    page.keyboard.press("Enter")
    assert numbers(page, "there")[12] == 4
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


# -- At first sight --------------------------------------------------------------------------------

FIGURE = (".stage", ".there svg", ".stamp svg", ".here svg", ".controls", ".now")
BOX = """selector => {
  const { left, top, right, bottom } =
    document.querySelector("#convdoc-explorer " + selector).getBoundingClientRect();
  const header = document.querySelector(".bd-header").getBoundingClientRect().bottom;
  return { left, top, right, bottom, header };
}"""
#: What has moved so far without the reader, as browsers measure it.
SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""
LAPTOPS, PHONE = [(1280, 800), (1366, 768), (1440, 900)], (390, 844)


@pytest.fixture
def opened(browser, address):
    """Opens the explorer in a window of a size."""
    contexts = []

    def open_in(width, height, fragment=""):
        size = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=size, has_touch=width < 600))
        page = contexts[-1].new_page()
        open_at(page, address, fragment)
        return page

    yield open_in
    for context in contexts:
        context.close()


def is_in_sight(page, selector):
    """Whether all of it is in the window, under the page's header, and nothing lies on it."""
    box, size = page.evaluate(BOX, selector), page.viewport_size
    is_inside = box["header"] <= box["top"] and box["bottom"] <= size["height"]
    x, y = (box["left"] + box["right"]) / 2, box["bottom"] - 2
    on_top = "([x, y, of]) => document.elementFromPoint(x, y)?.closest(of) !== null"
    is_free = page.evaluate(on_top, [x, y, f"#convdoc-explorer {selector}"])
    return is_inside and box["left"] >= 0 and box["right"] <= size["width"] and is_free


@pytest.mark.parametrize("size", [*LAPTOPS, (1920, 1080), PHONE])
def test_the_first_figure_its_controls_and_its_sum_are_on_the_first_screen(opened, size):
    page = opened(*size)
    assert [part for part in FIGURE if not is_in_sight(page, part)] == []
    scrolled = "e => e.scrollHeight - e.clientHeight"
    for part in (".work", ".now"):
        assert page.locator(f"#convdoc-explorer {part}").evaluate(scrolled) <= 0, part


@pytest.mark.parametrize("size", [*LAPTOPS, (1920, 1080), PHONE])
def test_nothing_moves_while_the_page_is_loaded(opened, size):
    assert opened(*size).evaluate(SHIFT) <= 0.05


@pytest.mark.parametrize("size", LAPTOPS)
def test_settings_are_beside_the_figure(opened, size):
    page = opened(*size)
    figure, side = page.evaluate(BOX, ".work"), page.evaluate(BOX, ".side")
    assert figure["right"] < side["left"]
    assert figure["top"] == side["top"]


def test_a_projector_shows_larger_cells(opened):
    sides = [opened(*size).evaluate(BOX, ".there svg") for size in (LAPTOPS[0], (1920, 1080))]
    laptop, projector = (side["right"] - side["left"] for side in sides)
    assert projector > 1.4 * laptop  # 5 cells of 6.5 rem, beside 5 of 4 rem


def test_on_a_phone_the_figure_stays_in_sight_while_settings_change(opened):
    page = opened(*PHONE)
    for name, index in (("size", 0), ("kernel", 1), ("dilation", 0), ("border_mode", 3)):
        element = field(page, name, index)
        element.focus()
        page.keyboard.press("Control+a")
        assert [part for part in FIGURE if not is_in_sight(page, part)] == []
        box, work = element.bounding_box(), page.evaluate(BOX, ".work")
        assert work["bottom"] <= box["y"]
        assert box["y"] + box["height"] <= PHONE[1]


def test_on_a_phone_all_that_is_touched_is_large_enough(opened):
    """WCAG 2.2, 2.5.8: 24 by 24 pixels; a checkbox is touched by way of its label."""
    small = opened(*PHONE).evaluate(
        """[...document.querySelectorAll(
            "#convdoc-explorer :is(button, select, input:not([type=checkbox]), label.check)")]
          .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
          .filter(([, { width, height }]) => width && Math.min(width, height) < 24)"""
    )
    assert small == []
    page = opened(*PHONE)
    side = page.evaluate(BOX, ".there svg")
    assert (side["right"] - side["left"]) / 5.2 >= 24


def test_number_fields_ask_for_a_keyboard_of_digits(opened):
    page = opened(*PHONE)
    fields = page.locator("#convdoc-explorer input[type=number]").all()
    modes = {one.get_attribute("data-set"): one.get_attribute("inputmode") for one in fields}
    assert modes.pop("border") is None  # it may be negative, and keyboards of digits have no minus
    assert set(modes.values()) == {"numeric"}


@pytest.mark.parametrize("size", [LAPTOPS[0], PHONE])
def test_a_link_lands_on_the_figure(opened, size):
    page = opened(*size, "#v1&x=1,1,3,3&X=0*8.&W=0*8.")
    assert len(numbers(page, "there")) == 9
    assert [part for part in FIGURE if not is_in_sight(page, part)] == []


@pytest.mark.parametrize("size", [LAPTOPS[0], PHONE])
def test_the_tabulator_key_goes_down_the_page_as_it_is_seen(opened, size):
    """The figure first, then operation, sizes, kernel, strides, padding."""
    page = opened(*size)
    page.locator("#convdoc-explorer .there [role=gridcell][tabindex='0']").focus()
    reached = []
    for _ in range(40):
        where = "document.activeElement"
        reached.append(page.evaluate(f"{where}.dataset.set ?? {where}.dataset.do ?? ''"))
        page.keyboard.press("Tab")
    order = ["play", "kind", "size", "kernel", "strides", "dilation", "mode"]
    places = [reached.index(name) for name in order]
    assert places == sorted(places)


def show_faults(page):
    put(page, "kernel", 9, 0)
    put(page, "groups", 2)


def show_many(page):
    preset(page, "notebook/rgb")
    put(page, "size", 20, 0)
    put(page, "filters", 3)
    page.check('#convdoc-explorer [data-do="bias"]')


def show_picture(page):
    page.select_option('#convdoc-explorer [data-do="source"]', "chelsea")
    page.wait_for_selector("#convdoc-explorer .loupe convdoc-stepper")


def show_transposed(page):
    preset(page, "guide/back row left")


def show_border(page):
    preset(page, "borders/ring")
    page.select_option('#convdoc-explorer [data-do="border"]', "number")


def show_pooling(page):
    preset(page, "borders/left over")
    page.select_option('#convdoc-explorer [data-do="kind"]', "average")


STATES = [show_faults, show_many, show_picture, show_transposed, show_border, show_pooling]


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_state(page, state):
    state(page)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(TOO_WIDE) <= 0
    found = [
        *what_axe_finds_in(page, "light"),
        *what_axe_finds_in(page, "dark", {"runOnly": COLOURS}),
    ]
    page.faults.clear()  # axe fetches style sheets by paths that are not theirs
    assert found == []


# -- Pictures --------------------------------------------------------------------------------------


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("colour", [False, True])
def test_a_picture_is_brought_and_stays_here(page, address, colour):
    random = np.random.default_rng(1)
    array = random.integers(0, 256, (40, 50, 3) if colour else (40, 50), dtype=np.uint8)
    sent = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.set_input_files(
        "#convdoc-explorer input[type=file]",
        {"name": "mine.png", "mimeType": "image/png", "buffer": png(array)},
    )
    page.wait_for_selector("#convdoc-explorer .pictures canvas")
    channels = 3 if colour else 1
    assert f"(1, {channels}, 40, 50)" in page.inner_text("#convdoc-explorer .pictures")
    way = page.inner_text("#convdoc-explorer .shape-way")
    assert ("(40, 50, 3)" in way) == colour
    with page.expect_download() as download:
        page.click('#convdoc-explorer [data-do="npy-x"]')
    x = np.load(download.value.path())
    np.testing.assert_array_equal(x[0], array.transpose(2, 0, 1) if colour else array[None])
    own = ("GET blob:", "GET data:", f"GET {address}_static/favicon.svg")
    assert [request for request in sent if not request.startswith(own)] == []
    assert "picture=own" in link(page)
    open_at(page, address, link(page))
    assert "which is not part of the link" in message(page)


def test_a_spreadsheet_brings_a_picture_too_and_its_numbers_are_taken(page):
    click(page, "there", 0)
    page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "8\\t9\\n");
            clipboardData.items.add(new File(["x"], "image.png", { type: "image/png" }));
            const event = new ClipboardEvent("paste", { clipboardData, bubbles: true });
            document.activeElement.dispatchEvent(event);
        }"""
    )
    assert numbers(page, "there")[:3] == [8, 9, 1]


def test_a_picture_is_pasted_and_dropped(page):
    data = base64.b64encode(png(np.full((40, 50), 99, np.uint8))).decode()
    page.evaluate(
        """async (data) => {
            const blob = await (await fetch(`data:image/png;base64,${data}`)).blob();
            await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        data,
    )
    page.keyboard.press("Control+v")
    page.wait_for_selector("#convdoc-explorer .pictures canvas")
    assert "from 99 to 99" in page.inner_text("#convdoc-explorer .pictures .there")
    page.evaluate(
        """async (data) => {
            const dataTransfer = new DataTransfer();
            const blob = await (await fetch(`data:image/png;base64,${data}`)).blob();
            dataTransfer.items.add(new File([blob], "dropped.png", { type: "image/png" }));
            const at = { dataTransfer, bubbles: true, cancelable: true };
            document.querySelector("#convdoc-explorer").dispatchEvent(new DragEvent("drop", at));
        }""",
        base64.b64encode(png(np.full((70, 50), 33, np.uint8))).decode(),
    )
    page.wait_for_function("document.querySelector('.pictures')?.innerText.includes('70, 50')")
    assert "from 33 to 33" in page.inner_text("#convdoc-explorer .pictures .there")


def test_undo_brings_back_the_picture_that_was_there(page):
    for grey, height in ((50, 60), (200, 40)):
        file = {"name": "a.png", "mimeType": "image/png"}
        page.set_input_files(
            "#convdoc-explorer input[type=file]",
            file | {"buffer": png(np.full((height, 40), grey, np.uint8))},
        )
        page.wait_for_function(
            "text => document.querySelector('.pictures')?.innerText.includes(text)",
            arg=f"(1, 1, {height}, 40)",
        )
    page.click('#convdoc-explorer [data-do="undo"]')
    put(page, "size", 50, 0)
    assert "from 50 to 50" in page.inner_text("#convdoc-explorer .pictures .there")


def test_a_picture_that_becomes_small_becomes_numbers(page):
    page.select_option('#convdoc-explorer [data-do="source"]', "camera")
    page.wait_for_selector("#convdoc-explorer .pictures canvas")
    page.select_option('#convdoc-explorer [data-do="source"]', "cells")
    x = explorer.photographs()["camera"].astype(float)
    means = x.reshape(16, 16, 16, 16).mean((1, 3))
    assert np.corrcoef(numbers(page, "there"), means.ravel())[0, 1] > 0.9


def test_a_remedy_keeps_the_picture(page):
    row = np.full((1, 200), 77, np.uint8)
    page.set_input_files(
        "#convdoc-explorer input[type=file]",
        {"name": "row.png", "mimeType": "image/png", "buffer": png(row)},
    )
    page.get_by_role("button", name="Pad it: half").click()
    assert "from 77 to 77" in page.inner_text("#convdoc-explorer .pictures .there")


def test_what_is_told_belongs_to_what_is_shown_while_more_is_computed(page):
    random = np.random.default_rng(3)
    array = random.integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    page.set_input_files(
        "#convdoc-explorer input[type=file]",
        {"name": "large.png", "mimeType": "image/png", "buffer": png(array)},
    )
    page.wait_for_selector("#convdoc-explorer .loupe convdoc-stepper", timeout=20_000)
    page.wait_for_selector("#convdoc-explorer .progress", state="hidden")
    put(page, "groups", 1)
    put(page, "kernel", 15, 0)
    put(page, "kernel", 15, 1)
    assert page.locator("#convdoc-explorer .progress").is_visible()
    page.locator("#convdoc-explorer .here canvas").focus()
    page.keyboard.press("ArrowRight")  # on what is still shown
    left, right = caption(page).split("\n")[0].split(" = ")[1:]
    terms = [part.split("·") for part in left.split(" + ")]
    assert sum(int(a) * int(b.strip("()").replace("−", "-")) for a, b in terms) == int(right)
    page.wait_for_selector("#convdoc-explorer .progress", state="hidden", timeout=60_000)


def test_a_file_that_is_no_picture_is_told(page):
    page.set_input_files(
        "#convdoc-explorer input[type=file]",
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no"},
    )
    page.wait_for_selector("#convdoc-explorer .message:not([hidden])")
    assert "a.txt (text/plain) is not a picture" in message(page)


def test_a_photograph_convolved_is_what_convdoc_gives(page):
    """All pixels of the output, as the canvas shows them: rounded, and clipped to 0 to 255."""
    page.select_option('#convdoc-explorer [data-do="source"]', "camera")
    page.wait_for_selector("#convdoc-explorer .pictures canvas")
    preset(page, "kernels/sharpen")
    page.wait_for_timeout(300)
    data = page.evaluate("""() => {
        const canvas = document.querySelector("#convdoc-explorer .here canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return [...data].filter((_, at) => at % 4 === 0); }""")
    x = explorer.photographs()["camera"].astype(float)[None, None]
    w = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0.0]]).reshape(1, 1, 3, 3)
    y = np.clip(conv4d(x, w, "same"), 0, 255)
    np.testing.assert_array_equal(np.reshape(data, y.shape), y)


def test_one_window_of_a_picture_is_told_in_numbers(page):
    page.select_option('#convdoc-explorer [data-do="source"]', "camera")
    page.wait_for_selector("#convdoc-explorer .loupe convdoc-stepper")
    canvas = page.locator("#convdoc-explorer .here canvas")
    canvas.focus()
    for key in ("ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    x = explorer.photographs()["camera"]
    row, column = 254 // 2 + 10, 254 // 2 + 1  # of the output of a valid 3×3
    assert caption(page).startswith(
        f"y[{row}, {column}] = {x[row, column]}·1 + {x[row, column + 1]}·0"
    )
    assert numbers(page, "there") == x[row : row + 3, column : column + 3].ravel().tolist()
    click(page, "stamp", 4)  # and its kernel is the whole one's
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    assert numbers(page, "stamp")[4] == 0
    assert "W=101000101" in link(page)


def test_a_large_picture_is_computed_beside_the_page(page):
    random = np.random.default_rng(2)
    array = random.integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    page.evaluate("""() => {
        const old = Worker;
        window.workers = 0;
        window.Worker = function (...all) { window.workers += 1; return new old(...all); };
    }""")
    page.set_input_files(
        "#convdoc-explorer input[type=file]",
        {"name": "large.png", "mimeType": "image/png", "buffer": png(array)},
    )
    page.wait_for_selector("#convdoc-explorer .loupe convdoc-stepper", timeout=20_000)
    page.wait_for_selector("#convdoc-explorer .progress", state="hidden")
    assert page.evaluate("workers") >= 1
    assert "(1, 3, 1024, 1024)" in page.inner_text("#convdoc-explorer .pictures")


def test_works_from_a_folder_without_a_network(browser, site):
    context = browser.new_context(offline=True)
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((site / "explorer.html").as_uri())
    page.wait_for_selector("#convdoc-explorer .facts dt")
    page.select_option('#convdoc-explorer [data-do="source"]', "chelsea")
    page.wait_for_selector("#convdoc-explorer .pictures canvas")
    put(page, "size", 1024, 0)
    put(page, "size", 1024, 1)
    page.wait_for_selector("#convdoc-explorer .progress", state="hidden", timeout=20_000)
    assert "(1, 3, 1022, 1022)" in page.inner_text("#convdoc-explorer .here")
    page.wait_for_timeout(400)
    assert page.url.endswith("picture=chelsea&W=101010101101010101101010101")
    assert faults == []
    context.close()


def test_without_scripts_it_says_what_it_would_do(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "explorer.html")
    assert "With scripts, this is where you choose" in page.inner_text("#convdoc-explorer")
    page.get_by_role("link", name="the atlas").click()
    assert "atlas" in page.url
    context.close()


def test_the_page_is_light(browser, address, site):
    """Script and data of the explorer, its stepper included, as they are sent; no copies of it."""
    page = browser.new_page()
    sent = []
    page.on("response", lambda response: sent.append(response))
    page.goto(address + "explorer.html", wait_until="networkidle")
    sizes = {response.url.split("?")[0]: len(response.body()) for response in sent}
    ours = [sizes[f"{address}_static/{name}.js"] for name in ("stepper", "explorer")]
    assert sum(ours) < 145_000
    assert sizes[address + "explorer.html"] < 60_000
    assert not any("photographs" in url for url in sizes)
    page.close()
    kept = {path.name for path in (site / "_static").rglob("*") if "explorer" in path.name}
    assert kept == {"explorer.js", "explorer.css"}


def test_a_policy_of_scripts_from_the_site_alone_is_enough(browser, address):
    """The worker too: of `worker-src`, which is not set, `script-src` decides."""
    page = browser.new_page()
    refused, workers = [], []
    page.on("console", lambda message: refused.append(message.text))
    page.on("worker", lambda worker: workers.append(worker.url))
    page.route("**/explorer.html", _with_policy)
    page.goto(address + "explorer.html")
    page.wait_for_selector("#convdoc-explorer .facts dt", state="attached")
    page.select_option('#convdoc-explorer [data-do="source"]', "chelsea")
    page.wait_for_selector("#convdoc-explorer .pictures canvas")
    for axis in (0, 1):
        put(page, "size", 1024, axis)
    page.wait_for_selector("#convdoc-explorer .progress", state="hidden", timeout=60_000)
    assert "(1, 3, 1022, 1022)" in page.inner_text("#convdoc-explorer .here")
    assert workers
    assert {url.split("?")[0] for url in workers} == {address + "_static/explorer.js"}
    assert any("script-src 'self'" in text for text in refused)  # inline scripts of the theme
    assert not any("explorer.js" in text for text in refused), refused
    page.close()


def _with_policy(route):
    response = route.fetch()
    policy = {"Content-Security-Policy": "script-src 'self'"}
    route.fulfill(response=response, headers={**response.headers, **policy})
