"""Damage done to pictures on purpose: noise, blur, holes, old age and loss of size, so that the undamaged picture is known.

What is seen always has the size of the truth: a picture that was made smaller is enlarged again by bicubic interpolation, and a hole is filled with
the mean of the rest. So what is seen is itself the simplest repair. Randomness is passed in.
"""

import numpy as np
from PIL import Image

from tryon_utils import augment

KINDS = ("noise", "blur", "hole", "old photograph", "2x smaller", "4x smaller")


def shrink(pictures, factor):
    """Return pictures whose height and width are a whole factor smaller: each pixel is the mean of a square.

    Args:
        pictures: uint8 (n, height, width, channels).
        factor: Integer that divides height and width.

    Returns:
        uint8 (n, height / factor, width / factor, channels).

    Raises:
        ValueError: the factor doesn't divide height and width.
    """
    count, height, width, channels = pictures.shape
    if height % factor or width % factor:
        raise ValueError(f"Pictures of {height} x {width} came; a height and a width that {factor} divides are wanted.")
    squares = pictures.reshape(count, height // factor, factor, width // factor, factor, channels)
    return np.rint(squares.mean(axis=(2, 4))).astype("uint8")


def enlarge(pictures, factor):
    """Return pictures whose height and width are a factor larger, by bicubic interpolation.

    Args:
        pictures: uint8 (n, height, width, 3).
        factor: Integer.

    Returns:
        uint8 (n, factor * height, factor * width, 3).

    Source:
        Keys, 1981, in Pillow's implementation.
    """
    size = (pictures.shape[2] * factor, pictures.shape[1] * factor)
    return np.stack([np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)) for picture in pictures])


def make_hole(picture, rng):
    """Lose a rectangle of a quarter to a half of the height and the width; what is seen there is the mean of the rest.

    Args:
        picture: uint8 (height, width, 3).
        rng: `np.random.Generator`.

    Returns:
        Pair of uint8 (height, width, 3) and bool (height, width), where the hole is.
    """
    height, width = picture.shape[:2]
    tall, wide = (int(rng.integers(size // 4, size // 2 + 1)) for size in (height, width))
    top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    missing = np.zeros((height, width), bool)
    missing[top:top + tall, left:left + wide] = True
    seen = np.array(picture)
    seen[missing] = np.rint(picture[~missing].mean(axis=0))
    return seen, missing


def make_old(picture, rng, scratches=3):
    """Let a picture fade, yellow, get grainy, and be scratched from top to bottom.

    Args:
        picture: uint8 (height, width, 3).
        rng: `np.random.Generator`.
        scratches: Integer. Bright lines, each a pixel wide, as drawn: they lean and tremble.

    Returns:
        uint8 (height, width, 3).
    """
    height, width = picture.shape[:2]
    faded = augment.change_colour(picture, exposure=rng.uniform(0.0, 0.4), contrast=rng.uniform(0.55, 0.75), warmth=rng.uniform(0.3, 0.8))
    old = augment.add_noise(faded, rng.uniform(4, 10), rng)
    rows = np.arange(height)
    for _ in range(scratches):
        columns = rng.uniform(0, width) + rng.uniform(-0.3, 0.3) * rows + np.cumsum(rng.normal(0, 0.25, height))
        columns = np.clip(columns, 0, width - 1).astype(int)
        old[rows, columns] = 255 - (255 - old[rows, columns]) // 4
    return old


def damage(pictures, kind, rng):
    """Damage each picture in one way, as strongly as drawn for it.

    Example:
        seen, missing = damage(faces.picture, "hole", np.random.default_rng(0))

    Args:
        pictures: uint8 (n, height, width, 3).
        kind: String, one of `KINDS`.
        rng: `np.random.Generator`.

    Returns:
        Pair of what is seen, uint8 (n, height, width, 3), and where nothing is known, bool (n, height, width): all false but for holes.

    Raises:
        ValueError: an unknown kind, or a size that can't be made smaller.
    """
    pictures = np.asarray(pictures)
    missing = np.zeros(pictures.shape[:3], bool)
    if kind == "noise":
        seen = np.stack([augment.add_noise(picture, rng.uniform(15, 40), rng) for picture in pictures])
    elif kind == "blur":
        seen = np.stack([augment.blur(picture, rng.uniform(1.0, 1.8)) for picture in pictures])
    elif kind == "hole":
        seen, missing = map(np.stack, zip(*(make_hole(picture, rng) for picture in pictures), strict=True))
    elif kind == "old photograph":
        seen = np.stack([make_old(picture, rng) for picture in pictures])
    elif kind in ("2x smaller", "4x smaller"):
        seen = enlarge(shrink(pictures, int(kind[0])), int(kind[0]))
    else:
        raise ValueError(f"kind={kind!r} came; one of {', '.join(map(repr, KINDS))} is wanted.")
    return seen, missing


def pack(seen, missing, truth):
    """Lay what is seen, where nothing is known, and the truth in one array, so that a batch is one slice.

    Args:
        seen: uint8 (n, height, width, 3).
        missing: bool (n, height, width).
        truth: uint8 (n, height, width, 3).

    Returns:
        uint8 (n, height, width, 7).
    """
    return np.concatenate([seen, 255 * missing[..., None].astype("uint8"), truth], axis=-1)


def damaged_pairs(pictures, count, rng, kinds=KINDS):
    """Draw pictures and damage each in one of several ways; the ways take turns.

    Args:
        pictures: uint8 (n, height, width, 3).
        count: Integer. How many pairs; a picture may be drawn several times.
        rng: `np.random.Generator`.
        kinds: Sequence of `KINDS`.

    Returns:
        uint8 (count, height, width, 7); see `pack`.
    """
    chosen = rng.integers(len(pictures), size=count)
    packed = np.empty((count, *pictures.shape[1:3], 7), "uint8")
    for place, kind in enumerate(kinds):
        rows = np.arange(place, count, len(kinds))
        for start in range(0, len(rows), 100):  # in pieces, which keeps copies small
            piece = rows[start:start + 100]
            truth = pictures[chosen[piece]]
            packed[piece] = pack(*damage(truth, kind, rng), truth)
    return packed
