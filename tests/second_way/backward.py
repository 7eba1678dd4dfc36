"""The backward pass: central differences of plain loops, and sums by hand."""

import numpy as np
from scipy.signal import convolve2d, correlate2d

from tests.second_way import Worked

BATCH_DY = [[[[1, 0], [2, 3]], [[4, 1], [0, 1]]], [[[0, 2], [1, 0]], [[3, 2], [5, 0]]]]
LIT_W = [[1, 4, 2], [0, 3, 5], [6, 1, 2]]
X, W = [[2, 0, 1], [1, 3, 0], [4, 1, 2]], [[3, 1], [0, 2]]
STEP_X, STEP_W, STEP_T = [[1, 2, 0], [0, 1, 3], [2, 1, 1]], [[1, 0], [2, 1]], [[3, 5], [1, 6]]
DY = [[1, 2], [0, 3]]


def convolve(x, w, stride=(1, 1)):
    """A true convolution of two lists of rows, without padding."""
    (kh, kw), (s, t) = np.shape(w), stride
    height, width = np.shape(x)
    return [
        [
            sum(w[u][v] * x[i + kh - 1 - u][j + kw - 1 - v] for u in range(kh) for v in range(kw))
            for j in range(0, width - kw + 1, t)
        ]
        for i in range(0, height - kh + 1, s)
    ]


def slope(loss, at):
    """Central differences with steps of 1, exact for losses that are linear or quadratic."""
    gradient = np.zeros(np.shape(at))
    for place in np.ndindex(gradient.shape):
        up, down = (np.array(at, float) for _ in range(2))
        up[place] += 1
        down[place] -= 1
        gradient[place] = (loss(up) - loss(down)) / 2
    return gradient


def weighed(dy, y):
    return sum(a * b for a, b in zip(np.ravel(dy), np.ravel(y), strict=True))


LIT = slope(lambda x: np.sum(convolve(x, LIT_W)), np.zeros((5, 5)))
DW = slope(lambda w: weighed(DY, convolve(X, w)), np.zeros((2, 2)))
DX = slope(lambda x: weighed(DY, convolve(x, W)), np.zeros((3, 3)))


def image(w):
    """What correlation with `w` passes on: dy back to each pixel that it was read from."""
    return slope(lambda x: weighed(DY, correlate2d(x, w, "valid")), np.zeros((3, 3)))


def row(dy, w, stride):
    """What a row of just as many pixels as are read gets back."""
    pixels = (len(dy) - 1) * stride + len(w)
    return slope(lambda x: weighed(dy, convolve([x], [w], (1, stride))), np.zeros(pixels))


def gradient(x, w, t):
    def loss(w):
        return sum((np.ravel(convolve(x, w)) - np.ravel(t)) ** 2) / 2

    return slope(loss, w)


def step(x, w, t, rate):
    return w - rate * gradient(x, w, t)


SECOND_WAY = {
    "backward-bias": Worked(
        text="2 filters, each with a bias. From behind it gets dy, of shape (2, 2, 2, 2): "
        "(samples, filters, height, width). What is db",
        answer=[1 + 0 + 2 + 3 + 0 + 2 + 1 + 0, 4 + 1 + 0 + 1 + 3 + 2 + 5 + 0],
        mistakes={
            "averaged. If a bias grows, every output grows, and the effects add up": [
                9 / 8,
                16 / 8,
            ],
            "number for each sample. A bias belongs to a filter … second axis": [6 + 6, 3 + 10],
            "number for each pixel. A filter has one bias, which it adds to all of its output": [
                [[1 + 0, 0 + 2], [2 + 1, 3 + 0]],
                [[4 + 3, 1 + 2], [0 + 5, 1 + 0]],
            ],
            "kept the samples apart. The same bias has served both, so add them up": [
                [6, 6],
                [3, 10],
            ],
            "first sample alone. The bias has served both": [6, 6],
            "two sums are right, in the wrong order … belong to filter 0": [16, 9],
        },
        hints=(
            "outputs is the bias of filter 0 added",
            "first image of each sample, and add up … Then the second",
        ),
        solution=[
            "bias of a filter is added to every pixel of its output, in every sample … the effects "
            "add up. So sum over the 2 samples, the rows and the columns. The sums of each image, "
            "a row for each sample and a column for each filter",
            [[1 + 0 + 2 + 3, 4 + 1 + 0 + 1], [0 + 2 + 1 + 0, 3 + 2 + 5 + 0]],
            "down the columns: 6 + 3 = 9 for filter 0 and 6 + 10 = 16 for filter 1",
        ],
        given={"dy": BATCH_DY},
    ),
    "backward-shape": Worked(
        text='x of shape (16, 3, 45, 45) with W of shape (32, 3, 6, 6), under `"valid"` … dW',
        answer=(32, 3, 6, 6),
        mistakes={
            # 45 − 6 + 1 rows and columns
            "dY: the loss's gradient with respect to the output": (16, 32, 40, 40),
            "dX: the gradient with respect to the input": (16, 3, 45, 45),
            "kept the samples apart. The same kernel … is their sum": (16, 32, 3, 6, 6),
            "forgot the channels. A filter has weights of its own for each": (32, 6, 6),
            "Keras keeps it. Here it is (filters, channels, height, width)": (6, 6, 3, 32),
        },
        hints=("How many weights … derivative", "the shape of what it belongs to"),
        solution=[
            "the shape of what it belongs to: dW that of W, (32, 3, 6, 6) … of each weight how the "
            "loss changes … samples are gone, because the same weights have served all … added up",
            "40 = (45 - 6) + 1",
            "dY has the shape of the output, (16, 32, 40, 40), and dX that of the input, "
            "(16, 3, 45, 45)",
        ],
    ),
    "backward-pixel": Worked(
        text='5×5 is convolved with W, under `"valid"`, and the loss is the sum of all outputs. If '
        "the middle pixel, (2, 2), grows by 1",
        answer=int(LIT[2, 2]),
        mistakes={
            "the middle output gains. Other windows hold the pixel too": 3,
            # it is read by windows that begin in rows and columns 0, 1 and 2
            "counted the windows that hold it. Each reads it with a weight": 3 * 3,
            "every output read the pixel with all weights. Each reads it with one": (
                3 * 3 * int(np.sum(LIT_W))
            ),
            "pixel in the corner, which lies in one window": int(LIT[0, 0]),
        },
        hints=(
            "outputs read the middle pixel, and with which weight",
            "9 places, and the pixel lies under another weight",
        ),
        solution=[
            "sum of all outputs, so dY is 1 everywhere. Each output hands back to a pixel the "
            "weight that it read it with. The middle pixel lies in all 9 windows, once under each "
            "weight. So it gets all weights: 1 + 4 + 2 + 0 + 3 + 5 + 6 + 1 + 2 = 24. At the last "
            "step, look at the middle",
            # the last output adds the kernel's first element to what the other eight have left
            "y (1, 1, 3, 3) and W (1, 1, 3, 3) give x′ (1, 1, 5, 5) by a transposed convolution … "
            "y[2, 2] = 1 times the kernel goes to rows 2 to 4, columns 2 to 4 of x′: 22 + 1·2 = 24",
        ],
        given={"W": LIT_W},
    ),
    "backward-kernel": Worked(
        text="convolved x with a kernel of 2×2, a true convolution under "
        '`"valid"`, and gets dy. What is dW? W itself is not needed',
        answer=DW,
        mistakes={
            "4 sums are right, and each stands with the wrong weight. The convolution had "
            "turned its kernel": np.rot90(DW, 2),
            "flipped dy. It lies on the image as it is; it is the result that has to be turned": (
                convolve2d(X, DY, "valid")
            ),
            "flipped dy and the result. One turn is enough": (
                np.rot90(convolve2d(X, DY, "valid"), 2)
            ),
            "averaged over the outputs. The effects add up": DW / 4,
            'padded. There are as many sums as the kernel has weights: that is `"valid"`': (
                correlate2d(X, DY, "full")
            ),
            "turned the result over its diagonal. Turn it by 180 degrees: last row first, last "
            "column first": [[DW[0, 0], DW[1, 0]], [DW[0, 1], DW[1, 1]]],
        },
        hints=(
            "Slide dy over x … which weight does each belong to",
            "Multiply and add up without flipping anything, which gives 2×2 numbers … turn that "
            "the kernel had made",
        ),
        solution=[
            "dy on the upper left corner of x, multiply, add up … Nothing is flipped. (The figure "
            "calls dy by the name W.)",
            "x (1, 1, 3, 3) correlated with W (1, 1, 2, 2) gives y (1, 1, 2, 2) … "
            + " … ".join(f"= {number};" for number in correlate2d(X, DY, "valid").flat),
            "right 4 sums. But a convolution lays its kernel on the image turned, so in the upper "
            "left corner lay its last weight. Turn the result, and each sum stands with its weight",
            DW,
        ],
        given={"x": X, "dy": DY},
    ),
    "backward-image": Worked(
        text='3×3 with W, a true convolution under `"valid"`, and gets dy … the layer before, dX',
        answer=DX,
        mistakes={
            "left the kernel behind as it is stored. The convolution had laid it on the image "
            "turned": image(W),
            # 1·3 + 2·1 + 0·0 + 3·2, where dy lies on the kernel as a whole
            "dX must be as large as the image. The pixels at its border have been read too": [[11]],
            "as large as dy. dX must be as large as the image": DX[:2, :2],
            "transposed the kernel as well as turning it. The transpose in the name is that of the "
            "large matrix; turn the kernel by 180 degrees and do no more": image([[2, 1], [0, 3]]),
            "transposed the kernel instead of turning it by 180 degrees. The transpose in the name "
            "is that of the large matrix": image([[3, 0], [1, 2]]),
            "left dy out: every output handed back its weights alone": slope(
                lambda x: np.sum(convolve(x, W)), np.zeros((3, 3))
            ),
        },
        hints=(
            "output (0, 0) read, and each with which weight",
            "9 zeros. For each number of dy add it, times the turned kernel … output's window",
        ),
        solution=[
            "output hands its dy back to the 4 pixels that it read, times the weights … kernel as "
            "it lay there, turned. Where pixels were read twice, both are added. (The figure calls "
            "dy by the name y, and dX by the name x′.)",
            # the last dy, 3, goes where rows and columns 1 and 2 are
            "y (1, 1, 2, 2) and W (1, 1, 2, 2) give x′ (1, 1, 3, 3) by a transposed convolution … "
            f"y[1, 1] = 3 times … = {DX[1, 1]:.0f}, … = {DX[1, 2]:.0f}, … = {DX[2, 1]:.0f}, … = "
            f"{DX[2, 2]:.0f}",
            "one formula: the cross-correlation of dy with W, fully padded",
        ],
        given={"W": W, "dy": DY},
    ),
    "backward-difference": Worked(
        # 5², 5.3² and 4.7², as the loss is (3w − 1)²
        text="one weight. At w = 2 the loss is 25. At w = 2.1 it is 28.09, and at w = 1.9 it is "
        "22.09. What is the central difference",
        answer=2 * 3 * (3 * 2 - 1),
        mistakes={
            "divided by one step. The two points are two steps apart": 6 / 0.1,
            "one-sided difference, upwards. Take the points on both sides": 3.09 / 0.1,
            "one-sided difference, downwards. Take the points on both sides": 2.91 / 0.1,
            "by how much the loss grows. Divide by the distance of the two points": 28.09 - 22.09,
            "sign is wrong: the loss grows with w": -30,
        },
        hints=("the loss grow from the lower point to the upper", "Divide … losses by … weights"),
        solution=[
            "Between w = 1.9 and w = 2.1 the loss grows from 22.09 to 28.09, by 6.00. The distance "
            "is 2 · 0.1 = 0.2. So the slope is 6.00 / 0.2 = 30",
            [[1.9, 22.09], [2, 25], [2.1, 28.09]],
            "row is a w and its loss. The loss is (3w − 1)², whose derivative is 6 (3w − 1), at w "
            "= 2 exactly 30. A central difference has no error where the loss is quadratic. The "
            "two one-sided ones, 30.9 and 29.1, err by as much in both directions",
        ],
    ),
    "backward-stride": Worked(
        text='row of 5 pixels … row W under `"valid"`, with a stride of 2, and gave 2 numbers … '
        "dy. What is dX",
        answer=row([3, 1], [1, 0, 2], 2),
        mistakes={
            "forgot the stride. The two windows began 2 pixels apart": row([3, 1], [1, 0, 2], 1),
            "left the kernel behind as it is stored. It had been turned": (
                row([3, 1], [2, 0, 1], 2)
            ),
            "as many zeros between as the stride says. One window was left out between the two, so "
            "there is one zero": row([3, 1], [1, 0, 2], 3),
            "repeated dy. The windows that were left out gave nothing, so zeros stand there": (
                row([3, 3, 1], [1, 0, 2], 1)
            ),
            "left out the zeros around. The outer pixels have been read too": [3 * 1 + 1 * 2],
        },
        hints=(
            "in the row did the second window begin",
            "dy out with a zero where a window was left out. Then go on as without a stride",
        ),
        solution=[
            "stride of 2 has left out every second window … left out has no dy: zeros stand in its "
            "place. Spread out, dy is 3, 0, 1 … as without a stride: the cross-correlation with W, "
            "with zeros around. (The figure calls dy by the name y, and dX by the name x′.)",
            "y (1, 1, 1, 2) and W (1, 1, 1, 3) give x′ (1, 1, 1, 5) by a transposed convolution … "
            "x′[0, 0] = … = 6 … x′[0, 1] = … = 0 … x′[0, 2] = … = 5 … x′[0, 3] = … = 0 … "
            "x′[0, 4] = … = 1",
            "from dy: each number leaves the turned kernel behind, 2 pixels after the last",
            "give x′ (1, 1, 1, 5) … y[0, 0] = 3 times the kernel goes to row 0, columns 0 to 2 … "
            "y[0, 1] = 1 times the kernel goes to row 0, columns 2 to 4",
        ],
        given={"W": [1, 0, 2], "dy": [3, 1]},
    ),
    "backward-step": Worked(
        text="`step(x, w, t, rate)`, a function that takes one step of gradient descent. x, w and "
        't are 2-D arrays: the image, the kernel, and what `conv4d` should give under `"valid"`. '
        "The loss is half the sum of (y − t)², and the step is `rate` times its gradient with "
        "respect to w. Give the new kernel. Below are the first arrays; the first rate is 0.1",
        answer=step,
        mistakes={
            "goes up … where the loss grows; go against": lambda x, w, t, rate: (
                w + rate * gradient(x, w, t)
            ),
            "right numbers on the wrong weights. `conv4d` turns its kernel, so turn the gradient "
            "too": lambda x, w, t, rate: w - rate * np.rot90(gradient(x, w, t), 2),
            # two by two outputs in every trial
            "averaged over the outputs. This loss is a sum": lambda x, w, t, rate: step(
                x, w, t, rate / 4
            ),
            "twice as long. The loss has a half in front, and its derivative is y − t": (
                lambda x, w, t, rate: w - rate * 2 * gradient(x, w, t)
            ),
            "the gradient. Take `rate` times it off the kernel": (
                lambda x, w, t, rate: gradient(x, w, t)
            ),
        },
        hints=(
            "y first, and y − t. Which function of convdoc gives dW",
            "`conv4d_gradients` wants arrays of four axes: `x[None, None]`. The second of the "
            "three that it gives is dW",
        ),
        solution=[
            "First forward, y",
            convolve(STEP_X, STEP_W),
            "each output: the derivative of ½ (y − t)² is y − t",
            [[6 - 3, 5 - 5], [3 - 1, 8 - 6]],
            "dW is the cross-correlation of x with y − t, turned … "
            '`dw = correlate4d(x, y - t, "valid")[:, :, ::-1, ::-1]`, with two more axes in front',
            gradient(STEP_X, STEP_W, STEP_T),
            "against the gradient: `w - rate * dw`. With a rate of 0.1",
            # [[1, 0], [2, 1]] less a tenth of [[7, 6], [14, 5]]
            [[0.3, -0.6], [0.6, 0.5]],
        ],
        given={"x": STEP_X, "w": STEP_W, "t": STEP_T},
    ),
}
