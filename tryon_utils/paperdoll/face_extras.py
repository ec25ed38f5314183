"""Facial hair, glasses and earrings, laid over the finished face."""

import numpy as np

from tryon_utils.paperdoll.face_canvas import LABELS, gauss
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import smoothstep

_METAL = np.array([0.62, 0.43, 0.17], np.float32)
_FRAMES = {"round": (0.030, 0.018, 0.011), "rectangular": (0.016, 0.013, 0.012), "cat-eye": (0.055, 0.018, 0.013)}


def _lens(x, y, style):
    """Signed distance to a lens outline, positive outside; x is positive towards the temple."""
    if style == "round":
        return np.sqrt(x * x + y * y) - np.float32(0.222)
    wide, high, corner = (0.222, 0.145, 0.055) if style == "rectangular" else (0.218, 0.140, 0.085)
    if style == "cat-eye":
        y = y + np.float32(0.20) * np.clip(x, -0.1, 1) * (x + np.float32(0.1)) * 2
        wide = wide + 0.02 * 1
    a, b = np.abs(x) - np.float32(wide - corner), np.abs(y) - np.float32(high - corner)
    return np.sqrt(np.maximum(a, 0) ** 2 + np.maximum(b, 0) ** 2) + np.minimum(np.maximum(a, b), 0) - np.float32(corner)


_BEARDS = {  # density, beard along the jaw, chin, moustache
    "stubble": (0.34, 0.9, 1.0, 0.85), "short beard": (0.80, 1.0, 1.0, 0.95), "full beard": (0.95, 1.0, 1.0, 1.0),
    "goatee": (0.85, 0.0, 1.0, 0.95), "moustache": (0.90, 0.0, 0.0, 1.0),
}  # fmt: skip


def paint_beard(canvas, factors, colour):
    """Paints facial hair in the linear ``colour`` (3,), above foundation and blush; does nothing for ``facial_hair='none'``."""
    if factors.facial_hair == "none":
        return
    density, jaw, chin, lip = _BEARDS[factors.facial_hair]
    window = canvas.window(0, 0.60, 0.70, 0.56)
    u, v = canvas.at(window)
    size, mouth = np.abs(u), canvas.mouth
    full = np.float32(0.05 * (factors.facial_hair == "full beard"))
    strand = sample_tile(
        fbm_tile(6, 2, 0.75, 16), u * np.float32(1.9) + factors.index * 0.17, v * np.float32(0.55) + size * np.float32(0.3)
    )
    fine = np.float32(np.clip(0.02 / canvas.pixel, 0.35, 1))
    ragged = np.float32(0.030) * strand
    cheek = np.float32(0.70) - full - np.float32(1.45) * np.maximum(size - np.float32(0.12), 0) ** np.float32(1.25) + ragged
    area = (
        np.float32(jaw)
        * smoothstep(-0.035, 0.05, v - cheek)
        * smoothstep(0.30, 0.37, size + np.float32(0.30) * smoothstep(0.62, 0.74, v))
    )
    area = np.maximum(
        area, np.float32(chin) * smoothstep(0.32, 0.22, size + ragged) * smoothstep(0.70, 0.76, v + np.float32(0.6) * ragged)
    )
    area = np.maximum(
        area,
        np.float32(chin)
        * smoothstep(0.075, 0.04, np.abs(size - np.float32(0.245)) + ragged)
        * smoothstep(0.50, 0.57, v)
        * smoothstep(0.86, 0.72, v),
    )
    top = np.float32(0.452) + np.float32(0.30) * size**2 - np.float32(0.3) * ragged
    area = np.maximum(
        area,
        np.float32(lip)
        * smoothstep(-0.012, 0.022, v - top)
        * smoothstep(0.62, 0.54, v)
        * smoothstep(0.285, 0.225, size + ragged)
        * (np.float32(1) - np.float32(0.35) * smoothstep(0.022, 0.0, size)),
    )
    inside = np.zeros_like(canvas.u)
    inside[mouth.window] = np.maximum(np.maximum(mouth.upper, mouth.lower), mouth.opening)
    area = area * (1 - inside[window]) * canvas.masks["face"][window]
    tone = np.asarray(colour, np.float32)[:, None, None] * (np.float32(1) + np.float32(0.55) * fine * strand)
    canvas.overlay(
        window, np.clip(np.float32(density) * area * (np.float32(0.92) + np.float32(0.30) * fine * strand), 0, 0.97), tone, 1
    )


def paint_glasses(canvas, factors):
    """Paints glasses above makeup and lashes; does nothing for ``glasses='none'``."""
    if factors.glasses == "none":
        return
    style = factors.glasses
    window = canvas.window(0, 0.03, 0.72, 0.36)
    u, v = canvas.at(window)
    pixel, thick = np.float32(canvas.pixel), np.float32({"round": 0.0095, "rectangular": 0.013, "cat-eye": 0.015}[style])
    size = np.abs(u)
    x, y = size - np.float32(0.300), v - np.float32(0.035)
    distance = _lens(x, y, style)
    bar = np.float32(0.6) * thick + np.float32(0.02) * (style == "cat-eye") * smoothstep(0.05, 0.2, x) * smoothstep(0.0, -0.1, y)
    rim = smoothstep(np.float32(0.75) * pixel, -np.float32(0.75) * pixel, np.abs(distance) - np.maximum(thick, bar))
    bridge_v = np.float32(0.012) - np.float32(0.03) * (1 - (u / 0.085) ** 2)
    bridge = smoothstep(0.75 * pixel, -0.75 * pixel, np.abs(v - bridge_v) - thick) * (size < 0.088) * (distance > -0.01)
    arm = (
        smoothstep(0.75 * pixel, -0.75 * pixel, np.abs(v + np.float32(0.03) + 0.02 * (size - 0.5)) - thick)
        * (size > 0.50)
        * (distance > 0)
    )
    frame = np.maximum(np.maximum(rim, bridge), arm) * canvas.masks["head"][window]
    colour = (
        _METAL * 0.85
        if style == "round"
        else np.array([0.045, 0.028, 0.022], np.float32) if style == "rectangular" else np.array([0.16, 0.035, 0.03], np.float32)
    )
    canvas.dark[window] += np.float32(0.20) * smoothstep(0.035, 0.0, np.abs(_lens(x, y - np.float32(0.022), style)))
    canvas.overlay(window, frame, colour, 4)
    np.maximum(canvas.mask("glasses")[window], frame, out=canvas.mask("glasses")[window])
    glass = smoothstep(0.0, -0.01, distance)
    streak = np.exp(-(((x * np.sign(u) * 0.8 + y * 0.6 + 0.07) / 0.028) ** 2)) + np.float32(0.6) * np.exp(
        -(((x * np.sign(u) * 0.8 + y * 0.6 + 0.15) / 0.012) ** 2)
    )
    canvas.glow[window] += np.float32(0.030) * glass * streak + np.float32(0.10) * frame * gauss(y + 0.1, x * 0, 0.05, 1)
    canvas.label[window][frame > 0.5] = LABELS["glasses"]


def paint_earrings(canvas, factors, contour):
    """Paints a small gold drop below each ear."""
    if not factors.earrings:
        return
    for side in (-1, 1):
        at_u = side * (float(contour.half_width(0.12)) + 0.018)
        window = canvas.window(at_u, 0.42, 0.10, 0.12)
        u, v = canvas.at(window)
        if u.size == 0:
            continue
        x, y = u - np.float32(at_u), v - np.float32(0.415)
        radius = np.sqrt(x * x + y * y) * np.float32(1 / 0.040)
        crisp = np.float32(0.75 * canvas.pixel / 0.040)
        drop = smoothstep(1 + crisp, 1 - crisp, radius) * (1 - canvas.masks["face"][window])
        light = np.clip(
            1 - np.float32(0.55) * radius * radius + np.float32(0.5) * gauss(x + 0.012, y + 0.014, 0.012, 0.012), 0, 1.4
        )
        canvas.overlay(window, drop, _METAL[:, None, None] * light, 4)
        canvas.glow[window] += np.float32(0.5) * drop * gauss(x + 0.013, y + 0.015, 0.008, 0.008)
        np.maximum(canvas.mask("earrings")[window], drop, out=canvas.mask("earrings")[window])
        np.maximum(canvas.masks["head"][window], drop, out=canvas.masks["head"][window])
        canvas.label[window][drop > 0.5] = LABELS["earring"]
