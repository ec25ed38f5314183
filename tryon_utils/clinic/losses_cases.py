"""Cases whose bug stands in a loss: a sign, a label, a sigmoid. All train on points of the ring."""

import keras
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses
from tryon_utils.clinic.case import Case, adam, distance, points_gan, ring_points
from tryon_utils.models import toy
from tryon_utils.models.dcgan import GAN

ON_LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)
ON_PROBABILITIES = keras.losses.BinaryCrossentropy()


def log_d(logits):
    """Mean of log D."""
    return -ops.mean(ops.softplus(-logits))


def value_function(real_logits, fake_logits):
    """E log D(x) + E log(1 - D(G(z))), the formula that articles print."""
    return -losses.discriminator_loss(real_logits, fake_logits)


def own_entropy(real_logits, fake_logits):
    """The entropy of the discriminator's own answers: where the label stood in the formula, D itself stands."""
    def entropy(logits):
        probabilities = ops.sigmoid(logits)
        return ops.mean(probabilities * ops.softplus(-logits) + (1 - probabilities) * ops.softplus(logits))

    return entropy(real_logits) + entropy(fake_logits)


def cross_entropies(loss):
    """Return the usual pair of losses, on a cross entropy of Keras."""
    return losses.Game(lambda real, fake: loss(ops.ones_like(real), real) + loss(ops.zeros_like(fake), fake),
                       lambda fake: loss(ops.ones_like(fake), fake))


def with_sigmoid(seed, reshaped=False):
    """Return a discriminator that ends in a sigmoid, and in a Reshape after it where wanted."""
    logits = toy.build_discriminator(seed=3 * seed + 1)
    x = layers.Dense(1, activation="sigmoid", kernel_initializer=keras.initializers.GlorotUniform(3 * seed + 1), name="probability")(logits.layers[-2].output)
    return keras.Model(logits.input, layers.Reshape((1,))(x) if reshaped else x, name="discriminator")


def noisy_labels(seed):
    """Return the losses for labels of real samples that are drawn between 0.8 and 1.3."""
    label_seed = keras.random.SeedGenerator(seed)

    def discriminator_loss(real_logits, fake_logits):
        labels = keras.random.uniform(ops.shape(real_logits), 0.8, 1.3, seed=label_seed)
        return ops.mean(ops.softplus(real_logits) - labels * real_logits) + ops.mean(ops.softplus(fake_logits))

    return losses.Game(discriminator_loss, losses.generator_loss)


class JointGAN(GAN):
    """One loss, one tape, one optimizer for both networks."""

    def train_step(self, real_points):
        weights = self.generator.trainable_variables + self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            fake_points = self.generator(self.draw_noise(len(real_points)), training=True)
            real_logits, fake_logits = self.discriminator(real_points, training=True), self.discriminator(fake_points, training=True)
            loss = losses.discriminator_loss(real_logits, fake_logits) + losses.generator_loss(fake_logits)
        self.generator_optimizer.apply(tape.gradient(loss, weights), weights)
        return {"loss": loss}

    def compile(self, generator_optimizer, discriminator_optimizer):
        super().compile(generator_optimizer, discriminator_optimizer)
        self.generator_optimizer = adam()
        self.generator_optimizer.build(self.generator.trainable_variables + self.discriminator.trainable_variables)


def of_game(discriminator_loss, generator_loss):
    return lambda seed: points_gan(seed, game=losses.Game(discriminator_loss, generator_loss))


def points_case(name, **fields):
    return Case(name, data=ring_points, measure=distance, measured="distance to real points", **({"cured": points_gan} | fields))


CASES = [
    points_case(
        "the generator that flees", cause="generator's sign", instruments=("pulls",),
        symptom="The fakes flee from the ring, out of the picture or to its middle, and don't come back. The discriminator's loss falls to zero at once, the generator's far below.",
        story="The article writes: the generator minimises E log D(G(z)). So it walks downhill on the discriminator's surface, away from all that looks real.",
        fix="minimise -log D(G(z))", broken=of_game(losses.discriminator_loss, log_d)),
    points_case(
        "the discriminator upside down", cause="discriminator's sign", instruments=("pulls", "scores"),
        symptom="The discriminator's loss falls below zero and goes on falling, to minus hundred thousands. The fakes huddle in one small heap.",
        story="The value function is what the discriminator maximises. Handed to an optimizer as it is printed, it is minimised: real samples are called fake.",
        fix="minimise the value function's negative", broken=of_game(value_function, losses.generator_loss)),
    points_case(
        "the judge of its own opinion", cause="no labels", instruments=("pulls",),
        symptom="Both losses are zero after fifty steps and stay there. The fakes have drifted off to one side.",
        story="In the cross entropy -y log D - (1-y) log(1-D), D was written for y, too. That is the entropy of D's own answers, least where D is sure, of whatever.",
        fix="labels: 1 for real, 0 for fake", broken=of_game(own_entropy, losses.generator_loss)),
    points_case(
        "one loss for two", cause="joint loss", instruments=("updates", "pulls"),
        symptom="The loss falls to 1.386 and doesn't move again: the equilibrium, it seems. The fakes shrink to one small heap.",
        story="Both losses were added and one optimizer walks down their sum. On a fake, the two pulls cancel at D = 1/2; there is no game any more.",
        fix="two losses, two tapes, two optimizers", broken=lambda seed: points_gan(seed, JointGAN)),
    points_case(
        "the obliging generator", cause="generator cooperates", instruments=("pulls",),
        symptom="The fakes flee from the ring. Both losses go to zero: each player seems to have won.",
        story="The loss named gen_loss is the discriminator's loss on fakes, label 0. The generator makes it smaller: it helps its opponent.",
        fix="the label of the generator's loss is 1", broken=of_game(losses.discriminator_loss, lambda fake: ON_LOGITS(ops.zeros_like(fake), fake))),
    points_case(
        "squeezed twice", cause="sigmoid twice", instruments=("pulls", "scores"),
        symptom="The losses stand still for long stretches, at odd heights, and twitch between them. The fakes wander about and gather on no cluster.",
        story="The discriminator ends in a sigmoid (with a Reshape after it), and the loss has from_logits=True: it takes the sigmoid of a probability.",
        fix="no sigmoid in the discriminator", broken=lambda seed: points_gan(seed, discriminator=with_sigmoid(seed, reshaped=True), game=cross_entropies(ON_LOGITS))),
    points_case(
        "squeezed twice, with a guardian", cause="sigmoid twice, repaired", instruments=("pulls",),
        symptom="Nothing but a warning, once, above the progress bar. The training goes well.",
        story="A sigmoid ends the discriminator, and from_logits=True stands in the loss. Keras finds the logits behind the sigmoid and uses them. One more layer, and it can't.",
        fix="no sigmoid in the discriminator", broken=lambda seed: points_gan(seed, discriminator=with_sigmoid(seed), game=cross_entropies(ON_LOGITS))),
    points_case(
        "numbers that are no probabilities", cause="logits as probabilities", instruments=("pulls",),
        symptom="The losses begin near 10, and later the generator's jumps higher and higher. The fakes find the ring, then leave parts of it.",
        story="The discriminator returns logits, and the loss was made without from_logits=True. What lies outside [0, 1] is clipped, and a clipped number has no slope.",
        fix="from_logits=True", broken=lambda seed: points_gan(seed, game=cross_entropies(ON_PROBABILITIES))),
    points_case(
        "more than real", cause="labels beyond 1", instruments=("labels", "pulls"),
        symptom="Nothing that one would notice: curves and fakes look as in a healthy training.",
        story="The labels of real samples are noisy, from 0.8 to 1.3. A label above 1 can't be reached by any probability, so its logit is pushed up without end. In an even game that costs little; where the "
              "discriminator is far ahead, its loss falls below zero and its logits run away.",
        fix="labels within [0, 1]", broken=lambda seed: points_gan(seed, game=noisy_labels(seed))),
]
