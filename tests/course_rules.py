"""The rules that every chapter and the package keep, as functions that return complaints: an empty list where all is well.

`test_course.py` runs them over the course, `test_course_rules.py` over broken examples: a rule that can't fail is no rule.
"""

import ast
import re
import statistics
import tomllib

MOST_BYTES = 700_000
MOST_LINES = 400
MOST_TRAINING_SECONDS = 120
CHECKED, IGNORED = "nbval-check-output", "nbval-ignore-output"
OPENING = ("**What you'll do**", "**What you'll learn**", "**What you need**", "**Time**")
CLOSING = ("## What we have now", "## Next", "## Further reading")
TIME = re.compile(r"\*\*Time\*\*:? about (\d+) minutes of reading, (\d+) seconds of training on two CPU cores")
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|Users|tmp|mnt|opt|var|usr|work)/\w|[A-Z]:\\Users", re.IGNORECASE)
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


# ---- One notebook --------------------------------------------------------------------------------------------------

def code_cells(notebook):
    """Return (number, cell) of every code cell that is not empty."""
    return [(number, cell) for number, cell in enumerate(notebook.cells)
            if cell.cell_type == "code" and cell.source.strip()]


def tags(cell):
    return cell.metadata.get("tags", [])


def texts(cell):
    """Return what the cell printed or showed as text; the label beside a picture is none."""
    found = [output.text for output in cell.outputs if output.output_type == "stream"]
    for output in cell.outputs:
        data = output.get("data", {})
        if "text/plain" in data and not any(kind.startswith("image/") for kind in data):
            found.append(data["text/plain"])
    return found


def pictures(cell):
    return [output for output in cell.outputs if any(kind.startswith("image/") for kind in output.get("data", {}))]


def not_executed(notebook):
    """Every code cell was run, in order, and every checked cell shows what nbval compares."""
    complaints, last = [], 0
    for number, cell in code_cells(notebook):
        if cell.execution_count is None:
            complaints.append(f"cell {number} has no execution count: nbval would skip it")
        elif cell.execution_count <= last:
            complaints.append(f"cell {number} was run out of order")
        last = cell.execution_count or last
        if CHECKED in tags(cell) and not texts(cell):
            complaints.append(f"cell {number} is checked, but shows no text that could differ")
    return complaints


def untagged_text(notebook):
    """Text is either compared by nbval or said to be left alone; memory addresses never stand in it."""
    complaints = []
    for number, cell in code_cells(notebook):
        if texts(cell) and not {CHECKED, IGNORED} & set(tags(cell)):
            complaints.append(f"cell {number} shows text: tag it {CHECKED} or {IGNORED}")
        if any(ADDRESS.search(text) for text in texts(cell)):
            complaints.append(f"cell {number} shows a memory address")
    return complaints


def error_output(notebook):
    """No cell leaves an error or a line on standard error."""
    return [f"cell {number} leaves {'an error' if output.output_type == 'error' else 'a line on standard error'}"
            for number, cell in code_cells(notebook) for output in cell.outputs
            if output.output_type == "error" or output.get("name") == "stderr"]


def machine_paths(notebook):
    """No absolute path of somebody's machine, in sources or outputs."""
    return [f"cell {number} names a path of one machine: {match.group(0)}"
            for number, cell in enumerate(notebook.cells)
            for text in [cell.source, *(texts(cell) if cell.cell_type == "code" else [])]
            if (match := MACHINE_PATH.search(text))]


def missing_alts(notebook):
    """Every picture says in words what it shows."""
    return [f"cell {number} leaves a picture without an alt text of at least 30 characters"
            for number, cell in code_cells(notebook)
            if pictures(cell) and len(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")) < 30]


def live_widgets(notebook):
    """No widget view is left: it would show an error where no kernel runs."""
    return [f"cell {number} leaves a widget view" for number, cell in code_cells(notebook) for output in cell.outputs
            if "application/vnd.jupyter.widget-view+json" in output.get("data", {})]


def opening_and_closing(notebook):
    """The first cell says what, why, what for and how long; the last says what we have and where to go."""
    complaints = []
    first, last = notebook.cells[0], notebook.cells[-1]
    if first.cell_type != "markdown" or not first.source.startswith("# "):
        complaints.append("the first cell is no title")
    if last.cell_type != "markdown":
        complaints.append("the last cell is no text")
    complaints += [f"the first cell lacks {label}" for label in OPENING if label not in first.source]
    complaints += [f"the last cell lacks {label}" for label in CLOSING if label not in last.source]
    time = TIME.search(first.source)
    if not time:
        complaints.append("the first cell's Time does not read 'about N minutes of reading, M seconds of training on two CPU cores'")
    elif int(time.group(2)) > MOST_TRAINING_SECONDS:
        complaints.append(f"it trains for {time.group(2)} seconds; at most {MOST_TRAINING_SECONDS} are allowed")
    return complaints


def cadence(notebook):
    """Short cells, at least two pictures and a widget."""
    complaints = []
    lines = {number: len(cell.source.strip().splitlines()) for number, cell in code_cells(notebook)}
    if lines and statistics.median(lines.values()) >= 10:
        complaints.append(f"the median code cell has {statistics.median(lines.values()):g} lines; under 10 are wanted")
    complaints += [f"cell {number} has {count} lines; at most 40 are allowed" for number, count in lines.items() if count > 40]
    shown = sum(len(pictures(cell)) for _, cell in code_cells(notebook))
    if shown < 2:
        complaints.append(f"it shows {shown} pictures; at least two are wanted")
    if not any("widgets." in cell.source for _, cell in code_cells(notebook)):
        complaints.append("it has no widget")
    return complaints


def exercises(notebook):
    """At least three exercises, each with a checker's verdict."""
    verdicts = sum(bool(re.search(r"^check\.\w+\(", cell.source, re.MULTILINE)) for _, cell in code_cells(notebook))
    return [] if verdicts >= 3 else [f"it has {verdicts} cells that begin a line with `check.`; at least three are wanted"]


def broken_links(notebook, folder):
    """Every relative link leads to a file that is there."""
    targets = [(number, target) for number, cell in enumerate(notebook.cells) if cell.cell_type == "markdown"
               for target in re.findall(r"\]\(([^)#\s]+)", cell.source)]
    return [f"cell {number} links to {target}, which is not there" for number, target in targets
            if "://" not in target and not (folder / target).exists()]


def too_large(path):
    """A notebook can be opened on a slow line."""
    size = path.stat().st_size
    return [f"it has {size:,} bytes; at most {MOST_BYTES:,} are allowed"] if size > MOST_BYTES else []


# ---- Twins ---------------------------------------------------------------------------------------------------------

def definitions(code):
    """Return functions and classes at the top of Python code by name, as text without docstrings."""
    found = {}
    for node in ast.parse(code).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for inner in ast.walk(node):
                body = getattr(inner, "body", None)
                if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and isinstance(body[0], ast.Expr) and \
                        isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
                    inner.body = body[1:] or [ast.Pass()]
            found[node.name] = ast.unparse(node)
    return found


def different_twins(notebook, root):
    """What a cell tagged `twin:module` defines stands in that module, letter for letter but for docstrings."""
    complaints = []
    for number, cell in code_cells(notebook):
        for module in (tag.removeprefix("twin:") for tag in tags(cell) if tag.startswith("twin:")):
            path = root.joinpath(*module.split(".")).with_suffix(".py")
            shown = definitions(cell.source)
            kept = definitions(path.read_text(encoding="utf-8")) if path.is_file() else {}
            if not shown:
                complaints.append(f"cell {number} is tagged as twin of {module}, but defines nothing")
            complaints += [f"cell {number}: {name} differs from the one in {module}"
                           for name, text in shown.items() if kept.get(name) != text]
    return complaints


# ---- The package ---------------------------------------------------------------------------------------------------

def import_table(contributing):
    """Return the import table of CONTRIBUTING.md: for each room what it may import of ours and of restricted libraries."""
    section = contributing.split("## Which module may import which", 1)[-1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `([\w/*]+)` \|([^|\n]*)\|([^|\n]*)\|$", section, re.MULTILINE)
    return {room: (set(re.findall(r"`([\w/*]+)`", ours)), set(re.findall(r"`(\w+)`", libraries)))
            for room, ours, libraries in rows}


def room_of(module, table):
    """Return the row of the table that a module such as `models.toy` falls under, or None."""
    path = module.replace(".", "/")
    return next((room for room in (path, path.split("/")[0] + "/*") if room in table), None)


def wrong_imports(root, table):
    """Imports run one way, and matplotlib, ipywidgets and TensorFlow stay in the rooms that the table gives them."""
    complaints, package = [], root / "tryon_utils"
    restricted = set().union(*(libraries for _, libraries in table.values())) if table else set()
    for path in sorted(package.rglob("*.py")):
        module = ".".join(path.relative_to(package).with_suffix("").parts).removesuffix("__init__").removesuffix(".")
        if not module or path.name == "__init__.py":
            continue
        room = room_of(module, table)
        if room is None:
            complaints.append(f"{module} stands in no row of the import table")
            continue
        allowed, libraries = table[room]
        for name in imports(path.read_text(encoding="utf-8"), package):
            library = name.split(".")[0]
            if library in restricted and library not in libraries:
                complaints.append(f"{module} imports {library}, which its room may not")
            elif library == "tryon_utils" and "." in name:
                other = room_of(name.split(".", 1)[1], table)
                if other != room and other not in allowed or other == room and room.startswith("models"):
                    complaints.append(f"{module} imports {name}, which its room may not")
    return complaints


def imports(code, package):
    """Return the modules that code imports, ours to the level of files, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                found.add("tryon_utils.relative_import")  # stands in no row: say the whole name
            for alias in node.names:
                stem = (package.parent / (node.module or "").replace(".", "/") / alias.name)
                is_module = stem.with_suffix(".py").is_file() or stem.is_dir()
                found.add(f"{node.module}.{alias.name}" if is_module else node.module or "")
    return sorted(found)


def too_long(root):
    """A file of the package fits in a head."""
    return [f"{path.relative_to(root)} has {count} lines; at most {MOST_LINES} are allowed"
            for path in sorted((root / "tryon_utils").rglob("*.py"))
            if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES]


# ---- The files around it -------------------------------------------------------------------------------------------

def disagreements(requirements, lock, environment, pyproject):
    """The four files that describe the environment say the same, and none names an address. All are texts."""
    complaints = []
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE))
    for name, version in re.findall(r"^([\w.-]+)==([\w.*]+)", requirements, re.MULTILINE):
        found = re.findall(rf"^{re.escape(name)}==([\w.]+)", lock, re.MULTILINE)
        if not any(re.fullmatch(re.escape(version).replace(r"\*", r".*"), pin) for pin in found):
            complaints.append(f"requirements.in wants {name} {version}, the lock has {', '.join(found) or 'none'}")
    for name in pins:
        entry = re.search(rf"^{re.escape(name)}==(?:[^\n]*\\\n)*[^\n]*", lock, re.MULTILINE).group(0)
        if "--hash=sha256:" not in entry:
            complaints.append(f"the lock gives no hash for {name}")
    if re.search(r"https?:|--index|--find-links", lock):
        complaints.append("the lock names an address")
    wanted = tomllib.loads(pyproject)["project"]["requires-python"]
    oldest, newest = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", wanted).groups()
    conda = re.search(r"- python=3\.(\d+)\n", environment)
    if not conda or not int(oldest) <= int(conda.group(1)) < int(newest):
        complaints.append(f"environment.yml does not ask for a Python that is {wanted}")
    if "- -r requirements.lock" not in environment:
        complaints.append("environment.yml does not install requirements.lock")
    return complaints


def stated_seconds(notebook, measured):
    """The seconds of training that a chapter states are about those that `make bench` measured: within a half, or five seconds."""
    stated = int(TIME.search(notebook.cells[0].source).group(2))
    seconds = statistics.median(measured)
    return [] if abs(stated - seconds) <= max(5, seconds / 2) else [
        f"it states {stated} seconds of training, and {seconds:.0f} were measured; change the opening, or run `make bench` for it"]
