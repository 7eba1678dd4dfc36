"""The link of a stepper's convolution to the site's explorer, which writes and reads such links.

Its grammar is that of docs/_explorer/links.js: a version, then what differs from one 5×5
image under one 3×3 kernel, then the numbers of the input, the kernel and the bias.
"""

from itertools import groupby

import numpy as np

from convdoc.steps import Steps

#: What the explorer goes up to: the smallest and the largest of each.
LIMITS = {
    "samples": (1, 8),
    "channels": (1, 64),
    "size": (1, 1024),
    "kernel": (1, 32),
    "filters": (1, 64),
    "groups": (1, 64),
    "strides": (1, 32),
    "dilation": (1, 32),
    "border_mode": (0, 1024),
    "output_padding": (0, 31),
    "divisor": (1, 1_000_000),
}
LARGEST = 1e9  # of a number that it takes
MOST_SIDE = 32  # rows and columns that it shows in cells
MOST = 3000  # numbers in a link
KINDS = {"shifts": "convolution"}  # the explorer's names, where they are others


def link(steps: Steps) -> str:
    """Write the link.

    Parameters
    ----------
    steps : convdoc.steps.Steps

    Returns
    -------
    str
        What comes behind the ``#``; empty for what is beyond `LIMITS`, for a transposed convolution
        whose border repeats pixels, for inputs that it does not show in cells, for many and for
        infinite numbers.

    Examples
    --------
    >>> from convdoc.draw.link import link
    >>> from convdoc.steps import convolution
    >>> link(convolution([[[[0, 0, 0, 1]]]], [[[[10, 0.5]]]], "full"))
    'v1&x=1,1,1,4&kernel=1,2&pad=full&X=0001&W=a(0.5)'
    """
    arrays = {"X": steps.input.values}
    arrays |= {name[0].upper(): values for name, values in steps.parameters.items()}
    side = max(steps.input.values.shape[2:])
    known = all((np.abs(values) <= LARGEST).all() for values in arrays.values())
    many = sum(map(np.size, arrays.values())) > MOST
    if not known or many or side > MOST_SIDE or not _within_limits(steps):
        return ""
    numbers = [f"{name}={_packed(values.ravel().tolist())}" for name, values in arrays.items()]
    return "&".join(["v1", *_setting(steps), *numbers])


def _within_limits(steps):
    spec, (samples, channels, *size) = steps.spec, steps.input.values.shape
    if spec.transposed and spec.border != "zeros":
        return False
    divisor = getattr(steps, "divisor", None)
    asked = {
        "samples": [samples],
        "channels": [channels],
        "filters": [steps.output.values.shape[1]],
        "size": size,
        **{name: getattr(spec, name) for name in ("kernel", "strides", "dilation")},
        "output_padding": spec.output_padding,
        "border_mode": np.ravel(spec.border_mode) if isinstance(spec.border_mode, tuple) else [0],
        "divisor": [] if divisor is None else [divisor],
    }
    within = all(
        LIMITS[name][0] <= value <= LIMITS[name][1]
        for name, values in asked.items()
        for value in values
    )
    return within and abs(spec.beyond.value) <= LARGEST


def _setting(steps):
    """What is not as the explorer begins, in its order."""
    spec, has_filters = steps.spec, "w" in steps.parameters
    hangs_over = any(steps.there.missing)
    settings = {
        "kind": (KINDS.get(steps.operation, steps.operation), "convolution"),
        "x": (steps.input.values.shape, (1, 1, 5, 5)),
        "kernel": (spec.kernel, (3, 3)),
        "filters": (steps.output.values.shape[1] if has_filters else 1, 1),
        "groups": (spec.groups, 1),
        "strides": (spec.strides, (1, 1)),
        "dilation": (spec.dilation, (1, 1)),
        "pad": (steps.padding if hangs_over else spec.border_mode, "valid"),
        "more": (spec.output_padding, (0, 0)),
        "border": (spec.border, "zeros"),
        "ceil": (int(hangs_over), 0),
        "divisor": (getattr(steps, "divisor", None), None),
    }
    return [f"{key}={_text(value)}" for key, (value, usual) in settings.items() if value != usual]


def _text(value):
    if isinstance(value, tuple):
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else _digits(value)


def _packed(values):
    """Numbers as text: a sign for each, and how often it comes again where that is shorter."""
    runs = ((_sign(value), len(list(run)) - 1) for value, run in groupby(values))
    return "".join(
        f"{sign}*{more}." if len(sign) * more > 3 else sign * (more + 1) for sign, more in runs
    )


def _sign(value):
    """0 to 9, a to z for 10 to 35, A to Z for −1 to −26; others stand in parentheses."""
    if value == int(value) and -27 < value < 36:
        value = int(value)
        letter = chr(64 - value) if value < 0 else chr(87 + value)
        return str(value) if 0 <= value < 10 else letter
    return f"({_digits(value)})"


def _digits(value):
    return f"{value:.0f}" if value == int(value) else repr(value)
