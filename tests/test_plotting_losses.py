"""The curves that are drawn are those of the losses, and the widget's picture holds over its whole range."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf
from tryon_utils import losses
from tryon_utils.plotting import losses as loss_plots

SOME = np.array([-7.5, -2.0, -0.3, 0.0, 1.4, 8.0])


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context("tryon_utils.course"):
        yield
    plt.close("all")


def with_gradient(loss, logit):
    logits = tf.constant([logit], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(logits)
    return float(value), float(tape.gradient(value, logits)[0])


@pytest.mark.parametrize("name", losses.GAMES)
@pytest.mark.parametrize("logit", SOME)
def test_curves_are_the_losses(name, logit):
    loss, gradient = loss_plots.GENERATOR_CURVES[name]
    np.testing.assert_allclose((loss(logit), gradient(logit)), with_gradient(losses.GAMES[name].generator_loss, logit), rtol=1e-6)
    game = losses.GAMES[name].discriminator_loss
    loss, gradient = loss_plots.DISCRIMINATOR_CURVES[name]
    real_part = float(game(np.zeros(1), np.zeros(1))) - loss(0.0)  # what the real sample at logit 0 adds
    value, slope = with_gradient(lambda a: game(tf.zeros_like(a), a), logit)
    np.testing.assert_allclose((loss(logit) + real_part, gradient(logit)), (value, slope), rtol=1e-6, atol=1e-7)


def test_every_game_has_curves_and_a_colour():
    assert set(losses.GAMES) == set(loss_plots.GENERATOR_CURVES) == set(loss_plots.DISCRIMINATOR_CURVES) == set(loss_plots.COLOURS)


def test_sigmoid_and_softplus_of_any_logit():
    np.testing.assert_allclose(loss_plots.sigmoid([-1e4, 0.0, np.log(4.0), 1e4]), [0.0, 0.5, 0.8, 1.0])
    np.testing.assert_allclose(loss_plots.softplus(np.array([-1e4, 0.0, 1e4])), [0.0, np.log(2), 1e4])


@pytest.mark.parametrize("loss_of", ["generator", "discriminator"])
def test_the_widget_over_its_range_in_any_order(loss_of):
    curves = {"generator": loss_plots.GENERATOR_CURVES, "discriminator": loss_plots.DISCRIMINATOR_CURVES}[loss_of]
    values = list(np.arange(-8.0, 8.01, 2.0))
    for logit in values + values[::-1]:
        figure = loss_plots.draw_losses_at_logit(logit, loss_of)
        left, right = figure.axes
        assert f"{loss_plots.sigmoid(logit):.4f}" in left.get_title(loc="left") and loss_of in left.get_ylabel()
        shown = [t.get_text() for t in right.texts if ":" in t.get_text()]
        assert len(shown) == 4
        for name in ("least squares", "Wasserstein"):
            text = next(t for t in shown if name in t)
            assert float(text.split(": ")[1]) == pytest.approx(-curves[name][1](logit), abs=1e-4)
        assert all(abs(bar.get_width()) <= loss_plots.LONGEST_BAR for bar in right.patches)
        plt.close(figure)


def test_a_logit_outside_and_an_unknown_player_are_refused():
    for logit in (-8.1, 9.0):
        with pytest.raises(ValueError, match="from -8 to 8"):
            loss_plots.draw_losses_at_logit(logit)
    with pytest.raises(ValueError, match="generator"):
        loss_plots.draw_losses_at_logit(0.0, "judge")


def test_saturation_draws_both_losses_and_the_sizes_of_their_gradients():
    left, right = loss_plots.draw_saturation(SOME).axes
    for name, (loss, gradient) in list(loss_plots.GENERATOR_CURVES.items())[:2]:
        assert any(np.allclose(line.get_ydata(), loss(SOME)) for line in left.lines), name
        assert any(np.allclose(line.get_ydata(), -gradient(SOME)) for line in right.lines), name


def test_travel_draws_every_way():
    ways = {(start, name): start * np.exp(-np.linspace(0, 1, 20)) for start in (1.0, 6.0) for name in ("saturating", "non-saturating")}
    ax = loss_plots.draw_travel(ways).axes[0]
    for way in ways.values():
        assert any(len(line.get_ydata()) == 20 and np.allclose(line.get_ydata(), way) for line in ax.lines)
    assert {"saturating", "non-saturating", "data"} <= {t.get_text() for t in ax.texts}
