"""The look around finds what is missing and says what to do."""

import importlib.metadata
import shutil

import pytest
from tryon_utils import readiness, weights

GOOD = {"python": (3, 12, 1), "version_of": lambda name: "1.0", "cores": 4, "free": 9_000_000_000}


def test_all_is_well_here():
    found = readiness.look_around()
    assert len(found) == 5 and all(finding.good or "core" in finding.sentence or "free" in finding.sentence for finding in found), found
    assert all(str(finding).startswith("yes") for finding in readiness.look_around(**GOOD))


def without(*missing):
    def version_of(name):
        if name in missing:
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0"
    return version_of


@pytest.mark.parametrize(("change", "place", "words"), [
    ({"python": (3, 10)}, 0, "Python 3.10"), ({"python": (3, 14)}, 0, "make lab PYTHON="), ({"version_of": without("keras", "pillow")}, 1, "Missing: keras, pillow"),
    ({"version_of": without("tensorflow-cpu", "tensorflow")}, 1, "Missing: tensorflow."), ({"cores": 1}, 4, "twice the time"), ({"free": 10_000}, 4, "Make room")])
def test_what_is_missing_is_said(change, place, words):
    found = readiness.look_around(**GOOD | change)
    assert not found[place].good and words in str(found[place]) and sum(finding.good for finding in found) == 4


def test_either_tensorflow_will_do():
    assert readiness.look_around(**GOOD | {"version_of": without("tensorflow-cpu")})[1].good


def test_missing_data_and_weights_are_said(tmp_path):
    (tmp_path / "data").mkdir()
    found = readiness.look_around(**GOOD, root=tmp_path, folder=tmp_path / "data" / "weights")
    assert [finding.good for finding in found] == [True, True, False, False, True] and "make data" in found[2].remedy
    shutil.copy(weights.FOLDER.with_suffix(".json"), tmp_path / "data" / "weights.json")
    assert "dcgan_garments" in readiness.look_around(**GOOD, root=tmp_path, folder=tmp_path / "data" / "weights")[3].sentence
    (tmp_path / "data" / "faces-train-64.zip").touch()
    assert "data/models/" in readiness.look_around(**GOOD, root=tmp_path, folder=tmp_path / "data" / "weights")[2].sentence
    (tmp_path / "data" / "models").mkdir()
    (tmp_path / "data" / "models" / "face.tflite").touch()
    assert readiness.look_around(**GOOD, root=tmp_path, folder=tmp_path / "data" / "weights")[2].good
