"""Words of other frameworks: recognised in an error, which says what to write in convdoc."""

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from convdoc.borders import BORDERS, PADDINGS

if TYPE_CHECKING:
    from convdoc.spec import ConvSpec

#: Our arguments, and what other frameworks call them.
SYNONYMS = {
    "strides": ("stride", "subsample", "window_strides", "st"),
    "dilation": ("dilation_rate", "dilations", "filter_dilation", "rhs_dilation"),
    "groups": ("num_groups", "n_groups", "feature_group_count"),
    "size": ("kernel_size", "pool_size", "window_shape", "ksize", "ws", "ds"),
    "kernel": ("kernel_size",),
    "filters": ("out_channels", "num_filters", "nb_filter"),
    "divisor": ("divisor_override",),
    "x": ("input", "inputs", "image", "lhs"),
    "w": ("weight", "weights", "kernel", "filters", "rhs"),
    "border_mode": ("padding", "pad", "auto_pad"),
}
#: What others call the values of our `border`. Words that are ours mean the same elsewhere, but for
#: the "reflect" of scipy.ndimage, which is our "symmetric".
FILLINGS = {
    "constant": "zeros",
    "fill": "zeros",
    "grid-constant": "zeros",
    "border_constant": "zeros",
    "wrap": "circular",
    "grid-wrap": "circular",
    "border_wrap": "circular",
    "mirror": "reflect",
    "border_reflect_101": "reflect",
    "border_reflect101": "reflect",
    "border_default": "reflect",
    "edge": "replicate",
    "nearest": "replicate",
    "border_replicate": "replicate",
    "symm": "symmetric",
    "grid-mirror": "symmetric",
    "border_reflect": "symmetric",
}
#: The same of OpenCV's numbers.
OPENCV_BORDERS = {0: "zeros", 1: "replicate", 2: "symmetric", 3: "circular", 4: "reflect"}
POOLING_MODES = {
    "max": "max",
    "avg": "average_no_pad",  # of Keras, which leaves the padding out
    "min": "min",
    "minimum": "min",
    "average": "average",
    "average_inc_pad": "average",
    "average_exc_pad": "average_no_pad",
}


_Hinted = TypeVar("_Hinted", bound=Callable[..., Any])


def hinted(function: _Hinted) -> _Hinted:
    """Let a function or a dataclass answer keywords of other frameworks by its own.

    Such a keyword is a TypeError with or without this. Here the message says what to write.
    """
    if isinstance(function, type):
        function.__init__ = hinted(function.__init__)  # type: ignore[misc]
        return function
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except TypeError:
            message = _message(function, signature, args, kwargs)
            if not message:
                raise
        raise TypeError(message)

    return call  # type: ignore[return-value]


def border_mode_hint(value: object, spec: "ConvSpec") -> str:
    """What to write for a border mode of another framework: the end of an error, or ''."""
    written, comment = _border_mode(value, spec)
    write = ", ".join(f"{name}={source}" for name, source in written.items())
    return "".join(f"; {part}" for part in (write and f"write {write}", comment) if part)


def border_hint(value: object) -> str:
    """What to write for what another framework calls a border: the end of an error, or ''."""
    border = _border(value)
    return f"; write border={border!r}" if border else ""


def mode_hint(value: object) -> str:
    """What to write for a pooling mode of another framework: the end of an error, or ''."""
    mode = POOLING_MODES.get(value.lower()) if isinstance(value, str) else None
    return f"; write mode={mode!r}" if mode else ""


def _border_mode(value, spec):
    """What to write for `value`, the source by parameter; and a comment, or ''."""
    if value is None:
        return {"border_mode": "'valid'"}, "'valid' is no padding"
    if not isinstance(value, str):
        return {}, ""
    word = value.lower()
    if value == "SAME":
        word, comment = "same_upper", "'same_upper' pads as 'SAME' does in TensorFlow and JAX"
    elif word == "same":
        comment = "'same' pads as Keras on Theano, 'same_upper' as TensorFlow and PyTorch"
    elif border := _border(value):
        word, comment = "same", "border_mode says how much lies around, and border what it holds"
        return {"border_mode": repr(word), "border": repr(border)}, comment
    else:
        comment = ""
    if word in PADDINGS:
        return {"border_mode": repr(word)}, comment
    if word == "causal" and not spec.transposed:
        return {"border_mode": str(_causal(spec))}, ""
    return {}, ""


def _border(value):
    """What `border` is called that other frameworks call `value`, or None."""
    word = value.lower() if isinstance(value, str) else ""
    return word if word in BORDERS else FILLINGS.get(word)


def _causal(spec):
    """Zeros before the image only, along the axis of time: the width, or that of a column."""
    height, width = (k - 1 for k in spec.dilated_kernel)
    return ((height, 0), (0, 0)) if width == 0 < height else ((0, 0), (width, 0))


def _message(function, signature, args, kwargs):
    """The error for keywords of other frameworks; '' where none of them is known."""
    ours = {name: value for name, value in kwargs.items() if name in signature.parameters}
    # In an order in which each finds the numbers that it depends on.
    foreign = [name for name in ANSWERS if name in kwargs and name not in ours]
    if not foreign:
        return ""
    try:
        arguments = dict(signature.bind_partial(*args, **ours).arguments)
    except TypeError:  # Python's own message has another reason
        return ""
    name = function.__qualname__.removesuffix(".__init__")
    call = _Call(name, signature.parameters, arguments)
    for keyword in foreign:
        ANSWERS[keyword](call, keyword, kwargs[keyword])
    write = ", ".join(f"{name}={source}" for name, source in call.written.items())
    answers = ([f"write {write}"] if write else []) + call.comments
    asked = (name for name in kwargs if name in foreign)
    return f"{call.name}() does not take {', '.join(asked)}: {'; '.join(answers)}"


class _Call:
    """A call with keywords of other frameworks, and what to write in their place."""

    def __init__(self, name, parameters, arguments):
        self.name = name
        self.parameters = parameters  # that the function has
        self.arguments = arguments  # that it got, and that foreign keywords stand for
        self.written = {}  # source, by parameter
        self.comments = []

    @property
    def pools(self):
        return "size" in self.parameters and "filters" not in self.parameters

    @property
    def spec(self):
        """The plan, as far as it is known, without padding."""
        from convdoc.spec import ConvSpec

        try:
            shape = np.shape(self.arguments.get("w", 0))
        except ValueError:  # a list whose rows differ in length
            shape = ()
        kernel = shape[2:] if len(shape) == 4 else 1
        for name in ("kernel", "size"):
            kernel = self.arguments.get(name, kernel)
        strides = self.arguments.get("strides") or (kernel if self.pools else 1)
        transposed = bool(self.arguments.get("transposed", "y" in self.parameters))
        try:
            return ConvSpec(
                kernel, strides, "valid", self.arguments.get("dilation", 1), 1, transposed
            )
        except ValueError:
            return ConvSpec(1)

    def write(self, parameter, value, source=None):
        self.arguments[parameter] = value
        text = source or repr(value)
        self.written[parameter] = text if len(text) <= 60 and "\n" not in text else "…"

    def leave_out(self, keyword, why=""):
        self.comments.append(f"leave {keyword} out{why and ', '}{why}")


def _rename(call, keyword, value):
    for ours, others in SYNONYMS.items():
        if keyword in others and ours in call.parameters:
            return call.write(ours, value)
    if keyword == "kernel_size" and "w" in call.parameters:
        return call.leave_out(keyword, "the shape of w gives it")
    return call.leave_out(keyword)


def _padding(call, keyword, value):
    if "border_mode" not in call.parameters:
        return call.leave_out(keyword)
    if call.pools and str(value).lower() == "same" and max(call.spec.kernel) > 3:
        call.write("border_mode", _keras_pooling(call.spec.kernel))
        return call.comments.append("that is 'same' of Keras on Theano, 'same_upper' of TensorFlow")
    written, comment = _border_mode(value, call.spec)
    if "border" in written and "border" not in call.parameters:
        return call.leave_out(keyword, "what lies beyond the border is in no pooling's result")
    for name, source in written.items():
        call.write(name, value, source)
    if not written and isinstance(value, str):
        return call.leave_out(keyword, f"{call.name}() has no border_mode for {value!r}")
    if not written:
        call.write("border_mode", value)
    call.comments += [comment] if comment else []
    return None


def _keras_pooling(size):
    """Padding of a pooling layer of Keras on Theano under ``"same"``: not a convolution's."""
    top, left = (max(k - 1 - k % 2, 0) for k in size)
    return (top, size[0] - 1 - top), (left, size[1] - 1 - left)


def _output_shape(call, keyword, value):
    if "output_size" not in call.parameters:
        return call.leave_out(keyword, "it follows from the other shapes")
    if isinstance(value, list | tuple) and len(value) == 4:
        w = np.shape(call.arguments.get("w", 0))
        channels = w[1] * call.arguments.get("groups", 1) if len(w) == 4 else value[1]
        value = tuple(value[2:]) if value[1] == channels else tuple(value[1:3])
    return call.write("output_size", value)


def _use_bias(call, keyword, value):
    if value and "bias" in call.parameters:
        return call.comments.append("give the numbers: bias=, one for each output image")
    return call.leave_out(keyword, "there is no bias" if "bias" not in call.parameters else "")


def _data_format(call, keyword, value):
    image = next((name for name in "xy" if name in call.parameters), None)
    if image and (value in ("channels_last", "tf") or str(value).endswith("C")):
        return call.comments.append(f"give channels-first images, {image}.transpose(0, 3, 1, 2)")
    return call.leave_out(keyword, "images are channels-first")


def _filter_flip(call, keyword, value):
    flips = call.name != "correlate4d"
    if bool(value) == flips:
        return call.leave_out(keyword)
    other = {"conv4d": "correlate4d", "correlate4d": "conv4d"}.get(call.name)
    turned = "give the kernel turned, w[:, :, ::-1, ::-1]"
    return call.comments.append(f"{keyword}={value} is {other}()" if other else turned)


def _count_include_pad(call, keyword, value):
    if "mode" in call.parameters:
        return call.write("mode", "average" if value else "average_no_pad")
    return call.leave_out(keyword)


def _filling(call, keyword, value):
    """PyTorch's ``padding_mode``, SciPy's ``boundary`` and ``mode``, OpenCV's ``borderType``."""
    if "border" not in call.parameters:
        return call.leave_out(keyword)
    if keyword == "mode" and str(value).lower() in PADDINGS:
        return _padding(call, keyword, value)
    ndimage = keyword == "mode" and value == "reflect"
    opencv = OPENCV_BORDERS.get(value) if keyword == "borderType" and value in range(5) else None
    border = "symmetric" if ndimage else opencv or _border(value)
    if border in (None, "zeros"):
        return call.leave_out(keyword, "zeros are what lies beyond the border" if border else "")
    call.write("border", border)
    if ndimage:
        call.comments.append("'reflect' of scipy.ndimage repeats the last pixel, ours does not")
    return None


def _constant(call, keyword, value):
    """The number that a border holds which is filled with one."""
    if "border" not in call.parameters or "border" in call.written:
        return call.leave_out(keyword)
    return call.write("border", value)


def _rounded(call, keyword, value):
    """Answer Theano's ``ignore_border``: where it is False, the last window hangs over."""
    if value or not call.pools:
        return call.leave_out(keyword)
    return call.write("ceil_mode", True)


#: What to say of a keyword.
ANSWERS = (
    dict.fromkeys([word for words in SYNONYMS.values() for word in words], _rename)
    | dict.fromkeys(SYNONYMS["border_mode"], _padding)
    | dict.fromkeys(("data_format", "dim_ordering", "image_format"), _data_format)
    | dict.fromkeys(("padding_mode", "boundary", "mode", "borderType"), _filling)
    | dict.fromkeys(("cval", "fillvalue", "constant_values", "borderValue"), _constant)
    | dict.fromkeys(("input_shape", "filter_shape", "image_shape", "kernel_shape"), _rename)
    | {"output_shape": _output_shape, "use_bias": _use_bias, "filter_flip": _filter_flip}
    | {"count_include_pad": _count_include_pad, "ignore_border": _rounded}
)
