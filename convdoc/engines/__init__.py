"""The libraries that compute: arrays and a plan in, arrays out.

Each module wraps one library behind the same functions and returns the same answer.
Arguments reach it checked; import it only when it is to compute.
"""


def describe():
    """Say what computes: versions, processor, compiler, BLAS, compile cache and device.

    Returns
    -------
    list of (str, str)
        What, and what it is; for something missing, how to install it.

    Examples
    --------
    >>> from convdoc.engines import describe
    >>> dict(describe())["Theano"]
    '1.0.5'
    """
    from convdoc.engines import _theano_stack

    return _theano_stack.describe()


def load_keras():
    """Import Keras on Theano, as it must be imported on today's Python and NumPy.

    After this call, ``import keras`` and ``import theano`` work as they did in 2020.

    Returns
    -------
    module
        ``keras`` 2.3.1, with Theano as its backend.

    Raises
    ------
    RuntimeError
        If the compiler or the Python headers that Theano needs are missing, or Keras is
        loaded already on another backend.

    Examples
    --------
    >>> from convdoc.engines import load_keras
    >>> load_keras().backend.backend()
    'theano'
    """
    from convdoc.engines import _theano_stack

    return _theano_stack.load()
