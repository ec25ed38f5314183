"""The studio for a visitor: in JupyterLab and under Voila, in a real Chromium, with uploads, a camera, stars, a killed kernel and a second visitor."""

import base64
import io
import json
import pathlib
import socket
import time
import urllib.error
import urllib.request
import uuid

import chromium
import lab
import nbformat
import numpy as np
import psutil
import pytest
import voila_server
from PIL import Image
from tryon_utils import cards, feedback

pytestmark = pytest.mark.browser

CELL = """import sys
sys.path.insert(0, {tests!r})
import tryon_utils
from tryon_utils.studio.shell import Studio
import studio_fakes
Studio(stylist=studio_fakes.TruthStylist(people=3), dresser=studio_fakes.TruthDresser(people=3, garments=12))"""
TESTS = pathlib.Path(__file__).resolve().parents[1]
PATIENCE = 60_000  # ms, on a busy machine


@pytest.fixture(scope="module")
def camera_browser(playwright):
    """A Chromium with a camera that shows a test picture."""
    flags = (*chromium.FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    launched = playwright.chromium.launch(executable_path=chromium.find_chromium(), args=list(flags))
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A notebook with all three doors; the models behind two of them are the renderer."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(tests=str(TESTS)))],
                                    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    path = tmp_path_factory.mktemp("studio") / "room.ipynb"
    nbformat.write(made, path)
    return path


def picture_file(kind="JPEG", size=(160, 200)):
    pixels = np.linspace(0, 255, 3 * size[0] * size[1]).reshape(size[1], size[0], 3).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format=kind)
    return file.getvalue()


class Visit:
    """A page with the studio on it, in the notebook or under Voila."""

    def __init__(self, page):
        self.page = page
        self.room = page.locator(".fr").first
        self.room.locator(".fr-tile").first.wait_for(timeout=2 * PATIENCE)

    def line(self):
        return self.room.locator(".fr-say").inner_text()

    def says(self, words):
        self.room.locator(".fr-say", has_text=words).wait_for(timeout=PATIENCE)

    def enter(self, door):
        self.room.get_by_role("button", name=door, exact=True).click()
        self.room.locator(".fr-doors .fr-here", has_text=door).wait_for(timeout=PATIENCE)
        self.room.locator(".fr-tiles:not(.fr-small) .fr-tile").nth(7).wait_for(timeout=PATIENCE)

    def tile(self, number):
        return self.room.locator(".fr-tiles:not(.fr-small) .fr-tile").nth(number)

    def press(self, name):
        self.room.get_by_role("button", name=name, exact=True).click()

    def star(self, number, value):
        """Give stars with the mouse, on a star that is drawn."""
        self.tile(number).locator(f'label[title="{value} of 5 stars"]').click()

    def star_by_keyboard(self, number, value):
        """Give stars with the space bar, on the radio button that screen readers speak of."""
        self.tile(number).get_by_role("radio", name=f"{value} of 5 stars").press("Space")

    def sources(self):
        return self.room.locator(".fr-tiles:not(.fr-small) .fr-pick img").evaluate_all("images => images.map(image => image.src)")

    def wait_for_change(self, read, before):
        deadline = time.monotonic() + PATIENCE / 1000
        while read() == before:
            assert time.monotonic() < deadline, "nothing changed"
            time.sleep(0.1)

    def card(self):
        link = self.room.locator(".fr-card a")
        link.wait_for(timeout=PATIENCE)
        assert link.get_attribute("download").endswith(".png")
        return base64.b64decode(link.get_attribute("href").partition(",")[2])

    def upload(self, data, name="me.jpg", place=0):
        self.room.locator("input[type=file]").nth(place).set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})


def tour(visit, results, name):
    """What one visitor does, from door to door."""
    # the atelier: choose a style, draw, give stars and a heart, be advised, walk, take a card
    visit.enter("Atelier")
    before = visit.sources()
    visit.room.get_by_label("Pattern").select_option("horizontal stripes")
    visit.wait_for_change(visit.sources, before)
    visit.star(0, 5)
    visit.says("5 of 5 stars")
    visit.tile(1).get_by_role("button", name="Keep as a favourite").click()
    visit.says("A favourite")
    visit.star_by_keyboard(2, 1)
    visit.says("1 of 5 stars")
    visit.room.locator(".fr-leaning b").wait_for(timeout=PATIENCE)
    before = visit.sources()
    visit.press("Choose for me")
    visit.wait_for_change(visit.sources, before)
    assert "For you" in visit.room.locator(".fr-heading h3").all_inner_texts()
    film = visit.room.locator(".fr-film img:visible").first
    first = film.get_attribute("src")
    visit.room.locator(".fr-film input:visible").first.press("ArrowRight")
    assert film.get_attribute("src") != first
    visit.press("Make a card")
    assert cards.read(visit.card()).model == "dcgan_garments"
    visit.page.screenshot(path=results / f"studio_{name}_atelier.png", full_page=True)
    # the mirror: a slider, a lesson, before and after by keyboard
    visit.enter("Mirror")
    after = visit.room.locator(".fr-compare:visible .fr-after")
    shown = after.get_attribute("src")
    slider = visit.room.get_by_role("slider", name="Lips", exact=True)
    for _ in range(6):
        slider.press("ArrowLeft")
    assert visit.room.locator(".fr-slide output").first.inner_text() == "70 %"
    visit.wait_for_change(lambda: after.get_attribute("src"), shown)
    shown = after.get_attribute("src")
    visit.room.get_by_label("Another colour: Lips").fill("#204080")
    visit.wait_for_change(lambda: after.get_attribute("src"), shown)
    visit.room.locator(".fr-compare:visible input").press("ArrowLeft")
    assert visit.room.locator(".fr-compare:visible").evaluate("box => box.style.getPropertyValue('--cut')") == "49%"
    visit.press("Teach me this look")
    visit.room.locator(".fr-film img:visible").first.wait_for(timeout=PATIENCE)
    visit.page.screenshot(path=results / f"studio_{name}_mirror.png", full_page=True)
    # the wardrobe: a film, uploads, good and bad
    visit.enter("Wardrobe")
    after = visit.room.locator(".fr-compare:visible .fr-after")
    shown = after.get_attribute("src")
    visit.press("Let them move")
    visit.room.locator(".fr-film img:visible").first.wait_for(timeout=PATIENCE)
    visit.upload(picture_file())
    visit.wait_for_change(lambda: after.get_attribute("src"), shown)
    shown = after.get_attribute("src")
    for data, words in ((b"MZ" + bytes(3000), "no picture"), (picture_file()[:400], "cut off"), (picture_file("PNG", (10, 10)), "at least 32"), (bytes(12_000_000), "12.0 million")):
        visit.upload(data, name="holiday.jpg")
        visit.says(words)
    assert after.get_attribute("src") == shown
    visit.page.screenshot(path=results / f"studio_{name}_wardrobe.png", full_page=True)


def kill_kernels(folder):
    """Kill the kernels whose settings lie in a folder, as a machine without memory would; return how many there were."""
    kernels = [process for process in psutil.process_iter(["cmdline"])
               if "ipykernel_launcher" in (said := process.info["cmdline"] or []) and any(str(folder) in part for part in said)]
    for process in kernels:
        process.kill()
    return len(kernels)


def test_a_visit_in_jupyterlab(camera_browser, results, notebook, tmp_path, monkeypatch):
    """The whole tour; then the kernel is killed, and the stars are still there in the next one; then they are deleted."""
    file = tmp_path / "feedback.sqlite3"
    monkeypatch.setenv(feedback.VARIABLE, str(file))
    folder = tmp_path / "server"
    folder.mkdir()
    with lab.serving(notebook, folder) as address, camera_browser.new_context(viewport={"width": 1280, "height": 1000}) as context:
        window = lab.Window(context, address)
        window.page.keyboard.press("Control+b")
        window.run_all()
        visit = Visit(window.page)
        tour(visit, results, "lab")
        # the camera shows a moving test picture
        visit.enter("Mirror")
        after = visit.room.locator(".fr-compare:visible .fr-after")
        shown = after.get_attribute("src")
        visit.room.locator(".tryon-camera:visible").get_by_role("checkbox").check()
        visit.room.locator(".tryon-camera:visible").get_by_role("button", name="Open the camera").click()
        take = visit.room.locator(".tryon-camera:visible").get_by_role("button", name="Take the picture")
        take.click(timeout=PATIENCE)
        visit.wait_for_change(lambda: after.get_attribute("src"), shown)
        assert not window.page.locator(lab.FAILED).all_inner_texts()
        kept = feedback.Feedback(file)
        assert len(kept.latest()) == 2 and len(kept.favourites()) == 1
        # the kernel is killed; the next one finds the favourite again
        assert kill_kernels(folder) == 1
        window.page.get_by_role("dialog").get_by_role("button", name="Ok").click()
        window._wait_until_idle(lab.START_SECONDS, "No new kernel started")
        window.run_all()
        visit = Visit(window.page)
        visit.enter("Atelier")
        visit.press("My favourites")
        visit.room.locator(".fr-tiles:not(.fr-small) .fr-heart[aria-pressed=true]").wait_for(timeout=PATIENCE)
        visit.press("Delete all my stars")
        visit.press("Yes, delete")
        visit.says("Deleted: 3 entries")
        assert kept.history() == []


def look_over(visit, theme):
    """Hold an open door to what all must keep: nothing sticks out, our colours, and a name for everything that is shown or can be used."""
    page = visit.page
    wide = page.evaluate("[...document.querySelectorAll('.fr *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.fr-small')).length")
    assert not wide, f"{wide} elements stick out on the right"
    assert page.evaluate("getComputedStyle(document.querySelector('.fr')).backgroundColor") == {"light": "rgb(251, 248, 243)", "dark": "rgb(27, 26, 25)"}[theme]
    unnamed = page.evaluate("""[...document.querySelectorAll('.fr button, .fr input, .fr select')].filter(one => one.offsetParent &&
      !(one.innerText?.trim() || one.getAttribute('aria-label') || one.title || one.labels?.length || one.getAttribute('aria-labelledby'))).map(one => one.outerHTML.slice(0, 120))""")
    assert not unnamed, unnamed
    assert not page.evaluate("[...document.querySelectorAll('.fr img')].filter(one => one.offsetParent && !one.alt).length")
    hidden = page.evaluate("""[...document.querySelectorAll('.fr-rate')].filter(one => one.offsetParent).filter(one => {
      const [stars, heart] = [one.querySelector('.fr-stars label:last-of-type'), one.querySelector('.fr-heart')].map(part => part.getBoundingClientRect());
      return stars.right > heart.left + 0.5 || heart.right > one.closest('.fr-tile').getBoundingClientRect().right; }).length""")
    assert not hidden, f"stars and heart lie over each other in {hidden} tiles"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 900)])
def test_a_visit_under_voila(browser, results, notebook, tmp_path, theme, width):
    asked, errors = [], []
    with voila_server.serving(tmp_path, notebook, theme) as address, browser.new_context(viewport={"width": width, "height": 1000}) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address, timeout=2 * PATIENCE)
        visit = Visit(page)
        if theme == "light":
            tour(visit, results, f"voila_{theme}_{width}")
        for door in ("Atelier", "Mirror", "Wardrobe"):
            visit.enter(door)
            look_over(visit, theme)
            page.screenshot(path=results / f"studio_voila_{theme}_{width}_{door.lower()}.png", full_page=True)
    others = [url for url in asked if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))]
    assert not others, others
    assert not errors, errors


@pytest.fixture(scope="module")
def two_visits(browser, notebook, tmp_path_factory):
    """Two visitors at once: the server's address and folder, and for each a page with the studio and the addresses of its channels to a kernel."""
    folder = tmp_path_factory.mktemp("voila")
    with voila_server.serving(folder, notebook) as address, browser.new_context() as one, browser.new_context() as two:
        visits = []
        for context in (one, two):
            page, channels = context.new_page(), []
            page.on("websocket", lambda opened, channels=channels: channels.append(opened.url))
            page.goto(address, timeout=2 * PATIENCE)
            visits.append((Visit(page), channels))
        yield address, folder, visits


def test_two_visitors_see_nothing_of_each_other(two_visits):
    (first, _), (second, _) = two_visits[2]
    first.enter("Atelier")
    first.star(0, 5)
    first.says("5 of 5 stars: kept until you leave")
    seen = {}
    for visit in (first, second):
        visit.enter("Wardrobe")
        seen[visit] = visit.room.locator(".fr-compare:visible .fr-after").get_attribute("src")
    assert seen[first] == seen[second]
    first.upload(picture_file())
    first.wait_for_change(lambda: first.room.locator(".fr-compare:visible .fr-after").get_attribute("src"), seen[first])
    second.press("Let them move")  # a moment in which the other's picture could have come
    second.room.locator(".fr-film img:visible").first.wait_for(timeout=PATIENCE)
    assert second.room.locator(".fr-compare:visible .fr-after").get_attribute("src") == seen[second]
    second.enter("Atelier")
    second.press("My favourites")
    second.says("no favourite yet")
    assert "No stars and hearts" in second.room.locator(".fr-kept").inner_text()
    assert "1 star or heart" in first.room.locator(".fr-kept").inner_text()


ASK = """([url, messages, large]) => new Promise(done => {
  const socket = new WebSocket(url.split("?")[0]), heard = [];
  socket.onopen = () => { messages.forEach(message => socket.send(message)); if (large) socket.send("x".repeat(large)); setTimeout(() => done([...heard, "open"]), 3000); };
  socket.onmessage = event => heard.push(typeof event.data === "string" ? JSON.parse(event.data).header.msg_type : "binary");
  socket.onclose = () => done([...heard, "closed"]);
})"""


def asked_of_a_kernel(kind, **content):
    """Return a message as a visitor could send it to the kernel of their own page."""
    return json.dumps({"header": {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": uuid.uuid4().hex, "version": "5.3"},
                       "parent_header": {}, "metadata": {}, "channel": "shell", "buffers": [], "content": content})


def test_voila_serves_the_room_and_nothing_else(two_visits):
    address, folder, visits = two_visits
    port = int(address.rstrip("/").rpartition(":")[2])
    own = [found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    for host in {found for found in own if not found.startswith("127.")}:
        with pytest.raises(OSError):
            socket.create_connection((host, port), timeout=2)
    for path in ("voila/files/room.ipynb", "voila/files/../pyproject.toml", "voila/static/../../../../etc/passwd", "api/contents", "api/kernels", "api/sessions",
                 "api/terminals", "tree", "lab"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address + path, timeout=10)
        assert refused.value.code in (403, 404, 405), path
    # a visitor who speaks to their own kernel is heard, and still can't run code in it
    visit, channels = visits[0]
    kernel, file = next(url for url in channels if "/channels" in url), folder / "pwned"
    code = asked_of_a_kernel("execute_request", code=f"open({str(file)!r}, 'w').close()", silent=False, store_history=False, user_expressions={})
    heard = visit.page.evaluate(ASK, [kernel, [asked_of_a_kernel("kernel_info_request"), code], 0])
    assert "kernel_info_reply" in heard and not {"execute_input", "execute_reply"} & set(heard), heard
    assert not file.exists()
    # nor send it more than a picture may have, whatever the page's own limit
    assert visit.page.evaluate(ASK, [kernel, [], 11_000_000])[-1] == "closed"
