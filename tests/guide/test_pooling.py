"""The chapter on pooling, as it is built."""

import re

import numpy as np
import pytest

from convdoc.engines import load_keras
from tests.guide import numbers_drawn
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
    numbers = numbers_drawn(page, "An image of 3×3 and two results")
    assert numbers == [*range(9), 4, 5, 7, 8, 2, 3, 5, 6]


def test_the_floor_leaves_the_largest_out(page):
    """5×5 in windows of 2: neither the 8 nor the 9 of the last column comes through."""
    assert cells(page.select(".here svg")[1]) == [5, 2, 3, 2]
    text = " ".join(page.select_one("article").get_text().split())
    assert "The floor makes 2 of 5" in text
    assert "The five pixels give 3 outputs" in text
    assert "which takes 55 pixels to 27" in text  # AlexNet: ⌊(55 − 3) / 2⌋ + 1


def test_rounding_up_reads_the_last_column(page):
    """Windows of the last column hold 8 and 1, 2 and 4, and the 9 alone."""
    found = numbers_drawn(page, "from five pixels")
    assert found[:9] == [5, 2, 8, 3, 2, 4, 6, 3, 9]
    assert found[9:] == [8 / 4, 3 / 4, 9 / 2, 5 / 4, 3 / 4, 6 / 2, 6 / 2, 4 / 2, 9]


def test_a_window_behind_the_image_is_left_out(page):
    """⌊5 / 2⌋ … + 1, ⌈5 / 2⌉ … + 1, and the sizes that PyTorch 2.13 gives."""
    (text,) = (text for text in printed(page) if "ceil_mode" in text)
    rows = [[int(number) for number in line.split()] for line in text.splitlines()[1:]]
    assert rows == [[5, 2, 2, 0, 2, 3, 3], [6, 3, 2, 1, 3, 4, 4], [9, 4, 4, 2, 3, 4, 3]]


def test_a_divisor_of_one_counts_pixels(page):
    """Windows of 3 that begin at −1 and 1 of four ones hold two and three of them."""
    assert numbers(page, "[4., 6.]") == [4, 6, 6, 9]


def test_a_dilated_window_reads_every_second_pixel(page):
    """As PyTorch's MaxPool2d(2, 1, dilation=2) gives it; 8 − 1 − 1 and 8 − 1 − 2 windows fit."""
    assert numbers(page, "[5., 3., 8.]") == [5, 3, 8, 2, 2, 4, 6, 3, 9, 32]
    assert "(1, 1, 3, 3) (1, 1, 5, 5)\n" in printed(page)


def test_an_average_is_linear_and_a_maximum_is_not(page):
    assert numbers(page, "of the sum") == [4.5, 4.5, 9, 18]


def test_zeros_win_against_what_is_negative(page):
    """−1 to −9, windows of four at the corners: the first pixel of each is the largest."""
    found = numbers_drawn(page, "negative numbers")
    assert found == [*range(-1, -10, -1), 0, 0, 0, 0, -1, -2, -4, -5]


def test_padding_counts_in_one_average_and_not_in_the_other(page):
    # 4/9 and 6/9
    assert numbers_drawn(page, "windows of ones") == [0.44, 0.67, 0.67, 1, 1, 1, 1, 1]


def test_same_is_what_keras_on_theano_gives_and_another_pixel_than_tensorflows(page):
    load_keras()
    import keras.backend as K  # noqa: N812

    x = np.arange(1.0, 9).reshape(1, 1, 1, 8)
    row = K.placeholder((1, 1, 1, 8))
    pooled = K.pool2d(row, (1, 2), (1, 2), "same", "channels_first", "max")
    theano = K.function([row], [pooled])([x])[0].ravel()
    assert theano.tolist() == [1, 3, 5, 7]
    assert numbers_drawn(page, "A row of eight") == [*range(1, 9), *theano, 2, 4, 6, 8]


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
