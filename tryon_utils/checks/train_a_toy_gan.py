"""Checkers for the exercises of chapter 02. Each takes the learner's answer and returns a `Verdict`."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses
from tryon_utils.checks.judging import Misconception, judge


def covered_by_hand(answer):
    """Check how many of 8 modes are covered, where 1000 samples put 300, 240, 150, 130, 60, 26, 24 and 3 good ones on them.

    Args:
        answer: Number.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(8, "You counted every mode that received a sample. Three samples out of a thousand may be there by chance: a mode must "
                         "receive a certain part of its fair share."),
        Misconception(7, "You divided the good samples alone among the modes. The fair share counts all samples: bad ones are samples that "
                         "some mode is short of."),
        Misconception(4, "You asked for the whole fair share. That is too strict: even real samples miss it on half of the modes."),
        Misconception(5, "You compared with the fullest mode. The fair share doesn't depend on where the samples went."),
        Misconception(2, "You took a fifth of all samples. The fair share of one mode is smaller."),
        Misconception(0, "You asked for more than one mode can have. Divide the samples among the modes first."),
    ]
    return judge(answer, 6, None, slips, tolerance=1e-6,
                 praise="A fifth of 1000 / 8 is 25, and six modes have as many. The measure doesn't see that the fullest one has more than ten times as many as the sixth.")


def effective_modes(answer):
    """Check a function from counts of samples on each mode to the effective number of modes, the exponential of the entropy.

    Args:
        answer: Function of an array of shape `(modes,)`.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(_entropy, "That is the entropy itself, 0 where all samples sit on one mode. Which function turns log n into n?"),
        Misconception(lambda counts: np.exp(-_entropy(counts)), "Evenly spread samples give you less than 1: the sign in the exponent is wrong."),
        Misconception(lambda counts: np.count_nonzero(counts), "You counted the modes that have any sample at all. A mode with one sample in a "
                                                               "thousand should hardly count."),
        Misconception(lambda counts: 2**_entropy(counts), "The bases don't agree: natural logarithm inside, powers of 2 outside."),
        Misconception(lambda counts: np.exp(_entropy(counts) / np.log(2)), "The bases don't agree: logarithm to base 2 inside, powers of e outside."),
        Misconception(lambda counts: _entropy(counts) / np.log(2), "That is the entropy in bits, 0 where all samples sit on one mode. It has to be "
                                                                   "turned into a number of modes."),
        Misconception(lambda counts: 1 / np.sum((counts / np.sum(counts))**2), "That is another effective number, Simpson's, which weighs full modes "
                                                                               "more. Here the one that comes from the entropy is wanted."),
        Misconception(lambda counts: np.exp(_entropy(counts)) / len(counts), "You divided by the number of modes: that is a share of modes."),
    ]
    inputs = [(np.array(counts),) for counts in ([5, 5, 5, 5], [90, 30, 20, 10], [7, 0, 0, 0], [40, 0, 40, 1], [1, 2, 3, 4])]
    return judge(answer, lambda counts: np.exp(_entropy(counts)), inputs, slips, tolerance=1e-4,
                 praise="Equal counts on n modes give n, one mode alone gives 1, and a mode that is nearly empty hardly counts.")


def _entropy(counts):
    shares = np.asarray(counts)[np.asarray(counts) > 0] / np.sum(counts)
    return -np.sum(shares * np.log(shares))


def generator_half(answer):
    """Check the generator's half of a training step by the weights that it moves in two small networks.

    Args:
        answer: Function of `(generator, discriminator, generator_optimizer, noise)` that takes one step.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(_half_step(None), "No weight has moved. Take the gradients from the tape and give them to the optimizer."),
        Misconception(_half_step(lambda logits: -ops.mean(ops.softplus(logits))), "That is the saturating loss, log(1 - D): the generator's gradient vanishes "
                                                                                  "exactly where the fakes are spotted. Use the other one."),
        Misconception(_half_step(lambda logits: ops.mean(ops.softplus(logits))), "Your generator is given the discriminator's loss on fakes, label 0: it learns to be recognised."),
        Misconception(_half_step(lambda logits: -losses.generator_loss(logits)), "The right loss, walked up instead of down: an optimizer minimises what it is given."),
        Misconception(_half_step(losses.generator_loss, both=True), "The discriminator's weights have moved, too: it learns to find fakes real. Whose gradients "
                                                                    "did you ask the tape for?"),
        Misconception(_half_step(losses.generator_loss, own=False, both=True), "Only the discriminator's weights have moved. Whose gradients did you ask the tape for?"),
        Misconception(_half_step(lambda logits: ops.sum(ops.softplus(-logits))), "You added up the losses of the samples: the step grows with the batch. A mean is wanted."),
        Misconception(_half_step(lambda logits: -ops.mean(logits)), "That is Wasserstein's loss, the logit itself. Ours is the cross entropy with the label \"real\"."),
        Misconception(_half_step(lambda logits: -ops.mean(ops.sigmoid(logits))), "You maximise the probability without its logarithm: the gradient vanishes where D is near 0."),
        Misconception(_half_step(lambda logits: keras.losses.BinaryCrossentropy()(ops.ones_like(logits), logits)),
                      "The discriminator returns logits, and you gave them to a cross entropy that expects probabilities."),
    ]
    if not callable(answer):
        return judge(answer, None, [()])
    return judge(lambda seed: _moved(answer, seed), _half_step(losses.generator_loss), [(0,), (1,), (2,)], slips, tolerance=1e-3,
                 praise="The generator's weights moved as they should, and the discriminator's not at all, without any freezing.")


def _moved(take_step, seed):
    """Return by how much a step moves the weights of two small networks, for a learning rate of 1."""
    generator = keras.Sequential([keras.Input((2,)), layers.Dense(2, kernel_initializer=keras.initializers.GlorotUniform(seed))])
    discriminator = keras.Sequential([keras.Input((2,)), layers.Dense(3, "tanh", kernel_initializer=keras.initializers.GlorotUniform(seed + 10)),
                                      layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed + 20))])
    before = [*generator.get_weights(), *discriminator.get_weights()]
    returned = take_step(generator, discriminator, keras.optimizers.SGD(1.0), keras.random.normal((5, 2), seed=seed))
    if returned is ...:
        return returned
    after = [*generator.get_weights(), *discriminator.get_weights()]
    return np.concatenate([(new - old).ravel() for new, old in zip(after, before, strict=True)])


def _half_step(loss_of, own=True, both=False):
    """Return the function from a seed to what a half step on this loss moves: the generator, the discriminator or both."""
    def take_step(generator, discriminator, optimizer, noise):
        if loss_of is None:
            return
        with tf.GradientTape() as tape:
            loss = loss_of(discriminator(generator(noise)))
        variables = own * generator.trainable_variables + both * discriminator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)

    return lambda seed: _moved(take_step, seed)


def joint_gradient(answer):
    """Check the gradient at a fake's logit of the sum of both players' losses.

    Args:
        answer: Function of one logit.

    Returns:
        A `Verdict`.
    """
    def probability(logit):
        return 1 / (1 + np.exp(-logit))

    slips = [
        Misconception(lambda a: probability(a) - 1, "That is the generator's part alone. The discriminator's loss on the fake is in the sum, too."),
        Misconception(lambda a: probability(a), "That is the discriminator's part alone. The generator's loss is in the sum, too."),
        Misconception(lambda a: 1 - 2 * probability(a), "The size is right and the sign is wrong: a fake with a large logit costs the discriminator dearly, so the sum must grow there."),
        Misconception(lambda a: 1.0, "You subtracted one loss from the other. They are added here."),
        Misconception(lambda a: -1.0, "You subtracted one loss from the other. They are added here."),
        Misconception(lambda a: 0.0, "The two don't cancel at every logit. Work them out one by one: at which single logit are they equally strong?"),
        Misconception(lambda a: np.logaddexp(0, a) + np.logaddexp(0, -a), "That is the sum itself; its derivative is wanted."),
        Misconception(lambda a: 2 * probability(a), "Two derivatives of the same sign: check the inner derivative of softplus(-a)."),
        Misconception(lambda a: 2 * probability(a) * (1 - probability(a)), "That has derivatives of the sigmoid. The derivative of softplus is the sigmoid itself."),
    ]
    return judge(answer, lambda a: 2 * probability(a) - 1, [(-3.0,), (-0.5,), (0.0,), (1.0,), (4.0,)], slips, tolerance=1e-4,
                 praise="It is zero at logit 0, where D says one half, and leads back there from both sides: with one loss for both, all players agree to learn nothing.")


def memory_for_age(answer):
    """Check a function from a mean age of gradients, in steps, to the `beta_1` that has it.

    Args:
        answer: Function of one number, 0 or more.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda age: 1 - 1 / age, "You used 1 / (1 - beta), which counts the newest gradient as one step old. It is 0 steps old."),
        Misconception(lambda age: age / (1 - age), "That is the chapter's formula with the names exchanged. Solve it for beta."),
        Misconception(lambda age: 1 / (age + 1), "That is the newest gradient's weight, 1 - beta: yours forgets faster, the older the news should be."),
        Misconception(lambda age: 0.5**(1 / age), "That is the memory in which half of the weight is older than this. The mean age is wanted."),
        Misconception(lambda age: np.exp(-1 / age), "That is right for news that fades continuously, and nearly right for a long memory. Steps are counted one by one."),
        Misconception(lambda age: (age + 1) / age, "A memory above 1 never fades. Numerator and denominator have changed places."),
        Misconception(lambda age: (age - 1) / (age + 1), "That is the rule for as many weights as a plain mean over so many steps. Solve the chapter's formula for beta."),
    ]
    return judge(answer, lambda age: age / (1 + age), [(3.0,), (2.0,), (9.0,), (99.0,)], slips, tolerance=1e-5,
                 praise="One step old: 0.5. Nine steps: 0.9. To forget everything but this step's gradient, take 0.")
