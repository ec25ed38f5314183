"""The figures of a generator of pictures: every panel and number is there."""

import numpy as np
import pytest
from tryon_utils import training
from tryon_utils.plotting import pictures


def test_fields_show_every_number():
    figure = pictures.draw_fields([np.array([[1, 2], [2, 4]]), np.full((2, 2), 4)], ["uneven", "even"])
    assert [ax.get_title() for ax in figure.axes] == ["uneven", "even"]
    assert [text.get_text() for text in figure.axes[0].texts] == ["1", "2", "2", "4"]
    figure.canvas.draw()


def test_both_players_are_in_the_curves():
    history = training.History()
    for step in (50, 100):
        history.record(step, {"discriminator_loss": 1.0, "generator_loss": 2.0, "real_probability": 0.7, "fake_probability": 0.2})
    figure = pictures.draw_training(history)
    assert [len(ax.lines) for ax in figure.axes] == [3, 3]
    figure.canvas.draw()


@pytest.mark.parametrize("count", [1, 5])
def test_neighbours_stand_beside_the_fake(count):
    tiles = np.zeros((count, 32, 32, 3), "uint8")
    figure = pictures.draw_neighbours(tiles[0], tiles, np.arange(count) + 0.25)
    assert [ax.get_title() for ax in figure.axes][:2] == ["fake", "real, 0.2 away"]
    assert len(figure.axes) == count + 1
