"""The figures of makeup: every number and every picture is drawn where it belongs."""

import numpy as np
import pytest
from tryon_utils import regions
from tryon_utils.metrics import GroupRow
from tryon_utils.plotting import makeup

RNG = np.random.default_rng(0)
FACES = RNG.integers(0, 256, (3, 16, 16, 3)).astype("uint8")
ROWS = [GroupRow(tone, 5, 2.0 + 0.1 * tone, 1.5, 3.5) for tone in range(1, 11)]


def drawn(figure):
    """Draw for real, so that what breaks only then breaks here."""
    figure.canvas.draw()
    return figure


def test_faces_stand_beside_the_truth_and_the_error():
    truth = FACES.copy()
    truth[0, :4] = 255 - truth[0, :4]
    figure = drawn(makeup.draw_faces({"bare": FACES, "ours": FACES}, truth, ["smoky evening", "b", "c"]))
    assert len(figure.axes) == 3 * 4
    titles = {ax.get_title() for ax in figure.axes} - {""}
    assert titles == {"bare", "ours", "truth", "error"}
    errors = [ax for ax in figure.axes if ax.images and ax.images[0].get_array().ndim == 2]
    shown = errors[0].images[0].get_array()
    assert shown[:4].min() > 1 and np.all(shown[4:] == 0)
    number = float(errors[0].texts[0].get_text())
    assert number == pytest.approx(shown[:4].mean(), rel=0.2) and errors[1].texts[0].get_text() == "0.0"
    assert "smoky\nevening" in [text.get_text() for ax in figure.axes for text in ax.texts]


def test_faces_without_truth_are_only_faces():
    figure = drawn(makeup.draw_faces({"a": FACES[:1], "b": FACES[:1]}))
    assert len(figure.axes) == 2 and np.array_equal(figure.axes[1].images[0].get_array(), FACES[0])


def test_a_look_grows_layer_by_layer():
    opacity = np.zeros((2, 16, 16))
    opacity[0, :8], opacity[1, 3] = 0.4, 0.9
    colours = np.array([[1.0, 0, 0], [0, 0, 1.0]])
    figure = drawn(makeup.draw_layers(FACES, opacity, colours, ["blush", "liner"]))
    assert [ax.get_title() for ax in figure.axes[:3]] == ["bare", "+ blush", "+ liner"]
    first = figure.axes[4].images[0].get_array()
    np.testing.assert_array_equal(first[0, 0], [255, 0, 0])
    assert first[12, 0].min() > 240


def test_scores_are_bars_with_the_spread_of_their_seeds():
    scores = {"no-op": {"lips": 6.0, "eyes": 8.0}, "ours": {"lips": [2.0, 3.0], "eyes": [4.0, 4.5]}}
    figure = drawn(makeup.draw_scores(scores, ("lips", "eyes"), best=("ours",)))
    lips, eyes = figure.axes
    assert [patch.get_width() for patch in lips.patches] == [6.0, 2.5] and [patch.get_width() for patch in eyes.patches] == [8.0, 4.25]
    assert lips.patches[0].get_facecolor() != lips.patches[1].get_facecolor()
    np.testing.assert_allclose(lips.lines[0].get_xdata(), [2, 3])
    assert [text.get_text() for text in lips.texts] == ["6.0", "2.5"] and (lips.get_title(loc="left") or lips.get_title()) == "lips"


def test_tones_are_dots_with_the_limit():
    figure = drawn(makeup.draw_tones({"no-op": ROWS, "ours": ROWS}, limit=1.15))
    assert len(figure.axes) == 2
    for ax in figure.axes:
        dots = ax.collections[-1]
        np.testing.assert_allclose(dots.get_offsets()[:, 1], [row.mean for row in ROWS])
        assert len(np.unique(dots.get_facecolors(), axis=0)) == 10
    assert "1.18" in (figure.axes[0].get_title(loc="left") or figure.axes[0].get_title())  # 3.0 of 2.55
    assert "1.15" in figure.axes[0].texts[0].get_text()
    assert not drawn(makeup.draw_tones({"ours": ROWS}, limit=None)).axes[0].texts


@pytest.mark.parametrize(("share", "words"), [(0.0, {"after"}), (0.5, {"before", "after"}), (1.0, {"before"})])
def test_before_stands_left_of_the_line_and_after_right(share, words):
    figure = drawn(makeup.draw_before_after(FACES[0], FACES[1], share))
    shown, column = figure.axes[0].images[0].get_array(), round(16 * share)
    np.testing.assert_array_equal(shown[:, :column], FACES[0][:, :column])
    np.testing.assert_array_equal(shown[:, column:], FACES[1][:, column:])
    assert {text.get_text() for text in figure.axes[0].texts} == words


@pytest.mark.parametrize(("after", "share"), [(FACES[1][:8], 0.5), (FACES[1], 1.5)])
def test_two_shapes_or_a_line_outside_are_refused(after, share):
    with pytest.raises(ValueError, match="share"):
        makeup.draw_before_after(FACES[0], after, share)


def test_the_ramp_shows_each_intensity_and_how_far_it_went():
    figure = drawn(makeup.draw_ramp(FACES, [0, 0.5, 1], [0.0, 2.0, 5.0]))
    curve = [line for ax in figure.axes for line in ax.lines][0]
    np.testing.assert_allclose(curve.get_ydata(), [0, 2, 5])
    assert [ax.get_title() for ax in figure.axes][:3] == ["0%", "50%", "100%"]
    assert len(drawn(makeup.draw_ramp(FACES, [0, 0.5, 1])).axes) == 3


def test_each_region_has_its_colour():
    masks = np.zeros((3, 16, 16, 5))
    masks[0, 2, 3, 0] = 1
    figure = drawn(makeup.draw_regions(FACES, masks, regions.NAMES))
    assert len(figure.axes) == 18 and [ax.get_title() for ax in figure.axes[:6]] == ["face", *regions.NAMES]
    lips, eyes = (ax.images[0].get_array() for ax in figure.axes[1:3])
    assert not np.array_equal(lips[2, 3], eyes[2, 3])
    lips, eyes = lips.copy(), eyes.copy()
    lips[2, 3] = eyes[2, 3]
    np.testing.assert_array_equal(lips, eyes)


def test_a_repair_shows_faces_and_what_remains():
    figure = drawn(makeup.draw_strengths(np.stack([FACES[:2], FACES[1:]]), [0.0, 1.0], {"ours": [3.0, 1.0], "no-op": [3.0, 3.0]}))
    assert len(figure.axes) == 5
    np.testing.assert_allclose(figure.axes[-1].lines[0].get_ydata(), [3, 1])
    assert [text.get_text() for text in figure.axes[-1].get_legend().get_texts()] == ["ours", "no-op"]
