"""Packs: what is written is read back, the same content is the same file, damage is named."""

import numpy as np
import pytest
from tryon_utils import packs

GENERATOR = np.random.default_rng(0)
ARRAYS = {"picture": GENERATOR.integers(0, 256, (7, 6, 5, 3), dtype="uint8"), "tall": GENERATOR.integers(0, 256, (9, 4000, 1, 3), dtype="uint8"),
          "parse": GENERATOR.integers(0, 20, (7, 6, 5), dtype="uint8"), "points": GENERATOR.normal(size=(7, 18, 3)).astype("float32")}
ROWS = [{"tone": index, "sleeve": "long"} for index in range(7)]


def test_a_pack_is_read_back_identically(tmp_path):
    packs.write_pack(tmp_path / "p.zip", ARRAYS, ROWS)
    arrays, rows = packs.read_pack(tmp_path / "p.zip")
    assert rows == ROWS and arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype and np.array_equal(arrays[name], array)


def test_a_part_can_be_read(tmp_path):
    packs.write_pack(tmp_path / "p.zip", ARRAYS)
    arrays, rows = packs.read_pack(tmp_path / "p.zip", ["points"])
    assert list(arrays) == ["points"] and rows == []


def test_the_same_content_is_the_same_file(tmp_path):
    for name in ("a.zip", "b.zip"):
        packs.write_pack(tmp_path / name, ARRAYS, ROWS)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("harm, words", [
    (lambda path: path.unlink(), "missing"),
    (lambda path: path.write_bytes(path.read_bytes()[:300]), "damaged"),
    (lambda path: path.write_bytes(b"PK"), "damaged"),
])
def test_damage_names_the_file_and_the_cure(tmp_path, harm, words):
    path = tmp_path / "p.zip"
    packs.write_pack(path, ARRAYS, ROWS)
    harm(path)
    with pytest.raises(packs.PackError, match=words) as caught:
        packs.read_pack(path)
    assert "p.zip" in str(caught.value) and "make data" in str(caught.value)


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path):
    packs.write_pack(tmp_path / "p.zip", ARRAYS)
    with pytest.raises(packs.PackError, match="no flow; it has parse, picture"):
        packs.read_pack(tmp_path / "p.zip", ["flow"])
