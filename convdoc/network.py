"""A network as a list of layers: what is run, counted and drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, ClassVar, SupportsIndex

import numpy as np

from convdoc._types import (
    ArrayLike,
    BorderMode,
    BorderName,
    EngineName,
    Filling,
    Floats,
    OneOrTwo,
    Pair,
    PoolingMode,
    Shape,
    Sides,
)
from convdoc.conv import conv4d, four_d, pool4d, real
from convdoc.hints import hinted
from convdoc.layouts import MisfitError, looks_channels_last, match, warn_of_accident
from convdoc.poolings import rounded_up
from convdoc.spec import ConvSpec, boolean, divide, pair, positive

__all__ = [
    "ALEXNET",
    "DIELEMAN",
    "LENET5",
    "VGG16",
    "AveragePool",
    "Conv",
    "Dense",
    "MaxPool",
    "Network",
    "Row",
    "Table",
]


@hinted
@dataclass(frozen=True)
class Conv:
    """A convolution layer, without bias.

    Parameters
    ----------
    filters : int
        Number of output channels.
    size : int or (int, int)
        Height and width of the kernel.
    strides, border_mode, dilation, groups, border
        As `convdoc.ConvSpec` takes them.

    Raises
    ------
    ValueError
        If `ConvSpec` refuses a setting, or if the groups do not divide the filters.

    Examples
    --------
    >>> from convdoc.network import Conv
    >>> print(Conv(96, 11, strides=4))
    conv 11×11, 96 filters, stride 4
    >>> Conv(256, 5, groups=2).kernel_shape(channels=96)
    (256, 48, 5, 5)
    """

    filters: int
    size: Pair
    strides: Pair = (1, 1)
    border_mode: BorderName | Sides = "valid"
    dilation: Pair = (1, 1)
    groups: int = 1
    border: Filling | float = "zeros"

    if TYPE_CHECKING:  # as in ConvSpec

        def __init__(
            self,
            filters: SupportsIndex,
            size: OneOrTwo,
            strides: OneOrTwo = 1,
            border_mode: BorderMode = "valid",
            dilation: OneOrTwo = 1,
            groups: SupportsIndex = 1,
            border: Filling | float = "zeros",
        ) -> None: ...

    def __post_init__(self) -> None:
        _settle(self, filters=positive("filters", self.filters), size=pair("size", self.size))
        spec = self.spec
        for name in ("strides", "border_mode", "dilation", "groups", "border"):
            _settle(self, **{name: getattr(spec, name)})
        divide("filters", self.filters, self.groups)

    @property
    def spec(self) -> ConvSpec:
        """What it does to sizes and positions: a `convdoc.ConvSpec`."""
        return ConvSpec(
            self.size,
            self.strides,
            self.border_mode,
            self.dilation,
            self.groups,
            border=self.border,
        )

    def kernel_shape(self, channels: int) -> Shape:
        """Shape of its weights over an input of so many `channels`.

        Returns
        -------
        (filters, channels // groups, kernel height, kernel width)

        Raises
        ------
        ValueError
            If the groups do not divide the channels.
        """
        return self.filters, divide("channels", channels, self.groups), *self.size

    def __str__(self) -> str:
        filters = f"{self.filters} filter{'s' * (self.filters > 1)}"
        border = "" if self.border == "zeros" else f"border {self.border}"
        groups = "" if self.groups == 1 else f"{self.groups} groups"
        return _words(f"conv {_by(self.size)}", filters, *_steps(self, (1, 1)), border, groups)


@dataclass(frozen=True)
class _Pool:
    """What the poolings have in common. Each says its `mode`, as `convdoc.pool4d` takes it."""

    size: Pair
    strides: Pair = None  # type: ignore[assignment]  # the size, from __post_init__ on
    border_mode: BorderName | Sides = "valid"
    ceil_mode: bool = False
    dilation: Pair = (1, 1)
    mode: ClassVar[PoolingMode]

    def __post_init__(self) -> None:
        _settle(self, size=pair("size", self.size))
        _settle(self, strides=self.size if self.strides is None else self.strides)
        spec = self.spec
        for name in ("strides", "border_mode", "dilation"):
            _settle(self, **{name: getattr(spec, name)})
        boolean("ceil_mode", self.ceil_mode)
        for k, sides in zip(spec.dilated_kernel, spec.padding(1), strict=True):
            if max(sides) >= k:
                raise ValueError(
                    f"border_mode must pad less than a window, size={self.size}, on every side, "
                    f"or windows lie on padding alone; got {self.border_mode!r}"
                )

    @property
    def spec(self) -> ConvSpec:
        """What it does to sizes and positions: a `convdoc.ConvSpec`."""
        return ConvSpec(self.size, self.strides, self.border_mode, self.dilation)

    def kernel_shape(self, channels: int) -> None:
        """None: it has no weights, and leaves the number of channels alone."""

    def __str__(self) -> str:
        ceil = "ceil mode" if self.ceil_mode else ""
        return _words(f"{self.mode} pool {_by(self.size)}", *_steps(self, self.size), ceil)


@hinted
@dataclass(frozen=True)
class MaxPool(_Pool):
    """The largest value of each window, channel by channel.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of a window.
    strides : int or (int, int), optional
        Pixels from one window to the next. By default the size: windows side by side.
    border_mode
        Padding, as `convdoc.ConvSpec` takes it: less than a window on every side. Never the
        largest value.
    ceil_mode, dilation
        As `convdoc.pool4d` takes them.

    Raises
    ------
    ValueError
        If `ConvSpec` refuses a setting, or if the padding is as large as a window.

    Examples
    --------
    >>> from convdoc.network import MaxPool
    >>> print(MaxPool(3, strides=2))
    max pool 3×3, stride 2
    """

    mode = "max"

    if TYPE_CHECKING:  # as in ConvSpec

        def __init__(
            self,
            size: OneOrTwo,
            strides: OneOrTwo | None = None,
            border_mode: BorderMode = "valid",
            ceil_mode: bool = False,
            dilation: OneOrTwo = 1,
        ) -> None: ...


@hinted
@dataclass(frozen=True)
class AveragePool(_Pool):
    """The mean of each window, channel by channel.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of a window.
    strides : int or (int, int), optional
        Pixels from one window to the next. By default the size: windows side by side.
    border_mode
        Padding, as `convdoc.ConvSpec` takes it: less than a window on every side. It counts as
        zeros.
    ceil_mode, dilation
        As `convdoc.pool4d` takes them.

    Raises
    ------
    ValueError
        If `ConvSpec` refuses a setting, or if the padding is as large as a window.

    Examples
    --------
    >>> from convdoc.network import AveragePool
    >>> print(AveragePool(2))
    average pool 2×2
    """

    mode = "average"

    if TYPE_CHECKING:  # as in ConvSpec

        def __init__(
            self,
            size: OneOrTwo,
            strides: OneOrTwo | None = None,
            border_mode: BorderMode = "valid",
            ceil_mode: bool = False,
            dilation: OneOrTwo = 1,
        ) -> None: ...


@hinted
@dataclass(frozen=True)
class Dense:
    """A layer in which every unit reads every number of its input, without bias.

    It is a convolution whose kernel is as large as its input, with a filter for each unit:
    there is one place to lay it, and so one output of 1×1 for each unit. Flipped as any kernel
    is; where weights are learned, that does not matter.

    Parameters
    ----------
    units : int
        Number of output channels.

    Raises
    ------
    ValueError
        If `units` is not a positive integer.

    Examples
    --------
    >>> from convdoc.network import Dense
    >>> dense = Dense(10)
    >>> print(dense, "is", dense.as_conv((5, 4)))
    dense, 10 units is conv 5×4, 10 filters
    """

    units: int

    def __post_init__(self) -> None:
        _settle(self, units=positive("units", self.units))

    def as_conv(self, size: OneOrTwo) -> Conv:
        """The convolution that it is over an input of `size`, (height, width).

        Returns
        -------
        Conv
        """
        return Conv(self.units, size)

    def __str__(self) -> str:
        return f"dense, {self.units} unit{'s' * (self.units > 1)}"


Layer = Conv | MaxPool | AveragePool | Dense


@dataclass(frozen=True)
class Network:
    """Layers one after the other.

    Nothing stands between them: no biases, no activations, no normalisation. These change no
    shapes and no receptive fields, and of all of them, only biases are counted here.

    Parameters
    ----------
    layers : list or tuple of Conv, MaxPool, AveragePool or Dense
        In the order in which an image meets them.

    Raises
    ------
    TypeError
        If `layers` is neither a list nor a tuple, or if it has anything else in it.

    Examples
    --------
    >>> from convdoc.network import Conv, Dense, MaxPool, Network
    >>> network = Network([Conv(10, 5), MaxPool(2), Dense(7)])
    >>> [row.shape for row in network.table((1, 3, 20, 20)).rows]
    [(1, 3, 20, 20), (1, 10, 16, 16), (1, 10, 8, 8), (1, 7, 1, 1)]
    """

    layers: tuple[Layer, ...]

    if TYPE_CHECKING:  # as in ConvSpec

        def __init__(self, layers: Sequence[Layer]) -> None: ...

    def __post_init__(self) -> None:
        if not isinstance(self.layers, list | tuple):
            raise TypeError(f"layers must be a list or a tuple of layers; got {self.layers!r}")
        for number, layer in enumerate(self.layers):
            if not isinstance(layer, Conv | Dense | _Pool):
                raise TypeError(
                    f"layers[{number}] must be a Conv, MaxPool, AveragePool or Dense; got {layer!r}"
                )
        _settle(self, layers=tuple(self.layers))

    def table(self, x_shape: Sequence[SupportsIndex]) -> "Table":
        """Say what each layer gives, needs and sees, without computing anything.

        Parameters
        ----------
        x_shape : (samples, channels, height, width)
            Shape of the input.

        Returns
        -------
        Table
            The input's row, then one for each layer.

        Raises
        ------
        ValueError
            If `x_shape` is not four positive integers, or a layer does not fit the shape that
            the one before it gives.

        Examples
        --------
        >>> from convdoc.network import Conv, MaxPool, Network
        >>> print(Network([Conv(10, 5), MaxPool(2)]).table((1, 3, 20, 20)))
                                       output         kernel  receptive
        layer                           shape          shape      field  jump  start
        input                  (1, 3, 20, 20)                         1     1    0.0
        conv 5×5, 10 filters  (1, 10, 16, 16)  (10, 3, 5, 5)          5     1    2.0
        max pool 2×2            (1, 10, 8, 8)                         6     2    2.5
        <BLANKLINE>
                                         tied  untied                  memory
        layer                 weights  biases  biases  multiply-adds  (bytes)
        input                       0       0       0              0    4,800
        conv 5×5, 10 filters      750      10   2,560        192,000   10,240
        max pool 2×2                0       0       0              0    2,560
        total                     750      10   2,560        192,000   17,600
        <BLANKLINE>
        750 parameters without biases, 760 with one for each filter, 3,310 with one for each output
        """
        if not isinstance(x_shape, list | tuple) or len(x_shape) != 4:
            raise ValueError(f"x_shape must be (samples, channels, height, width); got {x_shape!r}")
        samples, channels, height, width = (
            positive(f"x_shape[{n}]", length) for n, length in enumerate(x_shape)
        )
        shape = samples, channels, height, width
        rows = [Row("input", shape, None, (1, 1), (1, 1), (0.0, 0.0))]
        for number, layer in enumerate(self.layers):
            try:
                rows.append(_next_row(rows[-1], layer))
            except ValueError as error:
                raise ValueError(
                    f"layers[{number}], {layer}, does not fit its input {rows[-1].shape}: {error}"
                ) from None
        return Table(tuple(rows))

    def run(
        self,
        x: ArrayLike,
        weights: Sequence[ArrayLike] | None = None,
        seed: int = 0,
        engine: EngineName | None = None,
    ) -> list[Floats]:
        """Compute every layer.

        Parameters
        ----------
        x : array_like, shape (samples, channels, height, width)
        weights : list of array_like, optional
            The kernel of each layer that has one, Conv or Dense, in order. Their shapes are
            those of :attr:`Table.kernel_shapes`. By default they are drawn at random.
        seed : int
            Seed of random kernels, which are drawn from a normal distribution.
        engine : str
            The library that computes the convolutions, as in `convdoc.conv4d`.

        Returns
        -------
        list of numpy.ndarray
            What each layer gives, shape (samples, channels, height, width), in order.

        Raises
        ------
        TypeError, ValueError, ImportError, RuntimeError, MemoryError
            If `conv4d` or `pool4d` raises one, if a layer does not fit, if `weights` are not as
            many as the layers that have some, or if one has not its layer's shape.

        Examples
        --------
        >>> import numpy as np
        >>> from convdoc.network import AveragePool, Conv, Network
        >>> network = Network([Conv(1, (1, 2)), AveragePool(2)])
        >>> x = np.arange(15).reshape(1, 1, 3, 5)
        >>> difference = np.array([1, -1]).reshape(1, 1, 1, 2)
        >>> for y in network.run(x, weights=[difference]):
        ...     print(y[0, 0])
        [[1. 1. 1. 1.]
         [1. 1. 1. 1.]
         [1. 1. 1. 1.]]
        [[1. 1.]]
        """

        def check(x, groups):
            four_d("x", x)
            try:
                rows = self.table(x).rows[1:]
                if weights is not None:
                    _match_weights(rows, weights)
            except ValueError as error:
                raise MisfitError(str(error)) from None
            return rows

        x = real("x", x)
        rows = match(check, x=x.shape)
        if looks_channels_last(x.shape):
            warn_of_accident(check, x=x.shape)
        kernels = _drawn(rows, seed, x.dtype) if weights is None else iter(weights)
        results = []
        for layer in self.layers:
            layer = _over(layer, x.shape[2:])
            if isinstance(layer, Conv):
                x = conv4d(
                    x, next(kernels), layer.border_mode, strides=layer.strides,
                    dilation=layer.dilation, groups=layer.groups, border=layer.border,
                    engine=engine,
                )  # fmt: skip
            else:
                x = pool4d(
                    x, layer.size, layer.strides, layer.border_mode, layer.mode,
                    ceil_mode=layer.ceil_mode, dilation=layer.dilation,
                )  # fmt: skip
            results.append(x)
        return results


@dataclass(frozen=True)
class Row:
    r"""One layer of a network, over an input of known shape.

    A layer widens the receptive field *r*, lengthens the jump *j* and shifts the start *c*.
    Along an axis, with its stride *s*, its dilated kernel :math:`\hat k` and *p* zeros before
    its input:

    .. math::

        r' = r + (\hat k - 1) \, j
        \qquad
        j' = j \, s
        \qquad
        c' = c + \left( \tfrac{\hat k - 1}{2} - p \right) j

    beginning with 1, 1 and 0 at the input. This is the theoretical receptive field, the frame
    that the layers allow for. It is not cut off at the border of the image. An output depends
    on all pixels in it, but for two cases: a stride longer than its kernel or a kernel with
    holes may leave some out, and near the border, a layer may read the zeros around the output
    of another. Where a border repeats pixels, outputs near it depend on these as well.

    Attributes
    ----------
    layer : str
        The layer in words.
    shape : (samples, channels, height, width)
        Of what it gives.
    kernel_shape : (filters, channels, height, width) or None
        Of its weights, if it has any.
    receptive_field : (int, int)
        Height and width of the part of the network's input that one output can depend on.
    jump : (int, int)
        Pixels of the network's input from the receptive field of one output to that of the
        next.
    start : (float, float)
        Row and column of the network's input that the receptive field of output (0, 0) is
        centred on: 0 is the first pixel, 0.5 the border of the first two. With padding, it may
        lie outside.

    References
    ----------
    A. Araujo, W. Norris and J. Sim, "Computing receptive fields of convolutional neural
    networks", Distill, 2019, doi 10.23915/distill.00021.
    """

    layer: str
    shape: Shape
    kernel_shape: Shape | None
    receptive_field: Pair
    jump: Pair
    start: tuple[float, float]

    @property
    def weights(self) -> int:
        """Number of weights: the product of the kernel's shape."""
        return math.prod(self.kernel_shape) if self.kernel_shape else 0

    @property
    def tied_biases(self) -> int:
        """Number of biases, with one for each filter."""
        return self.kernel_shape[0] if self.kernel_shape else 0

    @property
    def untied_biases(self) -> int:
        """Number of biases, with one for each output of a sample."""
        return math.prod(self.shape[1:]) if self.kernel_shape else 0

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with its addition, for all samples.

        One for each weight of a filter and each output of that filter, zeros of the padding
        included. Pooling multiplies nothing.
        """
        return math.prod(self.kernel_shape[1:]) * math.prod(self.shape) if self.kernel_shape else 0

    @property
    def memory(self) -> int:
        """Bytes of what it gives, in float32, for all samples."""
        return 4 * math.prod(self.shape)


# Heads of the columns of a table, and what of a row stands under each.
PLACES = {
    "layer": "layer",
    "output shape": "shape",
    "kernel shape": "kernel_shape",
    "receptive field": "receptive_field",
    "jump": "jump",
    "start": "start",
}
COUNTS = {
    "weights": "weights",
    "tied biases": "tied_biases",
    "untied biases": "untied_biases",
    "multiply-adds": "multiply_adds",
    "memory (bytes)": "memory",
}


@dataclass(frozen=True, repr=False)
class Table:
    """What :meth:`Network.table` says: printed as text, shown as a table on a page.

    Where height and width have the same number, it stands there once.

    Attributes
    ----------
    rows : tuple of Row
        The input, then each layer.

    Examples
    --------
    >>> from convdoc.network import LENET5
    >>> table = LENET5.table((1, 1, 32, 32))
    >>> table.rows[3].layer, table.rows[3].receptive_field
    ('conv 5×5, 16 filters', (14, 14))
    >>> table.parameters_tied
    61706
    """

    rows: tuple[Row, ...]

    @property
    def kernel_shapes(self) -> list[Shape]:
        """Shapes of the kernels, of those layers that have one: a list."""
        return [row.kernel_shape for row in self.rows if row.kernel_shape]

    @property
    def weights(self) -> int:
        """Parameters of all layers without biases."""
        return self._total("weights")

    @property
    def parameters_tied(self) -> int:
        """Parameters of all layers with a bias for each filter."""
        return self.weights + self._total("tied_biases")

    @property
    def parameters_untied(self) -> int:
        """Parameters of all layers with a bias for each output of a sample."""
        return self.weights + self._total("untied_biases")

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of all layers, for all samples."""
        return self._total("multiply_adds")

    @property
    def memory(self) -> int:
        """Bytes of the input and of what each layer gives, in float32, for all samples."""
        return self._total("memory")

    def __str__(self) -> str:
        """Shapes and receptive fields, then what is counted, then the parameters in a sentence."""
        where = [_cells(row, PLACES) for row in self.rows]
        much = [[row.layer, *_cells(row, COUNTS)] for row in self.rows]
        much.append(["total", *self._totals()])
        blocks = [_aligned(PLACES, where), _aligned(["layer", *COUNTS], much), self._sentence()]
        return "\n\n".join(blocks)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in PLACES | COUNTS)
        body = "".join(_html_row(_cells(row, PLACES | COUNTS)) for row in self.rows)
        total = _html_row(["total", *[""] * (len(PLACES) - 1), *self._totals()])
        return (
            '<div class="convdoc-table-scroller" tabindex="0" role="group" '
            'aria-label="layers of a network"><table class="convdoc-table">'
            f"<caption>Layers of a network: {escape(self._sentence())}</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody><tfoot>{total}</tfoot>"
            "</table></div>"
        )

    def _total(self, name):
        return sum(getattr(row, name) for row in self.rows)

    def _totals(self):
        return [_cell(self._total(name)) for name in COUNTS.values()]

    def _sentence(self):
        return (
            f"{self.weights:,} parameters without biases, {self.parameters_tied:,} with one for "
            f"each filter, {self.parameters_untied:,} with one for each output"
        )


def _next_row(before, layer):
    """The row of `layer`, which reads what the layer of the row `before` gives."""
    samples, channels, *size = before.shape
    words, layer = str(layer), _over(layer, size)
    spec, kernel_shape = layer.spec, layer.kernel_shape(channels)
    if isinstance(layer, _Pool) and layer.ceil_mode:
        spec = rounded_up(spec, size)
    jump = before.jump
    reach = [k - 1 for k in spec.dilated_kernel]
    padding = [sides[0] for sides in spec.padding(size)]
    return Row(
        words,
        (samples, kernel_shape[0] if kernel_shape else channels, *spec.output_size(size)),
        kernel_shape,
        tuple(before.receptive_field[a] + reach[a] * jump[a] for a in (0, 1)),
        tuple(jump[a] * spec.strides[a] for a in (0, 1)),
        tuple(before.start[a] + (reach[a] / 2 - padding[a]) * jump[a] for a in (0, 1)),
    )


def _over(layer, size):
    """`layer`, or the convolution that a dense one is over an input of `size`."""
    return layer.as_conv(size) if isinstance(layer, Dense) else layer


def _drawn(rows, seed, dtype):
    """Random kernels, one after the other as they are asked for."""
    dtype = np.float64 if dtype == np.float64 else np.float32
    random = np.random.default_rng(seed)
    for row in rows:
        if row.kernel_shape:
            w = np.empty(row.kernel_shape, dtype)
            for f in w:  # each by itself, lest a large layer be held in float64 as well
                f[...] = random.normal(size=f.shape)
            yield w


def _match_weights(rows, weights):
    """Raise an error that says which of the `weights` has not its layer's shape."""
    rows = [row for row in rows if row.kernel_shape]
    if not isinstance(weights, list | tuple):
        raise TypeError(f"weights must be a list of arrays; got {type(weights).__name__}")
    if len(weights) != len(rows):
        raise ValueError(
            f"weights must hold an array for each of the {len(rows)} layers that have some; "
            f"got {len(weights)}"
        )
    for number, (row, w) in enumerate(zip(rows, weights, strict=True)):
        name, wanted = f"weights[{number}]", row.kernel_shape

        def check(groups, name=name, wanted=wanted, words=row.layer, **shape):
            if shape[name] != wanted:
                raise MisfitError(
                    f"{name}, of the layer {words}, must have shape {wanted}, "
                    f"(filters, channels, height, width); got {shape[name]}"
                )

        match(check, **{name: np.shape(w)})


def _settle(layer, **values):
    """Set fields of a frozen dataclass, while it is made."""
    for name, value in values.items():
        object.__setattr__(layer, name, value)


def _words(*parts):
    return ", ".join(filter(None, parts))


def _steps(layer, usual):
    """Stride, padding and dilation of a layer in words; the stride where it is not the `usual`."""
    mode = layer.border_mode
    if isinstance(mode, tuple):
        even = all(before == behind for before, behind in mode)
        mode = f"padding {_brief(tuple(side for side, _ in mode)) if even else mode}"
    return (
        "" if layer.strides == usual else f"stride {_brief(layer.strides)}",
        "" if mode == "valid" else mode,
        "" if layer.dilation == (1, 1) else f"dilation {_brief(layer.dilation)}",
    )


def _by(size):
    return "×".join(map(str, size))


def _brief(pair):
    """One number for both axes, where they have the same."""
    return pair[0] if pair[0] == pair[1] else pair


def _cells(row, columns):
    return [_cell(getattr(row, name)) for name in columns.values()]


def _cell(value):
    if isinstance(value, int):
        return f"{value:,}"
    return str(_brief(value) if isinstance(value, tuple) and len(value) == 2 else value or "")


def _aligned(heads, lines):
    """Cells as text, numbers to the right; a head of two words takes two lines."""
    top, bottom = zip(*(head.rpartition(" ")[::2] for head in heads), strict=True)
    lines = [top, bottom, *lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([words.ljust(widths[0]), *map(str.rjust, cells, widths[1:])]).rstrip()
        for words, *cells in lines
    )


def _html_row(cells):
    layer, *cells = map(escape, cells)
    return f'<tr><th scope="row">{layer}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


#: Sander Dieleman's network for photographs of galaxies, as far as its convolutions go: what
#: came after them, and the functions between the layers, are left out. It reads RGB images of
#: 45×45 pixels. Drawn at https://benanne.github.io/images/architecture.png.
DIELEMAN = Network(
    (
        Conv(32, 6),
        MaxPool(2),
        Conv(64, 5),
        MaxPool(2),
        Conv(128, 3),
        Conv(128, 3),
        MaxPool(2),
    )
)

#: LeNet-5, for handwritten digits: grey images of 32×32 pixels. Read as one would build it
#: today: every map of the second convolution reads all six maps before it, where the paper's
#: reads some; an average has nothing to learn, where the paper's has two numbers for each map;
#: and the last layer is a dense one, where the paper's measures distances. The activations are
#: left out. Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to
#: document recognition", Proceedings of the IEEE 86 (11), 1998, doi 10.1109/5.726791.
LENET5 = Network(
    (
        Conv(6, 5),
        AveragePool(2),
        Conv(16, 5),
        AveragePool(2),
        Conv(120, 5),
        Dense(84),
        Dense(10),
    )
)

#: AlexNet, for photographs of a thousand kinds of things: RGB images of 227×227 pixels. The
#: paper says 224, but only 227 gives the 55×55 outputs that it describes. Groups of 2 are what
#: it had on two graphics cards. Activations, response normalisation, dropout and softmax are
#: left out. A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet classification with deep
#: convolutional neural networks", Advances in Neural Information Processing Systems 25, 2012.
ALEXNET = Network(
    (
        Conv(96, 11, strides=4),
        MaxPool(3, strides=2),
        Conv(256, 5, border_mode=2, groups=2),
        MaxPool(3, strides=2),
        Conv(384, 3, border_mode=1),
        Conv(384, 3, border_mode=1, groups=2),
        Conv(256, 3, border_mode=1, groups=2),
        MaxPool(3, strides=2),
        Dense(4096),
        Dense(4096),
        Dense(1000),
    )
)

#: VGG16, for the same photographs: RGB images of 224×224 pixels. Activations, dropout and
#: softmax are left out. Configuration D of K. Simonyan and A. Zisserman, "Very deep
#: convolutional networks for large-scale image recognition", 2015, arXiv 1409.1556.
VGG16 = Network(
    (
        *[Conv(64, 3, border_mode=1)] * 2,
        MaxPool(2),
        *[Conv(128, 3, border_mode=1)] * 2,
        MaxPool(2),
        *[Conv(256, 3, border_mode=1)] * 3,
        MaxPool(2),
        *[Conv(512, 3, border_mode=1)] * 3,
        MaxPool(2),
        *[Conv(512, 3, border_mode=1)] * 3,
        MaxPool(2),
        Dense(4096),
        Dense(4096),
        Dense(1000),
    )
)
