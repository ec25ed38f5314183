"""Hands, drawn as palm and fingers in a handful of authored gestures.

A hand lives in its own frame: origin at the wrist, first axis along the hand, second towards the thumb, unit = the hand's length.
"""

import numpy as np

from tryon_utils.paperdoll.body_canvas import Part
from tryon_utils.paperdoll.body_curves import ease, edge, slopes
from tryon_utils.paperdoll.pose import HAND, direction

_BASES = ((0.44, -0.150), (0.475, -0.055), (0.475, 0.045), (0.445, 0.135))  # knuckles: little, ring, middle, index
_LENGTHS = (0.36, 0.45, 0.48, 0.43)
_RADII = (0.047, 0.053, 0.055, 0.053)

_MELT = 0.035

GESTURES = {
    #            width  finger angles          curl per joint   length  thumb joints (None: hidden)
    "relaxed": (0.74, (2, 4, 7, 10), (17, 14, 11, 7), 0.88, ((0.08, 0.07), (0.28, 0.18), (0.44, 0.19), (0.53, 0.17))),
    "hip": (1.00, (-9, -4, 2, 9), (-3, -4, -5, -7), 0.92, None),
    "flat": (0.95, (-7, -3, 1, 5), (-6, -4, -3, -2), 0.95, ((0.08, 0.10), (0.26, 0.21), (0.42, 0.24), (0.54, 0.22))),
    "grip": (0.95, (-8, -3, 2, 6), (-12, -12, -12, -12), 0.80, ((0.06, 0.10), (0.20, 0.24), (0.34, 0.32), (0.46, 0.33))),
    "tucked": (0.95, (-4, -2, 2, 4), (0, 0, 0, 0), 0.9, None),
}


def _lines(gesture):
    """The hand's tapered lines: lists of (points (k, 2), radii (k,))."""
    width, angles, curls, length, thumb = GESTURES[gesture]
    lines = []
    for (x, y), angle, curl, size, radius in zip(_BASES, angles, curls, _LENGTHS, _RADII, strict=True):
        knuckle = np.array([x, y * width])
        lines.append((np.array([[-0.03, y * 0.42 * width], [0.20, y * 0.88 * width], knuckle]), np.array([0.056, 0.080, 0.070])))
        points, turn = [knuckle], angle
        for share in (0.46, 0.30, 0.24):
            points.append(points[-1] + size * length * share * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))]))
            turn += curl
        lines.append((np.array(points), radius * np.array([1.08, 1.0, 0.92, 0.70])))
    if thumb is not None:
        lines.append((np.array(thumb), np.array([0.085, 0.066, 0.054, 0.040])))
    return lines


def _frame(angle, side):
    along = direction(angle, side)
    return along, np.array([-along[1] * side, along[0] * side])


def hand_part(grid, wrist, angle, side, gesture, skin, material, label):
    """One hand as a `Part`.

    Args:
        grid: `Grid` of the picture.
        wrist: (x, y), H.
        angle: direction of the hand, degrees as in `pose`.
        side: -1 or 1.
        gesture: a key of `GESTURES`.
        skin: (3,) linear colour.
        material: (specular, gloss, scatter).
        label: parse label.
    """
    unit = HAND
    along, across = _frame(angle, side)
    tips = np.array([[-0.05, -0.25], [-0.05, 0.25], [0.55, -0.3], [0.55, 0.36], [1.0, -0.2], [1.0, 0.2]]) * unit
    places = np.asarray(wrist) + tips[:, :1] * along + tips[:, 1:] * across
    window = grid.window(*(f(places[:, k]) for k in (0, 1) for f in (np.min, np.max)))
    x, y = grid.axes(window)
    off_x, off_y = (x - np.float32(wrist[0])) / np.float32(unit), (y - np.float32(wrist[1])) / np.float32(unit)
    u = off_x * np.float32(along[0]) + off_y * np.float32(along[1])
    v = off_x * np.float32(across[0]) + off_y * np.float32(across[1])
    height = np.full(u.shape, -1, np.float32)
    inside = np.full(u.shape, -1, np.float32)
    crease = np.zeros(u.shape, np.float32)
    for points, radii in _lines(gesture):
        points = points.astype(np.float32)
        best = np.full(u.shape, 9, np.float32)
        radius = np.full(u.shape, radii[0], np.float32)
        for k in range(len(points) - 1):
            start, step = points[k], points[k + 1] - points[k]
            f = np.clip(((u - start[0]) * np.float32(step[0]) + (v - start[1]) * np.float32(step[1])) / np.float32(step @ step), 0, 1)
            r = np.float32(radii[k]) + f * np.float32(radii[k + 1] - radii[k])
            d = np.hypot(u - start[0] - f * np.float32(step[0]), v - start[1] - f * np.float32(step[1])) / r
            nearer = d < best
            np.copyto(best, d, where=nearer)
            np.copyto(radius, r, where=nearer)
        z = radius * np.sqrt(np.maximum(1.08 - best * best, 0.002))
        np.maximum(inside, radius * (1 - best), out=inside)
        palm = len(points) == 3
        top = z > height
        edge_of = np.clip(best - 0.62, 0, 0.4) * (0.10 if palm else ease(0.05, 0.40, (u - points[0, 0]) / max(points[-1, 0] - points[0, 0], 0.1)))
        np.copyto(crease, edge_of, where=top & (best < 1.04))
        near = np.maximum(_MELT - np.abs(height - z), 0)  # neighbours melt into each other instead of meeting in a crease
        height = np.maximum(height, z) + near * near * np.float32(0.25 / _MELT)
    alpha = edge(inside, grid.pixel / unit)
    slope = slopes(height, grid.pixel / unit)
    np.clip(slope, -1.6, 1.6, out=slope)
    shade = np.float32(0.28) * np.clip(1 + inside * 9, 0, 1) ** 2 * ease(0.12, 0.34, u)
    return Part(
        window, alpha, skin, slope, label, material, occlusion=1 - np.float32(1.1) * crease, shape_alpha=alpha * ease(-0.09, 0.05, u),
        shade=shade,
    )
