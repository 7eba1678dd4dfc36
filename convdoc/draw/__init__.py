"""What a reader sees: arrays, convolutions and networks as pictures.

Steppers show a convolution step by step, on a page or in a notebook, as `convdoc.steps` takes
it apart; they are HTML. The other functions take results and draw them as matplotlib figures:
they import matplotlib when they are called.
"""

from convdoc.draw.arrays import equation, matrices, steps
from convdoc.draw.bar_charts import bars
from convdoc.draw.display import show, show_figures
from convdoc.draw.network_drawing import architecture
from convdoc.draw.photos import photographs
from convdoc.draw.steppers import (
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
    "matrices",
    "photographs",
    "pool_stepper",
    "shift_stepper",
    "show",
    "show_figures",
    "stepper",
    "steps",
    "transpose_stepper",
]
