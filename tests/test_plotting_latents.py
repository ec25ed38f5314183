"""Figures of codes and conditions: what stands in them, and what they refuse."""

import numpy as np
import pytest
from tryon_utils.plotting import latents


def pictures(count, size=8):
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3)).astype("uint8")


def words_of(figure):
    return " ".join(text.get_text() for text in [*figure.texts, *(text for ax in figure.axes for text in (*ax.texts, ax.title, ax.xaxis.label))])


def test_rows_have_names_and_columns_titles():
    figure = latents.draw_rows({"faces": pictures(3), "back again": pictures(3)}, titles=["a", "b", "c"])
    assert len(figure.axes) == 6 and {text.get_text() for text in figure.texts} == {"faces", "back again"}
    assert [ax.get_title(loc="center") for ax in figure.axes[:3]] == ["a", "b", "c"]
    assert all(0 <= ax.get_position().x0 and ax.get_position().x1 <= 1 and ax.get_position().y0 >= -1e-6 for ax in figure.axes)


def test_rows_of_different_length():
    with pytest.raises(ValueError, match="different length"):
        latents.draw_rows({"one": pictures(2), "other": pictures(3)})


def test_no_bound_lies_above_the_evidence():
    means = np.linspace(-1, 1, 5)
    figure = latents.draw_bound(means, {0.5: -1 - means**2, 1.0: -2 - means**2}, -1.0, 0.0)
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 5]
    assert len(lines) == 2 and all(np.max(line.get_ydata()) <= -1 for line in lines)


def test_a_dot_and_a_row_for_each_beta():
    figure = latents.draw_trade([0.5, 4], [60, 20], [0.01, 0.04], np.stack([pictures(4)] * 3))
    assert "beta 0.5" in words_of(figure) and "faces" in words_of(figure)


def test_scores_with_one_that_a_model_does_not_have():
    scores = {"VAE": {"KID": 0.3, "PSNR": 21.0}, "GAN": {"KID": 0.2, "PSNR": float("nan")}}
    figure = latents.draw_scores(scores, {"KID": "low", "PSNR": "high"}, {"KID": 0.01})
    assert len(figure.axes) == 2 and "none" in words_of(figure) and "low is better" in words_of(figure)


def test_accuracies_of_fakes_real_ones_and_chance():
    figure = latents.draw_accuracies({"hair": 0.8, "tone": 0.9}, {"hair": 0.9, "tone": 0.95}, {"hair": 0.1, "tone": 0.3})
    assert [tuple(line.get_xdata()) for line in figure.axes[0].lines] == [(0.9, 0.95), (0.8, 0.9), (0.1, 0.3)]


def test_the_measured_value_is_seen_beside_the_permuted():
    figure = latents.draw_permutations(np.random.default_rng(0).normal(size=200), 8.0, "difference of logits")
    low, high = figure.axes[0].get_xlim()
    assert low < -2 and high > 8 and "right conditions" in words_of(figure)


def test_points_have_the_colour_of_what_was_wanted():
    modes = np.array([[0.0, 2.0], [0.0, -2.0]])
    figure = latents.draw_by_condition({"none": modes, "label": modes}, [1, 0], modes)
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["none", "label"]
    points, rings = figure.axes[0].collections
    np.testing.assert_allclose(points.get_facecolors()[0, :3], rings.get_edgecolors()[1, :3])
