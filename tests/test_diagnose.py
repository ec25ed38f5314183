"""The checkup: it changes nothing, stays silent on healthy GANs of any build, and its instruments read what they say."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from tryon_utils import diagnose, losses, points
from tryon_utils import layers as course_layers
from tryon_utils.clinic.case import adam, train
from tryon_utils.diagnose import instruments
from tryon_utils.models import dcgan, toy

RING = points.ring().sample(500, np.random.default_rng(0))
PICTURES = np.random.default_rng(1).uniform(-1, 1, (200, 8, 8, 3)).astype("float32").cumsum(axis=1).clip(-1, 1)


def toy_gan(seed=0, **options):
    gan = dcgan.GAN(toy.build_generator(seed=seed), toy.build_discriminator(seed=seed + 1), seed=seed + 2, **options)
    gan.compile(adam(), adam())
    return gan


def picture_gan(seed=0, kind=dcgan.GAN, discriminator=None, shape=(8, 8, 3), **options):
    gan = kind(dcgan.build_generator(shape, 8, 8, seed=seed), discriminator or dcgan.build_discriminator(shape, 8, seed=seed + 1), seed=seed + 2, **options)
    gan.compile(adam(), adam())
    return gan


def causes(report):
    return [verdict.cause for verdict in report.verdicts]


def state_of(gan):
    owners = [gan, gan.generator_optimizer, gan.discriminator_optimizer]
    return [ops.convert_to_numpy(variable).copy() for owner in owners for variable in owner.variables]


# ---- It changes nothing ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("gan", [toy_gan(), picture_gan()], ids=["points", "pictures"])
def test_a_checkup_leaves_everything_as_it_was(gan):
    data = RING if gan.generator.output_shape == (None, 2) else PICTURES
    train(gan, data, 3)
    before, flags = state_of(gan), [variable.trainable for variable in gan.variables]
    numpy_state = np.random.get_state()[1].copy()
    diagnose.checkup(gan, data, show=lambda samples: samples, epochs=3)
    for old, new in zip(before, state_of(gan), strict=True):
        np.testing.assert_array_equal(old, new)
    assert flags == [variable.trainable for variable in gan.variables]
    assert not tf.config.functions_run_eagerly()
    np.testing.assert_array_equal(numpy_state, np.random.get_state()[1])


def test_a_training_goes_on_as_if_there_had_been_no_checkup():
    one, other = toy_gan(), toy_gan()
    for gan in (one, other):
        train(gan, RING, 5, compiled=False)
    diagnose.checkup(one, RING)
    for gan in (one, other):
        train(gan, RING, 5, compiled=False)
    for ours, theirs in zip(state_of(one), state_of(other), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_only_the_step_knows_is_put_back_too():
    generator, discriminator = toy.build_generator(), toy.build_discriminator(seed=1)
    optimizers, noise_seed, average = [keras.optimizers.Adam(), keras.optimizers.Adam()], keras.random.SeedGenerator(4), keras.Variable(0.0)

    def step(real_points):
        noise = keras.random.normal((len(real_points), 2), seed=noise_seed)
        with tf.GradientTape() as first, tf.GradientTape() as second:
            fake_logits = discriminator(generator(noise))
            loss = losses.discriminator_loss(discriminator(real_points), fake_logits)
            generator_loss = losses.generator_loss(fake_logits)
        optimizers[0].apply(first.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables)
        optimizers[1].apply(second.gradient(generator_loss, generator.trainable_variables), generator.trainable_variables)
        average.assign(0.5 * average + 1)

    weights, state = generator.get_weights(), ops.convert_to_numpy(noise_seed.state).copy()
    report = diagnose.checkup(diagnose.Players(generator, discriminator, step), RING)
    assert causes(report) == []
    assert [optimizer.built for optimizer in optimizers] == [False, False] and float(average) == 0
    np.testing.assert_array_equal(state, ops.convert_to_numpy(noise_seed.state))
    for old, new in zip(weights, generator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    step(tf.constant(RING[:8]))  # an optimizer that was unbuilt again still works
    assert [len(optimizer.variables) for optimizer in optimizers] == [18, 18]


def test_every_source_of_random_numbers_goes_on_where_it_was():
    def draw():
        return [np.random.rand(), random.random(), float(tf.random.normal(())), float(keras.random.normal(())), float(tf.random.get_global_generator().normal(()))]

    def step(real_points):
        sum(draw())

    found = []
    for examined in (False, True):
        keras.utils.set_random_seed(3)
        tf.random.get_global_generator().reset_from_seed(3)
        draw()
        if examined:
            diagnose.checkup(diagnose.Players(toy.build_generator(), toy.build_discriminator(), step), RING, steps=2)
        found.append(draw())
    assert found[0] == found[1]


# ---- It stays silent on healthy GANs ---------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(5))
def test_no_alarm_on_the_toy_gan_of_chapter_02(seed):
    gan = toy.ToyGAN(toy.build_generator(seed=3 * seed), toy.build_discriminator(seed=3 * seed + 1), seed=3 * seed + 2)
    gan.compile(adam(), adam())
    assert causes(diagnose.checkup(gan, RING)) == []
    train(gan, RING, 100, seed)
    assert causes(diagnose.checkup(gan, RING)) == []


@pytest.mark.parametrize("seed", range(5))
def test_no_alarm_on_the_dcgan_of_chapter_03(seed):
    gan = dcgan.build_gan(40, (16, 16, 3), 16, 4, seed=seed)
    pictures = np.repeat(np.repeat(PICTURES, 2, axis=1), 2, axis=2)
    assert causes(diagnose.checkup(gan, pictures, batch_size=32, steps=3)) == []
    train(gan, pictures, 5, seed, compiled=False)
    assert causes(diagnose.checkup(gan, pictures, batch_size=32, steps=3, show=lambda samples: (samples + 1) / 2)) == []


@pytest.mark.parametrize("game", [*losses.GAMES.values(), losses.SMOOTHED], ids=[*losses.GAMES, "smoothed"])
def test_no_alarm_whatever_the_game(game):
    gan = toy_gan(game=game)
    train(gan, RING, 10, compiled=False)
    assert causes(diagnose.checkup(gan, RING, steps=3)) == []


STABLE = {
    "WGAN-GP": {"game": losses.GAMES["Wasserstein"], "penalties": ("gradient",), "penalty_weight": 10.0, "discriminator_steps": 2},
    "R1, hinge": {"game": losses.GAMES["hinge"], "penalties": ("r1",), "penalty_every": 2},
    "paired, R1 and R2": {"game": losses.RELATIVISTIC, "penalties": ("r1", "r2")},
    "augmented": {},
}


@pytest.mark.parametrize("name", STABLE)
def test_no_alarm_on_stabilised_gans(name):
    discriminator = dcgan.build_stable_discriminator((8, 8, 3), 8, "spectral" if "hinge" in name else "none", seed=1)
    if name == "augmented":
        discriminator = keras.Sequential([course_layers.DifferentiableAugmentation(seed=3), discriminator])
    gan = picture_gan(kind=dcgan.StabilisedGAN, discriminator=discriminator, **STABLE[name])
    train(gan, PICTURES, 3, compiled=False)
    assert causes(diagnose.checkup(gan, PICTURES, batch_size=32, steps=3)) == []


class OwnGenerator(keras.Model):
    """A network as a subclass, with names of its own and a sigmoid at its end."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = layers.Dense(32, activation="relu"), layers.Dense(32), layers.Dense(3 * 64, activation="sigmoid")
        self.normalise = layers.BatchNormalization()

    def call(self, noise, training=False):
        return ops.reshape(self.third(ops.relu(self.normalise(self.second(self.first(noise)), training=training))), (-1, 8, 8, 3))


def other_gan(probabilities, one_batch=False):
    """A GAN of other parts: subclassed generator, sequential discriminator, Keras' losses, one pair of tapes, uniform noise."""
    generator = OwnGenerator()
    generator(np.zeros((2, 5), "float32"))
    discriminator = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(8, 3, strides=2), layers.LeakyReLU(), layers.Dropout(0.2), layers.Flatten(),
                                      layers.Dense(1, activation="sigmoid" if probabilities else None)])
    loss, seed = keras.losses.BinaryCrossentropy(from_logits=not probabilities), keras.random.SeedGenerator(2)
    optimizers = keras.optimizers.RMSprop(1e-3), keras.optimizers.RMSprop(1e-3)

    @tf.function
    def step(real_images):
        count = tf.shape(real_images)[0]
        with tf.GradientTape() as first, tf.GradientTape() as second:
            fakes = generator(keras.random.uniform((count, 5), -1, 1, seed=seed), training=True)
            if one_batch:
                real, fake = tf.split(discriminator(tf.concat([real_images, fakes], 0), training=True), 2)
            else:
                real, fake = discriminator(real_images, training=True), discriminator(fakes, training=True)
            discriminator_loss = loss(tf.ones_like(real), real) + loss(tf.zeros_like(fake), fake)
            generator_loss = loss(tf.ones_like(fake), fake)
        optimizers[0].apply_gradients(zip(first.gradient(discriminator_loss, discriminator.trainable_variables), discriminator.trainable_variables, strict=True))
        optimizers[1].apply_gradients(zip(second.gradient(generator_loss, generator.trainable_variables), generator.trainable_variables, strict=True))

    return diagnose.Players(generator, discriminator, step)


@pytest.mark.parametrize("probabilities", [False, True])
@pytest.mark.parametrize("one_batch", [False, True])
def test_no_alarm_on_a_gan_of_other_parts(probabilities, one_batch):
    report = diagnose.checkup(other_gan(probabilities, one_batch), (PICTURES + 1) / 2)
    assert causes(report) == [] and report.observation.squashed == probabilities


def test_no_alarm_where_the_classes_are_glued_to_the_noise():
    """As many conditional GANs are written: one-hot classes beside the noise, and as planes beside the picture."""
    generator = dcgan.build_generator((8, 8, 3), 8 + 4, 8)
    discriminator = dcgan.build_stable_discriminator((8, 8, 7), 8, "none", seed=1)
    optimizers, seed, classes = (adam(), adam()), keras.random.SeedGenerator(2), np.eye(4, dtype="float32")[np.arange(200) % 4]

    def step(batch):
        images, labels = batch
        planes = ops.broadcast_to(labels[:, None, None, :], (len(labels), 8, 8, 4))
        noise = keras.random.normal((len(labels), 8), seed=seed)
        with tf.GradientTape() as first, tf.GradientTape() as second:
            fakes = generator(ops.concatenate([noise, labels], axis=1), training=True)
            fake = discriminator(ops.concatenate([fakes, planes], axis=-1), training=True)
            real = discriminator(ops.concatenate([images, planes], axis=-1), training=True)
            discriminator_loss, generator_loss = losses.discriminator_loss(real, fake), losses.generator_loss(fake)
        for tape, loss, network, optimizer in ((first, discriminator_loss, discriminator, optimizers[0]), (second, generator_loss, generator, optimizers[1])):
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)

    report = diagnose.checkup(diagnose.Players(generator, discriminator, step), (PICTURES, classes))
    assert causes(report) == []
    assert report.observation.slot == (0, "first") and set(report.observation.kinds[0][2]) == {"real"}


# ---- The instruments -------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def healthy():
    return diagnose.observe(toy_gan(), RING)


def test_the_pull_is_the_slope_of_the_loss(healthy):
    for logit, slopes in healthy.curves["generator", "fake"].items():
        np.testing.assert_allclose(slopes.sum(), 1 / (1 + np.exp(-logit)) - 1, atol=1e-5)
    values = instruments.pulls(healthy).values
    np.testing.assert_allclose([values["even"], values["floor"]], [2 * np.log(2), 0], atol=1e-5)


def test_the_gradient_is_measured_layer_by_layer(healthy):
    values = instruments.reach(healthy).values
    for player, network in (("generator", healthy.generator), ("discriminator", healthy.discriminator)):
        sizes, = values[player]["by layer"]
        assert len(sizes) == sum(bool(layer.weights) for layer in network.layers) and min(sizes) > 0


def test_a_layer_that_no_gradient_reaches_is_seen():
    noise = keras.Input((2,))
    hidden = ops.stop_gradient(layers.Dense(8)(noise))
    gan = dcgan.GAN(keras.Model(noise, layers.Dense(2)(hidden)), toy.build_discriminator(), seed=2)
    gan.compile(adam(), adam())
    sizes, = instruments.reach(diagnose.observe(gan, RING, steps=1)).values["generator"]["by layer"]
    assert sizes[0] is None and sizes[1] > 0


def test_the_loss_is_told_beside_its_floor_and_its_draw(healthy):
    values = instruments.pulls(healthy).values
    assert values["floor"] < values["now"] and abs(values["now"] - values["even"]) < 0.3  # before any training, nobody can tell


def test_an_untrained_generator_covers_little(healthy):
    values = instruments.variety(healthy).values
    assert values["covered"] < 0.2 and values["fake"] < 0.5 * values["real"]


def test_the_double_sigmoid_loses_the_factor_that_the_maths_says():
    generator, sigmoid = toy.build_generator(), toy.build_discriminator(seed=1)
    discriminator = keras.Model(sigmoid.input, layers.Reshape((1,))(layers.Activation("sigmoid")(sigmoid.output)))
    on_logits = keras.losses.BinaryCrossentropy(from_logits=True)
    gan = dcgan.GAN(generator, discriminator, losses.Game(lambda real, fake: on_logits(ops.ones_like(real), real) + on_logits(ops.zeros_like(fake), fake),
                                                          lambda fake: on_logits(ops.ones_like(fake), fake)))
    gan.compile(adam(), adam())
    report = diagnose.checkup(gan, RING)
    assert causes(report) == ["sigmoid twice"]
    pulls = report.readings["pulls"].values
    np.testing.assert_allclose(pulls["discriminator", "real"][-8.0], 0.9997 / 5965, rtol=0.01)
    np.testing.assert_allclose(pulls["floor"], 1.0064, atol=1e-3)


def test_a_saturating_loss_alarms_only_where_the_discriminator_is_sure():
    gan = toy_gan(game=losses.GAMES["saturating"])
    assert causes(diagnose.checkup(gan, RING)) == []
    gan.discriminator.layers[-1].bias.assign([-8.0])
    assert causes(diagnose.checkup(gan, RING)) == ["saturating"]


def test_labels_are_read_off_the_slope():
    gan = toy_gan(game=losses.SMOOTHED)
    values = instruments.labels(diagnose.observe(gan, RING)).values
    np.testing.assert_allclose(values["real"], 0.9, atol=1e-3)
    np.testing.assert_allclose(values["fake"], 0.0, atol=1e-3)


def test_samples_are_followed_through_a_change_of_range():
    class Scaling(dcgan.GAN):
        def train_step(self, real_points):
            return super().train_step(real_points / 2 + 0.1)

    gan = Scaling(toy.build_generator(), toy.build_discriminator(seed=1))
    gan.compile(adam(), adam())
    kinds = diagnose.observe(gan, RING).kinds[0]
    assert [set(kinds[number]) for number in sorted(kinds)] == [{"real"}, {"fake"}, {"fake"}]


def test_a_step_that_fails_is_reported():
    def step(batch):
        raise RuntimeError("out of thread")

    report = diagnose.checkup(diagnose.Players(toy.build_generator(), toy.build_discriminator(), step), RING)
    assert causes(report)[0] == "step fails" and "out of thread" in report.verdicts[0].evidence


def test_numbers_that_are_none_are_an_alarm():
    gan = toy_gan()
    gan.generator.layers[-1].bias.assign([np.nan, 0.0])
    assert "not finite" in causes(diagnose.checkup(gan, RING))


@pytest.mark.parametrize("wrong, word", [(object(), "Players"), (toy.build_generator(), "discriminator")])
def test_what_is_no_gan_is_refused(wrong, word):
    with pytest.raises(ValueError, match=word):
        diagnose.checkup(wrong, RING)


def test_networks_that_were_never_called_are_refused():
    with pytest.raises(ValueError, match="Call it once"):
        diagnose.checkup(diagnose.Players(OwnGenerator(), toy.build_discriminator(), lambda batch: None), RING)


def test_data_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="as many in each part"):
        diagnose.checkup(toy_gan(), (RING, RING[:5]))


def test_the_report_reads_well_as_text_and_as_a_page():
    report = diagnose.checkup(toy_gan(game=losses.Game(losses.discriminator_loss, losses.saturating_generator_loss)), RING)
    assert repr(report).startswith("No alarm")
    broken = diagnose.checkup(toy_gan(game=losses.Game(losses.discriminator_loss, lambda fake: -losses.generator_loss(fake))), RING)
    assert repr(broken).splitlines()[0] == "1. " + diagnose.CAUSES["generator's sign"].title
    page = broken._repr_html_()
    assert "Evidence" in page and "<details>" in page and "D(G(z))" in page and page.count("<p>") == len(broken.readings)
    assert "at logit -4" in broken.details()
