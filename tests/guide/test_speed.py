"""The page on speed: its charts and tables against the record of the bench."""

import json
import re
from statistics import median

import pytest

from tests.conftest import ROOT
from tests.test_site import soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "reference/speed.html")


@pytest.fixture(scope="module")
def record():
    return json.loads((ROOT / "benchmarks/results.json").read_text())


def bars(page, chart):
    """What a chart says: name -> number."""
    texts = [t.get_text() for t in page.select("svg.convdoc-figure")[chart].select("text")]
    return dict(text.split(": ") for text in texts if ": " in text)


def test_a_chart_comes_first_and_the_tables_are_folded(page):
    _, cell = page.h1.find_next_siblings(limit=2)
    assert cell.select_one("svg.convdoc-figure")
    tables = page.select("table.convdoc-table")
    assert len(tables) == 3
    assert all(table.find_parent("details") for table in tables)


def test_bars_are_the_medians_of_the_record(page, record):
    """The share of a row is the fastest's time divided by the engine's."""
    rows = [row["seconds"] for row in record["rows"]]
    shares = bars(page, 0)
    assert {"auto", "direct", "keras", "numpy", "torch"} <= shares.keys()
    assert "opencv" not in shares, "which has no layers"
    for name, shown in shares.items():
        share = median(min(row.values()) / row[name] for row in rows)
        assert shown == f"{round(100 * share)}%"
    order = [int(shown[:-1]) for shown in shares.values()]
    assert order == sorted(order, reverse=True)
    assert bars(page, 1)["direct"] == f"{record['memory']['direct'] / 1e6:,.0f} MB"
    assert bars(page, 2)["keras"] == f"{record['first']['keras']['warm']:.2f} s"


def test_a_row_has_the_fastest_and_multiples_of_it(page, record):
    head, *lines = page.select_one("table.convdoc-table").select("tr")
    names = [th.get_text() for th in head.select("th")][3:]
    assert len(lines) == len(record["rows"])
    for line, row in zip(lines, record["rows"], strict=True):
        assert line.th.get_text() == row["case"]
        cells = [td.get_text() for td in line.select("td")][2:]
        assert (
            cells[names.index("direct")]
            == f"{row['seconds']['direct'] / min(row['seconds'].values()):.2g}"
        )
        assert [bool(cell) for cell in cells] == [name in row["seconds"] for name in names]


def test_the_page_says_when_where_and_how(page, record):
    text = re.sub(r"\s+", " ", page.select_one("article").get_text())
    assert f"On {record['date']}: {record['machine']}" in text
    assert all(f"{name} {version}" in text for name, version in record["versions"].items())
    rounds = re.search(r"^ROUNDS = (\d+)", (ROOT / "benchmarks/engines.py").read_text(), re.M)[1]
    assert rounds == "10"
    assert "take turns in ten short rounds" in text
