"""Joints and masks of people in photographs, against the truth of rendered ones and by eye on a real one."""

import functools
import io

import numpy as np
import pytest
import skimage.data
from PIL import Image
from tryon_utils import datasets
from tryon_utils.photos import actions, align, intake, pose, segment

HEADS_OF_A_TRUNK = 2.31  # from the neck to the middle of the hips, as rendered


@functools.cache
def astronaut():
    return skimage.data.astronaut()


@functools.cache
def rendered():
    """Twenty rendered people as JPEG photographs, their true joints in the photographs' pixels, and the poses found."""
    people = datasets.load_bodies("new_both", 20, 128, workers=0)
    photos = []
    for person in people.person:
        file = io.BytesIO()
        Image.fromarray(person).resize((384, 512), Image.Resampling.LANCZOS).save(file, "JPEG", quality=88)
        photos.append(intake.read(file.getvalue()).pixels)
    return photos, people.keypoints * [4, 4, 1], [pose.find(photo) for photo in photos], people


# ---- Joints --------------------------------------------------------------------------------------------------------

def test_rendered_people_are_found_as_photographed_ones_are():
    _, true, found, _ = rendered()
    assert [len(people) for people in found] == [1] * 20
    errors = []
    for points, people in zip(true, found, strict=True):
        head = np.hypot(*(points[[8, 11], :2].mean(axis=0) - points[1, :2])) / HEADS_OF_A_TRUNK
        distance = np.hypot(*(pose.to_coco(people[0].points) - points)[:14, :2].T) / head
        errors.append(np.where(points[:14, 2] > 0, distance, np.nan))
    assert np.nanmean(errors) < 0.12, "heads, over all joints that can be seen"
    seen = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11]  # the knees lie below the pictures
    assert np.nanmean(np.array(errors)[:, seen], axis=0).max() < 0.22, "no joint is bad"


def test_what_found_people_do_is_mostly_right():
    _, true, found, _ = rendered()
    pairs = [(actions.read(pose.to_coco(people[0].points)), actions.read(points)) for points, people in zip(true, found, strict=True)]
    assert np.mean([[one.right == other.right, one.left == other.left] for one, other in pairs]) >= 0.8


@pytest.mark.parametrize("scale", [0.5, 1, 2])
@pytest.mark.parametrize("turn", range(4))
def test_the_astronaut_is_found_at_every_right_angle(turn, scale):
    side = round(512 * scale)
    pixels = np.array(Image.fromarray(np.ascontiguousarray(np.rot90(astronaut(), turn))).resize((side, side), Image.Resampling.LANCZOS))
    found = pose.find(pixels)
    assert len(found) == 1 and found[0].score > 0.8
    points = found[0].points[:, :2] / scale
    for _ in range(turn):
        points = np.stack([512 - points[:, 1], points[:, 0]], axis=1)
    by_eye = {2: (248, 103, 14), 5: (204, 102, 14), 11: (315, 245, 40), 12: (112, 230, 40), 14: (65, 375, 60)}  # and how far off, in pixels of 512
    for index, (x, y, most) in by_eye.items():  # eyes; shoulders and an elbow under a space suit, of a person whose hips are not in the picture
        assert np.hypot(*(points[index] - (x, y))) < most


def test_two_people_are_two():
    pair = np.full((512, 800, 3), 210, "uint8")
    photos, _, _, _ = rendered()
    pair[:, :384], pair[:, 416:] = photos[0], photos[1]
    found = pose.find(pair)
    assert len(found) == 2
    middles = sorted(float(person.points[:, 0].mean()) for person in found)
    assert middles[0] < 400 < middles[1]


@pytest.mark.parametrize("pixels", [np.full((300, 400, 3), 90, "uint8"), skimage.data.coffee()])
def test_where_nobody_is_nobody_is_found(pixels):
    with pytest.raises(intake.PhotoError, match="No person was found"):
        pose.find(pixels)


def test_the_18_of_coco_worked_by_hand():
    points = np.zeros((33, 3))
    points[[11, 12], :2], points[[23, 24], :2] = [[30, 20], [10, 20]], [[25, 60], [15, 60]]
    points[0, :2], points[[9, 10], :2] = [20, 4], [[21, 8], [19, 8]]
    points[14, :2], points[:, 2], points[11, 2] = [5, 40], 1, 0.25
    coco = pose.to_coco(points)
    assert coco.shape == (18, 3) and coco.dtype == np.float32
    np.testing.assert_allclose(coco[1], [20, 20 - 0.11 * 40, 0.25], rtol=1e-6, err_msg="the neck lies a little above the shoulders' middle")
    np.testing.assert_allclose(coco[0], [20, 6, 1], err_msg="the nose half-way to the mouth")
    np.testing.assert_allclose(coco[[8, 11], :2], [[15, 61.6], [25, 61.6]], rtol=1e-6, err_msg="the hips a little lower")
    np.testing.assert_allclose(coco[[2, 3, 5], :2], [[10, 20], [5, 40], [30, 20]])
    with pytest.raises(ValueError, match="33"):
        pose.to_coco(np.zeros((18, 3)))


def test_a_warm_spot_sharpens_a_point_and_a_cold_one_does_not():
    heat = np.full((64, 64, 2), -9.0)
    heat[20:22, 10:12, 0] = 9.0
    moved = pose.sharpen(np.array([[44.0, 85.0], [44.0, 85.0]]), heat)
    np.testing.assert_allclose(moved, [[42, 82], [44, 85]], atol=0.2)


def test_the_region_of_interest_stands_on_the_hips():
    frame = pose.region((100, 200), (100, 120), 256)
    np.testing.assert_allclose(align.move(frame, [128, 128]), [100, 200])
    assert align.scale_of(frame) * 256 == pytest.approx(200) and align.angle_of(frame) == pytest.approx(0)
    assert align.angle_of(pose.region((100, 200), (180, 200), 256)) == pytest.approx(np.pi / 2), "a body that lies with its head to the right"


# ---- Masks ---------------------------------------------------------------------------------------------------------

def test_the_mask_of_the_astronaut_is_hers():
    mask = segment.person_mask(astronaut())
    assert mask.shape == (512, 512) and mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1
    for x, y in ((225, 120), (200, 40), (120, 300), (200, 450)):  # face, hair, arm, chest
        assert mask[y, x] > 0.9
    for x, y in ((40, 100), (340, 60), (420, 150), (470, 240)):  # flag, wall, shuttle, wall
        assert mask[y, x] < 0.1


def test_masks_of_rendered_people_are_near_the_truth():
    photos, _, found, people = rendered()
    overlaps = []
    for photo, (person,), parse in zip(photos, found, people.parse, strict=True):
        true = np.kron(parse > 0, np.ones((4, 4), bool))
        mask = segment.person_mask(photo) > 0.5
        overlaps.append((mask & true).sum() / (mask | true).sum())
    assert np.mean(overlaps) > 0.9 and min(overlaps) > 0.75


def test_a_closer_look_is_empty_outside_its_frame():
    frame = align.square_frame((220, 120), 200, 0.2, 256)
    mask = segment.person_mask(astronaut(), frame)
    rows, columns = np.mgrid[:512, :512] + 0.5
    inside = align.move(align.invert(frame), np.stack([columns, rows], axis=-1))
    assert (mask[((inside < -2) | (inside > 258)).any(axis=-1)] == 0).all() and mask[120, 225] > 0.9


def test_a_mask_spreads_to_its_places():
    mask = np.zeros((256, 256), "float32")
    mask[:, 128:] = 1
    spread = segment.spread(mask, align.square_frame((50, 40), 64, 0, 256), 80, 100)
    assert spread.shape == (80, 100) and spread[40, 60] == 1 and spread[40, 40] == 0 and spread[40, 95] == 0 and spread[2, 60] == 0
