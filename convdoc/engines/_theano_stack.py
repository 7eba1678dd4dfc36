"""All that knows that Theano 1.0.5 and Keras 2.3.1 are old.

They date from 2020 and 2019, use names that Python 3.10 and NumPy 1.24 removed, and read settings
that readers have copied for ten years. `load_theano` and `load` import them without a message on
stderr, give them settings that work here, link OpenBLAS and repair what makes every process
compile again. `why_not` gives the reason where they cannot run, and its remedy; `plain_errors`
words their errors. The reader's environment variables and files are not changed.
"""

import builtins
import collections
import configparser
import contextlib
import errno
import functools
import hashlib
import importlib.machinery
import importlib.util
import io
import json
import logging
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import threading
import types
import warnings
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from convdoc.engines._system import GET_COMPILER, environment

REMEDIES = {
    "g++": GET_COMPILER,
    "Python.h": (
        "sudo apt-get install python3-dev (Debian, Ubuntu), sudo dnf install python3-devel "
        "(Fedora) or brew reinstall python@3.11 (macOS)"
    ),
    "NumPy": "pip install 'numpy<2'",
    "Keras": "pip install keras==2.3.1",
    "Theano": "pip install theano==1.0.5 scipy 'numpy<2'",
    "SciPy": "pip install scipy",
    "GPU": (
        "a GPU needs pygpu 0.7 (https://github.com/Theano/libgpuarray) and pip install "
        "'setuptools<82', for pkg_resources"
    ),
    "folder": "name another folder: THEANO_FLAGS=base_compiledir=/path/to/folder",
}
LAST_PYTHON = (3, 11)  # that can run Theano: Python 3.12 removed distutils
WHERE = "THEANO_FLAGS or .theanorc"

GPU_PACKAGES = ("pygpu", "pkg_resources")
GPU_SETTINGS = {"device": "cpu", "init_gpu_device": "", "contexts": ""}
#: Settings of which Theano 1.0.5 has no more than an error.
REMOVED = ("gpuarray.sync", "dnn.conv.workmem", "dnn.conv.workmem_bwd", "dnn.conv.algo_bwd")
#: Settings that cannot work here, and the nearest that can.
REPLACED = {
    # It forbids compiled operations, and Theano's convolution is one: only its optimizer is left.
    ("mode", "FAST_COMPILE"): {"mode": "Mode", "optimizer": "fast_compile"},
    ("mode", "ProfileMode"): {"mode": "Mode", "profile": "True"},
    ("mode", "PROFILE_MODE"): {"mode": "Mode", "profile": "True"},
    # It writes wrong C for a function without arguments, and Keras makes such functions.
    ("linker", "c"): {"linker": "cvm"},
    # It forbids compiled operations, but chooses them; without a compiler it chooses others.
    ("linker", "py"): {"linker": "py", "cxx": ""},
    # Theano would import itself while it is half imported, and wait for its own lock.
    ("cmodule.preload_cache", "True"): {"cmodule.preload_cache": "False"},
}
#: Theano's deprecated convolution, which would take over where CorrMM is excluded or nothing is
#: compiled, and the check that refuses the convolution in Python, which takes over without it.
EXCLUDED = (
    "local_conv2d_cpu:local_conv2d_gradweight_cpu:local_conv2d_gradinputs_cpu:AbstractConvCheck"
)
#: Checks of a reader's own graphs, which would stop at Keras's and at ours.
CHECKS = {"compute_test_value": "off", "compute_test_value_opt": "off", "warn_float64": "ignore"}

OPENBLAS, OPENBLAS_LIBRARY = "scipy-openblas32", "scipy_openblas"
OPENBLAS_FUNCTIONS = (
    *(f"s{name}_" for name in ("gemm", "gemv", "dot", "axpy", "scal", "ger")),
    *(f"d{name}_" for name in ("gemm", "gemv", "dot", "axpy", "scal", "ger")),
    "openblas_set_num_threads",
    "openblas_get_num_threads",
)
SGEMM = 'extern "C" void sgemm_();'

#: Errors that a folder is the cause of: it is gone, no folder, closed, or its disk is full.
FOLDER_ERRORS = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EROFS, errno.ENOSPC)
PATIENCE = 4  # seconds, after Theano's own one or two, until a waiting reader gets a message
_lock = threading.RLock()


def load():
    """Import Keras on Theano, ready to compile.

    Returns
    -------
    module
        ``keras``, whose backend is Theano.

    Raises
    ------
    RuntimeError
        If Theano cannot compute here (see `why_not`), if a setting of the reader's cannot work, if
        Keras 2 is not installed, or if this process has already loaded Keras on another backend.
    """
    with _lock:
        return _load_keras()


def load_theano():
    """Import Theano, ready to compile.

    Returns
    -------
    module
        ``theano``.

    Raises
    ------
    RuntimeError
        If Theano cannot compute here (see `why_not`), or if a setting of the reader's cannot work.
    """
    with _lock:
        return _load_theano()


def why_not():
    """Reason why Theano cannot compute here; no program is started for it, nothing is imported.

    Returns
    -------
    str or None
        A sentence with the remedy for this Python; None where Theano can compute.
    """
    if sys.version_info[:2] > LAST_PYTHON:
        here, last = platform.python_version(), ".".join(map(str, LAST_PYTHON))
        return (
            f"Theano runs on Python {last} and older, and this is Python {here}: use Python {last}"
        )
    for package in ("Theano", "SciPy"):
        if _version(package) is None:
            return f"{package} is not installed: {REMEDIES[package]}"
    if int(np.__version__.partition(".")[0]) > 1:
        return f"Theano needs NumPy 1, and NumPy {np.__version__} is here: {REMEDIES['NumPy']}"
    missing = "; ".join(f"{what}: {REMEDIES[what]}" for what in missing_tools())
    return f"Theano compiles its convolutions and needs {missing}" if missing else None


@contextlib.contextmanager
def plain_errors():
    """Word the errors of what Theano does in this context.

    Raises
    ------
    MemoryError
        If Theano, or the compiler that it starts, gets too little memory.
    RuntimeError
        If g++ refuses Theano's code, or the compile cache is removed in the meantime.
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, MemoryError) and (plain := _plain(error)):
            raise plain from None
        raise


def describe():
    """Describe what computes; it never raises.

    Returns
    -------
    list of (str, str)
        What, and what it is; for something missing, how to install it. Of a Python that cannot
        run Theano, nothing that Theano needs.
    """
    rows = [("Processor", _processor()), ("Python", platform.python_version())]
    rows += [("NumPy", np.__version__)]
    if sys.version_info[:2] > LAST_PYTHON:
        return rows
    rows += [
        (name, _version(name) or f"not installed; {REMEDIES[name]}") for name in ("Keras", "Theano")
    ]
    rows += [
        (what, str(where) if where else f"missing; {REMEDIES[what]}")
        for what, where in _build_tools().items()
    ]
    if missing_tools():
        return rows
    try:
        if reason := why_not():
            raise RuntimeError(reason)
        theano = load_theano()
        return [
            *rows,
            ("Compiler", _compiler(theano.config.cxx)),
            ("BLAS", _blas() + _refused_blas()),
            ("Compile cache", theano.config.compiledir),
            ("Device", device() + _refused_gpu()),
        ]
    except Exception as error:
        return [*rows, ("Theano's engines", str(error))]


def device():
    """GPU where Theano has one in use; it falls back to the CPU where it finds none."""
    gpuarray = sys.modules.get("theano.gpuarray")
    return "GPU" if gpuarray and gpuarray.pygpu_activated else "CPU"


def missing_tools():
    """Which of Theano's two tools are missing: a list of names."""
    return [what for what, where in _build_tools().items() if where is None]


# -- what is here ----------------------------------------------------------------------------------


def _version(package):
    """Version of an installed package, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _build_tools():
    """Where Theano's two tools are, or None."""
    compiler = shutil.which("g++")
    header = Path(sysconfig.get_path("include"), "Python.h")
    return {"g++": compiler, "Python.h": header if header.is_file() else None}


def _compiler(path):
    """Name and version of the compiler that Theano uses."""
    if not path:
        return f"none, as cxx= of {WHERE} asks for"
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        asked = [path, "-dumpfullversion"]
        found = subprocess.run(asked, capture_output=True, text=True, check=True)
        return f"{Path(path).name} {found.stdout.strip()}"
    return f"{path}, of unknown version"


def _blas():
    """Who multiplies Theano's matrices."""
    import theano

    if OPENBLAS_LIBRARY in theano.config.blas.ldflags:
        return f"OpenBLAS {_version(OPENBLAS)} ({OPENBLAS})"
    if theano.config.blas.ldflags:
        return theano.config.blas.ldflags
    own = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    name = " ".join(own.get(key, "") for key in ("name", "version")).strip() or "unknown"
    return f"NumPy's own: {name} (quicker: pip install {OPENBLAS})"


def _refused_blas():
    """Note on a BLAS that the reader names and that cannot be linked, or nothing."""
    import theano

    with contextlib.suppress(RuntimeError):
        asked = _settings().get("blas.ldflags")
        if asked and asked != theano.config.blas.ldflags:
            return f" (g++ cannot link {asked})"
    return ""


def _refused_gpu():
    """Note on a GPU that the reader asks for and that cannot be used, or nothing."""
    with contextlib.suppress(RuntimeError):
        asked = _gpu_settings(_settings())
        if asked and device() == "CPU":
            return f" ({', '.join(asked)}: {REMEDIES['GPU']})"
    return ""


def _processor():
    """Name of the processor and number of its cores."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if "model name" in line)
        return f"{name}, {os.cpu_count()} cores"
    return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"


# -- loading ---------------------------------------------------------------------------------------


@cache
def _load_theano():
    if reason := why_not():
        raise RuntimeError(reason)
    flags = ",".join(shlex.quote(f"{name}={value}") for name, value in _theano_settings().items())
    _put_back_removed_names()
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    logging.getLogger("theano.tensor.blas").setLevel(logging.ERROR)
    logging.getLogger("theano.gof.cmodule").setLevel(logging.ERROR)
    _watch_compile_lock()
    with environment(THEANO_FLAGS=flags, THEANORC=os.devnull), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, about things that cannot change any more
        try:
            import theano
        except Exception as error:
            for name in [name for name in sys.modules if name.split(".")[0] == "theano"]:
                del sys.modules[name]  # half imported, it would fail otherwise the next time
            raise RuntimeError(_import_failure(error)) from None
        _keep_what_is_compiled()
        _survive_a_lost_cache()
        _shorten_errors()
        _remember_compiler()
    return theano


@cache
def _load_keras():
    if not (_version("Keras") or "2.").startswith("2."):
        raise RuntimeError(
            f"Keras {_version('Keras')} is here, and Keras on Theano is version 2.3.1: "
            f"{REMEDIES['Keras']}. engine='theano' computes without it"
        )
    _load_theano()
    with (
        environment(KERAS_BACKEND="theano"),
        warnings.catch_warnings(),
        contextlib.redirect_stderr(io.StringIO()),  # "Using Theano backend."
    ):
        warnings.simplefilter("ignore")
        try:
            import keras
        except ModuleNotFoundError as error:
            raise RuntimeError(
                f"{error.name} is not installed: {REMEDIES['Keras']}. "
                "engine='theano' computes without it"
            ) from None
    if keras.backend.backend() != "theano":
        raise RuntimeError(
            f"this process has already loaded Keras on {keras.backend.backend()}; "
            "start a new one, or import convdoc's engine before Keras"
        )
    return keras


def _import_failure(error):
    """What to say where Theano cannot be imported."""
    text = str(error).rstrip(".")
    if getattr(error, "errno", None) in FOLDER_ERRORS or "compiledir" in text:
        return f"Theano cannot use its compile cache: {text}; {REMEDIES['folder']}"
    if isinstance(error, ImportError):
        return f"Theano cannot be loaded: {text}; {REMEDIES['Theano']}"
    if isinstance(error, OSError):
        return f"Theano cannot be loaded: {text}"
    return f"Theano refuses a setting of {WHERE}: {text}"


def _plain(error):
    """The error that says in plain words what an error of Theano means, or None."""
    text = " ".join(map(str, (*error.args, getattr(error, "filename", ""))))
    first = text.partition("\n")[0]
    if (
        isinstance(error, MemoryError)
        or getattr(error, "errno", None) == errno.ENOMEM
        or re.search("(failed to|could not|cannot) allocate", text, re.IGNORECASE)
    ):
        reason = str(error).partition("\n")[0].removeprefix("BaseCorrMM: ")
        return MemoryError(
            f"not enough memory for Theano{reason and ': '}{reason}. Give it fewer images at a "
            "time, or take engine='auto', which copies no windows"
        )
    folder = sys.modules["theano"].config.compiledir
    if folder in text and (lost := re.search("|".join(map(os.strerror, FOLDER_ERRORS)), text)):
        return RuntimeError(
            f"Theano's compile cache cannot be used: {lost[0]}: {folder}. If it was removed "
            f"meanwhile, call again; if not, {REMEDIES['folder']}"
        )
    if "Compilation failed" in text:
        refusal = re.search("(error|ld): .{,200}", text)
        return RuntimeError(
            f"g++ refuses what Theano compiles: {refusal[0] if refusal else first}. "
            f"The settings cxx, gcc.cxxflags and blas.ldflags of {WHERE} reach it"
        )
    return None


# -- settings --------------------------------------------------------------------------------------


def _theano_settings():
    """Settings for Theano, by name: the reader's, those of them replaced that cannot work, ours.

    OpenBLAS is linked where scipy-openblas32 is installed. Without it ``blas.ldflags`` is
    empty, and Theano calls NumPy's BLAS; unset, it ends at the same place after a slow search.
    NumPy's BLAS called from OpenMP threads aborts the process, so openmp is off then. With
    OpenBLAS it is off unless the reader or a function asks for it. A GPU is used where Theano's two
    packages for it are installed: pygpu, and the pkg_resources of a setuptools below 82.
    """
    settings = _settings()
    for name, value in list(settings.items()):
        settings.update(REPLACED.get((name, value), {}))
    settings.update((name, "") for name in REMOVED if name in settings)
    settings.update((name, value) for name, value in CHECKS.items() if name in settings)
    settings.setdefault("blas.ldflags", _openblas_flags())
    if not settings["blas.ldflags"]:
        settings["openmp"] = "False"
    settings.setdefault("openmp", "False")
    # Seconds until a process looks whether another is done, and until it takes the other's lock.
    settings.setdefault("compile.wait", "1")
    settings.setdefault("compile.timeout", "120")
    excluded = (settings.get("optimizer_excluding"), EXCLUDED)
    settings["optimizer_excluding"] = ":".join(filter(None, excluded))
    if (compiler := settings.get("cxx")) and not shutil.which(compiler):
        raise RuntimeError(f"cxx={compiler} of {WHERE} is no program that can be run")
    _choose_device(settings)
    return settings


def _settings():
    """The reader's settings by name, from the files of ``THEANORC`` and from ``THEANO_FLAGS``.

    They are read as Theano reads them, with two exceptions: a comment may follow a value, and a
    setting may stand twice in a file.
    """
    defaults = {name: os.environ.get(name, "") for name in ("LSCRATCH", "TMPDIR", "TEMP", "TMP")}
    home = os.path.basename(os.path.expanduser("~"))
    defaults |= {"USER": os.environ.get("USER", home), "PID": str(os.getpid())}
    parser = configparser.ConfigParser(defaults, inline_comment_prefixes=("#", ";"), strict=False)
    usual = ("~/.theanorc", "~/.theanorc.txt") if sys.platform == "win32" else ("~/.theanorc",)
    named = os.environ.get("THEANORC")
    try:
        for file in map(os.path.expanduser, named.split(os.pathsep) if named else usual):
            if os.path.isfile(file):
                parser.read_string(Path(file).read_text().removeprefix("\ufeff"), file)
        flags = shlex.shlex(os.environ.get("THEANO_FLAGS", ""), posix=True)
        flags.whitespace, flags.whitespace_split, flags.commenters = ",", True, ""
        flags = [flag.partition("=") for flag in flags if "=" in flag]
    except (configparser.Error, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise RuntimeError(f"Theano's settings in {WHERE} cannot be read: {reason}") from None
    settings = {}
    for section in parser.sections():
        for option in parser[section].keys() - parser.defaults().keys():
            name = option if section == "global" else f"{section}.{option}"
            try:
                settings[name] = parser.get(section, option)
            except configparser.InterpolationError:  # compiledir_format has a % of its own
                settings[name] = parser.get(section, option, raw=True)
    if "floatx" in settings:  # a file may write it so, a flag may not
        settings["floatX"] = settings.pop("floatx")
    return settings | {name.strip(): value.strip() for name, _, value in flags}


def _choose_device(settings):
    """Take the reader's GPU, in its new spelling, where it can be used; else the CPU."""
    usable = all(map(importlib.util.find_spec, GPU_PACKAGES))
    asked = _gpu_settings(settings)
    if usable:
        settings.setdefault("device", "cuda")
        for name in GPU_SETTINGS.keys() & settings.keys():
            settings[name] = settings[name].replace("gpu", "cuda").replace("*", "")
    elif asked and settings.get("force_device", "").lower() in ("true", "1"):
        raise RuntimeError(f"{', '.join(asked)} with force_device=True: {REMEDIES['GPU']}")
    elif asked:
        settings.update(GPU_SETTINGS)


def _gpu_settings(settings):
    """The settings that ask for a GPU, as their reader wrote them."""
    return [
        f"{name}={settings[name]}"
        for name in GPU_SETTINGS
        if re.search("gpu|cuda|opencl", settings.get(name, ""), re.IGNORECASE)
    ]


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


# -- what Theano imports ---------------------------------------------------------------------------


def _put_back_removed_names():
    """Give `collections` and `numpy` the names that Theano and Keras still use, and no others."""
    for name in ("Container", "Iterable", "Mapping", "Sequence"):
        setattr(collections, name, getattr(collections.abc, name))
    for builtin in (bool, int, complex):
        if builtin.__name__ not in vars(np):
            setattr(np, builtin.__name__, builtin)


class _Finder:
    """Finds the modules of Theano that import what is slow, gone or rarely installed.

    `_import` is the ``__import__`` of these modules alone: `sys.modules` never has a stand-in that
    another thread could catch.
    """

    MODULES = (
        "theano.scalar.basic_scipy",
        "theano.tensor.nnet.abstract_conv",
        "theano.tensor.nnet.conv",
        "theano.gpuarray.linalg",
    )

    def find_spec(self, name, path=None, target=None):
        if name not in self.MODULES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            spec.loader = _Loader(name, spec.origin)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module):
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": _import}
        super().exec_module(module)


def _import(name, *context):
    """Import for the modules of `_Finder`.

    Theano wants one function of `scipy.stats` and finds it through `scipy`, which imports its parts
    when they are first used. Imported with Theano, `scipy.stats` and `scipy.signal` would take
    0.6 of 1.1 seconds, and 40 of 140 MB. Of `scipy.signal`, its Python convolution uses modules
    that are gone. Of pkg_resources, gone from setuptools 82, it uses the name of an exception, and
    DebugMode and profiles need no more than that.
    """
    if name == "scipy.stats":
        return builtins.__import__("scipy")
    if name in ("scipy.signal.signaltools", "scipy.signal.sigtools"):
        return types.SimpleNamespace(
            _valfrommode=str, _bvalfromboundary=str, _convolve2d=_convolve2d, convolve=_convolve
        )
    if name == "pkg_resources" and importlib.util.find_spec(name) is None:
        return types.SimpleNamespace(DistributionNotFound=ImportError)
    return builtins.__import__(name, *context)


def _convolve2d(image, kernel, _flip, mode, boundary, fill):
    """The convolution of SciPy that Theano's Python code calls."""
    from scipy.signal import convolve2d

    return convolve2d(image, kernel, mode, boundary, fill)


def _convolve(image, kernel, mode):
    from scipy.signal import convolve

    return convolve(image, kernel, mode)


# -- what Theano does otherwise --------------------------------------------------------------------


def _instead_of(owner, name):
    """Decorator: the function takes the place of `owner`'s, which it gets as its first argument."""
    original = getattr(owner, name)

    def replace(function):
        @functools.wraps(original)
        def replacement(*args, **kwargs):
            return function(original, *args, **kwargs)

        setattr(owner, name, replacement)

    return replace


def _keep_what_is_compiled():
    """Let a process find what an earlier one compiled.

    Two lines of Theano 1.0.5 keep it from that. In the first, an operation without settings,
    ``__props__ = ()``, is taken for one that must not be kept. In the second, the version of a C
    source is a `hash`, which differs from process to process.
    """
    from theano.gof.cc import CLinker
    from theano.gof.op import COp, OpenMPOp

    @_instead_of(CLinker, "cmodule_key_")
    def cmodule_key_(original, linker, fgraph, *args, **kwargs):
        key = original(linker, fgraph, *args, **kwargs)
        if key is None or key[0]:
            return key
        version = []
        for node in linker.schedule(fgraph):
            version.append(node.op.c_code_cache_version_apply(node))
            if props := getattr(node.op, "__props__", ()):
                version.append(props)
            for variable in (*node.inputs, *node.outputs):
                version.append(variable.type.c_code_cache_version())
        return tuple(version) if all(version) else (), key[1]

    @_instead_of(COp, "c_code_cache_version")
    def c_code_cache_version(original, op):
        digest = hashlib.sha256(repr(op.func_codes).encode()).hexdigest()
        return (digest, *original(op)[1:])

    # Theano would compile a program in every process to find this out. On Linux g++ has OpenMP;
    # what macOS calls g++ is a clang without.
    OpenMPOp.gxx_support_openmp = sys.platform == "linux"


def _survive_a_lost_cache():
    """Compile again what was in a compile cache that has been removed while this process runs."""
    from theano.gof import compilelock
    from theano.gof.cmodule import ModuleCache

    @_instead_of(ModuleCache, "module_from_key")
    def module_from_key(original, cache, *args, **kwargs):
        entries = (data.get_entry() for data in cache.module_hash_to_key_data.values())
        if not all(map(os.path.exists, entries)):
            cache.refresh(cleanup=False)  # it forgets what is gone
        held = _locks_held(compilelock)
        try:
            return original(cache, *args, **kwargs)
        except BaseException:
            while _locks_held(compilelock) > held:  # or others would wait for this process
                compilelock.release_lock()
            raise

    @_instead_of(ModuleCache, "_on_atexit")
    def _on_atexit(original, cache):
        with contextlib.suppress(OSError):
            original(cache)


def _locks_held(compilelock):
    return getattr(compilelock.get_lock, "n_lock", 0)


def _shorten_errors():
    """Raise an error of little memory in plain words, without Theano's dump of the graph."""
    from theano.gof import link

    @_instead_of(link, "raise_with_op")
    def raise_with_op(original, node, thunk=None, exc_info=None, storage_map=None):
        error = (exc_info or sys.exc_info())[1]
        if isinstance(plain := _plain(error), MemoryError):
            raise plain from None
        original(node, thunk, exc_info, storage_map)


def _watch_compile_lock():
    """Name the process that this one waits for, where that takes longer than compiling does."""
    logger = logging.getLogger("theano.gof.compilelock")
    logger.setLevel(logging.INFO)
    if not any(isinstance(known, _LockFilter) for known in logger.filters):
        logger.addFilter(_LockFilter())


class _LockFilter(logging.Filter):
    """Theano writes two lines as soon as it waits: one is enough, and only after some seconds."""

    def filter(self, record):
        if record.msg.startswith("To manually release the lock"):
            folder = Path(record.args[0])
            timer = threading.Timer(PATIENCE, self.name_owner, [folder, self.owner(folder)])
            timer.daemon = True
            timer.start()
        return record.levelno >= logging.WARNING

    def owner(self, folder):
        """Process, random number and computer, as the lock has them."""
        with contextlib.suppress(OSError):
            return Path(folder, "lock").read_text().strip()
        return ""

    def name_owner(self, folder, owner):
        if folder.is_dir() and self.owner(folder) == owner:
            process = owner.partition("_")[0] or "of unknown number"
            print(
                f"Waiting for process {process}, which compiles with Theano. If it is neither a "
                f"convdoc nor a Theano program, delete {folder}",
                file=sys.stderr,
                flush=True,
            )


def _remember_compiler():
    """Keep, in the compile cache, what the compiler can do here.

    Theano asks g++ for the flags of this processor by several runs in every process. A BLAS that
    the reader names and that cannot be linked gives way to OpenBLAS.
    """
    import theano
    from theano.gof.cmodule import GCC_compiler, gcc_version

    config = theano.config
    if not config.cxx:
        return
    ldflags = config.blas.ldflags
    asked = f"{_processor_features()} {gcc_version()} {config.gcc.cxxflags} {ldflags}"
    name = f"compiler-{hashlib.sha256(asked.encode()).hexdigest()[:16]}.json"
    kept = Path(config.compiledir, name)
    known = {}
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(kept.read_text())
    if "march" in known:
        GCC_compiler.march_flags = known["march"]
    else:
        GCC_compiler.compile_args()
    links = ldflags in ("", _openblas_flags()) or known.get("links", False)
    if not links:  # a BLAS that is installed later is found
        links = GCC_compiler.try_flags(ldflags.split(), SGEMM, "sgemm_();")
    found = {"march": GCC_compiler.march_flags} | ({"links": True} if links else {})
    if found != known:
        written = kept.with_suffix(f".{os.getpid()}")  # then moved: another process may read it
        with contextlib.suppress(OSError):
            written.write_text(json.dumps(found))
            written.replace(kept)
    if not links:
        config.blas.ldflags = _openblas_flags()
        config.openmp = config.openmp and bool(config.blas.ldflags)


def _processor_features():
    """All that distinguishes one kind of processor from another."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        known = ("vendor_id", "cpu family", "model", "stepping", "flags", "Features")
        return sorted({line for line in lines if line.startswith(known)})
    return platform.uname()
