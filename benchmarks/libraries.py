"""What `make libraries` records: the answers of TensorFlow, PyTorch and JAX, left alone.

They are too large for the environment that builds the site, and TensorFlow does not go together
with Keras 2.3. So each line of `CALLS` is evaluated in an environment that has all three, and
pages show the line and its answer from benchmarks/libraries.json. With ``--check`` nothing is
written: the libraries installed here are asked again, and it fails where an answer is not as
recorded.
"""

import importlib
import importlib.util
import json
import os
import sys
import warnings
from datetime import date
from pathlib import Path

import numpy as np

# TensorFlow tells of its start otherwise.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
# PyTorch pads by a copy then.
warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")

RECORD = Path(__file__).with_name("libraries.json")
#: What a line may name of each library, beside `x` and `w`.
NAMES = {
    "tensorflow": {"tf": "tensorflow"},
    "torch": {"torch": "torch", "functional": "torch.nn.functional"},
    "jax": {"jax": "jax"},
}


def _impulse(height, width):
    """Zeros, and a single 1 in the middle."""
    image = np.zeros((height, width), int)
    image[height // 2, width // 2] = 1
    return image


CONSTANT = np.ones((5, 5), int)
COUNTED = np.arange(1, 37).reshape(6, 6)
#: Of each case; the lines get them in four dimensions and float32.
ARRAYS = {
    "impulse": {"x": _impulse(5, 5), "w": np.arange(1, 10).reshape(3, 3)},
    "turned": {"x": _impulse(5, 5), "w": np.arange(9, 0, -1).reshape(3, 3)},
    "even": {"x": _impulse(5, 7), "w": np.arange(1, 7).reshape(2, 3)},
    "stride": {"x": COUNTED, "w": _impulse(3, 3)},
    "stride-same": {"x": COUNTED, "w": _impulse(3, 3)},
    "border": {"x": CONSTANT, "w": np.full((3, 3), 1 / 9)},
    "average": {"x": CONSTANT},
    "average-no-pad": {"x": CONSTANT},
    "grows": {"x": np.ones((10, 10), int)},
}
CALLS = {
    "impulse": {
        "tensorflow": 'tf.nn.conv2d(x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0), 1, "SAME")',
        "torch": 'functional.conv2d(torch.tensor(x), torch.tensor(w), padding="same")',
        "jax": 'jax.lax.conv(x, w, (1, 1), "SAME")',
    },
    "turned": {  # as `convert_kernel` turns a kernel of Theano
        "tensorflow": 'tf.nn.conv2d(x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0), 1, "SAME")',
        "torch": 'functional.conv2d(torch.tensor(x), torch.tensor(w), padding="same")',
        "jax": 'jax.lax.conv(x, w, (1, 1), "SAME")',
    },
    "even": {
        "tensorflow": 'tf.nn.conv2d(x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0), 1, "SAME")',
        "torch": 'functional.conv2d(torch.tensor(x), torch.tensor(w), padding="same")',
        "jax": 'jax.lax.conv(x, w, (1, 1), "SAME")',
    },
    "stride": {
        "tensorflow": 'tf.nn.conv2d(x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0), 2, "SAME")',
        "torch": "functional.conv2d(torch.tensor(x), torch.tensor(w), stride=2, padding=1)",
        "jax": 'jax.lax.conv(x, w, (2, 2), "SAME")',
    },
    "stride-same": {
        "torch": 'functional.conv2d(torch.tensor(x), torch.tensor(w), stride=2, padding="same")',
    },
    "border": {
        "tensorflow": 'tf.nn.conv2d(x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0), 1, "SAME")',
        "torch": 'functional.conv2d(torch.tensor(x), torch.tensor(w), padding="same")',
        "jax": 'jax.lax.conv(x, w, (1, 1), "SAME")',
    },
    "average": {
        "tensorflow": 'tf.nn.avg_pool2d(x.transpose(0, 2, 3, 1), 3, 1, "SAME")',
        "torch": "functional.avg_pool2d(torch.tensor(x), 3, 1, padding=1)",
    },
    "average-no-pad": {
        "torch": "functional.avg_pool2d(torch.tensor(x), 3, 1, padding=1, count_include_pad=False)",
    },
    "grows": {
        "torch": "torch.nn.ConvTranspose2d(1, 1, 3, dilation=2)(torch.tensor(x)).shape",
    },
}


def main(arguments):
    """Record what the libraries installed here answer, or check it."""
    versions = {
        library: importlib.import_module(library).__version__.partition("+")[0]
        for library in NAMES
        if importlib.util.find_spec(library)
    }
    if not versions:
        sys.exit(f"None of {', '.join(NAMES)} is installed here: make libraries")
    answers = {
        case: {library: answer(case, library) for library in lines if library in versions}
        for case, lines in CALLS.items()
    }
    told = ", ".join(f"{library} {version}" for library, version in versions.items())
    if arguments == ["--check"]:
        check(versions, answers)
        print(f"As recorded: {told}")
    else:
        record(versions, answers)
        print(f"Recorded: {told}")


def answer(case, library):
    """Evaluate the line: its result without axes of one, or the words of a refusal.

    Six digits after the point are kept, on which all processors agree.
    """
    call = CALLS[case][library]
    arrays = {name: a.astype(np.float32)[None, None] for name, a in ARRAYS[case].items()}
    names = {name: importlib.import_module(module) for name, module in NAMES[library].items()}
    result = refusal = None
    try:
        given = np.squeeze(np.asarray(eval(call, names | arrays), float))
        result = np.round(given, 6).tolist()
    except (RuntimeError, ValueError) as error:
        refusal = str(error)
    return {"call": call, "result": result, "refusal": refusal}


def check(versions, answers):
    """Exit with an error where a version or an answer is not as recorded."""
    recorded = json.loads(RECORD.read_text())
    different = [
        f"{library} is {version}; recorded: {recorded['versions'].get(library)}"
        for library, version in versions.items()
        if version != recorded["versions"].get(library)
    ]
    for case, libraries in answers.items():
        old = recorded["results"].get(case, {})
        different += [
            f"{case}, {library}: {ours}; recorded: {old.get(library)}"
            for library, ours in libraries.items()
            if ours != old.get(library)
        ]
    if different:
        sys.exit("\n".join([*different, "`make libraries` records anew."]))


def record(versions, answers):
    """Write the answers; those of libraries that are not installed here stay."""
    old = json.loads(RECORD.read_text()) if RECORD.exists() else {"versions": {}, "results": {}}
    versions = old["versions"] | versions
    results = {}
    for case, lines in CALLS.items():
        known = old["results"].get(case, {}) | answers[case]
        results[case] = {library: known[library] for library in lines if library in known}
    new = {
        "date": date.today().isoformat(),
        "versions": {library: versions[library] for library in NAMES if library in versions},
        "arrays": {
            case: {name: array.tolist() for name, array in arrays.items()}
            for case, arrays in ARRAYS.items()
        },
        "results": results,
    }
    RECORD.write_text(json.dumps(new, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
