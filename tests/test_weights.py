"""Weights that ship: they are what the list says, and whatever is wrong with them is told before they are read."""

import pathlib
import shutil
import sys

import keras
import pytest
from tryon_utils import weights
from tryon_utils.models import dcgan, features

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
import make_weights  # noqa: E402


def test_the_shipped_weights_are_as_the_list_says(capsys):
    assert make_weights.main(["--check"]) == 0, capsys.readouterr().out
    manifest = weights.read_manifest()
    assert list(manifest) == list(make_weights.RECIPES)
    assert sorted(path.name for path in weights.FOLDER.iterdir()) == sorted(entry["file"] for entry in manifest.values())
    for name, entry in manifest.items():
        assert entry["command"] == "make weights" and entry["seconds"] > 0 and entry["bytes"] < 8_000_000, name
    assert sum(entry["bytes"] for entry in manifest.values()) < 30_000_000


def test_a_recipe_added_before_others_is_listed_before_them(tmp_path, monkeypatch):
    class Recipe:
        @staticmethod
        def make(path, folder):
            path.write_bytes(b"numbers")
            return {"seed": 0}

    monkeypatch.setattr(make_weights, "DATA", tmp_path)
    for recipes in ({"last": Recipe}, {"first": Recipe, "last": Recipe}):
        monkeypatch.setattr(make_weights, "RECIPES", recipes)
        assert make_weights.main([]) == 0
        assert list(make_weights.read_manifest()) == list(recipes)


def test_they_load_frozen_into_their_networks():
    generator = weights.load(dcgan.build_generator(), "dcgan_garments")
    assert generator.trainable_weights == [] and generator.count_params() == weights.find("dcgan_garments")["parameters"]


def test_weights_of_another_architecture_are_refused():
    with pytest.raises(weights.WeightsError, match="doesn't fit"):
        weights.load(dcgan.build_generator(channels=16), "dcgan_garments")


@pytest.fixture
def folder(tmp_path):
    """A copy of the weights that may be damaged."""
    shutil.copytree(weights.FOLDER, tmp_path / "weights")
    shutil.copy(weights.FOLDER.with_suffix(".json"), tmp_path / "weights.json")
    return tmp_path / "weights"


def test_missing_weights_are_told(folder):
    (folder / "features_garments.weights.h5").unlink()
    with pytest.raises(weights.WeightsError, match="features_garments.weights.h5 is missing.*git.*make weights"):
        features.load(folder=folder)


def test_damaged_weights_are_told_before_they_are_read(folder, monkeypatch):
    path = folder / "dcgan_garments.weights.h5"
    path.write_bytes(path.read_bytes()[:-1])
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: pytest.fail("a damaged file was read"))
    with pytest.raises(weights.WeightsError, match="damaged.*sha256.*make weights"):
        weights.load(dcgan.build_generator(), "dcgan_garments", folder)


def test_an_unknown_name_and_a_missing_list_are_told(folder):
    with pytest.raises(weights.WeightsError, match="name='shoes'.*'features_garments'"):
        weights.find("shoes", folder)
    folder.with_suffix(".json").unlink()
    with pytest.raises(weights.WeightsError, match="weights.json is missing"):
        features.load(folder=folder)
