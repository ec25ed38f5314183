"""From people and garments to the sheets that a painter reads, and from painted layers back to pictures. The same for training and use."""

import numpy as np
from keras import ops

from tryon_utils import agnostic, images, warp
from tryon_utils.models import garment as garments
from tryon_utils.models import tryon

BATCH = 50  # pictures that go through a network at once
SKIN, LOWER = (10, 13, 14, 15), (9, 12)  # labels of neck, face and arms; of trousers and skirt


def fill_sheets(representation, warped, coverage, bodies=None):
    """Return sheets, uint8 (n, height, width, 23), or 29 with the truth of `bodies`; `tryon.CHANNELS` says what lies where.

    Args:
        representation: `agnostic.Representation` of n people.
        warped: uint8 (n, height, width, 3). The garment where it would lie on the person.
        coverage: uint8 (n, height, width, 1). How much of each pixel it covers, 255 for 1.
        bodies: `datasets.Bodies` with the true answers, or None.
    """
    count, height, width = representation.mask.shape[:3]
    parts = {"agnostic": representation.picture, "mask": representation.mask, "pose": representation.pose,
             "skin": representation.skin,
             "lower": representation.lower, "background": representation.background, "warped": warped, "coverage": coverage}
    if bodies is not None:
        shown = {name: np.isin(bodies.target_parse, labels)[..., None].astype("uint8") * 255 for name, labels in (("skin", SKIN), ("lower", LOWER))}
        parts |= {"target": bodies.target, "target_mask": bodies.target_mask[..., None], "target_skin": shown["skin"], "target_lower": shown["lower"]}
    sheets = np.empty((count, height, width, sum(tryon.WIDTHS[name] for name in parts)), "uint8")
    for name, values in parts.items():
        sheets[..., tryon.CHANNELS[name]] = values
    return sheets


def represent(bodies):
    """Return the `agnostic.Representation` of `datasets.Bodies`."""
    return agnostic.represent(bodies.person, bodies.agnostic_mask, bodies.keypoints, **agnostic.regions_of(bodies.parse))


def warp_garments(warper, representation, bodies):
    """Return garments in the shape of people, uint8 (n, height, width, 3), and their coverage, uint8 (n, height, width, 1).

    Args:
        warper: `models.garment.Warper`.
        representation: `agnostic.Representation` of n people.
        bodies: n of anything with `garment`, `garment_mask` and `keypoints` as in `datasets.Bodies`; nothing else is looked at.
    """
    made = []
    for start in range(0, len(bodies.garment), BATCH):
        piece = slice(start, start + BATCH)
        worn = garments.predict(warper, *_given(representation, bodies, piece), batch_size=BATCH)
        made.append((images.to_picture(worn.picture), np.rint(255 * worn.coverage).astype("uint8")))
    return tuple(np.concatenate(parts) for parts in zip(*made, strict=True))


def carry_garments(warper, representation, bodies, way="affine"):
    """Return garments carried by the keypoints alone, in one piece, as `warp_garments` does: two baselines.

    Args:
        warper, representation, bodies: See `warp_garments`.
        way: String. "affine" is one affine map of shoulders and hips, "spline" one thin-plate spline of all `JOINTS`.

    Raises:
        ValueError: another way.
    """
    if way not in ("affine", "spline"):
        raise ValueError(f"way={way!r} came; 'affine' or 'spline' is wanted.")
    made = []
    for start in range(0, len(bodies.garment), BATCH):
        shop, mask, _, _, keypoints = _given(representation, bodies, slice(start, start + BATCH))
        both = ops.convert_to_tensor(np.concatenate([shop, mask], axis=-1))
        height, width = shop.shape[1:3]
        scale = height / warper.size[0]
        small = ops.image.resize(both, warper.size, antialias=True) if scale != 1 else both
        found = warper.finder(small[..., 3:])
        joints = keypoints[:, list(garments.JOINTS), :2] / scale
        if way == "spline":
            places = bend(joints, found["points"], warper.size)
        else:
            places = garments.carry(joints, found["points"], found["width"][:, 0], warper.size)[:, 0]  # the torso's
        places = warp.resize(places, height, width, scale)
        inside = ops.all((places > 0) & (places < ops.convert_to_tensor([width, height], dtype="float32")), axis=-1, keepdims=True)
        coverage = ops.convert_to_numpy(warp.sample(both[..., 3:], places) * ops.cast(inside, "float32"))
        made.append((images.to_picture(ops.convert_to_numpy(warp.sample_cut_out(both, places))), np.rint(255 * coverage).astype("uint8")))
    return tuple(np.concatenate(parts) for parts in zip(*made, strict=True))


def bend(joints, points, size):
    """Return the places of one thin-plate spline for each person, which leads every joint to its point: float tensor (n, height, width, 2).

    Args:
        joints, points: Float tensors (n, k, 2). On the person, and in the shop's picture.
        size: Pair (height, width).
    """
    places = warp.grid(*size)
    moved = [ops.reshape(ops.matmul(warp.spline_matrix(person, places), shop - person), (*size, 2)) for person, shop in zip(joints, points, strict=True)]
    return places + ops.stack(moved)


def _given(representation, bodies, piece):
    """Return what a warper is given of a piece of the people: float32 arrays in the order of `models.garment.predict`."""
    return (images.to_model(bodies.garment[piece]), bodies.garment_mask[piece, ..., None] / np.float32(255), images.to_model(representation.picture[piece]),
            representation.mask[piece] / np.float32(255), bodies.keypoints[piece].astype("float32"))


def paint(painter, sheets):
    """Return the pictures that a painter makes of sheets: uint8 (n, height, width, 3), outside the mask equal to the person bit for bit."""
    made = []
    for start in range(0, len(sheets), BATCH):
        part = sheets[start:start + BATCH, ..., :tryon.CONDITIONS]
        picture = ops.convert_to_numpy(painter(images.to_model(part), training=False)["picture"])
        hidden = part[..., tryon.CHANNELS["mask"]] > 0
        made.append(np.where(hidden, images.to_picture(picture), part[..., tryon.CHANNELS["agnostic"]]))
    return np.concatenate(made)


def arm_colours(bodies, least=8):
    """Return the mean colour of the arms that the true answers show, uint8 (n, 3), and for whom that are so many pixels at least: bool (n,)."""
    arms = np.isin(bodies.target_parse, (14, 15)) & (bodies.agnostic_mask > 0)
    return agnostic.mean_colour(bodies.target, arms), arms.sum(axis=(1, 2)) >= least


def layers_of(painter, sheets):
    """Return what a painter found, by name, as NumPy arrays; see `models.tryon.Compose`."""
    found = painter(images.to_model(sheets[..., :tryon.CONDITIONS]), training=False)
    return {name: ops.convert_to_numpy(values) for name, values in found.items()}


def dress(painter, warper, bodies):
    """Return people in the wanted garments, uint8 (n, height, width, 3): represent, warp, paint; the true answers are not looked at."""
    known = represent(bodies)
    return paint(painter, fill_sheets(known, *warp_garments(warper, known, bodies)))
