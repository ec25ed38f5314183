"""Regions from landmarks against the truth of rendered faces, at any size, moved and turned."""

import numpy as np
import pytest
from PIL import Image
from tryon_utils import datasets, regions, splits

PLACE = {name: number for number, name in enumerate(regions.NAMES)}


@pytest.fixture(scope="module")
def faces():
    return datasets.load_faces("new_both", 100)


@pytest.fixture(scope="module")
def masks(faces):
    return regions.soft_masks(faces.landmarks, 64, 64)


def opacity_of(faces, *layers):
    return np.max([faces.opacity[:, splits.MAKEUP_SLOTS.index(layer)] for layer in layers], axis=0) / 255


# ---- Against the truth ---------------------------------------------------------------------------------------------------

def test_masks_are_soft_and_in_range(masks):
    assert masks.shape == (100, 64, 64, 5) and masks.dtype == np.float32
    assert masks.min() == 0 and masks.max() <= 1 and (masks.max(axis=(1, 2)) > 0.6).all()
    between = (masks > 0.1) & (masks < 0.9)
    assert (between.any(axis=(1, 2))).all()


@pytest.mark.parametrize(("name", "layers", "share", "worst"), [  # measured: 0.86, 0.83, 0.67, 0.71, 0.84 of the layer; worst tenth 0.80, 0.79, 0.60, 0.55, 0.82
    ("lips", ("lipstick", "gloss"), 0.82, 0.75), ("eyes", ("eyeshadow", "second eyeshadow", "liner"), 0.79, 0.73), ("brows", ("brow",), 0.63, 0.54),
    ("cheeks", ("blush",), 0.67, 0.49), ("skin", ("foundation",), 0.80, 0.77),
])
def test_makeup_lies_inside_its_region(faces, masks, name, layers, share, worst):
    opacity = opacity_of(faces, *layers)
    worn = opacity.sum(axis=(1, 2)) > 2
    inside = (opacity * masks[..., PLACE[name]]).sum(axis=(1, 2))[worn] / opacity.sum(axis=(1, 2))[worn]
    assert inside.mean() > share and np.quantile(inside, 0.1) > worst


@pytest.mark.parametrize(("name", "labels", "least"), [("lips", (12, 13), 0.73), ("brows", (2, 3), 0.53), ("skin", (1, 10), 0.73)])
def test_masks_agree_with_the_parse_map(faces, masks, name, labels, least):
    truth, mask = np.isin(faces.parse, labels), masks[..., PLACE[name]] > 0.5
    agreement = (truth & mask).sum(axis=(1, 2)) / (truth | mask).sum(axis=(1, 2))
    assert agreement.mean() > least  # measured 0.78, 0.59, 0.78: brows are two pixels high, and hair hides foreheads


def test_neither_eyeballs_nor_the_mouths_opening_belong_to_a_region(faces, masks):
    wide = [number for number, (face, _) in enumerate(faces.recipes) if face.expression in ("open smile", "surprised")]
    large = regions.soft_masks(faces.landmarks[wide] * np.float32([4, 4, 1]), 256, 256)
    for points, mask in zip(faces.landmarks[wide], large, strict=True):
        for part in (regions.LEFT_EYE, regions.RIGHT_EYE, regions.MOUTH):
            x, y = (4 * points[part, :2].mean(axis=0)).astype(int)
            assert mask[y, x].max() < 0.1


# ---- Size, place and turn -------------------------------------------------------------------------------------------------

def test_masks_are_the_same_at_every_size(faces):
    points = faces.landmarks[5, :, :2]
    small = regions.soft_masks(points, 64, 64)
    for times in (2, 8, 16):
        large = regions.soft_masks(points * times, 64 * times, 64 * times)
        averaged = large.reshape(64, times, 64, times, 5).mean(axis=(1, 3))
        assert np.abs(averaged - small).max() < 0.15 and np.abs(averaged - small).mean() < 0.002, times


def test_masks_move_with_the_face(faces):
    points = faces.landmarks[7, :, :2]
    moved = regions.soft_masks(points + np.float32([20, 9]), 90, 110)
    np.testing.assert_allclose(moved[9:73, 20:84], regions.soft_masks(points, 64, 64), atol=0.06)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_masks_turn_with_the_face(faces, turns):
    points = 4 * faces.landmarks[7, :, :2]
    turned = points.copy()
    for _ in range(turns):
        turned = np.stack([turned[:, 1], 256 - turned[:, 0]], axis=1)  # a quarter turn against the clock, as np.rot90's
    found, wanted = regions.soft_masks(turned, 256, 256), np.rot90(regions.soft_masks(points, 256, 256), turns)
    assert np.abs(found - wanted).mean() < 0.002 and np.abs(found - wanted).max() < 0.35


def test_left_and_right_are_alike(faces):
    mirror = np.concatenate([np.arange(16, -1, -1), np.arange(26, 16, -1), [27, 28, 29, 30], np.arange(35, 30, -1), [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],
                             [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55], [64, 63, 62, 61, 60, 67, 66, 65]])
    points = 4 * faces.landmarks[3, :, :2]
    other = np.stack([256 - points[mirror, 0], points[mirror, 1]], axis=1)
    found, wanted = regions.soft_masks(other, 256, 256), regions.soft_masks(points, 256, 256)[:, ::-1]
    assert np.abs(found - wanted).max() < 0.3 and np.abs(found - wanted).mean() < 0.002


def test_a_face_at_the_border_is_cut(faces):
    points = faces.landmarks[0, :, :2]
    cut = regions.soft_masks(points - np.float32([30, 0]), 64, 64)
    np.testing.assert_allclose(cut[:, :30], regions.soft_masks(points, 64, 64)[:, 30:60], atol=0.25)
    assert not regions.soft_masks(points + np.float32([500, 0]), 64, 64).any()


def test_one_face_and_many_are_the_same(faces, masks):
    np.testing.assert_array_equal(regions.soft_masks(faces.landmarks[4], 64, 64), masks[4])


# ---- Polygons ------------------------------------------------------------------------------------------------------------

def test_a_rounded_polygon_goes_through_its_points():
    polygon = np.random.default_rng(0).normal(size=(6, 2))
    rounded = regions._rounded(polygon, (0, 3))
    assert len(rounded) == 24
    for point in polygon:
        assert np.abs(rounded - point).sum(axis=1).min() < 1e-6


def test_the_frame_of_a_face(faces):
    middle, across, down, distance = regions.face_frame(faces.landmarks[0, :, :2])
    assert across @ down == pytest.approx(0, abs=1e-6) and np.hypot(*across) == pytest.approx(1) and down[1] > 0.9
    assert 8 < distance < 20 and 20 < middle[0] < 44


@pytest.mark.parametrize(("landmarks", "words"), [
    (np.zeros((67, 2)), r"\(67, 2\)"), (np.zeros((2, 3, 68, 2)), "one face"), (np.full((68, 2), np.nan), "finite"), (np.zeros((68, 2)), "one place"),
])
def test_what_are_no_landmarks_is_refused(landmarks, words):
    with pytest.raises(ValueError, match=words):
        regions.soft_masks(landmarks, 64, 64)


def test_masks_can_be_shown_as_a_picture(masks):
    assert Image.fromarray(np.rint(255 * masks[0, ..., 0]).astype("uint8")).size == (64, 64)
