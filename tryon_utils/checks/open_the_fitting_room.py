"""Checkers for the exercises of chapter 00: ranges, pixels that must stay, and consent."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def to_model(answer):
    """Check a function from uint8 pictures to float values in [-1, 1].

    Args:
        answer: Function of a uint8 array.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda pictures: pictures / 255.0, "Yours ends in [0, 1]. Where must black go, if white goes to 1 and the middle to 0?"),
        Misconception(lambda pictures: pictures / 127.5, "Yours ends in [0, 2]: take 1 away."),
        Misconception(lambda pictures: pictures / 128.0 - 1, "White comes to 0.992 and not to 1: half of 255 is 127.5."),
        Misconception(lambda pictures: (pictures - pictures.mean()) / pictures.std(), "You standardise each batch: the same pixel would mean something else in the next one."),
        Misconception(lambda pictures: 2.0 * (pictures - float(pictures.min())) / float(np.ptp(pictures)) - 1, "You stretch to the darkest and the brightest pixel of this batch: a dark room would come out as bright as a sunny one."),
        Misconception(lambda pictures: (pictures - np.uint8(127)) / 127.5, "Bytes can't be negative: below 127 they start again at 255. Make them floats before you subtract."),
        Misconception(lambda pictures: 1 - pictures / 127.5, "Black and white are exchanged."),
    ]
    inputs = [(np.random.default_rng(seed).integers(low, high, (2, 3, 4, 3), "uint8"),) for seed, low, high in ((0, 0, 256), (1, 20, 90), (2, 100, 140))]
    return judge(answer, lambda pictures: pictures.astype("float64") / 127.5 - 1, inputs, slips, praise="One rule for every picture, and no guessing from its values.")


def strays(answer):
    """Check a function from pictures before and after and a region to how many pixels changed outside of it.

    Args:
        answer: Function of two uint8 arrays (h, w, 3) and a boolean array (h, w).

    Returns:
        A `Verdict`.
    """
    def right(before, after, region):
        return np.sum(np.any(before != after, axis=-1) & ~region)

    slips = [
        Misconception(lambda before, after, region: np.sum(np.any(before != after, axis=-1)), "You count the region, too: there it may change."),
        Misconception(lambda before, after, region: np.sum(np.any(before != after, axis=-1) & region), "That is what changed inside. We ask about outside."),
        Misconception(lambda before, after, region: np.sum((before != after) & ~region[..., None]), "You count colours: a pixel has three, and is one pixel."),
        Misconception(lambda before, after, region: np.sum(np.all(before != after, axis=-1) & ~region), "You miss pixels that changed in one colour only."),
        Misconception(lambda before, after, region: np.sum(~region), "You count all pixels outside, changed or not."),
        Misconception(lambda before, after, region: np.mean(np.any(before != after, axis=-1) & ~region), "That is a share of all pixels; their number is wanted."),
        Misconception(lambda before, after, region: np.sum((after - before).sum(axis=-1).astype("uint8").astype(bool) & ~region), "Bytes wrap around, so that changes can cancel: compare with !=, don't subtract."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for height, width in ((6, 8), (9, 5), (12, 12)):
        before = rng.integers(0, 256, (height, width, 3), "uint8")
        after = np.where(rng.random(before.shape) < 0.3, rng.integers(0, 256, before.shape, "uint8"), before)
        after[0, :2] = before[0, :2] + np.array([[1, 255, 0], [3, 250, 3]], "uint8")  # up and down again: the sum stays
        region = rng.random((height, width)) < 0.5
        region[0, :2] = False
        inputs.append((before, after, region))
    return judge(answer, right, inputs, slips, praise="It must be 0, and for our model it is: a face that is copied can't be changed.")


def may_use(answer):
    """Check a function that decides whether a photograph may be used.

    Args:
        answer: Function of a list with, for each person in the picture, what they said to being shown in clothes that they never wore: "yes", "no" or "" for
            nobody asked. Returns True or False.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda said: "no" not in said, "Nobody said no, but was everybody asked? Silence is no consent."),
        Misconception(lambda said: "yes" in said, "One yes is one person's yes. There are others in the picture."),
        Misconception(lambda said: said.count("yes") > len(said) / 2, "That is a vote. Nobody's face is for the others to vote on."),
        Misconception(lambda said: True, "Always? Then why ask?"),
        Misconception(lambda said: not all(one == "yes" for one in said), "That is right, the other way round."),
        Misconception(lambda said: bool(said) and said[0] == "yes", "You asked the first person only."),
        Misconception(lambda said: all(said), "Somebody who said no has been asked, too: an answer isn't a yes."),
    ]
    cases = (["yes"], ["no"], [""], ["yes", "yes"], ["yes", "no"], ["yes", ""], ["no", "yes", "yes"], ["", "no"], ["yes", "yes", "yes", ""], ["no", "no", "yes"], ["yes"] * 5)
    return judge(answer, lambda said: all(one == "yes" for one in said), [(list(case),) for case in cases], slips, praise="A clear yes from everybody, or another picture.")
