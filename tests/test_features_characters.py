"""The recipe of the reader of characters: its samples and batches; what it knows is judged where its weights are."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import characters, datasets, images, weights
from tryon_utils.models import character_reader

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import features_characters as recipe  # noqa: E402


@pytest.fixture(scope="module")
def some():
    return recipe.samples("new_both", 20)


def test_each_face_comes_bare_and_made_up(some):
    pictures, behind, truth = some
    assert pictures.shape == (20, 2, 64, 64, 3) and behind.shape == (20, 64, 64)
    assert set(truth) == {"landmarks", *characters.HEADS} and all(truth[name].shape == (20, 2) for name in characters.HEADS)
    style = np.array(characters.HEADS["style"])[truth["style"]]
    assert (style[:, 0] == "bare").all() and (style[:, 1] == "made up").all()
    np.testing.assert_array_equal(truth["hair"][:, 0], truth["hair"][:, 1])
    assert sorted(truth["tone"][:10, 0]) == list(range(10))  # ten people, each tone once


def test_batches_are_the_same_again_and_differ_from_epoch_to_epoch(some, monkeypatch):
    monkeypatch.setattr(recipe, "PEOPLE", 4)
    batches = recipe.Batches(*some, seed=3)
    first, truth = batches[0]
    assert len(batches) == 5 and first.shape == (8, 64, 64, 3) and first.dtype == np.float32 and np.abs(first).max() <= 1
    np.testing.assert_array_equal(batches[0][0], first)
    batches.on_epoch_end()
    assert not np.array_equal(batches[0][0], first)
    assert set(truth) == {"landmarks", "embedding", *characters.HEADS} and all(len(values) == 8 for values in truth.values())
    np.testing.assert_array_equal(truth["embedding"][::2], truth["embedding"][1::2])


def test_a_mirrored_face_has_the_landmarks_of_a_face(some):
    np.testing.assert_array_equal(recipe.MIRRORED[recipe.MIRRORED], np.arange(68))
    landmarks = datasets.load_faces("new_both", 20).landmarks.astype("float32")
    _, mirrored = recipe.mirror(some[0][:, 0], landmarks, np.ones(20, bool))
    mean, other = landmarks[..., :2].mean(axis=0), mirrored[..., :2].mean(axis=0)
    assert np.linalg.norm(mean - other, axis=-1).max() < 3  # a mean face is its own mirror image, nearly
    kept, same = recipe.mirror(some[0][:, 0], landmarks, np.zeros(20, bool))
    np.testing.assert_array_equal(kept, some[0][:, 0])
    np.testing.assert_array_equal(same, landmarks)


def test_a_blur_keeps_means_and_lowers_contrast():
    batch = np.random.default_rng(0).uniform(-1, 1, (40, 16, 16, 3)).astype("float32")
    blurred = recipe.blur(batch, np.random.default_rng(1))
    changed = np.abs(blurred - batch).max(axis=(1, 2, 3)) > 1e-6
    assert 10 < changed.sum() < 30 and blurred[changed].std() < batch[changed].std()


def test_rare_values_count_as_much_as_common_ones():
    numbers, logits = np.array([0, 0, 0, 1]), np.zeros((4, 2), "float32")
    lost = np.asarray(recipe.fair_entropy(numbers, 2)(numbers, logits))
    np.testing.assert_allclose([lost[:3].sum(), lost[3]], 2 * np.log(2), rtol=1e-5)


@pytest.mark.skipif("features_characters" not in weights.read_manifest(), reason="the reader of characters has no weights yet")
def test_the_shipped_reader_knows_what_it_reads():
    scores = weights.find("features_characters")["scores"]
    assert scores["recognised"] == 1.0 and scores["landmark_pixels"] < 1.5
    assert min(scores[name] for name in characters.HEADS) > 0.83  # 90 % of it is 75 %, which chapter 08 asks of fakes
    faces, heads = datasets.load_faces("new_both", 60), weights.find("features_characters")["heads"]
    logits = character_reader.load().predict_on_batch(images.to_model(faces.bare))
    for name in ("hair", "glasses"):
        wanted = [characters.values_of(face, False)[name] for face, _ in faces.recipes]
        assert np.mean([heads[name][number] == value for number, value in zip(logits[name].argmax(axis=1), wanted, strict=True)]) > 0.8, name
