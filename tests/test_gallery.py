"""The gallery lists what is there; designs have numbers that stay; styles and walks are what they are said to be."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
from tryon_utils import gallery, images, weights
from tryon_utils.models import features


@pytest.fixture(scope="module")
def sampler():
    return gallery.Sampler(gallery.find("dcgan_garments"))


def test_only_what_is_there_is_listed(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    manifest = json.loads(weights.FOLDER.with_suffix(".json").read_text())
    (tmp_path / "weights.json").write_text(json.dumps(manifest))
    assert gallery.listed(folder=folder) == []  # named, but no file
    shutil.copy(weights.FOLDER / "dcgan_garments.weights.h5", folder)
    assert [entry.name for entry in gallery.listed(folder=folder)] == ["dcgan_garments"]
    (tmp_path / "weights.json").write_text('{"weights": {}}')
    assert gallery.listed(folder=folder) == []  # a file that nobody knows
    with pytest.raises(ValueError, match="models that are ready are none"):
        gallery.find("dcgan_garments", folder)


def test_entries_say_what_they_need():
    for entry in gallery.ENTRIES:
        assert entry.kind in ("sample", "apply") and entry.needs and entry.title and entry.chapter[:2].isdigit()
    assert gallery.listed("apply", entries=gallery.ENTRIES) == [entry for entry in gallery.listed() if entry.kind == "apply"]
    assert gallery.find("dcgan_garments").provenance().weights_sha256 == weights.find("dcgan_garments")["sha256"]


def test_a_design_is_the_same_for_everybody(sampler):
    again = gallery.Sampler(gallery.find("dcgan_garments"))
    assert np.array_equal(sampler.noise(17), again.noise(17)) and not np.array_equal(sampler.noise(17), sampler.noise(18))
    np.testing.assert_array_equal(sampler.pictures([3, 17]), again.pictures([3, 17]))
    # alone or among others: the same but for rounding
    assert np.abs(sampler.paint(sampler.noise(17)[None])[0].astype(int) - sampler.pictures([17])[0]).max() <= 1
    assert sampler.noise_of(20).shape == (gallery.RACK, 64) and np.array_equal(sampler.noise_of(20)[17], sampler.noise(17))


def test_noise_is_standard_normal(sampler):
    noise = sampler.noise_of(gallery.RACK)
    assert abs(noise.mean()) < 0.03 and noise.std() == pytest.approx(1, abs=0.02)
    assert np.abs(np.corrcoef(noise) - np.eye(len(noise))).max() < 0.65


def test_features_are_the_frozen_ones(sampler):
    wanted = features.extract(features.load(), images.to_model(sampler.pictures(range(8))))
    np.testing.assert_allclose(sampler.features()[:8], wanted, rtol=1e-3, atol=1e-3)


def test_a_style_is_found_and_hidden_ones_are_left_out(sampler):
    numbers = sampler.matching({"pattern": "checks", "sleeve": "long"}, 6)
    read = [sampler.describe(number) for number in numbers]
    assert sum(one["sleeve"] == "long" for one in read) >= 5 and sum(one["pattern"] == "checks" for one in read) >= 4
    assert [sampler.values_of("sleeve")[number] for number in numbers] == [one["sleeve"] for one in read]
    assert not set(numbers) & set(sampler.matching({"pattern": "checks", "sleeve": "long"}, 6, hide=numbers))
    with pytest.raises(ValueError, match="'plain'"):
        sampler.matching({"pattern": "zebra"}, 6)
    with pytest.raises(ValueError, match="'sleeve'"):
        sampler.matching({"zip": "long"}, 6)


def test_a_walk_begins_and_ends_where_it_should_and_keeps_its_length(sampler):
    frames = sampler.walk(3, 9, frames=7)
    assert frames.shape == (7, 32, 32, 3)
    for place, number in ((0, 3), (-1, 9)):
        assert np.abs(frames[place].astype(int) - sampler.pictures([number])[0]).max() <= 1
    steps = np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2, 3))
    assert steps.max() < 4 * max(steps.min(), 1)
    assert len(np.unique(sampler.walk(3, 3, frames=4), axis=0)) == 1


@pytest.mark.parametrize("entry", gallery.listed("sample"), ids=lambda entry: entry.name)
def test_every_model_draws_and_walks(entry):
    sampler = gallery.Sampler(entry)
    first, second = sampler.pictures([3, 9])
    assert sampler.counted == entry.rack and first.dtype == np.uint8 and first.shape[2] == 3
    assert np.abs(first.astype(int) - second).mean() > 3
    np.testing.assert_array_equal(gallery.Sampler(entry).noise(9), sampler.noise(9))
    frames = sampler.walk(3, 9, frames=5)
    for frame, end in ((frames[0], first), (frames[-1], second)):
        assert np.abs(frame.astype(int) - end).max() <= 1
    assert np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2, 3)).max() < 0.8 * np.abs(first.astype(int) - second).mean()  # no jump


def test_a_design_that_is_not_noise_is_drawn_by_its_entry_and_walked_to_straight():
    entry = dataclasses.replace(gallery.find("dcgan_garments"), draw=lambda number: np.full(64, float(number), "float32"), features="", rack=4)
    sampler = gallery.Sampler(entry)
    np.testing.assert_array_equal(sampler.noise_of(3), np.repeat(np.arange(4.0)[:, None], 64, axis=1))
    np.testing.assert_array_equal(sampler.walk(0, 2, frames=3)[1], sampler.paint(np.ones((1, 64)))[0])
