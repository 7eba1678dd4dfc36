"""Questions about how arrays are laid out."""

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Question, Shape
from convdoc.spec import ConvSpec

SAMPLES, CHANNELS, HEIGHT, WIDTH = 10, 3, 48, 64
FILTERS, KERNEL = 16, (5, 7)

PIXELS = np.array([[[7, 1, 0], [6, 2, 9]],
                   [[5, 3, 8], [4, 4, 7]]])  # fmt: skip
GREEN, BLUE = 1, 2

TALL, WIDE, COLOURS = 120, 90, 3
BATCH = 8

GREY = (
    np.array([[9, 0, 0, 18],
              [0, 0, 27, 0],
              [0, 9, 0, 0]]),
    np.array([[0, 9, 9],
              [18, 0, 0],
              [0, 0, 9],
              [9, 0, 0]]),
)  # fmt: skip
MEAN = np.full((1, 1, 3, 3), 1 / 9)

NCHW, NHWC = "NCHW", "NHWC"
OF_KERAS = ("height", "width", "channels", "filters")
OURS = ("filters", "channels", "height", "width")

STORED = {"N": 2, "C": 3, "H": 4, "W": 5}
AT = {"N": 1, "C": 1, "H": 2, "W": 4}


def _kernel_solution():
    from convdoc.network import Conv, Network

    layer = Conv(FILTERS, KERNEL)
    return [
        f"Filters first: {FILTERS}. Each filter has one slice for each channel of the images: "
        f"{CHANNELS}. Then its own height and width, {KERNEL[0]} and {KERNEL[1]}. The number of "
        "samples and the size of the images do not appear. The table has the shape under "
        "“Kernel”:",
        Network([layer]).table((SAMPLES, CHANNELS, HEIGHT, WIDTH)),
    ]


def _result_shape():
    return SAMPLES, FILTERS, *ConvSpec(KERNEL).output_size((HEIGHT, WIDTH))


def _result_solution():
    (height, width), (rows, columns) = _result_shape()[2:], KERNEL
    return [
        f"One result for each sample, {SAMPLES}, and in it one image for each filter, {FILTERS}. "
        f"The channels are gone: each filter adds up what it reads in all {CHANNELS}. The height "
        f"is {HEIGHT} − {rows} + 1 = {height}, the width {WIDTH} − {columns} + 1 = {width}.",
        *ConvSpec(KERNEL).relationship((HEIGHT, WIDTH)),
    ]


def _green_solution():
    first = PIXELS[0, 0]
    return [
        "The last axis is the colour, so the innermost brackets hold the red, the green and the "
        f"blue of one pixel. The pixel in row 0, column 0 is {first[0]}, {first[1]}, {first[2]}, "
        f"and its green is {first[GREEN]}. In NumPy: `x[:, :, {GREEN}]`. Moved to the front, the "
        f"colour axis is the first, and the same plane is `x.transpose(2, 0, 1)[{GREEN}]`. All "
        "three planes, red, green, blue:",
        PIXELS.transpose(2, 0, 1),
    ]


def blur(photograph: Numbers) -> Numbers:
    """Average each pixel of a grey photograph with its eight neighbours."""
    x = photograph[None, None]
    return conv4d(x, MEAN, "same")[0, 0]


def _grey_solution():
    from convdoc.draw import stepper

    x, y = GREY[0], blur(GREY[0])
    return [
        "Both new axes stand in front: `x = photograph[None, None]`, of shape "
        f"{x[None, None].shape}. The kernel has one filter and one channel, `w = np.full((1, 1, 3, "
        "3), 1 / 9)`. Convolve, and take the two axes away again: `return conv4d(x, w, "
        '"same")[0, 0]`. The result in numbers:',
        y,
        "Step by step, with ones for weights, so that each sum is nine times the average:",
        stepper(x[None, None], np.ones((1, 1, 3, 3), int), "same"),
        "Given `skimage.data.camera() / 255`, it gives an array of the same shape.",
    ]


def _order(old, new):
    """For `transpose`: where in `old` each axis of `new` is."""
    return np.array([old.index(axis) for axis in new])


def _shape_of(order):
    return tuple((BATCH, TALL, WIDE, COLOURS)[axis] for axis in order)


def _to_nchw_solution():
    order = _order(NHWC, NCHW)
    return [
        "Ask of each new axis where it was. Samples stay at 0. Channels were at 3, height at 1, "
        f"width at 2: `x.transpose({', '.join(map(str, order))})`. So the shape is "
        f"{_shape_of(order)}: {TALL} is still the height. The order, as `transpose` takes it:",
        order,
    ]


def _keras_solution():
    order, w = _order(OF_KERAS, OURS), np.arange(2 * 2 * 1 * 3).reshape(2, 2, 1, 3)
    return [
        "Ask of each new axis where it was in Keras's kernel. "
        + " ".join(f"{name.capitalize()}: at {at}." for name, at in zip(OURS, order, strict=True))
        + f" A kernel of shape {w.shape} becomes one of shape {w.transpose(order).shape}: "
        f"{w.shape[3]} filters, each with one slice of {w.shape[0]}×{w.shape[1]}. Filter 0 holds "
        f"the numbers from 0 on, in steps of {w.shape[3]}.",
        w.transpose(order),
    ]


def _place(order, counted_from=0):
    """Where in memory the number is, if the axes are stored in this order."""
    at = tuple(AT[axis] for axis in order)
    return int(np.ravel_multi_index(at, tuple(STORED[axis] for axis in order))) + counted_from


def _place_solution():
    (n, c, h, w), (_, channels, height, width) = AT.values(), STORED.values()
    x = np.arange(np.prod([*STORED.values()])).reshape(*STORED.values())
    return [
        f"A sample is {channels} · {height} · {width} = {channels * height * width} numbers, a "
        f"channel {height} · {width} = {height * width}, a row {width}. Before the number lie {n} "
        f"whole sample, {c} whole channel, {h} whole rows and {w} numbers of its own row: {n} · "
        f"{channels * height * width} + {c} · {height * width} + {h} · {width} + {w} = "
        f"{_place(NCHW)}. Fill the array with 0, 1, 2 and so on, and channel {c} of sample {n} "
        "shows it:",
        x[n, c],
    ]


QUESTIONS = (
    Question(
        name="arrays-kernel",
        title="The shape of a kernel",
        level=1,
        text=f"A layer reads {SAMPLES} colour images of {HEIGHT} rows and {WIDTH} columns. It has "
        f"{FILTERS} filters of {KERNEL[0]} rows and {KERNEL[1]} columns. Which shape has its "
        "kernel array, in the order of this site?",
        kind=Shape(),
        answer=lambda: (FILTERS, CHANNELS, *KERNEL),
        mistakes=(
            Mistake(
                lambda: (*KERNEL, CHANNELS, FILTERS),
                "That is how Keras and TensorFlow store it. Here the filters come first and the "
                "kernel's plane last.",
            ),
            Mistake(
                lambda: (FILTERS, *KERNEL, CHANNELS),
                "You put the channels last, as in NHWC. Here they come before the plane, in "
                "kernels as in images.",
            ),
            Mistake(
                lambda: (CHANNELS, FILTERS, *KERNEL),
                "You exchanged filters and channels. Which of them counts whole kernels?",
            ),
            Mistake(
                lambda: (FILTERS, CHANNELS, *KERNEL[::-1]),
                "You wrote the width before the height. A row comes before a column.",
            ),
            Mistake(
                lambda: (FILTERS, *KERNEL),
                "You gave each filter one slice for all colours. It has one for each.",
            ),
            Mistake(
                lambda: (SAMPLES, CHANNELS, *KERNEL),
                "Your first axis counts the samples. All of them meet the same kernel; what does "
                "the layer have several of?",
            ),
        ),
        hints=(
            "Four axes. What does each of them count?",
            "How many filters are there, and how many channels does each of them read?",
        ),
        solution=_kernel_solution,
    ),
    Question(
        name="arrays-green",
        title="The green of a photograph",
        level=1,
        text=f"x is a photograph of {PIXELS.shape[0]} rows and {PIXELS.shape[1]} columns, stored "
        "as photographs are: height, width, colour, with red, green and blue in this order. Write "
        "its green plane, row under row.",
        given={"x": PIXELS},
        kind=Array(),
        answer=lambda: PIXELS[:, :, GREEN],
        mistakes=(
            Mistake(
                lambda: PIXELS.reshape(3, 2, 2)[GREEN],
                f"You took the middle {PIXELS[..., GREEN].size} numbers as they are printed. That "
                "is what `reshape` does, and they belong to several colours.",
            ),
            Mistake(
                lambda: PIXELS[GREEN],
                "That is row 1 of the photograph, in all colours.",
            ),
            Mistake(
                lambda: PIXELS[:, GREEN],
                "That is column 1 of the photograph, in all colours.",
            ),
            Mistake(
                lambda: PIXELS[:, :, BLUE],
                "That is the blue. Colours count from 0, and red is the first.",
            ),
            Mistake(
                lambda: PIXELS[:, :, GREEN].T,
                "These are the green numbers, with rows and columns exchanged.",
            ),
        ),
        hints=(
            "Which axis is the colour, and how long is it?",
            "The innermost brackets hold red, green and blue of one pixel. Take the green of each.",
        ),
        solution=_green_solution,
    ),
    Question(
        name="arrays-result",
        title="The shape of a result",
        level=2,
        text=f"{SAMPLES} colour images of {HEIGHT} rows and {WIDTH} columns are convolved with "
        f"{FILTERS} filters of {KERNEL[0]} rows and {KERNEL[1]} columns, under `valid`. Which "
        "shape has the result?",
        kind=Shape(),
        answer=_result_shape,
        mistakes=(
            Mistake(
                lambda: tuple(_result_shape()[axis] for axis in (0, 2, 3, 1)),
                "That is NHWC, channels last. On this site the filters come second, NCHW.",
            ),
            Mistake(
                lambda: (SAMPLES, CHANNELS, *_result_shape()[2:]),
                "You kept the channels of the images. Each filter adds up over them; what does the "
                "second axis of a result count?",
            ),
            Mistake(
                lambda: (SAMPLES, FILTERS * CHANNELS, *_result_shape()[2:]),
                "You kept one image for each filter and each channel. A filter adds up its "
                "channels and gives one image.",
            ),
            Mistake(
                lambda: (SAMPLES, FILTERS, HEIGHT, WIDTH),
                "That is `same`. Under `valid` the result is smaller.",
            ),
            Mistake(
                lambda: (SAMPLES, FILTERS, HEIGHT - KERNEL[0], WIDTH - KERNEL[1]),
                "One short along each axis of the plane. The kernel can move by so many pixels, "
                "and its first place counts as well.",
            ),
            Mistake(
                lambda: (SAMPLES, FILTERS, HEIGHT - KERNEL[1] + 1, WIDTH - KERNEL[0] + 1),
                "You exchanged the height and the width of the kernel.",
            ),
        ),
        hints=(
            "Which of the four numbers stay as they were in the images?",
            "The samples stay. The second axis counts the filters. Along the plane, the kernel has "
            "i − k + 1 places.",
        ),
        solution=_result_solution,
    ),
    Question(
        name="grey-photograph",
        title="Run it on a grey photograph",
        level=2,
        text="Write `blur(photograph)`. It takes a grey photograph as an array (height, width) and "
        "averages each pixel with its eight neighbours: `conv4d` with a kernel of 3×3 and "
        "`same`. It gives an array (height, width) back. On a page, paste what it gives "
        "for the small photograph below. At the keyboard, try it on `skimage.data.camera() / 255` "
        "as well.",
        given={"photograph": GREY[0]},
        kind=Code("blur(photograph)", trials=lambda: [(image,) for image in GREY]),
        answer=blur,
        mistakes=(
            Mistake(
                lambda photograph: conv4d(photograph.reshape(-1, 1, 1, 1), MEAN, "same").reshape(
                    photograph.shape
                ),
                "Each pixel became an image of its own, and met no neighbours, only zeros. The new "
                "axes belong in front of the others.",
            ),
            Mistake(
                lambda photograph: 9 * blur(photograph),
                "These are sums. For an average, each of the nine weights is 1 / 9.",
            ),
            Mistake(
                lambda photograph: conv4d(photograph[None, None], MEAN, "valid"),
                "You took `valid`, so the border is gone.",
            ),
            Mistake(
                lambda photograph: blur(photograph.T),
                "The photograph lies on its side: height and width are exchanged.",
            ),
            Mistake(
                lambda photograph: blur(photograph) * 9 / 8 - photograph / 8,
                "You left the pixel itself out. It is one of the nine.",
            ),
        ),
        hints=(
            "How many axes does `conv4d` want, and which two are missing?",
            "`photograph[None, None]` adds a sample axis and a channel axis. The kernel needs four "
            "axes as well, and `[0, 0]` takes the result back to two.",
        ),
        solution=_grey_solution,
    ),
    Question(
        name="arrays-to-nchw",
        title="Channels first, please",
        level=2,
        text=f"A batch x in NHWC has the shape ({BATCH}, {TALL}, {WIDE}, {COLOURS}). Which shape "
        "has it in NCHW?",
        kind=Shape(),
        answer=lambda: _shape_of(_order(NHWC, NCHW)),
        mistakes=(
            Mistake(
                lambda: (BATCH, TALL, WIDE, COLOURS),
                "That is NHWC still: the channels stand last.",
            ),
            Mistake(
                lambda: _shape_of((0, 3, 2, 1)),
                "Height and width have changed places, so the image lies on its side. "
                "Exchanging the axes of height and channels does that too.",
            ),
            Mistake(
                lambda: _shape_of(_order(NCHW, NHWC)),
                "That is the transposition from NCHW to NHWC, the way back.",
            ),
            Mistake(
                lambda: _shape_of((3, 0, 1, 2)),
                "The channels come first in an image, but the samples come before all.",
            ),
        ),
        hints=(
            "Write the letters over the numbers: N, H, W, C.",
            "Now put the numbers in the order of the letters N, C, H, W.",
        ),
        solution=_to_nchw_solution,
    ),
    Question(
        name="arrays-keras-kernel",
        title="A kernel from Keras",
        level=3,
        text="Keras keeps a kernel as (height, width, channels, filters). Which axes, in which "
        "order, must `w.transpose(…)` be given to make (filters, channels, height, width) of it? "
        "Write the four numbers.",
        kind=Array(),
        answer=lambda: _order(OF_KERAS, OURS),
        mistakes=(
            Mistake(
                lambda: _order(OURS, OF_KERAS),
                "That is the way back, from this site's order to Keras's. The first number says "
                "where the new first axis was, not where the old one goes.",
            ),
            Mistake(
                lambda: _order(NHWC, NCHW),
                "That takes images from NHWC to NCHW. Keras stores kernels in another order than "
                "images.",
            ),
            Mistake(
                lambda: np.array([3, 2, 1, 0]),
                "That turns the order round, `w.T`. Filters and channels are right, and height and "
                "width are exchanged.",
            ),
            Mistake(
                lambda: np.array([3, 0, 1, 2]),
                "The filters are in front, but the channels are last still.",
            ),
            Mistake(
                lambda: np.array([2, 3, 0, 1]),
                "You exchanged filters and channels.",
            ),
        ),
        hints=(
            "The first number says where the filters were.",
            "Number Keras's axes: height 0, width 1, channels 2, filters 3. Now name them in the "
            "new order.",
        ),
        solution=_keras_solution,
    ),
    Question(
        name="arrays-memory",
        title="Where a number lies",
        level=3,
        text=f"An array x of shape {tuple(STORED.values())} is NCHW, and its numbers lie in memory "
        "in this order, the last axis running fastest. At which place, counted from 0, lies "
        f"x[{', '.join(map(str, AT.values()))}]? It is the index in `x.ravel()`.",
        kind=Integer(),
        answer=lambda: _place(NCHW),
        mistakes=(
            Mistake(
                lambda: _place(NHWC),
                "That is the place in an NHWC array, where the channels run fastest.",
            ),
            Mistake(
                lambda: _place(NCHW, counted_from=1),
                "You counted from 1.",
            ),
            Mistake(
                lambda: _place("NCWH"),
                "You let the height run faster than the width. Within a channel, row follows row.",
            ),
            Mistake(
                lambda: _place("CNHW"),
                "You put the samples inside the channels. A whole sample comes before the next.",
            ),
            Mistake(
                lambda: _place("WHCN"),
                "You let the first axis run fastest. It runs slowest.",
            ),
        ),
        hints=(
            "How many numbers are there in a row, in a channel, in a sample?",
            "Count what lies before it: whole samples, then whole channels of its sample, then "
            "whole rows, then numbers of its own row.",
        ),
        solution=_place_solution,
    ),
)
