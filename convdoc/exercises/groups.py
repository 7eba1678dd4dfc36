"""Questions about groups, depthwise and separable convolutions."""

import math

import numpy as np

from convdoc.conv import conv4d, correlate4d
from convdoc.exercises.questions import Array, Code, Integer, Mistake, Number, Question, Shape
from convdoc.network import ALEXNET, Conv, Network

CHANNELS = 64
LAYER = Conv(filters=96, size=5, groups=4)

DEALT_CHANNELS, DEALT_FILTERS, DEALT_GROUPS = 12, 6, 3
DEALT_FILTER = 4

X = np.array([[[1, 0, 2],
               [3, 1, 0],
               [0, 2, 1]],
              [[2, 1, 0],
               [0, 1, 3],
               [1, 0, 1]]])  # fmt: skip
W = np.array([[[[1, 2],
                [0, 0]]],
              [[[0, 1],
                [3, 0]]]])  # fmt: skip

FILTERS, KERNEL = 256, 3

STACKED_CHANNELS, STACKED_GROUPS, STACKED_LAYERS = 16, 4, 2

ALEXNET_TABLE = ALEXNET.table((1, 3, 227, 227))
SECOND, SECOND_W = ALEXNET_TABLE.rows[3], ALEXNET_TABLE.kernel_shapes[1]  # after one pooling
SECOND_GROUPS = ALEXNET_TABLE.rows[2].shape[1] // SECOND_W[1]

COLUMN, ROW = np.array([[2], [1], [3]]), np.array([[2, 3, -1]])

GROUPED = np.array([[1, 2], [3, 4], [5, 6], [7, 8]]).reshape(4, 2, 1, 1)


def _convolve(function=conv4d, w=W, groups=2):
    return function(X[None], w, "valid", groups=groups)[0]


def _share(filters, kernel):
    """What is left of the weights of a full layer when it is made separable."""
    full = Network([Conv(filters, kernel)])
    separable = Network([Conv(filters, kernel, groups=filters), Conv(filters, 1)])
    images = (1, filters, kernel, kernel)
    return separable.table(images).weights / full.table(images).weights


def _part(channels, filters, groups, filter):
    """The channels that a filter reads."""
    share = channels // groups
    first = filter // (filters // groups) * share
    return np.arange(first, first + share)


def _full(w, groups):
    """The kernel of the ungrouped convolution that does the same."""
    filters, channels, height, width = w.shape
    full = np.zeros((filters, channels * groups, height, width), w.dtype)
    for f in range(filters):
        full[f, _part(channels * groups, filters, groups, f)] = w[f]
    return full


def _other_way_round(w, groups):
    """Channels dealt out one by one, like cards."""
    full = np.zeros_like(_full(w, groups))
    for f in range(len(w)):
        full[f, f // (len(w) // groups) :: groups] = w[f]
    return full


def _first_channels(w, groups):
    full = np.zeros_like(_full(w, groups))
    full[:, : w.shape[1]] = w
    return full


def _shape_solution():
    filters, groups, (k, _) = LAYER.filters, LAYER.groups, LAYER.size
    return [
        f"There is a filter for each channel that comes out, {filters}, with groups or without. "
        f"Each reads the channels of its own part, {CHANNELS} / {groups} = {CHANNELS // groups}, "
        f"through a slice of {k}×{k} each.",
        Network([LAYER]).table((1, CHANNELS, 28, 28)),
    ]


def _channels_solution():
    share, filters = DEALT_CHANNELS // DEALT_GROUPS, DEALT_FILTERS // DEALT_GROUPS
    reads = np.zeros((DEALT_FILTERS, DEALT_CHANNELS), int)
    for f in range(DEALT_FILTERS):
        reads[f, _part(DEALT_CHANNELS, DEALT_FILTERS, DEALT_GROUPS, f)] = 1
    return [
        f"A part has {DEALT_FILTERS} / {DEALT_GROUPS} = {filters} filters and {DEALT_CHANNELS} / "
        f"{DEALT_GROUPS} = {share} channels. Filter {DEALT_FILTER} belongs to part {DEALT_FILTER} "
        f"// {filters} = {DEALT_FILTER // filters}, whose channels begin at "
        f"{DEALT_FILTER // filters} · {share} = {DEALT_FILTER // filters * share}. All filters, "
        "row after row, and which channels they read:",
        reads,
    ]


def _depthwise_solution():
    from convdoc.draw import stepper

    return [
        "As many groups as channels: filter 0 reads channel 0, and filter 1 reads channel 1. "
        "Nothing is added up across the channels, so there are two images again. The kernels are "
        "flipped, as in every convolution:",
        stepper(X[None], W, "valid", groups=2),
    ]


def _saved_solution():
    images = (1, FILTERS, 16, 16)
    full, separable = (
        Network(layers).table(images)
        for layers in (
            [Conv(FILTERS, KERNEL)],
            [Conv(FILTERS, KERNEL, groups=FILTERS), Conv(FILTERS, 1)],
        )
    )
    return [
        f"The depthwise step has one slice of {KERNEL}×{KERNEL} for each channel, a share of 1 / "
        f"{FILTERS} of what the full layer has. The 1×1 has one weight in the place of "
        f"{KERNEL**2}, a share of 1 / {KERNEL**2}. Together 1 / {FILTERS} + 1 / {KERNEL**2} = "
        f"{_share(FILTERS, KERNEL):.4f}. The number of channels cancels. Counted, for {FILTERS} "
        f"of them: {separable.weights:,} of {full.weights:,}.",
        separable,
    ]


def _alexnet_solution():
    filters, channels, k, _ = SECOND_W
    return [
        f"Each filter reads half of the {SECOND_GROUPS * channels} channels, {channels}, through "
        f"slices of {k}×{k}: {channels} · {k} · {k} = {channels * k * k:,} weights. There are "
        f"{filters} filters, {filters // SECOND_GROUPS} in each group, and {filters} · "
        f"{channels * k * k:,} = {SECOND.weights:,}.",
        Network(ALEXNET.layers[:3]).table((1, 3, 227, 227)),
    ]


def _stacked_solution():
    share = STACKED_CHANNELS // STACKED_GROUPS
    blocks = np.kron(np.eye(STACKED_GROUPS, dtype=int), np.ones((share, share), int))
    return [
        f"A filter of the second layer reads the {share} channels of its part. Each of these was "
        f"made of the {share} channels of the same part. However many such layers follow, the "
        "parts never meet. In the matrix of filters and channels, a product of blocks on the "
        "diagonal has its blocks on the diagonal:",
        (blocks @ blocks > 0).astype(int),
    ]


def _column_solution():
    from convdoc.draw import stepper

    firsts = zip((COLUMN * ROW)[:, 0], COLUMN[:, 0], strict=True)
    divided = ", ".join(f"{a} / {ROW[0, 0]} = {b}" for a, b in firsts)
    return [
        "Each row of K is the given row times one number, and these numbers are the column. Divide "
        f"the first element of each row by that of the given one: {divided}.",
        COLUMN,
        "Convolve the column with the row, and K comes out:",
        stepper(COLUMN[None, None], ROW[None, None], "full"),
    ]


def _full_solution():
    return [
        "Begin with zeros of the shape (filters, channels, height, width), where the channels are "
        "`w.shape[1] * g`. Filter f belongs to part `f // (filters // g)`, and the channels of "
        "that part begin at the part times `w.shape[1]`. Write the slices there: `full[f, first : "
        "first + w.shape[1]] = w[f]`. For the first trial, filters down and channels across:",
        _full(GROUPED, 2)[:, :, 0, 0],
    ]


QUESTIONS = (
    Question(
        name="groups-shape",
        title="A kernel in four groups",
        level=1,
        text=f"A layer makes {LAYER.filters} channels out of {CHANNELS}, with kernels of "
        f"{LAYER.size[0]}×{LAYER.size[1]} in {LAYER.groups} groups. What is the shape of its W?",
        kind=Shape(),
        answer=lambda: LAYER.kernel_shape(CHANNELS),
        mistakes=(
            Mistake(
                lambda: (LAYER.filters, CHANNELS, *LAYER.size),
                "That is the kernel without groups. How many channels does a filter read now?",
            ),
            Mistake(
                lambda: (LAYER.filters // LAYER.groups, CHANNELS, *LAYER.size),
                "You divided the filters. They are dealt out to the groups, and all of them are "
                "still there.",
            ),
            Mistake(
                lambda: (
                    LAYER.filters // LAYER.groups,
                    CHANNELS // LAYER.groups,
                    *LAYER.size,
                ),
                "That is the kernel of one group. W holds those of all groups.",
            ),
            Mistake(
                lambda: (CHANNELS, LAYER.filters // LAYER.groups, *LAYER.size),
                "You exchanged filters and channels. The first axis counts what comes out.",
            ),
            Mistake(
                lambda: (*LAYER.size, CHANNELS // LAYER.groups, LAYER.filters),
                "Right numbers in the order of Keras. Here filters and channels stand in front.",
            ),
        ),
        hints=(
            "Which of the four numbers does a group change?",
            "The first axis counts filters, and there are as many as channels that come out. The "
            "second counts the channels that one filter reads.",
        ),
        solution=_shape_solution,
    ),
    Question(
        name="groups-channels",
        title="Who reads what",
        level=1,
        text=f"A layer has {DEALT_CHANNELS} channels and {DEALT_FILTERS} filters in "
        f"{DEALT_GROUPS} groups. All are numbered from 0. Which channels does filter "
        f"{DEALT_FILTER} read? Write their numbers in a row.",
        kind=Array(),
        answer=lambda: _part(DEALT_CHANNELS, DEALT_FILTERS, DEALT_GROUPS, DEALT_FILTER),
        mistakes=(
            Mistake(
                lambda: _part(DEALT_CHANNELS, DEALT_FILTERS, DEALT_GROUPS, DEALT_FILTER - 1),
                "You counted the filters from 1.",
            ),
            Mistake(
                lambda: np.arange(
                    DEALT_FILTER // (DEALT_FILTERS // DEALT_GROUPS), DEALT_CHANNELS, DEALT_GROUPS
                ),
                "You found the group, and dealt the channels out one by one, like cards. A group "
                "takes neighbours, in their order.",
            ),
            Mistake(
                lambda: np.arange(DEALT_FILTER % DEALT_GROUPS, DEALT_CHANNELS, DEALT_GROUPS),
                "You dealt the channels out one by one, like cards. A group takes neighbours, in "
                "their order.",
            ),
            Mistake(
                lambda: _part(DEALT_CHANNELS, DEALT_FILTERS, DEALT_FILTERS, DEALT_FILTER),
                "You gave every filter a part of its own. There are fewer groups than filters.",
            ),
            Mistake(
                lambda: np.arange(DEALT_CHANNELS),
                "A filter reads all channels without groups. Here it reads its own part.",
            ),
        ),
        hints=(
            "How many filters and how many channels are in one group?",
            "Filters 0 and 1 form the first group. Which one is this filter in, and where do its "
            "channels begin?",
        ),
        solution=_channels_solution,
    ),
    Question(
        name="groups-depthwise",
        title="Depthwise, by hand",
        level=2,
        text="Convolve x, one sample with two channels, with W, two filters of one slice, in two "
        'groups, under `"valid"`. Write the images that come out one under the other, or with all '
        "brackets.",
        given={"x": X[None], "W": W},
        kind=Array(),
        answer=_convolve,
        mistakes=(
            Mistake(
                lambda: _convolve().sum(0),
                "You added up the channels. In as many groups as channels, each filter reads one "
                "channel, and its image stands by itself.",
            ),
            Mistake(
                lambda: _convolve(correlate4d),
                "You did not flip the kernels. That is the cross-correlation.",
            ),
            Mistake(
                lambda: _convolve(w=W[::-1]),
                "You gave each channel to the other filter. Both are taken in their order.",
            ),
            Mistake(
                lambda: _convolve(w=W[[0, 0]]),
                "You used the first filter for both channels. Each has a filter of its own.",
            ),
        ),
        hints=(
            "Which channel does each filter read?",
            "Filter 0 reads channel 0 alone. Flipped, its 2 is in the lower row, at the left.",
        ),
        solution=_depthwise_solution,
    ),
    Question(
        name="groups-saved",
        title="What is left of the weights",
        level=2,
        text=f"A layer of {FILTERS} filters with full kernels of {KERNEL}×{KERNEL} is replaced by "
        "a depthwise convolution of the same size and a 1×1 convolution behind it. What share "
        "of the weights is left? Write it as a number between 0 and 1, with four decimals.",
        kind=Number(5e-5),
        answer=lambda: _share(FILTERS, KERNEL),
        mistakes=(
            Mistake(
                lambda: 1 / KERNEL**2,
                "You counted the 1×1 alone. The depthwise step has weights too, if few.",
            ),
            Mistake(
                lambda: 1 / FILTERS,
                "You counted the depthwise step alone. The 1×1 has a weight for each filter and "
                "channel.",
            ),
            Mistake(
                lambda: 1 - _share(FILTERS, KERNEL),
                "That is what is saved. The question is what is left.",
            ),
            Mistake(
                lambda: 1 / _share(FILTERS, KERNEL),
                "You divided the other way round.",
            ),
            Mistake(
                lambda: 1 / FILTERS + 1 / KERNEL,
                "You counted a row of the kernel. How many elements has it?",
            ),
        ),
        hints=(
            "Count the weights of both steps, and divide by those of the full layer.",
            f"With C channels: the depthwise step has C · {KERNEL**2} weights, the 1×1 has one for "
            f"each filter and channel, and the full layer {KERNEL**2} for each.",
        ),
        solution=_saved_solution,
    ),
    Question(
        name="groups-alexnet",
        title="The second layer of AlexNet",
        level=2,
        text=f"AlexNet's second convolution has {SECOND_W[0]} filters of "
        f"{SECOND_W[2]}×{SECOND_W[3]} in {SECOND_GROUPS} groups, over "
        f"{SECOND_GROUPS * SECOND_W[1]} channels. How many weights has it, without biases?",
        kind=Integer(),
        answer=lambda: SECOND.weights,
        mistakes=(
            Mistake(
                lambda: SECOND_GROUPS * SECOND.weights,
                f"You let every filter read all channels. In {SECOND_GROUPS} groups it reads half "
                "of them.",
            ),
            Mistake(
                lambda: SECOND.weights // SECOND_GROUPS,
                "You halved channels and filters. That is one group, and there are two.",
            ),
            Mistake(
                lambda: SECOND.weights + SECOND.tied_biases,
                "You counted biases too.",
            ),
            Mistake(
                lambda: math.prod(SECOND_W[:3]),
                "You counted one row of each slice. How many elements has it?",
            ),
            Mistake(
                lambda: math.prod(SECOND_W[1:]),
                "These are the weights of one filter.",
            ),
        ),
        hints=(
            "What shape has the kernel?",
            "Its first axis counts all filters, its second half of the channels.",
        ),
        solution=_alexnet_solution,
    ),
    Question(
        name="groups-stacked",
        title="Two layers, the same groups",
        level=2,
        text=f"Two layers follow each other. Each makes {STACKED_CHANNELS} channels out of "
        f"{STACKED_CHANNELS}, in {STACKED_GROUPS} groups. On how many channels of the first "
        "layer's input does one channel of the second layer's output depend?",
        kind=Integer(),
        answer=lambda: STACKED_CHANNELS // STACKED_GROUPS,
        mistakes=(
            Mistake(
                lambda: STACKED_CHANNELS,
                "That would need groups that meet somewhere. Follow one channel back through both "
                "layers.",
            ),
            Mistake(
                lambda: STACKED_LAYERS * STACKED_CHANNELS // STACKED_GROUPS,
                "You added up what both layers read. Do they read different channels?",
            ),
            Mistake(
                lambda: 1,
                "You divided twice. The second layer reads several channels, and each of them was "
                "made of several.",
            ),
        ),
        hints=(
            "Follow one output back: which channels does its filter read, and what are they made "
            "of?",
            "The channels that a filter of the second layer reads all come from one group of the "
            "first. Which channels did that one read?",
        ),
        solution=_stacked_solution,
    ),
    Question(
        name="groups-column",
        title="A column and a row",
        level=3,
        text=f"K is a column times the row {ROW[0].tolist()}. Convolving with the column and then "
        "with the row gives what K gives, for fewer multiplications. Which column is it? Write its "
        "numbers one under the other, or in a row.",
        given={"K": COLUMN * ROW},
        kind=Array(),
        answer=lambda: COLUMN[:, 0],
        mistakes=(
            Mistake(
                lambda: COLUMN[::-1, 0],
                "You flipped it. The convolution flips the column as it flips K, so none of them "
                "needs it beforehand.",
            ),
            Mistake(
                lambda: (COLUMN * ROW).sum(1),
                "You added up each row of K. That is the column times the sum of the given row.",
            ),
            Mistake(
                lambda: (COLUMN * ROW)[:, 0],
                "That is the first column of K: the column that you look for, times the first "
                "number of the row. Divide by it.",
            ),
            Mistake(
                lambda: ROW[0],
                "That is the row.",
            ),
        ),
        hints=(
            "Compare each row of K with the given row.",
            "Each row of K is the given row times one number.",
        ),
        solution=_column_solution,
    ),
    Question(
        name="groups-full",
        title="Fill up with zeros",
        level=3,
        text="Write a function that takes the kernel of a grouped convolution, shape (filters, "
        "channels // groups, height, width), and the number of groups, and gives the kernel with "
        "which a convolution without groups does the same. On this page, try it on w below with 2 "
        "groups.",
        given={"w": GROUPED},
        kind=Code(
            "full(w, g)",
            trials=lambda: [
                (GROUPED, 2),
                (np.arange(24).reshape(6, 1, 2, 2), 3),
                (np.arange(8).reshape(2, 2, 1, 2), 1),
            ],
        ),
        answer=_full,
        mistakes=(
            Mistake(
                lambda w, g: np.tile(w, (1, g, 1, 1)),
                "You repeated the slices. What a filter does not read has a weight of 0.",
            ),
            Mistake(
                _first_channels,
                "All your filters read the first channels. Each group has its own.",
            ),
            Mistake(
                _other_way_round,
                "You dealt the channels out one by one. A group takes neighbours.",
            ),
            Mistake(
                lambda w, g: np.roll(_full(w, g), w.shape[1], axis=1),
                "The blocks stand in the wrong order: the first filters read the first channels.",
            ),
        ),
        hints=(
            "What shape has the full kernel, and where in it do the slices of each filter go?",
            "Begin with zeros that have as many channels as all groups together. Which group does "
            "filter f belong to?",
        ),
        solution=_full_solution,
    ),
)
