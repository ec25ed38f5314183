"""Warps: values worked by hand, gradients against numerical differences in float64, and the closed forms."""

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tryon_utils import warp

RNG = np.random.default_rng(0)


def numerical_gradient(function, values, step=1e-6):
    gradient = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        moved = values.copy()
        moved[place] += step
        higher = function(moved)
        moved[place] -= 2 * step
        gradient[place] = (higher - function(moved)) / (2 * step)
    return gradient


# ---- Sampling --------------------------------------------------------------------------------------------------------

def test_the_grid_has_the_centres_of_the_pixels():
    np.testing.assert_array_equal(warp.grid(2, 3), [[[0.5, 0.5], [1.5, 0.5], [2.5, 0.5]], [[0.5, 1.5], [1.5, 1.5], [2.5, 1.5]]])


def test_four_pixels_are_mixed_as_worked_by_hand():
    images = np.array([10.0, 20.0, 30.0, 80.0]).reshape(1, 2, 2, 1)
    places = np.array([[0.5, 0.5], [1.0, 0.5], [1.0, 1.0], [1.25, 0.75]]).reshape(1, 1, 4, 2)
    # the last: 3/4 to the right, 1/4 down: 3/4 (1/4 10 + 3/4 20) + 1/4 (1/4 30 + 3/4 80)
    np.testing.assert_allclose(ops.ravel(warp.sample(images, places)), [10, 15, 35, 0.75 * 17.5 + 0.25 * 67.5])


def test_the_grid_changes_nothing():
    images = RNG.normal(size=(3, 5, 4, 2)).astype("float32")
    np.testing.assert_allclose(warp.sample(images, np.broadcast_to(warp.grid(5, 4), (3, 5, 4, 2))), images, atol=1e-6)


def test_every_picture_of_a_batch_is_sampled_at_its_own_places():
    images, places = RNG.normal(size=(3, 6, 5, 2)), RNG.uniform(0, 6, (3, 4, 7, 2))
    together = warp.sample(images, places)
    assert together.shape == (3, 4, 7, 2)
    for number in range(3):
        np.testing.assert_allclose(together[number], warp.sample(images[number:number + 1], places[number:number + 1])[0])


@pytest.mark.parametrize(("place", "value"), [((-9, 0.5), 10), ((0, 0), 10), ((2, 0.5), 20), ((99, 99), 80), ((0.5, 7), 30)])
def test_outside_the_borders_colours_go_on(place, value):
    images = np.array([10.0, 20.0, 30.0, 80.0]).reshape(1, 2, 2, 1)
    np.testing.assert_allclose(ops.ravel(warp.sample(images, np.array(place, "float64").reshape(1, 1, 1, 2))), [value])


def test_a_picture_of_one_pixel_is_that_colour_everywhere():
    np.testing.assert_allclose(warp.sample(np.full((1, 1, 1, 2), 7.0), RNG.uniform(-3, 3, (1, 2, 2, 2))), np.full((1, 2, 2, 2), 7.0))


@pytest.mark.parametrize("which", ["images", "places"])
def test_the_gradient_is_right_in_float64(which):
    images, places = RNG.normal(size=(2, 5, 6, 3)), RNG.uniform(0.7, 4.3, (2, 4, 3, 2))
    places[0, 0, 0] = -2, 2.3  # outside: moves along y alone are felt
    wanted = RNG.normal(size=(2, 4, 3, 3))

    def loss(values):
        given = (values, places) if which == "images" else (images, values)
        return ops.sum(wanted * ops.sin(warp.sample(*given)))

    values = tf.constant(images if which == "images" else places)
    with tf.GradientTape() as tape:
        tape.watch(values)
        result = loss(values)
    gradient = tape.gradient(result, values)
    numbers = numerical_gradient(lambda moved: float(loss(moved)), values.numpy())
    np.testing.assert_allclose(tf.convert_to_tensor(gradient), numbers, atol=1e-6)
    if which == "places":
        assert gradient[0, 0, 0, 0] == 0 != gradient[0, 0, 0, 1]


def test_it_runs_inside_a_graph_with_an_unknown_batch():
    traced = tf.function(warp.sample, input_signature=[tf.TensorSpec((None, 5, 4, 2)), tf.TensorSpec((None, 3, 3, 2))])
    images, places = RNG.normal(size=(2, 5, 4, 2)).astype("float32"), RNG.uniform(0, 5, (2, 3, 3, 2)).astype("float32")
    np.testing.assert_allclose(traced(images, places), warp.sample(images, places), atol=1e-6)


def test_a_cut_out_is_freed_of_the_white_at_its_edge():
    colours, mask = np.array([0.2, 0.2, 1.0]), np.array([1.0, 0.5, 0.0])
    on_paper = mask * np.array([0.2, 0.2, 0.2]) + (1 - mask) * 1
    picture = np.concatenate([np.repeat(on_paper[:, None], 3, axis=1), mask[:, None]], axis=1)[None, None].astype("float32")
    places = np.array([[[[0.5, 0.5], [1.0, 0.5], [1.5, 0.5], [1.9, 0.5]]]], "float32")
    np.testing.assert_allclose(warp.sample_cut_out(picture, places), np.full((1, 1, 4, 3), colours[0]), atol=1e-5)


# ---- Affine ----------------------------------------------------------------------------------------------------------

def test_an_affine_map_moves_places_as_worked_by_hand():
    matrices = np.array([[[2.0, 0, 1], [0, 3, -1]]], "float32")
    np.testing.assert_allclose(warp.affine(matrices, warp.grid(1, 2)), [[[[2, 0.5], [4, 0.5]]]])


def test_the_affine_map_is_found_again():
    matrices, points = RNG.normal(size=(4, 2, 3)), RNG.normal(size=(4, 5, 2))
    goals = np.einsum("bij,bkj->bki", matrices[..., :2], points) + matrices[:, None, :, 2]
    np.testing.assert_allclose(warp.fit_affine(points, goals), matrices, atol=1e-9)


def test_where_no_affine_map_fits_it_is_the_nearest():
    points, goals = RNG.normal(size=(1, 6, 2)), RNG.normal(size=(1, 6, 2))
    known = np.concatenate([points[0], np.ones((6, 1))], axis=-1)
    np.testing.assert_allclose(warp.fit_affine(points, goals)[0], np.linalg.lstsq(known, goals[0], rcond=None)[0].T, atol=1e-9)


# ---- Splines ---------------------------------------------------------------------------------------------------------

def test_every_handle_goes_where_it_is_told():
    handles = RNG.uniform(0, 60, (7, 2))
    np.testing.assert_allclose(warp.spline_matrix(handles, handles), np.eye(7), atol=1e-4)


def test_a_spline_of_affine_moves_is_affine_everywhere():
    handles = RNG.uniform(0, 60, (9, 2)).astype("float32")
    matrix = np.array([[0.2, -0.1], [0.3, 0.1]], "float32")
    moves, places = handles @ matrix + 3, warp.grid(8, 6)
    got = warp.spline_matrix(handles, places) @ moves
    np.testing.assert_allclose(got, np.reshape(places, (-1, 2)) @ matrix + 3, atol=2e-3)


def test_the_spline_agrees_with_scipys():
    from scipy.interpolate import RBFInterpolator
    handles, moves, places = RNG.uniform(0, 60, (10, 2)), RNG.normal(size=(10, 2)), RNG.uniform(0, 60, (50, 2))
    wanted = RBFInterpolator(handles, moves, kernel="thin_plate_spline", degree=1)(places)
    np.testing.assert_allclose(warp.spline_matrix(handles, places) @ moves.astype("float32"), wanted, atol=1e-3)


# ---- Composing, resizing, measuring ----------------------------------------------------------------------------------

def test_two_warps_composed_are_one_after_the_other():
    shift = np.broadcast_to(np.array([1.0, 2.0], "float32") + warp.grid(12, 10), (1, 12, 10, 2))
    double = np.broadcast_to(0.5 * np.asarray(warp.grid(12, 10)), (1, 12, 10, 2))
    inside = np.s_[:, 1:, 1:]  # at the border, the picture in between ends
    np.testing.assert_allclose(warp.compose(double, shift)[inside], (double + [1, 2])[inside], atol=1e-5)
    ramp = np.asarray(warp.grid(12, 10))[None]  # of a picture that is linear, nothing is lost by sampling twice
    np.testing.assert_allclose(warp.sample(warp.sample(ramp, shift), double)[:, 1:8, 1:8], warp.sample(ramp, warp.compose(double, shift))[:, 1:8, 1:8], atol=1e-5)


def test_composing_is_not_the_other_way_round():
    shift = np.broadcast_to(np.array([1.0, 0.0], "float32") + warp.grid(8, 8), (1, 8, 8, 2))
    double = np.broadcast_to(0.5 * np.asarray(warp.grid(8, 8)), (1, 8, 8, 2))
    np.testing.assert_allclose((warp.compose(double, shift) - warp.compose(shift, double))[0, 2:4, 2:4, 0], 0.5, atol=1e-5)


def test_a_warp_of_twice_the_size_leads_to_twice_the_places():
    places = warp.affine(np.array([[[0.8, 0.1, 2], [-0.1, 0.9, 3]]], "float32"), warp.grid(16, 12))
    larger = warp.resize(places, 32, 24, source_scale=2.0)
    wanted = warp.affine(np.array([[[0.8, 0.1, 4], [-0.1, 0.9, 6]]], "float32"), warp.grid(32, 24))
    np.testing.assert_allclose(larger[:, 1:-1, 1:-1], wanted[:, 1:-1, 1:-1], atol=1e-4)


def test_end_point_error_is_a_mean_distance_where_it_counts():
    places = np.zeros((2, 1, 3, 2))
    truth = np.array([[[[3, 4], [0, 1], [99, 99]]]] * 2, "float64")
    weights = np.array([[[1, 1, 0]], [[0, 0, 0]]])
    np.testing.assert_allclose(warp.end_point_error(places, truth, weights), [3, 0], atol=1e-5)
