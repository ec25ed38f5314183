"""Hair as a painter makes it: a soft mass, then locks laid over one another, each with strands, shade and a pointed end.

A lock is a curved, tapered ribbon.  Locks are placed in head coordinates, turned with the head, and rasterised one by one in the
frame of their own chord, so that a wide bend or a wave costs one table look-up per pixel.
"""

import dataclasses
import math

import numpy as np

from tryon_utils.paperdoll.noise import fbm_tile, sample_tile
from tryon_utils.paperdoll.shading import GBuffer, normalise, smoothstep

SAMPLES = 97
"""Points along a lock."""

_SHARE = np.linspace(0, 1, SAMPLES, dtype=np.float32)
_STEPS = np.arange(SAMPLES, dtype=np.float32) * np.float32(1e-5)
_SWAY = smoothstep(0.0, 0.3, _SHARE)
_WIDEN = smoothstep(0, 0.35, _SHARE)
_EARLY = smoothstep(0.05, 0.3, _SHARE)
_NARROW = smoothstep(1.0, 0.45, _SHARE) ** np.float32(0.8)
_BERNSTEIN = {
    n: np.stack([math.comb(n - 1, i) * _SHARE**i * (1 - _SHARE) ** (n - 1 - i) for i in range(n)], 1).astype(np.float32) for n in (3, 4, 5)
}  # fmt: skip


@dataclasses.dataclass
class Lock:
    """A ribbon of hair.

    Args:
        points: (k, 2) control points, root to tip, head coordinates (k = 3, 4 or 5; a Bezier curve).
        width: greatest half width, head units.
        root, tip: half width at the ends, as shares of ``width``.
        wave: sideways swing of waves or curls, head units; turns: how many along the lock; phase in turns.
        tone: brightness, 1 = the hair's own colour.
        kind: 0 strands, 1 braid, 2 loc, 3 ringlet, 4 cloth fold.
        soft: share of the edge that frays, 0-1.
        depth: depth in head units for turning, or None to lie on the head's dome.
    """

    points: np.ndarray
    width: float
    root: float = 0.6
    tip: float = 0.12
    wave: float = 0.0
    turns: float = 2.0
    phase: float = 0.0
    tone: float = 1.0
    kind: int = 0
    soft: float = 0.5
    depth: float | None = None
    opacity: float = 1.0
    ragged: float = 0.0  # how unevenly the strands end, head units
    fade: float = 0.0  # share of the length over which the root fades in


def hair_depth(u, v):
    """Depth of the hair's outer surface: the head's dome, falling away below the chin and off the sides."""
    dome = (
        np.float32(0.62)
        - np.float32(0.85) * (u * np.float32(1 / 0.85)) ** 2
        - np.float32(0.30) * ((v - np.float32(0.1)) / 1.05) ** 2
    )
    return np.maximum(dome, np.float32(-0.25)) * smoothstep(1.3, 0.3, v)


class HairPaint:
    """Accumulates locks over a regular grid.

    Args:
        x, y: 1-D picture coordinates of columns and rows, head units.
        pixel: side of a sample.
        pose: `Pose` of the head.
        back: whether this is the hair behind the head (it follows the turn the other way and lies in shade).
    """

    def __init__(self, x, y, pixel, pose, back=False):
        self.x, self.y, self.pixel, self.pose, self.back = x.astype(np.float32), y.astype(np.float32), float(pixel), pose, back
        self.layers = np.zeros((6, len(y), len(x)), np.float32)
        self.layers[0] = 1
        self.tone, self.tangent, self.bulge, self.alpha = self.layers[0], self.layers[1:3], self.layers[3:5], self.layers[5]
        self.sheen = 1.0

    def place(self, points, depth=None):
        """Head coordinates (n, 2) to picture coordinates (n, 2) in the turned head."""
        u, v = points[:, 0], points[:, 1]
        if depth is None:
            depth = hair_depth(u, v) * (-0.5 if self.back else 1)
        x, y = self.pose.forward(u, v, depth)
        hang = smoothstep(0.55, 1.35, v)
        return np.stack([x + hang * (u - x) * 0.8, y + hang * (v - y) * 0.8], -1).astype(np.float32)

    def _slices(self, low, high):
        result = []
        for axis, a, b in ((self.y, low[1], high[1]), (self.x, low[0], high[0])):
            start = math.floor((a - axis[0]) / self.pixel) - 1
            stop = math.ceil((b - axis[0]) / self.pixel) + 2
            result.append(slice(min(max(start, 0), len(axis)), min(max(stop, 0), len(axis))))
        return tuple(result)

    def mass(self, alpha, tone, tangent, bulge=None):
        """Lays a soft mass under the locks: ``alpha`` and ``tone`` of grid shape, ``tangent`` (2, ...)."""
        self.tone += alpha * (tone - self.tone)
        self.tangent += alpha * (tangent - self.tangent)
        if bulge is not None:
            self.bulge += alpha * (bulge - self.bulge)
        self.alpha += alpha * (1 - self.alpha)

    def clip(self, outline):
        """Cuts what was painted to an outline coverage of grid shape."""
        self.alpha *= outline

    def lock(self, lock, seed):
        """Paints one lock on top of what is there."""
        t, pixel = _SHARE, np.float32(self.pixel)
        path = self.place(_BERNSTEIN[len(lock.points)] @ np.asarray(lock.points, np.float32), lock.depth)
        chord = path[-1] - path[0]
        length = float(np.hypot(*chord))
        if length < 1e-4:
            return
        axis = chord / np.float32(length)
        local = path - path[0]
        along, aside = local @ axis, axis[0] * local[:, 1] - axis[1] * local[:, 0]
        along = np.maximum.accumulate(along + _STEPS)
        grid = t * np.float32(length)
        bend = np.interp(grid, along, aside).astype(np.float32)
        if lock.wave:
            bend = (
                bend
                + np.float32(lock.wave)
                * np.sin(np.float32(2 * np.pi) * (np.float32(lock.turns) * t + np.float32(lock.phase)))
                * _SWAY
            )
        slope = np.empty_like(bend)
        slope[1:-1], slope[0], slope[-1] = (bend[2:] - bend[:-2]) * np.float32(0.5), bend[1] - bend[0], bend[-1] - bend[-2]
        slope *= np.float32(1 / grid[1])
        lean = 1 / np.sqrt(1 + slope * slope)
        width = (
            np.float32(lock.width)
            * (np.float32(lock.root) + np.float32(1 - lock.root) * _WIDEN)
            * (np.float32(lock.tip) + np.float32(1 - lock.tip) * _NARROW)
        )
        reach = width.max() * 1.7 + 2 * self.pixel
        centre = path[0] + grid[:, None] * axis + bend[:, None] * np.array([-axis[1], axis[0]])
        window = self._slices(centre.min(0) - reach, centre.max(0) + reach)
        x, y = self.x[window[1]] - path[0, 0], self.y[window[0]] - path[0, 1]
        if x.size == 0 or y.size == 0:
            return
        position = (x * axis[0])[None, :] + (y * axis[1])[:, None]
        across = (y * axis[0])[:, None] - (x * axis[1])[None, :]
        at = np.minimum(np.maximum(position * np.float32((SAMPLES - 1) / length), 0), np.float32(SAMPLES - 1.001))
        low = at.astype(np.intp)
        crisp = np.float32(0.75) * pixel
        margin = (np.float32(1.8) * np.maximum(width, np.float32(0.3) * pixel) + np.float32(2) * pixel) / lean
        near = (np.abs(across - bend[low]) < margin[low]) & (position > -crisp) & (position < np.float32(length) + crisp)
        found = np.flatnonzero(near)
        if found.size == 0:
            return
        position, across, at, low = (values.ravel()[found] for values in (position, across, at, low))
        fade = smoothstep(0, lock.fade, t) if lock.fade else np.ones_like(t)
        tables = np.stack([bend, lean, width, (axis[0] - slope * axis[1]) * lean, (axis[1] + slope * axis[0]) * lean, fade, _EARLY])
        before = tables.take(low, axis=1)
        b, c, w, tx, ty, faded, early = before + (at - low.astype(np.float32)) * (tables.take(low + 1, axis=1) - before)
        offset = (across - b) * c
        s = offset / np.maximum(w, np.float32(0.3) * pixel)
        share = at * np.float32(1 / (SAMPLES - 1))
        fray = np.float32(lock.soft) * w
        strand = np.float32(0)
        if lock.kind in (0, 3):
            fine = np.float32(min(0.30, 0.30 * lock.width / 0.08))
            strand = sample_tile(
                fbm_tile(6, 2, 0.75, 16), s * fine + np.float32(seed * 0.37), share * np.float32(0.05) + np.float32(seed * 0.61)
            )
        distance = np.abs(offset)
        uneven = np.float32(0.5 * lock.ragged) * (1 + strand)
        beyond = np.maximum(-position, position - np.float32(length) + uneven)
        ends = np.minimum(np.maximum(np.float32(0.5) - beyond * np.float32(0.5 / crisp), 0), 1)
        edge = crisp + np.float32(0.18) * fray
        alpha = smoothstep(-crisp, edge * 2 - crisp, w - distance + fray * np.float32(0.45) * strand) * ends
        alpha *= faded * np.minimum(np.float32(lock.opacity), w * np.float32(2 * lock.opacity / self.pixel))
        tone, bulge = self._surface(lock, s, share, strand, w, length)
        shadow = smoothstep(np.float32(1.75), np.float32(0.8), np.abs(s)) * early * ends
        rows, columns = np.divmod(found, near.shape[1])
        place = (rows + window[0].start) * len(self.x) + (columns + window[1].start)
        layers = self.layers.reshape(6, -1)
        painted = layers.take(place, axis=1)
        painted[0] *= 1 - np.float32(0.30 * lock.opacity) * shadow
        painted += alpha * (np.stack([tone, tx, ty, -ty * bulge, tx * bulge, np.ones_like(alpha)]) - painted)
        layers[:, place] = painted

    def _surface(self, lock, s, t, strand, w, length):
        """Tone and sideways bulge across a lock."""
        s = np.minimum(np.maximum(s, -1), 1)
        fine = np.float32(np.clip(0.02 / self.pixel, 0.35, 1))
        if lock.kind == 1:  # a braid: two rows of leaning lozenges
            beat = t * np.float32(length / (2.0 * lock.width)) - np.abs(s) * np.float32(0.55) + (s > 0) * np.float32(0.5)
            wave = beat - np.floor(beat)
            lump = np.sin(np.float32(np.pi) * wave)
            tone = np.float32(0.62) + np.float32(0.62) * lump - np.float32(0.35) * np.abs(s) ** 3
            return lock.tone * (1 + fine * (tone - 1)), s * np.float32(0.6) + np.float32(0.35) * (wave - 0.5)
        if lock.kind == 2:  # a loc: a rough cord
            grain = sample_tile(fbm_tile(5, 4), s * np.float32(0.06) + t * np.float32(0.35 * length), t * np.float32(0.9 * length))
            return lock.tone * (np.float32(1.18) - np.float32(0.85) * s * s + fine * np.float32(0.50) * grain), s * np.float32(0.7)
        if lock.kind == 3:  # a ringlet: light on the outer side of each turn
            turn = np.sin(np.float32(2 * np.pi) * (np.float32(lock.turns) * t + np.float32(lock.phase)) + s * np.float32(0.9))
            tone = np.float32(0.92) + np.float32(0.30) * turn - np.float32(0.22) * s * s + np.float32(0.25) * strand
            return lock.tone * tone, s * np.float32(0.5) + np.float32(0.35) * turn
        if lock.kind == 4:
            return lock.tone * (np.float32(1.02) - np.float32(0.22) * s * s), s * np.float32(0.8)
        root = np.float32(0.80) + np.float32(0.20) * smoothstep(0, 0.25, t)
        tone = root * (np.float32(1.0) - np.float32(0.24) * s * s + np.float32(0.34) * strand)
        return lock.tone * tone, s * np.float32(0.55) + np.float32(0.15) * strand

    def flyaways(self, locks, seed):
        """Paints thin single strands; each in ``locks`` should be narrow."""
        for k, lock in enumerate(locks):
            self.lock(lock, seed + 0.017 * k)

    def buffer(self, colour, depth, label, cloth=False):
        """The `GBuffer` of all that was painted, in the linear hair ``colour`` (3,)."""
        x, y = self.x[None, :], self.y[:, None]
        nx = np.clip(x * np.float32(1 / 0.95), -0.92, 0.92)
        ny = np.clip((y + np.float32(0.25)) * np.float32(1 / 1.05), -0.92, 0.25)
        nx, ny = np.broadcast_arrays(nx, ny)
        nz = np.sqrt(np.maximum(1 - nx * nx - ny * ny, np.float32(0.10)))
        strength = np.float32(0.75)
        normal = normalise(nx + strength * self.bulge[0], ny + strength * self.bulge[1], nz)
        tx, ty = self.tangent
        lean = tx * normal[0] + ty * normal[1]
        tangent = normalise(tx - lean * normal[0], ty - lean * normal[1], -lean * normal[2])
        nape = smoothstep(0.1, 1.0, y) * np.exp(-((x / np.float32(0.52)) ** 2))
        deep = np.clip(self.tone * (1 - np.float32(0.45) * nape), 0.05, 2.2)
        base = np.asarray(colour, np.float32)[:, None, None]
        # darker strands are also richer in colour, lighter ones paler, as in gouache
        power = np.array([0.92, 1.05, 1.16], np.float32)[:, None, None]
        albedo = np.minimum(base * deep[None] ** power, 0.95)
        return GBuffer(
            albedo=albedo.astype(np.float32), normal=normal, alpha=self.alpha, depth=np.full(self.alpha.shape, depth, np.float32),
            label=np.where(self.alpha > 0.5, label, 0).astype(np.uint8), scatter=0.15, rim=0.25, tangent=None if cloth else tangent,
            specular=0.03 if cloth else 0.0, wrap=0.35,
        )  # fmt: skip


def hair_sheen(buffer, light, colour):
    """Two highlights along the strands (white, then of the hair's colour), linear (3, ...)."""
    half = np.array(light.direction) + (0, 0, 1)
    half = (half / np.linalg.norm(half)).astype(np.float32)
    tangent, normal = buffer.tangent, buffer.normal
    along = tangent[0] * half[0] + tangent[1] * half[1] + tangent[2] * half[2]
    facing = np.clip(normal[0] * half[0] + normal[1] * half[1] + normal[2] * half[2] + np.float32(0.1), 0, 1)
    first = np.exp(-(((along + np.float32(0.10)) / 0.20) ** 2)) * facing**2
    second = np.exp(-(((along - np.float32(0.12)) / 0.34) ** 2)) * facing**2
    colour = np.asarray(colour, np.float32)
    bright = np.sqrt(colour / max(float(colour.max()), 1e-3))
    level = np.float32(0.4 + 1.2 * float(colour.mean()) ** 0.5)
    streak = np.clip(buffer.albedo[1] / max(colour[1], 1e-3), 0, 2.0) ** 1.5
    first = first * streak
    return np.stack(
        [
            np.float32(0.17) * first * np.float32(light.key[c])
            + np.float32(0.16)
            * level
            * second
            * bright[c]
            * np.float32(light.key[c])
            * np.clip(buffer.albedo[c] / max(colour[c], 1e-3), 0, 2.5) ** 1.5
            * np.float32(0.5)
            for c in range(3)
        ]
    )
