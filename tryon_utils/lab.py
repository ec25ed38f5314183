"""Colours as the eye sees them: CIE Lab on `keras.ops`, so that a loss can be measured in it and gradients run through.

In Lab a step of 1 looks about alike anywhere: L is lightness from 0 to 100, a runs from green to red, b from blue to yellow.
Three spaces meet here: sRGB, what pictures hold; linear RGB, how much light that is; Lab, how it looks.
"""

import numpy as np
from keras import ops

# linear RGB of sRGB's primaries to XYZ, as a share of the white D65 that they add up to
TO_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
WHITE = np.array([0.95047, 1.0, 1.08883])
EDGE = 0.008856  # share of white under which Lab's cube root is a straight line, whose slope at 0 is finite


def linear_from_srgb(rgb):
    """Return how much light an sRGB colour is.

    Formula:
        `rgb / 12.92` up to 0.04045, `((rgb + 0.055) / 1.055) ** 2.4` above it

    Args:
        rgb: float (..., 3) in [0, 1]; values outside are clipped.

    Returns:
        Float tensor (..., 3), linear RGB in [0, 1].
    """
    rgb = ops.clip(ops.convert_to_tensor(rgb), 0.0, 1.0)
    return ops.where(rgb <= 0.04045, rgb / 12.92, ((ops.maximum(rgb, 0.04045) + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(linear):
    """Return the sRGB colour of an amount of light: the inverse of `linear_from_srgb`.

    Args:
        linear: float (..., 3) in [0, 1]; values outside are clipped.

    Returns:
        Float tensor (..., 3), sRGB in [0, 1].
    """
    linear = ops.clip(ops.convert_to_tensor(linear), 0.0, 1.0)
    return ops.where(linear <= 0.0031308, 12.92 * linear, 1.055 * ops.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055)


def from_linear(linear):
    """Return the Lab colours of linear RGB.

    Args:
        linear: float (..., 3) in [0, 1]. Below 0, where a network may stray, the line near black is continued.

    Returns:
        Float tensor (..., 3): L in [0, 100], a and b in about [-110, 110].

    Source:
        CIE 1976 L*a*b*, white D65; numbers as in scikit-image.
    """
    linear = ops.convert_to_tensor(linear)
    share = ops.matmul(linear, ops.cast((TO_XYZ / WHITE[:, None]).T, linear.dtype))
    curve = ops.where(share > EDGE, ops.maximum(share, EDGE) ** (1 / 3), 7.787 * share + 16 / 116)
    x, y, z = curve[..., 0], curve[..., 1], curve[..., 2]
    return ops.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def to_linear(colours):
    """Return the linear RGB of Lab colours: the inverse of `from_linear`. Colours that no screen shows lie outside [0, 1].

    Args:
        colours: float (..., 3), Lab.

    Returns:
        Float tensor (..., 3).
    """
    colours = ops.convert_to_tensor(colours)
    y = (colours[..., 0] + 16) / 116
    curve = ops.stack([y + colours[..., 1] / 500, y, y - colours[..., 2] / 200], axis=-1)
    share = ops.where(curve > EDGE ** (1 / 3), curve**3, (curve - 16 / 116) / 7.787)
    return ops.matmul(share, ops.cast(np.linalg.inv(TO_XYZ / WHITE[:, None]).T, colours.dtype))


def from_srgb(rgb):
    """Return the Lab colours of sRGB in [0, 1]: `from_linear(linear_from_srgb(rgb))`.

    Example:
        from_srgb([1.0, 1.0, 1.0])  # 100, 0, 0: white
        from_srgb((images + 1) / 2)  # of pictures in [-1, 1]

    Args:
        rgb: float (..., 3) in [0, 1]; values outside are clipped.

    Returns:
        Float tensor (..., 3), Lab.
    """
    return from_linear(linear_from_srgb(rgb))


def to_srgb(colours):
    """Return the sRGB in [0, 1] of Lab colours, clipped where no screen shows them: the inverse of `from_srgb`.

    Args:
        colours: float (..., 3), Lab.

    Returns:
        Float tensor (..., 3) in [0, 1].
    """
    return srgb_from_linear(to_linear(colours))


def difference(true_colours, colours):
    """Return how different two Lab colours look: CIE94, a simpler forerunner of CIEDE2000 whose gradient is finite everywhere.

    A step in a strong colour is seen less than the same step in grey, so chroma and hue count less the stronger the true colour is.

    Formula:
        `sqrt(dL^2 + (dC / (1 + 0.045 C))^2 + (dH / (1 + 0.015 C))^2)`, with `C = sqrt(a^2 + b^2)` and `dH^2 = da^2 + db^2 - dC^2`

    Args:
        true_colours: float (..., 3), Lab.
        colours: float (..., 3), Lab.

    Returns:
        Float tensor (...), from 0 up.

    Source:
        CIE 116-1995, weights for graphic arts.
    """
    true_colours, colours = ops.convert_to_tensor(true_colours), ops.convert_to_tensor(colours)
    chroma, other = (ops.sqrt(ops.sum(ops.square(values[..., 1:]), axis=-1) + 1e-6) for values in (true_colours, colours))
    step = ops.square(true_colours - colours)
    chroma_step = ops.square(chroma - other)
    hue_step = ops.maximum(step[..., 1] + step[..., 2] - chroma_step, 0.0)
    return ops.sqrt(step[..., 0] + chroma_step / (1 + 0.045 * chroma) ** 2 + hue_step / (1 + 0.015 * chroma) ** 2 + 1e-6)
