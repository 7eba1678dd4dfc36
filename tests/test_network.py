"""Dieleman's network, run and counted, against its published numbers."""

import math

import numpy as np
import pytest

from convdoc.exercises import Answer, dense_against_convolution
from convdoc.network import DIELEMAN, Conv, MaxPool, Network


def test_kernel_elements():
    counts = [math.prod(shape) for shape in DIELEMAN.kernel_shapes(channels=3)]
    assert counts == [3456, 51200, 73728, 147456]
    assert sum(counts) == 275840
    assert sum(counts) + sum(s[0] for s in DIELEMAN.kernel_shapes(channels=3)) == 276192


def test_shapes_of_a_real_run():
    x = np.zeros((2, 3, 45, 45), np.float32)
    assert [y.shape for y in DIELEMAN.run(x)] == [
        (2, 32, 40, 40),
        (2, 32, 20, 20),
        (2, 64, 16, 16),
        (2, 64, 8, 8),
        (2, 128, 6, 6),
        (2, 128, 4, 4),
        (2, 128, 2, 2),
    ]


def test_a_run_depends_on_its_seed_alone():
    x = np.ones((1, 3, 45, 45), np.float32)
    first, again, other = (DIELEMAN.run(x, seed)[-1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_dense_against_convolution():
    count = dense_against_convolution(image=(100, 100), kernel=(3, 3))
    assert (count["dense"], count["convolution"]) == (96_040_000, 9)
    assert round(count["factor"], 1) == 10_671_111.1
    assert (count["dense_biased"], count["convolution_biased"]) == (96_049_604, 10)
    assert count["factor_biased"] == 9_604_960.4


def test_integer_images_get_kernels_of_decimals():
    (y,) = Network((Conv(1, 2),)).run(np.ones((1, 1, 2, 2), np.uint8))
    assert y.dtype == np.float32
    assert y[0, 0, 0, 0] % 1 != 0


@pytest.mark.parametrize("make", [lambda: Conv(3, 2.5), lambda: Conv(0, 3), lambda: MaxPool(-1)])
def test_layers_have_positive_sizes(make):
    with pytest.raises(ValueError, match="must be a positive integer; got"):
        make()


def test_a_network_reads_4d_images():
    with pytest.raises(ValueError, match="x must be 4-D"):
        DIELEMAN.run(np.ones(5))


@pytest.mark.parametrize("text", ["a < b", "<script>alert(1)</script>"])
def test_an_answers_text_is_text(text):
    html = Answer(text, ["<b>"])._repr_html_()
    assert text not in html
    assert "<b>" not in html
    assert html.startswith("<details")
