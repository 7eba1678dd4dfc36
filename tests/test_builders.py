"""The site as an EPUB: our extensions do not stand in the way of another builder."""

import shutil
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

from tests.conftest import ROOT

DRY = [
    "plot_gallery=0",
    "nb_execution_mode=off",
    "suppress_warnings=mystnb.glue,epub.unknown_project_files",
]
UNWANTED = (".git", ".venv*", ".cache", "_build", "auto_gallery", "generated", "__pycache__")


def test_the_site_as_an_epub_has_every_chapter_and_example(tmp_path):
    """Nothing runs, in a copy: a dry build forgets what the site's own build has run."""
    copy = tmp_path / "convdoc"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*UNWANTED))
    options = [part for option in DRY for part in ("-D", option)]
    done = subprocess.run(
        [sys.executable, "docs/_ext/build_site.py", "epub", *options],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    with zipfile.ZipFile(copy / "_build/epub/convdoc.epub") as book:
        assert book.testzip() is None
        assert book.read("mimetype") == b"application/epub+zip"
        pages = {name: book.read(name) for name in book.namelist() if name.endswith(".xhtml")}
    chapters = [path.stem for path in (ROOT / "docs/guide").glob("*.md")]
    scripts = [path.stem for path in (ROOT / "gallery").glob("*.py")]
    expected = {f"guide/{name}.xhtml" for name in chapters}
    expected |= {f"auto_gallery/{name}.xhtml" for name in scripts}
    assert len(expected) >= 26
    assert expected <= pages.keys()
    for name in expected:
        ElementTree.fromstring(pages[name])  # no reader shows what is no XML
    assert b"The border costs pixels" in pages["guide/padding.xhtml"]
