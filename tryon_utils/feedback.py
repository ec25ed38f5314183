"""What the learner liked: hearts and stars in a SQLite file of their own. It never leaves the machine, and one call deletes it.

A file survives a kernel that is killed at any moment, and two notebooks may write to it at once. It holds names of things, numbers and
days, never a picture or who somebody is.
"""

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import sqlite3
import sys
import threading

VARIABLE = "TRYON_FEEDBACK"  # in the environment: another place for the file, or MEMORY
MEMORY = ":memory:"
KINDS = {"stars": (1, 5), "heart": (0, 1)}  # what can be said of a thing, lowest and highest
PATIENCE = 5.0  # seconds to wait for another notebook that is writing
MIGRATIONS = (
    # 1: stars only
    """CREATE TABLE ratings (id INTEGER PRIMARY KEY, day TEXT NOT NULL, item TEXT NOT NULL, value REAL NOT NULL);
       CREATE INDEX by_item ON ratings (item);""",
    # 2: hearts beside stars, which model made the thing, and how to make it again
    """ALTER TABLE ratings ADD COLUMN kind TEXT NOT NULL DEFAULT 'stars';
       ALTER TABLE ratings ADD COLUMN model TEXT NOT NULL DEFAULT '';
       ALTER TABLE ratings ADD COLUMN recipe TEXT NOT NULL DEFAULT '{}';""",
)


class FeedbackError(ValueError):
    """A file of feedback that can't be used; the message names the file, what is wrong and what to do."""


@dataclasses.dataclass(frozen=True)
class Rating:
    """One thing that was said.

    Attributes:
        item: String. Name of the thing, such as "garments/12".
        value: Float. 1 to 5 stars, or a heart: 1 given, 0 taken back.
        kind: String. "stars" or "heart".
        model: String. Name of the model that made the thing; empty for a thing of the data.
        recipe: Dictionary of numbers and words from which the thing can be made again.
        day: String. The date, such as "2031-05-04".
    """

    item: str
    value: float
    kind: str = "stars"
    model: str = ""
    recipe: dict = dataclasses.field(default_factory=dict)
    day: str = ""


def place(environment=os.environ, home=None, platform=sys.platform):
    """Return where the feedback is kept: a path in the user's data folder, another one that the environment names, or `MEMORY`.

    Under Voila, where strangers may share one server, it is `MEMORY` unless the environment names a file: each visitor has their own, and
    it ends with the visit.

    Args:
        environment: Dictionary of environment variables.
        home: Path of the user's home folder.
        platform: String, such as `sys.platform`.
    """
    if environment.get(VARIABLE):
        return environment[VARIABLE]
    if environment.get("SERVER_SOFTWARE", "").lower().startswith("voila"):
        return MEMORY
    home = pathlib.Path(home or pathlib.Path.home())
    if platform == "win32":
        data = pathlib.Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = pathlib.Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    return str(data / "gan-course" / "feedback.sqlite3")


class Feedback:
    """A store of feedback; open it, rate, read, delete.

    Example:
        store = Feedback()
        store.rate("garments/12", 4)
        store.latest()  # {"garments/12": 4.0}
        store.delete_all()

    Args:
        path: Path of the file, made where missing, or `MEMORY`; `place()` where not given.

    Attributes:
        path: String. Where it is kept.

    Raises:
        FeedbackError: the file is no feedback of ours, is damaged, can't be written, or was made by a newer course.
    """

    def __init__(self, path=None):
        self.path = str(place() if path is None else path)
        self._lock = threading.Lock()
        with self._explained():
            if self.path != MEMORY:
                pathlib.Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except FeedbackError:
            self._connection.close()
            raise

    @property
    def kept(self):
        """Whether it outlives this kernel."""
        return self.path != MEMORY

    def rate(self, item, value, kind="stars", model="", recipe=None):
        """Note what was said of a thing; what was said before stays in the history.

        Args:
            item: String. Name of the thing.
            value: Number. 1 to 5 stars; or 1 or 0 for a heart.
            kind: String. "stars" or "heart".
            model: String. Name of the model that made the thing.
            recipe: Dictionary of numbers and words.

        Raises:
            ValueError: an unknown kind, or a value out of its range.
        """
        if kind not in KINDS:
            raise ValueError(f"kind={kind!r} came; one of {', '.join(map(repr, KINDS))} is wanted.")
        low, high = KINDS[kind]
        if not low <= value <= high:
            raise ValueError(f"{kind} of {value!r} came; a number from {low} to {high} is wanted.")
        row = (datetime.date.today().isoformat(), str(item), float(value), kind, model, json.dumps(recipe or {}))
        with self._writing() as connection:
            connection.execute("INSERT INTO ratings (day, item, value, kind, model, recipe) VALUES (?, ?, ?, ?, ?, ?)", row)

    def history(self, kind=None):
        """Return all that was said, oldest first, as a list of `Rating`."""
        with self._explained(), self._lock:
            rows = self._connection.execute("SELECT item, value, kind, model, recipe, day FROM ratings WHERE ? IS NULL OR kind = ? ORDER BY id",
                                            (kind, kind)).fetchall()
        return [Rating(item, value, kind, model, json.loads(recipe), day) for item, value, kind, model, recipe, day in rows]

    def latest(self, kind="stars"):
        """Return what was said last of each thing: a dictionary from its name to the value."""
        return {rating.item: rating.value for rating in self.history(kind)}

    def favourites(self):
        """Return the `Rating` of everything whose heart was given and not taken back, oldest first."""
        last = {rating.item: rating for rating in self.history("heart")}
        return [rating for rating in last.values() if rating.value == 1]

    def delete_all(self):
        """Delete everything, so that the file's own bytes hold it no longer; return how many entries there were.

        The empty file stays, since another notebook may have it open.
        """
        with self._writing() as connection:
            count = connection.execute("SELECT count(*) FROM ratings").fetchone()[0]
            connection.execute("DELETE FROM ratings")
        with self._explained(), self._lock:
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def close(self):
        """Let the file go."""
        self._connection.close()

    def _prepare(self):
        with self._explained(), self._lock:
            self._check_version()                                     # before anything is changed
            self._connection.execute("PRAGMA journal_mode = WAL")     # readers don't wait for a writer, and a killed one leaves a whole file
            self._connection.execute("PRAGMA synchronous = FULL")     # on disk before the star turns yellow
            self._connection.execute("PRAGMA secure_delete = ON")     # what is deleted is overwritten
        with self._writing() as connection:  # inside: two notebooks that open it at once don't both bring it up to date
            for script in MIGRATIONS[self._check_version():]:
                for statement in filter(None, map(str.strip, script.split(";"))):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _check_version(self):
        """Return the version of the file's schema, 0 for a new file; raise where it is none that we can bring up to date."""
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise FeedbackError(f"{self.path} was written by a newer version of the course (schema {version}, we know {len(MIGRATIONS)}). "
                                f"Update the course, or name another file in {VARIABLE}.")
        if version == 0 and self._connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()[0]:
            raise FeedbackError(f"{self.path} is a database of something else. Name another file in {VARIABLE}.")
        return version

    @contextlib.contextmanager
    def _writing(self):
        """One transaction: all of it, or nothing."""
        with self._explained(), self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self):
        try:
            yield
        except sqlite3.OperationalError as error:
            raise FeedbackError(f"{self.path} can't be used now ({error}). Is the folder writable, and the disk not full? Another file can be "
                                f"named in {VARIABLE}.") from None
        except (sqlite3.DatabaseError, OSError) as error:
            raise FeedbackError(f"{self.path} is damaged or no file of feedback ({error}). Move it away, or name another file in {VARIABLE}.") from None
