"""What a chapter takes and keeps: run in fresh kernels for several seeds, with its time, its peak memory and the values at its gates.

A chapter says its seed in a line of its own, `seed = 0` or `seeds = range(5)`; run k moves it by k, or by k times as many. A chapter
without such a line is run as often where it has a gate, on time say, and otherwise once. The gates leave their values in
`tryon_utils.gates.measured`; a gate that is missed is noted, and the chapter goes on. Cells that train are tagged `training`.
"""

import ast
import copy
import json
import re
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from measuring import store

NOTEBOOKS = store.ROOT / "notebooks"
PAGES = ("the_people_in_this_course",)  # notebooks that are no chapters, but are run by learners, too
CELL_TIMEOUT = 600  # seconds
SEED = re.compile(r"^seed = (\d+)(?=\s*(?:#|$))", re.MULTILINE)
SEEDS = re.compile(r"^seeds = range\((\d+)\)", re.MULTILINE)
REPORT = """
import json as _json, pathlib as _pathlib, sys as _sys
from tryon_utils import gates as _gates


def _peak_kilobytes():
    status = _pathlib.Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if _sys.platform == "darwin" else 1)


print(_json.dumps({"gates": _gates.measured, "megabytes": round(_peak_kilobytes() / 1024)}))
"""


def names():
    """Return the names of all notebooks that are measured, in order."""
    return sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb")) + [name for name in PAGES if (NOTEBOOKS / f"{name}.ipynb").is_file()]


def with_seed(code, run):
    """Return code in which the line that sets the seed, or the seeds, is moved on for run 0, 1, 2 and so on."""
    code = SEED.sub(lambda found: f"seed = {int(found.group(1)) + run}", code)
    return SEEDS.sub(lambda found: f"seeds = range({run * int(found.group(1))}, {(run + 1) * int(found.group(1))})", code)


def varies(notebook):
    return any(SEED.search(cell.source) or SEEDS.search(cell.source) or "gate(" in cell.source for cell in notebook.cells if cell.cell_type == "code")


class _Timer(NotebookClient):
    """Runs a notebook and keeps the seconds of each cell."""

    def __init__(self, notebook, folder):
        super().__init__(notebook, timeout=CELL_TIMEOUT, kernel_name="python3", allow_error_names=["GateMissed"], record_timing=False,
                         resources={"metadata": {"path": str(folder)}})
        self.seconds, self.began = {}, {}
        self.on_cell_execute = lambda cell, cell_index: self.began.update({cell_index: time.monotonic()})
        self.on_cell_executed = lambda cell, cell_index, execute_reply: self.seconds.update({cell_index: time.monotonic() - self.began[cell_index]})


def run_once(notebook, run=0, folder=NOTEBOOKS):
    """Run a notebook in a fresh kernel and return its figures; where a cell fails for another reason than a gate, say which and why.

    Returns:
        Dictionary: "seconds" from the start of the kernel to the last cell, "training_seconds" of the cells tagged `training`,
        "megabytes" at the kernel's peak, and "gates" as `tryon_utils.gates.measured` has them; or only "error".
    """
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source, cell.outputs, cell.execution_count = with_seed(cell.source, run), [], None
    timed = len(notebook.cells)
    notebook.cells.append(nbformat.v4.new_code_cell(REPORT))
    client = _Timer(notebook, folder)
    started = time.monotonic()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        failed = max(client.began, default=0)
        return {"error": f"cell {failed}: {getattr(error, 'ename', type(error).__name__)}: {getattr(error, 'evalue', error)}"[:300]}
    seconds = time.monotonic() - started
    report = json.loads("".join(output.text for output in notebook.cells[-1].outputs if output.get("name") == "stdout"))
    training = sum(client.seconds.get(number, 0) for number, cell in enumerate(notebook.cells[:timed]) if "training" in cell.metadata.get("tags", []))
    return {"seconds": round(seconds, 1), "training_seconds": round(training, 1), **report}


def measure(name, runs=5, say=print):
    """Return the figures of one chapter: what each run took, and for each gate the values of all runs."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    found = []
    for run in range(runs if varies(notebook) else 1):
        found.append(run_once(notebook, run))
        say(f"  {name}, run {run}: " + (found[-1].get("error") or "{seconds:.0f} s, {training_seconds:.0f} s of it training, {megabytes} MB".format(**found[-1])), flush=True)
    whole = [one for one in found if "error" not in one]
    title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
    return {"title": title, "machine": store.machine(), "runs": len(found), "errors": [one["error"] for one in found if "error" in one],
            **{key: [one[key] for one in whole] for key in ("seconds", "training_seconds", "megabytes")}, "gates": merged([one["gates"] for one in whole])}


def merged(runs):
    """Return the gates of several runs as one: the same limits, the values of all."""
    gates = {}
    for run in runs:
        for name, gate in run.items():
            known = gates.setdefault(name, gate | {"values": []})
            known["values"] += [float(f"{value:.4g}") for value in gate["values"]]
    return gates


def restated(figures):
    """Return the figures of all chapters with the limits that their gates state now: values are measured, a limit is only promised."""
    changed = copy.deepcopy(figures)
    for name, chapter in changed.items():
        path = NOTEBOOKS / f"{name}.ipynb"
        for gate, limits in gates_of(nbformat.read(path, as_version=4)).items() if path.is_file() else ():
            if gate in chapter["gates"]:
                chapter["gates"][gate]["at_least"], chapter["gates"][gate]["at_most"] = limits
    return changed


def gates_of(notebook):
    """Return the gates that the cells of a notebook state, by name: (at_least, at_most), read from the code without running it."""
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "gate(" in cell.source:
            for node in ast.walk(ast.parse(re.sub(r"^\s*[%!].*$", "pass", cell.source, flags=re.MULTILINE))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "gate":
                    limits = {keyword.arg: ast.literal_eval(keyword.value) for keyword in node.keywords}
                    found[ast.literal_eval(node.args[0])] = limits.get("at_least"), limits.get("at_most")
    return found
