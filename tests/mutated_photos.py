"""Picture files, broken on purpose in ten ways, and what the intake says of each. The full run is a command:

    python tests/mutated_photos.py --count 10000

Each file must lead to a picture or to a `PhotoError` of one sentence, within two seconds of a processor and 500 MB of memory in all. The files are read in a process of their own,
so that a crash is counted and not suffered. The exit status is 0 where every promise was kept.
"""

import argparse
import collections
import dataclasses
import io
import multiprocessing
import pathlib
import struct
import sys
import tempfile
import time
import zlib

import numpy as np
from PIL import Image, ImageCms

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from tryon_utils.photos import intake

MOST_SECONDS, MOST_MEGABYTES = 2.0, 500
PATIENCE = 30           # seconds after which a file counts as a hang, and its process is ended
BATCH = 250             # files that one process reads
SUFFIXES = ("jpg", "png", "webp", "gif", "bmp", "txt", "pdf", "exe", "svg")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one file: "picture", "PhotoError", or what must not happen."""

    mutation: str
    verdict: str
    seconds: float
    message: str = ""


# ---- Whole files of every kind that is read --------------------------------------------------------------------------

def encode(image, kind, **options):
    """Return the bytes of a PIL image in a file of a kind."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def originals(image):
    """Return a dictionary from a name to the bytes of a whole file, all of the same PIL image."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9003] = 6, "A camera", "2024:05:17 10:00:00"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    width, height = image.size
    clear = image.convert("RGBA")
    clear.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, width).astype("uint8"), (height, 1))))
    deep = Image.fromarray(np.asarray(image.convert("L")).astype("uint16") * 257)
    palette, turned = image.quantize(64), image.rotate(90)
    return {
        "jpeg": encode(image, "JPEG", exif=exif, icc_profile=profile), "progressive": encode(image, "JPEG", progressive=True, quality=90),
        "cmyk": encode(image.convert("CMYK"), "JPEG"), "grey jpeg": encode(image.convert("L"), "JPEG"),
        "two jpegs": encode(image, "MPO", save_all=True, append_images=[turned]),
        "png": encode(image, "PNG", exif=exif, icc_profile=profile), "palette": encode(palette, "PNG", transparency=3), "bits": encode(image.convert("1"), "PNG"),
        "deep": encode(deep, "PNG"), "alpha": encode(clear, "PNG"), "grey alpha": encode(clear.convert("LA"), "PNG"),
        "colour key": encode(image, "PNG", transparency=(0, 0, 0)), "apng": encode(image, "PNG", save_all=True, append_images=[turned]),
        "webp": encode(image, "WEBP", exif=exif, icc_profile=profile), "lossless": encode(clear, "WEBP", lossless=True),
        "moving webp": encode(image, "WEBP", save_all=True, append_images=[turned]), "gif": encode(image, "GIF"),
        "moving gif": encode(palette, "GIF", save_all=True, append_images=[turned], transparency=2), "bmp": encode(image, "BMP"), "small bmp": encode(palette, "BMP"),
    }


# ---- Ways to break a file ---------------------------------------------------------------------------------------------

def truncate(data, rng):
    return data[:rng.integers(len(data))]


def flip_few(data, rng):
    return _flip(data, rng.integers(len(data), size=rng.integers(1, 6)), rng)


def flip_many(data, rng):
    return _flip(data, rng.integers(len(data), size=rng.integers(20, 200)), rng)


def flip_head(data, rng):
    return _flip(data, rng.integers(4, min(700, len(data)), size=rng.integers(1, 8)), rng)


def _flip(data, places, rng):
    changed = np.frombuffer(data, "uint8").copy()
    changed[places] ^= rng.integers(1, 256, size=len(places)).astype("uint8")
    return changed.tobytes()


def lie(data, rng):
    """State another size, in the place where the file's kind keeps it; a PNG gets the checksum that fits the lie."""
    sides = [int(rng.choice([0, 1, 31, 40, 200, 1000, 4999, 16383, 65535, 2**24 - 1, 2**31 - 1])) for _ in range(2)]
    small = [side & 0xFFFF for side in sides]
    changed = bytearray(data)
    if data[:2] == b"\xff\xd8":
        place = next(data.find(bytes((0xFF, marker))) for marker in (0xC2, 0xC0) if data.find(bytes((0xFF, marker))) > 0)
        struct.pack_into(">HH", changed, place + 5, *small)
    elif data[:4] == b"\x89PNG":
        struct.pack_into(">II", changed, 16, *sides)
        struct.pack_into(">I", changed, 29, zlib.crc32(changed[12:29]))
    elif data[:4] == b"RIFF" and data[12:16] == b"VP8X":
        changed[24:30] = sides[0].to_bytes(4, "little")[:3] + sides[1].to_bytes(4, "little")[:3]
    elif data[:4] == b"RIFF":
        struct.pack_into("<HH", changed, 26, *small)
    elif data[:3] == b"GIF":
        struct.pack_into("<HH", changed, 6, *small)
    else:
        struct.pack_into("<ii", changed, 18, *sides)
    return bytes(changed)


def blank(data, rng):
    start, length = rng.integers(len(data)), rng.integers(1, 2000)
    return data[:start] + bytes(len(data[start:start + length])) + data[start + length:]


def cut_out(data, rng):
    start = rng.integers(len(data))
    return data[:start] + data[start + rng.integers(1, 500):]


def repeat(data, rng):
    start, length = rng.integers(len(data)), rng.integers(1, 2000)
    return data[:start] + data[start:start + length] * rng.integers(2, 40) + data[start + length:]


def fill(data, rng):
    """Keep the head, and go on with chance."""
    return data[:rng.integers(2, 64)] + rng.integers(256, size=rng.integers(0, 20_000)).astype("uint8").tobytes()


MUTATIONS = {function.__name__: function for function in (truncate, flip_few, flip_many, flip_head, lie, blank, cut_out, repeat, fill)}


# ---- Bombs: small files that ask for much -----------------------------------------------------------------------------

def png(width, height, pixels, bits=8, colours=2, extra=b"", interlace=0):
    """Return a PNG file around compressed pixels."""
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def chunk(name, content):
    return struct.pack(">I4s", len(content), name) + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))


def zeros(count):
    """Return `count` zeros, compressed about a thousandfold."""
    packer, block = zlib.compressobj(9), bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(count >> 20)) + packer.compress(bytes(count & 0xFFFFF)) + packer.flush()


def repeated_scans(image, times):
    """Return a progressive JPEG whose last pass over the picture is made again and again."""
    data = encode(image, "JPEG", progressive=True)
    end, scan = data.rfind(b"\xff\xd9"), data.rfind(b"\xff\xc4")
    return data[:end] + data[scan:end] * times + b"\xff\xd9"


def bombs(image):
    """Return a dictionary from a name to the bytes of a bomb."""
    side, deep = 5000, 3535  # as large as is read: 25 million pixels, half as many of 16 bits
    text = chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(50_000_000))
    many = b"\xff\xd8" + b"\xff\xe3\0\2" * 400_000
    directory = struct.pack("<2sHIH", b"II", 42, 8, 65535) + struct.pack("<HHII", 700, 7, 60_000, 8) * 5000
    return {
        "four channels": png(side, side, zeros((side * 4 + 1) * side), colours=6), "16 bits, four channels": png(deep, deep, zeros((deep * 8 + 1) * deep), bits=16, colours=6),
        "16 bits, too many": png(side, side, zeros(10_000), bits=16, colours=6), "interlaced": png(deep, deep, zeros((deep * 6 + 1) * deep + 60_000), bits=16, interlace=1),
        "too many pixels": png(60_000, 60_000, zeros(10_000)), "a long line": png(2**31 - 1, 40, zeros(10_000)), "more than it says": png(64, 64, zeros(300_000_000)),
        "long text": png(64, 64, zeros(64 * 193), extra=text), "large profile": png(64, 64, zeros(64 * 193), extra=chunk(b"iCCP", b"a\0\0" + zeros(100_000_000))),
        "many chunks": png(64, 64, zeros(64 * 193), extra=chunk(b"tEXt", b"") * 400_000), "many segments": many, "all marks": b"\xff\xd8" + b"\xff" * 2_000_000,
        "many passes": repeated_scans(image.resize((2000, 1500)), 3000), "large exif": encode(image, "PNG")[:33] + chunk(b"eXIf", directory) + encode(image, "PNG")[33:],
        "many blocks": b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0, 0, 0) + b"!\xfe" + b"\1x" * 1_000_000 + b"\0;", "wide gif": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0)
        + b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\2\2\x4c\1\0;", "tall bmp": b"BM" + struct.pack("<IIIIiiHHIIIIII", 60, 0, 54, 40, 40_000, -40_000, 1, 24, 0, 0, 0, 0, 0, 0),
        "packed bmp": b"BM" + struct.pack("<IIIIiiHHIIIIII", 60, 0, 54, 40, 5000, 5000, 1, 8, 1, 0, 0, 0, 0, 0) + b"\1\0" * 500_000,
        "wide webp": b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff" * 6 + b"VP8 " + struct.pack("<I", 4) + bytes(4),
    }


def broken_files(count, image, seed=0):
    """Yield `count` triples of mutation, suffix of the file's name and bytes; one in a hundred is a bomb.

    Args:
        count: Integer.
        image: PIL image that the files are made of.
        seed: Integer.
    """
    rng = np.random.default_rng(seed)
    whole, explosive = list(originals(image).values()), list(bombs(image).items())
    for number in range(count):
        if number % 100 == 50:
            name, data = explosive[number // 100 % len(explosive)]
            yield f"bomb: {name}", SUFFIXES[number % len(SUFFIXES)], data
        elif number % 100 == 75:  # a whole file under a wrong name
            yield "wrong name", SUFFIXES[rng.integers(len(SUFFIXES))], whole[rng.integers(len(whole))]
        else:
            name = list(MUTATIONS)[number % len(MUTATIONS)]
            yield name, SUFFIXES[rng.integers(len(SUFFIXES))], MUTATIONS[name](whole[rng.integers(len(whole))], rng)


# ---- Reading them in a process of their own ---------------------------------------------------------------------------

def judge(mutation, path):
    """Read one file; return its `Outcome`."""
    begun = time.process_time()  # not the wall's clock: a busy machine makes no file slow
    try:
        pixels = intake.read(path).pixels
        fine = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 and 0 < pixels.size <= 3 * intake.MOST_PIXELS and pixels.flags["C_CONTIGUOUS"]
        verdict, message = ("picture", "") if fine else ("not a picture", f"{pixels.shape} {pixels.dtype}")
    except intake.PhotoError as error:
        message = str(error)
        sentence = message.endswith(".") and "\n" not in message and 30 < len(message) < 250 and ("wanted" in message or "are read" in message)
        verdict = "PhotoError" if sentence else "unclear"
    except BaseException as error:
        verdict, message = "another error", repr(error)
    return Outcome(mutation, verdict, time.process_time() - begun, message)


def peak_megabytes():
    """Return the most memory that this process has held so far, in MB; 0 where the system doesn't say."""
    status = pathlib.Path("/proc/self/status")
    return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1000 if status.exists() else 0.0


def _work(connection):
    while True:
        mutation, path = connection.recv()
        connection.send((judge(mutation, path), peak_megabytes()))


def run(files, report=lambda done: None):
    """Read files, each written under a name of its own; return a list of `Outcome` and the most memory in MB."""
    context, outcomes, peak, process = multiprocessing.get_context("spawn"), [], 0.0, None
    with tempfile.TemporaryDirectory() as folder:
        for number, (mutation, suffix, data) in enumerate(files):
            if process is None or number % BATCH == 0 or not process.is_alive():
                _end(process)
                ours, theirs = context.Pipe()
                process = context.Process(target=_work, args=(theirs,), daemon=True)
                process.start()
                theirs.close()
            path = pathlib.Path(folder) / f"photo.{suffix}"
            path.write_bytes(data)
            ours.send((mutation, path))
            try:
                outcome, memory = ours.recv() if ours.poll(PATIENCE) else (Outcome(mutation, "hang", PATIENCE), 0.0)
            except EOFError:
                outcome, memory = Outcome(mutation, "crash", 0.0), 0.0
            if outcome.verdict in ("hang", "crash"):
                _end(process)
            outcomes.append(outcome)
            peak = max(peak, memory)
            report(number + 1)
        _end(process)
    return outcomes, peak


def _end(process):
    if process is not None:
        process.kill()
        process.join()


def complaints(outcomes, peak):
    """Return a list of sentences, one for each promise that was broken."""
    bad = [f"{outcome.mutation}: {outcome.verdict} {outcome.message}" for outcome in outcomes if outcome.verdict not in ("picture", "PhotoError")]
    slow = [f"{outcome.mutation}: {outcome.seconds:.1f} s" for outcome in outcomes if outcome.seconds > MOST_SECONDS]
    return bad + slow + ([f"{peak:.0f} MB of memory"] if peak > MOST_MEGABYTES else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    from skimage import data

    image = Image.fromarray(data.astronaut()).crop((120, 0, 320, 240))
    outcomes, peak = run(broken_files(options.count, image, options.seed), lambda done: print(f"\r{done:,} of {options.count:,}", end="", file=sys.stderr, flush=True))
    table = collections.defaultdict(collections.Counter)
    for outcome in outcomes:
        table[outcome.mutation.partition(":")[0]][outcome.verdict] += 1
    print("\n")
    for mutation, verdicts in sorted(table.items()):
        print(f"{mutation:12}", ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(verdicts.items())))
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    total = collections.Counter(outcome.verdict for outcome in outcomes)
    print(f"\n{len(outcomes):,} files: " + ", ".join(f"{count:,} {verdict}" for verdict, count in total.items()))
    print(f"slowest {slowest.seconds:.2f} s ({slowest.mutation}), at most {peak:.0f} MB in a process")
    found = complaints(outcomes, peak)
    print("\n".join(found) or "every promise was kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
