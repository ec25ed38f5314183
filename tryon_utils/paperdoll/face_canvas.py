"""The canvas that the parts of a face are painted on: planar arrays over a grid of head coordinates."""

import dataclasses
import math

import numpy as np

from tryon_utils.paperdoll.face_shape import Pose

LABELS = {
    "background": 0, "skin": 1, "left brow": 2, "right brow": 3, "left eye": 4, "right eye": 5, "glasses": 6, "left ear": 7,
    "right ear": 8, "earring": 9, "nose": 10, "inner mouth": 11, "upper lip": 12, "lower lip": 13, "neck": 14, "necklace": 15,
    "clothes": 16, "hair": 17, "hat": 18,
}  # fmt: skip
"""Parse labels, those of the MT data set; left and right are the person's own.  15 is never drawn; head wraps and scarves are 18."""


@dataclasses.dataclass(frozen=True)
class Expression:
    """How a mood moves the face: lengths in head units, shares in [0, 1]."""

    lift: float = 0.0  # mouth corners up
    stretch: float = 0.0  # mouth wider
    part: float = 0.0  # inner mouth height
    teeth: float = 0.0  # share of the opening that shows teeth
    lids: float = 1.0  # upper-lid opening, share of the rest opening
    squint: float = 0.0  # lower lid up
    raise_brow: float = 0.0  # brows up
    knit: float = 0.0  # inner ends down (+) or up (-)
    apple: float = 0.0  # cheeks pushed up


EXPRESSION_TABLE = {
    "neutral": Expression(lift=0.016, lids=0.95, squint=0.10, apple=0.1),
    "soft smile": Expression(lift=0.027, stretch=0.022, lids=0.93, squint=0.30, raise_brow=0.006, apple=0.5),
    "smile": Expression(lift=0.037, stretch=0.042, lids=0.89, squint=0.52, raise_brow=0.010, apple=0.85),
    "open smile": Expression(lift=0.026, stretch=0.038, part=0.068, teeth=1, lids=0.87, squint=0.6, raise_brow=0.012, apple=1),
    "serious": Expression(lift=0.002, stretch=-0.008, lids=0.88, squint=0.12, knit=0.008, raise_brow=-0.005),
    "surprised": Expression(lift=0.006, stretch=-0.050, part=0.066, teeth=0.35, lids=1.16, raise_brow=0.050, knit=-0.008),
    "pensive": Expression(lift=0.008, lids=0.78, raise_brow=0.012, knit=-0.006),
    "amused": Expression(lift=0.025, stretch=0.032, part=0.034, teeth=0.9, lids=0.90, squint=0.4, raise_brow=0.016, apple=0.65),
}  # fmt: skip


@dataclasses.dataclass
class Overlay:
    """A natural part that lies on top of makeup of an earlier stage: colour (3, ...) or (3, 1, 1), alpha, and where."""

    window: tuple
    alpha: np.ndarray
    colour: np.ndarray
    stage: int


_BOX = np.array([[-1, -1, 1, 1, 0, 0, -1, 1], [-1, 1, -1, 1, -1, 1, 0, 0]], np.float32)


class FaceCanvas:
    """Head coordinates and everything that is painted on them.

    Args:
        x, y: 1-D picture coordinates of the columns and rows, head units, evenly spaced.
        pixel: side of a sample, head units.
        pose: `Pose`.
    """

    def __init__(self, x, y, pixel, pose):
        self.x, self.y, self.pixel, self.pose = x, y, float(pixel), pose
        grid_x, grid_y = np.broadcast_arrays(x[None, :].astype(np.float32), y[:, None].astype(np.float32))
        self.u, self.v = pose.backward(grid_x, grid_y)
        shape = self.u.shape
        self.albedo = np.zeros((3, *shape), np.float32)
        self.slopes = np.zeros((2, *shape), np.float32)
        self.dark = np.zeros(shape, np.float32)
        self.specular = np.zeros(shape, np.float32)
        self.gloss = np.zeros(shape, np.float32)
        self.glow = np.zeros(shape, np.float32)
        self.label = np.zeros(shape, np.uint8)
        self.masks = {}
        self.overlays = []
        self.eyes = {}
        self.mouth = None

    def window(self, at_u, at_v, reach_u, reach_v):
        """Row and column slices that cover the box ``at +- reach`` of head coordinates in the turned head."""
        box_u, box_v = np.float32(at_u) + np.float32(reach_u) * _BOX[0], np.float32(at_v) + np.float32(reach_v) * _BOX[1]
        corner_x, corner_y = self.pose.forward(box_u, box_v)
        slices = []
        for axis, values in ((self.y, corner_y), (self.x, corner_x)):
            low = math.floor((values.min() - axis[0]) / self.pixel) - 2
            high = math.ceil((values.max() - axis[0]) / self.pixel) + 3
            slices.append(slice(min(max(low, 0), len(axis)), min(max(high, 0), len(axis))))
        return tuple(slices)

    def at(self, window):
        """Head coordinates (u, v) inside a window."""
        return self.u[window], self.v[window]

    def mask(self, name):
        """The soft mask of that name, made empty on first use."""
        if name not in self.masks:
            self.masks[name] = np.zeros(self.u.shape, np.float32)
        return self.masks[name]

    def stain(self, window, amount, colour):
        """Mixes ``colour`` (3,) into the albedo by ``amount`` (window shape)."""
        area = self.albedo[(slice(None), *window)]
        area += amount * (np.asarray(colour, np.float32)[:, None, None] - area)

    def overlay(self, window, alpha, colour, stage):
        """Queues a part that covers makeup of stages before ``stage``."""
        colour = np.asarray(colour, np.float32)
        self.overlays.append(
            Overlay(window, alpha.astype(np.float32, copy=False), colour.reshape(3, 1, 1) if colour.ndim == 1 else colour, stage)
        )


def gauss(x, y, wide, high):
    """A soft spot: 1 at the origin, standard deviations ``wide`` and ``high``."""
    return np.exp(np.float32(-0.5) * ((x * np.float32(1 / wide)) ** 2 + (y * np.float32(1 / high)) ** 2))


__all__ = ["EXPRESSION_TABLE", "LABELS", "Expression", "FaceCanvas", "Overlay", "Pose", "gauss"]
