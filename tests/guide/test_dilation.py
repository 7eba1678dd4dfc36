"""Dilation: relationship 15, far fields, and the grid, as the built page shows them."""

import re

import numpy as np
import pytest

from tests.guide import numbers_drawn
from tests.test_site import cells, printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/dilation.html")


def ways(*dilations):
    """Ways from each pixel of a row to one output, NumPy convolving kernels with zeros in them."""
    row = np.ones(1, int)
    for d in dilations:
        kernel = np.zeros(2 * d + 1, int)
        kernel[::d] = 1
        row = np.convolve(row, kernel)
    return row


def test_the_case_of_dumoulin_and_visin_has_their_sizes_and_their_relationship(page):
    stepper = page.select_one("convdoc-stepper")
    shapes = [p.get_text() for p in stepper.select(".stage .block > p:first-child")]
    assert shapes[0].endswith("(1, 1, 7, 7)")  # i = 7, k = 3, d = 2, o = 3
    assert shapes[-1].endswith("(1, 1, 3, 3)")
    told = page.select_one(".convdoc-relationship")
    assert told.get_text().startswith("Relationship 15: ")
    assert told.select_one("math:last-of-type mn").get_text() == "3"


def test_the_stepper_holds_what_scipy_computes(page):
    from scipy.signal import convolve2d

    x = np.arange(49).reshape(7, 7) % 10
    kernel = np.zeros((5, 5), int)
    kernel[::2, ::2] = [[1, 2, 0], [0, 1, 3], [2, 0, 4]]
    y = cells(page.select_one("convdoc-stepper .here svg"))
    assert y == convolve2d(x, kernel, "valid").ravel().tolist()


def test_a_kernel_of_three_covers_three_five_and_seven_pixels(page):
    text = "\n".join(printed(page))
    # d (k − 1) + 1 with k = 3, and 7 − that + 1 outputs
    for d, covers, gives in [(1, 3, 5), (2, 5, 3), (3, 7, 1)]:
        assert f"d {d}   covers {covers}   gives {gives}" in text


def test_doubled_dilations_see_exponentially_far_and_contiguous_kernels_linearly(page):
    (text,) = [text for text in printed(page) if text.startswith("layers  contiguous")]
    rows = [list(map(int, line.split("[")[0].split())) for line in text.splitlines()[1:]]
    # Layer for layer 2n + 1 pixels; and 2^(n + 1) − 1, as Yu and Koltun have it.
    assert rows == [[1, 3, 3], [2, 5, 7], [3, 7, 15], [4, 9, 31], [5, 11, 63]]


def test_dilations_of_two_leave_a_grid_and_one_two_three_none(page):
    grid, filled = (
        np.reshape(numbers_drawn(page, f"dilations of {dilations}"), (13, 13))
        for dilations in ("2, 2, 2. Every second", "1, 2, 3. No pixel")
    )
    np.testing.assert_array_equal(grid, np.outer(ways(2, 2, 2), ways(2, 2, 2)))
    np.testing.assert_array_equal(filled, np.outer(ways(1, 2, 3), ways(1, 2, 3)))
    assert (grid > 0).sum() == 7 * 7
    assert (filled > 0).sum() == 13 * 13
    assert re.search(r"Of the 169 pixels in the field of 13×13,\s+49\s+are read", page.get_text())


def test_a_dilation_counted_from_zero_is_refused_and_read_rightly(page):
    assert any("dilation must be a positive integer" in text for text in printed(page))
    # 2 pixels between two elements of three: 3 + 2 · 2 = 7; counted from one: 3 + 2 · 1 = 5
    assert re.search(r"a kernel of 3 covers 7\s+pixels, not\s+5\.", page.get_text())
