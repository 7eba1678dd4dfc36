"""Several questions together."""

from dataclasses import dataclass

from convdoc.exercises.question import Question


@dataclass(frozen=True, repr=False)
class Sheet:
    """Questions, one after the other.

    Shown on a page or in a notebook, answer boxes, with a line that says how many are done;
    printed, a line for each question.

    Attributes
    ----------
    questions : tuple of Question
    """

    questions: tuple[Question, ...]

    def __iter__(self):
        return iter(self.questions)

    def __len__(self):
        return len(self.questions)

    def __str__(self):
        """Names, levels as marks, and titles."""
        width = max((len(question.name) for question in self), default=0)
        return "\n".join(f"{q.name:{width}}  {'*' * q.level:3}  {q.title}" for q in self)

    __repr__ = __str__

    def _repr_html_(self):
        from convdoc.draw.question import sheet  # needs matplotlib, and checking does not

        return sheet(self)
