"""Questions for the reader, and what becomes of them."""

import math
from html import escape

import numpy as np

from convdoc.spec import ConvSpec


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

    def __init__(self, text, array=None):
        self.text = text
        self.array = None if array is None else np.asarray(array)

    def __str__(self):
        """Text, then numbers."""
        return self.text if self.array is None else f"{self.text}\n{self.array}"

    def _repr_html_(self):
        numbers = "" if self.array is None else f"<pre>{escape(str(self.array))}</pre>"
        return (
            '<details class="convdoc-answer"><summary>Answer</summary>'
            f"<p>{escape(self.text)}</p>{numbers}</details>"
        )


def dense_against_convolution(image, kernel):
    """Count what a dense layer needs for what a convolution does under ``"valid"``.

    A dense layer has one weight for each pair of an input and an output pixel, and one bias
    for each output pixel. A convolution has the elements of its kernel, and one bias.

    Parameters
    ----------
    image : (int, int)
        Height and width of the image, one channel.
    kernel : (int, int)
        Height and width of the kernel, one filter.

    Returns
    -------
    dict of str to int or float
        ``inputs`` and ``outputs``, pixels; ``dense`` and ``convolution``, parameters, and
        their ratio ``factor``; the same with biases, ``dense_biased``, ``convolution_biased``
        and ``factor_biased``.

    Examples
    --------
    >>> from convdoc.exercises import dense_against_convolution
    >>> count = dense_against_convolution(image=(4, 4), kernel=(3, 3))
    >>> count["dense"], count["convolution"], round(count["factor"], 1)
    (64, 9, 7.1)
    """
    inputs, outputs = math.prod(image), math.prod(ConvSpec(kernel).output_size(image))
    dense, convolution = inputs * outputs, math.prod(kernel)
    return {
        "inputs": inputs,
        "outputs": outputs,
        "dense": dense,
        "convolution": convolution,
        "factor": dense / convolution,
        "dense_biased": dense + outputs,
        "convolution_biased": convolution + 1,
        "factor_biased": (dense + outputs) / (convolution + 1),
    }
