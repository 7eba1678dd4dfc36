"""scikit-image: ``skimage.filters.correlate_sparse``.

By default it correlates, so the kernel is not flipped, and it mirrors the image at its border.
Here the kernel is flipped and the zeros are put around the image beforehand. It shifts the
whole batch once for each kernel element that is not zero, and so is quick where most are, and
slow where `kernel_gradient` has an image for a kernel. It passes over what lies under a zero:
where there is NaN or infinity, NumPy adds up all shifted images instead.
"""

import numpy as np
from skimage.filters import correlate_sparse

from convdoc.engines import _planes


@_planes.safe
def _correlate(x, w):
    """In four dimensions at once: a filter has as many channels as the image, so one place."""
    return np.concatenate([correlate_sparse(x, bank[None], mode="valid") for bank in w], axis=1)


convolve, convolve_transpose, kernel_gradient = _planes.operations(_correlate)
