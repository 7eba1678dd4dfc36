"""Theano functions that are compiled once, kept, and safe to call from threads."""

import os
import threading
import weakref

import numpy as np

from convdoc.engines import _theano_stack

theano = _theano_stack.load_theano()

import theano.tensor as T  # noqa: N812 (as all Theano code calls it)
from theano.configparser import change_flags

_process = os.getpid()
_compiling = threading.Lock()  # two threads that compile at once wait for each other for ever
_all: weakref.WeakSet = weakref.WeakSet()


def _new_locks():
    """Locks for a fork: those of its parent may be held by threads that it has not."""
    global _compiling
    _compiling = threading.Lock()
    for compiled in _all:
        compiled.lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_new_locks)


class Compiled:
    """A Theano function for arrays that are checked already, safe to call from threads.

    With `threads`, CorrMM shares out the samples of a batch: if Theano has a BLAS of its own,
    since NumPy's, called from several threads, aborts the process.
    """

    def __init__(self, inputs, output, threads=False):
        mode = theano.compile.mode.get_default_mode().including("local_remove_all_assert")
        openmp = threads and bool(theano.config.blas.ldflags)
        with _compiling, change_flags(openmp=openmp), _theano_stack.plain_errors():
            self.function = theano.function(inputs, output, mode=mode)
        self.function.trust_input = True
        self.lock = threading.Lock()  # while it computes, a function holds its arrays
        _all.add(self)

    def __call__(self, *arrays):
        """Compute."""
        with self.lock, _theano_stack.plain_errors():
            return np.ascontiguousarray(self.function(*arrays))


def in_threads(batch):
    """Whether CorrMM shares out the samples of a batch: OpenMP's threads do not survive a fork."""
    return len(batch) > 1 and os.getpid() == _process


def tensor4(dtype):
    """A variable for images or kernels, of any size along each axis."""
    return T.TensorType(dtype, (False,) * 4)()
