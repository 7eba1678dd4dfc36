"""JAX: ``jax.lax.conv_general_dilated``, compiled.

By default it correlates, so the kernel is not flipped. It takes any padding, uneven too,
strides, dilation and groups, and its two adjoints by `jax.linear_transpose`. By default JAX
rounds float64 to float32, and on some devices computes in less: here float64 stays float64, for
the time of the call, and the precision is the highest. On a processor it
may fill groups up with zeros, so that NaN of one group gets into the others; where there is NaN
or infinity, NumPy computes instead. Each new plan and each new size is compiled first, which
takes longer than most convolutions.
"""

from functools import partial

import jax
import numpy as np

from convdoc.engines import _planes
from convdoc.engines import numpy as reference
from convdoc.engines._arrays import flip

try:
    from jax import enable_x64
except ImportError:  # before JAX 0.8
    from jax.experimental import enable_x64


def convolve(x, w, spec):
    """Convolve by ``conv_general_dilated`` with the flipped kernel."""
    if _planes.finite(x, w):
        return _compute(_convolution, x, w, spec)
    return _planes.convolve(x, w, spec, _planes.by_shifts)


def convolve_transpose(y, w, spec, size):
    """Transpose the convolution, as a linear function of the image."""
    if _planes.finite(y, w):
        return _compute(_transposed_convolution, y, w, spec, tuple(size))
    return reference.convolve_transpose(y, w, spec, size)


def kernel_gradient(x, dy, spec):
    """Transpose the convolution, as a linear function of the kernel."""
    if _planes.finite(x, dy):
        return _compute(_kernel_gradient, x, dy, spec)
    return reference.kernel_gradient(x, dy, spec)


def device():
    """Where JAX computes, ``"CPU"`` or ``"GPU"``."""
    return "CPU" if jax.default_backend() == "cpu" else "GPU"


def clear_cache():
    """Forget all compiled functions."""
    for compiled in (_convolution, _transposed_convolution, _kernel_gradient):
        compiled.clear_cache()


def _compute(compiled, *arguments):
    with enable_x64(True):
        return np.array(compiled(*arguments))  # a copy, since JAX's own cannot be written to


@partial(jax.jit, static_argnums=2)
def _convolution(x, w, spec):
    return jax.lax.conv_general_dilated(
        x,
        flip(w),
        window_strides=spec.strides,
        padding=spec.padding(x.shape[2:]),
        rhs_dilation=spec.dilation,
        feature_group_count=spec.groups,
        precision=jax.lax.Precision.HIGHEST,
    )


@partial(jax.jit, static_argnums=(2, 3))
def _transposed_convolution(y, w, spec, size):
    shape = (len(y), w.shape[1] * spec.groups, *size)
    image = jax.ShapeDtypeStruct(shape, y.dtype)
    (x,) = jax.linear_transpose(lambda x: _convolution(x, w, spec), image)(y)
    return x


@partial(jax.jit, static_argnums=2)
def _kernel_gradient(x, dy, spec):
    shape = (dy.shape[1], x.shape[1] // spec.groups, *spec.kernel)
    kernel = jax.ShapeDtypeStruct(shape, x.dtype)
    (dw,) = jax.linear_transpose(lambda w: _convolution(x, w, spec), kernel)(dy)
    return dw
