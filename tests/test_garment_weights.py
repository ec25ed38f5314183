"""The warper that ships: it is as good as the manifest says, and better than the keypoints alone in every pose."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import datasets, warp, weights
from tryon_utils.models import garment
from tryon_utils.paperdoll.pose import POSES

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import garment_warper as recipe  # noqa: E402


@pytest.fixture(scope="module")
def warper():
    return garment.load()


@pytest.fixture(scope="module")
def bodies():
    return datasets.load_bodies("new_both", 100)


def test_it_is_frozen_and_scores_what_the_manifest_tells(warper, bodies):
    told, found = weights.find("garment_warper")["scores"], recipe.judge(warper, bodies)
    assert warper.trainable_weights == []
    assert told["end_point_error"] < 0.5 and told["overlap"] > 0.9
    assert found["end_point_error"] == pytest.approx(told["end_point_error"], rel=0.25)  # a quarter of the people
    assert found["overlap"] == pytest.approx(told["overlap"], abs=0.02)


def test_every_pose_gains_on_the_keypoints(warper, bodies):
    known = (bodies.visible > 0) & (bodies.target_mask > 127)
    carried = np.asarray(garment.carry_mean(bodies.keypoints[:, list(garment.JOINTS), :2]))
    off = np.linalg.norm(carried - bodies.flow[:, None], axis=-1).min(axis=1)  # the nearest piece, as if somebody knew it
    by_keypoints = (off * known).sum(axis=(1, 2)) / known.sum(axis=(1, 2))
    worn = garment.predict(warper, *garment.known_at_inference(bodies))
    error = np.asarray(warp.end_point_error(worn.places, bodies.flow, known))
    poses = np.array([POSES[person.pose][0] for person, _, _ in bodies.recipes])
    for pose in np.unique(poses):
        assert error[poses == pose].mean() < 0.35 * by_keypoints[poses == pose].mean(), pose
