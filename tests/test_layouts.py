"""Kernels moved between frameworks: literals, round trips, Keras on Theano itself."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convdoc import conv4d, convert_kernel
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
