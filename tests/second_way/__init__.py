"""The exercises, worked out another way: by SciPy, by plain loops, or by hand.

A module for each chapter, and in each ``SECOND_WAY``: a `Worked` for each question, by its name.
None of them calls convdoc.

Texts are compared by their gist: the words and numbers that make them true, in their order, with
``…`` where other words stand. A gist has every fact of its text (see `facts`), so a text cannot
change a number, a formula, or top for bottom, without its gist; other words are free. Numbers in a
gist are computed here, or follow from those beside them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_COUNTS = "two|three|four|five|six|seven|eight|nine|ten|half|halves|twice|once|both|zeros?"
_DENIALS = "no|not|nothing|none|nobody|never|without|only|alone|too"
_PLACES = (
    "top|bottom|left|right|above|below|up|down|upwards|downwards|rows?|columns?|heights?|widths?|"
    "high|wide|first|second|third|last|before|behind|after|front|middle|corner|edge|"
    "old|new|oldest|newest|earlier|later|even|odd"
)
_SIZES = "more|less|fewer|larger?|smaller?|longer?|shorter?|farther|beyond"
_PARTS = (
    "samples?|channels?|filters?|slices?|biase?s?|weights?|inputs?|outputs?|kernels?|"
    "axis|axes|strides?|dilations?|dilated|padding|padded"
)
_DOINGS = (
    "add(?:s|ed)?|sums?|averag(?:e|es|ed)|mean|divid(?:e|es|ed)|multipl(?:y|ied)|subtract(?:ed)?|"
    "flip(?:s|ped)?|turn(?:s|ed)?|transpose[ds]?|exchanged?|mirror(?:s|ed)?|revers(?:e|ed)|round"
)
_NAMES = "keras|theano|tensorflow|pytorch|scipy|scikit-image|opencv|pillow|numpy|nchw|nhwc"
_FACT = re.compile(
    r"`[^`]+`|\"\w+\"|\d+(?:[,.]\d+)*"  # code, a mode, a number
    r"|[=·×/+−–∗²½⌈⌉⌊⌋√≤≥<>%()\[\]]|-(?=\d)"  # signs
    r"|(?<!['’A-Za-z])(?:[B-HJ-Zb-z]|d[bxyWXY])(?!\w)"  # letters of a formula
    rf"|\b(?:{_COUNTS}|{_DENIALS}|{_PLACES}|{_SIZES}|{_PARTS}|{_DOINGS}|{_NAMES})\b",
    re.IGNORECASE,
)


class Worked(NamedTuple):
    """A question, worked out by a second way.

    Attributes
    ----------
    text : str
        Gist of what is asked.
    answer : object
        As a reader gives it.
    mistakes : dict of str to object
        By the gist of its message, the wrong answer that each known mistake leads to.
    hints : (str, str)
        Their gists.
    solution : sequence
        For a paragraph, its gist; for an array, its numbers; for a figure or a table, pieces of
        its text in their order, with ``…`` between them.
    given : dict of str to array_like
        What is shown under the text.
    """

    text: str
    answer: Any
    mistakes: Mapping[str, Any]
    hints: tuple[str, str]
    solution: Sequence[Any]
    given: Mapping[str, Any] = {}


def facts(text: str) -> list[str]:
    """What makes a text true: its code, numbers, signs, letters, and words that have opposites."""
    return [fact.lower() if len(fact) > 2 else fact for fact in _FACT.findall(text)]


def has_words(text: str, gist: str) -> bool:
    """Whether a gist has words at all, and a text has them in the same order."""
    pieces = [piece for piece in re.split(r"\s*…\s*", gist) if piece]
    pattern = ".*?".join(
        (r"(?<!\w)" if piece[0].isalnum() else "")
        + re.sub(r"(\\\s|\s)+", r"\\s+", re.escape(piece))
        + (r"(?!\w)" if piece[-1].isalnum() else "")
        for piece in pieces
    )
    return bool(pieces) and re.search(pattern, text, re.DOTALL | re.IGNORECASE) is not None
