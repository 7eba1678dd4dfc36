"""How frameworks keep images and kernels, how to move a kernel, and how to recognise a layout."""

import itertools
import sys
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, SupportsIndex

import numpy as np

from convdoc._types import Array, ArrayLike, Framework

AXES = {"F": "filters", "C": "channels // groups", "H": "height", "W": "width"}
#: For each framework: the order of the axes, and whether its layer flips the kernel.
FRAMEWORKS = {
    "convdoc": ("FCHW", True),
    "theano": ("FCHW", True),
    "keras-theano": ("HWCF", True),  # the layout of TensorFlow, and Theano's convolution
    "tensorflow": ("HWCF", False),
    "flax": ("HWCF", False),
    "torch": ("FCHW", False),
    "jax": ("FCHW", False),
}
#: What somebody may hand over in place of images (NCHW, N for samples) and of kernels (FCHW).
#: Of a transposed convolution, F are the channels that it reads and C those that it gives.
IMAGES = {
    "NHWC": "channels-last, (samples, height, width, channels)",
    "CHW": "one image, (channels, height, width)",
    "HWC": "one channels-last image, (height, width, channels)",
    "NHW": "grey images, (samples, height, width)",
    "HW": "one grey image, (height, width)",
}
KERNELS = {
    "HWCF": "the layout of Keras and TensorFlow, (height, width, channels, filters)",
    "HWFC": "the layout of Flax, (height, width, filters, channels)",
    "CFHW": "(channels, filters, height, width)",
    "CHW": "one filter, (channels, height, width)",
    "FHW": "filters of one channel, (filters, height, width)",
    "HWC": "one filter of Keras, (height, width, channels)",
    "HW": "one kernel slice, (height, width)",
}


def convert_kernel(w: ArrayLike, source: Framework, target: Framework) -> Array:
    r"""Move the kernel of a convolution layer from one framework to another.

    The layer of `target` then computes from it what the layer of `source` computes from `w`. Axes
    are put in another order, and where one of both flips the kernel and the other does not, each
    slice is turned by 180 degrees. With both in the order of convdoc,

    .. math::

        V_{f, c, u, v} = W_{f, c, \; k_h - 1 - u, \; k_w - 1 - v}

    and :math:`V_{f, c, u, v} = W_{f, c, u, v}` where both or none flip.

    Parameters
    ----------
    w : array_like, 4-D
        The kernel, as `source` keeps it. It is never changed.
    source, target : str
        Whose kernels have these shapes, and whose layers flip them or not:

        - ``"convdoc"``, as `conv4d` takes it, and ``"theano"``: (filters, channels // groups,
          height, width), flipped.
        - ``"keras-theano"``, Keras 2 on Theano: (height, width, channels // groups, filters),
          flipped.
        - ``"tensorflow"``, also Keras 2 on TensorFlow and all of Keras 3, and ``"flax"``:
          (height, width, channels // groups, filters), not flipped.
        - ``"torch"``, and ``"jax"``, as ``jax.lax.conv`` takes it: (filters, channels // groups,
          height, width), not flipped.

    Returns
    -------
    numpy.ndarray, 4-D
        A new, contiguous array with the numbers and the dtype of `w`, as `target` keeps it.

    Raises
    ------
    ValueError
        If `source` or `target` is unknown, or `w` is not 4-D.

    Notes
    -----
    A bias is the same everywhere. What this does not do:

    - It moves no padding. With the same zeros around the image, before and behind, both layers
      give one answer. ``"same"`` is not the same zeros where a kernel is even, or a stride
      more than 1: see `ConvSpec`.
    - It knows no transposed convolutions, whose kernels have other layouts, and not the depthwise
      kernels of TensorFlow and Keras, (height, width, channels, multiplier).
    - A dense layer that reads a flattened image counts its pixels in the order of the image's
      axes. From channels-first to channels-last its weights must be put in order as well.

    Keras 2 itself turns kernels when it reads weights that were saved on another backend.

    Examples
    --------
    A layer of PyTorch that does what `conv4d` does needs the kernel turned:

    >>> from convdoc import convert_kernel
    >>> import numpy as np
    >>> w = np.array([[1, 2, 3],
    ...               [4, 5, 6]]).reshape(1, 1, 2, 3)
    >>> convert_kernel(w, "convdoc", "torch")
    array([[[[6, 5, 4],
             [3, 2, 1]]]])

    TensorFlow and PyTorch both correlate. Between them only the axes move:

    >>> w = np.arange(2 * 3 * 5 * 5).reshape(2, 3, 5, 5)
    >>> moved = convert_kernel(w, "torch", "tensorflow")
    >>> moved.shape
    (5, 5, 3, 2)
    >>> bool(moved[4, 0, 2, 1] == w[1, 2, 4, 0])
    True

    And between Theano and Keras on Theano, since both flip:

    >>> convert_kernel([[[[1, 2], [3, 4]]]], "theano", "keras-theano").squeeze()
    array([[1, 2],
           [3, 4]])
    """
    axes, flips = _framework("source", source)
    target_axes, target_flips = _framework("target", target)
    try:
        w = np.asanyarray(w)
    except ValueError as error:  # a list whose rows differ in length
        raise ValueError(f"w cannot be read as an array: {error}") from None
    if w.ndim != 4:
        layout = ", ".join(AXES[axis] for axis in axes)
        raise ValueError(
            f"w must be 4-D, ({layout}) as {source!r} keeps it; got {w.ndim}-D, shape {w.shape}"
        )
    if flips != target_flips:
        w = np.flip(w, (axes.index("H"), axes.index("W")))
    moved = w.transpose([axes.index(axis) for axis in target_axes])
    return np.array(moved, order="C", subok=True)


def _framework(name, value):
    if not isinstance(value, str) or value not in FRAMEWORKS:
        known = ", ".join(map(repr, FRAMEWORKS))
        raise ValueError(f"{name} must be a framework, one of {known}; got {value!r}")
    return FRAMEWORKS[value]


class MisfitError(ValueError):
    """Shapes that do not go together: what a check raises for `match`."""


def match(check: Callable[..., Any], groups: SupportsIndex = 1, **shapes: tuple[int, ...]) -> Any:
    """Return what `check` returns for the shapes, or raise its error with the remedies.

    Parameters
    ----------
    check : callable
        Takes the shapes by their names, and `groups`. It raises `MisfitError` if they do not go
        together.
    groups : int
        As the caller of convdoc gave them.
    **shapes : tuple of int
        The shapes of the arrays by what their arguments are called: ``w`` and ``weights[0]`` are
        kernels, the others are images.

    Raises
    ------
    ValueError
        If `check` raises it. To the message of a `MisfitError` are added the remedies: expressions
        whose shapes pass the same check, those with the fewest changes.
    """
    try:
        return check(**shapes, groups=groups)
    except MisfitError as error:
        remedies = _remedies(check, groups, shapes)
        raise ValueError(str(error) + "".join(f"; {remedy}" for remedy in remedies)) from None


def looks_misread(w_shape: tuple[int, ...]) -> bool:
    """Whether a kernel that fits is likely in another layout: (k, k, k, n) or (k, k, n, k).

    In Keras that is n filters of k×k, such as 3×3 over RGB. Here it is k filters of k×n, and
    few would have an even n above 2 k, or an odd one above 4 k.
    """
    k, channels, *kernel = w_shape
    if k < 3 or k != channels or k != min(kernel):
        return False
    n = max(kernel)
    return n > (2 * k if n % 2 == 0 else 4 * k)


def looks_channels_last(x_shape: tuple[int, ...]) -> bool:
    """Whether images that fit are likely channels-last: square, with three or four channels."""
    return x_shape[3] in (3, 4) and x_shape[1] == x_shape[2] >= 8


def warn_of_accident(check: Callable[..., Any], groups: int = 1, **shapes: tuple[int, ...]) -> None:
    """Warn about shapes that fit but look misread, if another reading passes `check` too."""
    for remedy in _remedies(check, groups, shapes)[:1]:
        name, _, hint = remedy.partition(" ")
        count, channels, height, width = shapes[name]
        filters = f"{count} filters" if name == "w" else "images"
        warnings.warn(
            f"{name} {shapes[name]} is read as {filters} with {channels} channels of "
            f"{height}×{width}, but {hint}. If it is right as it is: "
            f"warnings.filterwarnings('ignore', '{name} .* is read as')",
            UserWarning,
            stacklevel=caller(),
        )


def caller() -> int:
    """The stacklevel of a warning that names the line outside convdoc which called it."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "convdoc":
        level, frame = level + 1, frame.f_back
    return level


class _Reading(NamedTuple):
    """What an array may be: its shape in our layout, and the remedy, empty if it is unchanged."""

    shape: tuple
    remedy: str = ""


def _remedies(check, groups, shapes):
    """What to write instead: the simplest alternatives that work, three at most."""
    readings = [
        [_Reading(shape), *_readings(name, shape, groups, "y" in shapes)]
        for name, shape in shapes.items()
    ]
    works = []
    for choice in itertools.product(*readings):
        remedies = [reading.remedy for reading in choice if reading.remedy]
        moved = {name: reading.shape for name, reading in zip(shapes, choice, strict=True)}
        if remedies and _works(check, groups, shapes, moved):
            works.append((len(remedies) + _oddities(shapes, moved), " and ".join(remedies)))
    if "x" in shapes and len(shapes["x"]) == len(shapes.get("w", "")) == 4:
        channels, share = shapes["x"][1], shapes["w"][1]
        parts, rest = divmod(channels, share)
        if not rest and parts != groups and _works(check, parts, shapes, shapes):
            remedy = f"groups={parts} if each filter reads {share} of the {channels} channels"
            works.insert(0, (1 + _oddities(shapes, shapes), remedy))
    least = min((cost for cost, _ in works), default=0)
    return [remedy for cost, remedy in works if cost == least][:3]


def _readings(name, shape, groups, transposed):
    target, known = ("FCHW", KERNELS) if name[0] == "w" else ("NCHW", IMAGES)
    for axes, words in known.items():
        if len(axes) != len(shape) or (axes == "HWFC" and not transposed):
            continue
        if axes == "CFHW" and shape[0] == 1:  # one filter over several channels, not the reverse
            continue
        lengths = dict(zip(axes, shape, strict=True))
        moved = tuple(lengths.get(axis, 1) for axis in target)
        remedy = f"{name} looks like {words}: {name}{_moved(axes, target)}"
        if axes == "HWCF" and not transposed:
            remedy += ", or for trained weights convert_kernel"
        yield _Reading(moved, remedy)
    if name == "w" and len(shape) == 4 and shape[2] == groups > 1:
        height, width, channels, multiplier = shape
        yield _Reading(
            (channels * multiplier, 1, height, width),
            "w looks like a depthwise kernel of Keras, (height, width, channels, multiplier): "
            f"w.transpose(2, 3, 0, 1).reshape(-1, 1, {height}, {width})",
        )


def _moved(axes, target):
    """The expression after an array's name that moves these axes to those of `target`."""
    order = tuple(axes.index(axis) for axis in target if axis in axes)
    transposed = "" if order == tuple(range(len(axes))) else f".transpose{order}"
    index = ", ".join(":" if axis in axes else "None" for axis in target)
    while index.endswith(", :"):
        index = index.removesuffix(", :")
    return transposed + (f"[{index}]" if "None" in index else "")


def _works(check, groups, shapes, moved):
    """Whether the moved shapes pass `check` and are plausible."""
    try:
        check(**moved, groups=groups)
    except MisfitError:
        return False
    except ValueError:  # a setting is wrong too, which is the next error
        pass
    if "w" not in moved:
        return True
    height, width = moved["w"][2:]
    return not looks_misread(moved["w"]) and all(
        # A moved image smaller than its kernel, such as 1×512, was channels-first before.
        shape == shapes[name] or shape[2] == shape[3] or (height <= shape[2] and width <= shape[3])
        for name, shape in moved.items()
    )


def _oddities(shapes, moved):
    """The number of kernels that are not square and of images that are no longer square."""
    return sum(
        shape[2] != shape[3] and (name == "w" or shapes[name][-2] == shapes[name][-1])
        for name, shape in moved.items()
    )
