"""Pictures: the range convention, and files that are read without trust."""

import pickle

import numpy as np
import pytest
from PIL import Image
from tryon_utils import images

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 9, 3), dtype="uint8")


def test_every_grey_level_survives_the_round_trip():
    levels = np.arange(256, dtype="uint8")
    assert np.array_equal(images.to_picture(images.to_model(levels)), levels)
    assert images.to_model(levels).min() == -1.0 and images.to_model(levels).max() == 1.0


def test_a_range_is_never_guessed():
    with pytest.raises(ValueError, match="uint8"):
        images.to_model(np.zeros(3, "float32"))
    with pytest.raises(ValueError, match="float"):
        images.to_picture(np.zeros(3, "uint8"))


def test_pictures_masks_and_labels_survive_a_file(tmp_path):
    images.write_image(tmp_path / "a" / "p.png", PICTURE)
    assert np.array_equal(images.read_image(tmp_path / "a" / "p.png", size=(12, 9)), PICTURE)
    mask = np.linspace(0, 1, 108, dtype="float32").reshape(12, 9)
    images.write_image(tmp_path / "m.png", mask)
    np.testing.assert_allclose(images.read_image(tmp_path / "m.png", "mask"), mask, atol=0.5 / 255 + 1e-6)
    labels = (np.arange(108) % 20).astype("uint8").reshape(12, 9)
    images.write_image(tmp_path / "l.png", labels, palette=np.random.default_rng(1).integers(0, 256, (20, 3)))
    assert np.array_equal(images.read_image(tmp_path / "l.png", "labels"), labels)
    assert Image.open(tmp_path / "l.png").mode == "P"


def broken_files(folder):
    images.write_image(folder / "whole.png", PICTURE)
    whole = (folder / "whole.png").read_bytes()
    (folder / "truncated.png").write_bytes(whole[:len(whole) // 2])
    (folder / "text.png").write_text("no picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "pickled.png").write_bytes(pickle.dumps(PICTURE))
    Image.fromarray(PICTURE).save(folder / "gif.png", format="GIF")


@pytest.mark.parametrize("name", ["truncated", "text", "empty", "pickled", "gif", "gone"])
def test_a_file_that_cannot_be_used_is_named_with_a_cure(tmp_path, name):
    broken_files(tmp_path)
    with pytest.raises(images.ImageFileError, match=rf"{name}\.png"):
        images.read_image(tmp_path / f"{name}.png")


def test_a_wrong_size_and_labels_in_colour_are_refused(tmp_path):
    broken_files(tmp_path)
    with pytest.raises(images.ImageFileError, match="12 high and 9 wide; 9 by 12 is wanted"):
        images.read_image(tmp_path / "whole.png", size=(9, 12))
    with pytest.raises(images.ImageFileError, match="palette"):
        images.read_image(tmp_path / "whole.png", "labels")


def test_floats_are_written_as_masks_only(tmp_path):
    with pytest.raises(ValueError, match="to_picture"):
        images.write_image(tmp_path / "p.png", PICTURE / 255.0)
    assert not (tmp_path / "p.png").exists()


def test_halving_averages_four_pixels():
    pictures = np.zeros((1, 2, 4, 1), "uint8")
    pictures[0, :, :2, 0] = [[0, 10], [20, 30]]
    assert images.halve(pictures).tolist() == [[[[15], [0]]]]
    assert images.halve(np.zeros((3, 64, 48, 3), "uint8")).shape == (3, 32, 24, 3) and images.halve(pictures).dtype == np.uint8


def test_what_cannot_be_halved_is_refused():
    with pytest.raises(ValueError, match="7 x 4.*even.*Crop"):
        images.halve(np.zeros((1, 7, 4, 3), "uint8"))
