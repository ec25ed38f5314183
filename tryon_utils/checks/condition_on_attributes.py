"""Checkers for the exercises of chapter 08. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def interaction(answer):
    """Check a function from a 2 x 2 table of wanted values to what no sum f(z) + g(c) can reach of it.

    Args:
        answer: Function of a table (2, 2), rows for z and columns for c, that returns one number: the least root mean squared error of any sum.

    Returns:
        A `Verdict`.
    """
    def rest(table):
        return abs(table[0, 0] - table[0, 1] - table[1, 0] + table[1, 1]) / 4

    slips = [
        Misconception(lambda t: t.std(), "That is the error of a constant. A sum can do better: it may follow the rows and the columns."),
        Misconception(lambda t: 4 * rest(t), "That is the interaction itself. The best sum spreads it evenly over the four places."),
        Misconception(lambda t: rest(t) ** 2, "That is the mean squared error. Take its root."),
        Misconception(lambda t: (t - t.mean(axis=0)).std(), "You follow the columns alone. A sum has a part for the rows, too."),
        Misconception(lambda t: (t - t.mean(axis=1, keepdims=True)).std(), "You follow the rows alone. A sum has a part for the columns, too."),
        Misconception(lambda t: 0.0, "For the XOR table, no sum reaches all four places: try some."),
        Misconception(lambda t: np.sqrt(np.mean((t - t.mean(axis=0) - t.mean(axis=1, keepdims=True)) ** 2)),
                      "Rows and columns both hold the mean of all, so you took it away twice. Add it once."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(table,) for table in (np.array([[0.0, 1.0], [1.0, 0.0]]), *rng.normal(size=(4, 2, 2)))]
    return judge(answer, rest, inputs, slips, tolerance=1e-5,
                 praise="What is left of XOR is all of it but its mean. A condition that is only added can't turn what the noise does: it has to go through a layer with it.")


def projection(answer):
    """Check a function from features (n, d), conditions (n, k), weights v (d,) and directions V (k, d) to logits (n,).

    Args:
        answer: Function of four arrays.

    Returns:
        A `Verdict`.
    """
    def logits(seen, conditions, weights, directions):
        return seen @ weights + np.sum(seen * (conditions @ directions), axis=1)

    slips = [
        Misconception(lambda f, c, v, d: f @ v, "The condition isn't used: this discriminator asks whether it is real, and not whether it is what was wanted."),
        Misconception(lambda f, c, v, d: np.sum(f * (c @ d), axis=1), "The part without condition is missing: real or not, whatever was wanted."),
        Misconception(lambda f, c, v, d: f @ v + (c @ d).sum(axis=1), "You added the directions up without looking at what was seen. Take the dot product with the features."),
        Misconception(lambda f, c, v, d: (f @ v)[:, None] + f @ (c @ d).T, "You hold every picture against every condition. Each picture has its own: one number a picture is wanted."),
        Misconception(lambda f, c, v, d: f @ v * np.sum(f * (c @ d), axis=1), "The two parts are added, not multiplied."),
        Misconception(lambda f, c, v, d: f @ v + np.mean(f * (c @ d), axis=1), "You took the mean over the features. A dot product is a sum."),
        Misconception(lambda f, c, v, d: f @ v - np.sum(f * (c @ d), axis=1), "The sign of the second part is wrong: what fits the condition should look more real."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.normal(size=(n, d)), rng.normal(size=(n, k)), rng.normal(size=d), rng.normal(size=(k, d))) for n, d, k in ((4, 3, 2), (6, 5, 3), (3, 2, 6))]
    return judge(answer, logits, inputs, slips, tolerance=1e-5,
                 praise="One question for all, and one direction for each condition, held against what was seen.")


def permutation_value(answer):
    """Check a function from a measured statistic and those of permuted conditions (n,) to the share that says how surprising it is.

    Args:
        answer: Function of a number and an array: large statistics speak for the condition.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda m, p: np.mean(p >= m), "Count the right order, too: it is one of the possible ones. Else you may say 0, after a few draws."),
        Misconception(lambda m, p: np.mean(p < m), "That is how often the right order wins. The share that does as well or better is wanted."),
        Misconception(lambda m, p: (1 + np.sum(p <= m)) / (1 + len(p)), "You count the permutations that do as badly or worse: large speaks for the condition."),
        Misconception(lambda m, p: (1 + np.sum(p >= m)) / len(p), "One more is counted above; then one more belongs below."),
        Misconception(lambda m, p: np.sum(p >= m), "That is a number of permutations. Make it a share."),
        Misconception(lambda m, p: (m - p.mean()) / p.std(), "That is a distance in standard deviations. It needs a bell curve; a share doesn't."),
        Misconception(lambda m, p: (1 + np.sum(p > m)) / (1 + len(p)), "A permutation that does just as well speaks against the condition, too: count ties."),
    ]
    inputs = [(3.0, np.array([1.0, 2.0, 3.0, 5.0, 0.0])), (2.0, np.array([1.0, 1.5, 0.5])), (0.0, np.array([1.0, -1.0, 2.0, 0.0])), (9.0, np.arange(10.0))]
    return judge(answer, lambda m, p: (1 + np.sum(p >= m)) / (1 + len(p)), inputs, slips, tolerance=1e-6,
                 praise="With 199 permutations the least that you can say is 1 in 200, and that is as it should be.")


def leakage(answer):
    """Check a function from pictures before and after (n, h, w), and a mask of where the change may be, to the share of the change outside.

    Args:
        answer: Function of three arrays, the last one bool (n, h, w), that returns one number for all pictures.

    Returns:
        A `Verdict`.
    """
    def share(before, after, mask):
        change = np.abs(after - before)
        return change[~mask].sum() / change.sum()

    slips = [
        Misconception(lambda b, a, m: np.abs(a - b)[m].sum() / np.abs(a - b).sum(), "That is the share inside. What leaks is outside."),
        Misconception(lambda b, a, m: np.abs(a - b)[~m].mean(), "That is how strong the change is outside. Hold it against all of the change."),
        Misconception(lambda b, a, m: (a - b)[~m].sum() / (a - b).sum(), "Lighter and darker cancel out in yours. Take absolute values first."),
        Misconception(lambda b, a, m: np.abs(a - b)[~m].sum() / np.abs(a - b)[m].sum(), "You divide by the change inside. A share is of the whole."),
        Misconception(lambda b, a, m: np.abs(a - b)[~m].mean() / np.abs(a - b).mean(), "Those are means: a small outside then counts as much as a large one. Use sums."),
        Misconception(lambda b, a, m: ((a - b) ** 2)[~m].sum() / ((a - b) ** 2).sum(), "You squared the change. A faint one over a large part hardly counts then; take absolute values."),
        Misconception(lambda b, a, m: np.mean(~m), "That is the share of pixels outside. How much do they change?"),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for n, side in ((2, 4), (3, 5), (1, 6)):
        before, mask = rng.uniform(0, 255, (n, side, side)), rng.random((n, side, side)) < 0.4
        inputs.append((before, before + rng.normal(0, 30, before.shape) * np.where(mask, 1, 0.3), mask))
    return judge(answer, share, inputs, slips, tolerance=1e-5,
                 praise="0 is an edit that stays where it belongs; a change of everything has the share of pixels outside, about.")
