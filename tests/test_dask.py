"""Dask arrays in, dask arrays out: equal to the whole, lazy, on threads and on processes."""

import itertools
import os
import re
import signal
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convdoc import (
    _dask,
    conv4d,
    conv4d_blocks,
    conv4d_gradients,
    conv4d_transpose,
    correlate4d,
    pool4d,
)
from tests.test_blocks import INSTALLED, calls, child, whole

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

X, W = np.ones((1, 2, 4, 5), np.float32), np.ones((3, 2, 3, 3), np.float32)


@pytest.fixture(autouse=True)
def in_this_thread():
    with dask.config.set(scheduler="sync"):
        yield


@st.composite
def chunked(draw, array):
    """The array in dask, in chunks of any sizes."""
    chunks = []
    for length in array.shape:
        cuts = draw(st.sets(st.integers(1, max(1, length - 1)), max_size=4)) if length > 1 else ()
        ends = [0, *sorted(cuts), length]
        chunks.append(tuple(b - a for a, b in itertools.pairwise(ends)))
    return da.from_array(array, chunks=tuple(chunks))


def same(ours, expected):
    """The numbers, and that the array had said what they would be."""
    assert isinstance(ours, da.Array)
    assert (ours.shape, ours.dtype) == (expected.shape, expected.dtype)
    assert isinstance(ours._meta, np.ndarray)
    assert ours._meta.dtype == expected.dtype
    for place in np.ndindex(ours.numblocks):
        chunk = ours.blocks[place].compute()
        assert chunk.shape == tuple(n[i] for n, i in zip(ours.chunks, place, strict=True))
        assert chunk.dtype == expected.dtype
    np.testing.assert_array_equal(ours.compute(), expected)


# -- The same result ----------------------------------------------------------------------------


@pytest.mark.parametrize("engine", INSTALLED)
def test_the_result_is_the_same_to_the_last_bit(engine):
    names = ["conv4d", "correlate4d", "conv4d_transpose"] + ["pool4d"] * (engine == "numpy")
    examples = {"numpy": 120, "keras": 4, "theano": 4}.get(engine, 15)

    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(st.data(), calls(names))
    def agrees(data, call):
        chosen = {} if call.name == "pool4d" else {"engine": engine}
        image = data.draw(chunked(call.image))
        same(call.on(image, **chosen), call.on(call.image, **chosen))

    agrees()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data(), calls(["conv4d"]), st.sampled_from([np.float32, np.float64, np.int16]))
def test_gradients_are_the_same_to_the_last_bit(data, call, dtype):
    call.settings.pop("bias", None)
    x, (w,) = call.image, call.others
    shape = call.on(x, engine="numpy").shape
    dy = whole(np.random.default_rng(0), shape, dtype)
    expected = conv4d_gradients(x, w, dy, **call.settings, engine="numpy")
    lazy_x, lazy_dy = data.draw(chunked(x)), data.draw(chunked(dy))
    ours = conv4d_gradients(lazy_x, w, lazy_dy, **call.settings, engine="numpy")
    for each, one in zip(ours, expected, strict=True):
        same(each, one)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.data(), calls(["conv4d_transpose"]))
def test_the_transposed_convolution_is_the_adjoint(data, call):
    call.settings.pop("bias", None)
    size = call.settings.pop("output_size")
    y, (w,) = call.image.astype(float), call.others
    channels = w.shape[1] * call.settings["groups"]
    x = whole(np.random.default_rng(0), (len(y), channels, *size), float)
    lazy_x, lazy_y = data.draw(chunked(x)), data.draw(chunked(y))
    plan = call.settings | {"engine": "numpy"}
    convolved = conv4d(lazy_x, w, **plan)
    given = conv4d_transpose(lazy_y, w, output_size=size, **plan)
    assert (convolved * y).sum().compute() == (given * x).sum().compute()


def test_chunks_are_those_of_the_image_divided_by_the_stride():
    x = da.zeros((3, 2, 40, 40), chunks=(2, 1, 10, (20, 15, 5)))
    y = conv4d(x, W, strides=(2, 1))
    assert y.chunks == ((2, 1), (3,), (5,) * 4, (20, 20))
    assert conv4d_transpose(y, W, strides=2).chunks[2] == (10, 10, 10, 10, 1)
    assert pool4d(x, 2).chunks[2:] == ((5,) * 4, (10, 10))


@pytest.mark.parametrize(
    ("lengths", "stretch", "pieces"),
    [
        ((3, 4), slice(0, 7), [(0, slice(0, 3)), (1, slice(0, 4))]),
        ((3, 4), slice(2, 3), [(0, slice(2, 3))]),
        ((3, 4), slice(3, 4), [(1, slice(0, 1))]),
        ((1, 1, 1), slice(0, 3), [(0, slice(0, 1)), (1, slice(0, 1)), (2, slice(0, 1))]),
        ((3, 4), slice(0, 0), [(0, slice(0, 0))]),
        ((3, 4), slice(7, 7), [(1, slice(4, 4))]),
    ],
)
def test_a_stretch_is_cut_out_of_the_chunks_that_hold_it(lengths, stretch, pieces):
    assert list(_dask._pieces(lengths, [stretch])) == pieces


def test_a_chunk_of_the_border_alone_is_computed_from_nothing_read():
    x = da.from_array(np.arange(2).reshape(1, 1, 2, 1))
    y = conv4d(x, [[[[2]]]], ((2, 2), (0, 0)), border=3, bias=[1], engine="numpy")
    assert y.chunks[2] == (2, 2, 2)
    assert y.compute().ravel().tolist() == [7, 7, 1, 3, 7, 7]


# -- Lazily -------------------------------------------------------------------------------------


def never(block):
    raise AssertionError("computed")


@pytest.fixture
def image():
    """An image that nothing may compute."""
    x = da.zeros((1, 2, 8, 8), chunks=4, dtype=np.float32)
    return x.map_blocks(never, meta=np.empty((0,) * 4, np.float32))


def test_nothing_is_computed_before_it_is_asked_for(image):
    results = [
        conv4d(image, W),
        correlate4d(image, W),
        conv4d_transpose(image, W[:2]),
        pool4d(image, 2),
        *conv4d_gradients(image, W, conv4d(image, W)),
    ]
    for result in results:
        assert isinstance(result, da.Array)
        with pytest.raises(AssertionError, match="computed"):
            result.compute()


def test_one_chunk_of_the_result_needs_few_of_the_image():
    """Of 4 by 4 chunks, the corner one needs itself and three neighbours."""
    computed = []

    def seen(block, block_info=None):
        computed.append(block_info[0]["chunk-location"][2:])
        return block

    x = da.ones((1, 2, 16, 16), chunks=(1, 2, 4, 4), dtype=np.float32)
    y = conv4d(x.map_blocks(seen, meta=x._meta), W, engine="numpy")
    y[:, :, :4, :4].compute()
    assert sorted(computed) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_an_image_alone_or_a_gradient_alone_may_be_lazy():
    dy = np.ones((1, 3, 4, 5), np.float32)
    expected = conv4d_gradients(X, W, dy, engine="numpy")
    for arguments in ((da.from_array(X), W, dy), (X, W, da.from_array(dy))):
        ours = conv4d_gradients(*arguments, engine="numpy")
        for one, other in zip(ours, expected, strict=True):
            same(one, other)
    same(conv4d(X, da.from_array(W), engine="numpy"), conv4d(X, W, engine="numpy"))
    same(conv4d(x=da.from_array(X), w=W, engine="numpy"), conv4d(X, W, engine="numpy"))


def test_names_are_the_same_for_the_same_call_alone():
    x = da.zeros((1, 2, 8, 8), chunks=4)
    names = [conv4d(x, W).name, conv4d(x, W).name, correlate4d(x, W).name]
    names += [conv4d(x, W, engine="numpy").name, conv4d(x, W + 1).name, conv4d(x + 1, W).name]
    names += [conv4d(x.rechunk(8), W).name, conv4d(x, W, bias=[1, 2, 3]).name]
    assert names[0] == names[1]
    assert len(set(names)) == len(names) - 1


def test_dask_is_not_imported_where_nothing_is_of_dask():
    done = child("""
import sys
import numpy as np
from convdoc import conv4d

x = np.ones((1, 1, 3, 3))
conv4d(x, x, engine="numpy")
print({"dask", "concurrent.futures"} & set(sys.modules))
""")
    assert done.stdout == "set()\n", done.stderr


def test_a_lazy_image_is_written_block_by_block_too():
    out = np.empty((1, 3, 4, 5), np.float32)
    x = da.from_array(X, chunks=2)
    conv4d_blocks(x, W, out, engine="numpy", each=3)
    np.testing.assert_array_equal(out, conv4d(X, W, engine="numpy"))


def test_from_zarr_to_zarr(tmp_path):
    zarr = pytest.importorskip("zarr")
    x = np.random.default_rng(0).integers(0, 256, (1, 2, 50, 60), np.uint8)
    image = zarr.create_array(tmp_path / "x.zarr", shape=x.shape, chunks=(1, 1, 20, 20), dtype="u1")
    image[:] = x
    with dask.config.set(scheduler="threads", num_workers=3):
        y = conv4d(da.from_zarr(tmp_path / "x.zarr"), W, border="circular", engine="numpy")
        da.to_zarr(y, str(tmp_path / "y.zarr"))
    ours = zarr.open_array(tmp_path / "y.zarr", mode="r")
    assert ours.chunks == (1, 3, 20, 20)
    np.testing.assert_array_equal(ours[:], conv4d(x, W, border="circular", engine="numpy"))


# -- What is refused, and when ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"w": W[:, :1]}, ValueError, "x has 2 channels and w was made for 1"),
        ({"x": da.from_array(X[0])}, ValueError, "x must be 4-D"),
        ({"x": da.from_array(X.astype(complex))}, TypeError, "x must hold real numbers"),
        ({"x": da.from_array(np.ma.array(X))}, TypeError, "x is a masked array"),
        ({"x": da.from_array(X)[:, :, [], :]}, ValueError, "x has an empty axis"),
        ({"strides": 0}, ValueError, "strides must be a positive integer"),
        ({"engine": "cudnn"}, ValueError, "engine must be one of"),
        ({"padding": 1}, TypeError, "write border_mode=1"),
        ({"nonsense": 1}, TypeError, "nonsense"),
    ],
)
def test_bad_arguments_are_named_at_once(changes, error, words):
    with pytest.raises(error, match=words):
        conv4d(**{"x": da.from_array(X), "w": W} | changes)


def test_bad_arguments_of_gradients_are_named_at_once():
    x = da.from_array(X)
    with pytest.raises(ValueError, match="dy must have the shape of the convolution's result"):
        conv4d_gradients(x, W, da.zeros((1, 3, 4, 4)))
    with pytest.raises(ValueError, match="engine must be one of"):
        conv4d_gradients(x, W, da.zeros((1, 3, 4, 5)), engine="cudnn")


def test_chunks_of_unknown_sizes_are_refused():
    x = da.from_array(X.repeat(4, 0), chunks=1)
    with pytest.raises(ValueError, match=r"unknown sizes, which x.compute_chunk_sizes\(\) finds"):
        conv4d(x[x.sum((1, 2, 3)) > 0], W)


def test_integers_that_would_be_rounded_are_found_when_they_are_computed():
    x = da.from_array(np.full((1, 2, 4, 4), 2**24 + 1), chunks=2)
    y = conv4d(x, W, engine="numpy")
    assert y.dtype == np.float32
    with pytest.raises(ValueError, match=re.escape("x (dtype int64) holds integers")):
        y.compute()
    small = conv4d(x - 2**24, W, engine="numpy")
    np.testing.assert_array_equal(small, conv4d(np.ones((1, 2, 4, 4)), W, engine="numpy"))


# -- With xarray --------------------------------------------------------------------------------


def test_xarray_applies_an_operation_to_named_axes():
    """Samples are times here, and the valid convolution shortens the axes of the image."""
    xarray = pytest.importorskip("xarray")
    x = np.random.default_rng(0).integers(0, 9, (2, 2, 7, 8)).astype(np.float32)
    images = xarray.DataArray(
        da.from_array(x, chunks=(1, 2, 3, 3)).transpose(0, 2, 3, 1), dims=("time", "y", "x", "band")
    )
    result = xarray.apply_ufunc(
        conv4d,
        images,
        kwargs={"w": W, "border_mode": "valid", "engine": "numpy"},
        input_core_dims=[("time", "band", "y", "x")],
        output_core_dims=[("time", "filter", "y", "x")],
        exclude_dims={"y", "x"},
        dask="allowed",
    )
    assert result.dims == ("time", "filter", "y", "x")
    same(result.data, conv4d(x, W, "valid", engine="numpy"))


# -- In separate processes ----------------------------------------------------------------------

LONG = 300  # seconds until a test fails that has lost its workers


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Two processes of one thread, on this machine."""
    distributed = pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("workers")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=str(folder),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_separate_processes_compute_the_same(client):
    random = np.random.default_rng(0)
    x, w = whole(random, (2, 2, 40, 50), np.float32), whole(random, (3, 2, 3, 4), np.float32)
    lazy = da.from_array(x, chunks=(1, 1, 16, 16))
    plan = {"border": "reflect", "strides": (1, 2), "engine": "numpy"}
    y = conv4d(x, w, **plan)
    same_in = {"scheduler": client}
    np.testing.assert_array_equal(conv4d(lazy, w, **plan).compute(**same_in), y)
    ours = dask.compute(*conv4d_gradients(lazy, w, y, **plan), **same_in)
    for one, expected in zip(ours, conv4d_gradients(x, w, y, **plan), strict=True):
        np.testing.assert_array_equal(one, expected)
    pids = client.run(os.getpid)
    assert len(set(pids.values()) | {os.getpid()}) == 3


@pytest.mark.theano
def test_each_worker_compiles_in_a_folder_of_its_own(client):
    def compute():
        import theano
        from distributed import get_worker

        return theano.config.base_compiledir, f"{get_worker().local_directory}/theano"

    y = conv4d(da.from_array(X), W, engine="theano")
    for name in client.run(os.getpid):
        ours = client.compute(y, workers=[name]).result(timeout=LONG)
        np.testing.assert_array_equal(ours, conv4d(X, W, engine="numpy"))
        folder, expected = client.submit(compute, workers=[name], pure=False).result(timeout=LONG)
        assert folder == expected


def test_outside_a_worker_the_compile_cache_stays(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setenv("THEANO_FLAGS", "base_compiledir=/tmp/x")
    monkeypatch.delitem(sys.modules, "theano", raising=False)
    _dask._compile_apart()
    assert os.environ["THEANO_FLAGS"] == "base_compiledir=/tmp/x"


def test_a_worker_that_is_killed_loses_nothing(client):
    from distributed import futures_of, wait

    random = np.random.default_rng(0)
    x, w = whole(random, (1, 2, 64, 64), np.float32), whole(random, (3, 2, 5, 5), np.float32)
    y = conv4d(da.from_array(x, chunks=(1, 2, 8, 8)), w, engine="numpy")
    with dask.config.set(scheduler=client):
        y = y.persist()
    wait(futures_of(y), timeout=LONG, return_when="FIRST_COMPLETED")
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
    ours = client.compute(y).result(timeout=LONG)
    np.testing.assert_array_equal(ours, conv4d(x, w, engine="numpy"))
