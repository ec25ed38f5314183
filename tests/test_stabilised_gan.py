"""The cures inside the train step: each changes exactly what it says, and without any it is chapter 03's step."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from tryon_utils import losses, training
from tryon_utils.layers import DifferentiableAugmentation
from tryon_utils.models import dcgan

SHAPE, LATENT_DIM, RATE = (16, 16, 3), 5, 0.1


def weights_of(network):
    return np.concatenate([weights.ravel() for weights in network.get_weights()])


def linear_gan(rate=RATE, **options):
    """A GAN whose discriminator is w.x, so that every slope is w itself."""
    discriminator = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.RandomNormal(0.0, 0.3, seed=2))])
    gan = dcgan.StabilisedGAN(dcgan.build_generator(SHAPE, LATENT_DIM, channels=4, seed=1), discriminator, seed=3, **options)
    gan.compile(keras.optimizers.SGD(rate), keras.optimizers.SGD(rate))
    return gan


def moved(real_images, steps=1, **options):
    """Return the linear discriminator's weights before each step and after the last."""
    gan = linear_gan(**options)
    path = [weights_of(gan.discriminator)]
    for _ in range(steps):
        gan.train_discriminator(real_images)
        path.append(weights_of(gan.discriminator))
    return path


@pytest.fixture
def real_images():
    return ops.convert_to_tensor(np.random.default_rng(0).uniform(-1, 1, (12, *SHAPE)).astype("float32"))


# ---- The discriminators ----------------------------------------------------------------------------------------------

def test_the_default_is_chapter_03s_discriminator(real_images):
    plain, stable = dcgan.build_discriminator(SHAPE, 4, seed=3), dcgan.build_stable_discriminator(SHAPE, 4, seed=3)
    np.testing.assert_array_equal(weights_of(plain), weights_of(stable))
    np.testing.assert_array_equal(plain(real_images), stable(real_images))


@pytest.mark.parametrize(("normalisation", "layer"), [("batch", "BatchNormalization"), ("spectral", "SpectralNormalization"), ("none", "LeakyReLU")])
@pytest.mark.parametrize("minibatch_deviation", [False, True])
def test_every_discriminator_judges_and_a_seed_fixes_it(normalisation, layer, minibatch_deviation, real_images):
    first, second = (dcgan.build_stable_discriminator(SHAPE, 4, normalisation, minibatch_deviation, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first(real_images, training=True), second(real_images, training=True))
    assert first(real_images).shape == (12, 1)
    kinds = [type(part).__name__ for part in first.layers]
    assert layer in kinds and ("MinibatchDeviation" in kinds) == minibatch_deviation
    assert normalisation == "batch" or "BatchNormalization" not in kinds


def test_spectral_normalisation_brings_every_kernels_norm_to_one(real_images):
    discriminator = dcgan.build_stable_discriminator(SHAPE, 4, "spectral", seed=4)
    for _ in range(50):
        discriminator(real_images, training=True)
    for layer in discriminator.layers:
        if isinstance(layer, layers.SpectralNormalization):
            kernel = ops.convert_to_numpy(layer.layer.kernel)
            np.testing.assert_allclose(np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2), 1, atol=0.01)


def test_an_unknown_normalisation_is_refused():
    with pytest.raises(ValueError, match="normalisation='layer' came; one of 'batch', 'spectral', 'none'"):
        dcgan.build_stable_discriminator(normalisation="layer")


# ---- The step --------------------------------------------------------------------------------------------------------

def test_without_options_it_is_the_plain_gan(real_images):
    gans = []
    for gan_class in (dcgan.GAN, dcgan.StabilisedGAN):
        gan = gan_class(dcgan.build_generator(SHAPE, LATENT_DIM, 4, seed=1), dcgan.build_discriminator(SHAPE, 4, seed=2), seed=3)
        gan.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE))
        results = [gan.train_step(real_images) for _ in range(3)][-1]
        gans.append((gan, results))
    (plain, expected), (stable, results) = gans
    for network in ("generator", "discriminator", "average_generator"):
        np.testing.assert_array_equal(weights_of(getattr(stable, network)), weights_of(getattr(plain, network)))
    assert all(float(results[name]) == float(expected[name]) for name in expected)


def test_each_half_moves_its_own_network_alone(real_images):
    gan = linear_gan(penalties=("r1", "r2"))
    generator, discriminator = (np.concatenate([ops.convert_to_numpy(w).ravel() for w in network.trainable_variables]) for network in (gan.generator, gan.discriminator))
    gan.train_discriminator(real_images)
    np.testing.assert_array_equal(np.concatenate([ops.convert_to_numpy(w).ravel() for w in gan.generator.trainable_variables]), generator)
    after = weights_of(gan.discriminator)
    assert not np.array_equal(after, discriminator)
    gan.train_generator(real_images)
    np.testing.assert_array_equal(weights_of(gan.discriminator), after)
    assert not np.array_equal(np.concatenate([ops.convert_to_numpy(w).ravel() for w in gan.generator.trainable_variables]), generator)


@pytest.mark.parametrize(("penalties", "gradient"), [(("r1",), lambda w: w), (("r2",), lambda w: w), (("r1", "r2"), lambda w: 2 * w),
                                                     (("gradient",), lambda w: 2 * (1 - 1 / np.linalg.norm(w)) * w)])
def test_penalties_pull_as_their_formulas_say(penalties, gradient, real_images):
    """|w|^2 / 2 for R1 and R2 each, (|w| - 1)^2 for the gradient penalty: differentiated by hand."""
    start, plain = moved(real_images)
    _, penalised = moved(real_images, penalties=penalties, penalty_weight=0.7)
    np.testing.assert_allclose(penalised - plain, -RATE * 0.7 * gradient(start), atol=1e-5)


def test_r1_is_taken_at_real_and_r2_at_fake_pictures(real_images):
    gan = linear_gan()
    seen = []
    gan.discriminator = keras.layers.Lambda(lambda images: seen.append(images) or ops.sum(images, axis=(1, 2, 3), keepdims=True)[:, 0, 0])
    fake_images = -real_images
    for name in ("r1", "r2"):
        gan.penalties = (name,)
        gan.slope_penalty(ops.convert_to_tensor(real_images), ops.convert_to_tensor(fake_images))
    np.testing.assert_array_equal(seen[0], real_images)
    np.testing.assert_array_equal(seen[1], fake_images)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_lazy_penalty_comes_seldom_and_counts_as_much(compiled, real_images):
    lazy, plain = (linear_gan(penalties=penalties, penalty_weight=0.01, penalty_every=4) for penalties in (("r1",), ()))
    if compiled:
        import tensorflow as tf
        for gan in (lazy, plain):
            gan.train_discriminator = tf.function(gan.train_discriminator)
    for step in range(6):
        start = lazy.discriminator.get_weights()
        plain.discriminator.set_weights(start)
        lazy.train_discriminator(real_images)
        plain.train_discriminator(real_images)
        pull = lazy.discriminator.get_weights()[0] - plain.discriminator.get_weights()[0]
        np.testing.assert_allclose(pull, -RATE * 4 * 0.01 * start[0] if step % 4 == 0 else 0 * pull, atol=1e-6)


def test_the_batch_is_dealt_out_among_the_discriminators_steps(real_images):
    gan = linear_gan(discriminator_steps=3)
    shares = []
    train = gan.train_discriminator
    gan.train_discriminator = lambda share: shares.append(ops.convert_to_numpy(share)) or train(share)
    gan.train_step(real_images)
    np.testing.assert_array_equal(np.concatenate(shares), real_images)
    assert [len(share) for share in shares] == [4, 4, 4]
    assert int(gan.discriminator_optimizer.iterations) == 3 and int(gan.generator_optimizer.iterations) == 1


def test_a_paired_game_compares_with_real_pictures(real_images):
    gan, other = linear_gan(game=losses.RELATIVISTIC), linear_gan(game=losses.RELATIVISTIC)
    fake_logits = other.discriminator(other.generator(other.draw_noise(12), training=True))
    expected = np.mean(np.log1p(np.exp(other.discriminator(real_images) - fake_logits)))
    np.testing.assert_allclose(gan.train_generator(real_images)["generator_loss"], expected, rtol=1e-5)


def test_a_layer_before_the_discriminator_changes_pictures_in_both_halves(real_images):
    class Grey(keras.layers.Layer):
        def call(self, images, training=False):
            return 0 * images if training else images

    gan = linear_gan()
    gan.discriminator = keras.Sequential([Grey(), gan.discriminator])
    results = gan.train_step(real_images)
    assert float(results["real_logit"]) == float(results["fake_logit"]) == 0
    np.testing.assert_allclose(results["generator_loss"], np.log(2), rtol=1e-6)
    assert float(ops.std(gan.discriminator(real_images))) > 0, "in use, pictures are judged as they are"


def test_an_unknown_penalty_is_refused():
    with pytest.raises(ValueError, match="'r3' is not among 'r1', 'r2' and 'gradient'"):
        linear_gan(penalties=("r1", "r3"))


def test_an_interrupted_training_goes_on_exactly(real_images, tmp_path):
    real_images = ops.convert_to_numpy(real_images)

    def new_gan(seed):
        gan = dcgan.StabilisedGAN(dcgan.build_generator(SHAPE, LATENT_DIM, 4, seed=seed),
                                  keras.Sequential([DifferentiableAugmentation(seed=seed + 2), dcgan.build_stable_discriminator(SHAPE, 4, "spectral", True, seed=seed + 1)]),
                                  penalties=("r1", "gradient"), penalty_every=3, seed=seed + 3)
        gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
        return gan

    whole = training.train(new_gan(0), real_images, 10, batch_size=4)
    training.train(new_gan(0), real_images, 4, batch_size=4, checkpoint=training.Checkpoint(tmp_path / "run.npz", every=4))
    resumed = training.train(new_gan(50), real_images, 10, batch_size=4, checkpoint=training.Checkpoint(tmp_path / "run.npz", every=4))
    for network in ("generator", "discriminator", "average_generator"):
        np.testing.assert_allclose(weights_of(getattr(resumed, network)), weights_of(getattr(whole, network)), atol=1e-6)
