"""Questions about the flip."""

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d, correlate4d
from convdoc.exercises.plane import plane
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Number, Question
from convdoc.layouts import convert_kernel

X = np.array([[1, 0, 2],
              [3, 1, 0],
              [0, 2, 1]])  # fmt: skip
W = np.array([[1, 2],
              [0, 3]])  # fmt: skip

NINE = np.arange(1, 10).reshape(3, 3)

TRIED = {
    "A": np.ones((3, 3), int),
    "B": np.array([[1, 0, -1],
                   [2, 0, -2],
                   [1, 0, -1]]),
    "C": np.array([[1, 2, 0],
                   [2, 0, 2],
                   [0, 2, 1]]),
    "D": np.array([[1, 2, 3],
                   [0, 5, 0],
                   [3, 2, 1]]),
    "E": NINE,
}  # fmt: skip

MEAN = 3  # rows and columns of the kernel that averages
CONSTANT = 5  # and of the image of ones

MOVED_X = np.array([[1, 2, 0],
                    [0, 3, 1],
                    [2, 1, 0]])  # fmt: skip
MOVED_W = np.array([[1, 2],
                    [3, 4]])  # fmt: skip


def _by_hand_solution():
    from convdoc.draw import stepper

    first = W[::-1, ::-1] * X[:2, :2]
    terms = " + ".join(
        f"{w} · {x}" for w, x in zip(W[::-1, ::-1].flat, X[:2, :2].flat, strict=True)
    )
    return [
        "Turn the kernel by 180 degrees first:",
        W[::-1, ::-1],
        f"Then lay it on the image. The first window gives {terms} = {first.sum()}. The others "
        "follow step by step:",
        stepper(X[None, None], W[None, None], "valid"),
    ]


def _seen():
    """The kernels that a turn by 180 degrees changes."""
    return [name for name, w in TRIED.items() if not np.array_equal(w, w[::-1, ::-1])]


def _unlike(turn):
    return sum(not np.array_equal(w, turn(w)) for w in TRIED.values())


def _seen_solution():
    seen = _seen()
    blind = [name for name in TRIED if name not in seen]
    sentences = [
        f"A flip turns the kernel by 180 degrees. {', '.join(blind)} are what they were then, so "
        "both libraries agree whatever they do. Only these come out as another kernel:"
    ]
    for name in seen:
        sentences += [f"{name}, turned:", TRIED[name][::-1, ::-1]]
    return [
        *sentences,
        f"That makes {len(seen)}. B changes nothing but its signs, and who looks at edges without "
        f"their signs misses it. {NINE.size} different numbers, as in E, leave no doubt.",
    ]


def _pillow(kernel):
    """What Pillow leaves of an impulse: it reads the rows of the kernel from the bottom up."""
    impulse = np.zeros((5, 5))
    impulse[2, 2] = 1
    # By NumPy, because a question asks this when it is imported: nothing slow should start then.
    return plane(correlate4d, impulse, kernel[::-1], engine="numpy")[1:4, 1:4]


def _pillow_solution():
    from convdoc.draw import correlate_stepper

    mirrored = NINE[:, ::-1]
    impulse = np.zeros((5, 5), int)
    impulse[2, 2] = 1
    return [
        "A convolution flips both ways. Pillow does the rows by itself, so the columns are left to "
        "you: mirror each row.",
        mirrored,
        "Pillow turns its rows over, which makes it the kernel turned by 180 degrees. With that it "
        "correlates:",
        correlate_stepper(impulse[None, None], mirrored[None, None, ::-1], "valid"),
    ]


def to_keras(w: Numbers) -> Numbers:
    """A kernel of PyTorch, as Keras on Theano keeps it: the answer."""
    return convert_kernel(w, "torch", "keras-theano")


def _trials():
    return [
        (np.arange(1, 9).reshape(2, 1, 2, 2),),
        (np.arange(54).reshape(3, 2, 3, 3),),
        (np.arange(48).reshape(2, 4, 2, 3),),
    ]


def _convert_solution():
    ((w,), *_) = _trials()
    moved = to_keras(w)
    return [
        "PyTorch keeps (filters, channels, height, width), and Keras (height, width, channels, "
        "filters). So the axes go in the order 2, 3, 1, 0: `w.transpose(2, 3, 1, 0)`.",
        f"For the first trial that makes {moved.shape} out of {w.shape}. PyTorch does not flip and "
        "Theano does, so height and width are turned too. They are the first two axes now: "
        "`[::-1, ::-1]`. Of the first filter this leaves",
        moved[:, :, 0, 0],
        "which is its slice turned by 180 degrees. `convert_kernel(w, 'torch', 'keras-theano')` "
        "does the same.",
    ]


def _corner():
    ones, mean = np.ones((CONSTANT, CONSTANT)), np.full((MEAN, MEAN), 1 / MEAN**2)
    return plane(conv4d, ones, mean)


def _timing_solution():
    from convdoc.draw import stepper

    near = (MEAN // 2 + 1) ** 2
    return [
        f"Of the {MEAN**2} places under the corner's window, {near} are pixels and "
        f"{MEAN**2 - near} lie beyond the border. Zeros there make the mean {near} / {MEAN**2} = "
        f"{near / MEAN**2:.4f}. The sums, before they are divided by {MEAN**2}:",
        stepper(np.ones((1, 1, CONSTANT, CONSTANT), int), np.ones((1, 1, MEAN, MEAN), int)),
        "OpenCV and scikit-image mirror the image at its border and get 1. Have OpenCV pad with "
        "zeros by `borderType=cv2.BORDER_CONSTANT` and scikit-image by `mode='constant'`, turn "
        "the kernel "
        "for both, and check that all results agree. Then time them.",
    ]


def _moved_solution():
    from convdoc.draw import stepper

    return [
        "The flip was taken care of. The border was not: Keras on Theano puts the odd row and "
        "column of zeros at the top and the left, TensorFlow at the bottom and the right. So "
        "TensorFlow's windows begin on the image itself:",
        stepper(MOVED_X[None, None], MOVED_W[None, None], "same_upper"),
        "These are Theano's numbers, moved up and to the left by one, with another row and column "
        "behind them. In TensorFlow, put zeros at the top and the left yourself, and convolve with "
        "`padding='VALID'`.",
    ]


QUESTIONS = (
    Question(
        name="flip-by-hand",
        title="A convolution by hand",
        level=1,
        text='What is the true convolution of x with W, under `"valid"`?',
        given={"x": X, "W": W},
        kind=Array(),
        answer=lambda: plane(conv4d, X, W, "valid"),
        mistakes=(
            Mistake(
                lambda: plane(correlate4d, X, W, "valid"),
                "You laid the kernel on the image as it is written. That is the "
                "cross-correlation; a convolution flips it first.",
            ),
            Mistake(
                lambda: plane(correlate4d, X, W[::-1], "valid"),
                "You flipped the kernel top to bottom only. Left and right change places too.",
            ),
            Mistake(
                lambda: plane(correlate4d, X, W[:, ::-1], "valid"),
                "You flipped the kernel left to right only. Top and bottom change places too.",
            ),
            Mistake(
                lambda: plane(correlate4d, X, W.T, "valid"),
                "You transposed the kernel: rows became columns. A flip is a turn by 180 degrees.",
            ),
        ),
        hints=(
            "How does the kernel lie on the image?",
            "Write down the kernel turned by 180 degrees. Its last element comes first.",
        ),
        solution=_by_hand_solution,
    ),
    Question(
        name="flip-seen",
        title="Which kernels see a flip?",
        level=1,
        text="To find out whether a new library flips, you convolve a photograph by it and by one "
        "that you know, and compare. How many of these "
        f"{len(TRIED)} kernels would show a difference?",
        given=TRIED,
        kind=Integer(),
        answer=lambda: len(_seen()),
        mistakes=(
            Mistake(
                lambda: _unlike(lambda w: w[:, ::-1]),
                "You looked for kernels that change when left and right change places. A flip "
                "exchanges top and bottom too.",
            ),
            Mistake(
                lambda: _unlike(lambda w: w[::-1]),
                "You counted those that stay what they are, or those that change when the rows "
                "alone are turned over. Which of them does a turn by 180 degrees change?",
            ),
            Mistake(
                lambda: sum(not np.array_equal(abs(w), abs(w)[::-1, ::-1]) for w in TRIED.values()),
                "You found one. There is another, which changes nothing but its signs.",
            ),
            Mistake(
                lambda: len(TRIED),
                "You took all of them. The first is the same however you turn it.",
            ),
        ),
        hints=(
            "When are a convolution and a cross-correlation the same?",
            "Turn each kernel by 180 degrees, and look whether it is another one then.",
        ),
        solution=_seen_solution,
    ),
    Question(
        name="flip-pillow",
        title="Half a flip",
        level=2,
        text="Of an impulse, Pillow's `ImageFilter.Kernel` makes the y below, where a convolution "
        "would give the kernel W itself. Which kernel do you have to hand to Pillow, so that it "
        "gives the convolution with W?",
        given={"W": NINE, "y": _pillow(NINE).astype(int)},
        kind=Array(),
        answer=lambda: NINE[:, ::-1],
        mistakes=(
            Mistake(
                lambda: NINE[::-1, ::-1],
                "That is what PyTorch needs, which flips nothing. Pillow flips by half already.",
            ),
            Mistake(
                lambda: NINE[::-1],
                "You turned the rows over. Pillow does that itself, and yours undoes it.",
            ),
            Mistake(
                lambda: NINE,
                "With this kernel you get the y above, and the rows of that are mirrored.",
            ),
            Mistake(
                lambda: NINE.T,
                "You transposed the kernel. Nothing here makes columns of rows.",
            ),
        ),
        hints=(
            "What has to happen to y so that it becomes W?",
            "The rows of y are in the right order. Each of them is the wrong way round.",
        ),
        solution=_pillow_solution,
    ),
    Question(
        name="flip-convert",
        title="From PyTorch to Keras on Theano",
        level=2,
        text="Write `to_keras(w)`. It takes the weight of a PyTorch layer, (filters, channels, "
        "height, width), and gives the kernel with which a layer of Keras 2 on Theano computes the "
        "same: (height, width, channels, filters), and Theano flips.",
        given={"w": np.arange(1, 9).reshape(2, 1, 2, 2)},
        kind=Code("to_keras(w)", trials=_trials),
        answer=to_keras,
        mistakes=(
            Mistake(
                lambda w: w.transpose(2, 3, 1, 0),
                "The axes are right. PyTorch does not flip and Theano does, so something else has "
                "to change.",
            ),
            Mistake(
                lambda w: w.transpose(2, 3, 1, 0)[:, :, ::-1, ::-1],
                "You turned the last two axes, which are channels and filters now. Height and "
                "width have moved to the front.",
            ),
            Mistake(
                lambda w: w.transpose(3, 2, 1, 0)[::-1, ::-1],
                "You reversed the order of all axes, and so exchanged height and width. Each slice "
                "comes out transposed.",
            ),
            Mistake(
                lambda w: w.transpose(2, 3, 0, 1)[::-1, ::-1],
                "Channels and filters are the wrong way round: Keras has the filters last.",
            ),
            Mistake(
                lambda w: w[:, :, ::-1, ::-1],
                "The flip is right. The axes are still in PyTorch's order.",
            ),
        ),
        hints=(
            "Two things differ: the order of the axes, and the flip.",
            "`w.transpose(2, 3, 1, 0)` puts the axes in order. Which of them are height and width "
            "now?",
        ),
        solution=_convert_solution,
    ),
    Question(
        name="fair-timing",
        title="A fair comparison of time",
        level=2,
        text="Compare the time that a convolution takes in SciPy, in scikit-image and in OpenCV. "
        "Before you time them they must compute the same, so try them on something that you know: "
        f"the {MEAN}×{MEAN} mean of an image of ones, whose result is to be as large as the image. "
        "What must stand in its corner, if zeros lie beyond the border as in a layer under "
        '`"same"`? Four digits will do.',
        kind=Number(5e-4),
        answer=lambda: float(_corner()[0, 0]),
        mistakes=(
            Mistake(
                lambda: 1.0,
                "That is what OpenCV, scikit-image and `ndimage` give when left alone: they mirror "
                "the image at its border. With zeros beyond it the mean is smaller. If you divided "
                "by the pixels on the image alone: the kernel's weights are the same everywhere.",
            ),
            Mistake(
                lambda: round(float(_corner()[0, 0]), 2),
                "Right as far as it goes. Write four digits.",
            ),
            Mistake(
                lambda: float(_corner()[0, 1]),
                "That is the mean beside the corner, at the edge. At the corner, zeros lie on two "
                "sides.",
                near=0.005,
            ),
            Mistake(
                lambda: 1 / MEAN**2,
                "You counted the corner pixel alone. Its neighbours on the image belong to the "
                "mean too.",
                near=0.005,
            ),
            Mistake(
                lambda: float((MEAN // 2 + 1) ** 2),
                "That is the sum. The mean divides it by the number of kernel elements.",
            ),
        ),
        hints=(
            "How much of the window lies on the image when its middle is the corner pixel?",
            f"{MEAN // 2 + 1} rows and {MEAN // 2 + 1} columns of it. Add up the ones there, and "
            f"divide by {MEAN**2}.",
        ),
        solution=_timing_solution,
    ),
    Question(
        name="flip-moved",
        title="Spot the error: a layer that was moved",
        level=3,
        text='A layer of Keras on Theano has the kernel W and pads `"same"`. It was moved to '
        "TensorFlow: the kernel was turned, as it must be, and `padding='SAME'` was kept. For the "
        "image x the answers differ. What does TensorFlow give?",
        given={"x": MOVED_X, "W": MOVED_W},
        kind=Array(),
        answer=lambda: plane(conv4d, MOVED_X, MOVED_W, "same_upper"),
        mistakes=(
            Mistake(
                lambda: plane(conv4d, MOVED_X, MOVED_W, "same"),
                "That is what Theano gives. The kernel is even, and TensorFlow puts the odd zeros "
                "elsewhere.",
            ),
            Mistake(
                lambda: plane(correlate4d, MOVED_X, MOVED_W, "same_upper"),
                "You let TensorFlow correlate with W itself. It was given the turned kernel.",
            ),
            Mistake(
                lambda: plane(correlate4d, MOVED_X, MOVED_W, "same"),
                "You padded as Theano does and left the turn out. TensorFlow was given the turned "
                "kernel, and has zeros elsewhere.",
            ),
            Mistake(
                lambda: plane(conv4d, MOVED_X, MOVED_W, "valid"),
                "You did not pad. Under `SAME` the result is as large as the image.",
            ),
        ),
        hints=(
            f"A kernel of {len(MOVED_W)} needs one row of zeros. Does it go to the top or to "
            "the bottom?",
            "TensorFlow puts the odd row at the bottom, and the odd column at the right. The first "
            "window then lies on the image alone.",
        ),
        solution=_moved_solution,
    ),
)
