"""The weights of chapter 12 as they ship: three generators of makeup layers, and the reader of faces that judges them."""

import numpy as np
import pytest
from tryon_utils import datasets, makeup_pairs, makeup_scores, pigments, regions, weights
from tryon_utils.models import face_reader, makeup

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
