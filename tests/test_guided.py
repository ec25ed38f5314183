"""The guided filter against its definition, its limits, and its speed at full size."""

import time

import numpy as np
import pytest
from tryon_utils import guided


def slow_box_mean(values, radius):
    height, width = values.shape[:2]
    return np.array([[values[max(y - radius, 0):y + radius + 1, max(x - radius, 0):x + radius + 1].mean(axis=(0, 1)) for x in range(width)] for y in range(height)])


def slow_guided_filter(values, guide, radius, epsilon):
    """He's definition: a ridge regression in every window, and the mean of what the windows around a pixel say."""
    height, width = guide.shape
    said = [[[] for _ in range(width)] for _ in range(height)]
    for y in range(height):
        for x in range(width):
            window = (slice(max(y - radius, 0), y + radius + 1), slice(max(x - radius, 0), x + radius + 1))
            inside, wanted = guide[window].ravel(), values[window].ravel()
            a = np.mean((inside - inside.mean()) * (wanted - wanted.mean())) / (inside.var() + epsilon)
            b = wanted.mean() - a * inside.mean()
            for row in range(*window[0].indices(height)):
                for column in range(*window[1].indices(width)):
                    said[row][column].append(a * guide[row, column] + b)
    return np.array([[np.mean(answers) for answers in row] for row in said])


@pytest.mark.parametrize("radius", [0, 1, 3, 20])
@pytest.mark.parametrize("shape", [(9, 7), (8, 11, 3)])
def test_the_box_mean_is_the_mean_of_each_window(shape, radius):
    values = np.random.default_rng(0).random(shape)
    found = guided.box_mean(values, radius)
    assert found.shape == shape and found.dtype == np.float32
    np.testing.assert_allclose(found, slow_box_mean(values, radius), atol=1e-5)


@pytest.mark.parametrize(("radius", "epsilon"), [(1, 1e-2), (2, 1e-3), (4, 0.1)])
def test_the_filter_is_what_its_definition_says(radius, epsilon):
    rng = np.random.default_rng(1)
    guide, values = rng.random((12, 15)), rng.random((12, 15))
    np.testing.assert_allclose(guided.guided_filter(values, guide, radius, epsilon), slow_guided_filter(values, guide, radius, epsilon), atol=2e-4)


def test_a_coloured_guide_explains_a_map_by_all_its_channels():
    """One window that holds the whole picture: everywhere the same ridge regression."""
    rng = np.random.default_rng(6)
    guide, values, epsilon = rng.random((5, 6, 3)), rng.random((5, 6)), 1e-2
    centred, wanted = guide.reshape(-1, 3) - guide.mean(axis=(0, 1)), values.ravel() - values.mean()
    a = np.linalg.solve(centred.T @ centred / 30 + epsilon * np.eye(3), centred.T @ wanted / 30)
    np.testing.assert_allclose(guided.guided_filter(values, guide, 9, epsilon), (centred @ a + values.mean()).reshape(5, 6), atol=1e-4)


def test_colour_shows_edges_that_grey_does_not():
    y, x = np.mgrid[:128, :128]
    disc = ((x - 60) ** 2 + (y - 66) ** 2 < 35**2).astype("float32")
    picture = np.where(disc[..., None] > 0, np.array([0.8, 0.4, 0.4]), np.array([0.55, 0.5275, 0.4]))  # equally light: 0.299, 0.587, 0.114
    grey = picture @ np.array([0.299, 0.587, 0.114])
    assert np.ptp(grey) < 1e-3
    small = disc.reshape(32, 4, 32, 4).mean(axis=(1, 3))
    errors = [np.abs(guided.upsample(small, guide, 2, 1e-4) - disc).mean() for guide in (picture, grey)]
    assert errors[0] < 0.2 * errors[1]


def test_a_map_that_is_a_line_of_the_guide_stays_as_it_is():
    guide = np.random.default_rng(2).random((20, 20))
    np.testing.assert_allclose(guided.guided_filter(0.3 * guide + 0.2, guide, 3, 1e-6), 0.3 * guide + 0.2, atol=2e-3)


def test_a_flat_guide_only_smooths():
    values = np.random.default_rng(3).random((20, 20))
    found = guided.guided_filter(values, np.full((20, 20), 0.7), 2, 1e-3)
    np.testing.assert_allclose(found, guided.box_mean(guided.box_mean(values, 2), 2), atol=1e-4)


def test_many_maps_are_each_alone():
    rng = np.random.default_rng(4)
    guide, values = rng.random((40, 40, 3)), rng.random((10, 10, 4))
    together = guided.upsample(values, guide)
    assert together.shape == (40, 40, 4)
    for place in range(4):
        np.testing.assert_allclose(together[..., place], guided.upsample(values[..., place], guide), atol=1e-6)


def test_edges_come_back_sharp_at_full_size():
    y, x = np.mgrid[:256, :256]
    disc = ((x - 120) ** 2 + (y - 131) ** 2 < 70**2).astype("float32")
    small = disc.reshape(32, 8, 32, 8).mean(axis=(1, 3))
    sharp = guided.upsample(small, 0.2 + 0.5 * disc, radius=2, epsilon=1e-4)
    plain = guided.upsample(small, np.full_like(disc, 0.5), radius=2, epsilon=1e-4)
    assert np.abs(sharp - disc).mean() < 0.2 * np.abs(plain - disc).mean()
    assert np.abs(sharp - disc).max() < 0.25 < np.abs(plain - disc).max()


@pytest.mark.parametrize(("values", "guide", "words"), [
    (np.zeros(4), np.zeros((4, 4)), r"\(4,\)"), (np.zeros((4, 4)), np.zeros((4, 4, 2)), r"\(4, 4, 2\)"), (np.zeros((4, 4)), np.zeros((8, 8), "uint8"), "by 255"),
    (np.zeros((4, 4)), np.full((8, 8), 3.0), r"floats in \[0, 1\]"), (np.zeros((8, 8)), np.zeros((4, 8)), "smaller than the maps"),
])
def test_what_does_not_fit_is_refused(values, guide, words):
    with pytest.raises(ValueError, match=words):
        guided.upsample(values, guide)


@pytest.mark.parametrize(("radius", "epsilon"), [(0, 0.1), (2, 0.0)])
def test_a_filter_without_window_or_ridge_is_refused(radius, epsilon):
    with pytest.raises(ValueError, match="radius"):
        guided.upsample(np.zeros((4, 4)), np.zeros((8, 8)), radius, epsilon)


def test_a_full_picture_takes_a_moment():
    rng = np.random.default_rng(5)
    guide, values = rng.random((1024, 1024, 3), "float32"), rng.random((64, 64), "float32")
    times = []
    for _ in range(5):
        started = time.process_time()  # of this process alone: other tests run at the same time
        guided.upsample(values, guide)
        times.append(time.process_time() - started)
    assert min(times) < 0.12  # measured 0.05 among busy neighbours
