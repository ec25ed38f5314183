"""A garment put on a person, on the photograph itself: what is found small is applied in full size, and nothing else is touched.

The warp is found on a picture of 64 x 48 and applied to the garment's own photograph. The painter, at 128 x 96 or 256 x 192, says of each
place from which source its colour comes and how it is lit; the sources themselves are as sharp as the photographs.
"""

import dataclasses
import functools
from typing import NamedTuple

import keras
import numpy as np
from PIL import Image

from tryon_utils import dressing, images
from tryon_utils.models import garment as garments
from tryon_utils.models import tryon
from tryon_utils.outfit import wearer
from tryon_utils.photos import align

CRISP = 2.5         # how much steeper the edges between sources are in the full-size photograph than the painter drew them
LEAST_SHARE = 0.02  # a piece of the garment that shows less than this at a pixel is not fetched there
ROOM = 0.06         # of the person's mask: below, a pixel shows the room behind


class Models(NamedTuple):
    """What a try-on needs; see `gather`.

    Attributes:
        finder: `keras.Model` from a garment's mask (1, 64, 48, 1), a person (1, 64, 48, 4) and joints (1, 8, 2) to places (1, 3, 64, 48, 2)
            and layout (1, 64, 48, 4): a warper, as one graph.
        painter: `keras.Model`; see `models.tryon.build_painter`.
    """

    finder: keras.Model
    painter: keras.Model


@dataclasses.dataclass(frozen=True)
class Result:
    """A try-on.

    Attributes:
        picture: uint8 (h, w, 3). The photograph of the person in the garment; equal to it, bit for bit, outside the region.
        region: bool (h, w). What was painted anew.
        coverage: float32 (h, w) in [0, 1]. Where the garment shows.
    """

    picture: np.ndarray
    region: np.ndarray
    coverage: np.ndarray


def gather(warper, painter):
    """Return `Models` of a `models.garment.Warper` and a painter."""
    shapes = ((*warper.size, 1), (*warper.size, 4), (len(garments.JOINTS), 2))
    inputs = [keras.Input(shape) for shape in shapes]
    found = warper(*inputs)
    return Models(keras.Model(inputs, [found.places, found.layout]), painter)


def load(height=128):
    """Return the `Models` that ship with the course; the painter's pictures are 128 or 256 high."""
    return gather(garments.load(), tryon.load(height))


def dress(person, garment, models):
    """Put a garment on a person.

    Example:
        result = dress(wearer.read(photo.pixels), cloth.read(other.pixels), models)

    Args:
        person: `wearer.Wearer`.
        garment: `cloth.Cloth`.
        models: `Models`.

    Returns:
        `Result`.
    """
    height, width = models.painter.input_shape[1:3]
    known, keypoints = wearer.represent(person, height)
    places, layout = find_warp(models.finder, known, keypoints, garment)
    part = Part(slice(0, height), slice(0, width), np.array([[64 / height, 0, 0], [0, 64 / height, 0]]), np.ones((height, width), bool))
    warped, _ = fetch(garment, part, places, layout)
    covered = 255 * (1 - share_out(part.inner(layout))[:1])
    sheet = dressing.fill_sheets(known, *(np.rint(values.T).astype("uint8").reshape(1, height, width, -1) for values in (warped, covered)))
    painted = models.painter.predict_on_batch(images.to_model(sheet))
    return compose(person, garment, known, {name: values[0] for name, values in painted.items()}, places, layout)


def find_warp(finder, known, keypoints, garment):
    """Find where the garment's pieces lie on the person; of the garment, its outline is enough.

    Args:
        finder: See `Models`.
        known: `agnostic.Representation` of one person.
        keypoints: float32 (1, 18, 3), in its pixels.
        garment: `cloth.Cloth`.

    Returns:
        places, float32 (3, 64, 48, 2), in pixels of a shop picture 64 high; layout, float32 (64, 48, 4), logits of none and of the pieces.
    """
    height, width = finder.input_shape[0][1:3]
    outline = garment.shop_picture(height)[1] / np.float32(255)
    person = Image.fromarray(known.picture[0]).resize((width, height), Image.Resampling.BILINEAR)
    hidden = Image.fromarray(known.mask[0, ..., 0]).resize((width, height), Image.Resampling.BILINEAR)
    person = np.concatenate([images.to_model(np.array(person)), np.array(hidden)[..., None] / np.float32(255)], axis=-1)
    joints = keypoints[:, list(garments.JOINTS), :2] * np.float32(height / known.mask.shape[1])
    places, layout = finder.predict_on_batch([outline[None, ..., None], person[None], joints])
    return places[0], layout[0]


def share_out(logits, steepness=1.0):
    """Return the softmax of logits (k, n) times a steepness: shares (k, n) that sum to 1 over k."""
    weights = np.exp(steepness * (logits - logits.max(axis=0)))
    return weights / weights.sum(axis=0)


# ---- In full size ----------------------------------------------------------------------------------------------------

def compose(person, garment, known, painted, places, layout):
    """Put the result together in the photograph's own size.

    Formula:
        `shade * (a_1 warped + a_2 tone + a_3 lower) + a_4 room + a_5 other`, as the painter's `Compose`, inside the region

    Args:
        person, garment: See `dress`.
        known: `agnostic.Representation` of the person.
        painted: Dictionary of what the painter says; see `models.tryon.Compose`, without the axis of the batch.
        places, layout: See `find_warp`.

    Returns:
        `Result`.
    """
    part = Part.of(person, known)
    shares = share_out(part.inner(np.log(np.maximum(painted["shares"], 1e-6))), CRISP)
    warped, found = fetch(garment, part, places, layout, CRISP, needed=shares[0] > LEAST_SHARE)
    shares[0] *= np.minimum(2 * found, 1)  # where no cloth was found, the other sources show
    shares /= np.maximum(shares.sum(axis=0), 1e-6)
    seen = np.clip(1 - part.pick(person.mask) / ROOM, 0, 1)  # where the room itself is seen, it stays as it is
    room = seen * part.pick(person.pixels) + (1 - seen) * part.inner(known.background[0])
    lit = shares[0] * warped + shares[1] * (255 * painted["tone"].reshape(3, 1)) + shares[2] * part.inner(known.lower[0])
    colour = part.inner(painted["shade"]) * lit + shares[3] * room + shares[4] * (255 * part.inner(painted["other"]))
    picture, region, coverage = np.array(person.pixels), np.zeros(person.mask.shape, bool), np.zeros(person.mask.shape, "float32")
    part.put(picture, np.rint(np.clip(colour, 0, 255)).astype("uint8"))
    part.put(region, np.ones((1, 1), bool))
    part.put(coverage, shares[:1])
    return Result(picture, region, coverage)


@dataclasses.dataclass(frozen=True)
class Part:
    """The part of a photograph that holds all that is painted anew.

    Attributes:
        rows, columns: Slices of the photograph.
        frame: float64 (2, 3). From this part to a picture 64 high and 48 wide.
        inside: bool (height, width). The region itself; n pixels.
    """

    rows: slice
    columns: slice
    frame: np.ndarray
    inside: np.ndarray

    @classmethod
    def of(cls, person, known):
        """Return the part that a person's mask, in `known`, covers of their photograph."""
        height = known.mask.shape[1]
        rows, columns = np.nonzero(known.mask[0, ..., 0])
        high, wide = person.pixels.shape[:2]
        corners = np.array([[x, y] for x in (columns.min() - 1, columns.max() + 2) for y in (rows.min() - 1, rows.max() + 2)])
        corners = align.move(person.frame, corners * 64 / height)
        left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [wide, high])
        right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, [wide, high])
        back = align.invert(person.frame)
        frame = np.concatenate([back[:, :2], back[:, :2] @ [[left], [top]] + back[:, 2:]], axis=1)
        part = cls(slice(top, bottom), slice(left, right), frame, np.zeros((bottom - top, right - left), bool))
        part.inside[:] = part.spread_softly(known.mask[0])[0] > 127.5
        return part

    @functools.cached_property
    def numbers(self):
        """int64 (n,). The numbers of the pixels inside, counted row by row."""
        return np.flatnonzero(self.inside)

    def pick(self, values):
        """Return the pixels inside of a photograph's array (h, w) or (h, w, channels): (channels, n)."""
        chosen = values[self.rows, self.columns].reshape(self.inside.size, -1).take(self.numbers, axis=0)
        return np.ascontiguousarray(chosen.T)

    def put(self, whole, values):
        """Write (channels, n), or what spreads to it, to the pixels inside of a photograph's array."""
        whole[self.rows, self.columns][self.inside] = values.T if whole.ndim == 3 else values[0]

    def spread_softly(self, values):
        """Return what is known small, (h, w, channels), at each pixel of this part: float32 (channels, height, width).

        It is turned upright while it is small, at twice its own fineness, and then only stretched, which is quick.
        """
        scale, (height, width) = values.shape[0] / 64, self.inside.shape
        step = max(1.0, 1 / (2 * scale * align.scale_of(self.frame)))  # pixels of the part for one of the grid in between
        grid = (int(width / step) + 3, int(height / step) + 3)
        turn = self.frame @ [[step, 0, -step], [0, step, -step], [0, 0, 1]] * scale + [[0, 0, 1], [0, 0, 1]]
        small = np.pad(np.asarray(values, "float32"), ((1, 1), (1, 1), (0, 0)), mode="edge")
        layers = [Image.fromarray(np.ascontiguousarray(layer)) for layer in np.moveaxis(small, -1, 0)]
        between = np.stack([layer.transform(grid, Image.Transform.AFFINE, turn.ravel().tolist(), Image.Resampling.BILINEAR) for layer in layers])
        return stretch(stretch(between, width, step, 2), height, step, 1)

    def inner(self, values):
        """Return `spread_softly` at the pixels inside alone: float32 (channels, n)."""
        spread = self.spread_softly(values)
        return spread.reshape(len(spread), -1).take(self.numbers, axis=1)


def stretch(values, length, step, axis):
    """Mix neighbours along an axis: pixel `k` of the result lies at `(k + 0.5) / step + 1` of the values, whose first pixel's centre is 0.5."""
    places = (np.arange(length, dtype="float32") + 0.5) / np.float32(step) + np.float32(0.5)
    first = places.astype(int)
    share = (places - first).reshape([-1 if number == axis else 1 for number in range(values.ndim)])
    return (1 - share) * values.take(first, axis) + share * values.take(first + 1, axis)


def fetch(garment, part, places, layout, steepness=1.0, needed=True):
    """Fetch the garment's own pixels for each pixel inside a part of the photograph.

    Args:
        garment: `cloth.Cloth`.
        part: `Part` with n pixels inside.
        places, layout: See `find_warp`.
        steepness: Float. How steep the edges between the pieces are; 1 as the warper drew them.
        needed: bool (n,). Where; the rest is left black.

    Returns:
        Colours, float32 (3, n) in [0, 255], and how much cloth was there, float32 (n,) in [0, 1].
    """
    picture, frame = garment.layer(align.scale_of(part.frame))
    pieces = share_out(part.inner(layout[..., 1:]), steepness)
    total = np.zeros((pieces.shape[1], 4), "float32")
    for share, piece in zip(pieces, align.move(frame, places), strict=True):
        wanted = np.flatnonzero(needed & (share > LEAST_SHARE))
        total[wanted] += share[wanted, None] * sample(picture, part.inner(piece).take(wanted, axis=1))
    total = np.ascontiguousarray(total.T)
    return np.clip(total[:3] * (255 / np.maximum(total[3], 25)), 0, 255), total[3] / 255


def sample(picture, places):
    """Fetch colours at places, as `warp.sample` does, of one picture and by NumPy: float32 (n, channels).

    Args:
        picture: uint8 (height, width, channels).
        places: float (2, n). x, y; the first pixel's centre is 0.5.
    """
    height, width, channels = picture.shape
    x, y = (np.clip(values - 0.5, 0, side - 1.001).astype("float32") for values, side in zip(places, (width, height), strict=True))
    left, top = np.floor(x), np.floor(y)
    a, b = (x - left)[:, None], (y - top)[:, None]
    pixels, first = picture.reshape(-1, channels), (top.astype(int) * width + left.astype(int))
    upper = pixels.take(first, axis=0) * (1 - a) + pixels.take(first + 1, axis=0) * a
    lower = pixels.take(first + width, axis=0) * (1 - a) + pixels.take(first + width + 1, axis=0) * a
    return upper + b * (lower - upper)
