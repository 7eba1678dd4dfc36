"""Groups: what is dealt out, saved and lost, as the built page shows it."""

import re

import numpy as np
import pytest

from tests.guide import numbers_drawn
from tests.test_site import cells, printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/groups.html")


@pytest.fixture(scope="module")
def text(page):
    return "\n".join(printed(page))


def test_the_stepper_holds_what_numpy_computes_channel_by_channel(page):
    x, w = np.arange(24).reshape(4, 6) % 5, [[1, 0, 2], [0, 1, 0], [1, 1, 0], [3, 0, 1]]
    each = [np.convolve(row, kernel, "valid") for row, kernel in zip(x, w, strict=True)]
    expected = [*(each[0] + each[1]).flat, *(each[2] + each[3]).flat]
    shown = page.select_one("convdoc-stepper").select(".here svg")
    assert [number for panel in shown for number in cells(panel)] == expected


def test_the_full_kernel_has_blocks_on_its_diagonal(page):
    assert numbers_drawn(page, "Two rows of four") == [1, 1, 0, 0, 0, 0, 1, 1]


def test_one_layer_of_dieleman_is_counted_in_four_ways(page, text):
    rows = re.findall(r"^(\S.*?)  +([\d,]+)  +([\d,]+)$", text, re.M)
    counted = {name: (weights, work) for name, weights, work in rows}
    assert counted["full"] == ("147,456", "2,359,296")  # of the notebook
    assert counted["2 groups"] == ("73,728", "1,179,648")  # half
    assert counted["8 groups"] == ("18,432", "294,912")  # an eighth
    # 128 · 9 + 128 · 128 weights, each used at 4 · 4 places
    assert counted["depthwise, then 1×1"] == ("17,536", "280,576")
    assert "keeps 0.1189 of both" in " ".join(page.get_text().split())  # 1 / 128 + 1 / 9


def test_alexnet_has_the_parameters_that_are_known_of_it(page, text):
    words = " ".join(page.get_text().split())
    # Weights and biases, layer by layer: 34,944 + 307,456 + 885,120 + 663,936 + 442,624 +
    # 37,752,832 + 16,781,312 + 4,097,000. Without groups 307,200 + 663,552 + 442,368 more.
    assert "60,965,224 parameters against 62,378,344" in words
    assert "307,200 weights, where one group would have 614,400" in words
    assert re.search(
        r"conv 5×5, 256 filters, padding 2, 2 groups +\(256, 48, 5, 5\) +307,200", text
    )


def test_kernels_that_are_one_product_have_rank_one(text):
    ranks = dict(re.findall(r"^(\S.*?) +rank (\d)$", text, re.M))
    # Laplace: its first and last row are equal, and the middle one is no multiple of them.
    assert ranks == {
        "box": "1", "Sobel": "1", "Gaussian": "1", "Laplace": "2", "drawn at random": "3",
    }  # fmt: skip


def test_a_change_of_one_channel_stays_in_its_group(text):
    assert "array([ True, False])" in text


def test_a_separable_layer_has_one_slice_for_each_channel(text):
    assert "separable 1\nfull 2" in text
