"""What the book's configuration does before Sphinx reads: what is copied in, and what is read again."""

import base64
import importlib.util
import json
import pathlib
import types

import pytest

CONF = pathlib.Path(__file__).resolve().parents[1] / "book" / "conf.py"


@pytest.fixture(scope="module")
def conf():
    specification = importlib.util.spec_from_file_location("book_conf", CONF)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_notebooks_are_copied_in_their_folders(conf, tmp_path):
    source, target = tmp_path / "notebooks", tmp_path / "chapters"
    for name in ("01_a.ipynb", "exercises/01_a.ipynb", "solutions/01_a.ipynb"):
        write(source / name, name)
    write(source / "src" / "01_a.py", "no notebook")
    write(target / "09_gone.ipynb", "its source is gone")
    conf.copy_notebooks(source, target)
    copied = {path.relative_to(target).as_posix(): path.read_text() for path in target.rglob("*") if path.is_file()}
    assert copied == {name: name for name in ("01_a.ipynb", "exercises/01_a.ipynb", "solutions/01_a.ipynb")}


def test_what_did_not_change_is_not_written_again(conf, tmp_path):
    source, target = tmp_path / "notebooks", tmp_path / "chapters"
    write(source / "01_a.ipynb", "one")
    conf.copy_notebooks(source, target)
    before = (target / "01_a.ipynb").stat().st_mtime_ns
    conf.copy_notebooks(source, target)
    assert (target / "01_a.ipynb").stat().st_mtime_ns == before
    write(source / "01_a.ipynb", "two")
    conf.copy_notebooks(source, target)
    assert (target / "01_a.ipynb").read_text() == "two"


def test_solutions_get_a_title_of_their_own(conf, tmp_path):
    source, target = tmp_path / "notebooks", tmp_path / "chapters"
    for folder in ("exercises", "solutions"):
        write(source / folder / "01_a.ipynb", '["# Exercises: a", "# Exercises: b"]')
    conf.copy_notebooks(source, target)
    assert (target / "exercises" / "01_a.ipynb").read_text() == '["# Exercises: a", "# Exercises: b"]'
    assert (target / "solutions" / "01_a.ipynb").read_text() == '["# Solutions: a", "# Exercises: b"]'


def notebook_with(outputs, words):
    return json.dumps({"cells": [{"source": ["x = 1\n"]}, {"source": ["# first\n", f"plots.{words}3)\n"], "outputs": outputs}]})


def test_the_front_picture_comes_out_of_its_chapter(conf, tmp_path):
    name, words = conf.FRONT_PICTURE
    png = base64.b64encode(b"the picture").decode()
    write(tmp_path / name, notebook_with([{"text": "no picture"}, {"data": {"image/png": png}}], words))
    conf.copy_front_picture(tmp_path, tmp_path / "front.png")
    assert (tmp_path / "front.png").read_bytes() == b"the picture"


@pytest.mark.parametrize("outputs, words", [([], None), ([{"data": {"image/png": "AA=="}}], "another_figure(")])
def test_a_chapter_without_the_front_picture_is_refused(conf, tmp_path, outputs, words):
    name, wanted = conf.FRONT_PICTURE
    write(tmp_path / name, notebook_with(outputs, words or wanted))
    with pytest.raises(ValueError, match="there is no such cell, or it leaves none"):
        conf.copy_front_picture(tmp_path, tmp_path / "front.png")


@pytest.mark.parametrize("added, changed, removed, again", [
    (set(), {"a"}, set(), set()), ({"b"}, set(), set(), {"a", "b"}), (set(), set(), {"c"}, {"a", "b"})])
def test_all_pages_are_read_again_where_one_came_or_went(conf, added, changed, removed, again):
    environment = types.SimpleNamespace(found_docs={"a", "b"})
    assert set(conf.pages_to_read_again(None, environment, added, changed, removed)) == again
