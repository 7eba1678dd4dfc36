"""What `make bench` measures: every engine on the same convolutions, checked first.

Each engine has a process of its own, because threads that one library keeps waiting would slow
down the next. The processes take turns in many short rounds, and the quickest round of each counts:
other work on the machine only ever adds to a time. Only ratios within one run mean anything. It
prints the tables and writes benchmarks/results.json, from which the site's page on speed is made.

With an argument, as in ``python benchmarks/engines.py depthwise``, it only times the rows whose
names contain that text, and writes nothing.
"""

import argparse
import contextlib
import ctypes
import functools
import gc
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

from convdoc import ConvSpec, conv4d, conv4d_gradients, conv4d_transpose
from convdoc.engines import available, describe, load_keras

RESULTS = Path(__file__).with_name("results.json")
ROUNDS = 10
LONG = 1  # seconds of a call that is timed once
SLOW = 0.1  # seconds of a call that is timed three times
NAIVE = "a new model per call"
# Not timed on layers: the notebook has no words for them, and the others take an image and a
# kernel at a time, of which there are thousands.
FOR_IMAGES = (NAIVE, "opencv", "scikit-image")
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


def layer(channels, filters, size, kernel, samples=1, **plan):
    """A layer of a published network: shapes of image and kernel, and its plan."""
    k = kernel, kernel
    shapes = (samples, channels, size, size), (filters, channels // plan.get("groups", 1), *k)
    return *shapes, {"border_mode": (kernel - 1) // 2 * plan.get("dilation", 1), **plan}


VGG = layer(64, 64, 112, 3)
RESNET = layer(128, 128, 28, 3)
HALVING = layer(128, 128, 56, 3, strides=2)
DEPTHWISE = layer(96, 96, 56, 3, groups=96)
POINTWISE = layer(64, 256, 56, 1)
GENERATOR = {"strides": 2, "border_mode": 1}  # 4×4; its image is what a transposed one gives
LAYERS = {
    "1×1, ResNet 64 → 256, 56×56": POINTWISE,
    "1×1, ResNet 512 → 128, 28×28, batch 8": layer(512, 128, 28, 1, 8),
    "1×1 stride 2, ResNet 256 → 512, 56×56": layer(256, 512, 56, 1, strides=2),
    "3×3, VGG 64 → 64, 112×112": VGG,
    "3×3, ResNet 512 → 512, 7×7, batch 8": layer(512, 512, 7, 3, 8),
    "7×7 stride 2, ResNet 3 → 64, 224×224": layer(3, 64, 224, 7, strides=2),
    "3×3 stride 2, ResNet 128 → 128, 56×56": HALVING,
    "depthwise 3×3, MobileNet 96, 56×56": DEPTHWISE,
    "depthwise 3×3 stride 2, MobileNet 96, 112×112": layer(96, 96, 112, 3, strides=2, groups=96),
    "depthwise 3×3, MobileNet 512, 14×14, batch 8": layer(512, 512, 14, 3, 8, groups=512),
    "32 groups 3×3, ResNeXt 256, 28×28": layer(256, 256, 28, 3, groups=32),
    "dilation 2 3×3, 128 → 128, 28×28": layer(128, 128, 28, 3, dilation=2),
}
TRANSPOSED = {
    "transposed 4×4, DCGAN 512 → 256, 8×8": layer(256, 512, 16, 4, **GENERATOR),
    "transposed 4×4, DCGAN 128 → 64, 16×16, batch 8": layer(64, 128, 32, 4, 8, **GENERATOR),
    "transposed 4×4, DCGAN 64 → 3, 32×32, batch 8": layer(3, 64, 64, 4, 8, **GENERATOR),
}
GRADIENTS = {
    "gradients, 1×1 of ResNet": POINTWISE,
    "gradients, 3×3 of VGG": VGG,
    "gradients, 3×3 of ResNet, batch 8": layer(128, 128, 28, 3, 8),
    "gradients, 3×3 stride 2 of ResNet": HALVING,
    "gradients, depthwise 3×3 of MobileNet": DEPTHWISE,
    "gradients, 4×4 of DCGAN": layer(64, 128, 32, 4, **GENERATOR),
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
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("text", nargs="?", default="", help="time only rows whose names contain it")
    text = parser.parse_args().text
    cases = [case for case in (*CASES, *LAYERS, *TRANSPOSED, *GRADIENTS) if text in case]
    if not cases:
        parser.error(f"no row's name contains {text!r}")
    engines = available()
    names = ["auto", *(engine.name for engine in engines)]
    columns = [*names, NAIVE]
    rows, peak = times_of_calls(columns, cases)
    results = {
        "date": date.today().isoformat(),
        "machine": dict(describe())["Processor"],
        "versions": {engine.name: engine.version for engine in engines},
        "peak": peak,
        "rows": rows,
    }
    print(f"{results['machine']}; SGEMM peak {peak / 1e9:.0f} GFLOP/s\n")
    print(f"{'times the quickest':48}" + "".join(f"{name[:12]:>13}" for name in columns))
    for row in results["rows"]:
        quickest = min(row["seconds"].values())
        ratios = "".join(f"{row['seconds'].get(name, np.nan) / quickest:13.2f}" for name in columns)
        share = 2 * row["products"] / quickest / peak
        print(f"{row['case']:48}{ratios}  {1000 * quickest:.3g} ms, {share:.0%}")
    if text:
        return

    print(f"\n{'seconds to the first result':34}{'nothing compiled':>18}{'compiled before':>18}")
    results["first"] = first_results(names)
    for name, times in results["first"].items():
        print(f"{name:34}" + "".join(f"{s:18.2f}" for s in times.values()))
    print("\nmegabytes at the peak of a call")
    for row in results["rows"]:
        sizes = (row["memory"].get(name, np.nan) / 1e6 for name in columns)
        print(f"{row['case']:48}" + "".join(f"{size:13.1f}" for size in sizes))
    print("\npeak memory, 4000×4000 with 3×3")
    results["memory"] = {name: peak_memory(name) for name in names}
    for name, size in results["memory"].items():
        print(f"{name:34}{size / 1e6:14.0f} MB")
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def sgemm_peak():
    """Operations a second of SciPy's product of large float32 matrices, the best of some.

    NumPy 1.26 has an older OpenBLAS, which takes a processor that it does not know for one of 2004.
    """
    from scipy.linalg.blas import sgemm

    a = np.ones((1024, 1024), np.float32, order="F")
    return 2 * 1024**3 / min(seconds(lambda: sgemm(1, a, a)) for _ in range(9))


def times_of_calls(names, cases):
    """For each case the seconds of a call, by name, in the best round; and the SGEMM peak."""
    spawn = multiprocessing.get_context("spawn")
    with contextlib.ExitStack() as stack:
        processes = {
            name: stack.enter_context(ProcessPoolExecutor(1, mp_context=spawn)) for name in names
        }
        rows, peaks = [], []
        for case in cases:
            peaks.append(processes["scipy"].submit(sgemm_peak).result())
            expected = [y.astype(np.float32) for y in in_float64(case)]
            here = [name for name in names if case in CASES or name not in FOR_IMAGES]
            first = {
                name: processes[name].submit(check, name, case, expected).result() for name in here
            }
            times = {
                name: [first[name]["seconds"]] if first[name]["seconds"] > LONG else []
                for name in here
            }
            for _ in range(ROUNDS):
                for name, rounds in times.items():
                    if not rounds or min(rounds) < SLOW or (min(rounds) < LONG and len(rounds) < 3):
                        rounds.append(processes[name].submit(one_round, name, case).result())
            row = {"case": case, "products": products(case)}
            row["seconds"] = {name: min(rounds) for name, rounds in times.items()}
            row["memory"] = {name: first[name]["memory"] for name in here}
            rows.append(row)
    return rows, max(peaks)


def check(name, case, expected):
    """Compare with float64; seconds of the second call, and bytes that it needed at its peak."""
    first = call(name, case)
    for ours, numbers in zip(first, expected, strict=True):
        tolerance = 1e-5 * abs(numbers).max()
        np.testing.assert_allclose(ours, numbers, atol=tolerance, err_msg=f"{name}: {case}")
    del first, ours
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):  # as on macOS
        ctypes.CDLL(None).malloc_trim(0)  # memory of calls before
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before = memory("VmRSS")
    time_of_call = seconds(lambda: call(name, case))
    return {"seconds": time_of_call, "memory": memory("VmHWM") - before}


def memory(what):
    """Bytes of memory of this process, now (VmRSS) or at its peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if what in line).split()[1]) * 1024


def one_round(name, case):
    """Seconds of a call, the mean of several where it is short; the first ones warm up."""
    time.sleep(0.03)  # whoever was measured before has threads to put to sleep
    call(name, case)
    once = min(seconds(lambda: call(name, case)) for _ in range(2))
    count = max(1, min(500, int(0.005 / once)))
    return seconds(lambda: [call(name, case) for _ in range(count)]) / count


def call(name, case):
    """Compute a case by an engine, or as the notebook did; a list of what comes out."""
    x, w, dy, plan = arrays(case)
    if name == NAIVE:
        return [naive(x, w, plan["border_mode"])]
    return compute(case, x, w, dy, plan, name)


def compute(case, x, w, dy, plan, engine):
    """The operation of a case."""
    if case in TRANSPOSED:
        return [conv4d_transpose(dy, w, **plan, output_size=x.shape[2:], engine=engine)]
    if case in GRADIENTS:
        return list(conv4d_gradients(x, w, dy, **plan, engine=engine)[:2])
    return [conv4d(x, w, **plan, engine=engine)]


def in_float64(case):
    """The right results."""
    x, w, dy, plan = arrays(case)
    return compute(case, *(array.astype(float) for array in (x, w, dy)), plan, "numpy")


def products(case):
    """Products in the sums of a case."""
    _, w, dy, _ = arrays(case)
    return dy.size * int(np.prod(w.shape[1:])) * (2 if case in GRADIENTS else 1)


@functools.lru_cache(maxsize=2)
def arrays(case):
    """Image, kernel, outputs to give back, and plan of a case."""
    random = np.random.default_rng(0)
    *shapes, plan = {**CASES, **LAYERS, **TRANSPOSED, **GRADIENTS}[case]
    if not isinstance(plan, dict):
        plan = {"border_mode": plan}
    x_shape, w_shape = shapes
    outputs = ConvSpec(w_shape[2:], **plan).output_size(x_shape[2:])
    shapes.append((x_shape[0], w_shape[0], *outputs))
    return *(random.normal(size=shape).astype(np.float32) for shape in shapes), plan


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
    environment = {
        **os.environ,
        "THEANO_FLAGS": f"base_compiledir={folder}",
        "CONVDOC_CACHE": folder,
    }
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
