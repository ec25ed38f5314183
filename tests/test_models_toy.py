"""The toy family: shapes, seeds, what a step moves and what it doesn't, and saving."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import losses, points
from tryon_utils.models import toy


def weights_of(network):
    return np.concatenate([weights.ravel() for weights in network.get_weights()])


def new_gan(seed=0, learning_rate=0.1, **options):
    gan = toy.ToyGAN(toy.build_generator(units=8, seed=seed), toy.build_discriminator(units=8, seed=seed + 1), seed=seed + 2)
    gan.compile(keras.optimizers.SGD(learning_rate), keras.optimizers.SGD(learning_rate), **options)
    return gan


@pytest.fixture
def real_points():
    return points.ring().sample(64, np.random.default_rng(0))


# ---- Networks --------------------------------------------------------------------------------------------------------

def test_the_generator_makes_points_from_noise():
    generator = toy.build_generator(latent_dim=5, units=16, hidden_layers=2)
    made = generator(keras.random.normal((7, 5), seed=1))
    assert made.shape == (7, 2) and generator.name == "generator"
    assert generator.count_params() == (5 * 16 + 16) + (16 * 16 + 16) + (16 * 2 + 2)


def test_the_discriminator_returns_one_logit_without_bounds():
    discriminator = toy.build_discriminator(units=16, hidden_layers=2)
    logits = discriminator(1000 * points.plane(count=8))
    assert logits.shape == (64, 1) and discriminator.name == "discriminator"
    assert ops.max(ops.abs(logits)) > 1  # a sigmoid at the end would keep it below
    assert discriminator.count_params() == (2 * 16 + 16) + (16 * 16 + 16) + (16 * 1 + 1)


def test_a_generator_is_unbounded():
    made = toy.build_generator()(1000 * keras.random.normal((64, 2), seed=1))
    assert ops.min(made) < -1 and ops.max(made) > 1


@pytest.mark.parametrize("build", [toy.build_generator, toy.build_discriminator])
def test_a_seed_fixes_the_weights_and_layers_differ(build):
    np.testing.assert_array_equal(weights_of(build(seed=4)), weights_of(build(seed=4)))
    assert not np.allclose(weights_of(build(seed=4)), weights_of(build(seed=5)))
    first, second = [layer.kernel for layer in build(seed=4).layers[2:4]]
    assert first.shape == second.shape and not np.allclose(first, second)


@pytest.mark.parametrize("build", [toy.build_generator, toy.build_discriminator])
def test_a_network_is_saved_and_loaded(build, tmp_path):
    network, vectors = build(seed=6), points.plane(count=5)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(loaded(vectors), network(vectors))


# ---- The GAN ---------------------------------------------------------------------------------------------------------

def test_the_discriminators_half_moves_the_discriminator_alone(real_points):
    gan = new_gan()
    generator, discriminator = weights_of(gan.generator), weights_of(gan.discriminator)
    results = gan.train_discriminator(real_points)
    np.testing.assert_array_equal(weights_of(gan.generator), generator)
    assert all(np.any(new != old) for new, old in zip(gan.discriminator.get_weights(), new_gan().discriminator.get_weights(), strict=True))
    assert not np.allclose(weights_of(gan.discriminator), discriminator)
    assert set(results) == {"discriminator_loss", "real_probability", "fake_probability"}
    assert 0 < float(results["real_probability"]) < 1 and 0 < float(results["fake_probability"]) < 1


def test_the_generators_half_moves_the_generator_alone():
    gan = new_gan()
    generator, discriminator = weights_of(gan.generator), weights_of(gan.discriminator)
    results = gan.train_generator(64)
    np.testing.assert_array_equal(weights_of(gan.discriminator), discriminator)
    assert not np.allclose(weights_of(gan.generator), generator)
    assert set(results) == {"generator_loss"}


def test_both_halves_walk_downhill(real_points):
    gan = new_gan(learning_rate=0.01)
    noise = keras.random.normal((512, 2), seed=9)

    def losses_now():
        fake_logits = gan.discriminator(gan.generator(noise))
        return float(losses.discriminator_loss(gan.discriminator(real_points), fake_logits)), float(losses.generator_loss(fake_logits))

    before, _ = losses_now()
    for _ in range(20):
        gan.train_discriminator(real_points)
    middle, before_generator = losses_now()
    assert middle < before
    for _ in range(20):
        gan.train_generator(64)
    assert losses_now()[1] < before_generator


def test_a_step_is_the_discriminators_half_and_then_the_generators(real_points):
    stepped, halved = new_gan(), new_gan()
    results = stepped.train_step(real_points)
    by_halves = halved.train_discriminator(real_points) | halved.train_generator(len(real_points))
    for one, other in [(stepped.generator, halved.generator), (stepped.discriminator, halved.discriminator)]:
        np.testing.assert_allclose(weights_of(one), weights_of(other), atol=1e-7)
    assert list(results) == list(by_halves)


def test_fit_takes_the_same_step(real_points):
    stepped, fitted = new_gan(), new_gan()
    stepped.train_step(real_points)
    record = fitted.fit(real_points, batch_size=len(real_points), shuffle=False, verbose=0)
    for one, other in [(stepped.generator, fitted.generator), (stepped.discriminator, fitted.discriminator)]:
        np.testing.assert_allclose(weights_of(one), weights_of(other), atol=1e-6)
    assert set(record.history) == {"discriminator_loss", "real_probability", "fake_probability", "generator_loss"}


def test_every_draw_of_noise_differs_and_a_seed_repeats_them():
    gan, again = new_gan(seed=3), new_gan(seed=3)
    first, second = gan.draw_noise(16), gan.draw_noise(16)
    assert first.shape == (16, 2) and not np.allclose(first, second)
    np.testing.assert_array_equal(again.draw_noise(16), first)
    assert not np.allclose(new_gan(seed=4).draw_noise(16), first)


def test_noise_differs_from_step_to_step_in_a_graph(real_points):
    gan = new_gan(learning_rate=0.0)  # nothing moves, so only other noise can change the loss
    record = gan.fit(np.concatenate([real_points] * 3), batch_size=len(real_points), epochs=1, shuffle=False, verbose=0)
    more = gan.fit(np.concatenate([real_points] * 3), batch_size=len(real_points), epochs=1, shuffle=False, verbose=0)
    assert record.history["generator_loss"] != more.history["generator_loss"]


def test_a_trained_generator_is_saved_and_goes_into_another_gan(real_points, tmp_path):
    gan, other = new_gan(seed=0), new_gan(seed=7)
    gan.train_step(real_points)
    gan.generator.save_weights(tmp_path / "generator.weights.h5")
    other.generator.load_weights(tmp_path / "generator.weights.h5")
    noise = keras.random.normal((9, 2), seed=1)
    np.testing.assert_array_equal(other.generator(noise), gan.generator(noise))


def test_each_network_has_an_optimizer_of_its_own(real_points):
    gan = new_gan()
    optimizer = keras.optimizers.Adam(0.1)
    gan.compile(optimizer, keras.optimizers.Adam(0.0))
    before = weights_of(gan.discriminator)
    gan.train_step(real_points)
    np.testing.assert_array_equal(weights_of(gan.discriminator), before)
    assert int(optimizer.iterations) == 1
