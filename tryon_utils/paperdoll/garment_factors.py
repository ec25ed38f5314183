"""Everything that can differ between two garments (tops), and how it is drawn."""

import dataclasses

from tryon_utils.paperdoll.factors import check_choice, check_range, choose, stream

SLEEVES = ("none", "short", "three-quarter", "long")
NECKLINES = ("round", "v", "boat", "square", "collar", "turtleneck")
HEMS = ("cropped", "hip", "long", "tucked")
PATTERNS = ("plain", "horizontal stripes", "vertical stripes", "checks", "dots", "emblem", "colour block")
FABRICS = ("cotton", "knit", "satin", "linen")
EMBLEMS = ("heart", "star", "sun", "moon", "leaf", "wave", "ring")
PALETTES = {
    "harbour": ("#f1ebdf", "#27374f", "#b5533c"), "navy": ("#2a3a55", "#efe8da", "#c9a25f"), "sage": ("#a3b096", "#f0ebde", "#4d5f4a"),
    "rosewood": ("#c98e8a", "#f3e6dc", "#6b2f3c"), "camel": ("#bd9466", "#f0e6d4", "#4b3427"), "scarlet": ("#a8322f", "#f2e8da", "#26262c"),
    "mustard": ("#cc9b3e", "#f4ead3", "#3b3a3f"), "terracotta": ("#b9634a", "#eddcc6", "#2f5557"), "powder": ("#a9c0d2", "#f5f2ea", "#2f4668"),
    "lilac": ("#b3a3c4", "#f2ecec", "#54365c"), "noir": ("#28272b", "#ece5d8", "#b9935a"), "emerald": ("#2d6a58", "#efe9db", "#d1a554"),
    "coral": ("#e08c74", "#f8eadb", "#2f6668"), "slate": ("#66757f", "#ebe3d2", "#c08a3e"), "chalk": ("#f4f1ea", "#2b2a2e", "#c2483a"),
    "burgundy": ("#6f2836", "#eccfc2", "#27303f"), "lagoon": ("#3a7478", "#f3ead8", "#dd8a66"), "olive": ("#76754d", "#efe6d0", "#a6522f"),
    "cornflower": ("#5f7fb0", "#f6efdf", "#203150"), "blush": ("#ecc9ba", "#fbf5ec", "#a65a52"), "oat": ("#ddd0b8", "#7c5a41", "#39464d"),
    "plum": ("#6a3f63", "#f0e2dc", "#d19a5b"),
}  # fmt: skip
"""Curated colours by name: (main, second, accent), sRGB hex."""


@dataclasses.dataclass(frozen=True)
class GarmentFactors:
    """One top.  ``fit`` runs from slim (0) to loose (1); the other plain numbers are in [0, 1]."""

    seed: int = 0
    index: int = 0
    fit: float = 0.4
    sleeve: str = "short"
    sleeve_length: float = 0.5
    neckline: str = "round"
    neck_depth: float = 0.4
    hem: str = "hip"
    pattern: str = "plain"
    scale: float = 0.4  # of the pattern
    emblem: str = "heart"
    palette: str = "harbour"
    contrast_trim: bool = False
    fabric: str = "cotton"
    folds: float = 0.5
    fold_seed: int = 0


_CHOICES = {
    "sleeve": SLEEVES, "neckline": NECKLINES, "hem": HEMS, "pattern": PATTERNS, "emblem": EMBLEMS, "palette": PALETTES,
    "fabric": FABRICS,
}  # fmt: skip


def check_garment_factors(factors):
    """Returns the factors unchanged.

    Raises:
        ValueError: when a value is outside its range or not one of its choices.
    """
    for name in ("fit", "sleeve_length", "neck_depth", "scale", "folds"):
        check_range(name, getattr(factors, name), 0, 1)
    for name, allowed in _CHOICES.items():
        check_choice(name, getattr(factors, name), allowed)
    return factors


def sample_garment_factors(seed, index):
    """Draws the factors of garment ``index`` of data set ``seed``; each factor from its own stream.

    Returns:
        `GarmentFactors`.
    """
    draw = lambda name: stream(seed, index, f"garment {name}")  # noqa: E731
    number = lambda name: round(float(draw(name).uniform()), 3)  # noqa: E731
    return GarmentFactors(
        seed=int(seed), index=int(index), fit=number("fit"),
        sleeve=choose(draw("sleeve"), {"none": 0.8, "short": 1.6, "three-quarter": 0.9, "long": 1.7}),
        sleeve_length=number("sleeve_length"),
        neckline=choose(draw("neckline"), {"round": 1.5, "v": 1.1, "boat": 0.8, "square": 0.7, "collar": 0.8, "turtleneck": 0.7}),
        neck_depth=number("neck_depth"), hem=choose(draw("hem"), {"cropped": 0.5, "hip": 1.5, "long": 0.8, "tucked": 0.9}),
        pattern=choose(draw("pattern"), {
            "plain": 1.5, "horizontal stripes": 1.2, "vertical stripes": 0.8, "checks": 1, "dots": 0.9, "emblem": 1, "colour block": 1,
        }),
        scale=number("scale"), emblem=choose(draw("emblem"), dict.fromkeys(EMBLEMS, 1)),
        palette=choose(draw("palette"), dict.fromkeys(PALETTES, 1)), contrast_trim=bool(draw("contrast_trim").uniform() < 0.4),
        fabric=choose(draw("fabric"), {"cotton": 2, "knit": 1, "satin": 0.8, "linen": 0.8}), folds=number("folds"),
        fold_seed=int(draw("fold_seed").integers(1 << 16)),
    )  # fmt: skip
