"""Cards: a result to take away, with a mark that everybody sees and a note that programs read. Nothing about the learner is in them.

The note stands in a text chunk of the PNG file. It says which model made the picture, from which weights, and on which day. Whoever wants to can
cut the mark off and drop the note: they help those who are honest, and prove nothing about those who are not.
"""

import dataclasses
import datetime
import hashlib
import io
import json
import re

import numpy as np
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin, UnidentifiedImageError

KEY = "tryon-course-provenance"
# the word of the International Press Telecommunications Council for a picture that a trained model made
SOURCE_TYPE = "trainedAlgorithmicMedia"
MOST_BYTES = 20_000_000
PAPER, INK, FAINT, ACCENT = "#fbf8f3", "#22262b", "#6d6a64", "#b4532f"


class CardError(ValueError):
    """A file that is no card of ours; the message says what is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Provenance:
    """Where a picture comes from.

    Attributes:
        model: String. Name of the model, such as "dcgan_garments".
        weights_sha256: String. 64 hexadecimal digits: the file of weights that was used.
        date: String. The day, such as "2031-05-04"; no time.
    """

    model: str
    weights_sha256: str
    date: str

    def __post_init__(self):
        if not re.fullmatch(r"[a-z0-9_]{1,60}", self.model):
            raise ValueError(f"model={self.model!r} came; small letters, digits and _ are wanted, such as 'dcgan_garments'.")
        if not re.fullmatch(r"[0-9a-f]{64}", self.weights_sha256):
            raise ValueError(f"weights_sha256={self.weights_sha256!r} came; 64 hexadecimal digits are wanted.")
        try:
            datetime.datetime.strptime(self.date, "%Y-%m-%d")
        except ValueError:
            raise ValueError(f"date={self.date!r} came; a day such as '2031-05-04' is wanted.") from None


def today(model, weights_sha256):
    """Return the `Provenance` of something made today."""
    return Provenance(model, weights_sha256, datetime.date.today().isoformat())


def make(picture, title, provenance, width=640):
    """Return a card as the bytes of a PNG file: the picture, a title, the word "generated", and the note.

    Example:
        card = make(picture, "A top that nobody has sewn", today("dcgan_garments", entry["sha256"]))
        read(card).model  # "dcgan_garments"

    Args:
        picture: uint8 (height, width, 3).
        title: String of at most 60 characters. It is shown; don't put a name there.
        provenance: `Provenance`.
        width: Integer from 320 up. Pixels of the card; a small picture is enlarged without smoothing by a whole number, so that it stays honest.

    Returns:
        Bytes.

    Raises:
        ValueError: another shape or dtype, a title that is too long, or a width that is too small.
    """
    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[-1] != 3:
        raise ValueError(f"A picture of shape {picture.shape} and {picture.dtype} came; uint8 (height, width, 3) is wanted.")
    if not 0 < len(title) <= 60 or width < 320:
        raise ValueError(f"A title of {len(title)} characters and a width of {width} came; 1 to 60 characters and 320 or more are wanted.")
    margin = width // 20
    shown = _enlarge(Image.fromarray(picture), width - 2 * margin)
    foot = 4 * margin
    card = Image.new("RGB", (width, shown.height + 2 * margin + foot), PAPER)
    card.paste(shown, ((width - shown.width) // 2, margin))
    draw = ImageDraw.Draw(card)
    top = shown.height + 2 * margin
    label, badge = _font(width // 32), "GENERATED"
    left, right = margin, width - margin
    box = draw.textbbox((0, 0), badge, font=label)
    badge_width = box[2] - box[0] + margin
    draw.rounded_rectangle((right - badge_width, top, right, top + 1.4 * margin), radius=margin // 3, fill=ACCENT)
    draw.text((right - badge_width / 2, top + 0.7 * margin), badge, font=label, fill="white", anchor="mm")
    draw.text((left, top + 0.7 * margin), _fit(draw, title, _font(width // 24), right - badge_width - left - margin), font=_font(width // 24), fill=INK, anchor="lm")
    lines = f"by {provenance.model}, {provenance.date}", f"weights {provenance.weights_sha256[:16]}  ·  the file says the same to programs"
    for number, line in enumerate(lines):
        draw.text((left, top + (2.1 + 0.9 * number) * margin), _fit(draw, line, _font(width // 38), right - left), font=_font(width // 38), fill=FAINT, anchor="lm")
    note = PngImagePlugin.PngInfo()
    note.add_text("Software", "tryon_utils")
    note.add_text(KEY, json.dumps({**dataclasses.asdict(provenance), "digital_source_type": SOURCE_TYPE, "pixels_sha256": _pixels_sha256(card)}))
    file = io.BytesIO()
    card.save(file, format="PNG", pnginfo=note)
    return file.getvalue()


def read(card):
    """Return the `Provenance` of a card, and make sure that its pixels are still those that were marked.

    Args:
        card: Bytes of a file.

    Raises:
        CardError: too large, no PNG picture, no note, a damaged one, or pixels that were changed since.
    """
    if len(card) > MOST_BYTES:
        raise CardError(f"The file has {len(card):,} bytes; a card has at most {MOST_BYTES:,}.")
    try:
        with Image.open(io.BytesIO(card), formats=("PNG",)) as image:
            if image.width * image.height > MOST_BYTES:
                raise CardError(f"The picture has {image.width} x {image.height} pixels; no card of ours is so large.")
            image.load()
            note, pixels = image.text.get(KEY), _pixels_sha256(image)
    except UnidentifiedImageError:
        raise CardError("This is no PNG picture, so it is no card of ours.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, CardError):
            raise
        raise CardError(f"The picture can't be read ({error}).") from None
    if note is None:
        raise CardError("The picture carries no note of this course: it was never a card, or a program dropped the note when it saved it.")
    try:
        said = json.loads(note)
        marked = said["pixels_sha256"]
        provenance = Provenance(*(said[field.name] for field in dataclasses.fields(Provenance)))
    except (ValueError, KeyError, TypeError) as error:
        raise CardError(f"The card's note is damaged ({error}).") from None
    if marked != pixels:
        raise CardError(f"The note says {provenance.model}, but the pixels were changed after the card was made.")
    return provenance


def _pixels_sha256(image):
    return hashlib.sha256(repr(image.size).encode() + image.convert("RGB").tobytes()).hexdigest()


def _enlarge(image, width):
    """Enlarge by the largest whole number that fits, or shrink with smoothing."""
    times = width // image.width
    if times >= 1:
        return image.resize((times * image.width, times * image.height), Image.Resampling.NEAREST if times > 3 else Image.Resampling.BICUBIC)
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def _font(size):
    return ImageFont.load_default(size)


def _fit(draw, text, font, width):
    """Cut a line that is too wide, and say so with three dots."""
    while draw.textlength(text, font=font) > width and len(text) > 4:
        text = text.removesuffix("...")[:-1] + "..."
    return text
