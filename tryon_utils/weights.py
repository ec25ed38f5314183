"""Weights that ship with the course: what `data/weights.json` says of them, and how they are read. Nothing is unpickled.

A file is read only if its sha256 is the one in that list. `make weights` writes both, from `data/make_weights.py`.
"""

import hashlib
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "weights"


class WeightsError(ValueError):
    """Weights that can't be used; the message names the file, what is wrong and what to do."""


def read_manifest(folder=FOLDER):
    """Return what `weights.json`, beside the folder, says of each network: a dictionary by name.

    Raises:
        WeightsError: the list is missing.
    """
    path = pathlib.Path(folder).with_suffix(".json")
    if not path.is_file():
        raise WeightsError(f"{path.name} is missing in data/. Restore it with git, or train everything anew with `make weights`.")
    return json.loads(path.read_text())["weights"]


def find(name, folder=FOLDER):
    """Return what the list says of a network: seed, seconds, scores, options.

    Args:
        name: String, such as "features_garments".
        folder: Path of the folder of weights.

    Raises:
        WeightsError: no network of that name.
    """
    manifest = read_manifest(folder)
    if name not in manifest:
        raise WeightsError(f"name={name!r} came; there are weights of {', '.join(map(repr, sorted(manifest))) or 'no network'}.")
    return manifest[name]


def load(model, name, folder=FOLDER):
    """Put the shipped weights into a model and freeze it.

    Example:
        generator = load(dcgan.build_generator(), "dcgan_garments")

    Args:
        model: Built `keras.Model` of the architecture that was trained.
        name: String; see `find`.
        folder: Path of the folder of weights.

    Returns:
        The model.

    Raises:
        WeightsError: an unknown name, a file that is missing or damaged, or a model of another architecture.
    """
    entry = find(name, folder)
    path = pathlib.Path(folder) / entry["file"]
    if not path.is_file():
        raise WeightsError(f"{path.name} is missing in data/weights/. Restore it with git, or train it anew with `{entry['command']}`.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise WeightsError(f"{path.name} is damaged or of another version: its sha256 is not the manifest's. "
                           f"Restore it with git, or train it anew with `{entry['command']}`.")
    try:
        model.load_weights(path)
    except ValueError as error:
        raise WeightsError(f"{path.name} doesn't fit the model that came; build it with the options in {entry.get('options')}. ({error})") from None
    model.trainable = False
    return model
