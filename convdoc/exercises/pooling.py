"""Questions about pooling."""

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d, pool4d
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Question, Shape
from convdoc.spec import ConvSpec

QUARTERS = np.array([[3, 8, 1, 0],
                     [5, 2, 4, 6],
                     [7, 0, 9, 2],
                     [1, 4, 3, 5]])  # fmt: skip

CHANNELS, SIDE = 32, 2

SHAPE = (8, 96, 54, 54)
OVERLAPPING = ConvSpec(kernel=3, strides=2)

BORDER = np.array([[36, 72, 0],
                   [0, 36, 72],
                   [108, 36, 108]])  # fmt: skip

BELOW_ZERO = np.array([[-3, -1, -5, 2],
                       [-4, -6, -2, -8],
                       [-7, -9, -4, -5],
                       [-2, -5, -3, -6]])  # fmt: skip
ZEROS_WON = np.array([[0, 2],
                      [0, -2]])  # fmt: skip

WIDTH, WINDOW = 12, 3

PLANES = np.array([[[3, 1, 0, 2],
                    [0, 4, 6, 0],
                    [5, 5, 1, 1],
                    [2, 0, 3, 7]],
                   [[8, 0, 1, 1],
                    [0, 0, 1, 1],
                    [2, 6, 0, 4],
                    [0, 4, 8, 4]]])[None]  # fmt: skip
THREE = np.arange(108).reshape(1, 3, 6, 6) % 11


def _plane(x, size, *arguments, **settings):
    return pool4d(x[None, None], size, *arguments, **settings)[0, 0]


def _largest_solution():
    from convdoc.draw import pool_stepper

    first = QUARTERS[:2, :2].ravel()
    return [
        "Without a stride of its own, a window moves on by its size, so the four windows lie side "
        f"by side. The first holds {', '.join(map(str, first))}, and its largest is {first.max()}:",
        pool_stepper(QUARTERS[None, None], size=2),
    ]


def _weights_solution():
    from convdoc.draw import pool_stepper

    return [
        "The rule is fixed: take the largest. There is no number in it that training could change, "
        f"whatever the window and however many channels. A convolution of {SIDE}×{SIDE} from "
        f"{CHANNELS} channels to {CHANNELS} would have {CHANNELS} · {CHANNELS} · {SIDE} · {SIDE} = "
        f"{CHANNELS * CHANNELS * SIDE * SIDE:,} weights. Look for a kernel here:",
        pool_stepper(QUARTERS[None, None], size=SIDE),
    ]


def _pooled(spec, filters=SHAPE[1]):
    return (SHAPE[0], filters, *spec.output_size(SHAPE[2:]))


def _shape_solution():
    from convdoc.draw import pool_stepper

    (_, channels, size, _), (k, _), (s, _) = SHAPE, OVERLAPPING.kernel, OVERLAPPING.strides
    steps = (size - k) // s
    return [
        f"A window of {k} leaves {size} − {k} = {size - k} pixels to move over. Steps of {s} fit "
        f"in there {steps} times, rounded down, and the first place makes it {steps + 1}. The "
        "relationship of pooling, number 7, says the same as that of a convolution:",
        OVERLAPPING.relationship(size)[0],
        f"Each of the {channels} channels is pooled by itself, so as many remain. A smaller image "
        "with a last row and column that no window reads, too:",
        pool_stepper(np.arange(36).reshape(1, 1, 6, 6), size=k, strides=s),
    ]


def _border_solution():
    from convdoc.draw import pool_stepper

    counted, alone = (
        _plane(BORDER, 3, 2, 1, mode).astype(int) for mode in ("average", "average_no_pad")
    )
    corner = BORDER[:2, :2].ravel()
    return [
        "Each window hangs over a corner, and four of its nine elements are pixels. Those of the "
        f"first add up to {' + '.join(map(str, corner))} = {corner.sum()}, and PyTorch divides by "
        f"nine all the same: {counted[0, 0]}.",
        pool_stepper(BORDER[None, None], 3, 2, 1, "average"),
        f"With `count_include_pad=False`, or in Keras and TensorFlow, it is divided by four: "
        f"{alone[0, 0]}. All of them:",
        alone,
    ]


def _negative_solution():
    from convdoc.draw import pool_stepper

    right = _plane(BELOW_ZERO, 3, 2, 1)
    changed = int((right != ZEROS_WON).sum())
    return [
        f"{changed} of the {right.size} numbers are wrong: those of windows that hang over the "
        "border and hold no pixel above zero. There the padding won. It must lose against every "
        "pixel, so it is −∞, and then it is as if it were not there:",
        pool_stepper(BELOW_ZERO[None, None], 3, 2, 1),
    ]


def _rows(window=WINDOW):
    """What pooling makes of a bright pixel in each place of a row."""
    return pool4d(np.eye(WIDTH)[:, None, None], (1, window))[:, 0, 0]


def _changes(rows):
    return int(np.any(rows[1:] != rows[:-1], axis=1).sum())


def _shift_solution():
    from convdoc.draw import pool_stepper

    windows, moves, changes = WIDTH // WINDOW, WIDTH - 1, _changes(_rows())
    x = np.zeros((1, 1, 1, WIDTH), int)
    x[..., WINDOW - 1] = 1
    return [
        f"{WIDTH} columns make {windows} windows. From column 0 to column {WIDTH - 1} there are "
        f"{moves} moves. The output changes when the pixel crosses from one window into the next, "
        f"which it does {changes} times; the other {moves} − {changes} = {moves - changes} moves "
        "leave it alone. Here the next move is one that changes it:",
        pool_stepper(x, (1, WINDOW)),
        "All outputs, place by place:",
        _rows().astype(int),
    ]


def _kernel(x, weight, groups=True):
    channels = x.shape[1]
    return np.full((channels, 1 if groups else channels, 2, 2), weight)


def average(x: Numbers) -> Numbers:
    """Average 2×2 windows side by side, by a convolution."""
    return conv4d(x, _kernel(x, 1 / 4), "valid", strides=2, groups=x.shape[1])


def _not_divided(x):
    return conv4d(x, _kernel(x, 1), "valid", strides=2, groups=x.shape[1])


def _divided_by_side(x):
    return conv4d(x, _kernel(x, 1 / 2), "valid", strides=2, groups=x.shape[1])


def _every_window(x):
    return conv4d(x, _kernel(x, 1 / 4), "valid", groups=x.shape[1])


def _channels_added(x):
    return conv4d(x, _kernel(x, 1 / 4, groups=False), "valid", strides=2)


def _channels_averaged(x):
    return conv4d(x, _kernel(x, 1 / 4 / x.shape[1], groups=False), "valid", strides=2)


def _padded(x):
    return conv4d(x, _kernel(x, 1 / 4), "same", strides=2, groups=x.shape[1])


def _average_solution():
    from convdoc.draw import stepper

    channels = PLANES.shape[1]
    return [
        "A mean of four is a sum with the weight 1 / 4 for each. The stride is the window's size, "
        f"and `groups=x.shape[1]` keeps the channels apart; W then has the shape ({channels}, 1, "
        f"2, 2) for {channels} channels: `conv4d(x, np.full((x.shape[1], 1, 2, 2), 1 / 4), "
        '"valid", strides=2, groups=x.shape[1])`.',
        average(PLANES),
        "The windows, with weights of 1, so before they are divided by four:",
        stepper(PLANES, _kernel(PLANES, 1), "valid", strides=2, groups=channels),
    ]


HANGING = (2, 3, 13, 11)
HANGING_SIZE, HANGING_PADDING = 4, 2


def _hanging(ceil_mode):
    x = np.empty(HANGING, np.float32)
    return pool4d(x, HANGING_SIZE, border_mode=HANGING_PADDING, ceil_mode=ceil_mode).shape


def _by_the_formula():
    """Rounded up, a window behind the image included, as ONNX had it."""
    room = (size + 2 * HANGING_PADDING - HANGING_SIZE for size in HANGING[2:])
    return (*HANGING[:2], *(-(-rest // HANGING_SIZE) + 1 for rest in room))


def _hanging_solution():
    (*_, height, width), k, p = HANGING, HANGING_SIZE, HANGING_PADDING
    rows, columns = _by_the_formula()[2:]
    *first, right_rows, right_columns = _hanging(True)
    return [
        f"Rows: ⌈({height} + 2·{p} − {k}) / {k}⌉ + 1 = {rows}. Counted from the top of the "
        f"padding, the last of them would begin in row {(rows - 1) * k}. The image ends before "
        f"row {height} + {p} = {height + p}, so this window would hold no pixel, and it is left "
        f"out: {right_rows}.",
        f"Columns: ⌈({width} + 2·{p} − {k}) / {k}⌉ + 1 = {columns}. The last begins in column "
        f"{(columns - 1) * k}, and the image ends before column {width} + {p} = {width + p}. It "
        f"holds a pixel and stays: {right_columns}.",
        f"Samples and channels stay: ({', '.join(map(str, first))}, {right_rows}, "
        f"{right_columns}).",
    ]


HOLES = np.array([[1, 7, 2, 0, 3],
                  [9, 4, 8, 2, 1],
                  [0, 3, 5, 6, 2],
                  [2, 8, 1, 3, 4],
                  [4, 0, 6, 1, 7]])  # fmt: skip


def _holes_solution():
    corner = HOLES[:3:2, :3:2].ravel()
    return [
        f"A window of 2×2 with a dilation of 2 spans 3×3 pixels and reads its four corners. The "
        f"first reads {', '.join(map(str, corner))}, and its largest is {corner.max()}. A span "
        "of 3 has 3 places along each axis:",
        _plane(HOLES, 2, 1, dilation=2),
    ]


QUESTIONS = (
    Question(
        name="pooling-largest",
        title="The largest of four",
        level=1,
        text="What does max pooling with windows of 2×2 make of this image, if the windows lie "
        "side by side?",
        given={"x": QUARTERS},
        kind=Array(),
        answer=lambda: _plane(QUARTERS, 2),
        mistakes=(
            Mistake(
                lambda: _plane(QUARTERS, 2, 1),
                "Your windows moved on by one pixel. Side by side, they move on by their size.",
            ),
            Mistake(
                lambda: _plane(QUARTERS, 2, mode="average"),
                "You took the mean. That is average pooling.",
            ),
            Mistake(
                lambda: QUARTERS.reshape(2, 2, 2, 2).min((1, 3)),
                "You took the smallest of each window.",
            ),
            Mistake(
                lambda: QUARTERS[::2, ::2],
                "You kept one pixel in four, as a stride does. Pooling looks at all four.",
            ),
            Mistake(
                lambda: QUARTERS.max(1),
                "You took the largest of each row. A window has two rows and two columns.",
            ),
        ),
        hints=(
            "Cut the image into four quarters.",
            "The first window holds 3, 8, 5 and 2. Which of them is kept?",
        ),
        solution=_largest_solution,
    ),
    Question(
        name="pooling-weights",
        title="What pooling learns",
        level=1,
        text=f"A layer of max pooling with windows of {SIDE}×{SIDE} reads {CHANNELS} channels. How "
        "many numbers does it have to learn?",
        kind=Integer(),
        answer=lambda: 0,
        mistakes=(
            Mistake(
                lambda: SIDE * SIDE,
                "That is how many pixels a window holds. A convolution would have a weight for "
                "each; what has a maximum?",
            ),
            Mistake(
                lambda: CHANNELS * SIDE * SIDE,
                "You counted a weight for each pixel of the window in each channel. No weight "
                "stands in the rule.",
            ),
            Mistake(
                lambda: CHANNELS**2 * SIDE * SIDE,
                "That is the kernel of a convolution from as many channels to as many filters. "
                "Pooling has no kernel.",
            ),
            Mistake(
                lambda: CHANNELS,
                "You counted a bias for each channel. Nothing is added to a maximum.",
            ),
        ),
        hints=(
            "Write down the rule for one output. Which number in it could be another?",
            "The largest of four pixels is the largest, before training and after it.",
        ),
        solution=_weights_solution,
    ),
    Question(
        name="pooling-shape",
        title="Windows that overlap",
        level=2,
        text=f"x has the shape {SHAPE}. Max pooling with windows of {OVERLAPPING.kernel[0]}×"
        f"{OVERLAPPING.kernel[1]} and a stride of {OVERLAPPING.strides[0]}, without padding, as in "
        "Keras: what is the shape of y?",
        kind=Shape(),
        answer=lambda: _pooled(OVERLAPPING),
        mistakes=(
            Mistake(
                lambda: _pooled(
                    ConvSpec(OVERLAPPING.kernel, OVERLAPPING.strides, ((0, 1), (0, 1)))
                ),
                "You rounded up. That is PyTorch's `ceil_mode=True`; Keras rounds down.",
            ),
            Mistake(
                lambda: (*SHAPE[:2], *(size - 1 for size in _pooled(OVERLAPPING)[2:])),
                "You forgot the window's first place.",
            ),
            Mistake(
                lambda: _pooled(ConvSpec(OVERLAPPING.kernel, OVERLAPPING.kernel)),
                "You moved the windows on by their size. These overlap: the stride is given.",
            ),
            Mistake(
                lambda: _pooled(ConvSpec(OVERLAPPING.kernel)),
                "That is a stride of 1.",
            ),
            Mistake(
                lambda: _pooled(OVERLAPPING, filters=1),
                "Height and width are right. A convolution with one filter would add the channels "
                "up; pooling takes each by itself.",
            ),
            Mistake(
                lambda: (SHAPE[0], *_pooled(OVERLAPPING)[2:], SHAPE[1]),
                "The numbers are right, and channels-last. Here the channels come second.",
            ),
        ),
        hints=(
            "The sizes are those of a convolution with that kernel and stride.",
            "Take the window from the size, divide by the stride, round down, add one. Then: what "
            "becomes of the channels?",
        ),
        solution=_shape_solution,
    ),
    Question(
        name="pooling-border",
        title="Do the zeros count?",
        level=2,
        text="PyTorch averages this image with `AvgPool2d(3, stride=2, padding=1)` and all other "
        "settings left as they are. What does it give?",
        given={"x": BORDER},
        kind=Array(1e-3),
        answer=lambda: _plane(BORDER, 3, 2, 1, "average"),
        mistakes=(
            Mistake(
                lambda: _plane(BORDER, 3, 2, 1, "average_no_pad"),
                "You divided by the number of pixels, as Keras and TensorFlow do. PyTorch has "
                "`count_include_pad=True`.",
            ),
            Mistake(
                lambda: _plane(BORDER, 3, 2, 1),
                "That is the largest of each window. `AvgPool2d` averages.",
            ),
            Mistake(
                lambda: 9 * _plane(BORDER, 3, 2, 1, "average"),
                "Those are the sums. What are they divided by?",
            ),
            Mistake(
                lambda: _plane(BORDER, 3, 1, 1, "average"),
                "You moved the windows on by one pixel. The stride is 2.",
            ),
            Mistake(
                lambda: _plane(BORDER, 3, mode="average"),
                "You left the padding out, so there is one window alone.",
            ),
        ),
        hints=(
            "How many pixels does each of the four windows hold, and how many elements has it?",
            "Each holds four pixels. Add them up; PyTorch's default counts the zeros of the "
            "padding among the elements.",
        ),
        solution=_border_solution,
    ),
    Question(
        name="pooling-negative",
        title="Spot the error: a padded maximum",
        level=2,
        text="Somebody pools x with windows of 3×3, a stride of 2 and a padding of 1, takes the "
        "largest of each window, and gets y. Some of its numbers are wrong. What does PyTorch's "
        "`MaxPool2d(3, stride=2, padding=1)` give?",
        given={"x": BELOW_ZERO, "y": ZEROS_WON},
        kind=Array(),
        answer=lambda: _plane(BELOW_ZERO, 3, 2, 1),
        mistakes=(
            Mistake(
                lambda: ZEROS_WON,
                "That is what somebody got. Is there a zero in the image?",
            ),
            Mistake(
                lambda: -_plane(-BELOW_ZERO, 3, 2, 1),
                "You took the number farthest from zero. The largest of −3 and −1 is −1.",
            ),
            Mistake(
                lambda: _plane(BELOW_ZERO, 3, 2, 1, "average_no_pad"),
                "You took the mean of each window.",
            ),
            Mistake(
                lambda: _plane(BELOW_ZERO, 2),
                "These windows do not hang over the top and the left. TensorFlow's `SAME` gives "
                "this, since it puts its one row and column of padding behind, and so do "
                "windows of 2×2 side by side. Here a border of 1 lies on all four sides.",
            ),
            Mistake(
                lambda: _plane(BELOW_ZERO, 3, 2),
                "You left the padding out, so there is one window alone. Its place is among the "
                "windows, and only its numbers must not win.",
            ),
        ),
        hints=(
            "Which numbers of y do not stand in their windows?",
            "Padding must never win against a pixel. Take the largest of the pixels alone.",
        ),
        solution=_negative_solution,
    ),
    Question(
        name="pooling-shift",
        title="How invariant?",
        level=3,
        text=f"A row of {WIDTH} dark pixels has a bright one in its first column. You move it to "
        f"the right, one column at a time, until it stands in the last: {WIDTH - 1} moves. After "
        f"each you pool the row with windows of {WINDOW}, side by side. How many of the moves "
        "leave the output unchanged?",
        kind=Integer(),
        answer=lambda: WIDTH - 1 - _changes(_rows()),
        mistakes=(
            Mistake(
                lambda: WIDTH - 1,
                "Pooling is not invariant to every shift. What if the bright pixel moves into the "
                "next window?",
            ),
            Mistake(
                lambda: _changes(_rows()),
                "Those are the moves that change the output. The others are asked for.",
            ),
            Mistake(
                lambda: 0,
                "Some moves stay within a window, and the largest pixel there is the same.",
            ),
            Mistake(
                lambda: WIDTH - 1 - _changes(_rows(2)),
                "That is right for windows of 2. These are wider.",
            ),
            Mistake(
                lambda: WIDTH - 1 - WIDTH // WINDOW,
                "You took away one move for each window. Between so many windows there is one "
                "border less.",
            ),
        ),
        hints=(
            "When does the output change?",
            "Draw the row and the borders between its windows. A move changes the output only if "
            "it crosses one.",
        ),
        solution=_shift_solution,
    ),
    Question(
        name="pooling-as-convolution",
        title="Average pooling without pooling",
        level=3,
        text="Write a function that averages windows of 2×2, side by side, in each channel of x, "
        "for any number of channels. Use `conv4d`, and not `pool4d`. Both x and the result have "
        "four axes.",
        given={"x": PLANES},
        kind=Code("average(x)", lambda: [(PLANES,), (THREE,)], tolerance=1e-4),
        answer=average,
        mistakes=(
            Mistake(
                _not_divided,
                "Yours adds each window up. What must the weights be for a mean?",
            ),
            Mistake(
                _divided_by_side,
                "Yours divides by the side of the window. A window of 2×2 has more pixels.",
            ),
            Mistake(
                _every_window,
                "Yours computes every window. Side by side, they need a stride.",
            ),
            Mistake(
                _channels_added,
                "Yours adds up the channels, as a convolution does unless it is told otherwise. "
                "`groups` tells it.",
            ),
            Mistake(
                _channels_averaged,
                "Yours averages over the channels too. Pooling takes each by itself, and `groups` "
                "does that.",
            ),
            Mistake(
                _padded,
                'Yours pads. Under `"same"` the first windows hang over the border; pooling side '
                "by side has no use for that.",
            ),
        ),
        hints=(
            "A mean is a weighted sum. Which weights, how large a stride, and how many groups?",
            "For channels that stay apart, W has the shape (channels, 1, 2, 2) and `groups` is the "
            "number of channels.",
        ),
        solution=_average_solution,
    ),
    Question(
        name="pooling-ceil-mode",
        title="Rounded up, with an exception",
        level=3,
        text=f"x has the shape {HANGING}. What is the shape of y under PyTorch's "
        f"`MaxPool2d({HANGING_SIZE}, stride={HANGING_SIZE}, padding={HANGING_PADDING}, "
        "ceil_mode=True)`?",
        kind=Shape(),
        answer=lambda: _hanging(True),
        mistakes=(
            Mistake(
                lambda: _hanging(False),
                "You rounded down. `ceil_mode=True` rounds up.",
            ),
            Mistake(
                _by_the_formula,
                "That is the formula alone. Does the last window of each axis hold a pixel?",
            ),
            Mistake(
                lambda: (*HANGING[:2], *(size - 1 for size in _hanging(True)[2:])),
                "You forgot the window's first place.",
            ),
            Mistake(
                lambda: (HANGING[0], *_hanging(True)[2:], HANGING[1]),
                "The numbers are right, and channels-last. PyTorch has the channels second.",
            ),
        ),
        hints=(
            "Compute ⌈(i + 2p − k) / s⌉ + 1 for each axis. Where does the last window begin?",
            "A last window that begins behind the image, in the padding, is left out.",
        ),
        solution=_hanging_solution,
    ),
    Question(
        name="pooling-dilated",
        title="Windows with holes",
        level=3,
        text="What does PyTorch's `MaxPool2d(2, stride=1, dilation=2)` make of this image?",
        given={"x": HOLES},
        kind=Array(),
        answer=lambda: _plane(HOLES, 2, 1, dilation=2),
        mistakes=(
            Mistake(
                lambda: _plane(HOLES, 3, 1),
                "You took the largest of all nine pixels that the window spans. It reads its "
                "corners alone.",
            ),
            Mistake(
                lambda: _plane(HOLES, 2, 1),
                "You left the dilation out.",
            ),
            Mistake(
                lambda: _plane(HOLES, 2, 2, dilation=2),
                "You moved the windows on by two pixels. The stride is 1.",
            ),
            Mistake(
                lambda: _plane(HOLES, 2, 1, dilation=3),
                "You left two pixels out between two cells. A dilation of 2 leaves one out.",
            ),
        ),
        hints=(
            "How many pixels does a window span, and which of them does it read?",
            "The first window reads rows 0 and 2, columns 0 and 2.",
        ),
        solution=_holes_solution,
    ),
)
