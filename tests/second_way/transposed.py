"""The way back: SciPy's full convolution over spread-out pixels, the matrix, counting by hand."""

import numpy as np
from scipy.signal import correlate2d

from tests.second_way import Worked


def spread(y, s):
    """The pixels with s − 1 zeros between neighbours."""
    y = np.asarray(y)
    wide = np.zeros([s * (n - 1) + 1 for n in y.shape])
    wide[::s, ::s] = y
    return wide


def transpose(y, w, s):
    """Full cross-correlation over the spread-out pixels: the two flips cancel."""
    return correlate2d(spread(y, s), w, "full")


def flipped(w):
    return [row[::-1] for row in np.asarray(w).tolist()[::-1]]


def unflipped(y, w, s):
    return transpose(y, flipped(w), s)


def last_copy(y, w, s):
    """For each place, what the copy gives that was laid on it last."""
    last = {
        (s * i + a, s * j + b): pixel * weight
        for (i, j), pixel in np.ndenumerate(y)
        for (a, b), weight in np.ndenumerate(flipped(w))
    }
    height, width = (n + 1 for n in max(last))
    return [[last.get((i, j), 0) for j in range(width)] for i in range(height)]


def tiled(y, w, s):
    return np.block([[pixel * np.array(flipped(w)) for pixel in row] for row in np.asarray(y)])


def too_short(y, w, s):
    height, width = np.shape(y)
    return transpose(y, w, s)[: s * height, : s * width]


def laid_down(y, s, k=3):
    """Where each copy of a kernel goes, in the words of the figure."""
    return " … ".join(
        f"y[{i}, {j}] = {pixel} times the kernel goes to rows {s * i} to {s * i + k - 1}, columns "
        f"{s * j} to {s * j + k - 1} of x′"
        for (i, j), pixel in np.ndenumerate(y)
    )


def sums(x):
    """Of each place, in the words of the figure."""
    return " … ".join(f"x′[{i}, {j}] = … = {number:.0f}" for (i, j), number in np.ndenumerate(x))


def outputs(size, kernel, stride, padding):
    """How many windows fit, counted."""
    return len([at for at in range(0, size, stride) if at + kernel <= size + 2 * padding])


def returned(rows, stride=3, cut=0):
    """Rows that copies of a kernel of 5 take, without those that are cut off."""
    return len(transpose(np.ones((rows, 1)), np.ones((5, 1)), stride)) - cut


def copies(stride, kernel=5):
    """How many of three copies lie on each place of a row."""
    row = [place for at in range(3) for place in range(stride * at, stride * at + kernel)]
    return [row.count(place) for place in range(max(row) + 1)]


Y = [[2, 1], [0, 3]]
TURNED_Y = [[2, 0], [1, 3]]
W = [[1, 0, 2], [0, 3, 0], [4, 0, 1]]
PAIR_SUMS = np.array([[1, 1, 0], [0, 1, 1]])  # the convolution with [1, 1], as a matrix

SECOND_WAY = {
    "transposed-size": Worked(
        text="transposed convolution has a kernel of 5, a stride of 3 and a padding of 1. Its "
        "input has 7 rows. How many rows has its result? There is no output padding",
        answer=returned(7, cut=1 + 1),
        mistakes={
            "cut the padding off on one side. It had been added on both": returned(7, cut=1),
            "added the padding. On the way back it is cut off": returned(7) + 1 + 1,
            "left the padding out": returned(7),
            "moved on once too often. The first copy of the kernel lies at the start": (
                returned(8, cut=1 + 1)
            ),
            "is the size a convolution gives. This one goes the other way": outputs(7, 5, 3, 1),
            "left the stride out. It is how far the copies of the kernel lie apart": (
                returned(7, stride=1, cut=1 + 1)
            ),
        },
        hints=(
            "Count the places that the copies of the kernel take, and then what is cut off",
            "first copy takes k places and each of the others s more. Then the padding of both "
            "sides is cut off",
        ),
        solution=[
            "first copy of the kernel takes 5 rows, and each of the other 6 moves on by 3: 5 + "
            "6 · 3 = 23. The convolution had 1 row of zeros on each side, which is cut off again: "
            "23 − 2 · 1 = 21",
            "21 = 3·(7 - 1) + 5 - 2·1",
            "With three rows it is easier to count. What is cut off is hatched",
            # 3 · 2 + 5 rows, without 2
            "y (1, 1, 3, 3) and W (1, 1, 5, 5) give x′ (1, 1, 9, 9) by a transposed convolution … "
            "goes to rows −1 to 3, columns −1 to 3 of x′ … rows −1 to 3, columns 2 to 6 of x′ … "
            "rows −1 to 3, columns 5 to 9 of x′ … rows 2 to 6, columns −1 to 3 … rows 5 to 9, "
            "columns 5 to 9 of x′",
        ],
    ),
    "transposed-returned": Worked(
        text='Convolve x with W under `"valid"`. Then apply the transposed convolution with the '
        "same W to what you get",
        answer=PAIR_SUMS.T @ PAIR_SUMS @ [3, 5, 2],
        mistakes={
            "is x itself. The shape comes back, but a transposed convolution is not the inverse": (
                [3, 5, 2]
            ),
            "is the convolution. Now go back": PAIR_SUMS @ [3, 5, 2],
            # 8 8 and then 7 7, from the place on that both take
            "second copy of the kernel wiped out part of the first. They add up": [8, 7, 7],
            "laid the copies side by side. With a stride of 1 they lie one place apart, and "
            "overlap": [8, 8, 7, 7],
        },
        hints=(
            "convolution gives two numbers. Each of them goes back to the places",
            "first number is laid on places 0 and 1, the second on places 1 and 2",
        ),
        solution=[
            "Forward: 3 + 5 = 8 and 5 + 2 = 7. Back: 8 goes to the first two places, 7 to the last "
            "two, and in the middle they add up to 15. As many numbers come back as there were, "
            "and they are others",
            "y (1, 1, 1, 2) and W (1, 1, 1, 2) give x′ (1, 1, 1, 3) … y[0, 0] = 8 times the kernel "
            "goes to row 0, columns 0 to 1 of x′: 0 + 8·1 = 8, 0 + 8·1 = 8 … y[0, 1] = 7 times the "
            "kernel goes to row 0, columns 1 to 2 of x′: 8 + 7·1 = 15, 0 + 7·1 = 7",
        ],
        given={"x": [[3, 5, 2]], "W": [[1, 1]]},
    ),
    "transposed-by-hand": Worked(
        text="the transposed convolution of y with W, with a stride of 2 and without padding. It "
        "belongs to a convolution, which flips its kernel",
        answer=transpose(Y, W, 2),
        mistakes={
            "kernel down as it is stored. That is what PyTorch and TensorFlow do, whose layers do "
            "not flip": unflipped(Y, W, 2),
            "A later copy wiped out what lay under it. Where copies overlap, they add up": (
                last_copy(Y, W, 2)
            ),
            "left the stride out: the copies lie two places apart": transpose(Y, W, 1),
            "copies side by side, three places apart. The stride says how far": tiled(Y, W, 2),
        },
        hints=(
            "How large is the result, and where does the copy of each pixel begin",
            "five rows and five columns. The first pixel's copy, flipped and doubled, lies on the "
            "first three of both",
        ),
        solution=[
            "Turn the kernel by 180 degrees. Lay it down four times, two places apart, each time "
            "times a pixel of y, and add up where copies overlap. The middle row and column are "
            "where they do",
            laid_down(Y, 2),
            "one convolution, over the pixels with zeros between them, it gives the same",
            sums(transpose(Y, W, 2)),
        ],
        given={"y": Y, "W": W},
    ),
    "transposed-caption": Worked(
        text="the way back from a convolution of a 6×6 image, padded by 1, with a 3×3 kernel and a "
        "stride of 2. Its caption says … a convolution over a 2×2 input, with one zero between "
        "neighbouring pixels, a border of 1 and one more row and column at the bottom and on the "
        "right. One size in it is wrong. What is right, as (height, width)",
        answer=(3, 3),  # as the figure itself shows
        mistakes={
            "what the caption says. Work out what the convolution of the 6×6 image gives": (2, 2),
            "is the input with zeros put between its pixels. How large is it without": (
                np.shape(spread(np.ones((3, 3)), 2))
            ),
            "is the result, and the caption has it right. What goes in": (6, 6),
            # 5 / 2 steps as 3, and the first place
            "rounded up. (6 + 2 − 3) / 2 is two and a half steps, and the half does not count": (
                (3 + 1, 3 + 1)
            ),
        },
        hints=(
            "transposed convolution reads what the convolution gives",
            "Six rows, one of zeros on each side, a kernel of three and steps of two: how many "
            "places",
        ),
        solution=[
            "transposed convolution reads what the convolution gives, and that has ⌊(6 + 2 · 1 − "
            "3) / 2⌋ + 1 = 3 rows and as many columns. The way back confirms it: with one row more "
            "for the rest of the division, 3 leads to 6, and a size of 2 could lead to "
            f"{max(n for n in range(20) if outputs(n, 3, 2, 1) == 2)} at most",
            "3 = ⌊(6 + 2·1 - 3) / 2⌋ + 1",
            "6 = 2·(3 - 1) + 1 + 3 - 2·1",
            # the numbers 1 to 9 as copies of ones; rows and columns 1 to 6 of 7, with a 0 behind
            "y (1, 1, 3, 3) and W (1, 1, 3, 3) give x′ (1, 1, 6, 6) … "
            + sums(transpose(np.arange(1, 10).reshape(3, 3), np.ones((3, 3)), 2)[1:, 1:]),
        ],
    ),
    "transposed-overlap": Worked(
        text="down 3 copies of a row of 5 ones, 3 places apart, as a transposed convolution of a "
        "row of 3 ones does. How many copies lie on each place? Write the row",
        # 1 1 1 1 1
        #       1 1 1 1 1
        #             1 1 1 1 1
        answer=[1, 1, 1, 2, 2, 1, 2, 2, 1, 1, 1],
        mistakes={
            "copies one place apart. The stride says how far": copies(1),
            "left 3 zeros between the pixels. A stride of 3 leaves one fewer": copies(3 + 1),
            "copies do not overlap. They are longer than the stride": [1] * 15,
            "marked which places are reached. How many copies lie on each": [1] * 11,
            "kernel has 6 elements. That one would indeed lie evenly": copies(3, 6),
        },
        hints=(
            "copies one under the other, each 3 places farther on, and count down the columns",
            "first copy takes places 0 to 4, and the second begins at place 3",
        ),
        solution=[
            "copies begin at places 0, 3, 6 and take 5 places each. Neighbours share 5 − 3 = 2 "
            "places, and 3 does not divide 5, so places with one copy and with two take turns",
            "y (1, 1, 1, 3) and W (1, 1, 1, 5) give x′ (1, 1, 1, 11) … goes to row 0, columns 0 to "
            "4 of x′ … row 0, columns 3 to 7 of x′ … row 0, columns 6 to 10 of x′",
            "A kernel of 6 would lie twice on every place but those at the ends",
            [copies(3, 6)],
        ],
    ),
    "transposed-output-padding": Worked(
        text="convolution with a kernel of 5, a stride of 4 and a padding of 1 read an image of 30 "
        "rows. Which output padding leads back to 30",
        # 27 rows give 7 windows that leave nothing over, and 30 are three more.
        answer=30 - min(n for n in range(1, 40) if outputs(n, 5, 4, 1) == outputs(30, 5, 4, 1)),
        mistakes={
            "leads back to the smallest size with this output. Which one": 0,
            # of 30 − 5 and of 31 − 5 rows, after six steps of 4
            "left the padding out": 25 - 6 * 4,
            "counted the padding once. It is on both sides": 26 - 6 * 4,
            "is the size without output padding. How much is missing": 27,
        },
        hints=(
            "What does the floor of the convolution leave over",
            "Divide i + 2p − k by the stride. The rest is what the output does not say",
        ),
        solution=[
            "leaves (30 + 2 · 1 − 5) mod 4 = 27 mod 4 = 3 rows over, after 7 windows. Without "
            "output padding, 7 rows lead back to 4 · (7 − 1) + 5 − 2 · 1 = 27, the smallest size "
            "that gives 7. It takes 3 more",
            "7 = ⌊(30 + 2·1 - 5) / 4⌋ + 1",
            "30 = 4·(7 - 1) + 3 + 5 - 2·1",
        ],
    ),
    "transposed-code": Worked(
        text="transposed convolution of one image with one kernel, both of two axes, with a stride "
        "and without padding. It belongs to a convolution, so the copies are flipped. On this "
        "page, try it on y and w below with a stride of 2",
        answer=transpose,
        mistakes={
            "Right for PyTorch and TensorFlow, whose layers do not flip. Here the copies are "
            "turned by 180 degrees": unflipped,
            "Where two copies overlap, yours keeps the last one. They add up": last_copy,
            "copies lie side by side, whatever the stride is": tiled,
            "result ends too soon: the last copy of the kernel reaches farther": too_short,
        },
        hints=(
            "How large must the result be? Begin with zeros",
            "pixels of y. The copy of pixel (i, j) begins at row i · s and column j · s",
        ),
        solution=[
            "zeros of the size that comes out, s(i′ − 1) + k along each axis. For each pixel of y, "
            "add the flipped kernel times that pixel … begins at `i * s` and `j * s`: "
            "`out[i * s : i * s + kh, j * s : j * s + kw] += y[i, j] * w[::-1, ::-1]`. With `=` in "
            "the place of `+=` a later copy would wipe out what lies under it",
            laid_down(TURNED_Y, 2),
        ],
        given={"y": TURNED_Y, "w": W},
    ),
}
