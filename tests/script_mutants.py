"""Put faults into the explorer's modules, one at a time, and count those that their tests catch.

`make mutants` runs it: a sample of faults for each module that has no need of a page, always the
same. What is listed survived, and wants a test or a reason.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from deno import find_deno_bin

ROOT = Path(__file__).parent.parent
MODULES = "arithmetic borders kinds faults convolve state links entries captions"
PARTS = ("convdoc", "docs", "tests", "benchmarks", "deno.json")
#: A pattern, and what is written instead.
FAULTS = [
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \* ", " / "),
    (r" / ", " * "),
    (r" % ", " / "),
    (r" < ", " <= "),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" >= ", " > "),
    (r" === ", " !== "),
    (r" !== ", " === "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r" \?\? ", " && "),
    (r"Math\.min", "Math.max"),
    (r"Math\.max", "Math.min"),
    (r"Math\.floor", "Math.ceil"),
    (r"(?<![\w.])(\d+)(?![\w.])", lambda found: str(int(found[0]) + 1)),
    (r"!(?=[a-z(])", ""),
    (r"\? (.+) : (.+);", r"? \2 : \1;"),
    (r'"([a-z]+\.[a-z ]+)"', r'"\1 "'),
]
OWN = [find_deno_bin(), "test", "--quiet", "--no-check", "--no-remote", "--cached-only"]
#: Against the library, without what needs the built site.
LIBRARY = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
LIBRARY += [
    "tests/test_explorer.py",
    "-k",
    "not hostile_links_do and not every_link and not own_tests",
]


def main():
    """Try the faults; exit with an error where fewer than 95 of 100 are caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=MODULES.split())
    parser.add_argument("--count", type=int, default=12, help="faults of each module")
    asked = parser.parse_args()
    total, survived = 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / part, folder / part)
        if not _runs(LIBRARY, folder) or not passes(folder):  # the first writes data for the other
            sys.exit("The tests fail without a fault")
        for module in asked.modules:
            path = folder / f"docs/_explorer/{module}.js"
            source = path.read_text("utf-8")
            for line, mutant in sample(module, source, asked.count):
                path.write_text(mutant, "utf-8")
                total += 1
                if passes(folder):
                    survived += 1
                    before, after = source.split("\n")[line], mutant.split("\n")[line]
                    print(
                        f"{module}.js:{line + 1}\n  {before.strip()}\n  {after.strip()}", flush=True
                    )
            path.write_text(source, "utf-8")
    print(f"{total - survived} of {total} faults were caught")
    sys.exit(survived > total / 20)


def sample(module, source, count):
    """Pairs of a line and the source with a fault in it."""
    lines, found = source.split("\n"), []
    for at, line in enumerate(lines):
        code = re.sub(r"(^|\s)//.*", "", line)
        if code.startswith("import "):
            continue
        for pattern, instead in FAULTS:
            for place in re.finditer(pattern, code):
                fault = place.expand(instead) if isinstance(instead, str) else instead(place)
                mutant = line[: place.start()] + fault + line[place.end() :]
                found.append((at, "\n".join([*lines[:at], mutant, *lines[at + 1 :]])))
    return random.Random(module).sample(found, min(count, len(found)))


def passes(folder):
    """Whether the tests do not notice: those of the modules, then those against the library."""
    return _runs(OWN, folder) and _runs(LIBRARY, folder)


def _runs(command, folder):
    environment = os.environ | {"PYTHONPATH": str(folder), "DENO_DIR": str(ROOT / ".cache/deno")}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=300
        )
    except subprocess.TimeoutExpired:  # a fault may make a loop endless
        return False
    return done.returncode == 0


if __name__ == "__main__":
    main()
