"""Showing results in a notebook and in a terminal."""

import sys

from convdoc.draw.canvas import pyplot


def show(result: object) -> None:
    """Show a stepper, a table or an answer: drawn in a notebook, as text elsewhere.

    Parameters
    ----------
    result : object
        In a notebook it is displayed in its richest form, anywhere in a cell. In a script, and
        in Python's own prompt, its text is printed, with a blank line after it; characters that
        the terminal cannot encode are printed as ``?``.

    Examples
    --------
    >>> from convdoc import ConvSpec, draw
    >>> draw.show(draw.stepper([[[[1, 2, 3]]]], [[[[10, 20]]]], "valid"))
    x (1, 1, 1, 3) convolved with W (1, 1, 1, 2) gives y (1, 1, 1, 2), step by step
    1. y[0, 0] = 1·20 + 2·10 = 40; row 0, columns 0 to 1 of x
    2. y[0, 1] = 2·20 + 3·10 = 70; row 0, columns 1 to 2 of x
    <BLANKLINE>
    >>> draw.show(ConvSpec(kernel=3).relationship(size=4)[0])
    relationship 1: o = (i - k) + 1; 2 = (4 - 3) + 1
    <BLANKLINE>
    """
    ipython = sys.modules.get("IPython")  # imported already wherever it runs this code
    if ipython and ipython.get_ipython():
        from IPython.display import display

        display(result)
    else:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        print(str(result).encode(encoding, "replace").decode(encoding), end="\n\n")


def show_figures() -> None:
    """Open the pictures that were drawn, each in a window, and wait until they are closed.

    A notebook shows pictures below their cells without it.

    Raises
    ------
    ImportError
        If matplotlib is not installed. The message has the command that installs it.
    """
    pyplot().show()
