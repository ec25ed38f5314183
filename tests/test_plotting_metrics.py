"""The figures of measuring: every number is drawn where it belongs."""

import numpy as np
import pytest
from tryon_utils import training
from tryon_utils.metrics import GroupRow
from tryon_utils.plotting import metrics as metric_plots

PICTURES = np.zeros((12, 8, 8, 3), "uint8")


def test_the_bias_is_drawn_by_sample_size():
    figure = metric_plots.draw_bias([50, 100], np.array([[3.0, 5.0], [1.0, 2.0]]), np.zeros((2, 2)))
    np.testing.assert_allclose(figure.axes[0].lines[2].get_ydata(), [4, 1.5])
    figure.canvas.get_width_height()


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_the_lab_marks_the_strength_on_every_curve(strength):
    names = ["KID", "Fréchet distance", "precision", "recall", "density", "coverage", "closer than honest"]
    measured = {name: np.array([0.0, 0.5, 2.0]) for name in names}
    figure = metric_plots.draw_lab(PICTURES, np.array([0, 0.5, 1.0]), measured, strength, "blur")
    assert len(figure.axes) == 6 and "blur" in figure.axes[0].get_title()
    marks = [line for ax in figure.axes[1:] for line in ax.lines if line.get_marker() == "o"]
    assert len(marks) == len(names)
    for mark in marks:
        assert mark.get_xdata() == strength and mark.get_ydata() == np.interp(strength, [0, 0.5, 1], [0, 0.5, 2])


def test_groups_are_drawn_with_their_intervals():
    figure = metric_plots.draw_groups([GroupRow(1, 10, 2.0, 1.5, 2.5), GroupRow(2, 30, 4.0, 3.0, 5.0)], np.zeros((2, 3)), "error")
    ax, = figure.axes
    assert ax.collections[0].get_segments()[0][0, 1] == pytest.approx((10 * 2 + 30 * 4) / 40)
    np.testing.assert_allclose([segment[:, 1] for segment in ax.collections[1].get_segments()], [[1.5, 2.5], [3, 5]])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2"]


def test_neighbours_stand_below_their_samples():
    figure = metric_plots.draw_neighbours(PICTURES[:5], PICTURES[:5] + np.uint8(9), np.arange(5.0))
    assert len(figure.axes) == 10 and figure.axes[3].get_title() == "3.0"
    assert figure.axes[8].images[0].get_array()[0, 0, 0] == 9


def test_a_measured_training_shows_its_losses_and_its_metrics():
    history = training.History()
    for step in (100, 200):
        history.record(step, {"discriminator_loss": 1.0, "generator_loss": step / 100, "KID": 10 / step, "precision": 0.5, "coverage": 0.25})
    figure = metric_plots.draw_measured_training(history)
    losses, kid, shares = figure.axes
    np.testing.assert_allclose(losses.lines[1].get_ydata(), [1, 2])
    np.testing.assert_allclose(kid.lines[0].get_ydata(), [0.1, 0.05])
    assert [text.get_text() for text in shares.get_legend().get_texts()] == ["precision", "coverage"] and kid.get_ylim()[0] == 0
