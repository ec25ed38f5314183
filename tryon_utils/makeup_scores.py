"""What a makeup model is judged by, and the simple methods that it must beat.

The truth is known: `datasets.Faces` has every layer's opacity, so a mean goes over the pixels where makeup truly is, region by region. Scores
give one number a face, so that tables by skin tone can be made of them. Pictures are uint8; work goes in pieces, to keep memory low.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import Delaunay
from skimage import color

from tryon_utils import metrics, regions

PIECE = 50  # faces measured at a time
LEAST = 26  # opacity from which on a pixel counts as made up: a tenth of 255
LAYERS = {"lips": (7, 8), "eyes": (3, 4, 5), "cheeks": (2,), "brows": (6,), "skin": (0, 1)}  # places in `splits.MAKEUP_SLOTS`
CHEEKS, SKIN = regions.NAMES.index("cheeks"), regions.NAMES.index("skin")
AREAS = ("lips", "eyes", "cheeks", "skin", "makeup", "outside")


# ---- Where makeup truly is ---------------------------------------------------------------------------------------------

def true_areas(opacity):
    """Return where each kind of makeup truly is.

    A pixel of the lips, eyes, cheeks or brows is one where a layer of theirs covers a tenth or more, and makeup is all of these. Skin is
    what foundation and contour cover besides: many pixels that change little. Outside is where no layer has any opacity.

    Args:
        opacity: uint8 (n, 9, height, width). See `datasets.Faces`.

    Returns:
        Dictionary from each of `AREAS` to bool (n, height, width).

    Raises:
        ValueError: another kind or shape.
    """
    opacity = np.asarray(opacity)
    if opacity.dtype != np.uint8 or opacity.ndim != 4 or opacity.shape[1] != 9:
        raise ValueError(f"opacity is {opacity.dtype} {opacity.shape}; uint8 (n, 9, height, width) is wanted, as in datasets.Faces.")
    covered = {name: (opacity[:, list(slots)] >= LEAST).any(axis=1) for name, slots in LAYERS.items()}
    makeup = covered["lips"] | covered["eyes"] | covered["cheeks"] | covered["brows"]
    return {"lips": covered["lips"], "eyes": covered["eyes"], "cheeks": covered["cheeks"], "skin": covered["skin"] & ~makeup,
            "makeup": makeup, "outside": (opacity == 0).all(axis=1)}


def compare(truth, pictures, opacity):
    """Measure how far faces are from the truth, in each area: CIEDE2000, where 1 is just visible and 10 is plain to see.

    Example:
        scores = compare(faces.picture, results, faces.opacity)
        scores["lips"].mean()

    Args:
        truth: uint8 (n, height, width, 3). The true faces with makeup.
        pictures: uint8 of the same shape. What a model made.
        opacity: uint8 (n, 9, height, width). Of the true layers.

    Returns:
        Dictionary from each of `AREAS` to float64 (n,); nan where a look has nothing there, so take means with `np.nanmean`.

    Raises:
        ValueError: other kinds or shapes.
    """
    truth, pictures = np.asarray(truth), np.asarray(pictures)
    if truth.dtype != np.uint8 or pictures.dtype != np.uint8 or truth.shape != pictures.shape or truth.ndim != 4 or len(opacity) != len(truth):
        raise ValueError(f"truth is {truth.dtype} {truth.shape}, pictures {pictures.dtype} {pictures.shape}, with {len(opacity)} opacities; "
                         "uint8 pictures of one shape (n, height, width, 3) are wanted.")
    scores = {name: np.full(len(truth), np.nan) for name in AREAS}
    for start in range(0, len(truth), PIECE):
        piece = slice(start, start + PIECE)
        error = color.deltaE_ciede2000(color.rgb2lab(truth[piece]), color.rgb2lab(pictures[piece]))
        for name, mask in true_areas(opacity[piece]).items():
            counts = mask.sum(axis=(1, 2))
            with np.errstate(invalid="ignore"):
                scores[name][piece] = np.where(counts > 0, (error * mask).sum(axis=(1, 2)) / counts, np.nan)
    return scores


def by_tone(values, recipes):
    """Return the table of a score by Monk skin tone; see `metrics.by_group`. Faces whose score is nan are left out.

    Args:
        values: float (n,).
        recipes: Sequence of n pairs of `FaceFactors` and `Look`: `faces.recipes`.

    Returns:
        List of `metrics.GroupRow`, from tone 1 up.
    """
    values, tones = np.asarray(values), np.array([face.monk_tone for face, _ in recipes])
    return metrics.by_group(values[~np.isnan(values)], tones[~np.isnan(values)])


def worst_tone(rows):
    """Return the tone with the largest mean, and that mean as a multiple of the mean of all tones."""
    worst = max(rows, key=lambda row: row.mean)
    return worst.group, worst.mean / float(np.mean([row.mean for row in rows]))


# ---- Is it still the same person? ----------------------------------------------------------------------------------------

def recognised(bare, made_up):
    """Return whether each made-up face is nearer to its own bare face than to anybody else's.

    Example:
        reader = face_reader.load()
        recognised(face_reader.read(reader, faces.bare).embedding, face_reader.read(reader, results).embedding).mean()

    Args:
        bare: float (n, d). Embeddings of the bare faces.
        made_up: float (n, d). Of the same people with makeup, in the same order.

    Returns:
        bool (n,).

    Raises:
        ValueError: other shapes.
    """
    if np.shape(bare) != np.shape(made_up) or np.ndim(bare) != 2:
        raise ValueError(f"Embeddings of shapes {np.shape(bare)} and {np.shape(made_up)} came; two of one shape (n, d) are wanted.")
    return (made_up @ bare.T).argmax(axis=1) == np.arange(len(bare))


def landmark_drift(bare, made_up):
    """Return how far the landmarks that were read moved between a bare face and the made-up one, in pixels.

    True makeup moves no landmark, but it may move what a reader sees: so compare a model's drift with that of the truth.

    Args:
        bare: float (n, 68, 2). Landmarks read in the bare faces.
        made_up: float (n, 68, 2). Landmarks read in the same faces with makeup.

    Returns:
        float (n,). The mean distance of the 68 points.

    Raises:
        ValueError: other shapes.
    """
    if np.shape(bare) != np.shape(made_up) or np.shape(bare)[1:] != (68, 2):
        raise ValueError(f"Landmarks of shapes {np.shape(bare)} and {np.shape(made_up)} came; two of (n, 68, 2) are wanted.")
    return np.linalg.norm(np.asarray(made_up) - bare, axis=-1).mean(axis=1)


# ---- Simple methods ------------------------------------------------------------------------------------------------------

def no_op(bare):
    """Return the bare faces as they are: what doing nothing scores."""
    return np.array(bare)


def global_transfer(bare, reference):
    """Give each picture the mean and the spread of its reference's colours in Lab, over the whole picture.

    Args:
        bare: uint8 (n, height, width, 3).
        reference: uint8 (n, height, width, 3). Other people, in the wanted looks.

    Returns:
        uint8 of the same shape.

    Source:
        [Reinhard et al., 2001](https://doi.org/10.1109/38.946629), in CIE Lab instead of their own space.
    """
    return _in_pieces(_global_transfer, bare, reference)


def _global_transfer(bare, reference):
    source, wanted = color.rgb2lab(bare), color.rgb2lab(reference)
    (mean, spread), (wanted_mean, wanted_spread) = (
        (lab.mean(axis=(1, 2), keepdims=True), np.maximum(lab.std(axis=(1, 2), keepdims=True), 1e-3)) for lab in (source, wanted))
    return _from_lab((source - mean) / spread * wanted_spread + wanted_mean)


def match_regions(bare, masks, reference, reference_masks, names=("lips", "eyes", "cheeks", "skin")):
    """Match the histograms of each region: its lightest pixel becomes as light as the reference's lightest, and so on, in each channel of Lab.

    Args:
        bare: uint8 (n, height, width, 3).
        masks: float (n, height, width, 5) in [0, 1]. Of `regions.soft_masks`.
        reference: uint8 (n, height, width, 3).
        reference_masks: float (n, height, width, 5).
        names: Sequence of the regions that are matched; with "skin" the reference's skin tone comes along.

    Returns:
        uint8 (n, height, width, 3).
    """
    def match(bare, masks, reference, reference_masks):
        source, wanted = color.rgb2lab(bare), color.rgb2lab(reference)
        result = source.copy()
        for number in range(len(bare)):
            for place in map(regions.NAMES.index, names):
                own, other = masks[number, ..., place], reference_masks[number, ..., place]
                if place == SKIN and "cheeks" in names:  # cheeks lie on the skin; nothing is moved twice
                    own, other = (np.maximum(mask - cheeks, 0) for mask, cheeks in ((own, masks[number, ..., CHEEKS]), (other, reference_masks[number, ..., CHEEKS])))
                inside, there = own > 0.05, wanted[number][other > 0.5]
                if not inside.any() or len(there) < 4:
                    continue
                for channel in range(3):
                    known = np.sort(source[number, ..., channel][own > 0.5])
                    if len(known) < 4:
                        continue
                    places = np.linspace(0, 1, 33)
                    matched = np.interp(source[number, ..., channel][inside], np.quantile(known, places), np.quantile(there[:, channel], places))
                    result[number, ..., channel][inside] += own[inside] * (matched - source[number, ..., channel][inside])
        return _from_lab(result)

    return _in_pieces(match, bare, masks, reference, reference_masks)


def paste_regions(bare, landmarks, masks, reference, reference_landmarks, names=("lips", "eyes", "cheeks")):
    """Warp the reference's face onto the bare one by their landmarks, and paste regions of it.

    Args:
        bare: uint8 (n, height, width, 3).
        landmarks: float (n, 68, 2 or 3). Of the bare faces.
        masks: float (n, height, width, 5) in [0, 1]. Of `regions.soft_masks`, for the bare faces.
        reference: uint8 (n, height, width, 3).
        reference_landmarks: float (n, 68, 2 or 3).
        names: Sequence of the regions that are pasted.

    Returns:
        uint8 (n, height, width, 3).
    """
    result = np.empty_like(bare)
    chosen = [regions.NAMES.index(name) for name in names]
    for number in range(len(bare)):
        warped = warp_face(reference[number], reference_landmarks[number], landmarks[number], bare.shape[1:3])
        cover = np.clip(masks[number][..., chosen].sum(axis=-1, keepdims=True), 0, 1)
        result[number] = np.rint(bare[number] + cover * (warped - bare[number].astype("float32")))
    return result


def warp_face(picture, landmarks, onto, shape):
    """Warp a face so that its landmarks come to lie on others, by an affine map in each triangle between them.

    Args:
        picture: uint8 (height, width, 3).
        landmarks: float (68, 2 or 3). Of the picture, in pixels.
        onto: float (68, 2 or 3). Where they shall come to lie.
        shape: Height and width of the result.

    Returns:
        float32 (*shape, 3) in [0, 255]; outside the triangles, the picture as it is.
    """
    height, width = shape
    places = [np.concatenate([points[:, :2], regions.outlines(points[:, :2])["skin"][0][17:]]).astype("float64") for points in (landmarks, onto)]
    triangles = Delaunay(places[1]).simplices
    drawn = Image.new("L", (width, height))  # which triangle each pixel lies in, counted from 1
    for number, triangle in enumerate(triangles, start=1):
        ImageDraw.Draw(drawn).polygon([tuple(place) for place in places[1][triangle].tolist()], fill=number)
    number = np.asarray(drawn)
    grid = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1)
    corners, wanted = places[1][triangles[number[number > 0] - 1]], places[0][triangles[number[number > 0] - 1]]  # (m, 3, 2)
    first, second, place = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0], grid[number > 0] - corners[:, 0]
    share = np.stack([_cross(place, second), _cross(first, place)], axis=1) / _cross(first, second)[:, None]
    grid[number > 0] = wanted[:, 0] + share[:, :1] * (wanted[:, 1] - wanted[:, 0]) + share[:, 1:] * (wanted[:, 2] - wanted[:, 0])
    rows_and_columns = np.moveaxis(grid, -1, 0)[::-1] - 0.5
    warped = [ndimage.map_coordinates(picture[..., channel].astype("float32"), rows_and_columns, order=1, mode="nearest") for channel in range(3)]
    return np.stack(warped, axis=-1)


def _cross(first, second):
    """Return twice the signed area between two vectors in the plane, float (m, 2) each."""
    return first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]


def _in_pieces(method, *arrays):
    """Run a method on pieces of the arrays, so that the float copies in it stay small."""
    return np.concatenate([method(*(array[start:start + PIECE] for array in arrays)) for start in range(0, len(arrays[0]), PIECE)])


def _from_lab(lab):
    """Return Lab colours as uint8 sRGB; what no screen can show is clipped."""
    middle = (lab[..., 0] + 16) / 116
    roots = np.stack([middle + lab[..., 1] / 500, middle, middle - lab[..., 2] / 200], axis=-1)
    xyz = np.where(roots > 6 / 29, roots**3, (roots - 4 / 29) * 3 * (6 / 29) ** 2) * color.xyz_tristimulus_values(illuminant="D65", observer="2")
    return np.rint(255 * np.clip(color.xyz2rgb(np.maximum(xyz, 0)), 0, 1)).astype("uint8")
