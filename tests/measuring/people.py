"""How fast the people of the course are rendered and read, with all cores, and how much memory it takes."""

import functools
import pathlib
import resource
import tempfile
import time

import numpy as np
from tryon_utils import cache, splits

from measuring import store

TASKS = {  # name: function from an index to arrays, size, samples, wanted a second on two cores
    "try-ons 128x96 (person, garment, swap, all truth)": (splits.body_arrays, 128, 384, 15),
    "faces 64x64 (bare, with makeup, all truth)": (splits.face_arrays, 64, 1024, 40),
    "try-ons 64x48": (splits.body_arrays, 64, 192, None),
    "faces 128x128": (splits.face_arrays, 128, 192, None),
    "garments 64x48": (splits.garment_arrays, 64, 512, None),
}


def measure(share=1.0, say=print):
    """Return the figures of this part; `share` scales the number of samples of each task."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for number, (name, (make, size, count, wanted)) in enumerate(TASKS.items()):
            count = max(2, int(share * count))
            render_time, read_time, megabytes = time_task(make, size, count, folder / str(number))
            rows.append({"name": name, "rate": round(count / render_time, 1), "wanted": wanted, "read_rate": round(megabytes / read_time)})
            say(f"  {name:<50} {rows[-1]['rate']:7.1f} a second, read from the cache at {rows[-1]['read_rate']} MB/s", flush=True)
        plain = disk_speed(folder)
    return {"machine": store.machine(), "rows": rows, "plain_read_rate": round(plain),
            "worker_megabytes": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)}


def time_task(make, size, count, folder):
    """Return the seconds that rendering and reading `count` samples take, and the megabytes read."""
    make = functools.partial(make, part="train", size=size)
    started = time.monotonic()
    cache.compute(make, count, folder)
    rendered = time.monotonic()
    arrays = cache.compute(make, count, folder)
    return rendered - started, time.monotonic() - rendered, sum(array.nbytes for array in arrays.values()) / 1e6


def disk_speed(folder, megabytes=200):
    """Return the megabytes a second at which a plain array file is read from the same folder."""
    path = folder / "plain.npy"
    np.save(path, np.zeros(megabytes * 1_000_000, "uint8"))
    started = time.monotonic()
    np.load(path)
    return megabytes / (time.monotonic() - started)
