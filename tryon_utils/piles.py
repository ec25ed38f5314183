"""Two piles of pictures without pairs, and, for the test alone, the pairs that were hidden: faces bare and in one look, garments plain and striped.

A pile's people or garments are never those of the other one, so nothing in training shows what belongs together.
"""

import dataclasses
import functools

import numpy as np

from tryon_utils import cache, datasets, paperdoll, splits, training

LOOK = "opera vermilion"
STRIPES = ("horizontal stripes", "vertical stripes")


@dataclasses.dataclass(frozen=True)
class FacePairs:
    """The same faces bare and in one look.

    Attributes:
        bare: uint8 (n, size, size, 3).
        picture: uint8 (n, size, size, 3). With makeup.
        opacity: uint8 (n, 9, size, size). Of the look's layers; see `datasets.Faces`.
        landmarks: float32 (n, 68, 3).
        tones: Integers (n,). Monk skin tones.
    """

    bare: np.ndarray
    picture: np.ndarray
    opacity: np.ndarray
    landmarks: np.ndarray
    tones: np.ndarray


def face_in_look(number, part, look, size, seed=0):
    """Return the arrays of one face of a part, bare and in a named look at full strength."""
    face, _ = splits.face_recipe(part, number, seed)
    sample = paperdoll.render_face(face, paperdoll.LOOKS[look], size)
    opacity, used = np.zeros((len(splits.MAKEUP_SLOTS), size, size), "uint8"), set()
    for layer in sample.layers:
        slot = splits.MAKEUP_SLOTS.index(layer.kind if layer.kind not in used else f"second {layer.kind}")
        opacity[slot] = np.rint(np.clip(layer.opacity, 0, 1) * 255)
        used.add(layer.kind)
    return {"bare": sample.bare, "picture": sample.picture, "opacity": opacity, "landmarks": sample.landmarks, "tones": np.array(face.monk_tone)}


def garment_both_ways(number, part, size, seed=0):
    """Return the arrays of one garment of a part, plain and with stripes, whatever its own pattern is."""
    garment = splits.garment_recipe(part, number, seed)
    ways = {"plain": "plain", "striped": STRIPES[number % len(STRIPES)]}
    return {name: paperdoll.render_garment(dataclasses.replace(garment, pattern=pattern), size, size).picture for name, pattern in ways.items()}


def _compute(make, name, count, workers):
    folder = datasets.DATA / "cache" / f"{name.replace(' ', '-')}-{datasets.renderer_version()}"
    with training.Progress(unit="picture") as progress:
        progress.start(count)
        return cache.compute(make, count, folder, workers, report=lambda done, total: progress.update(done))


def load_faces(part="new_person", count=96, look=LOOK, size=splits.SHIPPED_SIZE, seed=0, workers=None):
    """Load faces bare and in one look: rendered once, and kept in `data/cache/`.

    Args:
        part: String; see `datasets.load_faces`.
        count: Integer. How many, from the first.
        look: String. A name of `paperdoll.LOOKS`.
        size: Integer. Height and width in pixels.
        seed: Integer. Another seed is another world of people.
        workers: Integer. Processes to render with; one a core where None, this one alone where 0.

    Returns:
        `FacePairs`.

    Raises:
        ValueError: an unknown part or look, or a count out of range.
    """
    splits.check_part(part)
    if look not in paperdoll.LOOKS:
        raise ValueError(f"look={look!r} came; one of {', '.join(map(repr, paperdoll.LOOKS))} is wanted.")
    make = functools.partial(face_in_look, part=part, look=look, size=size, seed=seed)
    return FacePairs(**_compute(make, f"faces-in-{look}-{part}-{size}-{seed}", count, workers))


def load_garments(part="new_item", count=32, size=splits.SHIPPED_SIZE, seed=0, workers=None):
    """Load garments plain and striped, the hidden pairs; see `load_faces`. Stripes are horizontal and vertical in turns.

    Returns:
        Pair of uint8 (n, size, size, 3): plain, and striped.
    """
    splits.check_part(part, ("train", "new_item"))
    make = functools.partial(garment_both_ways, part=part, size=size, seed=seed)
    arrays = _compute(make, f"garments-both-ways-{part}-{size}-{seed}", count, workers)
    return arrays["plain"], arrays["striped"]


def lay_side_by_side(a, b, count, rng):
    """Return pictures of two piles in one array, so that a batch is one slice; who lies beside whom is drawn, and means nothing.

    Args:
        a: uint8 (n, height, width, 3).
        b: uint8 (m, height, width, 3).
        count: Integer. How many rows.
        rng: `np.random.Generator`.

    Returns:
        uint8 (count, height, width, 6).
    """
    def drawn(pile):
        rounds = -(-count // len(pile))
        return pile[np.concatenate([rng.permutation(len(pile)) for _ in range(rounds)])[:count]]

    return np.concatenate([drawn(a), drawn(b)], axis=-1)
