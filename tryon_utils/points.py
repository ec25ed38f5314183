"""Sets of points in the plane whose distribution is known exactly, and what is measured on samples of them."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


class PointSet(NamedTuple):
    """A distribution in the plane: pick one of the sources, every one as likely as the next, and add round normal noise.

    A ring or a grid has as many sources as modes. Along a curve there are so many sources that they run together; its
    modes are then stations at equal distances, by which we measure whether all of the curve is covered.

    Attributes:
        name: String.
        sources: Array of shape `(n, 2)`.
        modes: Array of shape `(modes, 2)`.
        standard_deviation: Float. The noise, the same in every direction.
    """

    name: str
    sources: np.ndarray
    modes: np.ndarray
    standard_deviation: float

    def sample(self, count, rng):
        """Draw points.

        Args:
            count: Integer.
            rng: `np.random.Generator`. (Its name is short because a generator is something else in this course.)

        Returns:
            Float32 array of shape `(count, 2)`, nearly all of it within -3 and 3.
        """
        chosen = self.sources[rng.integers(len(self.sources), size=count)]
        return (chosen + rng.normal(scale=self.standard_deviation, size=(count, 2))).astype("float32")


def ring(modes=8, radius=2.0, standard_deviation=0.1):
    """Modes at equal distances on a circle."""
    angles = 2 * np.pi * np.arange(modes) / modes
    centers = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return PointSet(f"ring of {modes}", centers, centers, standard_deviation)


def grid(side=5, half_width=2.0, standard_deviation=0.1):
    """Modes on a square grid, `side` in a row."""
    steps = np.linspace(-half_width, half_width, side)
    centers = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    return PointSet(f"grid of {side} x {side}", centers, centers, standard_deviation)


def two_moons(radius=1.4, standard_deviation=0.1, modes=32):
    """Two half circles that reach into each other; half of the modes lie on each."""
    angles = np.linspace(0, np.pi, 500)
    upper = radius * np.stack([np.cos(angles) - 0.5, np.sin(angles) - 0.25], axis=1)
    return _along("two moons", [upper, -upper], modes, standard_deviation)


def spiral(turns=1.5, radius=2.2, standard_deviation=0.1, modes=40):
    """One arm that winds outwards; points lie equally densely along all of its length."""
    share = np.linspace(0.1, 1, 2000)
    angles = 2 * np.pi * turns * share
    arm = radius * share[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _along("spiral", [arm], modes, standard_deviation)


def _along(name, curves, modes, standard_deviation):
    """Return the point set of one or several curves of equal length, each given as a dense polyline."""
    sources = np.concatenate([_at_equal_distances(curve, 1000) for curve in curves])
    stations = np.concatenate([_at_equal_distances(curve, modes // len(curves)) for curve in curves])
    return PointSet(name, sources, stations, standard_deviation)


def _at_equal_distances(curve, count):
    """Return `count` places in the middles of equally long pieces of a polyline."""
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    wanted = (np.arange(count) + 0.5) / count * lengths[-1]
    return np.stack([np.interp(wanted, lengths, curve[:, axis]) for axis in (0, 1)], axis=1)


# ---- Measures ------------------------------------------------------------------------------------------------------

def good_share(points, point_set):
    """Share of the points that lie within three standard deviations of a mode.

    Args:
        points: Array of shape `(n, 2)`.
        point_set: `PointSet`.

    Returns:
        Float in [0, 1]. Real points of a ring or grid score 0.989: a round normal distribution keeps exp(-9/2), about 1.1 %, outside.
    """
    distances = cdist(points, point_set.modes)
    return float(np.mean(distances.min(axis=1) <= 3 * point_set.standard_deviation))


def covered_modes(points, point_set):
    """Number of modes that hold at least a fifth of the good points that are their fair share.

    Args:
        points: Array of shape `(n, 2)`. Some 50 a mode, or chance decides.
        point_set: `PointSet`.

    Returns:
        Integer from 0 to the number of modes.
    """
    distances = cdist(points, point_set.modes)
    good = distances.min(axis=1) <= 3 * point_set.standard_deviation
    counts = np.bincount(distances.argmin(axis=1)[good], minlength=len(point_set.modes))
    return int(np.sum(counts >= 0.2 * len(points) / len(point_set.modes)))


def wasserstein_distance(first, second):
    """Wasserstein-1 distance between two samples of equal size: the mean way of a point when all are moved for the least effort.

    The pairing of the points is found exactly, as an assignment problem. Two samples of one distribution do not
    score 0 but the distance that chance leaves between them: compare with that.

    Formula:
        W1 = min over pairings p of mean(|first[i] - second[p(i)]|)

    Args:
        first: Array of shape `(n, 2)`.
        second: Array of shape `(n, 2)`. The time grows with the cube of n: 500 points take some hundredths of a second.

    Returns:
        Float, at least 0, in the units of the points.

    Raises:
        ValueError: the samples differ in size.
    """
    if len(first) != len(second):
        raise ValueError(f"The samples must be of equal size: got {len(first)} and {len(second)} points. Cut the larger one.")
    distances = cdist(first, second)
    return float(distances[linear_sum_assignment(distances)].mean())


def plane(limit=3.0, count=48):
    """Points on a square grid over the plane, row by row from below, at which a discriminator is asked for its surface.

    Args:
        limit: Float. The grid runs from -limit to limit in both directions.
        count: Integer. Points in a row.

    Returns:
        Float32 array of shape `(count * count, 2)`.
    """
    steps = np.linspace(-limit, limit, count)
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2).astype("float32")
