"""The chapter on what a convolution is: its numbers on the built page."""

import json

import pytest

from tests.test_site import cells, printed, soup


def steppers(page):
    """Steppers of a chapter, without those in the solutions of its questions."""
    return [s for s in page.select("convdoc-stepper") if not s.find_parent("convdoc-question")]


def numbers(stepper):
    """All numbers of a stepper's last array, once it has gone through all steps."""
    return cells(stepper.select(".stage .block")[-1])


def shapes(stepper):
    return [p.get_text() for p in stepper.select(".stage .block > p:first-child")]


def drawn(figure):
    """What stands in a figure, text by text."""
    return [text.get_text() for text in figure.select("text")]


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/what-a-convolution-is.html")


def test_one_row_is_averaged_by_hand_and_convolved(page):
    """(3 + 6 + 9) / 3 = 6, and with weights (3·9 + 2·6 + 1·3) / 6 = 42 / 6 = 7, and so on."""
    texts = printed(page)
    assert "[6.0, 5.0, 4.0, 3.0]" in texts[0]
    assert "[7., 4., 3., 4.]" in texts[1]
    assert shapes(steppers(page)[1]) == ["x (1, 1, 1, 6)", "W (1, 1, 1, 3)", "y (1, 1, 1, 4)"]
    assert numbers(steppers(page)[1]) == [42, 24, 18, 24]


def test_both_animations_of_the_notebook_can_be_stepped_through(page):
    """The numbers of "valid" are printed in it; those of "same" are SciPy's convolve2d."""
    valid, _, same, _ = steppers(page)
    assert shapes(valid) == ["x (1, 1, 5, 5)", "W (1, 1, 3, 3)", "y (1, 1, 3, 3)"]
    assert numbers(valid) == [4, 3, 4, 2, 4, 3, 2, 3, 4]
    assert shapes(same)[2] == "y (1, 1, 5, 5)"
    assert numbers(same) == [
        2, 2, 3, 1, 1,
        1, 4, 3, 4, 1,
        1, 2, 4, 3, 3,
        1, 2, 3, 4, 1,
        0, 2, 2, 1, 1,
    ]  # fmt: skip


def test_a_moved_image_moves_the_result(page):
    """Added up by hand: 1·W at row 0, columns 1 and 2, and 2·W at row 1, column 1."""
    result = [
        [0, 1, 3, 2, 0, 0],
        [0, 2, 7, 3, 0, 0],
        [0, 0, 6, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]
    moved = [[0] * 6, *([0, 0, *row[:4]] for row in result[:3])]
    texts = drawn(page.select("svg.convdoc-figure")[0])
    labels = [at for at, text in enumerate(texts) if text == "sample 1"]
    expected = [str(number) for row in moved for number in row]
    assert texts[labels[-1] + 1 : labels[-1] + 25] == expected


def test_the_impulse_shows_the_kernel_unturned(page):
    """Printed in the notebook, whose text announces an image and a result of 3×5."""
    texts = drawn(page.select("svg.convdoc-figure")[1])
    assert {"(1, 1, 5, 7)", "(1, 1, 2, 3)", "(1, 1, 4, 5)"} <= set(texts)
    digits = [int(text) for text in texts if text.isdigit()]
    assert digits[-20:] == [
        0, 0, 0, 0, 0,
        0, 1, 2, 3, 0,
        0, 4, 5, 6, 0,
        0, 0, 0, 0, 0,
    ]  # fmt: skip
    assert "of 4×5 pixels" in page.get_text()


def test_shifted_images_add_up_to_the_full_convolution(page):
    """By hand: x, ten times x one to the right, twice x one down."""
    expected = [1, 12, 20, 0, 2, 5, 13, 30, 2, 22, 7, 10, 4, 0, 2, 0]
    assert numbers(steppers(page)[3]) == expected
    assert any("[ 2., 22.,  7., 10.]" in text for text in printed(page))


def test_the_questions_of_the_chapter_recognise_a_kernel_that_was_not_flipped(page):
    """2·1 + 0·3 + 5·2 = 12 where 2·2 + 0·3 + 5·1 = 9 is right."""
    boxes = page.select("convdoc-question")
    assert len(boxes) == 3
    plan = json.loads(boxes[0]["data-plan"])
    assert plan["right"] == [9, 16, 17]
    value, tell, _ = plan["wrong"][0]
    assert value == [12, 17, 16]
    assert "as it is written" in tell
