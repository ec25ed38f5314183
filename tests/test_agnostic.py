"""A person without their garment: numbers worked by hand, and that the garment worn can't be told from what is left."""

import numpy as np
import pytest
from tryon_utils import agnostic, datasets


@pytest.fixture(scope="module")
def bodies():
    return datasets.load_bodies("new_both", 60)


def represent(bodies, person, parse):
    return agnostic.represent(person, bodies.agnostic_mask, bodies.keypoints, **agnostic.regions_of(parse))


def test_shapes_and_kinds(bodies):
    found = represent(bodies, bodies.person, bodies.parse)
    assert [part.shape for part in found] == [(60, 64, 48, 3), (60, 64, 48, 1), (60, 64, 48, 6), *[(60, 64, 48, 3)] * 3]
    assert {part.dtype for part in found} == {np.dtype("uint8")}
    assert set(np.unique(found.mask)) == {0, 255}


def test_the_picture_is_grey_inside_and_untouched_outside(bodies):
    found = represent(bodies, bodies.person, bodies.parse)
    inside = bodies.agnostic_mask > 0
    assert (found.picture[inside] == agnostic.GREY).all()
    assert (found.picture[~inside] == bodies.person[~inside]).all()


def test_the_same_person_in_another_garment_is_represented_alike(bodies):
    """The target shows the same person in the same pose, in the other garment."""
    one, other = represent(bodies, bodies.person, bodies.parse), represent(bodies, bodies.target, bodies.target_parse)
    assert (one.mask == other.mask).all() and (one.pose == other.pose).all()
    apart = np.abs(one.picture.astype(int) - other.picture)
    assert apart.max() <= 12 and np.mean(apart > 0) < 0.001
    for name in ("skin", "lower", "background"):
        assert np.abs(getattr(one, name).astype(int) - getattr(other, name)).max() <= 3, name


def test_the_region_covers_every_pixel_of_both_garments(bodies):
    for parse in (bodies.parse, bodies.target_parse):
        assert ((parse == 5) <= (bodies.agnostic_mask > 0)).all()


def test_the_mean_colour_by_hand():
    picture = np.zeros((2, 2, 2, 3), "uint8")
    picture[0, 0] = [[10, 20, 30], [20, 40, 60]]
    chosen = np.zeros((2, 2, 2), bool)
    chosen[0, 0] = True
    np.testing.assert_array_equal(agnostic.mean_colour(picture, chosen), [[15, 30, 45], [agnostic.GREY] * 3])


def test_one_colour_spreads_unchanged_and_none_leaves_grey():
    pictures = np.random.default_rng(0).integers(0, 256, (2, 20, 16, 3)).astype("uint8")
    chosen = np.zeros((2, 20, 16), bool)
    chosen[0, 3:6, 2:9] = True
    pictures[0, 3:6, 2:9] = [200, 30, 90]
    found = agnostic.spread(pictures, chosen)
    assert (np.abs(found[0].astype(int) - [200, 30, 90]) <= 1).all()
    assert (found[1] == agnostic.GREY).all()


def test_near_colours_count_more_than_far_ones():
    pictures = np.zeros((1, 32, 32, 3), "uint8")
    pictures[:, :, 16:] = 200
    chosen = np.zeros((1, 32, 32), bool)
    chosen[:, :, [0, 31]] = True
    found = agnostic.spread(pictures, chosen)[0, 16, :, 0]
    assert found[2] < 40 and found[29] > 160 and (np.diff(found.astype(int)) >= 0).all()


def test_the_distance_to_a_line_by_hand():
    found = agnostic.distance_to_line((0.5, 0.5), (2.5, 0.5), 3, 4)
    np.testing.assert_allclose(found[:, 1], [0, 1, 2])
    np.testing.assert_allclose(found[0], [0, 0, 0, 1])
    np.testing.assert_allclose(found[2, 3], np.sqrt(5), rtol=1e-6)
    assert np.isfinite(agnostic.distance_to_line((1, 1), (1, 1), 3, 3)).all()


def test_a_limb_is_drawn_where_it_is_and_not_at_all_where_it_is_unknown():
    keypoints = np.zeros((1, 18, 3), "float32")
    keypoints[0, 2], keypoints[0, 3] = (8.5, 4.5, 1), (8.5, 20.5, 1)
    pose = agnostic.draw_pose(keypoints, 32, 24)
    assert (pose[0, 4:21, 8, 0] == 255).all()
    assert pose[0, 12, 16, 0] < 5 and pose[0, 12, 9, 0] > 100
    assert not pose[..., 1:].any()


@pytest.mark.parametrize("size", [64, 128])
def test_the_region_drawn_from_keypoints_is_the_renderers(size):
    bodies = datasets.load_bodies("new_both", 60, size) if size == 64 else datasets.load_bodies("new_both", 8, size, workers=0)
    kept = np.isin(bodies.parse, (2, 4, 13))
    drawn, true = agnostic.draw_mask(bodies.keypoints, *bodies.person.shape[1:3], kept) > 0, bodies.agnostic_mask > 0
    overlap = (drawn & true).sum(axis=(1, 2)) / (drawn | true).sum(axis=(1, 2))
    assert overlap.mean() > 0.97 and overlap.min() > 0.93


def test_the_region_knows_nothing_of_the_garment_and_grows_with_the_picture(bodies):
    small = agnostic.draw_mask(bodies.keypoints[:8], 64, 48)
    large = agnostic.draw_mask(bodies.keypoints[:8] * [2, 2, 1], 128, 96)
    halved = large.reshape(8, 64, 2, 48, 2).mean(axis=(2, 4)) > 127
    assert np.mean(halved != (small > 0)) < 0.02
    assert set(np.unique(small)) == {0, 255}
