"""Right and wrong answers to the exercises of chapter 01; each wrong one with a word that its hint must contain."""

import math

import numpy as np
import tensorflow as tf
from keras import ops


def by_tape(logit):
    logits = tf.constant([[logit]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = tf.reduce_mean((tf.sigmoid(logits) - 1) ** 2) / 2
    return tape.gradient(loss, logits)


def by_difference(logit, step=1e-5):
    def loss(a):
        return (1 / (1 + math.exp(-a)) - 1) ** 2 / 2

    return (loss(logit + step) - loss(logit - step)) / (2 * step)


def by_search(rate):
    penalties = np.linspace(0, 2, 20001)
    radii = [np.abs(np.linalg.eigvals([[1, rate], [-rate, 1 - rate * penalty]])).max() for penalty in penalties[::10]]
    return penalties[::10][np.argmax(np.array(radii) <= 1 + 1e-9)]


def unfinished(*arguments):
    ...


def sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


RIGHT = {
    "loss_by_hand": [
        -math.log(0.7) - math.log(0.6),
        0.8675,
        -math.log(0.42),
        np.float32(0.8675006),
        tf.constant([0.8675006]),
        ops.softplus(-ops.log(0.7 / 0.3)) + ops.softplus(ops.log(0.4 / 0.6)),
    ],
    "divergence_from_keras_loss": [
        lambda loss: math.log(2) - loss,
        lambda loss: (-2 * loss + np.log(4)) / 2,
        lambda loss: np.float32(np.log(2)) - np.asarray(loss, "float32"),
        lambda loss: ops.log(2.0) - ops.convert_to_tensor([loss]),
        lambda loss: tf.math.log(tf.constant(2.0, tf.float64)) - tf.constant(loss, tf.float64),
    ],
    "best_discriminator": [
        lambda p, q, real_share: real_share * p / (real_share * p + (1 - real_share) * q),
        lambda p, q, real_share: 1 / (1 + (1 / real_share - 1) * q / p),
        lambda p, q, s: ops.sigmoid(ops.log(p / q) + ops.log(s / (1 - s))),
        lambda p, q, s: tf.constant(s) * p / (tf.constant(s) * p + (1 - tf.constant(s)) * q),
        lambda p, q, s: 1 - (1 - s) * q / (s * np.array([p]) + (1 - s) * q),
    ],
    "squashed_least_squares_gradient": [
        lambda a: -sigmoid(a) * (1 - sigmoid(a)) ** 2,
        lambda a: (sigmoid(a) - 1) * sigmoid(a) * (1 - sigmoid(a)),
        lambda a: (ops.sigmoid(a) - 1) * ops.sigmoid(a) * ops.sigmoid(-a),
        lambda a: -math.exp(a) / (1 + math.exp(a)) ** 3,
        by_tape,
        by_difference,
    ],
    "smallest_penalty": [
        lambda rate: rate,
        lambda learning_rate: learning_rate**2 / learning_rate,
        lambda rate: np.float32(rate),
        lambda rate: tf.constant([rate]),
        by_search,
    ],
}

WRONG = {
    "loss_by_hand": [
        (..., "three dots"),
        (-math.log(0.7) - math.log(0.4), "fake"),
        (-math.log(0.3) - math.log(0.6), "label"),
        (-math.log(0.3) - math.log(0.4), "swapped"),
        (0.4338, "average"),
        (math.log(0.42), "sign"),
        (-math.log10(0.42), "base 10"),
        (-math.log2(0.42), "base 2"),
        (0.3567, "real sample's part"),
        (0.5108, "fake's part"),
        (1.386, "smaller"),
        ("0.8675", "number is wanted"),
        (lambda: 0.8675, "function"),
    ],
    "divergence_from_keras_loss": [
        (..., "three dots"),
        (unfinished, "return"),
        (lambda loss: math.log(2) - loss / 2, "averages"),
        (lambda loss: 2 * math.log(2) - loss, "counting"),
        (lambda loss: 2 * math.log(2) - 2 * loss, "twice"),
        (lambda loss: loss - math.log(2), "sign"),
        (lambda loss: 1 - loss / math.log(2), "nats"),
        (lambda loss: -loss, "constant"),
        (lambda loss: loss, "no divergence"),
        (lambda loss: math.log(2) - loss**2, "smaller"),
        (0.3, "function"),
    ],
    "best_discriminator": [
        (unfinished, "return"),
        (lambda p, q, s: p / (p + q), "as many fakes"),
        (lambda p, q, s: q / (p + q), "fake"),
        (lambda p, q, s: (1 - s) * p / ((1 - s) * p + s * q), "wrong side"),
        (lambda p, q, s: (1 - s) * q / (s * p + (1 - s) * q), "real"),
        (lambda p, q, s: s * p / (p + q), "denominator"),
        (lambda p, q, s: s * p / (s * p + q), "which share"),
        (lambda p, q, s: s * p / (1 - s) / q, "odds"),
        (lambda p, q, s: np.log(s * p / (1 - s) / q), "logit"),
        (lambda p, q, s: s, "without looking"),
        (lambda p, q: p / (p + q), "TypeError"),
        (lambda p, q, s: [p, q], "shape"),
        (lambda p, q, s: math.nan, "not a number"),
    ],
    "squashed_least_squares_gradient": [
        (unfinished, "return"),
        (lambda a: sigmoid(a) - 1, "chain rule"),
        (lambda a: a - 1, "without the sigmoid"),
        (lambda a: sigmoid(a) * (1 - sigmoid(a)), "sigmoid alone"),
        (lambda a: sigmoid(a) * (1 - sigmoid(a)) ** 2, "sign"),
        (lambda a: -2 * sigmoid(a) * (1 - sigmoid(a)) ** 2, "half"),
        (lambda a: (sigmoid(a) - 1) * sigmoid(a), "factor"),
        (lambda a: -((1 - sigmoid(a)) ** 2), "factor"),
        (lambda a: (sigmoid(a) - 1) ** 2 / 2, "loss"),
        (lambda a: (a - 1) * sigmoid(a) * (1 - sigmoid(a)), "logit minus 1"),
        (lambda a: "large", "no number"),
    ],
    "smallest_penalty": [
        (unfinished, "return"),
        (lambda rate: rate / 4, "cross entropy"),
        (lambda rate: rate / 2, "squared"),
        (lambda rate: rate**2, "divide"),
        (lambda rate: 0.0, "turns"),
        (lambda rate: 1 / rate, "Upside down"),
        (lambda rate: 1, "every learning rate"),
        (lambda rate: 2 * rate, "trace"),
        (lambda rate: math.sqrt(1 + rate**2), "spectral radius"),
        (0.3, "function"),
    ],
}
