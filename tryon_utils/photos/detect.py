"""Where are faces and bodies in a photograph? Anchors, boxes read from what a network says, and the suppression of doubles.

A detector looks at one small square and makes a guess at each of many fixed places, its *anchors*: a score, a box, and a few points.
The square may be the whole photograph, a part of it, or turned by a right angle: a frame says which (see `align`).
"""

import dataclasses
import functools

import numpy as np

from tryon_utils.photos import align, models

LAYERS = {"face_detection": ((8, 2), (16, 6)), "pose_detection": ((8, 2), (16, 2), (32, 6))}  # (pixels from place to place, guesses at each)
MOST_OVERLAP = 0.3


@dataclasses.dataclass(frozen=True)
class Detection:
    """A guess where something is.

    Attributes:
        score: Float in [0, 1].
        box: float64 (4,). Left, top, right, bottom, in the photograph's pixels.
        points: float64 (k, 2). A face: its right eye, left eye, nose, mouth, right ear, left ear. A body: the middle of the hips, a point
            that tells its size and turn, the middle of the shoulders, and one for the upper body.
    """

    score: float
    box: np.ndarray
    points: np.ndarray

    @property
    def area(self):
        """Area of the box in square pixels."""
        return float((self.box[2] - self.box[0]) * (self.box[3] - self.box[1]))


@functools.cache
def anchors(name):
    """Return the centres of a detector's anchors, in parts of the square: float64 (n, 2), read-only.

    A layer with 8 pixels from place to place has, in a square of 128, 16 x 16 places, and each place as many anchors as it makes guesses.

    Args:
        name: String. "face_detection" (896 anchors) or "pose_detection" (2254).

    Source: Liu et al., SSD: Single Shot MultiBox Detector, 2016; Bazarevsky et al., BlazeFace, 2019.
    """
    layers = []
    for stride, guesses in LAYERS[name]:
        count = models.SIZES[name] // stride
        middles = (np.arange(count) + 0.5) / count
        x, y = np.meshgrid(middles, middles)
        layers.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), guesses, axis=0))
    centres = np.concatenate(layers)
    centres.setflags(write=False)
    return centres


def decode(values, centres, size):
    """Turn what a detector says into boxes and points.

    Formula: centre = anchor + (dx, dy) / size; width, height = (w, h) / size; point = anchor + (px, py) / size.

    Args:
        values: float (n, 4 + 2 k). dx, dy, w, h, then k points px, py, in the square's pixels, each from its anchor.
        centres: float (n, 2). The anchors, in parts of the square.
        size: Integer. The square's side in pixels.

    Returns:
        boxes (n, 4), left, top, right, bottom, and points (n, k, 2), both in parts of the square.
    """
    middles, sides = centres + values[:, :2] / size, values[:, 2:4] / size
    boxes = np.concatenate([middles - sides / 2, middles + sides / 2], axis=1)
    points = centres[:, None] + values[:, 4:].reshape(len(values), (values.shape[1] - 4) // 2, 2) / size
    return boxes, points


def overlap(box, boxes):
    """Return how far a box overlaps others, the area of what both cover by that of what either covers: float (n,) in [0, 1].

    Args:
        box: float (4,). Left, top, right, bottom.
        boxes: float (n, 4).
    """
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    either = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - both
    return both / np.maximum(either, 1e-12)


def suppress(boxes, scores, points, most_overlap=MOST_OVERLAP):
    """Merge guesses at the same thing: the best one takes in all that overlap it, weighted by score, and so on with the rest.

    Plain non-maximum suppression would drop the others; their weighted mean lies steadier.

    Args:
        boxes: float (n, 4).
        scores: float (n,) in (0, 1].
        points: float (n, k, 2).
        most_overlap: Float in [0, 1]. What overlaps more is the same thing.

    Returns:
        List of triples (score, box, points), the best first; the score is the best one's.
    """
    left, found = np.argsort(-scores, kind="stable"), []
    while len(left):
        same = overlap(boxes[left[0]], boxes[left]) > most_overlap
        same[0] = True
        group = left[same]
        weights = scores[group] / scores[group].sum()
        found.append((float(scores[left[0]]), weights @ boxes[group], np.einsum("i,ikj->kj", weights, points[group])))
        left = left[~same]
    return found


def look(name, pixels, frame, least_score=0.5):
    """Let a detector look at one square of a photograph.

    Args:
        name: String. "face_detection" or "pose_detection".
        pixels: uint8 (h, w, 3).
        frame: float64 (2, 3), from the detector's square to the photograph.
        least_score: Float in [0, 1]. Guesses below are dropped.

    Returns:
        List of `Detection` in the photograph's pixels, the best first.
    """
    size = models.SIZES[name]
    values, logits = models.run(name, align.crop(pixels, frame, size))
    scores = models.sigmoid(logits[:, 0])
    keep = scores >= least_score
    boxes, points = decode(values[keep], anchors(name)[keep], size)
    return [_in_photograph(found, frame, size) for found in suppress(boxes, scores[keep], points)]


def _in_photograph(found, frame, size):
    score, (left, top, right, bottom), points = found
    corners = align.move(frame, np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) * size)
    return Detection(score, np.concatenate([corners.min(axis=0), corners.max(axis=0)]), align.move(frame, points * size))


def whole_frame(pixels, size, turn=0, margin=1.0):
    """Return the frame of the smallest square that holds the whole photograph.

    Args:
        pixels: uint8 (h, w, 3).
        size: Integer. The detector's square.
        turn: Integer. Right angles by which the square is turned; a person lying on the side stands upright in one of four.
        margin: Float. The square is this much larger: 1.6 leaves a border around a close-up, which detectors like.
    """
    height, width = pixels.shape[:2]
    return align.square_frame((width / 2, height / 2), max(height, width) * margin, turn * np.pi / 2, size)


def part_frames(pixels, size, part, turn=0):
    """Return the frames of overlapping squares, each `part` of the photograph's longer side, every half of one: for small faces."""
    height, width = pixels.shape[:2]
    side = max(height, width) * part

    def middles(length):
        steps = max(1, int(np.ceil((length - side) / (side / 2) - 1e-9)) + 1)
        return np.linspace(side / 2, length - side / 2, steps) if length > side else [length / 2]

    return [align.square_frame((x, y), side, turn * np.pi / 2, size) for y in middles(height) for x in middles(width)]


def unite(detections):
    """Return detections of several looks without doubles: of those that overlap or lie in each other, the best; the best first."""
    kept = []
    for found in sorted(detections, key=lambda found: -found.score):
        if not any(same_thing(found, other) for other in kept):
            kept.append(found)
    return kept


def same_thing(one, other):
    """Tell whether two detections overlap, or the middle of the smaller lies in the larger's box."""
    if overlap(one.box, other.box[None])[0] > MOST_OVERLAP:
        return True
    small, large = sorted((one, other), key=lambda found: found.area)
    middle = (small.box[:2] + small.box[2:]) / 2
    return bool(np.all(large.box[:2] < middle) and np.all(middle < large.box[2:]))


def find_faces(pixels, turn=0, parts=(0.5,), least_score=0.5):
    """Find faces that stand about upright, or turned by right angles.

    The detector knows faces from a sixth of its square to nearly all of it. So it looks at the whole photograph, at the photograph with
    a border (close-ups), and at overlapping parts (small faces).

    Args:
        pixels: uint8 (h, w, 3).
        turn: Integer. Right angles by which the squares are turned.
        parts: Tuple of floats. Sizes of the overlapping squares, in parts of the photograph's longer side.
        least_score: Float in [0, 1].

    Returns:
        List of `Detection`, the best first; empty where there is none.
    """
    size = models.SIZES["face_detection"]
    frames = [whole_frame(pixels, size, turn), whole_frame(pixels, size, turn, 1.6)]
    frames += [frame for part in parts for frame in part_frames(pixels, size, part, turn)]
    return unite([found for frame in frames for found in look("face_detection", pixels, frame, least_score)])


def find_bodies(pixels, turn=0, margin=1.0, least_score=0.5):
    """Find bodies that stand about upright, or turned by right angles: list of `Detection`, the best first. See `find_faces`."""
    size = models.SIZES["pose_detection"]
    return unite(look("pose_detection", pixels, whole_frame(pixels, size, turn, margin), least_score))
