"""Run every test of the course, stage after stage, and close with a summary.

    python tests/run.py               all stages: unit, chapters, book
    python tests/run.py unit book     the stages named

A stage that fails does not keep the next ones from running. The exit status is 0 only where every stage passed.
Machine-readable results and the browser's screenshots are left in test-results/.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESULTS = ROOT / "test-results"
CELL_TIMEOUT = 300  # seconds for one cell of a notebook
# two workers on two cores: one thread each does more than two that get in each other's way
ENVIRONMENT = {"TF_NUM_INTRAOP_THREADS": "1"} | os.environ


def pytest(name, *arguments):
    """Return the command of a pytest stage; its counts are left in test-results/NAME.xml."""
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={RESULTS / name}.xml", *arguments]


def stages():
    """Return the stages by name: each a list of commands that are run one after the other."""
    notebooks = sorted(str(path.relative_to(ROOT)) for folder in ("notebooks", "notebooks/solutions")
                       for path in (ROOT / folder).glob("*.ipynb"))
    return {
        # the browser tests open the book, so they follow its build
        "unit": [pytest("unit", "tests", "-n", "2", "--dist", "loadfile", "-m", "not browser")],
        # loadfile: a chapter a worker, never a chapter split between two
        "chapters": [pytest("chapters", *notebooks, "--nbval-lax", "--nbval-sanitize-with=tests/nbval.cfg", f"--nbval-cell-timeout={CELL_TIMEOUT}",
                            "-n", "2", "--dist", "loadfile", "--durations=8")],
        "book": [[sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "book", "book/_build/html"],
                 pytest("browser", "tests", "-m", "browser", "-n", "2", "--dist", "loadfile")],
    }


def counts(names):
    """Return how many tests passed, failed and were skipped, from the pytest results of the given names."""
    passed = failed = skipped = 0
    for name in names:
        path = RESULTS / f"{name}.xml"
        if path.is_file():
            for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
                broken = int(suite.get("failures")) + int(suite.get("errors"))
                failed, skipped = failed + broken, skipped + int(suite.get("skipped"))
                passed += int(suite.get("tests")) - broken - int(suite.get("skipped"))
    return passed, failed, skipped


def main(wanted):
    known = stages()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"There is no stage {', '.join(unknown)}; the stages are {', '.join(known)}.", file=sys.stderr)
        return 2
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir()
    rows, broken_stages = [], 0
    for name in wanted or known:
        print(f"\n== {name} ==", flush=True)
        started = time.monotonic()
        statuses = [subprocess.call(command, cwd=ROOT, env=ENVIRONMENT) for command in known[name]]
        broken_stages += any(statuses)
        rows.append((name, "failed" if any(statuses) else "passed", time.monotonic() - started))
    print("\n== summary ==")
    for name, verdict, seconds in rows:
        print(f"{name:<10} {verdict:<8} {seconds:6.0f} s")
    passed, failed, skipped = counts(["unit", "chapters", "browser"])
    # a stage can fail without a failing test: a warning of the book's build, say
    print(f"\n{passed} passed, {max(failed, broken_stages)} failed, {skipped} skipped")
    return 1 if broken_stages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
