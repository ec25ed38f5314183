"""Who is in which part: no person, garment or look of a test is known, every tone comes equally often, all is repeatable."""

import dataclasses

import numpy as np
import pytest
from tryon_utils import paperdoll, splits


def people(part, count=200):
    return [splits.person_index(part, number) for number in range(count)]


def test_new_people_are_not_known():
    known = set(people("train", 2000)) | set(people("new_item", 2000))
    assert known.isdisjoint(people("new_person", 2000)) and known.isdisjoint(people("new_both", 2000))
    assert len(set(people("train", 2000))) == 2000


def test_a_new_item_is_tried_by_people_of_the_training_set():
    assert people("new_item") == people("train")
    trained, tested = splits.body_recipe("train", 3)[0], splits.body_recipe("new_item", 3)[0]
    assert trained.shape == tested.shape and trained.face.face_shape == tested.face.face_shape and trained.monk_tone == tested.monk_tone
    assert trained.wobble != tested.wobble


@pytest.mark.parametrize("part", splits.PARTS)
def test_every_tone_comes_equally_often(part):
    tones = [splits.face_recipe(part, number)[0].monk_tone for number in range(100)]
    np.testing.assert_array_equal(np.bincount(tones, minlength=11)[1:], 10)


def test_new_garments_are_not_known_and_neither_is_their_pattern():
    known, new = splits.wardrobe(False), splits.wardrobe(True)
    assert {garment.index for garment in known}.isdisjoint(garment.index for garment in new)
    assert splits.NEW_PATTERN not in {garment.pattern for garment in known}
    patterns = {garment.pattern for garment in new}
    assert splits.NEW_PATTERN in patterns and len(patterns) > 4, "new garments are not of the new pattern only"
    assert len(known) + len(new) == splits.GARMENTS and len(known) > 1500


@pytest.mark.parametrize("part", splits.PARTS)
def test_items_are_new_exactly_where_the_part_says_so(part):
    new = part in ("new_item", "new_both")
    for number in range(60):
        _, worn, wanted = splits.body_recipe(part, number)
        assert splits.garment_is_new(worn) == splits.garment_is_new(wanted) == new and worn != wanted
        assert (splits.face_recipe(part, number)[1].name in splits.NEW_LOOKS) == new


def test_new_looks_are_looks():
    assert set(splits.NEW_LOOKS) < set(paperdoll.LOOKS)


def test_a_recipe_is_repeatable_and_depends_on_the_seed():
    assert splits.body_recipe("train", 7) == splits.body_recipe("train", 7)
    assert splits.body_recipe("train", 7) != splits.body_recipe("train", 7, seed=1)


def test_another_day_changes_no_body_and_no_face():
    person = paperdoll.sample_person_factors(0, 5)
    other = splits.another_day(person, 2)
    assert splits.another_day(person, 0) is person
    same = {field.name for field in dataclasses.fields(person.face) if getattr(person.face, field.name) == getattr(other.face, field.name)}
    assert {"monk_tone", "face_shape", "eye_shape", "hair_style", "hair_colour", "nose_width", "glasses"} <= same
    assert other.shape == person.shape and other.wobble != person.wobble


def test_every_layer_of_every_look_has_a_slot():
    for look in paperdoll.LOOKS.values():
        kinds = [layer.kind for layer in look.layers]
        for kind in set(kinds):
            assert kind in splits.MAKEUP_SLOTS
            assert kinds.count(kind) == 1 or (kinds.count(kind) == 2 and f"second {kind}" in splits.MAKEUP_SLOTS)


def test_the_layers_kept_for_a_face_are_those_rendered():
    face, look = splits.face_recipe("train", 3)
    sample, arrays = paperdoll.render_face(face, look, 64), splits.face_arrays(3, "train", 64)
    np.testing.assert_array_equal(arrays["picture"], sample.picture)
    assert sum(opacity.any() for opacity in arrays["opacity"]) == len(sample.layers)
    nothing = (arrays["opacity"] == 0).all(axis=0)
    seen = np.max([layer.opacity for layer in sample.layers], axis=0) > 0
    assert nothing.any() and not (seen & nothing & (np.abs(arrays["picture"].astype(int) - arrays["bare"]).max(-1) > 1)).any()


def test_the_flow_kept_for_a_body_is_fine_enough():
    person, worn, wanted = splits.body_recipe("train", 3)
    sample, arrays = paperdoll.render_people(person, [worn, wanted], 64)[1], splits.body_arrays(3, "train", 64)
    np.testing.assert_allclose(arrays["flow"] / splits.FLOW_STEPS, sample.flow, atol=0.5 / splits.FLOW_STEPS + 1e-6)


@pytest.mark.parametrize("call, words", [
    (lambda: splits.face_recipe("test", 0), "'test' came; one of 'train'"),
    (lambda: splits.garment_recipe("new_person", 0), "one of 'train', 'new_item'"),
    (lambda: splits.garment_recipe("train", 10_000), "the wardrobe holds"),
])
def test_what_does_not_exist_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
