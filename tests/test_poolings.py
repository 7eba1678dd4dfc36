"""Poolings: which cells of a window count, and what becomes of them."""

import math
import re

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convdoc import ConvSpec, conv4d, pool4d
from convdoc.poolings import POOLINGS, rounded_up

NUMBERS = np.arange(1.0, 37).reshape(1, 1, 6, 6)


def windows(n, sides, k, s, d, ceil_mode):
    """The places of each window along an axis, by walking: PyTorch's rules.

    A window fits while it ends on the padded image. With `ceil_mode` one more may hang over, if the
    one before leaves something over and it begins on the image or before it.
    """
    before, behind = sides
    spread, starts = d * (k - 1) + 1, []
    while (start := len(starts) * s) + spread <= before + n + behind:
        starts.append(start)
    left_over = start - s + spread < before + n + behind
    if ceil_mode and left_over and start < before + n:
        starts.append(start)
    return [[start - before + t * d for t in range(k)] for start in starts]


def by_loops(x, k, s, sides, mode, ceil_mode=False, d=(1, 1), divisor=None):
    size = x.shape[2:]
    rows, columns = (windows(*axis, ceil_mode) for axis in zip(size, sides, k, s, d, strict=True))
    y = np.full((*x.shape[:2], len(rows), len(columns)), np.nan)
    for n, c, i, j in np.ndindex(y.shape):
        cells = [(row, column) for row in rows[i] for column in columns[j]]
        padded, pixels = [], []
        for row, column in cells:
            inside = [0 <= at < m for at, m in zip((row, column), size, strict=True)]
            around = [
                -before <= at < m + behind
                for at, m, (before, behind) in zip((row, column), size, sides, strict=True)
            ]
            pixels += [x[n, c, row, column]] if all(inside) else []
            padded += [x[n, c, row, column] if all(inside) else 0] if all(around) else []
        if not pixels:
            return None
        y[n, c, i, j] = {
            "max": max(pixels),
            "min": min(pixels),
            "average": sum(padded) / (divisor or len(padded)),
            "average_no_pad": sum(pixels) / (divisor or len(pixels)),
        }[mode]
    return y


two = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=400, deadline=None)
@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    two,
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    two,
    st.tuples(*[st.tuples(st.integers(0, 4), st.integers(0, 4))] * 2),
    st.sampled_from(list(POOLINGS)),
    st.booleans(),
    st.none() | st.integers(1, 9),
)
def test_any_pooling_is_its_loops(size, k, s, d, sides, mode, ceil_mode, divisor):
    divisor = divisor if POOLINGS[mode].divides else None
    x = np.random.default_rng(0).normal(size=(2, 2, *size))
    asked = {"ceil_mode": ceil_mode, "dilation": d, "divisor": divisor}
    enough = all(max(around) <= each * (n - 1) for around, n, each in zip(sides, k, d, strict=True))
    expected = by_loops(x, k, s, sides, mode, ceil_mode, d, divisor) if enough else None
    if expected is None or 0 in expected.shape:
        with pytest.raises(ValueError, match=r"must pad less|would hold no pixel|size must be"):
            pool4d(x, k, s, sides, mode, **asked)
    else:
        np.testing.assert_allclose(pool4d(x, k, s, sides, mode, **asked), expected, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    two,
    two,
    st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * 2),
    st.sampled_from(list(POOLINGS)),
    st.booleans(),
    st.none() | st.integers(1, 9),
)
def test_one_window_at_a_time(size, k, s, sides, mode, ceil_mode, divisor):
    """As a stepper takes it: the places of the plan, the cells that count, their result."""
    assume(all(max(around) < n for around, n in zip(sides, k, strict=True)))
    x = np.random.default_rng(0).normal(size=(1, 1, *size))
    spec = ConvSpec(k, s, sides)
    plan = rounded_up(spec, size) if ceil_mode else spec
    try:
        plan.output_size(size)
    except ValueError:
        assume(False)
    divisor = divisor if POOLINGS[mode].divides else None
    y = pool4d(x, k, s, sides, mode, ceil_mode=ceil_mode, divisor=divisor)
    assert y.shape[2:] == plan.output_size(size)
    pooling = POOLINGS[mode]
    for i, j in np.ndindex(y.shape[2:]):
        rows, columns = plan.places(i, j, size)
        places = [(row, column) for row in rows for column in columns]
        values = [
            x[0, 0][at] if all(0 <= n < m for n, m in zip(at, size, strict=True)) else 0
            for at in places
            if pooling.counts(at, size, spec.padding(size))
        ]
        assert pooling.of(values, divisor) == pytest.approx(y[0, 0, i, j], abs=1e-12)


# -- Printed and derived numbers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "divisor", "corner", "last"),
    [
        # The corner holds 1, 2, 7 and 8 in nine cells; the last window 36 in two rows and columns
        # that are on the padded image, and in a third one that is not.
        ("average", None, 18 / 9, 36 / 4),
        ("average_no_pad", None, 18 / 4, 36),
        ("average", 5, 18 / 5, 36 / 5),
        ("average_no_pad", 5, 18 / 5, 36 / 5),
        ("max", None, 8, 36),
    ],
)
def test_windows_that_hang_over(mode, divisor, corner, last):
    y = pool4d(NUMBERS, 3, 2, 1, mode, ceil_mode=True, divisor=divisor)
    assert y.shape == (1, 1, 4, 4)
    assert (y[0, 0, 0, 0], y[0, 0, -1, -1]) == pytest.approx((corner, last))
    assert pool4d(NUMBERS, 3, 2, 1, mode).shape == (1, 1, 3, 3)


def test_numbers_that_pytorch_2_13_prints():
    """avg_pool2d with and without count_include_pad, then max_pool2d."""
    counted = [[2, 4, 16 / 3, 3], [9, 15, 17, 9], [17, 27, 29, 15], [10.5, 16.5, 17.5, 9]]
    y = pool4d(NUMBERS, 3, 2, 1, "average", ceil_mode=True)
    np.testing.assert_allclose(y[0, 0], counted)
    pixels = [[4.5, 6, 8, 9], [13.5, 15, 17, 18], [25.5, 27, 29, 30], [31.5, 33, 35, 36]]
    y = pool4d(NUMBERS, 3, 2, 1, "average_no_pad", ceil_mode=True)
    np.testing.assert_allclose(y[0, 0], pixels)
    y = pool4d(-NUMBERS, 2, 3, dilation=2, ceil_mode=True)
    np.testing.assert_array_equal(y[0, 0], [[-1, -4], [-19, -22]])
    y = pool4d(-NUMBERS, 3, 2, 1, dilation=2)
    np.testing.assert_array_equal(y[0, 0], [[-8, -8], [-8, -8]])


@pytest.mark.parametrize(("n", "k", "s", "p", "o"), [(2, 3, 3, 1, 1), (9, 4, 4, 2, 3)])
def test_a_window_behind_the_image_is_left_out(n, k, s, p, o):
    """The cases of PyTorch's issues 71549 and 116420, which ONNX kept before opset 22."""
    assert math.ceil((n + 2 * p - k) / s) + 1 == o + 1
    assert pool4d(np.ones((1, 1, n, n)), k, s, p, ceil_mode=True).shape == (1, 1, o, o)


@pytest.mark.parametrize(
    ("mode", "theirs"),
    [("max", scipy.ndimage.maximum_filter), ("min", scipy.ndimage.minimum_filter)],
)
def test_a_dilated_extreme_is_a_filter_with_a_footprint(mode, theirs):
    x = np.random.default_rng(0).normal(size=(1, 1, 9, 8))
    footprint = np.zeros((5, 4), bool)
    footprint[::2, ::3] = True
    expected = theirs(x[0, 0], footprint=footprint)[2:-2, 2:-1]
    y = pool4d(x, (3, 2), 1, mode=mode, dilation=(2, 3))
    np.testing.assert_array_equal(y[0, 0], expected)


def test_a_minimum_is_the_maximum_of_the_negative():
    smallest = pool4d(NUMBERS, 3, 2, 1, "min", ceil_mode=True)
    np.testing.assert_array_equal(smallest, -pool4d(-NUMBERS, 3, 2, 1, ceil_mode=True))
    assert smallest[0, 0].tolist()[0] == [1, 2, 4, 6]


def test_a_dilated_mean_is_a_convolution():
    x = np.random.default_rng(0).normal(size=(2, 3, 9, 8))
    mean = np.full((3, 1, 3, 2), 1 / 6)
    plan = {"border_mode": ((2, 1), (0, 2)), "strides": (1, 2), "dilation": (2, 3)}
    y = pool4d(x, (3, 2), mode="average", **plan)
    np.testing.assert_allclose(y, conv4d(x, mean, **plan, groups=3), atol=1e-12)
    summed = pool4d(x, (3, 2), mode="average", divisor=1, **plan)
    np.testing.assert_allclose(summed, 6 * y, atol=1e-12)


def test_ceil_mode_leaves_a_plan_that_fills_the_image_as_it_is():
    spec = ConvSpec(2, 2)
    assert rounded_up(spec, (6, 4)).padding((6, 4)) == ((0, 0), (0, 0))
    assert rounded_up(spec, (7, 5)).padding((7, 5)) == ((0, 1), (0, 1))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "bool"])
def test_dtypes_and_nan(dtype):
    x = np.ones((1, 1, 5, 5), dtype)
    expected = np.float64 if dtype == "float64" else np.float32
    for mode in POOLINGS:
        assert pool4d(x, 2, mode=mode, ceil_mode=True).dtype == expected
    x = np.zeros((1, 1, 5, 5))
    x[..., 4, 4] = np.nan
    for mode in POOLINGS:
        y = pool4d(x, 2, mode=mode, ceil_mode=True)
        assert np.argwhere(np.isnan(y[0, 0])).tolist() == [[2, 2]]


# -- Errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ceil_mode": 1}, "ceil_mode must be True or False; got 1"),
        ({"dilation": 0}, "dilation must be a positive integer"),
        ({"divisor": 0, "mode": "average"}, "divisor must be a positive integer; got 0"),
        ({"divisor": 2}, "divisor is what an average divides by, and mode is 'max'"),
        ({"dilation": 5}, "size must be at most .* got (2, 2), dilated (6, 6)"),
        ({"dilation": 2, "border_mode": 3}, "size=(2, 2), dilated (3, 3), on every side"),
    ],
)
def test_settings_that_are_refused(settings, words):
    with pytest.raises(ValueError, match=re.escape(words).replace(r"\.\*", ".*")):
        pool4d(np.ones((1, 1, 5, 5)), 2, **settings)


def test_a_window_with_holes_must_hold_a_pixel():
    with pytest.raises(ValueError, match=r"dilated \(4, 4\), would hold no pixel of the \(2, 2\)"):
        pool4d(np.ones((1, 1, 2, 2)), 2, 1, 1, dilation=3)


def test_poolings_have_words():
    words = [pooling.words for pooling in POOLINGS.values()]
    assert len(set(words)) == len(words)
    with pytest.raises(ValueError, match=r"'max' \(the largest value\), '"):
        pool4d(np.ones((1, 1, 5, 5)), 2, mode="wobble")


def test_the_message_about_a_mode_lists_what_each_gives():
    with pytest.raises(ValueError, match="mode must be one of") as raised:
        pool4d(np.ones((1, 1, 5, 5)), 2, mode="wobble")
    assert str(raised.value) == (
        "mode must be one of 'max' (the largest value), 'min' (the smallest value), 'average' (the "
        "mean, with zeros for the padding), 'average_no_pad' (the mean of what lies on the image); "
        "got 'wobble'"
    )
