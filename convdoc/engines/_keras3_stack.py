"""Import Keras 3 on a backend that is installed.

Keras reads the name of its backend once, when it is first imported: from the environment variable
``KERAS_BACKEND``, else from ``keras.json`` in its folder, else it is TensorFlow, installed or not.
"""

import contextlib
import importlib
import json
import os
import sys
import threading
from pathlib import Path

from convdoc import engines
from convdoc.engines import BACKENDS
from convdoc.engines._system import environment

_lock = threading.Lock()


def load():
    """Import Keras on the backend that `backend` names.

    Returns
    -------
    module
        ``keras``.
    """
    with _lock:
        if "keras" in sys.modules:
            return importlib.import_module("keras")
        with environment(KERAS_BACKEND=backend()), _without_new_settings():
            return importlib.import_module("keras")


def backend():
    """Name of the backend that Keras has in this process.

    Where Keras is not imported yet, it is the one that the user chose; else Keras's default where
    that is installed; else the first of `BACKENDS` that is. ``keras.json`` counts as a choice only
    where its backend is installed, since Keras also writes that file without being asked.

    Returns
    -------
    str
        None of `BACKENDS` may be installed; then it is Keras's default.
    """
    if "keras" in sys.modules:
        return importlib.import_module("keras").backend.backend()  # waits if a thread imports it
    if chosen := os.environ.get("KERAS_BACKEND"):
        return chosen
    default = "tensorflow"
    with contextlib.suppress(OSError, ValueError, AttributeError):  # broken
        default = json.loads(_settings().read_text()).get("backend", default)
    installed = [name for name in BACKENDS if engines._is_found(name)]
    return next(iter(installed), default) if _is_missing(default) else default


def why_not():
    """Say why Keras 3, which is installed, cannot compute here; None where it can."""
    name, remedy = backend(), ", ".join(name for name in BACKENDS if engines._is_found(name))
    if not remedy:
        return (
            f"Keras 3 needs one of its backends {', '.join(BACKENDS)}, and none is installed: "
            f"pip install {BACKENDS[0]}"
        )
    if name not in BACKENDS:
        return (
            f"Keras's backend is {name!r}, on which convdoc does not compute: start a new "
            f"process with the environment variable KERAS_BACKEND set to one of {remedy}"
        )
    if _is_missing(name):
        return (
            f"the environment variable KERAS_BACKEND is {name!r}, which is not installed: "
            f"set it to one of {remedy}, or pip install {name}"
        )
    return None


def _is_missing(name):
    return name in BACKENDS and not engines._is_found(name)


def _settings():
    """Keras's settings file, whether it exists or not."""
    home = os.path.expanduser("~")
    folder = os.path.join(home if os.access(home, os.W_OK) else "/tmp", ".keras")
    return Path(os.path.expanduser(os.environ.get("KERAS_HOME", folder))) / "keras.json"


@contextlib.contextmanager
def _without_new_settings():
    """Remove the settings that Keras writes where it finds none: they name TensorFlow."""
    new = [path for path in (_settings(), _settings().parent) if not path.exists()]
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            for path in new:
                path.rmdir() if path.is_dir() else path.unlink()
