"""The figures of the performance page, drawn from the measured figures alone. Each file says in itself what it was drawn from."""

import hashlib
import json
import statistics

import matplotlib.pyplot as plt
import matplotlib.ticker
import PIL.Image
from matplotlib.figure import Figure

from measuring import claims

ROLES = {"tutorial": "#555555", "combined": "#9AA0A6", "torch": "#9AA0A6", "equal": "#F0A878", "ours": "#D55E00"}
LABELS = {"tutorial": "TensorFlow's tutorial", "combined": "predict + train_on_batch", "torch": "PyTorch", "equal": "our loop, the\ntutorial's networks",
          "ours": "ours, chapter 03"}


def digest(training):
    """Return the hash of what the figures are drawn from."""
    return hashlib.sha256(json.dumps(training, sort_keys=True).encode()).hexdigest()[:16]


def drawn_from(path):
    """Return the hash that a figure's file carries, or None."""
    return PIL.Image.open(path).text.get("Measurements") if path.is_file() else None


def save(figure, path, training):
    figure.savefig(path, dpi=150, metadata={"Measurements": digest(training)})


def draw_speed(training):
    """Bars: images a second of each loop, and the share of the machine's convolution ceiling that it reaches."""
    names = [name for name in claims.SHOWN if name in training["loops"]]
    with plt.style.context("tryon_utils.course"):
        figure = Figure(figsize=(8.2, 0.62 * len(names) + 1.0))
        rate_axes, share_axes = figure.subplots(1, 2, sharey=True)
        for place, name in enumerate(names):
            loop = training["loops"][name]
            rate_axes.barh(place, claims.rate(loop), color=ROLES[name], height=0.62)
            rate_axes.annotate(f"{claims.rate(loop):,.0f}", (claims.rate(loop), place), (4, 0), textcoords="offset points", va="center", fontsize=9)
            share_axes.barh(place, claims.share(loop), color=ROLES[name], height=0.62)
            share_axes.annotate(f"{claims.share(loop):.0%}", (0.02, place), va="center", fontsize=9, color="black" if name in ("combined", "torch", "equal") else "white")
        rate_axes.set(yticks=range(len(names)), title="images a second", xlim=(0, 1.25 * max(claims.rate(training["loops"][name]) for name in names)))
        rate_axes.set_yticklabels([LABELS[name] for name in names])
        rate_axes.invert_yaxis()
        share_axes.set(title="share of the convolution ceiling", xlim=(0, 1.12), xticks=[0, 0.25, 0.5, 0.75, 1])
        share_axes.set_xticklabels(["0", "25 %", "50 %", "75 %", "100 %"])
        share_axes.axvline(1, color="#333333", linewidth=1)
        share_axes.axvline(claims.WANTED_SHARE, color="#333333", linewidth=1, linestyle=(0, (2, 2)))
        share_axes.annotate("wanted", (claims.WANTED_SHARE, -0.48), (-3, 0), textcoords="offset points", ha="right", fontsize=8)
        for axes in (rate_axes, share_axes):
            axes.grid(axis="y", visible=False)
            axes.tick_params(axis="y", length=0)
    return figure


def draw_kid(training):
    """Curves: KID over the seconds of training, a thin line a seed and a thick one for the median, for both loops."""
    with plt.style.context("tryon_utils.course"):
        figure = Figure(figsize=(7.2, 3.6))
        axes = figure.subplots()
        for name, runs in training["kid"]["runs"].items():
            for run in runs:
                axes.plot(*zip(*run, strict=True), color=ROLES[name], linewidth=1, alpha=0.45, marker="o", markersize=3)
            looks = range(min(map(len, runs)))
            middle = [[statistics.median(run[look][part] for run in runs) for look in looks] for part in (0, 1)]
            axes.plot(*middle, color=ROLES[name], linewidth=2.6)
            axes.annotate(LABELS[name], (middle[0][-1], middle[1][-1]), (8, 0), textcoords="offset points", va="center", color=ROLES[name], weight="bold")
        axes.set(xlabel="seconds of training on this machine", title="KID to the real garments: lower is better", xlim=(0, 1.32 * training["kid"]["seconds"]))
        if all(kid > 0 for runs in training["kid"]["runs"].values() for run in runs for _, kid in run):
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            axes.yaxis.set_minor_locator(matplotlib.ticker.NullLocator())
        axes.set_xticks([tick for tick in axes.get_xticks() if 0 <= tick <= training["kid"]["seconds"]])
    return figure
