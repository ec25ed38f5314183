"""What was promised, and what of it the measured figures keep. Pure functions of `book/measurements.json`."""

import math
import statistics

SHOWN = {"tutorial": "the loop of TensorFlow's DCGAN tutorial", "combined": "`predict` and `train_on_batch` on a combined model",
         "torch": "PyTorch, eager, channels last", "equal": "our loop, the tutorial's architecture", "ours": "our loop, the architecture of chapter 03"}
WANTED_RATIO = 3.0       # our images a second over the tutorial's
WANTED_SHARE = 0.8       # of the convolution ceiling, for our loop at equal architecture
WANTED_SEEDS = 4 / 5     # share of seeds in which ours has the lower KID after equal time
MOST_MEGABYTES = 2000    # at the peak of a chapter's kernel


def rates(loop):
    """Return the images a second of a measured loop, round by round."""
    return [loop["batch"] / seconds for seconds in loop["step_seconds"]]


def shares(loop):
    """Return the share of its convolution ceiling that a measured loop reaches, round by round."""
    return [alone / whole for alone, whole in zip(loop["ceiling_seconds"], loop["step_seconds"], strict=True)]


def ratios(training, name="ours"):
    """Return how many times the tutorial's images a second a loop trains, round by round."""
    loops = training["loops"]
    return [mine / theirs for mine, theirs in zip(rates(loops[name]), rates(loops["tutorial"]), strict=True)]


def rate(loop):
    """Return the median of `rates`."""
    return statistics.median(rates(loop))


def share(loop):
    """Return the median of `shares`."""
    return statistics.median(shares(loop))


def ratio(training, name="ours"):
    """Return the median of `ratios`."""
    return statistics.median(ratios(training, name))


def last_kids(training):
    """Return the pairs (the tutorial's, ours) of KIDs at the end, one a seed."""
    runs = training["kid"]["runs"]
    return [(theirs[-1][1], ours[-1][1]) for theirs, ours in zip(runs["tutorial"], runs["ours"], strict=True)]


def wins(training):
    """Return in how many seeds ours has the lower KID after equal time."""
    return sum(ours < theirs for theirs, ours in last_kids(training))


def quantile(values, share):
    """Return the smallest of the values below which, or at which, the given share of them lies."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def held(gate):
    """Tell for each value of a measured gate whether it lies within the limits."""
    return [(gate["at_least"] is None or value >= gate["at_least"]) and (gate["at_most"] is None or value <= gate["at_most"])
            for value in gate["values"]]


def verdicts(measurements):
    """Return all promises as sentences, each with whether it was kept."""
    found = []
    if training := measurements.get("training"):
        seeds = len(last_kids(training))
        found += [
            (f"Ours trains {ratio(training):.1f} times as many images a second as the tutorial's loop; at least {WANTED_RATIO:g} times were wanted.",
             ratio(training) >= WANTED_RATIO),
            (f"On the tutorial's own architecture, our loop reaches {share(training['loops']['equal']):.0%} of the convolution ceiling; "
             f"at least {WANTED_SHARE:.0%} were wanted.", share(training["loops"]["equal"]) >= WANTED_SHARE),
            (f"After {training['kid']['seconds']:g} seconds of training each, ours has the lower KID in {wins(training)} of {seeds} seeds; "
             f"at least {round(WANTED_SEEDS * seeds)} were wanted.", wins(training) >= WANTED_SEEDS * seeds)]
    for name, chapter in measurements.get("chapters", {}).items():
        for error in chapter["errors"]:
            found.append((f"{name} broke off, in {error}.", False))
        if chapter["megabytes"]:
            found.append((f"The kernel of {name} needs at most {max(chapter['megabytes']):,} MB; less than {MOST_MEGABYTES:,} were wanted.",
                          max(chapter["megabytes"]) < MOST_MEGABYTES))
        for gate, limits in chapter["gates"].items():
            kept = held(limits)
            found.append((f"{name}: the gate “{gate}” was passed {sum(kept)} times of {len(kept)}.", all(kept)))
    for row in measurements.get("people", {}).get("rows", []):
        if row["wanted"]:
            found.append((f"Rendered: {row['rate']:g} {row['name']} a second; at least {row['wanted']} were wanted.", row["rate"] >= row["wanted"]))
    for row in measurements.get("latency", {}).get("rows", []):
        milliseconds = quantile(row["milliseconds"], row["quantile"])
        found.append((f"{row['name']} takes {milliseconds:.1f} ms in {row['quantile']:.0%} of the calls; under {row['wanted']:g} ms were wanted.",
                      milliseconds < row["wanted"]))
    return found
