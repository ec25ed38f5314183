"""The reader of dressed people: its places worked by hand, how it is trained, and messages that say what to do."""

import json
import pathlib
import sys

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import datasets, images
from tryon_utils.models import reader

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
import make_weights  # noqa: E402
from recipes import body_reader as recipe  # noqa: E402

HEADS = {"sleeve": ("none", "short"), "tone": (1, 2, 3)}


@pytest.fixture(scope="module")
def model():
    """Untrained: what it is asked here holds of any weights. Those that ship have their own tests."""
    return reader.build_reader(HEADS, width=16)


@pytest.fixture(scope="module")
def held_out():
    """Twenty new people, each in two garments: the first worn, then the wanted."""
    return recipe.samples("new_both", 20)


# ---- Its parts ---------------------------------------------------------------------------------------------------------

def test_the_centre_of_mass_of_a_sharp_map_is_its_peak():
    maps = np.zeros((1, 4, 6, 2), "float32")
    maps[0, 1, 4, 0], maps[0, 3, 0, 1], maps[0, 3, 1, 1] = 50, 50, 50
    np.testing.assert_allclose(ops.convert_to_numpy(reader.CentreOfMass(2)(maps)), [[[9, 3], [2, 7]]], atol=1e-5)


def test_places_along_an_arm_worked_by_hand():
    shoulder, elbow, wrist = (np.float32([place]) for place in ([10, 5], [10, 15], [20, 15]))
    places = ops.convert_to_numpy(reader.arm_places(shoulder, elbow, wrist))[0]
    assert places.shape == (41, 3, 2)
    at = lambda share: places[np.argmin(np.abs(reader.STEPS - share)), 1]  # noqa: E731
    np.testing.assert_allclose(at(0), shoulder[0], atol=1e-4)
    np.testing.assert_allclose(at(1), wrist[0], atol=1e-4)
    np.testing.assert_allclose(at(0.25), [10, 5 + 10 * 0.25 / reader.ELBOW], atol=1e-3)  # on the upper arm
    np.testing.assert_allclose(at(1.125), [20 + 10 * 0.125 / (1 - reader.ELBOW), 15], atol=1e-3)  # beyond the wrist
    across = places[np.argmin(np.abs(reader.STEPS - 0.25))]
    np.testing.assert_allclose(across[2] - across[0], [-0.16 * 20, 0], atol=1e-3)  # across a bone that points down, a share of both bones' length


def test_no_gradient_of_the_sleeves_moves_the_joints():
    import tensorflow as tf

    joints = tf.constant(np.random.default_rng(0).uniform(4, 40, (2, 10, 2)), "float32")
    maps = tf.constant(np.random.default_rng(1).normal(size=(2, 32, 24, 3)), "float32")
    with tf.GradientTape() as tape:
        tape.watch([joints, maps])
        found = ops.sum(reader.AlongArms(2)(maps, joints) ** 2)
    by_joints, by_maps = tape.gradient(found, [joints, maps])
    assert by_joints is None and np.abs(by_maps).max() > 0


def test_the_network_has_its_outputs_and_a_seed_fixes_it():
    first, again, other = (reader.build_reader(HEADS, width=16, feature_dim=8, seed=seed) for seed in (1, 1, 2))
    found = first(np.zeros((2, 64, 48, 3), "float32"))
    assert {name: tuple(values.shape) for name, values in found.items()} == {
        "joints": (2, 10, 2), "joint_maps": (2, 32, 24, 10), "sleeves": (2, 2), "sleeve_maps": (2, 2, 41), "features": (2, 8), "sleeve": (2, 2), "tone": (2, 3)}
    for ours, theirs, others in zip(first.get_weights(), again.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.allclose(first.get_weights()[0], other.get_weights()[0])


def test_a_network_is_saved_and_loaded_whole(tmp_path):
    first, other = (reader.build_reader(HEADS, width=16, seed=seed) for seed in (1, 2))
    first.save_weights(tmp_path / "reader.weights.h5")
    other.load_weights(tmp_path / "reader.weights.h5")
    picture = np.random.default_rng(0).uniform(-1, 1, (1, 64, 48, 3)).astype("float32")
    for name, values in first(picture).items():
        np.testing.assert_array_equal(values, other(picture)[name])


# ---- Reading -----------------------------------------------------------------------------------------------------------

def test_larger_pictures_are_averaged_and_their_joints_stand_in_their_own_pixels(model, held_out):
    pictures = images.to_model(held_out[0][:3])
    small, large = reader.read(model, pictures), reader.read(model, pictures.repeat(2, axis=1).repeat(2, axis=2))
    np.testing.assert_allclose(large.joints, 2 * small.joints, rtol=1e-4)
    np.testing.assert_allclose(large.sleeves, small.sleeves, atol=1e-4)


def test_a_pictures_reading_does_not_depend_on_its_batch(model):
    pictures = np.random.default_rng(0).uniform(-1, 1, (reader.BATCH + 2, 64, 48, 3)).astype("float32")
    many, one = reader.read(model, pictures), reader.read(model, pictures[-1:])
    assert many.features.shape == (reader.BATCH + 2, 64) and many.features.min() >= 0
    for several, alone in zip(many, one, strict=True):
        np.testing.assert_allclose(several[-1:], alone, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("pictures", "words"), [
    (np.zeros((64, 48, 3)), r"\(64, 48, 3\)"), (np.zeros((0, 64, 48, 3)), "height, width, 3"), (np.zeros((1, 64, 48, 3), "uint8"), "images.to_model"),
    (np.full((1, 64, 48, 3), np.nan), "images.to_model"), (np.zeros((1, 64, 64, 3)), "multiple of 64 x 48"), (np.zeros((1, 32, 24, 3)), "multiple of 64 x 48")])
def test_what_cannot_be_read_is_refused(model, pictures, words):
    with pytest.raises(ValueError, match=words):
        reader.read(model, pictures)


# ---- How it is made ------------------------------------------------------------------------------------------------------

def test_the_truth_that_it_learns_is_the_renderers(held_out):
    pictures, truth = held_out
    bodies = datasets.load_bodies("new_both", 20)
    assert pictures.shape == (40, 64, 48, 3) and truth["joints"].shape == (40, 10, 3) and truth["sleeves"].shape == (40, 2, 2)
    np.testing.assert_array_equal(truth["joints"][20:, 2, :2], bodies.keypoints[:, 2, :2])
    kinds = np.array([worn.sleeve for _, worn, _ in bodies.recipes] + [wanted.sleeve for _, _, wanted in bodies.recipes])
    assert (truth["sleeves"][kinds == "none", :, 0] == 0).all() and (truth["sleeves"][kinds == "long", :, 0] > 0.9).all()
    assert set(np.unique(truth["joints"][..., 2])) <= {np.float32(1 / 3), np.float32(1)}


def test_a_mirrored_persons_right_arm_is_their_left_one():
    batch = np.random.default_rng(0).uniform(-1, 1, (50, 6, 4, 3))
    joints = np.random.default_rng(1).uniform(0, 4, (50, 10, 3))
    mirrored, other, sleeves = recipe.mirror(batch, joints, np.stack([np.zeros((50, 2)), np.ones((50, 2))], axis=1), np.random.default_rng(2))
    turned = sleeves[:, 0, 0] == 1
    assert 10 < turned.sum() < 40
    np.testing.assert_array_equal(mirrored[turned], batch[turned][:, :, ::-1])
    right, left = reader.JOINTS.index(3), reader.JOINTS.index(6)
    np.testing.assert_allclose(other[turned][:, right, 0], 4 - joints[turned][:, left, 0])
    np.testing.assert_array_equal(other[~turned], joints[~turned])


def test_a_spoilt_picture_is_still_that_picture():
    batch = np.random.default_rng(0).uniform(-1, 1, (40, 16, 12, 3))
    spoilt = recipe.spoil(batch, np.random.default_rng(1))
    assert spoilt.dtype == np.float32 and np.abs(spoilt).max() <= 1 and not np.allclose(spoilt, batch, atol=0.01)
    assert min(np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(batch, spoilt, strict=True)) > 0.4


def test_a_place_counts_as_much_as_its_last_number_says():
    truth = np.array([[[1.0, 2.0, 1.0], [0.0, 0.0, 0.5]]])
    assert float(recipe.weighed(truth, np.array([[[2.0, 4.0], [4.0, 4.0]]]))[0]) == pytest.approx((1.5 + 2) / 2)
    assert float(recipe.weighed(np.array([[[0.5, 1.0], [0.5, 0.5]]]), np.array([[0.7, 0.1]]))[0]) == pytest.approx(0.2)


@pytest.mark.parametrize(("entropy", "shape", "truth", "cell"), [
    (recipe.joint_entropy, (1, 32, 24, 1), [[[9.0, 21.0, 1.0]]], (0, 10, 4, 0)), (recipe.sleeve_entropy, (1, 1, 41), [[[0.25, 1.0]]], (0, 0, 12))])
def test_maps_are_best_where_their_bump_lies_on_the_truth(entropy, shape, truth, cell):
    truth, even = np.float32(truth), np.zeros(shape, "float32")
    there, elsewhere = even.copy(), even.copy()
    there[cell], elsewhere[tuple(number and number + 9 for number in cell)] = 3, 3
    values = [float(entropy(truth, ops.convert_to_tensor(maps))[0]) for maps in (there, even, elsewhere)]
    assert values == sorted(values)
    assert values[1] == pytest.approx(np.log(even.size))  # nothing known
    assert float(entropy(truth * np.float32([1] * (truth.shape[-1] - 1) + [0.5]), ops.convert_to_tensor(even))[0]) == pytest.approx(np.log(even.size) / 2)


def test_what_is_made_can_be_read(tmp_path, monkeypatch):
    """Makes the weights in a folder of its own, from a handful of people, in two epochs."""
    found = recipe.samples("train", 32)
    monkeypatch.setattr(make_weights, "DATA", tmp_path)
    monkeypatch.setattr(make_weights, "RECIPES", {"body_reader": recipe})
    monkeypatch.setattr(recipe, "samples", lambda part, count, seed=0: found)
    monkeypatch.setattr(recipe, "EPOCHS", 2)
    assert make_weights.main([]) == 0 and make_weights.main(["--check"]) == 0
    entry = json.loads((tmp_path / "weights.json").read_text())["weights"]["body_reader"]
    assert entry["seed"] == 0 and entry["scores"]["sleeve_percent"] > 0 and entry["parameters"] > 0
    model = reader.load(tmp_path / "weights")
    assert reader.read(model, images.to_model(found[0][:2])).joints.shape == (2, 10, 2)
    keras.backend.clear_session()
