"""Right and wrong answers to the exercises of chapter 15; each wrong one with a word that its hint must contain."""

import numpy as np


# ---- The arc ---------------------------------------------------------------------------------------------------------

def omega(start, end):
    return np.arccos(np.dot(start, end) / (np.linalg.norm(start) * np.linalg.norm(end)))


def arc(start, end, share):
    return np.sin((1 - share) * omega(start, end)) / np.sin(omega(start, end)) * start + np.sin(share * omega(start, end)) / np.sin(omega(start, end)) * end


def arc_by_turning(start, end, share):
    """In the plane of the two: turn the start towards what of the end is at right angles to it. Its length changes as the formula's does."""
    angle, length = omega(start, end), np.linalg.norm(start)
    first, across = start / length, end - (end @ start) / length**2 * start
    across = across / np.linalg.norm(across)
    ratio = np.linalg.norm(end) / length
    along = np.sin((1 - share) * angle) / np.sin(angle) + ratio * np.sin(share * angle) / np.sin(angle) * np.cos(angle)
    return length * (along * first + ratio * np.sin(share * angle) * across)


# ---- Weights -----------------------------------------------------------------------------------------------------------

def weights(liking, strength, floor):
    raised = np.exp(strength * (liking - np.mean(liking)) / np.std(liking))
    return floor + (1 - floor) * raised / raised.mean()


def weights_by_loop(liking, strength, floor):
    mean, deviation = sum(liking) / len(liking), (sum((one - sum(liking) / len(liking))**2 for one in liking) / len(liking))**0.5
    raised = [np.exp(strength * (one - mean) / deviation) for one in liking]
    return [floor + (1 - floor) * len(liking) * one / sum(raised) for one in raised]


# ---- Thompson ----------------------------------------------------------------------------------------------------------

def thompson(points, mean, factor, draws):
    left, chosen = list(range(len(points))), []
    for draw in draws:
        best = max(left, key=lambda row: points[row] @ (mean + factor @ draw))
        left.remove(best)
        chosen.append(best)
    return chosen


def thompson_by_matrix(points, mean, factor, draws):
    scores = points @ (mean[:, None] + factor @ draws.T)
    chosen = []
    for place in range(len(draws)):
        order = [row for row in np.argsort(-scores[:, place]) if row not in chosen]
        chosen.append(order[0])
    return np.array(chosen)


def without_repeats(score):
    def choose(points, mean, factor, draws):
        chosen = []
        for draw in draws:
            values = np.array(score(points, mean, factor, draw))
            values[chosen] = -np.inf
            chosen.append(int(values.argmax()))
        return chosen
    return choose


# ---- The last word -----------------------------------------------------------------------------------------------------

def last_word(before, after, allowed, liked_before, liked_after):
    return all(a <= b + c for a, b, c in zip(after, before, allowed, strict=True)) and liked_after > liked_before


def last_word_by_excess(before, after, allowed, liked_before, liked_after):
    excess = np.nan_to_num(after - before - allowed, nan=np.inf)
    return excess.max() <= 0 < liked_after - liked_before


RIGHT = {
    "arc": [arc, arc_by_turning],
    "weights": [weights, weights_by_loop],
    "thompson": [thompson, thompson_by_matrix],
    "last_word": [last_word, last_word_by_excess],
}

WRONG = {
    "arc": [
        (lambda start, end, share: start + share * (end - start), "straight line"), (lambda start, end, share: arc(end, start, share), "other way"),
        (lambda start, end, share: arc(start, end, share) * np.sin(omega(start, end)), "divide by the sine"),
        (lambda start, end, share: np.cos(share * np.pi / 2) * start + np.sin(share * np.pi / 2) * end, "right angles"),
        (lambda start, end, share: (start + share * (end - start)) / np.linalg.norm(start + share * (end - start)), "length 1"),
        (lambda start, end, share: (np.sin((1 - share) * (start @ end)) * start + np.sin(share * (start @ end)) * end) / np.sin(start @ end), "no angle"),
    ],
    "weights": [
        (lambda liking, s, f: f + (weights(liking, s, 0) / len(liking)) * (1 - f), "What is missing is n"),
        (lambda liking, s, f: f + (1 - f) * np.exp(s * liking) / np.exp(s * liking).mean(), "Standardise"),
        (lambda liking, s, f: weights(liking, s, 0), "forgotten"), (lambda liking, s, f: f + weights(liking, s, 0), "more than 1"),
        (lambda liking, s, f: weights(liking, s, 1 - f), "exchanged"), (lambda liking, s, f: np.maximum(weights(liking, s, 0), f), "cut off"),
        (lambda liking, s, f: weights(-liking, s, f), "sign"), (lambda liking, s, f: f + (1 - f) * np.exp(s * (liking - liking.mean()) / liking.std()), "mean 1: divide"),
    ],
    "thompson": [
        (without_repeats(lambda points, mean, factor, draw: points @ mean), "best guess"),
        (lambda points, mean, factor, draws: np.argmax(points @ (mean[:, None] + factor @ draws.T), axis=0), "twice"),
        (lambda points, mean, factor, draws: np.argsort(-(points @ (mean + factor @ draws[0])))[:len(draws)], "one kind"),
        (without_repeats(lambda points, mean, factor, draw: points @ (factor @ draw)), "add the mean"),
        (without_repeats(lambda points, mean, factor, draw: points @ (mean + draw)), "every direction"),
        (without_repeats(lambda points, mean, factor, draw: points @ (mean + factor.T @ draw)), "turned round"),
        (without_repeats(lambda points, mean, factor, draw: -points @ (mean + factor @ draw)), "least"),
    ],
    "last_word": [
        (lambda before, after, allowed, liked_before, liked_after: liked_after > liked_before, "isn't asked"),
        (lambda before, after, allowed, liked_before, liked_after: np.all(after <= before + allowed), "nobody likes"),
        (lambda before, after, allowed, liked_before, liked_after: np.any(after <= before + allowed) and liked_after > liked_before, "hide"),
        (lambda before, after, allowed, liked_before, liked_after: after.mean() <= (before + allowed).mean() and liked_after > liked_before, "mean"),
        (lambda before, after, allowed, liked_before, liked_after: np.all(after < before) and liked_after > liked_before, "no chance"),
        (lambda before, after, allowed, liked_before, liked_after: np.all(after >= before - allowed) and liked_after > liked_before, "turned"),
        (lambda before, after, allowed, liked_before, liked_after: not np.any(after > before + allowed) and liked_after > liked_before, "nan"),
    ],
}
