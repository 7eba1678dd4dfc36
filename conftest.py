"""What cannot be tested here: engines without their library, and after Python 3.11 Theano.

The site is built by Theano, so it is not tested there either.
"""

import sys
from pathlib import Path

import pytest

from convdoc.engines import ENGINES, is_installed

THEANO_RUNS = sys.version_info < (3, 12)
NO_THEANO = "Theano 1.0.5 does not run on Python 3.12 and later"

engines = {engine.module for name, engine in ENGINES.items() if is_installed(name)}
collect_ignore = [  # their doctests import the library
    str(path)
    for path in Path(__file__).parent.glob("convdoc/engines/[!_]*.py")
    if path.stem not in engines
]
if not THEANO_RUNS:
    collect_ignore += [
        "convdoc/engines/_theano_function.py",
        "tests/test_builders.py",
        "tests/test_builds.py",
        "tests/test_conftest.py",
        "tests/test_downloads.py",
        "tests/test_glossary.py",
        "tests/test_install.py",
        "tests/test_site.py",
        "tests/test_stack.py",
        "tests/test_staleness.py",
        "tests/test_theme.py",
        "tests/test_whose_numbers.py",
    ]
    collect_ignore_glob = ["tests/*browser*.py", "tests/*explorer*.py", "tests/guide/*"]


def pytest_report_header():
    """Name the reason for the tests that are not collected."""
    return None if THEANO_RUNS else f"{NO_THEANO}: its tests and those of the site are left out"


@pytest.hookimpl(tryfirst=True)  # before the site is built
def pytest_runtest_setup(item):
    """Skip a test that needs Theano, or the site, where Theano does not run."""
    marked = item.get_closest_marker("theano") or item.name == "convdoc.engines.load_keras"
    if not THEANO_RUNS and (marked or "site" in getattr(item, "fixturenames", ())):
        pytest.skip(NO_THEANO)
