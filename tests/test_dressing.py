"""Garments on their way to a person: carried or warped, put on sheets, and painted."""

import numpy as np
import pytest
from tryon_utils import datasets, dressing, images, warp
from tryon_utils.models import garment, tryon


@pytest.fixture(scope="module")
def bodies():
    return datasets.load_bodies("new_both", 3)


@pytest.fixture(scope="module")
def warper():
    return garment.build_warper(seed=0)


def test_keypoints_alone_carry_by_one_affine_map(warper, bodies):
    picture, coverage = dressing.carry_garments(warper, dressing.represent(bodies), bodies)
    assert picture.dtype == coverage.dtype == np.uint8 and picture.shape == bodies.garment.shape and coverage.shape == (*bodies.garment_mask.shape, 1)
    joints = bodies.keypoints[:, list(garment.JOINTS), :2].astype("float32")
    places = garment.carry_mean(joints)[:, 0]  # untrained, the finder says the mean points
    x, y = np.moveaxis(np.asarray(places), -1, 0)
    outside = (x <= 0) | (x >= 48) | (y <= 0) | (y >= 64)
    assert outside.any() and not coverage[outside].any()
    mask = np.asarray(warp.sample(bodies.garment_mask[..., None] / np.float32(255), places))
    np.testing.assert_array_equal(coverage[~outside], np.rint(255 * mask).astype("uint8")[~outside])
    fetched = np.asarray(warp.sample(images.to_model(bodies.garment), places))
    deep = (mask[..., 0] == 1) & ~outside  # no white of the shop's picture is mixed in
    assert deep.sum() > 500
    assert np.abs(images.to_picture(fetched)[deep].astype(int) - picture[deep]).max() <= 1


def test_a_spline_leads_every_joint_to_its_point(bodies):
    joints = bodies.keypoints[:, list(garment.JOINTS), :2].astype("float32")
    centres = np.floor(joints) + 0.5  # of pixels, where places are known
    points = np.random.default_rng(0).uniform(5, 60, joints.shape).astype("float32")
    places = np.asarray(dressing.bend(centres, points, (64, 48)))
    assert places.shape == (3, 64, 48, 2)
    inside = (centres > 0).all(axis=-1) & (centres < [48, 64]).all(axis=-1)
    assert inside.sum() > 12
    for person, joint in zip(*np.nonzero(inside), strict=True):
        x, y = centres[person, joint].astype(int)
        np.testing.assert_allclose(places[person, y, x], points[person, joint], atol=0.02)


def test_another_way_of_carrying_is_refused(warper, bodies):
    with pytest.raises(ValueError, match="way='splines' came; 'affine' or 'spline' is wanted"):
        dressing.carry_garments(warper, dressing.represent(bodies), bodies, "splines")


@pytest.mark.parametrize("way", ["affine", "spline"])
def test_a_larger_picture_is_carried_alike(warper, bodies, way):
    large = datasets.load_bodies("new_both", 3, size=128)
    small, fine = (dressing.carry_garments(warper, dressing.represent(people), people, way)[1] for people in (bodies, large))
    averaged = fine.reshape(3, 64, 2, 48, 2).mean(axis=(2, 4))
    assert np.abs(averaged - small[..., 0]).mean() < 6  # of 255; edges differ


def test_dressing_leaves_all_outside_the_mask_and_repeats_itself(warper, bodies):
    painter = tryon.build_painter(seed=0)
    first, second = (dressing.dress(painter, warper, bodies) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first[bodies.agnostic_mask == 0], bodies.person[bodies.agnostic_mask == 0])


def test_sheets_hold_the_truth_only_where_it_is_asked_for(bodies):
    known = dressing.represent(bodies)
    without = dressing.fill_sheets(known, bodies.garment, bodies.garment_mask[..., None])
    with_truth = dressing.fill_sheets(known, bodies.garment, bodies.garment_mask[..., None], bodies)
    assert without.shape[-1] == tryon.CONDITIONS and with_truth.shape[-1] == sum(tryon.WIDTHS.values())
    np.testing.assert_array_equal(without, with_truth[..., :tryon.CONDITIONS])
    np.testing.assert_array_equal(with_truth[..., tryon.CHANNELS["target"]], bodies.target)
