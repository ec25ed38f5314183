"""The weights of chapter 12 as they ship: three generators of makeup layers, one of repair, and the reader of faces that judges them."""

import pathlib
import sys

import numpy as np
import pytest
from tryon_utils import datasets, makeup_pairs, makeup_scores, metrics, pigments, regions, weights
from tryon_utils.models import face_reader, makeup

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import makeup_repair  # noqa: E402

COUNT = 60


@pytest.fixture(scope="module")
def faces():
    return datasets.load_faces("new_both", COUNT)


@pytest.fixture(scope="module")
def inputs(faces):
    wearing = [(look.name, look.layers[0].intensity) for _, look in faces.recipes]
    chosen = makeup_pairs.choose_references(wearing, 1, np.random.default_rng(1))[:, 0]
    windows, masks = makeup_pairs.find_windows(faces.landmarks), regions.soft_masks(faces.landmarks, 64, 64)
    laid = makeup_pairs.lay_over(faces.picture[chosen], faces.landmarks[chosen], faces.landmarks, windows)
    return windows, makeup_pairs.cut(faces.bare, windows), makeup_pairs.cut(masks, windows), laid


@pytest.mark.parametrize("seed", range(3))
def test_new_people_in_new_looks_are_made_up_twice_as_well_as_not_at_all(faces, inputs, seed):
    windows, *shown = inputs
    opacity, pigment = makeup.predict(makeup.load(seed), *shown)
    made = pigments.apply(faces.bare, makeup_pairs.put_back(opacity, windows), pigment)
    ours, nothing = (makeup_scores.compare(faces.picture, pictures, faces.opacity) for pictures in (made, faces.bare))
    assert np.nanmean(ours["makeup"]) < 0.55 * np.nanmean(nothing["makeup"])  # measured 0.42 to 0.48
    assert np.nanmean(ours["outside"]) < 1
    assert opacity.max() > 200 and opacity[..., pigments.LAYERS.index("lipstick")].max() > 150


def test_there_are_three_seeds():
    with pytest.raises(weights.WeightsError, match="makeup_3"):
        makeup.load(3)


def test_the_reader_knows_new_people_and_finds_their_landmarks(faces):
    reader = face_reader.load()
    bare, made_up = (face_reader.read(reader, pictures) for pictures in (faces.bare, faces.picture))
    assert makeup_scores.recognised(bare.embedding, made_up.embedding).mean() > 0.95
    shown = faces.landmarks[..., 2] > 0
    assert np.linalg.norm(bare.landmarks - faces.landmarks[..., :2], axis=-1)[shown].mean() < 2
    assert (bare.features.std(axis=0) > 1e-3).mean() > 0.75  # a feature that is 0 for all says nothing


def test_repair_takes_half_of_the_spots_and_circles_away_and_leaves_the_rest(faces):
    face, clean, masks = np.split(makeup_repair.pack(faces), [3, 6], axis=-1)
    opacity, pigment = makeup.predict(makeup.load_repair(), face, masks / 255, face)
    made = pigments.apply(face, opacity, pigment)
    marks = (np.abs(face.astype(int) - clean) > 4).any(axis=-1)
    marked = marks.sum(axis=(1, 2)) > 20
    before, after = (metrics.colour_difference(clean[marked], pictures[marked], marks[marked]).mean() for pictures in (face, made))
    assert marked.sum() > 10 and after < 0.5 * before
    assert metrics.colour_difference(face, made, ~marks).mean() < 0.5
