"""Body coordinates at every point of the picture: (s, q) on the trunk, (a, d) along each arm.

They depend on pose and body only, so all garments that a person tries on share them.
"""

import dataclasses
import functools

import numpy as np

from tryon_utils.paperdoll.body_curves import Strokes


@dataclasses.dataclass
class Grid:
    """Sample points of a picture: ``height`` x ``width`` samples of side ``pixel`` (H), top-left corner at (left, top) in H."""

    height: int
    width: int
    pixel: float
    left: float
    top: float

    def axes(self, window=None):
        """x (1, columns) and y (rows, 1) of the samples in ``window``, H, float32."""
        rows, columns = window or (slice(0, self.height), slice(0, self.width))
        x = self.left + (np.arange(columns.start, columns.stop, dtype=np.float32) + np.float32(0.5)) * np.float32(self.pixel)
        y = self.top + (np.arange(rows.start, rows.stop, dtype=np.float32) + np.float32(0.5)) * np.float32(self.pixel)
        return x[None], y[:, None]

    def window(self, left, right, top, bottom):
        """Row and column slices that cover a box given in H, cut to the picture (at least two samples a side)."""
        result = []
        for low, high, start, count in ((top, bottom, self.top, self.height), (left, right, self.left, self.width)):
            first = int(np.clip(np.floor((low - start) / self.pixel) - 1, 0, count - 3))
            last = int(np.clip(np.ceil((high - start) / self.pixel) + 1, first + 3, count))
            result.append(slice(first, last))
        return tuple(result)


def picture_grid(height, width, supersample=2, span=4.95, top=-0.31):
    """The grid of a picture of ``height`` x ``width`` pixels that shows ``span`` H of height from ``top`` down, x = 0 in the middle."""
    pixel = span / (height * supersample)
    return Grid(height * supersample, width * supersample, pixel, -0.5 * width * supersample * pixel, top)


class TrunkField:
    """Trunk coordinates in a window: ``s`` (height, H), ``q`` (sideways from the spine, H), ``right`` (which side)."""

    def __init__(self, grid, profiles, top=0.45):
        self.grid, self.profiles = grid, profiles
        middle = profiles.skeleton.spine[1]
        self.window = grid.window(float(middle.min()) - 1.12, float(middle.max()) + 1.12, top, 5.2)
        self.x, self.y = grid.axes(self.window)
        s = np.broadcast_to(self.y, (self.y.size, self.x.size)).astype(np.float32)
        q = self.x - profiles.middle(s)
        for _ in range(2):
            s = self.y - profiles.tilt(s) * q
            q = self.x - profiles.middle(s)
        self.s, self.q = s, q
        self.right = q > 0
        self.across = np.abs(q)
        self.width = profiles.width(s, self.right)
        self.over_top = s - profiles.top(self.across, self.right)  # H below the shoulder line

    @functools.cached_property
    def strokes(self):
        """`Strokes` in (q, s)."""
        return Strokes(self.q, self.s)

    @functools.cached_property
    def half_strokes(self):
        """`Strokes` in (distance from the spine, s): on both sides at once."""
        return Strokes(self.across, self.s)

    def part(self, low, high, reach=None):
        """The rows in which heights from ``low`` to ``high`` (H) occur, as a `TrunkField` of its own.

        ``reach`` (H) leaves out the columns that are further from the spine at all heights.
        """
        rows = np.flatnonzero((self.s.max(1) > low) & (self.s.min(1) < high))
        rows = slice(rows[0], rows[-1] + 1) if len(rows) > 2 else slice(0, 3)
        columns = slice(0, self.x.size)
        if reach is not None:
            near = np.flatnonzero(self.across[rows].min(0) < reach)
            columns = slice(near[0], near[-1] + 1)
        cut = rows, columns
        part = object.__new__(TrunkField)
        part.grid, part.profiles, part.x, part.y = self.grid, self.profiles, self.x[:, columns], self.y[rows]
        part.window = tuple(slice(whole.start + piece.start, whole.start + piece.stop) for whole, piece in zip(self.window, cut, strict=True))
        for name in ("s", "q", "right", "across", "width", "over_top"):
            setattr(part, name, getattr(self, name)[cut])
        return part


class LimbField:
    """Limb coordinates in a window around a centre line.

    Fields: ``a`` (coordinate along the limb, as given by the curve), ``d`` (signed distance from the centre line, H, positive on the
    outer side), ``reach`` (distance from the centre line including the round ends).

    Args:
        grid: `Grid`.
        points: (n, 2) centre line, evenly spaced.
        along: (n,) coordinate of each point.
        side: -1 or 1, which turns ``d`` so that the outer side is positive.
        margin: how far from the line the fields are needed, H.
    """

    def __init__(self, grid, points, along, side, margin):
        self.grid, self.side, self.points, self.along = grid, side, points, along
        low, high = points.min(0) - margin, points.max(0) + margin
        self.window = grid.window(low[0], high[0], low[1], high[1])
        self.x, self.y = x, y = grid.axes(self.window)
        step = 2
        near_x, near_y = x[0, ::step], y[::step, 0]
        square = (near_x[None, :, None] - points[:, 0]) ** 2 + ((near_y[:, None] - points[:, 1]) ** 2)[:, None, :]
        start = square.argmin(-1).astype(np.float32)
        place = np.repeat(np.repeat(start, step, 0), step, 1)[: y.size, : x.size]
        last = len(points) - 1
        spacing = float(np.hypot(*(points[1] - points[0])))
        tangent = np.gradient(points, axis=0).astype(np.float32)
        tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-6)[:, None]
        curve = np.gradient(tangent, axis=0) / spacing
        table = np.concatenate([points, tangent, along[:, None], curve], 1).astype(np.float32)
        table = np.ascontiguousarray(np.concatenate([table, table[-1:]]).T)

        def look(place, rows):
            index = place.astype(np.intp)
            part = place - index.astype(np.float32)  # minus a whole number it would be float64
            result = []
            for row in rows:
                low = table[row].take(index)
                result.append(low + part * (table[row].take(index + 1) - low))
            return result

        for _ in range(2):
            at_x, at_y, go_x, go_y, bow_x, bow_y = look(place, (0, 1, 2, 3, 5, 6))
            off_x, off_y = x - at_x, y - at_y
            turn = np.maximum(1 - off_x * bow_x - off_y * bow_y, np.float32(0.6))
            place = np.clip(place + (off_x * go_x + off_y * go_y) / (turn * np.float32(spacing)), 0, last)
        at_x, at_y, go_x, go_y, self.a = look(place, (0, 1, 2, 3, 4))
        off_x, off_y = x - at_x, y - at_y
        self.d = (off_x * -go_y + off_y * go_x) * np.float32(-side)
        beyond = off_x * go_x + off_y * go_y
        self.reach = np.sqrt(self.d * self.d + np.where((place <= 0) | (place >= last), beyond * beyond, 0))
        self.out = self.d > 0

    @functools.cached_property
    def strokes(self):
        """`Strokes` in (a, d)."""
        return Strokes(self.a, self.d)

    def part(self, high):
        """The window in which arm coordinates below ``high`` (H) occur, as a `LimbField` of its own."""
        near = (self.a < high) & (self.reach < 0.42)
        rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
        cut = slice(rows[0], max(rows[-1] + 1, rows[0] + 3)), slice(columns[0], max(columns[-1] + 1, columns[0] + 3))
        part = object.__new__(LimbField)
        part.grid, part.side, part.points, part.along = self.grid, self.side, self.points, self.along
        part.window = tuple(slice(whole.start + piece.start, whole.start + piece.stop) for whole, piece in zip(self.window, cut, strict=True))
        part.x, part.y = self.x[:, cut[1]], self.y[cut[0]]
        for name in ("a", "d", "reach", "out"):
            setattr(part, name, getattr(self, name)[cut])
        return part
