"""The environment maker's messages, and TensorFlow's quiet start."""

import ast
import os
import pathlib
import subprocess
import sys

import make_environment
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Let the maker work in an empty folder, and record the steps that it would run."""
    for name, path in {"ROOT": tmp_path, "FOLDER": tmp_path / ".venv", "STAMP": tmp_path / ".venv" / "made-from"}.items():
        monkeypatch.setattr(make_environment, name, str(path))
    (tmp_path / "requirements.lock").write_text("a==1\n")
    (tmp_path / "pyproject.toml").write_text("")
    steps = []

    def call(command, cwd):
        steps.append(list(command))
        (tmp_path / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / ".venv" / "bin" / "python").touch()
        return 0

    monkeypatch.setattr(make_environment.subprocess, "call", call)
    return tmp_path, steps


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 10), (3, 14)])
def test_a_python_that_is_too_old_or_too_new_is_told_what_to_do(version, capsys):
    with pytest.raises(SystemExit):
        make_environment.check_python(version)
    said = capsys.readouterr().err
    assert f"Python {version[0]}.{version[1]}" in said and "3.11, 3.12 or 3.13" in said and "PYTHON=" in said


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_the_supported_pythons_are_taken(minor):
    make_environment.check_python((3, minor))


def test_old_pythons_can_read_the_file_that_tells_them():
    text = (ROOT / "book" / "tools" / "make_environment.py").read_text()
    ast.parse(text, feature_version=(3, 4))
    with pytest.raises(SyntaxError):  # or the line above checks nothing
        ast.parse(text + '\nf"{ROOT}"\n', feature_version=(3, 4))


def test_it_is_made_once(elsewhere):
    _, steps = elsewhere
    make_environment.main()
    assert ["--require-hashes" in step for step in steps].count(True) == 1
    made = len(steps)
    make_environment.main()
    assert len(steps) == made


@pytest.mark.parametrize("file", ["requirements.lock", "pyproject.toml"])
def test_it_is_made_again_when_what_it_is_made_from_changed(elsewhere, file):
    folder, steps = elsewhere
    make_environment.main()
    made = len(steps)
    (folder / file).write_text("b==2\n")
    make_environment.main()
    assert len(steps) > made


def test_a_failed_download_says_so_and_a_rerun_goes_on(elsewhere, monkeypatch, capsys):
    _, steps = elsewhere
    works = make_environment.subprocess.call
    monkeypatch.setattr(make_environment.subprocess, "call",
                        lambda command, cwd: 1 if "--require-hashes" in command else works(command, cwd))
    with pytest.raises(SystemExit):
        make_environment.main()
    said = capsys.readouterr().err
    assert "installing the packages" in said and "run the same command again" in said
    monkeypatch.setattr(make_environment.subprocess, "call", works)
    make_environment.main()
    assert any("--require-hashes" in step for step in steps)


def test_tensorflow_starts_without_a_word():
    run = subprocess.run([sys.executable, "-c", "import tryon_utils, keras; print(keras.ops.sum(keras.ops.ones(3)).shape)"],
                         capture_output=True, text=True, cwd=ROOT)
    assert (run.returncode, run.stdout, run.stderr) == (0, "()\n", "")


@pytest.mark.parametrize(("set_before", "found"), [(None, "1"), ("0", "0")])
def test_convolutions_are_onednns_unless_somebody_said_otherwise(set_before, found):
    env = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"} | ({"TF_ENABLE_ONEDNN_OPTS": set_before} if set_before else {})
    run = subprocess.run([sys.executable, "-c", "import os, tryon_utils; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"], capture_output=True, text=True,
                         cwd=ROOT, env=env)
    assert run.stdout == found + "\n"


def test_a_tensorflow_that_cannot_start_is_heard(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'the native reason\\n')\nraise ImportError('no libstdc++')\n")
    run = subprocess.run([sys.executable, "-c", "import tryon_utils, tensorflow"], capture_output=True, text=True, cwd=ROOT,
                         env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert run.returncode == 1
    assert "the native reason" in run.stderr and "no libstdc++" in run.stderr
