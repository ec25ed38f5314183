"""Try a garment on, from the shell.

    python -m tryon_utils.tryon PERSON GARMENT -o OUT.png          two photographs
    python -m tryon_utils.tryon --folder ROOT -o OUT_FOLDER        a folder in VITON-HD's layout

Exit status: 0 done, 1 what came can't be used (one sentence says why), 2 a wrong command. Nothing leaves this machine.
"""

import argparse
import csv
import pathlib
import sys
import time

import numpy as np

from tryon_utils import folders, images
from tryon_utils.outfit import cloth, dress, judge, wearer
from tryon_utils.photos import intake

SIZES = (128, 256)


class Refused(Exception):
    """What came can't be used; the message says why and what to do."""


class Steps:
    """Tells on standard error what is being done, and how long it took."""

    def __init__(self, quiet=False):
        self.quiet = quiet

    def __call__(self, name, work, *arguments):
        """Do one step of the work and return what it returns."""
        started = time.perf_counter()
        self._say(f"{name} ...")
        result = work(*arguments)
        self._say(f" {time.perf_counter() - started:.1f} s\n")
        return result

    def _say(self, text):
        if not self.quiet:
            print(text, end="", file=sys.stderr, flush=True)


def read_photo(path):
    """Return the pixels of a photograph, uint8 (h, w, 3).

    Raises:
        Refused: missing, or no photograph.
    """
    try:
        return intake.read(path).pixels
    except OSError as error:
        raise Refused(f"{path} can't be read ({error.strerror or error}).") from None
    except intake.PhotoError as error:
        raise Refused(f"{path}: {error}") from None


def understand(path, read, pixels):
    """Return what `wearer.read` or `cloth.read` says of a photograph; a refusal names the file.

    Raises:
        Refused: see there.
    """
    try:
        return read(pixels)
    except intake.PhotoError as error:
        raise Refused(f"{path}: {error}") from None


def save(path, picture):
    """Write a picture as PNG, whole or not at all.

    Raises:
        Refused: it can't be written there.
    """
    try:
        images.write_image(path, picture)
    except OSError as error:
        raise Refused(f"{path} can't be written ({error.strerror or error}).") from None


def try_photos(person, garment, out, size, steps):
    """Put the garment of one photograph on the person of another, and write the picture."""
    person_pixels, garment_pixels = steps("reading both photographs", lambda: (read_photo(person), read_photo(garment)))
    found = steps("finding the person", understand, person, wearer.read, person_pixels)
    cut = steps("cutting the garment out", understand, garment, cloth.read, garment_pixels)
    models = steps("loading the networks", dress.load, size)
    result = steps("dressing", dress.dress, found, cut, models)
    save(out, result.picture)
    return result


def try_folder(root, split, out, size, count, steps):
    """Put every garment of a folder's list on its person; write the pictures, and where truth exists a table of measures, `scores.csv`.

    Returns:
        The number of pictures written.
    """
    folder = folders.VitonFolder(root, split)
    models = steps("loading the networks", dress.load, size)
    rows, written, total = [], 0, min(len(folder), count or len(folder))
    for number in range(total):
        sample = folder[number]
        name = f"{pathlib.PurePath(sample['person_name']).stem}__{pathlib.PurePath(sample['garment_name']).stem}.png"
        try:
            result = steps(f"{number + 1} of {total}: {name}", dress.dress, wearer.from_sample(sample), cloth.from_sample(sample), models)
        except intake.PhotoError as error:
            print(f"\n{name} is left out: {error}", file=sys.stderr)
            continue
        save(pathlib.Path(out) / name, result.picture)
        written += 1
        truth = sample["image"] if sample["person_name"] == sample["garment_name"] or split == "train" else sample.get("target")
        if truth is not None:
            rows.append({"picture": name, **judge.measure(truth, result)})
    if rows:
        write_table(pathlib.Path(out) / "scores.csv", rows)
    return written


def write_table(path, rows):
    """Write measures as CSV, a picture a line and their means last, and print the means."""
    means = {"picture": "mean", **{name: float(np.nanmean([row[name] for row in rows])) for name in rows[0] if name != "picture"}}
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows({name: value if name == "picture" else f"{value:.4f}" for name, value in row.items()} for row in [*rows, means])
    print("   ".join(f"{name} {value:.3f}" for name, value in means.items() if name != "picture"))


def main(arguments=None):
    """Read the command line, do what it says, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tryon_utils.tryon", description="Put the garment of one photograph on the person of another.")
    parser.add_argument("person", nargs="?", help="photograph of one person, from the front")
    parser.add_argument("garment", nargs="?", help="photograph of a garment on a plain background")
    parser.add_argument("--folder", help="instead of two photographs: a folder in VITON-HD's layout")
    parser.add_argument("--split", choices=("train", "test"), default="test", help="which of the folder's lists (test)")
    parser.add_argument("--count", type=int, help="at most so many of the folder's pairs")
    parser.add_argument("-o", "--out", required=True, help="the picture to write (PNG), or a folder for --folder")
    parser.add_argument("--size", type=int, choices=SIZES, default=SIZES[0], help="height at which the painter works")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but what is wrong")
    options = parser.parse_args(arguments)
    if bool(options.folder) == bool(options.person and options.garment) or (options.folder and options.person):
        parser.error("two photographs are wanted, PERSON and GARMENT, or --folder")
    steps = Steps(options.quiet)
    try:
        if options.folder:
            written = try_folder(options.folder, options.split, options.out, options.size, options.count, steps)
            if not written:
                raise Refused(f"No pair of {options.folder} could be used.")
        else:
            try_photos(options.person, options.garment, options.out, options.size, steps)
    except (Refused, folders.FolderError, FileNotFoundError, ValueError) as error:
        print(f"\n{error}" if not options.quiet else error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
