"""Is everything here that the course needs? Looked at before anything is run, and said in plain words."""

import importlib.metadata
import os
import pathlib
import shutil
import sys
from typing import NamedTuple

from tryon_utils import weights

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "scikit-image", "pillow", "matplotlib", "ipywidgets", "anywidget", "ai-edge-litert")
PYTHONS = (3, 11), (3, 13)
LEAST_DISK = 1_000_000_000  # bytes
LEAST_CORES = 2


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        good: Boolean.
        sentence: String. What was found.
        remedy: String. What to do; empty where all is well.
    """

    good: bool
    sentence: str
    remedy: str = ""

    def __str__(self):
        return f"{'yes' if self.good else 'NO '}  {self.sentence}" + (f"\n     {self.remedy}" if self.remedy else "")


def look_around(root=ROOT, folder=weights.FOLDER, python=sys.version_info, version_of=importlib.metadata.version, cores=os.cpu_count(), free=None):
    """Return what is here and what is missing, a list of `Finding`.

    Args:
        root: Path of the course's folder.
        folder: Path of the folder of weights.
        python: Tuple that begins with the numbers of the Python version.
        version_of: Function from a package's name to its version, which raises `importlib.metadata.PackageNotFoundError`.
        cores: Integer. Processor cores.
        free: Integer. Bytes that are free on the disk; looked up where None.
    """
    return [_python(python), _packages(version_of), _data(root), _weights(folder), _machine(cores, shutil.disk_usage(root).free if free is None else free)]


def _python(python):
    version, (oldest, newest) = tuple(python[:2]), PYTHONS
    good = oldest <= version <= newest
    return Finding(good, f"Python {version[0]}.{version[1]} {'will do' if good else 'is none of 3.11, 3.12 and 3.13'}.",
                   "" if good else "Install one of them, then run `make lab PYTHON=` with its path.")


def _packages(version_of):
    missing = []
    for name in PACKAGES:
        try:
            version_of("tensorflow-cpu" if name == "tensorflow" else name)
        except importlib.metadata.PackageNotFoundError:
            try:
                version_of(name)
            except importlib.metadata.PackageNotFoundError:
                missing.append(name)
    if missing:
        return Finding(False, f"Missing: {', '.join(missing)}.", "Is this the course's own environment? `make lab` makes it and opens it.")
    return Finding(True, f"All {len(PACKAGES)} packages that it rests on are installed.")


def _data(root):
    folder = pathlib.Path(root) / "data"
    packs, networks = list(folder.glob("*-*-*.zip")), list((folder / "models").glob("*.tflite"))
    if not packs:
        return Finding(False, "There are no rendered people in data/.", "`make data` renders them in a few minutes.")
    if not networks:
        return Finding(False, "The small networks that find people in photographs are not in data/models/.", "`make data` fetches them, once, from a network.")
    return Finding(True, f"{len(packs)} packs of rendered people and garments lie in data/, and {len(networks)} networks that read photographs.")


def _weights(folder):
    try:
        names = list(weights.read_manifest(folder))
    except weights.WeightsError as error:
        return Finding(False, "There are no trained models.", str(error))
    missing = [name for name in names if not (pathlib.Path(folder) / weights.find(name, folder)["file"]).is_file()]
    if missing:
        return Finding(False, f"The weights of {', '.join(missing)} are missing.", "Restore them with git, or train them anew with `make weights`.")
    return Finding(True, f"{len(names)} trained models are ready: {', '.join(names)}.")


def _machine(cores, free):
    if free < LEAST_DISK:
        return Finding(False, f"Only {free / 1e9:.1f} GB are free on this disk.", "Make room: what is rendered or trained is kept in data/cache, up to 1 GB.")
    return Finding(cores >= LEAST_CORES, f"{cores} processor {'core' if cores == 1 else 'cores'}, and {free / 1e9:.0f} GB free.",
                   "" if cores >= LEAST_CORES else "It works with one core, and takes twice the time that the chapters state.")
