"""A whole head on a grid of points: one geometry pass, then as many shadings as wanted (bare, made up)."""

import dataclasses

import numpy as np
from scipy import ndimage

from tryon_utils.paperdoll.colour import HAIR_COLOURS, hex_to_linear
from tryon_utils.paperdoll.face_bust import paint_bust
from tryon_utils.paperdoll.face_canvas import EXPRESSION_TABLE, LABELS, FaceCanvas, gauss
from tryon_utils.paperdoll.face_extras import paint_beard, paint_earrings, paint_glasses
from tryon_utils.paperdoll.face_eyes import paint_brows, paint_eyes
from tryon_utils.paperdoll.face_mouth import paint_mouth
from tryon_utils.paperdoll.face_shape import face_contour, face_pose
from tryon_utils.paperdoll.face_skin import paint_skin, skin_albedo, skin_gain
from tryon_utils.paperdoll.hair import HairPaint, hair_sheen
from tryon_utils.paperdoll.hair_styles import HAT_STYLES, hair_colour_of, paint_hair
from tryon_utils.paperdoll.shading import GBuffer, apply_light, light_from, normalise, over, shade, shade_terms, smoothstep

_GLAZE = np.array([0.72, 1.08, 1.12], np.float32)[:, None, None]


@dataclasses.dataclass
class ShadedLayer:
    """One layer of a picture: coverage and lit colour, with the truth under it.

    ``alpha`` (rows, columns) in [0, 1]; ``linear`` (3, rows, columns) lit colour before `tone`; ``albedo`` and ``normal``
    (3, rows, columns); ``depth`` (rows, columns), larger is nearer; ``label`` uint8 (0 where alpha is 0.5 or less).
    """

    alpha: np.ndarray
    linear: np.ndarray
    albedo: np.ndarray
    normal: np.ndarray
    depth: np.ndarray
    label: np.ndarray


@dataclasses.dataclass
class HeadLayers:
    """A head's layers in painting order: hair behind everything, head, hair in front of everything."""

    hair_back: ShadedLayer
    head: ShadedLayer
    hair_front: ShadedLayer


class HeadScene:
    """A head's geometry over a regular grid, ready to be lit.

    Args:
        factors: `FaceFactors`.
        x, y: 1-D picture coordinates of columns and rows, head units (y down), evenly spaced by ``pixel``.
        pixel: side of a sample, head units.
        light: `Light`, or None for the one in the factors.
        bust: whether to paint neck and shoulders, too (portraits).
    """

    def __init__(self, factors, x, y, pixel, light=None, bust=True):
        self.factors, self.x, self.y, self.pixel = factors, np.asarray(x, np.float32), np.asarray(y, np.float32), float(pixel)
        self.light = light or light_from(factors.light_angle, factors.light_height)
        self.pose, self.contour = face_pose(factors), face_contour(factors)
        self.expression = EXPRESSION_TABLE[factors.expression]
        self.neck = paint_bust(factors, self.x, self.y, self.pixel, self.pose, self.contour, self.light) if bust else None
        self.back = HairPaint(self.x, self.y, self.pixel, self.pose, back=True)
        self.front = HairPaint(self.x, self.y, self.pixel, self.pose)
        paint_hair(self.back, self.front, factors, self.contour)
        self.hair_colour = hair_colour_of(factors)
        hat = factors.hair_style in HAT_STYLES
        label = LABELS["hat" if hat else "hair"]
        self.front_buffer = self.front.buffer(self.hair_colour, 0.9, label, cloth=hat)
        self.back_buffer = self.back.buffer(self.hair_colour, -0.9, label, cloth=hat)
        self.back_buffer.occlusion, self.back_buffer.shadow = np.float32(0.70), np.float32(0.55)
        self.back_buffer.rim = 0.1
        self._paint_face()

    def _paint_face(self):
        factors, expression = self.factors, self.expression
        rows = slice(*np.searchsorted(self.y, (-1.25, 1.32)))
        columns = slice(*np.searchsorted(self.x, (-1.0, 1.0)))
        self.crop = (rows, columns)
        canvas = self.canvas = FaceCanvas(self.x[columns], self.y[rows], self.pixel, self.pose)
        self.skin = paint_skin(canvas, factors, expression, self.contour)
        self._paint_ears()
        paint_mouth(canvas, factors, expression, self.skin)
        paint_eyes(canvas, factors, expression, self.skin)
        hair = hex_to_linear(HAIR_COLOURS[factors.hair_colour])
        paint_brows(canvas, factors, expression, _no_brighter(hair * np.float32(0.55), min(0.085, 0.22 * float(self.skin.max()))))
        paint_beard(
            canvas,
            factors,
            _no_brighter(
                hair * np.float32(0.60), 1.0 if factors.hair_colour in ("grey", "silver") else 0.6 * float(self.skin.max())
            ),
        )
        paint_glasses(canvas, factors)
        paint_earrings(canvas, factors, self.contour)
        self._shadow_from_hair()
        inner = np.maximum(canvas.masks["eyes"], canvas.masks.get("inner mouth", np.float32(0)))
        for name in ("glasses", "earrings"):
            if name in canvas.masks:
                inner = np.maximum(inner, canvas.masks[name])
        slopes = np.clip(canvas.slopes, -3, 3) * (1 - np.float32(0.75) * inner)
        normal = self.pose.rotate(normalise(-slopes[0], -slopes[1], np.ones_like(slopes[0])))
        self.dark = canvas.dark * (1 - inner)
        self.head_buffer = GBuffer(
            canvas.albedo, normal, canvas.masks["head"], np.full_like(self.dark, 0.5), canvas.label, shadow=self.key_shadow,
            specular=canvas.specular * (1 - inner) * (1 - np.float32(0.8) * canvas.masks["brows"]), gloss=canvas.gloss, scatter=1 - np.float32(0.8) * inner,
            occlusion=1 - np.float32(0.25) * (1 - self.key_shadow), wrap=0.32,
        )  # fmt: skip
        incoming, half_shadow, added = shade_terms(self.head_buffer, self.light)
        glaze = np.exp(-self.dark[None] * _GLAZE)
        glow = canvas.glow * (np.float32(0.35) + np.float32(0.65) * self.key_shadow)
        self.terms = incoming * glaze, half_shadow * glaze[1], added * glaze[1] + glow[None]

    def _paint_ears(self):
        canvas = self.canvas
        face = canvas.masks["head"]
        for side in (-1, 1):
            at_u = side * (float(self.contour.half_width(0.12)) + 0.012)
            window = canvas.window(at_u, 0.14, 0.16, 0.32)
            u, v = canvas.at(window)
            if u.size == 0:
                continue
            x, y = (u - np.float32(at_u)) * side - np.float32(0.10) * (np.float32(0.14) - v), v - np.float32(0.115)
            radius = np.sqrt(
                (x / (np.float32(0.070) - np.float32(0.022) * np.clip(y / 0.20, -1, 1))) ** 2 + (y / 0.20) ** 2
            ) + np.float32(1e-6)
            ear = smoothstep(1 + 10 * canvas.pixel, 1 - 10 * canvas.pixel, radius)
            behind = 1 - face[window]
            rim = np.exp(-(((radius - 0.62) / 0.16) ** 2)) * (y < 0.12)
            bowl = gauss(x + 0.010, y - 0.02, 0.030, 0.085)
            canvas.dark[window] += behind * ear * (np.float32(0.24) * rim + np.float32(0.60) * bowl + np.float32(0.14))
            canvas.albedo[(slice(None), *window)] *= 1 - behind * ear * np.array([0.02, 0.16, 0.14], np.float32)[:, None, None]
            slopes = canvas.slopes[(slice(None), *window)]
            target = np.stack([-np.float32(0.8) * x / 0.08 * side, -np.float32(0.5) * y / 0.2 + np.float32(0.2) * rim])
            slopes += (behind * ear) * (target - slopes)
            canvas.label[window][(ear > 0.5) & (canvas.label[window] == 0)] = LABELS["right ear" if side < 0 else "left ear"]
            canvas.mask("ears")[window] = ear * behind
            np.maximum(face[window], ear, out=face[window])

    def _shadow_from_hair(self):
        """The hair's soft shadow on the face: its coverage moved away from the light and blurred."""
        cover = self.front.alpha
        reach_x, reach_y = -0.10 * self.light.direction[0], -0.10 * self.light.direction[1] + 0.02
        shift = (reach_y / self.pixel, reach_x / self.pixel)
        near = ndimage.gaussian_filter(cover, 0.035 / self.pixel, truncate=2.5, mode="nearest")
        rows, columns = (np.round(s).astype(int) for s in shift)
        moved = np.roll(near, (rows, columns), (0, 1))
        self.key_shadow = (1 - np.float32(0.70) * np.clip(moved, 0, 1))[self.crop]
        self.canvas.dark += np.float32(0.30) * near[self.crop]

    def face_linear(self, makeup=None):
        """Lit colour (3, ...) of the head over its crop; ``makeup`` is a `MakeupPaint` of this scene or None."""
        albedo, added = self.canvas.albedo.copy(), self.terms[2]
        if makeup is not None:
            makeup.apply(albedo, 0)
        for stage in (1, 2, 3, 4):
            for part in self.canvas.overlays:
                if part.stage == stage:
                    area = albedo[(slice(None), *part.window)]
                    area[...] = over(part.colour, part.alpha, area)
            if makeup is not None:
                makeup.apply(albedo, stage)
        if makeup is not None:
            added = makeup.apply_gloss(added, self)
        return albedo, apply_light(albedo, (self.terms[0], self.terms[1], added))

    def shaded(self, makeup=None):
        """All layers as `HeadLayers` over the whole grid."""
        shape = (len(self.y), len(self.x))
        albedo, lit = self.face_linear(makeup)
        place = lambda values, fill=0: _placed(values, shape, self.crop, fill)  # noqa: E731
        buffer = self.head_buffer
        head = ShadedLayer(
            place(buffer.alpha), place(lit), place(albedo), place(buffer.normal), place(buffer.depth), place(buffer.label)
        )
        result = []
        for hair in (self.back_buffer, self.front_buffer):
            colour = self.hair_linear(hair)
            result.append(ShadedLayer(hair.alpha, colour, hair.albedo, hair.normal, hair.depth, hair.label))
        return HeadLayers(result[0], head, result[1])

    def hair_linear(self, buffer):
        """Lit colour (3, ...) of a hair buffer."""
        colour = shade(buffer, self.light)
        if buffer.tangent is not None:
            colour = colour + hair_sheen(buffer, self.light, self.hair_colour) * np.float32(
                self.front.sheen * (0.45 if buffer is self.back_buffer else 1.0)
            )
        return colour

    def neck_linear(self):
        """Lit colour (3, ...) of neck and shoulders, in the shade of the hair that hangs over them."""
        cover = ndimage.gaussian_filter(self.front.alpha, 0.05 / self.pixel, truncate=2.5, mode="nearest")
        reach = np.round([0.05 / self.pixel, -0.10 * self.light.direction[0] / self.pixel]).astype(int)
        self.neck.shadow = self.neck.shadow * (1 - np.float32(0.45) * np.roll(cover, tuple(reach), (0, 1)))
        return shade(self.neck, self.light)


def _no_brighter(colour, limit):
    """``colour`` (3,), scaled down until its largest channel is at most ``limit``."""
    return (colour * min(1.0, limit / float(colour.max()))).astype(np.float32)


def _placed(values, shape, crop, fill):
    whole = np.full((*values.shape[:-2], *shape), fill, values.dtype)
    whole[(..., *crop)] = values
    return whole


def head_layers(factors, x, y, pixel, light=None):
    """A head with hair, lit, for painting onto a body.

    Args:
        factors: `FaceFactors`.
        x, y: coordinates in head units (origin between the eyes, y down, chin about +1, crown -1): 1-D columns and rows, or the
            2-D arrays of a regular axis-aligned grid, evenly spaced by ``pixel``.
        pixel: side of a sample in head units.
        light: `Light` of the whole picture; None for the factors' own.

    Returns:
        `HeadLayers` over the grid.

    Raises:
        ValueError: when the grid is not regular.
    """
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    if x.ndim == 2:
        if x.shape != y.shape or not (np.allclose(x[0], x[-1], atol=1e-4) and np.allclose(y[:, 0], y[:, -1], atol=1e-4)):
            raise ValueError(
                f"Got grids of shapes {x.shape} and {y.shape} that are not axis-aligned; wanted numpy.meshgrid columns and rows."
            )
        x, y = x[0], y[:, 0]
    return HeadScene(factors, x, y, pixel, light, bust=False).shaded()


__all__ = ["HeadLayers", "HeadScene", "ShadedLayer", "head_layers", "over", "skin_albedo", "skin_gain"]
