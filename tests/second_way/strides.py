"""Strides: windows counted one by one, TensorFlow's printed numbers, sums of products by loops."""

import numpy as np
from scipy.signal import correlate2d

from tests.second_way import Worked

WAS = [[2, 5, 1, 4, 3], [7, 0, 6, 2, 8], [1, 9, 3, 5, 0], [4, 2, 8, 6, 7], [5, 3, 0, 1, 9]]
COUNTED = np.arange(1, 37).reshape(6, 6)
X = [[2, 2, 3, 3, 3], [0, 1, 3, 0, 3], [2, 3, 0, 1, 3], [3, 3, 2, 1, 2], [3, 3, 0, 2, 3]]
W = [[2, 0, 1], [1, 0, 0], [0, 1, 1]]
TURNED = [[1, 1, 0], [0, 0, 1], [1, 0, 2]]
PUBLISHED = [[1, 6, 5], [7, 10, 9], [7, 10, 8]]


def starts(size, kernel, stride):
    """First rows of the windows that fit."""
    return [at for at in range(0, size, stride) if at + kernel <= size]


def sizes(output, padding):
    """Of which images a kernel of 3 makes so many windows, at a stride of 2."""
    return [size for size in range(1, 40) if len(starts(size + 2 * padding, 3, 2)) == output]


def every_second(array):
    return [[array[row][column] for column in (0, 2, 4)] for row in (0, 2, 4)]


# Rows of an image of 11 that windows of 2 read, at a stride of 4.
READ = [row for at in starts(11, 2, 4) for row in (at, at + 1)]
NEVER = [row for row in range(11) if row not in READ]

# With a padding of 1 and a stride of 1, where the middle of the window is on each pixel.
CORRELATED = correlate2d(X, W, "same")
RIGHT = every_second(CORRELATED)

SECOND_WAY = {
    "strides-floor": Worked(
        text="40 pixels high. A kernel of 13 rows moves over it with a stride of 2 and 6 rows of "
        "zeros on each side. How high is the output",
        answer=len(starts(6 + 40 + 6, 13, 2)),
        mistakes={
            # 19.5 steps
            "rounded up. Half a step is no step … does not fit … the division is rounded down": (
                20 + 1
            ),
            "forgot the window's first place … counts the steps … one place more than there are "
            "steps": len(starts(6 + 40 + 6, 13, 2)[1:]),
            "counted the padding once. It is added on both sides": len(starts(6 + 40, 13, 2)),
            "left the padding out": len(starts(40, 13, 2)),
            "is the output for a stride of 1": len(starts(6 + 40 + 6, 13, 1)),
        },
        hints=(
            "How far can the window move from its first place to its last",
            "padded image has i + 2p rows, and the kernel takes k of them. Divide what is left by "
            "the stride, round down, and add one",
        ),
        solution=[
            "kernel leaves 40 + 2 · 6 − 13 = 39 rows below its first place. In steps of 2 it can "
            "go on 19 times, and the half step that is left, 39 / 2 = 19.5, is none. With the "
            "first place that makes 19 + 1 = 20",
            "20 = ⌊(40 + 2·6 - 13) / 2⌋ + 1",
            "smaller image … hatched row and column are what the floor leaves over",
            # 9 times the middle: rows of 6 pixels, 0 to 35
            f"x (1, 1, 6, 6) convolved with W (1, 1, 3, 3) gives y (1, 1, 2, 2) … = {9 * 7}; … "
            f"= {9 * 9}; … = {9 * 19}; … = {9 * 21};",
        ],
    ),
    "strides-thinned": Worked(
        text="Below … with a stride of 1. The same image and kernel, the same padding, but with a "
        "stride of 2",
        answer=every_second(WAS),
        mistakes={
            "began with the second window. A stride skips windows after the first": (
                [[0, 2], [2, 6]]
            ),
            "took the largest of each four … max pooling; a stride computes fewer windows, and "
            "compares nothing": [
                [max(2, 5, 7, 0), max(1, 4, 6, 2)],
                [max(1, 9, 4, 2), max(3, 5, 8, 6)],
            ],
            "thinned out the rows only. A single number for the stride counts for both axes": (
                [WAS[0], WAS[2], WAS[4]]
            ),
        },
        hints=(
            "Which windows does a stride of 2 visit",
            "Of the rows, 0, 2 and 4. Of each of them, which columns",
        ),
        solution=[
            "stride of 2 visits every second window, beginning with the first: rows 0, 2 and 4, "
            "and of each of them columns 0, 2 and 4. Its outputs are those of stride 1, thinned "
            "out",
            every_second(WAS),
            "Nothing is added up or compared; that would be pooling",
        ],
        given={"y": WAS},
    ),
    "strides-unread": Worked(
        text='kernel of 2 rows moves over an image of 11 rows with a stride of 4, under `"valid"`. '
        "How many rows of the image does no window read",
        answer=len(NEVER),
        mistakes={
            "counted what is left over at the end … between the windows too: this stride is longer "
            "than the kernel": len([row for row in NEVER if row > READ[-1]]),
            "took away one row for each window. Each reads as many as the kernel has": (
                11 - len(starts(11, 2, 4))
            ),
            "counted the rows between windows. What is left over at the end": (
                len([row for row in NEVER if row < READ[-1]])
            ),
            "how many rows are read": len(READ),
        },
        hints=(
            "down the rows that each window reads",
            "first reads rows 0 and 1, and the second begins at row 4",
        ),
        solution=[
            "windows begin at rows 0, 4, 8 and each reads 2. Of 11 rows that is 3 · 2 = 6, and "
            "11 − 6 = 5 are never read: 2, 3, 6, 7, 10. Only the last of them is the floor's "
            "doing. The others lie between windows, because the stride is longer than the kernel",
            "x (1, 1, 11, 1) convolved with W (1, 1, 2, 1) gives y (1, 1, 3, 1) … = 1; rows 0 to 1 "
            "… = 9; rows 4 to 5 … = 17; rows 8 to 9",
        ],
    ),
    "strides-input-sizes": Worked(
        text="kernel of 3 with a stride of 2 and a padding of 1 gives an output of 7. Which input "
        "sizes are possible? Write all of them, the smallest first",
        answer=sizes(7, padding=1),
        mistakes={
            # 2·6 + 3 rows, two of them zeros
            "the one that leaves no row over. The floor gives others the same output": [15 - 2],
            "the larger one. Is there a smaller": [15 - 2 + 1],
            "left the padding out": sizes(7, padding=0),
        },
        hints=(
            "Turn the formula round: the output is known, and the input is not",
            "smallest is s(o − 1) + k − 2p. How many sizes does a stride of 2 floor to one",
        ),
        solution=[
            "smallest input is the one that leaves nothing over: 2 · (7 − 1) + 3 − 2 · 1 = 13. A "
            "stride of 2 floors 2 neighbouring sizes to one, so the other is 14",
            "7 = ⌊(13 + 2·1 - 3) / 2⌋ + 1",
            "7 = ⌊(14 + 2·1 - 3) / 2⌋ + 1",
        ],
    ),
    "strides-same-tensorflow": Worked(
        text="holds 1 to 36, and the kernel is 3×3 with a 1 in the middle and zeros elsewhere. "
        "What does TensorFlow give with `strides=2, padding='SAME'`",
        answer=[[8, 10, 12], [20, 22, 24], [32, 34, 36]],
        mistakes={
            # the middles of the windows, from the corner on
            "Theano gives, and PyTorch with a padding of 1. TensorFlow pads less at this stride": (
                [[1, 3, 5], [13, 15, 17], [25, 27, 29]]
            ),
            "did not pad. `SAME` gives ⌈6 / 2⌉ outputs along each axis": [[8, 10], [20, 22]],
            "left the stride out": COUNTED,
        },
        hints=(
            "How many zeros does it take for 3 windows, and on which side does TensorFlow put an "
            "odd one",
            "One row of zeros is enough, and it goes behind. So the first window begins on the "
            "image, and its middle is row 1, column 1",
        ),
        solution=[
            "TensorFlow pads no more than the stride needs. 3 windows of 3 at a stride of 2 reach "
            "over 7 rows, and there are 6, so one row of zeros is added, and it goes behind: "
            "(0, 1). The first window then lies on rows 0, 1 and 2, and its middle is row 1",
            "x (1, 1, 6, 6) convolved with W (1, 1, 3, 3) gives y (1, 1, 3, 3) … = 8; rows 0 to 2, "
            "columns 0 to 2 of x … = 10; … = 12; … = 20; … = 22; … = 24; … = 32; … = 34; … = 36; "
            "rows 4 to 6, columns 4 to 6 of x",
        ],
        given={"x": COUNTED},
    ),
    "strides-published": Worked(
        text="cross-correlation of x and W, with a padding of 1 and a stride of 2, and says that "
        "it gives y. Some of its numbers are wrong. What is right",
        answer=RIGHT,
        mistakes={
            "was published. It is the corner of the result for a stride of 1 … its second number": (
                PUBLISHED
            ),
            "flipped the kernel. This one is a cross-correlation": (
                every_second(correlate2d(X, TURNED, "same"))
            ),
            "took a stride of 1": CORRELATED,
            # without the frame, the windows stand in the middle of rows and columns 1 and 3
            "left the padding out": [[CORRELATED[i, j] for j in (1, 3)] for i in (1, 3)],
        },
        hints=(
            "kernel on the image as it is written, its middle on row 0, column 0",
            "stride of 2 puts the kernel's middle on rows 0, 2 and 4. Of the first window, only "
            "four pixels are not padding",
        ),
        solution=[
            f"{np.not_equal(RIGHT, PUBLISHED).sum()} of the 9 numbers are wrong … are the first "
            "three rows and columns of the result with a stride of 1",
            CORRELATED,
            "With a stride of 2 it is every second of them. Take y[0, 1]: its window is centred on "
            "row 0, column 2, and its top row is padding. Of the sum, 2·1 + 3·0 + 3·0 and "
            "1·0 + 3·1 + 0·1 are left, which is 5. Step to any other and add up",
            "x (1, 1, 5, 5) correlated with W (1, 1, 3, 3) gives y (1, 1, 3, 3) … "
            + " … ".join(f"= {number};" for row in RIGHT for number in row),
        ],
        given={"x": X, "W": W, "y": PUBLISHED},
    ),
}
