"""The seconds that a manifest states, of trainings in one go and of trainings that were stopped."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "data"))
from recipes import clock  # noqa: E402


def test_a_training_that_was_stopped_is_counted_whole(monkeypatch):
    now = iter([100.0, 130.0])
    monkeypatch.setattr(clock.time, "monotonic", lambda: next(now))
    one = clock.Clock(steps=200)
    for step in range(50):  # the last quarter, after a restart
        one.on_train_batch_end(step)
    assert one.seconds() == 120
