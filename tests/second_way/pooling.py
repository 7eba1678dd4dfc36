"""Pooling: windows cut out by slices, NumPy's own means and maxima, moves counted one by one."""

import numpy as np

from tests.second_way import Worked

QUARTERS = [[3, 8, 1, 0], [5, 2, 4, 6], [7, 0, 9, 2], [1, 4, 3, 5]]
BORDER = [[36, 72, 0], [0, 36, 72], [108, 36, 108]]
BELOW_ZERO = [[-3, -1, -5, 2], [-4, -6, -2, -8], [-7, -9, -4, -5], [-2, -5, -3, -6]]
PLANES = [
    [[3, 1, 0, 2], [0, 4, 6, 0], [5, 5, 1, 1], [2, 0, 3, 7]],
    [[8, 0, 1, 1], [0, 0, 1, 1], [2, 6, 0, 4], [0, 4, 8, 4]],
]


def blocks(x, function):
    """Windows of 2×2 side by side, each as one number."""
    *first, height, width = np.shape(x)
    x = np.reshape(x, (*first, height // 2, 2, width // 2, 2))
    return function(x, axis=(-3, -1))


def pixels(x, size=3, stride=2, padding=1):
    """What each window holds of the image; beyond it there is nothing."""
    x = np.array(x)
    starts = range(-padding, len(x) + padding - size + 1, stride)
    return [
        [x[max(i, 0) : i + size, max(j, 0) : j + size] for j in starts]
        for i in starts
    ]  # fmt: skip


def windows(function, *arguments, **settings):
    """Windows, each as one number."""
    return [[function(window) for window in row] for row in pixels(*arguments, **settings)]


def every_window(x):
    """Means of 2×2 pixels, in each channel, that overlap."""
    x = np.asarray(x)
    return (x[..., :-1, :-1] + x[..., :-1, 1:] + x[..., 1:, :-1] + x[..., 1:, 1:]) / 4


def framed(x):
    """Means of 2×2 pixels, side by side, that begin on a row and a column of zeros."""
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return blocks(x, np.mean)[..., : (x.shape[2] - 2) // 2, : (x.shape[3] - 2) // 2]


def of_all_channels(function):
    """Of the windows' means, in one of as many equal channels."""

    def result(x):
        y = function(blocks(x, np.mean), axis=1)
        return np.stack([y] * np.shape(x)[1], axis=1)

    return result


def unchanged(window):
    """Moves of a pixel, column by column from 0 to 11, that stay within a window."""
    return sum(column // window == (column + 1) // window for column in range(11))


def fits(size, kernel, stride):
    return len([at for at in range(0, size, stride) if at + kernel <= size])


LARGEST = (
    "x (1, 1, 4, 4) pooled by windows of 2×2 gives y (1, 1, 2, 2) … max(3, 8, 5, 2) = 8; … "
    "max(1, 0, 4, 6) = 6; … max(7, 0, 1, 4) = 7; … max(9, 2, 3, 5) = 9;"
)
MEANS = windows(np.mean, BORDER)
HOLES = [[1, 7, 2, 0, 3], [9, 4, 8, 2, 1], [0, 3, 5, 6, 2], [2, 8, 1, 3, 4], [4, 0, 6, 1, 7]]
#: Rows and columns that PyTorch 2.13 gives for 13×11 pixels.
PYTORCH_ROUNDS_UP = (4, 4)


def corners(image, apart):
    """The largest of four pixels, `apart` rows and columns from one another."""
    places = range(len(image) - apart)
    return [
        [max(image[i + u][j + v] for u in (0, apart) for v in (0, apart)) for j in places]
        for i in places
    ]


SECOND_WAY = {
    "pooling-largest": Worked(
        text="max pooling with windows of 2×2 make of this image … side by side",
        answer=blocks(QUARTERS, np.max),
        mistakes={
            "moved on by one pixel. Side by side, they move on by their size": (
                windows(np.max, QUARTERS, 2, 1, 0)
            ),
            "took the mean. That is average pooling": blocks(QUARTERS, np.mean),
            "took the smallest of each window": blocks(QUARTERS, np.min),
            "kept one pixel in four, as a stride does. Pooling looks at all four": [[3, 1], [7, 9]],
            "took the largest of each row. A window has two rows and two columns": [8, 6, 9, 5],
        },
        hints=(
            "image into four quarters",
            "first window holds 3, 8, 5 and 2. Which of them is kept",
        ),
        solution=[
            "Without a stride of its own, a window moves on by its size, so the four windows lie "
            "side by side. The first holds 3, 8, 5, 2, and its largest is 8",
            LARGEST,
        ],
        given={"x": QUARTERS},
    ),
    "pooling-weights": Worked(
        text="max pooling with windows of 2×2 reads 32 channels. How many numbers does it have to "
        "learn",
        answer=0,  # the rule has no number that could be another
        mistakes={
            "how many pixels a window holds. A convolution would have a weight for each; what has "
            "a maximum": 2 * 2,
            "counted a weight for each pixel of the window in each channel. No weight stands in "
            "the rule": 32 * 2 * 2,
            "the kernel of a convolution from as many channels to as many filters. Pooling has no "
            "kernel": 32 * 32 * 2 * 2,
            "counted a bias for each channel. Nothing is added to a maximum": 32,
        },
        hints=(
            "down the rule for one output. Which number in it could be another",
            "largest of four pixels is the largest, before training and after it",
        ),
        solution=[
            "take the largest. There is no number in it that training could change, whatever the "
            "window and however many channels. A convolution of 2×2 from 32 channels to 32 would "
            "have 32 · 32 · 2 · 2 = 4,096 weights. Look for a kernel here",
            LARGEST,
        ],
    ),
    "pooling-shape": Worked(
        text="x has the shape (8, 96, 54, 54). Max pooling with windows of 3×3 and a stride of 2, "
        "without padding, as in Keras: what is the shape of y",
        answer=(8, 96, *[fits(54, 3, 2)] * 2),
        mistakes={
            # 51 / 2 is 25.5: 26 steps
            "rounded up. That is PyTorch's `ceil_mode=True`; Keras rounds down": (8, 96, 27, 27),
            "forgot the window's first place": (8, 96, *[fits(54 - 2, 3, 2)] * 2),
            "moved the windows on by their size. These overlap: the stride is given": (
                (8, 96, *[fits(54, 3, 3)] * 2)
            ),
            "is a stride of 1": (8, 96, *[fits(54, 3, 1)] * 2),
            "Height and width are right. A convolution with one filter would add the channels up; "
            "pooling takes each by itself": (8, 1, 26, 26),
            "right, and channels-last. Here the channels come second": (8, 26, 26, 96),
        },
        hints=(
            "sizes are those of a convolution with that kernel and stride",
            "the window from the size, divide by the stride, round down, add one … the channels",
        ),
        solution=[
            "window of 3 leaves 54 − 3 = 51 pixels to move over. Steps of 2 fit in there 25 times, "
            "rounded down, and the first place makes it 26. The relationship of pooling, number 7, "
            "says the same as that of a convolution",
            "26 = ⌊(54 - 3) / 2⌋ + 1",
            "Each of the 96 channels is pooled by itself, so as many remain. A smaller image with "
            "a last row and column that no window reads, too",
            # rows of 6 pixels, 0 to 35: the last of each window
            "x (1, 1, 6, 6) pooled by windows of 3×3 gives y (1, 1, 2, 2) … = 14; … = 16; … = 26; "
            "… = 28;",
        ],
    ),
    "pooling-border": Worked(
        text="PyTorch averages this image with `AvgPool2d(3, stride=2, padding=1)` and all other "
        "settings left as they are",
        answer=windows(lambda window: window.sum() / 9, BORDER),
        mistakes={
            "divided by the number of pixels, as Keras and TensorFlow do. PyTorch has "
            "`count_include_pad=True`": MEANS,
            "is the largest of each window. `AvgPool2d` averages": windows(np.max, BORDER),
            "are the sums. What are they divided by": windows(np.sum, BORDER),
            "moved the windows on by one pixel. The stride is 2": (
                windows(lambda window: window.sum() / 9, BORDER, stride=1)
            ),
            # 468 / 9
            "left the padding out, so there is one window alone": [np.mean(BORDER)],
        },
        hints=(
            "How many pixels does each of the four windows hold, and how many elements",
            "Each holds four pixels. Add them up; PyTorch's default counts the zeros of the "
            "padding among the elements",
        ),
        solution=[
            "window hangs over a corner, and four of its nine elements are pixels … the first add "
            "up to 36 + 72 + 0 + 36 = 144, and PyTorch divides by nine all the same: 16",
            "x (1, 1, 3, 3) pooled by windows of 3×3 gives y (1, 1, 2, 2) … / 9 = 16; … / 9 = 20; "
            "… / 9 = 20; … / 9 = 28;",
            "With `count_include_pad=False`, or in Keras and TensorFlow, it is divided by four: "
            f"{MEANS[0][0]:.0f}. All of them",
            MEANS,
        ],
        given={"x": BORDER},
    ),
    "pooling-negative": Worked(
        text="pools x with windows of 3×3, a stride of 2 and a padding of 1, takes the largest of "
        "each window, and gets y. Some of its numbers are wrong. What does PyTorch's "
        "`MaxPool2d(3, stride=2, padding=1)` give",
        answer=windows(np.max, BELOW_ZERO),
        mistakes={
            # a zero for each window that has no 2 in it; but the last has no padding
            "what somebody got. Is there a zero in the image": [[0, 2], [0, -2]],
            "took the number farthest from zero. The largest of −3 and −1 is −1": (
                windows(np.min, BELOW_ZERO)
            ),
            "took the mean of each window": windows(np.mean, BELOW_ZERO),
            "do not hang over the top and the left. TensorFlow's `SAME` gives this, since it puts "
            "its one row and column of padding behind, and so do windows of 2×2 side by side. Here "
            "a border of 1 lies on all four sides": blocks(BELOW_ZERO, np.max),
            "left the padding out, so there is one window alone. Its place is among the windows, "
            "and only its numbers must not win": [max(-3, -1, -5, -4, -6, -2, -7, -9, -4)],
        },
        hints=(
            "Which numbers of y do not stand in their windows",
            "Padding must never win against a pixel. Take the largest of the pixels alone",
        ),
        solution=[
            "2 of the 4 numbers are wrong: those of windows that hang over the border and hold no "
            "pixel above zero. There the padding won. It must lose against every pixel, so it is "
            "−∞, and then it is as if it were not there",
            "max(−3, −1, −4, −6) = −1; … max(−1, −5, 2, −6, −2, −8) = 2; … "
            "max(−4, −6, −7, −9, −2, −5) = −2; … max(−6, −2, −8, −9, −4, −5, −5, −3, −6) = −2;",
        ],
        given={"x": BELOW_ZERO, "y": [[0, 2], [0, -2]]},
    ),
    "pooling-shift": Worked(
        text="row of 12 dark pixels has a bright one in its first column. You move it to the "
        "right, one column at a time, until it stands in the last: 11 moves. After each you pool "
        "the row with windows of 3, side by side. How many of the moves leave the output unchanged",
        answer=unchanged(3),
        mistakes={
            "not invariant to every shift. What if the bright pixel moves into the next window": 11,
            "the moves that change the output. The others are asked for": 11 - unchanged(3),
            "Some moves stay within a window, and the largest pixel there is the same": 0,
            "right for windows of 2. These are wider": unchanged(2),
            # 12 / 3 windows
            "took away one move for each window. Between so many windows there is one border "
            "less": 11 - 4,
        },
        hints=(
            "When does the output change",
            "the row and the borders between its windows. A move changes the output only if it "
            "crosses one",
        ),
        solution=[
            "12 columns make 4 windows. From column 0 to column 11 there are 11 moves. The output "
            "changes when the pixel crosses from one window into the next, which it does 3 times; "
            f"the other 11 − 3 = {unchanged(3)} moves leave it alone. Here the next move is one "
            "that changes it",
            "max(0, 0, 1) = 1; row 0, columns 0 to 2 … = 0; … = 0; … = 0;",
            "All outputs, place by place",
            [[int(column // 3 == window) for window in range(4)] for column in range(12)],
        ],
    ),
    "pooling-as-convolution": Worked(
        text="averages windows of 2×2, side by side, in each channel of x, for any number of "
        "channels. Use `conv4d`, and not `pool4d`. Both x and the result have four axes",
        answer=lambda x: blocks(x, np.mean),
        mistakes={
            "adds each window up. What must the weights be for a mean": lambda x: blocks(x, np.sum),
            "divides by the side of the window. A window of 2×2 has more pixels": (
                lambda x: blocks(x, np.sum) / 2
            ),
            "computes every window. Side by side, they need a stride": every_window,
            "adds up the channels, as a convolution does unless it is told otherwise. `groups` "
            "tells it": of_all_channels(np.sum),
            "averages over the channels too. Pooling takes each by itself, and `groups` does": (
                of_all_channels(np.mean)
            ),
            'pads. Under `"same"` the first windows hang over the border; pooling side by side has '
            "no use for that": framed,
        },
        hints=(
            "mean is a weighted sum. Which weights, how large a stride, and how many groups",
            "channels that stay apart, W has the shape (channels, 1, 2, 2) and `groups` is the "
            "number of channels",
        ),
        solution=[
            "mean of four is a sum with the weight 1 / 4 for each. The stride is the window's "
            "size, and `groups=x.shape[1]` keeps the channels apart; W then has the shape "
            "(2, 1, 2, 2) for 2 channels: `conv4d(x, np.full((x.shape[1], 1, 2, 2), 1 / 4), "
            '"valid", strides=2, groups=x.shape[1])`',
            [blocks(PLANES, np.mean)],
            "with weights of 1, so before they are divided by four",
            "x (1, 2, 4, 4) convolved with W (2, 1, 2, 2) gives y (1, 2, 2, 2) … "
            + " … ".join(f"= {number};" for number in blocks(PLANES, np.sum).flat),
        ],
        given={"x": [PLANES]},
    ),
    "pooling-ceil-mode": Worked(
        text="x has the shape (2, 3, 13, 11). What is the shape of y under PyTorch's "
        "`MaxPool2d(4, stride=4, padding=2, ceil_mode=True)`",
        answer=(2, 3, *PYTORCH_ROUNDS_UP),
        mistakes={
            # 13 / 4 and 11 / 4, and the first place
            "rounded down. `ceil_mode=True` rounds up": (2, 3, 3 + 1, 2 + 1),
            "the formula alone. Does the last window of each axis hold a pixel": (
                (2, 3, 4 + 1, 3 + 1)
            ),
            "forgot the window's first place": (2, 3, *(size - 1 for size in PYTORCH_ROUNDS_UP)),
            "are right, and channels-last. PyTorch has the channels second": (
                (2, *PYTORCH_ROUNDS_UP, 3)
            ),
        },
        hints=(
            "⌈(i + 2p − k) / s⌉ + 1 for each axis. Where does the last window begin",
            "last window that begins behind the image, in the padding, is left out",
        ),
        solution=[
            "Rows: ⌈(13 + 2·2 − 4) / 4⌉ + 1 = 5. Counted from the top of the padding, the last of "
            "them would begin in row 16. The image ends before row 13 + 2 = 15, so this window "
            "would hold no pixel, and it is left out: 4",
            "Columns: ⌈(11 + 2·2 − 4) / 4⌉ + 1 = 4. The last begins in column 12, and the image "
            "ends before column 11 + 2 = 13. It holds a pixel and stays: 4",
            "Samples and channels stay: (2, 3, 4, 4)",
        ],
    ),
    "pooling-dilated": Worked(
        text="PyTorch's `MaxPool2d(2, stride=1, dilation=2)` make of this image",
        answer=corners(HOLES, 2),
        mistakes={
            "the largest of all nine pixels that the window spans. It reads its corners alone": (
                windows(np.max, HOLES, 3, 1, 0)
            ),
            "left the dilation out": windows(np.max, HOLES, 2, 1, 0),
            "moved the windows on by two pixels. The stride is 1": (
                [row[::2] for row in corners(HOLES, 2)[::2]]
            ),
            "left two pixels out between two cells. A dilation of 2 leaves one out": (
                corners(HOLES, 3)
            ),
        },
        hints=(
            "How many pixels does a window span, and which of them",
            "first window reads rows 0 and 2, columns 0 and 2",
        ),
        solution=[
            "window of 2×2 with a dilation of 2 spans 3×3 pixels and reads its four corners. The "
            "first reads 1, 2, 0, 5, and its largest is 5. A span of 3 has 3 places along each "
            "axis",
            corners(HOLES, 2),
        ],
        given={"x": HOLES},
    ),
}
