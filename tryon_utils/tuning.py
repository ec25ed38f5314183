"""A model learns from feedback, and keeps what it learnt only if the held-out truth doesn't suffer. Else it is rolled back.

Feedback is about a few things, given by one person, in one mood. Trained on that alone, a model forgets the rest. So liked samples are shown more
often, none is left out, and a judge who knows nothing of the feedback has the last word.
"""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a tuning.

    Attributes:
        accepted: Boolean. Whether the model was kept as tuned; else it is, bit for bit, what it was before.
        before: Dictionary from each measure of truth to its value before; smaller is better.
        after: Dictionary of the same after.
        liked_before: Float. How well the model's samples are liked before; larger is better.
        liked_after: Float. The same after.
        reason: String. One sentence.
    """

    accepted: bool
    before: dict
    after: dict
    liked_before: float
    liked_after: float
    reason: str


def sample_weights(liking, strength=1.0, floor=0.5):
    """Return how often each sample of the training set is shown, as weights of mean 1.

    Args:
        liking: float (n,). How well each is liked, or believed to be liked; on any scale.
        strength: Float, 0 or more. How much a liking one standard deviation above the mean counts: exp(strength) times as often, before the floor.
        floor: Float in [0, 1]. The part that is dealt out evenly, so that no sample is forgotten.

    Raises:
        ValueError: values that are not finite, a negative strength, or a floor outside [0, 1].

    Formula:
        $w_i = f + (1 - f)\\, n\\, e^{s z_i} / \\sum_j e^{s z_j}$, with $z$ the likings, standardised.
    """
    liking = np.asarray(liking, "float64")
    if not np.all(np.isfinite(liking)) or strength < 0 or not 0 <= floor <= 1:
        raise ValueError(f"strength={strength}, floor={floor} and likings from {np.min(liking)} to {np.max(liking)} came; a strength of 0 or more, "
                         "a floor from 0 to 1 and finite likings are wanted.")
    standard = (liking - liking.mean()) / max(liking.std(), 1e-12)
    raised = np.exp(strength * (standard - standard.max()))
    return floor + (1 - floor) * raised / raised.mean()


def effective_share(weights):
    """Return how many samples the weights are worth, as a share of all: 1 where they are equal, 1 / n where one has everything."""
    weights = np.asarray(weights, "float64")
    return float(weights.sum()**2 / (len(weights) * np.sum(weights**2)))


def resample(weights, count, rng):
    """Return the rows of `count` samples, drawn in proportion to their weights and shuffled.

    The draw is systematic: each sample comes as often as its weight says, rounded up or down, so that chance adds as little as it can.

    Args:
        weights: float (n,), 0 or more.
        count: Integer.
        rng: `np.random.Generator`.

    Returns:
        int (count,).
    """
    weights = np.asarray(weights, "float64")
    if not np.all(weights >= 0) or not weights.sum() > 0 or count < 1:
        raise ValueError(f"count={count} and weights from {weights.min()} to {weights.max()} came; a positive count and weights of 0 or more, not all 0, are wanted.")
    ends = np.cumsum(weights) / weights.sum() * count
    rows = np.searchsorted(ends, np.arange(count) + rng.uniform(), side="right")
    return rng.permutation(np.minimum(rows, len(weights) - 1))


def tune(model, train, weights, truth, liked, allowed):
    """Train a model on weighted samples, ask the judge, and roll it back unless the truth is as good as before and the samples are liked better.

    Example:
        outcome = tune(gan, lambda weights: training.train(gan, pictures[resample(weights, 2000, rng)], steps=300), sample_weights(liking),
                       truth=lambda: {"KID": kid()}, liked=mean_liking, allowed={"KID": 0.01})

    Args:
        model: Anything with `get_weights` and `set_weights`, such as a `keras.Model` that holds all networks that are trained.
        train: Function of the weights that trains the model.
        weights: float (n,). How often each sample of the training set is to be shown.
        truth: Function without arguments that measures the model on what it never saw: a dictionary of numbers, smaller is better.
        liked: Function without arguments that tells how well the model's samples are liked: a number, larger is better.
        allowed: Dictionary from each measure of `truth` to how much worse it may become: what chance alone does, say.

    Returns:
        An `Outcome`.

    Raises:
        ValueError: `allowed` has other names than `truth`. Whatever `train` raises is raised again once the model is what it was.
    """
    kept = [np.array(values) for values in model.get_weights()]
    before, liked_before = truth(), float(liked())
    if before.keys() != allowed.keys():
        raise ValueError(f"allowed has {sorted(allowed)}, and the truth measures {sorted(before)}; the same names are wanted.")
    try:
        train(weights)
        after, liked_after = truth(), float(liked())
    except BaseException:
        model.set_weights(kept)
        raise
    worse = [f"{name} went from {before[name]:.3f} to {after[name]:.3f}, and at most {before[name] + allowed[name]:.3f} is allowed"
             for name in before if not after[name] <= before[name] + allowed[name]]  # the `not` catches nan, too
    if not worse and not liked_after > liked_before:
        worse = [f"its samples are liked no better: {liked_before:.3f} before, {liked_after:.3f} after"]
    if worse:
        model.set_weights(kept)
        return Outcome(False, before, after, liked_before, liked_after, f"Rolled back: {'; '.join(worse)}.")
    return Outcome(True, before, after, liked_before, liked_after,
                   f"Accepted: liking went from {liked_before:.3f} to {liked_after:.3f}, and the truth is as good as it was.")


class NoiseModel:
    """Where a generator's noise is drawn from: a normal distribution that can be fitted to weighted noise. At first it is the standard one.

    It is the smallest part of a generator that can learn a taste: the painter stays as it is, and looks for its motifs elsewhere.

    Example:
        model = NoiseModel(64)
        model.fit(noise, sample_weights(liking))   # noise (n, 64): designs, and how well each is liked
        generator(model.draw(8, rng))

    Args:
        latent_dim: Integer.

    Formula:
        $\\mu = \\sum_i w_i z_i / \\sum_i w_i$, $\\Sigma = (1 - \\lambda) \\sum_i w_i (z_i - \\mu)(z_i - \\mu)^\\top / \\sum_i w_i + \\lambda I$.
    """

    def __init__(self, latent_dim):
        self.mean, self.covariance = np.zeros(latent_dim), np.eye(latent_dim)

    def get_weights(self):
        """Return the mean and the covariance."""
        return [self.mean, self.covariance]

    def set_weights(self, values):
        """Take a mean and a covariance."""
        self.mean, self.covariance = (np.array(value) for value in values)

    def fit(self, noise, weights, shrink=0.1):
        """Move to where the weights are.

        Args:
            noise: float (n, latent_dim).
            weights: float (n,), 0 or more.
            shrink: Float in (0, 1]. How much of the standard covariance is mixed in, so that every direction keeps some width.
        """
        noise, shares = np.asarray(noise, "float64"), np.asarray(weights, "float64") / np.sum(weights)
        self.mean = shares @ noise
        around = noise - self.mean
        self.covariance = (1 - shrink) * (around.T * shares) @ around + shrink * np.eye(noise.shape[1])

    def draw(self, count, rng):
        """Return noise, float32 (count, latent_dim)."""
        standard = rng.standard_normal((count, len(self.mean)))
        return (self.mean + standard @ np.linalg.cholesky(self.covariance).T).astype("float32")
