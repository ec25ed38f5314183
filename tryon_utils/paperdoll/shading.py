"""The G-buffer and its one lighting function, in linear light; faces, hair, skin and cloth all pass through here.

Space: x to the right of the picture, y down, z towards the viewer.  A normal (0, 0, 1) looks at us, (0, -1, 0) looks up.
Arrays are planar: colours and vectors (3, ...), everything else (...), float32.
"""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.colour import luminance


@dataclasses.dataclass
class GBuffer:
    """What the picture shows at each point before light falls on it.  ``...`` is any shape, the same for all fields.

    Args:
        albedo: (3, ...) linear colour in [0, 1].
        normal: (3, ...) unit vectors.
        alpha: (...) coverage in [0, 1].
        depth: (...) distance towards the viewer, larger is nearer (any unit).
        label: (...) uint8, class of the point.
        occlusion: (...) or scalar; 1 open to the sky, 0 closed (darkens ambient light).
        shadow: (...) or scalar; 1 reached by the key light, 0 in cast shadow.
        specular: (...) or scalar; strength of the highlight, skin about 0.04-0.3, satin 0.3.
        gloss: (...) or scalar; sharpness in [0, 1]: 0.2 skin, 0.5 lips, 0.9 eyes.
        scatter: scalar or (...); how much light bleeds through in the half-shadow (skin 1, cloth 0.1).
        tangent: (3, ...) strand direction, for hair; None for everything else.
        rim: scalar; share of the rim light it takes (hair 0.3).
        wrap: scalar; how far light reaches past the terminator (0 hard, 0.5 soft).
    """

    albedo: np.ndarray
    normal: np.ndarray
    alpha: np.ndarray
    depth: np.ndarray
    label: np.ndarray
    occlusion: np.ndarray | float = 1.0
    shadow: np.ndarray | float = 1.0
    specular: np.ndarray | float = 0.0
    gloss: np.ndarray | float = 0.2
    scatter: np.ndarray | float = 0.0
    tangent: np.ndarray | None = None
    wrap: float = 0.3
    rim: float = 1.0


@dataclasses.dataclass(frozen=True)
class Light:
    """A studio: one key light, a sky, a floor, and a rim light from behind.

    ``direction`` and ``rim_direction`` point from the subject to the lamp (unit vectors; y is down, so a lamp above has
    y < 0).  Colours are linear RGB; 1.0 renders albedo at its own value.
    """

    direction: tuple = (-0.45, -0.62, 0.64)
    key: tuple = (0.86, 0.80, 0.71)
    sky: tuple = (0.30, 0.32, 0.37)
    floor: tuple = (0.27, 0.23, 0.215)
    rim_direction: tuple = (0.82, -0.45, -0.35)
    rim: tuple = (0.30, 0.29, 0.30)


def light_from(angle, height=0.62):
    """A `Light` whose key comes from ``angle`` degrees: -90 left, 0 front, 90 right; ``height`` in [0.2, 1] is its rise.

    Raises:
        ValueError: when the angle is outside -90..90.
    """
    if not -90 <= angle <= 90:
        raise ValueError(f"Got a light angle of {angle}; wanted degrees from -90 (left) to 90 (right).")
    turn = np.radians(angle)
    key = np.array([np.sin(turn), -height, 0.25 + 0.75 * np.cos(turn)])
    rim = np.array([-np.sign(angle or -1) * 0.84, -0.42, -0.34])
    return Light(tuple(key / np.linalg.norm(key)), rim_direction=tuple(rim / np.linalg.norm(rim)))


def dot(vectors, direction):
    """Dot product of planar vectors (3, ...) with one (3,) direction."""
    return vectors[0] * np.float32(direction[0]) + vectors[1] * np.float32(direction[1]) + vectors[2] * np.float32(direction[2])


def normalise(x, y, z):
    """Stacks three components into planar unit vectors (3, ...), float32."""
    inverse = 1 / np.sqrt(x * x + y * y + z * z + np.float32(1e-12))
    return np.stack(np.broadcast_arrays(x * inverse, y * inverse, z * inverse)).astype(np.float32, copy=False)


def shade_terms(buffer, light):
    """The light that falls on a G-buffer, apart from its colour, so that two albedos can share it.

    Returns:
        ``(incoming, bleed, added)``, each (3, ...): picture = albedo * incoming + bleed-tinted albedo + added; see `apply_light`.
    """
    normal = buffer.normal
    facing = dot(normal, light.direction)
    wrap = np.float32(buffer.wrap)
    lit = np.clip((facing + wrap) / (1 + wrap), 0, 1)
    if buffer.tangent is not None:
        along = dot(buffer.tangent, light.direction)
        lit = np.float32(0.6) * lit + np.float32(0.4) * np.sqrt(np.clip(1 - along * along, 0, 1)) * np.clip(facing + 0.55, 0, 1)
    key = lit * buffer.shadow
    up = np.float32(0.5) - np.float32(0.5) * normal[1]
    shine = np.float32(0)
    if np.ndim(buffer.specular) or buffer.specular:  # hair has highlights of its own
        half = np.array(light.direction) + (0, 0, 1)
        half = half / np.linalg.norm(half)
        power = np.float32(2) ** (np.float32(2.5) + np.float32(6.5) * np.asarray(buffer.gloss, np.float32))
        near = np.clip(dot(normal, half), 0, 1)
        shine = buffer.specular * near**power * (key if np.ndim(buffer.shadow) else lit) * np.float32(1.2)
    edge = np.clip(1 - normal[2], 0, 1)
    rim = edge * edge * edge * np.clip(dot(normal, light.rim_direction) + np.float32(0.25), 0, 1) * buffer.occlusion
    incoming = np.stack(
        [
            np.float32(light.key[c]) * key
            + (np.float32(light.floor[c]) + up * np.float32(light.sky[c] - light.floor[c])) * buffer.occlusion
            for c in range(3)
        ]
    )
    half_shadow = np.float32(4) * key * (1 - key) * buffer.scatter
    added = np.stack(
        [np.float32(light.key[c]) * shine + np.float32(light.rim[c]) * rim * np.float32(0.45 * buffer.rim) for c in range(3)]
    )
    return incoming, half_shadow, added


def apply_light(albedo, terms):
    """Colours an albedo (3, ...) with the terms of `shade_terms`: linear radiance (3, ...).

    The half-shadow is tinted warm and the deep shadow richer, as a gouache painter mixes them.
    """
    incoming, half_shadow, added = terms
    picture = albedo * incoming + added
    picture[0] += np.float32(0.095) * half_shadow * np.sqrt(albedo[0] * albedo[1] + np.float32(1e-8))
    picture[2] -= np.float32(0.05) * half_shadow * albedo[2]
    return picture


def shade(buffer, light):
    """Lights a G-buffer.

    Args:
        buffer: `GBuffer`.
        light: `Light`.

    Returns:
        (3, ...) float32 linear radiance, before `tone`; alpha is not applied.

    Raises:
        ValueError: when albedo and normal differ in shape.
    """
    if buffer.albedo.shape != buffer.normal.shape:
        raise ValueError(f"Got albedo {buffer.albedo.shape} and normal {buffer.normal.shape}; wanted equal shapes (3, ...).")
    return apply_light(buffer.albedo, shade_terms(buffer, light))


def over(front, alpha, back):
    """Lays a planar colour (3, ...) of coverage ``alpha`` (...) on ``back``; alpha 0 keeps ``back`` and 1 ``front``, bit for bit."""
    return back * (1 - alpha) + alpha * front


def tone(linear):
    """A soft shoulder: keeps values to 0.7 and rolls brighter ones off to 1; each pixel for itself, any shape."""
    excess = np.maximum(linear - np.float32(0.7), 0)
    return np.minimum(linear, np.float32(0.7)) + np.float32(0.3) * excess / (excess + np.float32(0.3))


def smoothstep(low, high, x):
    """0 below ``low``, 1 above ``high``, smooth between (low > high turns it round); arrays or numbers, float32."""
    t = np.minimum(np.maximum((x - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)


def coverage(distance, pixel, softness=0.0):
    """Antialiased coverage of a signed distance (positive inside).

    Args:
        distance: (...) in any unit.
        pixel: side of a pixel in the same unit.
        softness: extra half-width of the edge in that unit.

    Returns:
        (...) in [0, 1]: 0 beyond half a pixel outside.
    """
    return smoothstep(-0.75 * pixel - softness, 0.75 * pixel + softness, distance)


def shrink(picture, factor):
    """Box-averages the last two axes by a whole ``factor`` (supersampling resolve)."""
    if factor == 1:
        return picture
    *lead, rows, columns = picture.shape
    total = 0
    for i in range(factor):
        for j in range(factor):
            total = total + picture[..., i::factor, j::factor]
    return total * np.float32(1 / factor**2)


__all__ = [
    "GBuffer", "Light", "apply_light", "coverage", "dot", "light_from", "luminance", "normalise", "over", "shade",
    "shade_terms", "shrink", "smoothstep", "tone",
]  # fmt: skip
