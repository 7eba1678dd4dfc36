"""ConvSpec: sizes, padding, windows and relationships, without an array."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convdoc import ConvSpec
from convdoc.borders import PADDINGS
from convdoc.spec import RELATIONSHIPS, divide

# The animated cases of Dumoulin and Visin: input, output, padding, kernel, stride, dilation; the
# number of the relationship, and that of the transposed convolution with its `a`.
ANIMATED = {
    "no padding, unit strides": ((4, 2, 0, 3, 1, 1), 1, (8, 0)),
    "arbitrary padding, unit strides": ((5, 6, 2, 4, 1, 1), 2, (9, 0)),
    "half padding": ((5, 5, 1, 3, 1, 1), 3, (10, 0)),
    "full padding": ((5, 7, 2, 3, 1, 1), 4, (11, 0)),
    "no padding, strides": ((5, 2, 0, 3, 2, 1), 5, (12, 0)),
    "padding, strides": ((5, 3, 1, 3, 2, 1), 6, (13, 0)),
    "padding, strides, odd": ((6, 3, 1, 3, 2, 1), 6, (14, 1)),
    "dilation": ((7, 3, 0, 3, 1, 2), 15, (14, 0)),
}

sizes = st.integers(1, 12)
specs = st.builds(
    ConvSpec,
    kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    strides=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    border_mode=st.one_of(
        st.sampled_from(list(PADDINGS)),
        st.integers(0, 3),
        st.tuples(st.integers(0, 3), st.integers(0, 3)),
        st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2),
    ),
)


@st.composite
def convolutions(draw):
    """A plan and an input size whose output is not empty."""
    spec = draw(specs)
    least = (
        max(k - sum(sides), 1)
        for k, sides in zip(spec.dilated_kernel, spec.padding(1), strict=True)
    )
    return spec, tuple(n + draw(st.integers(0, 11)) for n in least)


@st.composite
def specs_and_sizes(draw):
    """The same, or its transposed convolution and the size that this reads."""
    spec, size = draw(convolutions())
    return draw(st.sampled_from([(spec, size), (spec.as_transposed(size), spec.output_size(size))]))


# -- Sizes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("numbers", "number", "transposed"), ANIMATED.values(), ids=ANIMATED)
def test_animated_cases(numbers, number, transposed):
    i, o, p, k, s, d = numbers
    spec = ConvSpec(k, s, p, d)
    assert spec.output_size((i, i)) == (o, o)
    assert [r.number for r in spec.relationship((i, i))] == [number] * 2

    number, a = transposed
    back = spec.as_transposed((i, i))
    assert back.output_padding == (a, a)
    assert back.output_size((o, o)) == (i, i)
    assert [r.number for r in back.relationship((o, o))] == [number] * 2
    assert back.as_transposed((o, o)) == spec


@pytest.mark.parametrize(
    ("kernel", "size", "output"),
    [((6, 6), (45, 45), (40, 40)), ((5, 5), (20, 20), (16, 16)), ((2, 3), (5, 7), (4, 5))],
)
def test_valid_loses_k_minus_1(kernel, size, output):
    assert ConvSpec(kernel).output_size(size) == output


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (4, 4), (5, 6)])
def test_same_keeps_the_size(kernel):
    assert ConvSpec(kernel, border_mode="same").output_size((5, 7)) == (5, 7)


def test_half_with_an_even_kernel_is_one_larger_than_same():
    assert ConvSpec(6, border_mode="half").output_size((32, 32)) == (33, 33)


def test_sizes_of_pytorch():
    """Printed in its documentation: kernel 3, dilation 2 on 10 transposed gives 14."""
    assert ConvSpec(3, dilation=2, transposed=True).output_size((10, 10)) == (14, 14)


@settings(deadline=None)
@given(convolutions())
def test_output_size_by_counting_windows(spec_and_size):
    spec, size = spec_and_size
    for i, k, s, d, sides, o in zip(
        size, spec.kernel, spec.strides, spec.dilation, spec.padding(size),
        spec.output_size(size), strict=True,
    ):  # fmt: skip
        padded = i + sum(sides)
        assert o == sum(at + (k - 1) * d < padded for at in range(0, padded, s))


@settings(deadline=None)
@given(specs, st.tuples(sizes, sizes))
def test_input_sizes_are_all_that_give_the_output(spec, o):
    found = spec.input_sizes(o)
    for axis in (0, 1):
        by_trial = []
        for i in range(1, 70):
            try:
                by_trial += [i] if spec.output_size(i)[axis] == o[axis] else []
            except ValueError:  # too small along one axis or the other
                one = ConvSpec(
                    spec.kernel[axis],
                    spec.strides[axis],
                    spec.border_mode
                    if isinstance(spec.border_mode, str)
                    else (spec.border_mode[axis],) * 2,
                    spec.dilation[axis],
                )
                try:
                    by_trial += [i] if one.output_size(i)[0] == o[axis] else []
                except ValueError:
                    continue
        assert list(found[axis]) == by_trial


@settings(deadline=None)
@given(specs_and_sizes())
def test_input_sizes_contain_the_input(spec_and_size):
    spec, size = spec_and_size
    assert all(
        n in found for n, found in zip(size, spec.input_sizes(spec.output_size(size)), strict=True)
    )


@settings(deadline=None)
@given(convolutions())
def test_a_transposed_convolution_gives_the_size_back(spec_and_size):
    spec, size = spec_and_size
    assert spec.as_transposed(size).output_size(spec.output_size(size)) == size


# -- Padding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "before", "behind"), [(1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (5, 2, 2), (6, 3, 2)]
)
def test_an_even_kernel_gets_its_odd_zero_before_the_image(k, before, behind):
    padding = ConvSpec((k, k), border_mode="same").padding((9, 9))
    assert padding == ((before, behind), (before, behind))


@pytest.mark.parametrize(
    ("n", "k", "s", "pads", "o"),
    [(13, 6, 5, (1, 2), 3), (6, 3, 2, (0, 1), 3), (224, 7, 2, (2, 3), 112)],
)
def test_same_upper_pads_as_tensorflow_does(n, k, s, pads, o):
    spec = ConvSpec(k, s, "same_upper")
    assert spec.padding((n, n)) == (pads, pads)
    assert spec.output_size((n, n)) == (o, o)


@pytest.mark.parametrize(
    ("n", "k", "s", "pads", "o"),
    [(13, 6, 5, (2, 1), 3), (6, 3, 2, (1, 0), 3), (224, 7, 2, (3, 2), 112), (5, 2, 1, (1, 0), 5)],
)
def test_same_lower_pads_as_onnx_defines_it(n, k, s, pads, o):
    """Operator Conv: an odd place is added at the beginning, and o is n / s, rounded up."""
    spec = ConvSpec(k, s, "same_lower")
    assert spec.padding((n, n)) == (pads, pads)
    assert spec.output_size((n, n)) == (o, o)


@pytest.mark.parametrize(
    ("border_mode", "padding"),
    [
        ("valid", ((0, 0), (0, 0))),
        ("full", ((1, 1), (4, 4))),
        ("half", ((1, 1), (2, 2))),
        ("same", ((1, 0), (2, 2))),
        ("same_upper", ((0, 1), (2, 2))),
        ("same_lower", ((1, 0), (2, 2))),
        (2, ((2, 2), (2, 2))),
        ((2, 3), ((2, 2), (3, 3))),
        (((1, 2), (3, 4)), ((1, 2), (3, 4))),
    ],
)
def test_what_each_border_mode_pads(border_mode, padding):
    assert ConvSpec((2, 3), 1, border_mode, (1, 2)).padding((9, 9)) == padding


@settings(deadline=None)
@given(convolutions())
def test_a_transposed_convolution_cuts_off_what_the_convolution_padded(spec_and_size):
    spec, size = spec_and_size
    back = spec.as_transposed(size)
    assert back.padding(spec.output_size(size)) == spec.padding(size)


# -- Windows ------------------------------------------------------------------------------------


def test_a_window_marks_its_padding():
    spec = ConvSpec(3, border_mode="same")
    assert spec.window(0, 0, (5, 5)) == ((None, 0, 1), (None, 0, 1))
    assert spec.window(4, 2, (5, 5)) == ((3, 4, None), (1, 2, 3))


def test_windows_move_by_strides_and_skip_by_dilation():
    spec = ConvSpec((2, 3), (2, 1), "valid", (1, 3))
    assert spec.window(1, 4, (5, 11)) == ((2, 3), (4, 7, 10))


def test_a_transposed_convolution_reads_what_wrote_there():
    """3 pixels to 7 with k 3, s 2: output 2 gets the last weight of pixel 0 and the first of 1."""
    spec = ConvSpec(3, 2, transposed=True)
    assert spec.window(2, 3, (3, 3)) == ((0, None, 1), (None, 1, None))
    assert spec.reached_by(1, 0, (3, 3)) == ((2, 3, 4), (0, 1, 2))


def every_window(spec, size):
    for place in itertools.product(*map(range, spec.output_size(size))):
        rows, columns = spec.window(*place, size)
        yield place, rows, columns


@settings(deadline=None)
@given(specs_and_sizes())
def test_window_and_reached_by_are_each_others_inverse(spec_and_size):
    spec, size = spec_and_size
    read = {
        (place, cell)
        for place, rows, columns in every_window(spec, size)
        for cell in itertools.product(rows, columns)
        if None not in cell
    }
    reached = {
        (place, cell)
        for cell in itertools.product(*map(range, size))
        for place in itertools.product(*spec.reached_by(*cell, size))
    }
    assert read == reached


@settings(deadline=None)
@given(convolutions())
def test_a_convolutions_window_is_where_the_formula_says(spec_and_size):
    spec, size = spec_and_size
    (top, _), _ = spec.padding(size)
    for (i, _), rows, _ in every_window(spec, size):
        for t, row in enumerate(rows):
            at = i * spec.strides[0] - top + t * spec.dilation[0]
            assert row == (at if 0 <= at < size[0] else None)


@settings(deadline=None)
@given(specs_and_sizes())
def test_unused_is_what_no_window_reads(spec_and_size):
    spec, size = spec_and_size
    windows = list(every_window(spec, size))
    for axis, unused in enumerate(spec.unused(size)):
        read = {cell for _, *cells in windows for cell in cells[axis]}
        assert set(unused) == set(range(size[axis])) - read


def test_a_stride_that_does_not_divide_leaves_the_last_row_unused():
    assert ConvSpec(3, 2).unused((6, 7)) == ((5,), ())
    assert ConvSpec(1, 3).unused((5, 4)) == ((1, 2, 4), (1, 2))


@pytest.mark.parametrize("place", [(3, 0), (0, 3), (-1, 0), (0.0, 0), ("0", 0)])
def test_only_elements_that_are_there_have_windows(place):
    for method, what in ("window", "output"), ("reached_by", "input"):
        size = (5, 5) if what == "output" else (3, 3)
        with pytest.raises(ValueError, match=rf"of the {what}, from \(0, 0\) to \(2, 2\); got"):
            getattr(ConvSpec(3), method)(*place, size)


# -- Relationships ------------------------------------------------------------------------------


def test_all_fifteen_are_there():
    assert sorted(RELATIONSHIPS) == list(range(1, 16))


@settings(deadline=None)
@given(specs_and_sizes())
def test_the_formula_with_its_numbers_is_true(spec_and_size):
    spec, size = spec_and_size
    out = spec.output_size(size)
    for axis, relationship in enumerate(spec.relationship(size)):
        left, right = relationship.numbers.split(" = ")
        python = right.replace("·", "*").replace("⌊", "math.floor(").replace("⌋", ")")
        assert eval(python, {"math": math}) == out[axis] == int(left)


def test_an_uneven_padding_is_written_out():
    vertical, horizontal = ConvSpec((2, 3), border_mode="same").relationship((5, 5))
    assert vertical.symbols == "o = (i - k) + (p₁ + p₂) + 1"
    assert vertical.numbers == "5 = (5 - 2) + (1 + 0) + 1"
    assert (vertical.number, horizontal.number) == (2, 3)
    assert str(horizontal) == "relationship 3: o = i; 5 = 5"


# -- What may be given --------------------------------------------------------------------------


def test_one_integer_stands_for_both_axes():
    assert ConvSpec(3, 2, 1, 2) == ConvSpec((3, 3), (2, 2), (1, 1), (2, 2))
    assert ConvSpec(3).output_size(5) == (3, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kernel": (3,)}, "kernel must be a positive integer, or two of them"),
        ({"kernel": (3, 3, 3)}, "kernel must be"),
        ({"kernel": (0, 3)}, r"kernel must be .* got \(0, 3\)"),
        ({"kernel": (3, -1)}, "kernel must be"),
        ({"kernel": (2.5, 3)}, "kernel must be"),
        ({"kernel": "33"}, "kernel must be"),
        ({"kernel": None}, "kernel must be"),
        ({"kernel": {3, 4}}, "kernel must be"),
        ({"kernel": True}, "kernel must be"),
        ({"strides": 0}, "strides must be a positive integer, .* got 0"),
        ({"strides": (1, -2)}, r"strides must be .* got \(1, -2\)"),
        ({"strides": 2.0}, r"strides must be .* got 2\.0"),
        ({"dilation": 0}, "dilation must be a positive integer, .* got 0"),
        ({"dilation": (1, 2, 3)}, "dilation must be"),
        ({"groups": 0}, "groups must be a positive integer; got 0"),
        ({"groups": (1, 1)}, "groups must be"),
        ({"groups": 1.0}, "groups must be"),
        ({"border_mode": "SAME"}, "border_mode must be one of 'valid', .* got 'SAME'"),
        ({"border_mode": -1}, "border_mode must be .* 0 or more.* got -1"),
        ({"border_mode": (1, -1)}, "border_mode must be"),
        ({"border_mode": ((1, 2), (3, -4))}, "border_mode must be"),
        ({"border_mode": (1, 2, 3)}, "border_mode must be"),
        ({"border_mode": ((1, 2), 3)}, "border_mode must be"),
        ({"border_mode": 1.0}, "border_mode must be"),
        ({"border_mode": None}, "border_mode must be"),
        ({"transposed": 1}, "transposed must be True or False; got 1"),
        ({"output_padding": 1}, "output_padding is for a transposed convolution"),
        ({"output_padding": -1, "transposed": True}, "output_padding must be an integer of 0 or"),
        ({"output_padding": 1, "transposed": True}, "output_padding must be smaller than the str"),
        (
            {"output_padding": (1, 2), "strides": 2, "transposed": True},
            r"strides=\(2, 2\); got \(1, 2\)",
        ),
    ],
)
def test_bad_settings_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        ConvSpec(**{"kernel": 3, **arguments})


def test_a_size_is_two_positive_integers():
    for method in ("output_size", "padding", "unused", "relationship", "as_transposed"):
        with pytest.raises(ValueError, match=r"size must be a positive integer, .* got \(5, 0\)"):
            getattr(ConvSpec(3, border_mode="same"), method)((5, 0))
    with pytest.raises(ValueError, match="o must be a positive integer"):
        ConvSpec(3).input_sizes((0, 1))


def test_an_empty_output_is_refused():
    with pytest.raises(ValueError, match=r"kernel \(3, 3\), dilated \(7, 7\), is larger than"):
        ConvSpec(3, dilation=3).output_size((6, 9))
    with pytest.raises(ValueError, match=r"input of \(1, 4\) would be empty, \(-1, 2\)"):
        ConvSpec(3, border_mode="full", transposed=True).output_size((1, 4))


def test_specs_are_values_that_say_how_to_get_them():
    assert len({ConvSpec((3, 3)), ConvSpec([3, 3]), ConvSpec(3, border_mode="same")}) == 2
    spec = ConvSpec((3, 2), 2, ((1, 0), (2, 2)), (1, 2), 4, True, (1, 0))
    assert eval(repr(spec)) == spec
    assert repr(ConvSpec((3, 2))) == "ConvSpec(kernel=(3, 2))"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"kernel": 0},
            "kernel must be a positive integer, or two of them, (vertical, horizontal); got 0",
        ),
        (
            {"strides": 2**31},
            "strides must be a positive integer, or two of them, (vertical, horizontal), below "
            "2**31; got 2147483648",
        ),
        (
            {"output_padding": -1},
            "output_padding must be an integer of 0 or more, or two of them, (vertical, "
            "horizontal); got -1",
        ),
        ({"groups": 0}, "groups must be a positive integer; got 0"),
        ({"groups": 2**31}, "groups must be a positive integer, below 2**31; got 2147483648"),
        ({"transposed": 1}, "transposed must be True or False; got 1"),
        (
            {"output_padding": 1},
            "output_padding is for a transposed convolution, and transposed is False; got (1, 1)",
        ),
        (
            {"output_padding": 1, "transposed": True},
            "output_padding must be smaller than the stride along each axis, strides=(1, 1); "
            "got (1, 1)",
        ),
        (
            {"border": 2, "transposed": True},
            "a convolution with border=2 adds that number whatever the image is, so it is not "
            "linear and has no transposed convolution; border='zeros' gives that of its linear "
            "part",
        ),
        (
            {"border": float("inf")},
            "border must be one of 'zeros', 'circular', 'reflect', 'symmetric', 'replicate'; or a "
            "number to put around the image, at most 3.4e+38 in size; got inf",
        ),
        (
            {"border_mode": -1},
            "border_mode must be one of 'valid', 'full', 'half', 'same', 'same_upper', 'same_lower'"
            "; or places to put around the image, 0 or more and below 2**31: an integer, a pair "
            "(vertical, horizontal) or ((top, bottom), (left, right)); got -1",
        ),
    ],
)
def test_messages_about_settings_are_whole(arguments, message):
    with pytest.raises(ValueError, match=r"got|linear") as raised:
        ConvSpec(**{"kernel": 3, **arguments})
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("dilation", "dilated"), [(1, ""), ((1, 2), ", dilated (3, 5),"), ((2, 1), ", dilated (5, 3),")]
)
def test_messages_about_sizes_are_whole(dilation, dilated):
    with pytest.raises(ValueError, match="larger") as raised:
        ConvSpec(3, dilation=dilation).output_size(2)
    assert str(raised.value) == (
        f"the kernel (3, 3){dilated} is larger than the image of (2, 2), so no window fits under "
        "border_mode='valid'; use a smaller kernel, a larger image or border_mode='same'"
    )
    with pytest.raises(ValueError, match="empty") as raised:
        ConvSpec(3, transposed=True, border_mode=3).output_size(1)
    assert str(raised.value) == (
        "the transposed convolution of an input of (1, 1) would be empty, (-3, -3): its "
        "border_mode=((3, 3), (3, 3)) cuts off more than the kernel (3, 3) adds"
    )
    with pytest.raises(ValueError, match="divide") as raised:
        divide("filters", 3, 2)
    assert str(raised.value) == "groups must divide the filters, and 2 does not divide 3"


def test_a_relationship_in_mathml():
    """A floor is a fraction between brackets; a minus is a minus, and an index stands below."""
    shown = ConvSpec(3, strides=2, border_mode=((1, 0), (0, 0))).relationship(7)[0]._repr_html_()
    assert shown == (
        '<p class="convdoc-relationship">Relationship 6: <math><mi>o</mi><mo>=</mo><mo>⌊</mo>'
        "<mfrac><mrow><mi>i</mi><mo>+</mo><mo>(</mo><msub><mi>p</mi><mn>1</mn></msub><mo>+</mo>"
        "<msub><mi>p</mi><mn>2</mn></msub><mo>)</mo><mo>−</mo><mi>k</mi></mrow><mi>s</mi></mfrac>"
        "<mo>⌋</mo><mo>+</mo><mn>1</mn></math>, and here <math><mn>3</mn><mo>=</mo><mo>⌊</mo>"
        "<mfrac><mrow><mn>7</mn><mo>+</mo><mo>(</mo><mn>1</mn><mo>+</mo><mn>0</mn><mo>)</mo>"
        "<mo>−</mo><mn>3</mn></mrow><mn>2</mn></mfrac><mo>⌋</mo><mo>+</mo><mn>1</mn></math></p>"
    )
    shown = ConvSpec(2, transposed=True).relationship(4)[0]._repr_html_()
    prime = '<mo lspace="0" rspace="0">′</mo>'
    assert f"<math><mi>o</mi>{prime}<mo>=</mo><mi>i</mi>{prime}<mo>+</mo>" in shown


def test_the_bare_convolution_has_nothing_around_its_images():
    spec = ConvSpec(3, 2, "full", (1, 2), 2, border="reflect")
    assert spec.bare == ConvSpec(3, 2, "valid", (1, 2), 2, border="zeros")


def test_a_message_names_the_rows_and_columns_that_there_are():
    with pytest.raises(ValueError, match="row and a column") as raised:
        ConvSpec(3).window(3, 0, (5, 4))
    assert str(raised.value) == (
        "(i, j) must be a row and a column of the output, from (0, 0) to (2, 1); got (3, 0)"
    )
