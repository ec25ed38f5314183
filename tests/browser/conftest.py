"""A real Chromium, and the book as it was built."""

import pathlib
import subprocess
import sys

import chromium
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "test-results"


@pytest.fixture(scope="session")
def browser(playwright):
    """A Chromium without a window that reaches this machine only."""
    launched = playwright.chromium.launch(executable_path=chromium.find_chromium(), args=list(chromium.FLAGS))
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def book():
    """The folder of the built book. Sphinx reads again only what changed, so this is quick after `make book`."""
    built = ROOT / "book" / "_build" / "html"
    done = subprocess.run([sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "book", str(built)], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, f"The book was not built:\n{done.stdout}{done.stderr}"
    return built


@pytest.fixture(scope="session")
def results():
    """The folder for screenshots."""
    RESULTS.mkdir(exist_ok=True)
    return RESULTS
