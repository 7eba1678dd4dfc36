"""The operations: check the arguments, make the plan, hand over to an engine."""

import functools
import inspect
import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, SupportsIndex, TypeVar

import numpy as np

from convdoc import engines
from convdoc._types import (
    Array,
    ArrayLike,
    BorderMode,
    EngineName,
    Filling,
    Floats,
    OneOrTwo,
    PoolingMode,
    Shape,
    Sides,
)
from convdoc.hints import hinted, mode_hint
from convdoc.layouts import MisfitError, looks_channels_last, looks_misread, match, warn_of_accident
from convdoc.poolings import POOLINGS, Pooling, rounded_up
from convdoc.spec import ConvSpec, boolean, divide, pair, positive

LAYOUTS = {
    "x": "(samples, channels, height, width)",
    "w": "(filters, channels, height, width)",
    "y": "(samples, filters, height, width)",
    "dy": "(samples, filters, height, width)",
}
# Above these, neighbouring integers are no longer told apart.
LARGEST_INTEGER = {"float32": 2**24, "float64": 2**53}

_Operation = TypeVar("_Operation", bound=Callable[..., Any])


def _lazy_on_dask(function: _Operation) -> _Operation:
    """Let an operation return dask arrays, lazily, if it gets one."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args, **kwargs):
        if not any(map(_is_dask, args)) and not any(map(_is_dask, kwargs.values())):
            return function(*args, **kwargs)
        from convdoc import _dask

        arguments = signature.bind(*args, **kwargs)
        arguments.apply_defaults()
        return _dask.lazily(function.__name__, *arguments.arguments.values())

    return call  # type: ignore[return-value]


def _is_dask(value):
    return type(value).__module__.startswith("dask.array")


@hinted
@_lazy_on_dask
def conv4d(
    x: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    border: Filling | float = "zeros",
    engine: EngineName | None = None,
) -> Floats:
    r"""Convolve every sample of `x` with every filter of `w`.

    A true convolution (the kernel is flipped):

    .. math::

        Y_{n, f, i, j} = b_f + \sum_{c, u, v} W_{f, c, u, v} \, X_{n, c, i' - u d, j' - v d}

    with :math:`i' = i s + d (k_h - 1) - p`, where *s* is the stride, *d* the dilation and *p*
    the number of places above the image, and :math:`j'` likewise. Pixels outside the image are
    zero, or what `border` says. In groups, *c* runs over the channels of the filter's own group.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        The images: real numbers, integers or booleans. It is never changed.
    w : array_like, shape (filters, channels // groups, kernel height, kernel width)
        The kernels, as they would be drawn: the flip is done here. Never changed either.
    border_mode : str, int, (int, int) or ((int, int), (int, int))
        ``"same"``: places around the image, one output for each stride, so as many as the
        input has under stride 1. ``"valid"``: only windows that lie wholly on the image.
        ``"full"``: all that touch it. Also ``"half"``, ``"same_upper"``, ``"same_lower"`` and
        places by their number: see :class:`ConvSpec`.
    strides : int or (int, int)
        Pixels from one window to the next, (vertical, horizontal) or both.
    dilation : int or (int, int)
        Pixels from one kernel element to the next; 1 is a contiguous kernel.
    groups : int
        Parts that channels and filters are divided into, each convolved by itself.
    bias : array_like, shape (filters,), optional
        A number to add to each output image.
    border : str, int or float
        What the places around the image hold: ``"zeros"``; pixels of the image again, such as
        ``"circular"``; or a number, in the dtype of the result. See :class:`ConvSpec`. Any other
        than zeros is put around the image here, and the engine convolves what that makes
        without padding, so that all engines know all borders.
    engine : str, optional
        The library that computes: ``"keras"``, ``"theano"``, ``"direct"``, ``"numpy"``,
        ``"scipy"``, ``"opencv"``, ``"scikit-image"``, ``"torch"`` or ``"jax"``; or ``"auto"``,
        the one expected to be quickest. All return the same result, up to rounding. By default,
        :func:`convdoc.engines.default` names it: Keras on Theano where that can run, and where
        it would not copy out windows of more than 1 GiB.

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
        If an array is complex, text, dates, objects, masked, or of floats wider than float64, and
        if an argument has another framework's name; the message gives ours.
    ValueError
        If an array is not 4-D or has an empty axis, the channels do not match, the groups do not
        divide them, `bias` has another length, `ConvSpec` refuses a setting, the kernel is larger
        than the padded image, `engine` is unknown, or the result's dtype would round an integer:
        beyond 2**24 in float32, 2**53 in float64. Where an array seems to be in the layout of
        another framework, the message ends in the expression that moves it to ours.
    ImportError, RuntimeError
        If the engine's library is missing, or the compiler or the headers of Python that it
        needs. The message names the package to install.
    MemoryError
        If ``"keras"`` or ``"theano"`` is asked for and would copy out windows of more than 1 GiB.

    Warns
    -----
    UserWarning
        If `w` fits by accident: a kernel of Keras for 3×3 windows over three channels, shape
        (3, 3, 3, filters), is also one of three filters that are 3 high and `filters` wide. It is
        computed as the latter. Up to a width of 6, or 12 if it is odd, there is no warning.

    Notes
    -----
    A batch of channels-last images whose height equals the number of channels of `w` cannot be
    distinguished from a channels-first one. Transpose it: ``x.transpose(0, 3, 1, 2)``.

    If `x` is a dask array, so is the result: it is computed block by block when it is needed. Its
    dtype follows from the dtypes alone, and integers that it would round are found when their block
    is computed. Chunks may have any size; the channels are made one chunk. With a cluster, all
    workers need convdoc and the engine. `conv4d_blocks` needs less memory than dask, and no dask.

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

    A ring of pixels, each added to its left neighbour:

    >>> conv4d([[[[1, 2, 3]]]], [[[[1, 1]]]], border="circular")
    array([[[[4., 3., 5.]]]], dtype=float32)
    """
    settings = border_mode, strides, dilation, groups, border
    return _convolve(real("x", x), real("w", w), settings, bias, engine)


@hinted
@_lazy_on_dask
def correlate4d(
    x: ArrayLike,
    w: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    border: Filling | float = "zeros",
    engine: EngineName | None = None,
) -> Floats:
    r"""Correlate every sample of `x` with every filter of `w`: `conv4d` without the flip.

    .. math::

        Y_{n, f, i, j} = \sum_{c, u, v} W_{f, c, u, v} \, X_{n, c, i + u, j + v}

    under ``"valid"``. TensorFlow, PyTorch and JAX call this a convolution. It is `conv4d` with
    the kernel turned by 180 degrees.

    Parameters
    ----------
    x, w, border_mode, strides, dilation, groups, bias, border, engine
        As `conv4d` takes them. Where the padding is uneven, it stays on its side: it
        belongs to the image, and is not turned with the kernel.

    Returns
    -------
    numpy.ndarray, shape (samples, filters, output height, output width)
        With the dtype rule of `conv4d`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `conv4d` would raise them.

    Warns
    -----
    UserWarning
        If `w` fits by accident, as in `conv4d`.

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
    w = real("w", w)
    turned = w[:, :, ::-1, ::-1] if w.ndim == 4 else w
    settings = border_mode, strides, dilation, groups, border
    return _convolve(real("x", x), turned, settings, bias, engine)


@hinted
@_lazy_on_dask
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
    border: Filling | float = "zeros",
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
    border : str
        That of the convolution, see `conv4d`. Where it repeats pixels, what is given to a place
        around the image is added to the pixel that the place repeats, and not cut off. A number
        other than 0 is an error: a convolution with such a border is not linear.
    engine : str, optional
        As in `conv4d`.

    Returns
    -------
    numpy.ndarray, shape (samples, channels, output height, output width)
        The height is :math:`s (h - 1) + d (k - 1) + 1 - P + a`, *P* being the padding of both
        sides and *a* the `output_padding`; the width likewise. With the dtype rule of `conv4d`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `conv4d` would raise them, and ValueError if the convolution cannot have read an image
        of `output_size`.

    Warns
    -----
    UserWarning
        If `w` fits by accident, as in `conv4d`.

    Notes
    -----
    ``Conv2DTranspose(strides=s, padding="same")`` of Keras and TensorFlow gives ``s * h`` rows;
    that is ``output_padding=s - 1`` here, for odd and for even kernels. Under ``"valid"`` it is
    ``output_padding=max(0, s - k)``. If Keras's own ``output_padding`` is given, under ``"same"``
    it counts from :math:`s (h - 1) + k - 2 \lfloor k / 2 \rfloor` rows: for odd kernels that is the
    smallest result, as here, and for even kernels one row less.

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
    y, w = real("y", y), real("w", w)
    settings = border_mode, strides, dilation, groups, border
    spec, shape, bias = transposed_plan(y, w, settings, bias, output_padding, output_size)
    y, w, bias = as_floats(y=y, w=w, bias=bias)
    compute = engines.choose(engine, shape, w.shape, spec, y.itemsize)
    x = _given_back(compute, y, w, spec, shape[2:])
    return x if bias is None else np.add(x, bias[:, None, None], out=x)


@hinted
@_lazy_on_dask
def conv4d_gradients(
    x: ArrayLike,
    w: ArrayLike,
    dy: ArrayLike,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    border: Filling | float = "zeros",
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
    x, w, border_mode, strides, dilation, groups, border, engine
        As `conv4d` takes them. A number as the border does not change with the image: windows
        read it, so it is in `dw`, and there is nothing of it in `dx`.
    dy : array_like, shape (samples, filters, output height, output width)
        Gradient of the loss with respect to the convolution's result.

    Returns
    -------
    dx, dw, db : numpy.ndarray
        In the shapes of `x`, of `w` and (filters,). With the dtype rule of `conv4d`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `conv4d` would raise them, and ValueError if `dy` has not the shape of the result.

    Warns
    -----
    UserWarning
        If `w` fits by accident, as in `conv4d`.

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
    x, w, dy = real("x", x), real("w", w), real("dy", dy)
    settings = border_mode, strides, dilation, groups, border
    spec, _ = convolution_plan(x, w, settings, None, dy)
    x, w, dy = as_floats(x=x, w=w, dy=dy)
    compute = engines.choose(engine, x.shape, w.shape, spec, x.itemsize)
    dx = _given_back(compute, dy, w, spec, x.shape[2:])
    x, spec = _bordered(x, spec)
    return dx, compute.kernel_gradient(x, dy, spec), dy.sum((0, 2, 3))


@hinted
@_lazy_on_dask
def pool4d(
    x: ArrayLike,
    size: OneOrTwo,
    strides: OneOrTwo | None = None,
    border_mode: BorderMode = "valid",
    mode: PoolingMode = "max",
    *,
    ceil_mode: bool = False,
    dilation: OneOrTwo = 1,
    divisor: SupportsIndex | None = None,
) -> Floats:
    r"""Reduce each window of the image to one value, channel by channel.

    Along each axis :math:`o = \lfloor (i + P - \hat k) / s \rfloor + 1`, *P* being the padding of
    both sides and :math:`\hat k = d (k - 1) + 1` what a window spans: without padding and
    dilation, relationship 7 of Dumoulin and Visin. Computed by NumPy.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        Real numbers, with the rules of `conv4d` for dtypes.
    size : int or (int, int)
        Height and width of a window, in pixels.
    strides : int or (int, int), optional
        Pixels from one window to the next. By default the size: windows side by side.
    border_mode : str, int, (int, int) or ((int, int), (int, int))
        Padding, as in `ConvSpec`: less than a window on every side. See the notes on ``"same"``.
    mode : {"max", "min", "average", "average_no_pad"}
        The largest or the smallest value of the window, padding not counted; its mean, padding
        counted as zeros; or the mean of the pixels alone.
    ceil_mode : bool
        Whether rows and columns that are left over, because they fill no window, get a last
        window, which hangs over the padded image. Cells beyond that never count. A window that
        would begin in the bottom or right padding is left out.
    dilation : int or (int, int)
        Pixels from one cell of a window to the next; 1 is a contiguous window.
    divisor : int, optional
        What an average divides the sum of a window by, in place of the number of its cells that
        count. A divisor of 1 gives the sum.

    Returns
    -------
    numpy.ndarray, shape (samples, channels, output height, output width)
        float32, or float64 where `x` is float64.

    Raises
    ------
    TypeError
        If `conv4d` would raise it for `x`, and if an argument has another framework's name.
    ValueError
        If `conv4d` would raise it for `x`, a size, stride, dilation or padding is invalid, no
        window fits, a window holds no pixel, `mode` is unknown, `ceil_mode` is no bool, or
        `divisor` is not positive or given for a mode that does not divide.

    Warns
    -----
    UserWarning
        If `x` looks like square channels-last images: with three or four columns, and as many
        channels as rows.

    Notes
    -----
    ``border_mode="same"`` pads as Keras's *Conv2D* on Theano, :math:`\lfloor k / 2 \rfloor` zeros
    before the image. Keras's pooling layers on Theano pad *k* - 1 before it for an even *k*, and
    from 3 on *k* - 2 for an odd one, with the rest of the *k* - 1 after it. For windows up to 3
    both are the same. ``MaxPooling2D(4, padding="same")`` is
    ``border_mode=((3, 0), (3, 0))``, and of 5 it is ``((3, 1), (3, 1))``. TensorFlow's ``"same"``
    is ``"same_upper"``. Averages of Keras are ``"average_no_pad"``.

    `ceil_mode` and `divisor` are PyTorch's ``ceil_mode`` and ``divisor_override``; its
    ``count_include_pad`` chooses between the two averages. ONNX's operators ``MaxPool`` and
    ``AveragePool`` leave out a window that would begin behind the image from opset 22 on. By the
    formula of opsets 10 to 21, :math:`\lceil (i + P - \hat k) / s \rceil + 1`, it is in the result,
    though it may hold no pixel: an image of 2×2 under windows of 3×3 with strides of 3 and a
    padding of 1 gives 2×2 outputs there, and one output here.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285, chapter 3.

    ONNX, "Operators", https://onnx.ai/onnx/operators/onnx__AveragePool.html, of which each version
    has its own formulas.

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

    In steps of 3, the last row and column fill no window, unless it may hang over:

    >>> pool4d(x, 2, strides=3)
    array([[[[5.]]]], dtype=float32)
    >>> pool4d(x, 2, strides=3, ceil_mode=True)
    array([[[[ 5.,  7.],
             [13., 15.]]]], dtype=float32)
    """
    x = real("x", x)
    plan = pooling_plan(x, size, strides, border_mode, mode, ceil_mode, dilation, divisor)
    (x,) = as_floats(x=x)
    return engines.load("numpy").pool(x, *plan)


def pooling_plan(
    x: Array,
    size: OneOrTwo,
    strides: OneOrTwo | None,
    border_mode: BorderMode,
    mode: PoolingMode,
    ceil_mode: bool,
    dilation: OneOrTwo,
    divisor: SupportsIndex | None,
) -> tuple[ConvSpec, Pooling, Sides, int | None]:
    """The windows of `pool4d`, what it makes of them, its padding and divisor; or its errors.

    Of `x`, which has real numbers, the shape counts.
    """
    size = pair("size", size)
    spec = ConvSpec(size, size if strides is None else strides, border_mode, dilation)
    pooling = _pooling(mode)
    if divisor is not None:
        divisor = positive("divisor", divisor)
        if not pooling.divides:
            raise ValueError(f"divisor is what an average divides by, and mode is {mode!r}")
    check = partial(_fit_pooling, spec=spec, ceil_mode=boolean("ceil_mode", ceil_mode))
    plan = match(check, x=x.shape)
    if looks_channels_last(x.shape):
        warn_of_accident(check, x=x.shape)
    return plan, pooling, spec.padding(x.shape[2:]), divisor


def _pooling(mode):
    """The pooling that is called `mode`, or an error."""
    if not isinstance(mode, str) or mode not in POOLINGS:
        known = ", ".join(f"{mode!r} ({pooling.words})" for mode, pooling in POOLINGS.items())
        raise ValueError(f"mode must be one of {known}; got {mode!r}{mode_hint(mode)}")
    return POOLINGS[mode]


def _convolve(x, w, settings, bias, engine):
    spec, bias = convolution_plan(x, w, settings, bias)
    x, w, bias = as_floats(x=x, w=w, bias=bias)
    x, spec = _bordered(x, spec)
    y = engines.choose(engine, x.shape, w.shape, spec, x.itemsize).convolve(x, w, spec)
    return y if bias is None else np.add(y, bias[:, None, None], out=y)


def convolution_plan(
    x: Array,
    w: Array,
    settings: tuple[Any, ...],
    bias: ArrayLike | None,
    dy: Array | None = None,
) -> tuple[ConvSpec, Array | None]:
    """The plan of `conv4d`, and its bias as an array; or its errors and its warning.

    Of `x`, `w` and, for gradients, `dy`, which have real numbers, the shapes count.
    """
    shapes = (x.shape, w.shape) if dy is None else (x.shape, w.shape, dy.shape)
    spec = _plan(shapes, *settings)
    if looks_misread(w.shape):
        warn_of_accident(match_channels, spec.groups, x=x.shape, w=w.shape)
    return spec, _bias(bias, len(w), "filter")


def transposed_plan(
    y: Array,
    w: Array,
    settings: tuple[Any, ...],
    bias: ArrayLike | None,
    output_padding: OneOrTwo,
    output_size: OneOrTwo | None,
) -> tuple[ConvSpec, Shape, Array | None]:
    """The convolution that `conv4d_transpose` belongs to, the shape that it gives and its bias.

    Of `y` and `w`, which have real numbers, the shapes count.
    """
    border_mode, strides, dilation, groups, border = settings
    size = None if output_size is None else pair("output_size", output_size)
    check = partial(
        _fit_transposed, strides=strides, border_mode=border_mode, dilation=dilation,
        border=border, output_padding=output_padding, output_size=size,
    )  # fmt: skip
    spec, (height, width) = match(check, groups, y=y.shape, w=w.shape)
    shape = len(y), w.shape[1] * spec.groups, height, width
    _match_memory(shape, spec)
    if looks_misread(w.shape):
        warn_of_accident(match_filters, spec.groups, y=y.shape, w=w.shape)
    return spec, shape, _bias(bias, shape[1], "channel of the result")


def _bordered(x, spec):
    """Images and plan for an engine, which pads with zeros and with nothing else."""
    if spec.border == "zeros":
        return x, spec
    return spec.beyond.put_around(x, spec.padding(x.shape[2:])), spec.bare


def _given_back(compute, y, w, spec, size):
    """What an engine gives back from `y` to images of `size`, and through their border."""
    if spec.border == "zeros":
        return compute.convolve_transpose(y, w, spec, size)
    sides = spec.padding(size)
    around = tuple(n + sum(places) for n, places in zip(size, sides, strict=True))
    return spec.beyond.fold_back(compute.convolve_transpose(y, w, spec.bare, around), sides)


def _plan(shapes, *settings):
    """The plan, where arrays of these shapes fit it: x, w and, for gradients, dy.

    Of the time that a toy convolution takes, the plan is the larger part, so that of one without
    pairs among its settings is kept. A pair may hold what only equals an integer, as True does.
    """
    plain = all(type(setting) in (int, float, str) for setting in settings)
    return (_known_plan if plain else _known_plan.__wrapped__)(shapes, *settings)


@lru_cache(maxsize=256, typed=True)
def _known_plan(shapes, border_mode, strides, dilation, groups, border):
    settings = {"border_mode": border_mode, "strides": strides}
    settings |= {"dilation": dilation, "border": border}
    spec = match(
        partial(_fit, **settings), groups, **dict(zip(("x", "w", "dy"), shapes, strict=False))
    )
    _match_memory(shapes[0], spec)
    return spec


def _fit(x, w, groups, *, dy=None, **settings):
    """The plan for arrays of these shapes, or a `MisfitError`."""
    match_channels(x, w, groups)
    spec = ConvSpec(w[2:], groups=groups, **settings)
    try:
        size = spec.output_size(x[2:])
    except ValueError as error:
        raise MisfitError(f"w {w} does not fit x {x}: {error}") from None
    if dy is None:
        return spec
    four_d("dy", dy)
    if dy != (x[0], w[0], *size):
        raise MisfitError(
            f"dy must have the shape of the convolution's result, {LAYOUTS['dy']} = "
            f"{(x[0], w[0], *size)} for x {x} and w {w}; got {dy}"
        )
    return spec


def _fit_transposed(y, w, groups, *, output_padding, output_size, **settings):
    """The plan of the convolution and the size that it has read, or a `MisfitError`."""
    match_filters(y, w, groups)
    transposed = ConvSpec(
        w[2:], groups=groups, transposed=True, output_padding=output_padding, **settings
    )
    spec, size = transposed.forward, y[2:]
    if output_size is None:
        try:
            return spec, transposed.output_size(size)
        except ValueError as error:
            raise MisfitError(f"w {w} does not fit y {y}: {error}") from None
    if output_padding not in (0, (0, 0)):
        raise ValueError(
            "output_padding and output_size say the same thing, so give one of them; "
            f"got output_padding={output_padding} and output_size={output_size}"
        )
    possible = spec.input_sizes(size)
    if any(n not in sizes for n, sizes in zip(output_size, possible, strict=True)):
        heights, widths = (" or ".join(map(str, sizes)) or "none" for sizes in possible)
        raise MisfitError(
            f"output_size must be one that the convolution turns into the {size} of y "
            f"{y}: height {heights}, width {widths}; got {output_size}"
        )
    return spec, output_size


def _fit_pooling(x, groups, *, spec, ceil_mode):
    """The plan of the windows, or an error where none fits or one could hold no pixel."""
    four_d("x", x)
    image, size = x[2:], spec.kernel
    padding = spec.padding(image)
    dilated = f", dilated {spec.dilated_kernel}" if spec.dilation != (1, 1) else ""
    for k, sides in zip(spec.dilated_kernel, padding, strict=True):
        if max(sides) >= k:
            raise ValueError(
                f"border_mode must pad less than a window, size={size}{dilated}, on every side, or "
                f"windows lie on padding alone; got {spec.border_mode!r}"
            )
    plan = rounded_up(spec, image) if ceil_mode else spec
    try:
        rows, columns = plan.output_size(image)
    except ValueError:
        raise MisfitError(
            f"size must be at most the image's height and width, {image} for x of shape {x}, "
            f"and its padding; got {size}{dilated}"
        ) from None
    if dilated:
        vertical = (plan.window(i, 0, image)[0] for i in range(rows))
        horizontal = (plan.window(0, j, image)[1] for j in range(columns))
        if any(set(window) == {None} for window in (*vertical, *horizontal)):
            raise ValueError(
                f"a window of size={size}{dilated}, would hold no pixel of the {image} of x; pad "
                f"less than border_mode={spec.border_mode!r}"
            )
    return plan


def match_channels(x: tuple[int, ...], w: tuple[int, ...], groups: int) -> None:
    """Raise a `MisfitError` unless both shapes are 4-D and `w` reads the channels of `x`."""
    four_d("x", x)
    match_groups(w, groups)
    if x[1] != w[1] * groups:
        made = f"{w[1]}" if groups == 1 else f"{groups} groups of {w[1]}"
        raise MisfitError(
            f"x has {_count(x[1], 'channel')} and w was made for {made}: "
            f"x is {LAYOUTS['x']} = {x}, w is {LAYOUTS['w']} = {w}"
        )


def match_filters(y: tuple[int, ...], w: tuple[int, ...], groups: int, name: str = "y") -> None:
    """Raise a `MisfitError` unless both shapes are 4-D and `y` has a channel for each filter."""
    four_d(name, y)
    match_groups(w, groups)
    if y[1] != w[0]:
        because = ", since spec is transposed" if name == "x" else ""
        raise MisfitError(
            f"{name} has {_count(y[1], 'channel')} and w has {_count(w[0], 'filter')}, but they "
            f"must agree{because}: {name} is {LAYOUTS['y']} = {y}, w is {LAYOUTS['w']} = {w}"
        )


def match_groups(w: tuple[int, ...], groups: int) -> None:
    """Raise a `MisfitError` unless the shape is 4-D and the groups divide the filters."""
    four_d("w", w)
    groups = positive("groups", groups)
    try:
        divide("filters", w[0], groups)
    except ValueError as error:
        raise MisfitError(str(error)) from None


def _count(number, what):
    return f"{number} {what}{'s' * (number != 1)}"


def four_d(name: str, shape: tuple[int, ...]) -> None:
    """Raise a `MisfitError` unless it is the shape of a 4-D array."""
    if len(shape) != 4:
        raise MisfitError(f"{name} must be 4-D, {LAYOUTS[name]}; got {len(shape)}-D, shape {shape}")
    if 0 in shape:
        raise ValueError(
            f"{name} has an empty axis: shape {shape}, read as {LAYOUTS[name]}; "
            "each must be 1 or more"
        )


def real_4d(name: str, value: ArrayLike) -> Array:
    """`value` as a 4-D array of real numbers, or an error that says what it should be."""
    array = real(name, value)
    match(lambda groups, **shape: four_d(name, shape[name]), 1, **{name: array.shape})
    return array


def _bias(bias, length, of):
    """`bias` as an array of `length` real numbers, or None."""
    if bias is None:
        return None
    array = real("bias", bias)
    if array.shape != (length,):
        raise ValueError(
            f"bias must have one number for each {of}, shape ({length},); got shape {array.shape}"
        )
    return array


def real(name: str, value: ArrayLike) -> Array:
    """`value` as an array of real numbers, or an error that says what it should be."""
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
    dtypes = [array.dtype for array in arrays.values() if array is not None]
    wide = any(dtype.kind == "f" and dtype.itemsize == 8 for dtype in dtypes)
    dtype = np.dtype(np.float64 if wide else np.float32)
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


def _as_float(name, array, dtype):
    """`array` in the float `dtype`, or an error where that would round an integer."""
    limit = LARGEST_INTEGER[dtype.name]
    if array.size and array.dtype.kind in "iu" and array.dtype.itemsize >= dtype.itemsize:
        low, high = int(array.min()), int(array.max())
        if max(-low, high) > limit:
            raise ValueError(
                f"{name} (dtype {array.dtype}) holds integers from {low} to {high}, and {dtype} "
                f"rounds beyond {limit}; to compute in float64, and round beyond "
                f"{LARGEST_INTEGER['float64']}: {name}.astype('float64')"
            )
    return np.array(array, dtype, order="C")
