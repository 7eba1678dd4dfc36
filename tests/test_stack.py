"""The old stack on today's Python: what is said where something is missing, what is left alone."""

import importlib.util
import os
import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import numpy as np
import pytest

from convdoc import ConvSpec, conv4d
from convdoc.engines import _theano_stack, available, load_keras, quickest

ROOT = Path(__file__).parent.parent


def test_a_user_gets_numpy_theano_keras_and_openblas_alone():
    needed = [line for line in requires("convdoc") if "extra ==" not in line]
    assert sorted(line.split("=")[0].split("<")[0].split(">")[0] for line in needed) == [
        "keras",
        "numpy",
        "scipy-openblas32",
        "theano",
    ]


def test_python_m_convdoc_prints_the_stack():
    run = [sys.executable, "-m", "convdoc"]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert rows["Theano"] == "1.0.5"
    assert rows["Keras"] == "2.3.1"
    assert rows["Device"] in ("CPU", "GPU")
    assert rows["Python"] == sys.version.split()[0]
    assert "openblas" in rows["BLAS"].lower()
    assert "compiledir" in done.stdout
    assert done.stderr == ""


def runs(code, **environment):
    """Run it in a process of its own: it succeeds, without a word."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def without_tools(tmp_path, *, keep=()):
    """An environment whose PATH holds only what is named."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir(exist_ok=True)
    for tool in keep:
        (bin_folder / tool).symlink_to(shutil.which(tool))
    return {**os.environ, "PATH": str(bin_folder)}


def test_without_a_compiler_the_call_says_what_to_install(tmp_path):
    code = "import numpy, convdoc; convdoc.conv4d(*[numpy.ones((1, 1, 2, 2))] * 2)"
    environment = without_tools(tmp_path)
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    assert "RuntimeError: Theano compiles" in done.stderr
    for remedy in ("apt-get install g++", "dnf install gcc-c++", "xcode-select --install"):
        assert remedy in done.stderr

    run = [sys.executable, "-m", "convdoc"]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert "missing; sudo apt-get install g++" in done.stdout


def test_without_python_h_the_call_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(_theano_stack.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(RuntimeError, match=r"Python\.h: sudo apt-get install python3-dev"):
        _theano_stack._load.__wrapped__()


def test_keras_on_another_backend_is_refused(monkeypatch):
    keras = load_keras()
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    with pytest.raises(RuntimeError, match="already loaded Keras on tensorflow"):
        _theano_stack._load.__wrapped__()


def test_loading_is_silent_and_leaves_the_environment_alone():
    code = (
        "import os, sys; before = dict(os.environ)\n"
        "import numpy as np; from convdoc import conv4d\n"
        "conv4d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))\n"
        "assert dict(os.environ) == before"
    )
    runs(code)


def test_a_gpu_is_asked_for_where_pygpu_is(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "cxx=g++")
    assert "device" not in _theano_stack._theano_flags()
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: name in ("pygpu", "pkg_resources") or None
    )
    assert _theano_stack._theano_flags().split(",")[-1] == "device=cuda"
    monkeypatch.setenv("THEANO_FLAGS", "device=cpu")
    assert "cuda" not in _theano_stack._theano_flags()


def without_openblas(name):
    """Stand-in for `find_spec` where none of the optional packages is installed."""


def test_without_openblas_there_is_no_openmp(monkeypatch):
    """NumPy's BLAS called from OpenMP threads aborts the process."""
    monkeypatch.setattr(importlib.util, "find_spec", without_openblas)
    monkeypatch.setenv("THEANO_FLAGS", "openmp=True")
    flags = _theano_stack._theano_flags()
    assert flags.startswith("openmp=True,blas.ldflags=,openmp=False,")
    monkeypatch.setenv("THEANO_FLAGS", "openmp=True,blas.ldflags=-lopenblas,compile.wait=3")
    assert _theano_stack._theano_flags() == "openmp=True,blas.ldflags=-lopenblas,compile.wait=3"


def test_openblas_is_linked_and_leaves_openmp_to_the_reader(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "openmp=True")
    reader, blas, *others = _theano_stack._theano_flags().split(",")
    assert "openmp=False" not in others
    assert reader == "openmp=True"
    assert "-lscipy_openblas -Dsgemm_=scipy_sgemm_" in blas
    monkeypatch.delenv("THEANO_FLAGS")
    assert _theano_stack._theano_flags().split(",")[1] == "openmp=False"


def test_openblas_in_a_folder_that_flags_cannot_name_is_not_linked(monkeypatch):
    class Found:
        origin = "/with a space/scipy_openblas32/__init__.py"

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: Found)
    assert _theano_stack._openblas_flags() == ""


def test_first_use_in_two_threads_at_once():
    code = (
        "import os, sys, threading; from convdoc.engines import load_keras\n"
        "before, stderr = dict(os.environ), sys.stderr\n"
        "threads = [threading.Thread(target=load_keras) for _ in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "assert dict(os.environ) == before and sys.stderr is stderr"
    )
    runs(code)


TOY = """
import numpy as np
from convdoc import conv4d
assert conv4d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), "valid").sum() == 16
"""


def with_compile_cache(folder):
    return {**os.environ, "THEANO_FLAGS": f"base_compiledir={folder}"}


def test_a_second_process_compiles_nothing(tmp_path):
    """Of what Theano asks g++, only its version is left."""
    spy = tmp_path / "bin/g++"
    spy.parent.mkdir()
    script(spy, f'echo "$@" >> {tmp_path}/calls; exec {shutil.which("g++")} "$@"')
    environment = with_compile_cache(tmp_path / "cache")
    environment["PATH"] = f"{spy.parent}:{environment['PATH']}"
    made = []
    for _ in range(2):
        (tmp_path / "calls").write_text("")
        subprocess.run([sys.executable, "-c", TOY], env=environment, check=True)
        calls = (tmp_path / "calls").read_text().splitlines()
        made.append([call for call in calls if call not in ("-v", "-dumpversion")])
    assert made[0]
    assert made[1] == []


def test_modules_left_out_of_theanos_import_are_there_afterwards():
    code = (
        "import sys; from convdoc.engines import load_keras; load_keras()\n"
        "assert not {'scipy.stats', 'scipy.signal'} & set(sys.modules)\n"
        "import theano.scalar.basic_scipy as basic\n"
        "assert basic.imported_scipy_special\n"
        "assert abs(basic.Chi2SF.st_impl(1.0, 2.0) - 0.6065306597126334) < 1e-12\n"
        "import scipy.signal; assert scipy.signal.convolve([1], [1])[0] == 1"
    )
    runs(code)


def test_a_forked_process_computes_with_threads_of_its_own():
    """Large enough for threads; those of the parent are not there after the fork."""
    code = (
        "import os, numpy as np; from convdoc import conv4d\n"
        "x, w = np.ones((1, 1, 300, 300)), np.ones((1, 1, 5, 5))\n"
        "compute = lambda: conv4d(x, w, 'valid').sum() == 25 * 296**2\n"
        "assert compute()\n"
        "for _ in range(20):\n"
        "    if (child := os.fork()) == 0: os._exit(0 if compute() else 1)\n"
        "    assert compute() and os.waitpid(child, 0)[1] == 0"
    )
    runs(code)


def test_gradients_of_a_batch_in_a_forked_process():
    """OpenMP's threads are gone after a fork, and to wait for them would be for ever."""
    code = (
        "import os, numpy as np; from convdoc import conv4d_gradients\n"
        "x, w = np.ones((4, 2, 30, 30)), np.ones((3, 2, 3, 3))\n"
        "compute = lambda: conv4d_gradients(x, w, np.ones((4, 3, 30, 30)))[1][0, 0, 1, 1]\n"
        "assert compute() == 3600\n"
        "if (child := os.fork()) == 0: os._exit(0 if compute() == 3600 else 1)\n"
        "assert os.waitpid(child, 0)[1] == 0"
    )
    runs(code)


def test_a_fork_while_another_thread_computes():
    code = (
        "import os, threading, time, numpy as np; from convdoc import conv4d\n"
        "x, w = np.ones((1, 1, 200, 200)), np.ones((1, 1, 9, 9))\n"
        "conv4d(x, w); going = True\n"
        "def go():\n"
        "    while going: conv4d(x, w)\n"
        "thread = threading.Thread(target=go); thread.start(); time.sleep(0.2)\n"
        "for _ in range(10):\n"
        "    if (child := os.fork()) == 0: os._exit(0 if conv4d(x, w)[0, 0, 9, 9] == 81 else 1)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "going = False; thread.join()"
    )
    runs(code)


def test_flags_that_forbid_to_compile_are_obeyed():
    code = (
        "import numpy as np; from convdoc import conv4d\n"
        "x, w = np.arange(25.).reshape(1, 1, 5, 5), np.arange(6.).reshape(1, 1, 2, 3)\n"
        "for plan in ({}, {'border_mode': 'full', 'strides': 2}):\n"
        "    y = conv4d(x, w, **plan)\n"
        "    np.testing.assert_array_equal(y, conv4d(x, w, **plan, engine='numpy'))"
    )
    runs(code, THEANO_FLAGS=f"{os.environ.get('THEANO_FLAGS', '')},linker=py".strip(","))


def test_many_short_loops_in_threads_give_one_answer():
    x, w = np.random.default_rng(0).normal(size=(2, 1, 1, 40, 40))
    w = w[..., :15, :15]
    first = conv4d(x, w)
    np.testing.assert_allclose(first, conv4d(x, w, engine="numpy"), atol=1e-10)
    for _ in range(3000):
        np.testing.assert_array_equal(conv4d(x, w), first)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted by Linux")
@pytest.mark.parametrize("wanted", [1, 3])
def test_the_number_of_threads_can_be_asked_for(wanted):
    """The caller is one of them; a small convolution starts none."""
    code = (
        "import os, numpy as np; from convdoc import conv4d\n"
        "threads = lambda: len(os.listdir('/proc/self/task'))\n"
        "conv4d(np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2)), 'valid'); before = threads()\n"
        "y = conv4d(np.ones((4, 8, 40, 40)), np.ones((40, 8, 3, 3)), 'valid')\n"
        "assert (y == 72).all()\n"
        f"assert threads() - before == {wanted - 1}, (before, threads())"
    )
    runs(code, OMP_NUM_THREADS=str(wanted))


def test_auto_takes_scipy_for_large_kernels_and_what_there_is_without_a_compiler(monkeypatch):
    assert quickest((512, 512), ConvSpec(3)) == "keras"
    assert quickest((512, 512), ConvSpec(31)) == "scipy"
    assert quickest((512, 512), ConvSpec(31, strides=2)) == "keras"
    monkeypatch.setattr(_theano_stack, "missing_tools", lambda: ["g++"])
    assert quickest((512, 512), ConvSpec(3)) in ("torch", "scipy")


def test_what_is_not_as_expected_is_left_alone():
    class Newer:
        def method(self):
            return 1

    method = Newer.method
    with pytest.warns(UserWarning, match="Theano's method is not as expected"):
        _theano_stack._replace(Newer, "method", "return 2", "return 3")
    assert Newer.method is method


def test_three_processes_share_one_compile_cache(tmp_path):
    run = [sys.executable, "-c", TOY]
    processes = [
        subprocess.Popen(run, env=with_compile_cache(tmp_path), stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in processes:
        _, stderr = process.communicate()
        assert (process.returncode, stderr) == (0, b"")


def test_a_compile_cache_that_cannot_be_made_is_named_with_its_remedy(tmp_path):
    (tmp_path / "file").write_text("")
    run = [sys.executable, "-c", TOY]
    environment = with_compile_cache(tmp_path / "file/cache")
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    assert f"{tmp_path}/file/cache/" in done.stderr
    assert "THEANO_FLAGS=base_compiledir=/path/to/folder" in done.stderr

    again = (
        "import numpy as np; from convdoc import conv4d; from convdoc.engines import available\n"
        "for _ in range(2):\n"
        "    try: conv4d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))\n"
        "    except RuntimeError as error: assert 'base_compiledir' in str(error)\n"
        "    else: raise AssertionError('it computed')\n"
        "assert 'numpy' in [engine.name for engine in available()]"
    )
    runs(again, **environment)


def test_threads_may_compile_at_once(tmp_path):
    """Six plans in six threads, of which none has been compiled before."""
    code = (
        "import numpy as np; from concurrent.futures import ThreadPoolExecutor\n"
        "from convdoc import conv4d_gradients\n"
        "x, w = np.ones((2, 1, 9, 9)), np.ones((1, 1, 2, 3))\n"
        "def compute(s):\n"
        "    dy = np.ones((2, 1, -(-8 // s), -(-7 // s)))\n"
        "    return conv4d_gradients(x, w, dy, 'valid', strides=s)[1].sum() == 6 * dy.size\n"
        "with ThreadPoolExecutor(6) as pool: assert all(pool.map(compute, range(1, 7)))"
    )
    runs(code, **with_compile_cache(tmp_path))


def test_available_engines_have_versions_and_devices():
    engines = {engine.name: engine for engine in available()}
    assert engines["keras"].version == "2.3.1"
    assert engines["numpy"].version == np.__version__
    assert engines["theano"].device in ("CPU", "GPU")


# -- requirements/install.sh --------------------------------------------------------------------

BASICS = ("sh", "cat", "dirname", "env", "mkdir", "rm")


def set_up(tmp_path, environment):
    """Run the set-up in an empty folder."""
    return subprocess.run(
        ["sh", str(ROOT / "requirements/install.sh"), "site"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )


def script(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("found", "missing", "remedies"),
    [
        (
            ("python3.11",),
            "A C++ compiler",
            ("apt-get install g++", "dnf install gcc-c++", "xcode-select --install"),
        ),
        (
            ("g++",),
            "Python 3.11 is missing",
            ("install uv", "python3.11-venv", "dnf install python3.11", "brew install python@3.11"),
        ),
    ],
)
def test_set_up_says_what_is_missing_before_it_starts(tmp_path, found, missing, remedies):
    environment = without_tools(tmp_path, keep=BASICS)
    for tool in found:
        script(tmp_path / "bin" / tool, f'exec {sys.executable} "$@"')
    done = set_up(tmp_path, environment)
    assert done.returncode == 1
    assert missing in done.stderr
    for remedy in remedies:
        assert remedy in done.stderr
    assert "Nothing was installed" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_set_up_misses_python_h(tmp_path):
    environment = without_tools(tmp_path, keep=BASICS)
    script(tmp_path / "bin/g++", "")
    script(
        tmp_path / "bin/python3.11",
        f'case "$2" in *sysconfig*) echo /nowhere/Python.h;; *) exec {sys.executable} "$@";; esac',
    )
    done = set_up(tmp_path, environment)
    assert done.returncode == 1
    assert "Python.h is missing (/nowhere/Python.h)" in done.stderr
    assert "apt-get install python3.11-dev" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_set_up_lets_uv_bring_the_python(tmp_path):
    environment = without_tools(tmp_path, keep=BASICS)
    script(tmp_path / "bin/g++", "")
    script(tmp_path / "bin/uv", f'echo "$@" > {tmp_path}/asked; exit 7')
    assert set_up(tmp_path, environment).returncode == 7
    assert (tmp_path / "asked").read_text() == "venv --quiet --clear --seed --python 3.11 .venv\n"
