"""What `make bench` measures: every engine on the same convolutions, checked first.

Each engine has a process of its own, because threads that one library keeps waiting would slow
down the next. The processes take turns in rounds, so that a busy moment of the machine falls on
all of them, and the median counts. Only ratios within one run mean anything. It prints the tables
and writes benchmarks/results.json, from which the site's page on speed is made.
"""

import contextlib
import functools
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

# Threads of OpenBLAS look for work for a tenth of a second before they sleep, and would slow down
# whoever is measured next. (An exponent of 2, in ticks of the processor.)
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")

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
    engines = available()
    names = ["auto", *(engine.name for engine in engines)]
    rows, peak = times_of_calls([*names, NAIVE])
    results = {
        "date": date.today().isoformat(),
        "machine": dict(describe())["Processor"],
        "versions": {engine.name: engine.version for engine in engines},
        "peak": peak,
        "rows": rows,
    }
    print(f"{results['machine']}; SGEMM peak {peak / 1e9:.0f} GFLOP/s\n")
    print(f"{'times the quickest':34}" + "".join(f"{name[:12]:>13}" for name in [*names, NAIVE]))
    for row in results["rows"]:
        quickest = min(row["seconds"].values())
        ratios = "".join(f"{s / quickest:13.2f}" for s in row["seconds"].values())
        share = 2 * row["products"] / quickest / peak
        print(f"{row['case']:34}{ratios}  {1000 * quickest:.3g} ms, {share:.0%}")

    print(f"\n{'seconds to the first result':34}{'nothing compiled':>18}{'compiled before':>18}")
    results["first"] = first_results(names)
    for name, times in results["first"].items():
        print(f"{name:34}" + "".join(f"{s:18.2f}" for s in times.values()))
    print("\npeak memory, 4000×4000 with 3×3")
    results["memory"] = {name: peak_memory(name) for name in names}
    for name, size in results["memory"].items():
        print(f"{name:34}{size / 1e6:14.0f} MB")
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def sgemm_peak():
    """Operations a second of NumPy's product of large float32 matrices, the best of some."""
    a = np.ones((2048, 2048), np.float32)
    return 2 * 2048**3 / min(seconds(lambda: a @ a) for _ in range(9))


def times_of_calls(names):
    """For each case the median seconds of a call, by name; and the SGEMM peak meanwhile."""
    spawn = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        processes = {
            name: stack.enter_context(ProcessPoolExecutor(1, mp_context=spawn)) for name in names
        }
        rows, peaks = [], []
        for case in CASES:
            peaks.append(sgemm_peak())
            checks = [process.submit(check, name, case) for name, process in processes.items()]
            products = {future.result() for future in checks}.pop()
            times = {name: [] for name in names}
            for _ in range(ROUNDS):
                for name, process in processes.items():
                    # Of calls longer than half a second two rounds will do.
                    if len(times[name]) < 2 or min(times[name]) < 0.5:
                        times[name].append(process.submit(one_round, name, case).result())
            medians = {name: statistics.median(rounds) for name, rounds in times.items()}
            rows.append({"case": case, "products": products, "seconds": medians})
    return rows, max(peaks)


def check(name, case):
    """Compare with float64; the number of products in the result."""
    x, w, border_mode = arrays(case)
    expected = conv4d(x.astype(float), w, border_mode, engine="numpy")
    tolerance = 1e-5 * abs(expected).max()
    np.testing.assert_allclose(call(name, case), expected, atol=tolerance, err_msg=case)
    return expected.size * int(np.prod(w.shape[1:]))


def one_round(name, case):
    """Seconds of a call, the mean of several where it is short; the first ones warm up."""
    time.sleep(0.1)  # whoever was measured before has threads to put to sleep and models to forget
    call(name, case)
    once = min(seconds(lambda: call(name, case)) for _ in range(2))
    count = max(1, min(500, int(0.005 / once)))
    return seconds(lambda: [call(name, case) for _ in range(count)]) / count


def call(name, case):
    """Compute a case by an engine, or as the notebook did."""
    x, w, border_mode = arrays(case)
    if name == NAIVE:
        return naive(x, w, border_mode)
    return conv4d(x, w, border_mode, engine=name)


@functools.cache
def arrays(case):
    """Image, kernel and padding of a case."""
    random = np.random.default_rng(0)
    *shapes, border_mode = CASES[case]
    return *(random.normal(size=shape).astype(np.float32) for shape in shapes), border_mode


def naive(x, w, border_mode):
    """The notebook's way: a new model for each call."""
    keras = load_keras()
    filters, _, *kernel = w.shape
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
    times = {name: {"cold": [], "warm": []} for name in names}
    for _ in range(3):
        for name, rounds in times.items():
            with tempfile.TemporaryDirectory() as folder:
                for state in rounds:  # nothing compiled, then all compiled
                    rounds[state].append(seconds(lambda n=name, f=folder: new_process(n, f)))
    return {
        name: {state: statistics.median(times) for state, times in rounds.items()}
        for name, rounds in times.items()
    }


def new_process(name, folder):
    """Compute the toy in a process whose compile cache is `folder`."""
    run = [sys.executable, "-c", FIRST_RESULT.format(engine=name)]
    environment = {**os.environ, "THEANO_FLAGS": f"base_compiledir={folder}"}
    subprocess.run(run, env=environment, check=True)


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
