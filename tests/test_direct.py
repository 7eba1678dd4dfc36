"""The engine `direct`: its numbers, its threads, its compiling, and what it does in trouble."""

import ctypes
import itertools
import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from convdoc import ConvSpec, engines
from convdoc.engines import direct
from convdoc.engines import numpy as reference

pytestmark = pytest.mark.skipif(direct.compiler() is None, reason="there is no C++ compiler")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what it tests is Linux's")
FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
PRELUDE = (
    "import numpy as np\n"
    "from convdoc import ConvSpec\n"
    "from convdoc.engines import direct\n"
    "def conv(x, w, **plan): return direct.convolve(x, w, ConvSpec(w.shape[2:], **plan))\n"
)


def start(code, **environment):
    """A process of its own that runs the code."""
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + code],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def runs(code, **environment):
    """Run it in a process of its own: it succeeds, without a word."""
    process = start(code, **environment)
    stdout, stderr = process.communicate(timeout=300)
    assert (process.returncode, stdout, stderr) == (0, "", "")


# -- Numbers ------------------------------------------------------------------------------------


def close(ours, expected):
    assert ours.dtype == expected.dtype
    assert ours.shape == expected.shape
    tolerance = 1e-5 if ours.dtype == np.float32 else 1e-13
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(ours, expected, rtol=0, atol=20 * tolerance * scale)


def check(x, w, spec, random):
    """All three operations against NumPy's."""
    y = reference.convolve(x, w, spec)
    dy = random.normal(size=y.shape).astype(x.dtype)
    size = x.shape[2:]
    close(direct.convolve(x, w, spec), y)
    back = reference.convolve_transpose(dy, w, spec, size)
    close(direct.convolve_transpose(dy, w, spec, size), back)
    close(direct.kernel_gradient(x, dy, spec), reference.kernel_gradient(x, dy, spec))


def test_a_product_of_each_weight_with_each_pixel():
    """Of numbers that are small enough to be exact, by loops over the definition."""
    random = np.random.default_rng(0)
    spec = ConvSpec((2, 3), strides=(2, 1), border_mode=((1, 0), (2, 1)), dilation=(1, 2), groups=2)
    x = random.integers(-4, 5, (2, 4, 6, 5)).astype(np.float32)
    w = random.integers(-4, 5, (6, 2, 2, 3)).astype(np.float32)
    y = np.zeros((2, 6, *spec.output_size((6, 5))), np.float32)
    dy = random.integers(-4, 5, y.shape).astype(np.float32)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, f, i, j, c, u, v in np.ndindex(*y.shape, 2, 2, 3):
        row, column = i * 2 - 1 + (1 - u), j - 2 + (2 - v) * 2
        if 0 <= row < 6 and 0 <= column < 5:
            pixel = n, f // 3 * 2 + c, row, column
            y[n, f, i, j] += w[f, c, u, v] * x[pixel]
            dx[pixel] += w[f, c, u, v] * dy[n, f, i, j]
            dw[f, c, u, v] += x[pixel] * dy[n, f, i, j]
    np.testing.assert_array_equal(direct.convolve(x, w, spec), y)
    np.testing.assert_array_equal(direct.convolve_transpose(dy, w, spec, (6, 5)), dx)
    np.testing.assert_array_equal(direct.kernel_gradient(x, dy, spec), dw)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("part", range(4))
def test_any_setting(dtype, part):
    random = np.random.default_rng(part)
    for _ in range(60):
        groups, slices = random.integers(1, 4, 2)
        each = random.choice([1, 2, 3, 5, 7, 16, 33])  # of which vectors are full, or not
        kernel, strides, dilation = (tuple(map(int, random.integers(1, 5, 2))) for _ in range(3))
        border_mode = [*("valid", "full", "half", "same", "same_upper"), 2][random.integers(6)]
        spec = ConvSpec(kernel, strides, border_mode, dilation, int(groups))
        more = random.integers(0, random.choice([3, 9, 70]), 2)
        size = tuple(int(k + n) for k, n in zip(spec.dilated_kernel, more, strict=True))
        x = random.normal(size=(random.integers(1, 4), slices * groups, *size)).astype(dtype)
        w = random.normal(size=(each * groups, slices, *kernel)).astype(dtype)
        check(x, w, spec, random)


@pytest.mark.parametrize(
    ("x", "w", "plan"),
    [
        ((2, 70, 9, 10), (40, 70, 1, 1), {}),
        ((1, 40, 33, 31), (40, 20, 1, 1), {"groups": 2, "strides": 2, "border_mode": 1}),
        ((3, 40, 8, 8), (40, 40, 1, 1), {}),
        ((2, 20, 5, 34), (24, 20, 3, 3), {}),  # rows of outputs that end where vectors do
        ((9, 70, 7, 7), (70, 70, 3, 3), {"border_mode": 1}),
        ((2, 3, 150, 140), (33, 3, 7, 7), {"border_mode": 3, "strides": 2}),
        ((3, 50, 30, 17), (50, 1, 3, 3), {"border_mode": 1, "groups": 50}),
        ((1, 4, 64, 64), (40, 4, 4, 4), {"border_mode": 1, "strides": 2}),
        ((40, 6, 200, 210), (4, 6, 3, 3), {"border_mode": "same"}),  # in several rounds
        ((1, 1, 90, 800), (1, 1, 40, 50), {}),
        ((1, 1, 3, 70), (1, 1, 2, 2), {"strides": (1, 2**31 - 1)}),
        ((1, 1, 40, 1), (1, 1, 2, 1), {"strides": 7, "dilation": (9, 2**31 - 1)}),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sizes_for_which_it_computes_in_another_way(x, w, plan, dtype):
    random = np.random.default_rng(0)
    x, w = (random.normal(size=shape).astype(dtype) for shape in (x, w))
    check(x, w, ConvSpec(w.shape[2:], **plan), random)


def unaligned(a):
    records = np.zeros(a.shape, [("before", "i1"), ("number", a.dtype)])
    records["number"] = a
    return records["number"]


def read_only(a):
    a.flags.writeable = False
    return a


MEMORIES = {
    "Fortran": np.asfortranarray,
    "stepped": lambda a: np.repeat(a, 3, axis=3)[..., ::3],
    "reversed": lambda a: a[:, ::-1, ::-1, ::-1].copy()[:, ::-1, ::-1, ::-1],
    "channels last": lambda a: a.transpose(0, 2, 3, 1).copy().transpose(0, 3, 1, 2),
    "unaligned": unaligned,
    "read-only": read_only,
}


@pytest.mark.parametrize("memory", MEMORIES.values(), ids=MEMORIES)
@pytest.mark.parametrize("shape", list(itertools.product((1, 2), (1, 3), (1, 4), (1, 5))))
def test_any_memory(memory, shape):
    """Axes of one may have any stride in an array that NumPy calls contiguous."""
    random = np.random.default_rng(0)
    n, c, h, w = shape
    image, kernel = random.normal(size=shape), random.normal(size=(2, c, h, 1))
    spec = ConvSpec((h, 1), strides=(1, 3), border_mode="same")
    dy = random.normal(size=(n, 2, h, (w + 2) // 3))
    expected = (
        reference.convolve(image, kernel, spec),
        reference.convolve_transpose(dy, kernel, spec, (h, w)),
        reference.kernel_gradient(image, dy, spec),
    )
    x, k, g = (memory(array.copy()) for array in (image, kernel, dy))
    ours = (
        direct.convolve(x, k, spec),
        direct.convolve_transpose(g, k, spec, (h, w)),
        direct.kernel_gradient(x, g, spec),
    )
    for result, numbers in zip(ours, expected, strict=True):
        close(result, numbers)
        assert result.flags.c_contiguous
        assert result.flags.writeable


MEMORY_CHECKED = """
import os
del os.environ["LD_PRELOAD"]  # the compiler must not load it too
import numpy as np
from convdoc import ConvSpec
from convdoc.engines import direct
from convdoc.engines import numpy as reference

check = "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"
direct.FLAGS = *direct.FLAGS, "-O0", *check  # optimized, it compiles for twice the time
direct.PROCESSOR_FLAGS = (("-march={processor}",),)
random = np.random.default_rng(0)
integers = lambda dtype, *shape: random.integers(-4, 5, shape).astype(dtype)
for round in range(100):
    groups, samples = map(int, random.integers(1, 4, 2))
    each = int(random.choice([1, 2, 3, 4, 5, 7, 8, 9, 16, 33]))
    slices = int(random.choice([1, 2, 3, 40]))
    kernel, strides, dilation = (tuple(map(int, random.integers(1, 4, 2))) for _ in range(3))
    border_mode = ["valid", "full", "half", "same", "same_upper", 2][round % 6]
    spec = ConvSpec(kernel, strides, border_mode, dilation, groups)
    more = random.integers(0, random.choice([3, 9, 40]), 2)
    if border_mode == "valid":
        more[1] = 15  # without a stride, rows of outputs end where vectors do
    size = tuple(int(k + n) for k, n in zip(spec.dilated_kernel, more))
    for dtype in np.float32, np.float64:
        x = integers(dtype, samples, slices * groups, *size)
        w = integers(dtype, each * groups, slices, *kernel)
        dy = integers(dtype, samples, each * groups, *spec.output_size(size))
        results = [
            (engine.convolve(x, w, spec), engine.convolve_transpose(dy, w, spec, size),
             engine.kernel_gradient(x, dy, spec))
            for engine in (direct, reference)
        ]
        for ours, expected in zip(*results):
            np.testing.assert_array_equal(ours, expected, err_msg=f"{spec}, {x.shape}, {w.shape}")
"""


def sanitizers():
    """AddressSanitizer and what it needs, to be loaded first; None if g++ has none here."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return None
    wanted = "libasan.so", "libstdc++.so.6"
    ask = [[direct.compiler(), f"-print-file-name={name}"] for name in wanted]
    found = [subprocess.run(a, capture_output=True, text=True).stdout.strip() for a in ask]
    return " ".join(found) if all(map(os.path.isabs, found)) else None


@pytest.mark.parametrize(
    ("processor", "feature"), [("x86-64-v2", "sse4_2"), ("x86-64-v3", "avx2"), ("native", "")]
)
def test_memory_and_numbers_with_the_vectors_of_other_processors(tmp_path, processor, feature):
    """Exact sums, checked by sanitizers, with vectors of 16 and 32 bytes and of this processor."""
    libraries = sanitizers()
    if libraries is None or feature not in direct._features():
        pytest.skip(f"g++ with AddressSanitizer on an x86-64 processor with {feature} is needed")
    environment = {
        "CONVDOC_CACHE": str(tmp_path),
        "LD_PRELOAD": libraries,
        "ASAN_OPTIONS": "detect_leaks=0",
        "OMP_NUM_THREADS": "3",
    }
    runs(MEMORY_CHECKED.replace("{processor}", processor), **environment)


@pytest.mark.parametrize("columns", [5, 16, 30])
def test_nan_beside_a_row_is_not_in_its_gradient(columns):
    """The last column is read by the second kernel column alone, wherever vectors end."""
    x, dy = np.ones((1, 1, 3, columns + 1)), np.ones((1, 1, 3, columns))
    x[..., -1] = np.nan
    gradient = direct.kernel_gradient(x, dy, ConvSpec((1, 2)))
    np.testing.assert_array_equal(gradient[0, 0, 0], [np.nan, 3 * columns])  # the kernel is flipped


# -- Threads ------------------------------------------------------------------------------------


def test_several_threads_at_once_compute_right():
    random = np.random.default_rng(0)
    x, w = random.normal(size=(2, 8, 40, 40)), random.normal(size=(24, 8, 3, 3))
    spec = ConvSpec(3)
    expected = reference.convolve(x, w, spec)
    wrong = []

    def compute():
        for _ in range(50):
            if not np.allclose(direct.convolve(x, w, spec), expected):
                wrong.append(1)

    threads = [threading.Thread(target=compute) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_many_short_loops_give_one_answer():
    x, w = np.random.default_rng(0).normal(size=(2, 1, 1, 40, 40))
    w, spec = w[..., :15, :15], ConvSpec(15)
    first = direct.convolve(x, w, spec)
    close(first, reference.convolve(x, w, spec))
    for _ in range(3000):
        np.testing.assert_array_equal(direct.convolve(x, w, spec), first)


@LINUX
@pytest.mark.parametrize("wanted", [1, 3])
def test_the_number_of_threads_can_be_asked_for(wanted):
    """The caller is one of them; a small convolution starts none."""
    code = (
        "import os\n"
        "threads = lambda: len(os.listdir('/proc/self/task'))\n"
        "conv(np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2))); before = threads()\n"
        "assert (conv(np.ones((4, 8, 40, 40)), np.ones((40, 8, 3, 3))) == 72).all()\n"
        f"assert threads() - before == {wanted - 1}, (before, threads())"
    )
    runs(code, OMP_NUM_THREADS=str(wanted))


@LINUX
def test_threads_are_as_many_as_the_processors_that_the_process_may_use(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {2, 3, 5})
    monkeypatch.setattr(direct, "_granted", lambda: 8.0)
    assert direct.threads() == 3
    monkeypatch.setattr(direct, "_granted", lambda: 2.5)
    assert direct.threads() == 2
    monkeypatch.setattr(direct, "_granted", lambda: 0.5)
    assert direct.threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "7,2")
    assert direct.threads() == 7
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert direct.threads() == 1


@pytest.mark.parametrize(
    ("own", "files", "quota"),
    [
        ("0::/a/b\n", {"a/b/cpu.max": "150000 100000\n"}, 1.5),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "400000 100000\n"}, 4),
        ("0::/\n", {"cpu.max": "50000 100000\n"}, 0.5),
        ("0::/of/the/host\n", {"cpu.max": "300000 100000\n"}, 3),
        (
            "5:memory:/x\n4:cpu,cpuacct:/x\n",
            {
                "cpu,cpuacct/x/cpu.cfs_quota_us": "200000\n",
                "cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
            },
            2,
        ),
        (
            "4:cpu:/x\n",
            {"cpu/x/cpu.cfs_quota_us": "-1\n", "cpu/x/cpu.cfs_period_us": "100000\n"},
            float("inf"),
        ),
        ("0::/\n", {"cpu.max": "nonsense\n"}, float("inf")),
        ("0::/\n", {}, float("inf")),
        (None, {}, float("inf")),
    ],
)
def test_the_quota_of_a_control_group(tmp_path, own, files, quota):
    for name, text in files.items():
        (tmp_path / "groups" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "groups" / name).write_text(text)
    if own is not None:
        (tmp_path / "cgroup").write_text(own)
    assert direct._quota(tmp_path / "groups", tmp_path / "cgroup") == quota


@FORK
def test_a_fork_computes_with_threads_of_its_own():
    code = (  # from Python 3.12 on, a fork beside threads warns
        "import os, warnings; warnings.simplefilter('ignore')\n"
        "x, w = np.ones((1, 1, 300, 300)), np.ones((1, 1, 5, 5))\n"
        "compute = lambda: conv(x, w).sum() == 25 * 296**2\n"
        "assert compute()\n"
        "for _ in range(20):\n"
        "    if (child := os.fork()) == 0: os._exit(0 if compute() else 1)\n"
        "    assert compute() and os.waitpid(child, 0)[1] == 0"
    )
    runs(code)


@FORK
def test_a_fork_while_another_thread_computes():
    code = (
        "import os, threading, warnings; warnings.simplefilter('ignore')\n"
        "x, w = np.ones((1, 1, 200, 200)), np.ones((1, 1, 9, 9))\n"
        "conv(x, w); going = True; begun = threading.Event()\n"
        "def go():\n"
        "    while going: conv(x, w); begun.set()\n"
        "thread = threading.Thread(target=go); thread.start(); begun.wait()\n"
        "for _ in range(10):\n"
        "    if (child := os.fork()) == 0: os._exit(0 if conv(x, w)[0, 0, 9, 9] == 81 else 1)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "going = False; thread.join()"
    )
    runs(code)


def test_other_threads_run_while_it_computes():
    """One counts; Python's lock, were it held, would let it count once or never."""
    code = (
        "import threading\n"
        "x, w = np.ones((4, 16, 200, 200), 'f'), np.ones((32, 16, 9, 9), 'f')\n"
        "conv(x[:1, :, :9, :9], w)\n"
        "going, count, ready = True, 0, threading.Event()\n"
        "def go():\n"
        "    global count\n"
        "    while going: count += 1; ready.set()\n"
        "thread = threading.Thread(target=go); thread.start(); ready.wait()\n"
        "before = count\n"
        "function = direct._load()[4]; during = []\n"
        "def spy(*arguments):\n"
        "    during.append(count); outcome = function(*arguments); during.append(count)\n"
        "    return outcome\n"
        "direct._load()[4] = spy\n"
        "conv(x, w); going = False; thread.join()\n"
        "assert during[1] - during[0] > 100, during"
    )
    runs(code, OMP_NUM_THREADS="1")


# -- Trouble ------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize(
    "call",
    [
        "direct.convolve(x, w, spec)",
        "direct.convolve_transpose(x, w, spec, (900, 900))",
        "direct.kernel_gradient(x, x, spec)",
    ],
)
def test_ctrl_c_ends_a_long_call(call):
    """Which would take minutes; the next call is right."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # not nohup's
        "spec = ConvSpec(301, border_mode='same')\n"
        "x, w = np.ones((1, 8, 900, 900), 'f'), np.ones((8, 8, 301, 301), 'f')\n"
        "conv(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))\n"
        "print('ready', flush=True)\n"
        f"try: {call}\n"
        "except KeyboardInterrupt: print('interrupted')\n"
        "print(conv(np.ones((4, 8, 40, 40)), np.ones((40, 8, 3, 3))).sum() == 4 * 40 * 38**2 * 72)"
    )
    process = start(code)
    assert process.stdout.readline() == "ready\n"
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    try:
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (stdout, stderr) == ("interrupted\nTrue\n", "")


@LINUX
def test_too_little_memory_is_a_memory_error_and_the_next_call_is_right():
    """Room for the result, not for the padded image."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "x, w = np.ones((1, 1, 8, 8)), np.ones((1, 1, 3, 3))\n"
        "assert conv(x, w).sum() == 36 * 9\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 2**26,) * 2)\n"
        "for _ in range(2):\n"
        "    try: conv(np.ones((1, 1, 8, 20000)), np.ones((1, 1, 2, 2)), "
        "border_mode=((0, 20000), (0, 0)), dilation=(20000, 1))\n"
        "    except MemoryError as error: assert 'no memory' in str(error), error\n"
        "    else: raise AssertionError('it found 3 GB')\n"
        "    assert conv(x, w).sum() == 36 * 9"
    )
    runs(code)


def test_errors_of_the_library_are_exceptions(monkeypatch):
    x, spec = np.ones((1, 1, 3, 3)), ConvSpec(2)
    w = np.ones((1, 1, 2, 2))
    direct._load()
    for outcome, error in ((1, MemoryError), (4, RuntimeError)):
        monkeypatch.setitem(direct._functions, 8, lambda *arguments, given=outcome: given)
        with pytest.raises(error):
            direct.convolve(x, w, spec)


# -- Compiling ----------------------------------------------------------------------------------

TOY = "assert conv(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))).sum() == 16\n"
QUICK = "direct.FLAGS = (*direct.FLAGS, '-O0')\n"  # to compile takes a second


def compiled(folder):
    return [path.name for path in folder.iterdir()]


def test_it_compiles_once(tmp_path):
    code = QUICK + "print(direct.is_compiled())\n" + TOY + "print(direct.is_compiled())"
    first = start(code, CONVDOC_CACHE=str(tmp_path / "a/b")).communicate()
    assert first == ("False\nTrue\n", "")
    [name] = compiled(tmp_path / "a/b")
    again = QUICK + "direct._compile = None; print(direct.is_compiled())\n" + TOY
    assert start(again, CONVDOC_CACHE=str(tmp_path / "a/b")).communicate() == ("True\n", "")
    assert compiled(tmp_path / "a/b") == [name]


def test_processes_that_compile_at_once(tmp_path):
    processes = [start(QUICK + TOY, CONVDOC_CACHE=str(tmp_path)) for _ in range(3)]
    for process in processes:
        assert process.communicate() == ("", "")
        assert process.returncode == 0
    assert len(compiled(tmp_path)) == 1


def test_threads_that_compile_at_once(tmp_path):
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "compile_, count = direct._compile, []\n"
        "direct._compile = lambda *a: (count.append(1), compile_(*a))\n"
        "def compute(_): return conv(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))).sum() == 16\n"
        "with ThreadPoolExecutor(6) as pool: assert all(pool.map(compute, range(6)))\n"
        "assert len(count) == 1"
    )
    runs(QUICK + code, CONVDOC_CACHE=str(tmp_path))


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"not a library",
        lambda content: content[: len(content) // 2],
        lambda content: content[:5000] + bytes(64) + content[5064:],
    ],
    ids=["empty", "text", "half", "changed"],
)
def test_a_damaged_file_is_made_again(tmp_path, damage):
    runs(QUICK + TOY, CONVDOC_CACHE=str(tmp_path))
    [name] = compiled(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(damage(whole))
    runs(QUICK + TOY, CONVDOC_CACHE=str(tmp_path))
    assert (tmp_path / name).stat().st_size == len(whole)


def test_a_folder_that_cannot_be_made_costs_time_and_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    process = start(QUICK + TOY, CONVDOC_CACHE=str(tmp_path / "file/cache"))
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (0, "")
    assert "RuntimeWarning: engine='direct' compiles its C++ in each new process" in stderr
    assert str(tmp_path / "file/cache") in stderr
    assert "CONVDOC_CACHE" in stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows names its folders otherwise")
def test_the_cache_is_where_the_system_has_its_caches(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONVDOC_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert direct.cache_folder() == tmp_path / ".cache/convdoc"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert direct.cache_folder() == tmp_path / "Library/Caches/convdoc"
    monkeypatch.setenv("CONVDOC_CACHE", "/elsewhere")
    assert direct.cache_folder() == Path("/elsewhere")


def test_without_a_compiler_the_error_says_what_to_install(tmp_path):
    process = start(TOY, CONVDOC_CACHE=str(tmp_path), PATH=str(tmp_path), CXX="")
    stderr = process.communicate()[1]
    assert "RuntimeError: engine='direct' compiles its C++" in stderr
    for remedy in ("apt-get install g++", "dnf install gcc-c++", "xcode-select", "winget"):
        assert remedy in stderr
    code = "assert direct.compiler() is None and not direct.is_compiled()"
    runs(code, CONVDOC_CACHE=str(tmp_path), PATH=str(tmp_path), CXX="")


def test_the_compiler_that_cxx_names(tmp_path):
    spy = tmp_path / "my-compiler"
    spy.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls; exec {direct.compiler()} "$@"\n')
    spy.chmod(0o755)
    environment = {"CONVDOC_CACHE": str(tmp_path / "cache"), "CXX": f"{spy} -DCONVDOC_TEST"}
    runs(QUICK + TOY + f"assert direct.compiler() == {str(spy)!r}", **environment)
    assert (tmp_path / "calls").read_text().startswith("-DCONVDOC_TEST -std=c++17 ")


def test_a_name_in_cxx_that_is_no_compiler_is_told(tmp_path):
    environment = {"CONVDOC_CACHE": str(tmp_path), "CXX": "no-such-compiler"}
    assert "'no-such-compiler'" in start(TOY, **environment).communicate()[1]
    environment["CXX"] = shutil.which("false") or "false"
    stderr = start(TOY, **environment).communicate()[1]
    assert "RuntimeError: the compiler" in stderr
    assert compiled(tmp_path) == []


def test_flags_that_a_compiler_refuses_are_left_out(tmp_path):
    code = "direct.PROCESSOR_FLAGS = (('-march=none-such',), ())\n"
    runs(QUICK + code + TOY, CONVDOC_CACHE=str(tmp_path))


def test_a_number_is_at_the_address_that_it_is_given():
    """The integers are those of the C++'s `Numbers`, in their order and number."""
    plan = direct._plan(ConvSpec(3), (1, 2, 5, 6), 4, 1)
    assert isinstance(plan.numbers, ctypes.Array)
    fields = direct.SOURCE.read_text().split("struct Numbers {")[1].split("};")[0]
    names = [name for line in fields.splitlines() for name in line.split("/*")[0].split(",")]
    assert len(plan.numbers) == sum(bool(name.strip(" ;")) for name in names)


def test_auto_uses_another_engine_where_the_compiler_fails(tmp_path):
    """As on a Mac whose g++ only asks for tools that are not installed: one warning, then NumPy."""
    code = (
        "import warnings; from convdoc import conv4d, engines\n"
        "x, w = np.ones((1, 3, 256, 256), 'f'), np.ones((16, 3, 3, 3), 'f')\n"
        "with warnings.catch_warnings(record=True) as caught:\n"
        "    warnings.simplefilter('always')\n"
        "    for _ in range(2): assert (conv4d(x, w, 'valid', engine='auto') == 27).all()\n"
        "(warning,) = caught\n"
        "assert \"engine='auto' uses 'numpy', because the compiler\" in str(warning.message)\n"
        "assert 'failed' in engines.why_not('direct') and direct.compiler() is None\n"
        "assert 'failed' in dict(engines.describe())['engine direct']"
    )
    runs(code, CONVDOC_CACHE=str(tmp_path), CXX=shutil.which("false"))


@pytest.mark.parametrize("compiler", ['"', "no-such-compiler", "'g++"])
def test_a_name_of_a_compiler_that_cannot_be_read_is_described(monkeypatch, compiler):
    monkeypatch.setattr(direct, "_functions", None)
    monkeypatch.setenv("CXX", compiler)
    reason = dict(engines.describe())["engine direct"]
    assert reason.startswith(f"no C++ compiler named {compiler!r}, as CXX asks for")
    monkeypatch.setenv("CXX", "  ")
    assert engines.why_not("direct") is None


def test_threads_are_counted_at_each_call(monkeypatch):
    plan = ConvSpec(3)
    for wanted in (1, 3):
        monkeypatch.setenv("OMP_NUM_THREADS", str(wanted))
        found = direct._plan(plan, (1, 1, 9, 9), 1, direct.threads())
        assert found.numbers[-1] == wanted
