"""Render the sets that lie in data/, and their manifest and the plots of the data card.

    python data/make_data.py            make what is missing or damaged
    python data/make_data.py --force    make everything anew
    python data/make_data.py --check    make nothing; fail if a file is missing or not as the manifest says
"""

import argparse
import collections
import hashlib
import json
import pathlib
import sys
import time

from tryon_utils import splits

DATA = pathlib.Path(__file__).resolve().parent
MANIFEST = DATA / "manifest.json"
MOST_BYTES = 40_000_000


def shards():
    """Yield (kind, part, start, count) of every file."""
    for kind, parts in splits.SHIPPED.items():
        for part, total in parts.items():
            for start in range(0, total, splits.SHARD):
                yield kind, part, start, min(splits.SHARD, total - start)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wrong_files(manifest):
    """Return the names of the files that are missing or not as the manifest says."""
    names = [splits.file_name(kind, part, start) for kind, part, start, _ in shards()]
    return [name for name in names if name not in manifest["files"] or not (DATA / name).is_file()
            or sha256(DATA / name) != manifest["files"][name]["sha256"]]


def read_manifest():
    return json.loads(MANIFEST.read_text()) if MANIFEST.is_file() else {"files": {}}


def make(wrong):
    """Render the files named, and write the manifest anew."""
    from tryon_utils import datasets, packs  # here, since they start TensorFlow, and mostly nothing is to be made

    manifest = read_manifest()
    files = {}
    for kind, part, start, count in shards():
        path = DATA / splits.file_name(kind, part, start)
        if path.name not in wrong:
            files[path.name] = manifest["files"][path.name]
            continue
        started = time.monotonic()
        arrays = datasets.render(kind, part, start + count, splits.SHIPPED_SIZE)
        packs.write_pack(path, {name: array[start:] for name, array in arrays.items()})
        files[path.name] = {"sha256": sha256(path), "bytes": path.stat().st_size, "samples": count,
                            "seconds": round(time.monotonic() - started)}
    total = sum(entry["bytes"] for entry in files.values())
    if total > MOST_BYTES:
        raise SystemExit(f"The sets take {total / 1e6:.1f} MB; at most {MOST_BYTES / 1e6:.0f} are wanted. Ship fewer samples.")
    MANIFEST.write_text(json.dumps({"command": "make data", "seed": 0, "size": splits.SHIPPED_SIZE, "renderer": datasets.renderer_version(), "bytes": total, "files": files}, indent=1) + "\n")
    print(f"{len(files)} files, {total / 1e6:.1f} MB, in data/")


def draw_card():
    """Draw how often each value of each factor comes in the training parts, for the data card."""
    import matplotlib.pyplot as plt
    from tryon_utils import datasets
    from tryon_utils.plotting import people

    plt.style.use("tryon_utils.course")
    faces, bodies = datasets.load_faces().recipes, datasets.load_bodies().recipes
    looks = [{"look": look.name} for _, look in faces]
    for name, records in {"faces": [vars(face) | look for (face, _), look in zip(faces, looks, strict=True)],
                          "bodies": [{"monk_tone": person.monk_tone} | vars(person) for person, _, _ in bodies],
                          "garments": [vars(garment) for garment in datasets.load_garments().recipes]}.items():
        people.draw_factors(count_factors(records)).savefig(DATA / f"factors_{name}.png")


def count_factors(records):
    """Return how often each value comes, by factor; only of factors that are words, truth values or the skin tone."""
    counts = {}
    for name in records[0]:
        if isinstance(records[0][name], (str, bool)) or name == "monk_tone":
            found = collections.Counter(record[name] for record in records)
            order = sorted(found) if name == "monk_tone" else [value for value, _ in found.most_common()]
            counts[name] = {value: found[value] for value in order}
    return counts


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="make everything anew")
    parser.add_argument("--check", action="store_true", help="make nothing; fail where something is wrong")
    options = parser.parse_args(arguments)
    wrong = wrong_files({"files": {}} if options.force else read_manifest())
    if options.check:
        print("\n".join(f"data/{name} is missing or not as the manifest says. Run make data." for name in wrong) or "data/ is complete.")
        return bool(wrong)
    if wrong:
        make(wrong)
        draw_card()
    return 0


if __name__ == "__main__":
    sys.exit(main())
