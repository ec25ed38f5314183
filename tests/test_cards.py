"""A card shows that it was generated, says by what, and says nothing of anybody."""

import getpass
import io
import json
import socket

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from tryon_utils import cards, weights

SHA = "0123456789abcdef" * 4
PROVENANCE = cards.Provenance("dcgan_garments", SHA, "2031-05-04")
PICTURE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), "uint8")


@pytest.fixture
def card():
    return cards.make(PICTURE, "A top that nobody has sewn", PROVENANCE)


def text_of(card):
    with Image.open(io.BytesIO(card)) as image:
        image.load()
        return image.text


def test_what_is_written_is_read(card):
    assert cards.read(card) == PROVENANCE
    note = json.loads(text_of(card)[cards.KEY])
    assert note["digital_source_type"] == "trainedAlgorithmicMedia"


def test_the_mark_and_the_picture_can_be_seen(card):
    pixels = np.asarray(Image.open(io.BytesIO(card)).convert("RGB"))
    accent = tuple(int(cards.ACCENT[place:place + 2], 16) for place in (1, 3, 5))
    assert 2000 < np.all(pixels == accent, axis=-1).sum() < pixels[..., 0].size / 10
    times = (640 - 64) // 32
    enlarged = np.kron(PICTURE, np.ones((times, times, 1), "uint8"))
    assert np.array_equal(pixels[32:32 + 32 * times, 32:32 + 32 * times], enlarged)


def test_nothing_personal_is_in_it(card):
    assert set(text_of(card)) == {"Software", cards.KEY}
    assert set(json.loads(text_of(card)[cards.KEY])) == {"model", "weights_sha256", "date", "digital_source_type", "pixels_sha256"}
    said = " ".join(text_of(card).values())
    for personal in (getpass.getuser(), socket.gethostname()):
        assert personal not in said or personal in "dcgan_garments"
    with Image.open(io.BytesIO(card)) as image:
        assert not image.getexif()


@pytest.mark.parametrize("shape", [(64, 48, 3), (1000, 800, 3), (5, 900, 3), (700, 100, 3)])
def test_pictures_of_other_shapes_have_cards_too(shape):
    made = cards.make(np.full(shape, 90, "uint8"), "W" * 60, cards.today("makeup", SHA), width=400)
    assert cards.read(made).model == "makeup"
    assert Image.open(io.BytesIO(made)).width == 400


@pytest.mark.parametrize(("change", "words"), [
    ({"picture": PICTURE.astype("float32")}, "float32 came"), ({"picture": PICTURE[..., 0]}, "uint8 \\(height"), ({"title": ""}, "1 to 60"),
    ({"title": "x" * 61}, "1 to 60"), ({"width": 100}, "320 or more")])
def test_what_can_not_be_a_card_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        cards.make(**{"picture": PICTURE, "title": "A top", "provenance": PROVENANCE} | change)


@pytest.mark.parametrize(("model", "sha", "date"), [("Ann's model", SHA, "2031-05-04"), ("a", "12", "2031-05-04"), ("a", SHA, "2031-05-04 11:07"), ("a", SHA, "today")])
def test_a_note_takes_only_what_belongs_there(model, sha, date):
    with pytest.raises(ValueError, match="came"):
        cards.Provenance(model, sha, date)


def resaved(card, note=None, pixels=None):
    image = Image.open(io.BytesIO(card)).convert("RGB")
    info = PngImagePlugin.PngInfo()
    info.add_text(cards.KEY, note if note is not None else text_of(card)[cards.KEY])
    if pixels:
        image.putpixel((5, 5), pixels)
    file = io.BytesIO()
    image.save(file, format="PNG", pnginfo=info if note != "" else None)
    return file.getvalue()


def test_a_copy_is_read_and_a_changed_one_is_not(card):
    assert cards.read(resaved(card)) == PROVENANCE
    with pytest.raises(cards.CardError, match="pixels were changed"):
        cards.read(resaved(card, pixels=(1, 2, 3)))


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda card: b"hello", "no PNG"), (lambda card: card[:200], "can't be read"), (lambda card: resaved(card, note=""), "no note"),
    (lambda card: resaved(card, note="not json"), "damaged"), (lambda card: resaved(card, note="{}"), "damaged"),
    (lambda card: resaved(card, note="[1, 2]"), "damaged"), (lambda card: bytes(cards.MOST_BYTES + 1), "at most")])
def test_other_files_are_refused_with_a_sentence(card, spoil, words):
    with pytest.raises(cards.CardError, match=words):
        cards.read(spoil(card))


def test_shipped_weights_have_a_provenance():
    assert cards.today("dcgan_garments", weights.find("dcgan_garments")["sha256"]).model == "dcgan_garments"
