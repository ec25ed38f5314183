"""Four ways to train a GAN, each written as people write it, on one architecture: that of TensorFlow's DCGAN tutorial.

Every `make_*` function returns a function that takes a batch of real images and trains one step. Ours isn't among them: it is
`tryon_utils.models.dcgan.GAN` under `training.train`, measured as it stands.

The tutorial paints 28 x 28 in grey. For 32 x 32 in colour its first grid is 8 x 8 in place of 7 x 7, and its last layer has three channels in
place of one; the rest is unchanged: 5 x 5 kernels, widths 256, 128, 64 and 64, 128, batch normalisation in the generator, dropout in the
discriminator, Adam with a rate of 0.0001 for both, 100 noise numbers, batches of 256.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

BATCH = 256
LATENT = 100
RATE = 1e-4


def build_generator(seed=0):
    """Build the tutorial's generator, from noise (batch, 100) to images (batch, 32, 32, 3) in [-1, 1]."""
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    noise = keras.Input((LATENT,))
    x = layers.Dense(8 * 8 * 256, use_bias=False, kernel_initializer=initializer)(noise)
    x = layers.LeakyReLU(negative_slope=0.3)(layers.BatchNormalization()(x))
    x = layers.Reshape((8, 8, 256))(x)
    for width, strides in ((128, 1), (64, 2)):
        x = layers.Conv2DTranspose(width, 5, strides, "same", use_bias=False, kernel_initializer=initializer)(x)
        x = layers.LeakyReLU(negative_slope=0.3)(layers.BatchNormalization()(x))
    images = layers.Conv2DTranspose(3, 5, 2, "same", use_bias=False, activation="tanh", kernel_initializer=initializer)(x)
    return keras.Model(noise, images)


def build_discriminator(seed=0):
    """Build the tutorial's discriminator, from images (batch, 32, 32, 3) to logits (batch, 1)."""
    seeds = keras.random.SeedGenerator(seed)
    initializer = keras.initializers.GlorotUniform(seeds)
    images = x = keras.Input((32, 32, 3))
    for number, width in enumerate((64, 128)):
        x = layers.LeakyReLU(negative_slope=0.3)(layers.Conv2D(width, 5, 2, "same", kernel_initializer=initializer)(x))
        x = layers.Dropout(0.3, seed=2 * seed + number)(x)
    logits = layers.Dense(1, kernel_initializer=initializer)(layers.Flatten()(x))
    return keras.Model(images, logits)


# ---- The tutorial's loop: one compiled step, two tapes ---------------------------------------------------------------

def make_tutorial_step(generator, discriminator, seed=0):
    """Return the train step of TensorFlow's DCGAN tutorial: both networks learn from the same fakes, at the same moment."""
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    generator_optimizer, discriminator_optimizer = keras.optimizers.Adam(RATE), keras.optimizers.Adam(RATE)
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)
    random = tf.random.Generator.from_seed(seed)

    @tf.function
    def train_step(images):
        noise = random.normal((BATCH, LATENT))
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fakes = generator(noise, training=True)
            real_logits, fake_logits = discriminator(images, training=True), discriminator(fakes, training=True)
            generator_loss = cross_entropy(tf.ones_like(fake_logits), fake_logits)
            discriminator_loss = cross_entropy(tf.ones_like(real_logits), real_logits) + cross_entropy(tf.zeros_like(fake_logits), fake_logits)
        generator_gradients = generator_tape.gradient(generator_loss, generator.trainable_variables)
        discriminator_gradients = discriminator_tape.gradient(discriminator_loss, discriminator.trainable_variables)
        generator_optimizer.apply_gradients(zip(generator_gradients, generator.trainable_variables))
        discriminator_optimizer.apply_gradients(zip(discriminator_gradients, discriminator.trainable_variables))
        return generator_loss

    return train_step


# ---- The combined model: predict and train_on_batch --------------------------------------------------------------------

def make_combined_step(generator, discriminator, seed=0):
    """Return the train step of many articles: fakes by `predict`, and a combined model in which the discriminator is frozen.

    In Keras 3, a discriminator that is frozen before its first `train_on_batch` never learns, since what is trainable is read when the step
    is compiled. So it takes its first step here, before it is frozen.
    """
    rng = np.random.default_rng(seed)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    real_labels, fake_labels = np.ones((BATCH, 1), "float32"), np.zeros((BATCH, 1), "float32")
    discriminator.compile(keras.optimizers.Adam(RATE), loss)
    discriminator.train_on_batch(np.zeros((BATCH, 32, 32, 3), "float32"), fake_labels)
    discriminator.trainable = False
    combined = keras.Model(generator.input, discriminator(generator.output))
    combined.compile(keras.optimizers.Adam(RATE), loss)

    def draw_noise():
        return rng.normal(size=(BATCH, LATENT)).astype("float32")

    def train_step(images):
        fakes = generator.predict(draw_noise(), batch_size=BATCH, verbose=0)
        discriminator.train_on_batch(images, real_labels)
        discriminator.train_on_batch(fakes, fake_labels)
        return combined.train_on_batch(draw_noise(), real_labels)

    return train_step
