"""Keras 3 on PyTorch, JAX or TensorFlow: ``keras.ops.conv``.

By default it correlates, and for ``padding="same"`` it pads as TensorFlow does, on every backend.
The result then has the shape that Keras 2 on Theano gives, but different pixels. Here the kernel
is flipped, the images are padded with zeros beforehand, and Keras pads nothing. Its transposed
convolution does not support uneven padding, and it has no gradient that works on all backends.
The first is computed as a convolution of the outputs, spread apart by the strides. The gradient
is a product of matrices for each kernel element: as a convolution with the outputs as the kernel,
TensorFlow asks for 32 GiB for an image of 256 by 256 pixels.

On TensorFlow, Keras refuses strides with dilation and compiles a convolution with groups again at
every call. Here the stride is applied to the dense result, and each group is convolved separately.
PyTorch gets channels first: in channels-last memory with one channel it reads beyond the image.
During a call JAX keeps float64, which it rounds to float32 by default, and no GPU rounds float32
to TF32. NumPy computes where there is NaN or infinity, because backends skip or add zeros, which
loses or spreads them.
"""

import contextlib
import math

import numpy as np

from convdoc.engines import _keras3_stack

keras = _keras3_stack.load()

from convdoc.engines import _planes
from convdoc.engines import numpy as reference
from convdoc.engines._arrays import fit, flip, pad

BACKEND = keras.backend.backend()


def convolve(x, w, spec):
    """Convolve by ``keras.ops.conv`` with the flipped kernel."""
    if not _planes.finite(x, w):
        return _planes.convolve(x, w, spec, _planes.by_shifts)
    return _correlate(pad(x, spec.padding(x.shape[2:])), flip(w), spec.strides, spec.dilation)


def convolve_transpose(y, w, spec, size):
    """Correlate the outputs, with zeros between and around them, with the kernel as it is."""
    if not _planes.finite(y, w):
        return reference.convolve_transpose(y, w, spec, size)
    spread = _spread(y, spec.strides, [k - 1 for k in spec.dilated_kernel])
    filters, channels, *kernel = w.shape
    swapped = w.reshape(spec.groups, -1, channels, *kernel).swapaxes(1, 2)
    swapped = swapped.reshape(-1, filters // spec.groups, *kernel)
    return fit(_correlate(spread, swapped, (1, 1), spec.dilation), spec.padding(size), size)


def kernel_gradient(x, dy, spec):
    """Multiply, for each kernel element, its pixels by the gradients of their outputs."""
    if not _planes.finite(x, dy):
        return reference.kernel_gradient(x, dy, spec)
    around, groups, size = pad(x, spec.padding(x.shape[2:])), spec.groups, dy.shape[2:]
    outputs = dy.reshape(len(dy), groups, -1, math.prod(size)).transpose(1, 2, 0, 3)
    outputs = outputs.reshape(*outputs.shape[:2], -1)
    dw = np.empty((dy.shape[1], x.shape[1] // groups, *spec.kernel), x.dtype)
    for place in np.ndindex(spec.kernel):
        rows, columns = (
            slice(start, start + (n - 1) * s + 1, s)
            for start, n, s in zip(
                np.multiply(place, spec.dilation), size, spec.strides, strict=True
            )
        )
        pixels = around[:, :, rows, columns].reshape(len(x), groups, -1, math.prod(size))
        pixels = pixels.transpose(1, 0, 3, 2).reshape(groups, outputs.shape[2], -1)
        with _in_full_precision():
            # Not by keras.ops.matmul, which rounds float64 to float32 on PyTorch.
            product = keras.ops.convert_to_tensor(outputs) @ keras.ops.convert_to_tensor(pixels)
            dw[:, :, *place] = _array(product).reshape(dw.shape[:2])
    return flip(dw).copy()


def device():
    """Where Keras computes, ``"CPU"`` or ``"GPU"``."""
    with _in_full_precision():
        return "CPU" if "cpu" in str(keras.ops.zeros(1).device).lower() else "GPU"


def _spread(y, strides, border):
    """The outputs with `strides` from one to the next, and zeros between and around them."""
    spans = [(n - 1) * s + 1 for n, s in zip(y.shape[2:], strides, strict=True)]
    size = (n + 2 * b for n, b in zip(spans, border, strict=True))
    spread = np.zeros((*y.shape[:2], *size), y.dtype)
    rows, columns = (slice(b, b + n, s) for n, b, s in zip(spans, border, strides, strict=True))
    spread[:, :, rows, columns] = y
    return spread


def _correlate(x, w, strides, dilation):
    """Correlate without padding; the channels of `x` and `w` give the number of groups."""
    groups = x.shape[1] // w.shape[1]
    if BACKEND == "tensorflow" and groups > 1:
        parts = zip(np.split(x, groups, 1), np.split(w, groups), strict=True)
        return np.concatenate([_correlate(*part, strides, dilation) for part in parts], 1)
    if BACKEND == "tensorflow" and max(strides) > 1 and max(dilation) > 1:
        dense = _correlate(x, w, (1, 1), dilation)
        return dense[:, :, :: strides[0], :: strides[1]].copy()
    with _in_full_precision():
        if BACKEND == "torch":
            # In copies, axes of length 1 too have the strides that PyTorch expects.
            images, kernels = (keras.ops.convert_to_tensor(array.copy()) for array in (x, w))
            kernels = keras.ops.transpose(kernels, (2, 3, 1, 0))  # a view: Keras turns it back
            y = keras.ops.conv(images, kernels, strides, "valid", "channels_first", dilation)
            return _array(y)
        images, kernels = x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0)
        y = keras.ops.conv(images, kernels, strides, "valid", "channels_last", dilation)
        return _array(y).transpose(0, 3, 1, 2).copy()


def _array(tensor):
    """The numbers of a tensor, writable; Keras's own way from PyTorch warns with NumPy 2."""
    return np.array(tensor.numpy(force=True) if BACKEND == "torch" else tensor, order="C")


@contextlib.contextmanager
def _in_full_precision():
    """Until the context ends, neither round float64 to float32 nor float32 to TF32."""
    if BACKEND == "torch":
        from convdoc.engines.torch import _full_precision as full_precision

        # Where there is Apple's GPU, Keras chooses it, and it has no float64.
        apple = keras.ops.zeros(()).device.type == "mps"
        with full_precision(), keras.device("cpu:0") if apple else contextlib.nullcontext():
            yield
    elif BACKEND == "jax":
        import jax

        from convdoc.engines.jax import enable_x64

        with enable_x64(True), jax.default_matmul_precision("highest"):
            yield
    else:
        from tensorflow.config import experimental

        before = experimental.tensor_float_32_execution_enabled()
        experimental.enable_tensor_float_32_execution(False)
        try:
            yield
        finally:
            experimental.enable_tensor_float_32_execution(before)
