"""From people and garments to the sheets that a painter reads, and from painted layers back to pictures. The same for training and use."""

import numpy as np
from keras import ops

from tryon_utils import agnostic, images
from tryon_utils.models import tryon

BATCH = 50  # pictures that go through a network at once
SKIN = (10, 13, 14, 15)  # labels of neck, face and arms


def fill_sheets(representation, warped, coverage, bodies=None):
    """Return sheets, uint8 (n, height, width, 17), or 22 with the truth of `bodies`; `tryon.CHANNELS` says what lies where.

    Args:
        representation: `agnostic.Representation` of n people.
        warped: uint8 (n, height, width, 3). The garment where it would lie on the person.
        coverage: uint8 (n, height, width, 1). How much of each pixel it covers, 255 for 1.
        bodies: `datasets.Bodies` with the true answers, or None.
    """
    count, height, width = representation.mask.shape[:3]
    parts = {"agnostic": representation.picture, "mask": representation.mask, "pose": representation.pose,
             "palette": np.broadcast_to(representation.palette[:, None, None], (count, height, width, 3)), "warped": warped, "coverage": coverage}
    if bodies is not None:
        parts |= {"target": bodies.target, "target_mask": bodies.target_mask[..., None],
                  "target_skin": np.isin(bodies.target_parse, SKIN)[..., None].astype("uint8") * 255}
    sheets = np.empty((count, height, width, sum(tryon.WIDTHS[name] for name in parts)), "uint8")
    for name, values in parts.items():
        sheets[..., tryon.CHANNELS[name]] = values
    return sheets


def represent(bodies):
    """Return the `agnostic.Representation` of `datasets.Bodies`."""
    return agnostic.represent(bodies.person, bodies.agnostic_mask, bodies.keypoints, agnostic.skin_of(bodies.parse))


def paint(painter, sheets):
    """Return the pictures that a painter makes of sheets: uint8 (n, height, width, 3), outside the mask equal to the person bit for bit."""
    made = []
    for start in range(0, len(sheets), BATCH):
        part = sheets[start:start + BATCH, ..., :tryon.CONDITIONS]
        picture = ops.convert_to_numpy(painter(images.to_model(part), training=False)["picture"])
        hidden = part[..., tryon.CHANNELS["mask"]] > 0
        made.append(np.where(hidden, images.to_picture(picture), part[..., tryon.CHANNELS["agnostic"]]))
    return np.concatenate(made)
