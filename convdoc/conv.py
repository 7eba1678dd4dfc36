"""The operations: check the arguments, make the plan, hand over to an engine."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any, SupportsIndex

import numpy as np

from convdoc import engines
from convdoc._types import Array, ArrayLike, BorderMode, EngineName, Floats, OneOrTwo, PoolingMode
from convdoc.spec import ConvSpec, divide, pair

LAYOUTS = {
    "x": "(samples, channels, height, width)",
    "w": "(filters, channels, height, width)",
    "y": "(samples, filters, height, width)",
    "dy": "(samples, filters, height, width)",
}
# Above these, neighbouring integers are no longer told apart.
LARGEST_INTEGER = {"float32": 2**24, "float64": 2**53}
POOLING_MODES = {
    "max": "the largest value",
    "average": "the mean, with zeros for the padding",
    "average_no_pad": "the mean of what lies on the image",
}


def conv4d(
    x: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    engine: EngineName | None = None,
) -> Floats:
    r"""Convolve every sample of `x` with every filter of `w`.

    A true convolution (the kernel is flipped):

    .. math::

        Y_{n, f, i, j} = b_f + \sum_{c, u, v} W_{f, c, u, v} \, X_{n, c, i' - u d, j' - v d}

    with :math:`i' = i s + d (k_h - 1) - p`, where *s* is the stride, *d* the dilation and *p*
    the number of zeros above the image, and :math:`j'` likewise. Pixels outside the image are
    zero. In groups, *c* runs over the channels of the filter's own group.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        The images: real numbers, integers or booleans. It is never changed.
    w : array_like, shape (filters, channels // groups, kernel height, kernel width)
        The kernels, as they would be drawn: the flip is done here. Never changed either.
    border_mode : str, int, (int, int) or ((int, int), (int, int))
        ``"same"``: zeros around the image, one output for each stride, so as many as the
        input has under stride 1. ``"valid"``: only windows that lie wholly on the image.
        ``"full"``: all that touch it. Also ``"half"``, ``"same_upper"`` and zeros by their
        number: see :class:`ConvSpec`.
    strides : int or (int, int)
        Pixels from one window to the next, (vertical, horizontal) or both.
    dilation : int or (int, int)
        Pixels from one kernel element to the next; 1 is a contiguous kernel.
    groups : int
        Parts that channels and filters are divided into, each convolved by itself.
    bias : array_like, shape (filters,), optional
        A number to add to each output image.
    engine : str, optional
        The library that computes: ``"keras"``, ``"theano"``, ``"direct"``, ``"numpy"``,
        ``"scipy"``, ``"opencv"``, ``"scikit-image"``, ``"torch"`` or ``"jax"``; or ``"auto"``,
        the one expected to be quickest. All return the same result, up to rounding. By default
        it is :func:`convdoc.engines.default`: Keras on Theano where that can run.

    Returns
    -------
    numpy.ndarray, shape (samples, filters, output height, output width)
        float64 where `x`, `w` or `bias` is float64 (a list of decimals is), float32 otherwise:
        NumPy's own promotion, with integers taken as float32, the dtype networks use. So
        no array is rounded before it is convolved; sums are rounded as that dtype rounds.
        NaN and infinity are allowed, and spread to every output whose window holds them.

    Raises
    ------
    TypeError
        For complex, text, dates, objects, masked arrays, or floats wider than float64.
    ValueError
        For an array that is not 4-D or has an empty axis, for channels that do not match or
        groups that do not divide them, a `bias` of another length, settings that `ConvSpec`
        refuses, a kernel larger than the padded image, an unknown `engine`, and for integers
        that the result's dtype would round: beyond 2**24 in float32, 2**53 in float64.
    ImportError, RuntimeError
        If the engine's library is missing, or the compiler or the headers of Python that it
        needs. The message names the package to install.
    MemoryError
        If ``"keras"`` or ``"theano"`` is asked for and would copy out windows of more than 1 GiB.

    Notes
    -----
    A batch of channels-last images whose height equals its number of channels cannot be
    told from a channels-first one: transpose such images yourself, ``x.transpose(0, 3, 1, 2)``.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285.

    Examples
    --------
    The response to an impulse is the kernel itself, standing where the impulse was:

    >>> from convdoc import conv4d
    >>> import numpy as np
    >>> x = np.zeros((1, 1, 5, 7), int)
    >>> x[0, 0, 2, 3] = 1
    >>> w = np.array([[1., 2., 3.],
    ...               [4., 5., 6.]]).reshape(1, 1, 2, 3)
    >>> conv4d(x, w, "valid")
    array([[[[0., 0., 0., 0., 0.],
             [0., 1., 2., 3., 0.],
             [0., 4., 5., 6., 0.],
             [0., 0., 0., 0., 0.]]]])

    A 3×3 kernel sliding over a 5×5 image has nine places to go:

    >>> cross = np.array([[1, 0, 1],
    ...                   [0, 1, 0],
    ...                   [1, 0, 1]]).reshape(1, 1, 3, 3)
    >>> x = np.array([[1, 1, 1, 0, 0],
    ...               [0, 1, 1, 1, 0],
    ...               [0, 0, 1, 1, 1],
    ...               [0, 0, 1, 1, 0],
    ...               [0, 1, 1, 0, 0]]).reshape(1, 1, 5, 5)
    >>> conv4d(x, cross, "valid")
    array([[[[4., 3., 4.],
             [2., 4., 3.],
             [2., 3., 4.]]]], dtype=float32)

    Four samples: each is convolved by itself, with the same filter:

    >>> dot = np.zeros((1, 1, 3, 5), int)
    >>> dot[0, 0, 1, 2] = 1
    >>> x = dot * np.arange(4).reshape(4, 1, 1, 1)
    >>> conv4d(x, cross, "same")
    array([[[[0., 0., 0., 0., 0.],
             [0., 0., 0., 0., 0.],
             [0., 0., 0., 0., 0.]]],
           [[[0., 1., 0., 1., 0.],
             [0., 0., 1., 0., 0.],
             [0., 1., 0., 1., 0.]]],
           [[[0., 2., 0., 2., 0.],
             [0., 0., 2., 0., 0.],
             [0., 2., 0., 2., 0.]]],
           [[[0., 3., 0., 3., 0.],
             [0., 0., 3., 0., 0.],
             [0., 3., 0., 3., 0.]]]], dtype=float32)

    Two filters: each gives an output image of its own, in the second axis:

    >>> plus = np.array([[0, 1, 0],
    ...                  [1, 2, 1],
    ...                  [0, 1, 0]]).reshape(1, 1, 3, 3)
    >>> conv4d(dot, np.concatenate([cross, plus]), "same")
    array([[[[0., 1., 0., 1., 0.],
             [0., 0., 1., 0., 0.],
             [0., 1., 0., 1., 0.]],
            [[0., 0., 1., 0., 0.],
             [0., 1., 2., 1., 0.],
             [0., 0., 1., 0., 0.]]]], dtype=float32)

    Three channels: one kernel slice for each, and their results are added up:

    >>> w = np.array([[[1, 0, 1],
    ...                [0, 1, 0],
    ...                [1, 0, 1]],
    ...               [[0, 1, 0],
    ...                [1, 1, 1],
    ...                [0, 1, 0]],
    ...               [[0, 1, 0],
    ...                [0, 1, 0],
    ...                [0, 1, 0]]]).reshape(1, 3, 3, 3)
    >>> x = np.zeros((1, 3, 3, 5), int)
    >>> x[0, 0, 1, 1] = x[0, 1, 0, 4] = x[0, 1, 1, 2] = x[0, 2, 1, 3] = 1
    >>> conv4d(x, w, "same")
    array([[[[1., 0., 2., 2., 1.],
             [0., 2., 1., 2., 1.],
             [1., 0., 2., 1., 0.]]]], dtype=float32)
    """
    return _convolve(
        real_4d("x", x), real_4d("w", w), border_mode, strides, dilation, groups, bias, engine
    )


def correlate4d(
    x: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    engine: EngineName | None = None,
) -> Floats:
    r"""Correlate every sample of `x` with every filter of `w`: `conv4d` without the flip.

    .. math::

        Y_{n, f, i, j} = \sum_{c, u, v} W_{f, c, u, v} \, X_{n, c, i + u, j + v}

    under ``"valid"``. TensorFlow, PyTorch and JAX call this a convolution. It is `conv4d` with
    the kernel turned by 180 degrees.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, engine
        As `conv4d` takes them. Where the padding is uneven, it stays on its side: it
        belongs to the image, and is not turned with the kernel.

    Returns
    -------
    numpy.ndarray, shape (samples, filters, output height, output width)
        With the dtype rule of `conv4d`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError
        As `conv4d` raises them.

    References
    ----------
    A. Zhang, Z. Lipton, M. Li and A. Smola, "Dive into Deep Learning", section 7.2, from which
    the example is.

    Examples
    --------
    >>> from convdoc import correlate4d
    >>> import numpy as np
    >>> correlate4d([[np.arange(9.).reshape(3, 3)]], [[[[0, 1], [2, 3]]]], "valid")
    array([[[[19., 25.],
             [37., 43.]]]])
    """
    turned = real_4d("w", w)[:, :, ::-1, ::-1]
    return _convolve(real_4d("x", x), turned, border_mode, strides, dilation, groups, bias, engine)


def conv4d_transpose(
    y: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "valid",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    output_padding: OneOrTwo = 0,
    output_size: OneOrTwo | None = None,
    engine: EngineName | None = None,
) -> Floats:
    r"""Give every pixel of `y` back to the pixels that a convolution made it of.

    The transposed convolution, or adjoint, of `conv4d` with the same arguments:

    .. math::

        X'_{n, c, i, j} = \sum_{f, u, v} W_{f, c, u, v} \, Y_{n, f, i' + u, j' + v}

    with :math:`i' = i - (k_h - 1)`, :math:`j' = j - (k_w - 1)` under ``"valid"`` with stride 1,
    *Y* being zero outside. So every pixel leaves the kernel behind as the convolution laid it
    on the image, turned by 180 degrees. It is what a convolution's backward pass computes, and
    what networks enlarge images by. It is not the inverse: shapes come back, values do not.

    Parameters
    ----------
    y : array_like, shape (samples, filters, height, width)
        What the convolution would give: as many channels as `w` has filters.
    w : array_like, shape (filters, channels // groups, kernel height, kernel width)
        The kernels, as the convolution has them.
    border_mode, strides, dilation, groups
        Those of the convolution; see `ConvSpec`. Its padding is cut off here.
    bias : array_like, shape (channels,), optional
        A number to add to each channel of the result.
    output_padding : int or (int, int)
        Rows and columns more than the smallest result, at the bottom and on the right: less than
        the stride. Where padding has been cut off there, as many of its rows are kept instead;
        beyond them are rows that no window reached, which hold the bias or zeros.
    output_size : int or (int, int), optional
        Height and width of the result, in place of `output_padding`.
    engine : str, optional
        As in `conv4d`.

    Returns
    -------
    numpy.ndarray, shape (samples, channels, output height, output width)
        The height is :math:`s (h - 1) + d (k - 1) + 1 - P + a`, *P* being the padding of both
        sides and *a* the `output_padding`; the width likewise. With the dtype rule of `conv4d`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError
        As `conv4d` raises them, and for an `output_size` that the convolution cannot have read.

    Notes
    -----
    Keras's ``Conv2DTranspose`` under ``"same"`` gives ``strides * h``; here that is
    ``output_padding = strides - 1``.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285, chapter 4.

    Examples
    --------
    Each pixel leaves the kernel behind, turned; where two overlap they add up:

    >>> from convdoc import conv4d_transpose
    >>> conv4d_transpose([[[[1., 10.]]]], [[[[1., 2., 3.]]]], strides=2)
    array([[[[ 3.,  2., 31., 20., 10.]]]])
    """
    y, w = real_4d("y", y), real_4d("w", w)
    settings = _settings(border_mode, strides, dilation, groups, output_padding)
    size = None if output_size is None else pair("output_size", output_size)
    spec, shape = _transpose_plan(y.shape, w.shape, size, *settings)
    y, w, bias = as_floats(y=y, w=w, bias=_bias(bias, shape[1], "channel of the result"))
    compute = engines.choose(engine, shape, w.shape, spec, y.itemsize)
    x = compute.convolve_transpose(y, w, spec, shape[2:])
    return x if bias is None else np.add(x, bias[:, None, None], out=x)


def conv4d_gradients(
    x: ArrayLike,
    w: ArrayLike,
    dy: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    engine: EngineName | None = None,
) -> tuple[Floats, Floats, Floats]:
    r"""How a loss changes with the image, the kernel and the bias of a convolution.

    For a loss *L* with :math:`dY = \partial L / \partial Y`, and
    ``y = conv4d(x, w, border_mode, ..., bias=b)``, the chain rule gives

    .. math::

        dX = \text{conv4d\_transpose}(dY, W)
        \qquad
        dW_{f, c, u, v} = \sum_{n, i, j} dY_{n, f, i, j} \, X_{n, c, i' - u d, j' - v d}
        \qquad
        db_f = \sum_{n, i, j} dY_{n, f, i, j}

    with :math:`i'` and :math:`j'` as in `conv4d`.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, engine
        As `conv4d` takes them.
    dy : array_like, shape (samples, filters, output height, output width)
        Gradient of the loss with respect to the convolution's result.

    Returns
    -------
    dx, dw, db : numpy.ndarray
        In the shapes of `x`, of `w` and (filters,). With the dtype rule of `conv4d`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError
        As `conv4d` raises them, and where `dy` has not the shape of the result.

    Examples
    --------
    Of a sum of all outputs, ``dy`` is 1 everywhere. The corner pixel is read by one window only:

    >>> from convdoc import conv4d_gradients
    >>> import numpy as np
    >>> x, w = np.arange(9.).reshape(1, 1, 3, 3), np.array([[[[1., 2.], [3., 4.]]]])
    >>> dx, dw, db = conv4d_gradients(x, w, np.ones((1, 1, 2, 2)), "valid")
    >>> dx[0, 0]
    array([[ 4.,  7.,  3.],
           [ 6., 10.,  4.],
           [ 2.,  3.,  1.]])
    >>> dw[0, 0]
    array([[24., 20.],
           [12.,  8.]])
    >>> db
    array([4.])
    """
    x, w, dy = real_4d("x", x), real_4d("w", w), real_4d("dy", dy)
    spec = _plan(x.shape, w.shape, *_settings(border_mode, strides, dilation, groups))
    size = x.shape[2:]
    expected = (x.shape[0], w.shape[0], *spec.output_size(size))
    if dy.shape != expected:
        raise ValueError(
            f"dy must have the shape of the convolution's result, {LAYOUTS['dy']} = {expected} "
            f"for x {x.shape} and w {w.shape}; got {dy.shape}"
        )
    x, w, dy = as_floats(x=x, w=w, dy=dy)
    compute = engines.choose(engine, x.shape, w.shape, spec, x.itemsize)
    dx = compute.convolve_transpose(dy, w, spec, size)
    return dx, compute.kernel_gradient(x, dy, spec), dy.sum((0, 2, 3))


def pool4d(
    x: ArrayLike,
    size: OneOrTwo,
    strides: OneOrTwo | None = None,
    border_mode: BorderMode = "valid",
    mode: PoolingMode = "max",
) -> Floats:
    r"""Reduce each window of the image to one value, channel by channel.

    Along each axis :math:`o = \lfloor (i + P - k) / s \rfloor + 1`, *P* being the padding of
    both sides: without padding, relationship 7 of Dumoulin and Visin. Computed by NumPy.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        Real numbers, with the rules of `conv4d` for dtypes.
    size : int or (int, int)
        Height and width of a window, in pixels.
    strides : int or (int, int), optional
        Pixels from one window to the next. By default the size: windows side by side.
    border_mode : str, int, (int, int) or ((int, int), (int, int))
        Padding, as in `ConvSpec`: less than a window on every side.
    mode : {"max", "average", "average_no_pad"}
        The largest value of the window, padding not counted; its mean, padding counted as
        zeros; or the mean of the pixels alone.

    Returns
    -------
    numpy.ndarray, shape (samples, channels, output height, output width)
        float32, or float64 where `x` is float64.

    Raises
    ------
    TypeError
        As `conv4d` raises for `x`.
    ValueError
        As `conv4d` raises for `x`; for sizes, strides and padding that are none; where no
        window fits, or a window could lie wholly on padding; for an unknown `mode`.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285, chapter 3.

    Examples
    --------
    >>> from convdoc import pool4d
    >>> import numpy as np
    >>> x = np.arange(16).reshape(1, 1, 4, 4)
    >>> pool4d(x, 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]], dtype=float32)
    >>> pool4d(x, 3, strides=1, mode="average")
    array([[[[ 5.,  6.],
             [ 9., 10.]]]], dtype=float32)
    """
    x = real_4d("x", x)
    size = pair("size", size)
    spec = ConvSpec(size, size if strides is None else strides, border_mode)
    if not isinstance(mode, str) or mode not in POOLING_MODES:
        known = ", ".join(f"{mode!r} ({what})" for mode, what in POOLING_MODES.items())
        raise ValueError(f"mode must be one of {known}; got {mode!r}")
    image = x.shape[2:]
    for k, sides in zip(size, spec.padding(image), strict=True):
        if max(sides) >= k:
            raise ValueError(
                f"border_mode must pad less than a window, size={size}, on every side, or windows "
                f"lie on padding alone; got {border_mode!r}"
            )
    if any(k > i + sum(p) for k, i, p in zip(size, image, spec.padding(image), strict=True)):
        raise ValueError(
            f"size must be at most the image's height and width, {image} for x of shape {x.shape}, "
            f"and its padding; got {size}"
        )
    (x,) = as_floats(x=x)
    return engines.load("numpy").pool(x, spec, mode)


def _convolve(x, w, border_mode, strides, dilation, groups, bias, engine):
    spec = _plan(x.shape, w.shape, *_settings(border_mode, strides, dilation, groups))
    x, w, bias = as_floats(x=x, w=w, bias=_bias(bias, len(w), "filter"))
    y = engines.choose(engine, x.shape, w.shape, spec, x.itemsize).convolve(x, w, spec)
    return y if bias is None else np.add(y, bias[:, None, None], out=y)


def _settings(border_mode, strides, dilation, groups, output_padding=0):
    """The settings such that two that are equal mean the same: 1 is neither 1.0 nor True."""
    plain = type(strides) is type(dilation) is type(groups) is type(output_padding) is int
    if plain and type(border_mode) is str:
        return border_mode, strides, dilation, groups, output_padding
    spec = ConvSpec(1, strides, border_mode, dilation, groups, True, output_padding)
    return spec.border_mode, spec.strides, spec.dilation, spec.groups, spec.output_padding


@lru_cache(maxsize=4096)
def _plan(x_shape, w_shape, border_mode, strides, dilation, groups, _):
    """The plan, where image and kernel fit it."""
    spec = ConvSpec(w_shape[2:], strides, border_mode, dilation, groups)
    match_channels(x_shape, w_shape, groups)
    try:
        spec.output_size(x_shape[2:])
    except ValueError as error:
        raise ValueError(f"w {w_shape} does not fit x {x_shape}: {error}") from None
    _match_memory(x_shape, spec)
    return spec


@lru_cache(maxsize=4096)
def _transpose_plan(
    y_shape, w_shape, output_size, border_mode, strides, dilation, groups, output_padding
):
    """The plan of the convolution, and the shape of the images that it has read."""
    spec = ConvSpec(w_shape[2:], strides, border_mode, dilation, groups)
    if y_shape[1] != w_shape[0]:
        raise ValueError(
            f"y has {y_shape[1]} channels and w has {w_shape[0]} filters, but they must agree: "
            f"y is {LAYOUTS['y']} = {y_shape}, w is {LAYOUTS['w']} = {w_shape}"
        )
    divide("filters", w_shape[0], groups)
    size = y_shape[2:]
    if output_size is None:
        transposed = replace(spec, transposed=True, output_padding=output_padding)
        try:
            output_size = transposed.output_size(size)
        except ValueError as error:
            raise ValueError(f"w {w_shape} does not fit y {y_shape}: {error}") from None
    else:
        if output_padding not in (0, (0, 0)):
            raise ValueError(
                "output_padding and output_size say the same thing, so give one of them; "
                f"got output_padding={output_padding} and output_size={output_size}"
            )
        possible = spec.input_sizes(size)
        if any(n not in sizes for n, sizes in zip(output_size, possible, strict=True)):
            heights, widths = (" or ".join(map(str, sizes)) or "none" for sizes in possible)
            raise ValueError(
                f"output_size must be one that the convolution turns into the {size} of y "
                f"{y_shape}: height {heights}, width {widths}; got {output_size}"
            )
    x_shape = y_shape[0], w_shape[1] * groups, *output_size
    _match_memory(x_shape, spec)
    return spec, x_shape


def real_4d(name: str, value: ArrayLike) -> Array:
    """`value` as a 4-D array of real numbers, or an error that says what it should be."""
    array = _real(name, value)
    if array.ndim != 4:
        remedy = {
            2: f"; for one image or kernel: {name}.reshape(1, 1, *{name}.shape)",
            3: f"; for one image or filter of several channels: {name}[None]",
        }.get(array.ndim, "")
        raise ValueError(
            f"{name} must be 4-D, {LAYOUTS[name]}; got {array.ndim}-D, shape {array.shape}{remedy}"
        )
    if array.size == 0:
        raise ValueError(
            f"{name} has an empty axis: shape {array.shape}, read as {LAYOUTS[name]}; "
            "each must be 1 or more"
        )
    return array


def _bias(bias, length, of):
    """`bias` as an array of `length` real numbers, or None."""
    if bias is None:
        return None
    array = _real("bias", bias)
    if array.shape != (length,):
        raise ValueError(
            f"bias must have one number for each {of}, shape ({length},); got shape {array.shape}"
        )
    return array


def _real(name, value):
    if _is_masked(value):
        raise TypeError(
            f"{name} is a masked array, and a convolution has no rule for what is masked; "
            f"put numbers there first: {name}.filled(0)"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:  # a list whose rows differ in length
        raise ValueError(f"{name} cannot be read as an array: {error}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} must hold real numbers, integers or booleans; got dtype {array.dtype}"
            + (f"; convolve {name}.real and {name}.imag apart" if array.dtype.kind == "c" else "")
        )
    if array.dtype.itemsize > 8:
        raise TypeError(
            f"{name} has dtype {array.dtype}, wider than the float64 that is computed with; "
            f"round it yourself: {name}.astype('float64')"
        )
    return array


def _is_masked(value):
    """Whether it is a masked array, or a list with one in it: NumPy would drop the mask."""
    if isinstance(value, list | tuple):
        return any(map(_is_masked, value))
    return isinstance(value, np.ma.MaskedArray)


def match_channels(x_shape: tuple[int, ...], w_shape: tuple[int, ...], groups: int) -> None:
    """Raise an error that says what to do where `w` does not read the channels of `x`."""
    channels = w_shape[1] * groups
    divide("filters", w_shape[0], groups)
    if x_shape[1] == channels:
        return
    if groups > 1:
        share = divide("channels", x_shape[1], groups)
        remedy = f"; in {groups} groups, each filter reads {share} of them"
    elif x_shape[3] == channels:
        remedy = "; x looks like channels-last: x.transpose(0, 3, 1, 2)"
    elif w_shape[2] == x_shape[1]:
        remedy = "; w looks like Keras's own layout: w.transpose(3, 2, 0, 1)"
    else:
        remedy = ""
    raise ValueError(
        f"x has {x_shape[1]} channels and w has {w_shape[1]}, but they must agree: "
        f"x is {LAYOUTS['x']} = {x_shape}, w is {LAYOUTS['w']} = {w_shape}{remedy}"
    )


def _match_memory(x_shape, spec):
    """Raise an error where the padded images have more pixels than could be numbered."""
    around = zip(x_shape[2:], spec.padding(x_shape[2:]), strict=True)
    padded = (*x_shape[:2], *(n + sum(sides) for n, sides in around))
    if math.prod(padded) >= 2**48:
        raise ValueError(
            f"border_mode={spec.border_mode!r} makes padded images of shape {padded} out of "
            f"{x_shape}, which no memory holds; pad less"
        )


def as_floats(**arrays: Array | None) -> list[Any]:
    """Each in the dtype of the result, float64 where one of them is, else float32, and in order.

    In order means as NumPy would lay out a new array. Libraries that read memory by its strides
    need that: NumPy calls an array contiguous whatever the stride of an axis of length 1 is, and
    PyTorch then reads beyond its end.
    """
    dtype = _result_dtype(*[array.dtype for array in arrays.values() if array is not None])
    return [
        array
        if array is None or (array.dtype == dtype and _in_order(array))
        else _as_float(name, array, dtype)
        for name, array in arrays.items()
    ]


def _in_order(array):
    """Whether its numbers are in memory as those of a new array would be."""
    if not (array.flags.c_contiguous and array.flags.aligned):
        return False
    stride = array.itemsize
    for length, actual in zip(array.shape[::-1], array.strides[::-1], strict=True):
        if actual != stride:
            return False
        stride *= length
    return True


@lru_cache(maxsize=256)
def _result_dtype(*dtypes):
    return np.result_type(np.float32, *(dtype for dtype in dtypes if dtype.kind == "f"))


def _as_float(name, array, dtype):
    """`array` in the float `dtype`, or an error where that would round an integer."""
    limit = LARGEST_INTEGER[dtype.name]
    if array.dtype.kind in "iu" and array.dtype.itemsize >= dtype.itemsize:
        low, high = int(array.min()), int(array.max())
        if max(-low, high) > limit:
            raise ValueError(
                f"{name} (dtype {array.dtype}) holds integers from {low} to {high}, and {dtype} "
                f"rounds beyond {limit}; to compute in float64, and round beyond "
                f"{LARGEST_INTEGER['float64']}: {name}.astype('float64')"
            )
    return np.array(array, dtype, order="C")
