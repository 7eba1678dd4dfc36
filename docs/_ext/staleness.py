"""Which results of earlier builds may be used again.

A build keeps only executions: the output of the gallery's scripts and of the pages' cells. It
reads and writes all pages again, so an incremental build equals a clean one. (One of Sphinx does
not: `IndexBuilder.load` loses the search's index entries, sphinx-doc/sphinx#12599, and the sidebars
of other pages keep an old title.)

Executions are used again only if their seal holds. A seal is a digest of the sources and of every
file made from them, and it is written last. After a build that was killed, filled the disk or lost
power, the files differ from the seal, and everything is executed again.
"""

import hashlib
import os
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

from sphinx_gallery.utils import get_md5sum

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs/auto_gallery"
#: What executions depend on, apart from the text of a script or page.
LIBRARY = [
    "convdoc/**/*.py",
    "convdoc/**/*.cpp",
    "convdoc/**/*.css",
    "convdoc/**/*.js",
    "benchmarks/results.json",  # the page on speed shows it
    "benchmarks/spectrum.json",  # the guide draws it
    "benchmarks/libraries.json",  # and the guide this
    "docs/_ext/*.py",
    "requirements/*.txt",
    "conf.py",
]
#: What the site does not depend on, nor the sdist that it may hold.
NO_SOURCES = [
    *("_build", "build", "dist", "docs/auto_gallery", "docs/reference/generated"),
    *("*.egg-info", "*__pycache__"),
]
HIDDEN_SOURCES = (".ci", ".gitignore")
#: Environment variables that change pages.
VARIABLES = ("CONVDOC_URL", "SOURCE_DATE_EPOCH")


class Seal:
    """A record that some files are what one state of their sources gives.

    Parameters
    ----------
    record : Path
        The file that keeps it.
    sources : callable
        Returns the paths of the sources.
    made : list of Path
        The files that are made from them, or folders of such files.
    words : iterable of str
        What the files depend on besides.
    """

    def __init__(self, record, sources, made, words=()):
        self.record, self.sources, self.made = record, sources, made
        self.words = [sys.version, *words, *(f"{x}={os.environ.get(x)}" for x in VARIABLES)]
        self.at_first = self._times()

    def holds(self):
        """Whether sources and files are those that were sealed."""
        return self.record.is_file() and self.record.read_text() == self._digest()

    def write(self):
        """Seal the files, unless a source has changed since this object was made."""
        if self._times() != self.at_first:
            return
        new = self.record.with_suffix(".new")
        with open(new, "w") as file:
            file.write(self._digest())
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.record)

    def _times(self):
        return [(path, path.stat().st_mtime_ns) for path in self.sources()]

    def _digest(self):
        total = hashlib.sha256("\0".join(self.words).encode())
        for path in [*self.sources(), *(file for folder in self.made for file in _files(folder))]:
            total.update(f"\0{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
        return total.hexdigest()


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def library_sources():
    """Paths of what executions depend on."""
    return [path for pattern in LIBRARY for path in sorted(ROOT.glob(pattern))]


def site_sources():
    """Paths of everything that the site is made from."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        for names in (folders, files):
            paths = {name: Path(folder, name).relative_to(ROOT).as_posix() for name in names}
            names[:] = [name for name in sorted(names) if _is_source(paths[name])]
        found += [path for path in (Path(folder, name) for name in files) if path.is_file()]
    return found


def _is_source(path):
    name = path.rpartition("/")[2]
    visible = not name.startswith(".") or name in HIDDEN_SOURCES
    return visible and not any(fnmatch(path, pattern) for pattern in NO_SOURCES)


def forget_scripts(again=None):
    """Remove what the gallery has of scripts that are gone, or differ from those that ran.

    sphinx-gallery runs a script again if its files are missing. Files that belong to no script,
    such as indices, are removed too, since it writes them in every build.

    Parameters
    ----------
    again : str, optional
        Forget also scripts with this in their names; it may have wildcards.
    """
    current = set()
    for checksum in GALLERY.rglob("*.py.md5"):
        script = ROOT / "gallery" / checksum.relative_to(GALLERY).with_suffix("")
        if script.is_file() and get_md5sum(script, mode="t") == checksum.read_text():
            current.add(script.stem)
    if again:
        current = {stem for stem in current if not fnmatch(f"{stem}.py", f"*{again}*.py")}
    for path in _files(GALLERY):
        stem = re.sub(r"^sphx_glr_|_(\d{3}|thumb)$", "", path.name.partition(".")[0])
        if stem not in current:
            path.unlink()
