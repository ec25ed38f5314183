"""Smooth curves drawn through a few authored points, and quick look-up in them.

Lengths are in *heads* (H): the distance from crown to chin.  The picture is 4.8 H high and 3.6 H wide; x = 0 is its middle, y = 0
the crown of an upright figure, y grows downwards.
"""

import numpy as np

SIZE = 256
"""Number of intervals of every `Profile` table."""


def hermite(knots, values, at):
    """Monotone cubic (Fritsch-Carlson) through ``(knots, values)``, evaluated at ``at``; constant beyond the ends.

    Args:
        knots: (n,) growing numbers, n >= 2.
        values: (n,) or (n, k) numbers.
        at: (m,) numbers.

    Returns:
        (m,) or (m, k) float32.

    Raises:
        ValueError: when the knots do not grow.
    """
    knots, values = np.asarray(knots, np.float64), np.asarray(values, np.float64)
    step = np.diff(knots)
    if np.any(step <= 0):
        raise ValueError(f"Got the knots {knots.tolist()}; wanted growing numbers. Sort them and drop doubles.")
    column = (slice(None),) + (None,) * (values.ndim - 1)
    slope = np.diff(values, axis=0) / step[column]
    tangent = np.concatenate([slope[:1], np.zeros_like(slope[1:]), slope[-1:]])
    if len(knots) > 2:
        before, after = slope[:-1], slope[1:]
        same = before * after > 0
        total = before + after
        tangent[1:-1] = np.where(same, 2 * before * after / np.where(same, total, 1), 0)
    at = np.clip(np.asarray(at, np.float64), knots[0], knots[-1])
    cell = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(step) - 1)
    h = step[cell]
    f = ((at - knots[cell]) / h)[column]
    h = h[column]
    result = (
        (1 + 2 * f) * (1 - f) ** 2 * values[cell] + f * (1 - f) ** 2 * h * tangent[cell]
        + f * f * (3 - 2 * f) * values[cell + 1] + f * f * (f - 1) * h * tangent[cell + 1]
    )  # fmt: skip
    return result.astype(np.float32)


class Profile:
    """One or two smooth functions of a number, tabled: ``profile(x)`` or ``profile(x, second)``.

    Args:
        knots: (n,) growing numbers.
        *rows: one or two (n,) value lists over the same knots (for example left and right half widths).
    """

    def __init__(self, knots, *rows):
        self.low, self.high = float(knots[0]), float(knots[-1])
        at = np.linspace(self.low, self.high, SIZE + 1)
        self.rows = list(hermite(knots, np.stack(rows, 1), at).T)
        self._pack()

    def _pack(self):
        self.flat = np.concatenate([np.append(row, row[-1]) for row in self.rows])
        self.scale = np.float32(SIZE / (self.high - self.low))

    @classmethod
    def tabled(cls, low, high, *rows):
        """A profile from ready tables of SIZE + 1 values each."""
        self = cls.__new__(cls)
        self.low, self.high = float(low), float(high)
        self.rows = [np.asarray(row, np.float32) for row in rows]
        self._pack()
        return self

    @property
    def at(self):
        """(SIZE + 1,) positions of the table's entries."""
        return np.linspace(self.low, self.high, SIZE + 1)

    def __call__(self, x, second=None):
        """Value at ``x`` (any shape); where the boolean ``second`` is true, of the second row."""
        place = np.clip((x - np.float32(self.low)) * self.scale, 0, np.float32(SIZE))
        index = place.astype(np.intp)
        part = place - index.astype(np.float32)  # float32 minus a whole number would be float64, and all that follows from it
        if second is not None and len(self.rows) > 1:
            index = index + second * np.intp(SIZE + 2)
        low = self.flat.take(index)
        return low + part * (self.flat.take(index + 1) - low)


def slopes(height, pixel):
    """Downhill slopes (-dz/dx, -dz/dy) of a height field (rows, columns) by central differences, (2, rows, columns)."""
    result = np.empty((2, *height.shape), np.float32)
    half = np.float32(-0.5 / pixel)
    np.subtract(height[:, 2:], height[:, :-2], out=result[0][:, 1:-1])
    result[0][:, 0], result[0][:, -1] = result[0][:, 1], result[0][:, -2]
    np.subtract(height[2:], height[:-2], out=result[1][1:-1])
    result[1][0], result[1][-1] = result[1][1], result[1][-2]
    result *= half
    return result


def ease(low, high, x):
    """Smooth step: 0 below ``low``, 1 above ``high``; float32 arrays of any shape."""
    f = np.clip((x - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return f * f * (3 - 2 * f)


def edge(distance, pixel):
    """Antialiased coverage of a signed distance (positive inside), in the unit of ``pixel``."""
    return np.clip(distance * np.float32(1 / pixel) + np.float32(0.5), 0, 1)


def bump(x, y, wide, high):
    """A soft hill: 1 at the origin, 0 beyond about two half-widths ``wide`` and ``high``."""
    f = np.maximum(1 - (x * np.float32(0.45 / wide)) ** 2 - (y * np.float32(0.45 / high)) ** 2, 0)
    return f * f * f


class Strokes:
    """Painted ridges over a coordinate field: soft, tapered lines as height, exactly 0 away from the line.

    Each stroke is worked out only in the rows and columns that it can touch.

    Args:
        x, y: (rows, columns) coordinates.
    """

    def __init__(self, x, y):
        self.x, self.y = x, y
        self.bounds = [[(part.min(axis), part.max(axis)) for part in (x, y)] for axis in (1, 0)]  # of rows, of columns

    def _window(self, low, high):
        window = []
        for (x_low, x_high), (y_low, y_high) in self.bounds:
            near = np.flatnonzero((x_high > low[0]) & (x_low < high[0]) & (y_high > low[1]) & (y_low < high[1]))
            if not near.size:
                return None
            window.append(slice(near[0], near[-1] + 1))
        return tuple(window)

    def add(self, total, start, end, wide, height, bend=0.0, sharp=0.0):
        """Adds one stroke to ``total`` (rows, columns) in place.

        Args:
            start, end: (x, y) pairs.
            wide: half width in the middle.
            height: height of the ridge (negative carves a groove).
            bend: sideways bow in the middle, as a share of the length.
            sharp: 0 a round ridge, towards 1 steep on one side and soft on the other.
        """
        go_x, go_y = end[0] - start[0], end[1] - start[1]
        length = float(np.hypot(go_x, go_y)) + 1e-6
        go_x, go_y = go_x / length, go_y / length
        reach = 1.9 * wide / (1 - sharp) + abs(bend) * length
        window = self._window([min(start[k], end[k]) - reach for k in (0, 1)], [max(start[k], end[k]) + reach for k in (0, 1)])
        if window is None:
            return
        off_x, off_y = self.x[window] - np.float32(start[0]), self.y[window] - np.float32(start[1])
        along = (off_x * np.float32(go_x) + off_y * np.float32(go_y)) * np.float32(1 / length)
        taper = np.maximum(along * (1 - along) * 4, 0)
        away = (off_y * np.float32(go_x) - off_x * np.float32(go_y)) - np.float32(bend * length) * taper
        if sharp:
            away *= 1 + np.float32(sharp) * np.sign(away)
        away *= np.float32(1 / (1.9 * wide))
        hill = np.maximum(1 - away * away, 0)
        hill *= hill
        hill *= taper
        hill *= np.float32(height)
        total[window] += hill

    def one(self, *stroke):
        """A single stroke (rows, columns); arguments as for `add`."""
        total = np.zeros(np.broadcast(self.x, self.y).shape, np.float32)
        self.add(total, *stroke)
        return total
