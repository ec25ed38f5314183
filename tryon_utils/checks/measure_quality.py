"""Checkers for the exercises of chapter 06. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def psnr_gain(answer):
    """Check by how many decibels the PSNR rises where every pixel's error is halved.

    Args:
        answer: Number.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(10 * np.log10(2), "You halved the squared error. Each pixel's error is halved before it is squared."),
        Misconception(-20 * np.log10(2), "The size is right and the sign is wrong: a better picture has more decibels."),
        Misconception(-10 * np.log10(2), "You halved the squared error, and the sign is wrong, too: a better picture has more decibels."),
        Misconception(20 * np.log(2), "You took the natural logarithm. Decibels are made with the one to base 10."),
        Misconception(10 * np.log(4), "You took the natural logarithm. Decibels are made with the one to base 10."),
        Misconception(2.0, "Half the error doesn't double the PSNR: it is a logarithm, so something is added."),
        Misconception(np.log10(4), "You forgot the 10 in front of the logarithm: the deci in decibel."),
        Misconception(20.0, "Ten times less error would give that. It is halved here."),
    ]
    return judge(answer, 20 * np.log10(2), None, slips, tolerance=6e-3,
                 praise="A quarter of the squared error is 6 dB, wherever you start. So 20 to 26 dB is as large a step as 34 to 40.")


def masked_mean(answer):
    """Check a function from errors (n, height, width) and masks of the same shape to each picture's mean error inside its mask.

    Args:
        answer: Function of two arrays, the second one bool.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda errors, masks: (errors * masks).mean(axis=(1, 2)), "You divided by all pixels. A small mask then looks good whatever is in it: divide by the pixels that count."),
        Misconception(lambda errors, masks: errors[masks].mean(), "You threw all pictures' pixels together. One number a picture is wanted; a picture with a large mask weighs more in yours."),
        Misconception(lambda errors, masks: (errors * masks).sum(axis=(1, 2)), "That is a sum. Divide it by the number of pixels that count."),
        Misconception(lambda errors, masks: errors.mean(axis=(1, 2)), "The mask isn't used: this is the mean over the whole picture."),
        Misconception(lambda errors, masks: (errors * ~masks).sum(axis=(1, 2)) / (~masks).sum(axis=(1, 2)), "That is the mean outside the mask."),
        Misconception(lambda errors, masks: (errors * masks).sum(axis=(1, 2)) / masks.sum(), "You divided by the pixels of all masks together. Each picture has its own count."),
        Misconception(lambda errors, masks: np.mean((errors * masks).sum(axis=(1, 2)) / masks.sum(axis=(1, 2))), "That is the mean of the right numbers. Leave them apart, one number a picture: a table by group needs them."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for shape, share in (((3, 4, 5), 0.5), ((2, 6, 6), 0.2), ((4, 3, 3), 0.7)):
        masks = rng.random(shape) < share
        masks[:, 0, 0] = True
        inputs.append((rng.uniform(0, 10, shape), masks))
    return judge(answer, lambda errors, masks: (errors * masks).sum(axis=(1, 2)) / masks.sum(axis=(1, 2)), inputs, slips, tolerance=1e-5,
                 praise="Each picture is measured where its own task is, and a small mask counts as much as a large one.")


def unbiased_kid(answer):
    """Check a function from three kernel matrices, real-real (n, n), fake-fake (m, m) and real-fake (n, m), to the unbiased KID.

    Args:
        answer: Function of three arrays.

    Returns:
        A `Verdict`.
    """
    def within(kernel):
        return (kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1))

    slips = [
        Misconception(lambda r, f, c: r.mean() + f.mean() - 2 * c.mean(), "A sample is most alike to itself, and you count those pairs, too: on few samples this is always too large. That is the biased one."),
        Misconception(lambda r, f, c: within(r) + within(f) - c.mean(), "Real with fake counts twice: once from either side. Two equal sets must come to 0 on average."),
        Misconception(lambda r, f, c: within(r) + within(f) + 2 * c.mean(), "The more alike real and fake are, the smaller the distance must be: look at the sign of the last part."),
        Misconception(lambda r, f, c: 2 * c.mean() - within(r) - within(f), "The sign is turned round: where the sets have nothing in common, yours is lowest."),
        Misconception(lambda r, f, c: np.sqrt(np.abs(within(r) + within(f) - 2 * c.mean())), "You took a root. KID is the squared distance; a root would make it biased again."),
        Misconception(lambda r, f, c: (r.sum() - np.trace(r)) / r.size + (f.sum() - np.trace(f)) / f.size - 2 * c.mean(), "You took the diagonal out of the sum, and still divide by all n * n pairs. How many are left?"),
        Misconception(lambda r, f, c: within(r) + within(f) - 2 * (c.sum() - np.trace(c)) / (c.size - min(c.shape)), "You took the diagonal out of the real-fake matrix as well. There, the same number doesn't mean the same sample."),
    ]
    rng = np.random.default_rng(0)
    inputs = []
    for n, m in ((4, 6), (7, 5), (3, 3)):
        real, fake = rng.normal(size=(n, 3)), rng.normal(0.8, 1, size=(m, 3))
        inputs.append(tuple((first @ second.T / 3 + 1) ** 3 for first, second in ((real, real), (fake, fake), (real, fake))))
    return judge(answer, lambda r, f, c: within(r) + within(f) - 2 * c.mean(), inputs, slips, tolerance=1e-5,
                 praise="Without the pairs of a sample with itself, the mean over many draws is the truth, on any number of samples.")


def coverage(answer):
    """Check a function from real (n, d), fake (m, d) and the number of neighbours to the coverage.

    Args:
        answer: Function of two arrays and an integer.

    Returns:
        A `Verdict`.
    """
    def distances(first, second):
        return np.linalg.norm(first[:, None] - second[None], axis=-1)

    def radii(points, neighbours):
        return np.sort(distances(points, points), axis=1)[:, neighbours]

    def inside(real, fake, neighbours):
        return distances(real, fake) <= radii(real, neighbours)[:, None]

    slips = [
        Misconception(lambda real, fake, k: inside(real, fake, k).any(axis=0).mean(), "That is precision: the share of fakes in some real ball. Coverage counts the balls."),
        Misconception(lambda real, fake, k: (distances(real, fake) <= radii(fake, k)[None]).any(axis=1).mean(), "That is recall, with balls around the fakes. Coverage has its balls around real samples, so that stray fakes gain nothing."),
        Misconception(lambda real, fake, k: inside(real, fake, k).sum() / (k * len(fake)), "That is density: it counts how often balls are hit. Coverage asks of each ball only whether it is."),
        Misconception(lambda real, fake, k: inside(real, fake, k - 1).any(axis=1).mean(), "Your balls are too small: a sample's nearest sample in its own set is itself, at distance 0, and isn't a neighbour."),
        Misconception(lambda real, fake, k: inside(real, fake, k).any(axis=1).sum(), "That is the number of balls that are hit. The share of them is wanted."),
        Misconception(lambda real, fake, k: (distances(real, fake) <= radii(real, k).mean()).any(axis=1).mean(), "You gave all balls the same radius. Each reaches to its own sample's neighbour: wide where real samples are sparse."),
        Misconception(lambda real, fake, k: 1 - inside(real, fake, k).any(axis=1).mean(), "That is the share that is missed."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.normal(size=(n, d)), rng.normal(0.9, 0.7, size=(m, d)), k) for n, m, d, k in ((20, 14, 2, 2), (30, 25, 3, 3), (15, 30, 1, 1), (25, 10, 4, 5))]
    return judge(answer, lambda real, fake, k: inside(real, fake, k).any(axis=1).mean(), inputs, slips, tolerance=1e-6,
                 praise="Every real sample asks one question, has anybody painted something like me, and the share of yeses is the coverage.")
