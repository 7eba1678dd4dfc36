"""The plan of a convolution: integers in, integers out, no arrays."""

import itertools
import numbers
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from html import escape
from typing import TYPE_CHECKING, Any, SupportsIndex

from convdoc._types import BorderMode, BorderName, Filling, OneOrTwo, Pair, Sides
from convdoc.borders import BORDERS, PADDINGS, Border, Padding, constant, fixed
from convdoc.hints import border_hint, border_mode_hint, hinted

#: Formulas of Dumoulin and Visin (2016, arXiv 1603.07285) by their numbers. ``P`` stands for
#: the padding of both sides together. Number 7 is pooling's, and says the same as number 5.
RELATIONSHIPS = {
    1: "{o} = ({i} - {k}) + 1",
    2: "{o} = ({i} - {k}) + {P} + 1",
    3: "{o} = {i}",
    4: "{o} = {i} + ({k} - 1)",
    5: "{o} = ⌊({i} - {k}) / {s}⌋ + 1",
    6: "{o} = ⌊({i} + {P} - {k}) / {s}⌋ + 1",
    7: "{o} = ⌊({i} - {k}) / {s}⌋ + 1",
    8: "{o} = {i} + ({k} - 1)",
    9: "{o} = {i} + ({k} - 1) - {P}",
    10: "{o} = {i}",
    11: "{o} = {i} - ({k} - 1)",
    12: "{o} = {s}·({i} - 1) + {k}",
    13: "{o} = {s}·({i} - 1) + {k} - {P}",
    14: "{o} = {s}·({i} - 1) + {a} + {k} - {P}",
    15: "{o} = ⌊({i} + {P} - {k} - ({k} - 1)·({d} - 1)) / {s}⌋ + 1",
}


#: What is said in words. Braces stand for a number and two formulas.
WORDS = {"relationship": "Relationship {}: {}, and here {}"}

LARGEST = 2**31 - 1  # of a size or a setting, so that engines need not fear overflow
LARGEST_FLOAT = 2.0**128 - 2.0**104  # of float32


@dataclass(frozen=True)
class Relationship:
    """One of the fifteen relationships of sizes, along one axis.

    Attributes
    ----------
    number : int
        Its number in V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep
        learning", 2016, arXiv 1603.07285.
    symbols : str
        The formula in their letters, with primes for a transposed convolution.
    numbers : str
        The formula with the numbers put in.
    """

    number: int
    symbols: str
    numbers: str

    def __str__(self) -> str:
        return f"relationship {self.number}: {self.symbols}; {self.numbers}"

    def _repr_html_(self) -> str:
        formulas = (f"<math>{_mathml(formula)}</math>" for formula in (self.symbols, self.numbers))
        told = WORDS["relationship"].format(self.number, *formulas)
        return f'<p class="convdoc-relationship">{told}</p>'


@dataclass(frozen=True)
class Block:
    """One block of an output and the part of the input that it is computed from.

    Each pair is (vertical, horizontal).

    Attributes
    ----------
    output : (slice, slice)
        Rows and columns of the output.
    input : (slice, slice)
        Rows and columns of the input that it reads; where windows reach beyond the border, those
        on the image alone.
    padding : ((int, int), (int, int))
        Places around that part of the image, ((top, bottom), (left, right)). Of a transposed
        convolution, rows and columns to cut off from what that part of the input gives.
    places : (range, range)
        Rows and columns of the image that its windows cover, counted from the first pixel: below 0
        is before the image, and from its size on after it. Of a transposed convolution, the places
        that are given.
    """

    output: tuple[slice, slice]
    input: tuple[slice, slice]
    padding: Sides
    places: tuple[range, range]


@hinted
@dataclass(frozen=True, repr=False)
class ConvSpec:
    r"""What a 2-D convolution does to sizes and positions, whatever the numbers are.

    Sizes, kernels and positions are (vertical, horizontal) pairs of integers, in pixels; one
    integer stands for both. In the formulas, along one axis, *i* is the input size, *k* the
    kernel size, *s* the stride, *d* the dilation, *o* the output size, and
    :math:`\hat k = d (k - 1) + 1` the size of the dilated kernel.

    Parameters
    ----------
    kernel : int or (int, int)
        Height and width of the kernel.
    strides : int or (int, int)
        Pixels from one window to the next.
    border_mode : str, int, (int, int) or ((int, int), (int, int))
        Places put around the image, which hold zeros unless `border` says otherwise:

        - ``"valid"``: none.
        - ``"full"``: :math:`\hat k - 1` on every side.
        - ``"half"``: :math:`\lfloor \hat k / 2 \rfloor` on every side.
        - ``"same"``: :math:`\lfloor \hat k / 2 \rfloor` before and
          :math:`\lfloor (\hat k - 1) / 2 \rfloor` after the image, so that
          :math:`o = \lceil i / s \rceil`, as in Keras on Theano.
        - ``"same_upper"``: the least that gives :math:`o = \lceil i / s \rceil`, an odd place
          after the image, as in TensorFlow. It depends on the size of the image.
        - ``"same_lower"``: as many, an odd place before the image, as ONNX's ``SAME_LOWER``.
        - an integer: that many places on every side; a pair: (top and bottom, left and right);
          two pairs: ((top, bottom), (left, right)).
    dilation : int or (int, int)
        Pixels from one kernel element to the next; 1 is a contiguous kernel.
    groups : int
        Parts that the channels, and the filters, are divided into; a filter reads the
        channels of its own part.
    transposed : bool
        Whether this is the transposed convolution (the adjoint) of the convolution that the
        other arguments describe: it takes what that one gives, and gives what that one takes.
    output_padding : int or (int, int)
        For a transposed convolution, rows and columns more than the smallest output: of the
        *s* input sizes that a stride *s* floors to one output size, which one to give back.
    border : str, int or float
        What the places around the image hold. An image ``abcd`` continues to the right with

        - ``"zeros"``: ``0000``;
        - ``"circular"``: ``abcd``, as on a ring;
        - ``"reflect"``: ``cbab``, mirrored at its last pixel, which is not repeated (``mirror``
          of scipy.ndimage);
        - ``"symmetric"``: ``dcba``, mirrored at its edge, the last pixel repeated (``reflect``
          of scipy.ndimage);
        - ``"replicate"``: ``dddd``, the last pixel again;
        - a number: that number.

        These go on for as long as there are places, as ``numpy.pad`` does it. A transposed
        convolution adds what it gives such a place to the pixel that is repeated there.

    Raises
    ------
    TypeError
        If an argument has another framework's name; the message gives ours.
    ValueError
        If a value is invalid, or a transposed convolution has a `border` other than 0: a
        convolution adds such a number whatever the image is, so it is not linear and has no
        adjoint. The message names the argument and the valid values; for a border
        mode of another framework it gives ours.

    Examples
    --------
    >>> from convdoc import ConvSpec
    >>> spec = ConvSpec(kernel=3, strides=2, border_mode=1)
    >>> spec.output_size((6, 6))
    (3, 3)
    >>> spec.window(0, 1, (6, 6))
    ((None, 0, 1), (1, 2, 3))
    >>> spec.as_transposed((6, 6))
    ConvSpec(kernel=(3, 3), strides=(2, 2), border_mode=((1, 1), (1, 1)), transposed=True,
    output_padding=(1, 1))
    """

    kernel: Pair
    strides: Pair = (1, 1)
    border_mode: BorderName | Sides = "valid"
    dilation: Pair = (1, 1)
    groups: int = 1
    transposed: bool = False
    output_padding: Pair = (0, 0)
    border: Filling | float = "zeros"

    if TYPE_CHECKING:  # __post_init__ makes the fields out of wider arguments.

        def __init__(
            self,
            kernel: OneOrTwo,
            strides: OneOrTwo = 1,
            border_mode: BorderMode = "valid",
            dilation: OneOrTwo = 1,
            groups: SupportsIndex = 1,
            transposed: bool = False,
            output_padding: OneOrTwo = 0,
            border: Filling | float = "zeros",
        ) -> None: ...

    def __post_init__(self) -> None:
        def set_(name, value):
            object.__setattr__(self, name, value)

        for name in ("kernel", "strides", "dilation"):
            set_(name, pair(name, getattr(self, name)))
        set_("border_mode", _border_mode(self.border_mode, self))
        set_("border", _border(self.border))
        set_("output_padding", pair("output_padding", self.output_padding, least=0))
        set_("groups", positive("groups", self.groups))
        boolean("transposed", self.transposed)
        if not self.transposed and self.output_padding != (0, 0):
            raise ValueError(
                "output_padding is for a transposed convolution, and transposed is False; "
                f"got {self.output_padding}"
            )
        if self.transposed and not self.beyond.linear:
            raise ValueError(
                f"a convolution with border={self.border!r} adds that number whatever the image "
                "is, so it is not linear and has no transposed convolution; border='zeros' gives "
                "that of its linear part"
            )
        if any(more >= s for more, s in zip(self.output_padding, self.strides, strict=True)):
            raise ValueError(
                "output_padding must be smaller than the stride along each axis, strides="
                f"{self.strides}; got {self.output_padding}"
            )

    def __repr__(self) -> str:
        """What to write to get it, defaults left out."""
        values = ((field, getattr(self, field.name)) for field in fields(self))
        told = [f"{field.name}={value!r}" for field, value in values if value != field.default]
        return f"ConvSpec({', '.join(told)})"

    @property
    def dilated_kernel(self) -> Pair:
        r"""Height and width that the kernel covers, :math:`\hat k = d (k - 1) + 1`.

        Examples
        --------
        >>> ConvSpec(kernel=3, dilation=2).dilated_kernel
        (5, 5)
        """
        (height, width), (down, right) = self.kernel, self.dilation
        return down * (height - 1) + 1, right * (width - 1) + 1

    @property
    def paddings(self) -> tuple[Padding, Padding]:
        """What `border_mode` means, along each axis: a rule for the places on both sides."""
        if isinstance(self.border_mode, str):
            return (PADDINGS[self.border_mode],) * 2
        vertical, horizontal = self.border_mode
        return fixed(*vertical), fixed(*horizontal)

    @property
    def beyond(self) -> Border:
        """What `border` means, along either axis: a rule for the places around the image."""
        return BORDERS[self.border] if isinstance(self.border, str) else constant(self.border)

    @property
    def bare(self) -> "ConvSpec":
        """The same for images that have their border around them already."""
        return replace(self, border_mode="valid", border="zeros")

    @property
    def forward(self) -> "ConvSpec":
        """The convolution itself where this is its transposed one, else this one."""
        return replace(self, transposed=False, output_padding=(0, 0)) if self.transposed else self

    def output_size(self, size: OneOrTwo) -> Pair:
        r"""Height and width of the output for an input of `size`.

        .. math::

            o = \left\lfloor \frac{i + P - \hat k}{s} \right\rfloor + 1
            \qquad
            o' = s (i' - 1) + \hat k - P + a

        for a convolution and for a transposed one, *P* being the places on both sides together
        and *a* the `output_padding`: relationships 15 and 14 of Dumoulin and Visin (2016,
        arXiv 1603.07285), which contain the others.

        Parameters
        ----------
        size : int or (int, int)
            Height and width of the input.

        Returns
        -------
        (int, int)

        Raises
        ------
        ValueError
            If `size` is not positive, or the output would be empty.

        Examples
        --------
        The first layer of Dieleman's network, and its transposed convolution:

        >>> ConvSpec(kernel=6).output_size((45, 45))
        (40, 40)
        >>> ConvSpec(kernel=6, transposed=True).output_size((40, 40))
        (45, 45)
        """
        size = pair("size", size)
        out = self._output(0, size[0]), self._output(1, size[1])
        if min(out) >= 1:
            return out
        if self.transposed:
            raise ValueError(
                f"the transposed convolution of an input of {size} would be empty, {out}: its "
                f"border_mode={self.border_mode!r} cuts off more than the kernel {self.kernel} adds"
            )
        dilated = f", dilated {self.dilated_kernel}," if self.dilation != (1, 1) else ""
        raise ValueError(
            f"the kernel {self.kernel}{dilated} is larger than the image of {size}, so no "
            f"window fits under border_mode={self.border_mode!r}; "
            "use a smaller kernel, a larger image or border_mode='same'"
        )

    def padding(self, size: OneOrTwo) -> Sides:
        """Places put around an image of `size`, as ((top, bottom), (left, right)).

        A transposed convolution cuts as much off its result; these are then the rows and
        columns that are cut off, or added to the pixels that they repeat.

        Parameters
        ----------
        size : int or (int, int)
            Height and width of the input.

        Returns
        -------
        ((int, int), (int, int))

        Examples
        --------
        >>> ConvSpec(kernel=(2, 3), border_mode="same").padding((5, 5))
        ((1, 0), (1, 1))
        >>> ConvSpec(kernel=(2, 3), border_mode="same_upper").padding((5, 5))
        ((0, 1), (1, 1))
        """
        image = self.output_size(size) if self.transposed else pair("size", size)
        return self._padding(0, image[0]), self._padding(1, image[1])

    def unused(self, size: OneOrTwo) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the input that no window reads.

        Where a stride does not divide what is left, the last ones; where it is longer than
        the kernel, or the kernel has holes, some between as well.

        Parameters
        ----------
        size : int or (int, int)
            Height and width of the input.

        Returns
        -------
        (tuple of int, tuple of int)

        Examples
        --------
        >>> ConvSpec(kernel=3, strides=2).unused((6, 7))
        ((5,), ())
        """
        size, out = pair("size", size), self.output_size(size)
        return self._unused(0, size, out), self._unused(1, size, out)

    def window(
        self, i: SupportsIndex, j: SupportsIndex, size: OneOrTwo
    ) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
        r"""Rows and columns of the input that output (i, j) reads.

        A convolution's window begins at :math:`i s - p`, *p* being the places before the
        image, and goes on in steps of *d*. It lies on the kernel flipped: the last kernel row reads
        the first row of the window. A transposed convolution reads, with kernel row *u*, the
        row :math:`(i + p - (k - 1 - u) d) / s` where that is whole; its first kernel row reads
        the first row. Where the image's border repeats pixels, it reads as many rows again for
        each place that holds the pixel in row *i*, from the first of these places to the last.

        Parameters
        ----------
        i, j : int
            Row and column of the output.
        size : int or (int, int)
            Height and width of the input.

        Returns
        -------
        (tuple of int or None, tuple of int or None)
            A row for each kernel row and a column for each kernel column, from the top and
            from the left. A place beyond the border gives the row of the pixel that is repeated
            there, or None if it holds a number; `places` tells it from the pixel itself. For a
            transposed convolution, None is nothing to read.

        Raises
        ------
        ValueError
            If the output has no element (i, j).

        Examples
        --------
        >>> ConvSpec(kernel=3, border_mode="same").window(0, 2, (5, 5))
        ((None, 0, 1), (1, 2, 3))
        >>> ConvSpec(kernel=3, border_mode="same", border="circular").window(0, 2, (5, 5))
        ((4, 0, 1), (1, 2, 3))
        """
        size, out = pair("size", size), self.output_size(size)
        _on_grid("output", (i, j), out)
        return self._window(0, i, size, out), self._window(1, j, size, out)

    def places(
        self, i: SupportsIndex, j: SupportsIndex, size: OneOrTwo
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the window of output (i, j), those beyond the border too.

        Parameters
        ----------
        i, j : int
            Row and column of the output.
        size : int or (int, int)
            Height and width of the input.

        Returns
        -------
        (tuple of int, tuple of int)
            In the order of `window`, counted from the first pixel: below 0 is before the image,
            and from the size on behind it.

        Raises
        ------
        ValueError
            If the output has no element (i, j), or this is a transposed convolution, which reads
            no places around its input.

        Examples
        --------
        >>> ConvSpec(kernel=3, border_mode="same", border="circular").places(0, 2, (5, 5))
        ((-1, 0, 1), (1, 2, 3))
        """
        if self.transposed:
            raise ValueError("places are of a convolution, and this one is transposed; use window")
        size, out = pair("size", size), self.output_size(size)
        _on_grid("output", (i, j), out)
        return self._places(0, int(i), size), self._places(1, int(j), size)

    def reached_by(
        self, i: SupportsIndex, j: SupportsIndex, size: OneOrTwo
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows and columns of the output whose windows read input (i, j): `window` the other way.

        Parameters
        ----------
        i, j : int
            Row and column of the input.
        size : int or (int, int)
            Height and width of the input.

        Returns
        -------
        (tuple of int, tuple of int)
            In ascending order; empty where no window reads it.

        Raises
        ------
        ValueError
            If the input has no element (i, j).

        Examples
        --------
        >>> ConvSpec(kernel=3, border_mode="same").reached_by(0, 2, (5, 5))
        ((0, 1), (1, 2, 3))
        """
        size, out = pair("size", size), self.output_size(size)
        _on_grid("input", (i, j), size)
        return self._reached(0, i, size, out), self._reached(1, j, size, out)

    def input_sizes(self, o: OneOrTwo) -> tuple[range, range]:
        r"""All input heights, and all input widths, that give an output of size `o`.

        A stride floors *s* neighbouring sizes to one, so there are up to *s* of them:
        :math:`s (o - 1) + \hat k - P` and those after it.

        Parameters
        ----------
        o : int or (int, int)
            Height and width of the output.

        Returns
        -------
        (range, range)
            Empty where there is none.

        Examples
        --------
        >>> ConvSpec(kernel=3, strides=2, border_mode=1).input_sizes((3, 3))
        (range(5, 7), range(5, 7))
        """
        height, width = pair("o", o)
        return self._inputs(0, height), self._inputs(1, width)

    def relationship(self, size: OneOrTwo) -> tuple[Relationship, Relationship]:
        """Which relationship of Dumoulin and Visin gives the output's height, and its width.

        The most special one that applies. Their guide has none for a transposed convolution
        that is dilated: that is number 14 with the size of the dilated kernel for *k*.

        Parameters
        ----------
        size : int or (int, int)
            Height and width of the input.

        Returns
        -------
        (Relationship, Relationship)
            Vertical and horizontal.

        Examples
        --------
        >>> vertical, horizontal = ConvSpec(kernel=3, strides=2, border_mode=1).relationship((5, 5))
        >>> print(vertical)
        relationship 6: o = ⌊(i + 2·p - k) / s⌋ + 1; 3 = ⌊(5 + 2·1 - 3) / 2⌋ + 1
        """
        size, out = pair("size", size), self.output_size(size)
        return self._relationship(0, size[0], out[0]), self._relationship(1, size[1], out[1])

    def as_transposed(self, size: OneOrTwo) -> "ConvSpec":
        """The transposed convolution that goes back from the output to an input of `size`.

        Parameters
        ----------
        size : int or (int, int)
            Height and width of this one's input.

        Returns
        -------
        ConvSpec
            With the `output_padding` that gives `size`. For a transposed convolution, the
            convolution that it belongs to.

        Examples
        --------
        >>> spec = ConvSpec(kernel=3, strides=2)
        >>> spec.output_size((6, 5))
        (2, 2)
        >>> spec.as_transposed((6, 5)).output_size((2, 2))
        (6, 5)
        """
        if self.transposed:
            return self.forward
        size, out = pair("size", size), self.output_size(size)
        more = (size[axis] - self._smallest_input(axis, out[axis]) for axis in (0, 1))
        return replace(self, transposed=True, output_padding=tuple(more))

    def blocks(self, size: OneOrTwo, each: OneOrTwo) -> Iterator[Block]:
        r"""Divide the output into blocks, and find what each reads of the input.

        Along an axis, rows *a* to *b* of a convolution's output read the places

        .. math::

            s a - p \quad \text{to} \quad s b - p + \hat k - 1

        of the image, *p* being the places before it. Neighbouring blocks both read
        :math:`\hat k - s` places, their halo. Rows *a* to *b* that a transposed convolution gives
        are those that the windows

        .. math::

            \left\lceil \frac{a + p - \hat k + 1}{s} \right\rceil \quad \text{to} \quad
            \left\lfloor \frac{b + p}{s} \right\rfloor

        cover, as far as there are such windows.

        Parameters
        ----------
        size : int or (int, int)
            Height and width of the input.
        each : int or (int, int)
            Height and width of a block of the output. Those at the bottom and on the right are
            smaller if it does not divide the output.

        Yields
        ------
        Block
            From left to right, then from top to bottom. The windows of a convolution's block may be
            on its border alone: its `input` is then empty. A transposed convolution's block reads
            at least one row and column, even if no window covers it. Where its border
            repeats pixels, several blocks may have the same output, one after the other: that of
            the image itself first, then those of the places beyond the border that hold its pixels.
            Their sum is the output, each place added to its pixel.

        Raises
        ------
        ValueError
            If `size` or `each` is not positive, or the output would be empty.

        References
        ----------
        A. Araujo, W. Norris and J. Sim, "Computing receptive fields of convolutional neural
        networks", Distill, 2019, doi 10.23915/distill.00021, which derives the formulas for the
        places. Signal processing calls this division of a convolution the overlap-save method.

        Examples
        --------
        A 3×3 kernel needs one row of its neighbour:

        >>> spec = ConvSpec(kernel=3, border_mode="same")
        >>> for block in spec.blocks((5, 4), each=(3, 4)):
        ...     print(block.output[0], block.input[0], block.padding[0])
        slice(0, 3, None) slice(0, 4, None) (1, 0)
        slice(3, 5, None) slice(2, 5, None) (0, 1)

        On a ring, the first block reads the last row and the last block the first:

        >>> ring = ConvSpec(kernel=3, border_mode="same", border="circular")
        >>> for block in ring.blocks((5, 4), each=(3, 4)):
        ...     print([ring.beyond.at(place, 5) for place in block.places[0]])
        [4, 0, 1, 2, 3]
        [2, 3, 4, 0]
        """
        size, each = pair("size", size), pair("each", each)
        out = self.output_size(size)
        return self._blocks(size, out, each)

    def _blocks(self, size, out, each):
        rows, columns = (
            [
                list(self._parts(axis, range(a, min(a + each[axis], out[axis])), size, out))
                for a in range(0, out[axis], each[axis])
            ]
            for axis in (0, 1)
        )
        for blocks in itertools.product(rows, columns):
            for parts in itertools.product(*blocks):
                yield Block(*zip(*parts, strict=True))

    # One axis: 0 is vertical, 1 is horizontal. "Image" is the larger side: what a convolution
    # reads, and what a transposed one gives.

    def _padding(self, axis, image):
        k, s = self.dilated_kernel[axis], self.strides[axis]
        return self.paddings[axis].sides(k, s, image)

    def _unused(self, axis, size, out):
        return tuple(i for i in range(size[axis]) if not self._reached(axis, i, size, out))

    def _smallest_input(self, axis, o):
        """The smallest image that gives `o` outputs; with padding enough, it may be below 1."""
        k, s = self.dilated_kernel[axis], self.strides[axis]
        return self.paddings[axis].smallest_image(o, k, s)

    def _output(self, axis, i):
        if self.transposed:
            return self._smallest_input(axis, i) + self.output_padding[axis]
        room = i + sum(self._padding(axis, i)) - self.dilated_kernel[axis]
        return room // self.strides[axis] + 1

    def _inputs(self, axis, o):
        if self.transposed:
            rest = o - self._output(axis, 1)
            i = rest // self.strides[axis] + 1
            return range(max(i, 1), i + (rest % self.strides[axis] == 0))
        smallest = self._smallest_input(axis, o)
        return range(max(smallest, 1), smallest + self.strides[axis])

    def _window(self, axis, at, size, out):
        read = self._outputs_over if self.transposed else self._image_under
        return read(axis, at, size, out)

    def _reached(self, axis, at, size, out):
        read = self._image_under if self.transposed else self._outputs_over
        return tuple(sorted({o for o in read(axis, at, out, size) if o is not None}))

    def _parts(self, axis, block, size, out):
        """What rows of the output read: for each part output, input, padding and places."""
        s, k = self.strides[axis], self.dilated_kernel[axis]
        output = slice(block.start, block.stop)
        if self.transposed:
            p = self._padding(axis, out[axis])[0]
            for places in (block, *self._copies(axis, block, out[axis])):
                start, stop = places.start + p, places.stop + p
                first = min(-((k - 1 - start) // s), start // s, size[axis] - 1)
                last = min((stop - 1) // s, size[axis] - 1)
                first = max(first, 0)
                cut = start - first * s, max(last * s + k - stop, 0)
                yield output, slice(first, last + 1), cut, places
        else:
            n, p = size[axis], self._padding(axis, size[axis])[0]
            places = range(block.start * s - p, (block.stop - 1) * s - p + k)
            first = min(max(places.start, 0), n)
            last = min(max(places.stop, first), n)
            around = len(places) - (last - first)
            before = min(max(-places.start, 0), around)
            yield output, slice(first, last), (before, around - before), places

    def _copies(self, axis, block, image):
        """Places beyond the border, in stretches, that hold the pixels of a block of the image."""
        before, behind = self._padding(axis, image)
        beyond = (*range(-before, 0), *range(image, image + behind))
        held = {place for place in beyond if self.beyond.at(place, image) in block}
        starts = sorted(place for place in held if place - 1 not in held)
        stops = sorted(place + 1 for place in held if place + 1 not in held)
        return map(range, starts, stops)

    def _image_under(self, axis, at, image, _):
        """Which pixels a window reads, None where it reads a number that is none of them."""
        pixel = self.beyond.at
        return tuple(pixel(place, image[axis]) for place in self._places(axis, at, image))

    def _places(self, axis, at, image):
        """Where a window lies, counted from the first pixel."""
        start = at * self.strides[axis] - self._padding(axis, image[axis])[0]
        return tuple(start + t * self.dilation[axis] for t in range(self.kernel[axis]))

    def _outputs_over(self, axis, at, outputs, image):
        """Which windows lie over the places of a pixel, by kernel rows; None where none does."""
        s, d, k = self.strides[axis], self.dilation[axis], self.kernel[axis]
        sides = self._padding(axis, image[axis])
        places = self.beyond.copies(at, sides, image[axis])
        steps = (divmod(p + sides[0] - (k - 1 - u) * d, s) for p in places for u in range(k))
        return tuple(o if not rest and 0 <= o < outputs[axis] else None for o, rest in steps)

    def _relationship(self, axis, i, o):
        s, d, k = self.strides[axis], self.dilation[axis], self.kernel[axis]
        before, behind = self._padding(axis, o if self.transposed else i)
        spread = self.dilated_kernel[axis]
        a = (o + before + behind - spread) % s if self.transposed else 0
        if d > 1:
            number = 14 if self.transposed else 15
        elif s == 1:
            special = {(0, 0): 1, (k - 1, k - 1): 4}
            if k % 2:
                special[k // 2, k // 2] = 3
            special[0, 0] = 1  # also of a 1×1 kernel, whose half and full padding is none
            number = special.get((before, behind), 2)
            number = {1: 8, 2: 9, 3: 10, 4: 11}[number] if self.transposed else number
        elif self.transposed:
            number = 14 if a else 13 if before + behind else 12
        else:
            number = 6 if before + behind else 5
        even = before == behind
        prime = "'" * self.transposed
        symbols = {"P": "2·p" if even else "(p₁ + p₂)"} | {letter: letter for letter in "ksda"}
        values = {"P": f"2·{before}" if even else f"({before} + {behind})"}
        values |= {"k": k, "s": s, "d": d, "a": a}
        if self.transposed and d > 1:
            symbols["k"], values["k"] = "(d·(k - 1) + 1)", f"({d}·({k} - 1) + 1)"
        formula = RELATIONSHIPS[number]
        return Relationship(
            number,
            formula.format(i="i" + prime, o="o" + prime, **symbols),
            formula.format(i=i, o=o, **values),
        )


def _mathml(formula):
    """A formula in MathML, with a bar for the division in a floor."""
    if parts := re.fullmatch(r"(.+ )⌊\((.+)\) / (\w+)⌋(.+)", formula):
        start, above, below, end = map(_mathml, parts.groups())
        fraction = f"<mfrac><mrow>{above}</mrow>{below}</mfrac>"
        return f"{start}<mo>⌊</mo>{fraction}<mo>⌋</mo>{end}"
    return "".join(map(_symbol, re.findall(r"[a-z][₁₂]?'?|\d+|\S", formula)))


def _symbol(token):
    if token.isdigit():
        return f"<mn>{token}</mn>"
    if not token[0].isalpha():
        return f"<mo>{escape(token.replace('-', '−'))}</mo>"
    letter = f"<mi>{token[0]}</mi>"
    match token[1:]:
        case "'":
            return f'{letter}<mo lspace="0" rspace="0">′</mo>'
        case "₁" | "₂":
            return f"<msub>{letter}<mn>{'₁₂'.index(token[1]) + 1}</mn></msub>"
    return letter


def pair(name: str, value: object, least: int = 1) -> Pair:
    """`value` as (vertical, horizontal), one integer standing for both, or an error."""
    numbers = _integers(value)
    if numbers is None or not all(least <= number <= LARGEST for number in numbers):
        kind = "a positive integer" if least == 1 else "an integer of 0 or more"
        raise ValueError(
            f"{name} must be {kind}, or two of them, (vertical, horizontal){_bound(numbers)}; "
            f"got {value!r}"
        )
    return numbers


def positive(name: str, value: object) -> int:
    """`value` as a positive integer, or an error."""
    number = integer(value)
    if number is None or not 1 <= number <= LARGEST:
        bound = _bound(None if number is None else (number,))
        raise ValueError(f"{name} must be a positive integer{bound}; got {value!r}")
    return number


def boolean(name: str, value: object) -> bool:
    """`value` as True or False, or an error."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be True or False; got {value!r}")
    return value


def _bound(numbers):
    """What to say of numbers that are too large."""
    return ", below 2**31" if numbers and max(numbers) > LARGEST else ""


def divide(what: str, count: int, groups: int) -> int:
    """`count` over `groups`, or an error where that leaves a rest."""
    if count % groups:
        raise ValueError(f"groups must divide the {what}, and {groups} does not divide {count}")
    return count // groups


def _border_mode(value, spec):
    if isinstance(value, str) and value in PADDINGS:
        return value
    sides = None
    if (both := _integers(value)) is not None:
        sides = tuple((p, p) for p in both)
    elif isinstance(value, tuple | list) and len(value) == 2:
        sides = tuple(_integers(side) if isinstance(side, tuple | list) else None for side in value)
    known = sides is not None and None not in sides
    if not known or not all(0 <= zeros <= LARGEST for side in sides for zeros in side):
        raise ValueError(
            f"border_mode must be one of {', '.join(map(repr, PADDINGS))}; or places to put "
            "around the image, 0 or more and below 2**31: an integer, a pair (vertical, "
            f"horizontal) or ((top, bottom), (left, right)); got {value!r}"
            f"{border_mode_hint(value, spec)}"
        )
    return sides


def _border(value):
    """`value` as a word of `BORDERS` or as another number than 0, or an error."""
    if isinstance(value, str) and value in BORDERS:
        return value
    number = integer(value)
    if number is None and isinstance(value, numbers.Real) and not isinstance(value, bool):
        number = float(value)
    if number is None or not abs(number) <= LARGEST_FLOAT:
        raise ValueError(
            f"border must be one of {', '.join(map(repr, BORDERS))}; or a number to put around the "
            f"image, at most {LARGEST_FLOAT:.2g} in size; got {value!r}{border_hint(value)}"
        )
    return number or "zeros"


def _integers(value):
    """`value` as two integers, one standing for both; None where it is neither."""
    if (number := integer(value)) is not None:
        return number, number
    if isinstance(value, str | bytes | dict | set | frozenset):
        return None
    try:
        numbers = tuple(map(integer, value))
    except TypeError:
        return None
    return numbers if len(numbers) == 2 and None not in numbers else None


def integer(value: Any) -> int | None:
    """`value` as an int where it is an integer, and no bool of Python or NumPy; else None."""
    if type(value).__name__ in ("bool", "bool_"):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def _on_grid(what, at, size):
    numbers = tuple(map(integer, at))
    if None in numbers or not all(0 <= n < length for n, length in zip(numbers, size, strict=True)):
        raise ValueError(
            f"(i, j) must be a row and a column of the {what}, from (0, 0) to "
            f"({size[0] - 1}, {size[1] - 1}); got {at}"
        )
