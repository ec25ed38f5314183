"""The DCGAN family: convolutional networks for pictures, and the GAN that trains them against each other.

`GAN` knows nothing of these networks: any generator from noise to samples and any discriminator from samples to logits will do.
"""

import keras
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses

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


class GAN(keras.Model):
    """A generator and a discriminator that train against each other, and a moving average of the generator.

    Example:
        gan = GAN(build_generator(seed=1), build_discriminator(seed=2), seed=3)
        gan.compile(keras.optimizers.Adam(2e-4, beta_1=0.5), keras.optimizers.Adam(2e-4, beta_1=0.5))
        gan.fit(real_images, batch_size=64, epochs=10)
        gan.average_generator(noise)

    Args:
        generator: `keras.Model` from noise to pictures.
        discriminator: `keras.Model` from pictures to one logit each.
        game: `losses.Game`. The pair of losses.
        average_decay: Float in [0, 1). How much of the average each step keeps; it looks back 1 / (1 - average_decay) steps.
        seed: Integer. Fixes the noise drawn in training.

    Attributes:
        average_generator: `keras.Model`. A copy of the generator whose weights are the moving average of the generator's.

    Source:
        Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio, 2014; the average: Yazici, Foo, Winkler, Yap,
        Piliouras, Chandrasekhar, 2019.
    """

    def __init__(self, generator, discriminator, game=losses.GAMES["non-saturating"], average_decay=0.99, seed=0):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False
        self.game = game
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

    def move_average(self):
        """Move the average generator a little towards the generator, batch normalisation's statistics included."""
        for average, weights in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * weights)

    def train_step(self, real_images):
        """Train the discriminator once, then the generator once, on real pictures `(batch, height, width, channels)` in [-1, 1]."""
        results = self.train_discriminator(real_images)
        results |= self.train_generator(ops.shape(real_images)[0])
        self.move_average()
        return results
