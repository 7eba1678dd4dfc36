"""How arrays are laid out: axes looked up by name, windows averaged by loops, memory counted."""

import numpy as np

from tests.second_way import Worked

PIXELS = [[[7, 1, 0], [6, 2, 9]], [[5, 3, 8], [4, 4, 7]]]
GREY = [[9, 0, 0, 18], [0, 0, 27, 0], [0, 9, 0, 0]]
KERAS = "hwcf"  # axes of its kernels, by their letters
OURS = "fchw"


def window_sum(photograph, i, j):
    """The sum of the nine pixels around one, with zeros around the image."""
    height, width = np.shape(photograph)
    rows = range(max(i - 1, 0), min(i + 2, height))
    columns = range(max(j - 1, 0), min(j + 2, width))
    return sum(photograph[row][column] for row in rows for column in columns)


def sums(photograph):
    height, width = np.shape(photograph)
    return np.array(
        [[window_sum(photograph, i, j) for j in range(width)] for i in range(height)], float
    )


def average(photograph):
    return sums(photograph) / 9


def axes(old, new):
    """Where each axis of `new` was, found by its length in an array of four unequal axes."""
    lengths = dict(zip(old, (5, 6, 7, 8), strict=True))
    return [np.zeros([*lengths.values()]).shape.index(lengths[axis]) for axis in new]


def place(order):
    """Counted in memory that holds one 1, with the axes in this order."""
    shape, at = {"n": 2, "c": 3, "h": 4, "w": 5}, {"n": 1, "c": 1, "h": 2, "w": 4}
    x = np.zeros([shape[axis] for axis in order], bool)
    x[tuple(at[axis] for axis in order)] = True
    return list(x.flat).index(True)


SECOND_WAY = {
    "arrays-kernel": Worked(
        text="10 colour … 48 rows … 64 columns … 16 filters … 5 rows … 7 columns … shape … kernel",
        answer=(16, 3, 5, 7),
        mistakes={
            "Keras and TensorFlow … Here the filters … first … kernel's plane last": (5, 7, 3, 16),
            "channels last … NHWC … before the plane … kernels": (16, 5, 7, 3),
            "exchanged filters and channels … whole kernels": (3, 16, 5, 7),
            "width before the height … row … before a column": (16, 3, 7, 5),
            "filter one slice for all colours … one for each": (16, 5, 7),
            "first axis counts the samples … same kernel": (10, 3, 5, 7),
        },
        hints=("Four axes", "How many filters … how many channels"),
        solution=[
            "Filters first: 16 … filter … one slice for each channel … 3 … height and width, 5 and "
            "7 … samples … not appear … “Kernel”",
            "conv 5×7, 16 filters (10, 16, 44, 58) (16, 3, 5, 7)",
        ],
    ),
    "arrays-green": Worked(
        text="x … 2 rows and 2 columns … height, width, colour … red, green and blue … green "
        "plane, row under row",
        answer=[[1, 2], [3, 4]],  # the second number of each pixel as it is printed
        mistakes={
            # 7 1 0 6 | 2 9 5 3 | 8 4 4 7
            "middle 4 numbers as they are printed … `reshape`": [[2, 9], [5, 3]],
            "row 1 of the photograph, in all colours": [[5, 3, 8], [4, 4, 7]],
            "column 1 of the photograph, in all colours": [[6, 2, 9], [4, 4, 7]],
            "the blue … count from 0, and red is the first": [[0, 9], [8, 7]],
            "the green numbers, with rows and columns exchanged": [[1, 3], [2, 4]],
        },
        hints=("Which axis is the colour", "red, green and blue of one pixel. Take the green"),
        solution=[
            "last axis is the colour … red, the green and the blue … row 0, column 0 is 7, 1, 0, "
            "and its green is 1 … NumPy: `x[:, :, 1]` … Moved to the front, the colour axis is the "
            "first … `x.transpose(2, 0, 1)[1]` … three planes, red, green, blue",
            [[[7, 6], [5, 4]], [[1, 2], [3, 4]], [[0, 9], [8, 7]]],
        ],
        given={"x": PIXELS},
    ),
    "arrays-result": Worked(
        text="10 colour images … 48 rows … 64 columns … 16 filters … 5 rows … 7 columns … `valid`",
        answer=(10, 16, 44, 58),  # 48 − 5 + 1 and 64 − 7 + 1, by hand
        mistakes={
            "NHWC, channels last … filters come second, NCHW": (10, 44, 58, 16),
            "kept the channels … filter adds up over them … second axis": (10, 3, 44, 58),
            # 16 · 3
            "image for each filter and each channel … filter adds up … channels": (10, 48, 44, 58),
            "`same` … Under `valid` … smaller": (10, 16, 48, 64),
            "One short along each axis … kernel can move … first place counts": (10, 16, 43, 57),
            # 48 − 7 + 1 and 64 − 5 + 1
            "exchanged the height and the width of the kernel": (10, 16, 42, 60),
        },
        hints=(
            "Which of the four numbers stay",
            "samples stay. The second axis counts the filters … kernel has i − k + 1 places",
        ),
        solution=[
            "One result for each sample, 10 … one image for each filter, 16. The channels are "
            "gone … filter adds up … all 3 … height is 48 − 5 + 1 = 44, the width 64 − 7 + 1 = 58",
            "44 = (48 - 5) + 1",
            "58 = (64 - 7) + 1",
        ],
    ),
    "grey-photograph": Worked(
        text="`blur(photograph)` … grey … (height, width) and averages each pixel with its eight "
        "neighbours: `conv4d` with a kernel of 3×3 and `same` … (height, width) … below … "
        "`skimage.data.camera() / 255`",
        answer=average,
        mistakes={
            # its neighbours are zeros, so a ninth of it is left
            "image of its own … no neighbours, only zeros … new axes … front": lambda photograph: (
                np.array(photograph) / 9
            ),
            "sums. For an average, each of the nine weights is 1 / 9": sums,
            "took `valid`, so the border is gone": lambda photograph: average(photograph)[
                1:-1, 1:-1
            ],
            "lies on its side: height and width are exchanged": lambda photograph: (
                average(photograph).T
            ),
            "left the pixel itself out. It is one of the nine": lambda photograph: (
                (sums(photograph) - photograph) / 8
            ),
        },
        hints=(
            "How many axes does `conv4d` want, and which two are missing",
            "`photograph[None, None]` adds a sample axis and a channel axis. The kernel needs four "
            "axes … `[0, 0]` … two",
        ),
        solution=[
            "Both new axes stand in front: `x = photograph[None, None]`, of shape (1, 1, 3, 4). "
            "The kernel has one filter and one channel, `w = np.full((1, 1, 3, 3), 1 / 9)`. "
            'Convolve … two axes … `return conv4d(x, w, "same")[0, 0]`',
            average(GREY),
            "ones for weights, so that each sum is nine times the average",
            "x (1, 1, 3, 4) convolved with W (1, 1, 3, 3) gives y (1, 1, 3, 4) … "
            f"y[0, 0] = … = {window_sum(GREY, 0, 0)}; … y[2, 3] = … = {window_sum(GREY, 2, 3)};",
            "`skimage.data.camera() / 255` … same shape",
        ],
        given={"photograph": GREY},
    ),
    "arrays-to-nchw": Worked(
        text="batch x in NHWC … (8, 120, 90, 3) … NCHW",
        answer=np.moveaxis(np.zeros((8, 120, 90, 3)), -1, 1).shape,
        mistakes={
            "NHWC still: the channels stand last": (8, 120, 90, 3),
            "Height and width … lies on its side … axes of height and channels … too": (
                np.swapaxes(np.zeros((8, 120, 90, 3)), 1, 3).shape
            ),
            # N stays, C H W of it are taken to be H W C
            "from NCHW to NHWC, the way back": np.moveaxis(np.zeros((8, 120, 90, 3)), 1, -1).shape,
            "channels come first in an image … samples come before all": (3, 8, 120, 90),
        },
        hints=("N, H, W, C", "N, C, H, W"),
        solution=[
            "new axis where it was. Samples stay at 0. Channels were at 3, height at 1, width at "
            "2: `x.transpose(0, 3, 1, 2)` … (8, 3, 120, 90): 120 is still the height … `transpose`",
            [0, 3, 1, 2],
        ],
    ),
    "arrays-keras-kernel": Worked(
        text="Keras … kernel as (height, width, channels, filters). Which axes … "
        "`w.transpose(…)` … make (filters, channels, height, width) … four numbers",
        answer=axes(KERAS, OURS),
        mistakes={
            "way back, from this site's order to Keras's. The first number says where the new "
            "first axis was, not where the old one goes": axes(OURS, KERAS),
            "images from NHWC to NCHW. Keras stores kernels": axes("nhwc", "nchw"),
            "turns the order round, `w.T`. Filters and channels are right, and height and width "
            "are exchanged": axes(KERAS, KERAS[::-1]),
            "filters are in front, but the channels are last": axes(KERAS, "fhwc"),
            "exchanged filters and channels": axes(KERAS, "cfhw"),
        },
        hints=(
            "first number says where the filters were",
            "Keras's axes: height 0, width 1, channels 2, filters 3 … new order",
        ),
        solution=[
            "new axis where it was in Keras's kernel. Filters: at 3. Channels: at 2. Height: at 0. "
            "Width: at 1. A kernel of shape (2, 2, 1, 3) becomes one of shape (3, 1, 2, 2): 3 "
            "filters, each with one slice of 2×2. Filter 0 … from 0 on, in steps of 3",
            # 0 to 11 in threes, one for each filter: 0 1 2 | 3 4 5 | 6 7 8 | 9 10 11
            [[[[0, 3], [6, 9]]], [[[1, 4], [7, 10]]], [[[2, 5], [8, 11]]]],
        ],
    ),
    "arrays-memory": Worked(
        text="x of shape (2, 3, 4, 5) is NCHW … last axis running fastest … counted from 0, lies "
        "x[1, 1, 2, 4] … `x.ravel()`",
        answer=place("nchw"),
        mistakes={
            "place in an NHWC array, where the channels run fastest": place("nhwc"),
            "counted from 1": place("nchw") + 1,
            "height run faster than the width. Within a channel, row follows row": place("ncwh"),
            "samples inside the channels. A whole sample comes before the next": place("cnhw"),
            "first axis run fastest. It runs slowest": place("whcn"),
        },
        hints=(
            "in a row, in a channel, in a sample",
            "lies before it: whole samples, then whole channels of its sample, then whole rows, "
            "then numbers of its own row",
        ),
        solution=[
            "A sample is 3 · 4 · 5 = 60 numbers, a channel 4 · 5 = 20, a row 5. Before the number "
            "lie 1 whole sample, 1 whole channel, 2 whole rows and 4 numbers of its own row: "
            "1 · 60 + 1 · 20 + 2 · 5 + 4 = 94 … 0, 1, 2 … channel 1 of sample 1",
            np.array(range(80, 100)).reshape(4, 5),  # after a sample of 60 and a channel of 20
        ],
    ),
}
