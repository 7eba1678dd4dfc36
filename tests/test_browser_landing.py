"""The first page in a browser: a photograph, convolved with a kernel that the reader changes."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from scipy.signal import convolve2d

from convdoc import samples
from tests.conftest import visits
from tests.test_site import soup

PIXELS = """() => {
    const canvas = document.querySelector(".convdoc-lab canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return [...data].filter((_, at) => at % 4 === 0);
}"""
NINTH = 1 / 9
KERNELS = {
    "Edges": [-1, -1, -1, -1, 8, -1, -1, -1, -1],
    "Sobel": [1, 0, -1, 2, 0, -2, 1, 0, -1],
    "Blur": [NINTH] * 9,
    "Sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    "Emboss": [-2, -1, 0, -1, 1, 1, 0, 1, 2],
    "Identity": [0, 0, 0, 0, 1, 0, 0, 0, 0],
}


@pytest.fixture(scope="module")
def x():
    return np.rint(255 * samples.camera()[40:152, 100:212])


@pytest.fixture
def page(browser, site):
    """The page as a folder has it, without a server."""
    with visits(browser, f"{site.as_uri()}/", {"width": 1280, "height": 800}) as visit:
        page = visit("index.html")
        page.wait_for_selector(".convdoc-lab canvas")
        yield page


def shown(page):
    return np.reshape(page.evaluate(PIXELS), (110, 110))


def expected(x, kernel):
    return np.clip(np.rint(convolve2d(x, np.reshape(kernel, (3, 3)), "valid")), 0, 255)


def fields(page):
    return page.locator(".convdoc-lab input").all()


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_that_is_chosen_gives_what_scipy_gives(page, x, name):
    page.get_by_role("button", name=name).click()
    assert np.array_equal(shown(page), expected(x, KERNELS[name]))
    pressed = page.locator(".convdoc-lab [aria-pressed=true]").all_inner_texts()
    assert pressed == [name]


def test_a_weight_that_is_typed_counts_and_the_kernel_is_flipped(page, x):
    """A single weight, stored in the top left corner, reads each window's bottom right pixel."""
    for field in fields(page):
        field.fill("0")
    fields(page)[0].fill("1/2")
    assert np.array_equal(shown(page), np.rint(x[2:, 2:] / 2))
    fields(page)[0].fill("−1")
    assert not shown(page).any()


@pytest.mark.parametrize("text", ["", "a", "1/0", "1/2/3", "/3"])
def test_a_weight_that_is_no_number_is_named_and_the_picture_stays(page, text):
    before = shown(page)
    fields(page)[3].fill(text)
    invalid = [field.get_attribute("aria-invalid") for field in fields(page)]
    assert invalid == ["false"] * 3 + ["true"] + ["false"] * 5
    assert np.array_equal(shown(page), before)
    fault = page.get_by_role("status")
    assert fault.inner_text().startswith("W[1, 0] is not a number.")
    assert not page.locator(".convdoc-lab .sum").is_visible()
    assert page.locator(".convdoc-lab [aria-pressed=true]").count() == 0
    fields(page)[3].fill("-1")
    assert fault.inner_text() == ""
    assert page.locator(".convdoc-lab .sum").is_visible()
    assert page.get_by_role("button", name="Edges").get_attribute("aria-pressed") == "true"


def test_a_blur_can_be_seen(page):
    """Pixels are drawn at twice their size, and those of the result where they come from."""
    photograph, result = (
        page.locator(f".convdoc-lab {part}").bounding_box() for part in ("img", "canvas")
    )
    assert photograph["width"] == 2 * 112
    assert result["width"] == 2 * 110
    assert result["y"] - photograph["y"] == pytest.approx(2)


def test_the_sum_below_is_that_of_the_window_which_arrows_move(page, x):
    page.get_by_role("button", name="Sharpen").click()
    page.locator(".convdoc-lab .photograph .frame").focus()
    for key in ("ArrowUp", "ArrowLeft"):
        for _ in range(30):
            page.keyboard.press(f"Shift+{key}")  # to the first row, the first column
    page.keyboard.press("ArrowDown")
    window = x[1:4, :3].astype(int)
    total = 5 * window[1, 1] - window[0, 1] - window[1, 0] - window[1, 2] - window[2, 1]
    weights = ("0", "(−1)", "0", "(−1)", "5", "(−1)", "0", "(−1)", "0")
    terms = " + ".join(f"{p}·{w}" for p, w in zip(window.flat, weights, strict=True))
    line = page.locator(".convdoc-lab .sum").inner_text()
    assert line == f"y[1, 0] = {terms} = {total}".replace("-", "−")


def test_pointing_at_the_result_moves_the_window(page):
    box = page.locator(".convdoc-lab canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 50.5 / 110, box["y"] + box["height"] * 20.5 / 110)
    assert page.locator(".convdoc-lab .sum").inner_text().startswith("y[20, 50] = ")


def test_without_scripts_the_library_has_convolved_the_photograph(site, x):
    images = soup(site / "index.html").select(".convdoc-lab img")
    photograph, result = (
        np.asarray(
            Image.open(io.BytesIO(base64.b64decode(image["src"].partition(",")[2]))).convert("L")
        )
        for image in images
    )
    assert np.array_equal(photograph, x)
    difference = result - expected(x, KERNELS["Edges"])
    assert np.abs(difference).mean() < 8  # it is compressed


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_of_a_laptop_has_both_figures_with_their_sums(browser, address, scheme):
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page.goto(address + "index.html")
    page.wait_for_selector(".convdoc-lab canvas")
    for part in (".convdoc-lab .sum", "convdoc-stepper .now", "convdoc-stepper .controls"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 800, part
    tops = [block.bounding_box()["y"] for block in page.locator("convdoc-stepper svg").all()]
    assert max(tops) - min(tops) < 150, "the arrays are in one row"
    page.close()


def test_a_phone_shows_the_stepper_with_its_sum_on_one_screen(browser, address):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(address + "index.html")
    first = page.locator("convdoc-stepper .stage").bounding_box()
    last = page.locator("convdoc-stepper .now").bounding_box()
    header = page.locator(".bd-header").bounding_box()
    assert last["y"] + last["height"] - first["y"] <= 844 - header["height"]
    page.close()
