"""What a picture file says of itself, read before anything is decoded, and the file made anew with nothing in it but the picture.

A picture file is a row of parts. Some describe the picture: its size, its colours, its compressed pixels. Others tell of the person who took it: the place,
the time, the camera's number, a thumbnail from before it was cropped. `strip` walks along the parts, reads the size, keeps the first kind and leaves the second
behind. So a decoder never sees what it could be hurt by, and no limit is checked too late.
"""

import dataclasses
import re
import struct
import zlib

MOST_PARTS = 150_000        # blocks or chunks that a file may have; photographs have a few dozen, large GIF files 100,000
MOST_PASSED = 400_000_000   # pixels of a JPEG picture times its passes; programs write 1 to 18 passes, and each takes its time
MOST_PROFILE = 2_000_000    # bytes of a colour profile; screens have 3,000, printers up to a million
MOST_EXIF = 65_536          # bytes of EXIF that are searched for the orientation

WANTED = "a JPEG, PNG, WebP, GIF or BMP picture is wanted"
OTHERS = (  # pattern, what it is, what to do: files that people take for pictures, or that are pictures of another kind
    (rb".{4}ftyp(heic|heix|heim|heis|hevc|mif1|msf1)", "a HEIC picture, as phones store them", "share or export it as JPEG"),
    (rb".{4}ftyp(avif|avis)", "an AVIF picture", "export it as JPEG"),
    (rb".{4}ftyp", "a film", "take a still picture of it"),
    (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "a TIFF or raw picture", "export it as JPEG or PNG"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51|\xff\x0a|\0\0\0\x0cJXL ", "a JPEG 2000 or JPEG XL picture", "export it as plain JPEG"),
    (rb"8BPS", "a Photoshop document", "export it as JPEG or PNG"),
    (rb"%PDF", "a PDF document", "export the page as JPEG"),
    (rb"PK\x03\x04", "a zip archive or an office document", "take the picture out of it"),
    (rb"\s*(<\?xml.*?)?<svg", "an SVG drawing", "export it as PNG"),
    (rb"\s*<(!doctype|html|\?xml|head)", "a web page", "save the picture itself, not its page"),
)


class PhotoError(ValueError):
    """A photograph that can't be used. The message is one sentence: what came, what is wanted, what to do."""


@dataclasses.dataclass(frozen=True)
class Container:
    """A picture file with nothing in it but the picture.

    Attributes:
        kind: String. "JPEG", "PNG", "WEBP", "GIF" or "BMP".
        size: Pair (height, width) that the file states, before any turn.
        data: Bytes. The file made anew.
        orientation: Integer from 1 to 8. How EXIF says that the camera was held; 1 is upright.
        profile: Bytes. The ICC colour profile; empty where there is none.
        left_out: Integer. Bytes that were left out.
        bits: Integer. Bits of a channel of a pixel: 16 in some PNG pictures, otherwise 8 or fewer.
    """

    kind: str
    size: tuple
    data: bytes
    orientation: int = 1
    profile: bytes = b""
    left_out: int = 0
    bits: int = 8


def strip(data):
    """Read what a file says of itself, by its content and never by its name, and make it anew with the picture alone.

    Args:
        data: Bytes of the whole file.

    Returns:
        A `Container`. Nothing is decoded yet: the size is the file's claim.

    Raises:
        PhotoError: no picture, one of another kind, cut off, or made of parts that contradict each other.
    """
    for kind, (pattern, read) in READERS.items():
        if re.match(pattern, data, re.DOTALL):
            try:
                container = read(data)
            except (struct.error, IndexError, zlib.error):  # a part ends before its own length: the walk ran off the end
                raise damaged(kind) from None
            return dataclasses.replace(container, left_out=max(0, len(data) - len(container.data)))
    raise PhotoError(f"{_name(data)}.")


def damaged(kind):
    """Return the `PhotoError` for a file whose parts are cut off or changed."""
    return PhotoError(f"This {kind} picture is cut off or damaged; a whole file is wanted: copy it, or export it again.")


def _name(data):
    if not data:
        return f"This file is empty; {WANTED}: choose another file"
    for pattern, name, advice in OTHERS:
        if re.match(pattern, data[:2000], re.DOTALL | re.IGNORECASE):
            return f"This is {name}; {WANTED}: {advice}"
    return f"This file holds no picture that we know; {WANTED}: choose another file, or export it as JPEG"


class _Parts:
    """Counts the parts of a file while they are walked along."""

    def __init__(self, kind):
        self.kind, self.count = kind, 0

    def add(self):
        self.count += 1
        if self.count > MOST_PARTS:
            raise PhotoError(f"This {self.kind} picture is in more than {MOST_PARTS:,} pieces; a photograph of a few pieces is wanted: export it again.")


def read_orientation(exif):
    """Return the orientation, 1 to 8, that EXIF notes; 1 where it notes none, or nonsense.

    Only the one entry is looked for, in the first directory: nothing else in EXIF is any of our business.

    Args:
        exif: Bytes from EXIF's byte order mark, "II" or "MM", on.

    Returns:
        Integer from 1 to 8.
    """
    exif = exif[:MOST_EXIF]
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    try:
        start, = struct.unpack_from(order + "I", exif, 4)
        count, = struct.unpack_from(order + "H", exif, start)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", exif, start + 2 + 12 * number)
            if tag == 0x0112 and kind == 3:  # orientation, a short number
                return value if 1 <= value <= 8 else 1
    except (struct.error, TypeError):  # cut off, or no byte order
        pass
    return 1


# ---- JPEG: segments of marker, length, content, up to the first scan ------------------------------------------------

_MARKER = re.compile(rb"\xff([^\xff\0])", re.DOTALL)  # of a run of 255s the last: one that starts at each of them would be slow


def _read_jpeg(data):
    parts, kept, exif, profile, frames, at = _Parts("JPEG"), [b"\xff\xd8"], b"", {}, [], 2
    while True:
        parts.add()
        found = _MARKER.search(data, at)
        if found is None:
            raise damaged("JPEG")
        marker, at = found[1][0], found.end()
        if marker == 0xD9:  # the end, before any picture
            raise damaged("JPEG")
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these stand alone
            continue
        length, = struct.unpack_from(">H", data, at)
        content = data[at + 2:at + length]
        if length < 2 or len(content) != length - 2:
            raise damaged("JPEG")
        if marker == 0xDA:
            break
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frames.append((marker, *struct.unpack_from(">BHHB", content)))
        elif marker == 0xE1 and content[:6] == b"Exif\0\0" and not exif:
            exif = content[6:]
        elif marker == 0xE2 and content[:12] == b"ICC_PROFILE\0":
            profile.setdefault(content[12], content[14:])
        if 0xC0 <= marker <= 0xCF or marker in (0xDB, 0xDD) or (marker == 0xEE and content[:5] == b"Adobe"):
            kept.append(bytes((0xFF, marker)) + data[at:at + length])
        at += length
    if len(frames) != 1:
        raise damaged("JPEG")
    (marker, bits, height, width, _), = frames
    if marker not in (0xC0, 0xC1, 0xC2) or bits != 8:
        raise PhotoError("This JPEG picture is of a rare kind (lossless, arithmetic or 12 bits); a plain or progressive one is wanted: export it again.")
    end = data.find(b"\xff\xd9", found.start())  # behind it, phones append films, depth maps and second pictures
    pixels = data[found.start():] if end < 0 else data[found.start():end + 2]
    scans = pixels.count(b"\xff\xda")
    if scans * height * width > MOST_PASSED:
        raise PhotoError(f"This JPEG picture is painted in {scans:,} passes over {height * width / 1e6:.1f} million pixels; "
                         "a picture in few passes is wanted: export it again, not as progressive.")
    return Container("JPEG", (height, width), b"".join([*kept, pixels]), read_orientation(exif), _small(b"".join(profile[key] for key in sorted(profile))))


def _small(profile):
    return profile if len(profile) <= MOST_PROFILE else b""


# ---- PNG: chunks of length, name, content, checksum -----------------------------------------------------------------

def _read_png(data):
    parts, chunks, pixels, exif, profile, at = _Parts("PNG"), {}, [], b"", b"", 8
    while b"IEND" not in chunks:
        parts.add()
        length, name = struct.unpack_from(">I4s", data, at)
        content = data[at + 8:at + 8 + length]
        if struct.unpack_from(">I", data, at + 8 + length)[0] != zlib.crc32(content, zlib.crc32(name)):
            raise damaged("PNG")
        if name == b"IDAT":
            pixels.append(content)
        elif name in chunks:
            raise damaged("PNG")
        elif name in (b"IHDR", b"PLTE", b"tRNS", b"IEND"):
            chunks[name] = content
        elif name == b"eXIf" and not exif:
            exif = content
        elif name == b"iCCP" and not profile:
            profile = _inflate(content.partition(b"\0")[2][1:])
        at += 12 + length
    if b"IHDR" not in chunks or not pixels:
        raise damaged("PNG")
    width, height, bits = struct.unpack_from(">IIB", chunks[b"IHDR"])
    clean = [b"\x89PNG\r\n\x1a\n"]
    for name, content in (chunks | {b"IDAT": b"".join(pixels), b"IEND": chunks.pop(b"IEND")}).items():
        clean.append(struct.pack(">I4s", len(content), name) + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(name))))
    return Container("PNG", (height, width), b"".join(clean), read_orientation(exif), profile, bits=bits)


def _inflate(compressed):
    """Inflate a colour profile, and stop where it grows too large; empty where it can't be read."""
    try:
        return _small(zlib.decompressobj().decompress(compressed, MOST_PROFILE + 1))
    except zlib.error:
        return b""


# ---- WebP: chunks of name, length, content, padded to even lengths --------------------------------------------------

def _read_webp(data):
    parts, kept, exif, profile, size, frames, at = _Parts("WebP"), [], b"", b"", None, 0, 12
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data) + 1:  # some programs leave the last padding byte out
        raise damaged("WebP")
    while at < min(end, len(data)) - 1:
        parts.add()
        name, length = struct.unpack_from("<4sI", data, at)
        content = data[at + 8:at + 8 + length]
        if len(content) != length:
            raise damaged("WebP")
        at += 8 + length + length % 2
        frames += name in (b"VP8 ", b"VP8L", b"ANMF")
        if size is None:
            size = _webp_size(name, content)
        if name == b"EXIF" and not exif:
            exif = content.removeprefix(b"Exif\0\0")
        elif name == b"ICCP" and not profile:
            profile = _small(content)
        elif name == b"VP8X":
            kept.append((name, bytes((content[0] & 0b00010010,)) + content[1:]))  # alpha and animation; the others are left out
        elif name in (b"ANIM", b"ALPH") or (name in (b"VP8 ", b"VP8L", b"ANMF") and frames == 1):
            kept.append((name, content))
    if size is None or not frames:
        raise damaged("WebP")
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2) for name, content in kept)
    return Container("WEBP", size, b"RIFF" + struct.pack("<I", len(body)) + body, read_orientation(exif), profile)


def _webp_size(name, content):
    if name == b"VP8X":
        return int.from_bytes(content[7:10], "little") + 1, int.from_bytes(content[4:7], "little") + 1
    if name == b"VP8L":
        bits = struct.unpack_from("<I", content, 1)[0]
        return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 6)
        return height & 0x3FFF, width & 0x3FFF
    raise damaged("WebP")


# ---- GIF: blocks, up to the end of the first picture ----------------------------------------------------------------

def _read_gif(data):
    parts, control = _Parts("GIF"), b""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _palette_bytes(flags)
    head = data[:at]
    while data[at] == 0x21:  # an extension: only the one that names the transparent colour is kept
        parts.add()
        start, at = at, _after_blocks(data, at + 2, parts)
        control = data[start:at] if data[start + 1] == 0xF9 else control
    if data[at] != 0x2C:
        raise damaged("GIF")
    left, top, frame_width, frame_height, flags = struct.unpack_from("<HHHHB", data, at + 1)
    end = _after_blocks(data, at + 11 + _palette_bytes(flags), parts)
    size = max(height, top + frame_height), max(width, left + frame_width)
    return Container("GIF", size, head + control + data[at:end] + b";")


def _palette_bytes(flags):
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data, at, parts):
    """Return the place after a row of blocks, each with its length before it, that ends with an empty one."""
    while data[at]:
        parts.add()
        at += 1 + data[at]
    return at + 1


# ---- BMP: a header of known length ----------------------------------------------------------------------------------

def _read_bmp(data):
    header, = struct.unpack_from("<I", data, 14)
    if header == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return Container("BMP", (height, width), data)
    width, height, _, _, compression = struct.unpack_from("<iiHHI", data, 18)
    if compression not in (0, 3):  # none, or none with colour masks
        raise PhotoError("This BMP picture is compressed; a plain one is wanted: export it as PNG.")
    return Container("BMP", (abs(height), width), data)


READERS = {  # kind: what its file begins with, and who reads it
    "JPEG": (rb"\xff\xd8\xff", _read_jpeg), "PNG": (rb"\x89PNG\r\n\x1a\n", _read_png), "WebP": (rb"RIFF....WEBP", _read_webp),
    "GIF": (rb"GIF8[79]a", _read_gif), "BMP": (rb"BM.{12}[\x0c-\x7c]\0\0\0", _read_bmp),
}
