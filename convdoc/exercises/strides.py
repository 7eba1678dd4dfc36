"""Questions about strides."""

import math

import numpy as np

from convdoc.conv import conv4d, correlate4d
from convdoc.exercises.plane import plane
from convdoc.exercises.questions import Array, Integer, Mistake, Question
from convdoc.spec import ConvSpec

FLOOR = ConvSpec(kernel=13, strides=2, border_mode=6)
FLOOR_SIZE = 40

UNREAD = ConvSpec(kernel=2, strides=4)
UNREAD_SIZE = 11

EVERY = 2
DENSE = np.array([[2, 5, 1, 4, 3],
                  [7, 0, 6, 2, 8],
                  [1, 9, 3, 5, 0],
                  [4, 2, 8, 6, 7],
                  [5, 3, 0, 1, 9]])  # fmt: skip

HALVE = ConvSpec(kernel=3, strides=2, border_mode=1)
HALVED = 7

COUNTED = np.arange(1, 37).reshape(6, 6)
COUNTED_STRIDE = 2
MIDDLE = np.zeros((3, 3), int)
MIDDLE[1, 1] = 1

PUBLISHED_X = np.array([[2, 2, 3, 3, 3],
                        [0, 1, 3, 0, 3],
                        [2, 3, 0, 1, 3],
                        [3, 3, 2, 1, 2],
                        [3, 3, 0, 2, 3]])  # fmt: skip
PUBLISHED_W = np.array([[2, 0, 1],
                        [1, 0, 0],
                        [0, 1, 1]])  # fmt: skip
PUBLISHED_Y = np.array([[1, 6, 5],
                        [7, 10, 9],
                        [7, 10, 8]])  # fmt: skip


def _left(size, spec):
    """What the kernel leaves of the padded image, before the stride divides it."""
    return size + 2 * spec.border_mode[0][0] - spec.kernel[0]


def _floor_solution():
    from convdoc.draw import stepper

    i, (p, _), (k, _), (s, _) = FLOOR_SIZE, FLOOR.border_mode[0], FLOOR.kernel, FLOOR.strides
    left, small = _left(i, FLOOR), np.arange(36).reshape(1, 1, 6, 6)
    return [
        f"The kernel leaves {i} + 2 · {p} − {k} = {left} rows below its first place. In steps of "
        f"{s} it can go on {left // s} times, and the half step that is left, {left} / {s} = "
        f"{left / s}, is none. With the first place that makes {left // s} + 1 = "
        f"{left // s + 1}.",
        FLOOR.relationship(FLOOR_SIZE)[0],
        "The same on a smaller image, where you can count them. The hatched row and column are "
        "what the floor leaves over:",
        stepper(small, np.ones((1, 1, 3, 3), int), "valid", strides=s),
    ]


def _unread():
    return len(UNREAD.unused((UNREAD_SIZE, UNREAD_SIZE))[0])


def _unread_solution():
    from convdoc.draw import stepper

    size, (stride, _), (k, _) = UNREAD_SIZE, UNREAD.strides, UNREAD.kernel
    (windows, _), x = UNREAD.output_size(size), np.arange(size).reshape(1, 1, size, 1)
    rows = UNREAD.unused(size)[0]
    return [
        f"The windows begin at rows {', '.join(str(at * stride) for at in range(windows))} and "
        f"each reads {k}. Of {size} rows that is {windows} · {k} = {windows * k}, and {size} − "
        f"{windows * k} = {len(rows)} are never read: {', '.join(map(str, rows))}. Only the last "
        "of them is the floor's doing. The others lie between windows, because the stride is "
        "longer than the kernel.",
        stepper(x, np.ones((1, 1, k, 1), int), "valid", strides=(stride, 1)),
    ]


def _thinned():
    return DENSE[::EVERY, ::EVERY]


def _listed(places):
    *others, last = map(str, places)
    return f"{', '.join(others)} and {last}"


def _visited():
    return _listed(range(0, len(DENSE), EVERY))


def _thinned_solution():
    return [
        f"A stride of {EVERY} visits every second window, beginning with the first: rows "
        f"{_visited()}, and of each of them columns {_visited()}. Its outputs are those of stride "
        "1, thinned out:",
        _thinned(),
        "Nothing is added up or compared; that would be pooling.",
    ]


def _sizes_solution():
    sizes = HALVE.input_sizes(HALVED)[0]
    (s, _), (k, _), (p, _) = HALVE.strides, HALVE.kernel, HALVE.border_mode[0]
    return [
        f"The smallest input is the one that leaves nothing over: {s} · ({HALVED} − 1) + {k} − 2 · "
        f"{p} = {sizes[0]}. A stride of {s} floors {s} neighbouring sizes to one, so the other "
        f"is {sizes[-1]}:",
        *(HALVE.relationship(size)[0] for size in sizes),
    ]


def _same_solution():
    from convdoc.draw import stepper

    size, k, s = len(COUNTED), len(MIDDLE), COUNTED_STRIDE
    upper, windows = ConvSpec(k, s, "same_upper").padding(size)[0], math.ceil(size / s)
    return [
        f"TensorFlow pads no more than the stride needs. {windows} windows of {k} at a stride of "
        f"{s} reach over {(windows - 1) * s + k} rows, and there are {size}, so one row of zeros "
        f"is added, and it goes behind: {upper}. The first window then lies on rows "
        f"{_listed(range(k))}, and its middle is row {k // 2}.",
        stepper(COUNTED[None, None], MIDDLE[None, None], "same_upper", strides=s),
    ]


def _published_solution():
    from convdoc.draw import correlate_stepper

    right = plane(correlate4d, PUBLISHED_X, PUBLISHED_W, 1, strides=2).astype(int)
    wrong = int((right != PUBLISHED_Y).sum())
    every = plane(correlate4d, PUBLISHED_X, PUBLISHED_W, 1).astype(int)
    level, below = (
        " + ".join(f"{x}·{w}" for x, w in zip(PUBLISHED_X[row, 1:4], weights, strict=True))
        for row, weights in enumerate(PUBLISHED_W[1:])
    )
    return [
        f"{wrong} of the {right.size} numbers are wrong. What was shown are the first three rows "
        "and columns of the result with a stride of 1:",
        every,
        "With a stride of 2 it is every second of them. Take y[0, 1]: its window is centred on row "
        f"0, column 2, and its top row is padding. Of the sum, {level} and {below} are left, which "
        f"is {right[0, 1]}. Step to any other and add up:",
        correlate_stepper(
            PUBLISHED_X[None, None], PUBLISHED_W[None, None], border_mode=1, strides=2
        ),
    ]


QUESTIONS = (
    Question(
        name="strides-floor",
        title="What the floor does",
        level=1,
        text=f"An image is {FLOOR_SIZE} pixels high. A kernel of {FLOOR.kernel[0]} rows moves over "
        f"it with a stride of {FLOOR.strides[0]} and {FLOOR.border_mode[0][0]} rows of zeros on "
        "each side. How high is the output?",
        kind=Integer(),
        answer=lambda: FLOOR.output_size(FLOOR_SIZE)[0],
        mistakes=(
            Mistake(
                lambda: math.ceil(_left(FLOOR_SIZE, FLOOR) / FLOOR.strides[0]) + 1,
                "You rounded up. Half a step is no step: the window does not fit there, so the "
                "division is rounded down.",
            ),
            Mistake(
                lambda: FLOOR.output_size(FLOOR_SIZE)[0] - 1,
                "You forgot the window's first place. The division counts the steps, and there is "
                "one place more than there are steps.",
            ),
            Mistake(
                lambda: FLOOR.output_size(FLOOR_SIZE - FLOOR.padding(FLOOR_SIZE)[0][0])[0],
                "You counted the padding once. It is added on both sides.",
            ),
            Mistake(
                lambda: ConvSpec(FLOOR.kernel, FLOOR.strides).output_size(FLOOR_SIZE)[0],
                "You left the padding out.",
            ),
            Mistake(
                lambda: _left(FLOOR_SIZE, FLOOR) + 1,
                "That is the output for a stride of 1.",
            ),
        ),
        hints=(
            "How far can the window move from its first place to its last?",
            "The padded image has i + 2p rows, and the kernel takes k of them. Divide what is left "
            "by the stride, round down, and add one.",
        ),
        solution=_floor_solution,
    ),
    Question(
        name="strides-thinned",
        title="Every second window",
        level=1,
        text="Below is what a convolution gives with a stride of 1. The same image and kernel, the "
        f"same padding, but with a stride of {EVERY}: what is the result?",
        given={"y": DENSE},
        kind=Array(),
        answer=_thinned,
        mistakes=(
            Mistake(
                lambda: DENSE[1::EVERY, 1::EVERY],
                "You began with the second window. A stride skips windows after the first.",
            ),
            Mistake(
                lambda: DENSE[:4, :4].reshape(2, 2, 2, 2).max((1, 3)),
                "You took the largest of each four. That is max pooling; a stride computes fewer "
                "windows, and compares nothing.",
            ),
            Mistake(
                lambda: DENSE[::EVERY],
                "You thinned out the rows only. A single number for the stride counts for both "
                "axes.",
            ),
        ),
        hints=(
            f"Which windows does a stride of {EVERY} visit?",
            f"Of the rows, {_visited()}. Of each of them, which columns?",
        ),
        solution=_thinned_solution,
    ),
    Question(
        name="strides-unread",
        title="Rows that nobody reads",
        level=2,
        text=f"A kernel of {UNREAD.kernel[0]} rows moves over an image of {UNREAD_SIZE} rows with "
        f'a stride of {UNREAD.strides[0]}, under `"valid"`. How many rows of the image does no '
        "window read?",
        kind=Integer(),
        answer=_unread,
        mistakes=(
            Mistake(
                lambda: (UNREAD_SIZE - UNREAD.kernel[0]) % UNREAD.strides[0],
                "You counted what is left over at the end. Look between the windows too: this "
                "stride is longer than the kernel.",
            ),
            Mistake(
                lambda: UNREAD_SIZE - UNREAD.output_size(UNREAD_SIZE)[0],
                "You took away one row for each window. Each reads as many as the kernel has.",
            ),
            Mistake(
                lambda: _unread() - (UNREAD_SIZE - UNREAD.kernel[0]) % UNREAD.strides[0],
                "You counted the rows between windows. What is left over at the end?",
            ),
            Mistake(
                lambda: UNREAD_SIZE - _unread(),
                "That is how many rows are read.",
            ),
        ),
        hints=(
            "Write down the rows that each window reads.",
            f"The first reads rows {_listed(range(UNREAD.kernel[0]))}, and the second begins at "
            f"row {UNREAD.strides[0]}.",
        ),
        solution=_unread_solution,
    ),
    Question(
        name="strides-input-sizes",
        title="Which sizes give seven?",
        level=2,
        text=f"A kernel of {HALVE.kernel[0]} with a stride of {HALVE.strides[0]} and a padding of "
        f"{HALVE.border_mode[0][0]} gives an output of {HALVED}. Which input sizes are possible? "
        "Write all of them, the smallest first.",
        kind=Array(),
        answer=lambda: np.array(HALVE.input_sizes(HALVED)[0]),
        mistakes=(
            Mistake(
                lambda: np.array(HALVE.input_sizes(HALVED)[0][:1]),
                "That is one of them, the one that leaves no row over. The floor gives others the "
                "same output.",
            ),
            Mistake(
                lambda: np.array(HALVE.input_sizes(HALVED)[0][1:]),
                "That is the larger one. Is there a smaller?",
            ),
            Mistake(
                lambda: np.array(ConvSpec(HALVE.kernel, HALVE.strides).input_sizes(HALVED)[0]),
                "You left the padding out.",
            ),
        ),
        hints=(
            "Turn the formula round: the output is known, and the input is not.",
            "The smallest is s(o − 1) + k − 2p. How many sizes does a stride of "
            f"{HALVE.strides[0]} floor to one?",
        ),
        solution=_sizes_solution,
    ),
    Question(
        name="strides-same-tensorflow",
        title="The same shape, other pixels",
        level=3,
        text=f"The image holds 1 to {COUNTED.size}, and the kernel is {len(MIDDLE)}×{len(MIDDLE)} "
        "with a 1 in the middle and zeros elsewhere. What does TensorFlow give with "
        f"`strides={COUNTED_STRIDE}, padding='SAME'`?",
        given={"x": COUNTED},
        kind=Array(),
        answer=lambda: plane(conv4d, COUNTED, MIDDLE, "same_upper", strides=COUNTED_STRIDE),
        mistakes=(
            Mistake(
                lambda: plane(conv4d, COUNTED, MIDDLE, "same", strides=COUNTED_STRIDE),
                "That is what Theano gives, and PyTorch with a padding of 1. TensorFlow pads less "
                "at this stride, and the windows lie elsewhere.",
            ),
            Mistake(
                lambda: plane(conv4d, COUNTED, MIDDLE, "valid", strides=COUNTED_STRIDE),
                f"You did not pad. `SAME` gives ⌈{len(COUNTED)} / {COUNTED_STRIDE}⌉ outputs along "
                "each axis.",
            ),
            Mistake(
                lambda: COUNTED,
                "You left the stride out.",
            ),
        ),
        hints=(
            f"How many zeros does it take for {math.ceil(len(COUNTED) / COUNTED_STRIDE)} windows, "
            "and on which side does TensorFlow put an odd one?",
            "One row of zeros is enough, and it goes behind. So the first window begins on the "
            "image, and its middle is row 1, column 1.",
        ),
        solution=_same_solution,
    ),
    Question(
        name="strides-published",
        title="Spot the error: an animation",
        level=3,
        text="A tutorial shows this cross-correlation of x and W, with a padding of 1 and a stride "
        "of 2, and says that it gives y. Some of its numbers are wrong. What is right?",
        given={"x": PUBLISHED_X, "W": PUBLISHED_W, "y": PUBLISHED_Y},
        kind=Array(),
        answer=lambda: plane(correlate4d, PUBLISHED_X, PUBLISHED_W, 1, strides=2),
        mistakes=(
            Mistake(
                lambda: PUBLISHED_Y,
                "That is what was published. It is the corner of the result for a stride of 1. "
                "Work out its second number.",
            ),
            Mistake(
                lambda: plane(conv4d, PUBLISHED_X, PUBLISHED_W, 1, strides=2),
                "You flipped the kernel. This one is a cross-correlation.",
            ),
            Mistake(
                lambda: plane(correlate4d, PUBLISHED_X, PUBLISHED_W, 1),
                "You took a stride of 1.",
            ),
            Mistake(
                lambda: plane(correlate4d, PUBLISHED_X, PUBLISHED_W, "valid", strides=2),
                "You left the padding out.",
            ),
        ),
        hints=(
            "Lay the kernel on the image as it is written, its middle on row 0, column 0.",
            "A stride of 2 puts the kernel's middle on rows 0, 2 and 4. Of the first window, only "
            "four pixels are not padding.",
        ),
        solution=_published_solution,
    ),
)
