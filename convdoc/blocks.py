"""Images larger than memory: the operations, block by block.

`conv4d_blocks` and its sisters read a block at a time from an array on disk and write the result
to another. An `Operation` is what they do with a block; on dask arrays, `convdoc._dask` does the
same.
"""

import contextlib
import importlib.util
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, SupportsIndex

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
from convdoc.conv import (
    LAYOUTS,
    as_floats,
    convolution_plan,
    pooling_plan,
    real,
    transposed_plan,
)
from convdoc.hints import hinted
from convdoc.poolings import Pooling
from convdoc.spec import Block, ConvSpec, boolean, integer, pair

EACH = (2048, 2048)


@hinted
def conv4d_blocks(
    x: Any,
    w: ArrayLike,
    out: Any,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    border: Filling | float = "zeros",
    engine: EngineName | None = None,
    each: OneOrTwo = EACH,
    progress: bool = True,
    start: SupportsIndex = 0,
) -> Any:
    r"""Convolve images that do not fit into memory: `conv4d`, block by block.

    Each block of the result is computed from the pixels that its windows cover, so that the result
    is that of `conv4d`. While a block is computed, a thread reads the next one and another writes
    the last one, so that memory holds a few blocks of all channels, whatever the size of the image.

    Parameters
    ----------
    x : array on disk, shape (samples, channels, height, width)
        Anything with a shape, a dtype and slices along four axes: an array of zarr, a dataset of
        h5py, a ``numpy.memmap``, or a TIFF file that zarr reads through tifffile.
    w : array_like, shape (filters, channels // groups, kernel height, kernel width)
        The kernels.
    out : array on disk, shape (samples, filters, output height, output width)
        Where the result is written, block by block: another array than `x`, of the dtype of the
        result or a wider float. In zarr and h5py, chunks of the size of a block are quickest.
    border_mode, strides, dilation, groups, bias, border, engine
        As `conv4d` takes them.
    each : int or (int, int)
        Height and width of a block of the result.
    progress : bool
        Whether to show a progress bar when the work takes longer than two seconds. It needs tqdm;
        without tqdm there is none.
    start : int
        The number of blocks to leave out, because an earlier call has written them.

    Returns
    -------
    array on disk
        `out`.

    Raises
    ------
    TypeError
        If `conv4d` would raise it, or `x` or `out` has no shape or dtype.
    ValueError
        If `conv4d` would raise it; if `out` has another shape than the result, a dtype that would
        round it, is the same array as `x` or cannot be written to; and if `each` or `start` is
        invalid.
    ImportError, RuntimeError, MemoryError
        If `conv4d` would raise them for a block.

    Notes
    -----
    When the work is interrupted, by Ctrl-C, a full disk or any other error, the finished blocks
    remain in `out`. A note below the error's message says how many there are. The same call with
    this number as `start` continues the work.

    Only a block of `x` is in memory at a time, so integers that the result's dtype would round are
    found when their block is read.

    If the image is small, a block has as many samples as together have the pixels of `each`.

    Examples
    --------
    Arrays in memory serve as well. Each block of two rows needs a row of each neighbour:

    >>> from convdoc import conv4d_blocks
    >>> import numpy as np
    >>> x = np.arange(15).reshape(1, 1, 5, 3)
    >>> out = np.empty((1, 1, 5, 3), np.float32)
    >>> conv4d_blocks(x, [[[[1], [1], [1]]]], out, each=(2, 3))
    array([[[[ 3.,  5.,  7.],
             [ 9., 12., 15.],
             [18., 21., 24.],
             [27., 30., 33.],
             [21., 23., 25.]]]], dtype=float32)
    """
    operation = convolution(
        described("x", x), w, border_mode, strides, dilation, groups, bias, border, engine
    )
    return _run(operation, x, out, each, progress, start)


@hinted
def correlate4d_blocks(
    x: Any,
    w: ArrayLike,
    out: Any,
    border_mode: BorderMode = "same",
    *,
    strides: OneOrTwo = 1,
    dilation: OneOrTwo = 1,
    groups: SupportsIndex = 1,
    bias: ArrayLike | None = None,
    border: Filling | float = "zeros",
    engine: EngineName | None = None,
    each: OneOrTwo = EACH,
    progress: bool = True,
    start: SupportsIndex = 0,
) -> Any:
    """Correlate images that do not fit into memory: `correlate4d`, block by block.

    Parameters
    ----------
    x, w, out, border_mode, strides, dilation, groups, bias, border, engine
        As `conv4d_blocks` takes them; `w` is not flipped.
    each, progress, start
        As `conv4d_blocks` takes them.

    Returns
    -------
    array on disk
        `out`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `conv4d_blocks` would raise them.

    Examples
    --------
    The difference to the pixel on the left, in blocks of two columns:

    >>> from convdoc import correlate4d_blocks
    >>> import numpy as np
    >>> out = np.empty((1, 1, 1, 4))
    >>> correlate4d_blocks(np.array([[[[1.0, 3, 6, 10]]]]), [[[[-1, 1]]]], out, each=(1, 2))
    array([[[[1., 2., 3., 4.]]]])
    """
    operation = correlation(
        described("x", x), w, border_mode, strides, dilation, groups, bias, border, engine
    )
    return _run(operation, x, out, each, progress, start)


@hinted
def conv4d_transpose_blocks(
    y: Any,
    w: ArrayLike,
    out: Any,
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
    each: OneOrTwo = EACH,
    progress: bool = True,
    start: SupportsIndex = 0,
) -> Any:
    """Transpose a convolution of images that do not fit into memory: `conv4d_transpose` by blocks.

    Parameters
    ----------
    y : array on disk, shape (samples, filters, height, width)
        What the convolution would give, as `conv4d_blocks` takes its `x`.
    w : array_like, shape (filters, channels // groups, kernel height, kernel width)
        The kernels, as the convolution has them.
    out : array on disk, shape (samples, channels, output height, output width)
        Where the result is written, as in `conv4d_blocks`.
    border_mode, strides, dilation, groups, bias, output_padding, output_size, border, engine
        As `conv4d_transpose` takes them.
    each, progress, start
        As `conv4d_blocks` takes them.

    Returns
    -------
    array on disk
        `out`.

    Raises
    ------
    TypeError, ValueError, ImportError, RuntimeError, MemoryError
        If `conv4d_transpose` would raise them, or `conv4d_blocks` for `out`, `each` and `start`.

    Examples
    --------
    The second block begins between two pixels, and reads both:

    >>> from convdoc import conv4d_transpose_blocks
    >>> import numpy as np
    >>> out = np.empty((1, 1, 1, 5))
    >>> y = np.array([[[[1.0, 10]]]])
    >>> conv4d_transpose_blocks(y, [[[[1, 2, 3]]]], out, strides=2, each=(1, 2))
    array([[[[ 3.,  2., 31., 20., 10.]]]])
    """
    operation = transposed(
        described("y", y), w, border_mode, strides, dilation, groups, bias, output_padding,
        output_size, border, engine,
    )  # fmt: skip
    return _run(operation, y, out, each, progress, start)


@hinted
def pool4d_blocks(
    x: Any,
    size: OneOrTwo,
    out: Any,
    strides: OneOrTwo | None = None,
    border_mode: BorderMode = "valid",
    mode: PoolingMode = "max",
    *,
    ceil_mode: bool = False,
    dilation: OneOrTwo = 1,
    divisor: SupportsIndex | None = None,
    each: OneOrTwo = EACH,
    progress: bool = True,
    start: SupportsIndex = 0,
) -> Any:
    """Pool images that do not fit into memory: `pool4d`, block by block.

    Parameters
    ----------
    x : array on disk, shape (samples, channels, height, width)
        The images, as `conv4d_blocks` takes them.
    size : int or (int, int)
        Height and width of a window, in pixels.
    out : array on disk, shape (samples, channels, output height, output width)
        Where the result is written, as in `conv4d_blocks`.
    strides, border_mode, mode, ceil_mode, dilation, divisor
        As `pool4d` takes them.
    each, progress, start
        As `conv4d_blocks` takes them.

    Returns
    -------
    array on disk
        `out`.

    Raises
    ------
    TypeError, ValueError
        If `pool4d` would raise them, or `conv4d_blocks` for `x`, `out`, `each` and `start`.

    Examples
    --------
    >>> from convdoc import pool4d_blocks
    >>> import numpy as np
    >>> out = np.empty((1, 1, 2, 2), np.float32)
    >>> pool4d_blocks(np.arange(16).reshape(1, 1, 4, 4), 2, out, each=1)
    array([[[[ 5.,  7.],
             [13., 15.]]]], dtype=float32)
    """
    operation = pooling(
        described("x", x), size, strides, border_mode, mode, ceil_mode, dilation, divisor
    )
    return _run(operation, x, out, each, progress, start)


# -- An operation on one block ------------------------------------------------------------------


def described(name: str, value: Any) -> Array:
    """An array with the shape and the dtype of `value` that needs no memory, or an error."""
    if isinstance(value, np.ma.MaskedArray):
        return value  # which `real` refuses
    try:
        shape, dtype = tuple(map(int, value.shape)), np.dtype(value.dtype)
    except (AttributeError, TypeError):
        raise TypeError(
            f"{name} must be an array that is read and written by slices, with a shape and a "
            f"dtype, such as one of zarr, h5py or NumPy; got {type(value).__name__}"
        ) from None
    except Exception as error:  # h5py has several for a file that is closed
        raise ValueError(f"{name} cannot be read; is its file open? {error}") from error
    return np.broadcast_to(np.zeros((), dtype), shape)


def convolution(
    x: Array,
    w: ArrayLike,
    border_mode: BorderMode,
    strides: OneOrTwo,
    dilation: OneOrTwo,
    groups: SupportsIndex,
    bias: ArrayLike | None,
    border: Filling | float,
    engine: EngineName | None,
) -> "Convolution":
    """What `conv4d` does with each block, or its errors. Of `x` shape and dtype count."""
    x, w = real("x", x), real("w", w)
    spec, bias = convolution_plan(x, w, (border_mode, strides, dilation, groups, border), bias)
    dtype, w, bias = _numbers(x, w, bias)
    return Convolution("x", x.shape, len(w), spec, dtype, w, bias, known_engine(engine))


def correlation(x: Array, w: ArrayLike, *settings: Any) -> "Convolution":
    """What `correlate4d` does with each block, with the arguments of `convolution`."""
    w = real("w", w)
    return convolution(x, w[:, :, ::-1, ::-1] if w.ndim == 4 else w, *settings)


def transposed(
    y: Array,
    w: ArrayLike,
    border_mode: BorderMode,
    strides: OneOrTwo,
    dilation: OneOrTwo,
    groups: SupportsIndex,
    bias: ArrayLike | None,
    output_padding: OneOrTwo,
    output_size: OneOrTwo | None,
    border: Filling | float,
    engine: EngineName | None,
) -> "Transposed":
    """What `conv4d_transpose` does with each block, or its errors."""
    y, w = real("y", y), real("w", w)
    settings = border_mode, strides, dilation, groups, border
    spec, shape, bias = transposed_plan(y, w, settings, bias, output_padding, output_size)
    dtype, w, bias = _numbers(y, w, bias)
    spec = spec.as_transposed(shape[2:])
    return Transposed("y", y.shape, shape[1], spec, dtype, w, bias, known_engine(engine))


def pooling(x: Array, *settings: Any) -> "Pooled":
    """What `pool4d` does with each block, with the arguments of `convdoc.conv.pooling_plan`."""
    x = real("x", x)
    spec, kind, padding, divisor = pooling_plan(x, *settings)
    dtype, _, _ = _numbers(x)
    return Pooled("x", x.shape, x.shape[1], spec, dtype, kind, padding, divisor)


def _numbers(image, w=None, bias=None):
    """The dtype of the result, and kernels and bias in it."""
    image, w, bias = as_floats(x=np.zeros(1, image.dtype), w=w, bias=bias)
    return image.dtype, w, bias


def known_engine(engine: EngineName | None) -> EngineName | None:
    """`engine`, which is computed with later, or an error."""
    return None if engine is None else engines.known(engine, "engine")


@dataclass(frozen=True)
class Operation:
    """What is done with each block of an image; it can be sent to another process.

    Attributes
    ----------
    name : {"x", "y"}
        The argument that the image is.
    source : (int, int, int, int)
        Its shape.
    channels : int
        Of the result.
    spec : ConvSpec
    dtype : numpy.dtype
        Of the result.
    """

    name: str
    source: tuple[int, ...]
    channels: int
    spec: ConvSpec
    dtype: np.dtype[Any]

    @property
    def shape(self) -> Shape:
        """Shape of the result."""
        return self.source[0], self.channels, *self.spec.output_size(self.source[2:])

    def outputs(self, each: OneOrTwo) -> Iterator[list[Block]]:
        """Blocks of the result: for each, the blocks of the plan whose output it is."""
        blocks = self.spec.blocks(self.source[2:], each)
        return (list(group) for _, group in itertools.groupby(blocks, lambda block: block.output))

    def stretches(self, block: Block, axis: int) -> list[slice]:
        """Neighbouring rows (axis 0) or columns (axis 1) to read for a block, in order."""
        pixels = self._pixels(block, axis)
        if pixels is None:
            return [block.input[axis]]
        pixels = np.unique(pixels)
        parts = np.split(pixels, np.flatnonzero(np.diff(pixels) > 1) + 1)
        return [slice(int(part[0]), int(part[-1]) + 1) for part in parts]

    def assembled(self, parts: Sequence[Sequence[Array]]) -> Floats:
        """Parts that were read, rows of them above each other, in the dtype of the result."""
        arrays = [[real(self.name, part) for part in row] for row in parts]
        whole = np.block(arrays) if sum(map(len, arrays)) > 1 else arrays[0][0]
        return as_floats(**{self.name: whole}, result=np.empty(0, self.dtype))[0]

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Align the kernels: those that another process sends may begin at any byte."""
        for name, value in state.items():
            array = isinstance(value, np.ndarray)
            self.__dict__[name] = np.require(value, requirements=["C", "A"]) if array else value

    def compute(self, blocks: Sequence[Block], parts: Sequence[Floats]) -> Floats:
        """A block of the result, from the blocks of the plan and what each has read."""
        raise NotImplementedError

    def _pixels(self, block, axis):
        """The pixel that each place of a block holds; None where they are those of its input."""
        if self.spec.transposed or not self.spec.beyond.repeats or not any(block.padding[axis]):
            return None
        n = self.source[2 + axis]
        return np.array([self.spec.beyond.at(place, n) for place in block.places[axis]])


@dataclass(frozen=True)
class Convolution(Operation):
    """A convolution, with the kernels and the bias in the dtype of the result."""

    w: Floats
    bias: Floats | None
    engine: EngineName | None

    def compute(self, blocks: Sequence[Block], parts: Sequence[Floats]) -> Floats:  # noqa: D102
        (block,), (x,) = blocks, parts
        x, spec = self.bordered(block, x), self.spec.bare
        return _plus(self.engine_for(x).convolve(x, self.w, spec), self.bias)

    def engine_for(self, x: Floats) -> Any:
        """The module that computes a block from images with their border around them."""
        return engines.choose(self.engine, x.shape, self.w.shape, self.spec.bare, x.itemsize)

    def bordered(self, block: Block, x: Floats) -> Floats:
        """What a block has read, with its border around it."""
        if not any(map(any, block.padding)):
            return x
        if not self.spec.beyond.repeats:
            value = self.spec.beyond.value
            return np.pad(x, ((0, 0), (0, 0), *block.padding), constant_values=value)
        for axis in (0, 1):
            if (pixels := self._pixels(block, axis)) is not None:
                x = x.take(np.searchsorted(np.unique(pixels), pixels), 2 + axis)
        return x


@dataclass(frozen=True)
class Transposed(Operation):
    """A transposed convolution, with the kernels and the bias in the dtype of the result."""

    w: Floats
    bias: Floats | None
    engine: EngineName | None

    def compute(self, blocks: Sequence[Block], parts: Sequence[Floats]) -> Floats:  # noqa: D102
        x, *copies = map(self._given, blocks, parts)
        for block, copy in zip(blocks[1:], copies, strict=True):
            rows, columns = (
                [self.spec.beyond.at(place, n) - output.start for place in places]
                for places, n, output in zip(
                    block.places, self.shape[2:], block.output, strict=True
                )
            )
            index: Any = np.s_[:, :, np.array(rows)[:, None], columns]
            np.add.at(x, index, copy)
        return _plus(x, self.bias)

    def _given(self, block, y):
        """What the places of a block are given."""
        height, width = map(len, block.places)
        spec = replace(self.spec.forward, border_mode=block.padding, border="zeros")
        shape = len(y), self.channels, height, width
        compute = engines.choose(self.engine, shape, self.w.shape, spec, y.itemsize)
        return compute.convolve_transpose(y, self.w, spec, (height, width))


@dataclass(frozen=True)
class Pooled(Operation):
    """A pooling. Its `padding` is that of the whole image, without the overhang of windows."""

    pooling: Pooling
    padding: Sides
    divisor: int | None

    def compute(self, blocks: Sequence[Block], parts: Sequence[Floats]) -> Floats:  # noqa: D102
        (block,), (x,) = blocks, parts
        spec = replace(self.spec, border_mode=block.padding)
        (top, bottom), (left, right) = np.minimum(block.padding, self.padding).tolist()
        sides = (top, bottom), (left, right)
        return engines.load("numpy").pool(x, spec, self.pooling, sides, self.divisor)


def _plus(y, bias):
    return y if bias is None else np.add(y, bias[:, None, None], out=y)


# -- From an array on disk to another -----------------------------------------------------------


def _run(operation, x, out, each, progress, start):
    """Compute all blocks; one thread reads the next meanwhile, and another writes the last."""
    each = pair("each", each)
    samples, _, height, width = operation.shape
    batch = max(1, math.prod(each) // (height * width))  # small images together are a block
    batches = [slice(n, min(n + batch, samples)) for n in range(0, samples, batch)]
    total = len(batches) * -(-height // each[0]) * -(-width // each[1])
    written = _start(start, total)
    _check_out(operation, x, out)
    every = ((batch, blocks) for batch in batches for blocks in operation.outputs(each))

    def read(work):
        batch, blocks = work
        return batch, blocks, [_read(operation, x, batch, block) for block in blocks]

    def write(batch, blocks, y):
        nonlocal written
        out[batch, :, *blocks[0].output] = y
        written += 1
        if bar is not None:
            bar.update()

    from concurrent.futures import ThreadPoolExecutor  # here, as few who import convdoc need it

    try:
        with (
            _bar(boolean("progress", progress), total, written) as bar,
            ThreadPoolExecutor(1) as reader,
            ThreadPoolExecutor(1) as writer,
        ):
            writing = None
            for batch, blocks, parts in _ahead(
                reader, read, itertools.islice(every, written, None)
            ):
                y = operation.compute(blocks, parts)
                if writing is not None:
                    writing.result()
                writing = writer.submit(write, batch, blocks, y)
            if writing is not None:
                writing.result()
    except BaseException as error:
        error.add_note(
            f"{written} of {total} blocks are in out, and perhaps a part of the next; "
            f"start={written} continues with that"
        )
        raise
    return out


def _ahead(pool, function, items):
    """Results of `function`: each is computed in `pool` while the one before is in use."""
    before = None
    for item in items:
        future = pool.submit(function, item)
        if before is not None:
            yield before.result()
        before = future
    if before is not None:
        yield before.result()


def _read(operation, x, samples, block):
    rows, columns = (operation.stretches(block, axis) for axis in (0, 1))
    return operation.assembled([[x[samples, :, i, j] for j in columns] for i in rows])


def _bar(progress, total, done):
    if not progress or importlib.util.find_spec("tqdm") is None:
        return contextlib.nullcontext()
    from tqdm import tqdm

    return tqdm(total=total, initial=done, unit="block", delay=2)


def _start(value, total):
    start = integer(value)
    if start is None or not 0 <= start <= total:
        raise ValueError(f"start must be a number of blocks, from 0 to {total}; got {value!r}")
    return start


def _check_out(operation, x, out):
    """Raise an error unless the result can be written to `out`."""
    shape, dtype = operation.shape, operation.dtype
    found = described("out", out)
    if found.shape != shape:
        raise ValueError(
            f"out must have the shape of the result, {LAYOUTS['y']} = {shape}; got {found.shape}"
        )
    if found.dtype.kind != "f" or not np.can_cast(dtype, found.dtype):
        wider = "" if dtype == np.float64 else " or float64"
        raise ValueError(
            f"out must have the dtype of the result, {dtype}{wider}; got {found.dtype}"
        )
    if _same(x, out):
        raise ValueError(
            f"out must be another array than {operation.name}, whose pixels are read again for "
            "the next block"
        )
    first = (slice(0, 1),) * 4
    try:
        out[first] = out[first]
    except Exception as error:  # each library has its own for a file that is read-only or closed
        raise ValueError(f"out cannot be written to: {error}") from error


def _same(x, out):
    """Whether two arrays share their numbers, as far as their libraries tell."""
    if isinstance(x, np.ndarray) and isinstance(out, np.ndarray):
        return np.shares_memory(x, out)
    library = type(x).__module__.partition(".")[0]
    return x is out or (library in ("zarr", "h5py") and type(x) is type(out) and x == out)
