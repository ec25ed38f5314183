"""People in garments, rendered with exact ground truth.

Example:

>>> person, garment = sample_person_factors(0, 3), sample_garment_factors(0, 8)
>>> sample = render_person(person, garment, 128, 96)
>>> sample.picture.shape, sample.parse.shape, sample.flow.shape
((128, 96, 3), (128, 96), (128, 96, 2))
"""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.body_factors import PersonFactors, check_person_factors, sample_person_factors
from tryon_utils.paperdoll.body_paint import LABELS
from tryon_utils.paperdoll.body_scene import PersonScene
from tryon_utils.paperdoll.body_truth import agnostic_mask, governed_region, keypoints, majority, masked_mean, samples_of
from tryon_utils.paperdoll.colour import to_uint8
from tryon_utils.paperdoll.fabric import PANELS
from tryon_utils.paperdoll.garment_factors import GarmentFactors, check_garment_factors, sample_garment_factors
from tryon_utils.paperdoll.garment_shop import SOFT, GarmentSample, render_garment, shop_grid, shop_panels, shop_places, softness
from tryon_utils.paperdoll.shading import shrink, tone

SUPERSAMPLE = 2
"""Samples per pixel and axis."""


@dataclasses.dataclass(frozen=True)
class PersonSample:
    """A person in a garment and the truth about the picture.  ``h`` x ``w`` pixels; coordinates in pixels, first centre at 0.5.

    Args:
        picture: (h, w, 3) uint8 sRGB.
        worn: (h, w, 3) float32 linear colour of the worn garment before light, 0 elsewhere.
        shading: (h, w, 3) float32 light that falls on the garment, 0 elsewhere.
        garment_mask: (h, w) float32 coverage of the visible garment.
        agnostic_mask: (h, w) float32 in {0, 1}: the region to repaint, drawn from the skeleton at fixed width.
        garment_region: (h, w) bool: the garment and its shadows; pixels elsewhere don't depend on the garment.
        parse: (h, w) uint8, VITON-HD's labels.
        keypoints: (18, 3) float32 COCO-18: x, y, visible.
        flow: (h, w, 2) float32: for each worn pixel its (x, y) in the shop picture of the same size.
        visible: (h, w) float32 in {0, 1}: where the flow points at the same cloth in the shop picture.
        parts: (h, w) uint32: bit n is set where label n shows, even by a sliver (1 << 0 is the background).
        head_region: (h, w) bool: head, hair and their shadows; pixels elsewhere don't depend on them (skin tone apart).
        person, garment: the factors.
    """

    picture: np.ndarray
    worn: np.ndarray
    shading: np.ndarray
    garment_mask: np.ndarray
    agnostic_mask: np.ndarray
    garment_region: np.ndarray
    parse: np.ndarray
    keypoints: np.ndarray
    flow: np.ndarray
    visible: np.ndarray
    parts: np.ndarray
    head_region: np.ndarray
    person: PersonFactors
    garment: GarmentFactors


def _check_size(height, width):
    width = round(height * 0.75) if width is None else width
    if height < 16 or width < 12:
        raise ValueError(f"Got a picture of {height} x {width} pixels; wanted at least 16 x 12, for example height=128.")
    return int(height), int(width)


def render_people(person, garments, height=128, width=None, supersample=SUPERSAMPLE):
    """Renders one person in several garments; body, head and background are computed once.

    Args:
        person: `PersonFactors`.
        garments: list of `GarmentFactors`.
        height, width: size in pixels; width None for three quarters of the height.
        supersample: samples per pixel and axis.

    Returns:
        A list of `PersonSample`, one for each garment.

    Raises:
        ValueError: for factors out of range or a picture that is too small.
    """
    check_person_factors(person)
    height, width = _check_size(height, width)
    scene = PersonScene(person, height, width, supersample)
    shared = _shared_truth(scene, height, width)
    return [_render(scene, check_garment_factors(garment), shared, height, width, supersample) for garment in garments]


def render_person(person, garment, height=128, width=None, supersample=SUPERSAMPLE):
    """Renders a person in a garment with all its truth; see `render_people`.

    Returns:
        `PersonSample`.
    """
    return render_people(person, [garment], height, width, supersample)[0]


def _footprint(garment, height, width, pixel):
    """Width (H) over which the worn cloth's pattern is averaged, besides the pixel itself.

    A box of width w has the variance w * w / 12.  Chosen so that the worn cloth is as sharp as the shop picture (pixel and pattern
    filter) looked up between its pixels (a tent: twice the variance of a box; in large pictures less, which looks crisper), and
    never sharper than half a pixel.
    """
    shop = shop_grid(garment, height, width, 1).pixel
    soft = softness(shop)
    return float(np.sqrt(max((1 + soft**2 + 2 * soft / SOFT) * shop**2 - pixel**2, (0.5 * pixel) ** 2)))


def _shared_truth(scene, height, width):
    """The fields of `PersonSample` that the garment does not change."""
    pixel = scene.grid.pixel * scene.grid.height / height
    return {"agnostic_mask": agnostic_mask(scene, height, width, pixel), "keypoints": keypoints(scene, height, width, pixel),
            "head_region": scene.head_region(height, width), "person": scene.factors}


def _render(scene, garment, shared, height, width, supersample):
    grid = scene.grid
    pixel = grid.pixel * supersample
    canvas = scene.dress(garment, _footprint(garment, height, width, pixel))
    linear, label, parts, incoming, hidden = scene.light_up(canvas)
    canvas.panel[hidden] = 0
    on_cloth = label == LABELS["upper"]
    canvas.panel[~on_cloth] = 0
    parse = majority(samples_of(label, supersample))
    panel = majority(samples_of(np.where(canvas.panel > 0, canvas.panel, 0), supersample))
    panel = np.where(parse == LABELS["upper"], panel, 0)
    cloth = (canvas.panel > 0).astype(np.float32)
    cover = shrink(cloth, supersample)
    flow = np.zeros((height, width, 2), np.float32)
    visible = np.zeros((height, width), np.float32)
    panels, shop = shop_panels(garment, height, width)
    for number in PANELS:
        where = panel == number
        if not where.any():
            continue
        u, v = (masked_mean(canvas.fabric[k], canvas.panel == number, supersample)[where] for k in (0, 1))
        x, y = shop_places(garment, number, u, v)
        flow[where] = np.stack([(x - shop.left) / shop.pixel, (y - shop.top) / shop.pixel], -1)
        column, row = np.floor(flow[where]).astype(int).T
        seen = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        column, row = np.clip(column, 0, width - 1), np.clip(row, 0, height - 1)
        visible[where] = seen & (panels[row, column] == number)
    mean = lambda field: (shrink(field * cloth, supersample) / np.maximum(cover, 1e-6)).transpose(1, 2, 0).astype(np.float32)  # noqa: E731
    touched = shrink((canvas.touched).astype(np.float32), supersample) > 0
    return PersonSample(
        picture=np.ascontiguousarray(to_uint8(tone(shrink(linear, supersample))).transpose(1, 2, 0)),
        worn=mean(canvas.albedo), shading=mean(incoming), garment_mask=cover.astype(np.float32),
        garment_region=touched, parse=parse, flow=flow, visible=visible, parts=np.bitwise_or.reduce(samples_of(parts, supersample)),
        garment=garment, **{name: value.copy() if isinstance(value, np.ndarray) else value for name, value in shared.items()},
    )  # fmt: skip


__all__ = [
    "GarmentFactors", "GarmentSample", "PersonFactors", "PersonSample", "governed_region", "render_garment", "render_people", "render_person",
    "sample_garment_factors", "sample_person_factors",
]  # fmt: skip
