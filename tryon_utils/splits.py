"""Who and what is in the data sets of the course, and in which part; and the arrays of one sample. Imports no Keras.

A try-on model must work for people and for things that it never saw. So both are split, and their four combinations are parts:

    part            person   item (garment or look)
    train           known    known
    new_person      new      known
    new_item        known    new
    new_both        new      new      <- the headline

Blocks of ten people are known or new together, so each part holds every Monk skin tone equally often. New garments are every
fifth one, and all of the pattern family `NEW_PATTERN`, which no known garment has; new looks are those in `NEW_LOOKS`.
"""

import dataclasses
import functools

import numpy as np

from tryon_utils import paperdoll
from tryon_utils.paperdoll.factors import stream

PARTS = ("train", "new_person", "new_item", "new_both")
GARMENTS = 2500  # in the wardrobe, known and new
NEW_PATTERN = "dots"
NEW_LOOKS = ("wedding gold", "flushed under-eye", "berry stain", "lagoon lids")
MAKEUP_SLOTS = ("foundation", "contour", "blush", "eyeshadow", "second eyeshadow", "liner", "brow", "lipstick", "gloss")
FLOW_STEPS = 256  # a pixel; flow is kept in whole numbers of these
SHIPPED = {  # how many samples of each part lie in data/, at SHIPPED_SIZE and seed 0
    "faces": {"train": 1000, "new_person": 100, "new_item": 100, "new_both": 200},
    "bodies": {"train": 800, "new_person": 100, "new_item": 100, "new_both": 400},
    "garments": {"train": 1500, "new_item": 300},
}
SHIPPED_SIZE = 64  # pixels of height
SHARD = 400  # samples in one file


# ---- Who is in which part ------------------------------------------------------------------------------------------

def check_part(part, parts=PARTS):
    """Return the part; raise a `ValueError` that names the parts unless it is one of them."""
    if part not in parts:
        raise ValueError(f"part={part!r} came; one of {', '.join(map(repr, parts))} is wanted.")
    return part


def person_index(part, number):
    """Return the index of the `number`-th person of a part: of each five blocks of ten people, the last is new."""
    block, place = divmod(number, 10)
    new = part in ("new_person", "new_both")
    block = 5 * block + 4 if new else 5 * (block // 4) + block % 4
    return 10 * block + place


def garment_is_new(garment):
    """Return whether a garment (`GarmentFactors`) is kept for the test."""
    return garment.index % 5 == 4 or garment.pattern == NEW_PATTERN


@functools.lru_cache
def wardrobe(new, seed=0):
    """Return the garments (tuple of `GarmentFactors`) that are new, or known."""
    garments = (paperdoll.sample_garment_factors(seed, index) for index in range(GARMENTS))
    return tuple(garment for garment in garments if garment_is_new(garment) == new)


def another_day(person, day):
    """Return the same person, face and body, on another day: in another pose, mood, light and place; day 0 is the first."""
    if day == 0:
        return person
    other = paperdoll.sample_person_factors(person.seed, person.index + 1_000_000 * day)
    days = {name: getattr(other, name) for name in ("pose", "mirror", "sway", "wobble", "lower", "lower_colour", "background",
                                                    "light_angle", "light_height")}
    return dataclasses.replace(person, face=_face_of_day(person.face, other.face), **days)


def _face_of_day(face, other):
    days = ("expression", "gaze", "yaw", "pitch", "roll", "top_colour", "background", "light_angle", "light_height")
    return dataclasses.replace(face, **{name: getattr(other, name) for name in days})


def face_recipe(part, number, seed=0):
    """Return the `FaceFactors` and the `Look` of a sample."""
    index = person_index(check_part(part), number)
    face = paperdoll.sample_face_factors(seed, index)
    if part == "new_item":  # a person of the training set, but not the same picture
        face = _face_of_day(face, paperdoll.sample_face_factors(seed, index + 1_000_000))
    names = [name for name in paperdoll.LOOKS if (name in NEW_LOOKS) == (part in ("new_item", "new_both"))]
    draw = stream(seed, index, f"look of {part}")
    look = paperdoll.LOOKS[names[draw.integers(len(names))]]
    return face, look.at(round(float(draw.uniform(0.55, 1.0)), 3))


def body_recipe(part, number, seed=0):
    """Return the `PersonFactors` and the `GarmentFactors` worn and wanted of a sample."""
    index = person_index(check_part(part), number)
    person = another_day(paperdoll.sample_person_factors(seed, index), int(part == "new_item"))
    garments = wardrobe(part in ("new_item", "new_both"), seed)
    worn, wanted = stream(seed, index, f"garments of {part}").choice(len(garments), 2, replace=False)
    return person, garments[worn], garments[wanted]


def garment_recipe(part, number, seed=0):
    """Return the `GarmentFactors` of a sample; the parts are "train" and "new_item"."""
    garments = wardrobe(check_part(part, ("train", "new_item")) == "new_item", seed)
    if number >= len(garments):
        raise ValueError(f"Garment {number} of {part!r} came; the wardrobe holds {len(garments)} of them, from 0 up.")
    return garments[number]


def file_name(kind, part, start):
    """Return the name, in data/, of the file that begins with sample `start`."""
    return f"{kind}-{part}-{start // SHARD}.zip"


# ---- One sample ----------------------------------------------------------------------------------------------------

def _eighth(mask):
    """Return a mask in [0, 1] as uint8."""
    return np.rint(np.clip(mask, 0, 1) * 255).astype("uint8")


def face_arrays(number, part, size, seed=0):
    """Return the arrays of one face; see `Faces`."""
    sample = paperdoll.render_face(*face_recipe(part, number, seed), size)
    opacity, colour = np.zeros((len(MAKEUP_SLOTS), size, size), "uint8"), np.zeros((len(MAKEUP_SLOTS), 3), "float32")
    used = set()
    for layer in sample.layers:
        slot = MAKEUP_SLOTS.index(layer.kind if layer.kind not in used else f"second {layer.kind}")
        opacity[slot], colour[slot] = _eighth(layer.opacity), layer.colour
        used.add(layer.kind)
    return {"bare": sample.bare, "picture": sample.picture, "opacity": opacity, "colour": colour, "parse": sample.parse,
            "landmarks": sample.landmarks}


def body_arrays(number, part, size, seed=0):
    """Return the arrays of one try-on; see `Bodies`."""
    person, worn, wanted = body_recipe(part, number, seed)
    before, after = paperdoll.render_people(person, [worn, wanted], size)
    shop = paperdoll.render_garment(wanted, size)
    return {"person": before.picture, "target": after.picture, "garment": shop.picture, "garment_mask": _eighth(shop.mask),
            "target_mask": _eighth(after.garment_mask), "agnostic_mask": _eighth(before.agnostic_mask),
            "parse": before.parse, "target_parse": after.parse, "keypoints": before.keypoints,
            "flow": np.rint(after.flow * FLOW_STEPS).astype("int16"), "visible": after.visible.astype("uint8")}


def garment_arrays(number, part, size, seed=0):
    """Return the arrays of one garment; see `Garments`."""
    garment = garment_recipe(part, number, seed)
    shop = paperdoll.render_garment(garment, size, size)
    return {"picture": shop.picture, "mask": _eighth(shop.mask)}
