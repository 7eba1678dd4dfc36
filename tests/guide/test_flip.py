"""Flip or no flip: what each library is shown to do, against printed and derived numbers."""

import json

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage.filters import correlate_sparse

from tests.conftest import ROOT
from tests.test_site import cells, printed, soup

WRITTEN, TURNED = "123456789", "987654321"
ANSWERS = {
    "They flip: convolution": {
        "conv2d(x, w": WRITTEN,
        "K.eval(Conv2D(": WRITTEN,
        "signal.convolve2d(": WRITTEN,
        "signal.fftconvolve(": WRITTEN,
        "ndimage.convolve(": WRITTEN,
        "np.convolve(": "123",
    },
    "They do not flip: cross-correlation": {
        "tf.nn.conv2d(": TURNED,
        "functional.conv2d(": TURNED,
        "jax.lax.conv(": TURNED,
        "signal.correlate2d(": TURNED,
        "np.correlate(": "321",
        "cv2.filter2D(": TURNED,
        "correlate_sparse(": TURNED,
    },
    "It flips by half": {"np.array(Image.fromarray(": "321654987"},
}
EVEN = {
    "In rows 2 and 3": {
        "K.eval(Conv2D(": "123456",
        "signal.convolve2d(": "123456",
        "signal.fftconvolve(": "123456",
        "cv2.filter2D(": "654321",
    },
    "In rows 1 and 2": {
        "ndimage.convolve(": "123456",
        "signal.correlate2d(": "654321",
        "tf.nn.conv2d(": "654321",
        "functional.conv2d(": "654321",
        "jax.lax.conv(": "654321",
    },
}
CORNERS = {
    "Zeros beyond the border": {
        "conv4d(": "0.4444",
        "signal.convolve2d(": "0.4444",
        "tf.nn.conv2d(": "0.4444",
        "functional.conv2d(": "0.4444",
        "jax.lax.conv(": "0.4444",
    },
    "No zeros": {
        "ndimage.convolve(": "1.0000",
        "cv2.filter2D(": "1.0000",
        "correlate_sparse(": "1.0000",
        "np.array(Image.fromarray(": "1.0000",
    },
}


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/flip-or-no-flip.html")


def groups(table):
    """Of each group, by its heading: the lines that were run, and their answers."""
    found = {}
    for body in table.select("tbody"):
        heading, *rows = body.select("tr")
        answers = {row.code.get_text(): row.td.get_text().replace(" ", "") for row in rows}
        found[heading.get_text()] = answers
    return found


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, ANSWERS), (1, EVEN), (2, CORNERS)],
    ids=["flip", "anchor", "border"],
)
def test_each_library_answers_as_the_sources_print(page, number, expected):
    found = groups(page.select("table.convdoc-table")[number])
    assert list(found) == list(expected)
    for heading, answers in expected.items():
        assert len(found[heading]) == len(answers)
        for (line, answer), (start, printed_by_source) in zip(
            found[heading].items(), answers.items(), strict=True
        ):
            assert line.startswith(start)
            assert answer == printed_by_source


def test_steppers_show_the_kernel_as_written_and_turned(page):
    convolved, correlated = page.select(".cell_output convdoc-stepper")[:2]
    assert cells(convolved.select_one(".here svg")) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert cells(correlated.select_one(".here svg")) == [9, 8, 7, 6, 5, 4, 3, 2, 1]


def test_what_is_recorded_is_shown_with_its_versions_and_its_date(page):
    record = json.loads((ROOT / "benchmarks/libraries.json").read_text())
    names = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
    first = page.select_one("table.convdoc-table")
    assert f"TensorFlow, PyTorch and JAX ran on {record['date']}" in first.caption.get_text()
    for library, name in names.items():
        assert f"{name} {record['versions'][library]}" in first.get_text()
        assert record["results"]["impulse"][library]["call"] in first.get_text()


def test_a_moved_kernel_gives_in_pytorch_what_theano_gives(page):
    text = "\n".join(printed(page))
    assert "[[9 8 7]\n [6 5 4]\n [3 2 1]]\n(32, 3, 6, 6)" in text
    (answers,) = groups(page.select("table.convdoc-table")[3]).values()
    assert answers == {
        'functional.conv2d(torch.tensor(x), torch.tensor(w), padding="same")': WRITTEN
    }


def test_convolve2d_swaps_and_a_layer_refuses(page):
    """Four ones lie under the smaller array, wherever it is laid on the larger."""
    (block,) = [block for block in printed(page) if block.startswith("[[4. 4.]\n [4. 4.]]")]
    assert "the kernel (3, 3) is" in block
    assert "larger than the image of (2, 2)" in block


def test_symmetric_kernels_hide_the_flip_and_edges_change_their_sign(page):
    assert "True\nTrue\n" in printed(page)


def test_mirrors_differ_and_pillow_copies_the_border_as_the_page_says():
    row = np.array([[1.0, 2, 4, 8]] * 4)
    left = np.zeros((3, 3))
    left[1, 0] = 1  # a correlation reads the neighbour on the left
    assert ndimage.correlate(row, left)[1].tolist() == [1, 1, 2, 4]
    assert correlate_sparse(row, left)[1].tolist() == [1, 1, 2, 4]
    assert cv2.filter2D(row, -1, left)[1].tolist() == [2, 1, 2, 4]
    image = Image.fromarray(row.astype("uint8"))
    filtered = np.array(image.filter(ImageFilter.Kernel((3, 3), left.ravel(), scale=1)))
    assert filtered.tolist() == [[1, 2, 4, 8], [1, 1, 2, 8], [1, 1, 2, 8], [1, 2, 4, 8]]
