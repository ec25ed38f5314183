"""The head's form in head units: contour, pose and surface slopes.

Head units: origin between the eyes, u to the right, v down, crown of the skull at v = -1, chin at v = +1.
A head turns by sliding each point by its depth (as 2.5-D animation does), which stays clean to about 15 degrees.
"""

import dataclasses
import math

import numpy as np

CENTRE_V = 0.1
ANGLES = 361
"""Contour tables hold the radius from (0, CENTRE_V) at angles 0 (chin) to pi (crown)."""

_PRESETS = {
    #             crown        temple       cheekbone     cheek        jaw          chin side    chin
    "oval": [(0.304, -0.905), (0.508, -0.71), (0.592, -0.4), (0.604, -0.05), (0.566, 0.25), (0.462, 0.53), (0.318, 0.755), (0.158, 0.915), (0.0, 0.955)],
    "round": [(0.310, -0.905), (0.524, -0.71), (0.612, -0.4), (0.630, -0.05), (0.604, 0.25), (0.514, 0.52), (0.366, 0.735), (0.182, 0.880), (0.0, 0.918)],
    "heart": [(0.310, -0.905), (0.529, -0.71), (0.614, -0.4), (0.617, -0.05), (0.557, 0.25), (0.440, 0.52), (0.292, 0.745), (0.140, 0.912), (0.0, 0.954)],
    "square": [(0.310, -0.905), (0.518, -0.71), (0.602, -0.4), (0.613, -0.05), (0.586, 0.25), (0.508, 0.53), (0.368, 0.760), (0.190, 0.912), (0.0, 0.945)],
    "diamond": [(0.295, -0.905), (0.491, -0.71), (0.578, -0.4), (0.618, -0.05), (0.586, 0.22), (0.458, 0.52), (0.302, 0.750), (0.140, 0.918), (0.0, 0.960)],
    "long": [(0.295, -0.905), (0.491, -0.71), (0.572, -0.4), (0.585, -0.05), (0.550, 0.25), (0.460, 0.54), (0.324, 0.790), (0.164, 0.960), (0.0, 1.002)],
    "soft square": [(0.308, -0.905), (0.514, -0.71), (0.598, -0.4), (0.608, -0.05), (0.576, 0.25), (0.486, 0.53), (0.342, 0.758), (0.172, 0.914), (0.0, 0.950)],
    "pear": [(0.295, -0.905), (0.499, -0.71), (0.580, -0.4), (0.598, -0.05), (0.576, 0.25), (0.492, 0.53), (0.345, 0.755), (0.174, 0.905), (0.0, 0.945)],
}  # fmt: skip


def smooth_curve(points, count=400):
    """A smooth curve (natural cubic spline over chord length) through points (n, 2); returns (count, 2)."""
    points = np.asarray(points, float)
    knot = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    n, h = len(points), np.diff(knot)
    matrix, right = np.eye(n), np.zeros((n, 2))
    for i in range(1, n - 1):
        matrix[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        right[i] = 6 * ((points[i + 1] - points[i]) / h[i] - (points[i] - points[i - 1]) / h[i - 1])
    second = np.linalg.solve(matrix, right)
    at = np.linspace(0, knot[-1], count)
    i = np.clip(np.searchsorted(knot, at, side="right") - 1, 0, n - 2)
    a, b, width = (knot[i + 1] - at)[:, None], (at - knot[i])[:, None], h[i][:, None]
    return (
        (second[i] * a**3 + second[i + 1] * b**3) / (6 * width)
        + (points[i] / width - second[i] * width / 6) * a
        + (points[i + 1] / width - second[i + 1] * width / 6) * b
    )


def _radius_table(points):
    closed = [(-points[0][0], points[0][1]), (0, -0.995), *points, (-points[-2][0], points[-2][1])]
    curve = smooth_curve(closed, 1200)
    angle, radius = np.arctan2(curve[:, 0], curve[:, 1] - CENTRE_V), np.hypot(curve[:, 0], curve[:, 1] - CENTRE_V)
    order = np.argsort(angle)
    return np.interp(np.linspace(0, np.pi, ANGLES), angle[order], radius[order]).astype(np.float32)


_TABLES = {name: _radius_table(points) for name, points in _PRESETS.items()}
_ANGLE = np.linspace(0, np.pi, ANGLES).astype(np.float32)


def _bump(at_u, at_v, width):
    angle = np.arctan2(at_u, at_v - CENTRE_V)
    return np.exp(-(((_ANGLE - angle) / width) ** 2)).astype(np.float32)


_JAW, _CHEEK, _CHIN = _bump(0.53, 0.60, 0.27), _bump(0.63, 0.22, 0.3), _bump(0.2, 0.95, 0.17)


@dataclasses.dataclass(frozen=True)
class Contour:
    """The outline of the skull and face as radius and slope tables over the angle from the chin."""

    radius: np.ndarray
    slope: np.ndarray

    def relative(self, u, v):
        """Where points lie: ``(q, distance, angle index, rho)``; q = 0 at the centre and 1 on the outline, distance > 0 inside."""
        down = v - np.float32(CENTRE_V)
        rho = np.sqrt(u * u + down * down) + np.float32(1e-6)
        position = np.arctan2(np.abs(u), down) * np.float32((ANGLES - 1) / np.pi)
        low = np.minimum(position.astype(np.int32), ANGLES - 2)
        part = position - low.astype(np.float32)
        radius = self.radius[low] + part * (self.radius[low + 1] - self.radius[low])
        slope = self.slope[low] / radius
        return rho / radius, (radius - rho) / np.sqrt(1 + slope * slope), slope, rho

    def half_width(self, v):
        """Half width of the outline at heights ``v`` (1-D or scalar)."""
        u = self.radius * np.sin(_ANGLE)
        return np.interp(v, (CENTRE_V + self.radius * np.cos(_ANGLE))[::-1], u[::-1])


def face_contour(factors):
    """The `Contour` of a `FaceFactors`."""
    table = _TABLES[factors.face_shape] * np.float32(1 + 0.025 * factors.width)
    table = table * (1 + 0.028 * factors.jaw * _JAW + 0.022 * factors.cheek * _CHEEK + 0.022 * factors.chin * _CHIN)
    table = (table * (1 + 0.012 * factors.chin * np.exp(-((_ANGLE / 0.35) ** 2)))).astype(np.float32)
    slope = np.gradient(table, _ANGLE[1]) * np.clip(_ANGLE / 0.12, 0, 1) * np.clip((np.pi - _ANGLE) / 0.25, 0, 1)
    return Contour(table, slope.astype(np.float32))


def depth_at(u, v):
    """Depth of the face surface (towards the viewer, head units) used for turning; smooth, at least -0.35."""
    x, y = u * np.float32(1 / 0.82), (v - np.float32(0.25)) * np.float32(1 / 1.05)
    nose = np.exp(-(u * u) * np.float32(1 / (2 * 0.1**2)) - (v - np.float32(0.40)) ** 2 * np.float32(1 / (2 * 0.16**2)))
    return (
        np.maximum(np.float32(0.55) - np.float32(0.75) * x * x - np.float32(0.30) * y * y, np.float32(-0.35))
        + np.float32(0.12) * nose
    )


@dataclasses.dataclass(frozen=True)
class Pose:
    """Yaw, pitch and roll in radians; turns head coordinates to picture coordinates and back."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    PIVOT_V = 1.15
    MIDDLE_V = 0.3

    def forward(self, u, v, depth=None):
        """Head coordinates to picture coordinates (both in head units)."""
        z = depth_at(u, v) if depth is None else depth
        x = u * math.cos(self.yaw) + z * math.sin(self.yaw)
        y = (v - self.MIDDLE_V) * math.cos(self.pitch) - z * math.sin(self.pitch) + (self.MIDDLE_V - self.PIVOT_V)
        c, s = math.cos(self.roll), math.sin(self.roll)
        return x * c - y * s, x * s + y * c + self.PIVOT_V

    def unroll(self, x, y):
        """Takes the roll out of picture coordinates."""
        c, s = np.float32(np.cos(self.roll)), np.float32(np.sin(self.roll))
        y = y - np.float32(self.PIVOT_V)
        return x * c + y * s, y * c - x * s + np.float32(self.PIVOT_V)

    def backward(self, x, y):
        """Picture coordinates to head coordinates, by five rounds of substitution (error below 0.002)."""
        flat_x, flat_y = self.unroll(x, y)
        if self.yaw == 0 and self.pitch == 0:
            return flat_x, flat_y
        inverse, sine = np.float32(1 / np.cos(self.yaw)), np.float32(np.sin(self.yaw))
        inverse_pitch, sine_pitch = np.float32(1 / np.cos(self.pitch)), np.float32(np.sin(self.pitch))
        middle = np.float32(self.MIDDLE_V)
        u, v = flat_x, flat_y
        for _ in range(5):
            z = depth_at(u, v)
            u, v = (flat_x - z * sine) * inverse, middle + (flat_y - middle + z * sine_pitch) * inverse_pitch
        return u, v

    def rotate(self, normal):
        """Turns planar vectors (3, ...) from the head's frame to the picture's."""
        x, y, z = normal
        c, s = np.float32(np.cos(self.yaw)), np.float32(np.sin(self.yaw))
        x, z = x * c + z * s, z * c - x * s
        c, s = np.float32(np.cos(self.pitch)), np.float32(np.sin(self.pitch))
        y, z = y * c - z * s, z * c + y * s
        c, s = np.float32(np.cos(self.roll)), np.float32(np.sin(self.roll))
        return np.stack([x * c - y * s, x * s + y * c, z])


def face_pose(factors):
    """The `Pose` of a `FaceFactors`."""
    return Pose(*np.radians([factors.yaw, factors.pitch, factors.roll]))


def add_bump(slopes, u, v, at_u, at_v, wide, high, height, turn=0.0):
    """Adds a Gaussian hill's slopes to ``slopes`` (du, dv) in place; sizes are standard deviations in head units."""
    x, y = u - np.float32(at_u), v - np.float32(at_v)
    if turn:
        c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        x, y = x * c + y * s, y * c - x * s
    a, b = np.float32(1 / wide**2), np.float32(1 / high**2)
    hill = np.float32(height) * np.exp(np.float32(-0.5) * (x * x * a + y * y * b))
    along, across = -hill * x * a, -hill * y * b
    if turn:
        along, across = along * c - across * s, along * s + across * c
    slopes[0] += along
    slopes[1] += across
    return hill


def dome_slopes(contour, u, v):
    """Slopes (2, ...) of the smooth egg under the face, with (q, distance) of the outline."""
    q, distance, slope, rho = contour.relative(u, v)
    inside = np.minimum(q, np.float32(0.995))
    power = inside ** np.float32(2.6)
    steep = np.minimum(np.float32(0.50) * power / inside * (1 - power) ** np.float32(-0.62), np.float32(3.2))
    down = v - np.float32(CENTRE_V)
    side = np.sign(u)
    across = slope * side / rho  # dq/dtheta part, theta grows with |u|
    gradient_u = (u / rho - across * down) * q / rho
    gradient_v = (down / rho + across * u) * q / rho
    size = np.float32(1) / np.maximum(np.sqrt(gradient_u**2 + gradient_v**2), np.float32(0.6))
    return np.stack([-steep * gradient_u * size, -steep * gradient_v * size]), q, distance
