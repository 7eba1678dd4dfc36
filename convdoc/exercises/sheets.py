"""Several questions together."""

from collections.abc import Iterator
from dataclasses import dataclass

from convdoc.exercises.questions import Question


@dataclass(frozen=True, repr=False)
class Listing:
    """Questions by name: what :func:`convdoc.exercises.list` gives.

    Attributes
    ----------
    questions : tuple of Question

    Examples
    --------
    >>> from convdoc import exercises
    >>> first, *others = exercises.list("strides")
    >>> first.title
    'What the floor does'
    """

    questions: tuple[Question, ...]

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def __str__(self) -> str:
        """A line for each question: its name, its level, its title."""
        width = max((len(question.name) for question in self), default=0)
        return "\n".join(f"{q.name:{width}}  {q.difficulty():6}  {q.title}" for q in self)

    __repr__ = __str__

    def sheet(self) -> "Sheet":
        """Give the same questions as a sheet to fill in."""
        return Sheet(self.questions)


class Sheet(Listing):
    """Questions to answer, one after the other: what :func:`convdoc.exercises.sheet` gives.

    On a page or in a notebook, an answer box for each, under a line that says how many are done.
    """

    def _repr_html_(self) -> str:
        from convdoc.draw.question import sheet  # which imports this module

        return sheet(self)
