"""Questions about convolution as a matrix, and as a product of spectra."""

import math

from convdoc.exercises.question import Integer, Mistake, Question
from convdoc.spec import ConvSpec

IMAGE, KERNEL = (100, 100), (3, 3)


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


QUESTIONS = (
    Question(
        name="dense-vs-conv",
        title="A dense layer instead",
        level=1,
        text='An image of 100×100 pixels and a kernel of 3×3 give, under `"valid"`, an output of '
        "98×98. How many weights would a dense layer have that takes the same image to an output of "
        "the same size? Leave biases out.",
        kind=Integer(),
        answer=lambda: dense_against_convolution(IMAGE, KERNEL)["dense"],
        mistakes=(
            Mistake(
                lambda: dense_against_convolution(IMAGE, KERNEL)["convolution"],
                "That is what the convolution has.",
            ),
        ),
        hints=("Every output reads every input.", "Multiply the pixels of both."),
        solution=lambda: [],
    ),
)
