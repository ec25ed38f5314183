"""The DCGAN family: convolutional networks for pictures, and the GAN that trains them against each other.

`GAN` knows nothing of these networks: any generator from noise to samples and any discriminator from samples to logits will do.
"""

import keras
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses
from tryon_utils.layers import MinibatchDeviation

LARGEST_START = 8  # pixels


def grid_sizes(image_shape):
    """Return the heights and widths between the first grid and the picture, each twice the one before.

    Example:
        grid_sizes((32, 32, 3))  # [(4, 4), (8, 8), (16, 16), (32, 32)]

    Args:
        image_shape: Tuple (height, width, channels).

    Returns:
        List of pairs of integers, the smallest first.

    Raises:
        ValueError: halving the picture does not lead to a grid of at most 8 pixels.
    """
    sizes = [tuple(image_shape[:2])]
    while max(sizes[0]) > 4 and sizes[0][0] % 2 == 0 and sizes[0][1] % 2 == 0:
        sizes.insert(0, (sizes[0][0] // 2, sizes[0][1] // 2))
    if max(sizes[0]) > LARGEST_START or len(sizes) < 2:
        raise ValueError(f"Halving a picture of {image_shape[0]} x {image_shape[1]} ends at {sizes[0][0]} x {sizes[0][1]}; a grid of at most "
                         f"{LARGEST_START} is wanted. Take sizes such as 28, 32, 64 or 64 x 48.")
    return sizes


def build_generator(image_shape=(32, 32, 3), latent_dim=64, channels=32, seed=0):
    """Build the network that paints a picture from noise.

    A dense layer fills a small grid with features; transposed convolutions double the grid until it has the picture's size, and
    a last convolution mixes the features into colours.

    Args:
        image_shape: Tuple (height, width, channels), such as (28, 28, 1), (32, 32, 3), (64, 64, 3) or (64, 48, 3).
        latent_dim: Integer. Numbers in one noise vector.
        channels: Integer. Features at half the picture's size: half as many at its full size, and twice as many at each halving, up to four
            times as many.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from noise `(batch, latent_dim)` to pictures `(batch, *image_shape)` in [-1, 1].

    Raises:
        ValueError: a size that can't be reached by doubling; see `grid_sizes`.

    Source:
        Radford, Metz, Chintala, 2016.
    """
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))
    sizes = grid_sizes(image_shape)
    widths = [min(4 * channels, 2**level * channels // 2) for level in reversed(range(len(sizes)))]
    noise = keras.Input((latent_dim,), name="noise")
    x = layers.Dense(sizes[0][0] * sizes[0][1] * widths[0], use_bias=False, kernel_initializer=initializer)(noise)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    x = layers.Reshape((*sizes[0], widths[0]))(x)
    for width in widths[1:]:
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same", use_bias=False, kernel_initializer=initializer)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    images = layers.Conv2D(image_shape[-1], 3, padding="same", activation="tanh", kernel_initializer=initializer, name="images")(x)
    return keras.Model(noise, images, name="generator")


def build_discriminator(image_shape=(32, 32, 3), channels=32, seed=0):
    """Build the network that tells real pictures from fake ones: strided convolutions halve the picture down to a small grid.

    Args:
        image_shape: Tuple (height, width, channels); see `build_generator`.
        channels: Integer. Features at half the picture's size; twice as many at a quarter, at most four times as many.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures `(batch, *image_shape)` in [-1, 1] to logits `(batch, 1)`: above 0 says real.

    Raises:
        ValueError: a size that can't be reached by halving; see `grid_sizes`.

    Source:
        Radford, Metz, Chintala, 2016.
    """
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))
    images = keras.Input(image_shape, name="images")
    x = images
    for level in range(len(grid_sizes(image_shape)) - 1):
        width = min(4, 2**level) * channels
        x = layers.Conv2D(width, 4, strides=2, padding="same", use_bias=level == 0, kernel_initializer=initializer)(x)
        if level > 0:
            x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    logit = layers.Dense(1, kernel_initializer=initializer, name="logit")(x)
    return keras.Model(images, logit, name="discriminator")


class Adversaries(keras.Model):
    """A generator, a discriminator and a moving average of the generator, with their optimizers and their noise: who plays, but not yet what.

    Args:
        generator: `keras.Model` from noise to pictures.
        discriminator: `keras.Model` from pictures to one logit each.
        average_decay: Float in [0, 1). How much of the average each step keeps; it looks back 1 / (1 - average_decay) steps.
        seed: Integer. Fixes the noise drawn in training.

    Attributes:
        average_generator: `keras.Model`. A copy of the generator whose weights are the moving average of the generator's.

    Source:
        The average: Yazici, Foo, Winkler, Yap, Piliouras, Chandrasekhar, 2019.
    """

    def __init__(self, generator, discriminator, average_decay=0.99, seed=0):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False
        self.average_decay = average_decay
        self.noise_seed = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, discriminator_optimizer, **options):
        """Set the optimizers, one for each network; `options` are those of `keras.Model.compile`."""
        super().compile(optimizer=None, **options)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def draw_noise(self, count):
        """Return fresh standard normal noise of shape `(count, latent_dim)`."""
        return keras.random.normal((count, self.generator.input_shape[-1]), seed=self.noise_seed)

    def move_average(self):
        """Move the average generator a little towards the generator, batch normalisation's statistics included."""
        for average, weights in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * weights)


class GAN(Adversaries):
    """A generator and a discriminator that train against each other.

    Example:
        gan = GAN(build_generator(seed=1), build_discriminator(seed=2), seed=3)
        gan.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
        gan.fit(real_images, batch_size=64, epochs=10)
        gan.average_generator(noise)

    Args:
        generator: `keras.Model` from noise to pictures.
        discriminator: `keras.Model` from pictures to one logit each.
        game: `losses.Game`. The pair of losses.
        **options: Those of `Adversaries`: average_decay, seed.

    Source:
        Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio, 2014.
    """

    def __init__(self, generator, discriminator, game=losses.GAMES["non-saturating"], **options):
        super().__init__(generator, discriminator, **options)
        self.game = game

    def train_discriminator(self, real_images):
        """Move the discriminator one step down its loss on a batch of real pictures; the generator's weights stay."""
        fake_images = self.generator(self.draw_noise(ops.shape(real_images)[0]), training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real_images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            loss = self.game.discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss,
                "real_probability": ops.mean(ops.sigmoid(real_logits)),
                "fake_probability": ops.mean(ops.sigmoid(fake_logits))}

    def train_generator(self, count):
        """Move the generator one step down its loss on `count` fake pictures; the discriminator's weights stay."""
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(self.draw_noise(count), training=True), training=True)
            loss = self.game.generator_loss(fake_logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"generator_loss": loss}

    def train_step(self, real_images):
        """Train the discriminator once, then the generator once, on real pictures `(batch, height, width, channels)` in [-1, 1]."""
        results = self.train_discriminator(real_images)
        results |= self.train_generator(ops.shape(real_images)[0])
        self.move_average()
        return results


def build_gan(training_steps, image_shape=(32, 32, 3), latent_dim=64, channels=32, learning_rate=0.0005, seed=0):
    """Build and compile the GAN of chapter 03: both networks, Adam with a rate that falls along half a cosine, and an average over 200 steps.

    Example:
        training.train(build_gan(training_steps=2000), real_images, steps=2000)

    Args:
        training_steps: Integer. Steps until the learning rate has fallen.
        image_shape: Tuple (height, width, channels).
        latent_dim: Integer. Numbers in one noise vector.
        channels: Integer. Features at half the picture's size.
        learning_rate: Float. Of both optimizers, at the start.
        seed: Integer. Fixes the initial weights and the noise.

    Returns:
        A compiled `GAN`.
    """
    gan = GAN(build_generator(image_shape, latent_dim, channels, seed=3 * seed), build_discriminator(image_shape, channels, seed=3 * seed + 1),
              average_decay=0.995, seed=3 * seed + 2)
    falling_rates = [keras.optimizers.schedules.CosineDecay(learning_rate, training_steps, alpha=0.05) for _ in range(2)]
    gan.compile(*[keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99) for rate in falling_rates])
    return gan


NORMALISATIONS = ("batch", "spectral", "none")


def build_stable_discriminator(image_shape=(32, 32, 3), channels=32, normalisation="batch", minibatch_deviation=False, seed=0):
    """Build a discriminator with another normalisation than batch normalisation, or with minibatch deviation; else as `build_discriminator`.

    Args:
        image_shape: Tuple (height, width, channels); see `build_generator`.
        channels: Integer. Features at half the picture's size; twice as many at a quarter, at most four times as many.
        normalisation: String. "batch", "spectral" (of the weights) or "none".
        minibatch_deviation: Boolean. Whether the discriminator sees how much the pictures of a batch differ.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from pictures `(batch, *image_shape)` in [-1, 1] to logits `(batch, 1)`: above 0 says real.

    Raises:
        ValueError: a size that can't be reached by halving (see `grid_sizes`), or an unknown normalisation.

    Source:
        Radford, Metz, Chintala, 2016; spectral normalisation: Miyato, Kataoka, Koyama, Yoshida, 2018.
    """
    if normalisation not in NORMALISATIONS:
        raise ValueError(f"normalisation={normalisation!r} came; one of {', '.join(map(repr, NORMALISATIONS))} is wanted.")
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))
    wrap = layers.SpectralNormalization if normalisation == "spectral" else lambda layer: layer
    images = keras.Input(image_shape, name="images")
    x = images
    for level in range(len(grid_sizes(image_shape)) - 1):
        width, use_bias = min(4, 2**level) * channels, level == 0 or normalisation != "batch"
        x = wrap(layers.Conv2D(width, 4, strides=2, padding="same", use_bias=use_bias, kernel_initializer=initializer))(x)
        if level > 0 and normalisation == "batch":
            x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    if minibatch_deviation:
        x = MinibatchDeviation()(x)
    x = layers.Flatten()(x)
    logit = wrap(layers.Dense(1, kernel_initializer=initializer, name="logit"))(x)
    discriminator = keras.Model(images, logit, name="discriminator")
    for layer in discriminator.layers:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws this vector without a seed
            layer.vector_u.assign(initializer(layer.vector_u.shape))
    return discriminator


class PenalisedGAN(GAN):
    """A GAN whose discriminator pays for being steep. Without penalties it trains as `GAN` does.

    Args:
        generator: `keras.Model` from noise to pictures.
        discriminator: `keras.Model` from pictures to one logit each.
        penalties: Sequence of "r1" (slope at real pictures), "r2" (at fake ones) and "gradient" (its distance from 1, between the two).
        penalty_weight: Float. What the penalties' sum is multiplied by.
        penalty_every: Integer. Steps of the discriminator from one penalty to the next, which then counts so many times as much.
        **options: Those of `GAN`: game, average_decay, seed.

    Raises:
        ValueError: an unknown penalty.

    Source:
        R1: Mescheder, Geiger, Nowozin, 2018; every few steps: Karras, Laine, Aittala, Hellsten, Lehtinen, Aila, 2020; "gradient": Gulrajani,
        Ahmed, Arjovsky, Dumoulin, Courville, 2017.
    """

    def __init__(self, generator, discriminator, penalties=(), penalty_weight=1.0, penalty_every=1, **options):
        super().__init__(generator, discriminator, **options)
        if unknown := set(penalties) - {"r1", "r2", "gradient"}:
            raise ValueError(f"penalties={penalties} came; {', '.join(map(repr, sorted(unknown)))} is not among 'r1', 'r2' and 'gradient'.")
        self.penalties, self.penalty_weight, self.penalty_every = tuple(penalties), penalty_weight, penalty_every

    def slope_penalty(self, real_images, fake_images):
        """Return the sum of the penalties, before their weight."""
        total = 0.0
        for name in self.penalties:
            images, penalty = real_images if name == "r1" else fake_images, losses.r1_penalty
            if name == "gradient":
                images, penalty = losses.interpolate(real_images, fake_images, seed=self.noise_seed), losses.gradient_penalty
            with tf.GradientTape() as slope_tape:
                slope_tape.watch(images)
                logits = self.discriminator(images, training=True)
            total = total + penalty(slope_tape.gradient(logits, images))
        return total

    def train_discriminator(self, real_images):
        """Move the discriminator one step down its loss, with the penalty where it is due; the generator's weights stay."""
        if self.penalty_every == 1 or not self.penalties:
            return self.update_discriminator(real_images, times=1)
        due = self.discriminator_optimizer.iterations % self.penalty_every == 0
        return tf.cond(due, lambda: self.update_discriminator(real_images, self.penalty_every), lambda: self.update_discriminator(real_images, times=0))

    def update_discriminator(self, real_images, times):
        """Move the discriminator one step down its loss and so many times the penalty."""
        fake_images = self.generator(self.draw_noise(ops.shape(real_images)[0]), training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real_images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            loss = total = self.game.discriminator_loss(real_logits, fake_logits)
            if times:
                total = loss + self.penalty_weight * (times * self.slope_penalty(real_images, fake_images))
        gradients = tape.gradient(total, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss, "real_logit": ops.mean(real_logits), "fake_logit": ops.mean(fake_logits),
                "real_probability": ops.mean(ops.sigmoid(real_logits)), "fake_probability": ops.mean(ops.sigmoid(fake_logits))}


class StabilisedGAN(PenalisedGAN):
    """A penalised GAN that plays paired games, too, and may let its discriminator take several steps.

    Example:
        gan = StabilisedGAN(build_generator(seed=1), build_stable_discriminator(normalisation="none", seed=2), game=losses.RELATIVISTIC,
                            penalties=("r1", "r2"), penalty_weight=0.1, seed=3)

    Args:
        generator: `keras.Model` from noise to pictures.
        discriminator: `keras.Model` from pictures to one logit each.
        discriminator_steps: Integer. Steps of the discriminator before each of the generator; the batch is dealt out among them.
        **options: Those of `PenalisedGAN` and `GAN`.

    Source:
        Huang, Gokaslan, Kuleshov, Tompkin, 2024, for the paired game with R1 and R2.
    """

    def __init__(self, generator, discriminator, discriminator_steps=1, **options):
        super().__init__(generator, discriminator, **options)
        self.discriminator_steps = discriminator_steps

    def train_generator(self, real_images):
        """Move the generator one step down its loss; it takes the real pictures since a paired game compares with them."""
        noise = self.draw_noise(ops.shape(real_images)[0])
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(noise, training=True), training=True)
            if self.game.paired:
                loss = self.game.generator_loss(fake_logits, self.discriminator(real_images, training=True))
            else:
                loss = self.game.generator_loss(fake_logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"generator_loss": loss}

    def train_step(self, real_images):
        """Train the discriminator on each share of the batch in turn, then the generator once, on a batch of the last share's size."""
        for share in ops.split(real_images, self.discriminator_steps):
            results = self.train_discriminator(share)
        results |= self.train_generator(share)
        self.move_average()
        return results
