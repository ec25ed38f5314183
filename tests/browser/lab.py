"""A chapter in a real JupyterLab: the server, and what a learner does in its window.

`test_lab.py` turns a widget with it, `take_pictures.py` takes the README's picture. The notebook is a copy in a folder of
its own, and so are the server's settings, so that nothing of the course or of the user is touched.
"""

import contextlib
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from playwright.sync_api import TimeoutError as PlaywrightTimeout

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[2] / "notebooks"
START_SECONDS = 60  # the server and the kernel, on a slow disk
RUN_SECONDS = 240   # a whole chapter, on a busy machine
TURN_SECONDS = 20   # one new picture; it takes a fraction of a second

# JupyterLab shows tracebacks as standard error; the course's cells write nothing there
FAILED = ", ".join(f".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("error", "stderr"))

PICTURE_BYTES = """async image => {
  const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
  return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
}"""


class LabError(Exception):
    """JupyterLab didn't do what it should; the message says what, and what it wrote to its log."""


def chapter(number):
    """Return the path of a chapter, such as "01"."""
    return min(NOTEBOOKS.glob(f"{number}_*.ipynb"))


@contextlib.contextmanager
def serving(notebook, folder):
    """Start JupyterLab on a copy of a notebook, with this environment's kernel; give the address that opens it, end it after.

    Args:
        notebook: Path of the notebook.
        folder: Path of an empty folder for the copy, the settings and the log.

    Raises:
        LabError: the server ended or didn't answer in time.
    """
    work = folder / "work"
    work.mkdir()
    shutil.copy(notebook, work)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    settings = {f"JUPYTER{name}_DIR": str(folder / name.strip("_").lower())
                for name in ("_CONFIG", "_DATA", "_RUNTIME", "LAB_SETTINGS", "LAB_WORKSPACES")} | {"IPYTHONDIR": str(folder / "ipython")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
               f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
               f"--ServerApp.root_dir={work}", "--LabApp.extension_manager=readonly"]
    log = folder / "server.log"
    with log.open("w") as written:
        server = subprocess.Popen(command, cwd=work, env=os.environ | settings, stdout=written, stderr=subprocess.STDOUT)
    try:
        _wait_for(server, f"http://127.0.0.1:{port}/api/status?token={token}", log)
        yield f"http://127.0.0.1:{port}/lab/tree/{notebook.name}?token={token}"
    finally:
        server.terminate()  # it ends its kernels, too
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server, url, log):
    """Wait until the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise LabError(f"JupyterLab ended at once, with status {server.returncode}:\n{tail(log)}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.2)
    raise LabError(f"JupyterLab didn't answer within {START_SECONDS} s:\n{tail(log)}")


def tail(log, lines=15):
    """Return the end of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


class Window:
    """A browser's window with one notebook open in JupyterLab.

    Args:
        context: playwright browser context.
        address: String. What `serving` gave.

    Attributes:
        page: The playwright page.
    """

    def __init__(self, context, address):
        self.page = context.new_page()
        self.page.set_default_timeout(1000 * START_SECONDS)
        with _explained("JupyterLab's window didn't show the notebook"):
            self.page.goto(address)
            self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        # "Run All" before the kernel is there is lost
        self._wait_until_idle(START_SECONDS, "The kernel didn't start")

    def _wait_until_idle(self, seconds, complaint):
        with _explained(f"{complaint} within {seconds} s"):
            self.page.locator("#jp-bottom-panel").get_by_text("| Idle").wait_for(timeout=1000 * seconds)

    def choose(self, menu, entry):
        """Choose an entry of a menu."""
        with _explained(f"There is no entry {entry!r} in the menu {menu!r}"):
            self.page.get_by_role("menubar").get_by_role("menuitem", name=menu, exact=True).click()
            self.page.get_by_role("menu").get_by_role("menuitem", name=entry, exact=True).click()

    def run_all(self):
        """Run the whole notebook and wait for its end.

        Raises:
            LabError: a cell failed, or the notebook took too long.
        """
        self.choose("Edit", "Clear Outputs of All Cells")  # what is there after this, this run has made
        self.choose("Run", "Run All Cells")
        with _explained(f"The notebook wasn't done within {RUN_SECONDS} s"):
            # a failed cell ends the run, and leaves the prompts after it empty
            self.page.wait_for_function("""failed => {
              const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map(prompt => prompt.textContent);
              return document.querySelector(failed) || prompts.every(prompt => /\\d/.test(prompt));
            }""", arg=FAILED, timeout=1000 * RUN_SECONDS)
        self._wait_until_idle(RUN_SECONDS, "The kernel wasn't done")
        errors = self.page.locator(FAILED).all_inner_texts()
        if errors:
            raise LabError(f"A cell failed:\n{errors[0][-1500:]}")

    def explorer(self, slider):
        """Return the widget with a slider of that label.

        Args:
            slider: String. The label, such as "distance".
        """
        # the innermost box that holds both the slider and a picture
        found = self.page.locator(".widget-vbox", has=self.page.get_by_role("slider")).filter(
            has=self.page.locator("img.widget-image"), has_text=slider).first
        with _explained(f"No widget with a slider {slider!r} appeared"):
            found.wait_for()
        return Explorer(found, slider)


class Explorer:
    """A widget of the course: sliders above a picture.

    Attributes:
        box: playwright locator of the whole.
        picture: playwright locator of the picture.
        handle: playwright locator of the slider's handle.
        readout: playwright locator of the number beside the slider.
    """

    def __init__(self, box, slider):
        self.box, self.label = box, slider
        row = box.locator(".widget-slider", has_text=slider).first
        self.picture, self.handle, self.readout = box.locator("img.widget-image"), row.get_by_role("slider"), row.locator(".widget-readout")

    def show(self):
        """Scroll until the end of the widget is at the lower edge of the window."""
        self.box.evaluate("box => box.closest('.jp-Cell').scrollIntoView({block: 'end'})")

    def picture_bytes(self):
        """Return the picture's file as a string of hexadecimal digits."""
        return self.picture.evaluate(PICTURE_BYTES)

    def press(self, key, times=1, seconds=TURN_SECONDS):
        """Press a key on the slider's handle, and wait for the picture to change.

        Raises:
            LabError: the picture stayed the same.
        """
        before = self.picture_bytes()
        self.handle.focus()
        for _ in range(times):
            self.handle.press(key)
        deadline = time.monotonic() + seconds
        while self.picture_bytes() == before:
            if time.monotonic() > deadline:
                raise LabError(f"{key} on the slider {self.label!r} didn't change the picture within {seconds} s; "
                               f"beside the slider stands {self.readout.inner_text()!r}.")
            time.sleep(0.1)


@contextlib.contextmanager
def _explained(complaint):
    """Turn playwright's time-out into a sentence."""
    try:
        yield
    except PlaywrightTimeout as error:
        raise LabError(f"{complaint}.\n{str(error)[:600]}") from None

