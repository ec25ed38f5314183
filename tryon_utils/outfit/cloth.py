"""A garment on a photograph with a plain background: cut out, and brought to where the course's shop pictures have theirs."""

import dataclasses
import functools

import numpy as np
from PIL import Image, ImageChops
from scipy import ndimage
from skimage import color

from tryon_utils.photos import align
from tryon_utils.photos.intake import PhotoError
from tryon_utils.photos.landmarks import check_pixels

BOX = (44 / 64, 58 / 64)   # width and height, in parts of the picture's height, into which shop garments are fitted
LOOK = 256                 # pixels of the longer side at which the background is judged
BORDER = 0.03              # of the longer side: the frame in which only background should show
PLAIN = 9.0                # CIELAB: a border that strays further from one smooth colour is not plain
LEAST_STEP, MOST_STEP = 2.5, 9.0  # CIELAB: by how much cloth differs from the background at least, and where no doubt is left
LEAST_AREA, MOST_AREA = 0.02, 0.92
LEAST_SIDE = 96            # pixels of the garment itself


@dataclasses.dataclass(frozen=True)
class Cloth:
    """A garment, cut out.

    Attributes:
        pixels: uint8 (h, w, 3). The photograph.
        mask: float32 (h, w) in [0, 1]. Where the garment is.
        frame: float64 (2, 3). From a shop picture 64 high and 48 wide to the photograph.
    """

    pixels: np.ndarray
    mask: np.ndarray
    frame: np.ndarray

    @functools.cached_property
    def cut(self):
        """`PIL.Image`, RGBA. The photograph's colours times the mask, and the mask."""
        mask = Image.fromarray(np.rint(255 * self.mask).astype("uint8"))
        colours = ImageChops.multiply(Image.fromarray(self.pixels), Image.merge("RGB", (mask, mask, mask)))
        return Image.merge("RGBA", (*colours.split(), mask))

    def layer(self, step):
        """Return the garment as fine as is of use, to fetch its colours from.

        Args:
            step: Float. Pixels of a shop picture 64 high between two places at which it is fetched.

        Returns:
            uint8 (h, w, 4), colours times mask, and mask; and the frame, float64 (2, 3), from a shop picture 64 high to it.
        """
        shrink = max(1, int(align.scale_of(self.frame) * step / align.MOST_SHRINK))
        image = self.cut.reduce(shrink) if shrink > 1 else self.cut
        return np.asarray(image), self.frame / shrink

    def shop_picture(self, height):
        """Return the garment as a shop shows it, on white: uint8 (height, 3/4 height, 3), and its mask: uint8 of (height, 3/4 height)."""
        size = (height, height * 3 // 4)
        frame = self.frame * [[64 / height, 64 / height, 1.0]]
        mask = align.crop(np.rint(255 * self.mask).astype("uint8"), frame, size)
        part = (mask / np.float32(255))[..., None]
        picture = align.crop(self.pixels, frame, size, fill=255)
        return np.rint(part * picture + (1 - part) * 255).astype("uint8"), mask


def read(pixels):
    """Cut a garment out of a photograph.

    Args:
        pixels: uint8 (h, w, 3). One garment, laid flat or hung, the neck up, on a plain background.

    Returns:
        `Cloth`.

    Raises:
        PhotoError: the background is not plain, there is no garment, it is cut off by the border, or it is too small.
    """
    check_pixels(pixels)
    return fit(pixels, cut_out(pixels))


def from_sample(sample):
    """Return the `Cloth` of a sample of `folders.VitonFolder`, whose mask is believed; one that lies as in a shop picture stays as it is."""
    found, (height, width) = fit(sample["garment"], sample["garment_mask"], least=8), sample["garment_mask"].shape
    whole = np.array([[height / 64, 0, 0], [0, height / 64, 0]])
    if 4 * width == 3 * height and np.abs(found.frame - whole).max() < 0.04 * height:
        return dataclasses.replace(found, frame=whole)
    return found


def fit(pixels, mask, least=LEAST_SIDE):
    """Return the `Cloth` of a photograph and a mask, with the frame that brings it to where shop pictures have theirs.

    Args:
        pixels: uint8 (h, w, 3).
        mask: float (h, w) in [0, 1].
        least: Integer. Smaller garments are refused, pixels.

    Raises:
        PhotoError: too small.
    """
    rows, columns = np.flatnonzero((mask > 0.5).any(axis=1)), np.flatnonzero((mask > 0.5).any(axis=0))
    if not len(rows):
        raise PhotoError("No garment was found: its mask is empty.")
    left, top, right, bottom = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    if max(right - left, bottom - top) < least:
        raise PhotoError(f"The garment is only {right - left} pixels wide and {bottom - top} high. Choose a larger photograph of it, or go nearer.")
    side = max((right - left) / BOX[0], (bottom - top) / BOX[1]) / 64  # pixels of the photograph for one of the shop picture
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    return Cloth(pixels, mask, np.array([[side, 0, middle[0] - 24 * side], [0, side, middle[1] - 32 * side]]))


def cut_out(pixels):
    """Find the garment on a plain background.

    The border tells the background's colour, as a plane over the picture, since light falls off. What differs from it, or is not reached
    from the border, is garment: so a white stripe in its middle stays.

    Args:
        pixels: uint8 (h, w, 3).

    Returns:
        float32 (h, w) in [0, 1].

    Raises:
        PhotoError: see `read`.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, LOOK / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = color.rgb2lab(np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BOX)))
    step = np.linalg.norm(small - background_of(small), axis=-1)
    sure, maybe = step > MOST_STEP, step > LEAST_STEP
    found = largest(ndimage.binary_propagation(sure, mask=ndimage.binary_opening(maybe, iterations=1) | sure))
    found = ndimage.binary_fill_holes(ndimage.binary_closing(np.pad(found, 3), iterations=2)[3:-3, 3:-3])
    area = found.mean()
    if area < LEAST_AREA:
        raise PhotoError("No garment was found on this photograph. Lay one garment on a plain background of another colour, and let it fill the picture.")
    touching = sum(edge.mean() > 0.15 for edge in (found[0], found[-1], found[:, 0], found[:, -1]))
    if area > MOST_AREA or touching:
        raise PhotoError("The garment reaches the border of the photograph. Step back, so that all of it and some background around it can be seen.")
    openings = found & (step < LEAST_STEP) & ndimage.binary_opening(step < LEAST_STEP, iterations=3)  # a neck through which the background is seen
    soft = np.where(openings, 0.0, np.where(ndimage.binary_erosion(found, iterations=2), 1.0, found * np.clip(step / MOST_STEP, 0, 1)))
    return finer(pixels, soft.astype("float32"))


def background_of(lab):
    """Return the background's colour at every pixel, as the plane through the border's colours: float (h, w, 3).

    Args:
        lab: float (h, w, 3). CIELAB.

    Raises:
        PhotoError: the border is not plain.
    """
    height, width = lab.shape[:2]
    rim = max(2, round(BORDER * max(height, width)))
    edge = np.ones((height, width), bool)
    edge[rim:-rim, rim:-rim] = False
    y, x = np.mgrid[:height, :width] / max(height, width) - 0.5
    plane = np.stack([np.ones_like(x), x, y], axis=-1)
    chosen = edge
    for _ in range(4):  # without what strays: a hanger's hook, or a sleeve that nearly touches
        fitted = np.linalg.lstsq(plane[chosen], lab[chosen], rcond=None)[0]
        strays = np.linalg.norm(lab - plane @ fitted, axis=-1)
        chosen = edge & (strays < max(PLAIN, np.median(strays[edge])))
    if (strays[edge] > PLAIN).mean() > 0.12:
        raise PhotoError("The background around the garment is not plain. Lay it on a sheet or hang it before a wall of one colour, without shadows.")
    return plane @ fitted


def largest(mask):
    """Return the largest connected part of a mask: bool (h, w).

    Raises:
        PhotoError: two parts are of about one size, so that there are two garments.
    """
    labels, count = ndimage.label(mask)
    if not count:
        return mask
    sizes = np.bincount(labels.ravel())[1:]
    order = np.argsort(-sizes)
    if count > 1 and sizes[order[1]] > 0.3 * sizes[order[0]]:
        raise PhotoError("There is more than one thing on this photograph. Show one garment alone, and try on the others one by one.")
    return labels == order[0] + 1


def finer(pixels, mask):
    """Return a small soft mask in the photograph's own size, its edge drawn to where the colours change: float32 (h, w) in [0, 1]."""
    height, width = pixels.shape[:2]
    image = Image.fromarray(mask).resize((width, height), Image.Resampling.BICUBIC)
    return np.clip((np.array(image) - 0.65) * 2 + 0.5, 0, 1).astype("float32")  # a little inside: at the edge itself the background shines through
