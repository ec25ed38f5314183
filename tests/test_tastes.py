"""Simulated people: their tastes are what they are said to be, and the ways of recommending come out in the order that the chapter states."""

import numpy as np
import pytest
from tryon_utils import recommend, splits, tastes

POINTS = recommend.embed_garments([splits.garment_recipe("train", number, 0) for number in range(300)])


def test_part_of_a_taste_is_shared():
    def agreement(shared):
        people = tastes.draw_people(POINTS, 40, np.random.default_rng(0), shared=shared)
        return np.corrcoef(people.liking)[np.triu_indices(40, 1)].mean(), people
    alone, people = agreement(0.0)
    together, _ = agreement(0.8)
    assert abs(alone) < 0.08 and together > 0.65
    assert people.liking.min() >= 1 and people.liking.max() <= 5 and people.liking.shape == (40, 300)
    assert people.liking.mean() == pytest.approx(3, abs=0.05)


def test_stars_are_whole_and_moody():
    people = tastes.draw_people(POINTS, 3, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    stars = np.array([people.stars(1, np.arange(300), rng) for _ in range(200)])
    assert set(np.unique(stars)) <= {1, 2, 3, 4, 5}
    middle = np.abs(people.liking[1] - 3) < 0.5
    np.testing.assert_allclose(stars.mean(axis=0)[middle], people.liking[1][middle], atol=0.25)


def test_the_ways_compared():
    """What chapter 15 states, on fewer people: popularity wins at first, exploring wins in the end, and the confidence is honest."""
    rng = np.random.default_rng(0)
    people = tastes.draw_people(POINTS, 16, rng)
    found = {how: tastes.simulate(POINTS, people, how, rng, rounds=14) for how in tastes.WAYS}
    first, end = ({how: rounds.liked[:, place].mean() for how, rounds in found.items()} for place in (0, slice(-4, None)))
    assert max(first, key=first.get) == "most popular" and abs(first["random"] - 3) < 0.4
    assert end["Thompson"] > end["most popular"] > end["random"]
    in_the_end = {how: rounds.found.mean() for how, rounds in found.items()}
    assert in_the_end["Thompson"] > in_the_end["most popular"] + 0.2 and in_the_end["random"] == pytest.approx(3, abs=0.3)
    assert 0.7 < found["Thompson"].covered < 0.9 and np.isnan(found["random"].covered)


def test_a_simulation_is_the_same_for_a_seed():
    def run():
        rng = np.random.default_rng(5)
        people = tastes.draw_people(POINTS, 3, rng)
        return tastes.simulate(POINTS, people, "Thompson", rng, rounds=4).liked
    np.testing.assert_array_equal(run(), run())


def test_the_interval_holds_the_mean():
    mean, low, high = tastes.interval(np.random.default_rng(0).normal(2, 1, (400, 3)), np.random.default_rng(1))
    assert mean.shape == (3,) and np.all(low < mean) and np.all(mean < high)
    np.testing.assert_allclose(high - low, 2 * 1.96 / 20, rtol=0.15)


@pytest.mark.parametrize("call", [lambda: tastes.draw_people(POINTS, 2, np.random.default_rng(0), shared=2),
                                  lambda: tastes.simulate(POINTS, None, "oracle", None)])
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError, match="came;"):
        call()
