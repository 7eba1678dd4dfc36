"""What cannot be tested here: engines without their library, and after Python 3.11 Theano.

The site is built by Theano, so it is not tested there either.
"""

import contextlib
import itertools
import os
import shutil
import sys
from pathlib import Path

import pytest

from convdoc.engines import ENGINES, is_installed

THEANO_RUNS = sys.version_info < (3, 12)
NO_THEANO = "Theano 1.0.5 does not run on Python 3.12 and later"

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # A compile cache for each process that tests: one that waits for the lock of another says so,
    # and some tests see to it that nothing is said. The site is built with that of the Makefile,
    # and what was compiled for the site is copied from there.
    compiled = Path(__file__).parent / ".cache/theano"
    cache = compiled / worker
    for folder in compiled.glob("compiledir_*"):
        if not (cache / folder.name).exists():
            new, locks = cache / f"{folder.name}.new", shutil.ignore_patterns("lock_dir")
            with contextlib.suppress(shutil.Error):  # of what a build removes meanwhile
                shutil.copytree(folder, new, ignore=locks, dirs_exist_ok=True)
            new.rename(cache / folder.name)
    flags = [*filter(None, [os.environ.get("THEANO_FLAGS")]), f"base_compiledir={cache}"]
    os.environ["THEANO_FLAGS"] = ",".join(flags)

engines = {engine.module for name, engine in ENGINES.items() if is_installed(name)}
collect_ignore = [  # their doctests import the library
    str(path)
    for path in Path(__file__).parent.glob("convdoc/engines/[!_]*.py")
    if path.stem not in engines
]
if not THEANO_RUNS:
    collect_ignore += [
        "convdoc/engines/_theano_function.py",
        "tests/script_mutants.py",
        "tests/test_builders.py",
        "tests/test_builds.py",
        "tests/test_bundle.py",
        "tests/test_conftest.py",
        "tests/test_downloads.py",
        "tests/test_glossary.py",
        "tests/test_install.py",
        "tests/test_look.py",
        "tests/test_paper.py",
        "tests/test_site.py",
        "tests/test_stack.py",
        "tests/test_staleness.py",
        "tests/test_theme.py",
        "tests/test_whose_numbers.py",
    ]
    collect_ignore_glob = ["tests/*browser*.py", "tests/*explorer*.py", "tests/guide/*"]


#: Files that take long, the longest first: processes that begin with them end together. The first
#: needs no site, so that one process tests while another builds it.
LONGEST = [
    f"tests/test_{name}.py"
    for name in (
        *("builds", "browser", "browser_explorer", "downloads", "explorer_code", "explorer"),
        *("browser_stepper", "browser_exercises", "direct", "stack", "engines", "conv"),
        *("dask", "blocks"),
    )
]


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest; the order in a file stays."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))


#: CPU seconds of this process, and of those that it waited for, until the last part of a test.
spent = 0.0


def pytest_runtestloop():
    """What was spent until here, on imports, counts for no file."""
    global spent
    spent = sum(os.times()[:4])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Write into the report of each part of a test what it spent."""
    global spent
    report = yield
    before, spent = spent, sum(os.times()[:4])
    report.cpu = spent - before
    return report


def pytest_terminal_summary(terminalreporter, config):
    """Beside the slowest tests, which ``--durations`` asks for, list what each file took."""
    if not config.option.durations:
        return
    files = {}
    for report in itertools.chain(*terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            cpu, wall = files.get(name := report.nodeid.partition("::")[0], (0, 0))
            files[name] = cpu + getattr(report, "cpu", 0), wall + report.duration
    terminalreporter.section("seconds by file: of processors, on the clock")
    for name, seconds in sorted(files.items(), key=lambda file: file[1], reverse=True):
        terminalreporter.write_line("{:7.1f} {:7.1f}  {}".format(*seconds, name))
    total = map(sum, zip(*files.values(), strict=True))
    terminalreporter.write_line("{:7.1f} {:7.1f}  all".format(*total))


def pytest_report_header():
    """Name the reason for the tests that are not collected."""
    return None if THEANO_RUNS else f"{NO_THEANO}: its tests and those of the site are left out"


@pytest.hookimpl(tryfirst=True)  # before the site is built
def pytest_runtest_setup(item):
    """Skip a test that needs Theano, or the site, where Theano does not run."""
    marked = item.get_closest_marker("theano") or item.name == "convdoc.engines.load_keras"
    if not THEANO_RUNS and (marked or "site" in getattr(item, "fixturenames", ())):
        pytest.skip(NO_THEANO)
