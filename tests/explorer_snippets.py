"""Whether the explorer's Python code does in each library what convdoc does.

The code is written by JavaScript, which Deno runs, and that is not where PyTorch, JAX and Keras 3
are. So with ``--write FILE`` settings, their snippets and what convdoc answers are
written to a file, and with ``--run FILE`` those whose library is installed are run. It fails where
an answer differs.
"""

import argparse
import base64
import contextlib
import importlib.util
import io
import json
import logging
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

#: The module that must be there, of those that this environment is asked about.
MODULES = {"torch": "torch", "jax": "jax", "keras3": "tensorflow"}
RANDOM = 120


def write(path):
    """Write the cases, in an environment that has Deno and convdoc."""
    sys.path[0] = str(Path(__file__).parents[1])
    from tests import explorer_page

    cases = explorer_page.cases(RANDOM)
    written = explorer_page.write_snippets(cases, MODULES)
    kept = []
    for (setting, arrays), found in zip(cases, written, strict=True):
        y = explorer_page.expected(setting, arrays)
        kept.append(
            {
                "setting": setting,
                "snippets": found["snippets"],
                "files": {
                    name: base64.b64encode(data).decode() for name, data in found["files"].items()
                },
                "expected": y.ravel().tolist(),
                "shape": y.shape,
                "dtype": y.dtype.name,
            }
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept))


def run(path):
    """Run what the libraries of this environment can; exit with an error where one differs."""
    cases = json.loads(path.read_text())
    libraries = [name for name, module in MODULES.items() if importlib.util.find_spec(module)]
    if not libraries:
        sys.exit(f"None of {', '.join(MODULES.values())} is installed here: make test-engines")
    # TensorFlow tells of its start otherwise, and that it is slow to compile each case anew.
    logging.getLogger("tensorflow").setLevel("ERROR")
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
    for library in libraries:
        for case in cases:
            snippet, setting = case["snippets"][library], case["setting"]
            try:
                _reset(library)
                check(setting, snippet, *_given(case))
            except Exception as error:
                sys.exit(f"{library}: {error!r}\n\n{setting}\n\n{snippet}")
        print(f"{library}: {len(cases)} snippets of the explorer give what convdoc gives")


def _reset(library):
    """Put back what a script may have set, so that every one sets what it needs."""
    if library == "jax":
        import jax

        jax.config.update("jax_enable_x64", False)
    if library == "keras3":
        import keras

        keras.config.set_floatx("float32")


def _given(case):
    y = np.array(case["expected"], case["dtype"]).reshape(case["shape"])
    return y, {name: base64.b64decode(data) for name, data in case["files"].items()}


def check(setting, snippet, expected, files):
    """Run a script; raise an error where its result, or what it prints, is not as expected."""
    names, printed = {}, io.StringIO()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for name, data in files.items():
            Path(name).write_bytes(data)
        with contextlib.redirect_stdout(printed):
            exec(compile(snippet, "<snippet>", "exec"), names)
    found = names["x" if setting["kind"] == "transposed" else "y"]
    assert type(found) is np.ndarray, type(found)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype), (
        f"{found.shape} {found.dtype}, not {expected.shape} {expected.dtype}"
    )
    # In float32 all are integers and nothing is rounded, but for means.
    rounding = {"rtol": 1e-6} if expected.dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(found, expected, **rounding)
    assert printed.getvalue() == f"{found}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--run", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if asked.write:
        write(asked.write)
    if asked.run:
        run(asked.run)
