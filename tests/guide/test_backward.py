"""The chapter on the backward pass: its numbers on the built page."""

import re

import numpy as np
import pytest
import scipy.signal

from tests.test_site import cells, soup

DY = np.array([[1, 0],
               [2, 3]])  # fmt: skip
# The gradients of the page's first layer, added up by hand. In the upper left corner dy lies on
# 1 3 / 2 4, so 1·1 + 3·0 + 2·2 + 4·3 = 17, and that is the gradient of the kernel's last weight.
SUMS = [[17, 14], [11, 13]]
DW = [[13, 11], [14, 17]]
# Pixel (1, 1) lies in all four windows: 1·1 + 0·2 + 2·0 + 3·3 = 10.
DX = [[3, 0, 0], [8, 10, 0], [4, 8, 3]]
NUMBER = r"-?\d+(\.\d+)?"
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/the-backward-pass.html")


@pytest.fixture(scope="module")
def steppers(page):
    found = page.select("convdoc-stepper")
    return [stepper for stepper in found if not stepper.find_parent("convdoc-question")]


def printed(page):
    """What the chapter's code prints, without the arrays of its exercises."""
    blocks = page.select(".cell_output pre")
    return [block.get_text() for block in blocks if not block.find_parent("convdoc-question")]


def arrays(text):
    """All arrays in a printed text: lists of rows."""
    found = []
    for body in re.findall(r"\[\[.*?\]\]", text, re.S):
        rows = re.findall(r"\[+([^\[\]]+)\]", body)
        found.append([[float(n) for n in re.findall(r"-?\d+\.?\d*", row)] for row in rows])
    return found


def drawn(page, figure):
    """All numbers in the cells of a figure."""
    texts = [text.get_text().replace("−", "-") for text in texts_of(page, figure)]
    return [float(text) for text in texts if re.fullmatch(NUMBER, text)]


def titles(page, figure):
    """All other texts of a figure."""
    texts = [text.get_text() for text in texts_of(page, figure)]
    return [text for text in texts if not re.fullmatch(NUMBER, text.replace("−", "-"))]


def texts_of(page, figure):
    return page.select("svg.convdoc-figure")[figure].select("text")


def test_gradients_by_hand_are_those_of_paper(page, steppers):
    assert [[16, 23], [14, 24]] in arrays(
        "\n".join(printed(page))
    )  # y[0, 0] = 5 + 1·4 + 2·2 + 0·3 + 3·1
    assert any(block.strip() == "6" for block in printed(page)), "db"
    assert drawn(page, 0) == [n for array in (SUMS, DW) for row in array for n in row]
    image, kernel, _ = steppers
    assert cells(kernel.select_one(".here svg")) == [17, 14, 11, 13]
    assert cells(image.select_one(".there svg")) == [n for row in DX for n in row]


def test_the_flip_too_many_gives_what_scipy_gives_with_it(page):
    wrong = scipy.signal.convolve2d(DY, [[1, 2], [0, 3]], "full")
    assert drawn(page, 1) == [*np.ravel(DX), *wrong.ravel()]
    assert wrong.tolist() != DX


def test_theanos_own_gradient_is_the_one_by_hand(page):
    (cell,) = [cell for cell in page.select("div.cell") if "theano.grad(" in cell.get_text()]
    output = cell.select_one(".cell_output").get_text()
    assert arrays(output) == [DX, DW]
    assert output.split()[-1] == "6.0"


def test_a_stride_spreads_dy_with_zeros(page, steppers):
    x = np.array([[1, 0, 2, 1, 0],
                  [0, 3, 1, 0, 2],
                  [2, 1, 0, 1, 1],
                  [0, 1, 2, 0, 3],
                  [1, 0, 1, 2, 0]])  # fmt: skip
    w = np.array([[1, 0, 2],
                  [0, 1, 0],
                  [3, 0, 1]])  # fmt: skip
    spread = np.array([[1, 0, 0],
                       [0, 0, 0],
                       [2, 0, 3]])  # fmt: skip
    dx = scipy.signal.correlate2d(spread, w, "full")
    assert cells(steppers[2].select_one(".here svg")) == dx.ravel().tolist()
    dw = scipy.signal.correlate2d(x, spread, "valid")[::-1, ::-1]
    assert dw.tolist() in arrays("\n".join(printed(page)))


def test_the_kernel_is_learnt(page):
    learnt = titles(page, 5)
    errors = [float(title.rpartition(" ")[2]) for title in learnt[:3]]
    photograph, centred, noise = errors
    assert photograph > 10 * centred > 1e6 * noise
    first, _, from_noise, target = np.reshape(drawn(page, 5), (4, 3, 3))
    assert from_noise.tolist() == target.tolist() == SOBEL
    assert np.abs(first - SOBEL).max() < 0.3
    steps = titles(page, 4)
    assert steps[0].startswith("step 0: error ")
    assert drawn(page, 4)[:9] == [0] * 9
    before = [float(title.rpartition(" ")[2]) for title in steps]
    assert before == sorted(before, reverse=True)
    assert before[0] > 100 * photograph
    curves = page.select("svg.convdoc-figure")[-1].get_text()
    assert all(name in curves for name in ("photograph", "less its mean", "noise"))


def test_the_rate_that_overshoots_is_that_of_the_photograph(page):
    """A step of rate r on a bowl of curvature c overshoots by more than the last if r·c > 2."""
    skimage = pytest.importorskip("skimage.data")
    image = skimage.camera()[60:188, 180:308] / 255
    shifted = [image[u : u + 126, v : v + 126].ravel() for u in range(3) for v in range(3)]
    curvature = 2 * np.linalg.norm(np.array(shifted), 2) ** 2 / 126**2
    assert f"beyond {2 / curvature:.2f} every step" in " ".join(page.get_text().split())


def test_the_chapter_ends_with_questions(page):
    names = [question["id"] for question in page.select("convdoc-question")]
    assert names == [
        "exercise-backward-kernel", "exercise-backward-image", "exercise-backward-step",
    ]  # fmt: skip


def test_the_border_is_folded_back(page):
    """By places −1 to 4 the gradient is 1, 11, 111, 1110, 1100 and 1000."""
    found = dict(zip(titles(page, 2), np.reshape(drawn(page, 2), (4, 4)).tolist(), strict=True))
    assert found == {
        "zeros": [11, 111, 1110, 1100],
        "circular": [11 + 1000, 111, 1110, 1100 + 1],
        "reflect": [11, 111 + 1, 1110 + 1000, 1100],
        "replicate": [11 + 1, 111, 1110, 1100 + 1000],
    }
