"""Recommendations: what somebody may like, learnt from their own stars alone.

Every thing is a point: a garment's factors, a look's layers, or a picture's features. A taste is a direction among these points, and a posterior over
directions says how sure we are. So little is known at the start that the spread matters more than the mean: Thompson's rule draws one taste
that fits the stars so far, and recommends what that taste likes best. Unsure, it explores; sure, it doesn't.
"""

import dataclasses

import numpy as np
from skimage import color

from tryon_utils.paperdoll.garment_factors import FABRICS, HEMS, NECKLINES, PALETTES, PATTERNS, SLEEVES

GARMENT_CHOICES = {"sleeve": SLEEVES, "neckline": NECKLINES, "hem": HEMS, "pattern": PATTERNS, "fabric": FABRICS}
LAYER_KINDS = ("foundation", "contour", "blush", "eyeshadow", "liner", "brow", "lipstick", "gloss")
MIDDLE = 3.0   # stars of somebody of whom we know nothing
WAYS = ("random", "best guess", "Thompson")


# ---- Things as points ----------------------------------------------------------------------------------------------

def embed_garments(recipes):
    """Return garments as points: their cut, pattern, fabric and colours.

    Each factor moves the points equally far on average, so that no factor counts more only because it has more values.

    Args:
        recipes: Sequence of `GarmentFactors`.

    Returns:
        float64 (n, 35), of mean 0.
    """
    groups = [np.array([[getattr(recipe, name) == value for value in values] for recipe in recipes], "float64")
              for name, values in GARMENT_CHOICES.items()]
    colours = np.array([[_lab(PALETTES[recipe.palette][place]) for place in (0, 1)] for recipe in recipes])
    # the second colour is seen only where there is a pattern
    colours[:, 1] = np.where(np.array([recipe.pattern == "plain" for recipe in recipes])[:, None], colours[:, 0], colours[:, 1])
    vividness = np.linalg.norm(colours[..., 1:], axis=-1)
    groups += [colours[:, 0], np.column_stack([colours[:, 1], vividness]), np.array([[recipe.fit, recipe.scale] for recipe in recipes])]
    return np.concatenate([_even(group) for group in groups], axis=1)


def embed_looks(looks):
    """Return looks as points: how strong each kind of layer is, and which way its colour leans.

    Args:
        looks: Sequence of `Look`.

    Returns:
        float64 (n, 32), of mean 0.
    """
    points = np.zeros((len(looks), len(LAYER_KINDS), 4))
    for row, look in enumerate(looks):
        for layer in look.layers:
            lab = _lab(layer.colour) if layer.colour else np.zeros(3)
            points[row, LAYER_KINDS.index(layer.kind)] += layer.opacity * layer.intensity * np.array([1, *lab])
    return np.concatenate([_even(points[:, kind]) for kind in range(len(LAYER_KINDS))], axis=1)


def embed_features(features):
    """Return the features of pictures, float (n, d), as points of mean 0 and mean square length 9, as garments have by their factors."""
    return 3 * _even(np.asarray(features, "float64"), by_column=False)


def _lab(colour):
    """A colour such as "#a8322f" as L, a, b, about 1 in size."""
    return color.rgb2lab(np.array([[int(colour[place:place + 2], 16) for place in (1, 3, 5)]]) / 255)[0] / 50


def _even(group, by_column=True):
    """Centre a factor's columns, make them equally wide, and let the whole factor have variance 1."""
    centred = group - group.mean(axis=0)
    if by_column:
        deviations = centred.std(axis=0)
        centred = centred / np.where(deviations > 1e-9, deviations, 1)
    total = np.sqrt(np.mean(np.sum(centred**2, axis=1)))
    return centred / total if total > 1e-9 else centred


# ---- What somebody likes -------------------------------------------------------------------------------------------

@dataclasses.dataclass
class Taste:
    """What we believe of somebody's liking: stars = 3 + the middle of theirs + direction x point, with a normal posterior over directions.

    Example:
        taste = Taste(embed_garments(recipes))
        taste.learn([4, 17], [5, 2])
        mean, deviation = taste.predict()

    Args:
        points: float (n, d). Things as points, of mean 0.
        spread: Float. How far somebody's true likings lie apart, in stars, before we know them.
        noise: Float. How far a star given twice for one thing lies apart.
        misfit: Float. How far somebody's liking lies from any straight line: people are no linear models.

    Formula:
        $A = P^{-1} + X^T X / s^2$, $m = A^{-1} X^T (y - 3) / s^2$, where $s^2$ is noise and misfit squared and added; directions are
        drawn from $N(m, A^{-1})$.

    Source:
        Thompson, 1933; in linear models: Agrawal, Goyal, 2013.
    """

    points: np.ndarray
    spread: float = 1.0
    noise: float = 0.7
    misfit: float = 0.4

    def __post_init__(self):
        self.points = np.asarray(self.points, "float64")
        if self.points.ndim != 2 or not len(self.points):
            raise ValueError(f"Points of shape {self.points.shape} came; (n, d) is wanted.")
        length = np.mean(np.sum(self.points**2, axis=1))
        self._rows = np.column_stack([self.points, np.ones(len(self.points))])  # the last column is whether somebody is generous
        prior = np.full(self._rows.shape[1], max(length, 1e-9) / self.spread**2)
        prior[-1] = 1 / 0.5**2
        self._precision, self._pull = np.diag(prior), np.zeros(len(prior))
        self.seen = []
        self._solve()

    def learn(self, items, stars):
        """Take in stars for things, by their rows; a thing may be rated again.

        Raises:
            ValueError: not as many stars as things, or stars outside 1 to 5.
        """
        items, stars = np.atleast_1d(items).astype(int), np.atleast_1d(stars).astype("float64")
        if len(items) != len(stars) or not np.all((stars >= 1) & (stars <= 5)):
            raise ValueError(f"{len(items)} things and stars {stars} came; as many stars as things, from 1 to 5, are wanted.")
        rows, variance = self._rows[items], self.noise**2 + self.misfit**2
        self._precision = self._precision + rows.T @ rows / variance
        self._pull = self._pull + rows.T @ (stars - MIDDLE) / variance
        self.seen.extend(items.tolist())
        self._solve()

    def _solve(self):
        """Find the posterior's mean and the factor F of its covariance F F^T, once for all that is asked of it."""
        inverse = np.linalg.inv(np.linalg.cholesky(self._precision))
        self._factor = inverse.T
        self._mean = self._factor @ (inverse @ self._pull)

    def predict(self):
        """Return for each thing the mean and the standard deviation of its liking in stars: two float (n,)."""
        variance = np.sum((self._rows @ self._factor)**2, axis=1) + self.misfit**2
        return MIDDLE + self._rows @ self._mean, np.sqrt(variance)

    def draw(self, rng):
        """Return the likings, float (n,), of one taste that fits the stars so far, drawn from the posterior."""
        return MIDDLE + self._rows @ (self._mean + self._factor @ rng.standard_normal(len(self._mean)))


def first_choices(points, count, rng):
    """Return the rows of `count` things that lie far apart, to begin with: each next one is farthest from all before it.

    Half of the things, drawn anew each time, take part, so that not everybody begins with the same odd ones out.
    """
    points = np.asarray(points)
    if not 0 < count <= len(points):
        raise ValueError(f"count={count} came for {len(points)} things; 1 to {len(points)} is wanted.")
    taking_part = rng.permutation(len(points))[:max(count, len(points) // 2)]
    chosen = [taking_part[0]]
    nearest = np.full(len(taking_part), np.inf)
    while len(chosen) < count:
        nearest = np.minimum(nearest, np.sum((points[taking_part] - points[chosen[-1]])**2, axis=1))
        chosen.append(taking_part[np.argmax(nearest)])
    return [int(number) for number in chosen]


def recommend(taste, count, rng, how="Thompson", hide=()):
    """Return the rows of `count` things to show next, best first; none that was rated or is in `hide`, and none twice.

    With no stars yet, it is `first_choices` among the rest, unless "random" is asked for.

    Args:
        taste: `Taste`.
        count: Integer.
        rng: `np.random.Generator`.
        how: String, one of `WAYS`. With "Thompson" each of the places is filled by a taste of its own draw, so that a page is varied.
        hide: Sequence of rows never to show.

    Raises:
        ValueError: an unknown way, or fewer things left than wanted.
    """
    if how not in WAYS:
        raise ValueError(f"how={how!r} came; one of {', '.join(map(repr, WAYS))} is wanted.")
    left = np.setdiff1d(np.arange(len(taste.points)), [*taste.seen, *hide])
    if count > len(left):
        raise ValueError(f"count={count} came, and {len(left)} things are left that were not rated. Ask for fewer.")
    if how == "random":
        return [int(number) for number in rng.permutation(left)[:count]]
    if not taste.seen:
        return [int(left[number]) for number in first_choices(taste.points[left], count, rng)]
    if how == "best guess":
        return [int(number) for number in left[np.argsort(-taste.predict()[0][left], kind="stable")[:count]]]
    chosen = []
    for _ in range(count):
        liking = taste.draw(rng)[left]
        liking[np.isin(left, chosen)] = -np.inf
        chosen.append(int(left[np.argmax(liking)]))
    return chosen
