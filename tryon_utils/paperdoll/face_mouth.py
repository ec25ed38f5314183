"""The mouth: two lips with a cupid's bow, an inner mouth with teeth, and the folds around them."""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.colour import mix
from tryon_utils.paperdoll.face_canvas import LABELS, gauss
from tryon_utils.paperdoll.face_shape import smooth_curve
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import smoothstep


def _table(points):
    """A 129-entry table over |m| in [0, 1] through (m, value) points, flat at m = 0."""
    mirrored = [(-points[1][0], points[1][1]), *points]
    curve = smooth_curve(mirrored, 600)
    return np.interp(np.linspace(0, 1, 129), curve[:, 0], curve[:, 1]).astype(np.float32)


_UPPER = _table([(0, 0.86), (0.10, 0.91), (0.23, 1.0), (0.45, 0.86), (0.72, 0.49), (0.90, 0.18), (1.0, 0.0)])
_LOWER = _table([(0, 1.0), (0.25, 0.985), (0.50, 0.86), (0.75, 0.52), (0.92, 0.18), (1.0, 0.0)])
_BOW = np.exp(-((np.linspace(0, 1, 129) / 0.13) ** 2)).astype(np.float32)
MOUTH_V = 0.590


@dataclasses.dataclass
class MouthGeometry:
    """Fields over the mouth's window, shared by the lips and lipstick."""

    window: tuple
    m: np.ndarray
    upper: np.ndarray  # coverage of the upper lip
    lower: np.ndarray
    depth_upper: np.ndarray  # 0 at the lip's outer edge, 1 at the mouth line
    depth_lower: np.ndarray
    edge: np.ndarray  # signed distance to the outline of both lips, positive inside
    opening: np.ndarray  # coverage of the inner mouth


def mouth_numbers(factors, expression):
    """Half width, centre height, upper and lower lip heights (head units)."""
    half = (0.226 + 0.020 * factors.lip_width) + expression.stretch
    upper = 0.079 * (1 + 0.28 * factors.lip_fullness) * (1 - 3.0 * max(expression.stretch, 0))
    lower = 0.108 * (1 + 0.26 * factors.lip_fullness) * (1 - 2.4 * max(expression.stretch, 0))
    return half, MOUTH_V, upper, lower


def mouth_curves(m, factors, expression):
    """Heights of the four lip edges at ``m`` in [-1, 1]: upper outline, upper inner, lower inner, lower outline."""
    half, middle, upper, lower = mouth_numbers(factors, expression)
    size = np.minimum(np.abs(m), 1)
    at = size * np.float32(128)
    low = np.minimum(at.astype(np.int32), 127)
    part = at - low.astype(np.float32)
    look = lambda table: table[low] + part * (table[low + 1] - table[low])  # noqa: E731
    dip = look(_BOW)
    line = np.float32(middle) - np.float32(expression.lift) * size**2 * np.float32(1.25) + np.float32(0.30 * expression.lift)
    wide_open = np.float32(min(1.0, expression.part / 0.05))
    line = line + (1 - wide_open) * (
        np.float32(0.007) * dip - np.float32(0.004) * np.exp(-(((size - np.float32(0.30)) / 0.16) ** 2))
    )
    opening = np.maximum(1 - (size / np.float32(0.90)) ** 2, 0) ** np.float32(0.85)
    inner_top = line - np.float32(0.16 * expression.part) * opening
    inner_bottom = line + np.float32(0.98 * expression.part) * opening
    bow = np.float32(0.13 * (1 + 0.8 * factors.cupid_bow))
    top = inner_top - np.float32(upper) * (look(_UPPER) + (np.float32(0.16) - bow) * dip)
    return top, inner_top, inner_bottom, inner_bottom + np.float32(lower) * look(_LOWER), half


def lip_tones(factors, skin):
    """Natural linear colours of the upper and lower lip, each (3,), for a skin colour (3,)."""
    deep = np.clip((factors.monk_tone - 3) / 6, 0, 1)
    rose = np.array([0.56, 0.175, 0.17], np.float32) * (1 - 0.48 * deep) + np.array([0.02, 0, 0.012], np.float32) * deep
    warm = 1 + 0.16 * factors.lip_colour
    lower = mix(skin * np.array([0.98, 0.60, 0.60], np.float32), rose, 0.60) * np.array([warm, 1, 1], np.float32)
    upper = lower * (0.80 - 0.16 * deep) * np.array([1.0, 0.94, 0.96], np.float32)
    return upper.astype(np.float32), lower.astype(np.float32)


def paint_mouth(canvas, factors, expression, skin):
    """Paints lips into the skin layer and the inner mouth above makeup."""
    half, middle, upper_height, _ = mouth_numbers(factors, expression)
    window = canvas.window(0, middle + 0.02, half + 0.16, 0.30)
    u, v = canvas.at(window)
    pixel = np.float32(canvas.pixel)
    m = u * np.float32(1 / half)
    top, inner_top, inner_bottom, bottom, _ = mouth_curves(m, factors, expression)
    past = np.maximum(np.abs(m) - 1, 0) * np.float32(half)
    soft = np.float32(0.0045) + np.float32(0.6) * pixel
    lean = 1 / np.sqrt(1 + (np.float32(upper_height * 1.2 / half) * np.clip(m * m * 2, 0, 1)) ** 2)
    outer_top, outer_bottom = (v - top) * lean - past, (bottom - v) * lean - past
    in_top, in_bottom = inner_top - v, v - inner_bottom
    crisp = np.float32(0.75) * pixel
    upper = smoothstep(-soft, soft, outer_top) * smoothstep(-crisp, crisp, in_top)
    lower = smoothstep(-soft, soft, outer_bottom) * smoothstep(-crisp, crisp, in_bottom)
    opening = smoothstep(-crisp, crisp, -in_top) * smoothstep(-crisp, crisp, -in_bottom) * (np.abs(m) < 1)
    if expression.part == 0:
        opening = np.zeros_like(u)
        lower = lower * (1 - upper)
    depth_upper = np.clip((v - top) / np.maximum(inner_top - top, 1e-3), 0, 1)
    depth_lower = np.clip((bottom - v) / np.maximum(bottom - inner_bottom, 1e-3), 0, 1)
    edge = np.minimum(outer_top, outer_bottom)
    canvas.mouth = MouthGeometry(window, m, upper, lower, depth_upper, depth_lower, edge, opening)

    upper_tone, lower_tone = lip_tones(factors, skin)
    strength = np.float32(0.86)
    canvas.stain(window, strength * upper, upper_tone)
    canvas.stain(window, strength * lower, lower_tone)
    grain = sample_tile(fbm_tile(5, 5), u * np.float32(5.0), v * np.float32(0.45)) * np.float32(np.clip(0.018 / pixel - 0.7, 0, 1))
    canvas.albedo[(slice(None), *window)] *= 1 + np.float32(0.10) * grain * (upper + lower)
    canvas.label[window][(upper > 0.5)] = LABELS["upper lip"]
    canvas.label[window][(lower > 0.5)] = LABELS["lower lip"]
    canvas.label[window][(opening > 0.5)] = LABELS["inner mouth"]
    lips = np.maximum(upper, lower)
    canvas.mask("lips")[window] = lips

    # form: two pillows below, the upper lip turned down
    slopes = canvas.slopes[(slice(None), *window)]
    slopes[1] += np.float32(0.35) * upper * (depth_upper - np.float32(0.25)) * np.float32(-1)
    slopes[1] += np.float32(1.0) * lower * (depth_lower - np.float32(0.62))
    slopes[0] += lips * np.float32(-0.28) * m
    canvas.specular[window] += lips * np.float32(0.10)
    gloss = canvas.gloss[window]
    gloss += lips * (np.float32(0.50) - gloss)
    shine = (
        gauss(np.abs(m) - np.float32(0.17), depth_lower - np.float32(0.60), 0.15, 0.14)
        * lower
        * (np.float32(0.8) + np.float32(0.5) * grain)
    )
    canvas.glow[window] += (
        np.float32(0.085) * shine
        + np.float32(0.035) * gauss(np.abs(m) - np.float32(0.10), depth_upper - np.float32(0.12), 0.09, 0.13) * upper
    )

    # mouth line, corners, and the shadows around
    dark = canvas.dark[window]
    line_width = np.float32(0.0055) + np.float32(0.45) * pixel
    middle_line = (inner_top + inner_bottom) * np.float32(0.5)
    line = (
        np.exp(-(((v - (inner_top if expression.part else middle_line)) / line_width) ** 2))
        * smoothstep(1.06, 0.85, np.abs(m))
        * np.float32(0.0055)
        / line_width
    )
    dark += (
        np.float32(1.25)
        * line
        * (np.float32(0.75) + np.float32(0.25) * np.exp(-((m / 0.3) ** 2)))
        * (0.35 if expression.part else 1.0)
    )
    dark += np.float32(0.24) * upper * smoothstep(0.25, 1.0, depth_upper)
    corner_v = np.float32(middle - 0.95 * expression.lift)
    dark += np.float32(0.30) * gauss(np.abs(u) - np.float32(half + 0.004), v - corner_v, 0.020, 0.016)
    dark += (
        np.float32(0.13)
        * gauss(np.abs(u) - np.float32(half + 0.035), v - corner_v + 0.005, 0.035, 0.045)
        * (0.4 + expression.apple)
    )
    under = bottom + np.float32(0.030)
    dark += np.float32(0.30) * gauss(m, v - under, 0.42, 0.024) * (1 - lips)
    dark += np.float32(0.045) * gauss(u, v - np.float32(middle - 0.105), 0.020, 0.045)
    canvas.glow[window] += np.float32(0.012) * gauss(np.abs(u) - np.float32(0.033), v - np.float32(middle - 0.095), 0.012, 0.04)
    if expression.part > 0:
        _paint_inside(canvas, window, expression, u, v, m, inner_top, inner_bottom, opening, factors)


def _paint_inside(canvas, window, expression, u, v, m, inner_top, inner_bottom, opening, factors):
    deep = np.float32(np.clip((factors.monk_tone - 4) / 6, 0, 1))
    height = np.maximum(inner_bottom - inner_top, 1e-4)
    down = np.clip((v - inner_top) / height, -0.5, 1.5)  # at the corners the height vanishes
    cave = np.array([0.060, 0.016, 0.016], np.float32)[:, None, None] * (1 + np.float32(0.8) * down)
    tongue = gauss(m, down - 1.0, 0.45, 0.22) * np.float32(0.6)
    cave = cave + tongue * (np.array([0.32, 0.10, 0.10], np.float32)[:, None, None] - cave)
    limit = np.float32(0.80 if expression.teeth >= 0.8 else 0.36)
    row = smoothstep(limit + 0.10, limit - 0.04, down) * smoothstep(0.93, 0.80, np.abs(m))
    enamel = np.array([0.64, 0.60, 0.545], np.float32)[:, None, None] * (1 - np.float32(0.30) * deep)
    enamel = (
        enamel
        * np.float32(1.12)
        * (1 - np.float32(0.55) * smoothstep(0.35, 0.95, np.abs(m)))
        * (1 - np.float32(0.38) * np.exp(-((down / 0.20) ** 2)))
    )
    spacing = np.float32(0.062)
    warped = np.arcsin(np.clip(u / np.float32(0.36), -0.999, 0.999)) * np.float32(0.36) / spacing
    gap = np.abs(warped - np.round(warped))
    width = np.float32(0.045) + np.float32(0.7 * canvas.pixel) / spacing
    enamel = enamel * (1 - np.float32(0.17) * smoothstep(width, 0.0, gap) * np.float32(0.045) / width * 1.6)
    canvas.overlay(window, opening, cave + row * (enamel - cave), 2)
    mask = canvas.mask("inner mouth")
    mask[window] = opening
