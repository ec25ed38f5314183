"""Skin: its tone and zones, marks on it, and the soft forms of nose, cheeks, chin and ears."""

import numpy as np

from tryon_utils.paperdoll.colour import monk_tone, saturate
from tryon_utils.paperdoll.face_canvas import LABELS, gauss
from tryon_utils.paperdoll.face_shape import add_bump, dome_slopes
from tryon_utils.paperdoll.factors import stream
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import coverage, smoothstep

_GAIN = (0.80, 0.83, 0.84, 0.91, 1.00, 1.10, 1.20, 1.44, 2.45, 2.95)
"""Exposure of each Monk tone's albedo: the studio opens up gently for dark skin, so that its forms can be read."""


def skin_gain(factors):
    """Exposure of the skin's albedo, about 0.9 (lightest) to 2.2 (darkest)."""
    return _GAIN[factors.monk_tone - 1]


def skin_albedo(factors):
    """Linear skin colour (3,) of the face's base, to match on arms and hands: Monk tone x gain, richer in dark tones."""
    tone = monk_tone(factors.monk_tone) * np.float32(skin_gain(factors))
    deep = np.clip((factors.monk_tone - 5) / 5, 0, 1)
    tone = saturate(tone, 1.05 + 0.12 * (factors.monk_tone <= 4) + 0.70 * deep**3)
    warm = 1 + 0.035 * factors.undertone
    cool = (
        np.array([1.05, 0.945, 0.965], np.float32)
        if factors.monk_tone <= 5
        else np.array([1.05 + 0.12 * deep**2, 0.97 - 0.02 * deep, 0.96 - 0.09 * deep], np.float32)
    )
    return (tone * cool * np.array([warm, 1.0, 2 - warm], np.float32)).astype(np.float32)


def shine_of(factors):
    """Strength of the skin's highlight: dark skin reflects as much as light skin and shows it more."""
    return np.float32(0.060 + 0.0042 * factors.monk_tone)


def paint_skin(canvas, factors, expression, contour):
    """Base colour, zones, form and marks; returns the linear skin colour (3,)."""
    u, v = canvas.u, canvas.v
    skin = skin_albedo(factors)
    slopes, q, distance = dome_slopes(contour, u, v)
    canvas.slopes += slopes
    face = coverage(distance, canvas.pixel)
    canvas.masks["head"], canvas.masks["face"], canvas.distance = face, face.copy(), distance
    canvas.label[face > 0.5] = LABELS["skin"]
    canvas.albedo += skin[:, None, None]
    deep = np.float32(np.clip((factors.monk_tone - 3) / 7, 0, 1))
    size = np.abs(u)
    blush = gauss(size - 0.36, v - np.float32(0.27 - 0.02 * expression.apple), 0.15, 0.115) * np.float32(
        0.60 + 0.25 * expression.apple
    )
    blush += gauss(u, v - 0.36, 0.085, 0.07) * np.float32(0.55) + gauss(u, v - 0.86, 0.15, 0.08) * np.float32(0.28)
    blush += smoothstep(0.10, 0.0, distance) * np.float32(0.18)
    blush = np.minimum(blush, 1) * np.float32(0.34)
    flush = np.array([0.10, 0.62, 0.55], np.float32) * (1 - 0.45 * deep)
    canvas.albedo *= np.exp(-blush[None] * flush[:, None, None])
    yellow = gauss(u, v + 0.45, 0.4, 0.2) * np.float32(0.05)
    canvas.albedo[2] *= 1 - yellow
    grain = sample_tile(fbm_tile(5, 1), u * 0.7 + factors.index * 0.13, v * 0.7)
    canvas.albedo *= 1 + np.float32(0.022) * grain
    canvas.masks["cheeks"] = smoothstep(0.25, 0.9, gauss(size - 0.37, v - 0.30, 0.17, 0.13)) * face
    canvas.specular += shine_of(factors) * (np.float32(0.75) + np.float32(0.25) * gauss(u, v - 0.1, 0.35, 0.6))
    canvas.gloss += np.float32(0.24)
    _paint_marks(canvas, factors, deep)
    _paint_form(canvas, factors, expression)
    _paint_nose(canvas, factors, expression, deep)
    return skin


def _paint_marks(canvas, factors, deep):
    """Freckles, blemishes and dark circles."""
    u, v = canvas.u, canvas.v
    if factors.dark_circles > 0:
        under = gauss(np.abs(u) - 0.265, v - 0.135, 0.105, 0.034) + np.float32(0.6) * gauss(
            np.abs(u) - 0.17, v - 0.075, 0.035, 0.05
        )
        shade = np.array([0.42, 0.62, 0.42], np.float32) * (1 + 0.2 * deep)
        canvas.albedo *= np.exp(-np.float32(0.62 * factors.dark_circles) * under[None] * shade[:, None, None])
    if factors.lines > 0:
        _paint_lines(canvas, factors)
    if factors.freckles > 0:
        generator = stream(factors.seed, factors.index, "freckle places")
        for k in range(int(26 + 54 * factors.freckles)):
            at_u, at_v = generator.normal(0, 0.27), generator.normal(0.29, 0.095)
            radius, strength = generator.uniform(0.004, 0.008), generator.uniform(0.15, 0.55)
            _spot(canvas, at_u, at_v, radius, strength * (0.5 + 0.5 * factors.freckles), (0.45, 0.80, 1.0))
    if factors.blemishes > 0:
        generator = stream(factors.seed, factors.index, "blemish places")
        for k in range(int(2 + 7 * factors.blemishes)):
            at_u, at_v = generator.uniform(-0.45, 0.45), generator.choice(
                (generator.uniform(-0.5, -0.28), generator.uniform(0.3, 0.9))
            )
            if abs(at_u) < 0.26 and 0.5 < at_v < 0.78:
                continue
            _spot(
                canvas,
                at_u,
                at_v,
                generator.uniform(0.009, 0.016),
                generator.uniform(0.25, 0.6) * factors.blemishes,
                (0.12, 0.85, 0.75),
            )


def _paint_lines(canvas, factors):
    """Lines of age: forehead, between the brows, beside the eyes and from the nose to the mouth."""
    u, v = canvas.u, canvas.v
    size = np.abs(u)
    width = np.float32(0.011 + 0.4 * canvas.pixel)
    thin = np.float32(0.011) / width

    def crease(offset, *limits):
        line = np.exp(-((offset / width) ** 2)) * thin + np.float32(0.35) * np.exp(
            -((np.maximum(offset, 0) / np.float32(0.030)) ** 2)
        ) * (offset > -0.02)
        for limit in limits:
            line = line * limit
        return line

    total = np.zeros_like(u)
    for row, reach in ((-0.52, 0.30), (-0.435, 0.34), (-0.355, 0.26)):
        wave = sample_tile(fbm_tile(3, 11), u * np.float32(0.35) + row, u * 0 + np.float32(row)) * np.float32(0.025)
        total += np.float32(0.30) * crease(
            v - np.float32(row) - np.float32(0.10) * u * u + wave, smoothstep(reach, 0.5 * reach, size)
        )
    fold_u = np.float32(0.155) + (v - np.float32(0.40)) * np.float32(0.62)
    total += np.float32(0.75) * crease(size - fold_u, smoothstep(0.37, 0.45, v), smoothstep(0.66, 0.52, v))
    for lean in (-0.35, 0.0, 0.35):
        along = size - np.float32(0.475)
        total += np.float32(0.45) * crease(
            v - np.float32(lean) * along, smoothstep(0.0, 0.03, along), smoothstep(0.11, 0.05, along)
        )
    bag = v - np.float32(0.165) + np.float32(1.1) * (size - np.float32(0.27)) ** 2
    total += np.float32(0.55) * crease(-bag, smoothstep(0.15, 0.05, np.abs(size - np.float32(0.26))))
    canvas.dark += np.float32(0.62 * factors.lines) * total


def _spot(canvas, at_u, at_v, radius, strength, absorb):
    window = canvas.window(at_u, at_v, 3 * radius, 3 * radius)
    u, v = canvas.at(window)
    if u.size:
        wide = np.hypot(radius, 0.5 * canvas.pixel)
        spot = gauss(u - np.float32(at_u), v - np.float32(at_v), wide, wide) * np.float32(strength * (radius / wide) ** 2)
        canvas.albedo[(slice(None), *window)] *= np.exp(-spot[None] * np.array(absorb, np.float32)[:, None, None])


def _paint_form(canvas, factors, expression):
    """Hills and hollows of the face, and the soft shadows in its hollows."""
    u, v, slopes, dark = canvas.u, canvas.v, canvas.slopes, canvas.dark
    size, side = np.abs(u), np.sign(u)
    mirrored = np.zeros_like(slopes)
    apple = expression.apple
    add_bump(mirrored, size, v, 0.27, -0.20, 0.20, 0.085, 0.030)
    add_bump(mirrored, size, v, 0.25, 0.03, 0.15, 0.10, -0.038)
    add_bump(mirrored, size, v, 0.285, 0.015, 0.085, 0.065, 0.026)
    add_bump(
        mirrored, size, v, 0.41 - 0.02 * apple, 0.25 - 0.03 * apple, 0.15, 0.11, 0.045 + 0.022 * apple + 0.008 * factors.cheek, -0.5
    )
    add_bump(mirrored, size, v, 0.46, 0.53, 0.10, 0.14, -0.020, 0.5)
    add_bump(mirrored, size, v, 0.56, -0.22, 0.09, 0.17, -0.022)
    slopes[0] += mirrored[0] * side * smoothstep(0.0, 0.14, size)
    slopes[1] += mirrored[1]
    add_bump(slopes, u, v, 0, 0.60, 0.20, 0.14, 0.045)
    add_bump(slopes, u, v, 0, 0.755, 0.13, 0.040, -0.022)
    add_bump(slopes, u, v, 0, 0.86, 0.12, 0.085, 0.040)
    dark += np.float32(0.26) * smoothstep(0.26, 0.0, canvas.distance) ** 2 * smoothstep(-0.75, -0.2, v)
    dark += np.float32(0.07) * gauss(size - 0.45, v - 0.49, 0.085, 0.15)
    dark += np.float32(0.05) * gauss(size - 0.58, v + 0.20, 0.07, 0.18)
    if apple > 0:
        fold_u = np.float32(0.150) + (v - np.float32(0.40)) * np.float32(0.66)
        fold = (
            np.exp(-(((size - fold_u) / (0.014 + 0.35 * canvas.pixel)) ** 2))
            * smoothstep(0.37, 0.44, v)
            * smoothstep(0.61, 0.47, v)
        )
        soft = np.exp(-(((size - fold_u - 0.012) / 0.05) ** 2)) * smoothstep(0.35, 0.45, v) * smoothstep(0.65, 0.47, v)
        dark += np.float32(0.13 * apple) * fold + np.float32(0.11 * apple) * soft


def _paint_nose(canvas, factors, expression, deep):
    """The nose: mostly slope, with a soft underside, nostrils and wings."""
    wide = 0.91 + 0.17 * factors.nose_width + 0.05 * expression.apple
    tip = 0.355 + 0.028 * factors.nose_length
    window = canvas.window(0, 0.22, 0.30, 0.42)
    u, v = canvas.at(window)
    slopes, dark = canvas.slopes[(slice(None), *window)], canvas.dark[window]
    size, side = np.abs(u), np.sign(u)
    bridge = 0.054 * (1 + 0.30 * factors.nose_bridge)
    t = np.clip((v + np.float32(0.16)) / np.float32(tip + 0.16), 0, 1)
    spread = np.float32(0.052 * (0.6 + 0.4 * wide)) + np.float32(0.022 * wide) * t * t + np.float32(0.030) * (1 - t) ** 3
    ridge = np.float32(bridge) * (np.float32(0.22) + np.float32(0.78) * t) * np.exp(-0.5 * (u / spread) ** 2)
    ridge = ridge * smoothstep(-0.34, 0.10, v) * smoothstep(tip + 0.08, tip - 0.02, v)
    slopes[0] += -ridge * u / (spread * spread) * np.float32(0.82)
    add_bump(slopes, u, v, 0, tip, 0.060 * wide, 0.052, 0.046)
    wing = np.zeros_like(slopes)
    add_bump(wing, size, v, 0.100 * wide, tip + 0.026, 0.034 * wide, 0.036, 0.021)
    slopes[0] += wing[0] * side
    slopes[1] += wing[1]
    base = tip + 0.066
    dark += np.float32(0.42) * gauss(u, v - np.float32(base + 0.006), 0.082 * wide, 0.020)
    dark += np.float32(0.17) * gauss(u, v - np.float32(base + 0.040), 0.085 * wide, 0.030)
    turn_x, turn_y = size - np.float32(0.058 * wide), v - np.float32(base - 0.008)
    tilted = turn_y + np.float32(0.34) * turn_x
    hole = gauss(turn_x, tilted, max(0.021 * wide, 0.5 * canvas.pixel), max(0.0085, 0.45 * canvas.pixel))
    dark += np.float32(1.15) * hole * np.float32(0.0085 / max(0.0085, 0.45 * canvas.pixel) * 0.5 + 0.5)
    ring_x, ring_y = size - np.float32(0.096 * wide), v - np.float32(tip + 0.026)
    radius = np.sqrt((ring_x / wide) ** 2 + ring_y**2)
    arc = np.exp(-(((radius - np.float32(0.042)) / np.float32(0.011 + 0.35 * canvas.pixel)) ** 2))
    arc = (
        arc
        * smoothstep(-0.012, 0.025, ring_x + np.float32(0.25) * ring_y)
        * smoothstep(-0.052, -0.012, ring_y)
        * smoothstep(0.06, 0.03, ring_y)
    )
    dark += np.float32(0.38) * arc * np.float32(0.011) / np.float32(0.011 + 0.35 * canvas.pixel)
    dark += np.float32(0.12) * gauss(size - np.float32(0.150 * wide), v - np.float32(tip + 0.025), 0.028, 0.05)
    shade_side = -np.sign(factors.light_angle or -1.0)
    dark += np.float32(0.07) * gauss(u * np.float32(shade_side) - np.float32(0.075 * wide), v - np.float32(0.5 * tip), 0.030, 0.20)
    dark += np.float32(0.07) * gauss(size - 0.088, v + 0.045, 0.035, 0.07)
    shine = np.float32(1 - 0.55 * deep)
    canvas.glow[window] += (
        np.float32(0.040) * shine * gauss(u + np.float32(shade_side * 0.012), v - np.float32(tip - 0.012), 0.020, 0.017)
    )
    canvas.glow[window] += (
        np.float32(0.013) * shine * gauss(u + np.float32(shade_side * 0.010), v - np.float32(0.5 * tip), 0.013, 0.13)
    )
    inside = np.maximum(gauss(u, v - np.float32(tip + 0.01), 0.125 * wide, 0.075), gauss(u, v - np.float32(tip - 0.2), 0.060, 0.20))
    canvas.label[window][(inside > 0.55) & (canvas.label[window] == LABELS["skin"])] = LABELS["nose"]
