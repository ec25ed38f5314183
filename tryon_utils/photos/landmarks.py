"""Landmarks of faces in photographs: 468 points of a mesh, and the 68 that the rest of the course knows.

A detector finds faces; a second network looks at an upright square around each, its *region of interest*, and says where the points
of a face lie in it and how sure it is that there is one. The frame of the square leads the points back into the photograph.
"""

import dataclasses

import numpy as np

from tryon_utils.photos import align, detect, models
from tryon_utils.photos.intake import PhotoError

POINTS = 468
LEAST_SCORE = 0.75        # faces score above 0.9, other things below 0.5
LEAST_SIDE = 24           # pixels of a face's box; below, landmarks are guesses
MARGIN = 1.5              # a region of interest is this much larger than the face's box
CLOSE = 2.0               # the square in which a face is looked at again is this much larger than its box
ROUNDS = 3                # looks at a face; each takes the region of interest from the landmarks of the one before
EYE_CORNERS = (33, 263)   # the outer ones, of the mesh: of the person's right eye (left in the picture) and left eye

# Of the mesh's 468 points, those that lie where the usual 68 do. Two numbers are averaged: the point lies half-way.
JAW = (127, 234, (93, 132), 58, 172, (136, 150), 149, (176, 148), 152, (377, 400), 378, (379, 365), 397, 288, (361, 323), 454, 356)
BROWS = ((70, 46), (63, 53), (105, 52), (66, 65), (107, 55), (336, 285), (296, 295), (334, 282), (293, 283), (300, 276))
NOSE = (168, 197, 5, 4, 98, 97, 2, 326, 327)
EYES = (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)
LIPS = (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91)
INNER_LIPS = (78, 82, 13, 312, 308, 317, 14, 87)
TO_68 = JAW + BROWS + NOSE + EYES + LIPS + INNER_LIPS


@dataclasses.dataclass(frozen=True)
class Face:
    """A face that was found in a photograph.

    Attributes:
        points: float32 (468, 2). x, y in the photograph's pixels; they may lie a little outside it.
        score: Float in [0, 1]. How sure the network is that this is a face.
    """

    points: np.ndarray
    score: float

    @property
    def box(self):
        """float32 (4,). Left, top, right, bottom of the points."""
        return np.concatenate([self.points.min(axis=0), self.points.max(axis=0)])

    @property
    def area(self):
        """Area of the box in square pixels."""
        return float(np.prod(self.box[2:] - self.box[:2]))

    @property
    def angle(self):
        """How far the face is turned from upright, in radians, clockwise in the picture."""
        return angle_between(*self.points[list(EYE_CORNERS)])


def angle_between(start, end):
    """Return the direction from one place to another: radians, 0 to the right, growing clockwise as y points down."""
    return float(np.arctan2(end[1] - start[1], end[0] - start[0]))


def region_of_detection(found, size):
    """Return the frame of the region of interest around a detected face: its eyes, found roughly, say how it is turned."""
    left, top, right, bottom = found.box
    side = MARGIN * max(right - left, bottom - top)
    return align.square_frame(((left + right) / 2, (top + bottom) / 2), side, angle_between(*found.points[:2]), size)


def region_of_landmarks(points, size):
    """Return the frame of the region of interest around a face's landmarks: steadier than the detector's."""
    angle = angle_between(*points[list(EYE_CORNERS)])
    own = align.square_frame((0, 0), 1, angle, 1)  # its axes are the face's own
    in_face = align.move(align.invert(own), points)
    low, high = in_face.min(axis=0), in_face.max(axis=0)
    return align.square_frame(align.move(own, (low + high) / 2), MARGIN * (high - low).max(), angle, size)


def look(pixels, frame):
    """Let the network look at one region of interest.

    Args:
        pixels: uint8 (h, w, 3).
        frame: float64 (2, 3), from the region to the photograph.

    Returns:
        points, float64 (468, 2), in the photograph's pixels; and the score, a float in [0, 1].
    """
    size = models.SIZES["face_landmarks"]
    values, logit = models.run("face_landmarks", align.crop(pixels, frame, size))
    in_region = values.reshape(POINTS, 3)[:, :2]  # the third is depth, which a picture can't be checked for
    return align.move(frame, in_region), float(models.sigmoid(logit.item()))


def upright(pixels, found):
    """Look at a detected face again, closely and turned by each of the four right angles, and return the surest `Detection`.

    A detector that sees a face lying on its side may find it, and yet take a cheek for a forehead: the turn with the best score is right.
    """
    size, (left, top, right, bottom) = models.SIZES["face_detection"], found.box
    centre, side = ((left + right) / 2, (top + bottom) / 2), CLOSE * max(right - left, bottom - top)
    frames = [align.square_frame(centre, side, turn * np.pi / 2, size) for turn in range(4)]
    looks = [other for frame in frames for other in detect.look("face_detection", pixels, frame) if detect.same_thing(found, other)]
    return max(looks, key=lambda other: other.score, default=found)


def face_of(pixels, found):
    """Find the landmarks of a detected face; `ROUNDS` looks, each at the region that the one before suggests.

    Args:
        pixels: uint8 (h, w, 3).
        found: `detect.Detection`.

    Returns:
        `Face`, whatever its score.
    """
    size = models.SIZES["face_landmarks"]
    frame = region_of_detection(upright(pixels, found), size)
    for _ in range(ROUNDS):
        points, score = look(pixels, frame)
        frame = region_of_landmarks(points, size)
    return Face(points.astype("float32"), score)


def find(pixels, least_score=LEAST_SCORE):
    """Find all faces of a photograph and their landmarks.

    First upright; where there is none, turned by right angles, and then in smaller parts of the photograph.

    Example:
        face = find(pixels)[0]
        face.points.shape  # (468, 2)

    Args:
        pixels: uint8 (h, w, 3).
        least_score: Float in [0, 1]. What the landmark network is less sure of is no face.

    Returns:
        List of `Face`, the largest first; at least one.

    Raises:
        PhotoError: no face was found, or only tiny ones.
        ValueError: no uint8 pixels (h, w, 3).
        FileNotFoundError: the networks were not fetched yet.
    """
    check_pixels(pixels)
    for turns, parts in (((0,), (0.5,)), ((1, 3, 2), (0.5,)), ((0, 1, 3, 2), (0.25,))):
        faces = [face_of(pixels, found) for turn in turns for found in detect.find_faces(pixels, turn, parts)]
        faces = detect.unite(face for face in faces if face.score >= least_score)
        if faces:
            break
    else:
        raise PhotoError("No face was found in this photograph. Take one from the front, with light on the face and nothing over it.")
    large = [face for face in faces if min(face.box[2:] - face.box[:2]) >= LEAST_SIDE]
    if not large:
        raise PhotoError(f"The face in this photograph is smaller than {LEAST_SIDE} pixels. Choose a larger photograph, or go nearer.")
    return sorted(large, key=lambda face: -face.area)


def check_pixels(pixels):
    """Refuse what is no uint8 (h, w, 3) with a ValueError that says what came."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        came = f"{pixels.dtype} of shape {pixels.shape}" if isinstance(pixels, np.ndarray) else type(pixels).__name__
        raise ValueError(f"{came} came; uint8 pixels of shape (h, w, 3) are wanted. intake.read gives them as photo.pixels.")


def to_68(points):
    """Return the 68 landmarks that the course's regions are made from, out of the mesh's 468.

    The mesh has points on nearly the same places: of the brows, whose 68 run along the middle, and of some of the jaw, two are averaged.

    Args:
        points: float (468, 2).

    Returns:
        float32 (68, 3): x, y in pixels and 1 for visible, as in `datasets.Faces.landmarks`.

    Raises:
        ValueError: not (468, 2).
    """
    points = np.asarray(points, "float32")
    if points.shape != (POINTS, 2):
        raise ValueError(f"Points of shape {points.shape} came; ({POINTS}, 2) is wanted.")
    places = np.stack([points[list(np.atleast_1d(index))].mean(axis=0) for index in TO_68])
    return np.concatenate([places, np.ones((68, 1), "float32")], axis=1)
