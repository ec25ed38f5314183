"""Measure the course on this machine, and write the book's performance page and the README's table from it.

    make bench                  everything: about an hour
    make bench PART=loops       one part: people, loops, kid, latency or chapters
    make bench CHAPTER=03       one chapter: five runs of it
    make bench PART=page        nothing is measured; the page is written anew from book/measurements.json

Each part leaves its figures in book/measurements.json when it is done; what was measured before stays until then.
"""

import argparse
import sys
import time

import tryon_utils  # noqa: F401  first: it keeps TensorFlow's start-up log quiet
from measuring import chapters, page, store


def measure_people(wanted):
    from measuring import people
    store.write("people", people.measure())


def measure_loops(wanted):
    from measuring import speed
    store.write("training", speed.measure(["loops"], store.read().get("training")))


def measure_kid(wanted):
    from measuring import speed
    store.write("training", speed.measure(["kid"], store.read().get("training")))


def measure_latency(wanted):
    from measuring import latency
    store.write("latency", latency.measure())


def measure_chapters(wanted):
    known = chapters.names()
    chosen = [name for name in known if not wanted or name.startswith(tuple(wanted))]
    if not chosen:
        raise SystemExit(f"No notebook begins with {' or '.join(wanted)}. There are: {', '.join(known)}.")
    for name in chosen:
        figures = chapters.measure(name)
        kept = {other: found for other, found in store.read().get("chapters", {}).items() if other in known}
        store.write("chapters", kept | {name: figures})


# imported where they are needed: TensorFlow in this process would take memory and cores from the kernels
PARTS = {"people": measure_people, "chapters": measure_chapters, "loops": measure_loops, "kid": measure_kid, "latency": measure_latency, "page": None}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=PARTS, help="all where none is given")
    parser.add_argument("chapters", nargs="*", help="beginnings of names, such as 03; all where none is given")
    options = parser.parse_args(arguments)
    for name, measure in PARTS.items():
        if measure and options.part in (None, name):
            print(f"{name}:", flush=True)
            started = time.monotonic()
            measure(options.chapters)
            print(f"{name}: measured in {time.monotonic() - started:.0f} s", flush=True)
    if "chapters" in store.read():
        store.write("chapters", chapters.restated(store.read()["chapters"]))
    for path in page.write():
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
