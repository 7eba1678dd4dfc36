"""Which modules of the library a script or a page has loaded: it runs again if one of them changes.

gallery_hooks.py asks for the modules of a script. The kernels that execute pages have this module
as an extension of IPython; each keeps a record of its page in `RECORDS`.
"""

import json
import os
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / "_build/jupyter_cache/loaded"


def loaded():
    """Paths of the library's modules that are loaded now, relative to the repository."""
    modules = [module for name, module in sys.modules.items() if is_ours(name)]
    paths = {Path(module.__file__).resolve().relative_to(ROOT) for module in modules}
    return sorted(path.as_posix() for path in paths)


def is_ours(name):
    """Whether a module of that name belongs to the library."""
    return name.partition(".")[0] == "convdoc"


def write(path, record):
    """Write a record to `path` as JSON, wholly or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(record), "utf-8")
    os.replace(new, path)


def load_ipython_extension(shell):
    """Record after each cell the cells that have run and the modules that they have loaded."""
    path = RECORDS / f"{uuid.uuid4().hex}.json"
    cells, modules = [], set()

    def record(result):
        if result.info.store_history:
            cells.append(result.info.raw_cell)
            modules.update(loaded())
            write(path, {"cells": cells, "modules": sorted(modules)})

    shell.events.register("post_run_cell", record)
