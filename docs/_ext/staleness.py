"""What has run is run again when the library or its requirements change.

sphinx-gallery looks at the text of a script and MyST-NB at the cells of a page; neither sees
the library that they call. A digest over all that decides their numbers does: the
notebook cache lies in a folder named by it (conf.py), and the gallery's memory of what
it ran is dropped here when the digest is another one than at the last complete build.
"""

import hashlib
import sys
from pathlib import Path

SOURCES = ["convdoc/**/*.py", "docs/_ext/*.py", "requirements/*.txt"]


def digest(root):
    """Digest of the library, of what shows its results, and of the versions installed."""
    total = hashlib.sha256(sys.version.encode())
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            total.update(str(path.relative_to(root)).encode() + b"\0")
            total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _record(app):
    return Path(app.srcdir, "auto_gallery", "digest")


def _forget_stale_runs(app, config):
    record = _record(app)
    if record.exists() and record.read_text() == digest(Path(app.confdir)):
        return
    record.unlink(missing_ok=True)  # a build that is cut short leaves none: the next runs all
    for checksum in record.parent.glob("**/*.md5"):
        checksum.unlink()


def _remember(app, exception):
    ran = app.config.sphinx_gallery_conf["plot_gallery"] in (True, "True")
    if ran and exception is None and _record(app).parent.is_dir():
        _record(app).write_text(digest(Path(app.confdir)))


def setup(app):
    """Connect to the start and the end of a build."""
    app.connect("config-inited", _forget_stale_runs)
    app.connect("build-finished", _remember)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
