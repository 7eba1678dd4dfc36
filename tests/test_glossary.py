"""The names in the glossary are those of the libraries that are installed here."""

import ast
import importlib
import importlib.util
import inspect
import re

import pytest

import convdoc
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
    assert set(modes) == {"valid", "same", "full"}
    for name in (*modes, "same_upper"):
        convdoc.ConvSpec(3, border_mode=name)


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
