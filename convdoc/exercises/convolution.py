"""Questions about what a convolution is."""

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d, correlate4d
from convdoc.exercises.plane import plane
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Question, Shape
from convdoc.spec import ConvSpec

DAYS = np.array([[2, 0, 5, 1, 4]])
AGES = np.array([[1, 3, 2]])

TOLD_SIZE = (3, 5)
DOT = np.zeros((5, 7), int)
DOT[2, 3] = 1
DOT_KERNEL = (2, 3)

IMAGE = np.array([[3, 1, 0, 2, 4],
                  [0, 2, 5, 1, 3],
                  [4, 0, 1, 6, 2],
                  [1, 3, 2, 0, 5]])  # fmt: skip
KERNEL = np.array([[1, 0, 2],
                   [0, 3, 0],
                   [0, 0, 4]])  # fmt: skip
ROW, COLUMN = 1, 2

OF_A = np.array([[4, 1, 0],
                 [2, 7, 3]])  # fmt: skip
OF_B = np.array([[1, 5, 2],
                 [0, 3, 6]])  # fmt: skip

STEP = np.array([[0, 0, 1, 1, 1, 1]])
SECRET = np.array([[2, 3, -1]])
RESPONSE = np.convolve(STEP[0], SECRET[0])[None, : STEP.size]  # shown with the question
START = int(STEP.argmax())

TRIALS = (
    (
        np.array([[1, 2, 0],
                  [0, 3, 1]]),
        np.array([[1, 4],
                  [2, 0]]),
    ),
    (
        np.array([[2, 0, 1, 5]]),
        np.array([[1], [3], [2]]),
    ),
)  # fmt: skip


def _products(pixels, weights):
    return " + ".join(f"{pixel} · {weight}" for pixel, weight in zip(pixels, weights, strict=True))


def _moving():
    return plane(conv4d, DAYS, AGES, "valid").astype(int)


def _moving_solution():
    from convdoc.draw import stepper

    days, weights = DAYS[0], AGES[0, ::-1]
    windows = np.lib.stride_tricks.sliding_window_view(days, weights.size)
    sums = [
        f"{_products(window, weights)} = {result}"
        for window, result in zip(windows, _moving()[0], strict=True)
    ]
    return [
        f"The kernel begins with the weight of the newest day. So on the days, which go from old "
        f"to new, the weights lie as {', '.join(map(str, weights))}. A sum takes {weights.size} "
        f"days, and {days.size} days have {len(sums)} such places: {'; '.join(sums)}.",
        stepper(DAYS[None, None], AGES[None, None], "valid"),
    ]


def _dot_shape():
    return 1, 1, *ConvSpec(DOT_KERNEL).output_size(DOT.shape)


def _dot_solution():
    from convdoc.draw import stepper

    (height, width), (rows, columns) = DOT.shape, DOT_KERNEL
    return [
        f"The image that the code makes has {height} rows and {width} columns, whatever the text "
        f"calls it. Under `valid` the kernel fits in {height} − {rows} + 1 = {height - rows + 1} "
        f"places from top to bottom, and in {width} − {columns} + 1 = {width - columns + 1} from "
        "left to right. One sample and one filter come first.",
        stepper(DOT[None, None], np.arange(1, 7).reshape(1, 1, *DOT_KERNEL), "valid"),
    ]


def _pixel(kernel, row=ROW, column=COLUMN):
    height, width = kernel.shape
    return int((IMAGE[row : row + height, column : column + width] * kernel).sum())


def _pixel_solution():
    from convdoc.explain import explain

    first = IMAGE[ROW, COLUMN]
    return [
        f"The window of this output begins at row {ROW}, column {COLUMN} of the image. Turned, the "
        f"kernel begins with its last element, {KERNEL[-1, -1]}, so that weighs the first pixel "
        f"of the window, {first}. {KERNEL.size} products, and their sum:",
        explain(IMAGE[None, None], KERNEL[None, None], ConvSpec(KERNEL.shape), 0, 0, ROW, COLUMN),
    ]


def _linear_solution():
    (a, b), y = (OF_A[0, 0], OF_B[0, 0]), (2 * OF_A - OF_B)[0, 0]
    return [
        "The kernel is not needed. A convolution is linear: what is done to the images may be done "
        f"to their results as well. The first number is 2 · {a} − {b} = {y}, and so on:",
        2 * OF_A - OF_B,
    ]


def _step_solution():
    from convdoc.draw import stepper

    y, later = RESPONSE[0], np.concatenate([[0], RESPONSE[0, :-1]])
    pairs = zip(y[START:], later[START:], strict=True)
    taken = "; ".join(f"{a} − {b} = {a - b}" for a, b in pairs).replace("-", "−")
    impulse = np.diff(STEP[0], prepend=0)
    return [
        "An impulse would show the kernel. The step is no impulse, but take the same step one "
        f"pixel later away from it, and an impulse is left: {', '.join(map(str, impulse))}. A "
        "convolution is linear and the same everywhere, so the same may be done to the result: "
        f"take the result, one pixel later, away from it. From column {START} on that is {taken}. "
        "The kernel is what stands there before the zero.",
        y - later,
        "Put in, it gives the y that was shown:",
        stepper(STEP[None, None], SECRET[None, None], ((0, 0), (2, 0))),
    ]


def convolve(x: Numbers, w: Numbers) -> Numbers:
    """Add up the images that the weights of `w` make of `x`."""
    (height, width), (rows, columns) = x.shape, w.shape
    y = np.zeros((height + rows - 1, width + columns - 1))
    for u in range(rows):
        for v in range(columns):
            y[u : u + height, v : v + width] += w[u, v] * x
    return y


def _kept(x, w):
    """With an = where += should stand: each image replaces what lies under it."""
    (height, width), (rows, columns) = x.shape, w.shape
    y = np.zeros((height + rows - 1, width + columns - 1))
    for u in range(rows):
        for v in range(columns):
            y[u : u + height, v : v + width] = w[u, v] * x
    return y


def _shifted_solution():
    from convdoc.draw import shift_stepper

    x, w = TRIALS[0]
    (height, width), (rows, columns) = x.shape, w.shape
    return [
        f"The result has {height} + {rows} − 1 = {height + rows - 1} rows and {width} + {columns} "
        f"− 1 = {width + columns - 1} columns: `y = np.zeros((height + rows - 1, width + columns - "
        "1))`. Then two loops, over the rows `u` and the columns `v` of the kernel, with one line "
        "in them: `y[u : u + height, v : v + width] += w[u, v] * x`.",
        convolve(x, w).astype(int),
        shift_stepper(x[None, None], w[None, None]),
    ]


QUESTIONS = (
    Question(
        name="convolution-moving",
        title="Five days",
        level=1,
        text="Convolve x with W, with windows that lie wholly on x. Read W as weights of the days: "
        f"{AGES[0, 0]} for the newest, {AGES[0, 1]} for the day before it, {AGES[0, 2]} for the "
        "day before that.",
        given={"x": DAYS, "W": AGES},
        kind=Array(),
        answer=_moving,
        mistakes=(
            Mistake(
                lambda: plane(correlate4d, DAYS, AGES, "valid"),
                "You laid the kernel on the days as it is written, so the oldest day got the "
                "newest day's weight. Which end of x is the newest?",
            ),
            Mistake(
                lambda: plane(conv4d, DAYS, AGES, "valid") / AGES.sum(),
                "You divided by the sum of the weights. That makes an average of it; the "
                "convolution alone does not divide.",
                near=0.01,
            ),
            Mistake(
                lambda: plane(conv4d, DAYS, AGES, "full"),
                "You let the window hang over both ends. Here it has to lie wholly on x.",
            ),
            Mistake(
                lambda: plane(conv4d, DAYS, AGES, "same"),
                "You put zeros around x to get as many numbers as it has. Here the window has to "
                "lie wholly on x.",
            ),
            Mistake(
                lambda: DAYS[:, 2:] + DAYS[:, 1:-1] + DAYS[:, :-2],
                "You added the days up without their weights.",
            ),
        ),
        hints=(
            f"How many windows of {AGES.size} lie wholly on {DAYS.size} numbers?",
            "In the first window the newest day is the third number. Begin with its weight and go "
            "back in time.",
        ),
        solution=_moving_solution,
    ),
    Question(
        name="convolution-spot-impulse",
        title="Spot the error: an announced size",
        level=1,
        text="A notebook announces an impulse in an image of "
        f"{TOLD_SIZE[0]}×{TOLD_SIZE[1]} and a result of {TOLD_SIZE[0]}×{TOLD_SIZE[1]}. Its code "
        f"reshapes x, below, to (1, 1, {DOT.shape[0]}, {DOT.shape[1]}) and convolves it with a "
        f"kernel of {DOT_KERNEL[0]}×{DOT_KERNEL[1]}, with `border_mode` `valid`. Which shape has "
        "the result, with all four axes?",
        given={"x": DOT},
        kind=Shape(),
        answer=_dot_shape,
        mistakes=(
            Mistake(
                lambda: (1, 1, *TOLD_SIZE),
                "That is what the text announces. The code convolves the x below.",
            ),
            Mistake(
                lambda: (1, 1, *DOT.shape),
                "That is the shape of x. A result as large as the image takes `same`.",
            ),
            Mistake(
                lambda: (1, 1, *(n - k for n, k in zip(DOT.shape, DOT_KERNEL, strict=True))),
                "One short along each axis. The kernel can move by so many pixels, and its first "
                "place counts as well.",
            ),
            Mistake(
                lambda: (1, 1, *(n + k - 1 for n, k in zip(DOT.shape, DOT_KERNEL, strict=True))),
                "That is `full`, where windows may hang over the border.",
            ),
            Mistake(
                lambda: _dot_shape()[2:],
                "Those are the last two axes. Two more stand before them.",
            ),
        ),
        hints=(
            "Count the rows and the columns of x.",
            f"In how many places from top to bottom does a kernel of {DOT_KERNEL[0]} rows fit?",
        ),
        solution=_dot_solution,
    ),
    Question(
        name="convolution-one-pixel",
        title="One pixel of the result",
        level=2,
        text=f"x is convolved with W under `valid`. What is y[{ROW}, {COLUMN}]? Rows and columns "
        "count from 0.",
        given={"x": IMAGE, "W": KERNEL},
        kind=Integer(),
        answer=lambda: int(plane(conv4d, IMAGE, KERNEL, "valid")[ROW, COLUMN]),
        mistakes=(
            Mistake(
                lambda: _pixel(KERNEL),
                "You did not turn the kernel. That is a cross-correlation.",
            ),
            Mistake(
                lambda: _pixel(KERNEL[::-1]),
                "You turned the kernel upside down only. It is turned left to right as well.",
            ),
            Mistake(
                lambda: _pixel(KERNEL[:, ::-1]),
                "You turned the kernel left to right only. It is turned upside down as well.",
            ),
            Mistake(
                lambda: _pixel(KERNEL[::-1, ::-1], ROW - 1, COLUMN - 1),
                "That is one row up and one column to the left. Either you counted from 1, or you "
                "laid the middle of the kernel on that pixel. Under `valid`, the window of "
                "y[0, 0] begins at x[0, 0].",
            ),
        ),
        hints=(
            "Where does the window of this output begin on the image?",
            "Write the kernel down turned by half a turn, its last element first. Then multiply "
            "and add.",
        ),
        solution=_pixel_solution,
    ),
    Question(
        name="convolution-linear",
        title="Without the kernel",
        level=2,
        text="Nobody tells you the kernel W, but only what it makes of two images: a ∗ W and "
        "b ∗ W are given. What is (2a − b) ∗ W?",
        given={"a ∗ W": OF_A, "b ∗ W": OF_B},
        kind=Array(),
        answer=lambda: 2 * OF_A - OF_B,
        mistakes=(
            Mistake(
                lambda: OF_A - OF_B,
                "You forgot that a counts twice.",
            ),
            Mistake(
                lambda: 2 * (OF_A - OF_B),
                "You took b twice as well.",
            ),
            Mistake(
                lambda: 2 * OF_A + OF_B,
                "You added b. It is subtracted.",
            ),
            Mistake(
                lambda: 2 * OF_B - OF_A,
                "You exchanged a and b.",
            ),
        ),
        hints=(
            "What does a convolution do to a sum of images, and to a multiple of one?",
            "Linear means that you may do to the results what was done to the images.",
        ),
        solution=_linear_solution,
    ),
    Question(
        name="convolution-step",
        title="A kernel found from a step",
        level=3,
        text="An unknown kernel of three elements makes y of x: y[j] = W[0] x[j] + W[1] x[j − 1] + "
        "W[2] x[j − 2], with zeros before x. What is W? Write its three elements in a row.",
        given={"x": STEP, "y": RESPONSE},
        kind=Array(),
        answer=lambda: SECRET,
        mistakes=(
            Mistake(
                lambda: np.diff(RESPONSE, prepend=0),
                f"That is the answer to an impulse. It begins in column {START}, and the kernel is "
                f"its {SECRET.size} numbers from there on.",
            ),
            Mistake(
                lambda: RESPONSE[:, START : START + SECRET.size],
                "You read y as if x were an impulse. It is a step: at its second 1, two elements "
                "of the kernel are added up already.",
            ),
            Mistake(
                lambda: SECRET[:, ::-1],
                "These are its elements in the order in which they lie on x. Write the kernel as "
                "it is stored, W[0] first.",
            ),
            Mistake(
                lambda: -SECRET,
                "The signs are the wrong way round. Take the earlier number from the later one.",
            ),
        ),
        hints=(
            "What must you do to the step to make an impulse of it?",
            "Move the step by one pixel and take it away from x. Do the same to y.",
        ),
        solution=_step_solution,
    ),
    Question(
        name="convolution-shifted",
        title="Weight by weight",
        level=3,
        text="Write `convolve(x, w)` for an image x and a kernel w of two axes each, with NumPy "
        "alone: the sum, over the elements of w, of the image moved down by the row and right by "
        "the column of the element, and multiplied by it. The result has room for all of "
        "them, as under `full`.",
        given={"x": TRIALS[0][0], "w": TRIALS[0][1]},
        kind=Code("convolve(x, w)", trials=lambda: list(TRIALS)),
        answer=convolve,
        mistakes=(
            Mistake(
                lambda x, w: convolve(x, w[::-1, ::-1]),
                "You turned the kernel. In this view the element W[u, v] moves the image by u and "
                "v as they are, and nothing is turned.",
            ),
            Mistake(
                _kept,
                "Each moved image replaces what lies under it. Where two of them overlap, they "
                "are added: `+=`.",
            ),
            Mistake(
                lambda x, w: convolve(x, w)[: x.shape[0], : x.shape[1]],
                "You cut the result to the size of the image. The last moved image reaches beyond "
                "it, by as many rows as the kernel has, less one, and as many columns, less "
                "one.",
            ),
            Mistake(
                lambda x, w: convolve(x, w.T),
                "You exchanged the rows and the columns of the kernel: the row moves the image "
                "down, the column moves it right.",
            ),
            Mistake(
                lambda x, w: convolve(x, np.ones_like(w)),
                "You moved the image and forgot to multiply it by the weight.",
            ),
        ),
        hints=(
            "How large must the result be, for the image that is moved the farthest?",
            "Begin with `y = np.zeros(…)` of that size and two loops, over the rows u and the "
            "columns v of w. Which part of y does the moved image lie on?",
        ),
        solution=_shifted_solution,
    ),
)
