"""The chapter on padding, as it is built."""

import pytest
import skimage.data
from scipy.ndimage import uniform_filter

from tests.guide import numbers_drawn
from tests.test_site import cells, printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/padding.html")


@pytest.fixture(scope="module")
def lines(page):
    return [" ".join(line.split()) for text in printed(page) for line in text.splitlines()]


def shapes(stepper):
    return [p.get_text() for p in stepper.select(".stage .block > p:first-child")]


def test_relationships_1_to_4_give_the_sizes_of_dumoulin_and_visins_cases(page, lines):
    assert "2 relationship 2: o = (i - k) + 2·p + 1; 6 = (5 - 4) + 2·2 + 1" in lines
    assert "'half' relationship 3: o = i; 5 = 5" in lines
    assert "'full' relationship 4: o = i + (k - 1); 7 = 5 + (3 - 1)" in lines
    assert any("relationship 1: o = (i - k) + 1" in line for line in lines)
    none, arbitrary = page.select("convdoc-stepper")[1:3]
    assert shapes(none) == ["x (1, 1, 4, 4)", "W (1, 1, 3, 3)", "y (1, 1, 2, 2)"]
    assert shapes(arbitrary) == ["x (1, 1, 5, 5)", "W (1, 1, 4, 4)", "y (1, 1, 6, 6)"]


def test_padding_counts_twice_and_each_side_loses(page):
    text = " ".join(page.select_one("article").get_text().split())
    assert "a kernel of 4 on 5 pixels gives 6 outputs, not 4" in text  # 5 − 4 + 2·2 + 1; once: + 2
    assert "A kernel of 3 takes 64 rows to 62" in text


def test_an_even_kernel_gives_one_output_more_under_half(page, lines):
    assert "half pads (3, 3), output 33" in lines
    assert "same pads (3, 2), output 32" in lines
    assert "gives 33 outputs under" in " ".join(page.select_one("article").get_text().split())


def test_zeros_of_tensorflows_same_are_those_of_its_rule(lines):
    """i, k, s, o, then Theano's (k // 2, (k - 1) // 2), TensorFlow's, and ONNX's SAME_LOWER."""
    assert "13 6 5 3 (3, 2) (1, 2) (2, 1)" in lines
    assert "6 3 2 3 (1, 1) (0, 1) (1, 0)" in lines
    assert "224 7 2 112 (3, 3) (2, 3) (3, 2)" in lines


def test_the_two_kinds_of_same_read_other_pixels_of_the_row(page):
    """Ends of windows of six on 1 to 13: from −3, 2 and 7 on, and from −1, 4 and 9 on."""
    theano, tensorflow = (cells(panel) for panel in page.select(".here svg")[4:6])
    assert theano == [0 + 3, 3 + 8, 8 + 13]
    assert tensorflow == [0 + 5, 5 + 10, 10 + 0]


def test_windows_that_read_a_pixel_are_counted(page):
    """At the ends of an axis 1, 2 or 3 of three windows; both axes multiplied."""
    numbers = numbers_drawn(page, "How many windows")
    valid, same, full = (numbers[at : at + 25] for at in (0, 25, 50))
    assert valid == [a * b for a in (1, 2, 3, 2, 1) for b in (1, 2, 3, 2, 1)]
    assert same == [a * b for a in (2, 3, 3, 3, 2) for b in (2, 3, 3, 3, 2)]
    assert full == [9] * 25


def test_the_first_figure_keeps_the_size(page):
    first = page.select_one("convdoc-stepper")
    assert shapes(first) == ["x (1, 1, 4, 4)", "W (1, 1, 3, 3)", "y (1, 1, 4, 4)"]
    # rows 0 and 1 of x under the last two of the flipped kernel, [3 1 0] and [0 2 1]
    assert cells(first.select_one(".here svg"))[0] == 3 * 1 + 0 * 0 + 1 * 2 + 2 * 1


def test_zeros_darken_a_blur_at_the_corner(page):
    assert numbers_drawn(page, "on ones")[:2] == [0.44, 0.67]  # 4/9 and 6/9


def test_the_padded_row_is_written_out_by_hand(page):
    rows = (
        "0 0 0 0 0 0  1 2 3 4  0 0 0 0 0 0",  # zeros
        "3 4 1 2 3 4  1 2 3 4  1 2 3 4 1 2",  # circular
        "1 2 3 4 3 2  1 2 3 4  3 2 1 2 3 4",  # reflect
        "3 4 4 3 2 1  1 2 3 4  4 3 2 1 1 2",  # symmetric
        "1 1 1 1 1 1  1 2 3 4  4 4 4 4 4 4",  # replicate
        "9 9 9 9 9 9  1 2 3 4  9 9 9 9 9 9",
    )
    assert numbers_drawn(page, "for six borders") == [int(n) for n in " ".join(rows).split()]


def test_blurs_differ_at_the_border_as_scipys_do(lines):
    modes = {
        **{"zeros": {"mode": "constant"}, "circular": {"mode": "wrap"}},
        **{"reflect": {"mode": "mirror"}, "symmetric": {"mode": "reflect"}},
        **{"replicate": {"mode": "nearest"}, "0.5": {"mode": "constant", "cval": 0.5}},
    }
    man = skimage.data.camera()[60:316:2, 120:376:2] / 255
    blurs = {border: uniform_filter(man, 21, **mode) for border, mode in modes.items()}
    symmetric = blurs.pop("symmetric")
    for border, blur in blurs.items():
        apart = abs(blur - symmetric).max()
        assert f"{border} from symmetric: at most {apart:.3f}, inside 0.000" in lines
