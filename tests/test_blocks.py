"""Blocks: the integers of each, and images larger than memory computed by them."""

import errno
import inspect
import itertools
import os
import pickle
import re
import subprocess
import sys
import threading
import types
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convdoc
from convdoc import (
    ConvSpec,
    conv4d,
    conv4d_blocks,
    conv4d_transpose_blocks,
    correlate4d_blocks,
    engines,
    pool4d,
    pool4d_blocks,
)
from convdoc.blocks import convolution
from convdoc.borders import BORDERS, PADDINGS
from convdoc.poolings import POOLINGS

# -- The plan -----------------------------------------------------------------------------------

lengths = st.tuples(st.integers(1, 5), st.integers(1, 5))
specs = st.builds(
    ConvSpec,
    kernel=lengths,
    strides=lengths,
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    border_mode=st.one_of(
        st.sampled_from(list(PADDINGS)),
        st.tuples(*[st.tuples(st.integers(0, 4), st.integers(0, 4))] * 2),
    ),
    border=st.sampled_from(list(BORDERS)),
)


@st.composite
def divisions(draw):
    """A convolution, the size of an image that it fits, and the size of a block."""
    spec = draw(specs)
    least = (
        max(k - sum(sides), 1)
        for k, sides in zip(spec.dilated_kernel, spec.padding(1), strict=True)
    )
    return spec, tuple(n + draw(st.integers(0, 11)) for n in least), draw(lengths)


def outputs(spec, size, each):
    """The blocks of a plan, those of each output together."""
    blocks = spec.blocks(size, each)
    return [list(group) for _, group in itertools.groupby(blocks, lambda block: block.output)]


def test_a_block_reads_what_its_windows_cover():
    """Rows 0 to 2 and 3 to 4 of 5; in steps of 2 from one place above, windows of 3."""
    spec = ConvSpec(3, strides=2, border_mode=((1, 2), (0, 0)))
    first, second = spec.blocks((9, 3), each=(3, 1))
    assert first.output == (slice(0, 3), slice(0, 1))
    assert first.input == (slice(0, 6), slice(0, 3))
    assert first.padding == ((1, 0), (0, 0))
    assert first.places == (range(-1, 6), range(0, 3))
    assert second.output == (slice(3, 5), slice(0, 1))
    assert second.input == (slice(5, 9), slice(0, 3))
    assert second.padding == ((0, 1), (0, 0))


def test_a_block_that_is_on_the_border_alone_reads_nothing():
    above, image, below = ConvSpec((1, 1), border_mode=((2, 2), (0, 0))).blocks((2, 1), (2, 1))
    assert [above.input[0], above.padding[0]] == [slice(0, 0), (2, 0)]
    assert [image.input[0], image.padding[0]] == [slice(0, 2), (0, 0)]
    assert [below.input[0], below.padding[0]] == [slice(2, 2), (0, 2)]


def test_a_transposed_block_reads_the_windows_that_cover_it():
    """Windows of 3 in steps of 2 begin at 0, 2 and 4; rows 4 to 6 are in the last two."""
    spec = ConvSpec(3, strides=2, transposed=True)
    first, second = spec.blocks((3, 1), each=(4, 3))
    assert [first.input[0], first.padding[0]] == [slice(0, 2), (0, 1)]
    assert [second.input[0], second.padding[0]] == [slice(1, 3), (2, 0)]
    assert second.output[0] == slice(4, 7)
    assert second.places[0] == range(4, 7)


def test_a_transposed_block_that_no_window_covers_reads_one_all_the_same():
    """Windows of 1 in steps of 3 begin at 0 and 3; rows 1 and 2 are between them."""
    spec = ConvSpec((1, 1), strides=(3, 1), transposed=True)
    blocks = list(spec.blocks((2, 1), each=1))
    assert [block.input[0] for block in blocks] == [slice(0, 1)] * 3 + [slice(1, 2)]
    assert [block.padding[0] for block in blocks] == [(0, 0), (1, 0), (2, 0), (0, 0)]


def test_a_transposed_block_below_the_last_window_reads_that_window():
    """A window of 2, and 3 rows below it that a stride of 4 leaves over."""
    spec = ConvSpec((2, 1), strides=(4, 1), transposed=True, output_padding=(3, 0))
    blocks = list(spec.blocks((1, 1), each=(2, 1)))
    assert [block.input[0] for block in blocks] == [slice(0, 1)] * 3
    assert [block.padding[0] for block in blocks] == [(0, 0), (2, 0), (4, 0)]


def test_what_a_transposed_convolution_gives_places_of_a_ring_comes_to_their_pixels():
    """Of 6 pixels, the place before the first holds pixel 5, and that after the last pixel 0."""
    spec = ConvSpec((3, 1), border_mode=((1, 1), (0, 0)), border="circular", transposed=True)
    first, second = outputs(spec, (6, 1), each=(3, 1))
    assert [block.places[0] for block in first] == [range(0, 3), range(6, 7)]
    assert [block.input[0] for block in first] == [slice(0, 4), slice(5, 6)]
    assert [block.padding[0] for block in first] == [(1, 2), (2, 0)]
    assert [block.places[0] for block in second] == [range(3, 6), range(-1, 0)]
    assert [block.input[0] for block in second] == [slice(2, 6), slice(0, 1)]
    assert [block.padding[0] for block in second] == [(2, 1), (0, 2)]


@settings(deadline=None)
@given(divisions())
def test_blocks_of_a_convolution_are_what_their_windows_say(division):
    spec, size, each = division
    height, width = spec.output_size(size)
    found = np.zeros((height, width), int)
    for block in spec.blocks(size, each):
        found[block.output] += 1
        corners = [(part.start, part.stop - 1) for part in block.output]
        for axis in (0, 1):
            first, last = (
                spec.places(*corner, size)[axis] for corner in zip(*corners, strict=True)
            )
            assert block.places[axis] == range(first[0], last[-1] + 1)
            on_the_image = [place for place in block.places[axis] if 0 <= place < size[axis]]
            assert list(range(size[axis])[block.input[axis]]) == on_the_image
            before = sum(place < 0 for place in block.places[axis])
            behind = sum(place >= size[axis] for place in block.places[axis])
            assert block.padding[axis] == (before, behind)
    assert (found == 1).all()


@settings(deadline=None)
@given(divisions())
def test_blocks_of_a_transposed_convolution_read_all_windows_of_their_pixels(division):
    forward, image, each = division
    spec, size = forward.as_transposed(image), forward.output_size(image)
    groups = outputs(spec, size, each)
    found = np.zeros(image, int)
    for blocks in groups:
        found[blocks[0].output] += 1
        for axis in (0, 1):
            pixels = range(image[axis])[blocks[0].output[axis]]
            assert blocks[0].places[axis] == pixels
            read = {i for block in blocks for i in range(size[axis])[block.input[axis]]}
            for pixel in pixels:
                corner = (pixel, 0) if axis == 0 else (0, pixel)
                assert {i for i in spec.window(*corner, size)[axis] if i is not None} <= read
            for block in blocks:
                windows = len(range(size[axis])[block.input[axis]])
                assert windows >= 1
                assert min(block.padding[axis]) >= 0
                given = spec.strides[axis] * (windows - 1) + spec.dilated_kernel[axis]
                rows = given - sum(block.padding[axis])
                assert rows <= len(block.places[axis]) < rows + spec.strides[axis]
        places = [(i, j) for block in blocks for i, j in itertools.product(*block.places)]
        copies = [
            [spec.beyond.copies(pixel, sides, n) for pixel in range(n)[part]]
            for part, sides, n in zip(blocks[0].output, spec.padding(size), image, strict=True)
        ]
        rows, columns = (list(itertools.chain(*axis)) for axis in copies)
        assert sorted(places) == sorted(itertools.product(rows, columns))
    assert (found == 1).all()


def test_blocks_go_from_left_to_right_and_from_top_to_bottom():
    starts = [[part.start for part in b.output] for b in ConvSpec(2).blocks((4, 5), each=(2, 3))]
    assert starts == [[0, 0], [0, 3], [2, 0], [2, 3]]


@pytest.mark.parametrize("each", [0, (2, 0), 1.5, "2", (1, 2, 3)])
def test_the_size_of_a_block_is_two_positive_integers(each):
    with pytest.raises(ValueError, match="each must be a positive integer, or two"):
        ConvSpec(3).blocks((4, 4), each)


def test_the_size_of_the_image_is_two_positive_integers():
    with pytest.raises(ValueError, match="size must be a positive integer, or two"):
        ConvSpec(3).blocks((4, 0), 2)


def test_an_image_too_small_has_no_blocks():
    with pytest.raises(ValueError, match="larger than the image"):
        ConvSpec(3).blocks((2, 4), 2)


# -- Blocks of arrays on disk -------------------------------------------------------------------


@dataclass
class Call:
    """A call of an operation with whole numbers, which every engine adds up exactly."""

    name: str
    image: np.ndarray
    others: tuple
    settings: dict

    def on(self, image, **settings):
        """The operation on an image in another form."""
        return getattr(convdoc, self.name)(image, *self.others, **self.settings, **settings)

    def by_blocks(self, image, out, **settings):
        """The operation block by block."""
        function = getattr(convdoc, f"{self.name}_blocks")
        return function(image, *self.others, out, **self.settings, **settings)


def whole(random, shape, dtype):
    low = 0 if dtype == np.uint8 else -9
    return random.integers(low, 10, shape).astype(dtype)


@st.composite
def calls(draw, names=("conv4d", "correlate4d", "conv4d_transpose", "pool4d")):
    name = draw(st.sampled_from(names))
    spec, size, _ = draw(divisions())
    random = np.random.default_rng(draw(st.integers(0, 99)))
    dtype, w_dtype = (
        draw(st.sampled_from([np.float32, np.float64, np.uint8, np.int16, np.int64]))
        for _ in range(2)
    )
    samples, groups, slices, filters = (draw(st.integers(1, most)) for most in (3, 2, 2, 2))
    plan = {"strides": spec.strides, "border_mode": spec.border_mode, "dilation": spec.dilation}
    if name == "pool4d":
        x = whole(random, (samples, slices, *size), dtype)
        mode = draw(st.sampled_from(list(POOLINGS)))
        plan |= {"mode": mode, "ceil_mode": draw(st.booleans())}
        if POOLINGS[mode].divides:
            plan["divisor"] = draw(st.sampled_from([None, 3]))
        call = Call(name, x, (spec.kernel,), plan)
        try:
            call.on(x)
        except ValueError:  # the padding is larger than a window
            assume(False)
        return call
    w = whole(random, (filters * groups, slices, *spec.kernel), w_dtype)
    plan |= {"groups": groups, "border": spec.border}
    image, given = (samples, slices * groups, *size), (samples, len(w), *spec.output_size(size))
    if name == "conv4d_transpose":
        plan["output_size"] = size
        image, given = given, image
    elif draw(st.booleans()):
        plan["border"] = draw(st.sampled_from(["zeros", 3]))
    if draw(st.booleans()):
        plan["bias"] = whole(random, given[1], np.float32)
    return Call(name, whole(random, image, dtype), (w,), plan)


#: Those that compile each plan get fewer examples.
EXAMPLES = {"keras": 6, "theano": 6, "numpy": 300}
INSTALLED = [name for name in engines.ENGINES if engines.why_not(name) is None]


@pytest.mark.parametrize("engine", INSTALLED)
def test_block_by_block_the_result_is_the_same_to_the_last_bit(engine):
    names = ["conv4d", "correlate4d", "conv4d_transpose"] + ["pool4d"] * (engine == "numpy")

    @settings(max_examples=EXAMPLES.get(engine, 40), deadline=None, derandomize=True)
    @given(calls(names), lengths)
    def agrees(call, each):
        chosen = {} if call.name == "pool4d" else {"engine": engine}
        expected = call.on(call.image, **chosen)
        out = np.full_like(expected, np.nan)
        assert call.by_blocks(call.image, out, each=each, progress=False, **chosen) is out
        np.testing.assert_array_equal(out, expected)

    agrees()


def test_a_block_of_the_border_alone_is_computed_from_nothing_read():
    """Twice the border of 3, and 1, in the first and the last block of two rows."""
    x, out = np.arange(2).reshape(1, 1, 2, 1), np.empty((1, 1, 6, 1), np.float32)
    plan = {"border_mode": ((2, 2), (0, 0)), "border": 3, "bias": [1]}
    conv4d_blocks(x, [[[[2]]]], out, **plan, engine="numpy", each=(2, 1))
    assert out.ravel().tolist() == [7, 7, 1, 3, 7, 7]


@settings(deadline=None, max_examples=40)
@given(calls(["conv4d_transpose"]), lengths)
def test_block_by_block_the_transposed_convolution_is_the_adjoint(call, each):
    call.settings.pop("bias", None)
    size = call.settings.pop("output_size")
    y, (w,) = call.image.astype(float), call.others
    x = np.random.default_rng(0).integers(
        -9, 10, (len(y), w.shape[1] * call.settings["groups"], *size)
    )
    convolved, given = np.empty(y.shape), np.empty(x.shape)
    settings = call.settings | {"engine": "numpy", "each": each, "progress": False}
    conv4d_blocks(x.astype(float), w, convolved, **settings)
    conv4d_transpose_blocks(y, w, given, output_size=size, **settings)
    assert np.vdot(convolved, y) == np.vdot(x, given)


def memmaps(folder, x, shape):
    image = np.lib.format.open_memmap(folder / "x.npy", "w+", x.dtype, x.shape)
    image[:] = x
    image.flush()
    image = np.load(folder / "x.npy", mmap_mode="r")
    out = np.lib.format.open_memmap(folder / "out.npy", "w+", np.float32, shape)
    yield image, out
    out.flush()
    yield np.load(folder / "out.npy")


def zarrs(folder, x, shape):
    zarr = pytest.importorskip("zarr")
    image = zarr.create_array(folder / "x.zarr", shape=x.shape, chunks=(1, 2, 7, 5), dtype=x.dtype)
    image[:] = x
    out = zarr.create_array(folder / "out.zarr", shape=shape, chunks=(1, 1, 4, 9), dtype="f4")
    yield zarr.open_array(folder / "x.zarr", mode="r"), out
    yield zarr.open_array(folder / "out.zarr", mode="r")[:]


def hdf5(folder, x, shape):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=x, chunks=(1, 2, 7, 5))
    with h5py.File(folder / "x.h5", "r") as file, h5py.File(folder / "out.h5", "w") as other:
        yield file["x"], other.create_dataset("out", shape, "f4", chunks=(1, 1, 4, 9))
    with h5py.File(folder / "out.h5", "r") as file:
        yield file["out"][:]


def tiff(folder, x, shape):
    """Pages of an image in tiles, as microscopes write them."""
    tifffile = pytest.importorskip("tifffile")
    zarr = pytest.importorskip("zarr")
    tifffile.imwrite(folder / "x.tif", x, photometric="minisblack", tile=(16, 16))
    out = np.empty(shape, np.float32)
    with tifffile.TiffFile(folder / "x.tif") as file:
        try:
            pages = file.series[0].aszarr()
        except ValueError as error:
            pytest.skip(f"tifffile and zarr do not go together here: {error}")
        yield zarr.open_array(pages, mode="r"), out
    yield out


@pytest.mark.parametrize("store", [memmaps, zarrs, hdf5, tiff])
@pytest.mark.parametrize("border", ["zeros", "circular", "replicate"])
def test_images_come_from_any_array_with_slices_and_go_to_any(tmp_path, store, border):
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (2, 3, 20, 33), np.uint8)
    w = random.integers(-9, 10, (2, 3, 3, 4))
    expected = conv4d(x, w, border=border, engine="numpy")
    steps = store(tmp_path, x, expected.shape)
    image, out = next(steps)
    conv4d_blocks(image, w, out, border=border, engine="numpy", each=(8, 9))
    np.testing.assert_array_equal(next(steps), expected)
    steps.close()


ONE = np.ones((1, 1, 1, 1))


class Recorded:
    """An array that keeps the indices that are read and written."""

    def __init__(self, array):
        self.array, self.read, self.written = array, [], []
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, index):
        self.read.append(index)
        return self.array[index]

    def __setitem__(self, index, values):
        self.written.append(index)
        self.array[index] = values

    def __array__(self, *_, **__):
        raise AssertionError("loaded as a whole")


def test_only_what_a_block_needs_is_read_and_each_block_is_written_once():
    image = np.arange(5.0).reshape(1, 1, 5, 1)
    x, out = Recorded(image), Recorded(np.zeros((1, 1, 5, 1)))
    conv4d_blocks(x, np.ones((1, 1, 3, 1)), out, border="circular", engine="numpy", each=(2, 1))
    rows = [index[2] for index in x.read]
    assert rows == [slice(0, 3), slice(4, 5), slice(1, 5), slice(0, 1), slice(3, 5)]
    assert [index[2] for index in out.written[1:]] == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert out.array.ravel().tolist() == [4 + 0 + 1, 0 + 1 + 2, 1 + 2 + 3, 2 + 3 + 4, 3 + 4 + 0]


@pytest.mark.parametrize(("each", "batches"), [((4, 4), [4, 3]), ((2, 3), [1] * 7), ((9, 9), [7])])
def test_small_images_together_are_a_block(each, batches):
    """Of 2 by 2 pixels, 4 images have those of a block of 4 by 4."""
    x, out = np.arange(28.0).reshape(7, 1, 2, 2), Recorded(np.empty((7, 1, 2, 2)))
    conv4d_blocks(x, ONE, out, engine="numpy", each=each)
    samples = [index[0].stop - index[0].start for index in out.written[1:]]
    assert samples == batches
    np.testing.assert_array_equal(out.array, x)


def test_the_next_block_is_read_and_the_last_written_while_one_is_computed(monkeypatch):
    """Every step waits for another that only a second thread can take; ten seconds are for ever."""
    begun, finished = threading.Event(), threading.Event()
    numpy_engine = engines.load("numpy")
    convolve, seen = numpy_engine.convolve, []

    class Image(Recorded):
        def __getitem__(self, index):
            if index[2].start == 1:
                begun.set()
            return super().__getitem__(index)

    class Out(Recorded):
        def __setitem__(self, index, values):
            if len(seen) and index[2].start == 0:
                assert finished.wait(10)
            super().__setitem__(index, values)

    def slow(x, w, spec):
        seen.append((x[0, 0, 0, 0], begun.wait(10)))
        if x[0, 0, 0, 0] == 1:
            finished.set()
        return convolve(x, w, spec)

    monkeypatch.setattr(numpy_engine, "convolve", slow)
    x, out = Image(np.arange(3.0).reshape(1, 1, 3, 1)), Out(np.empty((1, 1, 3, 1)))
    conv4d_blocks(x, ONE, out, engine="numpy", each=1)
    assert seen == [(0, True), (1, True), (2, True)]
    np.testing.assert_array_equal(out.array, x.array)


class Full(Recorded):
    """A disk that is full, or another failure, at a block."""

    def __init__(self, array, row, error):
        super().__init__(array)
        self.row, self.error = row, error

    def __setitem__(self, index, values):
        if index[2].start == self.row:
            raise self.error
        super().__setitem__(index, values)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_an_interrupted_call_says_how_to_continue(error):
    x = np.arange(6.0).reshape(1, 1, 6, 1)
    array = np.full((1, 1, 6, 1), np.nan)
    with pytest.raises(type(error)) as got:
        conv4d_blocks(x, ONE, Full(array, 2, error), engine="numpy", each=1)
    assert got.value.__notes__ == [
        "2 of 6 blocks are in out, and perhaps a part of the next; start=2 continues with that"
    ]
    np.testing.assert_array_equal(array.ravel(), [0, 1] + [np.nan] * 4)
    out = Recorded(array)
    conv4d_blocks(x, ONE, out, engine="numpy", each=1, start=2)
    assert [index[2].start for index in out.written[1:]] == [2, 3, 4, 5]
    np.testing.assert_array_equal(array, x)


def test_a_last_block_that_cannot_be_written_is_an_error_too():
    x, out = np.ones((1, 1, 6, 1)), Full(np.zeros((1, 1, 6, 1)), 5, OSError("No space left"))
    with pytest.raises(OSError, match="No space left") as got:
        conv4d_blocks(x, ONE, out, engine="numpy", each=1)
    assert got.value.__notes__[0].startswith("5 of 6 blocks")
    assert out.array.ravel().tolist() == [1, 1, 1, 1, 1, 0]


def test_where_all_blocks_are_written_nothing_is_left_to_do():
    out = np.zeros((1, 1, 6, 1))
    assert conv4d_blocks(np.ones((1, 1, 6, 1)), ONE, out, each=1, start=6) is out
    assert (out == 0).all()


def test_a_block_that_cannot_be_read_leaves_those_before_it():
    x = np.array([1, 2, 2**24 + 1]).reshape(1, 1, 3, 1)
    out = np.zeros((1, 1, 3, 1), np.float32)
    with pytest.raises(ValueError, match=r"x .* holds integers from 16777217 to 16777217") as got:
        conv4d_blocks(x, [[[[1]]]], out, engine="numpy", each=1)
    (note,) = got.value.__notes__
    finished = int(note[0])
    assert finished < 3
    assert out.ravel().tolist() == [1, 2, 0][:finished] + [0] * (3 - finished)


def child(code):
    """Run code in another process and return what it did."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


def test_an_interruption_in_a_terminal_ends_in_the_note():
    code = """
import os, signal, sys
import numpy as np
from convdoc import conv4d_blocks, engines

compute, count = engines.load("numpy").convolve, [0]

def convolve(x, w, spec):
    count[0] += 1
    if count[0] == 3:
        os.kill(os.getpid(), signal.SIGINT)
    return compute(x, w, spec)

engines.load("numpy").convolve = convolve
x = np.ones((1, 1, 5, 1), "f4")
conv4d_blocks(x, np.ones((1, 1, 1, 1)), np.empty((1, 1, 5, 1)), engine="numpy", each=1)
"""
    done = child(code)
    assert done.returncode != 0
    assert re.search(r"KeyboardInterrupt\n2 of 5 blocks are in out, .*start=2 ", done.stderr)


@pytest.fixture
def bars(monkeypatch):
    """The progress bars that were made, by a stand-in for tqdm."""
    made = []

    class Bar:
        def __init__(self, **settings):
            self.settings, self.done = settings, settings["initial"]
            made.append(self)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.closed = True

        def update(self):
            self.done += 1

    module = types.ModuleType("tqdm")
    module.tqdm = Bar
    module.__spec__ = types.SimpleNamespace()
    monkeypatch.setitem(sys.modules, "tqdm", module)
    return made


def test_a_progress_bar_counts_the_blocks(bars):
    x, out = np.ones((2, 1, 4, 6)), np.empty((2, 1, 4, 6))
    conv4d_blocks(x, ONE, out, engine="numpy", each=(3, 4), start=1)
    conv4d_blocks(x, ONE, out, engine="numpy", each=(3, 4), progress=False)
    (bar,) = bars
    assert (bar.settings["total"], bar.settings["initial"], bar.done) == (8, 1, 8)
    assert bar.closed


def test_without_tqdm_there_is_no_bar(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    out = np.empty_like(ONE)
    assert conv4d_blocks(ONE, ONE, out, engine="numpy") == 1


needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


@needs_proc
def test_memory_is_that_of_some_blocks_whatever_the_image():
    """An image of 64 million pixels, 256 MB in float32; a block of 512 by 512 is 1 MB."""
    code = """
import re
import numpy as np
from convdoc import conv4d_blocks

class Image:
    dtype = np.dtype("f4")
    def __init__(self, n):
        self.shape = 1, 1, n, n
    def __getitem__(self, index):
        return np.ones([len(range(n)[i]) for i, n in zip(index, self.shape)], "f4")
    def __setitem__(self, index, values):
        assert (values[:, :, 1:-1] == 3).all()

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) / 1024

w = np.ones((1, 1, 3, 1), "f4")
for n in (1024, 8000):
    conv4d_blocks(Image(n), w, Image(n), engine="numpy", each=512, progress=False)
    print(peak())
"""
    done = child(code)
    assert done.returncode == 0, done.stderr
    small, large = map(float, done.stdout.split())
    assert large - small < 60


# -- What is refused ----------------------------------------------------------------------------

X, W = np.ones((1, 2, 4, 5), np.float32), np.ones((3, 2, 3, 3), np.float32)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        (
            {"x": [[[[1]]]]},
            TypeError,
            "x must be an array that is read and written by slices, with a shape and a dtype, "
            "such as one of zarr, h5py or NumPy; got list",
        ),
        ({"out": None}, TypeError, "out must be an array .*; got NoneType"),
        ({"x": X[0]}, ValueError, "x must be 4-D"),
        ({"x": X[:, :1]}, ValueError, "x has 1 channel and w was made for 2"),
        ({"x": X.astype(complex)}, TypeError, "x must hold real numbers"),
        ({"x": np.ma.array(X)}, TypeError, "x is a masked array"),
        ({"x": X[:0]}, ValueError, "x has an empty axis"),
        (
            {"out": np.empty((1, 3, 4, 4), np.float32)},
            ValueError,
            r"out must have the shape of the result, .* = \(1, 3, 4, 5\); got \(1, 3, 4, 4\)",
        ),
        (
            {"out": np.empty((1, 3, 4, 5), np.uint8)},
            ValueError,
            "out must have the dtype of the result, float32 or float64; got uint8",
        ),
        (
            {"out": np.empty((1, 3, 4, 5), complex)},
            ValueError,
            "out must have the dtype of the result, float32 or float64; got complex128",
        ),
        (
            {"x": X.astype(float), "out": np.empty((1, 3, 4, 5), np.float32)},
            ValueError,
            "out must have the dtype of the result, float64; got float32",
        ),
        (
            {"out": np.broadcast_to(np.float32(0), (1, 3, 4, 5))},
            ValueError,
            "out cannot be written to: .*read-only",
        ),
        ({"each": 0}, ValueError, "each must be a positive integer"),
        ({"each": (2, 0)}, ValueError, "each must be a positive integer"),
        ({"start": -1}, ValueError, "start must be a number of blocks, from 0 to 4; got -1"),
        ({"start": 5}, ValueError, "start must be a number of blocks, from 0 to 4; got 5"),
        ({"start": True}, ValueError, "start must be a number of blocks, from 0 to 4; got True"),
        ({"progress": 1}, ValueError, "progress must be True or False"),
        ({"engine": "cudnn"}, ValueError, "engine must be one of"),
        ({"strides": 0}, ValueError, "strides must be"),
        ({"bias": [1]}, ValueError, "bias must have one number for each filter"),
        ({"padding": 1}, TypeError, "write border_mode=1"),
    ],
)
def test_bad_arguments_are_named_before_anything_is_written(changes, error, words):
    out = np.full((1, 3, 4, 5), np.nan, np.float32)
    arguments = {"x": X, "w": W, "out": out, "engine": "numpy", "each": (2, 3)} | changes
    with pytest.raises(error, match=words):
        conv4d_blocks(**arguments)
    assert np.isnan(out).all()


def test_kernels_of_a_correlation_are_checked_before_they_are_turned():
    out = np.empty((1, 3, 4, 5), np.float32)
    with pytest.raises(TypeError, match="w must hold real numbers"):
        correlate4d_blocks(X, W.astype(complex), out)
    with pytest.raises(ValueError, match="w must be 4-D"):
        correlate4d_blocks(X, W[0], out)


def test_one_array_in_memory_is_compared_with_no_other_on_disk():
    x, out = Recorded(np.ones((1, 1, 2, 2))), np.empty((1, 1, 2, 2))
    conv4d_blocks(x, ONE, out, engine="numpy")
    conv4d_blocks(out, ONE, x, engine="numpy")
    assert (x.array == 1).all()


def test_the_result_cannot_take_the_place_of_the_image():
    x = np.ones((1, 1, 4, 4))
    with pytest.raises(ValueError, match="out must be another array than x"):
        conv4d_blocks(x, ONE, x[:, :, ::-1])
    with pytest.raises(ValueError, match="out must be another array than y"):
        conv4d_transpose_blocks(x, ONE, x)
    halves = np.ones((2, 2, 4, 4))
    conv4d_blocks(halves[:, :1], 2 * ONE, halves[:, 1:])
    assert halves.sum((0, 2, 3)).tolist() == [32, 64]


def test_the_result_cannot_take_the_place_of_the_image_on_disk(tmp_path):
    zarr, h5py = pytest.importorskip("zarr"), pytest.importorskip("h5py")
    shape = (1, 1, 4, 4)
    zarr.create_array(tmp_path / "x", shape=shape, dtype="f4")
    x, out = (zarr.open_array(tmp_path / "x", mode=mode) for mode in ("r+", "r+"))
    with pytest.raises(ValueError, match="out must be another array than x"):
        correlate4d_blocks(x, ONE.astype("f4"), out)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("x", shape, "f4")
        with pytest.raises(ValueError, match="out must be another array than x"):
            pool4d_blocks(file["x"], 1, file["x"])


def test_arrays_on_disk_that_are_closed_or_read_only_are_refused(tmp_path):
    zarr, h5py = pytest.importorskip("zarr"), pytest.importorskip("h5py")
    shape, w = (1, 1, 4, 4), ONE.astype("f4")
    x, out = np.ones(shape, "f4"), np.empty(shape, "f4")
    zarr.create_array(tmp_path / "out", shape=shape, dtype="f4")
    with pytest.raises(ValueError, match=r"out cannot be written to: .*read-only"):
        conv4d_blocks(x, w, zarr.open_array(tmp_path / "out", mode="r"))
    with h5py.File(tmp_path / "out.h5", "w") as file:
        closed = file.create_dataset("out", shape, "f4")
    with pytest.raises(ValueError, match=r"x cannot be read; is its file open\?"):
        conv4d_blocks(closed, w, out)
    with pytest.raises(ValueError, match=r"out cannot be read; is its file open\?"):
        conv4d_blocks(x, w, closed)
    with (
        h5py.File(tmp_path / "out.h5", "r") as file,
        pytest.raises(ValueError, match="out cannot be written to"),
    ):
        conv4d_blocks(x, w, file["out"])
    np.save(tmp_path / "out.npy", out)
    with pytest.raises(ValueError, match=r"out cannot be written to: .*read-only"):
        conv4d_blocks(x, w, np.load(tmp_path / "out.npy", mmap_mode="r"))


@pytest.mark.parametrize("name", ["conv4d", "correlate4d", "conv4d_transpose", "pool4d"])
def test_what_is_given_to_an_operation_is_given_to_its_blocks_alike(name):
    """Same arguments, in the same order, of the same default; `out` is the third."""
    ours = inspect.signature(getattr(convdoc, f"{name}_blocks")).parameters
    theirs = inspect.signature(getattr(convdoc, name)).parameters
    assert list(ours)[2] == "out"
    assert list(ours)[-3:] == ["each", "progress", "start"]
    kept = {key: value for key, value in ours.items() if key in theirs}
    assert list(kept) == list(theirs)
    assert [p.default for p in kept.values()] == [p.default for p in theirs.values()]
    assert [p.kind for p in kept.values()] == [p.kind for p in theirs.values()]


def test_images_that_fit_by_accident_are_warned_about_as_a_whole_and_once():
    """Square channels-last images, and blocks that look like some."""
    with pytest.warns(UserWarning, match=r"x \(1, 9, 9, 3\) is read as images") as got:
        pool4d_blocks(np.ones((1, 9, 9, 3)), 1, np.empty((1, 9, 9, 3)), each=(3, 3))
    assert len(got) == 1
    x = np.arange(9 * 9 * 12.0).reshape(1, 9, 9, 12)
    out = np.empty_like(x)
    pool4d_blocks(x, 1, out, each=(9, 3))
    np.testing.assert_array_equal(out, pool4d(x, 1))


def test_kernels_from_another_process_are_aligned():
    """Theano reads no others. What a worker is sent begins where it was put into the message."""
    w = np.ones((1, 1, 2, 2), np.float32)
    operation = convolution(
        np.ones((1, 1, 3, 3), np.float32), w, "valid", 1, 1, 1, None, "zeros", "numpy"
    )
    kept = []
    pickled = pickle.dumps(operation, protocol=5, buffer_callback=kept.append)
    assert len(kept) == 1
    moved = [memoryview(bytearray(b"x" + buffer.raw()))[1:] for buffer in kept]
    assert not np.frombuffer(moved[0], np.float32).flags.aligned
    received = pickle.loads(pickled, buffers=moved)
    assert received.w.flags.aligned
    np.testing.assert_array_equal(received.w, w)
