"""Calls as other frameworks' documentation writes them, and the whole message that each gets."""

import inspect

import numpy as np
import pytest

from convdoc import ConvSpec, conv4d, conv4d_transpose, correlate4d, pool4d
from convdoc.network import Conv

X, W = [[[[1, 2], [3, 4]]]], [[[[5]]]]
ARRAYS = "x=[[[[1, 2], [3, 4]]]], w=[[[[5]]]]"
NOT_LAST = "images are channels-first"
SAME = "'same' pads as Keras on Theano, 'same_upper' as TensorFlow and PyTorch"
LONG = [1] * 18  # which take 54 letters; three pairs of brackets make 60
UPPER = "'same_upper' pads as 'SAME' does in TensorFlow and JAX"

#: A function of ours, how the function in the comment is called, and the end of the message.
CALLS = [
    # torch.nn.functional.conv2d
    (
        conv4d,
        {"input": X, "weight": W, "stride": 2, "padding": 1},
        f"write strides=2, {ARRAYS}, border_mode=1",
    ),
    # torch.nn.Conv2d
    (
        Conv,
        {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding_mode": "circular"},
        "write strides=2, size=3, filters=4, border='circular'",
    ),
    # torch.nn.functional.avg_pool2d
    (
        pool4d,
        {"input": X, "kernel_size": 2, "divisor_override": 3, "count_include_pad": False},
        "write size=2, divisor=3, x=[[[[1, 2], [3, 4]]]], mode='average_no_pad'",
    ),
    (pool4d, {"x": X, "size": 2, "count_include_pad": True}, "write mode='average'"),
    (conv4d, {"x": X, "w": W, "count_include_pad": True}, "leave count_include_pad out"),
    # torch.nn.functional.conv_transpose2d has no such border
    (
        conv4d,
        {"x": X, "w": W, "padding_mode": "zeros"},
        "leave padding_mode out, zeros are what lies beyond the border",
    ),
    (pool4d, {"x": X, "size": 2, "padding_mode": "reflect"}, "leave padding_mode out"),
    # tf.nn.conv2d
    (
        conv4d,
        {"input": X, "filters": W, "padding": "SAME", "data_format": "NHWC", "dilations": 2},
        f"write dilation=2, {ARRAYS}, border_mode='same_upper'; {UPPER}; "
        "give channels-first images, x.transpose(0, 3, 1, 2)",
    ),
    # tf.nn.max_pool2d
    (
        pool4d,
        {"input": X, "ksize": 2, "padding": "VALID"},
        "write size=2, x=[[[[1, 2], [3, 4]]]], border_mode='valid'",
    ),
    # tf.nn.conv2d_transpose
    (
        conv4d_transpose,
        {"y": X, "w": W, "strides": 2, "output_shape": (1, 3, 4, 1)},
        "write output_size=(3, 4)",
    ),
    (
        conv4d_transpose,
        {"y": X, "w": W, "strides": 2, "output_shape": (1, 1, 3, 4)},
        "write output_size=(3, 4)",
    ),
    (
        conv4d_transpose,
        {"y": X, "w": np.ones((1, 3, 1, 1)), "groups": 2, "output_shape": (1, 6, 3, 4)},
        "write output_size=(3, 4)",  # two groups of three channels
    ),
    (
        conv4d_transpose,  # of which the kernel is not known
        {"y": X, "strides": 2, "output_shape": (1, 6, 3, 4)},
        "write output_size=(3, 4)",
    ),
    (conv4d_transpose, {"y": X, "w": W, "output_shape": [3, 4]}, "write output_size=[3, 4]"),
    (
        conv4d,
        {"x": X, "w": W, "output_shape": (1, 1, 2, 2)},
        "leave output_shape out, it follows from the other shapes",
    ),
    # keras.layers.Conv2D
    (
        Conv,
        {
            **{"filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": "same"},
            **{"data_format": "channels_first", "use_bias": False},
        },
        f"write dilation=2, size=3, border_mode='same'; {SAME}; "
        f"leave data_format out, {NOT_LAST}; leave use_bias out, there is no bias",
    ),
    (
        conv4d,
        {"inputs": X, "kernel": W, "use_bias": True},
        f"write {ARRAYS}; give the numbers: bias=, one for each output image",
    ),
    (conv4d, {"x": X, "w": W, "use_bias": False}, "leave use_bias out"),
    (
        ConvSpec,
        {"kernel_size": 3, "padding": "causal", "use_bias": True},
        "write kernel=3, border_mode=((0, 0), (2, 0)); leave use_bias out, there is no bias",
    ),
    (
        conv4d,
        {"x": X, "w": W, "kernel_size": 3},
        "leave kernel_size out, the shape of w gives it",
    ),
    # keras.layers.MaxPooling2D
    (
        pool4d,
        {"x": X, "pool_size": (4, 5), "padding": "same"},
        "write size=(4, 5), border_mode=((3, 0), (3, 1)); "
        "that is 'same' of Keras on Theano, 'same_upper' of TensorFlow",
    ),
    (
        pool4d,
        {"x": X, "pool_size": (1, 4), "padding": "same"},
        "write size=(1, 4), border_mode=((0, 0), (3, 0)); "
        "that is 'same' of Keras on Theano, 'same_upper' of TensorFlow",
    ),
    (
        pool4d,
        {"x": X, "pool_size": 3, "padding": "same"},
        f"write size=3, border_mode='same'; {SAME}",
    ),
    # Convolution2D of Keras 1
    (
        Conv,
        {"nb_filter": 4, "size": 3, "subsample": 2, "dim_ordering": "th"},
        f"write strides=2, filters=4; leave dim_ordering out, {NOT_LAST}",
    ),
    (
        conv4d_transpose,
        {"y": X, "w": W, "dim_ordering": "tf"},
        "give channels-first images, y.transpose(0, 3, 1, 2)",
    ),
    # jax.lax.conv_general_dilated
    (
        conv4d,
        {
            **{"lhs": X, "rhs": W, "window_strides": 2, "padding": "valid", "rhs_dilation": 3},
            "feature_group_count": 1,
        },
        f"write strides=2, dilation=3, groups=1, {ARRAYS}, border_mode='valid'",
    ),
    # flax.linen.max_pool
    (
        pool4d,
        {"inputs": X, "window_shape": 2, "padding": "SAME"},
        f"write size=2, x=[[[[1, 2], [3, 4]]]], border_mode='same_upper'; {UPPER}",
    ),
    # theano.tensor.nnet.conv2d
    (
        conv4d,
        {
            **{"input": X, "filters": W, "input_shape": None, "filter_shape": None},
            **{"subsample": 2, "filter_flip": True, "image_shape": None},
            **{"filter_dilation": 3, "num_groups": 1},
        },
        f"write strides=2, dilation=3, groups=1, {ARRAYS}; leave input_shape out; "
        "leave filter_shape out; leave image_shape out; leave filter_flip out",
    ),
    (conv4d, {"x": X, "w": W, "filter_flip": False}, "filter_flip=False is correlate4d()"),
    (correlate4d, {"x": X, "w": W, "filter_flip": True}, "filter_flip=True is conv4d()"),
    (correlate4d, {"x": X, "w": W, "filter_flip": False}, "leave filter_flip out"),
    (
        conv4d_transpose,
        {"y": X, "w": W, "filter_flip": False},
        "give the kernel turned, w[:, :, ::-1, ::-1]",
    ),
    # theano.tensor.signal.pool.pool_2d
    (
        pool4d,
        {"input": X, "ws": 2, "ignore_border": True, "st": 1, "pad": 0},
        "write strides=1, size=2, x=[[[[1, 2], [3, 4]]]], border_mode=0; leave ignore_border out",
    ),
    (pool4d, {"x": X, "ds": 2, "ignore_border": False}, "write size=2, ceil_mode=True"),
    (conv4d, {"x": X, "w": W, "ignore_border": False}, "leave ignore_border out"),
    # Conv2DLayer of Lasagne, conv2d of mxnet and tensorlayer
    (Conv, {"num_filters": 4, "size": 3, "pad": 1}, "write filters=4, border_mode=1"),
    (
        conv4d,
        {"image": X, "weights": W, "n_groups": 1, "image_format": "channels_first"},
        f"write groups=1, {ARRAYS}; leave image_format out, {NOT_LAST}",
    ),
    # ONNX: Conv
    (
        conv4d,
        {"x": X, "w": W, "auto_pad": "SAME_LOWER", "kernel_shape": (1, 1)},
        "write border_mode='same_lower'; leave kernel_shape out",
    ),
    # scipy.ndimage.convolve, scipy.signal.convolve2d
    (
        conv4d,
        {"input": X, "weights": W, "mode": "reflect", "cval": 0.0},
        f"write {ARRAYS}, border='symmetric'; "
        "'reflect' of scipy.ndimage repeats the last pixel, ours does not; leave cval out",
    ),
    (conv4d, {"x": X, "w": W, "mode": "constant", "cval": 3.5},
     "write border=3.5; leave mode out, zeros are what lies beyond the border"),
    (
        conv4d,
        {"x": X, "w": W, "mode": "same", "boundary": "symm", "fillvalue": 0},
        f"write border='symmetric', border_mode='same'; {SAME}; leave fillvalue out",
    ),
    (pool4d, {"x": X, "size": 2, "cval": 1}, "leave cval out"),
    # numpy.pad, cv2.filter2D
    (conv4d, {"x": X, "w": W, "constant_values": 3}, "write border=3"),
    (
        conv4d,
        {"x": X, "w": W, "borderType": 4, "borderValue": 3},
        "write border='reflect'; leave borderValue out",
    ),
    (conv4d, {"x": X, "w": W, "borderType": 5}, "leave borderType out"),
    (conv4d, {"x": X, "w": W, "mode": "wobble"}, "leave mode out"),
    (conv4d, {"x": X, "w": W, "mode": 1}, "leave mode out"),
    # A dilated row of three weights, and a column of them
    (
        conv4d,
        {"x": X, "w": np.ones((1, 1, 1, 3)), "padding": "causal", "dilation_rate": 2},
        "write dilation=2, border_mode=((0, 0), (4, 0))",
    ),
    (
        conv4d,
        {"x": X, "weight": [[[[1], [2], [3]]]], "padding": "causal"},
        "write w=[[[[1], [2], [3]]]], border_mode=((2, 0), (0, 0))",
    ),
    # Words that stand for nothing here: such padding of a transposed convolution is cut off
    (
        conv4d_transpose,
        {"y": X, "w": W, "padding": "causal"},
        "leave padding out, conv4d_transpose() has no border_mode for 'causal'",
    ),
    (
        conv4d,
        {"x": X, "w": W, "padding": "wobble"},
        "leave padding out, conv4d() has no border_mode for 'wobble'",
    ),
    # Words in the place of others
    (conv4d, {"x": X, "w": W, "padding": None}, "write border_mode='valid'; 'valid' is no padding"),
    (
        conv4d,
        {"x": X, "w": W, "padding": "wrap"},
        "write border_mode='same', border='circular'; "
        "border_mode says how much lies around, and border what it holds",
    ),
    (
        pool4d,
        {"x": X, "size": 2, "padding": "wrap"},
        "leave padding out, what lies beyond the border is in no pooling's result",
    ),
    (conv4d, {"x": X, "weight": np.zeros((1, 1, 2, 1))}, "write w=…"),  # of two lines
    (conv4d, {"x": X, "weight": [[[LONG]]]}, f"write w=[[[{LONG}]]]"),
    (conv4d, {"x": X, "weight": [[[[*LONG[1:], 10]]]]}, "write w=…"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "theirs", "answer"), CALLS)
def test_a_call_in_the_words_of_another_framework(function, theirs, answer):
    with pytest.raises(TypeError) as caught:
        function(**theirs)
    foreign = [name for name in theirs if name not in inspect.signature(function).parameters]
    assert str(caught.value) == (
        f"{function.__name__}() does not take {', '.join(foreign)}: {answer}"
    )


@pytest.mark.parametrize(
    ("border", "theirs"),
    [
        ("zeros", "constant fill grid-constant BORDER_CONSTANT Zeros"),
        ("circular", "wrap grid-wrap BORDER_WRAP CIRCULAR"),
        ("reflect", "mirror BORDER_REFLECT_101 BORDER_REFLECT101 BORDER_DEFAULT Reflect"),
        ("replicate", "edge nearest BORDER_REPLICATE Replicate"),
        ("symmetric", "symm grid-mirror BORDER_REFLECT Symmetric"),
    ],
)
def test_borders_by_the_names_of_numpy_scipy_and_opencv(border, theirs):
    for name in theirs.split():
        with pytest.raises(ValueError, match=rf"; got '{name}'; write border='{border}'$"):
            conv4d(X, W, border=name)


@pytest.mark.parametrize(
    ("number", "border"), [(1, "replicate"), (2, "symmetric"), (3, "circular"), (4, "reflect")]
)
def test_borders_by_the_numbers_of_opencv(number, border):
    """In its order: BORDER_CONSTANT, REPLICATE, REFLECT, WRAP, REFLECT_101."""
    with pytest.raises(TypeError, match=rf": write border='{border}'$"):
        conv4d(X, W, borderType=number)
    with pytest.raises(TypeError, match=": leave borderType out, zeros are what lies beyond the"):
        conv4d(X, W, borderType=0)


@pytest.mark.parametrize(
    ("mode", "theirs"),
    [
        ("max", "MAX"),
        ("min", "Min minimum"),
        ("average", "AVERAGE average_inc_pad"),
        ("average_no_pad", "avg average_exc_pad"),
    ],
)
def test_poolings_by_the_names_of_keras_and_theano(mode, theirs):
    for name in theirs.split():
        with pytest.raises(ValueError, match=rf"; got '{name}'; write mode='{mode}'$"):
            pool4d(X, 1, mode=name)
    with pytest.raises(ValueError, match=r"; got 'mean'$"):
        pool4d(X, 1, mode="mean")


def test_border_modes_end_in_what_to_write():
    for word, end in {
        None: "write border_mode='valid'; 'valid' is no padding",
        "SAME": f"write border_mode='same_upper'; {UPPER}",
        "Same": f"write border_mode='same'; {SAME}",
        "FULL": "write border_mode='full'",
        "causal": "write border_mode=((0, 0), (0, 0))",
        "wrap": "write border_mode='same', border='circular'; "
        "border_mode says how much lies around, and border what it holds",
    }.items():
        with pytest.raises(ValueError, match=r"^border_mode must be one of 'valid'") as caught:
            conv4d(X, W, word)
        assert str(caught.value).endswith(f"; got {word!r}; {end}")
    with pytest.raises(ValueError, match=r"; got 'causal'$"):  # padding that is cut off
        conv4d_transpose(X, W, "causal")


def test_other_mistakes_are_pythons_own_errors():
    with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'wobble'$"):
        conv4d(X, W, wobble=1)
    with pytest.raises(TypeError, match=r"got multiple values for argument 'w'$|unexpected"):
        conv4d(X, W, w=W, stride=2)
