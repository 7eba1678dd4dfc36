"""Channels and filters: SciPy channel by channel, the notebook's printed shape, hand arithmetic."""

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.signal import convolve2d, correlate2d

from tests.second_way import Worked

X = [[[1, 0, 2], [0, 3, 1], [2, 1, 0]], [[0, 2, 1], [1, 0, 4], [3, 1, 2]]]
W = [[[1, 0], [0, 2]], [[0, 1], [3, 0]]]
SPOTTED_X = [
    [[0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]],
    [[0, 0, 0, 0, 1], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]],
    [[0, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]],
]
SPOTTED_W = [
    [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
    [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
    [[0, 1, 0], [0, 1, 0], [0, 1, 0]],
]
COLOURED = [
    [[9, 0, 0], [0, 9, 0], [18, 0, 9], [0, 0, 27]],
    [[0, 18, 9], [0, 0, 9], [27, 9, 0], [0, 9, 0]],
    [[9, 9, 0], [0, 27, 0], [0, 0, 0], [9, 0, 18]],
]


def apart(function=convolve2d, w=W):
    return [function(channel, piece, "valid") for channel, piece in zip(X, w, strict=True)]


def mean(plane):
    """Of each pixel with its neighbours, with zeros beyond the border."""
    return uniform_filter(np.array(plane, float), 3, mode="constant")


def averaged(photograph):
    """Colour by colour."""
    return np.dstack([mean(colour) for colour in np.moveaxis(photograph, -1, 0)])


def grey(photograph):
    return averaged(photograph).sum(axis=-1, keepdims=True)


def reshaped(photograph):
    """The numbers as they lie in memory, cut into three planes, and read back as pixels."""
    height, width, _ = photograph.shape
    numbers = list(photograph.flat)
    planes = [numbers[c * height * width :][: height * width] for c in range(3)]
    blurred = [mean([plane[i * width :][:width] for i in range(height)]) for plane in planes]
    numbers = [number for plane in blurred for number in plane.flat]
    return [
        [[numbers[3 * (i * width + j) + c] for c in range(3)] for j in range(width)]
        for i in range(height)
    ]


SPOTTED = [convolve2d(x, w, "same") for x, w in zip(SPOTTED_X, SPOTTED_W, strict=True)]

SECOND_WAY = {
    "channels-parameters": Worked(
        text="12 filters of 5×5, with biases … 4 channels and 20×20 pixels, under `valid`. How "
        "many parameters",
        # 12 filters of 4·25 weights and a bias
        answer=12 * (4 * 25 + 1),
        mistakes={
            # 20 − 5 + 1 = 16 pixels along each side
            "one bias per output instead of per filter … a filter writes share its bias": (
                12 * (4 * 25 + 16 * 16)
            ),
            "These are the weights. The biases are missing": 12 * 100,
            "a bias for each slice. The slices of a filter are added up … one bias is enough": (
                12 * 4 * (25 + 1)
            ),
            "each filter one slice. How many channels does it read": 12 * (25 + 1),
            "one bias for the whole layer": 12 * 100 + 1,
        },
        hints=(
            "How many slices has a filter, and how many weights has a slice",
            "Multiply the four numbers of the kernel's shape. Then add the biases: which of the "
            "four",
        ),
        solution=[
            "kernel array has 12 filters, each with 4 slices of 5×5: 12 · 4 · 5 · 5 = 1,200 "
            "weights. To each filter belongs one bias … 1,200 + 12 = 1,212 … no part",
            "conv 5×5, 12 filters (1, 12, 16, 16) (12, 4, 5, 5) … 1,200 parameters without biases, "
            "1,212 with one for each filter",
        ],
    ),
    "channels-spot-shape": Worked(
        text="x of shape (1, 3, 3, 5) with W of shape (1, 3, 3, 3) under `same` … announces … "
        "(1, 2, 3, 5)",
        # printed in the notebook, whose text announces (1, 2, 3, 5)
        answer=(1, 1, 3, 5),
        mistakes={
            "what was announced. How many filters has W": (1, 2, 3, 5),
            "channel separately and kept 3 images. A filter adds its channels up": (1, 3, 3, 5),
            # 3 − 3 + 1 and 5 − 3 + 1
            "second axis is right. But this is `same`, so the plane stays as large": (1, 1, 1, 3),
            "NHWC. Here the filters come second": (1, 3, 5, 1),
            "axes of samples and filters are missing … when they are 1": (3, 5),
        },
        hints=("axis of W becomes the second axis", "first axis of W counts the filters"),
        solution=[
            "W has the shape (1, 3, 3, 3), so it is one filter, with a slice for each of the 3 "
            "channels. It adds up what the slices give and writes one image: (1, 1, 3, 5). For a "
            "second axis of 2, the layer would need 2 filters",
            # a cross, a plus and a line of ones around the pixels that are 1
            "x (1, 3, 3, 5) convolved with W (1, 3, 3, 3) gives y (1, 1, 3, 5) … "
            + " … ".join(
                f"y[{i}, {j}] = " + " + ".join(f"{y[i, j]}" for y in SPOTTED)
                for i, j in np.ndindex(3, 5)
            ),
        ],
    ),
    "channels-sum": Worked(
        text="x, two channels of 3×3, with W, one filter of two slices, under `valid`",
        answer=sum(apart()),
        mistakes={
            "each channel separately and kept both results. One filter gives one image: what "
            "becomes of the two": apart(),
            "did not turn the slices … cross-correlation": sum(apart(correlate2d)),
            "average of the channels. They are added up": sum(apart()) / 2,
            "channel 0 alone": apart()[0],
            # the slices add up to [[1, 1], [3, 2]]
            "added the channels up first, and the slices too. Each slice meets its own channel "
            "only; add up after": convolve2d(np.add(*X), [[1, 1], [3, 2]], "valid"),
            "turned the order of the slices … met the other channel. The turn is within a slice": (
                sum(apart(w=W[::-1]))
            ),
        },
        hints=(
            "channel 0 with slice 0, and channel 1 with slice 1",
            "Turned, slice 0 begins with 2 and slice 1 with 0 … top left corners of their channels "
            "and add up all 8 products",
        ),
        solution=[
            # 2·1 + 0·0 + 0·0 + 1·3 and 0·0 + 3·2 + 1·1 + 0·0
            "slice is turned by half a turn … own channel, and the two sums are added up … first "
            "pixel, channel 0 gives 5 and channel 1 gives 7, together 12",
            "x (1, 2, 3, 3) convolved with W (1, 2, 2, 2) gives y (1, 1, 2, 2) … 5 + 7 = 12; … "
            "6 + 13 = 19;",
        ],
        given={"x": [X], "W": [W]},
    ),
    "channels-one-by-one": Worked(
        text="red 200, green 100 and blue 50. A filter of 1×1 has the weights 0.5, 0.25 and −0.5 … "
        "bias 12",
        answer=100 + 25 - 25 + 12,
        mistakes={
            "forgot the bias": 100 + 25 - 25,
            "added the bias once for each channel. It is added once, to the sum": 100 + 3 * 12,
            "divided by the number of channels. A convolution adds up and divides by nothing": (
                100 / 3 + 12
            ),
            "last weight as positive": 100 + 25 + 25 + 12,
            "turned the weights of the channels round. The flip is within a slice, and a slice of "
            "1×1 has nothing to flip": -100 + 25 + 25 + 12,
        },
        hints=(
            "left of a convolution when the kernel meets no neighbours",
            "Three products, one for each channel. Add them up, and the bias once",
        ),
        solution=[
            "kernel of one pixel meets no neighbours. 3 products and the bias: "
            "200 · 0.5 + 100 · 0.25 + 50 · (−0.5) + 12 = 112",
            "x (1, 3, 1, 1) convolved with W (1, 3, 1, 1) gives y (1, 1, 1, 1) … "
            "100 + 25 + (−25) + 12 (bias) = 112;",
        ],
    ),
    "channels-cycle": Worked(
        text="kernel W of 1×1 with three filters over red, green and blue, so that output 0 is the "
        "green channel, output 1 the blue and output 2 the red. Write it as three rows of three "
        "numbers: a row for each filter, a column for each channel",
        # what the unit vectors red, green and blue must become, column by column
        answer=np.transpose([[0, 0, 1], [1, 0, 0], [0, 1, 0]]),
        mistakes={
            "exchanged rows and columns: this sends green to output 2. A row is a filter": [
                [0, 0, 1],
                [1, 0, 0],
                [0, 1, 0],
            ],
            "leaves every channel where it is": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            "columns run from blue to red. They stand for red, green and blue": [
                [0, 1, 0],
                [1, 0, 0],
                [0, 0, 1],
            ],
            "filters adds up all three colours, and gives a grey image. Weights of zero leave a "
            "channel out": [[1] * 3] * 3,
        },
        hints=(
            "Output 0 is to be green alone. What does filter 0 take from red, green and blue",
            "Filter 0 is 0, 1, 0 … two",
        ),
        solution=[
            "row is a filter … red, green and blue. The first output is green alone: 0, 1, 0. The "
            "second is blue alone: 0, 0, 1. The third is red: 1, 0, 0",
            [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
            "filter … which channel it picks",
            "x (1, 3, 2, 2) convolved with W (3, 3, 1, 1) gives y (1, 3, 2, 2) … "
            # green, then blue, then red, pixel by pixel
            + " … ".join(f"= {number};" for number in (2, 6, 4, 7, 3, 8, 0, 1, 9, 1, 5, 0)),
        ],
    ),
    "colour-photograph": Worked(
        text="`blur(photograph)` … colour … (height, width, 3) and averages each pixel with its "
        "eight neighbours, each colour by itself: one call of `conv4d` with a kernel of 3×3 and "
        "`same` … (height, width, 3) … below … `skimage.data.chelsea() / 255`",
        answer=averaged,
        mistakes={
            "filters adds up all three colours, so the three results are equal, and the photograph "
            "is grey. Each filter must leave two channels out": lambda photograph: np.concatenate(
                [grey(photograph)] * 3, axis=-1
            ),
            "filters averages all three colours, so the photograph is grey. Each filter must leave "
            "two channels out": lambda photograph: (
                np.concatenate([grey(photograph)] * 3, axis=-1) / 3
            ),
            "one filter, and it sums over the channels: a single grey image. How many filters does "
            "it take for three colours": grey,
            "one filter, and it averages over the channels: a single grey image. How many filters "
            "does it take for three colours": lambda photograph: grey(photograph) / 3,
            "blur is right, but the colours are the first axis still … last": lambda photograph: [
                mean(photograph[..., colour]) for colour in range(3)
            ],
            "used `reshape` to move the axes … numbers in their order … colours and neighbours are "
            "mixed up; `transpose` moves axes": reshaped,
            "Height and width are exchanged: the photograph lies on its side": lambda photograph: (
                np.swapaxes(averaged(photograph), 0, 1)
            ),
            "sums. For an average, each of the nine weights is 1 / 9": lambda photograph: (
                9 * averaged(photograph)
            ),
            "took `valid`, so the border is gone": lambda photograph: averaged(photograph)[
                1:-1, 1:-1
            ],
        },
        hints=(
            "Which axis must move, and how many filters does it take for three colours",
            "`w = np.zeros((3, 3, 3, 3))`. Filter 0 must read channel 0 alone: which part of w "
            "gets 1 / 9",
        ),
        solution=[
            "colour goes in front: `x = photograph.transpose(2, 0, 1)[None]`, here (1, 3, 3, 4). "
            "Three colours come out only of three filters, and each must read one channel and "
            "leave the others alone: `w = np.zeros((3, 3, 3, 3))`, then `w[range(3), range(3)] = 1 "
            '/ 9` … `return conv4d(x, w, "same")[0].transpose(1, 2, 0)`',
            averaged(COLOURED),
            "ones for weights, so that each sum is nine times the average. Choose a filter to see "
            "which channel it reads",
            "x (1, 3, 3, 4) convolved with W (3, 3, 3, 3) gives y (1, 3, 3, 4) … "
            f"y[0, 0, 0, 0] = … = {9 * averaged(COLOURED)[0, 0, 0]:.0f}; … "
            f"y[0, 2, 2, 3] = … = {9 * averaged(COLOURED)[2, 3, 2]:.0f};",
            "`groups=3` a kernel of shape (3, 1, 3, 3) does the same without the zeros",
        ],
        given={"photograph": COLOURED},
    ),
}
