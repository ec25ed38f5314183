"""Pictures as arrays: one range convention, and safe reading and writing of PNG and JPEG files.

On disk a picture is uint8 in [0, 255]; inside models it is float32 in [-1, 1]. Nothing here guesses a range from values.
"""

import io
import pathlib

import numpy as np
from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 64_000_000
MODES = {"colour": "RGB", "mask": "L", "labels": "P"}


class ImageFileError(ValueError):
    """A picture file that can't be used; the message names the file, what is wrong and what to do."""


def to_model(pictures):
    """Turn uint8 in [0, 255] into float32 in [-1, 1].

    Args:
        pictures: uint8 array of any shape.

    Returns:
        float32 array of the same shape; 0 becomes -1 and 255 becomes 1.

    Raises:
        ValueError: the dtype is not uint8, so that the range is not known.
    """
    pictures = np.asarray(pictures)
    if pictures.dtype != np.uint8:
        raise ValueError(f"to_model takes uint8 pictures in [0, 255]; {pictures.dtype} came. Is it in [-1, 1] already?")
    return pictures.astype("float32") / 127.5 - 1.0


def to_picture(values):
    """Turn float values in [-1, 1] into uint8 in [0, 255], rounded; what lies outside is clipped.

    Args:
        values: float array or tensor of any shape.

    Returns:
        uint8 array of the same shape.

    Raises:
        ValueError: the dtype is no float, so that the range is not known.
    """
    values = np.asarray(values)
    if not np.issubdtype(values.dtype, np.floating):
        raise ValueError(f"to_picture takes float values in [-1, 1]; {values.dtype} came. Is it a picture already?")
    return np.clip(np.rint((values + 1.0) * 127.5), 0, 255).astype("uint8")


def halve(pictures):
    """Return pictures of half the height and width: each pixel is the mean of four.

    Args:
        pictures: uint8 (n, height, width, channels), height and width even.

    Returns:
        uint8 (n, height / 2, width / 2, channels).

    Raises:
        ValueError: height or width is odd.
    """
    count, height, width, channels = pictures.shape
    if height % 2 or width % 2:
        raise ValueError(f"Pictures of {height} x {width} came; an even height and width are wanted. Crop a row or a column.")
    quarters = pictures.reshape(count, height // 2, 2, width // 2, 2, channels)
    return np.rint(quarters.mean(axis=(2, 4))).astype("uint8")


def read_image(path, kind="colour", size=None):
    """Read a picture file from anywhere, without trusting it.

    Args:
        path: Path of a PNG or JPEG file.
        kind: String. "colour" gives uint8 (height, width, 3); "mask" gives float32 (height, width) in [0, 1]; "labels"
            gives uint8 (height, width) of palette indexes, never converted to colours.
        size: Pair (height, width) that the picture must have; any size where None.

    Returns:
        The array.

    Raises:
        ImageFileError: missing, truncated, no picture, too large, or of another size.
    """
    path = pathlib.Path(path)
    if kind not in MODES:
        raise ValueError(f"kind={kind!r} came; one of {', '.join(MODES)} is wanted.")
    try:
        with Image.open(io.BytesIO(path.read_bytes()), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ImageFileError(f"{path} has {image.width} x {image.height} pixels; at most {MOST_PIXELS:,} are read. Make it smaller.")
            if kind == "labels" and image.mode not in ("P", "L"):
                raise ImageFileError(f"{path} is a {image.mode} picture; labels are kept in a palette (P) or grey (L) PNG. "
                                     "Export it without converting to colours.")
            array = np.array(image if kind == "labels" else image.convert(MODES[kind]))
    except FileNotFoundError:
        raise ImageFileError(f"{path} is missing. Put it there, or take its line out of the list.") from None
    except UnidentifiedImageError:
        raise ImageFileError(f"{path} is no PNG or JPEG picture. Export it again in one of these formats.") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageFileError(f"{path} can't be read ({error}). Copy or export it again.") from None
    if size is not None and array.shape[:2] != tuple(size):
        raise ImageFileError(f"{path} is {array.shape[0]} high and {array.shape[1]} wide; {size[0]} by {size[1]} is wanted. Resize it.")
    return array.astype("float32") / 255.0 if kind == "mask" else array


def write_image(path, array, palette=None):
    """Write a picture as PNG, whole or not at all.

    Args:
        path: Path of the file; its folder is made where missing.
        array: uint8 (height, width, 3), uint8 labels (height, width), or float32 mask (height, width) in [0, 1].
        palette: uint8 (n, 3). The colours of labels; then the file is a palette PNG.
    """
    path = pathlib.Path(path)
    array = np.asarray(array)
    if np.issubdtype(array.dtype, np.floating):
        if array.ndim != 2:
            raise ValueError(f"A float picture of shape {array.shape} came; only masks (height, width) are written from floats. "
                             "Use to_picture first.")
        array = np.rint(np.clip(array, 0.0, 1.0) * 255.0).astype("uint8")
    image = Image.fromarray(np.ascontiguousarray(array))
    if palette is not None:
        image = image.convert("L")
        image.putpalette(np.asarray(palette, "uint8").ravel().tolist())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    image.save(draft, format="PNG", optimize=False)
    draft.replace(path)
