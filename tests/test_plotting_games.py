"""The Dirac-GAN's gradients and steps against its losses and formulas, and its pictures over their whole range."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from tryon_utils import losses
from tryon_utils.plotting import games

NAMES = ("saturating", "non-saturating", "Wasserstein")


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context("tryon_utils.course"):
        yield
    plt.close("all")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("place", "gamma"), [((0.7, -1.3), 0.0), ((-2.0, -0.4), 0.5), ((0.0, 1.0), 2.0)])
def test_gradients_are_those_of_the_losses(name, place, gamma):
    fake, slope = (tf.constant(number, tf.float64) for number in place)
    real = tf.zeros((1, 1), tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([fake, slope])
        with tf.GradientTape() as slope_tape:
            slope_tape.watch(real)
            real_logits = slope * real
        penalty = gamma * losses.r1_penalty(slope_tape.gradient(real_logits, real))
        generator = losses.GAMES[name].generator_loss([slope * fake])
        discriminator = losses.GAMES[name].discriminator_loss(real_logits, [[slope * fake]]) + penalty
    by_tape = tape.gradient(generator, fake), tape.gradient(discriminator, slope)
    np.testing.assert_allclose(games.dirac_gradients(*place, name, gamma), by_tape, rtol=1e-6, atol=1e-12)


def test_gradients_far_out_stay_finite():
    for name in NAMES:
        with np.errstate(over="raise"):
            assert np.all(np.isfinite(games.dirac_gradients(1e6, -1e6, name)))


def test_one_step_by_hand():
    """Wasserstein, from (1, 2) with learning rate 0.1: the slope loses 0.1, the fake gains 0.1 times the slope that it answers."""
    np.testing.assert_allclose(games.dirac_path((1.0, 2.0), 0.1, 1, game="Wasserstein")[1], [1.2, 1.9])
    np.testing.assert_allclose(games.dirac_path((1.0, 2.0), 0.1, 1, alternating=True, game="Wasserstein")[1], [1.19, 1.9])
    np.testing.assert_allclose(games.dirac_path((1.0, 2.0), 0.1, 1, penalty=0.5, game="Wasserstein")[1], [1.2, 1.8])


def test_a_path_begins_at_its_start_and_has_all_steps():
    path = games.dirac_path((0.5, -0.5), 0.3, 7)
    assert path.shape == (8, 2) and tuple(path[0]) == (0.5, -0.5)


@pytest.mark.parametrize(("name", "alternating", "gamma"), list(itertools.product(NAMES, [False, True], [0.0, 0.4])))
def test_the_jacobian_is_the_step_near_the_centre(name, alternating, gamma):
    size, matrix = 1e-6, games.dirac_jacobian(0.3, alternating, gamma, name)
    for start in np.eye(2) * size:
        np.testing.assert_allclose(games.dirac_path(start, 0.3, 1, alternating, gamma, name)[1] / size, matrix @ start / size, atol=1e-6)


@pytest.mark.parametrize("rate", [0.05, 0.3, 1.0, 1.9])
def test_spectral_radii_by_formula(rate):
    radius = lambda **options: games.spectral_radius(games.dirac_jacobian(rate, **options))  # noqa: E731
    np.testing.assert_allclose(radius(), np.sqrt(1 + rate**2 / 4))
    np.testing.assert_allclose(radius(game="Wasserstein"), np.sqrt(1 + rate**2))
    np.testing.assert_allclose(radius(alternating=True), 1.0)
    np.testing.assert_allclose(radius(penalty=rate / 4), 1.0)
    np.testing.assert_allclose(radius(penalty=0.5), np.sqrt(1 - rate * 0.5 + rate**2 / 4))
    np.testing.assert_allclose(radius(alternating=True, penalty=0.2), np.sqrt(1 - rate * 0.2))


def test_simultaneous_steps_leave_and_r1_brings_home():
    distance = lambda **options: np.hypot(*games.dirac_path((0.01, 0.0), 0.3, 300, **options)[-1])  # noqa: E731
    assert distance() > 0.1
    assert 0.008 < distance(alternating=True) < 0.012
    assert distance(penalty=0.3) < 1e-5


def test_the_widget_over_its_range_in_any_order():
    values = list(itertools.product([0.05, 0.3, 1.5], [0.0, 0.3, 2.0], [False, True], NAMES))
    for arguments in values:
        figure = games.draw_phase_portrait(*arguments)
        radius = games.spectral_radius(games.dirac_jacobian(arguments[0], arguments[2], arguments[1], arguments[3]))
        left, right = figure.axes
        assert f"{radius:.4f}" in right.get_title(loc="left")
        word = "settles" if radius < 1 - 1e-9 else "moves away" if radius > 1 + 1e-9 else "circles"
        assert word in left.get_title(loc="left")
        for line in right.lines:
            assert np.all(np.isfinite(line.get_ydata())) and line.get_ydata().min() > 0
        plt.close(figure)


def test_the_picture_depends_on_its_arguments_alone():
    def drawn(*arguments):
        figure = games.draw_phase_portrait(*arguments)
        figure.canvas.draw()
        return np.asarray(figure.canvas.buffer_rgba()).copy()

    first = drawn(0.3, 0.0, False, "saturating")
    assert np.any(drawn(0.3, 0.3, False, "saturating") != first)
    np.testing.assert_array_equal(drawn(0.3, 0.0, False, "saturating"), first)


def test_an_unknown_game_is_refused():
    with pytest.raises(KeyError):
        games.dirac_gradients(1.0, 1.0, "hinged")


def test_whole_figures():
    names = " ".join(t.get_text() for t in games.draw_the_game().axes[0].texts)
    assert all(word in names for word in ("generator", "discriminator", "noise", "real", "fake", "logit"))
    assert len(games.draw_dirac_ways().axes) == 3
    titles = [ax.get_title(loc="left") for ax in games.draw_dirac_ways(penalty=0.2).axes]
    assert "0.2" in titles[2]
    assert "1.2" in " ".join(t.get_text() for t in games.draw_tangent_step().axes[0].texts)


def test_field_and_path_take_and_return_axes():
    figure, ax = plt.subplots()
    assert games.draw_field(ax) is ax
    assert games.draw_path(ax, np.zeros((4, 2)), label="home") is ax
    assert "home" in {t.get_text() for t in ax.texts}
