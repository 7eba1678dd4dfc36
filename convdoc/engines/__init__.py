"""The libraries that compute: arrays and a plan in, arrays out.

Each module wraps one library behind the same three functions, `convolve`,
`convolve_transpose` and `kernel_gradient`, and returns the same result. Their arguments and
results are documented in `numpy`, the reference. Arguments reach them checked: contiguous arrays of
one dtype, float32 or float64; the arrays that they return are new. They pad with zeros; any other
border `convdoc.conv` puts around the image before, and hands on the plan without it. A module is
imported when it is first asked to compute.
"""

import functools
import importlib.util
import math
import os
import sys
import warnings
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import TYPE_CHECKING, Any

from convdoc._types import EngineName
from convdoc.layouts import caller

if TYPE_CHECKING:
    from convdoc.spec import ConvSpec


@dataclass(frozen=True)
class Engine:
    """One library.

    Attributes
    ----------
    module : str
        The module of this package that calls it.
    libraries : tuple of str
        The modules that it needs.
    install : str
        How to get what it needs.
    """

    module: str
    libraries: tuple[str, ...]
    install: str


@dataclass(frozen=True)
class AvailableEngine:
    """An engine that can compute here.

    Attributes
    ----------
    name : str
        Its name, as ``engine=`` takes it.
    version : str
        The version of its library.
    device : str
        ``"CPU"`` or ``"GPU"``.
    """

    name: EngineName
    version: str
    device: str


BACKENDS = ("torch", "jax", "tensorflow")  # of Keras 3, in the order in which they are looked for
KERAS_2 = Engine("keras", ("keras", "theano", "scipy"), "pip install keras==2.3.1 theano==1.0.5")
KERAS_3 = Engine("keras3", ("keras",), f"pip install 'keras>=3' {BACKENDS[0]}")


def _installed_keras():
    """Keras 2 on Theano, or Keras 3: the one that is installed, else the one for this Python."""
    try:
        return KERAS_2 if version("keras").startswith("2.") else KERAS_3
    except PackageNotFoundError:
        return KERAS_2 if sys.version_info < (3, 12) else KERAS_3


def _pip(package, below):
    """How to install `package`: `below` is the version from which it needs NumPy 2.

    With Theano, on Python 3.11, NumPy must stay below 2.
    """
    limited = sys.version_info < (3, 12)
    return f"pip install '{package}<{below}'" if limited else f"pip install {package}"


#: The engines by name, as ``engine=`` takes it.
ENGINES: dict[EngineName, Engine] = {
    "keras": _installed_keras(),
    "theano": Engine("theano", ("theano", "scipy"), "pip install theano==1.0.5"),
    "direct": Engine("direct", (), "install g++ or clang++"),
    "numpy": Engine("numpy", ("numpy",), "pip install numpy"),
    "scipy": Engine("scipy", ("scipy",), "pip install scipy"),
    "opencv": Engine("opencv", ("cv2",), _pip("opencv-python-headless", below="4.12")),
    "scikit-image": Engine("scikit_image", ("skimage",), "pip install scikit-image"),
    "torch": Engine("torch", ("torch",), "pip install torch"),
    "jax": Engine("jax", ("jax",), _pip("jax", below="0.8")),
}
#: Bytes of copied windows beyond which Theano's convolution is not used: it has crashed there.
LARGEST_COPY = 2**30
# Measured by `make bench`: from here on Fourier transforms by SciPy are quicker than `direct`.
LARGE_KERNEL, LARGE_IMAGE = 600, 128 * 128
# So few products NumPy adds up in some milliseconds, and no compiler is started for them; for so
# many it takes longer than PyTorch takes to be imported.
FEW_PRODUCTS, MANY_PRODUCTS = 10**7, 10**10


def default() -> EngineName:
    """Name of the engine that computes where none is named.

    It is the one that the environment variable ``CONVDOC_ENGINE`` names; else ``"keras"`` where
    Theano can run; else ``"auto"``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If ``CONVDOC_ENGINE`` names no engine.

    Examples
    --------
    >>> import os
    >>> from convdoc.engines import default
    >>> os.environ["CONVDOC_ENGINE"] = "numpy"
    >>> default()
    'numpy'
    >>> del os.environ["CONVDOC_ENGINE"]
    """
    if named := os.environ.get("CONVDOC_ENGINE"):
        return known(named, "the environment variable CONVDOC_ENGINE")
    return "keras" if _theano_can_run() else "auto"


def choose(
    engine: EngineName | None,
    x_shape: tuple[int, ...],
    w_shape: tuple[int, ...],
    spec: "ConvSpec",
    itemsize: int,
) -> Any:
    """Module of the engine that computes a convolution, its adjoint or its gradients.

    Parameters
    ----------
    engine : str or None
        As `convdoc.conv4d` takes it.
    x_shape, w_shape : (int, int, int, int)
        Shapes of the images, those that the convolution reads, and of the kernels.
    spec : ConvSpec
    itemsize : int
        Bytes of a number.

    Returns
    -------
    module

    Raises
    ------
    ValueError
        If `engine` is no engine.
    MemoryError
        If Theano is asked for by name and would copy windows of more than `LARGEST_COPY` bytes.
    ImportError, RuntimeError
        As `load` raises them.
    """
    name = default() if engine is None else known(engine, "engine")
    if ENGINES.get(name) in (KERAS_2, ENGINES["theano"]):
        copied = _copied_windows(x_shape, spec) * itemsize
        if copied > LARGEST_COPY:
            if engine is not None:
                raise MemoryError(
                    f"engine={name!r} copies out every window, {copied / 2**30:,.1f} GiB for x "
                    f"{x_shape} and w {w_shape}; the limit is {LARGEST_COPY / 2**30:.0f} GiB. "
                    "engine='auto' computes the same result without the copy"
                )
            name = "auto"
    return load(_quickest_that_works(x_shape, w_shape, spec) if name == "auto" else name)


def _quickest_that_works(x_shape, w_shape, spec):
    """The quickest engine, or another where `direct` is that and its compiler turns out to fail."""
    name = quickest(x_shape, w_shape, spec)
    if name == "direct":
        from convdoc.engines import direct

        try:
            direct.load()
        except RuntimeError as error:
            name = quickest(x_shape, w_shape, spec)
            warnings.warn(f"engine='auto' uses {name!r}, because {error}", stacklevel=caller())
    return name


def known(name: Any, where: str) -> EngineName:
    """`name`, if it is an engine's or ``"auto"``, or an error; `where` it was given."""
    if not isinstance(name, str) or name not in ("auto", *ENGINES):
        names = ", ".join(map(repr, ("auto", *ENGINES)))
        raise ValueError(f"{where} must be one of {names}; got {name!r}")
    return name


def _copied_windows(x_shape, spec):
    """Numbers in the windows that Theano's CorrMM copies out, of an image in each thread.

    It has threads for the samples of a batch if it has a BLAS of its own.
    """
    samples, channels, *size = x_shape
    threads = 1
    if samples > 1 and _is_found("scipy_openblas32"):
        asked = os.environ.get("OMP_NUM_THREADS", "")
        threads = min(samples, int(asked) if asked.isdecimal() else os.cpu_count() or 1)
    return threads * channels * math.prod(spec.kernel) * math.prod(spec.output_size(tuple(size)))


@functools.cache
def _theano_can_run():
    return ENGINES["keras"] is KERAS_2 and why_not("keras") is None


def quickest(x_shape: tuple[int, ...], w_shape: tuple[int, ...], spec: "ConvSpec") -> EngineName:
    """Name of the engine that is expected to be the quickest of those that can compute here.

    The time that an engine needs to start counts. SciPy, which goes through the Fourier transform,
    is taken where a kernel slice has at least `LARGE_KERNEL` elements and an output image
    `LARGE_IMAGE` pixels, without strides and dilation. Otherwise `direct` is taken if it is
    compiled already, or if a compiler is installed and there are more than `FEW_PRODUCTS` products
    to add. Without a compiler, PyTorch is taken if it is imported already or there are more than
    `MANY_PRODUCTS` products; else NumPy.

    Parameters
    ----------
    x_shape : (samples, channels, height, width)
        Shape of the images.
    w_shape : (filters, channels // groups, height, width)
        Shape of the kernels.
    spec : ConvSpec

    Returns
    -------
    str

    Examples
    --------
    >>> from convdoc import ConvSpec
    >>> from convdoc.engines import quickest
    >>> quickest((1, 1, 512, 512), (1, 1, 41, 41), ConvSpec(41))
    'scipy'
    """
    from convdoc.engines import direct

    plain = spec.strides == spec.dilation == (1, 1)
    large = plain and math.prod(spec.kernel) >= LARGE_KERNEL
    if not large and direct.is_compiled():
        return "direct"
    outputs = math.prod(spec.output_size(tuple(x_shape[2:])))
    if large and outputs >= LARGE_IMAGE and is_installed("scipy"):
        return "scipy"
    products = x_shape[0] * outputs * math.prod(w_shape)
    if direct.is_compiled() or (products > FEW_PRODUCTS and direct.compiler()):
        return "direct"
    if "torch" in sys.modules or (products > MANY_PRODUCTS and is_installed("torch")):
        return "torch"
    return "numpy"


def why_not(name: EngineName) -> str | None:
    """Say why the engine called `name` cannot compute here.

    Returns
    -------
    str or None
        A sentence with the remedy for this Python; None where the engine can compute.
    """
    engine = ENGINES[name]
    if engine.module == "direct":
        from convdoc.engines import direct

        return direct.why_not()
    if engine in (KERAS_2, ENGINES["theano"]):
        from convdoc.engines import _theano_stack

        if reason := _theano_stack.why_not():
            return reason
    missing = [library for library in engine.libraries if not _is_found(library)]
    if missing:
        return f"{' and '.join(missing)} not installed: {engine.install}"
    if engine is KERAS_3:
        from convdoc.engines import _keras3_stack

        return _keras3_stack.why_not()
    return None


def available() -> list[AvailableEngine]:
    """List the engines that can compute here.

    Returns
    -------
    list of AvailableEngine
        Name, version of the library, and device: CPU or GPU.

    Examples
    --------
    >>> from convdoc.engines import available
    >>> "numpy" in [engine.name for engine in available()]
    True
    """
    engines = []
    for name in ENGINES:
        try:
            module = load(name)
        except Exception:  # of a library that is missing, or damaged
            continue
        device = getattr(module, "device", lambda: "CPU")()
        engines.append(AvailableEngine(name, _version(ENGINES[name]), device))
    return engines


def clear_cache() -> None:
    """Forget all compiled functions; each is compiled, or read from disk, when next needed.

    At most 128 of each kind are kept anyway.
    """
    for engine in ENGINES.values():
        module = sys.modules.get(f"{__name__}.{engine.module}")
        getattr(module, "clear_cache", lambda: None)()


def load(name: EngineName) -> Any:
    """Module of the engine called `name`, imported.

    Raises
    ------
    ImportError
        If its library is not installed; the message says how to install it.
    RuntimeError
        If the compiler or the Python headers that it needs are missing.
    """
    if name not in _loaded:
        if reason := why_not(name):
            error = RuntimeError if is_installed(name) else ImportError
            raise error(f"engine={name!r} cannot compute here: {reason}")
        _loaded[name] = importlib.import_module(f"{__name__}.{ENGINES[name].module}")
    return _loaded[name]


_loaded: dict[EngineName, Any] = {}


def is_installed(name: EngineName) -> bool:
    """Whether the libraries that the engine called `name` needs are installed."""
    engine = ENGINES[name]
    needs_backend = engine is KERAS_3 and not any(map(_is_found, BACKENDS))
    return all(map(_is_found, engine.libraries)) and not needs_backend


def _is_found(library):
    return library in sys.modules or importlib.util.find_spec(library) is not None


def _version(engine):
    """Version of its library; of convdoc where the engine is convdoc's own."""
    return importlib.import_module(
        engine.libraries[0] if engine.libraries else "convdoc"
    ).__version__


def describe() -> list[tuple[str, str]]:
    """Describe what computes here; it never raises.

    Returns
    -------
    list of (str, str)
        Processor, versions, compiler, BLAS, compile cache and device; then the default engine and
        a line for each engine. For what is missing, the text says how to get it on this Python.

    Examples
    --------
    >>> from convdoc.engines import describe
    >>> [text.split()[0] for what, text in describe() if what == "engine numpy"]
    ['computes']
    """
    from convdoc.engines import _theano_stack

    try:
        named = default()
    except ValueError as error:
        named = str(error)
    rows = [(f"engine {name}", why_not(name) or "computes") for name in ENGINES]
    return [*_theano_stack.describe(), ("default", named), *rows]


def load_keras() -> ModuleType:
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
