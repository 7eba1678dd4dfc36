"""Reading a network: shapes by counting windows, fields by following pixels, printed oracles."""

import itertools


def windows(size, kernel, stride=1, padding=0):
    """First rows of the windows that fit."""
    return [at for at in range(0, size + 2 * padding, stride) if at + kernel <= size + 2 * padding]


def seen(layers):
    """How many pixels lead to output 0 of the last of `layers`, (kernel, stride) each."""
    outputs = {0}
    for kernel, stride in reversed(layers):
        outputs = {at * stride + u for at in outputs for u in range(kernel)}
    return len(outputs)


def work():
    """Every weight of one filter counted at every place, for 64 filters."""
    places = len(windows(224, 7, 2, 3)) ** 2
    return 64 * places * len(list(itertools.product(range(3), range(7), range(7))))


def digits():
    size = 28
    for kernel, stride in ((5, 1), (2, 2), (5, 1), (2, 2)):
        size = len(windows(size, kernel, stride))
    return (10, 16, size, size)


ANSWERS = {
    # 32·3·6·6, 64·32·5·5, 128·64·3·3, 128·128·3·3, by hand
    "four-layers": [3456, 51200, 73728, 147456, 275840],
    "networks-lenet": digits(),
    "networks-biases": [64, 64 * len(windows(20, 5)) ** 2],
    "networks-field": seen([(3, 1), (2, 2), (5, 1), (3, 2)]),
    "networks-work": work(),
    "networks-list": (1, 32, *[next(i for i in range(5, 99) if len(windows(i, 5)) == 16)] * 2),
    # four times what is published for images of half the side
    "networks-dense": 4 * 102_760_448,
    # 12,845,056 bytes for one image: 64 · 224 · 224 · 4
    "networks-memory": 16 * 12.845056,
    # as Google's library tabulates AlexNet's fields
    "networks-code": lambda kernels, strides: [
        seen(list(zip(kernels, strides, strict=True))[: n + 1]) for n in range(len(kernels))
    ],
}
