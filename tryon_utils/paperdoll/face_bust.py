"""Neck and shoulders of a portrait, in a plain top; a whole body has a neck of its own."""

import numpy as np

from tryon_utils.paperdoll.colour import hex_to_linear
from tryon_utils.paperdoll.face_canvas import LABELS, gauss
from tryon_utils.paperdoll.face_factors import TOP_COLOURS
from tryon_utils.paperdoll.face_skin import shine_of, skin_albedo
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import GBuffer, coverage, normalise, smoothstep

_PROFILE_V = np.array([0.3, 0.7, 0.95, 1.15, 1.28, 1.38, 1.48, 1.58, 1.70, 1.85, 2.1, 2.6]) - 0.16
_PROFILE_W = np.array([0.38, 0.345, 0.318, 0.313, 0.335, 0.395, 0.50, 0.74, 1.10, 1.42, 1.60, 1.66])


_FINE_V = np.linspace(0.3, 2.6, 231)
_SMOOTH_W = np.convolve(np.pad(np.interp(_FINE_V, _PROFILE_V, _PROFILE_W), 7, mode="edge"), np.hanning(15) / np.hanning(15).sum(), "valid")


def neck_half_width(v):
    """Half width of neck and shoulders at heights ``v``, head units."""
    return np.interp(v, _FINE_V, _SMOOTH_W).astype(np.float32)


def paint_bust(factors, x, y, pixel, pose, contour, light):
    """Neck and shoulders in a plain top over the grid of columns ``x`` and rows ``y``.

    Returns:
        `GBuffer`; label 14 on skin and 16 on cloth.
    """
    grid_x, grid_y = np.broadcast_arrays(x[None, :].astype(np.float32), y[:, None].astype(np.float32))
    lean = np.float32(pose.forward(0.0, 0.75, -0.05)[0]) * smoothstep(1.35, 0.75, grid_y)
    # a portrait shows the shoulders too: its neck is a little shorter than that of a standing body
    down = y.astype(np.float32) + np.float32(0.16) * smoothstep(0.85, 1.20, y.astype(np.float32))
    u, v = grid_x - lean, np.broadcast_to(down[:, None], grid_x.shape)
    width = neck_half_width(down)
    half = np.broadcast_to(width[:, None], u.shape)
    steep = np.gradient(width, pixel)[:, None] if len(y) > 1 else np.zeros((1, 1))
    scale = 1 / np.sqrt(1 + steep.astype(np.float32) ** 2)
    inside = (half - np.abs(u)) * scale
    alpha = coverage(inside, pixel) * smoothstep(0.28, 0.34, v)
    skin = skin_albedo(factors)
    across = np.clip(u / half, -1, 1)
    body = smoothstep(1.25, 1.6, v)
    nx = across * (1 - body) * np.float32(0.95) + body * np.clip(u * np.float32(0.55), -0.7, 0.7)
    ny = -body * (np.float32(0.35) + np.float32(0.3) * np.abs(np.clip(u, -1, 1))) + np.float32(0.10) * (1 - body)
    nz = np.sqrt(np.maximum(1 - nx * nx - ny * ny, 0.08))
    # the two muscles that run from the ears to the pit of the neck, and the collar bones
    size = np.abs(u)
    cord = np.float32(0.255) - (v - np.float32(0.70)) * np.float32(0.262)
    ridge = (size - cord) / np.float32(0.045)
    nx = nx + np.sign(u) * np.float32(0.30) * ridge * np.exp(-0.5 * ridge * ridge) * smoothstep(0.8, 1.1, v) * smoothstep(
        1.46, 1.22, v
    ) * smoothstep(0.0, 0.10, size)
    bone_v = np.float32(1.46) - np.float32(0.10) * size
    bone = (v - bone_v) / np.float32(0.035)
    on_bone = smoothstep(0.05, 0.2, size) * smoothstep(1.15, 0.7, size)
    ny = ny + np.float32(0.40) * bone * np.exp(-0.5 * bone * bone) * on_bone
    dark = np.float32(0.30) * gauss(u, v - 1.445, 0.06, 0.055) + np.float32(0.12) * np.exp(-0.5 * (bone + 1.6) ** 2) * on_bone
    dark = dark + np.float32(0.30) * smoothstep(0.20, 0.0, inside) * (1 - body) + np.float32(0.28) * smoothstep(1.25, 0.85, v)
    albedo = np.broadcast_to(skin[:, None, None], (3, *u.shape)) * np.exp(
        -dark[None] * np.array([0.62, 1.0, 1.05], np.float32)[:, None, None]
    )
    # the jaw's shadow: the face outline moved away from the light
    shift_x, shift_y = -0.16 * light.direction[0], -0.36 * light.direction[1] + 0.05
    face_u, face_v = pose.backward(grid_x - np.float32(shift_x), grid_y - np.float32(shift_y))
    _, distance, _, _ = contour.relative(face_u, face_v)
    shadow = 1 - np.float32(0.80) * smoothstep(-0.055, 0.035, distance)
    label = np.where(alpha > 0.5, LABELS["neck"], 0).astype(np.uint8)
    specular = np.full(u.shape, shine_of(factors) * np.float32(0.8), np.float32)
    scatter = np.ones_like(u)
    cloth = hex_to_linear(TOP_COLOURS[factors.top_colour])
    neckline = np.float32(1.50) - np.float32(0.30) * np.clip(size / 0.62, 0, 1.4) ** 2.2
    on = coverage(v - neckline, pixel) * alpha
    fold = sample_tile(fbm_tile(4, 6), u * np.float32(0.30) + v * np.float32(0.12) * np.sign(u), v * np.float32(0.10))
    ny, nx = ny + on * np.float32(0.15) * fold, nx + on * np.float32(0.28) * fold
    band = np.exp(-(((v - neckline - 0.05) / 0.012) ** 2)) * np.float32(0.18)
    albedo = albedo * (1 - np.float32(0.35) * smoothstep(-0.07, 0.0, v - neckline) * (1 - on))
    albedo = albedo + on * (cloth[:, None, None] * (1 - band) - albedo)
    label = np.where(on > 0.5, LABELS["clothes"], label).astype(np.uint8)
    specular, scatter = specular * (1 - on) + on * np.float32(0.02), 1 - np.float32(0.85) * on
    return GBuffer(
        albedo.astype(np.float32), normalise(nx, ny, nz), alpha, np.full(u.shape, -0.3, np.float32), label,
        occlusion=1 - np.float32(0.30) * smoothstep(1.3, 0.85, v), shadow=shadow.astype(np.float32), specular=specular, scatter=scatter,
    )  # fmt: skip
