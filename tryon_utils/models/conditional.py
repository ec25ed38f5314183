"""Conditional GANs: a generator that is told what to make, and a discriminator that is told what it should see.

A condition is a vector of numbers, or the words of a sentence: any network from conditions to vectors can stand before the two. The learners
know nothing of pictures: they play on points as well.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses
from tryon_utils.models.dcgan import Adversaries, grid_sizes

def build_mapping(latent_dim=64, condition_dim=19, style_dim=96, seed=0):
    """Build the network from noise and condition to a style: two layers, so that what one of them does may depend on the other.

    Returns:
        A functional `keras.Model` from a list, noise `(batch, latent_dim)` and conditions `(batch, condition_dim)`, to styles `(batch, style_dim)`.
    """
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    noise, condition = keras.Input((latent_dim,), name="noise"), keras.Input((condition_dim,), name="condition")
    x = layers.Concatenate()([noise, layers.Dense(latent_dim, kernel_initializer=initializer)(condition)])
    for _ in range(2):
        x = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(style_dim, kernel_initializer=initializer)(x))
    return keras.Model([noise, condition], x, name="mapping")


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


def build_synthesis(image_shape=(64, 64, 3), style_dim=96, channels=16, palette=0, seed=0):
    """Build the network that paints a picture from one style for each size of its grid; two people's styles can be mixed between the sizes.

    With a palette, the last style is made into so many colours, and the grid only says which of them stands where. So a colour has a short way to the
    picture, and a pattern that was learned in one colour is known in all of them.

    Args:
        image_shape: Tuple (height, width, channels); see `dcgan.grid_sizes`.
        style_dim: Integer. Numbers in a style.
        channels: Integer. Features at half the picture's size: half as many at its full size, and twice as many at each halving, up to four
            times as many.
        palette: Integer. Colours in the palette; 0, and the features become colours.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from styles `(batch, sizes, style_dim)`, the smallest grid's first, to pictures in [-1, 1].
    """
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))
    draws = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    sizes = grid_sizes(image_shape)
    widths = [min(4 * channels, 2**level * channels // 2) for level in reversed(range(len(sizes)))]
    styles = keras.Input((len(sizes), style_dim), name="styles")
    x = layers.Dense(sizes[0][0] * sizes[0][1] * widths[0], kernel_initializer=draws)(styles[:, 0])
    x = layers.ReLU()(layers.Reshape((*sizes[0], widths[0]))(x))
    for level, width in enumerate(widths[1:], start=1):
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same", use_bias=False, kernel_initializer=initializer)(x)
        x = layers.BatchNormalization(momentum=0.9, center=False, scale=False)(x)
        x = layers.ReLU()(modulate(x, styles[:, level], initializer))
    if palette:
        colours = layers.Dense(palette * image_shape[-1], activation="tanh", kernel_initializer=draws, name="palette")(styles[:, -1])
        shares = layers.Softmax(name="shares")(layers.Conv2D(palette, 3, padding="same", kernel_initializer=draws)(x))
        images = ops.einsum("bhwk,bkc->bhwc", shares, layers.Reshape((palette, image_shape[-1]))(colours))
    else:
        images = layers.Conv2D(image_shape[-1], 3, padding="same", activation="tanh", kernel_initializer=initializer, name="images")(x)
    return keras.Model(styles, images, name="synthesis")


def build_generator(mapping, synthesis):
    """Put the two together: noise and condition become a style, which all sizes of the grid get.

    Args:
        mapping: `keras.Model`; see `build_mapping`.
        synthesis: `keras.Model`; see `build_synthesis`.

    Returns:
        A functional `keras.Model` from a list, noise and conditions, to pictures in [-1, 1]. `get_layer` finds "mapping" and "synthesis".

    Source:
        Karras, Laine, Aila, 2019, for a style at every size.
    """
    noise, condition = (keras.Input(part.shape[1:], dtype=part.dtype, name=name) for name, part in zip(("noise", "condition"), mapping.inputs, strict=True))
    styles = layers.RepeatVector(synthesis.input_shape[1])(mapping([noise, condition]))
    return keras.Model([noise, condition], synthesis(styles), name="generator")


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


def build_text_encoder(text_reader):
    """Return the network from a sentence to a condition: for every attribute, how likely each value is to have been said. It shares the reader's weights.

    Args:
        text_reader: `keras.Model`; see `build_text_reader`.

    Returns:
        A functional `keras.Model` from whole numbers `(batch, length)` to conditions, `(batch, all values)` in [0, 1].
    """
    likely = [layers.Softmax()(logits) for logits in text_reader.output.values()]
    return keras.Model(text_reader.input, layers.Concatenate()(likely) if len(likely) > 1 else likely[0], name="text_encoder")


def read_first(encoder, network):
    """Return a network that takes sentences where `network` takes conditions: the encoder reads them first, and is trained with it.

    Args:
        encoder: `keras.Model` from words to conditions; see `build_text_encoder`.
        network: `keras.Model` from a list, noise or pictures and conditions.
    """
    first, tokens = keras.Input(network.inputs[0].shape[1:], name="first"), keras.Input(encoder.input_shape[1:], dtype="int32", name="tokens")
    return keras.Model([first, tokens], network([first, encoder(tokens)]), name=f"{network.name}_of_text")


def look_up(samples, conditions):
    """Return a function from numbers `(batch,)` to the samples and conditions of these numbers, as tensors.

    So `training.train` deals out numbers, and pictures stay as small as they lie on disk: uint8 becomes float in [-1, 1] batch by batch.

    Args:
        samples: uint8 pictures `(n, height, width, channels)`, or float samples `(n, ...)`, which stay as they are.
        conditions: Array `(n, ...)`.

    Raises:
        ValueError: not as many conditions as samples.
    """
    if len(samples) != len(conditions):
        raise ValueError(f"{len(samples)} samples and {len(conditions)} conditions came; one condition a sample is wanted.")
    are_pictures = np.asarray(samples).dtype == np.uint8
    samples, conditions = ops.convert_to_tensor(samples), ops.convert_to_tensor(conditions)

    def find(numbers):
        chosen, wanted = ops.take(samples, numbers, axis=0), ops.take(conditions, numbers, axis=0)
        return (ops.cast(chosen, "float32") / 127.5 - 1.0 if are_pictures else chosen), wanted

    return find


class ConditionalVAE(keras.Model):
    """Learns to give pictures back from a code and their condition. What the condition says, the code need not say, and soon doesn't.

    Args:
        encoder: `keras.Model` from pictures to a list of means and logarithms of variances, such as `vae.build_encoder`.
        generator: `keras.Model` from a list, codes and conditions, to pictures.
        find: Function from numbers to pictures and conditions; see `look_up`.
        spread: Float. By how much a value of a pixel may be off as a matter of course.
        beta: Float. What the divergence is multiplied by.
        forget: Float in [0, 1]. Share of the codes that are set to 0 in training: there, the condition alone must do.
        seed: Integer. Fixes the codes drawn in training.

    Source:
        Sohn, Lee, Yan, 2015.
    """

    def __init__(self, encoder, generator, find, spread=0.25, beta=1.0, forget=0.0, seed=0):
        super().__init__()
        self.encoder, self.generator, self.find = encoder, generator, find
        self.spread, self.beta, self.forget = spread, beta, forget
        self.code_seed = keras.random.SeedGenerator(seed)

    def compile(self, optimizer, **options):
        """Set the one optimizer of both networks."""
        super().compile(optimizer=None, **options)
        self.code_optimizer = optimizer
        optimizer.build(self.encoder.trainable_variables + self.generator.trainable_variables)

    def measure(self, images, conditions):
        """Return the parts of the loss, in nats, whose sum goes down."""
        mean, log_variance = self.encoder(images, training=True)
        codes = mean + ops.exp(log_variance / 2) * keras.random.normal(ops.shape(mean), seed=self.code_seed)
        kept = keras.random.uniform((ops.shape(mean)[0], 1), seed=self.code_seed) >= self.forget
        codes = codes * ops.cast(kept, codes.dtype)
        decoded = self.generator([codes, conditions], training=True)
        divergence = ops.sum(ops.square(mean) + ops.exp(log_variance) - 1 - log_variance, axis=-1) / 2
        return {"reconstruction": ops.mean(ops.sum(ops.square(images - decoded), axis=(1, 2, 3))) / (2 * self.spread**2),
                "divergence": self.beta * ops.mean(divergence)}

    def train_step(self, numbers):
        """Move both networks one step down the loss on the samples of these numbers."""
        images, conditions = self.find(numbers)
        variables = self.encoder.trainable_variables + self.generator.trainable_variables
        with tf.GradientTape() as tape:
            parts = self.measure(images, conditions)
            loss = sum(parts.values())
        self.code_optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss, **parts}


class ConditionalPlayers(Adversaries):
    """Who plays: the players of chapter 03, but that both know what is wanted.

    Args:
        generator: `keras.Model` from a list, noise and conditions, to samples.
        discriminator: `keras.Model` from a list, samples and conditions, to one logit each.
        find: Function from numbers to samples and conditions; see `look_up`.
        anchor: `ConditionalVAE` with the same generator, or None. Its loss goes into the generator's, so that what it has learned isn't lost.
        **options: Those of `dcgan.Adversaries`: average_decay, seed.
    """

    def __init__(self, generator, discriminator, find, anchor=None, **options):
        super().__init__(generator, discriminator, **options)
        self.find, self.anchor = find, anchor

    def compile(self, generator_optimizer, discriminator_optimizer, **options):
        """Set the optimizers, one for each player; the anchor's encoder moves with the generator."""
        generator_optimizer.build(self.painting_variables())
        super().compile(generator_optimizer, discriminator_optimizer, **options)

    def painting_variables(self):
        """Return what the generator's step moves."""
        return self.generator.trainable_variables + (self.anchor.encoder.trainable_variables if self.anchor else [])

    def draw_noise(self, count):
        """Return fresh standard normal noise of shape `(count, latent_dim)`."""
        return keras.random.normal((count, self.generator.input_shape[0][-1]), seed=self.noise_seed)


class ConditionalGAN(ConditionalPlayers):
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
        anchor_weight: Float. What a nat of the anchor's loss counts.
        mismatch: Boolean. Whether the discriminator is also shown real samples with another one's condition, as fake.
        game: `losses.Game`. The pair of losses.
        **options: Those of `ConditionalPlayers`: anchor, average_decay, seed.

    Source:
        Mirza, Osindero, 2014; the anchor: Bao, Chen, Wen, Li, Hua, 2017; mismatch: Reed, Akata, Yan, Logeswaran, Schiele, Lee, 2016.
    """

    def __init__(self, generator, discriminator, find, anchor_weight=1e-3, mismatch=False, game=losses.GAMES["non-saturating"], **options):
        super().__init__(generator, discriminator, find, **options)
        self.anchor_weight, self.mismatch, self.game = anchor_weight, mismatch, game

    def train_discriminator(self, samples, conditions):
        """Move the discriminator one step down its loss; the generator's weights stay."""
        fakes = self.generator([self.draw_noise(ops.shape(samples)[0]), conditions], training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator([samples, conditions], training=True)
            fake_logits = self.discriminator([fakes, conditions], training=True)
            if self.mismatch:  # the neighbour's condition
                wrong_logits = self.discriminator([samples, ops.roll(conditions, 1, axis=0)], training=True)
                fake_logits = ops.concatenate([fake_logits, wrong_logits])
            loss = self.game.discriminator_loss(real_logits, fake_logits)
        variables = self.discriminator.trainable_variables
        self.discriminator_optimizer.apply(tape.gradient(loss, variables), variables)
        return {"discriminator_loss": loss, "real_probability": ops.mean(ops.sigmoid(real_logits)),
                "fake_probability": ops.mean(ops.sigmoid(fake_logits))}

    def train_generator(self, samples, conditions):
        """Move the generator one step down its loss, and the anchor's where there is one; the discriminator's weights stay."""
        variables = self.painting_variables()
        with tf.GradientTape() as tape:
            fakes = self.generator([self.draw_noise(ops.shape(samples)[0]), conditions], training=True)
            loss = total = self.game.generator_loss(self.discriminator([fakes, conditions], training=True))
            if self.anchor:
                total = loss + self.anchor_weight * sum(self.anchor.measure(samples, conditions).values())
        self.generator_optimizer.apply(tape.gradient(total, variables), variables)
        return {"generator_loss": loss}

    def train_step(self, numbers):
        """Train the discriminator once, then the generator once, on the samples of these numbers."""
        samples, conditions = self.find(numbers)
        results = self.train_discriminator(samples, conditions)
        results |= self.train_generator(samples, conditions)
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
