"""What TensorFlow, PyTorch and JAX answered: the record against printed and derived numbers."""

import importlib.util
import json
import re

import numpy as np
import pytest

from tests.conftest import ROOT

_spec = importlib.util.spec_from_file_location("libraries", ROOT / "benchmarks/libraries.py")
libraries = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(libraries)
RECORD = json.loads((ROOT / "benchmarks/libraries.json").read_text())

TURNED = [[0, 0, 0, 0, 0], [0, 9, 8, 7, 0], [0, 6, 5, 4, 0], [0, 3, 2, 1, 0], [0, 0, 0, 0, 0]]
UNTURNED = [row[::-1] for row in TURNED[::-1]]
# Rows 1 and 2 of five: the odd zeros lie behind the image.
EVEN = [[0] * 7, [0, 0, 6, 5, 4, 0, 0], [0, 0, 3, 2, 1, 0, 0], [0] * 7, [0] * 7]
EXPECTED = {
    "impulse": {"tensorflow": TURNED, "torch": TURNED, "jax": TURNED},
    "turned": {"tensorflow": UNTURNED, "torch": UNTURNED, "jax": UNTURNED},
    "even": {"tensorflow": EVEN, "torch": EVEN, "jax": EVEN},
    "stride": {
        "tensorflow": [[8, 10, 12], [20, 22, 24], [32, 34, 36]],
        "torch": [[1, 3, 5], [13, 15, 17], [25, 27, 29]],
        "jax": [[8, 10, 12], [20, 22, 24], [32, 34, 36]],
    },
    # (10 - 1) · 1 - 2 · 0 + 2 · (3 - 1) + 0 + 1 = 14, by the formula that PyTorch prints.
    "grows": {"torch": [1, 1, 14, 14]},
}
# Under a corner of zeros lie 4 of 9 pixels, under an edge 6.
ZEROS = [[4, 6, 6, 6, 4], [6, 9, 9, 9, 6], [6, 9, 9, 9, 6], [6, 9, 9, 9, 6], [4, 6, 6, 6, 4]]
MEANS = {
    "border": {"tensorflow": ZEROS, "torch": ZEROS, "jax": ZEROS},
    "average": {"tensorflow": [[9] * 5] * 5, "torch": ZEROS},
    "average-no-pad": {"torch": [[9] * 5] * 5},
}


def result(case, library):
    entry = RECORD["results"][case][library]
    assert entry["refusal"] is None
    return entry["result"]


@pytest.mark.parametrize("case", EXPECTED)
def test_numbers_are_those_that_the_sources_print(case):
    assert {name: result(case, name) for name in RECORD["results"][case]} == EXPECTED[case]


@pytest.mark.parametrize("case", MEANS)
def test_means_count_the_padding_or_do_not(case):
    assert set(RECORD["results"][case]) == set(MEANS[case])
    for library, ninths in MEANS[case].items():
        np.testing.assert_allclose(np.multiply(result(case, library), 9), ninths, atol=1e-5)


def test_pytorch_refuses_same_with_a_stride():
    (entry,) = RECORD["results"]["stride-same"].values()
    assert entry["result"] is None
    assert "padding='same' is not supported for strided" in entry["refusal"]


def test_the_record_is_of_the_lines_and_arrays_that_the_script_holds():
    for case, lines in libraries.CALLS.items():
        entries = RECORD["results"][case]
        assert {name: entry["call"] for name, entry in entries.items()} == lines
        for name, array in libraries.ARRAYS[case].items():
            np.testing.assert_array_equal(RECORD["arrays"][case][name], array)
    assert set(RECORD["results"]) == set(EXPECTED) | set(MEANS) | {"stride-same"}


def test_the_record_is_of_the_versions_that_are_pinned():
    text = (ROOT / "requirements/keras3.txt").read_text()
    packages = {"tensorflow": "tensorflow-cpu", "torch": "torch", "jax": "jax"}
    assert set(RECORD["versions"]) == set(packages)
    for library, package in packages.items():
        pinned = re.findall(rf"^{package}==([\d.]+)", text, re.M)
        assert RECORD["versions"][library] in pinned


def test_a_check_fails_where_an_answer_or_a_version_differs(tmp_path, monkeypatch):
    changed = tmp_path / "libraries.json"
    monkeypatch.setattr(libraries, "RECORD", changed)
    changed.write_text(json.dumps(RECORD))
    libraries.check(RECORD["versions"], RECORD["results"])
    wrong = json.loads(json.dumps(RECORD))
    wrong["results"]["impulse"]["jax"]["result"][2][2] = 6
    changed.write_text(json.dumps(wrong))
    with pytest.raises(SystemExit, match="impulse, jax: "):
        libraries.check(RECORD["versions"], RECORD["results"])
    changed.write_text(json.dumps(RECORD))
    with pytest.raises(SystemExit, match=r"torch is 3.0; recorded: 2\."):
        libraries.check({"torch": "3.0"}, {})


def test_what_is_not_installed_here_stays_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(libraries, "RECORD", tmp_path / "libraries.json")
    libraries.RECORD.write_text(json.dumps(RECORD))
    cases = {case: {} for case in libraries.CALLS}
    answer = {"call": "?", "result": [1], "refusal": None}
    libraries.record({"jax": "9"}, cases | {"impulse": {"jax": answer}})
    new = json.loads(libraries.RECORD.read_text())
    assert new["versions"] == RECORD["versions"] | {"jax": "9"}
    assert new["results"]["impulse"] == RECORD["results"]["impulse"] | {"jax": answer}
    assert new["results"]["stride"] == RECORD["results"]["stride"]
