"""Checkers for the exercises of chapter 07. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def code_cost(answer):
    """Check how many nats the code of one number costs whose cloud has mean 0 and standard deviation 0.1.

    Args:
        answer: Number.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception((0.1 - 1 - np.log(0.1)) / 2, "You put the standard deviation where the variance stands. Square it first."),
        Misconception(0.01 - 1 - np.log(0.01), "You forgot the half in front."),
        Misconception(-(0.01 - 1 - np.log(0.01)) / 2, "The size is right and the sign is wrong: a divergence is never below 0."),
        Misconception((0.01 - 1 - np.log10(0.01)) / 2, "You took the logarithm to base 10. Nats are counted with the natural one."),
        Misconception((0.01 - 1 - np.log(0.01)) / 2 / np.log(2), "Those are bits. Nats are wanted: leave the natural logarithm as it is."),
        Misconception((0.01 - 1 + np.log(0.01)) / 2, "The sign of the logarithm is wrong: a narrow cloud costs more, not less."),
        Misconception(0.0, "Mean 0 alone isn't free: the cloud is narrower than the standard one, and so it says something."),
    ]
    return judge(answer, (0.01 - 1 - np.log(0.01)) / 2, None, slips, tolerance=6e-3,
                 praise="1.8 nats, or 2.6 bits: a number that is known to a tenth of its usual spread says about that much.")


def draw(answer):
    """Check a function from means, logarithms of variances and standard normal noise, all (n, d), to codes.

    Args:
        answer: Function of three arrays.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda m, v, e: m + np.exp(v) * e, "That is the variance times the noise. The noise has to be stretched by the standard deviation, its root."),
        Misconception(lambda m, v, e: m + v * e, "The encoder gives the logarithm of the variance. Undo the logarithm before you stretch."),
        Misconception(lambda m, v, e: m + np.exp(-v / 2) * e, "The sign in the exponent is wrong: a large variance must spread the codes."),
        Misconception(lambda m, v, e: m + e, "The variance isn't used: all clouds are equally wide in yours."),
        Misconception(lambda m, v, e: np.exp(v / 2) * e, "The mean is missing: all clouds lie around 0 in yours."),
        Misconception(lambda m, v, e: np.exp(v / 2) * (m + e), "You stretch the mean, too. Stretch the noise, then add the mean."),
        Misconception(lambda m, v, e: m + np.sqrt(np.abs(v)) * e, "You took the root of the logarithm. First undo the logarithm, then take the root: or halve it, and undo it."),
        Misconception(lambda m, v, e: m, "No noise at all: that is a plain autoencoder."),
    ]
    rng = np.random.default_rng(0)
    inputs = [tuple(rng.normal(size=(n, d)) for _ in range(3)) for n, d in ((3, 2), (5, 4), (1, 6))]
    return judge(answer, lambda m, v, e: m + np.exp(v / 2) * e, inputs, slips, tolerance=1e-5,
                 praise="The noise comes from outside, so the gradient of a code by its mean is 1, and by the logarithm of its variance half of what was added.")


def best_answer(answer):
    """Check a function from possible pictures (n, height, width) and their probabilities (n,) to the one answer with the least mean squared error.

    Args:
        answer: Function of two arrays.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda x, p: x[np.argmax(p)], "That is the likeliest picture. It is sharp, and when it is wrong, it is wrong by much: try its mean squared error."),
        Misconception(lambda x, p: x.mean(axis=0), "You gave all pictures the same weight. A picture that is likelier counts more."),
        Misconception(lambda x, p: np.median(x, axis=0), "The median is best for absolute errors. Here they are squared."),
        Misconception(lambda x, p: (p[:, None, None] * x), "Add the pictures up: one picture is wanted."),
        Misconception(lambda x, p: (p[:, None, None] * x).mean(axis=0), "The probabilities already add up to 1: you divided once too often."),
        Misconception(lambda x, p: x[np.argmin(p)], "That is the least likely picture."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.uniform(-1, 1, (n, 3, 4)), rng.dirichlet(np.ones(n))) for n in (2, 3, 5)]
    return judge(answer, lambda x, p: np.einsum("n,nij->ij", p, x), inputs, slips, tolerance=1e-5,
                 praise="The mean of what it could be: with glasses and without them, the best answer has half of them on. Pixels make pictures soft.")


def slider(answer):
    """Check a function from codes (n, d) and one attribute (n,) to the direction that moves the attribute by 1: the codes' slope.

    Args:
        answer: Function of two arrays, that returns (d,).

    Returns:
        A `Verdict`.
    """
    def slope(codes, attribute):
        centred = attribute - attribute.mean()
        return (codes - codes.mean(axis=0)).T @ centred / (centred @ centred)

    def unlucky(codes, attribute):
        return codes[attribute > attribute.mean()].mean(axis=0) - codes[attribute <= attribute.mean()].mean(axis=0)

    slips = [
        Misconception(lambda z, a: slope(z, a) * np.var(a), "That is the covariance. Divide by the attribute's variance, so that a step of 1 means 1."),
        Misconception(lambda z, a: slope(z, a) * ((a - a.mean()) @ (a - a.mean())), "You summed up and didn't divide by the sum of squares."),
        Misconception(lambda z, a: z.T @ a / (a @ a), "Take the means away first: a line through 0 is fitted in yours."),
        Misconception(unlucky, "That is the difference of two groups. It doesn't know how far apart they lie in the attribute: fit a line."),
        Misconception(lambda z, a: slope(z, a) / np.linalg.norm(slope(z, a)), "You made its length 1. Then a step of 1 no longer means 1 of the attribute."),
        Misconception(lambda z, a: np.linalg.lstsq(z - z.mean(axis=0), a - a.mean(), rcond=None)[0],
                      "That predicts the attribute from the codes. Wanted is the other way: how the mean code moves when the attribute does."),
        Misconception(lambda z, a: -slope(z, a), "The sign is wrong: your slider turns the other way."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for n, d in ((20, 3), (50, 2), (30, 5)):
        attribute = rng.normal(1.0, 2.0, n)
        inputs.append((attribute[:, None] * rng.normal(size=d) + rng.normal(0.5, 1, (n, d)), attribute))
    return judge(answer, slope, inputs, slips, tolerance=1e-5,
                 praise="The mean code moves by this much for each 1 of the attribute; add it, decode, and look.")
