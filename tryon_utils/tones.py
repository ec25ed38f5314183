"""The same people in every skin tone: nothing else about them changes, so what differs between two tones is the tone's doing.

A part holds every tone equally often, but on different people, in different poses and garments; groups of forty then differ by
chance alone. Imports no Keras, so that processes which render start fast.
"""

import numpy as np

from tryon_utils import paperdoll, splits
from tryon_utils.paperdoll.factors import changed

TONES = tuple(range(1, 11))


def toned_recipe(part, number, seed=0):
    """Return the `PersonFactors` and the `GarmentFactors` worn and wanted of a sample: person `number // 10` in tone `number % 10 + 1`."""
    person, worn, wanted = splits.body_recipe(part, number // len(TONES), seed)
    return changed(person, face=changed(person.face, monk_tone=TONES[number % len(TONES)])), worn, wanted


def toned_arrays(number, part, size, seed=0):
    """Return the arrays of one sample; see `datasets.Bodies`, and `splits.body_arrays` for the same without a change of tone."""
    person, worn, wanted = toned_recipe(part, number, seed)
    before, after = paperdoll.render_people(person, [worn, wanted], size)
    shop = paperdoll.render_garment(wanted, size)
    eighth = lambda mask: np.rint(np.clip(mask, 0, 1) * 255).astype("uint8")  # noqa: E731
    return {"person": before.picture, "target": after.picture, "garment": shop.picture, "garment_mask": eighth(shop.mask),
            "target_mask": eighth(after.garment_mask), "agnostic_mask": eighth(before.agnostic_mask),
            "parse": before.parse, "target_parse": after.parse, "keypoints": before.keypoints,
            "flow": np.rint(after.flow * splits.FLOW_STEPS).astype("int16"), "visible": after.visible.astype("uint8")}
