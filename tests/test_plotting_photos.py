"""The figures of photographs: what is found is drawn where it was found, and what isn't drawn over stays as it was."""

import types

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from tryon_utils.plotting import photos as photo_plots

PIXELS = np.random.default_rng(0).integers(256, size=(40, 30, 3), dtype="uint8")
SQUARE = PIXELS[:30]
CORNERS = np.array([[2.0, 3.0], [20.0, 3.0], [20.0, 25.0], [2.0, 25.0]])


def dots(ax):
    """The places of all dots of an axes."""
    return np.concatenate([np.asarray(collection.get_offsets()) for collection in ax.collections])


def test_a_row_keeps_every_picture_whole_and_of_one_height():
    figure, axes = photo_plots.row_of([PIXELS, SQUARE, PIXELS[:, :10]], ["a", "b", "c"])
    assert [ax.get_title() for ax in axes] == ["a", "b", "c"]
    places = [ax.get_position() for ax in axes]
    np.testing.assert_allclose([place.height for place in places], places[0].height)
    inches = figure.get_size_inches()
    np.testing.assert_allclose([place.width * inches[0] / (place.height * inches[1]) for place in places], [30 / 40, 1, 10 / 40], rtol=1e-6)
    assert places[-1].x1 <= 1 + 1e-9


def test_an_outline_is_closed():
    _, (ax,) = photo_plots.row_of([PIXELS], [""])
    line = photo_plots.outline(ax, CORNERS).lines[0]
    np.testing.assert_allclose(np.stack(line.get_data(), axis=1), np.concatenate([CORNERS, CORNERS[:1]]))
    np.testing.assert_allclose(photo_plots.corners_of([2, 3, 20, 25]), CORNERS)


def test_guesses_are_drawn_in_the_squares_pixels():
    centres = np.array([[0.25, 0.25], [0.25, 0.25], [0.75, 0.5]])
    boxes, scores, points = np.array([[0.1, 0.2, 0.5, 0.6], [0.2, 0.2, 0.6, 0.6]]), np.array([0.6, 0.9]), np.array([[0.3, 0.4]])
    figure = photo_plots.draw_guesses(SQUARE, centres, boxes, scores, [(0.9, boxes[1], points)])
    left, middle, right = figure.axes
    assert left.get_title() == "3 guesses, at 2 places" and "2" in middle.get_title()
    np.testing.assert_allclose(dots(left), centres * 30)
    assert len(middle.lines) == 2 and middle.lines[0].get_alpha() < middle.lines[1].get_alpha()
    np.testing.assert_allclose(right.lines[0].get_xdata()[:2], [6, 18])
    np.testing.assert_allclose(dots(right), points * 30)
    assert right.texts[0].get_text() == "0.90"


def test_landmarks_are_drawn_in_the_region_and_in_the_photograph():
    in_region, in_photo = np.array([[3.0, 4.0], [5.0, 6.0]]), np.array([[13.0, 14.0], [15.0, 16.0]])
    left, middle, right = photo_plots.draw_landmarks_found(PIXELS, CORNERS, SQUARE, in_region, in_photo).axes
    np.testing.assert_allclose(dots(middle), in_region)
    np.testing.assert_allclose(dots(right), in_photo)
    np.testing.assert_allclose(left.lines[1].get_ydata()[:2], [3, 3])  # the upper edge


def test_faces_are_numbered_only_where_there_are_several():
    faces = [types.SimpleNamespace(points=np.full((468, 2), number, "float32")) for number in (5, 9)]
    one, two, none = photo_plots.draw_faces_found([PIXELS] * 3, [faces[:1], faces, []], ["one", "two", "none"]).axes
    assert not one.texts and [text.get_text() for text in two.texts] == ["1", "2"] and not none.collections


def test_a_tint_follows_its_mask():
    masks = np.zeros((40, 30, 2), "float32")
    masks[:10, :, 0], masks[20:30, :, 1] = 1.0, 1.0
    tinted = photo_plots.tint(PIXELS, masks, ["lips", "skin"], strength=1.0)
    np.testing.assert_array_equal(tinted[10:20], PIXELS[10:20])
    np.testing.assert_array_equal(tinted[30:], PIXELS[30:])
    np.testing.assert_array_equal(tinted[0, 0], np.rint(255 * np.array(to_rgb("C1"))))
    assert tinted.dtype == np.uint8 and (tinted[20:30] != PIXELS[20:30]).any()


def test_the_skin_lies_below_the_other_regions():
    masks = np.ones((40, 30, 2), "float32")
    np.testing.assert_array_equal(photo_plots.tint(PIXELS, masks, ["lips", "skin"], 1.0), photo_plots.tint(PIXELS, masks[..., :1], ["lips"], 1.0))


def test_regions_stand_below_their_faces_with_their_names():
    masks = np.zeros((30, 30, 5), "float32")
    figure = photo_plots.draw_regions([SQUARE, SQUARE], [masks, masks], ["lips", "eyes", "brows", "cheeks", "skin"])
    assert len(figure.axes) == 4 and [text.get_text()[2:] for text in figure.texts] == ["lips", "eyes", "brows", "cheeks", "skin"]
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), SQUARE)
    assert figure.axes[0].get_position().y0 > figure.axes[1].get_position().y0


def test_a_round_trip_has_four_panels():
    figure = photo_plots.draw_round_trip(PIXELS, CORNERS, SQUARE, SQUARE, PIXELS)
    assert [len(ax.lines) for ax in figure.axes] == [1, 0, 0, 0]


@pytest.mark.parametrize("masks", [None, [np.zeros((40, 30)), np.ones((40, 30))]])
def test_people_are_drawn_with_the_joints_that_are_seen(masks):
    joints = np.zeros((2, 18, 3))
    joints[0, [1, 2, 3]] = [[15, 10, 1], [10, 12, 1], [8, 18, 1]]
    figure = photo_plots.draw_people([PIXELS, PIXELS], joints, ["one", "other"], masks=masks)
    assert [len(ax.lines) for ax in figure.axes] == [2, 0] and figure.axes[1].get_title() == "other"
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), PIXELS)
    if masks is not None:
        np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), np.rint(255 - (255 - PIXELS) * 0.25))  # pale


def test_a_changed_face_is_shown_with_its_truth():
    landmarks = np.column_stack([np.linspace(5, 25, 68), np.linspace(5, 25, 68), np.ones(68)])
    figure = photo_plots.draw_changed(SQUARE, landmarks, np.zeros((30, 30, 1), "float32"), ["lips"], "turned")
    assert figure.axes[0].get_title() == "turned" and len(figure.axes[1].lines) == 9
    np.testing.assert_array_equal(figure.axes[2].images[0].get_array(), SQUARE)
