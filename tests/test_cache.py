"""The cache: all cores, whole pieces, interruptions and company."""

import concurrent.futures
import functools
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from tryon_utils import cache


def make(index, log=None):
    if log:
        with open(log, "a") as file:
            file.write(f"{index}\n")
    return {"square": np.float32(index * index), "row": np.full(3, index % 256, "uint8")}


def made(log):
    return sorted(int(line) for line in log.read_text().split()) if log.exists() else []


def assert_right(arrays, count):
    np.testing.assert_array_equal(arrays["square"], np.arange(count, dtype="float32") ** 2)
    assert arrays["row"].shape == (count, 3) and arrays["row"].dtype == np.uint8


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("count", [1, 31, 33, 100])
def test_samples_come_stacked_in_order(tmp_path, workers, count):
    assert_right(cache.compute(make, count, tmp_path, workers), count)


def test_what_is_there_is_not_made_again(tmp_path):
    log = tmp_path / "log"
    function = functools.partial(make, log=str(log))
    cache.compute(function, 40, tmp_path / "c", 0)
    assert made(log) == list(range(64))
    cache.compute(function, 64, tmp_path / "c", 0)
    assert made(log) == list(range(64))
    cache.compute(function, 65, tmp_path / "c", 0)
    assert made(log) == list(range(96))


@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(path.read_bytes()[:200]), lambda path: path.write_bytes(b""),
                                  lambda path: path.unlink(), lambda path: np.save(open(path, "wb"), np.array([{}]), allow_pickle=True)])
def test_a_broken_piece_is_made_anew(tmp_path, harm):
    cache.compute(make, 64, tmp_path, 0)
    harm(sorted(tmp_path.glob("*.npz"))[1])
    assert_right(cache.compute(make, 64, tmp_path, 0), 64)


def test_progress_runs_to_the_end_and_begins_with_what_is_there(tmp_path):
    cache.compute(make, 32, tmp_path, 0)
    seen = []
    cache.compute(make, 80, tmp_path, 0, report=lambda done, count: seen.append((done, count)))
    assert seen == [(32, 80), (64, 80), (80, 80)]


def test_a_failure_in_a_worker_is_heard(tmp_path):
    with pytest.raises(ZeroDivisionError):
        cache.compute(divide, 100, tmp_path, 2)


def divide(index):
    return {"x": np.float32(1 / (index - 50))}


SLOW = """
import sys, time
import numpy as np
from tryon_utils import cache
def make(index):
    time.sleep(0.01)
    return {"square": np.float32(index * index), "row": np.full(3, index % 256, "uint8")}
cache.compute(make, 640, sys.argv[1], 0)
"""


def test_a_killed_run_is_continued(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path)])
    deadline = time.monotonic() + 20
    while len(list(tmp_path.glob("*.npz"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = len(list(tmp_path.glob("*.npz")))
    assert 2 <= kept < 20
    log = tmp_path / "log"
    assert_right(cache.compute(functools.partial(make, log=str(log)), 640, tmp_path, 0), 640)
    assert len(made(log)) == 640 - 32 * kept


def test_two_at_once_do_not_disturb_each_other(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        both = [pool.submit(cache.compute, make, 200, tmp_path, 0) for _ in range(2)]
        for one in both:
            assert_right(one.result(), 200)
    assert not list(tmp_path.glob("*.draft"))


def test_nothing_is_asked_for(tmp_path):
    with pytest.raises(ValueError, match="count=0"):
        cache.compute(make, 0, tmp_path)
