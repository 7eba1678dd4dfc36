"""Steppers: the numbers, windows and sentences that a reader sees are those of the convolution."""

import inspect
import json
import math
import re
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convdoc import draw, steps
from convdoc.draw import palette
from convdoc.draw.figure import figure
from convdoc.draw.kinds import LOOKS
from convdoc.draw.link import link
from convdoc.draw.words import PICTURES, QUESTIONS, WORDS
from convdoc.exercises.questions import WORDS as ANSWERS
from tests import notebook
from tests.test_steps import (
    NOTHING,
    REPEATED,
    arrays,
    borders,
    channels_of,
    convolutions,
    convolved,
    cropped,
    given_back,
    padded_by_numpy,
    pixels_by_numpy,
    places,
    spread_out,
    transposed_convolutions,
)

SOURCES = Path(draw.__file__).parent
SVG = "{http://www.w3.org/2000/svg}"

# -- How a page is read -------------------------------------------------------------------------


def page(stepper):
    return BeautifulSoup(stepper._repr_html_(), "html.parser")


def plan_of(stepper):
    return json.loads(page(stepper).find("convdoc-stepper")["data-plan"])


def texts(panel):
    """What stands in the cells of a slice, row after row."""
    return [[text.text for text in row("text")] for row in rows_of(panel)]


def rows_of(panel):
    """The rows of texts of a slice."""
    return panel.select(".t > g")


def written(array):
    """Whole numbers as they are to be written."""
    return [[f"{value:.0f}".replace("-", "−") for value in row] for row in array]


def read(text):
    """The number that a text says."""
    assert "-" not in text  # a minus sign is one
    return float(text.strip("()").replace("−", "-"))


def added_up(text):
    """What a written sum, mean, maximum or minimum comes to."""
    if found := re.fullmatch(r"(max|min)\((.*)\)", text):
        return {"max": max, "min": min}[found[1]](map(read, found[2].split(", ")))
    if found := re.fullmatch(r"\((.*)\) / (\d+)", text):
        return added_up(found[1]) / int(found[2])
    terms = text.replace(" (bias)", "").split(" + ")
    return sum(math.prod(map(read, term.split("·"))) for term in terms)


def lines(item):
    """The lines of a step in words, without where its window lies."""
    html = re.sub(r" <small>.*?</small>", "", item.decode_contents())
    return [BeautifulSoup(line, "html.parser").text.strip() for line in html.split("<br/>")]


def taken_apart(line):
    """Of "name = sum = result" the three, and the sign before the result."""
    return re.fullmatch(r"(.+?\]|(?:channel|filter) \d+)(?: = |: )(.+) ([=≈]) (\S+)", line).groups()


def element(name, shape, at):
    """Such as y[0, 2], or y[1, 0, 0, 2] where there are several slices."""
    shown = at[2:] if shape[:2] == (1, 1) else at
    return f"{name}[{', '.join(map(str, shown))}]"


def products(item):
    """Both factors of each product in a step."""
    found = re.findall(r"(\(?[−\d.]+\)?)·(\(?[−\d.]+\)?)", item.text)
    return [tuple(map(read, pair)) for pair in found]


def boxes(path):
    """Rows and columns of the cells that a path goes around."""
    found = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\3z", path)
    assert "".join("M{} {}h{}v{}h-{}z".format(*box, box[2]) for box in found) == path
    return {
        (row, column)
        for left, top, width, height in (tuple(int(n) // 10 for n in box) for box in found)
        for row in range(top, top + height)
        for column in range(left, left + width)
    }


def hatched(panel):
    """Rows and columns of the cells with oblique lines."""
    path = panel.select_one("path.u")
    starts = re.findall(r"M(\d+) (\d+)l5-5m5 0l-10 10m5 0l5-5", path["d"]) if path else []
    return {(int(y) // 10, int(x) // 10) for x, y in starts}


def whole(drawn):
    """The same with whole numbers, of which every digit is shown."""
    x, w, *rest = drawn
    return x, (2 * w).astype(int), *rest


def fractions(drawn):
    """The same with numbers that are exact, but too long to be shown."""
    x, w, *rest = drawn
    return x * 0.5, w * 0.25, *rest


some_examples = settings(max_examples=50, deadline=None, derandomize=True)

# -- The drawing --------------------------------------------------------------------------------


@some_examples
@given(convolutions().map(whole), st.booleans(), borders)
def test_drawing_of_a_convolution_at_its_last_step(drawn, flip, border):
    x, w, border_mode, plan, around = drawn
    show = draw.stepper if flip else draw.correlate_stepper
    shown = page(show(x, w, border_mode, **plan, border=border, engine="numpy"))
    stored = w if flip else w[:, :, ::-1, ::-1]
    padded = padded_by_numpy(x, around, border)
    y, lying = convolved(padded, stored, NOTHING, **plan), stored[:, :, ::-1, ::-1]
    f, i, j = (length - 1 for length in y.shape[1:])
    rows, columns = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
    reached = channels_of(f, len(w), w, plan["groups"])
    beyond = np.pad(np.zeros(x.shape[2:]), around, constant_values=1)

    there, stamp, here = shown.select(".block")
    assert [block["class"][1] for block in (there, stamp, here)] == ["there", "stamp", "here"]
    assert there.p.text == f"x {x.shape}"
    assert stamp.p.text == f"W {w.shape}"
    assert here.p.text == f"y {y.shape}"
    for (n, c), panel in zip(np.ndindex(x.shape[:2]), there.select(".slice"), strict=True):
        assert texts(panel) == written(padded[n, c])
        muted = [["m" in text.get("class", "") for text in row("text")] for row in rows_of(panel)]
        np.testing.assert_array_equal(muted, beyond)
        assert panel.has_attr("hidden") == (n != len(x) - 1)
        assert ("idle" in panel["class"]) == (c not in reached)
        lit = n == len(x) - 1 and c in reached
        assert window_of(panel) == (rows[0], columns[0], lit)
        if lit:
            weights = lying[f, reached.index(c)].ravel()
            corners = [text.text for text in panel.select(".w text")]
            assert corners == [f"×{number}" for number in written([weights])[0]]
    for (n, slot), panel in zip(np.ndindex(w.shape[:2]), stamp.select(".slice"), strict=True):
        assert texts(panel) == written(lying[n, slot])
        assert panel.has_attr("hidden") == (n != f)
    for (n, c), panel in zip(np.ndindex(y.shape[:2]), here.select(".slice"), strict=True):
        assert texts(panel) == written(y[n, c])
        assert panel.has_attr("hidden") == (n != len(y) - 1)
        assert window_of(panel) == (i, j, (n, c) == (len(y) - 1, f))
        assert panel.select_one("path.c")["d"] == ""  # nothing is still to come


def test_the_plan_has_the_weights_of_each_slice_as_they_lie():
    x, w = np.ones((1, 2, 3, 3)), np.arange(12).reshape(1, 2, 2, 3) / 4
    plan = plan_of(draw.stepper(x, w, engine="numpy"))
    assert plan["weights"] == [[1.25, 1, 0.75, 0.5, 0.25, 0], [2.75, 2.5, 2.25, 2, 1.75, 1.5]]
    plan = plan_of(draw.correlate_stepper(x, w * 4, engine="numpy"))
    assert plan["weights"] == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    large = np.ones((1, 1, 30, 30))
    for drawn in (draw.pool_stepper(x, 2), draw.stepper(large, w[:, :1], engine="numpy")):
        assert "weights" not in plan_of(drawn)


def window_of(panel):
    """Row and column of the first cell of the window on a slice, and whether it is seen."""
    marks = panel.select("g.o, g.w")
    [(transform, visibility)] = {(m["transform"], m.get("visibility")) for m in marks}
    column, row = re.fullmatch(r"translate\((\d+) (\d+)\)", transform).groups()
    assert visibility in (None, "hidden")
    return int(row) / 10, int(column) / 10, visibility is None


@some_examples
@given(transposed_convolutions().map(whole))
def test_drawing_of_a_scattering_at_its_last_step(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    settings = {**plan, "output_padding": more, "engine": "numpy"}
    shown = page(draw.transpose_stepper(y, w, border_mode, **settings))
    states = given_back(y, w, size, around, **plan)
    f, i, j = (length - 1 for length in y.shape[1:])
    rows, columns = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
    reached = channels_of(f, len(w), w, plan["groups"])

    here, stamp, there = shown.select(".block")
    assert [block["class"][1] for block in (here, stamp, there)] == ["here", "stamp", "there"]
    assert there.p.text == f"x′ {(*states.shape[::2][:2], *size)}"
    for (n, c), panel in zip(np.ndindex(y.shape[:2]), here.select(".slice"), strict=True):
        assert texts(panel) == written(y[n, c])
        assert window_of(panel) == (i, j, (n, c) == (len(y) - 1, f))
    for at, panel in zip(np.ndindex(w.shape[:2]), stamp.select(".slice"), strict=True):
        assert texts(panel) == written(w[at][::-1, ::-1])
    channels = np.ndindex(len(y), states.shape[2])
    for (n, c), panel in zip(channels, there.select(".slice"), strict=True):
        assert texts(panel) == written(states[n, -1, c])
        assert window_of(panel) == (rows[0], columns[0], n == len(y) - 1 and c in reached)
        assert panel.has_attr("hidden") == (n != len(y) - 1)
        if n == len(y) - 1 and c in reached:
            added = y[n, f, i, j] * w[f, reached.index(c), ::-1, ::-1].ravel()
            corners = [text.text for text in panel.select(".w text")]
            assert [read(text.removeprefix("+")) for text in corners] == added.tolist()
            assert all(text[0] in "+−" for text in corners)
        (top, _), (left, _) = around
        inside = {(top + r, left + k) for r in range(size[0]) for k in range(size[1])}
        assert hatched(panel) == set(np.ndindex(states.shape[3:])) - inside


@some_examples
@given(transposed_convolutions().map(whole))
def test_drawing_of_a_gathering_at_its_last_step(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    assume(math.prod(size) * y.shape[0] * w.size <= 6000)  # terms, of which all are shown
    settings = {**plan, "output_padding": more, "engine": "numpy"}
    shown = page(draw.transpose_stepper(y, w, border_mode, **settings, view="gather"))
    spread, pixels, starts = spread_out(y, w, size, around, plan)
    x = cropped(given_back(y, w, size, around, **plan), size, around)
    there, stamp, here = shown.select(".block")
    for (n, f), panel in zip(np.ndindex(y.shape[:2]), there.select(".slice"), strict=True):
        assert texts(panel) == written(spread[n, f])
        reached = f >= len(w) - len(w) // plan["groups"]  # the last group
        first = starts[0][-1], starts[1][-1]
        assert window_of(panel) == (*first, n == len(y) - 1 and reached)
        surround = panel.select_one("path.b")  # what lies under the real cells
        if len(pixels) < spread[0, 0].size:
            assert boxes(surround["d"]) == set(pixels)
    seen = [panel for panel in stamp.select(".slice") if not panel.has_attr("hidden")]
    group = w[len(w) - len(w) // plan["groups"] :, -1]  # what gives to the last channel
    assert [texts(panel) for panel in seen] == [written(part) for part in group]
    for (n, c), panel in zip(np.ndindex(x.shape[:2]), here.select(".slice"), strict=True):
        assert texts(panel) == written(x[n, c])


def test_drawing_of_a_pooling():
    x = np.array([[[[1, -2, 3], [4, 5, 6]]]])
    shown = page(draw.pool_stepper(x, 2, 1, ((1, 0), (0, 0)), "max"))
    there, here = shown.select(".block")
    assert texts(there) == [["", "", ""], ["1", "−2", "3"], ["4", "5", "6"]]
    assert texts(here) == [["1", "3"], ["5", "6"]]
    assert window_of(there) == (1, 1, True)
    assert not there.select(".w text")
    counted = page(draw.pool_stepper(x, 2, 1, ((1, 0), (0, 0)), "average"))
    assert texts(counted.select_one(".there"))[0] == ["0", "0", "0"]  # zeros that are added up


def test_drawing_of_shifted_images():
    shown = page(draw.shift_stepper([[[[1, -2]]]], [[[[10, 100]]]]))
    stamp, here, there = shown.select(".block")
    assert [block.p.text for block in (stamp, here, there)] == [
        "x (1, 1, 1, 2)",
        "W (1, 1, 1, 2)",
        "y (1, 1, 1, 3)",
    ]
    assert texts(stamp) == [["1", "−2"]]
    assert texts(here) == [["10", "100"]]
    assert texts(there) == [["10", "80", "−200"]]
    assert window_of(there) == (0, 1, True)
    assert [text.text for text in there.select(".w text")] == ["+100", "−200"]


def test_the_window_of_a_dilated_kernel_has_gaps():
    shown = page(draw.stepper(np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2)), "valid", dilation=3))
    window = shown.select_one(".there g.o path.k")
    assert boxes(window["d"]) == {(0, 0), (0, 3), (3, 0), (3, 3)}
    edge = shown.select_one(".there g.w path.e")
    assert edge["d"] == "M0 0h40v40h-40z"
    corners = shown.select(".there .w text")
    beside = {(float(text["y"]) // 10, float(text["x"]) // 10) for text in corners}
    assert beside == {(0, 0), (0, 3), (3, 0), (3, 3)}


def test_the_farther_from_zero_the_stronger_the_colour():
    shown = page(draw.stepper([[[[0, 1, -2, 3, -4]]]], [[[[1]]]]))
    levels = [boxes(shown.select_one(f".there path.f{level}")["d"]) for level in range(5)]
    assert levels == [{(0, 0)}, {(0, 1)}, {(0, 2)}, {(0, 3)}, {(0, 4)}]


def test_padding_has_no_colour_and_a_dashed_border():
    shown = page(draw.stepper(np.ones((1, 1, 1, 2)), [[[[1, 1, 1]]]]))
    assert boxes(shown.select_one(".there path.f4")["d"]) == {(0, 1), (0, 2)}
    assert boxes(shown.select_one(".there path.b")["d"]) == {(0, 1), (0, 2)}
    assert shown.select_one(".there path.p")
    assert not page(draw.stepper([[[[1]]]], [[[[1]]]])).select("path.p")


def test_places_beyond_the_padding_have_a_cross_and_no_frame():
    x = np.ones((1, 1, 3, 4))
    shown = page(draw.pool_stepper(x, 2, 2, ((0, 0), (1, 0)), ceil_mode=True)).select_one(".there")
    crosses = re.findall(r"M([\d.]+) ([\d.]+)l3 3m-3 0l3-3", shown.select_one("path.n")["d"])
    cells = {(float(y) // 10, float(x) // 10) for x, y in crosses}
    # Three rows and five columns with the padding; the windows take four and six.
    assert cells == {(3, column) for column in range(6)} | {(row, 5) for row in range(4)}
    assert "h50" in shown.select_one("path.p")["d"]
    assert "h60" not in shown.select_one("path.p")["d"]
    assert not page(draw.pool_stepper(x, 2)).select("path.n")


def test_a_long_number_beyond_the_border_fits_its_cell():
    svg = page(draw.stepper([[[[1, 2]]]], [[[[1]]]], 1, border=-12345)).select_one(".there svg")
    assert float(svg["font-size"]) * 0.58 * len("−12345") <= 9.1


def test_slices_say_which_they_are():
    x, w = np.ones((2, 2, 1, 1)), np.ones((2, 1, 1, 1))
    shown = page(draw.stepper(x, w, groups=2, bias=[5, -6]))
    labels = {part: [span.text for span in shown.select(f".{part} .slice > span")] for part in
              ("there", "stamp", "here")}  # fmt: skip
    assert labels == {
        "there": [f"sample {n}, channel {c}" for n in (0, 1) for c in (0, 1)],
        "stamp": ["filter 0, channel 0, bias 5", "filter 1, channel 1, bias −6"],
        "here": [f"sample {n}, filter {f}" for n in (0, 1) for f in (0, 1)],
    }
    assert not page(draw.stepper([[[[1]]]], [[[[1]]]])).select(".slice > span")


def test_a_bias_is_told_once_for_a_filter():
    shown = page(draw.stepper(np.ones((1, 2, 1, 1)), np.ones((1, 2, 1, 1)), bias=[5]))
    labels = [span.text for span in shown.select(".stamp .slice > span")]
    assert labels == ["channel 0, bias 5", "channel 1"]


def test_slices_of_a_gathering_are_called_by_filters_and_channels():
    y, w = np.ones((1, 2, 1, 1)), np.ones((2, 2, 1, 1))
    shown = page(draw.transpose_stepper(y, w, view="gather"))
    labels = [span.text for span in shown.select(".stamp .slice > span")]
    assert labels == [f"filter {f}, channel {c}" for c in (0, 1) for f in (0, 1)]
    seen = [panel.has_attr("hidden") for panel in shown.select(".stamp .slice")]
    assert seen == [True, True, False, False]
    shown = page(draw.transpose_stepper(y, w[:, :1], view="gather"))
    assert [span.text for span in shown.select(".stamp .slice > span")] == ["filter 0", "filter 1"]


@pytest.mark.parametrize(
    ("stepper", "words"),
    [
        (lambda x: draw.stepper(x, x), "flipped, as it lies on x"),
        (lambda x: draw.transpose_stepper(x, x), "flipped, as it lands on x′"),
        (lambda x: draw.correlate_stepper(x, x), "as stored"),
        (lambda x: draw.transpose_stepper(x, x, view="gather"), "as stored"),
        (lambda x: draw.shift_stepper(x, x), None),
        (lambda x: draw.pool_stepper(x, 1), None),
    ],
)
def test_where_the_kernel_is_flipped_it_says_so_and_can_be_turned(stepper, words):
    shown = page(stepper([[[[1, 2]]]]))
    flipped = bool(words) and words.startswith("flipped")
    ways = [words, "as stored"] if flipped else [words] if words else []
    assert [span.text for span in shown.select(".way span")] == ways
    assert bool(shown.select("[data-do=stored]")) == flipped


def test_a_kernel_that_looks_the_same_flipped_is_not_called_flipped():
    shown = page(draw.stepper([[[[1, 2]]]], [[[[3, 4, 3]]]]))
    assert [span.text for span in shown.select(".way span")] == ["as stored"]
    assert not shown.select("[data-do=stored]")


@pytest.mark.parametrize(
    ("stepper", "title", "signs"),
    [
        (lambda x: draw.stepper(x, x, "full"),
         "x (1, 1, 1, 2) convolved with W (1, 1, 1, 2) gives y (1, 1, 1, 3), step by step", "∗="),
        (lambda x: draw.correlate_stepper(x, x, "full"),
         "x (1, 1, 1, 2) correlated with W (1, 1, 1, 2) gives y (1, 1, 1, 3), step by step", "⋆="),
        (lambda x: draw.transpose_stepper(x, x), "y (1, 1, 1, 2) and W (1, 1, 1, 2) give "
         "x′ (1, 1, 1, 3) by a transposed convolution, step by step", "∗ᵀ="),
        (lambda x: draw.transpose_stepper(x, x, view="gather"), "y (1, 1, 1, 2) and W (1, 1, 1, 2) "
         "give x′ (1, 1, 1, 3) by a transposed convolution, step by step", "∗ᵀ="),
        (lambda x: draw.shift_stepper(x, x), "x (1, 1, 1, 2) convolved with W (1, 1, 1, 2) gives "
         "y (1, 1, 1, 3), one shifted image at a time", "∗="),
        (lambda x: draw.pool_stepper(x, (1, 2)),
         "x (1, 1, 1, 2) pooled by windows of 1×2 gives y (1, 1, 1, 1), step by step", "→"),
    ],
)  # fmt: skip
def test_title_and_signs_name_the_operation(stepper, title, signs):
    shown = page(stepper([[[[1, 2]]]]))
    assert shown.find("convdoc-stepper")["aria-label"] == title
    assert "".join(sign.text for sign in shown.select(".operator")) == signs


def test_controls_choose_steps_and_slices():
    x, w = np.ones((2, 1, 2, 2)), np.ones((3, 1, 1, 1))
    shown = page(draw.stepper(x, w))
    assert shown.select_one("input[type=range]")["max"] == str(2 * 3 * 4 - 1)
    choices = {select["data-do"]: [option["value"] for option in select("option")]
               for select in shown("select")}  # fmt: skip
    assert choices.keys() == {"0", "1", "speed"}
    assert choices["0"] == ["0", "1"]
    assert choices["1"] == ["0", "1", "2"]
    assert shown.select_one(".controls").has_attr("hidden")  # until the script shows them
    single = page(draw.stepper(x[:1], w[:1]))
    assert [select["data-do"] for select in single("select")] == ["speed"]


# -- Steps in words -----------------------------------------------------------------------------


@some_examples
@given(convolutions().map(whole), st.booleans(), borders)
def test_written_sums_are_those_of_the_convolution(drawn, flip, border):
    x, w, border_mode, plan, around = drawn
    show = draw.stepper if flip else draw.correlate_stepper
    items = page(show(x, w, border_mode, **plan, border=border, engine="numpy")).select("ol > li")
    stored = w if flip else w[:, :, ::-1, ::-1]
    padded = padded_by_numpy(x, around, border)
    y = convolved(padded, stored, NOTHING, **plan)
    assert len(items) == y.size
    for item, at in zip(items, np.ndindex(y.shape), strict=True):
        *subtotals, line = lines(item)
        name, told, equals, result = taken_apart(line)
        assert name == element("y", y.shape, at)
        assert added_up(told) == read(result) == y[at]
        assert equals == "="
        assert item.b.text == result
        assert told.endswith("(bias)") == (plan["bias"] is not None)
        n, f, i, j = at
        channels = channels_of(f, len(w), w, plan["groups"])
        rows, columns = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
        pixels = padded[np.ix_([n], channels, rows, columns)].ravel()
        weights = stored[f, :, ::-1, ::-1].ravel()
        assert products(item) == list(zip(pixels, weights, strict=True))
        parts = [taken_apart(line) for line in subtotals]
        named = [f"channel {c}" for c in channels]
        assert [part[0] for part in parts] == (named if len(named) > 1 else [])
        assert all(added_up(part[1]) == read(part[3]) for part in parts)
        if parts:
            assert told.split(" + ")[: len(parts)] == [bracketed(part[3]) for part in parts]


def bracketed(text):
    return f"({text})" if text.startswith("−") else text


@some_examples
@given(transposed_convolutions().map(whole))
def test_written_sums_of_a_gathering_leave_the_zeros_out(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    assume(math.prod(size) * y.shape[0] * w.size <= 6000)  # terms, of which all are shown
    settings = {**plan, "output_padding": more, "engine": "numpy"}
    shown = page(draw.transpose_stepper(y, w, border_mode, **settings, view="gather"))
    x = cropped(given_back(y, w, size, around, **plan), size, around)
    spread, pixels, starts = spread_out(y, w, size, around, plan)
    filters, part = len(w) // plan["groups"], w.shape[1]
    for item, at in zip(shown.select("ol > li"), np.ndindex(x.shape), strict=True):
        *subtotals, (name, told, _, result) = map(taken_apart, lines(item))
        assert name == element("x′", x.shape, at)
        assert added_up(told) == read(result) == x[at]
        assert all(added_up(part[1]) == read(part[3]) for part in subtotals)
        n, c, i, j = at
        group = range(c // part * filters, (c // part + 1) * filters)
        several = filters > 1 and "·" in item.text
        assert [part[0] for part in subtotals] == [f"filter {f}" for f in group] * several
        rows, columns = places(starts[0][i], starts[1][j], (1, 1), w.shape[2:], plan["dilation"])
        assert products(item) == [
            (spread[n, f, row, column], w[f, c % part, u, v])
            for f in group
            for u, row in enumerate(rows)
            for v, column in enumerate(columns)
            if (row, column) in pixels
        ]


@some_examples
@given(transposed_convolutions().map(whole))
def test_written_additions_lead_from_state_to_state(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    settings = {**plan, "output_padding": more, "engine": "numpy"}
    items = page(draw.transpose_stepper(y, w, border_mode, **settings)).select("ol > li")
    states = given_back(y, w, size, around, **plan)
    for step, (item, at) in enumerate(zip(items, np.ndindex(y.shape), strict=True)):
        n, f, i, j = at
        rows, columns = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
        reached = channels_of(f, len(w), w, plan["groups"])
        before, after = states[n, step % y[0].size : step % y[0].size + 2]
        window = np.ix_(reached, rows, columns)
        assert item.text.startswith(
            f"{element('y', y.shape, at)} = {written([[y[at]]])[0][0]} times"
        )
        told = re.findall(r"([−\d]+) \+ (\S+)·(\S+) = ([−\d]+)", item.text)
        assert len(told) == item.text.count("·")
        assert [read(was) for was, *_ in told] == before[window].ravel().tolist()
        assert [read(now) for *_, now in told] == after[window].ravel().tolist()
        weights = w[f, :, ::-1, ::-1].ravel().tolist()
        assert [(read(p), read(k)) for _, p, k, _ in told] == [(y[at], k) for k in weights]
        assert [b.text for b in item("b")] == [now for *_, now in told]
        named = [f"channel {c}" for c in reached]
        assert re.findall(r"channel \d+(?=: )", item.text) == (named if len(named) > 1 else [])


@some_examples
@given(arrays(), st.sampled_from(["max", "min", "average", "average_no_pad"]), st.integers(1, 3))
def test_written_means_and_maxima_are_those_of_the_windows(drawn, mode, strides):
    x, around = drawn[0], ((1, 0), (0, 1))
    shown = page(draw.pool_stepper(x, 2, strides, around, mode))
    fill = {"max": -np.inf, "min": np.inf, "average": 0, "average_no_pad": np.nan}[mode]
    padded = np.pad(x.astype(float), ((0, 0), (0, 0), *around), constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2, 2), (2, 3))
    windows = windows[:, :, ::strides, ::strides].reshape(-1, 4)
    expected = {"max": np.max, "min": np.min}.get(mode, np.nanmean)(windows, 1)
    for item, value in zip(shown.select("ol > li"), expected, strict=True):
        _, told, equals, result = taken_apart(lines(item)[0])
        assert added_up(told) == value
        assert read(result) == pytest.approx(value, abs=0.005)
        assert equals == ("=" if read(result) == value else "≈")


@some_examples
@given(convolutions().map(fractions))
def test_a_rounded_number_is_not_called_equal(drawn):
    x, w, border_mode, plan, around = drawn
    shown = page(draw.stepper(x, w, border_mode, **plan, engine="numpy"))
    y, padded = convolved(x, w, around, **plan), np.pad(x, ((0, 0), (0, 0), *around))
    for item, at in zip(shown.select("ol > li"), np.ndindex(y.shape), strict=True):
        n, f, i, j = at
        channels = channels_of(f, len(w), w, plan["groups"])
        rows, columns = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
        pixels = padded[np.ix_([n], channels, rows, columns)][0]
        weights = w[f, :, ::-1, ::-1]
        *subtotals, (_, _, equals, result) = (taken_apart(line) for line in lines(item))
        told = np.reshape(products(item), (len(channels), -1)).tolist()
        actual = np.stack([pixels, weights], -1).reshape(len(channels), -1).tolist()
        sums = (pixels * weights).sum((1, 2)).tolist()
        for *numbers, part, value in zip(told, actual, subtotals, sums, strict=False):
            its_sign_is_right(part[2], [*numbers[0], read(part[3])], [*numbers[1], value])
        if subtotals:
            told, actual = [[read(part[3]) for part in subtotals]], [sums]
        its_sign_is_right(equals, [*told[0], read(result)], [*actual[0], y[at]])


def its_sign_is_right(sign, told, actual):
    """Numbers as they are told are equal to what they are, or are told to be nearly so."""
    assert all(abs(a - b) <= unshown(b) for a, b in zip(told, actual, strict=True))
    assert sign == ("=" if told == actual else "≈")


@pytest.mark.parametrize(
    ("stepper", "told"),
    [
        # The true sums end in 1; float32, and float64, hold them not.
        (lambda: draw.stepper(np.float32([[[[2**24, 1]]]]), [[[[1, 1]]]], "valid"), "≈ 16777216"),
        (lambda: draw.transpose_stepper([[[[2.0**53], [1.0]]]], [[[[1.0], [1.0]]]]), "≈ 9e15"),
        (lambda: draw.stepper([[[[0.5]], [[0.5]]]], [[[[0.25]], [[0.75]]]]),
         "channel 0: 0.5·0.25 ≈ 0.12"),
        (lambda: draw.transpose_stepper([[[[1 / 3]]]], [[[[3.0]]]]), "y[0, 0] ≈ 0.33 times"),
        # Weights that are no numbers do not touch what is still to come.
        (lambda: draw.transpose_stepper([[[[1, 2]]]], [[[[np.inf]]]]), "0 + 2·∞ = ∞"),
        (lambda: draw.transpose_stepper([[[[1, 2]]]], [[[[1, np.nan]]]]), "0 + 1·1 = 1"),
    ],
)  # fmt: skip
def test_an_equation_that_does_not_hold_is_not_written_as_one(stepper, told):
    assert told in str(stepper())


def test_a_figure_keeps_its_numbers_when_the_arrays_change():
    x, w, bias = np.array([[[[1.0, 2.0]]]]), np.array([[[[3.0]]]]), np.array([4.0])
    steppers = [
        draw.stepper(x, w, bias=bias),
        draw.correlate_stepper(x, w, bias=bias),
        draw.transpose_stepper(x, w, bias=bias),
        draw.transpose_stepper(x, w, bias=bias, view="gather"),
        draw.pool_stepper(x, 1),
        draw.shift_stepper(x, w),
    ]
    before = [stepper._repr_html_() for stepper in steppers]
    for array in (x, w, bias):
        array[:] = 0
    assert [stepper._repr_html_() for stepper in steppers] == before


def test_corners_fit_at_every_step():
    svg = page(draw.transpose_stepper([[[[1000, 0]]]], [[[[123, -4567]]]])).select_one(".there svg")
    size = float(svg.select_one(".w g")["font-size"])
    assert size * 0.5 * len("−4567000") <= 10


def test_infinity_has_the_strongest_colour():
    svg = page(draw.stepper([[[[np.inf, 1, 4, -np.inf]]]], [[[[1]]]])).select_one(".there svg")
    assert boxes(svg.select_one(".f4")["d"]) >= {(0, 0), (0, 3)}


def unshown(value):
    """What rounding may take off a number: two decimals are shown, from 10 on one, then none."""
    return 0.5 * 10.0 ** ((abs(value) >= 10) + (abs(value) >= 100) - 2) + 1e-9


@some_examples
@given(transposed_convolutions().map(fractions))
def test_a_rounded_addition_is_not_called_equal(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    settings = {**plan, "output_padding": more, "engine": "numpy"}
    items = page(draw.transpose_stepper(y, w, border_mode, **settings)).select("ol > li")
    states = given_back(y, w, size, around, **plan)
    for step, (item, at) in enumerate(zip(items, np.ndindex(y.shape), strict=True)):
        n, f, i, j = at
        window = np.ix_(
            channels_of(f, len(w), w, plan["groups"]),
            *places(i, j, plan["strides"], w.shape[2:], plan["dilation"]),
        )
        before, after = (
            states[n, number][window].ravel() for number in (step % y[0].size + k for k in (0, 1))
        )
        weights = w[f, :, ::-1, ::-1].ravel()
        pattern = r"(\S+) \+ (\S+)·(\S+) ([=≈]) ([−\d.]+)"
        numbers = zip(before, weights, after, strict=True)
        for found, (was, weight, now) in zip(re.findall(pattern, item.text), numbers, strict=True):
            *told, last = map(read, found[:3] + found[4:])
            assert abs(last - now) <= unshown(now)
            assert found[3] == ("=" if [*told, last] == [was, y[at], weight, now] else "≈")


@pytest.mark.parametrize(
    ("stepper", "expected"),
    [
        (lambda: draw.stepper([[[[0.5, 1.25]]]], [[[[3, -2]]]], "valid"),
         "y[0, 0] = 0.5·(−2) + 1.25·3 = 2.75"),
        (lambda: draw.stepper([[[[1 / 3]]]], [[[[3.0]]]]), "y[0, 0] = 0.33·3 ≈ 1"),
        (lambda: draw.stepper([[[[0.25]]]], [[[[0.25]]]]), "y[0, 0] = 0.25·0.25 ≈ 0.06"),
        (lambda: draw.stepper([[[[12.25]]]], [[[[2]]]]), "y[0, 0] = 12.2·2 ≈ 24.5"),
        (lambda: draw.stepper([[[[1]]]], [[[[2]]]], bias=[0.125]),
         "y[0, 0] = 1·2 + 0.12 (bias) ≈ 2.12"),
        (lambda: draw.stepper([[[[np.nan]]]], [[[[2]]]]), "y[0, 0] = NaN·2 = NaN"),
        (lambda: draw.stepper([[[[-np.inf]]]], [[[[2]]]]), "y[0, 0] = (−∞)·2 = −∞"),
        (lambda: draw.stepper([[[[0.5]]]], [[[[0.25]]]], bias=[0.375]),
         "y[0, 0] = 0.5·0.25 + 0.38 (bias) ≈ 0.5"),
        (lambda: draw.stepper([[[[1]], [[-2]]]], [[[[3]], [[4]]]], bias=[-1]),
         "channel 0: 1·3 = 3\nchannel 1: (−2)·4 = −8\ny[0, 0] = 3 + (−8) + (−1) (bias) = −6"),
        (lambda: draw.correlate_stepper([[[[1, 2]]]], [[[[3, 4]]]], "valid"),
         "y[0, 0] = 1·3 + 2·4 = 11"),
        (lambda: draw.transpose_stepper([[[[2]]]], [[[[3]]]], view="gather", bias=[7]),
         "x′[0, 0] = 2·3 + 7 (bias) = 13"),
        (lambda: draw.transpose_stepper([[[[2]]]], [[[[3]], [[-4]]]], bias=[5, 6]),
         "y[0, 0] = 2 times the kernel goes to row 0, column 0 of x′:\n"
         "channel 0: 5 + 2·3 = 11\nchannel 1: 6 + 2·(−4) = −2"),
        (lambda: draw.shift_stepper([[[[1, 2]]]], [[[[-3]]]]),
         "W[0, 0] = −3 times the image goes to row 0, columns 0 to 1 of y: "
         "0 + 1·(−3) = −3, 0 + 2·(−3) = −6"),
        (lambda: draw.pool_stepper([[[[1, -2]]]], (1, 2)), "y[0, 0] = max(1, −2) = 1"),
        (lambda: draw.pool_stepper([[[[1, -2]]]], (1, 2), mode="average"),
         "y[0, 0] = (1 + (−2)) / 2 = −0.5"),
        (lambda: draw.pool_stepper([[[[1, 2, 2]]]], (1, 3), mode="average"),
         "y[0, 0] = (1 + 2 + 2) / 3 ≈ 1.67"),
        (lambda: draw.pool_stepper([[[[7]]]], 2, 2, ((1, 0), (1, 0)), "average_no_pad"),
         "y[0, 0] = (7) / 1 = 7"),
        (lambda: draw.pool_stepper([[[[1, -2]]]], (1, 2), mode="min"), "y[0, 0] = min(1, −2) = −2"),
        (lambda: draw.pool_stepper([[[[1, 2, 3]]]], (1, 2), 1, mode="average", dilation=2),
         "y[0, 0] = (1 + 3) / 2 = 2"),
        (lambda: draw.pool_stepper([[[[1, 2]]]], (1, 2), mode="average", divisor=4),
         "y[0, 0] = (1 + 2) / 4 = 0.75"),
        (lambda: draw.pool_stepper([[[[7]]]], 2, 2, ((1, 0), (1, 0)), "average_no_pad", divisor=3),
         "y[0, 0] = (7) / 3 ≈ 2.33"),
        (lambda: draw.stepper([[[[1, 2]]]], [[[[3, 4]]]], border=-0.5),
         "y[0, 0] = (−0.5)·4 + 1·3 = 1"),
        (lambda: draw.transpose_stepper([[[[10, 0]]]], [[[[1, 2, 4]]]], "same", border="circular"),
         "y[0, 0] = 10 times the kernel goes to row 0, columns −1 to 1 of x′ "
         "(column −1 repeats column 1): 0 + 10·4 = 40, 0 + 10·2 = 20, 40 + 10·1 = 50"),
    ],
)  # fmt: skip
def test_a_step_is_told_in_its_words(stepper, expected):
    item = page(stepper()).select_one("ol > li")
    assert "\n".join(lines(item)) == expected


def test_rounded_subtotals_do_not_equal_their_sum():
    shown = page(draw.stepper([[[[0.5]], [[0.5]]]], [[[[0.25]], [[0.75]]]]))
    assert lines(shown.select_one("ol > li"))[-1] == "y[0, 0] = 0.12 + 0.38 ≈ 0.5"


def test_nothing_read_is_a_zero_or_the_bias():
    settings = {"strides": 2, "output_padding": (0, 1), "view": "gather"}
    shown = page(draw.transpose_stepper([[[[2]]]], [[[[3]]]], **settings))
    assert [item.text for item in shown.select("ol > li")] == [
        "x′[0, 0] = 2·3 = 6",
        "x′[0, 1] = 0 = 0",
    ]
    shown = page(draw.transpose_stepper([[[[2]]]], [[[[3]]]], **settings, bias=[7]))
    assert shown.select("ol > li")[1].text == "x′[0, 1] = 0 + 7 (bias) = 7"


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({}, "rows −1 to 0, columns −1 to 0 of x"),
        ({"border_mode": "valid"}, "rows 0 to 1, columns 0 to 1 of x"),
        ({"border_mode": "valid", "dilation": (1, 2)}, "rows 0 to 1, columns 0, 2 of x"),
        ({"border_mode": ((0, 0), (2, 0)), "dilation": (2, 3)}, "rows 0, 2, columns −2, 1 of x"),
    ],
)
def test_a_step_says_where_its_window_lies(settings, place):
    shown = page(draw.stepper(np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2)), **settings))
    assert shown.select_one("ol > li small").text == place


def test_the_last_step_stands_under_the_drawing_without_scripts():
    shown = page(draw.stepper([[[[1, 2, 3]]]], [[[[10]]]]))
    assert shown.select_one(".now").text == shown.select("ol > li")[-1].text
    assert shown.select_one(".now b").text == "30"


def test_printed_it_is_its_steps_in_words():
    x, w = np.arange(12).reshape(1, 3, 2, 2), np.ones((1, 3, 2, 2))
    for stepper in (draw.stepper(x, w, "valid", strides=2), draw.transpose_stepper(x[:, :1], w)):
        items = [lines(item) for item in page(stepper).select("ol > li")]
        title, *told = str(stepper).split("\n")
        assert title == page(stepper).find("convdoc-stepper")["aria-label"]
        numbered = [line for line in told if re.match(r"\d+\. ", line)]
        assert [line.split(". ")[0] for line in numbered] == [str(n + 1) for n in range(len(items))]
        for line in (line for item in items for line in item):
            assert any(line in printed for printed in told)


def test_the_order_of_lines_in_print():
    stepper = draw.stepper([[[[1]], [[2]]]], [[[[3]], [[-4]]]])
    assert str(stepper) == (
        "x (1, 2, 1, 1) convolved with W (1, 2, 1, 1) gives y (1, 1, 1, 1), step by step\n"
        "1. channel 0: 1·3 = 3\n"
        "   channel 1: 2·(−4) = −8\n"
        "   y[0, 0] = 3 + (−8) = −5; row 0, column 0 of x"
    )


def numbers_in_words(cells, before):
    """Cells of a window along an axis, counted as those of the array: "−1 to 1", "0, 2" or "3"."""
    numbers = [f"{cell - before}".replace("-", "−") for cell in cells]
    if len(cells) > 1 and cells[1] == cells[0] + 1:
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(numbers)


def place_in_words(rows, columns, around, name):
    """The place of a window, of cells, in words."""
    parts = [
        f"{word}{'s' * (len(cells) > 1)} {numbers_in_words(cells, before)}"
        for word, cells, (before, _) in zip(("row", "column"), (rows, columns), around, strict=True)
    ]
    return f"{', '.join(parts)} of {name}"


@some_examples
@given(convolutions().map(whole))
def test_every_step_says_where_its_window_lies(drawn):
    x, w, border_mode, plan, around = drawn
    stepper = draw.stepper(x, w, border_mode, **plan, engine="numpy")
    shape = stepper.steps.output.values.shape
    printed = [line for line in str(stepper).split("\n") if "; " in line]
    items = page(stepper).select("ol > li")
    for item, line, (_, _, i, j) in zip(items, printed, np.ndindex(shape), strict=True):
        window = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
        assert item.small.text == place_in_words(*window, around, "x")
        assert line.endswith(f"; {item.small.text}")


@some_examples
@given(convolutions().map(whole), st.sampled_from([*REPEATED]))
def test_every_step_says_what_its_border_repeats(drawn, border):
    x, w, border_mode, plan, around = drawn
    stepper = draw.stepper(x, w, border_mode, **plan, border=border, engine="numpy")
    items, pixels = page(stepper).select("ol > li"), pixels_by_numpy(x, around, border)
    for item, (_, _, *at) in zip(items, np.ndindex(stepper.steps.here.values.shape), strict=True):
        window, copies = places(*at, plan["strides"], w.shape[2:], plan["dilation"]), []
        for axis, word in enumerate(("row", "column")):
            for cell in window[axis]:
                place = cell - around[axis][0]
                if not 0 <= place < x.shape[2 + axis]:
                    copies.append(f"{word} {place} repeats {word} {pixels[axis][cell]}")
        expected = place_in_words(*window, around, "x")
        if copies:
            expected += f" ({', '.join(copies)})".replace("-", "−")
        assert item.small.text == expected


@some_examples
@given(transposed_convolutions().map(whole))
def test_every_addition_says_where_it_goes(drawn):
    y, w, border_mode, plan, more, _, around = drawn
    settings = {**plan, "output_padding": more, "engine": "numpy"}
    items = page(draw.transpose_stepper(y, w, border_mode, **settings)).select("ol > li")
    for item, (_, _, i, j) in zip(items, np.ndindex(y.shape), strict=True):
        window = places(i, j, plan["strides"], w.shape[2:], plan["dilation"])
        place = place_in_words(*window, around, "x′")
        assert f" times the kernel goes to {place}:" in item.text


@some_examples
@given(arrays(), st.tuples(st.integers(1, 3), st.integers(1, 3)), st.integers(1, 3))
def test_every_pooling_says_what_it_reads(drawn, size, strides):
    x, around = drawn[0], tuple((side - 1, 0) for side in size)
    items = page(draw.pool_stepper(x, size, strides, around)).select("ol > li")
    rows, columns = (
        [range(start, start + k) for start in range(0, n, strides)]
        for n, k in zip(x.shape[2:], size, strict=True)
    )
    windows = [(i, j) for _ in np.ndindex(x.shape[:2]) for i in rows for j in columns]
    for item, window in zip(items, windows, strict=True):
        assert item.small.text == place_in_words(*window, around, "x")


@some_examples
@given(
    st.integers(21, 30),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.integers(1, 3),
    st.integers(1, 2),
)
def test_windows_without_numbers_are_those_of_the_convolution(side, kernel, strides, dilation):
    stepper = draw.stepper(
        np.ones((1, 1, side, side)), np.ones((1, 1, *kernel)), 1,
        strides=strides, dilation=dilation, engine="numpy",
    )  # fmt: skip
    plan, expected = plan_of(stepper), []
    words = [f"{word}{'s' * (k > 1)}" for word, k in zip(("row", "column"), kernel, strict=True)]
    assert plan["words"]["window"] == (
        f"{{element}} reads {words[0]} {{rows}}, {words[1]} {{columns}} of x"
    )
    for axis, word in enumerate(("row", "column")):
        reach = dilation * (kernel[axis] - 1)
        for at, start in enumerate(range(0, side + 2 - reach, strides)):
            numbers = numbers_in_words(range(start, start + reach + 1, dilation), 1)
            assert plan["places"][axis][at] == numbers
            expected.append(f"{word} {at} of y: {words[axis]} {numbers} of x")
    assert [item.text for item in page(stepper).select("ul > li")] == expected


def test_the_sentence_about_a_cell_counts_its_steps_and_all():
    """All of its sample: nine outputs of each."""
    words = plan_of(draw.stepper(np.ones((2, 1, 3, 3)), [[[[1]]]]))["words"]["meets"]
    filled = words.format(element="x[0, 0]", count=2, all=9)
    assert filled == "x[0, 0] takes part in 2 of 9 steps"
    words = plan_of(draw.stepper(np.ones((2, 1, 3, 3)), THREE, "valid"))["words"]["meets"]
    filled = words.format(element="x[0, 0]", count=1, all=1)
    assert filled == "x[0, 0] takes part in 1 of 1 step"


def test_one_step_is_not_called_several():
    assert page(draw.stepper([[[[1]]]], [[[[1]]]])).summary.text == "The step in words"
    assert page(draw.stepper([[[[1, 2]]]], [[[[1]]]])).summary.text == "All 2 steps in words"


@some_examples
@given(convolutions(), st.booleans())
def test_titles_and_labels_are_those_of_the_arrays(drawn, flip):
    x, w, border_mode, plan, around = drawn
    show, verb = (draw.stepper, "convolved") if flip else (draw.correlate_stepper, "correlated")
    stepper = show(x, w, border_mode, **plan, engine="numpy")
    shape = convolved(x, w, around, **plan).shape
    assert str(stepper).split("\n")[0] == (
        f"x {x.shape} {verb} with W {w.shape} gives y {shape}, step by step"
    )
    shown = page(stepper)
    for part, lengths, names in (
        ("there", x.shape, ("sample", "channel")),
        ("here", shape, ("sample", "filter")),
    ):
        expected = [
            ", ".join(
                f"{name} {at}" for name, n, at in zip(names, lengths, index, strict=False) if n > 1
            )
            for index in np.ndindex(lengths[:2])
        ]
        found = [slice_.find("span") for slice_ in shown.select(f".{part} .slice")]
        assert [label.text if label else "" for label in found] == expected
    filters, slots = w.shape[:2]
    expected = []
    for f, slot in np.ndindex(filters, slots):
        channel = channels_of(f, filters, w, plan["groups"])[slot]
        parts = [f"filter {f}"] * (filters > 1) + [f"channel {channel}"] * (x.shape[1] > 1)
        if plan["bias"] is not None and slot == 0:
            parts.append(f"bias {plan['bias'][f]}".replace("-", "−"))
        expected.append(", ".join(parts))
    found = [slice_.find("span") for slice_ in shown.select(".stamp .slice")]
    assert [label.text if label else "" for label in found] == expected


# -- What is left over --------------------------------------------------------------------------


def notes(stepper):
    return [note.text for note in page(stepper).select(".note:not(.try)")]


SIX, THREE = np.ones((1, 1, 6, 6)), np.ones((1, 1, 3, 3))
RUNNING = "Small: what this step adds. Large: the sum so far."
CUT = "Hatched: the border that the padding cuts off again."
SPREAD = "Dashed: zeros around y and, for strides, between; their products are not written."
PADDING = "Dashed: padding."
BEFORE = "Row −1 is above x, column −1 on its left."
RING = "Dashed: beyond the border, the image again, as on a ring."
CROSSES = "Crosses: places beyond the padding, which do not exist; windows may reach there."


@pytest.mark.parametrize(
    ("stepper", "expected"),
    [
        (lambda: draw.stepper(SIX, THREE, "valid"), []),
        (lambda: draw.stepper(SIX, THREE), [f"{PADDING} {BEFORE}"]),
        (lambda: draw.stepper(SIX, THREE, ((0, 1), (1, 0))), [PADDING]),
        (lambda: draw.pool_stepper(SIX, 3, 3, 1), [f"{PADDING} It does not count. {BEFORE}",
         "Hatched: no window reads row 5, row 6 (padding), column 5, column 6 (padding)."]),
        (lambda: draw.pool_stepper(SIX, 2, 2, ((0, 0), (1, 1)), "average_no_pad"),
         [f"{PADDING} It does not count."]),
        (lambda: draw.pool_stepper(SIX, 2, 2, 1, mode="average"), [f"{PADDING} {BEFORE}"]),
        (lambda: draw.stepper(SIX, THREE, border="circular"), [f"{RING} {BEFORE}"]),
        (lambda: draw.correlate_stepper(SIX, THREE, border="reflect"),
         ["Dashed: beyond the border, the image mirrored at its last pixel, which is not repeated. "
          + BEFORE]),
        (lambda: draw.stepper(SIX, THREE, ((0, 1), (0, 0)), border="replicate"),
         ["Dashed: beyond the border, the last pixel again."]),
        (lambda: draw.stepper(SIX, THREE, border=-2.5),
         [f"Dashed: beyond the border, −2.5 everywhere. {BEFORE}"]),
        (lambda: draw.stepper(SIX, THREE, "valid", border="circular"), []),
        (lambda: draw.stepper(SIX, THREE, 1, strides=(2, 1), border="circular"),
         [f"{RING} {BEFORE}", "Hatched: no window reads row 6 (beyond the border)."]),
        (lambda: draw.stepper(SIX, THREE, 1, strides=(1, 2), border=7),
         [f"Dashed: beyond the border, 7 everywhere. {BEFORE}",
          "Hatched: no window reads column 6 (padding)."]),
        (lambda: draw.pool_stepper(SIX, 3, 2, ceil_mode=True), [CROSSES]),
        (lambda: draw.pool_stepper(SIX, 3, 2, ((0, 0), (1, 0)), ceil_mode=True),
         [f"{PADDING} It does not count. Crosses: {CROSSES[9:]}"]),
        (lambda: draw.pool_stepper(SIX, 2, mode="average", divisor=3),
         ["Every sum is divided by 3."]),
        (lambda: draw.transpose_stepper(SIX, THREE, "same", border="circular"),
         [RUNNING, f"{RING} What is added to a place there is added to the pixel that it repeats. "
          f"{BEFORE.replace('x', 'x′', 1)}"]),
        (lambda: draw.stepper(SIX, THREE, "valid", strides=2),
         ["Hatched: no window reads row 5, column 5."]),
        (lambda: draw.stepper(SIX, THREE, "valid", strides=2, dilation=(1, 2)),
         ["Hatched: no window reads row 5, column 1, column 3, column 5."]),
        (lambda: draw.stepper(SIX, THREE, 1, strides=(2, 1)),
         [f"{PADDING} {BEFORE}", "Hatched: no window reads row 6 (padding)."]),
        (lambda: draw.stepper(SIX, [[[[1]]]], ((1, 0), (0, 0)), strides=(7, 1)),
         [PADDING, "Hatched: no window reads " + ", ".join(f"row {i}" for i in range(6)) + "."]),
        (lambda: draw.pool_stepper(SIX, 2, (4, 3)),
         ["Hatched: no window reads row 2, row 3, column 2, column 5."]),
        (lambda: draw.transpose_stepper(SIX, THREE), [RUNNING]),
        (lambda: draw.transpose_stepper(SIX, THREE, ((1, 0), (0, 0))), [RUNNING, CUT]),
        (lambda: draw.transpose_stepper(THREE, THREE, strides=2, output_padding=(1, 0)),
         [RUNNING, "No window reaches row 7."]),
        (lambda: draw.transpose_stepper(THREE, [[[[1]]]], strides=(2, 1)),
         [RUNNING, "No window reaches row 1, row 3."]),
        (lambda: draw.transpose_stepper(THREE, [[[[1]]]], ((2, 0), (0, 0)), strides=(2, 1)),
         [RUNNING, CUT, "No window reaches row 1."]),
        (lambda: draw.transpose_stepper(THREE, [[[[1], [1]]]], ((3, 4), (0, 0)), strides=(2, 1),
                                        dilation=(3, 1), view="gather"),
         [SPREAD, "Hatched: no window reads row 1, row 2."]),
        (lambda: draw.transpose_stepper(THREE, THREE, view="gather"), [SPREAD]),
        (lambda: draw.transpose_stepper(SIX, THREE, "full", view="gather"), []),
        (lambda: draw.shift_stepper(SIX, THREE), [RUNNING]),
        (lambda: draw.shift_stepper(np.ones((1, 1, 40, 40)), THREE), []),  # without numbers
    ],
)  # fmt: skip
def test_what_is_dashed_hatched_or_left_over_is_said(stepper, expected):
    assert notes(stepper()) == expected


@some_examples
@given(convolutions())
def test_rows_that_no_window_reads_are_named(drawn):
    x, w, border_mode, plan, around = drawn
    stepper = draw.stepper(x, w, border_mode, **plan, engine="numpy")
    outputs = convolved(x, w, around, **plan).shape[2:]
    left = []
    for axis, word in enumerate(("row", "column")):
        (before, behind), n, k = around[axis], x.shape[2 + axis], w.shape[2 + axis]
        s, d = plan["strides"][axis], plan["dilation"][axis]
        read = {at * s + t * d for at in range(outputs[axis]) for t in range(k)}
        for cell in sorted(set(range(before + n + behind)) - read):
            padding = "" if 0 <= cell - before < n else " (padding)"
            left.append(f"{word} {cell - before}{padding}".replace("-", "−"))
    found = [note for note in notes(stepper) if "no window" in note]
    assert found == ([f"Hatched: no window reads {', '.join(left)}."] if left else [])


@some_examples
@given(transposed_convolutions())
def test_rows_that_no_window_reaches_are_named(drawn):
    y, w, border_mode, plan, more, size, around = drawn
    stepper = draw.transpose_stepper(y, w, border_mode, **plan, output_padding=more, engine="numpy")
    ones = given_back(np.ones(y.shape), np.ones(w.shape), size, around, **plan | {"bias": None})
    (top, _), (left, _) = around
    whole = ones[0, -1].any(0)  # what is cut off may be all that a row's window reaches
    rows = [i for i in range(size[0]) if not whole[top + i].any()]
    columns = [j for j in range(size[1]) if not whole[:, left + j].any()]
    names = [f"row {i}" for i in rows] + [f"column {j}" for j in columns]
    found = [note for note in notes(stepper) if "No window" in note]
    assert found == ([f"No window reaches {', '.join(names)}."] if names else [])


def test_rows_that_no_window_reads_are_hatched():
    shown = page(draw.stepper(np.ones((1, 1, 6, 5)), THREE, "valid", strides=2))
    assert hatched(shown.select_one(".there")) == {(5, column) for column in range(5)}
    shown = page(draw.stepper(np.ones((1, 1, 6, 5)), THREE, 1, strides=(2, 3)))
    right = {(row, 6) for row in range(8)}  # columns 0 to 2 and 3 to 5 of the padded image are read
    assert hatched(shown.select_one(".there")) == {(7, column) for column in range(7)} | right
    assert not hatched(page(draw.stepper(SIX, THREE)).select_one(".there"))


# -- What the script is told --------------------------------------------------------------------


def test_plan_of_a_convolution():
    x, w = np.ones((2, 4, 5, 6)), np.ones((6, 2, 2, 3))
    plan = plan_of(
        draw.stepper(x, w, ((1, 2), (3, 0)), strides=(2, 3), dilation=(3, 1), groups=2).at(50)
    )
    # Rows -1 and 2, 1 and 4, 3 and 6 of the image; columns -3 to -1, 0 to 2, 3 to 5.
    assert plan["start"] == 50
    assert plan["shape"] == [2, 6, 3, 3]
    assert plan["size"] == [2, 4, 5, 6]
    assert plan["starts"] == [[0, 2, 4], [0, 3, 6]]
    assert plan["window"] == [2, 3]
    assert plan["dilation"] == [3, 1]
    assert plan["reach"] == [[0, 1]] * 3 + [[2, 3]] * 3
    assert plan["around"] == [1, 3]
    assert plan["spread"] == [1, 1]
    assert plan["names"] == ["y", "x"]
    assert plan["scatters"] is False


def test_plan_of_a_scattering():
    y, w = [[[[1, -2]], [[3, 0]]]], [[[[1, 2]], [[3, 4]]], [[[5, 6]], [[-7, 0]]]]
    plan = plan_of(draw.transpose_stepper(y, w, ((0, 0), (1, 0)), strides=(1, 3), bias=[8, -9]))
    assert plan["shape"] == [1, 2, 1, 2]
    assert plan["size"] == [1, 2, 1, 4]
    assert plan["starts"] == [[0], [0, 3]]
    assert plan["reach"] == [[0, 1], [0, 1]]
    assert plan["around"] == [0, 1]
    assert plan["names"] == ["y", "x′"]
    assert plan["scatters"] is True
    assert plan["empty"] == [8, -9]
    # Each pixel times the kernel turned, channel after channel.
    assert plan["added"] == [[2, 1, 4, 3], [-4, -2, -8, -6], [18, 15, 0, -21], [0, 0, 0, 0]]


def test_plan_of_shifted_images():
    plan = plan_of(draw.shift_stepper([[[[1], [2]]]], [[[[3, -4]]]]))
    assert plan["shape"] == [1, 1, 1, 2]
    assert plan["size"] == [1, 1, 2, 2]
    assert plan["starts"] == [[0], [0, 1]]
    assert plan["window"] == [2, 1]
    assert plan["empty"] == [0]
    assert plan["added"] == [[3, 6], [-4, -8]]
    assert plan["sums"] == [[3, 6], [-4, -8]]


def test_plan_of_a_gathering_spreads_the_input_out():
    plan = plan_of(draw.transpose_stepper(THREE, THREE, 1, strides=2, view="gather"))
    assert plan["spread"] == [2, 2]
    assert plan["around"] == [1, 1]
    assert plan["starts"] == [[0, 1, 2, 3, 4]] * 2
    assert plan["scatters"] is False


@pytest.mark.parametrize(
    ("stepper", "words"),
    [
        (lambda: draw.stepper(THREE, THREE), "padding"),
        (lambda: draw.pool_stepper(THREE, 2, 1, 1), "padding"),
        (lambda: draw.transpose_stepper(THREE, THREE, 1), "cut off"),
        (lambda: draw.transpose_stepper(THREE, THREE, 1, view="gather"), "an added zero"),
    ],
)
def test_cells_that_are_not_of_the_array_are_called_what_they_are(stepper, words):
    assert plan_of(stepper())["words"]["surround"] == words


def test_plan_of_a_pooling():
    plan = plan_of(draw.pool_stepper(np.ones((1, 2, 4, 6)), (2, 3)))
    assert plan["reach"] == [[0], [1]]
    assert plan["starts"] == [[0, 2], [0, 3]]
    assert plan["window"] == [2, 3]


def test_plan_of_a_border_has_the_cell_of_each_pixel():
    x, w = np.arange(6).reshape(1, 1, 2, 3), [[[[1]]]]
    plan = plan_of(draw.stepper(x, w, ((1, 0), (2, 1)), border="reflect"))
    assert plan["homes"] == [[2, 1, 2], [4, 3, 2, 3, 4, 3]]
    assert plan["words"]["copy"] == "{pixel} at ({row}, {column}) beyond the border"
    for border in ("zeros", 7):
        assert "homes" not in plan_of(draw.stepper(x, w, 1, border=border))


def test_plan_of_windows_that_hang_over():
    plan = plan_of(draw.pool_stepper(np.ones((1, 1, 4, 3)), 2, ceil_mode=True))
    assert plan["missing"] == [0, 1]
    assert plan["starts"] == [[0, 2], [0, 2]]
    assert plan["words"]["nothing"] == "a place beyond the padding"
    assert "missing" not in plan_of(draw.pool_stepper(np.ones((1, 1, 4, 4)), 2, ceil_mode=True))


def test_the_script_asks_the_plan_for_nothing_else():
    script = (SOURCES / "stepper.js").read_text("utf-8")
    plans = [
        plan_of(stepper)
        for stepper in (
            draw.transpose_stepper(THREE, THREE),
            draw.stepper(np.ones((1, 1, 40, 40)), THREE),
            draw.stepper(THREE, THREE, border="circular"),
            draw.pool_stepper(THREE, 2, ceil_mode=True),
        )
    ]
    told = {name for plan in plans for name in plan}
    asked = set(re.findall(r"\bplan\.(\w+)", script))
    for names in re.findall(r"\{([\w, ]+)\} = this\.plan;", script):
        asked |= {name.strip() for name in names.split(",")}
    assert asked == told
    words = {name for plan in plans for name in plan["words"]}
    assert set(re.findall(r"\bwords\.(\w+)", script)) == words


def test_the_step_to_begin_with_is_the_one_asked_for():
    stepper = draw.stepper(notebook.IMPULSE.x, notebook.IMPULSE.w, "valid")
    assert plan_of(stepper)["start"] == stepper.start == 2 * 5 + 1
    chosen = stepper.at(np.int64(3))
    assert plan_of(chosen)["start"] == 3
    assert type(chosen.start) is int
    assert stepper.start == 11  # which stays
    assert str(chosen) == str(stepper)


@pytest.mark.parametrize("step", [-1, 20, True, 1.5, "1", None, 1.0, np.True_])
def test_a_step_that_there_is_not_is_refused(step):
    stepper = draw.stepper(notebook.IMPULSE.x, notebook.IMPULSE.w, "valid")
    with pytest.raises(ValueError, match=f"from 0 to 19; got {re.escape(repr(step))}"):
        stepper.at(step)


# -- Large arrays -------------------------------------------------------------------------------

LARGE = np.ones((1, 1, 40, 40))


def test_a_large_array_is_drawn_without_numbers():
    stepper = draw.stepper(LARGE, THREE)
    shown = page(stepper)
    assert not shown.select(".there text, .here text")
    assert not shown.select("ol")
    items = [item.text for item in shown.select("ul > li")]
    assert len(items) == 40 + 40
    assert items[0] == "row 0 of y: rows −1 to 1 of x"
    assert items[40 + 39] == "column 39 of y: columns 38 to 40 of x"
    assert str(stepper).split("\n")[1:] == items
    assert shown.select_one(".now").text == ""
    plan = plan_of(stepper)
    assert plan["places"][0][7] == "6 to 8"
    assert plan["places"][1][0] == "−1 to 1"
    assert plan["words"]["window"] == "{element} reads rows {rows}, columns {columns} of x"
    assert "added" not in plan
    assert window_of(shown.select_one(".there")) == (39, 39, True)  # 41 less the padding, 1
    pixels = {(row, column) for row in range(1, 41) for column in range(1, 41)}
    assert boxes(shown.select_one(".there path.b")["d"]) == pixels
    assert boxes(shown.select_one(".there path.f2")["d"]) == pixels  # all of one strength


@pytest.mark.parametrize(
    "stepper",
    [
        lambda: draw.transpose_stepper(LARGE, THREE, strides=2),
        lambda: draw.pool_stepper(LARGE, 2),
        lambda: draw.shift_stepper(LARGE, THREE),
        lambda: draw.correlate_stepper(LARGE, THREE),
    ],
)
def test_any_large_stepper_lists_its_windows(stepper):
    stepper = stepper()
    shown = page(stepper)
    assert not shown.select(".there text, .here text")
    rows, columns = plan_of(stepper)["shape"][2:]
    assert len(shown.select("ul > li")) == rows + columns
    assert ElementTree.fromstring(stepper.svg()).tag == f"{SVG}svg"


@pytest.mark.parametrize(
    ("call", "sizes"),
    [
        (lambda: draw.stepper(np.ones((1, 1, 129, 3)), [[[[1]]]]),
         "x of shape (1, 1, 129, 3) takes 129×3 and y of shape (1, 1, 129, 3) takes 129×3"),
        (lambda: draw.stepper(np.ones((1, 1, 3, 127)), THREE),
         "x of shape (1, 1, 3, 127) takes 5×129 and y of shape (1, 1, 3, 127) takes 3×127"),
        (lambda: draw.pool_stepper(np.ones((1, 1, 130, 3)), 3),
         "x of shape (1, 1, 130, 3) takes 130×3 and y of shape (1, 1, 43, 1) takes 43×1"),
        (lambda: draw.shift_stepper(np.ones((1, 1, 1, 100)), np.ones((1, 1, 1, 30))),
         "x of shape (1, 1, 1, 100) takes 1×100 and y of shape (1, 1, 1, 129) takes 1×129"),
        (lambda: draw.transpose_stepper(np.ones((1, 1, 65, 1)), [[[[1]]]], strides=2),
         "y of shape (1, 1, 65, 1) takes 65×1 and x′ of shape (1, 1, 129, 1) takes 129×1"),
        (lambda: draw.stepper(np.ones((61, 1, 32, 16)), [[[[1]]]]),
         "x of shape (61, 1, 32, 16) takes 32×16 and y of shape (61, 1, 32, 16) takes 32×16"),
    ],
)  # fmt: skip
def test_too_large_an_array_is_refused_with_its_sizes(call, sizes):
    words = "at most 128 rows and columns, padding included, and 60000 cells in all slices; "
    with pytest.raises(ValueError, match=re.escape(words + sizes) + "$"):
        call()


def test_128_rows_and_columns_are_drawn():
    stepper = draw.stepper(np.ones((1, 1, 128, 1)), [[[[1]]]])
    assert len(page(stepper).select("ul > li")) == 128 + 1


def test_steppers_of_everyday_sizes_are_small():
    """Sixteen steps each, of numbers with a digit; the assets are apart."""
    digits = np.random.default_rng(0).integers(0, 10, (1, 1, 7, 7))
    kernel = np.random.default_rng(1).integers(0, 4, (1, 1, 3, 3))
    steppers = [
        draw.stepper(digits[..., :4, :4], kernel),
        draw.stepper(digits[..., :6, :6], kernel, "valid"),
        draw.stepper(digits, kernel[..., :2, :2], "valid", dilation=3),
        draw.transpose_stepper(digits[..., :4, :4], kernel),
        draw.pool_stepper(digits[..., :6, :6], 3, 1),
    ]
    for stepper in steppers:
        assert len(stepper.steps) == 16
        assert len(figure(stepper.steps, stepper.start).encode()) < 12_000


# -- Links to the explorer ----------------------------------------------------------------------


def ones(*shape):
    return np.ones(shape)


AT_THEIR_LIMITS = {
    "samples": (8, lambda n: steps.pooling(ones(n, 1, 2, 2), 2)),
    "channels": (64, lambda n: steps.pooling(ones(1, n, 2, 2), 2)),
    "filters": (64, lambda n: steps.convolution(ones(1, 1, 2, 2), ones(n, 1, 1, 1))),
    "rows": (32, lambda n: steps.pooling(ones(1, 1, n, 2), 2)),
    "columns": (32, lambda n: steps.pooling(ones(1, 1, 2, n), 2)),
    "kernel": (32, lambda n: steps.convolution(ones(1, 1, 2, 2), ones(1, 1, n, 1), "full")),
    "strides": (32, lambda n: steps.pooling(ones(1, 1, 2, 2), 2, strides=(1, n))),
    "dilation": (32, lambda n: steps.convolution(ones(1, 1, 2, 2), ones(1, 1, 1, 1), dilation=n)),
    "padding": (
        1024,
        lambda n: steps.convolution(ones(1, 1, 1, 1), ones(1, 1, 1, 1), ((0, n), (0, 0))),
    ),
    "numbers": (
        3000,
        lambda n: steps.convolution(ones(3, 1, 31, 32), ones(1, 1, 1, n - 3 * 31 * 32), "full"),
    ),
    "and a bias": (
        2999,
        lambda n: steps.convolution(
            ones(3, 1, 31, 32), ones(1, 1, 1, n - 3 * 31 * 32), "full", bias=[1]
        ),
    ),
    "values": (10**9, lambda n: steps.pooling(n * ones(1, 1, 2, 2), 2)),
    "negative values": (10**9, lambda n: steps.pooling(-n * ones(1, 1, 2, 2), 2)),
}


@pytest.mark.parametrize("name", AT_THEIR_LIMITS)
def test_a_link_is_written_up_to_the_limits_of_the_explorer(name):
    most, steps_of = AT_THEIR_LIMITS[name]
    assert link(steps_of(most)).startswith("v1")
    assert link(steps_of(most + 1)) == ""


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0, 9, 10, 35, 36, -1, -26, -27], "09az(36)AZ(-27)"),
        ([0.5, -0.25, 1e9, -1e9], "(0.5)(-0.25)(1000000000)(-1000000000)"),
        ([4, 4, 4, 4], "4444"),  # no longer than 4*3.
        ([4, 4, 4, 4, 4], "4*4."),
        ([36, 36], "(36)*1."),
        ([0.1, 0.1, 7], "(0.1)*1.7"),
    ],
)
def test_a_number_in_a_link_has_a_sign_or_parentheses(values, written):
    """0 to 9, then a to z for 10 to 35 and A to Z for −1 to −26; runs are counted."""
    found = link(steps.pooling([[[values]]], 1))
    assert found == f"v1&kind=max&x=1,1,1,{len(values)}&kernel=1,1&X={written}"


def test_a_link_has_what_differs_from_the_explorers_start():
    x, w = ones(2, 4, 3, 5), ones(6, 2, 1, 3)
    found = link(
        steps.convolution(
            x, w, ((1, 2), (3, 0)), strides=2, dilation=(1, 2), groups=2, bias=ones(6)
        )
    )
    assert found == (
        "v1&x=2,4,3,5&kernel=1,3&filters=6&groups=2&strides=2,2&dilation=1,2&pad=1,2,3,0"
        "&X=1*119.&W=1*35.&B=1*5."
    )
    found = link(steps.transposed(ones(1, 6, 5, 5), w, strides=2, groups=2, output_padding=1))
    assert found == (
        "v1&kind=transposed&x=1,6,5,5&kernel=1,3&filters=4&groups=2&strides=2,2&more=1,1"
        "&X=1*149.&W=1*35."
    )
    gathered = steps.transposed(
        ones(1, 6, 5, 5), w, strides=2, groups=2, output_padding=1, view="gather"
    )
    assert link(gathered) == found
    w = [[[[1, 2], [3, 4]]]]
    assert link(steps.correlation(ones(1, 1, 5, 5), w, "valid")) == (
        "v1&kind=correlation&kernel=2,2&X=1*24.&W=1234"
    )
    assert link(steps.convolution(ones(1, 1, 5, 5), w, "valid")) == "v1&kernel=2,2&X=1*24.&W=1234"


# -- Forms: a page, a notebook, a picture, a file -----------------------------------------------


def test_a_notebook_gets_html_a_picture_and_text():
    stepper = draw.stepper([[[[1, -2, 3]]]], [[[[10, 20]]]])
    bundle = stepper._repr_mimebundle_()
    assert bundle.keys() == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/html"] == stepper._repr_html_()
    assert bundle["text/plain"] == str(stepper)
    assert bundle["image/svg+xml"] == stepper.svg()


STEPPERS = pytest.mark.parametrize(
    "stepper",
    [
        lambda: draw.stepper(np.ones((2, 2, 3, 3)), np.ones((2, 1, 2, 2)), groups=2, bias=[1, 2]),
        lambda: draw.correlate_stepper(SIX, THREE, "valid", strides=2),
        lambda: draw.transpose_stepper(SIX, THREE, 1),
        lambda: draw.transpose_stepper(THREE, THREE, strides=2, view="gather"),
        lambda: draw.pool_stepper(SIX, 2),
        lambda: draw.pool_stepper(SIX, 3, 2, ((1, 0), (0, 0)), "min", ceil_mode=True),
        lambda: draw.pool_stepper(SIX, 2, mode="average", divisor=3),
        lambda: draw.stepper(SIX, THREE, border=7),
        lambda: draw.shift_stepper(SIX, THREE),
        lambda: draw.stepper(LARGE, THREE),
    ],
    ids=[
        "convolution",
        "correlation",
        "scatter",
        "gather",
        "pooling",
        "ceil_mode",
        "divisor",
        "constant",
        "shifts",
        "large",
    ],
)


@STEPPERS
def test_a_picture_stands_alone(stepper):
    picture = stepper().svg()
    root = ElementTree.fromstring(picture)
    assert root.tag == f"{SVG}svg"
    assert root.find(f"{SVG}title").text == page(stepper()).find("convdoc-stepper")["aria-label"]
    assert "var(" not in picture
    assert "http" not in picture.replace(SVG.strip("{}"), "")
    width, height = map(float, root.get("viewBox").split()[2:])
    for panel in root.findall(f"{SVG}svg"):  # none is cut off
        assert float(panel.get("x")) >= 0
        assert float(panel.get("x")) + float(panel.get("width")) <= width
        assert float(panel.get("y")) + float(panel.get("height")) <= height


def panels_of(picture):
    """Texts in the cells of each slice of a picture."""
    return [
        [[text.text or "" for text in row] for row in panel.find(f"{SVG}g[@class='t']")]
        for panel in ElementTree.fromstring(picture).findall(f"{SVG}svg")
    ]


def test_a_picture_shows_the_numbers_and_the_step():
    stepper = draw.stepper([[[[1, -2], [3, 4]]]], [[[[10, 20]]]])
    picture = stepper.at(2).svg()  # windows reach one column to the left
    assert panels_of(picture) == [
        [["0", "1", "−2"], ["0", "3", "4"]],
        [["20", "10"]],
        [["10", "0"], ["30", "100"]],
    ]
    inputs, _, outputs = ElementTree.fromstring(picture).findall(f"{SVG}svg")
    window = inputs.find(f"{SVG}g[@class='w']")
    assert window.get("transform") == "translate(0 10)"
    assert [text.text for text in window.iter(f"{SVG}text")] == ["×20", "×10"]
    assert outputs.find(f"{SVG}g[@class='w']").get("transform") == "translate(0 10)"
    assert boxes(outputs.find(f"{SVG}path[@class='c']").get("d")) == {(1, 1)}  # still to come


def test_a_picture_of_a_scattering_shows_what_has_added_up():
    stepper = draw.transpose_stepper([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2)
    first, last = (panels_of(stepper.at(step).svg())[-1] for step in (0, 1))
    assert first == [["3", "2", "1", "0", "0"]]
    assert last == [["3", "2", "31", "20", "10"]]


def test_a_picture_shows_the_sample_and_the_filter_of_its_step():
    x, w = np.arange(4).reshape(2, 1, 1, 2), np.array([5, 6]).reshape(2, 1, 1, 1)
    picture = draw.stepper(x, w).at(6).svg()  # sample 1, filter 1
    assert panels_of(picture) == [[["2", "3"]], [["6"]], [["10", "15"]], [["12", "18"]]]
    words = [text.text for text in ElementTree.fromstring(picture).findall(f"{SVG}text")]
    assert {"sample 1", "filter 1", "sample 1, filter 0", "sample 1, filter 1"} <= set(words)
    assert "sample 0" not in words


def test_channels_of_other_groups_are_pale_in_a_picture():
    x, w = np.ones((1, 4, 1, 1)), np.ones((2, 2, 1, 1))
    for step, pale in [(0, [False, False, True, True]), (1, [True, True, False, False])]:
        root = ElementTree.fromstring(draw.stepper(x, w, groups=2).at(step).svg())
        panels = root.findall(f"{SVG}svg")[:4]
        assert [panel.get("opacity") is not None for panel in panels] == pale


@STEPPERS
def test_a_page_has_its_assets_once_and_nothing_from_elsewhere(stepper):
    html = stepper()._repr_html_()
    shown = BeautifulSoup(html, "html.parser")
    assert len(shown.select("script")) == len(shown.select("script.convdoc-assets")) == 1
    assert len(shown.select("style")) == len(shown.select("style.convdoc-assets")) == 1
    assert len(shown.select("convdoc-stepper")) == 1
    assert not shown.select("[src], [href], link, iframe")
    assert "http" not in html.replace(SVG.strip("{}"), "")
    assert "@import" not in html
    assert "url(" not in html
    for name in ("cells.css", "stepper.css", "stepper.js"):
        assert html.count((SOURCES / name).read_text("utf-8")) == 1


@STEPPERS
def test_every_tag_is_closed_and_every_drawing_is_named(stepper):
    element = figure(stepper().steps, 0)
    void = re.sub(r"(<input [^>]*)>", r"\1/>", element)
    root = ElementTree.fromstring(re.sub(r" hidden(?=[ >])", ' hidden=""', void))
    drawings = list(root.iter("svg"))
    assert all(drawing.get("role") == "img" and drawing.get("aria-label") for drawing in drawings)
    assert len({drawing.get("aria-label") for drawing in drawings}) == len(drawings)


def test_saved_it_is_a_page_by_itself(tmp_path):
    stepper, path = draw.stepper([[[[1, 2]]]], [[[[3]]]]), tmp_path / "page.html"
    stepper.save(path)
    html = path.read_text("utf-8")
    assert html.startswith("<!doctype html>")
    saved = BeautifulSoup(html, "html.parser")
    assert saved.title.text == saved.find("convdoc-stepper")["aria-label"]
    assert stepper._repr_html_() in html
    with pytest.raises(FileExistsError):
        draw.stepper([[[[5]]]], [[[[7]]]]).save(str(path))
    assert path.read_text("utf-8") == html


def test_there_is_no_link_to_what_the_explorer_cannot_show():
    ring = steps.transposed(ones(1, 1, 3, 3), [[[[1]]]], border="circular")
    assert link(ring) == ""
    assert link(steps.transposed(ones(1, 1, 3, 3), [[[[1]]]])).startswith("v1")
    assert link(steps.convolution(ones(1, 1, 3, 3), [[[[1]]]], border=2e9)) == ""
    assert link(steps.pooling(ones(1, 1, 3, 3), 2, mode="average", divisor=1_000_001)) == ""


def test_a_link_has_borders_and_all_of_poolings():
    ones_ = "X=1*8."
    convolved = steps.convolution(ones(1, 1, 3, 3), [[[[1]]]], "same_lower", border="reflect")
    assert link(convolved) == f"v1&x=1,1,3,3&kernel=1,1&pad=same_lower&border=reflect&{ones_}&W=1"
    assert "&border=-0.5&" in link(steps.correlation([[[[1]]]], [[[[1]]]], border=-0.5))
    pooled = steps.pooling(ones(1, 1, 3, 3), 2, 2, mode="average", ceil_mode=True, divisor=4)
    assert link(pooled) == (
        "v1&kind=average&x=1,1,3,3&kernel=2,2&strides=2,2&pad=0,0,0,0&ceil=1&divisor=4&" + ones_
    )
    fitting = steps.pooling(ones(1, 1, 3, 3), 2, 1, mode="min", dilation=2, ceil_mode=True)
    assert link(fitting) == (
        "v1&kind=min&x=1,1,3,3&kernel=2,2&dilation=2,2&pad=0,0,0,0&" + ones_
    )  # where nothing hangs over


# -- Words and colours --------------------------------------------------------------------------


def test_words_may_hold_any_character(monkeypatch):
    word = """it's "<b>" & {count}"""
    monkeypatch.setitem(WORDS, "meets", (word, "of several"))
    monkeypatch.setitem(WORDS, "padding cell", "<i>&amp;")
    stepper = draw.stepper([[[[1]]]], [[[[1]]]])
    assert plan_of(stepper)["words"]["meets"] == word
    assert plan_of(stepper)["words"]["surround"] == "<i>&amp;"


@pytest.mark.parametrize("table", [WORDS, PICTURES, QUESTIONS, ANSWERS])
def test_every_hole_of_a_sentence_has_a_name(table):
    def sentences(words):
        if isinstance(words, str):
            return [words]
        parts = words.values() if isinstance(words, dict) else words
        return [sentence for part in parts for sentence in sentences(part)]

    for sentence in sentences(table):
        names = [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
        assert all(re.fullmatch("[a-z]+", name) for name in names), sentence


def test_marks_in_words_change_no_number(monkeypatch):
    """A translator may write HTML: it is shown as it is, and cells keep their numbers."""
    stepper = draw.transpose_stepper([[[[1, 10]]]], [[[[1, 2, 3]]]], strides=2)
    before = plan_of(stepper)
    assert before["sums"] == [[3, 2, 1], [31, 20, 10]]
    sentence = "<b>{element}</b> {sign} {value} times {place}: {additions}"
    monkeypatch.setitem(WORDS, "scattered", sentence)
    assert plan_of(stepper) == before
    item = page(stepper).select_one("ol > li")
    assert item.text.startswith("<b>y[0, 0]</b> = 1 times row 0")
    assert [result.text for result in item("b")] == ["3", "2", "1"]


def test_every_kind_of_steps_has_a_look():
    def kinds(base):
        return {base}.union(*map(kinds, base.__subclasses__()))

    concrete = {kind for kind in kinds(steps.Steps) if not inspect.isabstract(kind)}
    assert concrete == LOOKS.keys()


def shouted(words):
    """Words in capitals, what is put in as it was."""
    if isinstance(words, str):
        return re.sub(r"(?<!\{)\b\w+\b(?!\})", lambda word: word[0].upper(), words)
    if isinstance(words, dict):
        return {name: shouted(text) for name, text in words.items()}
    return tuple(map(shouted, words))


@STEPPERS
def test_all_words_are_in_one_table(stepper, monkeypatch):
    for name, words in WORDS.items():
        monkeypatch.setitem(WORDS, name, shouted(words))
    shown = page(stepper())
    for asset in shown.select(".convdoc-assets"):
        asset.decompose()
    told = [
        shown.get_text(" "),
        str(stepper()),
        *ElementTree.fromstring(stepper().svg()).itertext(),
    ]
    told += [tag["aria-label"] for tag in shown.select("[aria-label]")]
    told += plan_of(stepper())["words"].values()
    for text in told:
        if not text.startswith("/* "):  # the style of a picture
            assert not re.search(r"[a-z]{2}", re.sub(r"\{\w+\}", "", text))


def test_every_colour_that_is_used_is_set_for_light_and_dark():
    css = palette.css("convdoc-stepper")
    light, dark = css.strip().split("\n")
    assert light.startswith("convdoc-stepper {")
    assert "[data-theme=dark]" in dark
    sources = "".join((SOURCES / name).read_text("utf-8") for name in ("cells.css", "stepper.css"))
    used = set(re.findall(r"var\((--convdoc-[\w-]+)", sources))
    for rule in (light, dark):
        assert used <= set(re.findall(r"(--convdoc-[\w-]+): #[0-9a-f]{6};", rule))
    assert used
