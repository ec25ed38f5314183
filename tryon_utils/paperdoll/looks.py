"""Named looks: sets of makeup layers from several traditions, from barely there to stage."""

import dataclasses

from tryon_utils.paperdoll.factors import check_choice, check_range, stream
from tryon_utils.paperdoll.makeup import MakeupLayer


@dataclasses.dataclass(frozen=True)
class Look:
    """A named set of `MakeupLayer`; ``note`` says what it is in one line."""

    name: str
    note: str
    layers: tuple

    def at(self, intensity):
        """The same look with every layer's intensity scaled by ``intensity`` in [0, 1]."""
        check_range("intensity", intensity, 0, 1)
        layers = tuple(dataclasses.replace(layer, intensity=layer.intensity * intensity) for layer in self.layers)
        return dataclasses.replace(self, layers=layers)


def _look(name, note, *rows):
    return Look(name, note, tuple(MakeupLayer(*row) for row in rows))


_ALL = (
    _look("no-makeup makeup", "Evened skin, a breath of colour, brushed brows.",
          ("foundation", None, 0.45, "even"), ("blush", "#d98078", 0.36, "apples"), ("brow", None, 0.25, "natural"),
          ("lipstick", "#bb6464", 0.46, "full"), ("gloss", "#ffffff", 0.4, "centre")),
    _look("peach morning", "Warm peach on cheeks and lids, balm on the lips.",
          ("foundation", None, 0.40, "even"), ("blush", "#ec8f6e", 0.48, "lifted"), ("eyeshadow", "#e0a07c", 0.50, "wash"),
          ("liner", "#4b2f22", 0.55, "thin"), ("lipstick", "#e08468", 0.58, "full"), ("gloss", "#fff2e8", 0.8, "full")),
    _look("classic red", "A clear red lip with a fine black wing, in the line of mid-century studio portraits.",
          ("foundation", None, 0.60, "even"), ("contour", None, 0.16, "soft"), ("blush", "#cf6f66", 0.28, "lifted"),
          ("eyeshadow", "#cfae90", 0.45, "wash"), ("liner", "#0d0a0b", 0.95, "wing"), ("brow", None, 0.50, "defined"),
          ("lipstick", "#b3141d", 0.90, "full"), ("gloss", "#ffffff", 0.25, "centre")),
    _look("smoky evening", "Charcoal blended round the eye, a quiet mouth.",
          ("foundation", None, 0.60, "even"), ("contour", None, 0.24, "sculpted"), ("blush", "#b5625c", 0.36, "lifted"),
          ("eyeshadow", "#2b262b", 0.76, "smoky"), ("liner", "#08070a", 0.92, "smudged"), ("brow", None, 0.45, "defined"),
          ("lipstick", "#b27c70", 0.60, "full"), ("gloss", "#ffffff", 0.5, "centre")),
    _look("kohl and rose", "Kohl along both lids, as worn from North Africa to South Asia, with a rose lip.",
          ("foundation", None, 0.50, "even"), ("blush", "#c8646c", 0.36, "apples"), ("eyeshadow", "#7d4a2c", 0.56, "lid and lower"),
          ("liner", "#0b0908", 0.95, "kohl"), ("brow", None, 0.50, "defined"), ("lipstick", "#ae3f56", 0.80, "full")),
    _look("wedding gold", "Gold lids with a deep outer corner and a crimson lip, for a celebration.",
          ("foundation", None, 0.60, "even"), ("contour", None, 0.18, "soft"), ("blush", "#c85a5a", 0.42, "draped"),
          ("eyeshadow", "#d8a136", 0.76, "wash"), ("eyeshadow", "#5c1f24", 0.62, "outer corner"), ("liner", "#0a0808", 0.95, "wing"),
          ("brow", None, 0.55, "bold"), ("lipstick", "#9c1530", 0.88, "full"), ("gloss", "#ffe9c8", 0.35, "full")),
    _look("gradient lips", "Colour pressed into the middle of the lips and blurred outwards, dewy skin: a Seoul street classic.",
          ("foundation", None, 0.55, "even"), ("blush", "#f09a94", 0.42, "apples"), ("eyeshadow", "#e3a68a", 0.50, "wash"),
          ("eyeshadow", "#fbe6d6", 0.55, "inner light"), ("liner", "#3b261f", 0.70, "thin"), ("lipstick", "#cf2f45", 0.85, "blurred"),
          ("gloss", "#ffffff", 0.7, "full")),
    _look("flushed under-eye", "Blush high under the eyes and across the nose, as in Tokyo magazines of the 2010s.",
          ("foundation", None, 0.50, "even"), ("blush", "#ee7f86", 0.55, "under the eyes"), ("eyeshadow", "#e9a9a1", 0.50, "lid and lower"),
          ("liner", "#4a2a24", 0.65, "thin"), ("lipstick", "#d8505e", 0.68, "blurred"), ("gloss", "#ffffff", 0.6, "centre")),
    _look("opera vermilion", "Rosy lids swept to the brow and long dark lines, after stage portraits.",
          ("foundation", None, 0.75, "even"), ("blush", "#e0586a", 0.50, "draped"), ("eyeshadow", "#dd4f63", 0.66, "to the brow"),
          ("liner", "#0b0809", 1.0, "long wing"), ("brow", None, 0.75, "bold"), ("lipstick", "#c0142a", 0.95, "full")),
    _look("berry stain", "A dark berry mouth and bare lids.",
          ("foundation", None, 0.50, "even"), ("blush", "#a8485c", 0.28, "lifted"), ("liner", "#1a1214", 0.60, "thin"),
          ("brow", None, 0.40, "natural"), ("lipstick", "#5d0f2b", 0.85, "full")),
    _look("bronzed summer", "Sun on nose and cheeks, bronze lids, a nude gloss.",
          ("foundation", None, 0.35, "even"), ("contour", None, 0.24, "soft"), ("blush", "#c9744f", 0.46, "across the nose"),
          ("eyeshadow", "#a5683a", 0.60, "lid and lower"), ("liner", "#3a2418", 0.60, "smudged"), ("lipstick", "#b4715a", 0.62, "full"),
          ("gloss", "#ffe6cc", 0.95, "full")),
    _look("copper and brown lip", "Copper lids and a brown-lined ombre lip, a house style of 1990s R&B and its revivals.",
          ("foundation", None, 0.55, "even"), ("contour", None, 0.20, "sculpted"), ("blush", "#a9553f", 0.34, "lifted"),
          ("eyeshadow", "#b4642f", 0.70, "wash"), ("liner", "#160e0a", 0.85, "wing"), ("brow", None, 0.50, "defined"),
          ("lipstick", "#6e3326", 0.80, "ombre"), ("gloss", "#fff0e0", 0.95, "full")),
    _look("lagoon lids", "A block of clear teal on the lids, everything else quiet.",
          ("foundation", None, 0.45, "even"), ("blush", "#d77868", 0.36, "apples"), ("eyeshadow", "#1f8a8c", 0.80, "lid and lower"),
          ("liner", "#0f2226", 0.80, "thin"), ("lipstick", "#bf7064", 0.60, "full"), ("gloss", "#ffffff", 0.5, "centre")),
    _look("ultraviolet", "Violet halo and a graphic double line, for the runway.",
          ("foundation", None, 0.60, "even"), ("contour", None, 0.22, "sculpted"), ("blush", "#b768a8", 0.42, "draped"),
          ("eyeshadow", "#5b3fa8", 0.80, "halo"), ("liner", "#120a1e", 1.0, "double"), ("brow", None, 0.45, "defined"),
          ("lipstick", "#8f4a86", 0.70, "full"), ("gloss", "#f2e6ff", 0.9, "full")),
    _look("carnival", "Fuchsia to the brow, gold inner corners, a hot coral mouth.",
          ("foundation", None, 0.55, "even"), ("blush", "#e8476f", 0.55, "draped"), ("eyeshadow", "#d81e86", 0.78, "to the brow"),
          ("eyeshadow", "#f3c24a", 0.85, "inner light"), ("liner", "#0d0710", 1.0, "long wing"), ("brow", None, 0.55, "bold"),
          ("lipstick", "#e8402f", 0.90, "overlined"), ("gloss", "#fff0e0", 0.8, "full")),
    _look("soft mauve", "Mauve lids and lips in one key, blended and matte.",
          ("foundation", None, 0.50, "even"), ("blush", "#b97a86", 0.40, "lifted"), ("eyeshadow", "#93697c", 0.62, "outer corner"),
          ("liner", "#2e2026", 0.65, "smudged"), ("brow", None, 0.35, "natural"), ("lipstick", "#9c5567", 0.74, "full")),
)  # fmt: skip

LOOKS = {look.name: look for look in _ALL}
"""The looks by name."""


def find_look(name):
    """The `Look` of that name.

    Raises:
        ValueError: when there is none.
    """
    check_choice("look", name, tuple(LOOKS))
    return LOOKS[name]


def sample_look(seed, index):
    """Draws a look for person ``index`` of data set ``seed``, at an intensity from 0.55 to 1."""
    names = list(LOOKS)
    look = LOOKS[names[int(stream(seed, index, "look").integers(len(names)))]]
    return look.at(round(float(stream(seed, index, "look intensity").uniform(0.55, 1)), 3))
