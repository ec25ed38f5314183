"""Garments as numbers for a painter: what is said, what isn't, and how they lie in the shop's picture.

All of a garment is known, since it is rendered. A painter that is told all of it has little to guess; what a sentence leaves open is taken from
a garment of the wardrobe.
"""

import dataclasses

import numpy as np

from tryon_utils import words
from tryon_utils.paperdoll import garment_cut, garment_shop
from tryon_utils.paperdoll.garment_factors import EMBLEMS, FABRICS, HEMS, NECKLINES, PALETTES, SLEEVES, sample_garment_factors

UNSEEN = 5000  # the seed of a wardrobe that nobody learns from
SCALES = 17  # how finely a pattern's scale is told
PALETTE = len(PALETTES)  # the first numbers of a condition say the palette and nothing else does
LATER = len(words.PATTERNS) * SCALES  # the last ones say pattern and scale together


def _flags(values, value):
    return np.array([float(value == other) for other in values])


def numbers_of(garment):
    """Return all that is known of a garment as numbers in [-1, 1]: float32 `(SIZE,)`.

    The palette comes first. A number that means something for one choice only, such as how deep a neckline is, stands in that choice's place.
    Pattern and scale stand last and together: the scale between two of 17 steps is a share of each, in the row of the pattern. Dots, which no
    design has, are told as no pattern at all.

    Args:
        garment: `GarmentFactors`.
    """
    sleeve, neckline = _flags(SLEEVES, garment.sleeve), _flags(NECKLINES, garment.neckline)
    pattern = _flags(words.PATTERNS, garment.pattern)
    steps = np.maximum(0, 1 - np.abs(garment.scale * (SCALES - 1) - np.arange(SCALES)))
    return np.concatenate([
        _flags(PALETTES, garment.palette), sleeve, sleeve * (2 * garment.sleeve_length - 1), neckline, neckline * (2 * garment.neck_depth - 1), pattern,
        _flags(HEMS, garment.hem), _flags(EMBLEMS, garment.emblem) * (garment.pattern == "emblem"), _flags(FABRICS, garment.fabric),
        [garment.contrast_trim, 2 * garment.fit - 1, 2 * garment.folds - 1, 2 * garment.scale - 1], np.outer(pattern, steps).ravel(),
    ]).astype("float32")  # fmt: skip


def conditions_of(garments):
    """Return the numbers of many garments: float32 `(n, SIZE)`. See `numbers_of`."""
    return np.stack([numbers_of(garment) for garment in garments])


SIZE = PALETTE + 2 * (len(SLEEVES) + len(NECKLINES)) + len(words.PATTERNS) + len(HEMS) + len(EMBLEMS) + len(FABRICS) + 4 + LATER


def lie_of(garments):
    """Return how garments lie in the shop's square picture, which each of them fills: float32 `(n, 3)`.

    In the unit of all cloth, a head's height: how much of it the picture shows, and where on a body its upper edge would be; then the angle of the
    sleeves from straight down, in radians (0 without sleeves). Nothing is drawn for it.
    """
    rows = []
    for garment in garments:
        half, top, bottom = (frame := garment_cut.flat_frame(garment)).box
        shown = max(bottom - top, 2 * half) / garment_shop.FILLED
        rows.append((shown, 0.5 * (top + bottom - shown), np.radians(frame.angle) * (garment.sleeve != "none")))
    return np.array(rows, "float32")


def complete(values, garment, rng):
    """Return a garment with what was said, and the rest from another one.

    Example:
        complete({"colour": "red", "sleeve": "long"}, wardrobe.recipes[0], np.random.default_rng(0))

    Args:
        values: Dictionary from some of `words.ATTRIBUTES` to their values, as `words.understand` returns it.
        garment: `GarmentFactors`. The one that the rest comes from.
        rng: `np.random.Generator`. Chooses a palette of the colour that was said, if the garment's has another one.

    Raises:
        ValueError: an unknown attribute or value.
    """
    words.numbers_of([values])  # refuses what is unknown
    changes = {name: value for name, value in values.items() if name != "colour"}
    if garment.pattern not in words.PATTERNS:
        changes.setdefault("pattern", "plain")
    palettes = words.COLOURS.get(values.get("colour"), (garment.palette,))
    if garment.palette not in palettes:
        changes["palette"] = palettes[rng.integers(len(palettes))]
    return dataclasses.replace(garment, **changes)


def draw(number):
    """Return the numbers of a design that nobody asked for, always the same one for a number: float32 `(SIZE,)`. It is no garment of the wardrobe."""
    garment = sample_garment_factors(UNSEEN, number)
    return numbers_of(complete({}, garment, np.random.default_rng(number)))
