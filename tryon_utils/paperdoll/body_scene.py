"""One person's figure without a top: coordinates, head and background, shared by all garments that she or he tries on."""

import numpy as np
from scipy import ndimage

from tryon_utils.paperdoll.body_canvas import FigureCanvas
from tryon_utils.paperdoll.body_curves import ease, edge
from tryon_utils.paperdoll.body_frame import LimbField, TrunkField, picture_grid
from tryon_utils.paperdoll.body_lower import leg_parts, lower_parts
from tryon_utils.paperdoll.body_paint import LABELS, arm_join, arm_part, hand_of, limb_contact, trunk_part
from tryon_utils.paperdoll.body_shape import BodyProfiles
from tryon_utils.paperdoll.colour import hex_to_linear
from tryon_utils.paperdoll.face_factors import BACKGROUNDS
from tryon_utils.paperdoll.face_head import head_layers, skin_albedo
from tryon_utils.paperdoll.factors import changed
from tryon_utils.paperdoll.garment_worn import Sleeve, lay_lining, lay_sleeve, lay_torso
from tryon_utils.paperdoll.pose import build_skeleton
from tryon_utils.paperdoll.shading import light_from, over, shade_terms, apply_light

HEAD_SCALE = 1.09
"""Size of the head against the 7.5-head canon; fashion figures with a slightly larger head read better when small."""
_FACE_TO_PARSE = np.full(19, LABELS["face"], np.uint8)
_FACE_TO_PARSE[[0, 16, 15, 18, 17, 6, 14]] = [0, 0, LABELS["face"], LABELS["hat"], LABELS["hair"], LABELS["glasses"], LABELS["neck"]]


def _moved(cover, right, down, blur, pixel):
    """A coverage (rows, columns) blurred and moved, all in H: the shadow that a part casts on what lies behind it."""
    soft = ndimage.gaussian_filter(cover, blur / pixel, truncate=2.5, mode="nearest")
    return ndimage.shift(soft, (down / pixel, right / pixel), order=1, mode="nearest")


class PersonScene:
    """The shared half of a person's pictures.

    Args:
        factors: `PersonFactors`.
        height, width: size of the picture, pixels.
        supersample: samples per pixel and axis.
    """

    def __init__(self, factors, height, width, supersample):
        self.factors = factors
        self.grid = grid = picture_grid(height, width, supersample)
        self.skeleton = build_skeleton(factors.pose, factors.mirror, factors.wobble, factors.shape.shoulder, factors.sway, factors.face.roll)
        self.profiles = BodyProfiles(factors.shape, self.skeleton)
        self.light = light_from(factors.light_angle, factors.light_height)
        self.skin = skin_albedo(factors.face)
        self.trunk = TrunkField(grid, self.profiles)
        self.limbs = {}
        for side in (-1, 1):
            limb = LimbField(grid, *self.skeleton.curves[side], side, 0.36)
            limb.profiles = self.profiles
            limb.radius = self.profiles.arms[side](limb.a, limb.out)
            self.limbs[side] = limb
        self.order = sorted((-1, 1), key=lambda side: self.skeleton.arms[side].layer)
        self.torso = trunk_part(self.trunk, factors.shape, self.skin)
        self.legs = leg_parts(self.trunk, self.skin) if factors.lower == "short skirt" else []
        self.lower = lower_parts(self.trunk, self.profiles, factors.lower, factors.lower_colour, factors.index)
        self.arms = {}  # side: arm, hand or None, contact shadow
        for side, limb in self.limbs.items():
            label = LABELS["left arm" if side > 0 else "right arm"]
            self.arms[side] = (arm_part(limb, self.skin, label), hand_of(grid, self.skeleton, side, self.skin, label), limb_contact(limb, limb.radius))
        self.background = self._background()
        self._head()

    def _background(self):
        """A studio wall: soft light from the key's side, a soft shadow of the body (never of the clothes) on it, (3, rows, columns)."""
        grid, skeleton = self.grid, self.skeleton
        x, y = grid.axes()
        base = hex_to_linear(BACKGROUNDS[self.factors.background])
        side = np.sin(np.radians(self.factors.light_angle))
        glow = 1.05 - 0.16 * ((x * np.float32(0.42) - np.float32(0.35 * side)) ** 2 + (y * np.float32(0.24) - np.float32(0.42)) ** 2)
        step = 0.1
        at_x, at_y = np.arange(-2.6, 2.6, step, dtype=np.float32)[None], np.arange(-0.8, 5.6, step, dtype=np.float32)[:, None]
        right = at_x - self.profiles.middle(at_y + 0 * at_x) > 0
        across = np.abs(at_x - self.profiles.middle(at_y + 0 * at_x))
        mask = edge(self.profiles.width(at_y + 0 * at_x, right) - across, step) * (at_y > 1.3)
        mask = np.maximum(mask, edge(0.42 - np.hypot((at_x - skeleton.head[0]) * 1.2, at_y - 0.5), step))
        for points, _ in skeleton.curves.values():
            near = np.sqrt(((at_x[..., None] - points[:, 0]) ** 2 + (at_y[..., None] - points[:, 1]) ** 2).min(-1))
            mask = np.maximum(mask, edge(0.13 - near, step))
        mask = ndimage.gaussian_filter(mask.astype(np.float32), 2.6)
        rows = (y - np.float32(0.10) + np.float32(0.8)) / np.float32(step)
        columns = (x + np.float32(0.30 * side) + np.float32(2.6)) / np.float32(step)
        rows, columns = np.broadcast_arrays(rows, columns)
        shadow = ndimage.map_coordinates(mask, [rows, columns], order=1, mode="nearest").astype(np.float32)
        glow = (glow * (1 - np.float32(0.34) * shadow)).astype(np.float32)
        tint = np.array([0.0, 0.02, 0.06], np.float32)  # shadows lean to the cool side
        return base[:, None, None] * glow * (1 + tint[:, None, None] * shadow)

    def _head(self):
        grid = self.grid
        head_x, head_y, _ = self.skeleton.head
        unit = 0.5 * HEAD_SCALE
        head_y = head_y + 0.035
        window = grid.window(head_x - 1.25, head_x + 1.25, -0.5, 3.2)
        x, y = grid.axes(window)
        face = changed(self.factors.face, light_angle=self.factors.light_angle, light_height=self.factors.light_height)
        at_x, at_y = (x[0] - np.float32(head_x)) / np.float32(unit), (y[:, 0] - np.float32(head_y)) / np.float32(unit)
        self.head_window, self.head_place = window, (head_x, head_y, unit)
        self.head = head_layers(face, at_x, at_y, grid.pixel / unit, self.light)
        aside = np.float32(-self.light.direction[0])
        hair = _moved(self.head.hair_front.alpha, 0.06 * aside, 0.05, 0.030, grid.pixel)
        jaw = _moved(self.head.head.alpha, 0.14 * aside, 0.15, 0.040, grid.pixel) * ease(1.75, 1.35, y)
        self.head_shadow = np.maximum(np.float32(0.45) * hair, np.float32(0.58) * jaw)

    def head_region(self, height, width):
        """(height, width) bool: pixels that the head, the hair or their shadows touch."""
        touched = np.zeros((self.grid.height, self.grid.width), bool)
        cover = np.maximum(np.maximum(self.head.hair_back.alpha, self.head.head.alpha), self.head.hair_front.alpha)
        touched[self.head_window] = (cover > 0) | (self.head_shadow > 0)
        return touched.reshape(height, touched.shape[0] // height, width, -1).any((1, 3))

    def dress(self, garment, footprint):
        """Paints the whole figure in a garment and returns its `FigureCanvas` (before light)."""
        canvas = FigureCanvas(self.grid)
        skeleton, profiles = self.skeleton, self.profiles
        sleeves = {}
        if garment.sleeve != "none":
            sleeves = {side: Sleeve(self.limbs[side], profiles, garment) for side in (-1, 1)}

        def arm(side):
            contact = np.float32({0: 0.0, 1: 0.30}.get(skeleton.arms[side].layer, 0.42))
            limb = self.limbs[side]
            bare, hand, shadow = self.arms[side]
            if sleeves:  # the sleeve casts its own shadow
                shadow = shadow * (limb.a >= sleeves[side].end + 0.06)
                keep = edge(limb.a - np.float32(max(sleeves[side].end - 0.12, 0.1)), self.grid.pixel)
            else:  # the vest lies over the shoulder joint
                on_vest = canvas.panel[limb.window] == 1
                keep = np.where(on_vest, edge(arm_join(limb), self.grid.pixel), 1)
            canvas.darken(limb.window, contact * shadow)
            canvas.lay_part(bare, keep)
            canvas.touched[bare.window] |= (bare.alpha > 0) & (keep < 1)  # skin that this garment takes away
            if hand is not None:
                canvas.lay_part(hand)
            if sleeves:
                lay_sleeve(canvas, sleeves[side], garment, skeleton, footprint, contact)

        for side in self.order:
            if skeleton.arms[side].layer == 0:
                arm(side)
        for part in self.legs:
            canvas.lay_part(part)
        lay_lining(canvas, self.trunk, profiles, garment, footprint)
        canvas.lay_part(self.torso)
        tucked = garment.hem == "tucked"
        if not tucked:
            self._lay_lower(canvas)
        if not sleeves:  # bare shoulders, blended into the chest before the vest goes on
            for side in self.order:
                shoulder, keep = self.arms[side][0], edge(0.42 - self.limbs[side].a, self.grid.pixel)
                canvas.lay_part(shoulder, keep)
                canvas.touched[shoulder.window] |= shoulder.alpha * keep > 0  # skin that only such a garment shows
        lay_torso(canvas, self.trunk, sleeves, profiles, garment, footprint)
        if tucked:
            self._lay_lower(canvas)
        for side, sleeve in sleeves.items():
            if skeleton.arms[side].layer == 0:
                lay_sleeve(canvas, sleeve, garment, skeleton, footprint, np.float32(0), shoulder_only=True)
        for side in self.order:
            if skeleton.arms[side].layer > 0:
                arm(side)
        canvas.darken(self.head_window, self.head_shadow)
        return canvas

    def _lay_lower(self, canvas):
        for part in self.lower:
            canvas.lay_part(part)

    def light_up(self, canvas):
        """Lights a dressed canvas and adds head, hair and background.

        Returns:
            ``(picture (3, ...) linear, label (...) uint8, parts (...) uint32 with a bit for every label that shows, incoming (3, ...)
            light on the figure, hidden (...) bool where head or hair cover the figure)`` at sample resolution.
        """
        dressed = canvas.window()
        buffer = canvas.buffer(dressed)
        terms = shade_terms(buffer, self.light)
        figure = apply_light(buffer.albedo, terms)
        incoming = np.zeros_like(canvas.albedo)
        incoming[(slice(None), *dressed)] = terms[0]
        picture, label, parts = self.background.copy(), np.zeros(canvas.label.shape, np.uint8), np.ones(canvas.label.shape, np.uint32)
        window, head = self.head_window, self.head

        def show(parts, alpha, bits):
            np.copyto(parts, np.where(alpha < 1, parts, 0) | bits, where=alpha > 0)

        def lay(layer, alpha, name):
            area = (slice(None), *window)
            picture[area] = over(layer.linear, alpha, picture[area])
            mine = alpha > 0.5
            np.copyto(label[window], _FACE_TO_PARSE[layer.label], where=mine)
            show(parts[window], alpha, np.uint32(1 << LABELS[name]))
            return mine

        lay(head.hair_back, head.hair_back.alpha, "hair")
        area = picture[(slice(None), *dressed)]
        area[...] = over(figure, buffer.alpha, area)
        show(parts, canvas.alpha, canvas.parts)
        np.copyto(label, canvas.label, where=canvas.alpha > 0.5)
        hidden = np.zeros(label.shape, bool)
        for side in (-1, 1):
            if self.skeleton.arms[side].upper > 90:  # a raised forearm goes behind the hair
                limb = self.limbs[side]
                mask = np.zeros(label.shape, np.float32)
                mask[limb.window] = ease(0.9, 1.4, limb.a) * (limb.reach < limb.radius + 0.13)
                hidden[window] |= lay(head.hair_back, head.hair_back.alpha * mask[window], "hair")
        hidden[window] |= lay(head.head, head.head.alpha, "face")
        hidden[window] |= lay(head.hair_front, head.hair_front.alpha, "hair")
        return picture, label, parts, incoming, hidden
