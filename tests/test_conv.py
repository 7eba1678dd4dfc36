"""conv4d and pool4d: the notebook's numbers, other libraries' answers, and every bad input."""

import inspect
import itertools
import pickle
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

import convdoc.steps
from convdoc import (
    ConvSpec,
    conv4d,
    conv4d_gradients,
    conv4d_transpose,
    convert_kernel,
    correlate4d,
    pool4d,
)
from convdoc.engines import load_keras
from convdoc.explain import as_matrix, explain, im2col, shifted_sum
from convdoc.network import AveragePool, Conv, MaxPool, Network
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
        (np.ones((5, 6)), KERNEL, "same", ValueError, ["x", "4-D", "(5, 6)", "x[None, None]"]),
        (IMAGE, np.ones((3, 3)), "same", ValueError, ["w", "4-D", "(3, 3)", "w[None, None]"]),
        (np.ones((3, 5, 5)), KERNEL, "same", ValueError, ["x", "3-D", "(3, 5, 5)", "x[:, None]"]),
        (np.ones(5), KERNEL, "same", ValueError, ["x", "1-D", "(5,)"]),
        (5, KERNEL, "same", ValueError, ["x", "0-D"]),
        (
            np.ones((1, 2, 5, 5)),
            KERNEL,
            "same",
            ValueError,
            ["x has 2 channels and w was made for 1", "(1, 2, 5, 5)"],
        ),
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
        (IMAGE, KERNEL, "Same", ValueError, ["border_mode='same'", "'same_upper'"]),
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


# -- Errors, word for word ----------------------------------------------------------------------

SIX = np.ones((1, 6, 5, 5))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: conv4d(np.ones((1,) * 5), KERNEL), ValueError,
         "x must be 4-D, (samples, channels, height, width); got 5-D, shape (1, 1, 1, 1, 1)"),
        (lambda: conv4d(IMAGE, np.ones((1,) * 5)), ValueError,
         "w must be 4-D, (filters, channels, height, width); got 5-D, shape (1, 1, 1, 1, 1)"),
        (lambda: conv4d_transpose(np.ones((1,) * 5), KERNEL), ValueError,
         "y must be 4-D, (samples, filters, height, width); got 5-D, shape (1, 1, 1, 1, 1)"),
        (lambda: conv4d_gradients(IMAGE, KERNEL, np.ones((1,) * 5)), ValueError,
         "dy must be 4-D, (samples, filters, height, width); got 5-D, shape (1, 1, 1, 1, 1)"),
        (lambda: conv4d(np.ones((0, 1, 5, 5)), KERNEL), ValueError,
         "x has an empty axis: shape (0, 1, 5, 5), read as (samples, channels, height, width); "
         "each must be 1 or more"),
        (lambda: conv4d(IMAGE, np.ones((4, 3, 3, 2))), ValueError,
         "x has 1 channel and w was made for 3: "
         "x is (samples, channels, height, width) = (1, 1, 5, 5), "
         "w is (filters, channels, height, width) = (4, 3, 3, 2)"),
        (lambda: conv4d(SIX, np.ones((4, 4, 7, 7)), groups=2), ValueError,
         "x has 6 channels and w was made for 2 groups of 4: "
         "x is (samples, channels, height, width) = (1, 6, 5, 5), "
         "w is (filters, channels, height, width) = (4, 4, 7, 7)"),
        (lambda: conv4d(IMAGE, np.ones((1, 1, 6, 2)), "valid"), ValueError,
         "w (1, 1, 6, 2) does not fit x (1, 1, 5, 5): the kernel (6, 2) is larger than the image "
         "of (5, 5), so no window fits under border_mode='valid'; use a smaller kernel, a larger "
         "image or border_mode='same'"),
        (lambda: conv4d(IMAGE * 1j, KERNEL), TypeError,
         "x must hold real numbers, integers or booleans; got dtype complex128; "
         "convolve x.real and x.imag apart"),
        (lambda: conv4d(IMAGE, KERNEL.astype(object)), TypeError,
         "w must hold real numbers, integers or booleans; got dtype object"),
        (lambda: conv4d(np.ma.ones((1, 1, 5, 5)), KERNEL), TypeError,
         "x is a masked array, and a convolution has no rule for what is masked; "
         "put numbers there first: x.filled(0)"),
        (lambda: conv4d(IMAGE.astype(np.longdouble), KERNEL), TypeError,
         f"x has dtype {np.dtype(np.longdouble)}, wider than the float64 that is computed with; "
         "round it yourself: x.astype('float64')"),
        (lambda: conv4d([[[[-3, 2**24 + 1]]]], np.ones((1, 1, 1, 1), "f4")), ValueError,
         "x (dtype int64) holds integers from -3 to 16777217, and float32 rounds beyond 16777216; "
         "to compute in float64, and round beyond 9007199254740992: x.astype('float64')"),
        (lambda: conv4d([[[[-(2**24) - 1, 5]]]], np.ones((1, 1, 1, 1), "f4")), ValueError,
         "x (dtype int64) holds integers from -16777217 to 5, and float32 rounds beyond 16777216; "
         "to compute in float64, and round beyond 9007199254740992: x.astype('float64')"),
        (lambda: conv4d(IMAGE, KERNEL, bias=[1, 2]), ValueError,
         "bias must have one number for each filter, shape (1,); got shape (2,)"),
        (lambda: conv4d(IMAGE, KERNEL, bias=[1j]), TypeError,
         "bias must hold real numbers, integers or booleans; got dtype complex128; "
         "convolve bias.real and bias.imag apart"),
        (lambda: conv4d_transpose(IMAGE, KERNEL, bias=[1, 2]), ValueError,
         "bias must have one number for each channel of the result, shape (1,); got shape (2,)"),
        (lambda: conv4d_transpose(IMAGE, np.ones((7, 5, 3, 2))), ValueError,
         "y has 1 channel and w has 7 filters, but they must agree: "
         "y is (samples, filters, height, width) = (1, 1, 5, 5), "
         "w is (filters, channels, height, width) = (7, 5, 3, 2)"),
        (lambda: conv4d_transpose(IMAGE, KERNEL, 9, strides=2), ValueError,
         "w (1, 1, 3, 3) does not fit y (1, 1, 5, 5): the transposed convolution of an input of "
         "(5, 5) would be empty, (-7, -7): its border_mode=((9, 9), (9, 9)) cuts off more than the "
         "kernel (3, 3) adds"),
        (lambda: conv4d_transpose(IMAGE, KERNEL, strides=2, output_size=12, output_padding=1),
         ValueError,
         "output_padding and output_size say the same thing, so give one of them; "
         "got output_padding=1 and output_size=(12, 12)"),
        (lambda: conv4d_transpose(IMAGE, KERNEL, strides=2, output_size=(11, 13)), ValueError,
         "output_size must be one that the convolution turns into the (5, 5) of y (1, 1, 5, 5): "
         "height 11 or 12, width 11 or 12; got (11, 13)"),
        (lambda: conv4d_gradients(IMAGE, KERNEL, np.ones((1, 1, 5, 4))), ValueError,
         "dy must have the shape of the convolution's result, (samples, filters, height, width) = "
         "(1, 1, 5, 5) for x (1, 1, 5, 5) and w (1, 1, 3, 3); got (1, 1, 5, 4)"),
        (lambda: conv4d_gradients(IMAGE, KERNEL, IMAGE * 1j), TypeError,
         "dy must hold real numbers, integers or booleans; got dtype complex128; "
         "convolve dy.real and dy.imag apart"),
        (lambda: pool4d(IMAGE, 6), ValueError,
         "size must be at most the image's height and width, (5, 5) for x of shape (1, 1, 5, 5), "
         "and its padding; got (6, 6)"),
        (lambda: pool4d(IMAGE, 3, dilation=3), ValueError,
         "size must be at most the image's height and width, (5, 5) for x of shape (1, 1, 5, 5), "
         "and its padding; got (3, 3), dilated (7, 7)"),
        (lambda: pool4d(IMAGE, 2, border_mode=2), ValueError,
         "border_mode must pad less than a window, size=(2, 2), on every side, or windows lie on "
         "padding alone; got ((2, 2), (2, 2))"),
        (lambda: pool4d(IMAGE, 2, border_mode=3, dilation=2), ValueError,
         "border_mode must pad less than a window, size=(2, 2), dilated (3, 3), on every side, or "
         "windows lie on padding alone; got ((3, 3), (3, 3))"),
        # one column, between the two that a window in the middle would read
        (lambda: pool4d(np.ones((1, 1, 9, 1)), (1, 2), dilation=(1, 2), border_mode=(0, 1)),
         ValueError,
         "a window of size=(1, 2), dilated (1, 3), would hold no pixel of the (9, 1) of x; pad "
         "less than border_mode=((0, 0), (1, 1))"),
        (lambda: pool4d(np.ones((1, 1, 1, 9)), (2, 1), dilation=(2, 1), border_mode=(1, 0)),
         ValueError,
         "a window of size=(2, 1), dilated (3, 1), would hold no pixel of the (1, 9) of x; pad "
         "less than border_mode=((1, 1), (0, 0))"),
        (lambda: pool4d(IMAGE, 2, divisor=3), ValueError,
         "divisor is what an average divides by, and mode is 'max'"),
        (lambda: pool4d(IMAGE, 2, divisor=0, mode="average"), ValueError,
         "divisor must be a positive integer; got 0"),
        (lambda: pool4d(IMAGE, 2, ceil_mode=1), ValueError,
         "ceil_mode must be True or False; got 1"),
        (lambda: pool4d(IMAGE, 2, mode="mean"), ValueError,
         "mode must be one of 'max' (the largest value), 'min' (the smallest value), "
         "'average' (the mean, with zeros for the padding), "
         "'average_no_pad' (the mean of what lies on the image); got 'mean'"),
        (lambda: conv4d(IMAGE, KERNEL, 2**30), ValueError,
         "border_mode=((1073741824, 1073741824), (1073741824, 1073741824)) makes padded images of "
         "shape (1, 1, 2147483653, 2147483653) out of (1, 1, 5, 5), which no memory holds; "
         "pad less"),
    ],
)  # fmt: skip
def test_errors_word_for_word(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_images_of_2_to_the_48_pixels_are_too_large():
    """Of one less row it is NumPy that has no memory: 2**51 bytes."""
    sides = (2**24 - 2, 1), (2**24 - 1, 0)
    with pytest.raises(ValueError, match=r"of shape \(1, 1, 16777216, 16777216\) out of"):
        conv4d([[[[1]]]], [[[[1]]]], sides, engine="numpy")
    with pytest.raises(MemoryError):
        conv4d([[[[1]]]], [[[[1]]]], ((2**24 - 2, 0), sides[1]), engine="numpy")


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
        ({"engine": 3}, ValueError, ["engine", "3"]),
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
    with pytest.raises(ValueError, match=r"x has 4 .* for 2 groups of 4.*groups=1 if"):
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


def test_groups_of_a_transposed_convolution_are_given_back_apart():
    y, w = numbered(1, 4, 3, 4), numbered(4, 3, 2, 2)
    parts = [
        sum(scipy.signal.correlate2d(y[0, f], w[f, c]) for f in filters)
        for filters in ((0, 1), (2, 3))
        for c in range(3)
    ]
    np.testing.assert_array_equal(conv4d_transpose(y, w, groups=2)[0], parts)


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


# -- Layouts of other frameworks ----------------------------------------------------------------

EXPRESSION = re.compile(
    r"(dy|[xwy])((?:\.transpose\([\d, ]+\)|\[[:, None]+\]|\.reshape\([\d, -]+\))+)"
)


def numbered(*shape):
    """An array in which no two numbers are equal, so that a wrong axis changes the answer."""
    return np.arange(1.0, 1 + np.prod(shape)).reshape(shape) % 97


def remedies(function, arrays, **settings):
    """What each remedy of the error gives: the function's value after what it says to write."""
    with pytest.raises(ValueError, match=r".") as caught:
        function(**arrays, **settings)
    results = []
    for alternative in str(caught.value).split("; "):
        found = EXPRESSION.findall(alternative)
        groups = re.findall(r"groups=(\d+)", alternative)
        if found or groups:
            moved = {name: eval(name + expression, {}, arrays) for name, expression in found}
            changed = {"groups": int(groups[0])} if groups else {}
            results.append(function(**arrays | moved, **settings | changed))
    return results


KERAS = [
    (k, channels, filters)
    for k, channels, filters in itertools.product([1, 3, 5, 7], [1, 3, 16], [1, 2, 3, 8, 32])
    if k != channels
]


@pytest.mark.parametrize("convolve", [conv4d, correlate4d])
def test_a_kernel_in_keras_layout_is_recognised_whatever_its_size(convolve):
    for k, channels, filters in KERAS:
        x, w = numbered(1, channels, 8, 9), numbered(k, k, channels, filters)
        (y,) = remedies(convolve, {"x": x, "w": w}, engine="numpy")
        expected = convolve(x, convert_kernel(w, "keras-theano", "convdoc"), engine="numpy")
        np.testing.assert_array_equal(y, expected)


def test_keras_layout_is_recognised_in_groups():
    w = numbered(3, 3, 2, 8)
    (y,) = remedies(conv4d, {"x": numbered(1, 4, 6, 6), "w": w}, groups=2)
    np.testing.assert_array_equal(
        y, conv4d(numbered(1, 4, 6, 6), w.transpose(3, 2, 0, 1), groups=2)
    )


def test_a_depthwise_kernel_is_recognised():
    """Channel c with multiplier m gives output 2 c + m, as in TensorFlow; here by slices."""
    x, w = numbered(1, 4, 6, 6), numbered(3, 3, 4, 2)
    (y,) = remedies(conv4d, {"x": x, "w": w}, groups=4)
    for c, m in itertools.product(range(4), range(2)):
        one = scipy.signal.convolve2d(x[0, c], w[:, :, c, m], "same")
        np.testing.assert_array_equal(y[0, 2 * c + m], one)


def test_a_depthwise_kernel_of_pytorch_asks_for_groups():
    x, w = numbered(1, 4, 6, 6), numbered(4, 1, 3, 3)
    by_groups, exchanged = remedies(conv4d, {"x": x, "w": w})
    np.testing.assert_array_equal(by_groups, conv4d(x, w, groups=4))
    np.testing.assert_array_equal(exchanged, conv4d(x, np.swapaxes(w, 0, 1)))


@pytest.mark.parametrize(
    "x",
    [
        numbered(2, 7, 9, 3).transpose(0, 3, 1, 2),
        numbered(1, 3, 7, 9),
        numbered(1, 3, 8, 8),
        numbered(1, 3, 2, 2),
    ],
    ids=lambda x: str(x.shape),
)
def test_channels_last_images_are_recognised_with_either_kernel(x):
    w = numbered(5, 3, 3, 3)
    last = x.transpose(0, 2, 3, 1)
    expected = conv4d(x, w)
    assert_offered(remedies(conv4d, {"x": last, "w": w}), expected)
    assert_offered(remedies(conv4d, {"x": last, "w": w.transpose(2, 3, 1, 0)}), expected)


def test_an_rgb_image_and_a_first_layer_of_keras_are_recognised_together():
    """The image alone would fit as well, and the kernel then be three filters of 3×16."""
    x, w = numbered(1, 3, 7, 9), numbered(16, 3, 3, 3)
    last = {"x": x.transpose(0, 2, 3, 1), "w": w.transpose(2, 3, 1, 0)}
    (y,) = remedies(conv4d, last)
    np.testing.assert_array_equal(y, conv4d(x, w))


def assert_offered(results, expected):
    assert any(y.shape == expected.shape and np.array_equal(y, expected) for y in results)


@pytest.mark.parametrize(
    ("x", "w", "by_hand"),
    [
        ((6, 7), (3, 3), lambda x, w: (x[None, None], w[None, None])),
        ((3, 6, 7), (4, 3, 3, 3), lambda x, w: (x[None], w)),
        ((6, 7, 3), (4, 3, 3, 3), lambda x, w: (np.moveaxis(x, 2, 0)[None], w)),
        ((5, 6, 7), (1, 1, 3, 3), lambda x, w: (x[:, None], w)),
        ((5, 6, 7), (3, 3), lambda x, w: (x[:, None], w[None, None])),
        ((1, 3, 6, 7), (3, 3, 3, 5)[:3], lambda x, w: (x, w[None])),
        ((1, 1, 6, 7), (4, 3, 3), lambda x, w: (x, w[:, None])),
        ((1, 5, 6, 7), (3, 3, 5), lambda x, w: (x, np.moveaxis(w, 2, 0)[None])),
        (
            (6, 7, 3),
            (3, 3, 3, 8),
            lambda x, w: (np.moveaxis(x, 2, 0)[None], w.transpose(3, 2, 0, 1)),
        ),
    ],
)
def test_arrays_of_fewer_axes_are_recognised(x, w, by_hand):
    x, w = numbered(*x), numbered(*w)
    assert_offered(remedies(conv4d, {"x": x, "w": w}), conv4d(*by_hand(x, w)))


def test_a_kernel_that_is_too_wide_as_it_is_read_may_be_one_of_keras():
    x, w = numbered(1, 3, 8, 9), numbered(3, 3, 3, 32)
    (y,) = remedies(conv4d, {"x": x, "w": w}, border_mode="valid")
    np.testing.assert_array_equal(y, conv4d(x, w.transpose(3, 2, 0, 1), "valid"))


@pytest.mark.parametrize("k", [2, 3, 4])
def test_kernels_of_transposed_convolutions_are_recognised(k):
    """Keras keeps (height, width, filters, channels): filters are those of the result."""
    y = numbered(1, 16, 5, 6)
    expected = conv4d_transpose(y, w := numbered(16, 6, k, k), "same", strides=2)
    for axes in ((2, 3, 1, 0), (2, 3, 0, 1), (1, 0, 2, 3)):  # Keras, Flax, an ordinary layer
        arrays = {"y": y, "w": w.transpose(axes)}
        assert_offered(remedies(conv4d_transpose, arrays, border_mode="same", strides=2), expected)
    arrays = {"y": y.transpose(0, 2, 3, 1), "w": w.transpose(2, 3, 1, 0)}
    assert_offered(remedies(conv4d_transpose, arrays, border_mode="same", strides=2), expected)


def test_gradients_recognise_all_three_arrays():
    x, w, dy = numbered(1, 3, 8, 9), numbered(5, 3, 3, 3), numbered(1, 5, 8, 9)
    expected = conv4d_gradients(x, w, dy)
    last = {"x": x.transpose(0, 2, 3, 1), "w": w.transpose(2, 3, 1, 0)}
    for arrays in (
        {"x": x, "w": w, "dy": dy.transpose(0, 2, 3, 1)},
        {"x": x, "w": w, "dy": dy[0]},
        last | {"dy": dy.transpose(0, 2, 3, 1)},
        last | {"x": x, "dy": dy},
    ):
        (gradients,) = remedies(conv4d_gradients, arrays)
        for found, wanted in zip(gradients, expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


def test_pooling_recognises_what_leaves_no_room_for_a_window():
    x = numbered(1, 1, 8, 8)
    for image in (x[0], x[0, 0], x.transpose(0, 2, 3, 1), x[0].transpose(1, 2, 0)):
        assert_offered(remedies(pool4d, {"x": image}, size=2), pool4d(x, 2))


def test_steps_explanations_matrices_and_networks_recognise_them_too():
    x, w = numbered(1, 2, 6, 6), numbered(5, 2, 3, 3)
    keras, last = w.transpose(2, 3, 1, 0), x.transpose(0, 2, 3, 1)
    for take, function in (
        (convdoc.steps.convolution, conv4d),
        (convdoc.steps.correlation, correlate4d),
    ):
        (steps,) = remedies(take, {"x": x, "w": keras})
        np.testing.assert_array_equal(steps.here.values, function(x, w))
    plan = {"spec": ConvSpec(3), "sample": 0, "filter": 4, "i": 1, "j": 2}
    for arrays in ({"x": x, "w": keras}, {"x": last, "w": w}, {"x": x[0], "w": w}):
        (told,) = remedies(explain, arrays, **plan)
        assert told == explain(x, w, **plan)
    (matrix,) = remedies(as_matrix, {"w": keras}, spec=ConvSpec(3), size=6)
    assert (matrix != as_matrix(ConvSpec(3), 6, w)).nnz == 0
    columns = remedies(im2col, {"x": x[0]}, spec=ConvSpec(3))
    np.testing.assert_array_equal(columns[0], im2col(x, ConvSpec(3)))
    (parts,) = remedies(shifted_sum, {"x": x[0, 0], "w": w[0, 0]})
    np.testing.assert_array_equal(parts.total, conv4d(x[:, :1], w[:1, :1], "full"))
    run = Network([Conv(5, 3)]).run
    (ys,) = remedies(run, {"x": last}, weights=[w])
    np.testing.assert_array_equal(ys[0], conv4d(x, w, "valid"))
    with pytest.raises(ValueError, match=r"weights\[0\]\.transpose\(3, 2, 0, 1\)"):
        run(x, weights=[keras])


def test_no_remedy_is_offered_that_leads_nowhere():
    """The grey image and the kernel of keras#4500, whose fault was this transposition."""
    for border_mode in ("valid", "same"):
        with pytest.raises(ValueError, match="x has 1 channel and w was made for 512: ") as caught:
            conv4d(np.ones((1, 1, 512, 512)), np.ones((1, 512, 5, 5)), border_mode)
        assert str(caught.value).endswith("= (1, 512, 5, 5)")
    assert not remedies(conv4d, {"x": np.ones((1, 4, 5, 5)), "w": np.ones((3, 3, 3, 3))})
    assert not remedies(conv4d, {"x": np.ones((2, 5)), "w": np.ones((2, 3, 3, 3))})


@settings(max_examples=300, deadline=None)
@given(
    arrays=st.fixed_dictionaries(
        {
            name: st.lists(st.sampled_from([1, 2, 3, 4, 8, 9]), min_size=2, max_size=4)
            for name in ("image", "w")
        }
    ),
    border_mode=st.sampled_from(["same", "valid"]),
    groups=st.sampled_from([1, 1, 2, 3]),
    function=st.sampled_from([conv4d, conv4d_transpose]),
)
@pytest.mark.filterwarnings("ignore:w .* is read as")
def test_every_remedy_works(arrays, border_mode, groups, function):
    first = "y" if function is conv4d_transpose else "x"
    arrays = {first: np.ones(arrays["image"]), "w": np.ones(arrays["w"])}
    settings = {"border_mode": border_mode, "groups": groups, "engine": "numpy"}
    try:
        function(**arrays, **settings)
    except ValueError:
        remedies(function, arrays, **settings)


# -- Kernels that fit by accident ---------------------------------------------------------------


def warned(function, *arguments, **settings):
    """The result and the text of the only warning, whose line is that of the call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        line = inspect.currentframe().f_lineno + 1
        result = function(*arguments, **settings)
    (warning,) = (warning for warning in caught if "is read as" in str(warning.message))
    assert warning.category is UserWarning
    assert (warning.filename, warning.lineno) == (__file__, line)
    return result, str(warning.message)


@pytest.mark.parametrize("filters", [8, 16, 32, 64, 96])
@pytest.mark.parametrize("convolve", [conv4d, correlate4d, convdoc.steps.convolution])
def test_a_first_layer_of_keras_fits_and_is_warned_of(convolve, filters):
    """3×3 over RGB: it is computed as three filters of 3×F, and the warning says both."""
    x, w = numbered(1, 3, 9, 100), numbered(3, 3, 3, filters)
    y, message = warned(convolve, x, w, "valid", engine="numpy")
    if convolve is conv4d:
        parts = [scipy.signal.convolve2d(x[0, c], w[0, c], "valid") for c in range(3)]
        np.testing.assert_array_equal(y[0, 0], sum(parts))
    assert f"3 filters with 3 channels of 3×{filters}, but looks like" in message
    assert "Keras" in message
    meant = eval("".join(EXPRESSION.findall(message)[0]), {}, {"w": w})
    np.testing.assert_array_equal(meant, convert_kernel(w, "keras-theano", "convdoc"))


def test_the_other_functions_warn_as_well():
    y, wide = np.ones((1, 3, 9, 9)), np.ones((3, 3, 3, 32))
    _, message = warned(conv4d_gradients, y, wide, y)
    assert "w.transpose(3, 2, 0, 1)" in message
    _, message = warned(conv4d_transpose, y, wide)  # as Flax keeps it
    assert "w.transpose(2, 3, 0, 1)" in message
    _, message = warned(conv4d_transpose, y, wide.transpose(0, 1, 3, 2))  # as Keras keeps it
    assert "w.transpose(3, 2, 0, 1)" in message
    for pool in (pool4d, convdoc.steps.pooling):
        _, message = warned(pool, np.ones((1, 32, 32, 3)), 2)
        assert "images with 32 channels of 32×3" in message
        assert "x.transpose(0, 3, 1, 2)" in message
    _, message = warned(Network([Conv(4, 3)]).run, np.ones((1, 32, 32, 3)))
    assert "x.transpose(0, 3, 1, 2)" in message


def test_a_warning_says_how_to_silence_it():
    x, w = np.ones((1, 3, 9, 9)), np.ones((3, 3, 3, 32))
    _, message = warned(conv4d, x, w)
    with warnings.catch_warnings(record=True) as left:
        exec(message.partition("If it is right as it is: ")[2], {"warnings": warnings})
        conv4d(x, w)
    assert not left


@pytest.mark.parametrize(
    "w",
    [
        *[(1, 1, 1, n) for n in range(1, 65)],  # rows, which are 1×1 kernels of Keras as well
        *[(n, 1, k, k) for n in (1, 3, 8, 32) for k in (1, 3, 5, 7, 31)],  # banks, such as Gabor's
        *[(n, 3, k, k) for n in (1, 3, 8, 32) for k in (1, 3, 5, 7)],
        *[(3, 3, 1, n) for n in (3, 8, 32)],  # rows and columns over colours
        *[(3, 3, n, 1) for n in (3, 8, 32)],
        *[(3, 3, 3, n) for n in (1, 2, 3, 4, 5, 6, 7, 9, 11)],
        (3, 3, 5, 32),
        (3, 3, 32, 3),
        (4, 3, 3, 32),
        *[(n, n, 3, 3) for n in (3, 16, 64)],
        *[(16, 16, 1, n) for n in (3, 32, 64)],
        (16, 16, 16, 16),
    ],
)
def test_kernels_that_somebody_means_give_no_warning(w):
    conv4d(np.ones((1, w[1], 8, 8)), np.ones(w), engine="numpy")


@settings(max_examples=200, deadline=None)
@given(
    channels=st.integers(1, 6),
    filters=st.integers(1, 6),
    kernel=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    size=st.tuples(st.integers(7, 12), st.integers(7, 12)),
    groups=st.integers(1, 3),
    border_mode=st.sampled_from(["same", "valid", "full", 1]),
    function=st.sampled_from([conv4d, correlate4d, conv4d_transpose]),
)
def test_legal_calls_give_neither_warning_nor_error(
    channels, filters, kernel, size, groups, border_mode, function
):
    w = np.ones((filters * groups, channels, *kernel))
    read = filters if function is conv4d_transpose else channels
    function(np.ones((2, read * groups, *size)), w, border_mode, groups=groups, engine="numpy")


# -- Words of other frameworks ------------------------------------------------------------------


def hinted(error, function, *arguments, **settings):
    """The settings that an error says to write, and the error's text."""
    with pytest.raises(error) as caught:
        function(*arguments, **settings)
    message = str(caught.value)
    written = re.search(r"write (\w+=.*?)(; [a-z'].*|$)", message)
    return (eval(f"dict({written[1]})") if written else {}), message


@pytest.mark.parametrize(
    ("word", "border_mode"),
    [
        ("SAME", "same_upper"),
        ("Same", "same"),
        ("VALID", "valid"),
        ("Valid", "valid"),
        ("FULL", "full"),
        ("Half", "half"),
        ("SAME_UPPER", "same_upper"),
        ("SAME_LOWER", "same_lower"),
        (None, "valid"),
        ("causal", ((0, 0), (4, 0))),
    ],
)
def test_border_modes_of_other_frameworks_get_the_word_to_write(word, border_mode):
    x, w = np.ones((1, 1, 7, 8)), np.ones((1, 1, 2, 3))
    for strides in (1, (1, 1)):
        settings = {"dilation": (1, 2), "strides": strides}
        assert hinted(ValueError, conv4d, x, w, word, **settings)[0] == {"border_mode": border_mode}
    assert hinted(ValueError, ConvSpec, (2, 3), 1, word, (1, 2))[0] == {"border_mode": border_mode}
    written, _ = hinted(TypeError, conv4d, x, w, padding=word, dilation=(1, 2))
    assert written == {"border_mode": border_mode}
    written, _ = hinted(TypeError, ConvSpec, (2, 3), padding=word, dilation_rate=(1, 2))
    assert written == {"dilation": (1, 2), "border_mode": border_mode}


def test_a_causal_convolution_reads_nothing_that_comes_later():
    x, w = numbered(1, 1, 1, 9), numbered(1, 1, 1, 3)
    written, _ = hinted(ValueError, conv4d, x, w, "causal", dilation=2)
    y = conv4d(x, w, **written, dilation=2)
    with_holes = [w[0, 0, 0, 0], 0, w[0, 0, 0, 1], 0, w[0, 0, 0, 2]]
    np.testing.assert_array_equal(y[0, 0, 0], np.convolve(x[0, 0, 0], with_holes)[:9])
    upright, _ = hinted(ValueError, conv4d, x.swapaxes(2, 3), w.swapaxes(2, 3), "causal")
    assert upright == {"border_mode": ((2, 0), (0, 0))}


@pytest.mark.parametrize(
    "theirs",
    ["reflect", "grid-mirror", "mirror", "wrap", "grid-wrap", "nearest"],
)
def test_modes_of_ndimage_get_the_border_to_write(theirs):
    x, w = numbered(1, 1, 7, 8), numbered(1, 1, 3, 3)
    written, message = hinted(TypeError, conv4d, x, w, mode=theirs)
    expected = scipy.ndimage.convolve(x[0, 0], w[0, 0], mode=theirs)
    np.testing.assert_allclose(conv4d(x, w, **written)[0, 0], expected)
    assert ("'reflect' of scipy.ndimage repeats the last pixel" in message) == (theirs == "reflect")


@pytest.mark.parametrize("theirs", ["wrap", "symm", "fill"])
def test_boundaries_of_scipy_signal_get_the_border_to_write(theirs):
    x, w = numbered(1, 1, 7, 8), numbered(1, 1, 3, 3)
    settings = {"boundary": theirs, "fillvalue": 2}
    written, _ = hinted(TypeError, conv4d, x, w, "full", **settings)
    expected = scipy.signal.convolve2d(x[0, 0], w[0, 0], **settings)
    np.testing.assert_allclose(conv4d(x, w, "full", **written)[0, 0], expected)


@pytest.mark.parametrize(
    "name", ["CONSTANT", "REPLICATE", "REFLECT", "WRAP", "REFLECT_101", "DEFAULT"]
)
def test_borders_of_opencv_get_the_border_to_write(name):
    cv2 = pytest.importorskip("cv2", reason="not tested here: cv2 is not installed")
    x, one = numbered(1, 1, 4, 5), np.ones((1, 1, 1, 1))
    number = getattr(cv2, f"BORDER_{name}")
    expected = cv2.copyMakeBorder(x[0, 0], 2, 2, 2, 2, number, value=3)
    for word in (number, f"BORDER_{name}"):
        asked = {"borderType": word, "borderValue": 3}
        written, _ = hinted(TypeError, conv4d, x, one, 2, **asked)
        np.testing.assert_array_equal(conv4d(x, one, 2, **written)[0, 0], expected)


@pytest.mark.parametrize("mode", ["wrap", "reflect", "symmetric", "edge"])
def test_modes_of_numpys_pad_are_no_border_but_known(mode):
    x, one = numbered(1, 1, 4, 5), np.ones((1, 1, 1, 1))
    written = {"border": mode}
    if mode in ("wrap", "edge"):
        written, _ = hinted(ValueError, conv4d, x, one, 2, border=mode)
    expected = np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)), mode)
    np.testing.assert_array_equal(conv4d(x, one, 2, **written), expected)


@pytest.mark.parametrize("word", ["circular", "CIRCULAR", "reflect", "zeros", "symmetric"])
def test_a_border_in_place_of_a_border_mode_gets_both(word):
    written = {"border_mode": "same", "border": word.lower()}
    assert hinted(ValueError, conv4d, IMAGE, KERNEL, word)[0] == written
    assert hinted(ValueError, conv4d_transpose, IMAGE, KERNEL, word)[0] == written
    assert hinted(TypeError, conv4d, IMAGE, KERNEL, padding=word)[0] == written
    _, message = hinted(TypeError, pool4d, IMAGE, 2, padding=word)
    assert "leave padding out" in message


@pytest.mark.parametrize(
    ("function", "word"),
    [
        (conv4d, "wobble"),
        (conv4d_transpose, "causal"),  # whose padding is cut off
    ],
)
def test_no_border_mode_is_offered_where_there_is_none(function, word):
    written, _ = hinted(ValueError, function, IMAGE, KERNEL, word)
    assert not written


KEYWORDS = [
    (conv4d, {"stride": 2}, {"strides": 2}),
    (conv4d, {"subsample": (2, 1), "border_mode": 1}, {"strides": (2, 1)}),
    (conv4d, {"padding": 1, "stride": 2}, {"border_mode": 1, "strides": 2}),
    (conv4d, {"padding": "same"}, {"border_mode": "same"}),
    (conv4d, {"dilation_rate": 2}, {"dilation": 2}),
    (conv4d, {"filter_dilation": (1, 2)}, {"dilation": (1, 2)}),
    (conv4d, {"num_groups": 1}, {"groups": 1}),
    (conv4d, {"mode": "full"}, {"border_mode": "full"}),
    (conv4d, {"padding_mode": "circular", "padding": 2}, {"border_mode": 2, "border": "circular"}),
    (conv4d_transpose, {"padding_mode": "reflect"}, {"border": "reflect"}),
    (correlate4d, {"mode": "mirror", "cval": 0.0}, {"border": "reflect"}),
    (conv4d, {"mode": "constant", "cval": 4.0}, {"border": 4.0}),
    (correlate4d, {"padding": "VALID", "dilations": 1}, {"border_mode": "valid", "dilation": 1}),
    (conv4d, {"feature_group_count": 1}, {"groups": 1}),
    (conv4d_transpose, {"strides": 2, "output_shape": (1, 1, 11, 11)}, {"output_size": (11, 11)}),
    (conv4d_transpose, {"strides": 2, "output_shape": (1, 12, 12, 1)}, {"output_size": (12, 12)}),
    (convdoc.steps.convolution, {"stride": 2}, {"strides": 2}),
    (convdoc.steps.transposed, {"stride": 2}, {"strides": 2}),
]


@pytest.mark.parametrize(("function", "theirs", "ours"), KEYWORDS)
def test_keywords_of_other_frameworks_get_the_word_to_write(function, theirs, ours):
    written, message = hinted(TypeError, function, IMAGE, KERNEL, **theirs)
    assert written == ours
    foreign = [name for name in theirs if name not in inspect.signature(function).parameters]
    assert message.startswith(f"{function.__name__}() does not take {', '.join(foreign)}: ")
    kept = {name: value for name, value in theirs.items() if name not in foreign}
    function(IMAGE, KERNEL, **kept, **written)


@pytest.mark.parametrize(
    ("function", "arguments", "theirs", "words"),
    [
        (conv4d, (IMAGE, KERNEL), {"kernel_size": 3}, "the shape of w gives it"),
        (conv4d, (IMAGE, KERNEL), {"padding_mode": "zeros"}, "leave padding_mode out, zeros are"),
        (conv4d, (IMAGE, KERNEL), {"mode": "wobble"}, "leave mode out"),
        (pool4d, (IMAGE, 2), {"padding_mode": "reflect"}, "leave padding_mode out"),
        (conv4d, (IMAGE, KERNEL), {"use_bias": False}, "leave use_bias out"),
        (conv4d, (IMAGE, KERNEL), {"use_bias": True}, "bias="),
        (ConvSpec, (3,), {"use_bias": True}, "leave use_bias out, there is no bias"),
        (conv4d, (IMAGE, KERNEL), {"data_format": "channels_last"}, "x.transpose(0, 3, 1, 2)"),
        (conv4d, (IMAGE, KERNEL), {"data_format": "NHWC"}, "x.transpose(0, 3, 1, 2)"),
        (conv4d_transpose, (IMAGE, KERNEL), {"dim_ordering": "tf"}, "y.transpose(0, 3, 1, 2)"),
        (conv4d, (IMAGE, KERNEL), {"dim_ordering": "th"}, "leave dim_ordering out"),
        (conv4d, (IMAGE, KERNEL), {"filter_flip": True}, "leave filter_flip out"),
        (conv4d, (IMAGE, KERNEL), {"filter_flip": False}, "filter_flip=False is correlate4d()"),
        (correlate4d, (IMAGE, KERNEL), {"filter_flip": True}, "filter_flip=True is conv4d()"),
        (conv4d_transpose, (IMAGE, KERNEL), {"filter_flip": False}, "w[:, :, ::-1, ::-1]"),
        (conv4d, (IMAGE, KERNEL), {"output_shape": (1, 1, 5, 5)}, "leave output_shape out"),
        (pool4d, (IMAGE, 2), {"ignore_border": True}, "leave ignore_border out"),
    ],
)
def test_keywords_without_a_word_are_explained(function, arguments, theirs, words):
    written, message = hinted(TypeError, function, *arguments, **theirs)
    assert not written
    assert words in message


@pytest.mark.parametrize(
    ("layer", "theirs", "ours"),
    [
        (Conv, {"filters": 4, "kernel_size": 3}, {"size": 3}),
        (Conv, {"filters": 4, "size": 3, "padding": "SAME"}, {"border_mode": "same_upper"}),
        (Conv, {"out_channels": 4, "size": 3, "dilation_rate": 2}, {"filters": 4, "dilation": 2}),
        (MaxPool, {"pool_size": 2, "stride": 1}, {"size": 2, "strides": 1}),
        (MaxPool, {"size": 2, "dilation_rate": 3}, {"dilation": 3}),
        (AveragePool, {"size": 2, "ignore_border": False}, {"ceil_mode": True}),
        (Conv, {"filters": 4, "size": 3, "padding_mode": "circular"}, {"border": "circular"}),
        (AveragePool, {"size": 4, "padding": "same"}, {"border_mode": ((3, 0), (3, 0))}),
        (ConvSpec, {"kernel_size": 3, "stride": 2}, {"kernel": 3, "strides": 2}),
    ],
)
def test_plans_and_layers_know_them_too(layer, theirs, ours):
    written, _ = hinted(TypeError, layer, **theirs)
    assert written == ours
    parameters = inspect.signature(layer).parameters
    layer(**{name: value for name, value in theirs.items() if name in parameters} | written)


def test_a_word_that_nobody_uses_is_pythons_own_error():
    with pytest.raises(TypeError, match=r"conv4d\(\) got an unexpected keyword argument 'wobble'"):
        conv4d(IMAGE, KERNEL, wobble=1)


def test_signatures_stay_as_they_are_written():
    names = ["x", "w", "border_mode", "strides", "dilation", "groups", "bias", "border", "engine"]
    assert list(inspect.signature(conv4d).parameters) == names
    assert list(inspect.signature(ConvSpec).parameters)[:3] == ["kernel", "strides", "border_mode"]
    assert (conv4d.__name__, conv4d.__module__) == ("conv4d", "convdoc.conv")
    assert pickle.loads(pickle.dumps(conv4d)) is conv4d
    spec = ConvSpec(3, dilation=2)
    assert pickle.loads(pickle.dumps(spec)) == spec


# -- Sizes of other frameworks ------------------------------------------------------------------


@pytest.mark.theano
@pytest.mark.parametrize("k", range(1, 8))
def test_keras_pools_on_theano_with_other_padding_than_it_convolves(k):
    keras = load_keras()
    layers = {"max": keras.layers.MaxPooling2D, "average_no_pad": keras.layers.AveragePooling2D}
    before = {1: 0, 2: 1, 3: 1, 4: 3, 5: 3, 6: 5, 7: 5}[k]  # as Theano's backend has it
    x = np.random.default_rng(9).normal(size=(1, 2, 8, 11)).astype("float32")
    for mode, strides in itertools.product(layers, (1, 2, 3)):
        image = keras.layers.Input((2, 8, 11))
        layer = layers[mode](k, strides=strides, padding="same", data_format="channels_first")
        theirs = keras.models.Model(image, layer(image)).predict(x)
        ours = pool4d(x, k, strides, ((before, k - 1 - before),) * 2, mode)
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
        same = pool4d(x, k, strides, "same", mode)
        assert same.shape == theirs.shape
        assert np.allclose(same, theirs) == (k < 4)
    written, _ = hinted(TypeError, pool4d, x, k, padding="same")
    padding = ConvSpec(k, k, **written).padding((8, 11))
    assert padding == ((before, k - 1 - before),) * 2


@pytest.mark.theano
@pytest.mark.parametrize("size", [(5, 5), (6, 7), (9, 10)])
@pytest.mark.parametrize(("k", "s"), [(2, 2), (3, 2), (2, 3), (3, 1)])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("max", "max"), ("average", "average_inc_pad"), ("average_no_pad", "average_exc_pad")],
)
def test_a_border_that_theano_keeps_is_ceil_mode(size, k, s, ours, theirs):
    load_keras()
    import theano.tensor as T  # noqa: N812
    from theano.tensor.signal.pool import pool_2d

    x, variable = -numbered(1, 1, *size), T.dtensor4()
    y = pool_2d(variable, (k, k), False, (s, s), (0, 0), theirs).eval({variable: x})
    written, _ = hinted(TypeError, pool4d, x, k, s, mode=ours, ignore_border=False)
    assert written == {"ceil_mode": True}
    np.testing.assert_allclose(pool4d(x, k, s, mode=ours, **written), y)


def test_the_divisor_of_pytorch_is_known():
    settings = {"mode": "average", "divisor_override": 3}
    assert hinted(TypeError, pool4d, IMAGE, 2, **settings)[0] == {"divisor": 3}


@pytest.mark.parametrize(
    ("word", "mode"),
    [("avg", "average_no_pad"), ("MAX", "max"), ("minimum", "min"), ("average_inc_pad", "average")],
)
def test_pooling_modes_of_other_frameworks(word, mode):
    assert hinted(ValueError, pool4d, IMAGE, 2, mode=word)[0] == {"mode": mode}
    counted = mode != "average_no_pad"
    if mode not in ("max", "min"):
        written, _ = hinted(TypeError, pool4d, IMAGE, 2, count_include_pad=counted)
        assert written == {"mode": mode}


@pytest.mark.theano
@pytest.mark.parametrize("k", range(1, 8))
@pytest.mark.parametrize("s", [1, 2, 3])
def test_sizes_of_keras_transposed_layers_as_the_notes_say(k, s):
    load_keras()
    from keras.utils.conv_utils import deconv_length

    h = 5
    for border_mode, more in (("same", s - 1), ("valid", max(0, s - k))):
        y = conv4d_transpose(
            np.ones((1, 1, h, h)), np.ones((1, 1, k, k)), border_mode, strides=s,
            output_padding=more, engine="numpy",
        )  # fmt: skip
        assert y.shape[2] == deconv_length(h, s, k, border_mode, None)
    smallest = s * (h - 1) + 1
    assert deconv_length(h, s, k, "same", 0) == smallest - (k % 2 == 0)


@pytest.mark.theano
def test_a_transposed_layer_of_keras_gives_the_answer_of_conv4d_transpose():
    keras = load_keras()
    y = np.random.default_rng(10).normal(size=(1, 4, 5, 6)).astype("float32")
    w = np.random.default_rng(11).normal(size=(3, 3, 2, 4)).astype("float32")
    image = keras.layers.Input(y.shape[1:])
    layer = keras.layers.Conv2DTranspose(
        2, 3, strides=2, padding="same", use_bias=False, data_format="channels_first"
    )
    model = keras.models.Model(image, layer(image))
    layer.set_weights([w])
    (ours,) = remedies(
        conv4d_transpose, {"y": y, "w": w}, border_mode="same", strides=2, output_padding=1
    )
    np.testing.assert_allclose(ours, model.predict(y), atol=1e-5)


# -- Import -------------------------------------------------------------------------------------


def test_import_loads_neither_keras_nor_theano():
    code = (
        "import convdoc, sys; print(sorted({'keras', 'theano', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_call_that_cannot_be_bound_keeps_pythons_own_error():
    with pytest.raises(TypeError, match=r"conv4d\(\) got an unexpected keyword argument"):
        conv4d(IMAGE, KERNEL, "same", 2, stride=2)
    with pytest.raises(TypeError, match="write border_mode='valid'"):
        conv4d([[[[1, 2], [3]]]], [[[[1, 2], [3]]]], padding="valid")
