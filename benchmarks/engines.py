"""What `make bench` measures: every engine on the same convolutions, checked first.

Engines take turns in rounds, so that a busy moment of the machine falls on all of them, and the
median counts. Only ratios within one run mean anything. It prints the tables and writes
benchmarks/results.json, from which the site's page on speed is made.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import date
from pathlib import Path

import numpy as np

from convdoc import conv4d
from convdoc.engines import available, describe, load_keras

RESULTS = Path(__file__).with_name("results.json")
ROUNDS = 9
NAIVE = "a new model per call"
TOY = ((1, 1, 5, 7), (1, 1, 2, 3), "valid")
CASES = {
    "toy, 5×7 with 2×3": TOY,
    "grey 512×512 with 3×3": ((1, 1, 512, 512), (1, 1, 3, 3), "same"),
    "grey 512×512 with 11×11": ((1, 1, 512, 512), (1, 1, 11, 11), "same"),
    "RGB 512×512 with 3×3": ((1, 3, 512, 512), (1, 3, 3, 3), "same"),
    "RGB 512×512 with 3×3, 16 filters": ((1, 3, 512, 512), (16, 3, 3, 3), "same"),
    **{
        f"layer {number}, batch {samples}": ((samples, *image), kernel, "valid")
        for number, (image, kernel) in enumerate(
            [
                ((3, 45, 45), (32, 3, 6, 6)),
                ((32, 20, 20), (64, 32, 5, 5)),
                ((64, 8, 8), (128, 64, 3, 3)),
                ((128, 6, 6), (128, 128, 3, 3)),
            ],
            1,
        )
        for samples in (1, 32)
    },
}
LARGE = ((1, 1, 4000, 4000), (1, 1, 3, 3), "same")

FIRST_RESULT = """
import numpy as np
from convdoc import conv4d
conv4d(np.ones((1, 1, 5, 7), 'f'), np.ones((1, 1, 2, 3), 'f'), 'valid', engine={engine!r})
"""
PEAK_MEMORY = """
import numpy as np
from pathlib import Path
from convdoc import conv4d
def status(what):
    line = next(x for x in Path('/proc/self/status').read_text().splitlines() if what in x)
    return int(line.split()[1]) * 1024
conv4d(np.ones((1, 1, 9, 9), 'f'), np.ones((1, 1, 3, 3), 'f'), engine={engine!r})
x, w = np.ones({x}, 'f'), np.ones({w}, 'f')
Path('/proc/self/clear_refs').write_text('5')  # the peak counts from here
before = status('VmRSS')
y = conv4d(x, w, {border_mode!r}, engine={engine!r})
print(status('VmHWM') - before)
"""


def main():
    """Measure, print, write."""
    warnings.simplefilter("ignore")
    names = ["auto", *(engine.name for engine in available())]
    results = {
        "date": date.today().isoformat(),
        "machine": dict(describe())["Processor"],
        "versions": {engine.name: engine.version for engine in available()},
        "peak": sgemm_peak(),
        "rows": [],
    }
    print(f"{results['machine']}; SGEMM peak {results['peak'] / 1e9:.0f} GFLOP/s\n")
    print(f"{'times the fastest':34}" + "".join(f"{name:>13}" for name in [*names, "naive"]))
    for case, (x_shape, w_shape, border_mode) in CASES.items():
        row = measure(names, case, x_shape, w_shape, border_mode)
        results["rows"].append({"case": case, **row})
        fastest = min(row["seconds"].values())
        ratios = (row["seconds"][name] / fastest for name in [*names, NAIVE])
        told = f"{1000 * fastest:.3g} ms, {row['products'] * 2 / fastest / results['peak']:.0%}"
        print(f"{case:34}" + "".join(f"{ratio:13.2f}" for ratio in ratios) + f"  {told}")

    print(f"\n{'seconds to the first result':34}{'nothing compiled':>18}{'compiled before':>18}")
    results["first"] = first_results(names)
    for name, seconds in results["first"].items():
        print(f"{name:34}" + "".join(f"{s:18.2f}" for s in seconds.values()))
    print("\npeak memory, 4000×4000 with 3×3")
    results["memory"] = {name: peak_memory(name) for name in names}
    for name, size in results["memory"].items():
        print(f"{name:34}{size / 1e6:14.0f} MB")
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def sgemm_peak():
    """Operations a second of NumPy's product of large float32 matrices, the best of some."""
    a = np.ones((2048, 2048), np.float32)
    return 2 * 2048**3 / min(seconds(lambda: a @ a) for _ in range(9))


def measure(names, case, x_shape, w_shape, border_mode):
    """Check all ways against float64, then time them in turns."""
    random = np.random.default_rng(0)
    x, w = (random.normal(size=shape).astype(np.float32) for shape in (x_shape, w_shape))
    ways = {name: lambda name=name: conv4d(x, w, border_mode, engine=name) for name in names} | {
        NAIVE: lambda: naive(x, w, border_mode)
    }
    expected = conv4d(x.astype(float), w, border_mode, engine="numpy")
    for name, way in ways.items():
        np.testing.assert_allclose(
            way(), expected, atol=1e-5 * abs(expected).max(), err_msg=f"{name}, {case}"
        )
    once = {name: seconds(way) for name, way in ways.items()}
    times = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            # Short calls are repeated; of calls longer than half a second two rounds will do.
            if once[name] < 0.5 or len(times[name]) < 2:
                count = max(1, min(200, int(0.004 / once[name])))
                times[name].append(seconds(lambda: [way() for _ in range(count)]) / count)
    return {
        "products": expected.size * int(np.prod(w_shape[1:])),
        "seconds": {name: statistics.median(rounds) for name, rounds in times.items()},
    }


def naive(x, w, border_mode):
    """The notebook's way: a new model for each call."""
    keras = load_keras()
    filters, channels, *kernel = w.shape
    layer = keras.layers.Conv2D(
        filters,
        kernel,
        input_shape=x.shape[1:],
        weights=[w.transpose(2, 3, 1, 0)],
        padding=border_mode,
        data_format="channels_first",
        use_bias=False,
    )
    return keras.models.Sequential([layer]).predict(x, batch_size=len(x))


def first_results(names):
    """Seconds of a new process from its start to its end, with one toy call."""
    times = {name: ([], []) for name in names}
    for _ in range(3):
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                environment = {**os.environ, "THEANO_FLAGS": f"base_compiledir={folder}"}
                run = [sys.executable, "-c", FIRST_RESULT.format(engine=name)]
                for rounds in times[name]:  # nothing compiled, then all compiled
                    rounds.append(seconds(lambda: subprocess.run(run, env=environment, check=True)))
    return {
        name: {"cold": statistics.median(cold), "warm": statistics.median(warm)}
        for name, (cold, warm) in times.items()
    }


def peak_memory(name):
    """Bytes that a process needs for a large image, above what it has before the call."""
    x, w, border_mode = LARGE
    code = PEAK_MEMORY.format(engine=name, x=x, w=w, border_mode=border_mode)
    run = [sys.executable, "-c", code]
    return int(subprocess.run(run, check=True, capture_output=True, text=True).stdout)


def seconds(call):
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
