"""The way back: sizes, both views and checkerboards, as the built page shows them."""

import re

import numpy as np
import pytest

from tests.guide import numbers_drawn
from tests.test_site import cells, printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/transposed-convolution.html")


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
    matrix = np.zeros((4, 16), int)  # Dumoulin and Visin's, with the flipped kernel
    for row, start in enumerate((0, 1, 4, 5)):
        for at, weights in zip((0, 4, 8), ([4, 0, 2], [3, 1, 0], [0, 2, 1]), strict=True):
            matrix[row, start + at : start + at + 3] = weights
    x = [3, 0, 1, 2, 1, 2, 0, 1, 0, 1, 3, 0, 2, 0, 1, 1]
    found = numbers_drawn(page, "which came back")
    assert found == [*x, *(matrix.T @ matrix @ x)]


def test_two_sizes_belong_to_one_input_and_the_caption_is_put_right(page):
    # Copies of the flipped kernel, added up, without the first row and column and maybe the last
    x, flipped = np.zeros((7, 7)), np.array([[4, 0, 2], [3, 1, 0], [0, 2, 1]])
    for (i, j), pixel in np.ndenumerate(np.arange(1, 10).reshape(3, 3)):
        x[2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += pixel * flipped
    assert numbers_drawn(page, "5×5 and of 6×6") == [*x[1:-1, 1:-1].flat, *x[1:, 1:].flat]
    words = " ".join(page.get_text().split())
    assert "images of 5 and of 6 pixels" in words
    assert "both results come from the same 3×3 input" in words
    assert "the caption gives the input as 2×2" in words


def test_a_dilated_one_has_the_size_of_pytorchs_formula(page):
    # (10 − 1) · 1 − 2 · 0 + 2 · (3 − 1) + 0 + 1
    assert "(14, 14)" in "\n".join(printed(page))


def test_ones_show_the_checkerboard_of_three_and_its_absence_of_four(page):
    # Copies of 1 1 1, and of 1 1 1 1, two places apart, added up by hand
    rows = [1, 1, 2, 1, 2, 1, 2, 1, 1], [1, 1, 2, 2, 2, 2, 2, 2, 1, 1]
    expected = [number for row in rows for number in np.outer(row, row).flat]
    assert numbers_drawn(page, "Counts of copies") == expected


def test_a_kernel_drawn_at_random_leaves_a_pattern_but_not_behind_repeated_pixels(page):
    found = numbers_drawn(page, "alternates between four numbers")
    transposed, resized = np.reshape(found, (2, 4, 4))
    assert len(set(transposed.flat)) == 4
    assert len(set(resized.flat)) == 1
    # Each of the four parts lies on one place of four, and all of them on every place of the other.
    assert transposed[:2, :2].sum() == resized[0, 0]


def test_pytorch_keeps_the_last_rows_and_keras_on_theano_too(page):
    """Twice the size: all of the copies, except for the first row and column."""
    from convdoc.engines import load_keras

    keras = load_keras()
    layer = keras.layers.Conv2DTranspose(
        1, 3, strides=2, padding="same", use_bias=False,
        data_format="channels_first", input_shape=(1, 2, 2),
    )  # fmt: skip
    model = keras.models.Sequential([layer])
    model.set_weights([np.array([[1, 2, 0], [0, 1, 3], [2, 0, 4]]).reshape(3, 3, 1, 1)])
    x = model.predict(np.array([[2.0, 1], [1, 3]]).reshape(1, 1, 2, 2))[0, 0]

    twice = np.reshape(numbers_drawn(page, "The 5×5 result twice"), (2, 5, 5))
    for everything in twice:
        np.testing.assert_array_equal(x, everything[1:, 1:])
