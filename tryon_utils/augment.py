"""Augmentation of a picture together with its truth: one transform for the picture, its masks, labels, points and flow.

All geometric changes of one sample are combined into a single affine map, so everything is sampled once only and
cannot drift apart. Coordinates are in pixels, and the centre of the top-left pixel is (0.5, 0.5).
"""

import dataclasses

import numpy as np
from scipy import ndimage

# How COCO-18 keypoints, VITON-HD's parse labels and MT's parse labels change when left and right are swapped.
KEYPOINT_PAIRS = ((2, 5), (3, 6), (4, 7), (8, 11), (9, 12), (10, 13), (14, 15), (16, 17))
BODY_LABEL_PAIRS = ((14, 15), (16, 17), (18, 19))
FACE_LABEL_PAIRS = ((2, 3), (4, 5), (7, 8))


@dataclasses.dataclass(frozen=True)
class Affine:
    """An affine map from the places of the old picture to those of the new one.

    Attributes:
        matrix: float64 (3, 3). Takes (x, y, 1) of the old picture to (x, y, 1) of the new one.
        size: Pair (height, width) of the new picture.
    """

    matrix: np.ndarray
    size: tuple

    def then(self, other):
        """Return the map that applies this one first and `other` after it."""
        return Affine(other.matrix @ self.matrix, other.size)

    @property
    def mirrors(self):
        """Whether left and right change places."""
        return np.linalg.det(self.matrix[:2, :2]) < 0


def _about(size, linear):
    """Return the map that applies a 2x2 matrix about the picture's centre."""
    centre = np.array([size[1] / 2, size[0] / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre - np.asarray(linear) @ centre
    return Affine(matrix, tuple(size))


def rotate(size, degrees):
    """Rotate about the centre, clockwise as seen, by `degrees`."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return _about(size, [[cosine, -sine], [sine, cosine]])


def scale(size, factor):
    """Enlarge about the centre by `factor` > 0; the picture's size stays."""
    if not factor > 0:
        raise ValueError(f"factor={factor} came; a number above 0 is wanted. Use flip to mirror.")
    return _about(size, [[factor, 0.0], [0.0, factor]])


def shear(size, horizontal, vertical=0.0):
    """Shear about the centre: a place `d` pixels below it moves `horizontal * d` pixels to the right, and so on."""
    return _about(size, [[1.0, horizontal], [vertical, 1.0]])


def flip(size):
    """Mirror left and right. Labels and keypoints of left and right parts are swapped when it is applied."""
    return _about(size, [[-1.0, 0.0], [0.0, 1.0]])


def shift(size, right, down):
    """Move by whole or broken pixels."""
    return Affine(np.array([[1.0, 0.0, right], [0.0, 1.0, down], [0.0, 0.0, 1.0]]), tuple(size))


def crop(size, top, left, height, width, to_size=None):
    """Cut out a rectangle, and enlarge it to `to_size` (height, width); to the rectangle's own size where None.

    Raises:
        ValueError: the rectangle is empty or leaves the picture.
    """
    if not (height > 0 and width > 0 and 0 <= top and 0 <= left and top + height <= size[0] and left + width <= size[1]):
        raise ValueError(f"A crop of {height} x {width} at ({top}, {left}) came; it must lie inside the picture of {size[0]} x {size[1]}.")
    to_size = tuple(to_size or (int(round(height)), int(round(width))))
    x, y = to_size[1] / width, to_size[0] / height
    return Affine(np.array([[x, 0.0, -left * x], [0.0, y, -top * y], [0.0, 0.0, 1.0]]), to_size)


# ---- Applying one map to every kind of truth -----------------------------------------------------------------------

def warp_picture(picture, affine, outside=None):
    """Sample a picture, mask or map bilinearly.

    Args:
        picture: uint8 or float32 (height, width) or (height, width, channels).
        affine: `Affine`.
        outside: Number for places that come from outside the picture; the nearest border pixel where None.

    Returns:
        Array of the same dtype, of the affine's size.
    """
    picture = np.asarray(picture)
    inverse = np.linalg.inv(affine.matrix)
    # ndimage counts (row, column) with the first pixel's centre at 0; we count (x, y) with it at 0.5
    linear = inverse[:2, :2][::-1, ::-1]
    offset = inverse[:2, 2][::-1] + linear @ np.array([0.5, 0.5]) - 0.5
    channels = picture[..., None] if picture.ndim == 2 else picture
    warped = np.stack([ndimage.affine_transform(channel.astype("float32"), linear, offset, affine.size, order=1,
                                                mode="nearest" if outside is None else "constant", cval=outside or 0.0)
                       for channel in np.moveaxis(channels, -1, 0)], axis=-1)
    if picture.dtype == np.uint8:
        warped = np.clip(np.rint(warped), 0, 255).astype("uint8")
    return warped[..., 0] if picture.ndim == 2 else warped


def warp_labels(labels, affine, pairs=()):
    """Sample a label map at the nearest pixel; outside is 0. Where left and right change places, so do the labels of `pairs`."""
    labels = np.asarray(labels)
    rows, columns = np.mgrid[:affine.size[0], :affine.size[1]]
    places = np.linalg.inv(affine.matrix) @ np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5, np.ones(rows.size)])
    x, y = np.floor(places[0]).astype(int), np.floor(places[1]).astype(int)
    inside = (x >= 0) & (y >= 0) & (x < labels.shape[1]) & (y < labels.shape[0])
    warped = np.where(inside, labels[np.where(inside, y, 0), np.where(inside, x, 0)], 0).reshape(affine.size).astype(labels.dtype)
    return _swap_labels(warped, pairs) if affine.mirrors else warped


def _swap_labels(labels, pairs):
    table = np.arange(256)
    for left, right in pairs:
        table[[left, right]] = right, left
    return table[labels].astype(labels.dtype)


def warp_points(points, affine, order=None):
    """Move points with the picture; those that leave it lose their visibility.

    Args:
        points: float32 (n, 3). x, y and visible (1 or 0).
        affine: `Affine`.
        order: Sequence of n indexes. Which point takes whose place where left and right change places; none where None.

    Returns:
        float32 (n, 3).
    """
    points = np.asarray(points, "float64")
    moved = np.column_stack([points[:, :2], np.ones(len(points))]) @ affine.matrix.T
    inside = (moved[:, 0] >= 0) & (moved[:, 1] >= 0) & (moved[:, 0] < affine.size[1]) & (moved[:, 1] < affine.size[0])
    moved[:, 2] = points[:, 2] * inside
    if affine.mirrors and order is not None:
        moved = moved[np.asarray(order)]
    return moved.astype("float32")


def swapped_order(count, pairs):
    """Return 0 .. count - 1 with the two of each pair exchanged: the `order` that `warp_points` takes."""
    order = np.arange(count)
    for left, right in pairs:
        order[[left, right]] = right, left
    return order


def warp_flow(flow, visible, affine, source_affine=None):
    """Move a flow with the person's picture, and its values with the garment's picture.

    Values of neighbouring pixels are mixed only where all of them are visible: elsewhere they mean nothing.

    Args:
        flow: float32 (height, width, 2). For each pixel the (x, y) in the source picture that it shows.
        visible: float32 (height, width) in {0, 1}. Where the flow means something.
        affine: `Affine` of the picture that the flow belongs to.
        source_affine: `Affine` of the source picture; None where that one is left alone.

    Returns:
        Pair of flow and visible, of the affine's size.
    """
    visible = np.asarray(visible, "float32")
    weight = warp_picture(visible, affine, outside=0.0)
    mixed = warp_picture(np.where(visible[..., None] > 0, flow, 0).astype("float32"), affine, outside=0.0)
    now_visible = (weight > 1 - 1e-4).astype("float32")
    moved = np.where(now_visible[..., None] > 0, mixed / np.maximum(weight, 1e-6)[..., None], 0.0)
    if source_affine is not None:
        moved = moved @ source_affine.matrix[:2, :2].T + source_affine.matrix[:2, 2]
        moved = np.where(now_visible[..., None] > 0, moved, 0.0)
    return moved.astype("float32"), now_visible


# ---- Changes of the picture alone: the truth stays ------------------------------------------------------------------

def change_colour(picture, exposure=0.0, contrast=1.0, warmth=0.0):
    """Change exposure (in stops), contrast about middle grey, and white balance (-1 cool to 1 warm), in uint8."""
    linear = np.asarray(picture).astype("float32") / 255.0
    gains = np.array([1.0 + 0.2 * warmth, 1.0, 1.0 - 0.2 * warmth], "float32") * 2.0 ** (exposure / 2.2)
    return np.clip(np.rint(((linear * gains - 0.5) * contrast + 0.5) * 255.0), 0, 255).astype("uint8")


def blur(picture, radius):
    """Blur a uint8 picture with a Gaussian of `radius` pixels (its standard deviation)."""
    smooth = ndimage.gaussian_filter(np.asarray(picture).astype("float32"), (radius, radius, 0))
    return np.clip(np.rint(smooth), 0, 255).astype("uint8")


def add_noise(picture, deviation, generator):
    """Add Gaussian noise to a uint8 picture; `deviation` is in grey levels, `generator` a `np.random.Generator`."""
    noisy = np.asarray(picture) + generator.normal(0.0, deviation, np.shape(picture))
    return np.clip(np.rint(noisy), 0, 255).astype("uint8")


def erase(picture, top, left, height, width, value=127):
    """Return the uint8 picture with a rectangle filled with `value`; what it covers stays in the truth."""
    erased = np.array(picture)
    erased[max(top, 0):top + height, max(left, 0):left + width] = value
    return erased


def random_affine(size, generator, degrees=8.0, zoom=0.1, move=0.05, slant=0.05, mirror=0.5):
    """Draw a gentle geometric change: rotation, scale, shear, shift and, with probability `mirror`, a flip.

    Args:
        size: Pair (height, width).
        generator: `np.random.Generator`.
        degrees: Float. The largest rotation to either side.
        zoom: Float. The largest enlargement or reduction, as a share.
        move: Float. The largest shift, as a share of height and width.
        slant: Float. The largest horizontal shear.
        mirror: Float in [0, 1].

    Returns:
        An `Affine`.
    """
    drawn = generator.uniform(-1.0, 1.0, 5)
    affine = rotate(size, degrees * drawn[0]).then(scale(size, np.exp(zoom * drawn[1]))).then(shear(size, slant * drawn[2]))
    affine = affine.then(shift(size, move * size[1] * drawn[3], move * size[0] * drawn[4]))
    return affine.then(flip(size)) if generator.uniform() < mirror else affine
