"""Builds of the site: killed, two at once, without room or permission, and after changes.

The site is small, so that a build takes seconds: Makefile, conf.py, docs/_ext and the library are
the repository's; two pages and two scripts call a function that is added to the library.
"""

import contextlib
import functools
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, make
from tests.test_site import printed, soup

FUNCTION = '''"""What pages and scripts call."""


def answer():
    """Return a number.

    Returns
    -------
    int
    """
    return {}
'''
SCRIPT = '''"""
{name}
====================

A script.
"""

from convdoc.probe import answer

print("The answer is", answer())
'''
PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
  language: python
---

# {name}

{{index}}`an entry of {name}`

```{{code-cell}} python
from convdoc.probe import answer

print("The answer is", answer())
```
"""
INDEX = "# Small\n\n```{{toctree}}\n{}\ninstall\nreference/index\nauto_gallery/index\n```\n"
MANIFEST = "graft convdoc\ninclude LICENSE README.md pyproject.toml\n"
REFERENCE = """# Reference

```{eval-rst}
.. autosummary::
   :toctree: generated

   convdoc.probe.answer
```
"""


@pytest.fixture(scope="module")
def small():
    """The folder of the small site."""
    with tempfile.TemporaryDirectory() as temporary:  # pytest's own is closed to other users
        Path(temporary).chmod(0o755)
        folder = Path(temporary, "small")
        for name in (
            "convdoc",
            "requirements",
            "docs/_ext",
            "docs/_static",
            "docs/_templates",
            "docs/_explorer",
            "docs/_landing",
            "docs/_share",
        ):
            unwanted = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        for name in ("Makefile", "conf.py", "docs/references.bib", ".gitignore"):
            shutil.copy2(ROOT / name, folder / name)
        for name in ("pyproject.toml", "LICENSE", "README.md"):
            shutil.copy2(ROOT / name, folder / name)
        (folder / "MANIFEST.in").write_text(MANIFEST)
        (folder / "docs/install.md").write_text("# Install\n")
        (folder / ".venv").symlink_to(ROOT / ".venv")
        (folder / "gallery").mkdir()
        (folder / "gallery/GALLERY_HEADER.rst").write_text("Gallery\n=======\n")
        (folder / "docs/reference").mkdir()
        (folder / "docs/reference/index.md").write_text(REFERENCE)
        (folder / "docs/index.md").write_text(INDEX.format("first\nsecond"))
        for name in ("first", "second"):
            (folder / f"docs/{name}.md").write_text(PAGE.format(name=name))
        for name in ("010_first", "020_second"):
            (folder / f"gallery/{name}.py").write_text(SCRIPT.format(name=name))
        (folder / "convdoc/probe.py").write_text(FUNCTION.format(1))
        yield folder
        builder(folder).communicate()


@pytest.fixture(scope="module")
def clean(small):
    """The files of a clean build for each answer, and for twice each."""
    found = {}
    for change in (change_library, change_texts, change_library, change_texts):
        change(small)
        found[state(small)] = made_clean(small)
    return found


def change_library(folder):
    """Let the function return 2; or, if it does, 1."""
    module = folder / "convdoc/probe.py"
    module.write_text(FUNCTION.format(1 if "return 2" in module.read_text() else 2))


def change_texts(folder):
    """Let scripts and pages print twice the answer; or, if they do, the answer."""
    for path in [*folder.glob("gallery/*.py"), *folder.glob("docs/*.md")]:
        once = path.read_text().replace("2 * answer())", "answer())")
        twice = once.replace("answer())", "2 * answer())")
        path.write_text(once if path.read_text() == twice else twice)


def state(folder):
    """What the function returns, and what prints it."""
    return (folder / "convdoc/probe.py").read_text()[-2:], (folder / "docs/first.md").read_text()


# Builds as `make html` does, for each line that it reads, in a process of its own. That is forked
# where all is imported that is not of the folder, for this takes half of the time of a build. The
# line has what is added to the environment, and what runs first.
BUILDER = """
import json, os, sys
import fontTools.subset, matplotlib.pyplot, myst_nb.sphinx_ext, numpydoc, pydata_sphinx_theme
import sphinx.builders.html, sphinx.cmd.build, sphinx.ext.autosummary, sphinx_copybutton
import sphinx_design, sphinx_gallery.gen_gallery, sphinxcontrib.bibtex

for line in sys.stdin:
    if (child := os.fork()) == 0:
        environment, first = json.loads(line)
        os.environ.update(environment)
        exec(first, {})
        sys.path.insert(0, "docs/_ext")
        import build_site
        sys.exit(build_site.main(["html"]))
    _, status = os.waitpid(child, 0)
    print("ended with", os.waitstatus_to_exitcode(status), flush=True)
"""

KERNEL_PROFILE = ".cache/ipython/profile_default/ipython_kernel_config.py"


@functools.cache
def builder(folder):
    """The process that runs it, with the environment that the Makefile gives to a build."""
    program = folder.with_name("builder.py")
    program.write_text(BUILDER)
    rule = f"--eval=builder: {KERNEL_PROFILE} ; @$(python) {program}"
    return subprocess.Popen(
        ["make", "--no-print-directory", rule, "builder"],
        cwd=folder,
        env=INHERITED,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def printed_by_a_build(folder, first="", **environment):
    """The lines that a build prints; the last has its exit status."""
    process = builder(folder)
    process.stdin.write(json.dumps([environment, first]) + "\n")
    process.stdin.flush()
    lines = []
    while not lines or not lines[-1].startswith("ended with "):
        lines.append(process.stdout.readline())
        assert lines[-1], "".join(lines)  # the process itself has not ended
    return lines


def built(folder, first="", **environment):
    """The files of the site after a build, by name, without waiting for another build."""
    lines = printed_by_a_build(folder, first, **environment)
    known = ("Building ", "Open ", "Nothing has changed ", "ended with 0")
    assert not [line for line in lines if not line.startswith(known)], "".join(lines)
    return files_of(folder)


def made(folder, target):
    """The same after a target of the Makefile."""
    done = make(target, folder)
    assert not done.stderr
    assert done.returncode == 0
    return files_of(folder)


def files_of(folder):
    html = folder / "_build/html"
    files = filter(Path.is_file, html.rglob("*"))
    return {path.relative_to(html).as_posix(): path.read_bytes() for path in files}


def made_clean(folder):
    """The files of the site that a first build gives."""
    assert make("clean", folder).returncode == 0
    assert not (folder / "_build").exists()
    return built(folder)


def differences(files, others):
    return sorted(n for n in files.keys() | others.keys() if files.get(n) != others.get(n))


# -- Stopped ------------------------------------------------------------------------------------

# Runs when the build's Python starts. It logs each change to the file system before it is made. At
# those that STOP names, it copies to COPIES what a build that is killed would leave; or it waits
# for somebody to open and close the GATE; or it kills all: make, its shell and itself.
STOPPER = """
import os, shutil, signal, sys

log = os.open(os.environ["LOG"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
stop, gate, copies = os.environ["STOP"].split(), os.environ.get("GATE"), os.environ.get("COPIES")
changes = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"}
count, here = 0, os.getcwd()

def watch(event, arguments):
    global count
    if event not in changes or not isinstance(arguments[0], (str, os.PathLike)):
        return
    path = os.fspath(arguments[0])
    if not path.startswith((f"{here}/_build", f"{here}/docs")) or "__pycache__" in path:
        return
    if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
        return
    count += 1
    if str(count) in stop:
        if copies:
            for name in ("_build", "convdoc", "docs", "gallery"):
                shutil.copytree(name, f"{copies}/{count}/{name}")
        elif gate:
            os.write(2, b"waits\\n")
            os.read(os.open(gate, os.O_RDONLY), 1)
        else:
            os.kill(0, signal.SIGKILL)
    os.write(log, f"{event} {path}\\n".encode())

sys.addaudithook(watch)
"""
PARTS = ("_build", "convdoc", "docs", "gallery")  # of the folder, what is copied
INHERITED = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


@contextlib.contextmanager
def started(folder, **environment):
    """A build that goes on, in a process group of its own."""
    with subprocess.Popen(
        ["make", "--no-print-directory", "html"],
        cwd=folder,
        env=INHERITED | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):  # it has ended, as it should
                os.killpg(process.pid, signal.SIGKILL)


def killed(folder, stop, **environment):
    """A build that is killed before its `stop`-th change to the file system."""
    stopper = folder.with_name("stopper")
    stopper.mkdir(exist_ok=True)
    (stopper / "sitecustomize.py").write_text(STOPPER)
    environment |= {"PYTHONPATH": str(stopper), "LOG": os.devnull, "STOP": str(stop)}
    return started(folder, **environment)


@contextlib.contextmanager
def halted(folder, stop):
    """A build that waits there until it is told to go on, and a function that tells it."""
    gate = folder.with_name("gate")
    os.mkfifo(gate)
    try:
        with killed(folder, stop, GATE=str(gate)) as build:
            assert build.stderr.readline() == "waits\n"
            yield build, lambda: gate.open("w").close()
    finally:
        gate.unlink()


def changes(folder, stops=(), copies=""):
    """What a build does to the file system, in order; before the stops it is copied."""
    log = folder.with_name("log")
    stop = " ".join(map(str, stops))
    built(folder, STOPPER, LOG=str(log), STOP=stop, COPIES=str(copies))
    return log.read_text().splitlines()


def change_one(folder, number):
    """Change the library if the number is odd, and what calls it if it is even."""
    if number % 2:
        change_library(folder)
    else:
        change_texts(folder)


@pytest.fixture(scope="module")
def courses(small, clean):
    """The changes to the file system of a build after other texts, and after another library."""
    found = []
    for number in (0, 1):
        change_one(small, number)
        found.append(changes(small))
    return found


@pytest.fixture(scope="module")
def course(courses):
    """The changes to the file system of a build after another library."""
    return courses[1]


def lose_power(folder):
    """Empty the files that were written last, as if they had not reached the disk."""
    written = times(folder)
    for path in sorted(filter(Path.is_file, written), key=written.get)[-10:]:
        path.write_bytes(b"")


def after(event, end):
    """The number of the change that follows the first of a kind, in a course of changes."""
    return lambda course: next(
        number + 2
        for number, change in enumerate(course)
        if re.fullmatch(f"{event} .*{end}", change)
    )


MOMENTS = {
    "a script ran, its page is not written": after("open", "/010_first.py.md5"),
    "environment.pickle is written": after("open", "/environment.pickle"),
    "cells ran, their cache is being written": after("open", "/base.ipynb"),
    "the seal of executions is begun": after("open", "/executed.new"),
    "the old site is moved": after("os.rename", "/_build/html"),
    "the new site is moved": after("os.rename", "/_build/new/html"),
    "the seal of the site is begun": after("open", "/html.new"),
    "the seal of the site is written": after("os.rename", "/html.new"),
    **{
        f"{part} twelfths are done": lambda course, part=part: 1 + part * len(course) // 12
        for part in range(12)
    },
}


@pytest.fixture(scope="module")
def stopped(small, courses, tmp_path_factory):
    """For each moment a copy of the folder as it is then, after other texts or another library."""
    found = {}
    for parity, course in enumerate(courses):
        copies = tmp_path_factory.mktemp("copies")
        moments = list(MOMENTS.values())[parity::2]
        stops = [stop(course) for stop in moments]
        change_one(small, parity)
        assert len(changes(small, stops, copies)) == len(course)
        found |= {2 * at + parity: copies / str(stop) for at, stop in enumerate(stops)}
    return found


def left(folder):
    """A digest of what the next build finds, without what it removes first."""
    removed = (folder / "_build/new", folder / "docs/reference/generated")
    digest = hashlib.sha256()
    for path in sorted(p for name in PARTS for p in (folder / name).rglob("*") if p.is_file()):
        if not any(map(path.is_relative_to, removed)):
            digest.update(f"{path}".encode() + path.read_bytes())
    return digest.digest()


@pytest.fixture(scope="module")
def repaired():
    """What earlier builds were left with, so that none begins with the same twice."""
    return set()


@pytest.mark.parametrize("number", range(20), ids=MOMENTS)
def test_after_a_build_that_was_stopped_the_next_equals_a_clean_one(
    small, clean, stopped, repaired, number
):
    """Library or texts have changed before the build; at half of the moments power is lost."""
    for part in PARTS:
        shutil.rmtree(small / part)
        shutil.copytree(stopped[number] / part, small / part)
    if number // 2 % 2:
        lose_power(small)
    if (before := left(small)) not in repaired:
        assert differences(built(small), clean[state(small)]) == []
        repaired.add(before)


@pytest.mark.parametrize("number", [0, 1])
def test_after_a_build_that_was_killed_the_next_equals_a_clean_one(small, clean, courses, number):
    """And it waits for nothing: the lock is gone."""
    change_one(small, number)
    stop = after("open", "/executed.new")(courses[number])
    with killed(small, stop) as process:
        process.communicate()  # all that wrote to stderr have ended, not make alone
    assert process.returncode == -signal.SIGKILL
    assert differences(built(small), clean[state(small)]) == []


def test_a_build_waits_for_another(small, clean, course):
    change_library(small)
    stop = after("open", "/environment.pickle")(course)
    with halted(small, stop) as (first, go_on), started(small) as second:
        assert second.stderr.readline() == f"Waiting for another build in {small} to end.\n"
        go_on()
        assert first.communicate() == (None, "")
        assert second.communicate() == (None, "")
    assert (first.returncode, second.returncode) == (0, 0)
    assert differences(built(small), clean[state(small)]) == []


def test_a_library_that_changes_during_a_build_leaves_nothing_of_the_old_one(small, clean, course):
    change_library(small)
    stop = after("open", "/010_first.py.md5")(course)
    with halted(small, stop) as (build, go_on):
        change_library(small)
        go_on()
        assert build.communicate() == (None, "")
    assert differences(built(small), clean[state(small)]) == []


# In place of Python and pip: each installation begins, waits for a line, and ends.
PIP = """#!/bin/sh
case "$*" in
*Python.h*) echo requirements/install.sh ;;
*" install "*) echo begins >>log; read line <gate; echo ends >>log ;;
esac
"""
SET_UP = ["sh", "requirements/install.sh", "site"]


def prepare_set_up(folder):
    """Put the set-up's script into a folder, and what stands in for pip."""
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").write_text(PIP)
    (folder / ".venv/bin/python").chmod(0o755)
    (folder / "requirements").mkdir()
    shutil.copy(ROOT / "requirements/install.sh", folder / "requirements")
    os.mkfifo(folder / "gate")


def test_a_set_up_waits_for_another(tmp_path):
    if not shutil.which("flock"):
        pytest.skip("there is no flock here, so set-ups do not wait for each other")
    prepare_set_up(tmp_path)
    both = {"cwd": tmp_path, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with contextlib.ExitStack() as stack:
        gate = os.open(tmp_path / "gate", os.O_RDWR)
        stack.callback(os.close, gate)
        first = stack.enter_context(subprocess.Popen(SET_UP, **both))
        assert first.stdout.readline().startswith("Installing ")
        second = stack.enter_context(subprocess.Popen(SET_UP, **both))
        assert second.stderr.readline() == f"Waiting for another build in {tmp_path} to end.\n"
        os.write(gate, b"go on\n" * 6)
        assert first.wait() == second.wait() == 0
    assert (tmp_path / "log").read_text() == "begins\nends\n" * 6


# -- Refused ------------------------------------------------------------------------------------


def refusal(done):
    """The one line that a build that failed wrote to stderr, apart from make's own."""
    assert done.returncode != 0
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]
    return line


def needs_mount():
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only root can mount a file system, so a read-only or full one was not tried")


def make_after(mount, folder):
    """Run `make html` where a file system is mounted that no other process sees."""
    command = ["unshare", "--mount", "sh", "-ec", f"{mount}; exec make html"]
    return subprocess.run(command, cwd=folder, env=INHERITED, capture_output=True, text=True)


@pytest.mark.parametrize("name", ["_build", ".cache", "docs/auto_gallery/images"])
def test_a_folder_of_another_user_is_refused_in_one_sentence(small, clean, name):
    """If root runs the tests, another user tries to build; else the folder becomes read-only."""
    code = (
        "import os, sys\n"
        "sys.path.insert(0, 'docs/_ext')\n"
        "import build_site\n"
        "if os.geteuid() == 0:\n"
        "    os.setuid(65534)\n"
        "sys.exit(build_site.main(['html']))"
    )
    yours = [small, *(path for path in small.rglob("*") if not path.is_symlink())]
    modes = {path: path.stat().st_mode for path in yours}
    try:
        for path in yours:
            path.chmod(modes[path] | 0o666 | (0o111 if path.is_dir() else 0))
        (small / name).chmod(0o555)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=small, capture_output=True, text=True)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    line = refusal(done)
    assert line.startswith(f"The build cannot write to {small / name}, which is read-only or")
    assert line.endswith(
        f'build in a copy of the repository, or run `sudo chown -R "$(id -un)" {small}`.'
    )


def test_a_set_up_in_a_folder_of_another_user_is_refused_in_one_sentence(tmp_path):
    prepare_set_up(tmp_path)
    (tmp_path / ".venv").chmod(0o555)
    tmp_path.chmod(0o755)
    user = 65534 if os.geteuid() == 0 else None
    done = subprocess.run(SET_UP, cwd=tmp_path, user=user, capture_output=True, text=True)
    assert refusal(done).startswith(f"The set-up cannot write to {tmp_path}")
    assert not (tmp_path / "log").exists()


def test_a_read_only_folder_is_refused_in_one_sentence(small, clean):
    needs_mount()
    mount = f"mount --bind {small} {small}; mount -o remount,bind,ro {small}; cd {small}"
    done = make_after(mount, small)
    assert f"cannot write to {small}/.cache/build.lock, which is read-only" in refusal(done)
    (small / KERNEL_PROFILE).touch()
    (small / "docs/_ext/ipython_kernel_config.py").touch()
    assert "read-only" in refusal(make_after(mount, small))


@pytest.mark.parametrize("name", ["_build", "docs/auto_gallery"])
def test_a_full_disk_is_told_in_one_sentence_and_spoils_nothing(small, clean, name):
    needs_mount()
    change_library(small)
    done = make_after(f"mount -t tmpfs -o size=64k small {name}", small)
    assert (
        refusal(done)
        == f"The disk of {small / name} is full: make room there, then run make again."
    )
    assert differences(built(small), clean[state(small)]) == []


def test_a_path_with_a_space_is_refused(tmp_path):
    folder = tmp_path / "new folder"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    done = make("html", folder)
    assert done.returncode != 0
    assert "has a space in it" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["new folder"]


# -- Changed ------------------------------------------------------------------------------------


def edit(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def times(folder):
    """When each file that a build makes was written."""
    made = [folder / "_build", folder / "docs/auto_gallery", folder / "docs/reference/generated"]
    return {path: path.stat().st_mtime_ns for top in made for path in top.rglob("*")}


def test_an_unchanged_site_is_not_written(small, clean):
    built(small)
    before = times(small)
    built(small)
    assert times(small) == before


def test_an_incremental_build_equals_a_clean_one(small, clean):
    """A title, a text and a script change, which no longer calls the function; then all go back."""
    before = built(small)
    assert b"Examples that use" in before["reference/generated/convdoc.probe.answer.html"]
    originals = {path: path.read_text() for path in small.glob("[dg]*/*.*") if path.is_file()}
    edit(small / "docs/first.md", "# first", "# premier")
    edit(small / "docs/second.md", "# second\n", "# second\n\nMore.\n")
    edit(small / "gallery/020_second.py", "answer())", "6 * 7)")
    edit(small / "gallery/020_second.py", "from convdoc.probe import answer\n", "")
    files = built(small)
    assert b"premier" in files["second.html"]  # in the sidebar
    index = json.loads(files["searchindex.js"].decode().removeprefix("Search.setIndex(")[:-1])
    assert {"an entry of first", "an entry of second"} <= index["indexentries"].keys()
    assert differences(made_clean(small), files) == []
    for path, text in originals.items():
        path.write_text(text)
    assert differences(built(small), before) == []


def ran(folder):
    """When each script ran, and the cells of each page."""
    records = [*folder.rglob("*.loaded.json"), *folder.glob("_build/jupyter_cache/loaded/*.json")]
    return {path: path.stat().st_mtime_ns for path in records}


def test_a_comment_of_the_library_runs_nothing_and_a_number_all(small, clean):
    built(small)
    first = ran(small)
    assert len(first) == 3  # two scripts, and two pages with the same cells
    module = small / "convdoc/probe.py"
    edit(module, "Return a", "Give the")
    module.write_text(f"{module.read_text().rstrip()}  # a comment\n")
    commented = built(small)
    assert ran(small) == first
    assert b"Give the number." in commented["reference/generated/convdoc.probe.answer.html"]
    (small / "convdoc/spec.py").touch()
    change_library(small)
    assert differences(built(small), clean[state(small)]) == []
    assert not {*ran(small).items()} & {*first.items()}


def test_what_is_removed_is_removed_from_the_site(small, clean):
    (small / "docs/extra.md").write_text("# Extra\n")
    (small / "docs/index.md").write_text(INDEX.format("first\nsecond\nextra"))
    for name in ("010_first_extra", "atlas/030_extra"):
        script = small / f"gallery/{name}.py"
        script.parent.mkdir(exist_ok=True)
        script.write_text(SCRIPT.format(name=name))
    (small / "gallery/atlas/GALLERY_HEADER.rst").write_text("Atlas\n=====\n")
    more = built(small)
    assert {"extra.html", "auto_gallery/atlas/030_extra.html"} <= more.keys()
    (small / "docs/extra.md").unlink()
    (small / "docs/index.md").write_text(INDEX.format("first\nsecond"))
    (small / "gallery/010_first_extra.py").unlink()
    shutil.rmtree(small / "gallery/atlas")
    assert differences(built(small), clean[state(small)]) == []


def test_what_is_wrong_is_told_until_it_is_right_and_the_site_stays(small, clean):
    site = built(small)
    faults = {
        "gallery/010_first.py": ("print(", "1 / 0\nprint("),
        "docs/first.md": ("print(", "[][0]\nprint("),
        "docs/second.md": ("# second\n", "# second\n\n{func}`convdoc.nonsense`\n"),
    }
    for name, (old, new) in faults.items():
        edit(small / name, old, new)
    other = small / "docs/auto_gallery/020_second.rst"
    ran = other.stat().st_mtime_ns
    for _ in range(2):
        *lines, status = printed_by_a_build(small)
        assert status != "ended with 0\n"
        for words in ("ZeroDivisionError", "IndexError", "convdoc.nonsense"):
            assert words in "".join(lines)
    assert other.stat().st_mtime_ns == ran
    for name, (old, new) in faults.items():
        assert (small / "_build/html/first.html").read_bytes() == site["first.html"]
        edit(small / name, new, old)
    assert differences(built(small), clean[state(small)]) == []
    assert other.stat().st_mtime_ns == ran


def test_a_dry_build_runs_nothing_and_the_next_runs_all(small, clean):
    change_library(small)
    dry = made(small, "html-noplot")
    for name in ("auto_gallery/010_first.html", "first.html"):
        assert b"The answer is " not in re.sub(rb"<.*?>", b"", dry[name])
        assert b"The answer is " in re.sub(rb"<.*?>", b"", clean[state(small)][name])
    assert differences(built(small), clean[state(small)]) == []


def test_a_changed_library_changes_gallery_and_guide_of_the_site(small):
    """33 filters instead of 32 in layer 1, and one parameter too many for a convolution.

    A page and a script are those of the whole site. The pages that they lead to are not there.
    """
    page, script = "guide/what-this-teaches", "090_counting_parameters"
    pages = INDEX.format(f"first\nsecond\n{page}")
    index, added = small / "docs/index.md", [f"docs/{page}.md", f"gallery/{script}.py"]
    edits = {
        "convdoc/network.py": ("Conv(32, 6)", "Conv(33, 6)"),
        "convdoc/exercises/matrix.py": ("math.prod(kernel)\n", "math.prod(kernel) + 1\n"),
    }
    originals = {path: path.read_text() for path in [index, *(small / name for name in edits)]}
    (small / "docs/guide").mkdir()
    for name in added:
        shutil.copy(ROOT / name, small / name)
    index.write_text(pages)
    for name, change in edits.items():
        edit(small / name, *change)
    try:
        leads_nowhere = "-D suppress_warnings=ref,myst.xref_missing"
        done = make("html", small, SPHINXOPTS=leads_nowhere)
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        for path, text in originals.items():
            path.write_text(text)
        for name in added:
            (small / name).unlink()
    html = small / "_build/html"
    gallery = "\n".join(printed(soup(html / f"auto_gallery/{script}.html")))
    assert re.search(r"\(33, 3, 6, 6\)\s+3564\b", gallery)
    assert "3456" not in gallery
    guide = soup(html / f"{page}.html").get_text()
    assert re.search(r"kernel of 3×3 has\s+10,", guide)
    assert "9,604,000.0" in guide


def test_an_example_runs_again_alone(small, clean):
    def ran():
        return [path.stat().st_mtime_ns for path in sorted(small.rglob("*.py.md5"))]

    before = built(small)
    first, second = ran()
    done = subprocess.run(
        ["make", "example", "NAME=first"], cwd=small, env=INHERITED, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert ran()[0] > first
    assert ran()[1] == second
    assert differences(built(small), before) == []


def test_zips_are_the_same_bytes_whenever_they_are_written(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs/_ext")
    from reproducible_zips import rewrite

    def zipped(name, *members):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member, date in members:
                archive.writestr(zipfile.ZipInfo(member, date), member.upper())
        rewrite(tmp_path / name, {"requirements.txt": b"convdoc\n"})
        rewrite(tmp_path / name, {"requirements.txt": b"convdoc\n"})
        return (tmp_path / name).read_bytes()

    old, new = (2001, 2, 3, 4, 5, 6), (2021, 2, 3, 4, 5, 6)
    assert zipped("a.zip", ("x", old), ("y", new)) == zipped("b.zip", ("y", old), ("x", new))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["requirements.txt", "x", "y"]
        assert archive.read("requirements.txt") == b"convdoc\n"
        assert archive.read("y") == b"Y"
