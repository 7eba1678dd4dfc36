"""The package as a whole: what each import brings, and what a name means."""

import importlib
import os
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import convdoc

PACKAGES = [
    "convdoc",
    *(found.name for found in pkgutil.walk_packages(convdoc.__path__, "convdoc.") if found.ispkg),
]

#: Hides every library except NumPy, as if it were not installed.
NUMPY_ALONE = """
import sys

class Hides:
    finders = list(sys.meta_path)

    def find_spec(self, name, path=None, target=None):
        library = name.partition(".")[0]
        standard = library in sys.stdlib_module_names or library.startswith("_sysconfigdata")
        if standard or library in ("convdoc", "numpy"):
            specs = (finder.find_spec(name, path, target) for finder in self.finders)
            return next(filter(None, specs), None)

sys.meta_path[:] = [Hides()]
"""


def run(code):
    """Run Python code in a new process and return its output."""
    environment = {name: value for name, value in os.environ.items() if name != "CONVDOC_ENGINE"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", PACKAGES)
def test_no_function_hides_a_module_of_the_same_name(name):
    package = importlib.import_module(name)
    modules = [module.name for module in pkgutil.iter_modules(package.__path__)]
    assert modules
    hidden = [
        module
        for module in modules
        if not isinstance(getattr(package, module, None), ModuleType | None)
    ]
    assert not hidden


def test_modules_are_attributes_and_are_imported_when_they_are_named():
    output = run("""
import sys
import convdoc

lazy = ["draw", "exercises", "explain", "network", "steps"]
print([name for name in lazy if f"convdoc.{name}" in sys.modules])
print(set(lazy) <= set(dir(convdoc)))
print(*(getattr(convdoc, name).__name__.removeprefix("convdoc.") for name in [*lazy, "engines"]))
try:
    convdoc.drawing
except AttributeError as error:
    print(error)
""")
    assert output.splitlines() == [
        "[]",
        "True",
        "draw exercises explain network steps engines",
        "module 'convdoc' has no attribute 'drawing'",
    ]


def test_no_import_of_the_library_brings_more_than_numpy():
    code = """
import sys
import convdoc

convdoc.draw, convdoc.network, convdoc.explain, convdoc.exercises, convdoc.steps
print({"keras", "matplotlib", "scipy", "theano"} & set(sys.modules))
"""
    assert run(code) == "set()\n"


def test_steppers_and_questions_are_drawn_without_matplotlib_and_pictures_say_what_they_need():
    output = run(f"""{NUMPY_ALONE}
import numpy as np

from convdoc import draw, exercises, network

one = [[[[1]]]]
stepper = draw.stepper(one, one)
print("<convdoc-stepper" in stepper._repr_html_(), "<svg" in stepper.svg())
print("<convdoc-question" in exercises.question("strides-floor")._repr_html_())
for picture in (
    lambda: draw.bars({{"a": {{"b": 1}}}}),
    lambda: draw.photographs({{"a": one[0][0]}}),
    lambda: draw.architecture([(1, 1, 2, 2)] * 2, [network.Conv(1, 1)]),
    lambda: draw.equation(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 2))),
):
    try:
        picture()
    except ImportError as error:
        print(error)
""").splitlines()
    assert output[:2] == ["True True", "True"]
    needs = "this figure of convdoc.draw needs matplotlib: pip install 'convdoc[draw]'"
    assert output[2:] == [needs] * 4


def test_exercises_need_numpy_alone():
    output = run(f"""{NUMPY_ALONE}
from convdoc import exercises

for question in exercises.list():
    assert exercises.check(question.name, question._value(question.answer)), question.name
    assert len(question.wrong()) == len(question.mistakes)
    assert question.solution() and question._repr_html_() and str(question)
print(len(exercises.list()))
""")
    assert int(output) >= 40
