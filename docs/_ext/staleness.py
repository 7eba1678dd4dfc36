"""Which results of earlier builds may be used again.

A build keeps only executions: the output of the gallery's scripts and of the pages' cells. It
reads and writes all pages again, so an incremental build equals a clean one. (One of Sphinx does
not: `IndexBuilder.load` loses the search's index entries, sphinx-doc/sphinx#12599, and the sidebars
of other pages keep an old title.)

An execution is used again if its own text is the same, and so is what each module of the library
that it loaded computes. A comment or a docstring computes nothing. What an execution loaded is
recorded by loaded_modules.py; without a record it runs again.

Executions are used again only if their seal holds. A seal is a digest of what all executions depend
on and of every file made by them, and it is written last. After a build that was killed, filled the
disk or lost power, the files differ from the seal, and everything is executed again.
"""

import ast
import hashlib
import json
import os
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

import loaded_modules
from sphinx_gallery.utils import get_md5sum

ROOT = Path(__file__).parents[2]
GALLERY, CELLS = ROOT / "docs/auto_gallery", ROOT / "_build/jupyter_cache"
#: The state of the library's modules that the executions belong to, in what their seal covers.
LIBRARY = CELLS / "library.json"
MODULES = "convdoc/**/*.py"
#: What all executions depend on, apart from these modules.
SHARED = [
    "convdoc/**/*.cpp",
    "convdoc/**/*.css",
    "convdoc/**/*.js",
    "benchmarks/results.json",  # the page on speed shows it
    "benchmarks/spectrum.json",  # the guide draws it
    "benchmarks/libraries.json",  # and the guide this
    # what takes part in executing; the other extensions read and write pages
    "docs/_ext/gallery_hooks.py",
    "docs/_ext/ipython_kernel_config.py",
    "docs/_ext/loaded_modules.py",
    "docs/_ext/staleness.py",
    "requirements/*.txt",
    "conf.py",
]
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
#: In the text of a script or page: it may show more of the library's sources than what the modules
#: that it loaded compute, such as docstrings and lines, or have another process load modules.
SEES_MORE = re.compile(
    r"inspect|__doc__|docstring|linecache|traceback|help\(|\.py[\"']|__file__(?!\)\.parent\.parent)"
    r"|subprocess|multiprocessing|runpy|os\.system|get_ipython|^\s*[!%]",
    re.M,
)
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
    content : callable
        Returns of the path of a source the bytes that the files depend on.
    """

    def __init__(self, record, sources, made, words=(), content=Path.read_bytes):
        self.record, self.sources, self.made, self.content = record, sources, made, content
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
        made = (file for folder in self.made for file in _files(folder))
        for paths, read in ((self.sources(), self.content), (made, Path.read_bytes)):
            for path in paths:
                content = read(path)
                total.update(f"\0{path.relative_to(ROOT)}\0{len(content)}\0".encode())
                total.update(content)
        return total.hexdigest()


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def execution_seal(record):
    """Make the seal of all executions. It does not cover what the library's modules compute."""

    def sources():
        return [path for pattern in (MODULES, *SHARED) for path in sorted(ROOT.glob(pattern))]

    def content(path):
        if path.suffix != ".py":
            return path.read_bytes()
        ours = path.is_relative_to(ROOT / "convdoc")
        return b"" if ours else computation(path.read_bytes())

    return Seal(record, sources, [GALLERY, CELLS], content=content)


def computation(source):
    """Reduce the source of a module to what it computes, without comments and docstrings.

    Parameters
    ----------
    source : bytes

    Returns
    -------
    bytes
        The same for two sources that differ in nothing else; the source itself if it is not Python.

    Examples
    --------
    >>> from staleness import computation
    >>> computation(b"x = 2  # two") == computation(b"'A number.'; x = (2)")
    True
    >>> computation(b"x = 2") == computation(b"x = '2'")
    False
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return ast.dump(tree).encode()


class Library:
    """What the library's modules compute now, and what they did for the executions that are kept.

    It is made before a build, and written after it.
    """

    def __init__(self):
        then = json.loads(LIBRARY.read_text("utf-8")) if LIBRARY.is_file() else {}
        self.now = {}
        for path in ROOT.glob(MODULES):
            name, source = path.relative_to(ROOT).as_posix(), path.read_bytes()
            old, digest = then.get(name, [None, None]), hashlib.sha256(source).hexdigest()
            # A text that was read before computes what it did; to parse all takes long.
            new = hashlib.sha256(computation(source)).hexdigest() if digest != old[1] else old[0]
            self.now[name] = [new, digest]
        both = {name: (then.get(name, [None, None]), self.now[name]) for name in self.now}
        self.changed = {name for name, (old, new) in both.items() if old[0] != new[0]}
        self.edited = {name for name, (old, new) in both.items() if old[1] != new[1]}

    def write(self):
        """Record what the modules compute."""
        loaded_modules.write(LIBRARY, self.now)

    def differs(self, modules, text):
        """Whether an execution may come out otherwise.

        Parameters
        ----------
        modules : list of str or None
            Those that it loaded; None if that is not known.
        text : str
            Its code.
        """
        if modules is None or not self.changed.isdisjoint(modules):
            return True
        return bool(self.edited and SEES_MORE.search(text))


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


def forget_scripts(library, again=None):
    """Remove what the gallery has of scripts that would come out otherwise, or are gone.

    sphinx-gallery runs a script again if its files are missing. Files that belong to no script,
    such as indices, are removed too, since it writes them in every build.

    Parameters
    ----------
    library : Library
    again : str, optional
        Forget also scripts with this in their names; it may have wildcards.
    """
    current = set()
    for checksum in GALLERY.rglob("*.py.md5"):
        script = ROOT / "gallery" / checksum.relative_to(GALLERY).with_suffix("")
        if not script.is_file() or get_md5sum(script, mode="t") != checksum.read_text():
            continue
        record = GALLERY / f"{script.stem}.loaded.json"
        modules = json.loads(record.read_text("utf-8")) if record.is_file() else None
        if not library.differs(modules, script.read_text("utf-8")):
            current.add(script.stem)
    if again:
        current = {stem for stem in current if not fnmatch(f"{stem}.py", f"*{again}*.py")}
    for path in _files(GALLERY):
        stem = re.sub(r"^sphx_glr_|_(\d{3}|thumb)$", "", path.name.partition(".")[0])
        if stem not in current:
            path.unlink()


def forget_cells(library):
    """Remove executions of cells that would come out otherwise, and records of no execution."""
    records = {}
    for path in sorted(loaded_modules.RECORDS.glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        records.setdefault(_key(record["cells"]), []).append((path, record["modules"]))
    stale = set()
    for path in CELLS.glob("executed/*/base.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        key = _key(cell["source"] for cell in cells)
        known = records.get(key, [])
        modules = {name for _, names in known for name in names} if known else None
        kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
        text = key + " traceback" if "error" in kinds else key
        if library.differs(modules, text):
            stale.add(path.parent.name)
        else:
            records.pop(key, None)
    for path in (path for known in records.values() for path, _ in known):
        path.unlink()
    if stale:
        from jupyter_cache import get_cache  # slow to import

        cache = get_cache(CELLS)
        for record in cache.list_cache_records():
            if record.hashkey in stale:
                cache.remove_cache(record.pk)


def _key(cells):
    """Join the sources of the cells of a page, without empty ones, which do not run."""
    return "\n\0\n".join(filter(None, ("".join(cell).strip() for cell in cells)))
