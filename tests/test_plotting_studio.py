"""The figures of chapters 00 and 15 show what they are given."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from tryon_utils.plotting import studio as plots


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts] + [ax.get_title() for ax in figure.axes] + [ax.get_title(loc="left") for ax in figure.axes]


def test_rounds():
    mean = np.linspace(3, 4, 20)
    figure = plots.draw_rounds({name: (mean + place / 100, mean - 0.1, mean + 0.1) for place, name in enumerate(plots.COLOURS)}, shown=5)
    ax = figure.axes[0]
    assert [line.get_color() for line in ax.lines] == list(plots.COLOURS.values())
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), np.arange(5, 101, 5))
    np.testing.assert_allclose(ax.lines[0].get_ydata(), mean)
    heights = sorted(text.get_position()[1] for text in ax.texts)
    assert np.diff(heights).min() > 0.16 and {text.get_text() for text in ax.texts} == set(plots.COLOURS)  # no label lies on another


def test_weights():
    pictures = np.zeros((20, 32, 32, 3), "uint8") + np.arange(20, dtype="uint8")[:, None, None, None]
    liking = np.linspace(1, 5, 20)
    weights = np.exp(liking) / np.exp(liking).mean()
    figure = plots.draw_weights(pictures, liking, weights, 0.25)
    assert "worth 25% of the data" in texts(figure)
    most = figure.axes[0].images[0].get_array()
    assert most.shape == (32, 6 * 32, 3) and most[0, 0, 0] == 19 and most[0, -1, 0] == 14
    assert figure.axes[1].images[0].get_array()[0, -1, 0] == 0


def test_tunings():
    rows = [np.full((5, 8, 8, 3), value, "uint8") for value in (10, 200)]
    figure = plots.draw_tunings(rows, ["before", "after"])
    assert [ax.images[0].get_array().mean() for ax in figure.axes] == [10, 200] and {"before", "after"} <= set(texts(figure))


@pytest.mark.parametrize("there", [(), ("01", "15")])
def test_the_map(there):
    parts = {"The game": [("01", "Derive the losses", "why"), ("02", "Train a toy GAN", "points")], "Open it": [("15", "Run the studio", "people")]}
    figure = plots.draw_map(parts, there)
    assert isinstance(figure, Figure)
    boxes = figure.axes[0].patches
    grey = [box.get_facecolor()[:3] == pytest.approx((0.933, 0.933, 0.933), abs=0.01) for box in boxes[::2]]
    assert grey == [number not in there for number in ("01", "02", "15")]
    assert {"01", "02", "15", "The game", "Open it"} <= set(texts(figure))


def test_a_try_on():
    pictures = [np.full((64, 48, 3), value, "uint8") for value in (0, 80, 160, 240)]
    figure = plots.draw_try_on(*pictures)
    assert [image.get_array().mean() for ax in figure.axes for image in ax.images] == [0, 80, 160, 240]
