"""Where a person's joints are in a photograph: 33 points of a skeleton, and the 18 of COCO that the course's models take.

As with faces: a detector finds the middle of the hips and how large and how turned the body is, and a second network looks at an upright
square around it. It knows whole bodies best; of a portrait it guesses what lies below the picture, and says that it does not see it.
"""

import dataclasses

import numpy as np

from tryon_utils.photos import align, detect, models
from tryon_utils.photos.intake import PhotoError
from tryon_utils.photos.landmarks import angle_between, check_pixels

POINTS, OUTPUTS = 33, 39  # the network says 39: the others are of use for its region of interest only
HIPS, SIZE_POINT = 33, 34  # of these: the middle of the hips, and a point on the circle that the body fits in
MARGIN = 1.25
ROUNDS = 2
LEAST_SCORE = 0.5
HEAT_CELL, HEAT_REACH, LEAST_HEAT = 4, 3, 0.5  # pixels of the region for one of a heat map; cells to each side; a peak below says nothing

# COCO-18: nose, neck, right shoulder, elbow, wrist, left shoulder, elbow, wrist, right hip, knee, ankle, left hip, knee, ankle,
# right eye, left eye, right ear, left ear. Where two numbers stand, the point lies half-way.
TO_COCO = (0, (11, 12), 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
MOUTH = (9, 10)
NECK_UP = 0.11   # trunks: so far above the middle of the shoulders lies the neck of the rendered people, measured on 96 of them
HIPS_DOWN = 0.04 # trunks: so far below lie their hips
NOSE_DOWN = 0.5  # of the way to the mouth: so far below the tip of the nose lies theirs
COCO = ("nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow", "left wrist", "right hip", "right knee",
        "right ankle", "left hip", "left knee", "left ankle", "right eye", "left eye", "right ear", "left ear")


@dataclasses.dataclass(frozen=True)
class Pose:
    """A person's skeleton in a photograph.

    Attributes:
        points: float32 (33, 3). x, y in the photograph's pixels, and in [0, 1] how likely the point is seen. A point may lie outside.
        score: Float in [0, 1]. How sure the network is that this is a person.
        frame: float64 (2, 3). The last region of interest, from its 256 pixels to the photograph.
        inside: float32 (256, 256) in [0, 1]. Where in that region the network sees the person.
    """

    points: np.ndarray
    score: float
    frame: np.ndarray
    inside: np.ndarray


def region(hips, size_point, size):
    """Return the frame of the square around a body that fits in the circle around `hips` through `size_point`, which is to be its top."""
    radius = float(np.hypot(*(np.asarray(size_point) - hips)))
    return align.square_frame(hips, 2 * MARGIN * radius, angle_between(hips, size_point) + np.pi / 2, size)


def sharpen(points, heat):
    """Move points to the middle of the warm part of their heat map around them, where there is one.

    Args:
        points: float (n, 2), in the region's pixels.
        heat: float (height, width, n), logits; one map a point, a cell for `HEAT_CELL` pixels.

    Returns:
        float64 (n, 2).
    """
    moved, (height, width, _) = np.array(points, "float64"), heat.shape
    for index, (x, y) in enumerate(points / HEAT_CELL):
        if not (0 <= x < width and 0 <= y < height):
            continue
        left, top = max(0, int(x) - HEAT_REACH), max(0, int(y) - HEAT_REACH)
        part = models.sigmoid(heat[top:int(y) + HEAT_REACH + 1, left:int(x) + HEAT_REACH + 1, index])
        if part.max() >= LEAST_HEAT:
            rows, columns = np.mgrid[:part.shape[0], :part.shape[1]]  # of the cells' upper left corners: so the network was trained
            middle = np.array([left + (part * columns).sum() / part.sum(), top + (part * rows).sum() / part.sum()])
            moved[index] = middle * HEAT_CELL
    return moved


def look(pixels, frame):
    """Let the network look at one region of interest.

    Args:
        pixels: uint8 (h, w, 3).
        frame: float64 (2, 3), from the region to the photograph.

    Returns:
        points, float64 (39, 3), in the photograph's pixels, with how likely each is seen; the score; and where the person is, (256, 256).
    """
    size = models.SIZES["pose_landmarks"]
    values, score, inside, heat, _ = models.run("pose_landmarks", align.crop(pixels, frame, size))
    values = values.reshape(OUTPUTS, 5)  # x, y, depth, logit of being seen, logit of being in the picture
    places = sharpen(values[:, :2], heat)
    seen = models.sigmoid(np.minimum(values[:, 3], values[:, 4]))
    points = np.concatenate([align.move(frame, places), seen[:, None]], axis=1)
    return points, float(score.item()), models.sigmoid(inside[..., 0]).astype("float32")


def pose_of(pixels, found):
    """Find the skeleton of a detected body; `ROUNDS` looks, each at the region that the one before suggests: a `Pose`, whatever its score."""
    size = models.SIZES["pose_landmarks"]
    frame = region(found.points[0], found.points[1], size)
    for number in range(ROUNDS):
        if number:
            frame = region(points[HIPS, :2], points[SIZE_POINT, :2], size)
        points, score, inside = look(pixels, frame)
    return Pose(points[:POINTS].astype("float32"), score, frame, inside)


def find(pixels, least_score=LEAST_SCORE):
    """Find all people of a photograph and their joints.

    Example:
        person = find(pixels)[0]
        to_coco(person.points).shape  # (18, 3)

    Args:
        pixels: uint8 (h, w, 3).
        least_score: Float in [0, 1]. What the network is less sure of is no person.

    Returns:
        List of `Pose`, the largest first; at least one.

    Raises:
        PhotoError: nobody was found.
        ValueError: no uint8 pixels (h, w, 3).
        FileNotFoundError: the networks were not fetched yet.
    """
    check_pixels(pixels)
    for turn in range(4):
        people = [pose_of(pixels, found) for found in detect.find_bodies(pixels, turn)]
        people = [person for person in people if person.score >= least_score]
        if people:
            return _largest_first(people)
    raise PhotoError("No person was found in this photograph. Take one from the front, from the head to the hips at least, with light on them.")


def _largest_first(people):
    """Return people without doubles, two skeletons of one body, the largest first."""
    kept = []
    for person in sorted(people, key=lambda person: -person.score):
        reach = align.scale_of(person.frame) * models.SIZES["pose_landmarks"] / 20
        if all(np.hypot(*(person.points[:25, :2] - other.points[:25, :2]).T).mean() > reach for other in kept):
            kept.append(person)
    return sorted(kept, key=lambda person: -align.scale_of(person.frame))


def to_coco(points):
    """Return the 18 joints of COCO out of the skeleton's 33, neck, nose and hips where the rendered people have theirs.

    Who annotates decides where a neck is: between the shoulders, or where it meets them. A model that was trained on one must not be given
    the other.

    Args:
        points: float (33, 3): x, y and how likely seen.

    Returns:
        float32 (18, 3): x, y, and the lower likelihood where two points are averaged (the neck).

    Raises:
        ValueError: not (33, 3).
    """
    points = np.asarray(points, "float32")
    if points.shape != (POINTS, 3):
        raise ValueError(f"Points of shape {points.shape} came; ({POINTS}, 3) is wanted.")
    groups = [points[list(np.atleast_1d(index))] for index in TO_COCO]
    coco = np.stack([np.append(group[:, :2].mean(axis=0), group[:, 2].min()) for group in groups])
    trunk = coco[[8, 11], :2].mean(axis=0) - coco[1, :2]
    coco[1, :2] -= NECK_UP * trunk
    coco[[8, 11], :2] += HIPS_DOWN * trunk
    coco[0, :2] += NOSE_DOWN * (points[list(MOUTH), :2].mean(axis=0) - coco[0, :2])
    return coco.astype("float32")
