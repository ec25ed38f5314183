"""Take the README's picture: the first chapter, run in a real JupyterLab, with a widget turned.

    python tests/browser/take_pictures.py

It is driven as the tests drive it. The picture is reduced to 256 colours: a screen has few, and the file is a third of the size.
"""

import io
import pathlib
import tempfile

import chromium
import lab
from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = pathlib.Path(__file__).resolve().parents[2] / "book" / "_static" / "lab.png"
MOST_BYTES = 250_000


def photograph(browser, notebook, folder):
    """Return a picture of JupyterLab with the chapter's first widget as the bytes of a PNG file."""
    with lab.serving(notebook, folder) as address, \
            browser.new_context(viewport={"width": 1120, "height": 760}, device_scale_factor=1.5) as context:
        window = lab.Window(context, address)
        window.page.keyboard.press("Control+b")  # the list of files goes
        window.run_all()
        explorer = window.explorer("distance")
        explorer.press("ArrowLeft", times=4)
        explorer.show()
        window.page.mouse.move(5, 400)
        window.page.wait_for_timeout(1500)  # fonts, formulas and the last picture
        return window.page.screenshot()


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find_chromium(), args=list(chromium.FLAGS))
        taken = photograph(browser, lab.first_chapter(), pathlib.Path(folder))
        browser.close()
    picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(PICTURE, optimize=True)
    size = PICTURE.stat().st_size
    print(f"{PICTURE.name}: {picture.width} x {picture.height} pixels, {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"That is more than {MOST_BYTES / 1000:.0f} kB: choose a smaller window.")


if __name__ == "__main__":
    main()
