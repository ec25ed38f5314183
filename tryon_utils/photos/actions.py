"""What a standing person does with their arms, read from the joints: down, bent, across the body, on the hip, behind it, raised.

All lengths are parts of the trunk, from the neck to the middle of the hips, and all angles are against the trunk. So neither the size of
the person nor a tilted camera matters.
"""

import dataclasses

import numpy as np

SHOULDER, ELBOW, WRIST, HIP = {"right": 2, "left": 5}, {"right": 3, "left": 6}, {"right": 4, "left": 7}, {"right": 8, "left": 11}
NECK = 1
LEAST_SEEN = 0.7        # a bent arm's wrist is seen at 0.74 or more, one behind the back mostly below
STRAIGHT = 22.0         # degrees: a forearm that hangs is turned less than this from the trunk's direction
ELBOW_OUT = 25.0        # degrees: with a hand on the hip, the upper arm stands off by more
NEAR_HIP = 0.42         # trunks, from wrist to hip
ACROSS = -72.0          # degrees: a forearm turned further inwards lies across the body
ARMS = ("down", "bent", "across", "on hip", "behind", "raised", "unknown")
FAMILIES = ("down", "bent", "raised", "crossed", "unknown")


@dataclasses.dataclass(frozen=True)
class Action:
    """What somebody does with their arms.

    Attributes:
        right: String, one of `ARMS`. The person's right arm, on the left of the picture.
        left: String, one of `ARMS`.
    """

    right: str
    left: str

    @property
    def family(self):
        """String, one of `FAMILIES`: what the renderer calls the pose."""
        arms = {self.right, self.left}
        if "unknown" in arms:
            return "unknown"
        if "raised" in arms:
            return "raised"
        if arms == {"across"}:
            return "crossed"
        return "down" if arms <= {"down", "behind"} else "bent"

    @property
    def words(self):
        """String. A few words for people to read."""
        both = {"down": "arms down", "bent": "both arms bent", "across": "arms crossed", "on hip": "hands on hips", "behind": "hands behind the back",
                "raised": "both arms raised", "unknown": "arms not to be seen"}
        if self.right == self.left:
            return both[self.right]
        one = {"down": "hangs", "bent": "is bent", "across": "lies across the body", "on hip": "is on the hip", "behind": "is behind the back",
               "raised": "is raised", "unknown": "is not to be seen"}
        return f"the right arm {one[self.right]}, the left {one[self.left]}"


@dataclasses.dataclass(frozen=True)
class ArmMeasures:
    """An arm, measured against the trunk.

    Attributes:
        upper: Float. Degrees of the upper arm from straight down, positive away from the body.
        fore: Float. The same of the forearm.
        wrist: float64 (2,). Where the wrist is, from the neck: outwards from the middle line, and down; in trunks.
        to_hip: Float. From the wrist to the hip of the same side, in trunks.
        seen: Float in [0, 1]. How likely the wrist is seen.
    """

    upper: float
    fore: float
    wrist: np.ndarray
    to_hip: float
    seen: float


def measure(keypoints, side):
    """Measure an arm.

    Args:
        keypoints: float (18, 3), COCO's joints: x, y in pixels and how likely seen.
        side: String. "right" or "left", the person's own.

    Returns:
        `ArmMeasures`.

    Raises:
        ValueError: not (18, 3), another side, or a trunk without length.
    """
    keypoints = np.asarray(keypoints, "float64")
    if keypoints.shape != (18, 3) or side not in WRIST:
        raise ValueError(f"Keypoints of shape {keypoints.shape} and side={side!r} came; (18, 3) and 'right' or 'left' are wanted.")
    places = keypoints[:, :2]
    trunk = (places[HIP["right"]] + places[HIP["left"]]) / 2 - places[NECK]
    length = np.hypot(*trunk)
    if length < 1e-6:
        raise ValueError("The neck and the hips are the same place. Was nobody found?")
    down = trunk / length
    out = np.array([down[1], -down[0]])  # a quarter turn from down: to the right of the picture, where an upright person's left is
    out *= np.sign(out @ (places[SHOULDER["left"]] - places[SHOULDER["right"]]) or 1) * (1 if side == "left" else -1)

    def degrees(start, end):
        bone = places[end[side]] - places[start[side]]
        return float(np.degrees(np.arctan2(bone @ out, bone @ down)))

    wrist = (places[WRIST[side]] - places[NECK]) / length
    return ArmMeasures(degrees(SHOULDER, ELBOW), degrees(ELBOW, WRIST), np.array([wrist @ out, wrist @ down]),
                       float(np.hypot(*(places[WRIST[side]] - places[HIP[side]])) / length), float(keypoints[WRIST[side], 2]))


def arm_action(arm):
    """Say what an arm does: one of `ARMS` but "unknown". The first line that fits is right.

    Args:
        arm: `ArmMeasures`.
    """
    if arm.wrist[1] < 0:  # above the neck
        return "raised"
    if abs(arm.fore) < STRAIGHT and arm.upper < 90:
        return "down"
    if arm.fore < ACROSS:
        return "across"
    if arm.to_hip < NEAR_HIP and arm.upper > ELBOW_OUT:
        return "on hip"
    return "behind" if arm.seen < LEAST_SEEN else "bent"


def read(keypoints, size=None):
    """Say what somebody does with their arms.

    Example:
        read(bodies.keypoints[0]).family  # 'bent'

    Args:
        keypoints: float (18, 3), COCO's joints: x, y in pixels and how likely seen.
        size: Pair (height, width) of the picture; with it, an arm whose elbow or wrist lies outside is "unknown".

    Returns:
        `Action`.

    Raises:
        ValueError: not (18, 3), or a trunk without length.
    """
    arms = {side: arm_action(measure(keypoints, side)) for side in ("right", "left")}
    if size is not None:
        for side in arms:
            places = np.asarray(keypoints)[[ELBOW[side], WRIST[side]], :2]
            if (places < 0).any() or (places > [size[1], size[0]]).any():
                arms[side] = "unknown"
    return Action(**arms)
