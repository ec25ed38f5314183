"""The figures of the plane: what they show of what they are given, without touching it."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from tryon_utils import points, training
from tryon_utils.plotting import points as point_plots

RING = points.ring()
REAL = RING.sample(60, np.random.default_rng(0))
FAKE = RING.sample(40, np.random.default_rng(1)) + np.float32(0.3)
PLANE = points.plane()
SURFACE = 1 / (1 + np.exp(-PLANE[:, :1]))  # one half on the vertical axis
ARROWS = np.stack([np.arange(1, 11), np.zeros(10)], axis=1)


def scattered(ax):
    """The places and the colour of every scatter of an axes."""
    return [(np.asarray(c.get_offsets()), tuple(c.get_facecolor()[0][:3])) for c in ax.collections if hasattr(c, "get_sizes") and len(c.get_offsets()) > 1]


def history(records=5):
    kept = training.History()
    for step in range(1, records + 1):
        kept.record(50 * step, {"discriminator_loss": 1.3, "generator_loss": 0.7, "real_probability": 0.5,
                                "fake_probability": 0.4, "distance": 1 / step})
    return kept


FRAMES = [{"fake": FAKE, "surface": SURFACE}] * 3
FIGURES = {
    "point sets": lambda: point_plots.draw_point_sets([RING, points.spiral()]),
    "game": lambda: point_plots.draw_game(REAL, FAKE, SURFACE, ARROWS, title="step 1"),
    "game without arrows": lambda: point_plots.draw_game(REAL, FAKE, SURFACE),
    "board": lambda: point_plots.draw_board(REAL, FAKE, SURFACE, ARROWS, [0, 1, 2], [2.0, 1.5, 1.4], 0.2),
    "board at its beginning": lambda: point_plots.draw_board(REAL, FAKE, SURFACE, ARROWS, [0], [2.0], 0.2),
    "film strip": lambda: point_plots.draw_film_strip(REAL, FRAMES, [0, 50, 100]),
    "samples": lambda: point_plots.draw_samples([FAKE] * 7, list("abcdefg"), RING),
    "samples of several sets": lambda: point_plots.draw_samples([FAKE] * 2, ["ring", "grid"], [RING, points.grid()]),
    "training": lambda: point_plots.draw_training(history()),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_returned_that_can_be_drawn_and_is_left_open_nowhere(name):
    open_before = plt.get_fignums()
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    assert plt.get_fignums() == open_before


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_input_gives_the_same_picture(name):
    def pixels():
        file = io.BytesIO()
        FIGURES[name]().savefig(file, format="png")
        return file.getvalue()

    assert pixels() == pixels()


def test_real_points_are_blue_and_fake_ones_vermilion():
    ax = point_plots.draw_game(REAL, FAKE, SURFACE).axes[0]
    (real, blue), (fake, vermilion) = scattered(ax)
    np.testing.assert_allclose(real, REAL)
    np.testing.assert_allclose(fake, FAKE)
    assert blue == to_rgb("C0") and vermilion == to_rgb("C1")


def test_the_surface_lies_the_right_way_round_and_its_border_where_d_is_one_half():
    ax = point_plots.draw_surface(Figure().subplots(), SURFACE)
    border = [path.vertices for path in ax.collections[-1].get_paths() if len(path.vertices)]
    np.testing.assert_allclose(np.concatenate(border)[:, 0], 0, atol=0.01)  # it grows to the right, so the border is upright


def test_a_surface_that_is_nowhere_undecided_has_no_border():
    ax = point_plots.draw_surface(Figure().subplots(), np.full(48 * 48, 0.9))
    assert len(ax.collections) == 1


def test_arrows_start_at_their_points_and_the_longest_has_its_length():
    ax = point_plots.draw_arrows(Figure().subplots(), FAKE[:10], ARROWS, longest=0.5)
    quiver = ax.collections[0]
    np.testing.assert_allclose(quiver.get_offsets(), FAKE[:10])
    np.testing.assert_allclose(quiver.U, ARROWS[:, 0] * 0.05)
    np.testing.assert_allclose(quiver.V, 0)


def test_arrows_without_length_can_be_drawn():
    figure = point_plots.draw_game(REAL, FAKE, SURFACE, np.zeros((10, 2)))
    figure.canvas.draw()


def test_the_board_shows_the_course_of_the_distance_and_the_floor():
    right = point_plots.draw_board(REAL, FAKE, SURFACE, ARROWS, [0, 1, 2], [2.0, 1.5, 1.4], 0.2).axes[1]
    curve, floor = right.lines
    np.testing.assert_array_equal(curve.get_ydata(), [2.0, 1.5, 1.4])
    np.testing.assert_array_equal(floor.get_ydata(), [0.2, 0.2])
    assert right.get_ylim()[1] > 2.0


def test_the_strip_has_a_panel_a_frame_with_its_step():
    axes = point_plots.draw_film_strip(REAL, FRAMES, [0, 500, 3000]).axes
    assert [ax.get_title(loc="left") or ax.get_title() for ax in axes] == ["step 0", "step 500", "step 3,000"]


def test_samples_lie_over_the_circles_in_which_they_are_good():
    figure = point_plots.draw_samples([FAKE] * 3, ["one", "two", "three"], RING, columns=2, shown=25)
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert len(figure.axes) == 4 and len(shown) == 3
    for ax in shown:
        np.testing.assert_allclose(sorted(circle.center for circle in ax.patches), sorted(map(tuple, RING.modes)))
        assert all(circle.radius == pytest.approx(0.3) for circle in ax.patches)
        ((samples, colour),) = scattered(ax)
        np.testing.assert_allclose(samples, FAKE[:25])
        assert colour == to_rgb("C1")


def test_every_sample_has_the_circles_of_its_own_set():
    first, second = point_plots.draw_samples([FAKE] * 2, ["ring", "grid"], [RING, points.grid()]).axes
    assert len(first.patches) == 8 and len(second.patches) == 25


def test_the_curves_of_a_training_are_those_recorded():
    losses, probabilities, distance = point_plots.draw_training(history()).axes
    kept = history()
    drawn = [line.get_ydata() for line in [*losses.lines, *probabilities.lines, *distance.lines] if len(line.get_ydata()) == 5]
    for name, curve in zip(["discriminator_loss", "generator_loss", "real_probability", "fake_probability", "distance"], drawn, strict=True):
        np.testing.assert_array_equal(curve, kept[name])
    assert {line.get_color() for line in losses.lines} >= {"C1", "C2"}
    levels = [line.get_ydata()[0] for line in losses.lines if len(line.get_ydata()) == 2]
    np.testing.assert_allclose(levels, [2 * np.log(2), np.log(2)])


def test_nothing_that_is_given_is_changed():
    copies = REAL.copy(), FAKE.copy(), SURFACE.copy(), ARROWS.copy()
    point_plots.draw_board(REAL, FAKE, SURFACE, ARROWS, [0], [2.0], 0.2)
    for given, copy in zip((REAL, FAKE, SURFACE, ARROWS), copies, strict=True):
        np.testing.assert_array_equal(given, copy)
