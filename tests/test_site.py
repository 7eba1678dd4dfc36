"""The built site: its numbers, its words for pictures, and what it leaves alone."""

import ast
import functools
import re
import shutil
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from bs4 import BeautifulSoup

from tests import notebook
from tests.conftest import ROOT

SCENARIOS = sorted(path.stem for path in (ROOT / "gallery").glob("*.py"))
ATLAS = sorted(f"atlas/{path.stem}" for path in (ROOT / "gallery/atlas").glob("*.py"))
SCRIPTS = SCENARIOS + ATLAS
GALLERY = "auto_gallery"


def soup(path):
    """Return a page, which is parsed once for all tests: none changes it."""
    return _parsed(path, path.stat().st_mtime_ns)


@functools.cache
def _parsed(path, _written):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def printed(page):
    """What the code of a page prints, block by block."""
    return [block.get_text() for block in page.select(".sphx-glr-script-out pre, .cell_output pre")]


def printed_arrays(text):
    """Arrays in "name.shape: (…)" form, followed by their numbers: name -> array."""
    parts = re.split(r"^(\w+)\.shape: (\(.*\))$", text, flags=re.M)[1:]
    arrays = {}
    for name, shape, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", body)]
        arrays[name] = np.reshape(numbers, ast.literal_eval(shape))
    return arrays


# -- Numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_has_a_page_with_pictures_and_a_folded_answer(site, name):
    page = soup(site / GALLERY / f"{name}.html")
    assert page.select("svg.convdoc-figure, convdoc-stepper")
    assert printed(page)
    (answer,) = page.select("details.convdoc-answer")
    assert answer.select_one("p").get_text().strip()
    code = [pre for pre in page.select("pre") if "show(Answer(" in pre.get_text()]
    assert [answer] == [pre.find_parent("details") for pre in code]


@pytest.mark.parametrize("example", notebook.EXAMPLES, ids=lambda e: e.page)
def test_pages_print_the_arrays_of_the_notebook(site, example):
    page = soup(site / GALLERY / f"{example.page}.html")
    arrays = printed_arrays("\n".join(printed(page)))
    for name, expected in {"x": example.x, "W": example.w, "y": example.y}.items():
        assert arrays[name].shape == expected.shape
        np.testing.assert_array_equal(arrays[name], expected)


def test_pictures_hold_the_same_numbers(site):
    page = soup(site / GALLERY / "010_impulse_response.html")
    texts = [text.get_text() for text in page.select_one("svg.convdoc-figure").select("text")]
    assert {"(1, 1, 5, 7)", "(1, 1, 2, 3)", "(1, 1, 4, 5)"} <= set(texts)
    numbers = [int(text) for text in texts if text.isdigit()]
    x, w, y = notebook.IMPULSE.x, notebook.IMPULSE.w, notebook.IMPULSE.y
    assert numbers == [*x.flat, *w.flat, *y.flat]


@pytest.mark.parametrize("name", SCENARIOS[:7])
def test_scenarios_of_small_arrays_can_be_stepped_through(site, name):
    assert soup(site / GALLERY / f"{name}.html").select("convdoc-stepper")


# Input size, output size and relationship in V. Dumoulin and F. Visin's guide; for a transposed
# convolution the input and output of that, and the relationship's number there.
CASES = {
    "010_no_padding": (4, 2, 1),
    "020_arbitrary_padding": (5, 6, 2),
    "030_half_padding": (5, 5, 3),
    "040_full_padding": (5, 7, 4),
    "050_strides": (5, 2, 5),
    "060_padding_and_strides": (5, 3, 6),
    "070_padding_and_strides_odd": (6, 3, 6),
    "110_no_padding_transposed": (2, 4, 8),
    "120_arbitrary_padding_transposed": (6, 5, 9),
    "130_half_padding_transposed": (5, 5, 10),
    "140_full_padding_transposed": (7, 5, 11),
    "150_strides_transposed": (2, 5, 12),
    "160_padding_and_strides_transposed": (3, 5, 13),
    "170_padding_and_strides_odd_transposed": (3, 6, 14),
    "210_dilation": (7, 3, 15),
    "220_average_pooling": (5, 3, None),
    "230_max_pooling": (5, 3, None),
}


@pytest.mark.parametrize(("name", "case"), CASES.items())
def test_atlas_has_every_case_of_the_guide_with_its_sizes_and_its_relationship(site, name, case):
    size, output, number = case
    page = soup(site / GALLERY / "atlas" / f"{name}.html")
    steppers = page.select("convdoc-stepper")
    assert len(steppers) == (2 if "transposed" in name or "pooling" in name else 1)
    for stepper in steppers[:1] if "pooling" in name else steppers:
        shapes = [p.get_text() for p in stepper.select(".stage .block > p:first-child")]
        assert shapes[0].endswith(f"(1, 1, {size}, {size})")
        assert shapes[-1].endswith(f"(1, 1, {output}, {output})")
    told = page.select_one(".convdoc-relationship").get_text()
    assert number is None or told.startswith(f"Relationship {number}: ")
    assert page.select_one(".convdoc-relationship math:last-of-type mn").get_text() == str(output)


def test_atlas_has_the_cases_that_the_guide_leaves_out(site):
    others = {name.removeprefix("atlas/") for name in ATLAS} - set(CASES)
    assert others
    for name in others:
        assert soup(site / GALLERY / "atlas" / f"{name}.html").select("convdoc-stepper"), name


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_figure_of_an_example_comes_before_its_code(site, name):
    """After a title and one sentence; its code is whole below, and what follows has its own."""
    page = soup(site / GALLERY / f"{name}.html").select_one(".sphx-glr-example-title")
    parts = [part for part in page.find_all(recursive=False) if part.name != "br"]
    _, title, lead, figure, fold = parts[:5]
    assert title.name == "h1"
    assert len(re.findall(r"[.?!](?=\s|$)", lead.get_text())) == 1
    assert figure.select_one("svg, convdoc-stepper")
    assert fold.name == "details"
    assert fold.summary.get_text() == "The code of this figure"
    blocks = [block.get_text() for block in page.select(".highlight-Python pre")]
    written = (ROOT / "gallery" / f"{name}.py").read_text("utf-8")
    assert ast.dump(ast.parse("\n".join(blocks))) == ast.dump(without_docstring(written))
    for shown in page.select("convdoc-stepper, .convdoc-figure-scroller"):
        before = shown.find_previous_sibling() or shown.parent.find_previous_sibling()
        assert "highlight-Python" not in before.get("class", [])
    for paragraph in page.select("section > p"):
        if paragraph.get_text().endswith(":"):
            assert paragraph.find_next_sibling().name not in ("p", "section"), paragraph


def without_docstring(source):
    """A script's tree without its description."""
    tree = ast.parse(source)
    del tree.body[0]
    return tree


def cells(panel):
    return [int(text.get_text().replace("−", "-")) for text in panel.select(".t text")]


def test_figures_that_were_published_wrong_are_right_here(site):
    """The animation numerical_padding_strides, and the size in the caption of figure 4.7."""
    page = soup(site / GALLERY / "atlas/060_padding_and_strides.html")
    assert cells(page.select_one(".here svg")) == [1, 5, 6, 7, 8, 3, 3, 10, 4]
    assert "6 of 9 differ" in "\n".join(printed(page))
    page = soup(site / GALLERY / "atlas/170_padding_and_strides_odd_transposed.html")
    assert len(cells(page.select_one(".here svg"))) == 3 * 3
    assert "4.7" in page.get_text()


def test_steppers_of_the_same_by_theano_and_tensorflow_pick_other_pixels(site):
    page = soup(site / GALLERY / "atlas/340_same_with_strides.html")
    theano, tensorflow = (cells(panel) for panel in page.select(".here svg"))
    assert theano == [1, 3, 5, 13, 15, 17, 25, 27, 29]
    assert tensorflow == [8, 10, 12, 20, 22, 24, 32, 34, 36]


#: Of each page with a border, what NumPy calls it, of each figure.
BORDERS = {
    "410_circular_border": [{"mode": "wrap"}, {"mode": "wrap"}],
    "420_mirrored_borders": [{"mode": "reflect"}, {"mode": "symmetric"}],
    "430_replicated_border": [{"mode": "edge"}],
    "440_constant_border": [{"constant_values": 9}],
}


@pytest.mark.parametrize(("name", "borders"), BORDERS.items())
def test_atlas_shows_what_is_beyond_each_border(site, name, borders):
    steppers = soup(site / GALLERY / "atlas" / f"{name}.html").select("convdoc-stepper")
    for stepper, border in zip(steppers, borders, strict=True):
        rows = stepper.select(".there svg .t > g")
        shown = np.array([[int(text.get_text()) for text in row("text")] for row in rows])
        beyond = np.array([["m" in text.get("class", "") for text in row("text")] for row in rows])
        inside = np.ix_(~beyond.all(1), ~beyond.all(0))
        sides = [(n.argmin(), n[::-1].argmin()) for n in (beyond.all(1), beyond.all(0))]
        assert beyond.any()
        np.testing.assert_array_equal(shown, np.pad(shown[inside], sides, **border))


def test_atlas_counts_the_windows_of_ceil_mode(site):
    page = soup(site / GALLERY / "atlas/460_ceil_mode.html")
    outputs = [len(panel.select(".t text")) for panel in page.select(".here svg")]
    assert outputs == [3 * 3, 2 * 2, 3 * 3]
    assert cells(page.select_one(".here svg")) == [3, 2, 4, 2, 3, 1, 3, 2, 5]
    sums = [item.get_text() for item in page.select("convdoc-stepper")[2].select("ol > li")]
    assert [re.search(r"/ (\d)", text)[1] for text in sums] == list("996996664")


@pytest.mark.parametrize("element", ["stepper", "question"])
def test_only_pages_with_an_element_load_its_script_and_load_it_once(site, pages, element):
    having = set()
    for name in pages:
        page = soup(site / name)
        scripts = page.select(f"script[src*='{element}.js']")
        expected = bool(page.select(f"convdoc-{element}"))
        expected |= (element, name) == ("stepper", "explorer.html")  # which makes its own
        assert len(scripts) == expected, name
        assert not page.select(".convdoc-assets"), name
        having.add(expected)
    assert having == {True, False}


def test_thumbnails_show_the_case(site):
    """Each page of the atlas has a drawing of its own on the card that leads to it."""
    page = soup(site / GALLERY / "index.html")
    images = [card["src"] for card in page.select(".sphx-glr-thumbcontainer img")]
    assert len(images) == len(SCRIPTS)
    drawings = [(site / GALLERY / src).resolve() for src in images if src.endswith(".svg")]
    assert len(drawings) >= len(ATLAS)
    assert len({path.read_bytes() for path in drawings}) == len(drawings)


def test_network_page_prints_the_shapes_of_its_run(site):
    text = "\n".join(printed(soup(site / GALLERY / "080_dieleman_network.html")))
    for shape in ("45, 45", "40, 40", "20, 20", "16, 16", "8, 8", "6, 6", "4, 4", "2, 2"):
        assert shape in text
    seen = [int(number) for number in re.findall(r"sees +(\d+) pixels", text)]
    assert seen == [6, 7, 15, 17, 25, 33, 37]
    for kernel in ("(32, 3, 6, 6)", "(64, 32, 5, 5)", "(128, 64, 3, 3)", "(128, 128, 3, 3)"):
        assert kernel in text


def test_parameters_page_counts_them(site):
    text = "\n".join(printed(soup(site / GALLERY / "090_counting_parameters.html")))
    numbers = [750, 3456, 51200, 73728, 147456, 275840, 276192]
    assert [n for n in numbers if not re.search(rf"\b{n}\b", text)] == []


def test_exercises_answer_with_the_right_numbers(site):
    page = soup(site / "exercises/index.html")
    parameters, dense = (
        page.select_one(f"#exercise-{name} > details").get_text()
        for name in ("four-layers", "dense-vs-conv")
    )
    for number in ("3,456", "51,200", "73,728", "147,456", "275,840"):
        assert number in parameters
    for number in ("96,040,000", "10,671,111.1", "96,049,604", "9,604,960.4"):
        assert number in dense


def test_the_notebooks_call_and_todays_are_shown_with_their_results(site):
    page = soup(site / "guide/the-keras-layer.html")
    code = page.get_text()
    assert 'border_mode="valid", bias=False, dim_ordering="th"' in code
    assert 'padding="valid", use_bias=False, data_format="channels_first"' in code
    outputs = [text for text in printed(page) if "[0. 4. 5. 6. 0.]" in text]
    assert len(outputs) == 2


# -- Words, links -------------------------------------------------------------------------------


def test_every_picture_is_described_in_words_or_decoration(site, pages):
    faults = []
    for name in pages:
        page = soup(site / name)
        for svg in page.select("svg.convdoc-figure:not([aria-hidden])"):
            label = svg.get("aria-label", "")
            if svg.get("role") != "img" or len(re.findall(r"[A-Za-z]{2,}", label)) < 4:
                faults.append((name, "figure", label))
        for image in page.select("img"):
            beside_its_name = image.find_parent(class_=["sphx-glr-thumbcontainer", "navbar-brand"])
            alt = image.get("alt")
            if alt is None or (not alt and not beside_its_name) or "/" in alt or ".svg" in alt:
                faults.append((name, image.get("src"), alt))
    assert faults == []


def test_every_drawing_is_shown(site):
    sources = {f"{GALLERY}/{name}": ROOT / "gallery" / f"{name}.py" for name in SCRIPTS}
    for path in (ROOT / "docs").rglob("*.md"):
        sources[path.relative_to(ROOT / "docs").with_suffix("").as_posix()] = path
    figure, stepper = r"^figure(?:, \w+)? = ", r"draw\.\w*stepper\("
    for call, element in {
        figure: "svg.convdoc-figure:not([aria-hidden])",
        stepper: "convdoc-stepper",
    }.items():
        drawn = {n: len(re.findall(call, path.read_text(), re.M)) for n, path in sources.items()}
        shown = {}
        for name in sources:
            page = soup(site / f"{name}.html")
            inside = len(page.select(f"convdoc-question {element}"))  # of solutions
            shown[name] = len(page.select(element)) - inside
        assert shown == drawn
        assert any(drawn.values())


def test_links_inside_the_site_lead_somewhere(site, pages):
    @functools.cache
    def ids(path):
        return {element.get("id") for element in soup(path).select("[id]")}

    faults = []
    for name in pages:
        page = soup(site / name)
        for link in page.select("a[href]"):
            address = urlsplit(link["href"])
            if address.scheme:
                continue
            target = (site / name).parent / unquote(address.path) if address.path else site / name
            if not target.is_file() or (
                address.fragment
                and target.suffix == ".html"
                and not address.fragment.startswith("v1&")  # the explorer's: see test_explorer.py
                and address.fragment not in ids(target)
            ):
                faults.append((name, link["href"]))
    assert faults == []


# -- What the site leaves alone -----------------------------------------------------------------

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}


def test_no_page_loads_anything_from_elsewhere(site):
    faults = []
    for path in site.rglob("*.html"):
        page = soup(path)
        addresses = [e[a] for tag, a in LOADED.items() for e in page.select(f"{tag}[{a}]")]
        addresses += [e["href"] for e in page.select("link[href]")]
        addresses += re.findall(r"url\(([^)]+)\)", str(page))
        faults += [(path.name, a) for a in addresses if re.match(r"['\"]?(https?:)?//", a)]
    for path in site.rglob("*.css"):
        addresses = re.findall(r"(?:url\(|@import )['\"]?([^)'\";]+)", path.read_text())
        faults += [(path.name, a) for a in addresses if re.match(r"(https?:)?//", a)]
    assert faults == []


def test_nothing_names_the_machine_that_built_it(site):
    paths = {str(ROOT), sys.prefix, sys.base_prefix, str(Path.home()), shutil.which("g++")}
    secrets = [path.encode() for path in paths - {"/usr", "/usr/local", "/root"}]
    faults = []
    for path in filter(Path.is_file, site.rglob("*")):
        contents = [path.read_bytes()]
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        faults += [(path.name, s) for s in secrets for content in contents if s in content]
    assert faults == []


def test_no_image_weighs_more_than_150_kb(site, pages):
    images = [p for p in site.rglob("*") if p.suffix in (".png", ".jpg", ".webp", ".gif")]
    inline = [str(svg) for name in pages for svg in soup(site / name).select("svg")]
    assert max(path.stat().st_size for path in images) < 150_000
    assert max(map(len, inline)) < 150_000


def test_no_formula_shows_its_source(site, pages):
    shown = [formula.get_text() for name in pages for formula in soup(site / name).select("math")]
    assert shown
    assert [text for text in shown if "\\" in text] == []
