# Needs convdoc. The page Install of its site shows how to get it.
"""
A replicated border
===================

With ``border="replicate"`` the last pixel of each row and column is repeated as often as the
windows need it. This makes no edge at the border, so a filter that looks for edges finds none
there.
"""

# %%
# This kernel subtracts from each pixel its left neighbour. The image is bright and has one edge.
# At the border the window reads the same pixel twice, so the difference is 0:

import numpy as np

from convdoc import conv4d, draw

x = np.array([[7, 7, 7, 9, 9],
              [7, 7, 7, 9, 9],
              [7, 7, 7, 9, 9]]).reshape(1, 1, 3, 5)
W = np.array([[1, -1]]).reshape(1, 1, 1, 2)

draw.show(draw.stepper(x, W, border="replicate").at(5))

# %%
# With zeros, the strongest edge of all is the border of the image:

print(conv4d(x, W))

# %%
# The same with a mean: a plain image stays plain, but zeros make it darker at its border:

plain, mean = np.full((1, 1, 3, 4), 9), np.full((1, 1, 3, 3), 1 / 9)
for border in ("replicate", "zeros"):
    print(border, conv4d(plain, mean, border=border)[0, 0].round(1), sep="\n")
