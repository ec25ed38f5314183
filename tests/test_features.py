"""The frozen features: shapes at every size, weights that are what the manifest says, and messages that say what to do."""

import json
import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import images, weights
from tryon_utils.models import features

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
import make_weights  # noqa: E402
from recipes import features_garments as recipe  # noqa: E402

HEADS = {"sleeve": ("none", "short", "long"), "hem": ("cropped", "hip")}


@pytest.fixture(scope="module")
def model():
    return features.load()


# ---- The network -----------------------------------------------------------------------------------------------------

def test_the_classifier_has_one_output_for_each_factor():
    classifier = features.build_classifier(HEADS, width=8, feature_dim=5)
    logits = classifier(np.zeros((2, 32, 32, 3), "float32"))
    assert {name: values.shape for name, values in logits.items()} == {"sleeve": (2, 3), "hem": (2, 2)}
    assert classifier.get_layer("features").output.shape == (None, 5)


def test_a_seed_fixes_the_weights():
    first, again, other = (features.build_classifier(HEADS, width=8, seed=seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


# ---- Features ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("size", [(28, 28), (32, 32), (64, 64), (64, 48)])
def test_features_of_every_size(model, size):
    pictures = np.random.default_rng(0).uniform(-1, 1, (3, *size, 3))
    found = features.extract(model, pictures)
    assert found.shape == (3, 64) and found.dtype == np.float32 and found.min() >= 0 and found.max() > 0


def test_a_pictures_features_do_not_depend_on_its_batch(model):
    pictures = np.random.default_rng(0).uniform(-1, 1, (features.BATCH + 3, 32, 32, 3)).astype("float32")
    alone = np.concatenate([features.extract(model, pictures[[number]]) for number in (0, features.BATCH, -1)])
    np.testing.assert_allclose(features.extract(model, pictures)[[0, features.BATCH, -1]], alone, rtol=1e-4, atol=1e-5)


def test_grey_pictures_are_grey_colour_pictures(model):
    grey = np.random.default_rng(0).uniform(-1, 1, (2, 28, 28, 1))
    np.testing.assert_array_equal(features.extract(model, grey), features.extract(model, np.repeat(grey, 3, axis=-1)))


def test_the_features_are_frozen(model):
    assert model.trainable_weights == [] and model.weights


@pytest.mark.parametrize(("pictures", "words"), [
    (np.zeros((32, 32, 3)), r"\(32, 32, 3\)"), (np.zeros((1, 32, 32, 4)), "height, width, 3"), (np.zeros((0, 32, 32, 3)), "height, width, 3"),
    (np.zeros((1, 32, 32, 3), "uint8"), "images.to_model"), (np.full((1, 32, 32, 3), 1.5), "tanh"), (np.full((1, 32, 32, 3), np.nan), "tanh"),
])
def test_what_are_no_pictures_is_refused(model, pictures, words):
    with pytest.raises(ValueError, match=words):
        features.extract(model, pictures)


# ---- The shipped features ------------------------------------------------------------------------------------------------

def test_the_manifest_tells_the_factors_as_they_are():
    entry = weights.read_manifest()["features_garments"]
    assert {name: tuple(values) for name, values in entry["heads"].items()} == recipe.HEADS


def test_the_accuracy_that_the_manifest_tells_is_found_again():
    entry = weights.read_manifest()["features_garments"]
    pictures, labels = recipe.worlds([0], count=64)
    found = recipe.accuracy(features.load_classifier(), pictures[32], labels)
    for name, share in entry["accuracy"]["32"].items():
        spread = np.sqrt(share * (1 - share) / 128) + 1 / 128
        assert abs(found[name] - share) < 4 * spread, name
        assert share > entry["chance"][name] + 0.2, name


def test_an_unknown_kind_is_told():
    with pytest.raises(weights.WeightsError, match="name='features_shoes'.*'features_garments'"):
        features.load("shoes")


# ---- How they are made -----------------------------------------------------------------------------------------------

@pytest.fixture
def small(tmp_path, monkeypatch):
    """Makes the weights in a folder of its own, from a handful of random pictures, in three epochs."""
    rng = np.random.default_rng(0)

    def worlds(seeds, count=None):
        labels = {name: rng.integers(0, len(values), 64) for name, values in recipe.HEADS.items()}
        return {size: rng.integers(0, 256, (64, 16, 16, 3)).astype("uint8") for size in features.SIZES}, labels

    monkeypatch.setattr(make_weights, "DATA", tmp_path)
    monkeypatch.setattr(make_weights, "RECIPES", {"features_garments": recipe})
    monkeypatch.setattr(recipe, "EPOCHS", 3)
    monkeypatch.setattr(recipe, "worlds", worlds)
    return tmp_path


def test_what_is_made_is_complete_and_what_is_damaged_is_made_again(small, capsys):
    assert make_weights.main([]) == 0 and make_weights.main(["--check"]) == 0
    path = small / "weights" / "features_garments.weights.h5"
    assert features.load(folder=small / "weights").output.shape == (None, 64)
    entry = json.loads((small / "weights.json").read_text())["weights"]["features_garments"]
    assert entry["command"] == "make weights" and entry["seed"] == 0 and entry["seconds"] >= 0 and set(entry["accuracy"]) == {"28", "32", "64"}
    path.unlink()
    assert make_weights.main(["--check"]) == 1 and "make weights" in capsys.readouterr().out
    assert make_weights.main([]) == 0 and make_weights.main(["--check"]) == 0


def test_a_batch_depends_on_seed_epoch_and_place_alone():
    pictures = {32: np.random.default_rng(0).integers(0, 256, (128, 32, 32, 3)).astype("uint8")}
    labels = {"sleeve": np.arange(128)}
    first, again, later, other = (recipe.Batches(pictures, labels, *key) for key in ((0, 0), (0, 0), (0, 1), (1, 0)))
    np.testing.assert_array_equal(first[1][0], again[1][0])
    for batches in (later, other):
        assert not np.array_equal(first[1][1]["sleeve"], batches[1][1]["sleeve"])
    again.on_epoch_end()
    np.testing.assert_array_equal(again[1][0], later[1][0])
    assert sorted(np.concatenate([first[0][1]["sleeve"], first[1][1]["sleeve"]])) == list(range(128))


def test_the_change_of_a_picture_is_light():
    batch = images.to_model(np.random.default_rng(0).integers(0, 256, (32, 32, 32, 3)).astype("uint8"))
    changed = recipe.change(batch, np.random.default_rng(1))
    assert changed.shape == batch.shape and changed.dtype == np.float32 and np.abs(changed).max() <= 1
    assert np.abs(recipe.change(np.full_like(batch, 0.5), np.random.default_rng(1))[:, 4:-4, 4:-4] - 0.5).max() < 0.08


def test_the_scale_makes_the_mean_square_one(model):
    pictures, _ = recipe.worlds([0], count=64)
    assert np.mean(features.extract(model, images.to_model(pictures[32])) ** 2) == pytest.approx(1, rel=0.1)
