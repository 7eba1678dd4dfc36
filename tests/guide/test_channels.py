"""The chapter on channels and filters: its numbers on the built page."""

import json

import pytest

from tests.guide.test_convolution import drawn, numbers, shapes, steppers
from tests.test_site import printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/channels-and-filters.html")


@pytest.fixture(scope="module")
def text(page):
    return "\n".join(printed(page))


def test_two_channels_give_what_dive_into_deep_learning_prints(page):
    two, _ = steppers(page)
    assert shapes(two) == ["x (1, 2, 3, 3)", "W (1, 2, 2, 2)", "y (1, 1, 2, 2)"]
    assert numbers(two) == [56, 72, 104, 120]
    digits = [text for text in drawn(page.select("svg.convdoc-figure")[0]) if text.isdigit()]
    # its example of one channel, 56 − 19 and so on for the other, and both
    assert " ".join(digits) == "19 25 37 43 37 47 67 77 56 72 104 120"


def test_one_pixel_is_told_term_by_term(page):
    """By hand, the kernels turned: 0·3 + 1·2 + 3·1 + 4·0 and 1·4 + 2·3 + 4·2 + 5·1."""
    tables = [t for t in page.select("table") if not t.find_parent("convdoc-question")]
    (table,) = [t for t in tables if t.caption]
    assert table.caption.get_text() == "y[0, 0, 0, 0] = 28"
    headings = [th.get_text() for th in table.select("th[scope=rowgroup]")]
    assert headings == ["channel 0: 5", "channel 1: 23"]


def test_three_channels_give_the_one_image_of_the_notebook(page, text):
    """Printed in the notebook, whose text announces (1, 2, 3, 5)."""
    _, three = steppers(page)
    assert shapes(three) == ["x (1, 3, 3, 5)", "W (1, 3, 3, 3)", "y (1, 1, 3, 5)"]
    assert numbers(three) == [1, 0, 2, 2, 1, 0, 2, 1, 2, 1, 1, 0, 2, 1, 0]
    assert "(1, 3, 3, 5) -> (1, 1, 3, 5)" in text
    assert "y[1, 3] = 0 + 1 + 1 = 2 " in three.select("ol > li")[8].get_text()
    assert json.loads(three["data-plan"])["start"] == 8  # where it stands at first


def test_two_filters_give_the_two_images_of_the_notebook(page):
    texts = drawn(page.select("svg.convdoc-figure")[1])
    assert {"(1, 1, 3, 5)", "(2, 1, 3, 3)", "(1, 2, 3, 5)"} <= set(texts)
    digits = [int(text) for text in texts if text.isdigit()]
    assert digits[-30:] == [
        0, 1, 0, 1, 0,
        0, 0, 1, 0, 0,
        0, 1, 0, 1, 0,
        0, 0, 1, 0, 0,
        0, 1, 2, 1, 0,
        0, 0, 1, 0, 0,
    ]  # fmt: skip


def test_biases_are_added_and_counted_by_filters(page, text):
    """20 filters of 5·9 weights; one bias each, or one for each of 30·30 outputs."""
    assert "[10., 11., 10., 11., 10.]" in text
    assert "[20., 21., 22., 21., 20.]" in text
    rows = [[td.get_text() for td in tr.select("td")] for tr in page.select("table tr")]
    counts = [row[1] for row in rows if len(row) == 2 and row[0].startswith(("weights", "biases"))]
    assert counts == ["900", "20", "18,000"]


def test_a_colour_photograph_becomes_grey(page, text):
    assert "(1, 3, 118, 118) -> (1, 1, 118, 118)" in text
    titles = drawn(page.select("svg.convdoc-figure")[2])
    assert {"three channels", "weights of the eye"} <= set(titles)


def test_channels_convolved_separately_are_recognised(page):
    plans = {box["id"]: json.loads(box["data-plan"]) for box in page.select("convdoc-question")}
    assert len(plans) == 3
    assert "exercise-colour-photograph" in plans
    announced = plans["exercise-channels-spot-shape"]
    assert announced["right"] == [1, 1, 3, 5]
    apart = {tuple(value): tell for value, tell, _ in announced["wrong"]}[1, 3, 3, 5]
    assert apart.startswith("You convolved each channel separately")
