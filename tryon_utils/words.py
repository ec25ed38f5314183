"""Garments in words, in English and Chinese: a small grammar that makes sentences, and reads them.

Four attributes can be said: colour, pattern, sleeve and neckline. Any of them may be left out. A word that the grammar doesn't know is
answered with the nearest one that it does.
"""

import difflib
import re

import numpy as np

from tryon_utils.paperdoll.garment_factors import NECKLINES, SLEEVES

LENGTH = 14  # words in a sentence, filled up
COLOURS = {  # a colour's name: the palettes whose main colour it is
    "white": ("harbour", "chalk"), "black": ("noir",), "grey": ("slate",), "beige": ("camel", "oat"), "red": ("scarlet", "burgundy"),
    "orange": ("terracotta", "coral"), "yellow": ("mustard",), "green": ("sage", "emerald", "lagoon", "olive"),
    "blue": ("navy", "powder", "cornflower"), "purple": ("lilac", "plum"), "pink": ("rosewood", "blush"),
}  # fmt: skip
PATTERNS = ("plain", "horizontal stripes", "vertical stripes", "checks", "emblem", "colour block")  # dots are new: no sentence has them
ATTRIBUTES = {"colour": tuple(COLOURS), "pattern": PATTERNS, "sleeve": SLEEVES, "neckline": NECKLINES}
TERMS = {  # language: attribute: value: ways to say it, the usual one first
    "en": {
        "colour": {name: (name,) for name in COLOURS} | {"grey": ("grey", "gray")},
        "pattern": {"plain": ("plain",), "horizontal stripes": ("striped", "horizontally striped"), "vertical stripes": ("vertically striped", "pinstriped"),
                    "checks": ("checked", "checkered"), "emblem": ("printed",), "colour block": ("colour-block", "color-block")},
        "sleeve": {"none": ("sleeveless",), "short": ("short-sleeved",), "three-quarter": ("three-quarter-sleeved",), "long": ("long-sleeved",)},
        "neckline": {"round": ("with a round neck",), "v": ("with a v neck", "with a v-neck"), "boat": ("with a boat neck",),
                     "square": ("with a square neck",), "collar": ("with a collar",), "turtleneck": ("with a turtleneck", "with a high neck")},
    },
    "zh": {
        "colour": {"white": ("白色",), "black": ("黑色",), "grey": ("灰色",), "beige": ("米色",), "red": ("红色",), "orange": ("橙色", "橘色"), "yellow": ("黄色",),
                   "green": ("绿色",), "blue": ("蓝色",), "purple": ("紫色",), "pink": ("粉色", "粉红色")},
        "pattern": {"plain": ("纯色",), "horizontal stripes": ("条纹", "横条纹"), "vertical stripes": ("竖条纹",), "checks": ("格子", "格纹"),
                    "emblem": ("印花",), "colour block": ("拼色", "撞色")},
        "sleeve": {"none": ("无袖",), "short": ("短袖",), "three-quarter": ("七分袖",), "long": ("长袖",)},
        "neckline": {"round": ("圆领",), "v": ("V领",), "boat": ("一字领", "船领"), "square": ("方领",), "collar": ("翻领",), "turtleneck": ("高领",)},
    },
}  # fmt: skip
TEMPLATES = {"en": ("{colour} {pattern} {sleeve} top {neckline}", "a {sleeve} {colour} {pattern} top {neckline}", "a {pattern} {sleeve} top {neckline}, {colour}"),
             "zh": ("{colour}{pattern}{sleeve}{neckline}上衣", "一件{sleeve}{neckline}的{colour}{pattern}上衣", "{neckline}{sleeve}{pattern}上衣，{colour}")}
FILLERS = {"en": ("a", "an", "the", "top", "shirt", "with", "and", "neck", "in"), "zh": ("一件", "的", "上衣", "衣服")}


class UnknownWordError(ValueError):
    """A word that the grammar doesn't know; the message names it, and the nearest ones that it knows.

    Attributes:
        word: String.
        suggestions: List of strings, nearest first; empty where nothing is near.
    """

    def __init__(self, word, suggestions):
        self.word, self.suggestions = word, suggestions
        nearest = " or ".join(f"“{suggestion}”" for suggestion in suggestions)
        super().__init__(f"I don't know “{word}”. " + (f"Did you mean {nearest}?" if nearest else
                                                      "I know colours, patterns, sleeves and necklines: see words.TERMS."))


def _words(language):
    """Return the words of a language: English ones between spaces and hyphens, Chinese ones as they stand in the grammar."""
    said = [way for values in TERMS[language].values() for ways in values.values() for way in ways]
    if language == "en":
        said = [word for way in said for word in re.split(r"[ -]", way)]
    return sorted({*(word.lower() for word in said), *FILLERS[language]})


KNOWN = {language: tuple(_words(language)) for language in TERMS}
VOCABULARY = ("", *KNOWN["en"], *(word for word in KNOWN["zh"] if word not in KNOWN["en"]))  # number 0 fills up
NUMBERS = {word: number for number, word in enumerate(VOCABULARY)}


def language_of(sentence):
    """Return "zh" where a Chinese character stands in the sentence, else "en"."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", sentence) else "en"


def values_of(garment):
    """Return what can be said of a garment (`GarmentFactors`): a dictionary of the four attributes; no pattern where it is dots.

    Example:
        values_of(paperdoll.sample_garment_factors(0, 8))  # {"colour": "red", "pattern": "checks", "sleeve": "long", "neckline": "v"}
    """
    colour = next(name for name, palettes in COLOURS.items() if garment.palette in palettes)
    values = {"colour": colour, "pattern": garment.pattern, "sleeve": garment.sleeve, "neckline": garment.neckline}
    return {name: value for name, value in values.items() if value in ATTRIBUTES[name]}


def describe(values, language="en", rng=None):
    """Say a garment in words.

    Example:
        describe({"colour": "red", "pattern": "checks", "sleeve": "long", "neckline": "v"})  # "red checked long-sleeved top with a v neck"

    Args:
        values: Dictionary from some of the four attributes to their values.
        language: String. "en" or "zh".
        rng: `np.random.Generator` that chooses among ways to say it; the usual way where None.

    Raises:
        ValueError: an unknown language, attribute or value.
    """
    if language not in TERMS:
        raise ValueError(f"language={language!r} came; one of {', '.join(map(repr, TERMS))} is wanted.")
    for name, value in values.items():
        if value not in ATTRIBUTES.get(name, ()):
            raise ValueError(f"{name}={value!r} came; one of {', '.join(map(repr, ATTRIBUTES.get(name, ATTRIBUTES)))} is wanted.")
    choose = (lambda ways: ways[0]) if rng is None else (lambda ways: ways[rng.integers(len(ways))])
    said = {name: choose(TERMS[language][name][values[name]]) if name in values else "" for name in ATTRIBUTES}
    sentence = choose(TEMPLATES[language]).format(**said)
    return re.sub(r" +", " ", re.sub(r" ?([,，]) ?$| (?=,)", "", sentence.strip())).strip(" ,，")


def split(sentence):
    """Return the words of a sentence, in the order in which they stand.

    Example:
        split("Red, long-sleeved top")  # ["red", "long", "sleeved", "top"]
        split("红色长袖上衣")             # ["红色", "长袖", "上衣"]

    Raises:
        UnknownWordError: a word that the grammar doesn't know.
        ValueError: no word at all, or more than `LENGTH`.
    """
    language = language_of(sentence)
    words = _split_chinese(sentence) if language == "zh" else re.findall(r"[^\W_]+", sentence.lower())
    for word in words:
        if word not in KNOWN[language]:
            raise UnknownWordError(word, difflib.get_close_matches(word, KNOWN[language], n=2, cutoff=0.5 if language == "zh" else 0.7))
    if not 0 < len(words) <= LENGTH:
        raise ValueError(f"{len(words)} words came; 1 to {LENGTH} are wanted, such as “{describe({'colour': 'red', 'sleeve': 'long'})}”.")
    return words


def _split_chinese(sentence):
    """Return the longest known word at each place; what is unknown stays together up to the next known one."""
    words, unknown, place = [], "", 0
    letters = re.sub(r"[\s，。、,.]", "", sentence).lower()
    while place < len(letters):
        found = max((word for word in KNOWN["zh"] if letters.startswith(word, place)), key=len, default="")
        if found and unknown:
            words.append(unknown)
            unknown = ""
        words += [found] if found else []
        unknown += "" if found else letters[place]
        place += len(found) or 1
    return words + ([unknown] if unknown else [])


def encode(sentences):
    """Return sentences as numbers of words: int32 `(n, LENGTH)`, filled up with 0.

    Raises:
        UnknownWordError: a word that the grammar doesn't know.
        ValueError: a sentence of no word, or of more than `LENGTH`.
    """
    numbers = np.zeros((len(sentences), LENGTH), "int32")
    for row, sentence in zip(numbers, sentences, strict=True):
        words = split(sentence)
        row[:len(words)] = [NUMBERS[word] for word in words]
    return numbers


def numbers_of(rows):
    """Return what was said as numbers, for a network to learn: a dictionary from attribute to whole numbers `(n,)`, the last one for "not said".

    Example:
        numbers_of([{"colour": "red"}])["sleeve"]  # [4]: there are four sleeves, and none of them was said

    Args:
        rows: List of n dictionaries from some of the four attributes to their values.

    Raises:
        ValueError: an unknown value.
    """
    for row in rows:
        for name, value in row.items():
            if value not in ATTRIBUTES.get(name, ()):
                raise ValueError(f"{name}={value!r} came; one of {', '.join(map(repr, ATTRIBUTES.get(name, ATTRIBUTES)))} is wanted.")
    return {name: np.array([values.index(row[name]) if name in row else len(values) for row in rows]) for name, values in ATTRIBUTES.items()}


HEADS = {name: len(values) + 1 for name, values in ATTRIBUTES.items()}  # what a reader of sentences tells apart, "not said" included


def condition(rows):
    """Return what was said as conditions: float32 `(n, 31)`, a 1 for each attribute's value, or for its not being said. See `numbers_of`."""
    return np.concatenate([np.eye(HEADS[name], dtype="float32")[numbers] for name, numbers in numbers_of(rows).items()], axis=1)


def understand(sentence):
    """Return the values that a sentence names, by the grammar: the truth that a trained text encoder is held against.

    Example:
        understand("a long-sleeved red top")  # {"colour": "red", "sleeve": "long"}

    Raises:
        UnknownWordError: a word that the grammar doesn't know.
        ValueError: two values of one attribute, or none at all.
    """
    language, words = language_of(sentence), split(sentence)
    join = "" if language == "zh" else " "
    said, values = f"{join}{join.join(words)}{join}", {}
    ways = [(way.removeprefix("with a ").replace("-", " ") if join else way.lower(), name, value) for name, ways_of in TERMS[language].items()
            for value, several in ways_of.items() for way in several]
    for way, name, value in sorted(ways, key=lambda found: -len(found[0])):  # the longest first: "horizontally striped" before "striped"
        if f"{join}{way}{join}" in said:
            if values.setdefault(name, value) != value:
                raise ValueError(f"“{sentence}” names two of one kind: {values[name]} and {value}. Say one {name}.")
            said = said.replace(f"{join}{way}{join}", join + "|" + join)
    if not values:
        raise ValueError(f"“{sentence}” names no colour, pattern, sleeve or neckline. Say “{describe({'colour': 'red', 'sleeve': 'long'}, language)}”, for example.")
    return values
