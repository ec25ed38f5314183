"""Where the browser is, and how it is started."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         # names are not even looked up: what a page asks of another host fails at once
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")


def find_chromium(environment=os.environ, which=shutil.which):
    """Return the path of a Chromium; skip the test where there is none, but fail it in CI.

    `CHROMIUM` in the environment names one that is not on the path.
    """
    named = environment.get("CHROMIUM")
    found = which(named) if named else next(filter(None, map(which, NAMES)), None)
    if found:
        return found
    wanted = f"CHROMIUM={named} is no program" if named else f"none of {', '.join(NAMES)} is installed"
    message = f"No browser: {wanted}. Install Chromium or Chrome, or set CHROMIUM to its path."
    (pytest.fail if environment.get("CI", "").lower() in ("1", "true") else pytest.skip)(message)
