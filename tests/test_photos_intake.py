"""Photographs are taken in safely: every kind comes out as upright sRGB, and whatever can't be used is refused in one sentence."""

import io
import os
import struct
import zlib

import mutated_photos
import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage import data
from tryon_utils.photos import containers, intake

PIXELS = data.astronaut()[:240, 120:320]                 # higher than wide, so that a turn shows
IMAGE = Image.fromarray(PIXELS)
WHOLE = mutated_photos.originals(IMAGE)
CAMERA = {"jpeg", "png", "webp"}                         # these carry EXIF that says: held on its side


def encode(kind="PNG", image=IMAGE, **options):
    return mutated_photos.encode(image, kind, **options)


def exif_with(orientation, order="II"):
    """EXIF with a maker's name and an orientation, in either byte order."""
    entries = [(0x010F, 2, 4, b"Cam\0"), (0x0112, 3, 1, struct.pack("<H" if order == "II" else ">H", orientation) + b"\0\0")]
    mark = "<" if order == "II" else ">"
    return (order.encode() + struct.pack(mark + "HIH", 42, 8, len(entries))
            + b"".join(struct.pack(mark + "HHI", tag, kind, count) + value for tag, kind, count, value in entries) + bytes(4))


# ---- Every kind comes out the same -------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", WHOLE)
def test_every_kind_is_read(name):
    photo = intake.read(WHOLE[name])
    truth = np.rot90(PIXELS, -1) if name in CAMERA else PIXELS
    if "alpha" in name or name == "lossless":
        weight = np.tile(np.linspace(0, 255, 200).astype("uint8"), (240, 1))[..., None] / 255
        truth = weight * truth + (1 - weight) * 255
    assert photo.pixels.dtype == np.uint8 and photo.pixels.shape == truth.shape and photo.pixels.flags["C_CONTIGUOUS"]
    if name in ("grey jpeg", "deep", "grey alpha"):
        assert np.array_equal(photo.pixels[..., 0], photo.pixels[..., 1])
        np.testing.assert_allclose(photo.pixels.mean(), np.mean(np.asarray(truth) @ [0.299, 0.587, 0.114]), atol=2)
    elif name not in ("bits", "colour key"):
        assert np.abs(photo.pixels.astype(float) - truth).mean() < 7  # palettes of 64 colours are the coarsest
    assert photo.kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP") and all(isinstance(note, str) for note in photo.notes)


def test_a_png_comes_out_bit_for_bit():
    assert np.array_equal(intake.read(encode()).pixels, PIXELS)


def test_sixteen_bits_are_scaled_and_not_cut_off():
    deep = np.array([[0, 128, 256, 30_000, 65_535] * 10] * 40, "uint16")
    np.testing.assert_array_equal(intake.read(encode(image=Image.fromarray(deep))).pixels[0, :5, 0], [0, 0, 1, 117, 255])


def test_one_colour_that_means_nothing_becomes_white():
    black = np.zeros((40, 40, 3), "uint8")
    black[:20] = (200, 10, 10)
    pixels = intake.read(encode(image=Image.fromarray(black), transparency=(0, 0, 0))).pixels
    assert (pixels[30, 5] == 255).all() and tuple(pixels[5, 5]) == (200, 10, 10)


@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations_agree_with_pillow(orientation, order):
    exif = exif_with(orientation, order)
    written = encode("PNG", exif=exif)
    with Image.open(io.BytesIO(written)) as image:
        from PIL import ImageOps
        truth = np.asarray(ImageOps.exif_transpose(image))
    photo = intake.read(written)
    assert np.array_equal(photo.pixels, truth)
    assert any("orientation" in note for note in photo.notes) == (orientation > 1)


@pytest.mark.parametrize("exif", [b"", b"II", b"XX*\0\x08\0\0\0", exif_with(0), exif_with(9), exif_with(6)[:12], b"II*\0\xff\xff\xff\xff", exif_with(6)[:8] + b"\xff\xff"])
def test_nonsense_in_exif_is_upright(exif):
    assert containers.read_orientation(exif) == 1


def test_no_metadata_reaches_the_decoder():
    secret = "51.5007 N 0.1246 W"
    exif = Image.Exif()
    exif[0x010E] = secret
    for kind in ("JPEG", "PNG", "WEBP"):
        written = encode(kind, exif=exif, **({"comment": secret.encode()} if kind == "JPEG" else {}))
        assert secret.encode() in written
        stripped = containers.strip(written)
        assert secret.encode() not in stripped.data and b"xif" not in stripped.data and stripped.left_out > 0


def test_what_phones_append_is_left_out():
    film = b"\0\0\0\x20ftypmp42" + b"\xff\xda" * 1000
    photo = intake.read(encode("JPEG") + film)
    assert photo.pixels.shape == PIXELS.shape


def profile_with(red, gamma):
    """A small ICC profile: sRGB's primaries, but for red's X, and a plain exponent."""
    def number(value):
        return struct.pack(">i", round(value * 65536))

    def point(*values):
        return b"XYZ \0\0\0\0" + b"".join(map(number, values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    tags = {b"rXYZ": point(red, 0.2225, 0.0139), b"gXYZ": point(0.3851, 0.7169, 0.0971), b"bXYZ": point(0.1431, 0.0606, 0.7141),
            b"wtpt": point(0.9642, 1, 0.8249), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
            b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(79)}
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += content
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ") + bytes(12) + b"acsp" + bytes(28) + number(0.9642) + number(1) + number(0.8249)
    return head + bytes(128 - len(head)) + table + body


def test_a_colour_profile_is_used():
    grey = Image.fromarray(np.full((40, 40, 3), 128, "uint8"))
    photo = intake.read(encode(image=grey, icc_profile=profile_with(0.4361, 1.0)))  # linear light: 128 is half of it
    np.testing.assert_allclose(photo.pixels[0, 0], 188, atol=2)
    assert "colours converted to sRGB" in photo.notes


@pytest.mark.parametrize("profile", [b"nonsense", bytes(200), profile_with(0.4361, 1.0)[:150]])
def test_a_broken_profile_is_left_alone(profile):
    assert np.array_equal(intake.read(encode(icc_profile=profile)).pixels, PIXELS)


def test_a_profile_for_other_colours_is_left_alone():
    assert np.array_equal(intake.read(encode("JPEG", IMAGE.convert("L"), icc_profile=profile_with(0.4361, 1.0))).pixels, intake.read(encode("JPEG", IMAGE.convert("L"))).pixels)


def test_rgb_in_16_bits_is_read():
    rows = np.zeros((40, 1 + 40 * 6), "uint8")
    rows[:, 1::2] = 77  # the high byte of every number
    np.testing.assert_array_equal(intake.read(mutated_photos.png(40, 40, zlib.compress(rows.tobytes()), bits=16)).pixels, 77)


# ---- Bytes, paths, limits ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_uploads_come_as_bytes_of_any_kind(wrap):
    assert np.array_equal(intake.read(wrap(encode())).pixels, PIXELS)


def test_the_name_of_a_file_means_nothing(tmp_path):
    path = tmp_path / "me.jpg"
    path.write_bytes(encode("WEBP", lossless=True))
    assert intake.read(path).kind == "WEBP" and np.array_equal(intake.read(str(path)).pixels, PIXELS)


def refused(source, *words, **options):
    with pytest.raises(intake.PhotoError) as caught:
        intake.read(source, **options)
    message = str(caught.value)
    assert message.endswith(".") and message.count(": ") >= 1 and "\n" not in message and ("wanted" in message or "are read" in message)
    for word in words:
        assert word in message, message
    return message


def test_limits_hold_before_anything_is_decoded(monkeypatch, tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(encode())
    monkeypatch.setattr(intake, "_decode", lambda container: pytest.fail("it was decoded"))
    for source in (path, encode()):
        refused(source, "million bytes", most_bytes=100)
        refused(source, "200 pixels wide", most_pixels=240 * 200 - 1)
    refused(encode(image=IMAGE.resize((31, 40))), "31 pixels wide and 40 high", "32")


def test_pictures_of_16_bits_may_have_half_as_many_pixels():
    sixteen, eight = mutated_photos.png(40, 50, zlib.compress(bytes(50 * (1 + 40 * 6))), bits=16), mutated_photos.png(40, 50, zlib.compress(bytes(50 * (1 + 40 * 3))))
    assert intake.read(sixteen, most_pixels=4000).pixels.shape == intake.read(eight, most_pixels=2000).pixels.shape == (50, 40, 3)
    refused(sixteen, "40 pixels wide", "16 bits a channel", most_pixels=3999)


def test_a_picture_of_just_the_limit_is_read():
    assert intake.read(encode(), most_bytes=len(encode()), most_pixels=240 * 200).pixels.shape == (240, 200, 3)


def test_what_is_no_file_is_refused(tmp_path):
    refused(tmp_path, "no file")
    refused(tmp_path / "none.jpg", "none.jpg", "spelling")
    refused("a\0b", "no file")
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    refused(pipe, "no file")  # reading it would wait for ever
    assert str(tmp_path) not in refused(tmp_path / "none.jpg")


def test_what_is_neither_bytes_nor_path_is_the_callers_mistake():
    with pytest.raises(ValueError, match="ndarray came"):
        intake.read(PIXELS)


@pytest.mark.parametrize(("content", "word"), [
    (b"", "empty"), (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"), (b"\0\0\0\x1cftypavif", "AVIF"), (b"\0\0\0\x18ftypmp42", "film"), (b"II*\0\x08\0\0\0", "TIFF"), (b"%PDF-1.7", "PDF"),
    (b"PK\x03\x04", "zip"), (b"<?xml version='1.0'?><svg>", "SVG"), (b"<!DOCTYPE html>", "web page"), (b"8BPS", "Photoshop"), (b"Hello, world", "no picture that we know"),
    (b"\xff\x0a\0", "JPEG XL"), (b"\xff\xd8", "no picture"), (b"BM" + bytes(100), "no picture"),
])
def test_other_kinds_are_refused_by_their_name(content, word):
    refused(content, word)


@pytest.mark.parametrize("name", WHOLE)
def test_half_a_file_is_refused(name):
    refused(WHOLE[name][:300], "cut off")


# ---- Broken files ---------------------------------------------------------------------------------------------------------

def test_a_few_hundred_broken_files_are_read_or_refused():
    outcomes, peak = mutated_photos.run(mutated_photos.broken_files(400, IMAGE, seed=1))
    assert len(outcomes) == 400 and not mutated_photos.complaints(outcomes, peak)
    assert {outcome.verdict for outcome in outcomes} == {"picture", "PhotoError"}
    assert len({outcome.mutation for outcome in outcomes}) >= 13


@pytest.mark.parametrize("name", ["more than it says", "long text", "large profile", "large exif"])
def test_bombs_around_a_small_picture_do_no_harm(name):
    assert intake.read(mutated_photos.bombs(IMAGE)[name]).pixels.shape[2] == 3


def test_a_file_of_marks_alone_is_refused_at_once(tmp_path):
    """A search that began anew at each mark took longer than anybody waits."""
    path = tmp_path / "marks.jpg"
    path.write_bytes(mutated_photos.bombs(IMAGE)["all marks"])
    outcome = mutated_photos.judge("all marks", path)
    assert outcome.verdict == "PhotoError" and outcome.seconds < mutated_photos.MOST_SECONDS


def test_the_run_notices_what_must_not_happen(monkeypatch):
    def explode(source):
        raise RuntimeError("boom")

    monkeypatch.setattr(intake, "read", explode)
    assert mutated_photos.judge("lie", "x.png").verdict == "another error"
    monkeypatch.setattr(intake, "read", lambda source: intake.Photo(np.zeros((3, 3)), "PNG"))
    assert mutated_photos.judge("lie", "x.png").verdict == "not a picture"
    outcome = mutated_photos.Outcome("lie", "picture", 9.0)
    assert len(mutated_photos.complaints([outcome, mutated_photos.Outcome("lie", "crash", 0.0)], 501)) == 3
