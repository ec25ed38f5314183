"""Exact truth of a face: 68 landmarks from the same curves that are painted, and the regions that factors govern."""

import numpy as np

from tryon_utils.paperdoll.face_eyes import BROW_TABLE, brow_curve, eye_numbers, lid_curves
from tryon_utils.paperdoll.face_mouth import mouth_curves, mouth_numbers
from tryon_utils.paperdoll.face_shape import CENTRE_V, ANGLES

_JAW_ANGLES = np.radians([93, 80, 68, 56, 44, 33, 22, 11, 0])


def landmark_heads(factors, expression, contour):
    """The 68 landmarks in head coordinates, (68, 2) float32, in the usual order (left of the picture first)."""
    points = []
    radius = np.interp(_JAW_ANGLES, np.linspace(0, np.pi, ANGLES), contour.radius) * 0.992
    jaw = [(-r * np.sin(a), CENTRE_V + r * np.cos(a)) for r, a in zip(radius, _JAW_ANGLES, strict=True)]
    points += jaw + [(-u, v) for u, v in jaw[-2::-1]]
    arch, drop, _, length, _, slant = BROW_TABLE[factors.brow_shape]
    p = np.array([0.78, 0.40, 0.0, -0.40, -0.72], np.float32)
    spine = brow_curve(p, arch, drop, slant) - expression.knit * np.clip((0.2 - p) / 1.2, 0, 1) ** 2 * (
        3 - 2 * np.clip((0.2 - p) / 1.2, 0, 1)
    )
    brow_u, brow_v = 0.292 + 0.010 * factors.eye_spacing + p * length, -0.168 - expression.raise_brow - spine
    points += list(zip(-brow_u, brow_v, strict=True)) + list(zip(brow_u[::-1], brow_v[::-1], strict=True))
    wide = 0.91 + 0.17 * factors.nose_width + 0.05 * expression.apple
    tip = 0.355 + 0.028 * factors.nose_length
    points += [(0, tip * t) for t in (0.0, 0.33, 0.66, 1.0)]
    points += [
        (-0.095 * wide, tip + 0.058),
        (-0.05 * wide, tip + 0.066),
        (0, tip + 0.074),
        (0.05 * wide, tip + 0.066),
        (0.095 * wide, tip + 0.058),
    ]
    centre, height, half, tilt, shape, upper, lower = eye_numbers(factors, expression)
    c, s = np.cos(tilt), np.sin(tilt)
    eyes = {}
    for side in (-1, 1):
        places = np.array([1.0, 0.36, -0.36, -1.0], np.float32)
        top, bottom = lid_curves(places, half, upper, lower, shape)
        local = [
            (places[0], top[0]),
            (places[1], top[1]),
            (places[2], top[2]),
            (places[3], top[3]),
            (places[2], bottom[2]),
            (places[1], bottom[1]),
        ]
        eyes[side] = [(side * (centre + p * half * c + y * s), height - p * half * s + y * c) for p, y in local]
    right = eyes[1]
    points += eyes[-1] + [right[3], right[2], right[1], right[0], right[5], right[4]]
    m = np.array([-1, -0.55, -0.22, 0, 0.22, 0.55, 1], np.float32)
    top, inner_top, inner_bottom, bottom, mouth_half = mouth_curves(m, factors, expression)
    points += list(zip(m * mouth_half, top, strict=True)) + list(zip(m[5:0:-1] * mouth_half, bottom[5:0:-1], strict=True))
    m = np.array([-0.86, -0.30, 0, 0.30, 0.86], np.float32)
    _, inner_top, inner_bottom, _, _ = mouth_curves(m, factors, expression)
    points += list(zip(m * mouth_half, inner_top, strict=True)) + list(
        zip(m[3:0:-1] * mouth_half, inner_bottom[3:0:-1], strict=True)
    )
    return np.array(points, np.float32)


def landmarks(scene):
    """The 68 landmarks of a `HeadScene` in picture coordinates, head units: (68, 2) float32."""
    heads = landmark_heads(scene.factors, scene.expression, scene.contour)
    x, y = scene.pose.forward(heads[:, 0], heads[:, 1])
    return np.stack([x, y], -1).astype(np.float32)


_GOVERNED = {
    "background": ("backdrop",), "top_colour": ("clothes",), "hair_colour": ("hair", "brow area", "beard area"), "eye_colour": ("iris",),
    "gaze": ("eye opening",), "freckles": ("face",), "lines": ("face",), "facial_hair": ("face",), "blemishes": ("face",), "dark_circles": ("face",), "earrings": ("ear area",),
    "glasses": ("glasses area",), "monk_tone": ("skin",), "undertone": ("skin",), "lip_colour": ("mouth area",),
    "lip_fullness": ("mouth area",), "lip_width": ("mouth area",), "cupid_bow": ("mouth area",), "nose_width": ("nose area",),
    "nose_length": ("nose area",), "nose_bridge": ("nose area",), "brow_shape": ("brow area",), "brow_weight": ("brow area",),
    "eye_shape": ("eye area",), "eye_tilt": ("eye area",), "eye_size": ("eye area",), "eye_spacing": ("eye area", "brow area"),
    "expression": ("face",),
}  # fmt: skip


def governed_region(name, before, after):
    """Where a picture may change when one factor changes.

    Args:
        name: a field of `FaceFactors`; head shape, pose, hair style and light govern the whole person.
        before, after: the two `FaceSample`.

    Returns:
        (size, size) bool; outside it the bare pictures are equal bit for bit.

    Raises:
        ValueError: for an unknown name or two sizes.
    """
    if not hasattr(before.factors, name):
        raise ValueError(f"Got the factor {name!r}; wanted a field of FaceFactors.")
    if before.parse.shape != after.parse.shape:
        raise ValueError(f"Got pictures of {before.parse.shape} and {after.parse.shape}; wanted equal sizes.")
    region = np.zeros(before.parse.shape, bool)
    for sample in (before, after):
        for part in _GOVERNED.get(name, ("person",)):
            region |= sample.regions[part]
    return region


def find_regions(scene, shrink_any):
    """The named bool regions of a scene; ``shrink_any`` takes a full-grid map to 'any sample > 0' per pixel."""
    canvas, shape = scene.canvas, (len(scene.y), len(scene.x))

    def whole(crop):
        result = np.zeros(shape, np.float32)
        result[scene.crop] = crop
        return shrink_any(result)

    def box(*windows):
        area = np.zeros(canvas.u.shape, np.float32)
        for window in windows:
            area[window] = 1
        return whole(area * (canvas.masks["head"] > 0))

    _, middle, _, _ = mouth_numbers(scene.factors, scene.expression)
    hair = shrink_any(np.maximum(scene.front.alpha, scene.back.alpha))
    face, neck = whole(canvas.masks["head"]), shrink_any(scene.neck.alpha)
    backdrop = shrink_any(
        1
        - np.maximum(
            np.maximum(scene.front.alpha, scene.back.alpha * (scene.back.alpha == 1)), scene.neck.alpha * (scene.neck.alpha == 1)
        )
    )
    regions = {
        "hair": hair, "face": face, "skin": face | neck, "person": hair | face | neck, "backdrop": backdrop | ~(face | neck | hair),
        "clothes": neck, "iris": whole(canvas.masks["iris"]), "eye opening": whole(canvas.masks["eyes"]),
        "brow area": box(*[canvas.window(side * 0.292, -0.19, 0.32, 0.19) for side in (-1, 1)]),
        "eye area": box(*[eye.window for eye in canvas.eyes.values()]),
        "mouth area": box(canvas.mouth.window), "beard area": box(*[canvas.window(0, 0.60, 0.70, 0.56)] * (scene.factors.facial_hair != "none")), "nose area": box(canvas.window(0, 0.22, 0.32, 0.44)),
        "glasses area": box(canvas.window(0, 0.03, 0.74, 0.38)),
        "ear area": whole(np.where((np.abs(canvas.u) > 0.5) & (canvas.v > 0.2) & (canvas.v < 0.6), np.float32(1), np.float32(0))),
    }  # fmt: skip
    return regions
