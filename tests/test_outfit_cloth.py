"""Garments cut out of photographs with a plain background, and what is refused."""

import numpy as np
import pytest
import skimage.data
from PIL import Image
from tryon_utils import datasets
from tryon_utils.outfit import cloth
from tryon_utils.photos import align
from tryon_utils.photos.intake import PhotoError


@pytest.fixture(scope="module")
def shop():
    return datasets.load_bodies("new_both", 12)


def photograph(picture, mask, background=(214, 220, 205), light=0.0, noise=0.0, side=480):
    """A garment of the shop, laid on a background whose light falls off, as a camera would show it."""
    size = (side * 3 // 4, side)
    part = np.array(Image.fromarray(mask).resize(size, Image.Resampling.BICUBIC))[..., None] / 255
    colours = np.array(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)).astype("float32")
    colours = np.where(part > 0.02, (colours - 255 * (1 - part)) / np.maximum(part, 0.02), 0)
    y, x = np.mgrid[:side, :size[0]] / side - 0.5
    photo = (part * colours + (1 - part) * np.array(background)) * (1 + light * (x + y))[..., None]
    return np.clip(photo + np.random.default_rng(0).normal(0, noise, photo.shape), 0, 255).astype("uint8")


def overlap(found, true):
    return (found & true).sum() / (found | true).sum()


@pytest.mark.parametrize(("background", "light", "noise"), [((255, 255, 255), 0, 0), ((205, 214, 226), 0.12, 4), ((52, 60, 66), 0.1, 4)])
def test_garments_are_cut_out_of_plain_backgrounds(shop, background, light, noise):
    """Measured: median 0.93, worst 0.87, of 24 on each background; the mask stays a little inside of the edge."""
    overlaps = []
    for picture, mask in zip(shop.garment, shop.garment_mask, strict=True):
        try:
            found = cloth.read(photograph(picture, mask, background, light, noise)).shop_picture(64)[1]
        except PhotoError:
            overlaps.append(0.0)
            continue
        overlaps.append(overlap(found > 127, mask > 127))
    assert np.median(overlaps) > 0.9 and np.sort(overlaps)[1] > 0.84, np.round(overlaps, 2)


def test_a_garment_comes_to_where_the_shop_has_it(shop):
    small = Image.fromarray(photograph(shop.garment[1], shop.garment_mask[1])).resize((180, 240), Image.Resampling.BICUBIC)
    wide = np.full((420, 900, 3), (214, 220, 205), "uint8")
    wide[120:360, 600:780] = small
    picture, mask = cloth.read(wide).shop_picture(64)
    assert picture.shape == (64, 48, 3) and picture.dtype == mask.dtype == np.uint8
    assert overlap(mask > 127, shop.garment_mask[1] > 127) > 0.88
    inside = (mask > 250) & (shop.garment_mask[1] > 250)
    assert np.abs(picture[inside].astype(int) - shop.garment[1][inside]).mean() < 12
    assert (picture[mask == 0] == 255).all(), "on white"


def test_the_layer_is_the_garment_and_nothing_else(shop):
    found = cloth.read(photograph(shop.garment[2], shop.garment_mask[2], side=960))
    layer, frame = found.layer(1 / 8)
    assert layer.dtype == np.uint8 and layer.shape[2] == 4
    assert (layer[layer[..., 3] == 0] == 0).all()
    middle = align.move(frame, [24, 32]).astype(int)
    colour = layer[middle[1], middle[0], :3]
    true = shop.garment[2][30:35, 22:27].reshape(-1, 3)
    assert np.abs(true - colour.astype(int)).sum(axis=1).min() < 60


@pytest.mark.parametrize(("picture", "words"), [
    (np.full((300, 300, 3), 200, "uint8"), "No garment"), (skimage.data.coffee(), "not plain"), (skimage.data.astronaut(), "not plain"),
    (np.random.default_rng(0).integers(0, 256, (200, 200, 3)).astype("uint8"), "not plain"),
])  # fmt: skip
def test_what_is_no_clean_garment_is_refused(picture, words):
    with pytest.raises(PhotoError, match=words):
        cloth.read(picture)


def test_two_garments_are_refused(shop):
    one = photograph(shop.garment[3], shop.garment_mask[3])
    with pytest.raises(PhotoError, match="more than one"):
        cloth.read(np.concatenate([one, one], axis=1))


def test_a_garment_cut_off_is_refused(shop):
    number = int(np.argmax((shop.garment_mask > 127).sum(axis=(1, 2))))
    photo = photograph(shop.garment[number], shop.garment_mask[number])
    with pytest.raises(PhotoError, match="reaches the border|not plain"):
        cloth.read(photo[60:330])


def test_a_tiny_garment_is_refused(shop):
    with pytest.raises(PhotoError, match="pixels wide"):
        cloth.read(photograph(shop.garment[1], shop.garment_mask[1], side=80))


def test_a_folders_garment_is_believed(shop):
    found = cloth.from_sample({"garment": shop.garment[5], "garment_mask": shop.garment_mask[5] / np.float32(255)})
    assert overlap(found.shop_picture(64)[1] > 127, shop.garment_mask[5] > 127) > 0.97
    with pytest.raises(PhotoError, match="empty"):
        cloth.from_sample({"garment": shop.garment[5], "garment_mask": np.zeros((64, 48), "float32")})
