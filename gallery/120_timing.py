# Needs convdoc[draw,compare]. The page Install of its site shows how to get it.
"""
Timing against other libraries
==============================

Is a convolution layer a fast way to filter an image? Compare it with the functions that SciPy,
scikit-image and OpenCV have for the purpose. By default they do not compute the same: some flip
the kernel, some mirror the image beyond its border. First make them agree, then start the clock.
"""

# %%
# One grey image of 512×512 pixels, and two kernels whose elements all differ:

import time

import numpy as np

from convdoc import conv4d, draw, engines
from convdoc.exercises import Answer

try:
    import cv2
    from scipy import ndimage, signal
    from skimage.filters import correlate_sparse
except ModuleNotFoundError as error:
    command = "pip install 'convdoc[draw,compare]'"
    raise ModuleNotFoundError(f"{error}. To get all: {command}") from error

random = np.random.default_rng(0)
image = random.random((512, 512), dtype=np.float32)
x = image[None, None]
kernels = {f"{k}×{k}": random.random((k, k), dtype=np.float32) for k in (3, 11)}

# %%
# Each library with what it takes to give the answer of :func:`~convdoc.conv4d` under ``"same"``:
# zeros beyond the border, and for two the kernel turned by 180 degrees. ``conv4d`` has engines of
# its own: ``keras`` is a Keras layer, ``direct`` is convdoc's code in C++, ``numpy`` is NumPy:

ours = [e.name for e in engines.available() if e.name in ("keras", "direct", "numpy")]
ways = {
    **{f"conv4d by {e}": lambda w, e=e: conv4d(x, w[None, None], engine=e)[0, 0] for e in ours},
    "scipy.signal.convolve2d": lambda w: signal.convolve2d(image, w, "same"),
    "scipy.signal.fftconvolve": lambda w: signal.fftconvolve(image, w, "same"),
    "scipy.ndimage.convolve": lambda w: ndimage.convolve(image, w, mode="constant"),
    "skimage correlate_sparse": lambda w: correlate_sparse(image, w[::-1, ::-1], mode="constant"),
    "cv2.filter2D": lambda w: cv2.filter2D(image, -1, w[::-1, ::-1], borderType=0),  # zeros
}

# %%
# The check. It is also the warm-up: what a first call compiles or loads is not what we time.

for size, w in kernels.items():
    same = signal.convolve2d(image, w, "same")
    for name, way in ways.items():
        np.testing.assert_allclose(way(w), same, rtol=1e-4, err_msg=name)
    print(f"{size}: all {len(ways)} agree")

# %%
# The clock. The ways take turns, and the median of nine rounds counts:

seconds = {size: {name: [] for name in ways} for size in kernels}
for _ in range(9):
    for size, w in kernels.items():
        for name, way in ways.items():
            start = time.perf_counter()
            way(w)
            seconds[size][name].append(time.perf_counter() - start)
medians = {s: {n: 1000 * np.median(t) for n, t in rows.items()} for s, rows in seconds.items()}

print(dict(engines.describe())["Processor"])
for engine in engines.available():
    print(f"{engine.name:26} {engine.version}, {engine.device}")
print(f"\n{'milliseconds':26}" + "".join(f"{size:>8}" for size in kernels))
for name in ways:
    print(f"{name:26}" + "".join(f"{medians[size][name]:8.2f}" for size in kernels))

# %%
# Drawn on a logarithmic axis, from mark to mark ten times as long. Shorter is faster:

figure = draw.bars(
    {f"512×512 image, {size} kernel": rows for size, rows in medians.items()}, "{:.3g} ms", log=True
)

# %%
# A convolution layer is made for many channels and filters at once. With one of each, how many of
# the functions that are made for images beat ``conv4d``?

others = list(ways)[len(ours) :]
for size, rows in medians.items():
    for name in list(ways)[: len(ours)]:
        print(f"{size}: {sum(rows[o] < rows[name] for o in others)} of {len(others)} beat {name}")

# %%
# Try it
# ------
# Which way slows down least when the kernel grows, and which most?

ratio = {name: medians["11×11"][name] / medians["3×3"][name] for name in ways}
least, most = min(ratio, key=ratio.get), max(ratio, key=ratio.get)
draw.show(Answer(
    f"In this run {least}, {ratio[least]:.1f} times its time for 3×3, and {most}, "
    f"{ratio[most]:.1f} times. Product by product, 11×11 takes {11 * 11 / (3 * 3):.0f} times the "
    "work of 3×3; by Fourier transforms the size of the kernel hardly matters."
))

# %%
# A script run from a terminal opens its pictures here:

draw.show_figures()
