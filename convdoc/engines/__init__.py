"""The libraries that compute: arrays and a plan in, arrays out.

Each module wraps one library behind the same three functions, `convolve`,
`convolve_transpose` and `kernel_gradient`, and returns the same answer. Arguments reach it
checked; it is imported when it is first to compute.
"""

import importlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True)
class Engine:
    """One library: its module here, what it is called where packages are, how to get it."""

    module: str
    package: str
    install: str


ENGINES = {
    "keras": Engine("keras", "keras", "pip install keras==2.3.1 theano==1.0.5"),
    "theano": Engine("theano", "theano", "pip install theano==1.0.5"),
    "numpy": Engine("numpy", "numpy", "pip install 'numpy<2'"),
    "scipy": Engine("scipy", "scipy", "pip install scipy"),
    "opencv": Engine("opencv", "opencv-python-headless", "pip install opencv-python-headless"),
    "scikit-image": Engine("scikit_image", "scikit-image", "pip install scikit-image"),
    "torch": Engine("torch", "torch", "pip install torch"),
    "jax": Engine("jax", "jax", "pip install jax"),
}


def load(name):
    """Module of the engine called `name`, imported.

    Raises
    ------
    ImportError
        If its library is not installed; it says how to install it.
    """
    engine = ENGINES[name]
    try:
        version(engine.package)
    except PackageNotFoundError:
        raise ImportError(
            f"engine={name!r} needs {engine.package}, which is not installed: {engine.install}"
        ) from None
    return importlib.import_module(f"convdoc.engines.{engine.module}")


def describe():
    """Say what computes: versions, processor, compiler, BLAS, compile cache and device.

    Returns
    -------
    list of (str, str)
        What, and what it is; for something missing, how to install it.

    Examples
    --------
    >>> from convdoc.engines import describe
    >>> dict(describe())["Theano"]
    '1.0.5'
    """
    from convdoc.engines import _theano_stack

    return _theano_stack.describe()


def load_keras():
    """Import Keras on Theano, as it must be imported on today's Python and NumPy.

    After this call, ``import keras`` and ``import theano`` work as they did in 2020.

    Returns
    -------
    module
        ``keras`` 2.3.1, with Theano as its backend.

    Raises
    ------
    RuntimeError
        If the compiler or the Python headers that Theano needs are missing, or Keras is
        loaded already on another backend.

    Examples
    --------
    >>> from convdoc.engines import load_keras
    >>> load_keras().backend.backend()
    'theano'
    """
    from convdoc.engines import _theano_stack

    return _theano_stack.load()
