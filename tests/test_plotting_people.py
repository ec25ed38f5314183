"""The figures of people: every panel is there, in any size, and places get the same colour in both pictures."""


import numpy as np
import pytest
from tryon_utils import labels, paperdoll
from tryon_utils.paperdoll import body_paint, face_canvas
from tryon_utils.plotting import people


def size_of(figure):
    return figure.canvas.get_width_height()


@pytest.mark.parametrize("count, columns, titles", [(1, None, None), (5, 3, None), (6, 3, list("abc")), (6, 3, list("abcdef"))])
def test_pictures_fill_the_sheet_without_distortion(count, columns, titles):
    figure = people.draw_pictures([np.zeros((40, 30, 3), "uint8")] * count, columns, titles)
    assert len(figure.axes) == count
    for ax in figure.axes:
        box = ax.get_position()
        inches = figure.get_size_inches()
        np.testing.assert_allclose(box.height * inches[1] / (box.width * inches[0]), 40 / 30, rtol=1e-6)
        assert -1e-9 <= box.x0 and box.x1 <= 1 + 1e-9 and -1e-9 <= box.y0 and box.y1 <= 1 + 1e-9
    assert [ax.get_title() for ax in figure.axes if ax.get_title()] == (titles or [])


@pytest.mark.parametrize("height", [48, 96])
def test_the_truth_about_a_body_is_drawn(height):
    person, garment = paperdoll.sample_person_factors(0, 3), paperdoll.sample_garment_factors(0, 8)
    figure = people.draw_body_truth(paperdoll.render_person(person, garment, height), paperdoll.render_garment(garment, height))
    assert [ax.get_title() for ax in figure.axes] == ["picture", "parse map", "keypoints", "to be painted", "garment in the shop",
                                                      "its places...", "...and where they are worn", "where the flow holds"]
    assert len(figure.axes[2].lines) >= 6, "bones"
    size_of(figure)


@pytest.mark.parametrize("look", [*paperdoll.LOOKS])
def test_the_truth_about_a_face_is_drawn_for_every_look(look):
    sample = paperdoll.render_face(paperdoll.sample_face_factors(0, 2), paperdoll.LOOKS[look], 32)
    figure = people.draw_face_truth(sample)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert len(titles) == len(set(titles)) == 5 + len(sample.layers)


def test_hidden_points_are_told_from_visible_ones():
    figure = people.Figure()
    ax = people.draw_landmarks(figure.subplots(), np.column_stack([np.zeros((68, 2)), np.arange(68) % 2]))
    assert [len(points.get_offsets()) for points in ax.collections] == [34, 34]
    keypoints = np.column_stack([np.arange(36).reshape(18, 2), np.ones(18)])
    all_bones = len(people.draw_skeleton(figure.subplots(), keypoints).lines)
    keypoints[4, 2] = 0
    assert all_bones == len(people.BONES) and len(people.draw_skeleton(people.Figure().subplots(), keypoints).lines) == all_bones - 1


def test_a_place_has_the_same_colour_wherever_it_is_shown():
    places = np.array([[3.0, 5.0], [3.0, 5.0], [20.0, 30.0]])
    colours = people.place_colours(places, (40, 30))
    np.testing.assert_array_equal(colours[0], colours[1])
    assert (colours[0] != colours[2]).any() and colours.dtype == np.uint8


def test_there_is_a_colour_for_every_label():
    assert labels.BODY_COLOURS.shape == (20, 3) == (len(labels.BODY), 3) and labels.FACE_COLOURS.shape == (19, 3) == (len(labels.FACE), 3)
    for colours in (labels.BODY_COLOURS, labels.FACE_COLOURS):
        assert len(np.unique(colours, axis=0)) == len(colours)
    np.testing.assert_array_equal(labels.coloured(np.array([[0, 5]], "uint8"), labels.BODY_COLOURS)[0, 1], labels.BODY_COLOURS[5])


def test_shares_of_factors_sum_to_a_hundred():
    figure = people.draw_factors({"sleeve": {"short": 3, "long": 1}, "tone": {1: 5}, "pose": {"down": 2}, "hem": {"long": 1}})
    bars = figure.axes[0].patches
    assert [bar.get_width() for bar in bars] == [75.0, 25.0]


def test_labels_agree_with_the_renderers():
    for name, number in body_paint.LABELS.items():
        assert name.split()[-1] in labels.BODY[number]
    for name, number in face_canvas.LABELS.items():
        assert labels.FACE[number] == name
