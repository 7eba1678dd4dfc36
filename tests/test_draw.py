"""The drawings: the numbers and words in them are those of the arrays."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from convdoc import ConvSpec, draw
from convdoc.draw import canvas, palette
from convdoc.network import Conv, MaxPool
from tests import notebook


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_equation_shows_every_number_and_shape():
    x, w, y = notebook.RGB.x, notebook.RGB.w, notebook.RGB.y
    shown = texts(draw.equation(x, w, y))
    for name, array in {"x": x, "W": w, "y": y}.items():
        assert name in shown
        assert str(array.shape) in shown
    numbers = [text for text in shown if text.isdigit()]
    assert numbers == [str(v) for v in [*x.flat, *w.flat, *y.flat]]
    assert [t for t in shown if t.startswith("channel")] == [
        "channel 0",
        "channel 1",
        "channel 2",
    ] * 2


def test_slices_of_one_axis_are_named_by_it():
    shown = texts(
        draw.equation(np.ones((2, 1, 2, 2)), np.ones((4, 1, 1, 1)), np.ones((2, 4, 2, 2)))
    )
    assert [text for text in shown if text.startswith(("sample", "filter", "channel"))] == [
        *("sample 0", "sample 1"),
        *("filter 0", "filter 1", "filter 2", "filter 3"),
    ]
    shown = texts(
        draw.equation(np.ones((2, 1, 2, 2)), np.ones((1, 1, 1, 1)), np.ones((2, 1, 2, 2)))
    )
    assert [text for text in shown if text.startswith("sample")] == ["sample 0", "sample 1"] * 2


def test_several_of_both_axes_are_named_by_their_indices():
    shown = texts(
        draw.equation(np.ones((2, 3, 2, 2)), np.ones((4, 3, 1, 1)), np.ones((2, 4, 2, 2)))
    )
    assert "x[1, 2]" in shown
    assert "W[3, 0]" in shown
    assert "y[1, 3]" in shown


@pytest.mark.parametrize("y", [(1, 1, 3, 3), (2, 2, 3, 3)])
def test_equation_refuses_shapes_of_different_convolutions(y):
    with pytest.raises(ValueError, match="must be one convolution"):
        draw.equation(np.ones((1, 1, 5, 5)), np.ones((2, 1, 3, 3)), np.ones(y))


def test_steps_show_products_that_add_up():
    x, w, y = notebook.SCHEMATIC.x, notebook.SCHEMATIC.w, notebook.SCHEMATIC.y
    shown = texts(draw.steps(x, w, y, ConvSpec((3, 3))))
    titles = [text for text in shown if text.startswith("y[")]
    assert titles == [f"y[{i}, {j}] = {v}" for (i, j), v in np.ndenumerate(y[0, 0])]
    sums = []
    for text in shown:
        if text.startswith("y["):
            sums.append(0)
        elif "·" in text:
            pixel, weight = text.split("·")
            sums[-1] += int(pixel) * int(weight)
    assert sums == y.ravel().tolist()


def test_steps_flip_the_kernel_and_show_the_padding_as_zeros():
    x = np.array([[[[5, 7]]]])
    w = np.array([[[[1, 2, 3]]]])
    shown = texts(draw.steps(x, w, np.array([[[[17, 31]]]]), ConvSpec((1, 3), border_mode="same")))
    products = [text for text in shown if "·" in text]
    assert products == ["0·3", "5·2", "7·1", "5·3", "7·2", "0·1"]


def test_padding_is_drawn_as_the_border_has_it():
    x, w = np.array([[[[5, 7]]]]), np.array([[[[1, 2, 3]]]])
    for border, around in (("circular", ("7", "5")), (0.5, ("0.5", "0.5"))):
        spec = ConvSpec((1, 3), border_mode="same", border=border)
        shown = texts(draw.steps(x, w, np.zeros((1, 1, 1, 2)), spec))
        assert [text for text in shown if "·" in text][::5] == [f"{around[0]}·3", f"{around[1]}·1"]
        assert [text for text in shown if text in around] == [*around[::-1]]
        shown = texts(draw.equation(x, w, np.zeros((1, 1, 1, 2)), spec))
        at = shown.index("(1, 1, 1, 2)") + 1
        assert sorted(shown[at : at + 4]) == sorted([*around, "5", "7"])


def test_padding_is_drawn_as_zeros():
    x, w, y = (np.full(shape, 7) for shape in [(1, 1, 2, 2), (1, 1, 3, 3), (1, 1, 2, 2)])
    shown = texts(draw.equation(x, w, y, ConvSpec((3, 3), border_mode="same")))
    assert shown.count("0") == 4 * 4 - 2 * 2


@pytest.mark.parametrize("value", [np.nan, np.inf, -128])
def test_any_number_can_be_drawn(value):
    x = np.array([[[[value, 1]]]], np.int8 if value == -128 else float)
    shown = texts(draw.equation(x, np.ones((1, 1, 1, 1)), x))
    assert shown.count(canvas.number(value)) == 2


@pytest.mark.parametrize(
    ("x", "w", "y", "words"),
    [
        ((1, 3, 3, 3), (1, 3, 2, 2), (1, 1, 2, 2), "one sample of one channel"),
        ((1, 1, 3, 3), (2, 1, 2, 2), (1, 2, 2, 2), "one filter"),
        ((1, 1, 3, 3), (1, 1, 2, 2), (1, 1, 3, 3), r"gives y of shape \(1, 1, 2, 2\)"),
        ((3, 3), (1, 1, 2, 2), (1, 1, 2, 2), "x must be 4-D; got 2-D"),
    ],
)
def test_steps_refuse_what_they_cannot_show(x, w, y, words):
    with pytest.raises(ValueError, match=words):
        draw.steps(*map(np.ones, (x, w, y)), ConvSpec((2, 2)))


def test_architecture_names_shapes_and_layers():
    figure = draw.architecture([(1, 3, 9, 9), (1, 8, 6, 6), (1, 8, 3, 3)], [Conv(8, 4), MaxPool(2)])
    assert texts(figure)[:4] == ["(1, 3, 9, 9)", "conv 4×4, 8 filters", "", "(1, 8, 6, 6)"]
    with pytest.raises(ValueError, match="there must be 1; got 0"):
        draw.architecture([(1, 3, 9, 9), (1, 8, 6, 6)], [])


def test_bars_are_named_and_as_long_as_their_numbers():
    logarithmic = draw.bars({"1": {"a": 20, "b": 300}, "2": {"c": 1000}}, "{:g} s", log=True)
    assert [axes.get_xlim() for axes in logarithmic.axes] == [(10, 1000)] * 2
    assert texts(logarithmic)[2:5] == [" 10 s", " 100 s", " 1000 s"]

    figure = draw.bars({"Sizes": {"a": 1200, "b": 30}})
    assert texts(figure) == ["a: 1,200", "b: 30"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == [1200, 30]


def strengths(figure):
    """How strong the colour of each cell is."""
    return [round(box.get_facecolor()[3], 3) for box in figure.axes[0].patches]


def test_matrices_share_a_scale_and_zeros_have_no_colour():
    figure = draw.matrices({"a": [[1, 0]], "b": np.array([[-4, 2]], np.int8)})
    assert texts(figure) == ["a", "1", "0", "b", "−4", "2"]
    # 0.1 + 0.45 n / 4, and the zero in white
    assert strengths(figure) == pytest.approx([0.2125, 0.1, 0.55, 0.325], abs=1e-3)
    colours = [to_hex(box.get_facecolor()) for box in figure.axes[0].patches]
    assert colours == [palette.LIGHT[role] for role in ("output", "ground", "output", "output")]


def test_matrices_take_a_colour_for_each_cell_all_equally_strong():
    roles = {"a": [["input", "kernel"]], "b": "output"}
    figure = draw.matrices({"a": [[1, 9]], "b": [[5]]}, roles)
    colours = [to_hex(box.get_facecolor()) for box in figure.axes[0].patches]
    assert colours == [palette.LIGHT[role] for role in ("input", "kernel", "output")]
    assert len(set(strengths(figure))) == 1
    with pytest.raises(ValueError, match=r"'a' must be one or of shape \(1, 2\); got \(1, 1\)"):
        draw.matrices({"a": [[1, 9]]}, {"a": [["input"]]})
    with pytest.raises(ValueError, match="'a' must be 2-D; got 1-D"):
        draw.matrices({"a": [1, 9]})


def test_matrices_go_to_a_new_row_where_there_is_no_room():
    two = draw.matrices({"a": np.ones((2, 9)), "b": np.ones((2, 9))}).get_size_inches()
    three = draw.matrices(dict.fromkeys("abc", np.ones((2, 9)))).get_size_inches()
    # Of cells: two of 9 and a gap of 1; then a gap, a title and two rows more
    assert two[0] == three[0] == pytest.approx((9 + 1 + 9 + 0.4) * palette.CELL)
    assert (three - two)[1] == pytest.approx((0.5 + 1 + 2) * palette.CELL)


def test_photographs_are_clipped_to_black_and_white():
    images = {"grey": np.array([[-1.0, 2.0]]), "colour": np.full((3, 1, 2), 0.5)}
    figure = draw.photographs(images)
    assert [axes.get_title() for axes in figure.axes] == ["grey", "colour"]
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[0, 1]])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-2, "−2"),
        (0.5, "0.5"),
        (1 / 3, "0.33"),
        (-0.001, "0"),
        (47.81, "47.8"),
        (295.64, "296"),
        (np.nan, "NaN"),
        (-np.inf, "−∞"),
        (16777216, "16777216"),
        (-1e300, "−1e300"),
    ],
)
def test_numbers_are_short(value, text):
    assert canvas.number(value) == text


@pytest.mark.parametrize(
    "value", [0, -0.0, 3, -7, 0.5, -0.25, 1 / 3, 12.25, 123.4, 999_999_999, -999_999_999.4]
)
def test_numbers_for_a_script_are_those_that_are_written(value):
    """A script writes them with ``String``, which Python does for numbers of few digits."""
    shown = canvas.as_json(value)
    assert isinstance(shown, int | float)
    assert repr(shown).replace("-", "−") == canvas.number(value)


@pytest.mark.parametrize("value", [1e9, -2.5e11, np.nan, np.inf, -np.inf])
def test_numbers_for_a_script_are_texts_where_digits_do_not_suffice(value):
    assert canvas.as_json(value) == canvas.number(value)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def contrast(a, b):
    lighter, darker = sorted([luminance(a), luminance(b)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("colours", "page"),
    [(palette.LIGHT, "#ffffff"), (palette.DARK, "#12191f")],
    ids=["light", "dark"],
)
def test_words_and_numbers_stand_out(colours, page):
    """WCAG AA: 4.5 for text on the page and in the strongest cell."""
    assert contrast(colours["ink"], page) >= 4.5
    assert contrast(colours["muted"], page) >= 4.5
    for role in ("input", "kernel", "output"):
        mixed = [
            round(0.55 * int(colours[role][i : i + 2], 16) + 0.45 * int(page[i : i + 2], 16))
            for i in (1, 3, 5)
        ]
        cell = "#" + "".join(f"{channel:02x}" for channel in mixed)
        assert contrast(colours["ink"], cell) >= 4.5
