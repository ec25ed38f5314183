"""Characters as numbers: conditions, groups, what the reader says, directions and flicker."""

import numpy as np
import pytest
from tryon_utils import characters, paperdoll
from tryon_utils.paperdoll.face_factors import EXPRESSIONS, GLASSES, HAIR_STYLES


@pytest.mark.parametrize(("name", "values"), [("hair", HAIR_STYLES), ("expression", EXPRESSIONS), ("glasses", GLASSES)])
def test_every_value_of_the_renderer_has_one_group(name, values):
    members = [member for group in characters.GROUPS[name].values() for member in group]
    assert sorted(members) == sorted(values)


def test_a_condition_has_one_number_a_value_and_four_more():
    made = characters.condition(hair="curls", tone=1, turn=-0.5)
    assert made.shape == (characters.SIZE,) and made.dtype == np.float32
    assert made[characters.place("hair")].tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    assert made[characters.place("tone")].tolist() == [-1, 1] and made[characters.place("pose")].tolist() == [-0.5, 0]


def test_a_face_becomes_a_condition():
    face = paperdoll.FaceFactors(hair_style="afro", expression="surprised", glasses="cat-eye", monk_tone=9, yaw=7.5, pitch=-5.0)
    values = characters.values_of(face, made_up=True)
    assert values == {"hair": "curls", "expression": "open mouth", "glasses": "yes", "style": "made up", "tone": 9, "turn": 0.5, "nod": -0.5}
    assert np.isfinite(characters.condition(**values)).all()


def test_shares_lie_between():
    half = characters.condition(expression={"calm": 0.5, "smile": 0.5})
    np.testing.assert_allclose(half, (characters.condition() + characters.condition(expression="smile")) / 2)


@pytest.mark.parametrize("values", [{"hair": "green"}, {"hat": 1}, {"expression": {"calm": 0.5}}, {"tone": 11}, {"turn": 1.5}, {"glasses": {"maybe": 1.0}}])
def test_what_is_no_condition(values):
    with pytest.raises(ValueError, match="wanted|names are"):
        characters.condition(**values)


def test_one_attribute_is_swapped_and_the_rest_stays():
    conditions = np.stack([characters.condition(hair="long", tone=2), characters.condition(hair="tied", tone=8)])
    swapped = characters.swap(conditions, "hair", [1, 0])
    np.testing.assert_array_equal(swapped[0], characters.condition(hair="tied", tone=2))
    np.testing.assert_array_equal(conditions[0], characters.condition(hair="long", tone=2))
    with pytest.raises(ValueError, match="'tone', 'pose'"):
        characters.place("nose")


def test_what_is_read_is_held_against_what_was_wanted():
    logits = {name: np.zeros((2, len(values))) for name, values in characters.HEADS.items()}
    logits["expression"][:, 1] = logits["style"][:, 1] = logits["tone"][:, 6] = 1
    found = characters.read_values(logits)
    assert found["expression"].tolist() == ["smile"] * 2 and found["tone"].tolist() == [7, 7] and found["hair"][0] == "long"
    wanted = [characters.USUAL | {"expression": "smile", "style": "made up", "tone": 8}, characters.USUAL | {"tone": 9, "glasses": "yes"}]
    right = {name: value.tolist() for name, value in characters.accuracies(found, wanted).items()}
    assert right == {"hair": [True, True], "expression": [True, False], "glasses": [True, False], "style": [True, False], "tone": [True, False]}


def test_a_rare_value_counts_as_much_as_a_common_one():
    wanted = [characters.USUAL | {"glasses": "yes" if number == 0 else "no"} for number in range(10)]
    right = {"glasses": np.arange(10) > 0}  # whoever always says no
    assert characters.balanced(right, wanted) == {"glasses": 0.5}


def test_the_strongest_direction_is_found():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(400, 6))
    features = noise @ np.diag([5.0, 0.1, 0.1, 3.0, 0.1, 0.1]) @ np.linalg.qr(rng.normal(size=(6, 6)))[0]
    first, second = characters.principal_directions(features, noise, 2)
    assert abs(first[0]) > 0.99 and abs(second[3]) > 0.99


def test_flicker_of_an_even_movement_and_of_noise():
    assert characters.flicker(np.arange(10.0)) < 1e-6
    assert characters.flicker(np.random.default_rng(0).normal(size=(4000, 3))) == pytest.approx(3**0.5, abs=0.05)
    for frames in (np.zeros((5, 2)), np.zeros((2, 2))):
        with pytest.raises(ValueError, match="three that change"):
            characters.flicker(frames)
