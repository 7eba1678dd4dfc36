"""The explorer's Python code: run here, in the libraries that are here, against convdoc.

The others, PyTorch, JAX and Keras 3, are compiled here, and run by `make test-engines`.
"""

import io
import re

import numpy as np
import pytest

from convdoc.engines import load_keras
from tests import explorer_page as explorer
from tests.explorer_snippets import MODULES, check

CASES = explorer.cases(120)
HERE = [name for name in explorer.LIBRARIES if name not in MODULES]


@pytest.fixture(scope="module")
def written():
    return explorer.write_snippets(CASES)


@pytest.fixture
def floatx():
    """Puts back what Keras computes in: a script may set it."""
    backend = load_keras().backend
    yield backend.set_floatx
    backend.set_floatx("float32")


def module(name, *arguments):
    """Call a function of the module: `module("numpyArray", "x", [1, 2], [2])`."""
    code = """const answer = C[given[0]](...given[1]);
    return answer instanceof Uint8Array ? [...answer] : answer;"""
    return explorer.run({"C": "code"}, code, [name, arguments])


def script(library, setting):
    """The script without the arrays."""
    case = setting, explorer.arrays(setting)
    (one,) = explorer.write_snippets([case], [library])
    return without_arrays(one["snippets"][library])


def without_arrays(snippet):
    array = r"^[xywb] = np\.array\((.|\n)*?\)(\.reshape\(.*\))?\n"
    return re.sub(array, "", snippet, flags=re.MULTILINE)


def test_settings_are_legal_on_the_page_as_in_convdoc(written):
    assert len(CASES) >= 120 + len(explorer.CORNERS)
    for (setting, _), found in zip(CASES, written, strict=True):
        assert found["faults"] == []
        assert found["settled"] == setting
    assert {setting["kind"] for setting, _ in CASES} == set(explorer.KINDS)


@pytest.mark.parametrize("library", HERE)
def test_scripts_give_what_convdoc_gives(library, written, floatx):
    """On Keras 2, where each script compiles a model, the corners and the random ones it needs."""
    needed = needed_on_keras2(written) if library == "keras2" else range(len(CASES))
    for at in needed:
        (setting, arrays), found = CASES[at], written[at]
        floatx("float32")
        snippet = found["snippets"][library]
        try:
            check(setting, snippet, explorer.expected(setting, arrays), found["files"])
        except Exception as error:
            pytest.fail(f"{error!r}\n{setting}\n{snippet}")


def needed_on_keras2(written):
    """Corners, 20 random settings, and each in whose script a line is new, numbers apart."""
    seen = set()
    for at, found in enumerate(written):
        script = without_arrays(found["snippets"]["keras2"])
        lines = set(re.sub(r"\d+", "1", script).split("\n"))
        if at < len(explorer.CORNERS) + 20 or not lines <= seen:
            yield at
        seen |= lines


def test_scripts_can_be_compiled_and_read(written):
    for found in written:
        for library, snippet in found["snippets"].items():
            compile(snippet, library, "exec")
            assert max(map(len, without_arrays(snippet).split("\n"))) <= 100, snippet
            assert "undefined" not in snippet
            assert "\n\n\n\n" not in snippet


@pytest.mark.parametrize(
    ("library", "lines"),
    {
        "convdoc": [
            "import numpy as np",
            "from convdoc import correlate4d",
            "y = correlate4d(x, w, 'valid')",
        ],
        "torch": [
            "import numpy as np",
            "import torch",
            "import torch.nn.functional as F",
            "y = F.conv2d(torch.tensor(x), torch.tensor(w)).numpy()",
        ],
        "jax": [
            "import numpy as np",
            "from jax import lax",
            "y = lax.conv_general_dilated(x, w, (1, 1), 'VALID')",
            "y = np.asarray(y)",
        ],
        "scipy": [
            "import numpy as np",
            "from scipy.signal import correlate2d",
            "y = correlate2d(x[0, 0], w[0, 0], 'valid')[None, None]",
        ],
        "keras3": [
            "import numpy as np",
            "from keras import ops",
            "# Channels are last, kernels (height, width, channels, filters).",
            "y = ops.conv(x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0))",
            "y = ops.convert_to_numpy(y).transpose(0, 3, 1, 2)",
        ],
    }.items(),
)
def test_nothing_is_said_that_a_library_does_by_itself(library, lines):
    text = script(library, explorer.setting("correlation"))
    assert [line.replace('"', "'") for line in text.split("\n") if line] == [*lines, "print(y)"]


@pytest.mark.parametrize("library", explorer.LIBRARIES)
def test_a_kernel_of_one_number_is_not_flipped(library):
    for kind in ("convolution", "correlation", "transposed"):
        text = script(library, explorer.setting(kind, kernel=[1, 1]))
        assert "flip" not in text.replace("does not flip", "").replace("convolution flips", "")
        assert "::-1" not in text


SAME = {
    # Whose zeros it means: of an even kernel, Theano has the odd one before, TensorFlow behind.
    "keras2": ("same", 'padding="same"'),
    "keras3": ("same_upper", 'padding="same"'),
    "jax": ("same_upper", '"SAME"'),
    "scipy": ("same", '"same"'),
}


@pytest.mark.parametrize(
    ("library", "mode", "word"), [(name, *told) for name, told in SAME.items()]
)
def test_the_word_of_a_library_is_taken_where_it_means_these_zeros(library, mode, word):
    def text(border_mode):
        even = explorer.setting(kernel=[2, 2], border_mode=border_mode)
        return script(library, even)

    (other,) = {"same", "same_upper"} - {mode}
    assert word in text(mode)
    assert "pad(" not in text(mode)
    assert word not in text(other)
    assert word in text([[1, 0], [1, 0]] if mode == "same" else [[0, 1], [0, 1]])


def test_arrays_are_rows_under_rows():
    assert module("numpyArray", "x", [1, -2, 10, 0], [1, 1, 2, 2]) == (
        "x = np.array([[ 1, -2],\n"
        "              [10,  0]]).reshape(1, 1, 2, 2)"
    )  # fmt: skip
    assert module("numpyArray", "w", [1, 2, 3, 4], [2, 1, 1, 2], "float32") == (
        "w = np.array([[[1, 2]],\n"
        "              [[3, 4]]], dtype=\"float32\").reshape(2, 1, 1, 2)"
    )  # fmt: skip
    assert module("numpyArray", "b", [0.5], [1]) == "b = np.array([0.5])"
    long = module("numpyArray", "x", list(range(100)), [1, 1, 1, 100])
    assert max(map(len, long.split("\n")[:-1])) <= 100
    names = {"np": np}
    exec(long, names)
    np.testing.assert_array_equal(names["x"], np.arange(100).reshape(1, 1, 1, 100))


def test_numbers_are_read_back_to_the_last_bit():
    draw = np.random.default_rng(3)
    numbers = [0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2.0**53, -1 / 3]
    numbers += (draw.normal(size=93) * 10.0 ** draw.integers(-30, 30, 93)).tolist()
    names = {"np": np}
    exec(module("numpyArray", "x", numbers, [1, 2, 5, 10], "float64"), names)
    assert names["x"].ravel().tolist() == numbers
    loaded = np.load(io.BytesIO(bytes(module("npy", numbers, [1, 2, 5, 10]))), allow_pickle=False)
    assert (loaded.shape, loaded.dtype) == ((1, 2, 5, 10), np.float64)
    assert loaded.ravel().tolist() == numbers


def test_large_arrays_are_files():
    large = explorer.setting(size=[40, 51])
    arrays = explorer.arrays(large)
    ((one),) = explorer.write_snippets([(large, arrays)])
    assert set(one["files"]) == {"x.npy"}
    np.testing.assert_array_equal(np.load(io.BytesIO(one["files"]["x.npy"])), arrays["x"])
    for snippet in one["snippets"].values():
        assert 'x = np.load("x.npy").astype("float32")\n' in snippet
    small = explorer.setting(size=[40, 50])
    ((one),) = explorer.write_snippets([(small, explorer.arrays(small))])
    assert one["files"] == {}


def test_float32_is_taken_while_it_is_exact():
    square = explorer.setting(size=[1, 1], kernel=[1, 1], bias=True)
    for x, b, dtype in [
        (2**12 - 1, 0, 32),
        (2**12, 0, 64),
        (2**11, 2**24 - 2**22, 64),
        (1, 0.5, 64),
    ]:
        values = {"x": x, "w": x, "b": b}
        arrays = {
            name: np.full(shape, values[name], float)
            for name, shape in explorer.shapes(square).items()
        }
        assert explorer.expected(square, arrays).dtype == f"float{dtype}"
        text = explorer.write_snippets([(square, arrays)])[0]["snippets"]
        assert ('"float32"' in text["torch"]) is (dtype == 32)
        assert ("x64" in text["jax"]) is ("set_floatx" in text["keras2"]) is (dtype == 64)
