"""Right and wrong answers to the exercises of chapter 10; each wrong one with a word that its hint must contain."""

import numpy as np
from tryon_utils import damages


# ---- The patch -------------------------------------------------------------------------------------------------------

def patch_backwards(kernel_sizes, strides):
    field = 1
    for kernel_size, stride in reversed(list(zip(kernel_sizes, strides, strict=True))):
        field = (field - 1) * stride + kernel_size
    return field


def patch_by_products(kernel_sizes, strides):
    before = np.cumprod([1, *strides])[:-1]
    return 1 + np.sum((np.array(kernel_sizes) - 1) * before)


def patch_with_own_stride(kernel_sizes, strides):
    return 1 + np.sum((np.array(kernel_sizes) - 1) * np.cumprod(strides))


# ---- The guess -------------------------------------------------------------------------------------------------------

def guess_by_trying(values):
    return min(values, key=lambda guess: np.mean(np.abs(values - guess)))


# ---- Known pixels ----------------------------------------------------------------------------------------------------

def keep_by_index(made, seen, missing):
    picture = np.array(seen)
    picture[missing] = made[missing]
    return picture


def keep_by_sums(made, seen, missing):
    share = missing[..., None].astype(float)
    return share * made + (1 - share) * seen


# ---- Contradictions --------------------------------------------------------------------------------------------------

def contradiction_by_loops(made, small, factor):
    found = []
    for picture, little in zip(made, small, strict=True):
        gaps = [abs(picture[factor * row:factor * (row + 1), factor * column:factor * (column + 1), channel].mean() - little[row, column, channel])
                for row in range(little.shape[0]) for column in range(little.shape[1]) for channel in range(little.shape[2])]
        found.append(np.mean(gaps))
    return np.array(found)


def shrunk(made, factor):
    n, height, width, channels = made.shape
    return made.reshape(n, height // factor, factor, width // factor, factor, channels).mean(axis=(2, 4))


def contradiction_by_means(made, small, factor):
    return np.abs(shrunk(made, factor) - small).reshape(len(made), -1).mean(axis=1)


RIGHT = {
    "patch": [patch_backwards, patch_by_products],
    "best_guess": [np.median, guess_by_trying, lambda values: np.sort(values)[len(values) // 2]],
    "keep_known": [keep_by_index, keep_by_sums],
    "contradiction": [contradiction_by_loops, contradiction_by_means],
}

WRONG = {
    "patch": [
        (lambda kernel_sizes, strides: 1 + sum(kernel_sizes) - len(kernel_sizes), "strides"), (patch_with_own_stride, "before"),
        (lambda kernel_sizes, strides: np.prod(kernel_sizes), "multiplied"), (lambda kernel_sizes, strides: sum(kernel_sizes), "whole kernels"),
        (lambda kernel_sizes, strides: np.prod(strides), "apart"), (lambda kernel_sizes, strides: patch_backwards(kernel_sizes[::-1], strides[::-1]), "from the last"),
        (lambda kernel_sizes, strides: patch_backwards(kernel_sizes, strides) - 1, "too few"), (lambda kernel_sizes, strides: patch_backwards(kernel_sizes, strides) ** 2, "how many pixels"),
    ],
    "best_guess": [
        (np.mean, "squared"), (lambda values: (max(values) + min(values)) / 2, "largest"), (lambda values: values[len(values) // 2], "sorted"),
        (lambda values: np.abs(values - np.median(values)).mean(), "which guess"), (np.max, "brightest"), (np.min, "darkest"), (sum, "sum"),
    ],
    "keep_known": [
        (lambda made, seen, missing: keep_by_index(seen, made, missing), "turned round"), (lambda made, seen, missing: made, "what was made"),
        (lambda made, seen, missing: seen, "still there"), (lambda made, seen, missing: 0.5 * made + 0.5 * seen, "mixed"),
        (lambda made, seen, missing: np.where(missing[..., None], made, 0), "black"), (lambda made, seen, missing: seen + missing[..., None] * made, "added"),
        (lambda made, seen, missing: made[..., 0], "shape"),
    ],
    "contradiction": [
        (lambda made, small, factor: np.abs(made[:, ::factor, ::factor] - small).mean(axis=(1, 2, 3)), "every so-many"),
        (lambda made, small, factor: contradiction_by_means(made, small, factor).mean(), "one number"),
        (lambda made, small, factor: (shrunk(made, factor) - small).mean(axis=(1, 2, 3)), "cancel"),
        (lambda made, small, factor: np.abs(made - small.repeat(factor, axis=1).repeat(factor, axis=2)).mean(axis=(1, 2, 3)), "enlarged"),
        (lambda made, small, factor: np.square(shrunk(made, factor) - small).mean(axis=(1, 2, 3)), "squared"),
        (lambda made, small, factor: np.abs(shrunk(made, factor) - small).max(axis=(1, 2, 3)), "worst"),
        (lambda made, small, factor: damages.shrink(made, factor), "shape"),
    ],
}
