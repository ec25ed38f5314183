"""Feedback is kept through kills, crowds and old versions, and is gone when it is deleted."""

import multiprocessing
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys

import pytest
from tryon_utils import feedback
from tryon_utils.feedback import Feedback, FeedbackError

ROOT = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new folder" / "feedback.sqlite3"


def test_what_is_rated_is_read_again(path):
    store = Feedback(path)
    store.rate("garments/12", 4, recipe={"seed": 7}, model="dcgan_garments")
    store.rate("garments/12", 2)
    store.rate("looks/berry stain", 5)
    store.close()
    again = Feedback(path)
    assert again.latest() == {"garments/12": 2.0, "looks/berry stain": 5.0}
    first = again.history()[0]
    assert (first.item, first.value, first.model, first.recipe) == ("garments/12", 4.0, "dcgan_garments", {"seed": 7})
    assert len(first.day) == len("2031-05-04")


def test_hearts_are_given_and_taken_back(path):
    store = Feedback(path)
    store.rate("a", 1, kind="heart", recipe={"seed": 1})
    store.rate("b", 1, kind="heart")
    store.rate("a", 3)
    assert [rating.item for rating in store.favourites()] == ["a", "b"]
    store.rate("a", 0, kind="heart")
    assert [rating.item for rating in store.favourites()] == ["b"]
    assert store.latest() == {"a": 3.0}


@pytest.mark.parametrize(("value", "kind", "words"), [(0, "stars", "1 to 5"), (6, "stars", "1 to 5"), (float("nan"), "stars", "1 to 5"),
                                                      (2, "heart", "0 to 1"), (3, "thumbs", "'stars', 'heart'")])
def test_impossible_ratings_are_refused(path, value, kind, words):
    store = Feedback(path)
    with pytest.raises(ValueError, match=words):
        store.rate("a", value, kind=kind)
    assert store.history() == []


def test_deleting_leaves_no_trace_in_the_file(path):
    store, other_notebook = Feedback(path), Feedback(path)
    for number in range(50):
        store.rate(f"a telling name {number}", 5)
    assert store.delete_all() == 50
    assert store.history() == other_notebook.history() == []
    for file in path.parent.iterdir():
        assert b"telling" not in file.read_bytes(), file
    other_notebook.rate("and on", 3)
    assert store.latest() == {"and on": 3.0}


def write_many(path, name, count):
    store = Feedback(path)
    for number in range(count):
        store.rate(f"{name}/{number}", 1 + number % 5)


def test_two_notebooks_write_at_once(path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(path, name, 60)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(Feedback(path).latest()) == 120


KILLED = """
import sys
from tryon_utils.feedback import Feedback
store = Feedback(sys.argv[1])
for number in range(100_000):
    store.rate(f"item/{number}", 5)
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not a signal of Windows")
def test_a_killed_kernel_loses_nothing_that_it_had_confirmed(path):
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as kernel:
        for _ in range(25):
            kernel.stdout.readline()
        kernel.send_signal(signal.SIGKILL)
        confirmed = 24 + len(kernel.stdout.read().splitlines())
    kept = Feedback(path).latest()
    assert len(kept) >= confirmed and kept[f"item/{confirmed}"] == 5


def old_file(path, version):
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        for script in feedback.MIGRATIONS[:version]:
            connection.executescript(script)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("INSERT INTO ratings (day, item, value) VALUES ('2031-05-04', 'an old one', 4)")
    connection.close()


@pytest.mark.parametrize("version", range(1, len(feedback.MIGRATIONS) + 1))
def test_a_file_of_any_older_version_is_brought_up_to_date(path, version):
    old_file(path, version)
    store = Feedback(path)
    assert store.history()[0] == feedback.Rating("an old one", 4.0, "stars", "", {}, "2031-05-04")
    store.rate("a new one", 1, kind="heart", model="dcgan_garments")
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(feedback.MIGRATIONS),)


def test_a_migration_that_fails_changes_nothing(path, monkeypatch):
    old_file(path, 1)
    monkeypatch.setattr(feedback, "MIGRATIONS", (feedback.MIGRATIONS[0], "ALTER TABLE ratings ADD COLUMN kind TEXT; ALTER TABLE nothing ADD COLUMN x TEXT"))
    with pytest.raises(FeedbackError, match="can't be used"):
        Feedback(path)
    monkeypatch.undo()
    assert Feedback(path).latest() == {"an old one": 4.0}


def test_a_file_from_the_future_is_left_alone(path):
    old_file(path, 2)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(FeedbackError, match="newer version"):
        Feedback(path)
    assert path.read_bytes() == before


def test_other_files_are_refused_with_a_sentence(tmp_path):
    text, other = tmp_path / "letter.txt", tmp_path / "other.sqlite3"
    text.write_text("Dear diary, " * 200)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE bills (id)")
    with pytest.raises(FeedbackError, match="letter.txt is damaged or no file of feedback"):
        Feedback(text)
    with pytest.raises(FeedbackError, match="something else"):
        Feedback(other)
    with pytest.raises(FeedbackError):
        Feedback(tmp_path)  # a folder
    assert text.read_text().startswith("Dear diary")


def test_the_place_is_the_users_or_another_that_is_named():
    assert feedback.place({}, "/h", "linux") == os.path.join("/h", ".local", "share", "gan-course", "feedback.sqlite3")
    assert "d" == pathlib.Path(feedback.place({"XDG_DATA_HOME": "/d"}, "/h", "linux")).parts[1]
    assert "Application Support" in feedback.place({}, "/h", "darwin")
    assert "Local" in feedback.place({}, "/h", "win32")
    assert feedback.place({feedback.VARIABLE: "x.sqlite3", "SERVER_SOFTWARE": "voila/0.5"}) == "x.sqlite3"


def test_visitors_under_voila_share_nothing():
    assert feedback.place({"SERVER_SOFTWARE": "voila/0.5.13"}, "/h", "linux") == feedback.MEMORY
    one, two = Feedback(feedback.MEMORY), Feedback(feedback.MEMORY)
    one.rate("mine", 5)
    assert two.history() == [] and one.latest() == {"mine": 5.0} and not one.kept
    assert one.delete_all() == 1 and one.history() == []
