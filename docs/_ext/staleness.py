"""What has run is run again when the library or its requirements change.

sphinx-gallery looks at the text of a script and MyST-NB at the cells of a page; neither sees
the library that they call. A digest over all that decides their numbers does: the
notebook cache lies in a folder named by it (conf.py), and the gallery's memory of what
it ran is dropped here when the digest is another one than at the last complete build, for a
script that differs from the one that ran, and for one that is gone. Pages whose
source is gone are removed after a build.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from sphinx_gallery.utils import get_md5sum

SOURCES = [
    "convdoc/**/*.py",
    "convdoc/**/*.c",
    "convdoc/**/*.css",
    "convdoc/**/*.js",
    "benchmarks/results.json",  # the page on speed shows it
    "benchmarks/spectrum.json",  # the guide draws it
    "benchmarks/libraries.json",  # and the guide this
    "docs/_ext/*.py",
    "requirements/*.txt",
    "conf.py",
]
WITHOUT_SOURCE = ("genindex", "search")


def digest(root):
    """Digest of the library, of what shows its results, and of the versions asked for."""
    total = hashlib.sha256(sys.version.encode())
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            total.update(str(path.relative_to(root)).encode() + b"\0")
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _record(app):
    return Path(app.srcdir, "auto_gallery", "digest")


def _forget_stale_runs(app, config):
    _forget_other_scripts(app)
    record = _record(app)
    if record.exists() and record.read_text() == digest(Path(app.confdir)):
        return
    record.unlink(missing_ok=True)  # a build that is cut short leaves none: the next runs all
    for checksum in record.parent.glob("**/*.md5"):
        checksum.unlink()
    # Pages of functions are written anew in every build, but those of removed ones would stay.
    shutil.rmtree(Path(app.srcdir, "reference/generated"), ignore_errors=True)


def _forget_other_scripts(app):
    """Forget scripts that are not those that ran: edited since, even if changed back, or gone.

    sphinx-gallery would keep the checksum of the last good run while it writes the page of a
    later, failed one.
    """
    gallery = _record(app).parent
    for checksum in gallery.rglob("*.py.md5"):
        script = Path(app.confdir, "gallery", checksum.relative_to(gallery).with_suffix(""))
        if not script.exists():
            for made in checksum.parent.rglob(f"*{script.stem}*"):
                made.unlink()
        elif get_md5sum(script, mode="t") != checksum.read_text():
            checksum.unlink()


def _remove_orphans(app):
    """Remove pages of an earlier build that have no source any more."""
    if app.builder.name != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        name = page.relative_to(app.outdir).with_suffix("").as_posix()
        generated = name.startswith("_static/") or name in WITHOUT_SOURCE
        if not generated and name not in app.env.found_docs:
            page.unlink()


def _remember(app, exception):
    if exception is None:
        _remove_orphans(app)
    ran = app.config.sphinx_gallery_conf["plot_gallery"] in (True, "True")
    if ran and exception is None and _record(app).parent.is_dir():
        _record(app).write_text(digest(Path(app.confdir)))


def setup(app):
    """Connect to the start and the end of a build."""
    app.connect("config-inited", _forget_stale_runs)
    app.connect("build-finished", _remember)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
