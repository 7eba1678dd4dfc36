"""A stepper, an answer box and the explorer in WebKit and in Firefox, with real clicks and keys.

All else is tested in Chromium. Without a browser its tests are skipped, or fail where CI=true.
"""

import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import websocket
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.test_browser_stepper import PLAIN, W, X, Y

PATIENCE = 10  # seconds until the page shows what it should
SCROLL = "document.querySelector({}).scrollIntoView({{block: 'center', behavior: 'instant'}})"
RUB_OUT, ENTER, END, BACK = "\ue003", "\ue007", "\ue010", "\ue012"  # keys, as WebDriver has them

# Selenium's own driver of WebKit calls it so.
pytestmark = pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning")


class WebKit:
    """WebKitGTK by WebDriver, on a screen that nobody sees."""

    needs = ("WebKitWebDriver", "Xvfb")
    packages = "webkit2gtk-driver xvfb"

    def __init__(self, stack, folder):
        read, write = os.pipe()  # Xvfb takes a free screen and writes its number
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24"], pass_fds=[write]
        )
        stack.callback(end, screen)
        os.close(write)
        with os.fdopen(read) as numbers:
            display = f":{numbers.readline().strip()}"
        options = Options()
        options.binary_location = str(next(Path("/usr").glob("lib*/**/webkit2gtk-*/MiniBrowser")))
        options.add_argument("--automation")
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        service = Service(env={**os.environ, **home, "DISPLAY": display})
        self.driver = webdriver.WebKitGTK(options=options, service=service)
        stack.callback(self.driver.quit)

    def open(self, address):
        """Load a page."""
        self.driver.get(address)

    def value(self, expression):
        """The string that an expression gives in the page."""
        return self.driver.execute_script(f"return {expression}")

    def click(self, selector):
        """Press the middle of an element."""
        self.value(SCROLL.format(json.dumps(selector)))
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def type(self, text):
        """Press keys where the focus is."""
        self.driver.switch_to.active_element.send_keys(text)


class Firefox:
    """Firefox by WebDriver BiDi, which it speaks without a driver."""

    needs = ("firefox-esr",)
    packages = "firefox-esr"

    def __init__(self, stack, folder):
        firefox = subprocess.Popen(
            ["firefox-esr", "--headless", "--profile", folder, "--remote-debugging-port", "0"],
            env={**os.environ, "HOME": str(folder)},
            stderr=subprocess.PIPE,
            text=True,
        )
        stack.callback(end, firefox)
        listening = next(filter(None, (re.search(r"ws://\S+", line) for line in firefox.stderr)))
        self.socket = websocket.create_connection(f"{listening[0]}/session", suppress_origin=True)
        stack.callback(self.socket.close)
        self.numbers = itertools.count()
        self.send("session.new", capabilities={})
        (tab,) = self.send("browsingContext.getTree")["contexts"]
        self.tab = {"context": tab["context"]}
        size = {"width": 1280, "height": 800}
        self.send("browsingContext.setViewport", **self.tab, viewport=size)

    def send(self, method, **parameters):
        """Send a command and return its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]

    def evaluate(self, expression):
        """What an expression gives in the page, as BiDi describes it."""
        answer = self.send(
            "script.evaluate", expression=expression, target=self.tab, awaitPromise=False
        )
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, address):
        """Load a page."""
        self.send("browsingContext.navigate", **self.tab, url=address, wait="complete")

    def value(self, expression):
        """The string that an expression gives in the page."""
        return self.evaluate(expression).get("value")

    def click(self, selector):
        """Press the middle of an element."""
        self.evaluate(SCROLL.format(json.dumps(selector)))
        element = f"document.querySelector({json.dumps(selector)})"
        origin = {"type": "element", "element": {"sharedId": self.evaluate(element)["sharedId"]}}
        self.act(
            "pointer",
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        )

    def type(self, text):
        """Press keys where the focus is."""
        self.act(
            "key", *({"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp"))
        )

    def act(self, device, *actions):
        """Move a pointer or press keys."""
        source = {"type": device, "id": device, "actions": actions}
        self.send("input.performActions", **self.tab, actions=[source])


def end(process):
    """Ask a process to end, and wait."""
    with process:
        process.terminate()


@pytest.fixture(scope="module", params=[WebKit, Firefox], ids=["WebKit", "Firefox"])
def other(request, tmp_path_factory):
    """A browser that is not Chromium."""
    if not all(map(shutil.which, request.param.needs)):
        missing = (
            f"{request.param.__name__} was not found, so the site was not tested in it. Install "
            f"it with `sudo apt-get install {request.param.packages}`, and run `make test` again."
        )
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with contextlib.ExitStack() as stack:
        yield request.param(stack, tmp_path_factory.mktemp("home"))


def wait(browser, expression, wanted):
    """Wait until an expression gives, in the page, what is wanted."""
    last = time.monotonic() + PATIENCE
    while (seen := browser.value(expression)) != wanted:
        assert time.monotonic() < last, f"{expression} is {seen!r}, not {wanted!r}"
        time.sleep(0.05)


def text(selector):
    """Expression for the words of an element."""
    return f"document.querySelector({json.dumps(selector)})?.textContent"


def test_a_stepper_steps(other, address):
    other.open(address + PLAIN)
    wait(other, text("convdoc-stepper .count"), "Step 3 of 4")
    other.click("convdoc-stepper [data-do=forward]")
    wait(other, text("convdoc-stepper .count"), "Step 4 of 4")
    pairs = zip(X[1:4, 1:4].flat, W[::-1, ::-1].flat, strict=True)
    sentence = " + ".join(f"{x}·{w}" for x, w in pairs) + f" = {Y[1, 1]}"
    assert sentence in other.value(text("convdoc-stepper .now"))
    other.type(BACK)
    wait(other, text("convdoc-stepper .count"), "Step 3 of 4")


def test_an_answer_is_checked_and_kept(other, address):
    box = "#exercise-padding-valid"  # 100×100 with 3×3 under "valid"
    other.open(address + "exercises/sizes.html")
    other.click(f"{box} input")
    other.type("97")
    other.click(f"{box} [data-do=check]")
    wait(other, f"String({text(f'{box} .said')}.includes('took away the whole kernel'))", "true")
    other.click(f"{box} input")
    other.type(END + RUB_OUT + "8" + ENTER)
    wait(other, text(f"{box} .said"), "Right.")
    other.open(address + "exercises/sizes.html")
    wait(other, f"document.querySelector('{box} input').value", "98")
    wait(other, text(f"{box} .said"), "Right.")


def test_the_explorer_computes_what_a_reader_sets(other, address):
    output = "#convdoc-explorer .here"
    other.open(address + "explorer.html")
    wait(other, text(f"{output} p"), "y (1, 1, 3, 3)")
    wait(other, text(f"{output} .t"), "434243234")
    other.click("[data-set=strides][data-index='0']")
    other.type(END + RUB_OUT + "2")
    wait(other, text(f"{output} p"), "y (1, 1, 2, 3)")
    wait(other, text(f"{output} .t"), "434234")
