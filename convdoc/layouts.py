"""How frameworks keep the kernel of a convolution layer, and how to move it between them."""

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
        For an unknown `source` or `target`, and for a `w` that is not 4-D.

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
