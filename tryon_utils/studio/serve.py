"""Serve the studio with Voila: to this computer only, without code, and with nothing fetched from elsewhere.

    python -m tryon_utils.studio.serve            opens it in the browser
    python -m tryon_utils.studio.serve --port 8000 --no-browser

Each visitor has a kernel of their own, which ends with the visit; so do their pictures and, unless `TRYON_FEEDBACK` names a file, their stars.
"""

import argparse
import importlib.util
import os
import pathlib
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
NOTEBOOK = HERE.parents[1] / "notebooks" / "the_studio.ipynb"
EXTENSIONS = ("@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget")  # of JupyterLab's: what shows widgets, and no more
MINUTES_IDLE = 20  # after which the kernel of somebody who has gone is ended


def command(port=8866, theme="light", browser=True, notebook=NOTEBOOK):
    """Return the command that starts Voila, as a list of strings."""
    return [sys.executable, "-m", "voila", str(notebook), f"--port={port}", f"--theme={theme}", "--template=fitting_room",
            "--Voila.ip=127.0.0.1", "--VoilaConfiguration.strip_sources=True", "--VoilaConfiguration.file_allowlist=x^",  # no name fits it
            *(f"--VoilaConfiguration.extension_allowlist={name}" for name in EXTENSIONS),
            "--VoilaExecutor.timeout=120", f"--MappingKernelManager.cull_idle_timeout={60 * MINUTES_IDLE}",
            "--MappingKernelManager.cull_interval=60", *([] if browser else ["--no-browser"])]


def environment(outer=os.environ):
    """Return the environment in which Voila finds our page; only this page's templates are added."""
    return {**outer, "JUPYTER_PATH": os.pathsep.join(filter(None, [str(HERE / "share"), outer.get("JUPYTER_PATH")]))}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8866)
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--no-browser", action="store_true", help="open no window")
    parser.add_argument("--notebook", type=pathlib.Path, default=NOTEBOOK)
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("voila") is None:
        print("Voila is not installed in this environment. `make studio` installs what is missing.", file=sys.stderr)
        return 1
    print(f"The studio opens at http://127.0.0.1:{options.port}/. It serves this computer only. Ctrl+C ends it.", flush=True)
    server = subprocess.Popen(command(options.port, options.theme, not options.no_browser, options.notebook.resolve()), env=environment())
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))  # whoever ends us ends the server and its kernels, too
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
