"""conv4d and pool4d: the notebook's numbers, other libraries' answers, and every bad input."""

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

from convdoc import conv4d, pool4d
from convdoc.engines import load_keras
from tests import notebook

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


# -- Pooling ------------------------------------------------------------------------------------


def test_pooling_keeps_the_largest_and_leaves_out_what_fills_no_window():
    x = np.arange(25).reshape(1, 1, 5, 5)
    np.testing.assert_array_equal(pool4d(x, 2)[0, 0], [[6, 8], [16, 18]])


@pytest.mark.parametrize(
    "size",
    [0, 6, (2, 6), 2.0, "2", True, (2, 2.0), (1, 2, 3), None],
)
def test_pooling_refuses_other_sizes(size):
    with pytest.raises(ValueError, match="size must be"):
        pool4d(IMAGE, size)


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
