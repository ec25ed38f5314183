"""Right and wrong answers to the exercises of chapter 04; each wrong one with a word that its hint must contain."""

import numpy as np
import tensorflow as tf
from keras import ops


def pull_by(sign=-1.0, reduce=ops.sum, before=lambda logits: logits):
    def pull(loss, logit):
        logits = tf.fill((6, 1), float(logit))
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss(before(logits))
        return sign * reduce(tape.gradient(value, logits))

    return pull


def pull_by_differences(loss, logit):
    low, high = (float(loss(tf.fill((4, 1), tf.constant(float(logit) + shift, tf.float64)))) for shift in (-1e-4, 1e-4))
    return (low - high) / 2e-4


def pull_of_variables(loss, logit):
    logits = tf.Variable(np.full((3, 1), logit, "float32"))
    with tf.GradientTape() as tape:
        value = -loss(logits)
    return np.sum(tape.gradient(value, logits).numpy())


def cost(probability, label):
    return np.log(1 + np.exp(probability)) - label * probability


def least_by_search(label):
    answers = np.linspace(0, 1, 10001)
    return np.min(cost(answers, label)) + np.min(cost(answers, 0))


def least_loss(label):
    best = min(1.0, np.log(label / (1 - label))) if label < 1 else 1.0
    return cost(best, label) + np.log(2)


def entropy(label):
    return -label * np.log(label) - (1 - label) * np.log(1 - label) if label < 1 else 0.0


def who_moves(generator, discriminator, step, copy=True, back=True, swap=False, joint=False, kernels=False):
    networks = [discriminator, generator] if swap else [generator, discriminator]
    before = [[np.array(weights) for weights in network.get_weights()] if copy else network.weights for network in networks]
    step()
    after = [network.get_weights() if copy else network.weights for network in networks]
    pairs = [[(old, new) for old, new in zip(*both, strict=True) if not kernels or old.ndim > 1] for both in zip(before, after, strict=True)]
    moved = [any(old is not new and not np.array_equal(old, new) for old, new in some) for some in pairs]
    if back:
        for network, kept in zip(networks, before, strict=True):
            if copy:
                network.set_weights(kept)
    return [any(moved)] * 2 if joint else tuple(moved)


def who_moves_by_variables(generator, discriminator, step):
    variables = [(network, variable, variable.numpy().copy()) for network in (generator, discriminator) for variable in network.trainable_variables]
    step()
    moved = {id(network) for network, variable, kept in variables if np.any(variable.numpy() != kept)}
    for _, variable, kept in variables:
        variable.assign(kept)
    return id(generator) in moved, id(discriminator) in moved


def with_options(**options):
    return lambda generator, discriminator, step: who_moves(generator, discriminator, step, **options)


RIGHT = {
    "whose_fault": ["the generator cooperates", "The generator cooperates.", " the generator cooperates "],
    "pull": [pull_by(), pull_by_differences, pull_of_variables],
    "least_loss": [least_loss, least_by_search, lambda label: tf.constant(least_loss(label), tf.float64)],
    "who_moves": [who_moves, who_moves_by_variables],
}

WRONG = {
    "whose_fault": [
        ("the generator's sign", "number by number"),
        ("a sigmoid too many", "nearly 1"),
        ("logits taken for probabilities", "clipped"),
        ("no labels", "same column"),
        ("one loss for both", "vanish"),
        ("the learning rate", "not in the list"),
        (3, "string"),
    ],
    "pull": [
        (pull_by(sign=1.0), "negative"),
        (pull_by(reduce=ops.mean), "sum over the batch"),
        (pull_by(before=ops.sigmoid), "probability"),
        (lambda loss, logit: loss(tf.fill((2, 1), float(logit))), "loss itself"),
        (lambda loss, logit: -loss(tf.fill((2, 1), float(logit))), "another sign"),
        (lambda loss, logit: None, "returns nothing"),
        (lambda loss: 0.0, "raised TypeError"),
        (0.5, "function is wanted"),
    ],
    "least_loss": [
        (lambda label: cost(1.0, label) + np.log(2), "small label"),
        (lambda label: least_loss(label) - np.log(2), "A fake costs"),
        (lambda label: entropy(label) + np.log(2), "ends at 1"),
        (entropy, "without the second sigmoid"),
        (lambda label: 1.0064, "label of 1 alone"),
        (lambda label: 0.0, "can't answer"),
        (lambda label: least_loss(label) / 2, "mean"),
        (lambda label: np.inf, "infinite"),
    ],
    "who_moves": [
        (with_options(back=False), "put it back"),
        (with_options(copy=False), "compared with itself"),
        (with_options(swap=True), "exchanged"),
        (with_options(joint=True), "for each network"),
        (with_options(kernels=True), "Only biases"),
        (lambda generator, discriminator, step: None, "returns nothing"),
        (lambda generator, discriminator, step: True, "Two answers"),
        (lambda generator: (True, True), "raised TypeError"),
        ("both", "function is wanted"),
    ],
}
