"""Borders: what stands around an image, in the plan, in the result, in words."""

import itertools
import re

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from convdoc import ConvSpec, conv4d, conv4d_gradients, conv4d_transpose, correlate4d
from convdoc.borders import BORDERS, PADDINGS, constant
from convdoc.explain import as_matrix, explain, im2col
from tests.test_engines import MODES, padded

REPEATING = [name for name in MODES if name != "zeros"]
sides = st.tuples(st.integers(0, 12), st.integers(0, 12))


def test_every_border_is_compared():
    assert set(MODES) == set(BORDERS)


# -- The objects --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPEATING)
@settings(deadline=None)
@given(n=st.integers(1, 5), around=sides)
def test_places_hold_the_pixels_that_numpy_puts_there(name, n, around):
    expected = padded(np.arange(n), [around], name)
    assert BORDERS[name].repeats
    assert [BORDERS[name].at(i, n) for i in range(-around[0], n + around[1])] == expected.tolist()


@pytest.mark.parametrize("border", [constant(0), constant(2.5)])
def test_beside_the_image_a_constant_has_no_pixel(border):
    assert [border.at(i, 3) for i in range(-2, 5)] == [None, None, 0, 1, 2, None, None]
    assert not border.repeats
    assert border.linear == (border.value == 0)


@pytest.mark.parametrize("name", MODES)
@settings(deadline=None)
@given(size=st.tuples(st.integers(1, 4), st.integers(1, 4)), around=st.tuples(sides, sides))
def test_folding_back_is_the_adjoint_of_putting_around(name, size, around):
    random = np.random.default_rng(0)
    x = random.normal(size=(2, 1, *size))
    bordered = BORDERS[name].put_around(x, around)
    np.testing.assert_array_equal(bordered, padded(x, around, name))
    y = random.normal(size=bordered.shape)
    folded = BORDERS[name].fold_back(y, around)
    assert folded.shape == x.shape
    assert np.vdot(bordered, y) == pytest.approx(np.vdot(x, folded), abs=1e-9)


@pytest.mark.parametrize("name", MODES)
@settings(deadline=None)
@given(n=st.integers(1, 5), around=sides)
def test_copies_are_the_places_that_hold_a_pixel(name, n, around):
    if name == "zeros":
        held = [None] * around[0] + list(range(n)) + [None] * around[1]
    else:
        held = padded(np.arange(n), [around], name).tolist()
    for pixel in range(n):
        places = [i - around[0] for i, at in enumerate(held) if at == pixel]
        assert BORDERS[name].copies(pixel, around, n) == tuple(places)


def test_every_padding_and_border_has_words():
    words = [each.words for each in (*PADDINGS.values(), *BORDERS.values())]
    assert len(set(words)) == len(words)


# -- The plan -----------------------------------------------------------------------------------


def test_the_plan_keeps_what_was_written():
    spec = ConvSpec(3, border_mode=1, border="circular")
    assert repr(spec) == "ConvSpec(kernel=(3, 3), border_mode=((1, 1), (1, 1)), border='circular')"
    assert eval(repr(spec)) == spec
    assert spec != ConvSpec(3, border_mode=1)
    assert ConvSpec(3, border=np.float32(0.5)).border == 0.5
    assert type(ConvSpec(3, border=np.int8(-4)).border) is int


def test_the_bare_plan_has_no_border():
    spec = ConvSpec((3, 2), 2, "same", (1, 2), 2, border="circular")
    assert spec.bare == ConvSpec((3, 2), 2, "valid", (1, 2), 2)


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, np.float64(0)])
def test_the_number_0_is_zeros(zero):
    assert ConvSpec(3, border=zero) == ConvSpec(3)


@pytest.mark.parametrize(
    "border",
    ["wobble", "", None, True, np.True_, float("nan"), float("inf"), 1e39, 1j, [1], ("zeros",)],
)
def test_what_is_no_border_is_refused(border):
    for function, arguments in ((ConvSpec, (3,)), (conv4d, ([[[[1]]]], [[[[1]]]]))):
        with pytest.raises(
            ValueError, match=r"border must be one of 'zeros', .* or a number"
        ) as got:
            function(*arguments, border=border)
        assert f"got {border!r}" in str(got.value)


def test_equal_settings_of_another_type_are_not_taken_from_the_cache():
    x = w = np.ones((1, 1, 1, 1))
    conv4d(x, w, border=1, strides=1)
    with pytest.raises(ValueError, match="border must be"):
        conv4d(x, w, border=True, strides=1)
    with pytest.raises(ValueError, match="strides must be"):
        conv4d(x, w, border=1, strides=1.0)
    conv4d(x, w, strides=(1, 1))
    with pytest.raises(ValueError, match="strides must be"):
        conv4d(x, w, strides=(1, True))


def test_windows_and_places_at_a_corner():
    """Two pixels beyond each side of a 4×3 image, counted by hand on paper."""
    windows = {
        "zeros": ((None, None, 0), (2, None, None)),
        "circular": ((2, 3, 0), (2, 0, 1)),
        "reflect": ((2, 1, 0), (2, 1, 0)),
        "symmetric": ((1, 0, 0), (2, 2, 1)),
        "replicate": ((0, 0, 0), (2, 2, 2)),
    }
    for border, window in windows.items():
        spec = ConvSpec(3, border_mode="full", border=border)
        assert spec.window(0, 4, (4, 3)) == window
        assert spec.places(0, 4, (4, 3)) == ((-2, -1, 0), (2, 3, 4))
    assert ConvSpec(3, border_mode="full", border=9).window(0, 4, (4, 3)) == windows["zeros"]


def test_places_are_of_a_convolution():
    with pytest.raises(ValueError, match="this one is transposed; use window"):
        ConvSpec(3, transposed=True).places(0, 0, 5)
    with pytest.raises(ValueError, match=r"\(i, j\) must be"):
        ConvSpec(3).places(3, 0, 5)


plans = st.fixed_dictionaries(
    {
        "kernel": st.tuples(st.integers(1, 4), st.integers(1, 4)),
        "strides": st.tuples(st.integers(1, 3), st.integers(1, 3)),
        "dilation": st.tuples(st.integers(1, 3), st.integers(1, 3)),
        "border_mode": st.sampled_from(list(PADDINGS))
        | st.integers(0, 7)
        | st.tuples(sides, sides),
        "border": st.sampled_from(list(MODES)),
    }
)


@settings(max_examples=200, deadline=None)
@given(plan=plans, more=st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_windows_reached_by_and_unused_are_one_relation(plan, more):
    """Which outputs read which pixel, from the window and from every other question."""
    spec = ConvSpec(**plan)
    least = zip(spec.dilated_kernel, spec.padding(1), more, strict=True)
    size = tuple(max(k - sum(around), 1) + n for k, around, n in least)
    out = spec.output_size(size)
    back = spec.as_transposed(size)
    assert back.output_size(out) == size
    reads = [set(), set()]
    for axis in (0, 1):
        before, n = spec.padding(size)[axis][0], size[axis]
        held = padded(np.arange(1, n + 1), [spec.padding(size)[axis]], spec.border) - 1
        for o in range(out[axis]):
            at = (o, 0) if axis == 0 else (0, o)
            start = o * spec.strides[axis]
            covered = [start + t * spec.dilation[axis] for t in range(spec.kernel[axis])]
            assert spec.places(*at, size)[axis] == tuple(place - before for place in covered)
            expected = tuple(int(held[place]) for place in covered)
            found = spec.window(*at, size)[axis]
            assert tuple(-1 if pixel is None else pixel for pixel in found) == expected
            reads[axis] |= {(o, pixel) for pixel in expected if pixel >= 0}
            assert back.reached_by(*at, out)[axis] == tuple(sorted({p for p in expected if p >= 0}))
        for pixel in range(n):
            at = (pixel, 0) if axis == 0 else (0, pixel)
            outputs = tuple(o for o in range(out[axis]) if (o, pixel) in reads[axis])
            assert spec.reached_by(*at, size)[axis] == outputs
            window = back.window(*at, out)[axis]
            assert tuple(sorted({o for o in window if o is not None})) == outputs
            assert len(window) % spec.kernel[axis] == 0
    unread = tuple(
        tuple(p for p in range(n) if all(p != q for _, q in reads[axis]))
        for axis, n in enumerate(size)
    )
    assert spec.unused(size) == unread


# -- Results ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("border", "mode"),
    [
        ("symmetric", "reflect"),
        ("reflect", "mirror"),
        ("circular", "wrap"),
        ("replicate", "nearest"),
        ("zeros", "constant"),
    ],
)
@pytest.mark.parametrize("k", [(3, 3), (5, 1), (7, 5)])
def test_borders_are_those_of_ndimage(border, mode, k):
    x = np.random.default_rng(0).normal(size=(1, 1, 4, 5))
    w = np.random.default_rng(1).normal(size=(1, 1, *k))
    theirs = scipy.ndimage.convolve(x[0, 0], w[0, 0], mode=mode)
    np.testing.assert_allclose(conv4d(x, w, border=border)[0, 0], theirs, atol=1e-12)
    theirs = scipy.ndimage.correlate(x[0, 0], w[0, 0], mode=mode)
    np.testing.assert_allclose(correlate4d(x, w, border=border)[0, 0], theirs, atol=1e-12)


@pytest.mark.parametrize(
    ("border", "theirs"),
    [
        ("circular", {"boundary": "wrap"}),
        ("symmetric", {"boundary": "symm"}),
        (-3, {"boundary": "fill", "fillvalue": -3}),
    ],
)
def test_borders_are_those_of_scipy_signal(border, theirs):
    x = np.random.default_rng(0).normal(size=(1, 1, 5, 4))
    w = np.random.default_rng(1).normal(size=(1, 1, 3, 4))
    full = scipy.signal.convolve2d(x[0, 0], w[0, 0], "full", **theirs)
    np.testing.assert_allclose(conv4d(x, w, "full", border=border)[0, 0], full, atol=1e-12)


def test_more_border_than_image():
    x = np.random.default_rng(0).normal(size=(1, 1, 2, 3))
    w = np.random.default_rng(1).normal(size=(1, 1, 4, 3))
    around = (9, 5), (20, 1)
    for border in MODES:
        y = conv4d(x, w, around, border=border)
        expected = scipy.signal.convolve2d(padded(x, around, border)[0, 0], w[0, 0], "valid")
        np.testing.assert_allclose(y[0, 0], expected, atol=1e-12)


def test_a_circular_convolution_is_a_product_of_spectra():
    x = np.random.default_rng(0).normal(size=(6, 7))
    w = np.random.default_rng(1).normal(size=(3, 5))
    spectra = np.fft.fft2(x) * np.fft.fft2(w, (6, 7))
    y = conv4d(x[None, None], w[None, None], ((2, 0), (4, 0)), border="circular")
    np.testing.assert_allclose(y[0, 0], np.fft.ifft2(spectra).real, atol=1e-12)


@pytest.mark.parametrize("border", [*MODES, 2.5])
@pytest.mark.parametrize("border_mode", ["same", "full", "same_upper", ((4, 0), (1, 5))])
def test_gradients_are_finite_differences(border, border_mode):
    random = np.random.default_rng(0)
    x, w = random.normal(size=(1, 2, 3, 4)), random.normal(size=(2, 1, 3, 2))
    plan = {"border_mode": border_mode, "strides": (1, 2), "groups": 2, "border": border}
    dy = random.normal(size=conv4d(x, w, **plan, engine="numpy").shape)
    dx, dw, _ = conv4d_gradients(x, w, dy, **plan, engine="numpy")

    def loss():
        return np.sum(dy * conv4d(x, w, **plan, engine="numpy"))

    for array, gradient in ((x, dx), (w, dw)):
        for at in itertools.islice(np.ndindex(array.shape), 0, None, 3):
            kept, differences = array[at], []
            for step in (1e-5, -1e-5):
                array[at] = kept + step
                differences.append(loss())
            array[at] = kept
            slope = (differences[0] - differences[1]) / 2e-5
            assert gradient[at] == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("border", REPEATING)
def test_the_adjoint_is_the_transposed_matrix(border):
    spec = ConvSpec((3, 2), (2, 1), "full", border=border)
    w = np.random.default_rng(1).integers(-5, 6, (1, 1, 3, 2))
    y = np.random.default_rng(2).integers(-5, 6, (1, 1, *spec.output_size((4, 3))))
    pixels = np.arange(12).reshape(1, 1, 4, 3)
    basis = (pixels == np.arange(12).reshape(12, 1, 1, 1)).astype(float)
    columns = conv4d(basis, w, "full", strides=(2, 1), border=border).reshape(12, -1)
    x = conv4d_transpose(y, w, "full", strides=(2, 1), border=border, output_size=(4, 3))
    np.testing.assert_array_equal(x.ravel(), columns @ y.ravel())


def test_a_number_has_no_adjoint():
    for call in (
        lambda: ConvSpec(3, transposed=True, border=1),
        lambda: ConvSpec(3, border=1).as_transposed(5),
        lambda: conv4d_transpose(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), border=1),
    ):
        with pytest.raises(ValueError, match=r"border=1 adds that number .* is not linear"):
            call()
    with pytest.raises(ValueError, match="border=1 is no matrix times the image"):
        as_matrix(ConvSpec(1, border=1), 3, [[[[1]]]])


def test_im2col_holds_what_lies_beyond():
    columns = im2col([[[[1, 2]]]], ConvSpec((1, 2), border_mode=((0, 0), (1, 1)), border=7))
    np.testing.assert_array_equal(columns[0], [[7, 1, 2], [1, 2, 7]])


def test_nan_is_repeated_with_its_pixel():
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 0, 0] = np.nan
    y = conv4d(x, np.ones((1, 1, 3, 3)), border="circular")
    assert np.isnan(y).all()  # the corner is beside every pixel of a 3×3 ring


# -- Words --------------------------------------------------------------------------------------


def test_an_explanation_names_the_pixel_and_its_place():
    spec = ConvSpec((1, 3), border_mode=((0, 0), (1, 1)), border="reflect")
    told = explain([[[[5, 6, 7]]]], [[[[1, 10, 100]]]], spec, 0, 0, 0, 0)
    assert str(told) == (
        "y[0, 0, 0, 0] = 656\n"
        "  x[0, 0, 0, 1] at (0, −1) · w[0, 0, 0, 2] = 6 · 100 = 600\n"
        "  x[0, 0, 0, 0]            · w[0, 0, 0, 1] = 5 ·  10 =  50\n"
        "  x[0, 0, 0, 1]            · w[0, 0, 0, 0] = 6 ·   1 =   6"
    )
    assert [term.place for term in told.terms] == [(0, -1), (0, 0), (0, 1)]
    assert [term.input for term in told.terms] == [(0, 1), (0, 0), (0, 1)]
    assert [term.beyond for term in told.terms] == [True, False, False]
    assert r"x_{0,0,0,1} \cdot w_{0,0,0,2} + x_{0,0,0,0}" in told.latex()
    rows = re.findall("<tr[^>]*>", told._repr_html_())
    assert rows[1:4] == ['<tr class="convdoc-padding">', "<tr>", "<tr>"]


def test_an_explanation_shows_the_number_beyond():
    told = explain(
        [[[[5]]]], [[[[2, 3]]]], ConvSpec((1, 2), border_mode=((0, 0), (1, 0)), border=-4), *[0] * 4
    )
    assert str(told) == (
        "y[0, 0, 0, 0] = −2\n"
        "  padding       · w[0, 0, 0, 1] = (−4) · 3 = −12\n"
        "  x[0, 0, 0, 0] · w[0, 0, 0, 0] =    5 · 2 =  10"
    )
    assert r"&= (-4) \cdot w_{0,0,0,1} + x_{0,0,0,0} \cdot" in told.latex()


def test_a_transposed_convolution_reads_once_for_each_place_of_its_pixel():
    """On a ring of 2 with 1 before it, pixel 1 is at −1 too: three outputs, four terms."""
    spec = ConvSpec((1, 2), border_mode=((0, 0), (1, 0)), border="circular", transposed=True)
    assert spec.output_size((1, 2)) == (1, 2)
    assert spec.window(0, 1, (1, 2)) == ((0,), (None, 0, 1, None))
    told = explain([[[[5, 6]]]], [[[[10, 1]]]], spec, 0, 0, 0, 1)
    assert [(term.input, term.weight) for term in told.terms] == [((0, 0), 1), ((0, 1), 10)]
    assert told.sum == 5 + 60


@pytest.mark.parametrize(
    ("border_mode", "k", "sides"),
    [
        ("valid", 5, (0, 0)),
        ("full", 4, (3, 3)),
        ("half", 3, (1, 1)),
        ("half", 4, (2, 2)),
        ("half", 5, (2, 2)),
        ("half", 6, (3, 3)),
        ("same", 4, (2, 1)),
        ("same_upper", 4, (1, 2)),
        ("same_lower", 4, (2, 1)),
    ],
)
def test_places_before_and_behind_an_image_of_eight(border_mode, k, sides):
    assert PADDINGS[border_mode].sides(k, 1, 8) == sides


def test_a_padding_says_in_words_what_it_is_for():
    for_each_stride = "one output for each stride"
    assert {name: padding.words for name, padding in PADDINGS.items()} == {
        "valid": "only windows that lie wholly on the image",
        "full": "every window that touches the image",
        "half": "half a kernel on every side",
        "same": f"{for_each_stride}, padded as Keras on Theano pads",
        "same_upper": f"{for_each_stride}, padded as TensorFlow pads",
        "same_lower": f"{for_each_stride}, an odd place before the image, as ONNX pads",
    }


def test_a_border_says_in_words_what_its_places_hold():
    """Of the image 1 2 3, what lies before it and behind it, and which of its words says so."""
    said = {
        "circular": ([2, 3, 1, 2], "the image again, as on a ring"),
        "reflect": ([3, 2, 2, 1], "the image mirrored at its last pixel, which is not repeated"),
        "symmetric": ([2, 1, 3, 2], "the image mirrored at its edge, the last pixel repeated"),
        "replicate": ([1, 1, 3, 3], "the last pixel again"),
        "zeros": ([0, 0, 0, 0], "0 everywhere"),
    }
    for name, (around, words) in said.items():
        x = BORDERS[name].put_around(np.array([[[[1, 2, 3]]]]), ((0, 0), (2, 2)))[0, 0, 0]
        assert [*x[:2], *x[5:]] == around
        assert BORDERS[name].words == words
