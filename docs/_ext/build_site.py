"""Build the site, so that whatever happened to earlier builds, no page is stale.

    python docs/_ext/build_site.py html|linkcheck|… [--again SCRIPT] [options of sphinx-build]

Builds in one folder wait for each other. A build reads and writes all pages again, in _build/new.
Only executions are kept, if they are whole (see staleness.py). When it has succeeded, the new site
replaces the last one and is sealed; a site whose seal holds is not built again.
"""

import argparse
import contextlib
import errno
import io
import os
import shutil
import sys

import staleness

try:
    import fcntl
except ImportError:
    fcntl = None  # Windows: nothing keeps two builds apart, and both may fail

ROOT = staleness.ROOT
BUILD, CACHE = ROOT / "_build", ROOT / ".cache"
LOCK = CACHE / "build.lock"
#: Caches that a build writes; the Makefile names them.
CACHES = [
    CACHE / name for name in ("theano", "convdoc", "keras", "matplotlib", "ipython", "jupyter")
]
NEW = BUILD / "new"
STUBS = ROOT / "docs/reference/generated"
FULL = (errno.ENOSPC, errno.EDQUOT)
#: What Python, the compilers and SQLite write where a disk is full.
FULL_MESSAGES = [*map(os.strerror, FULL), "database or disk is full"]


class RefusedError(Exception):
    """A build cannot start or go on; the message says what would help."""


def main(arguments):
    """Build, and return the exit status."""
    parser = argparse.ArgumentParser(prog="build_site.py", allow_abbrev=False)
    parser.add_argument("builder")
    parser.add_argument("--again", metavar="SCRIPT")
    known, options = parser.parse_known_args(arguments)
    try:
        check_writable(LOCK)
        with alone():
            check_writable(BUILD, staleness.GALLERY, STUBS, *CACHES)
            return build(known.builder, options, known.again)
    except KeyboardInterrupt:
        print("Interrupted", file=sys.stderr)
    except RefusedError as refusal:
        print(refusal, file=sys.stderr)
    except OSError as error:
        if error.errno not in FULL:
            raise
        print(disk_is_full(), file=sys.stderr)
    return 1


def check_writable(*folders):
    """Refuse to start where a file or folder that a build writes is not writable."""
    for path in _paths(folders):
        # A path that does not exist any more was removed by another program meanwhile.
        if not os.access(path, os.W_OK) and os.path.exists(path):
            raise RefusedError(
                f"The build cannot write to {path}, which is read-only or another user's: "
                "build in a copy of the repository, "
                f'or run `sudo chown -R "$(id -un)" {ROOT}`.'
            )


def _paths(folders):
    """Of each folder everything in it, and the first folder above that exists."""
    for folder in folders:
        yield next(path for path in (folder, *folder.parents) if os.path.exists(path))
        for inside, names, files in os.walk(folder):
            yield from (os.path.join(inside, name) for name in (*names, *files))


@contextlib.contextmanager
def alone():
    """Wait until no other build runs in this folder; a killed process loses its lock."""
    CACHE.mkdir(exist_ok=True)
    with open(LOCK, "w") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"Waiting for another build in {ROOT} to end.", file=sys.stderr, flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(builder, options, again=None):
    """Bring `_build/<builder>` up to date.

    Parameters
    ----------
    builder : str
        Name of a builder of Sphinx.
    options : list of str
        Options for Sphinx.
    again : str, optional
        A name or part of a name of scripts that run again.

    Returns
    -------
    int
        0, or Sphinx's exit status: 1 after warnings, 2 after an error.
    """
    target = BUILD / builder
    BUILD.mkdir(exist_ok=True)
    site = staleness.Seal(
        BUILD / f"{builder}.seal", staleness.site_sources, [target], [builder, *options]
    )
    if builder == "html" and not again and site.holds():
        print(f"Nothing has changed since the last build. Open {target}/index.html")
        return 0
    executed = staleness.execution_seal(BUILD / "executed.seal")
    if not executed.holds():
        _empty(staleness.GALLERY, staleness.CELLS)
    _empty(STUBS, NEW)
    library = staleness.Library()
    staleness.forget_scripts(library, again)
    staleness.forget_cells(library)

    print("Building the site (most of a minute the first time)", flush=True)
    status, messages = _run_sphinx(builder, options)
    if status and any(message in messages for message in FULL_MESSAGES):
        refusal = RefusedError(disk_is_full())
        _empty(NEW)
        raise refusal
    sys.stderr.write(messages)
    if status in (0, 1):  # it went through to the end, perhaps with warnings
        library.write()
        executed.write()
    if status:
        print(f"{target} was not replaced. What was built is in {NEW / builder}", file=sys.stderr)
        return status
    if target.exists():
        target.rename(NEW / "old")
    (NEW / builder).rename(target)
    site.write()
    _empty(NEW)
    if builder == "html":
        print(f"Open {target}/index.html")
    return 0


def _empty(*folders):
    for path in (path for folder in folders for path in folder.glob("*")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _run_sphinx(builder, options):
    """Run Sphinx; return its exit status, and its warnings and errors."""
    from sphinx.cmd.build import main as sphinx_build  # slow to import

    arguments = ["-c", ROOT, "-q", "-n", "-W", "-T", "-b", builder]
    arguments += ["-d", NEW / "doctrees", ROOT / "docs", NEW / builder, *options]
    messages = io.StringIO()
    with contextlib.redirect_stderr(messages):
        status = sphinx_build(list(map(str, arguments)))
    return status, messages.getvalue()


def disk_is_full():
    """Return a sentence that names the fullest of the folders that a build writes to."""
    folders = [path for path in (BUILD, CACHE, staleness.GALLERY) if path.exists()]
    fullest = min(folders, key=lambda path: shutil.disk_usage(path).free)
    return f"The disk of {fullest} is full: make room there, then run make again."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
