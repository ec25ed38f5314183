"""Checkers for the exercises of chapter 14. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge

PROMISED_SLEEVE, PROMISED_TONE, ALLOWED_LOSS = 5.0, 1.1, 0.01  # percent of the arm; times the mean; SSIM


def hidden_region(answer):
    """Check a function from bones (k, 2, 2), a reach and the worn garment (height, width) to the region to paint anew, bool.

    Args:
        answer: Function of an array of starts and ends (x, y), a number of pixels, and a bool array.

    Returns:
        A `Verdict`.
    """
    def near(bones, reach, worn, centre=0.5, least=0.0, most=1.0):
        y, x = np.mgrid[:worn.shape[0], :worn.shape[1]] + centre
        found = np.zeros(worn.shape, bool)
        for (start_x, start_y), (end_x, end_y) in np.asarray(bones, "float64"):
            go_x, go_y = end_x - start_x, end_y - start_y
            along = np.clip(((x - start_x) * go_x + (y - start_y) * go_y) / (go_x**2 + go_y**2), least, most)
            found |= np.hypot(x - start_x - along * go_x, y - start_y - along * go_y) < reach
        return found

    slips = [
        Misconception(lambda bones, reach, worn: worn, "You cut out the garment itself. Its outline tells how long the sleeves were, and at the shop nobody knows the next one's."),
        Misconception(lambda bones, reach, worn: near(bones, reach, worn) & worn, "Your region ends where the garment does, so it leaks the old sleeve's length: a model learns to paint up to that edge. Use the bones alone."),
        Misconception(lambda bones, reach, worn: near(bones, reach, worn) | worn, "Where the garment is wider than the reach, its outline shows in your region: that leaks, too. Use the bones alone."),
        Misconception(lambda bones, reach, worn: near(bones[:1], reach, worn), "You hid along the first bone only. A long sleeve goes farther than the elbow."),
        Misconception(lambda bones, reach, worn: near(bones, reach, worn, least=-np.inf, most=np.inf), "Your bones have no ends: the distance is taken from endless lines. Clip the share of the way to [0, 1]."),
        Misconception(lambda bones, reach, worn: near(bones, reach, worn, centre=0.0), "You measure from the pixels' corners. In our data the first pixel's centre lies at 0.5."),
        Misconception(lambda bones, reach, worn: near(bones, reach / 2, worn), "You took the reach as the whole width. It counts from the bone to either side."),
        Misconception(lambda bones, reach, worn: near([(end, end + 1e-9) for bone in bones for end in np.asarray(bone, "float64")], reach, worn), "You drew discs at the joints. The way between them must be hidden as well."),
        Misconception(lambda bones, reach, worn: ~near(bones, reach, worn), "That is the region to keep; the one to paint anew is wanted."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for (height, width), joints, reach in (((24, 18), [(5.0, 4.0), (8.0, 12.0), (14.0, 17.0)], 2.3), ((20, 20), [(4.2, 15.1), (10.7, 9.3), (9.1, 2.2)], 1.7),
                                           ((16, 30), [(3.0, 8.0), (13.5, 6.4), (22.3, 9.7), (26.0, 3.1)], 2.6)):
        bones = np.array(list(zip(joints[:-1], joints[1:], strict=True)))
        worn = near(bones[:1], 1.8 * reach, np.zeros((height, width), bool)) & (rng.random((height, width)) < 0.9)
        inputs.append((bones, reach, worn))
    return judge(answer, near, inputs, slips, tolerance=1e-6,
                 praise="The same region, whatever is worn: the model can't learn the old sleeve from it, and at the shop it is drawn in the same way.")


def composition(answer):
    """Check a function from a person, a mask and what a painter made to the finished picture.

    Args:
        answer: Function of uint8 (height, width, 3), bool (height, width), and in light from 0 to 1: warped and rest
            (height, width, 3), alpha and shade (height, width, 1). It returns uint8 (height, width, 3).

    Returns:
        A `Verdict`.
    """
    def painted(warped, alpha, shade, rest):
        return alpha * shade * warped + (1 - alpha) * rest

    def finish(light):
        return np.clip(np.rint(255 * light), 0, 255)

    def put(person, mask, light):
        return np.where(mask[..., None], light, person).astype("uint8")

    slips = [
        Misconception(lambda person, mask, *parts: finish(painted(*parts)), "You painted everywhere. Outside the mask, every pixel is the photograph's, bit for bit."),
        Misconception(lambda person, mask, *parts: put(person, ~mask, finish(painted(*parts))), "You painted outside the mask and kept what lies inside: it is the other way round."),
        Misconception(lambda person, mask, *parts: np.where(mask[..., None], finish(painted(*parts)), 0), "Outside the mask yours is black. There, copy the photograph."),
        Misconception(lambda person, mask, warped, alpha, shade, rest: put(person, mask, finish(painted(rest, alpha, 1.0, warped * shade))), "Alpha counts for the wrong one: where it is 1, the garment is seen."),
        Misconception(lambda person, mask, warped, alpha, shade, rest: put(person, mask, finish(shade * (alpha * warped + (1 - alpha) * rest))), "You shaded the rest as well. Skin and background were painted with their light already; shade belongs to the garment."),
        Misconception(lambda person, mask, warped, alpha, shade, rest: put(person, mask, finish(painted(warped, alpha, 1.0, rest))), "The shade isn't used: folds and shadows are missing on the garment."),
        Misconception(lambda person, mask, warped, alpha, shade, rest: put(person, mask, finish(alpha * (warped + shade) + (1 - alpha) * rest)), "You added the shade. Light multiplies: black cloth stays black in the sun."),
        Misconception(lambda person, mask, *parts: put(person, mask, np.clip(np.floor(255 * painted(*parts)), 0, 255)), "You cut the decimals off. That darkens the picture by half a step on average: round to the nearest."),
        Misconception(lambda person, mask, *parts: put(person, mask, np.rint(255 * painted(*parts)) % 256), "Where shade makes cloth brighter than white, your numbers run over 255 and begin again at 0. Clip before turning into uint8."),
        Misconception(lambda person, mask, *parts: put(person, mask, np.clip(np.rint(painted(*parts)), 0, 255)), "Light runs from 0 to 1 and pictures from 0 to 255: a factor is missing."),
    ]
    inputs = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        shape = ((4, 3), (5, 6), (3, 5))[len(inputs)]
        parts = rng.uniform(0, 1, (*shape, 3)), rng.uniform(0, 1, (*shape, 1)), rng.uniform(0.3, 1.8, (*shape, 1)), rng.uniform(0, 1, (*shape, 3))
        if np.abs(255 * painted(*parts) % 1 - 0.5).min() > 4e-3:  # no pixel on the edge, where float32 could round the other way
            inputs.append((rng.integers(0, 256, (*shape, 3)).astype("uint8"), rng.random(shape) < 0.6, *parts))
        if len(inputs) == 3:
            break
    return judge(answer, lambda person, mask, *parts: put(person, mask, finish(painted(*parts))), inputs, slips, tolerance=1e-6,
                 praise="The garment keeps its own pixels and gets its light, the hole is filled, and nothing else of the photograph was touched.")


def shipped(answer):
    """Check a function from the columns of a table of results to the number of the model to ship.

    Args:
        answer: Function of four arrays (models,): garment CIEDE2000, SSIM inside the mask, sleeve error in percent of the arm, and the
            worst tone's skin error in times of the mean.

    Returns:
        A `Verdict`.
    """
    def holds(garment, ssim, sleeve, tone, loss=ALLOWED_LOSS, sleeves=PROMISED_SLEEVE, tones=PROMISED_TONE):
        return (ssim >= ssim.max() - loss) & (sleeve < sleeves) & (tone <= tones)

    def choose(garment, ssim, sleeve, tone, **changed):
        return int(np.argmin(np.where(holds(garment, ssim, sleeve, tone, **changed), garment, np.inf)))

    slips = [
        Misconception(lambda garment, ssim, sleeve, tone: int(np.argmin(garment)), "The best garment colours alone: your model breaks a promise. First leave out those that do, then compare."),
        Misconception(lambda garment, ssim, sleeve, tone: int(np.argmax(ssim)), "You chose by SSIM. It is a condition here, which several models meet; among those the garment decides."),
        Misconception(lambda garment, ssim, sleeve, tone: int(np.argmin(sleeve)), "You chose by the sleeves. Under 5 percent is good enough; among those that keep all promises the garment decides."),
        Misconception(lambda garment, ssim, sleeve, tone: int(np.argmin(tone)), "You chose the fairest. Up to 1.1 times the mean is promised; among those that keep all promises the garment decides."),
        Misconception(lambda *columns: int(np.argmax(np.where(holds(*columns), columns[0], -np.inf))), "Of those that keep their promises, yours has the largest garment error. Less is better."),
        Misconception(lambda *columns: int(np.argmax(holds(*columns))), "You took the first that keeps its promises. There may be a better one below."),
        Misconception(lambda *columns: choose(*columns, tones=np.inf), "One of the promises isn't asked for: look at the tones. A good mean can hide a group that is served badly."),
        Misconception(lambda *columns: choose(*columns, sleeves=np.inf), "One of the promises isn't asked for: look at the sleeves."),
        Misconception(lambda *columns: choose(*columns, loss=np.inf), "One of the promises isn't asked for: SSIM may be 0.01 below the best, not more."),
        Misconception(lambda garment, ssim, sleeve, tone: int(np.argmin(np.where((ssim >= ssim[holds(garment, np.ones(len(ssim)), sleeve, tone)].max() - ALLOWED_LOSS)
                                                                                   & holds(garment, np.ones(len(ssim)), sleeve, tone), garment, np.inf))),
                      "You compared SSIM with the best of those that were left. The promise is made against the best model of all."),
    ]
    inputs = [tuple(np.array(table, "float64").T) for table in _tables()]
    return judge(answer, choose, inputs, slips, tolerance=1e-9,
                 praise="Promises first, then the best of those that keep them. Written down before the numbers came in, such a rule can't be bent to a favourite.")


def _tables():
    """Return tables of results, rows of garment, SSIM, sleeve and tone; each sets some rules apart from the right one."""
    return [
        [(5.1, 0.815, 2.8, 1.14), (5.2, 0.812, 3.1, 1.08), (5.6, 0.816, 2.5, 1.09), (6.3, 0.717, 9.0, 1.05), (5.9, 0.811, 4.9, 1.02)],
        [(5.8, 0.806, 3.0, 1.02), (4.9, 0.790, 2.0, 1.01), (5.3, 0.801, 4.1, 1.07), (5.5, 0.809, 2.9, 1.10), (6.0, 0.810, 3.3, 1.05)],
        [(5.5, 0.821, 4.8, 1.03), (4.8, 0.820, 6.2, 1.04), (5.0, 0.818, 3.9, 1.10), (5.4, 0.824, 3.7, 1.06), (5.2, 0.823, 1.9, 1.09)],
        [(5.4, 0.800, 3.0, 1.05), (5.9, 0.804, 2.7, 1.03), (5.0, 0.812, 7.5, 1.20), (6.1, 0.806, 4.4, 1.09)],
    ]


def agreement(answer):
    """Check a function from the models' KID and their true error to the share of pairs of models that both rank alike.

    Args:
        answer: Function of two arrays (models,), less is better in both.

    Returns:
        A `Verdict`.
    """
    def pairs(kid, error):
        first, second = np.triu_indices(len(kid), 1)
        return (kid[first] - kid[second]) * (error[first] - error[second]) > 0

    def ranks(values):
        return np.argsort(np.argsort(values))

    slips = [
        Misconception(lambda kid, error: 2 * pairs(kid, error).mean() - 1, "That is Kendall's tau, from -1 to 1. The share of pairs ranked alike runs from 0 to 1."),
        Misconception(lambda kid, error: np.corrcoef(kid, error)[0, 1], "That is the correlation of the values: one bad baseline far away makes it look good. Only the order of each two models counts."),
        Misconception(lambda kid, error: np.corrcoef(ranks(kid), ranks(error))[0, 1], "That is Spearman's correlation of the ranks. The share of pairs ranked alike is wanted."),
        Misconception(lambda kid, error: float(np.argmin(kid) == np.argmin(error)), "You compared the winners only. The whole ranking is asked about: each two models."),
        Misconception(lambda kid, error: np.mean(ranks(kid) == ranks(error)), "You counted the models that have the same rank. One that slips from first to last moves all others by a rank; count pairs."),
        Misconception(lambda kid, error: 1 - pairs(kid, error).mean(), "That is the share of pairs that they rank differently."),
        Misconception(lambda kid, error: pairs(kid, error).sum(), "That is the number of pairs. Their share is wanted."),
        Misconception(lambda kid, error: 2 * pairs(kid, error).sum() / len(kid) ** 2, "You divided by all n * n pairs, a model with itself among them. How many pairs of two different models are there?"),
        Misconception(lambda kid, error: np.mean(np.diff(kid) * np.diff(error) > 0), "You compared each model with the next one in the table only. Every two models are a pair."),
    ]
    inputs = [tuple(map(np.array, pair)) for pair in (
        ([0.002, -0.001, 0.029, 0.031, 0.41, 1.3], [5.12, 5.24, 5.61, 5.5, 9.4, 14.5]), ([0.3, 0.1, 0.2, 0.05], [4.0, 2.0, 1.0, 3.0]),
        ([0.01, 0.04, 0.02, 0.06, 0.03], [7.0, 5.0, 6.5, 9.0, 8.0]))]
    return judge(answer, lambda kid, error: pairs(kid, error).mean(), inputs, slips, tolerance=1e-3,
                 praise="A coin would reach one half. What lies below one are pairs of models of which KID alone would have chosen the worse.")
