"""The built site and the browser, made once for all tests that ask for them."""

import contextlib
import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urljoin

import pytest

ROOT = Path(__file__).parent.parent
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NO_BROWSER = (
    "no Chromium was found, installed or fetched, so the site was not tested in a browser. "
    "Install one, with `sudo apt-get install chromium` or "
    "`.venv/bin/python -m playwright install chromium`, and run `make test` again."
)


def make(target, folder=ROOT, **environment):
    """Run a target of the Makefile as a reader would, and return what it did."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "--no-print-directory", target],
        cwd=folder,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Folder of the built site; nothing is written at home by the build."""
    home = tmp_path_factory.mktemp("home")
    done = make("html", HOME=str(home))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    assert list(home.rglob("*")) == []
    return ROOT / "_build/html"


@pytest.fixture(scope="session")
def pages(site):
    """Paths of the pages that were written by somebody, relative to the site."""
    return sorted(
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if path.name not in ("genindex.html", "search.html") and "_static" not in path.parts
    )


@pytest.fixture(scope="session")
def address(site):
    """Where the built site is served."""
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def visits(browser, address, viewport, prepare=lambda page: None):
    """A function that opens a page in a new context; at the end no script may have failed.

    It takes the page's address, or its name at `address`, and options of the context. `prepare` is
    called with each page before that opens.
    """
    errors = []
    with contextlib.ExitStack() as stack:

        def visit(name, **options):
            context = browser.new_context(**{"viewport": viewport, **options})
            stack.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            prepare(page)
            page.goto(urljoin(address, name))
            return page

        yield visit
    assert errors == []


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="module")
def browser(chromium):
    """A browser for all tests of a module, closed after them: Playwright knows one at a time."""
    from playwright.sync_api import sync_playwright  # only here: engines are tested without it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def chromium():
    """Path of a Chromium; without one the tests are skipped, or fail where CI=true."""
    if found := find_chromium():
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER)
    pytest.skip(NO_BROWSER)


def find_chromium():
    """Path of the system's Chromium, else one installed, else one that Playwright fetches."""

    def installed():
        names = ("chromium", "chromium-browser", "google-chrome")
        return next(filter(None, map(shutil.which, names)), None)

    if installed() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "--quiet"])
        subprocess.run(["apt-get", "install", "--quiet", "--yes", "chromium"])
    if found := installed():
        return found

    from playwright.sync_api import sync_playwright  # only here: engines are tested without it

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if not Path(own).exists():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    return own if Path(own).exists() else None


def pytest_unconfigure(config):
    """Say last of all what was not tested, and what would help."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if any(NO_BROWSER in str(report.longrepr) for report in skipped):
        print(f"\nBrowser tests were skipped: {NO_BROWSER}")
