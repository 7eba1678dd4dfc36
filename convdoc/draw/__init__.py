"""What a reader sees: arrays, convolutions and networks as matplotlib figures.

Every function takes results and draws them; none computes a convolution.
"""

from convdoc.draw import palette
from convdoc.draw.architecture import architecture
from convdoc.draw.arrays import equation, steps
from convdoc.draw.photographs import photographs

__all__ = ["architecture", "equation", "palette", "photographs", "steps"]
