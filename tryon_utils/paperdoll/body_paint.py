"""Paints the undressed figure: trunk, neck, arms and hands as soft relief."""

import numpy as np

from tryon_utils.paperdoll.body_canvas import Part
from tryon_utils.paperdoll.body_curves import bump, edge, ease, slopes
from tryon_utils.paperdoll.body_hand import hand_part

SKIN = (0.10, 0.22, 1.0)
"""Specular, gloss and scatter of skin."""
LABELS = {
    "background": 0, "hat": 1, "hair": 2, "glasses": 4, "upper": 5, "trousers": 9, "neck": 10, "skirt": 12, "face": 13, "left arm": 14,
    "right arm": 15, "left leg": 16, "right leg": 17,
}  # fmt: skip
"""Parse labels, the twenty of VITON-HD (the person's own left and right); unlisted ones do not occur."""


def round_height(share):
    """Height of a round cross section at ``share`` of its half width: about 1 in the middle, steep but finite at the edge."""
    return np.sqrt(np.maximum(np.float32(1.06) - share * share, np.float32(0.01)))


def shoulder_cap(distance, radius):
    """Share of the full height at ``distance`` (H) inside an upper edge that rounds off over ``radius``."""
    f = 1 - np.clip(distance * np.float32(1 / radius), -0.02, 1)
    return np.sqrt(np.float32(1.06) - f * f)


def edge_distance(field):
    """Distance (H, positive inside) from the line of neck and shoulders on a `TrunkField`."""
    beside = field.profiles.neck(field.s, field.right) - field.across
    above = field.over_top
    return np.sign(above) * np.abs(beside * above) / np.sqrt(beside * beside + above * above + np.float32(1e-8))


def chest_relief(field, shape):
    """Soft anatomy of the trunk as height (H) on a `TrunkField`: bust, ribs, belly."""
    s, across = field.s, field.across
    full = 0.055 + 0.035 * shape.figure + 0.03 * shape.chest + 0.015 * shape.fullness
    relief = np.float32(max(full, 0.01)) * bump(across - np.float32(0.27), s - np.float32(2.06), 0.155, 0.15 + 0.02 * shape.figure)
    relief += np.float32(0.03 + 0.03 * max(shape.fullness, 0)) * bump(field.q, s - np.float32(3.25), 0.35, 0.30)
    return relief


def trunk_part(field, shape, skin):
    """Neck, chest and belly as a `Part`."""
    field = field.part(0, 3.45, 1.0)
    s, q, across = field.s, field.q, field.across
    pixel = field.grid.pixel
    inside = edge_distance(field)
    share = np.clip(across / field.width, 0, 1.02)
    height = field.profiles.depth(s) * round_height(share) * shoulder_cap(inside, 0.19)
    height += chest_relief(field, shape)
    slim = 1 - 0.5 * max(shape.fullness, 0)
    strokes = field.half_strokes
    strokes.add(height, (0.03, 1.335), (0.56, 1.425), 0.028, 0.020 * slim, -0.07)  # collar bones
    strokes.add(height, (0.12, 1.31), (0.46, 1.385), 0.05, -0.016 * slim, -0.05)
    strokes.add(height, (0.19, 0.80), (0.035, 1.335), 0.03, 0.013 * slim, 0.04)  # neck tendons
    height -= 0.022 * bump(q, s - np.float32(1.355), 0.045, 0.05)  # the pit of the neck
    height -= 0.010 * bump(q, s - np.float32(2.55), 0.04, 0.5) + 0.03 * bump(q, s - np.float32(2.98), 0.022, 0.03)
    height -= 0.02 * ease(0.10, 0.0, across) * ease(1.75, 2.0, s) * ease(2.4, 2.1, s)
    alpha = edge(np.minimum(inside, field.width - across), pixel) * edge(s - np.float32(0.62), pixel) * (s < 3.4)
    return Part(field.window, alpha, skin, slopes(height, pixel), LABELS["neck"], SKIN).cropped()


def arm_join(field):
    """The seam between trunk and arm in arm coordinates: ``a`` minus the seam's place, H, positive on the arm."""
    share = np.clip(field.d / field.radius, -1, 1)
    return field.a - (np.float32(0.43) * (0.5 - 0.5 * share) ** 1.4 - np.float32(0.07))


def limb_contact(field, radius, reach=0.13):
    """Soft contact shadow, [0, 1], of a limb of half width ``radius`` on whatever lies below it."""
    fall = np.clip(1 - np.maximum(field.reach - radius, 0) * np.float32(1 / reach), 0, 1)
    return fall * fall * ease(0.2, 0.75, field.a)


def arm_part(field, skin, label):
    """One bare arm, without the hand, as a `Part`."""
    pixel = field.grid.pixel
    share = field.d / field.radius
    alpha = edge(field.radius - field.reach, pixel)
    height = field.profiles.arm_round(field.a) * np.float32(1.15) * round_height(np.clip(share, -1.02, 1.02))
    strokes = field.strokes
    strokes.add(height, (0.30, 0.02), (1.15, -0.035), 0.07, 0.012, 0.02)  # biceps
    strokes.add(height, (0.10, -0.02), (0.52, 0.075), 0.045, -0.010, 0.1)  # under the deltoid
    strokes.add(height, (1.20, 0.03), (2.05, 0.04), 0.06, 0.012, -0.02)  # forearm
    strokes.add(height, (1.20, -0.10), (1.46, 0.03), 0.045, -0.010, 0.05)  # elbow crease
    join = arm_join(field)
    return Part(
        field.window, alpha, skin, slopes(height, pixel), label, SKIN, shape_alpha=alpha * ease(-0.30, 0.08, join), label_where=join > 0,
    )


def hand_of(grid, skeleton, side, skin, label):
    """The hand that belongs to an arm as a `Part`, or None when it is hidden."""
    arm = skeleton.arms[side]
    if arm.hand == "hidden":
        return None
    points, _ = skeleton.curves[side]
    return hand_part(grid, points[-1], arm.hand_angle, side, arm.hand, skin, SKIN, label)
