"""The figures that were measured, in one committed file, `book/measurements.json`; and what machine they are of."""

import importlib.metadata
import json
import os
import pathlib
import platform

ROOT = pathlib.Path(__file__).resolve().parents[2]
MEASUREMENTS = ROOT / "book" / "measurements.json"
FLAGS = {"avx512_bf16": "AVX-512 with bf16", "avx512f": "AVX-512", "avx2": "AVX2"}  # the first that is found says it
PACKAGES = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


def read(path=MEASUREMENTS):
    """Return what was measured so far, by part; an empty dictionary where nothing was."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def write(part, figures, path=MEASUREMENTS):
    """Put the figures of one part into the file, at once and whole, and leave the other parts as they are."""
    text = json.dumps(read(path) | {part: figures}, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text + "\n", encoding="utf-8")
    os.replace(draft, path)


def machine(packages=PACKAGES):
    """Say in one line which machine this is, as far as speed depends on it: cores, memory, instructions, versions."""
    parts = [f"{os.cpu_count()} cores"]
    if (memory := _first_value("/proc/meminfo", "MemTotal")):
        parts.append(f"{round(int(memory.split()[0]) / 1024**2)} GB")
    flags = set((_first_value("/proc/cpuinfo", "flags") or "").split())
    parts.append(next((name for flag, name in FLAGS.items() if flag in flags), platform.machine()))
    versions = [f"{name} {_version(package)}" for package, name in packages.items() if _version(package)]
    return f"{', '.join(parts)}; Python {platform.python_version()}, {', '.join(versions)}"


def _first_value(path, key):
    """Return what stands behind `key :` in a file of /proc, or None where there is none (other systems have no such file)."""
    try:
        lines = pathlib.Path(path).read_text().splitlines()
    except OSError:
        return None
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == key), None)


def _version(package):
    """Return the version of a package, by whatever name its distribution has here, or None where it isn't installed."""
    for name in (package, f"{package}-cpu"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return None
