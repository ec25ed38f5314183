"""Right and wrong answers to the exercises of chapter 06; each wrong one with a word that its hint must contain."""

import math

import numpy as np
from scipy.spatial.distance import cdist
from tryon_utils import metrics


# ---- The mean inside a mask ------------------------------------------------------------------------------------------

def mean_by_loop(errors, masks):
    return [error[mask].mean() for error, mask in zip(errors, masks, strict=True)]


def mean_of_masked_array(errors, masks):
    return np.ma.array(errors, mask=~masks).reshape(len(errors), -1).mean(axis=1).data


def mean_by_average(errors, masks):
    return np.array([np.average(error, weights=mask) for error, mask in zip(errors, masks, strict=True)], "float32")


# ---- The unbiased KID ------------------------------------------------------------------------------------------------

def off_diagonal_mean(kernel):
    return kernel[~np.eye(len(kernel), dtype=bool)].mean()


def kid_by_masks(real, fake, between):
    return off_diagonal_mean(real) + off_diagonal_mean(fake) - 2 * between.mean()


def kid_by_loops(real, fake, between):
    def mean_of_pairs(kernel):
        pairs = [kernel[i, j] for i in range(len(kernel)) for j in range(i)]
        return sum(pairs) / len(pairs)

    return np.float32(mean_of_pairs(real) + mean_of_pairs(fake) - 2 * np.average(between))


# ---- Coverage --------------------------------------------------------------------------------------------------------

def coverage_by_sort(real, fake, neighbours):
    radii = np.sort(cdist(real, real), axis=1)[:, neighbours]
    return np.mean(cdist(real, fake).min(axis=1) <= radii)


def coverage_by_loop(real, fake, neighbours):
    hit = 0
    for number, sample in enumerate(real):
        others = sorted(np.linalg.norm(other - sample) for place, other in enumerate(real) if place != number)
        hit += any(np.linalg.norm(sample - other) <= others[neighbours - 1] for other in fake)
    return hit / len(real)


def hits(real, fake, neighbours):
    return cdist(real, fake) <= np.sort(cdist(real, real), axis=1)[:, [neighbours]]


RIGHT = {
    "psnr_gain": [20 * math.log10(2), 6.02, np.float32(6.0206), 10 * np.log10(4), [6.02]],
    "masked_mean": [mean_by_loop, mean_of_masked_array, mean_by_average, lambda errors, masks: (errors * masks).sum((1, 2)) / masks.sum((1, 2))],
    "unbiased_kid": [kid_by_masks, kid_by_loops, lambda r, f, c: kid_by_masks(f, r, c.T)],
    "coverage": [coverage_by_sort, coverage_by_loop, lambda *arguments: metrics.density_coverage(*arguments).coverage],
}

WRONG = {
    "psnr_gain": [(3.01, "squared"), (-6.02, "sign"), (-3.01, "sign"), (13.863, "natural"), (2, "double"), (0.602, "10 in front"), (20, "ten times"), (12.0, "smaller")],
    "masked_mean": [
        (lambda errors, masks: np.mean(errors * masks, axis=(1, 2)), "all pixels"), (lambda errors, masks: errors[masks].mean(), "together"),
        (lambda errors, masks: np.sum(errors * masks, axis=(1, 2)), "sum"), (lambda errors, masks: errors.mean((1, 2)), "isn't used"),
        (lambda errors, masks: mean_by_loop(errors, ~masks), "outside"), (lambda errors, masks: np.sum(errors * masks, axis=(1, 2)) / masks.sum(), "own count"),
        (lambda errors, masks: np.mean(mean_by_loop(errors, masks)), "apart"),
    ],
    "unbiased_kid": [
        (lambda r, f, c: r.mean() + f.mean() - 2 * c.mean(), "itself"), (lambda r, f, c: off_diagonal_mean(r) + off_diagonal_mean(f) - c.mean(), "twice"),
        (lambda r, f, c: off_diagonal_mean(r) + off_diagonal_mean(f) + 2 * c.mean(), "sign"), (lambda r, f, c: -kid_by_masks(r, f, c), "turned"),
        (lambda r, f, c: np.sqrt(abs(kid_by_masks(r, f, c))), "root"),
        (lambda r, f, c: np.mean(r * (1 - np.eye(len(r)))) + np.mean(f * (1 - np.eye(len(f)))) - 2 * c.mean(), "how many"),
        (lambda r, f, c: off_diagonal_mean(r) + off_diagonal_mean(f) - 2 * c[~np.eye(*c.shape, dtype=bool)].mean(), "real-fake"),
    ],
    "coverage": [
        (lambda *arguments: hits(*arguments).any(axis=0).mean(), "precision"), (lambda real, fake, k: metrics.precision_recall(real, fake, k).recall, "recall"),
        (lambda *arguments: metrics.density_coverage(*arguments).density, "density"), (lambda real, fake, k: coverage_by_sort(real, fake, k - 1), "itself"),
        (lambda *arguments: hits(*arguments).any(axis=1).sum(), "share"),
        (lambda real, fake, k: np.mean(cdist(real, fake).min(axis=1) <= np.sort(cdist(real, real), axis=1)[:, k].mean()), "same radius"),
        (lambda *arguments: 1 - coverage_by_sort(*arguments), "missed"),
    ],
}
