"""Makeup on photographs at full size: layers are predicted small, spread along the photograph's edges, and laid on its own pixels.

The network sees an upright crop of 64 pixels, as in training. Only what it says about layers goes back, never its picture: so no pixel of the
photograph is painted anew, and outside the makeup each stays as it is, bit for bit.
"""

import functools
from typing import NamedTuple

import numpy as np
from keras import ops
from PIL import Image
from scipy import ndimage

from tryon_utils import guided, lab, makeup_pairs, pigments, regions
from tryon_utils.photos import align, landmarks

SIZE = 64  # of the crop that the network sees
RADIUS, EPSILON = 1, 3e-4  # of the guided filter, in the crop's pixels: less, and skin's texture shows in the lipstick; more, and it runs onto teeth
SOFT = ("contour", "blush", "under the eyes")  # layers without an edge of their own: they are spread smoothly, since skin's texture is not theirs
FINENESS = 8192  # steps of the colour tables
FAINT = 3  # of 255: what a layer covers less than this is left out


class PhotoLayers(NamedTuple):
    """Layers of makeup on a photograph.

    Attributes:
        box: Left, top, right and bottom of the part of the photograph that they lie in, in pixels.
        opacity: uint8 (layers, bottom - top, right - left). In the order of `names`.
        pigment: float32 (layers, 3). See `pigments.compose`.
        names: Tuple of strings. `pigments.LAYERS`, or `pigments.REPAIRS`.
    """

    box: tuple
    opacity: np.ndarray
    pigment: np.ndarray
    names: tuple = pigments.LAYERS


def find_landmarks(pixels):
    """Return the 68 landmarks, float32 (68, 3), of the largest face in a photograph, uint8 (h, w, 3).

    Raises:
        PhotoError: no face was found; see `photos.landmarks.find`.
    """
    return landmarks.to_68(landmarks.find(pixels)[0].points)


def predict_layers(generator, pixels, reference, points=None, reference_points=None):
    """Predict the layers that give a photograph the makeup of a reference.

    Example:
        layers = predict_layers(makeup.load(), photo.pixels, faces.picture[0], reference_points=faces.landmarks[0])
        result = apply_layers(photo.pixels, layers, {"lips": 0.5})

    Args:
        generator: See `models.makeup.build_generator`; trained.
        pixels: uint8 (h, w, 3). The photograph.
        reference: uint8 (rows, columns, 3). A rendered face or another photograph, in the wanted makeup.
        points: float (68, 2 or 3). The photograph's landmarks; they are looked for where None.
        reference_points: float (68, 2 or 3). The reference's; they are looked for where None.

    Returns:
        `PhotoLayers`.

    Raises:
        PhotoError: no face was found in one of the pictures.
    """
    points = find_landmarks(pixels) if points is None else points
    reference_points = find_landmarks(reference) if reference_points is None else reference_points
    upright = _upright(pixels, points)
    _, shown, their_places = _upright(reference, reference_points)
    windows = makeup_pairs.find_windows(upright[2][None])
    laid = makeup_pairs.lay_over(shown[None], their_places[None], upright[2][None], windows)
    return _predict(generator, pixels, upright, windows, laid, pigments.LAYERS)


def predict_repair(generator, pixels, points=None):
    """Predict the layers that even out spots and dark circles on a photograph; `apply_layers` lays them on, as strong as wanted.

    Args:
        generator: `keras.Model` such as `models.makeup.load_repair` returns.
        pixels: uint8 (h, w, 3). The photograph.
        points: float (68, 2 or 3). Its landmarks; they are looked for where None.

    Returns:
        `PhotoLayers`, of the names `pigments.REPAIRS`.

    Raises:
        PhotoError: no face was found.
    """
    upright = _upright(pixels, find_landmarks(pixels) if points is None else points)
    windows = makeup_pairs.find_windows(upright[2][None])
    return _predict(generator, pixels, upright, windows, makeup_pairs.cut(upright[1][None], windows), pigments.REPAIRS)


def _predict(generator, pixels, upright, windows, reference, names):
    """Return the `PhotoLayers` that a generator predicts for an upright face and a reference laid over it."""
    frame, face, places = upright
    bare, masks = makeup_pairs.cut(face[None], windows), makeup_pairs.cut(regions.soft_masks(places[None], SIZE, SIZE), windows)
    opacity, pigment = generator.predict_on_batch([ops.convert_to_numpy(pigments.to_lab(bare)), masks, ops.convert_to_numpy(pigments.to_lab(reference))])
    near = ndimage.maximum_filter(masks[0].max(axis=-1), 3)  # the guided filter may not carry makeup off the face
    return spread(pixels, frame, windows[0], bare[0], np.rint(255 * opacity[0]).astype("uint8"), pigment[0], near, names)


def _upright(pixels, points):
    """Return the canonical crop of a face: its frame, uint8 (64, 64, 3), and its landmarks in it, float32 (68, 2)."""
    frame = align.face_frame(points, SIZE)
    return frame, align.crop(pixels, frame, SIZE), align.move(align.invert(frame), np.asarray(points)[:, :2]).astype("float32")


def spread(pixels, frame, window, face, opacity, pigment, near=None, names=pigments.LAYERS):
    """Bring the opacities of a small window to the photograph's size, along its edges.

    In the small window each opacity is explained by the face's colour, `opacity = a * colour + b` in each neighbourhood, as the guided filter does.
    Then a and b are looked up for each pixel of the photograph, and its own colour is put in.

    Args:
        pixels: uint8 (h, w, 3). The photograph.
        frame: float64 (2, 3). From the crop to the photograph; see `photos.align`.
        window: Pair of integers. Top and left of the window in the crop.
        face: uint8 (height, width, 3). The window of the crop.
        opacity: uint8 (height, width, layers).
        pigment: float (layers, 3).
        near: float (height, width) in [0, 1]. Where makeup may be; everywhere in the window where None.
        names: Tuple of strings. The layers' names.

    Returns:
        `PhotoLayers`.
    """
    height, width = opacity.shape[:2]
    near = np.ones((height, width), "float32") if near is None else np.asarray(near, "float32")
    a, b = guided.line_in_windows(face.astype("float32") / 255, opacity.astype("float32"), RADIUS, EPSILON)
    places = frame.copy()  # from the window, instead of the crop, to the photograph
    places[:, 2] += frame[:, :2] @ np.array([window[1], window[0]], "float64")
    box = _box_of(places, (height, width), pixels.shape)
    own = np.moveaxis(pixels[box[1]:box[3], box[0]:box[2]], -1, 0).astype("float32", order="C") / 255  # planes: several times faster
    spread_out = np.zeros((opacity.shape[2], *own.shape[1:]), "uint8")
    on_face = _look_up(near, places, box)
    for layer in np.flatnonzero(opacity.max(axis=(0, 1)) > FAINT):
        top, left, bottom, right = _part_with(opacity[..., layer] > FAINT)
        part, shifted = (slice(top, bottom), slice(left, right)), places.copy()
        shifted[:, 2] += places[:, :2] @ np.array([left, top], "float64")
        inner = _box_of(shifted, (bottom - top, right - left), pixels.shape)
        if inner[0] >= inner[2] or inner[1] >= inner[3]:
            continue
        there = (slice(inner[1] - box[1], inner[3] - box[1]), slice(inner[0] - box[0], inner[2] - box[0]))
        if names[layer] in SOFT:
            covered = _look_up(opacity[..., layer][part], shifted, inner)
        else:
            covered = _look_up(b[..., layer][part], shifted, inner)
            for channel in range(3):
                covered += _look_up(a[..., channel, layer][part], shifted, inner) * own[(channel, *there)]
        covered *= on_face[there]
        covered[covered < FAINT] = 0
        spread_out[(layer, *there)] = np.minimum(covered + 0.5, 255)
    return PhotoLayers(box, spread_out, np.asarray(pigment, "float32"), names)


def _part_with(chosen, border=2):
    """Return top, left, bottom and right of the part of a window that holds all chosen pixels, and a border."""
    rows, columns = (np.flatnonzero(chosen.any(axis=axis)) for axis in (1, 0))
    return (max(rows[0] - border, 0), max(columns[0] - border, 0), min(rows[-1] + 1 + border, chosen.shape[0]), min(columns[-1] + 1 + border, chosen.shape[1]))


def _box_of(frame, size, shape):
    """Return left, top, right and bottom of the part of a photograph that a window of that size lies in."""
    corners = align.move(frame, np.array([[0, 0], [size[1], 0], [size[1], size[0]], [0, size[0]]], "float64"))
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [shape[1], shape[0]]).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, [shape[1], shape[0]]).tolist()
    return left, top, right, bottom


def _look_up(values, frame, box):
    """Return a small map at each pixel of a box of the photograph, bilinear; 0 outside the map."""
    back = align.invert(frame)
    back[:, 2] += back[:, :2] @ np.array(box[:2], "float64")
    padded = np.pad(values.astype("float32"), 1)  # so that it runs out to 0 at its border
    back[:, 2] += 1
    size = (box[2] - box[0], box[3] - box[1])
    return np.array(Image.fromarray(padded).transform(size, Image.Transform.AFFINE, back.ravel().tolist(), Image.Resampling.BILINEAR))


def apply_layers(pixels, layers, strength=1.0):
    """Lay layers on a photograph.

    Args:
        pixels: uint8 (h, w, 3). The photograph.
        layers: `PhotoLayers`, made for it.
        strength: Float in [0, 1] for all layers, or a dictionary from regions to floats; see `pigments.apply`.

    Returns:
        uint8 (h, w, 3). Where no layer is, and everywhere at strength 0, the photograph, bit for bit.

    Raises:
        ValueError: an unknown region, or a strength outside [0, 1].
    """
    by_region = isinstance(strength, dict)
    named = strength if by_region else dict.fromkeys(pigments.REGIONS, strength)
    if set(named) - set(pigments.REGIONS) or not all(0 <= value <= 1 for value in named.values()):
        raise ValueError(f"strength={strength} came; a number in [0, 1], or a dictionary from {', '.join(pigments.REGIONS)} to such numbers, is wanted.")
    left, top, right, bottom = layers.box
    result = np.array(pixels)
    scales = {number: (named.get(pigments.REGION_OF.get(name), 1.0) if by_region else strength) / 255 for number, name in enumerate(layers.names)}
    used = [number for number, scale in scales.items() if scale > 0 and layers.opacity[number].any()]
    if not used:
        return result
    changed = np.bitwise_or.reduce(layers.opacity[used]) > 0
    part = result[top:bottom, left:right]
    lightness, redness, yellowness = _lab_of(part[changed])
    for number in used:
        cover = layers.opacity[number][changed] * np.float32(scales[number])
        ratio, red, yellow = layers.pigment[number]
        lightness *= 1 + cover * (ratio - 1)
        redness += cover * red
        yellowness += cover * yellow
    part[changed] = _pixels_of(lightness, redness, yellowness)
    return result


def apply_look(generator, pixels, reference, strength=1.0, points=None, reference_points=None):
    """Return a photograph with the makeup of a reference: `predict_layers`, then `apply_layers`."""
    return apply_layers(pixels, predict_layers(generator, pixels, reference, points, reference_points), strength)


# ---- Lab by tables: a photograph has a million pixels ------------------------------------------------------------------

@functools.cache
def _tables():
    """Return the tables for `_lab_of` and `_pixels_of`: light of each of 256 levels; Lab's curve and sRGB's levels of light, by its root."""
    light = ops.convert_to_numpy(lab.linear_from_srgb(np.arange(256, dtype="float32") / 255))
    steps = (np.arange(FINENESS + 1) / FINENESS) ** 2
    curve = np.where(steps > lab.EDGE, np.cbrt(steps), 7.787 * steps + 16 / 116).astype("float32")
    levels = np.rint(255 * ops.convert_to_numpy(lab.srgb_from_linear(steps.astype("float32")))).astype("uint8")
    return light, curve, levels


def _lab_of(values):
    """Return L, a and b, each float32 (m,), of uint8 sRGB (m, 3)."""
    light, curve, _ = _tables()
    share = light[values] @ (lab.TO_XYZ / lab.WHITE[:, None]).T.astype("float32")
    x, y, z = curve[_places(share)].T
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _pixels_of(lightness, redness, yellowness):
    """Return uint8 sRGB (m, 3) of L, a and b: the inverse of `_lab_of`; what no screen can show is clipped."""
    y = (lightness + 16) / 116
    curve = np.stack([y + redness / 500, y, y - yellowness / 200], axis=1)
    share = np.where(curve > lab.EDGE ** (1 / 3), curve**3, (curve - 16 / 116) / 7.787)
    return _tables()[2][_places(share @ np.linalg.inv(lab.TO_XYZ / lab.WHITE[:, None]).T.astype("float32"))]


def _places(share):
    """Return the places of amounts of light in the tables: they are finest where it is dark."""
    return (np.sqrt(np.clip(share, 0, 1)) * FINENESS + 0.5).astype("int32")
