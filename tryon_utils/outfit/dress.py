"""A garment put on a person, on the photograph itself: what is found small is applied in full size, and nothing else is touched.

The warp is found on a picture of 64 x 48 and applied to the garment's own photograph. The painter, at 128 x 96 or 256 x 192, says of each
place from which source its colour comes and how it is lit; the sources themselves are as sharp as the photographs.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
from keras import ops
from PIL import Image

from tryon_utils import dressing, images, warp
from tryon_utils.models import garment as garments
from tryon_utils.models import tryon
from tryon_utils.outfit import wearer
from tryon_utils.photos import align

CRISP = 2.5         # how much steeper the edges between sources are in the full-size photograph than the painter drew them
MOST_FINE = 16      # the garment is sampled at up to so many pixels for one of 64 x 48
LEAST_SHARE = 0.02  # a piece of the garment that shows less than this at a pixel is not fetched there
ROOM = 0.06         # of the person's mask: below, a pixel shows the room behind


class Models(NamedTuple):
    """What a try-on needs.

    Attributes:
        warper: `models.garment.Warper`.
        painter: `keras.Model`; see `models.tryon.build_painter`.
    """

    warper: object
    painter: object


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
    height = models.painter.input_shape[1]
    known, keypoints = wearer.represent(person, height)
    small, small_mask = garment.shop_picture(height)
    places, layout = find_warp(models.warper, known, keypoints, small, small_mask)
    worn = worn_small(places, layout, small, small_mask, known.mask.shape[1:3])
    sheet = dressing.fill_sheets(known, images.to_picture(worn.picture), np.rint(255 * worn.coverage).astype("uint8"))
    painted = paint(models.painter, sheet)
    return compose(person, garment, known, painted, places, layout)


def find_warp(warper, known, keypoints, small, small_mask):
    """Find where the garment's pieces lie on the person.

    Args:
        warper: `models.garment.Warper`.
        known: `agnostic.Representation` of one person.
        keypoints: float32 (1, 18, 3), in its pixels.
        small: uint8 (height, width, 3). The garment as a shop shows it.
        small_mask: uint8 (height, width).

    Returns:
        places, float32 (3, 64, 48, 2), in pixels of a shop picture 64 high; layout, float32 (64, 48, 4), logits of none and of the pieces.
    """
    shop = np.concatenate([images.to_model(small[None]), small_mask[None, ..., None] / np.float32(255)], axis=-1)
    person = np.concatenate([images.to_model(known.picture), known.mask / np.float32(255)], axis=-1)
    shop, person = (ops.image.resize(values, warper.size, antialias=True) for values in (shop, person))
    joints = keypoints[:, list(garments.JOINTS), :2] * np.float32(warper.size[0] / known.mask.shape[1])
    found = warper(shop, person, joints)
    return ops.convert_to_numpy(found.places)[0], ops.convert_to_numpy(found.layout)[0]


def worn_small(places, layout, small, small_mask, size):
    """Return the garment in the person's shape, as the painter is to see it: `models.garment.Warped` of one."""
    height, width = size
    shop = np.concatenate([images.to_model(small[None]), small_mask[None, ..., None] / np.float32(255)], axis=-1)
    scale = height / places.shape[1]
    finer = ops.stack([warp.resize(piece[None], height, width, scale) for piece in places], axis=1)
    worn = garments.overlay(ops.convert_to_tensor(shop), finer, ops.image.resize(layout[None], size))
    return garments.Warped(*(ops.convert_to_numpy(values) for values in worn))


def paint(painter, sheet):
    """Return what the painter says of one sheet, as arrays without the axis of the batch: see `models.tryon.Compose`."""
    found = painter(images.to_model(sheet[..., :tryon.CONDITIONS]), training=False)
    return {name: ops.convert_to_numpy(values)[0] for name, values in found.items()}


# ---- In full size ----------------------------------------------------------------------------------------------------

def compose(person, garment, known, painted, places, layout):
    """Put the result together in the photograph's own size.

    Formula:
        `shade * (a_1 warped + a_2 tone + a_3 lower) + a_4 room + a_5 other`, as the painter's `Compose`, inside the region

    Args:
        person, garment: See `dress`.
        known: `agnostic.Representation` of the person.
        painted: Dictionary; see `paint`.
        places, layout: See `find_warp`.

    Returns:
        `Result`.
    """
    part = Part.of(person, known)
    shares = part.spread_softly(np.log(np.maximum(painted["shares"], 1e-6)))
    shares = np.exp(CRISP * (shares - shares.max(axis=-1, keepdims=True)))
    shares /= shares.sum(axis=-1, keepdims=True)
    warped, covered = fetch(garment, part, places, layout)
    shares[..., 0] *= np.clip(covered / 0.5, 0, 1)  # where no cloth is fetched, the other sources show
    shares /= np.maximum(shares.sum(axis=-1, keepdims=True), 1e-6)
    shade, other = part.spread_softly(painted["shade"]), part.spread_softly(painted["other"])
    lower, room = (part.spread_softly(values[0] / np.float32(255)) for values in (known.lower, known.background))
    before = part.cut(person.pixels) / np.float32(255)
    seen = np.clip(1 - part.cut(person.mask) / ROOM, 0, 1)[..., None]  # where the room itself is seen, it stays as it is
    room = seen * before + (1 - seen) * room
    lit = shares[..., :1] * warped + shares[..., 1:2] * painted["tone"].reshape(3) + shares[..., 2:3] * lower
    colour = shade * lit + shares[..., 3:4] * room + shares[..., 4:] * other
    colour = np.rint(255 * np.clip(colour, 0, 1)).astype("uint8")
    picture, region, coverage = np.array(person.pixels), np.zeros(person.mask.shape, bool), np.zeros(person.mask.shape, "float32")
    region[part.rows, part.columns] = part.inside
    part.cut(picture)[part.inside] = colour[part.inside]
    part.cut(coverage)[part.inside] = shares[..., 0][part.inside]
    return Result(picture, region, coverage)


@dataclasses.dataclass(frozen=True)
class Part:
    """The part of a photograph that holds all that is painted anew.

    Attributes:
        rows, columns: Slices of the photograph.
        frame: float64 (2, 3). From this part to a picture 64 high and 48 wide.
        inside: bool (height, width). The region itself.
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
        part.inside[:] = part.spread_softly(known.mask[0] / np.float32(255))[..., 0] > 0.5
        return part

    def cut(self, values):
        """Return this part of an array (h, w, ...), as a view."""
        return values[self.rows, self.columns]

    def spread_softly(self, values):
        """Return what is known small, (h, w, channels), at each pixel of this part: float32 (height, width, channels)."""
        frame = self.frame * (values.shape[0] / 64)
        turn, (height, width) = frame.ravel().tolist(), self.inside.shape
        small = np.pad(np.asarray(values, "float32"), ((1, 1), (1, 1), (0, 0)), mode="edge")
        turn[2], turn[5] = turn[2] + 1, turn[5] + 1
        layers = [Image.fromarray(np.ascontiguousarray(layer)).transform((width, height), Image.Transform.AFFINE, turn, Image.Resampling.BILINEAR)
                  for layer in np.moveaxis(small, -1, 0)]
        return np.stack([np.asarray(layer) for layer in layers], axis=-1)


def fetch(garment, part, places, layout):
    """Fetch the garment's own pixels for each pixel of a part of the photograph.

    Args:
        garment: `cloth.Cloth`.
        part: `Part`.
        places, layout: See `find_warp`.

    Returns:
        Colours, float32 (height, width, 3) in [0, 1], and how much cloth was there, float32 (height, width) in [0, 1].
    """
    fine = int(np.clip(np.ceil(1 / align.scale_of(part.frame)), 2, MOST_FINE))
    picture, mask = garment.shop_picture(64 * fine)
    cloth_part = mask[..., None] / np.float32(255)
    shop = np.concatenate([picture / np.float32(255) - (1 - cloth_part), cloth_part], axis=-1)  # freed of the white paper
    pieces = part.spread_softly(layout[..., 1:])
    pieces = np.exp(CRISP * (pieces - pieces.max(axis=-1, keepdims=True)))
    pieces /= pieces.sum(axis=-1, keepdims=True)
    where = [part.spread_softly(piece) * fine for piece in places]
    total = np.zeros((*part.inside.shape, 4), "float32")
    for number, piece in enumerate(where):
        wanted = part.inside & (pieces[..., number] > LEAST_SHARE)
        total[wanted] += pieces[..., number][wanted][:, None] * sample(shop, piece[wanted])
    return np.clip(total[..., :3] / np.maximum(total[..., 3:], 0.1), 0, 1), np.clip(total[..., 3], 0, 1)


def sample(picture, places):
    """Fetch colours at places, as `warp.sample` does, of one picture and by NumPy: float32 (n, channels).

    Args:
        picture: float32 (height, width, channels).
        places: float32 (n, 2). x, y; the first pixel's centre is 0.5.
    """
    height, width, channels = picture.shape
    x, y = np.clip(places[:, 0] - 0.5, 0, width - 1), np.clip(places[:, 1] - 0.5, 0, height - 1)
    left, top = x.astype("int32"), y.astype("int32")
    a, b = (x - left)[:, None], (y - top)[:, None]
    right, below = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    pixels = picture.reshape(-1, channels)
    upper = (1 - a) * pixels[top * width + left] + a * pixels[top * width + right]
    lower = (1 - a) * pixels[below * width + left] + a * pixels[below * width + right]
    return (1 - b) * upper + b * lower
