"""Autoencoders: shapes, the divergence against a numerical integral, what a step moves, and what gradients reach."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tryon_utils import datasets, images, metrics, weights
from tryon_utils.models import dcgan, features, vae

SHAPE = (16, 16, 3)


def networks(seed=0):
    return vae.build_encoder(SHAPE, 5, channels=4, seed=seed), dcgan.build_generator(SHAPE, 5, channels=4, seed=seed + 1)


def new_vaegan(seed=0, **options):
    discriminator = vae.with_features(dcgan.build_discriminator(SHAPE, channels=4, seed=seed + 2), level=1)
    model = vae.VAEGAN(*networks(seed), discriminator, seed=seed, **options)
    model.compile(keras.optimizers.SGD(1e-4), keras.optimizers.SGD(1e-2))
    return model


def weights_of(network):
    return np.concatenate([ops.convert_to_numpy(weights).ravel() for weights in network.trainable_variables])


@pytest.fixture
def real_images():
    return np.random.default_rng(0).uniform(-1, 1, (8, *SHAPE)).astype("float32")


@pytest.mark.parametrize("shape", [(64, 64, 3), (32, 32, 1), (64, 48, 3)])
def test_pictures_become_means_and_variances(shape):
    mean, log_variance = vae.build_encoder(shape, 7, channels=4)(np.zeros((2, *shape), "float32"))
    assert mean.shape == log_variance.shape == (2, 7)
    np.testing.assert_array_equal(log_variance, 0)  # at the start, every cloud is as wide as the whole


@pytest.mark.parametrize("shape", [(30, 30, 3), (31, 31, 3)])
def test_a_size_that_halving_does_not_lead_to(shape):
    with pytest.raises(ValueError, match="Halving a picture"):
        vae.build_encoder(shape)


@pytest.mark.parametrize(("mean", "deviation"), [(0.0, 1.0), (1.5, 1.0), (-0.7, 0.3), (2.0, 2.0)])
def test_the_divergence_is_the_integral(mean, deviation):
    x = np.linspace(-25, 25, 200_001)
    density = np.exp(-((x - mean) / deviation) ** 2 / 2) / deviation / np.sqrt(2 * np.pi)
    logs = -((x - mean) / deviation) ** 2 / 2 - np.log(deviation) + x**2 / 2
    integral = np.sum(density * logs) * (x[1] - x[0])
    found = vae.gaussian_divergence(np.array([[mean, mean]], "float32"), np.full((1, 2), 2 * np.log(deviation), "float32"))
    np.testing.assert_allclose(found, [2 * integral], atol=1e-4)


def test_codes_are_drawn_with_their_mean_and_spread_and_gradients_reach_both():
    mean, log_variance = tf.constant([[2.0, -1.0]] * 4000), tf.constant([[0.0, 2 * np.log(0.1)]] * 4000, "float32")
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        codes = vae.draw_codes(mean, log_variance, seed=1)
        loss = tf.reduce_sum(codes**2)
    np.testing.assert_allclose(np.mean(codes, axis=0), [2, -1], atol=0.06)
    np.testing.assert_allclose(np.std(codes, axis=0), [1, 0.1], rtol=0.05)
    by_mean, by_log_variance = tape.gradient(loss, [mean, log_variance])
    np.testing.assert_allclose(by_mean, 2 * codes, rtol=1e-5)
    np.testing.assert_allclose(by_log_variance, codes * (codes - mean), rtol=1e-4, atol=1e-5)


def test_the_reconstruction_by_hand():
    model = vae.Autoencoder(*networks(), spread=0.5)
    images, decoded = np.zeros((2, *SHAPE), "float32"), np.full((2, *SHAPE), 0.5, "float32")
    np.testing.assert_allclose(model.reconstruction_loss(images, decoded), 0.25 * 16 * 16 * 3 / (2 * 0.25), rtol=1e-6)


def test_relative_error_does_not_care_for_the_scale_of_features():
    rng = np.random.default_rng(0)
    features, other = rng.normal(size=(2, 3, 4)).astype("float32"), rng.normal(size=(2, 3, 4)).astype("float32")
    np.testing.assert_allclose(vae.relative_error(10 * features, 10 * other), vae.relative_error(features, other), rtol=1e-4)


def test_an_autoencoder_learns_and_a_vae_pays_for_its_codes(real_images):
    for model in (vae.Autoencoder(*networks()), vae.VAE(*networks(), beta=2.0, seed=3)):
        model.compile(keras.optimizers.Adam(3e-3))
        losses = [float(model.train_step(real_images)["loss"]) for _ in range(12)]
        assert losses[-1] < losses[0]
    parts = model.measure(real_images)
    assert set(parts) == {"reconstruction", "divergence"} and parts["divergence"] > 0


def test_codes_and_pictures_in_batches_are_the_same_as_at_once(real_images):
    model = vae.Autoencoder(*networks())
    codes = model.encode(real_images, batch_size=3)
    assert codes.shape == (8, 5)
    np.testing.assert_allclose(codes, model.encode(real_images), atol=1e-5)
    assert model.reconstruct(real_images).shape == real_images.shape


def test_a_frozen_network_is_not_trained_by_the_distance_in_it(real_images):
    encoder, decoder = networks()
    seen = vae.build_encoder(SHAPE, 5, channels=4, seed=9)
    frozen = keras.Model(seen.input, seen.layers[3].output)
    before = frozen.get_weights()
    distance = vae.distance_in(frozen, weight=2.0)
    model = vae.VAE(encoder, decoder, distance=distance)
    model.compile(keras.optimizers.SGD(1e-4))
    model.train_step(real_images)
    assert not frozen.trainable_variables
    assert all(np.array_equal(now, then) for now, then in zip(frozen.get_weights(), before, strict=True))
    np.testing.assert_allclose(distance(real_images, real_images), 0, atol=1e-5)
    assert np.all(distance(real_images, -real_images) > vae.squared_error(real_images, -real_images))


def test_features_come_from_within_the_discriminator(real_images):
    discriminator = dcgan.build_discriminator(SHAPE, channels=4)
    features, logits = vae.with_features(discriminator, level=0)(real_images)
    assert features.shape == (8, 8, 8, 4) and logits.shape == (8, 1)
    np.testing.assert_allclose(logits, discriminator(real_images), atol=1e-5)


def test_a_step_of_the_vaegan_moves_all_three(real_images):
    model = new_vaegan()
    before = {name: weights_of(getattr(model, name)).copy() for name in ("encoder", "decoder", "discriminator")}
    results = model.train_step(real_images)
    for name, weights in before.items():
        assert not np.array_equal(weights_of(getattr(model, name)), weights), name
    assert set(results) == {"loss", "reconstruction", "feature_distance", "divergence", "fooling", "discriminator_loss"}
    assert all(np.isfinite(float(value)) for value in results.values())


def test_the_discriminator_is_moved_by_its_own_loss_alone(real_images):
    moved = []
    for weight in (0.0, 1e6):  # whatever the painters want
        model = new_vaegan(fooling_weight=weight, feature_weight=weight)
        model.code_optimizer.learning_rate = 0.0
        model.train_step(real_images)
        moved.append(weights_of(model.discriminator))
    np.testing.assert_allclose(moved[0], moved[1], rtol=1e-5, atol=1e-7)


def test_saved_and_loaded_networks_give_the_same(real_images, tmp_path):
    encoder, _ = networks()
    encoder.save(tmp_path / "encoder.keras")
    again = keras.models.load_model(tmp_path / "encoder.keras")
    np.testing.assert_allclose(again(real_images)[0], encoder(real_images)[0], atol=1e-6)


def test_the_eye_sees_larger_pictures_as_the_classifier_sees_their_half(real_images):
    classifier = features.build_classifier({"pattern": ("plain", "dots")}, width=4, feature_dim=5)
    eye, eye_for_larger = vae.build_eye(classifier, SHAPE, used_to=16), vae.build_eye(classifier, (32, 32, 3), used_to=16)
    larger = real_images.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(eye_for_larger(larger), eye(real_images), atol=1e-5)
    assert eye(real_images).shape[0] == 8 and np.ptp(eye(real_images)) > 0


def test_a_file_of_weights_holds_encoder_and_decoder(real_images, tmp_path):
    encoder, decoder = networks(1)
    vae.joined(encoder, decoder).save_weights(tmp_path / "both.weights.h5")
    model = vae.VAE(*networks(7))
    assert not np.array_equal(model.encode(real_images), vae.VAE(encoder, decoder).encode(real_images))
    vae.joined(model.encoder, model.decoder).load_weights(tmp_path / "both.weights.h5")
    for network, kept in ((model.encoder, encoder), (model.decoder, decoder)):
        assert all(np.array_equal(now, then) for now, then in zip(network.get_weights(), kept.get_weights(), strict=True))


@pytest.mark.parametrize("name", ["faces_pixels", "faces_features", "faces_vaegan"])
def test_shipped_models_give_new_faces_back_better_than_their_mean(name):
    bare = datasets.load_faces("new_both").bare
    back = images.to_picture(vae.load_faces(name).reconstruct(images.to_model(bare)))
    mean_face = np.rint(bare.mean(axis=0, keepdims=True)).astype("uint8").repeat(len(bare), axis=0)
    assert metrics.psnr(bare, back).mean() > metrics.psnr(bare, mean_face).mean() + 5  # decibels


def test_the_shipped_generator_paints_different_faces_from_noise():
    generator = vae.load_face_generator()
    made = generator.predict_on_batch(np.random.default_rng(0).normal(size=(8, 64)).astype("float32"))
    assert made.shape == (8, 64, 64, 3) and np.abs(made).max() <= 1
    assert made.std(axis=0).mean() > 0.1 and not generator.trainable


def test_weights_that_are_not_there_are_named():
    with pytest.raises(weights.WeightsError, match="faces_unheard_of"):
        vae.load_faces("faces_unheard_of")
