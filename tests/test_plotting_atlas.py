"""The figures of many trainings: every cell, seed and curve is there, and what is no number breaks nothing."""

from types import SimpleNamespace

import numpy as np
import pytest
from tryon_utils.plotting import atlas


def training(scale=1.0, broken=False):
    steps = np.arange(25, 401, 25)
    logits = scale * np.linspace(0, 1, 16)
    if broken:
        logits[5:] = np.nan
    return SimpleNamespace(frames=np.full((4, 6, 32, 32, 3), 127, "uint8"), steps=steps, curves={"real_logit": logits, "fake_logit": -logits})


def test_the_map_has_every_cell_with_its_number():
    verdicts = [["learned", "stalled"], ["collapsed", "diverged"]]
    figure = atlas.draw_map(verdicts, [[0.1, 0.9], [1.5, np.nan]], ["hinge", "none"], ["slow", "fast"], groups=(1, 1), marked=(0, 1))
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.10", "0.90", "1.50", "-"]
    assert [text.get_text() for text in figure.legends[0].texts] == list(atlas.VERDICTS)
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[0, 1], [2, 3]])
    figure.canvas.draw()


def test_a_training_shows_its_strip_and_both_logits():
    figure = atlas.draw_trainings([training(), training(scale=1e5)], ["recorded", "here"])
    assert [ax.get_title(loc="left") for ax in figure.axes[::2]] == ["recorded", "here"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["step 100", "step 200", "step 300", "step 400"]
    assert figure.axes[0].images[0].get_array().shape == (4 * 32, 6 * 32, 3)
    assert [ax.get_yscale() for ax in figure.axes[1::2]] == ["linear", "symlog"]
    figure.canvas.draw()


@pytest.mark.filterwarnings("error")
def test_a_training_that_broke_is_drawn_as_far_as_it_went():
    atlas.draw_trainings([training(broken=True)], ["broken"]).canvas.draw()


def test_the_zoo_has_a_dot_for_every_seed():
    kids = {"baseline": np.array([0.5, 0.6]), "hinge": np.array([0.4, 0.7]), "R1": np.array([0.3, 0.2])}
    figure = atlas.draw_zoo(kids, dict.fromkeys(kids, 1.5), [("baseline", "hinge"), ("R1",)])
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [line.get_xdata().tolist() for line in dots] == [values.tolist() for values in kids.values()]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == list(kids)
    assert sum(text.get_text() == "1.50 x" for text in figure.axes[0].texts) == 3
    figure.canvas.draw()


def test_each_discriminator_has_three_histograms_that_add_up():
    logits = {name: np.random.default_rng(0).normal(size=200) for name in ("training", "held out", "fake")}
    figure = atlas.draw_memory([logits, logits], ["without", "with"])
    assert [len(ax.lines) for ax in figure.axes] == [3, 3]
    assert all(0.95 < line.get_ydata().sum() <= 1 for ax in figure.axes for line in ax.lines)


def test_rows_stand_below_each_other_with_their_titles():
    figure = atlas.draw_rows([np.zeros((5, 32, 32, 3), "uint8")] * 3, ["one", "two", "three"])
    assert len(figure.axes) == 3 and [text.get_text() for text in figure.texts] == ["one", "two", "three"]
    assert figure.axes[0].images[0].get_array().shape == (32, 5 * 32, 3)
