"""Checkers for the exercises of chapter 05. Each takes the learner's answer and returns a `Verdict`."""

import keras
import numpy as np
import tensorflow as tf

from tryon_utils import losses
from tryon_utils.checks.judging import Misconception, judge


def best_answer(answer):
    """Check a function from the two densities at a point and the label of real samples to the best discriminator's probability there.

    Args:
        answer: Function of three numbers: p (real density), q (fake density), label.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda p, q, label: p / (p + q), "That is the best answer without smoothing: the label doesn't occur in it."),
        Misconception(lambda p, q, label: (label * p + (1 - label) * q) / (p + q), "You smoothed both sides, as if fake samples had the label 1 - t. Here theirs stays 0."),
        Misconception(lambda p, q, label: label * p / (label * p + q), "You gave the real samples less weight, as if there were fewer of them. But a label below 1 also says \"fake\" with the rest, 1 - t."),
        Misconception(lambda p, q, label: np.minimum(p / (p + q), label), "Smoothing doesn't cut the probability off at the label. Write the loss at one point and set its derivative to 0."),
        Misconception(lambda p, q, label: label * np.ones_like(p), "That is the best answer where there are real samples only. Where q is not 0, fake samples have a say."),
        Misconception(lambda p, q, label: 1 - label * p / (p + q), "That is the probability of being fake."),
        Misconception(lambda p, q, label: label * p / q, "That is a ratio of densities, which can exceed 1. Solve for the probability, not for its odds."),
    ]
    inputs = [(np.array([0.3, 0.05, 0.2]), np.array([0.1, 0.4, 0.2]), label) for label in (0.9, 0.7, 1.0)]
    return judge(answer, lambda p, q, label: label * p / (p + q), inputs, slips,
                 praise="Smoothing only the real side scales the answer by t: its shape over the plane, which the generator follows, stays. With smoothed fakes, "
                        "the numerator would get a share of q, and pull real and fake towards each other where neither is.")


def paired_loss(answer):
    """Check the relativistic loss of the discriminator.

    Args:
        answer: Function of two arrays of one shape, the logits of real and fake samples.

    Returns:
        A `Verdict`.
    """
    softplus = lambda values: np.logaddexp(0, values)  # noqa: E731
    slips = [
        Misconception(lambda real, fake: np.mean(softplus(real - fake)), "That is small where fakes seem more real than their partners: it is the generator's side."),
        Misconception(lambda real, fake: softplus(np.mean(fake) - np.mean(real)), "You paired the two means. Every real sample is compared with its own fake one, and the mean comes last."),
        Misconception(lambda real, fake: np.mean(softplus(-real)) + np.mean(softplus(fake)), "That judges each sample by itself: the loss that GANs began with. Only differences count here."),
        Misconception(lambda real, fake: np.mean(softplus(-(np.reshape(real, (-1, 1)) - np.reshape(fake, (1, -1))))), "You compared every real sample with every fake one. Each has one partner."),
        Misconception(lambda real, fake: np.mean(fake - real), "Without softplus the loss falls without end: that is Wasserstein's."),
        Misconception(lambda real, fake: np.mean(1 / (1 + np.exp(real - fake))), "That is the mean probability of being wrong. A cross entropy takes its logarithm."),
        Misconception(lambda real, fake: np.sum(softplus(fake - real)), "A sum over the batch: the loss would grow with the batch size."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.normal(1, 2, 8), rng.normal(-1, 2, 8)), (np.array([[2.0], [-1.0]]), np.array([[-3.0], [0.5]])), (np.array([40.0]), np.array([-40.0]))]
    return judge(answer, lambda real, fake: np.mean(softplus(fake - real)), inputs, slips,
                 praise="Raise all logits by 100 and nothing changes: a discriminator that plays this game can't win by calling everything fake.")


def norm(answer):
    """Check a function that finds a matrix's largest singular value by power iteration.

    Args:
        answer: Function of a matrix (rows, columns) and a number of iterations.

    Returns:
        A `Verdict`.
    """
    rng = np.random.default_rng(0)
    turned = [np.linalg.qr(rng.normal(size=(size, size)))[0] for size in (6, 4)]
    matrices = [turned[0][:, :4] * np.array([3.0, 1.0, 0.5, 0.1]) @ turned[1], np.diag([0.5, 0.2]), np.array([[0.0, 5.0], [0.0, 0.0]]), np.outer([1.0, 2.0, 2.0], [0.0, 1.0])]
    slips = [
        Misconception(lambda matrix, iterations: np.sqrt(np.sum(matrix**2)), "That is the Frobenius norm: it counts all directions, and the largest stretch is that of one."),
        Misconception(lambda matrix, iterations: np.linalg.norm(matrix, 2)**2, "You found the square: one round through the matrix and back stretches twice."),
        Misconception(lambda matrix, iterations: np.abs(matrix).sum(axis=1).max(), "That is the largest row sum, another norm. Which vector of length 1 is stretched most?"),
        Misconception(lambda matrix, iterations: np.abs(matrix).max(), "That is the largest entry. A vector along no axis may be stretched more."),
        Misconception(lambda matrix, iterations: 1.0, "You measured a vector after normalising it: its length is 1 then, whatever the matrix."),
        Misconception(lambda matrix, iterations: 1 / np.linalg.norm(matrix, 2), "That is what the kernel is multiplied by. Return the norm itself."),
        Misconception(lambda matrix, iterations: np.linalg.norm(matrix, -2), "That is the smallest singular value: the least stretch."),
    ]
    return judge(answer, lambda matrix, iterations: np.linalg.norm(matrix, 2), [(matrix, 60) for matrix in matrices], slips,
                 praise="Keras' layer does one such round a step and keeps the vector for the next: the kernel hardly moves in between, so the round never ends.")


# ---- The training loop -------------------------------------------------------------------------------------------------

EVERY, WEIGHT, STEPS, RATE = 4, 0.5, 9, 0.05


def lazy_training(answer):
    """Check a training loop of the discriminator with R1 every few steps, by the weights that it leaves.

    Args:
        answer: Function of (discriminator, optimizer, batches, penalty_weight, penalty_every), where `batches` is a list of pairs of real and
            fake samples, float32 tensors (8, 2). It trains the discriminator in place.

    Returns:
        A `Verdict`.
    """
    def weights_after(train):
        def run(every, weight):
            discriminator, batches = _players()
            train(discriminator, keras.optimizers.SGD(RATE), batches, weight, every)
            return np.concatenate([weights.ravel() for weights in discriminator.get_weights()])
        return run

    if not callable(answer):
        return judge(answer, None, [])
    slips = [
        Misconception(weights_after(_lazy_loop(times=lambda every: 1)), "The penalty comes seldom, but not stronger: on average it now counts less than before. What must it be multiplied by?"),
        Misconception(weights_after(_lazy_loop(due=lambda step, every: True, times=lambda every: 1)), "The penalty comes at every step. It should be taken in the first step and then in each `penalty_every`-th."),
        Misconception(weights_after(_lazy_loop(due=lambda step, every: True)), "The penalty comes at every step *and* is multiplied: it counts too much."),
        Misconception(weights_after(_lazy_loop(due=lambda step, every: (step + 1) % every == 0)), "The penalty comes in the last step of each round; it should come in the first, step 0."),
        Misconception(weights_after(_lazy_loop(due=lambda step, every: step % every != 0)), "You skip the penalty where it is due, and take it in all other steps."),
        Misconception(weights_after(_lazy_loop(due=lambda step, every: False)), "No penalty reaches the weights. Is it computed, and its slope taken, inside the outer tape?"),
        Misconception(weights_after(_lazy_loop(at="fake")), "You took the slope at the fake samples: that is R2."),
        Misconception(weights_after(_lazy_loop(slope_of="loss")), "You took the slope of the loss at the samples. R1 asks for the slope of the logit."),
        Misconception(weights_after(_lazy_loop(half=False)), "You forgot the half in R1: twice the penalty came."),
    ]
    return judge(weights_after(answer), weights_after(_lazy_loop()), [(EVERY, WEIGHT), (1, WEIGHT), (EVERY, 0.0)], slips, tolerance=1e-4,
        praise="The same pull on average, and a quarter of its cost: what StyleGAN2 does, with 16 for our 4.")


def _players():
    """Return a small discriminator of points with fixed weights, and the batches that it is trained on."""
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(5))
    discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, "tanh", kernel_initializer=initializer), keras.layers.Dense(1, kernel_initializer=initializer)])
    rng = np.random.default_rng(1)
    batches = [tuple(tf.constant(rng.normal(mean, 1, (8, 2)).astype("float32")) for mean in (1, -1)) for _ in range(STEPS)]
    return discriminator, batches


def _lazy_loop(due=lambda step, every: step % every == 0, times=lambda every: every, at="real", slope_of="logit", half=True):
    """Return the right loop, or one with the mistakes asked for."""
    def train(discriminator, optimizer, batches, penalty_weight, penalty_every):
        for step, (real, fake) in enumerate(batches):
            with tf.GradientTape() as tape:
                loss = losses.discriminator_loss(discriminator(real), discriminator(fake))
                if due(step, penalty_every):
                    samples = real if at == "real" else fake
                    with tf.GradientTape() as slope_tape:
                        slope_tape.watch(samples)
                        target = discriminator(samples)
                        if slope_of == "loss":
                            target = losses.generator_loss(target)
                    penalty = losses.r1_penalty(slope_tape.gradient(target, samples)) * (1 if half else 2)
                    loss = loss + penalty_weight * times(penalty_every) * penalty
            optimizer.apply(tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables)
    return train
