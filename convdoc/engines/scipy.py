"""SciPy: ``scipy.signal.correlate2d``, or Fourier transforms by ``scipy.fft``.

By default ``scipy.signal.convolve2d`` flips the kernel: it is a true convolution, padded with
zeros, of one plane, and under ``"valid"`` it swaps image and kernel where the kernel is larger.
Here image and kernel come padded, checked and flipped, so that ``correlate2d`` serves as well.

Few products are summed directly. Many are not: each image and each kernel is then transformed
once, and the channels are summed before the one transform back. Images are cut into tiles that
the processor's cache holds (the overlap-save method). A transform rounds against the largest
number of its tile, and spreads NaN over it: a tile that comes out not finite is summed directly.
"""

import math

import numpy as np
from scipy import fft
from scipy.signal import correlate2d

from convdoc.engines import _planes

# Milliseconds for one image and one kernel in float32, on a processor with 1 MB of cache a core:
#
# image       kernel  direct  tiles  one transform each  oaconvolve
# 32×32       3×3      0.020  0.036               0.036            0.13
# 32×32       5×5      0.031  0.036               0.036            0.13
# 64×64       3×3      0.066  0.052               0.052            0.17
# 64×64       11×11     0.42  0.052               0.052            0.18
# 512×512     3×3        4.1    1.5                 3.7             8.2
# 512×512     5×5        8.0    1.5                 1.5             4.7
# 512×512     7×7         14    1.5                 1.5             4.4
# 512×512     11×11       36    1.5                 1.5             4.2
# 512×512     15×15       60    1.5                 1.5             5.4
# 512×512     31×31      212    1.6                 1.5             4.5
# 512×512     63×63      n/a    1.6                 1.5              15
# 4000×4000   3×3        265     78                 241             375
# 4000×4000   31×31      n/a    100                 247             259
DIRECT = 30_000  # products that are summed in less time than transformed
PAIR = 2_000  # products in the time that it takes to call `correlate2d` once
TILE = 256  # outputs along an axis
TRANSFORMED = 2**24  # pixels to which all kernels together are padded: 64 MB in float32


def _correlate(x, w):
    """Choose the way by the number of products."""
    outputs = math.prod(n - k + 1 for n, k in zip(x.shape[2:], w.shape[2:], strict=True))
    pairs = len(x) * math.prod(w.shape[:2])
    few = pairs * (outputs * math.prod(w.shape[2:]) + PAIR) <= DIRECT
    return _directly(x, w) if few else _by_transforms(x, w)


@_planes.by_planes
def _directly(image, kernel):
    return correlate2d(image, kernel, "valid")


def _by_transforms(x, w):
    kernel = w.shape[2:]
    outputs = [n - k + 1 for n, k in zip(x.shape[2:], kernel, strict=True)]
    limit = min(TILE, math.isqrt(TRANSFORMED // math.prod(w.shape[:2])))
    # Tiles of about one size, at least as large as the kernel that they overlap by.
    least = [-(-o // -(-o // max(limit, k))) for o, k in zip(outputs, kernel, strict=True)]
    size = [fft.next_fast_len(n + k - 1, True) for n, k in zip(least, kernel, strict=True)]
    height, width = (n - k + 1 for n, k in zip(size, kernel, strict=True))

    turned = fft.rfft2(w, size).conj()  # which lets it correlate
    y = np.empty((len(x), len(w), *outputs), x.dtype)
    for i in range(0, outputs[0], height):
        for j in range(0, outputs[1], width):
            image = x[:, :, i : i + size[0], j : j + size[1]]
            with np.errstate(over="ignore", invalid="ignore"):
                transform = fft.rfft2(image, size)
                summed = transform[:, None, 0] * turned[:, 0]
                for channel in range(1, w.shape[1]):
                    summed += transform[:, None, channel] * turned[:, channel]
            tile = y[:, :, i : i + height, j : j + width]
            tile[...] = fft.irfft2(summed, size)[:, :, : tile.shape[2], : tile.shape[3]]
            if not np.isfinite(tile).all():
                tile[...] = _directly(image, w)
    return y


convolve, convolve_transpose, kernel_gradient = _planes.operations(_correlate)
