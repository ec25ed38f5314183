"""Measure how fast the people of the course are rendered and read, with all cores, and how much memory it takes.

    make bench
"""

import functools
import os
import pathlib
import resource
import sys
import tempfile
import time

import numpy as np
from tryon_utils import cache, splits

TASKS = {  # name: function from an index to arrays, size, samples, wanted a second on two cores
    "try-ons 128x96 (person, garment, swap, all truth)": (splits.body_arrays, 128, 384, 15),
    "faces 64x64 (bare, with makeup, all truth)": (splits.face_arrays, 64, 1024, 40),
    "try-ons 64x48": (splits.body_arrays, 64, 192, None),
    "faces 128x128": (splits.face_arrays, 128, 192, None),
    "garments 64x48": (splits.garment_arrays, 64, 512, None),
}


def measure(make, size, count, folder):
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


def main():
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, numpy {np.__version__}\n")
    slow = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, (make, size, count, wanted) in TASKS.items():
            render_time, read_time, megabytes = measure(make, size, count, folder / name.split(" (")[0])
            rate = count / render_time
            target = f"(wanted: {wanted})" if wanted else ""
            print(f"{name:<50} {rate:7.1f} a second {target:<13} | cache read at {megabytes / read_time:6.0f} MB/s", flush=True)
            if wanted and rate < wanted:
                slow.append(name)
        print(f"{'a plain array file of the same folder':<50} {'':<31} | read at {disk_speed(folder):12.0f} MB/s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nlargest worker: {peak:.0f} MB of memory")
    if slow:
        print(f"slower than wanted: {'; '.join(slow)}")
    return bool(slow)


if __name__ == "__main__":
    sys.exit(main())
