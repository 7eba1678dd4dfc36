"""The search for a browser, on machines that this one is not."""

import os
import shutil
import subprocess
import sys

import pytest

from tests import conftest


@pytest.fixture
def commands(monkeypatch):
    """A machine without any browser, where nothing can be installed; what was tried on it."""
    tried = []
    monkeypatch.setattr(subprocess, "run", lambda command, **kwargs: tried.append(command))
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "apt-get" else None)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", "/nowhere")
    return tried


@pytest.mark.parametrize(("user", "installs"), [(0, True), (1000, False)])
def test_a_browser_is_installed_by_root_and_fetched_by_anybody(
    monkeypatch, commands, user, installs
):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert conftest.find_chromium() is None
    words = [" ".join(map(str, command)) for command in commands]
    assert any("apt-get install" in command for command in words) == installs
    assert "playwright install chromium" in words[-1]


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 error"), ("", "1 skipped")])
def test_without_a_browser_tests_are_skipped_and_the_remedy_is_said_last(tmp_path, ci, outcome):
    """A run of pytest by itself, on a PATH that has nothing."""
    shutil.copy(conftest.__file__, tmp_path)
    (tmp_path / "test_it.py").write_text("def test_it(chromium): pass\n")
    environment = {"PATH": "", "CI": ci, "HOME": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": "0"}
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert outcome in done.stdout
    assert conftest.NO_BROWSER[:40] in done.stdout
    assert done.stdout.rstrip().endswith(conftest.NO_BROWSER) == (not ci)
