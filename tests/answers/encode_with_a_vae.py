"""Right and wrong answers to the exercises of chapter 07; each wrong one with a word that its hint must contain."""

import numpy as np


def draw_by_loop(mean, log_variance, noise):
    return [[m + np.sqrt(np.exp(v)) * e for m, v, e in zip(*row, strict=True)] for row in zip(mean, log_variance, noise, strict=True)]


def best_by_loop(pictures, probabilities):
    return sum(probability * picture for picture, probability in zip(pictures, probabilities, strict=True))


def slope(codes, attribute):
    centred = attribute - attribute.mean()
    return centred @ codes / np.sum(centred**2)


def slope_by_fit(codes, attribute):
    return np.polyfit(attribute, codes, 1)[0]


def slope_by_lstsq(codes, attribute):
    return np.linalg.lstsq(np.column_stack([attribute, np.ones(len(attribute))]), codes, rcond=None)[0][0]


RIGHT = {
    "code_cost": [1.8076, (0.1**2 - 1 - 2 * np.log(0.1)) / 2, np.float32(1.81), [1.8076]],
    "draw": [draw_by_loop, lambda m, v, e: np.exp(v / 2) * e + m, lambda m, v, e: (m + np.sqrt(np.exp(v)) * e).astype("float32")],
    "best_answer": [best_by_loop, lambda x, p: np.tensordot(p, x, 1), lambda x, p: np.average(x, axis=0, weights=p)],
    "slider": [slope, slope_by_fit, slope_by_lstsq],
}

WRONG = {
    "code_cost": [((0.1 - 1 - np.log(0.1)) / 2, "variance"), (3.6152, "half"), (-1.8076, "sign"), (0.505, "base 10"), (2.608, "bits"), (-2.7976, "narrow"), (0, "free")],
    "draw": [
        (lambda m, v, e: m + np.exp(v) * e, "root"), (lambda m, v, e: m + v * e, "logarithm"), (lambda m, v, e: m + e, "isn't used"),
        (lambda m, v, e: np.exp(v / 2) * e, "mean is missing"), (lambda m, v, e: m + np.exp(-v / 2) * e, "exponent"),
        (lambda m, v, e: np.exp(v / 2) * (m + e), "stretch the mean"), (lambda m, v, e: m, "plain autoencoder"),
        (lambda m, v, e: m + np.sqrt(np.abs(v)) * e, "undo"),
    ],
    "best_answer": [
        (lambda x, p: x[p.argmax()], "likeliest"), (lambda x, p: np.mean(x, axis=0), "same weight"), (lambda x, p: np.median(x, axis=0), "absolute"),
        (lambda x, p: x * p[:, None, None], "Add"), (lambda x, p: np.mean(x * p[:, None, None], axis=0), "once too often"), (lambda x, p: x[p.argmin()], "least likely"),
    ],
    "slider": [
        (lambda z, a: slope(z, a) * a.var(), "covariance"), (lambda z, a: (a - a.mean()) @ z, "sum of squares"), (lambda z, a: a @ z / (a @ a), "means away"),
        (lambda z, a: z[a > a.mean()].mean(axis=0) - z[a <= a.mean()].mean(axis=0), "two groups"),
        (lambda z, a: slope(z, a) / np.sqrt(np.sum(slope(z, a) ** 2)), "length 1"), (lambda z, a: -slope(z, a), "sign"),
        (lambda z, a: np.linalg.lstsq(z - z.mean(axis=0), a - a.mean(), rcond=None)[0], "other way"),
    ],
}
