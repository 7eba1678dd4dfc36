"""A script joined of modules does what they do, and what is not understood is refused."""

import re
import subprocess
import sys

import pytest
from deno import find_deno_bin

from tests.conftest import ROOT

sys.path.append(str(ROOT / "docs/_ext"))

from bundle import bundle
from lean_theme import lean_script

MODULES = {
    "./words.js": "export const a = 1, b = 2;\nexport const hidden = [a];\n",
    "data": 'export default { "name": "x" };\n',
    "./counts.js": (
        'import data from "data";\n'
        "let count = 0;\n"
        "const hidden = data.name;\n"  # a name of another module too
        "export function next() {\n  count += 1;\n  return hidden + count;\n}\n"
        "export async function later() {\n  await null;\n  return next();\n}\n"
        "export class Counter {\n  next = next;\n}\n"
    ),
    "./main.js": (
        'import {\n  a,\n  hidden as seen,\n} from "./words.js";\n'
        'import * as counts from "./counts.js";\n'
        'import { next } from "./counts.js";\n'
        "console.log(a, seen[0], next(), counts.next(), new counts.Counter().next());\n"
        "counts.later().then(console.log);\n"
        "console.log(import.meta.source.length, typeof import.meta.url);\n"
    ),
}


def run(source):
    done = subprocess.run(
        [find_deno_bin(), "eval", "--ext=js", source], capture_output=True, text=True, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("made", [str, lean_script])
def test_a_bundle_does_what_its_modules_do(made):
    """A module runs once, whoever imports it, and its names are its own."""
    source = made(bundle(MODULES, "./main.js"))
    first, about, later = run(source)
    assert first == "1 1 x1 x2 x3"
    assert later == "x4"
    length, address = about.split()
    assert address == "undefined"  # without a page
    assert abs(int(length) - len(source)) < 5


def test_a_bundle_has_its_own_source():
    """Which does the same again, in a worker for example."""
    again = "(globalThis.runs ??= []).push(1) < 2 && (0, eval)(import.meta.source);"
    source = f"console.log(7);\n{again}\n"
    assert run(lean_script(bundle({"./main.js": source}, "./main.js"))) == ["7", "7"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('import { x } from "./none.js";', "./none.js does not exist, by way of ./main.js"),
        ('import { x } from "./main.js";', "./main.js imports itself, by way of ./main.js"),
        ('import "./words.js";', "./main.js: a bundle has no 'import \"./words.js\";'"),
        ("export { x };", "./main.js: a bundle has no 'export { x };'"),
        ("export const { x } = y;", "./main.js: a bundle has no 'export const { x } = y;'"),
        ('const x = await import("./words.js");', "./main.js: a bundle has no"),
        ("await x;", "./main.js: a bundle has no 'await x;'"),
    ],
)
def test_what_a_bundle_does_not_understand_is_refused(line, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        bundle(MODULES | {"./main.js": f"{line}\n"}, "./main.js")
