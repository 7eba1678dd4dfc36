"""The wheel and the sdist: what they bring on each Python, what is in them, and the site's copy."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.test_site import soup

sys.path.append(str(ROOT / "docs/_ext"))
import packages

PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel and the sdist, by name."""
    folder = tmp_path_factory.mktemp("dist")
    packages.build(ROOT, folder)
    return {name: folder / file for name, file in packages.NAMES.items()}


@pytest.fixture(scope="module")
def metadata(built):
    with zipfile.ZipFile(built["wheel"]) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(wheel.read(name).decode())


def needed(metadata, python, extra=""):
    """What pip is asked for beside convdoc on a Python: name -> specifier."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "extra": extra}
    brought = {}
    for requirement in map(Requirement, metadata.get_all("Requires-Dist")):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            if requirement.name == "convdoc":
                for other in requirement.extras:
                    brought |= needed(metadata, python, other)
            else:
                brought[requirement.name] = requirement.specifier
    return brought


# -- What a user gets ---------------------------------------------------------------------------


def test_python_3_11_gets_numpy_theano_keras_and_openblas_alone(metadata):
    brought = needed(metadata, "3.11")
    assert sorted(brought) == ["keras", "numpy", "scipy-openblas32", "theano"]
    assert brought["keras"] == "==2.3.1"
    assert brought["theano"] == "==1.0.5"
    assert "1.26.4" in brought["numpy"]
    assert "2.0.0" not in brought["numpy"]


@pytest.mark.parametrize("python", PYTHONS[1:])
def test_newer_pythons_get_numpy_2_alone(metadata, python):
    brought = needed(metadata, python)
    assert list(brought) == ["numpy"]
    assert "1.26.4" not in brought["numpy"]
    assert "2.0.0" in brought["numpy"]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("extra", "brings"),
    [
        ("draw", {"matplotlib"}),
        ("compare", {"opencv-python-headless", "scikit-image", "scipy"}),
        ("engines", {"jax", "torch"}),
        ("keras3", {"keras"}),
        ("large", {"dask", "distributed", "tqdm", "zarr"}),
        ("theano", {"keras", "scipy", "scipy-openblas32", "theano"}),
    ],
)
def test_an_extra_brings_its_libraries_where_they_run(metadata, python, extra, brings):
    added = needed(metadata, python, extra).items() - needed(metadata, python).items()
    offered = {"keras3": python != "3.11", "theano": python == "3.11"}.get(extra, True)
    base = needed(metadata, python).keys()
    assert {name for name, _ in added} == (brings - base if offered else set())


def test_nothing_keeps_pip_from_a_later_python(metadata):
    assert metadata["Requires-Python"] == ">=3.11"
    for python in PYTHONS:
        assert f"Programming Language :: Python :: {python}" in metadata.get_all("Classifier")


@pytest.mark.parametrize("extra", ["site", "dev"])
def test_pinned_versions_are_those_that_pyproject_allows(metadata, extra):
    lines = (ROOT / f"requirements/{extra}.txt").read_text().splitlines()
    pins = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"\w.*==", line)]
    for python in PYTHONS:
        environment = {"python_version": python, "python_full_version": f"{python}.7"}
        versions = {
            pin.name: str(pin.specifier).removeprefix("==")
            for pin in pins
            if pin.marker is None or pin.marker.evaluate(environment)
        }
        for name, specifier in needed(metadata, python, extra).items():
            assert versions[name] in specifier, (python, name)


# -- What is in them ----------------------------------------------------------------------------


def test_the_same_files_give_the_same_bytes(built, tmp_path):
    """Whatever the time, the user's permissions and the place are, and from the sdist as well."""
    unpacked = tmp_path / "elsewhere"
    with tarfile.open(built["sdist"]) as sdist:
        sdist.extractall(unpacked, filter="data")
    (again,) = unpacked.iterdir()
    for number, path in enumerate(sorted(again.rglob("*"))):
        os.utime(path, (number, number))
        if path.is_file():
            path.chmod(path.stat().st_mode & 0o700)
    packages.build(again, tmp_path)
    for file in built.values():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes(), file.name


def test_the_wheel_has_what_the_library_loads(built):
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "convdoc").rglob("*.*")
        if path.suffix in (".py", ".js", ".css", ".c", ".cpp", ".typed")
    }
    assert names == sources
    assert "convdoc/py.typed" in names


def test_the_sdist_has_every_file_of_the_repository(built):
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no git, or no repository of it: the list of files is git's")
    with tarfile.open(built["sdist"]) as sdist:
        names = {member.name.partition("/")[2] for member in sdist if member.isfile()}
    made = {"PKG-INFO", "setup.cfg", *(n for n in names if n.startswith("convdoc.egg-info/"))}
    present = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    assert present <= names
    unwanted = re.compile(r"(^|/)(_build|auto_gallery|generated|__pycache__)/")
    assert not any(map(unwanted.search, names - made))


def test_tests_of_the_sdist_are_found_in_it(built, tmp_path):
    with tarfile.open(built["sdist"]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    files = (
        path for folder in ("", "guide") for path in (ROOT / "tests" / folder).glob("test_*.py")
    )
    assert collected == {path.relative_to(ROOT).as_posix() for path in files}


def test_a_build_that_fails_gives_the_reason(tmp_path):
    root = packages.copy_sources(ROOT, tmp_path / "root")
    (root / "pyproject.toml").write_text("[project]\nname = 'convdoc'\n")
    with pytest.raises(RuntimeError, match=r"could not be built:[\s\S]*version"):
        packages.build(root, tmp_path)


# -- The site's copy ----------------------------------------------------------------------------


def test_the_site_offers_both_and_nothing_else(site):
    assert {path.name for path in (site / "dist").iterdir()} == set(packages.NAMES.values())
    links = {a["href"] for a in soup(site / "install.html").select("article a.download")}
    assert links == {f"dist/{name}" for name in packages.NAMES.values()}


def test_the_sites_wheel_is_that_of_these_files(site, built):
    for file in built.values():
        assert (site / "dist" / file.name).read_bytes() == file.read_bytes()


def test_the_command_of_the_page_installs_the_sites_wheel(site, tmp_path):
    blocks = soup(site / "install.html").select("pre")
    commands = re.findall(r"^pip install (.*)$", blocks[0].get_text(), flags=re.M)
    assert commands == ['"./convdoc-0.1.0-py3-none-any.whl[draw]"']
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run = [*pip, "--target", tmp_path, *shlex.split(commands[0])]
    subprocess.run(run, cwd=site / "dist", check=True)
    code = "import convdoc; print(convdoc.ConvSpec(3, 2, 'same').output_size(7), convdoc.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"(4, 4) {tmp_path}/convdoc/__init__.py\n"


def test_only_a_build_that_succeeds_publishes_both(tmp_path):
    html = SimpleNamespace(name="html")
    app = SimpleNamespace(builder=html, confdir=ROOT, outdir=tmp_path)
    packages._publish(app, ValueError())
    assert list(tmp_path.iterdir()) == []
    packages._publish(app, None)
    published = {path.name for path in (tmp_path / packages.FOLDER).iterdir()}
    assert published == set(packages.NAMES.values())


@pytest.mark.parametrize(
    ("url", "alone", "drawing"),
    [
        ("", "./{wheel}", '"./{wheel}[draw]"'),
        (
            "https://example.org/convdoc/",
            "https://example.org/convdoc/dist/{wheel}",
            '"convdoc[draw] @ https://example.org/convdoc/dist/{wheel}"',
        ),
    ],
)
def test_commands_name_the_wheel_by_the_sites_address(url, alone, drawing):
    code = "import packages; print(packages.requirement(), packages.requirement('draw'), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "CONVDOC_URL": url, "PYTHONPATH": str(ROOT / "docs/_ext")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    wheel = "convdoc-0.1.0-py3-none-any.whl"
    assert done.stdout.splitlines() == [alone.format(wheel=wheel), drawing.format(wheel=wheel)]


def test_messages_that_the_page_quotes_are_those_of_the_library():
    page = (ROOT / "docs/install.md").read_text()
    sources = "".join(path.read_text() for path in (ROOT / "convdoc/engines").glob("*.py"))
    for message in ("Theano compiles its convolutions and needs", "cannot compute here"):
        assert message in page
        assert message in sources


@pytest.mark.parametrize(
    ("python", "message"),
    [
        (sys.executable, f"PYTHON3={sys.executable} is not Python 3.12 or later"),
        ("", "No Python 3.12 or later was found: install one, or name it, as in make test-python"),
    ],
)
def test_without_a_newer_python_one_sentence_says_what_to_do(tmp_path, python, message):
    for tool in ("dirname", "id"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    done = subprocess.run(
        [shutil.which("sh"), ROOT / "requirements/test-python.sh"],
        env={**os.environ, "PATH": str(tmp_path), "PYTHON3": python},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_version_is_one(metadata):
    with open(ROOT / "pyproject.toml", "rb") as file:
        version = tomllib.load(file)["project"]["version"]
    assert metadata["Version"] == version
    for name in ("convdoc/__init__.py", "CITATION.cff"):
        assert version in Path(ROOT, name).read_text()
