# Needs convdoc. The page Install of its site shows how to get it.
"""
A row left over, transposed
===========================

Images of 5 and of 6 pixels gave the same output of 3. So the way back could end at either, and
the size must be said: ``output_padding=1`` asks for the larger one. (The caption of figure 4.7 in
Dumoulin and Visin's guide calls the input 2×2. It is 3×3, as their figure shows and as you can
count here.)
"""

# %%
# Its sizes are those of the convolution, read from the output to the input:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2, border_mode=1)
back = spec.as_transposed(size=6)
draw.show(back.relationship(size=3)[0])

# %%
# Each pixel of the input lays down a copy of the kernel, times its value. Where copies overlap,
# they add up. The copy is flipped, as the convolution laid it on the image. The last row and column
# are those that the padding would have cut off again, had the smaller size been asked for.

y = np.array([[2, 1, 0],
              [1, 3, 1],
              [0, 1, 2]]).reshape(1, 1, 3, 3)
W = np.array([[1, 2, 0],
              [0, 1, 3],
              [2, 0, 4]]).reshape(1, 1, 3, 3)

draw.show(draw.transpose_stepper(y, W, border_mode=1, strides=2, output_padding=1))

# %%
# The second figure takes one output at a time, as a convolution does. One more row and column of
# zeros stand at the bottom and on the right. The kernel is not flipped here, because the two
# turns cancel. The numbers are the same:

draw.show(draw.transpose_stepper(y, W, border_mode=1, strides=2, output_padding=1, view="gather"))
