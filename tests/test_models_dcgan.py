"""The DCGAN family: shapes and ranges at every size, what a step moves and what it doesn't, the average, and saving."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import losses
from tryon_utils.models import dcgan

SHAPES = [(28, 28, 1), (32, 32, 3), (64, 64, 3), (64, 48, 3)]


def weights_of(network):
    return np.concatenate([weights.ravel() for weights in network.get_weights()])


def trainable(network):
    return np.concatenate([ops.convert_to_numpy(weights).ravel() for weights in network.trainable_variables])


def new_gan(seed=0, learning_rate=0.01, **options):
    gan = dcgan.GAN(dcgan.build_generator((8, 8, 3), 5, channels=4, seed=seed), dcgan.build_discriminator((8, 8, 3), channels=4, seed=seed + 1),
                    seed=seed + 2, **options)
    gan.compile(keras.optimizers.SGD(learning_rate), keras.optimizers.SGD(learning_rate))
    return gan


@pytest.fixture
def real_images():
    return np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 3)).astype("float32")


# ---- Networks --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("image_shape", SHAPES)
def test_pictures_of_every_size_are_painted_and_judged(image_shape):
    generator = dcgan.build_generator(image_shape, latent_dim=7, channels=4)
    discriminator = dcgan.build_discriminator(image_shape, channels=4)
    made = generator(keras.random.normal((3, 7), seed=1))
    assert made.shape == (3, *image_shape)
    assert ops.min(made) >= -1 and ops.max(made) <= 1
    assert discriminator(made).shape == (3, 1)


def test_the_range_is_used_to_its_ends_and_logits_have_none():
    generator = dcgan.build_generator(latent_dim=7, channels=4)
    made = generator(1e9 * keras.random.normal((3, 7), seed=1))
    assert ops.min(made) < -0.9 and ops.max(made) > 0.9 and ops.max(ops.abs(made)) <= 1
    logits = dcgan.build_discriminator(channels=4)(1e6 * np.random.default_rng(0).normal(size=(4, 32, 32, 3)))
    assert ops.max(ops.abs(logits)) > 1


@pytest.mark.parametrize(("image_shape", "sizes"), [((28, 28, 1), [(7, 7), (14, 14), (28, 28)]), ((32, 32, 3), [(4, 4), (8, 8), (16, 16), (32, 32)]),
                                                    ((64, 48, 3), [(4, 3), (8, 6), (16, 12), (32, 24), (64, 48)])])
def test_the_grids_double_up_to_the_picture(image_shape, sizes):
    assert dcgan.grid_sizes(image_shape) == sizes


@pytest.mark.parametrize("build", [dcgan.build_generator, dcgan.build_discriminator])
@pytest.mark.parametrize("image_shape", [(30, 30, 3), (31, 31, 3), (4, 4, 3)])
def test_sizes_that_do_not_double_are_refused(build, image_shape):
    with pytest.raises(ValueError, match=f"{image_shape[0]} x {image_shape[1]}.*Take sizes such as"):
        build(image_shape)


def test_normalisation_stands_neither_at_the_picture_nor_at_the_logit():
    def kinds(network):
        return [type(layer).__name__ for layer in network.layers]

    assert kinds(dcgan.build_discriminator())[:3] == ["InputLayer", "Conv2D", "LeakyReLU"]
    assert kinds(dcgan.build_discriminator())[-2:] == ["Flatten", "Dense"]
    assert kinds(dcgan.build_generator())[-2:] == ["ReLU", "Conv2D"]


@pytest.mark.parametrize("build", [dcgan.build_generator, dcgan.build_discriminator])
def test_a_seed_fixes_the_weights(build):
    np.testing.assert_array_equal(weights_of(build(channels=4, seed=4)), weights_of(build(channels=4, seed=4)))
    assert not np.allclose(weights_of(build(channels=4, seed=4)), weights_of(build(channels=4, seed=5)))


def test_a_generator_is_saved_and_loaded(tmp_path):
    generator, noise = dcgan.build_generator(channels=4), keras.random.normal((3, 64), seed=1)
    generator.save(tmp_path / "generator.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "generator.keras")(noise), generator(noise))


# ---- The GAN ---------------------------------------------------------------------------------------------------------

def test_the_discriminators_half_moves_the_discriminator_alone(real_images):
    gan = new_gan()
    generator, discriminator = trainable(gan.generator), trainable(gan.discriminator)
    results = gan.train_discriminator(real_images)
    np.testing.assert_array_equal(trainable(gan.generator), generator)
    assert not np.array_equal(trainable(gan.discriminator), discriminator)
    assert set(results) == {"discriminator_loss", "real_probability", "fake_probability"}


def test_the_generators_half_moves_the_generator_alone():
    gan = new_gan()
    generator, discriminator = trainable(gan.generator), trainable(gan.discriminator)
    assert set(gan.train_generator(16)) == {"generator_loss"}
    np.testing.assert_array_equal(trainable(gan.discriminator), discriminator)
    assert not np.array_equal(trainable(gan.generator), generator)


@pytest.mark.parametrize("name", losses.GAMES)
def test_every_game_is_played(name, real_images):
    gan = new_gan(game=losses.GAMES[name])
    gan.noise_seed = keras.random.SeedGenerator(5)
    results = gan.train_discriminator(real_images)
    twin = new_gan(game=losses.GAMES[name])
    fake_images = twin.generator(keras.random.normal((16, 5), seed=keras.random.SeedGenerator(5)), training=True)
    expected = losses.GAMES[name].discriminator_loss(twin.discriminator(real_images, training=True), twin.discriminator(fake_images, training=True))
    np.testing.assert_allclose(results["discriminator_loss"], expected, rtol=1e-5, atol=1e-6)


def test_the_average_starts_at_the_generator_and_follows_it(real_images):
    gan = new_gan(average_decay=0.75)
    before = gan.generator.get_weights()
    np.testing.assert_array_equal(weights_of(gan.average_generator), weights_of(gan.generator))
    gan.train_step(real_images)
    for old, new, average in zip(before, gan.generator.get_weights(), gan.average_generator.get_weights(), strict=True):
        np.testing.assert_allclose(average, 0.75 * old + 0.25 * new, atol=1e-6)
    assert not gan.average_generator.trainable_variables


def test_fit_takes_the_same_step(real_images):
    stepped, fitted = new_gan(), new_gan()
    stepped.train_step(real_images)
    record = fitted.fit(real_images, batch_size=16, shuffle=False, verbose=0)
    for network in ("generator", "discriminator", "average_generator"):
        np.testing.assert_allclose(weights_of(getattr(stepped, network)), weights_of(getattr(fitted, network)), atol=1e-5)
    assert set(record.history) == {"discriminator_loss", "real_probability", "fake_probability", "generator_loss"}


def test_noise_differs_from_draw_to_draw_and_a_seed_repeats_it():
    gan, again = new_gan(seed=3), new_gan(seed=3)
    first, second = gan.draw_noise(16), gan.draw_noise(16)
    assert first.shape == (16, 5) and not np.allclose(first, second)
    np.testing.assert_array_equal(again.draw_noise(16), first)
