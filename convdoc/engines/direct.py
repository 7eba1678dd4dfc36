r"""convdoc's own convolution, in C++ (direct.cpp); no other library takes part.

It makes no matrix of all windows: an image is copied once, with its padding, or not at all, and
the sums read their pixels from there, or from a copy of a few windows at a time. The comments in
direct.cpp describe the loops.

The first call compiles the source for this processor, by g++ or clang++ or what the environment
variable ``CXX`` names. The compiled file is kept in the folder ``CONVDOC_CACHE``, by default
``~/.cache/convdoc`` (Linux), ``~/Library/Caches/convdoc`` (macOS) or ``%LOCALAPPDATA%\convdoc``
(Windows). Large convolutions are computed in as many threads as the process has processors
(its affinity and its control group's quota count), or ``OMP_NUM_THREADS``; Ctrl-C stops them.
"""

import contextlib
import ctypes
import errno
import functools
import hashlib
import math
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from convdoc.engines import numpy as reference
from convdoc.engines._system import GET_COMPILER

SOURCE = Path(__file__).with_name("direct.cpp")
FLAGS = (
    "-std=c++17",
    "-O3",
    "-shared",
    *(("-static",) if os.name == "nt" else ("-fPIC", "-pthread")),
)
PROCESSOR_FLAGS = (("-march=native",), ("-mcpu=native",), ())  # the first that the compiler takes
SEALED = (
    sys.platform != "darwin"
)  # a checksum ends the compiled file; macOS takes none after its own
LONG = 2e9  # products that take a good part of a second: longer calls can be interrupted
DONE, NO_MEMORY, STOPPED, NOT_FINITE, FAILED = range(5)  # what the C++ returns


def convolve(x, w, spec):
    """Convolve; arguments and result as in the engine `numpy`."""
    plan = _plan(spec, x.shape, len(w), threads())
    y = np.empty((len(x), len(w), *plan.size), x.dtype)
    _compute(0, plan, x, w, y)
    return y


def convolve_transpose(y, w, spec, size):
    """Apply the adjoint; arguments and result as in the engine `numpy`."""
    shape = len(y), w.shape[1] * spec.groups, *size
    plan = _plan(spec, shape, len(w), threads())
    x = np.empty(shape, y.dtype)
    if _compute(1, plan, y, w, x) == NOT_FINITE:
        return reference.convolve_transpose(y, w, spec, size)
    return x


def kernel_gradient(x, dy, spec):
    """Sum windows times gradients; arguments and result as in the engine `numpy`."""
    plan = _plan(spec, x.shape, dy.shape[1], threads())
    dw = np.empty((dy.shape[1], x.shape[1] // spec.groups, *spec.kernel), x.dtype)
    _compute(2, plan, x, dy, dw)
    return dw


def is_compiled():
    """Whether a call computes at once: the library is loaded, or its file is in the cache.

    Examples
    --------
    >>> from convdoc.engines import direct
    >>> direct.is_compiled() in (True, False)
    True
    """
    if _functions is not None:
        return True
    command = _command()
    return command is not None and (cache_folder() / _file_name(command)).exists()


def compiler():
    """Path of the compiler, or None where there is none.

    Returns
    -------
    str or None
        What ``CXX`` names, else g++, else clang++.
    """
    command = None if _failure else _command()
    return command and command[0]


def why_not():
    """Say why this engine cannot compute here.

    Returns
    -------
    str or None
        No compiler is installed, or it has failed in this process; None where it can compute.
    """
    if _failure or is_compiled() or _command():
        return _failure
    return f"no C++ compiler{_named()} is installed: {GET_COMPILER}"


def load():
    """Compile the library, unless it is in the cache, and load it, unless it is loaded.

    Raises
    ------
    RuntimeError
        If there is no compiler, if it fails, or if what it compiled cannot be loaded.
    """
    return _functions or _load()


def cache_folder():
    """Folder of the compiled file.

    Returns
    -------
    pathlib.Path
        ``CONVDOC_CACHE``, else the folder that the system has for caches.
    """
    if named := os.environ.get("CONVDOC_CACHE"):
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir(), "convdoc")
    with contextlib.suppress(RuntimeError):  # no home
        if sys.platform == "darwin":
            return Path.home() / "Library/Caches/convdoc"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "convdoc")
    return Path(tempfile.gettempdir(), "convdoc")


def threads():
    """In how many threads to compute: ``OMP_NUM_THREADS``, else the processors there are.

    These are the processors that the process may run on, and no more than the CPU time that its
    control group is granted is worth.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    affinity = getattr(os, "sched_getaffinity", None)
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, int(min(processors, _granted())))


# -- A call -------------------------------------------------------------------------------------


class Plan(NamedTuple):
    """What the C++ needs to know, and what is derived from it."""

    numbers: ctypes.Array
    size: tuple[int, int]  # of an output
    products: int


@functools.lru_cache(maxsize=1024)
def _plan(spec, x_shape, filters, threads):
    samples, channels, *size = x_shape
    (top, _), (left, _) = spec.padding(size)
    output = spec.output_size(size)
    numbers = (
        *x_shape, filters, *spec.kernel, top, left, *spec.strides, *spec.dilation, spec.groups,
        *output, threads,
    )  # fmt: skip
    read = channels // spec.groups
    products = samples * filters * math.prod(output) * read * math.prod(spec.kernel)
    return Plan((ctypes.c_int64 * len(numbers))(*numbers), output, products)


def _compute(operation, plan, a, b, result):
    """Have the C++ compute `result` from `a` and `b`; return `DONE` or `NOT_FINITE`."""
    function = load()[result.dtype.itemsize]
    a, b = _in_order(a), _in_order(b)
    stop = ctypes.c_int()

    def call():  # which holds the arrays for as long as it computes
        addresses = (array.__array_interface__["data"][0] for array in (a, b, result))
        return function(operation, plan.numbers, *addresses, stop)

    outcome = _interruptibly(call, stop) if plan.products > LONG else call()
    if outcome == NO_MEMORY:
        raise MemoryError(f"no memory for the padded images of shape {a.shape} ({a.dtype})")
    if outcome not in (DONE, NOT_FINITE):
        raise RuntimeError(f"convdoc's own convolution has failed ({outcome}); try engine='numpy'")
    return outcome


def _in_order(array):
    """The same numbers, in C's order and aligned."""
    fits = array.flags.c_contiguous and array.flags.aligned
    return array if fits else np.array(array, order="C")


def _interruptibly(call, stop):
    """Call in another thread, so that this one hears of Ctrl-C; then `stop` ends the call."""
    if threading.current_thread() is not threading.main_thread():
        return call()
    outcome, done = [], threading.Event()  # not `join`, which Python 3.11 leaves too early

    def work():
        try:
            outcome.append(call())
        finally:
            done.set()

    try:
        threading.Thread(target=work, daemon=True).start()
        while not done.wait(0.1):
            pass
    finally:
        stop.value = 1
        done.wait()
    return outcome[0]


# -- Processors ---------------------------------------------------------------------------------


def _quota(mounted=Path("/sys/fs/cgroup"), own=Path("/proc/self/cgroup")):
    """Processors whose time the control groups of this process are granted, Linux's; or inf.

    Of version 2 the limit is in ``cpu.max``, of version 1 in ``cpu.cfs_quota_us``. A group's
    limit is that of all groups in it too.
    """
    quotas = [math.inf]
    with contextlib.suppress(OSError):
        for line in own.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            root = mounted / controllers if controllers else mounted
            group = root / path.lstrip("/")
            quotas += [
                _quota_of(folder)
                for folder in (group, *group.parents)
                if root in (folder, *folder.parents)
            ]
    return min(quotas)


@functools.cache
def _granted():
    """The quota of this process, read once: that takes longer than a small convolution."""
    return _quota()


def _quota_of(group):
    """The quota of one control group."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        with contextlib.suppress(OSError, ValueError):
            quota, period = " ".join((group / name).read_text() for name in names).split()
            if int(quota) > 0:
                return int(quota) / int(period)
    return math.inf


def _features():
    """What the processor can do, according to the system."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        for line in file:
            if line.lower().startswith(("flags", "features")):
                return line
    return f"{platform.machine()} {platform.processor()}"


# -- Compiling ----------------------------------------------------------------------------------

_functions = None  # by the size of a number: 4 and 8 bytes
_failure = None  # why the last attempt to compile or to load failed
_lock = threading.Lock()


def _new_lock():
    """A lock for a fork: that of its parent may be held by a thread that it has not."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock)


def _load():
    """The functions of the library, which is compiled before where it is not in the cache."""
    global _functions, _failure
    with _lock:
        if _functions is None:
            try:
                library = _library()
            except RuntimeError as error:
                _failure = str(error)
                raise
            _failure = None
            functions = {4: library.convdoc_float32, 8: library.convdoc_float64}
            for function in functions.values():
                pointer = ctypes.c_void_p
                numbers = ctypes.POINTER(ctypes.c_int64)
                function.argtypes = (
                    *(ctypes.c_int, numbers, pointer, pointer, pointer),
                    ctypes.POINTER(ctypes.c_int),
                )
            _functions = functions
    return _functions


def _library():
    """The library, opened."""
    command = _command()
    if command is None:
        raise RuntimeError(
            f"engine='direct' compiles its C++ once, and there is no compiler{_named()}; install "
            f"one: {GET_COMPILER}; or use another engine, such as engine='numpy'"
        )
    file = cache_folder() / _file_name(command)
    try:
        if library := _opened(file):
            return library
        file.parent.mkdir(parents=True, exist_ok=True)
        _compile(command, file)
        return ctypes.CDLL(str(file))
    except OSError as error:
        with tempfile.TemporaryDirectory(prefix="convdoc-", ignore_cleanup_errors=True) as folder:
            other = Path(folder) / file.name
            _compile(command, other)
            try:
                library = ctypes.CDLL(str(other))
            except OSError as refusal:
                raise RuntimeError(
                    f"what {command[0]} compiled for engine='direct' cannot be loaded: {refusal}"
                ) from None
        warnings.warn(
            f"engine='direct' compiles its C++ in each new process, which takes some seconds: its "
            f"folder {file.parent} cannot be used ({error}); name another by CONVDOC_CACHE",
            RuntimeWarning,
            stacklevel=2,
        )
        return library


def _command():
    """The compiler and its first arguments; None where there is none."""
    if named := os.environ.get("CXX", "").strip():
        try:
            name, *arguments = shlex.split(named, posix=os.name != "nt")
        except ValueError:  # a quotation without an end
            return None
        found = shutil.which(name.strip('"'))
        return found and (found, *arguments)
    found = shutil.which("g++") or shutil.which("clang++")
    return found and (found,)


def _named():
    """What the environment says of the compiler."""
    named = os.environ.get("CXX", "").strip()
    return f" named {named!r}, as CXX asks for" if named else ", g++ or clang++"


@functools.cache
def _file_name(command):
    """Name of the compiled file, another for all that it depends on.

    The compiler's date and size stand for its version, which would take a process to ask for.
    """
    status = os.stat(command[0])
    depends = command, status.st_size, status.st_mtime_ns, FLAGS, PROCESSOR_FLAGS, _features()
    digest = hashlib.sha256(SOURCE.read_bytes() + repr(depends).encode())
    return f"direct-{digest.hexdigest()[:16]}{'.dll' if os.name == 'nt' else '.so'}"


def _compile(command, file):
    """Compile into `file`, which is there only once it is whole."""
    with tempfile.TemporaryDirectory(dir=file.parent, ignore_cleanup_errors=True) as folder:
        made = Path(folder) / file.name
        for flags in PROCESSOR_FLAGS:
            run = [*command, *FLAGS, *flags, "-o", str(made), str(SOURCE)]
            try:
                done = subprocess.run(run, stdin=subprocess.DEVNULL, capture_output=True)
            except OSError as error:
                raise RuntimeError(f"the compiler {command[0]} cannot be run: {error}") from None
            if done.returncode == 0:
                break
        else:
            said = done.stderr.decode(errors="replace").strip()
            if os.strerror(errno.ENOSPC) in said:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file.parent))
            raise RuntimeError(
                f"the compiler {command[0]} failed, and engine='direct' needs it: {GET_COMPILER}; "
                f"or name another by CXX. It said:\n{said[-2000:]}"
            )
        if SEALED:
            with made.open("ab") as end:
                end.write(hashlib.sha256(made.read_bytes()).digest())
        os.replace(made, file)


def _opened(file):
    """The library in `file`; None where there is none, or one that is damaged."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    if SEALED and hashlib.sha256(content[:-32]).digest() != content[-32:]:
        return None  # to open the first half of a library can end the process
    try:
        return ctypes.CDLL(str(file))
    except OSError:
        return None
