"""Questions about dilation."""

import numpy as np

from convdoc.conv import conv4d, correlate4d
from convdoc.exercises.plane import plane
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Question, Shape
from convdoc.network import Conv, Network
from convdoc.spec import ConvSpec

SAME = ConvSpec(kernel=3, dilation=6, border_mode="half")
SAME_SIZE = 33

BETWEEN = 2  # pixels between two elements, as some texts count a dilation
FROM_ZERO = ConvSpec(kernel=4, dilation=BETWEEN + 1)

LAYER = Conv(filters=16, size=3, strides=2, dilation=4)
LAYER_INPUT = (8, 3, 32, 32)

X = np.array([[1, 0, 2, 1, 0, 3],
              [0, 1, 0, 0, 2, 1],
              [3, 0, 1, 2, 0, 0],
              [1, 2, 0, 1, 0, 1],
              [0, 1, 2, 0, 3, 0],
              [2, 0, 0, 1, 1, 1]])  # fmt: skip
W = np.array([[1, 0, 2],
              [0, 0, 0],
              [3, 0, 0]])  # fmt: skip

APART = 2

KERNEL = np.array([[1, 2, 3],
                   [4, 5, 6]])  # fmt: skip
GAP = 2

STACKED = 3  # rows and columns of each kernel in a stack of layers
DOUBLED = (1, 2, 4, 8)
SPARSE = (2, 4)


def _stack(dilations):
    layers = [Conv(1, STACKED, border_mode="same", dilation=d) for d in dilations]
    return Network(layers).table((1, 1, 64, 64))


def _field(dilations):
    """Pixels along one axis that a stack of layers sees."""
    return _stack(dilations).rows[-1].receptive_field[0]


def _times_read(dilations):
    """How often one output of a stack of layers reads each pixel of its receptive field."""
    count, ones = np.ones((1, 1)), np.ones((STACKED, STACKED))
    for d in dilations:
        count = plane(conv4d, count, ones, "full", dilation=d, engine="numpy")
    return count.astype(int)


def _places(kernel, dilation):
    """Write where along an axis the elements of a kernel lie."""
    *others, last = (str(dilation * n) for n in range(kernel))
    return f"{', '.join(others)} and {last}"


def _never_read():
    return int((_times_read(SPARSE) == 0).sum())


def _with_holes(w, dilation):
    height, width = ConvSpec(w.shape, dilation=dilation).dilated_kernel
    kernel = np.zeros((height, width), w.dtype)
    kernel[::dilation, ::dilation] = w
    return kernel


def _same_solution():
    from convdoc.draw import stepper

    (k, _), (d, _), (spread, _) = SAME.kernel, SAME.dilation, SAME.dilated_kernel
    small, fewer = np.arange(25).reshape(5, 5), ConvSpec(k, dilation=2, border_mode="half")
    return [
        f"The kernel has {k} elements in a row and {k - 1} steps of {d} pixels between them, so it "
        f"covers {d} · {k - 1} + 1 = {spread} pixels. Without padding the output would be "
        f"{spread} − 1 = {spread - 1} pixels smaller. Half of these on each side make up for it: "
        f"{spread - 1} / 2 = {(spread - 1) // 2}.",
        SAME.relationship(SAME_SIZE)[0],
        f"On a smaller image, a dilation of {fewer.dilation[0]} takes "
        f"{fewer.padding(small.shape)[0][0]} zeros on each side:",
        stepper(small[None, None], np.ones((1, 1, k, k), int), "half", dilation=fewer.dilation),
    ]


def _from_zero_solution():
    k, d = FROM_ZERO.kernel[0], FROM_ZERO.dilation[0]
    column = np.zeros((FROM_ZERO.dilated_kernel[0], 1), int)
    column[::d] = 1
    return [
        f"{BETWEEN} pixels between two elements are {d} pixels from one to the next, and "
        f"frameworks call that a dilation of {d}. {k} elements have {k - 1} steps, and the last "
        f"element takes one pixel more: {d} · {k - 1} + 1 = {len(column)}. Where the elements lie:",
        column.T,
    ]


def _layer_result(spec):
    return LAYER_INPUT[0], LAYER.filters, *spec.output_size(LAYER_INPUT[2:])


def _rounded_up():
    sizes = zip(LAYER_INPUT[2:], LAYER.spec.dilated_kernel, LAYER.strides, strict=True)
    return tuple(-(-(size - spread) // stride) + 1 for size, spread, stride in sizes)


def _layer_solution():
    height, spec = LAYER_INPUT[2], LAYER.spec
    pairs = LAYER.size, LAYER.strides, LAYER.dilation, spec.dilated_kernel
    k, s, d, spread = (pair[0] for pair in pairs)
    left = height - spread
    return [
        f"The kernel covers {d} · ({k} − 1) + 1 = {spread} rows. They leave {height} − {spread} = "
        f"{left} rows to move over, in steps of {s}: {left // s} steps, and so {left // s + 1} "
        "places. Dilation changes nothing else: there is an image for each filter, and for each "
        "sample.",
        spec.relationship(height)[0],
        Network([LAYER]).table(LAYER_INPUT),
    ]


def _by_hand_solution():
    from convdoc.draw import stepper

    spec = ConvSpec(W.shape, dilation=APART)
    (rows, columns), (places, _) = spec.dilated_kernel, spec.output_size(X.shape)
    return [
        f"The kernel covers {rows} rows and {columns} columns, so there are {places} places along "
        "each axis. It is turned by 180 degrees before it is laid down, as in every convolution: "
        f"its {W[-1, 0]} then weighs a pixel of the first row that it reads, at the right. Step "
        "through:",
        stepper(X[None, None], W[None, None], "valid", dilation=APART),
    ]


def _doubled_solution():
    reach = [d * (STACKED - 1) for d in DOUBLED]
    return [
        f"Each layer adds what its kernel covers beyond one pixel, {STACKED - 1} times its "
        f"dilation: {', '.join(map(str, reach))}. With the pixel that you begin with, that is 1 + "
        f"{' + '.join(map(str, reach))} = {1 + sum(reach)}. In this table, the column for the "
        "receptive field counts along:",
        _stack(DOUBLED),
    ]


def _never_read_solution():
    count = _times_read(SPARSE)
    rows, side = int((count.sum(1) > 0).sum()), len(count)
    first, second = (_places(STACKED, d) for d in SPARSE)
    return [
        f"Along one axis, the second layer's output reads places {second} of what the first "
        f"gives, and each of those reads {first} farther on. Together these are the even places, "
        f"{rows} of {side}. A pixel is read where its row and its column both are, so {rows} · "
        f"{rows} = {rows**2} of {side} · {side} = {side**2} pixels are read, and {side**2} − "
        f"{rows**2} = {side**2 - rows**2} are not. How often each is read:",
        count,
    ]


def _holes_solution():
    return [
        "Make an array of zeros as large as the dilated kernel, d(k − 1) + 1 along each axis, and "
        "write the kernel into every d-th row and column of it: `out = np.zeros((d * (len(w) - 1) "
        "+ 1, d * (w.shape[1] - 1) + 1))`, then `out[::d, ::d] = w`. No zeros follow the last row "
        "or the last column.",
        _with_holes(KERNEL, GAP),
    ]


QUESTIONS = (
    Question(
        name="dilation-same-padding",
        title="As large as before",
        level=1,
        text=f"A kernel of {SAME.kernel[0]} with a dilation of {SAME.dilation[0]} moves over an "
        f"image of {SAME_SIZE} rows, with a stride of 1. How many rows of zeros does it take on "
        f"each side for the output to have {SAME_SIZE} rows too?",
        kind=Integer(),
        answer=lambda: SAME.padding(SAME_SIZE)[0][0],
        mistakes=(
            Mistake(
                lambda: SAME.kernel[0] // 2,
                "That is half of the contiguous kernel. How many rows does the dilated one cover?",
            ),
            Mistake(
                lambda: SAME.dilated_kernel[0] - 1,
                "That is what both sides need together.",
            ),
            Mistake(
                lambda: SAME.dilated_kernel[0],
                "That is how many rows the kernel covers. It asks for fewer zeros than that.",
            ),
            Mistake(
                lambda: SAME.dilation[0] - 1,
                "That is the number of rows between two elements.",
            ),
        ),
        hints=(
            "How many rows does the dilated kernel cover, and so how many are lost?",
            "It covers d(k − 1) + 1 rows. Without padding the output loses one row less than that. "
            "Share the loss out to both sides.",
        ),
        solution=_same_solution,
    ),
    Question(
        name="dilation-from-zero",
        title="A text that counts from 0",
        level=1,
        text="A text calls the contiguous kernel dilation 0, because no pixels lie between its "
        f"elements. It describes a kernel of {FROM_ZERO.kernel[0]} with dilation {BETWEEN}. How "
        "many rows does this kernel cover?",
        kind=Integer(),
        answer=lambda: FROM_ZERO.dilated_kernel[0],
        mistakes=(
            Mistake(
                lambda: ConvSpec(FROM_ZERO.kernel, dilation=BETWEEN).dilated_kernel[0],
                "You counted as frameworks do, from 1. This text counts the pixels between two "
                "elements.",
            ),
            Mistake(
                lambda: FROM_ZERO.kernel[0] * FROM_ZERO.dilation[0],
                "You gave every element a gap behind it. No gap follows the last.",
            ),
            Mistake(
                lambda: FROM_ZERO.dilation[0] * (FROM_ZERO.kernel[0] - 1),
                "These are the steps from the first element to the last. Count the pixels instead.",
            ),
            Mistake(
                lambda: FROM_ZERO.kernel[0] + BETWEEN,
                "You put one gap into the whole kernel. There is one between any two neighbours.",
            ),
        ),
        hints=(
            "Draw the elements as crosses in a row and put the gaps between them.",
            f"{FROM_ZERO.kernel[0]} elements have {FROM_ZERO.kernel[0] - 1} gaps between them, and "
            f"each gap is {BETWEEN} pixels long.",
        ),
        solution=_from_zero_solution,
    ),
    Question(
        name="dilation-shape",
        title="Dilation and stride together",
        level=2,
        text=f"A layer has {LAYER.filters} filters of {LAYER.size[0]}×{LAYER.size[1]} with a "
        f"dilation of {LAYER.dilation[0]} and a stride of {LAYER.strides[0]}, and pads nothing. "
        f"It reads an array of shape {LAYER_INPUT}. What shape has its result?",
        kind=Shape(),
        answer=lambda: Network([LAYER]).table(LAYER_INPUT).rows[-1].shape,
        mistakes=(
            Mistake(
                lambda: _layer_result(ConvSpec(LAYER.size, LAYER.strides)),
                f"You left the dilation out: the kernel covers more than its {LAYER.size[0]} rows.",
            ),
            Mistake(
                lambda: _layer_result(ConvSpec(LAYER.size, dilation=LAYER.dilation)),
                "You left the stride out.",
            ),
            Mistake(
                lambda: (*_layer_result(LAYER.spec)[:2], *_rounded_up()),
                "You rounded up. A window that does not fit is not computed.",
            ),
            Mistake(
                lambda: _layer_result(
                    ConvSpec(np.multiply(LAYER.size, LAYER.dilation), LAYER.strides)
                ),
                "Did you forget the window's first place? The division counts steps, and there "
                "is one place more. Or did you count a gap behind the last element of the "
                "kernel? There is none.",
            ),
            Mistake(
                lambda: tuple(_layer_result(LAYER.spec)[axis] for axis in (0, 2, 3, 1)),
                "Right numbers, but here the filters stand before height and width.",
            ),
            Mistake(
                lambda: (*LAYER_INPUT[:2], *_layer_result(LAYER.spec)[2:]),
                "The channels of the input are added up. What does the second axis of a result "
                "count?",
            ),
        ),
        hints=(
            "How many rows does the dilated kernel cover? Then use the formula with the stride.",
            "It covers d(k − 1) + 1 rows. Subtract that from the image's, divide by the stride, "
            "round down and add one.",
        ),
        solution=_layer_solution,
    ),
    Question(
        name="dilation-by-hand",
        title="Four numbers by hand",
        level=2,
        text=f"Convolve x with W, with a dilation of {APART} and without padding. It is a "
        "convolution, so the kernel is flipped.",
        given={"x": X, "W": W},
        kind=Array(),
        answer=lambda: plane(conv4d, X, W, "valid", dilation=APART),
        mistakes=(
            Mistake(
                lambda: plane(correlate4d, X, W, "valid", dilation=APART),
                "You did not flip the kernel. That is the cross-correlation.",
            ),
            Mistake(
                lambda: plane(conv4d, X, W, "valid"),
                f"You left the dilation out: the kernel's elements lie {APART} pixels apart.",
            ),
            Mistake(
                lambda: plane(conv4d, X, W, "valid", strides=APART),
                f"You moved the window in steps of {APART}. That is a stride. A dilation moves the "
                "elements of the kernel apart, and the window still goes on by one pixel.",
            ),
            Mistake(
                lambda: plane(conv4d, X, np.rot90(W), "valid", dilation=APART),
                "You turned the kernel by a quarter. A flip is half a turn: the first element "
                "becomes the last.",
            ),
        ),
        hints=(
            f"Turn the kernel by 180 degrees. Which pixels lie under its {np.count_nonzero(W)} "
            "elements that are not zero?",
            f"For the first number the kernel lies on rows and columns {_places(len(W), APART)}. "
            f"Turned, its {W[-1, 0]} lies on row 0, column {(len(W) - 1) * APART}.",
        ),
        solution=_by_hand_solution,
    ),
    Question(
        name="dilation-doubled",
        title="Four layers, doubled each time",
        level=2,
        text=f"{len(DOUBLED)} layers with kernels of {STACKED}×{STACKED} follow each other, with "
        f"dilations of "
        f"{', '.join(map(str, DOUBLED))} and a stride of 1. How many pixels across is the "
        "receptive field of one output of the last?",
        kind=Integer(),
        answer=lambda: _field(DOUBLED),
        mistakes=(
            Mistake(
                lambda: _field((1,) * len(DOUBLED)),
                "You left the dilations out.",
            ),
            Mistake(
                lambda: _field(DOUBLED) - 1,
                "You added up what the layers add, and left out the pixel that you begin with.",
            ),
            Mistake(
                lambda: 1 + sum(DOUBLED),
                "You went to one side only. The kernel reaches as far to the other.",
            ),
            Mistake(
                lambda: sum(ConvSpec(STACKED, dilation=d).dilated_kernel[0] for d in DOUBLED),
                "You added up what the kernels cover. Neighbouring layers share one pixel each: "
                "count what each layer adds.",
            ),
            Mistake(
                lambda: ConvSpec(STACKED, dilation=DOUBLED[-1]).dilated_kernel[0],
                "That is what the last layer sees of the layer before it. What do those see?",
            ),
            Mistake(
                lambda: _field(DOUBLED[1:]),
                "You began with the second layer. The first one adds something too.",
            ),
        ),
        hints=(
            "Begin with one pixel. What does each layer add?",
            "A layer adds as many pixels as its kernel covers beyond one: d(k − 1).",
        ),
        solution=_doubled_solution,
    ),
    Question(
        name="dilation-never-read",
        title="What two layers never read",
        level=3,
        text=f"Two layers with kernels of {STACKED}×{STACKED} follow each other, with dilations of "
        f"{SPARSE[0]} and {SPARSE[1]}. How many pixels of its receptive field does one output "
        "never read?",
        kind=Integer(),
        answer=_never_read,
        mistakes=(
            Mistake(
                lambda: int((_times_read(SPARSE) > 0).sum()),
                "That is how many it reads.",
            ),
            Mistake(
                lambda: (_field(SPARSE) // 2) ** 2,
                "You counted those pixels whose row and whose column are left out. Either is "
                "enough for a pixel not to be read.",
            ),
            Mistake(
                lambda: _field(SPARSE) // 2,
                "You counted along one axis. The field has two.",
            ),
            Mistake(
                lambda: _field(SPARSE) ** 2 - len(SPARSE) * STACKED**2,
                f"You took away the weights, {STACKED**2} in each layer. Each weight of the second "
                f"layer reads through all {STACKED**2} of the first.",
            ),
            Mistake(
                lambda: _field(SPARSE) ** 2 - (STACKED**2) ** len(SPARSE),
                "You took every way through the two kernels for another pixel. Some ways end at "
                "the same one.",
            ),
        ),
        hints=(
            "Look at one axis first. Which places does an output read, through both layers?",
            f"The second layer reads places {_places(STACKED, SPARSE[1])} of the first layer's "
            f"result. Each of them reads {_places(STACKED, SPARSE[0])} farther on.",
        ),
        solution=_never_read_solution,
    ),
    Question(
        name="dilation-holes",
        title="Put the holes in",
        level=3,
        text="Write a function that puts the holes into a kernel: it takes an array of two axes "
        "and a dilation, and gives the smallest kernel with which a contiguous convolution does "
        f"what the dilated one does. On this page, try it on the w below with a dilation of {GAP}.",
        given={"w": KERNEL},
        kind=Code("holes(w, d)", trials=lambda: [(KERNEL, GAP), (KERNEL.T, 3), (KERNEL, 1)]),
        answer=_with_holes,
        mistakes=(
            Mistake(
                lambda w, d: np.repeat(np.repeat(w, d, 0), d, 1),
                "Your kernel repeats its elements. Between them there should be nothing to read.",
            ),
            Mistake(
                lambda w, d: np.kron(w, np.eye(1, d * d, dtype=int).reshape(d, d)),
                "There are rows or columns of zeros behind the last element. The kernel would "
                "cover more than it reads.",
            ),
            Mistake(
                lambda w, d: _with_holes(w, d + 1),
                "You put d zeros between two elements. A dilation is the way from one to the next, "
                "and 1 puts none.",
            ),
            Mistake(
                lambda w, d: _with_holes(w[::-1, ::-1], d),
                "You flipped the kernel. The convolution does that itself.",
            ),
            Mistake(
                lambda w, d: w[::d, ::d],
                "You took elements out. A dilation keeps all of them and moves them apart.",
            ),
        ),
        hints=(
            "How many rows and columns has the kernel once it is dilated?",
            "Begin with zeros of d(k − 1) + 1 rows and columns, and assign to a slice with a step.",
        ),
        solution=_holes_solution,
    ),
)
