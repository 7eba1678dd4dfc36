"""Settings of the explorer, drawn at random or picked by hand, and what convdoc answers to them.

And its modules, run by Deno, which needs no browser and reaches no network.
"""

import json
import os
import random
import subprocess
import sys

import numpy as np
from deno import find_deno_bin

from convdoc import ConvSpec, conv4d, conv4d_transpose, correlate4d, pool4d
from convdoc.borders import BORDERS, PADDINGS
from convdoc.poolings import POOLINGS, rounded_up
from tests.conftest import ROOT

sys.path.append(str(ROOT / "docs/_ext"))

import explorer_page as page

KINDS = ("convolution", "correlation", "transposed", *POOLINGS)
OPERATIONS = {
    "convolution": conv4d,
    "correlation": correlate4d,
    "transposed": conv4d_transpose,
}
#: What the explorer shows by name of each library, in its own order.
LIBRARIES = ("convdoc", "keras2", "keras3", "torch", "jax", "scipy")


def setting(kind="convolution", **changes):
    """One channel, a 5×5 image, a 3×3 kernel, and whatever is different."""
    channels = changes.get("channels", 1)
    standard = {
        "kind": kind,
        "samples": 1,
        "channels": channels,
        "size": [5, 5],
        "kernel": [3, 3],
        "filters": channels if kind in POOLINGS else 1,
        "groups": channels if kind in POOLINGS else 1,
        "bias": False,
        "strides": [1, 1],
        "dilation": [1, 1],
        "border_mode": "valid",
        "border": "zeros",
        "output_padding": [0, 0],
        "ceil_mode": False,
        "divisor": None,
    }
    return standard | changes


def plan(setting):
    """The same as convdoc's own, which refuses what is not legal; with the cells that hang over."""
    spec = ConvSpec(
        setting["kernel"],
        setting["strides"],
        setting["border_mode"],
        setting["dilation"],
        setting["groups"],
        setting["kind"] == "transposed",
        setting["output_padding"],
        setting["border"],
    )
    return rounded_up(spec, tuple(setting["size"])) if setting["ceil_mode"] else spec


def padding(setting):
    """Places around the image, without those where windows hang over."""
    return plan(setting | {"ceil_mode": False}).padding(setting["size"])


def random_settings(count, seed=0):
    """Legal settings, of each kind as many; every call with a seed gives the same."""
    draw, found = random.Random(seed), []
    while len(found) < count:
        asked = _random_setting(draw, KINDS[len(found) % len(KINDS)])
        if _is_legal(asked):
            found.append(asked)
    return found


def _random_setting(draw, kind):
    def pair(least, most):
        return [draw.randint(least, most), draw.randint(least, most)]

    groups = draw.choice([1, 1, 2, 3])
    strides = draw.choice([[1, 1], [2, 2], pair(1, 3)])
    uneven = [pair(0, 3), pair(0, 3)]
    even = [[p, p] for p in pair(0, 2)]
    asked = {
        "samples": draw.randint(1, 2),
        "channels": groups * draw.randint(1, 2),
        "size": pair(1, 9),
        "kernel": pair(1, 4),
        "strides": strides,
        "dilation": draw.choice([[1, 1], [1, 1], pair(1, 3)]),
        "border_mode": draw.choice([*PADDINGS, even, uneven, uneven]),
    }
    if kind in POOLINGS:
        divisor = draw.choice([None, None, draw.randint(1, 9)]) if POOLINGS[kind].divides else None
        return setting(kind, **asked, ceil_mode=draw.random() < 0.4, divisor=divisor)
    transposed = kind == "transposed"
    return setting(
        kind,
        **asked,
        filters=groups * draw.randint(1, 2),
        groups=groups,
        bias=draw.random() < 0.4,
        border="zeros" if transposed else draw.choice(["zeros", *BORDERS, 2, -0.5]),
        output_padding=[draw.randrange(s) for s in strides] if transposed else [0, 0],
    )


def _is_legal(asked):
    try:
        expected(asked, arrays(asked))
    except ValueError:
        return False
    return True


#: Where the libraries differ from one another.
CORNERS = [
    setting(),
    setting(kernel=[1, 1]),
    setting("correlation", kernel=[1, 1]),
    setting("transposed", kernel=[1, 1], strides=[3, 2]),  # rows that no kernel reaches
    setting("transposed", kernel=[1, 1], strides=[3, 2], output_padding=[2, 1]),
    *(setting(kind, border_mode=mode) for kind in KINDS for mode in ("same", "same_upper")),
    *(setting(kind, kernel=[2, 4], border_mode="same") for kind in KINDS),
    *(setting(kind, size=[6, 7], strides=[2, 2], border_mode="same_upper") for kind in KINDS),
    *(setting(kind, size=[6, 7], strides=[2, 2], border_mode="same") for kind in KINDS),
    *(setting(kind, size=[2, 1], kernel=[4, 3], border_mode="full") for kind in KINDS[:2]),
    *(setting(kind, size=[2, 1], kernel=[4, 4], border_mode="same") for kind in KINDS[:2]),
    setting("convolution", dilation=[2, 2], strides=[2, 2], size=[9, 9], border_mode="same"),
    setting("convolution", dilation=[2, 3], border_mode="same_upper", size=[9, 9], kernel=[2, 2]),
    setting(
        "transposed", dilation=[2, 2], strides=[2, 2], output_padding=[1, 1], border_mode="same"
    ),
    setting("transposed", strides=[2, 2], output_padding=[1, 1], border_mode="same"),
    setting("transposed", strides=[2, 2], output_padding=[1, 1], border_mode="same_upper"),
    setting("transposed", strides=[2, 2], border_mode="half", kernel=[3, 5], output_padding=[0, 1]),
    setting("transposed", strides=[3, 3], border_mode=[[2, 0], [0, 1]], output_padding=[2, 2]),
    setting("transposed", border_mode="full", size=[9, 9]),
    setting("convolution", channels=4, filters=4, groups=4, bias=True),  # depthwise
    setting("correlation", channels=4, filters=8, groups=2, bias=True, samples=2, strides=[2, 1]),
    setting("transposed", channels=4, filters=2, groups=2, bias=True, strides=[2, 1]),
    setting("transposed", channels=2, filters=4, groups=2, dilation=[2, 2]),
    *(setting(kind, channels=2, border_mode=[[2, 2], [2, 2]]) for kind in POOLINGS),
    *(setting(kind, strides=[3, 3], border_mode=[[0, 2], [1, 0]]) for kind in POOLINGS),
    *(setting(kind, kernel=[2, 2], strides=[2, 2]) for kind in POOLINGS),
    setting("convolution", channels=3, size=[32, 32], border_mode="same", filters=2),  # x.npy
    setting("transposed", size=[48, 48], strides=[2, 2]),  # y.npy
    setting("convolution", channels=16, filters=16, border_mode="half"),  # w.npy
    setting("max", channels=3, size=[32, 32], strides=[3, 3]),
    *(setting(border=border, border_mode="same") for border in (*BORDERS, 3, 0.5)),
    *(setting("correlation", border=border, border_mode="full") for border in (*BORDERS, -1)),
    # More of a border than there are pixels.
    *(setting(border=border, border_mode=[[7, 0], [3, 9]], size=[3, 4]) for border in BORDERS),
    *(setting(border=border, border_mode="full", size=[1, 2]) for border in BORDERS),
    *(setting(kind, border_mode="same_lower", kernel=[2, 4]) for kind in KINDS),
    *(setting(kind, kernel=[2, 2], strides=[3, 3], ceil_mode=True) for kind in POOLINGS),
    *(
        setting(kind, size=[6, 6], strides=[2, 2], ceil_mode=True, border_mode=[[1, 1], [1, 1]])
        for kind in POOLINGS
    ),
    *(
        setting(kind, size=[4, 6], strides=[2, 3], ceil_mode=True, border_mode=[[2, 1], [0, 1]])
        for kind in POOLINGS
    ),
    *(
        setting(kind, size=[9, 8], dilation=[2, 3], border_mode=[[1, 1], [1, 1]])
        for kind in POOLINGS
    ),
    *(
        setting(kind, size=[9, 8], dilation=[2, 1], strides=[2, 3], channels=2, ceil_mode=True)
        for kind in POOLINGS
    ),
    *(
        setting(kind, divisor=4, border_mode=mode, strides=[2, 2], ceil_mode=True)
        for kind in ("average", "average_no_pad")
        for mode in ("valid", "half", "same_upper")
    ),
    setting("average", divisor=2, dilation=[2, 2], border_mode="half"),
]


def shapes(setting):
    """Shapes of the input, the kernel and the bias; those that a kind has not are left out."""
    found = {"x": (setting["samples"], setting["channels"], *setting["size"])}
    if setting["kind"] in POOLINGS:
        return found
    first, second = setting["filters"], setting["channels"]
    if setting["kind"] == "transposed":
        first, second = second, first
    found["w"] = (first, second // setting["groups"], *setting["kernel"])
    return found | ({"b": (setting["filters"],)} if setting["bias"] else {})


def arrays(setting, seed=0, numbers="integers"):
    """Numbers for a setting, float64: small integers, or decimals, or a few of each, or large."""
    draw = np.random.default_rng(seed)
    found = {name: draw.integers(-9, 10, shape) * 1.0 for name, shape in shapes(setting).items()}
    if numbers == "decimals":
        found = {name: values / 10 for name, values in found.items()}
    if numbers == "mixed":  # integers but for the last array
        last = list(found)[-1]
        found[last] = found[last] + draw.normal(size=found[last].shape)
    if numbers == "large":
        found["x"] = found["x"] * 2.0**22 + 1
    return found


def cases(count):
    """Pairs of a setting and its arrays: all corners, and random ones."""
    asked = [*CORNERS, *random_settings(count)]
    numbers = ("integers", "decimals", "integers", "mixed", "integers", "decimals", "large")
    return [(one, arrays(one, at, numbers[at % 7])) for at, one in enumerate(asked)]


def expected(setting, arrays):
    """What convdoc answers: float32 where that is exact, float64 otherwise."""
    dtype = "float32" if _fits_float32(setting, arrays) else "float64"
    given = {name: values.astype(dtype) for name, values in arrays.items()}
    kind, mode = setting["kind"], setting["border_mode"]
    if kind in POOLINGS:
        settings = {name: setting[name] for name in ("ceil_mode", "dilation", "divisor")}
        return pool4d(given["x"], setting["kernel"], setting["strides"], mode, kind, **settings)
    settings = {name: setting[name] for name in ("strides", "dilation", "groups", "border")}
    if kind == "transposed":
        settings["output_padding"] = setting["output_padding"]
    return OPERATIONS[kind](
        given["x"], given["w"], mode, **settings, bias=given.get("b"), engine="numpy"
    )


def _fits_float32(setting, arrays):
    """Whether all are integers and no sum can come near 2²⁴."""
    around = ConvSpec(1, border=setting["border"]).beyond.value
    if around % 1 or any((values % 1).any() for values in arrays.values()):
        return False
    x, w, b = (np.abs(arrays.get(name, 0)).max() for name in "xwb")
    x = max(x, abs(around))
    if setting["kind"] in POOLINGS:
        divides = POOLINGS[setting["kind"]].divides
        terms, w = np.prod(setting["kernel"]) if divides else 1, 1
    else:
        terms = np.prod(setting["kernel"]) * setting["channels"] / setting["groups"]
    return max(x * w * terms + b, x, w) < 2**24


def run(modules, code, argument=None):
    """Evaluate JavaScript, the body of a function of `given`, with the explorer's modules.

    Parameters
    ----------
    modules : dict of str to str
        What the code calls each module: ``{"A": "arithmetic"}``.
    code : str
    argument : optional
        What is `given`; it can be written as JSON, and so can the answer.
    """
    imports = [f'import * as {n} from "./docs/_explorer/{m}.js";' for n, m in modules.items()]
    body = f"const answer = ((given) => {{ {code} }})({json.dumps(argument)});"
    done = deno("run", "-", source="\n".join([*imports, body, PRINT]))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


PRINT = "console.log(JSON.stringify(answer ?? null));"


def deno(command, *arguments, source=None):
    """Run a command of Deno that reaches no network; return what it did."""
    write_data()
    caches = {"DENO_DIR": str(ROOT / ".cache/deno"), "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
    return subprocess.run(
        [find_deno_bin(), command, "--quiet", "--no-remote", "--cached-only", *arguments],
        env={**os.environ, **caches},
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
    )


def write_data():
    """Write what Python hands over to where deno.json says that it is."""
    path, source = ROOT / ".cache/explorer/data.js", page.modules()["explorer/data"]
    if path.is_file() and path.read_text("utf-8") == source:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")  # tests may run beside each other
    new.write_text(source, "utf-8")
    new.replace(path)


WRITE = """
const [cases, libraries] = given;
return cases.map(([setting, { x, w = null, b = null }]) => {
  const numbers = (values) => values && Float64Array.from(values);
  const arrays = { x: numbers(x), w: numbers(w), b: numbers(b) };
  const written = libraries.map((name) => [name, C.snippet(name, setting, arrays)]);
  return {
    faults: F.faults(setting),
    settled: A.settled(setting),
    snippets: Object.fromEntries(written),
    files: C.files(setting, arrays).map(({ name, bytes }) => [name, [...bytes]]),
  };
});
"""


def write_snippets(cases, libraries=LIBRARIES):
    """What the explorer's module writes for each case: `snippets` by library, `files` by name."""
    flat = [
        [setting, {name: values.ravel().tolist() for name, values in arrays.items()}]
        for setting, arrays in cases
    ]
    written = run({"A": "arithmetic", "C": "code", "F": "faults"}, WRITE, [flat, list(libraries)])
    for one in written:
        one["files"] = {name: bytes(numbers) for name, numbers in one["files"]}
    return written
