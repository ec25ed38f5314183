"""Right and wrong answers to the exercises of chapter 13; each wrong one with a word that its hint must contain."""

import numpy as np
from scipy import ndimage
from tryon_utils import warp

# ---- Fetching --------------------------------------------------------------------------------------------------------

def fetch_by_scipy(picture, x, y):
    return ndimage.map_coordinates(picture, [[y - 0.5], [x - 0.5]], order=1, mode="nearest")[0]


def fetch_by_hats(picture, x, y):
    height, width = picture.shape
    x, y = np.clip(x, 0.5, width - 0.5), np.clip(y, 0.5, height - 0.5)
    rows = np.maximum(1 - np.abs(np.arange(height) + 0.5 - y), 0)
    return rows @ picture @ np.maximum(1 - np.abs(np.arange(width) + 0.5 - x), 0)


def fetch_by_warp(picture, x, y):
    return np.asarray(warp.sample(picture[None, :, :, None], np.array([[[[x, y]]]])))


def four(picture, x, y):
    x, y = np.clip(x - 0.5, 0, picture.shape[1] - 1), np.clip(y - 0.5, 0, picture.shape[0] - 1)
    left, top = min(int(x), picture.shape[1] - 2), min(int(y), picture.shape[0] - 2)
    return picture[top, left], picture[top, left + 1], picture[top + 1, left], picture[top + 1, left + 1], x - left, y - top


def fetch_with_swapped_shares(picture, x, y):
    p00, p01, p10, p11, a, b = four(picture, x, y)
    return a * b * p00 + (1 - a) * b * p01 + a * (1 - b) * p10 + (1 - a) * (1 - b) * p11


def fetch_nearest(picture, x, y):
    return picture[int(np.clip(np.floor(y), 0, len(picture) - 1)), int(np.clip(np.floor(x), 0, picture.shape[1] - 1))]


def fetch_from_the_upper_row(picture, x, y):
    p00, p01, _, _, a, _ = four(picture, x, y)
    return (1 - a) * p00 + a * p01


# ---- Composing -------------------------------------------------------------------------------------------------------

def compose_by_sample(first, second):
    return warp.sample(second[None], first[None])[0]


def compose_by_scipy(first, second):
    places = first[..., 1] - 0.5, first[..., 0] - 0.5
    return np.stack([ndimage.map_coordinates(second[..., axis], places, order=1, mode="nearest") for axis in (0, 1)], axis=-1)


def grid(like):
    return np.asarray(warp.grid(*like.shape[:2]))


def compose_nearest(first, second):
    rows, columns = (np.clip(first[..., axis], 0, first.shape[1 - axis] - 1).astype(int) for axis in (1, 0))
    return second[rows, columns]


# ---- End-point error -------------------------------------------------------------------------------------------------

def distance(places, truth):
    return np.sqrt(((places - truth) ** 2).sum(-1))


def error_by_loop(places, truth, known):
    return [np.hypot(*(p - t)[k].T).mean() for p, t, k in zip(places, truth, known, strict=True)]


def masked(values, known):
    return np.where(known, values, 0).sum((1, 2))


RIGHT = {
    "fetch": [fetch_by_scipy, fetch_by_hats, fetch_by_warp],
    "place_of_pixel": [lambda number, old, new: (number + 0.5) * old / new, lambda number, old, new: (2 * number + 1) / (2 * new / old)],
    "compose": [compose_by_sample, compose_by_scipy],
    "end_point_error": [error_by_loop, warp.end_point_error, lambda p, t, k: np.average(distance(p, t).reshape(len(p), -1), axis=1, weights=k.reshape(len(p), -1))],
    "stripe_moves": [-2, -2.0, np.float32(-2), [-2.0], 18 - 20],
}

WRONG = {
    "fetch": [
        (lambda p, x, y: fetch_by_scipy(p, x + 0.5, y + 0.5), "half a pixel off"), (lambda p, x, y: fetch_by_scipy(p, x + 1, y + 1), "wrong way"),
        (fetch_nearest, "mix it"), (fetch_with_swapped_shares, "swapped"), (lambda p, x, y: fetch_by_scipy(p, y, x), "rows and columns"),
        (fetch_from_the_upper_row, "lower row"), (lambda p, x, y: np.mean(four(p, x, y)[:4]), "mean of the four"),
        (lambda p, x, y: ndimage.map_coordinates(np.pad(p, 9), [[y + 8.5], [x + 8.5]], order=1)[0], "outside"), (lambda p, x, y: -fetch_by_scipy(p, x, y), "sign"),
    ],
    "place_of_pixel": [
        (lambda n, old, new: n * old / new, "left edge"), (lambda n, old, new: n * (old - 1) / (new - 1), "no width"),
        (lambda n, old, new: 0.5 + n * (old - 1) / (new - 1), "edges that fall"), (lambda n, old, new: (n + 0.5) * old / new - 0.5, "nothing need be taken away"),
        (lambda n, old, new: (n + 0.5) * new / old, "upside down"), (lambda n, old, new: n * old / new + 0.5, "shrinks"), (lambda n, old, new: n, "larger"),
    ],
    "compose": [
        (lambda first, second: compose_by_scipy(second, first), "other way round"), (lambda first, second: first + second, "can't be added"),
        (lambda first, second: first + second - grid(first), "same pixel"), (compose_nearest, "nearest"),
        (lambda first, second: compose_by_scipy(first[..., ::-1], second), "swapped"), (lambda first, second: second, "second warp alone"),
        (lambda first, second: first, "first warp alone"),
    ],
    "end_point_error": [
        (lambda p, t, k: distance(p, t).mean((1, 2)), "nobody knows"), (lambda p, t, k: np.where(k, distance(p, t), 0).mean((1, 2)), "divide by all"),
        (lambda p, t, k: distance(p, t)[k].mean(), "together"), (lambda p, t, k: masked(np.abs(p - t).sum(-1), k) / k.sum((1, 2)), "straight way"),
        (lambda p, t, k: masked(distance(p, t) ** 2, k) / k.sum((1, 2)), "root is missing"),
        (lambda p, t, k: np.sqrt(masked(distance(p, t) ** 2, k) / k.sum((1, 2))), "at the end"), (lambda p, t, k: masked(distance(p, t), k), "sum"),
        (lambda p, t, k: masked(distance(p, t), ~k) / (~k).sum((1, 2)), "turned round"),
    ],
    "stripe_moves": [(2, "further right"), (0, "can't stay"), (18, "in truth"), (22, "wrong side"), (20, "now"), (-4, "twice too far"), (4, "wrong way"), (-3, "larger")],
}
