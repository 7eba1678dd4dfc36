"""The way back: sizes, both views and checkerboards, as the built page shows them."""

import re

import numpy as np
import pytest

from tests.test_site import cells, printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/transposed-convolution.html")


def integers(text):
    return [int(number) for number in re.findall(r"-?\d+", text.replace(".", " "))]


# Of each relationship the transposed convolution's input and output, from the animated cases of
# Dumoulin and Visin, read from the output to the input.
CASES = {8: (2, 4), 9: (6, 5), 10: (5, 5), 11: (7, 5), 12: (2, 5), 13: (3, 5), 14: (3, 6)}


def test_all_seven_relationships_have_the_sizes_of_their_cases(page):
    (text,) = [text for text in printed(page) if text.startswith("relationship 8")]
    lines = dict(re.findall(r"relationship (\d+): .*; (.*)", text))
    assert list(map(int, lines)) == list(CASES)
    for number, (size, output) in CASES.items():
        left, right = lines[str(number)].split(" = ")
        assert int(left) == output
        assert re.search(rf"\b{size}\b", right)
        assert eval(right.replace("·", "*")) == output


def test_both_views_give_what_scipy_gives(page):
    from scipy.signal import correlate2d

    spread = np.array([[2, 0, 1], [0, 0, 0], [1, 0, 3]])
    expected = correlate2d(spread, [[1, 2, 0], [0, 1, 3], [2, 0, 4]], "full").ravel().tolist()
    scatter, gather = page.select("convdoc-stepper")[:2]
    assert cells(scatter.select_one(".there svg")) == expected
    assert cells(gather.select_one(".here svg")) == expected


def test_shapes_come_back_and_pixels_do_not(page):
    (text,) = [text for text in printed(page) if text.startswith("True")]
    matrix = np.zeros((4, 16), int)  # Dumoulin and Visin's, with the flipped kernel
    for row, start in enumerate((0, 1, 4, 5)):
        for at, weights in zip((0, 4, 8), ([4, 0, 2], [3, 1, 0], [0, 2, 1]), strict=True):
            matrix[row, start + at : start + at + 3] = weights
    x = [3, 0, 1, 2, 1, 2, 0, 1, 0, 1, 3, 0, 2, 0, 1, 1]
    assert integers(text) == (matrix.T @ matrix @ x).tolist()


def test_two_sizes_belong_to_one_input_and_the_caption_is_put_right(page):
    (text,) = [text for text in printed(page) if text.startswith("[[ 1.  6.")]
    assert len(integers(text)) == 5 * 5 + 6 * 6
    words = " ".join(page.get_text().split())
    assert "images of 5 and of 6 pixels" in words
    assert "The input of both is 3×3." in words
    assert "its caption calls the input 2×2" in words


def test_a_dilated_one_has_the_size_of_pytorchs_formula(page):
    # (10 − 1) · 1 − 2 · 0 + 2 · (3 − 1) + 0 + 1
    assert "(14, 14)" in "\n".join(printed(page))


def test_ones_show_the_checkerboard_of_three_and_its_absence_of_four(page):
    # Copies of 1 1 1, and of 1 1 1 1, two places apart, added up by hand
    for row in ([1, 1, 2, 1, 2, 1, 2, 1, 1], [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]):
        expected = np.outer(row, row).ravel().tolist()
        assert expected in [integers(text) for text in printed(page)]


def test_a_kernel_drawn_at_random_leaves_a_pattern_but_not_behind_repeated_pixels(page):
    (text,) = [text for text in printed(page) if len(integers(text)) == 32]
    transposed, resized = np.reshape(integers(text), (2, 4, 4))
    assert len(set(transposed.flat)) == 4
    assert len(set(resized.flat)) == 1
    # Each of the four parts lies on one place of four, and all of them on every place of the other.
    assert transposed[:2, :2].sum() == resized[0, 0]
