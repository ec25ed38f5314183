"""Right and wrong answers to the exercises of chapter 05; each wrong one with a word that its hint must contain."""

import math

import numpy as np
import tensorflow as tf
from keras import ops
from tryon_utils import losses


def by_search(p, q, label):
    """Minimise the loss at each point over a fine scale of probabilities, then once more around the best."""
    def loss(chance):
        return -p * (label * np.log(chance) + (1 - label) * np.log(1 - chance)) - q * np.log(1 - chance)

    low, high = np.full(np.shape(p), 1e-9), np.full(np.shape(p), 1 - 1e-9)
    for _ in range(200):
        first, second = low + (high - low) / 3, high - (high - low) / 3
        left = loss(first) < loss(second)
        low, high = np.where(left, low, first), np.where(left, second, high)
    return (low + high) / 2


def softplus(values):
    return np.maximum(values, 0) + np.log1p(np.exp(-np.abs(values)))


def power(matrix, iterations):
    vector = np.random.default_rng(3).normal(size=matrix.shape[1])
    for _ in range(iterations):
        vector = matrix.T @ (matrix @ vector)
        vector = vector / np.linalg.norm(vector)
    return np.linalg.norm(matrix @ vector)


def power_the_other_way(matrix, iterations):
    u = np.ones(len(matrix)) / math.sqrt(len(matrix)) + np.arange(len(matrix)) / 100
    for _ in range(iterations):
        v = matrix.T @ u
        v = v / (np.linalg.norm(v) + 1e-12)
        u = matrix @ v
        length = np.linalg.norm(u)
        u = u / (length + 1e-12)
    return u @ matrix @ v


def loop(due=lambda step, every: step % every == 0, times=lambda every: every, inside=True, samples_of=lambda real, fake: real, penalise=None, of_loss=False):
    """A training loop of another hand than the checker's: one tape holds the other by name, the penalty is summed by hand."""
    def train(discriminator, optimizer, batches, penalty_weight, penalty_every):
        step = 0
        for real, fake in batches:
            variables = discriminator.trainable_variables
            samples = samples_of(real, fake)

            def slope_penalty(discriminator=discriminator, samples=samples):
                with tf.GradientTape() as inner:
                    inner.watch(samples)
                    value = ops.sum(discriminator(samples))
                    if of_loss:
                        value = losses.generator_loss(discriminator(samples))
                slopes = inner.gradient(value, samples)
                return (penalise or (lambda slopes: 0.5 * tf.reduce_mean(tf.reduce_sum(slopes * slopes, axis=-1))))(slopes)

            outside = slope_penalty()
            with tf.GradientTape() as outer:
                total = ops.mean(ops.softplus(-discriminator(real))) + ops.mean(ops.softplus(discriminator(fake)))
                if due(step, penalty_every):
                    total += penalty_weight * times(penalty_every) * (slope_penalty() if inside else outside)
            optimizer.apply_gradients(zip(outer.gradient(total, variables), variables, strict=True))
            step += 1
    return train


RIGHT = {
    "best_answer": [lambda p, q, label: label * p / (p + q), lambda p, q, label: label / (1 + q / p), by_search],
    "paired_loss": [lambda real, fake: np.mean(softplus(fake - real)), lambda real, fake: losses.relativistic_discriminator_loss(real, fake),
                    lambda real, fake: np.mean([softplus(b - a) for a, b in zip(np.ravel(real), np.ravel(fake), strict=True)]),
                    lambda real, fake: -np.mean(-np.logaddexp(0, -(real - fake)))],
    "norm": [power, power_the_other_way, lambda matrix, iterations: np.linalg.svd(matrix)[1][0], lambda matrix, iterations: math.sqrt(np.linalg.eigvalsh(matrix.T @ matrix)[-1])],
    "lazy_training": [loop(), loop(due=lambda step, every: not step % every), loop(penalise=lambda slopes: losses.r1_penalty(slopes))],
}

WRONG = {
    "best_answer": [(lambda p, q, label: p / (p + q), "without"), (lambda p, q, label: (label * p + (1 - label) * q) / (p + q), "both sides"),
                    (lambda p, q, label: label * p / (label * p + q), "weight"), (lambda p, q, label: np.minimum(label, p / (p + q)), "cut"),
                    (lambda p, q, label: 0 * p + label, "real samples only"), (lambda p, q, label: 1 - label * p / (p + q), "fake"), (lambda p, q, label: label * p / q, "odds")],
    "paired_loss": [(lambda real, fake: np.mean(softplus(real - fake)), "generator"), (lambda real, fake: softplus(np.mean(fake) - np.mean(real)), "means"),
                    (lambda real, fake: np.mean(softplus(-real)) + np.mean(softplus(fake)), "by itself"), (lambda real, fake: np.mean(softplus(np.ravel(fake)[None] - np.ravel(real)[:, None])), "partner"),
                    (lambda real, fake: np.mean(fake - real), "Wasserstein"), (lambda real, fake: np.mean(1 / (1 + np.exp(real - fake))), "logarithm"),
                    (lambda real, fake: np.sum(softplus(fake - real)), "sum")],
    "norm": [(lambda matrix, iterations: np.linalg.norm(matrix), "Frobenius"), (lambda matrix, iterations: np.linalg.eigvalsh(matrix.T @ matrix)[-1], "square"),
             (lambda matrix, iterations: np.abs(matrix).sum(axis=1).max(), "row sum"), (lambda matrix, iterations: np.abs(matrix).max(), "entry"),
             (lambda matrix, iterations: 1.0, "normalising"), (lambda matrix, iterations: 1 / np.linalg.norm(matrix, 2), "itself"),
             (lambda matrix, iterations: np.linalg.svd(matrix)[1][-1], "smallest")],
    "lazy_training": [(loop(times=lambda every: 1), "stronger"), (loop(due=lambda step, every: True, times=lambda every: 1), "every step"),
                      (loop(due=lambda step, every: True), "too much"), (loop(due=lambda step, every: (step + 1) % every == 0), "first"),
                      (loop(inside=False), "outer tape"), (loop(samples_of=lambda real, fake: fake), "R2"),
                      (loop(penalise=lambda slopes: tf.reduce_mean(tf.reduce_sum(slopes**2, axis=-1))), "half"), (loop(of_loss=True), "logit")],
}
