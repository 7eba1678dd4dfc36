"""
Timing against other libraries
==============================

Is a convolution layer a fast way to filter an image? Compare it with the functions that SciPy,
scikit-image and OpenCV have for the purpose. The comparison is only fair if all of them compute
the same thing, and left alone they do not: some flip the kernel and some do not, some take zeros
beyond the border and some mirror the image. So first make them agree, then start the clock.
"""

# %%
# One grey image of 512×512 pixels, and two kernels whose elements all differ:

import time
from importlib.metadata import version

import cv2
import matplotlib.pyplot as plt
import numpy as np
import scipy.ndimage
import scipy.signal
import skimage.filters

from convdoc import conv4d, draw
from convdoc.engines import describe
from convdoc.exercises import Answer

random = np.random.default_rng(0)
image = random.random((512, 512), dtype=np.float32)
kernels = {f"{k}×{k}": random.random((k, k), dtype=np.float32) for k in (3, 11)}

# %%
# Each library with what it takes to give the answer of :func:`~convdoc.conv4d` under ``"same"``:
# zeros beyond the border, and the kernel turned by 180 degrees for the two that do not flip it:

ways = {
    "convdoc (Keras on Theano)": lambda w: conv4d(image[None, None], w[None, None], "same")[0, 0],
    "scipy.signal.convolve2d": lambda w: scipy.signal.convolve2d(image, w, "same"),
    "scipy.signal.fftconvolve": lambda w: scipy.signal.fftconvolve(image, w, "same"),
    "scipy.ndimage.convolve": lambda w: scipy.ndimage.convolve(image, w, mode="constant"),
    "skimage correlate_sparse": lambda w: skimage.filters.correlate_sparse(
        image, w[::-1, ::-1], mode="constant"
    ),
    "cv2.filter2D": lambda w: cv2.filter2D(image, -1, w[::-1, ::-1], borderType=0),  # zeros
}

# %%
# The check. It is also the warm-up: Theano compiles in its first call, and that is not what we
# time.

for size, w in kernels.items():
    for name, way in ways.items():
        same = ways["scipy.signal.convolve2d"](w)
        np.testing.assert_allclose(way(w), same, rtol=1e-4, err_msg=name)
    print(f"{size}: all {len(ways)} agree")

# %%
# The clock. The ways take turns, so that a busy moment of the machine falls on all of them, and the
# median of the rounds counts:

seconds = {size: {name: [] for name in ways} for size in kernels}
for _ in range(9):
    for size, w in kernels.items():
        for name, way in ways.items():
            start = time.perf_counter()
            way(w)
            seconds[size][name].append(time.perf_counter() - start)
medians = {s: {n: 1000 * np.median(t) for n, t in rows.items()} for s, rows in seconds.items()}

stack = dict(describe())
stack |= {name: version(name) for name in ("scipy", "scikit-image", "opencv-python-headless")}
for name in [name for name in stack if name not in ("g++", "Python.h", "Compile cache")]:
    print(f"{name:23} {stack[name]}")
print(f"\n{'milliseconds':26}" + "".join(f"{size:>8}" for size in kernels))
for name in ways:
    print(f"{name:26}" + "".join(f"{medians[size][name]:8.2f}" for size in kernels))

# %%
# Drawn on a logarithmic axis, from mark to mark ten times as long. Shorter is faster:

figure = draw.bars(
    {f"512×512 image, {size} kernel": rows for size, rows in medians.items()}, "{:.2g} ms", log=True
)

# %%
# A convolution layer is made for many channels and filters at once. With one of each, how many of
# the functions that are made for images beat it?

ours, *others = ways
for size, rows in medians.items():
    faster = [name for name in others if rows[name] < rows[ours]]
    print(f"{size}: {len(faster)} of {len(others)}")

# %%
# Try it
# ------
# Which way slows down least when the kernel grows, and which most?

ratio = {name: medians["11×11"][name] / medians["3×3"][name] for name in ways}
least, most = min(ratio, key=ratio.get), max(ratio, key=ratio.get)
Answer(
    f"In this run {least}, {ratio[least]:.1f} times its time for 3×3, and {most}, "
    f"{ratio[most]:.1f} times. A direct way does {11 * 11} products for each pixel, not {3 * 3}; "
    "Theano copies out each window first; a Fourier transform hardly minds the kernel's size."
)

# %%
# A script run from a terminal opens its pictures here:

plt.show()
