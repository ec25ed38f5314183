"""Pictures on their way to the browser, and words for those who can't see them."""

import base64
import io

import numpy as np
from PIL import Image

ADJECTIVES = {"horizontal stripes": "striped", "vertical stripes": "vertically striped", "checks": "checked", "dots": "dotted", "emblem": "printed",
              "colour block": "two-coloured"}
MOST_SIDE = 900  # pixels that are sent of a large photograph


def png(picture):
    """Return a uint8 (height, width, 3) picture as the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(file, format="PNG", compress_level=3)
    return file.getvalue()


def address(picture):
    """Return a picture as an address that holds the file itself; a large one is sent smaller, as JPEG."""
    picture = np.asarray(picture)
    if max(picture.shape[:2]) <= 256:
        return "data:image/png;base64," + base64.b64encode(png(picture)).decode()
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((MOST_SIDE, MOST_SIDE))
    file = io.BytesIO()
    image.save(file, format="JPEG", quality=90)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


def describe_garment(read):
    """Return factors of a garment, such as {"sleeve": "long", "pattern": "checks"}, as words.

    Example:
        describe_garment({"sleeve": "none", "neckline": "v", "pattern": "plain", "palette": "noir"})  # "plain top in noir, v neckline, sleeveless"
    """
    pattern = read.get("pattern", "")
    words = f"{ADJECTIVES.get(pattern, pattern)} top".strip()
    if read.get("palette"):
        words += f" in {read['palette']}"
    if read.get("neckline"):
        words += f", {read['neckline']}{'' if read['neckline'] in ('collar', 'turtleneck') else ' neckline'}"
    if read.get("sleeve"):
        words += ", sleeveless" if read["sleeve"] == "none" else f", {read['sleeve']} sleeves"
    return words


def sheet(pictures, columns, gap=6, paper=(251, 248, 243), side=None):
    """Return pictures side by side on paper as one uint8 picture; each is enlarged by a whole number to about `side` pixels wide."""
    pictures = [np.asarray(picture) for picture in pictures]
    times = max(1, (side or 0) // pictures[0].shape[1])
    pictures = [picture.repeat(times, axis=0).repeat(times, axis=1) for picture in pictures]
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    made = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), paper, "uint8")
    for number, picture in enumerate(pictures):
        top, left = (gap + place * (size + gap) for place, size in zip(divmod(number, columns), (height, width), strict=True))
        made[top:top + height, left:left + width] = picture
    return made
