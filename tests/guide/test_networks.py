"""Reading a network: the oracles of Dieleman's network, LeNet-5 and VGG-16 on the built page."""

import re

import pytest

from tests.test_site import printed, soup


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "guide/reading-a-network.html")


@pytest.fixture(scope="module")
def text(page):
    return re.sub(r"\s+", " ", page.select_one("article").get_text())


def columns(table):
    """A table of a network: head -> cells of its body."""
    heads = [cell.get_text() for cell in table.select("thead th")]
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]
    return dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True))


def numbers(cells):
    return [int(cell.replace(",", "")) for cell in cells]


@pytest.fixture(scope="module")
def tables(page):
    """Those of the prose: Dieleman's, LeNet-5's and VGG-16's."""
    found = [
        table
        for table in page.select("table.convdoc-table")
        if not table.find_parent("convdoc-question")
    ]
    assert len(found) == 3
    return [columns(table) for table in found]


def test_table_of_dielemans_network(tables):
    galaxies = tables[0]
    assert numbers(galaxies["weights"]) == [0, 3456, 0, 51200, 0, 73728, 147456, 0]
    work = [0, 5529600, 0, 13107200, 0, 2654208, 2359296, 0]
    assert numbers(galaxies["multiply-adds"]) == work
    sizes = [re.findall(r"\d+", shape)[2:] for shape in galaxies["output shape"]]
    assert sizes == [[str(n)] * 2 for n in (45, 40, 20, 16, 8, 6, 4, 2)]
    assert numbers(galaxies["receptive field"]) == [1, 6, 7, 15, 17, 25, 33, 37]
    assert numbers(galaxies["jump"]) == [1, 1, 2, 2, 4, 4, 4, 8]


def test_parameters_without_biases_tied_and_untied(text):
    # untied: 32·40·40 + 64·16·16 + 128·6·6 + 128·4·4 = 74,240 more than 275,840
    assert "275,840 parameters to 276,192" in text
    assert "which makes 350,080" in text


def test_the_network_is_drawn_as_wide_as_a_phone(page):
    drawing = page.select_one("svg.convdoc-figure")
    texts = [text.get_text() for text in drawing.select("text")]
    assert texts[::2][:4] == [
        "(1, 3, 45, 45)",
        "(1, 32, 40, 40)",
        "(1, 32, 20, 20)",
        "(1, 64, 16, 16)",
    ]
    assert int(re.search(r"width: (\d+)px", drawing["style"])[1]) < 420


def test_row_by_hand_is_the_row_of_the_table(page):
    (by_hand,) = [text for text in printed(page) if "tied biases" in text]
    found = dict(line.split(maxsplit=1) for line in by_hand.splitlines() if line[:4] != "tied")
    assert found["output"] == "(1, 64, 16, 16)"
    assert (found["field"], found["jump"]) == ("15", "2")
    assert (found["weights"], found["multiply-adds"]) == ("51200", "13107200")


def test_the_notebooks_list_does_not_follow_without_its_pooling(page):
    (listed,) = [text for text in printed(page) if "listed" in text]
    found = [list(map(int, re.findall(r"\d+", line))) for line in listed.splitlines()]
    assert [row[3] for row in found] == [40, 36, 14, 4]
    assert [row[4] for row in found] == [40, 16, 6, 4]


def test_one_bright_pixel_finds_the_receptive_field_and_the_jump(page):
    (seen,) = [text for text in printed(page) if "sees columns" in text]
    # 33 columns, and the next output 4 farther on
    assert "output (0, 0) sees columns 0 to 32" in seen
    assert "output (0, 1) sees columns 4 to 36" in seen


def test_lenet_and_vgg(tables, text):
    _, lenet, vgg = tables
    weighted = zip(numbers(lenet["weights"]), numbers(lenet["tied biases"]), strict=True)
    # C1, C3 (every map reading all six), C5, F6 and the output
    assert [w + b for w, b in weighted if w] == [156, 2416, 48120, 10164, 850]
    assert "it has 61,706 parameters" in text
    assert "74% of 138,357,544 parameters" in text
    # 512·7·7·4096
    assert numbers(vgg["weights"])[-3:] == [102_760_448, 4096 * 4096, 4096 * 1000]
    assert sum(numbers(vgg["multiply-adds"])) == 15_470_264_320
    # 212 behind the last pooling, at a jump of 32; the first dense layer adds 6 of these
    assert numbers(vgg["receptive field"])[-4:] == [212, 404, 404, 404]


def test_bars_show_where_the_weights_and_the_work_are(page):
    # 147456 / 275840 and 13107200 / 23650304; 102760448 / 138344128
    shown = " ".join(text.get_text() for text in page.select("svg.convdoc-figure text"))
    for share in ("4: conv 3×3, 128 filters: 53.5%", "2: conv 5×5, 64 filters: 55.4%"):
        assert share in shown
    assert "dense 1: 74.28%" in shown
