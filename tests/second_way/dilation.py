"""Dilation: elements and pixels counted in sets, sums by loops, SciPy with the holes written in."""

import numpy as np
from scipy.signal import convolve2d, correlate2d

from tests.second_way import Worked


def places(kernel, dilation):
    """Where along an axis the elements of a kernel lie."""
    return {element * dilation for element in range(kernel)}


def reach(*layers):
    """Places along an axis that one output reads through layers, each a set of places."""
    read = {0}
    for layer in layers:
        read = {at + step for at in read for step in layer}
    return read


def span(read):
    return max(read) - min(read) + 1


def windows(size, kernel, dilation, stride):
    return sum(at + max(places(kernel, dilation)) < size for at in range(0, size, stride))


X = np.array(
    [[1, 0, 2, 1, 0, 3], [0, 1, 0, 0, 2, 1], [3, 0, 1, 2, 0, 0],
     [1, 2, 0, 1, 0, 1], [0, 1, 2, 0, 3, 0], [2, 0, 0, 1, 1, 1]]
)  # fmt: skip
W = [[1, 0, 2], [0, 0, 0], [3, 0, 0]]
WITH_HOLES = [[1, 0, 0, 0, 2], [0] * 5, [0] * 5, [0] * 5, [3, 0, 0, 0, 0]]


# What one output reads along an axis, through kernels of 3 with dilations of 2 and 4.
SPARSE = [first + second for first in (0, 2, 4) for second in (0, 4, 8)]
TIMES = [SPARSE.count(at) for at in range(span(SPARSE))]
READ = len(set(SPARSE))


def holes(w, d):
    rows = []
    for number, row in enumerate(w.tolist()):
        spread = []
        for element in row:
            spread += [element] + [0] * (d - 1)
        spread = spread[: len(spread) - (d - 1)]
        rows += [spread] if number == len(w) - 1 else [spread] + [[0] * len(spread)] * (d - 1)
    return rows


def repeated(w, d):
    return [[number for number in row for _ in range(d)] for row in w for _ in range(d)]


def zeros_behind(w, d):
    """Each element the first of d·d that it now has to itself."""
    return [
        [0 if i % d or j % d else w[i // d, j // d] for j in range(d * len(w[0]))]
        for i in range(d * len(w))
    ]


SECOND_WAY = {
    "dilation-same-padding": Worked(
        text="kernel of 3 with a dilation of 6 … 33 rows, with a stride of 1. How many rows of "
        "zeros … on each side for the output to have 33 rows too",
        # The zeros on both sides make up for what the windows lose: 33 − 13 + 1 outputs of 33.
        answer=next(p for p in range(33) if windows(33 + 2 * p, 3, 6, 1) == 33),
        mistakes={
            "half of the contiguous kernel. How many rows does the dilated one cover": 1,
            "both sides need together": 33 - windows(33, 3, 6, 1),
            "how many rows the kernel covers. It asks for fewer zeros": span(places(3, 6)),
            "rows between two elements": len("x.....x") - 2,
        },
        hints=(
            "How many rows does the dilated kernel cover … lost",
            "covers d(k − 1) + 1 rows. Without padding the output loses one row less than that … "
            "both sides",
        ),
        solution=[
            "kernel has 3 elements in a row and 2 steps of 6 pixels between them … 6 · 2 + 1 = 13 "
            "pixels. Without padding the output would be 13 − 1 = 12 pixels smaller. Half of these "
            "on each side make up for it: 12 / 2 = 6",
            "33 = ⌊(33 + 2·6 - 3 - (3 - 1)·(6 - 1)) / 1⌋ + 1",
            "smaller image, a dilation of 2 takes 2 zeros on each side",
            # pixels 0, 2, 10, 12 at the corner, all from 0 to 24 in steps of 2 rows and 2 columns
            "x (1, 1, 5, 5) convolved with W (1, 1, 3, 3) gives y (1, 1, 5, 5) … "
            f"y[0, 0] = … = {0 + 2 + 10 + 12}; … "
            f"y[2, 2] = … = {0 + 2 + 4 + 10 + 12 + 14 + 20 + 22 + 24};",
        ],
    ),
    "dilation-from-zero": Worked(
        text="contiguous kernel dilation 0, because no pixels lie between … kernel of 4 with "
        "dilation 2. How many rows does this kernel cover",
        answer=len("x..x..x..x"),
        mistakes={
            "as frameworks do, from 1. This text counts the pixels between two": len("x.x.x.x"),
            "every element a gap behind it. No gap follows the last": len("x..x..x..x.."),
            "steps from the first element to the last. Count the pixels": len("x..x..x..x") - 1,
            "one gap into the whole kernel. There is one between any two": len("xx..xx"),
        },
        hints=("crosses in a row … the gaps between", "4 elements have 3 gaps … gap is 2 pixels"),
        solution=[
            "2 pixels between two elements are 3 pixels from one to the next … a dilation of 3. 4 "
            "elements have 3 steps, and the last element takes one pixel more: 3 · 3 + 1 = 10",
            [[int(mark == "x") for mark in "x..x..x..x"]],
        ],
    ),
    "dilation-shape": Worked(
        text="16 filters of 3×3 with a dilation of 4 and a stride of 2, and pads nothing … "
        "(8, 3, 32, 32)",
        answer=(8, 16, *[windows(32, 3, 4, 2)] * 2),
        mistakes={
            "left the dilation out: the kernel covers more than its 3 rows": (
                (8, 16, *[windows(32, 3, 1, 2)] * 2)
            ),
            "left the stride out": (8, 16, *[windows(32, 3, 4, 1)] * 2),
            # 23 / 2 is 11.5, so 12 steps
            "rounded up. A window that does not fit is not computed": (8, 16, 13, 13),
            # 11 steps; or 3 elements with a gap behind each
            "forget the window's first place? … steps … one place more … count a gap behind the "
            "last element of the kernel? There is none": (8, 16, *[windows(32, 12, 1, 2)] * 2),
            "Right numbers, but here the filters stand before height and width": (8, 12, 12, 16),
            "channels of the input are added up … second axis": (8, 3, 12, 12),
        },
        hints=(
            "How many rows does the dilated kernel cover … formula with the stride",
            "covers d(k − 1) + 1 rows. Subtract that from the image's, divide by the stride, round "
            "down and add one",
        ),
        solution=[
            "kernel covers 4 · (3 − 1) + 1 = 9 rows. They leave 32 − 9 = 23 rows … in steps of 2: "
            "11 steps, and so 12 places. Dilation changes nothing else … for each filter, and for "
            "each sample",
            "12 = ⌊(32 + 2·0 - 3 - (3 - 1)·(4 - 1)) / 2⌋ + 1",
            "conv 3×3, 16 filters, stride 2, dilation 4 (8, 16, 12, 12) (16, 3, 3, 3)",
        ],
    ),
    "dilation-by-hand": Worked(
        text="x with W, with a dilation of 2 and without padding. It is a convolution, so the "
        "kernel is flipped",
        answer=convolve2d(X, WITH_HOLES, "valid"),
        mistakes={
            "did not flip the kernel … cross-correlation": correlate2d(X, WITH_HOLES, "valid"),
            "left the dilation out: the kernel's elements lie 2 pixels apart": (
                convolve2d(X, W, "valid")
            ),
            "window in steps of 2. That is a stride. A dilation moves the elements of the kernel "
            "apart … window still goes on by one": [
                row[::2] for row in convolve2d(X, W, "valid")[::2]
            ],
            # [[1, 0, 2], [0, 0, 0], [3, 0, 0]] after a quarter of a turn against the clock
            "turned the kernel by a quarter. A flip is half a turn: the first element becomes the "
            "last": convolve2d(X, holes(np.array([[2, 0, 0], [0, 0, 0], [1, 0, 3]]), 2), "valid"),
        },
        hints=(
            "Turn the kernel by 180 degrees … its 3 elements that are not zero",
            "first number the kernel lies on rows and columns 0, 2 and 4. Turned, its 3 lies on "
            "row 0, column 4",
        ),
        solution=[
            "kernel covers 5 rows and 5 columns, so there are 2 places along each axis. It is "
            "turned by 180 degrees before it is laid down … its 3 then weighs a pixel of the first "
            "row … at the right",
            "x (1, 1, 6, 6) convolved with W (1, 1, 3, 3) gives y (1, 1, 2, 2) … "
            + " … ".join(f"= {number};" for number in convolve2d(X, WITH_HOLES, "valid").flat),
        ],
        given={"x": X, "W": W},
    ),
    "dilation-doubled": Worked(
        text="4 layers with kernels of 3×3 … dilations of 1, 2, 4, 8 and a stride of 1. How many "
        "pixels across is the receptive field of one output of the last",
        answer=span(reach(*(places(3, d) for d in (1, 2, 4, 8)))),
        mistakes={
            "left the dilations out": span(reach(*[places(3, 1)] * 4)),
            "added up what the layers add, and left out the pixel that you begin with": (
                2 + 4 + 8 + 16
            ),
            "one side only. The kernel reaches as far to the other": 1 + 1 + 2 + 4 + 8,
            "added up what the kernels cover … share one pixel each: count what each layer adds": (
                3 + 5 + 9 + 17
            ),
            "last layer sees of the layer before": span(places(3, 8)),
            "began with the second layer. The first one adds something too": (
                span(reach(*(places(3, d) for d in (2, 4, 8))))
            ),
        },
        hints=(
            "one pixel. What does each layer add",
            "adds as many … kernel covers beyond one: d(k − 1)",
        ),
        solution=[
            "adds what its kernel covers beyond one pixel, 2 times its dilation: 2, 4, 8, 16. With "
            "the pixel that you begin with, that is 1 + 2 + 4 + 8 + 16 = 31 … the column for the "
            "receptive field",
            # 1 + 2, 3 + 4, 7 + 8, 15 + 16, each in the column before that of the jump
            "(1, 1, 3, 3) 3 1 … dilation 2 … 7 1 … dilation 4 … 15 1 … dilation 8 … 31 1",
        ],
    ),
    "dilation-never-read": Worked(
        text="Two layers with kernels of 3×3 … dilations of 2 and 4 … receptive field does one "
        "output never read",
        answer=sum(a * b == 0 for a in TIMES for b in TIMES),
        mistakes={
            "how many it reads": READ**2,
            "row and whose column are left out. Either is enough … not to be read": (
                TIMES.count(0) ** 2
            ),
            "along one axis. The field has two": TIMES.count(0),
            "weights, 9 in each layer. Each weight of the second layer reads through all 9 of the "
            "first": span(SPARSE) ** 2 - 9 - 9,
            "every way through the two kernels for another pixel … end at the same": (
                span(SPARSE) ** 2 - 9 * 9
            ),
        },
        hints=(
            "one axis first … output read, through both layers",
            "second layer reads places 0, 4 and 8 of the first … reads 0, 2 and 4 farther",
        ),
        solution=[
            "one axis, the second layer's output reads places 0, 4 and 8 of what the first gives, "
            "and each of those reads 0, 2 and 4 farther on … the even places, 7 of 13. A pixel is "
            "read where its row and its column both are, so 7 · 7 = 49 of 13 · 13 = 169 pixels are "
            "read, and 169 − 49 = 120 are not",
            np.outer(TIMES, TIMES),
        ],
    ),
    "dilation-holes": Worked(
        text="holes into a kernel … two axes and a dilation … smallest kernel with which a "
        "contiguous convolution does what the dilated one … w below with a dilation of 2",
        answer=holes,
        mistakes={
            "kernel repeats its elements. Between … nothing to read": repeated,
            "rows or columns of zeros behind the last element. The kernel would cover more": (
                zeros_behind
            ),
            "put d zeros between two elements. A dilation is the way from one to the next, and 1 "
            "puts none": lambda w, d: holes(w, d + 1),
            "flipped the kernel. The convolution does that": lambda w, d: (
                [row[::-1] for row in holes(w, d)[::-1]]
            ),
            "took elements out. A dilation keeps all of them and moves them apart": lambda w, d: (
                [row[::d] for row in w.tolist()[::d]]
            ),
        },
        hints=(
            "How many rows and columns has the kernel once it is dilated",
            "zeros of d(k − 1) + 1 rows and columns … slice with a step",
        ),
        solution=[
            "zeros as large as the dilated kernel, d(k − 1) + 1 along each axis … kernel into "
            "every d-th row and column of it: `out = np.zeros((d * (len(w) - 1) + 1, d * "
            "(w.shape[1] - 1) + 1))`, then `out[::d, ::d] = w`. No zeros follow the last row or "
            "the last column",
            [[1, 0, 2, 0, 3], [0, 0, 0, 0, 0], [4, 0, 5, 0, 6]],
        ],
        given={"w": [[1, 2, 3], [4, 5, 6]]},
    ),
}
