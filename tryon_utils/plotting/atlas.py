"""Figures of many trainings: the map of what failed, one training in a strip with its curves, cures side by side."""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from tryon_utils.plotting import people

VERDICTS = {"learned": "#009E73", "stalled": "#E3D9B0", "collapsed": "#D55E00", "diverged": "#4D4D4D"}
INK = {"learned": "white", "stalled": "#333333", "collapsed": "white", "diverged": "white"}


def draw_map(verdicts, values, rows, columns, groups, marked=None):
    """Return a figure of a table of trainings: each place coloured by how it ended, with a number written in.

    Args:
        verdicts: Array (rows, columns) of strings, keys of `VERDICTS`.
        values: float (rows, columns). Written where they are finite.
        rows: Sequence of strings.
        columns: Sequence of strings.
        groups: Integers: how many rows, and how many columns, belong together; lines part them.
        marked: Pair (row, column) to be framed, or None.
    """
    verdicts = np.asarray(verdicts)
    figure = Figure(figsize=(7.2, 0.8 + 0.27 * len(rows)))
    ax = figure.subplots()
    _paint(ax, verdicts)
    for (row, column), value in np.ndenumerate(values):
        text = f"{value:.2f}" if np.isfinite(value) else "-"
        ax.text(column, row, text, ha="center", va="center", fontsize=7.5, color=INK[verdicts[row, column]])
    ax.set_xticks(range(len(columns)), columns, fontsize=7.5)
    ax.set_yticks(range(len(rows)), rows, fontsize=8)
    ax.xaxis.tick_top()
    for axis, count, line in ((0, groups[0], ax.axhline), (1, groups[1], ax.axvline)):
        for place in range(count, verdicts.shape[axis], count):
            line(place - 0.5, color="white", linewidth=4)
    if marked:
        ax.plot(marked[1], marked[0], "s", markersize=16, markerfacecolor="none", markeredgecolor="black")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    handles = [ax.scatter([], [], marker="s", s=60, color=colour, label=verdict) for verdict, colour in VERDICTS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(VERDICTS), fontsize=8.5, handletextpad=0.2)
    return figure


def _paint(ax, verdicts):
    numbers = np.vectorize(list(VERDICTS).index)(verdicts)
    ax.imshow(numbers, cmap=ListedColormap(list(VERDICTS.values())), vmin=-0.5, vmax=len(VERDICTS) - 0.5, aspect="auto", interpolation="nearest")
    ax.grid(False)


def draw_trainings(results, titles):
    """Return a figure with one row a training: its fakes after each quarter, and the discriminator's mean logits over the steps.

    Args:
        results: Sequence of results: each with frames, uint8 (quarters, samples, height, width, 3), steps and curves "real_logit" and
            "fake_logit".
        titles: Sequence of strings, one a training.
    """
    figure = Figure(figsize=(7.2, 2.35 * len(results)), dpi=90)
    axes = figure.subplots(len(results), 2, squeeze=False, width_ratios=(1.25, 1))
    for (left, right), result, title in zip(axes, results, titles, strict=True):
        quarters, samples, height, width, _ = result.frames.shape
        sheet = result.frames.transpose(0, 2, 1, 3, 4).reshape(quarters * height, samples * width, 3)
        left.imshow(sheet, interpolation="lanczos")
        left.set_yticks((np.arange(quarters) + 0.5) * height, [f"step {step}" for step in result.steps[len(result.steps) // quarters - 1::len(result.steps) // quarters]], fontsize=7.5)
        left.set_xticks([])
        left.grid(False)
        left.spines[:].set_visible(False)
        left.tick_params(length=0)
        left.set_title(title, fontsize=9.5, loc="left")
        for name, colour, label in (("real_logit", "C0", "real"), ("fake_logit", "C1", "fake")):
            values = np.where(np.isfinite(result.curves[name]), result.curves[name], np.nan)
            right.plot(result.steps, values, color=colour, linewidth=1.6, label=label)
        right.axhline(0, color="#888888", linewidth=0.8, linestyle=":")
        if max(np.max(np.abs(np.nan_to_num(line.get_ydata()))) for line in right.lines[:2]) > 1000:  # a scale of powers, straight near 0
            right.set_yscale("symlog", linthresh=10)
        right.set_title("mean logit", fontsize=9, fontweight="normal")
        right.legend(fontsize=8, loc="best")
        right.tick_params(labelsize=7.5)
    axes[-1][1].set_xlabel("steps of the generator", fontsize=8.5)
    return figure


def draw_zoo(kids, costs, groups, baseline="baseline"):
    """Return a figure of KIDs by cure, one dot a seed, with what a step costs beside them.

    Args:
        kids: Dictionary from a cure's name to float (seeds,).
        costs: Dictionary from a cure's name to the duration of its step over the baseline's.
        groups: Sequence of sequences of names: those that belong together, from top to bottom.
        baseline: String. The name whose range is drawn as a band.
    """
    names = [name for group in groups for name in group]
    places, place = {}, 0.0
    for group in groups:
        for name in group:
            places[name] = place
            place += 1
        place += 0.5
    figure = Figure(figsize=(7.2, 0.9 + 0.225 * place))
    ax = figure.subplots()
    ax.axvspan(min(kids[baseline]), max(kids[baseline]), color="#0072B2", alpha=0.12, linewidth=0)
    highest = max(np.nanmax(kids[name]) for name in names)
    for name in names:
        ax.plot(kids[name], np.full(len(kids[name]), places[name]), "o", color="C1", markersize=4.5, alpha=0.55, linewidth=0)
        ax.plot(np.nanmedian(kids[name]), places[name], "|", color="#222222", markersize=12, markeredgewidth=2)
        ax.text(1.04 * highest, places[name], f"{costs[name]:.2f} x", fontsize=8, va="center", color="#333333", backgroundcolor="white")
    ax.text(1.04 * highest, -1.2, "cost of a step", fontsize=8, va="center", color="#333333", backgroundcolor="white")
    ax.set_yticks(list(places.values()), names, fontsize=8.5)
    ax.set(xlabel="KID (less is better; one dot a seed, the bar is the median)", ylim=(place - 0.9, -1.7), xlim=(0, 1.18 * highest))
    ax.xaxis.label.set_size(8.5)
    ax.tick_params(axis="y", length=0)
    return figure


def draw_memory(logits, titles):
    """Return a figure of what two discriminators say of pictures they were trained on, of pictures held out, and of fakes.

    Args:
        logits: Sequence of dictionaries from "training", "held out" and "fake" to float (n,).
        titles: Sequence of strings, one a discriminator.
    """
    figure = Figure(figsize=(7.2, 2.6))
    for ax, values, title in zip(figure.subplots(1, len(logits), sharey=True), logits, titles, strict=True):
        every = np.concatenate(list(values.values()))
        edges = np.linspace(*np.quantile(every, (0.005, 0.995)), 24)
        for (name, part), colour, style in zip(values.items(), ("C0", "C2", "C1"), ("-", "--", "-"), strict=True):
            heights, _ = np.histogram(part, edges, density=False)
            ax.plot((edges[1:] + edges[:-1]) / 2, heights / len(part), color=colour, linestyle=style, linewidth=1.8, label=name)
        ax.set(title=title, xlabel="logit", ylim=(0, None))
        ax.title.set_size(10)
    figure.axes[0].set_ylabel("share of pictures")
    figure.axes[0].legend(fontsize=8.5)
    return figure


def draw_rows(pictures, titles, width=7.2):
    """Return a figure of rows of pictures, each with a title at its left.

    Args:
        pictures: Sequence of uint8 (n, height, width, 3), n the same for all.
        titles: Sequence of strings, one a row.
        width: Float. Width of the figure in inches.
    """
    count, height, across = np.shape(pictures[0])[:3]
    left = 1.35
    tile = (width - left) / count
    figure = Figure(figsize=(width, len(pictures) * tile * height / across * 1.03), layout="none")
    for number, (row, title) in enumerate(zip(pictures, titles, strict=True)):
        ax = figure.add_axes((left / width, 1 - (number + 1) / len(pictures), 1 - left / width, 0.97 / len(pictures)))
        people.show(ax, np.concatenate(list(row), axis=1))
        figure.text(left / width - 0.012, 1 - (number + 0.5) / len(pictures), title, ha="right", va="center", fontsize=8.5)
    return figure
