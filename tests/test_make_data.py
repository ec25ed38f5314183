"""What lies in data/ is what the manifest says, and `make data` mends what isn't."""

import importlib.util
import json
import pathlib
import shutil

import numpy as np
import pytest
from tryon_utils import datasets, packs, splits

ROOT = pathlib.Path(__file__).resolve().parents[1]
spec = importlib.util.spec_from_file_location("make_data", ROOT / "data" / "make_data.py")
make_data = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_data)


def test_the_shipped_files_are_as_the_manifest_says(capsys):
    assert make_data.main(["--check"]) == 0, capsys.readouterr().out
    manifest = make_data.read_manifest()
    assert set(manifest["files"]) == {splits.file_name(*shard[:3]) for shard in make_data.shards()}
    assert sum(entry["bytes"] for entry in manifest["files"].values()) == manifest["bytes"] <= make_data.MOST_BYTES


def test_the_shipped_files_were_made_by_this_renderer():
    assert make_data.read_manifest()["renderer"] == datasets.renderer_version(), "run make data --force"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A data folder of its own, with three garments in two files."""
    monkeypatch.setattr(make_data, "DATA", tmp_path)
    monkeypatch.setattr(make_data, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    monkeypatch.setattr(splits, "SHIPPED", {"garments": {"train": 3}})
    monkeypatch.setattr(splits, "SHARD", 2)
    monkeypatch.setattr(make_data, "draw_card", lambda: (tmp_path / "factors.png").write_text("drawn"))
    assert make_data.main([]) == 0
    return tmp_path


def test_what_is_made_is_complete(small):
    assert make_data.main(["--check"]) == 0
    assert sorted(path.name for path in small.glob("*.zip")) == ["garments-train-0.zip", "garments-train-1.zip"]
    assert (small / "factors.png").is_file()
    entry = json.loads((small / "manifest.json").read_text())["files"]["garments-train-1.zip"]
    assert entry["samples"] == 1
    first, second = (packs.read_pack(small / f"garments-train-{number}.zip")[0]["picture"] for number in (0, 1))
    np.testing.assert_array_equal(np.concatenate([first, second]), datasets.load_garments().picture)


@pytest.mark.parametrize("damage", [pathlib.Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-10])])
def test_what_is_damaged_is_told_and_made_again(small, damage, capsys):
    whole, other = small / "garments-train-0.zip", small / "garments-train-1.zip"
    before, others_time = whole.read_bytes(), other.stat().st_mtime_ns
    damage(whole)
    assert make_data.main(["--check"]) == 1 and "data/garments-train-0.zip is missing or not" in capsys.readouterr().out
    assert make_data.main([]) == 0 and make_data.main(["--check"]) == 0
    assert whole.read_bytes() == before, "the same bytes again"
    assert other.stat().st_mtime_ns == others_time, "the sound file was left alone"


def test_force_makes_everything_anew(small):
    shutil.rmtree(small / "cache")
    other = small / "garments-train-1.zip"
    before = other.stat().st_mtime_ns
    assert make_data.main(["--force"]) == 0 and other.stat().st_mtime_ns > before


def test_too_much_is_refused(small, monkeypatch):
    monkeypatch.setattr(make_data, "MOST_BYTES", 100)
    with pytest.raises(SystemExit, match="Ship fewer samples"):
        make_data.main(["--force"])


def test_factors_that_are_words_are_counted_and_numbers_are_not():
    records = [{"monk_tone": 2, "sleeve": "long", "fit": 0.3, "mirror": True}, {"monk_tone": 1, "sleeve": "long", "fit": 0.9, "mirror": False}]
    assert make_data.count_factors(records) == {"monk_tone": {1: 1, 2: 1}, "sleeve": {"long": 2}, "mirror": {True: 1, False: 1}}
