"""Names for the types of arguments and results."""

from collections.abc import Sequence
from typing import Any, Literal, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Array", "ArrayLike", "BorderMode", "BorderName", "EngineName", "Filling", "Floats",
    "Framework", "OneOrTwo", "Pair", "PoolingMode", "Shape", "Sides",
]  # fmt: skip

Pair = tuple[int, int]  # (vertical, horizontal)
Sides = tuple[Pair, Pair]  # ((top, bottom), (left, right))
Shape = tuple[int, int, int, int]
#: An integer for both axes, or one for each.
OneOrTwo = SupportsIndex | Sequence[SupportsIndex]
BorderName = Literal["valid", "full", "half", "same", "same_upper", "same_lower"]
BorderMode = BorderName | OneOrTwo | Sequence[Sequence[SupportsIndex]]
#: What places beyond the border hold; a number is a constant.
Filling = Literal["zeros", "circular", "reflect", "symmetric", "replicate"]
PoolingMode = Literal["max", "min", "average", "average_no_pad"]
EngineName = Literal[
    "auto", "keras", "theano", "direct", "numpy", "scipy", "opencv", "scikit-image", "torch", "jax"
]
Framework = Literal["convdoc", "theano", "keras-theano", "tensorflow", "flax", "torch", "jax"]
Array = NDArray[Any]
Floats = NDArray[np.floating[Any]]
