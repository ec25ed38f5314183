"""The notebook builder: executes, cleans, blanks solutions, notices changes, and says what failed where."""

import base64
import configparser
import io
import pathlib
import re

import build_notebooks
import nbformat
import numpy as np
import PIL.Image
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_notebook, new_output

SOURCE = '''# %% [markdown]
# # A title

# %%
from tryon_utils import numbers

# %% tags=["nbval-check-output"] alt="One point in the middle of an empty square"
print(numbers.SEVEN)
'''
EXERCISE = '''# %%
def double(x):
    """Return 2x."""
    # solution
    twice = 2 * x
    return twice
    # end of solution

# %%
answer = double(3)  # solution
answer
'''


@pytest.fixture
def root(tmp_path):
    """A course of one chapter with exercises, and a package of two modules of which it uses one."""
    (tmp_path / "tryon_utils").mkdir()
    (tmp_path / "tryon_utils" / "__init__.py").touch()
    (tmp_path / "tryon_utils" / "numbers.py").write_text("from tryon_utils import deeper\nSEVEN = 7\n")
    (tmp_path / "tryon_utils" / "deeper.py").write_text("")
    (tmp_path / "tryon_utils" / "other.py").write_text("")
    sources = tmp_path / "notebooks" / "src"
    (sources / "exercises").mkdir(parents=True)
    # the kernel imports the course's own tryon_utils; this chapter needs none of it to run
    (sources / "01_count.py").write_text(SOURCE.replace("from tryon_utils import numbers", "import types\nnumbers = types.SimpleNamespace(SEVEN=7)"))
    (sources / "exercises" / "01_count.py").write_text(EXERCISE)
    return tmp_path


def jobs(root):
    return {job.name: job for job in build_notebooks.all_jobs(root)}


def test_a_course_is_built_and_then_in_step(root):
    assert len(build_notebooks.check(root)) == 2
    for job in jobs(root).values():
        job.build()
    assert build_notebooks.check(root) == []
    chapter = nbformat.read(root / "notebooks" / "01_count.ipynb", as_version=4)
    assert [cell.get("execution_count") for cell in chapter.cells] == [None, 1, 2]
    assert chapter.cells[2].outputs[0].text == "7\n"
    assert chapter.cells[2].metadata.mystnb.image.alt.startswith("One point")
    assert "execution" not in chapter.cells[1].metadata


def test_building_again_changes_nothing(root):
    job = jobs(root)["01_count"]
    job.build()
    once = job.executed.read_bytes()
    job.build()
    assert job.executed.read_bytes() == once


def test_exercises_are_made_from_solutions(root):
    jobs(root)["exercises/01_count"].build()
    exercise = nbformat.read(root / "notebooks" / "exercises" / "01_count.ipynb", as_version=4)
    assert exercise.cells[0].source == 'def double(x):\n    """Return 2x."""\n    ...  # your turn'
    assert exercise.cells[1].source == "answer = ...  # your turn\nanswer"
    assert all(cell.outputs == [] and cell.execution_count is None for cell in exercise.cells)
    solution = nbformat.read(root / "notebooks" / "solutions" / "01_count.ipynb", as_version=4)
    assert solution.cells[1].outputs[0].data["text/plain"] == "6"


def png(pixels):
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


DOT = png(np.zeros((1, 1, 3), "uint8"))


def shown(encoded):
    return np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")).astype(int)


def test_a_diagram_is_kept_in_fewer_colours_that_look_the_same():
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot(np.sin(np.arange(100)))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    diagram = np.asarray(canvas.buffer_rgba())[..., :3]
    kind, small = build_notebooks.smaller_picture(png(diagram))
    assert kind == "image/png" and len(small) < 0.75 * len(png(diagram))
    assert np.percentile(np.abs(shown(small) - diagram), 99.9) <= build_notebooks.SEEN_DIFFERENCE


def test_a_picture_of_many_colours_is_kept_as_jpeg():
    x, y = np.meshgrid(np.linspace(0, 1, 200), np.linspace(0, 1, 200))
    picture = np.rint(255 * np.stack([x, y, (np.sin(20 * x * y) + 1) / 2], axis=-1)).astype("uint8")
    kind, small = build_notebooks.smaller_picture(png(picture))
    assert kind == "image/jpeg" and len(small) < len(png(picture))
    assert np.abs(shown(small) - picture).mean() < 3


def test_jupyterlabs_own_copies_are_no_strays(root):
    for job in jobs(root).values():
        job.build()
    (root / "notebooks" / ".ipynb_checkpoints").mkdir()
    (root / "notebooks" / ".ipynb_checkpoints" / "01_count-checkpoint.ipynb").write_text("{}")
    assert build_notebooks.check(root) == []


@pytest.mark.parametrize("source, words", [
    ("# solution\nx = 1", "lacks its"),
    ("# end of solution", "without a"),
    ("# solution\n# solution\n# end of solution", "inside another"),
    ("print(1)  # solution", "no assignment"),
])
def test_marks_that_do_not_pair_are_refused(root, source, words):
    (root / "notebooks" / "src" / "exercises" / "01_count.py").write_text("# %%\n" + source)
    with pytest.raises(build_notebooks.BuildError, match=words):
        jobs(root)["exercises/01_count"].build()


@pytest.mark.parametrize("change", [
    lambda root: (root / "notebooks" / "src" / "01_count.py").write_text(SOURCE + "# more\n"),
    lambda root: (root / "notebooks" / "01_count.ipynb").write_text(
        (root / "notebooks" / "01_count.ipynb").read_text().replace("A title", "Another")),
    lambda root: (root / "notebooks" / "exercises" / "01_count.ipynb").write_text(
        (root / "notebooks" / "exercises" / "01_count.ipynb").read_text().replace("your turn", "return 2 * x")),
    lambda root: (root / "notebooks" / "01_count.ipynb").unlink(),
    lambda root: (root / "notebooks" / "src" / "01_count.py").unlink(),
    lambda root: (root / "notebooks" / "solutions" / "07_stray.ipynb").write_text("{}"),
], ids=["source edited", "notebook edited", "exercise edited", "notebook gone", "source gone", "stray notebook"])
def test_what_is_out_of_step_is_noticed(root, change):
    for job in jobs(root).values():
        job.build()
    change(root)
    assert len(build_notebooks.check(root)) >= 1


@pytest.mark.parametrize("module, expected", [("numbers", True), ("deeper", True), ("other", False), ("__init__", True)])
def test_the_hash_follows_the_code_that_a_chapter_uses(root, module, expected):
    source = root / "notebooks" / "src" / "01_count.py"
    source.write_text(SOURCE)
    before = build_notebooks.digest(source, root)
    (root / "tryon_utils" / f"{module}.py").write_text("# changed\nfrom tryon_utils import deeper\n")
    assert (build_notebooks.digest(source, root) != before) == expected


@pytest.mark.parametrize("code, words", [
    ("1 / 0", "ZeroDivisionError"),
    ("import os\nos._exit(3)", "[Kk]ernel died"),
])
def test_a_failing_cell_stops_the_build_with_chapter_cell_and_error(root, code, words):
    (root / "notebooks" / "src" / "01_count.py").write_text("# %%\nfine = 1\n\n# %%\n" + code)
    with pytest.raises(build_notebooks.BuildError, match=words) as caught:
        jobs(root)["01_count"].build()
    assert "01_count, cell 1:" in str(caught.value) and code.splitlines()[-1] in str(caught.value)
    assert not (root / "notebooks" / "01_count.ipynb").exists()


def test_noise_is_cleaned_away():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}
    notebook = new_notebook(metadata={"widgets": {}}, cells=[new_code_cell("x", outputs=[
        new_output("stream", text="1/3\r2/3"), new_output("stream", text="\r3/3\n"),
        new_output("display_data", data=view | {"image/png": DOT, "text/plain": "<Figure at 0x7f>"}),
        new_output("display_data", data=view | {"text/plain": "Slider()"}),
        new_output("stream", text="")])])
    build_notebooks.clean(notebook)
    stream, picture = notebook.cells[0].outputs
    assert "widgets" not in notebook.metadata
    assert "".join(stream.text) == "3/3\n"
    assert picture.data == {"image/png": build_notebooks.smaller_picture(DOT)[1], "text/plain": "<picture>"}


def test_nbval_takes_a_figure_for_the_picture_that_is_kept():
    rules = configparser.ConfigParser(interpolation=None)
    rules.read(pathlib.Path(__file__).parent / "nbval.cfg")
    assert re.sub(rules["pictures"]["regex"], rules["pictures"]["replace"], repr(Figure(figsize=(7.2, 1.85)))) == "<picture>"


def test_an_unknown_chapter_is_answered_with_the_known_ones(capsys):
    assert build_notebooks.main(["77"]) == 2
    assert "There are: " in capsys.readouterr().err
