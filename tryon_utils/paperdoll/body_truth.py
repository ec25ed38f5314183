"""Truth at pixel resolution: majority labels, masked means, keypoints, and the agnostic mask drawn from the skeleton."""

import dataclasses

import numpy as np
from scipy import ndimage

from tryon_utils.paperdoll.body_frame import Grid
from tryon_utils.paperdoll.body_paint import LABELS
from tryon_utils.paperdoll.face_shape import face_pose
from tryon_utils.paperdoll.shading import shrink

_JOINTS = (
    "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist", "right hip", "right knee",
    None, "left hip", "left knee", None,
)  # fmt: skip
_FACE_POINTS = {14: (-0.27, 0.0), 15: (0.27, 0.0), 16: (-0.66, 0.12), 17: (0.66, 0.12)}  # eyes and ears, head units
KEYPOINT_NAMES = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist", "right hip",
    "right knee", "right ankle", "left hip", "left knee", "left ankle", "right eye", "left eye", "right ear", "left ear",
)  # fmt: skip
"""COCO-18 in OpenPose's order."""


def samples_of(field, factor):
    """The samples of each pixel: (rows * factor, columns * factor) -> (factor * factor, rows, columns)."""
    rows, columns = field.shape[0] // factor, field.shape[1] // factor
    return field.reshape(rows, factor, columns, factor).transpose(1, 3, 0, 2).reshape(factor * factor, rows, columns)


def majority(samples):
    """The commonest value along the first axis (ties: the first sample's), same dtype."""
    result = samples[0].copy()
    split = (samples[1:] != result).any(0)
    ballot = samples[:, split]
    votes = (ballot[:, None] == ballot).sum(1)
    result[split] = np.take_along_axis(ballot, votes.argmax(0)[None], 0)[0]
    return result


def masked_mean(field, mask, factor):
    """Mean over each pixel's samples inside ``mask``; 0 where there are none."""
    weight = mask.astype(np.float32)
    total = samples_of(field * weight, factor).sum(0)
    return total / np.maximum(samples_of(weight, factor).sum(0), 1)


def keypoints(scene, height, width, pixel):
    """COCO-18 keypoints of a `PersonScene`.

    Args:
        scene: `PersonScene`.
        height, width: size of the picture, pixels.
        pixel: side of a pixel, H.

    Returns:
        (18, 3) float32: x, y in pixels, and 1 where the point lies in the picture, not behind the body, the head or the hair; cloth
        hides no point.
    """
    places = np.zeros((18, 3), np.float32)
    head_x, head_y, unit = scene.head_place
    pose = face_pose(scene.factors.face)
    for index, (u, v) in {0: (0.0, 0.42), **_FACE_POINTS}.items():
        x, y = pose.forward(np.float32(u), np.float32(v))
        places[index] = head_x + unit * float(x), head_y + unit * float(y), 1
    for index, name in enumerate(_JOINTS, 1):
        if name is not None:
            x, y = scene.skeleton.joints[name]
            places[index] = x, y, 1
    for side, index in ((-1, 4), (1, 7)):
        arm = scene.skeleton.arms[side]
        places[index, :2] = scene.skeleton.curves[side][0][-1]
        if arm.hand == "hidden":
            places[index, 2] = 0
    grid = Grid(height, width, pixel, scene.grid.left, scene.grid.top)
    x, y = (places[:, 0] - grid.left) / pixel, (places[:, 1] - grid.top) / pixel
    known = places[:, 2] > 0
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    shown = (places[:, :2] != 0).any(1)
    for index in np.flatnonzero(known & inside):
        known[index] = _covered(scene, *places[index, :2], index) < 0.5
    result = np.stack([np.where(shown, x, 0), np.where(shown, y, 0), (known & inside & shown).astype(np.float32)], 1)
    return result.astype(np.float32)


def _covered(scene, x, y, index):
    """Coverage at (x, y) in H by what lies in front of keypoint ``index``: hair, and for the body's points the head."""
    grid, head = scene.grid, scene.head
    rows, columns = scene.head_window
    row, column = int((y - grid.top) / grid.pixel) - rows.start, int((x - grid.left) / grid.pixel) - columns.start
    if not (0 <= row < head.head.alpha.shape[0] and 0 <= column < head.head.alpha.shape[1]):
        return 0.0
    cover = head.hair_front.alpha[row, column]
    if index not in (0, 14, 15, 16, 17):
        cover = max(cover, head.head.alpha[row, column])
    if index in (4, 7):  # a hand behind the head is behind all of the hair
        raised = scene.skeleton.arms[-1 if index == 4 else 1].upper > 90
        cover = max(cover, head.hair_back.alpha[row, column] * raised)
    return cover


def _line(x, y, start, end):
    start, step = np.asarray(start, np.float32), np.asarray(np.subtract(end, start), np.float32)
    f = np.clip(((x - start[0]) * step[0] + (y - start[1]) * step[1]) / max(step @ step, np.float32(1e-9)), 0, 1)
    return np.hypot(x - start[0] - f * step[0], y - start[1] - f * step[1])


def agnostic_mask(scene, height, width, pixel):
    """The region to repaint, (h, w) float32 in {0, 1}: trunk and arms at fixed widths from the skeleton, never from the garment.

    Pixels that the head or the hair in front of it covers wholly stay out; hands are in.
    """
    x = (scene.grid.left + (np.arange(width) + 0.5) * pixel)[None].astype(np.float32)
    y = (scene.grid.top + (np.arange(height) + 0.5) * pixel)[:, None].astype(np.float32)
    joints = scene.skeleton.joints
    mask = np.zeros((height, width), bool)
    for name in ("left", "right"):
        shoulder, elbow, hip = (np.array(joints[f"{name} {part}"]) for part in ("shoulder", "elbow", "hip"))
        wrist = scene.skeleton.curves[1 if name == "left" else -1][0][-1]
        mask |= (_line(x, y, shoulder, elbow) < 0.36) | (_line(x, y, elbow, wrist) < 0.31)
        mask |= (_line(x, y, shoulder, hip + (0, 0.34)) < 0.42) | (_line(x, y, hip, hip + (0, 0.34)) < 0.56)
    neck = np.array(joints["neck"])
    middle = 0.5 * (np.array(joints["left hip"]) + joints["right hip"])
    mask |= _line(x, y, neck + (0, 0.15), middle + (0, 0.3)) < 0.52
    mask |= _line(x, y, neck + (0, -0.22), neck + (0, 0.2)) < 0.32
    head = np.zeros((scene.grid.height, scene.grid.width), np.float32)
    head[scene.head_window] = 1 - (1 - scene.head.head.alpha) * (1 - scene.head.hair_front.alpha)
    mask &= shrink(head, scene.grid.height // height) < 0.995
    return mask.astype(np.float32)


def governed_region(name, before, after):
    """Where a change of one factor may change the picture.

    Args:
        name: field of `PersonFactors`, `GarmentFactors` or `FaceFactors`.
        before, after: `PersonSample` of the same size, rendered before and after the change.

    Returns:
        (h, w) bool; outside it the two pictures are equal bit for bit.

    Raises:
        ValueError: for an unknown name.
    """
    either = before.parts | after.parts
    shows = lambda *names: (either & np.uint32(sum(1 << LABELS[key] for key in names))) > 0  # noqa: E731
    head = before.head_region | after.head_region
    if name in _fields(before.garment):
        return before.garment_region | after.garment_region
    if name in ("mirror", "sway", "light_angle", "light_height", "face"):  # the head moves, or the light
        return np.ones_like(head)
    if name in ("pose", "wobble", "shape"):  # everything but the face
        return either != 1 << LABELS["face"]
    if name in ("lower", "lower_colour"):  # and what rests on it takes some of its form
        return ndimage.binary_dilation(shows("trousers", "skirt", "left leg", "right leg"), iterations=2)
    if name == "background":
        return shows("background")
    if name in _fields(before.person.face):
        skin = name in ("monk_tone", "undertone", "freckles", "blemishes")
        return head | shows("neck", "left arm", "right arm", "left leg", "right leg") if skin else head
    raise ValueError(f"Got the factor {name!r}; wanted a field of PersonFactors, GarmentFactors or FaceFactors.")


def _fields(factors):
    return {field.name for field in dataclasses.fields(factors)} - {"seed", "index"}
