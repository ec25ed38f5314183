"""The reader's weights: what the manifest says of them is found again, and they see what they should."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import datasets, images, tryon_scores, weights
from tryon_utils.models import reader

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import body_reader as recipe  # noqa: E402


@pytest.fixture(scope="module")
def model():
    return reader.load()


@pytest.fixture(scope="module")
def held_out():
    """Twenty new people, each in two garments: the first worn, then the wanted."""
    return recipe.samples("new_both", 20)


def test_it_is_frozen_and_knows_the_worlds_factors(model):
    assert model.trainable_weights == []
    assert {name: tuple(values) for name, values in weights.find("body_reader")["heads"].items()} == recipe.HEADS


def test_the_scores_that_the_manifest_tells_are_found_again(model, held_out):
    told, found = weights.find("body_reader")["scores"], recipe.judge(model, *held_out)
    assert told["sleeve_percent"] < 2.5 and told["joint_pixels"] < 1  # a promise is 5 percent: the yardstick must be finer
    assert found["sleeve_percent"] == pytest.approx(told["sleeve_percent"], rel=0.6) and found["joint_pixels"] == pytest.approx(told["joint_pixels"], rel=0.3)
    for name in recipe.HEADS:
        assert abs(found[name] - told[name]) < 4 * np.sqrt(told[name] * (1 - told[name]) / 40) + 0.025, name


def test_it_sees_a_sleeve_that_was_made_longer(model):
    bodies = datasets.load_bodies("new_both", 60)
    ends = reader.read(model, images.to_model(bodies.target)).sleeves.mean(axis=1)
    kinds = np.array([wanted.sleeve for _, _, wanted in bodies.recipes])
    means = [ends[kinds == kind].mean() for kind in ("none", "short", "three-quarter", "long")]
    assert means == sorted(means) and means[0] < 0.1 and means[-1] > 0.85


def test_its_features_are_alive_and_tell_garments_apart(model):
    bodies = datasets.load_bodies("new_both", 100)
    true, other = (tryon_scores.read(model, pictures).features for pictures in (bodies.target, bodies.person))
    assert (true.max(axis=0) > 0).sum() > 48  # of 64
    flat = np.broadcast_to(bodies.target.mean(axis=(1, 2), keepdims=True), bodies.target.shape).astype("uint8")
    none = tryon_scores.read(model, flat).features
    assert tryon_scores.kid(true, none).value > 10 * abs(tryon_scores.kid(true, other).value)  # both of the last show dressed people
