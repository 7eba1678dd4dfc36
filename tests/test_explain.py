"""explain, shifted_sum, as_matrix, im2col: each is the convolution, told in another way."""

import math
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
import scipy.signal
from bs4 import BeautifulSoup
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from latex2mathml.converter import convert

from convdoc import ConvSpec
from convdoc.borders import BORDERS, PADDINGS
from convdoc.conv import conv4d, conv4d_transpose
from convdoc.explain import as_matrix, explain, im2col, shifted_sum
from tests import notebook

NINE = np.arange(1, 10).reshape(1, 1, 3, 3)

# -- Any convolution ----------------------------------------------------------------------------

zeros_around = st.integers(0, 3)
sides = st.tuples(zeros_around, zeros_around)
either = st.booleans()


def one_or_two(least, most):
    numbers = st.integers(least, most)
    return st.one_of(numbers, st.tuples(numbers, numbers))


@st.composite
def convolutions(draw, ways=either):
    """A plan, and small whole numbers for it to convolve: their sums are exact in any order."""
    transposed = draw(ways)
    strides = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    more = draw(st.tuples(*(st.integers(0, s - 1) for s in strides))) if transposed else 0
    names = st.sampled_from(list(PADDINGS))
    border = draw(st.sampled_from([*BORDERS] if transposed else [*BORDERS, -2]))
    spec = ConvSpec(
        draw(one_or_two(1, 3)),
        strides,
        draw(st.one_of(names, zeros_around, sides, st.tuples(sides, sides))),
        draw(one_or_two(1, 3)),
        draw(st.integers(1, 3)),
        transposed,
        more,
        border,
    )
    size = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    try:
        spec.output_size(size)
    except ValueError:
        assume(False)  # no window fits
    filters = spec.groups * draw(st.integers(1, 2))
    part = draw(st.integers(1, 2))
    random = np.random.default_rng(draw(st.integers(0, 999)))
    w = random.integers(-5, 6, (filters, part, *spec.kernel))
    read = filters if transposed else part * spec.groups
    return spec, random.integers(-5, 6, (draw(st.integers(1, 2)), read, *size)), w


def computed(spec, x, w):
    """The reference engine's result, which knows nothing of windows as `ConvSpec` tells them."""
    given = {name: getattr(spec, name) for name in ("strides", "dilation", "groups", "border")}
    if spec.transposed:
        more = {"output_padding": spec.output_padding, "engine": "numpy"}
        return conv4d_transpose(x, w, spec.border_mode, **given, **more)
    return conv4d(x, w, spec.border_mode, **given, engine="numpy")


some_examples = settings(max_examples=150, deadline=None)


@some_examples
@given(convolutions())
def test_terms_add_up_to_every_pixel(convolution):
    spec, x, w = convolution
    expected = computed(spec, x, w)
    told = np.array([explain(x, w, spec, *at).sum for at in np.ndindex(expected.shape)])
    np.testing.assert_array_equal(told.reshape(expected.shape), expected)


@some_examples
@given(convolutions(), st.randoms(use_true_random=False))
def test_a_term_names_the_numbers_that_it_multiplies(convolution, random):
    spec, x, w = convolution
    at = tuple(random.randrange(n) for n in computed(spec, x, w).shape)
    told = explain(x, w, spec, *at)
    assert (told.sample, told.filter, told.i, told.j) == at
    for term in told.terms:
        beyond = 0 if isinstance(spec.border, str) else spec.border
        read = beyond if term.input is None else x[(at[0], term.channel, *term.input)]
        assert term.pixel == read
        assert term.weight == w[term.slice + term.kernel]
        assert term.product == term.pixel * term.weight
        assert term.input is None or min(term.input) >= 0  # no index counts from the end
        inside = all(0 <= n < size for n, size in zip(term.place, x.shape[2:], strict=True))
        assert term.beyond == (not inside)
        assert term.input == term.place or term.beyond
    read = [(term.channel, *term.input) for term in told.terms if not term.beyond]
    if spec.transposed:
        assert len(read) == len(told.terms)  # there is no padding to read
    if not spec.transposed or spec.border == "zeros":
        assert read == sorted(set(read))  # from the top left, each pixel once
    if spec.transposed:
        return
    weighed = [(term.channel, *(-t for t in term.kernel)) for term in told.terms]
    assert weighed == sorted(set(weighed))
    assert len(weighed) == math.prod(w.shape[1:])  # padding is told too


@some_examples
@given(convolutions())
def test_the_matrix_times_the_image_is_the_convolution(convolution):
    spec, x, w = convolution
    assume(spec.border != -2)
    expected = computed(spec, x, w)
    matrix = as_matrix(spec, x.shape[2:], w)
    assert matrix.shape == (math.prod(expected.shape[1:]), math.prod(x.shape[1:]))
    for image, result in zip(x, expected, strict=True):
        np.testing.assert_array_equal(matrix @ image.ravel(), result.ravel())


@some_examples
@given(convolutions(st.just(False)))
def test_the_transposed_convolutions_matrix_is_the_transpose(convolution):
    spec, x, w = convolution
    assume(spec.border != -2)
    size = x.shape[2:]
    back = as_matrix(spec.as_transposed(size), spec.output_size(size), w)
    np.testing.assert_array_equal(back.toarray(), as_matrix(spec, size, w).toarray().T)


@some_examples
@given(convolutions())
def test_a_product_with_im2col_is_the_convolution(convolution):
    spec, x, w = convolution
    expected = computed(spec, x, w)
    parts = np.split(im2col(x, spec), spec.groups, axis=1)
    banks = np.split(w, spec.groups)
    if spec.transposed:
        rows = [bank.swapaxes(0, 1).reshape(w.shape[1], -1) for bank in banks]
    else:
        rows = [bank[:, :, ::-1, ::-1].reshape(len(bank), -1) for bank in banks]
    y = np.concatenate([m @ part for m, part in zip(rows, parts, strict=True)], axis=1)
    np.testing.assert_array_equal(y.reshape(expected.shape), expected)


lengths = st.integers(1, 5)


@some_examples
@given(st.tuples(lengths, lengths), st.tuples(lengths, lengths), st.integers(0, 99))
def test_shifted_images_add_up_to_scipys_full_convolution(size, kernel, seed):
    random = np.random.default_rng(seed)
    x, w = random.integers(-5, 6, size), random.integers(-5, 6, kernel)
    told = shifted_sum(x[None, None], w[None, None])
    np.testing.assert_array_equal(told.total, [[scipy.signal.convolve2d(x, w)]])
    np.testing.assert_array_equal(sum(shift.image for shift in told.shifts), told.total)
    assert [shift.kernel for shift in told.shifts] == list(np.ndindex(kernel))
    for (u, v), weight, image in told.shifts:
        assert weight == w[u, v]
        inside = image[0, 0, u : u + size[0], v : v + size[1]]
        np.testing.assert_array_equal(inside, weight * x)
        assert np.count_nonzero(image) == np.count_nonzero(inside)


# -- Printed numbers ----------------------------------------------------------------------------


def test_the_impulse_meets_the_kernel_flipped():
    """Row 1 of the notebook's output is 0 1 2 3 0: the window of the 1 ends on the impulse."""
    x, w = notebook.IMPULSE.x, notebook.IMPULSE.w
    spec = ConvSpec((2, 3))
    rows = [[explain(x, w, spec, 0, 0, i, j).sum for j in range(5)] for i in range(4)]
    assert rows == [[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 0, 0, 0, 0]]
    terms = explain(x, w, spec, 0, 0, 1, 1).terms
    assert [term.input for term in terms] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)]
    assert [term.kernel for term in terms] == [(1, 2), (1, 1), (1, 0), (0, 2), (0, 1), (0, 0)]
    assert [term.weight for term in terms] == [6, 5, 4, 3, 2, 1]
    assert [term.pixel for term in terms] == [0, 0, 0, 0, 0, 1]


def test_impulse_from_every_point_of_view():
    x, w = notebook.IMPULSE.x, notebook.IMPULSE.w
    expected = [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0]
    spec = ConvSpec((2, 3))
    np.testing.assert_array_equal(as_matrix(spec, (5, 7), w) @ x.ravel(), expected)
    np.testing.assert_array_equal([6, 5, 4, 3, 2, 1] @ im2col(x, spec)[0], expected)
    inside = shifted_sum(x, w).total[0, 0, 1:5, 2:7]  # "valid" is the middle of "full"
    np.testing.assert_array_equal(inside.ravel(), expected)


def test_dive_into_deep_learning_with_its_kernel_turned():
    """It cross-correlates X = 0..8 with K = [[0, 1], [2, 3]], and X + 1 with K + 1."""
    x = np.arange(9).reshape(3, 3)
    turned = np.array([[3, 2], [1, 0]])
    images, kernels = np.array([[x, x + 1]]), np.array([[turned, turned + 1]])
    spec = ConvSpec(2)
    one = [explain(images[:, :1], kernels[:, :1], spec, 0, 0, *at) for at in np.ndindex(2, 2)]
    two = [explain(images, kernels, spec, 0, 0, *at) for at in np.ndindex(2, 2)]
    assert [told.sum for told in one] == [19, 25, 37, 43]
    assert [told.sum for told in two] == [56, 72, 104, 120]
    assert [told.subtotals[0] for told in two] == [19, 25, 37, 43]
    assert two[0].subtotals == {0: 19, 1: 37}
    np.testing.assert_array_equal(as_matrix(spec, 3, kernels) @ images.ravel(), [56, 72, 104, 120])
    np.testing.assert_array_equal(
        [0, 1, 2, 3, 1, 2, 3, 4] @ im2col(images, spec)[0], [56, 72, 104, 120]
    )


def test_the_four_by_sixteen_matrix():
    """Dumoulin and Visin's rows hold the kernel; ours, of a convolution, the kernel turned."""
    expected = [
        [9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1, 0, 0, 0, 0, 0],
        [0, 9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1, 0],
        [0, 0, 0, 0, 0, 9, 8, 7, 0, 6, 5, 4, 0, 3, 2, 1],
    ]
    np.testing.assert_array_equal(as_matrix(ConvSpec(3), 4, NINE).toarray(), expected)
    correlation = as_matrix(ConvSpec(3), 4, NINE[:, :, ::-1, ::-1]).toarray()
    for row, offset in enumerate([0, 1, 4, 5]):
        for line, kernel_row in zip([0, 4, 8], [[1, 2, 3], [4, 5, 6], [7, 8, 9]], strict=True):
            at = offset + line
            assert correlation[row, at : at + 3].tolist() == kernel_row
    assert np.count_nonzero(correlation) == 4 * 9
    back = as_matrix(ConvSpec(3, transposed=True), 2, NINE)
    np.testing.assert_array_equal(back.toarray(), np.transpose(expected))


# -- What the arrays are ------------------------------------------------------------------------


def test_a_zero_of_the_kernel_has_an_entry_and_padding_has_none():
    w = np.zeros((1, 1, 3, 3))
    assert as_matrix(ConvSpec(3), 4, w).nnz == 4 * 9
    # 5×5 under "same": 9 in the middle, 6 along a side, 4 in a corner.
    same = ConvSpec(3, border_mode="same")
    assert as_matrix(same, 5, w).nnz == 9 * 9 + 12 * 6 + 4 * 4
    back = ConvSpec(3, border_mode="same", transposed=True)
    assert as_matrix(back, 5, w).nnz == 9 * 9 + 12 * 6 + 4 * 4


def test_matrix_is_a_csr_array():
    for transposed in (False, True):
        matrix = as_matrix(ConvSpec(3, transposed=transposed), 4, NINE)
        assert isinstance(matrix, scipy.sparse.csr_array)


@pytest.mark.parametrize(
    ("dtype", "result"),
    [("float64", "float64"), ("float32", "float32"), ("int64", "float32"), ("bool", "float32")],
)
def test_dtypes_are_those_of_conv4d(dtype, result):
    array = NINE.astype(dtype)
    assert as_matrix(ConvSpec(3), 4, array).dtype == result
    assert as_matrix(ConvSpec(3, transposed=True), 4, array).dtype == result
    assert im2col(array, ConvSpec(2)).dtype == result
    told = shifted_sum(array, array)
    assert {told.total.dtype, *(shift.image.dtype for shift in told.shifts)} == {np.dtype(result)}


def test_bytes_do_not_overflow():
    x = np.full((1, 1, 1, 2), 200, np.uint8)
    assert explain(x, x, ConvSpec((1, 2)), 0, 0, 0, 0).sum == 80000
    assert ([200, 200] @ im2col(x, ConvSpec((1, 2)))).tolist() == [[80000]]
    assert shifted_sum(x, x).total.tolist() == [[[[40000, 80000, 40000]]]]


def test_integers_are_exact_and_stay_integers():
    told = explain([[[[2**62, 1]]]], [[[[1, 2]]]], ConvSpec((1, 2)), 0, 0, 0, 0)
    assert told.sum == 2**63 + 1
    assert {type(number) for term in told.terms for number in term[4:7]} == {int}
    told = explain([[[[True]]]], [[[[True]]]], ConvSpec(1), 0, 0, 0, 0)
    assert {type(number) for term in told.terms for number in term[4:7]} == {int}
    assert str(told) == "y[0, 0, 0, 0] = 1\n  x[0, 0, 0, 0] · w[0, 0, 0, 0] = 1 · 1 = 1"


def test_a_sum_of_decimals_is_rounded_once():
    told = explain([[[[1e16, 1.0, -1e16]]]], np.ones((1, 1, 1, 3)), ConvSpec((1, 3)), 0, 0, 0, 0)
    assert told.sum == 1
    told = explain(np.float32([[[[0.1]]]]), np.float32([[[[0.1]]]]), ConvSpec(1), 0, 0, 0, 0)
    assert told.sum == float(np.float32(0.1)) ** 2  # which float32 cannot hold


def test_what_no_sum_is_finite_of():
    def told(*pixels):
        return explain([[[pixels]]], np.ones((1, 1, 1, 2)), ConvSpec((1, 2)), 0, 0, 0, 0)

    assert told(np.inf, 1).sum == np.inf
    assert told(1e308, 1e308).sum == np.inf
    assert math.isnan(told(np.inf, -np.inf).sum)
    assert str(told(np.inf, -np.inf)) == (
        "y[0, 0, 0, 0] = NaN\n"
        "  x[0, 0, 0, 0] · w[0, 0, 0, 1] =    ∞ · 1 =  ∞\n"
        "  x[0, 0, 0, 1] · w[0, 0, 0, 0] = (−∞) · 1 = −∞"
    )
    assert r"\infty \cdot 1 + (-\infty) \cdot 1 \\" in told(np.inf, -np.inf).latex()
    assert r"&= \text{NaN}" in told(np.inf, -np.inf).latex()


def test_a_hundred_by_hundred_image_has_its_matrix_at_once():
    matrix = as_matrix(ConvSpec(3), 100, NINE)
    assert matrix.shape == (9604, 10000)
    assert matrix.nnz == 9604 * 9


# -- What it looks like -------------------------------------------------------------------------

CORNER = ConvSpec(2, border_mode=((1, 0), (0, 0)))


def test_text_of_one_channel():
    x = [[[[5, 0.25, -3]]]]
    told = explain(x, [[[[1, -20], [7, 1e-7]]]], CORNER, 0, 0, 0, 1)
    assert str(told) == (
        "y[0, 0, 0, 1] = −8\n"
        "  padding       · w[0, 0, 1, 1] =    0 · 1e−07 =  0\n"
        "  padding       · w[0, 0, 1, 0] =    0 ·     7 =  0\n"
        "  x[0, 0, 0, 1] · w[0, 0, 0, 1] = 0.25 · (−20) = −5\n"
        "  x[0, 0, 0, 2] · w[0, 0, 0, 0] = (−3) ·     1 = −3"
    )
    assert repr(told) == str(told)


def test_text_of_two_channels():
    told = explain([[[[1]], [[2]]]], [[[[3]], [[-4]]]], ConvSpec(1), 0, 0, 0, 0)
    assert str(told) == (
        "y[0, 0, 0, 0] = −5\n"
        "  channel 0: 3\n"
        "    x[0, 0, 0, 0] · w[0, 0, 0, 0] = 1 ·    3 =  3\n"
        "  channel 1: −8\n"
        "    x[0, 1, 0, 0] · w[0, 1, 0, 0] = 2 · (−4) = −8"
    )


def test_text_says_which_sample_and_lines_up_long_names():
    x, w = np.arange(24).reshape(2, 1, 1, 12), np.arange(11).reshape(1, 1, 1, 11)
    lines = str(explain(x, w, ConvSpec((1, 11)), 1, 0, 0, 1)).split("\n")
    # 13·10 + 14·9 + ... + 23·0: the sum of n (23 - n) for n from 0 to 10
    assert lines[0] == "y[1, 0, 0, 1] = 880"
    assert lines[1] == "  x[1, 0, 0, 1]  · w[0, 0, 0, 10] = 13 · 10 = 130"
    assert lines[2] == "  x[1, 0, 0, 2]  · w[0, 0, 0, 9]  = 14 ·  9 = 126"
    assert lines[11] == "  x[1, 0, 0, 11] · w[0, 0, 0, 0]  = 23 ·  0 =   0"


def test_text_of_nothing():
    told = explain(
        [[[[7]]]], [[[[5]]]], ConvSpec(1, 2, transposed=True, output_padding=1), 0, 0, 0, 1
    )
    assert told.terms == ()
    assert told.sum == 0
    assert str(told) == (
        "y[0, 0, 0, 1] = 0\n  no terms: no window of the convolution reads this place"
    )
    assert told.latex() == "\\begin{split}\ny_{0,0,0,1} &= 0\n\\end{split}"
    table = BeautifulSoup(told._repr_html_(), "html.parser").table
    assert table.tbody.get_text() == "no terms: no window of the convolution reads this place"


@pytest.mark.parametrize(
    ("number", "text", "latex"),
    [
        (2.0, "2", "2"),
        (-0.0, "0", "0"),
        (1234567.0, "1234567", "1234567"),
        (9007199254740993, "9007199254740993", "9007199254740993"),
        (1e20, "1e+20", r"1 \times 10^{20}"),
        (-2.5e-9, "−2.5e−09", r"-2.5 \times 10^{-9}"),
        (1 / 3, "0.333333", "0.333333"),
        (-1234.56789, "−1234.57", "-1234.57"),
        (np.inf, "∞", r"\infty"),
        (np.nan, "NaN", r"\text{NaN}"),
    ],
)
def test_numbers_as_a_reader_writes_them(number, text, latex):
    told = explain([[[[number]]]], [[[[1]]]], ConvSpec(1), 0, 0, 0, 0)
    assert str(told).startswith(f"y[0, 0, 0, 0] = {text}\n")
    assert f"&= {latex}\n" in told.latex()


def test_latex_of_two_channels_with_padding():
    x = [[[[1, 2]], [[0.5, -3]]]]
    w = [[[[9, 8], [1, -4]], [[0, 6], [7, 1e-7]]]]
    told = explain(x, w, CORNER, 0, 0, 0, 0)
    assert (
        told.latex()
        == r"""
\begin{split}
y_{0,0,0,0} &= 0 \cdot w_{0,0,1,1} + 0 \cdot w_{0,0,1,0} \\
&\quad {} + x_{0,0,0,0} \cdot w_{0,0,0,1} + x_{0,0,0,1} \cdot w_{0,0,0,0} \\
&\quad {} + 0 \cdot w_{0,1,1,1} + 0 \cdot w_{0,1,1,0} \\
&\quad {} + x_{0,1,0,0} \cdot w_{0,1,0,1} + x_{0,1,0,1} \cdot w_{0,1,0,0} \\
&= 0 \cdot (-4) + 0 \cdot 1 \\
&\quad {} + 1 \cdot 8 + 2 \cdot 9 \\
&\quad {} + 0 \cdot (1 \times 10^{-7}) + 0 \cdot 7 \\
&\quad {} + 0.5 \cdot 6 + (-3) \cdot 0 \\
&= 29
\end{split}""".lstrip()
    )
    assert told._repr_latex_() == f"$$\n{told.latex()}\n$$"


def first_pixel(convolution):
    spec, x, w = convolution
    return explain(x, w, spec, 0, 0, 0, 0)


@some_examples
@given(convolutions().map(first_pixel))
def test_latex_becomes_mathml(told):
    mathml = ElementTree.fromstring(convert(told.latex(), display="block"))
    rows = list(mathml.iter("{http://www.w3.org/1998/Math/MathML}mtr"))
    windows = len({(term.channel, term.kernel[0], term.place[0]) for term in told.terms})
    assert len(rows) == 2 * windows + 1
    assert all(len(row) == 2 for row in rows)  # the equals signs stand under each other
    text = "".join(mathml.itertext())
    assert "\\" not in text
    assert text.count("·") == 2 * len(told.terms)


def test_html_is_a_table_that_can_be_read_aloud():
    x, w = [[[[1, 2]], [[0.5, -3]]]], [[[[9, 8], [1, -4]], [[0, 6], [7, 4]]]]
    table = BeautifulSoup(explain(x, w, CORNER, 0, 0, 0, 0)._repr_html_(), "html.parser").table
    assert table.caption.string == "y[0, 0, 0, 0] = 29"
    heads = table.thead.find_all("th")
    assert [head.string for head in heads] == ["Image", "Kernel", "Pixel", "Weight", "Product"]
    assert {head["scope"] for head in heads} == {"col"}
    bodies = [
        [[cell.string for cell in row.find_all(["th", "td"])] for row in body.find_all("tr")]
        for body in table.find_all("tbody")
    ]
    assert bodies == [
        [
            ["channel 0: 26"],
            ["padding", "w[0, 0, 1, 1]", "0", "−4", "0"],
            ["padding", "w[0, 0, 1, 0]", "0", "1", "0"],
            ["x[0, 0, 0, 0]", "w[0, 0, 0, 1]", "1", "8", "8"],
            ["x[0, 0, 0, 1]", "w[0, 0, 0, 0]", "2", "9", "18"],
        ],
        [
            ["channel 1: 3"],
            ["padding", "w[0, 1, 1, 1]", "0", "4", "0"],
            ["padding", "w[0, 1, 1, 0]", "0", "7", "0"],
            ["x[0, 1, 0, 0]", "w[0, 1, 0, 1]", "0.5", "6", "3"],
            ["x[0, 1, 0, 1]", "w[0, 1, 0, 0]", "−3", "0", "0"],
        ],
    ]
    scopes = [[head["scope"] for head in body.find_all("th")] for body in table.find_all("tbody")]
    assert scopes == [["rowgroup", *["row"] * 2 * 4]] * 2
    assert [cell.string for cell in table.tfoot.find_all(["th", "td"])] == ["Sum", "29"]
    padded = table.find_all(class_="convdoc-padding")
    assert [row.th.string for row in padded] == ["padding"] * 4


@some_examples
@given(convolutions().map(first_pixel))
def test_html_is_well_formed_and_leaves_style_to_the_page(told):
    table = ElementTree.fromstring(told._repr_html_())
    assert table.get("class") == "convdoc-explanation"
    for element in table.iter():
        assert set(element.attrib) <= {"class", "scope", "colspan"}
        assert element.get("class", "convdoc-").startswith("convdoc-")
    rows = [*table.iter("tr")]
    assert {sum(int(cell.get("colspan", 1)) for cell in row) for row in rows} == {5}
    assert all(row[0].get("scope") for row in rows if told.terms)
    channels = {term.channel for term in told.terms}
    headings = [head for head in table.iter("th") if head.get("scope") == "rowgroup"]
    assert len(headings) == (len(channels) if len(channels) > 1 else 0)


def test_html_of_one_term():
    told = explain([[[[2]]]], [[[[3]]]], ConvSpec(1), 0, 0, 0, 0)
    assert told._repr_html_() == (
        '<table class="convdoc-explanation"><caption>y[0, 0, 0, 0] = 6</caption>'
        '<thead><tr><th scope="col">Image</th><th scope="col">Kernel</th><th scope="col">Pixel</th>'
        '<th scope="col">Weight</th><th scope="col">Product</th></tr></thead>'
        '<tbody><tr><th scope="row">x[0, 0, 0, 0]</th><th scope="row">w[0, 0, 0, 0]</th>'
        "<td>2</td><td>3</td><td>6</td></tr></tbody>"
        '<tfoot><tr><th scope="row" colspan="4">Sum</th><td>6</td></tr></tfoot></table>'
    )


def test_one_channel_has_no_heading():
    table = BeautifulSoup(explain(NINE, NINE, ConvSpec(3), 0, 0, 0, 0)._repr_html_(), "html.parser")
    assert len(table.find_all("tr")) == 1 + 9 + 1


def test_shifted_images_as_text():
    assert str(shifted_sum([[[[1, 2], [3, 4]]]], [[[[10], [-0.5]]]])) == (
        "w[0, 0, 0, 0], 10 times the image, moved 0 down and 0 to the right:\n"
        "[[10. 20.]\n [30. 40.]\n [ 0.  0.]]\n"
        "w[0, 0, 1, 0], −0.5 times the image, moved 1 down and 0 to the right:\n"
        "[[ 0.   0. ]\n [-0.5 -1. ]\n [-1.5 -2. ]]\n"
        "all added up:\n"
        "[[10.  20. ]\n [29.5 39. ]\n [-1.5 -2. ]]"
    )


# -- What is refused ----------------------------------------------------------------------------

TWO = np.ones((2, 4, 5, 6))
BANK = np.ones((4, 2, 3, 3))
GROUPED = ConvSpec(3, groups=2)
BACK = ConvSpec(3, groups=2, transposed=True)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: explain(TWO, BANK, "valid", 0, 0, 0, 0), TypeError,
         "spec must be a ConvSpec, such as ConvSpec(kernel=3); got 'valid'"),
        (lambda: as_matrix(3, (5, 5), BANK), TypeError,
         "spec must be a ConvSpec, such as ConvSpec(kernel=3); got 3"),
        (lambda: im2col(TWO, None), TypeError,
         "spec must be a ConvSpec, such as ConvSpec(kernel=3); got None"),
        (lambda: explain(TWO, BANK, GROUPED, 2, 0, 0, 0), ValueError,
         "sample must be one of the 2 images of x, from 0 to 1; got 2"),
        (lambda: explain(TWO, BANK, GROUPED, -1, 0, 0, 0), ValueError,
         "sample must be one of the 2 images of x, from 0 to 1; got -1"),
        (lambda: explain(TWO, BANK, GROUPED, 0.0, 0, 0, 0), ValueError,
         "sample must be one of the 2 images of x, from 0 to 1; got 0.0"),
        (lambda: explain(TWO, BANK[:2], GROUPED, 0, 2, 0, 0), ValueError,
         "filter must be one of the 2 filters of w, from 0 to 1; got 2"),
        (lambda: explain(TWO, BANK[:, :1], BACK, 0, 2, 0, 0), ValueError,
         "filter must be one of the 2 channels of the result, from 0 to 1; got 2"),
        (lambda: explain(TWO, BANK, GROUPED, 0, 0, 3, 0), ValueError,
         "(i, j) must be a row and a column of the output, from (0, 0) to (2, 3); got (3, 0)"),
        (lambda: explain(TWO, BANK, GROUPED, 0, 0, 0, -1), ValueError,
         "(i, j) must be a row and a column of the output, from (0, 0) to (2, 3); got (0, -1)"),
        (lambda: explain(TWO[0], BANK, GROUPED, 0, 0, 0, 0), ValueError,
         "x must be 4-D, (samples, channels, height, width); got 3-D"),
        (lambda: explain(TWO, BANK[0], GROUPED, 0, 0, 0, 0), ValueError,
         "w must be 4-D, (filters, channels, height, width); got 3-D"),
        (lambda: explain(TWO * 1j, BANK, GROUPED, 0, 0, 0, 0), TypeError,
         "x must hold real numbers, integers or booleans; got dtype complex128"),
        (lambda: explain(TWO, BANK, ConvSpec(3), 0, 0, 0, 0), ValueError,
         "x has 4 channels and w was made for 2"),
        (lambda: explain(TWO, BANK[:3], GROUPED, 0, 0, 0, 0), ValueError,
         "groups must divide the filters, and 2 does not divide 3"),
        (lambda: explain(TWO, BANK[..., :2], GROUPED, 0, 0, 0, 0), ValueError,
         "w must hold kernels of the size that spec says, (3, 3); got (3, 2): "
         "w is (filters, channels, height, width) = (4, 2, 3, 2)"),
        (lambda: explain(TWO[:, :3], BANK, BACK, 0, 0, 0, 0), ValueError,
         "x has 3 channels and w has 4 filters, but they must agree, since spec is transposed: "
         "x is (samples, filters, height, width) = (2, 3, 5, 6), "
         "w is (filters, channels, height, width) = (4, 2, 3, 3)"),
        (lambda: explain(TWO[..., :2], BANK, GROUPED, 0, 0, 0, 0), ValueError,
         "the kernel (3, 3) is larger than the image of (5, 2)"),
        (lambda: as_matrix(GROUPED, (5, 5), BANK * 1j), TypeError,
         "w must hold real numbers, integers or booleans; got dtype complex128"),
        (lambda: im2col(TWO * 1j, GROUPED), TypeError,
         "x must hold real numbers, integers or booleans; got dtype complex128"),
        (lambda: shifted_sum(NINE * 1j, NINE), TypeError,
         "x must hold real numbers, integers or booleans; got dtype complex128"),
        (lambda: shifted_sum(NINE, NINE * 1j), TypeError,
         "w must hold real numbers, integers or booleans; got dtype complex128"),
        (lambda: explain(TWO, BANK * 1j, GROUPED, 0, 0, 0, 0), TypeError,
         "w must hold real numbers, integers or booleans; got dtype complex128"),
        (lambda: as_matrix(ConvSpec(3, border=2), (5, 5), NINE), ValueError,
         "a convolution with border=2 is no matrix times the image, since it adds that number "
         "whatever the image is; border='zeros' gives the matrix of the rest"),
        (lambda: as_matrix(GROUPED, (5, 5), BANK[..., :2]), ValueError,
         "w must hold kernels of the size that spec says, (3, 3); got (3, 2)"),
        (lambda: as_matrix(BACK, (5, 5), BANK[:3]), ValueError,
         "groups must divide the filters, and 2 does not divide 3"),
        (lambda: as_matrix(GROUPED, (2, 5), BANK), ValueError,
         "the kernel (3, 3) is larger than the image of (2, 5)"),
        (lambda: as_matrix(GROUPED, (5, 0), BANK), ValueError,
         "size must be a positive integer, or two of them, (vertical, horizontal); got (5, 0)"),
        (lambda: as_matrix(ConvSpec(1), 5, [[[[2**24 + 1]]]]), ValueError,
         "w (dtype int64) holds integers from 16777217 to 16777217, and float32 rounds"),
        (lambda: im2col(TWO[0], GROUPED), ValueError,
         "x must be 4-D, (samples, channels, height, width); got 3-D"),
        (lambda: im2col(TWO[:, :3], GROUPED), ValueError,
         "groups must divide the channels, and 2 does not divide 3"),
        (lambda: im2col(TWO[:, :3], BACK), ValueError,
         "groups must divide the filters, and 2 does not divide 3"),
        (lambda: im2col(TWO[:, :, :2], GROUPED), ValueError,
         "the kernel (3, 3) is larger than the image of (2, 6)"),
        (lambda: shifted_sum(TWO, NINE), ValueError,
         "x must be a single slice, shape (1, 1, height, width): this is about one image of one "
         "channel and one kernel; got shape (2, 4, 5, 6), read as "
         "(samples, channels, height, width)"),
        (lambda: shifted_sum(TWO[:1], NINE), ValueError,
         "x must be a single slice, shape (1, 1, height, width)"),
        (lambda: shifted_sum(NINE, BANK[:, :1]), ValueError,
         "w must be a single slice, shape (1, 1, height, width)"),
        (lambda: shifted_sum(NINE[0, 0], NINE), ValueError,
         "x must be 4-D, (samples, channels, height, width); got 2-D"),
        (lambda: shifted_sum(NINE, NINE[0, 0]), ValueError,
         "w must be 4-D, (filters, channels, height, width); got 2-D"),
    ],
)  # fmt: skip
def test_an_error_says_what_it_got_and_what_would_be_right(call, error, message):
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value).startswith(message)


def test_numpys_integers_are_indices_too():
    at = np.array([1, 3, 2, 3])
    told = explain(TWO, BANK, GROUPED, *at)
    assert [told.sample, told.filter, told.i, told.j] == at.tolist()
    assert type(told.sample) is type(told.filter) is type(told.i) is type(told.j) is int


def test_without_scipy_the_matrix_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(ImportError, match=r"as_matrix needs scipy, .*: pip install scipy"):
        as_matrix(ConvSpec(3), 4, NINE)


def test_scipy_is_imported_by_the_matrix_alone():
    code = """
import sys
from convdoc.explain import as_matrix, explain, im2col, shifted_sum
from convdoc import ConvSpec
from convdoc.borders import BORDERS, PADDINGS
one = [[[[1]]]]
told = explain(one, one, ConvSpec(1), 0, 0, 0, 0)
str(told), told.latex(), told._repr_html_(), shifted_sum(one, one), im2col(one, ConvSpec(1))
print(*{"scipy", "keras", "theano", "matplotlib"} & set(sys.modules))
as_matrix(ConvSpec(1), 1, one)
print("scipy.sparse" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["", "True", ""]
