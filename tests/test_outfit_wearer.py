"""People read from photographs as the models know them, and poses that are refused with a reason."""

import functools
import io

import numpy as np
import pytest
import skimage.data
from PIL import Image
from scipy import ndimage
from tryon_utils import agnostic, datasets, dressing
from tryon_utils.outfit import wearer
from tryon_utils.photos import align, intake
from tryon_utils.photos.intake import PhotoError


@functools.cache
def people():
    return datasets.load_bodies("new_both", 12, 128, workers=0)


def photograph(person, height=512):
    file = io.BytesIO()
    Image.fromarray(person).resize((height * 3 // 4, height), Image.Resampling.LANCZOS).save(file, "JPEG", quality=90)
    return intake.read(file.getvalue()).pixels


@functools.cache
def found(number):
    return wearer.read(photograph(people().person[number]))


# ---- On photographs ------------------------------------------------------------------------------------------------

def test_rendered_people_are_read_from_photographs():
    """Of twelve, one may hold an arm that is read wrongly; the others are represented nearly as from the truth."""
    overlaps, skins = [], []
    for number in range(12):
        try:
            known, keypoints = wearer.represent(found(number), 64)
        except PhotoError:
            continue
        assert known.picture.shape == (1, 64, 48, 3) and keypoints.shape == (1, 18, 3)
        true = people().agnostic_mask[number].reshape(64, 2, 48, 2).mean(axis=(1, 3)) > 127
        mask = known.mask[0, ..., 0] > 0
        overlaps.append((mask & true).sum() / (mask | true).sum())
        face = people().person[number][np.isin(people().parse[number], (10, 13)) & (people().agnostic_mask[number] == 0)].mean(axis=0)
        skins.append(np.abs(known.skin[0, 0, 0] - face).mean())
    assert len(overlaps) >= 11 and np.mean(overlaps) > 0.86 and np.median(skins) < 12


def test_nothing_of_the_old_garment_is_known():
    """What a model is given of the region is grey, and the region is drawn from the joints alone."""
    known, keypoints = wearer.represent(found(1), 128)
    assert (known.picture[known.mask[..., 0] > 0] == 128).all()
    pixels = found(1).pixels.copy()
    inside = ndimage.binary_erosion(people().agnostic_mask[1].repeat(4, 0).repeat(4, 1) > 0, iterations=24)
    y = np.mgrid[:512, :384][0]
    chest = inside & (y > 260) & (y < 330)
    pixels[chest] = 255 - pixels[chest]
    other, _ = wearer.represent(wearer.Wearer(pixels, found(1).keypoints, found(1).frame, found(1).mask, found(1).face), 128)
    np.testing.assert_array_equal(other.mask, known.mask)
    np.testing.assert_array_equal(other.picture, known.picture)


def test_the_astronaut_is_read_though_her_hips_are_not_in_the_picture():
    person = wearer.read(skimage.data.astronaut())
    known, keypoints = wearer.represent(person, 128)
    assert known.mask.mean() > 60 and person.face is not None
    eyes = align.move(align.invert(person.frame), person.keypoints[[14, 15], :2])
    assert np.abs(eyes - [[22.1, 10.9], [25.9, 10.9]]).max() < 4.5, "she stands about as the rendered people do"


def test_nobody_and_several_are_refused():
    with pytest.raises(PhotoError, match="No person"):
        wearer.read(skimage.data.coffee())
    pair = np.concatenate([photograph(people().person[0]), photograph(people().person[1])], axis=1)
    with pytest.raises(PhotoError, match="2 people"):
        wearer.read(pair)


# ---- Poses ---------------------------------------------------------------------------------------------------------

def moved(**joints):
    points = people().keypoints[1].copy() * [4, 4, 1]
    for name, place in joints.items():
        points[{"wrist": 4, "elbow": 3, "shoulder": 2}[name], :2] = place
    return points


def test_all_rendered_poses_are_in_range():
    for points in people().keypoints:
        wearer.check_pose(points * [4, 4, 1], (512, 384))


@pytest.mark.parametrize(("change", "words"), [
    (lambda p: align.move(align.square_frame((200, 200), 400, 0.8, 400), p), "leans or lies"),
    (lambda p: p * [-1, 1, 1] + [384, 0, 0], "does not face"),
    (lambda p: p * [0.5, 1, 1], "does not face"),
    (lambda p: p * [0.1, 0.1, 1], "too small"),
    (lambda p: p + [0, 170, 0], "can't be seen"),
    (lambda p: np.where(np.arange(18)[:, None] == 2, p * [1, 1, 0], p), "can't be seen"),
    (lambda p: moved(elbow=(20, 190), wrist=(-70, 190)), "right arm"),
])  # fmt: skip
def test_poses_out_of_range_are_refused_with_a_reason(change, words):
    with pytest.raises(PhotoError, match=words):
        wearer.check_pose(change(moved()), (512, 384))


def test_the_standing_frame_of_a_rendered_person_is_nearly_the_picture_itself():
    for points in people().keypoints:
        frame = wearer.standing_frame(points)
        assert align.scale_of(frame) == pytest.approx(2, rel=0.08) and abs(align.angle_of(frame)) < 0.1


# ---- In folders ----------------------------------------------------------------------------------------------------

def test_a_folders_person_is_represented_as_in_training():
    number = 3
    sample = {"image": people().person[number], "keypoints": people().keypoints[number], "parse": people().parse[number]}
    known, keypoints = wearer.represent(wearer.from_sample(sample), 128)
    true = dressing.represent(people())
    mask, true_mask = known.mask[0] > 0, true.mask[number] > 0
    assert (mask & true_mask).sum() / (mask | true_mask).sum() > 0.96
    np.testing.assert_allclose(keypoints[0], people().keypoints[number], atol=1e-3)
    same = ~mask[..., 0] & ~true_mask[..., 0]
    np.testing.assert_array_equal(known.picture[0][same], true.picture[number][same])
    seen = np.isin(people().parse[number], agnostic.SKIN) & ~mask[..., 0]  # its mask is drawn from the joints, so it sees a little more or less of the skin
    np.testing.assert_allclose(known.skin[0, 0, 0], people().person[number][seen].mean(axis=0), atol=1)


def test_a_folders_person_without_joints_is_refused():
    with pytest.raises(PhotoError, match="keypoints"):
        wearer.from_sample({"image": people().person[0], "keypoints": np.zeros((18, 3)), "parse": people().parse[0]})
