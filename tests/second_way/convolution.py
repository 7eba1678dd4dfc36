"""What a convolution is: by hand, by plain loops over the formula, by NumPy and SciPy."""

import numpy as np
from scipy.signal import convolve2d

from tests.second_way import Worked

DAYS, AGES = [[2, 0, 5, 1, 4]], [[1, 3, 2]]
DOT = [[0] * 7, [0] * 7, [0, 0, 0, 1, 0, 0, 0], [0] * 7, [0] * 7]
IMAGE = [[3, 1, 0, 2, 4], [0, 2, 5, 1, 3], [4, 0, 1, 6, 2], [1, 3, 2, 0, 5]]
KERNEL = [[1, 0, 2], [0, 3, 0], [0, 0, 4]]
OF_A, OF_B = np.array([[4, 1, 0], [2, 7, 3]]), np.array([[1, 5, 2], [0, 3, 6]])
TRIAL = [[1, 2, 0], [0, 3, 1]], [[1, 4], [2, 0]]


def pixel(row, column, kernel=KERNEL):
    """The formula as it stands, at a place of the result that is cut to whole windows."""
    places = [(u, v) for u in range(3) for v in range(3)]
    return sum(kernel[u][v] * IMAGE[row + 2 - u][column + 2 - v] for u, v in places)


def by_scipy(x, w):
    return convolve2d(x, w, "full")


def last_on_top(x, w):
    """What is left where each moved image, with its zeros, hides those before it."""
    y = np.zeros_like(by_scipy(x, w))
    for u, v in np.ndindex(*w.shape):
        for i, j in np.ndindex(*x.shape):
            y[u + i, v + j] = w[u, v] * x[i, j]
    return y


SECOND_WAY = {
    "convolution-moving": Worked(
        text="x with W … wholly on x … W as weights … 1 for the newest, 3 for the day before it, 2 "
        "for the day before that",
        # newest first, 1·5 + 3·0 + 2·2; 1·1 + 3·5 + 2·0; 1·4 + 3·1 + 2·5
        answer=[9, 16, 17],
        mistakes={
            # 1·2 + 3·0 + 2·5; 1·0 + 3·5 + 2·1; 1·5 + 3·1 + 2·4
            "kernel … as it is written … oldest day got the newest day's weight … end of x is the "
            "newest": [12, 17, 16],
            "divided by the sum of the weights … an average … convolution alone does not divide": [
                9 / 6,
                16 / 6,
                17 / 6,
            ],
            "hang over both ends … wholly on x": convolve2d(DAYS, AGES),
            "zeros around x to get as many numbers … wholly on x": convolve2d(DAYS, AGES, "same"),
            "added the days up without their weights": [2 + 0 + 5, 0 + 5 + 1, 5 + 1 + 4],
        },
        hints=(
            "windows of 3 lie wholly on 5 numbers",
            "first window the newest day is the third number … its weight and go back in time",
        ),
        solution=[
            "kernel begins with the weight of the newest day … old to new, the weights lie as 2, "
            "3, 1. A sum takes 3 days, and 5 days have 3 such places: 2 · 2 + 0 · 3 + 5 · 1 = 9; "
            "0 · 2 + 5 · 3 + 1 · 1 = 16; 5 · 2 + 1 · 3 + 4 · 1 = 17",
            "x (1, 1, 1, 5) convolved with W (1, 1, 1, 3) gives y (1, 1, 1, 3) … = 9; … = 16; … = "
            "17;",
        ],
        given={"x": DAYS, "W": AGES},
    ),
    "convolution-spot-impulse": Worked(
        text="impulse in an image of 3×5 and a result of 3×5 … x, below, to (1, 1, 5, 7) … kernel "
        "of 2×3, with `border_mode` `valid` … shape … four axes",
        # printed in the notebook
        answer=(1, 1, 4, 5),
        mistakes={
            "what the text announces … convolves the x below": (1, 1, 3, 5),
            "the shape of x … as large as the image takes `same`": (1, 1, *np.shape(DOT)),
            "One short along each axis … kernel can move … first place counts": (1, 1, 3, 4),
            "`full`, where windows may hang over the border": (1, 1, 5 + 1, 7 + 2),
            "last two axes. Two more stand before": (4, 5),
        },
        hints=("the rows and the columns of x", "from top to bottom does a kernel of 2 rows fit"),
        solution=[
            "5 rows and 7 columns … Under `valid` the kernel fits in 5 − 2 + 1 = 4 places from top "
            "to bottom, and in 7 − 3 + 1 = 5 from left to right. One sample and one filter come "
            "first",
            # the impulse is under the last of six elements first, under the first of them last
            "x (1, 1, 5, 7) convolved with W (1, 1, 2, 3) gives y (1, 1, 4, 5) … "
            "y[1, 1] = … = 1; … y[2, 3] = … = 6;",
        ],
        given={"x": DOT},
    ),
    "convolution-one-pixel": Worked(
        text="x is convolved with W under `valid`. What is y[1, 2]? Rows and columns count from 0",
        answer=pixel(1, 2),
        mistakes={
            "did not turn the kernel … cross-correlation": pixel(1, 2, np.rot90(KERNEL, 2)),
            # turned upside down, and left to right by the formula besides, it must be undone there
            "turned the kernel upside down only. It is turned left to right": (
                pixel(1, 2, np.fliplr(KERNEL))
            ),
            "turned the kernel left to right only. It is turned upside down": (
                pixel(1, 2, np.flipud(KERNEL))
            ),
            "one row up and one column to the left. Either you counted from 1 … middle of the "
            "kernel on that pixel. Under `valid`, the window of y[0, 0] begins at x[0, 0]": (
                pixel(0, 1)
            ),
        },
        hints=(
            "window of this output begin",
            "kernel down turned by half a turn, its last element first. Then multiply and add",
        ),
        solution=[
            "window of this output begins at row 1, column 2 … Turned, the kernel begins with its "
            "last element, 4 … first pixel of the window, 5. 9 products … sum",
            # 5·4 + 6·3 + 2·2 + 5·1
            "y[0, 0, 1, 2] = 47 … = 5 · 4 = 20 … = 6 · 3 = 18 … = 2 · 2 = 4 … = 5 · 1 = 5",
        ],
        given={"x": IMAGE, "W": KERNEL},
    ),
    "convolution-linear": Worked(
        text="Nobody tells you the kernel W, but only what it makes of two images: a ∗ W and b ∗ W "
        "… What is (2a − b) ∗ W",
        # 2·4 − 1, 2·1 − 5, …
        answer=[[7, -3, -2], [4, 11, 0]],
        mistakes={
            "forgot that a counts twice": [[3, -4, -2], [2, 4, -3]],
            "took b twice": [[6, -8, -4], [4, 8, -6]],
            "added b. It is subtracted": [[9, 7, 2], [4, 17, 12]],
            "exchanged a and b": [[-2, 9, 4], [-2, -1, 9]],
        },
        hints=("convolution do to a sum … a multiple", "Linear … to the results what was done to"),
        solution=[
            "kernel is not needed. A convolution is linear … first number is 2 · 4 − 1 = 7",
            [[7, -3, -2], [4, 11, 0]],
        ],
        given={"a ∗ W": OF_A, "b ∗ W": OF_B},
    ),
    "convolution-step": Worked(
        text="kernel of three elements makes y of x: y[j] = W[0] x[j] + W[1] x[j − 1] + W[2] "
        "x[j − 2], with zeros before x. What is W? … three elements in a row",
        # the step response is 0 0 2 5 4 4
        answer=np.diff([0, 2, 5, 4]),
        mistakes={
            "answer to an impulse. It begins in column 2, and the kernel is its 3 numbers from": (
                np.convolve([0, 0, 1, 0], [2, 3, -1])
            ),
            # 2, 2 + 3, 2 + 3 − 1
            "read y as if x were an impulse. It is a step: at its second 1, two elements of the "
            "kernel are added up already": [2, 5, 4],
            "in which they lie on x. Write the kernel as it is stored, W[0] first": [-1, 3, 2],
            "signs are the wrong way round. Take the earlier number from the later": [-2, -3, 1],
        },
        hints=("the step to make an impulse", "step by one pixel and take it away from x … to y"),
        solution=[
            "impulse would show the kernel. The step is no impulse … one pixel later away from it, "
            "and an impulse is left: 0, 0, 1, 0, 0, 0 … one pixel later, away from it. From column "
            "2 on that is 2 − 0 = 2; 5 − 2 = 3; 4 − 5 = −1; 4 − 4 = 0. The kernel … before the "
            "zero",
            [0, 0, 2, 3, -1, 0],
            "the y that was shown",
            "x (1, 1, 1, 6) convolved with W (1, 1, 1, 3) gives y (1, 1, 1, 6) … "
            "= 0; … = 0; … = 2; … = 5; … = 4; … = 4;",
        ],
        given={"x": [[0, 0, 1, 1, 1, 1]], "y": [[0, 0, 2, 5, 4, 4]]},
    ),
    "convolution-shifted": Worked(
        text="`convolve(x, w)` for an image x and a kernel w of two axes each, with NumPy alone: "
        "the sum, over the elements of w, of the image moved down by the row and right by the "
        "column of the element, and multiplied by it … room for all … `full`",
        answer=by_scipy,
        mistakes={
            "turned the kernel … element W[u, v] moves the image by u and v … nothing is turned": (
                lambda x, w: by_scipy(x, np.rot90(w, 2))
            ),
            "replaces what lies under it. Where two of them overlap, they are added: `+=`": (
                last_on_top
            ),
            "cut the result to the size of the image. The last moved image reaches beyond it, by "
            "as many rows as the kernel has, less one, and as many columns, less one": (
                lambda x, w: np.delete(
                    np.delete(by_scipy(x, w), range(len(x), len(x) + len(w) - 1), 0),
                    range(len(x[0]), len(x[0]) + len(w[0]) - 1),
                    1,
                )
            ),
            "exchanged the rows and the columns of the kernel: the row moves the image down, the "
            "column moves it right": lambda x, w: by_scipy(x, np.transpose(w)),
            "forgot to multiply it by the weight": lambda x, w: by_scipy(x, w**0),
        },
        hints=(
            "How large must the result be, for the image that is moved the farthest",
            "`y = np.zeros(…)` … two loops, over the rows u and the columns v of w. Which part of "
            "y",
        ),
        solution=[
            "2 + 2 − 1 = 3 rows and 3 + 2 − 1 = 4 columns: `y = np.zeros((height + rows - 1, width "
            "+ columns - 1))`. Then two loops, over the rows `u` and the columns `v` of the "
            "kernel, with one line in them: `y[u : u + height, v : v + width] += w[u, v] * x`",
            by_scipy(*TRIAL),
            "x (1, 1, 2, 3) convolved with W (1, 1, 2, 2) gives y (1, 1, 3, 4), one shifted image "
            "… W[0, 0] = 1 times … W[0, 1] = 4 times … W[1, 0] = 2 times … W[1, 1] = 0 times",
        ],
        given=dict(zip("xw", TRIAL, strict=True)),
    ),
}
