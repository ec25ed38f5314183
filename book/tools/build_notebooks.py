"""Build the notebooks that are committed from the sources that are written by hand.

    python book/tools/build_notebooks.py              every notebook whose source or package code changed
    python book/tools/build_notebooks.py 01           chapter 01 and its exercises, where they changed
    python book/tools/build_notebooks.py 01 --force   the same, whether they changed or not
    python book/tools/build_notebooks.py --check      build nothing; say what is out of step, and fail if anything is

A chapter's source `notebooks/src/NN_name.py` becomes `notebooks/NN_name.ipynb`, executed. An exercise source
`notebooks/src/exercises/NN_name.py` holds the solutions; it becomes `notebooks/solutions/NN_name.ipynb`, executed, and
`notebooks/exercises/NN_name.ipynb`, in which the solutions are blanked and nothing is executed.
"""

import argparse
import ast
import base64
import hashlib
import io
import pathlib
import re
import sys
import time

import jupytext
import nbformat
import numpy as np
import PIL.Image
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = pathlib.Path(__file__).resolve().parents[2]
CELL_TIMEOUT = 300  # seconds
BUILD_FORMAT = 3  # raise it when a change of this file changes the notebooks that it makes
SEEN_DIFFERENCE = 24  # of 255, in some colour, between a pixel and the same one in 256 colours
KERNEL = {"name": "python3", "display_name": "Python 3 (course)", "language": "python"}
YOUR_TURN = "...  # your turn"


class BuildError(Exception):
    """A notebook could not be built; the message says which, where and why."""


# ---- What a notebook depends on ------------------------------------------------------------------------------------

def imported_modules(code):
    """Return the dotted names that Python code may import, `from a import b` counted as `a` and as `a.b`."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def package_files(code, root=ROOT):
    """Return the files of `tryon_utils` that the code uses, directly or through another of them, sorted."""
    found, waiting = set(), [code]
    while waiting:
        for name in imported_modules(waiting.pop()):
            if name.split(".")[0] != "tryon_utils":
                continue
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                stem = root.joinpath(*parts[:end])
                for path in (stem / "__init__.py", stem.with_suffix(".py")):
                    if path.is_file() and path not in found:
                        found.add(path)
                        waiting.append(path.read_text(encoding="utf-8"))
    if found:
        found.update((root / "tryon_utils").glob("*.mplstyle"))
    return sorted(found)


def notebook_code(notebook):
    """Return the notebook's Python as one text."""
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def digest(source, root=ROOT):
    """Return the hash of a source file, the package code that it uses and the format of this builder."""
    text = source.read_text(encoding="utf-8")
    total = hashlib.sha256(f"{BUILD_FORMAT}\n{text}".encode())
    for path in package_files(notebook_code(jupytext.reads(text, fmt="py:percent")), root):
        total.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return total.hexdigest()[:16]


# ---- From a source to a notebook -----------------------------------------------------------------------------------

def read_source(source):
    """Return the notebook that a percent source describes: steady cell ids, our kernel, alt texts where myst-nb looks."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:03d}"
        if "alt" in cell.metadata:
            cell.metadata["mystnb"] = {"image": {"alt": cell.metadata.pop("alt")}}
    return notebook


def blank_solutions(notebook):
    """Return the exercise made from a notebook of solutions: what is marked as solution becomes the learner's turn."""
    exercise = nbformat.from_dict(notebook)
    for cell in exercise.cells:
        if cell.cell_type == "code":
            cell.source = _blank(cell.source)
            cell.outputs, cell.execution_count = [], None
    return exercise


def _blank(source):
    kept, inside = [], False
    for line in source.split("\n"):
        indent = line[:len(line) - len(line.lstrip())]
        if line.strip() == "# solution":
            if inside:
                raise BuildError("a solution begins inside another: the first lacks its `# end of solution`")
            inside = True
            kept.append(indent + YOUR_TURN)
        elif line.strip() == "# end of solution":
            if not inside:
                raise BuildError("`# end of solution` stands without a `# solution` before it")
            inside = False
        elif not inside:
            marked = re.fullmatch(r"(\s*[\w, ]+ = ).*  # solution", line)
            if line.endswith("# solution") and not marked:
                raise BuildError(f"`# solution` marks a line that is no assignment: {line.strip()}")
            kept.append(marked.group(1) + YOUR_TURN if marked else line)
    if inside:
        raise BuildError("a solution lacks its `# end of solution`")
    return "\n".join(kept)


def execute(notebook, name, folder):
    """Run all cells in place, with `folder` as working directory.

    Raises:
        BuildError: a cell failed, ran out of time or ended the kernel; names the cell and the error.
    """
    client = NotebookClient(notebook, timeout=CELL_TIMEOUT, kernel_name="python3", record_timing=False,
                            resources={"metadata": {"path": str(folder)}})
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        number, cell = next(((number, cell) for number, cell in enumerate(notebook.cells)
                             if any(output.output_type == "error" for output in cell.get("outputs", []))),
                            _last_started(notebook))
        raise BuildError(f"{name}, cell {number}:\n\n{_indented(cell.source)}\n\n{_plain(str(error))}") from None


def _last_started(notebook):
    """Return the number and the cell that ran last: the one after the last with an execution count."""
    code = [(number, cell) for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    done = sum(cell.execution_count is not None for _, cell in code)
    return code[min(done, len(code) - 1)]


def _indented(text):
    return "\n".join("    " + line for line in text.split("\n"))


def _plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def clean(notebook):
    """Drop from an executed notebook what changes from run to run: widget models, addresses, overwritten progress."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        outputs = _merged(cell.outputs)
        for output in outputs:
            output.pop("transient", None)
            if output.output_type == "stream":
                output.text = _settle(output.text)
            elif "data" in output:
                _keep_pictures(output)
        cell.outputs = [output for output in outputs if output.get("text", output.get("data", True))]
    return notebook


def _keep_pictures(output):
    """Leave a picture where there is one; a widget without a picture leaves nothing behind."""
    view = output.data.pop("application/vnd.jupyter.widget-view+json", None)
    output.metadata.pop("application/vnd.jupyter.widget-view+json", None)
    if "image/png" in output.data:
        kind, encoded = smaller_picture(output.data["image/png"])
        output.data = {kind: encoded, "text/plain": "<picture>"}
    elif view:
        output.data = {}


def smaller_picture(encoded):
    """Return a picture (base64 of a PNG file) as it is kept, a third or less of its size: MIME type and base64.

    A diagram is kept in 256 colours; one can't see the difference. Where one could, or where JPEG takes less than half, it's a
    picture of people or the like, and is kept as JPEG.
    """
    full = PIL.Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    few = full.quantize(256, dither=PIL.Image.Dither.NONE)
    difference = np.abs(np.asarray(full, "int16") - np.asarray(few.convert("RGB"))).max(axis=-1)
    diagram, photograph = io.BytesIO(), io.BytesIO()
    few.save(diagram, "PNG", optimize=True)
    full.save(photograph, "JPEG", quality=82, optimize=True)
    seen = np.percentile(difference, 99.9) > SEEN_DIFFERENCE
    kind, kept = ("image/jpeg", photograph) if seen or photograph.tell() < diagram.tell() / 2 else ("image/png", diagram)
    return kind, base64.b64encode(kept.getvalue()).decode()


def _settle(text):
    """Return what a terminal would show: of each line, what stands after its last carriage return."""
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def _merged(outputs):
    """Join neighbouring pieces of one stream, which the kernel cuts at random places."""
    merged = []
    for output in outputs:
        if merged and output.output_type == "stream" == merged[-1].output_type and output.name == merged[-1].name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


# ---- The course's notebooks ----------------------------------------------------------------------------------------

class Job:
    """One source and what is made from it.

    Attributes:
        source: Path of the percent source.
        executed: Path of the notebook that is executed: the chapter, or the solutions.
        exercise: Path of the exercise notebook, or None for a chapter.
    """

    def __init__(self, source, root=ROOT):
        self.source, self.root = source, root
        self.name = source.relative_to(root / "notebooks" / "src").with_suffix("").as_posix()
        is_exercise = source.parent.name == "exercises"
        self.executed = root / "notebooks" / ("solutions" if is_exercise else "") / f"{source.stem}.ipynb"
        self.exercise = root / "notebooks" / "exercises" / f"{source.stem}.ipynb" if is_exercise else None

    def faults(self):
        """Return what is out of step, as sentences; an empty list where all is well."""
        if not self.executed.is_file():
            return [f"{self.executed.relative_to(self.root)} is not built"]
        built, wanted = nbformat.read(self.executed, as_version=4), read_source(self.source)
        faults = []
        if built.metadata.get("tryon_utils", {}).get("digest") != digest(self.source, self.root):
            faults.append(f"{self.executed.relative_to(self.root)} is older than its source or the code that it uses")
        if _written(built) != _written(wanted):
            faults.append(f"{self.executed.relative_to(self.root)} was edited: its cells differ from its source")
        if self.exercise:
            exercise = nbformat.read(self.exercise, as_version=4) if self.exercise.is_file() else None
            if exercise != blank_solutions(wanted):
                faults.append(f"{self.exercise.relative_to(self.root)} is not what its solutions give")
        return faults

    def build(self):
        """Execute and write the notebooks of this source."""
        try:
            notebook = read_source(self.source)
            exercise = blank_solutions(notebook) if self.exercise else None
        except BuildError as error:
            raise BuildError(f"{self.name}: {error}") from None
        used = digest(self.source, self.root)
        self.executed.parent.mkdir(parents=True, exist_ok=True)
        execute(notebook, self.name, self.executed.parent)
        clean(notebook).metadata["tryon_utils"] = {"digest": used}
        _write(notebook, self.executed)
        if exercise:
            self.exercise.parent.mkdir(parents=True, exist_ok=True)
            _write(exercise, self.exercise)


def _written(notebook):
    """Return the parts of a notebook that come from its source."""
    return [(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


def _write(notebook, path):
    """Write a notebook whole or not at all."""
    draft = path.with_suffix(".draft")
    nbformat.write(notebook, draft)
    draft.replace(path)


def all_jobs(root=ROOT):
    """Return the jobs of all sources: chapters by number, each before its exercises."""
    sources = root / "notebooks" / "src"
    return [Job(path, root) for path in
            sorted([*sources.glob("*.py"), *sources.glob("exercises/*.py")], key=lambda path: (path.stem, len(path.parts)))]


def strays(root=ROOT):
    """Return the notebooks that no source makes, as sentences."""
    made = {path for job in all_jobs(root) for path in (job.executed, job.exercise)}
    there = [*(root / "notebooks").glob("*.ipynb"), *(root / "notebooks").glob("[!.]*/*.ipynb")]  # JupyterLab keeps its own in .ipynb_checkpoints
    return [f"{path.relative_to(root)} has no source in notebooks/src" for path in sorted(there) if path not in made]


def check(root=ROOT):
    """Return everything that is out of step between sources and notebooks, as sentences."""
    return [fault for job in all_jobs(root) for fault in job.faults()] + strays(root)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Build and execute the course's notebooks from their sources.")
    parser.add_argument("chapters", nargs="*", help="numbers or beginnings of names, such as 01; all where none is given")
    parser.add_argument("--check", action="store_true", help="build nothing, fail where anything is out of step")
    parser.add_argument("--force", action="store_true", help="build also what is up to date")
    options = parser.parse_args(arguments)
    if options.check:
        faults = check()
        print("\n".join(faults + ["Run `make notebooks`."]) if faults else "Sources and notebooks are in step.")
        return 1 if faults else 0
    jobs = [job for job in all_jobs() if not options.chapters or job.source.stem.startswith(tuple(options.chapters))]
    if not jobs:
        known = ", ".join(sorted({job.source.stem for job in all_jobs()}))
        print(f"No source begins with {' or '.join(options.chapters)}. There are: {known}.", file=sys.stderr)
        return 2
    for job in jobs:
        if not options.force and not job.faults():
            print(f"{job.name}: up to date")
            continue
        started = time.monotonic()
        print(f"{job.name}: running ...", flush=True)
        try:
            job.build()
        except BuildError as error:
            print(f"\nThe build stopped.\n{error}", file=sys.stderr)
            return 1
        print(f"{job.name}: built in {time.monotonic() - started:.0f} s, {job.executed.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
