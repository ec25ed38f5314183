"""The data sets: the shipped and the rendered ones are the same, exports are read back, Fashion-MNIST has a stand-in."""

import dataclasses

import keras
import numpy as np
import pytest
from tryon_utils import datasets, folders, splits

COUNT = 3
SHIPPED = datasets.DATA


def from_the_project(kind):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "DATA", SHIPPED)
        return LOADERS[kind](count=COUNT)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """No shipped files, and an empty cache."""
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    return tmp_path


LOADERS = {"faces": datasets.load_faces, "bodies": datasets.load_bodies, "garments": datasets.load_garments}


@pytest.mark.parametrize("kind", LOADERS)
def test_rendered_and_shipped_samples_are_the_same(kind, elsewhere, capsys):
    rendered = LOADERS[kind](count=COUNT, workers=0)
    kept = {name: array for name, array in vars(rendered).items() if isinstance(array, np.ndarray)}
    shipped = from_the_project(kind)
    for name, array in kept.items():
        assert array.dtype == getattr(shipped, name).dtype
        difference = np.abs(array.astype("float64") - getattr(shipped, name))
        assert difference.max() <= (1 if array.dtype == np.uint8 else 0.01), f"{name} differs: run make data"
    assert capsys.readouterr().out.strip().endswith("s"), "a progress line was shown"


def test_all_that_ships_can_be_loaded_and_is_as_documented():
    for kind, parts in splits.SHIPPED.items():
        for part, count in parts.items():
            samples = LOADERS[kind](part)
            assert len(samples) == count and samples.part == part
            for field in dataclasses.fields(samples)[2:]:
                assert len(getattr(samples, field.name)) == count
    assert samples.picture.shape == (count, 64, 64, 3)
    assert datasets.load_bodies("new_both", 2).flow.dtype == np.float32


def test_a_second_call_reads_what_the_first_one_rendered(elsewhere, monkeypatch):
    first = datasets.load_garments(count=2, size=32, workers=0)
    def fail(*_):
        raise AssertionError("rendered again")
    monkeypatch.setitem(datasets.MAKERS, "garments", fail)
    np.testing.assert_array_equal(datasets.load_garments(count=2, size=32, workers=0).picture, first.picture)


def test_another_size_and_seed_are_rendered(elsewhere):
    small = datasets.load_bodies(count=1, size=32, workers=0)
    assert small.person.shape == (1, 32, 24, 3)
    assert (datasets.load_bodies(count=1, size=32, seed=1, workers=0).person != small.person).any()


def test_the_renderers_version_follows_its_code(monkeypatch, tmp_path):
    package = tmp_path / "tryon_utils"
    (package / "paperdoll").mkdir(parents=True)
    (package / "splits.py").write_text("1")
    (package / "paperdoll" / "face.py").write_text("2")
    monkeypatch.setattr(datasets, "__file__", str(package / "datasets.py"))
    first = datasets.renderer_version.__wrapped__()
    (package / "paperdoll" / "face.py").write_text("3")
    assert datasets.renderer_version.__wrapped__() != first


@pytest.mark.parametrize("options, words", [({"part": "test"}, "'test' came; one of"), ({"count": 0}, "at least one"), ({"size": 3}, "3")])
def test_what_does_not_exist_is_refused(options, words, elsewhere):
    with pytest.raises(ValueError, match=words):
        datasets.load_faces(**{"count": 1, "workers": 0} | options)


def test_people_exported_in_vitons_layout_are_read_back(tmp_path):
    bodies = datasets.load_bodies("train", COUNT)
    datasets.export_viton(tmp_path, bodies)
    sample = folders.VitonFolder(tmp_path)[1]
    np.testing.assert_array_equal(sample["image"], bodies.target[1])
    np.testing.assert_array_equal(sample["parse"], bodies.target_parse[1])
    np.testing.assert_allclose(sample["flow"][..., :2], bodies.flow[1])
    np.testing.assert_allclose(sample["keypoints"], bodies.keypoints[1], atol=1e-5)
    assert sample["factors"]["person"]["face"]["monk_tone"] == bodies.recipes[1][0].monk_tone

    tests = datasets.load_bodies("new_both", COUNT)
    datasets.export_viton(tmp_path, tests)
    sample = folders.VitonFolder(tmp_path, "test")[2]
    np.testing.assert_array_equal(sample["image"], tests.person[2])
    np.testing.assert_array_equal(sample["target"], tests.target[2])
    assert (sample["agnostic"][tests.agnostic_mask[2] > 0] == 128).all()


def test_faces_exported_in_mts_layout_are_read_back(tmp_path):
    faces = datasets.load_faces("new_item", COUNT)
    datasets.export_makeup(tmp_path, faces)
    for pile, pictures in (("makeup", faces.picture), ("non-makeup", faces.bare)):
        sample = folders.MakeupFolder(tmp_path, pile)[2]
        np.testing.assert_array_equal(sample["image"], pictures[2])
        np.testing.assert_array_equal(sample["parse"], faces.parse[2])
        np.testing.assert_allclose(sample["landmarks"], faces.landmarks[2], atol=1e-5)


def test_without_a_network_our_garments_stand_in_for_fashion_mnist(monkeypatch, capsys):
    def fail():
        raise Exception("URL fetch failure: no route to host")
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", fail)
    images, labels, names = datasets.load_fashion_mnist()
    assert images.shape == (len(labels), 28, 28) and images.dtype == np.uint8 and len(images) >= 1000
    assert set(labels) == set(range(len(names)))
    assert images[:, 0].mean() < 5 < images[:, 14, 14].mean(), "bright garments on black"
    printed = capsys.readouterr().out
    assert "could not be downloaded" in printed and "no route to host" in printed and "garments of our own" in printed


def test_with_a_network_fashion_mnist_is_what_keras_gives(monkeypatch):
    images, labels = np.zeros((5, 28, 28), "uint8"), np.arange(5, dtype="uint8")
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: ((images, labels), (images, labels)))
    got, got_labels, names = datasets.load_fashion_mnist()
    assert got is images and got_labels is labels and len(names) == 10
