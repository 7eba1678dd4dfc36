"""What `make bench-site` measures of the explorer: from a changed number to the next picture of it.

In Chromium, on the built site. A number is changed by typing it into its cell, and the clock stops
in the frame after the one in which the page has drawn the answer; a picture is convolved anew when
a number of its kernel is changed. Medians of several changes.
"""

import functools
import http.server
import io
import shutil
import statistics
import threading
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
TIMES = 15
CELLS = "#v1&x=1,3,32,32&filters=4&kernel=5,5&X=1*3071.&W=1*299."
# "3" and "4" by turns are typed into a cell; then Enter, until the frame with its answer is shown.
TYPE = """async ([part, cell, times]) => {
    const took = [];
    const frame = () => new Promise((shown) => requestAnimationFrame(() => setTimeout(shown)));
    for (let turn = 0; turn < times; turn += 1) {
        const panel = document.querySelector(`#convdoc-explorer .${part} .slice`);
        panel.querySelectorAll(".t text")[cell].focus();
        const key = (target, key) =>
            target.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        key(document.activeElement, String(3 + (turn % 2)));
        await frame();
        const start = performance.now();
        key(document.querySelector("#convdoc-explorer .editor"), "Enter");
        const progress = document.querySelector("#convdoc-explorer .progress");
        do await frame(); while (!progress.hidden);
        took.push(performance.now() - start);
    }
    return took;
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def picture():
    """A picture of 1024×1024 pixels in colour, as a file."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return {"name": "picture.png", "mimeType": "image/png", "buffer": file.getvalue()}


def main():
    """Measure and print."""
    handler = functools.partial(_Quiet, directory=str(ROOT / "_build/html"))
    with (
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        sync_playwright() as p,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = p.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--disable-gpu"], chromium_sandbox=False
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/explorer.html{CELLS}")
        page.wait_for_selector("#convdoc-explorer .stamp .t text")
        for part, what in (("there", "a pixel"), ("stamp", "a weight")):
            took = page.evaluate(TYPE, [part, 7, TIMES])
            print(f"32×32×3 with four 5×5, {what} changed: {statistics.median(took):.0f} ms")
        page.goto("about:blank")
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/explorer.html")
        page.wait_for_selector("#convdoc-explorer .stamp .t text")
        page.set_input_files("#convdoc-explorer input[type=file]", picture())
        page.wait_for_selector("#convdoc-explorer .loupe .stamp .t text", timeout=60_000)
        for filters in (3, 1):
            page.fill('#convdoc-explorer [data-set="groups"]', str(filters))
            page.fill('#convdoc-explorer [data-set="filters"]', str(filters))
            page.wait_for_selector("#convdoc-explorer .progress", state="hidden", timeout=60_000)
            page.wait_for_timeout(1000)
            took = page.evaluate(TYPE, ["loupe .stamp", 4, TIMES])
            how = "each channel by itself" if filters == 3 else "one filter over all channels"
            print(f"1024×1024 in colour with 3×3, {how}: {statistics.median(took):.0f} ms")
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
