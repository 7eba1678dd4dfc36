"""OpenCV: ``cv2.filter2D``.

By default `filter2D` correlates, so the kernel is not flipped; its anchor is the kernel's
centre, and the image is mirrored at its border. Here the kernel is flipped, the anchor is its
first element, the zeros are put around the image beforehand, and of the result only the
windows that lie wholly on that are kept. `filter2D` passes over the zeros of a kernel, and
transforms where the kernel is large: where there is NaN or infinity, NumPy adds up shifted
images instead.
"""

import cv2

from convdoc.engines import _planes


def _plane(image, kernel):
    everywhere = cv2.filter2D(image, -1, kernel, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    rows, columns = (n - k + 1 for n, k in zip(image.shape, kernel.shape, strict=True))
    return everywhere[:rows, :columns]


_correlate = _planes.safe(_planes.by_planes(_plane))


convolve, convolve_transpose, kernel_gradient = _planes.operations(_correlate)
