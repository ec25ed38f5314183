"""Take the README's pictures: the studio's wardrobe as `make studio` serves it, and chapter 01 in a real JupyterLab with a widget turned.

    python tests/browser/take_pictures.py            both
    python tests/browser/take_pictures.py studio     one of them: studio or lab

Both are driven as the tests drive them. A picture is reduced to 256 colours: a screen has few, and the file is a third of the size.
"""

import io
import pathlib
import sys
import tempfile

import chromium
import lab
import voila_server
from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "book" / "_static"
MOST_BYTES = 300_000
PATIENCE = 120_000  # ms


def photograph_lab(browser, folder):
    """Return a picture of JupyterLab with chapter 01's first widget as the bytes of a PNG file."""
    with lab.serving(lab.chapter("01"), folder) as address, \
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


def photograph_studio(browser, folder):
    """Return a picture of the studio's wardrobe with somebody half dressed as the bytes of a PNG file."""
    with voila_server.serving(folder) as address, browser.new_context(viewport={"width": 1240, "height": 800}, device_scale_factor=1.25) as context:
        page = context.new_page()
        page.goto(address, timeout=PATIENCE)
        room = page.locator(".fr").first
        room.locator(".fr-tile").first.wait_for(timeout=PATIENCE)
        room.get_by_role("button", name="Wardrobe", exact=True).click()
        tiles = room.locator(".fr-tiles:not(.fr-small) .fr-tile")
        tiles.nth(7).wait_for(timeout=PATIENCE)
        room.locator(".fr-small .fr-pick").nth(SOMEBODY).click()
        for place, stars in STARS.items():
            tiles.nth(place).locator(f'label[title="{stars} of 5 stars"]').click()
            page.wait_for_timeout(500)
        tiles.nth(CHOSEN).locator(".fr-pick").click()
        page.wait_for_timeout(2500)
        page.mouse.move(5, 5)
        page.wait_for_timeout(500)
        return room.screenshot()


SOMEBODY, CHOSEN, STARS = 1, 0, {0: 5, 2: 2, 5: 4}  # places on the page
PICTURES = {"studio": photograph_studio, "lab": photograph_lab}


def main(wanted):
    for name in wanted or PICTURES:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find_chromium(), args=list(chromium.FLAGS))
            taken = PICTURES[name](browser, pathlib.Path(folder))
            browser.close()
        path = FOLDER / f"{name}.png"
        picture = Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        picture.save(path, optimize=True)
        size = path.stat().st_size
        print(f"{path.name}: {picture.width} x {picture.height} pixels, {size / 1000:.0f} kB")
        if size > MOST_BYTES:
            raise SystemExit(f"That is more than {MOST_BYTES / 1000:.0f} kB: choose a smaller window.")


if __name__ == "__main__":
    main(sys.argv[1:])
