"""How good pictures are: paired, where the true answer is known, and as a set against another set.

Measures of a pair take uint8 pictures and give one number a picture, so that tables by group can be made of them. Measures of
sets take features, (n, d) arrays of real numbers, and don't ask where those come from; ours come from `models.features`.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist
from skimage import color
from skimage.metrics import structural_similarity


class Estimate(NamedTuple):
    """A number measured on samples, and how far it would move on other samples (standard deviation)."""

    value: float
    deviation: float


class PrecisionRecall(NamedTuple):
    """Share of fakes that lie where real samples do, and share of real samples that lie where fakes do; each in [0, 1]."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """How thickly real samples lie around the fakes (1 where they are alike), and the share of real samples met, in [0, 1]."""

    density: float
    coverage: float


class Memorisation(NamedTuple):
    """What the nearest training samples say about copying; see `memorisation`.

    Attributes:
        share_closer: Float in [0, 1]. Fakes that are closer to the training set than 95 % of held-out samples are; 0.05 is honest.
        z: Float. The same question asked of all ranks, in standard deviations; below -3 the fakes are too close to be honest.
        nearest: int (n,). For each fake, the index of the training sample nearest to it.
        distances: float (n,). How far it is.
    """

    share_closer: float
    z: float
    nearest: np.ndarray
    distances: np.ndarray


class GroupRow(NamedTuple):
    """The mean of one group's values, and the interval in which it lies with 95 % confidence."""

    group: object
    count: int
    mean: float
    low: float
    high: float


# ---- Pairs: a picture and the true answer ----------------------------------------------------------------------------

def psnr(target, picture, mask=None):
    """Peak signal-to-noise ratio, in decibels: the mean squared error on a scale where more is better.

    Formula:
        psnr = 10 log10(255^2 / mean((target - picture)^2))

    Args:
        target: uint8 (n, height, width, 3). The true pictures.
        picture: uint8 of the same shape.
        mask: bool (n, height, width). The pixels that count; all where None.

    Returns:
        float64 (n,); infinite where a picture is its target.

    Raises:
        ValueError: other shapes or kinds, or a mask that chooses no pixel.
    """
    target, picture, mask = _pair(target, picture, mask)
    error = _mean_inside(np.mean((target.astype("float64") - picture) ** 2, axis=-1), mask)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(255.0**2 / error)


def ssim(target, picture, mask=None):
    """Structural similarity: brightness, contrast and structure compared in a Gaussian window around each pixel.

    Formula:
        ssim = (2 m_x m_y + c_1)(2 s_xy + c_2) / ((m_x^2 + m_y^2 + c_1)(s_x^2 + s_y^2 + c_2)), averaged over the pixels and channels

    Args:
        target: uint8 (n, height, width, 3), 11 pixels wide and high at least.
        picture: uint8 of the same shape.
        mask: bool (n, height, width). The pixels over which the average goes; all where None.

    Returns:
        float64 (n,), at most 1, which only equal pictures reach.

    Raises:
        ValueError: as `psnr`, or pictures smaller than the window.

    Source:
        [Wang et al., 2004](https://doi.org/10.1109/TIP.2003.819861), in scikit-image's implementation with the paper's settings.
    """
    target, picture, mask = _pair(target, picture, mask)
    if min(target.shape[1:3]) < 11:
        raise ValueError(f"Pictures of {target.shape[1]} x {target.shape[2]} came; ssim looks through a window of 11 x 11. Take larger ones.")
    maps = [structural_similarity(*pair, channel_axis=-1, data_range=255, gaussian_weights=True, sigma=1.5,
                                  use_sample_covariance=False, full=True) for pair in zip(target, picture, strict=True)]
    if mask is None:
        return np.array([mean for mean, _ in maps])
    return _mean_inside(np.stack([values for _, values in maps]).mean(axis=-1), mask)


def colour_difference(target, picture, mask=None):
    """CIEDE2000, the difference of two colours as people see it, averaged over pixels: 1 is just visible, 10 is plain to see.

    Args:
        target: uint8 (n, height, width, 3), sRGB.
        picture: uint8 of the same shape.
        mask: bool (n, height, width). The pixels that count; all where None.

    Returns:
        float64 (n,), from 0 (equal) up.

    Raises:
        ValueError: as `psnr`.

    Source:
        [Sharma et al., 2005](https://doi.org/10.1002/col.20070), in scikit-image's implementation.
    """
    target, picture, mask = _pair(target, picture, mask)
    return _mean_inside(color.deltaE_ciede2000(color.rgb2lab(target), color.rgb2lab(picture)), mask)


def _pair(target, picture, mask):
    target, picture = np.asarray(target), np.asarray(picture)
    for name, array in (("target", target), ("picture", picture)):
        if array.dtype != np.uint8 or array.ndim != 4 or array.shape[-1] != 3:
            raise ValueError(f"{name} is {array.dtype} {array.shape}; uint8 pictures (n, height, width, 3) are wanted. "
                             "images.to_picture makes them from [-1, 1]; one picture alone becomes picture[None].")
    if target.shape != picture.shape:
        raise ValueError(f"target is {target.shape} and picture {picture.shape}; equal shapes are wanted. Resize one of them.")
    if mask is None:
        return target, picture, None
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape != target.shape[:3]:
        raise ValueError(f"mask is {mask.dtype} {mask.shape}; bool {target.shape[:3]} is wanted. A mask of coverage becomes one by mask > 127.")
    if not (chosen := mask.any(axis=(1, 2))).all():
        raise ValueError(f"The mask of picture {int(np.argmin(chosen))} chooses no pixel; leave such pictures out.")
    return target, picture, mask


def _mean_inside(values, mask):
    """Return the mean of (n, height, width) where the mask is true, by picture."""
    return values.mean(axis=(1, 2)) if mask is None else (values * mask).sum(axis=(1, 2)) / mask.sum(axis=(1, 2))


# ---- Sets: two clouds of features ------------------------------------------------------------------------------------

def frechet_distance(real, fake):
    """Distance of the two normal distributions that have the sets' means and covariances: FID's formula, on any features.

    It is called FID only where the features are those of one certain Inception network. On few samples it reads too high.

    Formula:
        d = |m_r - m_f|^2 + trace(C_r + C_f - 2 (C_r C_f)^(1/2))

    Args:
        real: float (n, d).
        fake: float (m, d).

    Returns:
        Float, from 0 up.

    Raises:
        ValueError: no (n, d) arrays of equal d, fewer than two samples, or values that are not finite.

    Source:
        [Heusel et al., 2017](https://arxiv.org/abs/1706.08500).
    """
    real, fake = _features(2, real=real, fake=fake)
    first, second = (np.atleast_2d(np.cov(features, rowvar=False)) for features in (real, fake))
    # the trace of (C_r C_f)^(1/2) is that of (C_r^(1/2) C_f C_r^(1/2))^(1/2), which is symmetric: no complex roots by rounding
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return float(max(np.sum((real.mean(axis=0) - fake.mean(axis=0)) ** 2) + np.trace(first) + np.trace(second) - 2 * shared, 0.0))


def kid(real, fake, subsets=100, rng=None):
    """Kernel distance: how unlike the two sets are under a cubic kernel. Unbiased, so it may come out a little below 0.

    The value is measured on all samples. Its deviation is the spread over random halves of both sets: halves drawn without
    replacement spread about as much as whole sets would from one draw of the world to the next; somewhat more where both sets
    come from one world (1.3 to 2 times as much, measured on our features), so it errs on the side of caution.

    Formula:
        k(x, y) = (x.y / d + 1)^3,  kid = mean k(x, x') + mean k(y, y') - 2 mean k(x, y), over pairs of different samples

    Args:
        real: float (n, d), four samples at least.
        fake: float (m, d), four samples at least.
        subsets: Integer, 2 or more. How many halves are drawn.
        rng: `np.random.Generator` that draws them; one of seed 0 where None.

    Returns:
        `Estimate`.

    Raises:
        ValueError: as `frechet_distance`, or fewer than two subsets.

    Source:
        [Bińkowski et al., 2018](https://arxiv.org/abs/1801.01401).
    """
    real, fake = _features(4, real=real, fake=fake)
    if subsets < 2:
        raise ValueError(f"subsets={subsets} came; 2 or more are wanted, since a spread is measured.")
    rng = np.random.default_rng(0) if rng is None else rng
    kernels = [(first @ second.T / real.shape[1] + 1) ** 3 for first, second in ((real, real), (fake, fake), (real, fake))]
    whole = _discrepancy(*kernels, np.ones((1, len(real))), np.ones((1, len(fake))))
    halves = _discrepancy(*kernels, _halves(len(real), subsets, rng), _halves(len(fake), subsets, rng))
    return Estimate(float(whole[0]), float(halves.std(ddof=1)))


def _halves(count, subsets, rng):
    """Return (subsets, count) of zeros and ones; each row chooses half of the samples."""
    order = rng.permuted(np.tile(np.arange(count), (subsets, 1)), axis=1)
    return (order < count // 2).astype("float64")


def _discrepancy(within_real, within_fake, between, real, fake):
    """Return the unbiased squared discrepancy for each row of chosen samples, (rows, n) and (rows, m)."""
    def off_diagonal(kernel, chosen):
        total = np.einsum("ri,ri->r", chosen @ kernel, chosen) - chosen @ np.diag(kernel)
        return total / (chosen.sum(axis=1) * (chosen.sum(axis=1) - 1))

    across = np.einsum("ri,ri->r", real @ between, fake) / (real.sum(axis=1) * fake.sum(axis=1))
    return off_diagonal(within_real, real) + off_diagonal(within_fake, fake) - 2 * across


def precision_recall(real, fake, neighbours=3):
    """Are the fakes like real samples (precision), and are all real samples like some fake (recall)?

    The place of a set is the union of balls, one around each sample, that reach to its `neighbours`-th neighbour in the set.

    Formula:
        precision = share of fakes in the place of the real set,  recall = share of real samples in the place of the fakes

    Args:
        real: float (n, d).
        fake: float (m, d).
        neighbours: Integer, from 1 to one less than the smaller set.

    Returns:
        `PrecisionRecall`.

    Raises:
        ValueError: as `frechet_distance`, or too few samples for the neighbours.

    Source:
        [Kynkäänniemi et al., 2019](https://arxiv.org/abs/1904.06991).
    """
    real, fake = _features(2, real=real, fake=fake)
    between = cdist(real, fake)
    precision = (between <= _radii(real, neighbours)[:, None]).any(axis=0).mean()
    recall = (between <= _radii(fake, neighbours)[None, :]).any(axis=1).mean()
    return PrecisionRecall(float(precision), float(recall))


def density_coverage(real, fake, neighbours=5):
    """Do fakes lie where real samples are dense (density), and is every real sample met by a fake (coverage)?

    Unlike precision and recall, one stray real sample can't make room for many fakes, and stray fakes cover nothing.

    Formula:
        B_i = ball around real sample i up to its k-th real neighbour
        density = sum of fakes over all B_i / (k m),  coverage = share of B_i with a fake in it

    Args:
        real: float (n, d).
        fake: float (m, d).
        neighbours: Integer k, from 1 to n - 1.

    Returns:
        `DensityCoverage`. For a fake set drawn as the real one was, about 1 and, with as many fakes, about `1 - 2**-k`.

    Raises:
        ValueError: as `precision_recall`.

    Source:
        [Naeem et al., 2020](https://arxiv.org/abs/2002.09797).
    """
    real, fake = _features(1, real=real, fake=fake)
    inside = cdist(real, fake) <= _radii(real, neighbours)[:, None]
    return DensityCoverage(float(inside.sum() / (neighbours * len(fake))), float(inside.any(axis=1).mean()))


def _radii(features, neighbours):
    """Return each sample's distance to its `neighbours`-th neighbour in its own set."""
    if not 1 <= neighbours < len(features):
        raise ValueError(f"neighbours={neighbours} came with {len(features)} samples; a number from 1 to {len(features) - 1} is wanted.")
    return np.partition(cdist(features, features), neighbours, axis=1)[:, neighbours]  # the 0-th is the sample itself


def memorisation(train, held_out, fake):
    """Is the generator copying? Its samples' distances to the training set, against those of real samples that it never saw.

    An honest generator's samples are as far from the training set as new real ones. A copier's are closer.

    Args:
        train: float (n, d). Features of the samples that the generator was trained on.
        held_out: float (h, d). Of real samples from the same world that it was not trained on.
        fake: float (m, d).

    Returns:
        `Memorisation`.

    Raises:
        ValueError: as `frechet_distance`.

    Source:
        [Meehan et al., 2020](https://arxiv.org/abs/2004.05675) for the rank test. (Theirs is made cell by cell; this is one cell.)
    """
    train, held_out, fake = _features(1, train=train, held_out=held_out, fake=fake)
    honest = cdist(held_out, train).min(axis=1)
    distances = cdist(fake, train)
    nearest = distances.argmin(axis=1)
    distances = distances.min(axis=1)
    order = np.sort(honest)
    # of all (fake, held-out) pairs, those in which the fake is farther; ties count half (Mann and Whitney's U)
    farther = (np.searchsorted(order, distances, "left") + np.searchsorted(order, distances, "right")).sum() / 2
    fakes, others = len(distances), len(honest)
    z = (farther - fakes * others / 2) / np.sqrt(fakes * others * (fakes + others + 1) / 12)
    return Memorisation(float(np.mean(distances < np.quantile(honest, 0.05))), float(z), nearest, distances)


def _features(least, **sets):
    """Return the sets as float64, checked; `least` samples are wanted in each."""
    arrays = {name: np.asarray(array, "float64") for name, array in sets.items()}
    for name, array in arrays.items():
        if array.ndim != 2:
            raise ValueError(f"{name} has shape {array.shape}; features (n, d) are wanted. features.extract makes them from pictures.")
        if len(array) < least:
            raise ValueError(f"{name} has {len(array)} samples; {least} are needed at least.")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has values that are not finite. Look at the pictures that they come from.")
    if len({array.shape[1] for array in arrays.values()}) > 1:
        widths = ", ".join(f"{name} {array.shape[1]}" for name, array in arrays.items())
        raise ValueError(f"Features of different width came ({widths}); take all of them from one network.")
    return list(arrays.values())


# ---- Tables ----------------------------------------------------------------------------------------------------------

def by_group(values, groups, resamples=1000, rng=None):
    """Means by group, such as skin tones, with the interval that resampling gives each.

    Args:
        values: float (n,). One number a sample, of any measure above.
        groups: Sequence of n labels that can be sorted.
        resamples: Integer. How often each group is drawn again, with replacement.
        rng: `np.random.Generator`; one of seed 0 where None.

    Returns:
        List of `GroupRow`, in the order of the labels.

    Raises:
        ValueError: not as many labels as values, no values, or values that are not finite.
    """
    values, groups = np.asarray(values, "float64"), np.asarray(groups)
    if values.ndim != 1 or values.shape != groups.shape or not len(values):
        raise ValueError(f"values has shape {values.shape} and groups {groups.shape}; one number and one label a sample are wanted.")
    if not np.isfinite(values).all():
        raise ValueError(f"{np.sum(~np.isfinite(values))} values are not finite. The PSNR of a perfect picture is infinite: leave such out.")
    rng = np.random.default_rng(0) if rng is None else rng
    rows = []
    for group in np.unique(groups):
        chosen = values[groups == group]
        means = rng.choice(chosen, (resamples, len(chosen))).mean(axis=1)
        rows.append(GroupRow(group.item(), len(chosen), float(chosen.mean()), *map(float, np.quantile(means, [0.025, 0.975]))))
    return rows
