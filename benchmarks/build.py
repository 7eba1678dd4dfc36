"""What `make bench-site` measures: how long a build takes, and what its pages weigh.

Each build is a process of its own, in a copy of the repository: first with nothing compiled,
then with a warm Theano cache, then with nothing changed. Installing is not counted.
"""

import functools
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PAGES = (
    "index.html",
    "auto_gallery/index.html",
    "auto_gallery/060_rgb_channels.html",
    "auto_gallery/atlas/010_no_padding.html",
    "explorer.html",
)


def build(folder):
    """Seconds that `make html` takes."""
    start = time.perf_counter()
    subprocess.run(["make", "html"], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def weigh(html):
    """Bytes that a browser transfers for each page, uncompressed."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=str(html))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        for name in PAGES:
            page, sizes = browser.new_page(), []
            page.on("response", lambda response, sizes=sizes: sizes.append(len(response.body())))
            address = f"http://127.0.0.1:{server.server_address[1]}/{name}"
            page.goto(address, wait_until="networkidle")
            yield name, sum(sizes)
        browser.close()
    server.shutdown()


def main():
    """Print each figure on a line."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "convdoc")
        built = shutil.ignore_patterns(
            ".git", ".venv*", ".cache", "_build", "auto_gallery", "generated", "__pycache__"
        )
        shutil.copytree(ROOT, folder, ignore=built)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        print(f"{os.cpu_count()} cores")
        print(f"cold build, nothing compiled:   {build(folder):6.1f} s")
        subprocess.run(["make", "clean"], cwd=folder, check=True, capture_output=True)
        print(f"cold build, warm Theano cache:  {build(folder):6.1f} s")
        print(f"unchanged rebuild:              {build(folder):6.1f} s")
        for name, size in weigh(folder / "_build/html"):
            print(f"{name:40} {size / 1000:6.0f} kB")
        images = (folder / "_build/html").rglob("*.png")
        print(f"largest image file: {max(p.stat().st_size for p in images) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
