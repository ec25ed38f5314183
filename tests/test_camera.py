"""The camera asks first, gives one picture on, and keeps nothing: the Python side alone, and the page's side in a real browser."""

import pathlib
import sys

import pytest
from tryon_utils import camera
from tryon_utils.photos import intake

sys.path.insert(0, str(pathlib.Path(__file__).parent / "browser"))

PAGE = """<!doctype html><title>camera</title><div id="place"></div><script type="module">
const { default: widget } = await import("/script.js");
const values = { frame: null, message: "" }, listeners = {};
window.taken = [];
const model = { get: name => values[name], set: (name, value) => { values[name] = value; }, on: (name, call) => { listeners[name] = call; },
                save_changes: () => { window.taken.push(Array.from(new Uint8Array(values.frame.buffer))); } };
window.say = text => { values.message = text; listeners["change:message"](); };
window.close_widget = widget.render({ model, el: document.getElementById("place") });
window.ready = true;
</script>"""
FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


# ---- The kernel's side ------------------------------------------------------------------------------------------------

def test_a_picture_is_handed_on_and_forgotten():
    got = []
    widget = camera.Camera(got.append)
    widget.frame = memoryview(b"secret bytes")  # as the browser's bytes arrive
    assert got == [b"secret bytes"] and type(got[0]) is bytes
    assert widget.frame == b"" and "off" in widget.message
    assert b"secret bytes" not in str(widget.get_state()).encode()
    widget.frame = b"another"
    assert got == [b"secret bytes", b"another"]


def test_what_is_wrong_with_a_picture_is_shown_and_not_raised():
    widget = camera.Camera(intake.read)
    widget.frame = b"no picture"
    assert "no picture that we know" in widget.message and widget.frame == b""


def test_a_mistake_of_ours_is_raised_and_the_picture_still_forgotten():
    widget = camera.Camera(lambda file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        widget.frame = b"secret bytes"
    assert widget.frame == b""


def test_nothing_is_recorded_or_sent():
    for word in ("MediaRecorder", "fetch(", "XMLHttpRequest", "localStorage", "indexedDB", "http"):
        assert word not in camera.SCRIPT
    assert "audio: false" in camera.SCRIPT


# ---- The page's side ---------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def chromium_with_camera(playwright):
    import chromium

    launched = playwright.chromium.launch(executable_path=chromium.find_chromium(), args=[*chromium.FLAGS, *FAKE_CAMERA])
    yield launched
    launched.close()


@pytest.fixture
def page(chromium_with_camera):
    context = chromium_with_camera.new_context(permissions=["camera"])
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(content_type="text/javascript", body=camera.SCRIPT) if route.request.url.endswith("script.js")
               else route.fulfill(content_type="text/html", body=PAGE))
    page.goto("http://localhost/")  # a page of this machine counts as safe, or the browser gives no camera
    page.wait_for_function("window.ready")
    yield page
    context.close()


def tracks(page):
    """The states of the camera's tracks that the page holds."""
    return page.evaluate("(document.querySelector('video').srcObject?.getTracks() ?? []).map(track => track.readyState)")


@pytest.mark.browser
def test_the_camera_waits_for_consent(page):
    opening, taking = page.get_by_role("button", name="Open the camera"), page.get_by_role("button", name="Take the picture")
    assert opening.is_disabled() and taking.is_disabled()
    page.get_by_label("Everybody in front of this camera agrees").check()
    opening.click()
    page.wait_for_function("!document.querySelectorAll('button')[1].disabled")
    assert tracks(page) == ["live"] and page.get_by_role("status").inner_text().startswith("The camera is on")
    page.get_by_label("Everybody in front of this camera agrees").uncheck()  # consent can be taken back
    assert tracks(page) == [] and opening.is_disabled() and taking.is_disabled()
    assert page.evaluate("window.taken.length") == 0


@pytest.mark.browser
def test_one_picture_arrives_and_the_camera_goes_dark(page):
    page.get_by_label("Everybody in front of this camera agrees").check()
    page.get_by_role("button", name="Open the camera").click()
    page.wait_for_function("!document.querySelectorAll('button')[1].disabled")
    page.evaluate("window.track = document.querySelector('video').srcObject.getTracks()[0]")
    page.get_by_role("button", name="Take the picture").click()
    page.wait_for_function("window.taken.length == 1")
    photo = intake.read(bytes(page.evaluate("window.taken[0]")))
    assert photo.kind == "JPEG" and min(photo.pixels.shape[:2]) >= 240 and photo.pixels.std() > 10
    assert page.evaluate("window.track.readyState") == "ended" and tracks(page) == []
    page.evaluate("window.say('One face found.')")
    assert page.get_by_role("status").inner_text() == "One face found."


@pytest.mark.browser
def test_a_camera_that_is_refused_is_explained(page):
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }; }")
    page.get_by_label("Everybody in front of this camera agrees").check()
    page.get_by_role("button", name="Open the camera").click()
    page.wait_for_function("document.querySelector('p').textContent.length > 0")
    said = page.get_by_role("status").inner_text()
    assert "NotAllowedError" in said and "upload a picture" in said
    assert page.get_by_role("button", name="Take the picture").is_disabled()


@pytest.mark.browser
def test_closing_the_widget_closes_the_camera(page):
    page.get_by_label("Everybody in front of this camera agrees").check()
    page.get_by_role("button", name="Open the camera").click()
    page.wait_for_function("!document.querySelectorAll('button')[1].disabled")
    page.evaluate("window.close_widget()")
    assert tracks(page) == []


# ---- Both together, in JupyterLab ----------------------------------------------------------------------------------------

CELL = """from tryon_utils import camera
from tryon_utils.photos import intake
def use(file):
    raise ValueError(f"a {intake.read(file).kind} picture came")
widget = camera.Camera(use)
widget"""


@pytest.mark.browser
def test_a_picture_travels_from_the_page_to_the_kernel(chromium_with_camera, tmp_path):
    import lab
    import nbformat

    notebook = tmp_path / "camera.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}), notebook)
    folder = tmp_path / "lab"
    folder.mkdir()
    with lab.serving(notebook, folder) as address:
        context = chromium_with_camera.new_context(permissions=["camera"])
        window = lab.Window(context, address)
        window.run_all()
        window.page.get_by_label("Everybody in front of this camera agrees").check()
        window.page.get_by_role("button", name="Open the camera").click()
        taking = window.page.get_by_role("button", name="Take the picture")
        window.page.wait_for_function("[...document.querySelectorAll('.tryon-camera button')].at(-1).disabled === false")
        taking.click()
        window.page.get_by_text("a JPEG picture came").wait_for()
        context.close()
