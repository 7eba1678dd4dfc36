"""The tabs of libraries in a browser: the choice goes along, and nothing breaks where it cannot."""

import pytest

CHOSEN = "() => [...document.querySelectorAll('.sd-tab-set > input:checked + label')]"
LABELS = f"({CHOSEN})().map((label) => label.textContent.trim())"


@pytest.fixture
def page(browser):
    context = browser.new_context()
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: line.type == "error" and faults.append(line.text))
    yield page
    assert faults == []
    context.close()


def test_a_choice_holds_for_all_sets_and_on_the_next_page(page, address):
    page.goto(address + "guide/strides.html")
    assert page.evaluate(LABELS) == ["convdoc", "convdoc"]
    page.locator(".sd-tab-label", has_text="PyTorch").first.click()
    assert page.evaluate(LABELS) == ["PyTorch", "PyTorch"]
    page.goto(address + "guide/padding.html")
    assert page.evaluate(LABELS) == ["PyTorch"]
    assert page.locator(".sd-tab-content:visible").inner_text().startswith("import torch")


def test_the_keyboard_chooses(page, address):
    page.goto(address + "guide/padding.html")
    page.locator(".sd-tab-set > input").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(LABELS) == ["Keras 2 on Theano"]


def test_tabs_work_where_nothing_can_be_kept(page, address):
    """Of the page's own scripts: the theme's, which keep the mode, are another matter."""
    page.add_init_script(
        "const kept = Storage.prototype.getItem;"
        "for (const name of ['getItem', 'setItem']) Storage.prototype[name] = function (key) {"
        "  if (key.startsWith('sphinx-design')) throw new DOMException('denied', 'SecurityError');"
        "  return name === 'getItem' ? kept.call(this, key) : undefined;"
        "};"
    )
    page.goto(address + "guide/strides.html")
    page.locator(".sd-tab-label", has_text="JAX").first.click()
    assert page.evaluate(LABELS) == ["JAX", "JAX"]
    assert page.locator(".sd-tab-content:visible").first.inner_text().startswith("from jax")
