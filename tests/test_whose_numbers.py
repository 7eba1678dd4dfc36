"""Which code computes: the default engine, and Theano's own operations in its compiled graphs."""

import math
import re
import subprocess
import sys
import warnings
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

import convdoc
from convdoc import ConvSpec, conv4d, conv4d_gradients, conv4d_transpose, engines
from tests.conftest import ROOT

if not engines.is_installed("theano"):
    pytest.skip("Theano is not installed", allow_module_level=True)

from convdoc.engines import _theano_stack, direct
from convdoc.engines import keras as keras_engine
from convdoc.engines import theano as theano_engine


def operations(compiled):
    """Names of the operations of a compiled function that take part in the convolution."""
    nodes = compiled.function.maker.fgraph.toposort()
    return [(type(node.op).__module__, type(node.op).__name__) for node in nodes]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "spec",
    [
        ConvSpec(3, border_mode="same"),
        ConvSpec((2, 3), strides=2, border_mode="valid"),
        ConvSpec(3, dilation=2, border_mode="same"),
    ],
)
def test_a_keras_layer_is_theanos_own_convolution(spec, dtype):
    found = operations(keras_engine.layer(spec, 4, 2, dtype))
    assert ("theano.tensor.nnet.corr", "CorrMM") in found
    assert [module for module, _ in found if not module.startswith("theano.")] == []


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize(
    ("function", "operation"),
    [
        (theano_engine._convolution, "CorrMM"),
        (theano_engine._transposed_convolution, "CorrMM_gradInputs"),
        (theano_engine._kernel_gradient, "CorrMM_gradWeights"),
    ],
)
def test_theano_computes_by_operations_of_its_own(function, operation, threads):
    for groups, sides in ((1, ((1, 1), (1, 1))), (2, ((1, 0), (0, 2)))):
        found = operations(function(threads, sides, (1, 2), (1, 1), groups, "float32"))
        assert ("theano.tensor.nnet.corr", operation) in found
        assert [module for module, _ in found if not module.startswith("theano.")] == []


def test_keras_asks_theano_for_what_it_cannot_express():
    assert keras_engine.layer(ConvSpec(3, border_mode="full"), 1, 1, "float32") is None
    assert keras_engine.layer(ConvSpec(3, groups=2), 2, 1, "float32") is None
    assert keras_engine.layer(ConvSpec(3, strides=2, dilation=2), 1, 1, "float32") is None


def test_layers_are_compiled_once_for_all_sizes_and_samples():
    engines.clear_cache()
    assert keras_engine.layer.cache_info().currsize == 0
    for size in (6, 7, 8):
        conv4d(np.ones((1, 1, size, size)), np.ones((1, 1, 2, 2)), engine="keras")
    assert keras_engine.layer.cache_info().currsize == 1
    conv4d(np.ones((1, 1, 6, 6)), np.ones((1, 1, 2, 2)), "full", engine="keras")
    assert theano_engine._convolution.cache_info().currsize == 1
    engines.clear_cache()
    assert theano_engine._convolution.cache_info().currsize == 0


# -- Labels -------------------------------------------------------------------------------------


def test_each_label_of_the_timing_script_names_the_function_that_it_times():
    script = (ROOT / "gallery/120_timing.py").read_text().partition("# The check.")[0]
    names = {}
    exec(compile(script, "120_timing.py", "exec"), names)
    found = {}
    for label, way in names["ways"].items():
        *module, function = label.replace("skimage ", "").split(".")
        if label.startswith("conv4d by "):
            found[label] = [f"conv4d by {engine}" for engine in asked(lambda w=way: w(KERNEL))]
            continue
        calls = found[label] = []
        owner = vars(names[module[-1]]) if module else names

        def spy(*args, real=owner[function], calls=calls, label=label, **kwargs):
            calls.append(label)
            return real(*args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(owner, function, spy)
            way(KERNEL)
    assert len(found) == 8
    assert found == {label: [label] for label in found}


# -- The default --------------------------------------------------------------------------------


def test_the_default_is_keras_where_theano_can_run(monkeypatch):
    monkeypatch.delenv("CONVDOC_ENGINE", raising=False)
    assert engines.default() == "keras"
    monkeypatch.setattr(engines, "_theano_can_run", lambda: False)
    assert engines.default() == "auto"


def asked(call):
    """The engine that a call chose."""
    chosen = []
    load = engines.load
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "load", lambda name: chosen.append(name) or load(name))
        call()
    return chosen


X, W = np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2))
KERNEL = np.ones((3, 3), np.float32)


def test_the_environment_names_the_engine_of_every_operation(monkeypatch):
    for name in ("numpy", "scipy"):
        monkeypatch.setenv("CONVDOC_ENGINE", name)
        assert asked(lambda: conv4d(X, W)) == [name]
        assert asked(lambda: conv4d_transpose(X, W)) == [name]
        assert asked(lambda: conv4d_gradients(X, W, X)) == [name]
        assert asked(lambda: conv4d(X, W, engine="opencv")) == ["opencv"]


def test_an_unknown_engine_in_the_environment_is_named(monkeypatch):
    monkeypatch.setenv("CONVDOC_ENGINE", "tensorflow")
    with pytest.raises(
        ValueError, match=r"^the environment variable CONVDOC_ENGINE must be one of 'a"
    ):
        conv4d(X, W)
    assert "CONVDOC_ENGINE" in dict(engines.describe())["default"]


def test_an_unknown_engine_is_named():
    with pytest.raises(ValueError, match=r".") as caught:
        conv4d(X, W, engine="tensorflow")
    assert str(caught.value) == (
        "engine must be one of 'auto', 'keras', 'theano', 'direct', 'numpy', 'scipy', 'opencv', "
        "'scikit-image', 'torch', 'jax'; got 'tensorflow'"
    )


def test_import_reads_no_library():
    code = "import sys, convdoc, convdoc.engines; print(*sys.modules)"
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert not {"keras", "theano", "scipy", "cv2", "torch"} & set(done.stdout.split())


# -- The quickest -------------------------------------------------------------------------------


def quickest(size, kernel, **settings):
    return engines.quickest((1, 1, *size), (1, 1, kernel, kernel), ConvSpec(kernel, **settings))


@pytest.mark.parametrize("compiled", [True, False])
def test_auto_takes_scipy_for_large_kernels_on_large_images(monkeypatch, compiled):
    monkeypatch.setattr(direct, "is_compiled", lambda: compiled)
    monkeypatch.setattr(direct, "compiler", lambda: "g++")
    assert quickest((512, 512), 31) == "scipy"
    assert quickest((512, 512), 31, strides=2) == "direct"
    assert quickest((100, 100), 31) == ("direct" if compiled else "numpy")
    monkeypatch.setattr(engines, "is_installed", lambda name: name != "scipy")
    assert quickest((512, 512), 31) == "direct"


def test_auto_starts_no_compiler_for_little_work(monkeypatch):
    monkeypatch.setattr(direct, "is_compiled", lambda: False)
    monkeypatch.setattr(direct, "compiler", lambda: "g++")
    assert quickest((512, 512), 3) == "numpy"  # 2.3 million products
    assert quickest((2048, 2048), 3) == "direct"
    monkeypatch.setattr(direct, "compiler", lambda: None)
    assert quickest((2048, 2048), 3) == "numpy"
    monkeypatch.setattr(engines, "is_installed", lambda name: name == "torch")
    assert quickest((2048, 2048), 3) == "numpy"  # sooner than PyTorch is imported
    assert quickest((65536, 65536), 3) == "torch"
    monkeypatch.setitem(sys.modules, "torch", None)
    assert quickest((512, 512), 3) == "torch"


def test_auto_takes_direct_where_it_is_compiled(monkeypatch):
    monkeypatch.setattr(direct, "is_compiled", lambda: True)
    for size in ((5, 7), (512, 512)):
        assert quickest(size, 3) == "direct"


@pytest.mark.parametrize(
    ("size", "kernel", "settings", "engine"),
    [
        ((128 + 23, 128 + 24), (24, 25), {}, "scipy"),  # 600 elements, 128×128 outputs
        ((128 + 23, 127 + 24), (24, 25), {}, "numpy"),
        ((512, 128), (23, 26), {}, "direct"),  # 598 elements
        ((512, 512), (24, 25), {"strides": (1, 2)}, "direct"),
        ((512, 512), (24, 25), {"dilation": (2, 1)}, "direct"),
        ((1000, 1009), (1, 10), {}, "numpy"),  # 10 million products
        ((1000, 1010), (1, 10), {}, "direct"),
    ],
)
def test_auto_at_its_limits(monkeypatch, size, kernel, settings, engine):
    monkeypatch.setattr(direct, "is_compiled", lambda: False)
    monkeypatch.setattr(direct, "compiler", lambda: "g++")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    spec = ConvSpec(kernel, **settings)
    assert engines.quickest((1, 1, *size), (1, 1, *kernel), spec) == engine


def test_auto_counts_all_products(monkeypatch):
    monkeypatch.setattr(direct, "is_compiled", lambda: False)
    monkeypatch.setattr(direct, "compiler", lambda: None)
    monkeypatch.setattr(engines, "is_installed", lambda name: name == "torch")
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    one = ConvSpec(1)
    ten_to_the_tenth = (10, 20, 1000, 1000), (50, 20, 1, 1)
    assert math.prod((10, 20, 1000, 1000, 50)) == 10**10
    assert engines.quickest(*ten_to_the_tenth, one) == "numpy"
    assert engines.quickest((11, 20, 1000, 1000), (50, 20, 1, 1), one) == "torch"
    assert engines.quickest((10, 20, 1000, 1000), (51, 20, 1, 1), one) == "torch"
    assert engines.quickest((10, 21, 1000, 1000), (50, 21, 1, 1), one) == "torch"


def test_a_compiler_that_fails_is_warned_of_where_the_call_is(monkeypatch):
    def fail():
        monkeypatch.setattr(direct, "compiler", lambda: None)
        raise RuntimeError("the compiler fails")

    monkeypatch.setattr(direct, "is_compiled", lambda: False)
    monkeypatch.setattr(direct, "compiler", lambda: "g++")
    monkeypatch.setattr(direct, "load", fail)
    monkeypatch.setattr(engines, "FEW_PRODUCTS", 0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert asked(lambda: conv4d(X, W, engine="auto")) == ["numpy"]
    (warning,) = caught
    assert str(warning.message) == "engine='auto' uses 'numpy', because the compiler fails"
    assert warning.filename == __file__


# -- What is missing ----------------------------------------------------------------------------


def test_what_is_missing_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(engines, "_is_found", lambda library: False)
    assert {name: engines.why_not(name) for name in engines.ENGINES if name != "direct"} == {
        "keras": "keras and theano and scipy not installed: pip install keras==2.3.1 theano==1.0.5",
        "theano": "theano and scipy not installed: pip install theano==1.0.5",
        "numpy": "numpy not installed: pip install numpy",
        "scipy": "scipy not installed: pip install scipy",
        "opencv": "cv2 not installed: pip install 'opencv-python-headless<4.12'",
        "scikit-image": "skimage not installed: pip install scikit-image",
        "torch": "torch not installed: pip install torch",
        "jax": "jax not installed: pip install 'jax<0.8'",
    }
    monkeypatch.setattr(engines, "_loaded", {})
    with pytest.raises(ImportError) as caught:
        engines.load("scipy")
    assert str(caught.value) == (
        "engine='scipy' cannot compute here: scipy not installed: pip install scipy"
    )
    monkeypatch.setattr(direct, "why_not", lambda: "no compiler")
    assert engines.why_not("direct") == "no compiler"
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    assert engines._pip("jax", below="0.8") == "pip install jax"


@pytest.mark.parametrize(
    ("installed", "python", "keras"),
    [
        ("2.3.1", (3, 11, 9), engines.KERAS_2),
        ("3.5.0", (3, 11, 9), engines.KERAS_3),
        (None, (3, 11, 9), engines.KERAS_2),
        (None, (3, 12, 0), engines.KERAS_3),
    ],
)
def test_which_keras_is_the_engine(monkeypatch, installed, python, keras):
    def version(package):
        if installed is None:
            raise PackageNotFoundError(package)
        return {"keras": installed}[package]

    monkeypatch.setattr(engines, "version", version)
    monkeypatch.setattr(sys, "version_info", python)
    assert engines._installed_keras() is keras


def test_keras_3_needs_a_backend(monkeypatch):
    assert engines.KERAS_3.install == "pip install 'keras>=3' torch"
    assert (engines.KERAS_3.module, engines.KERAS_3.libraries) == ("keras3", ("keras",))
    monkeypatch.setitem(engines.ENGINES, "keras", engines.KERAS_3)
    for found, installed in ({"keras"}, False), ({"keras", "jax"}, True), ({"torch"}, False):
        monkeypatch.setattr(engines, "_is_found", found.__contains__)
        assert engines.is_installed("keras") == installed


def test_an_engine_is_installed_where_all_its_libraries_are(monkeypatch):
    for found, installed in ({"theano", "scipy"}, True), ({"scipy"}, False):
        monkeypatch.setattr(engines, "_is_found", found.__contains__)
        assert engines.is_installed("theano") == installed


def test_what_theano_lacks_is_what_its_engines_lack(monkeypatch):
    monkeypatch.setattr(_theano_stack, "why_not", lambda: "no Theano here")
    assert engines.why_not("keras") == engines.why_not("theano") == "no Theano here"
    assert engines.why_not("numpy") is None


def test_what_computes_is_described(monkeypatch):
    monkeypatch.setenv("CONVDOC_ENGINE", "scipy")
    rows = dict(engines.describe())
    assert (rows["default"], rows["engine numpy"]) == ("scipy", "computes")
    assert engines._version(engines.ENGINES["direct"]) == convdoc.__version__
    assert engines._version(engines.ENGINES["numpy"]) == np.__version__


# -- Copies that are too large ------------------------------------------------------------------

# 3 · 65 · 65 · 425 · 620 windowed numbers of 4 bytes, "same": 12.4 GiB.
LARGE = np.ones((1, 3, 425, 620), np.float32), np.ones((2, 3, 65, 65), np.float32)


@pytest.mark.parametrize("engine", ["keras", "theano"])
def test_a_copy_of_more_than_a_gibibyte_is_refused(engine):
    refusal = re.escape(
        f"engine='{engine}' copies out every window, 12.4 GiB for x (1, 3, 425, 620) and w "
        "(2, 3, 65, 65); the limit is 1 GiB. engine='auto' computes the same result without the "
        "copy"
    )
    x, w = LARGE
    with pytest.raises(MemoryError, match=refusal):
        conv4d(x, w, engine=engine)
    with pytest.raises(MemoryError, match=refusal):
        conv4d_gradients(x, w, np.ones((1, 2, 425, 620), np.float32), engine=engine)
    with pytest.raises(MemoryError, match=refusal):
        conv4d_transpose(np.ones((1, 2, 425, 620), np.float32), w, "same", engine=engine)


@pytest.mark.parametrize("named", ["", "keras"])
def test_the_default_hands_such_a_call_to_auto(monkeypatch, named):
    monkeypatch.setenv("CONVDOC_ENGINE", named)
    chosen = asked(lambda: conv4d(*LARGE))
    assert chosen
    assert not {"keras", "theano"} & set(chosen)


def test_just_below_the_limit_theano_computes(monkeypatch):
    """2 samples in 2 threads: 2 · 3 · 9 · 16 numbers of 8 bytes are copied."""
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    x, w = np.ones((2, 3, 6, 6)), np.ones((1, 3, 3, 3))
    monkeypatch.setattr(engines, "LARGEST_COPY", 2 * 3 * 9 * 16 * 8)
    assert conv4d(x, w, "valid", engine="keras").shape == (2, 1, 4, 4)
    monkeypatch.setattr(engines, "LARGEST_COPY", 2 * 3 * 9 * 16 * 8 - 1)
    with pytest.raises(MemoryError):
        conv4d(x, w, "valid", engine="keras")
