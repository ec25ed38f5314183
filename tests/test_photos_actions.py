"""What people do with their arms, read from joints and compared with what the renderer was told."""

import numpy as np
import pytest
from tryon_utils import datasets
from tryon_utils.paperdoll import pose as poses
from tryon_utils.photos import actions, align

ARMS = {"RELAXED": "down", "AWAY": "down", "HIP": "on hip", "BACK": "behind", "RAISED": "raised", "OVER": "across", "UNDER": "across", "HOLD": "across",
        "WAIST": "bent"}
NAMES = {id(arm): name for name, arm in vars(poses).items() if isinstance(arm, poses.ArmPose)}


def true_arms(person):
    """What the renderer was told: what the person's right and left arm do."""
    _, free, weight = poses.POSES[person.pose]
    in_picture = (free, weight) if not person.mirror else (weight, free)  # the weight is on the right of the picture, or mirrored on the left
    return tuple(ARMS[NAMES[id(arm)]] for arm in in_picture)


@pytest.fixture(scope="module")
def people():
    return datasets.load_bodies("new_both")


def test_what_arms_do_is_read_from_true_joints(people):
    found = [actions.read(points) for points in people.keypoints]
    right = np.mean([(action.right, action.left) == true_arms(person) for action, (person, _, _) in zip(found, people.recipes, strict=True)])
    assert right > 0.98


def test_the_family_of_poses_is_read_from_true_joints(people):
    found = [actions.read(points).family for points in people.keypoints]
    true = [poses.POSES[person.pose][0] for person, _, _ in people.recipes]
    assert np.mean([one == other for one, other in zip(found, true, strict=True)]) > 0.98 and set(found) == {"down", "bent", "raised", "crossed"}


@pytest.mark.parametrize(("side", "angle"), [(300, 0.0), (20, 0.4), (64, np.pi / 2), (64, 3.0)])
def test_neither_size_nor_tilt_matters(people, side, angle):
    frame = align.square_frame((100, 50), side, angle, 64)
    for points in people.keypoints[:40]:
        assert actions.read(align.move(frame, points)) == actions.read(points)


def test_a_mirrored_person_does_it_with_the_other_arm(people):
    swap = [0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16]
    for points in people.keypoints[:40]:
        mirrored = points[swap] * [-1, 1, 1] + [48, 0, 0]
        action, other = actions.read(points), actions.read(mirrored)
        assert (other.right, other.left) == (action.left, action.right) and other.family == action.family


def test_measures_worked_by_hand():
    points = np.zeros((18, 3))
    points[[1, 8, 11], :2] = [0, 0], [-10, 40], [10, 40]
    points[[2, 3, 4], :2] = [-15, 0], [-35, 20], [-15, 40]
    points[[5, 6, 7], :2] = [15, 0], [15, 25], [15, 50]
    points[:, 2] = 1
    right, left = actions.measure(points, "right"), actions.measure(points, "left")
    assert (right.upper, right.fore) == pytest.approx((45, -45)) and right.to_hip == pytest.approx(5 / 40)
    assert (left.upper, left.fore) == pytest.approx((0, 0))
    np.testing.assert_allclose(left.wrist, [15 / 40, 50 / 40])
    assert actions.read(points) == actions.Action("on hip", "down")
    assert actions.read(points).words == "the right arm is on the hip, the left hangs"
    assert actions.read(points, (60, 20)).left == "down" and actions.read(points, (60, 20)).right == "unknown"
    assert actions.Action("down", "unknown").family == "unknown" and actions.Action("across", "across").words == "arms crossed"


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match=r"\(18, 3\)"):
        actions.read(np.zeros((33, 3)))
    with pytest.raises(ValueError, match="same place"):
        actions.read(np.zeros((18, 3)))
    with pytest.raises(ValueError, match="'up'"):
        actions.measure(np.ones((18, 3)), "up")
