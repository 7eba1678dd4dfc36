"""The chapter on layouts: its shapes on the built page."""

import json
import re

import numpy as np
import pytest

from tests.guide.test_convolution import drawn
from tests.test_site import printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/arrays.html")


@pytest.fixture(scope="module")
def text(page):
    return "\n".join(printed(page))


def test_two_filters_over_three_channels_are_six_slices(page):
    """By hand: impulses at 0, 0 of channel 0, at 1, 1 of channel 1, at 2, 2 of channel 2."""
    texts = drawn(page.select("svg.convdoc-figure")[1])
    assert {"(1, 3, 4, 4)", "(2, 3, 2, 2)", "(1, 2, 3, 3)"} <= set(texts)
    assert sum(text.startswith("W[") for text in texts) == 6
    # windows begin at the first whole one, so slice 0 shows its last element alone, at 0, 0
    first = [4 + 5, 6, 0, 7, 8 + 9, 10, 0, 11, 12]
    second = [16 + 17, 18, 0, 19, 20 + 21, 22, 0, 23, 24]
    digits = [int(text) for text in texts if text.isdigit()]
    assert digits[-18:] == first + second


def test_filters_become_the_channels_of_the_next_layer(page, text):
    assert "x (1, 3, 144, 144)   W (16, 3, 3, 3)   y (1, 16, 144, 144)" in text
    assert "x (1, 16, 144, 144)   W (8, 16, 5, 5)   y (1, 8, 144, 144)" in text
    assert "The second kernel is (8, 16, 5, 5)" in " ".join(page.get_text().split())


def test_reshape_mixes_the_pixels_and_transpose_does_not(page):
    """The row 1 1 1 2 2 2 3 3 3 4 4 4, in planes of four; then each colour of the pixels 1 to 4."""
    memory, planes = (drawn(figure) for figure in page.select("svg.convdoc-figure")[2:4])
    assert [int(text) for text in memory if text.isdigit()] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    digits = [int(text) for text in planes if text.isdigit()]
    assert digits == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4] + 3 * [1, 2, 3, 4]


def test_a_photograph_goes_there_and_back(text):
    assert "(144, 144, 3) -> (1, 3, 144, 144) and (1, 3, 144, 144)" in text
    assert "(1, 3, 144, 144) -> (144, 144, 3)" in text


def test_transpositions_in_the_table_are_those_of_numpy(page):
    """Axes of different lengths show where each of them went; Keras keeps (kh, kw, in, out)."""
    lengths = {"N": 2, "C": 3, "H": 4, "W": 5, "kernel height": 6, "kernel width": 7, "filters": 8}
    ways = {
        ("NHWC images", "NCHW"): ("NHWC", "NCHW"),
        ("NCHW images", "NHWC"): ("NCHW", "NHWC"),
    }
    keras = ("kernel height", "kernel width", "C", "filters")
    ours = ("filters", "C", "kernel height", "kernel width")
    ways["Keras kernels", "(filters, channels, height, width)"] = keras, ours
    ways["(filters, channels, height, width)", "Keras kernels"] = ours, keras
    rows = [[td.get_text() for td in tr.select("td")] for tr in page.select("table tr")]
    found = {(row[0], row[1]): row[2] for row in rows if len(row) == 3 and "transpose" in row[2]}
    assert set(found) == set(ways)
    for names, (old, new) in ways.items():
        order = [int(digit) for digit in re.findall(r"\d", found[names])]
        array = np.zeros([lengths[axis] for axis in old])
        assert array.transpose(order).shape == tuple(lengths[axis] for axis in new)


def test_a_transposition_moves_no_number(text):
    """Strides of 1×2×2×3 bytes, by hand: an image 12, a row 6, a pixel 3, a colour 1."""
    assert "NHWC (12, 6, 3, 1)   NCHW (12, 1, 6, 3)" in text
    assert "shared: True" in text
    assert "[0, 3, 1, 2] (32, 3, 224, 160)" in text


def test_the_error_names_both_shapes_and_the_remedy(text):
    told = " ".join(text.split())
    assert "x is (samples, channels, height, width) = (1, 144, 144, 3)" in told
    assert "x.transpose(0, 3, 1, 2)" in told


def test_the_grey_photograph_is_asked_for_and_nhwc_is_recognised(page):
    plans = {box["id"]: json.loads(box["data-plan"]) for box in page.select("convdoc-question")}
    assert set(plans) == {
        "exercise-arrays-kernel", "exercise-grey-photograph", "exercise-arrays-to-nchw"
    }  # fmt: skip
    kernel = plans["exercise-arrays-kernel"]
    assert kernel["right"] == [16, 3, 5, 7]
    assert any(value == [16, 5, 7, 3] and "NHWC" in tell for value, tell, _ in kernel["wrong"])
    # nine times the average of a corner of three rows and four columns, by hand: 9 + 0 + 0 + 0
    assert plans["exercise-grey-photograph"]["right"][0] == pytest.approx([1, 4, 5, 5])
