"""
Timing against other libraries
==============================

Is a convolution layer a fast way to filter an image? Compare it with the functions that SciPy,
scikit-image and OpenCV have for the purpose. The comparison is only fair if all of them compute
the same thing, and left alone they do not: some flip the kernel and some do not, some take zeros
beyond the border and some mirror the image. So first make them agree, then start the clock.
"""

# %%
# One grey image of 512x512 pixels, and two kernels whose elements all differ:

import os
import platform
import time
from importlib.metadata import version

import cv2
import matplotlib.pyplot as plt
import numpy as np
import scipy.ndimage
import scipy.signal
import skimage.filters

from convdoc import conv4d, draw
from convdoc.exercises import Answer

random = np.random.default_rng(0)
image = random.random((512, 512), dtype=np.float32)
kernels = {f"{k}x{k}": random.random((k, k), dtype=np.float32) for k in (3, 11)}

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
    "cv2.filter2D": lambda w: cv2.filter2D(
        image, -1, w[::-1, ::-1], borderType=cv2.BORDER_CONSTANT
    ),
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
# median of nine rounds counts:

seconds = {size: {name: [] for name in ways} for size in kernels}
for _ in range(9):
    for size, w in kernels.items():
        for name, way in ways.items():
            start = time.perf_counter()
            way(w)
            seconds[size][name].append(time.perf_counter() - start)
medians = {
    size: {name: 1000 * np.median(times) for name, times in rows.items()}
    for size, rows in seconds.items()
}

libraries = ("numpy", "scipy", "scikit-image", "opencv-python-headless", "theano", "keras")
print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores")
print(f"Python {platform.python_version()}")
print(*(f"{name} {version(name)}" for name in libraries), sep="\n")
print(f"\n{'milliseconds':26}" + "".join(f"{size:>8}" for size in kernels))
for name in ways:
    print(f"{name:26}" + "".join(f"{medians[size][name]:8.2f}" for size in kernels))

# %%
# Drawn on a logarithmic axis, shorter is faster:

figure = draw.bars(
    {f"512x512 image, {size} kernel": rows for size, rows in medians.items()}, "{:.2g} ms", log=True
)

# %%
# A convolution layer is made for many channels and filters at once: with one of each, a function
# that is made for images can be faster. The times differ from machine to machine.
#
# Try it
# ------
# Which way is hardly slower with the large kernel than with the small one, and why?

ratio = {name: medians["11x11"][name] / medians["3x3"][name] for name in ways}
steady = min(ratio, key=ratio.get)
Answer(
    f"In this run {steady}, {ratio[steady]:.1f} times its time for 3x3. The direct ways do "
    f"{11 * 11} products for each pixel instead of {3 * 3}; a Fourier transform does not care how "
    "large the kernel is."
)

# %%
# A script run from a terminal opens its pictures here:

plt.show()
