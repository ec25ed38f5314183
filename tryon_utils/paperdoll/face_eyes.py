"""Eyes and brows, painted in the coordinates of each eye: p from -1 (inner corner) to 1 (outer), y down from the corner line."""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.colour import EYE_COLOURS, hex_to_linear
from tryon_utils.paperdoll.face_canvas import LABELS, gauss
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import coverage, smoothstep


@dataclasses.dataclass(frozen=True)
class EyeShape:
    """Lid heights and crease in shares of the eye's half width."""

    upper: float
    lower: float
    peak: float = 0.0  # where the upper lid is highest: inner (-) or outer (+)
    sharp: float = 1.0  # 1 round lid, higher flatter
    tilt: float = 0.06  # outer corner up, radians
    crease: float = 0.24  # lid fold above the lash line
    fold: float = 1.0  # strength of the fold
    hood: float = 0.0  # skin that hangs over the outer lid


EYE_TABLE = {
    "almond": EyeShape(0.500, 0.275, 0.05, 0.86, 0.075),
    "round": EyeShape(0.560, 0.310, -0.02, 0.78, 0.035, 0.22),
    "hooded": EyeShape(0.480, 0.275, -0.02, 0.86, 0.05, 0.13, 0.9, 0.7),
    "monolid": EyeShape(0.455, 0.260, 0.02, 0.80, 0.095, 0.12, 0.22, 0.25),
    "upturned": EyeShape(0.510, 0.265, 0.12, 0.90, 0.135, 0.23),
    "downturned": EyeShape(0.515, 0.285, -0.08, 0.86, -0.005, 0.23, 1.0, 0.2),
    "deep set": EyeShape(0.490, 0.270, 0.0, 0.88, 0.05, 0.28, 1.25, 0.1),
}

BROW_TABLE = {  # arch height, tail drop, thickness, length, strength, slant of the whole
    "soft arch": (0.038, 0.028, 0.044, 0.188, 0.85, 0.10),
    "straight": (0.020, 0.012, 0.045, 0.186, 0.82, 0.12),
    "high arch": (0.052, 0.036, 0.042, 0.192, 0.90, 0.12),
    "rounded": (0.044, 0.040, 0.043, 0.188, 0.80, 0.06),
    "bold": (0.034, 0.024, 0.056, 0.194, 0.92, 0.10),
    "fine": (0.044, 0.032, 0.032, 0.184, 0.82, 0.08),
}


@dataclasses.dataclass
class EyeGeometry:
    """Fields over one eye's window, shared by the natural eye, the liner and the shadow."""

    side: int
    window: tuple
    p: np.ndarray
    y: np.ndarray
    half: float
    above: np.ndarray  # distance above the upper lid edge (head units, negative inside the opening)
    below: np.ndarray  # distance below the lower lid edge
    opening: np.ndarray  # coverage of the eye
    crease: float  # height of the fold above the lid


def eye_numbers(factors, expression):
    """Centre (|u|, v), half width, tilt and `EyeShape` of a face's eyes, plus the lids' present heights."""
    shape = EYE_TABLE[factors.eye_shape]
    half = 0.182 * (1 + 0.06 * factors.eye_size)
    centre = 0.291 + 0.012 * factors.eye_spacing
    tilt = shape.tilt + 0.03 * factors.eye_tilt
    upper = shape.upper * half * expression.lids * (1 + 0.06 * factors.eye_size)
    lower = shape.lower * half * (1 - 0.42 * expression.squint)
    return centre, 0.015, half, tilt, shape, upper, lower


def lid_curves(p, half, upper, lower, shape):
    """Heights of the upper and lower lid edges at ``p`` (clipped to the corners), y down."""
    p = np.clip(p, -1, 1)
    bent = np.clip(p - np.float32(shape.peak) * (1 - p * p), -1, 1)
    top = -upper * np.maximum(1 - bent * bent, 0) ** np.float32(shape.sharp)
    bent = np.clip(p - np.float32(0.14) * (1 - p * p), -1, 1)
    bottom = lower * np.maximum(1 - bent * bent, 0) ** np.float32(0.95)
    duct = np.float32(0.035) * half * smoothstep(-0.6, -1.0, p)
    return top + duct, bottom + duct


def paint_eyes(canvas, factors, expression, skin):
    """Paints both eyes; ``skin`` is the face's linear skin colour (3,)."""
    centre, height, half, tilt, shape, upper, lower = eye_numbers(factors, expression)
    deep = np.float32(np.clip((factors.monk_tone - 4) / 6, 0, 1))
    for side in (-1, 1):
        window = canvas.window(side * centre, height - 0.03, 0.30, 0.24)
        u, v = canvas.at(window)
        if u.size == 0:
            continue
        x, y = (u - np.float32(side * centre)) * side, v - np.float32(height)
        c, s = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
        x, y = x * c - y * s, y * c + x * s
        p = x * np.float32(1 / half)
        top, bottom = lid_curves(p, half, upper, lower, shape)
        steep = np.float32(1.6) * (upper / half) * np.clip(p, -1, 1)
        lean = 1 / np.sqrt(1 + steep * steep)
        past = np.maximum(np.abs(p) - 1, 0) * np.float32(half)
        above, below = (top - y) * lean, (y - bottom) * lean
        inside = np.minimum(-above, -below) - past
        opening = coverage(inside, canvas.pixel, 0.0015)
        geometry = EyeGeometry(side, window, p, y, half, above, below, opening, shape.crease * half)
        canvas.eyes[side] = geometry
        np.maximum(canvas.mask("eyes")[window], opening, out=canvas.mask("eyes")[window])
        canvas.label[window][(opening > 0.5)] = LABELS["right eye" if side < 0 else "left eye"]
        _paint_socket(canvas, geometry, shape, skin, deep)
        _paint_ball(canvas, geometry, factors, expression, skin, deep, x)
        _paint_lashes(canvas, geometry, shape, deep)


def _paint_socket(canvas, eye, shape, skin, deep):
    """The soft shadows and lights of the lids, around the opening."""
    p, above, below, half = eye.p, eye.above, eye.below, np.float32(eye.half)
    dark = canvas.dark[eye.window]
    fade = smoothstep(-1.25, -0.75, p) * smoothstep(1.45, 0.9, p)
    crease_at = np.float32(eye.crease) * (1 - np.float32(0.35) * p * p) - np.float32(shape.hood) * half * np.float32(
        0.06
    ) * np.clip(p, 0, 1)
    crease_at = np.maximum(crease_at, np.float32(0.002))
    line = np.abs(above - crease_at)
    width = np.float32(max(0.008, 0.8 * canvas.pixel))
    fold = np.exp(-((line / width) ** 2)) * np.float32(0.0085) / width + np.float32(0.30) * np.exp(
        -((np.clip(above - crease_at, -0.02, 1) / 0.035) ** 2)
    ) * (above > crease_at - 0.02)
    dark += fold * fade * np.float32(0.62 * shape.fold)
    lid = smoothstep(0.0, 0.2, above / crease_at) * smoothstep(1.0, 0.6, above / crease_at) * fade
    canvas.specular[eye.window] += np.float32(0.05) * lid * np.exp(-((p - 0.05) ** 2) / 0.12)
    inner = gauss(p + np.float32(1.12), (eye.y + np.float32(0.035)) / half, 0.30, 0.42)
    dark += np.float32(0.18) * inner
    dark += np.float32(0.22) * gauss(p - np.float32(0.75), (eye.y + 0.055) / half, 0.5, 0.30)
    pouch = np.exp(-(((below - np.float32(0.045)) / 0.02) ** 2)) * smoothstep(1.1, 0.5, np.abs(p + 0.1)) * (below > 0)
    dark += np.float32(0.09) * pouch
    dark += np.float32(0.12) * np.exp(-((np.clip(below, 0, 1) / 0.014) ** 2)) * smoothstep(1.25, 0.8, np.abs(p)) * (below > -0.01)


def _paint_ball(canvas, eye, factors, expression, skin, deep, x):
    """Sclera, iris, pupil and the upper lid's shadow, queued above makeup."""
    p, y, half, pixel = eye.p, eye.y, eye.half, canvas.pixel
    iris_radius = 0.470 * half
    at_x = eye.side * 0.16 * half * factors.gaze
    at_y = -0.085 * half - 0.02 * half * expression.raise_brow
    dx, dy = x - np.float32(at_x), y - np.float32(at_y)
    r = np.sqrt(dx * dx + dy * dy) * np.float32(1 / iris_radius)
    white = np.array([0.68, 0.635, 0.60], np.float32) * (1 - 0.34 * deep)
    round_off = np.float32(1) - np.float32(0.42) * smoothstep(0.30, 1.0, np.abs(p))
    ball = white[:, None, None] * round_off
    pink = smoothstep(-0.80, -0.97, p)
    rim = np.exp(-((np.maximum(-eye.below, 0) / np.float32(0.009)) ** 2)) * np.float32(0.55) * smoothstep(1.0, 0.8, np.abs(p))
    ball = ball + pink * (np.array([0.50, 0.25, 0.22], np.float32)[:, None, None] * (1 - 0.35 * deep) - ball)
    ball = ball + rim * (skin[:, None, None] * np.array([1.0, 0.78, 0.74], np.float32)[:, None, None] - ball)
    base = hex_to_linear(EYE_COLOURS[factors.eye_colour]) * np.float32(1.15)
    angle = np.arctan2(dy, dx) * np.float32(1 / (2 * np.pi))
    fibre = sample_tile(fbm_tile(4, 3, 0.7, 16), angle * 3.0, r * np.float32(0.10)) * np.float32(np.clip(0.02 / pixel - 0.6, 0, 1))
    lower_glow = smoothstep(-0.5, 0.9, dy / iris_radius)
    value = (np.float32(0.62) + np.float32(1.15) * lower_glow + np.float32(0.5) * fibre) * (
        1 - np.float32(0.72) * smoothstep(0.72, 1.0, r)
    )
    iris = base[:, None, None] * value
    warm = np.exp(-(((r - 0.46) / 0.14) ** 2)) * np.float32(0.35)
    iris = iris + warm * iris * np.array([0.9, 0.45, 0.0], np.float32)[:, None, None]
    ink = np.float32(pixel / iris_radius)
    pupil = smoothstep(0.40 + 0.6 * ink, 0.34 - 0.6 * ink, r)
    iris = iris * (1 - np.float32(0.96) * pupil)
    disc = smoothstep(1.02 + 0.7 * ink, 0.94 - 0.7 * ink, r)
    ball = ball + disc * (iris - ball)
    lid_shadow = np.float32(0.95) * np.exp(-((np.maximum(-eye.above, 0) / np.float32(0.034)) ** 2)) + np.float32(0.08)
    shade = np.exp(-lid_shadow[None] * np.array([0.9, 1.1, 1.15], np.float32)[:, None, None])
    canvas.overlay(eye.window, eye.opening, ball * shade, 2)
    np.maximum(canvas.mask("iris")[eye.window], disc * eye.opening, out=canvas.mask("iris")[eye.window])
    key = np.sign(factors.light_angle or -1.0) * eye.side
    light_x, light_y = dx - np.float32(key * 0.33 * iris_radius), dy + np.float32(0.42 * iris_radius)
    size = np.float32(0.17 * iris_radius + 0.30 * pixel)
    spot = np.exp(-((light_x / size) ** 4 + ((light_y + np.float32(0.15) * light_x) / (size * np.float32(1.15))) ** 4))
    sharp = spot * np.float32(min(1.0, (0.17 * iris_radius / float(size)) + 0.25))
    small = gauss(
        dx + np.float32(key * 0.36 * iris_radius),
        dy - np.float32(0.40 * iris_radius),
        0.15 * iris_radius + 0.3 * pixel,
        0.08 * iris_radius + 0.3 * pixel,
    )
    wet = np.exp(-((np.maximum(-eye.below, 0) / np.float32(0.006 + 0.3 * pixel)) ** 2)) * smoothstep(0.95, 0.6, np.abs(p))
    canvas.glow[eye.window] += eye.opening * (np.float32(0.80) * sharp + np.float32(0.09) * small + np.float32(0.07) * wet)


def _paint_lashes(canvas, eye, shape, deep):
    """The dark upper lash line with its lashes, and a whisper of lower lashes."""
    p, above, below, half, pixel = eye.p, eye.above, eye.below, np.float32(eye.half), canvas.pixel
    reach = smoothstep(-1.02, -0.7, p) * smoothstep(1.10, 0.97, p)
    thick = np.float32(0.0055) + np.float32(0.0125) * smoothstep(-0.9, 0.75, p)
    band = smoothstep(1.0, 0.15, np.abs(above - np.float32(0.25) * thick) / (thick + np.float32(0.6 * pixel))) * reach
    band = band * np.minimum(1, (thick * 1.9) / np.float32(max(pixel, 1e-6)) + np.float32(0.25))
    grow = np.float32(0.09) + np.float32(0.27) * smoothstep(-0.8, 0.85, p)
    length = half * grow * smoothstep(-1.0, -0.45, p) * smoothstep(1.08, 0.93, p)
    along = np.clip(above, 0, None) / np.maximum(length, np.float32(1e-4))
    # each lash leaves the lid and sweeps outwards
    root = p - (np.float32(0.05) + np.float32(0.16) * np.clip(p + 0.3, 0, 1.2)) * along * grow * np.float32(2.6)
    phase = root * np.float32(9.5) + np.float32(0.35) * np.sin(root * np.float32(23.0))
    wave = np.abs(phase - np.round(phase)) * 2
    long = np.float32(0.72) + np.float32(0.28) * np.cos(np.round(phase) * np.float32(2.4))
    taper = np.clip(1 - along / long, 0, 1)
    spacing = half / np.float32(9.5)
    blur = np.float32(np.clip(pixel / spacing, 0.08, 2))
    stroke = smoothstep(blur + 0.10, -0.02, wave - taper * np.float32(0.34)) * (taper > 0)
    stroke = (
        stroke
        * np.float32(min(1.0, 0.25 + 0.9 * spacing / (pixel + spacing)))
        * np.minimum(1, taper * np.float32(2.2))
        * (above > -0.004)
    )
    upper = np.maximum(band, np.float32(0.85) * stroke * smoothstep(1.06, 1.0, np.abs(p)))
    thin = np.exp(-((below - np.float32(0.002)) ** 2) / np.float32((0.0042 + 0.45 * pixel) ** 2)) * np.float32(
        0.0042 / (0.0042 + 0.45 * pixel)
    )
    lower = np.float32(0.55) * thin * smoothstep(-0.8, 0.6, p) * smoothstep(1.1, 0.95, p)
    ink = np.array([0.020, 0.013, 0.011], np.float32) * (1 - 0.45 * deep)
    canvas.overlay(eye.window, np.maximum(np.float32(0.94) * upper, lower), ink, 3)


def brow_curve(p, arch, drop, slant):
    """Height of the brow's spine above its base line at ``p`` in [-1, 1] (inner to outer), positive up."""
    rise = np.float32(arch) * (1 - ((p - np.float32(0.30)) / np.where(p > 0.30, 0.70, 1.30)) ** 2)
    return rise + np.float32(slant) * np.float32(0.12) * p - np.float32(drop) * smoothstep(0.30, 1.0, p)


def paint_brows(canvas, factors, expression, colour):
    """Paints both brows in the linear ``colour`` (3,), queued above foundation and below brow makeup."""
    arch, drop, thick, length, strength, slant = BROW_TABLE[factors.brow_shape]
    thick = thick * (1 + 0.25 * factors.brow_weight)
    pixel = canvas.pixel
    strength = strength * (1 + 0.2 * np.clip((factors.monk_tone - 6) / 4, 0, 1))
    for side in (-1, 1):
        centre_u, centre_v = side * (0.292 + 0.010 * factors.eye_spacing), -0.168 - expression.raise_brow
        window = canvas.window(centre_u, centre_v, length + 0.06, 0.13)
        u, v = canvas.at(window)
        if u.size == 0:
            continue
        p = (u - np.float32(centre_u)) * np.float32(side / length)
        spine = brow_curve(np.clip(p, -1.1, 1.1), arch, drop, slant) - np.float32(expression.knit) * smoothstep(0.2, -1.0, p)
        up = np.float32(centre_v) - v - spine
        half = (
            np.float32(thick * 0.62)
            * smoothstep(-1.18, -0.35, p) ** np.float32(0.55)
            * (1 - np.float32(0.90) * smoothstep(0.15, 1.05, p))
        )
        fringe = sample_tile(fbm_tile(5, 7), p * np.float32(0.9) + side, up * np.float32(2.0))
        edge = half + np.float32(0.006) * fringe - np.abs(up)
        body = smoothstep(-0.007 - 0.6 * pixel, 0.008 + 0.6 * pixel, edge) * smoothstep(-1.08, -0.70, p) * smoothstep(1.05, 0.90, p)
        slope = np.float32(3.0) * smoothstep(0.2, -1.0, p) + np.float32(0.70)
        hair = np.sin((p * np.float32(length) * np.float32(1.0) - up / slope) * np.float32(330) + fringe * np.float32(6.0))
        fine = np.float32(np.clip(0.010 / pixel - 0.55, 0, 1))
        alpha = body * (
            np.float32(strength)
            * (np.float32(0.86) + np.float32(0.14) * (1 - fine))
            * (1 + fine * (np.float32(0.04) * hair + np.float32(0.12) * fringe - np.float32(0.03)))
        )
        alpha = np.clip(alpha * (np.float32(0.55) + np.float32(0.45) * smoothstep(-0.95, -0.15, p)), 0, 1)
        canvas.overlay(window, alpha, colour, 1)
        mask = canvas.mask("brows")[window]
        np.maximum(mask, body, out=mask)
        canvas.brow_fields = getattr(canvas, "brow_fields", {})
        canvas.brow_fields[side] = (window, p, up, half)
        canvas.label[window][(body > 0.5) & (canvas.label[window] != LABELS["background"])] = LABELS[
            "right brow" if side < 0 else "left brow"
        ]
