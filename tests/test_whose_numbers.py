"""Which code computes: the default engine, and Theano's own operations in its compiled graphs."""

import subprocess
import sys

import numpy as np
import pytest

from convdoc import ConvSpec, conv4d, conv4d_gradients, conv4d_transpose, engines
from tests.conftest import ROOT

if not engines.is_installed("theano"):
    pytest.skip("Theano is not installed", allow_module_level=True)

from convdoc.engines import direct
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
    with pytest.raises(ValueError, match="CONVDOC_ENGINE must be one of 'auto', 'keras'"):
        conv4d(X, W)
    assert "CONVDOC_ENGINE" in dict(engines.describe())["default"]


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


# -- Copies that are too large ------------------------------------------------------------------

# 3 · 65 · 65 · 425 · 620 windowed numbers of 4 bytes, "same": 12.4 GiB.
LARGE = np.ones((1, 3, 425, 620), np.float32), np.ones((2, 3, 65, 65), np.float32)


@pytest.mark.parametrize("engine", ["keras", "theano"])
def test_a_copy_of_more_than_a_gibibyte_is_refused(engine):
    refusal = rf"engine='{engine}' copies out every window, 12\.4 GiB .* engine='auto'"
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
