"""Dresses the figure: the body panel over the trunk, a sleeve over each arm."""

import numpy as np

from tryon_utils.paperdoll.body_curves import Profile, bump, edge, ease, hermite, slopes
from tryon_utils.paperdoll.body_lower import WAISTBAND
from tryon_utils.paperdoll.body_paint import LABELS, round_height, shoulder_cap
from tryon_utils.paperdoll.body_shape import arm_knots, trunk_knots
from tryon_utils.paperdoll.fabric import LINING, NECK, SLEEVE_LEFT, SLEEVE_RIGHT, TORSO
from tryon_utils.paperdoll.garment_cloth import MATERIALS, cloth_colour, cloth_relief, weave
from tryon_utils.paperdoll.garment_cut import (
    HEM, armhole, around, back_edge, collar_leaf, flat_frame, hem_distance, neck_half, neck_opening, neck_tube, shoulder_line, sleeve_end,
    sleeve_radii, sleeve_seam, trunk_garment_widths,
)  # fmt: skip
from tryon_utils.paperdoll.garment_folds import hem_wave, outline_waves, sleeve_folds, torso_folds

DRIFT = 0.024
"""How far folds carry the pattern with them, H per unit of slope."""


class Sleeve:
    """One worn sleeve: its fields over a `LimbField`."""

    def __init__(self, field, profiles, factors):
        self.end = sleeve_end(factors)
        self.field = field = field.part(self.end + 0.25)
        self.factors = factors
        knots = arm_knots()
        inner, outer = sleeve_radii(profiles.arm_inner, profiles.arm_outer, factors)
        loose = 0.006 + 0.010 * factors.fit
        moving = np.interp(knots, [0.2, 0.5], [0, 1])
        inner = inner + moving * outline_waves(factors, knots, loose, 10 + field.side)
        outer = outer + moving * outline_waves(factors, knots, loose * 0.6, 20 + field.side)
        fine = np.linspace(knots[0], knots[-1], 125)
        bone = profiles.elbow(field.side) * (sleeve_end(factors) > 1.2)
        self.outline = Profile(fine, hermite(knots, inner, fine), hermite(knots, outer, fine) + bone)
        self.middle = Profile(knots, 0.5 * (inner + outer))
        self.radius = self.outline(field.a, field.out)
        self.share = np.clip(field.d / self.radius, -1.02, 1.02)
        self.join = field.a - sleeve_seam(np.clip(self.share, -1, 1))
        # The opening goes round the arm, so its front edge bows towards the hand.
        self.end_distance = np.float32(self.end) + np.float32(0.035) * (np.sqrt(np.maximum(1 - self.share * self.share, 0)) - 0.7) - field.a
        self.tube = edge(self.radius - field.reach, field.grid.pixel)


def lay_torso(canvas, trunk, sleeves, profiles, factors, footprint):
    """Lays the body panel.

    Args:
        canvas: `FigureCanvas`.
        trunk: `TrunkField`.
        sleeves: {side: `Sleeve`}, empty when sleeveless.
        profiles: `BodyProfiles`.
        factors: `GarmentFactors`.
        footprint: side of a picture sample on the cloth, H.
    """
    frame, pixel = flat_frame(factors), canvas.grid.pixel
    trunk = trunk.part(0, HEM[factors.hem] + 0.40)
    s, q, right, across = trunk.s, trunk.q, trunk.right, trunk.across
    knots = trunk_knots()
    wave = np.interp(knots, [2.2, 2.7], [0, 1]) * (0.006 + 0.012 * factors.fit)
    rows = []
    for k, row in enumerate((profiles.base_left, profiles.base_right)):
        wide = trunk_garment_widths(row, factors)
        if factors.hem == "tucked":  # held in at the waist, a little blouse above it
            held = row + 0.014
            wide = wide + np.interp(knots, [2.45, 2.72, 2.85], [0, 1, 1]) * (held - wide)
            wide = wide + 0.03 * factors.fit * np.exp(-(((knots - 2.62) / 0.12) ** 2))
        rows.append(wide + wave * outline_waves(factors, knots, 1.0, 30 + k))
    width = Profile(knots, *rows)(s, right)
    share = np.clip(across / width, 0, 1.02)
    signed = np.where(right, share, -share)
    flat_width = frame.width(s)
    u = around(signed) * flat_width
    settle = ease(1.95, 1.30, s)
    v = s - (profiles.line(across, right) - shoulder_line(np.abs(u))) * settle
    if factors.hem != "tucked":  # a hem hangs in shallow waves
        v = v - hem_wave(factors, q) * ease(2.3, HEM[factors.hem], s)
    top = s - profiles.line(across, right) + np.float32(0.020)
    cover = edge(np.minimum(top, width - across), pixel)
    if sleeves:
        cap = np.zeros((canvas.grid.height, canvas.grid.width), np.float32)
        for sleeve in sleeves.values():
            near = (sleeve.join < 0.08) & (sleeve.field.a > -0.42)
            view = cap[sleeve.field.window]
            np.maximum(view, sleeve.tube * near, out=view)
        cover = np.maximum(cover, cap[trunk.window])
    if factors.neckline == "collar":
        cover = np.maximum(cover, edge(collar_leaf(u, v), pixel))
    opening, hem = neck_opening(factors, u, v), hem_distance(factors, u, v)
    edge_of_neck = opening + np.float32(0.04) if factors.neckline == "turtleneck" else opening
    if factors.neckline == "collar":
        edge_of_neck = np.maximum(opening, collar_leaf(u, v))
    bound = np.minimum(edge_of_neck, hem)
    if not sleeves:
        bound = np.minimum(bound, armhole(factors, u, v))
    if factors.hem == "tucked":  # nothing shows below the top of the waistband
        bound = np.minimum(bound, np.float32(WAISTBAND + 0.025) + np.float32(0.035) * (1 - share * share) - s)
    cover = cover * edge(bound, pixel)

    bottom = 2.85 if factors.hem == "tucked" else HEM[factors.hem]
    folds = torso_folds(trunk, width, factors, profiles.skeleton, bottom)
    drift = slopes(folds, pixel)
    u = np.clip(u + np.float32(DRIFT) * drift[0], -0.995 * flat_width, 0.995 * flat_width)
    lift = np.float32(DRIFT) * drift[1] * ease(0.0, 0.2, np.minimum(opening, hem))
    v = v + lift
    height = profiles.depth(s) * round_height(share) * shoulder_cap(np.maximum(top, 0), 0.20)
    shape = profiles.shape
    full = np.float32((0.050 + 0.035 * shape.figure + 0.03 * shape.chest + 0.015 * shape.fullness) * (1 - 0.25 * factors.fit))
    breasts = bump(across - np.float32(0.26), s - np.float32(2.06), 0.17, 0.20)
    height += full * np.maximum(breasts, np.float32(0.8) * bump(q, s - np.float32(2.08), 0.34, 0.2))  # cloth spans the middle
    height += np.float32(0.03 + 0.03 * max(shape.fullness, 0)) * bump(q, s - np.float32(3.2), 0.40, 0.35)
    height += folds + cloth_relief(factors, TORSO, u, v, pixel)
    slope = slopes(height, pixel)
    # Valleys of the folds are a little darker: light has to find its way in.
    occlusion = np.clip(1 + folds * np.float32(6.5), 0.62, 1.06)
    yarn = weave(factors, u, v, pixel)
    if yarn is not None:
        occlusion = occlusion * yarn
    # Soft shadows of the garment's edges on skin and lower garment.
    near_hem = np.where(s > 2.3, ease(-0.20, 0.0, hem) * ease(0.09, -0.07, across - trunk.width), 0)
    near_neck = ease(-0.055, 0.0, opening) * (opening < 0.03) * (hem > 0)
    shade = np.maximum(0.55 * near_hem, 0.26 * near_neck)
    if not sleeves:
        shade = np.maximum(shade, 0.22 * ease(-0.05, 0.0, armhole(factors, u, v)) * (armhole(factors, u, v) < 0.03) * (s < 2.2) * (hem > 0))
    canvas.darken(trunk.window, shade.astype(np.float32) * (canvas.alpha[trunk.window] > 0), cloth=True)
    colour = cloth_colour(factors, TORSO, u, v, footprint)
    canvas.lay(
        trunk.window, cover, colour, slope, LABELS["upper"], MATERIALS[factors.fabric], occlusion=occlusion, panel=TORSO, fabric=(u, v)
    )
    if factors.neckline == "turtleneck":
        _lay_neck(canvas, trunk, profiles, factors, footprint)


def _lay_neck(canvas, trunk, profiles, factors, footprint):
    """Lays the tube of a turtleneck round the neck; arguments as for `lay_torso`."""
    trunk = trunk.part(0, 1.5)
    s, pixel = trunk.s, canvas.grid.pixel
    either = 0.5 * (profiles.neck.rows[0] + profiles.neck.rows[1])  # one shoulder may be raised, the tube stays even
    half = np.minimum(Profile.tabled(profiles.neck.low, profiles.neck.high, either)(s) + np.float32(0.024), np.float32(0.262))
    share = np.clip(trunk.q / half, -1.05, 1.05)
    u, v = around(share) * np.float32(neck_half(factors)), s
    inside = np.minimum(neck_tube(factors, u, v), half - trunk.across)
    canvas.darken(trunk.window, np.float32(0.25) * ease(-0.06, 0.0, inside) * (s < 1.3) * (canvas.alpha[trunk.window] > 0), cloth=True)
    height = half * round_height(share) + cloth_relief(factors, NECK, u, v, pixel)
    roll = np.clip(1 - np.abs(v - np.float32(1.285)) * np.float32(1 / 0.05), 0, 1)
    canvas.lay(
        trunk.window, edge(inside, pixel), cloth_colour(factors, NECK, u, v, footprint), slopes(height, pixel), LABELS["upper"],
        MATERIALS[factors.fabric], occlusion=1 - np.float32(0.25) * roll * roll, panel=NECK, fabric=(u, v),
    )  # fmt: skip


def lay_lining(canvas, trunk, profiles, factors, footprint):
    """Lays the inside of the back, which shows beside the neck; before the trunk is painted.  Arguments as for `lay_torso`."""
    if factors.neckline == "turtleneck":
        return
    pixel = canvas.grid.pixel
    trunk = trunk.part(0, 1.6)
    s, q, across, right = trunk.s, trunk.q, trunk.across, trunk.right
    half = np.float32(neck_half(factors))
    u = q * np.float32(1.075)
    v = s - (profiles.line(across, right) - shoulder_line(np.abs(u)))
    share = np.clip(u / half, -1, 1)
    rise = np.float32(0.070 if factors.neckline == "collar" else 0.016) + np.float32(0.03) * (1 - share * share)
    inside = np.minimum(np.minimum(s - shoulder_line(half) + rise, half - np.abs(u)), np.float32(1.42) - s)
    v = np.maximum(v, back_edge(factors, u))
    canvas.lay(
        trunk.window, edge(inside, pixel), cloth_colour(factors, LINING, u, v, footprint), np.stack([0.5 * share, np.full_like(s, 0.3)]),
        LABELS["upper"], MATERIALS[factors.fabric], occlusion=np.full_like(s, 0.62), panel=LINING, fabric=(u, v),
    )  # fmt: skip


def lay_sleeve(canvas, sleeve, factors, skeleton, footprint, contact, shoulder_only=False):
    """Lays one sleeve over its arm; arguments as for `lay_torso`, ``contact`` the strength of its shadow on what lies below.

    ``shoulder_only`` lays just its beginning: an arm that goes behind the body still starts in front of it.
    """
    field, pixel = sleeve.field, canvas.grid.pixel
    frame = flat_frame(factors)
    cover = sleeve.tube * edge(sleeve.end_distance, pixel)
    if shoulder_only:
        cover = cover * edge(np.float32(0.46) - field.a, pixel)
    gap = np.clip(1 - np.maximum(field.reach - sleeve.radius, 0) * np.float32(1 / 0.15), 0, 1)
    shade = np.float32(contact) * gap * gap * ease(0.22, 0.75, field.a) * (field.a < sleeve.end + 0.06)
    below = np.float32(0 if shoulder_only else 0.40) * ease(-0.13, 0.0, sleeve.end_distance)
    below = below * ((sleeve.end_distance < 0) & (field.reach < sleeve.radius))
    canvas.darken(field.window, np.maximum(shade, below) * (canvas.alpha[field.window] > 0), cloth=True)
    flat_radius = frame.sleeve(field.a, field.out)
    folds = sleeve_folds(field, factors, skeleton, sleeve.end) * ease(-0.1, 0.15, sleeve.join)
    u = around(sleeve.share) * flat_radius
    v = field.a
    height = sleeve.middle(field.a) * np.float32(1.1) * round_height(sleeve.share)
    panel = SLEEVE_RIGHT if field.side > 0 else SLEEVE_LEFT
    height += folds + cloth_relief(factors, panel, u, sleeve.end - sleeve.end_distance, pixel)
    drift = slopes(folds, pixel)
    u = np.clip(u + np.float32(DRIFT * 0.7) * (drift[0] + drift[1]), -0.99 * flat_radius, 0.99 * flat_radius)
    occlusion = np.clip(1 + folds * np.float32(7.0), 0.6, 1.06)
    seam = np.maximum(1 - np.abs(sleeve.join) * np.float32(1 / 0.020), 0) * np.float32(0.16 * min(1, 0.03 / pixel))
    occlusion = occlusion * (1 - seam)
    yarn = weave(factors, u, v, pixel)
    if yarn is not None:
        occlusion = occlusion * yarn
    canvas.lay(
        field.window, cover * edge(sleeve.join, pixel), cloth_colour(factors, panel, u, v, footprint), slopes(height, pixel),
        LABELS["upper"], MATERIALS[factors.fabric], occlusion=occlusion, shape_alpha=cover * ease(-0.26, 0.10, sleeve.join),
        panel=panel, fabric=(u, v),
    )  # fmt: skip
