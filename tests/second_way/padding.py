"""Padding: SciPy's convolutions and filters, windows counted one by one, sums by hand."""

import numpy as np
from scipy.ndimage import correlate1d, uniform_filter
from scipy.signal import convolve2d

from tests.second_way import Worked

INK = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
INNER = convolve2d(INK, CROSS, "valid")
DOTS = [[90, 72, 90, 81, 90], [54, 18, 90, 27, 90], [90, 90, 36, 90, 63], [9, 90, 45, 90, 90]]
MIRRORED = [[1, 10, 100, 1000]]


def places(size, kernel):
    """Where a window fits, the image already padded."""
    return [at for at in range(size) if at + kernel <= size]


def framed(image):
    """The numbers of an image in a frame of zeros, one pixel wide."""
    width = len(image[0]) + 2
    return [[0] * width, *([0, *row, 0] for row in image), [0] * width]


def repeated(image):
    """An image whose outermost pixels stand once more around it."""
    rows = [[row[0], *row, row[-1]] for row in image]
    return [rows[0], *rows, rows[-1]]


def reads(centres):
    """Of a 4×5 image, how many 3×3 windows read each pixel, by where they are centred."""
    counts = np.zeros((4, 5), int)
    for row, column in centres:
        counts[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] += 1
    return counts


def box(mode, **settings):
    return lambda x: uniform_filter(np.asarray(x, float), 3, mode=mode, **settings)


READS = reads(np.ndindex(4, 5))
BLURRED = box("nearest")(DOTS)

SECOND_WAY = {
    "padding-valid": Worked(
        text='100×100 pixels … kernel of 3×3 under `"valid"`. How many rows',
        answer=len(places(100, 3)),
        mistakes={
            "99 is 100 − 1. Each side loses a row, the top and the bottom": 99,
            "took away the whole kernel … how far the window can move … one place more than it "
            "makes moves": places(100, 3)[-1],
            'is `"same"`, which puts zeros around the image. `"valid"` does not': 100,
            # a window may touch either end with one row
            'added what `"full"` adds. Under `"valid"` the image loses rows': (
                len(places(2 + 100 + 2, 3))
            ),
            "how many numbers the result has. Count its rows alone": len(places(100, 3)) ** 2,
        },
        hints=(
            "Which rows … can the window's first row be",
            "first is row 0. For the last, the window's last row is the last of the image",
        ),
        solution=[
            "window's first row can be row 0, and it can be row 97 at most … needs 2 more below it "
            "and the last row is 99. From 0 to 97 there are 98 places: 100 − 3 + 1. One row is "
            "lost at the top and one at the bottom",
            "98 = (100 - 3) + 1",
            "smaller image",
            # pixels 0 to 35 in rows of 6: nine times that in the middle, 7, 8, … 28
            "x (1, 1, 6, 6) convolved with W (1, 1, 3, 3) gives y (1, 1, 4, 4) … "
            + " … ".join(
                f"y[{i}, {j}] = … = {9 * (6 * (i + 1) + j + 1)};" for i, j in np.ndindex(4, 4)
            ),
        ],
    ),
    "same-border": Worked(
        text='the kernel of the example … where `border_mode="valid"` gives nine numbers. Change '
        'it to `"same"`. What does `conv4d(x, W, border_mode="same")`',
        answer=convolve2d(INK, CROSS, "same"),
        mistakes={
            'result under `"valid"`. With `"same"` the window may hang over … as large as the '
            "image": INNER,
            "put zeros around the result. They go around the image, before the window slides": (
                framed(INNER)
            ),
            'is `"full"`: so many zeros that a window may touch … one corner. `"same"` puts '
            "fewer": (convolve2d(INK, CROSS, "full")),
            'repeated the pixels of the border outwards. Under `"same"`, what lies outside is '
            "zero": convolve2d(repeated(INK), CROSS, "valid"),
            "is the image … as large, but its numbers are sums": INK,
        },
        hints=(
            "under the window … centred on the corner of the image",
            "frame of zeros around the image, one pixel wide, and slide the kernel over all of it. "
            "The nine numbers in the middle are those you know",
        ),
        solution=[
            # the corner's own 1 and the 1 across
            "frame of zeros, one pixel wide … centred on every pixel. In the corner it lies on "
            "four pixels of the image, and its sum is 2",
            "x (1, 1, 5, 5) convolved with W (1, 1, 3, 3) gives y (1, 1, 5, 5) … "
            + " … ".join(f"= {number};" for number in convolve2d(INK, CROSS, "same").flat),
            f"{INNER.size} numbers in the middle are those of the valid convolution; their windows "
            "read no padding. What is new is the rim",
            INNER,
        ],
        given={"x": INK, "W": CROSS},
    ),
    "padding-twice": Worked(
        text="28 rows, a kernel of 5, and a padding of 3. How many rows has the output",
        answer=len(places(3 + 28 + 3, 5)),
        mistakes={
            "counted the padding once. So many rows are put at the top, and as many at the "
            "bottom": len(places(3 + 28, 5)),
            "forgot the window's first place … one place more than there are moves": (
                places(3 + 28 + 3, 5)[-1]
            ),
            "left the padding out": len(places(28, 5)),
            "size stays only if the padding is half of the kernel": 28,
            "is the padded image. Now the kernel has to fit into it": 3 + 28 + 3,
        },
        hints=(
            "How many rows has the image once it is padded",
            "i + 2p rows, of which the window takes k. How many places",
        ),
        solution=[
            "With 3 zeros at the top and 3 at the bottom there are 28 + 6 = 34 rows, and the "
            "window has 34 − 5 + 1 = 30 places",
            "30 = (28 - 5) + 2·3 + 1",
            "with 4 rows",
            # 1 to 4, under a window of 5 that begins 3 before them
            "x (1, 1, 4, 1) convolved with W (1, 1, 5, 1) gives y (1, 1, 6, 1) … = 3; rows −3 to 1 "
            "… = 6; rows −2 to 2 … = 10; rows −1 to 3 … = 10; rows 0 to 4 … = 9; rows 1 to 5 … = 7;"
            " rows 2 to 6",
        ],
    ),
    "padding-reads": Worked(
        text='kernel of 3×3 slides over an image of 4 rows and 5 columns, under `"same"`. For each '
        "pixel, how many windows read it",
        answer=READS,
        mistakes={
            'count under `"valid"`, where no window hangs over': (
                reads((row, column) for row in (1, 2) for column in (1, 2, 3))
            ),
            'Nine windows would read every pixel … stand anywhere. Under `"same"` it is never '
            "centred beyond": np.full((4, 5), 9),
            # around a corner 3 + 2 of 9, along an edge 3
            "counted the zeros in the window … centred on each pixel. Count windows": [
                [5, 3, 3, 3, 5],
                [3, 0, 0, 0, 3],
                [3, 0, 0, 0, 3],
                [5, 3, 3, 3, 5],
            ],
            "One window is centred on each pixel. Others read it too": [[1] * 5] * 4,
        },
        hints=(
            "which pixels is a window centred that reads the corner",
            "corner, its two neighbours, and the pixel between these … an edge",
        ),
        solution=[
            "one axis, a pixel is read by the windows centred on it and on its neighbours. At the "
            "end of the axis one neighbour is missing, so 2 windows are left of 3. Multiply both "
            f"axes: a corner is in {READS[0, 0]} windows, an edge in {READS[0, 2]}, the middle in "
            f"{READS[2, 2]}",
            "x (1, 1, 4, 5) convolved with W (1, 1, 3, 3) gives y (1, 1, 4, 5) … "
            + " … ".join(f"= {number};" for number in READS.flat),
            "image and the kernel hold ones, and the output counts too: how many pixels each "
            "window reads. With a centred kernel both counts are equal",
        ],
    ),
    "padding-even": Worked(
        text='kernel of 8 rows slides over an image of 28 rows. Theano\'s `border_mode="half"` '
        "puts half a kernel of zeros on each side. How many rows has the output",
        answer=len(places(4 + 28 + 4, 8)),
        mistakes={
            "Half padding keeps the size only if the kernel is odd, and this one is even … forget "
            "the window's first place, the + 1": 28,
            # 7 / 2, rounded down
            "took half of k − 1. Half a kernel is k divided by 2, rounded down": (
                len(places(3 + 28 + 3, 8))
            ),
            "counted the padding once. It is put on both sides": len(places(4 + 28, 8)),
            "left the padding out": len(places(28, 8)),
            "put a whole kernel on each side. Half of it is meant": len(places(8 + 28 + 8, 8)),
        },
        hints=(
            "How many zeros are half of this kernel",
            "i + 2p − k + 1. Do not assume that the size stays",
        ),
        solution=[
            "Half of the kernel is ⌊8 / 2⌋ = 4 zeros on each side, so there are 28 + 8 rows, and "
            "the window has 28 + 8 − 8 + 1 = 29 places. An even kernel needs 7 zeros to keep the "
            "size, and half padding gives it 8",
            "29 = (28 - 8) + 2·4 + 1",
            "An odd kernel, say of 7, needs 6, and half padding gives it those",
            "o = i; 28 = 28",
        ],
    ),
    "padding-uneven": Worked(
        text="x has the shape (2, 3, 6, 8), W has the shape (5, 3, 3, 4), and `border_mode` is "
        "((2, 0), (1, 3)). What is the shape of y",
        answer=(2, 5, len(places(2 + 6 + 0, 3)), len(places(1 + 8 + 3, 4))),
        mistakes={
            "read it as ((top, left), (bottom, right)). The first pair is the vertical one: (top, "
            "bottom)": (2, 5, len(places(2 + 6 + 1, 3)), len(places(0 + 8 + 3, 4))),
            "first pair for the columns … vertical comes first": (
                (2, 5, len(places(1 + 6 + 3, 3)), len(places(2 + 8 + 0, 4)))
            ),
            "counted only the first number of each pair. Both sides count": (
                (2, 5, len(places(2 + 6, 3)), len(places(1 + 8, 4)))
            ),
            "left the padding out": (2, 5, len(places(6, 3)), len(places(8, 4))),
            "Height and width are right. The second axis of y counts filters, not channels": (
                (2, 3, 6, 9)
            ),
            "right, and channels-last. Here the filters come second": (2, 6, 9, 5),
        },
        hints=(
            "pairs are (top, bottom) and (left, right). How large is the padded image",
            "each axis, add both sides to the size, take away the kernel, and add one … the first "
            "two axes of y",
        ),
        solution=[
            "Rows: 2 zeros above and 0 below make 6 + 2 = 8, and a kernel of 3 leaves 6 places. "
            "Columns: 1 on the left and 3 on the right make 8 + 4 = 12, and a kernel of 4 leaves 9 "
            "places",
            "6 = (6 - 3) + (2 + 0) + 1",
            "9 = (8 - 4) + (1 + 3) + 1",
            "Samples stay, 2, and each of the 5 filters gives an image. One sample, one channel, "
            "and one filter",
            # the first window sees 0, 1 and 2; the last, three rows of its first column, 31, 39, 47
            "x (1, 1, 6, 8) convolved with W (1, 1, 3, 4) gives y (1, 1, 6, 9) … = 3; rows −2 to "
            "0, columns −1 to 2 of x … = 117; rows 3 to 5, columns 7 to 10 of x",
        ],
    ),
    "padding-blur": Worked(
        text="blurs a grey image with a mean of 3×3 pixels and keeps its size … read the nearest "
        "pixel of the image in place of a zero … two axes",
        answer=box("nearest"),
        mistakes={
            "reads zeros beyond the border: the rim is too dark. Pad the image before you "
            "convolve": box("constant"),
            "loses the border. Pad the image by as much as the convolution takes away": (
                lambda x: box("nearest")(x)[1:-1, 1:-1]
            ),
            "padded twice, by you and by the convolution, so it grew. Once the image is padded, no "
            "window need leave it": lambda x: box("constant")(repeated(x)),
            "mirrors the image at its outermost pixel, so it reads the pixel next to it. The "
            "nearest pixel is the outermost itself": box("mirror"),
            "goes on at the opposite side … convolution by FFT does if nothing is padded": (
                box("wrap")
            ),
            "adds up. A mean divides by the number of pixels in the window": (
                lambda x: 9 * box("nearest")(x)
            ),
        },
        hints=(
            "`np.pad` has modes. Which one repeats the outermost pixels",
            'Pad by one pixel with `mode="edge"`, and convolve what you get under `"valid"`',
        ),
        solution=[
            "missing pixels there yourself, and then let no window leave the padded image: "
            '`conv4d(np.pad(x, 1, mode="edge")[None, None], mean, "valid")[0, 0]`, where `mean` '
            "is a kernel of 3×3 that holds 1 / 9 everywhere. The first trial, padded",
            repeated(DOTS),
            "It is 6×7, so the result has the image's size again. The corner is now the mean of "
            "pixels alone, and no zero is in it",
            BLURRED,
        ],
        given={"x": DOTS},
    ),
    "padding-same-tensorflow": Worked(
        text="row of 13 pixels, a kernel of 8, a stride of 5. How many zeros does TensorFlow put "
        "before the row and behind it, with `padding='SAME'`? Write [before, behind]",
        # ⌈13 / 5⌉ = 3 windows reach over 2·5 + 8 = 18 pixels: 5 are missing, 2 of them before.
        answer=[2, 3],
        mistakes={
            # 13 windows of 8 need 7 zeros, and Theano puts ⌊8 / 2⌋ of them before
            "Keras on Theano, which pads as if the stride were 1. TensorFlow pads only as many "
            "zeros as its windows need": [4, 3],
            "sum is right. On which side does TensorFlow put an odd zero": [3, 2],
            "TensorFlow's padding for a stride of 1. It takes the stride into account": [3, 4],
            'is half a kernel on both sides, Theano\'s `"half"`': [4, 4],
            "full padding: every window that touches the row": [7, 7],
        },
        hints=(
            "How many windows does a stride of 5 ask for, and over how many pixels",
            "⌈i / s⌉ windows reach over (o − 1)s + k pixels. What is missing to that is zeros, "
            "half of them before, rounded down",
        ),
        solution=[
            "TensorFlow asks for ⌈13 / 5⌉ = 3 windows. They begin 5 pixels apart and reach over "
            "2 · 5 + 8 = 18 pixels. There are 13, so 5 zeros are needed: 2 before, and the rest, "
            "3, behind. With a kernel that adds up the two ends of its window",
            # the pixel in column c holds c + 1
            f"= {0 + 6}; row 0, columns −2 to 5 of x … = {4 + 11}; row 0, columns 3 to 10 of x … "
            f"= {9 + 0}; row 0, columns 8 to 15 of x",
            "Keras on Theano does not look at the stride and puts 8 // 2 = 4 before. As many "
            "outputs, and not one of them the same",
            f"= {0 + 4}; row 0, columns −4 to 3 of x … = {2 + 9}; row 0, columns 1 to 8 of x … "
            f"= {7 + 0}; row 0, columns 6 to 13 of x",
        ],
    ),
    "padding-two-reflects": Worked(
        text="default border of `scipy.ndimage` is called `reflect`. What does "
        '`scipy.ndimage.correlate1d(x, np.ones(5), mode="reflect")` give for this row … adds up '
        "five neighbours",
        answer=correlate1d(MIRRORED, np.ones(5), mode="reflect"),
        mistakes={
            "is `reflect` of NumPy and PyTorch, where the last pixel appears once. SciPy mirrors": (
                correlate1d(MIRRORED, np.ones(5), mode="mirror")
            ),
            "zeros beyond the ends. `reflect` puts pixels there": (
                correlate1d(MIRRORED, np.ones(5), mode="constant")
            ),
            "repeated the last pixel twice. SciPy calls that `nearest`": (
                correlate1d(MIRRORED, np.ones(5), mode="nearest")
            ),
            "continued at the other end of the row. SciPy calls that `wrap`": (
                correlate1d(MIRRORED, np.ones(5), mode="wrap")
            ),
        },
        hints=(
            "the row with two more places on each side. What does SciPy put",
            "Its mirror lies on the edge of the last pixel: 100 1000 | 1000 100",
        ),
        solution=[
            "filter reads two places beyond each end. `scipy.ndimage` mirrors the row at the edge "
            'of its last pixel, so that this pixel appears twice: our `"symmetric"`. The row with '
            "two places on each side",
            [[10, 1, 1, 10, 100, 1000, 1000, 100]],
            "Each sum is that of five",
            [[122, 1112, 2111, 2210]],
            "NumPy's and PyTorch's \"reflect\" mirrors at the last pixel itself, which appears "
            'once. SciPy calls that `"mirror"`',
            [[100, 10, 1, 10, 100, 1000, 100, 10]],
        ],
        given={"x": MIRRORED},
    ),
    "padding-same-lower": Worked(
        text="row of 15 pixels, a kernel of 8, a stride of 4. How many zeros does ONNX put before "
        'the row and behind it, with `auto_pad="SAME_LOWER"`? Write [before, behind]',
        # ⌈15 / 4⌉ = 4 windows reach over 3·4 + 8 = 20 pixels: 5 are missing, 3 of them before.
        answer=[3, 2],
        mistakes={
            "is `SAME_UPPER`. The sum is right; on which side is the odd zero": [2, 3],
            # 15 windows of 8 need 7
            "is the padding for a stride of 1, and Keras on Theano's. ONNX takes the stride into": (
                [4, 3]
            ),
            # 3 windows reach over 2·4 + 8 = 16
            "rounded the number of windows down. ONNX rounds it up": [1, 0],
            "half a kernel on both sides": [4, 4],
            "full padding: every window that touches the row": [7, 7],
        },
        hints=(
            "How many windows does a stride of 4 ask for, and over how many pixels",
            "⌈i / s⌉ windows reach over (o − 1)s + k pixels. What is missing to that is zeros, "
            "half of them before, rounded up",
        ),
        solution=[
            "are ⌈15 / 4⌉ = 4 windows. They reach over 3 · 4 + 8 = 20 pixels, so 5 zeros are "
            "needed. Half of 5, rounded up, goes before the row: 3. The other 2 go behind it. "
            "With a kernel that adds up the two ends of its window",
            # the pixel in column c holds c + 1
            f"= {0 + 5}; row 0, columns −3 to 4 of x … = {2 + 9}; row 0, columns 1 to 8 of x … "
            f"= {6 + 13}; row 0, columns 5 to 12 of x … = {10 + 0}; row 0, columns 9 to 16 of x",
        ],
    ),
}
