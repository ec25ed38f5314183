"""The garment warper: the closed forms worked by hand, what an untrained one does, what a step moves, every size, and saving."""

import keras
import numpy as np
import pytest
from keras import ops
from tryon_utils import datasets, warp
from tryon_utils.models import garment

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def bodies():
    return datasets.load_bodies("new_both", 6)


@pytest.fixture
def warper():
    return garment.build_warper(channels=4, seed=1)


def given(bodies, enlarge=1):
    *pictures, keypoints = garment.known_at_inference(bodies)
    return *(values.repeat(enlarge, axis=1).repeat(enlarge, axis=2) for values in pictures), keypoints[..., :2] * enlarge


# ---- By the keypoints ------------------------------------------------------------------------------------------------

def test_a_bone_leads_its_ends_to_their_goals_and_keeps_the_width_across():
    start, end, goal_start, goal_end = (np.array([point], "float32") for point in ((2, 3), (2, 13), (20, 10), (40, 10)))
    places = np.array([[[2, 3], [2, 13], [2, 8], [3, 8]]], "float32")
    # down the arm is to the right in the shop, twice as long; a pixel to the arm's left (the picture's right) is 1.5 up
    carried = garment.carry_bone(start, end, goal_start, goal_end, np.array([1.5], "float32"), places)
    np.testing.assert_allclose(carried[0, 0], [[20, 10], [40, 10], [30, 10], [30, 8.5]], atol=1e-3)


def test_a_sleeve_follows_the_upper_arm_before_the_elbow_and_the_forearm_past_it():
    joints = np.array([[[10, 10], [10, 24], [24, 24]]], "float32")
    points = np.array([[[12, 16], [12, 36], [12, 56]]], "float32")
    places = np.array([[[10, 15], [19, 24]]], "float32")
    np.testing.assert_allclose(garment.carry_sleeve(joints, points, np.ones(1, "float32"), places)[0, 0], [[12, 16 + 20 * 5 / 14], [12, 36 + 20 * 9 / 14]], atol=1e-2)


def test_the_torso_leads_shoulders_and_hips_to_their_points():
    joints = RNG.uniform(5, 40, (2, 8, 2)).astype("float32")
    points = 0.8 * joints + np.array([3, -2], "float32")
    carried = garment.carry(joints, points, np.ones(2, "float32"))
    assert carried.shape == (2, 3, 64, 48, 2)
    np.testing.assert_allclose(carried[:, 0], np.broadcast_to(0.8 * np.asarray(warp.grid(64, 48)) + [3, -2], (2, 64, 48, 2)), atol=1e-2)


@pytest.mark.parametrize("joint", [(0, 1), (1, 2), (0, 1, 2)])
def test_joints_that_fall_together_break_nothing(joint):
    joints = RNG.uniform(5, 40, (1, 8, 2)).astype("float32")
    joints[0, joint, :] = joints[0, joint[0]]
    assert np.isfinite(garment.carry(joints, np.array([garment.MEAN_POINTS], "float32"), np.ones(1, "float32"))).all()


# ---- The warper ------------------------------------------------------------------------------------------------------

def test_untrained_it_is_the_keypoints_with_mean_points(warper, bodies):
    masks, joints = bodies.garment_mask[..., None] / np.float32(255), garment.to_pairs(bodies, mirror=False)["joints"]
    found = warper(masks, np.zeros((6, 64, 48, 4), "float32"), joints)
    mean_points = np.broadcast_to(np.array(garment.MEAN_POINTS, "float32"), (6, 8, 2))
    carried = garment.carry(joints, mean_points, np.full(6, garment.MEAN_WIDTH, "float32"))
    np.testing.assert_allclose(found.carried, carried, atol=1e-3)
    np.testing.assert_array_equal(found.places, found.carried)
    assert found.layout.shape == (6, 64, 48, 4) and not np.any(found.moves)


def test_every_second_place_is_the_same_place(warper, bodies):
    warper.fitter.get_layer("moves").bias.assign(RNG.normal(0, 1, 150))
    masks, joints = bodies.garment_mask[..., None] / np.float32(255), garment.to_pairs(bodies, mirror=False)["joints"]
    agnostic = np.zeros((6, 64, 48, 4), "float32")
    every, second = (warper(masks, agnostic, joints, every=step) for step in (1, 2))
    np.testing.assert_allclose(second.places, every.places[:, :, 1::2, 1::2], atol=1e-4)
    assert np.abs(every.places - every.carried).max() > 1


@pytest.mark.parametrize("enlarge", [1, 2, 3])
def test_every_size_is_worn_alike(warper, bodies, enlarge):
    warper.fitter.get_layer("moves").bias.assign(RNG.normal(0, 0.3, 150))
    small, large = garment.predict(warper, *given(bodies)), garment.predict(warper, *given(bodies, enlarge), batch_size=4)
    assert large.picture.shape == (6, 64 * enlarge, 48 * enlarge, 3) and large.coverage.shape == (6, 64 * enlarge, 48 * enlarge, 1)
    assert np.abs(large.picture).max() <= 1 and 0 <= large.coverage.min() <= large.coverage.max() <= 1
    middle = enlarge // 2
    again = large.places[:, middle::enlarge, middle::enlarge] / enlarge
    off = np.linalg.norm(again - small.places, axis=-1)
    assert np.median(off) < 0.6, "the nearest of the enlarged pixels lies up to half a pixel off"


def test_the_person_may_be_of_another_size_than_the_garment(warper, bodies):
    small, large = given(bodies), given(bodies, 2)
    mixed = garment.predict(warper, *large[:2], *small[2:])
    assert mixed.picture.shape == (6, 64, 48, 3)
    alike = np.abs(mixed.places - 2 * garment.predict(warper, *small).places).max(-1) < 0.05
    assert alike.mean() > 0.98, "elsewhere two pieces are equally likely to an untrained warper"


def test_nothing_of_the_true_answer_is_seen(warper, bodies):
    import inspect
    assert not {"target", "target_mask", "flow", "visible", "target_parse"} & set(inspect.signature(garment.wear).parameters)


def test_the_likeliest_piece_gives_the_places_and_all_give_the_coverage():
    places = RNG.uniform(0, 8, (1, 3, 8, 6, 2)).astype("float32")
    layout = RNG.normal(0, 3, (1, 8, 6, 4)).astype("float32")
    worn = garment.overlay(np.ones((1, 8, 6, 4), "float32"), places, layout)
    np.testing.assert_allclose(worn.coverage[..., 0], 1 - np.exp(layout[..., 0]) / np.exp(layout).sum(-1), atol=1e-5)
    best = layout[..., 1:].argmax(-1)
    np.testing.assert_allclose(worn.places[0, 3, 4], places[0, best[0, 3, 4], 3, 4])


def test_a_warper_is_saved_and_loaded(warper, bodies, tmp_path):
    for weights in warper.trainable_variables:
        weights.assign_add(RNG.normal(0, 0.01, weights.shape))
    warper.save_weights(tmp_path / "warper.weights.h5")
    again = garment.build_warper(channels=4, seed=7)
    again.load_weights(tmp_path / "warper.weights.h5")
    for ours, theirs in zip(garment.predict(again, *given(bodies)), garment.predict(warper, *given(bodies)), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_seed_fixes_the_weights():
    first, again, other = (np.concatenate([w.ravel() for w in garment.build_warper(channels=4, seed=seed).get_weights()]) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


# ---- Training --------------------------------------------------------------------------------------------------------

def test_a_mirrored_pair_is_as_true_as_the_pair(bodies):
    pairs = garment.to_pairs(bodies)
    assert {len(values) for values in pairs.values()} == {12}
    for number in range(6):
        plain, turned = ({name: values[place] for name, values in pairs.items()} for place in (number, number + 6))
        np.testing.assert_array_equal(turned["target"], plain["target"][:, ::-1])
        np.testing.assert_allclose(turned["joints"][:3], plain["joints"][4:7] * [-1, 1] + [48, 0], atol=1e-4)
        shown = (plain["known"] > 0)[..., None]
        truth = np.where(shown, warp.sample(plain["garment"][None].astype("float32"), plain["flow"][None].astype("float32"))[0], 0)
        again = np.where(shown[:, ::-1], warp.sample(turned["garment"][None].astype("float32"), turned["flow"][None].astype("float32"))[0], 0)
        np.testing.assert_allclose(again[:, ::-1], truth, atol=6.0)  # of 255: flow is kept to 1/64 of a pixel


def test_the_true_places_have_no_flow_error(bodies):
    teacher = garment.Teacher(garment.build_warper(channels=4), garment.to_pairs(bodies, mirror=False))
    flow = ops.cast(teacher.pairs["flow"], "float32")
    layout = np.zeros((6, 64, 48, 4), "float32")
    teacher.warper = lambda mask, agnostic, joints, every: garment.Found(
        None, ops.zeros((6, 3, 25, 2)), ops.repeat(flow[:, None, 1::2, 1::2], 3, axis=1), layout)
    parts = teacher.measure(np.arange(6))
    assert parts["flow"] < 0.02 and parts["smooth"] == 0
    np.testing.assert_allclose(parts["layout"], np.log(3), rtol=1e-5)


def test_a_step_moves_both_networks_and_lowers_the_loss(bodies):
    teacher = garment.Teacher(garment.build_warper(channels=4), garment.to_pairs(bodies))
    teacher.compile(keras.optimizers.Adam(1e-3))
    assert len(teacher) == 12
    before = [weights.copy() for weights in teacher.warper.get_weights()]
    results = [teacher.train_step(np.arange(12)) for _ in range(6)]
    assert set(results[0]) == {"loss", "flow", "layout", "mask", "smooth"}
    assert results[-1]["loss"] < results[0]["loss"]
    changed = [not np.array_equal(old, new) for old, new in zip(before, teacher.warper.get_weights(), strict=True)]
    assert all(changed)
