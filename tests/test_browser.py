"""The site as a reader meets it: a real Chromium, light and dark, wide and narrow."""

import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

# Narrow, the header and the sidebars change, and they do so alike on all pages of a kind.
ONE_OF_EACH_KIND = {
    "index.html",
    "guide/what-a-convolution-is.html",
    "auto_gallery/index.html",
    "auto_gallery/060_rgb_channels.html",
    "auto_gallery/atlas/170_padding_and_strides_odd_transposed.html",
    "guide/reading-a-network.html",
    "exercises/index.html",
    "exercises/sizes.html",
    "explorer.html",
    "reference/relationships.html",
    "reference/glossary.html",
    "reference/speed.html",
    "reference/generated/convdoc.conv4d.html",
}
WIDE, NARROW = ({"width": width, "height": 800} for width in (1280, 390))


def test_every_page_is_sound(browser, address, pages):
    """No error, no request to elsewhere, nothing wider than the screen, nothing that axe finds.

    Each opens in a narrow window, which then becomes wide. With axe all pages in the wide window,
    and one of each kind in the narrow one. Its rules about colours are tried in light and in dark,
    on each kind of element once.
    """
    assert ONE_OF_EACH_KIND.issubset(pages)
    context = browser.new_context()
    page = context.new_page()
    errors, requests, faults, schemes = [], [], [], ["light", "dark"]
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    def faults_at(window):
        if page.evaluate(TOO_WIDE) > 0:
            yield f"{page.evaluate(TOO_WIDE)} px too wide"
        # Last, because axe fetches the style sheets again, by paths that are not theirs.
        yield from errors
        yield from (url for url in requests if not url.startswith((address, "data:")))
        if window is NARROW and name not in ONE_OF_EACH_KIND:
            return
        page.evaluate(Axe().axe_script)
        yield from what_axe_finds(page, None, OTHER_RULES)
        if page.evaluate(MARK_NEW):
            for scheme in schemes:
                set_scheme(page, scheme)
                for fault in what_axe_finds(page, NEW, {"runOnly": COLOURS}):
                    yield f"{scheme}: {fault}"
            schemes.reverse()

    for name in pages:
        for window in (NARROW, WIDE):
            errors.clear()
            requests.clear()
            page.set_viewport_size(window)
            if window is NARROW or name in ONE_OF_EACH_KIND:
                page.goto(address + name)
            page.evaluate(TWO_FRAMES)  # in which figures fit themselves into the window
            faults += (f"{name}, {window['width']} px: {fault}" for fault in faults_at(window))
    context.close()
    assert not faults, "\n".join(faults)


COLOURS = ["color-contrast", "link-in-text-block"]
OTHER_RULES = {
    "rules": {"target-size": {"enabled": True}, **{rule: {"enabled": False} for rule in COLOURS}}
}
TWO_FRAMES = "new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
# The theme lets the column of the text scroll sideways, so that it hides what is too wide in it.
TOO_WIDE = """Math.max(
  ...[document.documentElement, document.querySelector(".bd-article-container")]
    .map((element) => element ? element.scrollWidth - element.clientWidth : 0))"""
# Two elements look alike if they and all around them have the same tags and the same attributes
# that style sheets ask for, but for the sizes of a figure. This marks links, fields and what holds
# a text, where none looked like it before, on this page or an earlier one, and counts them. (What
# is in an SVG is left out, since axe does not see what lies under it.)
MARK_NEW = """() => {
  const looks = ["class", "style", "open", "disabled", "role", "aria-current", "aria-selected"];
  const SIZES = /--(all|widest|rows|least|cell|slices|w): ?[^;]*;?/g;
  const kinds = JSON.parse(sessionStorage.kinds ?? "{}");
  let count = Object.keys(kinds).length;
  const mark = (element, around) => {
    if (element.localName === "svg") return;
    const look = looks.map((name) => element.getAttribute(name)).join("|").replace(SIZES, "");
    const legible = element.matches("a, input, select, textarea") ||
      [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const kind = `${around}>${element.localName}|${look}|${legible}`;
    element.toggleAttribute("data-new", legible && !(kind in kinds));
    kinds[kind] ??= count++;
    for (const child of element.children) mark(child, kinds[kind]);
  };
  mark(document.body, "");
  sessionStorage.kinds = JSON.stringify(kinds);
  return document.querySelectorAll("[data-new]").length;
}"""
NEW = {"include": [["[data-new]"]], "exclude": [["svg"]]}


def set_scheme(page, scheme):
    """Show the page in light or in dark, without waiting for its transitions."""
    page.emulate_media(color_scheme=scheme)
    settled = """(scheme) => {
        const moving = document.getAnimations().filter(({ playState }) => playState === "running");
        moving.forEach((animation) => animation.finish());
        return document.documentElement.dataset.theme === scheme && moving.length === 0;
    }"""
    page.wait_for_function(settled, arg=scheme)


def what_axe_finds(page, within, options):
    """Say what axe finds on a page, or within what its selectors name."""
    given = [within, {"resultTypes": ["violations"], **options}]
    found = page.evaluate("([within, options]) => axe.run(within ?? document, options)", given)
    for violation in found["violations"]:
        targets = [node["target"] for node in violation["nodes"]][:3]
        yield f"axe: {violation['id']} {targets}"


def what_axe_finds_in(page, scheme, options=None):
    """The same of all that a page shows, in light or in dark."""
    page.evaluate(Axe().axe_script)
    set_scheme(page, scheme)
    return (f"{scheme}: {fault}" for fault in what_axe_finds(page, None, options or {}))


def test_figures_follow_the_theme_and_the_fold_opens(browser, address):
    page = browser.new_page(color_scheme="light")
    page.goto(address + "auto_gallery/010_impulse_response.html")
    ink = "getComputedStyle(document.querySelector('.convdoc-figure text')).fill"
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate(ink) != light

    answer = page.locator("details.convdoc-answer")
    assert not answer.locator("pre").first.is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "[0. 6. 5. 4. 0.]" in answer.locator("pre").first.inner_text()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_focus_has_one_colour_and_a_heading_reached_no_ground(browser, address, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.goto(address + "guide/strides.html")
    outline = """(place) => {
        const element = document.querySelector(place);
        element.focus({ focusVisible: true });
        return getComputedStyle(element).outlineColor;
    }"""
    places = (".bd-header .nav-link", "convdoc-stepper .controls button", ".convdoc-code summary")
    assert len({page.evaluate(outline, place) for place in places}) == 1
    page.locator(".bd-sidebar-secondary a").first.click()
    ground = page.locator(":target > h2").evaluate("h2 => getComputedStyle(h2).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)"
    page.close()


def test_site_works_from_a_folder(browser, site):
    context = browser.new_context(offline=True)
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.goto((site / "index.html").as_uri())
    page.get_by_role("link", name="Gallery", exact=True).first.click()
    page.get_by_role("link", name="Impulse response").first.click()
    assert page.locator("h1").inner_text().startswith("Impulse response")
    assert page.locator(".convdoc-figure").first.is_visible()
    assert faults == []
    context.close()


def test_pages_weigh_less_than_200_kb(browser, address):
    """Everything that is transferred, as a static host compresses it."""
    for name in ("index.html", "auto_gallery/060_rgb_channels.html"):
        page = browser.new_page()
        bodies = []
        page.on("response", lambda response, bodies=bodies: bodies.append(response.body()))
        page.goto(address + name, wait_until="networkidle")
        assert sum(min(len(body), len(gzip.compress(body))) for body in bodies) < 200_000, name
        page.close()


def test_the_search_finds_from_any_page(browser, address):
    """Although only its own page has the index; the page found has no link that hides its marks."""
    page = browser.new_page()
    page.goto(address + "auto_gallery/010_impulse_response.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("fractionally")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=fractionally*")
    page.locator("#search-results a", has_text="Strides, transposed").first.click()
    page.locator("#searchbox a").wait_for(state="attached")
    assert not page.get_by_text("Hide Search Matches").is_visible()
    page.close()


#: Queries as people type them, and the page that they look for.
SOUGHT = {
    "same padding": "guide/padding.html",
    "valid": "reference/glossary.html#term-valid",
    "output size formula": "reference/relationships.html",
    "stride": "guide/strides.html",
    "dilation": "guide/dilation.html",
    "atrous": "guide/dilation.html",
    "receptive field": "guide/reading-a-network.html",
    "im2col": "guide/matrix-and-spectrum.html",
    "max pooling": "guide/pooling.html",
    "upsample": "guide/transposed-convolution.html",
    "ConvTranspose2d": "guide/transposed-convolution.html",
    "depthwise": "guide/groups.html",
}


def test_the_page_looked_for_is_among_the_first_three_found(browser, address):
    page = browser.new_page()
    for query, sought in SOUGHT.items():
        page.goto(f"{address}search.html?q={query}")
        page.locator(".search-summary:not(:empty)").wait_for()
        links = page.locator("ul.search > li > a")
        found = [link.get_attribute("href") for link in links.all()]
        assert any(link.startswith(sought) for link in found[:3]), (query, found[:3])
        assert not any(link.startswith("reference/bibliography") for link in found), query
    page.close()


def test_results_of_a_search_are_prose_and_stay_where_they_are(browser, address):
    """Without the numbers of drawings and the words of buttons, and with what a term means."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.add_init_script(SUM_SHIFTS)
    page.goto(f"{address}search.html?q=stride")
    page.locator(".search-summary:not(:empty)").wait_for()
    excerpts = page.locator(".search .context")
    count = page.locator(".search > :not(.kind-object)").count()
    expect(excerpts).to_have_count(count)
    assert page.evaluate("shifts") <= 0.05
    assert page.evaluate(TOO_WIDE) == 0
    excerpts = excerpts.all_inner_texts()
    assert excerpts[0] == "stride: Pixels from one window to the next."
    for excerpt in excerpts:
        assert not re.search(r"\d{12}|✓|Hint|Play|Go to the end", excerpt), excerpt
    context.close()


SUM_SHIFTS = """shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (shifts += value)))
  .observe({ type: "layout-shift", buffered: true });"""


def test_copy_buttons_leave_prompts_and_output_behind(browser, address):
    """What is pasted into a shell or a script runs there."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()

    def copied(name, text):
        page.goto(address + name)
        block = page.locator("div.highlight", has_text=text).first
        block.hover()
        block.get_by_role("button").click()
        page.wait_for_function("document.querySelector('.copybtn.success')")
        return page.evaluate("navigator.clipboard.readText()").strip()

    assert copied("install.html", "$ python -m convdoc") == "python -m convdoc"
    example = copied("reference/generated/convdoc.conv4d.html", ">>> x[0, 0, 2, 3] = 1")
    names = {}
    exec(example, names)
    assert names["w"].tolist() == [[[[1, 2, 3], [4, 5, 6]]]]
    assert "array([[[[0" not in example
    context.close()
