"""The plan of a convolution: integers in, integers out, no arrays."""

import operator
from dataclasses import dataclass

BORDER_MODES = {
    "valid": "only windows that lie wholly on the image: the output is smaller than the input",
    "same": "zeros around the image, so that the output has the size of the input",
}


@dataclass(frozen=True)
class ConvSpec:
    """What a 2-D convolution does to sizes and positions, whatever the numbers are.

    Sizes, kernels and positions are (vertical, horizontal) pairs of integers, in pixels.
    In the formulas *i* is the input size along one axis, *k* the kernel size and *o* the
    output size.

    Parameters
    ----------
    kernel : (int, int)
        Height and width of the kernel.
    border_mode : {"valid", "same"}
        What happens at the border. ``"valid"`` keeps to windows that lie wholly on the image.
        ``"same"`` pads with zeros until the output is as large as the input. Of the ``k - 1``
        zeros it needs, ``k // 2`` go before the image and ``(k - 1) // 2`` behind it: an even
        kernel gets the extra zero at the top and on the left, as Keras on Theano places it.

    Raises
    ------
    ValueError
        For a kernel that is not two positive integers, or an unknown `border_mode`.

    Examples
    --------
    >>> from convdoc import ConvSpec
    >>> ConvSpec(kernel=(3, 3)).output_size((5, 5))
    (3, 3)
    >>> ConvSpec(kernel=(3, 3), border_mode="same").output_size((5, 5))
    (5, 5)
    """

    kernel: tuple[int, int]
    border_mode: str = "valid"

    def __post_init__(self):
        object.__setattr__(self, "kernel", _height_and_width("kernel", self.kernel))
        if not isinstance(self.border_mode, str) or self.border_mode not in BORDER_MODES:
            known = ", ".join(f"{mode!r} ({what})" for mode, what in BORDER_MODES.items())
            raise ValueError(f"border_mode must be one of {known}; got {self.border_mode!r}")

    def padding(self):
        """Zeros put around the image, as ((top, bottom), (left, right)).

        Examples
        --------
        >>> ConvSpec(kernel=(2, 3), border_mode="same").padding()
        ((1, 0), (1, 1))
        """
        if self.border_mode == "valid":
            return (0, 0), (0, 0)
        return tuple((k // 2, (k - 1) // 2) for k in self.kernel)

    def output_size(self, size):
        """Height and width of the output for an input of `size`.

        ``o = (i - k) + p + 1`` along each axis, *p* being the zeros on both sides together:
        relationship 1 of Dumoulin and Visin (2016, arXiv 1603.07285) for ``"valid"``.

        Parameters
        ----------
        size : (int, int)
            Height and width of the input.

        Returns
        -------
        (int, int)

        Raises
        ------
        ValueError
            If `size` is not two positive integers, or the kernel is larger than the padded
            input, so that no window fits.

        Examples
        --------
        The first layer of Dieleman's network:

        >>> ConvSpec(kernel=(6, 6)).output_size((45, 45))
        (40, 40)
        """
        size = _height_and_width("size", size)
        out = tuple(
            i + before + behind - k + 1
            for i, k, (before, behind) in zip(size, self.kernel, self.padding(), strict=True)
        )
        if min(out) < 1:
            raise ValueError(
                f"the kernel {self.kernel} is larger than the image of {size}, so no "
                f"window fits under border_mode={self.border_mode!r}; "
                "use a smaller kernel, a larger image or border_mode='same'"
            )
        return out

    def window(self, i, j):
        """Rows and columns of the input that output (i, j) reads.

        Parameters
        ----------
        i, j : int
            Row and column of the output.

        Returns
        -------
        (range, range)
            Rows and columns. A negative one, or one past the end of the image, is padding.

        Examples
        --------
        >>> ConvSpec(kernel=(3, 3), border_mode="same").window(0, 2)
        (range(-1, 2), range(1, 4))
        """
        starts = (at - before for at, (before, _) in zip((i, j), self.padding(), strict=True))
        return tuple(range(s, s + k) for s, k in zip(starts, self.kernel, strict=True))


def _height_and_width(name, value):
    """`value` as a tuple of two positive integers, or an error that names it."""
    try:
        pair = tuple(operator.index(length) for length in value)
    except TypeError:
        pair = ()
    if isinstance(value, set) or len(pair) != 2 or min(pair) < 1:
        raise ValueError(f"{name} must be two positive integers, (height, width); got {value!r}")
    return pair
