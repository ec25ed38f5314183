"""Simulated people with tastes, to measure recommendations on: what they truly like is known, which no real person could tell us.

They are no straight lines, unlike what `recommend.Taste` believes: they have favourite colours, dislike some combinations, and are moody. A part of
every taste is shared with everybody, so that what is popular is worth something.
"""

import dataclasses

import numpy as np

from tryon_utils import recommend


@dataclasses.dataclass(frozen=True)
class People:
    """A crowd and what each of them likes.

    Attributes:
        liking: float (people, things). True liking in stars, from 1 to 5, without mood.
        popularity: float (things,). Mean liking of another crowd, who are not among these people.
        mood: Float. Standard deviation of a star's error.
    """

    liking: np.ndarray
    popularity: np.ndarray
    mood: float

    def stars(self, person, things, rng):
        """Return the whole stars that a person gives to things, mood included."""
        felt = self.liking[person, things] + rng.normal(0, self.mood, len(things))
        return np.clip(np.rint(felt), 1, 5)


def draw_people(points, count, rng, shared=0.4, mood=0.6, others=200):
    """Draw a crowd.

    Args:
        points: float (n, d). The things, as `recommend.embed_garments` gives them.
        count: Integer. People.
        rng: `np.random.Generator`.
        shared: Float in [0, 1]. The part of a taste's variance that everybody shares.
        mood: Float. Standard deviation of a star's error.
        others: Integer. People of the other crowd, by whom popularity is measured.

    Returns:
        `People`.
    """
    if not 0 <= shared <= 1:
        raise ValueError(f"shared={shared} came; a number from 0 to 1 is wanted.")
    points = np.asarray(points, "float64")
    common = _one_taste(points, rng)
    own = np.array([_one_taste(points, rng) for _ in range(count + others)])
    liking = np.clip(3.0 + np.sqrt(shared) * common + np.sqrt(1 - shared) * own, 1, 5)
    return People(liking[:count], liking[count:].mean(axis=0), mood)


def _one_taste(points, rng):
    """A straight part, two favourite things whose likes are liked, and two combinations that matter: float (n,), of mean 0 and deviation 1."""
    straight = _standard(points @ rng.standard_normal(points.shape[1]))
    favourites = points[rng.integers(len(points), size=2)]
    distances = np.sum((points[:, None] - favourites)**2, axis=-1)
    near = _standard(np.exp(-distances / np.mean(distances) * 3).sum(axis=1))
    directions = rng.standard_normal((2, 2, points.shape[1]))
    combined = _standard(np.prod(points @ directions.transpose(0, 2, 1), axis=-1).sum(axis=0))
    return _standard(np.sqrt(0.7) * straight + np.sqrt(0.15) * near + np.sqrt(0.15) * combined)


def _standard(values):
    return (values - values.mean()) / max(values.std(), 1e-9)


WAYS = ("random", "most popular", "best guess", "Thompson")


@dataclasses.dataclass(frozen=True)
class Rounds:
    """What one way of recommending brought.

    Attributes:
        liked: float (people, rounds). True liking, in stars, of what was shown in each round.
        found: float (people,). True liking of the ten things that are believed best in the end, of those not yet rated.
        covered: Float. In how many cases the truth lay within what was believed to hold it with 80 % (nan where nothing is believed).
    """

    liked: np.ndarray
    found: np.ndarray
    covered: float


def simulate(points, people, how, rng, rounds=20, shown=5):
    """Let people use a wardrobe: round after round, some things are shown, rated, and learnt from.

    Args:
        points: float (n, d).
        people: `People`.
        how: String, one of `WAYS`.
        rng: `np.random.Generator`.
        rounds: Integer.
        shown: Integer. Things in a round.

    Returns:
        `Rounds`.
    """
    if how not in WAYS:
        raise ValueError(f"how={how!r} came; one of {', '.join(map(repr, WAYS))} is wanted.")
    liked, found, covered = np.zeros((len(people.liking), rounds)), np.zeros(len(people.liking)), []
    most_popular = np.argsort(-people.popularity)
    for person in range(len(people.liking)):
        taste = recommend.Taste(points)
        for number in range(rounds):
            if how == "most popular":
                things = most_popular[number * shown:(number + 1) * shown]
            else:
                things = np.array(recommend.recommend(taste, shown, rng, how))
            liked[person, number] = people.liking[person, things].mean()
            taste.learn(things, people.stars(person, things, rng))
        left = np.setdiff1d(np.arange(len(points)), taste.seen)
        mean, deviation = taste.predict()
        believed = {"random": rng.random(len(left)), "most popular": people.popularity[left]}.get(how, mean[left])
        found[person] = people.liking[person, left[np.argsort(-believed)[:10]]].mean()
        covered.append(np.mean(np.abs(people.liking[person, left] - mean[left]) < 1.2816 * deviation[left]))
    return Rounds(liked, found, float(np.mean(covered)) if how in recommend.WAYS[1:] else float("nan"))


def interval(values, rng, share=0.95, resamples=1000):
    """Return the mean over people and its bootstrap interval: three arrays without the first axis.

    Args:
        values: float (people, ...).
        rng: `np.random.Generator`.
        share: Float in (0, 1). How often such an interval holds the truth.
        resamples: Integer.
    """
    values = np.asarray(values)
    means = np.array([values[rng.integers(len(values), size=len(values))].mean(axis=0) for _ in range(resamples)])
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2], axis=0)
    return values.mean(axis=0), low, high
