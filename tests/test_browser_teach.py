"""Figures in class: on a full screen, by keys of a presenter, and taken along."""

import functools
import http.server
import threading
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from convdoc import draw
from convdoc.draw.words import WORDS
from tests.conftest import QuietHandler
from tests.test_browser_stepper import (  # noqa: F401 (fixtures)
    PLAIN,
    TWO,
    Figure,
    W,
    X,
    Y,
    opened,
    visit,
)

SVG = "{http://www.w3.org/2000/svg}"
FULL = "document.fullscreenElement?.localName === 'convdoc-stepper'"
RANDOM = np.random.default_rng(3)


@pytest.fixture
def plain(opened):  # noqa: F811
    """A stepper of four steps, on a page by itself."""
    return opened(draw.stepper([[X]], [[W]], "valid", engine="numpy"))


def to_full_screen(figure, width=1920, height=1080):
    """Click the button, on a screen of that size."""
    figure.page.set_viewport_size({"width": width, "height": height})
    figure.control("full").click()
    figure.page.wait_for_function(FULL)
    figure.page.wait_for_function("document.querySelector('.stage').style.cssText.includes('px')")


def test_full_screen_begins_at_the_first_step(plain):
    assert plain.step == 2
    to_full_screen(plain)
    assert plain.step == 0
    plain.control("full").click()
    plain.page.wait_for_function("!document.fullscreenElement")


def test_a_presenter_goes_through_the_steps_by_keys(plain):
    to_full_screen(plain)
    keys = ["PageDown", "Space", "ArrowRight", "PageUp", "ArrowLeft", "ArrowDown", "ArrowUp"]
    keys += ["End", "Home"]
    for key, step in zip(keys, [1, 2, 3, 2, 1, 2, 1, 3, 0], strict=True):
        plain.page.keyboard.press(key)
        assert plain.step == step, key
    plain.page.keyboard.press("PageUp")
    assert plain.step == 0
    for name in ("full", "play"):  # a button that was clicked last does not take Space
        plain.control(name).focus()
        plain.page.keyboard.press("Home")
        plain.page.keyboard.press("Space")
        assert plain.step == 1
        assert plain.page.evaluate(FULL)
        assert plain.control("play").inner_text() == "Play"


def test_outside_of_full_screen_space_presses_buttons_and_page_down_scrolls(plain):
    plain.control("play").focus()
    plain.page.keyboard.press("PageDown")
    plain.page.keyboard.press("b")
    assert plain.step == 2
    assert not plain.root.evaluate("figure => figure.classList.contains('blank')")
    plain.page.keyboard.press("Space")
    assert plain.control("play").inner_text() == "Pause"


def test_b_blanks_the_screen_until_the_next_key(plain):
    colour = "figure => getComputedStyle(figure, '::after').backgroundColor"
    size = "figure => [getComputedStyle(figure, '::after')].map((s) => [s.width, s.height])[0]"
    to_full_screen(plain)
    plain.page.keyboard.press("b")
    assert plain.root.evaluate(colour) == "rgb(0, 0, 0)"
    assert plain.root.evaluate(size) == ["1920px", "1080px"]
    plain.page.keyboard.press("B")
    assert plain.root.evaluate(colour) != "rgb(0, 0, 0)"
    plain.page.keyboard.press("b")
    plain.page.keyboard.press("PageDown")
    assert plain.root.evaluate(colour) != "rgb(0, 0, 0)"
    assert plain.step == 1


def channels(count, size, filters=1, kernel=3):
    """A stepper of several channels of whole numbers."""
    x = RANDOM.integers(0, 10, (1, count, size, size))
    w = RANDOM.integers(-3, 4, (filters, count, kernel, kernel))
    return draw.stepper(x, w, "valid", engine="numpy")


@pytest.mark.parametrize(
    ("figure", "least"),
    [
        (draw.stepper([[X]], [[W]], "valid", engine="numpy"), 40),
        (channels(3, 5), 28),
        (channels(3, 6), 28),
        (channels(3, 5, filters=2), 28),
        (channels(2, 5, filters=3), 28),
        (draw.transpose_stepper([[X]], [[W]], strides=2, engine="numpy"), 28),
        (draw.pool_stepper(RANDOM.integers(0, 9, (1, 3, 6, 6)), 2, 2), 28),
    ],
    ids=["one", "three", "padded", "filters", "many filters", "transposed", "pooling"],
)
def test_numbers_are_large_and_the_sum_is_on_the_screen(opened, figure, least):  # noqa: F811
    """At 1920 by 1080, at every step; nothing moves from step to step."""
    figure = opened(figure)
    to_full_screen(figure)
    places = set()
    for step in range(int(figure.slider.get_attribute("max")) + 1):
        assert figure.step == step
        sizes = figure.root.locator(".slice:not([hidden]) .t text").evaluate_all(
            "texts => texts.map((text) => parseFloat(getComputedStyle(text).fontSize)"
            " * text.getScreenCTM().a)"
        )
        assert min(sizes) >= least
        for part in (".now", ".controls", ".slice:not([hidden]) svg", ".block > p:first-child"):
            for found in figure.root.locator(part).all():
                box = found.bounding_box()
                assert min(box["x"], box["y"]) >= 0, part
                assert box["x"] + box["width"] <= 1920, part
                assert box["y"] + box["height"] <= 1080, part
        places.add(str(figure.panel("there").bounding_box()))
        figure.page.keyboard.press("PageDown")
    assert len(places) == 1


def test_a_figure_fits_small_screens_too_and_again_when_they_are_turned(opened):  # noqa: F811
    figure = opened(channels(3, 5))
    to_full_screen(figure, 1024, 768)
    for width, height in [(1024, 768), (800, 1000)]:
        figure.page.set_viewport_size({"width": width, "height": height})
        figure.page.wait_for_function(f"innerWidth === {width}")
        box = figure.root.locator(".now").bounding_box()
        assert box["y"] + box["height"] <= height
        stage = figure.root.locator(".stage")
        assert stage.evaluate("stage => stage.scrollWidth - stage.clientWidth") == 0
        assert stage.evaluate("stage => stage.scrollHeight - stage.clientHeight") == 0
    figure.control("full").click()
    figure.page.wait_for_function("!document.fullscreenElement")
    figure.page.wait_for_function("!document.querySelector('.stage').style.cssText.includes('px')")
    assert figure.root.locator(".turned").count() == 0


# -- What to do ---------------------------------------------------------------------------------


def test_a_caption_smaller_than_text_says_first_what_to_do(plain):
    caption = plain.root.locator(".try")
    assert caption.inner_text().startswith("Click a cell of y to see what it is made of")
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert caption.evaluate(size) < plain.page.locator("body").evaluate(size)


def test_a_scattering_has_a_caption_of_its_own(opened):  # noqa: F811
    figure = opened(draw.transpose_stepper([[X]], [[W]], engine="numpy"))
    assert figure.root.locator(".try").inner_text().startswith("Click a cell of y to see where it")


def test_a_hint_marks_a_cell_until_the_first_click(plain):
    """Another step than the one on show; the browser remembers the click."""
    assert plain.cells("here", "hint") == {(1, 1)}
    plain.control("forward").click()
    assert plain.cells("here", "hint") == {(1, 1)}
    plain.page.mouse.click(*plain.point("here", 0, 0))
    assert plain.root.locator(".hint").count() == 0
    plain.page.reload()
    assert Figure(plain.page).root.locator(".controls").is_visible()
    assert plain.root.locator(".hint").count() == 0


def test_a_browser_that_keeps_nothing_hints_on_every_page(plain):
    plain.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })"
    )
    plain.page.reload()
    plain.page.mouse.click(*plain.point("here", 0, 0))
    assert plain.root.locator(".hint").count() == 0
    plain.page.reload()
    assert plain.cells("here", "hint") == {(1, 1)}


def test_actions_are_one_line_of_targets_that_a_finger_hits(plain):
    heights = plain.root.locator(":is(.actions, .controls) :is(summary, button, select):visible")
    assert min(heights.evaluate_all("all => all.map((one) => one.offsetHeight)")) >= 24


# -- Share --------------------------------------------------------------------------------------


@pytest.fixture
def shared(visit):  # noqa: F811
    """The first stepper of a page, with its actions shown."""
    figure = Figure(visit(PLAIN, permissions=["clipboard-read", "clipboard-write"]))
    figure.root.locator("[data-do=share]").click()
    figure.root.locator(".share button").first.wait_for()
    return figure


def action(figure, name):
    """A button of the actions."""
    return figure.root.get_by_role("button", name=WORDS["share"][name], exact=True)


def copied(figure, name):
    """What an action puts on the clipboard."""
    action(figure, name).click()
    figure.root.get_by_text(
        WORDS["share"]["copied" if name == "link" else f"{name} copied"]
    ).wait_for()
    return figure.page.evaluate("navigator.clipboard.readText()")


def saved(figure, name, folder):
    """The file that an action saves."""
    with figure.page.expect_download() as download:
        action(figure, name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_script_of_the_actions_loads_when_it_is_asked_for(visit):  # noqa: F811
    page = visit(PLAIN)
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    def scripts():
        return [name for name in asked if name.endswith(".js")]

    button = Figure(page).root.locator("[data-do=share]")
    assert page.locator("script[src*='share.js']").count() == 0
    button.click()
    page.locator(".share").wait_for()
    assert scripts() == ["share.js"]
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert not page.locator(".share").is_visible()
    assert button.get_attribute("aria-expanded") == "false"
    assert scripts() == ["share.js"]


@pytest.mark.parametrize("step", [0, 5])
def test_a_link_opens_its_figure_at_its_step(visit, step):  # noqa: F811
    page = visit(TWO, permissions=["clipboard-read", "clipboard-write"])
    figure = Figure(page, 1)
    figure.root.locator("[data-do=share]").click()
    figure.slider.fill(str(step))
    link = copied(figure, "link")
    assert link.endswith(f"{TWO}#stepper-2.{step + 1}")
    again = visit(link)
    figure = Figure.__new__(Figure)  # which does not scroll
    figure.page, figure.root = again, again.locator("convdoc-stepper").nth(1)
    assert figure.step == step
    again.wait_for_function("scrollY > 0")
    top = figure.root.bounding_box()["y"]
    assert 0 <= top < 450
    again.evaluate("location.hash = '#stepper-1.3'")
    again.wait_for_function("document.querySelector('convdoc-stepper').at === 2")


def test_a_link_to_no_step_or_to_none_that_is_there_does_no_harm(visit):  # noqa: F811
    assert Figure(visit(PLAIN + "#stepper-1.99")).step == 3
    for wrong in ("#stepper-9.1", "#stepper-1.x", "#stepper-1", "#<b>.1"):
        assert Figure(visit(PLAIN + wrong)).step == Figure(visit(PLAIN)).step


def test_what_a_figure_shares_is_in_sight_on_a_phone(visit):  # noqa: F811
    """Where its button is at the lower edge of the screen."""
    page = visit("guide/strides.html")
    page.set_viewport_size({"width": 390, "height": 844})
    figure = Figure(page)
    button = figure.root.locator("[data-do=share]")
    button.evaluate("button => button.scrollIntoView({ block: 'end', behavior: 'instant' })")
    button.click()
    last = figure.root.locator(".share button").last
    last.wait_for()
    page.wait_for_function(
        "button => button.getBoundingClientRect().bottom <= innerHeight", arg=last.element_handle()
    )


def test_pictures_show_the_step_and_its_sum(shared, tmp_path):
    shared.slider.fill("2")
    svg = saved(shared, "svg", tmp_path)
    assert svg.name == "010_no_padding-stepper-1-step-3.svg"
    tree = ElementTree.fromstring(svg.read_text("utf-8"))
    texts = " ".join(text.text for text in tree.findall(f"{SVG}text"))
    assert " ".join(shared.sentence.split()) in texts
    numbers = [text.text for text in tree.findall(f".//{SVG}svg")[2].iter(f"{SVG}text")]
    assert numbers == [str(y) for y in Y.flat]
    with Image.open(saved(shared, "png", tmp_path)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (2 * int(tree.get("width")), 2 * int(tree.get("height")))
        assert len(picture.getcolors(1 << 20)) > 20  # it is drawn


def test_an_animation_has_a_frame_for_each_step(shared, tmp_path):
    """In the colours of the picture of each step."""
    start = shared.step
    path = saved(shared, "gif", tmp_path)
    assert path.read_bytes()[:6] == b"GIF89a"
    assert shared.step == start
    with Image.open(path) as gif:
        assert gif.n_frames == 4
        assert gif.info["loop"] == 0
        delays, frames = [], []
        for k in range(4):
            gif.seek(k)
            delays.append(gif.info["duration"])
            frames.append(np.asarray(gif.convert("RGB"), float))
    assert delays == [1400, 1400, 1400, 3000]
    for k in range(4):
        shared.slider.fill(str(k))
        with Image.open(saved(shared, "png", tmp_path)) as still:
            size = frames[k].shape[1::-1]
            rows = min(size[1], round(still.height * size[0] / still.width))
            still = still.convert("RGB").resize((size[0], rows), Image.Resampling.LANCZOS)
            away = np.abs(np.asarray(still, float)[: rows - 40] - frames[k][: rows - 40])
        assert away.mean() < 2
    assert np.abs(frames[0] - frames[3]).max() > 100


@pytest.fixture
def elsewhere(tmp_path):
    """Serve a page of another site."""
    handler = functools.partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()

        def put(html):
            (tmp_path / "page.html").write_text(f"<!doctype html><body>{html}", "utf-8")
            return f"http://127.0.0.1:{server.server_address[1]}/page.html"

        yield put
        server.shutdown()
        thread.join()


def test_a_figure_embedded_in_another_site_has_its_step_and_its_height(shared, visit, elsewhere):  # noqa: F811
    shared.slider.fill("2")
    page = visit(elsewhere(copied(shared, "embed").replace('height="', 'height="1" data-was="')))
    frame = page.frame_locator("iframe")
    frame.get_by_text("Step 3 of 4").wait_for()
    page.wait_for_function("document.querySelector('iframe').height > 100")
    inner = page.frames[1]
    page.wait_for_timeout(200)
    assert inner.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    assert inner.evaluate("origin") == "null"  # a sandbox
    height = page.locator("iframe").get_attribute("height")
    page.evaluate("postMessage({ convdocHeight: 7 }, '*')")  # not from the frame
    page.wait_for_timeout(100)
    assert page.locator("iframe").get_attribute("height") == height
    frame.locator("[data-do=forward]").click()
    frame.get_by_text("Step 4 of 4").wait_for()
    links = frame.locator("a").evaluate_all("links => links.map((link) => link.href)")
    assert any(link.endswith(f"/{PLAIN}#stepper-1") for link in links)
    assert any("/explorer.html#v1&" in link for link in links)


def test_embedded_pages_need_no_script_but_those_of_the_site(address, visit, site):  # noqa: F811
    """Nor eval: they run under this policy, and from a folder."""
    name = f"_static/embed/{PLAIN.replace('/', '.').removesuffix('html')}1.html"
    context = visit(name).context
    page = context.new_page()
    policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'"
    page.route(
        "**/*.html",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            headers={**answer.headers, "content-security-policy": policy},
        ),
    )
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address + name)
    assert Figure(page).step == 2
    assert said == []
    assert Figure(visit((site / name).as_uri())).step == 2
