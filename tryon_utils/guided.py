"""The guided filter: makes a map follow the edges of a picture, and so brings a small map to the picture's full size.

In each window the map is explained by the picture: `map = a * picture + b`, by least squares, with one `a` for each of its channels. Where the
picture has an edge, `a * picture` has one, too. For upsampling, `a` and `b` are found at the small size, where that is cheap, and used at the
large one. A coloured picture guides better than a grey one: lips differ from skin by their red, not by how light they are.
"""

import numpy as np
from PIL import Image


def box_mean(values, radius):
    """Return the mean over a square window around each pixel; at the border, over the part of it that lies inside.

    Two running sums, one along each axis: the cost doesn't depend on the radius.

    Args:
        values: float (height, width) or (height, width, k).
        radius: Integer, 0 or more. The window is `2 * radius + 1` wide.

    Returns:
        float32 of the same shape.

    Raises:
        ValueError: a negative radius, or other axes.
    """
    values = np.asarray(values, "float32")
    if values.ndim not in (2, 3) or radius < 0:
        raise ValueError(f"values of shape {values.shape} and radius={radius} came; (height, width) or (height, width, k) and 0 or more are wanted.")
    for axis in (0, 1):
        length = values.shape[axis]
        sums = np.zeros((length + 1, *np.delete(values.shape, axis)), "float32")
        np.cumsum(np.moveaxis(values, axis, 0), axis=0, out=sums[1:])
        first, last = np.maximum(np.arange(length) - radius, 0), np.minimum(np.arange(length) + radius + 1, length)
        counts = (last - first).astype("float32").reshape(-1, *[1] * (values.ndim - 1))
        values = np.moveaxis((sums[last] - sums[first]) / counts, 0, axis)
    return values


def line_in_windows(guide, values, radius, epsilon):
    """Fit `values = a * guide + b` in each window by least squares, and return each pixel's mean a and b over the windows that it lies in.

    Formula:
        a = (covariance(guide) + epsilon)^-1 covariance(guide, values),  b = mean(values) - a . mean(guide)

    Args:
        guide: float (height, width) or (height, width, c) in [0, 1].
        values: float (height, width, k).
        radius: Integer, 0 or more.
        epsilon: Float above 0. Variance of the guide under which a window counts as flat: there a comes near 0, and b near the mean.

    Returns:
        Pair of float32 (height, width, c, k) and (height, width, k); c is 1 for a grey guide.
    """
    values = np.asarray(values, "float32")
    guide = np.asarray(guide, "float32").reshape(*values.shape[:2], -1) - np.float32(0.5)  # around 0, running sums in float32 lose less
    (height, width, channels), count = guide.shape, values.shape[2]

    def covariance(other, mean_other):
        products = (guide[..., :, None] * other[..., None, :]).reshape(height, width, -1)
        return box_mean(products, radius).reshape(height, width, channels, -1) - mean_guide[..., :, None] * mean_other[..., None, :]

    mean_guide, mean_values = box_mean(guide, radius), box_mean(values, radius)
    with_values = covariance(values, mean_values)
    with_itself = covariance(guide, mean_guide) + np.float32(epsilon) * np.eye(channels, dtype="float32")
    a = with_values / with_itself if channels == 1 else np.linalg.solve(with_itself, with_values)
    b = mean_values - np.einsum("hwc,hwck->hwk", mean_guide, a)
    a, b = box_mean(a.reshape(height, width, -1), radius).reshape(a.shape), box_mean(b, radius)
    return a, b - np.float32(0.5) * a.sum(axis=2)


def guided_filter(values, guide, radius=2, epsilon=1e-3):
    """Smooth maps, but along the edges of a picture.

    Example:
        opacity = guided_filter(opacity, picture / 255)

    Args:
        values: float (height, width) or (height, width, k). The maps.
        guide: float (height, width) or (height, width, 3) in [0, 1]. The picture.
        radius: Integer, 1 or more.
        epsilon: Float above 0. The larger, the smoother; edges of the guide whose variance is well above it are kept.

    Returns:
        float32 of the shape of `values`; not clipped.

    Raises:
        ValueError: other shapes, or a guide of another size or outside [0, 1].

    Source:
        [He et al., 2010](https://doi.org/10.1007/978-3-642-15549-9_1).
    """
    return upsample(values, guide, radius, epsilon)


def upsample(values, guide, radius=2, epsilon=1e-3):
    """Bring small maps to the size of a picture, along its edges: the fast guided filter.

    Example:
        opacity = upsample(opacity, photo / 255)  # (64, 64, 5) and (1024, 1024, 3) give (1024, 1024, 5)

    Args:
        values: float (height, width) or (height, width, k). The maps, at any size up to the picture's.
        guide: float (full_height, full_width) or (full_height, full_width, 3) in [0, 1].
        radius: Integer, 1 or more. In pixels of the small maps.
        epsilon: Float above 0; see `guided_filter`.

    Returns:
        float32 (full_height, full_width) or (full_height, full_width, k); not clipped.

    Raises:
        ValueError: as `guided_filter`, or a guide that is smaller than the maps.

    Source:
        [He and Sun, 2015](https://arxiv.org/abs/1505.00996).
    """
    values, guide = np.asarray(values, "float32"), np.asarray(guide)
    if values.ndim not in (2, 3) or guide.ndim not in (2, 3) or (guide.ndim == 3 and guide.shape[2] != 3):
        raise ValueError(f"values {values.shape} and guide {guide.shape} came; (height, width) or (height, width, k), and a grey or coloured picture are wanted.")
    if guide.dtype.kind != "f" or guide.min() < -1e-3 or guide.max() > 1 + 1e-3:
        raise ValueError(f"The guide is {guide.dtype} from {guide.min()} to {guide.max()}; floats in [0, 1] are wanted. Divide a uint8 picture by 255.")
    if radius < 1 or epsilon <= 0:
        raise ValueError(f"radius={radius} and epsilon={epsilon} came; 1 or more, and a number above 0 are wanted.")
    size, full_size = values.shape[:2], guide.shape[:2]
    channels = np.ascontiguousarray(np.moveaxis(guide.reshape(*full_size, -1), -1, 0), "float32")  # planes: several times faster
    if full_size[0] < size[0] or full_size[1] < size[1]:
        raise ValueError(f"The guide is {full_size[0]} x {full_size[1]} and smaller than the maps, {size[0]} x {size[1]}. Give the full picture.")
    small = np.stack([_resize(channel, size) for channel in channels], axis=-1)
    a, b = line_in_windows(small, values.reshape(*size, -1), radius, epsilon)
    result = np.empty((*full_size, b.shape[2]), "float32")
    for place in range(b.shape[2]):
        found = np.array(_resize(b[..., place], full_size))
        for number, channel in enumerate(channels):
            found += _resize(a[..., number, place], full_size) * channel
        result[..., place] = found
    return result if values.ndim == 3 else result[..., 0]


def _resize(values, size):
    """Return a map at another size: averaged where it shrinks, bilinear where it grows."""
    if values.shape == tuple(size):
        return values
    method = Image.Resampling.BOX if size[0] <= values.shape[0] else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(np.ascontiguousarray(values)).resize((size[1], size[0]), method))
