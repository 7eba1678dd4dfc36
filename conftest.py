"""Doctests of an engine whose library is not installed cannot be collected."""

from importlib.util import find_spec

from convdoc.engines import ENGINES

collect_ignore = [
    f"convdoc/engines/{engine.module}.py"
    for engine in ENGINES.values()
    if find_spec(engine.library) is None
]
