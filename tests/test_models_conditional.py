"""Conditional GANs: shapes, what a condition reaches, what a step moves, and what a sum can't do."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils.models import conditional

SHAPE, LATENT, CONDITION = (16, 16, 3), 5, 3


def new_generator(seed=0):
    noise, condition = keras.Input((LATENT,)), keras.Input((CONDITION,))
    style = conditional.build_mapping(LATENT, CONDITION, 6, 4, seed)([noise, condition])
    return keras.Model([noise, condition], keras.layers.Reshape(SHAPE)(keras.layers.Dense(int(np.prod(SHAPE)), "tanh")(style)))


def samples(count=8):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, *SHAPE)).astype("uint8"), np.eye(CONDITION, dtype="float32")[rng.integers(CONDITION, size=count)]


def new_gan(seed=0, **options):
    gan = conditional.ConditionalGAN(new_generator(seed), conditional.build_discriminator(SHAPE, CONDITION, 4, seed=seed), conditional.look_up(*samples()), seed=seed, **options)
    gan.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01))
    return gan


def weights_of(network):
    return np.concatenate([ops.convert_to_numpy(weights).ravel() for weights in network.trainable_variables])


def test_noise_and_condition_both_reach_the_picture():
    generator, rng = new_generator(), np.random.default_rng(0)
    noise = rng.normal(size=(2, LATENT)).astype("float32")
    made = conditional.paint(generator, noise[[0, 0, 1]], np.eye(3, dtype="float32")[[0, 1, 0]])
    assert np.abs(made[0] - made[1]).max() > 1e-6 and np.abs(made[0] - made[2]).max() > 1e-6


@pytest.mark.parametrize("conditioning", conditional.CONDITIONINGS)
def test_the_discriminator_looks_at_the_condition_or_does_not(conditioning):
    discriminator = conditional.build_discriminator(SHAPE, CONDITION, 4, conditioning)
    pictures = np.random.default_rng(0).uniform(-1, 1, (1, *SHAPE)).astype("float32").repeat(2, axis=0)
    first, second = ops.convert_to_numpy(discriminator([pictures, np.eye(3, dtype="float32")[:2]]))[:, 0]
    assert (first == second) == (conditioning == "none")


def test_an_unknown_conditioning():
    with pytest.raises(ValueError, match="'projection', 'label', 'none'"):
        conditional.build_discriminator(SHAPE, CONDITION, conditioning="sum")


def test_projection_is_a_dot_product():
    discriminator = conditional.build_discriminator(SHAPE, CONDITION, 4)
    pictures, conditions = np.random.default_rng(0).uniform(-1, 1, (1, *SHAPE)).astype("float32"), np.eye(3, dtype="float32")
    logits = [float(discriminator([pictures, condition[None]])[0, 0]) for condition in (*conditions, conditions.sum(axis=0), np.zeros(3, "float32"))]
    np.testing.assert_allclose(sum(logits[:3]) - logits[3], 2 * logits[4], atol=1e-5)  # linear in the condition


def test_numbers_are_looked_up():
    pictures, conditions = samples()
    found, wanted = conditional.look_up(pictures, conditions)(np.array([3, 3, 0]))
    np.testing.assert_allclose(found, pictures[[3, 3, 0]] / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(wanted, conditions[[3, 3, 0]])
    with pytest.raises(ValueError, match="8, 7 rows came"):
        conditional.look_up(pictures, conditions[1:])


@pytest.mark.parametrize("mismatch", [False, True])
def test_each_step_moves_its_own_player(mismatch):
    gan = new_gan(mismatch=mismatch)
    pictures, conditions = gan.find(np.arange(8))
    before = weights_of(gan.generator).copy(), weights_of(gan.discriminator).copy()
    gan.judge(pictures, gan.make(conditions), conditions)
    np.testing.assert_array_equal(weights_of(gan.generator), before[0])
    judged = weights_of(gan.discriminator).copy()
    assert not np.array_equal(judged, before[1])
    gan.convince(conditions)
    np.testing.assert_array_equal(weights_of(gan.discriminator), judged)
    assert not np.array_equal(weights_of(gan.generator), before[0])


def test_the_average_follows():
    gan = new_gan(average_decay=0.5)
    start = weights_of(gan.generator).copy()
    gan.train_step(np.arange(8))
    average = np.concatenate([ops.convert_to_numpy(weights).ravel() for weights, own in zip(gan.average_generator.variables, gan.generator.variables, strict=True)
                              if own.trainable])
    np.testing.assert_allclose(average, (start + weights_of(gan.generator)) / 2, atol=1e-6)


def test_what_is_said_is_learned_from_sentences():
    reader = conditional.build_text_reader(10, {"colour": 3}, length=4, units=8)
    tokens = np.array([[5, 1, 0, 0], [2, 5, 0, 0], [3, 0, 0, 0], [4, 1, 5, 0], [2, 0, 0, 0], [5, 3, 0, 0]], "int32")
    said = np.array([0, 1, 2, 0, 1, 2])
    reader.compile(keras.optimizers.Adam(0.03), {"colour": keras.losses.SparseCategoricalCrossentropy(from_logits=True)})
    reader.fit(tokens, {"colour": said}, epochs=25, verbose=0)
    np.testing.assert_array_equal(np.argmax(reader(tokens)["colour"], axis=1), said)


def test_a_generator_is_saved_and_loaded(tmp_path):
    generator = new_generator()
    generator.save_weights(tmp_path / "g.weights.h5")
    again = new_generator(seed=5)
    again.load_weights(tmp_path / "g.weights.h5")
    noise = np.ones((1, LATENT))
    np.testing.assert_allclose(conditional.paint(again, noise, np.eye(3, dtype="float32")[:1]), conditional.paint(generator, noise, np.eye(3, dtype="float32")[:1]), atol=1e-6)
