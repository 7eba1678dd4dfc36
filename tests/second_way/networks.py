"""Reading a network: shapes by counting windows, fields by following pixels, printed oracles."""

import itertools

from tests.second_way import Worked


def windows(size, kernel, stride=1, padding=0):
    """First rows of the windows that fit."""
    return [at for at in range(0, size + 2 * padding, stride) if at + kernel <= size + 2 * padding]


def span(layers):
    """From the first pixel to the last that output 0 of the last layer reads.

    Each layer is its (kernel, stride).
    """
    outputs = {0}
    for kernel, stride in reversed(layers):
        outputs = {at * stride + u for at in outputs for u in range(kernel)}
    return max(outputs) - min(outputs) + 1


def own_stride(layers):
    """If each stride moved the elements of its own window: one layer too early."""
    kernels, strides = zip(*layers, strict=True)
    return span([*zip((1, *kernels[:-1]), strides, strict=True), (kernels[-1], 1)])


def without_strides(layers):
    return span([(kernel, 1) for kernel, _ in layers])


def whole_kernels(layers):
    return span([(kernel + 1, stride) for kernel, stride in layers])


def stride_before(layers):
    return 1 + sum(
        (kernel - 1) * before
        for (kernel, _), before in zip(layers, [1, *(s for _, s in layers)], strict=False)
    )


def behind_each(field):
    """A function of kernels and strides that gives the field behind each layer."""

    def fields(kernels, strides):
        layers = list(zip(kernels, strides, strict=True))
        return [field(layers[: n + 1]) for n in range(len(layers))]

    return fields


def work(places, channels=3):
    """Every weight of one filter counted at every place, for 64 filters."""
    return 64 * places * len(list(itertools.product(range(channels), range(7), range(7))))


def lenet(size, layers=4):
    """Rows that are left of an image."""
    for kernel, stride in ((5, 1), (2, 2), (5, 1), (2, 2))[:layers]:
        size = len(windows(size, kernel, stride))
    return size


FOUR = [(3, 1), (2, 2), (5, 1), (3, 2)]
FILTERS, READ, KERNELS, OUT, IN = (
    (32, 64, 128, 128),
    (3, 32, 64, 128),
    (6, 5, 3, 3),
    # 45 − 6 + 1, 20 − 5 + 1, 8 − 3 + 1, 6 − 3 + 1
    (40, 16, 6, 4),
    (45, 20, 8, 6),
)


def with_total(count):
    """Four numbers, one for each layer of Dieleman's network, and their sum."""
    numbers = [count(*layer) for layer in zip(FILTERS, READ, KERNELS, OUT, IN, strict=True)]
    return [*numbers, sum(numbers)]


DIELEMAN = (
    "conv 6×6, 32 filters (1, 32, 40, 40) (32, 3, 6, 6) … max pool 2×2 (1, 32, 20, 20) … conv 5×5, "
    "64 filters (1, 64, 16, 16) (64, 32, 5, 5) … max pool 2×2 (1, 64, 8, 8) … conv 3×3, 128 "
    "filters (1, 128, 6, 6) (128, 64, 3, 3) … conv 3×3, 128 filters (1, 128, 4, 4) "
    "(128, 128, 3, 3) … max pool 2×2 (1, 128, 2, 2) … conv 6×6, 32 filters 3,456 32 … 5,529,600 … "
    "conv 5×5, 64 filters 51,200 64 … 13,107,200 … conv 3×3, 128 filters 73,728 128 … 2,654,208 … "
    "conv 3×3, 128 filters 147,456 128 … 2,359,296"
)

SECOND_WAY = {
    "four-layers": Worked(
        text="kernels of the four convolution layers of Dieleman's network … (32, 3, 6, 6), (64, "
        "32, 5, 5), (128, 64, 3, 3), (128, 128, 3, 3). How many elements has each kernel, and how "
        "many have all four together? Write five numbers: the four layers, then the total",
        # by hand
        answer=[3456, 51200, 73728, 147456, 275840],
        mistakes={
            "added a bias for each filter. A layer may have them, but they are no elements of the "
            "kernel": with_total(lambda f, c, k, out, i: f * (c * k * k + 1)),
            "left the channels out. A filter has a slice for every channel that it reads": (
                with_total(lambda f, c, k, out, i: f * k * k)
            ),
            "counted one filter of each layer. A kernel holds all of them": (
                with_total(lambda f, c, k, out, i: c * k * k)
            ),
            "multiplied by the size of the output as well. That is the work, not the parameters: a "
            "kernel is the same for every place": (
                with_total(lambda f, c, k, out, i: f * c * k * k * out * out)
            ),
            "numbers of the images that the layers read. Count those of the kernels": (
                with_total(lambda f, c, k, out, i: c * i * i)
            ),
            "four layers. The total is missing: write it as the fifth number": (
                [3456, 51200, 73728, 147456]
            ),
        },
        hints=(
            "A kernel is one array. Its shape says how many numbers it holds",
            "Multiply the four numbers of a shape. The first begins with 32 · 3",
        ),
        solution=[
            "Multiply the four numbers of each shape: 32 · 3 · 6 · 6 = 3,456; 64 · 32 · 5 · 5 = "
            "51,200; 128 · 64 · 3 · 3 = 73,728; 128 · 128 · 3 · 3 = 147,456. Together they are "
            "275,840",
            [3456, 51200, 73728, 147456, 275840],
            # 13,107,200 products, and 147,456 elements
            "image is in none of these products. It is in the work: the second layer multiplies "
            "most, and the fourth has most parameters",
            DIELEMAN,
        ],
    ),
    "networks-lenet": Worked(
        text="10 grey images of 28×28 go into LeNet-5: 6 filters of 5×5, pooling of 2×2, 16 "
        "filters of 5×5, pooling of 2×2, all without padding. What is the shape behind the second",
        answer=(10, 16, lenet(28), lenet(28)),
        mistakes={
            "channels last. Here they come second": (10, 4, 4, 16),
            "halved twice and left out what the kernels take away": (10, 16, 28 // 4, 28 // 4),
            "shape for images of 32×32, which the network was made for": (
                (10, 16, lenet(32), lenet(32))
            ),
            "lost the samples. 10 images go in, and as many come out": (1, 16, 4, 4),
            "is the shape before the second pooling": (10, 16, lenet(28, 3), lenet(28, 3)),
        },
        hints=(
            "one side of the image through the four layers",
            "first kernel leaves 24 of 28, and the pooling halves that",
        ),
        solution=[
            "kernel of 5 takes 4 rows, a pooling of 2 halves: 28 → 24 → 12 → 8 → 4. The second "
            "convolution has 16 filters, pooling leaves their number alone, and the samples stay",
            "(10, 1, 28, 28) … (10, 6, 24, 24) (6, 1, 5, 5) … (10, 6, 12, 12) … (10, 16, 8, 8) "
            "(16, 6, 5, 5) … (10, 16, 4, 4)",
            "next kernel is 5×5, and 4×4 is too small for it. So for LeNet-5 the images get two "
            "rows and columns of background on every side, which makes them 32×32",
        ],
    ),
    "networks-biases": Worked(
        text="second convolution of Dieleman's network has 64 filters of 5×5 and reads 32 channels "
        "of 20×20 without padding. How many biases has it if they are tied, and how many if they "
        "are untied? Write two numbers",
        answer=[64, 64 * len(windows(20, 5)) ** 2],
        mistakes={
            "have both, in the wrong order. Tied means that outputs share one": (
                [64 * len(windows(20, 5)) ** 2, 64]
            ),
            "counted the places of one output image. Each filter has an image of its own": [
                64,
                16 * 16,
            ],
            "took the size of the input. A bias is added to an output, and there are fewer": (
                [64, 64 * 20 * 20]
            ),
            "gave each slice of a filter a bias. The slices are added up first, and the sum gets "
            "one": ([64 * 32, 64 * 16 * 16]),
        },
        hints=(
            "A bias is added to an output. Which outputs share it",
            "Tied, each filter has one. For untied ones, find the size of the output first",
        ),
        solution=[
            "Tied, a filter has one bias, which is added to all of its outputs: 64. Untied, each "
            "output has its own. The kernel of 5 leaves 16×16 of the 20×20, so there are 64 · 16 · "
            f"16 = {64 * 256:,}",
            [64, 64 * 256],
            "Untied biases depend on the size of the image. A network that has them can read "
            "images of one size only",
        ],
    ),
    "networks-field": Worked(
        text="four layers, without padding: a convolution of 3×3, a pooling of 2×2 with a stride "
        "of 2, a convolution of 5×5, and a convolution of 3×3 with a stride of 2. How many pixels "
        "across does one output of the last layer see",
        answer=span(FOUR),
        mistakes={
            "added the kernels as if no stride stood between them. Behind a pooling, one step is "
            "several pixels": without_strides(FOUR),
            "let a layer's own stride widen its window. It counts for the next layers": (
                own_stride(FOUR)
            ),
            # a pooling's window reads one output more than a 1×1 kernel
            "One too few. Did you begin with 0? A pixel sees itself, so begin with 1. Or did you "
            "leave out the window of the pooling, which reads two outputs as well": (
                span([(3, 1), (1, 2), (5, 1), (3, 2)])
            ),
            "Each layer adds k − 1 jumps and not k, because the first place is there already": (
                whole_kernels(FOUR)
            ),
            "is the field before the last layer": span(FOUR[:-1]),
        },
        hints=(
            "two numbers: how far an output sees, and how far two neighbours lie apart",
            "Both begin with 1. The first convolution makes the field 3 and leaves the jump at 1",
        ),
        solution=[
            "Before the four layers the jump is 1, 1, 2, 2. Each adds (k − 1) of these jumps: 1 + "
            "(3 − 1) · 1 = 3; 3 + (2 − 1) · 1 = 4; 4 + (5 − 1) · 2 = 12; 12 + (3 − 1) · 2 = 16",
            "(1, 8, 22, 22) (8, 1, 3, 3) 3 1 … (1, 8, 11, 11) 4 2 … (1, 16, 7, 7) (16, 8, 5, 5) 12 "
            "2 … (1, 16, 3, 3) (16, 16, 3, 3) 16 4",
            "stride of the last layer comes too late for its own field. It moves the outputs "
            "apart, and so would make the field of a next layer larger",
        ],
    ),
    "networks-work": Worked(
        text="64 filters of 7×7 read a colour image of 224×224 with a stride of 2 and 3 zeros on "
        "every side. How many multiplications",
        answer=work(len(windows(224, 7, 2, 3)) ** 2),
        mistakes={
            "kernel on every pixel. With a stride of 2 there are fewer places": work(224**2),
            "left the channels out. Each output is a sum over all three": (
                work(len(windows(224, 7, 2, 3)) ** 2, channels=1)
            ),
            "are the weights. Each of them is multiplied once for every place of its filter": (
                work(1)
            ),
            "counted the additions too. Here, only multiplications": (
                2 * work(len(windows(224, 7, 2, 3)) ** 2)
            ),
            "left the padding out": work(len(windows(224, 7, 2)) ** 2),
        },
        hints=(
            "Two numbers are needed: how many outputs there are, and how many products in each",
            "output has ⌊(224 + 6 − 7) / 2⌋ + 1 rows. Each output adds up 3 · 7 · 7 products",
        ),
        solution=[
            "output has ⌊(224 + 2 · 3 − 7) / 2⌋ + 1 = 112 rows, and as many columns: 64 · 112 · "
            f"112 = {64 * 112 * 112:,} numbers",
            "112 = ⌊(224 + 2·3 - 7) / 2⌋ + 1",
            "Each is a sum of 3 · 7 · 7 = 147 products, so there are 802,816 · 147 = "
            f"{work(112 * 112):,}",
        ],
    ),
    "networks-list": Worked(
        text="layer 2 reads (1, 32, 40, 40), which is what layer 1 gives. Its kernel is "
        "(64, 32, 5, 5), and it gives (1, 64, 16, 16), with a stride of 1 and no padding. The "
        "kernel and the output are right. What is the shape that layer 2 reads",
        answer=(1, 32, *[next(i for i in range(5, 99) if len(windows(i, 5)) == 16)] * 2),
        mistakes={
            # 36 windows fit
            "what the list says. A kernel of 5 would leave more than 16 of 40": (1, 32, 40, 40),
            "size is right. The channels are what a filter reads, and the kernel's shape says": (
                (1, 64, 20, 20)
            ),
            "channels last. Here they come second": (1, 20, 20, 32),
            "One too many: a kernel of 5 takes 4 rows away, because its first place keeps one": (
                (1, 32, 16 + 5, 16 + 5)
            ),
            "went on from the output. Go back: what was there before the kernel took its rows": (
                (1, 32, *[len(windows(16, 5))] * 2)
            ),
            "doubled what layer 2 gives. There is a pooling, but before the layer": (
                (1, 32, 2 * 16, 2 * 16)
            ),
        },
        hints=(
            "Turn the formula round: the output and the kernel are known",
            "o = i − k + 1, and o is 16. Something that the list leaves out has halved the images",
        ),
        solution=[
            "Without padding, o = i − k + 1, so i = o + k − 1 = 16 + 5 − 1 = 20. The 40×40 of "
            "layer 1 have been pooled in between: half of 40 is 20. The list leaves the pooling "
            "out",
            DIELEMAN,
            "small image, the formula read backwards: 3 rows come out of a kernel of 3, and 3 + 3 "
            "− 1 went in",
            "x (1, 1, 5, 6) convolved with W (1, 1, 3, 3) gives y (1, 1, 3, 4)",
        ],
    ),
    "networks-dense": Worked(
        text="VGG-16 is to read colour images of 448×448 instead of 224×224. Before its first "
        "dense layer there are five poolings of 2×2, and convolutions that keep the size; the last "
        "have 512 filters. The dense layer has 4,096 units. How many weights would it have, "
        "without biases",
        # four times what is published for images of half the side
        answer=4 * 102_760_448,
        mistakes={
            "what it has for 224×224. A convolution would keep its weights; this layer has one for "
            "every number that it reads": 102_760_448,
            "doubled it. The image has grown along both axes": 2 * 102_760_448,
            # 32 times as many rows, and columns
            "left the poolings out": 4 * 102_760_448 * 32 * 32,
            "counted the biases too": 4 * 102_760_448 + 4096,
            # 14·14 numbers for each unit
            "counted one channel. The layer reads all 512": 14 * 14 * 4096,
        },
        hints=(
            "What shape does the dense layer read",
            "Halve 448 five times. Every unit has a weight for each number",
        ),
        solution=[
            "Five poolings halve 448 to 14, so the layer reads 512 · 14 · 14 numbers, and each of "
            "its 4,096 units has a weight for each of them: 411,041,792",
            "last pooling and the dense layer alone",
            "max pool 2×2 (1, 512, 14, 14) … dense, 4096 units (1, 4096, 1, 1) "
            "(4096, 512, 14, 14) … 411,041,792 parameters without biases",
            "four times the 102,760,448 for images of 224×224. The convolutions have as many "
            "parameters as before … one reason why later networks average each channel first",
        ],
    ),
    "networks-memory": Worked(
        text="VGG-16's first convolution has 64 filters and keeps the size of its images, 224×224 "
        "… How many million bytes is that for this layer, for 16 images in float32? One decimal",
        # 12,845,056 bytes for one image: 64 · 224 · 224 · 4
        answer=16 * 12.845056,
        mistakes={
            "counted numbers. Each takes four bytes": 4 * 12.845056,
            "one image. 16 of them are kept": 12.845056,
            "would be float64": 32 * 12.845056,
            # 3 channels of 150,528 / 3 pixels, 16 times, 4 bytes
            "is the input. The layer gives a whole image for each of its filters": (
                16 * 150_528 * 4 / 1_000_000
            ),
            # 16 images of 64 · 49 / 256 mebibytes
            "divided by 1024 · 1024. These are mebibytes; a million": 16 * 64 * 49 / 256,
        },
        hints=(
            "down the shape of what the layer gives for all images",
            "16 · 64 · 224 · 224 numbers, four bytes each",
        ),
        solution=[
            "16 · 64 · 224 · 224 = 51,380,224 numbers of four bytes each are 205,520,896 bytes, "
            f"205.5 million. The layer's parameters are {64 * (3 * 9 + 1):,} numbers; they hardly "
            "count",
            [4 * 12_845_056, 16 * 12_845_056],
        ],
    ),
    "networks-code": Worked(
        text="`field(kernels, strides)`, which takes the kernel sizes and the strides of the "
        "layers of a network, convolutions and poolings alike, and returns how many pixels across "
        "one output sees behind each layer. Below are the first eight layers of AlexNet",
        # as Google's library tabulates AlexNet's fields
        answer=behind_each(span),
        mistakes={
            "lengthened the jump before you used it. A layer's own stride counts for the layers "
            "behind it": behind_each(own_stride),
            "left the strides out. Behind a stride, one step is several pixels": (
                behind_each(without_strides)
            ),
            "Each layer adds (k − 1) jumps, not k": behind_each(whole_kernels),
            "began with nothing. A pixel of the input sees itself, which is one": (
                behind_each(lambda layers: span(layers) - 1)
            ),
            "took the stride of the layer before. The jump is the product of all strides before": (
                behind_each(stride_before)
            ),
        },
        hints=(
            "two numbers, the field and the jump. Both begin with 1",
            "Each layer adds (k − 1) · jump to the field. Then its stride multiplies the jump",
        ),
        solution=[
            "Begin with one pixel, `r = 1`, and a jump of one pixel, `j = 1`. For each layer, "
            "first `r += (k - 1) * j`, then `j *= s`, and keep `r` … eight layers above it gives",
            [11, 19, 51, 67, 99, 131, 163, 195],
            "Exchange the two and every field with a stride comes out too large: a window's own "
            "stride does not make it wider",
        ],
        given={"kernels": [11, 3, 5, 3, 3, 3, 3, 3], "strides": [4, 2, 1, 2, 1, 1, 1, 2]},
    ),
}
