"""Questions for the reader, with answers that understand mistakes.

Each question is data (`Question`), in a module for each chapter of the guide. Its answer and the
wrong answers that are known are computed, when they are asked for.
"""

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from convdoc.exercises.answer import Answer
from convdoc.exercises.questions import Feedback, Mistake, Question
from convdoc.exercises.sheets import Listing, Sheet

if TYPE_CHECKING:
    from convdoc.exercises.matrix import dense_against_convolution as dense_against_convolution

__all__ = [
    "Answer",
    "Feedback",
    "Listing",
    "Mistake",
    "Question",
    "Sheet",
    "check",
    "dense_against_convolution",
    "list",
    "question",
    "sheet",
]

_CHAPTERS = (
    *("convolution", "flip", "arrays", "channels"),
    *("padding", "strides", "pooling", "dilation", "transposed", "groups"),
    *("matrix", "backward", "networks"),
)


class _Chapters(Mapping[str, tuple[Question, ...]]):
    """A module is imported where its chapter is named, so that a page loads what it shows."""

    def __getitem__(self, name: str) -> tuple[Question, ...]:
        if name not in _CHAPTERS:
            raise KeyError(name)
        return importlib.import_module(f"{__name__}.{name}").QUESTIONS

    def __iter__(self) -> Iterator[str]:
        return iter(_CHAPTERS)

    def __len__(self) -> int:
        return len(_CHAPTERS)


#: Questions of each chapter of the guide, in its order. Their names begin with the chapter's.
CHAPTERS = _Chapters()
#: The exercises of the teaching notebook that this site grew from: the theoretical, the four
#: practical ones, and the count of a network's parameters that stands in its text. Their names are
#: older than the chapters that they belong to now.
NOTEBOOK = {
    "dense-vs-conv": "matrix",
    "same-border": "padding",
    "grey-photograph": "arrays",
    "colour-photograph": "channels",
    "fair-timing": "flip",
    "four-layers": "networks",
}


def __getattr__(name: str) -> Any:
    if name == "dense_against_convolution":
        return importlib.import_module(f"{__name__}.matrix").dense_against_convolution
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def question(name: str) -> Question:
    """Find a question by its name; shown on a page or in a notebook, it is an answer box.

    Parameters
    ----------
    name : str
        As :func:`list` has it.

    Returns
    -------
    Question

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> from convdoc import exercises
    >>> exercises.question("dense-vs-conv").title
    'A dense layer instead'
    """
    chapter = NOTEBOOK.get(name) or str(name).partition("-")[0]
    for found in CHAPTERS.get(chapter, ()):
        if found.name == name:
            return found
    known = ", ".join(other.name for other in list())
    raise ValueError(f"name must be that of a question, one of {known}; got {name!r}")


def check(name: str, answer: Any, attempt: int = 1) -> Feedback:
    """Check an answer: right, or a mistake that is recognised, or a hint.

    Parameters
    ----------
    name : str
        Of the question, as :func:`list` has it.
    answer : int, float, tuple, array_like or callable
        What the question asks for. Leading axes of length one of an array do not count.
    attempt : int
        Which hint to give if the answer is wrong and no mistake is known that leads to it: 1 for
        the first and 2 for the second; 3 points to the solution.

    Returns
    -------
    Feedback
        True if the answer is right; printed, what is to be said.

    Raises
    ------
    TypeError
        If `answer` is not of the kind that the question asks for.
    ValueError
        If there is no such question or hint.

    Examples
    --------
    >>> from convdoc.exercises import check
    >>> check("dense-vs-conv", 96_040_000)
    Right.
    >>> bool(check("dense-vs-conv", 9))
    False
    """
    return question(name).check(answer, attempt)


def list(chapter: str | None = None) -> Listing:
    """List the questions, of one chapter or of all.

    Parameters
    ----------
    chapter : str, optional
        One of `CHAPTERS`, such as ``"strides"``.

    Returns
    -------
    Listing
        Printed, a line for each; gone through, each :class:`Question`; its method
        :meth:`~Listing.sheet` gives their answer boxes.

    Raises
    ------
    ValueError
        If there is no such chapter.

    Examples
    --------
    Name, level and title:

    >>> from convdoc import exercises
    >>> print(exercises.list("strides"))
    strides-floor            easy    What the floor does
    strides-thinned          easy    Every second window
    strides-unread           medium  Rows that nobody reads
    strides-input-sizes      medium  Which sizes give seven?
    strides-same-tensorflow  hard    The same shape, other pixels
    strides-published        hard    Spot the error: an animation
    """
    if chapter is None:
        return Listing(tuple(found for questions in CHAPTERS.values() for found in questions))
    if chapter not in CHAPTERS:
        raise ValueError(f"chapter must be one of {', '.join(CHAPTERS)}; got {chapter!r}")
    return Listing(CHAPTERS[chapter])


def sheet(*names: str) -> Sheet:
    """Put questions together on a sheet, which counts how many are done.

    Parameters
    ----------
    *names : str
        Of the questions, as :func:`list` has them.

    Returns
    -------
    Sheet
        On a page or in a notebook, answer boxes.

    Raises
    ------
    ValueError
        If there is no question of that name.
    """
    return Sheet(tuple(map(question, names)))
