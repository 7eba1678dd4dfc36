"""Where a number comes from: the terms of one pixel, the shifted images, the matrix."""

import math
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import cycle, groupby
from typing import TYPE_CHECKING, Any, NamedTuple, SupportsIndex

import numpy as np

from convdoc._types import ArrayLike, Floats, OneOrTwo, Pair
from convdoc.conv import (
    LAYOUTS,
    as_floats,
    four_d,
    match_channels,
    match_filters,
    match_groups,
    real,
)
from convdoc.layouts import MisfitError, match
from convdoc.spec import ConvSpec, divide, integer, pair

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "Explanation", "Shift", "ShiftedSum", "Term", "as_matrix", "explain", "im2col", "shifted_sum",
]  # fmt: skip

#: What the texts and tables below say in words.
WORDS: dict[str, Any] = {
    "padding": "padding",
    "repeated": "{pixel} at ({row}, {column})",
    "channel": "channel {channel}: {subtotal}",
    "columns": ("Image", "Kernel", "Pixel", "Weight", "Product"),
    "sum": "Sum",
    "no terms": "no terms: no window of the convolution reads this place",
    "shift": "{weight} times the image, moved {u} down and {v} to the right:",
    "total": "all added up:",
}


class Term(NamedTuple):
    """One pixel times one weight, a part of the sum that makes an output pixel.

    Attributes
    ----------
    channel : int
        The channel of `x` that is read.
    input : (int, int) or None
        Row and column of the pixel in that channel; None for a number of the padding.
    slice : (int, int)
        The kernel slice that weighs it, the first two indices of `w`. The second counts from
        the first channel of the group.
    kernel : (int, int)
        Row and column of the weight in that slice, the last two indices of `w`.
    pixel, weight, product : int or float
        The numbers, as Python has them: exact integers where the arrays hold integers or
        booleans, else float64.
    place : (int, int)
        Row and column that are read, counted from the first pixel. It is `input`, except beyond
        the border of the image, where `input` is the pixel that is repeated there.
    """

    channel: int
    input: Pair | None
    slice: Pair
    kernel: Pair
    pixel: int | float
    weight: int | float
    product: int | float
    place: Pair

    @property
    def beyond(self) -> bool:
        """Whether it reads a place beyond the border of the image."""
        return self.place != self.input


@dataclass(frozen=True, repr=False)
class Explanation:
    r"""One output pixel as the sum of its terms: what `explain` gives.

    Printed, it is text; on a page or in a notebook, a table; `latex` writes the equation.

    Attributes
    ----------
    sample, filter, i, j : int
        Which output pixel it is: the four indices of the result.
    terms : tuple of Term
        Channel after channel, and in each from the top left of the window, row after row.

    Examples
    --------
    >>> from convdoc import ConvSpec
    >>> from convdoc.explain import explain
    >>> told = explain([[[[1, 2], [3, 4]]]], [[[[0.5, -1]]]], ConvSpec((1, 2)), 0, 0, 1, 0)
    >>> print(told)
    y[0, 0, 1, 0] = −1
      x[0, 0, 1, 0] · w[0, 0, 0, 1] = 3 · (−1) = −3
      x[0, 0, 1, 1] · w[0, 0, 0, 0] = 4 ·  0.5 =  2
    >>> print(told.latex())
    \begin{split}
    y_{0,0,1,0} &= x_{0,0,1,0} \cdot w_{0,0,0,1} + x_{0,0,1,1} \cdot w_{0,0,0,0} \\
    &= 3 \cdot (-1) + 4 \cdot 0.5 \\
    &= -1
    \end{split}
    """

    sample: int
    filter: int
    i: int
    j: int
    terms: tuple[Term, ...]

    @property
    def sum(self) -> int | float:
        """The output pixel: exact where all products are integers, else float64, rounded once."""
        return _sum(self.terms)

    @property
    def subtotals(self) -> dict[int, int | float]:
        """What each channel gives to the sum: a dict from the channel to its number."""
        return {channel: _sum(terms) for channel, terms in self._channels()}

    def latex(self) -> str:
        """Write the equation: in symbols, then with the numbers put in, then the result.

        Returns
        -------
        str
            A ``split`` environment, for display math in LaTeX, MathJax, KaTeX or latex2mathml,
            with a line for each row of the window. A number of the padding stands there as it is.
        """
        windows = groupby(self.terms, lambda term: (term.channel, term.kernel[0], term.place[0]))
        rows = [list(row) for _, row in windows]
        sides = [
            " \\\\\n&\\quad {} + ".join(" + ".join(map(write, row)) for row in rows)
            for write in (self._latex_symbols, _latex_factors)
        ]
        sides = " \\\\\n&= ".join([*filter(None, sides), _latex_number(self.sum)])
        return f"\\begin{{split}}\n{_latex_element('y', self._index)} &= {sides}\n\\end{{split}}"

    def __repr__(self) -> str:
        rows = [self._texts(term) for term in self.terms]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        line = "{0:<{5}} · {1:<{6}} = {2:>{7}} · {3:>{8}} = {4:>{9}}"
        aligned = (line.format(*row, *widths) for row in rows)
        lines = [self._title]
        for heading, terms in self._parts():
            lines += [f"  {heading}"] if heading else []
            margin = "    " if heading else "  "
            lines += [margin + next(aligned) for _ in terms]
        return "\n".join(lines if rows else [*lines, f"  {WORDS['no terms']}"])

    def _repr_html_(self) -> str:
        parts = [self._html_part(heading, terms) for heading, terms in self._parts()]
        if not parts:
            parts = [f'<tbody><tr><td colspan="5">{escape(WORDS["no terms"])}</td></tr></tbody>']
        return (
            f'<table class="convdoc-explanation"><caption>{escape(self._title)}</caption>'
            f"<thead><tr>{_html_headers('col', WORDS['columns'])}</tr></thead>{''.join(parts)}"
            f'<tfoot><tr><th scope="row" colspan="4">{escape(WORDS["sum"])}</th>'
            f"<td>{_number(self.sum)}</td></tr></tfoot></table>"
        )

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"

    @property
    def _index(self):
        return self.sample, self.filter, self.i, self.j

    @property
    def _title(self):
        return f"{_element('y', self._index)} = {_number(self.sum)}"

    def _channels(self):
        for channel, terms in groupby(self.terms, lambda term: term.channel):
            yield channel, list(terms)

    def _parts(self):
        """The terms of each channel and a heading for them, empty where there is one channel."""
        several = len(self.subtotals) > 1
        for channel, terms in self._channels():
            heading = WORDS["channel"].format(channel=channel, subtotal=_number(_sum(terms)))
            yield heading if several else "", terms

    def _read(self, term):
        return self.sample, term.channel, *term.input

    def _names(self, term):
        x = _element("x", self._read(term)) if term.input else WORDS["padding"]
        if term.input and term.beyond:
            row, column = (_number(n) for n in term.place)
            x = WORDS["repeated"].format(pixel=x, row=row, column=column)
        return x, _element("w", term.slice + term.kernel)

    def _texts(self, term):
        factors = (_factor(_number(value)) for value in (term.pixel, term.weight))
        return *self._names(term), *factors, _number(term.product)

    def _latex_symbols(self, term):
        read = self._read(term) if term.input else None
        x = _latex_element("x", read) if read else _factor(_latex_number(term.pixel))
        return rf"{x} \cdot {_latex_element('w', term.slice + term.kernel)}"

    def _html_part(self, heading, terms):
        rows = []
        if heading:
            rows.append(f'<tr><th scope="rowgroup" colspan="5">{escape(heading)}</th></tr>')
        for term in terms:
            opening = '<tr class="convdoc-padding">' if term.beyond else "<tr>"
            names = _html_headers("row", self._names(term))
            numbers = map(_number, (term.pixel, term.weight, term.product))
            cells = "".join(f"<td>{number}</td>" for number in numbers)
            rows.append(f"{opening}{names}{cells}</tr>")
        return f"<tbody>{''.join(rows)}</tbody>"


def explain(
    x: ArrayLike,
    w: ArrayLike,
    spec: ConvSpec,
    sample: SupportsIndex,
    filter: SupportsIndex,
    i: SupportsIndex,
    j: SupportsIndex,
) -> Explanation:
    r"""Take one pixel of a convolution's result apart into the terms that it is the sum of.

    .. math::

        Y_{n, f, i, j} = \sum_{c, u, v} W_{f, c, u, v} \, X_{n, c, i' - u d, j' - v d}

    with :math:`i' = i s + d (k_h - 1) - p` and :math:`j'` likewise, *p* being the places above
    and left of the image. Of a transposed convolution, with the sum over those filters, kernel
    rows and kernel columns for which both positions are whole and on the image:

    .. math::

        Y_{n, c, i, j} = \sum_{f, u, v} W_{f, c, u, v} \,
        X_{n, f, (i + p - (k_h - 1 - u) d) / s, (j + p - (k_w - 1 - v) d) / s}

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        The images. For a transposed `spec`, what that reads: its channels are the filters
        of `w`.
    w : array_like, shape (filters, channels // groups, kernel height, kernel width)
        The kernels as `conv4d` takes them, for a transposed `spec` as well.
    spec : ConvSpec
        The plan. Its kernel is that of `w`.
    sample : int
        Index of the image.
    filter : int
        Index of the filter; for a transposed `spec`, of the channel of the result.
    i, j : int
        Row and column of the result.

    Returns
    -------
    Explanation
        All terms, zeros included: those of the padding have the pixel 0, or what the spec's
        `border` puts there. Where a transposed convolution has nothing to read, there is no
        term. Whatever the dtype of the arrays, the
        products are computed in float64 and their sum is rounded once (``math.fsum``); of
        integers both are exact. `conv4d` may differ in the last digits that its dtype holds.

    Raises
    ------
    TypeError
        For a `spec` that is none, and as `conv4d` raises for arrays.
    ValueError
        As `conv4d` raises for arrays (but no integer is too large here), for a kernel of another
        size than the spec's, and for indices out of range, negative ones included.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285.

    Examples
    --------
    The window of the first output begins above the image. The kernel is flipped: its last
    weight meets the first pixel of the window.

    >>> from convdoc import ConvSpec
    >>> from convdoc.explain import explain
    >>> x = [[[[1, 2, 3],
    ...        [4, 5, 6]]]]
    >>> w = [[[[10, 20],
    ...        [30, 40]]]]
    >>> told = explain(x, w, ConvSpec(2, border_mode=((1, 0), (0, 0))), 0, 0, 0, 0)
    >>> print(told)
    y[0, 0, 0, 0] = 40
      padding       · w[0, 0, 1, 1] = 0 · 40 =  0
      padding       · w[0, 0, 1, 0] = 0 · 30 =  0
      x[0, 0, 0, 0] · w[0, 0, 0, 1] = 1 · 20 = 20
      x[0, 0, 0, 1] · w[0, 0, 0, 0] = 2 · 10 = 20
    >>> told.sum
    40
    >>> told.terms[2]
    Term(channel=0, input=(0, 0), slice=(0, 0), kernel=(0, 1), pixel=1, weight=20, product=20,
    place=(0, 0))

    On a ring, the row above the image is its last one:

    >>> spec = ConvSpec(2, border_mode=((1, 0), (0, 0)), border="circular")
    >>> w = [[[[10, 20],
    ...        [30, 40]]]]
    >>> print(explain(x, w, spec, 0, 0, 0, 0))
    y[0, 0, 0, 0] = 350
      x[0, 0, 1, 0] at (−1, 0) · w[0, 0, 1, 1] = 4 · 40 = 160
      x[0, 0, 1, 1] at (−1, 1) · w[0, 0, 1, 0] = 5 · 30 = 150
      x[0, 0, 0, 0]            · w[0, 0, 0, 1] = 1 · 20 =  20
      x[0, 0, 0, 1]            · w[0, 0, 0, 0] = 2 · 10 =  20

    Several channels are added up:

    >>> w = [[[[1]], [[-2]]]]
    >>> print(explain([[[[3, 4]], [[5, 6]]]], w, ConvSpec(1), 0, 0, 0, 1))
    y[0, 0, 0, 1] = −8
      channel 0: 4
        x[0, 0, 0, 1] · w[0, 0, 0, 0] = 4 ·    1 =   4
      channel 1: −12
        x[0, 1, 0, 1] · w[0, 1, 0, 0] = 6 · (−2) = −12

    Backwards with stride 2, this place of the result gets something from two pixels:

    >>> spec = ConvSpec((1, 3), strides=2, transposed=True)
    >>> print(explain([[[[7, 8]]]], [[[[1, 2, 3]]]], spec, 0, 0, 0, 2))
    y[0, 0, 0, 2] = 31
      x[0, 0, 0, 0] · w[0, 0, 0, 0] = 7 · 1 =  7
      x[0, 0, 0, 1] · w[0, 0, 0, 2] = 8 · 3 = 24
    """
    _check_plan(spec)
    x, w = real("x", x), real("w", w)
    match(partial(_fit, spec), spec.groups, x=x.shape, w=w.shape)
    filters, channels = len(w) // spec.groups, w.shape[1]  # of one group
    if spec.transposed:
        filter = _index("filter", filter, "channels of the result", channels * spec.groups)
        group, part = divmod(filter, channels)
        slices = [(f, (f, part)) for f in range(group * filters, (group + 1) * filters)]
    else:
        filter = _index("filter", filter, "filters of w", len(w))
        first = filter // filters * channels
        slices = [(first + c, (filter, c)) for c in range(channels)]
    sample = _index("sample", sample, "images of x", len(x))
    rows, columns = _lines(spec, i, j, x.shape[2:])
    terms = [
        _term(x[sample, channel], w, spec, channel, part, row, column)
        for channel, part in slices
        for row in rows
        for column in columns
        if not spec.transposed or None not in (row.pixel, column.pixel)
    ]
    return Explanation(sample, filter, int(i), int(j), tuple(terms))


class Shift(NamedTuple):
    """A shifted and weighted copy of the image, one part of a full convolution.

    Attributes
    ----------
    kernel : (int, int)
        Row and column of the kernel element: how far the image is shifted down and right.
    weight : float
        That element, which the image is multiplied by.
    image : numpy.ndarray, shape (1, 1, height + kernel height - 1, width + kernel width - 1)
        The copy, with zeros around it.
    """

    kernel: Pair
    weight: float
    image: Floats


@dataclass(frozen=True, repr=False, eq=False)
class ShiftedSum:
    """A convolution as a sum of images: what `shifted_sum` gives.

    Attributes
    ----------
    shifts : tuple of Shift
        One for each kernel element, row after row.

    Examples
    --------
    >>> from convdoc.explain import shifted_sum
    >>> print(shifted_sum([[[[1, 2]]]], [[[[3], [4]]]]))
    w[0, 0, 0, 0], 3 times the image, moved 0 down and 0 to the right:
    [[3. 6.]
     [0. 0.]]
    w[0, 0, 1, 0], 4 times the image, moved 1 down and 0 to the right:
    [[0. 0.]
     [4. 8.]]
    all added up:
    [[3. 6.]
     [4. 8.]]
    """

    shifts: tuple[Shift, ...]

    @property
    def total(self) -> Floats:
        """All images added up: the full convolution, in their shape and dtype."""
        images = [shift.image for shift in self.shifts]
        return sum(images, np.zeros_like(images[0]))

    def __repr__(self) -> str:
        parts = []
        for (u, v), weight, image in self.shifts:
            heading = WORDS["shift"].format(u=u, v=v, weight=_number(weight))
            parts.append(f"{_element('w', (0, 0, u, v))}, {heading}\n{image[0, 0]}")
        return "\n".join([*parts, f"{WORDS['total']}\n{self.total[0, 0]}"])


def shifted_sum(x: ArrayLike, w: ArrayLike) -> ShiftedSum:
    r"""Take a full convolution apart into copies of the image, one for each kernel element.

    .. math::

        (x * w)_{i, j} = \sum_{u, v} w_{u, v} \, x_{i - u, j - v}

    The element in row *u* and column *v* moves the image down by *u* and right by *v*, and
    multiplies it. Seen like this, no kernel has to be flipped.

    Parameters
    ----------
    x : array_like, shape (1, 1, height, width)
        One image of one channel.
    w : array_like, shape (1, 1, kernel height, kernel width)
        One kernel.

    Returns
    -------
    ShiftedSum
        Its `shifts` in the order of the kernel elements, and their `total`, which is
        ``conv4d(x, w, "full")``. With the dtype rule of `conv4d`.

    Raises
    ------
    TypeError
        As `conv4d` raises.
    ValueError
        As `conv4d` raises for an array, and for more than one sample, filter or channel.

    References
    ----------
    A. V. Oppenheim and A. S. Willsky with S. H. Nawab, "Signals and Systems", second edition,
    1997, section 2.1, where the signal is taken apart and the response is shifted. A convolution
    is the same with both exchanged.

    Examples
    --------
    >>> from convdoc.explain import shifted_sum
    >>> parts = shifted_sum([[[[1, 2],
    ...                        [3, 4]]]], [[[[10, -1]]]])
    >>> print(parts)
    w[0, 0, 0, 0], 10 times the image, moved 0 down and 0 to the right:
    [[10. 20.  0.]
     [30. 40.  0.]]
    w[0, 0, 0, 1], −1 times the image, moved 0 down and 1 to the right:
    [[ 0. -1. -2.]
     [ 0. -3. -4.]]
    all added up:
    [[10. 19. -2.]
     [30. 37. -4.]]
    >>> parts.total.shape
    (1, 1, 2, 3)
    """
    x, w = real("x", x), real("w", w)
    match(_fit_single, x=x.shape, w=w.shape)
    x, w = as_floats(x=x, w=w)
    height, width = w.shape[2:]
    shifts = []
    for u, v in np.ndindex(height, width):
        around = ((0, 0), (0, 0), (u, height - 1 - u), (v, width - 1 - v))
        shifts.append(Shift((u, v), w[0, 0, u, v].item(), np.pad(x * w[0, 0, u, v], around)))
    return ShiftedSum(tuple(shifts))


def as_matrix(spec: ConvSpec, size: OneOrTwo, w: ArrayLike) -> "csr_array":
    r"""Write a convolution as a sparse matrix: its result is the matrix times the image.

    .. math::

        \operatorname{vec}(Y_n) = M \operatorname{vec}(X_n)

    where vec strings out channels, rows and columns in this order, as ``ravel`` does. Row
    *r* of the matrix holds the weights of output *r*, each in the column of the pixel that it
    weighs; without padding, that is a row of the flipped kernel for each row of the window.
    The matrix of a transposed convolution is the transpose of the convolution's.

    Parameters
    ----------
    spec : ConvSpec
        The plan. Its kernel is that of `w`.
    size : int or (int, int)
        Height and width of the input; for a transposed `spec`, of what that reads.
    w : array_like, shape (filters, channels // groups, kernel height, kernel width)
        The kernels as `conv4d` takes them, for a transposed `spec` as well.

    Returns
    -------
    scipy.sparse.csr_array, shape (outputs, inputs)
        For one sample: (filters · output height · output width, channels · height · width),
        and for a transposed `spec` with filters and channels exchanged. One entry for each
        output and each pixel that its window holds, also where the weight is 0; a pixel that the
        border repeats has the sum of its weights, and zeros of the padding have no entry. float64
        where `w` is, else float32.

    Raises
    ------
    ImportError
        If scipy is missing.
    TypeError
        For a `spec` that is none, and as `conv4d` raises for `w`.
    ValueError
        As `conv4d` raises for `w`, for a kernel of another size than the spec's, for groups
        that do not divide the filters, for a `size` on which no window fits, and for a border of
        a number other than 0, of which a product of matrix and image has nothing.

    References
    ----------
    V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
    arXiv 1603.07285, section 4.1. Their matrix is that of a cross-correlation, whose kernel is
    not flipped.

    Examples
    --------
    >>> from convdoc import ConvSpec
    >>> from convdoc.explain import as_matrix
    >>> import numpy as np
    >>> w = [[[[1, 2],
    ...        [3, 4]]]]
    >>> matrix = as_matrix(ConvSpec(2), (3, 3), w)
    >>> matrix.toarray()
    array([[4., 3., 0., 2., 1., 0., 0., 0., 0.],
           [0., 4., 3., 0., 2., 1., 0., 0., 0.],
           [0., 0., 0., 4., 3., 0., 2., 1., 0.],
           [0., 0., 0., 0., 4., 3., 0., 2., 1.]], dtype=float32)
    >>> (matrix @ np.arange(9)).reshape(2, 2)
    array([[13., 23.],
           [43., 53.]])
    >>> as_matrix(ConvSpec(2, transposed=True), (2, 2), w).shape
    (9, 4)
    """
    try:
        from scipy.sparse import coo_array
    except ImportError:
        raise ImportError(
            "as_matrix needs scipy, which is not installed: pip install scipy"
        ) from None
    _check_plan(spec)
    w = real("w", w)
    match(partial(_fit, spec), spec.groups, w=w.shape)
    if not spec.beyond.linear:
        raise ValueError(
            f"a convolution with border={spec.border!r} is no matrix times the image, since it "
            "adds that number whatever the image is; border='zeros' gives the matrix of the rest"
        )
    (w,) = as_floats(w=w)
    if spec.transposed:
        return as_matrix(spec.forward, spec.output_size(size), w).T.tocsr()
    height, width = size = pair("size", size)
    rows, columns = _pixels(spec, size)
    i, j, u, v = np.nonzero((rows >= 0)[:, None, :, None] & (columns >= 0)[:, None])
    output, pixel = i * len(columns) + j, rows[i, u] * width + columns[j, v]
    outputs, pixels = len(rows) * len(columns), height * width
    # So far one slice; now every slice, in the block of its filter and its channel.
    filters, channels = w.shape[:2]
    filter, channel = np.indices((filters, channels))[..., None]
    channel += filter // (filters // spec.groups) * channels
    weights = w[:, :, ::-1, ::-1][:, :, u, v]
    places = (filter * outputs + output).ravel(), (channel * pixels + pixel).ravel()
    shape = filters * outputs, channels * spec.groups * pixels
    return coo_array((weights.ravel(), places), shape).tocsr()


def im2col(x: ArrayLike, spec: ConvSpec) -> Floats:
    r"""Put every window of the images into a column, so that a product of matrices convolves.

    Column :math:`i o_w + j` holds the window of output (i, j), channel after channel and in
    each row after row, what lies beyond the border included. With the flipped kernels as the
    rows of a matrix,

    .. math::

        Y_{n, f, (i, j)} = \sum_{c, u, v}
        W_{f, c, k_h - 1 - u, k_w - 1 - v} \, \text{im2col}(X)_{n, (c, u, v), (i, j)}

    which is ``w[:, :, ::-1, ::-1].reshape(filters, -1) @ im2col(x, spec)``, to be reshaped to
    (samples, filters, output height, output width). In groups, each part of the filters
    multiplies its own part of the rows: ``np.split(columns, groups, axis=1)``. For a transposed
    `spec`, which does not flip, it is ``w.swapaxes(0, 1).reshape(channels, -1)``, with zeros
    where there is nothing to read.

    Parameters
    ----------
    x : array_like, shape (samples, channels, height, width)
        The images; for a transposed `spec`, what that reads.
    spec : ConvSpec
        The plan.

    Returns
    -------
    numpy.ndarray, shape (samples, channels · kernel height · kernel width, outputs)
        With output height · output width columns. float64 where `x` is, else float32.

    Raises
    ------
    TypeError
        For a `spec` that is none, and as `conv4d` raises for `x`.
    ValueError
        As `conv4d` raises for `x`, for groups that do not divide its channels, and where no
        window fits.

    References
    ----------
    K. Chellapilla, S. Puri and P. Simard, "High performance convolutional neural networks for
    document processing", 2006.

    Examples
    --------
    The example of "Dive into Deep Learning", section 7.2, which does not flip: so its kernel is
    what stands in the row.

    >>> from convdoc import ConvSpec
    >>> from convdoc.explain import im2col
    >>> import numpy as np
    >>> columns = im2col(np.arange(9.).reshape(1, 1, 3, 3), ConvSpec(2))
    >>> columns
    array([[[0., 1., 3., 4.],
            [1., 2., 4., 5.],
            [3., 4., 6., 7.],
            [4., 5., 7., 8.]]])
    >>> (np.array([[0, 1, 2, 3]]) @ columns).reshape(2, 2)
    array([[19., 25.],
           [37., 43.]])
    """
    _check_plan(spec)
    x = real("x", x)
    match(partial(_fit_image, spec), spec.groups, x=x.shape)
    samples, channels, *size = x.shape
    (x,) = as_floats(x=x)
    if spec.transposed and spec.border != "zeros":
        sides, image = spec.padding(size), spec.output_size(size)
        around = tuple(n + sum(places) for n, places in zip(image, sides, strict=True))
        columns = im2col(x, spec.forward.bare.as_transposed(around))
        columns = spec.beyond.fold_back(columns.reshape(samples, -1, *around), sides)
        return columns.reshape(*columns.shape[:2], -1)
    rows, columns = _pixels(spec, size)
    # A last row and a last column hold what lies on no pixel: their index is −1.
    bordered = np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=spec.beyond.value)
    windows = bordered[:, :, rows.T[:, None, :, None], columns.T[:, None]]
    return windows.reshape(samples, channels * math.prod(spec.kernel), -1)


# Arguments, and the plan in terms of them.


def _fit(spec, w, groups, x=None):
    """Raise a `MisfitError` unless kernels, and images, of these shapes fit the plan."""
    if x is None:
        match_groups(w, groups)
    elif spec.transposed:
        match_filters(x, w, groups, "x")
    else:
        match_channels(x, w, groups)
    if w[2:] != spec.kernel:
        raise MisfitError(
            f"w must hold kernels of the size that spec says, {spec.kernel}; got {w[2:]}: "
            f"w is {LAYOUTS['w']} = {w}"
        )
    if x is not None:
        _fit_image(spec, x, 1)


def _fit_image(spec, x, groups):
    """Raise a `MisfitError` unless groups divide the channels and a window fits."""
    four_d("x", x)
    try:
        divide("filters" if spec.transposed else "channels", x[1], groups)
        spec.output_size(x[2:])
    except ValueError as error:
        raise MisfitError(str(error)) from None


def _fit_single(x, w, groups):
    """Raise a `MisfitError` unless both shapes are those of one slice."""
    for name, shape in {"x": x, "w": w}.items():
        four_d(name, shape)
        if shape[:2] != (1, 1):
            raise MisfitError(
                f"{name} must be a single slice, shape (1, 1, height, width): this is about one "
                f"image of one channel and one kernel; got shape {shape}, read as {LAYOUTS[name]}"
            )


def _check_plan(spec):
    if not isinstance(spec, ConvSpec):
        raise TypeError(f"spec must be a ConvSpec, such as ConvSpec(kernel=3); got {spec!r}")


def _index(name, value, what, length):
    index = integer(value)
    if index is None or not 0 <= index < length:
        raise ValueError(
            f"{name} must be one of the {length} {what}, from 0 to {length - 1}; got {value!r}"
        )
    return index


class _Line(NamedTuple):
    """A row, or a column, of a window: in the kernel, where it lies, and which pixels it holds."""

    kernel: int
    place: int | None
    pixel: int | None


def _lines(spec, i, j, size):
    """Rows and columns of the window of output (i, j)."""
    windows = spec.window(i, j, size)
    places = windows if spec.transposed else spec.places(i, j, size)
    # A transposed convolution goes through the kernel once for each place that holds its pixel.
    orders = (range(k) if spec.transposed else range(k)[::-1] for k in spec.kernel)
    return [
        [_Line(*line) for line in zip(cycle(order), *lines)]
        for order, *lines in zip(orders, places, windows, strict=True)
    ]


def _pixels(spec, size):
    """Rows by output row and place in the window, and columns likewise; −1 is none.

    Shapes (output height, kernel height) and (output width, kernel width).
    """
    height, width = spec.output_size(size)
    rows = [spec.window(i, 0, size)[0] for i in range(height)]
    columns = [spec.window(0, j, size)[1] for j in range(width)]
    return tuple(
        np.array([[-1 if place is None else place for place in window] for window in windows])
        for windows in (rows, columns)
    )


# Terms and their sum.


def _term(image, w, spec, channel, part, *lines):
    element, place, pixel = zip(*lines, strict=True)
    read = None if None in pixel else pixel
    value = +image[pixel].item() if read else spec.beyond.value  # + makes an int of True
    weight = +w[part + element].item()
    return Term(channel, read, part, element, value, weight, value * weight, place)


def _sum(terms):
    products = [term.product for term in terms]
    if all(isinstance(product, int) for product in products):
        return sum(products)
    try:
        return math.fsum(products)
    except (OverflowError, ValueError):  # beyond the largest float, and ∞ − ∞
        return sum(products)


# Numbers and names, as text, in LaTeX and in HTML.


def _number(value):
    """Integers in full, others with six digits."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e16):
        text = str(int(value))
    else:
        text = f"{value:.6g}".replace("inf", "∞").replace("nan", "NaN")
    return text.replace("-", "−")


def _factor(text):
    return f"({text})" if text.startswith(("−", "-")) or "times" in text else text


def _element(name, index):
    return f"{name}[{', '.join(map(str, index))}]"


def _latex_number(value):
    mantissa, _, exponent = _number(value).replace("−", "-").partition("e")
    mantissa = mantissa.replace("∞", r"\infty").replace("NaN", r"\text{NaN}")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def _latex_factors(term):
    return " \\cdot ".join(_factor(_latex_number(value)) for value in (term.pixel, term.weight))


def _latex_element(name, index):
    return f"{name}_{{{','.join(map(str, index))}}}"


def _html_headers(scope, texts):
    return "".join(f'<th scope="{scope}">{escape(text)}</th>' for text in texts)
