"""The chapter on strides, as it is built."""

import itertools

import numpy as np
import pytest

from tests.guide import numbers_drawn
from tests.test_site import cells, printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/strides.html")


def test_the_first_figure_holds_what_scipy_computes(page):
    from scipy.signal import convolve2d

    x, kernel = np.arange(36).reshape(6, 6), [[0, 1, 0], [1, 0, 2], [0, 3, 0]]
    expected = convolve2d(x, kernel, "valid")[::2, ::2].ravel().tolist()
    assert cells(page.select_one("convdoc-stepper .here svg")) == expected


def test_the_floor_gives_two_sizes_the_same_output(page):
    """⌊(i − 3) / 2⌋ + 1, and of 6 rows the last; then a kernel of 1, which reads every second."""
    floor, gaps = (text.splitlines() for text in printed(page) if "unused" in text)
    assert floor == ["5 -> 2   unused: ()", "6 -> 2   unused: (5,)", "7 -> 3   unused: ()"]
    assert gaps == ["8 -> 4   unused: (1, 3, 5, 7)"]


def test_windows_are_centred_on_different_pixels(page):
    """Padded by 1 they begin at the pixel 1, and with TensorFlow's one zero at the end at the 8."""
    torch = [1, 3, 5, 13, 15, 17, 25, 27, 29]
    tensorflow = [8, 10, 12, 20, 22, 24, 32, 34, 36]
    found = numbers_drawn(page, "PyTorch's windows")
    assert found == [*range(1, 37), *torch, *tensorflow]
    (recorded,) = (text for text in printed(page) if text.startswith("tensorflow"))
    assert "[[ 8. 10. 12.]" in recorded


def test_the_two_agree_at_odd_sizes(page):
    """By TensorFlow's rule, o = ⌈i / 2⌉ and P = 2 (o − 1) + 3 − i."""
    (text,) = (text for text in printed(page) if "as padding=1" in text)
    rows = [line.split("  ") for line in text.splitlines()[1:]]
    for row, i in zip(rows, (5, 6, 7, 8, 224, 225), strict=True):
        zeros = 2 * (-(-i // 2) - 1) + 3 - i
        expected = [str(i), str((zeros // 2, zeros - zeros // 2)), str(i % 2 == 1)]
        assert [cell.strip() for cell in row if cell.strip()] == expected


def test_the_two_agree_where_the_stride_divides_all_pixels_but_one():
    """What the page says of any odd kernel from 3 on, by TensorFlow's rule."""
    for k, s, i in itertools.product((3, 5, 7), (1, 2, 3, 4), range(1, 20)):
        zeros = max((-(-i // s) - 1) * s + k - i, 0)
        agree = (zeros // 2, zeros - zeros // 2) == (k // 2, k // 2)
        assert agree == ((i - 1) % s == 0)


def test_a_blur_turns_the_fine_rings_grey(page):
    text = " ".join(page.select_one("article").get_text().split())
    assert "has nine centres where the first has one" in text
