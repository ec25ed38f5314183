"""Many samples in one file: pictures as lossless WebP strips, everything else as arrays, in a zip that any tool opens."""

import io
import json
import pathlib
import zipfile

import numpy as np
from PIL import Image, UnidentifiedImageError

MOST_SIDE = 16_000  # pixels: WebP's own limit is 16,383


class PackError(ValueError):
    """A pack that can't be used; the message names the file, what is wrong and what to do."""


def write_pack(path, arrays, rows=None):
    """Write arrays that share their first axis into one file, whole or not at all.

    Args:
        path: Path of the file, ending in .zip.
        arrays: Dictionary from name to array of shape (count, ...). uint8 arrays of shape (count, height, width, 3) are
            stored as pictures, all others as they are, compressed.
        rows: List of `count` dictionaries that JSON can hold, such as factors; none where None.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as pack:
        for name, array in arrays.items():
            if array.dtype == np.uint8 and array.ndim == 4 and array.shape[-1] == 3:
                _add(pack, f"{name}/shape.json", json.dumps(array.shape).encode())
                per_strip = max(1, MOST_SIDE // array.shape[1])
                for start in range(0, len(array), per_strip):
                    strip = array[start:start + per_strip].reshape(-1, *array.shape[2:])
                    buffer = io.BytesIO()
                    Image.fromarray(strip).save(buffer, "WEBP", lossless=True, quality=80, method=4)
                    _add(pack, f"{name}/{start:06d}.webp", buffer.getvalue(), zipfile.ZIP_STORED)
            else:
                buffer = io.BytesIO()
                np.save(buffer, array, allow_pickle=False)
                _add(pack, f"{name}.npy", buffer.getvalue())
        if rows is not None:
            _add(pack, "rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode())
    draft.replace(path)


def _add(pack, name, content, how=zipfile.ZIP_DEFLATED):
    """Add a member with a fixed date, so that the same content gives the same file."""
    member = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
    pack.writestr(member, content, compress_type=how)


def read_pack(path, names=None):
    """Read a pack. Nothing is unpickled.

    Args:
        path: Path of the file.
        names: Iterable of the names wanted; all where None.

    Returns:
        Pair of the arrays by name, and the list of rows (empty where there are none).

    Raises:
        PackError: missing, damaged, or without one of the names.
    """
    try:
        with zipfile.ZipFile(path) as pack:
            there = {name.split("/")[0].removesuffix(".npy") for name in pack.namelist()} - {"rows.jsonl"}
            wanted = sorted(there) if names is None else list(names)
            if missing := sorted(set(wanted) - there):
                raise PackError(f"{path} has no {', '.join(missing)}; it has {', '.join(sorted(there))}.")
            rows = [json.loads(line) for line in pack.read("rows.jsonl").splitlines()] if "rows.jsonl" in pack.namelist() else []
            return {name: _read_array(pack, name) for name in wanted}, rows
    except FileNotFoundError:
        raise PackError(f"{path} is missing. Make it with `make data`.") from None
    except (zipfile.BadZipFile, UnidentifiedImageError, EOFError, OSError, KeyError, json.JSONDecodeError) as error:
        raise PackError(f"{path} is damaged ({error}). Make it again with `make data`.") from None


def _read_array(pack, name):
    if f"{name}.npy" in pack.namelist():
        return np.load(io.BytesIO(pack.read(f"{name}.npy")), allow_pickle=False)
    shape = json.loads(pack.read(f"{name}/shape.json"))
    strips = sorted(member for member in pack.namelist() if member.startswith(f"{name}/") and member.endswith(".webp"))
    pictures = [np.asarray(Image.open(io.BytesIO(pack.read(member))).convert("RGB")).reshape(-1, *shape[1:]) for member in strips]
    return np.concatenate(pictures)
