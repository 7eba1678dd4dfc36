"""The libraries that compute: arrays and a plan in, arrays out.

Each module wraps one library behind the same three functions, `convolve`,
`convolve_transpose` and `kernel_gradient`, and returns the same answer. What they take and give
is told in `numpy`, the reference. Arguments reach them checked: arrays of one dtype, float32 or
float64; the arrays that they return are new. A module is imported when it is first to compute.
"""

import contextlib
import importlib.util
import math
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """One library: its module here, its own and what else it needs, and how to get them."""

    module: str
    libraries: tuple[str, ...]
    install: str


@dataclass(frozen=True)
class AvailableEngine:
    """An engine that can compute here.

    Attributes
    ----------
    name : str
        What ``engine=`` calls it.
    version : str
        The version of its library.
    device : str
        ``"CPU"`` or ``"GPU"``.
    """

    name: str
    version: str
    device: str


THEANO = "theano==1.0.5 'numpy<2' scipy"
ENGINES = {
    "keras": Engine("keras", ("keras", "theano", "scipy"), f"pip install keras==2.3.1 {THEANO}"),
    "theano": Engine("theano", ("theano", "scipy"), f"pip install {THEANO}"),
    "direct": Engine("direct", ("numpy",), "a C++ compiler: sudo apt-get install g++"),
    "numpy": Engine("numpy", ("numpy",), "pip install 'numpy<2'"),
    "scipy": Engine("scipy", ("scipy",), "pip install scipy"),
    "opencv": Engine("opencv", ("cv2",), "pip install 'opencv-python-headless<4.12'"),
    "scikit-image": Engine("scikit_image", ("skimage",), "pip install scikit-image"),
    "torch": Engine("torch", ("torch",), "pip install torch"),
    "jax": Engine("jax", ("jax",), "pip install 'jax<0.8'"),
}
# From here on SciPy was quicker on the machine where `make bench` was run last.
LARGE_KERNEL, LARGE_IMAGE = 600, 128 * 128


def available():
    """List the engines that can compute here.

    Returns
    -------
    list of AvailableEngine
        Name, version of the library, and device: CPU or GPU.

    Examples
    --------
    >>> from convdoc.engines import available
    >>> [engine.name for engine in available()][:3]
    ['keras', 'theano', 'numpy']
    """
    engines = []
    for name, engine in ENGINES.items():
        with contextlib.suppress(ImportError, RuntimeError):
            device = getattr(load(name), "device", lambda: "CPU")
            library = importlib.import_module(engine.libraries[0])
            engines.append(AvailableEngine(name, library.__version__, device()))
    return engines


def clear_cache():
    """Forget all compiled functions; each is compiled, or read from disk, when next needed.

    At most 128 of each kind are kept anyway.
    """
    for engine in ENGINES.values():
        module = sys.modules.get(f"{__name__}.{engine.module}")
        getattr(module, "clear_cache", lambda: None)()


def load(name):
    """Module of the engine called `name`, imported.

    Raises
    ------
    ImportError
        If its library is not installed; it says how to install it.
    RuntimeError
        If it is Theano, and the compiler or the Python headers that it needs are missing.
    """
    engine = ENGINES[name]
    if not is_installed(name):
        raise ImportError(f"engine={name!r} needs a library that is missing: {engine.install}")
    return importlib.import_module(f"{__name__}.{engine.module}")


def is_installed(name):
    """Whether all that the engine called `name` needs is installed."""
    return all(map(importlib.util.find_spec, ENGINES[name].libraries))


def quickest(size, spec):
    """Name of the engine that is expected to be the quickest of those installed.

    The default, `keras`, was the quickest or close to it on all that was measured but large
    kernels: with them the time of a direct convolution grows, and that of Fourier transforms
    hardly does. So SciPy is taken where a kernel slice has at least `LARGE_KERNEL` elements and an
    output image `LARGE_IMAGE` pixels, and neither strides nor dilation are asked for. Where Theano
    has no compiler, the first of `torch`, `scipy` and `numpy` that is installed is taken.

    Parameters
    ----------
    size : (int, int)
        Height and width of the images.
    spec : ConvSpec

    Returns
    -------
    str
    """
    plain = spec.strides == spec.dilation == (1, 1)
    large = (
        math.prod(spec.kernel) >= LARGE_KERNEL and math.prod(spec.output_size(size)) >= LARGE_IMAGE
    )
    if plain and large and is_installed("scipy"):
        return "scipy"
    from convdoc.engines import _theano_stack

    if not _theano_stack.missing_tools():
        return "keras"
    return next(name for name in ("torch", "scipy", "numpy") if is_installed(name))


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
