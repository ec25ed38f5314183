"""Right and wrong answers to the exercises of chapter 08; each wrong one with a word that its hint must contain."""

import numpy as np


def rest_by_fit(table):
    columns = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]], "float64")
    fitted = columns @ np.linalg.lstsq(columns, table.ravel(), rcond=None)[0]
    return np.sqrt(np.mean((fitted - table.ravel()) ** 2))


def rest_by_means(table):
    return (table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()).std()


def logits_by_loop(features, conditions, weights, directions):
    return [seen @ weights + condition @ directions @ seen for seen, condition in zip(features, conditions, strict=True)]


def logits_by_einsum(features, conditions, weights, directions):
    return np.einsum("nd,d->n", features, weights) + np.einsum("nd,nk,kd->n", features, conditions, directions)


def seen_times(features, conditions, directions):
    return np.sum(features * (conditions @ directions), axis=1)


def share_by_sort(measured, permuted):
    return np.mean(np.append(permuted, measured) >= measured)


def change(before, after):
    return np.abs(after - before)


RIGHT = {
    "interaction": [rest_by_fit, rest_by_means, lambda t: abs(t[0, 0] + t[1, 1] - t[0, 1] - t[1, 0]) / 4],
    "projection": [logits_by_loop, logits_by_einsum],
    "permutation_value": [share_by_sort, lambda m, p: (sum(value >= m for value in p) + 1) / (len(p) + 1)],
    "leakage": [lambda b, a, m: 1 - change(b, a)[m].sum() / change(b, a).sum(), lambda b, a, m: np.sum(change(b, a) * ~m) / np.sum(change(b, a))],
}

WRONG = {
    "interaction": [
        (lambda t: np.std(t), "constant"), (lambda t: abs(t[0, 0] + t[1, 1] - t[0, 1] - t[1, 0]), "interaction itself"), (lambda t: rest_by_fit(t) ** 2, "root"),
        (lambda t: np.std(t - t.mean(axis=0)), "columns alone"), (lambda t: np.std(t - t.mean(axis=1)[:, None]), "rows alone"), (lambda t: 0, "no sum reaches"),
        (lambda t: np.sqrt(np.mean((t - t.mean(axis=0)[None] - t.mean(axis=1)[:, None]) ** 2)), "twice"),
    ],
    "projection": [
        (lambda f, c, v, d: f @ v, "isn't used"), (lambda f, c, v, d: seen_times(f, c, d), "missing"), (lambda f, c, v, d: f @ v + np.sum(c @ d, axis=1), "without looking"),
        (lambda f, c, v, d: (f @ v)[:, None] + f @ (c @ d).T, "every picture against every"), (lambda f, c, v, d: (f @ v) * seen_times(f, c, d), "added, not"),
        (lambda f, c, v, d: f @ v + seen_times(f, c, d) / f.shape[1], "sum"), (lambda f, c, v, d: f @ v - seen_times(f, c, d), "sign"),
    ],
    "permutation_value": [
        (lambda m, p: np.mean(p >= m), "right order, too"), (lambda m, p: np.mean(p < m), "wins"), (lambda m, p: (1 + np.sum(p <= m)) / (1 + len(p)), "badly"),
        (lambda m, p: (1 + np.sum(p >= m)) / len(p), "below"), (lambda m, p: np.sum(p >= m), "number of permutations"), (lambda m, p: (m - np.mean(p)) / np.std(p), "bell"),
        (lambda m, p: (1 + np.sum(p > m)) / (1 + len(p)), "ties"),
    ],
    "leakage": [
        (lambda b, a, m: change(b, a)[m].sum() / change(b, a).sum(), "inside"), (lambda b, a, m: change(b, a)[~m].mean(), "how strong"),
        (lambda b, a, m: (a - b)[~m].sum() / (a - b).sum(), "cancel"), (lambda b, a, m: change(b, a)[~m].sum() / change(b, a)[m].sum(), "of the whole"),
        (lambda b, a, m: change(b, a)[~m].mean() / change(b, a).mean(), "means"), (lambda b, a, m: np.square(a - b)[~m].sum() / np.square(a - b).sum(), "squared"),
        (lambda b, a, m: np.mean(~m), "pixels outside"),
    ],
}
