"""When a product of spectra is quicker than a sum of products, measured; `make bench` runs it too.

One image, kernels from small to large, and four ways that give the same result: two that add up
products and two that go through the Fourier transform. They take turns in rounds, so that a busy
moment of the machine falls on all of them, and the median counts. Only ratios within one run mean
anything. It writes benchmarks/spectrum.json, from which the guide draws its curves.
"""

import json
import statistics
import time
from datetime import date
from pathlib import Path

import numpy as np
import scipy.signal
from engines import seconds

from convdoc import conv4d
from convdoc.engines import available, describe

RESULTS = Path(__file__).with_name("spectrum.json")
ROUNDS = 9
SIZE = 512
KERNELS = (3, 5, 7, 9, 11, 15, 21, 25, 31, 45, 63)
LIBRARIES = ("numpy", "scipy", "direct")
WAYS = {
    "convolve2d": lambda x, w: scipy.signal.convolve2d(x, w, "same"),
    "direct": lambda x, w: conv4d(x[None, None], w[None, None], "same", engine="direct")[0, 0],
    "fftconvolve": lambda x, w: scipy.signal.fftconvolve(x, w, "same"),
    "oaconvolve": lambda x, w: scipy.signal.oaconvolve(x, w, "same"),
}


def main():
    """Check, measure, print, write."""
    random = np.random.default_rng(0)
    image = random.normal(size=(SIZE, SIZE)).astype(np.float32)
    kernels = {k: random.normal(size=(k, k)).astype(np.float32) for k in KERNELS}
    for kernel in kernels.values():
        check(image, kernel)
    rows = [{"kernel": k, "seconds": row} for k, row in medians(image, kernels).items()]
    print(f"{'milliseconds':14}" + "".join(f"{name:>13}" for name in WAYS))
    for row in rows:
        times = "".join(f"{1000 * s:13.3g}" for s in row["seconds"].values())
        print(f"{row['kernel']}×{row['kernel']}".ljust(14) + times)
    results = {
        "date": date.today().isoformat(),
        "machine": dict(describe())["Processor"],
        "versions": {e.name: e.version for e in available() if e.name in LIBRARIES},
        "image": [SIZE, SIZE],
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def check(image, kernel):
    """Compare all ways with a sum of products in float64."""
    expected = scipy.signal.convolve2d(image.astype(float), kernel, "same")
    tolerance = 1e-5 * abs(expected).max()
    for name, way in WAYS.items():
        found = way(image, kernel)
        assert found.dtype == np.float32, name
        np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance, err_msg=name)


def medians(image, kernels):
    """For each size of kernel the median seconds of a call, by the name of its way."""
    times = {k: {name: [] for name in WAYS} for k in kernels}
    for _ in range(ROUNDS):
        for k, kernel in kernels.items():
            for name, way in WAYS.items():
                # Of calls longer than half a second two rounds will do.
                if len(times[k][name]) < 2 or min(times[k][name]) < 0.5:
                    times[k][name].append(one_round(way, image, kernel))
    return {
        k: {name: statistics.median(rounds) for name, rounds in row.items()}
        for k, row in times.items()
    }


def one_round(way, image, kernel):
    """Seconds of a call, the mean of several where it is short; the first one warms up."""
    time.sleep(0.02)  # whoever was measured before has threads to put to sleep
    once = seconds(lambda: way(image, kernel))
    count = max(1, min(100, int(0.05 / once)))
    return seconds(lambda: [way(image, kernel) for _ in range(count)]) / count


if __name__ == "__main__":
    main()
