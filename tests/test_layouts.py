"""Kernels moved between frameworks: literals, round trips, Keras on Theano itself."""

import itertools
import re
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convdoc import conv4d, conv4d_gradients, conv4d_transpose, convert_kernel, pool4d
from convdoc.engines import load_keras
from convdoc.layouts import FRAMEWORKS

names = st.sampled_from(list(FRAMEWORKS))
shapes = st.tuples(*[st.integers(1, 4)] * 4)
quick = settings(deadline=None, derandomize=True, database=None)

# Two filters that read two channels with a kernel of two rows and one column, numbered as
# filter, channel, row. By hand:
NUMBERED = np.array([[[[111], [112]], [[121], [122]]], [[[211], [212]], [[221], [222]]]])
BY_HAND = {
    "convdoc": NUMBERED,
    "theano": NUMBERED,
    "keras-theano": [[[[111, 211], [121, 221]]], [[[112, 212], [122, 222]]]],
    "tensorflow": [[[[112, 212], [122, 222]]], [[[111, 211], [121, 221]]]],
    "flax": [[[[112, 212], [122, 222]]], [[[111, 211], [121, 221]]]],
    "torch": [[[[112], [111]], [[122], [121]]], [[[212], [211]], [[222], [221]]]],
    "jax": [[[[112], [111]], [[122], [121]]], [[[212], [211]], [[222], [221]]]],
}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(BY_HAND, repeat=2)))
def test_kernels_move_as_by_hand(source, target):
    moved = convert_kernel(BY_HAND[source], source, target)
    np.testing.assert_array_equal(moved, BY_HAND[target])


def test_every_framework_has_been_moved_by_hand():
    assert set(BY_HAND) == set(FRAMEWORKS)


@quick
@given(shapes, names, names, names)
def test_there_and_back_and_round_about(shape, a, b, c):
    w = np.arange(np.prod(shape)).reshape(shape)
    moved = convert_kernel(w, a, b)
    np.testing.assert_array_equal(convert_kernel(moved, b, a), w)
    np.testing.assert_array_equal(convert_kernel(moved, b, c), convert_kernel(w, a, c))


@quick
@given(names, names, st.sampled_from(["int8", "float16", "float32", "float64"]))
def test_results_are_new_and_contiguous_with_the_dtype_given(source, target, dtype):
    w = np.arange(16).reshape(2, 2, 2, 2).astype(dtype)
    kept = w.copy()
    moved = convert_kernel(w, source, target)
    assert moved.dtype == dtype
    assert moved.flags.c_contiguous
    moved[...] = 7
    np.testing.assert_array_equal(w, kept)


@pytest.mark.theano
@pytest.mark.parametrize("kernel", [(3, 3), (2, 3)])
def test_a_layer_of_keras_on_theano_gives_the_answer_of_conv4d(kernel):
    keras = load_keras()
    random = np.random.default_rng(0)
    x = random.integers(-9, 10, (2, 3, 6, 7)).astype("float32")
    w = random.integers(-9, 10, (4, 3, *kernel)).astype("float32")
    layer = keras.layers.Conv2D(
        4, kernel, input_shape=x.shape[1:], data_format="channels_first", use_bias=False
    )
    model = keras.models.Sequential([layer])
    layer.set_weights([convert_kernel(w, "convdoc", "keras-theano")])
    np.testing.assert_allclose(
        model.predict(x), conv4d(x, w, "valid", engine="numpy"), rtol=0, atol=1e-3
    )


@pytest.mark.theano
def test_keras_itself_turns_kernels_between_its_backends_in_the_same_way():
    load_keras()
    from keras.utils import conv_utils

    w = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    for source, target in (("keras-theano", "tensorflow"), ("tensorflow", "keras-theano")):
        moved = convert_kernel(w, source, target)
        np.testing.assert_array_equal(moved, conv_utils.convert_kernel(w))


def test_masks_move_along():
    w = np.ma.masked_equal(np.arange(4).reshape(1, 1, 2, 2), 0)
    moved = convert_kernel(w, "convdoc", "torch")
    np.testing.assert_array_equal(moved.mask, [[[[False, False], [False, True]]]])


@pytest.mark.parametrize("wrong", ["pytorch", "", None, ["torch"]])
def test_unknown_frameworks_are_named_with_those_that_are_known(wrong):
    w = np.ones((1, 1, 2, 2))
    with pytest.raises(ValueError, match=r"^source must be a framework, one of 'convdoc', 'th"):
        convert_kernel(w, wrong, "torch")
    with pytest.raises(ValueError, match=r"^target must be a framework, one of .*; got") as caught:
        convert_kernel(w, "torch", wrong)
    assert str(caught.value).endswith(f"got {wrong!r}")


def test_a_kernel_that_is_not_4d_is_told_with_the_layout_of_its_framework():
    with pytest.raises(
        ValueError, match=r"w must be 4-D, \(height, width, channels // groups, "
    ) as c:
        convert_kernel(np.ones((3, 3)), "tensorflow", "torch")
    assert str(c.value).endswith("as 'tensorflow' keeps it; got 2-D, shape (3, 3)")
    with pytest.raises(ValueError, match=r"^w cannot be read as an array: "):
        convert_kernel([[1, 2], [3]], "torch", "jax")


# -- Remedies, word for word --------------------------------------------------------------------

LAST = "x looks like channels-last, (samples, height, width, channels): x.transpose(0, 3, 1, 2)"
KERAS = (
    "w looks like the layout of Keras and TensorFlow, (height, width, channels, filters): "
    "w.transpose(3, 2, 0, 1), or for trained weights convert_kernel"
)
EXCHANGED = "w looks like (channels, filters, height, width): w.transpose(1, 0, 2, 3)"
ONE_IMAGE = "x looks like one image, (channels, height, width): x[None]"
ONE_IMAGE_LAST = (
    "x looks like one channels-last image, (height, width, channels): x.transpose(2, 0, 1)[None]"
)
GREY_IMAGES = "x looks like grey images, (samples, height, width): x[:, None]"
GREY_IMAGE = "x looks like one grey image, (height, width): x[None, None]"
FILTER = "w looks like one filter, (channels, height, width): w[None]"
FILTER_OF_KERAS = (
    "w looks like one filter of Keras, (height, width, channels): w.transpose(2, 0, 1)[None]"
)
FILTERS = "w looks like filters of one channel, (filters, height, width): w[:, None]"
SLICE = "w looks like one kernel slice, (height, width): w[None, None]"
#: Shapes that do not fit, and all that is offered.
REMEDIES = [
    (conv4d, [(2, 7, 9, 3), (5, 3, 3, 3)], {}, [LAST]),
    (conv4d, [(1, 3, 9, 4), (5, 4, 3, 3)], {}, [LAST]),  # as high as the kernel
    (conv4d, [(1, 9, 3, 4), (5, 4, 3, 3)], {}, [LAST]),
    (conv4d, [(1, 2, 9, 4), (5, 4, 3, 3)], {}, []),  # smaller than the kernel
    (conv4d, [(1, 9, 2, 4), (5, 4, 3, 3)], {}, []),
    (conv4d, [(3, 6, 7), (4, 3, 3, 3)], {}, [ONE_IMAGE]),
    (conv4d, [(6, 7, 3), (4, 3, 3, 3)], {}, [ONE_IMAGE_LAST]),
    (conv4d, [(5, 6, 7), (1, 1, 3, 3)], {}, [GREY_IMAGES]),
    (conv4d, [(6, 7), (3, 3)], {}, [f"{GREY_IMAGE} and {SLICE}"]),
    (conv4d, [(1, 2, 6, 6), (3, 3, 2, 8)], {}, [KERAS]),
    (conv4d, [(1, 2, 6, 2), (3, 3, 2, 8)], {}, [KERAS]),
    (conv4d, [(1, 1, 6, 7), (3, 3, 1, 8)], {}, [KERAS]),
    (conv4d, [(1, 2, 6, 7), (2, 5, 3, 3)], {}, [EXCHANGED]),
    (conv4d, [(1, 3, 6, 7), (3, 3, 3)], {}, [FILTER, FILTER_OF_KERAS]),
    (conv4d, [(1, 5, 6, 7), (3, 3, 5)], {}, [FILTER_OF_KERAS]),
    (conv4d, [(1, 1, 6, 7), (4, 3, 3)], {}, [FILTERS]),
    (conv4d, [(1, 7, 9, 3), (3, 3, 3, 16)], {}, [f"{LAST} and {KERAS}"]),
    # Moved alone, the image would leave filters of 3×9: one change, and a kernel that is odd.
    (conv4d, [(1, 4, 4, 3), (3, 3, 3, 9)], {}, [LAST, f"{LAST} and {KERAS}"]),
    # Three channels are read in two ways by two kinds of filters, and grey images by a third.
    (
        conv4d,
        [(3, 3, 3), (3, 3, 3)],
        {},
        [
            f"{ONE_IMAGE} and {FILTER}",
            f"{ONE_IMAGE} and {FILTER_OF_KERAS}",
            f"{ONE_IMAGE_LAST} and {FILTER}",
        ],
    ),
    (
        conv4d,
        [(1, 4, 6, 6), (4, 1, 3, 3)],
        {},
        ["groups=4 if each filter reads 1 of the 4 channels", EXCHANGED],
    ),
    (
        conv4d,
        [(1, 6, 9, 9), (6, 2, 3, 3)],
        {"groups": 6},
        ["groups=3 if each filter reads 2 of the 6 channels"],
    ),
    (conv4d, [(1, 6, 9, 9), (4, 2, 3, 5)], {}, []),  # three groups do not divide four filters
    (
        conv4d,
        [(1, 2, 6, 6), (3, 3, 2, 4)],
        {"groups": 2},
        [
            "w looks like a depthwise kernel of Keras, (height, width, channels, multiplier): "
            "w.transpose(2, 3, 0, 1).reshape(-1, 1, 3, 3)"
        ],
    ),
    (
        conv4d_transpose,
        [(1, 16, 5, 6), (3, 3, 6, 16)],
        {},
        [KERAS.removesuffix(", or for trained weights convert_kernel")],  # which has none of these
    ),
    (
        conv4d_transpose,
        [(1, 16, 5, 6), (3, 3, 16, 6)],
        {},
        [
            "w looks like the layout of Flax, (height, width, filters, channels): "
            "w.transpose(2, 3, 0, 1)"
        ],
    ),
    (
        conv4d_transpose,
        [(1, 16, 5, 6), (6, 16, 3, 3)],
        {},
        [EXCHANGED, LAST.replace("x l", "y l").replace("x.", "y.")],
    ),
    (
        conv4d_gradients,
        [(1, 3, 8, 9), (5, 3, 3, 3), (1, 8, 9, 5)],
        {},
        [LAST.replace("x l", "dy l").replace("x.", "dy.")],
    ),
    (pool4d, [(8, 8)], {"size": 2}, [GREY_IMAGE]),
    (pool4d, [(8, 8, 3)], {"size": 2}, [ONE_IMAGE, ONE_IMAGE_LAST, GREY_IMAGES]),
]


@pytest.mark.parametrize(("function", "shapes", "settings", "remedies"), REMEDIES)
def test_an_error_ends_in_the_simplest_remedies(function, shapes, settings, remedies):
    with pytest.raises(ValueError, match=r"^(x|w|y|dy|groups) (has|must|must divide) ") as caught:
        function(*map(np.ones, shapes), **settings)
    error = re.sub("; got ", ", got ", str(caught.value))
    assert error.split("; ")[1:] == remedies


# -- Shapes that fit by accident, at the limits -------------------------------------------------


def fits(function, *shapes, **settings):
    """The warning for these shapes, or ''."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*map(np.ones, shapes), **settings)
    return "\n".join(str(warning.message) for warning in caught)


@pytest.mark.parametrize(
    ("w", "warned"),
    [
        ((3, 3, 3, 6), False),  # an even width up to twice the height
        ((3, 3, 3, 8), True),
        ((3, 3, 3, 11), False),  # an odd one up to four times
        ((3, 3, 3, 13), True),
        ((3, 3, 8, 3), False),  # as Keras keeps it, it would not read three channels
        ((2, 2, 2, 8), False),  # from 3×3 on
        ((4, 3, 3, 8), False),
    ],
)
def test_a_warning_comes_from_a_width_on(w, warned):
    message = fits(conv4d, (1, w[1], 9, 9), w, engine="numpy")
    assert bool(message) == warned
    if w == (3, 3, 3, 8):
        assert message == (
            "w (3, 3, 3, 8) is read as 3 filters with 3 channels of 3×8, but "
            f"{KERAS.removeprefix('w ')}. If it is right as it is: "
            "warnings.filterwarnings('ignore', 'w .* is read as')"
        )


@pytest.mark.parametrize(
    ("x", "warned"),
    [
        ((1, 8, 8, 3), True),
        ((1, 9, 9, 4), True),
        ((1, 7, 7, 3), False),  # so few rows may be channels
        ((1, 9, 9, 2), False),
        ((1, 9, 9, 5), False),
        ((1, 9, 8, 3), False),
    ],
)
def test_images_are_warned_of_where_they_look_channels_last(x, warned):
    message = fits(pool4d, x, size=2)
    assert bool(message) == warned
    if x == (1, 8, 8, 3):
        assert message == (
            "x (1, 8, 8, 3) is read as images with 8 channels of 8×3, but "
            f"{LAST.removeprefix('x ')}. If it is right as it is: "
            "warnings.filterwarnings('ignore', 'x .* is read as')"
        )
