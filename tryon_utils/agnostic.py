"""A person without their garment: what a try-on model may know of somebody, and nothing that tells what they wore.

The region to paint anew is drawn from the skeleton at fixed widths. Whoever cuts it along the worn garment instead tells the model
how long its sleeves are: see chapter 14. The same rule draws it in training and for a photograph.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from tryon_utils import images

GREY = 128  # what hides the region; 0 in a model
PIECE = 50  # people who are represented at once: what is float on the way takes eight times the memory
SKIN, LOWER, BACKGROUND = (10, 13), (9, 12), (0,)  # labels in a parse map: neck and face; trousers and skirt
NECK, RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST, RIGHT_HIP, LEFT_HIP = 1, 2, 3, 4, 5, 6, 7, 8, 11
LIMBS = {  # channels of the pose: pairs of COCO-18 keypoints
    "right upper arm": (RIGHT_SHOULDER, RIGHT_ELBOW), "right forearm": (RIGHT_ELBOW, RIGHT_WRIST),
    "left upper arm": (LEFT_SHOULDER, LEFT_ELBOW), "left forearm": (LEFT_ELBOW, LEFT_WRIST),
    "shoulders": (RIGHT_SHOULDER, LEFT_SHOULDER), "hips": (RIGHT_HIP, LEFT_HIP)}


class Representation(NamedTuple):
    """What a model knows of people, `n` of them.

    Attributes:
        picture: uint8 (n, height, width, 3). The person, grey where the mask is.
        mask: uint8 (n, height, width, 1). 255 where the model paints.
        pose: uint8 (n, height, width, 6). One channel a limb of `LIMBS`, 255 on its line.
        skin: uint8 (n, height, width, 3). One colour: the mean of the skin that is seen outside the mask.
        lower, background: uint8 (n, height, width, 3). What is seen of trousers or skirt and of the room, spread over the whole picture.
    """

    picture: np.ndarray
    mask: np.ndarray
    pose: np.ndarray
    skin: np.ndarray
    lower: np.ndarray
    background: np.ndarray


def represent(person, mask, keypoints, skin, lower, background):
    """Return what a model may know of people.

    Example:
        represent(bodies.person, bodies.agnostic_mask, bodies.keypoints, **regions_of(bodies.parse))

    Args:
        person: uint8 (n, height, width, 3).
        mask: uint8 (n, height, width). Not 0 where the model shall paint; see `draw_mask`.
        keypoints: float (n, 18, 3). COCO-18: x, y in pixels, visible.
        skin, lower, background: bool (n, height, width). Where face and neck, trousers or skirt, and the room are seen. What lies under the
            mask is not looked at.

    Returns:
        `Representation`.
    """
    pieces = [slice(start, start + PIECE) for start in range(0, len(person), PIECE)] or [slice(0, 0)]
    parts = [_represent(*(values[piece] for values in (person, np.asarray(mask) > 0, keypoints, skin, lower, background))) for piece in pieces]
    return Representation(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def _represent(person, hidden, keypoints, skin, lower, background):
    colour = mean_colour(person, skin & ~hidden)[:, None, None]
    return Representation(hide(person, hidden), hidden[..., None].astype("uint8") * 255, draw_pose(keypoints, *person.shape[1:3]),
                          np.broadcast_to(colour, person.shape), spread(person, lower & ~hidden), spread(person, background & ~hidden))


def hide(person, mask):
    """Return pictures, uint8 (n, height, width, 3), grey where the mask (n, height, width) is not 0."""
    return np.where((np.asarray(mask) > 0)[..., None], np.uint8(GREY), person)


def regions_of(parse):
    """Return where a parse map, uint8 (n, height, width) with VITON-HD's labels, has skin, lower garment and background: dictionary of bool."""
    return {"skin": np.isin(parse, SKIN), "lower": np.isin(parse, LOWER), "background": np.isin(parse, BACKGROUND)}


def mean_colour(pictures, chosen):
    """Return the mean colour of each picture's chosen pixels, uint8 (n, 3); mid-grey where none is chosen.

    Args:
        pictures: uint8 (n, height, width, 3).
        chosen: bool (n, height, width).
    """
    count = chosen.sum(axis=(1, 2))[:, None]
    total = np.einsum("nhwc,nhw->nc", pictures, chosen, dtype="float64")
    return np.rint(np.where(count > 0, total / np.maximum(count, 1), GREY)).astype("uint8")


def spread(pictures, chosen, reach=0.08):
    """Spread the colours of each picture's chosen pixels over all of it: near ones count most, and where none is near, their mean does.

    Args:
        pictures: uint8 (n, height, width, 3).
        chosen: bool (n, height, width).
        reach: Float. Deviation of the Gaussian by which nearness is measured, as a share of the height.

    Returns:
        uint8 (n, height, width, 3); mid-grey where no pixel of a picture is chosen.
    """
    near = chosen.astype("float32")[..., None]
    sigma = (0, reach * pictures.shape[1], reach * pictures.shape[1], 0)
    colour, weight = (ndimage.gaussian_filter(values, sigma, truncate=4) for values in (pictures * near, near))
    return np.rint((colour + 1e-3 * mean_colour(pictures, chosen)[:, None, None]) / (weight + 1e-3)).astype("uint8")


def draw_pose(keypoints, height, width, thickness=0.03):
    """Draw each limb as a soft line in a channel of its own.

    Args:
        keypoints: float (n, 18, 3). COCO-18: x, y in pixels, visible. A limb whose ends lie both at 0, 0 is not drawn.
        height, width: Integers. Size in pixels.
        thickness: Float. Distance at which a line has faded to 61 %, as a share of the height.

    Returns:
        uint8 (n, height, width, 6), 255 on the line; channels as in `LIMBS`.
    """
    pose = np.empty((len(keypoints), height, width, len(LIMBS)), "uint8")
    for number, points in enumerate(np.asarray(keypoints, "float32")):
        for channel, (start, end) in enumerate(LIMBS.values()):
            distance = distance_to_line(points[start, :2], points[end, :2], height, width) / (thickness * height)
            known = points[start, :2].any() and points[end, :2].any()
            pose[number, ..., channel] = np.rint(255 * known * np.exp(-(distance**2) / 2))
    return pose


def distance_to_line(start, end, height, width):
    """Return how far each pixel's centre is from a line between two points (x, y): float32 (height, width)."""
    start, step = np.asarray(start, "float32"), np.subtract(end, start, dtype="float32")
    x, y = np.arange(width, dtype="float32") + 0.5 - start[0], np.arange(height, dtype="float32")[:, None] + 0.5 - start[1]
    share = np.clip((x * step[0] + y * step[1]) / max(float(step @ step), 1e-9), 0, 1)
    return np.hypot(x - share * step[0], y - share * step[1])


TORSO = 2.1  # head heights from the middle of the shoulders to that of the hips


def draw_mask(keypoints, height, width, kept=None):
    """Draw the region to paint anew from the skeleton alone: trunk and arms at fixed widths, in units of the person's own torso.

    Example:
        draw_mask(bodies.keypoints, 64, 48, kept=np.isin(bodies.parse, (2, 4, 13)))  # hair, glasses and face stay

    Args:
        keypoints: float (n, 18, 3). COCO-18: x, y in pixels, visible. Shoulders, elbows, wrists and hips must be known.
        height, width: Integers. Size in pixels.
        kept: bool (n, height, width). What lies in front of the body and stays as it is: head and hair.

    Returns:
        uint8 (n, height, width): 255 where a model paints, else 0.
    """
    masks = np.zeros((len(keypoints), height, width), bool)
    for mask, points in zip(masks, np.asarray(keypoints, "float32")[..., :2], strict=True):
        hips, neck = points[[RIGHT_HIP, LEFT_HIP]].mean(axis=0), points[NECK]
        head = np.linalg.norm(points[[RIGHT_SHOULDER, LEFT_SHOULDER]].mean(axis=0) - hips) / TORSO
        down = np.array([0, head], "float32")
        lines = [(neck + 0.15 * down, hips + 0.3 * down, 0.52), (neck - 0.22 * down, neck + 0.2 * down, 0.32)]
        for shoulder, elbow, wrist, hip in ((RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, RIGHT_HIP), (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST, LEFT_HIP)):
            lines += [(points[shoulder], points[elbow], 0.36), (points[elbow], points[wrist], 0.31),
                      (points[shoulder], points[hip] + 0.34 * down, 0.42), (points[hip], points[hip] + 0.34 * down, 0.56)]
        for start, end, reach in lines:  # the reach is in head heights
            mask |= distance_to_line(start, end, height, width) < reach * head
    return np.where(masks if kept is None else masks & ~kept, np.uint8(255), np.uint8(0))
