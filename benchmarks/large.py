"""What `make bench-large` measures: an image on disk convolved into another, from zarr to zarr.

Each row has a process of its own, whose memory, and that of the processes which it starts, is
looked at every 20 milliseconds. The rows take turns in several rounds, and the quickest round
counts: other work on the machine only ever adds to a time. The results are compared first. The
memory is the largest of all rounds.

The size is an argument, as in ``python benchmarks/large.py 40000``. Where dask-image is not
installed, its row says so.
"""

import argparse
import contextlib
import multiprocessing
import shutil
import tempfile
import time
from pathlib import Path

import dask
import dask.array as da
import numpy as np
import psutil
import scipy.ndimage
import zarr

from convdoc import conv4d, conv4d_blocks

ROUNDS = 3
CHUNK = 1000
W = np.random.default_rng(1).integers(-3, 4, (1, 1, 5, 5)).astype(np.float32)
#: Whole arrays of more pixels are not tried.
LARGEST = 20_000**2


@contextlib.contextmanager
def copied(x, folder):
    """The least that anything which writes a result can take."""
    out = array(folder, x.shape[2])
    corners = list(np.ndindex(*(-(-n // CHUNK) for n in x.shape[2:])))
    areas = [
        np.s_[:, :, i * CHUNK : (i + 1) * CHUNK, j * CHUNK : (j + 1) * CHUNK] for i, j in corners
    ]

    def copy():
        for area in areas:
            out[area] = x[area]

    yield copy


@contextlib.contextmanager
def by_blocks(x, folder):
    """With conv4d_blocks."""
    out = array(folder, x.shape[2])
    conv4d(np.zeros((1, 1, 9, 9), np.float32), W, engine="direct")
    yield lambda: conv4d_blocks(x, W, out, engine="direct", each=CHUNK, progress=False)


@contextlib.contextmanager
def on_threads(x, folder):
    """With conv4d on a dask array, in two threads."""
    conv4d(np.zeros((1, 1, 9, 9), np.float32), W, engine="direct")
    with dask.config.set(scheduler="threads", num_workers=2):
        yield lambda: conv4d(da.from_zarr(x), W, engine="direct").to_zarr(folder)


@contextlib.contextmanager
def on_processes(x, folder, count):
    """With conv4d on a dask array, in processes of one thread."""
    from distributed import Client, LocalCluster

    settings = {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        for worker in client.scheduler_info()["workers"]:
            client.submit(conv4d, W, W, engine="direct", workers=[worker], pure=False).result()
        yield lambda: conv4d(da.from_zarr(x), W, engine="direct").to_zarr(folder)


def on_one_process(x, folder):  # noqa: D103
    return on_processes(x, folder, 1)


def on_two_processes(x, folder):  # noqa: D103
    return on_processes(x, folder, 2)


@contextlib.contextmanager
def whole(x, folder):
    """With scipy.ndimage, which needs image and result in memory."""
    out = array(folder, x.shape[2])

    def convolve():
        out[:] = scipy.ndimage.convolve(x[0, 0], W[0, 0], mode="constant")[None, None]

    yield convolve


@contextlib.contextmanager
def with_dask_image(x, folder):
    """With dask-image, in two threads."""
    from dask_image.ndfilters import convolve

    image = da.from_zarr(x)[0, 0]
    with dask.config.set(scheduler="threads", num_workers=2):
        yield lambda: convolve(image, W[0, 0], mode="constant")[None, None].to_zarr(folder)


ROWS = {
    "copy": copied,
    "conv4d_blocks": by_blocks,
    "conv4d, dask, two threads": on_threads,
    "conv4d, dask, one process": on_one_process,
    "conv4d, dask, two processes": on_two_processes,
    "dask-image, two threads": with_dask_image,
    "scipy.ndimage, whole": whole,
}


def main() -> None:
    """Print a table of seconds, bytes per second and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=20_000, help="pixels on a side")
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "image.zarr"
        write_image(source, size)
        rows = dict(ROWS)
        if size**2 > LARGEST:
            del rows["scipy.ndimage, whole"]
        found = {row: [] for row in rows}
        for _ in range(ROUNDS):
            for row, results in found.items():
                results.append(measured(row, source, Path(name) / "result.zarr"))
    megabytes = 4 * size**2 / 2**20
    print(f"{size}×{size} float32, {megabytes:.0f} MiB, 5×5, chunks of {CHUNK}, zarr to zarr\n")
    print("| | seconds | MiB per second | peak memory, MiB |\n| :-- | --: | --: | --: |")
    for row, results in found.items():
        if isinstance(results[0], str):
            print(f"| {row} | {results[0]} | | |")
            continue
        seconds, memory = min(s for s, _ in results), max(m for _, m in results)
        print(f"| {row} | {seconds:.1f} | {megabytes / seconds:.0f} | {memory:.0f} |")


def array(folder, size):
    """A new array on disk for an image, without compression."""
    shape, chunks = (1, 1, size, size), (1, 1, CHUNK, CHUNK)
    return zarr.create_array(folder, shape=shape, chunks=chunks, dtype="f4", compressors=None)


def write_image(folder, size):
    """Write whole numbers from 0 to 255, whose sums every library adds up exactly."""
    image, random = array(folder, size), np.random.default_rng(0)
    for row in range(0, size, CHUNK):
        rows = random.integers(0, 256, (1, 1, min(CHUNK, size - row), size), np.uint8)
        image[:, :, row : row + CHUNK] = rows


def measured(row, source, folder):
    """Seconds and the most memory in MiB; or why there are none."""
    shutil.rmtree(folder, ignore_errors=True)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=timed, args=(row, source, folder, theirs))
    process.start()
    theirs.close()
    tree, memory = psutil.Process(process.pid), 0
    while process.is_alive():
        with contextlib.suppress(psutil.Error):
            family = [tree, *tree.children(recursive=True)]
            memory = max(memory, sum(each.memory_info().rss for each in family))
        time.sleep(0.02)
    seconds = ours.recv()
    if isinstance(seconds, str):
        return seconds
    if row != "copy":
        check(source, folder)
    return seconds, memory / 2**20


def timed(row, source, folder, pipe):
    """What the process of a row does."""
    try:
        with ROWS[row](zarr.open_array(source, mode="r"), folder) as work:
            start = time.perf_counter()
            work()
            seconds = time.perf_counter() - start
    except ImportError as error:
        seconds = f"{error.name} is not installed"
    pipe.send(seconds)


def check(source, folder):
    """Compare patches at the corners of the image and where four blocks meet."""
    x, y = (zarr.open_array(path, mode="r") for path in (source, folder))
    size = x.shape[2]
    for start in (0, CHUNK - 50, size - 100):
        first = max(start - 2, 0)
        patch = np.s_[:, :, start : start + 100, start : start + 100]
        read = x[:, :, first : start + 102, first : start + 102]
        expected = conv4d(read, W, engine="numpy")[:, :, start - first :, start - first :]
        np.testing.assert_array_equal(y[patch], expected[:, :, :100, :100])


if __name__ == "__main__":
    main()
