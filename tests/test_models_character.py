"""The painter of characters: its sketches, what reaches its pictures, and what a step moves."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import characters, leftovers, weights
from tryon_utils.models import character, conditional

LEFT, CONDITION = 5, 3


def new_generator(seed=0):
    generator = character.build_whole(LEFT, CONDITION, 6, 8, 2, 3, 4, seed)
    generator.get_layer("sketcher").trainable = False
    return generator


def samples(count=4):
    rng = np.random.default_rng(0)
    return (rng.integers(0, 256, (count, 64, 64, 3)).astype("uint8"), rng.normal(size=(count, LEFT)).astype("float32"),
            np.eye(CONDITION, dtype="float32")[rng.integers(CONDITION, size=count)])


def weights_of(network):
    return np.concatenate([ops.convert_to_numpy(weights).ravel() for weights in network.trainable_variables])


def face(seed=0):
    return np.random.default_rng(seed).uniform(20, 44, (1, 68, 2)).astype("float32")


SQUARE = np.array([[[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]], "float32")


def test_how_far_a_line_is():
    places = np.array([[[0.5, 0.4], [0.9, 0.5], [0.5, 0.1], [0.9, 0.9], [0.3, 0.5]]], "float32")
    closed, left_open = (ops.convert_to_numpy(character.distance_to_line(places, SQUARE, closed))[0] for closed in (True, False))
    np.testing.assert_allclose(closed, [-0.2, 0.1, 0.1, np.sqrt(0.02), -0.1], atol=1e-3)
    np.testing.assert_allclose(left_open, [0.2, 0.1, 0.1, np.sqrt(0.02), 0.3], atol=1e-3)  # nothing between the last point and the first


def test_within_a_line_that_bends_inwards():
    notched = np.array([[[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.5, 0.3], [0.1, 0.9]]], "float32")
    found = ops.convert_to_numpy(character.distance_to_line(np.array([[[0.5, 0.2], [0.5, 0.7], [0.15, 0.5]]], "float32"), notched, True))[0]
    assert found[0] < 0 < found[1] and found[2] < 0


def test_a_moved_and_larger_face_tells_its_places_alike():
    face, places = np.random.default_rng(0).uniform(0.3, 0.7, (1, 68, 2)).astype("float32"), np.random.default_rng(1).uniform(size=(1, 9, 2)).astype("float32")
    told, moved = (ops.convert_to_numpy(character.Where()(places + shift, face + shift)) for shift in (0, np.float32([0.1, -0.2])))
    np.testing.assert_allclose(told, moved, atol=0.02)
    waves = told.shape[-1] - 2 * len(character.LINES)
    larger = ops.convert_to_numpy(character.Where()(2 * places, 2 * face))
    np.testing.assert_allclose(told[..., :waves], larger[..., :waves], atol=0.02)


def test_pixels_are_found_again():
    pictures = np.random.default_rng(0).uniform(size=(3, 64, 64, 3)).astype("float32")
    chosen = character.choose_pixels(3, 400, keras.random.SeedGenerator(0))
    numbers = ops.convert_to_numpy(chosen)
    picked = ops.convert_to_numpy(character.pick(pictures, chosen))
    np.testing.assert_array_equal(picked[1, 7], pictures[1, numbers[1, 7] // 64, numbers[1, 7] % 64])
    left, top, side = character.WINDOW
    x, y = numbers[:, 1::2] % 64, numbers[:, 1::2] // 64
    assert (x >= left).all() and (x < left + side).all() and (y >= top).all() and (y < top + side).all()
    assert numbers.min() >= 0 and numbers.max() < 64 * 64 and (numbers[:, ::2] // 64 < top).any()
    np.testing.assert_allclose(character.pixel_places()[numbers[1, 7]] * 64, [numbers[1, 7] % 64 + 0.5, numbers[1, 7] // 64 + 0.5])


def test_leftovers_condition_and_sketch_reach_the_picture():
    generator, rng = new_generator(), np.random.default_rng(0)
    left = rng.normal(size=(2, LEFT)).astype("float32")
    made = character.paint(generator, left[[0, 0, 1]], np.eye(3, dtype="float32")[[0, 1, 0]], batch_size=2)
    assert made.shape == (3, 64, 64, 3) and np.abs(made).max() <= 1
    assert np.abs(made[0] - made[1]).max() > 1e-6 and np.abs(made[0] - made[2]).max() > 1e-6
    synthesis, places = generator.get_layer("synthesis"), character.pixel_places(8)[None]
    styles = np.zeros((1, *synthesis.input_shape[0][1:]), "float32")
    faces = rng.uniform(20, 44, (2, 1, 68, 2)).astype("float32")
    assert np.abs(ops.convert_to_numpy(synthesis([styles, faces[0], places]) - synthesis([styles, faces[1], places]))).max() > 1e-6


def test_a_picture_of_any_size():
    generator = new_generator()
    small, large = (character.paint(generator, np.zeros((1, LEFT)), np.eye(3)[:1], size) for size in (16, 48))
    np.testing.assert_allclose(small[0], large[0, 1::3, 1::3], atol=1e-4)  # every third place of 48 is one of 16


def test_landmarks_are_learned():
    sketcher, rng = character.build_sketcher(LEFT, CONDITION), np.random.default_rng(0)
    left, conditions = rng.normal(size=(64, LEFT)).astype("float32"), np.zeros((64, CONDITION), "float32")
    truth = 32 + 3 * (left @ rng.normal(size=(LEFT, 136))).reshape(64, 68, 2)
    sketcher.compile(keras.optimizers.Adam(0.02), "mae")
    before = sketcher.evaluate([left, conditions], truth, verbose=0)
    sketcher.fit([left, conditions], truth, epochs=30, verbose=0)
    assert sketcher.evaluate([left, conditions], truth, verbose=0) < before / 2


def test_a_painter_learns_and_its_sketcher_stays():
    painter = character.Painter(new_generator(), conditional.look_up(*samples()), pixels=64)
    painter.compile(keras.optimizers.Adam(0.01))
    sketcher = [np.array(value) for value in painter.generator.get_layer("sketcher").get_weights()]
    errors = [float(painter.train_step(np.arange(4))["loss"]) for _ in range(12)]
    assert errors[-1] < errors[0]
    for before, after in zip(sketcher, painter.generator.get_layer("sketcher").get_weights(), strict=True):
        np.testing.assert_array_equal(after, before)


def test_a_game_moves_both_and_the_average_follows():
    generator = new_generator()
    gan = character.PaintingGAN(generator, conditional.build_discriminator((32, 32, 3), CONDITION, 4), conditional.look_up(*samples()), painted=2, pixels=16, average_decay=0.5)
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
    assert np.mean([scores["fakes"][name] / scores["real"][name] for name in characters.HEADS]) >= 0.9 and min(scores["fakes"].values()) >= 0.75
    made = character.paint(character.load(), leftovers.draw(2, seed=8), characters.condition(hair="curls", tone=8)[None])
    assert made.shape == (2, 64, 64, 3)
    sampler, told = character.load_sampler(), np.stack([leftovers.whole(number) for number in (0, 1)])
    np.testing.assert_allclose(sampler(told), character.paint(character.load(), told[:, :leftovers.SIZE], told[:, leftovers.SIZE:]), atol=1e-4)
