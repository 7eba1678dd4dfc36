"""The package as a whole: what each import brings, and what a name means."""

import importlib
import pkgutil
from types import ModuleType

import pytest

import convdoc

PACKAGES = [
    "convdoc",
    *(found.name for found in pkgutil.walk_packages(convdoc.__path__, "convdoc.") if found.ispkg),
]


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
