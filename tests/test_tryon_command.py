"""`python -m tryon_utils.tryon`: a picture where all is well, and one sentence and an exit status where it is not."""

import csv
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from tryon_utils import datasets, tryon
from tryon_utils.images import read_image
from tryon_utils.models import garment as garments
from tryon_utils.models import tryon as painters
from tryon_utils.outfit import dress

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def people():
    return datasets.load_bodies("new_both", 3, 128, workers=0)


@pytest.fixture
def untrained(monkeypatch):
    """Networks before training: the command must work whatever they paint."""
    models = dress.gather(garments.build_warper(seed=1), painters.build_painter(seed=1))
    monkeypatch.setattr(dress, "load", lambda height: models)


@pytest.fixture
def photos(people, tmp_path):
    for name, picture in (("person", people.person[1]), ("garment", people.garment[1])):
        Image.fromarray(picture).resize((384, 512), Image.Resampling.LANCZOS).save(tmp_path / f"{name}.jpg", quality=92)
    return tmp_path


def test_two_photographs_become_a_picture(untrained, photos, capsys):
    out = photos / "new" / "out.png"
    assert tryon.main([str(photos / "person.jpg"), str(photos / "garment.jpg"), "-o", str(out)]) == 0
    assert read_image(out).shape == (512, 384, 3)
    said = capsys.readouterr()
    assert said.out == "" and all(step in said.err for step in ("finding the person ...", "cutting the garment out ...", "dressing ...", " s\n"))


def test_it_can_be_quiet(untrained, photos, capsys):
    assert tryon.main([str(photos / "person.jpg"), str(photos / "garment.jpg"), "-o", str(photos / "out.png"), "-q"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("person", "garment", "words"), [
    ("nobody.jpg", "garment.jpg", "nobody.jpg"), ("person.jpg", "text.jpg", "text.jpg"), ("garment.jpg", "garment.jpg", "garment.jpg: No person was found"),
    ("person.jpg", "person.jpg", "person.jpg: "),
])  # fmt: skip
def test_what_cannot_be_used_is_told_in_one_sentence(untrained, photos, capsys, person, garment, words):
    (photos / "text.jpg").write_text("no picture")
    assert tryon.main([str(photos / person), str(photos / garment), "-o", str(photos / "out.png")]) == 1
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said and not (photos / "out.png").exists()


def test_networks_that_are_missing_are_told_of(photos, monkeypatch, capsys):
    def missing(height):
        raise FileNotFoundError("The network data/models/pose_detection.tflite is missing. Run make data.")

    monkeypatch.setattr(dress, "load", missing)
    assert tryon.main([str(photos / "person.jpg"), str(photos / "garment.jpg"), "-o", str(photos / "out.png")]) == 1
    assert "Run make data" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["person.jpg"], ["a.jpg", "b.jpg", "--folder", "c"]])
def test_a_wrong_command_is_told(words):
    with pytest.raises(SystemExit) as stopped:
        tryon.main([*words, "-o", "out.png"])
    assert stopped.value.code == 2


def test_a_folder_becomes_pictures_and_a_table(untrained, people, tmp_path, capsys):
    datasets.export_viton(tmp_path / "viton", people)
    assert tryon.main(["--folder", str(tmp_path / "viton"), "--count", "2", "-o", str(tmp_path / "out")]) == 0
    with open(tmp_path / "out" / "scores.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["picture"] for row in rows][-1] == "mean" and len(rows) == 3
    assert float(rows[-1]["ssim"]) == pytest.approx(np.mean([float(row["ssim"]) for row in rows[:2]]), abs=1e-3)
    assert all(read_image(tmp_path / "out" / row["picture"]).shape == (128, 96, 3) for row in rows[:2])
    assert "ssim_inside" in capsys.readouterr().out


def test_a_folder_that_is_none_is_told_of(untrained, tmp_path, capsys):
    assert tryon.main(["--folder", str(tmp_path), "-o", str(tmp_path / "out")]) == 1
    assert "test_pairs.txt is missing" in capsys.readouterr().err


def test_from_the_shell_there_is_no_traceback(tmp_path):
    done = subprocess.run([sys.executable, "-m", "tryon_utils.tryon", "missing.jpg", "none.jpg", "-o", str(tmp_path / "out.png")], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 1 and "missing.jpg" in done.stderr and "Traceback" not in done.stderr
