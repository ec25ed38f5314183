"""The figures of warps: every panel is there, arrows have their true length, and dots stand where the numbers say."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from tryon_utils import metrics
from tryon_utils.plotting import warps

RNG = np.random.default_rng(0)


def pictures(*shape):
    return RNG.integers(0, 256, (*shape, 3), dtype="uint8")


def places(*shape):
    y, x = np.mgrid[:shape[-2], :shape[-1]]
    return np.broadcast_to(np.stack([x, y], axis=-1) + 0.5, (*shape, 2))


def drawn(figure):
    return figure.canvas.get_width_height() and figure


def test_a_line_shows_its_pixels_and_what_was_fetched():
    ax = drawn(warps.draw_line([10, 20, 40], [1.0, 2.25], [15, 35])).axes[0]
    assert [bar.get_height() for bar in ax.patches] == [10, 20, 40]
    assert [text.get_text() for text in ax.texts] == ["1: 15", "2.25: 35"]


def test_a_spline_shows_an_arrow_for_each_moved_handle():
    handles = np.array([[0.0, 0], [6, 0], [0, 8], [6, 8]])
    goals = handles + [[0, 0], [1, 1], [0, 0], [0, 2]]
    left, right = drawn(warps.draw_spline(pictures(8, 6), pictures(8, 6), places(8, 6), handles, goals)).axes
    assert len(left.texts) == 2 and not right.texts


def test_the_pieces_are_shown_beside_each_other():
    layout = RNG.dirichlet(np.ones(4), (8, 6))
    figure = drawn(warps.draw_pieces(pictures(8, 6), RNG.uniform(0, 6, (8, 2)), pictures(8, 6), RNG.uniform(0, 6, (8, 2)), pictures(3, 8, 6), layout))
    assert [ax.get_title() for ax in figure.axes] == ["in the shop", "joints", "as torso", "as right sleeve", "as left sleeve", "which shows"]


@pytest.mark.parametrize("every", [2, 3])
def test_arrows_point_to_the_truth_where_it_is_known(every):
    known = np.zeros((12, 9), bool)
    known[3:9, 2:7] = True
    ax = Figure().subplots()
    arrows = warps.draw_arrows(ax, pictures(12, 9), places(12, 9), places(12, 9) + [3, 4], known, every)
    rows, columns = np.nonzero(known)
    assert arrows.N == np.sum((rows % every == every // 2) & (columns % every == every // 2)) > 0
    assert np.all(arrows.U == 3) and np.all(arrows.V == 4)
    np.testing.assert_allclose(arrows.get_array(), 5)


def test_errors_stand_above_each_person():
    truth = places(2, 8, 6)
    figure = drawn(warps.draw_errors(pictures(2, 8, 6), {"first": truth + [3, 4], "second": truth}, truth, np.ones((2, 8, 6), bool), ["down", "bent"], 2))
    assert [ax.get_title() for ax in figure.axes[:4]] == ["down: 5.0", "bent: 5.0", "down: 0.0", "bent: 0.0"]


def test_every_pose_has_a_dot_for_every_warp():
    rows = metrics.by_group(RNG.uniform(0, 1, 40), ["bent", "down"] * 20)
    ax = drawn(warps.draw_by_pose({"by the keypoints": rows, "with the spline": rows})).axes[0]
    assert len(ax.texts) == 4 and ax.texts[0].get_text() == f"{rows[0].mean:.2f}"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["bent\n20 people", "down\n20 people"]


def test_a_fitting_has_four_panels():
    figure = drawn(warps.draw_fitting(pictures(8, 6), pictures(8, 6), pictures(8, 6), places(8, 6), places(8, 6), np.ones((8, 6), bool), "0.0 pixels off"))
    assert [ax.get_title() for ax in figure.axes] == ["in the shop", "warped onto the person", "the truth", "0.0 pixels off"]
