"""The checkup on GANs as learners write them, of many builds that no chapter shows: no alarm where they are well, the cause where they aren't."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from tryon_utils import diagnose, losses
from tryon_utils.models import dcgan

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (160, 6, 6)).astype("uint8")                                 # as a file of digits holds them
PHOTOS = RNG.integers(0, 256, (160, 6, 6, 3)).astype("uint8")
PERSONS = (PHOTOS // 2 + RNG.integers(0, 128, PHOTOS.shape)).astype("uint8")               # each much like its photo
POINTS = RNG.normal(size=(160, 2)).astype("float32")
ATTRIBUTES = RNG.integers(0, 2, (160, 3)).astype("float32")
CLASSES = RNG.integers(0, 4, 160).astype("int32")
BCE = keras.losses.BinaryCrossentropy(from_logits=True)


def dense(size, outputs=1, end=None, shape=None, name=None, first=()):
    """A small network on numbers or pictures; `shape` is what its outputs are brought into."""
    size = (size,) if isinstance(size, int) else size
    return keras.Sequential([keras.Input(size), layers.Flatten(), *first, layers.Dense(16), layers.LeakyReLU(), layers.Dense(outputs, activation=end),
                             *([layers.Reshape(shape)] if shape else [])], name=name)


class Learner:
    """A GAN in the plainest form; each test exchanges one part of it."""

    def __init__(self, generator=None, discriminator=None, game=losses.GAMES["non-saturating"]):
        self.generator, self.discriminator, self.game = generator or dense(4, 2), discriminator or dense(2), game
        self.optimizers, self.seed, self.taken = (keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)), keras.random.SeedGenerator(1), 0

    def noise(self, count):
        return keras.random.normal((count, 4), seed=self.seed)

    def prepare(self, batch):
        return batch

    def make(self, real):
        return self.generator(self.noise(len(real)), training=True)

    def ask(self, samples):
        return self.discriminator(samples, training=True)

    def discriminator_loss(self, real, fakes):
        return self.game.discriminator_loss(self.ask(real), self.ask(fakes))

    def generator_loss(self, fakes):
        return self.game.generator_loss(self.ask(fakes))

    def update(self, slopes):
        for network, optimizer, found in zip((self.discriminator, self.generator), self.optimizers, slopes, strict=True):
            if found is not None:
                optimizer.apply(found, network.trainable_variables)

    def train_step(self, batch):
        real = self.prepare(batch)
        with tf.GradientTape() as first, tf.GradientTape() as second:
            fakes = self.make(real)
            discriminator_loss, generator_loss = self.discriminator_loss(real, fakes), self.generator_loss(fakes)
        self.update([first.gradient(discriminator_loss, self.discriminator.trainable_variables),
                     second.gradient(generator_loss, self.generator.trainable_variables)])


def causes(gan, data, **options):
    return [verdict.cause for verdict in diagnose.checkup(gan, data, batch_size=32, **({"steps": 3} | options)).verdicts]


# ---- Data that the step prepares ------------------------------------------------------------------------------------

class OfBytes(Learner):
    """Bytes come in, without an axis for colours; the step scales them."""

    def __init__(self, scale=lambda pixels: pixels / 127.5 - 1, end="tanh", **options):
        super().__init__(dense(4, 36, end, (6, 6, 1)), dense((6, 6, 1)), **options)
        self.scale = scale

    def prepare(self, batch):
        return self.scale(ops.cast(batch, "float32"))[..., None]


class OfScaledFakes(Learner):
    """The data stay as they are, and the fakes are brought into their range."""

    def __init__(self, end="tanh"):
        super().__init__(dense(4, 108, end, (6, 6, 3)), dense((6, 6, 3), first=[layers.Rescaling(1 / 255)]))

    def prepare(self, batch):
        return ops.cast(batch, "float32")

    def make(self, real):
        return 127.5 * (super().make(real) + 1)


class OfCrops(Learner):
    """The step cuts a part out of each picture, and both players get noise on top."""

    def __init__(self):
        super().__init__(dense(4, 48, "tanh", (4, 4, 3)), dense((4, 4, 3)))

    def prepare(self, batch):
        return ops.cast(batch, "float32")[:, 1:5, 1:5] / 127.5 - 1

    def ask(self, samples):
        return super().ask(samples + 0.3 * keras.random.normal(ops.shape(samples), seed=self.seed))


@pytest.mark.parametrize("gan, data", [(OfBytes(), PIXELS), (OfBytes(lambda pixels: pixels / 255, "sigmoid"), PIXELS), (OfScaledFakes(), PHOTOS), (OfCrops(), PHOTOS),
                                       (OfBytes(lambda pixels: pixels / 255 - 0.5), PIXELS)],
                         ids=["bytes, tanh", "bytes, sigmoid", "scaled fakes", "crops and noise", "half of the range"])
def test_no_alarm_whatever_the_step_does_to_the_data(gan, data):
    assert causes(gan, data) == []


@pytest.mark.parametrize("gan", [OfBytes(lambda pixels: pixels / 255), OfBytes(lambda pixels: pixels), OfBytes(end="sigmoid")],
                         ids=["[0, 1] against tanh", "bytes against tanh", "[-1, 1] against sigmoid"])
def test_other_ranges_are_found_behind_the_preparation(gan):
    assert causes(gan, PIXELS) == ["range"]


def test_fakes_that_are_scaled_on_the_way_are_measured_there():
    report = diagnose.checkup(OfScaledFakes("sigmoid"), PHOTOS, batch_size=32)
    assert [verdict.cause for verdict in report.verdicts] == ["range"]
    np.testing.assert_allclose(report.readings["ranges"].values["reach"], (127.5, 255), atol=0.2)


# ---- Losses ---------------------------------------------------------------------------------------------------------

class Classes(Learner):
    """The discriminator names a class, or "fake", the last one; or it answers with classes and a logit."""

    def __init__(self, logit):
        answers = layers.Input((2,))
        hidden = layers.Dense(16, activation="leaky_relu")(answers)
        outputs = [layers.Dense(4)(hidden), layers.Dense(1)(hidden)] if logit else layers.Dense(5, activation="softmax")(hidden)
        super().__init__(discriminator=keras.Model(answers, outputs))
        self.logit = logit

    def train_step(self, batch):
        real, classes = batch
        cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=self.logit)
        with tf.GradientTape() as first, tf.GradientTape() as second:
            on_real, on_fake = self.ask(real), self.ask(self.make(real))
            if self.logit:
                discriminator_loss = cross_entropy(classes, on_real[0]) + self.game.discriminator_loss(on_real[1], on_fake[1])
                generator_loss = self.game.generator_loss(on_fake[1])
            else:
                fake = 4 * ops.ones_like(classes)
                discriminator_loss, generator_loss = cross_entropy(classes, on_real) + cross_entropy(fake, on_fake), -cross_entropy(fake, on_fake)
        self.update([first.gradient(discriminator_loss, self.discriminator.trainable_variables),
                     second.gradient(generator_loss, self.generator.trainable_variables)])


class FeatureMatching(Learner):
    """The generator imitates the mean of the discriminator's features; its loss never comes to a logit."""

    def __init__(self):
        super().__init__()
        self.features = keras.Model(self.discriminator.inputs, self.discriminator.layers[-2].output)

    def generator_loss(self, fakes):
        return ops.mean((ops.mean(self.features(self.real), axis=0) - ops.mean(self.features(fakes), axis=0))**2)

    def prepare(self, batch):
        self.real = batch
        return batch


class Weighted(Learner):
    """Each sample has a weight of its own in the loss."""

    labels = 1.0

    def discriminator_loss(self, real, fakes):
        weights = ops.linspace(0.2, 1.8, len(real))[:, None]
        logits = self.ask(real)
        return ops.mean(weights * (ops.softplus(logits) - self.labels * logits)) + ops.mean(ops.softplus(self.ask(fakes)))


EXCHANGED = losses.Game(lambda real, fake: 0.5 * (BCE(ops.zeros_like(real), real) + BCE(ops.ones_like(fake), fake)), lambda fake: BCE(ops.zeros_like(fake), fake))
UPSIDE_DOWN = losses.Game(lambda real, fake: ops.mean(real) - ops.mean(fake), lambda fake: ops.mean(fake))
SQUARED = losses.Game(lambda real, fake: ops.mean((real - 0.9)**2) + ops.mean(fake**2), lambda fake: ops.mean((fake - 1)**2))
SMALL = losses.Game(lambda real, fake: 1e-4 * losses.discriminator_loss(real, fake), lambda fake: 1e-4 * losses.generator_loss(fake))


@pytest.mark.parametrize("gan", [Learner(game=EXCHANGED), Learner(game=UPSIDE_DOWN), Learner(discriminator=dense(2, 1, "sigmoid"), game=SQUARED), Learner(game=SQUARED),
                                 Learner(game=SMALL), FeatureMatching(), Weighted()],
                         ids=["labels exchanged", "critic upside down", "squares of probabilities", "squares", "small weight", "feature matching", "weighted"])
def test_no_alarm_whatever_the_loss(gan):
    assert causes(gan, POINTS) == []


@pytest.mark.parametrize("logit", [True, False])
def test_no_alarm_where_the_discriminator_names_classes(logit):
    assert causes(Classes(logit), (POINTS, CLASSES)) == []


@pytest.mark.parametrize("game, cause", [
    (losses.Game(EXCHANGED.discriminator_loss, losses.generator_loss), "discriminator's sign"),
    (losses.Game(losses.discriminator_loss, EXCHANGED.generator_loss), "generator cooperates"),
    (losses.Game(UPSIDE_DOWN.discriminator_loss, lambda fake: -ops.mean(fake)), "discriminator's sign"),
    (losses.Game(SMALL.discriminator_loss, lambda fake: -SMALL.generator_loss(fake)), "generator's sign")])
def test_labels_exchanged_on_one_side_only_are_found(game, cause):
    assert causes(Learner(game=game), POINTS)[0] == cause


def test_labels_beyond_one_are_found_under_weights():
    gan = Weighted()
    gan.labels = 1.2
    assert causes(gan, POINTS) == ["labels beyond 1"]


# ---- Steps ----------------------------------------------------------------------------------------------------------

class OneUpdate(Learner):
    """One optimizer, handed both networks' slopes at once; each is the slope of its own loss."""

    def update(self, slopes):
        self.optimizers[0].apply([*slopes[0], *slopes[1]], [*self.discriminator.trainable_variables, *self.generator.trainable_variables])


class OneOptimizer(Learner):
    """One optimizer for both, built for both."""

    def __init__(self):
        super().__init__()
        self.optimizers = self.optimizers[:1] * 2
        self.optimizers[0].build([*self.discriminator.trainable_variables, *self.generator.trainable_variables])


class ByHand(Learner):
    """No optimizer at all."""

    def update(self, slopes):
        for network, found in zip((self.discriminator, self.generator), slopes, strict=True):
            for weight, slope in zip(network.trainable_variables, found, strict=True):
                weight.assign_sub(0.01 * slope)


class Seldom(Learner):
    """The generator is trained in every tenth step."""

    def update(self, slopes):
        self.taken += 1
        super().update([slopes[0], slopes[1] if self.taken % 10 == 0 else None])


class Smooth(Learner):
    """A second update of the generator keeps it smooth, without the discriminator."""

    def update(self, slopes):
        super().update(slopes)
        noise = self.noise(8)
        with tf.GradientTape() as tape:
            rough = ops.mean((self.generator(noise) - self.generator(noise + 0.01))**2)
        self.optimizers[1].apply(tape.gradient(rough, self.generator.trainable_variables), self.generator.trainable_variables)


class Replaying(Learner):
    """The discriminator also sees fakes of earlier steps."""

    def __init__(self):
        super().__init__()
        self.kept = keras.Variable(np.zeros((32, 2), "float32"), trainable=False)

    def discriminator_loss(self, real, fakes):
        old = ops.convert_to_tensor(self.kept)
        self.kept.assign(fakes)
        return self.game.discriminator_loss(self.ask(real), self.ask(fakes)) + ops.mean(ops.softplus(self.ask(old)))


class WithPenalty(OfBytes):
    """WGAN-GP on bytes: the penalty is taken between what the step has made of the data and the fakes."""

    def __init__(self, share=keras.random.uniform):
        super().__init__(game=losses.GAMES["Wasserstein"])
        self.share = share

    def discriminator_loss(self, real, fakes):
        shares = self.share((len(real), 1, 1, 1), seed=self.seed)
        between = shares * real + (1 - shares) * fakes
        with tf.GradientTape() as tape:
            tape.watch(between)
            logits = self.ask(between)
        return super().discriminator_loss(real, fakes) + 10 * losses.gradient_penalty(tape.gradient(logits, between))


@pytest.mark.parametrize("gan", [OneUpdate(), OneOptimizer(), ByHand(), Seldom(), Smooth(), Replaying()], ids=lambda gan: type(gan).__name__)
def test_no_alarm_however_the_step_is_written(gan):
    assert causes(gan, POINTS) == []
    assert gan.taken == 0  # a checkup puts plain attributes back, too


def test_what_the_step_writes_down_is_crossed_out_again():
    class Writing(Learner):
        def update(self, slopes):
            super().update(slopes)
            self.taken += 1
            self.history["steps"].append(self.taken)
            self.log.append("a step")

    class WritingModel(dcgan.GAN):
        def train_step(self, batch):
            results = super().train_step(batch)
            self.log.append(results)
            return results

    gan, model = Writing(), WritingModel(dense(4, 2), dense(2))
    gan.history, gan.log, model.log = {"steps": [0]}, [], []
    model.compile(keras.optimizers.Adam(), keras.optimizers.Adam())
    assert causes(gan, POINTS) == causes(model, POINTS) == []
    assert gan.history == {"steps": [0]} and gan.log == [] == list(model.log) and gan.taken == 0


def test_the_penalty_between_is_found_on_bytes():
    assert causes(WithPenalty(), PIXELS) == []
    assert causes(WithPenalty(keras.random.normal), PIXELS) == ["interpolation"]


def test_mixed_precision_changes_nothing():
    gan = Learner()
    gan.optimizers = tuple(keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=1.0) for optimizer in gan.optimizers)
    assert causes(gan, POINTS) == []


def test_one_loss_in_one_update_is_still_found():
    class Joint(Learner):
        def train_step(self, batch):
            weights = [*self.discriminator.trainable_variables, *self.generator.trainable_variables]
            with tf.GradientTape() as tape:
                fakes = self.make(batch)
                loss = self.discriminator_loss(batch, fakes) + self.generator_loss(fakes)
            self.optimizers[0].apply(tape.gradient(loss, weights), weights)

    assert causes(Joint(), POINTS)[0] == "joint loss"


def test_a_generator_that_is_never_trained_is_found():
    class Never(Learner):
        def update(self, slopes):
            super().update([slopes[0], None])

    assert causes(Never(), POINTS)[0] == "generator frozen"


class Looking(Learner):
    """The step also makes fakes from a fixed noise, to be looked at."""

    def make(self, real):
        self.looked_at = [float(number) for number in self.generator(keras.random.normal((8, 4), seed=5))[0]]
        return super().make(real)


def test_fakes_made_to_be_looked_at_are_no_alarm_and_one_noise_for_all_classes_is():
    assert causes(Looking(), POINTS) == []
    gan = ByName()
    gan.noise = lambda count: keras.random.normal((count, 4), seed=5)
    assert causes(gan, (POINTS, CLASSES)) == ["same noise"]


# ---- Networks -------------------------------------------------------------------------------------------------------

@keras.saving.register_keras_serializable()
class OwnGenerator(keras.Model):
    """Takes its class by name, and knows nothing of `training`."""

    def __init__(self):
        super().__init__()
        self.embedding, self.hidden, self.end = layers.Embedding(4, 4), layers.Dense(16, activation="relu"), layers.Dense(2)
        self(noise=np.zeros((2, 4), "float32"), classes=np.zeros(2, "int32"))

    def call(self, noise, classes):
        return self.end(self.hidden(ops.concatenate([noise, self.embedding(classes)], axis=1)))


class ByName(Learner):
    def __init__(self):
        super().__init__(OwnGenerator(), keras.Sequential([keras.Input((6,)), layers.Dense(16), layers.LeakyReLU(), layers.Dense(1)]))

    def train_step(self, batch):
        real, self.classes = batch
        super().train_step(real)

    def make(self, real):
        return self.generator(noise=self.noise(len(real)), classes=self.classes)

    def ask(self, samples):
        return super().ask(ops.concatenate([samples, ops.one_hot(self.classes, 4)], axis=1))


def frozen_norm():
    """A discriminator on features that came trained, and stay so."""
    norm = layers.BatchNormalization(trainable=False)
    return dense(2, first=[layers.Dense(8, trainable=False), norm])


def late_norm():
    """A generator whose stored statistics lag behind, as after the first steps of a training."""
    generator = keras.Sequential([keras.Input((4,)), layers.Dense(16), layers.BatchNormalization(), layers.ReLU(), layers.Dense(2)])
    generator.layers[0].bias.assign(np.full(16, -50.0))
    return generator


def with_gate_of_zero():
    """A generator one of whose layers begins with all weights at 0."""
    noise = keras.Input((4,))
    hidden = layers.Dense(16, activation="leaky_relu")(noise)
    return keras.Model(noise, layers.Dense(2)(hidden + layers.Dense(16, kernel_initializer="zeros")(hidden)))


@pytest.mark.parametrize("gan, data", [(ByName(), (POINTS, CLASSES)), (Learner(discriminator=frozen_norm()), POINTS), (Learner(late_norm()), POINTS),
                                       (Learner(with_gate_of_zero()), POINTS)], ids=["by name", "frozen norm", "late norm", "gate of zero"])
def test_no_alarm_whatever_the_networks(gan, data):
    assert causes(gan, data) == []


# ---- Conditions -----------------------------------------------------------------------------------------------------

class Translating(Learner):
    """From a person's picture to a photo, both scaled by the step; noise comes in by dropout."""

    mixed = False

    def __init__(self):
        person, photo = keras.Input((6, 6, 3)), keras.Input((6, 6, 3))
        made = layers.Conv2D(3, 1, activation="tanh")(layers.Dropout(0.5)(layers.Conv2D(8, 3, padding="same", activation="leaky_relu")(person)))
        logits = layers.Conv2D(1, 1)(layers.Conv2D(8, 3, strides=2, activation="leaky_relu")(layers.Concatenate()([person, photo])))
        super().__init__(keras.Model(person, made), keras.Model([person, photo], logits))

    def prepare(self, batch):
        self.person, photo = (ops.cast(part, "float32") / 127.5 - 1 for part in batch)
        return photo

    def make(self, real):
        return self.generator(self.person, training=True)

    def ask(self, samples):
        return self.discriminator([self.person, samples], training=True)


class Attributed(Learner):
    """Attributes of 0 and 1 become -1 and 1, and come in through a gate that begins at 0, or through one that stays there."""

    def __init__(self, stays=False):
        noise, attributes, sample = keras.Input((4,)), keras.Input((3,)), keras.Input((2,))
        gate = layers.Dense(4, kernel_initializer="zeros", bias_initializer="zeros", trainable=not stays)(attributes)
        super().__init__(keras.Model([noise, attributes], dense(4, 2)(noise + gate)), keras.Model([sample, attributes], dense(5)(layers.Concatenate()([sample, attributes]))))

    def prepare(self, batch):
        real, attributes = batch
        self.attributes = 2 * attributes - 1
        return real

    def make(self, real):
        return self.generator([self.noise(len(real)), self.attributes])

    def ask(self, samples):
        return self.discriminator([samples, self.attributes])


class AwareOfPairs(Attributed):
    """The discriminator also gets real samples with other rows' attributes, as fakes."""

    def prepare(self, batch):
        self.own = super().prepare(batch), batch[1]
        self.attributes = batch[1]
        return self.own[0]

    def discriminator_loss(self, real, fakes):
        wrong = self.discriminator([real, ops.roll(self.attributes, 1, axis=0)])
        return super().discriminator_loss(real, fakes) + ops.mean(ops.softplus(wrong))


class MixedUp(AwareOfPairs):
    """Real samples come with other rows' attributes, as real ones."""

    def discriminator_loss(self, real, fakes):
        real_logits = self.discriminator([real, ops.roll(self.attributes, 1, axis=0)])
        return self.game.discriminator_loss(real_logits, self.ask(fakes))


@pytest.mark.parametrize("gan, data", [(Translating(), (PERSONS, PHOTOS)), (Attributed(), (POINTS, ATTRIBUTES)), (AwareOfPairs(), (POINTS, ATTRIBUTES))],
                         ids=["translation", "scaled attributes", "aware of pairs"])
def test_no_alarm_however_conditions_come_in(gan, data):
    assert causes(gan, data) == []


def test_the_photo_is_what_is_imitated():
    seen = diagnose.observe(Translating(), (PERSONS, PHOTOS), batch_size=32, steps=2)
    assert seen.real_part == 1 and seen.slot == (1, "all")
    assert [set(kinds) for kinds in seen.kinds[0].values()] == [{"real"}, {"fake"}, {"fake"}]


def test_conditions_without_effect_and_of_other_rows_are_found():
    assert causes(Attributed(stays=True), (POINTS, ATTRIBUTES)) == ["condition without effect"]
    assert "conditions shuffled" in causes(MixedUp(), (POINTS, ATTRIBUTES))


# ---- What is displayed ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("show, found", [
    (lambda samples: (samples + 1) / 2, []), (lambda samples: (127.5 * (samples + 1)).astype("uint8"), []), (lambda samples: 255 * samples, ["display"]),
    (lambda samples: (255 * samples).astype("int64").astype("uint8"), ["display"]), (lambda samples: np.clip(samples, 0, 1), ["display"]),
    (lambda samples: (127.5 * (1 - samples)).astype("uint8"), []), (lambda samples: (samples - samples.min((1, 2, 3), keepdims=True)) / np.ptp(samples), []),
    (lambda samples: ((samples + 1) / 2)**0.45, []), (lambda samples: ((samples[:16] + 1) / 2).reshape(4, 4, 6, 6).swapaxes(1, 2).reshape(24, 24), [])],
    ids=["floats", "bytes", "cut off", "wrapped", "clipped", "inverted", "each from its least", "gamma", "a mosaic"])
def test_the_display_is_judged_by_what_it_shows(show, found):
    assert causes(OfBytes(), PIXELS, steps=1, show=show) == found


# ---- What can't be examined -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("gan, data, word", [
    (Learner(), tf.data.Dataset.from_tensor_slices(POINTS), "arrays are wanted"),
    (Learner(), 3.0, "shapes"),
    (diagnose.Players(lambda noise: noise, dense(2), print), POINTS, "keras.Model is wanted")])
def test_what_cannot_be_examined_is_said(gan, data, word):
    with pytest.raises(ValueError, match=word):
        diagnose.checkup(gan, data)
