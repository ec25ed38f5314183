"""Densities and their distances against known values, and the widget's picture over its whole range."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from tryon_utils.plotting import densities
from tryon_utils.plotting.densities import LINE

RANGES = {"distance": (-8.0, 0.0, 8.0), "real_deviation": (0.3, 2.0), "fake_deviation": (0.3, 2.0)}


@pytest.fixture(autouse=True)
def course_style():
    with plt.style.context("tryon_utils.course"):
        yield
    plt.close("all")


def normal(mean, deviation=1.0):
    return densities.normal_density(LINE, mean, deviation)


@pytest.mark.parametrize("density", [normal(1.0, 0.5), densities.heap_density(LINE, -2.0, 1.5)])
def test_densities_integrate_to_one(density):
    np.testing.assert_allclose(densities.integrate(density, LINE), 1.0, rtol=1e-6)
    assert density.min() >= 0


def test_a_heap_is_zero_outside():
    np.testing.assert_array_equal(densities.heap_density(np.array([-0.5, -0.6, 0.5, 9.0]), 0.0, 1.0), 0.0)
    np.testing.assert_allclose(densities.heap_density(0.0, 0.0, 0.5), 4.0)


def test_integrate_a_straight_line():
    np.testing.assert_allclose(densities.integrate(3 * np.linspace(0, 2, 5), np.linspace(0, 2, 5)), 6.0)


def test_kl_divergence_of_two_normals():
    """KL(N(m, s) from N(0, 1)) = -log s + (s^2 + m^2 - 1) / 2."""
    np.testing.assert_allclose(densities.kl_divergence(normal(0.7, 0.8), normal(0.0), LINE), -np.log(0.8) + (0.64 + 0.49 - 1) / 2, rtol=1e-6)


def test_jensen_shannon_divergence_from_zero_to_ln_two():
    p, q = densities.heap_density(LINE, -1.0, 1.0), densities.heap_density(LINE, 1.0, 1.0)
    assert densities.jensen_shannon_divergence(p, p, LINE) == 0
    np.testing.assert_allclose(densities.jensen_shannon_divergence(p, q, LINE), np.log(2), rtol=1e-6)
    p, q = normal(0.0), normal(1.0, 0.5)
    np.testing.assert_allclose(densities.jensen_shannon_divergence(p, q, LINE), densities.jensen_shannon_divergence(q, p, LINE))


def test_wasserstein_distance_of_shifted_and_of_widened_densities():
    np.testing.assert_allclose(densities.wasserstein_distance(normal(-1.0), normal(1.5), LINE), 2.5, rtol=1e-4)
    expected = (2.0 - 0.5) * np.sqrt(2 / np.pi)  # of two normals around one mean: the mean of |s z - t z|
    np.testing.assert_allclose(densities.wasserstein_distance(normal(0.0, 2.0), normal(0.0, 0.5), LINE), expected, rtol=1e-3)


def test_best_discriminator():
    np.testing.assert_allclose(densities.best_discriminator(np.array([0.3, 0.0, 0.2]), np.array([0.1, 0.4, 0.0])), [0.75, 0.0, 1.0])
    assert np.isnan(densities.best_discriminator(np.array(0.0), np.array(0.0)))


def test_the_widget_over_its_range_in_any_order():
    values = list(itertools.product(*RANGES.values()))
    for arguments in values + values[::-1]:
        figure = densities.draw_two_densities(*arguments)
        left, right = figure.axes
        text = " ".join(t.get_text() for t in right.texts)
        p, q = normal(-arguments[0] / 2, arguments[1]), normal(arguments[0] / 2, arguments[2])
        assert f"{densities.jensen_shannon_divergence(p, q, LINE):.3f}" in text
        assert f"{densities.wasserstein_distance(p, q, LINE):.2f}" in text
        best = next(line for line in left.lines if line.get_color() == "C2").get_ydata()
        shown = best[np.abs(LINE) <= 8]
        assert np.all(np.isfinite(shown)) and shown.min() >= 0 and shown.max() <= 1
        plt.close(figure)


def test_the_picture_names_its_curves_and_the_best_loss():
    figure = densities.draw_two_densities(0.0, 1.0, 1.0)
    texts = [t.get_text() for ax in figure.axes for t in ax.texts]
    assert {"real $p$", "fake $q$", "best $D$"} <= set(texts)
    assert any("1.386" in text for text in texts)


def test_draw_best_discriminator_takes_and_returns_axes():
    figure, ax = plt.subplots()
    assert densities.draw_best_discriminator(ax, LINE, normal(-1.0), normal(1.0), labels=False) is ax
    assert not ax.texts


def test_found_discriminators_are_drawn_where_they_are():
    places = np.linspace(-3, 3, 7)
    figure = densities.draw_found_discriminator(places, normal(-1.0)[::300], normal(1.0)[::300],
                                                {"table": (places, places / 10), "network": (places, places / 20)})
    drawn = {line.get_label(): line.get_ydata() for line in figure.axes[0].lines}
    np.testing.assert_array_equal(drawn["table"], places / 10)
    np.testing.assert_array_equal(drawn["network"], places / 20)


def test_heaps_apart_draws_every_curve():
    gaps = np.linspace(0, 3, 31)
    curves = {name: np.minimum(gaps * factor, 1) for name, factor in (("cross entropy", 1), ("least squares", 1.2), ("hinge", 1.5))}
    figure = densities.draw_heaps_apart(gaps, curves, gaps)
    drawn = [line.get_ydata() for line in figure.axes[1].lines]
    for curve in [*curves.values(), gaps]:
        assert any(len(line) == len(curve) and np.allclose(line, curve) for line in drawn)
    assert set(curves) <= {t.get_text() for t in figure.axes[1].texts}
