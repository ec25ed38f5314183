"""Leftovers: what is left of a person, as numbers."""

import dataclasses

import numpy as np
import pytest
from tryon_utils import characters, datasets, leftovers
from tryon_utils.paperdoll import face_factors, looks


def someone(index=0, **changes):
    return dataclasses.replace(face_factors.sample_face_factors(5, index), **changes), looks.sample_look(5, index)


def test_all_of_them_between_minus_one_and_one():
    drawn = leftovers.draw(50, seed=3)
    assert drawn.shape == (50, leftovers.SIZE) and drawn.dtype == np.float32 and np.abs(drawn).max() <= 1
    np.testing.assert_array_equal(leftovers.draw(3, seed=3), drawn[:3])
    assert len(np.unique(drawn, axis=0)) == 50


def test_whoever_has_been_drawn_can_be_asked():
    face, look = datasets.load_faces("new_both", 1).recipes[0]
    assert leftovers.leftovers_of(face, look).shape == (leftovers.SIZE,)


@pytest.mark.parametrize("change", [{"monk_tone": 9}, {"yaw": 12.0}, {"pitch": -3.0}])
def test_what_a_condition_says_is_not_left(change):
    plain, changed = (leftovers.leftovers_of(*someone(**given)) for given in ({}, change))
    np.testing.assert_array_equal(plain, changed)


@pytest.mark.parametrize("change", [{"jaw": 0.9}, {"face_shape": "pear"}, {"hair_colour": "silver"}, {"background": "moss"}, {"roll": 7.0}, {"facial_hair": "goatee"},
                                    {"earrings": True, "freckles": 0.7}, {"light_angle": 50.0}])
def test_everything_else_is(change):
    plain, changed = (leftovers.leftovers_of(*someone(**given)) for given in ({}, change))
    assert not np.array_equal(plain, changed)


@pytest.mark.parametrize("name", list(characters.FIELDS))
def test_kinds_make_sense_in_every_group(name):
    found = {}
    for value in characters.ALL[name]:
        kinds = {leftovers.kind_of(name, someone(index, **{characters.FIELDS[name]: value})[0]) for index in range(24)}
        assert kinds <= set(range(leftovers.KINDS[name]))
        found.setdefault(characters.group_of(name, value), []).append(kinds)
    for kinds in found.values():
        assert set.union(*kinds) == set(range(leftovers.KINDS[name])) and sum(map(len, kinds)) == leftovers.KINDS[name]  # each number has one meaning
