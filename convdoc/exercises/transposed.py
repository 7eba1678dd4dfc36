"""Questions about the transposed convolution."""

import numpy as np

from convdoc.conv import conv4d, conv4d_transpose
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Question, Shape
from convdoc.spec import ConvSpec

SIZE = ConvSpec(kernel=5, strides=3, border_mode=1, transposed=True)
SIZE_INPUT = 7
SIZE_PADDING = SIZE.padding(SIZE_INPUT)[0]

RETURNED = np.array([[3, 5, 2]])
PAIR = np.array([[1, 1]])

HALVE = ConvSpec(kernel=3, strides=2, border_mode=1)
HALVE_SIZE = 6

Y = np.array([[2, 1],
              [0, 3]])  # fmt: skip
W = np.array([[1, 0, 2],
              [0, 3, 0],
              [4, 0, 1]])  # fmt: skip

OVERLAP = ConvSpec(kernel=(1, 5), strides=(1, 3), transposed=True)
OVERLAP_PIXELS = 3

LEFT = ConvSpec(kernel=5, strides=4, border_mode=1)
LEFT_SIZE = 30


def _laid_down(rows, cut=0):
    """Rows that so many copies of the kernel of `SIZE` take, without those that are cut off."""
    return SIZE.strides[0] * (rows - 1) + SIZE.kernel[0] - cut


def _one(function, x, w, *arguments, **settings):
    """A function of four-dimensional arrays for one image and one slice, on NumPy."""
    return function(x[None, None], w[None, None], *arguments, engine="numpy", **settings)[0, 0]


def _scatter(y, w, s):
    return _one(conv4d_transpose, y, w, strides=s)


def _overwritten(y, w, s):
    (height, width), (rows, columns) = y.shape, w.shape
    out = np.zeros((s * (height - 1) + rows, s * (width - 1) + columns))
    for i, j in np.ndindex(height, width):
        out[i * s : i * s + rows, j * s : j * s + columns] = y[i, j] * w[::-1, ::-1]
    return out


def _not_flipped(y, w, s):
    return _scatter(y, w[::-1, ::-1], s)


def _side_by_side(y, w, s):
    return np.kron(y, w[::-1, ::-1])


def _copies(strides, kernel=OVERLAP.kernel[1]):
    """How many copies of a row of `kernel` elements lie on each place."""
    ones = np.ones((1, OVERLAP_PIXELS)), np.ones((1, kernel))
    return _one(conv4d_transpose, *ones, strides=(1, strides))


def _size_solution():
    from convdoc.draw import transpose_stepper

    k, s, p, i = SIZE.kernel[0], SIZE.strides[0], SIZE.border_mode[0][0], SIZE_INPUT
    small = np.array([[1, 2, 1], [0, 1, 2], [1, 0, 1]])[None, None]
    return [
        f"The first copy of the kernel takes {k} rows, and each of the other {i - 1} moves on by "
        f"{s}: {k} + {i - 1} · {s} = {k + (i - 1) * s}. The convolution had {p} row of zeros on "
        f"each side, which is cut off again: {k + (i - 1) * s} − 2 · {p} = "
        f"{k + (i - 1) * s - 2 * p}.",
        SIZE.relationship(i)[0],
        "With three rows it is easier to count. What is cut off is hatched:",
        transpose_stepper(small, np.ones((1, 1, k, k), int), p, strides=s),
    ]


def _returned_solution():
    from convdoc.draw import transpose_stepper

    (a, b, c), y = RETURNED[0], _one(conv4d, RETURNED, PAIR, "valid").astype(int)
    return [
        f"Forward: {a} + {b} = {y[0, 0]} and {b} + {c} = {y[0, 1]}. Back: {y[0, 0]} goes to the "
        f"first two places, {y[0, 1]} to the last two, and in the middle they add up to "
        f"{y.sum()}. As many numbers come back as there were, and they are others.",
        transpose_stepper(y[None, None], PAIR[None, None]),
    ]


def _by_hand_solution():
    from convdoc.draw import transpose_stepper

    return [
        "Turn the kernel by 180 degrees. Lay it down four times, two places apart, each time "
        "times a pixel of y, and add up where copies overlap. The middle row and column are where "
        "they do:",
        transpose_stepper(Y[None, None], W[None, None], strides=2),
        "As one convolution, over the pixels with zeros between them, it gives the same:",
        transpose_stepper(Y[None, None], W[None, None], strides=2, view="gather"),
    ]


def _caption_solution():
    from convdoc.draw import transpose_stepper

    i, (k, _), (s, _), (p, _) = HALVE_SIZE, HALVE.kernel, HALVE.strides, HALVE.border_mode[0]
    o = HALVE.output_size(i)[0]
    back = HALVE.as_transposed(i)
    return [
        f"The transposed convolution reads what the convolution gives, and that has ⌊({i} + 2 · "
        f"{p} − {k}) / {s}⌋ + 1 = {o} rows and as many columns. The way back confirms it: with one "
        f"row more for the rest of the division, {o} leads to {i}, and a size of {o - 1} could "
        f"lead to {HALVE.input_sizes(o - 1)[0][-1]} at most.",
        HALVE.relationship(i)[0],
        back.relationship(o)[0],
        transpose_stepper(
            np.arange(1, o * o + 1).reshape(1, 1, o, o),
            np.ones((1, 1, k, k), int),
            p,
            strides=s,
            output_padding=back.output_padding,
            view="gather",
        ),
    ]


def _overlap_solution():
    from convdoc.draw import transpose_stepper

    k, s = OVERLAP.kernel[1], OVERLAP.strides[1]
    ones = np.ones((1, 1, 1, OVERLAP_PIXELS), int), np.ones((1, 1, 1, k), int)
    starts = [s * n for n in range(OVERLAP_PIXELS)]
    return [
        f"The copies begin at places {', '.join(map(str, starts))} and take {k} places each. "
        f"Neighbours share {k} − {s} = {k - s} places, and {s} does not divide {k}, so places with "
        "one copy and with two take turns.",
        transpose_stepper(*ones, strides=(1, s)),
        f"A kernel of {2 * s} would lie twice on every place but those at the ends:",
        _copies(s, 2 * s).astype(int),
    ]


def _left_solution():
    i, (k, _), (s, _), (p, _) = LEFT_SIZE, LEFT.kernel, LEFT.strides, LEFT.border_mode[0]
    o, a = LEFT.output_size(i)[0], LEFT.as_transposed(i).output_padding[0]
    least = LEFT.input_sizes(o)[0][0]
    return [
        f"The convolution leaves ({i} + 2 · {p} − {k}) mod {s} = {i + 2 * p - k} mod {s} = {a} "
        f"rows over, after {o} windows. Without output padding, {o} rows lead back to {s} · "
        f"({o} − 1) + {k} − 2 · {p} = {least}, the smallest size that gives {o}. It takes {a} "
        "more.",
        LEFT.relationship(i)[0],
        LEFT.as_transposed(i).relationship(o)[0],
    ]


def _code_solution():
    from convdoc.draw import transpose_stepper

    return [
        "Begin with zeros of the size that comes out, s(i′ − 1) + k along each axis. For each "
        "pixel of y, add the flipped kernel times that pixel to the part of the array that begins "
        "at `i * s` and `j * s`: `out[i * s : i * s + kh, j * s : j * s + kw] += y[i, j] * w[::-1, "
        "::-1]`. With `=` in the place of `+=` a later copy would wipe out what lies under it.",
        transpose_stepper(Y.T[None, None], W[None, None], strides=2),
    ]


QUESTIONS = (
    Question(
        name="transposed-size",
        title="How large is the way back?",
        level=1,
        text=f"A transposed convolution has a kernel of {SIZE.kernel[0]}, a stride of "
        f"{SIZE.strides[0]} and a padding of {SIZE.border_mode[0][0]}. Its input has {SIZE_INPUT} "
        "rows. How many rows has its result? There is no output padding.",
        kind=Integer(),
        answer=lambda: SIZE.output_size(SIZE_INPUT)[0],
        mistakes=(
            Mistake(
                lambda: _laid_down(SIZE_INPUT, SIZE_PADDING[0]),
                "You cut the padding off on one side. It had been added on both.",
            ),
            Mistake(
                lambda: _laid_down(SIZE_INPUT, -sum(SIZE_PADDING)),
                "You added the padding. On the way back it is cut off.",
            ),
            Mistake(
                lambda: _laid_down(SIZE_INPUT),
                "You left the padding out.",
            ),
            Mistake(
                lambda: _laid_down(SIZE_INPUT + 1, sum(SIZE_PADDING)),
                "You moved on once too often. The first copy of the kernel lies at the start.",
            ),
            Mistake(
                lambda: SIZE.forward.output_size(SIZE_INPUT)[0],
                "That is the size a convolution gives. This one goes the other way.",
            ),
            Mistake(
                lambda: SIZE_INPUT - 1 + SIZE.kernel[0] - sum(SIZE_PADDING),
                "You left the stride out. It is how far the copies of the kernel lie apart.",
            ),
        ),
        hints=(
            "Count the places that the copies of the kernel take, and then what is cut off.",
            "The first copy takes k places and each of the others s more. Then the padding of both "
            "sides is cut off.",
        ),
        solution=_size_solution,
    ),
    Question(
        name="transposed-returned",
        title="What comes back?",
        level=1,
        text='Convolve x with W under `"valid"`. Then apply the transposed convolution with the '
        "same W to what you get. What is the result?",
        given={"x": RETURNED, "W": PAIR},
        kind=Array(),
        answer=lambda: _scatter(_one(conv4d, RETURNED, PAIR, "valid"), PAIR, 1),
        mistakes=(
            Mistake(
                lambda: RETURNED,
                "That is x itself. The shape comes back, but a transposed convolution is not the "
                "inverse.",
            ),
            Mistake(
                lambda: _one(conv4d, RETURNED, PAIR, "valid"),
                "That is the convolution. Now go back.",
            ),
            Mistake(
                lambda: _overwritten(_one(conv4d, RETURNED, PAIR, "valid"), PAIR, 1),
                "The second copy of the kernel wiped out part of the first. They add up.",
            ),
            Mistake(
                lambda: _side_by_side(_one(conv4d, RETURNED, PAIR, "valid"), PAIR, 1),
                "You laid the copies side by side. With a stride of 1 they lie one place apart, "
                "and overlap.",
            ),
        ),
        hints=(
            "The convolution gives two numbers. Each of them goes back to the places it was made "
            "of.",
            "The first number is laid on places 0 and 1, the second on places 1 and 2.",
        ),
        solution=_returned_solution,
    ),
    Question(
        name="transposed-by-hand",
        title="Four copies of a kernel",
        level=2,
        text="Work out the transposed convolution of y with W, with a stride of 2 and without "
        "padding. It belongs to a convolution, which flips its kernel.",
        given={"y": Y, "W": W},
        kind=Array(),
        answer=lambda: _scatter(Y, W, 2),
        mistakes=(
            Mistake(
                lambda: _not_flipped(Y, W, 2),
                "You laid the kernel down as it is stored. That is what PyTorch and TensorFlow do, "
                "whose layers do not flip.",
            ),
            Mistake(
                lambda: _overwritten(Y, W, 2),
                "A later copy wiped out what lay under it. Where copies overlap, they add up.",
            ),
            Mistake(
                lambda: _scatter(Y, W, 1),
                "You left the stride out: the copies lie two places apart.",
            ),
            Mistake(
                lambda: _side_by_side(Y, W, 2),
                "You laid the copies side by side, three places apart. The stride says how far "
                "they are.",
            ),
        ),
        hints=(
            "How large is the result, and where does the copy of each pixel begin?",
            "The result has five rows and five columns. The first pixel's copy, flipped and "
            "doubled, lies on the first three of both.",
        ),
        solution=_by_hand_solution,
    ),
    Question(
        name="transposed-caption",
        title="Spot the error: the caption of a figure",
        level=2,
        text=f"A figure shows the way back from a convolution of a {HALVE_SIZE}×{HALVE_SIZE} "
        f"image, padded by {HALVE.border_mode[0][0]}, with a {HALVE.kernel[0]}×{HALVE.kernel[1]} "
        f"kernel and a stride of {HALVE.strides[0]}. Its caption says that this is a convolution "
        "over a 2×2 input, with one zero between neighbouring pixels, a border of 1 and one more "
        "row and column at the bottom and on the right. One size in it is wrong. What is right, as "
        "(height, width)?",
        kind=Shape(),
        answer=lambda: HALVE.output_size(HALVE_SIZE),
        mistakes=(
            Mistake(
                lambda: (2, 2),
                "That is what the caption says. Work out what the convolution of the "
                f"{HALVE_SIZE}×{HALVE_SIZE} image gives.",
            ),
            Mistake(
                lambda: tuple(2 * n - 1 for n in HALVE.output_size(HALVE_SIZE)),
                "That is the input with zeros put between its pixels. How large is it without?",
            ),
            Mistake(
                lambda: (HALVE_SIZE, HALVE_SIZE),
                "That is the result, and the caption has it right. What goes in?",
            ),
            Mistake(
                lambda: tuple(n + 1 for n in HALVE.output_size(HALVE_SIZE)),
                "You rounded up. (6 + 2 − 3) / 2 is two and a half steps, and the half does not "
                "count.",
            ),
        ),
        hints=(
            "The transposed convolution reads what the convolution gives.",
            "Six rows, one of zeros on each side, a kernel of three and steps of two: how many "
            "places are there?",
        ),
        solution=_caption_solution,
    ),
    Question(
        name="transposed-overlap",
        title="How many copies lie here?",
        level=2,
        text=f"Lay down {OVERLAP_PIXELS} copies of a row of {OVERLAP.kernel[1]} ones, "
        f"{OVERLAP.strides[1]} places apart, as a transposed convolution of a row of "
        f"{OVERLAP_PIXELS} ones does. How many copies lie on each place? Write the row.",
        kind=Array(),
        answer=lambda: _copies(OVERLAP.strides[1]),
        mistakes=(
            Mistake(
                lambda: _copies(1),
                "You laid the copies one place apart. The stride says how far they are.",
            ),
            Mistake(
                lambda: _copies(OVERLAP.strides[1] + 1),
                f"You left {OVERLAP.strides[1]} zeros between the pixels. A stride of "
                f"{OVERLAP.strides[1]} leaves one fewer.",
            ),
            Mistake(
                lambda: _copies(OVERLAP.kernel[1]),
                "Your copies do not overlap. They are longer than the stride.",
            ),
            Mistake(
                lambda: np.minimum(_copies(OVERLAP.strides[1]), 1),
                "You marked which places are reached. How many copies lie on each?",
            ),
            Mistake(
                lambda: _copies(OVERLAP.strides[1], 2 * OVERLAP.strides[1]),
                f"Your kernel has {2 * OVERLAP.strides[1]} elements. That one would indeed lie "
                "evenly.",
            ),
        ),
        hints=(
            f"Write the copies one under the other, each {OVERLAP.strides[1]} places farther on, "
            "and count down the columns.",
            f"The first copy takes places 0 to {OVERLAP.kernel[1] - 1}, and the second begins at "
            f"place {OVERLAP.strides[1]}.",
        ),
        solution=_overlap_solution,
    ),
    Question(
        name="transposed-output-padding",
        title="Back to the size it was",
        level=3,
        text=f"A convolution with a kernel of {LEFT.kernel[0]}, a stride of {LEFT.strides[0]} and "
        f"a padding of {LEFT.border_mode[0][0]} read an image of {LEFT_SIZE} rows. Which output "
        f"padding leads back to {LEFT_SIZE}?",
        kind=Integer(),
        answer=lambda: LEFT.as_transposed(LEFT_SIZE).output_padding[0],
        mistakes=(
            Mistake(
                lambda: 0,
                "That leads back to the smallest size with this output. Which one is that?",
            ),
            Mistake(
                lambda: (LEFT_SIZE - LEFT.kernel[0]) % LEFT.strides[0],
                "You left the padding out.",
            ),
            Mistake(
                lambda: (
                    (LEFT_SIZE + LEFT.padding(LEFT_SIZE)[0][0] - LEFT.kernel[0]) % LEFT.strides[0]
                ),
                "You counted the padding once. It is on both sides.",
            ),
            Mistake(
                lambda: LEFT.input_sizes(LEFT.output_size(LEFT_SIZE)[0])[0][0],
                "That is the size without output padding. How much is missing?",
            ),
        ),
        hints=(
            "What does the floor of the convolution leave over?",
            "Divide i + 2p − k by the stride. The rest is what the output does not say.",
        ),
        solution=_left_solution,
    ),
    Question(
        name="transposed-code",
        title="Scatter it yourself",
        level=3,
        text="Write a function for the transposed convolution of one image with one kernel, both "
        "of two axes, with a stride and without padding. It belongs to a convolution, so the "
        "copies are flipped. On this page, try it on y and w below with a stride of 2.",
        given={"y": Y.T, "w": W},
        kind=Code(
            "transpose(y, w, s)",
            trials=lambda: [
                (Y.T, W, 2),
                (np.arange(6).reshape(2, 3), W[:2], 1),
                (Y, W[:, :2], 3),
            ],
        ),
        answer=_scatter,
        mistakes=(
            Mistake(
                _not_flipped,
                "Right for PyTorch and TensorFlow, whose layers do not flip. Here the copies are "
                "turned by 180 degrees.",
            ),
            Mistake(
                _overwritten,
                "Where two copies overlap, yours keeps the last one. They add up.",
            ),
            Mistake(
                _side_by_side,
                "Your copies lie side by side, whatever the stride is.",
            ),
            Mistake(
                lambda y, w, s: _scatter(y, w, s)[: s * len(y), : s * y.shape[1]],
                "Your result ends too soon: the last copy of the kernel reaches farther.",
            ),
        ),
        hints=(
            "How large must the result be? Begin with zeros.",
            "Loop over the pixels of y. The copy of pixel (i, j) begins at row i · s and column "
            "j · s.",
        ),
        solution=_code_solution,
    ),
)
