"""The face renderer's promises: determinism, exact truth, and changes that stay where they belong."""

import dataclasses

import numpy as np
import pytest

from tryon_utils.paperdoll.face import render_face
from tryon_utils.paperdoll.face_canvas import LABELS
from tryon_utils.paperdoll.face_factors import EXPRESSIONS, HAIR_STYLES, FaceFactors, sample_face_factors
from tryon_utils.paperdoll.face_truth import governed_region
from tryon_utils.paperdoll.factors import changed
from tryon_utils.paperdoll.looks import LOOKS, find_look, sample_look
from tryon_utils.paperdoll.makeup import MakeupLayer

CHANGES = {
    "monk_tone": 9, "undertone": 0.9, "face_shape": "heart", "jaw": 0.8, "cheek": -0.7, "chin": 0.8, "width": 0.9,
    "eye_shape": "round", "eye_tilt": 0.9, "eye_spacing": 0.8, "eye_size": 0.9, "eye_colour": "green", "gaze": 0.9,
    "brow_shape": "high arch", "brow_weight": 0.9, "nose_width": 0.9, "nose_length": 0.9, "nose_bridge": 0.9,
    "lip_fullness": 0.9, "lip_width": 0.9, "cupid_bow": 0.9, "lip_colour": 0.9, "expression": "open smile",
    "hair_style": "bob", "hair_colour": "copper", "hair_part": 0.8, "glasses": "round", "earrings": True, "freckles": 0.8,
    "blemishes": 0.8, "lines": 0.8, "facial_hair": "short beard", "dark_circles": 0.9, "top_colour": "teal", "background": "slate", "light_angle": 45.0,
    "light_height": 0.9, "yaw": 10.0, "pitch": 5.0, "roll": 5.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def people():
    return [render_face(sample_face_factors(3, k), sample_look(3, k), 64) for k in range(40)]


def test_the_same_factors_give_the_same_bits(people):
    again = render_face(sample_face_factors(3, 5), sample_look(3, 5), 64)
    np.testing.assert_array_equal(again.picture, people[5].picture)
    np.testing.assert_array_equal(again.landmarks, people[5].landmarks)


def test_sizes_agree():
    factors = changed(sample_face_factors(3, 2), hair_style="low bun")
    small, large = render_face(factors, None, 64), render_face(factors, None, 256)
    np.testing.assert_allclose(small.landmarks[:, :2] * 4, large.landmarks[:, :2], atol=0.01)
    mean = large.picture.reshape(64, 4, 64, 4, 3).mean((1, 3))
    assert np.abs(mean - small.picture).mean() < 4
    for name, mask in small.masks.items():
        assert np.abs(large.masks[name].reshape(64, 4, 64, 4).mean((1, 3)) - mask).mean() < 0.01, name


@pytest.fixture(scope="module")
def before():
    """Two people before any change: one with much hair, one with little and a beard."""
    smooth = changed(sample_face_factors(4, 3), hair_style="long wavy", glasses="none", earrings=False, expression="neutral")
    bearded = changed(sample_face_factors(400, 6), hair_style="shaved", facial_hair="stubble")
    return [render_face(factors, None, 64) for factors in (smooth, bearded)]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_stays_in_its_region(before, name):
    shows = False
    for sample in before:
        after = render_face(changed(sample.factors, **{name: CHANGES[name]}), None, 64)
        moved = (sample.bare != after.bare).any(-1)
        assert not (moved & ~governed_region(name, sample, after)).any()
        shows |= moved.any()
    assert shows, f"{name} changes nothing"


def test_every_factor_is_covered_by_the_change_test():
    names = {field.name for field in dataclasses.fields(FaceFactors)} - {"seed", "index"}
    assert names == set(CHANGES)


def test_makeup_changes_nothing_outside_its_layers(people):
    for sample in people:
        union = np.zeros((64, 64), bool)
        for layer in sample.layers:
            assert layer.opacity.dtype == np.float32 and 0 <= layer.opacity.min() and layer.opacity.max() <= 1
            union |= layer.opacity > 0
        moved = (sample.picture != sample.bare).any(-1)
        assert not (moved & ~union).any()
        assert moved.sum() > 30


def test_intensity_zero_is_the_bare_face():
    factors = sample_face_factors(3, 1)
    for name in LOOKS:
        sample = render_face(factors, find_look(name).at(0), 32)
        np.testing.assert_array_equal(sample.picture, sample.bare)


def test_bare_face_does_not_depend_on_the_look():
    factors = sample_face_factors(3, 1)
    np.testing.assert_array_equal(render_face(factors, None, 48).bare, render_face(factors, find_look("carnival"), 48).bare)


def test_parse_and_masks_partition_the_picture(people):
    for sample in people:
        assert sample.parse.dtype == np.uint8
        assert set(np.unique(sample.parse)) <= set(LABELS.values()) - {LABELS["necklace"]}
        assert (sample.parse == LABELS["skin"]).sum() > 100
        for mask in sample.masks.values():
            assert mask.shape == (64, 64) and mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1.0001
        shares = [mask for name, mask in sample.masks.items() if name != "cheeks"]
        np.testing.assert_allclose(np.sum(shares, axis=0), 1, atol=1e-5)
        assert (sample.masks["cheeks"] <= 1 - sample.masks["hair"] + 1e-5).all()


def test_landmarks_lie_on_their_parts():
    for k in range(12):
        factors = changed(sample_face_factors(8, k), hair_style="bald", glasses="none", expression="neutral", earrings=False)
        sample = render_face(factors, None, 256)
        column, row = sample.landmarks[:, :2].astype(int).T
        label = sample.parse[row, column]
        centre = lambda at: sample.landmarks[at, :2].mean(0).astype(int)  # noqa: E731
        for eye, name in ((range(36, 42), "right eye"), (range(42, 48), "left eye")):
            x, y = centre(list(eye))
            assert sample.parse[y, x] == LABELS[name]
        assert (label[27:31] == LABELS["nose"]).sum() >= 3
        assert sum(name in (LABELS["right brow"], LABELS["left brow"]) for name in label[17:27]) >= 8
        for at, name in ((51, "upper lip"), (57, "lower lip")):
            x, y = ((sample.landmarks[at, :2] + sample.landmarks[{51: 62, 57: 66}[at], :2]) / 2).astype(int)
            assert sample.parse[y, x] == LABELS[name]
        edge = sample.landmarks[8, :2].astype(int)
        assert sample.parse[edge[1] - 4, edge[0]] == LABELS["skin"]
        assert sample.landmarks[:, 2].all()


def test_any_ten_neighbours_hold_each_tone():
    tones = [sample_face_factors(6, k).monk_tone for k in range(40)]
    for start in range(31):
        assert sorted(tones[start : start + 10]) == list(range(1, 11))


def test_one_factor_does_not_move_another():
    one, two = sample_face_factors(6, 1), sample_face_factors(6, 11)
    assert one.monk_tone == two.monk_tone and one.jaw != two.jaw


def test_every_style_and_expression_renders():
    base = sample_face_factors(9, 0)
    for name in HAIR_STYLES:
        assert render_face(changed(base, hair_style=name), None, 24).picture.std() > 5
    for name in EXPRESSIONS:
        assert render_face(changed(base, expression=name), None, 24).picture.std() > 5


def test_hundreds_of_faces_keep_their_parts():
    for k in range(150):
        sample = render_face(sample_face_factors(77, k), None, 32, supersample=1)
        assert np.isfinite(sample.landmarks).all()
        assert (sample.parse == LABELS["skin"]).sum() > 20
        assert 15 < sample.picture.mean() < 245


def test_errors_say_what_came_and_what_was_wanted():
    with pytest.raises(ValueError, match="monk_tone = 11"):
        render_face(changed(FaceFactors(), monk_tone=11))
    with pytest.raises(ValueError, match="size 4"):
        render_face(FaceFactors(), size=4)
    with pytest.raises(ValueError, match="hair"):
        changed(FaceFactors(), hair="long")
    with pytest.raises(ValueError, match="look"):
        find_look("plain")
    with pytest.raises(ValueError, match="opacity"):
        MakeupLayer("blush", "#cc8877", 1.5, "apples")
