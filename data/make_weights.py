"""Train the networks whose weights lie in data/weights/, and write what is known of them into data/weights.json.

    python data/make_weights.py            train what is missing or damaged; a run that was stopped goes on with the epoch it was in
    python data/make_weights.py --force    train everything anew
    python data/make_weights.py --check    train nothing; fail if a file is missing or not as the manifest says
"""

import argparse
import hashlib
import json
import pathlib
import sys

import tryon_utils  # noqa: F401  first: it keeps TensorFlow's start-up log quiet

from recipes import (
    body_reader, characters, dcgan_garments, designer, face_codes, features_characters, features_faces, features_garments, garment_warper, makeup,
    makeup_repair, restore, stripes, try_on,
)

DATA = pathlib.Path(__file__).resolve().parent
COMMAND = "make weights"

RECIPES = {  # each is trained by its make(path, folder)
    "features_garments": features_garments,
    "dcgan_garments": dcgan_garments,
    "garment_warper": garment_warper,
    "body_reader": body_reader,
    "features_faces": features_faces,
    "features_characters": features_characters,
    "characters": characters,
    **{f"makeup_{seed}": recipe for seed, recipe in enumerate(makeup.SEEDS)},
    "makeup_repair": makeup_repair,
    "try_on_128": try_on.Recipe(128),
    "try_on_256": try_on.Recipe(256, grown_from=DATA / "weights" / "try_on_128.weights.h5"),
    **face_codes.KINDS,
    **restore.DAMAGES,
    **stripes.KINDS,
    "designer": designer,
}


def train(name):
    """Train one network by its recipe, put its file in place when it is whole, and return what the manifest says of it."""
    path, draft = DATA / "weights" / f"{name}.weights.h5", DATA / "weights" / "draft.weights.h5"
    found = RECIPES[name].make(draft, DATA / "cache" / f"training-{name}")
    draft.replace(path)
    return {"file": path.name, "sha256": sha256(path), "bytes": path.stat().st_size, "command": COMMAND, **found}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest_path():
    return DATA / "weights.json"


def read_manifest():
    return json.loads(manifest_path().read_text())["weights"] if manifest_path().is_file() else {}


def wrong(manifest):
    """Return the names of the weights that are missing or not as the manifest says."""
    return [name for name in RECIPES if name not in manifest or not (path := DATA / "weights" / manifest[name]["file"]).is_file()
            or sha256(path) != manifest[name]["sha256"]]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="train everything anew")
    parser.add_argument("--check", action="store_true", help="train nothing; fail where something is wrong")
    options = parser.parse_args(arguments)
    manifest = read_manifest()
    names = list(RECIPES) if options.force else wrong(manifest)
    if options.check:
        print("\n".join(f"data/weights: {name} is missing or not as the manifest says. Run {COMMAND}." for name in names) or "data/weights/ is complete.")
        return bool(names)
    for name in names:
        (DATA / "weights").mkdir(exist_ok=True)
        print(f"{name}: training ...", flush=True)
        manifest[name] = train(name)
        draft = manifest_path().with_suffix(".draft")
        listed = {known: manifest[known] for known in RECIPES if known in manifest}
        draft.write_text(json.dumps({"weights": listed}, indent=1) + "\n")
        draft.replace(manifest_path())
    return 0


if __name__ == "__main__":
    sys.exit(main())
