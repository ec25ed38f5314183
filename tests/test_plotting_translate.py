"""Figures of translation: what is drawn is what was given."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from tryon_utils.plotting import translate as plots

PICTURES = np.random.default_rng(0).integers(0, 255, (4, 16, 16, 3)).astype("uint8")
RUNS = {"bicubic": (20.0, 0.7), "L1 alone": (15.0, 0.4), "strong": (16.0, 0.3)}
BLENDS = np.array([[15.0, 0.4], [15.2, 0.33], [16.0, 0.3]])


def title(ax):
    return "".join(ax.get_title(loc=place) for place in ("left", "center", "right"))  # the course's style writes it on the left


def draws(figure):
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    return figure


def test_repairs_have_a_dot_for_each_method_at_its_score():
    scores = {"nothing": {"noise": 20.0, "blur": 25.0}, "ours": {"noise": 28.0, "blur": 30.0}}
    ax = draws(plots.draw_repairs(scores)).axes[0]
    np.testing.assert_allclose([dots.get_offsets()[:, 0] for dots in ax.collections[1:]], [[20, 25], [28, 30]])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["noise", "blur"]


@pytest.mark.parametrize("chosen", [0, 2])
def test_the_trade_shows_runs_blends_and_the_ring(chosen):
    figure = draws(plots.draw_blend(PICTURES, RUNS, BLENDS, chosen, "half and half"))
    ax = figure.axes[1]
    np.testing.assert_allclose(ax.lines[0].get_xydata(), BLENDS)
    np.testing.assert_allclose(ax.collections[-1].get_offsets()[0], BLENDS[chosen])
    assert [text.get_text() for text in ax.texts] == list(RUNS) and title(figure.axes[0]) == "half and half"


def test_the_patch_is_framed_where_it_lies():
    figure = draws(plots.draw_patches(PICTURES[0], np.zeros((4, 4)), 6, (1, 2)))
    frame = figure.axes[0].patches[0]
    assert frame.get_width() == frame.get_height() == 6
    np.testing.assert_allclose(np.array(frame.get_xy()) + 3, [10, 6])  # the middle of place (1, 2): x, y


def test_pairings_draw_a_line_for_each_and_say_how_far_off_they_are():
    a = np.array([0.1, 0.5, 0.9])
    figure = draws(plots.draw_pairings(a, {"right": a, "wrong": a[::-1]}, a))
    assert [len(ax.lines) for ax in figure.axes] == [3, 3]
    assert [title(ax) for ax in figure.axes] == ["right: 0.00 off", "wrong: 0.53 off"]


def test_forgetting_has_a_curve_for_each_model_and_the_floor():
    ax = draws(plots.draw_forgetting([0, 4, 8], {"CycleGAN": [5, 9, 12], "with a code": [6, 7, 8]}, 14.0)).axes[0]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), 14)
    np.testing.assert_allclose(ax.lines[2].get_ydata(), [6, 7, 8])


def test_a_training_without_pairs():
    values = {name: np.arange(3.0) for name in ("cycle", "identity", "fooled", "judges")}
    history = type("History", (), {"steps": [50, 100, 150], "__getitem__": lambda self, name: values[name]})()
    assert [len(ax.lines) for ax in draws(plots.draw_cycle_training(history)).axes] == [2, 2]


def test_gains_are_means_that_leave_out_what_is_not_there():
    errors = {"put on": {"nothing": {"lips": np.array([4.0, np.nan])}, "ours": {"lips": np.array([1.0, 3.0])}}}
    ax = draws(plots.draw_gains(errors, ("lips",))).axes[0]
    assert [bar.get_height() for bar in ax.patches] == [4.0, 2.0]
