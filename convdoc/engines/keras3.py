"""Keras 3 on PyTorch, JAX or TensorFlow: ``keras.ops.conv``.

By default it correlates, on every backend, and for ``padding="same"`` it pads as TensorFlow does:
the result has the same shape as that of Keras 2 on Theano, and its pixels are others. So here
the kernel is flipped, all zeros are put around the image beforehand, and Keras is asked for
``"valid"`` alone. Its transposed convolution knows no uneven padding, and it has no gradient that
works on all backends, so both are written as convolutions: of the outputs, spread apart, with
the flipped kernel; and of the images with the gradients of the outputs as kernels.

On TensorFlow, strides with dilation are refused, and groups are compiled anew at every call: here
the dense result is thinned out, and groups are convolved one by one. PyTorch is given channels
first, because of channels last it reads foreign memory where there is one channel. JAX rounds
float64 to float32 by default, and GPUs round float32: neither does for the time of the call.
Zeros that a backend skips or adds would lose NaN and infinity or spread them: NumPy computes what
is not finite.
"""

import contextlib

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
    """Correlate the images with the gradients of their outputs, samples taken as channels."""
    if not _planes.finite(x, dy):
        return reference.kernel_gradient(x, dy, spec)
    around = pad(x, spec.padding(x.shape[2:]))
    samples, _, *size = around.shape
    images = around.reshape(samples, spec.groups, -1, *size).transpose(2, 1, 0, 3, 4)
    images = images.reshape(-1, spec.groups * samples, *size)
    dw = _correlate(images, dy.swapaxes(0, 1), spec.dilation, spec.strides).swapaxes(0, 1)
    return flip(dw[:, :, : spec.kernel[0], : spec.kernel[1]]).copy()


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
    """Correlate, in groups as many as the channels of `w` go into those of `x`, without padding."""
    groups = x.shape[1] // w.shape[1]
    if BACKEND == "tensorflow" and groups > 1:
        parts = zip(np.split(x, groups, 1), np.split(w, groups), strict=True)
        return np.concatenate([_correlate(*part, strides, dilation) for part in parts], 1)
    if BACKEND == "tensorflow" and max(strides) > 1 and max(dilation) > 1:
        dense = _correlate(x, w, (1, 1), dilation)
        return dense[:, :, :: strides[0], :: strides[1]].copy()
    with _in_full_precision():
        if BACKEND == "torch":
            # Copies, in which axes of length 1 have the strides that PyTorch expects.
            images, kernels = (keras.ops.convert_to_tensor(array.copy()) for array in (x, w))
            kernels = keras.ops.transpose(kernels, (2, 3, 1, 0))  # a view: Keras turns it back
            y = keras.ops.conv(images, kernels, strides, "valid", "channels_first", dilation)
            return np.array(y.numpy(force=True), order="C")
        images, kernels = x.transpose(0, 2, 3, 1), w.transpose(2, 3, 1, 0)
        y = keras.ops.conv(images, kernels, strides, "valid", "channels_last", dilation)
        return np.array(keras.ops.convert_to_numpy(y).transpose(0, 3, 1, 2), order="C")


@contextlib.contextmanager
def _in_full_precision():
    """For the time of the call, neither float64 in float32, nor float32 in TF32."""
    if BACKEND == "torch":
        from convdoc.engines.torch import _full_precision as full_precision

        # Keras would choose Apple's GPU, which has no float64.
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
