"""Two photographs to try a convolution on. They ship with scikit-image."""

import numpy as np


def camera() -> np.ndarray:
    """Load a grey photograph: a man at a camera.

    Returns
    -------
    numpy.ndarray, shape (256, 256), dtype float64
        From 0 for black to 1 for white.

    Raises
    ------
    ModuleNotFoundError
        If scikit-image is not installed. The message has the command that installs it.
    """
    return _photographs().camera()[40:296, 110:366] / 255


def chelsea() -> np.ndarray:
    """Load a colour photograph: the cat Chelsea.

    Returns
    -------
    numpy.ndarray, shape (176, 176, 3), dtype float64
        Red, green and blue from 0 to 1, in scikit-image's layout: height, width, colour.

    Raises
    ------
    ModuleNotFoundError
        If scikit-image is not installed. The message has the command that installs it.
    """
    return _photographs().chelsea()[40:216, 110:286] / 255


def _photographs():
    try:
        import skimage.data
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"the photographs ship with scikit-image, which is not installed ({error}): "
            "pip install scikit-image"
        ) from error
    return skimage.data
