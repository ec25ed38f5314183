"""Checkers for the exercises of chapter 04. Each takes the learner's answer and returns a `Verdict`."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tryon_utils import losses
from tryon_utils.checks.judging import YOUR_TURN, Misconception, Verdict, judge

WARD = {
    "the generator's sign": "Then the generator's pull would have the discriminator's size turned round. Compare its column with the discriminator's on fakes, number by number.",
    "a sigmoid too many": "Then all pulls would be small, the hardest at logit 0. Here one is nearly 1.",
    "logits taken for probabilities": "Then there would be zeros at -4 and +4, where a probability would have been clipped.",
    "no labels": "Then real samples and fakes would have the same column. They don't.",
    "one loss for both": "Then the pull on a fake would vanish at logit 0, since both players' pulls meet in it.",
}


def whose_fault(answer):
    """Check a diagnosis of the four readings in the exercise.

    Args:
        answer: String. One of the causes in the list.

    Returns:
        A `Verdict`.
    """
    if answer is ...:
        return Verdict(False, YOUR_TURN)
    if not isinstance(answer, str):
        return Verdict(False, f"A string from the list is wanted; this is a {type(answer).__name__}.")
    words = answer.strip().strip(".").lower()
    if words == "the generator cooperates":
        return Verdict(True, "Its pull is the discriminator's own pull on fakes, at every logit: it minimises the same loss. Nothing else gives two equal columns.")
    if words in WARD:
        return Verdict(False, WARD[words])
    return Verdict(False, f"{answer!r} is not in the list. Choose one of: the generator cooperates, {', '.join(WARD)}.")


def pull(answer):
    """Check a function that measures the pull of any loss at a logit.

    Args:
        answer: Function of a loss (itself a function from logits `(batch, 1)` to a number) and a logit.

    Returns:
        A `Verdict`.
    """
    def measured(loss, logit, sign=-1.0, share=1.0, squeezed=False, shifted=0.0):
        logits = tf.fill((6, 1), float(logit) + shifted)
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss(ops.sigmoid(logits) if squeezed else logits)
        return sign * share * float(tf.reduce_sum(tape.gradient(value, logits)))

    slips = [
        Misconception(lambda loss, logit: measured(loss, logit, sign=1.0), "That is the slope. The pull is where descent goes: the slope's negative."),
        Misconception(lambda loss, logit: measured(loss, logit, share=1 / 6), "That is one sample's share of it. Move all logits together: sum over the batch."),
        Misconception(lambda loss, logit: measured(loss, logit, squeezed=True), "You asked at a probability. The losses here take logits; give them the logits as they are."),
        Misconception(lambda loss, logit: float(loss(tf.fill((6, 1), float(logit)))), "That is the loss itself. Its negative slope is wanted."),
        Misconception(lambda loss, logit: -float(loss(tf.fill((6, 1), float(logit)))), "That is the loss with another sign. Its slope is wanted."),
    ]
    inputs = [(loss, logit) for loss in (losses.generator_loss, losses.saturating_generator_loss, losses.least_squares_generator_loss,
                                         lambda logits: ops.mean(ops.relu(1 - logits))) for logit in (-4.0, -0.5, 0.25, 3.0)]
    return judge(answer, measured, inputs, slips, tolerance=1e-4, praise="You can now ask any loss what it wants, without reading it. The batch's size doesn't matter, as it should.")


def least_loss(answer):
    """Check the least value of the discriminator's loss with a sigmoid too many, as a function of the label of real samples.

    Args:
        answer: Function of one number in [0.5, 1].

    Returns:
        A `Verdict`.
    """
    def real_part(probability, label):
        return np.log1p(np.exp(probability)) - label * probability

    def wanted(label):
        best = np.clip(np.log(label) - np.log1p(-label), 0, 1) if label < 1 else 1.0
        return real_part(best, label) + np.log(2)

    def entropy(label):
        return -label * np.log(label) - (1 - label) * np.log(1 - label) if label < 1 else 0.0

    slips = [
        Misconception(lambda label: real_part(1.0, label) + np.log(2), "Right for labels near 1. For a small label, is p = 1 still the best that the discriminator can answer?"),
        Misconception(lambda label: wanted(label) - np.log(2), "That is the real samples' part. A fake costs something, too: what is the least, where p can't fall below 0?"),
        Misconception(lambda label: entropy(label) + np.log(2), "You let the squeezed number be any logit. It is a probability and ends at 1."),
        Misconception(entropy, "That is the floor without the second sigmoid."),
        Misconception(lambda label: np.log1p(np.exp(-1)) + np.log(2), "That is right for a label of 1 alone. Where does the label stand in the cross entropy?"),
        Misconception(lambda label: 0.0, "Two sigmoids can't answer 0 or 1: the inner one ends there, and the outer one makes 0.5 and 0.73 of it."),
        Misconception(lambda label: wanted(label) / 2, "You took the mean of the two parts. The discriminator's loss is their sum."),
    ]
    return judge(answer, wanted, [(1.0,), (0.95,), (0.9,), (0.8,), (0.7,), (0.6,), (0.5,)], slips, tolerance=1e-4,
                 praise="So a loss that never falls below 1 tells of a second sigmoid, and smoothing hides it: below a label of 0.73, the second sigmoid costs nothing at the floor.")


def who_moves(answer):
    """Check a function that says whose weights a training step moves, and leaves them as they were.

    Args:
        answer: Function of a generator, a discriminator and a step (a function without arguments); returns whether the generator and whether the
            discriminator was moved.

    Returns:
        A `Verdict`.
    """
    if answer is ...:
        return Verdict(False, YOUR_TURN)
    if not callable(answer):
        return Verdict(False, f"A function is wanted; this is a {type(answer).__name__}. Pass the function itself, without calling it.")
    for moves, only_biases in (((True, False), False), ((False, True), False), ((True, True), False), ((False, False), False), ((False, True), True)):
        generator, discriminator = (keras.Sequential([keras.Input((2,)), layers.Dense(3), layers.Dense(size)]) for size in (2, 1))
        before = [*generator.get_weights(), *discriminator.get_weights()]

        def step(networks=(generator, discriminator), moves=moves, only_biases=only_biases):
            for network, moved in zip(networks, moves, strict=True):
                for variable in network.trainable_variables if moved else []:
                    if not only_biases or len(variable.shape) == 1:
                        variable.assign_sub(0.01 * ops.ones_like(variable) * (-1) ** len(variable.shape))

        try:
            returned = answer(generator, discriminator, step)
        except Exception as error:  # the learner's own code: whatever it raises is what they need to read
            return Verdict(False, f"Your function raised {type(error).__name__}: {error}")
        if (verdict := _judge_moves(returned, moves, only_biases)) is not None:
            return verdict
        after = [*generator.get_weights(), *discriminator.get_weights()]
        if not all(np.array_equal(old, new) for old, new in zip(before, after, strict=True)):
            return Verdict(False, "Right, but the weights aren't as they were before. Keep a copy, and put it back bit for bit.")
    return Verdict(True, "That is the first instrument for any training that behaves oddly: it costs one step, and the patient doesn't notice.")


def _judge_moves(returned, moves, only_biases):
    """Return a `Verdict` where the answer is wrong, or None."""
    if returned is ... or returned is None:
        return Verdict(False, YOUR_TURN if returned is ... else "Your function returns nothing yet. Write its body and end it with `return`.")
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        return Verdict(False, f"Two answers are wanted, for the generator and for the discriminator; {returned!r} came.")
    found = tuple(bool(some) for some in returned)
    if found == moves:
        return None
    if found == moves[::-1] and moves[0] != moves[1]:
        return Verdict(False, "The two are exchanged: first the generator, then the discriminator.")
    if not any(found):
        return Verdict(False, "It misses a move. " + ("Only biases moved in that step: do you compare all weights?" if only_biases else
                                                      "Do you compare copies? A variable compared with itself is always equal."))
    return Verdict(False, "It sees a move where there is none, or misses one of two. Do you ask \"any weight of this network\", for each network by itself?")
