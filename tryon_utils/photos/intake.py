"""From a file, an upload or a camera's frame to pixels, without trusting any of them.

The order matters. First the number of bytes, then the kind by the content, then the size that the file claims; only then is anything decoded, and from a file
that `containers.strip` made anew without metadata. What comes out is always the same: uint8, sRGB, upright, opaque, and nothing but pixels.
"""

import dataclasses
import io
import pathlib

import numpy as np
from PIL import Image, ImageCms

from tryon_utils.photos import containers
from tryon_utils.photos.containers import PhotoError

__all__ = ["MOST_BYTES", "MOST_PIXELS", "Photo", "PhotoError", "read"]

MOST_BYTES = 30_000_000
MOST_PIXELS = 25_000_000    # a phone's pictures have 12 million, some 24
MOST_OF_KIND = {"WEBP": 16_000_000}  # its decoder takes two and a half times as much memory a pixel
LEAST_SIDE = 32             # pixels: on less, nobody can be recognised

# EXIF's eight ways to hold a camera, as what must be done to the stored array so that the picture stands upright
UPRIGHT = {
    1: lambda a: a,                        2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],            4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),         6: lambda a: a[::-1].swapaxes(0, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1), 8: lambda a: a[:, ::-1].swapaxes(0, 1),
}


@dataclasses.dataclass(frozen=True)
class Photo:
    """A photograph that was taken in: pixels, and nothing that tells where they come from.

    Attributes:
        pixels: uint8 (height, width, 3). sRGB, upright, opaque.
        kind: String. What the file was: "JPEG", "PNG", "WEBP", "GIF" or "BMP".
        notes: Tuple of strings. What was done to it on the way, for people to read.
    """

    pixels: np.ndarray
    kind: str
    notes: tuple = ()


def read(source, most_bytes=MOST_BYTES, most_pixels=MOST_PIXELS):
    """Take a photograph in.

    Example:
        photo = intake.read("me.jpg")
        photo.pixels.shape  # (3024, 4032, 3)

    Args:
        source: Bytes (or a bytearray or memoryview, as uploads come), or the path of a file.
        most_bytes: Integer. Larger files are refused unread.
        most_pixels: Integer. Larger pictures are refused undecoded; of 16 bits a channel, those of more than half as many.

    Returns:
        A `Photo`.

    Raises:
        PhotoError: missing, too large, too small, no picture, of another kind, cut off or damaged. It is the only error that content can cause.
        ValueError: `source` is neither bytes nor a path.
    """
    container = containers.strip(_bytes(source, most_bytes))
    height, width = container.size
    most_pixels = min(most_pixels, MOST_OF_KIND.get(container.kind, most_pixels))
    deep = container.bits > 8
    most_pixels = most_pixels // 2 if deep else most_pixels  # twice the work a pixel
    if height * width > most_pixels:
        depth = f" of {container.bits} bits a channel" if deep else ""
        raise PhotoError(f"This picture is {width:,} pixels wide and {height:,} high; at most {most_pixels / 1e6:g} million{depth} in all are read: make it smaller.")
    if min(height, width) < LEAST_SIDE:
        raise PhotoError(f"This picture is {width} pixels wide and {height} high; at least {LEAST_SIDE} each way are wanted: choose a larger one.")
    try:
        pixels, notes = _decode(container)
    except Exception:  # a boundary: whatever a decoder says of a stranger's file, there is one answer
        raise containers.damaged(container.kind) from None
    turn = UPRIGHT[container.orientation]
    notes += [f"turned upright (orientation {container.orientation})"] * (container.orientation > 1)
    notes += [f"{container.left_out:,} bytes left out that aren't the picture"] * (container.left_out > 0)
    return Photo(np.ascontiguousarray(turn(pixels)), container.kind, tuple(notes))


def _bytes(source, most_bytes):
    if isinstance(source, (bytes, bytearray, memoryview)):
        size = memoryview(source).nbytes
        if size > most_bytes:
            raise _too_heavy(size, most_bytes)
        return bytes(source)
    if not isinstance(source, (str, pathlib.Path)):
        raise ValueError(f"{type(source).__name__} came as source; the bytes of a picture, or the path of its file, are wanted.")
    path = pathlib.Path(source)
    try:
        if not path.is_file():  # a folder, a device or a pipe would be no file: reading one could wait for ever
            raise PhotoError(f"There is no file {path.name!r}; the path of a picture is wanted: look at its spelling and its folder.")
        if path.stat().st_size > most_bytes:
            raise _too_heavy(path.stat().st_size, most_bytes)
        with path.open("rb") as file:
            return file.read(most_bytes + 1)[:most_bytes]
    except (OSError, ValueError) as error:
        if isinstance(error, PhotoError):
            raise
        raise PhotoError(f"The file {path.name!r} can't be opened; a picture that you may read is wanted: look at its permissions.") from None


def _too_heavy(size, most_bytes):
    return PhotoError(f"This file has {size / 1e6:,.1f} million bytes; at most {most_bytes / 1e6:g} million are read: make the picture smaller.")


def _decode(container):
    """Decode a stripped file. Returns uint8 (height, width, 3) as stored, not turned yet, and a list of notes."""
    with Image.open(io.BytesIO(container.data), formats=(container.kind,)) as image:
        if image.size != container.size[::-1]:
            raise ValueError("the size changed on the way")
        image.load()
        notes, transparent, grey = [], image.has_transparency_data, image.mode in ("1", "L", "LA")
        if image.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off at 255, and not scale them
            return np.repeat((np.asarray(image) >> 8).astype("uint8")[..., None], 3, axis=2), ["16 bits made 8"]
        if image.mode not in ("RGB", "RGBA", "CMYK"):
            notes.append(f"converted from {NAMES.get(image.mode, image.mode)}")
            image = image.convert("RGBA" if transparent else "RGB")
        elif transparent and image.mode == "RGB":  # one colour stands for "nothing here"
            image = image.convert("RGBA")
        if image.mode == "RGBA":
            if transparent:
                notes.append("transparency laid on white")
            white = Image.new("RGB", image.size, "white")
            white.paste(image, mask=image.getchannel("A"))
            image = white
        image, done = _to_srgb(image, b"" if grey else container.profile)
        return np.asarray(image), notes + done


NAMES = {"P": "a palette", "L": "grey", "1": "black and white", "LA": "grey with transparency", "PA": "a palette with transparency"}


def _to_srgb(image, profile):
    """Return an RGB image in sRGB, by the file's own colour profile where it has a usable one, and a list of notes."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            fits = source.profile.xcolor_space.strip() == image.mode
            if fits and not (image.mode == "RGB" and "sRGB" in source.profile.profile_description):
                image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB",
                                                  renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC)
                return image, ["colours converted to sRGB"]
        except Exception:  # a profile is a stranger's file in a stranger's file: without it, the picture is taken as it is
            pass
    if image.mode == "CMYK":
        return image.convert("RGB"), ["converted from CMYK without a profile"]
    return image, []
