"""Each rule of the course is tried on an example that breaks it, and on one that does not."""

import copy
import re

import course_rules
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

OPENING = """# Do a thing

**What you'll do** this. **What you'll learn** that. **What you need** nothing.

**Time**: about 5 minutes of reading, 10 seconds of training on two CPU cores"""
CLOSING = "## What we have now\n\nA thing.\n\n## Next\n\nMore.\n\n## Further reading\n\nA paper."
ALT = {"mystnb": {"image": {"alt": "A blue line that rises from zero to one"}}}


def picture():
    return new_output("display_data", data={"image/png": "AAAA", "text/plain": "<picture>"})


def good_notebook():
    return new_notebook(cells=[
        new_markdown_cell(OPENING),
        new_code_cell("print(1)", execution_count=1, metadata={"tags": ["nbval-check-output"]},
                      outputs=[new_output("stream", name="stdout", text="1\n")]),
        new_code_cell("draw()", execution_count=2, metadata=ALT, outputs=[picture()]),
        new_code_cell("widgets.explore(draw)", execution_count=3, metadata=ALT, outputs=[picture()]),
        new_markdown_cell(CLOSING),
    ])


def with_cell(change):
    """Return the good notebook after `change` was called with its first code cell."""
    notebook = good_notebook()
    change(notebook.cells[1])
    return notebook


def set_to(**values):
    return lambda cell: [setattr(cell, name, value) for name, value in values.items()]


STDERR = new_output("stream", name="stderr", text="careful\n")
ERROR = new_output("error", ename="ValueError", evalue="no", traceback=[])
VIEW = new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {}, "image/png": "AAAA"})
BROKEN = [
    (course_rules.not_executed, set_to(execution_count=None), "no execution count"),
    (course_rules.not_executed, set_to(execution_count=9), "out of order"),
    (course_rules.not_executed, set_to(outputs=[]), "no text"),
    (course_rules.not_executed, set_to(outputs=[picture()]), "no text"),
    (course_rules.untagged_text, set_to(metadata={}), "tag it"),
    (course_rules.untagged_text, set_to(outputs=[new_output("stream", text="<object at 0x7f0011223344>")]), "address"),
    (course_rules.error_output, set_to(outputs=[ERROR]), "an error"),
    (course_rules.error_output, set_to(outputs=[STDERR]), "standard error"),
    (course_rules.machine_paths, set_to(source="open('" + "/" + "home/ann/a.png')"), "path of one machine"),
    (course_rules.machine_paths, set_to(outputs=[new_output("stream", text="in /" + "tmp/x")]), "path of one machine"),
    (course_rules.missing_alts, set_to(outputs=[picture()]), "alt text"),
    (course_rules.live_widgets, set_to(outputs=[VIEW]), "widget view"),
    (course_rules.cadence, set_to(source="x = 1\n" * 41), "41 lines"),
]


@pytest.mark.parametrize("rule, change, words", BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_a_rule_sees_what_breaks_it(rule, change, words):
    assert rule(good_notebook()) == []
    complaints = rule(with_cell(change))
    assert complaints and words in " ".join(complaints)


def test_pictures_and_widgets_are_counted():
    notebook = good_notebook()
    del notebook.cells[3]
    complaints = " ".join(course_rules.cadence(notebook))
    assert "1 pictures" in complaints and "no widget" in complaints
    notebook.cells[1:] = [new_code_cell("a = 1\n" * 12)]
    assert "median" in " ".join(course_rules.cadence(notebook))


@pytest.mark.parametrize("label", course_rules.OPENING + course_rules.CLOSING)
def test_every_label_of_the_opening_and_the_closing_is_wanted(label):
    notebook = good_notebook()
    assert course_rules.opening_and_closing(notebook) == []
    for cell in notebook.cells:
        cell.source = cell.source.replace(label, "")
    assert label in " ".join(course_rules.opening_and_closing(notebook))


def test_the_time_is_read_and_bounded():
    notebook = good_notebook()
    notebook.cells[0].source = OPENING.replace("10 seconds", "121 seconds")
    assert "121 seconds" in " ".join(course_rules.opening_and_closing(notebook))
    notebook.cells[0].source = OPENING.replace("about 5 minutes", "a while")
    assert "Time" in " ".join(course_rules.opening_and_closing(notebook))


def test_exercises_are_counted():
    notebook = new_notebook(cells=[new_code_cell("check.loss(loss)") for _ in range(3)])
    assert course_rules.exercises(notebook) == []
    assert course_rules.exercises(new_notebook(cells=notebook.cells[:2]))


def test_a_link_into_nothing_is_seen(tmp_path):
    (tmp_path / "there.ipynb").touch()
    notebook = new_notebook(cells=[new_markdown_cell("[a](there.ipynb) [b](https://example.org) [c](#here)")])
    assert course_rules.broken_links(notebook, tmp_path) == []
    notebook.cells[0].source += " [d](gone.ipynb)"
    assert "gone.ipynb" in course_rules.broken_links(notebook, tmp_path)[0]


def test_a_large_notebook_is_seen(tmp_path):
    path = tmp_path / "large.ipynb"
    path.write_bytes(b" " * course_rules.MOST_BYTES)
    assert course_rules.too_large(path) == []
    path.write_bytes(b" " * (course_rules.MOST_BYTES + 1))
    assert "700,001" in course_rules.too_large(path)[0]


MODULE = 'def loss(x):\n    """Long docstring."""\n    return x + 1\n\n\nclass Net:\n    """N."""\n\n    def call(self):\n        """C."""\n        return 2\n'


@pytest.fixture
def package(tmp_path):
    """A small package of the course's shape, with an import table that it keeps."""
    folder = tmp_path / "tryon_utils"
    (folder / "models").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "losses.py").write_text(MODULE)
    (folder / "plotting.py").write_text("import matplotlib.pyplot as plt\nfrom tryon_utils.losses import loss\n")
    (folder / "models" / "toy.py").write_text("from tryon_utils import losses\n")
    return tmp_path


TABLE = {"losses": (set(), set()), "plotting": ({"losses"}, {"matplotlib"}), "models/*": ({"losses"}, set())}


def twin(source):
    return new_notebook(cells=[new_code_cell(source, metadata={"tags": ["twin:tryon_utils.losses"]})])


@pytest.mark.parametrize("source, words", [
    (MODULE, None),
    (re.sub(r' *""".*"""\n', "", MODULE), None),
    ("def loss(x):\n    # a comment\n    return (x + 1)", None),
    ("def loss(x):\n    return x + 2", "loss differs"),
    ("class Net:\n    def call(self):\n        return 3", "Net differs"),
    ("def other(x):\n    return x", "other differs"),
    ("x = 1", "defines nothing"),
])
def test_twins_differ_in_docstrings_only(package, source, words):
    complaints = course_rules.different_twins(twin(source), package)
    assert (complaints == []) if words is None else (words in complaints[0])


def test_a_twin_of_no_module_is_seen(package):
    notebook = new_notebook(cells=[new_code_cell("def f(): pass", metadata={"tags": ["twin:tryon_utils.gone"]})])
    assert course_rules.different_twins(notebook, package)


@pytest.mark.parametrize("path, code, words", [
    ("losses.py", "import matplotlib", "losses imports matplotlib"),
    ("losses.py", "from tryon_utils import plotting", "losses imports tryon_utils.plotting"),
    ("losses.py", "def f():\n    from tryon_utils.plotting import draw", "losses imports tryon_utils.plotting"),
    ("losses.py", "from . import plotting", "relative_import"),
    ("models/dcgan.py", "from tryon_utils.models import toy", "models.dcgan imports tryon_utils.models.toy"),
    ("models/dcgan.py", "import tryon_utils.models.toy", "models.dcgan imports tryon_utils.models.toy"),
    ("extra.py", "", "extra stands in no row"),
])
def test_an_import_against_the_direction_is_seen(package, path, code, words):
    assert course_rules.wrong_imports(package, TABLE) == []
    (package / "tryon_utils" / path).write_text(code)
    assert any(words in complaint for complaint in course_rules.wrong_imports(package, TABLE))


def test_the_import_table_is_read_from_markdown():
    text = ("## Which module may import which\n\n| room | ours | libraries |\n|---|---|---|\n| `losses` | nothing | |\n"
            "| `models/*` | `losses`, `layers` | `tensorflow` |\n\n## Other\n\n| `no` | | |\n")
    assert course_rules.import_table(text) == {"losses": (set(), set()), "models/*": ({"losses", "layers"}, {"tensorflow"})}


def test_a_long_file_is_seen(package):
    assert course_rules.too_long(package) == []
    (package / "tryon_utils" / "losses.py").write_text("x = 1\n" * 401)
    assert "losses.py has 401 lines" in course_rules.too_long(package)[0].replace("\\", "/")


AGREED = {
    "requirements": "keras==3.1.0\nnumpy==2.4.*\n",
    "lock": "keras==3.1.0 \\\n    --hash=sha256:aa\nnumpy==2.4.6 \\\n    --hash=sha256:bb\n",
    "environment": "dependencies:\n  - python=3.12\n  - pip\n  - pip:\n      - -r requirements.lock\n",
    "pyproject": '[project]\nrequires-python = ">=3.11,<3.14"\n',
}


@pytest.mark.parametrize("file, old, new, words", [
    ("requirements", "3.1.0", "3.2.0", "keras 3.2.0"),
    ("requirements", "2.4.*", "2.5.*", "numpy 2.5.*"),
    ("lock", " \\\n    --hash=sha256:aa", "", "no hash for keras"),
    ("lock", "keras==", "--find-links https://example.org\nkeras==", "an address"),
    ("environment", "3.12", "3.14", "environment.yml"),
    ("environment", "-r requirements.lock", "keras", "requirements.lock"),
    ("pyproject", "<3.14", "<3.12", "environment.yml"),
])
def test_environment_files_that_disagree_are_seen(file, old, new, words):
    assert course_rules.disagreements(**AGREED) == []
    files = copy.copy(AGREED)
    files[file] = files[file].replace(old, new)
    assert words in " ".join(course_rules.disagreements(**files))


def test_stated_seconds_that_were_not_measured_are_seen():
    for measured, right in (([10.0], True), ([8.0, 14.0, 16.0], True), ([5.0], True), ([16.0], True), ([21.0], False), ([4.9], False)):
        assert (course_rules.stated_seconds(good_notebook(), measured) == []) == right, measured
