"""Checkers for the exercises of chapter 01. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def loss_by_hand(answer):
    """Check the discriminator's loss for one real sample with D = 0.7 and one fake with D = 0.4.

    Args:
        answer: Number.

    Returns:
        A `Verdict`.
    """
    real, fake = 0.7, 0.4
    slips = [
        Misconception(-np.log(real) - np.log(fake), "You took the logarithm of D on the fake. For a fake, being right means a low D: "
                                                    "which probability does the discriminator give to \"this is fake\"?"),
        Misconception(-np.log(1 - real) - np.log(1 - fake), "You treated the real sample like a fake: its label is 1."),
        Misconception(-np.log(1 - real) - np.log(fake), "The two labels are swapped: that is the loss of a discriminator that "
                                                        "wants to be wrong."),
        Misconception((-np.log(real) - np.log(1 - fake)) / 2, "That is Keras' average over both samples. The value function adds one "
                                                              "mean for each kind."),
        Misconception(np.log(real) + np.log(1 - fake), "That is the value function, which the discriminator wants high. A loss is "
                                                       "minimised: mind the sign."),
        Misconception(-np.log10(real) - np.log10(1 - fake), "You used the logarithm to base 10; these are natural logarithms."),
        Misconception(-np.log2(real) - np.log2(1 - fake), "You used the logarithm to base 2; these are natural logarithms."),
        Misconception(-np.log(real), "That is the real sample's part. The fake has a part, too."),
        Misconception(-np.log(1 - fake), "That is the fake's part. The real sample has a part, too."),
    ]
    return judge(answer, -np.log(real) - np.log(1 - fake), None, slips, tolerance=1e-3,
                 praise="It is below 2 ln 2 = 1.386, so this discriminator is better than one that has no idea.")


def divergence_from_keras_loss(answer):
    """Check a function from the loss that `Model.fit` shows for the best discriminator to the Jensen-Shannon divergence.

    Args:
        answer: Function of one number.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda loss: np.log(2) - loss / 2, "That is right for the loss of this chapter, which adds two means. Keras averages over "
                                                         "all samples, half of them real: how do the two losses relate?"),
        Misconception(lambda loss: 2 * np.log(2) - loss, "You mixed the two ways of counting: where Keras' average shows the equilibrium, your "
                                                         "divergence isn't zero. What does Keras show there?"),
        Misconception(lambda loss: 2 * np.log(2) - 2 * loss, "That is twice the divergence. Look at the factor before JSD in the value at the "
                                                             "best discriminator."),
        Misconception(lambda loss: loss - np.log(2), "The sign is wrong: a lower loss means that real and fake are easier to tell apart, so the "
                                                     "divergence is larger."),
        Misconception(lambda loss: 1 - loss / np.log(2), "That is the share of the ceiling, the divergence in bits. The chapter measures in "
                                                         "nats, with natural logarithms."),
        Misconception(lambda loss: -loss, "You left out the constant: at the equilibrium the loss isn't zero, but the divergence is."),
        Misconception(lambda loss: loss, "The loss itself is no divergence: it is high where real and fake are alike."),
    ]
    return judge(answer, lambda loss: np.log(2) - loss, [(0.0,), (0.2,), (0.45,), (0.6,), (float(np.log(2)),)], slips, tolerance=1e-4,
                 praise="Keras shows ln 2 = 0.693 at the equilibrium, half of 1.386, and 0 where the divergence is at its ceiling.")


def best_discriminator(answer):
    """Check the best discriminator where a share of all samples that it is shown is real.

    Args:
        answer: Function of `(p, q, real_share)`.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda p, q, share: p / (p + q), "That is the best one if it sees as many fakes as real samples. Where does the share enter "
                                                       "the integral?"),
        Misconception(lambda p, q, share: q / (p + q), "That is how sure one can be that a sample is fake, and the share isn't in it."),
        Misconception(lambda p, q, share: (1 - share) * p / ((1 - share) * p + share * q), "The share is on the wrong side: with nearly all samples "
                                                                                           "real, yours would call nearly everything fake."),
        Misconception(lambda p, q, share: (1 - share) * q / (share * p + (1 - share) * q), "That is the probability of \"fake\"; D is that of \"real\"."),
        Misconception(lambda p, q, share: share * p / (p + q), "The numerator is weighted and the denominator isn't: yours never exceeds the "
                                                               "share, even where there are no fakes at all."),
        Misconception(lambda p, q, share: share * p / (share * p + q), "Only the real samples are weighted. If a share s is real, which share is fake?"),
        Misconception(lambda p, q, share: share * p / ((1 - share) * q), "Those are the odds; turn them into a probability."),
        Misconception(lambda p, q, share: np.log(share * p / ((1 - share) * q)), "That is its logit; the probability is wanted."),
        Misconception(lambda p, q, share: share + 0 * p, "That is what to say without looking at the sample."),
    ]
    inputs = [(0.3, 0.1, 0.5), (0.3, 0.1, 0.75), (0.05, 0.4, 0.9), (0.2, 0.2, 0.1), (1.3, 0.6, 0.3)]
    return judge(answer, lambda p, q, share: share * p / (share * p + (1 - share) * q), inputs, slips, tolerance=1e-4,
                 praise="With a share of one half it is p / (p + q) again. It is Bayes' rule: the chance that a sample found here is real.")


def squashed_least_squares_gradient(answer):
    """Check the gradient at the logit of `(sigmoid(logit) - 1) ** 2 / 2`.

    Args:
        answer: Function of one logit.

    Returns:
        A `Verdict`.
    """
    def score(logit):
        return 1 / (1 + np.exp(-logit))

    slips = [
        Misconception(lambda a: score(a) - 1, "That is the derivative with respect to D. The logit is one step further: use the chain rule."),
        Misconception(lambda a: a - 1, "That is the gradient without the sigmoid, as the game is meant to be played. Here there is one."),
        Misconception(lambda a: score(a) * (1 - score(a)), "That is the derivative of the sigmoid alone. What stands before it, by the chain rule?"),
        Misconception(lambda a: score(a) * (1 - score(a))**2, "The size is right and the sign is wrong: a larger logit makes this loss smaller."),
        Misconception(lambda a: -2 * score(a) * (1 - score(a))**2, "Twice too large: mind the half before the square."),
        Misconception(lambda a: (score(a) - 1) * score(a), "A factor is missing: the derivative of the sigmoid vanishes at both ends."),
        Misconception(lambda a: -(1 - score(a))**2, "A factor is missing: the derivative of the sigmoid vanishes at both ends."),
        Misconception(lambda a: (score(a) - 1)**2 / 2, "That is the loss; its derivative is wanted."),
        Misconception(lambda a: (a - 1) * score(a) * (1 - score(a)), "The square is of D minus 1, not of the logit minus 1."),
    ]
    return judge(answer, lambda a: -score(a) * (1 - score(a))**2, [(-3.0,), (-1.0,), (0.0,), (0.5,), (2.0,)], slips, tolerance=1e-4,
                 praise="It vanishes at both ends, and most where the generator needs it: a spotted fake gets no push. That is why "
                        "the least squares game is played without a sigmoid.")


def smallest_penalty(answer):
    """Check the R1 weight above which simultaneous steps settle in the Wasserstein Dirac-GAN.

    Args:
        answer: Function of the learning rate, below 1.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda rate: rate / 4, "That is the limit for cross entropy, whose push at the centre is a half. How large is it in the "
                                             "Wasserstein game?"),
        Misconception(lambda rate: rate / 2, "In the determinant the push stands squared: put it into both corners of the matrix."),
        Misconception(lambda rate: rate**2, "The penalty is multiplied by the learning rate before it enters the matrix: divide once more."),
        Misconception(lambda rate: 0 * rate, "That is enough when the players take turns. Here they move at once, and each step adds something."),
        Misconception(lambda rate: 1 / rate, "Upside down: larger steps leave the circle by more, so they need more damping."),
        Misconception(lambda rate: 1 + 0 * rate, "One weight for every learning rate? The tangent adds more, the larger the step."),
        Misconception(lambda rate: 2 * rate, "Twice too large: set the determinant, not the trace, to 1."),
        Misconception(lambda rate: np.sqrt(1 + rate**2), "That is the spectral radius without a penalty. Which penalty brings it down to 1?"),
    ]
    return judge(answer, lambda rate: rate, [(0.05,), (0.2,), (0.3,), (0.6,), (0.9,)], slips, tolerance=1e-4,
                 praise="Four times as much as with cross entropy: the Wasserstein game pushes twice as hard at the centre, and the push "
                        "counts squared.")
