"""The grammar of garments: every sentence that it makes it reads again, in both languages; unknown words get a suggestion."""

import itertools

import numpy as np
import pytest
from tryon_utils import paperdoll, words
from tryon_utils.paperdoll.garment_factors import PALETTES

FULL = {"colour": "red", "pattern": "horizontal stripes", "sleeve": "long", "neckline": "round"}


def test_every_palette_has_one_colour():
    named = [palette for palettes in words.COLOURS.values() for palette in palettes]
    assert sorted(named) == sorted(PALETTES)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_value_can_be_said(language):
    for name, values in words.ATTRIBUTES.items():
        assert set(words.TERMS[language][name]) == set(values)


def test_the_usual_way_to_say_it():
    assert words.describe(FULL) == "red striped long-sleeved top with a round neck"
    assert words.describe(FULL, "zh") == "红色条纹长袖圆领上衣"
    assert words.describe({"sleeve": "none"}) == "sleeveless top"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_said_is_understood_whatever_the_words(language):
    rng = np.random.default_rng(0)
    for number, values in enumerate(itertools.product(*words.ATTRIBUTES.values())):
        said = dict(zip(words.ATTRIBUTES, values, strict=True))
        kept = {name: value for name, value in said.items() if number % 3 or name != list(said)[number % 4]}
        sentence = words.describe(kept, language, rng)
        assert words.understand(sentence) == kept, sentence
        assert len(words.split(sentence)) <= words.LENGTH


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_value_alone_is_understood(language):
    rng = np.random.default_rng(1)
    for name, values in words.ATTRIBUTES.items():
        for value, _ in itertools.product(values, range(6)):
            assert words.understand(words.describe({name: value}, language, rng)) == {name: value}


def test_sentences_become_numbers_of_words():
    numbers = words.encode(["red top", "红色上衣"])
    assert numbers.shape == (2, words.LENGTH) and numbers.dtype == np.int32
    assert [words.VOCABULARY[number] for number in numbers[0]][:3] == ["red", "top", ""]
    assert [words.VOCABULARY[number] for number in numbers[1]][:3] == ["红色", "上衣", ""]
    assert words.VOCABULARY[0] == "" and len(set(words.VOCABULARY)) == len(words.VOCABULARY)


def test_case_commas_and_hyphens_do_not_matter():
    assert words.split("RED, Long-Sleeved top!") == ["red", "long", "sleeved", "top"]
    assert words.split("红色，长袖 上衣。") == ["红色", "长袖", "上衣"]


@pytest.mark.parametrize(("sentence", "word", "suggestion"), [("a stripped top", "stripped", "striped"), ("purpel shirt", "purpel", "purple"), ("红长袖上衣", "红", "红色")])
def test_an_unknown_word_gets_a_suggestion(sentence, word, suggestion):
    with pytest.raises(words.UnknownWordError) as caught:
        words.encode([sentence])
    assert caught.value.word == word and suggestion in caught.value.suggestions
    assert suggestion in str(caught.value) and word in str(caught.value)


def test_a_word_far_from_all_gets_none():
    with pytest.raises(words.UnknownWordError, match="colours, patterns") as caught:
        words.split("xyzzy")
    assert caught.value.suggestions == []


@pytest.mark.parametrize(("sentence", "message"), [("", "0 words"), ("red " * 15, "15 words"), ("red blue top", "two of one kind"), ("a top", "names no colour")])
def test_sentences_that_say_nothing_or_too_much(sentence, message):
    with pytest.raises(ValueError, match=message):
        words.understand(sentence)


@pytest.mark.parametrize(("values", "language", "message"), [({"colour": "mauve"}, "en", "mauve"), ({"size": "L"}, "en", "size"), ({}, "fr", "fr")])
def test_what_cannot_be_said(values, language, message):
    with pytest.raises(ValueError, match=message):
        words.describe(values, language)


def test_dots_are_not_said():
    garments = [paperdoll.sample_garment_factors(0, index) for index in range(40)]
    for garment in garments:
        values = words.values_of(garment)
        assert values["sleeve"] == garment.sleeve and ("pattern" in values) == (garment.pattern != "dots")
    assert any(garment.pattern == "dots" for garment in garments)


# ---- As numbers ------------------------------------------------------------------------------------------------------

def test_what_is_said_as_numbers_and_as_a_condition():
    rows = [{"colour": "red", "sleeve": "long"}, {"colour": "white", "pattern": "plain", "sleeve": "none", "neckline": "turtleneck"}]
    numbers = words.numbers_of(rows)
    assert numbers["colour"].tolist() == [list(words.COLOURS).index("red"), 0] and numbers["neckline"].tolist() == [6, 5]
    condition = words.condition(rows)
    assert condition.shape == (2, sum(words.HEADS.values())) == (2, 31) and condition.sum(axis=1).tolist() == [4, 4]
    assert condition[0, words.HEADS["colour"] + words.HEADS["pattern"] - 1] == 1  # no pattern was said
    with pytest.raises(ValueError, match="'v', 'boat'"):
        words.numbers_of([{"neckline": "polo"}])
