"""Questions about padding."""

import math

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d
from convdoc.exercises.plane import plane
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Question, Shape
from convdoc.spec import ConvSpec

VALID = ConvSpec(kernel=3)
VALID_SIZE = 100

# The example of the sliding window.
INK = np.array([[1, 1, 1, 0, 0],
                [0, 1, 1, 1, 0],
                [0, 0, 1, 1, 1],
                [0, 0, 1, 1, 0],
                [0, 1, 1, 0, 0]])  # fmt: skip
CROSS = np.array([[1, 0, 1],
                  [0, 1, 0],
                  [1, 0, 1]])  # fmt: skip

TWICE = ConvSpec(kernel=5, border_mode=3)
TWICE_SIZE = 28

READ = ConvSpec(kernel=3, border_mode="same")
READ_SIZE = (4, 5)

EVEN = ConvSpec(kernel=8, border_mode="half")
EVEN_SIZE = 28

UNEVEN_X, UNEVEN_W = (2, 3, 6, 8), (5, 3, 3, 4)
UNEVEN_SIDES = ((2, 0), (1, 3))

MEAN = 3
BLUR = np.full((MEAN, MEAN), 1 / MEAN**2)
DOTS = np.array([[90, 72, 90, 81, 90],
                 [54, 18, 90, 27, 90],
                 [90, 90, 36, 90, 63],
                 [9, 90, 45, 90, 90]])  # fmt: skip
RAMP = np.arange(1.0, 31).reshape(6, 5) ** 2

SAME_SIZE, SAME_KERNEL, SAME_STRIDE = 13, 8, 5


def _size(size, spec):
    return spec.output_size(size)[0]


def _valid_solution():
    from convdoc.draw import stepper

    (k, _), o, small = VALID.kernel, _size(VALID_SIZE, VALID), np.arange(36).reshape(1, 1, 6, 6)
    return [
        f"The window's first row can be row 0, and it can be row {o - 1} at most, for it needs "
        f"{k - 1} more below it and the last row is {VALID_SIZE - 1}. From 0 to {o - 1} there are "
        f"{o} places: {VALID_SIZE} − {k} + 1. One row is lost at the top and one at the bottom.",
        VALID.relationship(VALID_SIZE)[0],
        "The same on a smaller image, where you can count the places:",
        stepper(small, np.ones((1, 1, k, k), int), "valid"),
    ]


def _same_border_solution():
    from convdoc.draw import stepper

    inner, same = (
        plane(conv4d, INK, CROSS, "valid").astype(int),
        plane(conv4d, INK, CROSS, "same").astype(int),
    )
    return [
        "A frame of zeros, one pixel wide, lets the window be centred on every pixel. In the "
        f"corner it lies on four pixels of the image, and its sum is {same[0, 0]}. Step through "
        "all of them:",
        stepper(INK[None, None], CROSS[None, None], "same"),
        f"The {inner.size} numbers in the middle are those of the valid convolution; their windows "
        "read no padding. What is new is the rim:",
        inner,
    ]


def _twice_solution():
    from convdoc.draw import stepper

    (k, _), (p, _), o = TWICE.kernel, TWICE.border_mode[0], _size(TWICE_SIZE, TWICE)
    small = np.arange(1, 5).reshape(1, 1, 4, 1)
    return [
        f"With {p} zeros at the top and {p} at the bottom there are {TWICE_SIZE} + {2 * p} = "
        f"{TWICE_SIZE + 2 * p} rows, and the window has {TWICE_SIZE + 2 * p} − {k} + 1 = {o} "
        "places among them.",
        TWICE.relationship(TWICE_SIZE)[0],
        f"The same with {small.size} rows:",
        stepper(small, np.ones((1, 1, k, 1), int), border_mode=((p, p), (0, 0))),
    ]


def _windows(spec):
    """How many windows read each pixel."""
    counts = np.zeros(READ_SIZE, int)
    for i, j in np.ndindex(READ_SIZE):
        rows, columns = spec.reached_by(i, j, READ_SIZE)
        counts[i, j] = len(rows) * len(columns)
    return counts


def _read_solution():
    from convdoc.draw import stepper

    (height, width), (k, _), counts = READ_SIZE, READ.kernel, _windows(READ)
    return [
        "Along one axis, a pixel is read by the windows centred on it and on its neighbours. At "
        "the end of the axis one neighbour is missing, so "
        f"{len(READ.reached_by(0, 0, READ_SIZE)[0])} windows are left of {k}. Multiply both axes: "
        f"a corner is in {counts[0, 0]} windows, an edge in {counts[0, 1]}, the middle in "
        f"{counts[1, 1]}. Point at a pixel to see them:",
        stepper(np.ones((1, 1, height, width), int), np.ones((1, 1, k, k), int), "same"),
        "Here the image and the kernel hold ones, and the output counts too: how many pixels each "
        "window reads. With a centred kernel both counts are equal.",
    ]


def _even_solution():
    (k, _), ((p, _), _) = EVEN.kernel, EVEN.padding(EVEN_SIZE)
    odd = ConvSpec(k - 1, border_mode="half")
    return [
        f"Half of the kernel is ⌊{k} / 2⌋ = {p} zeros on each side, so there are {EVEN_SIZE} + "
        f"{2 * p} rows, and the window has {EVEN_SIZE} + {2 * p} − {k} + 1 = "
        f"{_size(EVEN_SIZE, EVEN)} places. An even kernel needs {k - 1} zeros to keep the size, "
        f"and half padding gives it {2 * p}.",
        EVEN.relationship(EVEN_SIZE)[0],
        f"An odd kernel, say of {k - 1}, needs {k - 2}, and half padding gives it those:",
        odd.relationship(EVEN_SIZE)[0],
    ]


def _uneven(sides):
    """The shape of the output with these sides."""
    spec = ConvSpec(UNEVEN_W[2:], border_mode=sides)
    return (UNEVEN_X[0], UNEVEN_W[0], *spec.output_size(UNEVEN_X[2:]))


def _uneven_solution():
    from convdoc.draw import stepper

    (top, bottom), (left, right) = UNEVEN_SIDES
    (height, width), (kh, kw) = UNEVEN_X[2:], UNEVEN_W[2:]
    spec = ConvSpec((kh, kw), border_mode=UNEVEN_SIDES)
    rows, columns = spec.output_size((height, width))
    x = np.arange(height * width).reshape(1, 1, height, width)
    return [
        f"Rows: {top} zeros above and {bottom} below make {height} + {top + bottom} = "
        f"{height + top + bottom}, and a kernel of {kh} leaves {rows} places. "
        f"Columns: {left} on the left and {right} on the right make {width} + {left + right} = "
        f"{width + left + right}, and a kernel of {kw} leaves {columns} places.",
        *spec.relationship((height, width)),
        f"Samples stay, {UNEVEN_X[0]}, and each of the {UNEVEN_W[0]} filters gives an image. One "
        "sample, one channel, and one filter:",
        stepper(x, np.ones((1, 1, kh, kw), int), border_mode=UNEVEN_SIDES),
    ]


def blur(x: Numbers) -> Numbers:
    """Average 3×3 pixels, those of the border repeated outwards."""
    return _blur_padded(x, "edge")


def _blur_padded(x, mode):
    return plane(conv4d, np.pad(x, MEAN // 2, mode=mode), BLUR, "valid")


def _blur_with_zeros(x):
    return plane(conv4d, x, BLUR, "same")


def _blur_valid(x):
    return plane(conv4d, x, BLUR, "valid")


def _blur_twice_padded(x):
    return plane(conv4d, np.pad(x, MEAN // 2, mode="edge"), BLUR, "same")


def _blur_reflected(x):
    return _blur_padded(x, "reflect")


def _blur_around(x):
    return _blur_padded(x, "wrap")


def _summed(x):
    return BLUR.size * blur(x)


def _blur_solution():
    padded = np.pad(DOTS, MEAN // 2, mode="edge")
    return [
        "Put the missing pixels there yourself, and then let no window leave the padded image: "
        f'`conv4d(np.pad(x, {MEAN // 2}, mode="edge")[None, None], mean, "valid")[0, 0]`, where '
        f"`mean` is a kernel of {MEAN}×{MEAN} that holds 1 / {BLUR.size} everywhere. The first "
        "trial, padded:",
        padded,
        f"It is {padded.shape[0]}×{padded.shape[1]}, so the result has the image's size again. The "
        "corner is now the mean of pixels alone, and no zero is in it:",
        blur(DOTS),
    ]


def _pads(mode):
    return ConvSpec(SAME_KERNEL, SAME_STRIDE, mode).padding(SAME_SIZE)[0]


def _same_solution():
    from convdoc.draw import stepper

    n, k, s = SAME_SIZE, SAME_KERNEL, SAME_STRIDE
    o, total = -(-n // s), sum(_pads("same_upper"))
    x = np.arange(1, n + 1).reshape(1, 1, 1, n)
    w = np.array([1] + [0] * (k - 2) + [1]).reshape(1, 1, 1, k)
    return [
        f"TensorFlow asks for ⌈{n} / {s}⌉ = {o} windows. They begin {s} pixels apart and reach "
        f"over {o - 1} · {s} + {k} = {(o - 1) * s + k} pixels. There are {n}, so {total} zeros are "
        f"needed: {_pads('same_upper')[0]} before, and the rest, {_pads('same_upper')[1]}, behind. "
        "With a kernel that adds up the two ends of its window:",
        stepper(x, w, "same_upper", strides=(1, s)),
        f"Keras on Theano does not look at the stride and puts {k} // 2 = {_pads('same')[0]} "
        "before. As many outputs, and not one of them the same:",
        stepper(x, w, "same", strides=(1, s)),
    ]


MIRRORED = np.array([[1, 10, 100, 1000]])
FIVE = np.ones((1, 5))


def _summed_five(border):
    return plane(conv4d, MIRRORED, FIVE, "same", border=border)


def _mirror_solution():
    sides = {name: plane(conv4d, MIRRORED, np.ones((1, 1)), (0, 2), border=name).astype(int)
             for name in ("symmetric", "reflect")}  # fmt: skip
    return [
        "The filter reads two places beyond each end. `scipy.ndimage` mirrors the row at the edge "
        'of its last pixel, so that this pixel appears twice: our `"symmetric"`. The row with two '
        "places on each side:",
        sides["symmetric"],
        "Each sum is that of five neighbours in it:",
        _summed_five("symmetric"),
        "NumPy's and PyTorch's \"reflect\" mirrors at the last pixel itself, which appears once. "
        'SciPy calls that `"mirror"`:',
        sides["reflect"],
    ]


LOWER_SIZE, LOWER_KERNEL, LOWER_STRIDE = 15, 8, 4


def _lower_pads(mode):
    return np.array(ConvSpec(LOWER_KERNEL, LOWER_STRIDE, mode).padding(LOWER_SIZE)[0])


def _pads_of_windows(o):
    """What `o` windows lack, the larger half before the row."""
    total = (o - 1) * LOWER_STRIDE + LOWER_KERNEL - LOWER_SIZE
    return np.array([total - total // 2, total // 2])


def _lower_solution():
    from convdoc.draw import stepper

    n, k, s, (before, behind) = LOWER_SIZE, LOWER_KERNEL, LOWER_STRIDE, _lower_pads("same_lower")
    o, total = -(-n // s), before + behind
    x = np.arange(1, n + 1).reshape(1, 1, 1, n)
    w = np.array([1] + [0] * (k - 2) + [1]).reshape(1, 1, 1, k)
    return [
        f"There are ⌈{n} / {s}⌉ = {o} windows. They reach over {o - 1} · {s} + {k} = "
        f"{(o - 1) * s + k} pixels, so {total} zeros are needed. Half of {total}, rounded up, goes "
        f"before the row: {before}. The other {behind} go behind it. With a kernel that adds up "
        "the two ends of its window:",
        stepper(x, w, "same_lower", strides=(1, s)),
    ]


QUESTIONS = (
    Question(
        name="padding-valid",
        title="What the border costs",
        level=1,
        text=f"An image of {VALID_SIZE}×{VALID_SIZE} pixels is convolved with a kernel of "
        f'{VALID.kernel[0]}×{VALID.kernel[1]} under `"valid"`. How many rows has the result?',
        kind=Integer(),
        answer=lambda: _size(VALID_SIZE, VALID),
        mistakes=(
            Mistake(
                lambda: VALID_SIZE - 1,
                f"{VALID_SIZE - 1} is {VALID_SIZE} − 1. Each side loses a row, the top and the "
                "bottom.",
            ),
            Mistake(
                lambda: VALID_SIZE - VALID.kernel[0],
                "You took away the whole kernel. That is how far the window can move, and it has "
                "one place more than it makes moves.",
            ),
            Mistake(
                lambda: VALID_SIZE,
                'That is `"same"`, which puts zeros around the image. `"valid"` does not.',
            ),
            Mistake(
                lambda: _size(VALID_SIZE, ConvSpec(VALID.kernel, border_mode="full")),
                'You added what `"full"` adds. Under `"valid"` the image loses rows.',
            ),
            Mistake(
                lambda: _size(VALID_SIZE, VALID) ** 2,
                "That is how many numbers the result has. Count its rows alone.",
            ),
        ),
        hints=(
            "Which rows of the image can the window's first row be?",
            "The first is row 0. For the last, the window's last row is the last of the image.",
        ),
        solution=_valid_solution,
    ),
    Question(
        name="same-border",
        title="The sliding window, padded",
        level=1,
        text="This is the image and the kernel of the example of the sliding window, where "
        '`border_mode="valid"` gives nine numbers. Change it to `"same"`. What does '
        '`conv4d(x, W, border_mode="same")` give?',
        given={"x": INK, "W": CROSS},
        kind=Array(),
        answer=lambda: plane(conv4d, INK, CROSS, "same"),
        mistakes=(
            Mistake(
                lambda: plane(conv4d, INK, CROSS, "valid"),
                'That is the result under `"valid"`. With `"same"` the window may hang over the '
                "border, and the result is as large as the image.",
            ),
            Mistake(
                lambda: np.pad(plane(conv4d, INK, CROSS, "valid"), 1),
                "You put zeros around the result. They go around the image, before the window "
                "slides: a window on the border still sees some pixels.",
            ),
            Mistake(
                lambda: plane(conv4d, INK, CROSS, "full"),
                'That is `"full"`: so many zeros that a window may touch the image with one corner.'
                ' `"same"` puts fewer of them.',
            ),
            Mistake(
                lambda: plane(conv4d, np.pad(INK, 1, mode="edge"), CROSS, "valid"),
                'You repeated the pixels of the border outwards. Under `"same"`, what lies outside '
                "is zero.",
            ),
            Mistake(
                lambda: INK,
                "That is the image. The result is as large, but its numbers are sums.",
            ),
        ),
        hints=(
            "What lies under the window when it is centred on the corner of the image?",
            "Draw a frame of zeros around the image, one pixel wide, and slide the kernel over "
            "all of it. The nine numbers in the middle are those you know.",
        ),
        solution=_same_border_solution,
    ),
    Question(
        name="padding-twice",
        title="Zeros on both sides",
        level=1,
        text=f"An image of {TWICE_SIZE} rows, a kernel of {TWICE.kernel[0]}, and a padding of "
        f"{TWICE.border_mode[0][0]}. How many rows has the output?",
        kind=Integer(),
        answer=lambda: _size(TWICE_SIZE, TWICE),
        mistakes=(
            Mistake(
                lambda: _size(TWICE_SIZE, TWICE) - TWICE.padding(TWICE_SIZE)[0][0],
                "You counted the padding once. So many rows are put at the top, and as many at the "
                "bottom.",
            ),
            Mistake(
                lambda: _size(TWICE_SIZE, TWICE) - 1,
                "You forgot the window's first place. There is one place more than there are "
                "moves.",
            ),
            Mistake(
                lambda: _size(TWICE_SIZE, ConvSpec(TWICE.kernel)),
                "You left the padding out.",
            ),
            Mistake(
                lambda: TWICE_SIZE,
                "The size stays only if the padding is half of the kernel. Is it?",
            ),
            Mistake(
                lambda: TWICE_SIZE + 2 * TWICE.padding(TWICE_SIZE)[0][0],
                "That is the padded image. Now the kernel has to fit into it.",
            ),
        ),
        hints=(
            "How many rows has the image once it is padded?",
            "i + 2p rows, of which the window takes k. How many places does that leave it?",
        ),
        solution=_twice_solution,
    ),
    Question(
        name="padding-reads",
        title="Who reads the corner?",
        level=2,
        text=f"A kernel of {READ.kernel[0]}×{READ.kernel[1]} slides over an image of "
        f'{READ_SIZE[0]} rows and {READ_SIZE[1]} columns, under `"same"`. For each pixel, how many '
        "windows read it? Write an array of the image's shape.",
        kind=Array(),
        answer=lambda: _windows(READ),
        mistakes=(
            Mistake(
                lambda: _windows(ConvSpec(READ.kernel)),
                'That is the count under `"valid"`, where no window hangs over the border.',
            ),
            Mistake(
                lambda: _windows(ConvSpec(READ.kernel, border_mode="full")),
                "Nine windows would read every pixel if the window could stand anywhere. Under "
                '`"same"` it is never centred beyond the border.',
            ),
            Mistake(
                lambda: math.prod(READ.kernel) - _windows(READ),
                "You counted the zeros in the window that is centred on each pixel. Count windows.",
            ),
            Mistake(
                lambda: np.ones(READ_SIZE, int),
                "One window is centred on each pixel. Others read it too.",
            ),
        ),
        hints=(
            "On which pixels is a window centred that reads the corner?",
            "On the corner, its two neighbours, and the pixel between these. Go on with an edge.",
        ),
        solution=_read_solution,
    ),
    Question(
        name="padding-even",
        title="Half of an even kernel",
        level=2,
        text=f"A kernel of {EVEN.kernel[0]} rows slides over an image of {EVEN_SIZE} rows. "
        'Theano\'s `border_mode="half"` puts half a kernel of zeros on each side. How many rows '
        "has the output?",
        kind=Integer(),
        answer=lambda: _size(EVEN_SIZE, EVEN),
        mistakes=(
            Mistake(
                lambda: EVEN_SIZE,
                "Half padding keeps the size only if the kernel is odd, and this one is even. "
                "If you worked it out: did you forget the window's first place, the + 1?",
            ),
            Mistake(
                lambda: _size(
                    EVEN_SIZE, ConvSpec(EVEN.kernel, border_mode=(EVEN.kernel[0] - 1) // 2)
                ),
                "You took half of k − 1. Half a kernel is k divided by 2, rounded down.",
            ),
            Mistake(
                lambda: _size(EVEN_SIZE, EVEN) - EVEN.kernel[0] // 2,
                "You counted the padding once. It is put on both sides.",
            ),
            Mistake(
                lambda: _size(EVEN_SIZE, ConvSpec(EVEN.kernel)),
                "You left the padding out.",
            ),
            Mistake(
                lambda: _size(EVEN_SIZE, ConvSpec(EVEN.kernel, border_mode=EVEN.kernel[0])),
                "You put a whole kernel on each side. Half of it is meant.",
            ),
        ),
        hints=(
            "How many zeros are half of this kernel?",
            "Put them into i + 2p − k + 1. Do not assume that the size stays.",
        ),
        solution=_even_solution,
    ),
    Question(
        name="padding-uneven",
        title="Four sides",
        level=2,
        text=f"x has the shape {UNEVEN_X}, W has the shape {UNEVEN_W}, and `border_mode` is "
        f"{UNEVEN_SIDES}. What is the shape of y?",
        kind=Shape(),
        answer=lambda: _uneven(UNEVEN_SIDES),
        mistakes=(
            Mistake(
                lambda: _uneven(tuple(zip(*UNEVEN_SIDES, strict=True))),
                "You read it as ((top, left), (bottom, right)). The first pair is the vertical "
                "one: (top, bottom).",
            ),
            Mistake(
                lambda: _uneven(UNEVEN_SIDES[::-1]),
                "You took the first pair for the columns. As everywhere here, vertical comes "
                "first.",
            ),
            Mistake(
                lambda: _uneven(tuple((first, 0) for first, _ in UNEVEN_SIDES)),
                "You counted only the first number of each pair. Both sides count.",
            ),
            Mistake(
                lambda: _uneven("valid"),
                "You left the padding out.",
            ),
            Mistake(
                lambda: (UNEVEN_X[0], UNEVEN_X[1], *_uneven(UNEVEN_SIDES)[2:]),
                "Height and width are right. The second axis of y counts filters, not channels.",
            ),
            Mistake(
                lambda: (UNEVEN_X[0], *_uneven(UNEVEN_SIDES)[2:], UNEVEN_W[0]),
                "The numbers are right, and channels-last. Here the filters come second.",
            ),
        ),
        hints=(
            "The pairs are (top, bottom) and (left, right). How large is the padded image?",
            "Along each axis, add both sides to the size, take away the kernel, and add one. Then "
            "ask what the first two axes of y count.",
        ),
        solution=_uneven_solution,
    ),
    Question(
        name="padding-blur",
        title="A blur without a dark rim",
        level=3,
        text=f"Write a function that blurs a grey image with a mean of {MEAN}×{MEAN} pixels and "
        "keeps its size. Where the window hangs over the border, it is to read the nearest pixel "
        "of the image in place of a zero. The image is an array of two axes, and so is the result.",
        given={"x": DOTS},
        kind=Code("blur(x)", lambda: [(DOTS,), (RAMP,)]),
        answer=blur,
        mistakes=(
            Mistake(
                _blur_with_zeros,
                "Yours reads zeros beyond the border: the rim is too dark. Pad the image before "
                "you convolve.",
            ),
            Mistake(
                _blur_valid,
                "Yours loses the border. Pad the image by as much as the convolution takes away.",
            ),
            Mistake(
                _blur_twice_padded,
                "Yours is padded twice, by you and by the convolution, so it grew. Once the image "
                "is padded, no window need leave it.",
            ),
            Mistake(
                _blur_reflected,
                "Yours mirrors the image at its outermost pixel, so it reads the pixel next to it. "
                "The nearest pixel is the outermost itself.",
            ),
            Mistake(
                _blur_around,
                "Yours goes on at the opposite side of the image. That is what a convolution by "
                "FFT does if nothing is padded.",
            ),
            Mistake(
                _summed,
                "Yours adds up. A mean divides by the number of pixels in the window.",
            ),
        ),
        hints=(
            "`np.pad` has modes. Which one repeats the outermost pixels?",
            'Pad by one pixel with `mode="edge"`, and convolve what you get under `"valid"`.',
        ),
        solution=_blur_solution,
    ),
    Question(
        name="padding-same-tensorflow",
        title="Two kinds of same",
        level=3,
        text=f"A row of {SAME_SIZE} pixels, a kernel of {SAME_KERNEL}, a stride of {SAME_STRIDE}. "
        "How many zeros does TensorFlow put before the row and behind it, with "
        "`padding='SAME'`? Write [before, behind].",
        kind=Array(),
        answer=lambda: np.array(_pads("same_upper")),
        mistakes=(
            Mistake(
                lambda: np.array(_pads("same")),
                "That is Keras on Theano, which pads as if the stride were 1. TensorFlow pads only "
                "as many zeros as its windows need.",
            ),
            Mistake(
                lambda: np.array(_pads("same_upper")[::-1]),
                "The sum is right. On which side does TensorFlow put an odd zero?",
            ),
            Mistake(
                lambda: np.array(ConvSpec(SAME_KERNEL, 1, "same_upper").padding(SAME_SIZE)[0]),
                "That is TensorFlow's padding for a stride of 1. It takes the stride into account.",
            ),
            Mistake(
                lambda: np.array(_pads("half")),
                'That is half a kernel on both sides, Theano\'s `"half"`.',
            ),
            Mistake(
                lambda: np.array(_pads("full")),
                "That is full padding: every window that touches the row.",
            ),
        ),
        hints=(
            f"How many windows does a stride of {SAME_STRIDE} ask for, and over how many pixels do "
            "they reach?",
            "⌈i / s⌉ windows reach over (o − 1)s + k pixels. What is missing to that is zeros, "
            "half of them before, rounded down.",
        ),
        solution=_same_solution,
    ),
    Question(
        name="padding-two-reflects",
        title="Two kinds of reflect",
        level=3,
        text="The default border of `scipy.ndimage` is called `reflect`. What does "
        '`scipy.ndimage.correlate1d(x, np.ones(5), mode="reflect")` give for this row? It adds up '
        "five neighbours and keeps the size.",
        given={"x": MIRRORED},
        kind=Array(),
        answer=lambda: _summed_five("symmetric"),
        mistakes=(
            Mistake(
                lambda: _summed_five("reflect"),
                "That is `reflect` of NumPy and PyTorch, where the last pixel appears once. SciPy "
                "mirrors at another place.",
            ),
            Mistake(
                lambda: _summed_five("zeros"),
                "You took zeros beyond the ends. `reflect` puts pixels there.",
            ),
            Mistake(
                lambda: _summed_five("replicate"),
                "You repeated the last pixel twice. SciPy calls that `nearest`.",
            ),
            Mistake(
                lambda: _summed_five("circular"),
                "You continued at the other end of the row. SciPy calls that `wrap`.",
            ),
        ),
        hints=(
            "Write the row with two more places on each side. What does SciPy put there?",
            "Its mirror lies on the edge of the last pixel: 100 1000 | 1000 100.",
        ),
        solution=_mirror_solution,
    ),
    Question(
        name="padding-same-lower",
        title="The odd zero before",
        level=3,
        text=f"A row of {LOWER_SIZE} pixels, a kernel of {LOWER_KERNEL}, a stride of "
        f"{LOWER_STRIDE}. How many zeros does ONNX put before the row and behind it, with "
        '`auto_pad="SAME_LOWER"`? Write [before, behind].',
        kind=Array(),
        answer=lambda: _lower_pads("same_lower"),
        mistakes=(
            Mistake(
                lambda: _lower_pads("same_upper"),
                "That is `SAME_UPPER`. The sum is right; on which side is the odd zero?",
            ),
            Mistake(
                lambda: _lower_pads("same"),
                "That is the padding for a stride of 1, and Keras on Theano's. ONNX takes the "
                "stride into account.",
            ),
            Mistake(
                lambda: _pads_of_windows(LOWER_SIZE // LOWER_STRIDE),
                "You rounded the number of windows down. ONNX rounds it up.",
            ),
            Mistake(
                lambda: _lower_pads("half"),
                "That is half a kernel on both sides.",
            ),
            Mistake(
                lambda: _lower_pads("full"),
                "That is full padding: every window that touches the row.",
            ),
        ),
        hints=(
            f"How many windows does a stride of {LOWER_STRIDE} ask for, and over how many pixels "
            "do they reach?",
            "⌈i / s⌉ windows reach over (o − 1)s + k pixels. What is missing to that is zeros, "
            "half of them before, rounded up.",
        ),
        solution=_lower_solution,
    ),
)
