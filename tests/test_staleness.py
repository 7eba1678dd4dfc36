"""What runs again after a change of the library: what the change can reach, and nothing else."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.test_builds import edit

sys.path.append(str(ROOT / "docs/_ext"))
import staleness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 2  # two", "x = (2)"),
        ('"""A module."""\nx = 2', '"""A Module."""\nx = 2'),
        ("def f():\n    'One.'\n    return 1", "def f():\n\n    return 1"),
        ("class A:\n    'One.'\n    x = 1", "class A:\n    'Two.'\n    x = 1"),
        ("async def f():\n    'One.'", "async def f():\n    'Two.'"),
    ],
)
def test_comments_and_docstrings_compute_nothing(one, other):
    assert staleness.computation(one.encode()) == staleness.computation(other.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 2", "x = 3"),
        ("x = 2", "x = 2.0"),
        ("x = 'one'", "x = 'two'"),
        ("def f():\n    return 'one'", "def f():\n    return 'two'"),
        ("x = f'{y} one'", "x = f'{y} two'"),
        ("x = 2", "x = 2\ny = 3"),
        ("x = '''One.'''", "'''One.'''"),
        ("def f(:  # one", "def f(:  # two"),  # no Python
    ],
)
def test_all_else_computes(one, other):
    assert staleness.computation(one.encode()) != staleness.computation(other.encode())


# -- The site -----------------------------------------------------------------------------------

KEPT = """
import json, sys
sys.path.insert(0, "docs/_ext")
import staleness
from jupyter_cache import get_cache

def kept():
    pages = {record.uri for record in get_cache(staleness.CELLS).list_cache_records()}
    return {*pages, *(path.name for path in staleness.GALLERY.rglob("*.py.md5"))}

before = kept()
holds = staleness.execution_seal(staleness.ROOT / "_build/executed.seal").holds()
library = staleness.Library()
staleness.forget_scripts(library)
staleness.forget_cells(library)
print(json.dumps([holds, sorted(before), sorted(before - kept())]))
"""


@pytest.fixture
def copy(site, tmp_path):
    """A copy of what a build of the site decides by."""
    for name in ("convdoc", "gallery", "requirements", "docs/_ext", "docs/auto_gallery"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "benchmarks", tmp_path / "benchmarks")
    shutil.copytree(ROOT / "_build/jupyter_cache", tmp_path / "_build/jupyter_cache")
    for name in ("conf.py", "_build/executed.seal"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def runs_again(folder):
    """Whether the seal of executions holds, all pages and scripts, and those that run again."""
    command = [sys.executable, "-c", KEPT]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    holds, everything, again = json.loads(done.stdout)
    return holds, *(
        {re.sub(r".*/docs/|\.py\.md5", "", name) for name in n} for n in (everything, again)
    )


def test_nothing_runs_again_after_no_change(copy):
    holds, everything, again = runs_again(copy)
    assert (holds, again) == (True, set())
    assert {"guide/padding.md", "exercises/sizes.md", "120_timing"} <= everything


def test_a_message_of_a_mistake_runs_what_asks_questions_of_its_chapter(copy):
    """The script checks an answer, the overview counts all questions; engines.md: see below."""
    edit(copy / "convdoc/exercises/padding.py", "Count its rows alone.", "Count only its rows.")
    holds, _, again = runs_again(copy)
    assert holds
    pages = {"guide/padding.md", "exercises/sizes.md", "exercises/index.md"}
    assert again == {*pages, "030_zero_padding", "reference/engines.md"}


def test_a_docstring_and_a_comment_run_only_the_page_that_shows_docstrings(copy):
    conv = copy / "convdoc/conv.py"
    edit(conv, "Convolve every sample of", "Convolve each sample of")
    conv.write_text(f"# A comment.\n{conv.read_text()}# Another.\n")
    holds, _, again = runs_again(copy)
    assert holds
    assert again == {"reference/engines.md"}


def test_a_number_of_a_module_runs_all_that_loads_it(copy):
    edit(
        copy / "convdoc/spec.py",
        "return room // self.strides[axis] + 1",
        "return room // self.strides[axis] + 2",
    )
    holds, everything, again = runs_again(copy)
    assert holds
    assert again == everything - {"changelog.md"}


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("convdoc/a_module_more.py", "", "", False),
        ("convdoc/draw/stepper.js", "", "// one line more\n", False),
        ("docs/_ext/gallery_hooks.py", "dpi=80", "dpi=81", False),
        ("docs/_ext/gallery_hooks.py", "", "# A comment.\n", True),
        ("docs/_ext/lean_theme.py", "quantize(64)", "quantize(65)", True),
        ("conf.py", "# What a copy button", "# Which characters a copy button", True),
        ("conf.py", "(360, 252)", "(360, 253)", False),
        ("requirements/site.txt", "", "# A comment.\n", False),
    ],
)
def test_everything_runs_again_after_a_change_of_what_all_executions_share(
    copy, name, old, new, expected
):
    path = copy / name
    if old:
        edit(path, old, new)
    else:
        with path.open("a") as file:
            file.write(new)
    assert runs_again(copy)[0] == expected


def test_an_execution_without_a_record_runs_again(copy):
    (copy / "docs/auto_gallery/010_no_padding.loaded.json").unlink()
    for path in (copy / "_build/jupyter_cache/loaded").iterdir():
        if "convdoc/exercises/flip.py" in path.read_text():
            path.unlink()
    again = runs_again(copy)[2]
    assert {"010_no_padding", "guide/flip-or-no-flip.md", "exercises/windows.md"} <= again
    assert not {"020_schematic", "guide/padding.md", "exercises/networks.md"} & again


RUN = """
import runpy, sys
runpy.run_path(sys.argv[1], run_name="__main__")
import loaded_modules
print("\\nLoaded:", *loaded_modules.loaded())
"""


@pytest.mark.parametrize("name", ["030_zero_padding", "090_counting_parameters"])
def test_a_script_is_recorded_with_all_modules_that_it_loads_alone(site, name):
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(ROOT / f"gallery/{name}.py")],
        env=os.environ
        | {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'docs/_ext'}",
            "CONVDOC_ENGINE": "keras",
            "MPLBACKEND": "agg",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    alone = set(done.stdout.rpartition("\nLoaded:")[2].split())
    recorded = set(json.loads((ROOT / f"docs/auto_gallery/{name}.loaded.json").read_text()))
    assert "convdoc/spec.py" in alone
    assert alone <= recorded
    chapters = {path for path in recorded if path.startswith("convdoc/exercises/")}
    assert chapters <= alone


# -- What the scheme relies on ------------------------------------------------------------------


def module_file(name):
    """The file of a module of the library, or None."""
    path = ROOT / name.replace(".", "/")
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def imports(path):
    """Files of the library's modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {module_file(name) for name in names if name.startswith("convdoc")} - {None}


def test_no_module_that_stays_loaded_between_scripts_imports_one_that_does_not():
    """It might keep of it what the record of the next script would not name."""
    code = "import gallery_hooks; print(*gallery_hooks.STAYING)"
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'docs/_ext'}"}
    command = [sys.executable, "-c", code]
    names = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    staying = {module_file(name) for name in names.stdout.split()}
    staying.update((ROOT / "convdoc/engines").glob("*.py"))
    assert {ROOT / "convdoc/spec.py", ROOT / "convdoc/draw/steppers.py"} <= staying
    assert ROOT / "convdoc/exercises/padding.py" not in staying
    lazy = {ROOT / "convdoc/__init__.py"}  # it imports them for types alone, and keeps nothing
    # conv.py imports it where a dask array comes, which no script has.
    staying.add(ROOT / "convdoc/_dask.py")
    assert not [p for p in (ROOT / "gallery").rglob("*.py") if "dask" in p.read_text("utf-8")]
    faults = {path: imports(path) - staying for path in staying - lazy}
    assert {path: others for path, others in faults.items() if others} == {}


def test_the_library_shows_none_of_its_docstrings():
    reads = re.compile(r"__doc__|getdoc|getsource|get_docstring|linecache|import traceback")
    faults = [p for p in (ROOT / "convdoc").rglob("*.py") if reads.search(p.read_text())]
    assert faults == []
