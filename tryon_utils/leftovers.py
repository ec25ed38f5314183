"""Leftovers: what a person is besides what a character can be told to be, as numbers for a network.

Our people are rendered, so everything is known about them. A network that is told all of it has nothing to guess, and what nobody asks for is taken
from somebody: a fresh person of the renderer's, who need not be drawn for it.
"""

import numpy as np

from tryon_utils import characters
from tryon_utils.paperdoll import colour, face_factors, looks

SIGNED = (
    "undertone", "jaw", "cheek", "chin", "width", "eye_tilt", "eye_spacing", "eye_size", "gaze", "brow_weight", "nose_width",
    "nose_length", "nose_bridge", "lip_fullness", "lip_width", "cupid_bow", "lip_colour", "hair_part",
)  # fmt: skip
SHARES = ("earrings", "freckles", "blemishes", "lines", "dark_circles", "light_height")
ANGLES = {"light_angle": 70.0, "roll": 10.0}  # degrees that count as 1
SHAPES = {"face_shape": face_factors.FACE_SHAPES, "eye_shape": face_factors.EYE_SHAPES, "brow_shape": face_factors.BROW_SHAPES,
          "facial_hair": face_factors.FACIAL_HAIR}  # fmt: skip
COLOURS = {"hair_colour": colour.HAIR_COLOURS, "eye_colour": colour.EYE_COLOURS, "top_colour": face_factors.TOP_COLOURS,
           "background": face_factors.BACKGROUNDS}  # fmt: skip
KINDS = {name: max(len(members) for members in characters.GROUPS[name].values()) for name in characters.FIELDS}  # of a group, at most
SIZE = len(SIGNED) + len(SHARES) + len(ANGLES) + sum(map(len, SHAPES.values())) + 3 * len(COLOURS) + sum(KINDS.values()) + len(looks.LOOKS)


def kind_of(name, face):
    """Return which one of its group an attribute's value is, as a number that makes sense in any other group, too.

    A group of two has kinds 0 and 1; so its kinds 2 and 3 are the same two once more, and half of the people have these numbers.
    """
    group = characters.GROUPS[name][characters.group_of(name, getattr(face, characters.FIELDS[name]))]
    same = range(group.index(getattr(face, characters.FIELDS[name])), KINDS[name], len(group))
    return same[face.index % len(same)]


def leftovers_of(face, look):
    """Return what is left of a person, in numbers between -1 and 1: float32 `(SIZE,)`.

    Args:
        face: `FaceFactors`.
        look: `Look`. What they would wear, whether they do or not: that is an attribute.
    """
    numbers = [getattr(face, name) for name in SIGNED]
    numbers += [2 * float(getattr(face, name)) - 1 for name in SHARES]
    numbers += [getattr(face, name) / scale for name, scale in ANGLES.items()]
    for name, values in SHAPES.items():
        numbers += [float(getattr(face, name) == value) for value in values]
    for name, values in COLOURS.items():
        numbers += [int(values[getattr(face, name)][place:place + 2], 16) / 127.5 - 1 for place in (1, 3, 5)]
    for name, count in KINDS.items():
        numbers += np.eye(count)[kind_of(name, face)].tolist()
    whole = looks.find_look(look.name)
    numbers += [look.layers[0].intensity / whole.layers[0].intensity * (look.name == name) for name in looks.LOOKS]
    return np.array(numbers, "float32")


def draw(count, seed):
    """Return the leftovers of people whom nobody has drawn: float32 `(count, SIZE)`."""
    return np.stack([leftovers_of(face_factors.sample_face_factors(seed, index), looks.sample_look(seed, index)) for index in range(count)])


def whole(number, seed=8):
    """Return all that the painter of characters is told of a person whom nobody has drawn, every other one made up: leftovers and condition,
    float32 `(SIZE + characters.SIZE,)`."""
    face = face_factors.sample_face_factors(seed, number)
    wish = characters.condition(**characters.values_of(face, number % 2 == 1))
    return np.concatenate([leftovers_of(face, looks.sample_look(seed, number)), wish])
