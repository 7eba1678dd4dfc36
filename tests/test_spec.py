"""ConvSpec: sizes, padding and windows, without an array."""

import pytest

from convdoc import ConvSpec


@pytest.mark.parametrize(
    ("kernel", "size", "output"),
    [((6, 6), (45, 45), (40, 40)), ((5, 5), (20, 20), (16, 16)), ((2, 3), (5, 7), (4, 5))],
)
def test_valid_loses_k_minus_1(kernel, size, output):
    assert ConvSpec(kernel).output_size(size) == output


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (4, 4), (5, 6)])
def test_same_keeps_the_size(kernel):
    assert ConvSpec(kernel, "same").output_size((5, 7)) == (5, 7)


@pytest.mark.parametrize(
    ("k", "before", "behind"), [(1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 2, 1), (5, 2, 2), (6, 3, 2)]
)
def test_an_even_kernel_gets_its_odd_zero_before_the_image(k, before, behind):
    assert ConvSpec((k, k), border_mode="same").padding() == ((before, behind), (before, behind))


def test_window_counts_from_the_image_so_that_padding_is_negative():
    assert ConvSpec((3, 3), border_mode="same").window(0, 0) == (range(-1, 2), range(-1, 2))
    assert ConvSpec((2, 3)).window(1, 4) == (range(1, 3), range(4, 7))


@pytest.mark.parametrize(
    "kernel", [(3,), (3, 3, 3), (0, 3), (3, -1), (2.5, 3), 3, "33", None, {3, 4}]
)
def test_a_kernel_is_two_positive_integers(kernel):
    with pytest.raises(ValueError, match=r"kernel must be two positive integers, .* got"):
        ConvSpec(kernel)


def test_a_size_is_too():
    with pytest.raises(ValueError, match=r"size must be two positive integers, .* got \(5, 0\)"):
        ConvSpec((3, 3), border_mode="same").output_size((5, 0))


def test_specs_are_values():
    assert ConvSpec((3, 3)) == ConvSpec((3, 3), border_mode="valid")
    assert len({ConvSpec((3, 3)), ConvSpec((3, 3)), ConvSpec((3, 3), border_mode="same")}) == 2
    assert ConvSpec([3, 3]) == ConvSpec((3, 3))
    assert repr(ConvSpec((3, 2))) == "ConvSpec(kernel=(3, 2), border_mode='valid')"
