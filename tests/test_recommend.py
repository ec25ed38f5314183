"""A taste is learnt from stars as the formula says, and recommendations explore and then settle."""

import numpy as np
import pytest
from tryon_utils import paperdoll, recommend, splits

RECIPES = [splits.garment_recipe("train", number, 0) for number in range(120)]
POINTS = recommend.embed_garments(RECIPES)


def test_every_factor_of_a_garment_moves_its_point_equally_far():
    assert POINTS.shape == (120, 35)
    np.testing.assert_allclose(POINTS.mean(axis=0), 0, atol=1e-12)
    sleeves = POINTS[:, :len(recommend.SLEEVES)]
    assert np.mean(np.sum(sleeves**2, axis=1)) == pytest.approx(1)
    assert np.mean(np.sum(POINTS**2, axis=1)) == pytest.approx(8)  # five choices, two colours, fit and scale
    like = [number for number, recipe in enumerate(RECIPES) if recipe.sleeve == RECIPES[0].sleeve]
    assert np.ptp(sleeves[like], axis=0).max() < 1e-12


def test_a_plain_garment_has_no_second_colour():
    import dataclasses
    first = dataclasses.replace(RECIPES[0], pattern="plain")
    others = [dataclasses.replace(first, palette=name) for name in ("navy", "sage")]
    points = recommend.embed_garments([first, *others, dataclasses.replace(first, pattern="checks")])
    colours = points[:, -10:-2]
    assert not np.allclose(colours[0], colours[3]) and not np.allclose(colours[0], colours[1])
    np.testing.assert_allclose(points[0, -10:-7], points[3, -10:-7])  # the first colour is the same


def test_looks_are_points_too():
    looks = list(paperdoll.LOOKS.values())
    points = recommend.embed_looks(looks)
    assert points.shape == (16, 32) and np.all(np.isfinite(points))
    names = [look.name for look in looks]
    far = lambda one, two: np.linalg.norm(points[names.index(one)] - points[names.index(two)])  # noqa: E731
    assert far("no-makeup makeup", "peach morning") < far("no-makeup makeup", "carnival")


def test_features_are_points_of_the_same_size():
    points = recommend.embed_features(np.random.default_rng(0).gamma(1, 5, (40, 64)))
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)
    assert np.mean(np.sum(points**2, axis=1)) == pytest.approx(9)


def test_the_posterior_is_the_one_of_the_formula():
    points = np.array([[1.0], [-1.0]])
    taste = recommend.Taste(points, spread=2.0, noise=0.6, misfit=0.8)   # s^2 = 1; the mean square length is 1, so the prior's precision is 1/4
    taste.learn([0, 1], [5, 2])
    # A = diag(1/4 + 2, 4 + 2), X^T y = (2 - -1, 2 + -1)
    direction, middle = 3 / 2.25, 1 / 6
    mean, deviation = taste.predict()
    np.testing.assert_allclose(mean, [3 + middle + direction, 3 + middle - direction])
    np.testing.assert_allclose(deviation, np.sqrt(1 / 2.25 + 1 / 6 + 0.64))


def test_drawn_tastes_scatter_as_the_posterior_says():
    taste = recommend.Taste(POINTS)
    taste.learn([3, 50, 77], [5, 1, 4])
    rng = np.random.default_rng(0)
    draws = np.array([taste.draw(rng) for _ in range(4000)])
    mean, deviation = taste.predict()
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=0.1)
    np.testing.assert_allclose(draws.std(axis=0), np.sqrt(deviation**2 - taste.misfit**2), rtol=0.06)


def test_learning_one_by_one_is_learning_at_once():
    one, two = recommend.Taste(POINTS), recommend.Taste(POINTS)
    one.learn([3, 50], [5, 1])
    two.learn(3, 5)
    two.learn([50], [1])
    np.testing.assert_allclose(one.predict(), two.predict())


def test_a_clear_taste_is_found():
    long = np.array([recipe.sleeve == "long" for recipe in RECIPES])
    taste, rng = recommend.Taste(POINTS), np.random.default_rng(1)
    for _ in range(6):
        things = recommend.recommend(taste, 5, rng)
        taste.learn(things, np.where(long[things], 5, 1))
    assert np.mean(long[recommend.recommend(taste, 10, rng, "best guess")]) >= 0.9
    assert np.mean(long[recommend.recommend(taste, 10, rng, "random")]) < 0.7


@pytest.mark.parametrize("how", recommend.WAYS)
def test_nothing_is_shown_twice_or_when_hidden(how):
    taste, rng = recommend.Taste(POINTS[:30]), np.random.default_rng(0)
    hide, seen = list(range(10)), []
    for _ in range(4):
        things = recommend.recommend(taste, 5, rng, how, hide)
        taste.learn(things, [4] * 5)
        seen += things
    assert sorted(seen) == list(range(10, 30))
    with pytest.raises(ValueError, match="0 things are left"):
        recommend.recommend(taste, 1, rng, how, hide)


def test_the_first_things_lie_far_apart():
    rng = np.random.default_rng(0)
    def nearest(rows):
        distances = np.linalg.norm(POINTS[rows][:, None] - POINTS[rows][None], axis=-1)
        return (distances + 99 * np.eye(len(rows))).min()
    first = recommend.first_choices(POINTS, 6, rng)
    assert len(set(first)) == 6 and nearest(first) > max(nearest(rng.permutation(120)[:6]) for _ in range(20))
    assert recommend.first_choices(POINTS, 6, rng) != first


@pytest.mark.parametrize(("call", "words"), [
    (lambda: recommend.Taste(np.zeros(3)), "Points of shape"), (lambda: recommend.Taste(POINTS).learn([1], [6]), "from 1 to 5"),
    (lambda: recommend.Taste(POINTS).learn([1, 2], [4]), "as many stars"), (lambda: recommend.first_choices(POINTS, 0, None), "1 to 120"),
    (lambda: recommend.recommend(recommend.Taste(POINTS), 3, None, "oracle"), "'random'")])
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
