"""Right and wrong answers to the exercises of chapter 03; each wrong one with a word that its hint must contain."""

import math

import numpy as np


def counted(kernel, stride, length=60):
    stamps = np.zeros(length * stride + kernel)
    for place in range(length):
        stamps[place * stride:place * stride + kernel] += 1
    inside = stamps[4 * kernel:-4 * kernel]
    return (inside.max() / inside.min())**2


def stepped(decay):
    return math.log(2) / -math.log(decay)


RIGHT = {
    "sides": [37, 37.0, np.int64(37), 2 * (2 * 7 + 3) + 3],
    "most_to_fewest": [counted, lambda kernel, stride: (-(-kernel // stride) / (kernel // stride))**2,
                       lambda kernel, stride: (math.ceil(kernel / stride) * math.ceil(kernel / stride)) / math.floor(kernel / stride)**2],
    "half_life": [stepped, lambda decay: np.log2(0.5) / np.log2(decay), lambda decay: math.log(0.5, decay)],
}

WRONG = {
    "sides": [(28, "padding"), (17, "two"), (34, "first"), (14, "doubling"), (35, "stride"), (33, "fewer"), (1, "transposed")],
    "most_to_fewest": [(lambda kernel, stride: math.ceil(kernel / stride) / (kernel // stride), "one dimension"),
                       (lambda kernel, stride: 2 * math.ceil(kernel / stride) / (kernel // stride), "multiply"),
                       (lambda kernel, stride: (kernel / stride)**2, "average"),
                       (lambda kernel, stride: 1 / counted(kernel, stride), "upside down"),
                       (lambda kernel, stride: math.ceil(kernel / stride)**2, "fewest"),
                       (lambda kernel, stride: kernel % stride + 1, "remainder")],
    "half_life": [(lambda decay: 1 / (1 - decay), "37"), (lambda decay: 0.5 / (1 - decay), "share"), (lambda decay: -math.log(decay) / math.log(2), "upside down"),
                  (lambda decay: math.log(0.5) * math.log(decay), "divided"), (lambda decay: math.log(2) / math.log(decay), "sign"),
                  (lambda decay: math.log(0.5) / math.log(1 - decay), "new share"), (lambda decay: decay / (1 - decay), "age")],
}
