"""Which pixels of a photograph show a person: a soft mask, by a small network that was made for video calls."""

import numpy as np
from PIL import Image

from tryon_utils.photos import align, models
from tryon_utils.photos.landmarks import check_pixels


def person_mask(pixels, frame=None):
    """Return how much of each pixel is a person.

    The network looks at a square of 256 pixels. Without a frame the whole photograph is squeezed into it; with one, it looks closer at a
    part, and outside that part the mask is 0.

    Args:
        pixels: uint8 (h, w, 3).
        frame: float64 (2, 3), from a square of 256 pixels to the photograph, such as a pose's; or None.

    Returns:
        float32 (h, w) in [0, 1].

    Raises:
        ValueError: no uint8 pixels (h, w, 3).
        FileNotFoundError: the networks were not fetched yet.
    """
    check_pixels(pixels)
    size, (height, width) = models.SIZES["selfie_segmentation"], pixels.shape[:2]
    if frame is None:
        frame = np.array([[width / size, 0.0, 0.0], [0.0, height / size, 0.0]])
        small = np.array(Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR))
    else:
        small = align.crop(pixels, frame, size)
    mask = models.run("selfie_segmentation", small)[0][..., 0]
    return spread(mask, frame, height, width)


def spread(mask, frame, height, width):
    """Return a region's mask in the photograph: float32 (height, width) in [0, 1], 0 outside the region.

    Args:
        mask: float (h, w) in [0, 1].
        frame: float64 (2, 3), from the region to the photograph.
        height, width: Integers. The photograph's.
    """
    image = Image.fromarray(np.ascontiguousarray(mask, "float32"))
    back = align.invert(frame).ravel().tolist()
    return np.clip(np.array(image.transform((width, height), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)), 0, 1)
