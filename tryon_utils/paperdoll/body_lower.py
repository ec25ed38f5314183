"""Legs and what is worn on them: trousers, jeans, skirts, as far down as mid-thigh."""

import numpy as np

from tryon_utils.paperdoll.body_canvas import Part
from tryon_utils.paperdoll.body_curves import Profile, edge, ease, slopes
from tryon_utils.paperdoll.body_paint import LABELS, SKIN, round_height
from tryon_utils.paperdoll.body_shape import trunk_knots
from tryon_utils.paperdoll.colour import hex_to_linear
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile

LOWERS = ("trousers", "jeans", "skirt", "short skirt")
LOWER_COLOURS = {
    "ink": "#2b3040", "black": "#2a292c", "stone": "#c9bda6", "ecru": "#e7dfcd", "camel": "#a98256", "olive": "#5c5b42",
    "grey": "#77787b", "charcoal": "#444448", "mushroom": "#9c8d7d", "chocolate": "#4a3429", "slate blue": "#4c5a6e",
}  # fmt: skip
"""Colours of trousers and skirts by name, sRGB hex: quiet tones that go with every top."""
DENIMS = {"dark": "#2d3b55", "mid": "#4d6687", "light": "#8ea5bd"}
WAISTBAND = 2.80
"""Height of the top of the waistband on the front, H."""


def _leg_gap(field, spread, width):
    """Signed distance (H) from the gap between the legs, positive on a leg, and the share across the leg, -1 to 1.

    ``width`` is the half width (H) of both legs together.
    """
    s = field.s
    half = np.maximum(s - np.float32(3.93), 0) * np.float32(spread)
    inner = field.across - half
    leg = np.maximum(width - half, np.float32(0.05))
    return np.where(s > 3.93, inner, 1.0), np.clip(2 * inner / leg - 1, -1.02, 1.02)


def leg_parts(field, skin):
    """Bare thighs (for short skirts), a list of two `Part`."""
    field = field.part(3.2, 9)
    pixel = field.grid.pixel
    inner, share = _leg_gap(field, 0.075, field.width)
    alpha = edge(np.minimum(np.minimum(inner, field.width - field.across), field.s - 3.3), pixel)
    height = np.float32(0.30) * round_height(share)
    slope = slopes(height, pixel)
    return [Part(field.window, alpha * (field.right == right), skin, slope, LABELS[label], SKIN).cropped()
            for right, label in ((True, "left leg"), (False, "right leg"))]


def lower_parts(field, profiles, kind, colour, seed=0):
    """The lower garment as a list of `Part`.

    Args:
        field: `TrunkField`.
        profiles: `BodyProfiles`.
        kind: one of `LOWERS`.
        colour: name from `LOWER_COLOURS`, or from `DENIMS` for jeans.
        seed: whole number, restless folds.
    """
    field = field.part(2.6, 9)
    pixel = field.grid.pixel
    s, q, across, right = field.s, field.q, field.across, field.right
    knots = trunk_knots()
    ink = hex_to_linear((DENIMS if kind == "jeans" else LOWER_COLOURS)[colour])
    skirt = kind in ("skirt", "short skirt")
    rows = []
    for row in (profiles.base_left, profiles.base_right):
        wide = row + np.interp(knots, [2.8, 3.3, 4.0], [0.010, 0.022, 0.03 if kind == "jeans" else 0.055])
        if skirt:
            flare = 0.24 if kind == "short skirt" else 0.20
            wide = np.maximum.accumulate(np.where(knots < 2.75, 0, wide)) + flare * np.clip(knots - 3.25, 0, 2) ** 1.15 * 0.8
            wide = np.where(knots < 2.75, row + 0.01, wide)
        rows.append(wide)
    width = Profile(knots, *rows)(s, right)
    share = np.clip(across / width, 0, 1.02)
    waist = s - np.float32(WAISTBAND) - np.float32(0.035) * (1 - share * share)
    inside = np.minimum(waist, width - across)
    tile = fbm_tile(3, 23 + seed % 3, 0.5, 8)
    restless = sample_tile(tile, q * np.float32(0.20) + np.float32(0.31 * seed), s * np.float32(0.12) + q * np.float32(0.05))
    depth = profiles.depth(s)
    fine = min(1.0, 0.022 / pixel)
    band = ease(-0.004, 0.014, waist) * ease(0.155, 0.135, waist)
    if skirt:
        hem = np.float32(4.30) - s - np.float32(0.07) * share * share if kind == "short skirt" else np.float32(9)
        inside = np.minimum(inside, hem)
        fall = np.clip((s - 2.95) / 1.2, 0, 1.3)
        pipes = np.sin(np.arcsin(np.clip(q / width, -1, 1)) * np.float32(7.0) + restless * np.float32(1.2) + np.float32(seed))
        relief = np.float32(0.030) * fall * pipes + np.float32(0.008) * restless
        height = depth * round_height(share) + relief
        shade = np.float32(0.5) * ease(-0.22, 0, hem) * ((width > across) & (hem < 0.1)) if kind == "short skirt" else None
    else:
        gap, leg = _leg_gap(field, 0.045 if kind == "jeans" else 0.02, width)
        inside = np.minimum(inside, gap)
        split = ease(3.55, 4.05, s)
        height = depth * (round_height(share) * (1 - split) + np.float32(0.78) * round_height(leg) * split)
        relief = np.zeros_like(s)
        for side in (-1, 1):  # the crotch pulls the cloth; thighs stretch it
            stand = 1.0 if side == profiles.skeleton.weight else 1.4
            for start, end, wide, high, bend in (
                ((0.03, 3.84), (0.46, 3.62), 0.030, 0.014, 0.10), ((0.04, 3.90), (0.50, 3.80), 0.028, 0.013, 0.08),
                ((0.05, 3.98), (0.44, 4.04), 0.028, 0.011, -0.06), ((0.56, 3.42), (0.30, 3.66), 0.03, 0.008, 0.08),
                ((0.52, 4.10), (0.20, 4.45), 0.04, 0.012, 0.05),
            ):  # fmt: skip
                field.strokes.add(relief, (side * start[0], start[1]), (side * end[0], end[1]), wide, high * stand, side * bend, 0.3)
        if kind == "trousers":
            field.half_strokes.add(relief, (0.31, 3.05), (0.30, 5.4), 0.035, 0.012)  # pressed crease
            field.half_strokes.add(relief, (0.25, 2.93), (0.29, 3.35), 0.018, -0.010)  # pleat
        relief += np.float32(0.008) * restless
        height = height + relief
        fly = np.maximum(1 - np.abs(q - np.float32(0.012) - 0.05 * ease(3.55, 3.8, s)) * np.float32(1 / 0.014), 0) * (waist > 0.15) * (s < 3.8)
        height -= np.float32(0.010 * fine) * fly
        # Slanted pockets.
        field.half_strokes.add(height, (0.40, 2.99), (0.60, 3.40), 0.012, -0.014 * fine, -0.08)
    height = height + np.float32(0.012) * band
    colour_field = np.broadcast_to(ink[:, None, None], (3, *s.shape))
    occlusion = np.clip(1 + relief * np.float32(8), 0.6, 1.05)
    if not skirt:
        occlusion = occlusion * (1 - np.float32(0.5) * ease(0.10, 0.0, gap) * ease(3.85, 4.0, s))
    if kind == "jeans":
        fade = np.clip(1.0 - np.abs(leg) * 1.3, 0, 1) * ease(3.4, 4.0, s) + np.float32(0.12) * restless
        worn = 1 + np.float32(0.42) * fade
        twill = np.float32(0.10 * min(1.0, 0.010 / pixel)) * np.sin((q + s) * np.float32(300))
        colour_field = np.minimum(colour_field * (worn + twill), 1)
        stitch = np.maximum(1 - np.abs(np.abs(waist - np.float32(0.075)) - np.float32(0.062)) * np.float32(1 / 0.010), 0)
        stitch = np.maximum(stitch, field.half_strokes.one((0.415, 2.99), (0.62, 3.40), 0.010, 1.0, -0.08))
        stitch = stitch * np.float32(0.5 * fine)
        gold = hex_to_linear("#c2935a")
        colour_field = colour_field + stitch * (gold[:, None, None] - colour_field)
    parts = [Part(
        field.window, edge(inside, pixel), colour_field, slopes(height, pixel), LABELS["skirt" if skirt else "trousers"],
        (0.02, 0.10, 0.12), occlusion=occlusion, shade=shade if skirt else None,
    )]  # fmt: skip
    if not skirt:
        button = edge(np.float32(0.026) - np.hypot(q, waist - np.float32(0.075)), pixel)
        metal = hex_to_linear("#b59a6a") if kind == "jeans" else ink * np.float32(1.6) + np.float32(0.02)
        parts.append(Part(field.window, button, np.minimum(metal, 1), np.zeros((2, *s.shape), np.float32), LABELS["trousers"], (0.3, 0.4, 0)))
    return [part.cropped() for part in parts]
