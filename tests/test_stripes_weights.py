"""Chapter 11's networks between plain and striped garments, as they ship: the scores in the manifest are theirs."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import images, piles, weights
from tryon_utils.models import cyclegan

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import stripes as recipe  # noqa: E402


@pytest.mark.parametrize("name", recipe.KINDS)
def test_the_scores_are_those_of_the_file(name):
    found, scores = recipe.judge(*cyclegan.load(name)), weights.find(name)["scores"]
    assert found == pytest.approx(scores, abs=0.1)
    assert found["made plain"] < found["nothing done"]
    assert found["striped again"] < 0.6 * found["nothing done"]


def test_codes_give_different_answers():
    _, to_striped, encoder = cyclegan.load("stripes_coded")
    plain = images.halve(piles.load_garments("new_item", 32)[0])[:1]
    codes = np.random.default_rng(0).normal(size=(6, encoder.output_shape[-1]))
    answers = cyclegan.translate(to_striped, np.repeat(plain, 6, axis=0), codes).astype("float32")
    assert np.abs(answers[:3] - answers[3:]).mean() > 3  # grey levels


def test_the_piles_are_of_one_size_and_doubled_by_mirrors():
    plain, striped = recipe.two_piles()
    assert plain.shape[1:] == striped.shape[1:] == (*recipe.SHAPE, 3) and plain.dtype == np.uint8
    np.testing.assert_array_equal(plain[len(plain) // 2], plain[0, :, ::-1])
