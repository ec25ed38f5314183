"""The body's outline: half widths, depths and limb contours as smooth profiles, from a few shape numbers.

Trunk profiles run over the height coordinate ``s`` (H below the crown of the upright figure: pit of the neck 1.31, waist 2.75, crotch
3.9); arm profiles over the arm coordinate (0 shoulder, 1.34 elbow, 2.44 wrist).  Every contour has its own two sides.
"""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.body_curves import Profile, hermite
from tryon_utils.paperdoll.factors import check_range

_S = np.array([1.20, 1.45, 1.62, 1.80, 2.00, 2.20, 2.45, 2.75, 3.02, 3.30, 3.56, 3.85, 4.20, 4.60, 5.00])
_STRAIGHT = np.array([0.64, 0.70, 0.695, 0.655, 0.605, 0.590, 0.565, 0.535, 0.550, 0.590, 0.610, 0.600, 0.570, 0.520, 0.470])
_CURVED = np.array([0.62, 0.67, 0.665, 0.620, 0.575, 0.570, 0.500, 0.452, 0.530, 0.640, 0.685, 0.670, 0.620, 0.550, 0.480])
_WAIST = np.array([0, 0, 0, 0, 0, 0.25, 0.75, 1, 0.7, 0.3, 0, 0, 0, 0, 0])
_CHEST = np.array([0, 0.2, 0.5, 0.8, 1, 1, 0.5, 0.1, 0, 0, 0, 0, 0, 0, 0])
_HIP = np.array([0, 0, 0, 0, 0, 0, 0, 0.15, 0.55, 0.9, 1, 1, 0.9, 0.8, 0.7])
_FULL = np.array([0.1, 0.2, 0.3, 0.4, 0.55, 0.7, 0.9, 1.1, 1.1, 1, 0.95, 0.9, 0.8, 0.7, 0.6])

LINE_Q = np.array([0.0, 0.196, 0.200, 0.206, 0.218, 0.246, 0.30, 0.38, 0.50, 0.60, 0.68, 0.76, 0.95])
_TOP = np.array([0.60, 0.60, 0.85, 1.02, 1.110, 1.180, 1.238, 1.290, 1.350, 1.415, 1.495, 1.62, 1.95])
LINE_Y = np.array([1.165, 1.186, 1.187, 1.188, 1.190, 1.203, 1.240, 1.290, 1.350, 1.415, 1.495, 1.62, 1.95])

_A = np.array([-0.5, -0.25, -0.08, 0.08, 0.26, 0.48, 0.80, 1.12, 1.34, 1.52, 1.70, 2.00, 2.28, 2.44, 2.60])
_OUTER = np.array([0.085, 0.115, 0.150, 0.172, 0.178, 0.160, 0.134, 0.122, 0.122, 0.139, 0.137, 0.110, 0.084, 0.080, 0.085])
_INNER = np.array([0.10, 0.16, 0.19, 0.19, 0.168, 0.158, 0.150, 0.128, 0.116, 0.124, 0.124, 0.102, 0.082, 0.078, 0.085])

_FINE_A = np.linspace(-0.5, 2.6, 125)
_DEPTH = Profile([0.5, 1.1, 1.35, 1.7, 2.1, 2.7, 3.3, 3.8, 5], [0.16, 0.17, 0.24, 0.36, 0.42, 0.36, 0.44, 0.46, 0.4])


@dataclasses.dataclass(frozen=True)
class BodyShape:
    """Continuous shape numbers, each in [-1, 1] with 0 the average, ``figure`` from straight (-1) to curved (1)."""

    shoulder: float = 0.0
    chest: float = 0.0
    waist: float = 0.0
    hip: float = 0.0
    fullness: float = 0.0
    figure: float = 0.3

    def __post_init__(self):
        for field in dataclasses.fields(self):
            check_range(field.name, getattr(self, field.name), -1, 1)


def trunk_widths(shape):
    """Half widths (15,) of the trunk at the heights ``_S``, H, for a `BodyShape`."""
    curve = 0.5 + 0.5 * shape.figure
    width = _STRAIGHT + curve * (_CURVED - _STRAIGHT)
    width = width + 0.045 * shape.waist * _WAIST + 0.035 * shape.chest * _CHEST + 0.045 * shape.hip * _HIP
    width = width + (0.065 if shape.fullness > 0 else 0.03) * shape.fullness * _FULL
    return width + 0.065 * shape.shoulder * np.interp(_S, [1.2, 1.7, 2.3, 2.6], [1, 0.9, 0.3, 0])


class BodyProfiles:
    """All profiles of one posed body.

    Args:
        shape: `BodyShape`.
        skeleton: `pose.Skeleton`.
    """

    def __init__(self, shape, skeleton):
        self.shape, self.skeleton = shape, skeleton
        base = trunk_widths(shape)
        # The standing leg pushes its hip out and folds the waist on its side; the other side is drawn long.
        push = skeleton.sway * (0.035 * _HIP - 0.012 * _WAIST)
        left, right = (base + push, base) if skeleton.weight < 0 else (base, base + push)
        self.heights = _S
        self.base_left, self.base_right = left, right
        self.width = Profile(_S, left, right)
        soft = 1 + 0.12 * shape.fullness
        tops = []
        for side in (-1, 1):
            scale = np.interp(LINE_Q, [0.23, 0.6], [1, (0.70 + 0.065 * shape.shoulder) / 0.70])
            neck = 1.03 + 0.06 * shape.fullness - 0.11 * shape.figure
            lift = skeleton.raises[side] * np.interp(LINE_Q, [0.2, 0.75], [0, 1.0])
            tops.append((LINE_Q * scale * (1 + (neck - 1) * np.interp(LINE_Q, [0.23, 0.4], [1, 0])), _TOP - lift, LINE_Y - lift))
        self.line = Profile(np.linspace(0, 1.05, 120), *(hermite(q, line, np.linspace(0, 1.05, 120)) for q, _, line in tops))
        heights = np.linspace(0.6, 2.0, 160)
        self.neck = Profile(heights, *(np.interp(heights, top + 1e-4 * np.arange(len(top)), q, right=1.5) for q, top, _ in tops))
        knots = np.linspace(0, 1.05, 120)
        self.top = Profile(knots, *(np.interp(knots, q, top) for q, top, _ in tops))
        arm = soft * (1.01 - 0.09 * shape.figure)
        self.arm_outer = _OUTER * arm
        self.arm_inner = _INNER * arm
        self.arm_round = Profile(_A, 0.5 * (self.arm_inner + self.arm_outer))
        self.arms = {side: Profile(_FINE_A, hermite(_A, self.arm_inner, _FINE_A), hermite(_A, self.arm_outer, _FINE_A) + self.elbow(side))
                     for side in (-1, 1)}
        self.depth = _DEPTH
        spine_s, spine_x = skeleton.spine
        self.middle = Profile(spine_s, spine_x)
        shoulder, hip = skeleton.tilts
        self.tilt = Profile([0.9, 1.3, 1.75, 2.75, 3.5, 4.3, 5], [0, shoulder * 0.8, shoulder, 0.35 * hip, hip, hip * 0.5, 0])

    def elbow(self, side):
        """How far the bone of a bent elbow stands out beyond the arm's outline at ``_FINE_A``, H."""
        arm = self.skeleton.arms[side]
        bend = np.clip((abs(arm.upper - arm.fore) - 25) / 75, 0, 1)
        return 0.034 * bend * np.exp(-(((_FINE_A - 1.37) / 0.11) ** 2))


def arm_knots():
    """The arm coordinates (15,) at which arm profiles are given, H."""
    return _A


def trunk_knots():
    """The heights (15,) at which trunk profiles are given, H."""
    return _S
