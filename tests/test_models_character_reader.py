"""The reader of characters: what it gives, where its windows lie, and that it can be used in `face_reader.read`."""

import numpy as np
import pytest
from keras import ops
from tryon_utils.models import character_reader, face_reader

HEADS = {"expression": ("calm", "smile"), "glasses": ("no", "yes", "odd")}


@pytest.fixture(scope="module")
def reader():
    return character_reader.build_reader(HEADS, width=8, feature_dim=12, closely=6)


def test_it_gives_all_that_the_reader_of_faces_gives(reader):
    pictures = np.random.default_rng(0).integers(0, 256, (3, 128, 128, 3)).astype("uint8")
    found = face_reader.read(reader, pictures)
    assert found.landmarks.shape == (3, 68, 2) and found.embedding.shape == (3, 12) and found.features.shape == (3, 12)
    np.testing.assert_allclose(np.linalg.norm(found.embedding, axis=1), 1, rtol=1e-4)
    assert {name: reader.output[name].shape[1:] for name in HEADS} == {"expression": (2,), "glasses": (3,)}


def test_a_window_lies_around_its_landmarks():
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    landmarks = np.full((2, 68, 2), 5.0, "float32")
    landmarks[:, 48:] = [[[30, 40]], [[20, 50]]]  # an even size has its middle between two pixels
    window = ops.convert_to_numpy(character_reader.Window((48, 68), (4, 6))(pictures, landmarks))
    np.testing.assert_allclose(window[0], pictures[0, 38:42, 27:33], atol=1e-5)
    np.testing.assert_allclose(window[1], pictures[1, 48:52, 17:23], atol=1e-5)


def test_between_two_pixels_stands_their_mean_and_beyond_the_border_what_is_at_it():
    pictures = np.random.default_rng(0).uniform(-1, 1, (1, 64, 64, 3)).astype("float32")
    window = character_reader.Window((0, 68), (2, 2))
    np.testing.assert_allclose(window(pictures, np.full((1, 68, 2), 10.5, "float32"))[0, 0, 0], pictures[0, 9:11, 9:11].mean(axis=(0, 1)), atol=1e-5)
    np.testing.assert_allclose(window(pictures, np.full((1, 68, 2), -9.0, "float32"))[0], np.broadcast_to(pictures[0, 0, 0], (2, 2, 3)), atol=1e-5)


def test_landmarks_are_seen_from_their_middle():
    landmarks = np.random.default_rng(0).uniform(10, 50, (2, 68, 2)).astype("float32")
    np.testing.assert_allclose(character_reader.relative(landmarks), character_reader.relative(landmarks + np.float32([7, -3])), atol=1e-4)
    np.testing.assert_allclose(character_reader.relative(landmarks), character_reader.relative(1.5 * landmarks), rtol=1e-3, atol=1e-4)


def test_a_reader_is_saved_and_loaded(reader, tmp_path):
    reader.save_weights(tmp_path / "r.weights.h5")
    again = character_reader.build_reader(HEADS, width=8, feature_dim=12, closely=6, seed=3)
    again.load_weights(tmp_path / "r.weights.h5")
    pictures = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype("float32")
    np.testing.assert_allclose(again(pictures)["glasses"], reader(pictures)["glasses"], atol=1e-5)
