"""The old stack on today's Python: its settings, its messages, and what it does not change."""

import errno
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from convdoc import conv4d
from convdoc.engines import _theano_stack, available, load_keras

ROOT = Path(__file__).parent.parent


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


def test_without_python_h_there_is_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(_theano_stack.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(RuntimeError, match=r"Python\.h: sudo apt-get install python3-dev"):
        _theano_stack._load_theano.__wrapped__()


def without(*packages):
    """Stand-in for `importlib.metadata.version` where some packages are not installed."""

    def version(package):
        if package in packages:
            raise PackageNotFoundError(package)
        return "1.0"

    return version


def test_a_newer_python_is_the_reason_before_all_others(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", (3, 13, 2))
        patch.setattr(_theano_stack.platform, "python_version", lambda: "3.13.2")
        patch.setattr(_theano_stack, "version", without("Keras", "Theano"))
        reason, rows = _theano_stack.why_not(), dict(_theano_stack.describe())
    expected = "Theano runs on Python 3.11 and older, and this is Python 3.13.2: use Python 3.11"
    assert reason == expected
    assert list(rows) == ["Processor", "Python", "NumPy"]


def test_packages_that_are_missing_or_too_new_are_named(monkeypatch):
    assert _theano_stack.why_not() is None
    monkeypatch.setattr(_theano_stack.np, "__version__", "2.1.0")
    assert _theano_stack.why_not().endswith("NumPy 2.1.0 is here: pip install 'numpy<2'")
    monkeypatch.setattr(_theano_stack, "version", without("Theano"))
    assert _theano_stack.why_not().startswith("Theano is not installed: pip install theano==1.0.5")
    assert dict(_theano_stack.describe())["Theano"].startswith("not installed; pip install theano")


def test_the_reason_is_found_without_a_program_and_without_theano():
    code = (
        "import sys, subprocess; from convdoc.engines import _theano_stack\n"
        "subprocess.Popen.__init__ = None\n"
        "assert _theano_stack.why_not() is None and 'theano' not in sys.modules"
    )
    runs(code)


def test_describe_names_a_compiler_that_cannot_be_asked():
    assert _theano_stack._compiler("") == "none, as cxx= of THEANO_FLAGS or .theanorc asks for"
    assert _theano_stack._compiler("/no/g++") == "/no/g++, of unknown version"


def test_describe_does_not_raise_where_theano_cannot_be_loaded():
    code = (
        "from convdoc.engines import _theano_stack; row = _theano_stack.describe()[-1]\n"
        "assert row[0] == \"Theano's engines\" and 'No closing quotation' in row[1], row"
    )
    runs(code, THEANO_FLAGS="floatX='float32")


def test_keras_3_is_refused_with_its_remedy(monkeypatch):
    monkeypatch.setattr(_theano_stack, "version", lambda package: "3.8.0")
    with pytest.raises(RuntimeError, match=r"Keras 3\.8\.0 is here.*pip install keras==2\.3\.1"):
        _theano_stack._load_keras.__wrapped__()


def test_without_a_compiler_the_call_says_what_to_install(tmp_path):
    code = "import numpy, convdoc; convdoc.conv4d(*[numpy.ones((1, 1, 2, 2))] * 2, engine='keras')"
    environment = without_tools(tmp_path)
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    assert "Theano compiles its convolutions and needs g++" in done.stderr
    for remedy in ("apt-get install g++", "dnf install gcc-c++", "xcode-select --install"):
        assert remedy in done.stderr

    run = [sys.executable, "-m", "convdoc"]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert "missing; sudo apt-get install g++" in done.stdout


def test_keras_on_another_backend_is_refused(monkeypatch):
    keras = load_keras()
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    with pytest.raises(RuntimeError, match="already loaded Keras on tensorflow"):
        _theano_stack._load_keras.__wrapped__()


def test_loading_is_silent_and_leaves_the_environment_alone():
    code = (
        "import os, sys; before = dict(os.environ)\n"
        "import numpy as np; from convdoc import conv4d\n"
        "conv4d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))\n"
        "assert dict(os.environ) == before"
    )
    runs(code)


# -- settings -----------------------------------------------------------------------------------


def settings(monkeypatch, flags, *, installed=("scipy_openblas32",)):
    """Settings that Theano gets for a reader's ``THEANO_FLAGS``."""
    found = SimpleNamespace(origin="/site/scipy_openblas32/__init__.py")
    with monkeypatch.context() as patch:
        patch.setattr(
            importlib.util, "find_spec", lambda name: found if name in installed else None
        )
        patch.setenv("THEANO_FLAGS", flags)
        patch.setenv("THEANORC", os.devnull)
        return _theano_stack._theano_settings()


def test_openblas_is_linked_and_leaves_openmp_to_the_reader(monkeypatch):
    linked = settings(monkeypatch, "openmp=True")
    assert linked["openmp"] == "True"
    assert "-L/site/scipy_openblas32/lib -lscipy_openblas" in linked["blas.ldflags"]
    assert "-Dsgemm_=scipy_sgemm_" in linked["blas.ldflags"]
    assert settings(monkeypatch, "")["openmp"] == "False"


def test_without_openblas_there_is_no_openmp(monkeypatch):
    """NumPy's BLAS called from OpenMP threads aborts the process."""
    without = settings(monkeypatch, "openmp=True", installed=())
    assert (without["blas.ldflags"], without["openmp"]) == ("", "False")
    assert settings(monkeypatch, "openmp=True,blas.ldflags=")["openmp"] == "False"
    named = settings(monkeypatch, "openmp=True,blas.ldflags=-lopenblas", installed=())
    assert (named["blas.ldflags"], named["openmp"]) == ("-lopenblas", "True")


def test_openblas_in_a_folder_that_flags_cannot_name_is_not_linked(monkeypatch):
    found = SimpleNamespace(origin="/with a space/scipy_openblas32/__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found)
    assert _theano_stack._openblas_flags() == ""


def test_a_gpu_is_taken_where_theanos_packages_for_it_are(monkeypatch):
    packages = ("pygpu", "pkg_resources")
    assert "device" not in settings(monkeypatch, "")
    assert settings(monkeypatch, "", installed=packages)["device"] == "cuda"
    for asked, taken in {"gpu1": "cuda1", "cuda*": "cuda", "opencl0:0": "opencl0:0"}.items():
        assert settings(monkeypatch, f"device={asked}", installed=packages)["device"] == taken
        assert settings(monkeypatch, f"device={asked}", installed=packages[:1])["device"] == "cpu"
    assert settings(monkeypatch, "device=cpu", installed=packages)["device"] == "cpu"
    named = settings(monkeypatch, "init_gpu_device=gpu0,contexts=a->cuda0;b->cuda1")
    assert (named["init_gpu_device"], named["contexts"]) == ("", "")


def test_a_gpu_that_is_forced_is_an_error_that_names_what_it_needs(monkeypatch):
    with pytest.raises(RuntimeError, match=r"device=gpu with force.*pygpu.*'setuptools<82'"):
        settings(monkeypatch, "device=gpu,force_device=True")


def test_what_replaces_a_readers_gpu_and_blas_is_described(monkeypatch):
    load_keras()
    monkeypatch.setenv("THEANO_FLAGS", "device=gpu0,blas.ldflags=-lnosuch")
    rows = dict(_theano_stack.describe())
    assert re.fullmatch(r"CPU \(device=gpu0: .*pygpu.*\)", rows["Device"])
    assert rows["BLAS"].endswith(" (g++ cannot link -lnosuch)")


def test_settings_are_read_from_files_as_people_write_them(monkeypatch, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(
        "\ufeff[global]\ndevice = cpu  # no GPU here\nfloatx = float32 ; the faster\nmode = Mode\n"
        "base_compiledir = /tmp/%(USER)s/theano\ncompiledir_format = c_%(platform)s\n"
        "[blas]\nldflags = -L/a -Wl,-rpath,/a -lopenblas\n[dnn.conv]\nalgo_fwd = small\n"
    )
    second.write_text("[global]\nmode = FAST_RUN\nmode = DebugMode\nopenmp = False\n")
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setenv("THEANORC", f"{first}{os.pathsep}{second}{os.pathsep}{tmp_path}/none")
    monkeypatch.setenv("THEANO_FLAGS", "openmp = True,exception_verbosity=high,nonsense")
    assert _theano_stack._settings() == {
        "device": "cpu",
        "floatX": "float32",
        "mode": "DebugMode",
        "base_compiledir": "/tmp/ada/theano",
        "compiledir_format": "c_%(platform)s",
        "blas.ldflags": "-L/a -Wl,-rpath,/a -lopenblas",
        "dnn.conv.algo_fwd": "small",
        "openmp": "True",
        "exception_verbosity": "high",
    }


def test_a_linker_with_which_keras_cannot_predict_is_replaced(monkeypatch):
    assert settings(monkeypatch, "linker=c")["linker"] == "cvm"
    assert settings(monkeypatch, "linker=vm")["linker"] == "vm"


def test_a_file_of_settings_that_cannot_be_read_is_named(monkeypatch, tmp_path):
    (tmp_path / "rc").write_text("device = cpu\n")
    monkeypatch.setenv("THEANORC", str(tmp_path / "rc"))
    with pytest.raises(RuntimeError, match=f"no section headers. file: '{tmp_path}/rc', line: 1"):
        _theano_stack._settings()


RIGHT = """
import numpy as np
from convdoc import conv4d
x, w = np.arange(25.0).reshape(1, 1, 5, 5), np.ones((1, 1, 2, 3))
y = conv4d(x, w, "valid", engine="theano")
assert y[0, 0, 0].tolist() == [21, 27, 33], y
"""


def flags(more):
    """Flags beside those of the tests, which name the compile cache."""
    return f"{os.environ.get('THEANO_FLAGS', '')},{more}".strip(",")


@pytest.mark.parametrize(
    "copied", ["mode=DebugMode", "mode=NanGuardMode,optimizer=None", "linker=py"]
)
def test_copied_settings_give_right_numbers(copied):
    runs(RIGHT, THEANO_FLAGS=flags(copied))


def test_many_copied_settings_and_a_file_with_comments_give_right_numbers(tmp_path):
    file = tmp_path / ".theanorc"
    file.write_text(
        "[global]\nfloatX = float16  # for the GPU\ndevice = gpu0\nroot = /usr/local/cuda\n"
        "[lib]\ncnmem = 0.8\n[nvcc]\nfastmath = True\n[blas]\nldflags = -lnosuch\n"
    )
    before = file.stat().st_mtime_ns
    copied = (
        "gpuarray.sync=True,dnn.conv.workmem=small,allow_gc=False,compute_test_value=raise,"
        "warn_float64=raise,mode=FAST_COMPILE,cmodule.preload_cache=True,assert_no_cpu_op=raise"
    )
    runs(RIGHT, HOME=str(tmp_path), THEANO_FLAGS=flags(copied))
    assert file.stat().st_mtime_ns == before


def test_a_profile_is_printed():
    run = [sys.executable, "-c", RIGHT]
    environment = {**os.environ, "THEANO_FLAGS": flags("mode=ProfileMode")}
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    assert done.returncode == 0
    assert "Function profiling" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_cannot_work_is_named_without_a_hint_about_folders():
    code = (
        "import os; from convdoc.engines import _theano_stack\n"
        "ours = os.environ['THEANO_FLAGS']\n"
        "for flag, named in {'mode=Fast': 'DebugMode', 'device=tpu': 'tpu', 'floatX=': 'floatX',\n"
        "                    'cxx=/no/g++': 'cxx=/no/g++', 'openmp=maybe': 'openmp'}.items():\n"
        "    os.environ['THEANO_FLAGS'] = f'{ours},{flag}'\n"
        "    try: _theano_stack.load()\n"
        "    except RuntimeError as error: text = str(error)\n"
        "    assert named in text and 'THEANO_FLAGS or .theanorc' in text, text\n"
        "    assert 'folder' not in text, text\n"
        "os.environ['THEANO_FLAGS'] = ours\n"
    )
    runs(code + RIGHT, THEANO_FLAGS=flags("floatX=float32"))


def test_only_an_error_of_a_folder_has_a_hint_about_folders():
    def message(error):
        return _theano_stack._import_failure(error)

    for number in (errno.EACCES, errno.EROFS, errno.ENOSPC, errno.ENOTDIR):
        assert "base_compiledir" in message(OSError(number, os.strerror(number), "/cache"))
    assert "base_compiledir" in message(ValueError("Unable to create the compiledir directory"))
    for error in (
        OSError(errno.EMFILE, os.strerror(errno.EMFILE)),
        OSError("libgomp.so.1: cannot open shared object file"),
        ImportError("No module named 'six'"),
        ValueError("Invalid value for floatX"),
    ):
        assert str(error) in message(error)
        assert "folder" not in message(error)
    assert "setting" not in message(OSError(errno.EMFILE, os.strerror(errno.EMFILE)))


# -- what a process does not notice -------------------------------------------------------------


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


def test_what_theano_does_not_import_is_whole_for_others():
    """While Theano is being imported, another thread imports what Theano does without."""
    code = (
        "import logging, sys, threading; from convdoc.engines import _theano_stack\n"
        "found = []\n"
        "def look():\n"
        "    import scipy.stats, scipy.signal; found.extend([scipy.stats, scipy.signal])\n"
        "    assert scipy.stats.chi2 and scipy.signal.convolve([1], [1])[0] == 1\n"
        "get = logging.getLogger\n"
        "def get_and_look(name=None):\n"
        "    if name == 'theano.configdefaults':\n"
        "        thread = threading.Thread(target=look); thread.start(); thread.join()\n"
        "    return get(name)\n"
        "logging.getLogger = get_and_look; _theano_stack.load_theano()\n"
        "assert found == [sys.modules['scipy.stats'], sys.modules['scipy.signal']]"
    )
    runs(code)


def test_theano_finds_what_it_does_not_import():
    code = (
        "import sys; from convdoc.engines import load_keras; load_keras()\n"
        "assert not {'scipy.stats', 'scipy.signal', 'pkg_resources'} & set(sys.modules)\n"
        "import theano.scalar.basic_scipy as basic\n"
        "assert basic.imported_scipy_special\n"
        "assert abs(basic.Chi2SF.st_impl(1.0, 2.0) - 0.6065306597126334) < 1e-12\n"
        "import theano.gpuarray; assert not theano.gpuarray.pygpu_activated"
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


def test_three_processes_share_one_compile_cache_and_a_fourth_compiles_nothing(tmp_path):
    """Of what Theano asks g++, only its version is left.

    A dimshuffle is one of the operations that Theano alone compiles again in every process; the
    number of rows in a slice and an output that is an input are others.
    """
    spy = tmp_path / "bin/g++"
    spy.parent.mkdir()
    script(spy, f'echo "$@" >> {tmp_path}/calls; exec {shutil.which("g++")} "$@"')
    environment = with_compile_cache(tmp_path / "cache")
    environment["PATH"] = f"{spy.parent}:{environment['PATH']}"
    code = f"""{TOY}
from convdoc.engines import _theano_stack
theano = _theano_stack.load_theano()
x, n = theano.tensor.matrix(), theano.tensor.lscalar()
theano.function([x, n], [x.dimshuffle(0, "x", 1), x[:n], x])
"""
    run = [sys.executable, "-c", code]
    made = []
    for together in (3, 1):
        (tmp_path / "calls").write_text("")
        processes = [
            subprocess.Popen(run, env=environment, stderr=subprocess.PIPE, text=True)
            for _ in range(together)
        ]
        for process in processes:
            _, stderr = process.communicate()
            waits = all(line.startswith("Waiting for process") for line in stderr.splitlines())
            assert (process.returncode, waits) == (0, True), stderr
        calls = (tmp_path / "calls").read_text().splitlines()
        made.append([call for call in calls if call not in ("-v", "-dumpversion")])
    assert made[0]
    assert made[1] == []


def test_a_lock_of_another_process_is_named_with_its_remedy(tmp_path):
    """The process that has it is this one."""
    load_keras()
    import theano

    folder = tmp_path / Path(theano.config.compiledir).name / "lock_dir"
    folder.mkdir(parents=True)
    (folder / "lock").write_text(f"{os.getpid()}_abcdefgh_{socket.gethostname()}")
    code = (
        "from convdoc.engines import _theano_stack as stack\n"
        "stack.PATIENCE = 0; stack.load_theano()"
    )
    environment = with_compile_cache(f"{tmp_path},compile.wait=1,compile.timeout=20")
    run = [sys.executable, "-c", code]
    with subprocess.Popen(run, env=environment, stderr=subprocess.PIPE, text=True) as process:
        message = process.stderr.readline()
        shutil.rmtree(folder)
        _, others = process.communicate()
    assert f"Waiting for process {os.getpid()}, which compiles with Theano" in message
    assert message.endswith(f"delete {folder}\n")
    assert (process.returncode, others) == (0, "")


def test_a_lock_is_named_only_while_the_same_process_has_it(tmp_path, capsys):
    (tmp_path / "lock").write_text("7_a_here\n")
    lock = _theano_stack._LockFilter()
    for owner, message in (("7_a_here", "process 7,"), ("6_a_here", ""), ("7_b_here", "")):
        lock.name_owner(tmp_path, owner)
        assert message in (told := capsys.readouterr().err)
        assert bool(told) == bool(message)
    lock.name_owner(tmp_path / "released", "")
    assert capsys.readouterr().err == ""


def test_a_compile_cache_that_vanishes_is_made_anew(tmp_path):
    """The last convolution is known from a cache in which it is no more."""
    x, w = np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2))
    assert conv4d(x, w, "valid", strides=4, engine="theano") == 4
    import theano

    cache = tmp_path / "cache"
    shutil.copytree(theano.config.base_compiledir, cache)
    code = (
        "import numpy as np, shutil; from convdoc import conv4d\n"
        "x, w = np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2))\n"
        "compute = lambda s: conv4d(x, w, 'valid', strides=s, engine='theano').tolist()\n"
        "first = compute(1)\n"
        f"shutil.rmtree({str(cache)!r})\n"
        "assert compute(1) == first and compute(4) == [[[[4]]]]\n"
        f"shutil.rmtree({str(cache)!r})\n"
    )
    runs(code, **with_compile_cache(cache))


def test_a_folder_that_is_lost_while_it_is_used_is_named():
    folder = _theano_stack.load_theano().config.compiledir
    lost = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"{folder}/tmp1/mod.cpp")
    named = pytest.raises(RuntimeError, match=f"{folder}.*call again.*base_compiledir")
    with named, _theano_stack.plain_errors():
        raise lost
    elsewhere = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/elsewhere")
    with pytest.raises(FileNotFoundError, match="/elsewhere"), _theano_stack.plain_errors():
        raise elsewhere


def test_what_the_compiler_refuses_is_named_and_leaves_no_lock():
    theano = _theano_stack.load_theano()
    from theano.gof import compilelock

    x, w = (theano.tensor.ftensor4() for _ in range(2))
    with (
        theano.configparser.change_flags({"gcc.cxxflags": "-no-such-flag"}),
        pytest.raises(RuntimeError, match=r"g\+\+ refuses.*-no-such-flag.*gcc\.cxxflags"),
        _theano_stack.plain_errors(),
    ):
        theano.function([x, w], theano.tensor.nnet.conv2d(x, w))
    assert compilelock.get_lock.n_lock == 0


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by Linux")
def test_little_memory_is_a_memory_error_in_plain_words():
    code = """
import re, resource
import numpy as np
from convdoc.engines import _theano_stack
theano = _theano_stack.load_theano()
x, w = (theano.tensor.ftensor4() for _ in range(2))
one, large = (np.ones((1, 1, n, n), "float32") for n in (1, 3000))
convolve = theano.function([x, w], theano.tensor.nnet.conv2d(x, w))
sort = theano.function([x], theano.tensor.sort(x))
convolve(one, one), sort(one)
used = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (used + 2**24,) * 2)
cases = {"output of 1 x 1 x 3000 x 3000": (convolve, large, one), "34.3 MiB": (sort, large)}
for words, (function, *arrays) in cases.items():
    try:
        with _theano_stack.plain_errors():
            function(*arrays)
    except MemoryError as error:
        text = str(error)
    assert words in text and "engine='auto'" in text and "Apply node" not in text, text
"""
    runs(code)


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
