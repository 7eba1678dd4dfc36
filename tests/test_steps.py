"""convdoc.steps: windows, terms and partial sums, against plain loops over arrays of zeros."""

import math

import numpy as np
import pytest
import scipy.signal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convdoc import conv4d, conv4d_transpose, correlate4d, pool4d
from convdoc.steps import Grid, Step, convolution, correlation, pooling, shifts, transposed
from tests import notebook

# -- What the steps are compared with -----------------------------------------------------------


def surrounded(border_mode, size, covered, strides):
    """Zeros (before, behind) an image along both axes, by what each mode is defined as."""
    if not isinstance(border_mode, str):
        both = (border_mode, border_mode) if isinstance(border_mode, int) else border_mode
        return tuple((side, side) if isinstance(side, int) else side for side in both)
    return tuple(
        {
            "valid": (0, 0),
            "full": (k - 1, k - 1),
            "half": (k // 2, k // 2),
            "same": (k // 2, (k - 1) // 2),
            "same_upper": halved(max((-(-n // s) - 1) * s + k - n, 0)),
        }[border_mode]
        for n, k, s in zip(size, covered, strides, strict=True)
    )


#: What NumPy calls what each border repeats.
REPEATED = {"circular": "wrap", "reflect": "reflect", "symmetric": "symmetric", "replicate": "edge"}
NOTHING = ((0, 0), (0, 0))


def padded_by_numpy(x, around, border="zeros"):
    """Images with their border around them."""
    if border in REPEATED:
        how = {"mode": REPEATED[border]}
    else:
        how = {"constant_values": 0 if border == "zeros" else border}
    return np.pad(np.asarray(x, float), ((0, 0), (0, 0), *around), **how)


def halved(total):
    return total // 2, total - total // 2


def dilated(kernel, dilation):
    """Rows and columns that a kernel lies on."""
    return tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))


def places(i, j, strides, kernel, dilation):
    """Rows and columns of window (i, j), counted in those of the padded image."""
    axes = zip((i, j), strides, kernel, dilation, strict=True)
    return tuple(tuple(range(at * s, at * s + k * d, d)) for at, s, k, d in axes)


def channels_of(f, filters, w, groups):
    """Channels that filter `f` of `filters` reads."""
    first = f // (filters // groups) * w.shape[1]
    return tuple(range(first, first + w.shape[1]))


def convolved(x, w, around, *, strides, dilation, groups, bias):
    """The convolution, by loops."""
    padded, covered = np.pad(x, ((0, 0), (0, 0), *around)), dilated(w.shape[2:], dilation)
    size = ((n - k) // s + 1 for n, k, s in zip(padded.shape[2:], covered, strides, strict=True))
    y = np.zeros((len(x), len(w), *size))
    for n, f, i, j in np.ndindex(y.shape):
        rows, columns = places(i, j, strides, w.shape[2:], dilation)
        y[n, f, i, j] = 0 if bias is None else bias[f]
        for slot, c in enumerate(channels_of(f, len(w), w, groups)):
            for u, row in enumerate(rows[::-1]):
                for v, column in enumerate(columns[::-1]):
                    y[n, f, i, j] += padded[n, c, row, column] * w[f, slot, u, v]
    return y


def given_back(y, w, size, around, *, strides, dilation, groups, bias):
    """The states of a transposed convolution, by loops: for each sample one, then one a step."""
    cells = (n + sum(sides) for n, sides in zip(size, around, strict=True))
    states = np.zeros((len(y), 1 + y[0].size, w.shape[1] * groups, *cells))
    states += 0 if bias is None else np.reshape(bias, (-1, 1, 1))
    for n, image in enumerate(y):
        for step, (f, i, j) in enumerate(np.ndindex(image.shape)):
            rows, columns = places(i, j, strides, w.shape[2:], dilation)
            for slot, c in enumerate(channels_of(f, len(w), w, groups)):
                for u, row in enumerate(rows[::-1]):
                    for v, column in enumerate(columns[::-1]):
                        states[n, step + 1 :, c, row, column] += image[f, i, j] * w[f, slot, u, v]
    return states


def cropped(states, size, around):
    """The last states, without what the padding cuts off."""
    (top, _), (left, _) = around
    return states[:, -1, :, top : top + size[0], left : left + size[1]]


# -- Any convolution ----------------------------------------------------------------------------

some_examples = settings(max_examples=150, deadline=None, derandomize=True)
zeros = st.integers(0, 2)
sides = st.tuples(zeros, zeros)
modes = st.one_of(
    st.sampled_from(["valid", "full", "half", "same", "same_upper"]),
    zeros,
    sides,
    st.tuples(sides, sides),
)


borders = st.sampled_from(["zeros", *REPEATED, 7, -2])


def pairs(least, most):
    return st.tuples(st.integers(least, most), st.integers(least, most))


@st.composite
def arrays(draw, backwards=False):
    """Images, kernels and settings. The numbers are whole or halves, so all sums are exact."""
    plan = {
        "strides": draw(pairs(1, 3)),
        "dilation": draw(pairs(1, 2)),
        "groups": draw(st.integers(1, 2)),
    }
    random = np.random.default_rng(draw(st.integers(0, 999)))
    filters, part = plan["groups"] * draw(st.integers(1, 2)), draw(st.integers(1, 2))
    w = random.integers(-5, 6, (filters, part, *draw(pairs(1, 3)))) * draw(
        st.sampled_from([1, 0.5])
    )
    read, made = (filters, part * plan["groups"])[:: 1 if backwards else -1]
    x = random.integers(-5, 6, (draw(st.integers(1, 2)), read, *draw(pairs(1, 5))))
    plan["bias"] = random.integers(-5, 6, made) if draw(st.booleans()) else None
    return x, w, plan


@st.composite
def convolutions(draw):
    """What `conv4d` takes, and the zeros around the images."""
    x, w, plan = draw(arrays())
    border_mode, covered = draw(modes), dilated(w.shape[2:], plan["dilation"])
    around = surrounded(border_mode, x.shape[2:], covered, plan["strides"])
    room = zip(x.shape[2:], around, covered, strict=True)
    assume(all(n + sum(both) >= k for n, both, k in room))
    return x, w, border_mode, plan, around


@st.composite
def transposed_convolutions(draw):
    """What `conv4d_transpose` takes, the size of its result and what is cut off around it."""
    y, w, plan = draw(arrays(backwards=True))
    border_mode, covered = draw(modes), dilated(w.shape[2:], plan["dilation"])
    more = tuple(draw(st.integers(0, s - 1)) for s in plan["strides"])
    axes = tuple(zip(y.shape[2:], plan["strides"], more, strict=True))
    if border_mode == "same_upper":  # as many outputs as strides fit into the image
        size = tuple(s * (n - 1) + 1 + a for n, s, a in axes)
        around = surrounded(border_mode, size, covered, plan["strides"])
    else:
        around = surrounded(border_mode, covered, covered, plan["strides"])
        size = tuple(
            s * (n - 1) + k - sum(cut) + a
            for (n, s, a), k, cut in zip(axes, covered, around, strict=True)
        )
    assume(min(size) >= 1)
    return y, w, border_mode, plan, more, size, around


@some_examples
@given(convolutions(), st.booleans(), borders)
def test_each_step_weighs_its_window_with_the_kernel_as_it_lies(drawn, flip, border):
    x, w, border_mode, plan, around = drawn
    take = convolution if flip else correlation
    steps = take(x, w, border_mode, **plan, border=border, engine="numpy")
    stored = w if flip else w[:, :, ::-1, ::-1]  # as a convolution would have it
    padded = padded_by_numpy(x, around, border)
    expected = convolved(padded, stored, NOTHING, **plan)
    rows_of, columns_of = pixels_by_numpy(x, around, border)
    assert steps.there.size == padded.shape[2:]
    assert [steps.at(step) for step in range(len(steps))] == list(np.ndindex(expected.shape))
    for step, (n, f, i, j) in enumerate(np.ndindex(expected.shape)):
        rows, columns = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
        assert steps.cells(step) == (rows, columns)
        channels = channels_of(f, len(w), w, plan["groups"])
        assert steps.reach[f] == channels
        cells = [(c, row, column) for c in channels for row in rows for column in columns]
        terms = steps.explanation(step).terms
        assert [term.channel for term in terms] == [c for c, _, _ in cells]
        on = [(rows_of[row], columns_of[column]) for _, row, column in cells]
        assert [term.input for term in terms] == [at if -1 not in at else None for at in on]
        for term, (_, *at) in zip(terms, cells, strict=True):
            assert steps.there.element(*at) == (None if term.beyond else term.input)
        assert [term.pixel for term in terms] == [padded[n, *cell] for cell in cells]
        assert [term.weight for term in terms] == stored[f, :, ::-1, ::-1].ravel().tolist()
        assert [term.weight for term in terms] == steps.stamp.values[f].ravel().tolist()
        assert [term.product for term in terms] == [t.pixel * t.weight for t in terms]
        pixels = padded[np.ix_([n], channels, rows, columns)][0]
        subtotals = (pixels * stored[f, :, ::-1, ::-1]).sum((1, 2))
        bias = None if plan["bias"] is None else plan["bias"][f]
        found = steps.step(step)
        assert (found.at, found.value) == ((n, f, i, j), expected[n, f, i, j])
        assert (found.rows, found.columns, found.terms) == (rows, columns, terms)
        assert found.subtotals == dict(zip(channels, subtotals, strict=True))
        assert found.bias == bias
        assert sum(subtotals) + (bias or 0) == expected[n, f, i, j]
        assert steps.corners(step) == [term.weight for term in terms]
    np.testing.assert_array_equal(steps.output.values, expected)
    assert steps.flipped is flip
    assert steps.turned is (flip and bool((w != w[:, :, ::-1, ::-1]).any()))
    np.testing.assert_array_equal(steps.parameters["w"], w)
    assert ("bias" in steps.parameters) is (plan["bias"] is not None)


def pixels_by_numpy(x, around, border):
    """Which row, and which column, of pixels each of the cells holds; −1 for none."""
    how = {"mode": REPEATED[border]} if border in REPEATED else {"constant_values": -1}
    lengths = x.shape[2:]
    return [
        np.pad(range(n), sides, **how).tolist() for n, sides in zip(lengths, around, strict=True)
    ]


def on_image(x, around, row, column):
    """The pixel in a cell of the padded image."""
    i, j = row - around[0][0], column - around[1][0]
    return (i, j) if 0 <= i < x.shape[2] and 0 <= j < x.shape[3] else None


def outputs_of_pooling(n, sides, k, s, ceil_mode):
    """How many there are along an axis, as PyTorch's documentation has it, and what is missing."""
    rest = n + sum(sides) - k
    o = -(-rest // s) + 1 if ceil_mode else rest // s + 1
    if ceil_mode and (o - 1) * s >= n + sides[0]:
        o -= 1
    return o, max(0, (o - 1) * s + k - n - sum(sides))


@some_examples
@given(
    arrays(),
    modes,
    pairs(1, 3),
    st.sampled_from(["max", "min", "average", "average_no_pad"]),
    st.booleans(),
    st.sampled_from([None, 1, 3]),
)
def test_each_step_pools_what_its_window_holds(drawn, border_mode, size, mode, ceil, divisor):
    x, _, plan = drawn
    strides, dilation = plan["strides"], plan["dilation"]
    covered = dilated(size, dilation)
    around = surrounded(border_mode, x.shape[2:], covered, strides)
    axes = list(zip(x.shape[2:], around, covered, strict=True))
    assume(all(n + sum(both) >= k > max(both) for n, both, k in axes))
    along = [outputs_of_pooling(*axis, s, ceil) for axis, s in zip(axes, strides, strict=True)]
    outputs, missing = zip(*along, strict=True)
    ends = [n + sum(both) for n, both, _ in axes]
    windows = {}
    for n, c, i, j in np.ndindex(*x.shape[:2], *outputs):
        rows, columns = places(i, j, strides, size, dilation)
        read = [(on_image(x, around, u, v), (u, v)) for u in rows for v in columns]
        windows[n, c, i, j] = [
            (x[n, c][at] if at else 0, at)
            for at, (u, v) in read
            if at or (mode == "average" and u < ends[0] and v < ends[1])
        ]
    assume(all(any(place for _, place in held) for held in windows.values()))
    divisor = divisor if mode.startswith("average") else None
    settings = {"ceil_mode": ceil, "dilation": dilation, "divisor": divisor}
    steps = pooling(x, size, strides, border_mode, mode, **settings)
    assert steps.output.values.shape == (*x.shape[:2], *outputs)
    np.testing.assert_array_equal(
        steps.output.values, pool4d(x, size, strides, border_mode, mode, **settings)
    )
    assert steps.there.missing == missing
    assert steps.there.size == tuple(
        n + sum(both) + more for (n, both, _), more in zip(axes, missing, strict=True)
    )
    for step, (at, held) in enumerate(windows.items()):
        rows, columns = places(*at[2:], strides, size, dilation)
        assert steps.cells(step) == (rows, columns)
        assert steps.reach[at[1]] == (at[1],)
        values = [value for value, _ in held]
        join = {"max": max, "min": min}.get(mode, sum)
        pooled = np.float32(join(values) / (divisor or len(values) if join is sum else 1))
        assert steps.step(step) == Step(at, pooled, rows, columns, tuple(held))
        assert steps.corners(step) == []


@some_examples
@given(transposed_convolutions())
def test_each_addition_is_of_a_pixel_times_a_weight_to_what_was_there(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    steps = transposed(y, w, border_mode, **plan, output_padding=more, engine="numpy")
    states = given_back(y, w, size, around, **plan)
    assert steps.there.around == around
    assert steps.there.size == states.shape[3:]
    assert steps.flipped
    for step, (n, f, i, j) in enumerate(np.ndindex(y.shape)):
        number = step % y[0].size
        before, after = states[n, number], states[n, number + 1]
        np.testing.assert_array_equal(steps.state(n, number - 1), before)
        np.testing.assert_array_equal(steps.state(n, number), after)
        rows, columns = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
        assert steps.at(step) == (n, f, i, j)
        assert steps.cells(step) == (rows, columns)
        expected, touched = [], np.zeros(before.shape, bool)
        for slot, c in enumerate(channels_of(f, len(w), w, plan["groups"])):
            for u, row in enumerate(rows):
                for v, column in enumerate(columns):
                    weight, at = w[f, slot, ::-1, ::-1][u, v], (c, row, column)
                    assert steps.stamp.values[f, slot, u, v] == weight
                    expected.append((c, at[1:], before[at], y[n, f, i, j], weight, after[at]))
                    touched[at] = True
        found = steps.step(step)
        assert found == Step((n, f, i, j), y[n, f, i, j], rows, columns, tuple(expected))
        assert all(a.before + a.pixel * a.weight == a.after for a in found.terms)
        assert steps.corners(step) == [a.pixel * a.weight for a in found.terms]
        np.testing.assert_array_equal(before[~touched], after[~touched])
    np.testing.assert_array_equal(steps.output.values, cropped(states, size, around))


@some_examples
@given(transposed_convolutions(), st.sampled_from([*REPEATED]))
def test_a_scattering_adds_to_the_pixels_that_its_border_repeats(drawn, border):
    y, w, border_mode, plan, more, size, around = drawn
    settings = {**plan, "output_padding": more, "border": border, "engine": "numpy"}
    steps = transposed(y, w, border_mode, **settings)
    apart = given_back(y, w, size, around, **plan | {"bias": None})
    held = np.pad(np.arange(math.prod(size)).reshape(size), around, mode=REPEATED[border])

    def summed(state):
        """What the pixels have got, and as much in the cells beyond the border."""
        sums = [np.bincount(held.ravel(), channel.ravel()) for channel in state]
        bias = 0 if plan["bias"] is None else np.reshape(plan["bias"], (-1, 1, 1))
        return np.array(sums)[:, held] + bias

    for step, at in enumerate(np.ndindex(y.shape)):
        n, number = at[0], step % y[0].size
        before, after = (summed(apart[n, k]) for k in (number, number + 1))
        np.testing.assert_array_equal(steps.state(n, number), after)
        for c in range(len(after)):
            np.testing.assert_array_equal(steps.contents(steps.there, (n, c), step), after[c])
        sums = {}
        for addition in steps.step(step).terms:
            pixel = addition.channel, held[addition.cell]
            assert addition.before == sums.get(pixel, before[addition.channel][addition.cell])
            assert addition.before + addition.pixel * addition.weight == addition.after
            sums[pixel] = addition.after
        for (channel, pixel), value in sums.items():
            assert (after[channel][held == pixel] == value).all()
        reached = np.isin(held, [pixel for _, pixel in sums])
        c = steps.reach[at[1]][0]
        assert steps.touched((n, c), step)[reached].all()
    (top, _), (left, _) = around
    whole = np.array([summed(image[-1]) for image in apart])
    image = whole[:, :, top : top + size[0], left : left + size[1]]
    np.testing.assert_array_equal(steps.output.values, image)
    assert steps.spec.border == border


def test_a_kernel_larger_than_a_ring_adds_to_a_pixel_several_times():
    """Three weights on a ring of two pixels: one pixel gets the first weight and the last."""
    steps = transposed([[[[10, 0]]]], [[[[1, 2, 4]]]], "same", border="circular")
    assert steps.step(0).terms == (
        (0, (0, 0), 0, 10, 4, 40),
        (0, (0, 1), 0, 10, 2, 20),
        (0, (0, 2), 40, 10, 1, 50),
    )
    assert steps.contents(steps.there, (0, 0), 0).tolist() == [[50, 20, 50, 20]]


@pytest.mark.parametrize("border", REPEATED)
def test_the_gathering_view_is_refused_where_several_windows_read_a_pixel(border):
    with pytest.raises(ValueError, match=f"border='{border}' several windows read a pixel; use"):
        transposed(X[:, :1], W[:1], border=border, view="gather")


@some_examples
@given(transposed_convolutions())
def test_the_gathering_view_reads_the_input_spread_out_with_zeros(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    settings = {**plan, "output_padding": more, "engine": "numpy"}
    steps = transposed(y, w, border_mode, **settings, view="gather")
    expected = cropped(given_back(y, w, size, around, **plan), size, around)
    spread, pixels, starts = spread_out(y, w, size, around, plan)
    assert steps.there.size == spread.shape[2:]
    assert [steps.at(step) for step in range(len(steps))] == list(np.ndindex(expected.shape))
    groups, dilation = plan["groups"], plan["dilation"]
    filters, part = len(w) // groups, w.shape[1]
    for step, (n, c, i, j) in enumerate(np.ndindex(expected.shape)):
        rows, columns = places(starts[0][i], starts[1][j], (1, 1), w.shape[2:], dilation)
        assert steps.cells(step) == (rows, columns)
        reached = tuple(range(c // part * filters, (c // part + 1) * filters))
        assert steps.reach[c] == reached
        weighed = [
            (f, pixels.get((row, column)), spread[n, f, row, column], w[f, c % part, u, v])
            for f in reached
            for u, row in enumerate(rows)
            for v, column in enumerate(columns)
        ]
        assert steps.stamp.values[c].ravel().tolist() == [weight for *_, weight in weighed]
        read = [steps.there.element(row, column) for row in rows for column in columns]
        assert read * filters == [place for _, place, _, _ in weighed]
        found = steps.explanation(step)
        terms = [(term.channel, term.input, term.pixel, term.weight) for term in found.terms]
        assert terms == [term for term in weighed if term[1]]  # the rest is zeros
        bias = 0 if plan["bias"] is None else plan["bias"][c]
        assert found.sum + bias == expected[n, c, i, j]
        assert sum(pixel * weight for *_, pixel, weight in weighed) == found.sum
        assert steps.corners(step) == [weight for *_, weight in weighed]
    np.testing.assert_array_equal(steps.output.values, expected)
    assert not steps.flipped


def spread_out(y, w, size, around, plan):
    """`y` with zeros between and around, its pixels by their cells, and where windows begin.

    Dumoulin and Visin put p' = k - 1 - p zeros before the first pixel; below 0 the first window
    begins behind it.
    """
    pixels, starts, lengths = [], [], []
    covered = dilated(w.shape[2:], plan["dilation"])
    axes = zip(size, y.shape[2:], plan["strides"], covered, around, strict=True)
    for outputs, inputs, s, k, (cut, _) in axes:
        before = k - 1 - cut
        pixels.append([max(before, 0) + s * i for i in range(inputs)])
        starts.append([max(-before, 0) + i for i in range(outputs)])
        lengths.append(max(pixels[-1][-1], starts[-1][-1] + k - 1) + 1)
    spread, by_cell = np.zeros((*y.shape[:2], *lengths)), {}
    for i, j in np.ndindex(y.shape[2:]):
        by_cell[pixels[0][i], pixels[1][j]] = (i, j)
        spread[:, :, pixels[0][i], pixels[1][j]] = y[:, :, i, j]
    return spread, by_cell, starts


@some_examples
@given(transposed_convolutions())
def test_both_views_of_a_transposed_convolution_give_the_same(drawn):
    y, w, border_mode, plan, more, *_ = drawn
    plan |= {"output_padding": more, "engine": "numpy"}
    scattered, gathered = (
        transposed(y, w, border_mode, **plan, view=view) for view in ("scatter", "gather")
    )
    np.testing.assert_array_equal(scattered.output.values, gathered.output.values)
    (top, _), (left, _) = scattered.there.around
    for n, image in enumerate(gathered.output.values):
        end = scattered.state(n, y[0].size - 1)
        height, width = image.shape[1:]
        np.testing.assert_array_equal(end[:, top : top + height, left : left + width], image)


lengths = pairs(1, 4)


@some_examples
@given(lengths, lengths, st.integers(0, 99))
def test_shifted_images_add_up_to_scipys_full_convolution(size, kernel, seed):
    random = np.random.default_rng(seed)
    x, w = random.integers(-5, 6, size), random.integers(-5, 6, kernel)
    steps = shifts(x[None, None], w[None, None])
    state = np.zeros(np.add(size, kernel) - 1)
    for step, (u, v) in enumerate(np.ndindex(kernel)):
        assert steps.at(step) == (0, 0, u, v)
        assert steps.cells(step) == (tuple(range(u, u + size[0])), tuple(range(v, v + size[1])))
        before = state.copy()
        state[u : u + size[0], v : v + size[1]] += w[u, v] * x
        assert steps.step(step).value == w[u, v]
        assert steps.step(step).terms == tuple(
            (0, (u + i, v + j), before[u + i, v + j], x[i, j], w[u, v], state[u + i, v + j])
            for i, j in np.ndindex(size)
        )
        np.testing.assert_array_equal(steps.state(0, step), [state])
    assert len(steps) == w.size
    np.testing.assert_array_equal(steps.output.values, [[scipy.signal.convolve2d(x, w, "full")]])
    np.testing.assert_array_equal(steps.input.values, [[x]])


# -- What is left over --------------------------------------------------------------------------


@some_examples
@given(convolutions())
def test_unused_are_the_rows_and_columns_whose_pixels_change_nothing(drawn):
    x, w, border_mode, plan, around = drawn
    w = np.abs(w) + 1  # so that whatever is read counts
    steps = convolution(x, w, border_mode, **plan, engine="numpy")
    padded = np.pad(np.zeros(x.shape), ((0, 0), (0, 0), *around))
    for axis, unused in enumerate(steps.unused()):
        for cell in range(padded.shape[2 + axis]):
            marked = padded.copy()
            np.moveaxis(marked, 2 + axis, 0)[cell] = 1
            y = convolved(marked, w, ((0, 0), (0, 0)), **plan | {"bias": None})
            assert (cell in unused) == (not y.any())


@some_examples
@given(transposed_convolutions())
def test_unused_of_a_scattering_are_the_rows_and_columns_that_stay_empty(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    plan["bias"] = None
    y, w = np.abs(y) + 1, np.abs(w) + 1
    steps = transposed(y, w, border_mode, **plan, output_padding=more, engine="numpy")
    end = given_back(y, w, size, around, **plan)[0, -1]
    rows, columns = steps.unused()
    assert rows == tuple(np.flatnonzero(~end.any((0, 2))))
    assert columns == tuple(np.flatnonzero(~end.any((0, 1))))


@some_examples
@given(transposed_convolutions())
def test_unused_of_a_gathering_are_the_cells_of_no_window(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    plan_ = plan | {"output_padding": more, "engine": "numpy", "view": "gather"}
    steps = transposed(y, w, border_mode, **plan_)
    spread, _, starts = spread_out(y, w, size, around, plan)
    for axis, unused in enumerate(steps.unused()):
        k, d = w.shape[2 + axis], plan["dilation"][axis]
        covered = {start + t * d for start in starts[axis] for t in range(k)}
        assert set(unused) == set(range(spread.shape[2 + axis])) - covered


def test_a_stride_leaves_rows_over():
    steps = convolution(np.ones((1, 1, 6, 7)), np.ones((1, 1, 3, 3)), "valid", strides=2)
    assert steps.unused() == ((5,), ())
    steps = convolution(np.ones((1, 1, 6, 7)), np.ones((1, 1, 3, 3)), 1, strides=3)
    assert steps.unused() == ((6, 7), ())  # the last row, and the padding below it
    steps = pooling(np.ones((1, 1, 5, 4)), 2, (3, 2))
    assert steps.unused() == ((2,), ())  # rows 0 and 1, then rows 3 and 4


# -- Dumoulin and Visin's animations ------------------------------------------------------------

ANIMATED = pytest.mark.parametrize(
    ("i", "o", "p", "k", "s", "d"),
    [
        (4, 2, 0, 3, 1, 1),
        (5, 6, 2, 4, 1, 1),
        (5, 5, 1, 3, 1, 1),
        (5, 7, 2, 3, 1, 1),
        (5, 2, 0, 3, 2, 1),
        (5, 3, 1, 3, 2, 1),
        (6, 3, 1, 3, 2, 1),
        (7, 3, 0, 3, 1, 2),
    ],
)


@ANIMATED
def test_animated_convolutions_have_their_sizes(i, o, p, k, s, d):
    x, w = np.ones((1, 1, i, i)), np.ones((1, 1, k, k))
    steps = convolution(x, w, p, strides=s, dilation=d)
    assert len(steps) == o * o
    assert steps.output.values.shape == (1, 1, o, o)
    assert steps.there.size == (i + 2 * p, i + 2 * p)
    assert steps.numbered


@ANIMATED
@pytest.mark.parametrize("view", ["scatter", "gather"])
def test_animated_transposed_convolutions_go_back(i, o, p, k, s, d, view):
    more = (i + 2 * p - d * (k - 1) - 1) % s
    assert more == (1 if (i, s) == (6, 2) else 0)
    y, w = np.ones((1, 1, o, o)), np.ones((1, 1, k, k))
    steps = transposed(y, w, p, strides=s, dilation=d, output_padding=more, view=view)
    assert steps.output.values.shape == (1, 1, i, i)
    assert len(steps) == (o * o if view == "scatter" else i * i)
    if view == "gather":
        before = d * (k - 1) - p  # p' of the guide, and the rows that output_padding adds
        assert steps.there.around == ((before, before + more),) * 2
        assert steps.there.spread == (s, s)


def test_numerical_padding_strides_is_not_what_its_animation_shows():
    """The published one shows [[1, 6, 5], [7, 10, 9], [7, 10, 8]] for this 5×5 input."""
    x = [[2, 2, 3, 3, 3], [0, 1, 3, 0, 3], [2, 3, 0, 1, 3], [3, 3, 2, 1, 2], [3, 3, 0, 2, 3]]
    w = [[2, 0, 1], [1, 0, 0], [0, 1, 1]]
    steps = correlation([[x]], [[w]], 1, strides=2)
    assert steps.output.values.tolist() == [[[[1, 5, 6], [7, 8, 3], [3, 10, 4]]]]
    by_scipy = scipy.signal.correlate2d(np.pad(x, 1), w, "valid")[::2, ::2]
    np.testing.assert_array_equal(steps.output.values, [[by_scipy]])
    assert [steps.explanation(step).sum for step in range(9)] == [1, 5, 6, 7, 8, 3, 3, 10, 4]
    assert steps.stamp.values.tolist() == [[w]]
    middle = [(term.pixel, term.weight) for term in steps.explanation(4).terms if term.weight]
    assert middle == [(1, 2), (0, 1), (3, 1), (2, 1), (1, 1)]


@pytest.mark.parametrize("view", ["scatter", "gather"])
def test_a_transposed_convolution_to_6x6_takes_3x3(view):
    """A published caption says 2×2, from which the same settings give 4×4."""
    w, settings = np.ones((1, 1, 3, 3)), {"strides": 2, "output_padding": 1, "view": view}
    steps = transposed(np.ones((1, 1, 3, 3)), w, 1, **settings)
    assert steps.input.values.shape == (1, 1, 3, 3)
    assert steps.output.values.shape == (1, 1, 6, 6)
    smaller = transposed(np.ones((1, 1, 2, 2)), w, 1, **settings)
    assert smaller.output.values.shape == (1, 1, 4, 4)


# -- Printed numbers ----------------------------------------------------------------------------


def test_the_impulse_meets_the_kernel_as_it_lies():
    steps = convolution(notebook.IMPULSE.x, notebook.IMPULSE.w, "valid")
    assert steps.stamp.values.tolist() == [[[[6, 5, 4], [3, 2, 1]]]]
    assert steps.output.values[0, 0, 1:3].tolist() == [[0, 1, 2, 3, 0], [0, 4, 5, 6, 0]]
    row, column = 1, 1
    step = row * 5 + column
    assert steps.cells(step) == ((1, 2), (1, 2, 3))
    [term] = [term for term in steps.explanation(step).terms if term.product]
    assert (term.input, term.pixel, term.weight) == ((2, 3), 1, 1)


@pytest.mark.parametrize("example", notebook.EXAMPLES, ids=lambda e: e.page)
def test_the_notebooks_outputs_come_step_by_step(example):
    steps = convolution(example.x, example.w, example.border_mode)
    sums = [steps.explanation(step).sum for step in range(len(steps))]
    assert sums == example.y.ravel().tolist()
    np.testing.assert_array_equal(steps.output.values, example.y)


def test_the_default_engine_gives_the_final_picture():
    x, w = np.arange(40.0).reshape(1, 2, 4, 5), np.arange(12.0).reshape(2, 1, 2, 3)
    settings = {"strides": (1, 2), "groups": 2, "bias": [1, 2]}
    y = conv4d(x, w, "half", **settings)
    np.testing.assert_array_equal(convolution(x, w, "half", **settings).output.values, y)
    expected = correlate4d(x, w, "half", **settings)
    np.testing.assert_array_equal(correlation(x, w, "half", **settings).output.values, expected)
    assert not np.array_equal(y, expected)
    back = conv4d_transpose(y, w, "half", **settings)
    for view in ("scatter", "gather"):
        steps = transposed(y, w, "half", **settings, view=view)
        np.testing.assert_array_equal(steps.output.values, back)
    np.testing.assert_array_equal(steps.explanation(0).sum + 1, back[0, 0, 0, 0])
    np.testing.assert_array_equal(pooling(x, 2).output.values, pool4d(x, 2))


def test_same_is_the_default_border_of_a_convolution_and_valid_of_the_others():
    x, w = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3))
    assert convolution(x, w).output.values.shape == (1, 1, 4, 4)
    assert correlation(x, w).output.values.shape == (1, 1, 4, 4)
    assert transposed(x, w).output.values.shape == (1, 1, 6, 6)
    assert pooling(x, 2).output.values.shape == (1, 1, 2, 2)


def test_a_grids_cells_and_elements_are_each_others_inverse():
    grid = Grid("x", np.zeros((2, 3, 2, 3)), around=((1, 2), (0, 3)), spread=(3, 2))
    assert grid.size == (1 + 4 + 2, 5 + 3)
    held = {
        (row, column): grid.element(row, column)
        for row, column in np.ndindex(grid.size)
        if grid.element(row, column)
    }
    assert held == {(1, 0): (0, 0), (1, 2): (0, 1), (1, 4): (0, 2),
                    (4, 0): (1, 0), (4, 2): (1, 1), (4, 4): (1, 2)}  # fmt: skip
    assert {grid.cell(i, j): (i, j) for i in range(2) for j in range(3)} == held


@some_examples
@given(convolutions(), borders)
def test_contents_of_a_gathering_are_the_padded_image(drawn, border):
    x, w, border_mode, plan, around = drawn
    steps = convolution(x, w, border_mode, **plan, border=border, engine="numpy")
    padded = padded_by_numpy(x, around, border)
    for homes, pixels in zip(steps.there.homes, pixels_by_numpy(x, around, border), strict=True):
        if border in REPEATED:
            assert [pixels[home] for home in homes] == pixels
            assert all(steps.there.cell(pixel, pixel)[0] >= 0 for pixel in pixels)
        else:
            assert homes == tuple(range(len(pixels)))
    for index in np.ndindex(x.shape[:2]):
        np.testing.assert_array_equal(steps.contents(steps.there, index, 0), padded[index])
    for index in np.ndindex(w.shape[:2]):
        shown = steps.contents(steps.stamp, index, 0)
        np.testing.assert_array_equal(shown, w[index][::-1, ::-1])
    y = convolved(padded, w, NOTHING, **plan)
    for index in np.ndindex(y.shape[:2]):
        np.testing.assert_array_equal(steps.contents(steps.here, index, 0), y[index])


@some_examples
@given(transposed_convolutions())
def test_contents_of_a_scattering_are_what_has_added_up(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    steps = transposed(y, w, border_mode, **plan, output_padding=more, engine="numpy")
    states = given_back(y, w, size, around, **plan)
    without_bias = plan | {"bias": None}
    reached = given_back(np.ones(y.shape), np.ones(w.shape), size, around, **without_bias)
    each = y[0].size
    for step in {0, len(steps) // 2, len(steps) - 1}:
        n = step // each
        for c in range(states.shape[2]):
            shown = steps.contents(steps.there, (n, c), step)
            np.testing.assert_array_equal(shown, states[n, step % each + 1, c])
            touched = steps.touched((n, c), step)
            np.testing.assert_array_equal(touched, reached[n, step % each + 1, c] > 0)
        np.testing.assert_array_equal(steps.contents(steps.here, (n, 0), step), y[n, 0])
    (top, bottom), (left, right) = around
    rows, columns = steps.there.size
    assert steps.there.surround() == (
        (*range(top), *range(rows - bottom, rows)),
        (*range(left), *range(columns - right, columns)),
    )


@pytest.mark.parametrize(
    ("mode", "blank"), [("max", None), ("min", None), ("average", 0), ("average_no_pad", None)]
)
def test_contents_of_a_pooling_have_zeros_where_they_count(mode, blank):
    steps = pooling([[[[1, 2], [3, 4]]]], 2, 1, ((1, 0), (0, 0)), mode)
    assert steps.contents(steps.there, (0, 0), 0).tolist() == [[blank, blank], [1, 2], [3, 4]]


def test_places_beyond_the_padding_hold_nothing_and_are_not_left_over():
    """Of rows −1 to 2, windows take −1 and 1, then 2 and 4: row 3 is skipped, and is not there."""
    x, settings = np.arange(1, 4).reshape(1, 1, 3, 1), {"ceil_mode": True, "dilation": (2, 1)}
    steps = pooling(x, (2, 1), 3, ((1, 0), (0, 0)), "average", **settings)
    assert steps.contents(steps.there, (0, 0), 0)[:, 0].tolist() == [0, 1, 2, 3, None, None]
    assert steps.there.missing == (2, 0)
    assert steps.unused() == ((1,), ())
    assert steps.padding == ((1, 0), (0, 0))
    assert steps.output.values.ravel().tolist() == [1, 3]


# -- Which step is shown first, and what has numbers --------------------------------------------


def test_the_first_step_shown_lies_wholly_on_the_image():
    steps = convolution(np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3)), "full")
    rows, columns = steps.cells(steps.first_shown())
    assert all(steps.there.element(row, column) for row in rows for column in columns)
    assert steps.at(steps.first_shown()) == (0, 0, 3, 3)  # the middle one of nine


def test_the_first_step_shown_is_where_the_impulse_meets_a_weight():
    steps = convolution(notebook.IMPULSE.x, notebook.IMPULSE.w, "valid")
    assert steps.at(steps.first_shown()) == (
        0,
        0,
        2,
        1,
    )  # y is 1 2 3 / 4 5 6 there: the fourth of six


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (lambda: transposed([[[[0, 7, 0, 0]]]], [[[[1, 2]]]]), (0, 0, 0, 1)),  # the only pixel
        (lambda: transposed([[[[0, 7, 0, 0]]]], [[[[1, 2]]]], view="gather"), (0, 0, 0, 2)),
        (lambda: shifts([[[[1, 2]]]], [[[[0, 3], [0, 0]]]]), (0, 0, 0, 1)),  # the only weight
        (lambda: convolution([[[[5, 0, 0, 6]]]], [[[[1]]]]), (0, 0, 0, 2)),  # neither end
        (lambda: convolution([[[[5, 0]]]], [[[[1]]]]), (0, 0, 0, 0)),  # but of two, the one
        (lambda: convolution([[[[5]]]], [[[[1]]]]), (0, 0, 0, 0)),
        (lambda: pooling(np.zeros((1, 1, 2, 2)), (1, 2), 1, ((0, 0), (1, 0))), (0, 0, 0, 1)),
        (lambda: convolution(np.zeros((1, 1, 1, 5)), [[[[1]]]]), (0, 0, 0, 2)),  # all alike
        (lambda: convolution(np.ones((1, 1, 40, 40)), [[[[1]]]]), (0, 0, 20, 0)),  # unnumbered
    ],
)
def test_the_first_step_shown_is_one_that_tells_something(steps, expected):
    steps = steps()
    assert steps.at(steps.first_shown()) == expected


@pytest.mark.parametrize(
    ("side", "channels", "numbered"),
    [(18, 1, True), (19, 1, False), (18, 2, True), (18, 3, False)],
)
def test_numbers_are_shown_up_to_20_cells_and_6000_terms(side, channels, numbered):
    """18×18 with its padding is 20×20; its 324 windows of nine are 2916 terms a channel."""
    x, w = np.ones((1, channels, side, side)), np.ones((1, channels, 3, 3))
    assert convolution(x, w).numbered is numbered


@pytest.mark.parametrize(("samples", "numbered"), [(6000, True), (6001, False)])
def test_numbers_are_shown_up_to_6000_terms_exactly(samples, numbered):
    x = np.zeros((samples, 1, 1, 1))
    assert pooling(x, 1).numbered is numbered
    assert transposed(x, [[[[1]]]], engine="numpy").numbered is numbered


@pytest.mark.parametrize(("side", "numbered"), [(20, True), (21, False)])
def test_numbers_are_shown_up_to_20_cells_of_either_array(side, numbered):
    x = np.zeros((1, 1, 1, side))
    assert pooling(x, 1).numbered is numbered
    assert pooling(x, (1, 2)).numbered is numbered  # the result is smaller
    assert transposed(x[..., 1:], [[[[1, 1]]]]).numbered is numbered  # the result is larger


def test_a_step_that_there_is_not_is_refused_by_each_kind():
    for steps in (
        convolution(X, W),
        correlation(X, W),
        pooling(X, 2),
        transposed(X[:, :1], W[:1]),
        transposed(X[:, :1], W[:1], view="gather"),
        shifts(X[:1, :1], W[:1, :1]),
    ):
        for step in (-1, len(steps)):
            for ask in (steps.at, steps.step, steps.cells):
                with pytest.raises(ValueError, match=f"from 0 to {len(steps) - 1}; got {step}"):
                    ask(step)


def test_a_large_scattering_keeps_no_partial_sums():
    small, large = (transposed(np.ones((1, 1, n, n)), np.ones((1, 1, 3, 3))) for n in (18, 19))
    assert small.results.shape == (1, 18 * 18, 1, 20, 20)
    assert not large.numbered
    with pytest.raises(ValueError, match="these 361 steps are too many to keep the numbers"):
        large.step(0)
    np.testing.assert_array_equal(
        large.output.values, [[scipy.signal.convolve2d(np.ones((19, 19)), np.ones((3, 3)))]]
    )


# -- Errors -------------------------------------------------------------------------------------

X, W = np.ones((1, 2, 4, 4)), np.ones((3, 2, 3, 3))


@pytest.mark.parametrize("view", ["Scatter", "both", None, 1, ["scatter"]])
def test_a_view_is_one_of_two(view):
    with pytest.raises(ValueError, match="view must be 'scatter' or 'gather'; got "):
        transposed(np.ones((1, 3, 4, 4)), W, view=view)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda take: take(X[:, :1], W), "x has 1 channel and w was made for 2"),
        (lambda take: take(X[0], W), "x must be 4-D"),
        (lambda take: take(X, W[0]), "w must be 4-D"),
        (lambda take: take(X, W, "Same"), "border_mode must be one of"),
        (lambda take: take(X, np.ones((3, 2, 5, 5)), "valid"), "larger than the image"),
        (lambda take: take(X, W, strides=0), "strides must be"),
        (lambda take: take(X, W, groups=2), "groups must divide the filters"),
        (lambda take: take(X, W, bias=[1]), "bias must have one number for each filter"),
        (lambda take: take(X, W, engine="Keras"), "engine must be one of"),
    ],
)
@pytest.mark.parametrize("take", [convolution, correlation])
def test_the_errors_of_conv4d_pass_through(take, call, message):
    with pytest.raises(ValueError, match=message):
        call(take)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: convolution(X * 1j, W), TypeError, "x must hold real numbers"),
        (lambda: transposed(X, W), ValueError, "y has 2 channels and w has 3 filters"),
        (lambda: transposed(X, W[:2], output_padding=1), ValueError, "smaller than the stride"),
        (lambda: transposed(X, W[:2], 3), ValueError, "would be empty"),
        (lambda: pooling(X, 5), ValueError, "size must be at most the image's"),
        (lambda: pooling(X, 2, mode="mean"), ValueError, "mode must be one of"),
        (lambda: pooling(X, 2, ceil_mode=1), ValueError, "ceil_mode must be"),
        (lambda: pooling(X, 2, divisor=2), ValueError, "divisor is what an average divides by"),
        (lambda: pooling(X, 2, dilation=0), ValueError, "dilation must be"),
        (lambda: convolution(X, W, border="wrap"), ValueError, "border must be one of"),
        (lambda: transposed(X, W[:2], border=7), ValueError, "is not linear"),
        (lambda: pooling(X, 2, border_mode=2), ValueError, "must pad less than a window"),
        (lambda: shifts(X, W), ValueError, "one "),
        (lambda: shifts(X[0, 0], W), ValueError, "x must be 4-D"),
    ],
)
def test_the_errors_of_the_others_pass_through(call, error, message):
    with pytest.raises(error, match=message):
        call()
