"""What try-ons are judged by: against numbers worked by hand and against `metrics`, in pieces that change nothing, with nan where nothing is to measure."""

import dataclasses
import types

import numpy as np
import pytest
from tryon_utils import datasets, dressing, metrics, splits, tones, tryon_scores
from tryon_utils.models import reader as readers
from tryon_utils.models import tryon
from tryon_utils.paperdoll import GarmentFactors, PersonFactors
from tryon_utils.paperdoll.body_shape import BodyShape
from tryon_utils.paperdoll.factors import changed


@pytest.fixture(scope="module")
def bodies():
    return datasets.load_bodies("new_both", 60)


@pytest.fixture(scope="module")
def sheets(bodies):
    return dressing.fill_sheets(dressing.represent(bodies), bodies.garment, bodies.garment_mask[..., None])


def part_of(bodies, count):
    """The first so many of the bodies."""
    arrays = {field.name: getattr(bodies, field.name)[:count] for field in dataclasses.fields(bodies) if field.name not in ("part", "seed")}
    return datasets.Bodies(bodies.part, bodies.seed, **arrays)


# ---- Picture by picture ------------------------------------------------------------------------------------------------

def test_the_true_answer_is_perfect(bodies):
    scores = tryon_scores.compare(bodies.target, bodies.target, bodies)
    means = scores.means()
    assert means["ssim"] == pytest.approx(1) and means["ssim_inside"] == pytest.approx(1) and means["garment"] == 0 and means["skin"] == 0
    assert np.isinf(scores.psnr).all() and np.isnan(scores.sleeve).all() and np.isnan(means["drift"]) and scores.features is None


def test_the_measures_are_those_of_metrics(bodies, sheets):
    pictures = tryon_scores.paste(sheets)
    scores = tryon_scores.compare(bodies.target, pictures, bodies)
    painted, garment = bodies.agnostic_mask > 0, bodies.target_mask > 127
    np.testing.assert_allclose(scores.ssim, metrics.ssim(bodies.target, pictures))
    np.testing.assert_allclose(scores.ssim_inside, metrics.ssim(bodies.target, pictures, painted))
    np.testing.assert_allclose(scores.psnr, metrics.psnr(bodies.target, pictures), rtol=1e-5)
    np.testing.assert_allclose(scores.psnr_inside, metrics.psnr(bodies.target, pictures, painted), rtol=1e-5)
    np.testing.assert_allclose(scores.garment, metrics.colour_difference(bodies.target, pictures, garment))
    skin = np.isin(bodies.target_parse, (10, 14, 15)) & painted
    known = ~np.isnan(scores.skin)
    np.testing.assert_allclose(scores.skin[known], metrics.colour_difference(bodies.target[known], pictures[known], skin[known]))


def test_pieces_change_nothing(bodies, sheets, monkeypatch):
    pictures = tryon_scores.paste(sheets)
    whole = tryon_scores.compare(bodies.target, pictures, bodies)
    monkeypatch.setattr(tryon_scores, "PIECE", 7 * 64 * 48)
    pieces = tryon_scores.compare(bodies.target, pictures, bodies)
    for name in ("ssim", "psnr_inside", "garment", "skin"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(pieces, name))


def test_where_nothing_is_to_measure_there_is_nan(bodies):
    parse = bodies.target_parse.copy()
    parse[3][np.isin(parse[3], (10, 14, 15))] = 0
    scores = tryon_scores.compare(bodies.target, bodies.person, dataclasses.replace(bodies, target_parse=parse))
    assert np.isnan(scores.skin[3]) and not np.isnan(scores.skin[4])
    assert scores.means()["skin"] == pytest.approx(np.nanmean(scores.skin))


@pytest.mark.parametrize("pictures", [np.zeros((60, 64, 48, 3), "float32"), np.zeros((59, 64, 48, 3), "uint8"), np.zeros((60, 64, 48), "uint8")])
def test_other_pictures_are_refused(bodies, pictures):
    with pytest.raises(ValueError, match=r"pictures is .* uint8 \(60, 64, 48, 3\) is wanted"):
        tryon_scores.compare(bodies.target, pictures, bodies)


# ---- Baselines -----------------------------------------------------------------------------------------------------------

def test_the_baselines_touch_nothing_outside_the_mask(bodies, sheets):
    outside = bodies.agnostic_mask == 0
    for make in (tryon_scores.leave_grey, tryon_scores.paste):
        made = make(sheets)
        assert made.dtype == np.uint8
        np.testing.assert_array_equal(made[outside], bodies.person[outside])


def test_a_paste_covers_by_its_share():
    sheet = np.zeros((1, 1, 4, tryon.CONDITIONS), "uint8")
    for name, values in {"agnostic": [9, 9, 9, 77], "mask": [255, 255, 255, 0], "skin": 100, "warped": 200, "coverage": [0, 51, 255, 255]}.items():
        sheet[..., tryon.CHANNELS[name]] = np.reshape(values, (1, 1, -1, 1))
    assert tryon_scores.paste(sheet)[0, 0, :, 0].tolist() == [100, 120, 200, 77]


# ---- What the reader sees --------------------------------------------------------------------------------------------------

def reading_of(bodies, joints_off=0.0, sleeves_off=(0.0, 0.0)):
    places = bodies.keypoints[:, list(readers.JOINTS), :2] + np.float32([joints_off, 0])
    sleeves = tryon_scores.sleeve_shares(bodies.recipes)[:, None] + np.array(sleeves_off)
    return readers.Reading(places, sleeves, np.zeros((len(bodies), 64)))


def test_sleeves_are_measured_on_arms_whose_wrist_shows(bodies):
    shown = bodies.keypoints[:, [4, 7], 2] > 0
    assert (~shown).any(axis=1).any(), "nobody hides a hand"
    found = tryon_scores.sleeve_error(reading_of(bodies, sleeves_off=(0.1, -0.3)), bodies)
    wanted = {(True, True): 20, (True, False): 10, (False, True): 30, (False, False): np.nan}
    np.testing.assert_allclose(found, [wanted[tuple(pair)] for pair in shown.tolist()])


def test_a_sleeve_is_a_share_of_the_arm():
    garments = [GarmentFactors(sleeve="none"), GarmentFactors(sleeve="short", sleeve_length=0.5), GarmentFactors(sleeve="long", sleeve_length=1.0)]
    np.testing.assert_allclose(tryon_scores.sleeve_shares([(None, None, garment) for garment in garments]), [0, 0.64 / 2.44, 2.4 / 2.44])


def test_drift_is_in_percent_of_the_height(bodies):
    np.testing.assert_allclose(tryon_scores.keypoint_drift(reading_of(bodies, joints_off=3.2), bodies), 5, rtol=1e-5)


# ---- Distance of sets ------------------------------------------------------------------------------------------------------

def test_the_truth_has_no_distance_from_itself():
    features = np.random.default_rng(0).normal(size=(40, 8))
    assert tryon_scores.kid(features, features).value == pytest.approx(0, abs=1e-12)


def test_the_distance_is_unbiased_though_each_result_resembles_its_truth():
    values = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        person = rng.normal(size=(30, 4))
        real, fake = (person + 0.3 * rng.normal(size=(30, 4)) for _ in range(2))
        values.append((tryon_scores.kid(real, fake, resamples=2).value, metrics.kid(real, fake, subsets=2).value))
    ours, theirs = np.mean(values, axis=0)
    error = np.std(values, axis=0, ddof=1) / np.sqrt(60)
    assert abs(ours) < 3 * error[0] and theirs < -3 * error[1]  # pairs of one person make the other one too small


def test_pairs_of_one_person_are_left_out():
    rng = np.random.default_rng(0)
    real, fake, people = rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), [0, 0, 1, 1, 2, 3]
    kernel = lambda a, b: (a @ b / 3 + 1) ** 3  # noqa: E731
    terms = [kernel(real[i], real[j]) + kernel(fake[i], fake[j]) - kernel(real[i], fake[j]) - kernel(fake[i], real[j])
             for i in range(6) for j in range(6) if people[i] != people[j]]
    assert tryon_scores.kid(real, fake, people).value == pytest.approx(np.mean(terms))


def test_the_deviation_is_about_that_of_other_people():
    draws = [np.random.default_rng(seed) for seed in range(40)]
    found = [tryon_scores.kid(rng.normal(size=(60, 4)), rng.normal(0.4, 1, size=(60, 4)), resamples=100) for rng in draws]
    spread = np.std([estimate.value for estimate in found], ddof=1)
    assert 0.6 < np.mean([estimate.deviation for estimate in found]) / spread < 1.7


@pytest.mark.parametrize(("real", "fake", "people", "words"), [
    (np.zeros((5, 2)), np.zeros((4, 2)), None, "equal shape"), (np.zeros(5), np.zeros(5), None, "equal shape"), (np.zeros((6, 2)), np.zeros((6, 2)), [0, 0, 0, 1, 1, 2], "3 people came")])
def test_sets_that_cannot_be_compared_are_refused(real, fake, people, words):
    with pytest.raises(ValueError, match=words):
        tryon_scores.kid(real, fake, people)


# ---- Tables ----------------------------------------------------------------------------------------------------------------

def recipe(worn=None, wanted=None, pose="relaxed", tone=5, shape=None):
    person = PersonFactors(pose=pose, shape=shape or BodyShape())
    return changed(person, face=changed(person.face, monk_tone=tone)), changed(GarmentFactors(), **worn or {}), changed(GarmentFactors(), **wanted or {})


def stub(recipes, hair_rows=()):
    """Bodies of which only recipes, keypoints and hair are known; those in `hair_rows` have hair below the neck."""
    parse = np.zeros((len(recipes), 64, 48), "uint8")
    parse[:, 5:12, 18:30] = 2
    for number in hair_rows:
        parse[number, 25:32, 18:22] = 2
    keypoints = np.full((len(recipes), 18, 3), 20.0)
    return types.SimpleNamespace(recipes=recipes, target=np.zeros((len(recipes), 64, 48, 3), "uint8"), target_parse=parse, keypoints=keypoints)


def test_every_hard_case_is_found_and_nothing_else():
    cases = {
        "long to short": recipe({"sleeve": "long"}, {"sleeve": "short"}), "short to long": recipe({"sleeve": "none"}, {"sleeve": "three-quarter"}),
        "crossed arms": recipe(pose="crossed"), "hair over garment": recipe(), "stripes, checks, emblem": recipe(wanted={"pattern": "checks"}),
        "unknown pattern": recipe(wanted={"pattern": "dots"}), "shorter garment": recipe({"hem": "long"}, {"hem": "hip"}),
        "colour of the skin": recipe(wanted={"palette": "camel"}), "extreme size": recipe(shape=BodyShape(waist=-0.9))}
    found = tryon_scores.hard_cases(stub([recipe(), *cases.values()], hair_rows=[4]))
    assert list(found) == list(cases)
    for number, name in enumerate(cases, 1):
        assert np.flatnonzero(found[name]).tolist() == [number], name


def test_tables_have_a_row_for_every_group_and_leave_out_what_has_no_number():
    people = stub([recipe(wanted={"palette": "navy"}, tone=tone, shape=BodyShape(fullness=fullness)) for tone, fullness in ((1, -0.9), (1, 0), (7, 0.9), (7, 0.2), (7, 0.1))])
    values = np.array([1.0, 3.0, 4.0, np.nan, 8.0])
    assert [(row.group, row.count, row.mean) for row in tryon_scores.by_tone(values, people)] == [(1, 2, 2.0), (7, 2, 6.0)]
    assert [(row.group, row.count, row.mean) for row in tryon_scores.by_shape(values, people)] == [("slim", 1, 1.0), ("middle", 2, 5.5), ("full", 1, 4.0)]
    row, times = tryon_scores.worst(tryon_scores.by_tone(values, people))
    assert row.group == 7 and times == pytest.approx(1.5)
    assert [(row.group, row.count) for row in tryon_scores.by_case(values, people)] == [("all", 4), ("extreme size", 2)]


def test_the_hard_cases_of_the_course_are_neither_rare_nor_common():
    shares = {name: chosen.mean() for name, chosen in tryon_scores.hard_cases(datasets.load_bodies("new_both")).items()}
    assert all(0.05 < share < 0.5 for share in shares.values()), shares


# ---- The same people in every tone -----------------------------------------------------------------------------------------

def test_only_the_tone_differs(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    found = tryon_scores.same_people_in_every_tone(2, size=32, workers=0)
    assert len(found) == 20 and found.people.tolist() == [0] * 10 + [1] * 10
    assert [person.monk_tone for person, _, _ in found.recipes] == 2 * list(range(1, 11))
    for number in range(2):
        ten = slice(10 * number, 10 * number + 10)
        for name in ("garment", "agnostic_mask", "keypoints", "target_mask", "flow"):
            np.testing.assert_array_equal(getattr(found, name)[ten], np.repeat(getattr(found, name)[10 * number][None], 10, axis=0))
        brightness = np.where(np.isin(found.target_parse[ten], (13, 14, 15)), found.target[ten].mean(axis=-1), np.nan)
        assert np.argsort(np.nanmean(brightness, axis=(1, 2))).tolist()[:3] == [9, 8, 7]
    own = splits.body_recipe("new_both", 0)[0].monk_tone - 1
    arrays = splits.body_arrays(0, "new_both", 32)
    for name in ("person", "target", "target_parse"):
        np.testing.assert_array_equal(getattr(found, name)[own], arrays[name])
    assert set(tones.toned_arrays(own, "new_both", 32)) == set(arrays)
