"""Downloads run by themselves, show what their page shows, and say how to get convdoc."""

import ast
import functools
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from convdoc import __version__, draw, samples
from convdoc.exercises import Answer
from tests.conftest import ROOT
from tests.test_site import ATLAS, GALLERY, SCENARIOS, SCRIPTS, printed, soup

COMPARE = ("100_grey_photograph", "110_colour_photograph", "120_timing")
NEEDS = re.compile(r"# Needs convdoc(?:\[([a-z,]+)\])?: pip install (.*)")
ADDRESS = "https://example.org/convdoc/"
# What stands beside each script in Python's path: no other packages than those can be imported.
ONLY = """
import json, os, sys
from importlib.machinery import PathFinder

class Only(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] not in MISSING:
            return super().find_spec(name, path, target)

MISSING = set(json.loads(os.environ["MISSING"]))
sys.meta_path[sys.meta_path.index(PathFinder)] = Only
"""
# Runs scripts one after the other, each in its folder: result, output and errors of each.
RUN_ALL = """
import contextlib, io, json, os, runpy, sys, traceback
results = []
for script in sys.argv[1:]:
    os.chdir(os.path.dirname(script))
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            runpy.run_path(script, run_name="__main__")
            results.append((0, out.getvalue(), ""))
        except Exception:
            results.append((1, out.getvalue(), traceback.format_exc()))
json.dump(results, sys.stdout)
"""


@functools.cache
def downloads(site, suffix):
    found = {}
    for name in SCRIPTS:
        page = site / GALLERY / f"{name}.html"
        links = [a["href"] for a in soup(page).select(".sphx-glr-download a[href]")]
        (link,) = [link for link in links if link.endswith(suffix)]
        found[name] = (page.parent / link).resolve()
    return found


def plain(text):
    """A text without white space and the marks that a page sets otherwise than a terminal."""
    return re.sub(r"[\s;]+", "", text)


# -- Scripts ------------------------------------------------------------------------------------


def missing_without(*extras):
    """Modules that are installed here and that ``pip install convdoc[extras]`` does not bring."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"]]
    lines += [line for extra in extras for line in project["optional-dependencies"][extra]]
    brought, todo = {"convdoc", "setuptools"}, list(map(Requirement, lines))
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if name not in brought and (
            requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        ):
            brought.add(name)
            todo += map(Requirement, metadata.requires(name) or ())
    return [
        module
        for module, names in installed().items()
        if brought.isdisjoint(map(canonicalize_name, names))
    ]


@functools.cache
def installed():
    """Distributions of each module; asked of a new process, which has no path but its own."""
    program = "import importlib.metadata as m, json; print(json.dumps(m.packages_distributions()))"
    return json.loads(subprocess.check_output([sys.executable, "-c", program]))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run Python in an empty folder with convdoc and what some of its extras bring."""
    path = tmp_path_factory.mktemp("path")
    (path / "sitecustomize.py").write_text(ONLY)

    def run(folder, extras, *arguments, **environment):
        return subprocess.run(
            [sys.executable, "-W", "error::UserWarning:__main__", *arguments],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": f"{path}:{ROOT}",
                "MPLBACKEND": "Agg",
                "MISSING": json.dumps(missing_without(*extras)),
                **environment,
            },
            capture_output=True,
            text=True,
        )

    return run


def needed(script):
    """The extras that a script needs by what it imports, and because it draws pictures."""
    names = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.partition(".")[0])
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
    extras = {
        "draw": {"matplotlib", "show_figures"},
        "compare": {"samples", "skimage", "scipy", "cv2"},
    }
    return [extra for extra, modules in extras.items() if names & modules]


@pytest.fixture(scope="module")
def terminal(site, run, tmp_path_factory):
    """Result, output and errors of each script: those of the atlas run many in a process."""
    folders = {}
    for name, script in downloads(site, ".py").items():
        folders[name] = tmp_path_factory.mktemp(name.replace("/", "_"))
        shutil.copy(script, folders[name])

    def run_one(name):
        script = folders[name] / f"{name}.py"
        done = run(folders[name], needed(script.read_text("utf-8")), script.name)
        return {name: (done.returncode, done.stdout, done.stderr)}

    def run_some(names):
        scripts = [str(folders[name] / f"{name.rpartition('/')[2]}.py") for name in names]
        done = run(folders[names[0]], [], "-c", RUN_ALL, *scripts)
        return dict(zip(names, json.loads(done.stdout), strict=True))

    first, *others = SCENARIOS
    results = run_one(first)  # compiles for all
    with ThreadPoolExecutor(2) as pool:
        for some in [*pool.map(run_some, (ATLAS[::2], ATLAS[1::2])), *pool.map(run_one, others)]:
            results |= some
    return results


def test_scripts_run_by_themselves_with_their_extras_alone(terminal):
    assert sorted(terminal) == sorted(SCRIPTS)
    assert [(name, errors) for name, (code, _, errors) in terminal.items() if code] == []


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "120_timing"])
def test_a_script_prints_what_its_page_shows(site, terminal, name):
    page = soup(site / GALLERY / f"{name}.html")
    texts = printed(page)
    for stepper in page.select("convdoc-stepper"):
        texts += [stepper["aria-label"], *(li.get_text() for li in stepper.select("details li"))]
    for relationship in page.select(".convdoc-relationship"):
        (number,) = re.findall(r"^Relationship (\d+): ", relationship.get_text())
        output = relationship.select_one("math:last-of-type mn").get_text()
        assert re.search(rf"^relationship {number}: .+; {output} = ", terminal[name][1], re.M)
    for table in page.select(".convdoc-table"):
        texts += [cell.get_text() for cell in table.select("caption, td")]
    texts += [text.get_text() for text in page.select(".convdoc-answer p, .convdoc-answer > pre")]
    assert texts
    seen = plain(terminal[name][1])
    texts = [text.removeprefix("Layers of a network: ") for text in texts]
    assert [text for text in texts if plain(text) not in seen] == []


def test_the_timing_script_prints_a_row_for_each_way_of_its_page(site, terminal):
    ways = r"^([A-Za-z]\S*(?: \S+)*?)  +\d+\.\d\d +\d+\.\d\d$"
    page = soup(site / GALLERY / "120_timing.html")
    (on_page,) = [rows for text in printed(page) if (rows := re.findall(ways, text, re.M))]
    assert re.findall(ways, terminal["120_timing"][1], re.M) == on_page
    assert len(on_page) >= 7
    assert "In this run " in terminal["120_timing"][1]


@pytest.mark.parametrize("name", COMPARE)
def test_a_missing_library_is_named_with_the_command_that_brings_it(site, run, tmp_path, name):
    shutil.copy(downloads(site, ".py")[name], tmp_path)
    done = run(tmp_path, ["draw"], f"{name}.py")
    assert done.returncode == 1
    error = done.stderr.splitlines()[-1]
    assert re.match(r"ModuleNotFoundError: .+ pip install .*\b(scikit-image|compare)\b", error)


@pytest.mark.parametrize("name", ["020_schematic", "090_counting_parameters"])
def test_without_matplotlib_a_script_that_draws_names_the_command(site, run, tmp_path, name):
    shutil.copy(downloads(site, ".py")[name], tmp_path)
    done = run(tmp_path, [], f"{name}.py")
    assert done.returncode == 1
    error = done.stderr.splitlines()[-1]
    assert re.match(r"ImportError: .+ needs matplotlib: pip install 'convdoc\[draw\]'", error)


def test_output_that_a_terminal_cannot_encode_is_no_error(site, run, tmp_path):
    name = "atlas/110_no_padding_transposed"
    shutil.copy(downloads(site, ".py")[name], tmp_path)
    done = run(tmp_path, [], "110_no_padding_transposed.py", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "1. y[0, 0] = 2 times the kernel goes to rows 0 to 2" in done.stdout


# -- Notebooks ----------------------------------------------------------------------------------

# All scenarios, and of the atlas, whose pages are alike, one for each kind of figure.
NOTEBOOKS = [
    *SCENARIOS,
    "atlas/060_padding_and_strides",
    "atlas/170_padding_and_strides_odd_transposed",
    "atlas/230_max_pooling",
    "atlas/380_two_channels_into_three",
    "atlas/390_shifted_images",
]


# Runs notebooks one after the other, each with a kernel of its own, in its folder: of each the
# number of its pictures, and its steppers.
RUN_NOTEBOOKS = """
import json, nbclient, nbformat, os, re, sys
shown = []
for path in sys.argv[1:]:
    notebook = nbformat.read(path, 4)
    resources = {"metadata": {"path": os.path.dirname(path)}}
    nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
    assert notebook.cells[1].outputs == [], "nothing is installed where convdoc is there"
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    kinds = [kind for output in outputs for kind in output.get("data", ())]
    html = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    pictures = sum(kind in ("image/png", "image/svg+xml") for kind in kinds)
    steppers = re.findall("<convdoc-stepper.*?</convdoc-stepper>", html, re.S)
    shown.append("\\n".join([str(pictures), *steppers]))
json.dump(shown, sys.stdout)
"""


def test_notebooks_run_by_themselves_and_show_what_the_page_shows(site, tmp_path):
    def without_link(stepper):
        """A page has a link to the explorer where a notebook has its address; and *Share*."""
        stepper = re.sub(r' id="stepper-\d+"', "", stepper, count=1)
        stepper = re.sub(r'<button data-do="share".*?</button>', "", stepper)
        link = r'<p class="explore"><a href="[^"]*#([^"]*)">[^<]*</a></p>(?=</div>)'
        [address] = re.findall(link, stepper)
        return re.sub(link, "", stepper).replace(
            " data-plan=", f' data-link="{address}" data-plan=', 1
        )

    def run_some(names):
        copies = [tmp_path / name / "notebook.ipynb" for name in names]
        for name, copy in zip(names, copies, strict=True):
            copy.parent.mkdir(parents=True)
            shutil.copy(downloads(site, ".ipynb")[name], copy)
        command = [sys.executable, "-c", RUN_NOTEBOOKS, *map(str, copies)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return dict(zip(names, json.loads(done.stdout), strict=True))

    def shown(name):
        page = (site / GALLERY / f"{name}.html").read_text("utf-8")
        steppers = re.findall("<convdoc-stepper.*?</convdoc-stepper>", page, re.S)
        steppers = list(map(without_link, steppers))
        pictures = len(soup(site / GALLERY / f"{name}.html").select("svg.convdoc-figure"))
        return "\n".join([str(pictures + len(steppers)), *steppers])

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run_some, (NOTEBOOKS[::2], NOTEBOOKS[1::2]))
    results = first | second
    assert [name for name in NOTEBOOKS if results[name] != shown(name)] == []


def cells(notebook):
    """Kind and text of each cell."""
    return [(c["cell_type"], "".join(c["source"])) for c in json.loads(notebook)["cells"]]


def test_scripts_and_notebooks_hold_the_same_code(site):
    notebooks = downloads(site, ".ipynb")
    for name, path in downloads(site, ".py").items():
        _, _, *own = cells(notebooks[name].read_text("utf-8"))
        code = "\n".join(text for kind, text in own if kind == "code")
        script = ast.parse(path.read_text("utf-8"))
        script.body = script.body[1:]  # the text at the top
        assert ast.dump(ast.parse(code)) == ast.dump(script), name


def test_a_notebook_shows_a_result_in_the_middle_of_a_cell():
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from IPython.utils.capture import capture_output\n"
        "shell = InteractiveShell.instance()\n"
        "with capture_output() as captured:\n"
        "    shell.run_cell(sys.argv[1]).raise_error()\n"
        "print(*('<convdoc-stepper' in output.data['text/html'] for output in captured.outputs))"
    )
    cell = (
        "from convdoc import draw\n"
        "for x in (1, 2):\n"
        "    draw.show(draw.pool_stepper([[[[x]]]], 1))\n"
    )
    command = [sys.executable, "-c", f"import sys\n{program}", cell]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "True True\n", done.stderr


# -- How to get convdoc -------------------------------------------------------------------------


def test_every_script_begins_with_the_extras_that_it_needs(site):
    for name, path in downloads(site, ".py").items():
        script = path.read_text("utf-8")
        (extras, command) = NEEDS.match(script).groups()
        assert (extras or "").split(",") == (needed(script) or [""]), name
        assert extras is None or f"[{extras}]" in command
        (source,) = (
            (ROOT / "gallery").rglob(f"{path.stem}.py")
            if "/" in name
            else [ROOT / "gallery" / path.name]
        )
        assert script.partition("\n")[2] == source.read_text("utf-8").partition("\n")[2], name


def test_every_page_leads_to_install_above_its_buttons(site):
    for name in SCRIPTS:
        page = soup(site / GALLERY / f"{name}.html")
        foot = page.select_one(".sphx-glr-footer").find_previous("p")
        assert foot.get_text() == "To run this example on your computer, first install convdoc."
        assert foot.a["href"].endswith("install.html")
        assert "Needs convdoc" not in page.get_text()


@pytest.fixture(params=["", ADDRESS], ids=["no address", "address"])
def offered(site, tmp_path, request):
    """What the site offers with an address and without: URL of the wheel, and a function."""
    program = (
        "import json, pathlib, shutil, sys\n"
        "import downloads, packages\n"
        "files = []\n"
        "for path in map(pathlib.Path, sys.argv[1:]):\n"
        "    copy = pathlib.Path(shutil.copy(path, '.'))\n"
        "    downloads.rewrite(copy, path)\n"
        "    files.append(copy.read_bytes().hex())\n"
        "print(json.dumps([packages.wheel_address(), *files]))"
    )

    def read(*names):
        paths = [str(ROOT / "docs" / GALLERY / name) for name in names]
        done = subprocess.run(
            [sys.executable, "-c", program, *paths],
            cwd=tmp_path,
            env={
                **os.environ,
                "CONVDOC_URL": request.param,
                "PYTHONPATH": f"{ROOT}:{ROOT / 'docs/_ext'}",
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        wheel, *files = json.loads(done.stdout)
        return wheel, *map(bytes.fromhex, files)

    read.address = request.param
    return read


def test_scripts_have_the_command_for_the_wheel(offered):
    wheel, script = offered("080_dieleman_network.py")
    line = script.decode().partition("\n")[0]
    if offered.address:
        assert wheel.startswith(ADDRESS)
        assert line == f'# Needs convdoc[draw]: pip install "convdoc[draw] @ {wheel}"'
    else:
        file = f"convdoc-{__version__}-py3-none-any.whl"
        assert line == (
            f'# Needs convdoc[draw]: pip install "./{file}[draw]", '
            "a file from the page Install of the site"
        )


def test_scripts_without_pictures_need_no_extra(offered):
    wheel, script = offered("atlas/010_no_padding.py")
    assert script.decode().startswith(f"# Needs convdoc: pip install {wheel}")


def test_notebooks_say_what_is_needed_and_where_it_is(offered):
    wheel, notebook = offered("110_colour_photograph.ipynb")
    (_, text), (_, code), *_ = cells(notebook)
    assert code.startswith("try:\n    import convdoc, matplotlib, cv2, scipy, skimage\nexcept ")
    assert wheel in code
    assert text.startswith("This notebook needs convdoc. Where it is missing, the next cell inst")
    assert ("page *Install*" in text) == (not offered.address)


def test_a_notebook_installs_what_is_missing(offered):
    """Its first code, run where a module cannot be imported, with a ``%pip`` that only prints."""
    wheel, notebook = offered("120_timing.ipynb")
    _, (_, code), *_ = cells(notebook)
    program = (
        "import sys\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.register_magic_function(lambda line: print('pip', line), magic_name='pip')\n"
        "sys.modules[sys.argv[1]] = None\n"
        "shell.run_cell(sys.argv[2]).raise_error()"
    )
    extras = "[draw,compare]"
    requirement = f"convdoc{extras} @ {wheel}" if offered.address else f"{wheel}{extras}"
    for module in ("convdoc", "matplotlib", "cv2", "scipy", "skimage"):
        command = [sys.executable, "-c", program, module, code]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.stdout == f'pip install "{requirement}"\n', done


@pytest.mark.parametrize(
    ("name", "extras"),
    [
        ("auto_gallery_python.zip", "draw,compare"),
        ("auto_gallery_jupyter.zip", "draw,compare"),
        ("100_grey_photograph.zip", "draw,compare"),
        ("080_dieleman_network.zip", "draw"),
        ("atlas/010_no_padding.zip", ""),
    ],
)
def test_zips_hold_the_downloads_and_their_requirements(offered, name, extras):
    wheel, content = offered(name)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {member.filename: archive.read(member) for member in archive.infolist()}
        assert list(files) == sorted(files)
        assert {member.date_time[0] for member in archive.infolist()} == {1980}
    *comments, line = files.pop("requirements.txt").decode().splitlines()
    with_extras = f"convdoc[{extras}] @ {wheel}" if offered.address else f"{wheel}[{extras}]"
    assert line == (with_extras if extras else wheel)
    assert all(comment.startswith("# Put convdoc-") for comment in comments)
    assert bool(comments) == (not offered.address)
    scripts = len([*(ROOT / "gallery").rglob("[0-9]*.py")])
    count = scripts if name.startswith("auto_gallery") else 2
    assert len(files) == count
    folder = name.rpartition("/")[0]
    _, *same = offered(*(f"{folder}/{file}".lstrip("/") for file in files))
    assert list(files.values()) == same


def test_what_the_site_has_is_what_was_tested(site):
    """With the address of this build, whatever that is."""
    scripts, notebooks = downloads(site, ".py"), downloads(site, ".ipynb")
    for name, path in downloads(site, ".zip").items():
        with zipfile.ZipFile(path) as archive:
            assert archive.read(scripts[name].name) == scripts[name].read_bytes()
            assert archive.read(notebooks[name].name) == notebooks[name].read_bytes()


def test_samples_are_photographs_in_the_layout_that_they_promise():
    grey, colour = samples.camera(), samples.chelsea()
    assert (grey.shape, colour.shape) == ((256, 256), (176, 176, 3))
    assert all(0 <= image.min() < 0.1 and 0.7 < image.max() <= 1 for image in (grey, colour))
    red, _, blue = colour.mean(axis=(0, 1))
    assert red > blue  # a ginger cat


def test_show_prints_text_and_a_blank_line(capsys):
    draw.show(Answer("The sum of both:", [[1, 2], [3, 4]]))
    assert capsys.readouterr().out == "The sum of both:\n[[1 2]\n [3 4]]\n\n"
