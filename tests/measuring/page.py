"""The book's page on speed and the README's table of chapters, written from `book/measurements.json`.

`performance` and `readme` are pure functions from the figures to a text, so that a test can tell whether the committed texts are what the
committed figures give.
"""

import re
import statistics

from measuring import claims, figures, store

PAGE = store.ROOT / "book" / "performance.md"
README = store.ROOT / "README.md"
FIGURES = {"performance_speed.png": figures.draw_speed, "performance_kid.png": figures.draw_kid}
MARKERS = "<!-- chapters: the numbers are filled in by `make bench PART=page` -->", "<!-- end of chapters -->"
READING = re.compile(r"\*\*Time\*\*:? about (\d+) minutes of reading")


# ---- Words and numbers -----------------------------------------------------------------------------------------------------

def span(values, form="{:.3g}"):
    """Return the median, and in brackets from where to where the values go where they differ."""
    low, middle, high = (form.format(value) for value in (min(values), statistics.median(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"


def rounded_seconds(seconds):
    """Return whole seconds, to the next five where there are more than ten."""
    return round(seconds) if seconds < 10 else 5 * round(seconds / 5)


def table(head, rows, align=None):
    """Return a Markdown table; `align` has a character for each column, `r` for numbers."""
    rule = ["---:" if side == "r" else "---" for side in (align or "l" * len(head))]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in [head, rule, *rows])


def on(machine):
    return f"*Measured on {machine}.*"


def limits(gate):
    return " and ".join(f"{words} {gate[key]:g}" for key, words in (("at_least", "at least"), ("at_most", "at most")) if gate[key] is not None)


# ---- The page ------------------------------------------------------------------------------------------------------------------

INTRODUCTION = """# How fast it is, and what it promises

`make bench` measures the course on the machine where it runs and writes this page: how fast its loop trains beside those of others, how good the pictures are after equal
time, and for every chapter how long it takes, how much memory it needs, and whether its gates hold for other seeds than the one that you see. All numbers below, and every
sentence that has one, are written from `book/measurements.json`. On your machine they will be others; run the command, and the page is yours."""

LOOPS = """## Five ways to train

The same two networks, those of TensorFlow's DCGAN tutorial carried over to our garments (32 x 32 in colour, batches of 256), trained in four ways: as the tutorial does, with one compiled
step and two tapes; as many articles do, with `predict` and a combined model in which the discriminator is frozen; in PyTorch, as its own tutorial does; and by the course's own `GAN`
and `training.train`. The fifth row is what [chapter 03](chapters/03_build_a_dcgan.ipynb) really trains: our loop with smaller networks, in batches of {batch}. They are
measured in turns, in {rounds} rounds of some seconds each, since a machine is not equally fast all the time. A round's time runs from the end of
the first step to the end of the last, so starting a training isn't counted. The median of the rounds stands first, then from where to where they went.

**The convolution ceiling** says what was possible at all. Each convolution of the two networks is timed alone, forward, backward to its input and backward to its
weights, as a compiled operation on tensors of the same shapes, right before and right after each loop. A training step needs each of them a known number of times, and their
sum is a time that no loop can beat with the same operations. The share is that time over the loop's own. (A round above 100 % only says that the machine was slower while the
convolutions ran alone than while the loop did: read the median.) All that is not a convolution counts against the loop: normalisation, activations,
optimizers, noise, fetching the data, Python. Each loop is held against its own ceiling: ours makes fresh fakes for the generator's turn, where the tutorial uses the discriminator's again, so
our step needs more convolutions for the same number of images."""

KID = """## The same seconds, other pictures

What counts for someone who waits is how good the pictures are by then. So the tutorial's loop and chapter 03's get the same garments, mirrored as well, and the same time: {seconds:g} seconds each, in
turns, seed by seed. The clock stands still while the distance is measured, and over a stall of more than five seconds between two steps; the first step, which compiles, isn't counted. Ours
plans its falling rate for 95 % of the time, and stops where that is done. The measure is the KID of
[chapter 06](chapters/06_measure_quality.ipynb) between {count} real garments and as many fakes."""

CHAPTERS = """## What each chapter takes

Each chapter was run as a learner runs it, in a fresh kernel, and again with other seeds. Time is that of the whole notebook, from the start of its kernel; training is the part of it
spent in cells that train. The median stands first, then from where to where the runs went. Memory is the most that the kernel had at any moment."""

GATES = """## What each chapter promises

A chapter that trains ends with gates: limits that its results must keep, or the cell fails. Here is what was measured at each of them over all runs; where a chapter trains several seeds
by itself, a run counts several times."""

PEOPLE = """## Rendering the people

The people and garments of the course are drawn by the course itself, with all cores, and kept. `make data` does it; a learner gets them as files."""

LATENCY = """## How fast it answers

What somebody waits for who tries a garment or a look on. A call of the model is timed alone, one picture at a time; a photograph is timed from the bytes of its file to the
finished picture at full resolution. Each is called a few times before the clock runs. The 50 % column is what half of the calls stay below, the 95 % column what nearly all do."""


def performance(measurements):
    """Return the text of the book's page."""
    parts = [INTRODUCTION, training_part(measurements), chapters_part(measurements), latency_part(measurements), people_part(measurements)]
    return "\n\n".join(part for part in parts if part) + "\n"


def training_part(measurements):
    training = measurements.get("training")
    if not training:
        return ""
    loops = training["loops"]
    rows = [(text, span(claims.rates(loop), "{:,.0f}"), span(claims.ratios(training, name), "{:.2f}"), span(claims.shares(loop), "{:.0%}"))
            for name, text in claims.SHOWN.items() if (loop := loops.get(name))]
    kids = [(seed, f"{theirs:.3f}", f"{ours:.3f}", "yes" if ours < theirs else "no") for seed, (theirs, ours) in enumerate(claims.last_kids(training))]
    faster, ceiling, better = (said(*verdict) for verdict in claims.verdicts({"training": training}))
    others = [claims.ratio(training, name) for name in ("combined", "torch", "equal") if name in loops]
    lesson = (f"On equal networks, the other loops train between {min(others):.2f} and {max(others):.2f} times as many images as the tutorial's. What makes the difference is fewer "
              "operations: smaller networks that are enough for small pictures.")
    return "\n\n".join([
        LOOPS.format(batch=loops["ours"]["batch"], rounds=len(loops["ours"]["step_seconds"])), on(training["machine"]), table(("", "images/s", "times the tutorial's", "share of its ceiling"), rows, "lrrr"),
        *([] if "torch" in loops else ["PyTorch is not installed here, so its row is missing. It is no dependency of the course."]),
        "![Bars for each loop: images a second on the left, the share of the convolution ceiling on the right.](_static/performance_speed.png)",
        f"{faster} {ceiling}", lesson,
        KID.format(seconds=training["kid"]["seconds"], count=training["kid"]["pictures"]), table(("seed", "the tutorial's loop", "ours", "ours is lower"), kids, "rrrl"),
        "![Curves of KID over the seconds of training, five thin ones and their median for the tutorial's loop and for ours.](_static/performance_kid.png)",
        better])


def said(sentence, kept):
    return sentence if kept else f"**Not reached:** {sentence}"


def chapters_part(measurements):
    chapters = measurements.get("chapters")
    if not chapters:
        return ""
    times = [(link(name, chapter["title"]), chapter["runs"], *(span(chapter[key], form) for key, form in (("seconds", "{:.0f}"), ("training_seconds", "{:.0f}"), ("megabytes", "{:,.0f}"))))
             for name, chapter in in_order(chapters) if chapter["seconds"]]
    gates = [(name[:2], gate, limits(found), span(found["values"]), f"{sum(claims.held(found))} of {len(found['values'])}")
             for name, chapter in in_order(chapters) for gate, found in chapter["gates"].items()]
    missed = [said(*verdict) for verdict in claims.verdicts({"chapters": chapters}) if not verdict[1]]
    machines = sorted({chapter["machine"] for chapter in chapters.values()})
    return "\n\n".join([
        CHAPTERS, *map(on, machines), table(("chapter", "runs", "seconds", "of these training", "memory in MB"), times, "lrrrr"),
        f"The largest kernel needs {max(max(chapter['megabytes']) for chapter in chapters.values() if chapter['megabytes']):,} MB.",
        GATES, table(("", "gate", "promised", "measured", "passed"), gates, "lllrr"), *missed])


def in_order(chapters):
    """Return the numbered chapters, then the pages."""
    return sorted(chapters.items(), key=lambda item: (not item[0][0].isdigit(), item[0]))


def link(name, title):
    number = f"{name[:2]} " if name[0].isdigit() else ""
    return f"{number}[{title}](chapters/{name}.ipynb)"


def latency_part(measurements):
    latency = measurements.get("latency")
    if not latency:
        return ""
    rows = [(row["name"], len(row["milliseconds"]), *(f"{claims.quantile(row['milliseconds'], share):.1f}" for share in (0.5, 0.95)),
             f"under {row['wanted']:g} in {row['quantile']:.0%}") for row in latency["rows"]]
    missed = [said(*verdict) for verdict in claims.verdicts({"latency": latency}) if not verdict[1]]
    return "\n\n".join([LATENCY, on(latency["machine"]), table(("", "calls", "50 %, ms", "95 %, ms", "wanted, ms"), rows, "lrrrr"), *missed])


def people_part(measurements):
    people = measurements.get("people")
    if not people:
        return ""
    rows = [(row["name"], f"{row['rate']:g}", f"{row['wanted']:g}" if row["wanted"] else "", f"{row['read_rate']:,}") for row in people["rows"]]
    return "\n\n".join([
        PEOPLE, on(people["machine"]), table(("", "a second", "wanted", "read again, MB/s"), rows, "lrrr"),
        f"The largest worker takes {people['worker_megabytes']} MB. A plain array file of the same folder is read at {people['plain_read_rate']:,} MB/s."])


# ---- The README's table ----------------------------------------------------------------------------------------------------------

def readme(text, measurements, readings):
    """Return the README with the numbers of its table of chapters filled in.

    A row is written by hand as far as its number, its link and what one gets; reading, training and memory are filled in.

    Args:
        text: String. The README as it is.
        measurements: What `store.read` returns.
        readings: Dictionary from a chapter's name to the minutes of reading that it states.

    Raises:
        ValueError: the markers are missing, or the rows are not those of `readings`.
    """
    before, inside, after = _cut(text)
    head = ["| | chapter | what you get | reading | training | memory |", "|---|---|---|---|---|---|"]
    rows = {re.search(r"notebooks/(\w+)\.ipynb", line).group(1): line.split("|")[1:4] for line in inside.splitlines() if "notebooks/" in line}
    if sorted(rows) != sorted(readings):
        raise ValueError(f"The README's table has the chapters {', '.join(sorted(rows))}; {', '.join(sorted(readings))} are there. "
                         "Write a row `| NN | [Title](notebooks/NN_name.ipynb) | what you get |` for each.")
    lines = [f"|{'|'.join(cells)}| {readings[name]} min | {' | '.join(_taken(measurements.get('chapters', {}).get(name)))} |" for name, cells in sorted(rows.items())]
    return f"{before}{MARKERS[0]}\n\n" + "\n".join(head + lines) + f"\n\n{MARKERS[1]}{after}"


def _cut(text):
    if text.count(MARKERS[0]) != 1 or text.count(MARKERS[1]) != 1:
        raise ValueError(f"The README's table of chapters stands between {MARKERS[0]} and {MARKERS[1]}: each once.")
    before, rest = text.split(MARKERS[0])
    return before, *rest.split(MARKERS[1])


def _taken(chapter):
    if not chapter or not chapter["seconds"]:
        return "not measured", ""
    return f"{rounded_seconds(statistics.median(chapter['training_seconds']))} s", f"{max(chapter['megabytes']) / 1000:.1f} GB"


def readings(sources=store.ROOT / "notebooks" / "src"):
    """Return the minutes of reading that each chapter states in its opening, by name."""
    return {path.stem: int(READING.search(path.read_text(encoding="utf-8")).group(1)) for path in sorted(sources.glob("[0-9]*.py"))}


# ---- Files -------------------------------------------------------------------------------------------------------------------------

def write():
    """Write the page, its figures and the README's table from what was measured; return the paths of the files that changed."""
    measurements, changed = store.read(), []
    _renew(PAGE, performance(measurements), changed)
    for name, draw in FIGURES.items():
        path = PAGE.parent / "_static" / name
        if "training" in measurements and figures.drawn_from(path) != figures.digest(measurements["training"]):
            figures.save(draw(measurements["training"]), path, measurements["training"])
            changed.append(path)
    _renew(README, readme(README.read_text(encoding="utf-8"), measurements, readings()), changed)
    return [path.relative_to(store.ROOT).as_posix() for path in changed]


def _renew(path, text, changed):
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        changed.append(path)
