"""An answer without a question box: how a gallery script ends."""

from html import escape

import numpy as np

from convdoc._types import ArrayLike


class Answer:
    """An answer that stays folded on a page until the reader opens it.

    Parameters
    ----------
    text : str
        What there is to say, in plain text.
    array : array_like, optional
        Numbers to print under it, as NumPy prints them.

    Examples
    --------
    On a page or in a notebook it shows as one line to click; printed, it shows all:

    >>> from convdoc.exercises import Answer
    >>> print(Answer("The sum of both:", [[1, 2], [3, 4]]))
    The sum of both:
    [[1 2]
     [3 4]]
    """

    def __init__(self, text: str, array: ArrayLike | None = None) -> None:
        self.text = text
        self.array = None if array is None else np.asarray(array)

    def __str__(self) -> str:
        """Text, then numbers."""
        return self.text if self.array is None else f"{self.text}\n{self.array}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        numbers = "" if self.array is None else f"<pre>{escape(str(self.array))}</pre>"
        return (
            '<details class="convdoc-answer"><summary>Answer</summary>'
            f"<p>{escape(self.text)}</p>{numbers}</details>"
        )
