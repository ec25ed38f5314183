"""Cases whose bug stands in the data's way: ranges, shapes, batch statistics, what is displayed and what is counted."""

import keras
import tensorflow as tf
from keras import layers, ops

from tryon_utils.clinic.case import Case, colour_distance, distance, pictures_gan, points_gan, ring_points, samples, small_garments
from tryon_utils.models import dcgan


class ZeroToOneGAN(dcgan.GAN):
    """The pictures are scaled to [0, 1]; the generator ends in a tanh."""

    def train_step(self, real_images):
        return super().train_step((real_images + 1) / 2)


class ForgetfulGAN(dcgan.GAN):
    """The networks are called without training=True."""

    def train_discriminator(self, real_images):
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(self.draw_noise(len(real_images))))
            loss = self.game.discriminator_loss(self.discriminator(real_images), fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss}

    def train_generator(self, count):
        with tf.GradientTape() as tape:
            loss = self.game.generator_loss(self.discriminator(self.generator(self.draw_noise(count))))
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"generator_loss": loss}


class OneBatchGAN(dcgan.GAN):
    """Real and fake pictures go through the discriminator as one batch, and batch normalisation mixes them."""

    def train_discriminator(self, real_images):
        fake_images = self.generator(self.draw_noise(len(real_images)), training=True)
        with tf.GradientTape() as tape:
            logits = self.discriminator(ops.concatenate([real_images, fake_images]), training=True)
            real_logits, fake_logits = ops.split(logits, 2)
            loss = self.game.discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss}


def unpadded_generator(seed):
    """Return a generator whose transposed convolutions have no padding="same"."""
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    return keras.Sequential([keras.Input((16,), name="noise"), layers.Dense(4 * 4 * 16, kernel_initializer=initializer), layers.Reshape((4, 4, 16)),
                             layers.Conv2DTranspose(16, 4, strides=2, activation="relu", kernel_initializer=initializer),
                             layers.Conv2DTranspose(3, 4, strides=2, activation="tanh", kernel_initializer=initializer)], name="generator")


def pictures_case(name, **fields):
    return Case(name, data=small_garments, **({"measure": colour_distance, "measured": "distance in colours", "cured": pictures_gan, "steps": 80} | fields))


def lost_share(gan, show):
    """Share of a generator's numbers that a display cuts off."""
    shown = show(samples(gan, 100))
    return float(((shown < 0) | (shown > 1)).mean())


def side(gan):
    """Height of a generator's pictures, in pixels."""
    return gan.generator.output_shape[1]


CASES = [
    pictures_case(
        "half the world is missing", cause="range", instruments=("ranges",),
        symptom="The losses look healthy. The pictures are pale and mottled, and all much alike.",
        story="The pictures were divided by 255, so that they lie in [0, 1]; the generator's tanh lies in [-1, 1]. Is any number negative? That rule finds every early fake.",
        fix="scale the pictures to [-1, 1]", broken=lambda seed: pictures_gan(seed, ZeroToOneGAN)),
    pictures_case(
        "the wrong size", cause="wrong shape", instruments=("ranges",), steps=1, compiled=False, cured_steps=80, measure=side, measured="pixels of a side; 16 are wanted",
        symptom="The first step ends in an error about shapes.",
        story="Transposed convolutions double a grid only with padding=\"same\". Without it each keeps its stamps whole, and 4 becomes 10, then 22.",
        fix="padding=\"same\"", broken=lambda seed: pictures_gan(seed, generator=unpadded_generator(3 * seed))),
    pictures_case(
        "the batch that nobody looked at", cause="batch norm at inference", instruments=("modes",),
        symptom="All fakes are one and the same blurred picture, whatever the noise.",
        story="The networks are called without training=True. Batch normalisation then takes its stored statistics, which were never stored: mean 0, variance 1. It does nothing.",
        fix="training=True in the training step", broken=lambda seed: pictures_gan(seed, ForgetfulGAN)),
    pictures_case(
        "the crowd gives it away", cause="mixed batch norm", instruments=("arrivals", "modes"),
        symptom="Both losses go towards zero: each player seems to win. All fakes look nearly the same.",
        story="Real and fake pictures are concatenated, and batch normalisation takes its statistics over both. A fake is judged in company of real pictures in one half of the step, "
              "among its like in the other.",
        fix="two calls of the discriminator", broken=lambda seed: pictures_gan(seed, OneBatchGAN)),
    Case("the burnt pictures", cause="display", instruments=("display",), data=small_garments, steps=80, broken=pictures_gan, cured=pictures_gan,
         measure=lost_share, measured="share of numbers cut off by the display",
         symptom="The metrics are good. The pictures shown are a posterised mess of black and pure colours.",
         story="imshow(255 * samples), with samples in [-1, 1]: floats are wanted in [0, 1], so nearly every number is cut off, at black or at full.",
         fix="imshow((samples + 1) / 2)", show=lambda samples: 255 * samples, cured_show=lambda samples: (samples + 1) / 2),
    Case("the shortest epochs of the world", cause="epochs", instruments=("counting",), data=ring_points, steps=60, cured_steps=960, epochs=60,
         broken=points_gan, cured=points_gan, measure=distance, measured="distance to real points",
         symptom="After 60 epochs the fakes are still a shapeless cloud, and the losses swing as at the start of a training.",
         story="for epoch in range(60): batch = next(data); train_step(batch). What is called an epoch is one step: of 2000 points it sees 128.",
         fix="an epoch is a pass over all the data"),
]
