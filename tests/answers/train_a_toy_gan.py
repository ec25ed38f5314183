"""Right and wrong answers to the exercises of chapter 02; each wrong one with a word that its hint must contain."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tryon_utils import losses


# ---- The generator's half of a step ----------------------------------------------------------------------------------

def half_step(generator, discriminator, generator_optimizer, noise):
    with tf.GradientTape() as tape:
        loss = losses.generator_loss(discriminator(generator(noise)))
    gradients = tape.gradient(loss, generator.trainable_variables)
    generator_optimizer.apply(gradients, generator.trainable_variables)


def half_step_in_keras(generator, discriminator, generator_optimizer, noise):
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        logits = discriminator(generator(noise, training=True), training=True)
        loss = cross_entropy(tf.ones_like(logits), logits)
    weights = generator.trainable_weights
    generator_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
    return {"generator_loss": loss}


def half_step_by_probabilities(generator, discriminator, generator_optimizer, noise):
    with tf.GradientTape(persistent=True) as tape:
        loss = tf.reduce_mean(-tf.math.log(tf.sigmoid(discriminator(generator(noise)))))
    generator_optimizer.apply(tape.gradient(loss, generator.trainable_variables), generator.trainable_variables)
    return loss


def half_step_with_freezing(generator, discriminator, generator_optimizer, noise):
    discriminator.trainable = False
    half_step(generator, discriminator, generator_optimizer, noise)
    discriminator.trainable = True


def half_step_without_optimizer(generator, discriminator, generator_optimizer, noise):
    with tf.GradientTape() as tape:
        loss = ops.sum(ops.softplus(-discriminator(generator(noise)))) / noise.shape[0]
    for weights, gradient in zip(generator.trainable_variables, tape.gradient(loss, generator.trainable_variables), strict=True):
        weights.assign_sub(gradient)


def half_step_on(loss_of, weights_of=lambda generator, discriminator: generator.trainable_variables):
    def take_step(generator, discriminator, generator_optimizer, noise):
        with tf.GradientTape() as tape:
            loss = loss_of(discriminator(generator(noise)))
        weights = weights_of(generator, discriminator)
        generator_optimizer.apply(tape.gradient(loss, weights), weights)

    return take_step


def no_step(generator, discriminator, generator_optimizer, noise):
    with tf.GradientTape() as tape:
        loss = losses.generator_loss(discriminator(generator(noise)))
    return tape.gradient(loss, generator.trainable_variables)


def points_made_before_the_tape(generator, discriminator, generator_optimizer, noise):
    fake_points = generator(noise)
    with tf.GradientTape() as tape:
        loss = losses.generator_loss(discriminator(fake_points))
    generator_optimizer.apply(tape.gradient(loss, generator.trainable_variables), generator.trainable_variables)


# ---- The effective number of modes -----------------------------------------------------------------------------------

def entropy(counts, log=np.log):
    shares = np.asarray(counts)[np.asarray(counts) > 0] / np.sum(counts)
    return -np.sum(shares * log(shares))


def effective_modes_in_a_loop(counts):
    total, result = sum(counts), 1.0
    for count in counts:
        if count:
            result *= (count / total) ** (-count / total)
    return result


def effective_modes_without_care(counts):
    shares = counts / np.sum(counts)
    with np.errstate(all="ignore"):
        return np.exp(-np.sum(shares * np.log(shares)))


def effective_modes_in_tensorflow(counts):
    shares = tf.cast(counts, tf.float32) / float(sum(counts))
    return tf.exp(-tf.reduce_sum(tf.math.xlogy(shares, shares)))


# ---- The other two ---------------------------------------------------------------------------------------------------

def joint_gradient_by_tape(logit):
    fake_logit = tf.constant([[logit]])
    with tf.GradientTape() as tape:
        tape.watch(fake_logit)
        loss = tf.reduce_sum(tf.nn.softplus(fake_logit) + tf.nn.softplus(-fake_logit))
    return tape.gradient(loss, fake_logit)


def memory_by_halving(age):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle / (1 - middle) < age else (low, middle)
    return low


def sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


COUNTS = np.array([300, 240, 150, 130, 60, 26, 24, 3])

RIGHT = {
    "covered_by_hand": [6, 6.0, np.int64(6), tf.constant([6]), int(np.sum(COUNTS >= 25))],
    "effective_modes": [
        lambda counts: np.exp(entropy(counts)),
        lambda counts: 2 ** entropy(counts, np.log2),
        lambda counts: np.exp(entropy(counts)).astype("float32"),
        effective_modes_in_a_loop,
        effective_modes_in_tensorflow,
        lambda counts: math.exp(-sum(p * math.log(p) for p in counts / counts.sum() if p > 0)),
    ],
    "generator_half": [half_step, half_step_in_keras, half_step_by_probabilities, half_step_with_freezing, half_step_without_optimizer],
    "joint_gradient": [
        lambda logit: 2 * sigmoid(logit) - 1,
        lambda logit: math.tanh(logit / 2),
        lambda logit: sigmoid(logit) - sigmoid(-logit),
        lambda logit: ops.sigmoid(logit) + ops.sigmoid(logit) - 1,
        joint_gradient_by_tape,
    ],
    "memory_for_age": [
        lambda age: age / (1 + age),
        lambda age: 1 - 1 / (age + 1),
        lambda age: 1 / (1 + 1 / age),
        lambda age: tf.constant(age, tf.float64) / (tf.constant(age, tf.float64) + 1),
        memory_by_halving,
    ],
}

WRONG = {
    "covered_by_hand": [
        (8, "by chance"),
        (7, "all samples"),
        (4, "whole fair share"),
        (5, "fullest"),
        (2, "a fifth of all"),
        (0, "divide"),
        (933, "smaller"),
        (5.5, "larger"),
        (len, "a value is wanted"),
    ],
    "effective_modes": [
        (entropy, "turns log n into n"),
        (lambda counts: np.exp(-entropy(counts)), "sign"),
        (lambda counts: np.sum(np.array(counts) > 0), "any sample"),
        (lambda counts: 2 ** entropy(counts), "bases"),
        (lambda counts: np.exp(entropy(counts, np.log2)), "bases"),
        (lambda counts: entropy(counts, np.log2), "bits"),
        (lambda counts: np.sum(counts) ** 2 / np.sum(np.square(counts)), "Simpson"),
        (lambda counts: np.exp(entropy(counts)) / np.size(counts), "share of modes"),
        (effective_modes_without_care, "infinite"),
        (lambda counts: 1.0, "larger"),
        (8, "function is wanted"),
    ],
    "generator_half": [
        (no_step, "no weight has moved"),
        (points_made_before_the_tape, "gradient"),
        (half_step_on(lambda logits: ops.mean(ops.log(1 - ops.sigmoid(logits)))), "saturating"),
        (half_step_on(lambda logits: losses.saturating_generator_loss(logits)), "saturating"),
        (half_step_on(lambda logits: keras.losses.BinaryCrossentropy(from_logits=True)(ops.zeros_like(logits), logits)), "label 0"),
        (half_step_on(lambda logits: ops.mean(ops.log_sigmoid(logits))), "walked up"),
        (half_step_on(losses.generator_loss, lambda generator, discriminator: [*generator.trainable_variables,
                                                                              *discriminator.trainable_variables]), "Whose gradients"),
        (half_step_on(losses.generator_loss, lambda generator, discriminator: discriminator.trainable_variables), "only the discriminator"),
        (half_step_on(lambda logits: ops.sum(ops.softplus(-logits))), "batch"),
        (half_step_on(losses.wasserstein_generator_loss), "Wasserstein"),
        (half_step_on(lambda logits: 1 - ops.mean(ops.sigmoid(logits))), "without its logarithm"),
        (half_step_on(lambda logits: keras.losses.BinaryCrossentropy()(ops.ones_like(logits), logits)), "expects probabilities"),
        (lambda noise: noise, "raised TypeError"),
        ("optimizer.apply", "function is wanted"),
    ],
    "joint_gradient": [
        (lambda logit: sigmoid(logit) - 1, "generator's part alone"),
        (lambda logit: sigmoid(logit), "discriminator's part alone"),
        (lambda logit: 1 - 2 * sigmoid(logit), "sign"),
        (lambda logit: 1, "subtracted"),
        (lambda logit: -1, "subtracted"),
        (lambda logit: 0, "cancel"),
        (lambda logit: math.log1p(math.exp(logit)) + math.log1p(math.exp(-logit)), "sum itself"),
        (lambda logit: 2 * sigmoid(logit), "inner derivative"),
        (lambda logit: 2 * sigmoid(logit) * sigmoid(-logit), "derivative of softplus"),
        (lambda logit: None, "returns nothing"),
        (0.0, "function is wanted"),
    ],
    "memory_for_age": [
        (lambda age: (age - 1) / age, "newest"),
        (lambda age: age / (1 - age), "names exchanged"),
        (lambda age: 1 / (1 + age), "newest gradient's weight"),
        (lambda age: 2 ** (-1 / age), "half of the weight"),
        (lambda age: math.exp(-1 / age), "continuously"),
        (lambda age: 1 + 1 / age, "above 1"),
        (lambda age: 1 - 2 / (age + 1), "plain mean"),
        (lambda age: 0.9, "smaller"),
    ],
}
