"""Tuning changes a model only where the truth allows it, and leaves no trace otherwise."""

import numpy as np
import pytest
from tryon_utils import tuning


class Model:
    """A model of two numbers: where it aims, and how far it scatters."""

    def __init__(self):
        self.values = [np.zeros(2), np.array([1.0])]

    def get_weights(self):
        return self.values

    def set_weights(self, values):
        self.values = [np.array(value) for value in values]


def run(shift, scatter=1.0, allowed=0.5, fails=False):
    model = Model()

    def train(weights):
        assert weights == "weights"
        model.values[0] += shift  # in place: what was kept must be a copy
        model.values[1] *= scatter
        if fails:
            raise KeyboardInterrupt

    def truth():
        return {"distance": abs(model.values[0][1]) + abs(model.values[1][0] - 1)}

    return model, tuning.tune, dict(model=model, train=train, weights="weights", truth=truth, liked=lambda: model.values[0][0], allowed={"distance": allowed})


def unchanged(model):
    return np.array_equal(model.values[0], [0, 0]) and np.array_equal(model.values[1], [1])


def test_what_is_liked_better_and_still_true_is_accepted():
    model, tune, arguments = run(np.array([1.0, 0.3]))
    outcome = tune(**arguments)
    assert outcome.accepted and outcome.reason.startswith("Accepted: liking went from 0.000 to 1.000")
    assert (outcome.before, outcome.after) == ({"distance": 0.0}, {"distance": 0.3})
    assert np.array_equal(model.values[0], [1.0, 0.3])


@pytest.mark.parametrize(("shift", "scatter", "words"), [
    ([1.0, 0.9], 1.0, "distance went from 0.000 to 0.900, and at most 0.500"), ([1.0, 0.0], float("nan"), "distance went from 0.000 to nan"),
    ([0.0, 0.0], 1.0, "liked no better"), ([-1.0, 0.0], 1.0, "liked no better"), ([float("nan"), 0.0], 1.0, "liked no better")])
def test_anything_else_is_rolled_back_bit_for_bit(shift, scatter, words):
    model, tune, arguments = run(np.array(shift), scatter)
    outcome = tune(**arguments)
    assert not outcome.accepted and words in outcome.reason and outcome.reason.startswith("Rolled back")
    assert unchanged(model)


def test_a_training_that_fails_leaves_the_model_as_it_was():
    model, tune, arguments = run(np.array([1.0, 0.0]), fails=True)
    with pytest.raises(KeyboardInterrupt):
        tune(**arguments)
    assert unchanged(model)


def test_a_truth_without_a_limit_is_refused():
    _, tune, arguments = run(np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="the same names"):
        tune(**arguments | {"allowed": {"KID": 1}})


def test_weights_by_hand():
    liking = np.array([-1.0, 1.0])  # standardised already
    found = tuning.sample_weights(liking, strength=np.log(3) / 2, floor=0.5)
    np.testing.assert_allclose(found, [0.5 + 0.5 * 2 * 1 / 4, 0.5 + 0.5 * 2 * 3 / 4])  # the second three times as often, before the floor
    assert found.mean() == pytest.approx(1)
    np.testing.assert_allclose(tuning.sample_weights(np.ones(4)), 1)
    np.testing.assert_allclose(tuning.sample_weights(liking, strength=0), 1)
    assert tuning.sample_weights(np.random.default_rng(0).normal(size=500), strength=50, floor=0.3).min() == pytest.approx(0.3)


@pytest.mark.parametrize("change", [{"strength": -1}, {"floor": 1.1}, {"liking": [0, float("nan")]}])
def test_impossible_weights_are_refused(change):
    with pytest.raises(ValueError, match="are wanted"):
        tuning.sample_weights(**{"liking": [0.0, 1.0]} | change)


def test_the_effective_share():
    assert tuning.effective_share([2, 2, 2, 2]) == 1
    assert tuning.effective_share([1, 0, 0, 0]) == 0.25
    assert tuning.effective_share([1, 1, 0, 0]) == 0.5


def test_a_resample_keeps_to_the_weights():
    weights = np.array([0.0, 1.0, 2.5, 0.5])
    rows = tuning.resample(weights, 400, np.random.default_rng(0))
    counts = np.bincount(rows, minlength=4)
    assert counts[0] == 0 and np.all(np.abs(counts - 100 * weights) <= 1) and len(rows) == 400
    assert not np.array_equal(rows, np.sort(rows))
    with pytest.raises(ValueError, match="not all 0"):
        tuning.resample(np.zeros(3), 5, np.random.default_rng(0))


# ---- Where noise is drawn from -----------------------------------------------------------------------------------------

def test_even_weights_leave_the_noise_standard():
    noise = np.random.default_rng(0).standard_normal((4000, 6))
    model = tuning.NoiseModel(6)
    model.fit(noise, np.ones(4000))
    np.testing.assert_allclose(model.mean, 0, atol=0.06)
    np.testing.assert_allclose(model.covariance, np.eye(6), atol=0.08)


def test_the_noise_moves_to_the_weights_as_the_formula_says():
    noise, weights = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 4.0]]), np.array([1.0, 1.0, 2.0])
    model = tuning.NoiseModel(2)
    model.fit(noise, weights, shrink=0.5)
    np.testing.assert_allclose(model.mean, [1.5, 2.0])
    spread = np.array([[0.75, 1.0], [1.0, 4.0]])  # weighted, by hand
    np.testing.assert_allclose(model.covariance, 0.5 * spread + 0.5 * np.eye(2))
    model.fit(noise, weights)
    np.testing.assert_allclose(model.covariance, 0.9 * spread + 0.1 * np.eye(2))


def test_drawn_noise_is_as_it_was_fitted():
    model = tuning.NoiseModel(3)
    model.set_weights([np.array([1.0, -2.0, 0.5]), np.diag([0.5, 1.0, 2.0]) + 0.3])
    drawn = model.draw(20000, np.random.default_rng(0))
    assert drawn.dtype == np.float32
    np.testing.assert_allclose(drawn.mean(axis=0), model.mean, atol=0.05)
    np.testing.assert_allclose(np.cov(drawn.T), model.covariance, atol=0.08)


def test_a_noise_model_is_rolled_back_like_any_other():
    model = tuning.NoiseModel(2)
    noise = np.array([[3.0, 0.0], [4.0, 1.0]])
    outcome = tuning.tune(model, lambda weights: model.fit(noise, weights), np.ones(2), truth=lambda: {"distance": np.linalg.norm(model.mean)},
                          liked=lambda: model.mean[0], allowed={"distance": 1.0})
    assert not outcome.accepted and np.array_equal(model.mean, [0, 0]) and np.array_equal(model.covariance, np.eye(2))
