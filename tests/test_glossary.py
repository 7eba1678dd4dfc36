"""The names in the glossary are those of the libraries that are installed here."""

import ast
import importlib
import importlib.util
import inspect
import re

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal

import convdoc
from convdoc.borders import BORDERS
from convdoc.engines import load_keras
from tests.conftest import ROOT

PAGE = (ROOT / "docs/reference/glossary.md").read_text()
SETTINGS = PAGE.split("## Names of the settings")[1].split("## Names of the paddings")[0]
KINDS = ("Convolution", "Transposed convolution", "Pooling")
LIBRARIES = {
    *("Theano", "Keras 1", "Keras 2", "tf.keras", "tf.nn", "PyTorch", "JAX"),
    *("SciPy", "OpenCV", "convdoc"),
}

#: What of each library takes settings of each kind. None: a library has no such function here.
FUNCTIONS = {
    "Theano": (
        "theano.tensor.nnet.conv2d",
        "theano.tensor.nnet.conv2d_transpose",
        "theano.tensor.signal.pool.pool_2d",
    ),
    "Keras 2": (
        "keras.layers.Conv2D",
        "keras.layers.Conv2DTranspose",
        "keras.layers.AveragePooling2D",
    ),
    "tf.keras": (
        "tensorflow.keras.layers.Conv2D",
        "tensorflow.keras.layers.Conv2DTranspose",
        "tensorflow.keras.layers.AveragePooling2D",
    ),
    "tf.nn": (
        "tensorflow.nn.conv2d",
        "tensorflow.nn.conv2d_transpose",
        "tensorflow.nn.avg_pool2d",
    ),
    "PyTorch": ("torch.nn.Conv2d", "torch.nn.ConvTranspose2d", "torch.nn.AvgPool2d"),
    "JAX": ("jax.lax.conv_general_dilated", "jax.lax.conv_transpose", "jax.lax.reduce_window"),
    "SciPy": ("scipy.signal.convolve2d", None, None),
    "convdoc": ("convdoc.conv4d", "convdoc.conv4d_transpose", "convdoc.pool4d"),
}


def named():
    """Names by kind and library, as the page has them."""
    found = {}
    for kind, text in zip(KINDS, re.split(r"^### .+$", SETTINGS, flags=re.M)[1:], strict=True):
        for names, libraries in re.findall(r"^[: ] (`.+`): (.+?)\\?$", text, re.M):
            for library in libraries.split(", "):
                found.setdefault((kind, library), set()).update(re.findall(r"`(\w+)`", names))
    return found


NAMES = named()


def load(path):
    """A function or class by its path, or a skipped test that says what is not installed."""
    package = path.partition(".")[0]
    if package in ("theano", "keras"):
        load_keras()
    elif importlib.util.find_spec(package) is None:
        pytest.skip(f"not tested here: {package} is not installed")
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def parameters(function):
    function = function.__init__ if inspect.isclass(function) else function
    return set(inspect.signature(inspect.unwrap(function)).parameters)


def test_the_page_is_read_as_it_is_meant():
    assert {library for _, library in NAMES} == LIBRARIES
    assert NAMES["Convolution", "Theano"] == {
        *("filters", "border_mode", "subsample", "filter_dilation", "num_groups", "filter_flip")
    }
    assert NAMES["Convolution", "JAX"] == {
        *("rhs", "padding", "window_strides", "rhs_dilation", "feature_group_count"),
        "dimension_numbers",
    }
    assert NAMES["Convolution", "Keras 1"] == {
        *("nb_filter", "nb_row", "nb_col", "border_mode", "subsample", "atrous_rate"),
        *("dim_ordering", "bias"),
    }


@pytest.mark.parametrize("library", FUNCTIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_names_are_parameters(kind, library):
    names, path = NAMES.get((kind, library)), FUNCTIONS[library][KINDS.index(kind)]
    if names is None:
        return
    known = parameters(load(path))
    if (kind, library) == ("Pooling", "PyTorch"):
        known |= parameters(load("torch.nn.MaxPool2d"))
    if (kind, library) == ("Transposed convolution", "PyTorch"):
        known |= parameters(load(path).forward)  # the page says that the layer's call takes it
    if (kind, library) == ("Convolution", "PyTorch"):
        from torch.nn import functional

        assert "weight" in functional.conv2d.__doc__
        names = names - {"weight"}
    assert names <= known


def test_names_of_keras_1_are_still_understood():
    layers = load_keras().layers
    with pytest.warns(UserWarning, match="Keras 2 API"):
        layer = layers.Convolution2D(
            nb_filter=4, nb_row=2, nb_col=3, border_mode="same", subsample=(2, 1),
            dim_ordering="th", bias=False,
        )  # fmt: skip
    assert (layer.filters, layer.kernel_size, layer.padding) == (4, (2, 3), "same")
    assert (layer.strides, layer.data_format, layer.use_bias) == ((2, 1), "channels_first", False)
    with pytest.warns(UserWarning, match="AtrousConvolution2D"):
        layer = layers.AtrousConvolution2D(filters=4, kernel_size=3, atrous_rate=2)
    assert layer.dilation_rate == (2, 2)
    with pytest.warns(UserWarning, match="Keras 2 API"):
        layer = layers.MaxPooling2D(pool_size=3, strides=2, border_mode="same")
    assert (layer.pool_size, layer.strides, layer.padding) == ((3, 3), (2, 2), "same")
    assert NAMES["Pooling", "Keras 1"] == {"pool_size", "strides", "border_mode"}


def test_names_of_opencv_are_in_its_documentation():
    cv2 = pytest.importorskip("cv2", reason="not tested here: cv2 is not installed")
    signature = cv2.filter2D.__doc__.partition("\n")[0]
    assert all(name in signature for name in NAMES["Convolution", "OpenCV"])


def test_older_names_of_theano():
    assert {"ds", "st", "padding"} <= parameters(load("theano.tensor.signal.pool.pool_2d"))


def test_names_of_paddings():
    text = PAGE.split("## Names of the paddings")[1]
    modes = {
        name: libraries
        for name, libraries in re.findall(r'^[: ] `"(\w+)"`: (.+)$', text, re.M)
        if "convdoc" in libraries
    }
    assert set(modes) == {"valid", "same", "same_upper", "same_lower", "full"}
    for name in modes:
        convdoc.ConvSpec(3, border_mode=name)


# -- Borders ------------------------------------------------------------------------------------

#: 1 to 4 with three places on each side, by convdoc's names.
HELD = {
    "zeros": [0, 0, 0, 1, 2, 3, 4, 0, 0, 0],
    "circular": [2, 3, 4, 1, 2, 3, 4, 1, 2, 3],
    "reflect": [4, 3, 2, 1, 2, 3, 4, 3, 2, 1],
    "symmetric": [3, 2, 1, 1, 2, 3, 4, 4, 3, 2],
    "replicate": [1, 1, 1, 1, 2, 3, 4, 4, 4, 4],
    "a number": [9, 9, 9, 1, 2, 3, 4, 9, 9, 9],
}
ROW = np.array([1.0, 2, 3, 4])


def conv2d(name):
    torch = pytest.importorskip("torch")
    layer = torch.nn.Conv2d(1, 1, 1, padding=(0, 3), padding_mode=name, bias=False).double()
    torch.nn.init.ones_(layer.weight)
    return layer(torch.tensor(ROW[None, None, None])).detach()


def functional_pad(name):
    constant = {"value": 9} if name == "constant" else {}
    row = pytest.importorskip("torch").tensor(ROW[None, None, None])
    return pytest.importorskip("torch.nn.functional").pad(row, (3, 3, 0, 0), name, **constant)


def pad(module):
    def padded(name):
        constant = {"constant_values": 9} if name == "constant" else {}
        return pytest.importorskip(module).pad(ROW, 3, name, **constant)

    return padded


def filtered(correlate):
    """What a filter reads in each of seven places around the first pixel, and the last."""

    def padded(name):
        first, *_, last = np.transpose([correlate(ROW, place, name) for place in np.eye(7)])
        return [*first, *last[4:]]

    return padded


def correlate1d(row, w, name):
    return scipy.ndimage.correlate1d(row, w, mode=name, cval=9)


def correlate2d(row, w, name):
    return scipy.signal.correlate2d(row[None], w[None], "same", name, 9)[0]


def copy_make_border(name):
    cv2 = pytest.importorskip("cv2")
    return cv2.copyMakeBorder(ROW[None], 0, 0, 3, 3, getattr(cv2, name), value=9)


def tensorflow_pad(name):
    return pytest.importorskip("tensorflow").pad(ROW, [[3, 3]], name, constant_values=9)


def shifted(name):
    """A shift to the right shows what is before the row, one to the left what is behind it."""
    load_keras()
    shift = pytest.importorskip("keras_preprocessing.image").apply_affine_transform
    axes = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    before, behind = (
        shift(ROW.reshape(1, 4, 1), ty=by, fill_mode=name, cval=9, **axes) for by in (-3, 3)
    )
    return [*before[0, :3, 0], *ROW, *behind[0, 1:, 0]]


def onnx_pad(name):
    """As ONNX's own reference computes it."""
    node = pytest.importorskip("onnx.helper").make_node(
        "Pad", ["x", "pads", "value"], ["y"], mode=name
    )
    run = pytest.importorskip("onnx.reference").ReferenceEvaluator(node).run
    (y,) = run(None, {"x": ROW, "pads": np.array([3, 3]), "value": np.array(9.0)})
    return y


#: By what the page calls each library and its argument: one row with three places on each side.
PADDED = {
    "PyTorch `Conv2d`, `padding_mode`": conv2d,
    "PyTorch `functional.pad`, `mode`": functional_pad,
    "NumPy `pad`, `mode`": pad("numpy"),
    "JAX `numpy.pad`, `mode`": pad("jax.numpy"),
    "scipy.signal, `boundary`": filtered(correlate2d),
    "scipy.ndimage, `mode`": filtered(correlate1d),
    "OpenCV, `borderType`": copy_make_border,
    "TensorFlow `tf.pad`, `mode`": tensorflow_pad,
    "Keras 2, `fill_mode`": shifted,
    "ONNX `Pad`, `mode`": onnx_pad,
}
BORDER_NAMES = [
    (where, name, ours)
    for where, names in re.findall(r"^(\S.*, `\w+`)\n((?:[: ] .* → .*\n)+)", PAGE, re.M)
    for name, ours in re.findall(r'`"?([\w-]+)"?` → `?"?([\w ]+)', names)
]


def test_names_of_borders_are_read_as_they_are_meant():
    assert len(BORDER_NAMES) == PAGE.count(" → ")
    assert {where for where, _, _ in BORDER_NAMES} == set(PADDED)
    assert {ours for _, _, ours in BORDER_NAMES} == set(HELD)
    assert ("scipy.ndimage, `mode`", "reflect", "symmetric") in BORDER_NAMES
    assert ("OpenCV, `borderType`", "BORDER_REFLECT_101", "reflect") in BORDER_NAMES
    assert set(HELD) == {*BORDERS, "a number"}


@pytest.mark.parametrize("ours", HELD)
def test_convdoc_pads_as_its_borders_say(ours):
    border = 9 if ours == "a number" else ours
    y = convdoc.conv4d(ROW[None, None, None], [[[[1.0]]]], border_mode=(0, 3), border=border)
    assert y.ravel().tolist() == HELD[ours]


@pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning")  # Keras
@pytest.mark.parametrize(("where", "name", "ours"), BORDER_NAMES)
def test_names_of_borders_hold_what_the_page_says(where, name, ours):
    np.testing.assert_allclose(np.ravel(PADDED[where](name)), HELD[ours])


@pytest.mark.parametrize(
    ("where", "name", "ours"),
    [row for row in BORDER_NAMES if row[1:] != ("reflect", "symmetric")],
)
def test_errors_translate_names_of_borders_as_the_page_does(where, name, ours):
    with pytest.raises(TypeError) as got:
        convdoc.ConvSpec(3, padding_mode=name)
    expected = "leave padding_mode out" if ours in ("zeros", "a number") else f"border={ours!r}"
    assert expected in str(got.value)


def test_defaults_of_borders():
    assert inspect.signature(scipy.ndimage.correlate1d).parameters["mode"].default == "reflect"
    assert inspect.signature(scipy.signal.convolve2d).parameters["boundary"].default == "fill"
    load_keras()
    generator = pytest.importorskip("keras_preprocessing.image").ImageDataGenerator
    assert inspect.signature(generator).parameters["fill_mode"].default == "nearest"
    image = np.eye(4)
    np.testing.assert_array_equal(
        pytest.importorskip("cv2").filter2D(image, -1, np.ones((3, 3))),
        convdoc.correlate4d(image[None, None], np.ones((1, 1, 3, 3)), border="reflect")[0, 0],
    )


def calls():
    """Calls in the list of spellings: name of the function -> names of the settings."""
    (code,) = re.findall(r"```\{code-block\} python\n(.*?)```", PAGE, re.S)
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return {ast.unparse(call.func): {word.arg for word in call.keywords} for call in found}


SPELLED = {
    "theano.tensor.nnet.conv2d": "theano.tensor.nnet.conv2d",
    "Conv2D": "keras.layers.Conv2D",
    "torch.nn.Conv2d": "torch.nn.Conv2d",
    "tf.nn.conv2d": "tensorflow.nn.conv2d",
    "jax.lax.conv_general_dilated": "jax.lax.conv_general_dilated",
    "convdoc.conv4d": "convdoc.conv4d",
}


def test_every_spelling_is_looked_at():
    assert set(calls()) == {*SPELLED, "Convolution2D"}
    assert calls()["Convolution2D"] <= NAMES["Convolution", "Keras 1"]


@pytest.mark.parametrize("name", SPELLED)
def test_spellings_use_parameters(name):
    assert calls()[name] <= parameters(load(SPELLED[name]))
