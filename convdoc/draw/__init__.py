"""What a reader sees: arrays, convolutions and networks as pictures.

Steppers show a convolution step by step, on a page or in a notebook, as `convdoc.steps` takes
it apart. The other functions take results and draw them as matplotlib figures.
"""

try:
    import matplotlib  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("convdoc.draw needs matplotlib: pip install matplotlib") from error

from convdoc.draw.architecture import architecture
from convdoc.draw.arrays import equation, steps
from convdoc.draw.bars import bars
from convdoc.draw.display import show
from convdoc.draw.photographs import photographs
from convdoc.draw.stepper import (
    Stepper,
    correlate_stepper,
    pool_stepper,
    shift_stepper,
    stepper,
    transpose_stepper,
)

__all__ = [
    "Stepper",
    "architecture",
    "bars",
    "correlate_stepper",
    "equation",
    "photographs",
    "pool_stepper",
    "shift_stepper",
    "show",
    "stepper",
    "steps",
    "transpose_stepper",
]
