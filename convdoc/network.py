"""A network as a list of layers: what is run, counted and drawn."""

from dataclasses import dataclass

import numpy as np

from convdoc.conv import conv4d, pool4d, real_4d

__all__ = ["DIELEMAN", "Conv", "MaxPool", "Network"]


@dataclass(frozen=True)
class Conv:
    """A convolution layer without padding, stride 1, no bias.

    Parameters
    ----------
    filters : int
        Number of output channels.
    size : int
        Height and width of the kernel.
    """

    filters: int
    size: int

    def __post_init__(self):
        _check_positive(filters=self.filters, size=self.size)

    @property
    def kernel(self):
        """Height and width of the kernel."""
        return self.size, self.size

    def kernel_shape(self, channels):
        """Shape of its weights, (filters, channels, height, width), for an input's `channels`."""
        return self.filters, channels, *self.kernel

    def __str__(self):
        return f"conv {self.size}×{self.size}, {self.filters} filters"


@dataclass(frozen=True)
class MaxPool:
    """Max pooling over windows that lie side by side.

    Parameters
    ----------
    size : int
        Height and width of a window.
    """

    size: int

    def __post_init__(self):
        _check_positive(size=self.size)

    def __str__(self):
        return f"max pool {self.size}×{self.size}"


def _check_positive(**lengths):
    for name, value in lengths.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a positive integer; got {value!r}")


@dataclass(frozen=True)
class Network:
    """Layers one after the other.

    Parameters
    ----------
    layers : tuple of Conv or MaxPool

    Examples
    --------
    >>> from convdoc.network import Conv, MaxPool, Network
    >>> network = Network((Conv(10, 5), MaxPool(2)))
    >>> network.kernel_shapes(channels=3)
    [(10, 3, 5, 5)]
    """

    layers: tuple

    def kernel_shapes(self, channels):
        """Shapes of the kernels of its convolutions, for images of that many `channels`.

        Each convolution reads as many channels as the one before it has filters; pooling
        leaves their number alone.

        Parameters
        ----------
        channels : int
            Channels of the network's input: 3 for RGB.

        Returns
        -------
        list of (filters, channels, kernel height, kernel width)
        """
        shapes = []
        for layer in self.layers:
            if isinstance(layer, Conv):
                shapes.append(layer.kernel_shape(channels))
                channels = layer.filters
        return shapes

    def run(self, x, seed=0):
        """Compute every layer, with random kernels.

        Parameters
        ----------
        x : array_like, shape (samples, channels, height, width)
        seed : int
            Seed of the kernels, which are drawn from a normal distribution.

        Returns
        -------
        list of numpy.ndarray
            What each layer gives, shape (samples, channels, height, width), in order.

        Examples
        --------
        >>> import numpy as np
        >>> from convdoc.network import Conv, MaxPool, Network
        >>> [y.shape for y in Network((Conv(10, 5), MaxPool(2))).run(np.zeros((1, 3, 20, 20)))]
        [(1, 10, 16, 16), (1, 10, 8, 8)]
        """
        x = real_4d("x", x)
        dtype = np.float64 if x.dtype == np.float64 else np.float32
        random = np.random.default_rng(seed)
        results = []
        for layer in self.layers:
            if isinstance(layer, Conv):
                w = random.normal(size=layer.kernel_shape(x.shape[1])).astype(dtype)
                x = conv4d(x, w, "valid")
            else:
                x = pool4d(x, layer.size)
            results.append(x)
        return results


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
