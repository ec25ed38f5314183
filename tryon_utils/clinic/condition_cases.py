"""Cases whose bug stands between a sample and its condition: classes on the ring, and people who shall stay who they are."""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses, points
from tryon_utils.clinic.case import Case, adam

CLASSES = 10
TEN = points.ring(modes=CLASSES, radius=2.0, standard_deviation=0.1)


def dense_network(name, inputs, outputs, seed):
    """Return a network of three hidden layers on several inputs, whole numbers of which become one-hot vectors."""
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    parts = [layers.Reshape((CLASSES,))(ops.one_hot(part, CLASSES)) if part.dtype == "int32" else part for part in inputs]
    x = layers.Concatenate()(parts) if len(parts) > 1 else parts[0]
    for _ in range(3):
        x = layers.Dense(64, activation="leaky_relu", kernel_initializer=initializer)(x)
    return keras.Model(inputs, layers.Dense(outputs, kernel_initializer=initializer)(x), name=name)


class ConditionalGAN(keras.Model):
    """A GAN whose generator and discriminator are told a condition, class or person.

    Args:
        generator: `keras.Model` from [noise, condition] to samples.
        discriminator: `keras.Model` from [sample, condition] to logits.
        seed: Integer.
    """

    def __init__(self, generator, discriminator, seed=0):
        super().__init__()
        self.generator, self.discriminator, self.noise_seed = generator, discriminator, keras.random.SeedGenerator(seed)
        self.generator_optimizer, self.discriminator_optimizer = adam(), adam()
        self.generator_optimizer.build(generator.trainable_variables)
        self.discriminator_optimizer.build(discriminator.trainable_variables)

    def make(self, conditions):
        """Return fakes for conditions."""
        return self.generator([keras.random.normal((len(conditions), 2), seed=self.noise_seed), conditions])

    def sample(self, count, seed):
        """Return fakes as an array `(count, 2)`, for all classes in turn or for the first people."""
        told = len(self.generator.inputs) > 1
        by_class = told and self.generator.inputs[1].dtype == "int32"
        conditions = np.arange(count, dtype="int32") % CLASSES if by_class else people()[1][:count]
        noise = keras.random.normal((count, 2), seed=seed + 100)
        return ops.convert_to_numpy(self.generator([noise, tf.constant(conditions)] if told else noise))

    def conditions_for_fakes(self, conditions):
        """Return the conditions that the generator shall practise: those of the real samples."""
        return conditions

    def conditions_for_real(self, conditions):
        """Return the conditions that go to the discriminator with the real samples."""
        return conditions

    def train_step(self, batch):
        """Train the discriminator once, then the generator once, on pairs of a real sample and its condition."""
        real_samples, conditions = batch
        wanted = self.conditions_for_fakes(conditions)
        with tf.GradientTape() as discriminator_tape, tf.GradientTape() as generator_tape:
            fake_logits = self.discriminator([self.make(wanted), wanted])
            real_logits = self.discriminator([real_samples, self.conditions_for_real(conditions)])
            discriminator_loss, generator_loss = losses.discriminator_loss(real_logits, fake_logits), losses.generator_loss(fake_logits)
        for network, tape, loss, optimizer in ((self.discriminator, discriminator_tape, discriminator_loss, self.discriminator_optimizer),
                                               (self.generator, generator_tape, generator_loss, self.generator_optimizer)):
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
        return {"discriminator_loss": discriminator_loss, "generator_loss": generator_loss}


class NineClassesGAN(ConditionalGAN):
    """Classes are drawn up to 9, the upper end left out."""

    def conditions_for_fakes(self, conditions):
        return keras.random.randint((len(conditions),), 0, 9, seed=self.noise_seed)


class TenClassesGAN(ConditionalGAN):
    """Classes are drawn up to 10, the upper end left out."""

    def conditions_for_fakes(self, conditions):
        return keras.random.randint((len(conditions),), 0, CLASSES, seed=self.noise_seed)


class ShufflingGAN(ConditionalGAN):
    """The conditions are shuffled by themselves before they go to the discriminator."""

    def conditions_for_real(self, conditions):
        return keras.random.shuffle(conditions, seed=self.noise_seed)


class NobodyGAN(ConditionalGAN):
    """The generator takes noise alone; only the discriminator sees the person."""

    def make(self, conditions):
        return self.generator(keras.random.normal((len(conditions), 2), seed=self.noise_seed))


def classes_gan(kind):
    def build(seed=0):
        noise, label, sample = keras.Input((2,)), keras.Input((), dtype="int32"), keras.Input((2,))
        return kind(dense_network("generator", [noise, label], 2, 3 * seed), dense_network("discriminator", [sample, label], 1, 3 * seed + 1), 3 * seed + 2)

    return build


def person_gan(kind, told):
    def build(seed=0):
        noise, person, sample = keras.Input((2,)), keras.Input((2,)), keras.Input((2,))
        return kind(dense_network("generator", [noise, person] if told else [noise], 2, 3 * seed),
                    dense_network("discriminator", [sample, person], 1, 3 * seed + 1), 3 * seed + 2)

    return build


@functools.cache
def labelled_points():
    """Points of a ring of ten modes, and each one's mode as its class."""
    rng = np.random.default_rng(0)
    labels = rng.integers(CLASSES, size=2000).astype("int32")
    return (TEN.modes[labels] + rng.normal(scale=0.1, size=(2000, 2))).astype("float32"), labels


@functools.cache
def people():
    """Dressed people and the same people undressed: points at the same angle, on a circle of radius 2 and of radius 1."""
    rng = np.random.default_rng(0)
    angles = rng.uniform(0, 2 * np.pi, 2000)
    person = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (2 * person + rng.normal(scale=0.05, size=(2000, 2))).astype("float32"), person.astype("float32")


def wrong_class(gan, classes=range(CLASSES)):
    """Share of fakes, over the classes, that don't lie at the mode of their class."""
    wanted = np.repeat(np.array(classes, "int32"), 50)
    fakes = ops.convert_to_numpy(gan.generator([keras.random.normal((len(wanted), 2), seed=5), tf.constant(wanted)]))
    return float(np.mean(np.linalg.norm(fakes - TEN.modes[wanted], axis=1) > 0.5))


def other_person(gan):
    """Mean angle between a person and what the generator makes for them, in degrees; 90 for somebody else."""
    _, person = people()
    fakes = ops.convert_to_numpy(gan.make(tf.constant(person[:500])))
    cosines = np.sum(fakes * person[:500], axis=1) / np.maximum(np.linalg.norm(fakes, axis=1), 1e-9)
    return float(np.degrees(np.arccos(np.clip(cosines, -1, 1))).mean())


CASES = [
    Case("the class nobody ordered", cause="class never drawn", instruments=("conditions",), data=labelled_points, broken=classes_gan(NineClassesGAN),
         cured=classes_gan(TenClassesGAN), measure=lambda gan: wrong_class(gan, [9]), measured="fakes of class 9 in the wrong place",
         marked=("black: asked for class 9", lambda count: np.arange(count) % CLASSES == 9),
         symptom="Nine classes find their places. The fakes of the tenth lie where no real sample is.",
         story="randint(0, 9) draws from 0 to 8: the upper end is left out. The generator was never asked for class 9, so it was never told what one looks like.",
         fix="randint(0, 10) for ten classes"),
    Case("the mixed-up name tags", cause="conditions shuffled", instruments=("conditions",), data=labelled_points, broken=classes_gan(ShufflingGAN),
         cured=classes_gan(ConditionalGAN), measure=wrong_class, measured="fakes in the wrong class's place",
         marked=("black: asked for class 9", lambda count: np.arange(count) % CLASSES == 9),
         symptom="The fakes lie on the ring, all around. But which class one asks for makes no difference.",
         story="Samples and labels were shuffled separately on the way to the discriminator. To it, a label says nothing about the sample, so nobody learns to heed it.",
         fix="one shuffle for both"),
    Case("dressed, but somebody else", cause="condition missing", instruments=("conditions",), data=people, broken=person_gan(NobodyGAN, False),
         cured=person_gan(ConditionalGAN, True), measure=other_person, measured="degrees between person and result",
         marked=("black: people at the right", lambda count: people()[1][:count, 0] > 0.9),
         symptom="Whoever goes in, the same few people come out. The generator's loss climbs and climbs.",
         story="The generator takes noise and nothing else. However good it is, it can't know whom to dress, and the discriminator sees at a glance that the two aren't one person.",
         fix="the person is an input of the generator"),
]
