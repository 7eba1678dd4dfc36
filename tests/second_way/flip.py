"""The flip: SciPy, loops over printed arrays, turns on paper."""

import numpy as np
from scipy import ndimage
from scipy.signal import convolve2d, correlate2d

from tests.second_way import Worked

X, W = [[1, 0, 2], [3, 1, 0], [0, 2, 1]], [[1, 2], [0, 3]]
NINE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
MIRRORED = [row[::-1] for row in NINE]
TURNED = MIRRORED[::-1]
KERNELS = {
    "A": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    "B": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "C": [[1, 2, 0], [2, 0, 2], [0, 2, 1]],
    "D": [[1, 2, 3], [0, 5, 0], [3, 2, 1]],
    "E": NINE,
}
# Which of them become another kernel, on paper.
BY_HALF_A_TURN, LEFT_TO_RIGHT, TOP_TO_BOTTOM = "BE", "BCDE", "CDE"

MOVED_X, MOVED_W = [[1, 2, 0], [0, 3, 1], [2, 1, 0]], [[1, 2], [3, 4]]
CONVOLVED, CORRELATED = (function(MOVED_X, MOVED_W) for function in (convolve2d, correlate2d))

# Rows from bottom to top, each from right to left; filters side by side, behind one channel.
FIRST_TRIAL = [[[[4, 8]], [[3, 7]]], [[[2, 6]], [[1, 5]]]]


def put(w, axes, turned):
    """Each number put in its place by itself: axes in this order, and some of them turned."""
    length = dict(zip("fchw", w.shape, strict=True))
    moved = np.zeros([length[axis] for axis in axes])
    for place in np.ndindex(*w.shape):
        at = dict(zip("fchw", place, strict=True))
        at |= {axis: length[axis] - 1 - at[axis] for axis in turned}
        moved[tuple(at[axis] for axis in axes)] = w[place]
    return moved


def to_keras(w):
    return put(w, "hwcf", "hw")


np.testing.assert_array_equal(to_keras(np.arange(1, 9).reshape(2, 1, 2, 2)), FIRST_TRIAL)

SECOND_WAY = {
    "flip-by-hand": Worked(
        text='true convolution of x with W, under `"valid"`',
        answer=convolve2d(X, W, "valid"),
        mistakes={
            "kernel on the image as it is written … cross-correlation; a convolution flips it "
            "first": correlate2d(X, W, "valid"),
            "flipped the kernel top to bottom only. Left and right change places too": (
                correlate2d(X, [[0, 3], [1, 2]], "valid")
            ),
            "flipped the kernel left to right only. Top and bottom change places too": (
                correlate2d(X, [[2, 1], [3, 0]], "valid")
            ),
            "transposed the kernel: rows became columns. A flip is a turn by 180 degrees": (
                correlate2d(X, [[1, 0], [2, 3]], "valid")
            ),
        },
        hints=("kernel lie", "down the kernel turned by 180 degrees. Its last element comes first"),
        solution=[
            "Turn the kernel by 180 degrees first",
            [[3, 0], [2, 1]],
            "first window gives 3 · 1 + 0 · 0 + 2 · 3 + 1 · 1 = 10",
            # 9 + 2 at the bottom left, 3 + 4 + 1 at the bottom right
            "x (1, 1, 3, 3) convolved with W (1, 1, 2, 2) gives y (1, 1, 2, 2) … = 10; … = 2; … = "
            "11; … = 8;",
        ],
        given={"x": X, "W": W},
    ),
    "flip-seen": Worked(
        text="whether a new library flips … one that you know … How many of these 5 kernels would "
        "show a difference",
        answer=len(BY_HALF_A_TURN),
        mistakes={
            "kernels that change when left and right change places. A flip exchanges top and "
            "bottom too": (len(LEFT_TO_RIGHT)),
            "rows alone are turned over. Which of them does a turn by 180 degrees": (
                len(TOP_TO_BOTTOM)
            ),
            "found one. There is another, which changes nothing but its signs": 1,
            "took all of them. The first is the same however you turn it": 5,
        },
        hints=("convolution and a cross-correlation the same", "Turn each kernel by 180 degrees"),
        solution=[
            "flip turns the kernel by 180 degrees. A, C, D are what they were … both libraries "
            "agree … Only these … another kernel",
            "B, turned",
            [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
            "E, turned",
            TURNED,
            "That makes 2. B changes nothing but its signs … without their signs … 9 different "
            "numbers, as in E, leave no doubt",
        ],
        given=KERNELS,
    ),
    "flip-pillow": Worked(
        text="impulse, Pillow's `ImageFilter.Kernel` makes the y below … convolution would give "
        "the kernel W itself. Which kernel … Pillow … gives the convolution with W",
        answer=MIRRORED,
        mistakes={
            "PyTorch needs, which flips nothing. Pillow flips by half": TURNED,
            "turned the rows over. Pillow does that itself … undoes": NINE[::-1],
            "this kernel you get the y above, and the rows of that are mirrored": NINE,
            "transposed the kernel. Nothing here makes columns of rows": [
                *zip(*NINE, strict=True),
            ],
        },
        hints=(
            "happen to y so that it becomes W",
            "rows of y are in the right order … wrong way round",
        ),
        solution=[
            "flips both ways. Pillow does the rows by itself, so the columns are left to you: "
            "mirror each row",
            MIRRORED,
            "Pillow turns its rows over, which makes it the kernel turned by 180 degrees … "
            "correlates",
            "x (1, 1, 5, 5) correlated with W (1, 1, 3, 3) gives y (1, 1, 3, 3) … "
            + " … ".join(f"= {number};" for number in range(1, 10)),
        ],
        given={"W": NINE, "y": MIRRORED},
    ),
    "flip-convert": Worked(
        text="`to_keras(w)` … weight of a PyTorch layer, (filters, channels, height, width) … "
        "kernel … layer of Keras 2 on Theano … (height, width, channels, filters), and Theano "
        "flips",
        answer=to_keras,
        mistakes={
            "axes are right. PyTorch does not flip and Theano does": lambda w: put(w, "hwcf", ""),
            "turned the last two axes, which are channels and filters now. Height and width … "
            "front": lambda w: put(w, "hwcf", "cf"),
            "reversed the order of all axes … exchanged height and width. Each slice … "
            "transposed": lambda w: put(w, "whcf", "hw"),
            "Channels and filters are the wrong way round: Keras has the filters last": (
                lambda w: put(w, "hwfc", "hw")
            ),
            "flip is right. The axes are still in PyTorch's order": lambda w: put(w, "fchw", "hw"),
        },
        hints=(
            "Two things differ: the order of the axes, and the flip",
            "`w.transpose(2, 3, 1, 0)` puts the axes in order … height and width",
        ),
        solution=[
            # each axis of Keras, where PyTorch has it
            "PyTorch keeps (filters, channels, height, width), and Keras (height, width, channels, "
            "filters). So the axes go in the order 2, 3, 1, 0: `w.transpose(2, 3, 1, 0)`",
            "first trial that makes (2, 2, 1, 2) out of (2, 1, 2, 2). PyTorch does not flip and "
            "Theano does, so height and width are turned too. They are the first two axes now: "
            "`[::-1, ::-1]`. Of the first filter",
            [[4, 3], [2, 1]],
            "slice turned by 180 degrees. `convert_kernel(w, 'torch', 'keras-theano')` … same",
        ],
        given={"w": [[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]]]},
    ),
    "fair-timing": Worked(
        text="SciPy, in scikit-image and in OpenCV. Before you time … the 3×3 mean of an image of "
        "ones … as large as the image … its corner, if zeros lie beyond the border as in a layer "
        'under `"same"`? Four digits',
        answer=4 / 9,
        mistakes={
            "OpenCV, scikit-image and `ndimage` give when left alone: they mirror … With zeros "
            "beyond it the mean is smaller. If you divided by the pixels on the image alone: the "
            "kernel's weights are the same everywhere": 1,
            "Right as far as it goes. Write four digits": 0.44,
            "mean beside the corner, at the edge. At the corner, zeros lie on two sides": 6 / 9,
            "the corner pixel alone. Its neighbours on the image belong to the mean too": 1 / 9,
            "sum. The mean divides it by the number of kernel elements": 4,
        },
        hints=(
            "on the image when its middle is the corner",
            "2 rows and 2 columns of it. Add up the ones there, and divide by 9",
        ),
        solution=[
            "Of the 9 places under the corner's window, 4 are pixels and 5 lie beyond the border. "
            "Zeros there make the mean 4 / 9 = 0.4444. The sums, before they are divided by 9",
            "x (1, 1, 5, 5) convolved with W (1, 1, 3, 3) gives y (1, 1, 5, 5) … y[0, 0] = … = 4; "
            "… y[0, 1] = … = 6; … y[1, 1] = … = 9; … y[4, 4] = … = 4;",
            "OpenCV and scikit-image mirror the image … and get 1. Have OpenCV pad with zeros by "
            "`borderType=cv2.BORDER_CONSTANT` and scikit-image by `mode='constant'`, turn the "
            "kernel for both",
        ],
    ),
    "flip-moved": Worked(
        text='Keras on Theano has the kernel W and pads `"same"`. It was moved to TensorFlow: the '
        "kernel was turned … `padding='SAME'` was kept. For the image x … What does TensorFlow",
        # Zeros at the bottom and the right, and only windows that fit.
        answer=ndimage.correlate(
            np.array(MOVED_X), np.array([[4, 3], [2, 1]]), mode="constant", origin=-1
        ),
        mistakes={
            "what Theano gives. The kernel is even, and TensorFlow puts the odd zeros elsewhere": (
                CONVOLVED[:3, :3]
            ),
            "TensorFlow correlate with W itself. It was given the turned kernel": (
                CORRELATED[1:, 1:]
            ),
            "padded as Theano does and left the turn out. TensorFlow was given the turned kernel, "
            "and has zeros elsewhere": CORRELATED[:3, :3],
            "did not pad. Under `SAME` the result is as large": CONVOLVED[1:3, 1:3],
        },
        hints=(
            "kernel of 2 needs one row of zeros. Does it go to the top or to the bottom",
            "TensorFlow puts the odd row at the bottom, and the odd column at the right. The first "
            "window then lies on the image alone",
        ),
        solution=[
            "flip was taken care of. The border was not: Keras on Theano puts the odd row and "
            "column of zeros at the top and the left, TensorFlow at the bottom and the right. So "
            "TensorFlow's windows begin on the image",
            # 4 + 6 + 0 + 3 in the first window
            "x (1, 1, 3, 3) convolved with W (1, 1, 2, 2) gives y (1, 1, 3, 3) … "
            + " … ".join(f"= {number};" for number in CONVOLVED[1:, 1:].flat),
            "Theano's numbers, moved up and to the left by one, with another row and column behind "
            "them. In TensorFlow, put zeros at the top and the left yourself … `padding='VALID'`",
        ],
        given={"x": MOVED_X, "W": MOVED_W},
    ),
}
