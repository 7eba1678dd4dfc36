"""What a reader sees: arrays, convolutions and networks as matplotlib figures.

Every function takes results and draws them; none computes a convolution.
"""

try:
    import matplotlib  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("convdoc.draw needs matplotlib: pip install matplotlib") from error

from convdoc.draw.architecture import architecture
from convdoc.draw.arrays import equation, steps
from convdoc.draw.bars import bars
from convdoc.draw.photographs import photographs

__all__ = ["architecture", "bars", "equation", "photographs", "steps"]
