"""The recipe of the reader of characters: its samples and batches; what it knows is judged where its weights are."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import characters, weights
from tryon_utils.models import features

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import features_characters as recipe  # noqa: E402


@pytest.fixture(scope="module")
def some():
    return recipe.samples("new_both", 20)


def test_each_face_comes_bare_and_made_up(some):
    pictures, behind, truth = some
    assert pictures.shape == (40, 64, 64, 3) and behind.shape == (40, 64, 64)
    assert set(truth) == set(characters.HEADS) and all(values.shape == (40,) for values in truth.values())
    style = np.array(characters.HEADS["style"])[truth["style"]]
    assert (style[:20] == "bare").all() and (style[20:] == "made up").all()
    np.testing.assert_array_equal(truth["hair"][:20], truth["hair"][20:])
    assert sorted(truth["tone"][:10]) == list(range(10))  # ten people, each tone once


def test_batches_are_the_same_again_and_differ_from_epoch_to_epoch(some, monkeypatch):
    monkeypatch.setattr(recipe, "BATCH", 8)
    batches = recipe.Batches(*some, seed=3)
    first, truth = batches[0]
    assert len(batches) == 5 and first.shape == (8, 64, 64, 3) and first.dtype == np.float32 and np.abs(first).max() <= 1
    np.testing.assert_array_equal(batches[0][0], first)
    batches.on_epoch_end()
    assert not np.array_equal(batches[0][0], first)
    assert set(truth) == set(characters.HEADS) and all(len(values) == 8 for values in truth.values())


def test_a_tone_may_be_one_step_off(some):
    class Reader:
        def predict(self, pictures, **options):
            tone = np.eye(10)[np.minimum(some[2]["tone"] + 1, 9)]
            return {name: np.eye(len(characters.HEADS[name]))[values] for name, values in some[2].items() if name != "tone"} | {"tone": tone}

    assert set(recipe.judge(Reader(), some[0], some[2]).values()) == {1.0}


@pytest.mark.skipif("features_characters" not in weights.read_manifest(), reason="the reader of characters has no weights yet")
def test_the_shipped_reader_knows_what_it_reads():
    scores = weights.find("features_characters")["scores"]
    assert scores["glasses"] > 0.95 and scores["tone"] > 0.9 and min(scores.values()) > 0.75
    assert features.load_classifier("characters").output_shape["hair"] == (None, 8)
