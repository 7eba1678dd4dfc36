"""A convolution for Theano that needs no im2col, and the compiling of functions with it.

Theano 1.0.5 computes a convolution on the CPU by CorrMM: it copies out every window and
multiplies two large matrices. With few filters the copying is most of the work, and with
many it is still a good part. `Convolution` (convolution.c) does without.
"""

import os
import sys
import threading
import weakref
from pathlib import Path

import numpy as np

from convdoc.engines import _theano_stack
from convdoc.engines import numpy as reference
from convdoc.engines._arrays import flip
from convdoc.spec import ConvSpec

_theano_stack.load()

import theano
import theano.tensor as T  # noqa: N812 (as all Theano code calls it)
from theano.configparser import change_flags
from theano.gof import Apply, COp
from theano.gof.graph import io_toposort
from theano.gof.op import OpenMPOp
from theano.tensor.nnet.abstract_conv import AbstractConv2d, border_mode_to_pad

# On Linux g++ has OpenMP; what macOS calls g++ is a clang without. Theano would compile a
# program in every process to find that out.
OpenMPOp.gxx_support_openmp = sys.platform == "linux"


class Convolution(COp):
    """A convolution of images, kernels and a `geometry`, computed directly."""

    __props__ = ()

    def __init__(self):
        source = Path(__file__).with_name("convolution.c")
        super().__init__(str(source), "APPLY_SPECIFIC(convolve)")

    def make_node(self, image, kernel, geometry):
        """Theano's: which variable comes out."""
        known = (image.broadcastable[0], kernel.broadcastable[0], False, False)
        return Apply(self, [image, kernel, geometry], [image.type.clone(broadcastable=known)()])

    def perform(self, node, inputs, outputs):
        """Theano's: what it computes, for a reader's flags that forbid to compile."""
        image, kernel, plan = inputs
        top, bottom, left, right, *others, groups, flipped = plan.tolist()
        sides = (top, bottom), (left, right)
        spec = ConvSpec(kernel.shape[2:], others[:2], sides, others[2:], groups)
        outputs[0][0] = reference.convolve(image, kernel if flipped else flip(kernel), spec)

    def c_compile_args(self):
        """Theano's: what g++ is told."""
        return ["-pthread"]


def geometry(op):
    """What the C source needs to know of an `AbstractConv2d`: its plan as a vector of integers.

    A shared variable, because Theano would compile again for every value of a constant.
    """
    dilated = [
        k if k is None else (k - 1) * d + 1
        for k, d in zip(op.kshp[2:], op.filter_dilation, strict=True)
    ]
    sides = np.ravel(border_mode_to_pad(op.border_mode, 2, dilated))
    plan = [*sides, *op.subsample, *op.filter_dilation, op.num_groups, op.filter_flip]
    return theano.shared(np.array(plan, np.int64))


def directly(y):
    """The expression `y` with `Convolution` for its convolutions; on a GPU as it is."""
    if _theano_stack.device() == "GPU":
        return y
    for node in io_toposort([], [y]):
        if isinstance(node.op, AbstractConv2d):
            convolution = Convolution()(*node.inputs, geometry(node.op))
            y = theano.clone(y, {node.outputs[0]: convolution})
    return y


_compiling = threading.Lock()  # two threads that compile at once wait for each other for ever
_all = weakref.WeakSet()


def _new_locks():
    """Locks for a fork: those of its parent may be held by threads that it has not."""
    global _compiling
    _compiling = threading.Lock()
    for compiled in _all:
        compiled.lock = threading.Lock()


os.register_at_fork(after_in_child=_new_locks)


class Compiled:
    """A Theano function for arrays that are checked already, safe to call from threads.

    With `threads`, CorrMM shares out the samples of a batch: if Theano has a BLAS of its own,
    since NumPy's, called from several threads, aborts the process.
    """

    def __init__(self, inputs, output, threads=False):
        mode = theano.compile.mode.get_default_mode().including("local_remove_all_assert")
        openmp = threads and bool(theano.config.blas.ldflags)
        with _compiling, change_flags(openmp=openmp):
            self.function = theano.function(inputs, directly(output), mode=mode)
        self.function.trust_input = True
        self.lock = threading.Lock()  # while it computes, a function holds its arrays
        _all.add(self)

    def __call__(self, *arrays):
        """Compute."""
        with self.lock:
            return np.ascontiguousarray(self.function(*arrays))


def tensor4(dtype):
    """A variable for images or kernels, of any size along each axis."""
    return T.TensorType(dtype, (False,) * 4)()
