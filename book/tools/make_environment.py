"""Make the environment of the course in .venv, or leave it alone where it is up to date.

    python book/tools/make_environment.py

`make lab` and `make test` call this; on Windows it is called by hand (see README.md). It needs nothing but Python.
This file is written so that old versions of Python can read it too, to tell them what they lack.
"""

import hashlib
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, ".venv")
STAMP = os.path.join(FOLDER, "made-from")
OLDEST, NEWEST = (3, 11), (3, 13)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fail(text):
    sys.stderr.write("\n" + text + "\n")
    raise SystemExit(1)


def check_python(version):
    """Refuse a Python that TensorFlow has no wheels for."""
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        fail("This is Python %d.%d (%s).\nThe course wants Python 3.11, 3.12 or 3.13. Install one of them beside yours, and say "
             "where it is:\n    make lab PYTHON=/path/to/python3.12" % (version[0], version[1], sys.executable))


def inside(name):
    """Return the path of a program of the environment, on any system."""
    if os.name == "nt":
        return os.path.join(FOLDER, "Scripts", name + ".exe")
    return os.path.join(FOLDER, "bin", name)


def fingerprint():
    """Return what the environment is made from, as one line: the Python version and a hash of the two files that matter."""
    total = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            total.update(file.read())
    return "python %d.%d, files %s" % (sys.version_info[0], sys.version_info[1], total.hexdigest())


def is_made(wanted):
    """Tell whether a whole environment stands there: the stamp is written last."""
    if not os.path.isfile(STAMP) or not os.path.isfile(inside("python")):
        return False
    with open(STAMP) as file:
        return file.read() == wanted


def run(step, *command):
    """Run one step of the set-up; on failure say which, and that a rerun goes on from there."""
    say("  " + step + " ...")
    try:
        status = subprocess.call(command, cwd=ROOT)
    except OSError as error:
        fail("%s: %s can't be started (%s)." % (step, command[0], error))
    if status:
        fail("The step above failed: %s.\nIf it was a download, check the network and run the same command again: what has arrived is "
             "kept by pip and is not fetched twice.\nIf it goes on failing, delete the folder .venv and start over." % step)


def main():
    check_python(sys.version_info)
    wanted = fingerprint()
    if is_made(wanted):
        return
    say("Making the environment in .venv (once, about a minute and 2.4 GB with a fast network):")
    if os.path.isfile(STAMP):
        os.remove(STAMP)
    try:
        import ensurepip  # noqa: F401, some systems ship Python without it
        import venv  # noqa: F401
    except ImportError:
        fail("This Python can't make environments: it comes without `venv`.\nOn Debian and Ubuntu: sudo apt install python%d.%d-venv; "
             "then run the same command again." % sys.version_info[:2])
    flags = ["--clear"] if not same_python() else []
    run("creating the environment", sys.executable, "-m", "venv", *(flags + [FOLDER]))
    pip = [inside("python"), "-m", "pip", "--disable-pip-version-check", "install"]
    if not sys.stdout.isatty():
        pip.append("--quiet")  # in a terminal pip shows how far it is; in a log its bars are noise
    run("installing the packages of requirements.lock", *(pip + ["--retries", "5", "--require-hashes", "-r", "requirements.lock"]))
    run("installing tryon_utils", *(pip + ["--no-deps", "--no-build-isolation", "--editable", "."]))
    run("registering the notebook kernel", inside("python"), "-m", "ipykernel", "install", "--sys-prefix", "--name", "python3",
        "--display-name", "Python 3 (course)")
    write_lab_settings()
    with open(STAMP, "w") as file:
        file.write(wanted)
    say("The environment is ready.")


def write_lab_settings():
    """Keep JupyterLab from asking for news and updates over the network: the course works without one."""
    folder = os.path.join(FOLDER, "share", "jupyter", "lab", "settings")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(os.path.join(folder, "overrides.json"), "w") as file:
        json.dump({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}, file)


def same_python():
    """Tell whether the folder's Python, where there is one, has our version: else the folder is made from nothing."""
    try:
        found = subprocess.check_output([inside("python"), "-c", "import sys; print(sys.version_info[:2])"])
    except (OSError, subprocess.CalledProcessError):
        return False
    return found.decode().strip() == str(tuple(sys.version_info[:2]))


if __name__ == "__main__":
    main()
