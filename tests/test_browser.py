"""The site as a reader meets it: a real Chromium, light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_sound(browser, address, pages, width, scheme):
    """No error, no request to elsewhere, nothing wider than the screen, nothing that axe finds."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    faults = []
    for name in pages:
        page = context.new_page()
        errors, requests = [], []
        page.on("console", lambda m, errors=errors: m.type == "error" and errors.append(m.text))
        page.on("pageerror", lambda e, errors=errors: errors.append(str(e)))
        page.on("request", lambda r, requests=requests: requests.append(r.url))
        page.goto(address + name, wait_until="networkidle")
        assert page.evaluate("document.documentElement.dataset.theme") == scheme
        faults += [(name, error) for error in errors]
        faults += [(name, url) for url in requests if not url.startswith((address, "data:"))]
        if page.evaluate(wide) > 0:
            faults.append((name, f"{page.evaluate(wide)} px too wide"))
        # Last, because axe fetches the style sheets again, by paths that are not theirs.
        for violation in Axe().run(page).response["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            faults.append((name, f"axe: {violation['id']} {targets}"))
        page.close()
    context.close()
    assert not faults, "\n".join(map(str, faults))


def test_figures_follow_the_theme_and_the_fold_opens(browser, address):
    page = browser.new_page(color_scheme="light")
    page.goto(address + "auto_gallery/010_impulse_response.html")
    ink = "getComputedStyle(document.querySelector('.convdoc-figure text')).fill"
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate(ink) != light

    answer = page.locator("details.convdoc-answer")
    assert not answer.locator("pre").is_visible()
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "[0. 6. 5. 4. 0.]" in answer.locator("pre").inner_text()
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


def test_pages_weigh_less_than_500_kb(browser, address):
    """Everything that is transferred, uncompressed."""
    for name in ("index.html", "auto_gallery/060_rgb_channels.html"):
        page = browser.new_page()
        bodies = []
        page.on("response", lambda response, bodies=bodies: bodies.append(response.body()))
        page.goto(address + name, wait_until="networkidle")
        assert sum(map(len, bodies)) < 500_000, name
        page.close()
