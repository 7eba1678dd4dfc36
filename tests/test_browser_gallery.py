"""Examples on the first screen of a laptop, a projector and a phone, and the phone's drawers."""

import pytest

from tests.conftest import visits
from tests.test_site import ATLAS, GALLERY, SCENARIOS

PHONE, LAPTOP, PROJECTOR = (390, 844), (1280, 800), (1920, 1080)
WIDE = f"{GALLERY}/080_dieleman_network.html"  # a table of many columns


@pytest.fixture
def visit(browser, address):
    """Open a page on a screen of a size."""
    with visits(browser, address, None) as visit:
        yield lambda name, size: visit(name, viewport={"width": size[0], "height": size[1]})


BOX = "element => element.getBoundingClientRect().toJSON()"


def test_figure_and_controls_of_an_atlas_page_are_on_the_first_screen(browser, address):
    """All arrays above the controls; on a phone large ones go on behind the controls."""
    page, beyond = browser.new_page(), []
    for name in ATLAS:
        page.goto(f"{address}{GALLERY}/{name}.html")
        for width, height in (PHONE, LAPTOP, PROJECTOR):
            page.set_viewport_size({"width": width, "height": height})
            stepper = page.locator("convdoc-stepper").first
            controls = stepper.locator(".controls").evaluate(BOX)
            arrays = [array.evaluate(BOX) for array in stepper.locator(".stage svg").all()]
            highest = min(array["top"] for array in arrays)
            lowest = max(array["bottom"] for array in arrays)
            above = width == PHONE[0] or lowest <= controls["top"]
            if not above or controls["bottom"] > height or highest > height / 2:
                beyond.append((name, width, highest, lowest, controls["bottom"]))
    page.close()
    assert beyond == []


def test_code_of_a_figure_is_folded_and_can_be_copied_whole(browser, address):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}{GALLERY}/atlas/360_depthwise.html")
    fold = page.locator("details.convdoc-code").first
    assert not fold.locator("pre").is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    fold.locator("div.highlight").hover()
    fold.get_by_role("button").click()
    page.wait_for_function("document.querySelector('.copybtn.success')")
    copied = page.evaluate("navigator.clipboard.readText()")
    names = {}
    exec(copied, names)
    assert names["W"].shape == (3, 1, 2, 2)
    context.close()


def test_paper_shows_the_code_of_an_example(visit):
    page = visit(f"{GALLERY}/{SCENARIOS[0]}.html", LAPTOP)
    codes = page.locator("details.convdoc-code pre")
    assert not codes.first.is_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(code.is_visible() for code in codes.all())
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert not codes.first.is_visible()


def test_a_drawer_closes_by_its_button_and_when_an_entry_is_chosen(visit):
    page = visit("guide/strides.html", PHONE)
    opened = page.locator("dialog[open]")
    for toggle in (".primary-toggle", ".secondary-toggle"):
        page.locator(toggle).click()
        assert opened.count() == 1
        opened.get_by_role("button", name="Close").click()
        opened.wait_for(state="detached")
    page.locator(".secondary-toggle").click()
    opened.get_by_role("link").nth(1).click()
    opened.wait_for(state="detached")
    assert "#" in page.url


def test_no_sidebar_of_a_wide_screen_has_a_button_that_closes(visit):
    page = visit("guide/strides.html", LAPTOP)
    assert page.get_by_role("button", name="Close").count() == 0


@pytest.mark.parametrize(
    "name",
    [f"{GALLERY}/110_colour_photograph", "reference/generated/convdoc.conv4d", "guide/strides"],
)
def test_code_that_is_cut_has_a_shadow_where_it_goes_on(visit, name):
    page = visit(f"{name}.html", PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(fold => (fold.open = true))")
    cut = [
        code
        for code in page.locator(".bd-article pre").all()
        if code.evaluate("code => code.scrollWidth > code.clientWidth")
    ]
    assert cut
    for code in cut:
        grounds = code.evaluate("code => getComputedStyle(code).backgroundAttachment")
        assert grounds == "local, scroll, scroll", code.inner_text()


def test_a_wide_table_keeps_its_first_column_and_fades_until_its_end(visit):
    page = visit(WIDE, PHONE)
    table = page.locator(".convdoc-table-scroller").first
    mask = "table => getComputedStyle(table).maskImage"
    name = table.locator("tbody th").first
    left = name.evaluate(BOX)["left"]
    assert "gradient" in table.evaluate(mask)
    table.evaluate("table => table.scrollTo(table.scrollWidth, 0)")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.convdoc-table-scroller')).maskImage === 'none'"
    )
    assert name.evaluate(BOX)["left"] == pytest.approx(left, abs=1)
