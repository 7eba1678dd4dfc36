"""The package as a whole: what each import brings, and what a name means."""

import importlib.resources
import inspect
import os
import pkgutil
import subprocess
import sys
from types import ModuleType
from typing import get_args

import pytest

import convdoc
from convdoc import _types
from convdoc.borders import BORDERS, PADDINGS
from convdoc.engines import ENGINES
from convdoc.layouts import FRAMEWORKS
from convdoc.poolings import POOLINGS

PACKAGES = [
    "convdoc",
    *(found.name for found in pkgutil.walk_packages(convdoc.__path__, "convdoc.") if found.ispkg),
]
#: All modules but the engines', some of which need other libraries, and which users do not call.
MODULES = [
    "convdoc",
    *(
        found.name
        for found in pkgutil.walk_packages(convdoc.__path__, "convdoc.")
        if not found.name.startswith("convdoc.engines.")
    ),
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
    lambda: draw.matrices({{"a": one[0][0]}}),
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
    assert output[2:] == [needs] * 5


def test_exercises_need_numpy_alone():
    output = run(f"""{NUMPY_ALONE}
from convdoc import exercises

for question in exercises.list():
    assert exercises.check(question.name, question._value(question.answer)), question.name
    assert len(question.wrong()) == len(question.mistakes)
    assert question.solution() and question._repr_html_() and str(question)
print(*(question.name for question in exercises.list()))
""")
    assert output.split() == [question.name for question in convdoc.exercises.list()]


def unannotated(name, thing):
    """Parameters and results without a type of a function, or of a class's methods."""
    if isinstance(thing, property):
        thing = thing.fget
    thing = inspect.unwrap(thing)  # functions that are cached, static or of a class
    if inspect.isclass(thing):
        members = vars(thing).items()
        public = [(f"{name}.{key}", value) for key, value in members if not key.startswith("_")]
        return [missing for member in public for missing in unannotated(*member)]
    if not inspect.isfunction(thing):
        return []
    signature = inspect.signature(thing)
    types = {
        key: p.annotation for key, p in signature.parameters.items() if key not in ("self", "cls")
    }
    types["return"] = signature.return_annotation
    return [f"{name}: {key}" for key, type_ in types.items() if type_ is inspect.Signature.empty]


@pytest.mark.parametrize("name", MODULES)
def test_all_that_is_public_is_annotated(name):
    module = importlib.import_module(name)
    assert not [
        missing
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == name
        for missing in unannotated(f"{name}.{key}", value)
    ]


def test_the_package_says_that_it_is_typed():
    assert (importlib.resources.files("convdoc") / "py.typed").is_file()


def test_types_name_the_values_that_functions_take():
    assert get_args(_types.BorderName) == tuple(PADDINGS)
    assert get_args(_types.Filling) == tuple(BORDERS)
    assert get_args(_types.PoolingMode) == tuple(POOLINGS)
    assert get_args(_types.Framework) == tuple(FRAMEWORKS)
    assert get_args(_types.EngineName) == ("auto", *ENGINES)
