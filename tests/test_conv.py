"""conv4d and pool4d: the notebook's numbers, other libraries' answers, and every bad input."""

import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import skimage.filters
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from convdoc import conv4d, conv4d_gradients, conv4d_transpose, correlate4d, pool4d
from convdoc.engines import load_keras
from tests import notebook

ON_THEANO = [pytest.param(engine, marks=pytest.mark.theano) for engine in ("keras", "theano")]

# -- Printed numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("example", notebook.EXAMPLES, ids=lambda e: e.page)
def test_notebook_outputs_come_back(example):
    y = conv4d(example.x, example.w, example.border_mode)
    assert y.shape == example.y.shape
    np.testing.assert_array_equal(y, example.y)


def test_impulse_under_same_lies_in_rows_2_and_3():
    y = conv4d(notebook.IMPULSE.x, notebook.IMPULSE.w, "same")[0, 0]
    expected = np.zeros((5, 7))
    expected[2] = [0, 0, 1, 2, 3, 0, 0]
    expected[3] = [0, 0, 4, 5, 6, 0, 0]
    np.testing.assert_array_equal(y, expected)


def test_same_is_the_default_border():
    example = notebook.RGB
    np.testing.assert_array_equal(conv4d(example.x, example.w), example.y)


@pytest.mark.theano
def test_notebooks_own_call_gives_the_same():
    """Keras 1's words, which Keras 2.3 still takes; only the kernel's axes are in its order."""
    load_keras()
    from keras.layers.convolutional import Convolution2D
    from keras.models import Sequential

    for example in notebook.EXAMPLES:
        x, w = example.x, example.w
        nb_filters, channels, wh, ww = w.shape
        _, _, xh, xw = x.shape
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Update your `Conv2D` call", UserWarning)
            layer = Convolution2D(
                nb_filters,
                wh,
                ww,
                input_shape=(channels, xh, xw),
                weights=[w.transpose(2, 3, 1, 0)],
                border_mode=example.border_mode,
                bias=False,
                dim_ordering="th",
            )
        y = Sequential([layer]).predict(x, batch_size=1)
        np.testing.assert_array_equal(y, example.y)


# -- Other libraries, each with what it takes to agree ------------------------------------------

NINE = np.arange(1.0, 10.0).reshape(3, 3)


def test_centred_impulse_shows_the_kernel_unturned():
    x = np.zeros((5, 5))
    x[2, 2] = 1
    y = conv4d(x[None, None], NINE[None, None], "same")[0, 0]
    np.testing.assert_array_equal(y[1:4, 1:4], NINE)
    np.testing.assert_array_equal(cv2.filter2D(x, -1, NINE)[1:4, 1:4], NINE[::-1, ::-1])


def test_pillow_flips_top_to_bottom_only():
    x = np.zeros((5, 5), np.uint8)
    x[2, 2] = 1
    kernel = ImageFilter.Kernel((3, 3), NINE.ravel().tolist(), scale=1)
    theirs = np.asarray(Image.fromarray(x).filter(kernel))
    np.testing.assert_array_equal(theirs[1:4, 1:4], [[3, 2, 1], [6, 5, 4], [9, 8, 7]])
    turned = NINE[:, ::-1]  # so that Pillow gives a convolution
    kernel = ImageFilter.Kernel((3, 3), turned.ravel().tolist(), scale=1)
    theirs = np.asarray(Image.fromarray(x).filter(kernel))
    ours = conv4d(x[None, None], NINE[None, None], "same")[0, 0]
    np.testing.assert_array_equal(theirs[1:4, 1:4], ours[1:4, 1:4])


def test_other_libraries_on_the_impulse():
    x, w = notebook.IMPULSE.x[0, 0].astype(float), notebook.IMPULSE.w[0, 0]
    ours = conv4d(x[None, None], w[None, None], "same")[0, 0]
    for convolve in (
        scipy.signal.convolve2d,
        scipy.signal.fftconvolve,
        scipy.signal.oaconvolve,
    ):
        np.testing.assert_allclose(convolve(x, w, "same"), ours, atol=1e-12)

    left_alone = scipy.ndimage.convolve(x, w, mode="constant")
    np.testing.assert_array_equal(left_alone[1:3, 2:5], w)  # a row higher than ours
    moved = scipy.ndimage.convolve(x, w, mode="constant", origin=(-1, 0))
    np.testing.assert_array_equal(moved, ours)

    np.testing.assert_array_equal(cv2.filter2D(x, -1, w)[2:4, 2:5], [[6, 5, 4], [3, 2, 1]])
    flipped = cv2.filter2D(x, -1, w[::-1, ::-1], borderType=cv2.BORDER_CONSTANT)
    np.testing.assert_array_equal(flipped, ours)


def test_borders_are_zeros_not_mirrors():
    mean = np.full((3, 3), 1 / 9)
    ones = np.ones((4, 4))
    assert conv4d(ones[None, None], mean[None, None])[0, 0, 0, 0] == pytest.approx(4 / 9)
    assert scipy.ndimage.convolve(ones, mean)[0, 0] == pytest.approx(1)
    assert cv2.filter2D(ones, -1, mean)[0, 0] == pytest.approx(1)


def test_scikit_image_with_the_kernel_turned():
    x = np.random.default_rng(0).normal(size=(6, 7))
    theirs = skimage.filters.correlate_sparse(x, NINE[::-1, ::-1], mode="constant")
    np.testing.assert_allclose(conv4d(x[None, None], NINE[None, None])[0, 0], theirs)


sizes = st.integers(1, 6)


@settings(max_examples=60, deadline=None)
@given(
    samples=st.integers(1, 3),
    channels=st.integers(1, 3),
    filters=st.integers(1, 3),
    size=st.tuples(sizes, sizes),
    kernel=st.tuples(sizes, sizes),
    border_mode=st.sampled_from(["valid", "same"]),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 99),
)
def test_sum_over_channels_of_scipys_convolution(
    samples, channels, filters, size, kernel, border_mode, dtype, seed
):
    if border_mode == "valid":
        kernel = tuple(map(min, kernel, size))
    random = np.random.default_rng(seed)
    x = random.normal(size=(samples, channels, *size)).astype(dtype)
    w = random.normal(size=(filters, channels, *kernel)).astype(dtype)
    expected = [
        [
            sum(
                scipy.signal.convolve2d(*pair, border_mode)
                for pair in zip(image, bank, strict=True)
            )
            for bank in w.astype(float)
        ]
        for image in x.astype(float)
    ]
    y = conv4d(x, w, border_mode)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, expected, atol=1e-4 if dtype == np.float32 else 1e-12)


# -- What may be given --------------------------------------------------------------------------

X = np.arange(24.0).reshape(1, 2, 3, 4)
W = np.arange(12.0).reshape(3, 2, 2, 1)
EXPECTED = [[sum(scipy.signal.convolve2d(X[0, c], bank[c], "same") for c in (0, 1)) for bank in W]]


@pytest.mark.parametrize(
    "form",
    [
        lambda a: a.astype(int),
        lambda a: a.astype(np.uint8),
        lambda a: a.astype(np.float16),
        lambda a: a.astype(">f8"),
        lambda a: a.tolist(),
        lambda a: np.asfortranarray(a),
        lambda a: np.repeat(a, 2, axis=3)[..., ::2],
        lambda a: a[..., ::-1].copy()[..., ::-1],
    ],
    ids=["integers", "bytes", "half", "big-endian", "lists", "fortran", "strided", "reversed"],
)
def test_any_real_array_will_do(form):
    np.testing.assert_array_equal(conv4d(form(X), form(W)), EXPECTED)


def test_read_only_arrays_work_and_no_argument_is_changed():
    x, w = X.copy(), W.copy()
    x.flags.writeable = w.flags.writeable = False
    np.testing.assert_array_equal(conv4d(x, w), EXPECTED)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(w, W)


def test_result_belongs_to_the_caller():
    first = conv4d(X, W)
    kept = first.copy()
    conv4d(X + 1, W)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize(
    ("x", "w", "y"),
    [
        (np.float32, np.float32, np.float32),
        (np.float64, np.float32, np.float64),
        (np.float32, np.float64, np.float64),
        (np.float16, np.int64, np.float32),
        (bool, np.int8, np.float32),
    ],
)
def test_dtype_of_the_result(x, w, y):
    assert conv4d(np.ones((1, 1, 2, 2), x), np.ones((1, 1, 1, 1), w)).dtype == y


def test_float64_is_computed_in_float64():
    x = np.full((1, 1, 1, 1), 1 + 2.0**-40)
    assert conv4d(x, np.ones((1, 1, 1, 1)))[0, 0, 0, 0] == 1 + 2.0**-40
    assert conv4d(x * 1e300, np.ones((1, 1, 1, 1)))[0, 0, 0, 0] == x[0, 0, 0, 0] * 1e300


def test_nan_and_infinity_spread_to_the_windows_that_hold_them():
    x = np.zeros((1, 1, 1, 5))
    x[..., 1], x[..., 4] = np.nan, np.inf
    y = conv4d(x, np.ones((1, 1, 1, 2)), "valid")[0, 0, 0]
    np.testing.assert_array_equal(y, [np.nan, np.nan, 0, np.inf])


def test_threads_do_not_mix_up_their_kernels():
    kernels = [np.full((1, 1, 1, 1), float(k)) for k in range(400)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda w: conv4d(np.ones((1, 1, 2, 2)), w), kernels))
    finally:
        sys.setswitchinterval(usual)
    assert [y[0, 0, 0, 0] for y in results] == list(range(400))


# -- What may not -------------------------------------------------------------------------------

IMAGE = np.ones((1, 1, 5, 5))
KERNEL = np.ones((1, 1, 3, 3))


@pytest.mark.parametrize(
    ("x", "w", "border_mode", "error", "words"),
    [
        (np.ones((5, 6)), KERNEL, "same", ValueError, ["x", "4-D", "(5, 6)", "x.reshape(1, 1"]),
        (IMAGE, np.ones((3, 3)), "same", ValueError, ["w", "4-D", "(3, 3)", "w.reshape(1, 1"]),
        (np.ones((3, 5, 5)), KERNEL, "same", ValueError, ["x", "3-D", "(3, 5, 5)", "x[None]"]),
        (np.ones(5), KERNEL, "same", ValueError, ["x", "1-D", "(5,)"]),
        (5, KERNEL, "same", ValueError, ["x", "0-D"]),
        (np.ones((1, 2, 5, 5)), KERNEL, "same", ValueError, ["x has 2", "w has 1", "(1, 2, 5, 5)"]),
        (
            np.ones((1, 32, 32, 3)),
            np.ones((8, 3, 3, 3)),
            "same",
            ValueError,
            ["channels-last", "x.transpose(0, 3, 1, 2)", "(1, 32, 32, 3)"],
        ),
        (
            np.ones((1, 3, 9, 9)),
            np.ones((5, 5, 3, 8)),
            "same",
            ValueError,
            ["w.transpose(3, 2, 0, 1)", "(5, 5, 3, 8)"],
        ),
        (
            IMAGE,
            np.ones((1, 1, 6, 2)),
            "valid",
            ValueError,
            ["w (1, 1, 6, 2)", "x (1, 1, 5, 5)", "kernel (6, 2)"],
        ),
        (IMAGE, np.ones((1, 1, 2, 6)), "valid", ValueError, ["kernel (2, 6)", "'same'"]),
        (np.ones((0, 1, 5, 5)), KERNEL, "same", ValueError, ["x", "empty axis", "(0, 1, 5, 5)"]),
        (IMAGE, np.ones((1, 1, 0, 3)), "same", ValueError, ["w", "empty axis", "(1, 1, 0, 3)"]),
        (IMAGE * 1j, KERNEL, "same", TypeError, ["x", "complex128", "x.real"]),
        (IMAGE, KERNEL.astype(object), "same", TypeError, ["w", "object"]),
        (IMAGE.astype(str), KERNEL, "same", TypeError, ["x", "<U32"]),
        (IMAGE.astype("datetime64[s]"), KERNEL, "same", TypeError, ["x", "datetime64"]),
        (None, KERNEL, "same", TypeError, ["x", "object"]),
        ([[[[1, None]]]], KERNEL, "same", TypeError, ["x", "object"]),
        ([[[[1, 2], [3]]]], KERNEL, "same", ValueError, ["x cannot be read as an array"]),
        (np.ma.ones((1, 1, 5, 5)), KERNEL, "same", TypeError, ["x", "masked", "x.filled(0)"]),
        ([np.ma.ones((1, 5, 5))], KERNEL, "same", TypeError, ["x", "masked"]),
        ([[[[np.ma.masked, 1.0]]]], KERNEL, "same", TypeError, ["x", "masked"]),
        (IMAGE.astype(np.longdouble), KERNEL, "same", TypeError, ["x", "astype('float64')"]),
        (
            np.full((1, 1, 5, 5), 2**24 + 1),
            KERNEL.astype(int),
            "same",
            ValueError,
            ["x", "int64", "16777217", "x.astype('float64')"],
        ),
        (
            IMAGE.astype(np.float32),
            np.full((1, 1, 3, 3), -(2**31)),
            "same",
            ValueError,
            ["w", "-2147483648", "float32 rounds", "w.astype('float64')"],
        ),
        (
            IMAGE,
            np.full((1, 1, 3, 3), 2**53 + 1),
            "same",
            ValueError,
            ["w", "9007199254740993", "float64 rounds beyond 9007199254740992"],
        ),
        (IMAGE, KERNEL, "SAME", ValueError, ["border_mode", "'valid'", "'same'", "'SAME'"]),
        (IMAGE, KERNEL, "wrap", ValueError, ["border_mode", "'wrap'"]),
        (IMAGE, KERNEL, 1.0, ValueError, ["border_mode", "1.0"]),
        (IMAGE, KERNEL, True, ValueError, ["border_mode", "True"]),
        (IMAGE, KERNEL, -1, ValueError, ["border_mode", "0 or more", "-1"]),
        (IMAGE, KERNEL, (1, -1), ValueError, ["border_mode", "(1, -1)"]),
        (IMAGE, KERNEL, ((1, 1), (1, -1)), ValueError, ["border_mode", "((1, 1), (1, -1))"]),
        (IMAGE, KERNEL, (1, 1, 1), ValueError, ["border_mode", "(1, 1, 1)"]),
        (IMAGE, KERNEL, None, ValueError, ["border_mode", "None"]),
        (IMAGE, KERNEL, ["same"], ValueError, ["border_mode", "['same']"]),
    ],
)
def test_bad_input_is_named_with_its_remedy(x, w, border_mode, error, words):
    with pytest.raises(error) as caught:
        conv4d(x, w, border_mode)
    for word in words:
        assert word in str(caught.value)


def test_the_largest_integers_that_float32_holds_are_taken():
    x = np.full((1, 1, 1, 1), 2**24)
    assert conv4d(x, np.ones((1, 1, 1, 1), int))[0, 0, 0, 0] == 2**24


def test_large_integers_are_taken_beside_float64():
    x = np.full((1, 1, 1, 1), 2**53)
    assert conv4d(x, np.ones((1, 1, 1, 1)))[0, 0, 0, 0] == 2**53


def test_scipy_swaps_what_we_refuse():
    small, large = np.ones((2, 2)), np.ones((3, 3))
    assert scipy.signal.convolve2d(small, large, "valid").shape == (2, 2)
    with pytest.raises(ValueError, match="larger than the image"):
        conv4d(small[None, None], large[None, None], "valid")


# -- Strides, dilation, groups, bias ------------------------------------------------------------

ONE_TO_36 = np.arange(1.0, 37.0).reshape(1, 1, 6, 6)
IDENTITY = np.zeros((1, 1, 3, 3))
IDENTITY[0, 0, 1, 1] = 1


def test_same_shape_different_pixels():
    """Where Theano and TensorFlow put the zeros of a strided "same"."""
    np.testing.assert_array_equal(
        conv4d(ONE_TO_36, IDENTITY, "same", strides=2)[0, 0],
        [[1, 3, 5], [13, 15, 17], [25, 27, 29]],
    )
    np.testing.assert_array_equal(
        conv4d(ONE_TO_36, IDENTITY, "same_upper", strides=2)[0, 0],
        [[8, 10, 12], [20, 22, 24], [32, 34, 36]],
    )


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2), (4, 5)])
@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
def test_strided_same_and_full_are_scipys_every_so_many(kernel, strides):
    random = np.random.default_rng(1)
    x, w = random.normal(size=(7, 8)), random.normal(size=kernel)
    for mode in ("same", "full"):
        theirs = scipy.signal.convolve2d(x, w, mode)[:: strides[0], :: strides[1]]
        ours = conv4d(x[None, None], w[None, None], mode, strides=strides)[0, 0]
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_dilation_is_a_kernel_with_holes():
    x = np.random.default_rng(2).normal(size=(1, 1, 9, 9))
    with_holes = np.zeros((1, 1, 5, 4))
    with_holes[..., ::2, ::3] = w = np.random.default_rng(3).normal(size=(1, 1, 3, 2))
    np.testing.assert_allclose(
        conv4d(x, w, "valid", dilation=(2, 3)), conv4d(x, with_holes, "valid"), atol=1e-12
    )


def test_groups_are_convolved_apart():
    random = np.random.default_rng(4)
    x, w = random.normal(size=(2, 6, 5, 5)), random.normal(size=(4, 3, 3, 3))
    apart = [conv4d(x[:, :3], w[:2]), conv4d(x[:, 3:], w[2:])]
    np.testing.assert_allclose(conv4d(x, w, groups=2), np.concatenate(apart, 1), atol=1e-12)


def test_a_bias_is_added_to_each_output_image():
    y = conv4d(np.zeros((2, 1, 3, 3)), np.ones((2, 1, 3, 3)), bias=[10, 20])
    np.testing.assert_array_equal(y, np.full((2, 2, 3, 3), [[[10]], [[20]]]))
    x = conv4d_transpose(np.zeros((1, 2, 2, 2)), np.ones((2, 3, 2, 2)), bias=[1, 2, 3])
    np.testing.assert_array_equal(x, np.full((1, 3, 3, 3), [[[1]], [[2]], [[3]]]))


def test_a_bias_of_float64_makes_the_result_float64():
    x, w = np.ones((1, 1, 2, 2), np.float32), np.ones((1, 1, 1, 1), np.float32)
    assert conv4d(x, w, bias=np.ones(1, np.float32)).dtype == np.float32
    assert conv4d(x, w, bias=[0.1]).dtype == np.float64


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"strides": 0}, ValueError, ["strides", "got 0"]),
        ({"strides": -1}, ValueError, ["strides", "got -1"]),
        ({"strides": (1, 2, 3)}, ValueError, ["strides", "(1, 2, 3)"]),
        ({"dilation": 0}, ValueError, ["dilation", "got 0"]),
        ({"dilation": 1.5}, ValueError, ["dilation", "1.5"]),
        ({"groups": 0}, ValueError, ["groups", "got 0"]),
        ({"groups": 2}, ValueError, ["groups must divide the filters", "2 does not divide 1"]),
        ({"dilation": 9, "border_mode": "valid"}, ValueError, ["dilated (19, 19)", "(1, 1, 5, 5)"]),
        ({"bias": [1, 2]}, ValueError, ["bias", "each filter", "shape (1,)", "got shape (2,)"]),
        ({"bias": 1}, ValueError, ["bias", "got shape ()"]),
        ({"bias": [1j]}, TypeError, ["bias", "complex128"]),
        ({"bias": np.ma.ones(1)}, TypeError, ["bias", "masked"]),
        ({"strides": 2**31}, ValueError, ["strides", "below 2**31", "2147483648"]),
        ({"dilation": 2**70}, ValueError, ["dilation", "below 2**31"]),
        ({"border_mode": 2**31}, ValueError, ["border_mode", "below 2**31"]),
        ({"border_mode": 2**30}, ValueError, ["border_mode", "no memory holds", "2147483653"]),
        ({"strides": np.True_}, ValueError, ["strides"]),
        ({"groups": np.True_}, ValueError, ["groups"]),
        ({"engine": "tensorflow"}, ValueError, ["engine", "'keras'", "'auto'", "'tensorflow'"]),
        ({"engine": None}, ValueError, ["engine", "None"]),
        ({"engine": ["keras"]}, ValueError, ["engine", "['keras']"]),
    ],
)
def test_bad_settings_are_named(arguments, error, words):
    for convolve in (conv4d, correlate4d):
        with pytest.raises(error) as caught:
            convolve(IMAGE, KERNEL, **arguments)
        for word in words:
            assert word in str(caught.value)


def test_groups_must_divide_the_filters_too():
    with pytest.raises(ValueError, match="groups must divide the filters, and 2 does not divide 3"):
        conv4d(np.ones((1, 4, 5, 5)), np.ones((3, 2, 3, 3)), groups=2)
    with pytest.raises(ValueError, match=r"x has 4 .* w has 4, .* filter reads 2 of them"):
        conv4d(np.ones((1, 4, 5, 5)), np.ones((2, 4, 3, 3)), groups=2)


@pytest.mark.parametrize("bad", [1.0, True, (1.0, 1), (True, 1), np.float32(1)])
def test_what_only_equals_a_good_setting_is_refused_after_it(bad):
    for setting in ("strides", "dilation"):
        conv4d(IMAGE, KERNEL, **{setting: 1})
        conv4d(IMAGE, KERNEL, **{setting: (1, 1)})
        with pytest.raises(ValueError, match=f"{setting} must be"):
            conv4d(IMAGE, KERNEL, **{setting: bad})


@pytest.mark.parametrize("engine", [*ON_THEANO, "numpy"])
def test_the_largest_strides_leave_one_window(engine):
    y = conv4d(IMAGE, KERNEL, "valid", strides=2**31 - 1, engine=engine)
    np.testing.assert_array_equal(y, [[[[9]]]])


def test_integers_of_numpy_and_lists_will_do():
    expected = conv4d(ONE_TO_36, KERNEL, (1, 1), strides=(2, 2))
    for two in (np.int64(2), [2, 2], np.array([2, 2])):
        y = conv4d(ONE_TO_36, KERNEL, [[1, 1], [1, 1]], strides=two, groups=np.uint8(1))
        np.testing.assert_array_equal(y, expected)


# -- Correlation --------------------------------------------------------------------------------

X9 = np.arange(9.0).reshape(1, 1, 3, 3)
K4 = np.arange(4.0).reshape(1, 1, 2, 2)


def test_correlation_as_printed_in_dive_into_deep_learning():
    np.testing.assert_array_equal(correlate4d(X9, K4, "valid")[0, 0], [[19, 25], [37, 43]])
    two = np.concatenate([X9, X9 + 1], 1), np.concatenate([K4, K4 + 1], 1)
    np.testing.assert_array_equal(correlate4d(*two, "valid")[0, 0], [[56, 72], [104, 120]])


def test_correlation_of_an_impulse_shows_the_kernel_turned():
    """What TensorFlow, PyTorch and JAX give for the notebook's impulse."""
    y = correlate4d(notebook.IMPULSE.x, notebook.IMPULSE.w, "valid")[0, 0]
    np.testing.assert_array_equal(y[1:3], [[0, 6, 5, 4, 0], [0, 3, 2, 1, 0]])


def test_tensorflows_same_on_the_impulse():
    y = correlate4d(notebook.IMPULSE.x, notebook.IMPULSE.w, "same_upper")[0, 0]
    np.testing.assert_array_equal(y[1:3], [[0, 0, 6, 5, 4, 0, 0], [0, 0, 3, 2, 1, 0, 0]])


# -- Transposed convolution ---------------------------------------------------------------------


def test_transposed_convolution_by_hand():
    """Two pixels, two apart, each the turned kernel; where they overlap both count."""
    y = np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])
    w = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    np.testing.assert_array_equal(
        conv4d_transpose(y, w)[0, 0], [[4, 43, 30], [402, 4321, 3010], [200, 2100, 1000]]
    )


def test_transposed_convolution_of_several_filters_and_channels():
    y = np.array([[[[1.0]], [[10.0]]]])  # two filters
    w = np.arange(1.0, 7.0).reshape(2, 3, 1, 1)  # of three channels
    np.testing.assert_array_equal(conv4d_transpose(y, w)[0, :, 0, 0], [41, 52, 63])


@pytest.mark.parametrize("engine", [ON_THEANO[0], "numpy"])
def test_output_size_chooses_among_those_that_a_stride_floors_together(engine):
    y, w = np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3))
    smallest = conv4d_transpose(y, w, strides=2, engine=engine)
    larger = conv4d_transpose(y, w, strides=2, output_size=(6, 5), engine=engine)
    assert (smallest.shape, larger.shape) == ((1, 1, 5, 5), (1, 1, 6, 5))
    np.testing.assert_array_equal(larger[..., :5, :], smallest)
    np.testing.assert_array_equal(larger[..., 5, :], 0)
    padded = conv4d_transpose(y, w, strides=2, output_padding=(1, 0), engine=engine)
    np.testing.assert_array_equal(padded, larger)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"output_size": (7, 5), "strides": 2}, ["output_size", "height 5 or 6", "got (7, 5)"]),
        ({"output_size": 5.0}, ["output_size must be a positive integer", "5.0"]),
        ({"output_padding": 1}, ["output_padding must be smaller than the stride"]),
        ({"output_padding": -1, "strides": 2}, ["output_padding must be an integer of 0 or more"]),
        (
            {"output_padding": 1, "output_size": 6, "strides": 2},
            ["output_padding and output_size say the same thing"],
        ),
        ({"border_mode": 3}, ["w (1, 1, 3, 3) does not fit y (1, 1, 2, 2)", "empty"]),
        ({"groups": 2}, ["groups must divide the filters, and 2 does not divide 1"]),
        ({"bias": [1, 2]}, ["bias", "each channel of the result", "(1,)"]),
    ],
)
def test_bad_settings_of_a_transposed_convolution(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words[0])) as caught:
        conv4d_transpose(np.ones((1, 1, 2, 2)), KERNEL, **arguments)
    for word in words:
        assert word in str(caught.value)


def test_a_transposed_convolution_reads_as_many_channels_as_there_are_filters():
    with pytest.raises(ValueError, match=r"y has 3 channels and w has 2 filters.*\(1, 3, 4, 4\)"):
        conv4d_transpose(np.ones((1, 3, 4, 4)), np.ones((2, 3, 3, 3)))
    with pytest.raises(ValueError, match=r"y must be 4-D, \(samples, filters, height, width"):
        conv4d_transpose(np.ones((4, 4)), KERNEL)


# -- Gradients ----------------------------------------------------------------------------------

plans = st.fixed_dictionaries(
    {
        "border_mode": st.sampled_from(["valid", "same", "full", ((1, 0), (0, 2))]),
        "strides": st.sampled_from([1, (2, 1)]),
        "dilation": st.sampled_from([1, (1, 2)]),
        "groups": st.sampled_from([1, 2]),
    }
)


def some_arrays(groups):
    random = np.random.default_rng(5)
    return random.normal(size=(2, 4, 5, 6)), random.normal(size=(2, 4 // groups, 3, 2))


@settings(max_examples=20, deadline=None)
@given(plan=plans)
def test_gradients_are_finite_differences(plan):
    x, w = some_arrays(plan["groups"])
    b = np.array([0.5, -0.5])
    dy = np.random.default_rng(6).normal(size=conv4d(x, w, engine="numpy", **plan).shape)
    step = 1e-6

    def slope(name, at):
        sides = []
        for sign in (1, -1):
            moved = {"x": x.copy(), "w": w.copy(), "b": b.copy()}
            moved[name][at] += sign * step
            y = conv4d(moved["x"], moved["w"], bias=moved["b"], engine="numpy", **plan)
            sides.append(np.sum(y * dy))
        return (sides[0] - sides[1]) / (2 * step)

    gradients = dict(zip("xwb", conv4d_gradients(x, w, dy, **plan), strict=True))
    places = {"x": [(0, 0, 0, 0), (1, 3, 4, 5), (0, 2, 2, 3)], "b": [0, 1]}
    places["w"] = [(0, 0, 0, 0), (1, w.shape[1] - 1, 2, 1), (0, 1, 1, 0)]
    for name, gradient in gradients.items():
        for at in places[name]:
            assert gradient[at] == pytest.approx(slope(name, at), abs=1e-6)


@pytest.mark.theano
@settings(max_examples=8, deadline=None)
@given(plan=plans)
def test_gradients_are_theanos_grad(plan):
    load_keras()
    import theano
    import theano.tensor as T  # noqa: N812

    x, w = some_arrays(plan["groups"])
    dy = np.random.default_rng(7).normal(size=conv4d(x, w, engine="numpy", **plan).shape)
    border_mode = plan["border_mode"]
    if border_mode == "same":  # the two kernel columns, dilated, are three
        border_mode = ((1, 1), (1, 0) if plan["dilation"] == 1 else (1, 1))
    variables = [T.dtensor4() for _ in range(3)]
    y = T.nnet.conv2d(
        *variables[:2],
        border_mode=border_mode,
        subsample=(1, 1) if plan["strides"] == 1 else plan["strides"],
        filter_dilation=(1, 1) if plan["dilation"] == 1 else plan["dilation"],
        num_groups=plan["groups"],
    )
    loss = T.sum(y * variables[2])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = theano.function(variables, T.grad(loss, variables[:2]))(x, w, dy)
    dx, dw, db = conv4d_gradients(x, w, dy, **plan)
    np.testing.assert_allclose(dx, theirs[0], atol=1e-12)
    np.testing.assert_allclose(dw, theirs[1], atol=1e-12)
    np.testing.assert_allclose(db, dy.sum((0, 2, 3)))


def test_a_gradient_has_the_shape_of_the_result():
    with pytest.raises(ValueError, match=r"dy must have .* = \(1, 1, 3, 3\) .* got \(1, 1, 5, 5\)"):
        conv4d_gradients(IMAGE, KERNEL, IMAGE, "valid")
    with pytest.raises(ValueError, match="dy must be 4-D"):
        conv4d_gradients(IMAGE, KERNEL, np.ones((5, 5)))


# -- Pooling ------------------------------------------------------------------------------------


def test_pooling_keeps_the_largest_and_leaves_out_what_fills_no_window():
    x = np.arange(25).reshape(1, 1, 5, 5)
    np.testing.assert_array_equal(pool4d(x, 2)[0, 0], [[6, 8], [16, 18]])


def test_pooling_as_printed_in_dive_into_deep_learning():
    np.testing.assert_array_equal(pool4d(X9, 2, 1)[0, 0], [[4, 5], [7, 8]])
    np.testing.assert_array_equal(pool4d(X9, 2, 1, mode="average")[0, 0], [[2, 3], [5, 6]])


def test_what_becomes_of_padding():
    x = -np.ones((1, 1, 3, 3))
    corner = {mode: pool4d(x, 3, 1, 1, mode)[0, 0, 0, 0] for mode in ("max", "average")}
    corner["average_no_pad"] = pool4d(x, 3, 1, 1, "average_no_pad")[0, 0, 0, 0]
    assert corner == {"max": -1, "average": pytest.approx(-4 / 9), "average_no_pad": -1}


@pytest.mark.theano
@settings(max_examples=25, deadline=None)
@given(
    size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    pad=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    mode=st.sampled_from(["max", "average", "average_no_pad"]),
)
def test_pooling_is_theanos(size, strides, pad, mode):
    load_keras()
    import theano.tensor as T  # noqa: N812
    from theano.tensor.signal.pool import pool_2d

    pad = tuple(map(min, pad, (k - 1 for k in size)))
    x = np.random.default_rng(8).normal(size=(2, 3, 6, 7))
    theirs = {"max": "max", "average": "average_inc_pad", "average_no_pad": "average_exc_pad"}
    variable = T.dtensor4()
    y = pool_2d(variable, size, True, strides, pad, theirs[mode])
    np.testing.assert_allclose(
        pool4d(x, size, strides, pad, mode), y.eval({variable: x}), atol=1e-12
    )


def test_nan_is_not_lost_in_pooling():
    x = np.zeros((1, 1, 2, 4))
    x[0, 0, 1, 1] = np.nan
    for mode in ("max", "average", "average_no_pad"):
        np.testing.assert_array_equal(pool4d(x, 2, mode=mode)[0, 0, 0], [np.nan, 0])


@pytest.mark.parametrize("size", [0, (2, 6), 6, 2.0, "2", True, (2, 2.0), (1, 2, 3), None])
def test_pooling_refuses_other_sizes(size):
    with pytest.raises(ValueError, match="size must be"):
        pool4d(IMAGE, size)


def test_pooling_refuses_other_settings():
    with pytest.raises(ValueError, match=r"mode must be one of 'max' .* got 'mean'"):
        pool4d(IMAGE, 2, mode="mean")
    with pytest.raises(ValueError, match=r"mode must be one of .* got \['max'\]"):
        pool4d(IMAGE, 2, mode=["max"])
    with pytest.raises(ValueError, match="strides must be"):
        pool4d(IMAGE, 2, strides=0)
    with pytest.raises(ValueError, match=r"border_mode must pad less than a window, size=\(2, 3\)"):
        pool4d(IMAGE, (2, 3), border_mode=2)


def test_pooling_refuses_what_conv4d_refuses():
    with pytest.raises(ValueError, match="x must be 4-D"):
        pool4d(np.ones((5, 5)), 2)


# -- Import -------------------------------------------------------------------------------------


def test_import_loads_neither_keras_nor_theano():
    code = (
        "import convdoc, sys; print(sorted({'keras', 'theano', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
