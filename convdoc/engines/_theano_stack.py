"""All that knows that Theano 1.0.5 and Keras 2.3.1 are old.

They date from 2020 and 2019 and use names that Python 3.10 and NumPy 1.24 removed. `load`
puts those names back, imports both without a word on stderr, and says what to install
where something is missing. It changes nothing in the reader's environment variables.
"""

import collections
import contextlib
import importlib.util
import io
import logging
import os
import platform
import shutil
import subprocess
import sysconfig
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


@cache
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
    missing = [what for what, where in _build_tools().items() if where is None]
    if missing:
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
        import theano  # noqa: F401

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
    rows = [("Python", platform.python_version())]
    rows += [(name, version(name.lower())) for name in ("NumPy", "Keras", "Theano")]
    rows += [
        (what, str(where) if where else f"missing; {REMEDIES[what]}")
        for what, where in tools.items()
    ]
    if None in tools.values():
        return rows

    load()
    import theano

    compiler = subprocess.run(
        [theano.config.cxx, "-dumpfullversion"], capture_output=True, text=True, check=True
    )
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    rows += [
        ("Compiler", f"{theano.config.cxx} {compiler.stdout.strip()}"),
        ("BLAS", theano.config.blas.ldflags or f"NumPy's own: {blas['name']} {blas['version']}"),
        ("Compile cache", theano.config.compiledir),
        ("Device", "CPU" if theano.config.device == "cpu" else f"GPU ({theano.config.device})"),
    ]
    return rows


def _build_tools():
    """Where Theano's two needs are, or None."""
    compiler = shutil.which("g++")
    header = Path(sysconfig.get_path("include"), "Python.h")
    return {"g++": compiler, "Python.h": header if header.is_file() else None}


def _theano_flags():
    """The reader's own flags after ours, so that theirs win.

    An empty ``blas.ldflags`` makes Theano call NumPy's BLAS; unset, it ends at the same place
    after a slow search. A GPU needs the package pygpu, and is used where that is installed.
    """
    ours = ["blas.ldflags="]
    if importlib.util.find_spec("pygpu"):
        ours.append("device=cuda")
    return ",".join([*ours, os.environ.get("THEANO_FLAGS", "")]).rstrip(",")


@contextlib.contextmanager
def _environment(**settings):
    """Environment variables for the time of an import."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _put_back_removed_names():
    for name in ("Iterable", "Mapping", "Sequence"):
        setattr(collections, name, getattr(collections.abc, name))
    for builtin in (bool, int, float, object, complex, str):
        if builtin.__name__ not in vars(np):
            setattr(np, builtin.__name__, builtin)
