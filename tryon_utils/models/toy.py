"""The toy family: dense networks for points in the plane, and the GAN that trains them against each other."""

import keras
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses


def build_generator(latent_dim=2, units=64, hidden_layers=3, seed=0):
    """Build the network that makes a point from noise.

    Args:
        latent_dim: Integer. Numbers in one noise vector.
        units: Integer. Width of each hidden layer.
        hidden_layers: Integer.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from noise of shape `(batch, latent_dim)` to points of shape `(batch, 2)`, unbounded.
    """
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    noise = keras.Input((latent_dim,), name="noise")
    x = noise
    for _ in range(hidden_layers):
        x = layers.Dense(units, activation="relu", kernel_initializer=initializer)(x)
    points = layers.Dense(2, kernel_initializer=initializer, name="points")(x)
    return keras.Model(noise, points, name="generator")


def build_discriminator(units=64, hidden_layers=3, seed=0):
    """Build the network that tells real points from fake ones.

    Args:
        units: Integer. Width of each hidden layer.
        hidden_layers: Integer.
        seed: Integer. Fixes the initial weights.

    Returns:
        A functional `keras.Model` from points of shape `(batch, 2)` to logits of shape `(batch, 1)`: above 0 says real.
    """
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    points = keras.Input((2,), name="points")
    x = points
    for _ in range(hidden_layers):
        x = layers.Dense(units, activation="leaky_relu", kernel_initializer=initializer)(x)
    logit = layers.Dense(1, kernel_initializer=initializer, name="logit")(x)
    return keras.Model(points, logit, name="discriminator")


class ToyGAN(keras.Model):
    """A generator and a discriminator that train against each other on the non-saturating loss.

    Example:
        gan = ToyGAN(build_generator(seed=1), build_discriminator(seed=2), seed=3)
        gan.compile(keras.optimizers.Adam(2e-3, beta_1=0.5), keras.optimizers.Adam(2e-3, beta_1=0.5))
        gan.fit(real_points, batch_size=256, epochs=10)

    Args:
        generator: `keras.Model` from noise to points.
        discriminator: `keras.Model` from points to one logit each.
        seed: Integer. Fixes the noise drawn in training.

    Source:
        Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio, 2014.
    """

    def __init__(self, generator, discriminator, seed=0):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
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

    def train_discriminator(self, real_points):
        """Move the discriminator one step down its loss on a batch of shape `(batch, 2)`; the generator stays."""
        fake_points = self.generator(self.draw_noise(ops.shape(real_points)[0]))
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real_points)
            fake_logits = self.discriminator(fake_points)
            loss = losses.discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss,
                "real_probability": ops.mean(ops.sigmoid(real_logits)),
                "fake_probability": ops.mean(ops.sigmoid(fake_logits))}

    def train_generator(self, count):
        """Move the generator one step down its loss on `count` fake points; the discriminator stays."""
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(self.draw_noise(count)))
            loss = losses.generator_loss(fake_logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"generator_loss": loss}

    def train_step(self, real_points):
        """Train the discriminator once, then the generator once, on real points of shape `(batch, 2)`."""
        results = self.train_discriminator(real_points)
        return results | self.train_generator(ops.shape(real_points)[0])
