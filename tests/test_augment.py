"""Augmentation moves the picture and its truth together: tested by transforming the truth."""

import numpy as np
import pytest
from tryon_utils import augment

SIZE = (48, 36)


def smooth_picture(size=SIZE):
    """A picture whose red is x / 36 and green is y / 48, at pixel centres, so that a colour tells its place."""
    rows, columns = np.mgrid[:size[0], :size[1]]
    return np.stack([(columns + 0.5) / size[1], (rows + 0.5) / size[0], np.zeros(size)], axis=-1).astype("float32")


MAPS = {
    "rotate": augment.rotate(SIZE, 20.0),
    "scale": augment.scale(SIZE, 1.3),
    "shear": augment.shear(SIZE, 0.2, -0.1),
    "shift": augment.shift(SIZE, 3.5, -2.25),
    "flip": augment.flip(SIZE),
    "crop": augment.crop(SIZE, 4, 6, 24, 18, to_size=(96, 72)),
    "all": augment.random_affine(SIZE, np.random.default_rng(3)),
}


@pytest.mark.parametrize("name", MAPS)
def test_the_picture_at_a_moved_point_is_the_picture_at_the_point(name):
    affine = MAPS[name]
    points = np.column_stack([np.random.default_rng(0).uniform((8, 8), (28, 40), (200, 2)), np.ones(200)])
    moved = augment.warp_points(points, affine)
    warped = augment.warp_picture(smooth_picture(), affine)
    seen = 0
    for (x, y, _), (new_x, new_y, visible) in zip(points, moved, strict=True):
        row, column = int(new_y), int(new_x)
        if visible and 1 <= row < affine.size[0] - 1 and 1 <= column < affine.size[1] - 1:
            seen += 1
            within = 1.6 * np.abs(np.linalg.inv(affine.matrix)[:2, :2]).sum()
            assert abs(warped[row, column, 0] * SIZE[1] - x) < within and abs(warped[row, column, 1] * SIZE[0] - y) < within
    assert seen > 40


@pytest.mark.parametrize("name", MAPS)
def test_a_linear_picture_is_moved_exactly(name):
    affine = MAPS[name]
    warped = augment.warp_picture(smooth_picture(), affine)
    rows, columns = np.mgrid[:affine.size[0], :affine.size[1]]
    places = np.linalg.inv(affine.matrix) @ np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5, np.ones(rows.size)])
    inside = (places[0] > 0.5) & (places[1] > 0.5) & (places[0] < SIZE[1] - 0.5) & (places[1] < SIZE[0] - 0.5)
    np.testing.assert_allclose(warped[..., 0].ravel()[inside] * SIZE[1], places[0][inside], atol=1e-3)
    np.testing.assert_allclose(warped[..., 1].ravel()[inside] * SIZE[0], places[1][inside], atol=1e-3)


@pytest.mark.parametrize("name", MAPS)
def test_labels_move_with_the_picture(name):
    affine = MAPS[name]
    labels = (smooth_picture()[..., 0] > 0.5).astype("uint8") * 7
    picture = augment.warp_picture((labels > 0).astype("float32"), affine, outside=0.0)
    moved = augment.warp_labels(labels, affine)
    sure = np.abs(picture - 0.5) > 0.45
    rows, columns = np.mgrid[:affine.size[0], :affine.size[1]]
    places = np.linalg.inv(affine.matrix) @ np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5, np.ones(rows.size)])
    inside = ((places[0] > 1) & (places[1] > 1) & (places[0] < SIZE[1] - 1) & (places[1] < SIZE[0] - 1)).reshape(affine.size)
    assert np.array_equal((moved > 0)[sure & inside], (picture > 0.5)[sure & inside])
    assert set(np.unique(moved)) <= {0, 7}


def test_flipping_twice_is_nothing_and_maps_combine_in_order():
    twice = augment.flip(SIZE).then(augment.flip(SIZE))
    np.testing.assert_allclose(twice.matrix, np.eye(3), atol=1e-12)
    assert not twice.mirrors and augment.flip(SIZE).mirrors
    point = np.array([[5.0, 6.0, 1.0]])
    one_by_one = augment.warp_points(augment.warp_points(point, MAPS["rotate"]), MAPS["shift"])
    np.testing.assert_allclose(augment.warp_points(point, MAPS["rotate"].then(MAPS["shift"])), one_by_one, atol=1e-4)


def test_a_flip_swaps_left_and_right_keypoints_and_labels():
    points = np.column_stack([np.linspace(2, 30, 18), np.linspace(4, 40, 18), np.ones(18)]).astype("float32")
    order = augment.swapped_order(18, augment.KEYPOINT_PAIRS)
    moved = augment.warp_points(points, augment.flip(SIZE), order)
    for left, right in augment.KEYPOINT_PAIRS:
        np.testing.assert_allclose(moved[left], [SIZE[1] - points[right, 0], points[right, 1], 1.0], atol=1e-5)
    np.testing.assert_allclose(moved[0, :2], [SIZE[1] - points[0, 0], points[0, 1]], atol=1e-5)
    labels = np.zeros(SIZE, "uint8")
    labels[10, 3], labels[20, 30] = 14, 15
    flipped = augment.warp_labels(labels, augment.flip(SIZE), augment.BODY_LABEL_PAIRS)
    assert flipped[10, SIZE[1] - 4] == 15 and flipped[20, SIZE[1] - 31] == 14


def test_points_that_leave_the_picture_are_no_longer_visible():
    moved = augment.warp_points([[1.0, 1.0, 1.0], [20.0, 20.0, 1.0], [20.0, 20.0, 0.0]], augment.shift(SIZE, -5, 0))
    assert moved[:, 2].tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("name", [name for name in MAPS if name != "crop"])
def test_the_flow_still_leads_to_the_same_place_of_the_garment(name):
    affine, source_affine = MAPS[name], augment.flip(SIZE).then(augment.shift(SIZE, 2.0, 1.0))
    garment = smooth_picture()
    rows, columns = np.mgrid[:SIZE[0], :SIZE[1]]
    flow = np.stack([0.8 * columns + 0.1 * rows + 4.0, 0.9 * rows + 2.0], axis=-1).astype("float32")
    visible = ((columns > 6) & (columns < 30)).astype("float32")
    worn = np.stack([flow[..., 0] / SIZE[1], flow[..., 1] / SIZE[0]], axis=-1)
    moved_worn = augment.warp_picture(worn, affine)
    moved_flow, moved_visible = augment.warp_flow(flow, visible, affine, source_affine)
    back = np.linalg.inv(source_affine.matrix)
    there = moved_flow @ back[:2, :2].T + back[:2, 2]
    seen = moved_visible > 0
    assert seen.sum() > 300 and garment.shape[:2] == SIZE
    np.testing.assert_allclose(there[seen] / np.array(SIZE[::-1]), moved_worn[seen], atol=1e-3)
    assert np.all(moved_flow[~seen] == 0)


def test_nothing_is_exactly_nothing():
    picture = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype="uint8")
    same = augment.shift(SIZE, 0, 0)
    assert np.array_equal(augment.warp_picture(picture, same), picture)
    assert np.array_equal(augment.warp_labels(picture[..., 0], same), picture[..., 0])
    assert np.array_equal(augment.change_colour(picture), picture)


def test_changes_of_colour_go_the_way_they_say():
    grey = np.full((8, 8, 3), 120, "uint8")
    assert augment.change_colour(grey, exposure=0.5).mean() > 125 > 115 > augment.change_colour(grey, exposure=-0.5).mean()
    warm = augment.change_colour(grey, warmth=1.0)
    assert warm[0, 0, 0] > 120 > warm[0, 0, 2]
    edge = np.zeros((8, 8, 3), "uint8")
    edge[:, 4:] = 200
    assert 0 < augment.blur(edge, 1.0)[4, 3, 0] < 200
    noisy = augment.add_noise(np.full((64, 64, 3), 120, "uint8"), 10.0, np.random.default_rng(0))
    assert 9 < noisy.std() < 11
    assert augment.erase(grey, 2, 3, 4, 2).astype(int).sum() == grey.sum() + 4 * 2 * 3 * 7 and grey[3, 3, 0] == 120


@pytest.mark.parametrize("call, words", [
    (lambda: augment.scale(SIZE, 0), "above 0"),
    (lambda: augment.crop(SIZE, 40, 0, 20, 20), "inside the picture"),
])
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
