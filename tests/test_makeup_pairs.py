"""From faces to batches: windows, references laid over faces, who is whose reference, and what is packed where."""

import numpy as np
import pytest
from keras import ops
from tryon_utils import datasets, makeup_pairs, pigments, regions, warp
from tryon_utils.pigments import WINDOW


@pytest.fixture(scope="module")
def faces():
    return datasets.load_faces("train", count=60)


@pytest.fixture(scope="module")
def masks(faces):
    return regions.soft_masks(faces.landmarks, 64, 64)


def wearing(faces):
    return [(look.name, look.layers[0].intensity) for _, look in faces.recipes]


def test_windows_are_cut_and_put_back(faces):
    windows = makeup_pairs.find_windows(faces.landmarks)
    cuts = makeup_pairs.cut(faces.picture, windows)
    assert cuts.shape == (60, *WINDOW, 3) and windows.min() >= 0
    whole = makeup_pairs.put_back(cuts, windows)
    np.testing.assert_array_equal(makeup_pairs.cut(whole, windows), cuts)
    np.testing.assert_array_equal(whole[whole.any(axis=-1)], faces.picture[whole.any(axis=-1)])


def test_almost_all_makeup_lies_in_the_windows(faces):
    windows = makeup_pairs.find_windows(faces.landmarks)
    opacity = faces.opacity[:, 2:].max(axis=1)[..., None]
    assert makeup_pairs.cut(opacity, windows).sum(dtype="int64") > 0.999 * opacity.sum(dtype="int64")


def test_a_face_laid_over_itself_stays(faces):
    windows = makeup_pairs.find_windows(faces.landmarks)
    laid = makeup_pairs.lay_over(faces.picture, faces.landmarks, faces.landmarks, windows)
    assert np.abs(laid.astype(int) - makeup_pairs.cut(faces.picture, windows)).max() <= 1


def test_landmarks_come_to_lie_on_landmarks(faces):
    """A picture whose channels say where each pixel is shows, laid over another face, where each landmark came from."""
    x, y = np.meshgrid(np.arange(64) * 4, np.arange(64) * 4)
    place = np.stack([x, y], axis=-1)[None].astype("uint8")
    windows = makeup_pairs.find_windows(faces.landmarks)
    laid = makeup_pairs.lay_over(place, faces.landmarks[:1], faces.landmarks[1:2], windows[1:2]).astype("float32")
    marks = makeup_pairs.spline_handles(faces.landmarks)
    inside = slice(17, 60)
    found = ops.convert_to_numpy(warp.sample(laid, (marks[1:2, inside] - windows[1, ::-1]).astype("float32")[:, None]))[0, 0] / 4 + 0.5
    assert np.abs(found - marks[0, inside]).mean() < 0.35 and np.abs(found - marks[0, inside]).max() < 1.5


def test_many_splines_at_once_agree_with_one():
    rng = np.random.default_rng(0)
    handles, goals, places = (rng.uniform(0, 40, (2, count, 2)).astype("float32") for count in (9, 9, 30))
    moved = makeup_pairs.bend(handles, goals, places)
    for number in range(2):
        matrix = warp.spline_matrix(handles[number], places[number])
        np.testing.assert_allclose(moved[number], places[number] + ops.convert_to_numpy(ops.matmul(matrix, goals[number] - handles[number])), atol=0.02)
    np.testing.assert_allclose(makeup_pairs.bend(handles, goals, handles), goals, atol=0.01)


def test_references_wear_the_same_look_about_as_strongly_and_are_others():
    faces = datasets.load_faces("new_both")
    looks = wearing(faces)
    chosen = makeup_pairs.choose_references(looks, 2, np.random.default_rng(0))
    for number, others in enumerate(chosen):
        assert number not in others and len(set(others)) == 2
        assert all(looks[other][0] == looks[number][0] for other in others)
    strengths = np.array([strength for _, strength in looks])
    assert np.abs(strengths[chosen] - strengths[:, None]).mean() < 0.03


def test_a_look_that_one_face_wears_is_refused():
    with pytest.raises(ValueError, match="Nobody else wears 'opera'"):
        makeup_pairs.choose_references([("opera", 1.0), ("carnival", 1.0), ("carnival", 0.9)], 1, np.random.default_rng(0))


def test_pairs_are_packed_where_they_are_read(faces, masks):
    windows, chosen = makeup_pairs.find_windows(faces.landmarks), np.roll(np.arange(60), 1)[:, None]
    packed = makeup_pairs.pack_pairs(faces, masks, chosen)
    assert packed.shape == (60, *WINDOW, 26) and packed.dtype == np.uint8
    np.testing.assert_array_equal(packed[..., :3], makeup_pairs.cut(faces.bare, windows))
    np.testing.assert_array_equal(packed[..., 3:6], makeup_pairs.cut(faces.picture, windows))
    np.testing.assert_array_equal(packed[..., 11:20], makeup_pairs.cut(faces.opacity.transpose(0, 2, 3, 1), windows))
    others = chosen[:, 0]
    np.testing.assert_array_equal(packed[..., 20:23], makeup_pairs.lay_over(faces.picture[others], faces.landmarks[others], faces.landmarks, windows))


def test_piles_never_show_the_same_person_both_ways(faces, masks):
    bare, made_up = np.arange(30), np.arange(30, 60)
    packed = makeup_pairs.pack_piles(faces, masks, bare, made_up, np.random.default_rng(0))
    windows = makeup_pairs.find_windows(faces.landmarks)
    assert packed.shape == (30, *WINDOW, 22)
    np.testing.assert_array_equal(packed[..., :3], makeup_pairs.cut(faces.bare[bare], windows[bare]))
    made = makeup_pairs.cut(faces.picture, windows)
    partners = [int(np.flatnonzero((made == picture).all(axis=(1, 2, 3)))[0]) for picture in packed[..., 14:17]]
    assert sorted(partners) == list(made_up)


def test_what_both_piles_show_is_a_persons_own_and_the_rest_is_makeup():
    """Lips' bare differences vary by 2, makeup adds 4 on an independent draw: a fifth of what is seen is the lips' own."""
    rng = np.random.default_rng(0)
    count, skin = 400, np.array([150, 120, 100])
    piles = np.zeros((count, 8, 8, 22), "uint8")
    piles[..., 8:11] = piles[..., 11:14] = skin
    piles[:, 4:, :, 7] = 255  # skin
    piles[:, :4, :, 3:7] = 255  # lips, eyes, brows and cheeks lie on one place here
    own, others, added = (rng.normal(0, size, (count, 1, 1, 1)) for size in (6, 6, 12))
    piles[:, :4, :, 11:14] = np.rint(skin + own)
    piles[:, :4, :, 8:11] = np.rint(skin + others + added)
    clouds = makeup_pairs.compare_piles(piles)
    assert list(clouds) == ["lips", "eyes", "cheeks"]
    bare, made_up, share = clouds["lips"]
    np.testing.assert_allclose(bare, made_up, atol=1.5)
    grey = share[0, 0]  # what is added is grey, so it shows in L
    assert 0.1 < grey < 0.35, share


def test_no_pile_of_makeup_means_nothing_to_carry_over():
    rng = np.random.default_rng(0)
    piles = np.zeros((200, 8, 8, 22), "uint8")
    piles[..., 3:8] = 255
    piles[..., 8:11] = piles[..., 11:14] = rng.integers(40, 220, (200, 8, 8, 3))
    clouds = makeup_pairs.compare_piles(piles)
    np.testing.assert_allclose(clouds["eyes"][2], np.eye(3), atol=1e-3)
    masks = np.ones((4, 8, 8, 5), "float32") * np.array([1, 0, 0, 0, 1], "float32")
    carried = pigments.carry_over(piles[:4, ..., 8:11], masks, piles[4:8, ..., 8:11], clouds)
    assert np.abs(carried.astype(int) - piles[:4, ..., 8:11]).max() <= 1
