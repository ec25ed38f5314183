"""The painter of characters: its sketches, what reaches its pictures, and what a step moves."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import characters, leftovers, weights
from tryon_utils.models import character, conditional

LEFT, CONDITION = 5, 3


def new_generator(seed=0):
    generator = character.build_whole(LEFT, CONDITION, 6, (8, 4), seed)
    generator.get_layer("sketcher").trainable = False
    return generator


def samples(count=4):
    rng = np.random.default_rng(0)
    return (rng.integers(0, 256, (count, 64, 64, 3)).astype("uint8"), rng.normal(size=(count, LEFT)).astype("float32"),
            np.eye(CONDITION, dtype="float32")[rng.integers(CONDITION, size=count)], np.ones((count, 64, 64), "float16"))


def weights_of(network):
    return np.concatenate([ops.convert_to_numpy(weights).ravel() for weights in network.trainable_variables])


def face(seed=0):
    return np.random.default_rng(seed).uniform(20, 44, (1, 68, 2)).astype("float32")


def test_a_dot_stands_where_its_landmark_is():
    landmarks = np.full((1, 68, 2), -50.0, "float32")
    landmarks[0, 36:42], landmarks[0, 42:48] = (20.5, 30.5), (44.5, 30.5)
    landmarks[0, 50] = 32.5, 50.5
    planes = ops.convert_to_numpy(character.Sketch((64, 64))(landmarks))[0]
    assert planes.shape == (64, 64, 9)
    assert np.unravel_index(planes[..., 4].argmax(), (64, 64)) == (50, 32) and planes[50, 32, 4] == pytest.approx(1 - np.exp(-1), abs=1e-5)
    assert planes[..., 0].max() < 1e-6 and planes[30, 20, 3] > 0.9 and planes[30, 44, 3] > 0.9
    np.testing.assert_allclose(planes[30, [20, 32, 44], 6], [-0.25, 0, 0.25], atol=1e-5)  # half of a distance of the eyes' half
    np.testing.assert_allclose(planes[[18, 30, 42], 32, 7], [-0.25, 0, 0.25], atol=1e-5)
    np.testing.assert_allclose(planes[..., 8], planes[..., 6]**2 + planes[..., 7]**2, atol=1e-4)


def test_a_smaller_grid_sees_the_same_face():
    large, small = (ops.convert_to_numpy(character.Sketch((size, size))(face())) for size in (64, 32))
    np.testing.assert_allclose(large[..., 6:].reshape(1, 32, 2, 32, 2, 3)[..., :2].mean(axis=(2, 4)), small[..., 6:8], rtol=1e-3, atol=1e-3)


def test_a_sketch_is_kept_with_its_network():
    sketch = character.Sketch((32, 32), 64)
    again = character.Sketch.from_config(sketch.get_config())
    np.testing.assert_array_equal(again(face()), sketch(face()))
    assert sketch.compute_output_shape((None, 68, 2)) == (None, 32, 32, 9)


def test_leftovers_condition_and_sketch_reach_the_picture():
    generator, rng = new_generator(), np.random.default_rng(0)
    left = rng.normal(size=(2, LEFT)).astype("float32")
    made = conditional.paint(generator, left[[0, 0, 1]], np.eye(3, dtype="float32")[[0, 1, 0]])
    assert made.shape == (3, 64, 64, 3) and np.abs(made).max() <= 1
    assert np.abs(made[0] - made[1]).max() > 1e-6 and np.abs(made[0] - made[2]).max() > 1e-6
    synthesis, styles = generator.get_layer("synthesis"), np.zeros((1, 2, 6), "float32")
    assert np.abs(ops.convert_to_numpy(synthesis([styles, face(0)]) - synthesis([styles, face(1)]))).max() > 1e-6


def test_landmarks_are_learned():
    sketcher, rng = character.build_sketcher(LEFT, CONDITION), np.random.default_rng(0)
    left, conditions = rng.normal(size=(64, LEFT)).astype("float32"), np.zeros((64, CONDITION), "float32")
    truth = 32 + 3 * (left @ rng.normal(size=(LEFT, 136))).reshape(64, 68, 2)
    sketcher.compile(keras.optimizers.Adam(0.02), "mae")
    before = sketcher.evaluate([left, conditions], truth, verbose=0)
    sketcher.fit([left, conditions], truth, epochs=30, verbose=0)
    assert sketcher.evaluate([left, conditions], truth, verbose=0) < before / 2


def test_the_error_counts_what_it_is_told_to():
    counts = np.ones((1, 2, 2), "float16")
    counts[0, 0, 0] = 5
    painted = np.zeros((1, 2, 2, 3), "float32")
    painted[0, 0, 0] = 0.5
    assert float(character.absolute_error(np.zeros((1, 2, 2, 3), "float32"), painted, counts)) == pytest.approx(5 * 0.5 / 4)


def test_a_painter_learns_and_its_sketcher_stays():
    painter = character.Painter(new_generator(), conditional.look_up(*samples()))
    painter.compile(keras.optimizers.Adam(0.01))
    sketcher = [np.array(value) for value in painter.generator.get_layer("sketcher").get_weights()]
    errors = [float(painter.train_step(np.arange(4))["loss"]) for _ in range(8)]
    assert errors[-1] < errors[0]
    for before, after in zip(sketcher, painter.generator.get_layer("sketcher").get_weights(), strict=True):
        np.testing.assert_array_equal(after, before)


def test_a_game_moves_both_and_the_average_follows():
    generator = new_generator()
    gan = character.PaintingGAN(generator, conditional.build_discriminator((64, 64, 3), CONDITION, 4), conditional.look_up(*samples()), average_decay=0.5)
    gan.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
    before = weights_of(gan.generator).copy(), weights_of(gan.discriminator).copy()
    found = gan.train_step(np.arange(4))
    assert {"error", "discriminator_loss", "real_probability", "fake_probability"} == set(found)
    assert not np.array_equal(weights_of(gan.generator), before[0]) and not np.array_equal(weights_of(gan.discriminator), before[1])
    average = gan.average_generator.get_layer("mapping").get_weights()[0]
    assert not np.array_equal(average, gan.generator.get_layer("mapping").get_weights()[0])


@pytest.mark.skipif("characters" not in weights.read_manifest(), reason="the painter of characters has no weights yet")
def test_the_shipped_painter_keeps_its_promises():
    scores = weights.find("characters")["scores"]
    assert min(scores["fakes"][name] / scores["real"][name] for name in characters.HEADS) >= 0.9 and min(scores["fakes"].values()) >= 0.75
    made = conditional.paint(character.load(), leftovers.draw(2, seed=8), characters.condition(hair="curls", tone=8)[None])
    assert made.shape == (2, 64, 64, 3)
