"""Rendered faces with exact truth: picture, bare face, makeup layers, parse map, masks, landmarks and factors."""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.colour import hex_to_linear, to_uint8
from tryon_utils.paperdoll.face_canvas import LABELS
from tryon_utils.paperdoll.face_factors import BACKGROUNDS, FaceFactors, check_face_factors, sample_face_factors
from tryon_utils.paperdoll.face_head import HeadScene
from tryon_utils.paperdoll.face_truth import find_regions, governed_region, landmarks
from tryon_utils.paperdoll.hair_styles import HAT_STYLES
from tryon_utils.paperdoll.looks import Look
from tryon_utils.paperdoll.makeup import MakeupPaint
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import over, shrink, tone

FRAME_LEFT, FRAME_TOP, FRAME_SIDE = -1.34, -1.36, 2.68
"""The portrait's frame in head units."""


@dataclasses.dataclass(frozen=True)
class LayerTruth:
    """One makeup layer as it is seen: ``opacity`` (size, size) float32 in [0, 1], ``colour`` (3,) linear float32 on this skin."""

    kind: str
    shape: str
    intensity: float
    colour: np.ndarray
    opacity: np.ndarray


@dataclasses.dataclass(frozen=True)
class FaceSample:
    """A rendered face and its truth.  Pictures are (size, size, 3) uint8 sRGB.

    Args:
        picture: with makeup (equal to ``bare`` without a look).
        bare: without makeup.
        layers: tuple of `LayerTruth` in painting order.
        parse: (size, size) uint8, the labels of the MT data set: 0 background, 1 face, 2 left brow, 3 right brow, 4 left eye,
            5 right eye, 6 glasses, 7 left ear, 8 right ear, 9 earring, 10 nose, 11 inner mouth, 12 upper lip, 13 lower lip,
            14 neck, 15 necklace (never), 16 clothes, 17 hair, 18 hat or scarf.  Left and right are the person's own.
        masks: soft masks (size, size) float32 in [0, 1]: skin, lips, inner mouth, eyes, brows, glasses, earrings, neck, clothes,
            hair, hat and background add up to 1 at every pixel; cheeks is a part of the skin and comes on top.
        landmarks: (68, 3) float32, (x, y, visible) in pixels, the top-left pixel's centre at (0.5, 0.5); visible is 1.0 inside
            the frame and not under hair, hat or scarf, else 0.0.
        regions: named (size, size) bool regions for `governed_region`.
        factors: `FaceFactors`.
        look: the `Look`, or None.
    """

    picture: np.ndarray
    bare: np.ndarray
    layers: tuple
    parse: np.ndarray
    masks: dict
    landmarks: np.ndarray
    regions: dict
    factors: FaceFactors
    look: Look | None


def paint_background(name, x, y):
    """A softly brushed studio wall, linear (3, rows, columns)."""
    base = hex_to_linear(BACKGROUNDS[name])
    grid_x, grid_y = np.broadcast_arrays(x[None, :].astype(np.float32), y[:, None].astype(np.float32))
    glow = np.exp(-((grid_x * grid_x) / 1.9 + (grid_y + 0.15) ** 2 / 1.9))
    brush = sample_tile(fbm_tile(5, 8), grid_x * 0.16 + grid_y * 0.10, grid_y * 0.22 - grid_x * 0.10)
    value = np.float32(0.80) + np.float32(0.30) * glow + np.float32(0.07) * brush
    return base[:, None, None] * value


def render_face(factors, look=None, size=64, supersample=None):
    """Renders one face, bare and made up, with all its truth.

    Example:
        >>> sample = render_face(sample_face_factors(seed=1, index=0), sample_look(1, 0), size=128)
        >>> sample.picture.shape
        (128, 128, 3)

    Args:
        factors: `FaceFactors`.
        look: `Look`, or None for a bare face.
        size: side of the picture in pixels, 16 to 2048.
        supersample: samples a side of each pixel; None chooses 2 up to 256 pixels and 1 above.

    Returns:
        `FaceSample`.

    Raises:
        ValueError: for factors out of range or a size outside 16..2048.
    """
    check_face_factors(factors)
    if not 16 <= size <= 2048:
        raise ValueError(f"Got size {size}; wanted 16 to 2048 pixels.")
    times = supersample or (2 if size <= 256 else 1)
    count = size * times
    pixel = FRAME_SIDE / count
    x = (FRAME_LEFT + (np.arange(count) + 0.5) * pixel).astype(np.float32)
    y = (FRAME_TOP + (np.arange(count) + 0.5) * pixel).astype(np.float32)
    scene = HeadScene(factors, x, y, pixel)
    back = over(scene.hair_linear(scene.back_buffer), scene.back.alpha, paint_background(factors.background, x, y))
    back = over(scene.neck_linear(), scene.neck.alpha, back)
    front, uncovered = scene.hair_linear(scene.front_buffer), 1 - scene.front.alpha
    head = scene.canvas.masks["head"]
    crop = scene.crop

    def finish(makeup):
        picture = back.copy()
        area = picture[(slice(None), *crop)]
        area[...] = over(scene.face_linear(makeup)[1], head, area)
        picture = over(front, scene.front.alpha, picture)
        return to_uint8(np.moveaxis(tone(shrink(picture, times)), 0, -1))

    bare = finish(None)
    picture, layers = bare, ()
    whole = lambda values: _spread(values, (count, count), crop)  # noqa: E731
    if look is not None:
        makeup = MakeupPaint(scene, look.layers)
        picture = finish(makeup)
        layers = tuple(
            LayerTruth(
                layer.kind,
                layer.shape,
                layer.intensity,
                makeup.colours[k],
                shrink(whole(makeup.visible(scene, k)) * uncovered, times),
            )
            for k, layer in enumerate(makeup.layers)
        )
    parse = _parse(scene, whole)
    masks = _masks(scene, whole, uncovered, times)
    points = landmarks(scene)
    at = np.clip(((points - (FRAME_LEFT, FRAME_TOP)) / pixel).astype(int), 0, count - 1)
    pixels = (points - np.array([FRAME_LEFT, FRAME_TOP], np.float32)) * np.float32(size / FRAME_SIDE)
    inside = ((pixels >= 0) & (pixels < size)).all(-1)
    any_sample = lambda values: shrink(np.ascontiguousarray(values > 0, np.float32), times) > 0  # noqa: E731
    return FaceSample(
        picture, bare, layers, parse[::times, ::times].copy(), masks,
        np.column_stack([pixels, inside & (scene.front.alpha[at[:, 1], at[:, 0]] < 0.5)]).astype(np.float32), find_regions(scene, any_sample), factors, look,
    )  # fmt: skip


def _spread(values, shape, crop):
    result = np.zeros(shape, values.dtype)
    result[crop] = values
    return result


def _parse(scene, whole):
    """The label of the topmost layer at every sample."""
    parse = scene.back_buffer.label.copy()
    parse = np.where(scene.neck.alpha > 0.5, scene.neck.label, parse)
    head = whole(scene.canvas.label)
    parse = np.where((head > 0) & (whole(scene.canvas.masks["head"]) > 0.5), head, parse)
    return np.where(scene.front.alpha > 0.5, scene.front_buffer.label, parse).astype(np.uint8)


def _masks(scene, whole, uncovered, times):
    """Soft masks by name; all but the cheeks share every sample out among them."""
    canvas = scene.canvas
    head = whole(canvas.masks["head"]) * uncovered
    neck = scene.neck.alpha * (uncovered - head)
    cloth = scene.neck.label == LABELS["clothes"]
    hair = scene.front.alpha + scene.back.alpha * (uncovered - head - neck)
    nothing = np.zeros_like(hair)
    hat = scene.factors.hair_style in HAT_STYLES
    masks = {"cheeks": head * whole(canvas.masks["cheeks"])}
    for name in ("glasses", "earrings", "eyes", "inner mouth", "lips", "brows"):  # topmost first
        masks[name] = head * whole(canvas.masks[name]) if name in canvas.masks else nothing
        head = head - masks[name]
    masks |= {"skin": head, "neck": np.where(cloth, 0, neck), "clothes": np.where(cloth, neck, 0)}
    masks |= {"hair": nothing if hat else hair, "hat": hair if hat else nothing}
    masks["background"] = np.maximum(uncovered - whole(canvas.masks["head"]) * uncovered - neck - (hair - scene.front.alpha), 0)
    return {name: shrink(mask, times).astype(np.float32, copy=False) for name, mask in masks.items()}


__all__ = [
    "FaceFactors", "FaceSample", "LayerTruth", "governed_region", "paint_background", "render_face", "sample_face_factors",
]  # fmt: skip
