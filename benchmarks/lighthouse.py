"""What `make bench-site` asks of Lighthouse: marks of a page of each kind, on phone and laptop.

The pages are served as a static host does, compressed and kept by the browser. Lighthouse slows a
phone's processor and network down by calculation. It ends with an error where a mark is too low.
"""

import functools
import gzip
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
LIGHTHOUSE = "npm:lighthouse@13.5.0"  # with what it needs in lighthouse.lock
PAGES = {
    "landing": "index.html",
    "chapter": "guide/padding.html",
    "explorer": "explorer.html",
    "gallery": "auto_gallery/index.html",
    "atlas": "auto_gallery/atlas/010_no_padding.html",
    "sheet": "exercises/sizes.html",
    "search": "search.html?q=padding",
}
LEAST = {"mobile": 95, "desktop": 99}
SHIFT = 0.05
PACKED = {".html", ".css", ".js", ".svg", ".json"}


class _Host(http.server.SimpleHTTPRequestHandler):
    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in PACKED or not path.is_file():
            return super().send_head()
        packed = _packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)
        return None

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=31536000")
        super().end_headers()

    def log_message(self, *args):
        pass


@functools.cache
def _packed(path):
    return gzip.compress(path.read_bytes())


def main():
    """Print the marks."""
    handler = functools.partial(_Host, directory=str(ROOT / "_build/html"))
    low = False
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("Lighthouse                    performance  accessibility  practices  shift")
        for device, least in LEAST.items():
            for name, page in PAGES.items():
                report = run(f"http://127.0.0.1:{server.server_port}/{page}", device)
                speed, access, practices = (
                    round(100 * report["categories"][category]["score"])
                    for category in ("performance", "accessibility", "best-practices")
                )
                shift = report["audits"]["cumulative-layout-shift"]["numericValue"]
                fine = speed >= least and access == practices == 100 and shift <= SHIFT
                low |= not fine
                print(
                    f"{name:14} {device:14} {speed:11}  {access:13}  {practices:9}  {shift:5.2f}"
                    f"{'' if fine else '  too low'}"
                )
        server.shutdown()
    sys.exit(int(low))


def run(address, device):
    """Report of Lighthouse on a page, as it writes it."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.json")
        subprocess.run(
            [
                *(ROOT / ".venv/bin/deno", "run", "--allow-all", "--quiet", "--frozen"),
                *(f"--lock={ROOT / 'benchmarks/lighthouse.lock'}", LIGHTHOUSE, address),
                *("--quiet", "--output=json", f"--output-path={path}"),
                "--chrome-flags=--headless --no-sandbox",
                "--only-categories=performance,accessibility,best-practices",
                *(["--preset=desktop"] if device == "desktop" else []),
            ],
            env={"CHROME_PATH": own if Path(own).exists() else "/usr/bin/chromium", **os.environ},
            check=True,
        )
        return json.loads(path.read_text())


if __name__ == "__main__":
    main()
