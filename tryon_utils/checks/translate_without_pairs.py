"""Checkers for the exercises of chapter 11. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def cycle(answer):
    """Check a function from pictures of two piles and two generators, to A and to B, to the cycle loss.

    Args:
        answer: Function of arrays a and b, and functions to_a and to_b.

    Returns:
        A `Verdict`.
    """
    def gap(first, second):
        return np.mean(np.abs(first - second))

    slips = [
        Misconception(lambda a, b, to_a, to_b: gap(a, to_a(a)) + gap(b, to_b(b)), "That is the identity loss: a picture sent to the pile that it is in. The cycle goes there and back."),
        Misconception(lambda a, b, to_a, to_b: gap(a, to_b(to_a(a))) + gap(b, to_a(to_b(b))), "Each of yours goes to its own pile first. A picture of A goes to B and comes back to A."),
        Misconception(lambda a, b, to_a, to_b: gap(b, to_b(a)) + gap(a, to_a(b)), "You compared with the other pile's pictures. Nobody belongs to anybody here: compare each with itself."),
        Misconception(lambda a, b, to_a, to_b: gap(a, to_a(to_b(a))), "One way is right. Pile B goes round, too: without it, generator A may forget what it likes."),
        Misconception(lambda a, b, to_a, to_b: gap(b, to_b(to_a(b))), "One way is right. Pile A goes round, too."),
        Misconception(lambda a, b, to_a, to_b: np.mean((a - to_a(to_b(a))) ** 2) + np.mean((b - to_b(to_a(b))) ** 2), "You squared. Absolute differences are wanted: they blur less."),
        Misconception(lambda a, b, to_a, to_b: np.mean(a - to_a(to_b(a))) + np.mean(b - to_b(to_a(b))), "Without absolute values, errors of opposite sign cancel."),
        Misconception(lambda a, b, to_a, to_b: (gap(a, to_a(to_b(a))) + gap(b, to_b(to_a(b)))) / 2, "You took the mean of both ways; the sum is wanted."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.random((3, 4)), rng.random((3, 4)), to_a, to_b) for to_a, to_b in
              ((lambda x: 0.5 * x + 0.3, lambda x: x**2), (lambda x: x - 0.2, lambda x: 1.5 * x), (lambda x: np.sqrt(x), lambda x: 0.8 * x + 0.1))]
    return judge(answer, lambda a, b, to_a, to_b: gap(a, to_a(to_b(a))) + gap(b, to_b(to_a(b))), inputs, slips, tolerance=1e-5,
                 praise="There and back from both piles. It is 0 for a pair of generators that does nothing, and for one that pairs everybody wrongly and back.")


def exchange(answer):
    """Check a function from kept fakes (size,), new ones (n,), n different places and n coins to what the discriminator gets and what is kept.

    Where a coin is true, the old fake at that place is given out and the new one kept in its stead; where not, the new one is given out.

    Args:
        answer: Function of four arrays that returns two: given out (n,), and kept (size,).

    Returns:
        A `Verdict`.
    """
    def swap(kept, fakes, places, coins):
        old, kept = kept[places], kept.copy()
        kept[places] = np.where(coins, fakes, old)
        return np.concatenate([np.where(coins, old, fakes), kept])

    def always_kept(kept, fakes, places, coins):
        old, kept = kept[places], kept.copy()
        kept[places] = fakes
        return np.concatenate([np.where(coins, old, fakes), kept])

    def too_late(kept, fakes, places, coins):
        kept = kept.copy()
        kept[places] = np.where(coins, fakes, kept[places])
        return np.concatenate([np.where(coins, kept[places], fakes), kept])

    def whole(found):
        return np.concatenate([np.ravel(part) for part in found])

    slips = [
        Misconception(always_kept, "You keep every new fake. One that was given out at once isn't kept, or the old one is lost without having been seen."),
        Misconception(too_late, "The pool is right, but only new fakes are given out: nobody sees the old ones. Were they overwritten before they were given?"),
        Misconception(lambda kept, fakes, places, coins: swap(kept, fakes, places, ~coins), "Your coins fall the other way round: true means that old and new change places."),
        Misconception(lambda kept, fakes, places, coins: np.concatenate([np.where(coins, kept[places], fakes), kept]), "What is given out is right, but the pool stays as it was: it gives out the same old fakes for ever."),
        Misconception(lambda kept, fakes, places, coins: np.concatenate([kept[places], swap(kept, fakes, places, coins)[len(fakes):]]), "You give out old fakes only. Where the coin is false, the new one goes out."),
        Misconception(lambda kept, fakes, places, coins: swap(kept, fakes, np.arange(len(fakes)), coins), "You always use the first places. The places are given."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.random(size), rng.random(count), rng.permutation(size)[:count], np.arange(count) % 2 == number)
              for number, (size, count) in enumerate(((6, 3), (5, 4), (9, 5)))]

    def flat(kept, fakes, places, coins):
        found = answer(kept.copy(), fakes.copy(), places, coins)
        return whole(found) if isinstance(found, (tuple, list)) and len(found) == 2 else found

    return judge(flat if callable(answer) else answer, swap, inputs, slips, tolerance=1e-6,
                 praise="Nothing is lost: every fake is given out exactly once, some of them many steps late.")


def share_of_gain(answer):
    """Check a function from the errors of doing nothing, of the unpaired and of the paired model to the share of the paired one's gain.

    Args:
        answer: Function of three numbers.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda nothing, unpaired, paired: paired / unpaired, "That compares errors. A model that does nothing would get a share above 0: measure from *nothing done*."),
        Misconception(lambda nothing, unpaired, paired: unpaired / paired, "That is how many times larger the error is. Measure both gains from *nothing done*."),
        Misconception(lambda nothing, unpaired, paired: (nothing - unpaired) / nothing, "That is the share of the whole error. No model gains all of it: the paired one's gain is the measure."),
        Misconception(lambda nothing, unpaired, paired: (unpaired - paired) / (nothing - paired), "That is the share that is still missing."),
        Misconception(lambda nothing, unpaired, paired: (nothing - paired) / (nothing - unpaired), "Turned round: the unpaired model's gain as a share of the paired one's."),
        Misconception(lambda nothing, unpaired, paired: nothing - unpaired, "That is the gain. What share of the paired model's gain is it?"),
        Misconception(lambda nothing, unpaired, paired: (nothing - unpaired) / (unpaired - paired), "Below the line belongs the whole gain of the paired model, from nothing done on."),
    ]
    inputs = [(8.0, 5.0, 3.0), (6.0, 6.5, 2.0), (10.0, 2.5, 2.0)]
    return judge(answer, lambda nothing, unpaired, paired: (nothing - unpaired) / (nothing - paired), inputs, slips, tolerance=1e-5,
                 praise="0 for doing nothing, 1 for what pairs can teach, and below 0 for a model that did harm.")


def diversity(answer):
    """Check a function from m answers to one picture, (m, d), to their mean distance over all pairs of different answers.

    Args:
        answer: Function of an array (m, d). The distance is the mean absolute difference.

    Returns:
        A `Verdict`.
    """
    def gaps(answers):
        return np.abs(answers[:, None] - answers[None]).mean(axis=-1)

    def pairs(answers):
        return gaps(answers).sum() / (len(answers) * (len(answers) - 1))

    slips = [
        Misconception(lambda answers: gaps(answers).mean(), "An answer's distance to itself is 0, and you count it: with few answers that makes them look alike."),
        Misconception(lambda answers: gaps(answers).sum() / (len(answers) * (len(answers) - 1)) / 2, "You halved it: each pair stands twice in the table, above and below the line."),
        Misconception(lambda answers: np.abs(answers - answers.mean(axis=0)).mean(), "That is the distance to their mean. Two answers are farther from each other than from the middle."),
        Misconception(lambda answers: gaps(answers).max(), "That is the farthest pair. One stray answer is no diversity."),
        Misconception(lambda answers: np.abs(np.diff(answers, axis=0)).mean(), "You compared neighbours in the list only. All pairs count."),
        Misconception(lambda answers: answers.std(axis=0).mean(), "That is the deviation. The mean distance of pairs is wanted."),
        Misconception(lambda answers: gaps(answers).sum() / 2, "That is the sum over pairs. Divide by how many pairs there are."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.random((m, d)),) for m, d in ((3, 4), (4, 2), (6, 5))]
    return judge(answer, pairs, inputs, slips, tolerance=1e-5,
                 praise="0 says that the code is ignored. But noise is diverse, too: read it beside a measure of whether the answers are any good.")
