"""The matrix and the spectra: hand arithmetic, SciPy, sums of products by loops."""

import numpy as np
from scipy.linalg import circulant
from scipy.signal import convolve, correlate

from tests.second_way import Worked

KERNEL = [[2, 5, 1], [7, 3, 4]]
WINDOWED = [[2, 7, 1, 8], [3, 0, 5, 4], [9, 6, 2, 3]]
WAVE, RIPPLE = [1, 0, 2, 4], [3, 1, 2]
FULL = convolve(WAVE, RIPPLE)


def matrix(height, width, kernel, function=convolve):
    """How each output answers to each pixel of an image that is 1 alone: a column for each."""
    columns = []
    for pixel in range(height * width):
        image = np.zeros(height * width)
        image[pixel] = 1
        columns.append(function(image.reshape(height, width), kernel, "valid").ravel())
    return np.array(columns).T.round().astype(int)


def corners(size, k, step=1):
    return range(0, size - k + 1, step)


def columns(x, k, tops_first=True, step=1):
    """The pixels of each window, window after window."""
    rows, lines = corners(len(x), k, step), corners(len(x[0]), k, step)
    if tops_first:
        return [[x[i + u][j + v] for u in range(k) for v in range(k)] for i in rows for j in lines]
    return [[x[i + u][j + v] for v in range(k) for u in range(k)] for j in lines for i in rows]


def windows(x, k, **settings):
    return [list(pixels) for pixels in zip(*columns(x, k, **settings), strict=True)]


ROWS = matrix(3, 4, KERNEL)
HELD = [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]
PAIRS = 100 * 100 * 98 * 98

SECOND_WAY = {
    "dense-vs-conv": Worked(
        text='100×100 pixels and a kernel of 3×3 give, under `"valid"`, an output of 98×98. How '
        "many weights would a dense layer have that takes the same image to an output of the same "
        "size? Leave biases out",
        answer=96_040_000,
        mistakes={
            "what the convolution has. Its kernel serves every output; a dense layer has weights "
            "of its own for each": 3 * 3,
            "counted biases too, one for each output. The question leaves them out": (
                96_040_000 + 9604
            ),
            "gave each output a window of its own, and no more. In a dense layer every output "
            "reads all of the image": 9 * 9604,
            "took an output of 99×99: 99 is 100 − 1. Each side loses one pixel less than the "
            "kernel has, and this kernel has 3": 98_010_000,
            "took an output of 97×97: 97 is 100 − 3. The window's first place counts "
            "too": 94_090_000,
            'took an output as large as the image. That is `"same"`; here nothing is padded': (
                100_000_000
            ),
            "added inputs and outputs. There is a weight for each pair": 10_000 + 9604,
        },
        hints=(
            "Every output reads every input, each with a weight of its own",
            "Count the pixels of the image and those of the output. How many pairs",
        ),
        solution=[
            "100 · 100 = 10,000 pixels and the output 98 · 98 = 9,604. A dense layer has a weight "
            "for each pair of them: 10,000 · 9,604 = 96,040,000. The convolution has 9, and that "
            f"is fewer by a factor of {PAIRS / 9:,.1f}",
            # 16 pixels and 4 outputs
            "an image of 4×4 and the same kernel. The dense layer's matrix has 64 cells. The "
            "convolution fills it with the numbers of its kernel, here 1 to 9, and zeros",
            [
                [9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1, 0, 0, 0, 0, 0],
                [0, 9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1, 0, 0, 0, 0],
                [0, 0, 0, 0, 9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1, 0],
                [0, 0, 0, 0, 0, 9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1],
            ],
            "With biases the dense layer has one more for each output, 96,049,604, and the "
            "convolution one for its filter, 10. The factor is then 9,604,960.4",
        ],
    ),
    "matrix-shape": Worked(
        text="5 rows and 6 columns is convolved with a kernel of 3 rows and 2 columns, under "
        '`"valid"`. Written as a matrix M that multiplies the strung-out image from the left, what '
        "shape has M",
        answer=matrix(5, 6, np.ones((3, 2))).shape,
        mistakes={
            "is its transpose, which leads from the output back to the image. M has a row for each "
            "output": matrix(5, 6, np.ones((3, 2))).T.shape,
            'took as many outputs as there are pixels. Under `"valid"` there are fewer': (30, 30),
            "forgot the window's first place: it is one place more than it can move on": (
                (2 * 4, 30)
            ),
            "kept the weights alone. The columns of M are the pixels of the whole image, and most "
            "of its cells are zero": (15, 3 * 2),
            "shape of the output. M has a row for each of its numbers": (
                convolve(np.ones((5, 6)), np.ones((3, 2)), "valid").shape
            ),
        },
        hints=(
            "Which numbers does M multiply, and which does it give",
            "A row for each output, a column for each pixel. How many outputs",
        ),
        solution=[
            "output has 5 − 3 + 1 = 3 rows and 6 − 2 + 1 = 5 columns, so 15 numbers. Each is a row "
            "of the matrix. Each of the 5 · 6 = 30 pixels is a column. Each step of this figure is "
            "one row of the matrix",
            # pixels 0 to 29; of the first window 0, 1, 6, 7, 12, 13, of the last 16, 17, … 29
            "x (1, 1, 5, 6) convolved with W (1, 1, 3, 2) gives y (1, 1, 3, 5) … = 39; rows 0 to "
            "2, columns 0 to 1 of x … 15. y[2, 4] = … = 135; rows 2 to 4, columns 4 to 5 of x",
        ],
    ),
    "matrix-column": Worked(
        text="M is the matrix of an image of 4×4 and a kernel of 3×3 without zeros, under "
        '`"valid"`. In the column of pixel (1, 1), how many cells are not zero? Rows and columns '
        "of the image are counted from 0",
        answer=len([1 for top in (0, 1) for left in (0, 1) if top <= 1 and left <= 1]),
        mistakes={
            "has each row: an output reads as many pixels as the kernel has weights. A column asks "
            "how many outputs read one pixel": 9,
            "is a corner, row 0 and column 0. This pixel lies one row and one column further in": (
                HELD[0][0]
            ),
            "counted along one axis. The window can move down as well": len([1 for top in (0, 1)]),
            "how many columns the matrix has": 4 * 4,
        },
        hints=(
            "A column belongs to one pixel of the image. Which outputs",
            "window has four places. Lay it on each of them and look if it covers the pixel",
        ),
        solution=[
            "A column of the matrix belongs to a pixel, and holds a weight for each output whose "
            "window reads it. Pixel (1, 1) lies in 4 windows. So many for each pixel",
            HELD,
            "With a 1 there, zeros elsewhere, and a kernel whose numbers differ, each of those "
            "outputs shows the weight that it has for the pixel. That is the column, read as an "
            "image",
            # 1 2 3 / 4 5 6 / 7 8 9 turned: the middle and what follows it in a row and a column
            "= 5; … = 6; … = 8; … = 9;",
        ],
    ),
    "matrix-row": Worked(
        text='3 rows and 4 columns is convolved with W, under `"valid"`. What is row 2 of the '
        "matrix, counted from 0? It is a true convolution. Write all 12 numbers",
        answer=ROWS[2],
        mistakes={
            "kernel as it is stored. A convolution lays it on the image turned by 180 degrees": (
                matrix(3, 4, KERNEL, correlate)[2]
            ),
            "turned the kernel from top to bottom. It is turned both ways": (
                matrix(3, 4, KERNEL[::-1], correlate)[2]
            ),
            "turned the kernel from left to right. It is turned both ways": (
                matrix(3, 4, [line[::-1] for line in KERNEL], correlate)[2]
            ),
            "is row 1. The first row of the matrix is number 0": ROWS[1],
            "is row 3. Which output is number 2, and where does its window begin": ROWS[3],
            "rows of the kernel one behind the other. The image is wider than the kernel, and the "
            "pixels that the window leaves out have their places too": (
                [0, 0, 0, 0, 4, 3, 7, 1, 5, 2, 0, 0]
            ),
            "right, laid out as an image. A row of the matrix has all of them one behind the "
            "other": [[0, 0, 0, 0], [4, 3, 7, 0], [1, 5, 2, 0]],
        },
        hints=(
            "Which output does the row belong to? Where does its window lie on the image",
            "grid of zeros, write the turned kernel where the window lies, and string out the rows",
        ),
        solution=[
            # two outputs in each row: number 2 is the first of the second row
            "Row 2 is output (1, 0): the window begins at row 1 and column 0 of the image. Here "
            "the pixels are numbered as the columns of the matrix are. The weight that lies on "
            "pixel number c stands in column c",
            # pixels 0 to 11
            "x (1, 1, 3, 4) convolved with W (1, 1, 2, 3) gives y (1, 1, 2, 2) … "
            + " … ".join(f"= {number};" for number in ROWS @ np.arange(12)),
            "over the whole image",
            [[0, 0, 0, 0], [4, 3, 7, 0], [1, 5, 2, 0]],
            "strung out, row after row",
            ROWS[2],
        ],
        given={"W": KERNEL},
    ),
    "matrix-im2col": Worked(
        text="one image of shape (1, 3, 8, 8) with 16 filters of 3×3, under "
        '`"valid"`. The windows are copied into the columns of one matrix, for a product with the '
        "filters. What shape has the matrix of windows",
        answer=(3 * 3 * 3, 6 * 6),
        mistakes={
            "a window in each row. The question wants them in the columns": (6 * 6, 3 * 3 * 3),
            "took one channel. A window reads all of them, and a filter has weights for each": (
                (3 * 3, 6 * 6)
            ),
            "took a window for each pixel. Without padding there are fewer places": (27, 8 * 8),
            "copied the windows once for each filter. All filters read the same ones": (
                (16 * 27, 36)
            ),
            "is the product, the output of the layer. What do the filters multiply": (16, 36),
            "the filters, one in each row. What do they multiply": (16, 27),
        },
        hints=(
            "How many numbers does one window hold, and how many windows",
            "A window has 3 channels. It can move to 6 places along each axis",
        ),
        solution=[
            "A column is one window, with all its channels: 3 · 3 · 3 = 27 numbers. There is a "
            "column for each place of the window, 6 · 6 = 36. So the shape is (27, 36)",
            "6 = (8 - 3) + 1",
            "16 filters are the rows of the other matrix, (16, 27). The product has the shape "
            "(16, 36): an image of 6×6 for each filter. All filters read the same columns",
        ],
    ),
    "matrix-factor": Worked(
        text='an image of 100×100, a kernel of 3×3 and `"valid"`. Give both layers their biases, '
        "as networks do. How many times as many parameters has the dense layer as the convolution? "
        "One decimal",
        answer=9_604_960.4,
        mistakes={
            "is the factor without biases": PAIRS / 9,
            "convolution has its bias, and the dense layer has none yet. It has one for each of "
            "its outputs": 9_604_000,
            "dense layer has its biases, and the convolution has none yet": 96_049_604 / 9,
            "gave the convolution a bias for each output pixel. A filter has one, which it adds "
            "everywhere": 96_049_604 / (9 + 9604),
            "gave the dense layer a bias for each input. It adds one to each output": 9_605_000,
        },
        hints=(
            "How many biases has a dense layer, and how many has a convolution with one filter",
            "Add one for each output to the dense layer's weights, and one for each filter to the "
            "convolution's. Then divide",
        ),
        solution=[
            "dense layer has a bias for each output: 96,040,000 + 9,604 = 96,049,604. The "
            "convolution has one for each filter, and there is one: 9 + 1 = 10. Then divide: "
            f"9,604,960.4. Without biases it was {PAIRS / 9:,.1f}. The four counts, dense above "
            "and convolution below, without biases and with them",
            [[96_040_000, 96_049_604], [9, 10]],
        ],
    ),
    "matrix-fft-size": Worked(
        text="60×60 and a kernel of 7×7 are to be convolved through the Fourier transform … the "
        'smallest side of the transform at which the `"full"` result comes out right, with nothing '
        "wrapped around",
        answer=len(convolve(np.ones(60), np.ones(7), "full")),
        mistakes={
            "At the image's own size the last rows have no place, and come in again at the top": 60,
            "enough, and one more than it takes. Where the first pixel and the first weight meet "
            "is place 0": 60 + 7,
            # 3 rows behind: of 66, the 3 last come in on the 3 first, which are cut off too
            'left room for half a kernel. That will do for `"same"`, where the last rows are cut '
            "off": 60 + 3,
            'size under `"valid"`. The full result is larger than the image': (
                len(convolve(np.ones(60), np.ones(7), "valid"))
            ),
            "padded on both sides. The zeros are needed once, and may all stand behind": 6 + 60 + 6,
        },
        hints=(
            "How large is the full result",
            "as many rows as there are places where the kernel touches the image",
        ),
        solution=[
            "full convolution has 60 + 7 − 1 = 66 rows. A transform of fewer has no room for the "
            "last ones, and adds them to the first. A transform of more is as good",
            "66 = 60 + (7 - 1)",
            "4 pixels and a kernel of 3. The full result, and what a transform of the image's own "
            "size gives",
            FULL,
            circulant([*RIPPLE, 0]) @ WAVE,
        ],
    ),
    "matrix-wrapped": Worked(
        text="the row x with the row w as `np.fft.ifft(np.fft.fft(x) * np.fft.fft(w, 4))`, and "
        "forgets to leave room … out? Leave out what rounding does … which are zero",
        answer=circulant([*RIPPLE, 0]) @ WAVE,
        mistakes={
            "is the full convolution. A transform of 4 numbers has no room": FULL,
            "cut off what does not fit. It is not lost: it comes in again at the front": (
                [3, 1, 8, 14]
            ),
            'is `"same"`: the middle of the full result. Nothing is cut off here': (
                convolve(WAVE, RIPPLE, "same")
            ),
            # 3·x + 1·(the next x) + 2·(the one after), round the ring
            "did not turn the kernel. A product of spectra is a true convolution": (
                [3 + 0 + 4, 0 + 2 + 8, 6 + 4 + 2, 12 + 1 + 0]
            ),
            "did not turn the kernel before you folded. A product of spectra is a true "
            "convolution": circulant([2, 1, 3, 0]) @ WAVE,
            "multiplied the rows number by number. It is their spectra that are multiplied": (
                [3 * 1, 1 * 0, 2 * 2, 0 * 4]
            ),
        },
        hints=(
            "the full convolution first. How many numbers",
            "Of the 6 numbers, the last 2 find no place. Add them to the first 2",
        ),
        solution=[
            "full convolution has 4 + 3 − 1 = 6 numbers",
            "x (1, 1, 1, 4) convolved with W (1, 1, 1, 3) gives y (1, 1, 1, 6) … "
            + " … ".join(f"= {number};" for number in FULL),
            "A transform of 4 has no room for the last 2. They come in again at the front and are "
            "added there: 3 + 8 = 11 and 1 + 8 = 9. The others stay",
            [11, 9, 8, 14],
        ],
        given={"x": WAVE, "w": RIPPLE},
    ),
    "matrix-windows": Worked(
        text="`windows(x, k)`, a function that takes an image, a 2-D array x, and a window's side "
        "k, and gives each window of k×k pixels as a column … row after row, and so the pixels in "
        "each of them. No padding, a stride of 1. Below is the first x, with k = 2",
        answer=windows,
        mistakes={
            "windows into rows. They should stand in columns": columns,
            "windows lie side by side. With a stride of 1 each begins one pixel after the last": (
                lambda x, k: windows(x, k, step=k)
            ),
            "down the columns first, in the image and in each window. Go along the rows": (
                lambda x, k: windows(x, k, tops_first=False)
            ),
            "turned each window. It is the kernel that is turned, before the product": (
                lambda x, k: windows(x, k)[::-1]
            ),
        },
        hints=(
            "NumPy has a view of all windows of an array. Otherwise two loops",
            "rows i and columns j where a window begins, take `x[i:i+k, j:j+k].ravel()`, and make "
            "columns of them with `np.stack(..., axis=1)`",
        ),
        solution=[
            "a view of all windows, which copies nothing: "
            "`np.lib.stride_tricks.sliding_window_view(x, (k, k))`. Its first two axes say which "
            "window, the last two which pixel of it … both pairs with `.reshape(-1, k * k)`; now "
            "each window is a row. `.T` makes columns of them. For the array above there are 2 · 3 "
            "= 6 windows of 4 pixels",
            windows(WINDOWED, 2),
            "kernel, turned and strung out, times this array is the convolution",
        ],
        given={"x": WINDOWED},
    ),
}
