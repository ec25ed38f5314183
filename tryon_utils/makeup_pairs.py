"""From rendered faces to what a makeup model trains on: windows of faces, references laid over them, and packed batches.

Networks see a window of 48 by 40 pixels of a picture of 64, whose middle lies between the eyes. It is cut by whole pixels, so nothing is blurred.
A reference is bent by its landmarks until its eyes lie on the face's eyes and its lips on the face's lips.
"""

import numpy as np
from keras import ops

from tryon_utils import warp
from tryon_utils.pigments import GROUPS, REGIONS, WINDOW, seen_groups, skin_mean, to_lab

PIECE = 50  # faces worked on at a time, which keeps float copies small


def find_windows(landmarks, shape=WINDOW, size=64):
    """Return where each face's window begins in a picture of `size` pixels: integers (n, 2), its top and its left. It moves by whole pixels."""
    middle = np.asarray(landmarks)[:, 36:48, :2].mean(axis=1)[:, ::-1]
    return np.clip(np.rint(middle - np.array(shape) / 2).astype(int), 0, size - np.array(shape))


def cut(pictures, windows, shape=WINDOW):
    """Return the windows of pictures (n, height, width, channels): (n, *shape, channels)."""
    rows, columns = (windows[:, axis, None] + np.arange(shape[axis]) for axis in (0, 1))
    return np.asarray(pictures)[np.arange(len(windows))[:, None, None], rows[:, :, None], columns[:, None, :]]


def put_back(cuts, windows, size=64):
    """Return windows (n, height, width, channels) in empty pictures, (n, size, size, channels): the inverse of `cut`."""
    pictures = np.zeros((len(cuts), size, size, cuts.shape[-1]), cuts.dtype)
    for picture, piece, (top, left) in zip(pictures, cuts, windows, strict=True):
        picture[top:top + piece.shape[0], left:left + piece.shape[1]] = piece
    return pictures


def lay_over(pictures, their_landmarks, landmarks, windows, shape=WINDOW):
    """Bend pictures of faces so that their landmarks come to lie on those of other faces, and cut those faces' windows.

    Args:
        pictures: uint8 (n, height, width, channels).
        their_landmarks: float (n, 68, 2 or more). Of the pictures, in pixels.
        landmarks: float (n, 68, 2 or more). Of the faces that they are laid over.
        windows: Integers (n, 2). Of those faces; see `find_windows`.
        shape: Pair of integers. The windows' height and width.

    Returns:
        uint8 (n, *shape, channels).
    """
    laid = np.empty((len(pictures), *shape, pictures.shape[-1]), "uint8")
    coarse = ops.convert_to_numpy(warp.grid(shape[0] // 2 + 2, shape[1] // 2 + 2)) * 2 - 2  # it is smooth: every second place, and one more around
    for start in range(0, len(pictures), PIECE):
        piece = slice(start, start + PIECE)
        wanted = coarse + windows[piece, None, None, ::-1].astype("float32")
        places = bend(spline_handles(landmarks[piece]), spline_handles(their_landmarks[piece]), wanted.reshape(len(wanted), -1, 2))
        places = warp.resize(places.reshape(wanted.shape), shape[0] + 4, shape[1] + 4)[:, 2:-2, 2:-2]
        laid[piece] = np.rint(ops.convert_to_numpy(warp.sample(pictures[piece].astype("float32"), places)))
    return laid


def bend(handles, goals, places):
    """Move places by the thin-plate splines that lead handles to their goals, many faces at once; `warp.spline_matrix` does it for one.

    Args:
        handles: float (n, k, 2).
        goals: float (n, k, 2).
        places: float (n, p, 2).

    Returns:
        float32 (n, p, 2).
    """
    def bending(points, handles):
        square = ((points[:, :, None] - handles[:, None]) ** 2).sum(axis=-1)
        return square * np.log(np.maximum(square, 1e-12))

    middle, reach = handles.mean(axis=1, keepdims=True), handles.std(axis=(1, 2), keepdims=True)
    handles, places, moves = (handles - middle) / reach, (places - middle) / reach, goals - handles  # numbers around 1 are solved most exactly
    count = handles.shape[1]
    system = np.zeros((len(handles), count + 3, count + 3))
    system[:, :count, :count], system[:, :count, count], system[:, :count, count + 1:] = bending(handles, handles), 1, handles
    system[:, count:, :count] = system[:, :count, count:].transpose(0, 2, 1)
    weights = np.linalg.solve(system, np.pad(moves, ((0, 0), (0, 3), (0, 0)))).astype("float32")
    flat = weights[:, None, count] + places @ weights[:, count + 1:]
    return (places * reach + middle + flat + bending(places, handles) @ weights[:, :count]).astype("float32")


def spline_handles(landmarks):
    """Return the landmarks that a spline can go through, float32 (..., 63, 2): where lips are closed, their inner edges are one line."""
    points = np.asarray(landmarks, "float32")[..., :2]
    return np.concatenate([points[..., :60, :], (points[..., 61:64, :] + points[..., 67:64:-1, :]) / 2], axis=-2)


def choose_references(looks, count, rng):
    """Choose for each face others that wear the same look about as strongly.

    Args:
        looks: Sequence of n pairs of a look's name and its strength.
        count: Integer. References for each face, from the twice as many whose strength is nearest.
        rng: `np.random.Generator`.

    Returns:
        Integers (n, count).

    Raises:
        ValueError: a look that one face alone wears.
    """
    names, strengths = np.array([name for name, _ in looks]), np.array([strength for _, strength in looks])
    chosen = np.zeros((len(looks), count), int)
    for number, (name, strength) in enumerate(looks):
        others = np.flatnonzero((names == name) & (np.arange(len(looks)) != number))
        if not len(others):
            raise ValueError(f"Nobody else wears {name!r}: a reference is another person in the same look. Take more faces.")
        nearest = others[np.argsort(np.abs(strengths[others] - strength), kind="stable")][:2 * count]
        chosen[number] = rng.choice(nearest, count, replace=len(nearest) < count)
    return chosen


def pack_pairs(faces, masks, chosen):
    """Lay each face's truth and its references in one array, so that a batch is one slice; see `pigments.draw_pairs`.

    Args:
        faces: `datasets.Faces`.
        masks: float (n, height, width, 5) in [0, 1]; see `regions.soft_masks`.
        chosen: Integers (n, r). The references of each face.

    Returns:
        uint8 (n, *WINDOW, 20 + 6 r): bare and made-up face, masks, the nine opacities, and for each reference its picture, laid over the face, and
        its opacities in `pigments.GROUPS`.
    """
    windows, opacity = find_windows(faces.landmarks), faces.opacity.transpose(0, 2, 3, 1)
    packed = np.empty((len(faces), *WINDOW, 20 + 6 * chosen.shape[1]), "uint8")
    for start in range(0, len(faces), PIECE):
        piece = slice(start, start + PIECE)
        parts = [faces.bare[piece], faces.picture[piece], np.rint(255 * masks[piece]).astype("uint8"), opacity[piece]]
        packed[piece, ..., :20] = cut(np.concatenate(parts, axis=-1), windows[piece])
    for place, others in enumerate(chosen.T):
        for start in range(0, len(faces), PIECE):
            piece, there = slice(start, start + PIECE), others[start:start + PIECE]
            groups = np.rint(255 * ops.convert_to_numpy(seen_groups(opacity[there] / np.float32(255)))).astype("uint8")
            shown = np.concatenate([faces.picture[there], groups], axis=-1)
            laid = lay_over(shown, faces.landmarks[there], faces.landmarks[piece], windows[piece])
            packed[piece, ..., 20 + 6 * place:26 + 6 * place] = laid
    return packed


def pack_piles(faces, masks, bare, made_up, rng):
    """Lay bare faces and made-up ones of other people side by side; nobody knows what either looks like the other way.

    Args:
        faces: `datasets.Faces`.
        masks: float (n, height, width, 5) in [0, 1]; see `regions.soft_masks`.
        bare: Integers (m,). Which faces are known bare.
        made_up: Integers (m,). Which faces are known with makeup.
        rng: `np.random.Generator`. Draws who stands beside whom.

    Returns:
        uint8 (m, *WINDOW, 22): a bare face and its masks; over it a made-up face and another bare one; the made-up face itself and its masks.
    """
    windows = find_windows(faces.landmarks)
    partners, others, marks = rng.permutation(made_up), rng.permutation(bare), faces.landmarks
    columns = [cut(faces.bare[bare], windows[bare]), np.rint(255 * cut(masks[bare], windows[bare])).astype("uint8"),
               lay_over(faces.picture[partners], marks[partners], marks[bare], windows[bare]), lay_over(faces.bare[others], marks[others], marks[bare], windows[bare]),
               cut(faces.picture[partners], windows[partners]), np.rint(255 * cut(masks[partners], windows[partners])).astype("uint8")]
    return np.concatenate(columns, axis=-1)


def compare_piles(piles, names=tuple(GROUPS)):
    """Compare the colours of bare and of made-up faces, region by region, each relative to its own skin.

    Formula:
        `own = cov(bare) cov(made up)^-1`: with one number instead of three, the share of the made-up pile's variance that bare faces have, too

    Args:
        piles: See `pack_piles`.
        names: Sequence of names of `REGIONS`.

    Returns:
        Dictionary from each name to the mean of the bare pixels and of the made-up ones, float32 (3,), less their skin's mean, in Lab, and float32 (3, 3):
        how much of a made-up pixel's difference from the made-up mean is to be expected without makeup.
    """
    masks, made_up, bare = piles[..., 3:8] / np.float32(255), [], []
    for start in range(0, len(piles), PIECE):
        piece = slice(start, start + PIECE)
        for kept, place in ((made_up, 8), (bare, 11)):
            colours = to_lab(piles[piece, ..., place:place + 3])
            kept.append(ops.convert_to_numpy(colours - skin_mean(colours, masks[piece])))
    made_up, bare = np.concatenate(made_up), np.concatenate(bare)
    clouds = {}
    for name in names:
        inside = masks[..., REGIONS.index(name)] > 0.5
        without, worn = bare[inside], made_up[inside]
        own = np.cov(without.T) @ np.linalg.inv(np.cov(worn.T) + 0.01 * np.eye(3))  # a channel without any spread has none to divide
        clouds[name] = (without.mean(axis=0), worn.mean(axis=0), own.astype("float32"))
    return clouds
