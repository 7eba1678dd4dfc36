"""Downloads say how to get convdoc: scripts, notebooks, and the zips that hold them.

sphinx-gallery writes them to docs/auto_gallery, with checksums by which it sees what changed, and
Sphinx copies them into the site. Those copies are rewritten here, at the end of every build. The
first line of a script names the extras of convdoc that it needs. From it a downloaded script gets
a comment with the command that installs them, a notebook a cell that runs this command, and a zip
a ``requirements.txt``.
"""

import json
import re
import zipfile
from pathlib import Path

import reproducible_zips
from packages import NAMES, URL, requirement

NEEDS = re.compile(r"\A# Needs convdoc(?:\[(?P<extras>[a-z,]+)\])?\..*\n")
#: Of each extra, the modules without which it is missing.
MODULES = {"draw": "matplotlib", "compare": "cv2, scipy, skimage"}
WHEEL = NAMES["wheel"]
TEXT = "This notebook needs convdoc. Where it is missing, the next cell installs it."
DOWNLOAD = (
    f"Before that, download `{WHEEL}` from the page *Install* of the site that has this notebook, "
    "and put it beside the notebook."
)
LABEL = re.compile(r"^\.\. _sphx_glr_download_.*:\n", re.M)
FOOT = "\nTo run this example on your computer, first :doc:`install convdoc </install>`.\n"


def rewrite(copy, path):
    """Rewrite the site's copy of a file of the gallery.

    Parameters
    ----------
    copy : pathlib.Path
        The copy, a script, a notebook or a zip of both.
    path : pathlib.Path
        What it is a copy of, in docs/auto_gallery beside all that a zip holds.
    """
    if path.suffix == ".zip":
        reproducible_zips.rewrite(copy, _members(path))
    else:
        copy.write_bytes(_content(path))


def _content(path):
    return {".py": _script, ".ipynb": _notebook}[path.suffix](path)


def _extras(path):
    """Names of the extras that a script needs, or the script of a notebook."""
    needs = NEEDS.match(path.with_suffix(".py").read_text("utf-8"))
    return needs["extras"].split(",") if needs and needs["extras"] else []


def _script(path):
    extras = ",".join(_extras(path))
    name = f"convdoc[{extras}]" if extras else "convdoc"
    needs = f"# Needs {name}: pip install {requirement(extras)}"
    if not URL:
        needs += ", a file from the page Install of the site"
    return f"{needs}\n{NEEDS.sub('', path.read_text('utf-8'))}".encode()


def _notebook(path):
    extras = _extras(path)
    modules = ", ".join(["convdoc", *(MODULES[extra] for extra in extras)])
    install = (
        f"try:\n    import {modules}\n"
        f"except ModuleNotFoundError:\n    %pip install {requirement(','.join(extras))}"
    )
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][:0] = [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": [TEXT if URL else f"{TEXT} {DOWNLOAD}"],
        },
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": [install],
        },
    ]
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode()


def _members(path):
    """All members of a zip, by name."""
    with zipfile.ZipFile(path) as archive:
        files = {name: path.parent / name for name in archive.namelist()}
    needed = {extra for file in files.values() for extra in _extras(file)}
    extras = ",".join(extra for extra in MODULES if extra in needed)
    return {name: _content(file) for name, file in files.items()} | {
        "requirements.txt": _requirements(extras)
    }


def _requirements(extras):
    line = requirement(extras).strip('"')
    if not URL:
        line = f"# Put {WHEEL}, from the page Install of the site, beside this file.\n{line}"
    return f"{line}\n".encode()


def _rewrite_all(app, exception):
    if exception or app.builder.name != "html":
        return
    for source, (_, copy) in app.env.dlfiles.items():
        if Path(source).parts[0] == "auto_gallery":
            rewrite(Path(app.outdir, "_downloads", copy), Path(app.srcdir, source))


def _add_foot(app, docname, source):
    """Say above the buttons of an example what its downloads need."""
    source[0] = LABEL.sub(lambda label: label[0] + FOOT, source[0])


def setup(app):
    """Connect to the reading of each page and to the end of a build."""
    app.connect("source-read", _add_foot)
    app.connect("build-finished", _rewrite_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
