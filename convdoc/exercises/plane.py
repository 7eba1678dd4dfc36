"""Questions are about 2-D arrays, and the library's functions about arrays of four axes."""

from collections.abc import Callable
from typing import Any

from convdoc._types import Array


def plane(
    function: Callable[..., Array], x: Array, w: Array, *arguments: Any, **settings: Any
) -> Array:
    """Call `function` with one sample and one filter of one channel; give the 2-D result."""
    return function(x[None, None], w[None, None], *arguments, **settings)[0, 0]
