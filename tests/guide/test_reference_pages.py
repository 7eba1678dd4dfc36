"""The fifteen relationships, the glossary and the errata, as they were built."""

import re

import pytest

from tests.test_site import printed, soup

# Number: input, output, formula with the symbols, as printed by V. Dumoulin and F. Visin. For
# 7, pooling: windows of 2 side by side over 5 pixels.
RELATIONSHIPS = {
    1: (4, 2, "o=(i−k)+1"),
    2: (5, 6, "o=(i−k)+2·p+1"),
    3: (5, 5, "o=i"),
    4: (5, 7, "o=i+(k−1)"),
    5: (5, 2, "o=⌊i−ks⌋+1"),
    6: (5, 3, "o=⌊i+2·p−ks⌋+1"),
    7: (5, 2, "o=⌊i−ks⌋+1"),
    8: (2, 4, "o′=i′+(k−1)"),
    9: (6, 5, "o′=i′+(k−1)−2·p"),
    10: (5, 5, "o′=i′"),
    11: (7, 5, "o′=i′−(k−1)"),
    12: (2, 5, "o′=s·(i′−1)+k"),
    13: (3, 5, "o′=s·(i′−1)+k−2·p"),
    14: (3, 6, "o′=s·(i′−1)+a+k−2·p"),
    15: (7, 3, "o=⌊i+2·p−k−(k−1)·(d−1)s⌋+1"),
}


@pytest.fixture(scope="module")
def cards(site):
    """Cards by number."""
    found = soup(site / "reference/relationships.html").select(".sd-card")
    return {int(card.select_one("strong").get_text()): card for card in found}


def test_all_fifteen_relationships_are_there_once(cards):
    assert list(cards) == list(range(1, 16))


@pytest.mark.parametrize(("number", "case"), RELATIONSHIPS.items())
def test_relationships_and_their_worked_cases(cards, number, case):
    size, output, formula = case
    symbols, numbers = cards[number].select("math")[:2]
    assert symbols.get_text() == formula
    assert numbers.select_one("mn").get_text() == str(output)
    assert str(size) in [mn.get_text() for mn in numbers.select("mn")[1:]]


def test_relationships_lead_to_their_case_and_say_theanos_number(cards):
    for number, card in cards.items():
        assert "/auto_gallery/atlas/" in card.select_one("a")["href"]
        told = re.search(r"Theano.s number (\d+)", card.get_text())
        assert bool(told) == (number > 7)
        assert told is None or int(told[1]) == number - 1


def test_both_general_relationships_were_tried(site):
    text = "\n".join(printed(soup(site / "reference/relationships.html")))
    (tried,) = re.findall(r"([\d,]+) settings tried, and both held", text)
    assert int(tried.replace(",", "")) > 1000


def test_glossary_defines_words_and_names(site):
    page = soup(site / "reference/glossary.html")
    words = [word.get("id") for word in page.select("dl.glossary dt")]
    assert len(words) >= 30
    for word in ("cross-correlation", "transposed-convolution", "receptive-field", "dilation"):
        assert f"term-{word}" in words
    names = {
        term.get_text().removesuffix("#"): term.find_next_sibling("dd").get_text()
        for term in page.select("dl:not(.glossary) dt")
    }
    assert names["Dilation"].splitlines() == [
        "filter_dilation: Theano",
        "atrous_rate: Keras 1",
        "dilation_rate: Keras 2, tf.keras",
        "dilations: tf.nn",
        "dilation: PyTorch, convdoc",
        "rhs_dilation: JAX",
    ]
    assert "feature_group_count: JAX" in names["Groups"]


@pytest.fixture(scope="module")
def errata(site):
    """What stands under each erratum's name."""
    page = soup(site / "about/errata.html")
    return {
        term.get_text(): re.sub(r"\s+", " ", term.find_next_sibling("dd").get_text())
        for term in page.select("dl dt")
    }


def test_errata_of_the_notebook(errata):
    assert "an image of 5×7" in errata["The impulse"]
    assert "makes 4×5 of it" in errata["The impulse"]
    assert "so 1 of them is all zeros" in errata["The four samples"]
    assert "the shape is (1, 1, 3, 5)" in errata["The colour image"]
    assert "(32, 3, 6, 6), is 6×6 and its image 45×45" in errata["The shape of the kernel"]
    # 40 − 5 + 1 and 20 − 5 + 1
    assert "makes 36 of 40" in errata["The list of layers"]
    assert "the kernel makes 16" in errata["The list of layers"]


def test_errata_of_published_figures_and_texts(site, errata):
    text = "\n".join(printed(soup(site / "about/errata.html")))
    assert re.findall(r"\d+", text.partition("6 of 9")[0]) == [*"156783", "3", "10", "4"]
    assert "6 of 9 differ" in text
    assert "It is 3×3" in errata["A caption of Dumoulin and Visin’s"]
    # (224 − 11) / 4 + 1 = 54.25, (227 − 11) / 4 + 1 = 55
    assert "224 would give 54×54; 227 gives 55×55" in errata["AlexNet’s image"]
    # (10 − 3) / 2 + 1
    assert "give 4.5" in errata["Sizes that are not whole"]
    assert "rounds down, here to 4" in errata["Sizes that are not whole"]
    assert "dilation 1 covers 3×3" in errata["Dilation by zero"]


def test_errata_can_be_found(site):
    page = soup(site / "about/index.html").select_one("article")
    assert len([link for link in page.select("a") if link.get("href") == "errata.html"]) == 2
