"""Cases whose bug stands in the training step: whose weights it moves, and where the gradient gets lost. All train on points of the ring."""

import keras
import tensorflow as tf
from keras import ops

from tryon_utils import losses
from tryon_utils.clinic.case import adam, points_gan
from tryon_utils.clinic.losses_cases import ON_LOGITS, points_case
from tryon_utils.models import toy
from tryon_utils.models.dcgan import GAN, StabilisedGAN


class CombinedGAN:
    """The way of Keras 2: the discriminator is compiled, and so is a model that puts it behind the generator. No tape is to be seen.

    Args:
        freeze: String. "never", "once" (before the combined model is compiled) or "around" (each step of the combined model).
        seed: Integer.
    """

    def __init__(self, freeze, seed):
        self.generator, self.discriminator = toy.build_generator(seed=3 * seed), toy.build_discriminator(seed=3 * seed + 1)
        self.freeze, self.noise_seed = freeze, keras.random.SeedGenerator(3 * seed + 2)
        self.discriminator.compile(adam(), ON_LOGITS)
        self.discriminator.trainable = freeze != "once"
        self.combined = keras.Model(self.generator.input, self.discriminator(self.generator.output))
        self.combined.compile(adam(), ON_LOGITS)

    def train_step(self, real_points):
        count = len(real_points)
        fake_points = self.generator(keras.random.normal((count, 2), seed=self.noise_seed))
        on_real = self.discriminator.train_on_batch(real_points, tf.ones((count, 1)))
        on_fake = self.discriminator.train_on_batch(fake_points, tf.zeros((count, 1)))
        if self.freeze == "around":
            self.discriminator.trainable = False
        generator_loss = self.combined.train_on_batch(keras.random.normal((count, 2), seed=self.noise_seed), tf.ones((count, 1)))
        if self.freeze == "around":
            self.discriminator.trainable = True
        return {"discriminator_loss": on_real + on_fake, "generator_loss": generator_loss}


class PredictingGAN(GAN):
    """The generator is asked by `predict`, inside the tape."""

    def train_generator(self, count):
        with tf.GradientTape() as tape:
            fake_points = self.generator.predict(self.draw_noise(count), verbose=0)
            loss = losses.generator_loss(self.discriminator(fake_points))
        weights = self.generator.trainable_variables
        pairs = [pair for pair in zip(tape.gradient(loss, weights), weights, strict=True) if pair[0] is not None]  # "or it complains"
        if pairs:
            self.generator_optimizer.apply_gradients(pairs)
        return {"generator_loss": loss}


class ComparingGAN(GAN):
    """The generator's loss compares its points with real ones, and never asks the discriminator."""

    def train_step(self, real_points):
        results = self.train_discriminator(real_points)
        with tf.GradientTape() as tape:
            loss = ON_LOGITS(ops.ones_like(real_points), self.generator(self.draw_noise(len(real_points)), training=True))
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return results | {"generator_loss": loss}


class OneOptimizerGAN(GAN):
    """One Adam, handed to both networks."""

    def compile(self, optimizer):
        keras.Model.compile(self, optimizer=None)
        self.generator_optimizer = self.discriminator_optimizer = optimizer


def one_optimizer_gan(seed):
    gan = OneOptimizerGAN(toy.build_generator(seed=3 * seed), toy.build_discriminator(seed=3 * seed + 1), seed=3 * seed + 2)
    gan.compile(adam())
    return gan


class SameNoiseGAN(GAN):
    """The noise is drawn once, before the training."""

    def draw_noise(self, count):
        return keras.random.normal((count, 2), seed=7)  # a whole number as seed: the same numbers in every call


class NormalPenaltyGAN(StabilisedGAN):
    """The shares for the gradient penalty come from a normal distribution."""

    def slope_penalty(self, real_points, fake_points):
        shares = keras.random.normal((len(real_points), 1), seed=self.noise_seed)
        between = shares * real_points + (1 - shares) * fake_points
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(between)
            logits = self.discriminator(between, training=True)
        return losses.gradient_penalty(slope_tape.gradient(logits, between))


def wasserstein_gan(kind):
    return lambda seed: points_gan(seed, kind, game=losses.GAMES["Wasserstein"], penalties=("gradient",), penalty_weight=1.0)


CASES = [
    points_case(
        "the judge who sleeps", cause="discriminator frozen", instruments=("updates",), steps=100, compiled=False, cured_compiled=False,
        symptom="The generator's loss falls to zero, the discriminator's climbs and climbs. The fakes are gone within forty steps.",
        story="Compile the discriminator, set trainable = False, compile the combined model: in Keras 2 the first model stayed trainable. In Keras 3 it doesn't, and a warning "
              "is the only sign.",
        fix="freeze and unfreeze around each step, or use tapes", broken=lambda seed: CombinedGAN("once", seed), cured=lambda seed: CombinedGAN("around", seed)),
    points_case(
        "the judge who was bribed", cause="discriminator moved by the generator's loss", instruments=("updates", "pulls"), steps=100, compiled=False, cured_compiled=False,
        symptom="Both losses swing in long waves, the discriminator's far above 1.4. The fakes fly about.",
        story="The discriminator was not frozen in the combined model. So the generator's update, whose labels are all \"real\", moves it, too: an easier way than painting.",
        fix="freeze and unfreeze around each step, or use tapes", broken=lambda seed: CombinedGAN("never", seed), cured=lambda seed: CombinedGAN("around", seed)),
    points_case(
        "the generator behind glass", cause="gradient cut", instruments=("reach",), steps=20, compiled=False, cured_steps=600,
        symptom="Every step takes far longer than it should. The fakes do not move at all.",
        story="generator.predict returns an array. The tape sees numbers that come from nowhere, and no gradient; leaving out what is None has silenced the error.",
        fix="call the generator inside the tape", broken=lambda seed: points_gan(seed, PredictingGAN)),
    points_case(
        "the generator that asks nobody", cause="loss without the discriminator", instruments=("reach", "pulls"),
        symptom="The generator's loss is smooth and falls to zero, and so does the discriminator's. The fakes leave the picture.",
        story="The loss compares the generator's output with a picture of ones, as if pixels were answers of a discriminator. White is what makes it smallest.",
        fix="the loss of the discriminator's logits", broken=lambda seed: points_gan(seed, ComparingGAN)),
    points_case(
        "the shared memory", cause="shared optimizer", instruments=("updates",), compiled=False,
        symptom="The first step ends in a ValueError about an unknown variable.",
        story="One Adam was made and used for both networks. It keeps two numbers for each weight, of the network that came first; the other's weights it doesn't know.",
        fix="two optimizers", broken=one_optimizer_gan),
    points_case(
        "the same night every day", cause="same noise", instruments=("arrivals",),
        symptom="The curves are as calm as can be. From new noise, the fakes crowd on some clusters and leave gaps.",
        story="A fixed whole number is the seed of the noise, so that every call draws the same numbers. The generator learns a table by heart.",
        fix="a SeedGenerator, which moves on", broken=lambda seed: points_gan(seed, SameNoiseGAN)),
    points_case(
        "beyond the line", cause="interpolation", instruments=("arrivals",),
        symptom="A Wasserstein training that comes on slowly, in waves. It might be just that.",
        story="The gradient penalty wants points between a real and a fake sample. The shares were drawn with random.normal instead of random.uniform, so two in three lie "
              "beyond the ends.",
        fix="shares from random.uniform", broken=wasserstein_gan(NormalPenaltyGAN), cured=wasserstein_gan(StabilisedGAN)),
]
