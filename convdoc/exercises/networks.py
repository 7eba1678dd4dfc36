"""Questions about reading a network."""

import math
from itertools import pairwise

import numpy as np

from convdoc._types import Array as Numbers
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Number, Question, Shape
from convdoc.network import ALEXNET, DIELEMAN, LENET5, VGG16, Conv, MaxPool, Network
from convdoc.spec import ConvSpec

GALAXIES = (1, 3, 45, 45)

#: Three kernels, a pooling among them, and a stride at the end.
SMALL = Network((Conv(8, 3), MaxPool(2), Conv(16, 5), Conv(16, 3, strides=2)))
SMALL_SIZE = 24

#: How many networks for photographs begin.
FIRST = Conv(64, 7, strides=2, border_mode=3)
PHOTOGRAPH = (1, 3, 224, 224)

DIGITS = (10, 1, 28, 28)
USUAL, LARGE = PHOTOGRAPH[2], 448
#: What the first dense layer of VGG-16 reads, and how many units it has.
LAST_FILTERS, UNITS = 512, 4096
BATCH = 16

#: Layer 2 of the list: what it says that it reads, its kernel, and what it gives.
LISTED = (1, 32, 40, 40)
LISTED_KERNEL = (64, 32, 5, 5)
LISTED_OUTPUT = (1, 64, 16, 16)


def _convolutions(network, shape):
    """Rows that have weights, and what each of them reads."""
    rows = network.table(shape).rows
    return [(row, before) for before, row in pairwise(rows) if row.kernel_shape]


def _times(numbers):
    return " · ".join(f"{number:,}" for number in numbers)


# -- Parameters ---------------------------------------------------------------------------------


def _with_total(counts):
    counts = list(counts)
    return np.array([*counts, sum(counts)])


def _kernels():
    return DIELEMAN.table(GALAXIES).kernel_shapes


def _four_layers_solution():
    told = "; ".join(f"{_times(shape)} = {math.prod(shape):,}" for shape in _kernels())
    table = DIELEMAN.table(GALAXIES)
    return [
        f"Multiply the four numbers of each shape: {told}. Together they are {table.weights:,}.",
        _with_total(map(math.prod, _kernels())),
        "The image is in none of these products. It is in the work: the second layer multiplies "
        "most, and the fourth has most parameters.",
        table,
    ]


#: The second convolution of Dieleman's network, and what it reads.
SECOND, READ = _convolutions(DIELEMAN, GALAXIES)[1]


def _biases():
    """The second convolution's: one for each filter, one for each output."""
    return SECOND.tied_biases, SECOND.untied_biases


def _biases_solution():
    row, before = SECOND, READ
    filters, *size = row.shape[1:]
    return [
        f"Tied, a filter has one bias, which is added to all of its outputs: {filters}. Untied, "
        f"each output has its own. The kernel of {row.kernel_shape[2]} leaves {size[0]}×{size[1]} "
        f"of the {before.shape[2]}×{before.shape[3]}, so there are {_times([filters, *size])} = "
        f"{row.untied_biases:,}.",
        np.array(_biases()),
        "Untied biases depend on the size of the image. A network that has them can read images "
        "of one size only.",
    ]


# -- Sizes --------------------------------------------------------------------------------------


def _digits():
    """LeNet-5 over images that are too small for it, as far as it gets."""
    return Network(LENET5.layers[:4]).table(DIGITS)


def _digits_solution():
    sizes, k = [row.shape[2] for row in _digits().rows], LENET5.layers[0].size[0]
    return [
        f"A kernel of {k} takes {k - 1} rows, a pooling of 2 halves: "
        f"{' → '.join(map(str, sizes))}. The second convolution has {_digits().rows[-1].shape[1]} "
        "filters, pooling leaves their number alone, and the samples stay what they are.",
        _digits(),
        f"The next kernel is {k}×{k}, and {sizes[-1]}×{sizes[-1]} is too small for it. So for "
        "LeNet-5 the images get two rows and columns of background on every side, which makes "
        "them 32×32.",
    ]


def _read():
    """What the layer really reads: the output and the kernel say it."""
    _, channels, kh, kw = LISTED_KERNEL
    samples, _, height, width = LISTED_OUTPUT
    return samples, channels, height + kh - 1, width + kw - 1


def _list_solution():
    from convdoc.draw import stepper

    k, o = LISTED_KERNEL[2], LISTED_OUTPUT[2]
    small = np.arange(30).reshape(1, 1, 5, 6)
    return [
        f"Without padding, o = i − k + 1, so i = o + k − 1 = {o} + {k} − 1 = {_read()[2]}. The "
        f"{LISTED[2]}×{LISTED[3]} of layer 1 have been pooled in between: half of {LISTED[2]} is "
        f"{_read()[2]}. The list leaves the pooling out.",
        DIELEMAN.table(GALAXIES),
        "On a small image, the formula read backwards: 3 rows come out of a kernel of 3, and 3 + "
        "3 − 1 went in.",
        stepper(small, np.ones((1, 1, 3, 3), int), "valid"),
    ]


# -- Work and memory ----------------------------------------------------------------------------


def _first():
    return Network((FIRST,)).table(PHOTOGRAPH).rows[1]


def _work_solution():
    row, (p, _) = _first(), FIRST.spec.border_mode[0]
    outputs, k, s = row.shape[1:], FIRST.size[0], FIRST.strides[0]
    return [
        f"The output has ⌊({PHOTOGRAPH[2]} + 2 · {p} − {k}) / {s}⌋ + 1 = {row.shape[2]} rows, and "
        f"as many columns: {_times(outputs)} = {math.prod(outputs):,} numbers.",
        FIRST.spec.relationship(PHOTOGRAPH[2:])[0],
        f"Each is a sum of {_times(row.kernel_shape[1:])} = {math.prod(row.kernel_shape[1:])} "
        f"products, so there are {math.prod(outputs):,} · {math.prod(row.kernel_shape[1:])} = "
        f"{row.multiply_adds:,}.",
    ]


def _dense(size):
    """Weights of VGG-16's first dense layer, for images of this size."""
    return VGG16.table((1, 3, size, size)).rows[-3].weights


def _dense_solution():
    rows = VGG16.table((1, 3, LARGE, LARGE)).rows
    before = rows[-4].shape[1:]
    return [
        f"Five poolings halve {LARGE} to {before[1]}, so the layer reads {_times(before)} numbers, "
        f"and each of its {rows[-3].shape[1]:,} units has a weight for each of them: "
        f"{_dense(LARGE):,}.",
        "The last pooling and the dense layer alone:",
        Network(VGG16.layers[-4:-2]).table(rows[-5].shape),
        f"That is four times the {_dense(USUAL):,} for images of {USUAL}×{USUAL}. The convolutions "
        "have as many parameters as before. It is one reason why later networks average each "
        "channel first.",
    ]


#: VGG-16's first layer, without the others, which would take time when this is imported.
KEPT = Network(VGG16.layers[:1]).table((BATCH, *PHOTOGRAPH[1:])).rows[1]


def _megabytes():
    return 4 * math.prod(KEPT.shape) / 1e6


def _memory_solution():
    return [
        f"{_times(KEPT.shape)} = {math.prod(KEPT.shape):,} numbers of four bytes each are "
        f"{KEPT.memory:,} bytes, {_megabytes():,.1f} million. The layer's parameters are "
        f"{KEPT.weights + KEPT.tied_biases:,} numbers; they hardly count here.",
        np.array([math.prod(KEPT.shape), KEPT.memory]),
    ]


# -- Receptive fields ---------------------------------------------------------------------------


def _field():
    return SMALL.table((1, 1, SMALL_SIZE, SMALL_SIZE)).rows[-1].receptive_field[0]


def _field_steps():
    """(kernel, stride, receptive field before, jump before) of each layer."""
    rows = SMALL.table((1, 1, SMALL_SIZE, SMALL_SIZE)).rows
    return [
        (layer.size[0], layer.strides[0], row.receptive_field[0], row.jump[0])
        for layer, row in zip(SMALL.layers, rows, strict=False)
    ]


def _field_solution():
    told = "; ".join(f"{r} + ({k} − 1) · {j} = {r + (k - 1) * j}" for k, s, r, j in _field_steps())
    jumps = ", ".join(str(j) for *_, j in _field_steps())
    return [
        f"Before the four layers the jump is {jumps}. Each adds (k − 1) of these jumps: {told}.",
        SMALL.table((1, 1, SMALL_SIZE, SMALL_SIZE)),
        "The stride of the last layer comes too late for its own field. It moves the outputs "
        "apart, and so would make the field of a next layer larger.",
    ]


def _alexnet():
    layers = ALEXNET.layers[:8]
    return [(np.array([a.size[0] for a in layers]), np.array([a.strides[0] for a in layers]))]


def _trials():
    return [*_alexnet(), (np.array([3, 3, 3]), np.array([1, 1, 1])), (np.array([2]), np.array([2]))]


def field(kernels: Numbers, strides: Numbers) -> Numbers:
    """Receptive field behind each layer."""
    jumps = np.concatenate([[1], np.cumprod(strides)[:-1]])
    return 1 + np.cumsum((kernels - 1) * jumps)


def _own_stride(kernels, strides):
    return 1 + np.cumsum((kernels - 1) * np.cumprod(strides))


def _without_strides(kernels, strides):
    return 1 + np.cumsum(kernels - 1)


def _whole_kernels(kernels, strides):
    return 1 + np.cumsum(kernels * np.concatenate([[1], np.cumprod(strides)[:-1]]))


def _from_nothing(kernels, strides):
    return field(kernels, strides) - 1


def _last_stride(kernels, strides):
    return 1 + np.cumsum((kernels - 1) * np.concatenate([[1], strides[:-1]]))


def _code_solution():
    return [
        "Begin with one pixel, `r = 1`, and a jump of one pixel, `j = 1`. For each layer, first "
        "`r += (k - 1) * j`, then `j *= s`, and keep `r`. These lines are all there is. For the "
        "eight layers above it gives",
        field(*_trials()[0]),
        "Exchange the two and every field with a stride comes out too large: a window's own "
        "stride does not make it wider.",
    ]


QUESTIONS = (
    Question(
        name="four-layers",
        title="Parameters of four layers",
        level=1,
        text="The kernels of the four convolution layers of Dieleman's network have the shapes "
        f"{', '.join(map(str, _kernels()))}. How many elements has each kernel, and how many have "
        "all four together? Write five numbers: the four layers, then the total.",
        kind=Array(),
        answer=lambda: _with_total(map(math.prod, _kernels())),
        mistakes=(
            Mistake(
                lambda: _with_total(math.prod(shape) + shape[0] for shape in _kernels()),
                "You added a bias for each filter. A layer may have them, but they are no elements "
                "of the kernel.",
            ),
            Mistake(
                lambda: _with_total(f * kh * kw for f, _, kh, kw in _kernels()),
                "You left the channels out. A filter has a slice for every channel that it reads.",
            ),
            Mistake(
                lambda: _with_total(math.prod(shape[1:]) for shape in _kernels()),
                "You counted one filter of each layer. A kernel holds all of them.",
            ),
            Mistake(
                lambda: _with_total(
                    row.multiply_adds for row, _ in _convolutions(DIELEMAN, GALAXIES)
                ),
                "You multiplied by the size of the output as well. That is the work, not the "
                "parameters: a kernel is the same for every place where it lies.",
            ),
            Mistake(
                lambda: _with_total(
                    math.prod(before.shape[1:]) for _, before in _convolutions(DIELEMAN, GALAXIES)
                ),
                "You counted the numbers of the images that the layers read. Count those of the "
                "kernels.",
            ),
            Mistake(
                lambda: np.array(list(map(math.prod, _kernels()))),
                "These are the four layers. The total is missing: write it as the fifth number.",
            ),
        ),
        hints=(
            "A kernel is one array. Its shape says how many numbers it holds.",
            f"Multiply the four numbers of a shape. The first begins with {_kernels()[0][0]} · "
            f"{_kernels()[0][1]}.",
        ),
        solution=_four_layers_solution,
    ),
    Question(
        name="networks-lenet",
        title="LeNet-5 over smaller images",
        level=1,
        text=f"{DIGITS[0]} grey images of {DIGITS[2]}×{DIGITS[3]} go into LeNet-5: 6 filters of "
        "5×5, pooling of 2×2, 16 filters of 5×5, pooling of 2×2, all without padding. What is the "
        "shape behind the second pooling?",
        kind=Shape(),
        answer=lambda: _digits().rows[-1].shape,
        mistakes=(
            Mistake(
                lambda: tuple(np.array(_digits().rows[-1].shape)[[0, 2, 3, 1]].tolist()),
                "You put the channels last. Here they come second.",
            ),
            Mistake(
                lambda: (*_digits().rows[-1].shape[:2], DIGITS[2] // 4, DIGITS[3] // 4),
                "You halved twice and left out what the kernels take away.",
            ),
            Mistake(
                lambda: LENET5.table((DIGITS[0], 1, 32, 32)).rows[4].shape,
                "That is the shape for images of 32×32, which the network was made for.",
            ),
            Mistake(
                lambda: (1, *_digits().rows[-1].shape[1:]),
                f"You lost the samples. {DIGITS[0]} images go in, and as many come out.",
            ),
            Mistake(
                lambda: _digits().rows[3].shape,
                "That is the shape before the second pooling.",
            ),
        ),
        hints=(
            "Follow one side of the image through the four layers.",
            f"The first kernel leaves {DIGITS[2] - 4} of {DIGITS[2]}, and the pooling halves that.",
        ),
        solution=_digits_solution,
    ),
    Question(
        name="networks-biases",
        title="Biases, tied and untied",
        level=2,
        text=f"The second convolution of Dieleman's network has {SECOND.shape[1]} filters of "
        f"{SECOND.kernel_shape[2]}×{SECOND.kernel_shape[3]} and reads {READ.shape[1]} channels of "
        f"{READ.shape[2]}×{READ.shape[3]} without padding. How many biases has it if they are "
        "tied, and how many if they are untied? Write two numbers.",
        kind=Array(),
        answer=lambda: np.array(_biases()),
        mistakes=(
            Mistake(
                lambda: np.array(_biases()[::-1]),
                "You have both, in the wrong order. Tied means that outputs share one.",
            ),
            Mistake(
                lambda: np.array([_biases()[0], _biases()[1] // _biases()[0]]),
                "You counted the places of one output image. Each filter has an image of its own.",
            ),
            Mistake(
                lambda: np.array([_biases()[0], _biases()[0] * math.prod(READ.shape[2:])]),
                "You took the size of the input. A bias is added to an output, and there are fewer "
                "of them.",
            ),
            Mistake(
                lambda: np.array([_biases()[0] * READ.shape[1], _biases()[1]]),
                "You gave each slice of a filter a bias. The slices are added up first, and the "
                "sum gets one.",
            ),
        ),
        hints=(
            "A bias is added to an output. Which outputs share it?",
            "Tied, each filter has one. For untied ones, find the size of the output first.",
        ),
        solution=_biases_solution,
    ),
    Question(
        name="networks-field",
        title="How far it sees",
        level=2,
        text="A network has four layers, without padding: a convolution of 3×3, a pooling of 2×2 "
        "with a stride of 2, a convolution of 5×5, and a convolution of 3×3 with a stride of 2. "
        "How many pixels across does one output of the last layer see?",
        kind=Integer(),
        answer=_field,
        mistakes=(
            Mistake(
                lambda: 1 + sum(k - 1 for k, *_ in _field_steps()),
                "You added the kernels as if no stride stood between them. Behind a pooling, one "
                "step is several pixels of the image.",
            ),
            Mistake(
                lambda: 1 + sum((k - 1) * j * s for k, s, _, j in _field_steps()),
                "You let a layer's own stride widen its window. It counts for the next layers.",
            ),
            Mistake(
                lambda: 1 + sum((k - 1) * j for k, s, _, j in _field_steps() if k != 2),
                "One too few. Did you begin with 0? A pixel sees itself, so begin with 1. Or "
                "did you leave out the window of the pooling, which reads two outputs as well?",
            ),
            Mistake(
                lambda: 1 + sum(k * j for k, _, _, j in _field_steps()),
                "Each layer adds k − 1 jumps and not k, because the first place is there already.",
            ),
            Mistake(
                lambda: _field_steps()[-1][2],
                "That is the field before the last layer.",
            ),
        ),
        hints=(
            "Keep two numbers: how far an output sees, and how far two neighbours lie apart.",
            "Both begin with 1. The first convolution makes the field 3 and leaves the jump at 1.",
        ),
        solution=_field_solution,
    ),
    Question(
        name="networks-work",
        title="The work of a first layer",
        level=2,
        text=f"{FIRST.filters} filters of {FIRST.size[0]}×{FIRST.size[1]} read a colour image of "
        f"{PHOTOGRAPH[2]}×{PHOTOGRAPH[3]} with a stride of {FIRST.strides[0]} and "
        f"{FIRST.spec.border_mode[0][0]} zeros on every side. How many multiplications does that "
        "take?",
        kind=Integer(),
        answer=lambda: _first().multiply_adds,
        mistakes=(
            Mistake(
                lambda: math.prod(_first().kernel_shape) * PHOTOGRAPH[2] * PHOTOGRAPH[3],
                f"You laid the kernel on every pixel. With a stride of {FIRST.strides[0]} there "
                "are fewer places.",
            ),
            Mistake(
                lambda: _first().multiply_adds // PHOTOGRAPH[1],
                "You left the channels out. Each output is a sum over all three.",
            ),
            Mistake(
                lambda: math.prod(_first().kernel_shape),
                "These are the weights. Each of them is multiplied once for every place of its "
                "filter.",
            ),
            Mistake(
                lambda: 2 * _first().multiply_adds,
                "You counted the additions too. Here, only multiplications are asked for.",
            ),
            Mistake(
                lambda: (
                    math.prod(_first().kernel_shape)
                    * math.prod(ConvSpec(FIRST.size, FIRST.strides).output_size(PHOTOGRAPH[2:]))
                ),
                "You left the padding out.",
            ),
        ),
        hints=(
            "Two numbers are needed: how many outputs there are, and how many products in each.",
            f"The output has ⌊({PHOTOGRAPH[2]} + {sum(FIRST.spec.padding(PHOTOGRAPH[2:])[0])} − "
            f"{FIRST.size[0]}) / {FIRST.strides[0]}⌋ + 1 rows. Each output adds up "
            f"{_times((PHOTOGRAPH[1], *FIRST.size))} products.",
        ),
        solution=_work_solution,
    ),
    Question(
        name="networks-list",
        title="Spot the error: a list of layers",
        level=2,
        text=f"A list of layers says that layer 2 reads {LISTED}, which is what layer 1 gives. Its "
        f"kernel is {LISTED_KERNEL}, and it gives {LISTED_OUTPUT}, with a stride of 1 and no "
        "padding. The kernel and the output are right. What is the shape that layer 2 reads?",
        kind=Shape(),
        answer=_read,
        mistakes=(
            Mistake(
                lambda: LISTED,
                f"That is what the list says. A kernel of {LISTED_KERNEL[2]} would leave more than "
                f"{LISTED_OUTPUT[2]} of {LISTED[2]}.",
            ),
            Mistake(
                lambda: (1, LISTED_KERNEL[0], *_read()[2:]),
                "The size is right. The channels are what a filter reads, and the kernel's shape "
                "says how many.",
            ),
            Mistake(
                lambda: (1, *_read()[2:], LISTED_KERNEL[1]),
                "You put the channels last. Here they come second.",
            ),
            Mistake(
                lambda: (*_read()[:2], *(size + 1 for size in _read()[2:])),
                f"One too many: a kernel of {LISTED_KERNEL[2]} takes {LISTED_KERNEL[2] - 1} rows "
                "away, because its first place keeps one.",
            ),
            Mistake(
                lambda: (*_read()[:2], *(o - (LISTED_KERNEL[2] - 1) for o in LISTED_OUTPUT[2:])),
                "You went on from the output. Go back: what was there before the kernel took its "
                "rows away?",
            ),
            Mistake(
                lambda: (*_read()[:2], *(2 * o for o in LISTED_OUTPUT[2:])),
                "You doubled what layer 2 gives. There is a pooling, but before the layer.",
            ),
        ),
        hints=(
            "Turn the formula round: the output and the kernel are known.",
            f"o = i − k + 1, and o is {LISTED_OUTPUT[2]}. Something that the list leaves out has "
            "halved the images.",
        ),
        solution=_list_solution,
    ),
    Question(
        name="networks-dense",
        title="VGG-16 over larger images",
        level=3,
        text=f"VGG-16 is to read colour images of {LARGE}×{LARGE} instead of {USUAL}×{USUAL}. "
        "Before its first dense layer there are five poolings of 2×2, and convolutions that keep "
        f"the size; the last have {LAST_FILTERS} filters. The dense layer has {UNITS:,} units. How "
        "many weights would it have, without biases?",
        kind=Integer(),
        answer=lambda: _dense(LARGE),
        mistakes=(
            Mistake(
                lambda: _dense(USUAL),
                f"That is what it has for {USUAL}×{USUAL}. A convolution would keep its weights; "
                "this layer has one for every number that it reads.",
            ),
            Mistake(
                lambda: 2 * _dense(USUAL),
                "You doubled it. The image has grown along both axes.",
            ),
            Mistake(
                lambda: LAST_FILTERS * LARGE * LARGE * UNITS,
                "You left the poolings out.",
            ),
            Mistake(
                lambda: _dense(LARGE) + UNITS,
                "You counted the biases too.",
            ),
            Mistake(
                lambda: _dense(LARGE) // LAST_FILTERS,
                f"You counted one channel. The layer reads all {LAST_FILTERS}.",
            ),
        ),
        hints=(
            "What shape does the dense layer read?",
            f"Halve {LARGE} five times. Every unit has a weight for each number of that array.",
        ),
        solution=_dense_solution,
    ),
    Question(
        name="networks-memory",
        title="What must be kept",
        level=3,
        text=f"VGG-16's first convolution has {KEPT.shape[1]} filters and keeps the size of its "
        f"images, {PHOTOGRAPH[2]}×{PHOTOGRAPH[3]}. To learn, a network keeps what every layer "
        f"gave. How many million bytes is that for this layer, for {BATCH} images in float32? One "
        "decimal will do.",
        kind=Number(tolerance=0.05),
        answer=_megabytes,
        mistakes=(
            Mistake(
                lambda: _megabytes() / 4,
                "You counted numbers. Each takes four bytes.",
            ),
            Mistake(
                lambda: _megabytes() / BATCH,
                f"That is one image. {BATCH} of them are kept.",
            ),
            Mistake(
                lambda: 2 * _megabytes(),
                "That would be float64.",
            ),
            Mistake(
                lambda: _megabytes() * PHOTOGRAPH[1] / KEPT.shape[1],
                "That is the input. The layer gives a whole image for each of its filters.",
            ),
            Mistake(
                lambda: _megabytes() * 1e6 / 2**20,
                "You divided by 1024 · 1024. These are mebibytes; a million is asked for.",
            ),
        ),
        hints=(
            "Write down the shape of what the layer gives for all images.",
            f"{_times(KEPT.shape)} numbers, four bytes each.",
        ),
        solution=_memory_solution,
    ),
    Question(
        name="networks-code",
        title="Receptive fields in five lines",
        level=3,
        text="Write `field(kernels, strides)`, which takes the kernel sizes and the strides of the "
        "layers of a network, convolutions and poolings alike, and returns how many pixels across "
        "one output sees behind each layer. Below are the first eight layers of AlexNet.",
        given=dict(zip(("kernels", "strides"), _alexnet()[0], strict=True)),
        kind=Code("field(kernels, strides)", trials=_trials),
        answer=field,
        mistakes=(
            Mistake(
                _own_stride,
                "You lengthened the jump before you used it. A layer's own stride counts for the "
                "layers behind it.",
            ),
            Mistake(
                _without_strides,
                "You left the strides out. Behind a stride, one step is several pixels.",
            ),
            Mistake(
                _whole_kernels,
                "Each layer adds (k − 1) jumps, not k.",
            ),
            Mistake(
                _from_nothing,
                "You began with nothing. A pixel of the input sees itself, which is one.",
            ),
            Mistake(
                _last_stride,
                "You took the stride of the layer before. The jump is the product of all strides "
                "before.",
            ),
        ),
        hints=(
            "Go from layer to layer with two numbers, the field and the jump. Both begin with 1.",
            "Each layer adds (k − 1) · jump to the field. Then its stride multiplies the jump.",
        ),
        solution=_code_solution,
    ),
)
