"""Questions about convolution as a matrix, and as a product of spectra."""

import math
from collections.abc import Sequence

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Number, Question, Shape
from convdoc.explain import im2col
from convdoc.spec import ConvSpec

IMAGE, KERNEL = (100, 100), (3, 3)
OUTPUT = ConvSpec(KERNEL).output_size(IMAGE)
SMALL = (4, 4)

PLAN, PLAN_SIZE = ConvSpec(kernel=(3, 2)), (5, 6)

MIDDLE, MIDDLE_SIZE, PIXEL = ConvSpec(kernel=3), 4, (1, 1)

ROW_W = np.array([[2, 5, 1],
                  [7, 3, 4]])  # fmt: skip
ROW_SIZE = (3, 4)
ROW = 2

LAYER = ConvSpec(kernel=3)
LAYER_X = (1, 3, 8, 8)
FILTERS = 16

SIDE, SPREAD = 60, 7

WAVE_X = np.array([1, 0, 2, 4])
WAVE_W = np.array([3, 1, 2])

WINDOWED = np.array([[2, 7, 1, 8],
                     [3, 0, 5, 4],
                     [9, 6, 2, 3]])  # fmt: skip
WINDOW = 2


def dense_against_convolution(image: Sequence[int], kernel: Sequence[int]) -> dict[str, float]:
    """Count what a dense layer needs for what a convolution does under ``"valid"``.

    A dense layer has one weight for each pair of an input and an output pixel, and one bias
    for each output pixel. A convolution has the elements of its kernel, and one bias.

    Parameters
    ----------
    image : (int, int)
        Height and width of the image, one channel.
    kernel : (int, int)
        Height and width of the kernel, one filter.

    Returns
    -------
    dict of str to int or float
        ``inputs`` and ``outputs``, pixels; ``dense`` and ``convolution``, parameters, and
        their ratio ``factor``; the same with biases, ``dense_biased``, ``convolution_biased``
        and ``factor_biased``.

    Examples
    --------
    >>> from convdoc.exercises import dense_against_convolution
    >>> count = dense_against_convolution(image=(4, 4), kernel=(3, 3))
    >>> count["dense"], count["convolution"], round(count["factor"], 1)
    (64, 9, 7.1)
    """
    inputs, outputs = math.prod(image), math.prod(ConvSpec(kernel).output_size(image))
    dense, convolution = inputs * outputs, math.prod(kernel)
    return {
        "inputs": inputs,
        "outputs": outputs,
        "dense": dense,
        "convolution": convolution,
        "factor": dense / convolution,
        "dense_biased": dense + outputs,
        "convolution_biased": convolution + 1,
        "factor_biased": (dense + outputs) / (convolution + 1),
    }


def _dense(output=OUTPUT):
    """Weights of a dense layer from `IMAGE` to an output of this height and width."""
    return math.prod(IMAGE) * math.prod(output)


def _dense_solution():
    count = dense_against_convolution(IMAGE, KERNEL)
    small = dense_against_convolution(SMALL, KERNEL)
    (height, width), cells = OUTPUT, math.prod(KERNEL)
    return [
        f"The image has {IMAGE[0]} · {IMAGE[1]} = {count['inputs']:,} pixels and the output "
        f"{height} · {width} = {count['outputs']:,}. A dense layer has a weight for each pair of "
        f"them: {count['inputs']:,} · {count['outputs']:,} = {count['dense']:,}. The convolution "
        f"has {count['convolution']}, and that is fewer by a factor of {count['factor']:,.1f}.",
        f"Small enough to be written out: an image of {SMALL[0]}×{SMALL[1]} and the same kernel. "
        f"The dense layer's matrix has {small['dense']} cells. The convolution fills it with the "
        f"numbers of its kernel, here 1 to {cells}, and zeros:",
        _matrix(np.arange(1, cells + 1).reshape(KERNEL), SMALL),
        f"With biases the dense layer has one more for each output, {count['dense_biased']:,}, "
        f"and the convolution one for its filter, {count['convolution_biased']}. The factor is "
        f"then {count['factor_biased']:,.1f}.",
    ]


def _shape():
    outputs = math.prod(PLAN.output_size(PLAN_SIZE))
    return outputs, math.prod(PLAN_SIZE)


def _shape_solution():
    from convdoc.draw import stepper

    (i, j), (k, m) = PLAN_SIZE, PLAN.kernel
    (height, width), (outputs, inputs) = PLAN.output_size(PLAN_SIZE), _shape()
    x = np.arange(inputs).reshape(1, 1, *PLAN_SIZE)
    return [
        f"The output has {i} − {k} + 1 = {height} rows and {j} − {m} + 1 = {width} columns, so "
        f"{outputs} numbers. Each is a row of the matrix. Each of the {i} · {j} = {inputs} pixels "
        "is a column. Each step of this figure is one row of the matrix:",
        stepper(x, np.ones((1, 1, k, m), int), "valid"),
    ]


def _matrix(w, size):
    """The matrix of a convolution without padding: a column holds what one pixel alone gives.

    `convdoc.explain.as_matrix` needs SciPy; for questions, NumPy is enough.
    """
    pixels = math.prod(size)
    one_each = np.eye(pixels).reshape(pixels, 1, *size)
    return conv4d(one_each, w[None, None], "valid").reshape(pixels, -1).T.astype(int)


def _held(size):
    """In how many windows each pixel of a square image lies."""
    return _matrix(np.ones(MIDDLE.kernel), (size, size)).sum(axis=0).reshape(size, size)


def _column_solution():
    from convdoc.draw import stepper

    held, (row, column) = _held(MIDDLE_SIZE), PIXEL
    w = np.arange(1, math.prod(MIDDLE.kernel) + 1)
    x = np.zeros((1, 1, MIDDLE_SIZE, MIDDLE_SIZE), int)
    x[0, 0, row, column] = 1
    return [
        "A column of the matrix belongs to a pixel, and holds a weight for each output whose "
        f"window reads it. Pixel ({row}, {column}) lies in {held[PIXEL]} windows. So many for "
        "each pixel:",
        held,
        "With a 1 there, zeros elsewhere, and a kernel whose numbers differ, each of those "
        "outputs shows the weight that it has for the pixel. That is the column, read as an image:",
        stepper(x, w.reshape(1, 1, *MIDDLE.kernel), "valid"),
    ]


def _row_matrix(w):
    return _matrix(w, ROW_SIZE)


def _row_without_gaps():
    """The turned kernel strung out without the pixels that the window leaves out."""
    row = np.zeros(math.prod(ROW_SIZE), int)
    start = ROW_SIZE[1]
    row[start : start + ROW_W.size] = ROW_W[::-1, ::-1].ravel()
    return row


def _row_solution():
    from convdoc.draw import stepper

    height, width = ROW_SIZE
    at = divmod(ROW, ConvSpec(ROW_W.shape).output_size(ROW_SIZE)[1])
    x = np.arange(height * width).reshape(1, 1, height, width)
    return [
        f"Row {ROW} is output {at}: the window begins at row {at[0]} and column {at[1]} of the "
        "image. Here the pixels are numbered as the columns of the matrix are. The weight that "
        "lies on pixel number c stands in column c:",
        stepper(x, ROW_W[None, None], "valid").at(ROW),
        "Laid over the whole image:",
        _row_matrix(ROW_W)[ROW].reshape(ROW_SIZE),
        "And strung out, row after row:",
        _row_matrix(ROW_W)[ROW],
    ]


def _columns():
    return im2col(np.zeros(LAYER_X), LAYER).shape[1:]


def _columns_solution():
    (_, channels, height, _), (k, _) = LAYER_X, LAYER.kernel
    rows, columns = _columns()
    side = LAYER.output_size(height)[0]
    return [
        f"A column is one window, with all its channels: {channels} · {k} · {k} = {rows} numbers. "
        f"There is a column for each place of the window, {side} · {side} = {columns}. So the "
        f"shape is ({rows}, {columns}).",
        LAYER.relationship(height)[0],
        f"The {FILTERS} filters are the rows of the other matrix, ({FILTERS}, {rows}). The "
        f"product has the shape ({FILTERS}, {columns}): an image of {side}×{side} for each filter. "
        "All filters read the same columns.",
    ]


def _factor_solution():
    count = dense_against_convolution(IMAGE, KERNEL)
    return [
        f"The dense layer has a bias for each output: {count['dense']:,} + {count['outputs']:,} = "
        f"{count['dense_biased']:,}. The convolution has one for each filter, and there is one: "
        f"{count['convolution']} + 1 = {count['convolution_biased']}. Then divide: "
        f"{count['factor_biased']:,.1f}. Without biases it was {count['factor']:,.1f}. The four "
        "counts, dense above and convolution below, without biases and with them:",
        np.array(
            [
                [count["dense"], count["dense_biased"]],
                [count["convolution"], count["convolution_biased"]],
            ]
        ),
    ]


def _spread():
    return ConvSpec(SPREAD, border_mode="full").output_size(SIDE)[0]


def _spread_solution():
    return [
        f"The full convolution has {SIDE} + {SPREAD} − 1 = {_spread()} rows. A transform of fewer "
        "has no room for the last ones, and adds them to the first. A transform of more is as "
        "good, and is often taken because some sizes transform quicker.",
        ConvSpec(SPREAD, border_mode="full").relationship(SIDE)[0],
        f"The same in small: {WAVE_X.size} pixels and a kernel of {WAVE_W.size}. The full "
        "result, and what a transform of the image's own size gives:",
        _full(),
        _wrapped(),
    ]


def _full():
    return conv4d(WAVE_X[None, None, None], WAVE_W[None, None, None], "full")[0, 0, 0].astype(int)


def _wrapped(w=WAVE_W):
    """The product of the spectra of `WAVE_X` and `w` at the size of `WAVE_X`, back in numbers."""
    spectra = np.fft.fft(WAVE_X) * np.fft.fft(w, WAVE_X.size)
    return np.fft.ifft(spectra).real.round().astype(int)


def _wrapped_solution():
    from convdoc.draw import stepper

    full, n = _full(), WAVE_X.size
    folded = " and ".join(f"{a} + {b} = {a + b}" for a, b in zip(full, full[n:], strict=False))
    return [
        f"The full convolution has {n} + {WAVE_W.size} − 1 = {full.size} numbers:",
        stepper(WAVE_X[None, None, None], WAVE_W[None, None, None], "full"),
        f"A transform of {n} has no room for the last {full.size - n}. They come in again at the "
        f"front and are added there: {folded}. The others stay as they are:",
        _wrapped(),
    ]


def windows(x: Numbers, k: int) -> Numbers:
    """Put each window of k×k pixels into a column."""
    return np.lib.stride_tricks.sliding_window_view(x, (k, k)).reshape(-1, k * k).T


def _as_rows(x, k):
    return windows(x, k).T


def _side_by_side(x, k):
    height, width = (n - n % k for n in x.shape)
    tiles = x[:height, :width].reshape(height // k, k, width // k, k)
    return tiles.swapaxes(1, 2).reshape(-1, k * k).T


def _down_first(x, k):
    return windows(x.T, k)


def _turned(x, k):
    return windows(x, k)[::-1]


def _windows_solution():
    rows, columns = (n - WINDOW + 1 for n in WINDOWED.shape)
    return [
        "Begin with a view of all windows, which copies nothing: "
        "`np.lib.stride_tricks.sliding_window_view(x, (k, k))`. Its first two axes say which "
        "window, the last two which pixel of it. String out both pairs with "
        "`.reshape(-1, k * k)`; now each window is a row. `.T` makes columns of them. For the "
        f"array above there are {rows} · {columns} = {rows * columns} windows of "
        f"{WINDOW * WINDOW} pixels:",
        windows(WINDOWED, WINDOW),
        "The kernel, turned and strung out, times this array is the convolution.",
    ]


QUESTIONS = (
    Question(
        name="dense-vs-conv",
        title="A dense layer instead",
        level=1,
        text=f"An image of {IMAGE[0]}×{IMAGE[1]} pixels and a kernel of {KERNEL[0]}×{KERNEL[1]} "
        f'give, under `"valid"`, an output of {OUTPUT[0]}×{OUTPUT[1]}. How many weights would a '
        "dense layer have that takes the same image to an output of the same size? Leave biases "
        "out.",
        kind=Integer(),
        answer=lambda: dense_against_convolution(IMAGE, KERNEL)["dense"],
        mistakes=(
            Mistake(
                lambda: dense_against_convolution(IMAGE, KERNEL)["convolution"],
                "That is what the convolution has. Its kernel serves every output; a dense layer "
                "has weights of its own for each.",
            ),
            Mistake(
                lambda: dense_against_convolution(IMAGE, KERNEL)["dense_biased"],
                "You counted biases too, one for each output. The question leaves them out.",
            ),
            Mistake(
                lambda: dense_against_convolution(IMAGE, KERNEL)["outputs"] * math.prod(KERNEL),
                "You gave each output a window of its own, and no more. In a dense layer every "
                "output reads all of the image.",
            ),
            Mistake(
                lambda: _dense([n - 1 for n in IMAGE]),
                f"You took an output of {IMAGE[0] - 1}×{IMAGE[1] - 1}: {IMAGE[0] - 1} is "
                f"{IMAGE[0]} − 1. Each side loses one pixel less than the kernel has, and this "
                f"kernel has {KERNEL[0]}.",
            ),
            Mistake(
                lambda: _dense(np.subtract(IMAGE, KERNEL).tolist()),
                f"You took an output of {IMAGE[0] - KERNEL[0]}×{IMAGE[1] - KERNEL[1]}: "
                f"{IMAGE[0] - KERNEL[0]} is {IMAGE[0]} − {KERNEL[0]}. The window's first place "
                "counts too.",
            ),
            Mistake(
                lambda: _dense(IMAGE),
                'You took an output as large as the image. That is `"same"`; here nothing is '
                "padded.",
            ),
            Mistake(
                lambda: math.prod(IMAGE) + dense_against_convolution(IMAGE, KERNEL)["outputs"],
                "You added inputs and outputs. There is a weight for each pair of them.",
            ),
        ),
        hints=(
            "Every output reads every input, each with a weight of its own.",
            "Count the pixels of the image and those of the output. How many pairs do they make?",
        ),
        solution=_dense_solution,
    ),
    Question(
        name="matrix-shape",
        title="The size of the matrix",
        level=1,
        text=f"An image of {PLAN_SIZE[0]} rows and {PLAN_SIZE[1]} columns is convolved with a "
        f'kernel of {PLAN.kernel[0]} rows and {PLAN.kernel[1]} columns, under `"valid"`. Written '
        "as a matrix M that multiplies the strung-out image from the left, what shape has M?",
        kind=Shape(),
        answer=_shape,
        mistakes=(
            Mistake(
                lambda: _shape()[::-1],
                "That is its transpose, which leads from the output back to the image. M has a row "
                "for each output.",
            ),
            Mistake(
                lambda: (math.prod(PLAN_SIZE), math.prod(PLAN_SIZE)),
                'You took as many outputs as there are pixels. Under `"valid"` there are fewer.',
            ),
            Mistake(
                lambda: (math.prod(np.subtract(PLAN_SIZE, PLAN.kernel)), math.prod(PLAN_SIZE)),
                "You forgot the window's first place: it is one place more than it can move on.",
            ),
            Mistake(
                lambda: (_shape()[0], math.prod(PLAN.kernel)),
                "You kept the weights alone. The columns of M are the pixels of the whole image, "
                "and most of its cells are zero.",
            ),
            Mistake(
                lambda: PLAN.output_size(PLAN_SIZE),
                "That is the shape of the output. M has a row for each of its numbers.",
            ),
        ),
        hints=(
            "Which numbers does M multiply, and which does it give?",
            "A row for each output, a column for each pixel. How many outputs are there?",
        ),
        solution=_shape_solution,
    ),
    Question(
        name="matrix-column",
        title="One column",
        level=1,
        text=f"M is the matrix of an image of {MIDDLE_SIZE}×{MIDDLE_SIZE} and a kernel of "
        f'{MIDDLE.kernel[0]}×{MIDDLE.kernel[1]} without zeros, under `"valid"`. In the column of '
        f"pixel ({PIXEL[0]}, {PIXEL[1]}), how many cells are not zero? Rows and columns of the "
        "image are counted from 0.",
        kind=Integer(),
        answer=lambda: int(_held(MIDDLE_SIZE)[PIXEL]),
        mistakes=(
            Mistake(
                lambda: math.prod(MIDDLE.kernel),
                "So many has each row: an output reads as many pixels as the kernel has weights. "
                "A column asks how many outputs read one pixel.",
            ),
            Mistake(
                lambda: int(_held(MIDDLE_SIZE)[0, 0]),
                "That is a corner, row 0 and column 0. This pixel lies one row and one column "
                "further in.",
            ),
            Mistake(
                lambda: int(_held(MIDDLE_SIZE)[0, 1]),
                "You counted along one axis. The window can move down as well.",
            ),
            Mistake(
                lambda: MIDDLE_SIZE**2,
                "That is how many columns the matrix has.",
            ),
        ),
        hints=(
            "A column belongs to one pixel of the image. Which outputs does it take part in?",
            "The window has four places. Lay it on each of them and look if it covers the pixel.",
        ),
        solution=_column_solution,
    ),
    Question(
        name="matrix-row",
        title="One row",
        level=2,
        text=f"An image of {ROW_SIZE[0]} rows and {ROW_SIZE[1]} columns is convolved with W, under "
        f'`"valid"`. What is row {ROW} of the matrix, counted from 0? It is a true convolution. '
        f"Write all {math.prod(ROW_SIZE)} numbers.",
        given={"W": ROW_W},
        kind=Array(),
        answer=lambda: _row_matrix(ROW_W)[ROW],
        mistakes=(
            Mistake(
                lambda: _row_matrix(ROW_W[::-1, ::-1])[ROW],
                "You wrote the kernel as it is stored. A convolution lays it on the image turned "
                "by 180 degrees.",
            ),
            Mistake(
                lambda: _row_matrix(ROW_W[:, ::-1])[ROW],
                "You turned the kernel from top to bottom. It is turned both ways.",
            ),
            Mistake(
                lambda: _row_matrix(ROW_W[::-1])[ROW],
                "You turned the kernel from left to right. It is turned both ways.",
            ),
            Mistake(
                lambda: _row_matrix(ROW_W)[ROW - 1],
                f"That is row {ROW - 1}. The first row of the matrix is number 0.",
            ),
            Mistake(
                lambda: _row_matrix(ROW_W)[ROW + 1],
                f"That is row {ROW + 1}. Which output is number {ROW}, and where does its window "
                "begin?",
            ),
            Mistake(
                _row_without_gaps,
                "You wrote the rows of the kernel one behind the other. The image is wider than "
                "the kernel, and the pixels that the window leaves out have their places too.",
            ),
            Mistake(
                lambda: _row_matrix(ROW_W)[ROW].reshape(ROW_SIZE),
                "The numbers are right, laid out as an image. A row of the matrix has all of them "
                "one behind the other.",
            ),
        ),
        hints=(
            "Which output does the row belong to? Where does its window lie on the image?",
            "Draw the image as a grid of zeros, write the turned kernel where the window lies, and "
            "string out the rows.",
        ),
        solution=_row_solution,
    ),
    Question(
        name="matrix-im2col",
        title="Windows in columns",
        level=2,
        text=f"A layer reads one image of shape {LAYER_X} with {FILTERS} filters of "
        f'{LAYER.kernel[0]}×{LAYER.kernel[1]}, under `"valid"`. The windows are copied into the '
        "columns of one matrix, for a product with the filters. What shape has the matrix of "
        "windows?",
        kind=Shape(),
        answer=_columns,
        mistakes=(
            Mistake(
                lambda: _columns()[::-1],
                "That has a window in each row. The question wants them in the columns.",
            ),
            Mistake(
                lambda: (math.prod(LAYER.kernel), _columns()[1]),
                "You took one channel. A window reads all of them, and a filter has weights for "
                "each.",
            ),
            Mistake(
                lambda: (_columns()[0], math.prod(LAYER_X[2:])),
                "You took a window for each pixel. Without padding there are fewer places.",
            ),
            Mistake(
                lambda: (FILTERS * _columns()[0], _columns()[1]),
                "You copied the windows once for each filter. All filters read the same ones: "
                "that is why it pays.",
            ),
            Mistake(
                lambda: (FILTERS, _columns()[1]),
                "That is the product, the output of the layer. What do the filters multiply?",
            ),
            Mistake(
                lambda: (FILTERS, _columns()[0]),
                "Those are the filters, one in each row. What do they multiply?",
            ),
        ),
        hints=(
            "How many numbers does one window hold, and how many windows are there?",
            f"A window has {LAYER_X[1]} channels. It can move to "
            f"{LAYER.output_size(LAYER_X[2])[0]} places along each axis.",
        ),
        solution=_columns_solution,
    ),
    Question(
        name="matrix-factor",
        title="The factor, with biases",
        level=2,
        text=f"Again an image of {IMAGE[0]}×{IMAGE[1]}, a kernel of {KERNEL[0]}×{KERNEL[1]} and "
        '`"valid"`. Give both layers their biases, as networks do. How many times as many '
        "parameters has the dense layer as the convolution? One decimal will do.",
        kind=Number(tolerance=0.1),
        answer=lambda: dense_against_convolution(IMAGE, KERNEL)["factor_biased"],
        mistakes=(
            Mistake(
                lambda: dense_against_convolution(IMAGE, KERNEL)["factor"],
                "That is the factor without biases.",
            ),
            Mistake(
                lambda: _dense() / (math.prod(KERNEL) + 1),
                "The convolution has its bias, and the dense layer has none yet. It has one for "
                "each of its outputs.",
            ),
            Mistake(
                lambda: (_dense() + math.prod(OUTPUT)) / math.prod(KERNEL),
                "The dense layer has its biases, and the convolution has none yet.",
            ),
            Mistake(
                lambda: (_dense() + math.prod(OUTPUT)) / (math.prod(KERNEL) + math.prod(OUTPUT)),
                "You gave the convolution a bias for each output pixel. A filter has one, which it "
                "adds everywhere.",
            ),
            Mistake(
                lambda: (_dense() + math.prod(IMAGE)) / (math.prod(KERNEL) + 1),
                "You gave the dense layer a bias for each input. It adds one to each output.",
            ),
        ),
        hints=(
            "How many biases has a dense layer, and how many has a convolution with one filter?",
            "Add one for each output to the dense layer's weights, and one for each filter to the "
            "convolution's. Then divide.",
        ),
        solution=_factor_solution,
    ),
    Question(
        name="matrix-fft-size",
        title="Room for a spectrum",
        level=2,
        text=f"An image of {SIDE}×{SIDE} and a kernel of {SPREAD}×{SPREAD} are to be convolved "
        "through the Fourier transform. What is the smallest side of the transform at which the "
        '`"full"` result comes out right, with nothing wrapped around?',
        kind=Integer(),
        answer=_spread,
        mistakes=(
            Mistake(
                lambda: SIDE,
                "At the image's own size the last rows have no place, and come in again at the "
                "top. Leave room for them.",
            ),
            Mistake(
                lambda: SIDE + SPREAD,
                "That is enough, and one more than it takes. Where the first pixel and the first "
                "weight meet is place 0.",
            ),
            Mistake(
                lambda: SIDE + SPREAD // 2,
                'You left room for half a kernel. That will do for `"same"`, where the last rows '
                "are cut off, and what they spoil as well.",
            ),
            Mistake(
                lambda: ConvSpec(SPREAD).output_size(SIDE)[0],
                'That is the size under `"valid"`. The full result is larger than the image.',
            ),
            Mistake(
                lambda: SIDE + 2 * (SPREAD - 1),
                "You padded on both sides. The zeros are needed once, and may all stand behind.",
            ),
        ),
        hints=(
            "How large is the full result?",
            "It takes as many rows as there are places where the kernel touches the image.",
        ),
        solution=_spread_solution,
    ),
    Question(
        name="matrix-wrapped",
        title="Wrapped around",
        level=3,
        text="Somebody convolves the row x with the row w as `np.fft.ifft(np.fft.fft(x) * "
        f"np.fft.fft(w, {WAVE_X.size}))`, and forgets to leave room. What comes out? Leave out "
        "what rounding does, and the imaginary parts, which are zero.",
        given={"x": WAVE_X, "w": WAVE_W},
        kind=Array(tolerance=1e-3),
        answer=_wrapped,
        mistakes=(
            Mistake(
                _full,
                f"That is the full convolution. A transform of {WAVE_X.size} numbers has no room "
                "for it.",
            ),
            Mistake(
                lambda: _full()[: WAVE_X.size],
                "You cut off what does not fit. It is not lost: it comes in again at the front.",
            ),
            Mistake(
                lambda: _full()[1 : 1 + WAVE_X.size],
                'That is `"same"`: the middle of the full result. Nothing is cut off here.',
            ),
            Mistake(
                lambda: np.roll(_wrapped(WAVE_W[::-1]), 1 - WAVE_W.size),
                "You did not turn the kernel. A product of spectra is a true convolution.",
            ),
            Mistake(
                lambda: _wrapped(WAVE_W[::-1]),
                "You did not turn the kernel before you folded. A product of spectra is a true "
                "convolution.",
            ),
            Mistake(
                lambda: WAVE_X * np.append(WAVE_W, 0),
                "You multiplied the rows number by number. It is their spectra that are "
                "multiplied.",
            ),
        ),
        hints=(
            "Compute the full convolution first. How many numbers has it?",
            f"Of the {WAVE_X.size + WAVE_W.size - 1} numbers, the last {WAVE_W.size - 1} find no "
            f"place. Add them to the first {WAVE_W.size - 1}.",
        ),
        solution=_wrapped_solution,
    ),
    Question(
        name="matrix-windows",
        title="Write im2col",
        level=3,
        text="Write `windows(x, k)`, a function that takes an image, a 2-D array x, and a "
        "window's side k, and gives each window of k×k pixels as a column. The windows in their "
        "order, row after row, and so the pixels in each of them. No padding, a stride of 1. Below "
        f"is the first x, with k = {WINDOW}.",
        given={"x": WINDOWED},
        kind=Code(
            "windows(x, k)",
            trials=lambda: [(WINDOWED, WINDOW), (WINDOWED, 1), (WINDOWED.T, 3), (WINDOWED, 3)],
        ),
        answer=windows,
        mistakes=(
            Mistake(_as_rows, "You put the windows into rows. They should stand in columns."),
            Mistake(
                _side_by_side,
                "Your windows lie side by side. With a stride of 1 each begins one pixel after the "
                "last.",
            ),
            Mistake(
                _down_first,
                "You went down the columns first, in the image and in each window. Go along the "
                "rows.",
            ),
            Mistake(
                _turned,
                "You turned each window. It is the kernel that is turned, before the product.",
            ),
        ),
        hints=(
            "NumPy has a view of all windows of an array. Otherwise two loops will do.",
            "Loop over the rows i and columns j where a window begins, take "
            "`x[i:i+k, j:j+k].ravel()`, and make columns of them with `np.stack(..., axis=1)`.",
        ),
        solution=_windows_solution,
    ),
)
