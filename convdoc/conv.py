"""The operations: check the arguments, make the plan, hand over to an engine."""

import numbers

import numpy as np

from convdoc.spec import ConvSpec

LAYOUTS = {
    "x": "(samples, channels, height, width)",
    "w": "(filters, channels, height, width)",
}
# Above these, neighbouring integers are no longer told apart.
LARGEST_INTEGER = {"float32": 2**24, "float64": 2**53}


def conv4d(x, w, border_mode="same"):
    r"""Convolve every sample of `x` with every filter of `w`.

    A true convolution (the kernel is flipped), computed by a Keras model of one
    convolution layer on Theano:

    .. math::

        Y_{n, f, i, j} = \sum_{c, u, v} W_{f, c, u, v} \, X_{n, c, i' - u, j' - v}

    with :math:`i' = i + k_h - 1` and :math:`j' = j + k_w - 1` under ``"valid"``. Under
    ``"same"`` :math:`i' = i + \lfloor (k_h - 1) / 2 \rfloor` and
    :math:`j' = j + \lfloor (k_w - 1) / 2 \rfloor`, and pixels outside the image are zero.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        The images: real numbers, integers or booleans. It is never changed.
    w : array_like, shape (filters, channels, kernel height, kernel width)
        The kernels, as they would be drawn: the flip is done here. Never changed either.
    border_mode : {"same", "valid"}
        ``"same"``: zeros around the image, output as large as the input.
        ``"valid"``: only windows that lie wholly on the image. See :class:`ConvSpec`.

    Returns
    -------
    numpy.ndarray, shape (samples, filters, output height, output width)
        float64 where `x` or `w` is float64 (a list of decimals is), float32 otherwise:
        NumPy's own promotion, with integers taken as float32, the dtype networks use. So
        no array is rounded before it is convolved; sums are rounded as that dtype rounds.
        NaN and infinity are allowed, and spread to every output whose window holds them.

    Raises
    ------
    TypeError
        For complex, text, dates, objects, masked arrays, or floats wider than float64.
    ValueError
        For an array that is not 4-D or has an empty axis, for channels that do not match,
        an unknown `border_mode`, a kernel larger than the image under ``"valid"``, and for
        integers that the result's dtype would round: beyond 2**24 in float32, 2**53 in float64.
    RuntimeError
        If the C++ compiler or the Python headers that Theano needs are missing; it says
        what to install.

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
    x, w = real_4d("x", x), real_4d("w", w)
    _match_channels(x, w)
    spec = ConvSpec(kernel=w.shape[2:], border_mode=border_mode)
    try:
        spec.output_size(x.shape[2:])
    except ValueError as error:
        raise ValueError(f"w {w.shape} does not fit x {x.shape}: {error}") from None

    dtype = _result_dtype(x, w)
    from convdoc.engines import keras  # loads Keras and Theano, so only now

    return keras.convolve(_as_float("x", x, dtype), _as_float("w", w, dtype), spec)


def pool4d(x, size):
    """Keep the largest value of each window: max pooling, channel by channel.

    The windows lie side by side. Rows and columns that do not fill a window are left out:
    ``o = floor(i / size)`` along each axis, relationship 7 of Dumoulin and Visin (2016,
    arXiv 1603.07285) with the stride equal to the window.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        Real numbers, with the rules of `conv4d` for dtypes.
    size : int
        Height and width of a window, in pixels.

    Returns
    -------
    numpy.ndarray, shape (samples, channels, height // size, width // size)
        float32, or float64 where `x` is float64.

    Raises
    ------
    TypeError
        As `conv4d` raises for `x`, or where `size` is not an integer.
    ValueError
        As `conv4d` raises for `x`, or where a window is empty or larger than the image.

    Examples
    --------
    >>> from convdoc import pool4d
    >>> import numpy as np
    >>> pool4d(np.arange(16).reshape(1, 1, 4, 4), 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]], dtype=float32)
    """
    x = real_4d("x", x)
    if isinstance(size, bool) or not isinstance(size, numbers.Integral):
        raise TypeError(f"size must be an integer, the side of a window; got {size!r}")
    if not 1 <= size <= min(x.shape[2:]):
        raise ValueError(
            f"size must be from 1 to the image's smaller side, {min(x.shape[2:])} "
            f"for x of shape {x.shape}; got {size}"
        )
    from convdoc.engines import keras

    return keras.max_pool(_as_float("x", x, _result_dtype(x)), int(size))


def real_4d(name, value):
    """`value` as a 4-D array of real numbers, or an error that says what it should be."""
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


def _is_masked(value):
    """Whether it is a masked array, or a list with one in it: NumPy would drop the mask."""
    if isinstance(value, list | tuple):
        return any(map(_is_masked, value))
    return isinstance(value, np.ma.MaskedArray)


def _match_channels(x, w):
    channels = w.shape[1]
    if x.shape[1] == channels:
        return
    if x.shape[3] == channels:
        remedy = "; x looks like channels-last: x.transpose(0, 3, 1, 2)"
    elif w.shape[2] == x.shape[1]:
        remedy = "; w looks like Keras's own layout: w.transpose(3, 2, 0, 1)"
    else:
        remedy = ""
    raise ValueError(
        f"x has {x.shape[1]} channels and w has {channels}, but they must agree: "
        f"x is {LAYOUTS['x']} = {x.shape}, w is {LAYOUTS['w']} = {w.shape}{remedy}"
    )


def _result_dtype(*arrays):
    """Return float64 where one of them is, else float32."""
    return np.result_type(np.float32, *(a.dtype for a in arrays if a.dtype.kind == "f"))


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
    return array.astype(dtype, copy=False)
