"""The record of many trainings: what it holds is what was trained, damage is told, and a cell trained anew is the same."""

import importlib.util
import json
import pathlib
import shutil

import numpy as np
import pytest
from tryon_utils import atlas

ROOT = pathlib.Path(__file__).resolve().parents[1]
spec = importlib.util.spec_from_file_location("make_atlas", ROOT / "data" / "make_atlas.py")
make_atlas = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_atlas)

SHORT = atlas.Cell(steps=atlas.REPORTS, seed=3)


def result(**numbers):
    rng = np.random.default_rng(len(numbers))
    found = dict.fromkeys(atlas.NUMBERS, 0.5) | numbers
    smooth = np.linspace(0, 255, atlas.SIZE)[None, None, :, None, None] * np.ones((atlas.FRAMES, atlas.SAMPLES, 1, atlas.SIZE, 3))
    return atlas.Result(found, np.arange(1, 17), {name: rng.normal(size=16).astype("float32") for name in atlas.CURVES}, smooth.astype("uint8"))


def assert_same(one, other, tolerance=0):
    np.testing.assert_equal(one.numbers, other.numbers)
    np.testing.assert_array_equal(one.steps, other.steps)
    for name in atlas.CURVES:
        np.testing.assert_array_equal(one.curves[name], other.curves[name])
    assert np.abs(one.frames.astype(int) - other.frames).mean() <= tolerance


@pytest.fixture(scope="module")
def data():
    return atlas.load_data()


# ---- The shipped record ----------------------------------------------------------------------------------------------

def test_the_shipped_record_is_whole_and_small(capsys):
    assert make_atlas.main(["--check"]) == 0, capsys.readouterr().out
    record = atlas.load()
    assert list(record.zoo) == list(atlas.ZOO) == list(record.milliseconds) and list(record.grid) == atlas.GRID
    assert all(len(results) == len(atlas.SEEDS) for results in record.zoo.values())
    assert sum(path.stat().st_size for path in atlas.FOLDER.iterdir()) <= make_atlas.MOST_BYTES
    assert {path.name for path in atlas.FOLDER.iterdir()} == {*record.about["files"], "manifest.json"}


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(atlas.FOLDER, tmp_path / "atlas")
    return tmp_path / "atlas"


@pytest.mark.parametrize(("name", "damage", "message"), [
    ("zoo.npz", pathlib.Path.unlink, "zoo.npz is missing.*make atlas"),
    ("grid.webp", lambda path: path.write_bytes(path.read_bytes()[:-5]), "grid.webp is damaged.*make atlas"),
    ("manifest.json", pathlib.Path.unlink, "manifest.json is missing.*make atlas")])
def test_a_damaged_record_is_refused(name, damage, message, copied):
    damage(copied / name)
    with pytest.raises(atlas.AtlasError, match=message):
        atlas.load(copied)


def test_a_record_of_other_settings_is_refused(copied):
    about = json.loads((copied / "manifest.json").read_text())
    about["settings"]["beta_1"] = 0.9
    (copied / "manifest.json").write_text(json.dumps(about))
    with pytest.raises(atlas.AtlasError, match="other settings"):
        atlas.load(copied)


# ---- One cell --------------------------------------------------------------------------------------------------------

def test_a_cell_leaves_numbers_curves_and_a_strip(data):
    made = atlas.run(SHORT, data)
    assert set(made.numbers) == set(atlas.NUMBERS) and all(np.isfinite(value) for value in made.numbers.values())
    assert made.steps.tolist() == list(range(1, 17)) and all(curve.shape == (16,) for curve in made.curves.values())
    assert made.frames.shape == (4, 6, 32, 32, 3) and made.frames.dtype == np.uint8


def test_a_compiled_step_used_again_gives_the_same(data):
    cell = SHORT._replace(game="relativistic", normalisation="spectral", penalties=("r1", "r2"), penalty_every=2, augment=True, minibatch_deviation=True)
    gan = atlas.new_gan(cell._replace(seed=8, learning_rate=0.1))
    atlas.run(cell._replace(seed=8, learning_rate=0.1), data, gan)
    again = atlas.run(cell, data, atlas.start_again(gan, cell))
    new = atlas.run(cell, data)
    for name in atlas.CURVES:
        np.testing.assert_allclose(again.curves[name], new.curves[name], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(again.numbers["kid"], new.numbers["kid"], rtol=1e-2)


def test_a_training_that_breaks_is_recorded_as_diverged(data):
    made = atlas.run(SHORT._replace(game="Wasserstein", normalisation="none", learning_rate=float("nan")), data)
    assert all(np.isnan(value) for value in made.numbers.values()) and atlas.verdict(made) == "diverged" and made.frames.dtype == np.uint8


def test_seeds_and_settings_reach_the_networks():
    gan = atlas.new_gan(atlas.ZOO["two learning rates"])
    np.testing.assert_allclose(float(gan.discriminator_optimizer.learning_rate), 4 * float(gan.generator_optimizer.learning_rate), rtol=1e-6)
    gan = atlas.new_gan(atlas.ZOO["WGAN-GP"]._replace(discriminator_steps=2))
    assert gan.penalties == ("gradient",) and gan.penalty_weight == 10 and gan.discriminator_steps == 2
    assert "DifferentiableAugmentation" in [type(layer).__name__ for layer in atlas.new_gan(atlas.Cell(augment=True)).discriminator.layers]
    first, second = (atlas.new_gan(atlas.Cell(seed=seed)).generator.get_weights()[0] for seed in (0, 1))
    assert not np.allclose(first, second)


@pytest.mark.parametrize(("numbers", "logit", "word"), [
    ({"kid": 0.01, "spread": 0.9}, 1.0, "learned"), ({"kid": 0.01, "spread": 0.9}, 1e6, "learned"), ({"kid": 1.7, "spread": 0.9}, 1.0, "stalled"),
    ({"kid": 1.7, "spread": 0.1}, 1.0, "collapsed"), ({"kid": 1.7, "spread": 0.1}, -1e4, "diverged"), ({"kid": float("nan")}, float("nan"), "diverged")])
def test_the_verdict_follows_from_the_numbers(numbers, logit, word):
    ended = result(**numbers)
    ended.curves["fake_logit"][-1] = logit
    assert atlas.verdict(ended) == word


def test_the_mean_distance_by_hand():
    np.testing.assert_allclose(atlas.mean_distance(np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])), (5 + 5 + 0) / 3)


# ---- On disk ---------------------------------------------------------------------------------------------------------

def test_results_are_found_again_in_their_order(tmp_path):
    results = [result(kid=1.0), result(kid=float("nan"), spread=0.2), result()]
    files = atlas.save_part(tmp_path / "part", results)
    for saved, loaded in zip(results, atlas.load_part(tmp_path, "part", files), strict=True):
        assert_same(saved, loaded, tolerance=2)


def test_a_stopped_recording_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(make_atlas, "CACHE", tmp_path)
    cells = [SHORT._replace(seed=seed) for seed in range(3)]
    make_atlas.save_cell(cells[1], result())
    assert_same(make_atlas.load_cell(cells[1]), result())
    assert make_atlas.missing(cells) == [cells[0], cells[2]]
    assert not list(tmp_path.glob("*.draft"))
