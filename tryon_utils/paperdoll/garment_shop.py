"""The in-shop picture: the garment laid flat on white, sleeves spread, with its mask and the place of every point of the cloth."""

import dataclasses
import functools

import numpy as np
from scipy import ndimage

from tryon_utils.paperdoll.body_canvas import FigureCanvas
from tryon_utils.paperdoll.body_curves import edge, ease, slopes
from tryon_utils.paperdoll.body_frame import LimbField, TrunkField, picture_grid
from tryon_utils.paperdoll.body_paint import LABELS
from tryon_utils.paperdoll.body_truth import majority, samples_of
from tryon_utils.paperdoll.colour import to_uint8
from tryon_utils.paperdoll.fabric import LINING, NECK, SLEEVE_LEFT, SLEEVE_RIGHT, TORSO
from tryon_utils.paperdoll.garment_cloth import MATERIALS, cloth_colour, cloth_relief, weave
from tryon_utils.paperdoll.garment_cut import (
    HEM, armhole, back_edge, collar_leaf, flat_frame, hem_distance, neck_half, neck_opening, neck_tube, shoulder_line, sleeve_end, sleeve_seam,
)  # fmt: skip
from tryon_utils.paperdoll.garment_factors import GarmentFactors, check_garment_factors
from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import Light, over, shade, shrink, tone

SOFT = 1.6
"""Width over which patterns are averaged in small pictures, besides the pixel itself, pixels."""
FILLED = 0.92
"""Share of the picture's height or width that a garment fills."""


@dataclasses.dataclass(frozen=True)
class GarmentSample:
    """A garment as the shop shows it.

    Args:
        picture: (h, w, 3) uint8 sRGB on white.
        albedo: (h, w, 3) float32 linear colour of the cloth before light, carried two pixels beyond its edge so that looking it up
            between pixels mixes in no paper; white elsewhere.
        mask: (h, w) float32 coverage.
        panels: (h, w) uint8: 0 none, 1 body, 2 and 3 sleeves (left and right of the picture), 4 lining.
        garment: the factors.
    """

    picture: np.ndarray
    albedo: np.ndarray
    mask: np.ndarray
    panels: np.ndarray
    garment: GarmentFactors


def softness(pixel):
    """Width over which patterns are averaged besides the pixel itself, in pixels, where a pixel measures ``pixel`` H.

    Small pictures are softer: there, a pattern sampled crisply could not be looked up between its pixels.
    """
    return SOFT * float(np.clip(pixel / 0.0185, 0.65, 1))


def shop_grid(factors, height, width, supersample):
    """The `Grid` of the shop picture: the garment in the middle, as large as it goes."""
    half, top, bottom = flat_frame(factors).box
    span = max(bottom - top, 2 * half * height / width) / FILLED
    return picture_grid(height, width, supersample, span, 0.5 * (top + bottom - span))


def shop_places(factors, panel, u, v):
    """Positions (x, y) in H of the shop picture of fabric coordinates on a panel, in closed form."""
    if panel in (TORSO, LINING, NECK):
        return u, v
    return flat_frame(factors).sleeve_place(1 if panel == SLEEVE_RIGHT else -1, u, v)


class _Layout:
    """Panel covers of the shop picture over a grid."""

    def __init__(self, factors, grid):
        self.frame = frame = flat_frame(factors)
        self.trunk = TrunkField(grid, frame.body, 0.9)
        u, v = self.trunk.q, self.trunk.s
        self.u, self.v = u, v
        pixel = grid.pixel
        top = v - shoulder_line(np.abs(u)) + np.float32(0.020)
        self.opening, self.hem = neck_opening(factors, u, v), hem_distance(factors, u, v)
        sides = frame.width(v) - np.abs(u)
        bound = np.minimum(np.minimum(self.hem, sides), top)
        if factors.sleeve == "none":
            bound = np.minimum(bound, armhole(factors, u, v))
        neck = self.opening + np.float32(0.04) if factors.neckline == "turtleneck" else self.opening
        self.body = edge(np.minimum(bound, neck), pixel)
        if factors.neckline == "collar":
            self.body = np.maximum(self.body, edge(collar_leaf(u, v), pixel))
        self.neck = edge(neck_tube(factors, u, v), pixel) if factors.neckline == "turtleneck" else None
        # The inside of the back shows in the neck opening.
        half = np.float32(neck_half(factors))
        back = np.minimum(v - back_edge(factors, u), np.minimum(half + np.float32(0.03) - np.abs(u), self.hem))
        self.lining = edge(back, pixel) * (self.opening < 0.03) * (factors.neckline != "turtleneck")
        self.sleeves = {}
        if factors.sleeve != "none":
            for side, panel in ((-1, SLEEVE_LEFT), (1, SLEEVE_RIGHT)):
                field = LimbField(grid, *frame.curve(side), side, 0.40)
                radius = frame.sleeve(field.a, field.out)
                share = np.clip(field.d / radius, -1.02, 1.02)
                join = field.a - sleeve_seam(np.clip(share, -1, 1))
                end = np.float32(sleeve_end(factors)) + np.float32(0.035) * (np.sqrt(np.maximum(1 - share * share, 0)) - 0.7) - field.a
                tube = edge(np.minimum(radius - field.reach, end), pixel)
                self.sleeves[panel] = (field, radius, share, join, end, tube)


@functools.lru_cache(maxsize=32)
def _panels(key, height, width):
    factors = GarmentFactors(**dict(key))
    grid = shop_grid(factors, height, width, 1)
    layout = _Layout(factors, grid)
    panels = np.zeros((height, width), np.uint8)
    body = panels[layout.trunk.window]
    np.copyto(body, np.uint8(LINING), where=layout.lining > 0.5)
    np.copyto(body, np.uint8(TORSO), where=layout.body > 0.5)
    for panel, (field, _, _, join, _, tube) in layout.sleeves.items():
        view = panels[field.window]
        np.copyto(view, np.uint8(TORSO), where=(tube > 0.5) & (join < 0) & (field.a > -0.4) & (view == 0))
        np.copyto(view, np.uint8(panel), where=(tube > 0.5) & (join >= 0))
    if layout.neck is not None:
        np.copyto(body, np.uint8(NECK), where=layout.neck > 0.5)
    return panels, grid


def shop_panels(factors, height, width):
    """Which panel each pixel of the shop picture shows, (h, w) uint8, and the picture's `Grid`."""
    names = ("fit", "sleeve", "sleeve_length", "neckline", "neck_depth", "hem", "fabric")
    return _panels(tuple((name, getattr(factors, name)) for name in names), height, width)


def render_garment(factors, height=128, width=None, supersample=2):
    """Renders the in-shop picture of a garment.

    Args:
        factors: `GarmentFactors`.
        height, width: size in pixels; width None for three quarters of the height.
        supersample: samples per pixel and axis.

    Returns:
        `GarmentSample`.

    Raises:
        ValueError: for factors out of range.
    """
    check_garment_factors(factors)
    width = round(height * 0.75) if width is None else width
    grid = shop_grid(factors, height, width, supersample)
    layout = _Layout(factors, grid)
    canvas = FigureCanvas(grid)
    pixel, window = grid.pixel, layout.trunk.window
    footprint = softness(pixel * supersample) * pixel * supersample
    material = MATERIALS[factors.fabric]
    u, v = layout.u, layout.v
    tile = fbm_tile(3, 31 + factors.fold_seed % 5, 0.5, 8)
    drift = np.float32(0.37 * (factors.fold_seed % 17))
    canvas.lay(window, layout.lining, cloth_colour(factors, LINING, u, v, footprint), np.zeros((2, *u.shape), np.float32),
               LABELS["upper"], material, occlusion=np.clip(0.62 + 0.5 * (v - 1.2), 0.5, 0.9), panel=LINING)  # fmt: skip
    body = layout.body.copy()
    cap = np.zeros((grid.height, grid.width), np.float32)
    for field, _, _, join, _, tube in layout.sleeves.values():
        view = cap[field.window]
        np.maximum(view, tube * ((join < 0.05) & (field.a > -0.4)), out=view)
    if layout.sleeves:
        body = np.maximum(body, cap[window] * edge(layout.opening, pixel))
    flat = layout.frame.width(v)
    rim = np.clip(1 - (flat - np.abs(u)) / np.float32(0.16), 0, 1)
    height_map = -np.float32(0.045) * rim * rim + cloth_relief(factors, TORSO, u, v, pixel)
    soft = np.float32(0.012 + 0.020 * factors.folds) * sample_tile(tile, u * np.float32(0.13) + drift, v * np.float32(0.10) + u * np.float32(0.02))
    for side in (-1, 1):
        layout.trunk.strokes.add(soft, (side * 0.62, 1.98), (side * 0.22, 2.5), 0.06, 0.020, side * 0.06)
        layout.trunk.strokes.add(soft, (side * 0.40, 2.5), (side * 0.52, HEM[factors.hem] + 0.1), 0.07, 0.016, side * -0.04)
    yarn = weave(factors, u, v, pixel)
    occlusion = np.clip(1 + soft * 4, 0.8, 1.04) * (1 if yarn is None else yarn)
    canvas.lay(window, body, cloth_colour(factors, TORSO, u, v, footprint), slopes(height_map + soft, pixel), LABELS["upper"], material,
               occlusion=occlusion, panel=TORSO, fabric=(u, v))  # fmt: skip
    for panel, (field, radius, share, join, end, tube) in layout.sleeves.items():
        across, along = share * radius, field.a
        rim = np.clip(1 - (radius - np.abs(across)) / np.float32(0.12), 0, 1)
        relief = -np.float32(0.035) * rim * rim + cloth_relief(factors, panel, across, sleeve_end(factors) - end, pixel)
        relief += np.float32(0.010 + 0.012 * factors.folds) * sample_tile(tile, across * np.float32(0.15) + drift, along * np.float32(0.12))
        seam = np.maximum(1 - np.abs(join) * np.float32(1 / 0.022), 0) * np.float32(0.25 * min(1, 0.03 / pixel))
        yarn = weave(factors, across, along, pixel)
        canvas.darken(field.window, np.float32(0.20) * ease(0.10, 0, field.reach - radius) * (join > 0.3) * (canvas.alpha[field.window] > 0))
        canvas.lay(field.window, tube * edge(join, pixel), cloth_colour(factors, panel, across, along, footprint), slopes(relief, pixel),
                   LABELS["upper"], material, occlusion=(1 - seam) * (1 if yarn is None else yarn),
                   shape_alpha=tube * ease(-0.10, 0.10, join), panel=panel, fabric=(across, along))  # fmt: skip
    if layout.neck is not None:
        share = np.clip(u / np.float32(neck_half(factors)), -1, 1)
        canvas.darken(window, np.float32(0.20) * ease(-0.05, 0, neck_tube(factors, u, v)) * (canvas.alpha[window] > 0))
        relief = cloth_relief(factors, NECK, u, v, pixel) - np.float32(0.03) * share**4
        canvas.lay(window, layout.neck, cloth_colour(factors, NECK, u, v, footprint), slopes(relief, pixel), LABELS["upper"], material,
                   panel=NECK, fabric=(u, v))  # fmt: skip
    light = Light(direction=(-0.38, -0.60, 0.70), rim=(0, 0, 0))
    linear = shade(canvas.buffer(), light)
    cast = ndimage.gaussian_filter(canvas.alpha, 0.05 / pixel)
    cast = np.roll(cast, (int(0.045 / pixel), int(0.03 / pixel)), (0, 1))
    paper = np.ones((3, *canvas.alpha.shape), np.float32) * (1 - np.float32(0.22) * cast)
    cover = shrink(canvas.alpha, supersample)
    return GarmentSample(
        picture=np.ascontiguousarray(to_uint8(_on_paper(linear, canvas.alpha, paper, supersample)).transpose(1, 2, 0)),
        albedo=_spread(shrink(canvas.albedo * canvas.alpha, supersample), cover),
        mask=cover.astype(np.float32), panels=majority(samples_of(np.where(canvas.alpha > 0.5, canvas.panel, 0).astype(np.uint8), supersample)),
        garment=factors,
    )  # fmt: skip


def _spread(premultiplied, cover):
    """The cloth's own colour (h, w, 3), carried two pixels beyond its edge; white further away."""
    colour, weight = premultiplied, cover
    known = cover > 0.02
    result = np.where(known, colour / np.maximum(weight, np.float32(1e-6)), 1)
    for _ in range(2):
        near = ndimage.uniform_filter(known.astype(np.float32), 3, mode="constant")
        carried = np.stack([ndimage.uniform_filter(np.where(known, channel, 0), 3, mode="constant") for channel in result])
        grow = ~known & (near > 0.05)
        result = np.where(grow, carried / np.maximum(near, np.float32(1e-6)), result)
        known = known | grow
    return np.ascontiguousarray(result.transpose(1, 2, 0).astype(np.float32))


def _on_paper(linear, alpha, paper, supersample):
    """The lit cloth over white paper; the paper keeps pure white, so only the cloth passes the soft shoulder."""
    return shrink(over(tone(linear), alpha, paper), supersample)
