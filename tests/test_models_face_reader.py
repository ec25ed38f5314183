"""The reader of faces: its shapes, what it is trained on, and what it knows of people that it never saw."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import datasets, makeup_scores, weights
from tryon_utils.models import face_reader

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import features_faces as recipe  # noqa: E402

HEADS = {"look": ("none", "red", "smoky"), "glasses": ("none", "round")}


@pytest.fixture(scope="module")
def reader():
    return face_reader.load()


@pytest.fixture(scope="module")
def faces():
    return datasets.load_faces("new_both", 100)


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


# ---- What it knows -----------------------------------------------------------------------------------------------------

def test_new_people_are_read(reader, faces):
    found = face_reader.read(reader, faces.picture)
    shown = faces.landmarks[..., 2] > 0
    distance = np.linalg.norm(found.landmarks - faces.landmarks[..., :2], axis=-1)[shown].mean()
    entry = weights.find("features_faces")["scores"]
    assert distance < 1.25 * entry["landmark_pixels"] < 1.5
    bare = face_reader.read(reader, faces.bare)
    share = makeup_scores.recognised(bare.embedding, found.embedding).mean()
    assert abs(share - entry["recognised"]) < 0.12 and share > 0.8
    drift = makeup_scores.landmark_drift(bare.landmarks, found.landmarks)
    assert drift.shape == (100,) and 0 < drift.mean() < 1


def test_strangers_are_not_taken_for_one_another(reader, faces):
    embedding = face_reader.read(reader, faces.picture).embedding
    cosines = (embedding @ face_reader.read(reader, faces.bare).embedding.T)
    same, other = np.diag(cosines), cosines[~np.eye(100, dtype=bool)]
    assert np.median(same) > np.quantile(other, 0.99)


def test_larger_pictures_are_read_in_their_own_pixels(reader, faces):
    large = np.repeat(np.repeat(faces.bare[:3], 2, axis=1), 2, axis=2)
    small, twice = face_reader.read(reader, faces.bare[:3]), face_reader.read(reader, large)
    np.testing.assert_allclose(twice.landmarks, 2 * small.landmarks, atol=0.02)
    np.testing.assert_allclose(twice.embedding, small.embedding, atol=1e-3)


def test_a_faces_reading_does_not_depend_on_its_batch(reader, faces):
    many = face_reader.read(reader, faces.bare[:face_reader.BATCH + 2])
    alone = face_reader.read(reader, faces.bare[[face_reader.BATCH + 1]])
    for first, second in zip(many, alone, strict=True):
        np.testing.assert_allclose(first[-1], second[0], atol=2e-3)


def test_the_reader_is_frozen(reader):
    assert reader.trainable_weights == [] and reader.weights


@pytest.mark.parametrize(("pictures", "words"), [
    (np.zeros((1, 64, 64, 3)), "float64"), (np.zeros((64, 64, 3), "uint8"), r"\(64, 64, 3\)"), (np.zeros((0, 64, 64, 3), "uint8"), "side, side"),
    (np.zeros((1, 64, 48, 3), "uint8"), "64 x 48"), (np.zeros((1, 32, 32, 3), "uint8"), "whole multiple"),
])
def test_what_are_no_faces_is_refused(reader, pictures, words):
    with pytest.raises(ValueError, match=words):
        face_reader.read(reader, pictures)


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


def test_the_manifest_tells_the_factors_as_they_are():
    entry = weights.find("features_faces")
    assert {name: tuple(values) for name, values in entry["heads"].items()} == recipe.HEADS and entry["bytes"] < 3e6
