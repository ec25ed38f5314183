"""Colour and relief of the cloth at every point: pattern, neckband, collar, placket, buttons, cuffs, seams and ribs.

Everything is asked in fabric coordinates, so the worn and the shop picture show the same garment.
"""

import numpy as np

from tryon_utils.paperdoll.body_curves import ease, edge
from tryon_utils.paperdoll.fabric import LINING, NECK, TORSO, fabric_colour, palette_of, trim_colour
from tryon_utils.paperdoll.garment_cut import BAND, HEM, back_edge, collar_leaf, hem_distance, neck_opening, sleeve_end

MATERIALS = {"cotton": (0.015, 0.10, 0.12), "knit": (0.0, 0.05, 0.22), "satin": (0.30, 0.36, 0.10), "linen": (0.02, 0.10, 0.16)}
"""Fabric -> specular, gloss, scatter."""


def cloth_colour(factors, panel, u, v, footprint):
    """Linear colour (3, ...) of the finished garment at fabric coordinates; arguments as for `fabric.fabric_colour`."""
    colour = fabric_colour(factors, panel, u, v, footprint)
    trim = trim_colour(factors)

    def paint(cover, ink):
        for c in range(3):
            colour[c] += cover * (np.float32(ink[c]) - colour[c])

    if panel == LINING:
        band = np.float32(BAND * (1.25 if factors.fabric == "knit" else 0.9))
        paint(edge(band - v + back_edge(factors, u), footprint), trim)
        colour *= np.float32(0.8)
        return colour
    if panel == NECK:
        paint(np.ones_like(colour[0]), trim)
        return colour
    if panel != TORSO:
        end = sleeve_end(factors)
        if factors.contrast_trim or factors.neckline == "collar":
            band = 0.17 if factors.sleeve == "long" and factors.neckline == "collar" else BAND
            paint(edge(v - np.float32(end - band), footprint), trim)
        return colour
    opening = neck_opening(factors, u, v)
    if factors.neckline == "turtleneck":
        pass  # the tube is a panel of its own
    elif factors.neckline == "collar":
        if not factors.contrast_trim:  # the placket
            paint(edge(np.float32(0.052) - np.abs(u), footprint) * np.float32(0.35), trim)
        row = v - np.float32(1.62)
        button = row - np.round(row / np.float32(0.30)) * np.float32(0.30)
        inside = (v > 1.5) & (v < HEM[factors.hem] - 0.1)
        ink = palette_of(factors)[2] if factors.contrast_trim else palette_of(factors)[1] * np.float32(0.92)
        paint(edge(np.float32(0.021) - np.hypot(u, button), footprint) * inside, ink)
        paint(edge(collar_leaf(u, v), footprint), trim)
    else:
        paint(edge(np.float32(BAND * (1.25 if factors.fabric == "knit" else 0.9)) - opening, footprint), trim)
    if factors.fabric == "knit" and factors.hem != "tucked":
        paint(edge(np.float32(0.15) - hem_distance(factors, u, v), footprint) * np.float32(0.8), trim)
    return colour


def cloth_relief(factors, panel, u, v, pixel):
    """Small relief of the finished garment (H) at fabric coordinates, faded where a sample of side ``pixel`` can't show it."""
    fine = np.float32(min(1.0, 0.022 / pixel))
    relief = np.zeros(np.broadcast(u, v).shape, np.float32)

    def band(distance, width, height):
        """A raised hem: thick at the edge, with a stitched groove."""
        rise = ease(-0.004, 0.014, distance) * ease(width + 0.008, width - 0.014, distance)
        groove = np.maximum(1 - np.abs(distance - np.float32(width)) * np.float32(1 / 0.016), 0)
        return np.float32(height) * rise - fine * np.float32(0.006) * groove

    if panel == NECK:
        ribs = np.sin(u * np.float32(130)) * np.float32(0.0035 * min(1.0, 0.010 / pixel))
        return relief + ribs + np.float32(0.012) * ease(1.19, 1.16, v + np.float32(0.2) * u * u)
    if panel != TORSO:
        end = sleeve_end(factors)
        width = 0.17 if factors.sleeve == "long" and factors.neckline == "collar" else BAND
        relief += band(np.float32(end) - v, width, 0.010)
        if factors.fabric == "knit":
            ribs = np.sin(u * np.float32(150)) * ease(end - 0.20, end - 0.16, v)
            relief += ribs * np.float32(0.003 * min(1.0, 0.010 / pixel))
        return relief
    opening = neck_opening(factors, u, v)
    if factors.neckline == "turtleneck":
        pass
    elif factors.neckline == "collar":
        relief += np.float32(0.03) * ease(-0.006, 0.016, collar_leaf(u, v))
        relief += np.float32(0.008) * ease(0.060, 0.046, np.abs(u)) * ease(0, 0.05, opening)
        row = v - np.float32(1.62)
        button = row - np.round(row / np.float32(0.30)) * np.float32(0.30)
        relief += np.float32(0.008) * fine * ease(0.026, 0.014, np.hypot(u, button)) * (v > 1.5)
    else:
        relief += band(opening, BAND * (1.25 if factors.fabric == "knit" else 0.9), 0.012)
    relief += band(hem_distance(factors, u, v), 0.15 if factors.fabric == "knit" else 0.07, 0.010)
    if factors.fabric == "knit":
        low = ease(0.17, 0.14, hem_distance(factors, u, v)) + ease(0.085, 0.065, opening)
        relief += np.sin(u * np.float32(150)) * low * np.float32(0.003 * min(1.0, 0.010 / pixel))
    return relief


def weave(factors, u, v, pixel):
    """Fine light-and-dark of the yarn, about 1, for the albedo's shading only; exactly 1 for satin and when too fine to see."""
    if factors.fabric == "knit":
        strength = 0.10 * min(1.0, 0.012 / pixel) ** 2
        column = np.abs((u * np.float32(26)) % 1 - np.float32(0.5))
        stitch = np.sin((v * np.float32(34) + column * np.float32(1.3)) * np.float32(2 * np.pi))
        return 1 + np.float32(strength) * (stitch * np.float32(0.5) - np.float32(0.9) * (column > 0.42))
    if factors.fabric == "linen":
        strength = 0.05 * min(1.0, 0.008 / pixel) ** 2
        return 1 + np.float32(strength) * (np.sin(u * np.float32(420)) + np.sin(v * np.float32(390)))
    return None
