"""The clinic game of chapter 04 is played in a real JupyterLab, on two patients that need no training."""

import time

import lab
import nbformat
import pytest

pytestmark = pytest.mark.browser

ADMIT = """import tryon_utils
import matplotlib.pyplot as plt
from tryon_utils import clinic, diagnose
from tryon_utils.clinic.game import Game
from tryon_utils.plotting import clinic as clinic_plots
plt.style.use("tryon_utils.course")
patients = {}
for name in ("the shared memory", "the wrong size"):
    case = clinic.CASES[name]
    trained = case.train(frames=2)
    patients[name] = case, trained, case.checkup(trained.gan, steps=1, batch_size=16)"""


def the_game():
    """Return the source of the chapter's own cell that makes the game, on the patients above."""
    chapter = nbformat.read(min(lab.NOTEBOOKS.glob("04_*.ipynb")), as_version=4)
    cell = next(cell.source for cell in chapter.cells if cell.cell_type == "code" and "game = Game(" in cell.source)
    return "from tryon_utils import widgets\nfrom tryon_utils.diagnose import instruments\nadmit = patients.get\n" + cell.replace("for name in clinic.CASES", "for name in patients")


def test_the_game_can_be_played(browser, results, tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (ADMIT, the_game())],
                                        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    path, folder = tmp_path / "game.ipynb", tmp_path / "server"
    nbformat.write(notebook, path)
    folder.mkdir()
    with lab.serving(path, folder) as address, browser.new_context(viewport={"width": 1300, "height": 1000}) as context:
        window = lab.Window(context, address)
        window.page.keyboard.press("Control+b")  # the list of files goes
        window.run_all()
        box = window.page.locator(".widget-vbox", has=window.page.locator("img.widget-image")).first
        picture = box.locator("img.widget-image")

        def press(label):
            """Press a button, and wait for another picture and for the end of the work."""
            before, button = picture.evaluate(lab.PICTURE_BYTES), box.get_by_role("button", name=label)
            button.click()
            deadline = time.monotonic() + lab.TURN_SECONDS
            while picture.evaluate(lab.PICTURE_BYTES) == before or button.is_disabled() or "At work" in box.inner_text():
                assert time.monotonic() < deadline, f"{label!r} didn't change the picture"
                time.sleep(0.1)
            box.scroll_into_view_if_needed()

        box.locator("select").nth(0).select_option("updates")
        press("Order the instrument")
        window.page.screenshot(path=results / "clinic_game_ordered.png")
        box.locator("select").nth(1).select_option("One optimizer serves both networks.")
        press("Make the diagnosis")
        window.page.screenshot(path=results / "clinic_game_diagnosed.png")
        press("Next patient")
        window.page.screenshot(path=results / "clinic_game_next.png")
        assert box.get_by_role("button", name="Next patient").is_enabled()
