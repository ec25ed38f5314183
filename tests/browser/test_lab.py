"""Chapter 01 works for a learner: opened in a real JupyterLab, run, and a widget turned."""

import lab
import nbformat
import pytest

pytestmark = pytest.mark.browser


def test_a_widget_of_the_first_chapter_turns(browser, results, tmp_path):
    chapter = lab.chapter("01")
    before = chapter.read_bytes()
    with lab.serving(chapter, tmp_path) as address, browser.new_context(viewport={"width": 1400, "height": 900}) as context:
        window = lab.Window(context, address)
        window.run_all()
        explorer = window.explorer(slider="distance")
        first = explorer.picture_bytes()
        explorer.press("ArrowRight")
        assert explorer.readout.inner_text() == "3.25"
        explorer.press("ArrowLeft")
        assert explorer.readout.inner_text() == "3.00"
        assert explorer.picture_bytes() == first, "the same place of the slider gives another picture"
        explorer.press("End")
        explorer.show()
        window.page.screenshot(path=results / "lab.png")
    assert chapter.read_bytes() == before, "the committed notebook was changed"


def test_a_dead_widget_and_a_failing_cell_are_caught(browser, tmp_path):
    """The test above could not fail otherwise."""
    cells = ["import matplotlib.pyplot as plt\nfrom tryon_utils import widgets",
             "widgets.explore(lambda distance: plt.figure(figsize=(2, 2)), distance=widgets.slider(0.0, 1.0, 0.5))",
             "1 / 0"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
                                        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    broken, folder = tmp_path / "broken.ipynb", tmp_path / "server"
    nbformat.write(notebook, broken)
    folder.mkdir()
    with lab.serving(broken, folder) as address, browser.new_context() as context:
        window = lab.Window(context, address)
        with pytest.raises(lab.LabError, match="A cell failed:(?s:.*)ZeroDivisionError"):
            window.run_all()
        with pytest.raises(lab.LabError, match="ArrowRight on the slider 'distance' didn't change the picture"):
            window.explorer("distance").press("ArrowRight", seconds=2)


def test_a_server_that_does_not_start_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(lab.sys, "executable", "false")
    with pytest.raises(lab.LabError, match="ended at once, with status 1"), lab.serving(lab.chapter("01"), tmp_path):
        pass
