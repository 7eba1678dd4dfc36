"""Questions about channels and filters."""

import math

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d, correlate4d
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Number, Question, Shape
from convdoc.spec import ConvSpec

FILTERS, CHANNELS, KERNEL, SIZE = 12, 4, (5, 5), 20

SPOTTED_X = np.zeros((1, 3, 3, 5), int)
SPOTTED_X[0, 0, 1, 1] = SPOTTED_X[0, 1, 0, 4] = SPOTTED_X[0, 1, 1, 2] = SPOTTED_X[0, 2, 1, 3] = 1
SPOTTED_W = np.array([[[1, 0, 1],
                       [0, 1, 0],
                       [1, 0, 1]],
                      [[0, 1, 0],
                       [1, 1, 1],
                       [0, 1, 0]],
                      [[0, 1, 0],
                       [0, 1, 0],
                       [0, 1, 0]]])[None]  # fmt: skip
ANNOUNCED = (1, 2, 3, 5)

X = np.array([[[1, 0, 2],
               [0, 3, 1],
               [2, 1, 0]],
              [[0, 2, 1],
               [1, 0, 4],
               [3, 1, 2]]])[None]  # fmt: skip
W = np.array([[[1, 0],
               [0, 2]],
              [[0, 1],
               [3, 0]]])[None]  # fmt: skip

PIXEL = (200, 100, 50)
MIX = (0.5, 0.25, -0.5)
BIAS = 12

BEFORE = np.array([[[9, 1], [5, 0]],
                   [[2, 6], [4, 7]],
                   [[3, 8], [0, 1]]])  # fmt: skip
CYCLE = np.array([[0, 1, 0],
                  [0, 0, 1],
                  [1, 0, 0]])  # fmt: skip

COLOURED = (
    np.array([[[9, 0, 0], [0, 9, 0], [18, 0, 9], [0, 0, 27]],
              [[0, 18, 9], [0, 0, 9], [27, 9, 0], [0, 9, 0]],
              [[9, 9, 0], [0, 27, 0], [0, 0, 0], [9, 0, 18]]]),
    np.array([[[0, 9, 9], [9, 0, 0]],
              [[18, 0, 0], [0, 0, 27]],
              [[0, 9, 0], [9, 9, 18]],
              [[9, 0, 0], [0, 18, 0]]]).repeat(2, axis=1),
)  # fmt: skip
NINTH = 1 / 9


def _weights():
    return FILTERS * CHANNELS * math.prod(KERNEL)


def _outputs():
    """Pixels of one output image."""
    return math.prod(ConvSpec(KERNEL).output_size(SIZE))


def _parameters_solution():
    from convdoc.network import Conv, Network

    rows, columns = KERNEL
    return [
        f"The kernel array has {FILTERS} filters, each with {CHANNELS} slices of {rows}×{columns}: "
        f"{FILTERS} · {CHANNELS} · {rows} · {columns} = {_weights():,} weights. To each filter "
        f"belongs one bias, however many pixels it writes: {_weights():,} + {FILTERS} = "
        f"{_weights() + FILTERS:,}. The size of the images plays no part.",
        Network([Conv(FILTERS, KERNEL)]).table((1, CHANNELS, SIZE, SIZE)),
    ]


def _spotted():
    return conv4d(SPOTTED_X, SPOTTED_W, "same")


def _spotted_solution():
    from convdoc.draw import stepper

    return [
        f"W has the shape {SPOTTED_W.shape}, so it is one filter, with a slice for each of the "
        f"{SPOTTED_X.shape[1]} channels. It adds up what the slices give and writes one image: "
        f"{_spotted().shape}. For a second axis of {ANNOUNCED[1]}, the layer would need "
        f"{ANNOUNCED[1]} filters.",
        stepper(SPOTTED_X, SPOTTED_W, "same"),
    ]


def _apart(function=conv4d):
    """What each channel gives alone: (channels, height, width)."""
    return np.array([function(X[:, [c]], W[:, [c]], "valid")[0, 0] for c in range(X.shape[1])])


def _sum_solution():
    from convdoc.draw import stepper

    first, second = (int(number) for number in _apart()[:, 0, 0])
    return [
        "Each slice is turned by half a turn and slides over its own channel, and the two sums are "
        f"added up. For the first pixel, channel 0 gives {first} and channel 1 gives {second}, "
        f"together {first + second}. The other pixels, step by step:",
        stepper(X, W, "valid"),
    ]


def _mixed():
    return math.fsum(a * b for a, b in zip(PIXEL, MIX, strict=True)) + BIAS


def _mixed_solution():
    from convdoc.draw import stepper

    terms = [f"{a} · {b}" if b > 0 else f"{a} · (−{-b})" for a, b in zip(PIXEL, MIX, strict=True)]
    x, w = (np.reshape(numbers, (1, -1, 1, 1)) for numbers in (PIXEL, MIX))
    return [
        f"A kernel of one pixel meets no neighbours. {len(terms)} products and the bias: "
        f"{' + '.join(terms)} + {BIAS} = {_mixed():g}.",
        stepper(x, w, "valid", bias=[BIAS]),
    ]


def _cycle_solution():
    from convdoc.draw import stepper

    green, blue, red = (", ".join(map(str, row)) for row in CYCLE)
    return [
        "Each row is a filter and says what it takes from red, green and blue. The first output is "
        f"green alone: {green}. The second is blue alone: {blue}. The third is red: {red}.",
        CYCLE,
        "Choose a filter under the figure to see which channel it picks:",
        stepper(BEFORE[None], CYCLE.reshape(3, 3, 1, 1), "valid"),
    ]


def _through(photograph, w, border_mode="same"):
    """Convolve a photograph (height, width, colour) and give it back in this order."""
    return conv4d(photograph.transpose(2, 0, 1)[None], w, border_mode)[0].transpose(1, 2, 0)


def _each_colour(weight=NINTH):
    """Three filters, each reading one colour."""
    w = np.zeros((3, 3, 3, 3))
    w[range(3), range(3)] = weight
    return w


def blur(photograph: Numbers) -> Numbers:
    """Average each pixel of a colour photograph with its neighbours, each colour by itself."""
    return _through(photograph, _each_colour())


def _blurred_in_place(photograph):
    """With reshape where transpose should stand, there and back."""
    height, width, _ = photograph.shape
    y = conv4d(photograph.reshape(1, 3, height, width), _each_colour(), "same")
    return y.reshape(height, width, 3)


def _coloured_solution():
    from convdoc.draw import stepper

    photograph, w = COLOURED[0], _each_colour(weight=1).astype(int)
    x = photograph.transpose(2, 0, 1)[None]
    return [
        f"The colour goes in front: `x = photograph.transpose(2, 0, 1)[None]`, here {x.shape}. "
        "Three colours come out only of three filters, and each must read one channel and leave "
        "the others alone: `w = np.zeros((3, 3, 3, 3))`, then `w[range(3), range(3)] = 1 / 9`. "
        'Back in the order of photographs: `return conv4d(x, w, "same")[0].transpose(1, 2, 0)`.',
        blur(photograph),
        "Step by step, with ones for weights, so that each sum is nine times the average. Choose a "
        "filter to see which channel it reads:",
        stepper(x, w, "same"),
        "With `groups=3` a kernel of shape (3, 1, 3, 3) does the same without the zeros.",
    ]


QUESTIONS = (
    Question(
        name="channels-parameters",
        title="Weights and biases",
        level=1,
        text=f"A layer of {FILTERS} filters of {KERNEL[0]}×{KERNEL[1]}, with biases, reads images "
        f"of {CHANNELS} channels and {SIZE}×{SIZE} pixels, under `valid`. How many parameters has "
        "it?",
        kind=Integer(),
        answer=lambda: _weights() + FILTERS,
        mistakes=(
            Mistake(
                lambda: _weights() + FILTERS * _outputs(),
                "You counted one bias per output instead of per filter. All pixels that a filter "
                "writes share its bias.",
            ),
            Mistake(
                _weights,
                "These are the weights. The biases are missing.",
            ),
            Mistake(
                lambda: _weights() + FILTERS * CHANNELS,
                "You counted a bias for each slice. The slices of a filter are added up, and then "
                "one bias is enough.",
            ),
            Mistake(
                lambda: FILTERS * math.prod(KERNEL) + FILTERS,
                "You gave each filter one slice. How many channels does it read?",
            ),
            Mistake(
                lambda: _weights() + 1,
                "You counted one bias for the whole layer. Who has one of its own?",
            ),
        ),
        hints=(
            "How many slices has a filter, and how many weights has a slice?",
            "Multiply the four numbers of the kernel's shape. Then add the biases: which of the "
            "four numbers counts them?",
        ),
        solution=_parameters_solution,
    ),
    Question(
        name="channels-spot-shape",
        title="Spot the error: an announced shape",
        level=1,
        text=f"A notebook convolves x of shape {SPOTTED_X.shape} with W of shape "
        f"{SPOTTED_W.shape} under `same` and announces a result of shape {ANNOUNCED}. Which "
        "shape does it get?",
        kind=Shape(),
        answer=lambda: _spotted().shape,
        mistakes=(
            Mistake(
                lambda: ANNOUNCED,
                "That is what was announced. How many filters has W?",
            ),
            Mistake(
                lambda: SPOTTED_X.shape,
                f"You convolved each channel separately and kept {SPOTTED_X.shape[1]} images. A "
                "filter adds its channels up.",
            ),
            Mistake(
                lambda: (1, 1, *ConvSpec(SPOTTED_W.shape[2:]).output_size(SPOTTED_X.shape[2:])),
                "The second axis is right. But this is `same`, so the plane stays as large as "
                "it was.",
            ),
            Mistake(
                lambda: tuple(_spotted().shape[axis] for axis in (0, 2, 3, 1)),
                "That is NHWC. Here the filters come second.",
            ),
            Mistake(
                lambda: _spotted().shape[2:],
                "The axes of samples and filters are missing. They are there when they are 1 as "
                "well.",
            ),
        ),
        hints=(
            "Which axis of W becomes the second axis of the result?",
            "The first axis of W counts the filters, and each writes one image.",
        ),
        solution=_spotted_solution,
    ),
    Question(
        name="channels-sum",
        title="Two channels, one filter",
        level=2,
        text="Convolve x, two channels of 3×3, with W, one filter of two slices, under `valid`.",
        given={"x": X, "W": W},
        kind=Array(),
        answer=lambda: _apart().sum(axis=0),
        mistakes=(
            Mistake(
                _apart,
                "You convolved each channel separately and kept both results. One filter gives "
                "one image: what becomes of the two?",
            ),
            Mistake(
                lambda: _apart(correlate4d).sum(axis=0),
                "You did not turn the slices. That is a cross-correlation.",
            ),
            Mistake(
                lambda: _apart().mean(axis=0),
                "You took the average of the channels. They are added up.",
            ),
            Mistake(
                lambda: _apart()[0],
                "That is channel 0 alone.",
            ),
            Mistake(
                lambda: conv4d(X.sum(axis=1, keepdims=True), W.sum(axis=1, keepdims=True), "valid"),
                "You added the channels up first, and the slices too. Each slice meets its own "
                "channel only; add up after that.",
            ),
            Mistake(
                lambda: conv4d(X, W[:, ::-1], "valid"),
                "You turned the order of the slices as well, so each met the other channel. The "
                "turn is within a slice.",
            ),
        ),
        hints=(
            "Convolve channel 0 with slice 0, and channel 1 with slice 1. Then?",
            f"Turned, slice 0 begins with {W[0, 0, -1, -1]} and slice 1 with {W[0, 1, -1, -1]}. "
            f"Lay them on the top left corners of their channels and add up all {W.size} products.",
        ),
        solution=_sum_solution,
    ),
    Question(
        name="channels-one-by-one",
        title="A pixel through a kernel of 1×1",
        level=2,
        text=f"A pixel has red {PIXEL[0]}, green {PIXEL[1]} and blue {PIXEL[2]}. A filter of 1×1 "
        f"has the weights {MIX[0]}, {MIX[1]} and {MIX[2]} for them".replace("-", "−")
        + f", and the bias {BIAS}. What does it write?",
        kind=Number(0.01),
        answer=_mixed,
        mistakes=(
            Mistake(
                lambda: _mixed() - BIAS,
                "You forgot the bias.",
            ),
            Mistake(
                lambda: _mixed() + (len(PIXEL) - 1) * BIAS,
                "You added the bias once for each channel. It is added once, to the sum.",
            ),
            Mistake(
                lambda: (_mixed() - BIAS) / len(PIXEL) + BIAS,
                "You divided by the number of channels. A convolution adds up and divides by "
                "nothing.",
            ),
            Mistake(
                lambda: _mixed() - 2 * PIXEL[2] * MIX[2],
                "You took the last weight as positive.",
            ),
            Mistake(
                lambda: np.dot(PIXEL, MIX[::-1]) + BIAS,
                "You turned the weights of the channels round. The flip is within a slice, and a "
                "slice of 1×1 has nothing to flip.",
            ),
        ),
        hints=(
            "What is left of a convolution when the kernel meets no neighbours?",
            "Three products, one for each channel. Add them up, and the bias once.",
        ),
        solution=_mixed_solution,
    ),
    Question(
        name="channels-cycle",
        title="Colours in a circle",
        level=3,
        text="Write a kernel W of 1×1 with three filters over red, green and blue, so that output "
        "0 is the green channel, output 1 the blue and output 2 the red. Write it as three rows of "
        "three numbers: a row for each filter, a column for each channel that it reads.",
        kind=Array(),
        answer=lambda: CYCLE,
        mistakes=(
            Mistake(
                lambda: CYCLE.T,
                "You exchanged rows and columns: this sends green to output 2. A row is a filter, "
                "and says what it reads.",
            ),
            Mistake(
                lambda: np.eye(3),
                "That leaves every channel where it is.",
            ),
            Mistake(
                lambda: CYCLE[:, ::-1],
                "Your columns run from blue to red. They stand for red, green and blue in this "
                "order.",
            ),
            Mistake(
                lambda: np.ones((3, 3)),
                "Each of your filters adds up all three colours, and gives a grey image. Weights "
                "of zero leave a channel out.",
            ),
        ),
        hints=(
            "Output 0 is to be green alone. What does filter 0 take from red, green and blue?",
            f"Filter 0 is {', '.join(map(str, CYCLE[0]))}. Now the other two.",
        ),
        solution=_cycle_solution,
    ),
    Question(
        name="colour-photograph",
        title="Run it on a colour photograph",
        level=3,
        text="Write `blur(photograph)`. It takes a colour photograph as an array (height, width, "
        "3) and averages each pixel with its eight neighbours, each colour by itself: one call of "
        "`conv4d` with a kernel of 3×3 and `same`. It gives an array (height, width, 3) back. "
        "On a page, paste what it gives for the small photograph below. At the keyboard, try it on "
        "`skimage.data.chelsea() / 255` as well.",
        given={"photograph": COLOURED[0]},
        kind=Code("blur(photograph)", trials=lambda: [(image,) for image in COLOURED]),
        answer=blur,
        mistakes=(
            Mistake(
                lambda photograph: _through(photograph, np.full((3, 3, 3, 3), NINTH)),
                "Each of your filters adds up all three colours, so the three results are equal, "
                "and the photograph is grey. Each filter must leave two channels out.",
            ),
            Mistake(
                lambda photograph: _through(photograph, np.full((3, 3, 3, 3), NINTH / 3)),
                "Each of your filters averages all three colours, so the photograph is grey. "
                "Each filter must leave two channels out.",
            ),
            Mistake(
                lambda photograph: _through(photograph, np.full((1, 3, 3, 3), NINTH)),
                "You have one filter, and it sums over the channels: a single grey image. How many "
                "filters does it take for three colours?",
            ),
            Mistake(
                lambda photograph: _through(photograph, np.full((1, 3, 3, 3), NINTH / 3)),
                "You have one filter, and it averages over the channels: a single grey image. How "
                "many filters does it take for three colours?",
            ),
            Mistake(
                lambda photograph: blur(photograph).transpose(2, 0, 1),
                "The blur is right, but the colours are the first axis still. A photograph has "
                "them last.",
            ),
            Mistake(
                _blurred_in_place,
                "You used `reshape` to move the axes. It leaves all numbers in their order, so "
                "colours and neighbours are mixed up; `transpose` moves axes.",
            ),
            Mistake(
                lambda photograph: blur(photograph.transpose(1, 0, 2)),
                "Height and width are exchanged: the photograph lies on its side.",
            ),
            Mistake(
                lambda photograph: 9 * blur(photograph),
                "These are sums. For an average, each of the nine weights is 1 / 9.",
            ),
            Mistake(
                lambda photograph: _through(photograph, _each_colour(), "valid"),
                "You took `valid`, so the border is gone.",
            ),
        ),
        hints=(
            "Which axis must move, and how many filters does it take for three colours?",
            "Begin with `w = np.zeros((3, 3, 3, 3))`. Filter 0 must read channel 0 alone: which "
            "part of w gets 1 / 9?",
        ),
        solution=_coloured_solution,
    ),
)
