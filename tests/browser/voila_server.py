"""The studio under Voila, as `make studio` serves it: the server with the course's settings, and what may be asked of it."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import lab

ROOT = pathlib.Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def serving(folder, notebook=None, theme="light", environment=None):
    """Start Voila on the studio with this environment's kernel; give its address, end it after.

    Args:
        folder: Path of an empty folder for settings and the log.
        notebook: Path of another notebook.
        theme: String, "light" or "dark".
        environment: Dictionary of further environment variables.

    Raises:
        lab.LabError: the server ended or didn't answer in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")} | {"IPYTHONDIR": str(folder / "ipython")}
    command = [sys.executable, "-m", "tryon_utils.studio.serve", f"--port={port}", f"--theme={theme}", "--no-browser"]
    if notebook:
        command += ["--notebook", str(notebook)]
    log = folder / "voila.log"
    with log.open("w") as written:
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings | (environment or {}), stdout=written, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + lab.START_SECONDS
        while True:
            if server.poll() is not None:
                raise lab.LabError(f"Voila ended at once, with status {server.returncode}:\n{lab.tail(log)}")
            with contextlib.suppress(ConnectionError, TimeoutError, urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/voila/api/nothing", timeout=5).close()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
                break
            if time.monotonic() > deadline:
                raise lab.LabError(f"Voila didn't answer within {lab.START_SECONDS} s:\n{lab.tail(log)}")
            time.sleep(0.3)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
