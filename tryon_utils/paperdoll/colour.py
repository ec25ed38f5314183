"""Colour: sRGB and linear light, the Monk skin tones, and natural palettes.

All pictures are painted and lit in *linear* light (twice the number, twice the photons) and encoded to sRGB only at the end.
Planar layout: inside the renderer colours are channel first, shape (3, ...), because NumPy is several times faster that way.
"""

import numpy as np

MONK_TONES = (
    "#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96", "#a07e56", "#825c43", "#604134", "#3a312a", "#292420",
)  # fmt: skip
"""The ten Monk skin tones, light to dark; tone ``k`` is ``MONK_TONES[k - 1]``."""

HAIR_COLOURS = {
    "black": "#17120f", "soft black": "#241b17", "espresso": "#33221a", "dark brown": "#432b1e", "brown": "#5d3c26",
    "chestnut": "#6e3f25", "auburn": "#7c3520", "copper": "#a5502a", "dark blonde": "#97734a", "honey": "#b88a50",
    "blonde": "#d0ac72", "platinum": "#e2d2b4", "grey": "#8d8986", "silver": "#c4c2c1",
}  # fmt: skip
"""Natural hair colours by name (sRGB hex)."""

EYE_COLOURS = {
    "dark brown": "#3a2114", "brown": "#5b3519", "amber": "#8a5a20", "hazel": "#76602c", "green": "#5d7847",
    "grey": "#75828a", "blue": "#4f7ea6",
}  # fmt: skip
"""Natural iris colours by name (sRGB hex)."""


def srgb_to_linear(srgb):
    """Decodes sRGB values in [0, 1] (any shape) to linear light in [0, 1], float32."""
    srgb = np.asarray(srgb, np.float32)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + np.float32(0.055)) / 1.055) ** np.float32(2.4)).astype(np.float32)


_ENCODE = None


def linear_to_srgb(linear):
    """Encodes linear light (any shape; values outside [0, 1] are clipped) to sRGB in [0, 1], float32."""
    linear = np.clip(np.asarray(linear, np.float32), 0, 1)
    return np.where(
        linear <= 0.0031308, linear * np.float32(12.92), np.float32(1.055) * linear ** np.float32(1 / 2.4) - np.float32(0.055)
    )


def to_uint8(linear):
    """Encodes linear light (any shape) to sRGB uint8 through a 4096-entry table (error below half a level).

    Args:
        linear: linear light, any shape; values outside [0, 1] are clipped.

    Returns:
        uint8 array of the same shape.
    """
    global _ENCODE
    if _ENCODE is None:
        _ENCODE = np.round(255 * linear_to_srgb((np.arange(4097, dtype=np.float32) / 4096) ** 2)).astype(np.uint8)
    root = np.sqrt(np.clip(linear, 0, 1, dtype=np.float32))
    return _ENCODE[(root * 4096 + 0.5).astype(np.int32)]


def hex_to_linear(text):
    """Reads '#rrggbb' as linear light, shape (3,), float32.

    Raises:
        ValueError: when the text is not a '#rrggbb' colour.
    """
    if not (isinstance(text, str) and len(text) == 7 and text[0] == "#"):
        raise ValueError(f"Got the colour {text!r}; wanted a text like '#a07e56'. Write it as '#rrggbb'.")
    try:
        values = [int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    except ValueError as error:
        raise ValueError(f"Got the colour {text!r}; wanted six hexadecimal digits after '#'.") from error
    return srgb_to_linear(values)


def monk_tone(tone):
    """Linear colour, shape (3,), of Monk tone 1-10.

    Raises:
        ValueError: when ``tone`` is not a whole number from 1 to 10.
    """
    if tone not in range(1, 11):
        raise ValueError(f"Got the Monk tone {tone!r}; wanted a whole number from 1 (lightest) to 10 (darkest).")
    return hex_to_linear(MONK_TONES[int(tone) - 1])


_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def luminance(linear):
    """Relative luminance of planar linear colour, shape (3, ...) -> (...)."""
    return _LUMA[0] * linear[0] + _LUMA[1] * linear[1] + _LUMA[2] * linear[2]


def mix(first, second, amount):
    """``first`` where ``amount`` is 0 (bit for bit), ``second`` where it is 1; any broadcastable shapes, float32."""
    return first + np.float32(1) * amount * (second - first)


def saturate(colour, factor):
    """Moves a planar linear colour (3, ...) away from its own grey: factor 1 keeps it, 0 is grey, above 1 is richer."""
    grey = luminance(colour)
    return np.maximum(grey + np.float32(factor) * (colour - grey), 0).astype(np.float32)


_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear_to_lab(linear):
    """CIE Lab (D65) of channel-last linear RGB, shape (..., 3) -> (..., 3): L in [0, 100]."""
    xyz = np.asarray(linear, np.float32) @ (_XYZ / _WHITE[:, None]).T.astype(np.float32)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * root[..., 1] - 16, 500 * (root[..., 0] - root[..., 1]), 200 * (root[..., 1] - root[..., 2])], -1).astype(
        np.float32
    )
