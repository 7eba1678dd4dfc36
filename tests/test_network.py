"""Networks counted, against published numbers, and their tables against really running them."""

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from convdoc import ConvSpec, conv4d, draw, network, pool4d
from convdoc.exercises import Answer, dense_against_convolution
from convdoc.network import (
    ALEXNET,
    DIELEMAN,
    LENET5,
    VGG16,
    AveragePool,
    Conv,
    Dense,
    MaxPool,
    Network,
    Row,
    Table,
)


def column(table, name):
    """One entry of each layer's row."""
    return [getattr(row, name) for row in table.rows[1:]]


# -- Published numbers --------------------------------------------------------------------------


def test_dieleman():
    table = DIELEMAN.table((1, 3, 45, 45))
    assert column(table, "weights") == [3456, 0, 51200, 0, 73728, 147456, 0]
    assert (table.weights, table.parameters_tied) == (275840, 276192)
    assert column(table, "multiply_adds") == [5529600, 0, 13107200, 0, 2654208, 2359296, 0]
    assert [row.shape[2:] for row in table.rows] == [(n, n) for n in (45, 40, 20, 16, 8, 6, 4, 2)]
    assert column(table, "receptive_field") == [(n, n) for n in (6, 7, 15, 17, 25, 33, 37)]
    assert column(table, "jump") == [(n, n) for n in (1, 2, 2, 4, 4, 4, 8)]
    # The outermost of 2×2 fields of 37 pixels, 8 apart, are centred on 18 and 26 of 0 to 44.
    assert table.rows[-1].start == (18, 18)


def test_lenet5():
    table = LENET5.table((1, 1, 32, 32))
    with_biases = [row.weights + row.tied_biases for row in table.rows if row.kernel_shape]
    assert with_biases == [156, 2416, 48120, 10164, 850]
    assert table.parameters_tied == 61706
    assert table.rows[-1].shape == (1, 10, 1, 1)


def test_alexnet():
    """Receptive fields as Google's library tabulates them, for the same kernels and strides."""
    table = ALEXNET.table((1, 3, 227, 227))
    assert table.parameters_tied == 60_965_224
    assert [row.shape[1:3] for row in table.rows] == [
        *[(3, 227), (96, 55), (96, 27), (256, 27), (256, 13), (384, 13), (384, 13), (256, 13)],
        *[(256, 6), (4096, 1), (4096, 1), (1000, 1)],
    ]
    published = {1: (11, 4), 2: (19, 8), 3: (51, 8), 5: (99, 16), 6: (131, 16), 7: (163, 16)}
    for number, (field, jump) in {**published, 8: (195, 32)}.items():
        assert table.rows[number].receptive_field == (field, field)
        assert table.rows[number].jump == (jump, jump)
    # An effective padding of 64 begins the first field 64 pixels before the image.
    assert table.rows[8].start == (97 - 64, 97 - 64)


def test_vgg16():
    table = VGG16.table((1, 3, 224, 224))
    assert table.parameters_tied == 138_357_544
    outputs = {n: n * n for n in (224, 112, 56, 28, 14)}
    convolutions = 9 * (
        outputs[224] * (3 * 64 + 64 * 64)
        + outputs[112] * (64 * 128 + 128 * 128)
        + outputs[56] * (128 * 256 + 2 * 256 * 256)
        + outputs[28] * (256 * 512 + 2 * 512 * 512)
        + outputs[14] * 3 * 512 * 512
    )
    dense = 512 * 7 * 7 * 4096 + 4096 * 4096 + 4096 * 1000
    assert table.multiply_adds == 15_470_264_320 == convolutions + dense
    pool5 = table.rows[18]
    assert (pool5.receptive_field, pool5.jump) == ((212, 212), (32, 32))
    assert pool5.start == (105.5 - 90, 105.5 - 90)


def test_dense_against_convolution():
    count = dense_against_convolution(image=(100, 100), kernel=(3, 3))
    assert (count["dense"], count["convolution"]) == (96_040_000, 9)
    assert round(count["factor"], 1) == 10_671_111.1
    assert (count["dense_biased"], count["convolution_biased"]) == (96_049_604, 10)
    assert count["factor_biased"] == 9_604_960.4


# -- Layers -------------------------------------------------------------------------------------


def test_layers_say_what_they_are():
    told = {
        "conv 6×6, 32 filters": Conv(32, 6),
        "conv 2×3, 1 filter": Conv(1, (2, 3)),
        "conv 3×3, 4 filters, stride 2, padding 1, dilation 3, 2 groups": Conv(4, 3, 2, 1, 3, 2),
        "conv 3×3, 4 filters, stride (2, 1), same": Conv(4, 3, strides=(2, 1), border_mode="same"),
        "conv 3×3, 4 filters, padding (1, 0)": Conv(4, 3, border_mode=(1, 0)),
        "conv 3×3, 4 filters, padding ((0, 1), (0, 1))": Conv(4, 3, border_mode=((0, 1), (0, 1))),
        "conv 3×3, 4 filters, same, border circular": Conv(
            4, 3, border_mode="same", border="circular"
        ),
        "conv 1×1, 4 filters, padding 2, border 0.5": Conv(4, 1, border_mode=2, border=0.5),
        "max pool 3×3, stride 2, ceil mode": MaxPool(3, 2, ceil_mode=True),
        "average pool 2×2, dilation (1, 2)": AveragePool(2, dilation=(1, 2)),
        "max pool 2×2": MaxPool(2),
        "max pool 3×3, stride 1, half": MaxPool(3, 1, "half"),
        "average pool 2×4, stride 2": AveragePool((2, 4), 2),
        "dense, 10 units": Dense(10),
        "dense, 1 unit": Dense(1),
    }
    assert list(told) == [str(layer) for layer in told.values()]


def test_layers_are_values():
    assert Conv(4, 3) == Conv(4, [3, 3], strides=(1, 1)) != Conv(4, 3, groups=2)
    assert Conv(4, 3, border_mode=1).border_mode == ((1, 1), (1, 1))
    assert MaxPool(2) == MaxPool((2, 2), strides=2) != AveragePool(2)
    assert len({Network([Conv(np.int64(4), 3)]), Network((Conv(4, 3),))}) == 1


def test_a_layers_spec_is_its_arithmetic():
    assert Conv(4, 3, 2, 1, 3, 2).spec == ConvSpec(3, 2, 1, 3, 2)
    assert MaxPool(3, 2, "same").spec == ConvSpec(3, 2, "same")
    assert AveragePool(2).spec == ConvSpec(2, 2)
    assert Dense(5).as_conv((3, 4)) == Conv(5, (3, 4))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Conv(3, 2.5), "size must be a positive integer, or two of them.* got 2.5"),
        (lambda: Conv(0, 3), "filters must be a positive integer; got 0"),
        (lambda: Conv(2.0, 3), "filters must be a positive integer; got 2.0"),
        (lambda: Conv(True, 3), "filters must be a positive integer; got True"),
        (lambda: Conv(3, 3, strides=0), "strides must be a positive integer"),
        (lambda: Conv(3, 3, border_mode="even"), "border_mode must be one of"),
        (lambda: Conv(3, 3, dilation=-1), "dilation must be a positive integer"),
        (lambda: Conv(3, 3, groups=1.5), "groups must be a positive integer"),
        (lambda: Conv(3, 3, groups=2), "groups must divide the filters, and 2 does not divide 3"),
        (lambda: MaxPool(-1), "size must be a positive integer.* got -1"),
        (lambda: AveragePool(2, strides=(1, 0)), "strides must be a positive integer"),
        (lambda: MaxPool(2, ceil_mode=1), "ceil_mode must be True or False; got 1"),
        (lambda: Conv(3, 3, border="wobble"), "border must be one of"),
        (lambda: MaxPool(2, border_mode=2), r"pad less than a window, size=\(2, 2\).* got \(\(2"),
        (lambda: AveragePool((3, 2), 1, ((0, 0), (0, 2))), "border_mode must pad less"),
        (lambda: Dense("10"), "units must be a positive integer; got '10'"),
    ],
)
def test_layers_refuse_what_they_cannot_be(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (Conv(1, 2), "layers must be a list or a tuple of layers"),
        ([Conv(1, 2), MaxPool], r"layers\[1\] must be a Conv, MaxPool, AveragePool or Dense"),
        ([ConvSpec(3)], r"layers\[0\] must be .* got ConvSpec"),
    ],
)
def test_a_network_is_a_list_of_layers(layers, words):
    with pytest.raises(TypeError, match=words):
        Network(layers)


# -- Tables -------------------------------------------------------------------------------------


def test_a_row_counts_one_layer_of_all_samples():
    """2 images of 4 channels and 5×7, 6 filters of 3×3 in 2 groups, stride 2, padding 1."""
    _, row = Network([Conv(6, 3, strides=2, border_mode=1, groups=2)]).table((2, 4, 5, 7)).rows
    assert row.shape == (2, 6, 3, 4)
    assert row.kernel_shape == (6, 2, 3, 3)
    assert row.weights == 108
    assert (row.tied_biases, row.untied_biases) == (6, 72)
    assert row.multiply_adds == 18 * 2 * 72
    assert row.memory == 4 * 2 * 72


def test_a_table_adds_up_its_rows():
    """Of one image of 4×4: 9 + 2·2·1 weights, 1 + 1 biases or 4 + 1, 36 + 4 multiply-adds."""
    table = Network([Conv(1, 3), AveragePool(1), Dense(1)]).table((1, 1, 4, 4))
    assert (table.weights, table.parameters_tied, table.parameters_untied) == (13, 15, 18)
    assert table.multiply_adds == 40
    assert table.memory == 4 * (16 + 4 + 4 + 1)
    assert table.kernel_shapes == [(1, 1, 3, 3), (1, 1, 2, 2)]


def test_the_axes_are_told_apart():
    layers = [Conv(1, (3, 1), (2, 1), ((1, 0), (0, 0)), (2, 1)), MaxPool((1, 2))]
    _, conv, pool = Network(layers).table((1, 1, 10, 10)).rows
    assert (conv.shape, pool.shape) == ((1, 1, 4, 10), (1, 1, 4, 5))
    assert (conv.receptive_field, conv.jump, conv.start) == ((5, 1), (2, 1), (1, 0))
    assert (pool.receptive_field, pool.jump, pool.start) == ((5, 2), (2, 2), (1, 0.5))


@pytest.mark.parametrize(
    ("x_shape", "words"),
    [
        ((3, 45, 45), r"x_shape must be \(samples, channels, height, width\); got \(3, 45, 45\)"),
        (45, "x_shape must be"),
        ((1, 3, 45, 0), r"x_shape\[3\] must be a positive integer; got 0"),
        ((1, 3, 15, 15), r"layers\[3\], max pool 2×2, does not .* \(1, 64, 1, 1\): the kernel"),
    ],
)
def test_a_table_needs_a_shape_that_fits(x_shape, words):
    with pytest.raises(ValueError, match=words):
        DIELEMAN.table(x_shape)


def test_groups_must_divide_the_channels():
    with pytest.raises(ValueError, match=r"layers\[1\].* the channels, and 2 does not divide 3"):
        Network([Conv(3, 1), Conv(4, 1, groups=2)]).table((1, 1, 5, 5))


def test_a_printed_table_is_aligned():
    where, much, sentence = str(DIELEMAN.table((1, 3, 45, 45))).split("\n\n")
    assert repr(DIELEMAN.table((1, 3, 45, 45))) == str(DIELEMAN.table((1, 3, 45, 45)))
    assert len({len(line) for line in [*where.splitlines()[1:], *much.splitlines()]}) == 2
    last, total = (" ".join(block.splitlines()[-1].split()) for block in (where, much))
    assert last == "max pool 2×2 (1, 128, 2, 2) 37 8 18.0"
    assert total == "total 275,840 352 74,240 23,650,304 390,892"
    assert sentence.startswith("275,840 parameters without biases, 276,192 with one for each")


def test_a_table_on_a_page_can_be_read_out():
    html = DIELEMAN.table((1, 3, 45, 45))._repr_html_()
    page = BeautifulSoup(html, "html.parser")
    (table,) = page.select("table.convdoc-table")
    assert "276,192 with one for each filter" in table.caption.get_text()
    assert [th["scope"] for th in table.thead.select("th")] == ["col"] * 11
    lines = table.select("tbody tr, tfoot tr")
    assert len(lines) == 1 + 7 + 1
    for line in lines:
        head, *cells = line.find_all(["th", "td"])
        assert (head.name, head["scope"]) == ("th", "row")
        assert [cell.name for cell in cells] == ["td"] * 10
    first = [cell.get_text() for cell in lines[1].find_all(["th", "td"])]
    assert first == [
        *["conv 6×6, 32 filters", "(1, 32, 40, 40)", "(32, 3, 6, 6)", "6", "1", "2.5"],
        *["3,456", "32", "51,200", "5,529,600", "204,800"],
    ]
    assert "style=" not in html
    names = {name for tag in page.select("[class]") for name in tag["class"]}
    assert all(name.startswith("convdoc-") for name in names)


def test_a_tables_text_is_text():
    row = Row("<b>bold</b> & more", (1, 1, 1, 1), None, (1, 1), (1, 1), (0.0, 0.0))
    html = Table((row,))._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in html


@pytest.mark.parametrize("text", ["a < b", "<script>alert(1)</script>"])
def test_an_answers_text_is_text(text):
    html = Answer(text, ["<b>"])._repr_html_()
    assert text not in html
    assert "<b>" not in html
    assert html.startswith("<details")


# -- Runs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "x_shape"),
    [
        (DIELEMAN, (2, 3, 45, 45)),
        (LENET5, (2, 1, 32, 32)),
        (ALEXNET, (1, 3, 227, 227)),
        (VGG16, (1, 3, 32, 64)),
    ],
    ids=["dieleman", "lenet5", "alexnet", "vgg16"],
)
def test_a_table_says_what_a_run_gives(layers, x_shape):
    results = layers.run(np.zeros(x_shape, np.float32))
    assert [y.shape for y in results] == column(layers.table(x_shape), "shape")


def test_a_run_depends_on_its_seed_alone():
    x = np.ones((1, 3, 45, 45), np.float32)
    first, again, other = (DIELEMAN.run(x, seed=seed)[-1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_random_kernels_are_drawn_in_the_order_of_the_layers():
    """Each as a whole, from one generator: what a run gave stays what it gives."""
    x, layers = np.ones((1, 2, 6, 6), np.float32), Network([Conv(3, 2), MaxPool(2), Dense(4)])
    random = np.random.default_rng(7)
    kernels = [random.normal(size=s).astype(np.float32) for s in [(3, 2, 2, 2), (4, 3, 2, 2)]]
    for drawn, given_ in zip(layers.run(x, seed=7), layers.run(x, kernels), strict=True):
        np.testing.assert_array_equal(drawn, given_)


def test_weights_that_are_given_are_used():
    """A dense layer weighs its input flipped; an average has no weights."""
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    layers = Network([Conv(1, 1), AveragePool(2), Dense(2)])
    w = np.array([[[[1, 0], [0, 0]]], [[[1, 1], [1, 1]]]])
    conv, pool, dense = layers.run(x, [np.full((1, 1, 1, 1), 2), w])
    np.testing.assert_array_equal(conv, 2 * x)
    np.testing.assert_array_equal(pool[0, 0], [[5, 9], [21, 25]])
    np.testing.assert_array_equal(dense[0, :, 0, 0], [25, 60])


def test_the_largest_of_a_window_and_its_steps():
    x = np.arange(25.0).reshape(1, 1, 5, 5)
    (y,) = Network([MaxPool(3, strides=2, border_mode=1)]).run(x)
    np.testing.assert_array_equal(y[0, 0], [[6, 8, 9], [16, 18, 19], [21, 23, 24]])


def test_a_layer_has_the_border_of_its_convolution():
    layer = Conv(2, 3, 2, "same", 1, 1, "circular")
    assert layer.spec == ConvSpec(3, 2, "same", border="circular")
    x = np.random.default_rng(0).normal(size=(1, 3, 5, 6))
    w = np.random.default_rng(1).normal(size=(2, 3, 3, 3))
    (y,) = Network([layer]).run(x, [w], engine="numpy")
    expected = conv4d(x, w, "same", strides=2, border="circular", engine="numpy")
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("kind", [MaxPool, AveragePool])
def test_a_pooling_layer_may_hang_over_and_have_holes(kind):
    """As the first pooling of GoogLeNet, which makes 56 of 112 and would make 55."""
    assert Network([kind(3, 2, ceil_mode=True)]).table((1, 64, 112, 112)).rows[-1].shape[2:] == (
        56,
        56,
    )
    assert Network([kind(3, 2)]).table((1, 64, 112, 112)).rows[-1].shape[2:] == (55, 55)
    layer = kind(2, 3, 1, ceil_mode=True, dilation=2)
    x = np.random.default_rng(0).normal(size=(1, 2, 8, 9))
    (y,) = Network([layer]).run(x)
    expected = pool4d(x, 2, 3, 1, layer.mode, ceil_mode=True, dilation=2)
    np.testing.assert_array_equal(y, expected)
    assert Network([layer]).table(x.shape).rows[-1].shape == y.shape


def test_integer_images_get_kernels_of_decimals():
    (y,) = Network((Conv(1, 2),)).run(np.ones((1, 1, 2, 2), np.uint8))
    assert y.dtype == np.float32
    assert y[0, 0, 0, 0] % 1 != 0


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ([(2, 1, 3, 3)], "an array for each of the 3 layers that have some; got 1"),
        (
            [(2, 1, 3, 3), (2, 2, 1, 1), (2, 5, 2)],
            r"weights\[2\], of the layer dense, 5 units, must have shape \(5, 2, 1, 1\), .* got",
        ),
    ],
)
def test_weights_must_fit_their_layers(shapes, words):
    layers = Network([Conv(2, 3), MaxPool(2), Conv(2, 1), Dense(5)])
    with pytest.raises(ValueError, match=words):
        layers.run(np.ones((1, 1, 4, 4)), [np.ones(shape) for shape in shapes])


def test_a_network_reads_4d_images():
    with pytest.raises(ValueError, match="x must be 4-D"):
        DIELEMAN.run(np.ones(5))


def test_the_engine_is_handed_on(monkeypatch):
    asked = []
    conv4d = network.conv4d
    monkeypatch.setattr(
        network, "conv4d", lambda *a, engine, **k: asked.append(engine) or conv4d(*a, **k)
    )
    Network([Conv(1, 1)]).run(np.ones((1, 1, 1, 1)), engine="numpy")
    assert asked == ["numpy"]


@pytest.mark.parametrize("layers", [DIELEMAN, ALEXNET], ids=["dieleman", "alexnet"])
def test_networks_can_be_drawn(layers):
    shapes = [row.shape for row in layers.table((1, 3, 227, 227)).rows]
    figure = draw.architecture(shapes, layers.layers)
    written = [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    assert written[1::2] == [str(layer) for layer in layers.layers]
    figure.canvas.draw()
    edges = figure.axes[0].get_window_extent()
    for text in figure.axes[0].texts:
        assert edges.x0 <= text.get_window_extent().x0 < text.get_window_extent().x1 <= edges.x1
    plt.close(figure)


# -- Receptive fields, by shining one pixel at a time --------------------------------------------

POSITIVE = st.integers(1, 3)
PAIRS = st.tuples(POSITIVE, POSITIVE)
PADDINGS = st.sampled_from(
    ["valid", "full", "half", "same", "same_upper", "same_lower"]
) | st.tuples(
    st.tuples(st.integers(0, 2), st.integers(0, 2)), st.tuples(st.integers(0, 2), st.integers(0, 2))
)
# Few poolings: Theano compiles each anew.
POOLS = st.sampled_from(
    [
        *(MaxPool(2), MaxPool((3, 2), 2, "half"), MaxPool(2, 1), AveragePool(2)),
        *(AveragePool(3, (1, 2)), AveragePool(2, 3, ceil_mode=True), MaxPool(2, 1, dilation=2)),
    ]
)
CONVS = st.builds(Conv, st.just(1), PAIRS, PAIRS, PADDINGS, PAIRS)
NETWORKS = st.builds(Network, st.lists(CONVS | POOLS, min_size=1, max_size=4))
SIZES = st.tuples(st.integers(6, 11), st.integers(6, 11))


def depends(layers, size):
    """Which pixels each output depends on: (height, width, output height, output width).

    Each pixel shines alone in an image of its own. All weights are 1, so light that reaches an
    output is never cancelled.
    """
    pixels = np.eye(size[0] * size[1]).reshape(-1, 1, *size)
    kernels = layers.table(pixels.shape).kernel_shapes
    *_, y = layers.run(pixels, [np.ones(shape) for shape in kernels], engine="numpy")
    return y.reshape(*size, *y.shape[2:]) > 0


def predicted(row, axis, output):
    """First and last pixel of the receptive field of an output, along an axis."""
    centre = row.start[axis] + output * row.jump[axis]
    reach = (row.receptive_field[axis] - 1) / 2
    return centre - reach, centre + reach


def lit(reached, axis, output):
    """Pixels along an axis that the outputs with that index along it depend on."""
    others = tuple(a for a in range(4) if a not in (axis, axis + 2))
    return np.flatnonzero(reached.any(axis=others)[:, output]).tolist()


def fits(layers, size):
    try:
        return layers.table((1, 1, *size))
    except ValueError:
        reject()


@settings(max_examples=300, deadline=None)
@given(NETWORKS, SIZES)
def test_an_output_depends_on_its_receptive_field(layers, size):
    """On nothing outside; on all of it within the image, but for holes."""
    table = fits(layers, size)
    row, reached = table.rows[-1], depends(layers, size)
    solid = all(
        layer.spec.dilation == (1, 1) and all(map(int.__ge__, layer.spec.kernel, layer.strides))
        for layer in layers.layers
    )
    for axis in (0, 1):
        for output in range(row.shape[axis + 2]):
            first, last = predicted(row, axis, output)
            pixels = lit(reached, axis, output)
            assert all(first <= pixel <= last for pixel in pixels)
            if first >= 0 and last < size[axis] and pixels:
                assert (pixels[0], pixels[-1]) == (first, last)
                assert not solid or pixels == list(range(int(first), int(last) + 1))


@settings(max_examples=50, deadline=None)
@given(PADDINGS, SIZES, st.lists(st.sampled_from([MaxPool(2), AveragePool(2)]) | st.builds(
    Conv, st.just(1), st.tuples(st.integers(2, 3), st.integers(2, 3)), st.integers(1, 2)
), max_size=3))  # fmt: skip
def test_padding_of_the_image_cuts_receptive_fields_off_at_its_border(padding, size, more):
    layers = Network([Conv(1, 3, 2, padding), *more])
    table = fits(layers, size)
    row, reached = table.rows[-1], depends(layers, size)
    for i, j in np.ndindex(row.shape[2:]):
        expected = np.zeros(size, bool)
        (top, bottom), (left, right) = (predicted(row, axis, at) for axis, at in enumerate((i, j)))
        expected[max(int(top), 0) : int(bottom) + 1, max(int(left), 0) : int(right) + 1] = True
        np.testing.assert_array_equal(reached[:, :, i, j], expected)


def test_a_dieleman_output_depends_on_37_pixels():
    """The field of the last pooling's output (0, 1): rows 0 to 36 and columns 8 to 44."""
    kernels = [np.ones(shape) for shape in DIELEMAN.table((1, 3, 45, 45)).kernel_shapes]
    dark = DIELEMAN.run(np.zeros((1, 3, 45, 45)), kernels)[-1][0, 0, 0, 1]
    for (i, j), seen in {
        **{(0, 8): True, (36, 44): True, (18, 26): True},
        **{(37, 26): False, (18, 7): False, (44, 0): False},
    }.items():
        x = np.zeros((1, 3, 45, 45))
        x[0, 0, i, j] = 1
        assert (DIELEMAN.run(x, kernels)[-1][0, 0, 0, 1] != dark) == seen


def test_weights_come_in_a_list():
    with pytest.raises(TypeError, match="weights must be a list of arrays; got int"):
        Network([Conv(1, 2)]).run(np.ones((1, 1, 3, 3)), weights=5)
