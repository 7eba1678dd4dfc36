"""Every engine gives the same answer: that of loops in plain Python, and that of the sources."""

import itertools
import json
import os
import subprocess
import sys
import types
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convdoc import (
    ConvSpec,
    conv4d,
    conv4d_gradients,
    conv4d_transpose,
    convert_kernel,
    correlate4d,
    engines,
    pool4d,
)
from convdoc.borders import PADDINGS
from convdoc.engines import _keras3_stack
from tests import notebook

#: The backend of Keras 3, where that is the engine `keras`, else None.
HAS_KERAS_3 = engines.ENGINES["keras"] is engines.KERAS_3 and engines.why_not("keras") is None
BACKEND = _keras3_stack.backend() if HAS_KERAS_3 else None
# One that compiles anew for each plan, or each size, gets fewer examples.
COMPILED = 10 if BACKEND in (None, "jax") else 40
EXAMPLES = {"keras": COMPILED, "theano": 10, "jax": 25}


INSTALLED = [name for name in engines.ENGINES if engines.why_not(name) is None]


@pytest.fixture(scope="module", params=INSTALLED)
def engine(request):
    return request.param


@pytest.mark.parametrize("name", engines.ENGINES)
def test_installed_engines_load_and_the_others_say_what_to_install(name):
    try:
        module = engines.load(name)
    except ImportError as error:
        pytest.skip(f"not tested here: {error}. `make test-engines` tests it, apart from the rest")
    assert module.__name__ == f"convdoc.engines.{engines.ENGINES[name].module}"


def holds(test, engine=None, examples=150):
    """Try `test`, which hypothesis gives its arguments to, on so many examples."""
    count = EXAMPLES.get(engine, examples)
    settings(max_examples=count, deadline=None, derandomize=True, database=None)(test)()


def close(ours, expected):
    assert ours.dtype == expected.dtype
    assert ours.shape == expected.shape
    tolerance = 1e-5 if ours.dtype == np.float32 else 1e-13
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(ours, expected, rtol=0, atol=20 * tolerance * scale)


# -- Properties ---------------------------------------------------------------------------------


@dataclass
class Case:
    """A convolution, and a gradient of its result; what an engine makes of them."""

    x: np.ndarray
    w: np.ndarray
    dy: np.ndarray
    plan: dict

    def convolve(self, engine):  # noqa: D102
        return conv4d(self.x, self.w, **self.plan, engine=engine)

    def transpose(self, engine):  # noqa: D102
        size = self.x.shape[2:]
        return conv4d_transpose(self.dy, self.w, **self.plan, output_size=size, engine=engine)

    def gradients(self, engine):  # noqa: D102
        return conv4d_gradients(self.x, self.w, self.dy, **self.plan, engine=engine)


border_modes = st.one_of(
    st.sampled_from(list(PADDINGS)),
    st.integers(0, 3),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2),
)


#: What NumPy's `pad` calls the borders.
MODES = {
    "zeros": "constant",
    "circular": "wrap",
    "reflect": "reflect",
    "symmetric": "symmetric",
    "replicate": "edge",
}


def padded(x, sides, border):
    """Images, or one axis, as NumPy's `pad` pads them; `sides` has a pair for each axis.

    Evenly, and then cut: NumPy 1.26 mirrors wrongly where one side is much longer.
    """
    most = [max(pair) for pair in sides]
    keep = [(0, 0)] * (x.ndim - len(sides))
    y = np.pad(x, [*keep, *((n, n) for n in most)], MODES[border])
    cuts = [
        slice(n - before, size - n + behind)
        for n, (before, behind), size in zip(most, sides, y.shape[len(keep) :], strict=True)
    ]
    return y[(..., *cuts)]


@st.composite
def cases(draw, dtypes=(np.float32, np.float64)):
    def pairs(largest):
        return draw(st.tuples(st.integers(1, largest), st.integers(1, largest)))

    groups = draw(st.integers(1, 3))
    samples, slices, each = (draw(st.integers(1, n)) for n in (3, 2, 2))
    plan = {
        "border_mode": draw(border_modes),
        "strides": pairs(3),
        "dilation": pairs(3),
        "groups": groups,
        "border": draw(st.sampled_from(list(MODES))),
    }
    spec = ConvSpec(pairs(4), **plan)
    more = draw(st.tuples(st.integers(0, 7), st.integers(0, 7)))
    least = zip(spec.dilated_kernel, spec.padding(1), more, strict=True)
    size = tuple(max(k - sum(sides), 1) + n for k, sides, n in least)
    random = np.random.default_rng(draw(st.integers(0, 99)))
    dtype = draw(st.sampled_from(dtypes))
    shapes = (
        (samples, slices * groups, *size),
        (each * groups, slices, *spec.kernel),
        (samples, each * groups, *spec.output_size(size)),
    )
    return Case(*(random.normal(size=shape).astype(dtype) for shape in shapes), plan)


def test_numpy_does_what_loops_do():
    """Each product of the definition, taken forward and both ways back."""

    @given(cases([np.float64]))
    def loops_agree(case):
        x, w, dy = case.x, case.w, case.dy
        y, dx, dw = np.zeros_like(dy), np.zeros_like(x), np.zeros_like(w)
        spec = ConvSpec(w.shape[2:], **case.plan)
        (filters, slices, *kernel), size = w.shape, x.shape[2:]
        # The index of the pixel that each place holds, −1 where it holds none.
        rows, columns = (
            padded(np.arange(1, n + 1), [sides], spec.border) - 1
            for n, sides in zip(size, spec.padding(size), strict=True)
        )
        for f, i, j, c, u, v in np.ndindex(filters, *y.shape[2:], slices, *kernel):
            row = rows[i * spec.strides[0] + (kernel[0] - 1 - u) * spec.dilation[0]]
            column = columns[j * spec.strides[1] + (kernel[1] - 1 - v) * spec.dilation[1]]
            if -1 in (row, column):
                continue
            channel = f // (filters // spec.groups) * slices + c
            for n in range(len(x)):
                y[n, f, i, j] += w[f, c, u, v] * x[n, channel, row, column]
                dx[n, channel, row, column] += w[f, c, u, v] * dy[n, f, i, j]
                dw[f, c, u, v] += dy[n, f, i, j] * x[n, channel, row, column]
        close(case.convolve("numpy"), y)
        close(case.transpose("numpy"), dx)
        gradients = dx, dw, dy.sum((0, 2, 3))
        for ours, expected in zip(case.gradients("numpy"), gradients, strict=True):
            close(ours, expected)

    holds(loops_agree, examples=40)


def test_every_engine_does_what_numpy_does(engine):
    @given(cases())
    def same_as_numpy(case):
        close(case.convolve(engine), case.convolve("numpy"))
        close(case.transpose(engine), case.transpose("numpy"))
        for ours, expected in zip(case.gradients(engine), case.gradients("numpy"), strict=True):
            close(ours, expected)

    holds(same_as_numpy, engine)


def test_transposed_is_the_adjoint(engine):
    @given(cases([np.float64]))
    def adjoint(case):
        forward = np.vdot(case.convolve(engine), case.dy)
        back = np.vdot(case.x, case.transpose(engine))
        assert forward == pytest.approx(back, rel=1e-10, abs=1e-10)

    holds(adjoint, engine, 40)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "plan"),
    [
        ((1, 1, 600, 300), (1, 1, 3, 3), {"border_mode": "same"}),
        ((1, 2, 300, 530), (2, 2, 13, 14), {"border_mode": "valid"}),
        ((2, 4, 90, 70), (6, 2, 15, 1), {"border_mode": "full", "groups": 2, "strides": 2}),
        ((2, 30, 25, 24), (40, 30, 5, 5), {"border_mode": "same", "dilation": 2}),
        ((1, 130, 40, 41), (130, 130, 3, 3), {"border_mode": "half"}),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_images_large_kernels_and_many_channels(engine, x_shape, w_shape, plan, dtype):
    """Where libraries change their way: tiles, transforms, products of matrices."""
    random = np.random.default_rng(0)
    x, w = (random.normal(size=shape).astype(dtype) for shape in (x_shape, w_shape))
    case = Case(x, w, conv4d(x, w, **plan, engine="numpy"), plan)
    close(case.convolve(engine), case.dy)
    close(case.transpose(engine), case.transpose("numpy"))


def test_gradient_of_a_large_image(engine):
    random = np.random.default_rng(0)
    x, w = random.normal(size=(2, 1, 130, 140)), random.normal(size=(2, 1, 3, 4))
    case = Case(x, w, random.normal(size=(2, 2, 128, 137)), {"border_mode": "valid"})
    close(case.gradients(engine)[1], case.gradients("numpy")[1])


# -- Printed and derived numbers ----------------------------------------------------------------

NINE = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)


def picture(rows, columns, **places):
    """An image of zeros, but for the rows named as in ``row_2=[...]``."""
    image = np.zeros((rows, columns))
    for name, numbers in places.items():
        image[int(name.removeprefix("row_"))] = numbers
    return image


@pytest.mark.parametrize(
    ("border_mode", "expected"),
    [
        ("valid", picture(4, 5, row_1=[0, 1, 2, 3, 0], row_2=[0, 4, 5, 6, 0])),
        ("same", picture(5, 7, row_2=[0, 0, 1, 2, 3, 0, 0], row_3=[0, 0, 4, 5, 6, 0, 0])),
        ("same_upper", picture(5, 7, row_1=[0, 0, 1, 2, 3, 0, 0], row_2=[0, 0, 4, 5, 6, 0, 0])),
    ],
)
def test_an_impulse_gives_the_kernel_unturned(engine, border_mode, expected):
    y = conv4d(notebook.IMPULSE.x, notebook.IMPULSE.w, border_mode, engine=engine)
    np.testing.assert_array_equal(y[0, 0], expected)


def test_without_the_flip_it_is_turned(engine):
    """As TensorFlow, PyTorch and JAX print it when left alone."""
    y = correlate4d(notebook.IMPULSE.x, notebook.IMPULSE.w, "valid", engine=engine)
    np.testing.assert_array_equal(
        y[0, 0], picture(4, 5, row_1=[0, 6, 5, 4, 0], row_2=[0, 3, 2, 1, 0])
    )


def test_a_centred_impulse_and_its_adjoint(engine):
    x = np.zeros((1, 1, 5, 5))
    x[..., 2, 2] = 1
    np.testing.assert_array_equal(conv4d(x, NINE, engine=engine)[0, 0, 1:4, 1:4], NINE[0, 0])
    back = conv4d_transpose(np.ones((1, 1, 1, 1)), NINE, engine=engine)
    np.testing.assert_array_equal(back[0, 0], [[9, 8, 7], [6, 5, 4], [3, 2, 1]])


@pytest.mark.parametrize(
    ("border_mode", "expected"),
    [
        ("same", [[1, 3, 5], [13, 15, 17], [25, 27, 29]]),
        (1, [[1, 3, 5], [13, 15, 17], [25, 27, 29]]),
        ("same_upper", [[8, 10, 12], [20, 22, 24], [32, 34, 36]]),
    ],
)
def test_same_shape_different_pixels(engine, border_mode, expected):
    x = np.arange(1.0, 37).reshape(1, 1, 6, 6)
    identity = np.zeros((1, 1, 3, 3))
    identity[..., 1, 1] = 1
    y = conv4d(x, identity, border_mode, strides=2, engine=engine)
    np.testing.assert_array_equal(y[0, 0], expected)


@pytest.mark.parametrize(
    ("border_mode", "expected"), [("same", [0, 3, 8]), ("same_upper", [0, 5, 10])]
)
def test_an_even_kernel_with_a_stride(engine, border_mode, expected):
    """13 pixels, 6 elements, stride 5: Theano starts 3 before the first, TensorFlow 1 before it."""
    x, last = np.arange(1.0, 14).reshape(1, 1, 1, 13), np.array([[[[0.0, 0, 0, 0, 0, 1]]]])
    y = conv4d(x, last, border_mode, strides=5, engine=engine)  # flipped, it reads window starts
    np.testing.assert_array_equal(y.ravel(), expected)


def test_zeros_lie_beyond_the_border(engine):
    mean = np.full((1, 1, 3, 3), 1 / 9)
    y = conv4d(np.ones((1, 1, 4, 4)), mean, engine=engine)
    assert y[0, 0, 0, 0] == pytest.approx(0.4444, abs=1e-4)


@pytest.mark.parametrize(
    ("border", "expected"),
    [
        ("zeros", [0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0]),
        ("circular", [3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]),
        ("reflect", [1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3]),
        ("symmetric", [3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1]),
        ("replicate", [1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3]),
        (-0.5, [-0.5] * 4 + [1, 2, 3] + [-0.5] * 4),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_lies_beyond_the_border(engine, border, expected, dtype):
    """A kernel of one 1 shows all that it reads."""
    x, one = np.array([[[[1, 2, 3]]]], dtype), np.ones((1, 1, 1, 1), dtype)
    plan = {"border_mode": ((0, 0), (4, 4)), "border": border, "engine": engine}
    np.testing.assert_array_equal(conv4d(x, one, **plan)[0, 0], [expected])
    upright = {**plan, "border_mode": ((4, 4), (0, 0))}
    np.testing.assert_array_equal(conv4d(x.swapaxes(2, 3), one, **upright)[0, 0, :, 0], expected)


@pytest.mark.parametrize("border_mode", ["same", 2, ((0, 2), (1, 0))])
def test_a_number_around_the_image_is_not_of_the_image(engine, border_mode):
    """Its share of the result does not change with x: dx is that of zeros, and dw reads it."""
    random = np.random.default_rng(3)
    x, w = random.normal(size=(2, 2, 4, 5)), random.normal(size=(3, 2, 3, 2))
    plan = {"border_mode": border_mode, "strides": (1, 2), "engine": engine}
    y = conv4d(x, w, **plan, border=7.0)
    sides = ConvSpec((3, 2), border_mode=border_mode).padding((4, 5))
    padded = np.pad(x, ((0, 0), (0, 0), *sides), constant_values=7)
    bare = {**plan, "border_mode": "valid"}
    close(y, conv4d(padded, w, **bare))
    dy = random.normal(size=y.shape)
    dx, dw, db = conv4d_gradients(x, w, dy, **plan, border=7.0)
    close(dx, conv4d_gradients(x, w, dy, **plan)[0])
    close(dw, conv4d_gradients(padded, w, dy, **bare)[1])
    close(db, dy.sum((0, 2, 3)))


@pytest.mark.parametrize("padding_mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize(("padding", "stride", "dilation"), [(1, 1, 1), ((2, 3), (2, 1), (1, 2))])
def test_borders_are_pytorchs_padding_modes(padding_mode, padding, stride, dilation):
    """Its layer, and by its own differentiation the gradients."""
    torch = pytest.importorskip("torch", reason="PyTorch is tested by `make test-engines`")
    layer = torch.nn.Conv2d(
        2, 3, (3, 2), stride, padding, dilation, padding_mode=padding_mode, dtype=torch.float64
    )
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(2, 2, 7, 8))).requires_grad_()
    y = layer(x)
    dy = torch.from_numpy(np.random.default_rng(2).normal(size=y.shape))
    y.backward(dy)
    w, bias = (values.detach().numpy() for values in (layer.weight, layer.bias))
    plan = {"border_mode": padding, "strides": stride, "dilation": dilation, "border": padding_mode}
    images = x.detach().numpy()
    close(correlate4d(images, w, **plan, bias=bias, engine="numpy"), y.detach().numpy())
    flipped = w[:, :, ::-1, ::-1]
    dx, dw, db = conv4d_gradients(images, flipped, dy.numpy(), **plan, engine="numpy")
    close(dx, x.grad.numpy())
    close(dw[:, :, ::-1, ::-1], layer.weight.grad.numpy())
    close(db, layer.bias.grad.numpy())


def test_poolings_are_pytorchs():
    """Its padding is even, and at most half a window."""
    torch = pytest.importorskip("torch", reason="PyTorch is tested by `make test-engines`")
    from torch.nn import functional

    pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))

    @given(st.tuples(st.integers(1, 9), st.integers(1, 9)), pairs, pairs, pairs, st.data())
    def same_as_pytorch(size, k, s, d, data):
        p = tuple(data.draw(st.integers(0, n // 2)) for n in k)
        ceil_mode, divisor = data.draw(st.booleans()), data.draw(st.none() | st.integers(1, 9))
        x = np.random.default_rng(0).normal(size=(2, 3, *size))
        images = torch.from_numpy(x)
        plans = {
            ("max", d): lambda: functional.max_pool2d(images, k, s, p, d, ceil_mode),
            ("average", 1): lambda: functional.avg_pool2d(
                images, k, s, p, ceil_mode, True, divisor
            ),
            ("average_no_pad", 1): lambda: functional.avg_pool2d(
                images, k, s, p, ceil_mode, False, divisor
            ),
        }
        for (mode, dilation), theirs in plans.items():
            given = {"divisor": None if mode == "max" else divisor, "dilation": dilation}
            try:
                ours = pool4d(x, k, s, p, mode, ceil_mode=ceil_mode, **given)
            except ValueError as error:
                if "hold no pixel" in str(error):  # PyTorch gives −inf
                    assert torch.isinf(theirs()).any()
                else:
                    with pytest.raises(RuntimeError, match="too small"):
                        theirs()
            else:
                close(ours, theirs().numpy())

    holds(same_as_pytorch, examples=300)


def test_two_channels_of_dive_into_deep_learning(engine):
    image = np.arange(9.0).reshape(3, 3)
    kernel = np.array([[0.0, 1], [2, 3]])
    y = correlate4d([[image, image + 1]], [[kernel, kernel + 1]], "valid", engine=engine)
    np.testing.assert_array_equal(y[0, 0], [[56, 72], [104, 120]])


def test_image_and_kernel_are_never_swapped(engine):
    with pytest.raises(ValueError, match="larger than the image"):
        conv4d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3)), "valid", engine=engine)


# -- NaN and infinity ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "kernel", "plan"),
    [
        ((9, 9), (3, 2), {"border_mode": "same"}),
        ((21, 20), (3, 3), {"border_mode": "valid", "strides": 2, "dilation": (1, 2)}),
        ((21, 20), (2, 3), {"border_mode": "full", "strides": (1, 3), "dilation": 3}),
        ((40, 300), (12, 13), {"border_mode": "same"}),
        ((40, 41), (5, 4), {"border_mode": "half", "groups": 2}),
    ],
)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_finite_stays_in_the_windows_that_hold_it(
    engine, size, kernel, plan, value, dtype
):
    random = np.random.default_rng(0)
    x = random.normal(size=(2, 2, *size)).astype(dtype)
    w = random.uniform(1, 2, (2, 2 // plan.get("groups", 1), *kernel)).astype(dtype)
    finite = conv4d(x, w, **plan, engine="numpy")
    x[1, 0, 5, 7] = value
    rows, columns = ConvSpec(kernel, **plan).reached_by(5, 7, size)
    expected = finite.copy()
    filters = slice(0, 2 // plan.get("groups", 1))
    for i, j in itertools.product(rows, columns):
        expected[1, filters, i, j] = value
    y = conv4d(x, w, **plan, engine=engine)
    np.testing.assert_array_equal(np.isfinite(y), np.isfinite(expected))
    np.testing.assert_array_equal(y[~np.isfinite(y)], expected[~np.isfinite(expected)])
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-3)


def test_what_is_not_finite_goes_back_to_its_window(engine):
    y, w = np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2))
    y[0, 0, 1, 2] = np.nan
    x = conv4d_transpose(y, w, strides=2, dilation=2, output_size=(9, 9), engine=engine)
    rows, columns = ConvSpec(2, 2, dilation=2).window(1, 2, (9, 9))
    lost = {(int(i), int(j)) for i, j in np.argwhere(np.isnan(x[0, 0]))}
    assert lost == set(itertools.product(rows, columns))


def test_what_is_not_finite_in_a_kernel_goes_where_it_is_laid(engine):
    w = np.ones((1, 1, 3, 3))
    w[0, 0, 0, 2] = np.inf
    x = conv4d_transpose(np.ones((1, 1, 3, 4)), w, strides=2, engine=engine)
    expected = np.zeros((7, 9), bool)
    expected[2::2, :-2:2] = True  # turned, the element lies at the bottom left
    np.testing.assert_array_equal(np.isinf(x[0, 0]), expected)
    assert not np.isnan(x).any()


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_nan_under_a_zero_of_the_kernel_is_not_lost(engine, zero):
    x, w = np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3))
    x[..., 2, 2], w[..., 1, 1] = np.nan, zero
    assert np.isnan(conv4d(x, w, "valid", engine=engine)).all()


def test_large_numbers_do_not_overflow_where_their_sums_do_not(engine):
    x = np.full((1, 1, 300, 300), np.float32(1e36))
    w = np.full((1, 1, 3, 3), np.float32(0.1))
    y = conv4d(x, w, "valid", engine=engine)
    np.testing.assert_allclose(y, np.float32(9e35), rtol=1e-5)


# -- What may be given, what comes back ---------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("channels", [1, 2])
def test_results_are_new_writable_and_contiguous(engine, dtype, kernel, channels):
    x = np.ones((2, channels, 5, 6), dtype)
    w = np.ones((channels, channels, kernel, kernel), dtype)
    y = conv4d(x, w, "same", engine=engine)
    results = [
        y,
        conv4d_transpose(y, w, "same", engine=engine),
        *conv4d_gradients(x, w, np.ones_like(y), "same", engine=engine),
    ]
    for result in results:
        assert type(result) is np.ndarray
        assert result.dtype == dtype
        assert result.flags.c_contiguous
        assert result.flags.writeable
    kept = y.copy()
    conv4d(x + 1, w, "same", engine=engine)
    np.testing.assert_array_equal(y, kept)
    for result in results:
        result[...] = 7
    np.testing.assert_array_equal(x, 1)
    np.testing.assert_array_equal(w, 1)


def between_others(a):
    """A view into records of 9 or 13 bytes: not aligned, and its steps are no whole numbers."""
    records = np.zeros(a.shape, [("before", "i1"), ("number", a.dtype), ("behind", "i4")])
    records["number"] = a
    return records["number"]


@pytest.mark.parametrize(
    "form",
    [
        np.asfortranarray,
        lambda a: np.repeat(a, 2, axis=3)[..., ::2],
        lambda a: a[..., ::-1].copy()[..., ::-1],
        lambda a: a.transpose(3, 1, 0, 2).copy().transpose(2, 1, 3, 0),
        between_others,
        lambda a: a.astype(a.dtype.newbyteorder()),
    ],
    ids=["fortran", "stepped", "reversed", "transposed", "records", "other byte order"],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_memory_will_do_and_is_never_written_to(engine, form, dtype):
    random = np.random.default_rng(0)
    x, w, dy = (
        random.integers(-4, 5, shape).astype(dtype)
        for shape in ((2, 3, 6, 5), (4, 3, 3, 2), (2, 4, 6, 5))
    )
    expected = (
        conv4d(x, w, engine="numpy"),
        conv4d_transpose(dy, w, engine="numpy"),
        *conv4d_gradients(x, w, dy, engine="numpy"),
    )
    given = [form(array) for array in (x, w, dy)]
    for array in given:
        array.flags.writeable = False
    results = (
        conv4d(*given[:2], engine=engine),
        conv4d_transpose(given[2], given[1], engine=engine),
        *conv4d_gradients(*given, engine=engine),
    )
    for result, numbers in zip(results, expected, strict=True):
        np.testing.assert_allclose(result, numbers, atol=1e-4)
    for array, before in zip(given, (x, w, dy), strict=True):
        np.testing.assert_array_equal(array, before)


def channels_last(a):
    """As images lie in most files. Seen by NumPy it is contiguous where there is one channel."""
    return np.moveaxis(np.moveaxis(a, 1, -1).copy(), -1, 1)


def axes_moved(a):
    """Every axis of length 1 with a step that belongs to another order of the axes."""
    return a.transpose(3, 2, 0, 1).copy().transpose(2, 3, 1, 0)


def repeated(a):
    """The first number of all, without a step along any axis."""
    return np.broadcast_to(a[:1, :1, :1, :1], a.shape)


#: Images (2, 3, 6, 7) and kernels (4, 3, 3, 2), but for one axis.
ONE_OF_AN_AXIS = {
    "sample": ((1, 3, 6, 7), (4, 3, 3, 2)),
    "channel": ((2, 1, 6, 7), (4, 1, 3, 2)),
    "filter": ((2, 3, 6, 7), (1, 3, 3, 2)),
    "row": ((2, 3, 1, 7), (4, 3, 1, 2)),
    "column": ((2, 3, 6, 1), (4, 3, 3, 1)),
    "kernel element": ((2, 3, 6, 7), (4, 3, 1, 1)),
    "of all but rows and columns": ((1, 1, 6, 7), (1, 1, 3, 2)),
}


@pytest.mark.parametrize("plan", [{"strides": (1, 3)}, {"strides": (2, 1), "dilation": (1, 2)}])
@pytest.mark.parametrize("form", [channels_last, axes_moved, repeated, np.asfortranarray])
@pytest.mark.parametrize("shapes", ONE_OF_AN_AXIS.values(), ids=ONE_OF_AN_AXIS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_axes_of_length_one_may_have_any_stride(engine, dtype, shapes, form, plan):
    """NumPy never looks at those strides, and a library that does reads foreign memory."""
    random = np.random.default_rng(0)
    x, w = (form(random.integers(-4, 5, shape).astype(dtype)) for shape in shapes)
    plan = {"border_mode": "same", **plan}
    if form is repeated:
        plain = [np.full(a.shape, a.flat[0]) for a in (x, w)]
    else:
        plain = [np.array(a.tolist(), dtype) for a in (x, w)]
    y = conv4d(*plain, **plan, engine="numpy")
    dy = form(y)
    plain.append(np.full(y.shape, y.flat[0]) if form is repeated else y)
    np.testing.assert_allclose(conv4d(x, w, **plan, engine=engine), y, atol=1e-3)
    size = {"output_size": x.shape[2:]}
    for ours, expected in (
        (
            conv4d_gradients(x, w, dy, **plan, engine=engine),
            conv4d_gradients(*plain, **plan, engine="numpy"),
        ),
        (
            [conv4d_transpose(dy, w, **plan, **size, engine=engine)],
            [conv4d_transpose(plain[2], plain[1], **plan, **size, engine="numpy")],
        ),
    ):
        for result, numbers in zip(ours, expected, strict=True):
            np.testing.assert_allclose(result, numbers, rtol=1e-4, atol=1e-2)


def test_one_channel_of_a_channels_last_image(engine):
    """PyTorch read beyond the end of the image: 120, 162 or 1e28, 248."""
    x = np.arange(24, dtype="float32").reshape(1, 6, 4, 1).transpose(0, 3, 1, 2)
    y = conv4d(x, np.ones((1, 1, 4, 4), "float32"), "valid", strides=(1, 3), engine=engine)
    np.testing.assert_array_equal(y.ravel(), [120, 184, 248])


def test_one_number_repeated_in_memory(engine):
    x = np.broadcast_to(np.float32(1), (1, 2, 5, 5))
    w = np.broadcast_to(np.float32(1), (3, 2, 3, 3))
    np.testing.assert_array_equal(conv4d(x, w, "valid", engine=engine), 18)


def test_axes_of_one_with_steps_backwards(engine):
    x, w = (np.full((1, 1, 1, 1), value)[:, :, ::-1, ::-1] for value in (2.0, 3.0))
    assert conv4d(x, w, engine=engine) == 6
    assert conv4d_transpose(x, w, engine=engine) == 6
    assert [float(g.ravel()[0]) for g in conv4d_gradients(x, w, x, engine=engine)] == [6, 4, 2]


def test_infinity_times_padding_is_nan(engine):
    x, w = np.ones((1, 2, 1, 1)), np.array([[[[1, np.inf]]], [[[1, 1]]]])
    y = conv4d(x, w, "full", groups=2, engine=engine)
    np.testing.assert_array_equal(y[0, :, 0], [[np.nan, np.inf], [1, 1]])


def test_long_sums_do_not_gather_rounding(engine):
    """36 864 times 0.1 · 0.1, whose error grows with the length of a plain sum in float32."""
    x, w = (np.full((1, 4096, n, n), 0.1, np.float32) for n in (4, 3))
    y = conv4d(x, w, "valid", engine=engine)
    # A plain sum is off by 1.3e-4. Three add up one channel after the other, in Python; how a
    # product of matrices adds up depends on the processor.
    plain = ("scipy", "opencv", "scikit-image", *(["keras"] if BACKEND == "tensorflow" else []))
    tolerance = 2e-4 if engine in plain else 5e-5
    np.testing.assert_allclose(y, 36864 * float(np.float32(0.1)) ** 2, rtol=tolerance)


# -- The libraries themselves -------------------------------------------------------------------


@pytest.mark.parametrize("name", engines.ENGINES)
def test_a_missing_library_is_named_with_its_remedy(monkeypatch, name):
    monkeypatch.setattr(engines, "_loaded", {})
    monkeypatch.setattr(engines, "_is_found", lambda library: False)
    if not engines.ENGINES[name].libraries:
        pytest.skip("it needs no library, but a compiler: see test_direct.py")
    with pytest.raises(ImportError, match=name) as caught:
        engines.load(name)
    no_theano = name == "theano" and sys.version_info >= (3, 12)
    remedy = "Python 3.11" if no_theano else engines.ENGINES[name].install
    assert remedy in str(caught.value)


def test_an_engine_loads_its_own_library_only(engine):
    code = f"import sys, convdoc.engines\nconvdoc.engines.load({engine!r})\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    own = {*engines.ENGINES[engine].libraries}
    if engine == "keras" and BACKEND:
        own = {"keras", BACKEND}
        loaded -= {"jax"} - own  # which Keras imports on every backend
    foreign = {"keras", "theano", "cv2", "skimage", "torch", "jax", "tensorflow"}
    assert loaded & foreign == own - {"numpy", "scipy"}


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("target", ["torch", "jax", "flax"])
def test_a_converted_kernel_run_by_the_library_gives_the_same_answer(target, groups):
    """By the library as it is, without an engine of ours in between."""
    random = np.random.default_rng(0)
    x = random.integers(-9, 10, (2, 4, 7, 6)).astype(np.float32)
    w = random.integers(-9, 10, (6, 4 // groups, 3, 2)).astype(np.float32)
    kernel = convert_kernel(w, "convdoc", target)
    if target == "torch":
        torch = pytest.importorskip("torch", reason="PyTorch is tested by `make test-engines`")
        layer = torch.nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, groups=groups, bias=False)
        layer.load_state_dict({"weight": torch.from_numpy(kernel)})
        y = layer(torch.from_numpy(x)).detach().numpy()
    else:
        jax = pytest.importorskip("jax", reason="JAX is tested by `make test-engines`")
        y = jax.lax.conv_general_dilated(
            *(x, kernel, (2, 2), ((1, 1), (1, 1))),
            dimension_numbers=("NCHW", {"jax": "OIHW", "flax": "HWIO"}[target], "NCHW"),
            feature_group_count=groups,
            precision="highest",
        )
    np.testing.assert_array_equal(y, conv4d(x, w, 1, strides=2, groups=groups, engine="numpy"))


def test_settings_of_jax_are_left_alone():
    jax = pytest.importorskip("jax", reason="JAX is tested by `make test-engines`")
    y = conv4d(np.full((1, 1, 1, 1), 1 + 2.0**-40), np.ones((1, 1, 1, 1)), engine="jax")
    assert float(y[0, 0, 0, 0]) == 1 + 2.0**-40  # NumPy 2 would compare in float32
    assert not jax.config.jax_enable_x64
    assert jax.numpy.ones(1, "float32").dtype == "float32"


def test_settings_of_torch_are_left_alone(monkeypatch):
    torch = pytest.importorskip("torch", reason="PyTorch is tested by `make test-engines`")
    from convdoc.engines import torch as engine

    before = torch.backends.cudnn.allow_tf32, torch.backends.cudnn.enabled
    with monkeypatch.context() as patch:
        patch.setattr(engine, "_gpu", True)
        with engine._full_precision():
            assert torch.backends.cudnn.enabled
            assert not torch.backends.cudnn.allow_tf32
    assert (torch.backends.cudnn.allow_tf32, torch.backends.cudnn.enabled) == before
    assert torch.is_grad_enabled()


# -- Keras 3 ------------------------------------------------------------------------------------

keras_3 = pytest.mark.skipif(not BACKEND, reason="Keras 3 is tested by `make test-engines`")


@keras_3
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_3_by_default_correlates_and_pads_as_tensorflow_does():
    keras = engines.load("keras").keras

    def default(x, w, strides):
        arrays = x.transpose(0, 2, 3, 1).astype("f"), w.transpose(2, 3, 1, 0).astype("f")
        y = keras.ops.conv(*map(np.ascontiguousarray, arrays), strides, "same", "channels_last")
        return keras.ops.convert_to_numpy(y)[0, ..., 0]

    turned = picture(5, 7, row_1=[0, 0, 6, 5, 4, 0, 0], row_2=[0, 0, 3, 2, 1, 0, 0])
    np.testing.assert_array_equal(default(notebook.IMPULSE.x, notebook.IMPULSE.w, 1), turned)
    identity = picture(3, 3, row_1=[0, 1, 0])[None, None]
    pixels = default(np.arange(1, 37).reshape(1, 1, 6, 6), identity, 2)
    np.testing.assert_array_equal(pixels, [[8, 10, 12], [20, 22, 24], [32, 34, 36]])


@keras_3
def test_gradients_of_keras_3_need_little_memory():
    """As a convolution by the outputs, TensorFlow asked for 32 GiB and ended the process."""
    random = np.random.default_rng(0)
    shapes = (1, 3, 256, 256), (8, 3, 5, 5), (1, 8, 252, 252)
    x, w, dy = (random.normal(size=shape).astype(np.float32) for shape in shapes)
    case = Case(x, w, dy, {"border_mode": "valid"})
    close(case.gradients("keras")[1], case.gradients("numpy")[1])


@keras_3
def test_settings_of_keras_3_and_of_its_backend_are_kept():
    module = engines.load("keras")
    y = conv4d(np.full((1, 1, 1, 1), 1 + 2.0**-40), np.ones((1, 1, 1, 1)), engine="keras")
    assert float(y[0, 0, 0, 0]) == 1 + 2.0**-40  # NumPy 2 would compare in float32
    assert module.keras.config.floatx() == "float32"
    if BACKEND == "jax":
        import jax

        assert not jax.config.jax_enable_x64
        assert jax.config.jax_default_matmul_precision is None
        assert module.device() == ("CPU" if jax.default_backend() == "cpu" else "GPU")
    elif BACKEND == "tensorflow":
        import tensorflow as tf

        enabled = tf.config.experimental.tensor_float_32_execution_enabled
        with module._in_full_precision():
            assert not enabled()
        assert enabled()
        assert module.device() == ("GPU" if tf.config.list_physical_devices("GPU") else "CPU")
    else:
        import torch

        assert module.device() == ("GPU" if torch.cuda.is_available() else "CPU")


@keras_3
def test_keras_3_is_imported_on_a_backend_that_is_installed_and_leaves_no_trace(tmp_path):
    """TensorFlow, its default, is not installed; without settings, it would write some."""
    code = """
import os
from convdoc import engines

engines._is_found = lambda library: library in ("keras", "jax")
print(engines.load("keras").BACKEND, os.environ.get("KERAS_BACKEND"), *engines.available())
"""
    home = tmp_path / "home"
    environment = {key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, "KERAS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("jax None AvailableEngine(name='keras', version='3.")
    assert not home.exists()


@keras_3
def test_keras_that_is_imported_already_keeps_its_backend(monkeypatch):
    keras = engines.load("keras").keras
    monkeypatch.setenv("KERAS_BACKEND", "openvino")
    assert _keras3_stack.backend() == BACKEND
    assert _keras3_stack.load() is keras
    assert engines.why_not("keras") is None


@pytest.fixture
def keras_not_imported(monkeypatch, tmp_path):
    """Keras 3 is installed and not imported, without settings; the test says which backends are."""

    def install(*backends):
        monkeypatch.setattr(engines, "_is_found", lambda library: library in ("keras", *backends))

    monkeypatch.setitem(engines.ENGINES, "keras", engines.KERAS_3)
    monkeypatch.setattr(engines, "_loaded", {})
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return install


@pytest.mark.parametrize(
    ("installed", "variable", "settings", "expected"),
    [
        (["torch", "jax", "tensorflow"], None, None, "tensorflow"),  # Keras's default
        (["torch", "jax"], None, None, "torch"),
        (["jax"], None, None, "jax"),
        (["torch", "jax"], "jax", "torch", "jax"),
        (["torch", "jax"], None, "jax", "jax"),
        (["jax"], "", "tensorflow", "jax"),  # as Keras writes it without being asked
    ],
)
def test_backend_of_keras_3(
    keras_not_imported, monkeypatch, tmp_path, installed, variable, settings, expected
):
    keras_not_imported(*installed)
    if variable is not None:
        monkeypatch.setenv("KERAS_BACKEND", variable)
    if settings:
        (tmp_path / "keras.json").write_text(json.dumps({"backend": settings}))
    assert _keras3_stack.backend() == expected
    assert engines.why_not("keras") is None


@pytest.mark.parametrize(
    ("installed", "variable", "error", "words"),
    [
        (
            [],
            None,
            ImportError,
            ["torch, jax, tensorflow", "none is installed", "pip install torch"],
        ),
        ([], "jax", ImportError, ["none is installed", "pip install torch"]),
        (
            ["torch"],
            "jax",
            RuntimeError,
            ["KERAS_BACKEND", "'jax'", "one of torch, or pip install jax"],
        ),
        (["jax"], "openvino", RuntimeError, ["'openvino'", "KERAS_BACKEND set to one of jax"]),
        (["jax"], "numpy", RuntimeError, ["'numpy'", "KERAS_BACKEND set to one of jax"]),
    ],
)
def test_a_backend_that_cannot_compute_is_named_with_its_remedy(
    keras_not_imported, monkeypatch, installed, variable, error, words
):
    keras_not_imported(*installed)
    if variable:
        monkeypatch.setenv("KERAS_BACKEND", variable)
    with pytest.raises(error) as caught:
        engines.load("keras")
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_keras_that_is_imported_already_on_a_foreign_backend(keras_not_imported, monkeypatch):
    keras_not_imported("torch")
    backend = types.SimpleNamespace(backend=lambda: "numpy")
    monkeypatch.setitem(sys.modules, "keras", types.SimpleNamespace(backend=backend))
    assert "start a new process" in engines.why_not("keras")


@pytest.mark.parametrize("settings", ["{", "[]", "{}"])
def test_broken_settings_of_keras_are_no_choice(keras_not_imported, tmp_path, settings):
    keras_not_imported("jax")
    (tmp_path / "keras.json").write_text(settings)
    assert _keras3_stack.backend() == "jax"
