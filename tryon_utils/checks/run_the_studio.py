"""Checkers for the exercises of chapter 15: the way between two designs, weights from likings, Thompson's choice, and who has the last word."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def arc(answer):
    """Check a function from two noise vectors and a share of the way to the noise there, on the arc.

    Args:
        answer: Function of two arrays (d,) and a number from 0 to 1.

    Returns:
        A `Verdict`.
    """
    def angle(start, end):
        return np.arccos(start @ end / np.linalg.norm(start) / np.linalg.norm(end))

    def right(start, end, share):
        return (np.sin((1 - share) * angle(start, end)) * start + np.sin(share * angle(start, end)) * end) / np.sin(angle(start, end))

    slips = [
        Misconception(lambda start, end, share: (1 - share) * start + share * end, "That is the straight line: in the middle the noise is too short. Let the angle grow evenly instead."),
        Misconception(lambda start, end, share: right(end, start, share), "You walk the other way: at share 0 you must be at the start."),
        Misconception(lambda start, end, share: np.sin((1 - share) * angle(start, end)) * start + np.sin(share * angle(start, end)) * end, "At share 0 you get more or less than the start: divide by the sine of the whole angle."),
        Misconception(lambda start, end, share: np.cos(share * np.pi / 2) * start + np.sin(share * np.pi / 2) * end, "That is right where the two are at right angles, and they hardly ever are exactly: use their own angle."),
        Misconception(lambda start, end, share: ((1 - share) * start + share * end) / np.linalg.norm((1 - share) * start + share * end), "You made the length 1. The noise has a length of its own, about the root of its dimension."),
        Misconception(lambda start, end, share: (np.sin((1 - share) * (start @ end)) * start + np.sin(share * (start @ end)) * end) / np.sin(start @ end), "The product of the two vectors is no angle yet: divide by both lengths, and take the arc cosine."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(*rng.normal(size=(2, d)), share) for d, share in ((2, 0.25), (3, 0.0), (16, 0.5), (64, 0.8), (5, 1.0))]
    return judge(answer, right, inputs, slips, praise="On the arc the noise is as long as the generator knows it, all the way.")


def weights(answer):
    """Check a function from likings, strength and floor to how often each sample is shown.

    Args:
        answer: Function of an array (n,) and two numbers.

    Returns:
        A `Verdict`.
    """
    def softmax(z):
        return np.exp(z - z.max()) / np.exp(z - z.max()).sum()

    def standard(liking):
        return (liking - liking.mean()) / liking.std()

    def right(liking, strength, floor):
        return floor + (1 - floor) * len(liking) * softmax(strength * standard(liking))

    slips = [
        Misconception(lambda liking, s, f: f + (1 - f) * softmax(s * standard(liking)), "Your weights have the mean 1 / n above the floor; the mean of all weights must be 1. What is missing is n."),
        Misconception(lambda liking, s, f: f + (1 - f) * len(liking) * softmax(s * liking), "Standardise the likings first: stars from 1 to 5 and from 4 to 5 must count alike."),
        Misconception(lambda liking, s, f: len(liking) * softmax(s * standard(liking)), "The floor is missing: what nobody likes is forgotten altogether."),
        Misconception(lambda liking, s, f: f + len(liking) * softmax(s * standard(liking)), "With the floor on top, the mean is more than 1. The rest of the attention is 1 - floor."),
        Misconception(lambda liking, s, f: (1 - f) + f * len(liking) * softmax(s * standard(liking)), "Floor and rest are exchanged: with a floor of 1, all are shown alike."),
        Misconception(lambda liking, s, f: np.maximum(f, len(liking) * softmax(s * standard(liking))), "You cut off at the floor. Then the mean is more than 1; mix instead."),
        Misconception(lambda liking, s, f: right(-liking, s, f), "What is liked least is shown most: look at the sign."),
        Misconception(lambda liking, s, f: f + (1 - f) * np.exp(s * standard(liking)), "The weights don't have the mean 1: divide the exponentials by their mean."),
    ]
    inputs = [(np.random.default_rng(number).normal(3, 1, n), strength, floor) for number, (n, strength, floor) in enumerate(((5, 1.0, 0.5), (40, 2.0, 0.2), (8, 0.5, 0.0), (6, 3.0, 0.9)))]
    return judge(answer, right, inputs, slips, praise="The mean stays 1, so that strength and floor alone decide how much of the data is left.")


def thompson(answer):
    """Check a function from points, mean and factor of the posterior, and normal draws to the rows that are shown.

    Args:
        answer: Function of points (n, d), mean (d,), factor (d, d) with factor @ factor.T as covariance, and draws (k, d).

    Returns:
        A `Verdict`.
    """
    def pick(scores, chosen):
        scores = np.array(scores, "float64")
        scores[list(chosen)] = -np.inf
        return int(np.argmax(scores))

    def page(score):
        def choose(points, mean, factor, draws):
            chosen = []
            for draw in draws:
                chosen.append(pick(score(points, mean, factor, draw), chosen))
            return chosen
        return choose

    slips = [
        Misconception(page(lambda points, mean, factor, draw: points @ mean), "You don't use the draws: that is the best guess, which never explores."),
        Misconception(lambda points, mean, factor, draws: [int(np.argmax(points @ (mean + factor @ draw))) for draw in draws], "One thing is shown twice: leave out what is on the page already."),
        Misconception(lambda points, mean, factor, draws: [int(row) for row in np.argsort(-(points @ (mean + factor @ draws[0])))[:len(draws)]], "One draw fills the whole page, so that it is all of one kind. Draw a taste for each place."),
        Misconception(page(lambda points, mean, factor, draw: points @ (factor @ draw)), "You draw around 0 and forget what was learnt: add the mean."),
        Misconception(page(lambda points, mean, factor, draw: points @ (mean + draw)), "Your draws are as wide in every direction. The factor of the covariance makes them narrow where much is known."),
        Misconception(page(lambda points, mean, factor, draw: points @ (mean + factor.T @ draw)), "The factor is turned round: the covariance is factor @ factor.T, so a draw is factor @ normal numbers."),
        Misconception(page(lambda points, mean, factor, draw: -(points @ (mean + factor @ draw))), "You show what the drawn taste likes least."),
    ]
    rng = np.random.default_rng(4)
    inputs = []
    for n, d, k in ((30, 3, 6), (12, 4, 5), (50, 5, 8)):
        factor = np.tril(rng.normal(size=(d, d))) * rng.uniform(0.2, 2, d)
        inputs.append((rng.normal(size=(n, d)), rng.normal(0, 1.0, d), factor, rng.normal(size=(k, d))))
    return judge(answer, page(lambda points, mean, factor, draw: points @ (mean + factor @ draw)), inputs, slips, tolerance=1e-9,
                 praise="Where little is known the draws differ and strange things get their chance; where much is known they agree.")


def last_word(answer):
    """Check a function that decides whether a tuned model is kept.

    Args:
        answer: Function of truth before and after (k,), smaller is better; how much worse each may become (k,); liking before and after, larger is
            better. Returns True or False.

    Returns:
        A `Verdict`.
    """
    def right(before, after, allowed, liked_before, liked_after):
        return bool(np.all(after <= before + allowed) and liked_after > liked_before)

    slips = [
        Misconception(lambda before, after, allowed, liked_before, liked_after: bool(liked_after > liked_before), "The truth isn't asked at all: whatever is liked would be kept."),
        Misconception(lambda before, after, allowed, liked_before, liked_after: bool(np.all(after <= before + allowed)), "A change that nobody likes better is kept. What was it for?"),
        Misconception(lambda before, after, allowed, liked_before, liked_after: bool(np.any(after <= before + allowed) and liked_after > liked_before), "One good measure is enough for you: a model could hide behind it. All must hold."),
        Misconception(lambda before, after, allowed, liked_before, liked_after: bool(np.mean(after - before) <= np.mean(allowed) and liked_after > liked_before), "You take the mean: what gets much worse in one measure can be paid for in another."),
        Misconception(lambda before, after, allowed, liked_before, liked_after: bool(np.all(after < before) and liked_after > liked_before), "You allow no chance: measured twice, the same model differs by a little. That is what `allowed` is for."),
        Misconception(lambda before, after, allowed, liked_before, liked_after: bool(np.all(after >= before - allowed) and liked_after > liked_before), "The sign is turned: of the truth's measures smaller is better."),
        Misconception(lambda before, after, allowed, liked_before, liked_after: bool(not np.any(after > before + allowed) and liked_after > liked_before), "A measure that isn't a number is no proof: nan > anything is False, so a broken model slips through. Ask for what must hold."),
    ]
    nan = float("nan")
    cases = (((1, 1), (0.9, 1.05), (0.1, 0.1), 3.0, 3.2), ((1, 1), (0.9, 1.2), (0.1, 0.1), 3.0, 3.2), ((1, 1), (0.5, 1.0), (0.1, 0.1), 3.0, 2.9),
             ((1, 1), (1.2, 1.2), (0.1, 0.1), 3.0, 3.9), ((1, 2), (1.3, 1.5), (0.2, 0.2), 3.0, 3.1), ((1, 1), (nan, 0.9), (0.1, 0.1), 3.0, 3.2),
             ((1, 1), (1.0, 1.0), (0.1, 0.1), 3.0, 3.0), ((2, 2), (1.0, 1.5), (0.1, 0.1), 3.0, 3.5), ((1, 1), (0.2, 1.25), (0.1, 0.3), 2.0, 2.5))
    inputs = [(*(np.array(values, "float64") for values in case[:3]), *case[3:]) for case in cases]
    return judge(answer, right, inputs, slips, praise="All measures, each with room for chance, and a liking that grew: otherwise everything goes back.")
