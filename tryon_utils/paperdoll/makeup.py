"""Makeup as layers of pigment: each has a colour, an opacity map, a shape and an intensity.

A layer is mixed into the albedo in linear light, *before* the face is lit:
``albedo = albedo + opacity * (colour - albedo)``; gloss adds to the highlight instead.  Where the opacity is 0 nothing changes.
"""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.colour import hex_to_linear, luminance, mix, saturate
from tryon_utils.paperdoll.face_canvas import gauss
from tryon_utils.paperdoll.factors import check_choice, check_range
from tryon_utils.paperdoll.shading import smoothstep

SHAPES = {
    "foundation": ("even",),
    "contour": ("soft", "sculpted"),
    "blush": ("apples", "lifted", "draped", "across the nose", "under the eyes"),
    "eyeshadow": ("wash", "smoky", "outer corner", "halo", "lid and lower", "to the brow", "inner light"),
    "lipstick": ("full", "blurred", "overlined", "ombre"),
    "brow": ("natural", "defined", "bold"),
    "liner": ("thin", "wing", "kohl", "long wing", "double", "smudged"),
    "gloss": ("centre", "full"),
}
"""The kinds of layer, in painting order, and their shapes."""

_STAGE = {"foundation": 0, "contour": 0, "blush": 0, "eyeshadow": 0, "lipstick": 0, "brow": 1, "liner": 2, "gloss": 3}


@dataclasses.dataclass(frozen=True)
class MakeupLayer:
    """One layer.

    Args:
        kind: a key of `SHAPES`.
        colour: '#rrggbb', or None for a colour matched to the skin (foundation, contour, brow).
        opacity: greatest opacity at intensity 1, in [0, 1].
        shape: one of ``SHAPES[kind]``.
        intensity: share of the opacity, in [0, 1]; 0 leaves the face as it is, bit for bit.

    Raises:
        ValueError: for an unknown kind or shape, or a number outside [0, 1].
    """

    kind: str
    colour: str | None
    opacity: float
    shape: str
    intensity: float = 1.0

    def __post_init__(self):
        check_choice("kind", self.kind, tuple(SHAPES))
        check_choice(f"{self.kind} shape", self.shape, SHAPES[self.kind])
        check_range("opacity", self.opacity, 0, 1)
        check_range("intensity", self.intensity, 0, 1)


def layer_colour(layer, skin, tone):
    """Linear colour (3,) of a layer on a ``skin`` (3,) of Monk ``tone``: pigment is chosen richer and deeper for deeper skin.

    The adapted colour is the truth that goes with the sample.
    """
    deep = float(np.clip((tone - 4) / 6, 0, 1))
    if layer.colour is None:
        if layer.kind == "foundation":
            return (skin * np.array([1.02, 1.0, 0.97], np.float32)).astype(np.float32)
        if layer.kind == "contour":
            return (skin * np.array([0.50, 0.40, 0.34], np.float32)).astype(np.float32)
        return np.minimum(skin * 0.10, 0.05).astype(np.float32) * np.array([1.0, 0.8, 0.7], np.float32)
    colour = hex_to_linear(layer.colour)
    if layer.kind == "blush":
        limit = float(luminance(skin)) * (1.0 + 0.75 * deep) / max(float(luminance(colour)), 1e-3)
        colour = saturate(colour * np.float32(min(1.0, limit)), 1 + 0.25 * deep)
    if layer.kind == "eyeshadow":
        light = float(luminance(colour))
        colour = saturate(colour * np.float32(1 - (0.30 if light > 0.2 else 0.1) * deep), 1 + 0.25 * deep)
    if layer.kind == "lipstick":
        colour = saturate(colour * np.float32(1 - 0.28 * deep), 1 + 0.12 * deep)
    return np.minimum(colour, 1).astype(np.float32)


class MakeupPaint:
    """Layers of makeup on one `HeadScene`.

    Attributes:
        layers: the `MakeupLayer` in painting order.
        colours: their linear colours, each (3,).
        opacity: their opacity maps over the scene's face crop, float32 in [0, 1].
    """

    def __init__(self, scene, layers):
        order = list(SHAPES)
        self.layers = sorted(layers, key=lambda layer: order.index(layer.kind))
        canvas = scene.canvas
        self.colours = [layer_colour(layer, scene.skin, scene.factors.monk_tone) for layer in self.layers]
        self.opacity = []
        for layer in self.layers:
            shape = _PAINTERS[layer.kind](canvas, layer.shape, scene)
            self.opacity.append(np.clip(shape, 0, 1).astype(np.float32) * np.float32(layer.opacity * layer.intensity))

    def apply(self, albedo, stage):
        """Mixes the layers of one stage into ``albedo`` (3, ...) in place."""
        for layer, colour, opacity in zip(self.layers, self.colours, self.opacity, strict=True):
            if _STAGE[layer.kind] == stage and layer.kind != "gloss":
                albedo += opacity * (colour[:, None, None] - albedo)

    def apply_gloss(self, added, scene):
        """The highlight terms (3, ...) with gloss, as a new array (or ``added`` itself without gloss)."""
        for layer, colour, opacity in zip(self.layers, self.colours, self.opacity, strict=True):
            if layer.kind == "gloss":
                mouth = scene.canvas.mouth
                wet = np.zeros_like(opacity)
                m, low, high = mouth.m, mouth.depth_lower, mouth.depth_upper
                side = np.float32(0.10 * np.sign(scene.light.direction[0]))
                spot = gauss(np.abs(m - side) - 0.18, low - 0.62, 0.17, 0.10) + np.float32(0.6) * gauss(
                    m - side, low - 0.34, 0.42, 0.05
                )
                spot = spot * mouth.lower + np.float32(0.55) * mouth.upper * gauss(np.abs(m) - 0.20, high - 0.30, 0.13, 0.12)
                level = np.float32(1 - 0.50 * np.clip((scene.factors.monk_tone - 4) / 6, 0, 1))
                wet[mouth.window] = level * (np.float32(0.36) * spot + np.float32(0.02))
                added = added + (wet * opacity) * (np.float32(0.6) + np.float32(0.4) * colour[:, None, None])
        return added

    def visible(self, scene, number):
        """Opacity of layer ``number`` as it is seen: less where brows, eyes, lashes or glasses cover it.  Crop-shaped."""
        stage = _STAGE[self.layers[number].kind]
        seen = self.opacity[number] * scene.canvas.masks["head"]
        if self.layers[number].kind != "gloss":
            for part in scene.canvas.overlays:
                if part.stage > stage:
                    seen[part.window] *= 1 - part.alpha
        return seen


def _off_features(canvas):
    keep = canvas.masks["face"] * (1 - canvas.masks["eyes"])
    if canvas.mouth is not None:
        keep[canvas.mouth.window] *= 1 - np.maximum(np.maximum(canvas.mouth.upper, canvas.mouth.lower), canvas.mouth.opening)
    return keep


def _foundation(canvas, shape, scene):
    return _off_features(canvas)


def _contour(canvas, shape, scene):
    u, v = np.abs(canvas.u), canvas.v
    slant = v - np.float32(0.36) + np.float32(0.62) * (u - np.float32(0.42))
    cheek = gauss(slant, 0 * u, 0.055, 1) * smoothstep(0.26, 0.40, u)
    temple = gauss(u - 0.56, v + 0.36, 0.08, 0.13)
    jaw = gauss(canvas.distance - 0.015, 0 * u, 0.05, 1) * smoothstep(0.42, 0.60, v) * smoothstep(0.93, 0.82, v)
    total = np.maximum(np.maximum(cheek, np.float32(0.7) * temple), np.float32(0.7) * jaw)
    if shape == "sculpted":
        nose = gauss(u - 0.078, v - 0.14, 0.016, 0.16)
        total = np.maximum(total, np.float32(0.6) * nose)
    return smoothstep(0.06, 1.0, total) * _off_features(canvas)


def _blush(canvas, shape, scene):
    u, v = np.abs(canvas.u), canvas.v
    lift = np.float32(0.02 * scene.expression.apple)
    if shape == "apples":
        spot = gauss(u - 0.35, v - 0.275 + lift, 0.125, 0.095)
    elif shape == "lifted":
        x, y = u - np.float32(0.43), v - np.float32(0.21) + lift
        spot = gauss(x * 0.84 - y * 0.54, y * 0.84 + x * 0.54, 0.17, 0.075)
    elif shape == "draped":
        x, y = u - np.float32(0.46), v - np.float32(0.12)
        spot = gauss(x * 0.70 - y * 0.71, y * 0.70 + x * 0.71, 0.24, 0.10)
    elif shape == "across the nose":
        spot = np.maximum(gauss(u - 0.33, v - 0.25, 0.15, 0.075), np.float32(0.8) * gauss(u, v - 0.26, 0.2, 0.05))
    else:
        spot = gauss(u - 0.33, v - 0.185, 0.14, 0.055)
    return smoothstep(0.05, 1.05, spot) * _off_features(canvas)


def _eyeshadow(canvas, shape, scene):
    total = np.zeros_like(canvas.u)
    for eye in canvas.eyes.values():
        p, half = eye.p, np.float32(eye.half)
        up, down = eye.above / half, eye.below / half
        reach = smoothstep(-1.10, -0.80, p) * smoothstep(1.40, 0.95, p - np.float32(0.25) * np.clip(up, 0, 1))
        fold = np.float32(max(eye.crease / eye.half, 0.22))
        lid = smoothstep(1.9, 0.75, up / fold) * (up > -0.06)
        if shape == "wash":
            area = lid * np.float32(0.95)
        elif shape == "smoky":
            area = np.maximum(
                smoothstep(3.0, 0.4, up / fold) * (up > -0.06),
                smoothstep(0.24, 0.02, down) * (down > -0.04) * np.float32(0.75) * (up < 0.1),
            )
        elif shape == "outer corner":
            area = (
                smoothstep(2.8, 0.7, up / fold) * (up > -0.06) * (np.float32(0.15) + np.float32(0.85) * smoothstep(-0.15, 0.75, p))
            )
        elif shape == "halo":
            area = (
                smoothstep(2.2, 0.8, up / fold)
                * (up > -0.06)
                * (np.float32(0.25) + np.float32(0.75) * smoothstep(0.15, 0.85, np.abs(p)))
            )
        elif shape == "lid and lower":
            area = np.maximum(lid, smoothstep(0.20, 0.03, down) * (down > -0.04) * np.float32(0.7) * (up < 0.1))
        elif shape == "to the brow":
            area = smoothstep(1.05, 0.35, up) * (up > -0.06)
        else:
            area = np.exp(-(((p + 0.98) / 0.25) ** 2)) * smoothstep(
                0.30, 0.05, np.maximum(np.abs(up), 0) * (up > 0) + np.maximum(down, 0)
            )
            reach = np.float32(1.0)
        area = smoothstep(0.03, 1.0, area * reach) * (1 - eye.opening)
        np.maximum(total[eye.window], area, out=total[eye.window])
    return total * canvas.masks["face"]


def _liner(canvas, shape, scene):
    total = np.zeros_like(canvas.u)
    pixel = np.float32(canvas.pixel)
    for eye in canvas.eyes.values():
        p, half = eye.p, np.float32(eye.half)
        thick = {"thin": 0.055, "wing": 0.085, "kohl": 0.075, "long wing": 0.11, "double": 0.08, "smudged": 0.11}[shape]
        soft = np.float32(0.05 if shape != "smudged" else 0.16) * half + np.float32(0.6) * pixel
        width = np.float32(thick) * half * (np.float32(0.30) + np.float32(0.70) * smoothstep(-0.9, 0.6, p))
        upper = (
            smoothstep(width + soft, width - soft, np.abs(eye.above - np.float32(0.5) * width))
            * smoothstep(-1.05, -0.85, p)
            * smoothstep(1.10, 1.0, p)
        )
        total_eye = upper
        if shape in ("wing", "long wing", "double"):
            length = {"wing": 0.30, "long wing": 0.52, "double": 0.34}[shape]
            t = (p - np.float32(0.96)) / np.float32(length)
            rise = np.float32(0.55) * (p - np.float32(1.0)) + np.float32(0.06) * np.clip(t, 0, 1) ** 2
            thin = np.float32(0.75 * thick) * (1 - np.clip(t, 0, 1)) + np.float32(0.004)
            gap = np.abs(-eye.y / half - rise - np.float32(0.45 * thick))
            wing = smoothstep(thin + soft / half, thin - soft / half, gap) * smoothstep(-0.12, 0.02, t) * smoothstep(1.02, 0.9, t)
            total_eye = np.maximum(total_eye, wing)
        if shape == "double":
            fold = np.float32(max(eye.crease, 0.02)) * np.float32(1.25)
            line = (
                smoothstep(np.float32(0.028) * half + soft, np.float32(0.0), np.abs(eye.above - fold))
                * smoothstep(-0.5, 0.1, p)
                * smoothstep(1.15, 0.95, p)
            )
            total_eye = np.maximum(total_eye, line)
        if shape in ("kohl", "smudged"):
            low = (
                smoothstep(np.float32(0.05) * half + soft, np.float32(0.0), np.abs(eye.below - np.float32(0.01) * half))
                * smoothstep(-0.9, -0.4, p)
                * smoothstep(1.08, 0.95, p)
            )
            total_eye = np.maximum(total_eye, np.float32(0.85) * low)
        np.maximum(total[eye.window], total_eye, out=total[eye.window])
    return smoothstep(0.02, 1.0, total) * canvas.masks["face"]


def _brow(canvas, shape, scene):
    total = np.zeros_like(canvas.u)
    grow, soft = {"natural": (0.65, 0.012), "defined": (0.82, 0.010), "bold": (1.02, 0.010)}[shape]
    for window, p, up, half in canvas.brow_fields.values():
        inside = half * np.float32(grow) - np.abs(up)
        area = smoothstep(-soft, soft, inside) * smoothstep(-1.05, -0.25, p) * smoothstep(1.06, 0.95, p)
        np.maximum(total[window], area, out=total[window])
    return smoothstep(0.02, 1.0, total) * canvas.masks["face"]


def _lips(canvas, shape, scene):
    mouth = canvas.mouth
    total = np.zeros_like(canvas.u)
    lips = np.maximum(mouth.upper, mouth.lower)
    if shape == "overlined":
        lips = smoothstep(-0.016, 0.0, mouth.edge) * (1 - mouth.opening)
    elif shape == "blurred":
        inner = mouth.depth_upper * (mouth.upper > 0)
        lower = 1 - np.abs(1 - mouth.depth_lower)
        lips = mouth.upper * smoothstep(0.0, 0.85, inner) + mouth.lower * (1 - mouth.upper) * smoothstep(0.05, 0.95, lower)
        lips = lips * smoothstep(1.0, 0.55, np.abs(mouth.m))
    elif shape == "ombre":
        centre = gauss(mouth.m, mouth.depth_lower - 0.8, 0.42, 0.5)
        lips = lips * (1 - np.float32(0.45) * centre * mouth.lower)
    total[mouth.window] = smoothstep(0.02, 1.0, lips)
    return total


def _gloss(canvas, shape, scene):
    mouth = canvas.mouth
    total = np.zeros_like(canvas.u)
    lips = smoothstep(0.02, 1.0, np.maximum(mouth.upper, mouth.lower))
    total[mouth.window] = lips * (smoothstep(0.95, 0.25, np.abs(mouth.m)) if shape == "centre" else 1)
    return total


_PAINTERS = {
    "foundation": _foundation, "contour": _contour, "blush": _blush, "eyeshadow": _eyeshadow, "lipstick": _lips, "brow": _brow,
    "liner": _liner, "gloss": _gloss,
}  # fmt: skip


__all__ = ["SHAPES", "MakeupLayer", "MakeupPaint", "layer_colour", "mix"]
