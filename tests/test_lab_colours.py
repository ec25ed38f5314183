"""Lab on keras.ops: numbers of scikit-image, the way back, and gradients that stay finite down to black."""

import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from skimage import color
from tryon_utils import lab


@pytest.fixture
def colours():
    corners = np.array([[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)], "float64")
    return np.concatenate([corners, np.random.default_rng(0).uniform(0, 1, (500, 3)), np.random.default_rng(1).uniform(0, 0.05, (100, 3))])


def array(tensor):
    return ops.convert_to_numpy(tensor)


def test_white_is_100_and_red_is_red():
    np.testing.assert_allclose(array(lab.from_srgb(np.array([[1.0, 1, 1], [0, 0, 0]]))), [[100, 0, 0], [0, 0, 0]], atol=0.02)
    red = array(lab.from_srgb(np.array([1.0, 0.0, 0.0])))
    np.testing.assert_allclose(red, [53.24, 80.09, 67.20], atol=0.02)


def test_it_agrees_with_scikit_image(colours):
    np.testing.assert_allclose(array(lab.from_srgb(colours)), color.rgb2lab(colours), atol=2e-2)
    inside = color.lab2rgb(color.rgb2lab(colours))
    np.testing.assert_allclose(array(lab.to_srgb(color.rgb2lab(colours))), inside, atol=2e-4)


def test_the_ways_there_and_back_undo_each_other(colours):
    np.testing.assert_allclose(array(lab.srgb_from_linear(lab.linear_from_srgb(colours))), colours, atol=1e-6)
    linear = array(lab.linear_from_srgb(colours))
    np.testing.assert_allclose(array(lab.to_linear(lab.from_linear(linear))), linear, atol=1e-5)
    np.testing.assert_allclose(array(lab.to_srgb(lab.from_srgb(colours))), colours, atol=1e-4)


def test_float32_is_kept_and_near_enough(colours):
    found = lab.from_srgb(colours.astype("float32"))
    assert found.dtype == tf.float32
    np.testing.assert_allclose(array(found), color.rgb2lab(colours), atol=2e-2)


@pytest.mark.parametrize("function", [lab.from_srgb, lab.from_linear, lab.to_linear])
def test_the_gradient_is_the_numerical_one(function, colours):
    inside = 0.02 + 0.96 * colours[8:60]
    found, step = gradient_of(function, inside), 1e-6
    for axis in range(3):
        shift = step * np.eye(3)[axis]
        numerical = ((array(function(inside + shift)) - array(function(inside - shift))) @ [1.0, 2.0, -1.0]) / (2 * step)
        np.testing.assert_allclose(found[:, axis], numerical, rtol=1e-4, atol=1e-3)


def gradient_of(function, values):
    points = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(points)
        total = tf.reduce_sum(function(points) * tf.constant([1.0, 2.0, -1.0], tf.float64))
    return array(tape.gradient(total, points))


def test_black_has_a_finite_gradient():
    for function in (lab.from_srgb, lab.from_linear, lab.srgb_from_linear, lab.to_linear):
        assert np.isfinite(gradient_of(function, np.zeros((1, 3)))).all()


def test_the_difference_is_that_of_scikit_image(colours):
    first, second = color.rgb2lab(colours), color.rgb2lab(colours[::-1])
    np.testing.assert_allclose(array(lab.difference(first, second)), color.deltaE_ciede94(first, second), atol=1e-2)


def test_equal_colours_differ_by_nothing_and_the_gradient_there_is_finite(colours):
    points = tf.constant(color.rgb2lab(colours))
    with tf.GradientTape() as tape:
        tape.watch(points)
        found = lab.difference(tf.constant(color.rgb2lab(colours)), points)
    assert array(found).max() < 2e-3
    assert np.isfinite(array(tape.gradient(found, points))).all()
