"""Cloth patterns as colour over fabric coordinates, filtered by the size of a sample.

The same function colours the garment on a person and in the shop, so that a true warp carries one onto the other.  Fabric
coordinates are in heads (H): on the body panel (u, v) = (sideways from the middle, height as on the body), on a sleeve
(u, v) = (across, along from the shoulder).
"""

import numpy as np

from tryon_utils.paperdoll.body_curves import edge
from tryon_utils.paperdoll.colour import hex_to_linear
from tryon_utils.paperdoll.garment_cut import HEM, neck_bottom
from tryon_utils.paperdoll.garment_factors import PALETTES

TORSO, SLEEVE_LEFT, SLEEVE_RIGHT, LINING, NECK = 1, 2, 3, 4, 5
"""Panel numbers; left and right of the picture.  The lining is the inside of the back; the neck is the tube of a turtleneck."""
PANELS = (TORSO, SLEEVE_LEFT, SLEEVE_RIGHT, LINING, NECK)


_LINEAR = {name: np.stack([hex_to_linear(text) for text in texts]) for name, texts in PALETTES.items()}


def palette_of(factors):
    """The three linear colours (3, 3) of a `GarmentFactors`: main, second, accent."""
    return _LINEAR[factors.palette].copy()


def _stripes(place, period, share, footprint):
    """Coverage of stripes whose middles lie at whole multiples of ``period``, ``share`` of it wide."""
    place = place * np.float32(1 / period)
    distance = np.abs(place - np.round(place)) * np.float32(period)
    return edge(np.float32(0.5 * share * period) - distance, footprint)


def _dots(u, v, period, radius, footprint):
    row = np.round(v * np.float32(1 / (0.86 * period)))
    shift = np.float32(0.5 * period) * (row - 2 * np.floor(row * 0.5))
    across = (u + shift) * np.float32(1 / period)
    off = (across - np.round(across)) * np.float32(period)
    down = v - row * np.float32(0.86 * period)
    return edge(np.float32(radius) - np.sqrt(off * off + down * down), footprint)


def emblem_distance(name, x, y):
    """Signed distance (about; positive inside) of an emblem that fills the unit circle.

    Args:
        name: one of `garment_factors.EMBLEMS`.
        x, y: coordinates, y down.
    """
    radius = np.sqrt(x * x + y * y)
    if name == "ring":
        return np.float32(0.16) - np.abs(radius - np.float32(0.74))
    if name == "moon":
        return np.minimum(np.float32(0.85) - radius, np.sqrt((x - 0.42) ** 2 + (y + 0.18) ** 2) - np.float32(0.66))
    angle = np.arctan2(y, x)
    if name == "sun":
        rays = np.minimum(np.float32(0.13) - np.abs(((angle / (np.pi / 4)) % 1 - 0.5) * radius * 0.7), np.float32(0.95) - radius)
        return np.maximum(np.float32(0.5) - radius, np.minimum(rays, radius - np.float32(0.62)))
    if name == "star":
        turn = np.abs(((angle + np.pi / 2) / (2 * np.pi / 5) + 0.5) % 1 - 0.5) * np.float32(2 * np.pi / 5)
        px, py = radius * np.cos(turn), radius * np.sin(turn)
        return -((px - 0.95) * np.float32(np.sin(0.32)) + py * np.float32(np.cos(0.32)))
    if name == "heart":
        px, py = np.abs(x), -(y - 0.08)
        lobe = np.float32(0.44) - np.sqrt((px - 0.40) ** 2 + (py - 0.30) ** 2)
        side = np.minimum((0.86 - px * np.float32(1.18) + py) * np.float32(0.62), np.minimum(0.30 - py + 0.25 * px, py + 0.95))
        tip = np.minimum(side, np.float32(0.84) - px)
        return np.maximum(lobe, np.minimum(tip, (py + 0.86 - px * 1.14) * np.float32(0.66)))
    if name == "leaf":
        px, py = (x + y) * np.float32(0.7071), (y - x) * np.float32(0.7071)
        body = np.minimum(np.float32(1.15) - np.sqrt((px - 0.75) ** 2 + py**2), np.float32(1.15) - np.sqrt((px + 0.75) ** 2 + py**2))
        return np.minimum(body, np.abs(px) - np.float32(0.035) + np.maximum(-0.62 - py, 0))
    wave = np.float32(0.16) - np.abs((y + 0.10 * np.sin(x * 6.5)) * np.float32(3) % 1.2 - 0.6) * np.float32(0.8)
    return np.minimum(wave, np.float32(0.92) - radius)


def fabric_colour(factors, panel, u, v, footprint):
    """Linear colour of a cloth at fabric coordinates.

    Args:
        factors: `GarmentFactors`.
        panel: `TORSO`, `SLEEVE_LEFT`, `SLEEVE_RIGHT` or `LINING`.
        u, v: fabric coordinates, H, any one shape.
        footprint: side of a picture sample on the cloth, H, over which the pattern is averaged.

    Returns:
        (3, ...) float32 linear colour.
    """
    main, second, accent = palette_of(factors)
    sleeve = panel in (SLEEVE_LEFT, SLEEVE_RIGHT)
    shape = np.broadcast(u, v).shape
    pattern, scale = factors.pattern, factors.scale

    def paint(*layers, base=main):
        colour = np.empty((3, *shape), np.float32)
        for c in range(3):
            channel = np.full(shape, base[c], np.float32)
            for cover, ink in layers:
                channel += cover * (np.float32(ink[c]) - channel)
            colour[c] = channel
        return colour

    period = 0.22 + 0.24 * scale
    if pattern == "horizontal stripes":
        return paint((_stripes(v + 0.08, period, 0.5 if scale > 0.35 else 0.36, footprint), second))
    if pattern == "vertical stripes":
        return paint((_stripes(u, period * 0.94, 0.42, footprint), second))
    if pattern == "checks":
        wide, high = _stripes(u, period * 1.15, 0.5, footprint), _stripes(v, period * 1.15, 0.5, footprint)
        if factors.scale > 0.5:  # tartan: broad bands and thin accent lines
            line = np.maximum(*(_stripes(place + period * 0.57, period * 1.15, 0.12, footprint) for place in (u, v)))
            return paint((0.45 * wide, accent), (0.45 * high, accent), (0.8 * line, second))
        return paint((0.5 * (wide + high), second))
    if pattern == "dots":
        spacing = 0.33 + 0.28 * scale
        return paint((_dots(u, v, spacing, 0.27 * spacing, footprint), second))
    if pattern == "emblem":
        if sleeve or panel == LINING:
            return paint()
        top, bottom = neck_bottom(factors) + 0.09, HEM[factors.hem] - 0.09
        size = min(0.24 + 0.16 * scale, 0.5 * (bottom - top))
        middle = np.clip(2.08, top + size, bottom - size)
        x, y = u * np.float32(1 / size), (v - np.float32(middle)) * np.float32(1 / size)
        return paint((edge(emblem_distance(factors.emblem, x, y), footprint / size), second))
    if pattern == "colour block":
        kind = int(scale * 3.999)
        if kind == 0:  # raglan
            return paint(base=second if sleeve else main)
        if kind == 1:  # chest band
            broad = edge(np.float32(0.17) - np.abs(v - np.float32(0.42 if sleeve else 2.02)), footprint)
            narrow = edge(np.float32(0.05) - np.abs(v - np.float32(0.66 if sleeve else 2.26)), footprint)
            return paint((broad, second), (narrow, accent))
        if kind == 2:  # yoke
            return paint((edge((0.36 if sleeve else 1.98) - v, footprint), second))
        if sleeve:
            return paint(base=second if panel == SLEEVE_RIGHT else main)
        return paint((edge(u, footprint), second))
    return paint()


def trim_colour(factors):
    """Linear colour (3,) of neckband and cuffs."""
    main, second, accent = palette_of(factors)
    if factors.contrast_trim:
        return accent if factors.pattern in ("plain", "emblem") else second
    return main * np.float32(0.94)
