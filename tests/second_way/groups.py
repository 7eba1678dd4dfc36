"""Groups: each channel by SciPy, weights counted one by one, dependence followed through loops."""

import itertools

import numpy as np
from scipy.signal import convolve2d, correlate2d

from tests.second_way import Worked

X = [[[1, 0, 2], [3, 1, 0], [0, 2, 1]], [[2, 1, 0], [0, 1, 3], [1, 0, 1]]]
W = [[[1, 2], [0, 0]], [[0, 1], [3, 0]]]
K = [[4, 6, -2], [2, 3, -1], [6, 9, -3]]
GROUPED = [[[[1]], [[2]]], [[[3]], [[4]]], [[[5]], [[6]]], [[[7]], [[8]]]]


def parts(count, groups):
    """Numbers 0, 1, … in as many lists of equal length."""
    return np.split(np.arange(count), groups)


def reads(channels, filters, groups):
    """Which channels each filter reads."""
    pairs = zip(parts(channels, groups), parts(filters, groups), strict=True)
    return {f: set(of.tolist()) for of, those in pairs for f in those.tolist()}


def marked(layer, channels):
    """Filter under filter, a 1 for each channel that it reads."""
    return [[int(channel in layer[f]) for channel in range(channels)] for f in layer]


def through_two_layers(channels, groups):
    """For each channel that comes out, which of those that go in it is made of."""
    layer = reads(channels, channels, groups)
    return {f: set().union(*(layer[channel] for channel in layer[f])) for f in layer}


def weights(channels, filters, groups, k):
    layer = reads(channels, filters, groups)
    return sum(1 for f in layer for _ in itertools.product(layer[f], range(k), range(k)))


def share(filters, k, channels=10):
    """Of a layer of ten channels; how many there are cancels."""
    separable = channels * k * k + filters * channels
    return separable / weights(channels, filters, 1, k)


def planes(w=W, function=convolve2d):
    return np.array([function(x, piece, "valid") for x, piece in zip(X, w, strict=True)])


def dealt(kinds):
    """Channels 0 to 11 to three groups, like cards: what the groups of these numbers get."""
    return [channel for channel in range(12) if channel % 3 in kinds]


def blocks(w, groups, order=0):
    """Blocks on the diagonal, or so many to its right, by stacking rows of blocks."""
    zeros = np.zeros_like(np.split(w, groups)[0])
    rows = [
        np.concatenate([block if n == (at + order) % groups else zeros for n in range(groups)], 1)
        for at, block in enumerate(np.split(w, groups))
    ]
    return np.concatenate(rows)


def repeated(w, groups):
    return np.concatenate([w] * groups, axis=1)


def at_the_front(w, groups):
    return np.concatenate([w] + [np.zeros_like(w)] * (groups - 1), axis=1)


def like_cards(w, groups):
    """The channels of `blocks` in another order: first the first one of every group."""
    channels = w.shape[1]
    order = [group * channels + at for at in range(channels) for group in range(groups)]
    return blocks(w, groups)[:, order]


STACKED = through_two_layers(16, 4)

SECOND_WAY = {
    "groups-shape": Worked(
        text="makes 96 channels out of 64, with kernels of 5×5 in 4 groups. What is the shape of "
        "its W",
        answer=(96, len(parts(64, 4)[0]), 5, 5),
        mistakes={
            "is the kernel without groups. How many channels does a filter read now": (
                (96, 64, 5, 5)
            ),
            "divided the filters. They are dealt out to the groups, and all of them are still": (
                (len(parts(96, 4)[0]), 64, 5, 5)
            ),
            "is the kernel of one group. W holds those of all groups": (24, 16, 5, 5),
            "exchanged filters and channels. The first axis counts what comes out": (64, 24, 5, 5),
            "Right numbers in the order of Keras. Here filters and channels stand in front": (
                (5, 5, 16, 96)
            ),
        },
        hints=(
            "Which of the four numbers does a group change",
            "first axis counts filters, and there are as many as channels that come out. The "
            "second counts the channels that one filter reads",
        ),
        solution=[
            "a filter for each channel that comes out, 96, with groups or without. Each reads the "
            "channels of its own part, 64 / 4 = 16, through a slice of 5×5",
            # 24 of 28 pixels; 96·16·25 weights, and one bias for each filter
            "conv 5×5, 96 filters, 4 groups (1, 96, 24, 24) (96, 16, 5, 5) … 38,400 parameters "
            "without biases, 38,496 with one for each filter",
        ],
    ),
    "groups-channels": Worked(
        text="12 channels and 6 filters in 3 groups. All are numbered from 0. Which channels does "
        "filter 4 read? Write their numbers in a row",
        answer=sorted(reads(12, 6, 3)[4]),
        mistakes={
            "counted the filters from 1": sorted(reads(12, 6, 3)[3]),
            # filters 4 and 5 are the last group
            "found the group, and dealt the channels out one by one, like cards. A group takes "
            "neighbours, in their order": dealt([2]),
            # and filters 1 and 4 the second
            "dealt the channels out one by one, like cards. A group takes neighbours, in their "
            "order": dealt([1]),
            "gave every filter a part of its own. There are fewer groups than filters": (
                sorted(reads(12, 6, 6)[4])
            ),
            "A filter reads all channels without groups. Here it reads its own part": range(12),
        },
        hints=(
            "How many filters and how many channels are in one group",
            "Filters 0 and 1 form the first group. Which one is this filter in, and where do its "
            "channels begin",
        ),
        solution=[
            "6 / 3 = 2 filters and 12 / 3 = 4 channels. Filter 4 belongs to part 4 // 2 = 2, whose "
            "channels begin at 2 · 4 = 8. All filters, row after row, and which channels they read",
            marked(reads(12, 6, 3), 12),
        ],
    ),
    "groups-depthwise": Worked(
        text="x, one sample with two channels, with W, two filters of one slice, in two groups, "
        'under `"valid"`. Write the images that come out one under the other',
        answer=planes(),
        mistakes={
            "added up the channels. In as many groups as channels, each filter reads one channel, "
            "and its image stands by itself": planes()[0] + planes()[1],
            "did not flip the kernels. That is the cross-correlation": planes(W, correlate2d),
            "gave each channel to the other filter. Both are taken in their order": planes(W[::-1]),
            "the first filter for both channels. Each has a filter of its own": (
                planes([W[0], W[0]])
            ),
        },
        hints=(
            "Which channel does each filter read",
            # [[1, 2], [0, 0]] is [[0, 0], [2, 1]] then
            "Filter 0 reads channel 0 alone. Flipped, its 2 is in the lower row, at the left",
        ),
        solution=[
            "As many groups as channels: filter 0 reads channel 0, and filter 1 reads channel 1. "
            "Nothing is added up across the channels, so there are two images again. The kernels "
            "are flipped",
            "x (1, 2, 3, 3) convolved with W (2, 1, 2, 2) gives y (1, 2, 2, 2) … "
            + " … ".join(f"= {number};" for number in planes().flat),
        ],
        given={"x": [X], "W": [[piece] for piece in W]},
    ),
    "groups-saved": Worked(
        text="layer of 256 filters with full kernels of 3×3 is replaced by a depthwise convolution "
        "of the same size and a 1×1 convolution behind it. What share of the weights is left? "
        "Write it as a number between 0 and 1, with four decimals",
        answer=share(256, 3),
        mistakes={
            # of ten channels: 256·10 weights and 10·9 weights, of 256·10·9
            "counted the 1×1 alone. The depthwise step has weights too, if few": 2560 / 23040,
            "counted the depthwise step alone. The 1×1 has a weight for each filter and channel": (
                90 / 23040
            ),
            "what is saved. The question is what is left": (23040 - 2560 - 90) / 23040,
            "divided the other way round": 23040 / (2560 + 90),
            # 256·10·3 in each full layer
            "counted a row of the kernel. How many elements has it": (2560 + 30) / 7680,
        },
        hints=(
            "Count the weights of both steps, and divide by those of the full layer",
            "With C channels: the depthwise step has C · 9 weights, the 1×1 has one for each "
            "filter and channel, and the full layer 9 for each",
        ),
        solution=[
            "one slice of 3×3 for each channel, a share of 1 / 256 of what the full layer has. The "
            "1×1 has one weight in the place of 9, a share of 1 / 9. Together 1 / 256 + 1 / 9 = "
            f"{share(256, 3):.4f}. The number of channels cancels. Counted, for 256 of them: "
            f"{256 * 9 + 256 * 256:,} of {weights(256, 256, 1, 3):,}",
            "conv 3×3, 256 filters, 256 groups (1, 256, 14, 14) (256, 1, 3, 3) … conv 1×1, 256 "
            "filters (1, 256, 14, 14) (256, 256, 1, 1) … 67,840 parameters without biases",
        ],
    ),
    "groups-alexnet": Worked(
        text="AlexNet's second convolution has 256 filters of 5×5 in 2 groups, over 96 channels. "
        "How many weights has it, without biases",
        answer=weights(96, 256, 2, 5),
        mistakes={
            "let every filter read all channels. In 2 groups it reads half of them": (
                weights(96, 256, 1, 5)
            ),
            "halved channels and filters. That is one group, and there are two": (
                weights(48, 128, 1, 5)
            ),
            "counted biases too": weights(96, 256, 2, 5) + 256,
            "counted one row of each slice. How many elements has it": 256 * 48 * 5,
            "are the weights of one filter": 48 * 5 * 5,
        },
        hints=(
            "What shape has the kernel",
            "first axis counts all filters, its second half of the channels",
        ),
        solution=[
            "Each filter reads half of the 96 channels, 48, through slices of 5×5: 48 · 5 · 5 = "
            f"{48 * 25:,} weights. There are 256 filters, 128 in each group, and 256 · 1,200 = "
            f"{weights(96, 256, 2, 5):,}",
            # 27 + 2 · 2 − 5 + 1 pixels
            "conv 11×11, 96 filters, stride 4 (1, 96, 55, 55) (96, 3, 11, 11) … max pool 3×3, "
            "stride 2 (1, 96, 27, 27) … conv 5×5, 256 filters, padding 2, 2 groups "
            "(1, 256, 27, 27) (256, 48, 5, 5)",
        ],
    ),
    "groups-stacked": Worked(
        text="Two layers … makes 16 channels out of 16, in 4 groups. On how many channels of the "
        "first layer's input does one channel of the second layer's output depend",
        answer=len(STACKED[0]),
        mistakes={
            "would need groups that meet somewhere. Follow one channel back through both layers": (
                16
            ),
            "added up what both layers read. Do they read different channels": (
                2 * len(reads(16, 16, 4)[0])
            ),
            # 16 / 4 / 4
            "divided twice. The second layer reads several channels, and each of them was made of "
            "several": 1,
        },
        hints=(
            "one output back: which channels does its filter read, and what are they made of",
            "channels that a filter of the second layer reads all come from one group of the "
            "first. Which channels did that one read",
        ),
        solution=[
            "A filter of the second layer reads the 4 channels of its part. Each of these was made "
            "of the 4 channels of the same part. However many such layers follow, the parts never "
            "meet. In the matrix of filters and channels, a product of blocks on the diagonal has "
            "its blocks on the diagonal",
            marked(STACKED, 16),
        ],
    ),
    "groups-column": Worked(
        text="K is a column times the row [2, 3, -1]. Convolving with the column and then with the "
        "row gives what K gives, for fewer multiplications. Which column is it? Write its numbers "
        "one under the other, or in a row",
        # Rows of K, over the given 2 3 −1: 4 6 −2, 2 3 −1, 6 9 −3.
        answer=[2, 1, 3],
        mistakes={
            "flipped it. The convolution flips the column as it flips K, so none of them needs it "
            "beforehand": [3, 1, 2],
            "added up each row of K. That is the column times the sum of the given row": (
                [4 + 6 - 2, 2 + 3 - 1, 6 + 9 - 3]
            ),
            "is the first column of K: the column that you look for, times the first number of the "
            "row. Divide by it": [4, 2, 6],
            "is the row": [2, 3, -1],
        },
        hints=(
            "Compare each row of K with the given row",
            "Each row of K is the given row times one number",
        ),
        solution=[
            "Each row of K is the given row times one number, and these numbers are the column. "
            "Divide the first element of each row by that of the given one: 4 / 2 = 2, 2 / 2 = 1, "
            "6 / 2 = 3",
            [[2], [1], [3]],
            "Convolve the column with the row, and K comes out",
            "x (1, 1, 3, 1) convolved with W (1, 1, 1, 3) gives y (1, 1, 3, 3) … "
            + " … ".join(f"= {number};".replace("-", "−") for row in K for number in row),
        ],
        given={"K": K},
    ),
    "groups-full": Worked(
        text="the kernel of a grouped convolution, shape (filters, channels // groups, height, "
        "width), and the number of groups, and gives the kernel with which a convolution without "
        "groups does the same. On this page, try it on w below with 2 groups",
        answer=blocks,
        mistakes={
            "repeated the slices. What a filter does not read has a weight of 0": repeated,
            "filters read the first channels. Each group has its own": at_the_front,
            "dealt the channels out one by one. A group takes neighbours": like_cards,
            "blocks stand in the wrong order: the first filters read the first channels": (
                lambda w, g: blocks(w, g, order=1)
            ),
        },
        hints=(
            "What shape has the full kernel, and where in it do the slices of each filter go",
            "zeros that have as many channels as all groups together. Which group does filter f "
            "belong to",
        ),
        solution=[
            "zeros of the shape (filters, channels, height, width), where the channels are "
            "`w.shape[1] * g`. Filter f belongs to part `f // (filters // g)`, and the channels of "
            "that part begin at the part times `w.shape[1]`. Write the slices there: "
            "`full[f, first : first + w.shape[1]] = w[f]`. For the first trial, filters down and "
            "channels across",
            [[1, 2, 0, 0], [3, 4, 0, 0], [0, 0, 5, 6], [0, 0, 7, 8]],
        ],
        given={"w": GROUPED},
    ),
}
