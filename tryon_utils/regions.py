"""Regions of a face as soft masks: lips, eyes, brows, cheeks and skin, drawn from 68 landmarks.

Landmarks are all that is needed, so renders and photographs get their masks in the same way. All lengths are shares of the
distance between the eyes, hence the masks of a face are the same at 64 pixels and at 1024. What lies in front of a face, such as
hair or glasses, has no landmarks: the masks don't know of it.
"""

import numpy as np
from PIL import Image, ImageFilter
from skimage import draw

NAMES = ("lips", "eyes", "brows", "cheeks", "skin")
CANVAS = (96, 256)  # pixels of the longer side of the window that a face is drawn in, at least and at most
# the landmarks in iBUG's order, by parts; left is the picture's left
JAW, LEFT_BROW, RIGHT_BROW = slice(0, 17), slice(17, 22), slice(22, 27)
LEFT_EYE, RIGHT_EYE, LIPS, MOUTH = slice(36, 42), slice(42, 48), slice(48, 60), slice(60, 68)
SOFTNESS = {"lips": 0.012, "eyes": 0.055, "brows": 0.015, "cheeks": 0.11, "skin": 0.03, "openings": 0.008}  # standard deviations of the blur


def soft_masks(landmarks, height, width):
    """Draw the regions of faces as soft masks.

    Lips end at the mouth's opening. Eyes are where shadow and liner go: the lids, up to the brow and out beyond the corner, without
    the eyeball. Cheeks are where blush goes, and lie on the skin. Skin is the face without lips, openings, brows and lids; the forehead
    has no landmarks, so it is an arch above the brows.

    Example:
        masks = soft_masks(faces.landmarks, 64, 64)
        lips = masks[..., NAMES.index("lips")]  # (n, 64, 64)

    Args:
        landmarks: float (n, 68, 2 or 3), or (68, 2 or 3) for one face. x, y in pixels, where the first pixel's centre is 0.5; a third
            number is not used.
        height: Integer. Of the picture, in pixels.
        width: Integer.

    Returns:
        float32 (n, height, width, 5) in [0, 1], in the order of `NAMES`; (height, width, 5) for one face.

    Raises:
        ValueError: another shape, numbers that are not finite, or two eyes in one place.
    """
    landmarks = np.asarray(landmarks, "float32")
    if landmarks.shape[-2:] not in ((68, 2), (68, 3)) or landmarks.ndim not in (2, 3):
        raise ValueError(f"landmarks has shape {landmarks.shape}; (n, 68, 2), (n, 68, 3) or one face without n is wanted.")
    if not np.isfinite(landmarks[..., :2]).all():
        raise ValueError("Some landmarks are not finite. Leave out faces that were not found.")
    if landmarks.ndim == 2:
        return _masks_of_one(landmarks[:, :2], height, width)
    masks = np.zeros((len(landmarks), height, width, len(NAMES)), "float32")
    for number, points in enumerate(landmarks[..., :2]):
        masks[number] = _masks_of_one(points, height, width)
    return masks


def face_frame(points):
    """Return what a face's lengths and directions are measured by.

    Args:
        points: float (68, 2).

    Returns:
        Tuple of the place between the eyes (2,), the unit vectors (2,) to the picture's right and down along the face, and the distance
        between the eyes in pixels.

    Raises:
        ValueError: both eyes lie in one place.
    """
    left, right = points[LEFT_EYE].mean(axis=0), points[RIGHT_EYE].mean(axis=0)
    distance = float(np.hypot(*(right - left)))
    if distance < 1e-3:
        raise ValueError("Both eyes lie in one place: these are no landmarks of a face.")
    across = (right - left) / distance
    return (left + right) / 2, across, np.array([-across[1], across[0]], "float32"), distance


def outlines(points):
    """Return the polygons of a face's regions, before they are softened.

    Args:
        points: float (68, 2).

    Returns:
        Dictionary from a region, and "openings" (eyeballs and inner mouth), to a list of float (k, 2) polygons.
    """
    middle, across, down, unit = face_frame(points)
    found = {"lips": [_rounded(points[LIPS], (0, 6))],
             "openings": [*(_smaller(_rounded(points[part], (0, 3))) for part in (LEFT_EYE, RIGHT_EYE)), _rounded(points[MOUTH], (0, 4))],
             "eyes": [], "brows": [], "cheeks": [], "skin": [_face(points, across, down, unit)]}
    for side, eye, brow in ((-1, points[LEFT_EYE], points[LEFT_BROW]), (1, points[RIGHT_EYE][[3, 2, 1, 0, 5, 4]], points[RIGHT_BROW][::-1])):
        out = side * across  # eye and brow run from the outer to the inner corner on both sides
        found["eyes"].append(_lids(eye, brow, out, down, unit))
        found["brows"].append(_stroke(brow, out, down, unit))
        found["cheeks"].append(_cheek(points, side, eye, out, down, unit))
    return found


def _rounded(polygon, corners):
    """Return a polygon through the same points, its edges bent as Catmull and Rom's spline, but for its two sharp corners."""
    first, second = corners
    pieces = []
    for run in (polygon[first:second + 1], np.concatenate([polygon[second:], polygon[:first + 1]])):
        ends = np.concatenate([[2 * run[0] - run[1]], run, [2 * run[-1] - run[-2]]])
        before, start, end, after = ends[:-3], ends[1:-2], ends[2:-1], ends[3:]
        for share in (0, 0.25, 0.5, 0.75):
            weights = np.array([-share + 2 * share**2 - share**3, 2 - 5 * share**2 + 3 * share**3, share + 4 * share**2 - 3 * share**3, share**3 - share**2]) / 2
            pieces.append(weights[0] * before + weights[1] * start + weights[2] * end + weights[3] * after)
    upper, lower = (np.stack(pieces[half:half + 4], axis=1).reshape(-1, 2) for half in (0, 4))
    return np.concatenate([upper, lower])


def _smaller(eye):
    """Leave the rim of an eye's opening, where lashes and liner are, to the lids."""
    middle = eye.mean(axis=0)
    return middle + 0.88 * (eye - middle)


def _lids(eye, brow, out, down, unit):
    """The area of shadow and liner: above the eye up to the brow, below it a little, and out beyond the outer corner."""
    height = np.clip((eye[1:3].mean(axis=0) - brow[1:4].mean(axis=0)) @ down, 0.15 * unit, 0.5 * unit)
    upper = [eye[place] + 0.80 * height * share * -down for place, share in ((0, 0.75), (1, 1.0), (2, 0.95), (3, 0.55))]
    lower = [eye[place] + 0.075 * unit * down for place in (4, 5)]
    return np.array([eye[0] + 0.22 * unit * out - 0.05 * unit * down, upper[0] + 0.16 * unit * out, *upper[1:], eye[3] - 0.06 * unit * out, *lower,
                     eye[0] + 0.05 * unit * (out + down)])


def _stroke(brow, out, down, unit):
    """A stroke along the brow, thinner at its outer end."""
    spine = np.array([brow[0] + 0.06 * unit * out + 0.01 * unit * down, *brow, brow[-1] - 0.10 * unit * out])
    half = np.array([0.005, 0.022, 0.036, 0.042, 0.046, 0.046, 0.036])[:, None] * unit * down
    return np.concatenate([spine - half, (spine + half)[::-1]])


def _cheek(points, side, eye, out, down, unit):
    """From beside the nose, under the eye, to the temple, and down to the height of the mouth's corner."""
    nose, mouth = points[31 if side < 0 else 35], points[48 if side < 0 else 54]
    jaw = points[JAW] if side < 0 else points[JAW][::-1]
    under = eye[[4, 5]].mean(axis=0) + 0.14 * unit * down
    return np.array([under - 0.27 * unit * out, under + 0.20 * unit * out, eye[0] + 0.24 * unit * out, 0.85 * jaw[0] + 0.15 * eye[0],
                     0.88 * jaw[2] + 0.12 * mouth, 0.6 * jaw[3] + 0.4 * mouth, mouth + 0.10 * unit * out - 0.16 * unit * down, nose + 0.10 * unit * out])


def _face(points, across, down, unit):
    """The jaw, closed by an arch over the forehead."""
    jaw = points[JAW]
    middle, radius = (jaw[0] + jaw[-1]) / 2, float((jaw[-1] - jaw[0]) @ across) / 2
    rise = max(float((middle - points[17:27].mean(axis=0)) @ down), 0) + 0.70 * unit
    angles = np.linspace(0, np.pi, 17)[1:-1]
    arch = middle + radius * np.cos(angles)[:, None] * across - rise * np.sin(angles)[:, None] ** 0.8 * down
    return np.concatenate([jaw, arch])


def _masks_of_one(points, height, width):
    """Draw one face in a window around it, and put the window into the picture."""
    shapes, unit = outlines(points), face_frame(points)[3]
    corners = np.concatenate([np.concatenate(polygons) for polygons in shapes.values()])
    left, top = np.maximum(np.floor(corners.min(axis=0) - 0.4 * unit).astype(int), 0)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0) + 0.4 * unit).astype(int), (width, height))
    masks = np.zeros((height, width, len(NAMES)), "float32")
    if right - left < 1 or bottom - top < 1:
        return masks  # the face lies outside the picture
    side = float(max(right - left, bottom - top))
    scale = np.clip(3 * side, *CANVAS) / side  # drawn larger than wanted: the edges come out smooth
    size = (max(round((right - left) * scale), 1), max(round((bottom - top) * scale), 1))
    drawn = {name: _draw(polygons, (left, top), (size[0] / (right - left), size[1] / (bottom - top)), size, SOFTNESS[name] * unit * scale)
             for name, polygons in shapes.items()}
    bare = 1 - drawn["openings"]
    found = {"lips": drawn["lips"] * bare, "brows": drawn["brows"] * bare, "eyes": drawn["eyes"] * bare * (1 - drawn["brows"])}
    uncovered = drawn["skin"] * bare * (1 - drawn["lips"]) * (1 - drawn["brows"])
    found |= {"cheeks": drawn["cheeks"] * uncovered * (1 - drawn["eyes"]), "skin": uncovered * (1 - drawn["eyes"])}
    method = Image.Resampling.BOX if scale > 1 else Image.Resampling.BILINEAR
    for place, name in enumerate(NAMES):
        masks[top:bottom, left:right, place] = np.asarray(Image.fromarray(found[name]).resize((right - left, bottom - top), method))
    return masks


def _draw(polygons, origin, scale, size, sigma):
    """Return polygons filled on a canvas and blurred, float32 (height, width) in [0, 1]."""
    canvas = np.zeros((size[1], size[0]), "uint8")
    for polygon in polygons:
        x, y = ((polygon - origin) * scale - 0.5).T
        canvas[draw.polygon(y, x, canvas.shape)] = 255
    return np.asarray(Image.fromarray(canvas).filter(ImageFilter.GaussianBlur(float(sigma))), "float32") / 255
