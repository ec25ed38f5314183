"""The reader of faces: its shapes, what it is trained on, and what it knows of people that it never saw."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import datasets
from tryon_utils.models import face_reader

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import features_faces as recipe  # noqa: E402

HEADS = {"look": ("none", "red", "smoky"), "glasses": ("none", "round")}


# ---- The network -----------------------------------------------------------------------------------------------------

def test_the_reader_has_landmarks_embedding_features_and_heads():
    model = face_reader.build_reader(HEADS, width=8, feature_dim=12)
    found = {name: np.asarray(values) for name, values in model(np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")).items()}
    assert {name: values.shape for name, values in found.items()} == {"landmarks": (2, 68, 2), "embedding": (2, 12), "features": (2, 12), "look": (2, 3), "glasses": (2, 2)}
    np.testing.assert_allclose(np.linalg.norm(found["embedding"], axis=1), 1, rtol=1e-4)
    assert 0 < found["landmarks"].min() and found["landmarks"].max() < 64 and found["features"].min() >= 0


def test_the_place_of_a_peak_is_its_pixel():
    maps = np.full((1, 32, 32, 2), -50.0, "float32")
    maps[0, 3, 10, 0] = maps[0, 20, 0, 1] = 50
    np.testing.assert_allclose(face_reader.PointsOfMaps(2)(maps)[0], [[21, 7], [1, 41]], atol=1e-4)


def test_a_seed_fixes_the_weights():
    first, again, other = (face_reader.build_reader(HEADS, width=8, seed=seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize(("pictures", "words"), [
    (np.zeros((1, 64, 64, 3)), "float64"), (np.zeros((64, 64, 3), "uint8"), r"\(64, 64, 3\)"), (np.zeros((0, 64, 64, 3), "uint8"), "side, side"),
    (np.zeros((1, 64, 48, 3), "uint8"), "64 x 48"), (np.zeros((1, 32, 32, 3), "uint8"), "whole multiple"),
])
def test_what_are_no_faces_is_refused(pictures, words):
    with pytest.raises(ValueError, match=words):
        face_reader.read(None, pictures)


# ---- How it is made ------------------------------------------------------------------------------------------------------

def test_people_come_bare_and_made_up():
    pictures, behind, truth = recipe.samples("train", 20)
    faces = datasets.load_faces("train", 20)
    np.testing.assert_array_equal(pictures[:, 0], faces.bare)
    np.testing.assert_array_equal(pictures[:, 1], faces.picture)
    assert [recipe.HEADS["look"][number] for number in truth["look"][:, 1]] == [look.name for _, look in faces.recipes] and not truth["look"][:, 0].any()
    assert [recipe.HEADS["hair"][number] for number in truth["hair"][:, 0]] == [face.hair_style for face, _ in faces.recipes]
    assert behind[:, 0, 0].all() and not behind[:, 30, 32].any()


def test_moved_landmarks_stay_on_their_pixels():
    pictures = np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3)).astype("uint8")
    landmarks = np.concatenate([np.random.default_rng(1).integers(10, 54, (6, 68, 2)) + 0.5, np.ones((6, 68, 1))], axis=-1)
    moved, places = recipe.move(pictures, landmarks, np.random.default_rng(2))
    assert moved.shape == pictures.shape and not np.array_equal(places, landmarks)
    for number in range(6):
        for (x, y, _), (to_x, to_y, _) in zip(landmarks[number].astype(int), places[number].astype(int), strict=True):
            np.testing.assert_array_equal(moved[number, to_y, to_x], pictures[number, y, x])


def test_a_batch_depends_on_seed_epoch_and_place_alone():
    first, again, later = (recipe.Batches(*recipe.samples("train", 64), 0) for _ in range(3))
    later.on_epoch_end()
    np.testing.assert_array_equal(first[1][0], again[1][0])
    assert not np.array_equal(first[1][0], later[1][0]) and len(first) == 2
    batch, truth = first[0]
    assert batch.shape == (64, 64, 64, 3) and np.abs(batch).max() <= 1 and batch.dtype == np.float32
    assert {len(values) for values in truth.values()} == {64}
    np.testing.assert_array_equal(truth["embedding"][::2], truth["embedding"][1::2])
    assert len(set(truth["embedding"])) == 32 and not truth["look"][::2].any() and truth["look"][1::2].all()


def test_who_is_who_worked_by_hand():
    embedding = np.eye(2, dtype="float32")[[0, 0, 1, 1]]
    sure = np.log(1 + 2 * np.exp(-recipe.SHARPNESS))  # the other picture is alike, two strangers are not
    np.testing.assert_allclose(recipe.who_is_who(np.array([5, 5, 7, 7]), embedding), 4 * [sure], atol=1e-5)
    wrong = np.log(np.exp(recipe.SHARPNESS) + 2)
    np.testing.assert_allclose(recipe.who_is_who(np.array([[5], [7], [5], [7]]), embedding), 4 * [wrong], rtol=1e-4)
