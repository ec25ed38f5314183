"""From people and garments to the sheets that a painter reads, and from painted layers back to pictures. The same for training and use."""

import numpy as np
from keras import ops

from tryon_utils import agnostic, images
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
