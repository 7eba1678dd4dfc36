"""convdoc's own convolution."""


def compiler():
    """Nothing yet."""


def is_compiled():
    """Nothing yet."""
    return False


def why_not():
    """Nothing yet."""
    return "it is not built yet"
