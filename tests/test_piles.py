"""Piles without pairs, and the pairs that were hidden."""

import numpy as np
import pytest
from tryon_utils import paperdoll, piles, splits


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(piles.datasets, "DATA", tmp_path)


def test_faces_wear_the_look_and_the_truth_says_where():
    faces = piles.load_faces("new_person", 2, "classic red", 32, workers=0)
    assert faces.bare.shape == faces.picture.shape == (2, 32, 32, 3) and faces.opacity.shape == (2, 9, 32, 32)
    assert faces.landmarks.shape == (2, 68, 3)
    recipes = [splits.face_recipe("new_person", number) for number in range(2)]
    assert faces.tones.tolist() == [face.monk_tone for face, _ in recipes]
    np.testing.assert_array_equal(faces.picture[1], paperdoll.render_face(recipes[1][0], paperdoll.LOOKS["classic red"], 32).picture)
    touched = (faces.opacity > 0).any(axis=1)
    np.testing.assert_array_equal(faces.bare[~touched], faces.picture[~touched])
    assert (faces.bare[touched] != faces.picture[touched]).any()


def test_garments_differ_in_their_pattern_alone():
    plain, striped = piles.load_garments("new_item", 2, 32, workers=0)
    assert plain.shape == striped.shape == (2, 32, 32, 3) and (plain != striped).any(axis=(1, 2, 3)).all()
    white = (plain == 255).all(axis=-1)
    assert white.mean() > 0.2 and (striped[white] == 255).mean() > 0.99


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="look='mud' came"):
        piles.load_faces(look="mud")
    with pytest.raises(ValueError, match="part='new_person' came"):
        piles.load_garments("new_person")


def test_side_by_side_every_picture_comes_and_neighbours_are_drawn():
    a, b = (np.arange(start, start + count, dtype="uint8").reshape(count, 1, 1, 1) * np.ones((1, 2, 2, 3), "uint8") for start, count in ((0, 5), (100, 7)))
    rows = piles.lay_side_by_side(a, b, 35, np.random.default_rng(0))
    assert rows.shape == (35, 2, 2, 6) and rows.dtype == np.uint8
    assert sorted(rows[:, 0, 0, 0]) == sorted(list(range(5)) * 7) and sorted(rows[:, 0, 0, 3]) == sorted(list(range(100, 107)) * 5)
    assert len({(row[0, 0, 0], row[0, 0, 3]) for row in rows}) > 15
