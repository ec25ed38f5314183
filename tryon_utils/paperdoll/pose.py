"""Skeletons: authored standing poses with the weight on one leg, varied a little from person to person.

Lengths in heads (H), x to the right of the picture, y down (see `body_curves`).  ``side`` is -1 for the left of the picture (the
person's right) and +1 for its right.  Angles in degrees from straight down, positive away from the body's middle.
"""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.factors import check_choice, check_range

UPPER_ARM, FOREARM, HAND = 1.34, 1.10, 0.72
"""Bone lengths in H; the arm coordinate runs 0 shoulder, 1.34 elbow, 2.44 wrist."""
WRIST = UPPER_ARM + FOREARM


@dataclasses.dataclass(frozen=True)
class ArmPose:
    """One arm as drawn: angles in degrees, scales for foreshortening, what the hand does, and where it lies in the picture's layers."""

    upper: float
    fore: float
    upper_scale: float = 1.0
    fore_scale: float = 1.0
    hand: str = "relaxed"  # relaxed, hip, flat, grip, hidden
    hand_angle: float | None = None  # as `fore` when None
    raise_shoulder: float = 0.0
    layer: int = 1  # 0 behind the torso, 1 beside, 2 across it; 3 on top of 2


RELAXED = ArmPose(9, 2, hand_angle=3)
AWAY = ArmPose(14, 5, hand_angle=6)
HIP = ArmPose(41, -43, 0.97, 0.93, "hip", -60, 0.03, 2)
BACK = ArmPose(17, -47, 1.0, 0.84, "hidden", layer=0)
RAISED = ArmPose(146, -97, 0.92, 0.90, "flat", -104, 0.15, 1)
OVER = ArmPose(9, -99, 0.89, 0.94, "flat", -104, 0.02, 3)
UNDER = ArmPose(10, -88, 0.88, 0.93, "tucked", -84, 0.02, 2)
HOLD = ArmPose(8, -86, 0.90, 0.98, "grip", -84, 0.0, 2)
WAIST = ArmPose(15, -62, 0.95, 0.86, "flat", -70, 0.0, 2)

POSES = {
    "relaxed": ("down", RELAXED, AWAY), "behind back": ("down", BACK, BACK), "one behind": ("down", RELAXED, BACK),
    "hand on hip": ("bent", HIP, RELAXED), "hands on hips": ("bent", HIP, HIP), "holding elbow": ("bent", HOLD, RELAXED),
    "hand at waist": ("bent", WAIST, AWAY),
    "raised": ("raised", RAISED, RELAXED), "raised, hand on hip": ("raised", RAISED, HIP), "crossed": ("crossed", OVER, UNDER),
}  # fmt: skip
"""Name -> (family, arm of the free-leg side, arm of the weight side)."""

FAMILIES = ("down", "bent", "raised", "crossed")


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """A posed figure: everything the painters need, in H.

    Args:
        spine: heights (n,) and middles x (n,) of the trunk.
        tilts: (shoulder, hip) slope of the cross sections, tangent of the angle, positive = lower on the picture's right.
        arms: {side: `ArmPose`}; joints: {name: (x, y)}; curves: {side: (points (n, 2), arm coordinate (n,))}.
        head: (x, y, roll in degrees) of the point between the eyes.
        raises: {side: how far the shoulder is lifted}.
        weight: side of the standing leg; sway: its amount, H.
    """

    spine: tuple
    tilts: tuple
    arms: dict
    joints: dict
    curves: dict
    head: tuple
    raises: dict
    weight: int
    sway: float


def direction(angle, side):
    """Unit vector (2,) at ``angle`` degrees from straight down, away from the body's middle on ``side``."""
    turn = np.radians(angle)
    return np.array([side * np.sin(turn), np.cos(turn)])


def _vary(arm, wobble):
    return dataclasses.replace(
        arm, upper=arm.upper + 3.5 * wobble[0], fore=arm.fore + 4 * wobble[1],
        hand_angle=(arm.fore if arm.hand_angle is None else arm.hand_angle) + 5 * wobble[2],
    )  # fmt: skip


def arm_curve(start, shoulder, elbow, wrist, bend):
    """A smooth centre line: clavicle, over the shoulder, rounded elbow, wrist, with the arm coordinate of each point."""
    def corner(before, at, after, cut_in, cut_out, count):
        a = at + (before - at) * min(1, cut_in / max(np.hypot(*(before - at)), 1e-6))
        b = at + (after - at) * min(1, cut_out / max(np.hypot(*(after - at)), 1e-6))
        f = np.linspace(0, 1, count)[:, None]
        return (1 - f) ** 2 * a + 2 * f * (1 - f) * at + f * f * b

    first = corner(start, shoulder, elbow, 0.30, 0.34, 14)
    second = corner(shoulder, elbow, wrist, bend, bend, 12)
    f = np.linspace(0, 1, 8)[1:-1, None]
    points = np.concatenate([
        start[None], first, first[-1] + f * (second[0] - first[-1]), second, second[-1] + f * (wrist - second[-1]), wrist[None]
    ])  # fmt: skip
    keep = np.append(True, np.hypot(*np.diff(points, axis=0).T) > 1e-4)
    points = points[keep]
    length = np.append(0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    place = lambda p: length[np.argmin(np.hypot(*(points - p).T))]  # noqa: E731
    at_shoulder, at_elbow = place(shoulder), place(elbow)
    coordinate = np.interp(length, [0, at_shoulder, at_elbow, length[-1]], [-at_shoulder, 0, UPPER_ARM, WRIST])
    # Even steps make the nearest-point search well behaved.
    even = np.linspace(0, length[-1], 48)
    even_points = np.stack([np.interp(even, length, points[:, k]) for k in (0, 1)], 1)
    smooth = even_points.copy()
    for _ in range(2):
        smooth[1:-1] = 0.25 * smooth[:-2] + 0.5 * smooth[1:-1] + 0.25 * smooth[2:]
    return smooth.astype(np.float32), np.interp(even, length, coordinate).astype(np.float32)


def build_skeleton(pose, mirror, wobble, shoulder=0.0, sway=0.5, head_roll=0.0):
    """Poses the figure.

    Args:
        pose: a key of `POSES`.
        mirror: weight on the picture's left leg instead of the right.
        wobble: eight numbers in [-1, 1] of natural variation.
        shoulder: shoulder breadth in [-1, 1], 0 the average.
        sway: how far the hips swing to the standing leg, [0, 1].
        head_roll: the head's inclination, degrees.

    Returns:
        `Skeleton`.

    Raises:
        ValueError: for an unknown pose or a number out of range.
    """
    check_choice("pose", pose, POSES)
    check_range("shoulder", shoulder, -1, 1)
    check_range("sway", sway, 0, 1)
    _, free_arm, weight_arm = POSES[pose]
    weight = -1 if mirror else 1
    swing = weight * (0.05 + 0.11 * sway)
    spine = (
        np.array([0.4, 1.0, 1.31, 1.75, 2.25, 2.75, 3.2, 3.6, 4.1, 4.9]),
        np.array([-0.15, -0.15, -0.15, -0.22, -0.12, 0.25, 0.75, 0.95, 0.72, 0.28]) * swing,
    )
    tilt_shoulder = weight * (0.02 + 0.055 * sway) * (1 + 0.3 * wobble[6])
    tilt_hip = -weight * (0.02 + 0.085 * sway)
    arms = {-weight: _vary(free_arm, wobble[:3]), weight: _vary(weight_arm, wobble[3:6])}
    joints, curves, raises = {}, {}, {}
    pit = np.array([np.interp(1.31, *spine), 1.31])
    breadth = 0.70 + 0.065 * shoulder
    for side in (-1, 1):
        arm = arms[side]
        lift = arm.raise_shoulder + 0.015 * wobble[7]
        drop = tilt_shoulder * side * breadth
        joint = pit + (side * (breadth - 0.35 * lift), 0.235 + drop - lift)
        start = pit + (side * 0.30, 0.14 + drop * 0.4 - 0.35 * lift)
        elbow = joint + direction(arm.upper, side) * UPPER_ARM * arm.upper_scale
        wrist = elbow + direction(arm.fore, side) * FOREARM * arm.fore_scale
        if arm.upper > 90:  # reach the back of the head, wherever it is
            wrist = 0.3 * wrist + 0.7 * (pit + (side * 0.60, -0.74))
        elif arm.hand == "hidden":  # clasped behind the back
            wrist = np.array([np.interp(3.3, *spine) + side * 0.26, 3.28 + 0.04 * wobble[5]])
        name = "left" if side > 0 else "right"
        joints |= {f"{name} shoulder": tuple(joint), f"{name} elbow": tuple(elbow), f"{name} wrist": tuple(wrist)}
        curves[side] = arm_curve(start, joint, elbow, wrist, 0.15 if abs(arm.upper - arm.fore) > 60 else 0.34)
        raises[side] = float(lift)
        hip_x = float(np.interp(3.62, *spine)) + side * 0.36
        joints[f"{name} hip"] = (hip_x, 3.62 + tilt_hip * (hip_x - np.interp(3.62, *spine)))
        stand = side == weight
        joints[f"{name} knee"] = (hip_x * (0.62 if stand else 1.0) + side * (0.0 if stand else 0.12), 5.32)
    head = (float(pit[0]), 0.5, float(head_roll))
    joints["neck"] = tuple(pit)
    return Skeleton(spine, (float(tilt_shoulder), float(tilt_hip)), arms, joints, curves, head, raises, weight, float(sway))
