"""The explorer's modules, run by Deno: they say what convdoc says, and links are safe."""

import functools
import json
import math
import random
import re
from fractions import Fraction
from itertools import chain

import numpy as np
import pytest
from bs4 import BeautifulSoup

from convdoc import ConvSpec, steps
from convdoc.borders import BORDERS, PADDINGS
from convdoc.draw import kinds, link, transcript
from convdoc.draw.blocks import blocks_at
from convdoc.draw.canvas import number
from convdoc.draw.words import WORDS
from convdoc.network import Conv, Network
from convdoc.poolings import POOLINGS, rounded_up
from convdoc.spec import _mathml
from tests.explorer_page import (
    KINDS,
    arrays,
    deno,
    expected,
    padding,
    page,
    plan,
    random_settings,
    run,
    setting,
    shapes,
)
from tests.test_site import soup

COUNT = 2400


def test_the_modules_pass_their_own_tests():
    """Those of tests/scripts, with expectations by hand."""
    done = deno("test", "--no-check")
    assert done.returncode == 0, done.stdout + done.stderr


ANSWERS = """
return given.map(({ setting, x, w, b }) => {
    const typed = (values) => values && Float64Array.from(values);
    const faults = F.faults(setting);
    if (faults.length) return { faults: faults.map(({ why }) => why) };
    const out = A.outputSize(setting), range = (length) => [...Array(length).keys()];
    const plan = C.computation(setting);
    return {
        shape: A.outputShape(setting), padding: A.padding(setting), unused: A.unused(setting),
        surround: A.surround(setting),
        rows: range(out[0]).map((at) => A.windowAlong(setting, 0, at)),
        columns: range(out[1]).map((at) => A.windowAlong(setting, 1, at)),
        relationships: [0, 1].map((axis) => Object.values(A.relationshipAlong(setting, axis))),
        inputs: range(9).map((o) => [0, 1].map((axis) => A.inputSizesAlong(setting, axis, o + 1))),
        weights: A.weights(setting), biases: A.biases(setting), products: A.multiplyAdds(setting),
        field: A.receptiveField(setting), memory: A.memory(setting),
        y: [...C.convolve(plan, typed(x), typed(w), typed(b))],
    };
});
"""


def test_thousands_of_settings_agree_with_convdoc():
    asked = random_settings(COUNT, seed=6)
    assert {s["kind"] for s in asked} == set(KINDS)
    numbers = [arrays(one, seed, "decimals") for seed, one in enumerate(asked)]
    names = {"A": "arithmetic", "C": "convolve", "F": "faults"}
    for start in range(0, COUNT, 400):
        part = slice(start, start + 400)
        given = [as_json(*pair) for pair in zip(asked[part], numbers[part], strict=True)]
        answers = run(names, ANSWERS, given)
        for one, own, answer in zip(asked[part], numbers[part], answers, strict=True):
            agree(one, expected(one, own), answer)


def as_json(one, own):
    """A setting and its numbers as JavaScript is given them."""
    lists = {name: own[name].ravel().tolist() if name in own else None for name in "xwb"}
    return {"setting": one, **lists}


def agree(asked, y, answer):
    spec, size = plan(asked), tuple(asked["size"])
    assert y.dtype == np.float64
    assert answer["shape"] == list(y.shape), asked
    assert answer["padding"] == [list(sides) for sides in padding(asked)], asked
    assert answer["surround"] == [list(sides) for sides in spec.padding(size)], asked
    assert answer["unused"] == [list(places) for places in spec.unused(size)], asked
    windows = [[spec.window(i, 0, size)[0] for i in range(y.shape[2])]]
    windows += [[spec.window(0, j, size)[1] for j in range(y.shape[3])]]
    assert [answer["rows"], answer["columns"]] == [[list(w) for w in ws] for ws in windows], asked
    formulas = [[r.number, r.symbols, r.numbers] for r in spec.relationship(size)]
    assert answer["relationships"] == formulas, asked
    for o, found in enumerate(answer["inputs"], 1):
        for sizes, (first, end) in zip(input_sizes(asked, o), found, strict=True):
            assert list(range(first, end)) == list(sizes), asked
    count(asked, spec, y.shape, answer)
    np.testing.assert_allclose(np.reshape(answer["y"], y.shape), y, rtol=1e-12, atol=1e-9)


def count(asked, spec, shape, answer):
    """Parameters, products, receptive field and memory: convdoc's tables, or counted here."""
    assert answer["biases"] == (asked["filters"] if asked["bias"] else 0)
    if asked["kind"] == "transposed":
        inside = asked["filters"] // asked["groups"]
        weights = math.prod((asked["channels"], inside, *asked["kernel"]))
        pixels = asked["samples"] * math.prod(asked["size"])
        assert (answer["weights"], answer["products"]) == (weights, weights * pixels), asked
        assert answer["memory"] == 4 * math.prod(shape)
        assert answer["field"] == [widest(spec, axis) for axis in (0, 1)], asked
        return
    if asked["kind"] in POOLINGS:
        assert (answer["weights"], answer["products"]) == (0, 0)
        assert answer["memory"] == 4 * math.prod(shape)
        assert answer["field"] == list(spec.dilated_kernel)
        return
    mode, strides = spec.border_mode, spec.strides
    layer = Conv(asked["filters"], spec.kernel, strides, mode, spec.dilation, asked["groups"])
    samples, channels = asked["samples"], asked["channels"]
    row = Network([layer]).table((samples, channels, *asked["size"])).rows[-1]
    assert answer["weights"] == row.weights, asked
    assert answer["products"] == row.multiply_adds, asked
    assert answer["memory"] == row.memory, asked
    assert answer["field"] == list(row.receptive_field), asked


def input_sizes(asked, o):
    """All input heights, and widths, that give an output of `o`."""
    if not asked["ceil_mode"]:
        return plan(asked).input_sizes(o)
    mode = asked["border_mode"]
    modes = [mode] * 2 if isinstance(mode, str) else [(tuple(sides),) * 2 for sides in mode]
    axes = zip(asked["kernel"], asked["strides"], modes, asked["dilation"], strict=True)
    return [[n for n, out in enumerate(outputs(*axis), 1) if out == o] for axis in axes]


@functools.cache
def outputs(*settings):
    """Outputs along an axis, under `ceil_mode`, of 1 pixel, 2 pixels and so on; 0 for none."""
    found = []
    for n in range(1, 60):
        try:
            found.append(rounded_up(ConvSpec(*settings), (n, n)).output_size(n)[0])
        except ValueError:
            found.append(0)
    return found


def widest(spec, axis):
    """Rows, or columns, from the first to the last that an output reads, far from any border."""
    size = (20, 20)
    out = spec.output_size(size)[axis]
    at = range(out // 3, 2 * out // 3)
    windows = [spec.window(*((i, 0) if axis == 0 else (0, i)), size)[axis] for i in at]
    read = [[place for place in window if place is not None] for window in windows]
    return max((max(places) - min(places) + 1 for places in read if places), default=0)


def test_what_convdoc_refuses_is_refused_and_each_remedy_mends_its_fault():
    draw, asked = random.Random(7), []

    def pair(most):
        return [draw.randint(1, most), draw.randint(1, most)]

    for _ in range(600):
        kind, channels = draw.choice(KINDS), draw.randint(1, 6)
        sides = [[draw.randint(0, 6) for _ in range(2)] for _ in range(2)]
        more = [draw.randint(0, 3), draw.randint(0, 3)] if kind == "transposed" else [0, 0]
        pooling = {"filters": channels, "groups": channels} if kind in POOLINGS else {}
        free = {"filters": draw.randint(1, 6), "groups": draw.randint(1, 3)}
        asked.append(
            setting(kind, channels=channels, size=pair(6), kernel=pair(6), strides=pair(3))
            | {"border_mode": draw.choice([sides, *PADDINGS]), "dilation": pair(3)}
            | {"output_padding": more, "ceil_mode": bool(pooling) and draw.random() < 0.5}
            | (pooling or free)
        )
    code = """return given.map((setting) => F.faults(setting).map(({ about, why, remedies }) =>
        [about, why, remedies.map(([words, change]) =>
            [words, F.faults({ ...setting, ...change }).map(({ why: left }) => left)])]));"""
    refused = 0
    for s, faults in zip(asked, run({"F": "faults"}, code, asked), strict=True):
        assert bool(faults) == is_refused(s), (s, faults)
        refused += bool(faults)
        for about, why, remedies in faults:
            assert about in s
            assert remedies, (s, why)
            for words, left in remedies:
                assert why not in left, (s, words)
    assert 150 < refused < 500


def is_refused(s):
    if s["channels"] % s["groups"] or s["filters"] % s["groups"]:
        return True
    try:
        expected(s, arrays(s, 1))
    except ValueError:
        return True
    return False


def test_what_is_beyond_the_page_is_told():
    cases = [
        (setting(size=[0, 5]), "height and width of the input must be a whole number from 1"),
        (setting(size=[2.5, 5]), "1024; it is 2.5."),
        (setting(kernel=[33, 1]), "height and width of the kernel"),
        (setting(border_mode=[[-1, 0], [0, 0]]), "Each side of the padding"),
        (setting("transposed", size=[1024, 1024], strides=[32, 32]), "would hold"),
        (
            setting(size=[1024, 1024], filters=16, channels=1, kernel=[32, 32]),
            "products; this page goes up to",
        ),
    ]
    found = run({"F": "faults"}, "return given.map((s) => F.faults(s))", [s for s, _ in cases])
    for (_, words), faults in zip(cases, found, strict=True):
        assert words in faults[0]["why"]
        assert faults[0]["remedies"]


FACTS = """
return given.map(([setting, size]) => [
    Object.fromEntries(C.facts(setting)), C.inverse(setting, size),
]);
"""


def test_facts_and_answers_are_those_of_convdoc():
    """Each is read from its sentence, and computed again."""
    asked, draw = random_settings(1200, seed=21), random.Random(22)
    sizes = [[draw.randint(1, 12), draw.randint(1, 12)] for _ in asked]
    found = run({"C": "captions"}, FACTS, list(zip(asked, sizes, strict=True)))
    names = set()
    for one, size, (facts, rows) in zip(asked, sizes, found, strict=True):
        read = {name: BeautifulSoup(fact, "html.parser").text for name, fact in facts.items()}
        spec, out = plan(one), plan(one).output_size(one["size"])
        shape = (one["samples"], one["filters"], *out)
        check_shapes(one, shape, read["Shapes"])
        check_relationships(spec.relationship(one["size"]), facts)
        check_padding(one, padding(one), read["Padding"])
        check_overhang(spec, padding(one), one, read)
        unread = read["Unused rows and columns of the input"]
        assert places_in(unread) == [list(map(str, places)) for places in spec.unused(one["size"])]
        check_counts(one, shape, read)
        field = [widest(spec, axis) for axis in (0, 1)]
        assert read["Receptive field"].startswith(f"{field[0]}×{field[1]} of the input's pixels")
        assert ("at most" in read["Receptive field"]) == spec.transposed
        check_memory(one, shape, read["Memory"])
        assert rows == answers_of(one, size), (one, size)
        names |= set(read)
    assert len(names) == 11


def check_shapes(one, shape, text):
    back = one["kind"] == "transposed"
    given, made = text.split(" → ")
    own = shapes(one)
    expected = {"y" if back else "x": own["x"], "W": own.get("w"), "b": own.get("b")}
    expected = {name: found for name, found in expected.items() if found}
    read = dict(re.findall(r"(\S+) (\([^)]*\))", given))
    assert read == {name: str(found) for name, found in expected.items()}
    assert made == f"{'x′' if back else 'y'} {shape}"


def check_relationships(both, facts):
    said = [
        f"<math>{_mathml(r.symbols)}</math>, here <math>{_mathml(r.numbers)}</math> "
        f'<a href="reference/relationships.html#relationship-{r.number}">'
        f"Relationship {r.number}</a>"
        for r in both
    ]
    if said[0] == said[1]:
        assert facts["Height and width"] == said[0]
        assert "Height" not in facts
    else:
        assert [facts["Height"], facts["Width"]] == said


def check_padding(one, sides, text):
    mode, zeros = one["border_mode"], [zeros for pair in sides for zeros in pair]
    assert text.startswith(f"{mode}: ") == isinstance(mode, str)
    said = text.removeprefix(f"{mode}: ")
    if not any(zeros):
        assert said == "none"
        return
    sides_said = "{} above, {} below, {} on the left, {} on the right".format(*zeros)
    border = plan(one).beyond
    if border.repeats or border.value:
        held = border.words if border.repeats else str(border.value).replace("-", "−")
        assert said == f"{sides_said}, holding {held}"
        return
    what = "cut off are" if one["kind"] == "transposed" else "zeros,"
    if one["kind"] in POOLINGS and not POOLINGS[one["kind"]].counts_padding:
        what = "cells that do not count,"
    assert said == f"{what} {sides_said}"


def check_overhang(spec, sides, one, read):
    reached = zip(spec.padding(one["size"]), sides, strict=True)
    down, right = (needed[1] - given[1] for needed, given in reached)
    name = "Overhang of the last windows"
    assert (name in read) == (down + right > 0)
    if name in read:
        assert read[name] == f"rows below: {down}, columns on the right: {right}"


def places_in(text):
    """Rows and columns that a sentence names as unread."""
    if text.startswith("none"):
        assert text == "none: a window reads each row and each column of the input"
        return [[], []]
    found = []
    for name in ("row", "column"):
        match = re.search(rf"no window reads {name}(s?) ([\d, ]+)", text)
        found.append(match[2].split(", ") if match else [])
        assert not match or bool(match[1]) == (len(found[-1]) > 1)
    return found


def check_counts(one, shape, read):
    """Parameters and products, each with the product that it is."""
    own = shapes(one)
    if "w" not in own:
        assert read["Parameters"] == "none: a pooling learns nothing"
        assert read["Multiply-adds"] == "none: a pooling multiplies nothing"
        return
    back, weights = one["kind"] == "transposed", math.prod(own["w"])
    product = f"{'·'.join(map(str, own['w']))} = {weights:,}"
    biases = one["filters"]
    assert read["Parameters"] == (
        f"{product} weights, and {biases} for the biases: {weights + biases:,}"
        if one["bias"]
        else f"weights: {product}"
    )
    each, many = own["w"][1:], own["x"] if back else shape
    where = "for each of the input's pixels" if back else "for each output"
    assert read["Multiply-adds"] == (
        f"{'·'.join(map(str, each))} {where}, {'·'.join(map(str, many))} of them: "
        f"{math.prod(each) * math.prod(many):,}"
    )


def check_memory(one, shape, text):
    back = one["kind"] == "transposed"
    read = re.fullmatch(r"(.*) for (\S+) in float32, (.*) for (\S+)", text)
    assert (read[2], read[4]) == (("x′", "y") if back else ("y", "x"))
    for said, numbers in ((read[1], math.prod(shape)), (read[3], math.prod(shapes(one)["x"]))):
        count = 4 * numbers
        assert said == (f"{count} bytes" if count < 1000 else f"{number(count / 1000)} kB")


#: What the page calls each padding by name; which library pads so is told in conventions.md.
NAMED = {
    "full": "full",
    "half": "half",
    "same, as Theano pads": "same",
    "same, as TensorFlow pads": "same_upper",
    "same, as ONNX's SAME_LOWER pads": "same_lower",
}


def answers_of(one, size):
    """Rows of words, padding, heights and widths that give an output of a size."""
    spread = [d * (k - 1) + 1 for k, d in zip(one["kernel"], one["dilation"], strict=True)]
    most = min(8, max(spread) - 1)
    modes = {"none (valid)": "valid"}
    modes |= {f"{p} on every side": [[p, p], [p, p]] for p in range(1, most + 1)}
    modes |= NAMED
    if not isinstance(one["border_mode"], str):
        modes["as it is now"] = one["border_mode"]
    rows = []
    for words, mode in modes.items():
        asked = one | {"border_mode": mode}
        if (one["kind"], mode) == ("transposed", "same_upper") != (one["kind"], one["border_mode"]):
            asked |= {"output_padding": [s - 1 for s in one["strides"]]}  # as TensorFlow gives it
        sides = padding(asked) if one["kind"] in POOLINGS else ()
        beyond = any(max(pair) >= k for pair, k in zip(sides, spread, strict=False))
        inputs = [list(input_sizes(asked, o)[axis]) for axis, o in enumerate(size)]
        if all(inputs) and not (beyond and one["kind"] in POOLINGS):
            rows.append([words, mode, *([found[0], found[-1]] for found in inputs)])
    return rows


# -- Words and numbers -----------------------------------------------------------------------------


def test_numbers_and_formulas_are_written_as_python_writes_them():
    draw = np.random.default_rng(3)
    values = [0, 1, -1, 0.5, -0.04, 9.995, 10.05, 99.95, 123.456, -1000, 12345.5, 1e9, -2.5e12]
    values += [float(v) for v in draw.normal(0, 10.0 ** draw.integers(-3, 6, 200)).round(3)]
    written = run({"D": "drawing"}, "return given.map(D.number)", values)
    different = [
        (value, theirs, number(value))
        for value, theirs in zip(values, written, strict=True)
        # A tie, of which Python takes the even neighbour and JavaScript the larger one.
        if theirs != number(value) and abs(value * 1000 % 10) != 5
    ]
    assert different == []
    formulas = list(page.data()["relationships"].values())
    formulas = [
        f.format(o="o'", i="i'", k="k", s="s", P="(p₁ + p₂)", d="d", a="a") for f in formulas
    ]
    assert run({"T": "captions"}, "return given.map(T.formula)", formulas) == [
        _mathml(formula) for formula in formulas
    ]


TELL = """
return given.map(({ setting, x, w, b }) => {
    const typed = (values) => values && Float64Array.from(values);
    const shape = A.outputShape(setting);
    const plan = C.computation(setting), arrays = { x: typed(x), w: typed(w), b: typed(b) };
    const y = C.convolve(plan, arrays.x, arrays.w, arrays.b);
    const at = shape.map((length) => length - 1);
    return T.output(setting, { ...arrays, plan, y }, at);
});
"""


@pytest.mark.parametrize("numbers", ["integers", "decimals", "mixed"])
def test_what_is_told_of_an_output_is_its_sum(numbers):
    """Read with a calculator: numbers, symbols, and "=" only where it is equal."""
    asked = random_settings(150, seed=12)
    owned = [arrays(one, seed, numbers) for seed, one in enumerate(asked)]
    given = [as_json(*pair) for pair in zip(asked, owned, strict=True)]
    names = {"A": "arithmetic", "C": "convolve", "T": "captions"}
    equal = 0
    for one, own, html in zip(asked, owned, run(names, TELL, given), strict=True):
        numeric, symbolic = (line.text for line in BeautifulSoup(html, "html.parser")("span"))
        y = expected(one, {name: values.astype(float) for name, values in own.items()})
        value = float(y[-1, -1, -1, -1])
        name, _, rest = numeric.partition(" = ")
        sign = "≈" if "≈" in rest else "="
        left, right = rest.split(f" {sign} ")
        exact = Fraction(right.replace("−", "-")) == calculated(left)
        assert (sign == "=") == exact or (sign == "≈" and not is_short(left)), numeric
        assert float(calculated(left)) == pytest.approx(value, rel=1e-4, abs=1e-4)
        assert float(right.replace("−", "-")) == pytest.approx(value, rel=1e-5, abs=1e-5)
        assert symbolic.startswith(f"{name} = ")
        assert evaluated(one, own, symbolic) == pytest.approx(value, rel=1e-6, abs=1e-9)
        equal += sign == "="
    assert equal > 60 or numbers == "mixed"


def calculated(text):
    """What a sum of products, a mean or a maximum comes to, exactly."""
    tidy = text.replace(" (bias)", "").replace("·", "*").replace("−", "-")
    tidy = re.sub(r"(max|min)\((.*)\)", r"\1([\2])", tidy)
    return eval(re.sub(r"\d+(\.\d+)?(e-?\d+)?", r"Fraction('\g<0>')", tidy))


def is_short(text):
    """Whether no number in it has as many digits as are ever shown of one that is cut."""
    return all(
        len(digits.replace(".", "").strip("0")) < 4 for digits in re.findall(r"[\d.]+", text)
    )


def evaluated(one, own, text):
    """The sum in symbols, with the arrays themselves put in."""
    there = "y" if one["kind"] == "transposed" else "x"
    values = {there: own["x"].astype(float), "W": own.get("w"), "b": own.get("b")}
    tidy = text.partition(" = ")[2].replace("\xa0", " ").replace("·", "*").replace("−", "-")
    tidy = re.sub(r"(max|min)\((.*)\)", r"\1([\2])", tidy)

    def look(match):
        index = tuple(map(int, match[2].split(", ")))
        array = values[match[1]]
        return repr(float(array[index if array.ndim == len(index) else (0, 0, *index)]))

    return float(eval(re.sub(r"([xyWb])\[([\d, ]+)\]", look, tidy)))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1\t2\n3\t4", [[1, 2], [3, 4]]),
        ("1,5\t2\n3\t4", [[1.5, 2], [3, 4]]),  # a spreadsheet with decimal commas
        ("1, 2\n3, 4\n", [[1, 2], [3, 4]]),
        ("[[1 2]\n [3 4]]", [[1, 2], [3, 4]]),
        ("[[1. 2.\n  3.]\n [4. 5.\n  6.]]", [[1, 2, 3], [4, 5, 6]]),  # NumPy breaks long rows
        ("array([[ 1. , -2.5]], dtype=float32)", [[1, -2.5]]),
        ("np.array([[[[1e-3, −2]]]])", [[0.001, -2]]),
        ("tensor([[1, 2]])", [[1, 2]]),
        ("7", [[7]]),
        ("1 2; 3 4", [[1, 2], [3, 4]]),
        ("1;2\n3;4", [[1, 2], [3, 4]]),
        ('x = np.array([[1, 2]], dtype="float32").reshape(1, 1, 1, 2)', [[1, 2]]),
    ],
)
def test_blocks_are_read(text, rows):
    assert run({"S": "entries"}, "return S.blockOf(given)", text) == rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1\t\t2\n3\t4\t5",
        "1,234\t2",
        "[[[1, 2]], [[3, 4]]]",
        "[[...]]",
        "1 a",
        "1 2\n3",
        "1e999",
        "nan",
        "2000000000",
    ],
)
def test_what_is_no_block_is_refused(text):
    code = "try { S.blockOf(given); } catch (error) { return error.message; }"
    assert run({"S": "entries"}, code, text)


# -- Links -----------------------------------------------------------------------------------------

ROUND_TRIP = """
return given.map(({ setting, x, w, b }) => {
    const typed = (values) => values && Float64Array.from(values);
    const state = { setting, x: typed(x), w: typed(w), b: typed(b), picture: null };
    const link = S.write(state), again = S.read(link);
    return { link, again: { setting: again.setting, ...Object.fromEntries(
        ["x", "w", "b"].map((name) => [name, again[name] && [...again[name]]])) } };
});
"""


def test_links_restore_random_states():
    given = [as_json(one, arrays(one, seed)) for seed, one in enumerate(random_settings(600, 8))]
    draw = random.Random(9)
    for case in given[::3]:
        case["x"] = [draw.choice([v, v / 7, v / 7e5, v * 1e-9, 36, -27]) for v in case["x"]]
    for case, found in zip(given, run({"S": "links"}, ROUND_TRIP, given), strict=True):
        assert found["again"] == case, found["link"]
        assert found["link"].startswith("v1")
        assert set(found["link"]) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_&=,.*()-"
        )


def test_a_link_is_read_as_other_programs_write_it():
    """Some put % and two letters in the place of parentheses and commas."""
    code = "const { x, setting } = S.read(given); return [[...x], setting.size];"
    text = "v1&x=1%2C1%2C1%2C3&kernel=1%2C1&X=%280.5%29*2.&W=1"
    assert run({"S": "links"}, code, text) == [[0.5, 0.5, 0.5], [1, 3]]


def test_links_are_short():
    """A character for each small number, and less where they repeat."""
    size = setting(size=[32, 32], channels=3, filters=4, kernel=[5, 5])
    draw = np.random.default_rng(1)
    case = {"setting": size, "x": draw.integers(0, 10, 3072).tolist(), "b": None}
    case["w"] = draw.integers(-9, 10, 300).tolist()
    dark = case | {"x": [0] * 3072}
    links = [found["link"] for found in run({"S": "links"}, ROUND_TRIP, [case, dark])]
    assert len(links[0]) < 3072 + 300 + 60
    assert len(links[1]) < 300 + 60


GOOD = "v1&x=1,1,5,5&X=1110001110001110011001100&W=101010101"


def hostile_links():
    """Five hundred that are damaged, or made to do harm."""
    by_hand = [
        "v2" + GOOD[2:], "v2&X=1", "V1", "x", "v1", "v1&", "=", "&&&", "%", "v1&X=%E0%A4%A",
        "v1&X=<script>alert(1)</script>&W=1", "v1&kind=<img src=x onerror=alert(1)>",
        "javascript:alert(1)", "v1&kind=javascript:alert(1)", "v1&__proto__=1", "v1&constructor=1",
        "v1&kind=__proto__", "v1&kind=constructor", "v1&pad=toString", "v1&picture=__proto__",
        "v1&picture=../../secret", "v1&picture=https://example.org/a.js", "v1&hasOwnProperty=1",
        "v1&x=99999,99999,99999,99999", "v1&x=1,1,1024,1025&X=0", "v1&x=8,64,1024,1024&X=0*9.",
        "v1&x=1,1,-5,5", "v1&x=1,1,5", "v1&x=1,1,5,5,5", "v1&x=1e9,1,1,1", "v1&x=,,,",
        "v1&x=1,1,5,5&X=0*99999999.&W=0*9.", "v1&X=0*999999999999.&W=0*9.", "v1&X=0*25&W=0*8.",
        "v1&kernel=7,7&X=0*24.&W=0*48.", "v1&groups=2&X=0*24.&W=0*8.", "v1&strides=0,0",
        "v1&strides=NaN,1", "v1&strides=1.5,1", "v1&pad=1,1,1", "v1&pad=-1,0,0,0", "v1&pad=VALID",
        "v1&more=5,5", "v1&kind=transposed&more=1,0&X=0*24.&W=0*8.", "v1&kind=max&X=0*24.&W=0*8.",
        "v1&X=(1e999)&W=0*8.", "v1&X=(NaN)*24.&W=0*8.", "v1&X=(Infinity)*24.&W=0*8.",
        "v1&X=(9999999999)*24.&W=0*8.", "v1&X=0*24.&W=0*8.&W=0*8.", "v1&X=0*24.&W=0*8.&picture=own",
        "v1&X=0*24.&picture=zones", "v1&X=0*23.&W=0*8.", "v1&X=0*25.&W=0*8.", "v1&X=0*24.&W=0*7.",
        "v1&X=0*24.", "v1&W=0*8.", "v1&X=0*24.&W=0*8.&B=", "v1&X=0*24.&W=0*8.&B=12",
        "v1&X=0*24.&W=0*8.&y=1", "v1&X=𝟘*24.&W=0*8.", "v1&X=0 0&W=0*8.", "v1&X=" + "(" * 5000,
        "v1&" + "a" * 100_000, "v1&X=" + "0" * 200_000 + "&W=0*8.", "v1&filters=0&X=0*24.&W=0*8.",
    ]  # fmt: skip
    draw, found = random.Random(10), list(by_hand)
    letters = "<>\"'`{}[]\\/%&=;:#?+*().,-_ 0123456789abcXWBv\x00é"
    while len(found) < 500:
        text = list(GOOD)
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(text))
            match draw.randrange(3):
                case 0:
                    text[at] = draw.choice(letters)
                case 1:
                    del text[at]
                case _:
                    text.insert(at, draw.choice(letters))
        found.append("".join(text))
    return found


def test_hostile_links_end_in_a_message():
    """Or, where damage happens to give another link, in a legal state of a usual size."""
    links = hostile_links()
    assert len(links) == 500
    code = """const before = Object.getOwnPropertyNames(Object.prototype).length;
    const answers = given.map((text) => {
        try {
            const { setting, x } = S.read(text);
            return { faults: F.faults(setting).length, length: x.length };
        } catch (error) {
            return { message: error.message, kind: error.constructor.name };
        }
    });
    return { answers, clean: Object.getOwnPropertyNames(Object.prototype).length === before };"""
    found = run({"S": "links", "F": "faults"}, code, links)
    assert found["clean"]
    refused = [answer for answer in found["answers"] if "message" in answer]
    read = [answer for answer in found["answers"] if "message" not in answer]
    for answer in refused:
        assert answer["kind"] == "Error", answer  # thrown by us, and not by chance
        assert 10 < len(answer["message"]) < 300
    assert all(answer["faults"] == 0 and answer["length"] <= 25 for answer in read)
    assert len(refused) > 420
    assert all("message" in answer for answer in found["answers"][:67])


def test_hostile_links_do_nothing_to_the_page(browser, address):
    tab = browser.new_page()
    faults = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("dialog", lambda dialog: faults.append("a script ran") or dialog.dismiss())
    tab.goto(address + "explorer.html")
    tab.wait_for_selector("#convdoc-explorer .facts dt")
    shown = 9
    for turn, text in enumerate(hostile_links()[:67:4]):
        tab.evaluate("text => { location.hash = '#' + text; }", text)
        tab.wait_for_function(
            "document.querySelector('.message').textContent.startsWith('This link')"
        )
        assert tab.locator("#convdoc-explorer .here .t text").count() == shown
        # Another one each time: the page may have put the last one in the address again.
        tab.evaluate(f"location.hash = '#v1&x=1,1,3,3&X=0*8.&W={turn % 2}*8.'")
        tab.wait_for_selector("#convdoc-explorer .message", state="hidden")
        shown = 1
    assert faults == []
    tab.close()


def steps_of(one, own, **view):
    """The steps that a stepper shows of a setting."""
    mode, strides = one["border_mode"], one["strides"]
    if one["kind"] in POOLINGS:
        settings = {name: one[name] for name in ("ceil_mode", "dilation", "divisor")}
        return steps.pooling(own["x"], one["kernel"], strides, mode, one["kind"], **settings)
    settings = {name: one[name] for name in ("dilation", "groups", "border")}
    settings |= {"strides": strides, "bias": own.get("b"), "engine": "numpy"}
    if one["kind"] == "transposed":
        settings["output_padding"] = one["output_padding"]
    return getattr(steps, one["kind"])(own["x"], own["w"], mode, **settings, **view)


def as_stepped(one):
    """What the steps of a setting know of it: of `ceil_mode`, whether a window hangs over."""
    if not one["ceil_mode"]:
        return one
    sides, needed = padding(one), plan(one).padding(one["size"])
    return one | {"border_mode": [list(pair) for pair in sides], "ceil_mode": sides != needed}


def test_steppers_have_the_links_that_the_explorer_writes():
    for numbers in ("integers", "mixed"):
        asked = random_settings(140, seed=11)
        owned = [arrays(one, seed, numbers) for seed, one in enumerate(asked)]
        known = [as_stepped(one) for one in asked]
        given = [as_json(*pair) for pair in zip(known, owned, strict=True)]
        written = run({"S": "links"}, ROUND_TRIP, given)
        for one, own, found in zip(asked, owned, written, strict=True):
            assert link.link(steps_of(one, own)) == found["link"], one
    shifted = steps.shifts([[[[1, 2], [3, 4]]]], [[[[1, 10]]]])
    assert link.link(shifted) == "v1&x=1,1,2,2&kernel=1,2&pad=full&X=1234&W=1a"
    assert link.link(steps.pooling(np.full((1, 1, 2, 2), np.inf), 2)) == ""
    assert link.link(steps.pooling(np.zeros((1, 1, 33, 2)), 2)) == ""
    assert link.link(steps.pooling(np.zeros((9, 1, 2, 2)), 2)) == ""
    assert link.link(steps.pooling(np.zeros((1, 1, 9, 9)), 2, strides=33)) == ""


def test_every_link_of_the_site_opens(site, pages):
    """And gives an output of the shape that its stepper has."""
    links = {}
    code = """return given.map((text) => {
        const { setting } = S.read(decodeURIComponent(text));
        return `(${A.outputShape(setting).join(", ")})`;
    });"""
    for name in pages:
        for address in soup(site / name).select('a[href*="explorer.html#v1"]'):
            stepper = address.find_parent("convdoc-stepper")
            links[name, address["href"].split("#")[1]] = stepper["aria-label"]
    assert len({name for name, _ in links}) > 40
    shapes = run({"S": "links", "A": "arithmetic"}, code, [text for _, text in links])
    for title, shape in zip(links.values(), shapes, strict=True):
        assert shape in title


def test_history_goes_back_and_on_and_holds_no_more_than_memory_does():
    code = """const state = (name, length) => ({ name, x: new Float64Array(length) });
    const history = new S.History(state("a", 1)), seen = [];
    const go = (where, ...all) => { history[where](...all); seen.push(history.now.name); };
    go("push", state("b", 1)); go("undo"); go("undo"); go("redo"); go("redo"); go("undo");
    go("push", state("c", 1)); go("redo");
    for (let turn = 0; turn < 300; turn += 1) history.push(state("d", 1));
    const many = history.before.length;
    for (let turn = 0; turn < 30; turn += 1) history.push({ name: "e", x: { length: 2 ** 22 } });
    return [seen.join(""), many, history.before.length];"""
    assert run({"S": "state"}, code) == ["baabbacc", 200, 8]


# -- The figure ------------------------------------------------------------------------------------

FIGURE = """
return given.map(({ setting, x, w, b }) => {
    const typed = (values) => values && Float64Array.from(values);
    const arrays = { x: typed(x), w: typed(w) }, texts = {};
    const y = C.convolve(C.computation(setting), arrays.x, arrays.w, typed(b));
    const svg = { setAttribute() {}, querySelector: () => ({ ...svg, getAttribute: () => "" }) };
    const { there, here, reach } = D.layout(setting), { samples, channels, filters } = setting;
    const panels = (length, columns) => Array.from({ length }, () => ({ svg, columns }));
    D.write({
        there: panels(samples * channels, there[1]), here: panels(samples * filters, here[1]),
        stamp: panels(filters * reach[0].length, setting.kernel[1]),
        write: (part, k, written) => ((texts[part] ??= [])[k] = written),
    }, setting, { ...arrays, y });
    return { texts, html: D.figure(setting), plan: D.plan(setting) };
});
"""
PLAN = (
    "shape", "starts", "window", "dilation", "reach", "scatters", "around", "spread", "size",
    "names", "homes", "missing",
)  # fmt: skip


def test_the_figure_is_the_one_that_python_draws():
    """Its cells, where windows lie, notes, and numbers, those beyond the border muted."""
    asked = random_settings(140, seed=31)
    owned = [arrays(one, seed) for seed, one in enumerate(asked)]
    given = [as_json(*pair) for pair in zip(asked, owned, strict=True)]
    figures, noted = run({"C": "convolve", "D": "drawing"}, FIGURE, given), ""
    for one, own, found in zip(asked, owned, figures, strict=True):
        view = {"view": "gather"} if one["kind"] == "transposed" else {}
        look = kinds.look(steps_of(one, own, **view))
        page = BeautifulSoup(found["html"], "html.parser")
        assert [note.text for note in page.select(".note")] == look.notes(), one
        plan = json.loads(json.dumps(look.plan()))
        assert [found["plan"].get(name) for name in PLAN] == [plan.get(name) for name in PLAN], one
        noted += " ".join(look.notes())
        if not look.steps.numbered:
            continue
        blocks = {block.part: block.slices for block in blocks_at(look, len(look.steps) - 1)}
        for part, slices in blocks.items():
            texts = [list(chain(*piece.panel.texts)) for piece in slices]
            assert found["texts"][part] == texts or is_mean(one, part), (part, one)
        texts = chain(*found["texts"]["there"])
        cells = zip(texts, page.select(".there .t text"), strict=True)
        muted = [text for text, cell in cells if text and cell.get("class") == ["m"]]
        drawn = "".join(piece.panel.svg() for piece in blocks["there"])
        picture = BeautifulSoup(drawn, "html.parser")
        assert muted == [cell.text for cell in picture.select(".t .m")], one
    assert all(WORDS[name] in noted for name in ("missing", "not counted", "dashed"))


def is_mean(one, part):
    """Whether numbers have decimals, of which Python rounds a tie to the even neighbour."""
    return part == "here" and (one["kind"] in POOLINGS or one["bias"] or one["border"] == -0.5)


# -- The table of words --------------------------------------------------------------------------


def spoken(sources):
    """Strings, strings and names, and the templates of all modules, as patterns."""
    strings = set(re.findall(r'"([^"\n]*)"', sources))
    templates = re.findall(r"(?=`([^`\n]*)`)", re.sub(r"\$\{[^{}]*\}", "*", sources))
    hole = re.escape("*")
    made = [re.compile(re.escape(found).replace(hole, "([^.]*)")) for found in templates]
    return strings, strings | set(re.findall(r"\w+", sources)), made


def is_spoken(name, strings, parts, made):
    if name in strings:
        return True
    found = (pattern.fullmatch(name) for pattern in made)
    return any(
        match and set(match.groups()) <= parts and match.groups() != (name,) for match in found
    )


def leaves(table, at=""):
    """Names of all sentences, each with its text or its forms."""
    parts = table.items() if isinstance(table, dict) else enumerate(table)
    for name, value in parts:
        if isinstance(value, str) or "other" in value:
            yield f"{at}{name}", value
        else:
            yield from leaves(value, f"{at}{name}.")


def test_the_table_has_each_sentence_that_is_said_and_no_other():
    table = page.sentences()
    known = dict(leaves({name: group for name, group in table.items() if name != "page"}))
    known.pop("language")
    sources = "".join(path.read_text("utf-8") for path in sorted(page.FOLDER.glob("*.js")))
    said = spoken(sources)
    for name in known:
        group, _, rest = name.partition(".")  # code.js leaves its group out
        assert is_spoken(name, *said) or (group == "code" and is_spoken(rest, *said)), name
    for string in said[0]:
        if re.fullmatch(rf"({'|'.join(table)})\.[a-z0-9_ -]+", string):
            assert string in known, string


# -- What Python hands over ------------------------------------------------------------------------


def test_python_hands_over_what_it_knows():
    code = "return [D.words, A.LIMITS]"
    handed = [transcript.WORDS, link.LIMITS]
    assert run({"D": "drawing", "A": "arithmetic"}, code) == json.loads(json.dumps(handed))


def test_the_scripts_know_all_paddings_borders_and_poolings():
    code = """return {
        paddings: Object.keys(B.PADDINGS), borders: Object.keys(B.BORDERS),
        fits: Object.keys(B.PADDINGS).filter(B.fits),
        poolings: Object.keys(K.KINDS).filter((kind) => K.KINDS[kind].isPooling),
    };"""
    assert run({"B": "borders", "K": "kinds"}, code) == {
        "paddings": list(PADDINGS),
        "borders": list(BORDERS),
        "fits": [name for name, padding in PADDINGS.items() if padding.fits],
        "poolings": list(POOLINGS),
    }


def test_what_a_border_repeats_is_what_convdocs_borders_repeat():
    """On images of one pixel and more, farther than the image is long."""
    places = [(place, n) for n in range(1, 6) for place in range(-13, 14 + n)]
    names = [name for name, border in BORDERS.items() if border.repeats]
    code = "const [names, places] = given; return names.map((name) =>"
    code += " places.map(([place, n]) => B.BORDERS[name].at(place, n)));"
    for name, found in zip(names, run({"B": "borders"}, code, [names, places]), strict=True):
        assert found == [BORDERS[name].at(*place) for place in places], name


def test_presets_are_legal_and_are_what_they_are_called():
    code = """return Object.entries(P.PRESETS).flatMap(([group, all]) =>
        Object.entries(all).map(([name, make]) => {
            const { setting } = make(S.made(S.START));
            return [group, name, F.faults(setting), A.relationshipAlong(setting, 0).number];
        }));"""
    names = {"P": "presets", "S": "state", "A": "arithmetic", "F": "faults"}
    found = {(group, name): rest for group, name, *rest in run(names, code)}
    assert len(found) == 5 + 17 + 7 + 3
    assert not any(faults for faults, _ in found.values())
    relationships = [number for (group, _), (_, number) in found.items() if group == "guide"]
    # In the order of their guide; number 7, pooling's, is what convdoc calls 1 under stride 1.
    assert relationships == [1, 2, 3, 4, 5, 6, 6, 15, 8, 9, 10, 11, 12, 13, 14, 1, 1]
