"""Right and wrong answers to the exercises of chapter 00; each wrong one with a word that its hint must contain."""

import numpy as np
from tryon_utils import images


def strays_by_loop(before, after, region):
    return sum(not region[y, x] and tuple(before[y, x]) != tuple(after[y, x]) for y in range(len(before)) for x in range(before.shape[1]))


RIGHT = {
    "to_model": [images.to_model, lambda pictures: (pictures.astype("float32") - 127.5) / 127.5, lambda pictures: 2 * (pictures / 255) - 1],
    "strays": [strays_by_loop, lambda before, after, region: np.count_nonzero((before != after).any(axis=2)[~region])],
    "may_use": [lambda said: set(said) == {"yes"}, lambda said: said.count("yes") == len(said)],
}

WRONG = {
    "to_model": [
        (lambda pictures: pictures / 255, "[0, 1]"), (lambda pictures: pictures * 2.0 / 255, "take 1"), (lambda pictures: pictures / 128 - 1, "127.5"),
        (lambda pictures: (pictures - np.mean(pictures)) / np.std(pictures), "batch"),
        (lambda pictures: 2 * (pictures - float(pictures.min())) / (float(pictures.max()) - float(pictures.min())) - 1, "dark room"),
        (lambda pictures: (pictures - np.uint8(127)) / 127.5, "negative"), (lambda pictures: 1 - 2 * (pictures / 255), "exchanged"),
    ],
    "strays": [
        (lambda before, after, region: (before != after).any(axis=-1).sum(), "may change"), (lambda before, after, region: (before != after).any(axis=-1)[region].sum(), "inside"),
        (lambda before, after, region: (before != after)[~region].sum(), "three"), (lambda before, after, region: (before != after).all(axis=-1)[~region].sum(), "one colour only"),
        (lambda before, after, region: (~region).sum(), "changed or not"), (lambda before, after, region: ((before != after).any(axis=-1) & ~region).mean(), "share"),
        (lambda before, after, region: ((after - before).sum(axis=-1).astype("uint8").astype(bool) & ~region).sum(), "wrap"),
    ],
    "may_use": [
        (lambda said: not any(one == "no" for one in said), "Silence"), (lambda said: any(one == "yes" for one in said), "One yes"),
        (lambda said: 2 * said.count("yes") > len(said), "vote"), (lambda said: 1, "why ask"), (lambda said: said.count("yes") != len(said), "other way"),
        (lambda said: said[0] == "yes", "first person"), (lambda said: "" not in said, "isn't a yes"),
    ],
}
