"""What `render_person` and `render_people` promise: determinism, exact truth, and changes that stay where they belong."""

import dataclasses

import numpy as np
import pytest
from paperdoll.invariants import flow_error
from tryon_utils.paperdoll.body_factors import BodyShape, PersonFactors, sample_person_factors
from tryon_utils.paperdoll.body_paint import LABELS
from tryon_utils.paperdoll.body_truth import KEYPOINT_NAMES
from tryon_utils.paperdoll.colour import linear_to_srgb
from tryon_utils.paperdoll.factors import changed
from tryon_utils.paperdoll.garment_factors import FABRICS, HEMS, NECKLINES, PATTERNS, SLEEVES, GarmentFactors, sample_garment_factors
from tryon_utils.paperdoll.person import governed_region, render_garment, render_people, render_person
from tryon_utils.paperdoll.pose import POSES

GARMENT_CHANGES = {
    "fit": 0.95, "sleeve": "long", "sleeve_length": 0.9, "neckline": "v", "neck_depth": 0.9, "hem": "long", "pattern": "checks",
    "scale": 0.9, "emblem": "star", "palette": "plum", "contrast_trim": True, "fabric": "satin", "folds": 0.95, "fold_seed": 77,
}
PERSON_CHANGES = {
    "shape": BodyShape(fullness=0.7, hip=0.5), "pose": "hand on hip", "mirror": True, "sway": 0.95, "wobble": (0.8,) * 8, "lower": "skirt",
    "lower_colour": "camel", "background": "slate", "light_angle": 40.0, "light_height": 0.9,
}
FACE_CHANGES = {
    "monk_tone": 9, "hair_style": "long wavy", "hair_colour": "copper", "expression": "open smile", "glasses": "round", "lip_colour": 0.9,
    "eye_colour": "green", "jaw": 0.8, "undertone": 0.9, "earrings": True,
}


def in_every_class():
    """Persons and garments that hold every pose, pattern, sleeve, neckline, hem and fabric at least once."""
    for number, pose in enumerate(POSES):
        person = changed(sample_person_factors(8, number), pose=pose, mirror=number % 2 == 1)
        garment = changed(
            sample_garment_factors(8, number), pattern=PATTERNS[number % len(PATTERNS)], sleeve=SLEEVES[number % 4], emblem="sun",
            neckline=NECKLINES[number % 6], hem=HEMS[(number + number // 4) % 4], fabric=FABRICS[(number + number // 2) % 4],
        )  # fmt: skip
        yield person, garment


@pytest.fixture(scope="module")
def samples():
    """(sample, shop) pairs at 256 x 192."""
    return [(render_person(person, garment, 256), render_garment(garment, 256)) for person, garment in in_every_class()]


def start():
    """A person and a garment in which every change of the tables above is one."""
    person = changed(sample_person_factors(4, 6), pose="relaxed", mirror=False, sway=0.4, wobble=(0.0,) * 8, lower="trousers", lower_colour="ink",
                     background="sand", light_angle=-30.0, light_height=0.6, shape=BodyShape())
    plain = {"monk_tone": 4, "hair_style": "pixie", "hair_colour": "black", "expression": "neutral", "glasses": "none", "earrings": False}
    person = changed(person, face=changed(person.face, **plain))
    return person, GarmentFactors(pattern="emblem", palette="sage", fabric="cotton", sleeve="short")


def test_the_same_factors_give_the_same_bits():
    person, garment = sample_person_factors(3, 5), sample_garment_factors(3, 9)
    first, again = render_person(person, garment, 64), render_people(person, [sample_garment_factors(3, 2), garment], 64)[1]
    for field in dataclasses.fields(first):
        value = getattr(first, field.name)
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, getattr(again, field.name), err_msg=field.name)


def test_shapes_types_and_ranges():
    sample = render_person(sample_person_factors(3, 1), sample_garment_factors(3, 1), 80, 64)
    assert sample.picture.shape == (80, 64, 3) and sample.picture.dtype == np.uint8
    assert sample.parse.shape == (80, 64) and sample.parse.dtype == np.uint8
    assert sample.keypoints.shape == (18, 3) and sample.keypoints.dtype == np.float32
    assert sample.flow.shape == (80, 64, 2) and sample.flow.dtype == np.float32
    for mask in (sample.garment_mask, sample.agnostic_mask, sample.visible):
        assert mask.shape == (80, 64) and mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1.0001


@pytest.mark.parametrize("index", [2, 6])
def test_sizes_show_the_same_person(index):
    person, garment = changed(sample_person_factors(5, index), pose=("relaxed", "hand on hip")[index > 3]), sample_garment_factors(5, index)
    by_height = {height: render_person(person, garment, height) for height in (64, 128, 256)}
    large = by_height[256]
    for height in (64, 128):
        factor = 256 // height
        mean = large.picture.reshape(height, factor, height * 3 // 4, factor, 3).mean((1, 3))
        assert np.abs(mean - by_height[height].picture).mean() < 3
        np.testing.assert_allclose(by_height[height].keypoints[:, :2] * factor, large.keypoints[:, :2], atol=0.02)
        worn = large.garment_mask.reshape(height, factor, -1, factor).mean((1, 3))
        assert np.abs(worn - by_height[height].garment_mask).mean() < 0.01


def test_the_true_flow_carries_the_shop_garment_onto_the_person(samples):
    errors = [flow_error(*pair) for pair in samples]
    assert max(errors) < 2 and np.mean(errors) < 1, np.round(errors, 2)


def test_little_of_the_worn_cloth_is_hidden_in_the_shop_picture(samples):
    hidden = [1 - sample.visible[sample.garment_mask > 0.999].mean() for sample, _ in samples]
    assert max(hidden) < 0.03 and np.mean(hidden) < 0.01, np.round(hidden, 4)


def test_the_flow_is_given_where_the_garment_is_seen_and_nowhere_else(samples):
    for sample, shop in samples:
        worn = sample.parse == LABELS["upper"]
        assert not sample.visible[~worn].any() and not sample.flow[~worn].any()
        column, row = np.floor(sample.flow[sample.visible > 0]).astype(int).T
        assert (shop.mask[row, column] > 0).all()


def test_masks_and_parse_map_partition_the_picture(samples):
    for sample, shop in samples:
        worn = sample.parse == LABELS["upper"]
        assert (sample.garment_mask[worn] > 0.2).all() and (sample.garment_mask[~worn] < 0.8).all()
        assert (sample.worn[sample.garment_mask == 0] == 0).all() and (sample.shading[sample.garment_mask == 0] == 0).all()
        assert set(np.unique(sample.parse)) <= set(LABELS.values())
        assert (shop.panels[shop.mask > 0.8] > 0).all() and (shop.panels[shop.mask < 0.2] == 0).all()


def test_shaded_cloth_is_colour_times_light(samples):
    for sample, _ in samples[:4]:
        inside = sample.garment_mask > 0.999
        made = linear_to_srgb(np.minimum(sample.worn * sample.shading, 0.7))[inside] * 255
        seen = sample.picture[inside].astype(float)
        matt = seen.max(-1) < 200  # brighter pixels pass the soft shoulder
        assert np.abs(made - seen)[matt].mean() < 9


def test_keypoints_lie_on_their_parts(samples):
    names = {name: number for number, name in enumerate(KEYPOINT_NAMES)}
    on = {"nose": ("face",), "neck": ("neck", "upper"), "right elbow": ("right arm", "upper"), "left elbow": ("left arm", "upper"),
          "right wrist": ("right arm", "upper", "left arm"), "left wrist": ("left arm", "upper", "right arm")}
    seen = dict.fromkeys(on, 0)
    for sample, _ in samples:
        x, y, _ = sample.keypoints.T
        assert x[names["right shoulder"]] < x[names["neck"]] < x[names["left shoulder"]]
        assert x[names["right hip"]] < x[names["left hip"]] and y[names["nose"]] < y[names["neck"]] < y[names["left hip"]]
        for name, parts in on.items():
            column, row, visible = sample.keypoints[names[name]]
            if visible:
                seen[name] += 1
                near = sample.parse[int(row) - 1 : int(row) + 2, int(column) - 1 : int(column) + 2]
                assert np.isin(near, [LABELS[part] for part in parts]).any(), (name, sample.person.pose)
    assert all(count >= 5 for count in seen.values()), seen


def test_hands_behind_the_body_are_not_visible(samples):
    poses = {sample.person.pose: sample.keypoints[[4, 7], 2] for sample, _ in samples}
    assert not poses["behind back"].any() and poses["one behind"].sum() == 1 and poses["crossed"].all()


def test_the_region_to_repaint_tells_nothing_of_the_garment_and_spares_the_face():
    for person, garment in in_every_class():
        sample, other = render_people(person, [garment, changed(garment, sleeve="none", hem="cropped", neckline="square", fit=0.0)], 96)
        np.testing.assert_array_equal(sample.agnostic_mask, other.agnostic_mask)
        assert sample.agnostic_mask[sample.garment_mask > 0].mean() > 0.995
        face = sample.parse == LABELS["face"]
        assert sample.agnostic_mask[face].mean() < 0.10


def test_every_change_stays_in_its_region():
    person, garment = start()
    before = render_person(person, garment, 64)
    changes = [(name, person, changed(garment, **{name: value})) for name, value in GARMENT_CHANGES.items()]
    changes += [(name, changed(person, **{name: value}), garment) for name, value in PERSON_CHANGES.items()]
    changes += [(name, changed(person, face=changed(person.face, **{name: value})), garment) for name, value in FACE_CHANGES.items()]
    for name, other_person, other_garment in changes:
        after = render_person(other_person, other_garment, 64)
        moved = (before.picture != after.picture).any(-1)
        region = governed_region(name, before, after)
        assert moved.any() or name in ("neck_depth", "jaw"), name
        assert not (moved & ~region).any(), f"{name} changed {int((moved & ~region).sum())} pixels outside its region"
        if name not in ("mirror", "sway", "light_angle", "light_height"):
            assert not region.all(), name


def test_every_factor_is_covered_by_the_change_test():
    names = {field.name for factors in (PersonFactors, GarmentFactors) for field in dataclasses.fields(factors)}
    assert names - {"seed", "index", "face"} == set(GARMENT_CHANGES) | set(PERSON_CHANGES)


def test_colours_of_the_garment_change_no_geometry():
    person, garment = start()
    first, second = render_people(person, [garment, changed(garment, palette="scarlet", pattern="dots")], 64)
    np.testing.assert_array_equal(first.parse, second.parse)
    np.testing.assert_array_equal(first.flow, second.flow)
    np.testing.assert_array_equal(first.visible, second.visible)


def test_skin_tones_are_drawn_evenly():
    tones = np.bincount([sample_person_factors(6, number).monk_tone for number in range(200)], minlength=11)[1:] / 200
    assert np.abs(tones - 0.1).max() <= 0.02


@pytest.mark.parametrize("call", [
    lambda: render_person(PersonFactors(pose="flying"), GarmentFactors()),
    lambda: render_person(PersonFactors(wobble=(2.0,) * 8), GarmentFactors()),
    lambda: render_person(PersonFactors(), GarmentFactors(fit=1.5)),
    lambda: render_person(PersonFactors(), GarmentFactors(palette="mud")),
    lambda: render_person(PersonFactors(), GarmentFactors(), 8),
    lambda: governed_region("shoe", *[render_person(PersonFactors(), GarmentFactors(), 16)] * 2),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused_by_name(call):
    with pytest.raises(ValueError, match="Got .*wanted"):
        call()
