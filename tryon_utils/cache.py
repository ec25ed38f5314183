"""Compute many samples with all cores and keep them on disk, in pieces that survive an interruption.

Pieces are written whole or not at all, under names that tell what is in them. Whoever finds a piece uses it; whoever
finds a broken one makes it anew. So a killed run continues where it stopped, and two runs at once do not disturb each other.
"""

import concurrent.futures
import contextlib
import multiprocessing
import os
import pathlib
import uuid
import zipfile

import numpy as np

PIECE = 32  # samples


def compute(make, count, folder, workers=None, report=None):
    """Return `count` samples as stacked arrays, computed or read.

    Args:
        make: Function at the top of a module, from an index to a dictionary of arrays of the same shapes for each index.
        count: Integer. The indexes are 0 to `count - 1`.
        folder: Path. Where the pieces are kept; one folder for one `make`, since pieces are found by index.
        workers: Integer. How many processes; as many as there are cores where None, this process alone where 0.
        report: Function of (samples done, samples in all), called now and then.

    Returns:
        Dictionary of arrays, each of shape (count, ...).

    Raises:
        ValueError: `count` is no positive number.
    """
    if count < 1:
        raise ValueError(f"count={count} came; at least one sample is wanted.")
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    starts = list(range(0, count, PIECE))
    missing = [start for start in starts if _read(_path(folder, start)) is None]
    done = count - sum(min(PIECE, count - start) for start in missing)
    if report:
        report(done, count)
    for start in _write_all(make, missing, folder, workers):
        done += min(PIECE, count - start)
        if report:
            report(done, count)
    pieces = [_read(_path(folder, start)) for start in starts]
    return {name: np.concatenate([piece[name] for piece in pieces])[:count] for name in pieces[0]}


def _path(folder, start):
    return folder / f"samples-{start:06d}-{start + PIECE - 1:06d}.npz"


def _read(path):
    """Return a piece, or None where there is none that is whole. Nothing is unpickled."""
    try:
        with np.load(path, allow_pickle=False) as piece:
            return {name: piece[name] for name in piece.files}
    except (FileNotFoundError, EOFError, OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def _write_all(make, starts, folder, workers):
    """Yield the start of each piece as it is written."""
    workers = (os.cpu_count() or 1) if workers is None else workers
    if workers == 0 or len(starts) < 2:
        yield from (_write(make, start, folder) for start in starts)
        return
    # spawn: a fork of a process in which TensorFlow runs can hang
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(min(workers, len(starts)), mp_context=context, initializer=_one_thread) as pool:
        waiting = [pool.submit(_write, make, start, folder) for start in starts]
        try:
            for finished in concurrent.futures.as_completed(waiting):
                yield finished.result()
        except BaseException:
            for future in waiting:
                future.cancel()
            raise


def _one_thread():
    """One thread a process: the processes share the cores already."""
    os.environ["OMP_NUM_THREADS"] = "1"


def _write(make, start, folder):
    """Compute one piece and write it whole. Always a whole piece, so that the next, larger request finds it."""
    samples = [_make(make, index) for index in range(start, start + PIECE)]
    path = _path(folder, start)
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.draft")
    try:
        with open(draft, "wb") as file:
            np.savez(file, **{name: np.stack([sample[name] for sample in samples]) for name in samples[0]})
        draft.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    return start


def _make(make, index):
    try:
        return make(index)
    except Exception as error:
        error.add_note(f"This happened while sample {index} was made; the pieces made before it are kept.")
        raise
