"""Conditional GANs: a generator that is told what to make, and a discriminator that is told what it should see.

A condition is a vector of numbers. The learner knows nothing of pictures: it plays on points as well. `character` has the pictures' generator.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses
from tryon_utils.models.dcgan import Adversaries, grid_sizes


def build_mapping(latent_dim=64, condition_dim=19, style_dim=96, met=48, seed=0):
    """Build the network from noise and condition to a style. The two meet in a product, so that what one of them does may depend on the other; and
    both are a part of the style, so that what is simple has a short way.

    Args:
        latent_dim: Integer. Numbers in the noise.
        condition_dim: Integer. Numbers in a condition.
        style_dim: Integer. Numbers of two layers above them.
        met: Integer. Products.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from a list, noise `(batch, latent_dim)` and conditions `(batch, condition_dim)`, to styles
        `(batch, style_dim + met + latent_dim + condition_dim)`.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    noise, condition = keras.Input((latent_dim,), name="noise"), keras.Input((condition_dim,), name="condition")
    products = layers.Dense(met, kernel_initializer=initializer)(noise) * layers.Dense(met, kernel_initializer=initializer)(condition)
    given = x = layers.Concatenate()([products, noise, condition])
    for _ in range(2):
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(style_dim, kernel_initializer=initializer)(x))
    return keras.Model([noise, condition], layers.Concatenate()([x, given]), name="mapping")


def modulate(x, style, initializer):
    """Return feature maps whose channels are stretched and shifted as the style says: FiLM.

    Formula:
        `x * (1 + a(style)) + b(style)`, with one a and one b for each channel

    Args:
        x: Feature maps `(batch, height, width, channels)`.
        style: Tensor `(batch, style_dim)`.
        initializer: `keras.initializers.Initializer` of both dense layers.

    Source:
        Perez, Strub, de Vries, Dumoulin, Courville, 2018.
    """
    place = layers.Reshape((1, 1, x.shape[-1]))
    stretch, shift = (place(layers.Dense(x.shape[-1], kernel_initializer=initializer)(style)) for _ in range(2))
    return x * (1 + stretch) + shift


CONDITIONINGS = ("projection", "label", "none")


def build_discriminator(image_shape=(64, 64, 3), condition_dim=19, channels=16, conditioning="projection", seed=0):
    """Build the network that asks two things at once: is it real, and is it what was wanted?

    Args:
        image_shape: Tuple (height, width, channels); see `dcgan.grid_sizes`.
        condition_dim: Integer. Numbers in a condition.
        channels: Integer. Features at half the picture's size; twice as many at a quarter, at most four times as many.
        conditioning: String. "projection": the dot product of what was seen and a direction for the condition is added to the logit; "label": the
            condition becomes one more plane of the picture; "none": the condition isn't looked at.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from a list, pictures in [-1, 1] and conditions, to logits `(batch, 1)`.

    Raises:
        ValueError: an unknown conditioning, or a size that halving doesn't lead to.

    Source:
        Label: Mirza, Osindero, 2014; projection: Miyato, Koyama, 2018.
    """
    if conditioning not in CONDITIONINGS:
        raise ValueError(f"conditioning={conditioning!r} came; one of {', '.join(map(repr, CONDITIONINGS))} is wanted.")
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))
    images, condition = keras.Input(image_shape, name="images"), keras.Input((condition_dim,), name="condition")
    x = images
    if conditioning == "label":
        plane = layers.Dense(image_shape[0] * image_shape[1], kernel_initializer=initializer)(condition)
        x = layers.Concatenate()([images, layers.Reshape((*image_shape[:2], 1))(plane)])
    for level in range(len(grid_sizes(image_shape)) - 1):
        x = layers.Conv2D(min(4, 2**level) * channels, 4, strides=2, padding="same", use_bias=level == 0, kernel_initializer=initializer)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(layers.BatchNormalization(momentum=0.9)(x) if level > 0 else x)
    seen = layers.Flatten()(x)
    logit = layers.Dense(1, kernel_initializer=initializer, name="logit")(seen)
    if conditioning == "projection":
        direction = layers.Dense(seen.shape[-1], use_bias=False, kernel_initializer=initializer, name="direction")(condition)
        logit = logit + layers.Dot(axes=1)([seen, direction])
    return keras.Model([images, condition], logit, name="discriminator")


def build_text_reader(words, attributes, length=14, units=48, seed=0):
    """Build the network that reads a sentence: each word a vector, neighbours seen together, and what stands out of them all.

    Args:
        words: Integer. How many there are; number 0 fills sentences up.
        attributes: Dictionary from an attribute's name to how many values it has, "not said" included.
        length: Integer. Words in a sentence, filled up.
        units: Integer. Numbers for a word.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from whole numbers `(batch, length)` to a dictionary of logits `(batch, values)`, one for each attribute.
    """
    draws = keras.random.SeedGenerator(seed)
    tokens = keras.Input((length,), dtype="int32", name="tokens")
    x = layers.Embedding(words, units, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.3, seed=draws))(tokens)
    x = layers.Conv1D(2 * units, 3, padding="same", kernel_initializer=keras.initializers.HeNormal(draws))(x)
    x = layers.GlobalMaxPooling1D()(layers.LeakyReLU(negative_slope=0.2)(x))
    x = layers.Dense(units, kernel_initializer=keras.initializers.HeNormal(draws))(x)
    logits = {name: layers.Dense(values, kernel_initializer=keras.initializers.HeNormal(draws), name=name)(x) for name, values in attributes.items()}
    return keras.Model(tokens, logits, name="text_reader")


def look_up(*arrays):
    """Return a function from numbers `(batch,)` to what these numbers have in each array, as tensors: such as samples and their conditions.

    So `training.train` deals out numbers, and pictures stay as small as they lie on disk: uint8 becomes float in [-1, 1] batch by batch.

    Args:
        *arrays: uint8 pictures `(n, height, width, channels)`, and float arrays `(n, ...)`, which stay as they are.

    Raises:
        ValueError: arrays of different length.
    """
    if len({len(array) for array in arrays}) > 1:
        raise ValueError(f"{', '.join(str(len(array)) for array in arrays)} rows came; each sample needs its condition.")
    kept = [ops.convert_to_tensor(array) for array in arrays]

    def find(numbers):
        found = [ops.take(array, numbers, axis=0) for array in kept]
        return tuple(ops.cast(array, "float32") / 127.5 - 1.0 if keras.backend.standardize_dtype(array.dtype) == "uint8" else array for array in found)

    return find


class ConditionalGAN(Adversaries):
    """Both players know what is wanted: the discriminator asks whether a sample is real and what was asked for; the generator wants a yes to both.

    Example:
        gan = ConditionalGAN(generator, discriminator, look_up(pictures, conditions), seed=3)
        gan.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
        training.train(gan, np.arange(len(pictures)), steps=500, batch_size=32)
        gan.average_generator([noise, conditions])

    Args:
        generator: `keras.Model` from a list, noise and conditions, to samples.
        discriminator: `keras.Model` from a list, samples and conditions, to one logit each.
        find: Function from numbers to samples and conditions; see `look_up`.
        mismatch: Boolean. Whether the discriminator is also shown real samples with another one's condition, as fake.
        game: `losses.Game`. The pair of losses.
        **options: Those of `dcgan.Adversaries`: average_decay, seed.

    Source:
        Mirza, Osindero, 2014; mismatch: Reed, Akata, Yan, Logeswaran, Schiele, Lee, 2016.
    """

    def __init__(self, generator, discriminator, find, mismatch=False, game=losses.GAMES["non-saturating"], **options):
        super().__init__(generator, discriminator, **options)
        self.find, self.mismatch, self.game = find, mismatch, game

    def make(self, conditions):
        """Return a sample for each of these conditions, from fresh noise."""
        noise = keras.random.normal((ops.shape(conditions)[0], self.generator.input_shape[0][-1]), seed=self.noise_seed)
        return self.generator([noise, conditions], training=True)

    def judge(self, samples, fakes, conditions):
        """Move the discriminator one step down its loss; the generator's weights stay. There may be fewer fakes: they have the first conditions."""
        with tf.GradientTape() as tape:
            real_logits = self.discriminator([samples, conditions], training=True)
            fake_logits = self.discriminator([fakes, conditions[:ops.shape(fakes)[0]]], training=True)
            wrong = [self.discriminator([samples, ops.roll(conditions, 1, axis=0)], training=True)] if self.mismatch else []  # the neighbour's condition
            loss = self.game.discriminator_loss(real_logits, ops.concatenate([fake_logits, *wrong]))
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(loss, variables), variables)
        return {"discriminator_loss": loss, "real_probability": ops.mean(ops.sigmoid(real_logits)),
                "fake_probability": ops.mean(ops.sigmoid(fake_logits))}

    def convince(self, conditions):
        """Move the generator one step down its loss; the discriminator's weights stay."""
        variables = self.generator.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.game.generator_loss(self.discriminator([self.make(conditions), conditions], training=True))
        self.generator_optimizer.apply(tape.gradient(loss, variables), variables)
        return {"generator_loss": loss}

    def train_step(self, numbers):
        """Train the discriminator once, then the generator once, on the samples of these numbers."""
        samples, conditions = self.find(numbers)
        results = self.judge(samples, self.make(conditions), conditions)
        results |= self.convince(conditions)
        self.move_average()
        return results


def paint(generator, noise, conditions, batch_size=50):
    """Return what a generator makes, batch by batch: float32 in [-1, 1].

    Args:
        generator: `keras.Model` from a list, noise and conditions.
        noise: Float `(n, latent_dim)`.
        conditions: Array `(n, ...)`, or of one condition, which all get.
        batch_size: Integer.
    """
    noise = np.asarray(noise, "float32")
    conditions = np.broadcast_to(conditions, (len(noise), *np.shape(conditions)[1:]))
    return np.concatenate([generator.predict_on_batch([noise[start:start + batch_size], conditions[start:start + batch_size]])
                           for start in range(0, len(noise), batch_size)])
