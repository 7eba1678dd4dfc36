"""All that knows that Theano 1.0.5 and Keras 2.3.1 are old.

They date from 2020 and 2019 and use names that Python 3.10 and NumPy 1.24 removed. `load`
puts those names back, imports both without a word on stderr, links OpenBLAS, mends two faults
that make every process compile again, and says what to install where something is missing.
It changes nothing in the reader's environment variables.
"""

import collections
import contextlib
import hashlib
import importlib.util
import inspect
import io
import json
import logging
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import threading
import types
import warnings
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

REMEDIES = {
    "g++": (
        "sudo apt-get install g++ (Debian, Ubuntu), sudo dnf install gcc-c++ (Fedora) "
        "or xcode-select --install (macOS)"
    ),
    "Python.h": (
        "sudo apt-get install python3-dev (Debian, Ubuntu), sudo dnf install python3-devel "
        "(Fedora) or brew reinstall python@3.11 (macOS)"
    ),
}


GPU_PACKAGES = ("pygpu", "pkg_resources")
OPENBLAS, OPENBLAS_LIBRARY = "scipy-openblas32", "scipy_openblas"
OPENBLAS_FUNCTIONS = (
    *(f"s{name}_" for name in ("gemm", "gemv", "dot", "axpy", "scal", "ger")),
    *(f"d{name}_" for name in ("gemm", "gemv", "dot", "axpy", "scal", "ger")),
    "openblas_set_num_threads",
    "openblas_get_num_threads",
)
_lock = threading.Lock()


def load():
    """Import Keras on Theano, ready to compile.

    Returns
    -------
    module
        ``keras``, whose backend is Theano.

    Raises
    ------
    RuntimeError
        If the C++ compiler or ``Python.h`` is missing, or if this process has already
        loaded Keras on another backend.
    """
    with _lock:
        return _load()


@cache
def _load():
    if missing := missing_tools():
        remedies = "; ".join(f"{what}: {REMEDIES[what]}" for what in missing)
        raise RuntimeError(f"Theano compiles its convolutions and needs {remedies}")

    _put_back_removed_names()
    with (
        _environment(KERAS_BACKEND="theano", THEANO_FLAGS=_theano_flags()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # theirs, about things that cannot change any more
        logging.getLogger("theano.tensor.blas").setLevel(logging.ERROR)
        logging.getLogger("theano.gof.compilelock").setLevel(logging.WARNING)
        try:
            with _modules(**{"scipy.stats": types.ModuleType("scipy.stats"), "scipy.signal": None}):
                import theano  # noqa: F401
        except ValueError as error:  # its compile cache, most often
            for name in [name for name in sys.modules if name.split(".")[0] == "theano"]:
                del sys.modules[name]  # half imported, it would fail otherwise the next time
            raise RuntimeError(
                f"Theano cannot be loaded: {str(error).rstrip('.')}. If its folder cannot be "
                "written, name another: THEANO_FLAGS=base_compiledir=/path/to/folder"
            ) from None
        _mend_compile_cache()
        _remember_processor()

        with contextlib.redirect_stderr(io.StringIO()):  # "Using Theano backend."
            import keras
    if keras.backend.backend() != "theano":
        raise RuntimeError(
            f"this process has already loaded Keras on {keras.backend.backend()}; "
            "start a new one, or import convdoc's engine before Keras"
        )
    return keras


def describe():
    """The stack that computes, as (what, what it is) pairs of text."""
    tools = _build_tools()
    rows = [("Processor", _processor()), ("Python", platform.python_version())]
    rows += [(name, version(name.lower())) for name in ("NumPy", "Keras", "Theano")]
    rows += [
        (what, str(where) if where else f"missing; {REMEDIES[what]}")
        for what, where in tools.items()
    ]
    if missing_tools():
        return rows

    load()
    import theano

    compiler = subprocess.run(
        [theano.config.cxx, "-dumpfullversion"], capture_output=True, text=True, check=True
    )
    rows += [
        ("Compiler", f"{Path(theano.config.cxx).name} {compiler.stdout.strip()}"),
        ("BLAS", _blas()),
        ("Compile cache", theano.config.compiledir),
        ("Device", device()),
    ]
    return rows


def _blas():
    """Who multiplies Theano's matrices."""
    import theano

    if OPENBLAS_LIBRARY in theano.config.blas.ldflags:
        return f"OpenBLAS {version(OPENBLAS)} ({OPENBLAS})"
    if theano.config.blas.ldflags:
        return theano.config.blas.ldflags
    own = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"NumPy's own: {own['name']} {own['version']} (quicker: pip install {OPENBLAS})"


def device():
    """GPU where Theano has one in use; it falls back to the CPU where it finds none."""
    gpuarray = sys.modules.get("theano.gpuarray")
    return "GPU" if gpuarray and gpuarray.pygpu_activated else "CPU"


def _processor():
    """Name of the processor and number of its cores."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if "model name" in line)
        return f"{name}, {os.cpu_count()} cores"
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"


def missing_tools():
    """Which of Theano's two needs are missing: a list of names."""
    return [what for what, where in _build_tools().items() if where is None]


def _build_tools():
    """Where Theano's two needs are, or None."""
    compiler = shutil.which("g++")
    header = Path(sysconfig.get_path("include"), "Python.h")
    return {"g++": compiler, "Python.h": header if header.is_file() else None}


def _theano_flags():
    """Add to the reader's ``THEANO_FLAGS`` what they leave open; both outrank a .theanorc.

    OpenBLAS is linked where scipy-openblas32 is installed. Without it ``blas.ldflags`` is set
    empty, and Theano calls NumPy's BLAS; unset, it ends at the same place after a slow search.
    NumPy's BLAS called from OpenMP threads aborts the process, so openmp is off then. With
    OpenBLAS it is off unless the reader or a function asks for it. A GPU is used where Theano's two
    packages for it are installed: pygpu, and the pkg_resources of a setuptools below 82.
    """
    flags = [flag for flag in os.environ.get("THEANO_FLAGS", "").split(",") if flag]
    named = {flag.partition("=")[0].strip() for flag in flags}
    if "blas.ldflags" not in named:
        openblas = _openblas_flags()
        flags += [f"blas.ldflags={openblas}"]
        if "openmp" not in named or not openblas:
            flags += ["openmp=False"]
    if "compile.wait" not in named:  # seconds until a process looks whether another is done
        flags += ["compile.wait=1", "compile.timeout=120"]
    if "device" not in named and all(map(importlib.util.find_spec, GPU_PACKAGES)):
        flags += ["device=cuda"]
    return ",".join(flags)


def _openblas_flags():
    """How g++ links OpenBLAS, whose functions this package calls by other names, or nothing."""
    found = importlib.util.find_spec(OPENBLAS.replace("-", "_"))
    if found is None:
        return ""
    folder = str(Path(found.origin).parent / "lib")
    if set(folder) & set(" ,"):  # Theano would read two folders, or two flags
        return ""
    renamed = " ".join(f"-D{name}=scipy_{name}" for name in OPENBLAS_FUNCTIONS)
    return f"-L{folder} -l{OPENBLAS_LIBRARY} {renamed}"


@contextlib.contextmanager
def _environment(**settings):
    """Environment variables for the time of an import."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _modules(**stand_ins):
    """Stand-ins for modules while Theano is imported, which takes half as long without them.

    Of ``scipy.stats`` it wants one function, and finds it later through `scipy` itself. In
    ``scipy.signal`` it looks for names that have been gone for years, and does without them.
    """
    absent = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _put_back_removed_names():
    for name in ("Iterable", "Mapping", "Sequence"):
        setattr(collections, name, getattr(collections.abc, name))
    for builtin in (bool, int, float, object, complex, str):
        if builtin.__name__ not in vars(np):
            setattr(np, builtin.__name__, builtin)


def _mend_compile_cache():
    """Let a process find what an earlier one compiled.

    Two lines of Theano 1.0.5 keep it from that. In the first, an operation that has no
    settings, ``()``, is taken for one that must not be kept. In the second, the version of a C
    source is a `hash`, which Python makes anew in every process.
    """
    from theano.gof import cc, op

    _replace(
        cc.CLinker,
        "cmodule_key_",
        "if hasattr(node.op, '__props__'):",
        "if getattr(node.op, '__props__', ()):",
    )
    _replace(
        op.COp,
        "c_code_cache_version",
        "hash(tuple(self.func_codes))",
        "__import__('hashlib').sha256(repr(self.func_codes).encode()).hexdigest()",
    )


def _remember_processor():
    """Keep, in the compile cache, which flags g++ has for this processor.

    Theano asks for them by several runs of g++ in every process.
    """
    import theano
    from theano.gof.cmodule import GCC_compiler, gcc_version

    asked = f"{_processor_features()} {gcc_version()} {theano.config.gcc.cxxflags}"
    name = f"processor-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.json"
    kept = Path(theano.config.compiledir, name)
    with contextlib.suppress(OSError, ValueError):
        flags = json.loads(kept.read_text())
        if isinstance(flags, list) and all(str(flag).startswith("-") for flag in flags[:1]):
            GCC_compiler.march_flags = flags
            return
    GCC_compiler.compile_args()
    written = kept.with_suffix(f".{os.getpid()}")  # then moved: another process may be reading
    written.write_text(json.dumps(GCC_compiler.march_flags))
    written.replace(kept)


def _processor_features():
    """All that tells one kind of processor from another."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        known = ("vendor_id", "cpu family", "model", "stepping", "flags", "Features")
        return sorted({line for line in lines if line.startswith(known)})
    return platform.uname()


def _replace(owner, name, wrong, right):
    """Give a class a method of its own source with one expression replaced.

    Only where that stands in it exactly once, as in the version this was written for.
    """
    method = getattr(owner, name)
    source = textwrap.dedent(inspect.getsource(method))
    if source.count(wrong) != 1:
        warnings.warn(f"Theano's {name} is not as expected, and left as it is", stacklevel=2)
        return
    namespace = {}
    code = compile(source.replace(wrong, right), inspect.getsourcefile(method), "exec")
    exec(code, vars(sys.modules[owner.__module__]), namespace)
    setattr(owner, name, namespace[name])


def why_not():
    """Sentence that says why Theano cannot compute here, or None."""
    missing = missing_tools()
    return "; ".join(f"{what}: {REMEDIES[what]}" for what in missing) or None
