"""Dask arrays in, dask arrays out: a task for each block of the result.

Each task gets what its windows cover, cut out of the chunks that hold it. Dask's own
``map_overlap`` does not serve: with uneven padding the image must be padded before, so that its
chunks no longer are those on disk, and where a chunk is smaller than the overlap it divides the
image anew, without regard to strides.

Dask is imported where it is used: it is here if a dask array is.
"""

import bisect
import contextlib
import functools
import itertools
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from convdoc.blocks import (
    Convolution,
    Operation,
    Transposed,
    convolution,
    correlation,
    described,
    known_engine,
    pooling,
    transposed,
)
from convdoc.conv import as_floats, convolution_plan, real

OPERATIONS: dict[str, Callable[..., Operation]] = {
    "conv4d": convolution,
    "correlate4d": correlation,
    "conv4d_transpose": transposed,
    "pool4d": pooling,
}


def lazily(name: str, image: Any, *settings: Any) -> Any:
    """What an operation of `convdoc.conv` returns for dask arrays.

    Parameters
    ----------
    name : str
        What the operation is called.
    image : dask.array.Array or array_like
        Its first argument.
    *settings
        Its other arguments, all of them, in their order.

    Returns
    -------
    dask.array.Array, or three of them
    """
    if name == "conv4d_gradients":
        return _gradients(image, *settings)
    argument = "y" if name == "conv4d_transpose" else "x"
    image = _image(argument, image)
    operation = OPERATIONS[name](described(argument, image), *settings)
    return _result(name, operation, image, _each(operation, image))


def _gradients(x, w, dy, border_mode, strides, dilation, groups, border, engine):
    x, dy, w = _image("x", x), _image("dy", dy), real("w", w)
    settings = border_mode, strides, dilation, groups, border
    spec, _ = convolution_plan(described("x", x), w, settings, None, described("dy", dy))
    _, w, number = as_floats(x=np.zeros(1, x.dtype), w=w, dy=np.zeros(1, dy.dtype))
    engine = known_engine(engine)
    forward = Convolution("x", x.shape, len(w), spec, number.dtype, w, None, engine)
    # A number as the border does not change with the image: as if it were zero.
    linear = spec if spec.beyond.linear else replace(spec, border="zeros")
    back = linear.as_transposed(x.shape[2:])
    backward = Transposed("dy", dy.shape, x.shape[1], back, number.dtype, w, None, engine)

    dx = _result("conv4d_gradients-dx", backward, dy, tuple(map(max, x.chunks[2:])))
    dw = _kernel_gradient(forward, x, dy)
    floats = dy.map_blocks(_floats, "dy", number.dtype, meta=np.empty((0,) * 4, number.dtype))
    return dx, dw, floats.sum((0, 2, 3))


def _kernel_gradient(operation, x, dy):
    """The sum of what each block of `dy` adds to the gradient."""
    each = _each(operation, x)
    chunks = _chunks(operation, x, each)
    graph = _Graph("conv4d_gradients-dw", operation, x, each, dy.rechunk(chunks))
    number = itertools.count()
    for *place, blocks, parts in graph.blocks():
        task = functools.partial(_gradient_of_block, blocks)
        graph.add((next(number),) + (0,) * 4, task, parts, (graph.others[0].name, *place))
    count, shape = next(number), operation.w.shape
    return graph.array(((1,) * count, *((length,) for length in shape)), operation.dtype).sum(0)


def _result(name, operation, image, each):
    graph = _Graph(name, operation, image, each)
    for *place, blocks, parts in graph.blocks():
        graph.add(place, functools.partial(_block, blocks), parts)
    return graph.array(_chunks(operation, image, each), operation.dtype)


class _Graph:
    """The tasks of an array: those that cut chunks, and those that compute."""

    def __init__(self, name, operation, image, each, *others):
        from dask.base import tokenize

        names = [array.name for array in (image, *others)]
        token = tokenize(operation, each, *names)
        self.name, self.cut_name, self.work = (
            f"{prefix}{name}-{token}" for prefix in ("", "cut-", "operation-")
        )
        self.operation, self.image, self.each, self.others = operation, image, each, others
        self.tasks = {self.work: operation}  # once, since kernels may be large

    def blocks(self):
        """For all blocks of the result: its place, the plan's blocks, and keys of their parts."""
        outputs = list(self.operation.outputs(self.each))
        for sample in range(len(self.image.chunks[0])):
            for blocks in outputs:
                parts = [self._parts(sample, block) for block in blocks]
                corner = zip(blocks[0].output, self.each, strict=True)
                yield (sample, 0, *(part.start // n for part, n in corner), blocks, parts)

    def add(self, place, function, parts, *keys):
        """Let `function` compute a chunk from the operation, the parts and other chunks."""
        self.tasks[(self.name, *place)] = (function, self.work, parts, *keys)

    def array(self, chunks, dtype):
        """The dask array of the chunks that were added."""
        import dask.array as da
        from dask.highlevelgraph import HighLevelGraph

        sources = [self.image, *self.others]
        graph = HighLevelGraph.from_collections(self.name, self.tasks, dependencies=sources)
        return da.Array(graph, self.name, chunks, meta=np.empty((0,) * len(chunks), dtype))

    def _parts(self, sample, block):
        rows, columns = (
            list(_pieces(self.image.chunks[2 + axis], self.operation.stretches(block, axis)))
            for axis in (0, 1)
        )
        return [[self._cut(sample, i, j, r, c) for j, c in columns] for i, r in rows]

    def _cut(self, sample, i, j, rows, columns):
        """Key of a part of a chunk."""
        ends = rows.start, rows.stop, columns.start, columns.stop
        key = (self.cut_name, sample, i, j, *ends)
        self.tasks[key] = (_cut, (self.image.name, sample, 0, i, j), rows, columns)
        return key


def _pieces(lengths, stretches):
    """The parts of chunks that make up stretches along an axis, as (number of the chunk, slice)."""
    ends = list(itertools.accumulate(lengths))
    for stretch in stretches:
        number = bisect.bisect_right(ends, min(stretch.start, ends[-1] - 1))
        at = stretch.start
        while True:
            start = ends[number] - lengths[number]
            stop = min(stretch.stop, ends[number])
            yield number, slice(at - start, stop - start)
            if stop == stretch.stop:  # at once where the stretch is empty
                break
            at, number = stop, number + 1


def _cut(chunk, rows, columns):
    """A part of a chunk; a small one does not keep the chunk in memory."""
    part = chunk[:, :, rows, columns]
    return part.copy() if 2 * part.size < chunk.size else part


def _block(blocks, operation, parts):
    _compile_apart()
    return operation.compute(blocks, list(map(operation.assembled, parts)))


def _gradient_of_block(blocks, operation, parts, dy):
    _compile_apart()
    (block,) = blocks
    x = operation.bordered(block, operation.assembled(parts[0]))
    compute, dy = operation.engine_for(x), _floats(dy, "dy", operation.dtype)
    return compute.kernel_gradient(x, dy, operation.spec.bare)[None]


def _compile_apart():
    """Give Theano a cache of this worker's, so that no worker waits until another has compiled."""
    if "distributed" not in sys.modules or "theano" in sys.modules:
        return
    from distributed import get_worker

    with contextlib.suppress(ValueError):  # where this is no worker
        folder = f"base_compiledir={get_worker().local_directory}/theano"
        flags = os.environ.get("THEANO_FLAGS", "")
        if not flags.endswith(folder):
            os.environ["THEANO_FLAGS"] = f"{flags},{folder}"


def _floats(array, name, dtype):
    return as_floats(**{name: real(name, array)}, result=np.empty(0, dtype))[0]


def _image(name, value):
    """`value` as a dask array whose channels are one chunk, or an error."""
    import dask.array as da

    real(name, value._meta if isinstance(value, da.Array) else value)
    image = da.asarray(value)
    if np.isnan(image.shape).any():
        raise ValueError(
            f"{name} has chunks of unknown sizes, which {name}.compute_chunk_sizes() finds"
        )
    return image.rechunk({1: -1}) if image.ndim == 4 else image


def _each(operation: Operation, image: Any) -> tuple[int, ...]:
    """The size of a block: what a chunk of the image gives."""
    spec = operation.spec
    axes = zip(image.chunks[2:], spec.strides, strict=True)
    if spec.transposed:
        return tuple(max(lengths) * s for lengths, s in axes)
    return tuple(-(-max(lengths) // s) for lengths, s in axes)


def _chunks(operation, image, each):
    along = zip(operation.shape[2:], each, strict=True)
    rows, columns = (tuple(min(n, o - a) for a in range(0, o, n)) for o, n in along)
    return image.chunks[0], (operation.channels,), rows, columns
