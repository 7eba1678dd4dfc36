"""The chapter on the matrix and the spectra: its numbers on the built page."""

import json
import re

import numpy as np
import pytest
import scipy.signal

from tests.conftest import ROOT
from tests.test_site import soup

X = np.array([[1, 2, 0, 1],
              [0, 1, 3, 2],
              [2, 0, 1, 1],
              [1, 1, 0, 2]])  # fmt: skip
W = np.array([[1, 2, 3],
              [4, 5, 6],
              [7, 8, 9]])  # fmt: skip


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/matrix-and-spectrum.html")


def printed(page):
    """What the chapter's code prints, without the arrays of its exercises."""
    blocks = page.select(".cell_output pre")
    return [block.get_text() for block in blocks if not block.find_parent("convdoc-question")]


def prose(page):
    """What the page says outside of code, its output and its exercises."""
    texts = [p.get_text() for p in page.select("article section > p")]
    return " ".join(" ".join(texts).split())


def drawn(page, figure):
    """All numbers in the cells of a figure."""
    texts = page.select("svg.convdoc-figure")[figure].select("text")
    return [int(text.get_text()) for text in texts if text.get_text().isdigit()]


def arrays(page):
    """All arrays that the page prints: lists of rows."""
    found = []
    for text in printed(page):
        for body in re.findall(r"\[\[.*?\]\]", text, re.S):
            rows = re.findall(r"\[+([^\[\]]+)\]", body)
            found.append([[float(n) for n in re.findall(r"-?\d+\.?\d*", row)] for row in rows])
    return found


def test_the_matrix_has_the_turned_kernel_at_the_guides_places(page):
    """Row r holds the kernel's rows at {0, 1, 4, 5}[r] + {0, 4, 8} (Dumoulin and Visin, 4.1)."""
    numbers = [
        (float(text["x"]), int(text.get_text()))
        for text in page.select_one("svg.convdoc-figure").select("text")
        if text.get_text().isdigit()
    ]
    columns = [x for x, _ in numbers[:16]]  # of the image
    weights = [(columns.index(x), weight) for x, weight in numbers[16:-4]]
    assert weights == [
        (start + offset + v, three[v])
        for start in (0, 1, 4, 5)
        for offset, three in zip((0, 4, 8), ([9, 8, 7], [6, 5, 4], [3, 2, 1]), strict=True)
        for v in range(3)
    ]
    assert [[9, 8, 7, 0], [6, 5, 4, 0], [3, 2, 1, 0], [0, 0, 0, 0]] in arrays(page)
    assert "9 8 7 0, 6 5 4 0, 3 2 1 0, and four zeros" in prose(page)


def test_the_picture_multiplies_that_matrix_with_the_image(page):
    numbers = [
        int(text.get_text())
        for text in page.select_one("svg.convdoc-figure").select("text")
        if text.get_text().isdigit()
    ]
    y = scipy.signal.convolve2d(X, W, "valid").ravel().tolist()
    assert numbers[:16] == X.ravel().tolist()
    assert numbers[-4:] == y == [49, 57, 50, 61]
    assert sorted(numbers[16:-4]) == sorted([*range(1, 10)] * 4), "each weight four times"
    assert "of 64 cells, 28 are always zero" in prose(page)
    assert "the other 36 hold 9 numbers, each 4 times" in prose(page)


def test_the_transpose_is_the_transposed_convolution(page):
    """Of a true convolution it is the full cross-correlation with the kernel as it is stored."""
    y = scipy.signal.convolve2d(X, W, "valid")
    back = scipy.signal.correlate2d(y, W, "full")
    assert drawn(page, 1) == [*X.ravel(), *y.ravel(), *back.ravel()]


def test_pixels_are_copied_once_for_each_window(page):
    along_an_axis = [1, 2, 3, 3, 2, 1]  # windows of 3 on 6 pixels that hold each of them
    assert drawn(page, 2) == np.outer(along_an_axis, along_an_axis).ravel().tolist()
    figure = page.select("svg.convdoc-figure")[2]
    assert "144 copies of 36 pixels" in figure.get_text()  # 16 windows of 9
    assert any("kernel (1, 9)  windows (9, 4)  product (1, 4)" in text for text in printed(page))
    # 510² windows of 9, and 502² of 121, for 512² pixels
    assert "512×512 pixels grows 8.9 times for a kernel of 3×3" in prose(page)
    assert "and 116.3 times for one of 11×11" in prose(page)


def test_a_dense_layer_is_counted_as_in_the_notebook(page):
    (counts,) = [text for text in printed(page) if text.startswith("inputs")]
    for number in ("96,040,000", "10,671,111.1", "96,049,604", "9,604,960.4"):
        assert number in counts
        assert number in prose(page)


def test_spectra_wrap_around_without_room_and_do_not_with_it(page):
    moved = [W[u, v] * np.roll(X, (u, v), (0, 1)) for u in range(3) for v in range(3)]
    full = scipy.signal.convolve2d(X, W, "full")
    assert drawn(page, 3) == [*sum(moved).ravel(), *full.ravel()]
    assert full.tolist() in arrays(page), "by spectra with room"


def test_the_record_says_where_the_curves_cross(page):
    """The page says of each direct way between which sizes the spectra overtake it for good."""
    record = json.loads((ROOT / "benchmarks/spectrum.json").read_text())
    text = prose(page)
    assert f"Measured on {record['date']}: {record['machine']}" in text
    assert all(f"{name} {version}" in text for name, version in record["versions"].items())
    assert record["rows"][0]["kernel"] == 3
    assert record["rows"][-1]["kernel"] == 63
    for way, told in {
        "convolve2d": "convolve2d",
        "direct": "the engine direct,",
    }.items():
        wins = [
            row["kernel"] for row in record["rows"]
            if row["seconds"][way] < row["seconds"]["fftconvolve"]
        ]  # fmt: skip
        where, size = re.search(rf"{told} (crosses|is above|is below)\D+(\d+)×\d+", text).groups()
        if where == "crosses":
            above = [row["kernel"] for row in record["rows"] if row["kernel"] > wins[-1]]
            assert wins[-1] <= int(size) <= above[0]
        else:
            assert wins == (
                [] if where == "is above" else [row["kernel"] for row in record["rows"]]
            )
    last = record["rows"][-1]["seconds"]
    assert f"takes {last['convolve2d'] / last['fftconvolve']:,.0f} times as long at 63×63" in text
    curves = page.select("svg.convdoc-figure")[-1].get_text()
    assert all(way in curves for way in ("convolve2d", "direct", "oaconvolve", "fftconvolve"))


def test_the_chapter_ends_with_questions(page):
    names = [question["id"] for question in page.select("convdoc-question")]
    assert names == [
        "exercise-dense-vs-conv", "exercise-matrix-row", "exercise-matrix-fft-size",
    ]  # fmt: skip
    (dense,) = page.select("#exercise-dense-vs-conv details")
    for number in ("96,040,000", "10,671,111.1", "96,049,604", "9,604,960.4"):
        assert number in dense.get_text()
