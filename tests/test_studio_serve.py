"""How the studio is served: to this computer, without code, and with nothing else of the folder."""

import importlib.util
import json
import os

import pytest
from tryon_utils.studio import serve


def test_it_serves_this_computer_and_no_files():
    command = " ".join(serve.command(port=1234, theme="dark", browser=False))
    for wanted in ("--port=1234", "--theme=dark", "--Voila.ip=127.0.0.1", "file_allowlist=x^", "strip_sources=True", "--no-browser", "the_studio.ipynb", "cull_idle_timeout=1200"):
        assert wanted in command
    assert "--no-browser" not in serve.command()


def test_the_page_is_found_and_asks_no_other_host():
    found = serve.environment({"JUPYTER_PATH": "elsewhere", "HOME": "h"})
    first, second = found["JUPYTER_PATH"].split(os.pathsep)
    assert second == "elsewhere" and found["HOME"] == "h"
    folder = os.path.join(first, "voila", "templates", "fitting_room")
    with open(os.path.join(folder, "conf.json"), encoding="utf-8") as file:
        assert json.load(file)["base_template"] == "lab"
    with open(os.path.join(folder, "index.html.j2"), encoding="utf-8") as file:
        page = file.read()
    assert "http" not in page and "notebook_css" in page


def test_without_voila_it_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert serve.main(["--no-browser"]) == 1
    assert "make studio" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--port", "many"], ["--theme", "pink"]])
def test_wrong_options_are_refused(arguments):
    with pytest.raises(SystemExit):
        serve.main(arguments)
