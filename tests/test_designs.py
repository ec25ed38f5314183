"""Garments as numbers: what the painter is told, how garments lie, and what a sentence leaves open."""

import dataclasses

import numpy as np
import pytest
from tryon_utils import designs, paperdoll, words
from tryon_utils.paperdoll import garment_shop

GARMENTS = [paperdoll.sample_garment_factors(5, index) for index in range(60)]


def test_numbers_have_one_shape_and_stay_in_range():
    numbers = designs.conditions_of(GARMENTS)
    assert numbers.shape == (60, designs.SIZE) and numbers.dtype == np.float32
    assert np.abs(numbers).max() <= 1


def test_the_first_numbers_say_the_palette_and_no_other_does():
    one = dataclasses.replace(GARMENTS[0], palette="navy")
    other = dataclasses.replace(one, palette="plum")
    first, second = designs.numbers_of(one), designs.numbers_of(other)
    assert not np.array_equal(first[:designs.PALETTE], second[:designs.PALETTE])
    np.testing.assert_array_equal(first[designs.PALETTE:], second[designs.PALETTE:])
    assert first[:designs.PALETTE].sum() == 1


def test_the_last_numbers_say_pattern_and_scale_together():
    striped = dataclasses.replace(GARMENTS[0], pattern="checks", scale=0.5 + 0.25 / 16)
    steps = designs.numbers_of(striped)[-designs.LATER:].reshape(len(words.PATTERNS), designs.SCALES)
    assert set(np.flatnonzero(steps.sum(axis=1))) == {words.PATTERNS.index("checks")}
    np.testing.assert_allclose(steps.sum(), 1, rtol=1e-5)
    np.testing.assert_allclose(steps[words.PATTERNS.index("checks"), 8:10], [0.75, 0.25], atol=1e-5)


@pytest.mark.parametrize("change", [{"sleeve": "none"}, {"neckline": "v"}, {"pattern": "checks"}, {"hem": "cropped"}, {"fit": 1.0}, {"neck_depth": 1.0},
                                    {"scale": 1.0}, {"contrast_trim": True}, {"fabric": "satin"}, {"folds": 0.0}, {"sleeve_length": 1.0}])  # fmt: skip
def test_every_factor_is_told(change):
    plain = paperdoll.GarmentFactors(sleeve="short", neckline="round", hem="hip")
    assert not np.array_equal(designs.numbers_of(plain), designs.numbers_of(dataclasses.replace(plain, **change)))


def test_an_emblem_is_told_only_where_it_is_worn():
    plain = paperdoll.GarmentFactors(pattern="plain", emblem="heart")
    np.testing.assert_array_equal(designs.numbers_of(plain), designs.numbers_of(dataclasses.replace(plain, emblem="star")))
    printed = dataclasses.replace(plain, pattern="emblem")
    assert not np.array_equal(designs.numbers_of(printed), designs.numbers_of(dataclasses.replace(printed, emblem="star")))


def test_dots_are_told_as_no_pattern():
    dotted = dataclasses.replace(GARMENTS[0], pattern="dots")
    assert not designs.numbers_of(dotted)[-designs.LATER:].any()


def test_lies_are_the_renderers():
    for garment, lie in zip(GARMENTS, designs.lie_of(GARMENTS), strict=True):
        grid = garment_shop.shop_grid(garment, 64, 64, 1)
        np.testing.assert_allclose(lie[:2], [64 * grid.pixel, grid.top], rtol=1e-5, atol=1e-5)
        assert (lie[2] == 0) == (garment.sleeve == "none")


def test_what_was_said_is_kept_and_the_rest_comes_from_the_garment():
    rng = np.random.default_rng(0)
    for garment in GARMENTS:
        said = {"colour": "red", "pattern": "checks", "sleeve": "long"}
        made = designs.complete(said, garment, rng)
        assert {name: value for name, value in words.values_of(made).items() if name in said} == said
        same = ("neckline", "fit", "hem", "scale", "fabric", "folds", "neck_depth", "contrast_trim", "emblem")
        assert all(getattr(made, name) == getattr(garment, name) for name in same)


def test_a_palette_that_fits_the_colour_stays():
    garment = dataclasses.replace(GARMENTS[0], palette="burgundy", pattern="plain")
    assert designs.complete({"colour": "red"}, garment, np.random.default_rng(0)) == garment
    assert designs.complete({}, garment, np.random.default_rng(0)) == garment


def test_dots_become_plain_unless_a_pattern_is_said():
    dotted = dataclasses.replace(GARMENTS[0], pattern="dots")
    assert designs.complete({"sleeve": "long"}, dotted, np.random.default_rng(0)).pattern == "plain"
    assert designs.complete({"pattern": "checks"}, dotted, np.random.default_rng(0)).pattern == "checks"


def test_every_palette_of_a_colour_can_be_chosen():
    garment, rng = dataclasses.replace(GARMENTS[0], palette="navy"), np.random.default_rng(0)
    assert {designs.complete({"colour": "green"}, garment, rng).palette for _ in range(60)} == set(words.COLOURS["green"])


def test_unknown_values_are_refused():
    with pytest.raises(ValueError, match="mauve"):
        designs.complete({"colour": "mauve"}, GARMENTS[0], np.random.default_rng(0))


def test_a_drawn_design_is_always_the_same_and_one_of_many():
    np.testing.assert_array_equal(designs.draw(17), designs.draw(17))
    assert len({designs.draw(number).tobytes() for number in range(20)}) == 20
    assert all(designs.draw(number)[-designs.LATER:].any() for number in range(20))  # each has a pattern that can be said
