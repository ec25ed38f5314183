"""A garment put on a person in full size: what is outside stays, what is fetched is the garment's, and small maps are spread as they should."""

import functools

import numpy as np
import pytest
from keras import ops
from PIL import Image
from tryon_utils import datasets, warp
from tryon_utils.models import garment as garments
from tryon_utils.models import tryon
from tryon_utils.outfit import cloth, dress, judge, wearer
from tryon_utils.photos import align

SIZE = (192, 144)


@functools.cache
def models():
    """Networks as they are before training: what is tested here must hold whatever they say."""
    return dress.gather(garments.build_warper(seed=3), tryon.build_painter(seed=3))


@functools.cache
def pair(angle=0.0):
    """A person of a folder, enlarged and perhaps leaning a little, and a garment."""
    people = datasets.load_bodies("new_both", 3)
    pixels = np.array(Image.fromarray(people.person[2]).resize(SIZE[::-1], Image.Resampling.BICUBIC))
    parse = people.parse[2].repeat(3, 0).repeat(3, 1)
    person = wearer.from_sample({"image": pixels, "keypoints": people.keypoints[2] * [3, 3, 1], "parse": parse})
    if angle:
        person = wearer.Wearer(pixels, person.keypoints, align.square_frame((72, 96), 160, angle, 64), person.mask, parse=parse)
    return person, cloth.from_sample({"garment": people.garment[2], "garment_mask": people.garment_mask[2] / np.float32(255)})


@pytest.mark.parametrize("angle", [0.0, 0.2])
def test_everything_outside_the_region_is_untouched(angle):
    person, garment = pair(angle)
    before = person.pixels.copy()
    result = dress.dress(person, garment, models())
    assert result.picture.shape == (*SIZE, 3) and result.picture.dtype == np.uint8
    assert 0.1 < result.region.mean() < 0.8
    np.testing.assert_array_equal(result.picture[~result.region], before[~result.region])
    np.testing.assert_array_equal(person.pixels, before, err_msg="the photograph itself was changed")
    assert (result.coverage[~result.region] == 0).all() and result.coverage.min() >= 0 and result.coverage.max() <= 1


def test_the_same_twice():
    first, second = (dress.dress(*pair(), models()).picture for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_region_is_the_models_own_spread_to_full_size():
    person, _ = pair()
    known, _ = wearer.represent(person, 64)
    part = dress.Part.of(person, known)
    region = np.zeros(SIZE, bool)
    part.put(region, np.ones((1, 1), bool))
    small = region.reshape(64, 3, 48, 3).mean(axis=(1, 3)) > 0.5
    assert (small == (known.mask[0, ..., 0] > 0)).mean() > 0.99


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_small_maps_are_spread_to_their_places(angle):
    """A map whose value is its place, for every pixel of the part."""
    person, _ = pair(angle)
    part = dress.Part.of(person, wearer.represent(person, 64)[0])
    height, width = part.inside.shape
    y, x = np.mgrid[:64, :48] + 0.5
    spread = part.spread_softly(np.stack([x, y], axis=-1).astype("float32"))
    rows, columns = np.mgrid[:height, :width] + 0.5
    wanted = np.moveaxis(align.move(part.frame, np.stack([columns, rows], axis=-1)), -1, 0)
    near = (wanted[0] > 1) & (wanted[0] < 47) & (wanted[1] > 1) & (wanted[1] < 63)
    assert np.abs(spread - wanted)[:, near].max() < 0.06
    np.testing.assert_allclose(part.inner(np.stack([x, y], axis=-1)), spread[:, part.inside])


def test_picked_pixels_are_put_back_where_they_were():
    person, _ = pair()
    part = dress.Part.of(person, wearer.represent(person, 64)[0])
    copy = np.zeros_like(person.pixels)
    part.put(copy, part.pick(person.pixels))
    inside = (copy > 0).any(axis=-1)
    np.testing.assert_array_equal(copy[inside], person.pixels[inside])
    assert inside.sum() == pytest.approx(part.inside.sum(), rel=0.01)


def test_the_sampler_is_the_one_of_chapter_13():
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (20, 30, 4)).astype("uint8")
    places = random.uniform(-2, 32, (2, 500)).astype("float32")
    theirs = ops.convert_to_numpy(warp.sample(picture[None].astype("float32"), places.T[None, None]))[0, 0]
    np.testing.assert_allclose(dress.sample(picture, places), theirs, atol=0.5)


def test_what_is_fetched_is_the_garments_own_colour():
    """Places that change nothing: the garment lies over the person as in the shop's picture."""
    person, garment = pair()
    part = dress.Part(slice(0, 64), slice(0, 48), np.eye(2, 3), np.ones((64, 48), bool))
    places = np.repeat(ops.convert_to_numpy(warp.grid(64, 48))[None], 3, axis=0)
    colours, found = dress.fetch(garment, part, places, np.zeros((64, 48, 4), "float32"))
    picture, mask = garment.shop_picture(64)
    np.testing.assert_allclose(found.reshape(64, 48), mask / 255, atol=0.02)
    sure = (mask > 250).ravel()
    assert np.abs(colours.T[sure] - picture.reshape(-1, 3)[sure]).max() < 3
    needed = np.zeros(64 * 48, bool)
    assert dress.fetch(garment, part, places, np.zeros((64, 48, 4), "float32"), needed=needed)[1].max() == 0


def test_shares_worked_by_hand():
    shares = dress.share_out(np.log(np.array([[1.0, 2.0], [3.0, 2.0]])))
    np.testing.assert_allclose(shares, [[0.25, 0.5], [0.75, 0.5]])
    np.testing.assert_allclose(dress.share_out(np.log(np.array([[1.0], [3.0]])), 2)[:, 0], [0.1, 0.9])


def test_stretching_worked_by_hand():
    np.testing.assert_allclose(dress.stretch(np.array([[0.0, 0, 4, 8, 8]]), 4, 2, 1), [[0, 1, 3, 5]], err_msg="half of a pixel of the map for each")


def test_measures_of_the_truth_itself():
    person, garment = pair()
    result = dress.dress(person, garment, models())
    same = judge.measure(result.picture, result)
    assert same["ssim"] == same["ssim_inside"] == pytest.approx(1) and same["psnr"] == np.inf and same["colour"] == 0
    other = judge.measure(person.pixels, result)
    assert other["ssim_inside"] < other["ssim"] < 1 and other["psnr_inside"] < other["psnr"] < 60
    with pytest.raises(ValueError, match="equal sizes"):
        judge.measure(person.pixels[:50], result)
