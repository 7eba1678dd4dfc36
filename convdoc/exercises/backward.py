"""Questions about the backward pass."""

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.conv import conv4d, conv4d_gradients, conv4d_transpose, correlate4d
from convdoc.exercises.plane import plane
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Number, Question, Shape
from convdoc.spec import ConvSpec

BATCH_DY = np.array([[[[1, 0], [2, 3]],
                      [[4, 1], [0, 1]]],
                     [[[0, 2], [1, 0]],
                      [[3, 2], [5, 0]]]])  # fmt: skip

LAYER = ConvSpec(kernel=6)
LAYER_X, LAYER_W = (16, 3, 45, 45), (32, 3, 6, 6)

LIT_SIZE = 5
LIT = (LIT_SIZE // 2, LIT_SIZE // 2)
LIT_W = np.array([[1, 4, 2],
                  [0, 3, 5],
                  [6, 1, 2]])  # fmt: skip

X = np.array([[2, 0, 1],
              [1, 3, 0],
              [4, 1, 2]])  # fmt: skip
W = np.array([[3, 1],
              [0, 2]])  # fmt: skip
DY = np.array([[1, 2],
               [0, 3]])  # fmt: skip
PIXELS = len(DY) + len(W) - 1  # along a side of the image that W has been convolved with

AT, H = 2, 0.1

STRIDE = 2
ROW_DY = np.array([3, 1])
ROW_W = np.array([1, 0, 2])

RATE = 0.1
STEP_X = np.array([[1, 2, 0],
                   [0, 1, 3],
                   [2, 1, 1]])  # fmt: skip
STEP_W = np.array([[1, 0],
                   [2, 1]])  # fmt: skip
STEP_T = np.array([[3, 5],
                   [1, 6]])  # fmt: skip


def _row(function, x, w, *arguments, **settings):
    return plane(function, x[None], w[None], *arguments, **settings)[0]


def _bias_solution():
    samples, filters, *_ = BATCH_DY.shape
    sums = BATCH_DY.sum((2, 3))
    told = [
        f"{' + '.join(map(str, sums[:, f]))} = {sums[:, f].sum()} for filter {f}"
        for f in range(filters)
    ]
    return [
        "The bias of a filter is added to every pixel of its output, in every sample. If it grows, "
        f"all of them grow, and the effects add up. So sum over the {samples} samples, the rows "
        "and the columns. The sums of each image, a row for each sample and a column for each "
        "filter:",
        sums,
        f"Then down the columns: {' and '.join(told)}.",
    ]


def _shape_solution():
    size = LAYER.output_size(LAYER_X[2:])
    return [
        f"A gradient has the shape of what it belongs to: dW that of W, {LAYER_W}. It says of each "
        "weight how the loss changes with it. The samples are gone, because the same weights have "
        "served all of them, and what each says is added up.",
        LAYER.relationship(LAYER_X[2])[0],
        f"dY has the shape of the output, {(LAYER_X[0], LAYER_W[0], *size)}, and dX that of the "
        f"input, {LAYER_X}.",
    ]


def _lit():
    """How the sum of all outputs changes with each pixel."""
    ones = np.ones(ConvSpec(LIT_W.shape).output_size(LIT_SIZE))
    return plane(conv4d_transpose, ones, LIT_W).astype(int)


def _pixel_solution():
    from convdoc.draw import transpose_stepper

    size = ConvSpec(LIT_W.shape).output_size(LIT_SIZE)
    return [
        "The loss is the sum of all outputs, so dY is 1 everywhere. Each output hands back to a "
        "pixel the weight that it read it with. The middle pixel lies in all "
        f"{size[0] * size[1]} windows, once under each weight. So it gets all weights: "
        f"{' + '.join(map(str, LIT_W.ravel()))} = {LIT_W.sum()}. At the last step, look at the "
        "middle:",
        transpose_stepper(np.ones((1, 1, *size), int), LIT_W[None, None]),
    ]


def _kernel():
    return plane(correlate4d, X, DY, "valid")[::-1, ::-1]


def _kernel_solution():
    from convdoc.draw import correlate_stepper

    return [
        "Lay dy on the upper left corner of x, multiply, add up, and move on. Nothing is flipped. "
        "(The figure calls dy by the name W.)",
        correlate_stepper(X[None, None], DY[None, None], "valid"),
        f"These are the right {W.size} sums. But a convolution lays its kernel on the image "
        "turned, so in the upper left corner lay its last weight. Turn the result, and each sum "
        "stands with its weight:",
        _kernel().astype(int),
    ]


def _image_solution():
    from convdoc.draw import transpose_stepper

    return [
        f"Each output hands its dy back to the {W.size} pixels that it read, times the weights "
        "that it read them with: those of the kernel as it lay there, turned. Where pixels were "
        "read twice, both are added. (The figure calls dy by the name y, and dX by the name x′.)",
        transpose_stepper(DY[None, None], W[None, None]),
        "The same as one formula: the cross-correlation of dy with W, fully padded.",
    ]


def _loss(w):
    return (3 * w - 1) ** 2


def _up():
    return _loss(AT + H)


def _down():
    return _loss(AT - H)


def _difference_solution():
    up, down = _up(), _down()
    return [
        f"Between w = {AT - H:g} and w = {AT + H:g} the loss grows from {down:.2f} to {up:.2f}, by "
        f"{up - down:.2f}. The distance is 2 · {H} = {2 * H:g}. So the slope is {up - down:.2f} / "
        f"{2 * H:g} = {(up - down) / (2 * H):g}.",
        np.array([[AT - H, down], [AT, _loss(AT)], [AT + H, up]]).round(2),
        "Each row is a w and its loss. The loss is (3w − 1)², whose derivative is 6 (3w − 1), at "
        f"w = {AT} exactly {6 * (3 * AT - 1)}. A central difference has no error where the loss is "
        f"quadratic. The two one-sided ones, {(up - _loss(AT)) / H:.1f} and "
        f"{(_loss(AT) - down) / H:.1f}, err by as much in both directions.",
    ]


def _stride():
    return _row(conv4d_transpose, ROW_DY, ROW_W, strides=(1, STRIDE))


def _spread(gap):
    spread = np.zeros((ROW_DY.size - 1) * gap + 1, int)
    spread[::gap] = ROW_DY
    return spread


def _stride_solution():
    from convdoc.draw import transpose_stepper

    y, w = ROW_DY[None, None, None], ROW_W[None, None, None]
    return [
        f"A stride of {STRIDE} has left out every second window, and what was left out has no dy: "
        f"zeros stand in its place. Spread out, dy is {', '.join(map(str, _spread(STRIDE)))}. "
        "From here on it is as without a stride: the cross-correlation with W, with zeros "
        "around. (The figure calls dy by the name y, and dX by the name x′.)",
        transpose_stepper(y, w, strides=(1, STRIDE), view="gather"),
        f"Or step by step from dy: each number leaves the turned kernel behind, {STRIDE} pixels "
        "after the last.",
        transpose_stepper(y, w, strides=(1, STRIDE)),
    ]


def step(x: Numbers, w: Numbers, t: Numbers, rate: float) -> Numbers:
    """Take one step down the gradient of half the sum of squared errors."""
    y = plane(conv4d, x, w, "valid")
    _, dw, _ = conv4d_gradients(x[None, None], w[None, None], (y - t)[None, None], "valid")
    return w - rate * dw[0, 0]


def _uphill(x, w, t, rate):
    return step(x, w, t, -rate)


def _not_turned(x, w, t, rate):
    return w - (w - step(x, w, t, rate))[::-1, ::-1]


def _averaged(x, w, t, rate):
    return step(x, w, t, rate / t.size)


def _without_half(x, w, t, rate):
    return step(x, w, t, 2 * rate)


def _gradient_alone(x, w, t, rate):
    return w - step(x, w, t, 1)


def _step_solution():
    y = plane(conv4d, STEP_X, STEP_W, "valid").astype(int)
    dw = (STEP_W - step(STEP_X, STEP_W, STEP_T, 1)).round().astype(int)
    return [
        "First forward, y:",
        y,
        "What the loss says of each output: the derivative of ½ (y − t)² is y − t.",
        y - STEP_T,
        "Then backward: dW is the cross-correlation of x with y − t, turned. In Python that is "
        '`dw = correlate4d(x, y - t, "valid")[:, :, ::-1, ::-1]`, with two more axes in front of '
        "each array:",
        dw,
        f"The step goes against the gradient: `w - rate * dw`. With a rate of {RATE}:",
        step(STEP_X, STEP_W, STEP_T, RATE).round(6),
    ]


QUESTIONS = (
    Question(
        name="backward-bias",
        title="How the biases change the loss",
        level=1,
        text=f"A layer has {BATCH_DY.shape[1]} filters, each with a bias. From behind it gets dy, "
        f"of shape {BATCH_DY.shape}: (samples, filters, height, width). What is db?",
        given={"dy": BATCH_DY},
        kind=Array(),
        answer=lambda: BATCH_DY.sum((0, 2, 3)),
        mistakes=(
            Mistake(
                lambda: BATCH_DY.mean((0, 2, 3)),
                "You averaged. If a bias grows, every output grows, and the effects add up.",
            ),
            Mistake(
                lambda: BATCH_DY.sum((1, 2, 3)),
                "You have a number for each sample. A bias belongs to a filter, which is the "
                "second axis.",
            ),
            Mistake(
                lambda: BATCH_DY.sum(0),
                "You have a number for each pixel. A filter has one bias, which it adds to all of "
                "its output.",
            ),
            Mistake(
                lambda: BATCH_DY.sum((2, 3)),
                "You kept the samples apart. The same bias has served both, so add them up.",
            ),
            Mistake(
                lambda: BATCH_DY[0].sum((1, 2)),
                "You took the first sample alone. The bias has served both.",
            ),
            Mistake(
                lambda: BATCH_DY.sum((0, 2, 3))[::-1],
                "The two sums are right, in the wrong order. Which of the images belong to filter "
                "0?",
            ),
        ),
        hints=(
            "To which outputs is the bias of filter 0 added?",
            "Take the first image of each sample, and add up all of their numbers. Then the "
            "second.",
        ),
        solution=_bias_solution,
    ),
    Question(
        name="backward-shape",
        title="The shape of a gradient",
        level=1,
        text=f"A layer reads x of shape {LAYER_X} with W of shape {LAYER_W}, under "
        '`"valid"`. What is the shape of dW?',
        kind=Shape(),
        answer=lambda: LAYER_W,
        mistakes=(
            Mistake(
                lambda: (LAYER_X[0], LAYER_W[0], *LAYER.output_size(LAYER_X[2:])),
                "That is dY: the loss's gradient with respect to the output.",
            ),
            Mistake(lambda: LAYER_X, "That is dX: the gradient with respect to the input."),
            Mistake(
                lambda: (LAYER_X[0], *LAYER_W),
                "You kept the samples apart. The same kernel has served all of them, and its "
                "gradient is their sum.",
            ),
            Mistake(
                lambda: LAYER_W[:1] + LAYER_W[2:],
                "You forgot the channels. A filter has weights of its own for each.",
            ),
            Mistake(
                lambda: LAYER_W[2:] + LAYER_W[1::-1],
                "That is how Keras keeps it. Here it is (filters, channels, height, width).",
            ),
        ),
        hints=(
            "How many weights are there? Each has a derivative.",
            "A gradient has the shape of what it belongs to.",
        ),
        solution=_shape_solution,
    ),
    Question(
        name="backward-pixel",
        title="What a pixel is worth",
        level=2,
        text=f'An image of {LIT_SIZE}×{LIT_SIZE} is convolved with W, under `"valid"`, and the '
        f"loss is the sum of all outputs. If the middle pixel, ({LIT[0]}, {LIT[1]}), grows by 1, "
        "by how much does the loss grow?",
        given={"W": LIT_W},
        kind=Integer(),
        answer=lambda: int(_lit()[LIT]),
        mistakes=(
            Mistake(
                lambda: int(LIT_W[len(LIT_W) // 2, len(LIT_W) // 2]),
                "That is what the middle output gains. Other windows hold the pixel too.",
            ),
            Mistake(
                lambda: LIT_W.size,
                "You counted the windows that hold it. Each reads it with a weight.",
            ),
            Mistake(
                lambda: int(LIT_W.sum()) * LIT_W.size,
                "You let every output read the pixel with all weights. Each reads it with one.",
            ),
            Mistake(
                lambda: int(_lit()[0, 0]),
                "That is the pixel in the corner, which lies in one window.",
            ),
        ),
        hints=(
            "Which outputs read the middle pixel, and with which weight does each of them?",
            f"The window has {LIT_W.size} places, and the pixel lies under another weight in each.",
        ),
        solution=_pixel_solution,
    ),
    Question(
        name="backward-kernel",
        title="The gradient of the kernel",
        level=2,
        text=f"A layer has convolved x with a kernel of {len(X) - len(DY) + 1}×"
        f'{len(X) - len(DY) + 1}, a true convolution under `"valid"`, and gets dy. What is dW? W '
        "itself is not needed.",
        given={"x": X, "dy": DY},
        kind=Array(),
        answer=_kernel,
        mistakes=(
            Mistake(
                lambda: _kernel()[::-1, ::-1],
                f"The {W.size} sums are right, and each stands with the wrong weight. The "
                "convolution had turned its kernel.",
            ),
            Mistake(
                lambda: plane(conv4d, X, DY, "valid"),
                "You flipped dy. It lies on the image as it is; it is the result that has to be "
                "turned.",
            ),
            Mistake(
                lambda: plane(conv4d, X, DY, "valid")[::-1, ::-1],
                "You flipped dy and the result. One turn is enough.",
            ),
            Mistake(
                lambda: _kernel() / DY.size,
                "You averaged over the outputs. The effects add up.",
            ),
            Mistake(
                lambda: plane(correlate4d, X, DY, "full"),
                'You padded. There are as many sums as the kernel has weights: that is `"valid"`.',
            ),
            Mistake(
                lambda: _kernel().T,
                "You turned the result over its diagonal. Turn it by 180 degrees: last row first, "
                "last column first.",
            ),
        ),
        hints=(
            "Slide dy over x as a window. How many places has it, and which weight does each "
            "belong to?",
            f"Multiply and add up without flipping anything, which gives {len(X) - len(DY) + 1}×"
            f"{len(X) - len(DY) + 1} numbers. Then think of the turn that the kernel had made.",
        ),
        solution=_kernel_solution,
    ),
    Question(
        name="backward-image",
        title="Passing it on",
        level=2,
        text=f"A layer has convolved an image of {PIXELS}×{PIXELS} with W, a true convolution "
        'under `"valid"`, and gets dy. What does it pass on to the layer before, dX?',
        given={"W": W, "dy": DY},
        kind=Array(),
        answer=lambda: plane(conv4d_transpose, DY, W),
        mistakes=(
            Mistake(
                lambda: plane(conv4d, DY, W, "full"),
                "You left the kernel behind as it is stored. The convolution had laid it on the "
                "image turned, and that is how it goes back.",
            ),
            Mistake(
                lambda: plane(correlate4d, DY, W, "valid"),
                "dX must be as large as the image. The pixels at its border have been read too.",
            ),
            Mistake(
                lambda: plane(correlate4d, DY, W, "same"),
                "That is as large as dy. dX must be as large as the image.",
            ),
            Mistake(
                lambda: plane(conv4d_transpose, DY, W.T),
                "You transposed the kernel as well as turning it. The transpose in the name is "
                "that of the large matrix; turn the kernel by 180 degrees and do no more.",
            ),
            Mistake(
                lambda: plane(conv4d, DY, W.T, "full"),
                "You transposed the kernel instead of turning it by 180 degrees. The transpose in "
                "the name is that of the large matrix.",
            ),
            Mistake(
                lambda: plane(conv4d_transpose, np.ones_like(DY), W),
                "You left dy out: every output handed back its weights alone.",
            ),
        ),
        hints=(
            "Which pixels has output (0, 0) read, and each with which weight?",
            f"Begin with {PIXELS**2} zeros. For each number of dy add it, times the turned kernel, "
            "where that output's window lies.",
        ),
        solution=_image_solution,
    ),
    Question(
        name="backward-difference",
        title="A slope from two points",
        level=2,
        text=f"You doubt a gradient and try one weight. At w = {AT} the loss is "
        f"{_loss(AT):g}. At w = {AT + H:g} it is {_loss(AT + H):.2f}, and at w = {AT - H:g} it is "
        f"{_loss(AT - H):.2f}. What is the central difference, the estimate of the derivative?",
        kind=Number(tolerance=0.01),
        answer=lambda: (_up() - _down()) / (2 * H),
        mistakes=(
            Mistake(
                lambda: (_up() - _down()) / H,
                "You divided by one step. The two points are two steps apart.",
            ),
            Mistake(
                lambda: (_up() - _loss(AT)) / H,
                "That is the one-sided difference, upwards. Take the points on both sides.",
            ),
            Mistake(
                lambda: (_loss(AT) - _down()) / H,
                "That is the one-sided difference, downwards. Take the points on both sides.",
            ),
            Mistake(
                lambda: _up() - _down(),
                "That is by how much the loss grows. Divide by the distance of the two points.",
            ),
            Mistake(
                lambda: (_down() - _up()) / (2 * H),
                "The sign is wrong: the loss grows with w.",
            ),
        ),
        hints=(
            "By how much does the loss grow from the lower point to the upper one, and how far "
            "apart are they?",
            "Divide the difference of the losses by the difference of the weights.",
        ),
        solution=_difference_solution,
    ),
    Question(
        name="backward-stride",
        title="Back through a stride",
        level=3,
        text=f"A row of {(ROW_DY.size - 1) * STRIDE + ROW_W.size} pixels has been convolved with "
        f'the row W under `"valid"`, with a stride of {STRIDE}, and gave {ROW_DY.size} numbers. '
        "Their gradient is dy. What is dX?",
        given={"W": ROW_W, "dy": ROW_DY},
        kind=Array(),
        answer=_stride,
        mistakes=(
            Mistake(
                lambda: _row(conv4d_transpose, ROW_DY, ROW_W),
                f"You forgot the stride. The two windows began {STRIDE} pixels apart.",
            ),
            Mistake(
                lambda: _row(conv4d, _spread(STRIDE), ROW_W, "full"),
                "You left the kernel behind as it is stored. It had been turned.",
            ),
            Mistake(
                lambda: _row(correlate4d, _spread(STRIDE + 1), ROW_W, "full"),
                "You put as many zeros between as the stride says. One window was left out "
                "between the two, so there is one zero.",
            ),
            Mistake(
                lambda: _row(correlate4d, np.repeat(ROW_DY, STRIDE)[:-1], ROW_W, "full"),
                "You repeated dy. The windows that were left out gave nothing, so zeros stand "
                "there.",
            ),
            Mistake(
                lambda: _row(correlate4d, _spread(STRIDE), ROW_W, "valid"),
                "You left out the zeros around. The outer pixels have been read too.",
            ),
        ),
        hints=(
            "Where in the row did the second window begin?",
            "Spread dy out with a zero where a window was left out. Then go on as without a "
            "stride.",
        ),
        solution=_stride_solution,
    ),
    Question(
        name="backward-step",
        title="One step of learning",
        level=3,
        text="Write `step(x, w, t, rate)`, a function that takes one step of gradient descent. "
        "x, w and t are 2-D arrays: "
        'the image, the kernel, and what `conv4d` should give under `"valid"`. The loss is half '
        "the sum of (y − t)², and the step is `rate` times its gradient with respect to w. Give "
        f"the new kernel. Below are the first arrays; the first rate is {RATE}.",
        given={"x": STEP_X, "w": STEP_W, "t": STEP_T},
        kind=Code(
            "step(x, w, t, rate)",
            trials=lambda: [
                (STEP_X, STEP_W, STEP_T, RATE),
                (STEP_X, np.zeros((2, 2)), STEP_T, 0.01),
                (STEP_X.astype(float), np.eye(2), np.ones((2, 2)), 0.5),
            ],
            tolerance=1e-4,
        ),
        answer=step,
        mistakes=(
            Mistake(
                _uphill,
                "Your step goes up. The gradient points to where the loss grows; go against it.",
            ),
            Mistake(
                _not_turned,
                "Your step has the right numbers on the wrong weights. `conv4d` turns its kernel, "
                "so turn the gradient too.",
            ),
            Mistake(
                _averaged,
                "You averaged over the outputs. This loss is a sum.",
            ),
            Mistake(
                _without_half,
                "Your step is twice as long. The loss has a half in front, and its derivative is "
                "y − t.",
            ),
            Mistake(
                _gradient_alone,
                "That is the gradient. Take `rate` times it off the kernel.",
            ),
        ),
        hints=(
            "Compute y first, and y − t. Which function of convdoc gives dW from it?",
            "`conv4d_gradients` wants arrays of four axes: `x[None, None]`. The second of the "
            "three that it gives is dW.",
        ),
        solution=_step_solution,
    ),
)
