"""The chapter on pooling, as it is built."""

import re

import numpy as np
import pytest

from convdoc.engines import load_keras
from tests.test_site import cells, printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/pooling.html")


def numbers(page, *words):
    """Numbers of the only output that holds all these words."""
    (text,) = (text for text in printed(page) if all(word in text for word in words))
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


def test_dive_into_deep_learnings_numbers(page):
    assert cells(page.select_one(".here svg")) == [4, 5, 7, 8]
    first = next(text for text in printed(page) if "average" in text)
    assert re.findall(r"\d", first) == [*"4578", *"2356"]


def test_the_floor_leaves_the_largest_out(page):
    """5×5 in windows of 2: neither the 8 nor the 9 of the last column comes through."""
    assert cells(page.select(".here svg")[1]) == [5, 2, 3, 2]
    text = " ".join(page.select_one("article").get_text().split())
    assert "The floor makes 2 of 5" in text
    assert "they round up and get 3" in text
    assert "which takes 55 pixels to 27" in text  # AlexNet: ⌊(55 − 3) / 2⌋ + 1


def test_an_average_is_linear_and_a_maximum_is_not(page):
    assert numbers(page, "of the sum") == [4.5, 4.5, 9, 18]


def test_zeros_win_against_what_is_negative(page):
    """−1 to −9, windows of four at the corners: the first pixel of each is the largest."""
    found = numbers(page, "with zeros")
    assert found == [*range(-1, -10, -1), 0, 0, 0, 0, -1, -2, -4, -5]


def test_padding_counts_in_one_average_and_not_in_the_other(page):
    assert numbers(page, "average_no_pad") == [0.4444, 0.6667, 0.6667, 1, 1, 1, 1, 1]  # 4/9, 6/9


def test_same_is_what_keras_on_theano_gives_and_another_pixel_than_tensorflows(page):
    load_keras()
    import keras.backend as K  # noqa: N812

    x = np.arange(1.0, 9).reshape(1, 1, 1, 8)
    row = K.placeholder((1, 1, 1, 8))
    pooled = K.pool2d(row, (1, 2), (1, 2), "same", "channels_first", "max")
    theano = K.function([row], [pooled])([x])[0].ravel()
    assert theano.tolist() == [1, 3, 5, 7]
    assert numbers(page, "[1. 3. 5. 7.]") == [*range(1, 9), *theano, 2, 4, 6, 8]


def test_windows_of_four_are_padded_in_another_way(page):
    """As a layer of Keras on Theano pools in tests/test_conv.py."""
    rows = ["2: pooling (1, 0), convolution (1, 0)", "3: pooling (1, 1), convolution (1, 1)"]
    rows += ["4: pooling (3, 0), convolution (2, 1)", "5: pooling (3, 1), convolution (2, 2)"]
    assert any("\n".join(rows) in text for text in printed(page))


def test_a_shift_by_one_is_forgiven_every_second_time(page):
    """A 9 in columns 2 to 6, and windows of two: places 1, 1, 2, 2 and 3."""
    found = np.reshape(numbers(page, "->"), (5, 8 + 4))
    assert found[:, :8].argmax(1).tolist() == [2, 3, 4, 5, 6]
    assert found[:, 8:].argmax(1).tolist() == [1, 1, 2, 2, 3]
