# Needs convdoc. The page Install of its site shows how to get it.
"""
Padding and strides
===================

A border of one zero and a stride of 2: the layer by which many networks halve their images. This
very case has been published with wrong numbers in an animation. Here the same arrays are
convolved once more.
"""

# %%
# Five pixels, two zeros, a kernel of 3, a stride of 2:

import numpy as np

from convdoc import ConvSpec, draw

spec = ConvSpec(kernel=3, strides=2, border_mode=1)
draw.show(spec.relationship(size=5)[0])

# %%
# The arrays are those of *numerical_padding_strides*, an animation in Theano's tutorial. It does
# not flip the kernel: this is a cross-correlation, which the sign ⋆ stands for.

x = np.array([[2, 2, 3, 3, 3],
              [0, 1, 3, 0, 3],
              [2, 3, 0, 1, 3],
              [3, 3, 2, 1, 2],
              [3, 3, 0, 2, 3]]).reshape(1, 1, 5, 5)
W = np.array([[2, 0, 1],
              [1, 0, 0],
              [0, 1, 1]]).reshape(1, 1, 3, 3)

draw.show(draw.correlate_stepper(x, W, border_mode=1, strides=2))

# %%
# The animation shows other numbers in most places. Add up any window to see which of the two is
# right. (The mistake was `reported in 2018
# <https://github.com/vdumoulin/conv_arithmetic/issues/17>`__.)

from convdoc import correlate4d

published = np.array([[1,  6, 5],
                      [7, 10, 9],
                      [7, 10, 8]])
right = correlate4d(x, W, border_mode=1, strides=2)[0, 0].astype(int)
print("right:", right, "published:", published, sep="\n")
print(f"{(right != published).sum()} of {right.size} differ")
