"""What makeup is judged by: every mean goes over the right pixels; and the simple methods do what they say."""

import numpy as np
import pytest
from skimage import color
from tryon_utils import datasets, makeup_scores, metrics, regions, splits

SLOTS = splits.MAKEUP_SLOTS


@pytest.fixture(scope="module")
def faces():
    return datasets.load_faces("new_both", 60)


@pytest.fixture(scope="module")
def masks(faces):
    return regions.soft_masks(faces.landmarks, 64, 64)


# ---- Where makeup is -----------------------------------------------------------------------------------------------------

def test_the_places_of_the_layers_are_those_of_the_data():
    named = {name: [SLOTS[slot] for slot in slots] for name, slots in makeup_scores.LAYERS.items()}
    assert named == {"lips": ["lipstick", "gloss"], "eyes": ["eyeshadow", "second eyeshadow", "liner"], "cheeks": ["blush"], "brows": ["brow"],
                     "skin": ["foundation", "contour"]}
    assert sorted(slot for slots in makeup_scores.LAYERS.values() for slot in slots) == list(range(9))


def test_areas_worked_by_hand():
    opacity = np.zeros((1, 9, 1, 6), "uint8")
    opacity[0, SLOTS.index("lipstick"), 0, 0] = 26
    opacity[0, SLOTS.index("liner"), 0, 1] = 200
    opacity[0, SLOTS.index("foundation"), 0, :4] = 100  # under the lipstick and the liner, too
    opacity[0, SLOTS.index("blush"), 0, 4] = 25  # too faint to count, and yet not outside
    wanted = {"lips": [1, 0, 0, 0, 0, 0], "eyes": [0, 1, 0, 0, 0, 0], "cheeks": [0] * 6, "skin": [0, 0, 1, 1, 0, 0], "makeup": [1, 1, 0, 0, 0, 0],
              "outside": [0, 0, 0, 0, 0, 1]}
    found = makeup_scores.true_areas(opacity)
    assert tuple(found) == makeup_scores.AREAS
    for name, values in wanted.items():
        np.testing.assert_array_equal(found[name][0, 0], np.array(values, bool), err_msg=name)


def test_outside_the_areas_nothing_changes_in_truth(faces):
    outside = makeup_scores.true_areas(faces.opacity)["outside"]
    assert np.abs(faces.bare[outside].astype(int) - faces.picture[outside]).max() <= 1  # an opacity below half of 1/255 is kept as 0


def test_scores_are_the_means_of_the_colour_difference(faces):
    results = np.clip(faces.picture.astype(int) + 7, 0, 255).astype("uint8")
    scores, areas = makeup_scores.compare(faces.picture, results, faces.opacity), makeup_scores.true_areas(faces.opacity)
    for name in ("lips", "skin", "makeup", "outside"):
        np.testing.assert_allclose(scores[name], metrics.colour_difference(faces.picture, results, areas[name]))
    worn = areas["eyes"].any(axis=(1, 2))
    assert 0 < np.isnan(scores["eyes"]).sum() == (~worn).sum() < 30
    np.testing.assert_allclose(scores["eyes"][worn], metrics.colour_difference(faces.picture[worn], results[worn], areas["eyes"][worn]))


def test_the_truth_scores_nothing_and_no_makeup_a_lot(faces):
    truth = makeup_scores.compare(faces.picture, faces.picture, faces.opacity)
    assert all(np.nanmax(values) == 0 for values in truth.values())
    nothing = makeup_scores.compare(faces.picture, makeup_scores.no_op(faces.bare), faces.opacity)
    assert np.nanmean(nothing["lips"]) > 4 and np.nanmean(nothing["eyes"]) > 4 and nothing["makeup"].mean() > 4 and nothing["outside"].max() < 0.01


@pytest.mark.parametrize(("change", "words"), [
    (lambda truth, pictures, opacity: (truth, pictures / 255, opacity), "float64"), (lambda truth, pictures, opacity: (truth, pictures[:2], opacity), r"\(2, 64"),
    (lambda truth, pictures, opacity: (truth, pictures, opacity[:3]), "3 opacities"), (lambda truth, pictures, opacity: (truth, pictures, opacity[:, :5]), r"\(n, 9"),
    (lambda truth, pictures, opacity: (truth, pictures, opacity / 255), "uint8"),
])
def test_what_can_not_be_compared_is_refused(faces, change, words):
    with pytest.raises(ValueError, match=words):
        makeup_scores.compare(*change(faces.picture[:5], faces.bare[:5], faces.opacity[:5]))


# ---- Tables ----------------------------------------------------------------------------------------------------------------

def test_the_table_by_tone_leaves_out_what_has_no_score(faces):
    tones = np.array([face.monk_tone for face, _ in faces.recipes])
    values = tones.astype(float)
    values[np.flatnonzero(tones == 3)[0]] = np.nan
    rows = makeup_scores.by_tone(values, faces.recipes)
    assert [row.group for row in rows] == list(range(1, 11)) and [row.mean for row in rows] == list(range(1, 11))
    assert [row.count for row in rows] == [6, 6, 5, 6, 6, 6, 6, 6, 6, 6]
    assert makeup_scores.worst_tone(rows) == (10, pytest.approx(10 / 5.5))


# ---- Identity and landmarks ---------------------------------------------------------------------------------------------------

def test_who_is_nearest_to_somebody_else_is_not_recognised():
    bare = np.eye(3)
    made_up = np.array([[0.9, 0.1, 0], [0.7, 0.6, 0], [0, 0, 1.0]])
    np.testing.assert_array_equal(makeup_scores.recognised(bare, made_up), [True, False, True])
    with pytest.raises(ValueError, match="one shape"):
        makeup_scores.recognised(bare, made_up[:2])


def test_drift_is_the_mean_distance():
    bare = np.zeros((2, 68, 2))
    moved = bare.copy()
    moved[1, :34] = (3, 4)
    np.testing.assert_allclose(makeup_scores.landmark_drift(bare, moved), [0, 2.5])
    with pytest.raises(ValueError, match=r"\(n, 68, 2\)"):
        makeup_scores.landmark_drift(bare[:, :5], moved[:, :5])


# ---- Simple methods -------------------------------------------------------------------------------------------------------------

def test_lab_goes_there_and_back():
    pictures = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype("uint8")
    np.testing.assert_array_equal(makeup_scores._from_lab(color.rgb2lab(pictures)), pictures)


def test_the_global_transfer_gives_the_reference_its_colours(faces):
    found = makeup_scores.global_transfer(faces.bare[:4], faces.picture[4:8])
    labs = [color.rgb2lab(pictures) for pictures in (found, faces.picture[4:8], faces.bare[:4])]
    means = [lab.mean(axis=(1, 2)) for lab in labs]
    assert np.abs(means[0] - means[1]).max() < 6 and np.abs(means[0] - means[1]).mean() < np.abs(means[2] - means[1]).mean() / 3
    assert np.abs(makeup_scores.global_transfer(faces.bare[:4], faces.bare[:4]).astype(int) - faces.bare[:4]).max() <= 1


def test_matching_moves_the_colours_of_the_regions_and_nothing_else(faces, masks):
    reference = [number for number in range(60) if number != 1][:1]
    found = makeup_scores.match_regions(faces.bare[[1]], masks[[1]], faces.picture[reference], masks[reference], ("lips",))
    lips, away = masks[1, ..., 0] > 0.9, masks[1, ..., 0] == 0
    assert np.abs(found[0][away].astype(int) - faces.bare[1][away]).max() <= 1
    wanted = color.rgb2lab(faces.picture[reference[0]])[masks[reference[0], ..., 0] > 0.5].mean(axis=0)
    before, after = (np.linalg.norm(color.rgb2lab(picture)[lips].mean(axis=0) - wanted) for picture in (faces.bare[1], found[0]))
    assert after < 0.4 * before


def test_matching_with_the_skin_moves_the_skin_tone(faces, masks):
    tones = np.array([face.monk_tone for face, _ in faces.recipes])
    light, dark = np.flatnonzero(tones == 2)[:3], np.flatnonzero(tones == 9)[:3]
    cheeks = masks[light, ..., 3] > 0.5
    lightness = [color.rgb2lab(makeup_scores.match_regions(faces.bare[light], masks[light], faces.picture[dark], masks[dark], names))[cheeks, 0].mean()
                 for names in (("lips", "eyes"), ("lips", "eyes", "cheeks", "skin"))]
    assert lightness[0] - lightness[1] > 20


def test_a_face_warped_onto_itself_stays(faces):
    points = faces.landmarks[3]
    np.testing.assert_allclose(makeup_scores.warp_face(faces.bare[3], points, points, (64, 64)), faces.bare[3], atol=0.1)


def test_a_warped_face_follows_its_landmarks(faces):
    """A picture of places shows where each pixel came from."""
    places = np.stack([*np.meshgrid(np.arange(64) + 0.5, np.arange(64) + 0.5), np.zeros((64, 64))], axis=-1)
    source, target = faces.landmarks[0], faces.landmarks[9]
    warped = makeup_scores.warp_face(places, source, target, (64, 64))
    for number in (30, 36, 45, 48, 54, 57):
        x, y = target[number, :2]
        np.testing.assert_allclose(warped[int(y), int(x), :2], source[number, :2], atol=1.2)


def test_pasting_changes_only_the_regions(faces, masks):
    found = makeup_scores.paste_regions(faces.bare[:3], faces.landmarks[:3], masks[:3], faces.picture[3:6], faces.landmarks[3:6], ("lips",))
    away = masks[:3, ..., 0] == 0
    np.testing.assert_array_equal(found[away], faces.bare[:3][away])
    assert np.abs(found.astype(int) - faces.bare[:3]).max() > 15


def test_work_in_pieces_is_work_at_once(faces, masks, monkeypatch):
    whole = makeup_scores.match_regions(faces.bare[:7], masks[:7], faces.picture[7:14], masks[7:14]), makeup_scores.compare(faces.picture, faces.bare, faces.opacity)
    monkeypatch.setattr(makeup_scores, "PIECE", 3)
    np.testing.assert_array_equal(makeup_scores.match_regions(faces.bare[:7], masks[:7], faces.picture[7:14], masks[7:14]), whole[0])
    pieces = makeup_scores.compare(faces.picture, faces.bare, faces.opacity)
    for name, values in whole[1].items():
        np.testing.assert_allclose(pieces[name], values)
