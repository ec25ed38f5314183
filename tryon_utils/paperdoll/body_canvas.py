"""The canvas on which body and garments are laid, part over part, before any light: one G-buffer for the whole figure."""

import dataclasses

import numpy as np

from tryon_utils.paperdoll.shading import GBuffer


@dataclasses.dataclass(frozen=True)
class Part:
    """What `FigureCanvas.lay` needs, worked out once and laid on as many canvases as wanted; ``shade`` is its `darken` beforehand."""

    window: tuple
    alpha: np.ndarray
    albedo: np.ndarray
    slope: np.ndarray
    label: int
    material: tuple
    occlusion: np.ndarray | None = None
    shape_alpha: np.ndarray | None = None
    label_where: np.ndarray | None = None
    shade: np.ndarray | None = None

    def cropped(self):
        """The same part over the smallest window that holds all that shows of it."""
        shows = self.alpha > 0 if self.shade is None else (self.alpha > 0) | (self.shade > 0)
        rows, columns = np.flatnonzero(shows.any(1)), np.flatnonzero(shows.any(0))
        if not len(rows):
            rows = columns = np.array([0])
        cut = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        window = tuple(slice(whole.start + part.start, whole.start + part.stop) for whole, part in zip(self.window, cut, strict=True))
        size = self.alpha.shape
        fields = {
            field.name: value[(..., *cut)]
            for field in dataclasses.fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray) and value.shape[-2:] == size
        }
        return dataclasses.replace(self, window=window, **fields)


class FigureCanvas:
    """Planar float32 fields over a `Grid`; `lay` puts a part on top, `darken` lets a part shade what lies below it.

    Args:
        grid: `Grid`.
    """

    def __init__(self, grid):
        shape = (grid.height, grid.width)
        self.grid = grid
        self.albedo = np.zeros((3, *shape), np.float32)
        self.slope = np.zeros((2, *shape), np.float32)
        self.occlusion = np.ones(shape, np.float32)
        self.shadow = np.ones(shape, np.float32)
        self.material = np.zeros((3, *shape), np.float32)  # specular, gloss, scatter
        self.alpha = np.zeros(shape, np.float32)
        self.label = np.zeros(shape, np.uint8)
        self.panel = np.zeros(shape, np.uint8)
        self.fabric = np.zeros((2, *shape), np.float32)
        self.parts = np.zeros(shape, np.uint32)  # bit n: label n shows, even by a sliver
        self.touched = np.zeros(shape, bool)

    def lay_part(self, part, keep=None):
        """Lays a `Part`; ``keep`` (window, [0, 1]) cuts its coverage."""
        alpha, shape_alpha = part.alpha, part.shape_alpha
        if keep is not None:
            alpha = alpha * keep
            shape_alpha = None if shape_alpha is None else shape_alpha * keep
        if part.shade is not None:
            self.darken(part.window, part.shade)
        self.lay(part.window, alpha, part.albedo, part.slope, part.label, part.material, part.occlusion, shape_alpha, part.label_where)

    def lay(self, window, alpha, albedo, slope, label, material, occlusion=None, shape_alpha=None, label_where=None, panel=0, fabric=None):
        """Lays a part on top.

        Args:
            window: (rows, columns) slices.
            alpha: coverage in [0, 1], window shape.
            albedo: (3,) colour or (3, window) linear.
            slope: (2, window) downhill slopes.
            label: parse label.
            material: (specular, gloss, scatter).
            occlusion: window array or None for 1.
            panel: panel number of a garment (see `fabric`), 0 for everything else.
            fabric: (u, v) fabric coordinates, window arrays, of a garment.
            label_where: boolean window array, where the label is set; None for everywhere.
            shape_alpha: coverage used for slopes and occlusion when it is softer than the colour's (blended joints).
        """
        rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
        if not len(rows):
            return
        cut = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        window = tuple(slice(whole.start + piece.start, whole.start + piece.stop) for whole, piece in zip(window, cut, strict=True))
        crop = lambda field: field[(..., *cut)] if np.ndim(field) > 1 else field  # noqa: E731
        alpha, albedo, slope, occlusion, shape_alpha, label_where = map(crop, (alpha, albedo, slope, occlusion, shape_alpha, label_where))
        fabric = None if fabric is None else tuple(map(crop, fabric))
        under = self.alpha[window]
        total = under + alpha * (1 - under)
        share = alpha / np.maximum(total, np.float32(1e-6))
        parts = self.parts[window]
        np.copyto(parts, np.where(share < 1, parts, 0) | np.uint32(1 << label), where=alpha > 0)
        if panel:
            self.touched[window] |= alpha > 0
        soft = share if shape_alpha is None else np.where(under > 0.02, np.minimum(shape_alpha, 1), share)
        self.alpha[window] = total
        colour = np.asarray(albedo, np.float32)
        for channel in range(3):
            view = self.albedo[channel][window]
            view += share * (colour[channel] - view)
            view = self.material[channel][window]
            view += share * (np.float32(material[channel]) - view)
        for axis in range(2):
            view = self.slope[axis][window]
            view += soft * (slope[axis] - view)
        view = self.occlusion[window]
        view += soft * ((1 if occlusion is None else occlusion) - view)
        view = self.shadow[window]
        view += soft * (1 - view)
        label_view = self.label[window]
        mine = share > 0.5 if label_where is None else (share > 0.5) & label_where
        np.copyto(label_view, np.uint8(label), where=mine)
        np.copyto(self.panel[window], np.uint8(panel), where=share > 0.5)
        if fabric is not None:
            for axis in range(2):
                np.copyto(self.fabric[axis][window], fabric[axis], where=share > 0.5)

    def darken(self, window, amount, key=0.8, cloth=False):
        """Shades what has been laid so far.

        ``amount`` (window, [0, 1]) is taken off the ambient light, ``key`` times as much off the key light; ``cloth`` marks a
        garment's shadow.
        """
        if cloth:
            self.touched[window] |= amount > 0
        self.occlusion[window] *= 1 - amount
        self.shadow[window] *= 1 - np.float32(key) * amount

    def window(self):
        """The smallest (rows, columns) slices that hold all that was laid."""
        rows, columns = (np.flatnonzero(self.alpha.any(axis)) for axis in (1, 0))
        return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)

    def buffer(self, window=(slice(None), slice(None))):
        """The `GBuffer` of the figure, or of a window of it, ready for `shade`."""
        crop = lambda field: field[(..., *window)]  # noqa: E731
        x, y = crop(self.slope)
        inverse = 1 / np.sqrt(x * x + y * y + np.float32(1))
        normal = np.stack([x * inverse, y * inverse, inverse])
        alpha = crop(self.alpha)
        return GBuffer(
            crop(self.albedo), normal, alpha, alpha, crop(self.label), crop(self.occlusion), crop(self.shadow), *crop(self.material), wrap=0.35,
        )  # fmt: skip
