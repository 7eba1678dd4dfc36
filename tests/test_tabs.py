"""The code in the guide's tabs gives, in each library, the array that convdoc gives.

And sizes of transposed convolutions are those of the table in their chapter.

`make test` runs what is installed beside Theano, `make test-engines` the others.
"""

import ast
import importlib
import importlib.util
import logging
import os
import re

import numpy as np
import pytest

from convdoc.engines import load_keras
from tests.conftest import ROOT
from tests.explorer_snippets import MODULES

#: Chapters with tabs, and how many sets of them.
CHAPTERS = {
    "padding": 1,
    "strides": 2,
    "pooling": 1,
    "dilation": 1,
    "transposed-convolution": 2,
    "groups": 1,
}
#: In the order of the tabs; the label of each, by which the choice is kept from page to page.
LIBRARIES = {
    "convdoc": "convdoc",
    "keras2": "Keras 2 on Theano",
    "keras3": "Keras 3",
    "torch": "PyTorch",
    "jax": "JAX",
    "scipy": "SciPy",
}
SETS = [(chapter, at) for chapter, count in CHAPTERS.items() for at in range(count)]

# TensorFlow tells of its start otherwise.
logging.getLogger("tensorflow").setLevel("ERROR")
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")


def source(chapter):
    return (ROOT / f"docs/guide/{chapter}.md").read_text()


def tab_sets(chapter):
    """Of each set the tabs: library, label and code."""
    tab = (
        r":::\{tab-item\} (.+)\n:sync: (\w+)\n(?:.*\n)*?```python\n((?:.*\n)*?)```\n(?:.*\n)*?:::\n"
    )
    sets = re.findall(r"^::::\{tab-set\}\n((?:.*\n)*?)::::\n", source(chapter), re.M)
    return [
        {library: (label, code) for label, library, code in re.findall(tab, tabs)} for tabs in sets
    ]


def arrays(chapter):
    """The arrays of the first figure, in float32."""
    code = re.search(
        r"\{code-cell\} python\n:tags: \[hide-input\]\n(.*?)```", source(chapter), re.S
    )
    names = {}
    exec(code[1], names)
    return {name: names[name].astype("float32") for name in ("x", "y", "W") if name in names}


def run(code, chapter):
    """Run the code of a tab: the array that its last line makes."""
    names = {"np": np, **arrays(chapter)}
    exec(compile(code, f"<tab of {chapter}>", "exec"), names)
    *_, last = ast.parse(code).body
    return np.asarray(names[last.targets[0].id])


def skip_without(library):
    module = {**MODULES, "keras2": "theano"}.get(library, "scipy")
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"not tested here: {module} is not installed. `make test-engines` has it")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_set_has_the_six_libraries_in_the_same_order(chapter):
    sets = tab_sets(chapter)
    assert len(sets) == CHAPTERS[chapter]
    assert source(chapter).count("\n:sync-group: library\n") == len(sets)
    for tabs in sets:
        assert {library: label for library, (label, _) in tabs.items()} == LIBRARIES
        assert list(tabs) == list(LIBRARIES)


@pytest.mark.parametrize("library", [name for name in LIBRARIES if name != "convdoc"])
@pytest.mark.parametrize(("chapter", "at"), SETS)
def test_the_code_of_a_tab_gives_what_convdoc_gives(chapter, at, library):
    skip_without(library)
    tabs = tab_sets(chapter)[at]
    expected = run(tabs["convdoc"][1], chapter)
    found = run(tabs[library][1], chapter)
    if library == "scipy":  # of two axes
        expected = expected.reshape(found.shape)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_row_of_wrong_code_is_noticed():
    """The first figure of the strides, whose kernel is no other when it is not flipped."""
    code = tab_sets("strides")[0]["scipy"][1]
    expected = run(tab_sets("strides")[0]["convdoc"][1], "strides")
    assert not np.array_equal(run(code.replace("convolve", "correlate"), "strides"), expected[0, 0])


# -- Transposed convolution: the table of sizes, for three pixels ---------------------------------


@pytest.mark.parametrize(
    ("k", "s", "p", "a", "size"),
    # s · 2 + k − 2p + a
    [(3, 2, 0, 0, 7), (3, 2, 1, 0, 5), (3, 2, 1, 1, 6), (4, 3, 1, 2, 10), (2, 3, 0, 0, 8)],
)
def test_sizes_of_pytorch(k, s, p, a, size):
    skip_without("torch")
    import torch

    layer = torch.nn.ConvTranspose2d(1, 1, k, stride=s, padding=p, output_padding=a)
    assert layer(torch.ones(1, 1, 3, 3)).shape == (1, 1, size, size)
    if a == 1:
        assert layer(torch.ones(1, 1, 3, 3), output_size=(5, 5)).shape == (1, 1, 5, 5)
        with pytest.raises(RuntimeError, match="output padding must be smaller"):
            torch.nn.ConvTranspose2d(1, 1, k, stride=s, output_padding=s)(torch.ones(1, 1, 3, 3))


@pytest.mark.parametrize("library", ["keras2", "keras3"])
@pytest.mark.parametrize(
    ("k", "s", "padding", "a", "size"),
    [
        # s · 2 + max(k, s), and s · 2 + k + a
        *((3, 2, "valid", None, 7), (2, 3, "valid", None, 9), (2, 3, "valid", 0, 8)),
        *((3, 2, "valid", 1, 8), (5, 3, "valid", 2, 13)),
        # s · 3, and s · 2 + k − 2 ⌊k / 2⌋ + a
        *((3, 2, "same", None, 6), (4, 3, "same", None, 9), (3, 2, "same", 0, 5)),
        *((3, 2, "same", 1, 6), (5, 3, "same", 2, 9), (4, 3, "same", 1, 7)),
    ],
)
def test_sizes_of_keras(library, k, s, padding, a, size):
    skip_without(library)
    layers = load_keras().layers if library == "keras2" else importlib.import_module("keras.layers")
    layer = layers.Conv2DTranspose(
        1, k, strides=s, padding=padding, output_padding=a, data_format="channels_last"
    )
    assert tuple(layer.compute_output_shape((1, 3, 3, 1))) == (1, size, size, 1)
    if library == "keras3":
        assert layer(np.ones((1, 3, 3, 1), "float32")).shape == (1, size, size, 1)


def test_pytorch_cuts_at_the_beginning_where_keras_3_cuts_at_the_end():
    """The copies of 1, 10, 100, for 1, 2 and 3: 1 10 102 20 203 30 300. Keras's are in the tabs."""
    skip_without("torch")
    import torch

    layer = torch.nn.ConvTranspose2d(
        1, 1, (1, 3), stride=(1, 2), padding=(0, 1), output_padding=(0, 1), bias=False
    )
    layer.weight.data = torch.tensor([[[[1.0, 10, 100]]]])
    x = layer(torch.tensor([[[[1.0, 2, 3]]]])).detach()
    assert x.ravel().tolist() == [10, 102, 20, 203, 30, 300]
