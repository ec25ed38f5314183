"""Losses against numbers worked by hand, their gradients against formulas and differences, and what they refuse."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from tryon_utils import losses

REAL, FAKE = [2.0, -1.0], [-3.0, 0.5]
LOG = np.log
BY_HAND = {  # each number written out from the formula, for the two batches above
    "non-saturating": ((LOG(1 + np.exp(-2)) + LOG(1 + np.exp(1))) / 2 + (LOG(1 + np.exp(-3)) + LOG(1 + np.exp(0.5))) / 2,
                       (LOG(1 + np.exp(3)) + LOG(1 + np.exp(-0.5))) / 2),
    "saturating": ((LOG(1 + np.exp(-2)) + LOG(1 + np.exp(1))) / 2 + (LOG(1 + np.exp(-3)) + LOG(1 + np.exp(0.5))) / 2,
                   -(LOG(1 + np.exp(-3)) + LOG(1 + np.exp(0.5))) / 2),
    "least squares": ((1 + 4) / 4 + (9 + 0.25) / 4, (16 + 0.25) / 4),
    "hinge": ((0 + 2) / 2 + (0 + 1.5) / 2, 1.25),
    "Wasserstein": (-1.25 - 0.5, 1.25),
}
GENERATOR_SLOPES = {
    "non-saturating": lambda a: 1 / (1 + np.exp(-a)) - 1,
    "saturating": lambda a: -1 / (1 + np.exp(-a)),
    "least squares": lambda a: a - 1,
    "hinge": lambda a: -1.0,
    "Wasserstein": lambda a: -1.0,
}


def gradient(function, value):
    value = tf.constant(value, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(value)
        result = function(value)
    return tape.gradient(result, value).numpy()


def test_every_game_is_tested():
    assert set(losses.GAMES) == set(BY_HAND) == set(GENERATOR_SLOPES)


@pytest.mark.parametrize("name", BY_HAND)
def test_losses_by_hand(name):
    discriminator, generator = BY_HAND[name]
    np.testing.assert_allclose(losses.GAMES[name].discriminator_loss(REAL, FAKE), discriminator, rtol=1e-6)
    np.testing.assert_allclose(losses.GAMES[name].generator_loss(FAKE), generator, rtol=1e-6)


def test_the_worked_example():
    """D(x) = 0.8 and D(G(z)) = 0.9: 2.5257 for the discriminator, 0.1054 for the generator, 2.6311 together."""
    real, fake = [LOG(0.8 / 0.2)], [LOG(0.9 / 0.1)]
    discriminator, generator = losses.discriminator_loss(real, fake), losses.generator_loss(fake)
    np.testing.assert_allclose([discriminator, generator, discriminator + generator], [2.5257, 0.1054, 2.6311], atol=5e-5)
    np.testing.assert_allclose(losses.saturating_generator_loss(fake), LOG(0.1), rtol=1e-5)


def test_a_draw_costs_two_ln_two():
    np.testing.assert_allclose(losses.discriminator_loss(np.zeros((4, 1)), np.zeros((7, 1))), 2 * LOG(2), rtol=1e-6)


@pytest.mark.parametrize("name", GENERATOR_SLOPES)
@pytest.mark.parametrize("logit", [-6.0, -0.7, 0.0, 2.3])
def test_generator_gradients_at_the_logit(name, logit):
    np.testing.assert_allclose(gradient(losses.GAMES[name].generator_loss, [logit]), [GENERATOR_SLOPES[name](logit)], rtol=1e-6)


@pytest.mark.parametrize("name", BY_HAND)
def test_discriminator_gradients_against_differences(name):
    loss, step = losses.GAMES[name].discriminator_loss, 1e-6
    point = np.array([[0.3, -1.7], [-0.4, 1.9]])  # real logits, fake logits
    by_tape = gradient(lambda both: loss(both[0], both[1]), point)
    for place in itertools.product(range(2), range(2)):
        moved = np.zeros_like(point)
        moved[place] = step
        difference = (loss(*(point + moved)) - loss(*(point - moved))) / (2 * step)
        np.testing.assert_allclose(by_tape[place], difference, atol=1e-6)


@pytest.mark.parametrize("name", BY_HAND)
def test_generator_wants_real_and_discriminator_wants_fake(name):
    game = losses.GAMES[name]
    assert np.all(gradient(game.generator_loss, [-2.0, 0.5]) < 0)
    assert np.all(gradient(lambda fake: game.discriminator_loss(np.zeros(2), fake), [-0.5, 0.5])[1:] > 0)
    assert np.all(gradient(lambda real: game.discriminator_loss(real, np.zeros(2)), [-0.5, 0.5]) < 0)


@pytest.mark.parametrize("name", BY_HAND)
def test_huge_logits_stay_finite(name):
    game = losses.GAMES[name]
    for size in (-1e4, 1e4):
        values = [game.discriminator_loss([size], [-size]), game.generator_loss([size])]
        assert np.all(np.isfinite(values)) and np.all(np.isfinite(gradient(game.generator_loss, [size])))


@pytest.mark.parametrize("make", [list, np.array, lambda v: np.array(v, "float32"), tf.constant, lambda v: ops.convert_to_tensor(v)],
                         ids=["list", "float64", "float32", "tf", "keras"])
@pytest.mark.parametrize("name", BY_HAND)
def test_any_kind_of_numbers(name, make):
    value = losses.GAMES[name].discriminator_loss(make(REAL), make(FAKE))
    np.testing.assert_allclose(value, BY_HAND[name][0], rtol=1e-6)
    assert ops.shape(value) == ()


def test_whole_numbers_and_mixed_types_become_floats():
    np.testing.assert_allclose(losses.hinge_discriminator_loss([2, -1], np.array([-3.0, 0.5], "float32")), 1.75)
    assert "float" in keras.backend.standardize_dtype(losses.as_logits([1, 2]).dtype)
    assert losses.as_logits(np.array([1.0])).dtype == "float64"  # precision is kept


def test_batches_of_different_size_are_means_of_their_own():
    np.testing.assert_allclose(losses.wasserstein_discriminator_loss([[1.0], [3.0]], [[5.0]]), 5 - 2)


@pytest.mark.parametrize("name", BY_HAND)
def test_logits_of_different_shape_are_refused(name):
    with pytest.raises(ValueError, match=r"got shapes \(8,\) and \(8, 1\)"):
        losses.GAMES[name].discriminator_loss(np.zeros(8), np.zeros((8, 1)))
    with pytest.raises(ValueError, match="agree in every axis but the first"):
        losses.GAMES[name].discriminator_loss(np.zeros((8, 4, 4)), np.zeros((8, 5, 4)))


def test_unknown_axes_inside_a_graph():
    loss = tf.function(losses.discriminator_loss, input_signature=[tf.TensorSpec([None, None]), tf.TensorSpec([None, 1])])
    np.testing.assert_allclose(loss(tf.zeros((4, 1)), tf.zeros((6, 1))), 2 * LOG(2), rtol=1e-6)


# ---- Penalties -----------------------------------------------------------------------------------------------------

def test_r1_by_hand():
    gradients = np.array([[3.0, 4.0], [0.0, 1.0]])  # squared lengths 25 and 1
    np.testing.assert_allclose(losses.r1_penalty(gradients), (25 + 1) / 2 / 2)
    np.testing.assert_allclose(losses.r1_penalty(gradients.reshape(2, 1, 2, 1)), 6.5)


def test_gradient_penalty_by_hand():
    gradients = np.array([[3.0, 4.0], [0.0, 1.0]])  # lengths 5 and 1
    np.testing.assert_allclose(losses.gradient_penalty(gradients), (16 + 0) / 2)
    np.testing.assert_allclose(losses.gradient_penalty(np.zeros((3, 2, 2))), 1.0, rtol=1e-5)


def test_penalties_of_a_known_discriminator():
    """a(x) = w . x has gradient w everywhere, so R1 is |w|^2 / 2 and the gradient penalty (|w| - 1)^2."""
    weights = tf.Variable([[0.6], [0.8], [2.4]], dtype=tf.float64)
    samples = tf.constant(np.random.default_rng(0).normal(size=(5, 3)))
    with tf.GradientTape(persistent=True) as tape:
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(samples)
            logits = samples @ weights
        gradients = slope_tape.gradient(logits, samples)
        r1, penalty = losses.r1_penalty(gradients), losses.gradient_penalty(gradients)
    length = np.linalg.norm(weights)
    np.testing.assert_allclose([r1, penalty], [length**2 / 2, (length - 1) ** 2])
    np.testing.assert_allclose(tape.gradient(r1, weights), weights)  # and both teach the weights
    np.testing.assert_allclose(tape.gradient(penalty, weights), 2 * (length - 1) / length * weights)


def test_the_gradient_penalty_stays_finite_at_slope_zero():
    np.testing.assert_array_equal(gradient(losses.gradient_penalty, np.zeros((2, 3))), np.zeros((2, 3)))


@pytest.mark.parametrize("penalty", [losses.r1_penalty, losses.gradient_penalty])
def test_penalties_refuse(penalty):
    with pytest.raises(ValueError, match="tape.watch"):
        penalty(None)
    with pytest.raises(ValueError, match=r"got shape \(4,\)"):
        penalty(np.zeros(4))


# ---- Points between ------------------------------------------------------------------------------------------------

def test_interpolate_by_hand():
    real, fake = np.full((3, 2, 2), 10.0), np.zeros((3, 2, 2))
    between = losses.interpolate(real, fake, weights=[0.0, 0.25, 1.0])
    np.testing.assert_allclose(between[:, 0, 0], [0.0, 2.5, 10.0])
    assert between.shape == real.shape


def test_interpolate_draws_one_uniform_weight_a_sample():
    real, fake = np.ones((2000, 3), "float32"), np.zeros((2000, 3), "float32")
    weights = ops.convert_to_numpy(losses.interpolate(real, fake, seed=keras.random.SeedGenerator(1)))
    assert np.all(weights == weights[:, :1]) and weights.min() >= 0 and weights.max() <= 1
    np.testing.assert_allclose(np.quantile(weights[:, 0], [0.25, 0.5, 0.75]), [0.25, 0.5, 0.75], atol=0.05)


def test_interpolate_draws_anew_from_a_generator_and_the_same_from_an_integer():
    real, fake = np.ones((4, 1), "float32"), np.zeros((4, 1), "float32")
    generator = keras.random.SeedGenerator(1)
    first, second = (np.array(losses.interpolate(real, fake, seed=generator)) for _ in range(2))
    assert np.any(first != second)
    np.testing.assert_array_equal(losses.interpolate(real, fake, seed=3), losses.interpolate(real, fake, seed=3))


def test_interpolate_refuses():
    with pytest.raises(ValueError, match=r"got shapes \(4, 2\) and \(3, 2\)"):
        losses.interpolate(np.zeros((4, 2)), np.zeros((3, 2)), seed=1)
    with pytest.raises(ValueError, match="either weights or a seed"):
        losses.interpolate(np.zeros((4, 2)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="either weights or a seed"):
        losses.interpolate(np.zeros((4, 2)), np.zeros((4, 2)), weights=np.zeros(4), seed=1)


# ---- Chapter 05's games ----------------------------------------------------------------------------------------------

def test_the_relativistic_pair_by_hand():
    discriminator = (LOG(1 + np.exp(-5)) + LOG(1 + np.exp(1.5))) / 2  # real minus fake: 5 and -1.5
    generator = (LOG(1 + np.exp(5)) + LOG(1 + np.exp(-1.5))) / 2
    np.testing.assert_allclose(losses.relativistic_discriminator_loss(REAL, FAKE), discriminator, rtol=1e-6)
    np.testing.assert_allclose(losses.relativistic_generator_loss(FAKE, REAL), generator, rtol=1e-6)
    assert losses.RELATIVISTIC.paired and not any(game.paired for game in losses.GAMES.values())


def test_the_relativistic_pair_sees_only_differences():
    raised = [[logit + 3 for logit in batch] for batch in (REAL, FAKE)]
    np.testing.assert_allclose(losses.relativistic_discriminator_loss(*raised), losses.relativistic_discriminator_loss(REAL, FAKE), rtol=1e-6)


@pytest.mark.parametrize("loss", [losses.relativistic_discriminator_loss, losses.relativistic_generator_loss])
@pytest.mark.parametrize("shapes", [((8, 1), (7, 1)), ((8, 1), (1, 1)), ((8,), (8, 1))])
def test_samples_that_do_not_pair_up_are_refused(loss, shapes):
    with pytest.raises(ValueError, match="must agree in every axis: got shapes"):
        loss(*(np.zeros(shape) for shape in shapes))


def test_smoothing_is_the_cross_entropy_against_its_label():
    chances = 1 / (1 + np.exp(-np.array(REAL)))
    against = -np.mean(0.8 * LOG(chances) + 0.2 * LOG(1 - chances)) + np.mean(LOG(1 + np.exp(FAKE)))
    np.testing.assert_allclose(losses.smoothed_discriminator_loss(REAL, FAKE, 0.8), against, rtol=1e-6)
    np.testing.assert_allclose(losses.smoothed_discriminator_loss(REAL, FAKE, 1.0), losses.discriminator_loss(REAL, FAKE), rtol=1e-6)


@pytest.mark.parametrize("label", [1.1, -0.1])
def test_labels_outside_zero_and_one_are_refused(label):
    with pytest.raises(ValueError, match="falls without end"):
        losses.smoothed_discriminator_loss(REAL, FAKE, label)
