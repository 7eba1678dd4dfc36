"""A question as data: what it asks, how its answer is computed, and known wrong answers."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from convdoc import _types
from convdoc._types import ArrayLike

#: The words about an answer, in which braces stand for a hint, or for two shapes; and the levels.
WORDS: dict[str, Any] = {
    "right": "Right.",
    "shape": "The shape {given} is not that of the answer, {right}.",
    "hints": ("Not this. A hint: {hint}", "Still not this. Another hint: {hint}"),
    "end": "Not this either. The solution works it out, step by step.",
    "level": ("easy", "medium", "hard"),
}


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that says what went wrong.

    Attributes
    ----------
    value : callable
        Computes the wrong answer, without arguments. For a question that wants code: the function
        with the mistake in it.
    tell : str
        What to tell who gives it.
    near : float
        How far from it an answer may be that is not right: readers round.
    """

    value: Callable[..., Any]
    tell: str
    near: float = 0


@dataclass(frozen=True)
class Feedback:
    """What :func:`check` says. It is true if the answer was right.

    Attributes
    ----------
    right : bool
    text : str
    """

    right: bool
    text: str

    def __bool__(self) -> bool:
        return self.right

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.text)}</p>"


class Integer:
    """The answer is one integer."""

    name = "integer"
    tolerance = 0

    def read(self, answer: Any) -> int:
        """Take the reader's answer, or say what would be one."""
        try:
            if isinstance(answer, bool | np.bool_):
                raise TypeError
            return operator.index(answer)
        except TypeError:
            raise TypeError(f"answer must be an integer; got {_told(answer)}") from None

    def agree(self, a: Any, b: Any, near: float = 0) -> bool:
        """Whether two answers are the same."""
        return a == b

    def write(self, value: Any) -> str:
        """Write an answer as a reader would."""
        return f"{value:,}"


@dataclass(frozen=True)
class Number:
    """The answer is one number, right within `tolerance`."""

    tolerance: float
    name = "number"

    def read(self, answer: Any) -> float:
        """Take the reader's answer, or say what would be one."""
        array = _real(answer)
        if array is None or array.ndim > 0 or not np.isfinite(array):
            raise TypeError(f"answer must be a number; got {_told(answer)}")
        return float(array)

    def agree(self, a: Any, b: Any, near: float = 0) -> bool:
        """Whether two answers are the same."""
        return abs(a - b) <= max(self.tolerance, near)

    def write(self, value: Any) -> str:
        """Write an answer as a reader would, no more digits than count."""
        digits = max(0, int(np.ceil(-np.log10(self.tolerance))))
        return f"{value:,.{digits}f}"


class Shape:
    """The answer is the shape of an array: a tuple of integers."""

    name = "shape"
    tolerance = 0

    def read(self, answer: Any) -> tuple[int, ...]:
        """Take the reader's answer, or say what would be one."""
        if not isinstance(answer, tuple | list):
            raise TypeError(f"answer must be a shape, as in (1, 3, 45, 45); got {_told(answer)}")
        return tuple(Integer().read(length) for length in answer)

    def agree(self, a: Any, b: Any, near: float = 0) -> bool:
        """Whether two answers are the same."""
        return a == b

    def write(self, value: Any) -> str:
        """Write an answer as a reader would."""
        return str(tuple(value))


@dataclass(frozen=True)
class Array:
    """The answer is an array of numbers, each right within `tolerance`.

    Leading axes of length one do not count: (1, 1, 3, 3) is as good as (3, 3).
    """

    tolerance: float = 1e-6
    name = "array"

    def read(self, answer: Any) -> _types.Array:
        """Take the reader's answer, or say what would be one."""
        array = _real(answer)
        if array is None or array.ndim == 0 or not np.isfinite(array).all():
            raise TypeError(f"answer must be an array of numbers; got {_told(answer)}")
        while array.ndim > 1 and len(array) == 1:
            array = array[0]
        return array

    def agree(self, a: Any, b: Any, near: float = 0) -> bool:
        """Whether two answers are the same."""
        near = max(self.tolerance, near)
        return a.shape == b.shape and bool(np.all(np.abs(a - b) <= near))

    def write(self, value: Any) -> str:
        """Write an answer as a reader would, row under row."""
        return np.array2string(value, separator=", ", threshold=10_000, floatmode="maxprec")


@dataclass(frozen=True)
class Code:
    """The answer is a function; it is right if it gives the right arrays.

    Attributes
    ----------
    signature : str
        How it is called, as in ``"blur(image)"``.
    trials : callable
        Gives the calls that try it: a list of tuples of arguments. On a page, the reader pastes
        what the function gives for the first.
    tolerance : float
        Of each number.
    """

    signature: str
    trials: Callable[[], Sequence[tuple[Any, ...]]]
    tolerance: float = 1e-6
    name = "code"

    def read(self, answer: Any) -> list[_types.Array]:
        """Call the reader's function; give what it returns, trial by trial."""
        if not callable(answer):
            raise TypeError(f"answer must be a function, {self.signature}; got {_told(answer)}")
        results = []
        for number, arguments in enumerate(self.trials()):
            try:
                result = answer(*arguments)
            except Exception as error:
                error.add_note(f"Your function raised this in trial {number} of the exercise.")
                raise
            results.append(Array(self.tolerance).read(result))
        return results

    def agree(self, a: Any, b: Any, near: float = 0) -> bool:
        """Whether two answers are the same."""
        kind = Array(max(self.tolerance, near))
        return all(map(kind.agree, a, b))

    def write(self, value: Any) -> str:
        """Write what the function gives in the first trial."""
        return Array(self.tolerance).write(value[0])


@dataclass(frozen=True, repr=False)
class Question:
    """A question, its answer, and the wrong answers that name a misconception.

    Shown on a page or in a notebook it is an answer box; printed, it is the text. In all texts,
    words between backticks are code.

    Attributes
    ----------
    name : str
        By which :func:`check` knows it.
    title : str
    level : int
        1, 2 or 3: read it off, work it out, think.
    text : str
        What is asked, and in which form.
    kind : Integer, Number, Shape, Array or Code
        What an answer is.
    answer : callable
        Computes the answer, without arguments. For `Code`: the function.
    mistakes : tuple of Mistake
    hints : (str, str)
        For answers that no mistake explains: where to look, and then how to begin.
    solution : callable
        Gives the solution worked out: a list of paragraphs (str), arrays, and objects that have
        an HTML form, such as steppers.
    given : dict of str to array
        What is shown under the text, by name.
    """

    name: str
    title: str
    level: int
    text: str
    kind: Integer | Number | Shape | Array | Code
    answer: Callable[..., Any]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, str]
    solution: Callable[[], list[Any]]
    given: Mapping[str, ArrayLike] = field(default_factory=dict)

    def difficulty(self) -> str:
        """Name the level: easy, medium or hard."""
        return WORDS["level"][self.level - 1]

    def right(self) -> Any:
        """Compute the right answer, as `kind` reads it."""
        return self.kind.read(self._value(self.answer))

    def wrong(self) -> list[Any]:
        """Compute the known wrong answers: a list, one for each of `mistakes`."""
        return [self.kind.read(self._value(mistake.value)) for mistake in self.mistakes]

    def _value(self, compute):
        return compute if isinstance(self.kind, Code) else compute()

    def check(self, answer: Any, attempt: int = 1) -> Feedback:
        """Say what is to be said about an answer: see :func:`convdoc.exercises.check`."""
        if attempt not in (1, 2, 3):
            raise ValueError(f"attempt must be 1, 2 or 3; got {attempt!r}")
        given, right = self.kind.read(answer), self.right()
        if self.kind.agree(given, right):
            return Feedback(True, WORDS["right"])
        for mistake, wrong in zip(self.mistakes, self.wrong(), strict=True):
            if self.kind.agree(given, wrong, mistake.near):
                return Feedback(False, mistake.tell)
        if attempt == 3:
            return Feedback(False, WORDS["end"])
        hint = WORDS["hints"][attempt - 1].format(hint=self.hints[attempt - 1])
        return Feedback(False, f"{self._about_shape(given, right)}{hint}")

    def _about_shape(self, given, right):
        if isinstance(self.kind, Code):
            given, right = given[0], right[0]
        if not isinstance(right, np.ndarray) or given.shape == right.shape:
            return ""
        return WORDS["shape"].format(given=given.shape, right=right.shape) + " "

    def __str__(self) -> str:
        """Title, text, and the arrays that are given."""
        arrays = (f"\n\n{name} =\n{np.asarray(value)}" for name, value in self.given.items())
        return f"{self.title}\n{self.text}{''.join(arrays)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from convdoc.draw.question import question_box  # which imports this module

        return question_box(self)


def _real(value):
    """`value` as an array of real numbers, or None if it is none."""
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array if array.dtype.kind in "iuf" and array.size else None


def _told(value):
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return f"{value!r} ({type(value).__name__})"
