"""Open the studio in many kernels, one after the other, and say what each needs; and so, what a teacher's server needs for a class.

    python tests/many_studios.py             twenty kernels
    python tests/many_studios.py 3 --json PATH

It is no test: it takes minutes. Linux only, since it reads /proc.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

from jupyter_client.manager import start_new_kernel

ROOT = pathlib.Path(__file__).resolve().parents[1]
OPEN = """import tryon_utils
from tryon_utils import feedback
from tryon_utils.studio.opening import open_studio
studio = open_studio(feedback.Feedback(feedback.MEMORY))
assert studio.panes and not studio.room.trouble, studio.room.trouble"""
USE = """atelier = studio.panes["Atelier"]
for _ in range(5):
    atelier.draw()
    atelier.advise()
for pane in studio.panes.values():
    if pane is not atelier:  # the mirror and the wardrobe
        for row in pane.rows:
            pane.choose(row)
print("doors:", *studio.panes)
assert not studio.room.trouble, studio.room.trouble"""
CLASS = 30
SERVER = 400  # MB for the notebook server itself


def run(client, code):
    """Run code in a kernel and return the seconds that it took, and what it printed.

    Raises:
        RuntimeError: it failed.
    """
    started = time.monotonic()
    said = []
    reply = client.execute_interactive(code, timeout=600, output_hook=said.append)["content"]
    if reply["status"] != "ok":
        raise RuntimeError("\n".join(reply.get("traceback", [reply["status"]])))
    return time.monotonic() - started, "".join(message["content"].get("text", "") for message in said if message["msg_type"] == "stream")


def memory(process):
    """Return the peak and what a process has to itself now, in MB: without the libraries, which all kernels share."""
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    own = sum(int(line.split()[1]) for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines() if line.startswith("Private_Dirty"))
    return round(peak / 1024), round(own / 1024)


def measure():
    """Open one studio in a kernel of its own, use it for a while, and return its doors and what it took."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(ROOT / "notebooks"))
    try:
        opened = run(client, OPEN)[0]
        used, doors = run(client, USE)
        peak, own = memory(manager.provisioner.process.pid)
        return doors.strip(), {"seconds to open": round(opened, 1), "seconds of use": round(used, 1), "peak MB": peak, "own MB": own}
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kernels", type=int, nargs="?", default=20)
    parser.add_argument("--json", type=pathlib.Path, help="write what was measured there")
    options = parser.parse_args(arguments)
    rows = []
    for number in range(options.kernels):
        doors, row = measure()
        rows.append(row)
        print(f"{number + 1:3}  " + "   ".join(f"{name} {value}" for name, value in rows[-1].items()), flush=True)
    print(doors)
    middle = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    worst = max(row["peak MB"] for row in rows)
    needed = CLASS * middle["own MB"] + SERVER + worst
    print(f"median of {len(rows)}: " + ", ".join(f"{name} {value:g}" for name, value in middle.items()) + f"; highest peak {worst} MB")
    print(f"{CLASS} pupils at once: {needed / 1000:.0f} GB of memory ({CLASS} x {middle['own MB']:g} MB, the server, and one that is just opening)")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "median": middle, "class_GB": round(needed / 1000, 1)}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
