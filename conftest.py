"""Doctests of an engine whose library is not installed cannot be collected."""

from convdoc.engines import ENGINES, is_installed

collect_ignore = [
    f"convdoc/engines/{engine.module}.py"
    for name, engine in ENGINES.items()
    if not is_installed(name)
]
