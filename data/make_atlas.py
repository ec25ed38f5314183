"""Record the trainings of chapter 05 into data/atlas/: the zoo of cures, the grid of failures, and what each cure costs.

    python data/make_atlas.py            train the cells that are missing, with all cores; a run that was stopped goes on where it was
    python data/make_atlas.py --force    train everything anew
    python data/make_atlas.py --check    train nothing; fail if a file is missing or not as the manifest says

Cells lie in data/cache/atlas/ until all are there; then they are put together.
"""

import argparse
import concurrent.futures
import hashlib
import itertools
import json
import multiprocessing
import os
import pathlib
import shutil
import statistics
import sys
import time

import tryon_utils  # noqa: F401  first: it keeps TensorFlow's start-up log quiet

import keras
import numpy as np
import tensorflow as tf

from tryon_utils import atlas, training

DATA = pathlib.Path(__file__).resolve().parent
CACHE = DATA / "cache" / "atlas"
TIMED_STEPS, TIMED_ROUNDS = 20, 7
MOST_BYTES = 4_000_000


def cell_path(cell):
    """Return where the result of a cell waits until all are there."""
    return CACHE / f"{hashlib.sha256(repr(cell).encode()).hexdigest()[:16]}.npz"


def save_cell(cell, result):
    CACHE.mkdir(parents=True, exist_ok=True)
    draft = cell_path(cell).with_suffix(f".{os.getpid()}.draft")
    with open(draft, "wb") as file:
        np.savez(file, steps=result.steps, frames=result.frames, **{f"number {name}": value for name, value in result.numbers.items()},
                 **{f"curve {name}": values for name, values in result.curves.items()})
    draft.replace(cell_path(cell))


def load_cell(cell):
    with np.load(cell_path(cell), allow_pickle=False) as file:
        return atlas.Result({name: float(file[f"number {name}"]) for name in atlas.NUMBERS}, file["steps"],
                            {name: file[f"curve {name}"] for name in atlas.CURVES}, file["frames"])


def start_worker():
    """Let a process compute on one thread and know the data; every core has a process of its own."""
    global data
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    data = atlas.load_data()


def record(cells):
    """Train cells that differ in seed and learning rates alone, so that the step is compiled once, and save each when it is done."""
    gan = None
    for cell in cells:
        gan = atlas.start_again(gan, cell) if gan else atlas.new_gan(cell)
        save_cell(cell, atlas.run(cell, data, gan))
    return len(cells)


def missing(cells):
    """Return the cells that aren't in the cache, each once."""
    return [cell for cell in dict.fromkeys(cells) if not cell_path(cell).is_file()]


def record_missing(cells):
    """Train all cells that aren't in the cache, with all cores."""
    wanted = missing(cells)
    alike = [list(group) for _, group in itertools.groupby(sorted(wanted, key=one_step), one_step)]
    done, started = 0, time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn"), start_worker) as pool:
        for future in concurrent.futures.as_completed([pool.submit(record, group) for group in alike]):
            done += future.result()
            print(f"{done} of {len(wanted)} trainings in {time.monotonic() - started:.0f} s", flush=True)


def one_step(cell):
    """Return what makes two cells' steps compile alike, as text that can be sorted."""
    return repr(cell._replace(seed=0, learning_rate=0.0, discriminator_rate=1.0))


def measure_milliseconds():
    """Return the median duration of one step by cure, in rounds over all cures, so that a busy moment hits none of them alone."""
    training.use_small_net_threads()
    pictures = np.random.default_rng(0).uniform(-1, 1, (5 * atlas.BATCH_SIZE, atlas.SIZE, atlas.SIZE, 3)).astype("float32")
    steps = {}
    for name, cell in atlas.ZOO.items():
        steps[name] = tf.function(atlas.new_gan(cell).train_step), tf.constant(pictures[:cell.discriminator_steps * atlas.BATCH_SIZE])
    rounds = {name: [] for name in steps}
    for number in range(TIMED_ROUNDS + 1):
        for name, (step, batch) in steps.items():
            started = time.perf_counter()
            for _ in range(TIMED_STEPS):
                results = step(batch)
            keras.ops.convert_to_numpy(results["generator_loss"])
            if number:  # the first round compiles
                rounds[name].append(1000 * (time.perf_counter() - started) / TIMED_STEPS)
    return {name: round(statistics.median(values), 2) for name, values in rounds.items()}


def complaints():
    """Return what is wrong with data/atlas/, as a list of sentences."""
    try:
        atlas.load(DATA / "atlas")
    except atlas.AtlasError as error:
        return [str(error)]
    return []


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="train everything anew")
    parser.add_argument("--check", action="store_true", help="train nothing; fail where something is wrong")
    options = parser.parse_args(arguments)
    wrong = complaints()
    if options.check or not (wrong or options.force):
        print("\n".join(wrong) or "data/atlas/ is complete.")
        return bool(wrong)
    if options.force:
        shutil.rmtree(CACHE, ignore_errors=True)
    record_missing([*atlas.zoo_cells(), *atlas.GRID])
    folder = DATA / "atlas"
    folder.mkdir(exist_ok=True)
    files = atlas.save_part(folder / "zoo", [load_cell(cell) for cell in atlas.zoo_cells()])
    files |= atlas.save_part(folder / "grid", [load_cell(cell) for cell in atlas.GRID])
    if (size := sum(entry["bytes"] for entry in files.values())) > MOST_BYTES:
        raise SystemExit(f"The record has {size:,} bytes; at most {MOST_BYTES:,} are shipped. Record fewer frames.")
    milliseconds = measure_milliseconds()
    manifest = {"command": atlas.COMMAND, "settings": atlas.settings(), "files": files, "milliseconds": milliseconds,
                "versions": {"tensorflow": tf.__version__, "keras": keras.__version__}}
    draft = folder / "manifest.draft"
    draft.write_text(json.dumps(manifest, indent=1) + "\n")
    draft.replace(folder / "manifest.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
