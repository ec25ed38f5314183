"""The point sets and their measures, against numbers worked by hand."""

import numpy as np
import pytest
from tryon_utils import points

SETS = {"ring": points.ring(), "grid": points.grid(), "two_moons": points.two_moons(), "spiral": points.spiral()}
SQUARE = points.PointSet("square", np.array([[0, 0], [2, 0], [0, 2], [2, 2]]), np.array([[0, 0], [2, 0], [0, 2], [2, 2]]), 0.1)


# ---- Sets ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", SETS)
def test_a_sample_has_its_shape_kind_and_range(name):
    sample = SETS[name].sample(3000, np.random.default_rng(0))
    assert sample.shape == (3000, 2) and sample.dtype == np.float32
    assert np.mean(np.abs(sample) <= 3) > 0.999
    assert np.all(np.std(sample, axis=0) > 0.4)


@pytest.mark.parametrize("name", SETS)
def test_a_sample_depends_on_the_generator_passed_in_alone(name):
    first, again, other = (SETS[name].sample(50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize(("name", "modes"), [("ring", 8), ("grid", 25), ("two_moons", 32), ("spiral", 40)])
def test_real_points_are_good_and_cover_every_mode(name, modes):
    sample = SETS[name].sample(10_000, np.random.default_rng(3))
    assert SETS[name].modes.shape == (modes, 2)
    assert points.covered_modes(sample, SETS[name]) == modes
    assert points.good_share(sample, SETS[name]) > 0.98


def test_the_ring_is_a_ring():
    ring = points.ring(modes=4, radius=3.0, standard_deviation=0.2)
    np.testing.assert_allclose(ring.modes, [[3, 0], [0, 3], [-3, 0], [0, -3]], atol=1e-12)
    assert ring.standard_deviation == 0.2 and ring.name == "ring of 4"


def test_the_grid_is_a_grid():
    np.testing.assert_allclose(points.grid(side=2, half_width=1.0).modes, [[-1, -1], [1, -1], [-1, 1], [1, 1]])


def test_the_moons_lie_opposite_each_other():
    moons = points.two_moons()
    np.testing.assert_allclose(moons.modes[:16], -moons.modes[16:])


@pytest.mark.parametrize(("name", "curves"), [("two_moons", 2), ("spiral", 1)])
def test_the_modes_of_a_curve_stand_at_equal_distances(name, curves):
    for stations in np.split(SETS[name].modes, curves):
        gaps = np.linalg.norm(np.diff(stations, axis=0), axis=1)
        np.testing.assert_allclose(gaps, gaps.mean(), rtol=0.03)  # chords of a bent curve differ a little
        assert gaps.max() < 6 * SETS[name].standard_deviation  # so the good places leave no gap along the curve


def test_the_noise_has_its_standard_deviation():
    sample = points.ring(modes=1, radius=0.0, standard_deviation=0.25).sample(20_000, np.random.default_rng(5))
    np.testing.assert_allclose(sample.std(axis=0), 0.25, rtol=0.03)


# ---- Measures --------------------------------------------------------------------------------------------------------

def test_the_good_share_counts_what_lies_within_three_standard_deviations():
    samples = np.array([[0, 0], [0.29, 0], [0.31, 0], [2, 2.2], [1, 1]])  # good: all but the third and the last
    assert points.good_share(samples, SQUARE) == pytest.approx(3 / 5)


def test_the_good_share_of_real_points_is_what_the_normal_distribution_keeps():
    sample = SETS["ring"].sample(50_000, np.random.default_rng(6))
    assert points.good_share(sample, SETS["ring"]) == pytest.approx(1 - np.exp(-4.5), abs=0.002)


@pytest.mark.parametrize(("counts", "covered"), [([25, 25, 25, 25], 4), ([100, 0, 0, 0], 1), ([60, 30, 5, 5], 4), ([60, 31, 5, 4], 3)])
def test_a_mode_is_covered_from_a_fifth_of_its_fair_share_on(counts, covered):
    assert points.covered_modes(np.repeat(SQUARE.modes, counts, axis=0), SQUARE) == covered


def test_bad_points_cover_no_mode():
    near = SQUARE.modes + [0.5, 0.0]  # nearest to its mode, and still too far away
    assert points.covered_modes(np.repeat(near, 25, axis=0), SQUARE) == 0
    half_good = np.concatenate([np.repeat(SQUARE.modes, [50, 0, 0, 0], axis=0), np.repeat(near, [0, 25, 25, 0], axis=0)])
    assert points.covered_modes(half_good, SQUARE) == 1


def test_the_wasserstein_distance_by_hand():
    first = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert points.wasserstein_distance(first, first[::-1]) == 0
    assert points.wasserstein_distance(first, first + [3, 4]) == pytest.approx(5)
    assert points.wasserstein_distance(first, [[0.0, 2.0], [1.0, 0.0]]) == pytest.approx(1)
    # pairing the nearest first, 1 with 0.9, would leave 0 with 10: 0.1 + 10; the best pairing is 0.9 + 9
    assert points.wasserstein_distance(first, [[0.9, 0.0], [10.0, 0.0]]) == pytest.approx((0.9 + 9) / 2)


def test_samples_of_unequal_size_are_refused():
    with pytest.raises(ValueError, match="3 and 2 points"):
        points.wasserstein_distance(np.zeros((3, 2)), np.zeros((2, 2)))


def test_the_plane_runs_row_by_row_from_below():
    plane = points.plane(limit=1.0, count=3)
    np.testing.assert_array_equal(plane, [[-1, -1], [0, -1], [1, -1], [-1, 0], [0, 0], [1, 0], [-1, 1], [0, 1], [1, 1]])
    assert plane.dtype == np.float32
