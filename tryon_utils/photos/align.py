"""From a photograph to an upright crop, and exactly back: similarities, crops and feathered pastes.

A similarity turns, scales and moves. It is kept as a *frame*, float64 (2, 3): places in a crop go in, places in the photograph come
out. So one frame says where to sample a crop from, and its inverse where a point of the photograph lies in the crop.
Places are x, y in pixels; the first pixel's centre is 0.5, as everywhere in the course.
"""

import math

import numpy as np
from PIL import Image

EYES = ((0.392, 0.51), (0.608, 0.51))  # where the eyes of a canonical face lie, in parts of the side: the mean of the rendered faces
MOST_SHRINK = 1.5  # photograph's pixels for one of the crop; beyond it neighbours are averaged first


def square_frame(centre, side, angle, size):
    """Return the frame of a square in a photograph.

    Args:
        centre: Pair. Its centre, in the photograph's pixels.
        side: Float. Its side, in the photograph's pixels.
        angle: Float. Radians from the photograph's x-axis to the square's, clockwise as y points down.
        size: Integer. Height and width of the crop in pixels.

    Returns:
        float64 (2, 3).

    Raises:
        ValueError: a side or size that is not positive.
    """
    if not side > 0 or not size > 0:
        raise ValueError(f"side={side} and size={size} came; both must be positive.")
    step_x, step_y = math.cos(angle) * side / size, math.sin(angle) * side / size
    turn = np.array([[step_x, -step_y], [step_y, step_x]])
    return np.concatenate([turn, (np.asarray(centre, "float64") - turn @ [size / 2, size / 2])[:, None]], axis=1)


def similarity(sources, targets):
    """Return the similarity that brings sources nearest to targets, by least squares in closed form.

    Formula: with places as complex numbers less their means, a = sum(conj(s) t) / sum(|s|^2) turns and scales at once.

    Example:
        frame = similarity(points_in_crop, points_in_photograph)

    Args:
        sources: float (n, 2), n >= 2, not all the same.
        targets: float (n, 2).

    Returns:
        float64 (2, 3); `move(frame, sources)` lies nearest to targets.

    Raises:
        ValueError: shapes that differ, fewer than two places, or all sources the same.

    Source: Umeyama, Least-squares estimation of transformation parameters between two point patterns, 1991 (without mirror images).
    """
    sources, targets = np.asarray(sources, "float64"), np.asarray(targets, "float64")
    if sources.shape != targets.shape or sources.ndim != 2 or sources.shape[1] != 2 or len(sources) < 2:
        raise ValueError(f"Places of shapes {sources.shape} and {targets.shape} came; two equal shapes (n, 2), n >= 2, are wanted.")
    middle, aim = sources.mean(axis=0), targets.mean(axis=0)
    s, t = (sources - middle) @ [1, 1j], (targets - aim) @ [1, 1j]
    spread = np.sum(np.abs(s) ** 2)
    if spread < 1e-12:
        raise ValueError("All sources are the same place; two different ones are wanted.")
    a = np.sum(np.conj(s) * t) / spread
    turn = np.array([[a.real, -a.imag], [a.imag, a.real]])
    return np.concatenate([turn, (aim - turn @ middle)[:, None]], axis=1)


def invert(frame):
    """Return the frame that leads back: `move(invert(frame), move(frame, places))` are the places again. float64 (2, 3)."""
    turn_back = np.linalg.inv(frame[:, :2])
    return np.concatenate([turn_back, -turn_back @ frame[:, 2:]], axis=1)


def move(frame, places):
    """Return places (..., 2) moved by a frame; further columns, (..., k), are kept as they are."""
    places = np.asarray(places, "float64")
    moved = places[..., :2] @ frame[:, :2].T + frame[:, 2]
    return np.concatenate([moved, places[..., 2:]], axis=-1)


def scale_of(frame):
    """Return how many pixels of the photograph one pixel of the crop spans: a float."""
    return float(math.sqrt(abs(np.linalg.det(frame[:, :2]))))


def angle_of(frame):
    """Return by how much a crop's x-axis is turned in the photograph, in radians, clockwise as y points down."""
    return float(math.atan2(frame[1, 0], frame[0, 0]))


# ---- Pixels --------------------------------------------------------------------------------------------------------

def crop(pixels, frame, size, fill=0):
    """Sample a square crop from a photograph.

    Where the crop is much smaller than its part of the photograph, blocks of pixels are averaged first: sampling alone would skip most
    of them, and fine patterns would turn into coarse false ones.

    Args:
        pixels: uint8 (h, w) or (h, w, 3).
        frame: float64 (2, 3), from crop to photograph.
        size: Integer or pair (height, width). The crop's pixels.
        fill: Integer in [0, 255]. What lies outside the photograph.

    Returns:
        uint8 (height, width) or (height, width, 3).
    """
    height, width = (size, size) if np.ndim(size) == 0 else size
    frame, shrink = np.array(frame, "float64"), max(1, int(scale_of(frame) / MOST_SHRINK))
    box = _part_of(pixels.shape, frame, height, width, 2 * shrink)
    if box is None:
        return np.full((height, width, *pixels.shape[2:]), fill, "uint8")
    left, top, right, bottom = box
    image = Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right]))  # the rest is not even copied
    frame[:, 2] -= left, top
    if shrink > 1:
        image, frame = image.reduce(shrink), frame / shrink
    colour = fill if image.mode == "L" else (fill, fill, fill)
    return np.array(image.transform((width, height), Image.Transform.AFFINE, frame.ravel().tolist(), Image.Resampling.BILINEAR, fillcolor=colour))


def _part_of(shape, frame, height, width, border):
    """Return the box (left, top, right, bottom) of the photograph that a crop looks at, with a border, or None where it looks past it."""
    corners = move(frame, np.array([[0, 0], [width, 0], [width, height], [0, height]]))
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int) - border, 0, None).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int) + border, None, [shape[1], shape[0]]).tolist()
    return (left, top, right, bottom) if right > left and bottom > top else None


def feather(size, edge=0.12):
    """Return a mask that is 1 inside and falls smoothly to 0 at the crop's border: float32 (height, width) in [0, 1].

    Args:
        size: Integer or pair (height, width).
        edge: Float in (0, 0.5]. The part of the side over which it falls.
    """
    height, width = (size, size) if np.ndim(size) == 0 else size

    def ramp(length):
        near = np.minimum(np.arange(length) + 0.5, length - 0.5 - np.arange(length)) / (edge * length)
        return np.clip(near, 0, 1) ** 2 * (3 - 2 * np.clip(near, 0, 1))

    return np.outer(ramp(height), ramp(width)).astype("float32")


def paste(pixels, painted, frame, mask):
    """Put a painted crop back where it was taken from; where the mask is 0, the photograph stays as it is, bit for bit.

    Args:
        pixels: uint8 (h, w, 3). The photograph; it is not changed.
        painted: uint8 (height, width, 3). The crop, painted upon.
        frame: float64 (2, 3), the one that the crop was taken with.
        mask: float (height, width) in [0, 1]. How much of the crop is wanted; see `feather`.

    Returns:
        uint8 (h, w, 3).
    """
    back = invert(frame)
    (height, width), (high, wide) = mask.shape, pixels.shape[:2]
    corners = move(frame, np.array([[0, 0], [width, 0], [width, height], [0, height]]))
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [wide, high])
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, [wide, high])
    result = np.array(pixels)
    if right <= left or bottom <= top:
        return result
    back = np.concatenate([back[:, :2], back[:, :2] @ [[left], [top]] + back[:, 2:]], axis=1)
    box = (int(right - left), int(bottom - top))
    weight = Image.fromarray(np.ascontiguousarray(mask, "float32")).transform(box, Image.Transform.AFFINE, back.ravel().tolist(), Image.Resampling.BILINEAR)
    colour = Image.fromarray(painted).transform(box, Image.Transform.AFFINE, back.ravel().tolist(), Image.Resampling.BICUBIC)
    weight, colour = np.array(weight)[..., None], np.array(colour).astype("float32")
    part = result[top:bottom, left:right]
    part[:] = np.where(weight > 0, np.clip(np.rint(part + weight * (colour - part)), 0, 255), part).astype("uint8")
    return result


# ---- Faces ---------------------------------------------------------------------------------------------------------

def face_frame(landmarks, size):
    """Return the frame of the canonical crop of a face: upright, its eyes at `EYES`.

    Args:
        landmarks: float (68, 2 or 3), x, y in the photograph's pixels, in the usual order of 68.
        size: Integer. The crop's height and width.

    Returns:
        float64 (2, 3), from crop to photograph.

    Raises:
        ValueError: not 68 landmarks.
    """
    landmarks = np.asarray(landmarks, "float64")
    if landmarks.ndim != 2 or len(landmarks) != 68:
        raise ValueError(f"Landmarks of shape {landmarks.shape} came; (68, 2) or (68, 3) is wanted. landmarks.to_68 makes them.")
    eyes = [landmarks[36:42, :2].mean(axis=0), landmarks[42:48, :2].mean(axis=0)]
    return similarity(np.array(EYES) * size, eyes)
