"""The site carries the library: its wheel and its sdist, and the commands that install it.

Both are built from the files that MANIFEST.in names, and the same files give the same bytes.
The environment variable CONVDOC_URL is the site's address, such as https://example.org/convdoc/;
the commands then name the wheel by its URL, and without it as a file that was downloaded.
"""

import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from convdoc import __version__

FOLDER = "dist"  # of the site
NAMES = {
    "wheel": f"convdoc-{__version__}-py3-none-any.whl",
    "sdist": f"convdoc-{__version__}.tar.gz",
}
URL = os.environ.get("CONVDOC_URL", "").rstrip("/")
TIME = 315532800  # of all files: 1 January 1980, the first that a wheel can have
BUILD = """
import sys
from setuptools import build_meta
folder = sys.argv[1]  # they change it
build_meta.build_sdist(folder)
build_meta.build_wheel(folder)
"""


def wheel_address():
    """Address of the wheel for ``pip install``: a URL, or a file in the current folder.

    Examples
    --------
    >>> from packages import wheel_address
    >>> wheel_address()
    './convdoc-0.1.0-py3-none-any.whl'
    """
    return f"{URL}/{FOLDER}/{NAMES['wheel']}" if URL else f"./{NAMES['wheel']}"


def requirement(extras=""):
    """What a shell's ``pip install`` takes for convdoc with extras, such as ``"draw,compare"``.

    Examples
    --------
    >>> from packages import requirement
    >>> print(requirement("draw"))
    "./convdoc-0.1.0-py3-none-any.whl[draw]"
    """
    if not extras:
        return wheel_address()
    if URL:
        return f'"convdoc[{extras}] @ {wheel_address()}"'
    return f'"{wheel_address()}[{extras}]"'


class Commands(SphinxDirective):
    """Commands for a shell, in which ``{convdoc}`` and ``{convdoc[draw]}`` are what pip takes."""

    has_content = True

    def run(self):
        """Fill in the requirements."""
        text = re.sub(
            r"\{convdoc(?:\[(.*?)\])?\}", lambda m: requirement(m[1]), "\n".join(self.content)
        )
        return [nodes.literal_block(text, text, language="sh")]


class Package(SphinxRole):
    """A link to the ``wheel`` or the ``sdist``."""

    def run(self):
        """Link to it relatively: the site can be read from a folder too."""
        name = NAMES[self.text]
        path = "../" * self.env.docname.count("/") + f"{FOLDER}/{name}"
        link = f'<a class="reference download" href="{path}" download="">{name}</a>'
        return [nodes.raw("", link, format="html")], []


def build(root, folder):
    """Build the wheel and the sdist of the repository `root` into `folder`."""
    with TemporaryDirectory() as temporary:
        sources = copy_sources(root, Path(temporary, "convdoc"))
        done = subprocess.run(
            [sys.executable, "-c", BUILD, str(Path(folder).absolute())],
            cwd=sources,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(TIME)},
            umask=0o022,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        raise RuntimeError(f"The wheel and the sdist could not be built:\n{done.stdout}")
    _normalise(Path(folder, NAMES["sdist"]))


def copy_sources(root, to):
    """Copy what MANIFEST.in names, without what .gitignore names, to a new folder."""
    made = [Path(line).name for line in (root / ".gitignore").read_text().splitlines()]
    to.mkdir()
    for line in (root / "MANIFEST.in").read_text().splitlines():
        command, *names = line.split()
        if command == "graft":
            for name in names:
                shutil.copytree(root / name, to / name, ignore=shutil.ignore_patterns(*made))
        elif command == "include":
            for name in names:
                shutil.copy(root / name, to / name)
    for path in to.rglob("*"):  # whatever the umask was when they were checked out
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return to


def _normalise(sdist):
    """Write the archive again, sorted, and without the time and the owner of the build."""
    with tarfile.open(sdist) as archive:
        members = sorted(archive, key=lambda member: member.name)
        contents = {m.name: archive.extractfile(m).read() for m in members if m.isfile()}
    with (
        gzip.GzipFile(sdist, "wb", mtime=TIME) as file,
        tarfile.open(fileobj=file, mode="w") as archive,
    ):
        for member in members:
            member.uid, member.gid, member.uname, member.gname = 0, 0, "", ""
            member.mtime, member.pax_headers = TIME, {}
            archive.addfile(member, io.BytesIO(contents.get(member.name, b"")))


def _publish(app, exception):
    """Build both into the site."""
    if exception or app.builder.name != "html":
        return
    folder = Path(app.outdir, FOLDER)
    folder.mkdir()
    build(Path(app.confdir), folder)


def setup(app):
    """Register the commands and links, and connect to the end of a build."""
    if URL:
        app.tags.add("published")  # for {only} published
    app.add_config_value("convdoc_url", URL, "env")  # another address: every page is read again
    app.add_directive("commands", Commands)
    app.add_role("package", Package())
    app.connect("build-finished", _publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
