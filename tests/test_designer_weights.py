"""The designer of garments as it ships: designs are what was said, of combinations that it saw and of those it didn't; edits stay where they should."""

import dataclasses
import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import designs, images, paperdoll, splits, weights, words
from tryon_utils.models import designer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import designer as recipe  # noqa: E402


@pytest.fixture(scope="module")
def shipped():
    return designer.load()


@pytest.mark.parametrize(("name", "promised"), [("seen", 0.85), ("held_out", 0.70)])
def test_designs_are_what_was_said(shipped, name, promised):
    known, rng = splits.wardrobe(False), np.random.default_rng(3)
    rest = [garment for garment in known if recipe.is_shown(garment)]
    asked = rest[700:800] if name == "seen" else [garment for garment in known if (garment.pattern, garment.sleeve) in recipe.HELD_OUT][:100]
    said = [words.values_of(garment) for garment in asked]
    made = shipped.paint(designs.conditions_of([designs.complete(values, rest[rng.integers(len(rest))], rng) for values in said]))
    right = recipe.agreement(images.halve(images.to_picture(made)), said)
    assert np.mean(list(right.values())) >= promised
    assert np.mean(list(weights.find("designer")["scores"][name].values())) >= promised


def test_the_recipe_shows_no_held_out_combination():
    assert not any(recipe.is_shown(paperdoll.GarmentFactors(pattern=pattern, sleeve=sleeve)) for pattern, sleeve in recipe.HELD_OUT)
    assert not recipe.is_shown(paperdoll.GarmentFactors(pattern="dots"))
    assert recipe.is_shown(paperdoll.GarmentFactors(pattern="checks", sleeve="short"))


def test_another_palette_leaves_the_cut(shipped):
    garments = [garment for garment in splits.wardrobe(True) if garment.pattern == "plain"][:10]
    dark, light = (shipped.paint(designs.conditions_of([dataclasses.replace(garment, palette=palette) for garment in garments])) for palette in ("noir", "navy"))
    shapes = [made.max(axis=-1) < 0.5 for made in (dark, light)]
    assert np.mean(shapes[0] == shapes[1]) > 0.98 and 0.2 < np.mean(shapes[0]) < 0.7


def test_longer_sleeves_are_nearer_to_the_truth_than_the_short_ones_were(shipped):
    short = [garment for garment in splits.wardrobe(True) if garment.sleeve == "short" and garment.pattern in words.PATTERNS][:20]
    long = [dataclasses.replace(garment, sleeve="long") for garment in short]
    before, truth = (np.stack([paperdoll.render_garment(garment, 64, 64).picture for garment in garments]) for garments in (short, long))
    made = images.to_picture(shipped.paint(designs.conditions_of(long)))
    moved = np.abs(truth.astype("int16") - before).max(axis=-1) > 8
    errors = [np.abs(pictures.astype("float64") - truth)[moved].mean() for pictures in (made, before)]
    assert errors[0] < errors[1] / 3


def test_the_sampler_makes_pictures_of_drawn_designs(shipped):
    sampler = designer.load_sampler()
    made = sampler.predict_on_batch(np.stack([designs.draw(number) for number in range(4)]))
    assert made.shape == (4, 64, 64, 3) and np.abs(made).max() <= 1
    corners = made[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.min() > 0.9  # white paper
    assert not sampler.trainable_weights
